"""Reconciliation of many claims, of odd claims, and of real series with years taken out."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pandas as pd
import pytest
from synthetic import BIASED, make_panel
from tiny import claim, table

import trafficking_stats as ts
from trafficking_stats.numbering import number_of
from trafficking_stats.reconciliation import judged as verdicts
from trafficking_stats.reconciliation.causes import probable_causes

ELSEWHERE = ["AFG", "ALB", "DZA", "AND", "AGO", "ARG", "ARM", "AUS", "AUT", "AZE", "BHS", "BHR", "BGD", "BRB", "BLR"]

PLACE = ["country", "indicator", "breakdown", "year"]


def written(rec: ts.Reconciliation) -> bytes:
    return b"".join(part.to_csv(index=False).encode() for part in (rec.series, rec.claims, rec.clashes))


# --- what takes long, when it is asked for ----------------------------------------------------------------------


def test_causes_and_clashes_are_found_once_and_not_before_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(claims: pd.DataFrame, *given: object) -> pd.DataFrame:
        asked.append(len(claims))
        return probable_causes(claims, *given)

    monkeypatch.setattr(verdicts, "probable_causes", counted)
    claims = table([claim(10), claim(20, source="b", published="2020")])
    rec = ts.reconcile(claims)
    assert rec.series["status"].tolist() == ["reconciled"]
    assert not asked
    assert rec.clashes["values"].tolist() == ["20 | 10"]
    assert rec.claims["cause"].tolist() == ["digit_slip", ""] == rec.claims["cause"].tolist()
    assert asked == [2]


# --- panels with a known truth ----------------------------------------------------------------------------------


def test_a_panel_says_what_is_wrong_with_it() -> None:
    panel = make_panel(4000, stale=0.2, biased=0.5)
    assert panel.claims["claim_id"].is_unique
    claims = panel.claims.merge(panel.errors, on="claim_id", how="left")
    claims = claims[claims["period_start"].str[:4] == claims["period_end"].str[:4]]
    claims["year"] = claims["period_end"].str[:4].astype(int)
    claims = claims.merge(panel.truth, on=PLACE)
    assert len(claims) > 3900 * 0.95
    value, truth, wrong = claims["value"], claims["truth"], claims["kind"].notna()
    exact = claims["qualifier"] == "exact"
    assert (value[exact & ~wrong] == truth[exact & ~wrong]).all()
    assert (value[exact & wrong] != truth[exact & wrong]).all()
    assert (truth[(claims["qualifier"] == "less_than") & ~wrong] < 5).all()
    about = (claims["qualifier"] == "about") & ~wrong
    assert (np.abs(value[about] - truth[about]) <= 0.1 * value[about]).all()
    doubled = claims["kind"] == "double_count"
    assert (value[doubled & exact] == 2 * truth[doubled & exact]).all()
    low = claims["kind"].isin([BIASED, "early_snapshot"]) & exact
    assert (value[low] < truth[low]).all()
    # the parts of the truth add up to at most the whole
    sums = panel.truth.assign(key=panel.truth["breakdown"].str.partition("=")[0])
    sums = sums.groupby(["country", "indicator", "year", "key"])["truth"].sum().unstack()
    assert (sums[["sex", "age", "exploitation"]].max(axis=1) <= sums[""]).all()
    assert make_panel(4000, stale=0.2, biased=0.5).claims.equals(panel.claims)


@pytest.fixture(scope="module")
def judged() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Claims of a panel with what is wrong beside the verdict, and its cells with the truth beside the bounds."""
    panel = make_panel(20_000)
    rec = ts.reconcile(panel.claims)
    assert rec.status == "optimal"
    return rec.claims.merge(panel.errors, on="claim_id", how="left"), rec.series.merge(panel.truth, on=PLACE)


