"""The yearly counts the gap starts from, and the stretch of years that can be pooled."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from trafficking_stats.gap_analysis.breaks import Break, find_breaks
from trafficking_stats.gap_analysis.question import Measure
from trafficking_stats.gap_analysis.settings import load_gap_settings
from trafficking_stats.inference.counts import CountRange, as_count_range
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

    def of(self, years: Iterable[int]) -> list[CountRange]:
        """Return the counts of these years, each of which must be known."""
        return [self.counts[year] for year in years]

    def has(self, years: Iterable[int]) -> bool:
        """Whether every one of these years is known."""
        return all(year in self.counts for year in years)

    def sum(self, years: Iterable[int]) -> CountRange:
        """Add the counts of these years."""
        return add(self.of(years))


def add(cells: Sequence[CountRange]) -> CountRange:
    """Add ranges."""
    return CountRange(math.fsum(cell.lower for cell in cells), math.fsum(cell.upper for cell in cells))


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
    own = (rec.series["country"] == country) & (rec.series["indicator"] == measure.indicator)
    rows = rec.series[own & (rec.series["breakdown"] == measure.breakdown)].sort_values("year")
    counts: dict[int, CountRange] = {}
    open_ended = []
    for year, low, high, claims in zip(rows["year"], rows["lower"], rows["upper"], rows["n_claims"], strict=True):
        if pd.isna(high):
            open_ended += [int(year)] if claims else []
        elif claims or low == high:
            counts[int(year)] = as_count_range((int(low), int(high)))
    breaks = find_breaks(country, measure.indicator, counts, rec.vocabulary, load_gap_settings().breaks)
    claims = _claims(rec, country, measure)
    return Figures(
        country,
        measure,
        counts,
        tuple(open_ended),
        breaks,
        dict(zip(rows["year"].astype(int), rows["status"], strict=True)),
        dict(zip(rows["year"].astype(int), rows["n_claims"].astype(int), strict=True)),
        _doubts(claims),
        frozenset(claims["publisher"]),
    )


def _claims(rec: Reconciliation, country: str, measure: Measure) -> pd.DataFrame:
    """Return the kept claims on a measure with the calendar year in which each ends."""
    claims = rec.claims
    own = (claims["country"] == country) & (claims["indicator"] == measure.indicator) & claims["accepted"].astype(bool)
    own &= claims["breakdown"] == measure.breakdown
    return claims[own].assign(year=lambda table: table["period_end"].astype(str).str[:4].astype(int))


def _doubts(claims: pd.DataFrame) -> dict[int, str]:
    if "doubt" not in claims:
        return {}
    doubtful = claims[claims["doubt"].fillna("").astype(str) != ""]
    return dict(zip(doubtful["year"], doubtful["doubt"].astype(str), strict=True))


def choose_figures(candidates: Sequence[Figures], years: Collection[int]) -> Figures | None:
    """Return the figures for most of the years, of equals the first; None if nobody counted any of them."""

    def counted(one: Figures) -> int:
        return sum(year in one.counts and one.n_claims.get(year, 0) > 0 for year in years)

    best = max(candidates, key=counted, default=None)
    return best if best is not None and counted(best) else None


def stretches(
    together: Sequence[Figures], years: Iterable[int], *, accept_breaks: bool = False
) -> list[tuple[int, ...]]:
    """Split the years that all figures have at the breaks of any of them.

    A hole does not end a stretch: counts on either side of it are still counts of one thing.

    Parameters
    ----------
    together : sequence of Figures
        Such as numerator and denominator.
    years : iterable of int
        The years that may be used.
    accept_breaks : bool
        Whether breaks are ignored.

    Returns
    -------
    list of tuple of int
        The latest stretch first.

    Examples
    --------
    >>> counts = {year: CountRange(1, 1) for year in (2014, 2015, 2018, 2019)}
    >>> change = Break("DNK", "judgments", 2019, "new law", True)
    >>> stretches([Figures("DNK", Measure("judgments"), counts, breaks=(change,))], range(2010, 2020))
    [(2019,), (2014, 2015, 2018)]
    """
    starts = sorted({change.year for one in together for change in one.breaks if not accept_breaks})
    found: dict[int, list[int]] = {}
    for year in sorted(set(years)):
        if all(year in one.counts for one in together):
            found.setdefault(sum(start <= year for start in starts), []).append(year)
    return [tuple(found[k]) for k in sorted(found, reverse=True)]


def pooled_years(candidates: Sequence[tuple[int, ...]], fewest: int) -> tuple[int, ...]:
    """Return the latest stretch that is long enough, else the longest; of equals the latest.

    Examples
    --------
    >>> pooled_years([(2019,), (2014, 2015, 2018)], fewest=3)
    (2014, 2015, 2018)
    """
    enough = [years for years in candidates if len(years) >= fewest]
    return enough[0] if enough else max(candidates, key=len, default=())


def halves(years: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Split years into an earlier and a later half; of an odd number the middle one is in the later half.

    Examples
    --------
    >>> halves((2014, 2015, 2018))
    ((2014,), (2015, 2018))
    """
    middle = len(years) // 2
    return tuple(years[:middle]), tuple(years[middle:])
