"""Eurostat's tables and UNODC's file in the forms in which they come: all give the same claims."""

import csv
import io
import json

import pytest
from click.testing import CliRunner
from raw_folder import write
from unodc_workbook import HEADER, row, write_workbook

import trafficking_stats as ts
from trafficking_stats.cli import cli
from trafficking_stats.errors import ReaderError
from trafficking_stats.readers.eurostat import read_eurostat
from trafficking_stats.readers.unodc import read_unodc

DATE = "2025-01-17"
# what every layout below says: the Danish victims of 2020 and 2021, the women among them, the suspects of Greece
SAME = [
    ("DNK", "victims_registered", "", 2020, 91.0, "exact"),
    ("DNK", "victims_registered", "", 2021, 1084.0, "about"),
    ("DNK", "victims_registered", "sex=female", 2020, 60.0, "exact"),
    ("GRC", "suspects_formal_contact", "", 2020, 120.0, "exact"),
]
LAYOUTS = {
    "SDMX-CSV 1.0, codes": """\
DATAFLOW,LAST UPDATE,freq,leg_stat,sex,unit,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG
ESTAT:CRIM_THB_SEX(1.0),17/01/25 23:00:00,A,PER_VICT,T,NR,DK,2020,91,
ESTAT:CRIM_THB_SEX(1.0),17/01/25 23:00:00,A,PER_VICT,T,NR,DK,2021,1084,p
ESTAT:CRIM_THB_SEX(1.0),17/01/25 23:00:00,A,PER_VICT,F,NR,DK,2020,60,
ESTAT:CRIM_THB_SEX(1.0),17/01/25 23:00:00,A,PER_SUSP,T,NR,EL,2020,120,
""",
    "SDMX-CSV 1.0, labels": """\
DATAFLOW,LAST UPDATE,freq,leg_stat,sex,unit,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG
ESTAT:CRIM_THB_SEX(1.0),17/01/25 23:00:00,Annual,Victim,Total,Number,Denmark,2020,91,
ESTAT:CRIM_THB_SEX(1.0),17/01/25 23:00:00,Annual,Victim,Total,Number,Denmark,2021,1084,provisional
ESTAT:CRIM_THB_SEX(1.0),17/01/25 23:00:00,Annual,Victim,Females,Number,Denmark,2020,60,
ESTAT:CRIM_THB_SEX(1.0),17/01/25 23:00:00,Annual,Suspected person,Total,Number,Greece,2020,120,
""",
    "SDMX-CSV 1.0, headings and cells in labels": """\
DATAFLOW,LAST UPDATE,Time frequency,Legal status,Sex,Unit of measure,Geopolitical entity (reporting),Time,\
Observation value,Observation status (Flag)
ESTAT:CRIM_THB_SEX(1.0),17/01/25 23:00:00,Annual,Victim,Total,Number,Denmark,2020,91,
ESTAT:CRIM_THB_SEX(1.0),17/01/25 23:00:00,Annual,Victim,Total,Number,Denmark,2021,1084,p
ESTAT:CRIM_THB_SEX(1.0),17/01/25 23:00:00,Annual,Victim,Females,Number,Denmark,2020,60,
ESTAT:CRIM_THB_SEX(1.0),17/01/25 23:00:00,Annual,Suspected person,Total,Number,Greece,2020,120,
""",
    "SDMX-CSV 1.0, both": """\
DATAFLOW,LAST UPDATE,freq: Time frequency,leg_stat: Legal status,sex: Sex,unit: Unit,geo: Geopolitical entity,\
TIME_PERIOD: Time,OBS_VALUE,OBS_FLAG: Flag
ESTAT:CRIM_THB_SEX(1.0),17/01/25 23:00:00,A: Annual,PER_VICT: Victim,T: Total,NR: Number,DK: Denmark,2020,91,
ESTAT:CRIM_THB_SEX(1.0),17/01/25 23:00:00,A: Annual,PER_VICT: Victim,T: Total,NR: Number,DK: Denmark,2021,1084,p: x
ESTAT:CRIM_THB_SEX(1.0),17/01/25 23:00:00,A: Annual,PER_VICT: Victim,F: Females,NR: Number,DK: Denmark,2020,60,
ESTAT:CRIM_THB_SEX(1.0),17/01/25 23:00:00,A: Annual,PER_SUSP: Suspected person,T: Total,NR: Number,EL: Greece,2020,120,
""",
    "SDMX-CSV 2.0, both": """\
STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,freq,Time frequency,leg_stat,Legal status,sex,Sex,unit,Unit of measure,geo,\
Geopolitical entity (reporting),TIME_PERIOD,Time,OBS_VALUE,Observation value,OBS_FLAG,Observation status (Flag)
dataflow,ESTAT:CRIM_THB_SEX(1.0),Persons,A,Annual,PER_VICT,Victim,T,Total,NR,Number,DK,Denmark,2020,,91,,,
dataflow,ESTAT:CRIM_THB_SEX(1.0),Persons,A,Annual,PER_VICT,Victim,T,Total,NR,Number,DK,Denmark,2021,,1084,,p,provisional
dataflow,ESTAT:CRIM_THB_SEX(1.0),Persons,A,Annual,PER_VICT,Victim,F,Females,NR,Number,DK,Denmark,2020,,60,,,
dataflow,ESTAT:CRIM_THB_SEX(1.0),Persons,A,Annual,PER_SUSP,Suspected person,T,Total,NR,Number,EL,Greece,2020,,120,,,
""",
    "TSV": """\
freq,leg_stat,sex,unit,geo\\TIME_PERIOD\t2020 \t2021
A,PER_VICT,T,NR,DK\t91 \t1084 p
A,PER_VICT,F,NR,DK\t60 \t:
A,PER_SUSP,T,NR,EL\t120 \t: c
""",
    "R, eurostat": """\
"freq","leg_stat","sex","unit","geo","TIME_PERIOD","values","flags"
"A","PER_VICT","T","NR","DK",2020-01-01,91,NA
"A","PER_VICT","T","NR","DK",2021-01-01,1084,"p"
"A","PER_VICT","F","NR","DK",2020-01-01,60,NA
"A","PER_SUSP","T","NR","EL",2020-01-01,120,NA
"A","PER_SUSP","T","NR","EL",2021-01-01,NA,NA
""",
    "R, eurostat with labels, older": """\
"","leg_stat","sex","unit","geo","time","values","flags"
"1","Victim","Total","Number","Denmark","2020-01-01","91",""
"2","Victim","Total","Number","Denmark","2021-01-01","1084","p"
"3","Victim","Females","Number","Denmark","2020-01-01","60",""
"4","Suspected person","Total","Number","Greece","2020-01-01","120",""
""",
    "Python, eurostat": """\
,freq,leg_stat,sex,unit,geo\\TIME_PERIOD,2020_value,2020_flag,2021_value,2021_flag
0,A,PER_VICT,T,NR,DK,91.0,,1084.0,p
1,A,PER_VICT,F,NR,DK,60.0,,,:
2,A,PER_SUSP,T,NR,EL,120.0,,,: c
""",
    "Data Browser before 2023": """\
"TIME","GEO","LEG_STAT","SEX","UNIT","Value","Flag and Footnotes"
"2020","Denmark","Victim","Total","Number","91",""
"2021","Denmark","Victim","Total","Number","1,084","p"
"2020","Denmark","Victim","Females","Number","60",""
"2020","Greece","Suspected person","Total","Number","120",""
"2021","Greece","Suspected person","Total","Number",":","c"
""",
    "JSON-stat": json.dumps(
        {
            "version": "2.0",
            "class": "dataset",
            "label": "Persons by sex",
            "updated": "2025-01-17T23:00:00+0100",
            "id": ["freq", "leg_stat", "sex", "unit", "geo", "time"],
            "size": [1, 2, 2, 1, 2, 2],
            "value": {"0": 91, "1": 1084, "4": 60, "10": 120},
            "status": {"1": "p", "11": ":c"},
            "dimension": {
                "freq": {"category": {"index": {"A": 0}, "label": {"A": "Annual"}}},
                "leg_stat": {"category": {"index": {"PER_VICT": 0, "PER_SUSP": 1}}},
                "sex": {"category": {"index": {"T": 0, "F": 1}}},
                "unit": {"category": {"index": {"NR": 0}}},
                "geo": {"category": {"index": {"DK": 0, "EL": 1}}},
                "time": {"category": {"index": {"2020": 0, "2021": 1}}},
            },
            "extension": {"id": "CRIM_THB_SEX"},
        }
    ),
}


