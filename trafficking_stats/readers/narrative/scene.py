"""A sentence with everything in it that the rules look at: numbers, times, verbs, comparisons, brackets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trafficking_stats.readers.documents.tidying import Tidied
from trafficking_stats.readers.narrative.lexicon import Lexicon
from trafficking_stats.readers.narrative.numerals import find_numerals
from trafficking_stats.readers.narrative.segments import Cutter
from trafficking_stats.readers.narrative.times import find_periods
from trafficking_stats.readers.narrative.tokens import Sentence, tokenize

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


class Scene:
    """One sentence, analysed.

    Parameters
    ----------
    document : Tidied
        The whole text.
    sentence : Sentence
        The stretch to analyse.
    lexicon : Lexicon
        Language.
    default_year, country : int, str
        The year and the country the document reports on.
    around : int, optional
        The year that months without one belong to.

    Attributes
    ----------
    tokens, low : list of Token, tuple of str
        Its words, and the same in lower case.
    periods, numerals, marks : list
        Its expressions of time, its numbers, and the words that say what figures near them count.
    counts, dated, at, ends, shares : dict
        Counted numbers by first token, ends of time expressions by first token, marks by first token and by the token
        after them, the token after "79 %" by its first token.
    segments : Segments
        Its stretches.
    """

    def __init__(
        self,
        document: Tidied,
        sentence: Sentence,
        lexicon: Lexicon,
        default_year: int,
        country: str,
        around: int | None = None,
    ) -> None:
        self.document, self.sentence, self.lexicon, self.country = document, sentence, lexicon, country
        self.tokens = tokenize(document.text, sentence.start, sentence.end)
        self.low = tuple(token.lower for token in self.tokens)
        self.periods = find_periods(self.tokens, lexicon, default_year, around)
        self.numerals = find_numerals(self.tokens, lexicon, self.periods)
        self.counts = {n.start: n for n in self.numerals if n.kind == "count"}
        self.dated = {period.start: period.end for period in self.periods}
        places = [*self.dated.items(), *((n.start, n.end) for n in self.numerals)]
        self.marks = _find_marks(self.low, {k for place in places for k in range(*place)}, lexicon)
        self.at = {mark.start: mark for mark in self.marks}
        self.ends = {mark.end: mark for mark in self.marks}
        signs = {n: self.phrase("not_counts.percent", n.end) for n in self.numerals if n.kind == "none"}
        self.shares = {n.start: n.end + length for n, length in signs.items() if length}
        verbs = {
            mark.start
            for mark in self.marks
            if mark.form == "verb" and mark.family != "light" and not self.low[mark.end - 1].endswith("ing")
        }
        self.segments = Cutter(self.low, self.counts, self.periods, verbs, lexicon).cut()

    def word(self, i: int) -> str:
        """Return token `i` in lower case, "" outside the sentence."""
        return self.low[i] if 0 <= i < len(self.low) else ""

    def phrase(self, group: str, i: int) -> int:
        """Length of a phrase of a word list at token `i`, or 0."""
        found = self.lexicon.phrases[group].at(self.low, i)
        return found[0] if found else 0

    def kind(self, group: str, i: int) -> str:
        """Return the list of a table, such as "victim" of ``nouns``, that the phrase at token `i` stands in, or ""."""
        found = self.lexicon[group].at(self.low, i)
        return found[1] if found else ""

    def before(self, group: str, i: int) -> int:
        """Length of a phrase of a word list that ends right before token `i`, or 0."""
        found = self.lexicon[group].ending_at(self.low, i)
        return found[0] if found else 0

    def first(self, group: str, start: int, end: int) -> int | None:
        """Return where the first phrase of a word list starts in ``[start, end)``, or None."""
        return self.lexicon[group].found(self.low, start, end)

    def contains(self, group: str, start: int, end: int) -> bool:
        """Whether any phrase of a word list starts in ``[start, end)``."""
        return self.first(group, start, end) is not None

    def is_compared(self, i: int) -> bool:
        """Whether token `i` stands in a comparison with another time."""
        return self.segments.of[i] in self.segments.comparisons

    def is_bracketed(self, i: int) -> bool:
        """Whether token `i` stands in brackets."""
        return self.segments.of[i] in self.segments.parents

    def clause_start(self, i: int, bound: int, stops: str) -> int:
        """Return the first token, from `bound` on, of the stretch up to `i` without any of the marks `stops`."""
        while i > bound and self.low[i - 1] not in stops:
            i -= 1
        return i

    def clause_end(self, i: int, stops: str) -> int:
        """Return the token after the stretch from `i` without numbers or any of the marks `stops`."""
        while i < len(self.low) and self.low[i] not in stops and i not in self.counts:
            i += 1
        return i

    def is_unknown_verb(self, i: int) -> bool:
        """Whether token `i` looks like a verb that the tables do not hold."""
        word = self.low[i]
        if i in self.at or word in self.lexicon["clause.unknown_verb_exceptions"]:
            return False
        return len(word) > 4 and word.endswith(tuple(self.lexicon.tables["clause"]["unknown_verb_endings"]))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place of tokens `start` to `end` (exclusive) in the text as given."""
        return self.document.place(self.tokens[start].start, self.tokens[end - 1].end)


def _find_marks(low: Sequence[str], taken: set[int], lexicon: Lexicon) -> list[Mark]:
    """Return the marks among the words `low`, those of tokens `taken` by numbers and times left out."""
    marks: list[Mark] = []
    i = 0
    while i < len(low):
        verb, action = lexicon["verbs"].at(low, i), lexicon["actions"].at(low, i)
        is_action = action is not None and (verb is None or action[0] > verb[0])
        found = action if is_action else verb
        if found is not None and i not in taken:
            marks.append(Mark(i, i + found[0], found[1], "action" if is_action else "verb"))
            i += found[0]
        else:
            i += 1
    return [_completed(mark, low, marks, lexicon) for mark in marks]


def _completed(mark: Mark, low: Sequence[str], marks: Sequence[Mark], lexicon: Lexicon) -> Mark:
    """Return the mark with the meaning a complement gives it: "referred ... to prosecutors"."""
    stop = next((k for k in range(mark.end, len(low)) if low[k] in ";."), len(low))
    stop = min(stop, mark.end + COMPLEMENT_WINDOW)
    best: tuple[int, str] | None = None
    for verbs, words, family in lexicon.complements:
        if mark.form != "verb" or verbs.at(low, mark.start) is None:
            continue
        reach = stop
        for other in marks:
            if mark.start < other.start < reach and other.form == "verb" and other.family not in ("light", "assist"):
                reach = other.start + (words.at(low, other.start) is not None)
        place = words.found(low, mark.start + 1, reach)
        if place is not None and (best is None or place < best[0]):
            best = (place, family)
    return Mark(mark.start, mark.end, best[1], "verb") if best else mark
