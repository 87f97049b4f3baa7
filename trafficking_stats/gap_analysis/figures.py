"""The yearly counts the gap starts from, and the stretch of years that can be pooled."""

import functools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from trafficking_stats.gap_analysis.breaks import Break, find_breaks
from trafficking_stats.gap_analysis.question import YEARS, Question
from trafficking_stats.gap_analysis.settings import load_gap_settings
from trafficking_stats.inference.counts import CountRange, Counts, as_count_range
from trafficking_stats.inference.windows import latest_stretch, stretches
from trafficking_stats.messages.measures import Measure
from trafficking_stats.reconciliation.result import Reconciliation


@dataclass(frozen=True)
class Figures:
    """The yearly counts of one measure in one country.

    Parameters
    ----------
    country : str
        ISO 3166-1 alpha-3.
    measure : Measure
        What is counted.
    counts : Counts
        The years with a figure that has both ends.
    breaks : tuple of Break
        Changes of the definition, declared or found.
    status : mapping of year to str
        As in the series of the reconciliation.
    n_claims : mapping of year to int
        Number of claims on each year.
    doubtful : mapping of year to str
        Years with a kept claim that is doubtful, and the doubt.
    printers : mapping of year to set of (publisher, upstream)
        Who prints a figure of it, kept or set aside, from which register: each can confirm or contradict the others.
    limits : mapping of year to CountRange
        Every year on which anything is known, also those that no rate can use: without an upper limit, or ranges that
        only follow from other figures.
    """

    country: str
    measure: Measure
    counts: Counts
    breaks: tuple[Break, ...] = ()
    status: Mapping[int, str] = field(default_factory=dict)
    n_claims: Mapping[int, int] = field(default_factory=dict)
    doubtful: Mapping[int, str] = field(default_factory=dict)
    printers: Mapping[int, Collection[tuple[str, str]]] = field(default_factory=dict)
    limits: Mapping[int, CountRange] = field(default_factory=dict)

    def printed_in(self, years: Sequence[int]) -> set[tuple[str, str]]:
        """Return who prints a figure of some years, and from which register."""
        return {printer for year in years for printer in self.printers.get(year, ())}

    def breaks_in(self, years: Sequence[int]) -> tuple[int, ...]:
        """Return the breaks between the first of some years and the last."""
        return tuple(change.year for change in self.breaks if years[0] < change.year <= years[-1])

    def comparable(self, year: int, question: Question) -> range:
        """Return the years from the break before a year on, from which a lag may take its counts."""
        starts = [change.year for change in self.breaks if change.year <= year and not question.accept_breaks]
        return range(max(starts, default=YEARS[0]), YEARS[1])


class _Together(Counts):
    """Counts of which masked ones are added by what claims and rules leave of them together."""

    def __init__(self, counts: Mapping[int, CountRange], bounds: Callable[[tuple[int, ...]], object]) -> None:
        super().__init__(counts)
        self._bounds = functools.cache(bounds)

    def sum(self, years: Iterable[int]) -> CountRange:
        chosen = tuple(years)
        apart = super().sum(chosen)
        return apart if apart.is_exact else as_count_range(self._bounds(chosen))


def figures_of(rec: Reconciliation, country: str, measure: Measure) -> Figures:
    """Read one measure from a reconciliation.

    A year that no claim names is used where the rules leave one value.

    Examples
    --------
    >>> import trafficking_stats as ts
    >>> rec = ts.reconcile(ts.load_claims().query("country == 'DNK' and indicator == 'prosecutions_suspects'"))
    >>> figures_of(rec, "DNK", Measure("prosecutions_suspects")).counts[2015]
    CountRange(lower=29.0, upper=29.0)
    """
    rows, claims = rec.of(country, measure.indicator, measure.breakdown)
    printers: dict[int, set[tuple[str, str]]] = defaultdict(set)
    doubtful: dict[int, str] = {}
    told = (claims[name] for name in ("period_end", "publisher", "upstream", "accepted", "doubt"))
    for end, publisher, upstream, accepted, doubt in zip(*told, strict=True):
        year = int(end[:4])  # in which the period ends
        printers[year].add((publisher, upstream or publisher))
        if accepted and doubt:
            doubtful[year] = doubt
    bounds = functools.partial(rec.bounds_of_sum, country, measure.indicator, breakdown=measure.breakdown)
    counts = _Together(counts_of(rows).get((country, measure), {}), bounds)
    years = rows["year"].tolist()
    ends = zip(years, rows["lower"].fillna(0).astype(float), rows["upper"].astype(float).fillna(np.inf), strict=True)
    return Figures(
        country,
        measure,
        counts,
        find_breaks(country, measure.indicator, counts, rec.vocabulary, load_gap_settings().breaks),
        dict(zip(years, rows["status"], strict=True)),
        dict(zip(years, rows["n_claims"], strict=True)),
        doubtful,
        printers,
        {year: CountRange(*limits) for year, *limits in ends if limits != [0, np.inf]},
    )


def both_figures(rec: Reconciliation, country: str, question: Question) -> tuple[Figures, Figures]:
    """Read the numerator and the denominator of a question for a country: its own, or a peer."""
    return figures_of(rec, country, question.numerator), figures_of(rec, country, question.denominator)


def counts_of(series: pd.DataFrame) -> dict[tuple[str, Measure], Counts]:
    """Return the years that some claim bounds from above, or that the rules leave one value, by country and measure."""
    low, high = (series[end].to_numpy(float, na_value=np.nan) for end in ("lower", "upper"))
    used = np.flatnonzero(~np.isnan(high) & (series["n_claims"].gt(0) | (low == high)))
    columns = (series[name].to_numpy()[used].tolist() for name in ("country", "indicator", "breakdown", "year"))
    found: dict[tuple[str, Measure], Counts] = defaultdict(Counts)
    for country, indicator, breakdown, year, *ends in zip(
        *columns, low[used].tolist(), high[used].tolist(), strict=True
    ):
        found[country, Measure(indicator, breakdown)][year] = CountRange(*ends)
    return found


def pooled_years(both: Sequence[Figures], question: Question) -> tuple[int, ...]:
    """Return the years that are pooled: all with both figures and no break between them, the latest such stretch."""
    known = sorted(year for year in both[0].counts if question.covers(year))
    candidates = common_stretches(both, known, accept_breaks=question.accept_breaks)
    return latest_stretch(candidates, load_gap_settings().fewest_years)


def choose_figures(candidates: Sequence[Figures], years: Collection[int]) -> Figures | None:
    """Return the figures for most of the years, of equals the first; None if nobody counted any of them."""

    def counted(one: Figures) -> int:
        return sum(year in one.counts and one.n_claims.get(year, 0) > 0 for year in years)

    best = max(candidates, key=counted, default=None)
    return best if best is not None and counted(best) else None


def common_stretches(
    together: Sequence[Figures], years: Iterable[int], *, accept_breaks: bool
) -> list[tuple[int, ...]]:
    """Split the years that all figures have at the breaks of any of them, the latest stretch first."""
    starts = {change.year for one in together for change in one.breaks if not accept_breaks}
    return stretches([year for year in years if all(year in one.counts for one in together)], starts)
