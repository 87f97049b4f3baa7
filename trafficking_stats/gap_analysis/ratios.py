"""The ratio of two stages in pooled windows and single years, at each lag, and between two periods."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from scipy.optimize import brentq

from trafficking_stats.errors import RefusalError
from trafficking_stats.gap_analysis.columns import PERIODS, RATIOS, ends, per_100, tidy
from trafficking_stats.gap_analysis.data import CountSeries, Refusal, series_dispersion
from trafficking_stats.inference.masked import MaskedRatio, masked_ratio
from trafficking_stats.inference.overdispersion import Dispersion
from trafficking_stats.inference.rates import RatioResult, ratio

LARGEST_PHI = 1000.0


@dataclass(frozen=True)
class Pair:
    """Numerator and denominator of a gap, with what their intervals need.

    Parameters
    ----------
    numerator, denominator : CountSeries
        For instance persons convicted and victims identified.
    first, last : int
        The years that are pooled: the longest run within the period asked for that both have.
    phi : tuple of Dispersion
        Over-dispersion of the numerator and of the denominator.
    confidence : float
        Two-sided level.
    borrow : float
        The phi for series too short for one of their own.
    """

    numerator: CountSeries
    denominator: CountSeries
    first: int
    last: int
    phi: tuple[Dispersion, Dispersion]
    confidence: float
    borrow: float

    @property
    def middle(self) -> int:
        """First year of the later half; with an odd number of years the earlier half is the longer."""
        return self.first + (self.last - self.first + 2) // 2

    def ratio(self, first: int, last: int, lag: int = 0) -> MaskedRatio:
        """Numerator of a period by the denominator of the same number of years, `lag` years earlier.

        Raises
        ------
        RefusalError
            If a year cannot be added, or the denominator is 0.
        """
        events, exposure = self.numerator.sum(first, last), self.denominator.sum(first - lag, last - lag)
        if exposure.upper == 0:
            raise RefusalError(f"0 {self.denominator.label} in {first - lag}-{last - lag}: nothing to divide by")
        return masked_ratio(events, exposure, confidence=self.confidence, dispersion=self.phi)

    def rate_ratio(self, early: tuple[int, int], late: tuple[int, int]) -> tuple[MaskedRatio, Dispersion]:
        """Rate of an early period by that of a late one, the denominators taken as known, and phi within them.

        Raises
        ------
        RefusalError
            If a year cannot be added, a denominator may be 0, or both numerators are 0.
        """
        counts = [self.numerator.values(*early), self.numerator.values(*late)]
        sums = [self.numerator.sum(*early), self.numerator.sum(*late)]
        exposures = [self.denominator.sum(*early), self.denominator.sum(*late)]
        if any(exposure.lower == 0 for exposure in exposures):
            raise RefusalError(
                f"{exposures[0]} and {exposures[1]} {self.denominator.label}: a rate by 0 does not exist"
            )
        phi = series_dispersion(counts[0] + counts[1], self.borrow, [0] * len(counts[0]) + [1] * len(counts[1]))
        return masked_ratio(*sums, *exposures, confidence=self.confidence, dispersion=phi), phi


def make_pair(
    numerator: CountSeries, denominator: CountSeries, first: int, last: int, confidence: float, borrow: float
) -> Pair:
    """Pair two series over the years both have, and estimate phi of each."""
    years = range(first, last + 1)
    phi = (
        series_dispersion([numerator.counts[year] for year in years], borrow),
        series_dispersion([denominator.counts[year] for year in years], borrow),
    )
    return Pair(numerator, denominator, first, last, phi, confidence, borrow)


def ratio_table(pair: Pair, start: int, end: int, lags: Sequence[int], window: int) -> pd.DataFrame:
    """Tabulate the ratio: the whole run, windows of `window` years, single years, each at every lag.

    Where a lag reaches back before the first year of the denominator, a further set of rows of kind ``common``
    gives all lags on the years of the numerator that every lag has, since lags compare on nothing else.
    """
    first, last = pair.first, pair.last
    periods = [("whole", first, last)]
    earliest = first
    while earliest <= last and any(pair.denominator.lacking(earliest - lag, earliest - lag) for lag in lags):
        earliest += 1
    if first < earliest <= last:
        periods.append(("common", earliest, last))
    if 1 < window <= end - start:
        periods += [("window", year, year + window - 1) for year in range(start, end - window + 2)]
    periods += [("year", year, year) for year in range(start, end + 1)]
    rows = [_ratio_row(pair, kind, low, high, lag) for kind, low, high in periods for lag in lags]
    return tidy(rows, RATIOS)


def _ratio_row(pair: Pair, kind: str, first: int, last: int, lag: int) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": kind, "first": first, "last": last, "lag": lag}
    try:
        result = pair.ratio(first, last, lag)
    except RefusalError as refusal:
        return row | {"refusal": str(refusal)}
    return row | {
        **ends(result.count1, "numerator"),
        **ends(result.count2, "denominator"),
        **per_100(result),
        "inverse_min": inverse(result.ratio_upper),
        "inverse_max": inverse(result.ratio_lower),
        "inverse_exact_lower": inverse(result.upper),
        "inverse_exact_upper": inverse(result.lower),
        "inverse_widened_lower": inverse(result.widened_upper),
        "inverse_widened_upper": inverse(result.widened_lower),
        "phi_numerator": pair.phi[0].factor,
        "phi_denominator": pair.phi[1].factor,
        "phi_borrowed": pair.phi[0].borrowed or pair.phi[1].borrowed,
        "above_one": result.ratio_lower > 1,
    }


def inverse(value: float) -> float:
    """Return 1 / value, infinite at 0.

    Examples
    --------
    >>> inverse(0.0), inverse(4.0), inverse(math.inf)
    (inf, 0.25, 0.0)
    """
    return math.inf if value == 0 else 1 / value


def period_table(pair: Pair) -> pd.DataFrame:
    """Compare the rate before and after each year at which the run can be split; the halves come first."""
    rows = []
    for split in [pair.middle, *(year for year in range(pair.first + 1, pair.last + 1) if year != pair.middle)]:
        if pair.first < split <= pair.last:
            kind = "halves" if split == pair.middle else "split"
            rows.append(_period_row(pair, kind, (pair.first, split - 1), (split, pair.last)))
    return tidy(rows, PERIODS)


def _period_row(pair: Pair, kind: str, early: tuple[int, int], late: tuple[int, int]) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": kind}
    row |= dict(zip(("early_first", "early_last", "late_first", "late_last"), (*early, *late), strict=True))
    try:
        result, phi = pair.rate_ratio(early, late)
    except RefusalError as refusal:
        return row | {"refusal": str(refusal)}
    for name, count, exposure in (
        ("early", result.count1, result.exposure1),
        ("late", result.count2, result.exposure2),
    ):
        row |= ends(count, f"{name}_numerator") | ends(exposure, f"{name}_denominator")
        row[f"{name}_per_100_min"] = 100 * count.lower / exposure.upper
        row[f"{name}_per_100_max"] = 100 * count.upper / exposure.lower
    return row | {
        "ratio_min": result.ratio_lower,
        "ratio_max": result.ratio_upper,
        "exact_lower": result.lower,
        "exact_upper": result.upper,
        "widened_lower": result.widened_lower,
        "widened_upper": result.widened_upper,
        "p_min": min(result.p_values),
        "p_max": max(result.p_values),
        "phi": phi.factor,
        "phi_borrowed": phi.borrowed,
        "tipping_phi": tipping_phi(result),
        "verdict": result.verdict,
        "widened_verdict": result.widened_verdict,
    }


def tipping_phi(result: MaskedRatio) -> float:
    """Return the over-dispersion from which on chance explains a ratio of two rates.

    Parameters
    ----------
    result : MaskedRatio
        Its own phi does not matter.

    Returns
    -------
    float
        The smallest phi, taken as known, at which the widened limits of some corner hold the null; ``nan`` if the
        limits for Poisson counts do already, infinite if no phi up to a thousand is enough.

    Examples
    --------
    >>> round(tipping_phi(masked_ratio(36, 1, 383, 318)), 2)
    5.42
    """
    if result.verdict not in ("above", "below"):
        return math.nan

    def excess(log_phi: float, corner: RatioResult) -> float:
        again = ratio(
            corner.count1,
            corner.count2,
            corner.exposure1,
            corner.exposure2,
            confidence=corner.confidence,
            dispersion=math.exp(log_phi),
            null=corner.null,
        )
        return again.widened_p_value - (1 - corner.confidence)

    most = math.log(LARGEST_PHI)
    found = [
        math.exp(brentq(excess, 0.0, most, args=(corner,), xtol=1e-6)) if excess(most, corner) > 0 else math.inf
        for corner in (result.low, result.high)
    ]
    return min(found)


def ratio_refusals(ratios: pd.DataFrame, periods: pd.DataFrame) -> list[Refusal]:
    """List what was refused: the whole run one by one, windows and years together by lag."""
    refused = ratios[ratios["refusal"] != ""]
    found = [
        Refusal.of("ratio", f"{row['first']}-{row['last']}, lag {row['lag']}", row["refusal"])
        for row in refused[refused["kind"].isin(["whole", "common"])].to_dict("records")
    ]
    for (kind, lag), rows in refused[refused["kind"].isin(["window", "year"])].groupby(["kind", "lag"], sort=True):
        of = int(((ratios["kind"] == kind) & (ratios["lag"] == lag)).sum())
        first = rows.iloc[0]
        reason = (
            f"{len(rows)} of {of} {kind}s refused, the first ({first['first']}-{first['last']}): {first['refusal']}"
        )
        found.append(Refusal.of("ratio", f"{kind}s, lag {lag}", reason))
    if periods.empty and len(ratios):
        found.append(Refusal("periods", "halves", "1 year has no earlier and later half", 1.0))
    found += [
        Refusal.of("periods", f"{row['early_first']}-{row['late_last']}", row["refusal"])
        for row in periods[periods["refusal"] != ""].to_dict("records")
    ]
    return found
