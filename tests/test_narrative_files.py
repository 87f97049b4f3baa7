"""The review sheet, the page, and accepting claims."""

import csv
import dataclasses
import json

import pandas as pd
import pytest

from trafficking_stats.checking.locators import follow
from trafficking_stats.errors import ClaimError, ReaderError
from trafficking_stats.readers.documents.document import Block, from_blocks
from trafficking_stats.readers.narrative import (
    accept,
    extract,
    to_html,
    to_json_lines,
    to_review_csv,
)

TEXT = (
    "In 2014, courts convicted nine traffickers, compared with three convictions in 2013. "
    "Terms ranged from 18 months to three years in prison. Police identified 71 victims, including six children."
)


@pytest.fixture
def proposals():
    return extract(TEXT, country="DNK", default_year=2014, source_id="made-up-2015")


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def mark(path, wanted=lambda row: True, mark="y", delimiter=","):
    rows = rows_of(path)
    for row in rows:
        row["accept"] = mark if wanted(row) else ""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


def test_json_lines_hold_the_labels(proposals):
    records = [json.loads(line) for line in to_json_lines(proposals).splitlines()]
    assert records[0]["indicator"] == "convictions"
    assert records[0]["value"] == 9
    assert isinstance(records[0]["value"], int)
    assert {"breakdown", "period", "qualifier", "unit", "char_start", "char_end"} <= records[0].keys()


def test_review_sheet_holds_claims(tmp_path, proposals):
    path = tmp_path / "review.csv"
    to_review_csv(proposals, path)
    rows = rows_of(path)
    assert [(r["indicator"], r["value"], r["unit"], r["period_end"]) for r in rows] == [
        ("convictions_persons", "9", "persons", "2014-12-31"),
        ("convictions", "3", "convictions", "2013-12-31"),
        ("sentence_min_months", "18", "months", "2014-12-31"),
        ("sentence_max_months", "36", "months", "2014-12-31"),
        ("victims_identified", "71", "persons", "2014-12-31"),
        ("victims_identified", "6", "persons", "2014-12-31"),
    ]
    assert rows[3]["scope_note"] == "printed as 3 years"
    assert rows[5]["breakdown"] == "age=child"
    assert {row["accept"] for row in rows} == {""}
    assert all(row["rule"] and row["period_source"] and row["confidence"] and row["sentence"] for row in rows)


def test_page_and_paragraph_stand_in_the_locator_and_can_be_followed(tmp_path):
    document = from_blocks([Block("Nothing here.", 1), Block(TEXT, 2)], "pdf")
    found = extract(document.text, country="DNK", default_year=2014, source_id="made-up-2015")
    to_review_csv(found, tmp_path / "review.csv", document)
    first = rows_of(tmp_path / "review.csv")[0]
    assert first["locator"].startswith("p. 2, para 1, sentence ")
    assert follow(document.text, first["locator"]).words == "nine"


def test_a_range_is_accepted_with_both_ends(tmp_path):
    text = "Between 40 and 50 victims were identified in 2014."
    sheet = tmp_path / "review.csv"
    to_review_csv(extract(text, country="DNK", default_year=2014, language="en", source_id="s-1"), sheet)
    mark(sheet)
    assert accept(sheet, tmp_path / "raw").added == 1
    (row,) = rows_of(tmp_path / "raw" / "claims" / "s-1.csv")
    assert (row["value"], row["value_upper"], row["qualifier"]) == ("40", "50", "between")


def test_no_cell_of_the_sheet_can_run(tmp_path):
    text = "=cmd() | convicted nine traffickers in the year 2014 and it was so."
    found = extract(text, country="DNK", default_year=2014, language="en", source_id="-x")
    path = tmp_path / "review.csv"
    to_review_csv(found, path)
    for row in rows_of(path):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())
    assert rows_of(path)[0]["source_id"] == "'-x"


def test_page_is_self_contained_and_escaped():
    text = "<script>alert(1)</script> Courts convicted nine traffickers & <b>two</b> others in 2014."
    found = extract(text, country="DNK", default_year=2014, language="en")
    page = to_html(text, found, title="<x>")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "<title>&lt;x&gt;</title>" in page
    assert "<mark" in page
    assert "convictions" in page
    assert "http:" not in page
    assert "https:" not in page


def test_page_shows_every_reading_of_one_number():
    text = "NGOs identified and assisted 12 victims."
    page = to_html(text, extract(text, country="DNK", default_year=2014, language="en"))
    assert '<a href="#f1">1</a>, <a href="#f2">2</a></sup>' in page
    assert page.count("<li") == 2