def test_most_errors_are_found_and_few_sound_claims_are_rejected(judged: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    claims, _ = judged
    wrong = claims["kind"].notna()
    assert (~claims["accepted"])[wrong].mean() > 0.85
    # the register outweighs all the others, so where it errs they are lost
    assert (~claims["accepted"])[~wrong].mean() < 0.01
    found = claims[wrong & ~claims["accepted"]]
    named = found["cause"] == found["kind"]
    assert named[found["kind"] == "double_count"].mean() > 0.9
    assert named[found["kind"] == "unit"].mean() > 0.8


def test_bounds_hold_the_truth_and_are_narrow(judged: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    _, cells = judged
    upper = cells["upper"].to_numpy(float, na_value=np.inf)
    lower, truth = cells["lower"].to_numpy(float), cells["truth"].to_numpy(float)
    assert ((lower <= truth) & (truth <= upper)).mean() > 0.97
    assert (lower == upper).mean() > 0.95


def test_estimates_beat_the_rivals(judged: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    claims, cells = judged
    yearly = claims[claims["period_start"].str[:4] == claims["period_end"].str[:4]]
    yearly = yearly.assign(year=yearly["period_end"].str[:4].astype(int))
    rivals = {"median": yearly.groupby(PLACE)["value"].median()}
    rivals["latest"] = yearly.sort_values("published").groupby(PLACE)["value"].last()
    cells = cells.set_index(PLACE)
    right = (cells["estimate"] == cells["truth"])[cells["n_claims"] > 0].mean()
    for rival in rivals.values():
        assert right > (rival.reindex(cells.index) == cells["truth"])[cells["n_claims"] > 0].mean()


def test_neither_order_nor_type_of_columns_changes_a_byte() -> None:
    claims = pd.concat([make_panel(2_000).claims, ts.load_claims().query("country in ('SWE', 'FIN')")])
    claims = claims[make_panel(10).claims.columns].reset_index(drop=True)
    first = written(ts.reconcile(claims))
    mixed = claims.sample(frac=1, random_state=5)
    assert written(ts.reconcile(mixed)) == first
    assert written(ts.reconcile(mixed.astype({"country": "category", "source_id": object, "value": object}))) == first


# --- odd tables -------------------------------------------------------------------------------------------------


def test_two_hundred_claims_on_one_year_that_all_disagree() -> None:
    rows = [claim(100 + 3 * n, source=f"s{n}", breakdown="" if n % 2 else "sex=female") for n in range(200)]
    rows += [claim(5 + n, source=f"s{n}", breakdown="sex=male") for n in range(50)]
    rec = ts.reconcile(table(rows))
    assert rec.status == "optimal"
    kept = rec.claims[rec.claims["accepted"]]
    # one figure of each, and the parts within the whole
    assert kept.groupby("breakdown")["value"].nunique().tolist() == [1, 1, 1]
    whole, women, men = (
        kept.loc[kept["breakdown"] == name, "value"].iloc[0] for name in ("", "sex=female", "sex=male")
    )
    assert women + men <= whole
    assert (rec.claims.loc[~rec.claims["accepted"], "clashes_with"] != "").all()


def test_ten_thousand_claims_on_one_cell() -> None:
    rows = [claim(n % 3000, source=f"s{n}", published="2015") for n in range(10_000)]
    rec = ts.reconcile(table(rows))
    # four sources each say 0 to 999; of equally many the lowest is kept
    assert rec.series[["estimate", "lower", "upper", "n_claims", "n_accepted"]].values.tolist() == [
        [0, 0, 0, 10_000, 4]
    ]


def test_ten_thousand_claims_on_one_cell_with_rules() -> None:
    rows = [claim(n % 3000, source=f"s{n}", published="2015") for n in range(10_000)]
    rows += [claim(700, breakdown="sex=female", tier="register"), claim(800, breakdown="sex=male", tier="register")]
    rec = ts.reconcile(table(rows))
    # no total below 1500 fits the parts, and three sources each say 1500 to 2999
    total = rec.series.query("breakdown == ''").iloc[0]
    assert (total["lower"], total["upper"], total["n_accepted"]) == (1500, 1500, 3)


def test_figures_up_to_a_thousand_million() -> None:
    large = 10**9
    rows = [
        claim(large, ("2010-01-01", "2011-12-31"), tier="register"),
        claim(large - 1, 2010),
        claim(2, 2011),
        claim(1, 2011, source="b"),
        claim(large - 7, 2010, breakdown="sex=female"),
    ]
    rec = ts.reconcile(table(rows))
    assert rec.claims.query("not accepted")["value"].tolist() == [2]
    bounds = rec.series.set_index(["breakdown", "year"])[["lower", "upper"]].astype(object)
    assert bounds.loc[("", 2010)].tolist() == [large - 1, large - 1]
    assert bounds.loc[("", 2011)].tolist() == [1, 1]
    assert bounds.loc[("sex=female", 2010)].tolist() == [large - 7, large - 7]


@pytest.mark.parametrize("method", ["consistent", "median"])
def test_no_claims_are_no_cells(method: str) -> None:
    rec = ts.reconcile(table([claim(1)]).iloc[:0], method)
    assert (len(rec.series), len(rec.claims), len(rec.clashes), rec.status) == (0, 0, 0, "optimal")
    assert list(rec.series) == list(ts.reconcile(table([claim(1)])).series)


# --- years taken out --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("country", ["DNK", "NOR", "FIN", "SWE"])
def test_bounds_of_years_whose_totals_are_taken_out_still_hold_them(country: str) -> None:
    """Five years at a time, evenly over all choices of five, each as if it were a country of its own.

    Only what was accepted stays beside them: a wrong figure that nothing but the missing totals speaks against would be
    believed, here as anywhere.
    """
    claims = ts.load_claims()
    judged = ts.reconcile(claims[(claims["country"] == country) & (claims["indicator"] == "victims_identified")])
    full = judged.series[judged.series["breakdown"] == ""].set_index("year")
    known = full.loc[(full["lower"] == full["upper"]) & (full["n_claims"] > 0), "lower"]
    own = judged.claims.loc[judged.claims["accepted"], claims.columns]
    year = own["period_end"].str[:4].astype(int)
    is_total = (own["breakdown"] == "") & (own["period_start"].str[:4] == own["period_end"].str[:4])
    removals = list(itertools.combinations(known.index, 5))
    removals = removals[:: len(removals) // 12]
    variants = []
    for number, removed in enumerate(removals):
        rest = own[~(is_total & year.isin(removed))]
        variants.append(rest.assign(country=ELSEWHERE[number], claim_id=rest["claim_id"] + f"#{number}"))
    rec = ts.reconcile(pd.concat(variants, ignore_index=True))
    assert rec.claims["accepted"].all()
    series = rec.series[rec.series["breakdown"] == ""].set_index(["country", "year"])
    forced = 0
    for number, removed in enumerate(removals):
        for lost in removed:
            if (ELSEWHERE[number], lost) in series.index:  # else nothing more is said of that year
                row = series.loc[(ELSEWHERE[number], lost)]
                upper = np.inf if pd.isna(row["upper"]) else row["upper"]
                assert row["lower"] <= known[lost] <= upper, (removed, lost)
                forced += row["lower"] > 0 and np.isfinite(upper)
    # parts and sums over years bound some of the years they are taken from
    assert forced > 0 or country != "DNK"


def test_a_search_that_runs_out_of_time_says_so_and_stays_valid() -> None:
    # sixty sources that all disagree, and no time for the search
    values = np.random.default_rng(1).integers(50, 150, (60, 5)).tolist()
    parts = ["", "sex=female", "sex=male", "age=child", "age=adult"]
    rows = [
        claim(value, 2010, part, f"s{n}")
        for n, row in enumerate(values)
        for part, value in zip(parts, row, strict=True)
    ]
    rec = ts.reconcile(table(rows), time_limit=0)
    assert "feasible within gap" in rec.status
    # what is kept can be true together; of what is rejected little could be added
    kept = rec.claims[rec.claims["accepted"]]
    by_part = kept.groupby("breakdown")["value"].agg(["min", "max"])
    assert (by_part["min"] == by_part["max"]).all()
    assert ts.reconcile(table(rows[:25]), time_limit=60).status == "optimal"


def test_a_limit_of_time_bounds_the_whole_run() -> None:
    # half years that begin on any day, so that each overlaps half of those within a year, and no two figures agree
    rng = np.random.default_rng(1)
    starts = pd.Timestamp("2000-01-01") + pd.to_timedelta(rng.integers(0, 365 * 6, 300), "D")
    periods = [(f"{day:%Y-%m-%d}", f"{day + pd.Timedelta(days=182):%Y-%m-%d}") for day in starts]
    values = rng.integers(1, 500, 300).tolist()
    spans = table([claim(values[k], period, source=f"s{k}") for k, period in enumerate(periods)])
    begin = time.process_time()
    rec = ts.reconcile(spans, time_limit=2)
    assert time.process_time() - begin < 12
    assert "feasible within gap" in rec.status
    assert 0 < rec.claims["accepted"].sum() < 300


def test_combinations_of_many_different_values_keep_numbers_of_their_own():
    """1,024 values in each of eight columns have 2**80 combinations, more than a number has room for."""
    rows = np.column_stack([np.tile(np.arange(1024), (8, 1)), [5, 0, 0, 0, 0, 0, 0, 0], [6, 0, 0, 0, 0, 0, 0, 0]])
    assert number_of(*rows).tolist() == list(range(1026))
