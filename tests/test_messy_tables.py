"""Tables as offices print them, of countries of every continent, read at first sight or with one word more."""

import io
import warnings

import pandas as pd
import pytest
from test_import_table import put, sheet, workbook

import trafficking_stats as ts
from trafficking_stats.frames import SkippedRowsWarning
from trafficking_stats.readers.table import read

BY_STATE = """\
Entidad federativa,2022,2023
Aguascalientes,15,9
Baja California,61,55
"Ciudad de México","1,310","1,287"
Total nacional,"1,386","1,351"
Nota: cifras preliminares.
"""
LONG = """\
\ufeff"Country","Year","Sex","Indicator","Number of persons","Share (%)"
"Philippines","2022","Female","Victims identified","1 084","80.5"
"Philippines","2022","Total","Victims identified","1 346","100"
"Philippines","2023","Female","Victims identified","912(a)","78"
"(a) Provisional.","","","","",""
"""
INDICATORS_IN_ROWS = """\
Indicator,2021,2022*
Victims identified,427,556
Persons prosecuted,31,25
"""
FOOTNOTES = """\
Year,Victims identified,Men,Women
2020,37¹,2,35
2021,47 (b),6,41[2]
2022 (c),46 a),8,38
2023p,61†,9,52 r
"""
BY_NATIONALITY = """\
Nationalität;2021;2022;Total
Rumänien;30;25;55
Ungarn;12;20;32
Total;42;45;87
"""
SUBTOTALS = """\
"Table 14A.2: victims rescued, State/UT-wise, 2022",,,,
S. No.,State/UT,Male,Female,Total
1,Andhra Pradesh,60,247,307
2,Assam,20,110,130
3,Bihar,900,200,1100
TOTAL STATE(S),,980,557,1537
4,Delhi UT,12,30,42
TOTAL (ALL INDIA),,992,587,1579
As per data provided by States/UTs,,,,
""".replace("TOTAL STATE(S),", ",TOTAL STATE(S)").replace("TOTAL (ALL INDIA),", ",TOTAL (ALL INDIA)")
THIN_SPACES = """\
Année;Victimes identifiées;Condamnations
2021;1\u202f811;1\u202f034
2022;2\u2009027;987
2023;2 100 (p);1\u00a0002
"""
FISCAL = """\
Fiscal year,"Persons\nprosecuted",Persons convicted,Percent convicted
2020,1343,658,49.0%
2021 /a,1672,809,48.4%
FY 2022r,1656,809,48.9 %
Note: Fiscal year ends September 30.
"""
MONTHS = """\
Año,Ene,Feb,Abr,Ago,Set,Dic,Total
2022,12,9,8,9,13,6,119
"""
ROMAN = """\
Year,Quarter,Victims identified
2022,I,4
2022,IV,6
2022,Total,20
"""
DUTCH = """\
Tabel 3.1 Meldingen van slachtoffers;;;;
;2019;2020;2021;2022
Vrouw;731;534;485;468
Onbekend;9;-;14;24
Totaal;1.334;984;792;814
"""
SHARES_BEHIND = """\
Year,Victims identified,Women,Children
2021,505 (100%),"379 (75,0%)","253 (50.1 %)"
2022,500,361 (72%),210
"""
YEAR_AND_SEX = """\
Country,Female 2021,Male (2021),Total – 2021,2022: Female
Ireland,25,19,44*,24
"""
WORD_FOR_YEAR = """\
Indicator;Year 2021;2022 р.;2023 рік
Victims identified;59;46;68
Persons convicted;22;12;17
"""
BELOW_YEARS = """\
;2021;;2022;
;Mujeres;Hombres;Mujeres;Hombres
Panama;8;3;9;5
"""
YEARS_WITH_POINTS = """\
Godina;Ukupno;Žene;Muškarci
2021.;46;35;11
2022. (revised);63;50;13
"""
UNITS_ABOVE = """\
Év,Victims identified (persons),Persons convicted (number)
2021,1 012,22
2022.,970,31
"""
MONTHS_IN_ROWS = """\
Month,2022,2023
January,3,4
February,2,-
Total,5,4
"""
SINGULAR = """\
Année,Femme,Homme,Fille,Garçon,Total
2022,50,20,8,4,82
"""
SEMESTERS = """\
Período;Víctimas
1° semestre 2022;650
2° semestre 2022;819
Año 2022;1469
enero-junio 2023;712
"""
TABLES = {
    "a title, Dutch words, points between thousands and a dash": (
        DUTCH,
        {
            "countries": ["Netherlands"],
            "indicator": "victims_identified",
            "breakdown": ["column 1=sex"],
            "decimal": ",",
        },
        {
            ("victims_identified", part, str(year)): value
            for part, values in {
                "": (1334, 984, 792, 814),
                "sex=female": (731, 534, 485, 468),
                "sex=unknown": (9, None, 14, 24),
            }.items()
            for year, value in enumerate(values, 2019)
            if value
        },
    ),
    "the share that a figure is behind it": (
        SHARES_BEHIND,
        {"countries": ["Romania"]},
        {
            ("victims_identified", part, year): value
            for part, values in {"": (505, 500), "sex=female": (379, 361), "age=child": (253, 210)}.items()
            for year, value in zip(("2021", "2022"), values, strict=True)
        },
    ),
    "a year and a category in one heading": (
        YEAR_AND_SEX,
        {"indicator": "victims_identified"},
        {
            ("victims_identified", "", "2021"): 44,
            ("victims_identified", "sex=female", "2021"): 25,
            ("victims_identified", "sex=male", "2021"): 19,
            ("victims_identified", "sex=female", "2022"): 24,
        },
    ),
    "a title of few cells: years above headings that repeat": (
        BELOW_YEARS,
        {"country": "column 1", "indicator": "victims_identified"},
        {
            ("victims_identified", f"sex={sex}", year): value
            for sex, values in {"female": (8, 9), "male": (3, 5)}.items()
            for year, value in zip(("2021", "2022"), values, strict=True)
        },
    ),
    "years with a point, in Serbian": (
        YEARS_WITH_POINTS,
        {"countries": ["Serbia"], "indicator": "victims_identified"},
        {
            ("victims_identified", part, year): value
            for part, values in {"": (46, 63), "sex=female": (35, 50), "sex=male": (11, 13)}.items()
            for year, value in zip(("2021", "2022"), values, strict=True)
        },
    ),
    "units in the heading": (
        UNITS_ABOVE,
        {"countries": ["Hungary"]},
        {
            (indicator, "", year): value
            for indicator, values in {"victims_identified": (1012, 970), "convictions_persons": (22, 31)}.items()
            for year, value in zip(("2021", "2022"), values, strict=True)
        },
    ),
    "months in rows and years in columns": (
        MONTHS_IN_ROWS,
        {"countries": ["Rwanda"], "indicator": "victims_identified"},
        {
            ("victims_identified", "", end): value
            for end, value in {"2022-01-31": 3, "2023-01-31": 4, "2022-02-28": 2, "2022": 5, "2023": 4}.items()
        },
    ),
    "women, men, girls and boys in the singular": (
        SINGULAR,
        {"countries": ["Tunisia"], "indicator": "victims_identified"},
        {
            ("victims_identified", part, "2022"): value
            for part, value in {
                "": 82,
                "age=adult;sex=female": 50,
                "age=adult;sex=male": 20,
                "age=child;sex=female": 8,
                "age=child;sex=male": 4,
            }.items()
        },
    ),
    "the word for a year beside its number": (
        WORD_FOR_YEAR,
        {"countries": ["Ukraine"]},
        {
            (indicator, "", year): value
            for indicator, values in {"victims_identified": (59, 46, 68), "convictions_persons": (22, 12, 17)}.items()
            for year, value in zip(("2021", "2022", "2023"), values, strict=True)
        },
    ),
    "half years and a year in one column": (
        SEMESTERS,
        {"countries": ["Argentina"], "year": "Período", "value": ["Víctimas=victims_identified"]},
        {
            ("victims_identified", "", "2022-06-30"): 650,
            ("victims_identified", "", "2022-07-01"): 819,
            ("victims_identified", "", "2022"): 1469,
            ("victims_identified", "", "2023-06-30"): 712,
        },
    ),
    "a police table by state": (
        BY_STATE,
        {"countries": ["Mexico"], "area": "Entidad federativa", "indicator": "victims_identified", "decimal": "."},
        {("victims_identified", "", "2022"): 1386, ("victims_identified", "", "2023"): 1351},
    ),
    "a long table with a byte order mark, quotes, shares and a footnote": (
        LONG,
        {},
        {
            ("victims_identified", "", "2022"): 1346,
            ("victims_identified", "sex=female", "2022"): 1084,
            ("victims_identified", "sex=female", "2023"): 912,
        },
    ),
    "years in columns and indicators in rows": (
        INDICATORS_IN_ROWS,
        {"countries": ["Kenya"]},
        {
            ("prosecutions_suspects", "", "2021"): 31,
            ("prosecutions_suspects", "", "2022"): 25,
            ("victims_identified", "", "2021"): 427,
            ("victims_identified", "", "2022"): 556,
        },
    ),
    "marks of footnotes, and parts beside their whole": (
        FOOTNOTES,
        {"countries": ["Japan"]},
        {
            ("victims_identified", part, year): value
            for part, values in {"": (37, 47, 46, 61), "sex=female": (35, 41, 38, 52), "sex=male": (2, 6, 8, 9)}.items()
            for year, value in zip(("2020", "2021", "2022", "2023"), values, strict=True)
        },
    ),
    "a row and a column of totals": (
        BY_NATIONALITY,
        {"countries": ["Switzerland"], "indicator": "victims_identified", "breakdown": ["Nationalität=citizenship"]},
        {
            ("victims_identified", part, year): value
            for part, values in {"": (42, 45), "citizenship=HUN": (12, 20), "citizenship=ROU": (30, 25)}.items()
            for year, value in zip(("2021", "2022"), values, strict=True)
        },
    ),
    "a title, numbered rows, subtotals, and a note below": (
        SUBTOTALS,
        {"countries": ["India"], "indicator": "victims_identified", "year": "2022", "area": "State/UT"},
        {
            ("victims_identified", "", "2022"): 1579,
            ("victims_identified", "sex=female", "2022"): 587,
            ("victims_identified", "sex=male", "2022"): 992,
        },
    ),
    "thin spaces between thousands": (
        THIN_SPACES,
        {
            "countries": ["France"],
            "value": ["Victimes identifiées=victims_identified", "Condamnations=convictions_persons"],
        },
        {
            ("convictions_persons", "", "2021"): 1034,
            ("convictions_persons", "", "2022"): 987,
            ("convictions_persons", "", "2023"): 1002,
            ("victims_identified", "", "2021"): 1811,
            ("victims_identified", "", "2022"): 2027,
            ("victims_identified", "", "2023"): 2100,
        },
    ),
    "fiscal years, a heading in two lines and a column of shares": (
        FISCAL,
        {"countries": ["USA"], "fiscal-year": "10"},
        {
            ("convictions_persons", "", "2020"): 658,
            ("convictions_persons", "", "2021"): 809,
            ("convictions_persons", "", "2022"): 809,
            ("prosecutions_suspects", "", "2020"): 1343,
            ("prosecutions_suspects", "", "2021"): 1672,
            ("prosecutions_suspects", "", "2022"): 1656,
        },
    ),
    "a column a month, in Spanish": (
        MONTHS,
        {"countries": ["Peru"], "indicator": "victims_identified"},
        {
            ("victims_identified", "", end): value
            for end, value in zip(
                ("2022", "2022-01-31", "2022-02-28", "2022-04-30", "2022-08-31", "2022-09-30", "2022-12-01"),
                (119, 12, 9, 8, 9, 13, 6),
                strict=True,
            )
        },
    ),
    "quarters in Roman numerals": (
        ROMAN,
        {"countries": ["Chile"]},
        {
            ("victims_identified", "", "2022"): 20,
            ("victims_identified", "", "2022-03-31"): 4,
            ("victims_identified", "", "2022-10-01"): 6,
        },
    ),
}


