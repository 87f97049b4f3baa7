"""Cut a sentence into stretches: main clause, comparisons with another time, brackets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from trafficking_stats.readers.narrative.lexicon import Lexicon
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.times import Period


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


def cut(
    low: Sequence[str], counts: dict[int, Numeral], periods: Sequence[Period], finite: set[int], lexicon: Lexicon
) -> Segments:
    """Cut a sentence into stretches.

    Parameters
    ----------
    low : sequence of str
        Its words in lower case.
    counts : dict of int to Numeral
        Its counted numbers by first token.
    periods : sequence of Period
        Its expressions of time.
    finite : set of int
        Tokens of its verbs.
    lexicon : Lexicon
        Language.
    """
    return _Cutter(low, counts, periods, finite, lexicon).cut()


class _Cutter:
    def __init__(
        self,
        low: Sequence[str],
        counts: dict[int, Numeral],
        periods: Sequence[Period],
        finite: set[int],
        lexicon: Lexicon,
    ) -> None:
        self.low, self.counts, self.periods, self.finite, self.lexicon = low, counts, periods, finite, lexicon
        self.dated = {k for period in periods for k in range(period.start, period.end)}
        self.result = Segments()
        self.stack: list[int] = []
        self.current = self.count = 0
        self.opened = 0  # the token where the last comparison opened

    def cut(self) -> Segments:
        result = self.result
        for i, word in enumerate(self.low):
            if word in "([":
                self.stack.append(self.current)
                self._open(compares=self._bracket_compares(i))
                result.parents[self.current] = self.stack[-1]
            elif word in ")]" and self.stack:
                result.of.append(self.current)
                self.current = self.stack.pop()
                continue
            elif self._compares(i):
                inside = result.parents.get(self.current)
                self._open(compares=True)
                self.opened = i
                if inside is not None:
                    result.parents[self.current] = inside
            elif not self.stack and (word == ";" or self._goes_back(i)):
                self._open(compares=False)
            result.of.append(self.current)
        return result

    def _open(self, *, compares: bool) -> None:
        self.count += 1
        self.current = self.count
        if compares:
            self.result.comparisons.add(self.current)

    def _is_in(self, group: str, i: int) -> int:
        found = self.lexicon[group].at(self.low, i)
        return found[0] if found else 0

    def _numbered(self, start: int, end: int) -> int | None:
        """Return the first counted number in ``[start, end)``."""
        return next((k for k in range(start, min(end, len(self.low))) if k in self.counts), None)

    def _compares(self, i: int) -> bool:
        """Whether a comparison with another time starts at token `i`."""
        if i in self.dated:
            return self.current not in self.result.comparisons and self._is_past_clause(i)
        if self._is_in("compare.against", i):
            return self._is_against_a_figure(i)
        if self._is_in("compare.markers", i) or (
            self.current not in self.result.comparisons and self._is_past_clause(i)
        ):
            return True
        than = self._is_in("statements.comparisons", i) or self._is_in("statements.comparisons.times", i)
        if than and not self.dated.isdisjoint(range(i + than, i + than + 2)):
            return True
        return self._is_change(i)

    def _is_against_a_figure(self, i: int) -> bool:
        """Whether "against", "mod" stands before a figure with a year, not before those whom a case is against."""
        if self._is_in("compare.markers", i) > 1:
            return True
        number = self._numbered(i + 1, i + 5)
        if number is None or self.dated.isdisjoint(range(number, number + 8)):
            return False
        noun = self.lexicon["nouns"].at(self.low, self.counts[number].end)
        return noun is None or noun[1] in ("victim", "case")

    def _is_change(self, i: int) -> bool:
        """Whether "decrease (more than half) from", or the "from" of "decreased to 80 from 110", stands there."""
        if self._is_in("compare.change_from", i) and i + 1 in self.counts:
            return any(self._is_in("compare.change_verbs", k) for k in range(max(0, i - 6), i))
        if not self._is_in("compare.change_nouns", i):
            return False
        return any(
            self._is_in("compare.change_from", k) and self._numbered(k + 1, k + 5) is not None
            for k in range(i + 1, i + 12)
        )

    def _is_past_clause(self, i: int) -> bool:
        """Whether "in 2013, when ..." starts at token `i`: its figures are background."""
        return i > 0 and any(
            (period.start == i or (period.start == i + 1 and self._is_in("periods.in_words", i)))
            and self._is_in("periods.when", period.end)
            for period in self.periods
        )

    def _bracket_compares(self, i: int) -> bool:
        """Whether a bracket holds a figure and a year, "(10 in 2017)", or a bare figure after such brackets, "(32)"."""
        close = next((k for k in range(i + 1, min(len(self.low), i + 40)) if self.low[k] in ")]"), None)
        if close is None or self._numbered(i + 1, close) is None:
            return False
        before = any(k in self.result.parents for k in self.result.comparisons)
        return any(i < period.start < close for period in self.periods) or (close == i + 2 and before)

    def _goes_back(self, i: int) -> bool:
        """Whether the main clause goes on after a comparison."""
        number = self._numbered(self.opened, i + 1)
        if self.current not in self.result.comparisons:
            return False
        if self.low[i] == ":":
            return True
        if number is None:
            return False
        is_dated = not self.dated.isdisjoint(range(number, i))
        if self.low[i] == "," and is_dated and self._is_in("clause.subset", i + 1):
            return True  # ", of whom ..." after a dated comparison
        return (self.low[i] == "," or self._is_in("clause.starters", i) > 0) and self._has_own_verb(i)

    def _has_own_verb(self, i: int) -> bool:
        for k in range(i + 1, min(i + 14, len(self.low))):
            if k in self.counts or self.low[k] in ";)(":
                return False
            if k in self.finite:
                return True
        return False
