"""Prison terms that courts imposed: the shortest and the longest of a sentence; penalties in a statute are left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trafficking_stats.readers.narrative.heads import Head
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.readings import Reading
from trafficking_stats.readers.narrative.scene import Scene

JUDGED = ("sentence", "convict")


def find_terms(scene: Scene, convicted_before: bool) -> Iterator[Reading]:
    """Yield the shortest and longest term of every comparison or main clause of a sentence.

    Parameters
    ----------
    scene : Scene
        The sentence.
    convicted_before : bool
        Whether the sentence before counted convictions or sentences ("Terms ranged from ...").

    Yields
    ------
    Reading
        ``sentence_min`` and ``sentence_max``; one single term is both.
    """
    judged = [mark for mark in scene.marks if mark.family in JUDGED]
    if not scene.contains("penalties.imposed", 0, len(scene.low)) or not (judged or convicted_before):
        return
    groups: dict[int, list[Numeral]] = {}
    for numeral in scene.numerals:
        if numeral.kind in ("months", "years") and _is_imposed(scene, numeral):
            segment = scene.segments.of[numeral.start] if scene.is_compared(numeral.start) else -1
            group = groups.setdefault(segment, [])
            if not (group and _is_remainder(scene, group[-1], numeral)):
                group.append(numeral)
    for group in groups.values():
        yield from _range_of(scene, group)


def _is_imposed(scene: Scene, numeral: Numeral) -> bool:
    """Whether a court imposed a length of time: a judgment or a prison is named, no statute, probation or average."""
    start, end = numeral.start, numeral.end
    judged = any(mark.start < start and mark.family in JUDGED for mark in scene.marks)
    named = scene.contains("penalties.imposed", 0, start) or scene.contains("penalties.imposed", end, end + 5)
    if not (judged or named) or scene.contains("penalties.summed", numeral.first - 4, start):
        return False  # the average sentence, a total of 129 years
    stop = min(scene.clause_end(end, ",;.)") + 1, end + 5)
    return not scene.contains("penalties.not_imposed", end, stop) and not _is_statutory(scene, numeral)


def _is_statutory(scene: Scene, numeral: Numeral) -> bool:
    """Whether words of legislation are nearer before the number than words of a judgment, or follow without any."""
    judged = max(
        (m.start for m in scene.marks if m.start < numeral.start and m.family in JUDGED and m.form == "verb"),
        default=-1,
    )
    return scene.contains("penalties.statute", judged + 1, numeral.start if judged >= 0 else numeral.end + 12)


def _is_remainder(scene: Scene, last: Numeral, numeral: Numeral) -> bool:
    """Whether it is the months of "two years and six months"."""
    joined = scene.phrase("number_grammar.and", numeral.first - 1) and numeral.first - last.end <= 3
    units = (last.kind, numeral.kind) == ("years", "months")
    return bool(joined) and units and not scene.before("penalties.range_from", last.first)


def _range_of(scene: Scene, group: Sequence[Numeral]) -> Iterator[Reading]:
    shortest = min(group, key=_months)
    longest = max(group, key=_months)
    to_life = scene.contains("penalties.life", longest.end, longest.end + 7)
    ends = [("sentence_min", shortest), ("sentence_max", longest)][: 1 if to_life else 2]
    rule = "single term" if shortest is longest else "several terms"
    if len(group) == 1:
        if scene.before("penalties.at_most", longest.start):
            ends, rule = [("sentence_max", longest)], "term with one bound"
        elif scene.before("penalties.at_least", longest.start):
            # "terms of more than five years" is a threshold, not the shortest term
            is_shortest = scene.before("penalties.shortest", longest.start)
            ends, rule = [("sentence_min", longest)] if is_shortest else [], "term with one bound"
    for indicator, numeral in ends:
        head = Head("empty", "", numeral.end, numeral.end)
        yield Reading(numeral, head, (indicator,), False, numeral.kind, rule)


def _months(numeral: Numeral) -> float:
    return numeral.value * (12 if numeral.kind == "years" else 1)
