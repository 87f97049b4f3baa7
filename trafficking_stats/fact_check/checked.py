"""Judge each figure and statement of a text, and accuse nobody where the text may speak of something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from trafficking_stats.fact_check.counts import LEAST_TELLING, judge
from trafficking_stats.fact_check.places import is_national, place_of
from trafficking_stats.fact_check.record import Finding, Record
from trafficking_stats.fact_check.statements import judge_statement
from trafficking_stats.messages import Bounds, Term
from trafficking_stats.readers.narrative.claims import as_cell, either
from trafficking_stats.readers.narrative.extraction import Found
from trafficking_stats.readers.narrative.results import Cell, Proposal, Statement

SUPPOSED = "document default"
"""Where the period of a figure is the document's own year."""

SLIPS = ("digits_swapped", "one_digit", "small_difference")
"""Codes of a figure that is like that of the record but for a slip."""

CARRIED = "preceding sentence"
"""Where the period of a figure is that of the sentence before."""


@dataclass(frozen=True)
class Checked:
    """A count or statement of a text, the cell it speaks of, what carries its value and qualifier, and the finding."""

    place: Proposal | Statement
    kind: str
    cell: Cell
    said: Cell | Statement
    finding: Finding


def check(found: Found, record: Record, text: str, *, is_given: bool) -> list[Checked]:
    """Judge all that was found in a text.

    Parameters
    ----------
    found : Found
        As `read_text` returns it.
    record : Record
        Without the document itself.
    text : str
        The text that was read.
    is_given : bool
        Whether the year of the text was given; figures without a year are of it then.
    """
    checked = [*_counts(found.proposals, record, is_given=is_given)]
    beside: dict[int, set[str]] = {}
    for count in checked:
        beside.setdefault(count.place.sentence, set()).add(count.cell.indicator)
    checked += (
        Checked(s, s.kind, s.subject, s, _judged(s, record, beside.get(s.sentence, set())))
        for s in found.statements
        if s.kind != "sum" or s.parts
    )
    return [_placed(one, text, found.language) for one in checked]


def _counts(proposals: Sequence[Proposal], record: Record, *, is_given: bool) -> Iterator[Checked]:
    cells = [as_cell(proposal) for proposal in proposals]
    for proposal, cell in zip(proposals, cells, strict=True):
        found = Finding("unknown", "unread_breakdown")
        if "breakdown" not in cell.note:
            found = judge(cell, record, is_dated=is_given or proposal.period_source != SUPPOSED)
            is_less = (cell.value or 0.0) < (found.lower or 0.0)
            if found.verdict == "contradicts" and is_less and _is_perhaps_part(proposal, cell, proposals, cells):
                found = replace(found, verdict="unknown", code="perhaps_part")
        yield Checked(proposal, "count", cell, cell, found)


def _placed(one: Checked, text: str, language: str) -> Checked:
    """Return a finding as it is for where the figure was counted: nobody is accused over another country or a place."""
    sentence = (one.place.sentence_start, one.place.sentence_end)
    found = one.finding
    other = found.values.get("other")
    words = either(other.key) if found.code == "unit" and isinstance(other, Term) else ()
    if any(word in text[slice(*sentence)].lower().split() for word in words):  # "charged 25 people" may mean either
        value = one.cell.value or 0.0
        same = {"record": Bounds(int(value), int(value))}
        found = Finding("agrees", "same", value, value, found.sources, same)
        one = replace(one, finding=found)
    country = one.cell.country
    where = place_of(text, sentence, one.place.char_start, country, language)
    is_less = found.verdict == "contradicts" and (one.cell.value or 0.0) < (found.lower or 0.0)
    if is_less and found.code not in SLIPS and not is_national(text, sentence, country, language):
        where = where or "local"
    if where == "elsewhere" or (where == "local" and is_less):
        return replace(one, finding=replace(found, verdict="unknown", code=where, values={}))
    return one


def _is_perhaps_part(proposal: Proposal, cell: Cell, proposals: Sequence[Proposal], cells: Sequence[Cell]) -> bool:
    """Whether the text has a larger figure for the same cell, or one in the same sentence that may be the whole.

    A reader that misses the word for a group, or a single case told without its year, would take a part for the
    whole; nobody is accused of that.
    """
    value = cell.value or 0.0
    if proposal.period_source == SUPPOSED or (proposal.period_source == CARRIED and value < LEAST_TELLING):
        return True
    own = set(cell.breakdown.split(";"))
    for other, there in zip(proposals, cells, strict=True):
        if (there.value or 0.0) > value and (there.indicator, there.period_end) == (cell.indicator, cell.period_end):
            is_same = (there.breakdown, there.period_start) == (cell.breakdown, cell.period_start)
            if is_same or (other.sentence == proposal.sentence and not set(there.breakdown.split(";")) <= own):
                return True
    return False


def _judged(statement: Statement, record: Record, beside: set[str]) -> Finding:
    """Judge a statement, unless its subject was not read in its sentence though figures of other things stand there."""
    if beside and statement.kind in ("change", "comparison", "share") and statement.subject.indicator not in beside:
        return Finding("unknown", "unclear_subject")
    return judge_statement(statement, record)
