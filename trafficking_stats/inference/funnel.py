"""Funnel limits: how far a unit may lie from what is expected before chance no longer explains it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats
from scipy.optimize import elementwise

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.counts import CountError, check_counts, check_exposures, check_level
from trafficking_stats.inference.rates import Limits

Floats = NDArray[np.float64]

MIN_UNITS = 10
WINSORISED = 0.1


@dataclass(frozen=True)
class FunnelSpread:
    """How much more units differ from what is expected of them than Poisson counts do.

    Parameters
    ----------
    phi : float
        Mean squared z after a tenth of the units at either end was drawn in; 1 for Poisson.
    tau2 : float
        Variance between units that adds to chance, on the scale of the root of observed by expected.
    n : int
        Number of units.
    """

    phi: float
    tau2: float
    n: int


def funnel_spread(observed: ArrayLike, expected: ArrayLike) -> FunnelSpread:
    """Estimate the over-dispersion of a funnel on the square-root scale.

    Rough at its edges: drawing in the outer tenths leaves Poisson counts a phi of about 0.7, so a phi a little above
    1 is hidden, and units with one or two events expected raise it to 1.6 without any over-dispersion.

    Parameters
    ----------
    observed : array_like, shape (n,)
        Events counted in each unit; leave out units with masked counts.
    expected : array_like, shape (n,)
        Events expected, for instance exposure times pooled rate.

    Returns
    -------
    FunnelSpread

    Raises
    ------
    RefusalError
        For fewer than 10 units.

    References
    ----------
    Spiegelhalter DJ (2005). Funnel plots for comparing institutional performance. Statistics in Medicine
    24:1185-1202. Handling over-dispersion of performance indicators. Quality and Safety in Health Care 14:347-351.

    Examples
    --------
    >>> spread = funnel_spread([4, 9, 16, 1, 25, 4, 9, 16, 1, 25], [9, 9, 9, 9, 9, 9, 9, 9, 9, 9])
    >>> print(f"phi {spread.phi:.1f}, tau {spread.tau2 ** 0.5:.2f}")
    phi 8.0, tau 0.47
    """
    o, e = check_counts(observed, "observed"), check_exposures(expected, "expected")
    if o.ndim != 1 or o.shape != e.shape:
        raise CountError(f"observed and expected: expected two series of one length, got {o.size} and {e.size}")
    if o.size < MIN_UNITS:
        raise RefusalError(f"{o.size} units are too few for the over-dispersion of a funnel, at least {MIN_UNITS}")
    z = 2 * (np.sqrt(o) - np.sqrt(e))
    low, high = np.quantile(z, [WINSORISED, 1 - WINSORISED])
    phi, n = float((np.clip(z, low, high) ** 2).mean()), o.size
    # The standard error of the root of observed by expected is 1 / (2 root of expected).
    s1, s2 = float((4 * e).sum()), float(((4 * e) ** 2).sum())
    return FunnelSpread(phi, max(0.0, (n * phi - (n - 1)) / (s1 - s2 / s1)), n)


def funnel_limits(expected: ArrayLike, *, confidence: float = 0.95, tau2: float = 0.0) -> Limits:
    """Limits of the count observed if nothing but chance, and `tau2`, sets a unit apart.

    They are limits for an observation, so they invert the exact interval: a count on the upper limit has the
    expected one as its own lower confidence limit. Divide by `expected` for limits of the ratio.

    Parameters
    ----------
    expected : array_like, any shape
        Events expected.
    confidence : float
        Two-sided level; 0.95 and 0.998 are drawn by custom.
    tau2 : float
        Variance between units from `funnel_spread`; added in quadrature on the square-root scale.

    Returns
    -------
    Limits
        The lower limit is 0 where even no event at all is not surprising.

    References
    ----------
    Spiegelhalter DJ (2005), as for `funnel_spread`.

    Examples
    --------
    An expected 5.57 is the upper confidence limit of a count of 1, and 9.77 is that of 3 or 4:

    >>> lower, upper = funnel_limits([5.571644, 9.77])
    >>> lower.round(2)
    array([1.  , 3.68])
    """
    e = check_exposures(expected, "expected")
    tail = (1 - check_level(confidence)) / 2
    if not math.isfinite(tau2) or tau2 < 0:
        raise CountError(f"tau2: expected a variance from 0 up, got {tau2!r}")
    reachable = e > -math.log(tail)
    safe = np.where(reachable, e, 1 - math.log(tail))
    below = elementwise.find_root(
        lambda k, mean: special.gammaincc(k + 1, mean) - tail, (np.zeros(e.shape), safe), args=(safe,)
    )
    above = elementwise.find_root(
        lambda k, mean: special.gammainc(k, mean) - tail,
        (np.full(e.shape, 1e-12), e + 10 * np.sqrt(e) * stats.norm.isf(tail) + 100),
        args=(e,),
    )
    if not (np.all(below.success) and np.all(above.success)):
        raise RefusalError(f"funnel limits were not found by bisection for {int((~above.success).sum())} units")
    lower, upper = np.where(reachable, below.x, 0.0), np.asarray(above.x)
    if tau2:
        extra = stats.norm.isf(tail) ** 2 * tau2
        lower = e * np.maximum(0.0, 1 - np.sqrt((1 - np.sqrt(lower / e)) ** 2 + extra)) ** 2
        upper = e * (1 + np.sqrt((np.sqrt(upper / e) - 1) ** 2 + extra)) ** 2
    return Limits(float(lower), float(upper)) if e.ndim == 0 else Limits(lower, upper)
