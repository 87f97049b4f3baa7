"""The command line: help, JSON, exit codes 0/1/2, one message instead of a traceback."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from raw_folder import REGISTER, SOURCES, write
from unodc_workbook import row as printed
from unodc_workbook import write_workbook

import trafficking_stats as ts
from trafficking_stats import paths
from trafficking_stats.cli import _COMMANDS, cli, main
from trafficking_stats.csv_tables import read_table


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command as a shell would; returns exit code, output and messages."""

    def call(*args):
        monkeypatch.setattr(sys, "argv", ["trafficking-stats", *map(str, args)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code
        out = capsys.readouterr()
        assert "Traceback" not in out.err
        return code or 0, out.out, out.err

    return call


@pytest.fixture
def raw(tmp_path):
    return write(tmp_path / "raw")


# --- help and start -------------------------------------------------------------------------------------------


def test_help_lists_every_command(run):
    code, out, _ = run("--help")
    assert code == 0
    for name in _COMMANDS:
        assert f"\n  {name} " in out


@pytest.mark.parametrize("name", [*_COMMANDS, "import unodc", "import eurostat"])
def test_every_command_has_help_that_begins_as_the_list_says(run, name):
    code, out, _ = run(*name.split(), "--help")
    assert code == 0
    assert out.startswith(f"Usage: trafficking-stats {name}")
    if name in _COMMANDS:
        assert _COMMANDS[name][1] in " ".join(out.split())


def test_help_does_not_wait_for_pandas():
    code = "import sys; from trafficking_stats.cli import cli; cli(['--help'], standalone_mode=False)\n"
    code += "sys.exit(bool({'pandas', 'numpy', 'papermill', 'matplotlib'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def test_version(run):
    assert run("--version")[:2] == (0, "trafficking-stats, version 0.1.0\n")


@pytest.mark.parametrize("country", ["DNK", "dnk", "Denmark", "Danmark"])
def test_a_country_may_be_named(run, raw, country):
    code, out, _ = run("explain", country, "victims_identified", "2020", "--data", raw)
    assert (code, out.splitlines()[0]) == (0, "Denmark, victims identified, 2020: 77")
    code, out, _ = run("sources", country, "--data", raw, "--json")
    assert code == 0
    assert {row["publisher"] for row in json.loads(out)}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["explain", "DNK", "victims_identified"], "Missing argument 'YEAR'"),
        (["explain", "DNK", "victims_identified", "twenty"], "'twenty' is not a valid integer"),
        (["explain", "DNK", "victims_identified", "2020", "--method", "best"], "'best' is not one of 'consistent'"),
        (["explain", "DNK", "victims_identfied", "2020"], "victims_identified"),
        (["gap", "DNK", "--numerator", "convictions_person"], "did you mean convictions_persons"),
        (["explain", "DNK", "victims"], "did you mean victims_identified or"),
        (["reconcile", "DNX"], "no claims on country 'DNX'; did you mean DNK?"),
        (["report"], "name countries, or --all"),
        (["report", "DNK", "--set", "country", "SWE"], "country is no parameter here"),
        (["report", "XXX"], "no claims on country 'XXX'"),
        (["report", "DNK", "--start", "2022", "--end", "2021"], "start 2022 lies after end 2021"),
        (["import", "unodc", "no/such/file.xlsx"], "does not exist"),
        (["check", "--documents", "no/such/folder"], "there is no folder no/such/folder"),
    ],
)
def test_a_wrong_command_line_ends_with_2(run, args, message):
    code, out, err = run(*args)
    assert code == 2
    assert out == ""
    assert message in err


@pytest.mark.parametrize("command", [["explain", "XXX", "victims_identified", "2020"], ["gap", "DK"], ["check"]])
def test_a_country_without_claims_is_answered_with_those_that_have(run, raw, command):
    given = [*command, "--country", "DK"] if command == ["check"] else command
    code, _, err = run(*given, "--data", raw)
    assert code == 2
    assert "There are: DNK, SWE" in " ".join(err.split())


# --- errors of the package ------------------------------------------------------------------------------------


def test_problems_in_the_figures_are_one_message_and_1(run, tmp_path):
    raw = write(tmp_path / "raw", register_2021=REGISTER.replace(",64,", ",-64,").replace("exact", "precise"))
    code, out, err = run("clean", "--raw", raw, "--output", tmp_path / "out")
    assert code == 1
    assert out == ""
    assert "error: 3 problems in the claims:\nclaims/register-2021.csv, line 2: column qualifier" in err


