"""Partial pooling of small counts over countries: Gamma-Poisson, empirical Bayes and by quadrature."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special, stats

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.counts import CountError, check_counts, check_exposures, check_level
from trafficking_stats.inference.rates import poisson_interval

Floats = NDArray[np.float64]

MIN_UNITS = 5
MIN_EVENTS_PER_UNIT = 0.1
# Trapezoids over a smooth peak that vanishes at the ends converge fast: 61 a side agree with 161 to 8 digits.
GRID = 61
NEGLIGIBLE = 1e-9


@dataclass(frozen=True)
class PooledRates:
    """Rates of several units, each drawn towards their common distribution.

    Parameters
    ----------
    rates, lower, upper : ndarray, shape (n,)
        Posterior mean of each rate and its limits.
    raw : ndarray, shape (n,)
        Count by exposure.
    alpha, beta : float
        Shape and rate of the gamma distribution of rates: estimates, or posterior means. Infinite if the units
        differ no more than chance makes them.
    mean : float
        Mean of that distribution; for "bayes" the median of its posterior, whose own mean need not exist.
    new_lower, new_upper : float
        Limits of the rate of a further unit, not of the mean.
    method : str
        "empirical" or "bayes".
    homogeneous : bool
        Whether the units are no more different than Poisson, so that one rate serves all.
    """

    rates: Floats
    lower: Floats
    upper: Floats
    raw: Floats
    alpha: float
    beta: float
    mean: float
    new_lower: float
    new_upper: float
    method: str
    homogeneous: bool


def gamma_poisson(
    counts: ArrayLike,
    exposures: ArrayLike,
    *,
    method: Literal["empirical", "bayes"] = "empirical",
    confidence: float = 0.95,
    unit: float = 1.0,
) -> PooledRates:
    """Pool the rates of several units partially.

    Rates are gamma distributed over the units, counts Poisson given the rate; counts with batches are more
    dispersed than that, and part of their noise then passes for differences between units.

    Parameters
    ----------
    counts, exposures : array_like, shape (n,)
        Events and what is at risk, one a unit.
    method : {"empirical", "bayes"}
        "empirical" maximises the marginal likelihood and takes the result as known, so its limits are too narrow
        with few units; "bayes" integrates over it on a grid, with the priors alpha ~ Exp(1) and
        beta ~ Gamma(0.1, 1), which expect units to differ a lot and so pool little where they do not.
    confidence : float
        Two-sided level.
    unit : float
        Exposure in terms of which the prior of beta is meant, for instance 100 victims: one in which an event or
        so is expected. It matters for "bayes" alone, and rates are per single exposure whatever it is.

    Returns
    -------
    PooledRates

    Raises
    ------
    RefusalError
        For fewer than 5 units, no event at all, a search that did not converge, or a `unit` in which events are
        so rare that the prior of beta would outweigh the data.

    References
    ----------
    Clayton D, Kaldor J (1987). Empirical Bayes estimates of age-standardized relative risks. Biometrics 43:671-681.
    George EI, Makov UE, Smith AFM (1993). Conjugate likelihood distributions. Scandinavian Journal of Statistics
    20:147-156.

    Examples
    --------
    >>> pumps = [5, 1, 5, 14, 3, 19, 1, 1, 4, 22]
    >>> hours = [94.3, 15.7, 62.9, 126, 5.24, 31.4, 1.05, 1.05, 2.1, 10.5]
    >>> pooled = gamma_poisson(pumps, hours)
    >>> round(pooled.alpha, 4), round(pooled.beta, 4), round(float(pooled.rates[8]), 3)
    (0.823, 1.2617, 1.435)
    """
    events, at_risk = check_counts(counts), check_exposures(exposures, "exposures")
    if events.ndim != 1 or events.shape != at_risk.shape:
        raise CountError(
            f"counts and exposures: expected two series of one length, got {events.shape}, {at_risk.shape}"
        )
    if events.size < MIN_UNITS:
        raise RefusalError(f"{events.size} units are too few to pool partially, at least {MIN_UNITS} are needed")
    if not events.any():
        raise RefusalError(f"all {events.size} counts are 0: there is no distribution of rates to learn")
    tail = (1 - check_level(confidence)) / 2
    scale = float(check_exposures(unit, "unit"))
    if method == "empirical":
        return _empirical(events, at_risk, tail, confidence)
    if method == "bayes":
        per_unit = float(events.sum() / at_risk.sum()) * scale
        if per_unit < MIN_EVENTS_PER_UNIT:
            raise RefusalError(
                f"{per_unit:.2g} events per unit of {scale:g}, at least {MIN_EVENTS_PER_UNIT} are needed: the prior "
                f"would outweigh the data; pass unit={scale / per_unit:.1g} or so"
            )
        return _bayes(events, at_risk / scale, tail, scale)
    raise CountError(f"method: unknown {method!r}; one of empirical, bayes")


def _log_likelihood(alpha: Floats, beta: Floats, events: Floats, at_risk: Floats) -> Floats:
    """Negative binomial log likelihood for every pair of `alpha` and `beta`, constants dropped."""
    a, b = alpha[..., None], beta[..., None]
    terms = special.gammaln(a + events) - special.gammaln(a)
    terms -= a * np.log1p(at_risk / b) + events * np.log(b + at_risk)
    return np.asarray(terms.sum(axis=-1))


def _empirical(events: Floats, at_risk: Floats, tail: float, confidence: float) -> PooledRates:
    raw = events / at_risk
    common = float(events.sum() / at_risk.sum())
    expected = common * at_risk
    # The slope of the likelihood at a variance of 0 between units: not above 0 means that no variance is likelier.
    if ((events - expected) ** 2 - events).sum() <= 0:
        return _homogeneous(events, at_risk, confidence)
    size = float(at_risk.mean())
    t = at_risk / size

    def objective(point: Floats) -> tuple[float, Floats]:
        a, b = np.exp(point)
        value = -float(_log_likelihood(np.array([a]), np.array([b]), events, t)[0])
        by_a = (special.digamma(a + events) - special.digamma(a) - np.log1p(t / b)).sum()
        by_b = (a / b - (a + events) / (b + t)).sum()
        return value, -np.array([a * by_a, b * by_b])

    variance = max(float(((events - expected) ** 2 - events).sum() / (expected**2).sum()), 1e-3)
    start = np.log([1 / variance, 1 / (variance * common * size)])
    found = optimize.minimize(objective, start, jac=True, method="BFGS", options={"gtol": 1e-9, "maxiter": 500})
    slope = np.abs(objective(found.x)[1]).max()
    if not np.isfinite(slope) or slope > 1e-5 * max(1.0, float(events.sum())):
        raise RefusalError(f"the marginal likelihood of {events.size} units was not maximised: slope {slope:.1g} left")
    alpha, beta = (float(value) for value in np.exp(found.x))
    if alpha > 1e7:
        return _homogeneous(events, at_risk, confidence)
    beta *= size
    shape, rate = alpha + events, beta + at_risk
    return PooledRates(
        rates=shape / rate,
        lower=special.gammaincinv(shape, tail) / rate,
        upper=special.gammainccinv(shape, tail) / rate,
        raw=raw,
        alpha=alpha,
        beta=beta,
        mean=alpha / beta,
        new_lower=float(special.gammaincinv(alpha, tail)) / beta,
        new_upper=float(special.gammainccinv(alpha, tail)) / beta,
        method="empirical",
        homogeneous=False,
    )


def _homogeneous(events: Floats, at_risk: Floats, confidence: float) -> PooledRates:
    limits = poisson_interval(float(events.sum()), float(at_risk.sum()), confidence=confidence)
    lower, upper = float(limits.lower), float(limits.upper)
    common = float(events.sum() / at_risk.sum())
    return PooledRates(
        rates=np.full(events.size, common),
        lower=np.full(events.size, lower),
        upper=np.full(events.size, upper),
        raw=events / at_risk,
        alpha=math.inf,
        beta=math.inf,
        mean=common,
        new_lower=lower,
        new_upper=upper,
        method="empirical",
        homogeneous=True,
    )


def _posterior_grid(events: Floats, at_risk: Floats) -> tuple[Floats, Floats, Floats]:
    """Return alpha, beta and posterior weight at the points of a grid on the log scale."""
    box = [(-12.0, 5.0), (-28.0, 5.0)]
    for n in (4 * GRID, GRID, GRID):
        axes = [np.linspace(low, high, n) for low, high in box]
        log_a, log_b = np.meshgrid(*axes, indexing="ij")
        alpha, beta = np.exp(log_a), np.exp(log_b)
        log_prior = stats.expon.logpdf(alpha) + stats.gamma.logpdf(beta, 0.1)
        # the densities are of alpha and beta, the grid is even in their logarithms
        log_weight = _log_likelihood(alpha, beta, events, at_risk) + log_prior + log_a + log_b
        weight = np.exp(log_weight - log_weight.max())
        box = []
        for axis, values in enumerate(axes):
            seen = np.flatnonzero(weight.max(axis=1 - axis) > NEGLIGIBLE)
            low, high = max(seen[0] - 1, 0), min(seen[-1] + 1, n - 1)
            box.append((float(values[low]), float(values[high])))
    keep = weight > NEGLIGIBLE
    return alpha[keep], beta[keep], weight[keep] / weight[keep].sum()


def _bayes(events: Floats, at_risk: Floats, tail: float, scale: float) -> PooledRates:
    alpha, beta, weight = _posterior_grid(events, at_risk)
    shape, rate = alpha + events[:, None], beta + at_risk[:, None]
    lower, upper = (_mixture_quantile(shape, rate, weight, p) for p in (tail, 1 - tail))
    new = [float(_mixture_quantile(alpha[None], beta[None], weight, p)[0]) for p in (tail, 1 - tail)]
    return PooledRates(
        rates=(shape / rate) @ weight / scale,
        lower=lower / scale,
        upper=upper / scale,
        raw=events / (at_risk * scale),
        alpha=float(alpha @ weight),
        beta=float(beta @ weight) * scale,
        mean=_weighted_median(alpha / beta, weight) / scale,
        new_lower=new[0] / scale,
        new_upper=new[1] / scale,
        method="bayes",
        homogeneous=False,
    )


def _mixture_quantile(shape: Floats, rate: Floats, weight: Floats, p: float) -> Floats:
    """Quantile of gamma mixtures, one a row, by bisection on the logarithm to 1e-6."""
    low, high = np.full(shape.shape[0], -60.0), np.log((shape / rate).max(axis=1)) + 10
    for _ in range(40):
        middle = (low + high) / 2
        below = special.gammainc(shape, rate * np.exp(middle)[:, None]) @ weight < p
        low, high = np.where(below, middle, low), np.where(below, high, middle)
        if (high - low).max() < 1e-6:
            break
    return np.exp((low + high) / 2)


def _weighted_median(values: Floats, weight: Floats) -> float:
    order = np.argsort(values, kind="stable")
    return float(np.interp(0.5, np.cumsum(weight[order]) - weight[order] / 2, values[order]))
