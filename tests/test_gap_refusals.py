"""What the gap refuses, with codes and values, and that the rest of the answer is still there."""

from __future__ import annotations

import math
import random
import warnings
from collections.abc import Iterator, Mapping

import pandas as pd
import pytest
from gap_claims import rows

from trafficking_stats.gap_analysis.answer import Gap, GapError, gap
from trafficking_stats.gap_analysis.rows import Refusal
from trafficking_stats.messages.gap import refusals_by_reason
from trafficking_stats.reconciliation.reconciling import reconcile
from trafficking_stats.reconciliation.result import Reconciliation


@pytest.fixture(autouse=True)
def no_warning() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def rec_of(figures: Mapping[str, Mapping[int, str]], country: str = "DNK") -> Reconciliation:
    return reconcile(rows(country, figures))


def measure(victims: Mapping[int, str], convicted: Mapping[int, str], **options: object) -> Gap:
    rec = rec_of({"victims_identified": victims, "convictions_persons": convicted})
    return gap(rec, "DNK", **options)  # type: ignore[arg-type]


def series(first: int, *counts: str) -> dict[int, str]:
    return {first + k: count for k, count in enumerate(counts)}


def refusal(result: Gap, analysis: str, reason: str, subject: str = "") -> Refusal:
    found = [one for one in result.refusals if (one.analysis, one.reason) == (analysis, reason)]
    found = [one for one in found if not subject or one.subject == subject]
    assert found, f"{analysis} was not refused for {reason}: {result.refusals}"
    return found[0]


# --- what is asked in vain -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"country": "XXX"}, "country: no claims on 'XXX'; figures of your own come in with trafficking-stats init"),
        ({"country": "XXX"}, "and trafficking-stats import. There are: DNK"),
        ({"country": "Denmrk"}, "country: no claims on 'Denmrk'; did you mean DNK? There are: DNK"),
        ({"start": 2016, "end": 2015}, "2016-2015 ends before it begins"),
        ({"start": "2014"}, "start: expected a year from 1800 to 2200, got '2014'"),
        ({"lags": ()}, "lags: expected one or more whole numbers of years from 0 to 20"),
        ({"lags": (-1,)}, "lags: expected"),
        ({"window": 0}, "window: expected a whole number of years from 1 up, got 0"),
        ({"peers": "SWE"}, "peers: expected a sequence of country codes, got the text 'SWE'"),
        (
            {"numerator": "convictions_person"},
            "there is no indicator 'convictions_person'; did you mean convictions_persons",
        ),
        ({"numerator": "max_penalty_years"}, "max_penalty_years is a level, not a count"),
        ({"numerator": "victims_identified"}, "numerator and denominator are both victims_identified"),
        ({"numerator": "convictions_persons;female"}, "after the indicator come parts key=value joined by ;"),
        ({"widen": 0}, "widen: expected a number from 0.1 to 10, got 0"),
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


# --- years ------------------------------------------------------------------------------------------------------------


def test_too_few_years_names_those_that_fell_out_and_why() -> None:
    victims = {2016: "40", 2017: "50", 2018: "400", 2021: "390", 2022: "380", 2023: "370"}
    convicted = {2016: "5", 2017: "4", 2021: ">7", 2022: "6", 2023: "8"}
    result = measure(victims, convicted, vary_sources=False)
    assert result.years == (2022, 2023)
    assert refusal(result, "years", "definition_break", "victims_identified").years == (2018,)
    assert refusal(result, "years", "loose_years", "convictions_persons").years == (2021,)
    beyond = refusal(result, "years", "beyond_break")
    assert (beyond.have, beyond.need, beyond.years) == (2, 4, (2016, 2017))
    assert (
        "Both figures exist for 2016 and 2017 as well, but on the other side of such a change (the parameter "
        "accept_breaks adds them all the same)."
    ) in refusals_by_reason(result.refusals, ("years",))
    accepted = measure(victims, convicted, accept_breaks=True, vary_sources=False)
    assert accepted.years == (2016, 2017, 2022, 2023)
    assert not [one for one in accepted.refusals if one.reason == "beyond_break"]


def test_no_headline_on_fewer_than_three_years() -> None:
    result = measure(series(2014, "90", "80"), series(2014, "9", "8"))
    assert refusal(result, "ratios", "too_few_years") == Refusal("ratios", "too_few_years", 2, 3, (2014, 2015))
    assert result.tables["ratios"].empty
    assert result.headline.startswith("No gap can be given for Denmark")
    assert result.verdict.finding == "refused"
    # what needs no rate is there
    assert len(result.tables["stages"]) == 4


