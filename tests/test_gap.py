"""The gap of Denmark 2014-2021: the numbers, the choices that move them, and the words."""

from __future__ import annotations

import dataclasses
import warnings

import pandas as pd
import pytest
from gap_claims import danish_rec

import trafficking_stats as ts
from trafficking_stats.gap_analysis import columns as gap_tables
from trafficking_stats.gap_analysis.result import GapResult, gap


@pytest.fixture(scope="module")
def danish() -> GapResult:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return gap(danish_rec(), "DNK", start=2014, end=2021)


def test_is_public() -> None:
    assert ts.gap is gap
    assert ts.gap is gap  # also once the module is loaded


# --- cmm.dk and Rigsadvokaten: 71+93+121+98+97+64+77+80 victims, 10+4+14+8+1+0+0+0 convicted; limits by R's exactci ---


def test_pooled_ratio(danish: GapResult) -> None:
    whole = danish.ratios.iloc[0]
    assert (whole["kind"], whole["first"], whole["last"], whole["lag"]) == ("whole", 2014, 2021, 0)
    assert (whole["numerator_lower"], whole["denominator_upper"]) == (37, 701)
    assert whole["inverse_min"] == pytest.approx(18.945945945945947)
    assert whole["per_100_min"] == pytest.approx(5.2781740370898715)
    assert (whole["exact_lower"], whole["exact_upper"]) == pytest.approx((3.6852029792554504, 7.34749942660988))
    assert whole["widened_lower"] < whole["exact_lower"] < whole["exact_upper"] < whole["widened_upper"]


def test_over_dispersion_is_that_around_a_trend(danish: GapResult) -> None:
    # persons convicted 2014-2021 vary 4.1 times as much as Poisson counts around a trend, victims 4.0 times
    assert danish.phi is not None
    assert [round(one.phi, 1) for one in danish.phi] == [4.1, 4.0]
    assert danish.ratios["phi_numerator"].round(1).eq(4.1).all()
    assert not danish.ratios["phi_borrowed"].any()


def test_halves(danish: GapResult) -> None:
    halves = danish.periods.iloc[0]
    assert (halves["kind"], halves["early_last"], halves["late_first"]) == ("halves", 2017, 2018)
    assert (halves["early_numerator_lower"], halves["early_denominator_lower"]) == (36, 383)
    assert (halves["late_numerator_upper"], halves["late_denominator_upper"]) == (1, 318)
    assert halves["ratio_min"] == pytest.approx(29.8903394255875)
    assert (halves["exact_lower"], halves["exact_upper"]) == pytest.approx((5.03319482202413, 1212.98484148161))
    assert halves["p_max"] == pytest.approx(1.22789074462339e-08)
    assert halves["widened_verdict"] == "above"


def test_a_split_chosen_otherwise_is_within_chance(danish: GapResult) -> None:
    # the fall is beyond chance between the halves alone: other splits leave the drop inside a period, as dispersion
    other = danish.periods[danish.periods["kind"] == "split"]
    assert len(other) == 6
    assert (other["widened_verdict"] == "undetermined").all()


def test_chance_explains_the_fall_from_phi_5_4_on(danish: GapResult) -> None:
    # 36 in 383 against 1 in 318: at phi 5 the lower limit is 1.10, at phi 6.4 it is 0.81 (scipy, beta quantiles)
    assert danish.periods["tipping_phi"].iloc[0] == pytest.approx(5.42, abs=0.005)


def test_single_years_follow_the_windows(danish: GapResult) -> None:
    assert list(dict.fromkeys(danish.ratios["kind"])) == ["whole", "window", "year"]
    years = danish.ratios[(danish.ratios["kind"] == "year") & (danish.ratios["lag"] == 0)]
    assert list(years["first"]) == list(range(2014, 2022))
    last = years.iloc[-1]
    # 0 of 80: Garwood's 3.689 would give 4.61 were the victims known without error
    assert (last["per_100_max"], last["inverse_max"]) == (0, float("inf"))
    assert last["exact_upper"] > 4.61


def test_steps_above_one_are_flagged_not_clipped(danish: GapResult) -> None:
    steps = danish.steps
    convicted = steps[(steps["step"] == "conviction") & (steps["kind"] == "year")].set_index("first")
    # more convicted than indicted in 2014 (10, 4), 2016 (14, 1), 2017 (8, 5) and, with none indicted, 2018
    assert list(convicted.index[convicted["above_one"]]) == [2014, 2016, 2017, 2018]
    assert convicted.loc[2016, "per_100_min"] == pytest.approx(1400)
    assert convicted.loc[2019, "refusal"].startswith("both counts are 0")


def test_change_adds_up(danish: GapResult) -> None:
    change = danish.change
    assert list(change["stage"]) == ["identification", "investigation", "prosecution", "conviction"]
    # victims 383 to 318, charged 50 to 23, indicted 39 to 6, convicted 36 to 1
    assert list(change["early_lower"]) == [383, 50, 39, 36]
    assert list(change["late_upper"]) == [318, 23, 6, 1]
    assert change["effect_min"].sum() == pytest.approx(-35)
    assert change["percent"].sum() == pytest.approx(100)
    assert change["sign_fixed"].all()


def test_three_years_without_a_conviction(danish: GapResult) -> None:
    [spell] = danish.spells.to_dict("records")
    assert (spell["first"], spell["last"], spell["years"], spell["certain"]) == (2019, 2021, 3, True)
    # -ln(0.025) = 3.689 over 3 years, and over 64 + 77 + 80 victims
    assert spell["limit_per_year"] == pytest.approx(3.688879 / 3, abs=1e-6)
    assert spell["limit_per_100"] == pytest.approx(100 * 3.688879 / 221, abs=1e-6)
    # 37 in 5 years before, so 22.2 expected in 3
    assert spell["expected_min"] == pytest.approx(22.2)
    assert spell["probability_widened"] > 1e5 * spell["probability"]


