"""Cut a sentence into stretches: main clause, comparisons with another time, brackets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.times import Period
from trafficking_stats.readers.narrative.words import Words

CLAUSE = 14
"""Tokens within which a clause has its verb."""


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
        cues = {*words.starts("compare.markers", "compare.change_from", "statements.comparisons")}
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
        if marker == 1 and words.phrase("compare.against", i):
            number = self._number(i + 1, i + 5)
            if number is None or not self._is_dated(number, number + 8):
                return False
            # "the Centre against Human Trafficking counted 97"; a case is against suspects
            is_name = words.contains("ignored.this_crime", i + 1, number)
            return not is_name and words.value("nouns", self._counts[number].end) in ("", "victim", "case")
        is_base = i + 1 in self._counts or self._is_dated(i + 1, i + 3)
        if is_base and words.phrase("compare.change_from", i):
            # "decreased to 80 from 110", "a drop of 19 % on last year"
            return any(words.contains(f"compare.{group}", i - 8, i) for group in ("change_verbs", "change_nouns"))
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
        if words.low[i] == ":":
            return True
        is_joint = words.low[i] == "," or words.phrase("clause.starters", i) > 0
        if not is_joint or (self._number(self._opened, i) is None and self._opened > 0):
            return False
        if self._opened == 0:  # "Compared with 2022, the number rose to 12", but not "..., when it was nine, ..."
            return not words.phrase("periods.when", i + 1)
        near = range(i + 1, len(words.low))
        stop = next((k for k in near if k in self._counts or words.low[k] in ";)("), i + CLAUSE)
        return words.phrase("clause.subset", i + 1) > 0 or not self._verbs.isdisjoint(range(i, min(stop, i + CLAUSE)))
