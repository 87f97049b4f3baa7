"""Judge shares, changes, comparisons, ranks and sums: true for all values in the bounds, false for all, or open."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from trafficking_stats.fact_check.counts import judge, said
from trafficking_stats.fact_check.record import Finding, Held, Record
from trafficking_stats.messages import Bounds
from trafficking_stats.readers.narrative.claims import qualifier_of
from trafficking_stats.readers.narrative.results import Cell, Statement

EVER = "1990-01-01"
"""Where a rank over all years begins: the record has no figure before."""


@dataclass(frozen=True)
class Range:
    """The numbers that a quantity may take; both ends in."""

    low: float
    high: float

    def against(self, low: float, high: float) -> bool | None:
        """Whether all numbers lie between two ends, none does, or some do (None)."""
        if low <= self.low and self.high <= high:
            return True
        return False if self.high < low or high < self.low else None


def judge_statement(statement: Statement, record: Record) -> Finding:
    """Judge one statement.

    Parameters
    ----------
    statement : Statement
        As `read_statements` returns it.
    record : Record
        Without the document itself.

    Returns
    -------
    Finding
        Its bounds are those of what is stated: the share or change in percent, the sum, the count.
    """
    statement = _coded(statement)
    if statement.kind == "sum":
        return _sum(statement, record)
    if statement.kind == "rank":
        return _rank(statement, record)
    if statement.base is None:
        return Finding("unknown", "no_figure")
    subject, base = record.held(statement.subject), record.held(statement.base)
    sources = tuple(sorted({*subject.sources, *base.sources}))
    top, bottom = _range(subject), _range(base)
    printed = [cell.value for cell in (statement.subject, statement.base)]
    if top is None or bottom is None:
        if None in printed:
            return Finding("unknown", "no_figure")
        # the figures that the text itself prints must at least fit each other
        top, bottom = (Range(float(value or 0), float(value or 0)) for value in printed)
        sources = ()
    result, limits = _tested(statement, top, bottom)
    truth = None if result is None else result.against(*limits)
    values = {
        "subject": Bounds(int(top.low), None if math.isinf(top.high) else int(top.high)),
        "base": Bounds(int(bottom.low), None if math.isinf(bottom.high) else int(bottom.high)),
        "said": statement.value if statement.value is not None else 0,
        "stated": (result.low, result.high) if result else (0.0, 0.0),
    }
    if truth is None or result is None:
        return Finding("unknown", "wide", sources=sources, values={"record": values["subject"]})
    if truth:
        return Finding("agrees", "holds", result.low, result.high, sources, values)
    code = _broken(statement, result, sources)
    return Finding("contradicts", code, result.low, _finite(result.high), sources, values)


def _coded(statement: Statement) -> Statement:
    """Return the statement with the qualifiers of the vocabulary."""

    def coded(cell: Cell) -> Cell:
        return replace(cell, qualifier=qualifier_of(cell.qualifier))

    return replace(
        statement,
        qualifier=qualifier_of(statement.qualifier),
        subject=coded(statement.subject),
        base=statement.base and coded(statement.base),
        parts=tuple(coded(part) for part in statement.parts),
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _range(held: Held) -> Range | None:
    if held.is_empty or not held.direct:
        return None
    return Range(held.lower, math.inf if held.upper is None else held.upper)


def _tested(statement: Statement, top: Range, bottom: Range) -> tuple[Range | None, tuple[float, float]]:
    """Return what the record makes of the stated quantity, and the limits that the statement sets to it."""
    difference = Range(top.low - bottom.high, top.high - bottom.low)
    directions = {
        "up": (1.0, math.inf),
        "more": (1.0, math.inf),
        "down": (-math.inf, -1.0),
        "fewer": (-math.inf, -1.0),
        "same": (0.0, 0.0),
    }
    if statement.value is None:
        return difference, directions.get(statement.direction, (-math.inf, math.inf))
    if bottom.low <= 0 and (statement.kind == "share" or statement.unit in ("percent", "times")):
        return None, (0.0, 0.0)
    ratio = Range(top.low / bottom.high, top.high / bottom.low)
    if statement.kind == "share":
        percent = Range(100 * ratio.low, min(100 * ratio.high, 100.0))
        return percent, _around(statement)
    if statement.unit == "times":
        return ratio, (statement.value * 0.95, statement.value * 1.05)
    sign = -1.0 if statement.direction == "down" else 1.0
    if statement.unit == "percent":
        ends = sorted((sign * 100 * (ratio.low - 1), sign * 100 * (ratio.high - 1)))
        return Range(*ends), _around(statement)
    ends = sorted((sign * difference.low, sign * difference.high))
    return Range(*ends), (statement.value, statement.value)


def _around(statement: Statement) -> tuple[float, float]:
    """Return the shares that a printed one may stand for: rounded or cut off at its last decimal, or loosely said."""
    value = float(statement.value or 0)
    decimals = len(statement.text.replace(",", ".").partition(".")[2].rstrip(" %abcdefghijklmnopqrstuvwxyz"))
    unit = 10.0**-decimals
    loose = {"exact": 1.0, "about": 5.0, "nearly": 5.0}.get(statement.qualifier, 1.0)
    low, high = value - unit * loose, value + unit * loose
    if statement.qualifier in ("more_than", "at_least"):
        high = math.inf
    if statement.qualifier in ("less_than", "at_most"):
        low = -math.inf
    return low, high


def _broken(statement: Statement, result: Range, sources: tuple[str, ...]) -> str:
    """Name what is wrong with a statement that does not hold."""
    if not sources:
        return "own_arithmetic"
    is_rise = statement.kind == "change" and statement.unit == "percent" and statement.direction == "up"
    if is_rise and result.low > 0 and abs(100 * result.low / (100 + result.low) - float(statement.value or 0)) <= 1:
        return "share_of_new"
    return {"share": "share", "change": "change", "comparison": "comparison"}[statement.kind]


def _sum(statement: Statement, record: Record) -> Finding:
    """Judge a figure over several years, and the parts printed with it."""
    parts = [part.value for part in statement.parts]
    total = statement.subject.value
    if parts and None not in parts and total is not None and statement.subject.qualifier == "exact":
        added = sum(part or 0.0 for part in parts)
        if added > total:
            return Finding("contradicts", "parts", added, added, values={"said": total, "added": added})
    return judge(statement.subject, record)


def _rank(statement: Statement, record: Record) -> Finding:
    """Judge "the highest ever", "the first", "only four ever"."""
    if statement.base is None:
        return Finding("unknown", "no_figure")
    base = replace(statement.base, period_start=statement.base.period_start or EVER)
    years = range(int(base.period_start[:4]), int(base.period_end[:4]) + 1)
    cells = {year: replace(base, period_start=f"{year}-01-01", period_end=f"{year}-12-31") for year in years}
    held = {year: record.held(cell) for year, cell in cells.items()}
    known = {year: found for year, found in held.items() if not found.is_empty and found.direct}
    if statement.direction in ("first", "only"):
        return _at_most(statement, base, record)
    own = record.held(statement.subject)
    level = _level(statement.subject, own, record)
    if level is None or not known:
        return Finding("unknown", "no_figure")
    is_highest = statement.direction == "highest"
    beaten = {
        year: found
        for year, found in known.items()
        if (found.lower > level.high if is_highest else found.upper is not None and found.upper < level.low)
    }
    sources = tuple(sorted({source for found in (own, *beaten.values()) for source in found.sources}))
    if beaten:
        year = max(beaten, key=lambda y: beaten[y].lower) if is_highest else min(beaten, key=lambda y: beaten[y].lower)
        there = Bounds(beaten[year].lower, beaten[year].upper)
        values = {"year": year, "there": there, "record": _bounds(level)}
        return Finding("contradicts", statement.direction, level.low, _finite(level.high), sources, values)
    others = {year: found for year, found in known.items() if year != int(statement.subject.period_end[:4])}
    if len(others) < 2:
        return Finding("unknown", "no_figure")
    holds = all(
        (found.upper is not None and found.upper <= level.low) if is_highest else found.lower >= level.high
        for found in others.values()
    )
    code = "holds_among" if holds else "wide"
    values = {"record": _bounds(level), "n": len(others)}
    return Finding("agrees" if holds else "unknown", code, level.low, _finite(level.high), sources, values)


def _bounds(level: Range) -> Bounds:
    return Bounds(int(level.low), None if math.isinf(level.high) else int(level.high))


def _level(cell: Cell, held: Held, record: Record) -> Range | None:
    """Return the figure a rank is about: that of the record, else the one the text prints."""
    if _range(held) is not None:
        return _range(held)
    return None if cell.value is None else Range(*said(cell, record.vocabulary))


def _at_most(statement: Statement, base: Cell, record: Record) -> Finding:
    """Judge that there were no more than so many over all years, none for "the first"."""
    most = 0.0 if statement.direction == "first" else float(statement.value or 0)
    least, sources = record.at_least(base)
    values = {"said": most, "record": Bounds(least, None)}
    if least > most:
        return Finding("contradicts", statement.direction, least, None, sources, values)
    return Finding("unknown", "wide", least, None, sources, values)
