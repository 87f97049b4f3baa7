"""Ratios of counts that are known only as ranges: the envelope over everything the masked cells can be.

A cell printed as "<5" is a number from 0 to 4, never 2. Limits of a ratio rise with its numerator and fall
with its denominator, so two opposite corners of the ranges bound every value between, and a conclusion on
which the two disagree depends on the masked cells.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.counts import (
    CountError,
    CountLike,
    CountRange,
    as_count_range,
    check_exposures,
    check_level,
    total,
)
from trafficking_stats.inference.overdispersion import Dispersion, as_dispersion
from trafficking_stats.inference.rates import Limits, RatioMethod, RatioResult, poisson_interval, ratio

Verdict = Literal["above", "below", "undetermined", "depends on the masked cells"]
DispersionLike = float | Dispersion | tuple[float | Dispersion, float | Dispersion]


@dataclass(frozen=True)
class MaskedRatio:
    """The ratio of two counts, either of which may be a range.

    Parameters
    ----------
    count1, count2, exposure1, exposure2 : CountRange
        What was given.
    low, high : RatioResult
        The corners where the ratio is smallest and largest.
    """

    count1: CountRange
    count2: CountRange
    exposure1: CountRange
    exposure2: CountRange
    low: RatioResult
    high: RatioResult

    @property
    def ratio(self) -> float | None:
        """The ratio, or None where masked cells leave more than one."""
        return self.low.ratio if self.low.ratio == self.high.ratio else None

    @property
    def ratio_lower(self) -> float:
        """Smallest ratio the ranges allow, sampling apart."""
        return 0.0 if math.isnan(self.low.ratio) else self.low.ratio

    @property
    def ratio_upper(self) -> float:
        """Largest ratio the ranges allow, sampling apart; may be infinite."""
        return math.inf if math.isnan(self.high.ratio) else self.high.ratio

    @property
    def lower(self) -> float:
        """Lower limit for Poisson counts, over both corners."""
        return min(self.low.lower, self.high.lower)

    @property
    def upper(self) -> float:
        """Upper limit for Poisson counts, over both corners."""
        return max(self.low.upper, self.high.upper)

    @property
    def widened_lower(self) -> float:
        """Lower limit widened by the over-dispersion, over both corners."""
        return min(self.low.widened_lower, self.high.widened_lower)

    @property
    def widened_upper(self) -> float:
        """Upper limit widened by the over-dispersion, over both corners."""
        return max(self.low.widened_upper, self.high.widened_upper)

    @property
    def p_values(self) -> tuple[float, float]:
        """Exact two-sided p values at the low and the high corner."""
        return (self.low.p_value, self.high.p_value)

    @property
    def verdict(self) -> Verdict:
        """Where the ratio lies against the null value if counts are Poisson."""
        return _same(_side(self.low.lower, self.low.upper, self.low.null), _high_side(self, widened=False))

    @property
    def widened_verdict(self) -> Verdict:
        """Where the ratio lies against the null value after widening by the over-dispersion."""
        return _same(
            _side(self.low.widened_lower, self.low.widened_upper, self.low.null), _high_side(self, widened=True)
        )

    def __str__(self) -> str:
        known = self.ratio
        value = f"{known:.4g}" if known is not None else f"{self.ratio_lower:.4g} to {self.ratio_upper:.4g}"
        return (
            f"{value} ({100 * self.low.confidence:g} % {self.low.method} {self.lower:.4g} to {self.upper:.4g}; "
            f"widened {self.widened_lower:.4g} to {self.widened_upper:.4g})"
        )


def _side(lower: float, upper: float, null: float) -> Verdict:
    return "above" if lower > null else "below" if upper < null else "undetermined"


def _high_side(result: MaskedRatio, *, widened: bool) -> Verdict:
    high = result.high
    if widened:
        return _side(high.widened_lower, high.widened_upper, high.null)
    return _side(high.lower, high.upper, high.null)


def _same(low: Verdict, high: Verdict) -> Verdict:
    return low if low == high else "depends on the masked cells"


def masked_interval(
    count: CountLike,
    exposure: float = 1.0,
    *,
    confidence: float = 0.95,
    dispersion: float | Dispersion = 1.0,
) -> Limits:
    """Exact limits of a rate whose count is a range: from those of its lower to those of its upper end.

    Parameters
    ----------
    count : int or (lower, upper)
        Events counted; an unbounded range gives an infinite upper limit.
    exposure : float
        Years, persons or victims at risk.
    confidence : float
        Two-sided level.
    dispersion : float or Dispersion
        Variance by mean.

    Returns
    -------
    Limits

    Examples
    --------
    >>> low, high = masked_interval((0, 4))
    >>> print(f"{low:.2f} to {high:.2f}")
    0.00 to 10.24
    """
    ends = as_count_range(count)
    lower = poisson_interval(ends.lower, exposure, confidence=confidence, dispersion=dispersion).lower
    if not ends.is_bounded:
        return Limits(lower, math.inf)
    return Limits(lower, poisson_interval(ends.upper, exposure, confidence=confidence, dispersion=dispersion).upper)


def masked_ratio(
    count1: CountLike,
    count2: CountLike,
    exposure1: CountLike = 1.0,
    exposure2: CountLike = 1.0,
    *,
    confidence: float = 0.95,
    dispersion: DispersionLike = 1.0,
    null: float = 1.0,
    method: RatioMethod = "exact",
) -> MaskedRatio:
    """Ratio of two counts or rates, each a number or a range.

    Parameters
    ----------
    count1, count2 : int or (lower, upper)
        Numerator and denominator; the upper end may be infinite.
    exposure1, exposure2 : float or (lower, upper)
        What is at risk behind each count; positive and bounded.
    confidence, dispersion, null, method
        As for `trafficking_stats.inference.rates.ratio`.

    Returns
    -------
    MaskedRatio

    Raises
    ------
    RefusalError
        If both counts are known to be 0.
    CountError
        For ends that are no counts or exposures.

    References
    ----------
    Manski CF (2003). Partial Identification of Probability Distributions, chapter 1. Springer.
    Fay MP (2010). Two-sided exact tests and matching confidence intervals for discrete data. R Journal
    2:53-58.

    Examples
    --------
    Convictions per victim in Denmark 2012-2015, two years printed as "<5", against the Netherlands:

    >>> result = masked_ratio((17, 25), 513, 306, 5551)
    >>> print(result)
    0.6011 to 0.884 (95 % exact 0.3475 to 1.32; widened 0.3475 to 1.32)
    >>> result.verdict
    'depends on the masked cells'
    """
    first, second = as_count_range(count1, "count1"), as_count_range(count2, "count2")
    risk1, risk2 = _exposure_range(exposure1, "exposure1"), _exposure_range(exposure2, "exposure2")
    if first.upper == 0 and second.upper == 0:
        raise RefusalError("both counts are 0: their ratio could be anything; give each rate's upper limit")
    options: dict[str, Any] = {
        "confidence": check_level(confidence),
        "dispersion": dispersion,
        "null": float(check_exposures(null, "null")),
        "method": method,
    }
    return MaskedRatio(
        count1=first,
        count2=second,
        exposure1=risk1,
        exposure2=risk2,
        low=_corner(first.lower, second.upper, risk1.upper, risk2.lower, options),
        high=_corner(first.upper, second.lower, risk1.lower, risk2.upper, options),
    )


def _exposure_range(exposure: CountLike, name: str) -> CountRange:
    ends = exposure if isinstance(exposure, tuple) else (exposure, exposure)
    if len(ends) != 2:
        raise CountError(f"{name}: a range has two ends (lower, upper), got {len(ends)}")
    lower, upper = (float(check_exposures(end, name)) for end in ends)
    if upper < lower:
        raise CountError(f"{name}: the lower end {lower:g} is above the upper end {upper:g}")
    return CountRange(lower, upper)


def _corner(k1: float, k2: float, e1: float, e2: float, options: dict[str, Any]) -> RatioResult:
    """Ratio at one corner; one without information, or at infinity, gets the limits it tends to."""
    if (k1 > 0 or k2 > 0) and math.isfinite(k1) and math.isfinite(k2):
        return ratio(k1, k2, e1, e2, **options)
    if math.isinf(k1) and math.isfinite(k2):
        value, lower, upper, p_value = math.inf, math.inf, math.inf, 0.0
    elif math.isinf(k2) and math.isfinite(k1):
        value, lower, upper, p_value = 0.0, 0.0, 0.0, 0.0
    else:
        value, lower, upper, p_value = math.nan, 0.0, math.inf, 1.0
    pair = options["dispersion"] if isinstance(options["dispersion"], tuple) else (options["dispersion"],) * 2
    return RatioResult(
        count1=k1,
        count2=k2,
        exposure1=e1,
        exposure2=e2,
        ratio=value,
        lower=lower,
        upper=upper,
        p_value=p_value,
        p_smaller=p_value if value == 0 else 1.0,
        p_larger=p_value if value == math.inf else 1.0,
        phi=(as_dispersion(pair[0]).factor, as_dispersion(pair[1]).factor),
        widened_lower=lower,
        widened_upper=upper,
        widened_p_value=p_value,
        smallest_p=p_value,
        confidence=options["confidence"],
        null=options["null"],
        method=options["method"],
    )


def lagged_ratio(
    numerator: Mapping[int, CountLike],
    denominator: Mapping[int, CountLike],
    *,
    window: tuple[int, int],
    lag: int = 0,
    confidence: float = 0.95,
    dispersion: DispersionLike = 1.0,
) -> MaskedRatio:
    """Ratio of the counts of a window to the counts of the same number of years, `lag` years earlier.

    When the denominator rises, every year of lag raises the ratio by arithmetic alone: compare lags only on
    one window, show them all, and do not choose one by fit.

    Parameters
    ----------
    numerator, denominator : mapping of year to int or (lower, upper)
        For instance convictions and victims.
    window : (int, int)
        First and last year of the numerator, both included.
    lag : int
        Years the denominator lies earlier.
    confidence, dispersion
        As for `trafficking_stats.inference.rates.ratio`.

    Returns
    -------
    MaskedRatio

    Raises
    ------
    RefusalError
        If a year is missing in either series; a gap is not a zero.

    Examples
    --------
    >>> result = lagged_ratio({2011: 4, 2012: 6}, {2010: 40, 2011: 60, 2012: 90}, window=(2011, 2012), lag=1)
    >>> result.ratio
    0.1
    """
    first, last = window
    if last < first or lag < 0:
        raise CountError(f"window {first}-{last} and lag {lag}: the last year is not before the first, a lag not < 0")
    years = range(first, last + 1)
    missing = [f"numerator {year}" for year in years if year not in numerator]
    missing += [f"denominator {year - lag}" for year in years if year - lag not in denominator]
    if missing:
        raise RefusalError(
            f"{len(missing)} of {2 * len(years)} counts are missing for {first}-{last} at lag {lag}: "
            f"{', '.join(missing)}; a missing year is not a zero"
        )
    return masked_ratio(
        total((numerator[year] for year in years), "numerator"),
        total((denominator[year - lag] for year in years), "denominator"),
        confidence=confidence,
        dispersion=dispersion,
    )
