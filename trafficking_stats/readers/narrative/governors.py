"""Which verb or noun says what a number counts: to its left, or to its right."""

from __future__ import annotations

from dataclasses import dataclass

from trafficking_stats.readers.narrative.heads import Head, head_of
from trafficking_stats.readers.narrative.marks import Mark
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.scene import Scene

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
    """

    families: tuple[str, ...]
    strength: str
    token: int = -1


def _matching_bracket(scene: Scene, k: int) -> int:
    """Return the token of the bracket that closes the one at `k`, or the end."""
    depth = 0
    for i in range(k, len(scene.low)):
        if scene.low[i] in "([":
            depth += 1
        elif scene.low[i] in ")]":
            depth -= 1
            if depth == 0:
                return i
    return len(scene.low) - 1


def _participle(scene: Scene, k: int) -> tuple[int, str] | None:
    """Return a participle at token `k`: its length and family."""
    mark = scene.at.get(k)
    if (
        mark is not None
        and mark.form == "verb"
        and mark.family in ("assist", "sentence", "other", "prosecute", "convict")
    ):
        general = any(c.verbs.at(scene.low, k) for c in scene.lexicon.complements)
        if general:
            return mark.end - k, mark.family
    return scene.lexicon.participles.at(scene.low, k)


def _coordinated(scene: Scene, k: int) -> tuple[str, ...]:
    """Return the families of participles joined to one that ends at `k`: "... and referred to care"."""
    for i in range(k, min(len(scene.low), k + 9)):
        word = scene.low[i]
        if scene.numeral_at(i) or word in ";.(" or scene.is_word("clause.relatives", i):
            break
        if word in scene.lexicon.words["clause.coordinators"]:
            j = i + 1
            while scene.is_word("clause.adverbs", j):
                j += 1
            found = scene.lexicon.participles.at(scene.low, j) if j < len(scene.low) else None
            if found and found[1] in ("refer", "assist", "sentence", "convict", "identify"):
                return (found[1],)
            break
    return ()


def auxiliary_before(scene: Scene, numeral: Numeral) -> bool:
    """Whether an auxiliary stands shortly before the number, as in Danish "blev 77 personer vurderet"."""
    for k in range(numeral.first - 1, max(-1, numeral.first - 1 - LEFT_AUXILIARY_REACH), -1):
        if scene.is_word("clause.auxiliaries", k):
            return True
        if scene.low[k] in ";.()" or k in scene.at:
            return False
    return False


def right_of(scene: Scene, numeral: Numeral, head: Head) -> Governor | None:
    """Return the governor after the noun phrase of a number, or None."""
    return _Rightward(scene, numeral, head).search()


class _Rightward:
    """A walk from a noun phrase to the right, in search of the participle that governs it."""

    def __init__(self, scene: Scene, numeral: Numeral, head: Head) -> None:
        self.scene = scene
        self.low = scene.low
        self.head = head
        self.segment = scene.segments[min(head.start, len(scene.low) - 1)]
        verb_second: bool = scene.lexicon.tables["clause"]["auxiliary_first"]
        self.auxiliary = verb_second and auxiliary_before(scene, numeral)
        self.relative = False
        self.only_adverbs = True
        self.k = past_coordinated(scene, head.end)
        self.stop = min(len(self.low), self.k + RIGHT_REACH)

    def search(self) -> Governor | None:
        while self.k < self.stop:
            end = self.scene.dated.get(self.k)
            if end is not None:
                self.k = end
            elif self.low[self.k] == "(":
                self.k = _matching_bracket(self.scene, self.k) + 1
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
        if word in ";.)" or scene.numeral_at(k) or scene.segments[k] != self.segment:
            return True
        return word == "," and not scene.is_word("clause.relatives", k + 1)

    def _participle(self) -> Governor | None:
        found = _participle(self.scene, self.k)
        if not found or not (self.auxiliary or self.only_adverbs):
            return None
        families = (found[1], *_coordinated(self.scene, self.k + found[0]))
        if found[1] == "identify" and self.scene.phrase("clause.facet_verbs", self.k):
            return Governor(families, "facet", self.k)
        if self.relative:
            return Governor(families, "relative", self.k)
        return Governor(families, "passive" if self.auxiliary else "reduced", self.k)

    def _said_otherwise(self) -> Governor | None:
        """Return a governor that is no participle: "were victims", or a verb that the tables do not hold."""
        scene, k, head = self.scene, self.k, self.head
        if k == head.end and scene.phrase("clause.origin_verbs", k):
            return Governor(("identify",), "facet")
        if self.auxiliary:
            is_victim = (scene.lexicon.nouns.at(self.low, k) or (0, ""))[1] == "victim"
            if is_victim or scene.phrase("clause.facet_verbs", k):
                return Governor(("identify",), "facet")
            unsaid = head.noun in ("empty", "person") and not scene.is_word("clause.adverbs", k)
        else:
            unsaid = k == head.end and head.noun == "empty" and not head.partitive
        return Governor((), "unknown") if unsaid and scene.is_unknown_verb(k) else None

    def _pass_by(self) -> bool:
        """Take note of a word on the way; False where it ends the search."""
        scene, k = self.scene, self.k
        if scene.is_word("clause.auxiliaries", k) or scene.is_word("clause.perfects", k):
            self.auxiliary, self.only_adverbs = True, False
        elif scene.is_word("clause.relatives", k):
            self.relative = True
        elif scene.is_word("clause.coordinators", k) and not self.auxiliary:
            return False
        elif self.low[k] != "," and not scene.is_word("clause.adverbs", k):
            self.only_adverbs = False
        return True


def past_coordinated(scene: Scene, k: int) -> int:
    """Past "and 24 men" where the verb follows the last of several coordinated figures."""
    first = k
    joined = False
    for _ in range(6):
        start = k
        while scene.low[k : k + 1] == (",",) or scene.is_word("clause.coordinators", k):
            joined = joined or scene.is_word("number_grammar.and", k)
            k += 1
        if scene.phrase("clause.involving", k):
            joined = True
            k += scene.phrase("clause.involving", k)
        following = scene.numeral_at(k) if k > start else None
        if following is None:
            k = start
            break
        k = head_of(scene, following).end
    return k if joined else first


def copula_after(scene: Scene, head: Head) -> bool:
    """Whether "were", "var" follows the noun phrase directly: the figure only says what kind they were."""
    k = head.end
    while scene.is_word("clause.adverbs", k):
        k += 1
    return scene.is_word("clause.copulas", k)


def _joined(scene: Scene, mark: Mark) -> tuple[str, ...]:
    """Return the families of a verb and of the verbs coordinated before it: "identified and assisted"."""
    if mark.family == "other":
        return ("other",)
    families = [mark.family]
    giving = next((scene.ends[k] for k in (mark.start, mark.start - 1) if k in scene.ends), None)
    if mark.form == "action" and giving is not None and giving.form == "verb":
        mark = giving  # "identified and gave support to 40"
    k = mark.start - 1
    while k > 0 and scene.is_word("clause.adverbs", k):
        k -= 1
    if k > 0 and scene.is_word("clause.coordinators", k):
        while k > 0 and (scene.low[k - 1] == "," or scene.is_word("clause.adverbs", k - 1)):
            k -= 1
        other = scene.ends.get(k)
        if other is not None and other.form == "verb" and other.family not in ("light", "other", "open"):
            families.insert(0, other.family)
    return tuple(dict.fromkeys(families))


def left_of(scene: Scene, numeral: Numeral, bound: int, across: bool = False) -> tuple[Governor | None, Mark | None]:
    """Return the governor before a number, back to token `bound`; the mark it stands on.

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
    governor : Governor or None
        Strength "active", or "unknown" where a verb that the tables do not hold comes first.
    mark : Mark or None
    """
    light: Mark | None = None
    bound = max(bound, numeral.first - LEFT_REACH)
    k = numeral.first
    own = scene.segments[numeral.start]
    while k > bound and (across or not (own in scene.comparisons and scene.segments[k - 1] != own)):
        mark = scene.ends.get(k)
        word = scene.low[k - 1]
        if mark is not None and mark.start >= bound:
            if mark.family != "light" and (mark.form == "verb" or _governs(scene, mark, numeral)):
                if mark.form == "verb" and _has_pronoun_object(scene, mark):
                    return Governor((), "unknown"), None
                return Governor(_joined(scene, mark), "active"), mark
            light = light or (mark if mark.family == "light" else None)
            k = mark.start
        elif word in ")]":
            k = _opening_bracket(scene, k - 1, bound)
        elif word in "([;" and not (word in "([" and across and bound == 0):
            break  # only the first figure of a sentence, in brackets, looks out of them
        elif scene.is_unknown_verb(k - 1) and not _modifies(scene, k - 1):
            return Governor((), "unknown"), None
        else:
            k -= 1
    return (Governor(("light",), "active"), light) if light is not None else (None, None)


def _opening_bracket(scene: Scene, k: int, bound: int) -> int:
    """Return the token of the bracket that opens what the one at `k` closes, or `bound`."""
    depth = 0
    for i in range(k, bound - 1, -1):
        depth += (scene.low[i] in ")]") - (scene.low[i] in "([")
        if depth == 0:
            return i
    return bound


def _governs(scene: Scene, mark: Mark, numeral: Numeral) -> bool:
    """Whether a noun of action takes the number: "prosecutions of 15", "convictions, including 3"."""
    if scene.is_word("actions.action_prepositions", mark.end - 1):
        return True
    if scene.lexicon.phrases["clause.number_of"].ending_at(scene.low, mark.start):
        return True
    for k in range(mark.end, min(numeral.start, mark.end + 4)):
        if scene.is_word("actions.action_prepositions", k):
            return True
        if scene.phrase("clause.subset", k) or scene.low[k] == ":":
            return True
    return numeral.first - mark.end <= 1


def _has_pronoun_object(scene: Scene, mark: Mark) -> bool:
    return mark.end < len(scene.low) and scene.is_word("clause.pronoun_objects", mark.end)


def _modifies(scene: Scene, k: int) -> bool:
    """Whether a word in -ed is an adjective: a noun or another modifier follows at once, after a determiner."""
    before = scene.is_word("clause.determiners", k - 1) or scene.is_word("clause.prepositions", k - 1)
    return before and k + 1 < len(scene.low) and scene.low[k + 1][0].isalpha() and not scene.numeral_at(k + 1)