def test_a_folder_that_cannot_be_written_is_one_message_and_1(run, raw, tmp_path):
    (tmp_path / "out").write_text("a file")
    code, _, err = run("clean", "--raw", raw, "--output", tmp_path / "out")
    assert code in (1, 2)
    assert "out" in err


def test_a_missing_installation_is_one_message_and_1(run, monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "clean_dir", lambda: tmp_path)
    code, _, err = run("sources")
    assert code == 1
    assert err.startswith("error: ")
    assert "run trafficking-stats clean" in err


def test_a_reader_that_goes_away_is_no_error_message():
    command = [sys.executable, "-c", "from trafficking_stats.cli import main; main()", "sources", "--json"]
    reader, writer = os.pipe()
    with subprocess.Popen(command, stdout=writer, stderr=subprocess.PIPE) as process:
        os.close(writer)
        os.close(reader)
        assert process.stderr.read() == b""
    assert process.returncode == 1


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_ctrl_c_ends_quietly(raw, tmp_path):
    # a job in the background may be started with the signal ignored
    code = "import signal, time; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += "from trafficking_stats import cli; from trafficking_stats.reconciliation import cleaning\n"
    code += "cleaning.read_claims = lambda raw: (print('begun', flush=True), time.sleep(60))\ncli.main()"
    command = [sys.executable, "-c", code, "clean", "--raw", str(raw), "--output", str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert err.splitlines()[-1] == "Aborted!"
    assert "Traceback" not in err


def test_a_terminal_that_cannot_show_a_letter_is_no_failure(raw):
    command = [sys.executable, "-c", "from trafficking_stats.cli import main; main()", "sources", "SWE", "--json"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr


# --- what the commands answer ---------------------------------------------------------------------------------


def test_sources(run, raw):
    code, out, _ = run("sources", "swe", "--data", raw)
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["source_id", "yearbook-2021"]
    listed = json.loads(run("sources", "--data", raw, "--json")[1])
    assert [(row["source_id"], row["claims"]) for row in listed] == [("register-2021", 3), ("yearbook-2021", 2)]


def test_sources_of_a_country_without_claims(run, raw):
    code, _, err = run("sources", "NOR", "--data", raw)
    assert code == 2
    assert "There are: DNK, SWE" in " ".join(err.split())


def test_reconcile_writes_three_tables(run, raw, tmp_path):
    code, out, _ = run("reconcile", "--data", raw, "--output", tmp_path / "out")
    assert code == 0
    assert out.startswith("5 claims, 1 rejected; 6 cells; written to ")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["claims.csv", "clashes.csv", "series.csv"]


def test_reconcile_lists_the_clashes(run, raw):
    code, out, _ = run("reconcile", "dnk", "--data", raw)
    assert code == 0
    lines = out.splitlines()
    assert lines[0].split() == ["country", "indicator", "breakdown", "period", "values", "won", "cause"]
    assert lines[1].split() == ["DNK", "victims_identified", "2020", "77", "|", "68", "77", "early_snapshot"]
    assert lines[2].endswith(" claims, 1 rejected; 5 cells")
    told = json.loads(run("reconcile", "DNK", "--data", raw, "--json")[1])
    assert (told["rejected"], told["status"], told["clashing"][0]["won"]) == (1, "optimal", "77")


def test_of_many_clashes_the_first_are_listed_and_it_is_said_where_all_are(run):
    code, out, _ = run("reconcile", "Denmark")
    assert code == 0
    lines = out.splitlines()[1:]
    n_clashes = len(json.loads(run("reconcile", "Denmark", "--json")[1])["clashing"])
    assert n_clashes > 60
    assert lines[-2] == f"and {n_clashes - 30} more clashes; all of them: --output FOLDER, or --json"
    assert len(lines) == 32
    has_part = ["=" in line for line in lines[:-2]]
    assert has_part == sorted(has_part)  # totals stand first


def test_explain(run, raw):
    code, out, _ = run("explain", "dnk", "victims_identified", 2020, "--data", raw)
    assert code == 0
    assert "77" in out
    assert "68" in out
    told = json.loads(run("explain", "DNK", "victims_identified", 2020, "--data", raw, "--json")[1])
    assert set(told) >= {"title", "summary", "chains", "claims"}
    assert len(told["claims"]) == 2


def test_gap_of_denmark(run):
    """37 persons convicted (10 + 4 + 14 + 8 + 1) beside 701 victims (71 + 93 + 121 + 98 + 97 + 64 + 77 + 80)."""
    code, out, _ = run("gap", "DNK", "--start", 2014, "--end", 2021, "--one-choice", "--json")
    assert code == 0
    told = json.loads(out)
    whole = next(row for row in told["ratios"] if row["kind"] == "whole" and row["lag"] == 0)
    assert (whole["numerator_lower"], whole["denominator_upper"]) == (37, 701)
    # 36 of the 37 in 2014-2017 for 383 victims, 1 in 2018-2021 for 318
    for number in ("convicted 37 people", "701 victims", " 9.4 ", " 0.31 ", "every 19 victims"):
        assert number in told["headline"]
    assert told["verdict"]["direction"] == "fell"


def test_gap_with_parameters_that_make_no_sense(run, raw):
    code, _, err = run("gap", "DNK", "--start", 2021, "--end", 2014, "--one-choice", "--data", raw)
    assert code == 2
    assert "Error: start and end: 2021-2014 ends before it begins" in err


# --- reports --------------------------------------------------------------------------------------------------


class Result:
    """What a run of reports gives back."""

    pages, written, skipped, failures = [Path("a.html")], ["DNK"], ["SWE"], []


def test_report_hands_on_its_parameters_and_prints_the_pages(run, monkeypatch, tmp_path):
    from trafficking_stats.reporting import reports

    calls = []
    monkeypatch.setattr(reports, "run", lambda *args, **given: calls.append((args, given)) or Result)
    (tmp_path / "p.yml").write_text("start: 2000\nend: 2001\nwindow: 5\n", encoding="utf-8")
    options = ["--start", 2014, "--method", "latest", "--exclude-source", "a", "--exclude-source", "b", "-l", "en,da"]
    more = ["-p", "peers", "SWE,NOR", "-p", "end", "2021", "-f", tmp_path / "p.yml", "--output", tmp_path]
    code, out, _ = run("report", "dnk", "swe", *options, *more, "--workers", 2, "--limit", 60, "--force", "--pdf")
    assert code == 0
    assert out.splitlines() == ["a.html", "1 country written, 1 unchanged, 0 failed", str(tmp_path / "index.html")]
    ((args, given),) = calls
    assert args == (("DNK", "SWE"), tmp_path)
    assert given == {
        "progress": True,
        "language": ("en,da",),
        "workers": 2,
        "scheduler": None,
        "force": True,
        "pdf": True,
        "limit": 60,
        "start": 2014,
        "end": "2021",
        "window": "5",
        "method": "latest",
        "exclude_sources": ("a", "b"),
        "peers": "SWE,NOR",
    }


def test_report_of_all_countries_ends_with_1_if_one_failed(run, monkeypatch):
    from trafficking_stats.reporting import reports

    class Failed(Result):
        failures = ["NOR 3_gap: cell 2: no"]  # noqa: RUF012

    calls = []
    monkeypatch.setattr(reports, "run", lambda *args, **given: calls.append(args) or Failed)
    code, out, _ = run("report", "--all")
    assert code == 1
    assert out.splitlines()[0] == "1 country written, 1 unchanged, 1 failed"
    assert calls[0][0] is None


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["report"], "name countries, or --all"),
        (["report", "DNK", "--all"], "name countries, or --all"),
        (["report", "DK"], "DNK"),
        (["report", "DNK", "XXX"], "XXX"),
        (["report", "DNK", "-l", "dk"], "no language 'dk'; there are: en, da"),
        (["report", "DNK", "-p", "strat", "2014"], "no notebook has a parameter 'strat'; did you mean start?"),
        (["report", "DNK", "-p", "start", "early"], "parameter start must be a whole number"),
        (["report", "DNK", "-p", "country", "SWE"], "name the countries as arguments"),
        (["report", "DNK", "-f", "no/such/file.yml"], "no/such/file.yml"),
    ],
)
def test_wrong_parameters_of_a_report_are_told_before_anything_runs(run, tmp_path, args, message):
    code, _, err = run(*args, "--output", tmp_path / "reports")
    assert code == (1 if "file" in message else 2)
    assert message in err
    assert not (tmp_path / "reports").exists()


