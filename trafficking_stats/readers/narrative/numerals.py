"""Numbers in a sentence: their values, their qualifiers, and what kind of number each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trafficking_stats.readers.narrative.lexicon import Lexicon
from trafficking_stats.readers.narrative.number_words import Words
from trafficking_stats.readers.narrative.times import Period
from trafficking_stats.readers.narrative.tokens import Token

_NO_COUNT_AFTER = ("not_counts.percent", "not_counts.currency_after", "number_grammar.not_a_count_after")
_NO_COUNT_BEFORE = ("not_counts.currency_before", "not_counts.reference_before")
CHAIN = 6
"""Tokens at most between two sections of a law in one list."""


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
    kind: str = "count"
    qualifier: str = "exact"
    first: int = -1
    definite: bool = False
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
    words = Words(tokens, lexicon, {k for period in periods for k in range(period.start, period.end)})
    found = _bare(words)
    kinds = _kinds(words, found)
    return _with_ranges(
        words, [replace(_qualified(words, numeral), kind=kind) for numeral, kind in zip(found, kinds, strict=True)]
    )


def _bare(words: Words) -> list[Numeral]:
    found: list[Numeral] = []
    i = 0
    while i < len(words.low):
        is_zero = words.low[i] in words.lexicon["number_grammar.zeros"] and not words.is_in("qualifiers", i)
        number = None if i in words.dated else (i + 1, 0.0) if is_zero else words.number_at(i)
        if number is None:
            i += 1
            continue
        end, value = number
        half = words.lexicon["number_grammar.half"].at(words.low, end)
        if half and unit_at(words, end + half[0]):
            end, value = end + half[0], value + 0.5
        found.append(Numeral(i, end, value, cue="no" if is_zero else ""))
        i = end
    return found


def unit_at(words: Words, j: int) -> str:
    """Return the unit of time at `j`, past a hyphen: "months", "years", "other_durations" or ""."""
    j += j < len(words.low) and words.low[j] in "-–"
    units = ("months", "years", "other_durations")
    return next((unit for unit in units if words.is_in(f"not_counts.{unit}", j)), "")


def _kinds(words: Words, found: Sequence[Numeral]) -> list[str]:
    """Return the kind of each number; a range and a list of sections of a law are of one kind."""
    kinds: list[str] = []
    for numeral in reversed(found):
        kind = "count" if numeral.cue else _kind(words, numeral)
        if not kind:
            kind = _kind_of_range(words, numeral, found, kinds) or (
                "count" if numeral.value == int(numeral.value) else "none"
            )
        kinds.append("none" if kind == "count" and _looks_like_year(words, numeral) else kind)
    kinds.reverse()
    chained = -1
    for n, numeral in enumerate(found):
        listed = chained >= 0 and not numeral.cue and _is_listed(words, chained, numeral)
        is_reference = words.ends("not_counts.reference_before", numeral.start) or listed
        if is_reference:
            kinds[n] = "none"
        chained = numeral.end if is_reference else -1
    return kinds


def _kind(words: Words, numeral: Numeral) -> str:
    """Return the kind that the words around a number say, or "" where they say nothing."""
    i, j = numeral.start, numeral.end
    stop = j + (j < len(words.low) and words.low[j] == ".")  # "23 mio. kr."
    if any(words.ends(group, i) for group in _NO_COUNT_BEFORE) or words.low[i - 1 : i] == ["#"]:
        return "none"
    if any(words.is_in(group, j) for group in _NO_COUNT_AFTER) or words.is_in("not_counts.currency_after", stop):
        return "none"
    if words.is_in("not_counts.differences", j):
        return "change"
    if words.is_in("compare.change_by", i - 1) and words.is_in("compare.change_nouns", i - 2):
        return "change"
    unit = unit_at(words, j)
    if unit:
        aged = words.is_in("not_counts.age_after", j + (2 if words.low[j] in "-–" else 1))
        return "none" if aged or unit == "other_durations" else unit
    if _is_age(words, numeral):
        return "none"
    judged = words.lexicon["verbs"].ending_at(words.low, i)
    return "count" if (judged and judged[1] == "sentence") or words.ends("clause.definite", i) else ""


def _is_age(words: Words, numeral: Numeral) -> bool:
    if words.ends("not_counts.age_before", numeral.start) and numeral.value < 100:
        return True
    bounded = words.is_in("not_counts.older_younger", numeral.start - 1) and 10 <= numeral.value <= 30
    return bounded and not words.is_in("nouns", numeral.end)


def _kind_of_range(words: Words, numeral: Numeral, found: Sequence[Numeral], later: Sequence[str]) -> str:
    """Return the kind of the first end of a range, whose unit stands after the second: "three to 15 years"."""
    following = found[len(found) - len(later)] if later else None
    if following is None or following.start != numeral.end + 1:
        return ""
    if later[-1] in ("months", "years") and words.is_in("not_counts.range_joiners", numeral.end):
        return later[-1]
    spans = words.is_in("penalties.range_to", numeral.end) and not words.is_in("number_grammar.and", numeral.end)
    return "none" if spans and later[-1] == "none" else ""


def _is_listed(words: Words, chained: int, numeral: Numeral) -> bool:
    """Whether a number goes on with a list of sections: "Sections 133, 133a, and 175"."""
    gap = words.low[chained : numeral.start]
    linked = all(
        word in ",¹²³-–/"
        or word.isdecimal()
        or (len(word) == 1 and word.isalpha())
        or word in words.lexicon["clause.coordinators"]
        for word in gap
    )
    return linked and len(gap) <= CHAIN and not words.is_in("nouns", numeral.end)


def _looks_like_year(words: Words, numeral: Numeral) -> bool:
    """Whether it is a bare 19xx or 20xx with nothing counted after it."""
    is_year = 1900 <= numeral.value <= 2060 and len(words.low[numeral.start]) == 4
    return is_year and not words.is_in("nouns", numeral.end)


def _qualified(words: Words, numeral: Numeral) -> Numeral:
    """Return a number with its qualifier, its first token, and whether it is definite."""
    qualifier = words.lexicon["qualifiers"].ending_at(words.low, numeral.start)
    first = numeral.start - (qualifier[0] if qualifier else 0)
    definite = words.is_in("clause.definite", first - 1) or _is_base(words, first)
    return replace(numeral, qualifier=qualifier[1] if qualifier else "exact", first=first, definite=definite)


def _is_base(words: Words, first: int) -> bool:
    """Whether "of", "out of" opens a clause before the number: "Of 97 victims, 61 were men"."""
    found = words.lexicon["clause.base"].ending_at(words.low, first)
    begin = first - found[0] if found else -1
    return found is not None and (found[0] > 1 or begin == 0 or words.low[begin - 1] in ",;")


def _with_ranges(words: Words, found: Sequence[Numeral]) -> list[Numeral]:
    """Make one number of "between 40 and 50" and "40-50 victims"."""
    result: list[Numeral] = []
    for numeral in found:
        low = result[-1] if result else None
        if low is not None and low.kind == numeral.kind == "count" and low.upper is None and low.value < numeral.value:
            joined = numeral.start == low.end + 1
            joiner = words.tokens[low.end]
            tight = joiner.text in "-–" and joiner.end == words.tokens[numeral.start].start
            named = words.is_in("number_grammar.between", low.first - 1) and words.is_in("number_grammar.and", low.end)
            if joined and (tight or named):
                result[-1] = replace(low, end=numeral.end, qualifier="between", upper=numeral.value)
                continue
        result.append(numeral)
    return result
