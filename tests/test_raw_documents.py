"""The figures of the five texts stand where their locators say (docs/data.md, "Locators")."""

import csv
import hashlib
import re
from pathlib import Path

import pytest

from trafficking_stats.checking.locators import follow

DOCUMENTS = {
    "tip-2015-dnk": "000_09d49dbf7af85bec.txt",
    "nordic-baltic-network-2007-dnk": "001_ee0a55d0264fb869.txt",
    "european-commission-2021-dnk": "002_3697a9a322aea414.txt",
    "center-mod-menneskehandel-2022-dnk": "003_16114f15608039b8.txt",
    "tip-2016-dnk-da": "004_fdbb524dce315f7f.txt",
}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def claims(root) -> dict[str, list[dict[str, str]]]:
    return {source: rows_of(root / "data" / "raw" / "claims" / f"{source}.csv") for source in DOCUMENTS}


@pytest.fixture(scope="module")
def digests(root) -> dict[str, str]:
    return {row["source_id"]: row["sha256"] for row in rows_of(root / "data" / "raw" / "sources.csv")}


LOCATOR = re.compile(r"p\d+(-\d+)? s\d+: \S.*")


def test_locators_of_the_documents_follow_the_grammar(claims):
    for source in DOCUMENTS:
        for row in claims[source]:
            assert LOCATOR.fullmatch(row["locator"]), f"{source} {row['locator']}"


WORDS = {
    0: "no not never ikke aldrig ingen",
    1: "one en et ét",
    2: "two to",
    3: "three tre",
    4: "four fire",
    5: "five fem",
    6: "six seks",
    8: "eight otte",
    9: "nine ni",
    10: "ten ti",
}
MILLION = r"(million|mio\.)"

# Figures that the sentence says without a number, and why the value follows.
IMPLIED = {
    ("tip-2015-dnk", "convictions_persons", "statute=262a", "2003-01-01"): "the use is called the first",
    ("european-commission-2021-dnk", "victims_identified", "exploitation=forced_labour", "2007-01-01"): "first in 2009",
    (
        "european-commission-2021-dnk",
        "victims_identified",
        "exploitation=criminal_activity",
        "2007-01-01",
    ): "first in 2010",
    ("european-commission-2021-dnk", "victims_identified", "exploitation=slavery_like", "2007-01-01"): "first in 2020",
    ("european-commission-2021-dnk", "victims_identified", "exploitation=forced_labour", "2009-01-01"): "first in 2009",
    (
        "european-commission-2021-dnk",
        "victims_identified",
        "exploitation=criminal_activity",
        "2010-01-01",
    ): "first in 2010",
    **{
        ("european-commission-2021-dnk", "victims_identified", "citizenship=national", f"{year}-01-01"): "not named"
        for year in (2007, 2011, 2014, 2018)
    },
    ("european-commission-2021-dnk", "victims_identified", "citizenship=national", "2010-01-01"): "the year is named",
    ("european-commission-2021-dnk", "victims_identified", "citizenship=national", "2013-01-01"): "the year is named",
    ("european-commission-2021-dnk", "victims_identified", "citizenship=national", "2017-01-01"): "the year is named",
    ("tip-2016-dnk-da", "asylum_granted", "", "2015-01-01"): "all applicants were refused",
    ("tip-2015-dnk", "tip_tier", "", "2015-01-01"): "fully compliant",
    ("tip-2016-dnk-da", "tip_tier", "", "2016-01-01"): "fully compliant",
}


def stands_in(value, sentence):
    """Whether a whole number stands in a sentence in digits, as a word, or in millions."""
    forms = [rf"(?<![\d,.])(?:{value}|{value:,})(?!\d|[.,]\d)"]
    forms += [rf"\b{word}\b" for word in WORDS.get(value, "").split()]
    if value and value % 1_000_000 == 0:
        forms.append(rf"(?<![\d,.]){value // 1_000_000} {MILLION}")
    return any(re.search(form, sentence, flags=re.IGNORECASE) for form in forms)


@pytest.mark.parametrize(
    ("value", "sentence", "found"),
    [
        (12, "Authorities investigated 12 cases.", True),
        (12, "In 2012 there were 120 cases, 12.5 percent more.", False),
        (9, "Courts convicted nine traffickers.", True),
        (0, "Bestemmelsen har aldrig været brugt.", True),
        (0, "Ten were found.", False),
        (7_000_000, "The plan sets 7 million krone aside.", True),
        (7_000_000, "The plan sets 17 million krone aside.", False),
        (1048, "A total of 1,048 persons", True),
    ],
)
def test_finding_a_figure_by_hand(value, sentence, found):
    assert stands_in(value, sentence) is found


def test_each_figure_of_the_documents_stands_at_its_locator(shared, claims, digests):
    implied = set()
    for source, name in DOCUMENTS.items():
        data = (shared / "documents" / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == digests[source]
        for row in claims[source]:
            sentence = follow(data.decode("utf-8"), row["locator"]).words
            cell = (source, row["indicator"], row["breakdown"], row["period_start"])
            if cell in IMPLIED and row["scope_note"].startswith("implied"):
                implied.add(cell)
            else:
                assert stands_in(int(row["value"]), sentence), f"{source} {row['locator']}: {row['value']}"
    assert implied == set(IMPLIED)


def test_implied_figures_say_so(claims):
    said = {
        (source, row["indicator"], row["breakdown"], row["period_start"])
        for source in DOCUMENTS
        for row in claims[source]
        if row["scope_note"].startswith("implied")
    }
    assert said == set(IMPLIED)
