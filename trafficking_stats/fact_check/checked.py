"""Judge each figure and statement of a text, and accuse nobody without evidence that it was read for certain."""

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import replace
from functools import cache

from trafficking_stats.fact_check.counts import judge
from trafficking_stats.fact_check.evidence import Checked, lack
from trafficking_stats.fact_check.limits import LIMITS
from trafficking_stats.fact_check.record import Finding, Record
from trafficking_stats.fact_check.statements import judge_statement
from trafficking_stats.readers.narrative.claims import as_cell, parts_named
from trafficking_stats.readers.narrative.extraction import Found
from trafficking_stats.readers.narrative.lexicon import load
from trafficking_stats.readers.narrative.results import Cell, Proposal, Statement
from trafficking_stats.readers.narrative.tokens import tokenize
from trafficking_stats.readers.narrative.words import Words


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
    lexicon = load(found.language)
    words = cache(lambda start, end: Words(tokenize(text, start, end), lexicon))
    checked = [*_counts([*found.proposals, *found.topics], record, words, is_given=is_given)]
    told = [statement for statement in found.statements if statement.kind != "sum" or statement.parts]
    checked += [Checked(s, s.kind, s.subject, judge_statement(s, record, _near(s, checked, told))) for s in told]
    lacking = ((one, lack(one, checked, text, words)) for one in checked)
    return [
        replace(one, finding=replace(one.finding, verdict="unknown", code=code)) if code else one
        for one, code in lacking
    ]


def _counts(
    proposals: Sequence[Proposal], record: Record, words: Callable[[int, int], Words], *, is_given: bool
) -> Iterator[Checked]:
    before: Set[str] = frozenset()  # the words of the figure before
    for proposal in proposals:
        cell, found = as_cell(proposal), Finding("unknown", "unread_breakdown")
        low = frozenset(words(proposal.sentence_start, proposal.sentence_end).low)
        if "breakdown" not in cell.note:
            spoken = low if proposal.counted and proposal.rule not in LIMITS.of_before else low | before
            # "exploited in prostitution. In 2021 the number was 26": a part that a sentence before names
            parts = parts_named(words(max(0, proposal.sentence_start - LIMITS.around), proposal.sentence_end))
            is_said = is_given or proposal.period_source not in LIMITS.supposed
            found = judge(cell, record, spoken, parts, is_dated=is_said)
        before = low
        yield Checked(proposal, "count", cell, found)


def _near(statement: Statement, counts: Sequence[Checked], statements: Sequence[Statement]) -> list[Cell]:
    """Return what its sentence and the one before count or compare of the same thing, with a number or without."""
    own = statement.subject
    near = [(one.place, one.cell) for one in counts]
    near += [(s, cell) for s in statements if s.kind in LIMITS.of_two for cell in (s.subject, s.base) if cell]
    told = (cell for place, cell in near if 0 <= statement.sentence - place.sentence <= 1)
    return [cell for cell in told if (cell.indicator, cell.breakdown) == (own.indicator, own.breakdown)]