# --- bringing figures in --------------------------------------------------------------------------------------

NARRATIVE = """\
Denmark in 2020

In 2020, police investigated nine cases of trafficking. Courts convicted four traffickers in 2020, compared with two
in 2019.

The government identified 77 victims in 2020.
"""


@pytest.fixture
def narrative(tmp_path):
    path = tmp_path / "narrative.txt"
    path.write_text(NARRATIVE, encoding="utf-8")
    return path


def test_extract_prints_json_lines(run, narrative):
    code, out, _ = run("extract", narrative, "--country", "DNK", "--year", 2020, "--json")
    assert code == 0
    found = {(row["indicator"], row["period"], row["value"]) for row in map(json.loads, out.splitlines())}
    assert {
        ("investigations", "2020", 9),
        ("convictions", "2020", 4),
        ("convictions", "2019", 2),
        ("victims_identified", "2020", 77),
    } <= found


def test_extract_needs_a_country_and_a_year(run, narrative):
    assert "--country: name the country" in run("extract", narrative)[2]
    code, _, err = run("extract", narrative, "--country", "DNK")
    assert code == 2
    assert "--year: name the year" in err
    assert "'FREEDONIA' is no ISO 3166-1 alpha-3 code" in run("extract", narrative, "--country", "Freedonia")[2]


