"""What a number counts: the noun after it."""

from __future__ import annotations

from dataclasses import dataclass

from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.scene import Scene

LONGEST_PHRASE = 10
UNKNOWN_WORDS = 3


@dataclass(frozen=True, slots=True)
class Head:
    """The noun phrase that follows a number.

    Attributes
    ----------
    noun : str
        victim, offender, person, case, not_counted, action, empty or unknown.
    family : str
        For ``action``: investigate, prosecute, convict or sentence.
    end : int
        The token after the phrase (right after the number where the phrase is empty).
    potential : bool
        "potential", "suspected" victims.
    formal : bool
        "confirmed", "official", "alleged".
    partitive : bool
        "12 of the victims".
    """

    noun: str
    family: str
    end: int
    potential: bool
    formal: bool
    partitive: bool


def _noun_at(scene: Scene, k: int) -> tuple[int, str, str] | None:
    """Length, class and family of a counted noun at token `k`."""
    noun = scene.lexicon.nouns.at(scene.low, k)
    action = scene.lexicon.actions.at(scene.low, k)
    if action and action[1] in ("investigate", "prosecute", "convict", "sentence", "refer", "other", "identify"):
        if noun and noun[0] >= action[0] and noun[1] != "case":
            return noun[0], noun[1], ""
        return action[0], "action", action[1]
    return (noun[0], noun[1], "") if noun else None


def head_of(scene: Scene, numeral: Numeral) -> Head:
    """Read the noun phrase after a number.

    Parameters
    ----------
    scene : Scene
        The sentence.
    numeral : Numeral
        A number in it.

    Returns
    -------
    Head
    """
    low, lexicon = scene.low, scene.lexicon
    k = numeral.end
    potential = formal = partitive = False
    fallback: tuple[int, str] | None = None
    unknown = 0
    named = True
    step = scene.phrase("clause.partitive", k)
    if step and k + step < len(low):
        partitive = True
        k += step
        if scene.is_word("clause.definite", k) or scene.is_word("clause.determiners", k):
            k += 1
        base = scene.numeral_at(k)
        if base is not None:
            k = base.end
    begin = k
    stop = min(len(low), k + LONGEST_PHRASE)
    dated = scene.dated
    while k < stop:
        word = low[k]
        if k in dated:
            if scene.is_word("periods.in_words", k - 1) or dated[k] - k > 1:
                break
            k = dated[k]
            continue
        if not (word[0].isalpha() or word in "-’'\"“”&") or scene.numeral_at(k):
            break
        if scene.segments[k] != scene.segments[numeral.start]:
            break
        if word in "-'’\"“”":
            k += 1
            continue
        if lexicon.potential.at(low, k):
            potential = True
            k += 1
            continue
        if lexicon.formal.at(low, k) and _noun_follows(scene, k + 1, stop):
            formal = True
            k += 1
            continue
        noun = _noun_at(scene, k)
        modifier = lexicon.modifiers.at(low, k)
        if noun and noun[1] != "not_counted" and not (modifier and _noun_follows(scene, k + 1, stop)):
            after = _noun_at(scene, k + noun[0]) if k + noun[0] < stop else None
            if after and after[1] not in ("person",) and low[k + noun[0]] not in lexicon.words["clause.prepositions"]:
                k += noun[0]
                continue
            return Head(noun[1], noun[2], k + noun[0], potential, formal, partitive)
        if noun and noun[1] == "not_counted":
            return Head("not_counted", "", k + noun[0], potential, formal, partitive)
        if modifier:
            joins = word in lexicon.words["clause.coordinators"] or word in lexicon.words["clause.prepositions"]
            if joins and (k == begin or not _modifier_follows(scene, k + 1)):
                break
            if noun is not None and noun[1] == "person":
                fallback = (k + 1, "person")
            k += modifier[0]
            continue
        if partitive and k in scene.at and scene.lexicon.participles.at(low, k):
            # "seven of the convicted", "12 of those identified"
            return Head("person", "", scene.at[k].end, potential, formal, partitive)
        if (
            k in scene.at
            or scene.is_word("clause.prepositions", k)
            or scene.is_word("clause.auxiliaries", k)
            or scene.is_word("clause.perfects", k)
            or scene.is_word("clause.coordinators", k)
            or scene.is_word("clause.relatives", k)
            or scene.is_word("clause.determiners", k)
            or scene.is_word("clause.adverbs", k)
            or scene.phrase("clause.subset", k)
            or scene.is_unknown_verb(k)
        ):
            break
        unknown += 1
        named = named and scene.tokens[k].text[0].isupper()
        if unknown > UNKNOWN_WORDS:
            break
        k += 1
    if fallback:
        return Head(fallback[1], "", fallback[0], potential, formal, partitive)
    noun_class = "unknown" if unknown else "empty"
    if unknown == 1 and named:
        noun_class = "person"
    return Head(noun_class, "", min(k, stop) if unknown else begin, potential, formal, partitive)


def _noun_follows(scene: Scene, k: int, stop: int) -> bool:
    """Whether a counted noun stands a few modifiers further on."""
    for i in range(k, min(stop, k + 4)):
        if _noun_at(scene, i):
            return True
        if scene.is_word("clause.prepositions", i) or not scene.low[i][0].isalpha():
            return False
    return False


def _modifier_follows(scene: Scene, k: int) -> bool:
    """Whether a coordinated modifier and its noun follow: "confirmed and potential victims"."""
    if k >= len(scene.low) or scene.numeral_at(k):
        return False
    lexicon = scene.lexicon
    known = lexicon.modifiers.at(scene.low, k) or lexicon.potential.at(scene.low, k) or lexicon.formal.at(scene.low, k)
    return bool(known) and _noun_follows(scene, k, k + 5)