def short(found):
    rows = found.claims.itertuples()
    return sorted((c.country, c.indicator, c.breakdown, int(c.period_start[:4]), c.value, c.qualifier) for c in rows)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_of_eurostat_gives_the_same_claims(tmp_path, layout):
    path = tmp_path / "crim_thb_sex_1_Data.csv"
    path.write_text(LAYOUTS[layout], encoding="utf-8")
    found = read_eurostat(path, published=DATE)
    assert short(found) == SAME, found.skipped.to_string()
    assert found.n_rows == len(found.claims) + len(found.skipped)
    assert found.source["source_id"] == "eurostat-crim-thb-sex-2025-01"


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("Kosovo*", "XKX"),
        ("Kosovo (under United Nations Security Council Resolution 1244/99)", "XKX"),
        ("Germany (until 1990 former territory of the FRG)", "DEU"),
        ("Germany", "DEU"),
        ("Czechia", "CZE"),
        ("Türkiye", "TUR"),
        ("North Macedonia", "MKD"),
        ("European Union - 27 countries (from 2020)", "EUU"),
        ("UK", "GBR"),
        ("XK", "XKX"),
    ],
)
def test_places_by_label(tmp_path, label, code):
    path = tmp_path / "crim_thb_vexp.csv"
    path.write_text(f'freq,unit,geo,TIME_PERIOD,OBS_VALUE\nA,NR,"{label}",2021,5\n', encoding="utf-8")
    assert read_eurostat(path, published=DATE).claims["country"].tolist() == [code]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("freq,geo,geo,TIME_PERIOD,OBS_VALUE\nA,DK,DK,2021,5\n", "names a column twice"),
        ("freq,geo,geo\\TIME_PERIOD\t2021\nA,DK,DK\t5\n", "names a column twice"),
        ("{}", "not JSON-stat"),
        (
            '{"id": ["geo"], "dimension": {"geo": {"category": {"index": ["DK"]}}}, "value": [1]}',
            "no dimension geo or time",
        ),
        ('{"id": 5}', "not JSON-stat"),
        ('{"id": ["geo"], "dimension": []}', "not JSON-stat"),
        ("{", "not JSON-stat"),
        ("freq,geo\\TIME_PERIOD\nA,DK\n", "go on with years"),
        ("a,b,c\n1,2,3\n", "no layout of Eurostat's"),
        ("\n", "the file is empty"),
    ],
)
def test_files_that_are_no_table_of_eurostat(tmp_path, text, message):
    (tmp_path / "crim_thb_sex.csv").write_text(text)
    with pytest.raises(ReaderError, match=message):
        read_eurostat(tmp_path / "crim_thb_sex.csv", published=DATE)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("12.000", "can be read in two ways"),
        ("12,000", "is not a count"),
        ("١٢", "is not a count"),
        ("1e3", "is not a count"),
        ("inf", "is not a count"),
        ("-4", "is not a count"),
        ("<5", "is not a count"),
    ],
)
def test_figures_of_eurostat_that_are_no_plain_numbers(tmp_path, value, reason):
    path = tmp_path / "crim_thb_vexp.csv"
    path.write_text(f'freq,unit,geo,TIME_PERIOD,OBS_VALUE\nA,NR,DK,2021,"{value}"\n', encoding="utf-8")
    found = read_eurostat(path, published=DATE)
    assert found.claims.empty
    assert reason in found.skipped["reason"][0]


