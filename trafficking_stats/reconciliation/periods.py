"""How the periods of one series add up: each is the sum of the pieces into which all of them together cut the years."""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Iterable

Period = tuple[str, str]
"""First and last day in ISO form, both in; an empty first day means since records began."""


def tiles(periods: Iterable[Period]) -> dict[Period, tuple[Period, ...]]:
    """Split periods into pieces that they have in common.

    Parameters
    ----------
    periods : iterable of (start, end)
        All periods on which one series has a cell, calendar years among them.

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
    ends = {period: (_day(period[0]) if period[0] else None, _day(period[1]) + 1) for period in periods}
    cuts = sorted({day for pair in ends.values() for day in pair if day is not None})
    found = {}
    for period, (begin, stop) in ends.items():
        pieces = _pieces(cuts[0] if begin is None else begin, stop, cuts)
        if begin is None:
            pieces.insert(0, ("", _iso(cuts[0] - 1)))
        if len(pieces) > 1:
            found[period] = tuple(pieces)
    return found


def _pieces(begin: int, stop: int, cuts: list[int]) -> list[Period]:
    pieces = []
    day = begin
    while day < stop:
        date = datetime.date.fromordinal(day)
        following = datetime.date(date.year + 1, 1, 1).toordinal()
        cut = cuts[bisect_right(cuts, day)]
        whole_year = (date.month, date.day) == (1, 1) and following <= stop and (day, following) != (begin, stop)
        end = following if whole_year else min(cut, following)
        pieces.append((_iso(day), _iso(end - 1)))
        day = end
    return pieces


def _day(iso: str) -> int:
    return datetime.date.fromisoformat(iso).toordinal()


def _iso(day: int) -> str:
    return datetime.date.fromordinal(day).isoformat()