def test_from_a_text_to_checked_claims(run, narrative, raw, tmp_path):
    """extract, mark, accept, accept again, add the source, check: the way of a new narrative."""
    args = ["extract", narrative, "--source", "tip-2021-dnk", "--year", 2020, "--raw", raw, "--output", tmp_path]
    code, out, _ = run(*args)
    assert code == 0
    assert "then: trafficking-stats accept " in out
    sheet = tmp_path / "narrative-review.csv"
    assert "<mark" in (tmp_path / "narrative-review.html").read_text(encoding="utf-8")
    table = read_table(sheet)
    assert run("accept", sheet, "--raw", raw)[1].startswith("no row of ")
    table.assign(accept="y").to_csv(sheet, index=False)
    assert run(*args)[0] == 1, "a sheet with marks is not overwritten"
    assert set(read_table(sheet).accept) == {"y"}

    code, out, err = run("accept", sheet, "--raw", raw)
    assert code == 0
    assert out.startswith(f"{len(table):,} claims added, 0 were there already")
    assert "note: add a row to sources.csv for tip-2021-dnk: source_id, title," in err
    again = json.loads(run("accept", sheet, "--raw", raw, "--json")[1])
    assert (again["added"], again["present"], again["files"]) == (0, len(table), [])

    row = "tip-2021-dnk,A report,Department of State,national,compiler,2021-07,2021,en,,narrative.txt,,\n"
    (raw / "sources.csv").write_text(SOURCES + row, encoding="utf-8")
    documents = tmp_path / "documents"
    documents.mkdir()
    shutil.copy(narrative, documents)
    code, out, _ = run("check", "--data", raw, "--documents", documents)
    assert code == 0
    n = len(table)
    assert out.startswith(f"documents at hand for 1 of 3 sources, with {n} figures: {n} stand at their locator, 0 are")


def test_the_year_of_a_known_source_is_the_one_before(run, narrative, raw):
    code, out, _ = run("extract", narrative, "--source", "yearbook-2021", "--country", "DNK", "--raw", raw, "--json")
    assert code == 0
    assert '"period": "2020"' in out


def workbook(path, date, victims, women):
    """A release with the Danish total of 2020 and the women in it."""
    rows = [printed(victims, 2020), printed(women, 2020, sex="Female")]
    write_workbook(path, rows, date=date)
    return path


def test_import_of_two_releases_shows_what_changed(run, raw, tmp_path):
    first = workbook(tmp_path / "first.xlsx", "01/02/2024", 77, 30)
    second = workbook(tmp_path / "second.xlsx", "01/02/2025", 79, 238)
    code, out, _ = run("import", "unodc", first, "--raw", raw)
    assert code == 0
    assert out.startswith("unodc-glotip-2024-02, published 2024-02-01: 2 figures, 2 claims on 1 country, 0 skipped")
    assert out.rstrip().endswith("unodc-glotip-2024-02.csv: written")
    assert "the same to the last byte" in run("import", "unodc", first, "--raw", raw)[1]

    code, out, _ = run("import", "unodc", second, "--raw", raw, "--dry-run")
    assert code == 0
    assert "against unodc-glotip-2024-02: 2 figures changed, 0 new, 0 vanished; 1 look corrupt" in out
    assert "sex=female is 238, more than the total of 79" in out
    assert out.endswith("nothing was written\n")
    assert not (raw / "claims" / "unodc-glotip-2025-02.csv").exists()

    told = json.loads(run("import", "unodc", second, "--raw", raw, "--compare", first, "--json")[1])
    assert told["revisions"]["against"] == "unodc-glotip-2024-02"
    assert told["revisions"]["changed"] == 2
    assert told["changed"] is True
    assert told["by_indicator"] == {"victims_identified": 2}

    # the folder can be read, reconciled and checked against the workbook it came from
    code, out, _ = run("check", "--data", raw, "--documents", tmp_path, "--country", "DNK")
    assert "documents at hand for 2 of 4 sources, with 4 figures: 4 stand at their locator" in out
    assert code == 0


