"""Contrasts of fitted sums: a rate, how it changed, a share, and what would have been counted at another rate.

``lower`` and ``upper`` are the limits of the model of counts that vary more than chance alone makes them;
``exact_lower`` and ``exact_upper`` those there would be if every event were independent of every other. An upper
limit that does not exist is infinite.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trafficking_stats.inference.counts import CountRange, total
from trafficking_stats.inference.ratio import divided, exact_limits, ratio_range
from trafficking_stats.inference.yearly import Floats, Total, YearlyFit

Pair = tuple[Total, Total]
"""A numerator and a denominator."""


@dataclass(frozen=True, kw_only=True)
class CountRatio:
    """A numerator per 100 of a denominator, without any model."""

    numerator_lower: int  # the range that masked figures leave open; both ends equal where a count is known
    numerator_upper: int
    denominator_lower: int
    denominator_upper: int
    per_100_min: float  # the smallest and the largest rate that masked figures allow
    per_100_max: float
    exact_lower: float
    exact_upper: float


@dataclass(frozen=True, kw_only=True)
class Rate(CountRatio):
    """A numerator per 100 of a denominator."""

    per_100: float  # NaN where a masked figure leaves it open
    lower: float
    upper: float
    above_one: bool  # more of the numerator than of the denominator, whatever masked figures are


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A later rate or yearly count by an earlier one."""

    early_min: float  # rate per 100, or count a year
    early_max: float
    late_min: float
    late_max: float
    ratio_min: float  # late by early; below 1 is a fall
    ratio_max: float
    lower: float
    upper: float
    exact_lower: float  # for a rate with the denominators taken as known
    exact_upper: float
    chance: float  # two-sided p value: how often chance alone would make so large a change
    direction: str  # fell, rose, or empty where masked figures leave it open
    beyond_chance: bool


def count_ratio(top: CountRange, bottom: CountRange, confidence: float) -> CountRatio:
    """Compute the ratio of two counts per 100, with the limits there would be if all events were independent."""
    low, high = ratio_range(top, bottom)
    exact = exact_limits(top, bottom, confidence)
    return CountRatio(
        **whole_ends("numerator", top),
        **whole_ends("denominator", bottom),
        per_100_min=100 * low,
        per_100_max=100 * high,
        exact_lower=100 * exact[0],
        exact_upper=100 * exact[1],
    )


def rate_of(pair: Pair, confidence: float) -> Rate:
    """Compute a rate per 100 with its limits."""
    (above, top), (below, bottom) = ((one.observed, one.expected) for one in pair)
    counted = count_ratio(above, below, confidence)
    lower, upper = contrast_limits(top / bottom, above, below, confidence)
    return Rate(
        **vars(counted),
        per_100=counted.per_100_min if counted.per_100_min == counted.per_100_max else math.nan,
        lower=100 * lower,
        upper=100 * upper,
        above_one=above.lower > below.upper,
    )


def compare_rates(early: Pair, late: Pair, confidence: float) -> Comparison | None:
    """Compare two rates; None if nothing was counted in either, a denominator may be 0, or the limits say nothing."""
    if early[1].observed.lower == 0 or late[1].observed.lower == 0:
        return None
    exposed = early[1].observed, late[1].observed
    return _compare(early[0].observed, late[0].observed, exposed, double_ratio(late, early), confidence, 100)


def compare_counts(early: Total, late: Total, years: tuple[int, int], confidence: float) -> Comparison | None:
    """Compare two counts a year; None if nothing was counted in either, or the limits say nothing."""
    lengths = CountRange(years[0], years[0]), CountRange(years[1], years[1])
    draws = (late.expected / years[1]) / (early.expected / years[0])
    return _compare(early.observed, late.observed, lengths, draws, confidence, 1)


def _compare(
    early: CountRange,
    late: CountRange,
    exposed: tuple[CountRange, CountRange],
    draws: Floats,
    confidence: float,
    scale: float,
) -> Comparison | None:
    if early.upper == late.upper == 0:
        return None
    old, new = ratio_range(early, exposed[0]), ratio_range(late, exposed[1])
    low, high = divided(new[0], old[1]), divided(new[1], old[0])
    lower, upper = contrast_limits(draws, late, early, confidence)
    if says_nothing(lower, upper):
        return None
    exact = exact_limits(late, early, confidence, (exposed[1], exposed[0]))
    direction = "fell" if high < 1 else "rose" if low > 1 else ""
    return Comparison(
        early_min=scale * old[0],
        early_max=scale * old[1],
        late_min=scale * new[0],
        late_max=scale * new[1],
        ratio_min=low,
        ratio_max=high,
        lower=lower,
        upper=upper,
        exact_lower=exact[0],
        exact_upper=exact[1],
        chance=two_sided(draws),
        direction=direction,
        beyond_chance=bool(direction) and not lower <= 1 <= upper,
    )