def test_accept_appends_once(tmp_path, proposals):
    sheet, raw = tmp_path / "review.csv", tmp_path / "raw"
    to_review_csv(proposals, sheet)
    mark(sheet, lambda row: row["indicator"].startswith("victims"))
    first = accept(sheet, raw)
    assert (first.added, first.present) == (2, 0)
    assert first.unknown_sources == ("made-up-2015",)
    path = raw / "claims" / "made-up-2015.csv"
    before = path.read_bytes()
    second = accept(sheet, raw)
    assert (second.added, second.present, second.files) == (0, 2, ())
    assert path.read_bytes() == before
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert list(table["value"]) == ["71", "6"]
    assert not list(raw.rglob("*.tmp"))


def test_accept_keeps_what_stood_there(tmp_path, proposals):
    sheet, raw = tmp_path / "review.csv", tmp_path / "raw"
    to_review_csv(proposals, sheet)
    mark(sheet, lambda row: row["value"] == "71", mark="X")
    path = raw / "claims" / "made-up-2015.csv"
    path.parent.mkdir(parents=True)
    head = "country,indicator,breakdown,period_start,period_end,value,qualifier,unit,locator,scope_note\n"
    old = head + "DNK,victims_identified,,2013-01-01,2013-12-31,76.0,exact,persons,p. 1,by hand"
    path.write_text(old, encoding="utf-8")
    assert accept(sheet, raw).added == 1
    assert path.read_text(encoding="utf-8").startswith(old + "\n")


def test_accept_reads_a_sheet_saved_with_semicolons(tmp_path, proposals):
    sheet = tmp_path / "review.csv"
    to_review_csv(proposals, sheet)
    mark(sheet, lambda row: row["value"] == "9", mark="ja", delimiter=";")
    assert accept(sheet, tmp_path / "raw").added == 1


def test_nothing_marked_adds_nothing(tmp_path, proposals):
    sheet = tmp_path / "review.csv"
    to_review_csv(proposals, sheet)
    assert accept(sheet, tmp_path / "raw").added == 0
    assert not (tmp_path / "raw").exists()


def test_accept_refuses_what_is_no_claim_and_writes_nothing(tmp_path, proposals):
    sheet, raw = tmp_path / "review.csv", tmp_path / "raw"
    to_review_csv(proposals, sheet)
    rows = rows_of(sheet)
    for row in rows:
        row["accept"] = "y"
    rows[0]["indicator"] = "convictions_person"
    rows[1]["accept"] = "perhaps"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(ClaimError) as caught:
        accept(sheet, raw)
    text = str(caught.value)
    assert "convictions_person" in text
    assert "perhaps" in text
    assert not raw.exists()


def test_accept_needs_a_source(tmp_path):
    sheet = tmp_path / "review.csv"
    to_review_csv(extract(TEXT, country="DNK", default_year=2014), sheet)
    mark(sheet)
    with pytest.raises(ClaimError, match="source_id"):
        accept(sheet, tmp_path / "raw")


def test_accept_refuses_another_table(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ReaderError, match="columns"):
        accept(path, tmp_path)
    with pytest.raises(ReaderError, match="no such file"):
        accept(tmp_path / "none.csv", tmp_path)


def test_counts_of_sentences_are_apart_from_convictions(tmp_path):
    text = "Courts sentenced 12 traffickers. Judges handed down 15 prison sentences."
    found = extract(text, country="DNK", default_year=2014, language="en", source_id="s")
    sheet = tmp_path / "review.csv"
    to_review_csv(found, sheet)
    rows = [(row["indicator"], row["unit"], row["value"]) for row in rows_of(sheet)]
    assert rows == [("sentenced_persons", "persons", "12"), ("sentences", "sentences", "15")]
    mark(sheet)
    assert accept(sheet, tmp_path / "raw").added == 2


def test_a_figure_without_an_indicator_says_so_and_is_not_accepted(tmp_path):
    text = "The police investigated 12 cases in 2014."
    found = extract(text, country="DNK", default_year=2014, language="en", source_id="s")
    sheet = tmp_path / "review.csv"
    to_review_csv([dataclasses.replace(found[0], unit="months")], sheet)
    (row,) = rows_of(sheet)
    assert (row["indicator"], row["scope_note"]) == ("", "the vocabulary has no indicator for investigations in months")
    mark(sheet)
    with pytest.raises(ClaimError, match="indicator"):
        accept(sheet, tmp_path / "raw")
