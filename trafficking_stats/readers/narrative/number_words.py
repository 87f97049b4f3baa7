"""The value of a number in digits or words."""

from __future__ import annotations

from collections.abc import Sequence

from trafficking_stats.readers.narrative.lexicon import Lexicon
from trafficking_stats.readers.narrative.tokens import Token

LONGEST_NUMBER = 15
"""Digits; a longer string is no number."""


class Words:
    """The words of a sentence, with the numbers among them.

    Parameters
    ----------
    tokens : sequence of Token
        The sentence.
    lexicon : Lexicon
        Language.
    dated : set of int
        Tokens of expressions of time.
    """

    def __init__(self, tokens: Sequence[Token], lexicon: Lexicon, dated: set[int]) -> None:
        self.tokens = tokens
        self.dated = dated
        self.low = [token.lower for token in tokens]
        self.lexicon = lexicon

    def is_in(self, group: str, i: int) -> bool:
        """Whether a phrase of a list starts at token `i`."""
        return self.lexicon[group].at(self.low, i) is not None

    def ends(self, group: str, i: int) -> bool:
        """Whether a phrase of a list ends right before token `i`."""
        return self.lexicon[group].ending_at(self.low, i) is not None

    def number_at(self, i: int) -> tuple[int, float] | None:
        """Return a number at token `i`: the token after it, and its value."""
        if not self.low[i][0].isdecimal():
            return self._in_words(i)
        if self._is_glued(i):
            return None
        j, value = self._in_groups(i) or (i + 1, _in_digits(self.low[i], self.lexicon.tables["decimal"]))
        if value is None:
            return None
        scale = self.lexicon["scales"].at(self.low, j)
        return (j + 1, value * scale[1]) if scale else (j, value)

    def _in_words(self, i: int) -> tuple[int, float] | None:
        low, numbers, total, current, j = self.low, self.lexicon.numbers, 0, 0, i
        starts = (numbers, self.lexicon["scales"], self.lexicon["number_grammar.articles"])
        if not any(low[i] in words for words in starts):
            return None
        while j < len(low):
            value = numbers.get(low[j])
            if value is None and j == i and self._is_counting_article(i):
                value = 1
            scale = self.lexicon["scales"].at(low, j)
            if value is not None and (j == i or self._completes(current, value, total)):
                current += value
            elif scale is not None and (j > i or self._is_hundred_and(j)):
                current = max(current, 1) * scale[1]
                if scale[1] >= 1000:
                    total, current = total + current, 0
            elif not (self.is_in("number_grammar.and", j) and j > i and self._goes_on(j, current, total)):
                break
            j += 1
        return (j, float(total + current)) if j > i else None

    def _completes(self, number: int, value: int, total: int) -> bool:
        """Whether a word adds to a number before it: "hundred five", and "twenty three" where written apart."""
        apart = any(" " in pattern for pattern in self.lexicon.tables["number_grammar"]["compounds"])
        if number == 0:
            return total > 0
        return (number % 100 == 0 and value < 100) or (apart and 20 <= number < 100 and number % 10 == 0 and value < 10)

    def _goes_on(self, j: int, number: int, total: int) -> bool:
        """Whether "and" stands inside a number: "one hundred and five"."""
        value = self.lexicon.numbers.get(self.low[j + 1], 0) if j + 1 < len(self.low) else 0
        return 0 < value < 100 and self.lexicon["scales"].at(self.low, j - 1) is not None

    def _is_hundred_and(self, j: int) -> bool:
        """Whether a bare hundred goes on in a number: "hundrede og tyve"."""
        is_hundred = self.lexicon["scales"].at(self.low, j) == (1, 100)
        return is_hundred and self.is_in("number_grammar.and", j + 1) and self._goes_on(j + 1, 0, 0)

    def _is_counting_article(self, i: int) -> bool:
        """Whether "en" is one rather than a: "heraf en", "og en af dem"."""
        if self.low[i] not in self.lexicon["number_grammar.articles"]:
            return False
        joined = self.is_in("number_grammar.and", i - 1)
        return self.is_in("number_grammar.counting_context", i - 1) and (
            not joined or self.is_in("clause.among", i + 1)
        )

    def _is_glued(self, i: int) -> bool:
        """Whether letters, digits or strokes touch a number: "262a", "4th", "COVID-19", "10:30"."""
        before, after = self.tokens[:i][-2:], self.tokens[i + 1 : i + 2]
        if before and before[-1].end == self.tokens[i].start:
            mark = before[-1].text
            hyphened = mark in "-–" and before[0].end == before[-1].start and before[0].text[-1].isalpha()
            if mark[-1].isalnum() or mark in "/#_.:" or hyphened:
                return True
        touched = bool(after) and after[0].start == self.tokens[i].end
        return touched and (after[0].text[0].isalnum() or after[0].text in "/_:")

    def _in_groups(self, i: int) -> tuple[int, float] | None:
        """Return a number in groups apart, "1 440" or "1'200"."""
        digits, j = self.low[i], i
        if not (digits.isdecimal() and len(digits) < 4 and digits != "0"):
            return None
        while j + 1 < len(self.low) and len(digits) <= LONGEST_NUMBER:
            apostrophe = self.low[j + 1] in "'’" and self.tokens[j + 1].start == self.tokens[j].end
            k = j + 1 + apostrophe
            group = self.low[k] if k < len(self.low) and k not in self.dated else ""
            if not (len(group) == 3 and group.isdecimal()) or self._is_lettered(k):
                break
            if self.tokens[k].start - self.tokens[k - 1].end != 1 - apostrophe:
                break
            digits, j = digits + group, k
        return (j + 1, float(digits)) if j > i else None

    def _is_lettered(self, k: int) -> bool:
        after = self.tokens[k + 1 : k + 2]
        return bool(after) and after[0].start == self.tokens[k].end and after[0].text[0].isalpha()


def _in_digits(text: str, decimal: str) -> float | None:
    """Return the value of a number in digits under the separators of the language.

    Examples
    --------
    >>> _in_digits("1,814", "."), _in_digits("1.814,5", ","), _in_digits("1.81", ",")
    (1814.0, 1814.5, None)
    """
    whole, _, fraction = text.partition(decimal)
    first, *groups = whole.split("," if decimal == "." else ".")
    if len(text) > LONGEST_NUMBER or not (fraction or "0").isdecimal() or any(len(group) != 3 for group in groups):
        return None
    if groups and len(first) > 3:
        return None
    return float(f"{first}{''.join(groups)}.{fraction or 0}")