def figures(claims):
    """Figures by indicator, breakdown and the year, or else the end or the start of the part that names it."""
    found = {}
    for claim in claims.itertuples():
        start, end = claim.period_start, claim.period_end
        whole = start[5:] == "01-01" and end[5:] == "12-31"
        year = end[:4] if whole or int(end[:4]) > int(start[:4]) else start if end[5:] == "12-31" else end
        found[claim.indicator, claim.breakdown, year] = claim.value
    return found


@pytest.mark.parametrize("name", TABLES)
def test_a_table_as_it_is_printed(tmp_path, name):
    text, given, expected = TABLES[name]
    found = read(put(tmp_path / "table.csv", text), published="2024", **given)
    assert figures(found.claims) == expected
    assert found.n_rows == len(found.claims) + len(found.skipped)


@pytest.mark.parametrize("name", [name for name in TABLES if "title" not in name])
def test_the_same_as_a_frame(name):
    text, given, expected = TABLES[name]
    table = pd.read_csv(io.StringIO(text.removeprefix("\ufeff")), sep=";" if ";" in text.split("\n")[0] else ",")
    said = {key.replace("-", "_"): value for key, value in given.items()}
    for key in ("value", "breakdown"):
        if key in said:
            said[key] = dict(pair.split("=") for pair in said[key])
    said |= {"country": said.pop("countries")[0]} if "countries" in said else {}
    said |= {"fiscal_year": int(said["fiscal_year"])} if "fiscal_year" in said else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SkippedRowsWarning)
        claims = ts.claims_from(table, source="made-up", published="2024", **said)
    assert figures(claims) == expected