def test_trend(danish: GapResult) -> None:
    trend = danish.trend.set_index("series")
    # GLM(Poisson).fit(scale="X2"), Student's t on 6 degrees: -34.4 % a year, -58.5 to +3.5
    numerator = trend.loc["numerator"]
    assert [round(numerator[name], 1) for name in ("percent_min", "lower", "upper")] == [-34.4, -58.5, 3.5]
    assert numerator["verdict"] == "undetermined"
    assert set(danish.fitted["series"]) == {"numerator", "denominator", "rate"}
    assert (danish.fitted["band_lower"] <= danish.fitted["fitted_min"]).all()


# --- choices of sources ----------------------------------------------------------------------------------------------


def test_sources_alone(danish: GapResult) -> None:
    sources = danish.sources.set_index(["method", "left_out"])
    latest = sources.loc[("latest", "nothing")]
    # UNODC of 2023 is the latest: 10 + 7 + 15 + 8 and three years of "<5"; the register alone has 2021
    assert (latest["numerator_lower"], latest["numerator_upper"]) == (40, 52)
    whole = danish.ratios.iloc[0]
    assert whole["sources_min"] == pytest.approx(100 * 37 / 701)
    assert whole["sources_max"] == pytest.approx(100 * 52 / 701)
    # 2.14 per 100 beside an exact interval 3.66 wide
    assert danish.source_share == pytest.approx(2.14 / 3.66, abs=0.005)


def test_multiverse(danish: GapResult) -> None:
    assert danish.robust == "holds in every specification"
    summary = danish.multiverse.summary.set_index("question")
    assert summary.loc["change", "share_same_sign"] == 1
    assert summary.loc["change", "maximum"] < 0
    assert summary.loc["level", "moves_most"] == "window"
    assert (summary["answered"] + summary["refused"] == summary["specifications"]).all()
    assert not [name for name in danish.multiverse.specifications if name.startswith("p_")]


def test_one_default_a_question(danish: GapResult) -> None:
    table = danish.multiverse.specifications
    default = table[table["default"] & (table["masked_cells"] == "low")].set_index("question")["value"]
    assert default["level"] == pytest.approx(100 * 37 / 701)
    assert default["change"] == pytest.approx(100 * (1 / 318 - 36 / 383))


def test_leaving_out_the_only_upstream_is_refused(danish: GapResult) -> None:
    reasons = danish.refusals.set_index("subject")["reason"]
    assert "upstream Register" not in set(danish.sources["left_out"])
    # both publishers pass on one register, and it alone has victims
    assert reasons["without publisher Register"].startswith("0 years of victims identified would remain")
    assert "publisher UNODC" in set(danish.sources["left_out"])


def test_sentences(danish: GapResult) -> None:
    table = danish.sentences.set_index("claim")
    assert table.loc["rate", "sentence"] == (
        "Denmark: persons convicted per 100 victims identified fell from 2014–2017 to 2018–2021."
    )
    assert table.loc["rate", "methods_hold"] == table.loc["rate", "methods"] == 7
    assert table.loc["rate", "shown"] == (
        "beyond chance after widening with phi 1.5; chance would explain it from phi 5.4 on"
    )
    # UNODC's "<5" hides whether 2019 and 2020 were zero, but 2021 has the register alone
    assert table.loc["zeros", "robust"] == "holds in every specification"
    assert table.loc["denominator", "shown"].startswith("within chance")


def test_headline(danish: GapResult) -> None:
    text = danish.headline
    for part in ("Denmark in 2014–2021", "37 persons convicted", "701 victims identified", "5.3 for every 100"):
        assert part in text
    for part in ("one for every 18.9", "95 % interval 1.9 to 11.7", "3.7 to 7.3 without", "give 5.3 to 7.4"):
        assert part in text
    assert "fell from 9.4 in 2014–2017 to 0.31 in 2018–2021" in text
    assert "no probability" in text
    assert text.count(". ") == 0
    assert text.endswith(".")


# --- form ------------------------------------------------------------------------------------------------------------


def test_tables_have_their_documented_columns(danish: GapResult) -> None:
    tables = {
        name: getattr(danish, name)
        for name in (field.name for field in dataclasses.fields(danish))
        if isinstance(getattr(danish, name), pd.DataFrame)
    }
    tables |= {name: getattr(danish.multiverse, name) for name in ("specifications", "influence")}
    assert len(tables) == 17
    for name, table in tables.items():
        assert list(table) == list(getattr(gap_tables, name.upper())), name


def test_result_is_frozen_and_repeats_to_the_byte(danish: GapResult) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        danish.headline = ""  # type: ignore[misc]
    again = gap(danish_rec(), "DNK", start=2014, end=2021)
    assert str(again) == str(danish)
    assert again._repr_html_() == danish._repr_html_()
    pd.testing.assert_frame_equal(again.multiverse.specifications, danish.multiverse.specifications)


def test_text_and_html(danish: GapResult) -> None:
    text, html = str(danish), danish._repr_html_()
    assert text.startswith(danish.headline)
    assert "phi 4.1 (8 counts, after a trend)" in text
    for part in (danish.headline, "<table", "holds in every specification", "phi 4.1"):
        assert part in html


def test_the_period_is_that_of_both_stages_by_default() -> None:
    result = gap(danish_rec(), "DNK", vary_sources=False)
    assert (result.start, result.end, result.first, result.last) == (2014, 2021, 2014, 2021)
    assert "1 method alone" in set(result.refusals["reason"].str.split(":").str[0])