def test_years_are_pooled_across_a_hole() -> None:
    years = {2007: "20", 2008: "30", 2010: "40", 2014: "50"}
    result = measure(years, {**dict.fromkeys(years, "5"), 2012: "4"})
    assert result.years == (2007, 2008, 2010, 2014)
    whole = result.row("ratios", kind="whole")
    assert (whole.numerator_lower, whole.denominator_lower, whole.n_years) == (20, 140, 4)
    [hole] = [one for one in result.caveats if one.code == "hole"]
    assert hole.years == (2009, 2011, 2012, 2013)
    assert "In 2007, 2008, 2010 and 2014, Denmark" in result.headline


def test_a_missing_year_that_was_asked_for_is_named() -> None:
    result = measure(series(2014, "90", "80", "70", "60"), {2014: "9", 2015: "8", 2017: "7"}, start=2014, end=2017)
    found = refusal(result, "years", "missing_years")
    assert (found.subject, found.years, found.have, found.need) == ("convictions_persons", (2016,), 3, 4)
    assert refusals_by_reason([found]) == ["There is no figure for persons convicted in 2016."]


def test_a_floor_without_an_upper_end_is_no_count() -> None:
    result = measure(series(2014, "90", ">80", "70", "60"), series(2014, "9", "8", "7", "9"))
    assert result.years == (2014, 2016, 2017)
    # but it is there: drawn, and not denied
    [floor] = [one for one in result.rows["stages"] if one.indicator == "victims_identified" and one.year == 2015]
    assert (floor.lower, floor.upper, floor.pooled) == (81, None, False)
    asked = measure(series(2014, "90", ">80", "70", "60"), series(2014, "9", "8", "7", "9"), start=2014)
    assert refusal(asked, "years", "loose_years").years == (2015,)
    assert not [one for one in asked.refusals if one.reason == "missing_years"]


def test_a_deduced_range_is_no_figure() -> None:
    figures = rows(
        "DNK",
        {"victims_identified": series(2014, "90", "80", "70"), "convictions_persons": series(2014, "9", "8", "7")},
    )
    both = rows("DNK", {"charged_persons": {2014: "30"}}).assign(period_end="2015-12-31")
    rec = reconcile(pd.concat([figures, both], ignore_index=True))
    assert rec.series.query("indicator == 'charged_persons'")["status"].tolist() == ["deduced", "deduced"]
    result = gap(rec, "DNK")
    assert refusal(result, "steps", "stage_missing", "investigation").years == (2014, 2015, 2016)
    assert "investigation" not in set(result.tables["stages"]["stage"])


# --- breaks ----------------------------------------------------------------------------------------------------------

BROKEN = series(2012, "40", "44", "38", "41", "260", "280", "250")
CONVICTED = series(2012, "9", "8", "9", "7", "8", "9", "9")


def test_the_latest_stretch_without_a_break_is_pooled() -> None:
    result = measure(BROKEN, CONVICTED)
    assert result.years == (2016, 2017, 2018)
    [found] = result.rows["breaks"]
    assert (found.year, found.declared, found.accepted, found.reason) == (2016, False, False, "41 in 2015, 260 in 2016")
    assert refusal(result, "years", "definition_break").years == (2016,)
    assert result.row("ratios", kind="whole").denominator_lower == 260 + 280 + 250


def test_a_stretch_too_short_leaves_the_one_before() -> None:
    assert measure(series(2012, "40", "44", "38", "41", "260"), series(2012, "9", "8", "9", "7", "8")).years == (
        2012,
        2013,
        2014,
        2015,
    )


def test_an_accepted_break_is_named() -> None:
    result = measure(BROKEN, CONVICTED, accept_breaks=True)
    assert result.years == tuple(range(2012, 2019))
    assert result.tables["breaks"]["accepted"].tolist() == [True]
    [caveat] = [one for one in result.caveats if one.code == "break_accepted"]
    assert (caveat.subject, caveat.years) == ("victims_identified", (2016,))
    assert "In 2016 the definition behind victims identified changes, or the count jumps" in str(result)


