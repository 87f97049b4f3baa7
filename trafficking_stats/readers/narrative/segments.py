"""Cut a sentence into stretches: main clause, comparisons with another time, brackets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.times import Period
from trafficking_stats.readers.narrative.words import Words

CLAUSE = 14
"""Tokens within which a clause has its verb."""


@dataclass
class Segments:
    """The stretches of a sentence.

    Attributes
    ----------
    of : list of int
        For every token the stretch it belongs to; a comparison or a bracket opens a new one.
    comparisons : set of int
        Those that compare with another time.
    parents : dict of int to int
        The stretch around one in brackets.
    """

    of: list[int] = field(default_factory=list)
    comparisons: set[int] = field(default_factory=set)
    parents: dict[int, int] = field(default_factory=dict)


def cut(words: Words, counts: Mapping[int, Numeral], periods: Sequence[Period], verbs: Set[int]) -> Segments:
    """Cut a sentence into stretches from left to right.

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
    """
    return _Cutter(words, counts, periods, verbs).cut()


@dataclass
class _Cutter:
    words: Words
    counts: Mapping[int, Numeral]
    periods: Sequence[Period]
    verbs: Set[int]
    result: Segments = field(default_factory=Segments)
    stack: list[int] = field(default_factory=list)
    current: int = 0
    count: int = 0
    opened: int = 0
    """The token where the last comparison opened."""

    def cut(self) -> Segments:
        """Return the stretches."""
        result = self.result
        cues = set(self.words.starts("compare.markers", "compare.change_from", "statements.comparisons"))
        for i, word in enumerate(self.words.low):
            outer = self.current
            if word in "([":
                self.stack.append(outer)
                self._open(compares=self._bracket_compares(i))
                result.parents[self.current] = outer
            elif i in cues and self._compares(i):
                self._open(compares=True)
                self.opened = i
                if outer in result.parents:
                    result.parents[self.current] = result.parents[outer]
            elif not self.stack and (word == ";" or (outer in result.comparisons and self._goes_back(i))):
                self._open(compares=False)
            result.of.append(self.current)
            if word in ")]" and self.stack:
                self.current = self.stack.pop()
        return result

    def _open(self, *, compares: bool) -> None:
        self.count += 1
        self.current = self.count
        if compares:
            self.result.comparisons.add(self.current)

    def _number(self, start: int, end: int) -> int | None:
        """Return the first counted number in ``[start, end)``."""
        return next((k for k in range(start, end) if k in self.counts), None)

    def _is_dated(self, start: int, end: int) -> bool:
        return any(period.start < end and start < period.end for period in self.periods)

    def _compares(self, i: int) -> bool:
        """Whether a comparison with another time starts at token `i`."""
        words = self.words
        marker, than = words.phrase("compare.markers", i), words.phrase("statements.comparisons", i)
        if marker == 1 and words.phrase("compare.against", i):
            number = self._number(i + 1, i + 5)
            if number is None or not self._is_dated(number, number + 8):
                return False
            if words.contains("ignored.this_crime", i + 1, number):
                return False  # "the Centre against Human Trafficking counted 97"
            return words.value("nouns", self.counts[number].end) in ("", "victim", "case")  # a case is against suspects
        is_base = i + 1 in self.counts or self._is_dated(i + 1, i + 3)
        if is_base and words.phrase(
            "compare.change_from", i
        ):  # "decreased to 80 from 110", "a drop of 19 % on last year"
            changes = ("compare.change_verbs", "compare.change_nouns")
            return any(words.contains(group, i - 8, i) for group in changes)
        return marker > 0 or (than > 0 and self._is_dated(i + than, i + than + 2))

    def _bracket_compares(self, i: int) -> bool:
        """Whether a bracket holds a figure and a year, "(10 in 2017)", or a bare figure after such brackets, "(32)"."""
        low = self.words.low
        close = next((k for k in range(i, len(low)) if low[k] in ")]"), len(low))
        again = close == i + 2 and any(k in self.result.parents for k in self.result.comparisons)
        return self._number(i + 1, close) is not None and (again or self._is_dated(i + 1, close))

    def _goes_back(self, i: int) -> bool:
        """Whether the main clause goes on after a comparison: at a colon, ", of whom", or a clause with its verb."""
        words = self.words
        if words.low[i] == ":":
            return True
        is_joint = words.low[i] == "," or words.phrase("clause.starters", i) > 0
        if not is_joint or (self._number(self.opened, i) is None and self.opened > 0):
            return False
        if self.opened == 0:  # "Compared with 2022, the number rose to 12", but not "..., when it was nine, ..."
            return not words.phrase("periods.when", i + 1)
        near = range(i + 1, len(words.low))
        stop = next((k for k in near if k in self.counts or words.low[k] in ";)("), i + CLAUSE)
        return words.phrase("clause.subset", i + 1) > 0 or not self.verbs.isdisjoint(range(i, min(stop, i + CLAUSE)))
