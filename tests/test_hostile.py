"""Files that are cut, empty, of another kind or written by a spreadsheet: one message each, nothing lost."""

import os
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from raw_folder import REGISTER, SOURCES, write

import trafficking_stats as ts
from trafficking_stats import paths
from trafficking_stats.cli import cli
from trafficking_stats.files import LOCK
from trafficking_stats.readers.narrative import accept
from trafficking_stats.readers.narrative.review import REVIEW_COLUMNS
from trafficking_stats.reconciliation.cleaning import clean

HEADER, *ROWS = REGISTER.splitlines()


def run(*args):
    result = CliRunner().invoke(cli, [str(arg) for arg in args])
    if result.exception and not isinstance(result.exception, SystemExit | ts.TraffickingStatsError | OSError):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr + str(result.exception or "")


def problems_of(folder):
    with pytest.raises(ts.ClaimError) as caught:
        ts.read_claims(folder)
    return caught.value.problems


# --- raw files as spreadsheets write them ------------------------------------------------------------------------


@pytest.mark.parametrize(("mark", "word"), [(";", "semicolons"), ("\t", "tabs")])
def test_a_file_saved_by_a_spreadsheet_of_another_country_says_what_separates_it(tmp_path, mark, word):
    (problem,) = problems_of(write(tmp_path, register_2021=REGISTER.replace(",", mark)))
    assert problem == (
        f"claims/register-2021.csv, line 1: the columns are separated by {word};"
        " save the file as CSV with commas, in UTF-8"
    )


def test_no_file_of_claims_is_passed_over(tmp_path):
    folder = write(tmp_path)
    (folder / "claims" / "register-2020.CSV").write_text(REGISTER)
    (folder / "claims" / "folder.csv").mkdir()
    assert [problem.partition(";")[0] for problem in problems_of(folder) if "did you mean" not in problem] == [
        "claims/folder.csv: cannot be read: Is a directory",
        "claims/folder.csv: source id 'folder' is not in sources.csv",
    ]
    assert any(
        problem.startswith("claims/register-2020.CSV: source id 'register-2020'") for problem in problems_of(folder)
    )


def test_empty_columns_at_the_end_are_nothing(tmp_path):
    wide = "\n".join(f"{line},," for line in REGISTER.splitlines()) + "\n,,,,,,,,,,,\n"
    pd.testing.assert_frame_equal(
        ts.read_claims(write(tmp_path / "a", register_2021=wide)), ts.read_claims(write(tmp_path / "b"))
    )
    noted = wide.replace("table 1,,,", "table 1,,,see here", 1)
    (problem,) = problems_of(write(tmp_path / "c", register_2021=noted))
    assert "the columns '', '' are unknown" in problem


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("12.000", "may be 12 or 12,000"),
        ("1.000", "may be 1 or 1,000"),
        ('"12,000"', "digits only"),
        ("٦٤", "in the digits 0 to 9"),
        ("６４", "in the digits 0 to 9"),
        ("1_000", "in the digits 0 to 9"),
        ("1e3", "must be a number as printed"),
        ("1e18", "the largest count"),
        ("inf", "a finite number"),
        ("<5", "digits only"),
        ("", "must be a number"),
    ],
)
def test_a_value_that_is_no_plain_number_is_named_with_line_and_column(tmp_path, cell, message):
    (problem,) = problems_of(write(tmp_path, register_2021=REGISTER.replace(",64,", f",{cell},")))
    assert problem.startswith("claims/register-2021.csv, line 2: column value, value ")
    assert message in problem


@pytest.mark.parametrize("code", ["dnk", "Dnk", "DK", "Denmark", "D\u039dK", "DNK\u200b", "XYZ", "SWD", ""])
def test_no_spelling_makes_a_second_country(tmp_path, code):
    problems = problems_of(write(tmp_path, register_2021=REGISTER.replace("DNK", code, 1)))
    assert len(problems) == 1
    assert "line 2: column country" in problems[0]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("0001-01-01", "0001-12-31"),
        ("0003-01-01", "2020-12-31"),
        ("9998-01-01", "9999-12-31"),
        ("2020-1-1", "2020-12-31"),
    ],
)
def test_years_out_of_all_time(tmp_path, start, end):
    text = REGISTER.replace("2019-01-01,2019-12-31", f"{start},{end}")
    assert "between 1900 and 2100" in problems_of(write(tmp_path, register_2021=text))[0]
    claims = ts.read_claims(write(tmp_path / "good")).assign(period_start=start, period_end=end)
    with pytest.raises(ts.ClaimError, match="between 1900 and 2100"):
        ts.reconcile(claims)


