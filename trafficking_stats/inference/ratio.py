"""Exact limits of one count and of the ratio of two, also of masked ones, as if every event were independent.

Convictions of a year are not of that year's victims, so a conviction ratio is a ratio of two counts and never a
proportion: it may exceed 1 and gets no binomial interval. Limits at 0 are right by construction, where the functions
for the purpose in `statsmodels` 0.15 return an interval without width or divide by zero.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.counts import CountRange, check_counts, check_exposures, check_level

# Stands in for a shape parameter of 0, at which the inverse functions return nan; the result is not used.
_TINY = 1e-300


def poisson_limits(count: ArrayLike, exposure: float = 1.0, *, confidence: float = 0.95) -> NDArray[np.float64]:
    """Exact limits of a rate, given a count and its exposure.

    Parameters
    ----------
    count : array_like, any shape
        Events counted.
    exposure : float
        Years, persons or victims at risk; 1 gives limits of the expected count itself.
    confidence : float
        Two-sided level.

    Returns
    -------
    ndarray, shape (..., 2)

    References
    ----------
    Garwood F (1936). Fiducial limits for the Poisson distribution. Biometrika 28:437-442.

    Examples
    --------
    >>> poisson_limits([0, 10]).round(2)
    array([[ 0.  ,  3.69],
           [ 4.8 , 18.39]])
    """
    events, tail = check_counts(count, "count"), (1 - check_level(confidence)) / 2
    lower = np.where(events > 0, special.gammaincinv(np.maximum(events, _TINY), tail), 0.0)
    upper = special.gammainccinv(events + 1, tail)
    return np.asarray(np.stack([lower, upper], axis=-1) / check_exposures(exposure))


@dataclass(frozen=True)
class RatioResult:
    """The ratio of two counts or rates with its exact limits.

    Parameters
    ----------
    ratio : float
        (count1 / exposure1) / (count2 / exposure2); infinite if count2 is 0.
    lower, upper : float
        Limits; `upper` may be infinite.
    p_value : float
        Two-sided p against 1: twice the smaller tail, matching the limits.
    """

    ratio: float
    lower: float
    upper: float
    p_value: float


def ratio(
    count1: float, count2: float, exposure1: float = 1.0, exposure2: float = 1.0, *, confidence: float = 0.95
) -> RatioResult:
    """Ratio of two independent counts, or of two rates if exposures are given.

    Given their sum the first count is binomial, which gives limits by beta quantiles without any approximation. The
    numerator need not be a part of the denominator.

    Parameters
    ----------
    count1, count2 : int
        Numerator and denominator, for instance convictions and victims.
    exposure1, exposure2 : float
        Years, persons or victims at risk behind each count.
    confidence : float
        Two-sided level.

    Returns
    -------
    RatioResult

    Raises
    ------
    RefusalError
        If both counts are 0: they say nothing on the ratio.
    CountError
        For anything but whole counts from 0 up and positive exposures.

    References
    ----------
    Przyborowski J, Wilenski H (1940). Homogeneity of results in testing samples from Poisson series.
    Biometrika 31:313-323.
    Fay MP (2010). Two-sided exact tests and matching confidence intervals for discrete data. R Journal
    2:53-58.

    Examples
    --------
    >>> found = ratio(2, 9, 17877, 16660)
    >>> print(f"{found.ratio:.4f} ({found.lower:.5f} to {found.upper:.4f})")
    0.2071 (0.02177 to 1.0005)
    """
    k1, k2 = float(check_counts(count1, "count1")), float(check_counts(count2, "count2"))
    e1, e2 = float(check_exposures(exposure1, "exposure1")), float(check_exposures(exposure2, "exposure2"))
    if k1 == 0 and k2 == 0:
        raise RefusalError("both counts are 0: their ratio could be anything; give each rate's upper limit")
    lower, upper = conditional_limits(k1, k2, e1, e2, check_level(confidence))
    tails = upper_tail(k1, k2, e1 / (e1 + e2)), upper_tail(k2, k1, e2 / (e1 + e2))
    return RatioResult(math.inf if k2 == 0 else (k1 / e1) / (k2 / e2), lower, upper, min(1.0, 2 * min(tails)))


def upper_tail(k1: float, k2: float, share: float) -> float:
    """Return the probability of a first count so large, given the sum of both and its share of it.

    Examples
    --------
    >>> upper_tail(5, 0, 0.5)
    0.03125
    """
    return float(special.betainc(k1, k2 + 1, share)) if k1 > 0 else 1.0


def conditional_limits(k1: float, k2: float, e1: float, e2: float, confidence: float) -> tuple[float, float]:
    """Return the limits of the ratio of two rates, given the sum of both counts.

    Examples
    --------
    >>> lower, upper = conditional_limits(5, 0, 100, 100, 0.95)
    >>> round(lower, 4), upper
    (0.9164, inf)
    """
    tail = (1 - confidence) / 2
    other = _odds_limit(k2, k1, tail)
    return _odds_limit(k1, k2, tail) * (e2 / e1), (1 / other if other else math.inf) * (e2 / e1)


def _odds_limit(k1: float, k2: float, tail: float) -> float:
    """Lower limit of the odds k1 : k2; the upper limit is the reciprocal of that of k2 : k1."""
    if k1 == 0:
        return 0.0
    # Either share is computed as the smaller tail, so that neither is lost to rounding near 1.
    share, rest = float(special.betaincinv(k1, k2 + 1, tail)), float(special.betainccinv(k2 + 1, k1, tail))
    if share < _TINY:
        return 0.0
    odds = share / rest
    # The inverse is wrong without a word for some large counts (1000 against 10**9), so it is put to the test.
    reached = special.betainc(k1, k2 + 1, share) if share < 0.5 else special.betaincc(k2 + 1, k1, rest)
    if abs(reached / tail - 1) < 1e-6:
        return odds

    def excess(log_odds: float) -> float:
        return upper_tail(k1, k2, 1 / (1 + math.exp(-log_odds))) - tail

    start = math.log(k1) - math.log(k2 + 1)
    while excess(start) >= 0:
        start -= 1
    end = start + 1
    while excess(end) <= 0:
        end += 1
    return math.exp(optimize.brentq(excess, start, end, xtol=1e-13, rtol=1e-13))


def exact_limits(
    top: CountRange,
    bottom: CountRange,
    confidence: float,
    exposed: tuple[CountRange, CountRange] = (CountRange(1, 1), CountRange(1, 1)),
) -> tuple[float, float]:
    """Conditional limits of the ratio of independent events, widest over what masked figures allow.

    Parameters
    ----------
    top, bottom : CountRange
        The two counts.
    confidence : float
        Two-sided level.
    exposed : pair of CountRange
        What is behind each count, taken as known where it is not masked.
    """
    above, below = exposed
    least = conditional_limits(top.lower, bottom.upper, above.upper, below.lower, confidence) if top.lower else (0.0,)
    if not bottom.lower:
        return least[0], math.inf
    return least[0], conditional_limits(top.upper, bottom.lower, above.lower, below.upper, confidence)[1]


def ratio_range(top: CountRange, bottom: CountRange) -> tuple[float, float]:
    """Return the smallest and the largest ratio that masked figures allow.

    Examples
    --------
    >>> ratio_range(CountRange(0, 4), CountRange(80, 100))
    (0.0, 0.05)
    """
    return divided(top.lower, bottom.upper), divided(top.upper, bottom.lower)


def divided(above: float, below: float) -> float:
    """Divide; by 0 infinite, and 0 by 0 nan.

    Examples
    --------
    >>> divided(1, 4), divided(1, 0), divided(0, 0)
    (0.25, inf, nan)
    """
    if below:
        return above / below
    return math.inf if above else math.nan
