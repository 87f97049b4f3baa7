"""What the gap refuses, with reason and number, and that the rest of the answer is still there."""

from __future__ import annotations

import math
import random
import warnings
from collections.abc import Iterator, Mapping

import pandas as pd
import pytest
from gap_claims import rows

from trafficking_stats.gap_analysis.request import GapError
from trafficking_stats.gap_analysis.result import GapResult, gap
from trafficking_stats.reconciliation.result import Reconciliation, reconcile


@pytest.fixture(autouse=True)
def no_warning() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def rec_of(figures: Mapping[str, Mapping[int, str]]) -> Reconciliation:
    return reconcile(rows("DNK", figures))


def measure(
    victims: Mapping[int, str], convicted: Mapping[int, str], start: int, end: int, **options: object
) -> GapResult:
    rec = rec_of({"victims_identified": victims, "convictions_persons": convicted})
    return gap(rec, "DNK", start, end, **options)  # type: ignore[arg-type]


def series(first: int, *counts: str) -> dict[int, str]:
    return {first + k: count for k, count in enumerate(counts)}


def refusal(result: GapResult, analysis: str, part: str = "") -> pd.Series:
    table = result.refusals[(result.refusals["analysis"] == analysis) & result.refusals["reason"].str.contains(part)]
    assert len(table), f"{analysis} was not refused:\n{result.refusals.to_string()}"
    return table.iloc[0]


# --- what is asked in vain -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"country": "XXX"}, "country: no claim on 'XXX'; there are claims on DNK"),
        ({"start": 2016, "end": 2015}, "2016-2015 ends before it begins"),
        ({"start": "2014"}, "start: expected a year from 1800 to 2200, got '2014'"),
        ({"lags": ()}, "lags: expected one or more whole numbers of years from 0 to 20"),
        ({"lags": (-1,)}, "lags: expected"),
        ({"window": 0}, "window: expected a whole number of years from 1 up, got 0"),
        ({"peers": "SWE"}, "peers: expected a sequence of country codes, got the text 'SWE'"),
        (
            {"numerator": "convictions_person"},
            "there is no indicator 'convictions_person'; near it: convictions_persons",
        ),
        ({"numerator": "max_penalty_years"}, "max_penalty_years is a level, not a count"),
        ({"numerator": "victims_identified"}, "numerator and denominator are both victims_identified"),
        ({"borrowed_phi": 0.5}, "borrowed_phi: expected a number from 1 up, got 0.5"),
    ],
)
def test_nonsense_is_an_error(options: dict[str, object], message: str) -> None:
    rec = rec_of({"victims_identified": series(2014, "9"), "convictions_persons": series(2014, "3")})
    with pytest.raises(GapError) as error:
        gap(rec, **{"country": "DNK", "start": 2014, "end": 2014} | options)  # type: ignore[arg-type]
    assert message in str(error.value)


def test_confidence_is_a_level() -> None:
    rec = rec_of({"victims_identified": series(2014, "9"), "convictions_persons": series(2014, "3")})
    with pytest.raises(ValueError, match=r"confidence: expected a level between 0 and 1"):
        gap(rec, "DNK", 2014, 2014, confidence=95)


# --- too little ------------------------------------------------------------------------------------------------------


def test_fewer_than_five_points_have_no_trend() -> None:
    result = measure(series(2014, "90", "80", "70", "60"), series(2014, "9", "8", "9", "7"), 2014, 2017)
    row = refusal(result, "trend", "too few for a trend")
    assert row["number"] == 4
    assert result.ratios["per_100_min"].iloc[0] == pytest.approx(11)


def test_fewer_than_eight_points_borrow_phi_and_say_so() -> None:
    result = measure(series(2014, "90", "80", "70", "60"), series(2014, "9", "8", "9", "7"), 2014, 2017)
    answered = result.ratios[result.ratios["refusal"] == ""]
    assert answered["phi_borrowed"].all()
    assert result.ratios["phi_numerator"].iloc[0] == 5
    assert "phi 5.0 (borrowed)" in str(result)
    stated = measure(
        series(2014, "90", "80", "70", "60"), series(2014, "9", "8", "9", "7"), 2014, 2017, borrowed_phi=2.5
    )
    assert stated.ratios["phi_numerator"].iloc[0] == 2.5


def test_one_year_alone() -> None:
    result = measure({2014: "50"}, {2014: "5"}, 2014, 2014)
    assert list(result.ratios["kind"]) == ["whole"] * 3 + ["year"] * 3
    assert result.ratios["per_100_min"].iloc[0] == 10
    assert refusal(result, "periods")["number"] == 1
    assert refusal(result, "change")["number"] == 1
    assert refusal(result, "trend", "1 points")["number"] == 1
    assert result.robust == "undetermined"
    assert result.headline.startswith("Denmark in 2014: 5 persons convicted stood against 50 victims identified")


