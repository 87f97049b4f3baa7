"""Random effects over independent units.

Two publications of one register are one measurement: never pool them as if independent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats
from statsmodels.stats.meta_analysis import combine_effects

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.counts import CountError, check_exposures, check_level

Floats = NDArray[np.float64]
BetweenMethod = Literal["DL", "PM", "CA"]

MIN_UNITS = 5


@dataclass(frozen=True)
class RandomEffects:
    """A mean over units that differ by more than their errors.

    Parameters
    ----------
    mean, se : float
        Estimate and its standard error.
    lower, upper : float
        Limits of the mean, by Student's t on n - 1 degrees of freedom.
    prediction_lower, prediction_upper : float
        Limits for the true value of a further unit, by Student's t on n - 2 degrees of freedom.
    tau : float
        Standard deviation between units, 0 where the units differ no more than their errors.
    shrunken : ndarray, shape (n,)
        Each estimate drawn to the mean by its reliability.
    shrunken_reach : ndarray, shape (n,)
        Half the width of the limits of each of them, the uncertainty of the mean included.
    """

    mean: float
    se: float
    lower: float
    upper: float
    prediction_lower: float
    prediction_upper: float
    tau: float
    shrunken: Floats
    shrunken_reach: Floats


def random_effects(
    estimates: ArrayLike,
    variances: ArrayLike,
    *,
    method: BetweenMethod = "PM",
    confidence: float = 0.95,
) -> RandomEffects:
    """Pool estimates of independent units, such as log ratios of countries.

    Parameters
    ----------
    estimates : array_like, shape (n,)
        One a unit.
    variances : array_like, shape (n,)
        Squared standard errors, taken as known.
    method : {"PM", "DL", "CA"}
        Variance between units by Paule and Mandel, DerSimonian and Laird, or Cochran's analysis of variance; cut off
        at 0 by each.
    confidence : float
        Two-sided level.

    Returns
    -------
    RandomEffects

    Raises
    ------
    RefusalError
        For fewer than 5 units.

    References
    ----------
    DerSimonian R, Laird N (1986). Meta-analysis in clinical trials. Controlled Clinical Trials 7:177-188.
    Paule RC, Mandel J (1982). Consensus values and weighting factors. Journal of Research of the National Bureau
    of Standards 87:377-385.
    Higgins JPT, Thompson SG, Spiegelhalter DJ (2009). A re-evaluation of random-effects meta-analysis. Journal of
    the Royal Statistical Society A 172:137-159 (prediction limits).

    Examples
    --------
    >>> y = [61.0, 61.4, 62.21, 62.3, 62.34, 62.6, 62.7, 62.84, 65.9]
    >>> v = [0.2025, 1.21, 0.09, 0.2025, 0.3844, 0.5625, 0.0676, 0.0225, 1.8225]
    >>> pooled = random_effects(y, v)
    >>> print(f"{pooled.mean:.3f}, tau {pooled.tau:.3f}")
    62.408, tau 0.840
    """
    y, v = np.asarray(estimates, dtype=float), check_exposures(variances, "variances")
    if y.ndim != 1 or y.shape != v.shape or not np.isfinite(y).all():
        raise CountError(f"estimates: expected finite numbers, one a variance; got {y.size} and {v.size}")
    if y.size < MIN_UNITS:
        raise RefusalError(f"{y.size} units are too few for random effects, at least {MIN_UNITS} are needed")
    if method not in get_args(BetweenMethod):
        raise CountError(f"method: unknown {method!r}; one of {', '.join(get_args(BetweenMethod))}")
    n = y.size
    fixed = 1 / v
    q = float((fixed * (y - fixed @ y / fixed.sum()) ** 2).sum())
    tau2 = max(0.0, _between(y, v, method, q))
    weight = 1 / (v + tau2)
    mean, se = float(weight @ y / weight.sum()), float(weight.sum() ** -0.5)
    tail = (1 - check_level(confidence)) / 2
    own = tau2 / (v + tau2)
    half = float(stats.t.isf(tail, n - 1)) * se
    wide = float(stats.t.isf(tail, n - 2)) * math.sqrt(tau2 + se**2)
    return RandomEffects(
        mean=mean,
        se=se,
        lower=mean - half,
        upper=mean + half,
        prediction_lower=mean - wide,
        prediction_upper=mean + wide,
        tau=math.sqrt(tau2),
        shrunken=y * own + mean * (1 - own),
        shrunken_reach=float(stats.norm.isf(tail)) * np.sqrt(v * own + ((1 - own) * se) ** 2),
    )


def _between(y: Floats, v: Floats, method: str, q: float) -> float:
    """Variance between units; below 0 where the method would have it so."""
    n = y.size
    if method == "CA":
        return float(y.var(ddof=1) - v.mean())
    # Both remaining estimates are 0 or less when the units vary less than their errors say.
    if q <= n - 1:
        return 0.0
    if method == "DL":
        return float(combine_effects(y, v, method_re="chi2").tau2)

    def excess(tau2: float) -> float:
        weight = 1 / (v + tau2)
        return float((weight * (y - weight @ y / weight.sum()) ** 2).sum()) - (n - 1)

    # the spread of the estimates bounds every estimate of the variance between units
    return float(optimize.brentq(excess, 0.0, float(np.ptp(y) ** 2) * n + 1e-300, xtol=1e-14, rtol=1e-13))


@dataclass(frozen=True, kw_only=True)
class PooledRate:
    """The rates of several units together."""

    per_100: float  # of the middle unit
    lower: float  # limits of the middle
    upper: float
    another_lower: float  # limits of the rate of a further unit
    another_upper: float
    spread: float  # rates of two in three units lie within the middle divided, and multiplied, by this


@dataclass(frozen=True, kw_only=True)
class ShrunkRate:
    """The rate of one unit, drawn to that of all by its uncertainty; NaN where the units are too few."""

    shrunk: float = math.nan
    shrunk_lower: float = math.nan
    shrunk_upper: float = math.nan


def pool_rates(rates: Sequence[Floats], confidence: float) -> tuple[PooledRate, list[ShrunkRate]]:
    """Pool rates by random effects on their logarithms.

    Parameters
    ----------
    rates : sequence of ndarray
        Draws of the rate of each unit.
    confidence : float
        Two-sided level.

    Raises
    ------
    RefusalError
        For fewer than 5 units.
    """
    low, middle, high = np.quantile(np.log(np.asarray(rates)), [0.025, 0.5, 0.975], axis=1)
    found = random_effects(middle, ((high - low) / 3.92) ** 2, confidence=confidence)
    pooled = PooledRate(
        per_100=math.exp(found.mean),
        lower=math.exp(found.lower),
        upper=math.exp(found.upper),
        another_lower=math.exp(found.prediction_lower),
        another_upper=math.exp(found.prediction_upper),
        spread=math.exp(found.tau),
    )
    drawn = zip(found.shrunken.tolist(), found.shrunken_reach.tolist(), strict=True)
    return pooled, [
        ShrunkRate(shrunk=math.exp(m), shrunk_lower=math.exp(m - r), shrunk_upper=math.exp(m + r)) for m, r in drawn
    ]
