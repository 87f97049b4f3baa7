"""What is published beside the pages: a country's figures as one file, and every version at an address of its own."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from trafficking_stats.errors import ReportError
from trafficking_stats.reporting.archive import archive
from trafficking_stats.reporting.country import frozen

CLEAN = Path(__file__).parents[1] / "data/clean"


def packed(country: str, folder: Path = CLEAN) -> dict[str, str]:
    content = archive(country, folder, str(folder), [("en", "Cite as: this\n"), ("da", "Henvis til: dette\n")])
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return {name.removeprefix(f"{country}/"): opened.read(name).decode() for name in opened.namelist()}


def table(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)


def test_the_file_of_a_country_holds_its_figures_and_those_of_no_other():
    files = packed("SWE")
    assert files["README.txt"] == "Cite as: this\n"
    assert files["README.da.txt"] == "Henvis til: dette\n"
    whole = table((CLEAN / "series.csv").read_text())
    assert table(files["series.csv"]).equals(whole[whole["country"] == "SWE"].reset_index(drop=True))
    assert {"lower", "upper", "status"} <= set(table(files["series.csv"]))
    claims, sources = table(files["claims.csv"]), table(files["sources.csv"])
    assert {"lower", "upper", "accepted"} <= set(claims)
    assert (
        set(claims["source_id"])
        <= set(sources["source_id"])
        < set(table((CLEAN / "sources.csv").read_text())["source_id"])
    )


def test_every_column_is_explained():
    files = packed("DNK")
    columns = table(files["columns.csv"])
    assert (columns["description"] != "").all()
    named = {
        (name.removesuffix(".csv"), column)
        for name in files
        if name.endswith(".csv") and name != "columns.csv"
        for column in next(csv.reader(io.StringIO(files[name])))
    }
    assert named == set(zip(columns["table"], columns["name"], strict=True))


def test_a_country_without_figures_gives_empty_tables():
    assert packed("XKX")["claims.csv"].count("\n") == 1


def test_the_same_figures_give_the_same_bytes():
    first, second = (archive("SWE", CLEAN, state, [("en", "x")]) for state in ("a", "b"))
    assert first == second


def test_tables_without_their_description_are_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(ReportError, match="run trafficking-stats clean"):
        archive("SWE", tmp_path, "none", [])


def test_only_the_citation_leads_to_a_version():
    page = (
        '<a id="frozen" href="https://x.org/SWE/versions/0a/3_gap.html">v</a> <a href="https://y.org/versions/2/">s</a>'
    )
    moved = frozen(page, "1b")
    assert 'href="https://x.org/SWE/versions/1b/3_gap.html"' in moved
    assert 'href="https://y.org/versions/2/"' in moved
    assert frozen(moved, "1b") == moved


def publish(new: Path, site: Path, reason: str) -> None:
    script = Path(__file__).parents[1] / ".ci/versions"
    subprocess.run([sys.executable, str(script), str(new), str(site), reason], check=True)


def write_pages(new: Path, version: str, text: str) -> None:
    home = new / "reports/SWE"
    home.mkdir(parents=True, exist_ok=True)
    (home / "3_gap.html").write_text(text)
    (home / "report.json").write_text(json.dumps({"version": version, "pages": {"3_gap.html": {}}}))


def test_an_address_of_a_version_never_dies(tmp_path):
    new, site = tmp_path / "new", tmp_path / "site"
    write_pages(new, "aaa", "41 convicted")
    publish(new, site, "the monthly run")
    publish(new, site, "nothing new")
    write_pages(new, "bbb", "14 convicted")
    publish(new, site, "Correct <a slip>")
    versions = site / "reports/SWE/versions"
    assert (versions / "aaa/3_gap.html").read_text() == "41 convicted"
    assert (versions / "bbb/3_gap.html").read_text() == "14 convicted"
    listed = json.loads((versions / "versions.json").read_text())
    assert [(one["version"], one["reason"]) for one in listed] == [
        ("bbb", "Correct <a slip>"),
        ("aaa", "the monthly run"),
    ]
    page = (versions / "index.html").read_text()
    assert "Correct &lt;a slip&gt;" in page
    assert page.index("bbb/3_gap.html") < page.index("aaa/3_gap.html")


def test_pages_say_where_this_version_stays_if_they_know_where_they_are_published(monkeypatch, tmp_path):
    from trafficking_stats.reporting import render, reports

    notebooks = Path(__file__).parent / "notebooks"
    known = render.settings()
    monkeypatch.setattr(render, "settings", lambda: {**known, "address": "https://x.org/reports"})
    reports.report("DNK", tmp_path, notebooks=notebooks, known=["DNK"], engine="trafficking-stats-warm")
    version = json.loads((tmp_path / "DNK/report.json").read_text())["version"]
    page = (tmp_path / "DNK/3_gap.html").read_text()
    assert f'href="https://x.org/reports/DNK/versions/{version}/3_gap.html"' in page
    assert 'href="data.zip" download' in page
    assert (tmp_path / "DNK/data.zip").exists()
