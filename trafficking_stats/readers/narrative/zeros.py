"""Zeros said with a negated verb: "did not convict any traffickers" is 0, "did not report any" is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from trafficking_stats.readers.narrative.heads import ENFORCEMENT, head_of
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.readings import Reading, reading_of
from trafficking_stats.readers.narrative.scene import Scene

REACH = 4
"""Tokens within which the verb follows the negation, and its object the verb."""


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
    if families is None:
        return None
    before = scene.ends.get(start)
    if not families and before is not None and scene.phrase("clause.negation_objects", k):
        families, after = [before.family], k  # "convicted not a single"
    begin = _object(scene, after)
    if begin is None or begin >= len(scene.low):
        return None
    numeral = Numeral(start, k, 0.0, first=start, cue="not")
    head = head_of(scene, Numeral(start, begin, 0.0, first=start))
    if head.noun == "action":
        families = [head.family] if all(family in ("light", *ENFORCEMENT) for family in families) else []
    elif head.noun == "empty":  # "has not convicted any": persons
        head = replace(head, noun="person")
        families = [family for family in families if family in ENFORCEMENT and family != "open"]
    is_read = head.noun not in ("unknown", "not_counted")
    return reading_of(numeral, head, families, "negation") if is_read else None


def _verbs(scene: Scene, k: int) -> tuple[list[str] | None, int]:
    """Return the families of a negated list ("investigate, prosecute, or convict") and its end; None for "report"."""
    families: list[str] = []
    after, last = k, k
    while k < len(scene.low) and k - last < REACH:
        if not families and scene.phrase("clause.negation_objects", k):
            break
        if scene.phrase("clause.silent_verbs", k):
            return None, after
        mark = scene.at.get(k)
        if mark is not None and mark.form == "verb":
            families.append(mark.family)
            k = after = last = mark.end
            continue
        joins = scene.low[k] == "," or scene.phrase("clause.coordinators", k) or scene.phrase("clause.adverbs", k)
        if not joins and (families or not scene.low[k][0].isalpha() or scene.phrase("clause.determiners", k)):
            break
        after = k + 1 if scene.phrase("clause.auxiliaries", k) and not joins else after
        k += 1
    return families, after


def _object(scene: Scene, k: int) -> int | None:
    """Return the token after "any", where an object of no number follows the verb."""
    for i in range(k, k + REACH):
        n = scene.phrase("clause.negation_objects", i)
        if n:
            return i + n
    return k if scene.lexicon.tables["clause"]["bare_negation"] else None
