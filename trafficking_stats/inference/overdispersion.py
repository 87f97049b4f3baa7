"""Over-dispersion: how many times larger than Poisson the variance of a series of counts is.

One court case has several defendants, so convictions come in batches. With a phi of 3 a nominally 5 % exact
comparison of two four-year periods rejects a true null in about every fourth series.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.count_models import poisson_fit
from trafficking_stats.inference.counts import (
    CountError,
    CountLike,
    as_count_range,
    check_counts,
    check_exposures,
    check_level,
)

MIN_POINTS_FOR_DISPERSION = 8
MAX_MASKED = 12


@dataclass(frozen=True)
class Dispersion:
    """How many times larger than Poisson the variance of a count series is.

    Parameters
    ----------
    phi : float
        Pearson chi-square by its degrees of freedom, or the borrowed value.
    df : float
        Degrees of freedom behind `phi`; infinite for a borrowed value, which is taken as known.
    n : int
        Number of counts.
    borrowed : bool
        Whether `phi` was stated by the caller and not estimated.
    removed : str
        What was taken out first: "" (nothing but the mean), "a trend" or "2 levels".
    """

    phi: float
    df: float
    n: int
    borrowed: bool = False
    removed: str = ""

    @property
    def factor(self) -> float:
        """The phi to widen by: never below 1, since an interval narrower than Poisson is a chance finding."""
        return max(1.0, self.phi)

    def __str__(self) -> str:
        if self.borrowed:
            return f"phi {self.phi:.1f} (borrowed)"
        after = f", after {self.removed}" if self.removed else ""
        return f"phi {self.phi:.1f} ({self.n} counts{after})"


def dispersion(
    counts: ArrayLike,
    exposures: ArrayLike | None = None,
    *,
    trend: bool = False,
    groups: ArrayLike | None = None,
    borrow: float | None = None,
) -> Dispersion:
    """Estimate the over-dispersion phi of a series of counts.

    Parameters
    ----------
    counts : array_like, shape (n,)
        Counts of successive periods.
    exposures : array_like, shape (n,), optional
        Persons, victims or years at risk in each period.
    trend : bool
        Take out a log-linear trend first; without it every change of level counts as dispersion.
    groups : array_like, shape (n,), optional
        Label of the period each count belongs to, each with a level of its own: for comparing two periods,
        where the difference under study must not count as dispersion. A group of zeros says nothing on phi
        and is left out. Not together with `trend`.
    borrow : float, optional
        The phi of a comparable series, used where none can be estimated. It has to be printed beside the
        result.

    Returns
    -------
    Dispersion

    Raises
    ------
    RefusalError
        For fewer than 8 counts that say anything, unless `borrow` is given.

    References
    ----------
    McCullagh P, Nelder JA (1989). Generalized Linear Models, 2nd edition, section 6.2.3. Chapman and Hall.

    Examples
    --------
    Persons convicted in Denmark 2014-2021 come in batches, on the whole and within two halves:

    >>> convicted = [10, 4, 14, 8, 1, 0, 0, 0]
    >>> print(dispersion(convicted))
    phi 6.4 (8 counts)
    >>> print(dispersion(convicted, trend=True))
    phi 4.1 (8 counts, after a trend)
    >>> print(dispersion(convicted, groups=["before"] * 4 + ["after"] * 4))
    phi 1.5 (8 counts, after 2 levels)
    """
    events = check_counts(counts)
    if events.ndim != 1:
        raise CountError(f"counts: expected one series, got {events.ndim} dimensions")
    at_risk = np.ones(events.size) if exposures is None else check_exposures(exposures, "exposures")
    labels = np.zeros(events.size) if groups is None else np.asarray(groups)
    if not (at_risk.shape == labels.shape == events.shape):
        raise CountError(f"counts, exposures and groups: {events.size} counts need as many of the others")
    if trend and groups is not None:
        raise CountError("trend and groups: take out one of them, not both")

    _, group = np.unique(labels, return_inverse=True)
    events_of, exposure_of = np.bincount(group, events), np.bincount(group, at_risk)
    informative = events_of[group] > 0
    n, levels = int(informative.sum()), int((events_of > 0).sum())
    removed = "a trend" if trend else f"{levels} levels" if groups is not None else ""
    if n < MIN_POINTS_FOR_DISPERSION:
        if borrow is not None:
            phi = float(check_exposures(borrow, "borrow"))
            return Dispersion(phi, math.inf, n, borrowed=True, removed=removed)
        zeros = f" ({events.size - n} more are in periods without any event)" if n < events.size else ""
        raise RefusalError(
            f"phi cannot be estimated from {n} counts{zeros}, at least {MIN_POINTS_FOR_DISPERSION} are needed; "
            "borrow the phi of a comparable series and print it"
        )
    if trend:
        design = np.column_stack([np.ones(n), np.linspace(-1, 1, n)])
        fit = poisson_fit(events, design, ["level", "trend"], at_risk)
        return Dispersion(fit.dispersion, float(fit.df), n, removed=removed)
    expected = (at_risk * (events_of / exposure_of)[group])[informative]
    df = n - levels
    if df < 1:
        raise RefusalError(f"phi cannot be estimated: {levels} levels for {n} counts leave nothing over")
    phi = float(((events[informative] - expected) ** 2 / expected).sum() / df)
    return Dispersion(phi, float(df), n, removed=removed)


def largest_dispersion(
    counts: Sequence[CountLike],
    exposures: ArrayLike | None = None,
    *,
    groups: ArrayLike | None = None,
    borrow: float | None = None,
) -> Dispersion:
    """Largest phi a series with masked cells can have.

    Phi is convex in the counts, so its maximum lies where every masked cell is at an end of its range, and those
    are all tried.

    Parameters
    ----------
    counts : sequence of int or (lower, upper), length n
        Counts of successive periods.
    exposures, groups, borrow
        As for `dispersion`.

    Returns
    -------
    Dispersion

    Raises
    ------
    RefusalError
        If a range has no upper end, more than 12 cells are masked, or no phi can be estimated.

    Examples
    --------
    >>> print(largest_dispersion([10, 7, 15, 8, 2, (0, 4), (0, 4), (0, 4)]))
    phi 6.0 (8 counts)
    """
    cells = [as_count_range(count, f"counts[{position}]") for position, count in enumerate(counts)]
    unbounded = sum(not cell.is_bounded for cell in cells)
    masked = sum(not cell.is_exact for cell in cells)
    if unbounded:
        raise RefusalError(f"{unbounded} of {len(cells)} counts have no upper end: neither has phi")
    if masked > MAX_MASKED:
        raise RefusalError(f"{masked} masked counts are too many to try all their ends, at most {MAX_MASKED}")
    found: list[Dispersion] = []
    refusal = RefusalError("phi cannot be estimated from no count")
    for corner in product(*((cell.lower,) if cell.is_exact else cell for cell in cells)):
        try:
            found.append(dispersion(corner, exposures, groups=groups, borrow=borrow))
        except RefusalError as error:
            refusal = error
    if not found:
        raise refusal
    return max(found, key=lambda each: each.phi)


def as_dispersion(value: float | Dispersion, name: str = "dispersion") -> Dispersion:
    """Read a stated phi as a `Dispersion` taken as known.

    Raises
    ------
    CountError
        If the phi is not a positive finite number.

    Examples
    --------
    >>> as_dispersion(0.7).factor
    1.0
    """
    if isinstance(value, Dispersion):
        return value
    return Dispersion(float(check_exposures(value, name)), math.inf, 0, borrowed=True)


def tail_for(confidence: float, df: float = math.inf) -> float:
    """Return the normal tail area whose quantile is Student's t of a two-sided level on `df` degrees.

    An interval that estimates phi has to be wider than one that knows it, as Student's t is wider than the
    normal. Exact limits have no standard error to multiply, so the level is raised instead.

    Examples
    --------
    >>> round(tail_for(0.95), 4), round(tail_for(0.95, df=7), 4)
    (0.025, 0.009)
    """
    tail = (1 - check_level(confidence)) / 2
    if math.isinf(df):
        return tail
    return float(stats.norm.sf(stats.t.isf(tail, df)))


def p_value_for(p_value: float, df: float = math.inf) -> float:
    """Return the two-sided p value on `df` degrees of freedom, the counterpart of `tail_for`."""
    if math.isinf(df):
        return p_value
    return float(2 * stats.t.sf(stats.norm.isf(p_value / 2), df))