def test_zero_everywhere() -> None:
    zeros = series(2014, *["0"] * 8)
    result = measure(zeros, zeros, 2014, 2021)
    row = refusal(result, "ratio", "nothing to divide by")
    assert row["number"] == 0
    assert "no ratio of persons convicted to victims identified can be given" in result.headline
    assert result.robust == "undetermined"
    assert result.spells["years"].tolist() == [8]


def test_no_conviction_at_all_has_an_upper_limit() -> None:
    result = measure(series(2014, *["100"] * 8), series(2014, *["0"] * 8), 2014, 2021)
    whole = result.ratios.iloc[0]
    assert (whole["per_100_min"], whole["per_100_max"], whole["exact_lower"]) == (0, 0, 0)
    # 1 - 0.025 ** (1 / 800) as odds: the exact limit of 0 against 800
    share = 1 - 0.025 ** (1 / 800)
    assert whole["exact_upper"] == pytest.approx(100 * share / (1 - share))
    assert refusal(result, "periods")["reason"].startswith("both counts are 0")
    assert refusal(result, "trend", "0 events in all are too few")["number"] == 0
    assert "phi" in str(result)


def test_an_all_zero_side_is_an_infinite_ratio_with_a_lower_limit() -> None:
    counts = series(2014, "9", "12", "8", "11", "0", "0", "0", "0")
    halves = measure(series(2014, *["100"] * 8), counts, 2014, 2021).periods.iloc[0]
    assert halves["ratio_min"] == math.inf
    # 40 against 0 at equal exposure: 0.025 ** (1 / 40) as odds
    share = 0.025 ** (1 / 40)
    assert halves["exact_lower"] == pytest.approx(share / (1 - share))
    assert halves["exact_upper"] == math.inf


def test_more_convicted_than_victims_is_flagged() -> None:
    result = measure(series(2014, "3", "4"), series(2014, "9", "8"), 2014, 2015)
    whole = result.ratios.iloc[0]
    assert whole["above_one"]
    assert whole["per_100_min"] == pytest.approx(100 * 17 / 7)
    assert "there were more persons convicted than victims identified, which two counts allow" in result.headline


def test_no_upper_end() -> None:
    result = measure(series(2014, "90", ">100", "80", "70"), series(2014, "9", "8", "9", "7"), 2014, 2017)
    row = refusal(result, "years", "no upper end")
    assert row["reason"] == "1 of 4 years of victims identified are lacking: 2015 (at least 101, no upper end)"
    assert row["number"] == 1
    assert (result.first, result.last) == (2016, 2017)
    assert (
        result.stages.query("year == 2015 and stage == 'identification'")["refusal"].iloc[0].startswith("at least 101")
    )


def test_a_million_times_more() -> None:
    victims = series(2014, *(f"{k}000000" for k in (71, 93, 121, 98, 97, 64, 77, 80)))
    convicted = series(2014, *(f"{k}000000" for k in (10, 4, 14, 8, 1, 0, 0, 0)))
    result = measure(victims, convicted, 2014, 2021)
    whole = result.ratios.iloc[0]
    assert whole["per_100_min"] == pytest.approx(5.2781740370898715)
    assert whole["exact_upper"] - whole["exact_lower"] < 0.01
    assert "37,000,000 persons convicted" in result.headline


def test_a_country_without_claims_on_a_stage() -> None:
    result = gap(rec_of({"convictions_persons": series(2014, "9", "8", "0")}), "DNK", 2014, 2016)
    assert result.headline == (
        "Denmark in 2014–2016: no ratio of persons convicted to victims identified can be given: there are figures for "
        "3 of 3 years of persons convicted and 0 of 3 years of victims identified, and for no year of both."
    )
    assert {"ratio", "change", "counterfactual", "multiverse"} <= set(result.refusals["analysis"])
    assert len(result.spells) == 1
    assert len(result.stages)
    assert result.ratios.empty


def test_a_missing_stage_is_merged_with_the_next() -> None:
    victims, convicted = series(2014, "90", "80", "70", "60"), series(2014, "9", "8", "5", "4")
    rec = rec_of(
        {
            "victims_identified": victims,
            "convictions_persons": convicted,
            "prosecutions_suspects": series(2014, "12", "10", "9", "9"),
        }
    )
    result = gap(rec, "DNK", 2014, 2017)
    row = refusal(result, "change", "investigation")
    assert row["number"] == 0
    assert row["reason"].endswith("the stage investigation is merged with the next")
    assert list(result.change["stage"]) == ["identification", "prosecution", "conviction"]
    assert result.change.set_index("stage")["merged"]["prosecution"] == "investigation"
    assert result.change["effect_min"].sum() == pytest.approx(-8)


