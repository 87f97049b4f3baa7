"""Rules that read a number by the verb, noun or topic that governs it."""

from __future__ import annotations

from dataclasses import replace

from trafficking_stats.readers.narrative.clues import (
    changes,
    clause_start,
    link_before,
    opens_clause,
)
from trafficking_stats.readers.narrative.facets import facets_within
from trafficking_stats.readers.narrative.governors import past_coordinated
from trafficking_stats.readers.narrative.readings import fits
from trafficking_stats.readers.narrative.state import Outcome, Seen, State
from trafficking_stats.readers.narrative.topics import VICTIMS, topic_of


def said_again(state: State, seen: Seen) -> Outcome:
    """Return a figure that points back to one already read: "of the 71 victims"."""
    if not seen.numeral.definite or state.scene.segments[seen.numeral.start] in state.scene.comparisons:
        return None
    earlier = next((r for r in reversed(state.readings) if r.numeral.value == seen.numeral.value), None)
    earlier = earlier or state.known.get(seen.numeral.value)
    if earlier is None or not any(fits(f, seen.head.noun, True) for f in earlier.families):
        return None
    for governor in (seen.left, seen.right):
        if governor and governor.strength in ("active", "passive") and governor.families != ("light",):
            if not set(governor.families) & {*earlier.families, "other", "open"}:
                return None
            break
    return replace(earlier, numeral=seen.numeral, head=seen.head, repeated=True)


def resulted(state: State, seen: Seen) -> Outcome:
    """Read "three of these led to convictions"."""
    scene = state.scene
    for k in range(seen.head.end, min(seen.head.end + 3, len(scene.low))):
        n = scene.phrase("clause.result_verbs", k)
        if scene.low[k] in ",;.()" or scene.numeral_at(k):
            return None
        for i in range(k + n, min(k + n + 3, len(scene.low))) if n else ():
            action = scene.lexicon.actions.at(scene.low, i)
            if action is not None and action[1] in ("prosecute", "convict", "sentence"):
                return state.make(seen.numeral, replace(seen.head, noun="case"), (action[1],), "counted noun")
    return None


def counted_action(state: State, seen: Seen) -> Outcome:
    """Read "12 convictions"."""
    if seen.head.noun != "action":
        return None
    known = {family for reading in state.readings for family in reading.families}
    if seen.head.family == "refer" and state.scene.contains("clause.mechanism", 0, len(state.scene.low)):
        known.add("refer")  # referrals into a mechanism that identifies victims
    if seen.head.family == "other" or (seen.head.family in VICTIMS and seen.head.family not in known):
        return state.stop()
    head = replace(seen.head, noun="empty") if seen.head.family in VICTIMS else seen.head
    return state.make(seen.numeral, head, (seen.head.family,), "counted noun") or False


def topic_before(state: State, seen: Seen) -> Outcome:
    """Read "the number of defendants charged stood at 31", "Convictions: 12"."""
    link = link_before(state.scene, seen.numeral)
    if seen.head.noun != "empty" or link is None:
        return None
    begin = clause_start(state.scene, link, seen.bound)
    topic = topic_of(state.scene, begin, link)
    if topic is not None:
        persons = state.scene.contains("actions.persons", begin, link)
        head = replace(seen.head, persons=persons, noun=topic.noun, family=topic.families[0], potential=topic.potential)
        return state.make(seen.numeral, head, topic.families, "counted noun")
    base = state.current or state.lead
    if base is not None and base.enforcement and facets_within(state.scene, begin, link, frozenset()):
        base = next((r for r in reversed([*state.row, *state.readings]) if not r.enforcement), base)
    told = state.scene.contains("clause.figure_nouns", begin, link) or changes(state.scene, link)
    told = told or (base is not None and bool(facets_within(state.scene, begin, link, frozenset())))
    return state.like(seen, base, "carried over") if told and base is not None else None


def passive(state: State, seen: Seen) -> Outcome:
    """Read "45 persons were charged"."""
    right = seen.right
    if right is None:
        return None
    bare = right.strength == "relative" and seen.head.noun == "empty" and state.left(seen) is None
    if right.strength != "passive" and not bare:
        return None
    left = state.left(seen)
    own = past_coordinated(state.scene, seen.head.end) == seen.head.end
    suits = own and any(fits(f, seen.head.noun, False) for f in right.families)
    if left is not None and left.strength == "active" and left.families != ("light",) and not suits:
        return None  # "identified 40 victims and 12 suspects were charged"
    state.consumed.add(right.token)
    return state.governed(seen, right, "passive verb")


def verb_before(state: State, seen: Seen) -> Outcome:
    """Read "convicted nine traffickers"."""
    left, right, mark = state.left(seen), seen.right, seen.mark
    if left is None or left.strength != "active" or left.families == ("light",):
        return None
    reduced = right is not None and right.strength == "reduced"
    if reduced and (opens_clause(state.scene, seen.numeral) or (mark is not None and mark.form == "action")):
        return None
    if mark is not None and mark.form == "action" and mark.end == seen.numeral.first and seen.head.noun == "empty":
        seen = replace(seen, head=replace(seen.head, noun="action", family=mark.family))  # "prosecutions 11"
    return state.governed(seen, left, "verb before")


def participle_after(state: State, seen: Seen) -> Outcome:
    """Read "six defendants prosecuted in 2015"."""
    if seen.right is None or seen.right.strength != "reduced":
        return None
    state.consumed.add(seen.right.token)
    return state.governed(seen, seen.right, "participle after")
