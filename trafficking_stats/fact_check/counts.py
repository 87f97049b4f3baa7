"""Judge a printed count against the record: agrees, superseded, of another unit, contradicts, or unknown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import replace

import pandas as pd

from trafficking_stats.csv_tables import records
from trafficking_stats.fact_check.limits import LIMITS
from trafficking_stats.fact_check.record import Finding, Held, Record
from trafficking_stats.intervals import intervals
from trafficking_stats.messages import Bounds, Term, breakdown_words
from trafficking_stats.readers.narrative.claims import either
from trafficking_stats.readers.narrative.results import Cell
from trafficking_stats.vocabulary import Vocabulary


def said(cell: Cell, vocabulary: Vocabulary) -> tuple[float, float]:
    """Return the interval that a printed figure means.

    Examples
    --------
    >>> from trafficking_stats.vocabulary import load_vocabulary
    >>> cell = Cell("DNK", "victims_identified", "", "2020-01-01", "2020-12-31", "persons", 35.0, "more_than")
    >>> said(cell, load_vocabulary())
    (36.0, inf)
    """
    row = {"indicator": cell.indicator, "value": cell.value, "qualifier": cell.qualifier, "value_upper": float("nan")}
    lower, upper = intervals(pd.DataFrame([row]), vocabulary)
    return float(lower[0]), float(upper[0])


def judge(
    cell: Cell,
    record: Record,
    words: Set[str] = frozenset(),
    parts: Set[str] = frozenset(),
    *,
    is_dated: bool = True,
) -> Finding:
    """Judge one count.

    Parameters
    ----------
    cell : Cell
        What the text counts, and the number it prints.
    record : Record
        Without the document itself.
    words : set of str
        Those of the sentence, in lower case: "charged 25 people" may mean prosecuted as well.
    parts : set of str
        Those that the sentence names, as ``key=value``: a figure of one of them is right.
    is_dated : bool
        Whether the text says the year. A figure whose year is only supposed is never said to contradict.

    Returns
    -------
    Finding
    """
    held = record.held(cell)
    low, high = said(cell, record.vocabulary) if cell.indicator and cell.value is not None else (0.0, 0.0)
    if not cell.indicator or pd.isna(low):
        return Finding("unknown", "no_figure")
    meant = [unit for unit in _units(cell, record) if not words.isdisjoint(either(unit[1].indicator))]
    meant += () if held.direct and held.exact else _desks(cell, record)
    if met := _met(meant, cell, replace(held, lower=0, upper=None), low, high, record):
        return replace(met, verdict="agrees", code="same")
    alike = (unit for unit in _units(cell, record) if {cell.indicator, unit[1].indicator} <= {*LIMITS.one_group})
    if held.is_empty and (met := _met(alike, cell, held, low, high, record)):
        return replace(met, verdict="agrees", code="same")
    if held.is_empty and (met := _met(_units(cell, record), cell, held, low, high, record)):
        return met
    is_open = held.is_empty and cell.unit in LIMITS.open_units and len(meant) > 0
    if is_open:  # "21 convictions" may be of persons
        cell, held = meant[0][1], record.held(meant[0][1])
    if held.is_empty:
        return Finding("unknown", "no_figure")
    if found := _inside(cell, held, low, high):
        return found
    if met := _met(_named(cell, words, parts, record), cell, held, low, high, record):
        return replace(met, verdict="agrees", code="same", values={"record": cell.value})
    if found := _elsewhere(cell, held, low, high, record):
        return found
    slip = _slip(cell.value or 0, held)
    # one person may be convicted twice
    is_more = is_open and slip not in LIMITS.typed and held.upper is not None and low > held.upper
    is_counted_twice = is_more and not any(record.held(other).exact for _, other, _ in _units(cell, record))
    # the sentence of one defendant is neither the shortest nor the longest of a year
    if cell.unit == "months" or is_counted_twice or _is_of_both_ends(cell, record):
        return _finding("unknown", "unclear_subject", held)
    if not (is_dated and held.direct):
        return _finding("unknown", "indirect" if is_dated else "not_dated", held)
    others = () if slip in LIMITS.typed else _named_otherwise(cell, record)
    return _met(others, cell, held, low, high, record) or _finding("contradicts", slip, held, said=cell.value)


def _is_of_both_ends(cell: Cell, record: Record) -> bool:
    """Whether a figure is of the first and the last year of its period only: "in 2019 and 2021 together"."""
    spans = (f"{year}-01-01" for year in (cell.period_start[:4], cell.period_end[:4]))
    ends = [record.held(replace(cell, period_start=start, period_end=f"{start[:4]}-12-31")) for start in spans]
    is_several = cell.period_start[:4] != cell.period_end[:4]
    return is_several and all(end.exact for end in ends) and sum(end.lower for end in ends) == cell.value


def _named(cell: Cell, words: Set[str], parts: Set[str], record: Record) -> Iterator[Alternative]:
    """Yield the parts and spans of years that a sentence names: "27 of the 73 were women", "37 from 2014 to 2018"."""
    own = {*cell.breakdown.split(";")} - {""}
    for breakdown in record.breakdowns(cell.country, cell.indicator):
        if own < {*breakdown.split(";")} <= own | parts:
            yield "part", replace(cell, breakdown=breakdown), {}
    for start, end in _near_periods(cell):
        if start[:4] != end[:4] and start.endswith("-01-01") and {start[:4], end[:4]} <= words:
            yield "period", replace(cell, period_start=start, period_end=end), {}


def _named_otherwise(cell: Cell, record: Record) -> Iterator[Alternative]:
    """Yield the cells of other indicators and parts: "311 were convicted", where 311 were prosecuted."""
    if (cell.value or 0) >= LIMITS.least_telling:
        for indicator, breakdown in record.cells(cell.country):
            if indicator != cell.indicator:
                other = replace(cell, indicator=indicator, breakdown=breakdown)
                yield "something_else", other, {"other": Term("indicator", indicator)}


def _desks(cell: Cell, record: Record) -> Iterator[Alternative]:
    """Yield the cells of one desk, where a text need not name it: "247 victims were assisted"."""
    own = {*cell.breakdown.split(";")} - {""}
    for breakdown in record.breakdowns(cell.country, cell.indicator):
        parts = {*breakdown.split(";")}
        if own < parts and all(part.startswith(tuple(LIMITS.desks)) for part in parts - own):
            yield "desk", replace(cell, breakdown=breakdown), {}


def _finding(verdict: str, code: str, held: Held, **values: object) -> Finding:
    record = Bounds(held.lower, held.upper)
    return Finding(verdict, code, held.lower, held.upper, held.sources, {"record": record, **values})


def _inside(cell: Cell, held: Held, low: float, high: float) -> Finding | None:
    """Judge a figure that the bounds allow, or that is off by no more than its wording."""
    top = float("inf") if held.upper is None else held.upper
    if low <= top and held.lower <= high:
        is_certain = low <= held.lower and top <= high
        accepted = held.claims[held.claims["accepted"]]
        is_printed = ((accepted["value"] == cell.value) & (accepted["qualifier"] == cell.qualifier)).any()
        if is_certain or (is_printed and held.direct):
            return _finding("agrees", "same", held)
        return _finding("unknown", "wide", held)
    value = cell.value or 0.0
    off = max(held.lower - value, value - top, 0.0)
    is_loose = cell.qualifier != "exact" and off <= LIMITS.loose * max(value, 1.0)
    is_round = cell.qualifier == "exact" and value >= 100 and value % 100 == 0 and off <= value / 200
    return _finding("agrees", "rounded", held) if is_loose or is_round else None


def _elsewhere(cell: Cell, held: Held, low: float, high: float, record: Record) -> Finding | None:
    """Look for where the figure comes from: an earlier edition, another unit, another part, another period."""
    claims = held.claims[~held.claims["accepted"] & (held.claims["period_end"] == cell.period_end)]
    same = claims[(claims["lower"] == low) & (claims["upper"].astype(float).fillna(float("inf")) == high)]
    for row in records(same.sort_values("published", kind="stable")):
        sources = (row["source_id"], *held.sources)
        names = {"publisher": row["publisher"], "published": row["published"][:4] or "?", "said": cell.value}
        since = row["published"] < max(held.claims.loc[held.claims["accepted"], "published"], default="")
        if row["cause"] in LIMITS.earlier or (row["cause"] == "small_difference" and since):
            return replace(_finding("superseded", "earlier_edition", held, **names), sources=sources)
        if row["cause"] in LIMITS.other_meaning:
            return replace(_finding("other_unit", "other_meaning", held, **names), sources=sources)
    return _met(_alternatives(cell, record), cell, held, low, high, record)


Alternative = tuple[str, Cell, dict[str, object]]
"""How a cell differs from the one that a text names, the cell, and the words for it."""


def _met(
    others: Iterable[Alternative], cell: Cell, held: Held, low: float, high: float, record: Record
) -> Finding | None:
    """Return the finding on the first cell of which the figure is right."""
    for code, other, words in others:
        there = record.held(other)
        slack = max(1.0, there.lower * LIMITS.near) if code == "unit" and there.lower >= LIMITS.least_telling else 0.0
        is_met = not there.is_empty and there.exact and there.direct and low - slack <= there.lower <= high + slack
        if is_met and (cell.value or 0) > 0:
            known = there if held.is_empty else held
            return replace(_finding("other_unit", code, known, said=cell.value, **words), sources=there.sources)
    return None


def _units(cell: Cell, record: Record) -> Iterator[Alternative]:
    """Yield the cells that count the same events in another unit: a suspect of the police, of the prosecutors."""
    events = [set(event.indicators) for event in record.vocabulary.same_event]
    near = set().union(*(event for event in events if cell.indicator in event))
    wider = set().union(*(event for event in events if event & near))
    for name in sorted({*wider, *either(cell.indicator, "also")} - {cell.indicator}):
        yield "unit", replace(cell, indicator=name), {"other": Term("indicator", name)}


def _alternatives(cell: Cell, record: Record) -> Iterator[Alternative]:
    """Yield the cells whose figure a text may print under this name."""
    yield from _units(cell, record)
    if (cell.value or 0) < LIMITS.least_telling:
        return
    own = {*cell.breakdown.split(";")} - {""}
    for breakdown in record.breakdowns(cell.country, cell.indicator):
        parts = {*breakdown.split(";")} - {""}
        if breakdown != cell.breakdown and (own <= parts or parts <= own):  # not women for the exploited
            code = "part" if breakdown else "whole"
            yield code, replace(cell, breakdown=breakdown), {"other": breakdown_words(breakdown) or "-"}
    for start, end in _near_periods(cell):
        yield "period", replace(cell, period_start=start, period_end=end), {"start": start, "end": end}


def _near_periods(cell: Cell) -> Iterator[tuple[str, str]]:
    """Yield reporting years that touch a calendar year, the years beside it, and sums of years from it or up to it."""
    if not cell.period_start or cell.period_start[:4] != cell.period_end[:4]:
        return
    year = int(cell.period_end[:4])
    for first in (year - 1, year):
        yield f"{first}-04-01", f"{first + 1}-03-31"
        yield f"{first}-10-01", f"{first + 1}-09-30"
    years = [(year - 1, year - 1), (year + 1, year + 1), *((first, year) for first in range(year - 1, year - 20, -1))]
    years += [(year, last) for last in range(year + 1, year + 20)]  # "counted from 2007 on, they are 968"
    yield from ((f"{first}-01-01", f"{last}-12-31") for first, last in years)


def _slip(value: float, held: Held) -> str:
    """Name the probable slip between a printed number and the one the record holds."""
    if not held.exact:
        return "outside"
    known, printed = str(held.lower), str(int(value))
    if abs(value - held.lower) <= max(2, held.lower / 100):
        return "small_difference"
    if sorted(known) == sorted(printed):
        return "digits_swapped"
    if len(known) == len(printed) > 1 and sum(a != b for a, b in zip(known, printed, strict=True)) == 1:
        return "one_digit"
    return "twice" if value == 2 * held.lower else "outside"
