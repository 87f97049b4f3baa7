"""Years without an event: how high the mean can have been, and how likely the silence was."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trafficking_stats.inference.contrasts import Pair
from trafficking_stats.inference.yearly import YearlyFit


@dataclass(frozen=True, kw_only=True)
class SilenceLimits:
    """How high a mean can have been in years without an event, and how likely the silence was."""

    limit_per_year: float  # upper end of the two-sided interval of the mean a year, around which counts vary
    limit_per_100: float  # the same per 100 of the denominator; NaN if that may be 0
    chance: float  # how likely so long a silence was, had the earlier mean gone on; NaN without earlier events


def silence_limits(silent: Pair, years: int, chance: float, confidence: float) -> SilenceLimits:
    """Compute the upper ends of the two-sided intervals of silent years."""
    top, bottom = silent
    at = 1 - (1 - confidence) / 2
    rate = 100 * float(np.quantile(top.expected / bottom.expected, at)) if bottom.observed.lower else math.nan
    return SilenceLimits(limit_per_year=float(np.quantile(top.expected, at)) / years, limit_per_100=rate, chance=chance)


def silence_chance(fit: YearlyFit, before: Sequence[int], years: int) -> float:
    """Return how likely so many years without an event were, had the mean of the years before gone on.

    The probability of 0 of a negative binomial count with mean m and variance phi times m is phi^(-m / (phi - 1)). Both
    are uncertain and averaged over. nan without an event before.
    """
    if not before or fit.counts.sum(before).lower == 0:
        return math.nan
    mean = fit.total(before).expected / len(before)
    return float(np.exp(-years * mean * np.log(fit.phi) / (fit.phi - 1)).mean())
