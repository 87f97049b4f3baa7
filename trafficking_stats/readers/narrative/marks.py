"""Words that say what figures near them count, and what a complement makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trafficking_stats.readers.narrative.lexicon import Lexicon

COMPLEMENT_WINDOW = 14
"""Tokens after a general verb within which its complement ("provided ... shelter") is looked for."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A word that says what figures near it count.

    Attributes
    ----------
    start, end : int
        Tokens.
    family : str
        investigate, prosecute, convict, sentence, identify, refer, assist, open, light or other.
    form : str
        "verb" or "action" (a noun such as "convictions").
    """

    start: int
    end: int
    family: str
    form: str


def find_marks(low: Sequence[str], taken: set[int], lexicon: Lexicon) -> list[Mark]:
    """Return the marks among the words `low`, those of tokens `taken` by numbers and times left out."""
    raw: list[Mark] = []
    i = 0
    while i < len(low):
        if i in taken:
            i += 1
            continue
        verb = lexicon.verbs.at(low, i)
        action = lexicon.actions.at(low, i)
        if action and (verb is None or action[0] > verb[0]):
            raw.append(Mark(i, i + action[0], action[1], "action"))
            i += action[0]
        elif verb:
            raw.append(Mark(i, i + verb[0], verb[1], "verb"))
            i += verb[0]
        else:
            i += 1
    return [_completed(mark, low, raw, lexicon) for mark in raw]


def _completed(mark: Mark, low: Sequence[str], marks: Sequence[Mark], lexicon: Lexicon) -> Mark:
    """Return the mark with the meaning a complement gives it: "referred ... to prosecutors"."""
    if mark.form != "verb":
        return mark
    stop = min(len(low), mark.end + COMPLEMENT_WINDOW)
    for k in range(mark.end, stop):
        if low[k] in (";", "."):
            stop = k
            break
    best: tuple[int, str] | None = None
    for complement in lexicon.complements:
        if complement.verbs.at(low, mark.start) is None:
            continue
        reach = stop
        for other in marks:
            if mark.start < other.start < reach and other.form == "verb" and other.family not in ("light", "assist"):
                reach = other.start + (complement.words.at(low, other.start) is not None)
        place = complement.words.found(low, mark.start + 1, reach)
        if place is not None and (best is None or place < best[0]):
            best = (place, complement.family)
    return Mark(mark.start, mark.end, best[1], "verb") if best else mark
