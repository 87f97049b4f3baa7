"""The gap on a small table of claims, and the numbers of the Danish period 2014-2021."""

from __future__ import annotations

import pytest
from gap_claims import danish_rec

from trafficking_stats.gap_result import GapResult, gap


@pytest.fixture(scope="module")
def danish() -> GapResult:
    return gap(danish_rec(), "DNK", start=2014, end=2021)


def test_denmark_2014_2021(danish: GapResult) -> None:
    # CMM and Rigsadvokaten: 71+93+121+98+97+64+77+80 victims, 10+4+14+8+1+0+0+0 convicted; limits by R's exactci
    whole = danish.ratios.iloc[0]
    assert (whole["kind"], whole["first"], whole["last"], whole["lag"]) == ("whole", 2014, 2021, 0)
    assert (whole["numerator_lower"], whole["denominator_upper"]) == (37, 701)
    assert whole["inverse_min"] == pytest.approx(18.945945945945947)
    assert whole["per_100_min"] == pytest.approx(5.2781740370898715)
    assert (whole["exact_lower"], whole["exact_upper"]) == pytest.approx((3.6852029792554504, 7.34749942660988))
    assert whole["widened_lower"] < whole["exact_lower"] < whole["exact_upper"] < whole["widened_upper"]


def test_halves(danish: GapResult) -> None:
    halves = danish.periods.iloc[0]
    assert (halves["kind"], halves["early_last"], halves["late_first"]) == ("halves", 2017, 2018)
    assert halves["ratio_min"] == pytest.approx(29.8903394255875)
    assert (halves["exact_lower"], halves["exact_upper"]) == pytest.approx((5.03319482202413, 1212.98484148161))
