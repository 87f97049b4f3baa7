"""A sentence with everything in it that the rules look at: numbers, times, verbs, comparisons, brackets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from trafficking_stats.readers.documents.tidying import Tidied
from trafficking_stats.readers.narrative.lexicon import Lexicon
from trafficking_stats.readers.narrative.numerals import find_numerals
from trafficking_stats.readers.narrative.segments import Segments
from trafficking_stats.readers.narrative.times import find_periods
from trafficking_stats.readers.narrative.tokens import Sentence, tokenize
from trafficking_stats.readers.narrative.words import Words

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


class Scene(Words):
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
        super().__init__(tokenize(document.text, sentence.start, sentence.end), lexicon)
        self.document, self.sentence, self.country = document, sentence, country
        self.periods = find_periods(self, default_year, around)
        self.numerals = find_numerals(self, self.periods)
        self.counts = {n.start: n for n in self.numerals if n.kind == "count"}
        self.dated = {period.start: period.end for period in self.periods}
        self.marks = self._find_marks()
        self.at = {mark.start: mark for mark in self.marks}
        self.ends = {mark.end: mark for mark in self.marks}
        signs = {n: self.phrase("not_counts.percent", n.end) for n in self.numerals if n.kind == "none"}
        self.shares = {n.start: n.end + length for n, length in signs.items() if length}
        verbs = {
            mark.start for mark in self.marks if mark.form == "verb" and not self.low[mark.end - 1].endswith("ing")
        }
        self.segments = Segments(self, self.counts, self.periods, verbs)

    def is_compared(self, i: int) -> bool:
        """Whether token `i` stands in a comparison with another time."""
        return self.segments.of[i] in self.segments.comparisons

    def is_bracketed(self, i: int) -> bool:
        """Whether token `i` stands in brackets."""
        return self.segments.of[i] in self.segments.parents

    def clause_end(self, i: int, stops: str) -> int:
        """Return the token after the stretch from `i` without numbers or any of the marks `stops`."""
        while i < len(self.low) and self.low[i] not in stops and i not in self.counts:
            i += 1
        return i

    def is_unknown_verb(self, i: int) -> bool:
        """Whether token `i` looks like a verb that the tables do not hold."""
        word = self.low[i]
        if i in self.at or self.phrase("clause.unknown_verb_exceptions", i):
            return False
        return len(word) > 4 and word.endswith(tuple(self.lexicon.tables["clause"]["unknown_verb_endings"]))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place of tokens `start` to `end` (exclusive) in the text as given."""
        return self.document.place(self.tokens[start].start, self.tokens[end - 1].end)

    def printed(self, start: int, end: int) -> dict[str, Any]:
        """Return tokens `start` to `end` (exclusive) and the sentence as the fields of `Printed`."""
        first, last = self.span(start, end)
        begin, stop = self.document.place(self.sentence.start, self.sentence.end)
        words = {"char_start": first, "char_end": last, "text": self.document.original[first:last]}
        return {**words, "sentence": self.sentence.number, "sentence_start": begin, "sentence_end": stop}

    def _find_marks(self) -> list[Mark]:
        """Return the marks of the sentence, those in numbers and times left out."""
        places = [*self.dated.items(), *((n.start, n.end) for n in self.numerals)]
        taken = {k for place in places for k in range(*place)}
        marks: list[Mark] = []
        end = 0
        for i in self.starts("verbs", "actions"):
            if i >= end and i not in taken:
                is_action = self.phrase("actions", i) > self.phrase("verbs", i)
                group, form = ("actions", "action") if is_action else ("verbs", "verb")
                end = i + self.phrase(group, i)
                marks.append(Mark(i, end, self.value(group, i), form))
        return [self._completed(mark, marks) for mark in marks]

    def _completed(self, mark: Mark, marks: Sequence[Mark]) -> Mark:
        """Return the mark with the meaning a complement gives it: "referred ... to prosecutors"."""
        stop = next((k for k in range(mark.end, len(self.low)) if self.low[k] in ";."), len(self.low))
        stop = min(stop, mark.end + COMPLEMENT_WINDOW)
        verbs = [other for other in marks if other.form == "verb" and other.family not in ("light", "assist")]
        found: list[tuple[int, str]] = []
        for number, complement in enumerate(self.lexicon.tables["complements"]):
            if mark.form != "verb" or not self.phrase(f"complements.{number}.verbs", mark.start):
                continue
            group = f"complements.{number}.words"
            reach = stop
            for other in verbs:
                if mark.start < other.start < reach:
                    reach = other.start + (self.phrase(group, other.start) > 0)
            place = self.first(group, mark.start + 1, reach)
            found += [(place, complement["family"])] if place is not None else []
        nearest = min(found, key=lambda item: item[0], default=None)
        return replace(mark, family=nearest[1]) if nearest else mark
