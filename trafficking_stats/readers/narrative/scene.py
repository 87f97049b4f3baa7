"""A sentence with everything in it that the rules look at: numbers, times, verbs, comparisons, brackets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trafficking_stats.readers.narrative.lexicon import Lexicon
from trafficking_stats.readers.narrative.marks import Mark, find_marks
from trafficking_stats.readers.narrative.numerals import Numeral, find_numerals
from trafficking_stats.readers.narrative.periods import Period
from trafficking_stats.readers.narrative.segments import segment
from trafficking_stats.readers.narrative.times import find_periods
from trafficking_stats.readers.narrative.tokens import Sentence, Token, tokenize


@dataclass(frozen=True)
class Scene:
    """One sentence, analysed.

    Attributes
    ----------
    segments : tuple of int
        For every token the stretch it belongs to; a comparison or a bracket opens a new one.
    comparisons : frozenset of int
        The segments that are comparisons with another time.
    parents : mapping of int to int
        The segment around a segment in brackets.
    counts, dated, ends, shares : mapping
        Counted numbers by first token, ends of time expressions by first token, marks by the token after them, the
        token after "79 %" by its first token.
    """

    sentence: Sentence
    text: str
    lexicon: Lexicon
    tokens: tuple[Token, ...]
    low: tuple[str, ...]
    periods: tuple[Period, ...]
    numerals: tuple[Numeral, ...]
    marks: tuple[Mark, ...]
    at: dict[int, Mark]
    segments: tuple[int, ...]
    comparisons: frozenset[int]
    parents: dict[int, int]
    counts: dict[int, Numeral]
    dated: dict[int, int]
    ends: dict[int, Mark]
    shares: dict[int, int]

    def phrase(self, group: str, i: int) -> int:
        """Length of a phrase of a word list at token `i`, or 0."""
        if not 0 <= i < len(self.low):
            return 0
        found = self.lexicon.phrases[group].at(self.low, i)
        return found[0] if found else 0

    def is_word(self, group: str, i: int) -> bool:
        """Whether token `i` stands in a word list."""
        return 0 <= i < len(self.low) and self.low[i] in self.lexicon.words[group]

    def contains(self, group: str, start: int, end: int) -> bool:
        """Whether any phrase of a word list starts in ``[start, end)``."""
        return self.lexicon.phrases[group].found(self.low, start, end) is not None

    def is_compared(self, i: int) -> bool:
        """Whether token `i` stands in a comparison with another time."""
        return self.segments[i] in self.comparisons

    def numeral_at(self, i: int) -> Numeral | None:
        """Return the counted number whose expression starts at token `i`."""
        return self.counts.get(i)

    def is_unknown_verb(self, i: int) -> bool:
        """Whether token `i` looks like a verb that the tables do not hold."""
        word = self.low[i]
        if i in self.at or word in self.lexicon.words["clause.unknown_verb_exceptions"]:
            return False
        return len(word) > 4 and word.endswith(tuple(self.lexicon.words["clause.unknown_verb_endings"]))


def build(text: str, sentence: Sentence, lexicon: Lexicon, default_year: int, around: int | None = None) -> Scene:
    """Analyse a sentence.

    Parameters
    ----------
    text : str
        The whole document; offsets refer to it.
    sentence : Sentence
        The stretch to analyse.
    lexicon : Lexicon
        Language.
    default_year : int
        The year the document reports on.
    around : int, optional
        The year that months without one belong to.

    Returns
    -------
    Scene
    """
    tokens = tokenize(text, sentence.start, sentence.end)
    low = [token.lower for token in tokens]
    periods = find_periods(tokens, lexicon, default_year, around)
    numerals = find_numerals(tokens, lexicon, periods)
    taken = {k for p in periods for k in range(p.start, p.end)} | {k for n in numerals for k in range(n.start, n.end)}
    marks = find_marks(low, taken, lexicon)
    segments, comparisons, parents = segment(low, numerals, periods, marks, lexicon)
    return Scene(
        sentence,
        text,
        lexicon,
        tuple(tokens),
        tuple(low),
        tuple(periods),
        tuple(numerals),
        tuple(marks),
        {mark.start: mark for mark in marks},
        tuple(segments),
        frozenset(comparisons),
        parents,
        {n.start: n for n in numerals if n.kind == "count"},
        {p.start: p.end for p in periods},
        {mark.end: mark for mark in marks},
        _shares(numerals, low, lexicon),
    )


def _shares(numerals: Sequence[Numeral], low: Sequence[str], lexicon: Lexicon) -> dict[int, int]:
    """Where shares stand: first token of the number, and the token after its percent sign."""
    found = {}
    for numeral in numerals:
        unit = lexicon.phrases["not_counts.percent"].at(low, numeral.end) if numeral.end < len(low) else None
        if numeral.kind == "none" and unit is not None:
            found[numeral.start] = numeral.end + unit[0]
    return found
