"""The yearly counts the gap starts from, and the stretch of years that can be pooled."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from trafficking_stats.gap_analysis.breaks import Break, find_breaks
from trafficking_stats.gap_analysis.question import Question
from trafficking_stats.gap_analysis.settings import load_gap_settings
from trafficking_stats.inference.counts import CountRange, as_count_range
from trafficking_stats.inference.windows import latest_stretch, stretches
from trafficking_stats.measures import Measure
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
    counts : mapping of year to CountRange
        The years with a figure that has both ends.
    open_ended : tuple of int
        Years of which only a lower end is known.
    breaks : tuple of Break
        Changes of the definition, declared or found.
    status : mapping of year to str
        As in the series of the reconciliation.
    n_claims : mapping of year to int
        Number of claims on each year.
    doubtful : mapping of year to str
        Years with a kept claim that is doubtful, and the doubt.
    publishers : frozenset of str
        Who prints a figure of it that is kept.
    """

    country: str
    measure: Measure
    counts: Mapping[int, CountRange]
    open_ended: tuple[int, ...] = ()
    breaks: tuple[Break, ...] = ()
    status: Mapping[int, str] = field(default_factory=dict)
    n_claims: Mapping[int, int] = field(default_factory=dict)
    doubtful: Mapping[int, str] = field(default_factory=dict)
    publishers: frozenset[str] = frozenset()


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
    rows = rows_on(rec.series[rec.series["country"] == country], measure)
    counts = counts_of(rows)
    open_ended = rows.loc[rows["upper"].isna() & (rows["n_claims"] > 0), "year"]
    breaks = find_breaks(country, measure.indicator, counts, rec.vocabulary, load_gap_settings().breaks)
    claims = _claims(rec, country, measure)
    return Figures(
        country,
        measure,
        counts,
        tuple(int(year) for year in open_ended),
        breaks,
        dict(zip(rows["year"].astype(int), rows["status"], strict=True)),
        dict(zip(rows["year"].astype(int), rows["n_claims"].astype(int), strict=True)),
        _doubts(claims),
        frozenset(claims["publisher"]),
    )


def both_figures(rec: Reconciliation, country: str, question: Question) -> tuple[Figures, Figures]:
    """Read the numerator and the denominator of a question for a country: its own, or a peer."""
    return figures_of(rec, country, question.numerator), figures_of(rec, country, question.denominator)


def rows_on(series: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """Return the rows of the series of one country on a measure, by year."""
    own = (series["indicator"] == measure.indicator) & (series["breakdown"] == measure.breakdown)
    return series[own].sort_values("year")


def counts_of(rows: pd.DataFrame) -> dict[int, CountRange]:
    """Return the years with an upper limit that some claim names, or that the rules leave one value."""
    ends = zip(rows["year"], rows["lower"], rows["upper"], rows["n_claims"], strict=True)
    return {
        int(year): as_count_range((int(low), int(high)))
        for year, low, high, claims in ends
        if not pd.isna(high) and (claims or low == high)
    }


def _claims(rec: Reconciliation, country: str, measure: Measure) -> pd.DataFrame:
    """Return the kept claims on a measure with the calendar year in which each ends."""
    claims = rec.claims
    own = (claims["country"] == country) & (claims["indicator"] == measure.indicator) & claims["accepted"].astype(bool)
    own &= claims["breakdown"] == measure.breakdown
    return claims[own].assign(year=lambda table: table["period_end"].astype(str).str[:4].astype(int))


def _doubts(claims: pd.DataFrame) -> dict[int, str]:
    doubtful = claims[claims["doubt"] != ""]
    return dict(zip(doubtful["year"], doubtful["doubt"], strict=True))


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
