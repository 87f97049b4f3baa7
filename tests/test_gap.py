"""The gap of Denmark 2014-2021: the numbers, both facts on its change, and the words."""

from __future__ import annotations

import dataclasses
import warnings

import pandas as pd
import pytest
from gap_claims import danish_rec

import trafficking_stats as ts
from trafficking_stats.errors import TraffickingStatsError
from trafficking_stats.gap_analysis.answer import TABLES, Gap, gap


@pytest.fixture(scope="module")
def danish() -> Gap:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return gap(danish_rec(), "DNK", start=2014, end=2021)


def test_is_public() -> None:
    assert ts.gap is gap
    assert ts.gap is gap  # also once the module is loaded
    assert ts.Gap is Gap


# --- cmm.dk and Rigsadvokaten: 71+93+121+98+97+64+77+80 victims, 10+4+14+8+1+0+0+0 convicted; limits by R's exactci ---


def test_pooled_ratio(danish: Gap) -> None:
    whole = danish.row("ratios", kind="whole")
    assert (whole.first_year, whole.last_year, whole.n_years, whole.lag) == (2014, 2021, 8, 0)
    assert (whole.numerator_lower, whole.denominator_upper) == (37, 701)
    assert whole.per_100 == whole.per_100_min == pytest.approx(5.2781740370898715)
    assert (whole.exact_lower, whole.exact_upper) == pytest.approx((3.6852029792554504, 7.34749942660988))
    # counts that vary more than chance alone make the limits wider
    assert whole.lower < whole.exact_lower < whole.exact_upper < whole.upper


def test_halves(danish: Gap) -> None:
    rate = danish.row("changes", series="rate")
    assert (rate.early_first, rate.early_last, rate.late_first, rate.late_last) == (2014, 2017, 2018, 2021)
    # 36 of 383 and 1 of 318: 29.9 times less, 5.03 to 1,213 were every conviction independent
    assert (rate.early_min, rate.late_max) == pytest.approx((100 * 36 / 383, 100 / 318))
    assert 1 / rate.ratio_min == pytest.approx(29.8903394255875)
    assert (1 / rate.exact_upper, 1 / rate.exact_lower) == pytest.approx((5.03319482202413, 1212.98484148161))
    assert rate.lower < rate.ratio_min < rate.upper < 1
    assert (rate.direction, rate.beyond_chance) == ("fell", True)


def test_the_change_of_the_rate_says_which_count_moved(danish: Gap) -> None:
    assert danish.row("changes", series="numerator").beyond_chance
    assert not danish.row("changes", series="denominator").beyond_chance
    assert "persons convicted changed by more than chance; victims identified did not" in danish.headline


def test_change_a_year_is_the_change_of_the_halves(danish: Gap) -> None:
    rate = danish.row("changes", series="rate")
    # the middles of the halves lie four years apart
    assert (1 + rate.percent_per_year / 100) ** 4 == pytest.approx(rate.ratio_min)
    assert (rate.percent_upper < 0) == (rate.upper < 1)


def test_the_split_into_halves_has_the_limits_of_the_halves(danish: Gap) -> None:
    rate, half = danish.row("changes", series="rate"), danish.row("splits", default=True)
    assert (half.lower, half.upper, half.chance) == (rate.lower, rate.upper, rate.chance)


def test_one_dispersion_a_stage_with_what_was_known_before(danish: Gap) -> None:
    table = danish.tables["dispersions"].set_index("stage")
    assert list(table.index) == ["numerator", "denominator"]
    assert (table["lower"] < table["phi"]).all()
    assert (table["phi"] < table["upper"]).all()
    # eight counts narrow what was known before
    assert (table["upper"] - table["lower"] < table["prior_upper"] - table["prior_lower"]).all()


def test_a_wider_prior_gives_wider_limits() -> None:
    narrow, wide = (
        gap(danish_rec(), "DNK", 2014, 2021, widen=widen, vary_sources=False).row("dispersions", stage="numerator")
        for widen in (1.0, 2.0)
    )
    assert wide.prior_lower < narrow.prior_lower
    assert narrow.prior_upper < wide.prior_upper


def test_steps_above_one_are_flagged_not_clipped(danish: Gap) -> None:
    # UNODC and the register: 45 prosecuted, 37 convicted in all years; 23 and 1 later
    whole = danish.row("steps", stage="conviction", kind="whole")
    assert (whole.denominator_lower, whole.numerator_lower, whole.above_one) == (45, 37, False)
    assert whole.upper > 100


def test_effects_add_up(danish: Gap) -> None:
    effects = danish.tables["effects"]
    assert list(effects["stage"]) == ["identification", "investigation", "prosecution", "conviction"]
    # victims 383 to 318, charged 50 to 23, indicted 39 to 6, convicted 36 to 1
    assert list(effects["early_lower"]) == [383, 50, 39, 36]
    assert list(effects["late_upper"]) == [318, 23, 6, 1]
    assert effects["effect_min"].sum() == pytest.approx(-35 / 4)
    assert (effects["lower"] < effects["effect_min"]).all()
    assert (effects["effect_max"] < effects["upper"]).all()