def test_the_mark_of_a_footnote_stays_in_the_note(tmp_path):
    found = read(put(tmp_path / "a.csv", FOOTNOTES), countries=["Japan"], published="2024").claims
    assert found.query("breakdown == ''")["scope_note"].tolist() == [
        "printed with the mark ¹",
        "printed with the mark (b)",
        "printed with the mark (c); printed with the mark a)",
        "printed with the mark p; printed with the mark †",
    ]


def test_a_share_behind_a_figure_stays_in_the_note(tmp_path):
    found = read(put(tmp_path / "a.csv", SHARES_BEHIND), countries=["Romania"], published="2023").claims
    assert found.query("breakdown == 'age=child'")["scope_note"].tolist() == ["printed with the mark (50.1 %)", ""]


@pytest.mark.parametrize("year", ["2565", "2078/79", "2078"])
def test_years_of_another_calendar_are_refused(tmp_path, year):
    path = put(tmp_path / "a.csv", f"Fiscal year,Persons prosecuted\n{year},407\n")
    found = read(path, countries=["Nepal"], published="2023-05", **{"fiscal-year": "7"})
    assert found.claims.empty
    assert found.skipped["reason"].str.contains("of our calendar|between 1900 and 2100").all()


def test_a_heading_that_labels_explain_is_not_split(tmp_path):
    path = put(tmp_path / "a.csv", "Country,Opfer 2021\nAustria,9\n")
    said = put(tmp_path / "map.toml", '[labels.indicator]\n"Opfer 2021" = "victims_identified"\n')
    assert read(path, map=said, year="2021").claims[["value", "period_end"]].to_numpy().tolist() == [[9, "2021-12-31"]]