def test_import_does_not_replace_other_claims_unasked(run, raw, tmp_path):
    release = workbook(tmp_path / "a.xlsx", "01/02/2024", 77, 30)
    assert run("import", "unodc", release, "--raw", raw)[0] == 0
    changed = workbook(tmp_path / "a.xlsx", "01/02/2024", 78, 30)
    code, _, err = run("import", "unodc", changed, "--raw", raw)
    assert code == 1
    assert "are there already and differ" in err
    assert run("import", "unodc", changed, "--raw", raw, "--replace")[0] == 0
    assert "78" in (raw / "claims" / "unodc-glotip-2024-02.csv").read_text(encoding="utf-8")


def test_import_leaves_other_sources_as_they_are(run, raw, tmp_path):
    """A title that was made safe for spreadsheets is not made safer with every import."""
    kept = SOURCES.replace("Yearbook,Yearbook", "'=Yearbook,Yearbook")
    (raw / "sources.csv").write_text(kept, encoding="utf-8")
    for date in ("01/02/2024", "01/02/2025"):
        assert run("import", "unodc", workbook(tmp_path / "a.xlsx", date, 77, 30), "--raw", raw)[0] == 0
    lines = (raw / "sources.csv").read_text(encoding="utf-8").splitlines()
    assert set(kept.splitlines()) <= set(lines)
    assert len(lines) == 5


def test_import_of_eurostat(run, raw, tmp_path):
    table = tmp_path / "crim_thb_sex.tsv"
    table.write_text("freq,leg_stat,sex,unit,geo\\TIME_PERIOD\t2020 \t2021 \nA,PER_VICT,T,NR,DK\t91 \t84 p\n")
    code, out, _ = run("import", "eurostat", table, "--published", "2025-01-17", "--raw", raw, "--country", "dnk")
    assert code == 0
    assert out.startswith("eurostat-crim-thb-sex-2025-01, published 2025-01-17: 2 figures, 2 claims on 1 country")
    older = tmp_path / "older" / "crim_thb_sex.tsv"
    older.parent.mkdir()
    older.write_text("freq,leg_stat,sex,unit,geo\\TIME_PERIOD\t2020 \nA,PER_VICT,T,NR,DK\t90 \n")
    args = ["import", "eurostat", table, "--published", "2025-01-17", "--raw", raw, "--compare", older, "--json"]
    told = json.loads(run(*args)[1])
    assert (told["revisions"]["changed"], told["revisions"]["new"]) == (1, 1)


def test_import_of_what_is_no_release(run, raw, narrative):
    code, _, err = run("import", "unodc", narrative, "--raw", raw)
    assert code == 1
    assert err.splitlines()[-1].startswith("error: ")


def test_without_a_checkout_the_folder_must_be_named(run, monkeypatch, tmp_path, narrative):
    monkeypatch.setattr(paths, "raw_dir", lambda: tmp_path / "none")
    code, _, err = run("accept", narrative)
    assert code == 2
    assert "name their folder with --raw" in err


def test_check_answers_in_json_and_with_1(run, raw, tmp_path):
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "table.txt").write_text("A table\n\nIn 2019, 46 were found.\n", encoding="utf-8")
    sources = SOURCES.replace("https://example.org/a,,", "https://example.org/a,table.txt,")
    claims = REGISTER.replace("table 1", '"p2 s1: table, row 1"', 1)
    write(raw, sources=sources, register_2021=claims)
    code, out, _ = run("check", "--data", raw, "--documents", documents, "--json")
    assert code == 1
    told = json.loads(out)
    assert told["faults"] == 1
    assert [row["verdict"] for row in told["figures"]] == ["not found", "free locator", "free locator"]
    assert told["figures"][0]["evidence"] == "In 2019, 46 were found."


def test_commands_are_all_reachable():
    context = cli.make_context("trafficking-stats", ["clean", "--help"], resilient_parsing=True)
    assert [cli.get_command(context, name).name for name in cli.list_commands(context)] == list(_COMMANDS)


def test_a_table_of_nothing_says_so(run, monkeypatch, raw):
    from trafficking_stats.commands import options

    monkeypatch.setattr(options, "sources_of", lambda folder: ts.load_sources().head(0))
    assert run("sources")[1] == "(nothing)\n"


def test_extract_of_an_address_says_save_it_first(run):
    code, _, err = run("extract", "https://example.org/report.html", "--country", "DNK", "--year", 2020)
    assert code == 2
    assert "save it first" in err
