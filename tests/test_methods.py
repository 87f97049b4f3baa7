"""Each of the seven methods on a made-up table in which all of them come to another figure."""

from __future__ import annotations

import pandas as pd
import pytest
from tiny import claim, table

import trafficking_stats as ts
from trafficking_stats.errors import ReconciliationError
from trafficking_stats.reconciliation.methods import METHODS

# value, source, tier, published
FIGURES = [
    (9, "lowest", "press", "2014"),
    (10, "register", "register", "2013"),
    (11, "first-of-two-publishers", "publisher", "2013"),
    (11, "second-of-two-publishers", "publisher", "2014"),
    (12, "middle", "compiler", "2013"),
    (13, "earliest", "compiler", "2011"),
    (14, "latest", "compiler", "2015"),
    (15, "filler", "press", "2012"),
    (16, "highest", "press", "2012"),
]
EXPECTED = {
    "consistent": 11,  # 4.47 + 4.49 for 11 against 8.94 for 10
    "latest": 14,
    "earliest": 13,
    "register": 10,
    "median": 12,  # the fifth of nine
    "lowest": 9,
    "highest": 16,
}


@pytest.fixture(scope="module")
def claims() -> pd.DataFrame:
    rows = [claim(value, source=name, tier=tier, published=when) for value, name, tier, when in FIGURES]
    return table([*rows, claim(3, 2011), claim(30, ("2010-01-01", "2013-12-31")), claim(4, breakdown="sex=male")])


def test_there_are_seven_methods() -> None:
    assert set(EXPECTED) == set(METHODS)


@pytest.mark.parametrize("method", METHODS)
def test_each_method_picks_its_own_figure(claims: pd.DataFrame, method: str) -> None:
    rec = ts.reconcile(claims, method)
    row = rec.series.query("year == 2010 and breakdown == ''").iloc[0]
    assert (row["estimate"], row["lower"], row["upper"]) == (EXPECTED[method],) * 3
    assert (row["status"], row["n_claims"]) == ("reconciled", 9)
    cell = rec.claims.query("period_end == '2010-12-31' and breakdown == ''")
    kept = cell[cell["accepted"]]
    assert set(kept["value"]) == {EXPECTED[method]}
    assert row["n_accepted"] == len(kept) == (2 if method == "consistent" else 1)
    # all others clash with one that was kept
    assert set(cell.loc[~cell["accepted"], "clashes_with"]) <= set(kept["claim_id"])


@pytest.mark.parametrize("method", [name for name in METHODS if name != "consistent"])
def test_rivals_know_no_rules(claims: pd.DataFrame, method: str) -> None:
    # the sum of four years says nothing about any of them, and no year appears that nobody names
    rec = ts.reconcile(claims, method)
    assert rec.series[["breakdown", "year", "estimate"]].values.tolist() == [
        ["", 2010, EXPECTED[method]],
        ["", 2011, 3],
        ["sex=male", 2010, 4],
    ]
    # with rules it is different: 30 - 11 - 3 are left for the other two years
    bounds = ts.reconcile(claims).series.query("year == 2012")[["lower", "upper", "status"]]
    assert bounds.values.tolist() == [[0, 16, "deduced"]]


def estimate(method: str, *rows: dict[str, object]) -> object:
    return ts.reconcile(table(rows), method).series["estimate"].iloc[0]


@pytest.mark.parametrize("method", ["latest", "earliest"])
def test_what_has_no_date_comes_last_whichever_end_goes_first(method: str) -> None:
    assert estimate(method, claim(5, published=""), claim(7, source="b", published="2012")) == 7


@pytest.mark.parametrize("method", ["latest", "earliest"])
def test_of_one_day_the_heavier_tier_is_taken(method: str) -> None:
    rows = claim(5, published="2012"), claim(7, source="b", published="2012", tier="publisher")
    assert estimate(method, *rows) == estimate(method, *rows[::-1]) == 7


def test_of_one_tier_the_latest_is_taken() -> None:
    rows = claim(5, published="2012", tier="register"), claim(7, source="b", published="2013", tier="register")
    assert estimate("register", *rows) == estimate("register", *rows[::-1]) == 7


def test_of_two_middle_figures_the_heavier_is_the_median() -> None:
    assert estimate("median", claim(5), claim(7, source="b", tier="publisher")) == 7
    assert estimate("median", claim(5, tier="publisher"), claim(7, source="b")) == 5
    assert estimate("median", claim(5), claim(7, source="b")) == 5  # equal weights: the lower


@pytest.mark.parametrize(("method", "lower", "upper"), [("lowest", 0, 4), ("highest", 20, None)])
def test_an_interval_is_picked_as_such(method: str, lower: int, upper: int | None) -> None:
    rows = [claim(5, qualifier="less_than"), claim(7, source="b"), claim(20, source="c", qualifier="at_least")]
    row = ts.reconcile(table(rows), method).series.iloc[0]
    assert row["lower"] == lower
    assert pd.isna(row["upper"]) if upper is None else row["upper"] == upper
    # "at least 20" names a number, "fewer than 5" does not
    assert pd.isna(row["estimate"]) if method == "lowest" else row["estimate"] == 20


def test_a_claim_that_fits_the_picked_one_is_accepted() -> None:
    rows = [claim(10, tier="register"), claim(11, source="b", qualifier="about"), claim(12, source="c")]
    rec = ts.reconcile(table(rows), "register")
    assert rec.claims.set_index("source_id")["accepted"].to_dict() == {"a": True, "b": True, "c": False}


def test_an_unknown_method_is_refused_with_those_there_are() -> None:
    with pytest.raises(ReconciliationError, match=r"'newest'.*consistent, latest, earliest, register, median"):
        ts.reconcile(table([claim(5)]), "newest")


def test_the_former_keyword_still_works_and_warns(claims: pd.DataFrame) -> None:
    with pytest.warns(DeprecationWarning, match="policy is now called method"):
        old = ts.reconcile(claims, policy="latest")
    pd.testing.assert_frame_equal(old.series, ts.reconcile(claims, method="latest").series)