def test_of_several_totals_that_nothing_adds_up_to_the_largest_is_the_country(tmp_path):
    rows = "Province,2022\nLusaka,15\nCopperbelt,7\nSub-total,22\nSouthern,3\nTotal,26\n"
    given = {"countries": ["Zambia"], "indicator": "victims_identified", "area": "Province"}
    assert read(put(tmp_path / "a.csv", rows), **given).claims["value"].tolist() == [26.0]


GROUPED = [
    ["Country", "Year", "Women", "Men"],
    ["Latvia", 2021, 10, 4],
    [None, 2022, "12*", 6],
    ["Estonia", 2021, 3, 7],
    [None, 2022, 5, 1],
]


def test_a_name_that_spans_several_rows_holds_for_each(tmp_path):
    merged = sheet(GROUPED).replace(
        "</worksheet>", '<mergeCells><mergeCell ref="A2:A3"/><mergeCell ref="A4:A5"/></mergeCells></worksheet>'
    )
    found = read(workbook(tmp_path / "a.xlsx", merged), indicator="victims_identified", published="2024")
    assert found.claims.groupby("country")["value"].sum().to_dict() == {"EST": 16.0, "LVA": 32.0}


def test_cells_that_are_merged_beyond_the_table_are_no_failure(tmp_path):
    merged = sheet(GROUPED).replace("</worksheet>", '<mergeCells><mergeCell ref="K40:M50"/></mergeCells></worksheet>')
    assert (
        len(read(workbook(tmp_path / "a.xlsx", merged), indicator="victims_identified", fill=["Country"]).claims) == 8
    )


