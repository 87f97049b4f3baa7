"""Split of the change of the last of several stages into the effect of each stage: Shapley, or Das Gupta.

Convictions are victims x (charged per victim) x (prosecuted per charged) x (convicted per prosecuted). The effect of a
stage is what the change of its factor alone does, averaged over every order in which the factors can change;
effects add up to the change. Factors above 1 are allowed: the stages of one calendar year are not the same persons.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.contrasts import whole_ends
from trafficking_stats.inference.counts import CountError, CountRange
from trafficking_stats.inference.yearly import Total

Floats = NDArray[np.float64]

# More whole-number combinations than this of masked cells are searched at their corners only.
MAX_COMBINATIONS = 200_000
MAX_MASKED = 16


def shapley_effects(factors0: ArrayLike, factors1: ArrayLike) -> Floats:
    """Shapley effects of factors on the change of their product.

    Equal to Das Gupta's symmetric decomposition. A polynomial in the number of changed factors replaces the
    sum over all orders, so that 20 factors cost no more than 400 products; zeros need no special care.

    Parameters
    ----------
    factors0, factors1 : array_like, shape (..., n)
        Factors before and after.

    Returns
    -------
    ndarray, shape (..., n)

    References
    ----------
    Das Gupta P (1993). Standardization and Decomposition of Rates: A User's Manual. US Bureau of the Census,
    Current Population Reports P23-186.
    Shorrocks AF (2013). Decomposition procedures for distributional analysis: a unified framework based on
    the Shapley value. Journal of Economic Inequality 11:99-126.

    Examples
    --------
    >>> shapley_effects([10930, 0.717892], [16591, 0.825974]).round(2)
    array([4369.91, 1487.26])
    """
    before, after = np.broadcast_arrays(np.asarray(factors0, dtype=float), np.asarray(factors1, dtype=float))
    if before.ndim == 0 or not (np.isfinite(before).all() and np.isfinite(after).all()):
        raise CountError("factors: expected finite numbers, one a factor along the last axis")
    n = before.shape[-1]
    effects = np.empty(before.shape)
    for own in range(n):
        # coefficients[s]: sum over all sets of s changed others of their product with the unchanged rest
        coefficients = [np.ones(before.shape[:-1])]
        for other in range(n):
            if other != own:
                unchanged = [c * before[..., other] for c in coefficients] + [np.zeros(before.shape[:-1])]
                changed = [np.zeros(before.shape[:-1])] + [c * after[..., other] for c in coefficients]
                coefficients = [u + c for u, c in zip(unchanged, changed, strict=True)]
        mean = sum(c / (n * math.comb(n - 1, s)) for s, c in enumerate(coefficients))
        effects[..., own] = (after[..., own] - before[..., own]) * mean
    return effects


def stage_factors(stages: Floats, years: int = 1) -> Floats:
    """Return the first stage a year, then each stage by the one before, which must be above 0. Shape (..., n)."""
    return np.concatenate([stages[..., :1] / years, stages[..., 1:] / stages[..., :-1]], axis=-1)


def split_change(
    before: Sequence[CountRange], after: Sequence[CountRange], years: tuple[int, int] = (1, 1)
) -> tuple[list[float], list[float]]:
    """Split the change of the last stage a year into the effect of each stage, over everything masked counts can be.

    Parameters
    ----------
    before, after : sequence of CountRange, length n
        The stages, all but the last above 0.
    years : tuple of int
        Over how many years each of the two was counted.

    Returns
    -------
    lower, upper : list of float, length n
        Smallest and largest effect; equal without masked counts.

    Raises
    ------
    RefusalError
        If there are too many masked counts to try their ends.

    Examples
    --------
    United Kingdom 2012 to 2014: victims, in formal contact, prosecuted, convicted.

    >>> both = [[CountRange(n, n) for n in counts] for counts in ((555, 157, 33, 18), (543, 195, 104, 40))]
    >>> [round(effect, 2) for effect in split_change(*both)[0]]
    [-0.66, 7.05, 26.31, -10.7]
    """
    cells = [*before, *after]
    sizes = [int(cell.upper - cell.lower) + 1 for cell in cells]
    exhaustive, masked = math.prod(sizes) <= MAX_COMBINATIONS, sum(size > 1 for size in sizes)
    if not exhaustive and masked > MAX_MASKED:
        raise RefusalError(f"{masked} masked counts are too many to try their ends, at most {MAX_MASKED}")
    axes = [
        np.arange(cell.lower, cell.upper + 1) if exhaustive else np.unique([cell.lower, cell.upper]) for cell in cells
    ]
    grid = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=-1)
    periods = grid[:, : len(before)], grid[:, len(before) :]
    effects = shapley_effects(*map(stage_factors, periods, years))
    return effects.min(axis=0).tolist(), effects.max(axis=0).tolist()


@dataclass(frozen=True, kw_only=True)
class StageEffect:
    """The part of one stage in the change of the last stage a year; effects of all stages add up to it."""

    early_lower: int  # the sum of the period
    early_upper: int
    early_years: int  # over how many years
    late_lower: int
    late_upper: int
    late_years: int
    effect_min: float  # a year, for the periods need not be equally long
    effect_max: float
    lower: float
    upper: float
    sign_fixed: bool  # one sign within the limits


def effects_of(
    before: Sequence[Total], after: Sequence[Total], confidence: float, years: tuple[int, int] = (1, 1)
) -> list[StageEffect]:
    """Compute the effect of each stage on the mean a year, with its limits.

    Parameters
    ----------
    before, after : sequence of Total, length n
        The stages of either period, all but the last above 0.
    confidence : float
        Two-sided level.
    years : tuple of int
        Over how many years each of the two was counted.

    Returns
    -------
    list of StageEffect, length n
    """
    counted = split_change([one.observed for one in before], [one.observed for one in after], years)
    expected = [np.stack([one.expected for one in period], axis=-1) for period in (before, after)]
    factors = map(stage_factors, expected, years)
    tail = (1 - confidence) / 2
    lower, upper = np.quantile(shapley_effects(*factors), [tail, 1 - tail], axis=0).tolist()
    return [
        StageEffect(
            **whole_ends("early", old.observed),
            **whole_ends("late", new.observed),
            early_years=years[0],
            late_years=years[1],
            effect_min=counted[0][k],
            effect_max=counted[1][k],
            lower=lower[k],
            upper=upper[k],
            sign_fixed=lower[k] > 0 or upper[k] < 0,
        )
        for k, (old, new) in enumerate(zip(before, after, strict=True))
    ]
