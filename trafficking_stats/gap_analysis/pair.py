"""Two measures of one country, fitted over the same years: the rate of the one by the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trafficking_stats.gap_analysis.figures import Figures
from trafficking_stats.gap_analysis.question import Question
from trafficking_stats.gap_analysis.rows import pooled
from trafficking_stats.gap_analysis.settings import prior_of
from trafficking_stats.inference.contrasts import rate_of
from trafficking_stats.inference.yearly import Total, YearlyFit
from trafficking_stats.vocabulary import Vocabulary

STAGES = ("identification", "investigation", "prosecution", "conviction")
LARGEST_LIMIT = 1000.0
"""An upper limit of a rate per 100 above this says nothing."""


def stage_of(indicator: str, vocabulary: Vocabulary) -> str:
    """Return the stage at which an indicator counts; empty where it is none of the four."""
    entry = vocabulary.indicators.get(indicator)
    return entry.stage if entry is not None and entry.stage in STAGES else ""


def fit(figures: Figures, years: Sequence[int], stage: str, question: Question) -> YearlyFit:
    """Fit the figures of a stage over some years that all are known; those beyond a break are left out."""
    counts = figures.counts.within(figures.comparable(years[0], question))
    name = f"{figures.country} {figures.measure}"
    return YearlyFit(counts, years, prior_of(stage, question.widen), name)


@dataclass(frozen=True)
class Pair:
    """Both measures of one country over the same years.

    Parameters
    ----------
    figures : pair of Figures
        Of numerator and denominator.
    numerator, denominator : YearlyFit
        Each with its own over-dispersion.
    years : tuple of int
        The pooled years.
    confidence : float
        Two-sided level.
    """

    figures: tuple[Figures, Figures]
    numerator: YearlyFit
    denominator: YearlyFit
    years: tuple[int, ...]
    confidence: float

    @classmethod
    def of(
        cls, figures: tuple[Figures, Figures], years: tuple[int, ...], question: Question, vocabulary: Vocabulary
    ) -> Pair:
        """Fit both measures."""
        fits = [fit(one, years, stage_of(one.measure.indicator, vocabulary), question) for one in figures]
        return cls(figures, fits[0], fits[1], years, question.confidence)

    def totals(self, years: Sequence[int], lag: int = 0) -> tuple[Total, Total]:
        """Return numerator and denominator over some years of the numerator."""
        return self.numerator.total(years), self.denominator.total([year - lag for year in years])


def rate_fields(rate: tuple[Total, Total], years: Sequence[int], confidence: float) -> dict[str, Any] | None:
    """Return the fields of a rate over some years; None where the upper limit says nothing."""
    found = rate_of(rate, confidence)
    if not found.upper <= LARGEST_LIMIT:
        return None
    return {**pooled(years), **vars(found)}
