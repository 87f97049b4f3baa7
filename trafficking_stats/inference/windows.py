"""Years that belong together: stretches without a break, silences, and windows under which a rate is asked anew."""

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby

from trafficking_stats.inference.counts import CountRange, Counts
from trafficking_stats.inference.ratio import ratio_range
from trafficking_stats.inference.yearly import halves

Years = tuple[int, ...]
Window = tuple[Years, ...]
"""Years, or two sets of years that are compared."""


def stretches(years: Iterable[int], breaks: Collection[int]) -> list[Years]:
    """Split years at the first years of new definitions; a hole does not end a stretch.

    Returns
    -------
    list of tuple of int
        The latest stretch first.

    Examples
    --------
    >>> stretches([2014, 2015, 2018, 2019], breaks=[2019])
    [(2019,), (2014, 2015, 2018)]
    """
    groups = groupby(sorted(set(years)), key=lambda year: sum(start <= year for start in breaks))
    return [tuple(group) for _, group in groups][::-1]


def latest_stretch(candidates: Sequence[Years], fewest: int) -> Years:
    """Return the latest stretch that is long enough, else the longest; of equals the latest.

    Examples
    --------
    >>> latest_stretch([(2019,), (2014, 2015, 2018)], fewest=3)
    (2014, 2015, 2018)
    """
    enough = [years for years in candidates if len(years) >= fewest]
    return enough[0] if enough else max(candidates, key=len, default=())


def runs(years: Iterable[int]) -> list[Years]:
    """Group years that follow each other.

    Examples
    --------
    >>> runs([2014, 2016, 2017])
    [(2014,), (2016, 2017)]
    """
    groups = groupby(enumerate(years), key=lambda item: item[1] - item[0])
    return [tuple(year for _, year in group) for _, group in groups]


def windows_of(years: Years, window: int) -> dict[str, list[Window]]:
    """Return the windows of each question, that of the headline first.

    Examples
    --------
    >>> [part for part in windows_of((2014, 2015, 2016, 2017), window=3)["change"][0]]
    [(2014, 2015), (2016, 2017)]
    """
    middle = len(years) // 2
    splits = [k for k in (middle, middle - 1, middle + 1) if 0 < k < len(years)]
    changes: list[Window] = [(years[:k], years[k:]) for k in splits]
    if 2 * window < len(years):
        changes.append((years[:window], years[-window:]))
    return {"level": [(years,), *((part,) for part in halves(years) if part)], "change": changes}


Sums = list[tuple[CountRange, CountRange]]
"""A numerator and a denominator for each part of a window."""


def window_sums(above: Counts, below: Counts, window: Window, lag: int) -> tuple[Sums, str]:
    """Return numerator and denominator of each part of a window; or none, and the code of the reason why.

    Some of the years may be lacking: those that are known stand for a part, if they are at least half of it.

    Examples
    --------
    >>> one = Counts({2014: CountRange(1, 1), 2015: CountRange(2, 2)})
    >>> window_sums(one, Counts({2014: CountRange(50, 50)}), ((2014, 2015),), lag=0)
    ([(CountRange(lower=1.0, upper=1.0), CountRange(lower=50.0, upper=50.0))], '')
    >>> window_sums(one, Counts(), ((2014, 2015),), lag=0)
    ([], 'missing_years')
    """
    found = []
    for part in window:
        known = [year for year in part if year in above and year - lag in below]
        if 2 * len(known) < len(part):
            return [], "missing_years"
        sums = above.sum(known), below.sum([year - lag for year in known])
        if sums[1].lower == 0:
            return [], "denominator_zero"
        found.append(sums)
    if len(found) > 1 and all(pair[0].upper == 0 for pair in found):
        return [], "no_events"
    return found, ""


def window_answer(sums: Sequence[tuple[CountRange, CountRange]], masked: str) -> float:
    """Return the rate per 100, or the later less the earlier, masked figures as ``low`` or ``high`` as they can be.

    Examples
    --------
    >>> window_answer([(CountRange(0, 4), CountRange(100, 100))], "high")
    4.0
    """
    rates = [ratio_range(*pair) for pair in sums]
    end = 0 if masked == "low" else 1
    return 100 * (rates[0][end] if len(rates) == 1 else rates[1][end] - rates[0][1 - end])
