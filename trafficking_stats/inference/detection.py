"""A change of a rate where the share of the denominator that is found may have changed as well."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from trafficking_stats.inference.contrasts import Comparison


def undoing(ratio: float) -> float:
    """Return by how much a quantity must change, up or down, to undo a ratio.

    Examples
    --------
    >>> undoing(0.25), undoing(3.0), undoing(0)
    (4.0, 3.0, inf)
    """
    return max(ratio, 1 / ratio) if ratio else math.inf


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What is left of a change of a rate if the share of the denominator that is found changed by a factor at most."""

    factor: float  # the largest change of detection allowed, up or down
    lower: float  # late by early rate
    upper: float
    direction: str  # fell or rose where that still stands, else empty
    breakeven: float  # the factor by which detection must have changed to explain the change alone; NaN without one
    breakeven_limit: float  # the factor from which on the limits hold no change; 1 where none is beyond chance


def allow_for_detection(change: Comparison, factors: Sequence[float]) -> list[Allowance]:
    """Bound the change of a rate where the share of the denominator that is found may have changed as well.

    If later a share is found that is `d` times that of before, the rate by all there were, found or not, changed by `d`
    times the change of the rate. Nothing is assumed of `d` but that it lies between 1 / factor and factor.

    References
    ----------
    Manski CF (2003). Partial Identification of Probability Distributions. Springer.
    """
    fell = change.direction == "fell"
    observed = (change.ratio_max if fell else change.ratio_min) if change.direction else math.nan
    within = (change.upper if fell else change.lower) if change.beyond_chance else 1.0
    return [
        Allowance(
            factor=factor,
            lower=change.lower / factor,
            upper=change.upper * factor,
            direction=change.direction if factor < undoing(within) else "",
            breakeven=undoing(observed),
            breakeven_limit=undoing(within),
        )
        for factor in factors
    ]