def test_three_years_without_a_conviction(danish: Gap) -> None:
    [spell] = danish.rows["silences"]
    assert (spell.first_year, spell.last_year, spell.n_years, spell.certain) == (2019, 2021, 3, True)
    assert (spell.before_first, spell.before_last) == (2014, 2018)
    # 0 in 3 years among 221 victims; the mean of independent events would be below 3.69 / 3 a year
    assert 0.8 < spell.limit_per_year < 5
    assert spell.limit_per_100 == pytest.approx(100 * 3 * spell.limit_per_year / 221, rel=0.2)
    assert 0 < spell.chance < 0.05


def test_what_detection_would_have_to_explain(danish: Gap) -> None:
    rate = danish.row("changes", series="rate")
    for one in danish.rows["detections"]:
        assert (one.lower, one.upper) == pytest.approx((rate.lower / one.factor, rate.upper * one.factor))
        assert one.breakeven == pytest.approx(1 / rate.ratio_max)
        assert one.breakeven_limit == pytest.approx(1 / rate.upper)
        assert one.direction == ("fell" if one.factor < one.breakeven_limit else "")


# --- choices of sources ----------------------------------------------------------------------------------------------


def test_sources_alone(danish: Gap) -> None:
    latest = danish.row("sources", method="latest", left_out="")
    # UNODC of 2023 is the latest: 10 + 7 + 15 + 8 and three years of "<5"; the register alone has 2021
    assert (latest.per_100_min, latest.per_100_max) == pytest.approx((100 * 40 / 701, 100 * 52 / 701))


def test_verdict(danish: Gap) -> None:
    verdict = danish.verdict
    assert (verdict.direction, verdict.beyond_chance, verdict.same_under_other_choices) == ("fell", "yes", "yes")
    assert verdict.finding == "robust"
    assert verdict.agree == verdict.answers > 1
    assert verdict.answers + verdict.repeats + verdict.refused == verdict.choices
    assert "robust" in danish.headline


def test_years_picked_from_others_are_never_robust() -> None:
    claims = ts.load_claims().query("country == 'DNK' and breakdown == ''")
    claims = claims[claims["indicator"].isin(["convictions_persons", "victims_identified"])]
    result = gap(ts.reconcile(claims), "DNK", 2014, 2021)
    assert result.row("changes", series="rate").beyond_chance
    assert result.verdict.search_chance > 0.05
    assert (result.verdict.beyond_chance, result.verdict.finding) == ("picked_years", "picked_years")
    assert "robust" not in str(result)
    assert "had these years not been picked" in result.headline


def test_nothing_is_called_robust_that_was_not_varied() -> None:
    result = gap(danish_rec(), "DNK", 2014, 2021, vary_sources=False)
    assert result.verdict.beyond_chance == "yes"
    assert (result.verdict.same_under_other_choices, result.verdict.finding) == ("refused", "refused")
    assert "robust" not in str(result)
    assert "other choices of sources were not tried" in result.headline


def test_choices_that_change_nothing_are_not_counted(danish: Gap) -> None:
    choices = danish.tables["choices"]
    assert choices["repeat"].any()
    changed = choices[(choices["question"] == "change") & (choices["refusal"] == "")]
    assert danish.verdict.answers == (~changed["repeat"]).sum()
    assert danish.verdict.refused == ((choices["question"] == "change") & (choices["refusal"] != "")).sum()


def test_one_default_a_question(danish: Gap) -> None:
    table = danish.tables["choices"]
    default = table[table["default"] & (table["masked"] == "low")].set_index("question")["value"]
    assert default["level"] == pytest.approx(100 * 37 / 701)
    assert default["change"] == pytest.approx(100 * (1 / 318 - 36 / 383))


def test_how_often_noise_does_as_well(danish: Gap) -> None:
    assert danish.verdict.searched > 1
    assert 0 < danish.verdict.search_chance < 1


# --- form ------------------------------------------------------------------------------------------------------------


def test_headline(danish: Gap) -> None:
    text = danish.headline
    for part in ("In 2014–2021, Denmark identified 701 victims", "convicted 37 people", "one conviction for every 19"):
        assert part in text
    assert "fell from 9.4 in 2014–2017 to 0.31 in 2018–2021" in text


def test_tables_have_a_column_a_documented_field(danish: Gap) -> None:
    assert set(danish.tables) == set(TABLES)
    for name, kind in TABLES.items():
        assert list(danish.tables[name]) == [field.name for field in dataclasses.fields(kind)], name


def test_an_empty_table_has_its_columns_and_types(danish: Gap) -> None:
    assert danish.tables["peers"].empty
    assert danish.tables["peers"]["lower"].dtype == float
    assert danish.tables["stages"]["lower"].dtype == "Int64"


def test_result_is_frozen_and_repeats_to_the_byte(danish: Gap) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        danish.years = ()  # type: ignore[misc]
    again = gap(danish_rec(), "DNK", start=2014, end=2021)
    assert str(again) == str(danish)
    assert again._repr_html_() == danish._repr_html_()
    for name, table in danish.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], table)


def test_text_and_html(danish: Gap) -> None:
    text, html = str(danish), danish._repr_html_()
    assert text.startswith(danish.headline)
    for part in ("8 years with both figures: 2014–2021", "95% interval", "distinct answers"):
        assert part in text
        assert part in html
    assert "<table" in html


def test_an_unknown_plot_names_those_there_are(danish: Gap) -> None:
    with pytest.raises(TraffickingStatsError, match="there is no figure 'pie'; there are: stages, pair"):
        danish.plot("pie")
