"""Expressions of time in a sentence, read as periods of the labels "2015", "2009/2015", "2016-01/2016-08", "FY2014"."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Period:
    """A time expression at tokens ``start`` to ``end`` (exclusive).

    Attributes
    ----------
    label : str
        The period, or "" where it hangs on the text around it (kinds "previous", "next" and "same").
    kind : str
        "year", "years", "part", "month", "fiscal", "previous", "previous_part" (the quarter before), "next", "current",
        "same" or "shifted"
        (the months of the text around it, in another year).
    """

    start: int
    end: int
    label: str
    kind: str


def year_of(label: str) -> int:
    """Return the first year of a period label.

    Examples
    --------
    >>> year_of("2016-01/2016-08"), year_of("FY2014")
    (2016, 2014)
    """
    return int(label.removeprefix("FY")[:4])


def is_single_year(label: str) -> bool:
    """Whether a label names one whole calendar or fiscal year."""
    return "/" not in label and "-" not in label


def year_before(label: str, years: int = 1) -> str:
    """Return the label of the year before the (last) year of a period; fiscal stays fiscal.

    Examples
    --------
    >>> year_before("FY2014"), year_before("2009/2015")
    ('FY2013', '2014')
    """
    last = label.split("/")[-1]
    prefix = "FY" if label.startswith("FY") else ""
    return f"{prefix}{int(last.removeprefix('FY')[:4]) - years}"


def in_year(label: str, year: int) -> str:
    """Return a period label moved to another year, its months kept.

    Examples
    --------
    >>> in_year("2018-01/2018-09", 2017)
    '2017-01/2017-09'
    """
    if "-" not in label or label.startswith("FY"):
        return str(year)
    step = year - year_of(label)
    return "/".join(f"{int(end[:4]) + step}{end[4:]}" for end in label.split("/"))


def part_before(label: str) -> str:
    """Return the period of the same length right before a part of a year.

    Examples
    --------
    >>> part_before("2023-10/2023-12"), part_before("2024-01/2024-03")
    ('2023-07/2023-09', '2023-10/2023-12')
    """
    if "-" not in label:
        return year_before(label)
    first, _, last = label.partition("/")
    start, end = (int(end[:4]) * 12 + int(end[5:7]) - 1 for end in (first, last or first))
    length = end - start + 1
    months = [f"{month // 12}-{month % 12 + 1:02}" for month in (start - length, start - 1)]
    return "/".join(dict.fromkeys(months))
