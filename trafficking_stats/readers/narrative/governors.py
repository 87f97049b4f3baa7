"""Which verb or noun says what a number counts: to its left, or to its right."""

from collections.abc import Container
from dataclasses import dataclass

from trafficking_stats.readers.narrative.heads import Head, head_of
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.scene import Mark, Scene

RIGHT_REACH = 14
JOINED_REACH = 9
AUXILIARY_REACH = 7
"""Tokens within which a verb after a number, one joined to it, and an auxiliary before the number are looked for."""

JOINED = ("refer", "assist", "sentence", "convict", "identify")
"""Families of participles that say a second thing of a number: "were identified and referred to care"."""


@dataclass(frozen=True, slots=True)
class Governor:
    """A word that governs a number.

    Attributes
    ----------
    families : tuple of str
        Usually one; two where verbs are coordinated ("identified and assisted 40").
    strength : str
        "passive" (an auxiliary and a participle), "reduced" (a participle right after the noun), "active" (a verb or
        noun before), "light" (a verb such as "reported"), "facet" (says only how the persons were exploited, or that
        they were victims), "unknown" (a verb the tables do not hold) or "" where there is none.
    token : int
        Where it stands, -1 where that does not matter.
    """

    families: tuple[str, ...] = ()
    strength: str = ""
    token: int = -1


def right_of(scene: Scene, numeral: Numeral, head: Head) -> Governor:
    """Return the governor after the noun phrase of a number: the participle that follows it or its auxiliary."""
    has_auxiliary = auxiliary_before(scene, numeral)
    is_adjacent = True
    k = past_coordinated(scene, head.end)
    if any(scene.phrase(group, k + 1) for group in ("clause.auxiliaries", "clause.perfects")):
        # "half of them, 46 people, had been sold for sex", "six persons, four men and two women, were charged"
        k += scene.word(k) == "," and (k > head.end or scene.word(numeral.first - 1) == ",")
    stop = min(k + RIGHT_REACH, len(scene.low))
    k += scene.word(numeral.first - 1) == "(" and scene.word(head.end) == ")"  # "most victims (31) were referred"
    while k < stop and not _ends_clause(scene, k):
        date = scene.dated.get(k + scene.phrase("periods.in_words", k), 0)  # "three cases from 2018 await trial"
        family = _participle(scene, k) if has_auxiliary or is_adjacent else ""
        if family:
            families = (family, *_joined_after(scene, k + 1))
            return Governor(families, "passive" if has_auxiliary else "reduced", k)
        exploited = scene.value("nouns", k) == "victim" or scene.phrase("clause.facet_verbs", k)
        if (has_auxiliary and exploited) or (k == head.end and scene.phrase("clause.origin_verbs", k)):
            return Governor(("identify",), "facet")
        if has_auxiliary and scene.is_unknown_verb(k):
            return Governor(strength="unknown")
        if scene.phrase("clause.auxiliaries", k) or scene.phrase("clause.perfects", k):
            has_auxiliary = True
        elif not (date or scene.phrase("clause.relatives", k) or scene.phrase("clause.adverbs", k)):
            is_adjacent = is_adjacent and scene.low[k] == ","
        if scene.low[k] == "(":
            k = next((i for i in range(k, stop) if scene.low[i] == ")"), stop)
        k = max(k + 1, date)
    return Governor()


def _ends_clause(scene: Scene, k: int) -> bool:
    goes_on = scene.low[k] != "," or scene.phrase("clause.relatives", k + 1)
    # Danish "of the 62 received 47 help"
    is_active = k in scene.at and any(count.first == scene.at[k].end for count in scene.counts.values())
    return scene.low[k] in ";.)" or k in scene.counts or is_active or not goes_on


def _participle(scene: Scene, k: int) -> str:
    """Return the family of a participle at token `k`; of a general verb that of its complement: "were found guilty"."""
    mark = scene.at.get(k)
    is_complete = mark is not None and mark.family not in ("light", "open", "identify")
    if mark is not None and is_complete and scene.phrase("complements.verbs", k):
        return mark.family
    return str(scene.value("participles", k))


def auxiliary_before(scene: Scene, numeral: Numeral) -> bool:
    """Whether an auxiliary stands shortly before the number, as in Danish "blev 77 personer vurderet"."""
    return scene.contains("clause.auxiliaries", numeral.first - AUXILIARY_REACH, numeral.first)


def past_coordinated(scene: Scene, k: int) -> int:
    """Past "and 24 men" where the verb follows the last of several coordinated figures."""
    if scene.phrase("clause.prepositions", k):  # "155 victims of forced labour and 58 of begging were identified"
        end = scene.clause_end(k, ",;:.()")
        is_plain = not any(k <= mark.start < end for mark in scene.marks)
        k = end - 1 if is_plain and scene.phrase("clause.coordinators", end - 1) else k
    joint = scene.past(k, "clause.coordinators", "clause.involving", marks=",")
    following = scene.counts.get(joint) if joint > k else None
    return past_coordinated(scene, head_of(scene, following).end) if following else k


def _joined_after(scene: Scene, k: int) -> tuple[str, ...]:
    """Return the families of participles joined to one before `k`: "... and referred to care"."""
    stop = min(scene.clause_end(k, ";.("), k + JOINED_REACH)
    joint = scene.first("clause.coordinators", k, stop)
    family = scene.value("participles", scene.past(joint + 1, "clause.adverbs")) if joint is not None else ""
    return (family,) if family in JOINED else ()


def _joined_before(scene: Scene, mark: Mark) -> tuple[str, ...]:
    """Return the families of a verb and of the verbs coordinated before it: "identified and assisted"."""
    giving = scene.ends.get(mark.start) if mark.form == "action" else None
    k = (giving or mark).start - 1  # "identified and gave support to 40"
    if scene.phrase("clause.coordinators", k):
        other = scene.ends.get(k - (scene.word(k - 1) == ","))
        if other is not None and other.form == "verb" and other.family not in ("light", "other", "open"):
            return tuple(dict.fromkeys((other.family, mark.family)))
    return (mark.family,)


def left_of(scene: Scene, numeral: Numeral, bound: int, consumed: Container[int]) -> Governor:
    """Return the governor before a number, back to token `bound`.

    Parameters
    ----------
    scene, numeral : Scene, Numeral
        The sentence and a number in it.
    bound : int
        The token after the figure before.
    consumed : set of int
        Tokens of verbs that govern another number.

    Returns
    -------
    Governor
        Strength "", "light", "active", or "unknown" where a verb that the tables do not hold comes first.
    """
    strength = ""
    k = numeral.first - scene.before("clause.count_links", numeral.first)  # "it had reached 40"
    while k > bound and scene.low[k - 1] != ";":
        mark = scene.ends.get(k)
        if mark is not None and mark.start in consumed:
            break
        is_other = mark.family == "other" if mark else scene.is_unknown_verb(k - 1)
        if is_other and (":" in scene.low[k : numeral.first] or scene.contains("periods.when", k, numeral.first)):
            break  # "As published by the ministry: 450 victims were identified", "it turned in 2019, when 41 were"
        if mark is not None and mark.family != "light":
            return Governor(_joined_before(scene, mark), "active", mark.start)
        if mark is not None:
            strength = "light"
        elif is_other:
            return Governor(strength="unknown")
        k = mark.start if mark else k - 1
    return Governor(strength=strength)