def run(*args):
    result = CliRunner().invoke(cli, [str(arg) for arg in args])
    error = f"{result.exception}" if result.exception and not isinstance(result.exception, SystemExit) else ""
    return result.exit_code, result.stdout, result.stderr + error


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("A,X9,,NR,DK,2021,5", "a dimension is empty"),
        ("A,X9,T,NR,DK,2021,5", "must be a category of sex"),
        ("A,F,T,NR,DK,0001,5", "between 1900 and 2100"),
        ("A,F,T,NR,DK,2021,1000000000000000000", "the largest count"),
        ("A,F,GOOD,NR,DK,2021,5", "line 'GOOD' is not in the map of this reader"),
    ],
)
def test_whatever_is_imported_can_be_cleaned(tmp_path, line, reason):
    raw = write(tmp_path / "raw")
    path = tmp_path / "crim_thb_vexp.csv"
    path.write_text(f"freq,sex,line,unit,geo,TIME_PERIOD,OBS_VALUE\nA,T,T,NR,DK,2020,9\n{line}\n")
    code, out, err = run("import", "eurostat", path, "--published", DATE, "--raw", raw)
    assert code == 0, err
    assert reason in out
    claims = ts.read_claims(raw)
    assert claims.query("publisher == 'Eurostat'")["value"].tolist() == [9.0]


# --- UNODC --------------------------------------------------------------------------------------------------------


def csv_of(path, rows, *, banner=(), delimiter=",", encoding="utf-8"):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([*banner, HEADER, *rows])
    path.write_bytes(text.getvalue().encode(encoding))
    return path


