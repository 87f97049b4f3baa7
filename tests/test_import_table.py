"""The tables analysts have, read from files: every figure is a claim or a row left out with its reason."""

import json
import zipfile

import pandas as pd
import pytest
from click.testing import CliRunner
from raw_folder import write

import trafficking_stats as ts
from trafficking_stats.cli import cli
from trafficking_stats.errors import ReaderError
from trafficking_stats.readers.registry import READERS, reader_of
from trafficking_stats.readers.table import read

POLICE = """\
Estado;Ano;Vítimas;Condenados
Acre;2022;1.440;3
Bahia;2022;12;<5
Pará;2022;8;2
Acre;2023;20;1
Bahia;2023;30;0
Pará;2023;..;4
"""
LONG = """\ufeff"REF_AREA","TIME_PERIOD","SEX","INDICATOR","OBS_VALUE","OBS_STATUS"
"Norway","2022","Total","victims_identified","61",""
"Norway","2022","Females","victims_identified","45","p"
"Norway","2023","Total","victims_identified","1 070",""
"Norway","2023","Total","convictions_persons","5",""
"""
QUARTERLY = """\
Bulletin of the ministry
Quarter\tVictims identified\tConvictions persons
2023 Q1\t12\t0
2023 Q2\t9\t1
2023 Q3\t<5\t-
Q4 2023\t11\t2
Source: Ministry of Justice
"""


