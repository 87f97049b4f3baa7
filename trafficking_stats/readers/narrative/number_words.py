"""The value of a number in digits or words."""

from __future__ import annotations

from collections.abc import Sequence

from trafficking_stats.readers.narrative.lexicon import Lexicon
from trafficking_stats.readers.narrative.tokens import Token


def _digits(text: str, lexicon: Lexicon) -> float | None:
    """Return the value of a number in digits under the separators of the language."""
    if len(text) > 15:
        return None
    decimal = lexicon.tables["decimal"]
    other = "," if decimal == "." else "."
    whole, _, fraction = text.partition(decimal)
    groups = whole.split(other)
    if len(groups) > 1 and (any(len(group) != 3 for group in groups[1:]) or len(groups[0]) > 3):
        return None
    if decimal in fraction or other in fraction:
        return None
    digits = "".join(groups)
    return float(f"{digits}.{fraction}") if fraction else float(digits)


class Numbers:
    """The numbers of a sentence, read at a token.

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
        self.grammar = lexicon.tables["number_grammar"]
        self.apart = any(" " in pattern for pattern in self.grammar["compounds"])  # "twenty three"

    def glued(self, i: int) -> bool:
        """Whether letters or digits touch the number (262a, 4th, COVID-19)."""
        token = self.tokens[i]
        if i and self.tokens[i - 1].end == token.start:
            before = self.tokens[i - 1].text
            if before[-1].isalnum() or before in "/#_.:":
                return True
            if (
                before in "-–"
                and i > 1
                and self.tokens[i - 2].end == self.tokens[i - 1].start
                and self.tokens[i - 2].text[-1].isalpha()
            ):
                return True
        if i + 1 < len(self.tokens) and self.tokens[i + 1].start == token.end:
            after = self.tokens[i + 1].text
            return after[0].isalnum() or after in "/_:"
        return False

    def word_value(self, i: int) -> tuple[int, float] | None:
        """Return number words at `i`: (next token, value)."""
        lexicon, low = self.lexicon, self.low
        total = 0.0
        current: float | None = None
        scaled = 1.0
        j = i
        if low[i] in self.grammar["articles"] and not self._counting(i):
            return None
        while j < len(low):
            word = low[j]
            value = lexicon.numbers.get(word)
            if value is None and word in self.grammar["articles"] and j == i:
                value = 1
            if value is not None:
                if current is None:
                    current = value
                elif self.apart and 20 <= current < 100 and current % 10 == 0 and 0 < value < 10 and scaled == 1:
                    current += value
                elif scaled > 1 and value < scaled:
                    current += value
                    scaled = 1.0
                else:
                    break
            elif word in lexicon.scales and (current is not None or total or self._hundred_and(j)):
                scale = lexicon.scales[word]
                if scale >= 1000:
                    total += (current or 0) * scale
                    current, scaled = None, scale
                else:
                    current = (current or 1) * scale
                    scaled = scale
            elif (
                scaled > 1
                and word in self.grammar["and"]
                and j + 1 < len(low)
                and 0 < lexicon.numbers.get(low[j + 1], 0) < 100
            ):
                j += 1
                continue
            else:
                break
            j += 1
        if j == i:
            return None
        return j, total + (current or 0)

    def _hundred_and(self, j: int) -> bool:
        """Return whether a bare hundred goes on in a number: "hundrede og tyve"."""
        after = self.low[j + 1 : j + 3]
        return (
            self.lexicon.scales[self.low[j]] == 100
            and len(after) == 2
            and after[0] in self.grammar["and"]
            and after[1] in self.lexicon.numbers
        )

    def _counting(self, i: int) -> bool:
        before = self.low[i - 1] if i else ""
        after = self.low[i + 1 : i + 3]
        return before in self.grammar["counting_context"] and (
            before not in self.grammar["and"] or bool(after and after[0] in self.lexicon.words["clause.among"])
        )

    def grouped(self, i: int) -> tuple[int, float] | None:
        """Return a number in groups apart, "1 440" or "1'200": (next token, value)."""
        digits, j = self.low[i], i
        if not (digits.isdecimal() and len(digits) < 4) or digits == "0":
            return None
        while j + 1 < len(self.low):
            apostrophe = self.low[j + 1] in "'’" and self.tokens[j + 1].start == self.tokens[j].end
            k = j + 1 + apostrophe
            apart = self.tokens[k].start - self.tokens[k - 1].end if k < len(self.low) else 2
            group = self.low[k] if k < len(self.low) else ""
            if not (len(group) == 3 and group.isdecimal() and apart == 1 - apostrophe) or k in self.dated:
                break
            if (
                k + 1 < len(self.low)
                and self.tokens[k + 1].start == self.tokens[k].end
                and self.low[k + 1][0].isalpha()
            ):
                break
            digits, j = digits + group, k
        return (j + 1, float(digits)) if j > i else None

    def at(self, i: int) -> tuple[int, float] | None:
        """Return a number at `i`: (next token, value)."""
        word = self.low[i]
        if word[0].isdecimal():
            if self.glued(i):
                return None
            grouped = self.grouped(i)
            if grouped is not None:
                return grouped
            value = _digits(word, self.lexicon)
            if value is None:
                return None
            if i + 1 < len(self.low) and self.low[i + 1] in self.lexicon.scales:
                return i + 2, value * self.lexicon.scales[self.low[i + 1]]
            return i + 1, value
        return self.word_value(i)

    def half(self, j: int) -> int:
        """Length of "and a half" at `j`, or 0."""
        found = self.lexicon.phrases["number_grammar.half"].at(self.low, j) if j < len(self.low) else None
        return found[0] if found else 0
