"""Which verb or noun says what a number counts: to its left, or to its right."""

from __future__ import annotations

from dataclasses import dataclass

from trafficking_stats.readers.narrative.heads import Head, head_of
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.scene import Mark, Scene

RIGHT_REACH = 14
LEFT_AUXILIARY_REACH = 7


@dataclass(frozen=True, slots=True)
class Governor:
    """A word that governs a number.

    Attributes
    ----------
    families : tuple of str
        Usually one; two where verbs are coordinated ("identified and assisted 40").
    strength : str
        "passive" (an auxiliary and a participle), "reduced" (a participle right after the noun), "active" (a verb or
        noun before), "facet" (says only how the persons were exploited, or that they were victims) or "unknown" (a
        verb the tables do not hold).
    token : int
        Where it stands, -1 where that does not matter.
    """

    families: tuple[str, ...]
    strength: str
    token: int = -1


def right_of(scene: Scene, numeral: Numeral, head: Head) -> Governor | None:
    """Return the governor after the noun phrase of a number: the participle that follows it or its auxiliary."""
    has_auxiliary = auxiliary_before(scene, numeral)
    is_adjacent = True
    k = past_coordinated(scene, head.end)
    stop = k + RIGHT_REACH
    while k < min(stop, len(scene.low)) and not _ends_clause(scene, k):
        word = scene.low[k]
        family = _participle(scene, k) if has_auxiliary or is_adjacent else ""
        if family:
            length = scene.phrase("participles", k) or 1
            return Governor((family, *_joined_after(scene, k + length)), "passive" if has_auxiliary else "reduced", k)
        exploited = scene.value("nouns", k) == "victim" or scene.phrase("clause.facet_verbs", k)
        if (has_auxiliary and exploited) or (k == head.end and scene.phrase("clause.origin_verbs", k)):
            return Governor(("identify",), "facet")
        if has_auxiliary and scene.is_unknown_verb(k):
            return Governor((), "unknown")
        if scene.phrase("clause.auxiliaries", k) or scene.phrase("clause.perfects", k):
            has_auxiliary = True
        elif word != "," and not scene.phrase("clause.relatives", k) and not scene.phrase("clause.adverbs", k):
            is_adjacent = False
        k = _past_bracket(scene, k) + 1
    return None


def _ends_clause(scene: Scene, k: int) -> bool:
    return (
        scene.low[k] in ";.)"
        or k in scene.counts
        or (scene.low[k] == "," and not scene.phrase("clause.relatives", k + 1))
        or scene.segments.of[k] in scene.segments.comparisons - {scene.segments.of[k - 1]}
    )


def _participle(scene: Scene, k: int) -> str:
    """Return the family of a participle at token `k`; of a general verb that of its complement: "were found guilty"."""
    mark = scene.at.get(k)
    is_general = scene.phrase("complements.verbs", k) > 0
    if is_general and mark and mark.form == "verb" and mark.family not in ("light", "open", "refer", "identify"):
        return mark.family
    return scene.value("participles", k)


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


def _past_adverbs(scene: Scene, k: int) -> int:
    while scene.phrase("clause.adverbs", k):
        k += 1
    return k


def _past_bracket(scene: Scene, k: int) -> int:
    """Return the token of the bracket that closes the one at `k`, or the end of the sentence; `k` if there is none."""
    if scene.low[k] != "(":
        return k
    return next((i for i in range(k, len(scene.low)) if scene.low[i] == ")"), len(scene.low))


def _joined_after(scene: Scene, k: int) -> tuple[str, ...]:
    """Return the families of participles joined to one that ends at `k`: "... and referred to care"."""
    for i in range(k, min(len(scene.low), k + 9)):
        if i in scene.counts or scene.low[i] in ";.(" or scene.phrase("clause.relatives", i):
            break
        if scene.phrase("clause.coordinators", i):
            family = scene.value("participles", _past_adverbs(scene, i + 1))
            return (family,) if family in ("refer", "assist", "sentence", "convict", "identify") else ()
    return ()


def _joined_before(scene: Scene, mark: Mark) -> tuple[str, ...]:
    """Return the families of a verb and of the verbs coordinated before it: "identified and assisted"."""
    giving = scene.ends.get(mark.start) or scene.ends.get(mark.start - 1)
    start = giving.start if mark.form == "action" and giving else mark.start  # "identified and gave support to 40"
    k = start - 1
    if scene.phrase("clause.coordinators", k):
        k -= scene.word(k - 1) == ","
        other = scene.ends.get(k)
        if other is not None and other.form == "verb" and other.family not in ("light", "other", "open"):
            return tuple(dict.fromkeys((other.family, mark.family)))
    return (mark.family,)


def left_of(scene: Scene, numeral: Numeral, bound: int) -> Governor | None:
    """Return the governor before a number, back to token `bound`.

    Parameters
    ----------
    scene, numeral : Scene, Numeral
        The sentence and a number in it.
    bound : int
        The token after the figure before.

    Returns
    -------
    Governor or None
        Strength "active", or "unknown" where a verb that the tables do not hold comes first.
    """
    light: Governor | None = None
    k = numeral.first
    while k > bound and scene.low[k - 1] != ";":
        mark = scene.ends.get(k)
        if mark is not None and mark.family != "light":
            return Governor(_joined_before(scene, mark), "active", mark.start)
        if mark is not None:
            light = light or Governor(("light",), "active", mark.start)
        elif scene.is_unknown_verb(k - 1):
            return Governor((), "unknown")
        k = mark.start if mark else k - 1
    return light
