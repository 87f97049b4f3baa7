"""The one fit of a country: the figures of a stage, its over-dispersion, and the ratio of any two sums of years."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from trafficking_stats.gap_analysis.figures import Figures, add, halves
from trafficking_stats.gap_analysis.rows import Interval
from trafficking_stats.gap_analysis.settings import load_gap_settings
from trafficking_stats.inference.counts import CountRange
from trafficking_stats.inference.exact import conditional_limits
from trafficking_stats.inference.stage_model import DispersionPrior, Floats, SeriesFit
from trafficking_stats.vocabulary import Vocabulary

STAGES = ("identification", "investigation", "prosecution", "conviction")


def stage_of(indicator: str, vocabulary: Vocabulary) -> str:
    """Return the stage at which an indicator counts; empty where it is none of the four."""
    entry = vocabulary.indicators.get(indicator)
    return entry.stage if entry is not None and entry.stage in STAGES else ""


def prior_of(stage: str, widen: float = 1.0) -> DispersionPrior:
    """Return what is known of the over-dispersion of a stage; of no stage that of identification, the widest."""
    settings = load_gap_settings()
    prior, borrowed = settings.priors[stage or "identification"], settings.borrowed
    return DispersionPrior(prior.at_ten, prior.slope * borrowed.slope, prior.spread * borrowed.spread * widen)


@dataclass(frozen=True)
class Total:
    """The counts of some years of one measure and their expected sum.

    Parameters
    ----------
    observed : CountRange
        What was counted.
    expected : ndarray
        Draws of the sum that chance varies around.
    """

    observed: CountRange
    expected: Floats


class FittedFigures:
    """Figures with the posterior of their over-dispersion and of the mean of each half of the pooled years.

    Parameters
    ----------
    figures : Figures
        The counts.
    years : tuple of int
        The pooled years, all known.
    prior : DispersionPrior
        Of phi.
    """

    def __init__(self, figures: Figures, years: Sequence[int], prior: DispersionPrior) -> None:
        self.figures, self.years, self.prior = figures, tuple(years), prior
        self.parts = [part for part in halves(self.years) if part]
        # every series and period has draws of its own, and the same ones each time
        self.fit = SeriesFit([figures.of(part) for part in self.parts], prior, self._seed(self.years))

    def _seed(self, years: tuple[int, ...]) -> int:
        return crc32(f"{self.figures.country} {self.figures.measure} {years}".encode())

    def total(self, years: Iterable[int]) -> Total:
        """Return the sum of any years that have figures."""
        chosen = tuple(years)
        cells = self.figures.of(chosen)
        if chosen == self.years:
            mean = sum(len(part) * draws for part, draws in zip(self.parts, self.fit.draws, strict=True))
            return Total(add(cells), np.asarray(mean))
        for part, draws in zip(self.parts, self.fit.draws, strict=True):
            if chosen == part:
                return Total(add(cells), len(part) * draws)
        return Total(add(cells), len(chosen) * self.fit.mean_of(cells, self._seed(chosen)))


def ratio_interval(top: Total, bottom: Total, confidence: float) -> Interval:
    """Limits of the ratio of two expected sums.

    Where the counts may be 0 the lower limit is 0, and there is no upper one where those below may be.
    """
    tail = (1 - confidence) / 2
    low, high = np.quantile(top.expected / bottom.expected, [tail, 1 - tail])
    return Interval(
        0.0 if top.observed.lower == 0 else float(low),
        math.inf if bottom.observed.lower == 0 else float(high),
        *exact_limits(top.observed, bottom.observed, 1.0, 1.0, tail),
    )


def exact_limits(top: CountRange, bottom: CountRange, above: float, below: float, tail: float) -> tuple[float, float]:
    """Conditional limits of a ratio of independent events, widest over what masked figures allow."""
    lower = conditional_limits(top.lower, bottom.upper, above, below, tail, "exact")[0] if top.lower else 0.0
    upper = conditional_limits(top.upper, bottom.lower, above, below, tail, "exact")[1] if bottom.lower else math.inf
    return lower, upper


def double_ratio(late: tuple[Total, Total], early: tuple[Total, Total]) -> Floats:
    """Draws of one rate by another, each a numerator and a denominator."""
    return (late[0].expected / late[1].expected) / (early[0].expected / early[1].expected)


def two_sided(draws: Floats) -> float:
    """Two-sided p value of a ratio against 1, matching the limits of its draws."""
    below = float((draws < 1).mean())
    return min(1.0, 2 * min(below, 1 - below) + 2 / len(draws))


def times(interval: Interval, factor: float) -> Interval:
    """Multiply limits, such as by 100."""
    return Interval(*(factor * value for value in vars(interval).values()))


def says_nothing(lower: float, upper: float) -> bool:
    """Whether limits of a ratio leave nearly everything open: 1 lies well inside, and they are far apart.

    Examples
    --------
    >>> says_nothing(0.01, 1000), says_nothing(0.0, 0.3), says_nothing(0.2, 9.0)
    (True, False, False)
    """
    return lower < 0.05 and upper > 20


def ratio_range(top: CountRange, bottom: CountRange) -> tuple[float, float]:
    """Return the smallest and the largest ratio that masked figures allow.

    Examples
    --------
    >>> ratio_range(CountRange(0, 4), CountRange(80, 100))
    (0.0, 0.05)
    """
    low = top.lower / bottom.upper if bottom.upper else math.inf
    return low, top.upper / bottom.lower if bottom.lower else math.inf