@pytest.mark.parametrize(
    ("value", "upper", "qualifier", "message"),
    [
        ("10", "50", "between", ""),
        ("50", "10", "between", "must not be less than value, 50"),
        ("10", "", "between", "must be the larger end"),
        ("10", "50", "exact", "must be empty unless the qualifier is between"),
        ("10", "many", "between", "must be a number"),
    ],
)
def test_ranges_in_raw_files(tmp_path, value, upper, qualifier, message):
    head = HEADER.replace("value,", "value,value_upper,")
    row = f"DNK,victims_identified,,2019-01-01,2019-12-31,{value},{upper},{qualifier},persons,table 1,"
    raw = write(tmp_path / "raw", register_2021=f"{head}\n{row}\n")
    if message:
        assert message in problems_of(raw)[0]
        return
    claims = ts.read_claims(raw)
    assert claims["value_upper"].dropna().tolist() == [50.0]
    clean(raw, tmp_path / "clean")
    kept = pd.read_csv(tmp_path / "clean" / "claims.csv")
    assert kept.loc[kept["qualifier"] == "between", ["value", "value_upper"]].to_numpy().tolist() == [[10, 50]]
    series = pd.read_csv(tmp_path / "clean" / "series.csv").query("year == 2019 and country == 'DNK'")
    assert series[["lower", "upper"]].to_numpy().tolist() == [[10, 50]]


# --- cleaned tables ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"claim_id\n",
        "claim_id,source_id\n".encode("utf-16"),
        b"\xff\xfe",
        b"PK\x03\x04",
        b'claim_id,"source_id\n',
        b"a;b;c\n1;2;3\n",
    ],
)
def test_a_cleaned_table_that_is_broken_says_what_to_run(tmp_path, monkeypatch, content):
    monkeypatch.setattr(paths, "clean_dir", lambda: tmp_path)
    for name, load in (("claims", ts.load_claims), ("sources", ts.load_sources)):
        (tmp_path / f"{name}.csv").write_bytes(content)
        with pytest.raises(ts.ClaimError, match=rf"{name}\.csv.*run trafficking-stats clean"):
            load()


def test_a_cleaned_table_that_is_cut(tmp_path, monkeypatch):
    clean(write(tmp_path / "raw"), tmp_path / "clean")
    monkeypatch.setattr(paths, "clean_dir", lambda: tmp_path / "clean")
    whole = (tmp_path / "clean" / "claims.csv").read_bytes()
    assert len(ts.load_claims()) == 5
    for end in range(0, len(whole) - 1, 97):
        (tmp_path / "clean" / "claims.csv").write_bytes(whole[:end])
        try:
            told = f"{len(ts.load_claims()) < 5}"
        except ts.ClaimError as error:
            told = str(error)
        assert told == "True" or "run trafficking-stats clean" in told


# --- odd places and names -------------------------------------------------------------------------------------------


def test_a_folder_that_is_a_link_to_itself(tmp_path):
    raw = write(tmp_path / "raw")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    code, _, err = run("clean", "--raw", raw, "--output", tmp_path / "loop")
    assert code in (1, 2)
    assert "loop" in err


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not allow such a name")
def test_a_file_name_in_no_encoding(tmp_path):
    raw = write(tmp_path / "raw")
    name = os.fsdecode(b"bad-\xff.csv")
    (tmp_path / name).write_text("country,year,indicator,value\nSWE,2023,victims_identified,5\n")
    code, _, err = run("import", "table", tmp_path / name, "--source", "bad", "--raw", raw)
    assert code == 0, err
    assert len(ts.read_claims(raw).query("source_id == 'bad'")) == 1
    (raw / "claims" / name).write_text(REGISTER)
    code, _, err = run("clean", "--raw", raw, "--output", tmp_path / "out")
    assert code == 1
    assert "is not in sources.csv" in err


