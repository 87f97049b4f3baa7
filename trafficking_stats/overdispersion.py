"""Over-dispersion: how many times larger than Poisson the variance of a series of counts is.

One court case has several defendants, so convictions come in batches. With a phi of 3 a nominally 5 % exact
comparison of two four-year periods rejects a true null in about every fourth series.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from trafficking_stats.count_models import poisson_fit
from trafficking_stats.counts import CountError, check_counts, check_exposures, check_level
from trafficking_stats.errors import RefusalError

MIN_POINTS_FOR_DISPERSION = 8


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
    trend : bool
        Whether a log-linear trend was taken out first.
    """

    phi: float
    df: float
    n: int
    borrowed: bool = False
    trend: bool = False

    @property
    def factor(self) -> float:
        """The phi to widen by: never below 1, since an interval narrower than Poisson is a chance finding."""
        return max(1.0, self.phi)

    def __str__(self) -> str:
        if self.borrowed:
            return f"phi {self.phi:.1f} (borrowed)"
        after = ", after a trend" if self.trend else ""
        return f"phi {self.phi:.1f} ({self.n} counts{after})"


def dispersion(
    counts: ArrayLike,
    exposures: ArrayLike | None = None,
    *,
    trend: bool = False,
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
    borrow : float, optional
        The phi of a comparable series, used when fewer than 8 counts or only zeros are given. It has to be
        printed beside the result.

    Returns
    -------
    Dispersion

    Raises
    ------
    RefusalError
        For fewer than 8 counts or nothing but zeros, unless `borrow` is given.

    References
    ----------
    McCullagh P, Nelder JA (1989). Generalized Linear Models, 2nd edition, section 6.2.3. Chapman and Hall.

    Examples
    --------
    Persons convicted in Denmark 2014-2021 come in batches:

    >>> print(dispersion([10, 4, 14, 8, 1, 0, 0, 0]))
    phi 6.4 (8 counts)
    >>> print(dispersion([10, 4, 14, 8, 1, 0, 0, 0], trend=True))
    phi 4.1 (8 counts, after a trend)
    """
    events = check_counts(counts)
    if events.ndim != 1:
        raise CountError(f"counts: expected one series, got {events.ndim} dimensions")
    n = events.size
    if n < MIN_POINTS_FOR_DISPERSION or not events.any():
        if borrow is not None:
            return Dispersion(
                float(check_exposures(borrow, "borrow")), math.inf, n, borrowed=True, trend=trend
            )
        reason = (
            f"{n} counts, at least {MIN_POINTS_FOR_DISPERSION} are needed"
            if n < MIN_POINTS_FOR_DISPERSION
            else f"all {n} counts are 0"
        )
        raise RefusalError(
            f"phi cannot be estimated: {reason}; borrow the phi of a comparable series and print it"
        )
    columns = [np.ones(n), np.linspace(-1, 1, n)] if trend else [np.ones(n)]
    fit = poisson_fit(events, np.column_stack(columns), ["level", "trend"][: len(columns)], exposures)
    return Dispersion(fit.dispersion, float(fit.df), n, trend=trend)


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