def contrast_limits(draws: Floats, above: CountRange, below: CountRange, confidence: float) -> tuple[float, float]:
    """Limits of a ratio from its draws: 0 where nothing may have been counted above, infinite where so below."""
    tail = (1 - confidence) / 2
    lower, upper = np.quantile(draws, [tail, 1 - tail])
    return float(lower) if above.lower else 0.0, float(upper) if below.lower else math.inf


@dataclass(frozen=True, kw_only=True)
class Share:
    """How large a part one count is of several counts together, in per cent."""

    count_lower: int
    count_upper: int
    percent: float  # NaN where a masked figure leaves it open
    lower: float
    upper: float
    exact_lower: float  # of independent events: the limits of Clopper and Pearson
    exact_upper: float


def share_of(part: Total, others: Sequence[Total], confidence: float) -> Share:
    """Compute the share of one sum in all with its limits: its odds are the ratio of two sums."""
    rest = Total(total(one.observed for one in others), np.sum([one.expected for one in others], axis=0))
    odds = rate_of((part, rest), confidence)

    def percent(per_100: float) -> float:
        return 100.0 if math.isinf(per_100) else 100 * per_100 / (100 + per_100)

    limits: dict[str, Any] = {
        name: percent(getattr(odds, name)) for name in ("lower", "upper", "exact_lower", "exact_upper")
    }
    return Share(**whole_ends("count", part.observed), percent=percent(odds.per_100), **limits)


def double_ratio(late: Pair, early: Pair) -> Floats:
    """Draws of one rate by another."""
    return (late[0].expected / late[1].expected) / (early[0].expected / early[1].expected)


def two_sided(draws: Floats) -> float:
    """Two-sided p value of a ratio against 1, matching the limits of its draws."""
    below = float((draws < 1).mean())
    return min(1.0, 2 * min(below, 1 - below) + 2 / len(draws))


def says_nothing(lower: float, upper: float) -> bool:
    """Whether limits of a ratio leave nearly everything open: 1 lies well inside, and they are far apart.

    Examples
    --------
    >>> says_nothing(0.01, 1000), says_nothing(0.0, 0.3), says_nothing(0.2, 9.0)
    (True, False, False)
    """
    return lower < 0.05 and upper > 20


def whole_ends(name: str, cell: CountRange) -> dict[str, int]:
    """Return the ends of a count as fields.

    Examples
    --------
    >>> whole_ends("observed", CountRange(0, 4))
    {'observed_lower': 0, 'observed_upper': 4}
    """
    return {f"{name}_lower": int(cell.lower), f"{name}_upper": int(cell.upper)}


def per_year(ratio: float, years: float) -> float:
    """Write a change over some years as per cent a year.

    Examples
    --------
    >>> round(per_year(0.5, 4), 1)
    -15.9
    """
    return 100 * (ratio ** (1 / years) - 1) if math.isfinite(ratio) else math.inf


@dataclass(frozen=True, kw_only=True)
class AtOtherRate:
    """What was counted beside what there would have been at another rate; whole numbers."""

    observed_lower: int
    observed_upper: int
    expected_min: int  # at the other rate as counted, over what masked figures allow
    expected_max: int
    expected_lower: int  # with chance: how few and how many there could have been
    expected_upper: int
    shortfall_lower: int  # expected less observed; below 0 is a surplus
    shortfall_upper: int


def at_other_rate(own: YearlyFit, exposed: CountRange, rate: Pair, confidence: float) -> AtOtherRate:
    """Predict how much would have been counted at the rate of another series.

    That rate is uncertain, and the number would have varied around it as the own counts do. It cannot be below 0, so
    that the shortfall can neither exceed it nor be a larger surplus than what was counted.

    Parameters
    ----------
    own : YearlyFit
        The numerator.
    exposed : CountRange
        The own denominator over the same years.
    rate : pair of Total
        Numerator and denominator of the other.
    confidence : float
        Two-sided level.
    """
    observed = own.counts.sum(own.years)
    generator = np.random.default_rng(own.seed(own.years))
    exposure = generator.uniform(exposed.lower, exposed.upper, len(own.phi))
    mean = exposure * rate[0].expected / rate[1].expected
    drawn = generator.negative_binomial(mean / (own.phi - 1), 1 / own.phi)
    tail = (1 - confidence) / 2
    low, high = (int(limit) for limit in np.quantile(drawn, [tail, 1 - tail], method="inverted_cdf"))
    least, most = ratio_range(rate[0].observed, rate[1].observed)
    return AtOtherRate(
        **whole_ends("observed", observed),
        expected_min=math.floor(exposed.lower * least),
        expected_max=math.ceil(exposed.upper * most),
        expected_lower=low,
        expected_upper=high,
        shortfall_lower=low - int(observed.upper),
        shortfall_upper=high - int(observed.lower),
    )
