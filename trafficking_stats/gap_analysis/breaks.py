"""Breaks of a definition: the years across which two counts of one name are not the same thing."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from trafficking_stats.gap_analysis.settings import BreakThresholds
from trafficking_stats.inference.counts import CountRange
from trafficking_stats.vocabulary import Vocabulary


@dataclass(frozen=True)
class Break:
    """The first year of a count that is not comparable with the years before.

    Parameters
    ----------
    country, indicator : str
        Which series.
    year : int
        The first year under the new definition.
    reason : str
        What changed, or which jump was found.
    declared : bool
        Whether the vocabulary declares it; otherwise it was found in the figures.
    accepted : bool
        Whether the reader accepts that sums cross it.
    """

    country: str
    indicator: str
    year: int
    reason: str
    declared: bool
    accepted: bool = False


def find_breaks(
    country: str,
    indicator: str,
    series: Mapping[int, CountRange],
    vocabulary: Vocabulary,
    thresholds: BreakThresholds,
) -> tuple[Break, ...]:
    """Find the breaks of a series: those declared, and rises that no real change explains.

    A rise counts only if it is as large whatever masked cells are. A fall is never taken for a break, since that cases
    are lost is what the gap is about; a steep one is named as a steep rise is.

    Parameters
    ----------
    country, indicator : str
        Which series.
    series : mapping of year to CountRange
        Its counts; each year is compared with the last one before it that has a figure.
    vocabulary : Vocabulary
        Holds the declared breaks.
    thresholds : BreakThresholds
        From how many times a jump is a break, and from which base at least.

    Returns
    -------
    tuple of Break, by year

    Examples
    --------
    >>> from trafficking_stats.vocabulary import load_vocabulary
    >>> counts = {2016: CountRange(40, 40), 2017: CountRange(210, 210), 2018: CountRange(190, 190)}
    >>> limits = BreakThresholds(jump=5, steep=3, base=20)
    >>> [found] = find_breaks("XXX", "victims_identified", counts, load_vocabulary(), limits)
    >>> found.year, found.reason
    (2017, '40 in 2016, 210 in 2017')
    """
    found = {
        declared.year: Break(country, indicator, declared.year, declared.reason, True)
        for declared in vocabulary.definition_breaks
        if (declared.country, declared.indicator) == (country, indicator)
    }
    for last, year in jumps(series, thresholds.jump, thresholds.base):
        reason = f"{series[last]} in {last}, {series[year]} in {year}"
        found.setdefault(year, Break(country, indicator, year, reason, False))
    return tuple(found[year] for year in sorted(found))


def jumps(series: Mapping[int, CountRange], times: float, base: int, *, falls: bool = False) -> list[tuple[int, int]]:
    """Return the last year before and the year of every rise or fall by so many times; below the base counts as it.

    Examples
    --------
    >>> counts = {2016: CountRange(40, 40), 2019: CountRange(130, 130), 2020: CountRange(14, 14)}
    >>> jumps(counts, times=3, base=20), jumps(counts, times=3, base=20, falls=True)
    ([(2016, 2019)], [(2019, 2020)])
    """
    found = []
    for last, year in pairwise(sorted(series)):
        low, high = (year, last) if falls else (last, year)
        if series[high].lower >= times * max(series[low].upper, base):
            found.append((last, year))
    return found