def test_a_deduced_stage_is_missing() -> None:
    victims, convicted = series(2014, "90", "80"), series(2014, "9", "8")
    figures = rows("DNK", {"victims_identified": victims, "convictions_persons": convicted})
    # 30 persons were charged in both years together: each year is deduced to be 0 to 30
    both = rows("DNK", {"charged_persons": {2014: "30"}}).assign(period_end="2015-12-31")
    rec = reconcile(pd.concat([figures, both], ignore_index=True))
    assert rec.series.query("indicator == 'charged_persons'")["status"].tolist() == ["deduced", "deduced"]
    result = gap(rec, "DNK", 2014, 2015)
    row = refusal(result, "change", "0 years of 2014-2015 have a figure for the stage investigation")
    assert row["number"] == 0
    assert "investigation" not in set(result.stages["stage"])
    result = gap(rec, "DNK", 2014, 2015, denominator="charged_persons")
    assert refusal(result, "years")["reason"] == (
        "2 of 2 years of persons charged are lacking: 2014 and 2015 (0 to 30 by deduction, no figure)"
    )


def test_masked_cells_decide() -> None:
    result = measure(series(2014, *["100"] * 8), series(2014, *["12"] * 4, *["<5"] * 4), 2014, 2021)
    halves = result.periods.iloc[0]
    assert (halves["late_numerator_lower"], halves["late_numerator_upper"]) == (0, 16)
    assert (halves["verdict"], halves["widened_verdict"]) == ("above", "depends on the masked cells")
    assert "whether that is a change depends on the masked cells" in result.headline
    assert refusal(result, "break years")["number"] == 4


# --- breaks ----------------------------------------------------------------------------------------------------------

BROKEN = series(2012, "40", "44", "38", "41", "260", "280", "250")
CONVICTED = series(2012, "9", "8", "9", "7", "8", "9", "9")


def test_no_ratio_across_a_break() -> None:
    result = measure(BROKEN, CONVICTED, 2012, 2018)
    assert (result.first, result.last) == (2012, 2015)
    [found] = result.breaks.to_dict("records")
    assert (found["year"], found["declared"], found["accepted"]) == (2016, False, False)
    assert found["reason"] == "41 in 2015, 260 in 2016"
    row = refusal(result, "definition break")
    assert row["number"] == 2016
    windows = result.ratios[(result.ratios["kind"] == "window") & (result.ratios["lag"] == 0)].set_index("first")
    assert windows.loc[2014, "refusal"].startswith("2016 is a break of victims identified within 2014-2016")
    assert windows.loc[2016, "refusal"] == ""
    # a lag of two years reaches back across it
    lagged = result.ratios[(result.ratios["kind"] == "window") & (result.ratios["lag"] == 2)].set_index("first")
    assert "is a break" in lagged.loc[2016, "refusal"]


def test_an_accepted_break_is_named() -> None:
    result = measure(BROKEN, CONVICTED, 2012, 2018, accept_breaks=True)
    assert (result.first, result.last) == (2012, 2018)
    assert result.breaks["accepted"].tolist() == [True]
    assert "the count of victims identified changed in 2016, which was accepted" in result.headline


def test_a_break_of_the_vocabulary() -> None:
    rec = reconcile(
        rows(
            "GBR",
            # UNODC, data_glotip
            {
                "victims_identified": series(2015, "524", "601", "5138", "6985"),
                "convictions_persons": series(2015, "40", "41", "42", "43"),
            },
        )
    )
    result = gap(rec, "GBR", 2015, 2018)
    assert (result.first, result.last) == (2017, 2018)
    assert result.breaks["declared"].tolist() == [True]


# --- anything --------------------------------------------------------------------------------------------------------


def any_figure(draw: random.Random) -> str:
    return draw.choice(["<5", "<5", ">40", "0", "0", *(str(draw.randint(1, 120)) for _ in range(6))])


@pytest.mark.parametrize("seed", range(8))
def test_any_table_is_answered_or_refused(seed: int) -> None:
    draw = random.Random(seed)
    indicators = ("victims_identified", "charged_persons", "prosecutions_suspects", "convictions_persons")
    parts = [
        rows(
            country,
            {
                name: {year: any_figure(draw) for year in range(2012, 2022) if draw.random() < 0.8}
                for name in indicators
            },
            publisher,
            upstream,
        )
        for country in ("DNK", "SWE")
        for publisher, upstream in (("A", "U"), ("B", "V"))
    ]
    rec = reconcile(pd.concat(parts, ignore_index=True))
    result = gap(rec, "DNK", 2012, 2021, window=2 + seed % 3, peers=["SWE"], vary_sources=seed % 2 == 0)
    assert result.headline.endswith(".")
    assert (result.refusals["reason"] != "").all()
    assert result.robust.startswith(("holds in every specification", "depends on ", "undetermined"))
    for table in (result.ratios, result.periods, result.steps):
        known = table[table["refusal"] == ""]
        assert (known["widened_lower"] <= known["exact_lower"]).all()
        assert (known["widened_upper"] >= known["exact_upper"]).all()
    answered = result.ratios[result.ratios["refusal"] == ""]
    assert (answered["exact_lower"] <= answered["per_100_min"]).all()
    assert (answered["exact_upper"] >= answered["per_100_max"]).all()
