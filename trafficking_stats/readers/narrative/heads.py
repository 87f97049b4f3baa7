"""What a number counts: the noun phrase after it; and what a stretch of words counts where no number stands in it."""

from __future__ import annotations

from dataclasses import dataclass

from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.scene import Scene

LONGEST_PHRASE = 10
STRANGERS = 3
"""Words of no table that a noun phrase may hold."""
ENFORCEMENT = ("investigate", "prosecute", "convict", "sentence", "open")
VICTIMS = ("identify", "refer", "assist")
COUNTED = (*ENFORCEMENT, *VICTIMS)

_DEFAULT = {"victim": "identify", "case": "investigate", "offender": "investigate"}
"""What is said of a noun that stands alone: victims are identified, cases and suspects investigated."""
_QUOTES = "-'’\"“”&"
_ENDS = (
    *("prepositions", "auxiliaries", "perfects", "coordinators", "relatives", "determiners", "adverbs"),
    *("subset", "origin_verbs"),
)
"""Groups of words that end a noun phrase."""


@dataclass(frozen=True, slots=True)
class Head:
    """The noun phrase that follows a number.

    Attributes
    ----------
    noun : str
        victim, offender, person, case, not_counted, action, empty or unknown.
    family : str
        For ``action``: investigate, prosecute, convict or sentence.
    start, end : int
        The tokens of the phrase, past a bracket that only repeats the number as a share.
    potential : bool
        "potential", "suspected" victims.
    formal : bool
        "confirmed", "official", "alleged".
    partitive : bool
        "12 of the victims".
    persons : bool
        For ``action``: a noun such as Danish "tiltalte" that counts the persons.
    """

    noun: str
    family: str
    start: int
    end: int
    potential: bool = False
    formal: bool = False
    partitive: bool = False
    persons: bool = False


def head_of(scene: Scene, numeral: Numeral) -> Head:
    """Read the noun phrase after a number.

    Parameters
    ----------
    scene : Scene
        The sentence.
    numeral : Numeral
        A number in it.
    """
    start = _past_share(scene, numeral)
    begin, partitive = _past_partitive(scene, start)
    roles: list[str] = []
    k = begin

    def head(noun: str, family: str, end: int, persons: bool = False) -> Head:
        return Head(noun, family, start, end, "potential" in roles, "formal" in roles, partitive, persons)

    while k < min(len(scene.low), begin + LONGEST_PHRASE) and roles.count("name") + roles.count("word") <= STRANGERS:
        role, length = _role(scene, k, k == begin, start)
        if role == "noun":
            _, noun, family = noun_at(scene, k) or (0, "", "")
            return head(noun, family, k + length, bool(scene.phrase("clause.counted_persons", k)))
        if role == "end":
            break
        roles.append(role)
        k += length
    strangers = [role for role in roles if role in ("name", "word")]
    if not strangers:
        return head("empty", "", begin)
    return head("person" if strangers == ["name"] else "unknown", "", k)


def noun_at(scene: Scene, k: int) -> tuple[int, str, str] | None:
    """Length, class and family of a counted noun at token `k`."""
    action = scene.phrase("actions", k)
    if action:
        return action, "action", scene.value("actions", k)
    noun = scene.phrase("nouns", k)
    return (noun, scene.value("nouns", k), "") if noun else None


def _role(scene: Scene, k: int, is_first: bool, start: int) -> tuple[str, int]:
    """Return what token `k` is in a noun phrase that starts at `start`, and its length."""
    word = scene.low[k]
    if k in scene.dated:
        return "date", scene.dated[k] - k
    if word in _QUOTES:
        return "mark", 1
    if not word[0].isalpha() or k in scene.counts or scene.segments.of[k] != scene.segments.of[start]:
        return "end", 0
    noun, modifier = noun_at(scene, k), scene.phrase("modifiers.skip", k)
    if scene.phrase("modifiers.potential", k):
        return "potential", 1
    if scene.phrase("modifiers.formal", k) and _noun_follows(scene, k + 1):
        return "formal", 1
    if noun and (noun[1] == "not_counted" or not (modifier and _noun_follows(scene, k + 1))):
        return "noun", noun[0]
    if modifier:
        joins = scene.phrase("clause.coordinators", k) or scene.phrase("clause.prepositions", k)
        return ("end", 0) if joins and (is_first or not _modifier_follows(scene, k + 1)) else ("modifier", modifier)
    if k in scene.at or any(scene.phrase(f"clause.{group}", k) for group in _ENDS) or scene.is_unknown_verb(k):
        return "end", 0
    return "name" if scene.tokens[k].text[0].isupper() else "word", 1


def _noun_follows(scene: Scene, k: int) -> bool:
    """Whether a counted noun stands a few modifiers further on."""
    for i in range(k, min(len(scene.low), k + 4)):
        if noun_at(scene, i):
            return True
        if scene.phrase("clause.prepositions", i) or not scene.low[i][0].isalpha():
            return False
    return False


def _modifier_follows(scene: Scene, k: int) -> bool:
    """Whether a coordinated modifier and its noun follow: "confirmed and potential victims"."""
    modifiers = ("modifiers.skip", "modifiers.potential", "modifiers.formal")
    return any(scene.phrase(group, k) for group in modifiers) and _noun_follows(scene, k)


def _past_partitive(scene: Scene, k: int) -> tuple[int, bool]:
    """Return the token past "of the", "of those 12", and whether it stands there."""
    step = scene.phrase("clause.partitive", k)
    if not step or k + step >= len(scene.low):
        return k, False
    k += step
    k += bool(scene.phrase("clause.definite", k))
    return scene.counts[k].end if k in scene.counts else k, True


def _past_share(scene: Scene, numeral: Numeral) -> int:
    """Return the token where the noun phrase starts: past a share, as in "912 (94 %) adults" and "72 % (3,142) men"."""
    k = numeral.end
    if scene.word(k) == "(" and k + 1 in scene.shares:
        end = scene.shares[k + 1]
        return end + 1 if scene.word(end) == ")" else k
    bracketed = scene.word(k) == ")" and scene.word(numeral.start - 1) == "("
    return k + 1 if bracketed and numeral.start - 1 in scene.shares.values() else k


@dataclass(frozen=True, slots=True)
class Topic:
    """What a stretch of words counts, as in `Head`, with the families of verbs behind it."""

    families: tuple[str, ...]
    noun: str
    potential: bool


def topic_of(scene: Scene, start: int, end: int) -> Topic | None:
    """Read the topic of a stretch of tokens ("number of defendants convicted"); None where nothing is counted."""
    nouns: list[tuple[str, str]] = []
    k = start
    while k < end:
        noun = noun_at(scene, k)
        nouns += [noun[1:]] if noun else []
        k += noun[0] if noun else 1
    kinds = [kind for kind, _ in nouns]
    actions = [family for kind, family in nouns if kind == "action"]
    verbs = [mark.family for mark in scene.marks if start <= mark.start < end and mark.form == "verb"]
    if "other" in (*actions, *verbs) or "not_counted" in kinds:
        return None
    potential = scene.contains("modifiers.potential", start, end)
    if actions:
        return Topic((actions[-1],), "action", potential)
    noun_class = next((kind for kind in ("victim", "offender", "case", "person") if kind in kinds), "")
    family = next((family for family in reversed(verbs) if family in COUNTED), "")
    fits = noun_class != "victim" if family in ENFORCEMENT else noun_class in ("victim", "person")
    if not (family and noun_class and fits):
        family = _DEFAULT.get(noun_class, "")
    family = "investigate" if family == "open" else family
    return Topic((family,), noun_class, potential) if family else None
