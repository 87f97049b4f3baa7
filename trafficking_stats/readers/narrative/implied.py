"""Rules that read a number by figures before it, or by what the nouns alone say."""

from __future__ import annotations

from trafficking_stats.readers.narrative.clues import (
    exists,
    number_of_victims,
    points_back,
    victims_include,
)
from trafficking_stats.readers.narrative.readings import fits
from trafficking_stats.readers.narrative.state import Outcome, Seen, State


def part_of_known(state: State, seen: Seen) -> Outcome:
    """Read "61 of the 97", where the document has counted the 97."""
    scene, k = state.scene, seen.numeral.end
    step = scene.phrase("clause.partitive", k)
    base = next((scene.numeral_at(i) for i in range(k + step, k + step + 2) if scene.numeral_at(i)), None)
    if not step or base is None or seen.numeral.cue:
        return None
    known = state.known.get(base.value)
    return state.like(seen, known, "subset") if known is not None and state.current is None else None


def formal_victims(state: State, seen: Seen) -> Outcome:
    """Read "the 40 confirmed victims", "30 of 45 identified victims"."""
    numeral = seen.numeral
    base = numeral.first > 1 and state.scene.phrase("clause.base", numeral.first - 1)
    fraction = base and any(n.end == numeral.first - 1 for n in state.scene.numerals)
    if (numeral.definite or fraction) and seen.head.formal and seen.head.noun == "victim":
        return state.make(seen.numeral, seen.head, ("identify",), "existence")
    return None


def described(state: State, seen: Seen) -> Outcome:
    """Read "there were 86 convicted traffickers", "out of 97 identified persons": the participle says it."""
    scene, numeral = state.scene, seen.numeral
    if not (exists(state.scene, numeral) or numeral.definite):
        return None
    words = range(seen.head.start, seen.head.end)
    told = [m.family for m in scene.marks if m.start in words and m.form == "verb"]
    fitting = {"offender": ("prosecute", "convict", "sentence"), "person": ("identify",), "victim": ("identify",)}
    family = next((f for f in told if f in fitting.get(seen.head.noun, ())), None)
    return state.make(numeral, seen.head, (family,), "counted noun") if family else None


def flowing(state: State, seen: Seen) -> Outcome:
    """Return the reading of the figure before, where nothing changed it."""
    scene, numeral, head = state.scene, seen.numeral, seen.head
    compared = scene.segments[numeral.start] in scene.comparisons
    bracketed = scene.segments[numeral.start] in scene.parents
    if state.current is not None:
        if state.blocked and head.noun in ("empty", "unknown") and not compared:
            return None
        for base in [state.current, *reversed(state.readings)]:
            if any(fits(f, head.noun, True) for f in base.families):
                rule = "comparison" if compared else "list" if bracketed else "subset"
                families = base.families if compared else base.families[:1]
                return state.make(numeral, head, families, rule, base)
        return None
    if state.lead is None or state.blocked or not points_back(scene, numeral, head, seen.right):
        return None
    return state.make(numeral, head, state.lead.families, "comparison" if compared else "carried over", state.lead)


def general_verb(state: State, seen: Seen) -> Outcome:
    """After "reported", "had": victims were identified, cases investigated."""
    if state.left(seen) is None:
        return None
    family = {"victim": "identify", "case": "investigate"}.get(seen.head.noun)
    return state.make(seen.numeral, seen.head, (family,), "general verb") or False if family else False


def facet_verb(state: State, seen: Seen) -> Outcome:
    """Read "12 were exploited in forced labour", "30 came from Nigeria"."""
    right = seen.right
    weak = right is not None and right.strength in ("facet", "relative")
    if not weak or seen.head.noun not in ("victim", "person", "empty"):
        return None
    return state.governed(seen, right, "participle after")


def existence(state: State, seen: Seen) -> Outcome:
    """Read "there were 77 victims", "there were 229 proceedings"."""
    numeral, head = seen.numeral, seen.head
    told = (
        (head.noun == "victim" and (head.partitive or numeral.definite or exists(state.scene, numeral)))
        or (head.noun == "person" and victims_include(state.scene, numeral))
        or (head.noun == "empty" and number_of_victims(state.scene, numeral))
    )
    if told:
        return state.make(numeral, head, ("identify",), "existence")
    if head.noun == "case" and exists(state.scene, numeral):
        return state.make(numeral, head, ("investigate",), "existence")
    return None
