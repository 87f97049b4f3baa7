"""Judge a printed count against the record: agrees, superseded, of another unit, contradicts, or unknown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace

import pandas as pd

from trafficking_stats.fact_check.limits import LIMITS
from trafficking_stats.fact_check.record import Finding, Held, Record
from trafficking_stats.intervals import intervals
from trafficking_stats.messages import Term, breakdown_words
from trafficking_stats.readers.narrative.claims import either
from trafficking_stats.readers.narrative.results import Cell
from trafficking_stats.vocabulary import Vocabulary

Alternative = tuple[str, Cell]
"""How a cell differs from the one that a text names, and the cell."""


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
    cell: Cell, record: Record, words: Set[str] = frozenset(), parts: Set[str] = frozenset(), *, is_dated: bool = True
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
        Those that the text names there, as ``key=value``: a figure of one of them is right.
    is_dated : bool
        Whether the text says the year. A figure whose year is only supposed is never said to contradict.

    Returns
    -------
    Finding
    """
    low, high = said(cell, record.vocabulary) if cell.indicator else (float("nan"), 0.0)
    if pd.isna(low):
        return Finding("unknown", "no_figure")
    count = _Count(cell, low, high, record.held(cell), record)
    own = count.inside()
    if own and own.verdict == "agrees":
        return own
    meant = [*count.meant(words, parts)]
    if found := count.met(meant):
        return _finding("agrees", "same", found[2])
    count = count.stand_in(words) if count.held.is_empty else count
    own = own or count.inside()
    if own or count.held.is_empty:
        known = count.something_else() if count.value >= LIMITS.least_typed else ()
        alike = (other for other in known if not _unlike(other[1].breakdown, cell.breakdown))
        return own or count.elsewhere((*count.units(), *alike)) or Finding("unknown", "no_figure")
    others = (replace(count, cell=other, held=record.held(other)) for _, other in meant)
    early = next(filter(None, (one.rejected() for one in (count, *others))), None)
    return early or count.elsewhere(count.alternatives()) or count.against(cell, is_dated)


def _unlike(breakdown: str, other: str) -> set[str]:
    """Return the parts in which two breakdowns differ, but for who counted."""
    parts = {*breakdown.split(";")} ^ {*other.split(";")}
    return {part for part in parts if part and not part.startswith(tuple(LIMITS.desks))}


def _finding(verdict: str, code: str, held: Held, **values: object) -> Finding:
    return Finding(verdict, code, held.low, held.upper, held.sources, {"record": held.bounds, **values})


