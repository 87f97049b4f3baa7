"""Numbers in a sentence: their values, qualifiers and what kind of number each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trafficking_stats.readers.narrative.lexicon import Lexicon
from trafficking_stats.readers.narrative.periods import Period
from trafficking_stats.readers.narrative.tokens import Token


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number at tokens ``start`` to ``end`` (exclusive).

    Attributes
    ----------
    kind : str
        "count", "change" (an increase of 28), "months" or "years" (a length of time), or "none" (money, a share, a
        section of a law, an age).
    qualifier : str
        exact, at_least, more_than, almost, approximately, up_to or fewer_than.
    first : int
        Token where the number with its qualifier and determiner starts.
    definite : bool
        "the 71", "all 12": refers back to a figure.
    cue : str
        "" for a number; "no" or "not" where a negation stands for zero.
    """

    start: int
    end: int
    value: float
    kind: str
    qualifier: str
    first: int
    definite: bool
    cue: str = ""


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


class _Numbers:
    def __init__(self, tokens: Sequence[Token], lexicon: Lexicon) -> None:
        self.tokens = tokens
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

    def at(self, i: int) -> tuple[int, float] | None:
        """Return a number at `i`: (next token, value)."""
        word = self.low[i]
        if word[0].isdecimal():
            if self.glued(i):
                return None
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


def _unit_at(low: Sequence[str], j: int, lexicon: Lexicon) -> str:
    """Return the unit of time at `j`, past a hyphen: "months", "years", "other" or ""."""
    if j < len(low) and low[j] in "-–" and j + 1 < len(low):
        j += 1
    if j >= len(low):
        return ""
    for unit in ("months", "years"):
        if lexicon.phrases[f"not_counts.{unit}"].at(low, j):
            return unit
    return "other" if lexicon.phrases["not_counts.other_durations"].at(low, j) else ""


def _kind(numbers: _Numbers, i: int, j: int, value: float, later: dict[int, str]) -> str:
    """Return what kind of number stands at tokens `i` to `j`."""
    low, lexicon = numbers.low, numbers.lexicon
    phrases, words = lexicon.phrases, lexicon.words
    before = low[i - 1] if i else ""
    after = low[j] if j < len(low) else ""
    if after and phrases["not_counts.percent"].at(low, j):
        return "none"
    money = low[j + 1] if after == "." and j + 1 < len(low) else after
    if before in words["not_counts.currency_before"] or money in words["not_counts.currency_after"]:
        return "none"
    if phrases["not_counts.reference_before"].ending_at(low, i) or before == "#":
        return "none"
    if i > 1 and before in words["compare.change_by"] and low[i - 2] in words["compare.change_nouns"]:
        return "change"
    if after and phrases["not_counts.differences"].at(low, j):
        return "change"
    if after in words["number_grammar.not_a_count_after"]:
        return "none"
    unit = _unit_at(low, j, lexicon)
    if unit:
        if j + 1 < len(low) and phrases["not_counts.age_after"].at(low, j + (2 if low[j] in "-–" else 1)):
            return "none"
        return unit if unit != "other" else "none"
    if phrases["not_counts.age_before"].ending_at(low, i) and value < 100:
        return "none"
    if before in words["not_counts.older_younger"] and 10 <= value <= 30 and not numbers.lexicon.nouns.at(low, j):
        return "none"
    # "three to 15 years", "24 og 36 måneder": the unit stands after the second number
    judged = lexicon.verbs.ending_at(low, i)
    if (judged and judged[1] == "sentence") or before in words["clause.definite"]:
        return "count"
    if after in words["not_counts.range_joiners"] and j + 1 in later:
        unit = later[j + 1]
        if unit in ("months", "years"):
            return unit
        if unit == "none" and after in "-–to":
            return "none"
    if value != int(value):
        return "none"
    return "count"


