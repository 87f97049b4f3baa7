"""Split of a change in convictions into identification, investigation, prosecution and conviction.

Convictions are victims x (charged per victim) x (prosecuted per charged) x (convicted per prosecuted). Rates above 1
are allowed and flagged: the stages of one calendar year are not the same persons.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.counts import CountError, CountLike, CountRange, as_count_range, check_level
from trafficking_stats.inference.decomposition import Decomposition, decompose, factor_names, shapley_effects
from trafficking_stats.inference.overdispersion import Dispersion, as_dispersion

Floats = NDArray[np.float64]

# More whole-number combinations than this of masked cells are searched at their corners only.
MAX_COMBINATIONS = 200_000
MAX_MASKED = 16
MAX_UNDEFINED_DRAWS = 0.01


def stage_factors(stages: Floats) -> Floats:
    """First stage, then each stage by the one before; nan where that is 0. Shape (..., n)."""
    earlier = stages[..., :-1]
    rates = np.divide(stages[..., 1:], earlier, out=np.full(earlier.shape, np.nan), where=earlier > 0)
    return np.concatenate([stages[..., :1], rates], axis=-1)


def _stages(values: Sequence[CountLike | None], period: str, names: tuple[str, ...]) -> list[CountRange]:
    missing = [name for name, value in zip(names, values, strict=True) if _is_missing(value)]
    if missing:
        raise RefusalError(
            f"{len(missing)} of {len(names)} stages {period} are missing: {', '.join(missing)}; leave the stage out "
            "in both periods, which merges it with the next"
        )
    ranges = [as_count_range(v, f"{name} {period}") for name, v in zip(names, values, strict=True)]
    for name, cell in zip(names[:-1], ranges[:-1], strict=True):
        if cell.upper == 0:
            raise RefusalError(
                f"{name} {period} is 0 and the next stage is divided by it: leave the stage out or pool years"
            )
    unbounded = [name for name, cell in zip(names, ranges, strict=True) if not cell.is_bounded]
    if unbounded:
        raise RefusalError(
            f"{len(unbounded)} of {len(names)} stages {period} have no upper end: {', '.join(unbounded)}; "
            "their effects have no bounds"
        )
    return ranges


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


@dataclass(frozen=True)
class StageSplit:
    """The change of the last of several stages, split into the stages, over everything masked cells can be.

    Parameters
    ----------
    names : tuple of str, length n
        The stages.
    lower, upper : tuple of float, length n
        Smallest and largest effect of each; equal without masked cells.
    total_lower, total_upper : float
        The change of the last stage.
    point : Decomposition or None
        The split, where no cell is masked.
    above_one : tuple of str
        Stages that exceed the one before in either period, whatever the masked cells are.
    combinations, undefined : int
        Values of the masked cells tried, and how many of them divide by 0.
    exhaustive : bool
        Whether every whole number was tried, not the ends of the ranges alone.
    """

    names: tuple[str, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    total_lower: float
    total_upper: float
    point: Decomposition | None
    above_one: tuple[str, ...]
    combinations: int
    undefined: int
    exhaustive: bool

    @property
    def sign_fixed(self) -> tuple[bool, ...]:
        """Whether an effect has one sign whatever the masked cells are; False where the split may not exist."""
        if self.undefined:
            return tuple(False for _ in self.names)
        return tuple(low > 0 or high < 0 or low == high == 0 for low, high in zip(self.lower, self.upper, strict=True))


def split_change(
    stages0: Sequence[CountLike | None], stages1: Sequence[CountLike | None], names: Sequence[str]
) -> StageSplit:
    """Split the change of the last stage between two periods into the effect of each stage (Shapley).

    Parameters
    ----------
    stages0, stages1 : sequence of int or (lower, upper), length n
        Counts of the stages before and after, such as victims, charged, prosecuted, convicted.
    names : sequence of str, length n
        The stages. The effect of the first is that of its number, of any other that of its rate to the one
        before.

    Returns
    -------
    StageSplit

    Raises
    ------
    RefusalError
        If a stage is missing, unbounded, or 0 where the next is divided by it.

    References
    ----------
    Das Gupta P (1993), as for `shapley_effects`.

    Examples
    --------
    United Kingdom 2012 to 2014:

    >>> split = split_change([555, 157, 33, 18], [543, 195, 104, 40], ["victims", "contact", "prosecuted", "convicted"])
    >>> [round(effect, 2) for effect in split.point.effects]
    [-0.66, 7.05, 26.31, -10.7]
    """
    if len(stages0) != len(names) or len(stages1) != len(names) or len(names) < 2:
        raise CountError(f"stages: expected as many of each as names, 2 or more; got {len(stages0)} and {len(stages1)}")
    labels = factor_names(names, len(names))
    n = len(labels)
    cells = _stages(stages0, "before", labels) + _stages(stages1, "after", labels)
    sizes = [int(cell.upper - cell.lower) + 1 for cell in cells]
    masked = sum(size > 1 for size in sizes)
    exhaustive = math.prod(sizes) <= MAX_COMBINATIONS
    if not exhaustive and masked > MAX_MASKED:
        raise RefusalError(f"{masked} masked cells are too many to try their ends, at most {MAX_MASKED}: pool years")
    axes = [
        np.arange(cell.lower, cell.upper + 1) if exhaustive else np.unique([cell.lower, cell.upper]) for cell in cells
    ]
    grid = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=-1)
    before, after = stage_factors(grid[:, :n]), stage_factors(grid[:, n:])
    defined = np.isfinite(before).all(axis=1) & np.isfinite(after).all(axis=1)
    effects = shapley_effects(before[defined], after[defined])
    totals = grid[:, -1] - grid[:, n - 1]
    lower, upper = effects.min(axis=0), effects.max(axis=0)
    exceeds = [
        name
        for k, name in enumerate(labels)
        if k and (cells[k].lower > cells[k - 1].upper or cells[n + k].lower > cells[n + k - 1].upper)
    ]
    return StageSplit(
        names=labels,
        lower=tuple(lower.tolist()),
        upper=tuple(upper.tolist()),
        total_lower=float(totals.min()),
        total_upper=float(totals.max()),
        point=None if masked else decompose(before[0].tolist(), after[0].tolist(), labels),
        above_one=tuple(exceeds),
        combinations=len(grid),
        undefined=int((~defined).sum()),
        exhaustive=exhaustive,
    )


def bootstrap_split(
    stages0: Sequence[int],
    stages1: Sequence[int],
    names: Sequence[str],
    *,
    dispersion: float | Dispersion = 1.0,
    confidence: float = 0.95,
    draws: int = 4000,
    seed: int = 20240101,
) -> tuple[Floats, Floats]:
    """Percentile limits of the effects of `split_change` if every count were drawn anew.

    Counts are drawn independently of each other, Poisson or with a variance of phi times the mean (negative
    binomial). A count of 0 is drawn as 0, so its own uncertainty is not in the limits.

    Parameters
    ----------
    stages0, stages1 : sequence of int, length n
        Counts of the stages before and after.
    names : sequence of str, length n
        The stages.
    dispersion : float or Dispersion
        Variance by mean.
    confidence : float
        Two-sided level.
    draws, seed : int
        Number of draws and start of the generator; the same give the same limits.

    Returns
    -------
    lower, upper : ndarray, shape (n,)

    Raises
    ------
    RefusalError
        As `split_change`, or if a stage is so small that 1 % of the draws divide by 0.

    References
    ----------
    Efron B, Tibshirani RJ (1993). An Introduction to the Bootstrap, chapters 6 and 13. Chapman and Hall.

    Examples
    --------
    >>> stages = ["victims", "contact", "prosecuted", "convicted"]
    >>> lower, upper = bootstrap_split([555, 157, 33, 18], [543, 195, 104, 40], stages)
    >>> print(f"prosecution: {lower[2]:.0f} to {upper[2]:.0f} convictions")
    prosecution: 13 to 47 convictions
    """
    labels = factor_names(names, len(names))
    n = len(labels)
    cells = _stages(stages0, "before", labels) + _stages(stages1, "after", labels)
    masked = sum(not cell.is_exact for cell in cells)
    if masked:
        raise RefusalError(f"{masked} of {2 * n} counts are masked: a count is drawn around one value")
    mean = np.array([cell.lower for cell in cells])
    phi = as_dispersion(dispersion).factor
    generator = np.random.default_rng(seed)
    rates = np.tile(mean, (draws, 1))
    if phi > 1:
        rates = generator.gamma(np.maximum(rates / (phi - 1), 1e-300), phi - 1)
        rates[:, mean == 0] = 0.0
    sample = generator.poisson(rates).astype(float)
    before, after = stage_factors(sample[:, :n]), stage_factors(sample[:, n:])
    defined = np.isfinite(before).all(axis=1) & np.isfinite(after).all(axis=1)
    if (~defined).mean() > MAX_UNDEFINED_DRAWS:
        raise RefusalError(
            f"{100 * (~defined).mean():.0f} % of the draws divide by a stage of 0 (smallest count "
            f"{min(mean[: n - 1].min(), mean[n:-1].min()):.0f}, phi {phi:.1f}): leave the stage out or pool years"
        )
    effects = shapley_effects(before[defined], after[defined])
    tail = (1 - check_level(confidence)) / 2
    return np.quantile(effects, tail, axis=0), np.quantile(effects, 1 - tail, axis=0)
