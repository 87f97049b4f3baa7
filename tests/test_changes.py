"""What moved between two states of the data, and which claims moved it."""

import subprocess
from dataclasses import replace

import pandas as pd
import pytest
from click.testing import CliRunner
from gap_claims import rows

import trafficking_stats as ts
from trafficking_stats import paths
from trafficking_stats.commands.changes import changes_command
from trafficking_stats.csv_tables import write_table
from trafficking_stats.reconciliation.changes import changes


def state(*tables):
    return ts.reconcile(pd.concat(tables, ignore_index=True))


OLD = rows("DNK", {"victims_identified": {2018: "90", 2019: "<5", 2020: "77"}, "convictions_persons": {2020: ">3"}})
PAPER = rows("DNK", {"victims_identified": {2020: "500", 2021: "80"}}, "Paper", "Register", "press", "2023")
BETTER = rows(
    "DNK", {"victims_identified": {2019: "4"}, "convictions_persons": {2020: "<50"}}, "Court", published="2023"
)
BETTER["published"] = "2023"
OTHER = rows("SWE", {"victims_identified": {2020: "300"}})


def test_nothing_moved():
    assert changes(state(OLD, OTHER), state(OLD, OTHER)).empty


def test_each_figure_and_bound_that_moved_comes_with_the_claims_that_moved_it():
    moved = changes(state(OLD, OTHER), state(OLD, PAPER, BETTER)).set_index(["country", "indicator", "year"])
    figure, bound = moved.loc["DNK", "victims_identified", 2019], moved.loc["DNK", "convictions_persons", 2020]
    assert (figure.kind, figure.old_lower, figure.old_upper, figure.new_lower) == ("figure", 0, 4, 4)
    assert (figure.claims, figure.events, figure.near) == ("Court/DNK/victims_identified/2019", "added", "same_cell")
    assert (bound.kind, bound.new_lower, bound.new_upper) == ("bound", 4, 49)
    assert moved.loc["DNK", "victims_identified", 2021].kind == "new"
    assert moved.loc["SWE", "victims_identified", 2020].kind == "gone"
    assert "removed" in moved.loc["SWE", "victims_identified", 2020].events
    assert ("DNK", "victims_identified", 2018) not in moved.index
    assert list(moved["kind"].isin(["new", "gone"])) == [False, False, True, True]  # what moved comes first
    assert moved.iloc[0].kind == "bound"  # the largest: 4 or more, now at most 49


def test_a_verdict_that_turned_is_told_and_the_method_where_no_claim_moved():
    heavier = rows("DNK", {"victims_identified": {2020: "60"}}, "Register 2", "Other", published="2024")
    again = heavier.assign(claim_id="again", upstream="Third", publisher="Third", source_id="third")
    old = rows("DNK", {"victims_identified": {2020: "77"}}, "Paper", "Paper", "press")
    moved = changes(state(old), state(old, heavier, again))
    assert set(moved["kind"]) == {"figure", "set_aside"}
    assert moved["near"].eq("same_cell").all()
    same = state(OLD)
    method = changes(same, replace(same, series=same.series.assign(lower=0)))
    assert set(method["near"]) == {""}


def run(*args):
    return CliRunner().invoke(changes_command, [*map(str, args)], catch_exceptions=False)


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Two folders of cleaned tables, the first also as the first commit of a folder of data."""
    for name, rec in (("old", state(OLD)), ("new", state(OLD, BETTER))):
        for table in ("series", "claims"):
            write_table(tmp_path / name / "clean" / f"{table}.csv", getattr(rec, table))
    git = ["git", "-C", tmp_path / "old", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *command], check=True)
    monkeypatch.setattr("trafficking_stats.commands.changes.data_dir", lambda: tmp_path / "old")
    return tmp_path


def test_folders_and_revisions_are_compared(folders):
    both = run(folders / "old", folders / "new")
    assert "1 bound, 1 figure" in both.output
    assert run("HEAD", folders / "new").output == both.output
    assert run(folders / "old", "HEAD").output.endswith("nothing moved\n")
    wrong = run("HEAD~9", "HEAD")
    assert wrong.exit_code == 2
    assert "is no folder, no date, and no revision of" in wrong.output


def test_the_index_leads_to_the_page(folders):
    out = folders / "reports"
    for language in ("en", "da"):
        assert run(folders / "old", folders / "new", "-o", out, "-l", language).exit_code == 0
    assert "court (added)" in (out / "changes.html").read_text()
    assert "court (tilføjet)" in (out / "changes.da.html").read_text()
    assert '<a href="changes.html">What changed</a>' in (out / "index.html").read_text()
    assert len((out / "changes.csv").read_text().splitlines()) == 3


def test_dates_are_what_was_known(monkeypatch):
    claims = pd.concat([OLD, BETTER], ignore_index=True)
    monkeypatch.setattr("trafficking_stats.commands.changes.load_claims", lambda: claims)
    assert "1 bound, 1 figure" in run("2022", "2023").output
    assert (paths.data_dir() / "clean").is_dir()
