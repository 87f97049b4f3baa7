"""Read every number of a sentence: the rules in their order, and rows of bare figures in line with earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from trafficking_stats.readers.narrative import governed, implied, leaving_out
from trafficking_stats.readers.narrative.heads import Head, head_of
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.readings import MOST_FIGURES, Reading
from trafficking_stats.readers.narrative.state import State

RULES = (
    leaving_out.of_things_not_counted,
    leaving_out.of_one_case,
    leaving_out.of_other_crimes,
    leaving_out.not_reported,
    governed.said_again,
    governed.resulted,
    governed.counted_action,
    leaving_out.doubted,
    governed.topic_before,
    governed.passive,
    governed.verb_before,
    governed.participle_after,
    leaving_out.unknown_verb,
    implied.part_of_known,
    implied.formal_victims,
    implied.described,
    implied.flowing,
    implied.general_verb,
    implied.facet_verb,
    implied.existence,
)
"""Tried in this order; the first with an opinion decides."""


def read_numbers(state: State, negations: Sequence[Reading] = ()) -> list[Reading]:
    """All readings of the sentence in order, those of negated verbs among them."""
    waiting = list(negations)
    bound = 0
    counts = [n for n in state.scene.numerals if n.kind == "count"]
    if len(counts) > MOST_FIGURES:
        return []
    heads = {n.start: head_of(state.scene, n) for n in counts}
    for numeral in counts:
        while waiting and waiting[0].numeral.start < numeral.start:
            state.current, state.blocked = waiting[0], False
            bound = waiting[0].head.end
            state.readings.append(waiting.pop(0))
        head = _shared_head(state, numeral, heads)
        reading = _read_one(state, numeral, head, bound)
        if reading is not None:
            state.current, state.blocked = reading, False
            (state.repeats if reading.repeated else state.readings).append(reading)
        bound = numeral.end
        state.consumed.update(range(numeral.end, head.end))
    _align(state)
    return state.readings + waiting


def _read_one(state: State, numeral: Numeral, head: Head, bound: int) -> Reading | None:
    seen = state.look(numeral, head, bound)
    for rule in RULES:
        outcome = rule(state, seen)
        if outcome is not None:
            return outcome if isinstance(outcome, Reading) else None
    return None


def _align(state: State) -> None:
    """Pair a row of bare figures with an earlier row, in order.

    "10 investigations and five prosecutions, compared with 12 and six" compares like with like.
    """
    for row in _bare_rows(state):
        like = _row_before(state, row)
        for i, other in zip(row, like, strict=bool(like)):
            state.readings[i] = replace(
                state.readings[i],
                families=other.families,
                unit=other.unit,
                potential=other.potential,
                like=other.numeral,
            )


def _bare_rows(state: State) -> list[list[int]]:
    """Return runs of figures without nouns, nothing but commas and conjunctions between them."""
    rows: list[list[int]] = []
    for i, reading in enumerate(state.readings):
        bare = reading.head.end == reading.numeral.end and not (reading.numeral.cue or reading.numeral.definite)
        before = state.readings[i - 1].numeral.end if i else 0
        between = range(before, reading.numeral.first)
        listed = all(state.scene.low[k] == "," or state.scene.is_word("clause.coordinators", k) for k in between)
        if bare and listed and rows and rows[-1][-1] == i - 1:
            rows[-1].append(i)
        elif bare:
            rows.append([i])
    return [row for row in rows if len(row) > 1]


def _row_before(state: State, row: list[int]) -> Sequence[Reading]:
    """Return the row that a row of bare figures stands in line with, or nothing."""
    compared = state.scene.is_compared
    heads = [r for r in state.readings[: row[0]] if not compared(r.numeral.start)]
    heads = [r for r in heads if state.scene.segments[r.numeral.start] not in state.scene.parents]
    goes_on = state.scene.contains("clause.figure_nouns", 0, state.readings[row[0]].numeral.first)
    row_before = heads or (list(state.row) if goes_on else [])
    if len(row_before) != len(row):  # "134 investigations into 160 suspects, 55 prosecutions ...": one of each kind
        row_before = list({r.families: r for r in reversed(row_before)}.values())[::-1]
    return row_before if len(row_before) == len(row) else ()


def _shared_head(state: State, numeral: Numeral, heads: dict[int, Head]) -> Head:
    """Return the noun of a coordinated number: "two confirmed and 129 potential victims"."""
    head = heads[numeral.start]
    if head.noun == "unknown" and state.current is not None and _closes_item(state, head):
        head = replace(head, noun="empty")
    if head.noun in ("empty", "unknown"):
        k = head.end
        if state.scene.is_word("clause.coordinators", k) or state.scene.is_word("not_counts.range_joiners", k):
            following = state.scene.numeral_at(k + 1)
            if following is not None:
                other = heads[following.start]
                if other.noun in ("victim", "case", "offender", "person", "not_counted"):
                    return replace(head, noun=other.noun, potential=head.potential)
                if other.noun == "action":
                    return replace(head, noun="action", family=other.family)
    return head


def _closes_item(state: State, head: Head) -> bool:
    """Whether an item of a list ends after a phrase of no table: "11 undetermined)", "159 of that kind;"."""
    after = state.scene.low[head.end : head.end + 1]
    listed = head.end < len(state.scene.low) and state.scene.segments[head.start - 1] in state.scene.parents
    return (listed or head.partitive) and after in ((",",), (";",), (")",), (".",))