@dataclass(frozen=True)
class _Count:
    """A printed count, the interval that it means, and what the record holds of its cell."""

    cell: Cell
    low: float
    high: float
    held: Held
    record: Record

    @property
    def value(self) -> float:
        """The number as printed."""
        return self.cell.value or 0.0

    def inside(self) -> Finding | None:
        """Judge a figure that the bounds allow, or that is off by no more than its wording."""
        held, value = self.held, self.value
        if held.is_empty:
            return None
        is_certain = held.against(self.low, self.high)
        if is_certain is not False:
            printed = {(one.value, one.qualifier) for one in held.accepted if held.direct}
            agrees = is_certain or (value, self.cell.qualifier) in printed
            return _finding("agrees", "same", held) if agrees else _finding("unknown", "wide", held)
        off = max(held.low - value, value - held.high, 0.0)
        is_loose = self.cell.qualifier != "exact" and off <= LIMITS.loose * max(value, 1.0)
        is_round = self.cell.qualifier == "exact" and value >= 100 and value % 100 == 0 and off <= value / 200
        return _finding("agrees", "rounded", held) if is_loose or is_round else None

    def met(self, others: Iterable[Alternative]) -> tuple[str, Cell, Held] | None:
        """Return the first of other cells of which the figure is right, how it differs, and what is held of it."""
        for code, other in others:
            there = self.record.held(other)
            is_near = code == "unit" and there.low >= LIMITS.least_telling
            slack = max(1.0, there.low * LIMITS.near) if is_near else 0.0
            is_told = there.exact and there.direct and self.value > 0
            if is_told and self.low - slack <= there.low <= self.high + slack:
                return code, other, there
        return None

    def elsewhere(self, others: Iterable[Alternative]) -> Finding | None:
        """Return the finding that the figure is that of another cell, if it is."""
        if (found := self.met(others)) is None:
            return None
        code, other, there = found
        known = there if self.held.is_empty else self.held
        is_part = code in ("part", "whole")
        named = (breakdown_words(other.breakdown) or "-") if is_part else Term("indicator", other.indicator)
        words = {"other": named, "start": other.period_start, "end": other.period_end}
        return replace(_finding("other_unit", code, known, said=self.value, **words), sources=there.sources)

    def rejected(self) -> Finding | None:
        """Look for an earlier edition that printed the figure, or a source that means something else by it."""
        latest = max((one.published for one in self.held.accepted), default="")
        for one in sorted(self.held.claims, key=lambda one: one.published):
            is_same = (one.lower, one.upper, one.period_end) == (self.low, self.high, self.cell.period_end)
            is_early = one.cause in LIMITS.earlier or (one.cause == "small_difference" and one.published < latest)
            if is_same and not one.accepted and (is_early or one.cause in LIMITS.other_meaning):
                names = {"publisher": one.publisher, "published": one.published[:4] or "?", "said": self.value}
                early = _finding("superseded", "earlier_edition", self.held, **names)
                found = early if is_early else _finding("other_unit", "other_meaning", self.held, **names)
                return replace(found, sources=(one.source_id, *self.held.sources))
        return None

    def against(self, asked: Cell, is_dated: bool) -> Finding:
        """Accuse a figure that nothing explains, unless the cell is not surely the one that the text asks for."""
        held, slip = self.held, self._slip()
        # convictions, where the record holds the persons only: one may be convicted twice
        units = (self.record.held(unit) for _, unit in self.units())
        is_judged = slip in LIMITS.typed or self.low <= held.high or any(unit.exact for unit in units)
        is_certain = asked == self.cell or (asked.unit in LIMITS.open_units and is_judged)
        # some source printed it for that, though the record does not accept it
        is_printed = any((self.low, self.high) == (one.lower, one.upper) for one in held.claims)
        is_printed = is_printed and not self.record.of_sources
        # the sentence of one defendant is neither the shortest nor the longest of a year
        if self.cell.unit == "months" or is_printed or not is_certain:
            return _finding("unknown", "unclear_subject", held)
        if not (is_dated and held.direct):
            return _finding("unknown", "indirect" if is_dated else "not_dated", held)
        accused = _finding("contradicts", slip, held, said=self.value)
        if slip in LIMITS.typed or self.value < LIMITS.least_telling:
            return accused
        unclear = _finding("unknown", "unclear_subject", held) if self.record.printing(self.cell) else None
        return self.elsewhere(self.something_else()) or unclear or accused

    # ---- other cells whose figure it may be

    def units(self) -> Iterator[Alternative]:
        """Yield the cells that count the same events in another unit: a suspect of the police, of the prosecutors."""
        events = [set(event.indicators) for event in self.record.vocabulary.same_event]
        near = set().union(*(event for event in events if self.cell.indicator in event))
        wider = set().union(*(event for event in events if event & near))
        for name in sorted({*wider, *either(self.cell.indicator, "also")} - {self.cell.indicator}):
            yield "unit", replace(self.cell, indicator=name)

    def worded(self, words: Set[str]) -> list[Alternative]:
        """Return those of them that words of the sentence may mean as well: "charged 25 people"."""
        return [unit for unit in self.units() if not words.isdisjoint(either(unit[1].indicator))]

    def stand_in(self, words: Set[str]) -> _Count:
        """Return the count as one of persons ("21 convictions"), or of victims as the record has them, if it has."""
        is_victims = self.cell.indicator in LIMITS.one_group
        others = self.worded(words) if self.cell.unit in LIMITS.open_units else self.units() if is_victims else ()
        cells = (cell for _, cell in others if not is_victims or cell.indicator in LIMITS.one_group)
        known = ((cell, self.record.held(cell)) for cell in cells)
        cell, held = next((found for found in known if not found[1].is_empty), (self.cell, self.held))
        return replace(self, cell=cell, held=held)

    def meant(self, words: Set[str], parts: Set[str]) -> Iterator[Alternative]:
        """Yield the cells that a text may mean without saying so where the figure stands.

        "27 of the 73 were women", "37 from 2014 to 2018"; one desk, where the record holds no figure for all:
        "247 victims were assisted".
        """
        yield from self.worded(words)
        is_known = self.held.direct and self.held.exact
        for part, _, less in self._broken_down():
            named = _unlike(part.breakdown, self.cell.breakdown)
            if not less and named <= parts and (named or not is_known):
                yield "part", part
        last = self.cell.period_end[:4]
        if self.cell.period_start[:4] < last and last not in words:  # "since 2007", up to the last year that is known
            yield "period", replace(self.cell, period_end=f"{int(last) - 1}-12-31")
        for start, end in self._periods():
            if start[:4] != end[:4] and start.endswith("-01-01") and {start[:4], end[:4]} <= words:
                yield "period", replace(self.cell, period_start=start, period_end=end)

    def alternatives(self) -> Iterator[Alternative]:
        """Yield the cells whose figure a text may print under this name: another unit, part or period."""
        yield from self.units()
        if self.value < LIMITS.least_telling:
            return
        for other, more, less in self._broken_down():
            if not (more and less):  # not women for the exploited
                yield "part" if other.breakdown else "whole", other
        for start, end in self._periods():
            yield "period", replace(self.cell, period_start=start, period_end=end)
        # the total of three years, or the figure of a first half, said as that of the year
        own, alike = self.cell, {self.cell.indicator, *(unit.indicator for _, unit in self.units())}
        for one in self.record.printing(own):
            holds = one.period_start[:4] <= own.period_start[:4] == own.period_end[:4] <= one.period_end[:4]
            if holds and one.indicator in alike and not _unlike(one.breakdown, own.breakdown):
                names = ("indicator", "breakdown", "period_start", "period_end")
                yield "period", replace(own, **{name: getattr(one, name) for name in names})

    def something_else(self) -> Iterator[Alternative]:
        """Yield the cells of other indicators and parts: "311 were convicted", where 311 were prosecuted."""
        for indicator, breakdown in self.record.cells(self.cell.country):
            if indicator != self.cell.indicator:
                yield "something_else", replace(self.cell, indicator=indicator, breakdown=breakdown)

    def _broken_down(self) -> Iterator[tuple[Cell, set[str], set[str]]]:
        """Yield the cells of other parts of the same, with what each names more and less than the own one."""
        own = {*self.cell.breakdown.split(";")} - {""}
        for indicator, breakdown in self.record.cells(self.cell.country):
            parts = {*breakdown.split(";")} - {""}
            if indicator == self.cell.indicator and parts != own:
                yield replace(self.cell, breakdown=breakdown), parts - own, own - parts

    def _periods(self) -> Iterator[tuple[str, str]]:
        """Yield the years beside a calendar year, and sums of years from or up to it."""
        if not self.cell.period_start or self.cell.period_start[:4] != self.cell.period_end[:4]:
            return
        # where digits are swapped, that it is the sum of some years is chance
        year, reach = int(self.cell.period_end[:4]), range(1, 1 if self._slip() == "digits_swapped" else 20)
        spans = [(year - 1, year - 1), (year + 1, year + 1), *((year - back, year) for back in reach)]
        spans += [(year, year + on) for on in reach]  # "counted from 2007 on, they are 968"
        yield from ((f"{first}-01-01", f"{last}-12-31") for first, last in spans)

    # ---- what kind of difference it is

    def _slip(self) -> str:
        """Name the probable slip between the number and the one that the record holds."""
        if not self.held.exact:
            return "outside"
        known, printed = str(int(self.held.low)), str(int(self.value))
        if abs(self.value - self.held.low) <= max(2, self.held.low / 100):
            return "small_difference"
        if sorted(known) == sorted(printed):
            return "digits_swapped"
        if len(known) == len(printed) > 1 and sum(a != b for a, b in zip(known, printed, strict=True)) == 1:
            return "one_digit"
        return "twice" if self.value == 2 * self.held.low else "outside"
