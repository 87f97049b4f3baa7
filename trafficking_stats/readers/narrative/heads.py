"""What a number counts: the noun phrase after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.scene import Scene

LONGEST_PHRASE = 10
UNKNOWN_WORDS = 3

_QUOTES = "-'’\"“”"
_ENDS = (
    "prepositions",
    "auxiliaries",
    "perfects",
    "coordinators",
    "relatives",
    "determiners",
    "adverbs",
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


def noun_at(scene: Scene, k: int) -> tuple[int, str, str] | None:
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
    return _Phrase(scene, numeral).read()


def _past_share(scene: Scene, numeral: Numeral) -> int:
    """Return the token where the noun phrase starts: past a share, as in "912 (94 %) adults" and "72 % (3,142) men"."""
    low, k = scene.low, numeral.end
    if k < len(low) and low[k] == "(" and k + 1 in scene.shares:
        end = scene.shares[k + 1]
        return end + 1 if end < len(low) and low[end] == ")" else k
    bracketed = k < len(low) and low[k] == ")" and numeral.start > 0 and low[numeral.start - 1] == "("
    return k + 1 if bracketed and numeral.start - 1 in scene.shares.values() else k


class _Phrase:
    """A noun phrase read word by word; each step says how many tokens it took, or that the phrase ends."""

    def __init__(self, scene: Scene, numeral: Numeral) -> None:
        self.scene = scene
        self.low = scene.low
        self.k = self.start = _past_share(scene, numeral)
        self.segment = scene.segments[numeral.start if self.k == numeral.end else min(self.k, len(self.low) - 1)]
        self.potential = self.formal = self.partitive = False
        self.unknown = 0
        self.named = True
        self.person_at = 0  # the token after a word such as "national" that may be the head after all
        self.found: Head | None = None
        self._past_partitive()
        self.begin = self.k
        self.stop = min(len(self.low), self.k + LONGEST_PHRASE)

    def read(self) -> Head:
        steps: tuple[Callable[[], int], ...] = (self._time, self._quote, self._status, self._noun, self._modifier)
        while self.k < self.stop and not self._broken():
            taken = next((n for n in (step() for step in steps) if n), 0) or self._other()
            if self.found is not None:
                return self.found
            if taken < 0:
                break
            self.k += taken
        if self.person_at:
            return self._head("person", "", self.person_at)
        if not self.unknown:
            return self._head("empty", "", self.begin)
        one_name = self.unknown == 1 and self.named
        return self._head("person" if one_name else "unknown", "", min(self.k, self.stop))

    def _head(self, noun: str, family: str, end: int) -> Head:
        return Head(noun, family, self.start, end, self.potential, self.formal, self.partitive)

    def _past_partitive(self) -> None:
        """Past "of the", "of those 12"."""
        scene = self.scene
        step = scene.phrase("clause.partitive", self.k)
        if not step or self.k + step >= len(self.low):
            return
        self.partitive = True
        self.k += step
        if scene.is_word("clause.definite", self.k) or scene.is_word("clause.determiners", self.k):
            self.k += 1
        base = scene.numeral_at(self.k)
        if base is not None:
            self.k = base.end

    def _broken(self) -> bool:
        word = self.low[self.k]
        allowed = word[0].isalpha() or word in _QUOTES or word == "&" or self.k in self.scene.dated
        if not allowed or self.scene.numeral_at(self.k) is not None:
            return True
        return self.k not in self.scene.dated and self.scene.segments[self.k] != self.segment

    def _time(self) -> int:
        end = self.scene.dated.get(self.k)
        if end is None:
            return 0
        stands_apart = self.scene.is_word("periods.in_words", self.k - 1) or end - self.k > 1
        return -1 if stands_apart else end - self.k

    def _quote(self) -> int:
        return int(self.low[self.k] in _QUOTES)

    def _status(self) -> int:
        lexicon = self.scene.lexicon
        if lexicon.potential.at(self.low, self.k):
            self.potential = True
            return 1
        if lexicon.formal.at(self.low, self.k) and self._noun_follows(self.k + 1):
            self.formal = True
            return 1
        return 0

    def _noun(self) -> int:
        scene, k = self.scene, self.k
        noun = noun_at(scene, k)
        if noun is None:
            return 0
        length, kind, family = noun
        if kind == "not_counted":
            self.found = self._head("not_counted", "", k + length)
            return length
        if scene.lexicon.modifiers.at(self.low, k) and self._noun_follows(k + 1):
            return 0
        after = noun_at(scene, k + length) if k + length < self.stop else None
        if after and after[1] != "person" and not scene.is_word("clause.prepositions", k + length):
            return length  # "child victims", "trafficking cases": the last noun is the head
        self.found = replace(self._head(kind, family, k + length), persons=bool(scene.phrase("actions.persons", k)))
        return length

    def _modifier(self) -> int:
        scene, k = self.scene, self.k
        modifier = scene.lexicon.modifiers.at(self.low, k)
        if modifier is None:
            return 0
        joins = scene.is_word("clause.coordinators", k) or scene.is_word("clause.prepositions", k)
        if joins and (k == self.begin or not self._modifier_follows(k + 1)):
            return -1
        noun = noun_at(scene, k)
        if noun is not None and noun[1] == "person":
            self.person_at = k + 1
        return int(modifier[0])

    def _other(self) -> int:
        """Take a word of no table, or end the phrase."""
        scene, k = self.scene, self.k
        if self.partitive and k in scene.at and scene.lexicon.participles.at(self.low, k):
            self.found = self._head("person", "", scene.at[k].end)  # "seven of the convicted"
            return 1
        ends = any(scene.is_word(f"clause.{group}", k) for group in _ENDS)
        groups = ("clause.subset", "clause.origin_verbs")
        if k in scene.at or ends or any(scene.phrase(group, k) for group in groups) or scene.is_unknown_verb(k):
            return -1
        self.unknown += 1
        self.named = self.named and scene.tokens[k].text[0].isupper()
        return 1 if self.unknown <= UNKNOWN_WORDS else -1

    def _noun_follows(self, k: int) -> bool:
        """Whether a counted noun stands a few modifiers further on."""
        for i in range(k, min(self.stop, k + 4)):
            if noun_at(self.scene, i):
                return True
            if self.scene.is_word("clause.prepositions", i) or not self.low[i][0].isalpha():
                return False
        return False

    def _modifier_follows(self, k: int) -> bool:
        """Whether a coordinated modifier and its noun follow: "confirmed and potential victims"."""
        if k >= len(self.low) or self.scene.numeral_at(k):
            return False
        lexicon = self.scene.lexicon
        tables = (lexicon.modifiers, lexicon.potential, lexicon.formal)
        return any(table.at(self.low, k) for table in tables) and self._noun_follows(k)
