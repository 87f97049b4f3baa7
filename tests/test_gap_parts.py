"""The parts of the gap one by one: lags, stages, where cases end, silences, choices of figures, peers."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest
from gap_claims import DANISH, danish_rec, rows
from unodc_workbook import real_release

from trafficking_stats.claims import load_claims
from trafficking_stats.gap_analysis.answer import Gap, gap
from trafficking_stats.gap_analysis.breaks import find_breaks
from trafficking_stats.gap_analysis.settings import BreakThresholds, load_gap_settings
from trafficking_stats.gap_analysis.variants import variants_of
from trafficking_stats.inference.counts import CountRange
from trafficking_stats.inference.ratio import ratio
from trafficking_stats.messages.measures import Measure
from trafficking_stats.reconciliation.reconciling import reconcile
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.vocabulary import load_vocabulary


def series(first: int, *counts: str) -> dict[int, str]:
    return {first + k: count for k, count in enumerate(counts)}


def countries(**figures: tuple[dict[int, str], dict[int, str]]) -> Reconciliation:
    parts = [
        rows(country, {"victims_identified": victims, "convictions_persons": convicted}, tier="compiler")
        for country, (victims, convicted) in figures.items()
    ]
    return reconcile(pd.concat(parts, ignore_index=True))


# --- measures and lags ------------------------------------------------------------------------------------------------


def test_lags_on_one_window() -> None:
    # UNODC, Netherlands: convictions 2009-2015 by victims of the same years, and of one and two years before
    figures = {
        "victims_identified": series(2007, "716", "826", "909", "993", "1222", "1711", "1434", "1256", "1150"),
        "convictions_persons": series(2009, "69", "80", "80", "109", "151", "129", "124"),
    }
    result = gap(reconcile(rows("NLD", figures)), "NLD", 2009, 2015, vary_sources=False)
    lags = result.tables["ratios"].query("kind == 'lag'").set_index("lag")
    assert lags["numerator_lower"].tolist() == [742] * 3
    assert lags["denominator_lower"].tolist() == [8675, 8351, 7811]
    assert lags["per_100"].tolist() == pytest.approx([8.553314, 8.885164, 9.499424], abs=1e-6)


def test_lags_are_compared_on_the_years_all_have() -> None:
    figures = {
        "victims_identified": series(2012, "100", "110", "120", "130", "140"),
        "convictions_persons": series(2012, "10", "11", "12", "13", "14"),
    }
    result = gap(reconcile(rows("DNK", figures)), "DNK", vary_sources=False)
    lags = result.tables["ratios"].query("kind == 'lag'").set_index("lag")
    assert lags[["first_year", "last_year"]].drop_duplicates().values.tolist() == [[2014, 2016]]
    # 12 + 13 + 14 by 120 + 130 + 140, 110 + 120 + 130, 100 + 110 + 120
    assert lags["per_100"].tolist() == pytest.approx([10, 100 * 39 / 360, 100 * 39 / 330])
    assert result.row("ratios", kind="whole").numerator_lower == 60


def test_the_shortest_lag_leads() -> None:
    result = gap(danish_rec(), "DNK", 2014, 2021, lags=(2, 1, 2), vary_sources=False)
    assert result.question.lags == (1, 2)
    assert "697 victims identified one year earlier" in result.headline


def test_another_pair_of_stages() -> None:
    result = gap(danish_rec(), "DNK", 2014, 2021, "convictions_persons", "charged_persons", vary_sources=False)
    assert list(dict.fromkeys(result.tables["stages"]["stage"])) == ["investigation", "prosecution", "conviction"]
    # Rigsadvokaten 2014-2021: 73 charged, 37 convicted
    assert "37 persons convicted, 73 persons charged" in result.headline
    turned = gap(danish_rec(), "DNK", 2014, 2021, "charged_persons", "convictions_persons", vary_sources=False)
    assert list(dict.fromkeys(turned.tables["stages"]["stage"])) == ["denominator", "numerator"]
    assert turned.row("ratios", kind="whole").above_one
    assert "above_one" in {one.code for one in turned.caveats}


def test_a_part_of_an_indicator() -> None:
    women = rows("DNK", {"victims_identified": series(2014, "60", "80", "100")}).assign(breakdown="sex=female")
    women["claim_id"] += "/women"
    rec = reconcile(pd.concat([rows("DNK", DANISH), women], ignore_index=True))
    result = gap(rec, "DNK", denominator="victims_identified;sex=female", vary_sources=True)
    assert result.years == (2014, 2015, 2016)
    whole = result.row("ratios", kind="whole")
    assert (whole.numerator_lower, whole.denominator_lower) == (28, 240)
    assert "240 victims identified (women)" in result.headline or "240 victims identified (female" in result.headline
    share = gap(rec, "DNK", numerator="victims_identified;sex=female", denominator="victims_identified", lags=(0,))
    assert share.row("ratios", kind="whole").per_100 == pytest.approx(100 * 240 / 285)


# --- stages -----------------------------------------------------------------------------------------------------------


def test_effects_of_the_united_kingdom() -> None:
    # UNODC 2012 and 2014, each for two years; Das Gupta's four-factor formula by hand
    figures = {
        "victims_identified": (555, 543),
        "suspects_formal_contact": (157, 195),
        "prosecutions_suspects": (33, 104),
        "convictions_persons": (18, 40),
    }
    table = {name: series(2012, *[str(a)] * 2, *[str(b)] * 2) for name, (a, b) in figures.items()}
    result = gap(reconcile(rows("AUT", table)), "AUT", vary_sources=False)
    expected = [-0.6561558262244471, 7.047308962178233, 26.306277724979907, -10.697430860933691]
    assert result.tables["effects"]["effect_min"].tolist() == pytest.approx(expected)


def test_a_stage_that_lacks_years_is_merged() -> None:
    figures = {
        "victims_identified": series(2014, "90", "80", "70", "60"),
        "charged_persons": series(2014, "20", "20", "20"),
        "prosecutions_suspects": series(2014, "18", "17", "16", "15"),
        "convictions_persons": series(2014, "9", "8", "7", "2"),
    }
    result = gap(reconcile(rows("DNK", figures)), "DNK", vary_sources=False)
    effects = result.tables["effects"].set_index("stage")
    assert list(effects.index) == ["identification", "prosecution", "conviction"]
    assert effects.loc["prosecution", "merged"] == "investigation"
    assert effects["effect_min"].sum() == pytest.approx(-8 / 2)


def test_where_cases_end() -> None:
    # Rigsadvokaten: persons acquitted 2014-2018
    acquitted = rows("DNK", {"acquitted_persons": series(2014, "3", "5", "14", "7", "2")})
    rec = reconcile(pd.concat([rows("DNK", DANISH), acquitted], ignore_index=True))
    row = gap(rec, "DNK", vary_sources=False).row("disposals", outcome="convicted")
    assert (row.first_year, row.last_year, row.count_lower) == (2014, 2018, 37)
    # 37 of 68 by Clopper and Pearson: scipy.stats.binomtest(37, 68).proportion_ci()
    assert row.percent == pytest.approx(100 * 37 / 68)
    assert (row.exact_lower, row.exact_upper) == pytest.approx((41.878505, 66.548430), abs=1e-5)
    assert row.lower < row.percent < row.upper


def test_shares_of_all_disposals_add_up() -> None:
    shipped = load_claims()
    result = gap(reconcile(shipped[shipped["country"] == "DNK"]), "DNK", vary_sources=False)
    disposals = result.tables["disposals"]
    assert list(disposals["outcome"]) == ["convicted", "acquitted", "dropped", "unfounded"]
    assert disposals["percent"].sum() == pytest.approx(100)


def test_table_of_denmark_at_unodc(shared: Path) -> None:
    claims = unodc(shared)
    claims = claims[(claims["country"] == "DNK") & (claims["breakdown"] == "")]
    stages = gap(reconcile(claims), "DNK", 2003, 2021, vary_sources=False).tables["stages"]

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


# --- silences, choices, breaks ----------------------------------------------------------------------------------------


def test_a_masked_year_may_be_part_of_a_silence() -> None:
    figures = {
        "victims_identified": series(2014, *["50"] * 6),
        "convictions_persons": series(2014, "6", "6", "<5", "0", "0", "7"),
    }
    silences = gap(reconcile(rows("DNK", figures)), "DNK", vary_sources=False).rows["silences"]
    found = [(one.first_year, one.last_year, one.certain) for one in silences]
    assert found == [(2016, 2018, False), (2017, 2018, True)]
    # what may not have happened has no chance
    assert [math.isnan(one.chance) for one in silences] == [True, False]


def test_variants() -> None:
    victims, convicted = Measure("victims_identified"), Measure("convictions_persons")
    variants = variants_of(danish_rec(), "DNK", [convicted, victims], range(2014, 2022))
    found = {(one.method, one.left_out): one.counts[convicted] for one in variants}
    # the register of 2022 says 4 for 2015, UNODC of 2023 says 7
    assert found["consistent", ""][2015] == found["register", ""][2015] == (4, 4)
    assert found["latest", ""][2015] == found["highest", ""][2015] == (7, 7)
    assert found["latest", ""][2018] == (0, 4)
    assert found["consistent", "publisher UNODC"] == found["register", ""]
    assert next(one for one in variants if one.left_out == "publisher UNODC" and one.method == "consistent").repeat
    assert not variants[0].repeat


def test_a_publisher_whose_figure_was_set_aside_contradicts_all_the_same() -> None:
    other = rows("DNK", {"convictions_persons": {2015: "40"}}, publisher="Other", upstream="Other", tier="press")
    result = gap(reconcile(pd.concat([rows("DNK", DANISH), other], ignore_index=True)), "DNK", 2014, 2021)
    assert result.verdict.finding != "one_source"


def test_one_publisher_alone_is_never_robust() -> None:
    result = gap(reconcile(rows("DNK", DANISH)), "DNK", 2014, 2021)
    assert result.verdict.beyond_chance == "yes"
    assert result.verdict.finding == "one_source"
    assert "but only one source says so" in result.headline
    assert "robust" not in str(result)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (CountRange(20, 20), CountRange(100, 100), True),
        (CountRange(19, 19), CountRange(99, 99), False),
        (CountRange(0, 4), CountRange(100, 100), True),
        (CountRange(20, 20), CountRange(99, 99), False),
        (CountRange(20, 24), CountRange(110, 130), False),
        (CountRange(20, 24), CountRange(120, 130), True),
        (CountRange(100, 100), CountRange(20, 20), False),
    ],
)
def test_which_jump_is_a_break(before: CountRange, after: CountRange, found: bool) -> None:
    thresholds = BreakThresholds(jump=5, steep=3, base=20)
    breaks = find_breaks("XXX", "judgments", {2015: before, 2016: after}, load_vocabulary(), thresholds)
    assert [change.year for change in breaks] == ([2016] if found else [])


def test_a_steep_rise_stands_in_the_headline() -> None:
    # UNODC, United States: 4.9 times as many in 2013, which is no break
    figures = {
        "victims_identified": series(2010, "541", "564", "469", "2315", "3308", "3885"),
        "convictions_persons": series(2010, "141", "151", "138", "174", "184", "297"),
    }
    result = gap(reconcile(rows("USA", figures)), "USA", vary_sources=False)
    assert len(result.years) == 6
    [caveat] = [one for one in result.caveats if one.code == "steep"]
    assert (caveat.subject, caveat.years) == ("victims_identified", (2013,))
    assert result.headline.endswith("Read with care: the number of victims identified (2013) rose steeply.")
    assert "In 2013 the number of victims identified rose steeply against the figure before" in str(result)


def test_a_rise_is_measured_against_the_year_before_also_where_that_is_not_used() -> None:
    # UNODC, Peru: 196 in 2009 and 713 in 2012, but 286 in 2011, when nobody counted convictions
    figures = {
        "victims_identified": series(2007, "162", "211", "196", "253", "286", "713", "634"),
        "convictions_persons": {2007: "123", 2008: "131", 2009: "132", 2012: "14", 2013: "10"},
    }
    result = gap(reconcile(rows("PER", figures)), "PER", vary_sources=False)
    assert result.years == (2007, 2008, 2009, 2012, 2013)
    assert "steep" not in {one.code for one in result.caveats}
    # a fall from 132 to 14 is as suspect as a rise would be, and cuts no years off
    [fall] = [one for one in result.caveats if one.code == "steep_fall"]
    assert (fall.subject, fall.years) == ("convictions_persons", (2012,))
    assert "the number of persons convicted (2012) fell steeply" in result.headline
    assert "fell steeply against the figure before; perhaps the way of counting changed" in str(result)


@pytest.mark.parametrize(
    ("years", "told"),
    [
        ([2010, 2011, 2012], "the halves compared are of 1 and 2 years"),
        ([2010, 2011, 2012, 2013], ""),
        (list(range(2005, 2020)), ""),  # of 7 and 8 years
        ([2005, 2006, 2010, 2011], "3 years lie between the halves compared"),
        ([2005, 2006, 2009, 2010], ""),
        ([2005, 2010, 2011], "the halves compared are of 1 and 2 years; 4 years lie between the halves compared"),
    ],
)
def test_halves_that_are_far_apart_or_of_unequal_length_are_named_beside_the_headline(
    years: list[int], told: str
) -> None:
    figures = {"victims_identified": dict.fromkeys(years, "300"), "convictions_persons": dict.fromkeys(years, "30")}
    result = gap(reconcile(rows("USA", figures)), "USA", vary_sources=False)
    assert result.years == tuple(years)
    assert result.headline.partition("Read with care: ")[2] == (f"{told}." if told else "")
    assert ("Between the halves compared lie" in str(result)) == ("apart" in {one.code for one in result.caveats})


def test_a_jump_across_a_hole_is_a_break_too() -> None:
    # 150 in 2011 and 6,000 from 2017 on are not one count
    series = {2011: CountRange(150, 150), 2017: CountRange(6000, 6000), 2018: CountRange(5800, 5800)}
    thresholds = BreakThresholds(jump=5, steep=3, base=20)
    [found] = find_breaks("XXX", "judgments", series, load_vocabulary(), thresholds)
    assert (found.year, found.reason) == (2017, "150 in 2011, 6,000 in 2017")


def test_settings() -> None:
    settings = load_gap_settings()
    assert settings.definition_of("DNK", 2015) == "assessed"
    assert settings.definition_of("GBR", 2016) == "unknown"
    assert set(settings.priors) == {"identification", "investigation", "prosecution", "conviction"}


# --- peers ------------------------------------------------------------------------------------------------------------

# UNODC, data_glotip, release of May 2023
DENMARK = series(2012, "66", "76", "71", "93"), series(2012, "<5", "<5", "10", "7")
NETHERLANDS = series(2012, "1711", "1434", "1256", "1150"), series(2012, "109", "151", "129", "124")


def test_convictions_at_the_dutch_rate() -> None:
    rec = countries(DNK=DENMARK, NLD=NETHERLANDS)
    result = gap(rec, "DNK", peers=["NLD"], accept_definitions=True, vary_sources=False)
    [row] = result.rows["shortfalls"]
    assert (row.observed_lower, row.observed_upper) == (17, 25)
    # 306 victims at 513 convicted for 5,551 victims make 28.28; with chance about the square root of 28.28 times phi
    assert (row.expected_min, row.expected_max) == (28, 29)
    assert row.expected_lower < 20
    assert row.expected_upper > 37
    assert (row.shortfall_lower, row.shortfall_upper) == (row.expected_lower - 25, row.expected_upper - 17)
    peer = result.row("peers", country="NLD")
    # R's exactci: 0.347 to 1.320 over the masked cells, were every conviction independent
    assert peer.ratio_lower < 0.6
    assert peer.ratio_upper > 0.884
    assert (ratio(17, 513, 306, 5551).lower, ratio(25, 513, 306, 5551).upper) == pytest.approx(
        (0.347462, 1.320107), abs=1e-5
    )


def test_a_peer_with_another_definition_is_refused() -> None:
    result = gap(countries(DNK=DENMARK, NLD=NETHERLANDS), "DNK", peers=["NLD"], vary_sources=False)
    assert not result.row("peers", country="NLD").compared
    assert math.isnan(result.row("peers", country="NLD").ratio_lower)
    assert ("other_definition", "NLD") in {(one.reason, one.subject) for one in result.refusals}
    assert not result.rows["shortfalls"]


def test_an_unknown_definition_is_not_compared_unless_accepted() -> None:
    hundred = series(2014, *["100"] * 4)
    rec = countries(SWE=(hundred, series(2014, *["5"] * 4)), NOR=(hundred, series(2014, *["10"] * 4)))
    refused = gap(rec, "SWE", peers=["NOR"], vary_sources=False)
    assert ("unknown_definition", "NOR") in {(one.reason, one.subject) for one in refused.refusals}
    accepted = gap(rec, "SWE", peers=["NOR"], accept_definitions=True, vary_sources=False)
    assert accepted.row("peers", country="NOR").compared
    assert len(accepted.rows["shortfalls"]) == 1


def test_a_surplus_is_not_clipped_and_no_larger_than_what_was_counted() -> None:
    rec = countries(
        SWE=(series(2014, "50", "50", "50"), series(2014, "20", "20", "20")),
        NOR=(series(2014, "100", "100", "100"), series(2014, "10", "10", "10")),
    )
    [row] = gap(rec, "SWE", peers=["NOR"], accept_definitions=True, vary_sources=False).rows["shortfalls"]
    # 150 victims at 10 per 100 make 15 expected, 60 were convicted
    assert (row.expected_min, row.expected_max) == (15, 15)
    assert -60 <= row.shortfall_lower < -45 < row.shortfall_upper
    assert row.shortfall_upper <= row.expected_upper


def test_a_country_without_any_conviction_has_no_surplus() -> None:
    hundred = series(2014, *["100"] * 4)
    rec = countries(SWE=(hundred, series(2014, *["0"] * 4)), NOR=(hundred, series(2014, *["2"] * 4)))
    [row] = gap(rec, "SWE", peers=["NOR"], accept_definitions=True, vary_sources=False).rows["shortfalls"]
    assert row.shortfall_lower >= 0


def test_peers_have_years_of_their_own_and_p_values_for_their_number() -> None:
    hundred = series(2014, "100", "100", "100", "100")
    rec = countries(
        SWE=(hundred, series(2014, "5", "5", "5", "5")),
        NOR=(hundred, series(2014, "10", "10", "10", "10")),
        FIN=(hundred, series(2015, "30", "30", "30")),
        AUT=(hundred, series(2014, "9", "9")),
    )
    result = gap(rec, "SWE", peers=["NOR", "FIN", "AUT", "ISL", "SWE"], accept_definitions=True, vary_sources=False)
    peers = result.tables["peers"].set_index("country")
    assert list(peers.index) == ["SWE", "FIN", "NOR"]
    assert (peers.loc["FIN", "first_year"], peers.loc["FIN", "n_years"]) == (2015, 3)
    compared = peers.loc[["FIN", "NOR"]]
    assert (compared["chance_adjusted"] >= compared["chance"]).all()
    assert compared["chance_adjusted"].min() == pytest.approx(min(1, 2 * compared["chance"].min()))
    refused = {(one.reason, one.subject, one.have) for one in result.refusals if one.analysis == "peers"}
    assert refused == {("few_own_years", "AUT", 2), ("few_own_years", "ISL", 0)}


# UNODC, data_glotip, release of May 2023, 2017-2019: victims, convicted; "<5" is 0 to 4
EUROPE = {
    "GBR": ((22750, 22750), (501, 501)),
    "NLD": ((2954, 2954), (260, 260)),
    "ROU": ((1857, 1857), (490, 490)),
    "DEU": ((1668, 1668), (183, 183)),
    "ESP": ((981, 981), (220, 220)),
    "AUT": ((873, 873), (44, 44)),
    "DNK": ((259, 259), (8, 16)),
    "CHE": ((255, 255), (16, 20)),
    "GRC": ((223, 223), (130, 130)),
    "IRL": ((209, 209), (0, 12)),
    "HUN": ((133, 133), (123, 123)),
    "LVA": ((87, 87), (19, 23)),
    "CZE": ((56, 56), (39, 39)),
    "LUX": ((43, 43), (28, 32)),
    "EST": ((32, 32), (20, 24)),
}


def unodc(shared: Path) -> pd.DataFrame:
    claims = real_release(shared, "2023-05-30").claims
    return claims.assign(
        claim_id=[f"glotip:{k}" for k in range(len(claims))],
        publisher="UNODC",
        upstream="national",
        tier="compiler",
        published="2023-05-30",
    )


def ranges(result: Gap) -> dict[str, tuple[tuple[int, int], tuple[int, int]]]:
    return {
        one.country: (
            (one.denominator_lower, one.denominator_upper),
            (one.numerator_lower, one.numerator_upper),
        )
        for one in result.rows["peers"]
    }


def test_europe_2017_2019(shared: Path) -> None:
    claims = unodc(shared)
    wanted = claims["indicator"].isin(["victims_identified", "convictions_persons"]) & (claims["breakdown"] == "")
    claims = claims[wanted & claims["period_start"].str[:4].isin(["2017", "2018", "2019"])]
    claims = claims[claims["country"].isin(EUROPE)]
    peers = [code for code in EUROPE if code != "DNK"]
    result = gap(reconcile(claims), "DNK", 2017, 2019, lags=(0,), peers=peers, vary_sources=False)
    assert ranges(result) == EUROPE
    # nobody is compared: the definitions are not known, or others
    assert {one.reason for one in result.refusals if one.analysis == "peers"} == {
        "unknown_definition",
        "other_definition",
    }


def test_our_own_data_have_the_same_figures() -> None:
    claims = load_claims()
    claims = claims[
        (claims["source_id"] == "unodc-glotip-2023-05")
        & (claims["breakdown"] == "")
        & claims["indicator"].isin(["victims_identified", "convictions_persons"])
    ]
    here = [code for code in EUROPE if code in set(claims["country"])]
    assert len(here) > 6
    peers = [code for code in here if code != "DNK"]
    result = gap(reconcile(claims), "DNK", 2017, 2019, lags=(0,), peers=peers, vary_sources=False)
    assert ranges(result) == {code: EUROPE[code] for code in here}
