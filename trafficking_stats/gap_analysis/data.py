"""What the measures of the gap start from: yearly counts as ranges, windows of them, and refusals."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from trafficking_stats.errors import RefusalError
from trafficking_stats.gap_analysis.breaks import Break, crossed, find_breaks
from trafficking_stats.gap_analysis.settings import GapSettings
from trafficking_stats.inference.counts import CountRange, as_count_range
from trafficking_stats.inference.overdispersion import Dispersion, dispersion, largest_dispersion
from trafficking_stats.vocabulary import Vocabulary
from trafficking_stats.wording import year_list

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True)
class Refusal:
    """An analysis that was not done, and why.

    Parameters
    ----------
    analysis : str
        Which one, such as ``trend`` or ``counterfactual``.
    subject : str
        What it was asked of: years, an indicator, a peer.
    reason : str
        Why, with the number on which it rests.
    number : float
        That number; ``nan`` where there is none.
    """

    analysis: str
    subject: str
    reason: str
    number: float

    @classmethod
    def of(cls, analysis: str, subject: str, error: RefusalError | str) -> Refusal:
        """Make a refusal of an error; its number is the first that the text names.

        Examples
        --------
        >>> Refusal.of("trend", "2019-2021", RefusalError("3 points are too few for a trend")).number
        3.0
        """
        text = str(error)
        found = _NUMBER.search(text)
        return cls(analysis, subject, text, float(found.group().replace(",", "")) if found else float("nan"))


@dataclass(frozen=True)
class CountSeries:
    """The yearly counts of one indicator of one country.

    Parameters
    ----------
    country, indicator : str
        Which series.
    label : str
        What is counted, as it stands in a sentence, such as ``persons convicted``.
    counts : mapping of year to CountRange
        The years with a figure that has both ends.
    unusable : mapping of year to str
        The years with a figure that cannot be added, and why.
    breaks : tuple of Break
        Breaks across which no sum is taken.
    accepted : tuple of Break
        Breaks across which sums are taken all the same.
    status : mapping of year to str
        As in the series of the reconciliation.
    n_claims : mapping of year to int
        Number of claims on each year.
    """

    country: str
    indicator: str
    label: str
    counts: Mapping[int, CountRange]
    unusable: Mapping[int, str] = field(default_factory=dict)
    breaks: tuple[Break, ...] = ()
    accepted: tuple[Break, ...] = ()
    status: Mapping[int, str] = field(default_factory=dict)
    n_claims: Mapping[int, int] = field(default_factory=dict)

    def lacking(self, first: int, last: int) -> dict[int, str]:
        """Return the years of a period that cannot be used, with the reason."""
        years = range(first, last + 1)
        return {year: self.unusable.get(year, "no figure") for year in years if year not in self.counts}

    def sum(self, first: int, last: int) -> CountRange:
        """Add the years of a period, both ends included.

        Raises
        ------
        RefusalError
            If a year lacks a figure with both ends, or the period crosses a break of the definition.
        """
        if lacking := self.lacking(first, last):
            raise RefusalError(
                f"{len(lacking)} of {last - first + 1} years of {self.label} cannot be added: {by_reason(lacking)}; "
                "a missing year is not a zero"
            )
        if change := crossed(self.breaks, first, last):
            raise RefusalError(
                f"{change.year} is a break of {self.label} within {first}-{last}: {change.reason}; "
                "no sum is taken across it unless breaks are accepted"
            )
        cells = [self.counts[year] for year in range(first, last + 1)]
        return CountRange(math.fsum(cell.lower for cell in cells), math.fsum(cell.upper for cell in cells))

    def values(self, first: int, last: int) -> list[CountRange]:
        """Return the counts of a period, after the checks of `sum`."""
        self.sum(first, last)
        return [self.counts[year] for year in range(first, last + 1)]


def by_reason(lacking: Mapping[int, str]) -> str:
    """Write years with the reason each has, years of one reason together.

    Examples
    --------
    >>> by_reason({2010: "no figure", 2011: "no figure", 2014: "at least 90, no upper end"})
    '2010 and 2011 (no figure), 2014 (at least 90, no upper end)'
    """
    reasons: dict[str, list[int]] = {}
    for year, why in lacking.items():
        reasons.setdefault(why, []).append(year)
    return ", ".join(f"{year_list(found)} ({why})" for why, found in reasons.items())


def plain_label(indicator: str, vocabulary: Vocabulary) -> str:
    """Return what an indicator counts as it stands inside a sentence.

    Examples
    --------
    >>> from trafficking_stats.vocabulary import load_vocabulary
    >>> plain_label("convictions_persons", load_vocabulary())
    'persons convicted'
    """
    if indicator not in vocabulary.indicators:
        return indicator.replace("_", " ")
    label = vocabulary.indicators[indicator].label
    return label[:1].lower() + label[1:]


def count_series(
    series: pd.DataFrame,
    country: str,
    indicator: str,
    vocabulary: Vocabulary,
    settings: GapSettings,
    *,
    accept_breaks: bool = False,
) -> CountSeries:
    """Read the totals of one indicator from the series of a reconciliation.

    Parameters
    ----------
    series : pandas.DataFrame
        As in `Reconciliation.series`.
    country, indicator : str
        Which rows.
    vocabulary : Vocabulary
        Labels and declared breaks.
    settings : GapSettings
        When a jump is a break.
    accept_breaks : bool
        Whether sums may cross breaks.

    Returns
    -------
    CountSeries
        A year that no claim names is used where the rules leave one value.
    """
    rows = series[
        (series["country"] == country) & (series["indicator"] == indicator) & (series["breakdown"] == "")
    ].sort_values("year")
    counts: dict[int, CountRange] = {}
    unusable: dict[int, str] = {}
    for year, lower, upper, claims in zip(rows["year"], rows["lower"], rows["upper"], rows["n_claims"], strict=True):
        if pd.isna(upper):
            unusable[int(year)] = f"at least {int(lower):,}, no upper end" if claims else "no figure"
        elif not claims and lower != upper:
            unusable[int(year)] = f"{int(lower):,} to {int(upper):,} by deduction, no figure"
        else:
            counts[int(year)] = as_count_range((int(lower), int(upper)))
    breaks = find_breaks(country, indicator, counts, vocabulary, settings.breaks)
    return CountSeries(
        country,
        indicator,
        plain_label(indicator, vocabulary),
        counts,
        unusable,
        breaks=() if accept_breaks else breaks,
        accepted=breaks if accept_breaks else (),
        status={int(year): status for year, status in zip(rows["year"], rows["status"], strict=True)},
        n_claims={int(year): int(n) for year, n in zip(rows["year"], rows["n_claims"], strict=True)},
    )


def longest_run(series: Iterable[CountSeries], start: int, end: int) -> tuple[int, int] | None:
    """Return the longest run of years that all series have without a break; of equals the latest.

    Examples
    --------
    >>> counts = {2014: CountRange(1, 1), 2015: CountRange(1, 1), 2017: CountRange(1, 1), 2018: CountRange(1, 1)}
    >>> longest_run([CountSeries("DNK", "judgments", "judgments", counts)], 2010, 2020)
    (2017, 2018)
    """
    together = list(series)
    runs: list[tuple[int, int]] = []
    for year in range(start, end + 1):
        if any(year not in one.counts for one in together):
            continue
        broken = any(change.year == year for one in together for change in one.breaks)
        if runs and runs[-1][1] == year - 1 and not broken:
            runs[-1] = (runs[-1][0], year)
        else:
            runs.append((year, year))
    return max(runs, key=lambda run: (run[1] - run[0], run[1]), default=None)


def series_dispersion(counts: list[CountRange], borrow: float, groups: list[int] | None = None) -> Dispersion:
    """Estimate phi of a series, or borrow it.

    Parameters
    ----------
    counts : list of CountRange
        Successive years.
    borrow : float
        The phi for a series that has fewer than 8 counts, or no phi of its own.
    groups : list of int, optional
        The period each year belongs to, where two periods are compared.

    Returns
    -------
    Dispersion
        Around a log-linear trend, or around the levels of the groups. With masked counts the largest that the
        ranges allow, around the mean instead of a trend.

    Examples
    --------
    >>> print(series_dispersion([CountRange(k, k) for k in (10, 4, 14, 8, 1, 0, 0, 0)], borrow=5))
    phi 4.1 (8 counts, after a trend)
    >>> print(series_dispersion([CountRange(10, 10)], borrow=5))
    phi 5.0 (borrowed)
    """
    try:
        if all(cell.is_exact for cell in counts):
            exact = [cell.lower for cell in counts]
            return dispersion(exact, trend=groups is None, groups=groups, borrow=borrow)
        return largest_dispersion(counts, groups=groups, borrow=borrow)
    except RefusalError:
        return Dispersion(borrow, float("inf"), len(counts), borrowed=True)
