"""A sentence with everything in it that the rules look at: numbers, times, verbs, comparisons, brackets."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from trafficking_stats.readers.documents.tidying import Tidied
from trafficking_stats.readers.narrative.lexicon import Lexicon
from trafficking_stats.readers.narrative.numerals import Numeral, find_numerals
from trafficking_stats.readers.narrative.times import Period, find_periods
from trafficking_stats.readers.narrative.tokens import Sentence, tokenize
from trafficking_stats.readers.narrative.words import Words

CLAUSE = 14
"""Tokens within which a clause has its verb."""
NEAR = 7
"""Tokens within which "half" has its noun ("the number of victims"), and that its year."""


class Segments:
    """The stretches of a sentence, cut from left to right.

    Parameters
    ----------
    words : Words
        The sentence.
    counts : dict of int to Numeral
        Its counted numbers by first token.
    periods : sequence of Period
        Its expressions of time.
    verbs : set of int
        Tokens of its verbs.

    Attributes
    ----------
    of : list of int
        For every token the stretch it belongs to; a comparison or a bracket opens a new one.
    comparisons : set of int
        Those that compare with another time.
    parents : dict of int to int
        The stretch around one in brackets.
    """

    def __init__(self, words: Words, counts: Mapping[int, Numeral], periods: Sequence[Period], verbs: Set[int]) -> None:
        self.of: list[int] = []
        self.comparisons: set[int] = set()
        self.parents: dict[int, int] = {}
        self._words, self._counts, self._periods, self._verbs = words, counts, periods, verbs
        self._current = self._last = self._opened = 0  # stretch, number of stretches, token of the last comparison
        stack: list[int] = []
        groups = "compare.markers", "compare.change_from", "compare.multiples", "statements.comparisons"
        cues = {*words.starts(*groups)}
        for i, word in enumerate(words.low):
            outer = self._current
            if word in "([":
                stack.append(outer)
                self._open(compares=self._bracket_compares(i))
                self.parents[self._current] = outer
            elif i in cues and self._compares(i):
                self._open(compares=True)
                self._opened = i
            elif not stack and (word == ";" or (outer in self.comparisons and self._goes_back(i))):
                self._open(compares=False)
            self.of.append(self._current)
            if word in ")]" and stack:
                self._current = stack.pop()

    def _open(self, *, compares: bool) -> None:
        self._last += 1
        self._current = self._last
        if compares:
            self.comparisons.add(self._current)

    def _number(self, start: int, end: int) -> int | None:
        """Return the first counted number in ``[start, end)``."""
        return next((k for k in range(start, end) if k in self._counts), None)

    def _is_dated(self, start: int, end: int) -> bool:
        return any(period.start < end and start < period.end for period in self._periods)

    def _compares(self, i: int) -> bool:
        """Whether a comparison with another time starts at token `i`."""
        words = self._words
        marker, than = words.phrase("compare.markers", i), words.phrase("statements.comparisons", i)
        noun = words.first("clause.figure_nouns", i, i + NEAR) if words.phrase("compare.multiples", i) else None
        if noun is not None:  # "a quarter of the number in 2013", "half the 2013 figure"
            return self._number(i, noun + NEAR) is None and self._is_dated(i, noun + NEAR)
        if words.phrase("compare.against", i):
            number = self._number(i + 1, i + 5)
            # "charges against 21 in 2014, in 2015 against 14 and in 2016 against 12"
            stop = words.first("clause.coordinators", i, i + 8) if words.contains("compare.against", 0, i) else None
            if number is None or not self._is_dated(number, stop or number + 8):
                return False
            # "the Centre against Human Trafficking counted 97"; a case is against suspects
            is_name = words.contains("ignored.this_crime", i + 1, number)
            noun = words.past(self._counts[number].end, "modifiers.potential", "modifiers.skip")
            return not is_name and (words.word(i - 1) == "," or words.value("nouns", noun) in ("", "victim", "case"))
        if words.phrase("compare.change_from", i) and (i + 1 in self._counts or self._is_dated(i + 1, i + 3)):
            # "decreased to 80 from 110", "a drop of 19 % on last year", but not "a rise in victims from Nigeria"
            return any(words.contains(f"compare.{group}", i - 8, i) for group in ("change_verbs", "change_nouns"))
        if i + marker in self._counts and words.phrase("qualifiers", i) == marker:  # "fewer than five were under 18"
            return self._is_dated(i, i + NEAR)
        return marker > 0 or (than > 0 and self._is_dated(i + than, i + than + 2))

    def _bracket_compares(self, i: int) -> bool:
        """Whether a bracket holds a figure and a year, "(10 in 2017)", or a bare figure after such brackets, "(32)"."""
        low = self._words.low
        close = next((k for k in range(i, len(low)) if low[k] in ")]"), len(low))
        again = close == i + 2 and any(k in self.parents for k in self.comparisons)
        return self._number(i + 1, close) is not None and (again or self._is_dated(i + 1, close))

    def _goes_back(self, i: int) -> bool:
        """Whether the main clause goes on after a comparison: at a colon, ", of whom", or a clause with its verb."""
        words = self._words
        if words.low[i] == ":" or (words.phrase("compare.change_to", i) and self._is_dated(self._opened, i)):
            return True  # "from 23 in 2022 to 45"
        is_joint = words.low[i] == "," or words.phrase("clause.starters", i) > 0
        if not is_joint or (self._number(self._opened, i) is None and self._opened > 0):
            return False
        near = range(i + 1, len(words.low))
        stop = next((k for k in near if k in self._counts or words.low[k] in ";)("), i + CLAUSE)
        changes = words.contains("compare.change_verbs", i, stop)  # "..., while convictions doubled to 23"
        is_part = words.phrase("clause.subset", i + 1) > 0 or self._is_of_earlier(stop)
        if words.low[i] == "," and self._is_dated(self._opened, i):  # "..., and six trials remained pending"
            ends = (k for k in range(stop + 1, len(words.low)) if k in self._counts or words.low[k] in ",;.(")
            rest = range(stop, next(ends, stop))
            changes |= any(words.phrase("clause.auxiliaries", k) or words.value("verbs", k) == "light" for k in rest)
        return is_part or changes or not self._verbs.isdisjoint(range(i, min(stop, i + CLAUSE)))

    def _is_of_earlier(self, i: int) -> bool:
        """Whether a number is a part of one before the comparison: "nine, against four in 2015, six of the nine"."""
        part = self._counts.get(i)
        whole = self._counts.get(part.end + self._words.phrase("clause.partitive", part.end)) if part else None
        return whole is not None and any(k < self._opened and n.value == whole.value for k, n in self._counts.items())


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
        The year that months without one belong to; by default that of the document.

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
        self, document: Tidied, sentence: Sentence, lexicon: Lexicon, default_year: int, country: str, around: int = 0
    ) -> None:
        super().__init__(tokenize(document.text, sentence.start, sentence.end), lexicon)
        self.document, self.sentence, self.country = document, sentence, country
        self.default_year = default_year
        self.periods = find_periods(self, default_year, around)
        self.numerals = find_numerals(self, self.periods)
        self.counts = {n.start: n for n in self.numerals if n.kind == "count"}
        self.dated = {period.start: period.end for period in self.periods}
        self.marks = self._find_marks()
        self.at = {mark.start: mark for mark in self.marks}
        self.ends = {mark.end: mark for mark in self.marks}
        signs = {n: self.phrase("not_counts.percent", n.end) for n in self.numerals if n.kind in ("none", "share")}
        self.shares = {n.start: n.end + length for n, length in signs.items() if length or n.kind == "share"}
        verbs = {m.start for m in self.marks if m.form == "verb" and not self.low[m.end - 1].endswith("ing")}
        self.segments = Segments(self, self.counts, self.periods, verbs)

    def beside(self, start: int, end: int) -> "Scene":
        """Return another stretch of the document, analysed like this one."""
        stretch = replace(self.sentence, start=start, end=end)
        return Scene(self.document, stretch, self.lexicon, self.default_year, self.country)

    def is_compared(self, i: int) -> bool:
        """Whether token `i` stands in a comparison with another time."""
        return self.segments.of[i] in self.segments.comparisons

    def is_bracketed(self, i: int) -> bool:
        """Whether token `i` stands in brackets."""
        return self.segments.of[i] in self.segments.parents

    def is_apposition(self, first: int, end: int) -> bool:
        """Whether commas stand before token `first` and at token `end`: "more than half, 58 people, were men"."""
        return self.word(first - self.before("clause.wholes", first) - 1) == self.word(end) == ","

    def clause_end(self, i: int, stops: str) -> int:
        """Return the token after the stretch from `i` without numbers or any of the marks `stops`."""
        while i < len(self.low) and self.low[i] not in stops and i not in self.counts and i not in self.shares:
            i += 1
        return i

    def is_base(self, numeral: Numeral) -> bool:
        """Whether a number is what another is a part of: "34 of 97", "34 of the 97"."""
        ends = [other.end for other in self.counts.values() if self.phrase("clause.partitive", other.end)]
        return any(end + self.phrase("clause.partitive", end) == numeral.first for end in ends)

    def is_unknown_verb(self, i: int) -> bool:
        """Whether token `i` looks like a verb that the tables do not hold."""
        word = self.low[i]
        if i in self.at or any(self.phrase(group, i) for group in ("clause.unknown_verb_exceptions", "nouns")):
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
            describes = self.phrase("modifiers.potential", i) and self.phrase("nouns", i + 1)  # "suspected traffickers"
            if i >= end and i not in taken and not describes:
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
        # "86 of 98 identified victims", "four of the six accused"
        verbs = [v for v in verbs if not (self.phrase("nouns", v.end) or self.phrase("actions", v.start))]
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
