"""Interrupted series of counts, and the effect at every other date the break could have had."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.count_models import PoissonFit, poisson_fit
from trafficking_stats.inference.counts import CountError, check_level, check_series
from trafficking_stats.inference.trends import Effect, effect_of

MIN_SIDE_LEVEL = 5
MIN_SIDE_SLOPE = 8
POWER = 0.8


@dataclass(frozen=True)
class Segmented:
    """A series with a break at a known date.

    Parameters
    ----------
    event : float
        First time that counts as after.
    before, after : int
        Number of points on either side.
    level : Effect
        Step of the expected count at `event`, the trend taken out.
    trend : Effect
        Change from one unit of time to the next before the event.
    slope : Effect or None
        Factor by which the change per unit of time differs after the event; None if not asked for.
    phi : float
        Residual dispersion as estimated; limits use it or 1, whichever is larger.
    detectable_ratio : float
        The mildest fall of the level that would be found with a power of 80 % (0.4: only a fall by 60 % or
        more).
    fit : PoissonFit
        The regression behind it.
    """

    event: float
    before: int
    after: int
    level: Effect
    trend: Effect
    slope: Effect | None
    phi: float
    detectable_ratio: float
    fit: PoissonFit

    def __str__(self) -> str:
        return (
            f"step x{self.level.ratio:.2f} ({self.level.lower:.2f} to {self.level.upper:.2f}; quasi-Poisson, phi "
            f"{self.phi:.1f}, {self.before}+{self.after} points; detectable with 80 % power: "
            f"x{self.detectable_ratio:.2f} or less)"
        )


def harmonics(position: ArrayLike, period: float, pairs: int = 2) -> dict[str, NDArray[np.float64]]:
    """Return sine and cosine columns that describe a season.

    Parameters
    ----------
    position : array_like, shape (n,)
        Place within the period, such as the month.
    period : float
        Length of the period in the same unit, such as 12.
    pairs : int
        Number of sine and cosine pairs.

    Returns
    -------
    dict of str to ndarray, shape (n,)

    Examples
    --------
    >>> sorted(harmonics([1, 2, 3], 12, pairs=1))
    ['cos1', 'sin1']
    """
    angle = 2 * math.pi * np.asarray(position, dtype=float) / period
    columns = {}
    for k in range(1, pairs + 1):
        columns[f"sin{k}"] = np.sin(k * angle)
        columns[f"cos{k}"] = np.cos(k * angle)
    return columns


def segmented_series(
    counts: ArrayLike,
    times: ArrayLike,
    event: float,
    exposures: ArrayLike | None = None,
    *,
    slope_change: bool = False,
    covariates: Mapping[str, ArrayLike] | None = None,
    confidence: float = 0.95,
) -> Segmented:
    """Step, and on request change of slope, of a series of counts at a known date, by quasi-Poisson.

    Whatever else happened at the date is part of the effect.

    Parameters
    ----------
    counts : array_like, shape (n,)
        Counts of successive periods.
    times : array_like, shape (n,)
        When, rising.
    event : float
        First time after the change.
    exposures : array_like, shape (n,), optional
        What is at risk in each period.
    slope_change : bool
        Let the trend differ after the event; needs 8 points on either side instead of 5.
    covariates : mapping of str to array_like of shape (n,), optional
        Further columns, such as `harmonics`.
    confidence : float
        Two-sided level.

    Returns
    -------
    Segmented

    Raises
    ------
    RefusalError
        For too few points on a side, a side without any event, or data without a finite answer.

    References
    ----------
    Lopez Bernal J, Cummins S, Gasparrini A (2017). Interrupted time series regression for the evaluation of
    public health interventions: a tutorial. International Journal of Epidemiology 46:348-355.

    Examples
    --------
    >>> print(segmented_series([9, 7, 11, 8, 10, 4, 5, 3, 6, 4], range(2010, 2020), 2015))
    step x0.42 (0.13 to 1.39; quasi-Poisson, phi 0.3, 5+5 points; detectable with 80 % power: x0.19 or less)
    """
    events, when, at_risk = check_series(counts, times, exposures)
    post = when >= event
    sides = {"before": int((~post).sum()), "after": int(post.sum())}
    minimum = MIN_SIDE_SLOPE if slope_change else MIN_SIDE_LEVEL
    what = "a step and a change of slope" if slope_change else "a step"
    for side, n in sides.items():
        if n < minimum:
            raise RefusalError(f"{n} points {side} {event:g} are too few for {what}, at least {minimum} are needed")
    for side, rows in (("before", ~post), ("after", post)):
        if not events[rows].any():
            raise RefusalError(
                f"all {int(rows.sum())} counts {side} {event:g} are 0: the step is infinite; use the exact ratio of "
                "two counts"
            )
    columns = {"level": np.ones(events.size), "trend": when - event, "step": post.astype(float)}
    if slope_change:
        columns["slope"] = np.where(post, when - event, 0.0)
    for name, values in (covariates or {}).items():
        if name in columns:
            raise CountError(f"covariates: {name!r} is the name of a column of the model; choose another")
        columns[name] = np.asarray(values, dtype=float)
        if columns[name].shape != events.shape:
            raise CountError(f"covariates: {name!r} needs {events.size} values")
    names = list(columns)
    design = np.column_stack(list(columns.values()))
    fit = poisson_fit(events, design, names, at_risk)
    if fit.df < 1:
        raise RefusalError(f"{events.size} points leave nothing over for the dispersion of {len(names)} columns")
    # The error of the step if there were none: the covariance at the fit without it, dispersion as observed.
    rest = [name for name in names if name != "step"]
    no_step = poisson_fit(events, design[:, [names.index(name) for name in rest]], rest, at_risk)
    information = design.T @ (design * no_step.fitted[:, None])
    error = math.sqrt(np.linalg.inv(information)[2, 2] * max(1.0, fit.dispersion))
    needed = stats.t.isf((1 - check_level(confidence)) / 2, fit.df) + stats.t.ppf(POWER, fit.df)
    return Segmented(
        event=float(event),
        before=sides["before"],
        after=sides["after"],
        level=effect_of(fit, "step", confidence=confidence),
        trend=effect_of(fit, "trend", confidence=confidence),
        slope=effect_of(fit, "slope", confidence=confidence) if slope_change else None,
        phi=fit.dispersion,
        detectable_ratio=math.exp(-needed * error),
        fit=fit,
    )


@dataclass(frozen=True)
class PlaceboBreak:
    """The step at one possible date.

    Parameters
    ----------
    event : float
        First time that counts as after.
    level : Effect or None
        The step; None where it is refused.
    refusal : str
        Why, or "".
    """

    event: float
    level: Effect | None
    refusal: str = ""


@dataclass(frozen=True)
class PlaceboBreaks:
    """The step at every date a series allows.

    Parameters
    ----------
    breaks : tuple of PlaceboBreak
        One per time after the first.
    event : float
        The date in question.
    rank : int or None
        Place of the step at `event` among the admissible ones, by the size of its logarithm; 1 is the
        largest. None where the step at `event` is refused.
    admissible : int
        Number of dates with a step.
    """

    breaks: tuple[PlaceboBreak, ...]
    event: float
    rank: int | None
    admissible: int


def placebo_breaks(
    counts: ArrayLike,
    times: ArrayLike,
    event: float,
    exposures: ArrayLike | None = None,
    *,
    confidence: float = 0.95,
) -> PlaceboBreaks:
    """Fit the step at every possible date; a law whose date is not among the largest explains little.

    The steps are highly correlated, so the rank is a description and never a p value.

    Parameters
    ----------
    counts, times, event, exposures, confidence
        As for `segmented_series`.

    Returns
    -------
    PlaceboBreaks

    Raises
    ------
    RefusalError
        If no date at all allows a step.

    References
    ----------
    Abadie A, Diamond A, Hainmueller J (2015). Comparative politics and the synthetic control method. American
    Journal of Political Science 59:495-510 (placebo dates).

    Examples
    --------
    >>> result = placebo_breaks([9, 7, 11, 8, 10, 4, 5, 3, 6, 4, 5, 4], range(2010, 2022), 2015)
    >>> result.rank, result.admissible
    (1, 3)
    """
    _, when, _ = check_series(counts, times, exposures)
    breaks = []
    for date in when[1:]:
        try:
            level = segmented_series(counts, times, float(date), exposures, confidence=confidence).level
        except RefusalError as refusal:
            breaks.append(PlaceboBreak(float(date), None, str(refusal)))
        else:
            breaks.append(PlaceboBreak(float(date), level))
    sizes = {b.event: abs(math.log(b.level.ratio)) for b in breaks if b.level is not None}
    if not sizes:
        raise RefusalError(
            f"none of {len(breaks)} dates allows a step; the last says: {breaks[-1].refusal}"
            if breaks
            else f"{when.size} points have no date between them"
        )
    # A date between two points is the same break as the next point.
    own = next((float(date) for date in when if date >= event), math.nan)
    rank = None if own not in sizes else 1 + sum(size > sizes[own] for size in sizes.values())
    return PlaceboBreaks(tuple(breaks), float(event), rank, len(sizes))