@pytest.mark.parametrize(("delimiter", "encoding"), [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-16")])
def test_the_csv_of_the_portal_reads_like_the_workbook(tmp_path, delimiter, encoding):
    rows = [row("1,282"), row("<5", sex="Female"), row(7, 2020)]
    book = read_unodc(write_workbook(tmp_path / "a.xlsx", rows, date="14/04/2025"))
    table = read_unodc(csv_of(tmp_path / "a.csv", rows, delimiter=delimiter, encoding=encoding), published="2025-04-14")
    assert table.claims.equals(book.claims)
    assert read_unodc(csv_of(tmp_path / "b.csv", rows, banner=[["UNODC"], ["14/04/2025"]])).published == "2025-04-14"


def test_rows_that_end_early_lack_what_is_not_there(tmp_path):
    path = csv_of(tmp_path / "a.csv", [row("7")[:5], row("8")[:12]])
    found = read_unodc(path, published="2025-04-14")
    assert found.claims["value"].tolist() == [8.0]
    assert found.skipped["reason"].tolist() == ["unit '' is not a count"]


def test_a_file_without_a_banner_names_the_option(tmp_path):
    raw = write(tmp_path / "raw")
    path = csv_of(tmp_path / "a.csv", [row("7")])
    code, _, err = run("import", "unodc", path, "--raw", raw)
    assert code == 1
    assert "--published YYYY-MM-DD" in err
    assert "published=" not in err
    assert run("import", "unodc", path, "--raw", raw, "--published", "2026-01-02")[0] == 0


@pytest.mark.parametrize("value", ["12.000", "٧", "7.5", "1,2", "five", "-3"])
def test_figures_of_unodc_that_are_no_counts(tmp_path, value):
    found = read_unodc(csv_of(tmp_path / "a.csv", [row(value), row("7", 2020)]), published="2025-04-14")
    assert found.claims["value"].tolist() == [7.0]
    assert "is not a whole number" in found.skipped["reason"][0]


def test_a_country_without_rows_in_the_earlier_release(tmp_path):
    raw = write(tmp_path / "raw")
    first = write_workbook(tmp_path / "a.xlsx", [row("7"), row("9", code="SWE", country="Sweden")], date="01/02/2024")
    second = write_workbook(tmp_path / "b.xlsx", [row("8"), row("3", code="NAM", country="Namibia")], date="01/02/2025")
    assert run("import", "unodc", first, "--raw", raw)[0] == 0
    code, _, err = run("import", "unodc", second, "--raw", raw, "--country", "NAM")
    assert code == 0, err
    code, _, err = run("import", "unodc", second, "--raw", raw, "--country", "Namibia", "--compare", first)
    assert code == 0, err


def test_replacing_one_country_keeps_the_others(tmp_path):
    raw = write(tmp_path / "raw")
    rows = [row("7"), row("9", code="SWE", country="Sweden")]
    assert run("import", "unodc", write_workbook(tmp_path / "a.xlsx", rows, date="01/02/2024"), "--raw", raw)[0] == 0
    rows[1] = row("10", code="SWE", country="Sweden")
    path = write_workbook(tmp_path / "a.xlsx", rows, date="01/02/2024")
    code, _, err = run("import", "unodc", path, "--raw", raw, "--country", "SWE")
    assert code == 1
    assert "differ" in err
    assert run("import", "unodc", path, "--raw", raw, "--country", "SWE", "--replace")[0] == 0
    kept = ts.read_claims(raw).query("source_id == 'unodc-glotip-2024-02'")
    assert kept[["country", "value"]].to_numpy().tolist() == [["DNK", 7.0], ["SWE", 10.0]]


def test_a_broken_earlier_release_is_named(tmp_path):
    raw = write(tmp_path / "raw")
    assert (
        run("import", "unodc", write_workbook(tmp_path / "a.xlsx", [row("7")], date="01/02/2024"), "--raw", raw)[0] == 0
    )
    for content in (b"", b"country;value\n", b"\xff\xfe\x00", b"country,indicator\nDNK,x\n"):
        (raw / "claims" / "unodc-glotip-2024-02.csv").write_bytes(content)
        later = write_workbook(tmp_path / "b.xlsx", [row("8")], date="01/02/2025")
        code, _, err = run("import", "unodc", later, "--raw", raw)
        assert code == 1
        assert "unodc-glotip-2024-02.csv" in err
        assert not (raw / "claims" / "unodc-glotip-2025-02.csv").exists()


def test_a_release_never_seen_before(tmp_path):
    header = ["ISO3", "Country name", *HEADER[2:10], "Unit", "VALUE", "Source"]
    rows = [
        row("7"),
        row("8", indicator="Persons investigated"),
        row("9", dimension="by new dimension", category="New"),
    ]
    found = read_unodc(write_workbook(tmp_path / "a.xlsx", rows, header=header, date="01/02/2027"))
    assert found.source["source_id"] == "unodc-glotip-2027-02"
    assert found.claims["value"].tolist() == [7.0]
    investigated, new_dimension = found.skipped["reason"]
    assert investigated == "indicator 'Persons investigated' is not in the map of this reader"
    assert new_dimension == "dimension 'by new dimension' is not in the map of this reader"
