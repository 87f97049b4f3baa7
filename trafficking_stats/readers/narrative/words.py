"""The words of a sentence, with the phrases of the tables of its language that start and end at each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from trafficking_stats.readers.narrative.lexicon import Lexicon
from trafficking_stats.readers.narrative.tokens import Token

_NONE: tuple[int, Any] = (0, "")
_NOTHING: Mapping[str, tuple[int, Any]] = {}


class Words:
    """The words of a sentence and the phrases among them.

    A group is the path of a list in the tables, such as ``clause.auxiliaries``; of its phrases that start (or end) at
    one place, the longest counts.

    Parameters
    ----------
    tokens : sequence of Token
        The sentence.
    lexicon : Lexicon
        Language.

    Examples
    --------
    >>> from .lexicon import load
    >>> from .tokens import tokenize
    >>> words = Words(tokenize("No more than 12 were found guilty."), load("en"))
    >>> words.phrase("qualifiers", 0), words.value_before("qualifiers", 3), words.value("verbs", 5)
    (3, 'up_to', 'convict')
    """

    def __init__(self, tokens: Sequence[Token], lexicon: Lexicon) -> None:
        self.tokens, self.lexicon = tokens, lexicon
        self.low = low = tuple(token.lower for token in tokens)
        short, longer = lexicon.index.short, lexicon.index.longer
        self._from = {i: short[word] for i, word in enumerate(low) if word in short}
        self._to = {i + 1: found for i, found in self._from.items()}
        for i in range(len(low) - 1):
            for phrase, group, value in longer.get(low[i : i + 2], ()):
                n = len(phrase)
                if low[i : i + n] == phrase:
                    self._from[i] = {**self._from.get(i, _NOTHING), group: (n, value)}
                    ending = self._to.get(i + n, _NOTHING)
                    if ending.get(group, _NONE)[0] <= n:
                        self._to[i + n] = {**ending, group: (n, value)}
        self._starts: defaultdict[str, list[int]] = defaultdict(list)
        for i in sorted(self._from):
            for group in self._from[i]:
                self._starts[group].append(i)

    def word(self, i: int) -> str:
        """Return token `i` in lower case, "" outside the sentence."""
        return self.low[i] if 0 <= i < len(self.low) else ""

    def clause_start(self, i: int, bound: int, stops: str) -> int:
        """Return the first token, from `bound` on, of the stretch up to `i` without any of the marks `stops`."""
        while i > bound and self.low[i - 1] not in stops:
            i -= 1
        return i

    def past(self, i: int, *groups: str, marks: str = "") -> int:
        """Return the first token from `i` on at which neither a phrase of the groups nor one of the marks stands."""
        while i < len(self.low):
            step = max(self.phrase(group, i) for group in groups) or (self.low[i] in marks)
            if not step:
                break
            i += step
        return i

    def row_around(self, i: int, places: Mapping[int, int]) -> list[int]:
        """Return the starts of places (starts and ends) in one list with that at token `i`: "2010, 2011 and 2012"."""
        rows: list[list[int]] = [[]]
        end = -1
        for start, stop in sorted(places.items()):
            if self.past(end, "clause.coordinators", marks=",") != start:
                rows.append([])
            rows[-1].append(start)
            end = stop
        return next((row for row in rows if i in row), [i])

    def is_known(self, i: int) -> bool:
        """Whether a phrase of any group starts at token `i`."""
        return i in self._from

    def phrase(self, group: str, i: int) -> int:
        """Length of the phrase of a group that starts at token `i`, or 0."""
        return self._from.get(i, _NOTHING).get(group, _NONE)[0]

    def value(self, group: str, i: int) -> Any:
        """Return the value of the phrase at token `i`, such as "victim" of ``nouns``, or ""."""
        return self._from.get(i, _NOTHING).get(group, _NONE)[1]

    def found(self, group: str, i: int) -> tuple[int, Any]:
        """Return length and value of the phrase at token `i`, 0 and "" where there is none."""
        return self._from.get(i, _NOTHING).get(group, _NONE)

    def before(self, group: str, i: int) -> int:
        """Length of the phrase of a group that ends right before token `i`, or 0."""
        return self._to.get(i, _NOTHING).get(group, _NONE)[0]

    def value_before(self, group: str, i: int) -> Any:
        """Return the value of the phrase that ends right before token `i`, or ""."""
        return self._to.get(i, _NOTHING).get(group, _NONE)[1]

    def starts(self, *groups: str) -> list[int]:
        """Return the tokens at which phrases of any of the groups start, in order."""
        if len(groups) == 1:
            return self._starts.get(groups[0], [])
        return sorted({i for group in groups for i in self._starts.get(group, ())})

    def first(self, group: str, start: int, end: int) -> int | None:
        """Return where the first phrase of a group starts in ``[start, end)``, or None."""
        return next((i for i in self._starts.get(group, ()) if start <= i < end), None)

    def last(self, group: str, start: int, end: int) -> int | None:
        """Return where the last phrase of a group starts in ``[start, end)``, or None."""
        return next((i for i in reversed(self._starts.get(group, ())) if start <= i < end), None)

    def contains(self, group: str, start: int, end: int) -> bool:
        """Whether any phrase of a group starts in ``[start, end)``."""
        return self.first(group, start, end) is not None
