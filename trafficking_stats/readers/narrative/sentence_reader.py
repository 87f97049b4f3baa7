"""Read every number of a sentence: the rules in their order, rows, zeros, and prison terms.

"Did not convict any traffickers" is 0; "did not report any" is missing; penalties in a statute are left out.
"""

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


def read_topics(state: State) -> Iterator[Reading]:
    """Yield the counts on which no claims are proposed, such as those of calls, of numbers that were not read."""
    scene, read = state.scene, {one.numeral.start for one in (*state.readings, *state.repeats)}
    for numeral in (one for start, one in scene.counts.items() if start not in read):
        end = scene.clause_end(numeral.end, ",;.")
        end = scene.clause_end(end + 1, ",;.") if scene.phrase("clause.relatives", end + 1) else end
        for n, topic in enumerate(scene.lexicon.tables["topics"]):
            is_led = "before" not in topic or scene.before(f"topics.{n}.before", numeral.first)
            if is_led and scene.contains(f"topics.{n}.words", numeral.end, end):
                yield Reading(numeral, head_of(scene, numeral), (topic["indicator"],), False, "persons", "topic")


def _shared_head(state: State, start: int, heads: dict[int, Head]) -> Head:
    """Return the noun of a coordinated number: "two confirmed and 129 potential victims"."""
    scene, head = state.scene, heads[start]
    is_item = head.partitive or (head.end < len(scene.low) and scene.is_bracketed(head.start - 1))
    if head.noun == "unknown" and is_item and scene.word(head.end) in (",", ";", ")", "."):
        return replace(head, noun="empty")  # "11 undetermined)", "159 of that kind;"
    joints = ("clause.coordinators", "not_counts.range_joiners")
    end = scene.past(head.end, "modifiers.skip", "facets.form", *joints)  # "63 sex trafficking and 301 labor cases"
    joined = end > head.end and any(scene.phrase(group, end - 1) for group in joints)
    other = heads.get(end) if joined else None  # but not "rose to 12; five traffickers were convicted"
    if head.noun not in ("empty", "unknown") or other is None or other.noun in ("empty", "unknown"):
        return head
    return replace(other, start=head.start, end=head.end, potential=head.potential)


def _align(state: State) -> None:
    """Pair a row of bare figures with an earlier row, in order.

    "10 investigations and five prosecutions, compared with 12 and six" compares like with like.
    """
    for row in _bare_rows(state):
        for i, other in zip(row, _row_before(state, row[0], len(row)), strict=False):
            same = {"families": other.families, "unit": other.unit, "potential": other.potential}
            state.readings[i] = replace(state.readings[i], like=other.numeral, **same)  # type: ignore[arg-type]


def _bare_rows(state: State) -> list[list[int]]:
    """Return runs of figures without nouns, but for those with a topic: "the number of convictions was 59 and 64"."""
    rows: list[list[int]] = []
    end = 0
    for i, reading in enumerate(state.readings):
        numeral = reading.numeral
        if reading.head.end == numeral.end and not (numeral.cue or numeral.definite):
            if not rows or state.scene.past(end, "clause.coordinators", marks=",") < numeral.first:
                rows.append([])
            rows[-1].append(i)
            end = numeral.end
    return [row for row in rows if len(row) > 1 and state.readings[row[0]].rule != "counted noun"]


def _row_before(state: State, first: int, length: int) -> Sequence[Reading]:
    """Return the row that a row of bare figures stands in line with, or nothing."""
    scene = state.scene
    main = [r for r in state.readings[:first] if not scene.is_compared(r.numeral.start)]
    main = [r for r in main if not scene.is_bracketed(r.numeral.start)]
    goes_on = scene.contains("clause.figure_nouns", 0, state.readings[first].numeral.first)
    is_own = state.readings[first].rule in ("verb before", "passive verb")  # "the number of convicted was 11 and eight"
    before = main or (state.row if goes_on and not is_own else [])
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


# ---- prison terms that courts imposed

JUDGED = ("sentence", "convict")


def find_terms(scene: Scene, convicted_before: bool) -> Iterator[Reading]:
    """Yield the shortest and longest term of every comparison or main clause of a sentence.

    Parameters
    ----------
    scene : Scene
        The sentence.
    convicted_before : bool
        Whether the sentence before counted convictions or sentences ("Terms ranged from ...").

    Yields
    ------
    Reading
        ``sentence_min`` and ``sentence_max``; one single term is both.
    """
    judged = [mark for mark in scene.marks if mark.family in JUDGED]
    if not scene.contains("penalties.imposed", 0, len(scene.low)) or not (judged or convicted_before):
        return
    groups: dict[int, list[Numeral]] = {}
    for numeral in scene.numerals:
        if numeral.kind in ("months", "years") and _is_imposed(scene, numeral):
            segment = scene.segments.of[numeral.start] if scene.is_compared(numeral.start) else -1
            groups.setdefault(segment, []).append(numeral)
    for group in groups.values():
        yield from _range_of(scene, group)


def _is_imposed(scene: Scene, numeral: Numeral) -> bool:
    """Whether a court imposed a length of time: a judgment or a prison is named, no statute, probation or average."""
    start, end = numeral.start, numeral.end
    judged = any(mark.start < start and mark.family in JUDGED for mark in scene.marks)
    named = scene.contains("penalties.imposed", 0, start) or scene.contains("penalties.imposed", end, end + 5)
    if not (judged or named) or scene.contains("penalties.summed", numeral.first - 4, start):
        return False  # the average sentence, a total of 129 years
    stop = min(scene.clause_end(end, ",;.)") + 1, end + 5)
    return not scene.contains("penalties.not_imposed", end, stop) and not _is_statutory(scene, numeral)


def _is_statutory(scene: Scene, numeral: Numeral) -> bool:
    """Whether words of legislation are nearer before the number than words of a judgment, or follow without any."""
    verbs = [mark.start for mark in scene.marks if mark.family in JUDGED and mark.form == "verb"]
    judged = max((start for start in verbs if start < numeral.start), default=-1)
    end = numeral.start if judged >= 0 else scene.clause_end(numeral.end, ",;")  # "six years, where the law allows ten"
    return scene.contains("penalties.statute", judged + 1, end)


def _range_of(scene: Scene, group: Sequence[Numeral]) -> Iterator[Reading]:
    shortest = min(group, key=_months)
    longest = max(group, key=_months)
    to_life = scene.contains("penalties.life", longest.end, longest.end + 7)
    both = [("sentence_min", shortest), ("sentence_max", longest)]
    ends = both[:1] if to_life else both
    rule = "single term" if shortest is longest else "several terms"
    bounds = [scene.before(f"penalties.{bound}", longest.start) for bound in ("at_most", "at_least", "shortest")]
    if len(group) == 1 and any(bounds):
        # "terms of more than five years" is a threshold, not the shortest term
        ends, rule = both[1:] if bounds[0] else both[:1] if bounds[2] else [], "term with one bound"
    for indicator, numeral in ends:
        head = Head("empty", "", numeral.end, numeral.end)
        yield Reading(numeral, head, (indicator,), False, numeral.kind, rule)


def _months(numeral: Numeral) -> float:
    return numeral.value * (12 if numeral.kind == "years" else 1)
