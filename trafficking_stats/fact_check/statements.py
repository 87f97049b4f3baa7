"""Judge shares, changes, comparisons, ranks and sums: true for all values in the bounds, false for all, or open.

They are those of a text, or what sources say of their own figures, kept as data; the latter cast doubts on claims.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import pandas as pd

from trafficking_stats.csv_tables import records
from trafficking_stats.fact_check.counts import judge, said
from trafficking_stats.fact_check.limits import LIMITS
from trafficking_stats.fact_check.record import Finding, Held, Range, Record
from trafficking_stats.messages import Bounds
from trafficking_stats.readers.narrative.results import Cell, Statement
from trafficking_stats.reasons import STATEMENT, load_statements
from trafficking_stats.reconciliation.result import Reconciliation

_RATIOS = {"share": (100.0, 0.0), "percent": (100.0, -100.0), "times": (1.0, 0.0)}
"""What a statement says of subject / base: by what the ratio is multiplied, and what is added."""


def judge_statement(statement: Statement, record: Record, near: Sequence[Cell] = ()) -> Finding:
    """Judge one statement; none is wrong that would be right of another year that the text names beside it.

    Parameters
    ----------
    statement : Statement
        As `read_statements` returns it.
    record : Record
        Without the document itself.
    near : sequence of Cell
        What the text counts beside it; a change that two of these figures bear out is right by them.

    Returns
    -------
    Finding
        Its bounds are those of what is stated: the share or change in percent, the sum, the count.
    """
    found = _judged(statement, record, near)
    others = _of_other_years(statement, near) if found.verdict == "contradicts" else ()
    is_open = any(_judged(other, record, ()).verdict == "agrees" for other in others)
    return Finding("unknown", "unclear_subject") if is_open else found


def _of_other_years(statement: Statement, near: Sequence[Cell]) -> Iterator[Statement]:
    """Yield a rank, a change or a multiple as said of each year that is named beside it."""
    base = statement.base
    for start, end in {(cell.period_start, cell.period_end) for cell in near}:
        moved = replace(statement.subject, period_start=start, period_end=end, value=None)
        if base is not None and statement.kind == "rank":
            yield replace(statement, subject=moved, base=replace(base, period_end=max(end, base.period_end)))
        elif base is not None and statement.kind in LIMITS.of_two:
            yield replace(statement, subject=moved)
            yield replace(statement, base=replace(base, period_start=start, period_end=end, value=None))


def _judged(statement: Statement, record: Record, near: Sequence[Cell]) -> Finding:
    """Judge one statement as it was read."""
    if statement.kind == "sum" or statement.base is None:
        return _sum(statement, record)
    if statement.kind == "rank":
        return _rank(statement, statement.base, record)
    subject, base = record.held(statement.subject), record.held(statement.base)
    is_known = subject.is_known and base.is_known
    found, is_read = Finding("unknown", "no_figure"), True
    if subject != base and (is_known or (subject.exact and base.exact)):
        found = _tested(statement, subject, base, _sources(subject, base))
        is_read = is_known and subject.allows(statement.subject.value) and base.allows(statement.base.value)
    elif statement.subject.value is not None and statement.base.value is not None:
        # the figures that the text itself prints must at least fit each other
        found = _tested(statement, _printed(statement.subject), _printed(statement.base), ())
    own = _by_figures(statement, near) if found.verdict != "agrees" else None
    is_misread = found.verdict == "contradicts" and not is_read
    return own or (Finding("unknown", "unclear_subject") if is_misread else found)


def _printed(cell: Cell) -> Range:
    return Range(cell.value or 0.0, cell.value or 0.0)


def _tested(statement: Statement, top: Range, bottom: Range, sources: tuple[str, ...]) -> Finding:
    stated = _stated(statement, top, bottom)
    truth = stated.against(*_limits(statement)) if stated else None
    if stated is None or truth is None:
        return Finding("unknown", "wide", sources=sources, values={"record": top.bounds})
    said, ends = statement.value or 0, (stated.low, stated.high)
    values = {"subject": top.bounds, "base": bottom.bounds, "said": said, "stated": ends}
    code = "holds" if truth else _broken(statement, stated) if sources else "own_arithmetic"
    return Finding("agrees" if truth else "contradicts", code, stated.low, stated.upper, sources, values)


def _by_figures(statement: Statement, near: Sequence[Cell]) -> Finding | None:
    """Return the finding where two figures that the text prints bear out a change by so many or so many percent."""
    if statement.value is None or statement.kind not in LIMITS.of_two:
        return None
    known = sorted((cell for cell in near if cell.value is not None), key=lambda cell: cell.period_end)
    tests = (_tested(statement, later, earlier, ()) for earlier, later in combinations(map(_printed, known), 2))
    return next((found for found in tests if found.verdict == "agrees"), None)


def _sources(*held: Held) -> tuple[str, ...]:
    return tuple(sorted({source for one in held for source in one.sources}))


def _stated(statement: Statement, top: Range, bottom: Range) -> Range | None:
    """Return what the record makes of the stated share, ratio or difference; None where it would divide by zero."""
    sign = -1.0 if statement.direction in ("down", "fewer") else 1.0
    scale, shift = _RATIOS.get("share" if statement.kind == "share" else statement.unit, (0.0, 0.0))
    if not scale:
        ends = top.low - bottom.high, top.high - bottom.low
    elif bottom.low <= 0:
        return None
    else:
        ends = scale * top.low / bottom.high + shift, scale * top.high / bottom.low + shift
    low, high = sorted(sign * end for end in ends)
    return Range(low, min(high, 100.0) if statement.kind == "share" else high)


def _limits(statement: Statement) -> tuple[float, float]:
    """Return the numbers that a statement allows; a printed share may be rounded, cut off, or loosely said."""
    value = statement.value
    if value is None:
        return (0.0, 0.0) if statement.direction == "same" else (1.0, math.inf)
    if statement.unit == "times":
        off = value * LIMITS.loose_times
    elif statement.unit == "percent":
        decimals = len(statement.text.replace(",", ".").partition(".")[2].rstrip(" %abcdefghijklmnopqrstuvwxyz"))
        is_worded = statement.qualifier == "exact" and not any(map(str.isdigit, statement.text))  # "one in four"
        off = 10.0**-decimals * (5.0 if statement.qualifier in ("about", "nearly") else 2.0 if is_worded else 1.0)
    else:
        return value, value
    low = -math.inf if statement.qualifier in ("less_than", "at_most") else value - off
    return low, math.inf if statement.qualifier in ("more_than", "at_least") else value + off


def _broken(statement: Statement, stated: Range) -> str:
    """Name what is wrong with a statement that does not hold."""
    is_rise = statement.kind == "change" and statement.unit == "percent" and statement.direction == "up"
    share = 100 * stated.low / (100 + stated.low) if is_rise and stated.low > 0 else math.inf
    return "share_of_new" if abs(share - (statement.value or 0)) <= 1 else statement.kind


def _sum(statement: Statement, record: Record) -> Finding:
    """Judge a figure over several years, and the parts printed with it."""
    parts = [part.value for part in statement.parts if part.value is not None]
    total = statement.subject.value
    is_whole = parts and len(parts) == len(statement.parts) and statement.subject.qualifier == "exact"
    if is_whole and total is not None and (added := sum(parts)) > total:
        return Finding("contradicts", "parts", added, added, values={"said": total, "added": added})
    return judge(statement.subject, record)


def _rank(statement: Statement, base: Cell, record: Record) -> Finding:
    """Judge "the highest ever", "the first", "only four ever"."""
    base = replace(base, period_start=base.period_start or LIMITS.ever)
    if statement.direction in ("first", "only"):
        most = 0.0 if statement.direction == "first" else float(statement.value or 0)
        least, sources = record.at_least(base)
        verdict, code = ("contradicts", statement.direction) if least > most else ("unknown", "wide")
        return Finding(verdict, code, least, None, sources, {"said": most, "record": Bounds(least, None)})
    own, is_highest = record.held(statement.subject), statement.direction == "highest"
    if not own.allows(statement.subject.value):
        return Finding("unknown", "unclear_subject")
    level = own if own.is_known else Range(*said(statement.subject, record.vocabulary))
    # "the highest since 2016", in which it may have been higher
    first = int(base.period_start[:4]) + (base.period_start != LIMITS.ever)
    days = {year: (f"{year}-01-01", f"{year}-12-31") for year in range(first, int(base.period_end[:4]) + 1)}
    held = {year: record.held(replace(base, period_start=day, period_end=last)) for year, (day, last) in days.items()}
    known = {year: there for year, there in held.items() if there.is_known}
    if not known or not (own.is_known or statement.subject.value):
        return Finding("unknown", "no_figure")
    beaten = [y for y, there in known.items() if (there.low > level.high if is_highest else there.high < level.low)]
    sources = _sources(own, *(held[year] for year in beaten))
    place = int(statement.value or 1)  # 2 of "the second highest"
    if len(beaten) >= place:
        year = sorted(beaten, key=lambda year: known[year].low, reverse=is_highest)[place - 1]
        values = {"year": year, "there": known[year].bounds, "record": level.bounds}
        return Finding("contradicts", statement.direction, level.low, level.upper, sources, values)
    others = [there for year, there in known.items() if year != int(statement.subject.period_end[:4])]
    if len(others) < 2:
        return Finding("unknown", "no_figure")
    below = [there for there in others if (there.high <= level.low if is_highest else there.low >= level.high)]
    holds = len(beaten) == place - 1 and len(below) == len(others) - len(beaten)
    verdict, code = ("agrees", "holds_among") if holds else ("unknown", "wide")
    return Finding(verdict, code, level.low, level.upper, sources, {"record": level.bounds, "n": len(others)})


FOUND = ("verdict", "code", "lower", "upper", "values", "reason")


def judge_kept(rec: Reconciliation, statements: pd.DataFrame | None = None) -> pd.DataFrame:
    """Judge the kept statements on the countries of a reconciliation.

    Parameters
    ----------
    rec : Reconciliation
        The record.
    statements : pandas.DataFrame, optional
        As `load_statements` gives them, which is the default.

    Returns
    -------
    pandas.DataFrame
        The statements with ``verdict`` (agrees, contradicts or unknown), ``code``, ``lower`` and ``upper`` of what is
        stated, ``values`` (the figures that it is judged by), ``reason`` in words, ``claim_ids`` (the source's own
        claims it speaks of) and ``source_ids``.
    """
    table = load_statements() if statements is None else statements
    table = table[table["country"].isin(set(rec.claims["country"]))]
    record = Record(rec, of_sources=True)
    rows = []
    for row in records(table):
        statement = _statement(row)
        found = judge_statement(statement, record)
        held = [(cell, record.held(cell)) for cell in (statement.subject, statement.base) if cell is not None]
        own = [(claim, cell) for cell, there in held for claim in there.claims if claim.source_id == row["source_id"]]
        claims = dict.fromkeys(claim.claim_id for claim, cell in own if claim.value == cell.value)
        told = {name: getattr(found, name) for name in FOUND}
        rows.append({**row, **told, "source_ids": ";".join(found.sources), "claim_ids": ";".join(claims)})
    return pd.DataFrame(rows, columns=[*STATEMENT, *FOUND, "source_ids", "claim_ids"])


def doubts_of_statements(rec: Reconciliation, statements: pd.DataFrame | None = None) -> list[tuple[str, str, str]]:
    """Return the claims whose own source says of them what the record contradicts.

    Returns
    -------
    list of tuple of str
        Id of the claim, code, and the reason in words.
    """
    judged = judge_kept(rec, statements)
    against = records(judged[judged["verdict"] == "contradicts"])
    return [(name, row["code"], row["reason"]) for row in against for name in row["claim_ids"].split(";") if name]


def _statement(row: dict[str, Any]) -> Statement:
    def cell(which: str) -> Cell:
        breakdown, start, end = (row[which + name] for name in ("breakdown", "period_start", "period_end"))
        value = float(row[which + "printed"]) if row[which + "printed"] else None
        return Cell(row["country"], row["indicator"], breakdown, start, end, row["unit"], value, row["qualifier"])

    value = float(row["value"]) if row["value"] else None
    said = (row["kind"], row["direction"], value, row["unit"], row["qualifier"])
    base = cell("base_") if row["base_period_end"] else None
    return Statement(-1, -1, row["value"], 0, -1, -1, *said, cell(""), base)