def test_a_figure_that_spans_two_rows_is_no_figure_of_each(tmp_path):
    rows = [["Country", "Year", "Victims identified"], ["Latvia", 2021, 10], ["Latvia", 2022, None]]
    merged = sheet(rows).replace("</worksheet>", '<mergeCells><mergeCell ref="C2:C3"/></mergeCells></worksheet>')
    found = read(workbook(tmp_path / "a.xlsx", merged), published="2024")
    assert found.skipped[["row", "reason"]].to_numpy().tolist() == [[3, "no figure"]]


def test_cells_that_are_empty_below_their_name_are_filled_on_request(tmp_path):
    path = workbook(tmp_path / "a.xlsx", sheet(GROUPED))
    said = "; ".join(read(path, indicator="victims_identified", published="2024").skipped["reason"])
    assert "column country, value '': must be a country" in said
    assert "fill the cells below one that holds for them (--fill COLUMN)" in said
    found = read(path, indicator="victims_identified", published="2024", fill=["Country"])
    assert found.claims.groupby("country")["value"].sum().to_dict() == {"EST": 16.0, "LVA": 32.0}


def test_a_single_year_that_is_missing_is_not_to_be_filled_from_the_row_above(tmp_path):
    path = put(tmp_path / "a.csv", "Year,Victims identified\n2020,5\n,6\n2022,7\n2023,8\n")
    said = read(path, countries=["Ghana"], published="2024").skipped["reason"].tolist()
    assert len(said) == 1
    assert said[0].endswith("; add what is missing to the table, or leave the row out")


def test_a_column_without_a_heading_can_be_named(tmp_path):
    path = put(tmp_path / "a.csv", ",2020,2021\nVictims identified,391,842\nof whom women,120,300\n")
    with pytest.raises(ts.ClaimError, match="the columns are: column 1, 2020, 2021"):
        read(path, countries=["Ghana"])
    found = read(path, countries=["Ghana"], indicator="column 1")
    assert found.claims["value"].tolist() == [391.0, 842.0]
    assert "value 'of whom women': must be one of the indicators" in found.skipped["reason"][0]


def test_words_that_nobody_knows_are_asked_for_and_then_read(tmp_path):
    rows = [
        ["Cuadro 2. Víctimas de trata"],
        ["Año", "Víctimas identificadas", None, None, "Condenas", None],
        [None, "Mujeres", "Hombres", "Total", "Mujeres", "Hombres"],
        [2021, 90, 20, 110, 3, 8],
        [2022, "85*", 31, "116*", 2, 5],
        ["* Provisional"],
    ]
    path = workbook(tmp_path / "a.xlsx", sheet(rows))
    with pytest.raises(ts.ClaimError, match=r"no heading says what is counted; say .*labels=.*Condenas / Hombres"):
        read(path, countries=["Colombia"])
    words = '"Víctimas identificadas" = "victims_identified"\nCondenas = "convictions_persons"\n'
    found = read(path, countries=["Colombia"], map=put(tmp_path / "map.toml", f"[labels.indicator]\n{words}"))
    assert figures(found.claims)["victims_identified", "", "2022"] == 116
    assert len(found.claims) == 10


def test_parts_beside_two_indicators_are_of_neither(tmp_path):
    path = put(tmp_path / "a.csv", "Year,Victims identified,Persons convicted,Women\n2022,30,4,20\n")
    found = read(path, countries=["Ghana"], published="2024")
    assert sorted(found.claims["value"]) == [4.0, 30.0]
    assert "the heading 'Women' is no indicator" in found.skipped["reason"][0]


