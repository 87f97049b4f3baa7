"""The parts of the gap one by one: lags, change, court, spells, choices, breaks, words."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest
from gap_claims import DANISH, danish_rec, rows
from unodc_workbook import real_release

from trafficking_stats.gap_analysis.breaks import find_breaks
from trafficking_stats.gap_analysis.choices import Choice, counts_under_choices
from trafficking_stats.gap_analysis.data import CountSeries, Refusal, longest_run, series_dispersion
from trafficking_stats.gap_analysis.ratios import tipping_phi
from trafficking_stats.gap_analysis.result import gap
from trafficking_stats.gap_analysis.settings import BreakThresholds, load_gap_settings
from trafficking_stats.gap_analysis.words import number, span
from trafficking_stats.inference.counts import CountRange
from trafficking_stats.inference.masked import masked_ratio
from trafficking_stats.reconciliation.result import reconcile
from trafficking_stats.vocabulary import load_vocabulary


def series(first: int, *counts: str) -> dict[int, str]:
    return {first + k: count for k, count in enumerate(counts)}


def exact(first: int, *counts: int) -> dict[int, CountRange]:
    return {first + k: CountRange(count, count) for k, count in enumerate(counts)}


# --- lags -------------------------------------------------------------------------------------------------------------


def test_lags_on_one_window() -> None:
    # UNODC, Netherlands: convictions 2009-2015 by victims of the same years, and of one and two years before
    figures = {
        "victims_identified": series(2007, "716", "826", "909", "993", "1222", "1711", "1434", "1256", "1150"),
        "convictions_persons": series(2009, "69", "80", "80", "109", "151", "129", "124"),
    }
    result = gap(reconcile(rows("NLD", figures)), "NLD", 2009, 2015, vary_sources=False)
    whole = result.ratios[result.ratios["kind"] == "whole"].set_index("lag")
    assert whole["numerator_lower"].tolist() == [742] * 3
    assert whole["denominator_lower"].tolist() == [8675, 8351, 7811]
    assert whole["per_100_min"].tolist() == pytest.approx([8.553314, 8.885164, 9.499424], abs=1e-6)


def test_lags_that_reach_back_too_far_are_compared_on_the_years_all_have() -> None:
    figures = {
        "victims_identified": series(2012, "100", "110", "120", "130", "140"),
        "convictions_persons": series(2012, "10", "11", "12", "13", "14"),
    }
    result = gap(reconcile(rows("DNK", figures)), "DNK", 2012, 2016, vary_sources=False)
    whole = result.ratios[result.ratios["kind"] == "whole"].set_index("lag")
    assert whole.loc[2, "refusal"].startswith("2 of 5 years of victims identified cannot be added: 2010 and 2011")
    common = result.ratios[result.ratios["kind"] == "common"].set_index("lag")
    assert common[["first", "last"]].drop_duplicates().values.tolist() == [[2014, 2016]]
    # 12 + 13 + 14 by 120 + 130 + 140, 110 + 120 + 130, 100 + 110 + 120
    assert common["per_100_min"].tolist() == pytest.approx([10, 100 * 39 / 360, 100 * 39 / 330])


def test_the_shortest_lag_leads() -> None:
    result = gap(danish_rec(), "DNK", 2014, 2021, lags=(2, 1, 2), vary_sources=False)
    assert result.lags == (1, 2)
    assert "697 victims identified of 2013–2020" in result.headline


# --- stages -----------------------------------------------------------------------------------------------------------


def test_change_of_the_united_kingdom_2012_to_2014() -> None:
    # UNODC; Das Gupta's four-factor formula by hand
    figures = {
        "victims_identified": {2012: "555", 2014: "543"},
        "suspects_formal_contact": {2012: "157", 2014: "195"},
        "prosecutions_suspects": {2012: "33", 2014: "104"},
        "convictions_persons": {2012: "18", 2014: "40"},
    }
    # the two years side by side, since a year between them has no figure
    figures = {name: {2012: counts[2012], 2013: counts[2014]} for name, counts in figures.items()}
    change = gap(reconcile(rows("GBR", figures)), "GBR", 2012, 2013, vary_sources=False).change
    expected = [-0.6561558262244471, 7.047308962178233, 26.306277724979907, -10.697430860933691]
    assert change["effect_min"].tolist() == pytest.approx(expected)
    assert change["effect_max"].tolist() == pytest.approx(expected)
    assert (change["chance_lower"] < change["effect_min"]).all()
    assert (change["chance_upper"] > change["effect_max"]).all()


def test_another_pair_of_stages() -> None:
    result = gap(
        danish_rec(), "DNK", 2014, 2021, "convictions_persons", "charged_persons", lags=(0,), vary_sources=False
    )
    assert list(dict.fromkeys(result.stages["stage"])) == ["investigation", "prosecution", "conviction"]
    # Rigsadvokaten 2014-2021: 73 charged, 37 convicted
    assert "37 persons convicted stood against 73 persons charged" in result.headline
    turned = gap(
        danish_rec(), "DNK", 2014, 2021, "charged_persons", "convictions_persons", lags=(0,), vary_sources=False
    )
    assert list(dict.fromkeys(turned.stages["stage"])) == ["denominator", "numerator"]
    assert turned.ratios["above_one"].iloc[0]


def test_court_outcome_is_a_proportion() -> None:
    # Rigsadvokaten: persons acquitted 2014-2018
    acquitted = rows("DNK", {"acquitted_persons": series(2014, "3", "5", "14", "7", "2")})
    rec = reconcile(pd.concat([rows("DNK", DANISH), acquitted], ignore_index=True))
    steps = gap(rec, "DNK", 2014, 2021, vary_sources=False).steps
    [row] = steps[steps["step"] == "court outcome"].to_dict("records")
    assert (row["first"], row["last"], row["to_lower"], row["from_lower"]) == (2014, 2018, 37, 68)
    # 37 of 68 by Clopper and Pearson: scipy.stats.binomtest(37, 68).proportion_ci()
    assert row["per_100_min"] == pytest.approx(100 * 37 / 68)
    assert (row["exact_lower"], row["exact_upper"]) == pytest.approx((41.878505, 66.548430), abs=1e-5)


def test_table_of_denmark_at_unodc(shared: Path) -> None:
    claims = real_release(shared, "2023-05-30").claims
    claims = claims[(claims["country"] == "DNK") & (claims["breakdown"] == "")]
    claims = claims.assign(
        claim_id=[f"glotip:{k}" for k in range(len(claims))],
        publisher="UNODC",
        upstream="national",
        tier="compiler",
        published="2023-05-30",
    )
    stages = gap(reconcile(claims), "DNK", 2003, 2021, vary_sources=False).stages

    def printed(indicator: str) -> str:
        cells = stages[stages["indicator"] == indicator].sort_values("year")
        texts = [
            "-" if pd.isna(upper) else "<5" if (lower, upper) == (0, 4) else str(lower)
            for lower, upper in zip(cells["lower"], cells["upper"], strict=True)
        ]
        return " ".join(texts)

    # 2003 to 2021, "-" where the file has no cell
    assert printed("victims_identified") == "- - - - 17 28 47 53 60 66 76 71 93 121 98 97 64 77 80"
    assert printed("suspects_formal_contact") == "- - - - - - - 13 13 9 20 40 67 <5 14 19 11 10 -"
    assert printed("prosecutions_suspects") == "7 <5 <5 <5 22 25 29 17 12 9 21 <5 29 <5 5 <5 <5 <5 -"
    assert printed("convictions_persons") == "- <5 7 <5 <5 7 10 10 5 <5 <5 10 7 15 8 <5 <5 <5 -"


# --- spells -----------------------------------------------------------------------------------------------------------


def test_a_masked_year_may_be_part_of_a_spell() -> None:
    figures = {
        "victims_identified": series(2014, *["50"] * 6),
        "convictions_persons": series(2014, "6", "6", "<5", "0", "0", "7"),
    }
    spells = gap(reconcile(rows("DNK", figures)), "DNK", 2014, 2019, vary_sources=False).spells
    found = [(row["first"], row["last"], row["certain"]) for row in spells.to_dict("records")]
    assert found == [(2016, 2018, False), (2017, 2018, True)]


# --- choices of figures ----------------------------------------------------------------------------------------------


def test_choices() -> None:
    needed = {"victims_identified": "victims identified", "convictions_persons": "persons convicted"}
    counts, refusals = counts_under_choices(danish_rec(), "DNK", needed, [], 2014, 2021)
    convicted = {choice: found["convictions_persons"] for choice, found in counts.items()}
    # the register of 2022 says 4 for 2015, UNODC of 2023 says 7
    assert convicted[Choice("consistent")][2015] == (4, 4)
    assert convicted[Choice("register")][2015] == (4, 4)
    assert convicted[Choice("latest")][2015] == (7, 7)
    assert convicted[Choice("highest")][2015] == (7, 7)
    assert convicted[Choice("latest")][2018] == (0, 4)
    assert convicted[Choice("consistent", "publisher UNODC")] == convicted[Choice("register")]
    assert [refusal.subject for refusal in refusals] == ["without publisher Register"]
    assert next(iter(counts)) == Choice("consistent")


def test_a_publisher_that_changes_nothing_is_not_left_out() -> None:
    again = rows("DNK", {"victims_identified": DANISH["victims_identified"]}, "Press", "Register", "press", "2021")
    rec = reconcile(pd.concat([rows("DNK", DANISH), again], ignore_index=True))
    counts, _ = counts_under_choices(rec, "DNK", {"victims_identified": "victims identified"}, [], 2014, 2021)
    assert {choice.left_out for choice in counts} == {"nothing"}


# --- breaks, runs, dispersion --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (CountRange(20, 20), CountRange(100, 100), True),
        (CountRange(19, 19), CountRange(100, 100), False),
        (CountRange(20, 20), CountRange(99, 99), False),
        (CountRange(20, 24), CountRange(110, 130), False),
        (CountRange(20, 24), CountRange(120, 130), True),
        (CountRange(100, 100), CountRange(20, 20), False),
    ],
)
def test_which_jump_is_a_break(before: CountRange, after: CountRange, found: bool) -> None:
    thresholds = BreakThresholds(jump=5, base=20)
    breaks = find_breaks("XXX", "judgments", {2015: before, 2016: after}, load_vocabulary(), thresholds)
    assert [change.year for change in breaks] == ([2016] if found else [])


def test_the_longest_run_and_of_equals_the_latest() -> None:
    one = CountSeries("XXX", "judgments", "judgments", exact(2010, 1, 1, 1) | exact(2015, 1, 1, 1))
    assert longest_run([one], 2000, 2030) == (2015, 2017)
    assert longest_run([one], 2000, 2016) == (2010, 2012)
    assert longest_run([one], 2013, 2014) is None


def test_dispersion_of_masked_counts_is_the_largest_they_allow() -> None:
    masked = [CountRange(k, k) for k in (10, 7, 15, 8, 2)] + [CountRange(0, 4)] * 3
    # around the mean, with all three at 0: 42 / 8 = 5.25, squares 220.5... by 5.25 by 7 degrees of freedom
    values = [10, 7, 15, 8, 2, 0, 0, 0]
    mean = sum(values) / 8
    assert series_dispersion(masked, 5).phi == pytest.approx(sum((v - mean) ** 2 for v in values) / mean / 7)


def test_no_phi_explains_a_difference_of_a_million() -> None:
    assert tipping_phi(masked_ratio(10**7, 10**6)) == math.inf
    assert math.isnan(tipping_phi(masked_ratio(10, 9)))


def test_the_number_of_a_refusal() -> None:
    assert Refusal.of("funnel", "x", "1,234 units are too few").number == 1234
    assert math.isnan(Refusal.of("funnel", "x", "no unit at all").number)


def test_settings() -> None:
    settings = load_gap_settings()
    assert settings.definition_of("DNK", 2015) == "assessed"
    assert settings.definition_of("GBR", 2016) == "unknown"
    assert settings.dispersion.borrowed == 5


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.004, "0.004"), (0.3145, "0.31"), (5.96, "6.0"), (37.0, "37"), (99.96, "100.0"), (1212.98, "1,213")],
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


def test_spans() -> None:
    assert span(0, 4) == "0 to 4"
    assert span(2.04, 2.01) == "2.0"
