"""Rules that leave a number out: what is no count, of another crime, not reported, or under an unknown verb."""

from __future__ import annotations

from trafficking_stats.readers.narrative.state import Outcome, Seen, State

ESTIMATED = 1000
"""An estimate of so many victims is one of the hidden number, not a count."""


def of_things_not_counted(state: State, seen: Seen) -> Outcome:
    """Leave out shelters, officials trained, countries."""
    if seen.head.noun == "not_counted":
        return state.stop(forget=False)
    return False if seen.numeral.cue == "no" and seen.head.noun == "unknown" else None


def of_one_case(state: State, seen: Seen) -> Outcome:
    """Leave out "in one case", "in three of those cases"."""
    sentenced = seen.left is not None and "sentence" in seen.left.families
    few = seen.numeral.value == 1 or seen.head.partitive or sentenced
    inside = state.scene.is_word("clause.inside", seen.numeral.first - 1)
    return False if few and inside and seen.head.noun == "case" else None


def of_other_crimes(state: State, seen: Seen) -> Outcome:
    """Leave out victims of domestic violence, smuggled migrants, convictions for rape, and estimates."""
    start = stop = seen.numeral.end
    while stop < len(state.scene.low) and state.scene.low[stop] not in ",;.()" and not state.scene.numeral_at(stop):
        stop += 1
    other = state.scene.contains("ignored.other_crimes", start, stop)
    if other and not state.scene.contains("ignored.this_crime", start, stop):
        return state.stop()
    guessed = state.scene.contains("ignored.estimates", seen.numeral.first - 3, seen.numeral.start)
    return state.stop() if guessed and seen.numeral.value >= ESTIMATED else None


def not_reported(state: State, seen: Seen) -> Outcome:
    """Leave out what was not reported: "did not report progress on two pending cases"."""
    scene, k = state.scene, seen.numeral.first
    while k > seen.bound and scene.low[k - 1] not in ",;:(":
        k -= 1
        n = scene.phrase("clause.negations", k)
        if n and any(scene.is_word("clause.silent_verbs", i) for i in range(k + n, k + n + 2)):
            return state.stop()
    return None


def doubted(state: State, seen: Seen) -> Outcome:
    """Stop at "who may have been": no figure of victims."""
    if state.scene.contains("clause.doubts", seen.head.end, seen.head.end + 6):
        return state.stop()
    return None


def unknown_verb(state: State, seen: Seen) -> Outcome:
    """Leave out what stands under a verb that the tables do not hold."""
    unknown = any(governor is not None and governor.strength == "unknown" for governor in (seen.left, seen.right))
    return state.stop() if unknown else None