def test_a_declared_break() -> None:
    # UNODC, data_glotip
    figures = {
        "victims_identified": series(2014, "500", "524", "601", "5138", "6985", "10627"),
        "convictions_persons": series(2014, "40", "40", "41", "42", "43", "44"),
    }
    result = gap(rec_of(figures, "GBR"), "GBR")
    assert result.years == (2017, 2018, 2019)
    # two years before 2019 is 2017: no lag reaches across the break, nor does another choice
    lags = [row for row in result.rows["ratios"] if row.kind == "lag"]
    assert [(row.first_year, row.last_year, row.denominator_lower) for row in lags] == [
        (2019, 2019, 10627),
        (2019, 2019, 6985),
        (2019, 2019, 5138),
    ]
    assert max(row.value for row in result.rows["choices"] if row.question == "level") < 1
    assert result.tables["breaks"]["declared"].tolist() == [True]
    assert max(row.denominator_upper for row in result.rows["ratios"]) == 5138 + 6985 + 10627


# --- too little ------------------------------------------------------------------------------------------------------


def test_zero_everywhere() -> None:
    zeros = series(2014, *["0"] * 8)
    result = measure(zeros, zeros)
    assert refusal(result, "ratios", "says_nothing", "whole")
    assert refusal(result, "changes", "no_events", "rate")
    assert result.headline.startswith("No gap can be given")
    assert result.verdict.finding == "refused"
    assert result.tables["silences"]["n_years"].tolist() == [8]


def test_no_conviction_at_all_has_an_upper_limit() -> None:
    result = measure(series(2014, *["100"] * 8), series(2014, *["0"] * 8))
    whole = result.row("ratios", kind="whole")
    assert (whole.per_100, whole.lower, whole.exact_lower) == (0, 0, 0)
    # 1 - 0.025 ** (1 / 800) as odds: the exact limit of 0 against 800
    share = 1 - 0.025 ** (1 / 800)
    assert whole.exact_upper == pytest.approx(100 * share / (1 - share))
    assert "convicted nobody" in result.headline
    assert refusal(result, "changes", "no_events", "rate")


def test_an_all_zero_half() -> None:
    counts = series(2014, "9", "12", "8", "11", "0", "0", "0", "0")
    rate = measure(series(2014, *["100"] * 8), counts).row("changes", series="rate")
    assert (rate.ratio_min, rate.ratio_max, rate.lower) == (0, 0, 0)
    assert 0 < rate.exact_upper < rate.upper < 1
    assert rate.percent_per_year == -100


def test_limits_that_say_nothing_are_refused() -> None:
    result = measure(series(2014, "2", "1", "<5", "2"), series(2014, *["<5"] * 4))
    for one in result.rows["ratios"]:
        assert one.upper <= 1000
    assert refusal(result, "changes", "says_nothing", "rate")


def test_masked_cells_decide() -> None:
    result = measure(series(2014, *["100"] * 8), series(2014, *["3"] * 4, *["<5"] * 4))
    rate = result.row("changes", series="rate")
    assert (rate.late_min, rate.late_max) == (0, 4)
    assert rate.direction == ""
    assert "masked figures leave open" in result.headline


def test_masked_counts_are_counted_as_what_they_are() -> None:
    # eight years of "<5" say less than eight years of 2, and more than nothing
    victims = series(2014, *["100"] * 8)
    masked, known = (measure(victims, series(2014, *[text] * 8)).row("ratios", kind="whole") for text in ("<5", "2"))
    assert masked.lower == 0 < known.lower
    assert masked.per_100_max == 4 < masked.upper < 10
    assert math.isnan(masked.per_100)


def test_reasons_are_said_once() -> None:
    refusals = [Refusal("peers", "unknown_definition", 0, 0, (2014,), code) for code in ("NOR", "SWE", "NOR")]
    assert refusals_by_reason(refusals) == [
        "Not compared, since it is not known who is counted as a victim: Norway and Sweden."
    ]


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
    result = gap(rec, "DNK", window=2 + seed % 3, peers=["SWE"], accept_definitions=True, vary_sources=seed % 2 == 0)
    assert result.headline.endswith(".")
    assert str(result)
    assert all(text.endswith(".") for text in refusals_by_reason(result.refusals))
    for row in (*result.rows["ratios"], *result.rows["steps"]):
        assert row.lower <= row.per_100_max
        assert row.per_100_min <= row.upper <= 1000
        assert row.exact_lower <= row.per_100_min
        assert row.per_100_max <= row.exact_upper
    for row in result.rows["shortfalls"]:
        assert row.shortfall_upper <= row.expected_upper
        assert row.shortfall_lower >= -row.observed_upper
