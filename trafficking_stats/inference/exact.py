"""Limits and tails of Poisson and conditional binomial distributions, also at counts that are not whole.

Beta and gamma functions continue the discrete tail sums to real counts; a count divided by its
over-dispersion needs that. Arguments are taken as checked. Limits at 0 are right by construction, where the
functions for the purpose in `statsmodels` 0.15 return an interval without width or divide by zero.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats
from scipy.optimize import elementwise

from trafficking_stats.errors import RefusalError

Floats = NDArray[np.float64]

# Stands in for a shape parameter of 0, at which the inverse functions return nan; the result is not used.
_TINY = 1e-300


def garwood(count: Floats, tail: float) -> tuple[Floats, Floats]:
    """Return the means at which a count has the upper and lower tail area `tail`.

    References
    ----------
    Garwood F (1936). Fiducial limits for the Poisson distribution. Biometrika 28:437-442.

    Examples
    --------
    >>> lower, upper = garwood(np.array([0.0, 10.0]), 0.025)
    >>> lower.round(3), upper.round(3)
    (array([0.   , 4.795]), array([ 3.689, 18.39 ]))
    """
    lower = np.where(count > 0, special.gammaincinv(np.maximum(count, _TINY), tail), 0.0)
    return lower, np.asarray(special.gammainccinv(count + 1, tail))


def mid_p_limits(count: Floats, tail: float) -> tuple[Floats, Floats]:
    """Return the means at which a tail plus half the probability of the count itself is `tail`.

    References
    ----------
    Berry G, Armitage P (1995). Mid-P confidence intervals: a brief review. The Statistician 44:417-423.

    Examples
    --------
    >>> lower, upper = mid_p_limits(np.array([0.0, 15.0]), 0.025)
    >>> lower.round(3), upper.round(3)
    (array([0.   , 8.716]), array([ 2.996, 24.185]))
    """

    def at_least(mean: Floats, k: Floats) -> Floats:
        above = special.gammainc(k + 1, mean)
        return np.asarray((np.where(k > 0, special.gammainc(np.maximum(k, _TINY), mean), 1.0) + above) / 2)

    outer = garwood(count, tail)
    below = elementwise.find_root(
        lambda mean, k: at_least(mean, k) - tail, (outer[0], np.maximum(count, 1.0) * 2 + 10), args=(count,)
    )
    above = elementwise.find_root(lambda mean, k: at_least(mean, k) - (1 - tail), (outer[0], outer[1]), args=(count,))
    if not (np.all(above.success) and np.all(below.success | (count == 0))):
        raise RefusalError("the mid-P limits were not found by bisection; use the exact ones")
    return np.where(count > 0, below.x, 0.0), np.asarray(above.x)


def byar(below: Floats, above: Floats, tail: float) -> tuple[Floats, Floats]:
    """Return Byar's cube-root approximation from the counts used below and above.

    References
    ----------
    Breslow NE, Day NE (1987). Statistical Methods in Cancer Research II, section 2.3. IARC.
    """
    z = stats.norm.isf(tail)
    safe = np.maximum(below, 1e-9)
    root = np.maximum(0.0, 1 - 1 / (9 * safe) - z / (3 * np.sqrt(safe)))
    return below * root**3, above * (1 - 1 / (9 * above) + z / (3 * np.sqrt(above))) ** 3


def conditional_tails(k1: float, k2: float, e1: float, e2: float, null: float, method: str) -> tuple[float, float]:
    """Return the probabilities of a first count so small and so large, given the sum of both.

    Parameters
    ----------
    k1, k2 : float
        The two counts, not both 0.
    e1, e2 : float
        Their exposures.
    null : float
        Ratio of the rates if nothing is different.
    method : {"exact", "mid-p", "score"}
        Whole tail, tail less half the observed point, or normal approximation of the conditional binomial.

    Examples
    --------
    >>> conditional_tails(0, 5, 100, 100, 1, "exact")
    (0.03125, 1.0)
    """
    share, rest = null * e1 / (null * e1 + e2), e2 / (null * e1 + e2)
    if method == "score":
        n = k1 + k2
        z = (k1 - n * share) / math.sqrt(n * share * rest)
        return float(stats.norm.cdf(z)), float(stats.norm.sf(z))
    # P(X >= k1) = I_share(k1, k2 + 1) and P(X <= k1) = I_rest(k2, k1 + 1)
    larger = float(special.betainc(k1, k2 + 1, share)) if k1 > 0 else 1.0
    smaller = float(special.betainc(k2, k1 + 1, rest)) if k2 > 0 else 1.0
    if method == "mid-p":
        more = float(special.betainc(k1 + 1, k2, share)) if k2 > 0 else 0.0
        less = float(special.betainc(k2 + 1, k1, rest)) if k1 > 0 else 0.0
        return (smaller + less) / 2, (larger + more) / 2
    return smaller, larger


def conditional_limits(k1: float, k2: float, e1: float, e2: float, tail: float, method: str) -> tuple[float, float]:
    """Return the limits of the ratio of two rates, given the sum of both counts.

    Parameters are those of `conditional_tails`; `tail` is the area left out on each side.

    Examples
    --------
    >>> lower, upper = conditional_limits(5, 0, 100, 100, 0.025, "exact")
    >>> round(lower, 4), upper
    (0.9164, inf)
    """
    if method == "score":
        return _score_limits(k1, k2, e1, e2, float(stats.norm.isf(tail)))
    return (
        _one_limit(k1, k2, tail, method) * (e2 / e1),
        _reciprocal(_one_limit(k2, k1, tail, method)) * (e2 / e1),
    )


def _one_limit(k1: float, k2: float, tail: float, method: str) -> float:
    """Lower limit of the odds k1 : k2; the upper limit is the reciprocal of that of k2 : k1."""
    if k1 == 0:
        return 0.0
    # Either share is computed as the smaller tail, so that neither is lost to rounding near 1.
    share = float(special.betaincinv(k1, k2 + 1, tail))
    rest = float(special.betainccinv(k2 + 1, k1, tail))
    # A small part of an event leaves a limit too close to 0 for a float; 0 is the honest side to err on.
    if share < 1e-300:
        return 0.0
    odds = share / rest
    # The inverse is wrong without a word for some large counts (1000 against 10**9), so it is put to the test.
    reached = special.betainc(k1, k2 + 1, share) if share < 0.5 else special.betaincc(k2 + 1, k1, rest)
    settled = abs(reached / tail - 1) < 1e-6
    if method == "exact" and settled:
        return odds

    def excess(log_odds: float) -> float:
        return conditional_tails(k1, k2, math.exp(log_odds), 1.0, 1.0, method)[1] - tail

    # The mid-P limit lies above the exact one.
    start = math.log(odds) if settled else math.log(k1) - math.log(k2 + 1)
    while excess(start) >= 0:
        start -= 1
    end = start + 1
    while excess(end) <= 0:
        end += 1
    root, report = optimize.brentq(excess, start, end, xtol=1e-13, rtol=1e-13, full_output=True, disp=False)
    if not report.converged:
        raise RefusalError(f"the {method} limits of {k1:g} to {k2:g} were not found")
    return math.exp(root)


def _reciprocal(value: float) -> float:
    return math.inf if value == 0 else 1 / value


def _score_limits(k1: float, k2: float, e1: float, e2: float, z: float) -> tuple[float, float]:
    """Wilson's limits of the conditional share as odds; they equal the score limits of the rate ratio."""
    n, half = k1 + k2, z * z / 2
    spread = z * math.sqrt(k1 * k2 / n + half / 2)
    low1, high1 = max(k1 + half - spread, 0.0), k1 + half + spread
    low2, high2 = max(k2 + half - spread, 0.0), k2 + half + spread
    lower = 0.0 if k1 == 0 else low1 / high2
    upper = math.inf if k2 == 0 else high1 / low2
    return lower * (e2 / e1), upper * (e2 / e1)
