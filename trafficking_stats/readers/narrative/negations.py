"""Zeros said with a negated verb: "did not convict any traffickers" is 0, "did not report any" is missing."""

from __future__ import annotations

from trafficking_stats.readers.narrative.heads import Head, head_of
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.readings import Reading
from trafficking_stats.readers.narrative.scene import Scene
from trafficking_stats.readers.narrative.topics import ENFORCEMENT, VICTIMS

VERB_REACH = 4
OBJECT_REACH = 4


def _verbs(scene: Scene, k: int) -> tuple[list[str], int] | None:
    """Return the families of a negated list ("investigate, prosecute, or convict") and its end; None for "report"."""
    families: list[str] = []
    after = k
    silent = scene.lexicon.words["clause.silent_verbs"]
    steps = 0
    while k < len(scene.low) and steps < VERB_REACH:
        if not families and scene.phrase("clause.negation_objects", k):
            break
        if scene.low[k] in silent:
            return None
        mark = scene.at.get(k)
        if mark is not None and mark.form == "verb":
            families.append(mark.family)
            k = after = mark.end
            steps = 0
            continue
        if scene.low[k] == "," or scene.is_word("clause.coordinators", k) or scene.is_word("clause.adverbs", k):
            k += 1
            steps += 1
            continue
        if families or not scene.low[k][0].isalpha() or scene.is_word("clause.determiners", k):
            break
        if scene.is_word("clause.auxiliaries", k):
            after = k + 1
        k += 1
        steps += 1
    return families, after


def _object(scene: Scene, k: int) -> int | None:
    """Return the token after "any", where an object of no number follows the verb."""
    for i in range(k, min(len(scene.low), k + OBJECT_REACH)):
        n = scene.phrase("clause.negation_objects", i)
        if n:
            return i + n
    if scene.lexicon.tables["clause"]["bare_negation"]:
        return k
    return None


def _listed_actions(scene: Scene, k: int) -> list[str]:
    """Return counted nouns of a list: "any investigations, prosecutions, or convictions"."""
    families: list[str] = []
    for i in range(k, min(len(scene.low), k + 12)):
        mark = scene.at.get(i)
        if mark is not None and mark.form == "action" and mark.family in ENFORCEMENT:
            families.append(mark.family)
        elif scene.is_word("clause.prepositions", i) or scene.low[i] in ".;(" or scene.numeral_at(i):
            break
    return families


def find_negations(scene: Scene) -> list[Reading]:
    """Return readings of value 0 for the negated verbs of a sentence.

    The span of such a reading is the negation itself ("did not", "ikke").
    """
    readings: list[Reading] = []
    k = 0
    while k < len(scene.low):
        n = scene.phrase("clause.negations", k)
        if not n:
            k += 1
            continue
        reading = _read(scene, k, k + n)
        if reading is not None:
            readings.append(reading)
        k += n
    return readings


def _read(scene: Scene, start: int, k: int) -> Reading | None:
    verbs = _verbs(scene, k)
    if verbs is None:
        return None
    families, after = verbs
    before = scene.ends.get(start)
    if not families and before is not None and before.form == "verb" and scene.phrase("clause.negation_objects", k):
        families, after = [before.family], k
    begin = _object(scene, after)
    if begin is None or begin >= len(scene.low):
        return None
    numeral = Numeral(start, k, 0.0, "count", "exact", start, False, "not")
    head = head_of(scene, Numeral(start, begin, 0.0, "count", "exact", start, False))
    direct = [f for f in families if f in ENFORCEMENT or f in VICTIMS]
    if head.noun == "action":
        if families and not all(f in ("open", "light", *ENFORCEMENT) for f in families):
            return None
        direct = _listed_actions(scene, begin) or ([head.family] if head.family in ENFORCEMENT else [])
    else:
        direct = [f for f in direct if f != "open" or head.noun == "case"]
        direct = [f for f in direct if _object_fits(f, head)]
    if not direct:
        return None
    unit = "cases" if head.noun in ("case", "action") else "persons"
    return Reading(numeral, head, tuple(dict.fromkeys(direct)), head.potential, unit, "negation")


def _object_fits(family: str, head: Head) -> bool:
    if family in VICTIMS:
        return head.noun in ("victim", "person")
    return head.noun in ("offender", "person", "case", "empty")