@pytest.mark.parametrize("stray", [".DS_Store", "Thumbs.db", ".claims.csv.0123abcd.tmp", "notes.txt", ".~lock.a.csv#"])
def test_stray_files_are_no_claims(tmp_path, stray):
    raw = write(tmp_path / "raw")
    before = ts.read_claims(raw)
    for folder in (raw, raw / "claims"):
        (folder / stray).write_bytes(b"\x00\x01")
    pd.testing.assert_frame_equal(ts.read_claims(raw), before)


@pytest.mark.parametrize("name", ["A; B", "a;b;c", "=cmd|' /C calc'!A0", 'quo"ted', "line\u2028break", "<script>"])
def test_any_publisher_goes_through_reconciliation(tmp_path, name):
    quoted = '"' + name.replace('"', '""') + '"'
    convicted = f"{HEADER}\nDNK,convictions_persons,,2020-01-01,2020-12-31,3,exact,persons,p. 1,\n"
    sources = SOURCES.replace(",Yearbook,national,", f",{quoted},{quoted},")
    raw = write(tmp_path, sources=sources, yearbook_2021=convicted)
    claims = ts.read_claims(raw)
    assert name in set(claims["publisher"])
    assert str(ts.reconcile(claims).explain("DNK", "victims_identified", 2020))
    assert ts.gap(ts.reconcile(claims), "DNK", start=2020, end=2020).headline is not None


# --- accept -------------------------------------------------------------------------------------------------------


def sheet(path, *, value, source="register-2021", mark=",", **cells):
    row = dict.fromkeys(REVIEW_COLUMNS, "")
    row |= {"accept": "y", "source_id": source, "country": "DNK", "indicator": "victims_identified", "value": value}
    row |= {"period_start": "2012-01-01", "period_end": "2012-12-31", "qualifier": "exact", "unit": "persons", **cells}
    pd.DataFrame([row]).to_csv(path, index=False, sep=mark)
    return path


@pytest.mark.parametrize("value", ["12,000", "1.000", "٧", "<5", "1e3", "c. 200", "many", "", "10-50"])
def test_accept_reads_no_figure_in_two_ways(tmp_path, value):
    raw = write(tmp_path / "raw")
    before = (raw / "claims" / "register-2021.csv").read_bytes()
    with pytest.raises(ts.ClaimError, match=r"review\.csv, line 2: column value"):
        accept(sheet(tmp_path / "review.csv", value=value), raw)
    assert (raw / "claims" / "register-2021.csv").read_bytes() == before


@pytest.mark.parametrize(("value", "mark"), [("1 440", ","), ("1,234,567", ";"), ("12", ";"), ("12.0", ",")])
def test_accept_reads_what_can_be_read_in_one_way(tmp_path, value, mark):
    raw = write(tmp_path / "raw")
    assert accept(sheet(tmp_path / "review.csv", value=value, mark=mark), raw).added == 1
    figure = float(value.replace(" ", "").replace(",", ""))
    assert figure in set(ts.read_claims(raw).query("period_end == '2012-12-31'")["value"])


@pytest.mark.parametrize("broken", ["x\n", SOURCES.replace(",compiler,", ",blog,"), SOURCES.replace(",", ";")])
def test_accept_adds_nothing_beside_a_broken_list_of_sources(tmp_path, broken):
    raw = write(tmp_path / "raw", sources=broken)
    before = (raw / "claims" / "register-2021.csv").read_bytes()
    with pytest.raises(ts.ClaimError, match=r"sources\.csv"):
        accept(sheet(tmp_path / "review.csv", value="12"), raw)
    assert (raw / "claims" / "register-2021.csv").read_bytes() == before


def test_nothing_is_left_in_the_folders(tmp_path):
    raw = write(tmp_path / "raw")
    clean(raw, tmp_path / "clean")
    accept(sheet(tmp_path / "review.csv", value="12"), raw)
    assert not [path for folder in (raw, tmp_path / "clean") for path in Path(folder).rglob(".*") if path.name != LOCK]
