"""Which verb or noun says what a number counts: to its left, or to its right."""

from __future__ import annotations

from dataclasses import dataclass

from trafficking_stats.readers.narrative.heads import Head, head_of
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.scene import Mark, Scene

RIGHT_REACH = 14
LEFT_AUXILIARY_REACH = 7
LEFT_REACH = 80


@dataclass(frozen=True, slots=True)
class Governor:
    """A word that governs a number.

    Attributes
    ----------
    families : tuple of str
        Usually one; two where verbs are coordinated ("identified and assisted 40").
    strength : str
        "passive" (an auxiliary and a participle), "reduced" (a participle right after the noun),
        "relative" (inside "who were ..."), "active" (a verb or noun before), "facet" (says only how the
        persons were exploited, or that they were victims) or "unknown" (a verb the tables do not hold).
    token : int
        Where it stands, -1 where that does not matter.
    """

    families: tuple[str, ...]
    strength: str
    token: int = -1


def right_of(scene: Scene, numeral: Numeral, head: Head) -> Governor | None:
    """Return the governor after the noun phrase of a number, or None."""
    return _Rightward(scene, numeral, head).search()


def auxiliary_before(scene: Scene, numeral: Numeral) -> bool:
    """Whether an auxiliary stands shortly before the number, as in Danish "blev 77 personer vurderet"."""
    for k in range(numeral.first - 1, max(-1, numeral.first - 1 - LEFT_AUXILIARY_REACH), -1):
        if scene.phrase("clause.auxiliaries", k):
            return True
        if scene.low[k] in ";.()" or k in scene.at:
            return False
    return False


def copula_after(scene: Scene, head: Head) -> bool:
    """Whether "were", "var" follows the noun phrase directly: the figure only says what kind they were."""
    return bool(scene.phrase("clause.copulas", _past_adverbs(scene, head.end)))


def past_coordinated(scene: Scene, k: int) -> int:
    """Past "and 24 men" where the verb follows the last of several coordinated figures."""
    start = k
    while scene.word(k) == "," or scene.phrase("clause.coordinators", k) or scene.phrase("clause.involving", k):
        k += scene.phrase("clause.involving", k) or 1
    following = scene.counts.get(k) if k > start else None
    return past_coordinated(scene, head_of(scene, following).end) if following else start


def _past_adverbs(scene: Scene, k: int, step: int = 1) -> int:
    while 0 <= k < len(scene.low) and scene.phrase("clause.adverbs", k):
        k += step
    return k


def _past_bracket(scene: Scene, k: int, step: int = 1) -> int:
    """Return the token of the bracket that closes (or, backwards, opens) the one at `k`, or the end of the sentence."""
    depth = 0
    while 0 < k + step < len(scene.low):
        depth += (scene.low[k] in "([") - (scene.low[k] in ")]")
        if depth == 0:
            return k
        k += step
    return k


class _Rightward:
    """A walk from a noun phrase to the right, in search of the participle that governs it."""

    def __init__(self, scene: Scene, numeral: Numeral, head: Head) -> None:
        self.scene = scene
        self.low = scene.low
        self.head = head
        self.segment = scene.segments.of[min(head.start, len(scene.low) - 1)]
        verb_second: bool = scene.lexicon.tables["clause"]["auxiliary_first"]
        self.auxiliary = verb_second and auxiliary_before(scene, numeral)
        self.relative = False
        self.only_adverbs = True
        self.k = past_coordinated(scene, head.end)
        self.stop = min(len(self.low), self.k + RIGHT_REACH)

    def search(self) -> Governor | None:
        while self.k < self.stop:
            if self.k in self.scene.dated:
                self.k = self.scene.dated[self.k]
            elif self.low[self.k] == "(":
                self.k = _past_bracket(self.scene, self.k) + 1
                self.stop = min(len(self.low), max(self.stop, self.k + 6))
            elif self._clause_ends():
                return None
            else:
                governor = self._participle() or self._said_otherwise()
                if governor is not None:
                    return governor
                if not self._pass_by():
                    return None
                self.k += 1
        return None

    def _clause_ends(self) -> bool:
        scene, k, word = self.scene, self.k, self.low[self.k]
        if word in ";.)" or k in scene.counts or scene.segments.of[k] != self.segment:
            return True
        return word == "," and not scene.phrase("clause.relatives", k + 1)

    def _participle(self) -> Governor | None:
        if not (self.auxiliary or self.only_adverbs):
            return None
        scene, mark = self.scene, self.scene.at.get(self.k)
        found = scene.lexicon["participles"].at(self.low, self.k)
        general = any(complement.verbs.at(self.low, self.k) for complement in scene.lexicon.complements)
        if general and mark and mark.form == "verb" and mark.family not in ("light", "open", "refer", "identify"):
            found = mark.end - self.k, mark.family  # "were found guilty"
        if found is None:
            return None
        families = (found[1], *_joined_after(scene, self.k + found[0]))
        if found[1] == "identify" and scene.phrase("clause.facet_verbs", self.k):
            return Governor(families, "facet", self.k)
        strength = "relative" if self.relative else "passive" if self.auxiliary else "reduced"
        return Governor(families, strength, self.k)

    def _said_otherwise(self) -> Governor | None:
        """Return a governor that is no participle: "were victims", or a verb that the tables do not hold."""
        scene, k, head = self.scene, self.k, self.head
        is_next = k == head.end
        if is_next and scene.phrase("clause.origin_verbs", k):
            return Governor(("identify",), "facet")
        if self.auxiliary and (scene.kind("nouns", k) == "victim" or scene.phrase("clause.facet_verbs", k)):
            return Governor(("identify",), "facet")
        if self.auxiliary:
            is_verb = head.noun in ("empty", "person") and not scene.phrase("clause.adverbs", k)
        else:
            is_verb = is_next and head.noun == "empty" and not head.partitive
        return Governor((), "unknown") if is_verb and scene.is_unknown_verb(k) else None

    def _pass_by(self) -> bool:
        """Take note of a word on the way; False where it ends the search."""
        scene, k = self.scene, self.k
        if scene.phrase("clause.auxiliaries", k) or scene.phrase("clause.perfects", k):
            self.auxiliary, self.only_adverbs = True, False
        elif scene.phrase("clause.relatives", k):
            self.relative = True
        elif scene.phrase("clause.coordinators", k) and not self.auxiliary:
            return False
        elif self.low[k] != "," and not scene.phrase("clause.adverbs", k):
            self.only_adverbs = False
        return True


