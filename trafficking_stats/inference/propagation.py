"""How far masked cells alone move a pooled rate, beside what chance does to it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.counts import CountLike, as_count_range, check_exposures, total
from trafficking_stats.inference.overdispersion import Dispersion, as_dispersion


@dataclass(frozen=True)
class SourceSplit:
    """How much of the spread of a sum over masked cells comes from the masking and how much from chance.

    Parameters
    ----------
    mean : float
        Mean per `scale` of the denominator if every masked value is equally likely.
    sd_between, sd_within, sd_total : float
        Standard deviation from the masked cells, from chance, and from both.
    hard_lower, hard_upper : float
        The same quotient at the ends of the ranges: what holds without the assumption.
    """

    mean: float
    sd_between: float
    sd_within: float
    sd_total: float
    hard_lower: float
    hard_upper: float


def split_variance(
    counts: Iterable[CountLike], exposure: float, *, scale: float = 1.0, dispersion: float | Dispersion = 1.0
) -> SourceSplit:
    """Split the variance of a pooled rate into masked cells and chance, each masked value equally likely.

    That is an assumption, not knowledge: print the hard bounds beside it.

    Parameters
    ----------
    counts : iterable of int or (lower, upper)
        Cells that are added, independent of each other.
    exposure : float
        Denominator, taken as known.
    scale : float
        100 gives results per 100.
    dispersion : float or Dispersion
        Variance by mean of the chance part.

    Returns
    -------
    SourceSplit

    Raises
    ------
    RefusalError
        If a range has no upper end.

    References
    ----------
    Law of total variance, for instance: Casella G, Berger RL (2002). Statistical Inference, theorem 4.4.7.

    Examples
    --------
    >>> split = split_variance([10, 7, 15, 8, (0, 4), (0, 4), (0, 4)], 621, scale=100)
    >>> print(f"{split.mean:.2f}, masked {split.sd_between:.2f}, chance {split.sd_within:.2f}")
    7.41, masked 0.39, chance 1.09
    """
    cells = [as_count_range(count, f"counts[{position}]") for position, count in enumerate(counts)]
    whole = total(cells)
    if not whole.is_bounded:
        unbounded = sum(not cell.is_bounded for cell in cells)
        raise RefusalError(f"{unbounded} of {len(cells)} ranges have no upper end: no value in them is likely")
    factor = float(check_exposures(scale, "scale")) / float(check_exposures(exposure))
    mean = math.fsum((cell.lower + cell.upper) / 2 for cell in cells)
    between = math.fsum(((cell.upper - cell.lower + 1) ** 2 - 1) / 12 for cell in cells)
    within = mean * as_dispersion(dispersion).factor
    return SourceSplit(
        mean=mean * factor,
        sd_between=math.sqrt(between) * factor,
        sd_within=math.sqrt(within) * factor,
        sd_total=math.sqrt(between + within) * factor,
        hard_lower=whole.lower * factor,
        hard_upper=whole.upper * factor,
    )
