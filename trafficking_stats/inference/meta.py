"""Random effects over independent units.

Two publications of one register are one measurement: never pool them as if independent.
"""

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
NODES, WIDEST = 200, 8.0
"""Spreads that are averaged over, and the widest of them by what the estimates and their errors show."""


@dataclass(frozen=True)
class RandomEffects:
    """A mean over units that differ by more than their errors.

    Parameters
    ----------
    mean, se : float
        Estimate and its standard error.
    lower, upper : float
        Limits of the mean, by Student's t on n - 1 degrees of freedom.
    tau : float
        Standard deviation between units, 0 where the units differ no more than their errors.
    """

    mean: float
    se: float
    lower: float
    upper: float
    tau: float


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
    half = float(stats.t.isf(tail, n - 1)) * se
    return RandomEffects(mean=mean, se=se, lower=mean - half, upper=mean + half, tau=math.sqrt(tau2))


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
    another_lower: float  # limits of the rate of a further unit; NaN where they say nothing
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

    The spread between units is known badly from a few of them. The limits of a further unit and of each single one
    average over what it can be, flat beforehand; those of the middle are by Student's t.

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

    References
    ----------
    Gelman A (2006). Prior distributions for variance parameters in hierarchical models. Bayesian Analysis 1:515-534.
    """
    low, middle, high = np.quantile(np.log(np.asarray(rates)), [0.025, 0.5, 0.975], axis=1)
    variances = ((high - low) / 3.92) ** 2
    found = random_effects(middle, variances, confidence=confidence)
    tau, share, mean, error = _spreads(middle, variances)
    another = _mixture(mean, np.sqrt(tau**2 + error), share, confidence)
    shrunk = []
    for own, variance in zip(middle, variances, strict=True):
        pull = variance / (variance + tau**2)
        deviation = np.sqrt(variance * (1 - pull) + pull**2 * error)
        ends = _mixture(own + pull * (mean - own), deviation, share, confidence)
        shrunk.append(ShrunkRate(shrunk_lower=ends[0], shrunk=ends[1], shrunk_upper=ends[2]))
    pooled = PooledRate(
        per_100=math.exp(found.mean),
        lower=math.exp(found.lower),
        upper=math.exp(found.upper),
        another_lower=another[0],
        another_upper=another[2],
        spread=math.exp(found.tau),
    )
    return pooled, shrunk


def _spreads(y: Floats, v: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return standard deviations between units, how likely each is, and the mean with its squared error at each."""
    root = (np.arange(NODES) + 0.5) / NODES  # closer to each other near 0
    tau = WIDEST * (y.std() + math.sqrt(v.mean())) * root**2
    weight = 1 / (v + tau[:, None] ** 2)
    error = 1 / weight.sum(axis=1)
    mean = (weight * y).sum(axis=1) * error
    log_likelihood = (np.log(weight).sum(axis=1) + np.log(error) - (weight * (y - mean[:, None]) ** 2).sum(axis=1)) / 2
    share = np.exp(log_likelihood - log_likelihood.max()) * root
    return tau, share / share.sum(), mean, error


def _mixture(means: Floats, deviations: Floats, share: Floats, confidence: float) -> list[float]:
    """Return lower limit, median and upper limit of a mixture of normal distributions, no longer as logarithms."""
    standard = stats.norm.ppf((np.arange(NODES) + 0.5) / NODES)
    values = (means[:, None] + deviations[:, None] * standard).ravel()
    order, tail = np.argsort(values), (1 - confidence) / 2
    below = np.cumsum(np.repeat(share / NODES, NODES)[order])
    return [math.exp(one) for one in np.interp([tail, 0.5, 1 - tail], below, values[order])]