def test_a_fault_elsewhere_in_the_row_is_not_told_as_a_figure_that_reads_in_two_ways(tmp_path):
    path = put(tmp_path / "a.csv", 'Year,Persons convicted\nsometime,"1,118"\n')
    with pytest.raises(ts.ReaderError, match=r"row 2: column Persons convicted, value '1,118'"):
        read(path, countries=["Ghana"])


def test_a_total_of_all_years_is_left_out():
    table = pd.DataFrame({"Year": ["2021", "2022", "Total"], "Identified victims": [3, 4, 7]})
    with pytest.warns(SkippedRowsWarning, match="row 2: 'Total' is no year but a sum of several"):
        claims = ts.claims_from(table, source="made-up", published="2024", country="PRT")
    assert claims["indicator"].unique().tolist() == ["victims_identified"]
    assert claims["value"].tolist() == [3.0, 4.0]


COUNTRIES = {
    **{"Korea, Rep.": "KOR", "Congo, Dem. Rep.": "COD", "Congo, Rep.": "COG", "Iran, Islamic Rep.": "IRN"},
    **{"Egypt, Arab Rep.": "EGY", "Venezuela, RB": "VEN", "Yemen, Rep.": "YEM", "Micronesia, Fed. Sts.": "FSM"},
    **{"Tanzania, United Rep. of": "TZA", "China, Hong Kong SAR": "HKG", "West Bank and Gaza": "PSE"},
    **{"Netherlands (Kingdom of the)": "NLD", "Dominican Rep.": "DOM", "Syrian Arab Rep.": "SYR", "UAE": "ARE"},
    **{"St. Lucia": "LCA", "Burma/Myanmar": "MMR", "Gambia, The": "GMB", "Kosovo*": "XKX", "Guinea": "GIN"},
    **{"Guinea Bissau": "GNB", "Dominica": "DMA", "Niger": "NER", "Nigeria": "NGA", "Korea, Dem. People's Rep.": "PRK"},
}


@pytest.mark.parametrize("name", COUNTRIES)
def test_a_country_as_other_offices_write_it(name):
    table = pd.DataFrame({"Country": [name], "Year": [2022], "Victims identified": [3]})
    assert ts.claims_from(table, source="made-up", published="2024")["country"].tolist() == [COUNTRIES[name]]


@pytest.mark.parametrize("name", ["England and Wales", "Korea", "Virgin Islands", "Republic"])
def test_a_part_of_a_country_or_a_name_of_two_is_none(name):
    table = pd.DataFrame({"Country": [name], "Year": [2022], "Victims identified": [3]})
    with pytest.raises(ts.ClaimError, match="must be a country"):
        ts.claims_from(table, source="made-up", published="2024")


def test_a_second_table_below_the_first_is_not_read_under_its_header(tmp_path):
    first, second = "Country,Year,Victims identified\nKenya,2021,5\n", "Country,Year,Persons convicted\nKenya,2021,2\n"
    path = put(tmp_path / "a.csv", f"{first}\n{second}")
    with pytest.raises(ts.ReaderError, match="row 4: a second header; say --header 4 to read the table below it"):
        read(path, published="2024")
    found = read(path, published="2024", header="4").claims
    assert found[["indicator", "value"]].to_numpy().tolist() == [["convictions_persons", 2.0]]


def test_a_header_that_is_printed_on_every_page_is_passed_over(tmp_path):
    head = "Country,Year,Victims identified\n"
    found = read(put(tmp_path / "a.csv", f"{head}Kenya,2021,5\n{head}Kenya,2022,6\n"), published="2024")
    assert found.claims["value"].tolist() == [5.0, 6.0]
    assert found.skipped.empty


def test_figures_that_are_the_number_of_their_year_are_no_header(tmp_path):
    table = "Country,2021,2022\nKenya,2021,2022\nUganda,9,5\n"
    found = read(put(tmp_path / "a.csv", table), published="2024", indicator="victims_identified")
    assert sorted(found.claims["value"]) == [5.0, 9.0, 2021.0, 2022.0]
