"""Prison terms that courts imposed: the shortest and the longest of a sentence; penalties in a statute are left out."""

from __future__ import annotations

from dataclasses import dataclass

from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.scene import Scene

STRONG_FAMILIES = ("sentence", "convict")


@dataclass(frozen=True, slots=True)
class Term:
    """A length of imprisonment: which bound it is, and its unit."""

    numeral: Numeral
    indicator: str
    unit: str
    rule: str


def _is_statutory(scene: Scene, numeral: Numeral) -> bool:
    """Whether words of legislation are nearer before the number than words of a judgment."""
    statute = scene.lexicon.phrases["penalties.statute"]
    judged = -1
    for mark in scene.marks:
        if mark.start < numeral.start and mark.family in STRONG_FAMILIES and mark.form == "verb":
            judged = mark.start
    for k in range(min(numeral.end + 12, len(scene.low)) - 1, judged, -1):
        found = statute.at(scene.low, k)
        if found and (k < numeral.start or judged < 0):
            return True
    return False


def _not_a_sentence(scene: Scene, numeral: Numeral) -> bool:
    if scene.contains("penalties.summed", numeral.first - 4, numeral.start):
        return True  # the average sentence, a total of 129 years
    k = numeral.end
    while k < len(scene.low) and k < numeral.end + 5:
        if scene.phrase("penalties.not_imposed", k):
            return True
        if scene.low[k] in ",;.)":
            return False
        k += 1
    return False


def _is_imposed(scene: Scene, numeral: Numeral) -> bool:
    """Return whether a judgment is named before the number, or a prison right after it."""
    if any(mark.start < numeral.start and mark.family in STRONG_FAMILIES for mark in scene.marks):
        return True
    return scene.contains("penalties.imposed", 0, numeral.start) or scene.contains(
        "penalties.imposed", numeral.end, numeral.end + 5
    )


def _joins(scene: Scene, first: Numeral, second: Numeral) -> bool:
    """Whether two lengths are the ends of a range: "from 18 months to four years"."""
    between = scene.low[first.end : second.first]
    return len(between) <= 5 and any(word in scene.lexicon.words["penalties.range_to"] for word in between)


def _months(numeral: Numeral) -> float:
    return numeral.value * (12 if numeral.kind == "years" else 1)


def _bound(scene: Scene, numeral: Numeral) -> str:
    """Return "min" or "max" where the words name one bound only, else nothing."""
    for group, bound in (("penalties.at_most", "max"), ("penalties.at_least", "min")):
        if scene.lexicon.phrases[group].ending_at(scene.low, numeral.start):
            return bound
    return ""


def _to_life(scene: Scene, numeral: Numeral) -> bool:
    after = scene.low[numeral.end : numeral.end + 7]
    return any(word in scene.lexicon.words["penalties.life"] for word in after) and any(
        word in scene.lexicon.words["penalties.range_to"] for word in after
    )


def find_terms(scene: Scene, convicted_before: bool) -> list[Term]:
    """Shortest and longest term of every comparison or main clause of a sentence.

    Parameters
    ----------
    scene : Scene
        The sentence.
    convicted_before : bool
        Whether the sentence before counted convictions or sentences ("Terms ranged from ...").

    Returns
    -------
    list of Term
        ``sentence_min`` and ``sentence_max``; one single term is both.
    """
    imposed = scene.contains("penalties.imposed", 0, len(scene.low))
    strong = any(mark.family in STRONG_FAMILIES for mark in scene.marks)
    if not imposed or not (strong or convicted_before):
        return []
    groups: dict[int, list[Numeral]] = {}
    for numeral in scene.numerals:
        if (
            numeral.kind in ("months", "years")
            and not _is_statutory(scene, numeral)
            and not _not_a_sentence(scene, numeral)
            and _is_imposed(scene, numeral)
        ):
            segment = scene.segments[numeral.start]
            groups.setdefault(segment if segment in scene.comparisons else -1, []).append(numeral)
    terms: list[Term] = []
    for group in groups.values():
        terms += _range_of(scene, _without_remainders(scene, group))
    return terms


def _without_remainders(scene: Scene, group: list[Numeral]) -> list[Numeral]:
    """Drop the months of "two years and six months"."""
    kept: list[Numeral] = []
    for numeral in group:
        if kept:
            last = kept[-1]
            between = scene.low[last.end : numeral.first]
            opened = scene.lexicon.phrases["penalties.range_from"].ending_at(scene.low, last.first) is not None
            if (
                last.kind == "years"
                and numeral.kind == "months"
                and 1 <= len(between) <= 3
                and between[-1] in scene.lexicon.words["number_grammar.and"]
                and not opened
            ):
                continue
        kept.append(numeral)
    return kept


def _range_of(scene: Scene, group: list[Numeral]) -> list[Term]:
    if not group:
        return []
    if len(group) == 1:
        numeral = group[0]
        bound = _bound(scene, numeral)
        if bound == "min" and not scene.lexicon.phrases["penalties.shortest"].ending_at(scene.low, numeral.start):
            return []  # "terms of more than five years": a threshold, not the shortest term
        if bound or _to_life(scene, numeral):
            return [Term(numeral, f"sentence_{bound or 'min'}", numeral.kind, "term with one bound")]
        return [Term(numeral, f"sentence_{end}", numeral.kind, "single term") for end in ("min", "max")]
    shortest = min(group, key=_months)
    longest = max(group, key=_months)
    rule = "range of terms" if _joins(scene, group[0], group[1]) else "several terms"
    if shortest is longest:
        return [Term(shortest, f"sentence_{end}", shortest.kind, rule) for end in ("min", "max")]
    terms = [Term(shortest, "sentence_min", shortest.kind, rule)]
    if not _to_life(scene, longest):
        terms.append(Term(longest, "sentence_max", longest.kind, rule))
    return terms