def _qualify(numbers: _Numbers, i: int) -> tuple[str, int, bool]:
    """Return the qualifier before `i`, where the whole expression starts, and whether it is definite."""
    low, lexicon = numbers.low, numbers.lexicon
    first, qualifier = i, "exact"
    if first and low[first - 1] == "." and first > 1 and low[first - 2] in ("ca", "approx"):
        first -= 1
    found = lexicon.qualifiers.ending_at(low, first)
    if found:
        first, qualifier = first - found[0], found[1]
    else:
        first = i
    definite = first > 0 and low[first - 1] in lexicon.words["clause.definite"]
    return qualifier, first, definite or _is_base(numbers, first)


def _is_base(numbers: _Numbers, first: int) -> bool:
    """Return whether "of", "out of" opens a clause before the number: "Of 97 victims, 61 were men"."""
    found = numbers.lexicon.phrases["clause.base"].ending_at(numbers.low, first)
    if found is None:
        return False
    begin = first - found[0]
    return found[0] > 1 or begin == 0 or numbers.low[begin - 1] in ",;"


def find_numerals(tokens: Sequence[Token], lexicon: Lexicon, periods: Sequence[Period]) -> list[Numeral]:
    """Every number of a sentence outside its expressions of time, zero words included.

    Examples
    --------
    >>> from .lexicon import load
    >>> from .tokens import tokenize
    >>> words = tokenize("at least 1,814 victims, twenty-three suspects, 12 percent")
    >>> [(n.value, n.kind, n.qualifier) for n in find_numerals(words, load("en"), [])]
    [(1814.0, 'count', 'at_least'), (23.0, 'count', 'exact'), (12.0, 'none', 'exact')]
    """
    numbers = _Numbers(tokens, lexicon)
    dated = {k for period in periods for k in range(period.start, period.end)}
    zeros = lexicon.words["number_grammar.zeros"]
    spans: list[tuple[int, int, float, str]] = []
    i = 0
    while i < len(tokens):
        if i in dated:
            i += 1
            continue
        if numbers.low[i] in zeros:
            spans.append((i, i + 1, 0.0, "no"))
            i += 1
            continue
        found = numbers.at(i)
        if found is None:
            i += 1
            continue
        j, value = found
        extra = numbers.half(j)
        if extra and _unit_at(numbers.low, j + extra, lexicon):
            j, value = j + extra, value + 0.5
        spans.append((i, j, value, ""))
        i = j
    kinds: dict[int, str] = {}
    for i, j, value, cue in reversed(spans):
        kinds[i] = _kind(numbers, i, j, value, kinds) if not cue else "count"
    _chain_references(numbers, spans, kinds)
    result = []
    for i, j, value, cue in spans:
        qualifier, first, definite = _qualify(numbers, i)
        kind = kinds[i]
        if kind == "count" and _looks_like_year(numbers, i, j, value):
            kind = "none"
        result.append(Numeral(i, j, value, kind, qualifier, first, definite, cue))
    return result


def _looks_like_year(numbers: _Numbers, i: int, j: int, value: float) -> bool:
    """Return a bare 19xx or 20xx with nothing counted after it."""
    if not (1900 <= value <= 2060 and len(numbers.low[i]) == 4):
        return False
    return numbers.lexicon.nouns.at(numbers.low, j) is None if j < len(numbers.low) else True


def _chain_references(numbers: _Numbers, spans: list[tuple[int, int, float, str]], kinds: dict[int, str]) -> None:
    """Later members of a list of sections ("Sections 133, 133a, and 175") are references too."""
    low, words = numbers.low, numbers.lexicon.words
    chained = -1
    for i, j, _, cue in spans:
        reference = numbers.lexicon.phrases["not_counts.reference_before"].ending_at(low, i)
        gap = low[chained:i] if chained >= 0 else ["x"]
        linked = len(gap) <= 6 and all(
            word in ",¹²³-–/"
            or word in words["clause.coordinators"]
            or word.isdecimal()
            or (len(word) == 1 and word.isalpha())
            for word in gap
        )
        if reference or (
            chained >= 0 and linked and not cue and numbers.lexicon.nouns.at(low, min(j, len(low) - 1)) is None
        ):
            kinds[i] = "none"
            chained = j
        else:
            chained = -1
