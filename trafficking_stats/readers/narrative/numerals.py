"""Numbers in a sentence: their values, qualifiers and what kind of number each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trafficking_stats.readers.narrative.lexicon import Lexicon
from trafficking_stats.readers.narrative.number_kinds import (
    chain_references,
    kind_of,
    looks_like_year,
    qualify,
    unit_at,
)
from trafficking_stats.readers.narrative.number_words import Numbers
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
        exact, at_least, more_than, almost, approximately, up_to, fewer_than or between.
    first : int
        Token where the number with its qualifier and determiner starts.
    definite : bool
        "the 71", "all 12": refers back to a figure.
    cue : str
        "" for a number; "no" or "not" where a negation stands for zero.
    upper : float or None
        The other end of a range, "between 40 and 50"; its qualifier is "between".
    """

    start: int
    end: int
    value: float
    kind: str
    qualifier: str
    first: int
    definite: bool
    cue: str = ""
    upper: float | None = None


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
    dated = {k for period in periods for k in range(period.start, period.end)}
    numbers = Numbers(tokens, lexicon, dated)
    zeros = lexicon.words["number_grammar.zeros"]
    spans: list[tuple[int, int, float, str]] = []
    i = 0
    while i < len(tokens):
        if i in dated:
            i += 1
            continue
        if numbers.low[i] in zeros and lexicon.qualifiers.at(numbers.low, i) is None:
            spans.append((i, i + 1, 0.0, "no"))
            i += 1
            continue
        found = numbers.at(i)
        if found is None:
            i += 1
            continue
        j, value = found
        extra = numbers.half(j)
        if extra and unit_at(numbers.low, j + extra, lexicon):
            j, value = j + extra, value + 0.5
        spans.append((i, j, value, ""))
        i = j
    kinds: dict[int, str] = {}
    for i, j, value, cue in reversed(spans):
        kinds[i] = kind_of(numbers, i, j, value, kinds) if not cue else "count"
    chain_references(numbers, spans, kinds)
    result = []
    for i, j, value, cue in spans:
        qualifier, first, definite = qualify(numbers, i)
        kind = kinds[i]
        if kind == "count" and looks_like_year(numbers, i, j, value):
            kind = "none"
        result.append(Numeral(i, j, value, kind, qualifier, first, definite, cue))
    return _with_ranges(numbers, result)


def _with_ranges(numbers: Numbers, found: list[Numeral]) -> list[Numeral]:
    """Make one number of "between 40 and 50" and "40-50 victims"."""
    words = numbers.lexicon.words
    result: list[Numeral] = []
    for numeral in found:
        low = result[-1] if result else None
        if low is not None and low.kind == numeral.kind == "count" and low.upper is None and low.value < numeral.value:
            joiner = numbers.low[low.end] if numeral.start == low.end + 1 else ""
            tight = joiner in "-–" and numbers.tokens[low.end].end == numbers.tokens[numeral.start].start
            named = low.first > 0 and numbers.low[low.first - 1] in words["number_grammar.between"]
            if (tight and joiner) or (named and joiner in words["number_grammar.and"]):
                result[-1] = replace(low, end=numeral.end, qualifier="between", upper=numeral.value)
                continue
        result.append(numeral)
    return result
