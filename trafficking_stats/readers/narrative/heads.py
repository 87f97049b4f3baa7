"""What a number counts: the noun phrase after it; and what a stretch of words counts where no number stands in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.scene import Scene

LONGEST_PHRASE = 10
UNKNOWN_WORDS = 3
ENFORCEMENT = ("investigate", "prosecute", "convict", "sentence", "open")
VICTIMS = ("identify", "refer", "assist")
COUNTED = (*ENFORCEMENT, *VICTIMS)

_DEFAULT = {"victim": "identify", "case": "investigate"}
"""What is said of a noun that stands alone: victims are identified, cases investigated."""
_QUOTES = "-'’\"“”&"
_ENDS = ("prepositions", "auxiliaries", "perfects", "coordinators", "relatives", "determiners", "adverbs")
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
    return _Phrase(scene, numeral).read()


def noun_at(scene: Scene, k: int) -> tuple[int, str, str] | None:
    """Length, class and family of a counted noun at token `k`."""
    noun = scene.lexicon["nouns"].at(scene.low, k)
    action = scene.lexicon["actions"].at(scene.low, k)
    if action and action[1] != "assist" and not (noun and noun[0] >= action[0] and noun[1] != "case"):
        return action[0], "action", action[1]
    return (noun[0], noun[1], "") if noun else None


class _Phrase:
    """A noun phrase read word by word; each step says how many tokens it took, or -1 where the phrase ends."""

    def __init__(self, scene: Scene, numeral: Numeral) -> None:
        self.scene = scene
        self.low = scene.low
        self.k = self.start = _past_share(scene, numeral)
        self.segment = scene.segments.of[numeral.start if self.k == numeral.end else min(self.k, len(self.low) - 1)]
        self.potential = self.formal = self.partitive = False
        self.unknown = 0
        self.named = True
        self.person_at = 0  # the token after a word such as "national" that may be the head after all
        self.found: Head | None = None
        self._past_partitive()
        self.begin = self.k
        self.stop = min(len(self.low), self.k + LONGEST_PHRASE)

    def read(self) -> Head:
        steps: tuple[Callable[[], int], ...] = (self._time, self._status, self._noun, self._modifier)
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
        is_one_name = self.unknown == 1 and self.named
        return self._head("person" if is_one_name else "unknown", "", min(self.k, self.stop))

    def _head(self, noun: str, family: str, end: int) -> Head:
        return Head(noun, family, self.start, end, self.potential, self.formal, self.partitive)

    def _past_partitive(self) -> None:
        """Past "of the", "of those 12"."""
        step = self.scene.phrase("clause.partitive", self.k)
        if not step or self.k + step >= len(self.low):
            return
        self.partitive = True
        self.k += step
        self.k += bool(self.scene.phrase("clause.definite", self.k) or self.scene.phrase("clause.determiners", self.k))
        if self.k in self.scene.counts:
            self.k = self.scene.counts[self.k].end

    def _broken(self) -> bool:
        word = self.low[self.k]
        if self.k in self.scene.dated:
            return False
        is_word = word[0].isalpha() or word in _QUOTES
        return not is_word or self.k in self.scene.counts or self.scene.segments.of[self.k] != self.segment

    def _time(self) -> int:
        end = self.scene.dated.get(self.k)
        if end is None:
            return int(self.low[self.k] in _QUOTES)
        stands_apart = self.scene.phrase("periods.in_words", self.k - 1) or end - self.k > 1
        return -1 if stands_apart else end - self.k

    def _status(self) -> int:
        if self.scene.phrase("modifiers.potential", self.k):
            self.potential = True
            return 1
        if self.scene.phrase("modifiers.formal", self.k) and self._noun_follows(self.k + 1):
            self.formal = True
            return 1
        return 0

    def _noun(self) -> int:
        scene, k = self.scene, self.k
        noun = noun_at(scene, k)
        if noun is None:
            return 0
        length, kind, family = noun
        if kind != "not_counted":
            if scene.phrase("modifiers.skip", k) and self._noun_follows(k + 1):
                return 0
            after = noun_at(scene, k + length) if k + length < self.stop else None
            if after and after[1] != "person" and not scene.phrase("clause.prepositions", k + length):
                return length  # "child victims", "trafficking cases": the last noun is the head
        persons = bool(scene.phrase("clause.counted_persons", k))
        self.found = replace(self._head(kind, family, k + length), persons=persons)
        return length

    def _modifier(self) -> int:
        scene, k = self.scene, self.k
        length = scene.phrase("modifiers.skip", k)
        joins = scene.phrase("clause.coordinators", k) or scene.phrase("clause.prepositions", k)
        if length and joins and (k == self.begin or not self._modifier_follows(k + 1)):
            return -1
        if length and scene.kind("nouns", k) == "person":
            self.person_at = k + 1
        return length

    def _other(self) -> int:
        """Take a word of no table, or end the phrase."""
        scene, k = self.scene, self.k
        if self.partitive and k in scene.at and scene.phrase("participles", k):
            self.found = self._head("person", "", scene.at[k].end)  # "seven of the convicted"
            return 1
        groups = (*(f"clause.{group}" for group in _ENDS), "clause.subset", "clause.origin_verbs")
        if k in scene.at or any(scene.phrase(group, k) for group in groups) or scene.is_unknown_verb(k):
            return -1
        self.unknown += 1
        self.named = self.named and scene.tokens[k].text[0].isupper()
        return 1 if self.unknown <= UNKNOWN_WORDS else -1

    def _noun_follows(self, k: int) -> bool:
        """Whether a counted noun stands a few modifiers further on."""
        for i in range(k, min(self.stop, k + 4)):
            if noun_at(self.scene, i):
                return True
            if self.scene.phrase("clause.prepositions", i) or not self.low[i][0].isalpha():
                return False
        return False

    def _modifier_follows(self, k: int) -> bool:
        """Whether a coordinated modifier and its noun follow: "confirmed and potential victims"."""
        modifiers = ("modifiers.skip", "modifiers.potential", "modifiers.formal")
        return any(self.scene.phrase(group, k) for group in modifiers) and self._noun_follows(k)


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
