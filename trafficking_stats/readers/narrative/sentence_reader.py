"""Read every number of a sentence: the rules in their order, rows in line with earlier ones, and zeros.

"Did not convict any traffickers" is 0; "did not report any" is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from trafficking_stats.readers.narrative.heads import ENFORCEMENT, Head, head_of
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.readings import Reading, State, reading_of
from trafficking_stats.readers.narrative.rules import RULES
from trafficking_stats.readers.narrative.scene import Scene

REACH = 4
"""Tokens within which the verb follows the negation, and its object the verb."""


def read_numbers(state: State) -> list[Reading]:
    """All readings of the sentence in order, zeros said by a negated verb among them."""
    scene = state.scene
    heads = {start: head_of(scene, numeral) for start, numeral in scene.counts.items()}
    zeros = {zero.numeral.start: zero for zero in find_zeros(scene)}
    bound = 0
    for start in sorted({*heads, *zeros}):
        if start in zeros:
            state.keep(zeros[start])
            bound = zeros[start].head.end
        if start in heads:
            numeral, head = scene.counts[start], _shared_head(state, start, heads)
            state.look(numeral, head, bound)
            outcome = next((found for found in (rule(state) for rule in RULES) if found is not None), None)
            if isinstance(outcome, Reading):
                state.keep(outcome)
            bound = numeral.end
            state.consumed.update(range(numeral.end, head.end))
    _align(state)
    return state.readings


def _shared_head(state: State, start: int, heads: dict[int, Head]) -> Head:
    """Return the noun of a coordinated number: "two confirmed and 129 potential victims"."""
    scene, head = state.scene, heads[start]
    is_item = head.partitive or (head.end < len(scene.low) and scene.is_bracketed(head.start - 1))
    if head.noun == "unknown" and is_item and scene.word(head.end) in (",", ";", ")", "."):
        return replace(head, noun="empty")  # "11 undetermined)", "159 of that kind;"
    joined = scene.phrase("clause.coordinators", head.end) or scene.phrase("not_counts.range_joiners", head.end)
    other = heads.get(head.end + 1) if joined else None
    if head.noun not in ("empty", "unknown") or other is None or other.noun in ("empty", "unknown"):
        return head
    return replace(head, noun=other.noun, family=other.family, potential=head.potential)


def _align(state: State) -> None:
    """Pair a row of bare figures with an earlier row, in order.

    "10 investigations and five prosecutions, compared with 12 and six" compares like with like.
    """
    for row in _bare_rows(state):
        for i, other in zip(row, _row_before(state, row[0], len(row)), strict=False):
            same = {"families": other.families, "unit": other.unit, "potential": other.potential}
            state.readings[i] = replace(state.readings[i], like=other.numeral, **same)  # type: ignore[arg-type]


def _bare_rows(state: State) -> list[list[int]]:
    """Return runs of figures without nouns, nothing but commas and conjunctions between them."""
    rows: list[list[int]] = []
    end = 0
    for i, reading in enumerate(state.readings):
        numeral = reading.numeral
        if reading.head.end == numeral.end and not (numeral.cue or numeral.definite):
            if not rows or state.scene.past(end, "clause.coordinators", marks=",") < numeral.first:
                rows.append([])
            rows[-1].append(i)
            end = numeral.end
    return [row for row in rows if len(row) > 1]


def _row_before(state: State, first: int, length: int) -> Sequence[Reading]:
    """Return the row that a row of bare figures stands in line with, or nothing."""
    scene = state.scene
    main = [r for r in state.readings[:first] if not scene.is_compared(r.numeral.start)]
    main = [r for r in main if not scene.is_bracketed(r.numeral.start)]
    goes_on = scene.contains("clause.figure_nouns", 0, state.readings[first].numeral.first)
    before = main or (state.row if goes_on else [])
    return before if len(before) == length else ()


# ---- zeros said with a negated verb


def find_zeros(scene: Scene) -> Iterator[Reading]:
    """Yield readings of value 0 for the negated verbs of a sentence.

    The span of such a reading is the negation itself ("did not", "ikke").
    """
    for k in scene.starts("clause.negations"):
        reading = _read(scene, k, k + scene.phrase("clause.negations", k))
        if reading is not None:
            yield reading


def _read(scene: Scene, start: int, k: int) -> Reading | None:
    families, after = _verbs(scene, k)
    before = scene.ends.get(start)
    if not families and before is not None and scene.phrase("clause.negation_objects", k):
        families = [before.family]  # "convicted not a single"
    place = scene.first("clause.negation_objects", after, after + REACH)
    begin = place + scene.phrase("clause.negation_objects", place) if place is not None else after
    is_bare = place is None and not scene.lexicon.tables["clause"]["bare_negation"]
    if is_bare or begin >= len(scene.low) or scene.contains("clause.silent_verbs", k, begin):
        return None
    head = head_of(scene, Numeral(start, begin, 0.0, first=start))
    if head.noun == "action":
        is_direct = bool(families) or place == k + scene.phrase("clause.auxiliaries", k)
        families = [head.family] if is_direct and {"light", *ENFORCEMENT}.issuperset(families) else []
    elif head.noun == "empty":  # "has not convicted any": persons
        head = replace(head, noun="person")
        families = [family for family in families if family in ENFORCEMENT and family != "open"]
    is_read = head.noun not in ("unknown", "not_counted")
    return reading_of(Numeral(start, k, 0.0, first=start, cue="not"), head, families, "negation") if is_read else None


def _verbs(scene: Scene, k: int) -> tuple[list[str], int]:
    """Return the families of a negated list of verbs ("investigate, prosecute, or convict"), and its end."""
    families: list[str] = []
    for mark in scene.marks:
        if mark.form == "verb" and k <= mark.start < k + REACH:
            if families and scene.past(k, "clause.coordinators", marks=",") < mark.start:
                break
            families.append(mark.family)
            k = mark.end
    return families, k
