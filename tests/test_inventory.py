"""What became of each sentence of the texts at hand."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

from trafficking_stats.checking.locators import sentences
from trafficking_stats.csv_tables import read_table
from trafficking_stats.vocabulary import load_vocabulary

ROOT = Path(__file__).parents[1]
KINDS = {"reason", "recommendation", "offer", "contradiction"}


def generator():
    spec = importlib.util.spec_from_file_location("source_texts", ROOT / "docs" / "source_texts.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def found():
    return generator().inventory(ROOT / "data" / "raw")


@pytest.fixture(scope="module")
def reasons():
    return pd.concat(read_table(path) for path in sorted((ROOT / "data" / "raw" / "reasons").glob("*.csv")))


def test_a_sentence_that_is_held_is_not_left_out_too(found):
    both = found.groupby(["source_id", "locator"])["held"].agg(set)
    assert not [place for place, held in both.items() if "left_out" in held and len(held) > 1]


def test_a_date_is_one_of_the_vocabulary(found):
    labels = {entry.label for entry in load_vocabulary().policy_dates}
    assert set(found[found["held"] == "date"]["what"]) <= labels


def test_a_ground_for_leaving_out_has_a_meaning(found):
    assert set(found[found["held"] == "left_out"]["what"]) == set(generator().WORDS["grounds"])


def test_reasons_are_in_both_languages_and_speak_of_series_there_are(reasons):
    assert set(reasons["kind"]) == KINDS
    for column in ("text_en", "text_da", "topic", "source_id", "locator", "year"):
        assert (reasons[column] != "").all(), column
    named = {name for cell in reasons["indicators"] for name in cell.split(";") if name}
    assert named <= set(load_vocabulary().indicators)


def test_how_much_there_is(found, reasons):
    assert len(found.drop_duplicates(["source_id", "locator"])) == 458
    kinds = reasons["kind"].value_counts()
    assert kinds["recommendation"] == 9 + 5
    assert kinds["reason"] >= 19


def test_the_page_is_that_of_the_data(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert (ROOT / "docs" / "source-texts.md").read_text(encoding="utf-8") == generator().page()


def test_no_sentence_of_the_texts_is_unaccounted_for(found):
    folder = ROOT.parent / "shared" / "documents"
    if not folder.is_dir():
        pytest.skip("the texts belong to their publishers and are not at hand")
    documents = read_table(ROOT / "data" / "raw" / "sources.csv").query("document != ''").set_index("source_id")
    for source, name in documents["document"].items():
        lines = [line.strip() for line in (folder / name).read_text(encoding="utf-8").splitlines() if line.strip()]
        listed = found[found["source_id"] == source]["locator"]
        spans = sorted({tuple(map(int, span.split("-"))) for span in listed.str.extract(r"p([\d-]+) ")[0]})
        assert [line for span in spans for line in range(span[0], span[-1] + 1)] == list(range(1, len(lines) + 1))
        for span in spans:
            place = "-".join(map(str, span))
            count = len(sentences(" ".join(lines[span[0] - 1 : span[-1]])))
            numbers = set(listed[listed.str.startswith(f"p{place} ")].str.extract(r" s(\d+)")[0].astype(int))
            assert numbers == set(range(1, count + 1)), f"{source} p{place}"
