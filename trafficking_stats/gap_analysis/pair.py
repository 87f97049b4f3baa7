"""Two measures of one country, fitted over the same years: the rate of the one by the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from trafficking_stats.gap_analysis.figures import Figures
from trafficking_stats.gap_analysis.question import Question
from trafficking_stats.gap_analysis.rows import Refusal, pooled
from trafficking_stats.gap_analysis.settings import prior_of
from trafficking_stats.inference.contrasts import Pair as Totals
from trafficking_stats.inference.contrasts import rate_of
from trafficking_stats.inference.yearly import YearlyFit, halves
from trafficking_stats.vocabulary import Vocabulary

Row = TypeVar("Row")
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

    @property
    def parts(self) -> dict[str, tuple[int, ...]]:
        """The years of the whole and of each half."""
        return dict(zip(("whole", "early", "late"), (self.years, *halves(self.years)), strict=True))

    def lacking(self, years: Sequence[int], lag: int) -> tuple[int, ...]:
        """Return the years of the denominator that have no figure, or lie beyond a break."""
        return tuple(year - lag for year in years if year - lag not in self.denominator.counts)

    def totals(self, years: Sequence[int], lag: int = 0) -> Totals:
        """Return numerator and denominator over some years of the numerator."""
        return self.numerator.total(years), self.denominator.total([year - lag for year in years])


def rate_row(
    row: type[Row], what: tuple[str, str], rate: Totals, years: Sequence[int], confidence: float, **named: Any
) -> Row | Refusal:
    """Make the row of a table on the rate of some years; a refusal where its upper limit says nothing.

    Parameters
    ----------
    row : type
        Its class, a `Rate` over `Pooled` years.
    what : pair of str
        The analysis that is refused otherwise, and of what it was asked.
    rate : pair of Total
        Numerator and denominator.
    years : sequence of int
        Those of the numerator.
    confidence : float
        Two-sided level.
    **named : object
        The other fields of the row.
    """
    found = rate_of(rate, confidence)
    if found.upper <= LARGEST_LIMIT:
        return row(**named, **pooled(years), **vars(found))
    return Refusal(what[0], "says_nothing", found.denominator_lower, 1, tuple(years), what[1])
