"""The country beside others: a peer's rate, definitions, funnel, and the published table of Europe 2017-2019."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from gap_claims import rows
from unodc_workbook import real_release

from trafficking_stats.claims import load_claims
from trafficking_stats.gap_analysis.result import GapResult, gap
from trafficking_stats.reconciliation.result import Reconciliation, reconcile


def years(first: int, *counts: str) -> dict[int, str]:
    return {first + k: count for k, count in enumerate(counts)}


def countries(**figures: tuple[dict[int, str], dict[int, str]]) -> Reconciliation:
    parts = [
        rows(country, {"victims_identified": victims, "convictions_persons": convicted}, tier="compiler")
        for country, (victims, convicted) in figures.items()
    ]
    return reconcile(pd.concat(parts, ignore_index=True))


# UNODC, data_glotip, release of May 2023
DENMARK = years(2012, "66", "76", "71", "93"), years(2012, "<5", "<5", "10", "7")
NETHERLANDS = years(2012, "1711", "1434", "1256", "1150"), years(2012, "109", "151", "129", "124")


@pytest.fixture(scope="module")
def two() -> Reconciliation:
    return countries(DNK=DENMARK, NLD=NETHERLANDS)


def test_convictions_at_the_dutch_rate(two: Reconciliation) -> None:
    # R's exactci: 28.28 expected; 0.601 (0.347-0.972) with 17 convicted, 0.884 (0.567-1.320) with 25
    result = gap(two, "DNK", 2012, 2015, peers=["NLD"], accept_definitions=True, vary_sources=False)
    [row] = result.counterfactual.to_dict("records")
    assert (row["observed_lower"], row["observed_upper"]) == (17, 25)
    assert row["peer_rate_min"] == pytest.approx(9.241578094037111)
    assert row["expected_min"] == pytest.approx(28.279228967753557)
    assert (row["gap_min"], row["gap_max"]) == pytest.approx((3.279228967753557, 11.279228967753557))
    assert (row["ratio_min"], row["ratio_max"]) == pytest.approx((0.601147931557288, 0.884041075819542))
    assert row["ratio_exact_lower"] == pytest.approx(0.347462291979724)
    assert row["ratio_exact_upper"] == pytest.approx(1.32010670118163)
    assert (round(row["p_min"], 3), round(row["p_max"], 2)) == (0.036, 0.63)
    assert row["verdict"] == "depends on the masked cells"


def test_a_peer_with_another_definition_of_victim_is_refused(two: Reconciliation) -> None:
    result = gap(two, "DNK", 2012, 2015, peers=["NLD"], vary_sources=False)
    [row] = result.counterfactual.to_dict("records")
    assert pd.isna(row["expected_min"])
    refusals = result.refusals.set_index("analysis")
    assert refusals.loc["counterfactual", "reason"].startswith(
        "5,551 victims of the Netherlands are presumed, those of Denmark are assessed"
    )
    assert refusals.loc["counterfactual", "number"] == 5551
    assert refusals.loc["ranking", "reason"] == (
        "2 countries are not ranked: the definition of victim is 1 assessed, 1 presumed"
    )


def test_a_funnel_needs_ten_units_and_pooling_five(two: Reconciliation) -> None:
    result = gap(two, "DNK", 2012, 2015, peers=["NLD"], vary_sources=False)
    refusals = result.refusals.set_index("analysis")
    # Denmark's convictions are masked, so one country is left
    assert refusals.loc["funnel", "reason"].startswith("1 units are too few for the over-dispersion of a funnel")
    assert refusals.loc["pooling", "number"] == 1


def test_a_surplus_is_not_clipped() -> None:
    rec = countries(
        SWE=(years(2014, "50", "50", "50"), years(2014, "20", "20", "20")),
        NOR=(years(2014, "100", "100", "100"), years(2014, "10", "10", "10")),
    )
    [row] = gap(rec, "SWE", 2014, 2016, peers=["NOR"], vary_sources=False).counterfactual.to_dict("records")
    # 150 victims at 10 per 100 make 15 expected, 60 were convicted
    assert row["gap_min"] == row["gap_max"] == pytest.approx(-45)


def test_peers_together_and_what_they_lack() -> None:
    hundred = years(2014, "100", "100", "100", "100")
    rec = countries(
        SWE=(hundred, years(2014, "5", "5", "5", "5")),
        NOR=(hundred, years(2014, "10", "10", "10", "10")),
        FIN=(hundred, years(2015, "30", "30", "30")),
        AUT=(hundred, years(2014, "9", "9")),
        BEL=(hundred, years(2014, *["<5"] * 4)),
    )
    result = gap(rec, "SWE", 2014, 2017, peers=["NOR", "FIN", "AUT", "BEL", "ISL", "SWE"], vary_sources=False)
    table = result.counterfactual.set_index("peer")
    assert list(table.index) == ["NOR", "FIN", "AUT", "BEL", "ISL", "pooled"]
    # both peers have 2015-2017: 30 and 90 convicted for 300 victims each, so 60 are expected for Sweden's 300
    assert (table.loc["pooled", "first"], table.loc["pooled", "last"]) == (2015, 2017)
    assert table.loc["pooled", "expected_min"] == pytest.approx(60)
    assert (table.loc["FIN", "observed_lower"], table.loc["FIN", "first"]) == (15, 2015)
    assert table.loc["AUT", "refusal"].startswith("2 of 4 years in a row have both counts of Austria, at least 3")
    assert table.loc["AUT", "refusal"].endswith("lacking: 2016 and 2017")
    assert table.loc["BEL", "refusal"].startswith("the peer counted 0-16 events")
    assert table.loc["ISL", "refusal"].startswith("0 of 4 years in a row")
    peers = result.peers
    assert list(peers["name"]) == sorted(peers["name"])
    assert peers.loc[peers["own"], "country"].tolist() == ["SWE"]
    assert "rank" not in " ".join(peers)


def test_a_peer_that_may_have_no_victim_has_no_rate() -> None:
    rec = countries(
        SWE=(years(2014, "50", "50", "50"), years(2014, "20", "20", "20")),
        NOR=(years(2014, "0", "<5", "0"), years(2014, "10", "10", "10")),
    )
    [row] = gap(rec, "SWE", 2014, 2016, peers=["NOR"], vary_sources=False).counterfactual.to_dict("records")
    assert row["refusal"] == "0-4 victims identified of Norway in 2014-2016: a rate by 0"


# --- UNODC, data_glotip, release of May 2023: countries with victims and convictions in all three years ------------
# country: victims, convicted; "<5" is 0 to 4
EUROPE = {
    "GBR": ((22750, 22750), (501, 501)),
    "NLD": ((2954, 2954), (260, 260)),
    "ROU": ((1857, 1857), (490, 490)),
    "DEU": ((1668, 1668), (183, 183)),
    "ESP": ((981, 981), (220, 220)),
    "AUT": ((873, 873), (44, 44)),
    "MDA": ((740, 740), (93, 93)),
    "BLR": ((399, 399), (108, 108)),
    "DNK": ((259, 259), (8, 16)),
    "CHE": ((255, 255), (16, 20)),
    "GRC": ((223, 223), (130, 130)),
    "SVK": ((210, 210), (34, 34)),
    "IRL": ((209, 209), (0, 12)),
    "PRT": ((185, 185), (53, 53)),
    "BIH": ((180, 180), (99, 99)),
    "SVN": ((174, 174), (17, 21)),
    "HUN": ((133, 133), (123, 123)),
    "LVA": ((87, 87), (19, 23)),
    "CZE": ((56, 56), (39, 39)),
    "MLT": ((41, 45), (0, 12)),
    "LUX": ((43, 43), (28, 32)),
    "ISL": ((35, 35), (0, 12)),
    "EST": ((32, 32), (20, 24)),
    "MKD": ((15, 19), (6, 14)),
}


def ranges(result: GapResult) -> dict[str, tuple[tuple[int, int], tuple[int, int]]]:
    return {
        row["country"]: (
            (row["denominator_lower"], row["denominator_upper"]),
            (row["numerator_lower"], row["numerator_upper"]),
        )
        for row in result.peers.to_dict("records")
    }


def test_europe_2017_2019(shared: Path) -> None:
    claims = real_release(shared, "2023-05-30").claims
    wanted = claims["indicator"].isin(["victims_identified", "convictions_persons"]) & (claims["breakdown"] == "")
    claims = claims[wanted & claims["period_start"].str[:4].isin(["2017", "2018", "2019"])]
    claims = claims.assign(
        claim_id=[f"glotip:{k}" for k in range(len(claims))],
        publisher="UNODC",
        upstream="national",
        tier="compiler",
        published="2023-05-30",
    )
    peers = [code for code in EUROPE if code != "DNK"]
    result = gap(reconcile(claims), "DNK", 2017, 2019, lags=(0,), peers=peers, vary_sources=False)
    assert ranges(result) == EUROPE
    table = result.peers.set_index("country")
    # per 100 victims, as published to two places
    for code, low, high in (("GBR", 2.20, 2.20), ("DNK", 3.09, 6.18), ("HUN", 92.48, 92.48), ("MKD", 31.58, 93.33)):
        assert (round(table.loc[code, "per_100_min"], 2), round(table.loc[code, "per_100_max"], 2)) == (low, high)
    ranking = result.refusals[result.refusals["analysis"] == "ranking"]
    assert ranking["number"].tolist() == [24]
    # 14 countries have no masked cell: enough for a funnel, and it says that they differ far more than by chance
    spread = table.dropna(subset="funnel_wide_upper")
    assert len(spread) == 14
    assert ((spread["per_100_min"] < spread["funnel_lower"]) | (spread["per_100_min"] > spread["funnel_upper"])).all()


def test_our_own_data_have_the_same_figures() -> None:
    """The eleven of these countries whose UNODC totals ship with the package; the release of 2025 left out."""
    claims = load_claims()
    claims = claims[
        (claims["source_id"] == "unodc-glotip-2023-05")
        & (claims["breakdown"] == "")
        & claims["indicator"].isin(["victims_identified", "convictions_persons"])
    ]
    here = [code for code in EUROPE if code in set(claims["country"])]
    assert len(here) == 11
    peers = [code for code in here if code != "DNK"]
    result = gap(reconcile(claims), "DNK", 2017, 2019, lags=(0,), peers=peers, vary_sources=False)
    assert ranges(result) == {code: EUROPE[code] for code in here}
