"""How the periods of a series add up: each is the sum of the pieces into which all of them together cut the years."""

import datetime
from bisect import bisect_right
from collections.abc import Iterable

Period = tuple[str, str]
"""First and last day in ISO form, both in; an empty first day means since records began."""


def tiles(periods: Iterable[Period], others: Iterable[Period] = ()) -> dict[Period, tuple[Period, ...]]:
    """Split periods into pieces that they have in common.

    Parameters
    ----------
    periods : iterable of (start, end)
        All periods on which one series has a cell, calendar years among them.
    others : iterable of (start, end)
        Those of series that are compared with it: a year that is cut by a period of its own is cut by theirs too.

    Returns
    -------
    dict
        For each period that is more than one piece, the pieces that add up to it: every other calendar year that
        lies whole inside, and elsewhere the stretches between two days on which some period begins or has ended.

    Examples
    --------
    >>> half, quarter, year = ("2020-01-01", "2020-06-30"), ("2020-01-01", "2020-03-31"), ("2020-01-01", "2020-12-31")
    >>> found = tiles([year, half, quarter])
    >>> found[half]
    (('2020-01-01', '2020-03-31'), ('2020-04-01', '2020-06-30'))
    >>> [end for start, end in found[year]]
    ['2020-03-31', '2020-06-30', '2020-12-31']
    """
    ends = {period: _ends(period) for period in periods}
    own = {day for pair in ends.values() for day in pair if day}
    cut_years = {datetime.date.fromordinal(day).year for day in own if not _begins_year(day)}
    beside = {day for period in others for day in _ends(period) if day}
    cuts = sorted(own | {day for day in beside if datetime.date.fromordinal(day).year in cut_years})
    found = {}
    for period, (begin, stop) in ends.items():
        pieces = _pieces(begin or cuts[0], stop, cuts)
        if not begin:
            pieces.insert(0, ("", _iso(cuts[0] - 1)))
        if len(pieces) > 1:
            found[period] = tuple(pieces)
    return found


def _ends(period: Period) -> tuple[int, int]:
    """Return the number of the first day, 0 for since records began, and of the day after the last."""
    start, end = period
    return _day(start) if start else 0, _day(end) + 1


def _pieces(begin: int, stop: int, cuts: list[int]) -> list[Period]:
    pieces = []
    day = begin
    while day < stop:
        following = datetime.date(datetime.date.fromordinal(day).year + 1, 1, 1).toordinal()
        cut = cuts[bisect_right(cuts, day)]
        whole_year = _begins_year(day) and following <= stop and (day, following) != (begin, stop)
        end = following if whole_year else min(cut, following)
        pieces.append((_iso(day), _iso(end - 1)))
        day = end
    return pieces


def _begins_year(day: int) -> bool:
    date = datetime.date.fromordinal(day)
    return (date.month, date.day) == (1, 1)


def _day(iso: str) -> int:
    return datetime.date.fromisoformat(iso).toordinal()


def _iso(day: int) -> str:
    return datetime.date.fromordinal(day).isoformat()