def _joined_after(scene: Scene, k: int) -> tuple[str, ...]:
    """Return the families of participles joined to one that ends at `k`: "... and referred to care"."""
    for i in range(k, min(len(scene.low), k + 9)):
        if i in scene.counts or scene.low[i] in ";.(" or scene.phrase("clause.relatives", i):
            break
        if scene.phrase("clause.coordinators", i):
            family = scene.kind("participles", _past_adverbs(scene, i + 1))
            return (family,) if family in ("refer", "assist", "sentence", "convict", "identify") else ()
    return ()


def _joined_before(scene: Scene, mark: Mark) -> tuple[str, ...]:
    """Return the families of a verb and of the verbs coordinated before it: "identified and assisted"."""
    families = [mark.family]
    giving = scene.ends.get(mark.start) or scene.ends.get(mark.start - 1)
    if mark.form == "action" and giving is not None and giving.form == "verb":
        mark = giving  # "identified and gave support to 40"
    k = _past_adverbs(scene, mark.start - 1, -1)
    if k > 0 and scene.phrase("clause.coordinators", k):
        while k > 0 and (scene.low[k - 1] == "," or scene.phrase("clause.adverbs", k - 1)):
            k -= 1
        other = scene.ends.get(k)
        if other is not None and other.form == "verb" and other.family not in ("light", "other", "open"):
            families.insert(0, other.family)
    return ("other",) if families[-1] == "other" else tuple(dict.fromkeys(families))


def left_of(scene: Scene, numeral: Numeral, bound: int, across: bool = False) -> Governor | None:
    """Return the governor before a number, back to token `bound`.

    Parameters
    ----------
    scene, numeral : Scene, Numeral
        The sentence and a number in it.
    bound : int
        The token after the figure before.
    across : bool
        Whether to look past the start of a comparison, where it holds the first figure of the sentence.

    Returns
    -------
    Governor or None
        Strength "active", or "unknown" where a verb that the tables do not hold comes first.
    """
    light: Mark | None = None
    first_bracket_opens = across and bound == 0  # only the first figure of a sentence looks out of its bracket
    bound = max(bound, numeral.first - LEFT_REACH)
    own = scene.segments.of[numeral.start]
    k = numeral.first
    while k > bound and (across or not (scene.is_compared(numeral.start) and scene.segments.of[k - 1] != own)):
        mark, word = scene.ends.get(k), scene.low[k - 1]
        if mark is not None and mark.start >= bound:
            if mark.family != "light" and (mark.form == "verb" or _takes(scene, mark, numeral)):
                if mark.form == "verb" and scene.phrase("clause.pronoun_objects", mark.end):
                    return Governor((), "unknown")
                return Governor(_joined_before(scene, mark), "active", mark.start)
            light = light or (mark if mark.family == "light" else None)
            k = mark.start
        elif word in ")]":
            k = _past_bracket(scene, k - 1, -1)
        elif word == ";" or (word in "([" and not first_bracket_opens):
            break
        elif scene.is_unknown_verb(k - 1) and not _is_adjective(scene, k - 1):
            return Governor((), "unknown")
        else:
            k -= 1
    return Governor(("light",), "active", light.start) if light is not None else None


def _takes(scene: Scene, mark: Mark, numeral: Numeral) -> bool:
    """Whether a noun of action takes the number: "prosecutions of 15", "convictions, including 3"."""
    prepositions = range(mark.end - 1, min(numeral.start, mark.end + 4))
    return (
        numeral.first - mark.end <= 1
        or bool(scene.before("clause.number_of", mark.start))
        or any(scene.phrase("clause.action_prepositions", k) for k in prepositions)
        or any(scene.phrase("clause.subset", k) or scene.low[k] == ":" for k in prepositions[1:])
    )


def _is_adjective(scene: Scene, k: int) -> bool:
    """Whether a word in -ed is an adjective: a noun or another modifier follows at once, after a determiner."""
    before = scene.phrase("clause.determiners", k - 1) or scene.phrase("clause.prepositions", k - 1)
    return bool(before) and scene.word(k + 1)[:1].isalpha() and k + 1 not in scene.counts
