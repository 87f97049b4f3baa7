"""What a stretch of words counts when no number stands in it: "number of defendants convicted", a head of a table."""

from __future__ import annotations

from dataclasses import dataclass

from trafficking_stats.readers.narrative.heads import noun_at
from trafficking_stats.readers.narrative.scene import Scene

ENFORCEMENT = ("investigate", "prosecute", "convict", "sentence", "open")
VICTIMS = ("identify", "refer", "assist")

_DEFAULT = {"victim": "identify", "case": "investigate"}
"""What is said of a noun that stands alone: victims are identified, cases investigated."""
_RANK = ("victim", "offender", "case", "person")


@dataclass(frozen=True, slots=True)
class Topic:
    """What a stretch of words counts.

    Attributes
    ----------
    families : tuple of str
        The verbs behind it, as in `Mark`.
    noun : str
        victim, offender, case, person, action or empty.
    potential : bool
        "potential", "suspected" victims.
    """

    families: tuple[str, ...]
    noun: str
    potential: bool


def topic_of(scene: Scene, start: int, end: int) -> Topic | None:
    """Read the topic of a stretch of tokens; None where nothing that is counted stands in it."""
    nouns: list[str] = []
    actions: list[str] = []
    k = start
    while k < end:
        noun = noun_at(scene, k)
        if noun is None:
            k += 1
            continue
        (actions if noun[1] == "action" else nouns).append(noun[2] if noun[1] == "action" else noun[1])
        k += noun[0]
    verbs = [mark.family for mark in scene.marks if start <= mark.start < end and mark.form == "verb"]
    told = [family for family in verbs if family in (*ENFORCEMENT, *VICTIMS)]
    potential = scene.contains("modifiers.potential", start, end)
    if any(family == "other" for family in (*actions, *verbs)) or "not_counted" in nouns:
        return None
    noun_class = next((noun for noun in _RANK if noun in nouns), "empty")
    if actions:
        return Topic((actions[-1],), "action", potential)
    if told and noun_class != "empty":
        family = "investigate" if told[-1] == "open" else told[-1]
        fits = noun_class != "victim" if family in ENFORCEMENT else noun_class in ("victim", "person")
        if fits:
            return Topic((family,), noun_class, potential and family in VICTIMS)
    if noun_class in _DEFAULT:
        return Topic((_DEFAULT[noun_class],), noun_class, potential)
    return None