def put(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def short(found):
    table = found.claims
    return [
        (c.country, c.indicator, c.breakdown, c.period_start, c.period_end, c.value, c.qualifier)
        for c in table.itertuples()
    ]


def sheet(rows):
    def cell(value):
        if value is None:
            return "<c/>"
        if isinstance(value, int | float):
            return f"<c><v>{value}</v></c>"
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>'

    body = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    return f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{body}</sheetData></worksheet>'


def workbook(path, content, name="Tabell 1"):
    """A workbook of one sheet."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets><sheet name="{name}" sheetId="1" '
        'r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": content,
    }
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    return path


# --- the shapes that analysts have ------------------------------------------------------------------------------


def test_a_police_table_by_state_with_semicolons(tmp_path):
    found = read(
        put(tmp_path / "police-2024.csv", POLICE, "cp1252"),
        countries=["Brazil"],
        year="Ano",
        area="Estado",
        value=["Vítimas=victims_identified", "Condenados=convictions_persons"],
        decimal=",",
    )
    assert short(found) == [
        ("BRA", "convictions_persons", "", "2023-01-01", "2023-12-31", 5.0, "exact"),
        ("BRA", "victims_identified", "", "2022-01-01", "2022-12-31", 1460.0, "exact"),
    ]
    assert found.claims["scope_note"].tolist() == ["sum of 3 places"] * 2
    assert found.n_rows == 12
    reasons = set(found.skipped["reason"])
    assert "the figures of 3 places cannot be added up: Bahia (row 3) has '<5'" in reasons
    assert "the figures of 3 places cannot be added up: Pará (row 7) has '..'" in reasons


def test_a_figure_that_can_be_read_in_two_ways_stops_the_import_with_line_and_column(tmp_path):
    with pytest.raises(ReaderError, match=r"say --decimal .*\nrow 2: column Vítimas, value '1\.440'"):
        read(
            put(tmp_path / "a.csv", POLICE),
            countries=["BRA"],
            year="Ano",
            area="Estado",
            value=["Vítimas=victims_identified"],
        )


def test_a_long_table_with_a_byte_order_mark_and_everything_quoted(tmp_path):
    found = read(put(tmp_path / "long.csv", LONG), countries=["REF_AREA"], published="2024")
    assert [row[1:3] + row[5:6] for row in short(found)] == [
        ("convictions_persons", "", 5.0),
        ("victims_identified", "", 61.0),
        ("victims_identified", "", 1070.0),
        ("victims_identified", "sex=female", 45.0),
    ]
    assert set(found.claims["country"]) == {"NOR"}


def test_a_wide_table_with_two_header_rows_in_a_workbook(tmp_path):
    rows = [
        ["Rapporteur, table 3"],
        ["Country", "2022", None, "2023", None, None],
        [None, "Women", "Men", "Women", "Men", "Total"],
        ["Netherlands", 500, 300, 510, "c. 290", 800],
        ["Belgium", 100, "..", 90, 60, 150],
    ]
    found = read(workbook(tmp_path / "wide.xlsx", sheet(rows)), indicator="victims_identified", published="2024-05")
    assert len(found.claims) == 9
    total = found.claims.query("country == 'BEL' and breakdown == ''").iloc[0]
    assert (total["value"], total["period_end"], total["locator"]) == (150.0, "2023-12-31", "row 5, 2023 / Total")
    about = found.claims.query("country == 'NLD' and breakdown == 'sex=male' and period_end == '2023-12-31'").iloc[0]
    assert (about["value"], about["qualifier"]) == (290.0, "about")
    assert found.skipped[["row", "reason"]].to_numpy().tolist() == [[5, "no figure: '..'"]]


def test_quarterly_bulletins(tmp_path):
    found = read(put(tmp_path / "bulletin.tsv", QUARTERLY), countries=["PRT"], year="Quarter")
    assert [(row[1], row[3], row[5], row[6]) for row in short(found)][:3] == [
        ("convictions_persons", "2023-01-01", 0.0, "exact"),
        ("convictions_persons", "2023-04-01", 1.0, "exact"),
        ("convictions_persons", "2023-10-01", 2.0, "exact"),
    ]
    assert len(found.claims) == 7
    assert "write 0 where it means none" in " ".join(found.skipped["reason"])


def test_fiscal_years_and_a_map(tmp_path):
    table = put(tmp_path / "fy.csv", 'Jahr,Opfer,Verurteilte\n2021/22,70,"4"\n2022/23,80-90,5\n')
    mapped = put(
        tmp_path / "map.toml",
        'country = "India"\nyear = "Jahr"\nfiscal_year = 4\n[value]\nOpfer = "victims_identified"\n'
        'Verurteilte = "convictions_persons"\n[source]\nsource = "ncrb-2023"\npublisher = "NCRB"\ntier = "register"\n'
        'upstream = "national"\npublished = "2023-12-01"\ntitle = "Crime in India"\n',
    )
    found = read(table, map=str(mapped))
    assert found.source["source_id"] == "ncrb-2023"
    assert (found.source["publisher"], found.source["tier"], found.source["upstream"]) == (
        "NCRB",
        "register",
        "national",
    )
    between = found.claims.query("qualifier == 'between'").iloc[0]
    assert (between["value"], between["value_upper"], between["period_start"]) == (80.0, 90.0, "2022-04-01")


def test_an_opendocument_sheet(tmp_path):
    rows = [["Country", "Year", "Victims identified"], ["Sweden", "2023", "215"]]
    cells = "".join(
        "<table:table-row>"
        + "".join(f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in row)
        + "</table:table-row>"
        for row in rows
    )
    names = {n: f"urn:oasis:names:tc:opendocument:xmlns:{n}:1.0" for n in ("office", "table", "text")}
    content = (
        "<office:document-content "
        + " ".join(f'xmlns:{n}="{uri}"' for n, uri in names.items())
        + f'><office:body><office:spreadsheet><table:table table:name="S">{cells}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    found = read(tmp_path / "a.ods", published="2024")
    assert [row[0] for row in short(found)] == ["SWE"]


STATES = """\ufeff"State/UT","Year","Victims trafficked","Persons convicted"
"Assam","2021","757","0"
"Delhi","2021","512","1"
"Goa","2021","*","0"
"All States","2021","1,269","1"
"Assam","2022","400","3"
"Delhi","2022","501","2"
"Goa","2022","7","<5"
"""


@pytest.mark.parametrize("name", ["All States", "TOTAL STATE(S)", "Grand total", "India"])
def test_a_row_of_the_whole_country_is_not_added_to_its_states(tmp_path, name):
    found = read(
        put(tmp_path / "a.csv", STATES.replace("All States", name)),
        countries=["India"],
        area="State/UT",
        value=["Victims trafficked=victims_identified", "Persons convicted=convictions_persons"],
        decimal=".",
    )
    assert [(row[1], row[3][:4], row[5]) for row in short(found)] == [
        ("convictions_persons", "2021", 1.0),
        ("victims_identified", "2021", 1269.0),
        ("victims_identified", "2022", 908.0),
    ]
    assert found.n_rows == len(found.claims) + len(found.skipped)


def test_a_state_that_happens_to_be_the_sum_of_two_others_is_no_whole(tmp_path):
    table = put(tmp_path / "a.csv", "State,Year,Victims identified\nAssam,2021,14\nDelhi,2021,8\nGoa,2021,6\n")
    found = read(table, countries=["India"], area="State")
    assert found.claims[["value", "scope_note"]].to_numpy().tolist() == [[28.0, "sum of 3 places"]]


def test_a_bulletin_by_quarters_in_portuguese(tmp_path):
    rows = [
        "Boletim;;",
        "Período;Vítimas;Condenações",
        "1º trimestre de 2023;120;4",
        "T2 2023;1.050;<5",
        "2023 Q3;98;-",
    ]
    found = read(
        put(tmp_path / "Boletim trimestral 2023.csv", "\n".join([*rows, "Fonte: MJ"]), "cp1252"),
        countries=["Brazil"],
        year="Período",
        value=["Vítimas=victims_identified", "Condenações=convictions_persons"],
        decimal=",",
    )
    assert found.source["source_id"] == "boletim-trimestral-2023"
    assert [row[4:] for row in short(found)] == [
        ("2023-03-31", 4.0, "exact"),
        ("2023-06-30", 5.0, "less_than"),
        ("2023-03-31", 120.0, "exact"),
        ("2023-06-30", 1050.0, "exact"),
        ("2023-09-30", 98.0, "exact"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1250", "utf-16"])
def test_a_table_in_polish_with_a_map(tmp_path, encoding):
    table = put(
        tmp_path / "polska.csv",
        "Kraj;Rok;Płeć;Ofiary\nPolska;2021;Kobiety;120\nPolska;2021;Mężczyźni;<5\nPolska;2022;Ogółem;1 024\n",
        encoding,
    )
    mapped = put(
        tmp_path / "map.toml",
        'country = "Kraj"\nyear = "Rok"\n[value]\nOfiary = "victims_identified"\n[breakdown]\n"Płeć" = "sex"\n'
        '[labels.country]\nPolska = "POL"\n[labels.sex]\nKobiety = "female"\n"Mężczyźni" = "male"\n"Ogółem" = ""\n',
    )
    assert [row[:3] + row[5:] for row in short(read(table, map=mapped))] == [
        ("POL", "victims_identified", "", 1024.0, "exact"),
        ("POL", "victims_identified", "sex=female", 120.0, "exact"),
        ("POL", "victims_identified", "sex=male", 5.0, "less_than"),
    ]


def test_two_header_rows_with_years_in_the_second(tmp_path):
    rows = [
        ["Table 4"],
        ["Country", "Victims identified", None, "Convictions persons", None],
        [None, 2021, 2022, 2021, 2022],
        ["Kenya", "..", 12, 1, 0],
        ["Uganda", 10, 30, 2, 0],
    ]
    found = read(workbook(tmp_path / "two.xlsx", sheet(rows)), published="2024-05")
    assert len(found.claims) == 7
    assert found.claims["locator"][0] == "row 4, Convictions persons / 2021"
    one = [["", "2021", "2022"], ["Kenya", "..", ".."], ["Uganda", "10", "30"]]
    found = read(workbook(tmp_path / "one.xlsx", sheet(one)), indicator="victims_identified", countries=["KEN"])
    assert found.n_rows == 4


def test_the_first_sheet_that_gives_claims_is_read(tmp_path):
    cover = [["Statistics on trafficking"], ["Ministry of Justice", "2024"], ["Table", "Title"], ["1", "Victims"]]
    data = [["Financial year", "Women", "Men"], ["2021-22", 14, 3], ["2022-23", 20, 1]]
    path = workbook(tmp_path / "a.xlsx", sheet(cover), name="Read me")
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    second = {
        "xl/workbook.xml": ("</sheets>", '<sheet name="T1" sheetId="2" r:id="r2"/></sheets>'),
        "xl/_rels/workbook.xml.rels": (
            "</Relationships>",
            f'<Relationship Id="r2" Type="{kind}" Target="worksheets/sheet2.xml"/></Relationships>',
        ),
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text.replace(*second.get(name, ("", ""))) if name in second else text)
        archive.writestr("xl/worksheets/sheet2.xml", sheet(data))
    given = {"countries": ["Australia"], "indicator": "victims_identified", "fiscal-year": "7"}
    found = read(path, **given)
    assert found.source["note"] == "sheet T1"
    assert next(row[3:6] for row in short(found)) == ("2021-07-01", "2022-06-30", 14.0)
    assert read(path, sheet="T1", **given).claims.equals(found.claims)
    with pytest.raises(ReaderError, match="there is no sheet 'T2'; there are: Read me, T1"):
        read(path, sheet="T2", **given)
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in {**files, "xl/worksheets/sheet1.xml": sheet(data)}.items():
            archive.writestr(file, text.replace(*second.get(file, ("", ""))) if file in second else text)
        archive.writestr("xl/worksheets/sheet2.xml", sheet(data))
    assert "sheet Read me; not read: T1 (--sheet)" in str(read(path, **given))


def test_the_year_of_publication_is_no_column_of_that_year(tmp_path):
    table = put(tmp_path / "a.csv", "UF;Sexo;2022;2023\nSP;Feminino;10;12\nRJ;Feminino;3;2\n")
    given = {"countries": ["Brazil"], "area": "UF", "indicator": "victims_identified", "breakdown": ["Sexo=sex"]}
    found = read(table, published="2023", **given)
    assert found.n_rows == len(found.skipped) == 4
    told = "the figures of 2 places cannot be added up: SP (row 2): column sex, value 'Feminino': must be a category of"
    assert all(reason.startswith(told) for reason in found.skipped["reason"])
    mapped = put(tmp_path / "map.toml", '[labels.sex]\nFeminino = "female"\n')
    found = read(table, published="2023", map=mapped, **given)
    assert [row[2:6:3] for row in short(found)] == [("sex=female", 13.0), ("sex=female", 14.0)]


def test_the_name_of_a_file_is_no_heading_of_its_columns(tmp_path):
    table = put(tmp_path / "victims.csv", "Country,Year,victims,Tier,Published\nNigeria,2022,4,first,soon\n")
    found = read(table, value=["victims=victims_identified"])
    assert found.claims[["source_id", "value"]].to_numpy().tolist() == [["victims", 4.0]]


def test_columns_called_like_what_is_said_of_the_source_keep_what_they_say(tmp_path):
    text = "published,publisher,source_id,tier,upstream,Number\n2021,NOR,a,women,x,4\n2022,SWE,b,men,x,5\n"
    columns = {"year": "published", "breakdown": ["tier=sex"], "value": ["Number=victims_identified"]}
    found = read(put(tmp_path / "a.csv", text), countries=["publisher"], published="2024", **columns)
    assert [row[:4] + row[5:6] for row in short(found)] == [
        ("NOR", "victims_identified", "sex=female", "2021-01-01", 4.0),
        ("SWE", "victims_identified", "sex=male", "2022-01-01", 5.0),
    ]
    assert (set(found.claims["source_id"]), found.source["published"]) == ({"a"}, "2024")


def test_a_column_may_hold_a_part_and_a_row_is_left_out_once(tmp_path):
    table = put(tmp_path / "a.csv", "Country,Year,men,women\nNigeria,2022,4,5\nFreedonia,2022,-,5\n")
    value = ["men=victims_identified / sex=male", "women=victims_identified / sex=female"]
    found = read(table, value=value)
    assert [row[2:6:3] for row in short(found)] == [("sex=female", 5.0), ("sex=male", 4.0)]
    assert found.n_rows == len(found.claims) + len(found.skipped) == 4


# --- files that are none, and unlucky ones ------------------------------------------------------------------------

UNLUCKY = {
    "empty": (b"", "the file is empty"),
    "blank": (b"\n\n  \n", "the file is empty"),
    "header alone": (b"country,year,value\n", "no rows below the header"),
    "NUL bytes": (b"a,b\x00c\n", "not a text file"),
    "open quote": (b'country,year,value\n"SWE,2023,1\n', "not a CSV file"),
    "cut gzip": (b"\x1f\x8b\x08\x00cut", "not a text file"),
    "too many cells": (b"country,year,value\nSWE,2023,1,2,3\n", "5 cells below 3 headings"),
    "one column": (b"value\n1\n", "nothing gives the country, the indicator"),
    "no figures": (b"country,year,colour\nSWE,2023,red\n", "no heading says what is counted"),
    "two columns of one name": (b"country,year,value,value\nSWE,2023,1,2\n", "two columns of one name: value"),
    "a thousand commas": (b'country,year,value\nSWE,2023,"12,000"\n', "can be read in two ways"),
}


@pytest.mark.parametrize("case", UNLUCKY)
def test_a_file_that_is_no_table_gets_a_message(tmp_path, case):
    content, message = UNLUCKY[case]
    (tmp_path / "a.csv").write_bytes(content)
    given = {} if case == "one column" else {"indicator": "victims_identified"}
    with pytest.raises(ts.TraffickingStatsError, match=message):
        read(tmp_path / "a.csv", **given)


FAR = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


@pytest.mark.parametrize(
    "cell",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="900000"><c r="ZZ900000"><v>1</v></c></row>',
        '<row r="1"><c r="XFE1048577"><v>1</v></c></row>',
        '<row r="1"><c r="ZZZZ99999999"><v>1</v></c></row>',
        "<row r='1'><c r='XFD1048576'><v>1</v></c></row>",
        '<row><c s="1" r="ABCDEFGH1"><v>1</v></c></row>',
    ],
)
def test_a_cell_far_out_is_refused_before_room_is_made_for_it(tmp_path, cell):
    for reader in READERS[:1] + READERS[2:]:
        path = workbook(tmp_path / "far.xlsx", FAR.format(cell))
        with pytest.raises(ReaderError, match="far outside of any table"):
            reader.read(path)


@pytest.mark.parametrize("content", [b"PK\x03\x04cut", b"", b"country,year\n", b"\xd0\xcf\x11\xe0" + b"\0" * 600])
def test_a_workbook_that_is_none_gets_a_message(tmp_path, content):
    for suffix in (".xlsx", ".ods", ".xls"):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(content)
        for reader in (READERS[0], READERS[2]):
            with pytest.raises(ReaderError, match="a" + suffix.replace(".", r"\.")):
                reader.read(path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"value": "Nothing"}, "there is no column 'Nothing'"),
        ({"value": ["Number=victims"]}, "'victims', for the column 'Number', is no indicator"),
        ({"breakdown": ["Colour"]}, "there is no column 'Colour'"),
        ({"breakdown": ["Country=colour"]}, "is no dimension"),
        ({"decimal": ";"}, "decimal cannot be ';'; it is: The decimal mark, . or ,"),
        ({"header": "first"}, "header must be a row"),
        ({"sheet": "x", "fiscal-year": "13"}, "fiscal year begins, 1 to 12"),
        (
            {"fiscal-year": "April"},
            "fiscal_year cannot be 'April'; it is: Month in which the fiscal year",
        ),
        ({"fill": ["Region"]}, "fill: there is no column 'Region'"),
        ({"countries": ["Freedonia"]}, "must be alpha-3 codes"),
        ({"source_id": "../etc"}, "letters, digits and hyphens"),
        ({"map": "/no/such/map.toml"}, "not a map in TOML"),
    ],
)
def test_options_that_make_no_sense_get_a_message(tmp_path, options, message):
    path = put(tmp_path / "a.csv", "Country,Year,Indicator,Number\nSweden,2021/22,victims_identified,5\n")
    try:
        told = "; ".join(read(path, **options).skipped["reason"])
    except ts.TraffickingStatsError as error:
        told = str(error)
    assert message in told


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("value = {Number = 5}", "'5', for the column 'Number', is no indicator"),
        ('value = {Number = ["x"]}', "value cannot be {'Number': ['x']}; it is: Column of the figures"),
        ("breakdown = 3", "there is no column '3'"),
        ('country = ["SWE"]', "country cannot be ['SWE']; it is: Text."),
        ('country = {a = "b"}', "country cannot be {'a': 'b'}; it is: Text."),
        ('labels = "x"', "labels cannot be 'x'; it is: Tables of words"),
        ('[labels]\nsex = "x"', "labels cannot be {'sex': 'x'}; it is: Tables of words"),
        ('delimiter = "ab"', "delimiter cannot be 'ab'; it is: What separates the columns"),
        ('encoding = "nope"', "cannot be read as 'nope'"),
        ("fiscal_year = [1]", "fiscal_year cannot be [1]; it is: Month"),
        ("fiscal_year = -1", "fiscal_year cannot be -1; it is: Month"),
        ('x = "1"', "unknown keys: x"),
        ("header = 9", "no rows below the header in row 9"),
    ],
)
def test_a_map_that_makes_no_sense_gets_a_message(tmp_path, text, message):
    path = put(tmp_path / "a.csv", "Country,Year,Indicator,Number\nSweden,2022,victims_identified,5\n")
    try:
        told = "; ".join(read(path, map=put(tmp_path / "map.toml", text)).skipped["reason"])
    except ts.TraffickingStatsError as error:
        told = str(error)
    assert message in told


def test_numbers_and_dates_in_a_map_are_what_they_say(tmp_path):
    path = put(tmp_path / "a.csv", "Country|Indicator|Number\nSweden|victims_identified|5\n")
    text = 'year = 2022\nheader = 1\ndelimiter = "|"\nsource = 7\nvalue = {}\npublished = 2024-05-01\n'
    found = read(path, map=put(tmp_path / "map.toml", text))
    assert short(found) == [("SWE", "victims_identified", "", "2022-01-01", "2022-12-31", 5.0, "exact")]
    assert (found.source["source_id"], found.published) == ("7", "2024-05-01")


def test_each_reader_knows_its_own_files(tmp_path, root):
    assert reader_of(root / "tests" / "data" / "eurostat" / "crim_thb_sex.csv").name == "eurostat"
    assert reader_of(root / "tests" / "data" / "eurostat" / "estat_crim_thb_vctz.tsv").name == "eurostat"
    assert reader_of(put(tmp_path / "a.csv", LONG)).name == "table"
    with pytest.raises(ReaderError, match="no table that can be read"):
        reader_of(put(tmp_path / "a.doc", "text"))


# --- the command ------------------------------------------------------------------------------------------------


def run(*args):
    result = CliRunner().invoke(cli, [str(arg) for arg in args])
    error = f"{result.exception}" if result.exception and not isinstance(result.exception, SystemExit) else ""
    return result.exit_code, result.stdout, result.stderr + error


@pytest.fixture
def raw(tmp_path):
    return write(tmp_path / "raw")


def test_a_dry_run_shows_claims_rows_left_out_and_the_next_step(tmp_path, raw):
    args = ["import", "table", put(tmp_path / "nor-2024.csv", LONG), "--country", "REF_AREA", "--raw", raw]
    code, out, _ = run(*args, "--dry-run")
    assert code == 0
    assert "first claims:" in out
    assert "NOR victims_identified sex=female" in " ".join(out.split())
    assert out.endswith("to import, say the same without --dry-run\nnothing was written\n")
    code, out, _ = run(*args)
    assert code == 0
    assert "next: trafficking-stats clean" in out
    assert set(ts.read_claims(raw).query("source_id == 'nor-2024'")["country"]) == {"NOR"}
    assert "nor-2024.csv has these claims already; there is nothing to do" in run(*args, "--dry-run")[1]
    put(tmp_path / "nor-2024.csv", LONG.replace("61", "62"))
    code, out, _ = run(*args, "--dry-run")
    assert (
        "claims of this source, 1 in all, are there already and differ; give the new ones another id (--source), or"
        " replace" in out
    )
    code, _, err = run(*args)
    assert code == 1
    assert "differ" in err


def test_other_words_on_the_publication_are_never_dropped_in_silence(tmp_path, raw):
    path, listed = put(tmp_path / "nor-2024.csv", LONG), raw / "sources.csv"
    args = ["import", "table", path, "--country", "REF_AREA", "--raw", raw]
    assert run(*args)[0] == 0
    said = ["--published", "2024-05-01", "--title", "Yearbook"]
    code, _, err = run(*args, *said)
    assert code == 1
    assert "title is there already as 'nor-2024.csv', not 'Yearbook', published is there already as ''" in err
    assert "or replace the old ones (--replace)" in err
    assert "Yearbook" in run(*args, *said, "--dry-run")[1]
    assert "nor-2024,nor-2024.csv," in listed.read_text()
    assert run(*args, *said, "--replace")[0] == 0
    assert "nor-2024,Yearbook," in listed.read_text()
    for again in (said, []):  # what nobody says again stays as it was completed
        code, out, _ = run(*args, *again)
        assert code == 0
        assert "the same to the last byte" in out
    in_map = put(tmp_path / "map.toml", '[source]\npublisher = "Police"\n')
    assert "publisher is there already as 'nor-2024', not 'Police'" in run(*args, "--map", in_map)[2]


def test_a_column_of_figures_that_is_not_imported_is_named_with_what_to_type(tmp_path, raw):
    path = put(tmp_path / "gha-2024.csv", "Year,Victims,Convictions,Comments\n2021,10,2,a\n2022,12,3,b\n")
    args = ["import", "table", path, "--country", "Ghana", "--raw", raw]
    for dry in (["--dry-run"], []):
        code, out, err = run(*args, *dry)
        assert code == 1  # what was read is written, and what was not is no success
        assert 'say what each column of figures holds (--value "Victims=INDICATOR")' in out
        assert out.endswith("; 2 of 4 figures are left out\n")
        assert err == (
            "warning: nothing can be imported of the columns Victims; this ends with 1 until --value names every "
            "column to take\n"
        )
    code, _, err = run(*args, "--value", "Victims=victims")
    assert code == 1
    assert "is no indicator, year or key=category; did you mean victims_identified or" in err
    values = ["--value", "Victims=victims_identified", "--value", "Convictions=convictions_persons"]
    code, out, err = run(*args, *values, "--replace")
    assert (code, err) == (0, "")
    assert "4 claims" in out


@pytest.mark.parametrize("day", ["2024-02-30", "2024-13", "03/04/2024", "spring"])
def test_a_date_of_publication_that_is_none_stops_at_the_option(tmp_path, raw, day):
    path = put(tmp_path / "nor-2024.csv", LONG)
    code, out, err = run("import", "table", path, "--country", "REF_AREA", "--raw", raw, "--published", day)
    assert code == 1
    assert "skipped" not in out
    assert f"--published: '{day}' must be a day that" in err


def test_nothing_to_import_is_no_success(tmp_path, raw):
    path = put(tmp_path / "a.csv", "country,year,indicator,value\nSWE,2023,victims_identified,..\n")
    for dry in ([], ["--dry-run"]):
        code, _, err = run("import", "table", path, "--raw", raw, *dry)
        assert code == 1
        assert "nothing can be imported: 1 of 1 figures were skipped" in err


def test_the_wrong_reader_names_the_right_one(root, raw):
    code, _, err = run("import", "unodc", root / "tests" / "data" / "eurostat" / "crim_thb_sex.csv", "--raw", raw)
    assert code == 1
    assert "trafficking-stats import eurostat" in err


def test_json_says_the_next_step(tmp_path, raw):
    path = put(tmp_path / "nor-2024.csv", LONG)
    code, out, _ = run("import", "table", path, "--country", "REF_AREA", "--raw", raw, "--dry-run", "--json")
    assert code == 0
    assert json.loads(out)["next"] == "to import, say the same without --dry-run"


def test_what_was_imported_can_be_cleaned_and_reconciled(tmp_path, raw):
    path = put(tmp_path / "police-2024.csv", POLICE)
    args = ("--country", "Brazil", "--year", "Ano", "--area", "Estado", "--decimal", ",")
    values = ("--value", "Vítimas=victims_identified", "--value", "Condenados=convictions_persons")
    code, _, err = run("import", "table", path, *args, *values, "--raw", raw, "--published", "2024-03")
    assert code == 0, err
    assert run("clean", "--raw", raw, "--output", tmp_path / "clean")[0] == 0
    series = pd.read_csv(tmp_path / "clean" / "series.csv")
    assert series.query("country == 'BRA' and year == 2022")["estimate"].tolist() == [1460]
