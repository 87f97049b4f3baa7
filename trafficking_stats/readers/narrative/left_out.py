"""The rules that leave a number out: shelters, other crimes, estimates, verbs that are not known."""

from trafficking_stats.readers.narrative.readings import Outcome, State

ESTIMATED = 1000
"""An estimate of so many victims is one of the hidden number, not a count."""
GUESS = 6
"""Tokens before a number within which "is thought to be" makes it an estimate; from "nobody" to "counted"."""


def not_counted(state: State) -> Outcome:
    """Leave out shelters, officials trained, countries, "all but two" and "in one case"."""
    scene, numeral, noun = state.scene, state.numeral, state.head.noun
    if noun == "not_counted" or scene.before("ignored.exceptions", numeral.first):
        return state.stop(forget=False)
    is_case = numeral.value == 1 and noun == "case" and scene.phrase("clause.inside", numeral.first - 1)
    # "nobody has counted them"
    counts = noun == "empty" and scene.contains("clause.counting", numeral.end, numeral.end + GUESS)
    is_nobody = numeral.cue == "no" and (noun == "unknown" or (counts and state.right.strength != "passive"))
    return False if is_case or is_nobody else None


def other_crimes(state: State) -> Outcome:
    """Leave out victims of domestic violence, smuggled migrants, convictions for rape, and estimates."""
    scene, numeral = state.scene, state.numeral
    stop = scene.clause_end(numeral.end, ",;.()")
    crimes = [k for k in scene.starts("ignored.other_crimes") if numeral.end <= k < stop]
    is_part = state.current is not None and scene.contains("clause.subset", 0, numeral.first)
    is_forced = is_part and any(scene.phrase("facets.form", k) for k in crimes)  # "12 cases, one of them of theft"
    if crimes and not is_forced and not scene.contains("ignored.this_crime", numeral.end, stop):
        return state.stop()
    guessed = scene.contains("ignored.estimates", numeral.first - GUESS, numeral.start)
    return state.stop() if guessed and numeral.value >= ESTIMATED else None


def unknown_verb(state: State) -> Outcome:
    """Leave out what stands under a verb that the tables do not hold, but for "the 73 victims of 2022"."""
    scene, after = state.scene, state.scene.past(state.head.end, "periods.in_words")
    is_known = state.numeral.definite and after in scene.dated
    return state.stop() if "unknown" in (state.left.strength, state.right.strength) and not is_known else None
