"""Trend of a short series of counts: quasi-Poisson, negative binomial, and over masked cells."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import statsmodels.api as sm
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.count_models import PoissonFit, poisson_fit
from trafficking_stats.inference.counts import (
    CountLike,
    as_count_range,
    check_level,
    check_series,
)
from trafficking_stats.inference.masked import Verdict

MIN_POINTS = 5
MIN_POINTS_TO_TEST = 8
MIN_EVENTS = 8
MIN_POINTS_NEGATIVE_BINOMIAL = 20


@dataclass(frozen=True)
class Effect:
    """A multiplicative effect with its limits.

    Parameters
    ----------
    ratio : float
        Factor by which the expected count changes; 0.9 is a fall by 10 %.
    lower, upper : float
        Limits by Student's t on the residual degrees of freedom.
    p_value : float
        Two-sided, matching the limits.
    """

    ratio: float
    lower: float
    upper: float
    p_value: float

    @property
    def percent(self) -> float:
        """The change in per cent."""
        return 100 * (self.ratio - 1)

    @property
    def percent_limits(self) -> tuple[float, float]:
        """The limits of the change in per cent."""
        return (100 * (self.lower - 1), 100 * (self.upper - 1))


@dataclass(frozen=True)
class Trend:
    """A log-linear trend.

    Parameters
    ----------
    per_unit : Effect
        Change from one unit of time to the next.
    phi : float
        Residual dispersion as estimated; the limits use it or 1, whichever is larger.
    n, events, df : int
        Number of counts, their sum, residual degrees of freedom.
    describe_only : bool
        Whether fewer than 8 points were given: a slope to describe, not to test.
    times, fitted, band_lower, band_upper : ndarray, shape (n,)
        The fitted line and the limits of the expected count.
    method : str
        "quasi-Poisson" or "negative binomial".
    confidence : float
        Level of all limits.
    """

    per_unit: Effect
    phi: float
    n: int
    events: float
    df: int
    describe_only: bool
    times: NDArray[np.float64]
    fitted: NDArray[np.float64]
    band_lower: NDArray[np.float64]
    band_upper: NDArray[np.float64]
    method: str
    confidence: float

    def __str__(self) -> str:
        low, high = self.per_unit.percent_limits
        test = "too few points to test" if self.describe_only else f"p {self.per_unit.p_value:.2g}"
        return (
            f"{self.per_unit.percent:+.1f} % a unit of time ({100 * self.confidence:g} % {low:+.1f} to {high:+.1f}; "
            f"{self.method}, phi {self.phi:.1f}, {self.n} points; {test})"
        )


def effect_of(fit: PoissonFit, name: str, *, confidence: float = 0.95) -> Effect:
    """Return the effect of one column of a fit, widened by its dispersion (never narrowed).

    Parameters
    ----------
    fit : PoissonFit
        With at least one residual degree of freedom.
    name : str
        The column.
    confidence : float
        Two-sided level.

    Examples
    --------
    >>> fit = poisson_fit([4, 6, 8, 14], [[1, 0], [1, 1], [1, 2], [1, 3]], ["constant", "year"])
    >>> round(effect_of(fit, "year").ratio, 3)
    1.521
    """
    position = fit.index(name)
    error = fit.standard_errors(max(1.0, fit.dispersion))[position]
    return student_effect(float(fit.coefficients[position]), float(error), fit.df, confidence)


def student_effect(estimate: float, error: float, df: float, confidence: float) -> Effect:
    """Turn an estimate on the log scale and its standard error into a ratio with Student limits."""
    t = float(stats.t.isf((1 - check_level(confidence)) / 2, df))
    with np.errstate(over="ignore"):
        ratio, lower, upper = (float(np.exp(estimate + side * t * error)) for side in (0, -1, 1))
    return Effect(ratio, lower, upper, float(2 * stats.t.sf(abs(estimate) / error, df)))


def _refuse_short(events: NDArray[np.float64], minimum: int, what: str) -> None:
    if events.size < minimum:
        raise RefusalError(f"{events.size} points are too few for {what}, at least {minimum} are needed")
    if events.sum() < MIN_EVENTS:
        raise RefusalError(f"{events.sum():.0f} events in all are too few for {what}, at least {MIN_EVENTS} are needed")


def poisson_trend(
    counts: ArrayLike,
    times: ArrayLike | None = None,
    exposures: ArrayLike | None = None,
    *,
    confidence: float = 0.95,
) -> Trend:
    """Log-linear trend of a series of counts by quasi-Poisson regression.

    Parameters
    ----------
    counts : array_like, shape (n,)
        Counts of successive periods.
    times : array_like, shape (n,), optional
        When, rising; default 0, 1, 2...
    exposures : array_like, shape (n,), optional
        What is at risk in each period; the trend is then that of the rate.
    confidence : float
        Two-sided level.

    Returns
    -------
    Trend

    Raises
    ------
    RefusalError
        For fewer than 5 points, fewer than 8 events in all, or data without a finite answer.

    References
    ----------
    Wedderburn RWM (1974). Quasi-likelihood functions, generalized linear models, and the Gauss-Newton method.
    Biometrika 61:439-447.

    Examples
    --------
    >>> print(poisson_trend([10, 4, 14, 8, 1, 0, 0, 0]))
    -34.4 % a unit of time (95 % -58.5 to +3.5; quasi-Poisson, phi 4.1, 8 points; p 0.064)
    """
    events, when, at_risk = check_series(counts, times, exposures)
    _refuse_short(events, MIN_POINTS, "a trend")
    middle = when.mean()
    design = np.column_stack([np.ones(events.size), when - middle])
    fit = poisson_fit(events, design, ["level", "trend"], at_risk)
    phi = max(1.0, fit.dispersion)
    spread = stats.t.isf((1 - check_level(confidence)) / 2, fit.df) * np.sqrt(
        np.einsum("ij,jk,ik->i", design, fit.covariance, design) * phi
    )
    with np.errstate(over="ignore"):
        band = fit.fitted * np.exp(-spread), fit.fitted * np.exp(spread)
    return Trend(
        per_unit=effect_of(fit, "trend", confidence=confidence),
        phi=fit.dispersion,
        n=events.size,
        events=float(events.sum()),
        df=fit.df,
        describe_only=events.size < MIN_POINTS_TO_TEST,
        times=when,
        fitted=fit.fitted,
        band_lower=band[0],
        band_upper=band[1],
        method="quasi-Poisson",
        confidence=confidence,
    )


def _negative_binomial(
    events: NDArray[np.float64], design: NDArray[np.float64], at_risk: NDArray[np.float64], alpha: float
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Return log likelihood, coefficients and fitted counts of the regression with a given dispersion."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        family = sm.families.NegativeBinomial(alpha=alpha)
        result = sm.GLM(events, design, family=family, offset=np.log(at_risk)).fit(maxiter=200, tol=1e-12)
    fitted = np.asarray(result.mu, dtype=float)
    likelihood = stats.nbinom.logpmf(events, 1 / alpha, 1 / (1 + alpha * fitted)).sum()
    value = float(likelihood) if np.isfinite(likelihood) else -np.inf
    return value, np.asarray(result.params, dtype=float), fitted


def negative_binomial_trend(
    counts: ArrayLike,
    times: ArrayLike | None = None,
    exposures: ArrayLike | None = None,
    *,
    confidence: float = 0.95,
) -> Trend:
    """Log-linear trend by negative binomial regression with an estimated dispersion, for 20 points or more.

    Parameters
    ----------
    counts, times, exposures, confidence
        As for `poisson_trend`.

    Returns
    -------
    Trend
        `phi` is variance by mean at the mean count.

    Raises
    ------
    RefusalError
        For fewer than 20 points, data no more dispersed than Poisson, or a fit that did not converge.

    References
    ----------
    Lawless JF (1987). Negative binomial and mixed Poisson regression. Canadian Journal of Statistics
    15:209-225.

    Examples
    --------
    >>> counts = [9, 14, 31, 6, 22, 11, 25, 8, 17, 40, 12, 19, 5, 28, 16, 33, 10, 21, 13, 37]
    >>> print(negative_binomial_trend(counts))
    +2.3 % a unit of time (95 % -2.1 to +6.8; negative binomial, phi 5.3, 20 points; p 0.29)
    """
    events, when, at_risk = check_series(counts, times, exposures)
    _refuse_short(events, MIN_POINTS_NEGATIVE_BINOMIAL, "a negative binomial trend")
    design = np.column_stack([np.ones(events.size), when - when.mean()])
    start = poisson_fit(events, design, ["level", "trend"], at_risk)
    # Given alpha the model is a GLM, so only alpha is searched for, on a grid first since there can be two peaks.
    # The grid runs from a phi of 1.0001 at the mean count to a standard deviation of 30 times the mean.
    grid = np.geomspace(min(1e-4 / float(start.fitted.mean()), 1.0), 1e3, 41)
    profile = [_negative_binomial(events, design, at_risk, alpha)[0] for alpha in grid]
    best = int(np.argmax(profile))
    if best in (0, grid.size - 1):
        problem = "vary no more than Poisson" if best == 0 else "vary more than a negative binomial can"
        raise RefusalError(
            f"the {events.size} counts {problem} (phi {start.dispersion:.2f}), so it has no dispersion to estimate; "
            "use the quasi-Poisson trend"
        )
    found = optimize.minimize_scalar(
        lambda log_alpha: -_negative_binomial(events, design, at_risk, float(np.exp(log_alpha)))[0],
        bounds=(np.log(grid[best - 1]), np.log(grid[best + 1])),
        method="bounded",
        options={"xatol": 1e-9},
    )
    alpha = float(np.exp(found.x))
    _, parameters, fitted = _negative_binomial(events, design, at_risk, alpha)
    weight = fitted / (1 + alpha * fitted)
    score = np.abs(design.T @ ((events - fitted) / (1 + alpha * fitted))).max()
    if not found.success or not score <= 1e-5 * np.abs(design.T @ (design * weight[:, None])).max():
        raise RefusalError(
            f"the negative binomial regression on {events.size} points did not converge; use the quasi-Poisson trend"
        )
    covariance = np.linalg.inv(design.T @ (design * weight[:, None]))
    df = events.size - 2
    spread = stats.t.isf((1 - check_level(confidence)) / 2, df) * np.sqrt(
        np.einsum("ij,jk,ik->i", design, covariance, design)
    )
    return Trend(
        per_unit=student_effect(float(parameters[1]), float(np.sqrt(covariance[1, 1])), df, confidence),
        phi=1 + alpha * float(fitted.mean()),
        n=events.size,
        events=float(events.sum()),
        df=df,
        describe_only=False,
        times=when,
        fitted=fitted,
        band_lower=fitted * np.exp(-spread),
        band_upper=fitted * np.exp(spread),
        method="negative binomial",
        confidence=confidence,
    )


@dataclass(frozen=True)
class MaskedTrend:
    """The trend of a series with masked cells.

    Parameters
    ----------
    low, high : Trend
        Fitted where the masked cells make the slope smallest and largest.
    masked : int
        Number of masked cells.
    verdict : str
        "below" (the series falls), "above" (it rises) or "undetermined" if all fits agree on it, else "depends on
        the masked cells".
    """

    low: Trend
    high: Trend
    masked: int
    verdict: Verdict


def _direction(trend: Trend) -> Verdict:
    if trend.describe_only or trend.per_unit.lower <= 1 <= trend.per_unit.upper:
        return "undetermined"
    return "above" if trend.per_unit.lower > 1 else "below"


def masked_trend(
    counts: Sequence[CountLike],
    times: ArrayLike | None = None,
    exposures: ArrayLike | None = None,
    *,
    confidence: float = 0.95,
) -> MaskedTrend:
    """Range of the quasi-Poisson trend over everything the masked cells can be.

    The slope is monotone in each count, with the sign of its time less the mean time of all events. So the
    extremes lie where all masked cells before some date are at one end and all after it at the other, and
    those are all fitted: the range of the slope is exact. The verdict is that of these fits; limits in between,
    where phi differs, are not searched.

    Parameters
    ----------
    counts : sequence of int or (lower, upper)
        Counts of successive periods.
    times, exposures, confidence
        As for `poisson_trend`.

    Returns
    -------
    MaskedTrend

    Raises
    ------
    RefusalError
        If a range has no upper end, or `poisson_trend` refuses at some date: then nothing holds for all
        values.

    Examples
    --------
    >>> result = masked_trend([10, 7, 15, 8, (0, 4), (0, 4), (0, 4)])
    >>> print(f"{result.low.per_unit.percent:.0f} to {result.high.per_unit.percent:.0f} % a year")
    -34 to -16 % a year
    """
    cells = [as_count_range(count, f"counts[{position}]") for position, count in enumerate(counts)]
    unbounded = sum(not cell.is_bounded for cell in cells)
    if unbounded:
        raise RefusalError(f"{unbounded} of {len(cells)} counts have no upper end: the slope has no bounds")
    lower = np.array([cell.lower for cell in cells])
    upper = np.array([cell.upper for cell in cells])
    masked = np.flatnonzero(lower != upper)
    options: dict[str, Any] = {"times": times, "exposures": exposures, "confidence": confidence}
    trends = []
    for cut in [0, *(masked + 1)]:
        for early, late in ((lower, upper), (upper, lower)):
            trends.append(poisson_trend(np.concatenate([early[:cut], late[cut:]]), **options))
    verdicts = {_direction(trend) for trend in trends}
    return MaskedTrend(
        low=min(trends, key=lambda trend: trend.per_unit.ratio),
        high=max(trends, key=lambda trend: trend.per_unit.ratio),
        masked=masked.size,
        verdict=verdicts.pop() if len(verdicts) == 1 else "depends on the masked cells",
    )
