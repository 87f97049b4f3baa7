"""What kind of number stands in a sentence: a count, a length of time, money, a share, a section of a law."""

from __future__ import annotations

from collections.abc import Sequence

from trafficking_stats.readers.narrative.lexicon import Lexicon
from trafficking_stats.readers.narrative.number_words import Numbers


def unit_at(low: Sequence[str], j: int, lexicon: Lexicon) -> str:
    """Return the unit of time at `j`, past a hyphen: "months", "years", "other" or ""."""
    if j < len(low) and low[j] in "-–" and j + 1 < len(low):
        j += 1
    if j >= len(low):
        return ""
    for unit in ("months", "years"):
        if lexicon.phrases[f"not_counts.{unit}"].at(low, j):
            return unit
    return "other" if lexicon.phrases["not_counts.other_durations"].at(low, j) else ""


def kind_of(numbers: Numbers, i: int, j: int, value: float, later: dict[int, str]) -> str:
    """Return what kind of number stands at tokens `i` to `j`, as in `Numeral`; `later` holds the kinds after it."""
    low, lexicon = numbers.low, numbers.lexicon
    if _is_money_or_reference(numbers, i, j):
        return "none"
    if _is_change(numbers, i, j):
        return "change"
    unit = unit_at(low, j, lexicon)
    if unit:
        old = j + 1 < len(low) and lexicon.phrases["not_counts.age_after"].at(low, j + (2 if low[j] in "-–" else 1))
        return "none" if old or unit == "other" else unit
    if _is_age(numbers, i, j, value):
        return "none"
    judged = lexicon.verbs.ending_at(low, i)
    if (judged and judged[1] == "sentence") or (low[i - 1 : i] and low[i - 1] in lexicon.words["clause.definite"]):
        return "count"
    return _kind_of_range(numbers, j, later) or ("count" if value == int(value) else "none")


def _is_money_or_reference(numbers: Numbers, i: int, j: int) -> bool:
    """Whether a share, money, a section of a law or "three times" stands there."""
    low, phrases, words = numbers.low, numbers.lexicon.phrases, numbers.lexicon.words
    before = low[i - 1] if i else ""
    after = low[j] if j < len(low) else ""
    money = low[j + 1] if after == "." and j + 1 < len(low) else after
    return (
        phrases["not_counts.percent"].at(low, j) is not None
        or before in words["not_counts.currency_before"]
        or money in words["not_counts.currency_after"]
        or before == "#"
        or phrases["not_counts.reference_before"].ending_at(low, i) is not None
        or after in words["number_grammar.not_a_count_after"]
    )


def _is_change(numbers: Numbers, i: int, j: int) -> bool:
    """Whether a number says by how much something changed: "an increase of 28", "28 more than"."""
    low, words = numbers.low, numbers.lexicon.words
    by = i > 1 and low[i - 1] in words["compare.change_by"] and low[i - 2] in words["compare.change_nouns"]
    return by or numbers.lexicon.phrases["not_counts.differences"].at(low, j) is not None


def _is_age(numbers: Numbers, i: int, j: int, value: float) -> bool:
    low, lexicon = numbers.low, numbers.lexicon
    if lexicon.phrases["not_counts.age_before"].ending_at(low, i) and value < 100:
        return True
    bounded = i > 0 and low[i - 1] in lexicon.words["not_counts.older_younger"]
    return bounded and 10 <= value <= 30 and not lexicon.nouns.at(low, j)


def _kind_of_range(numbers: Numbers, j: int, later: dict[int, str]) -> str:
    """Return the kind of the first end of a range, whose unit stands after the second: "three to 15 years"."""
    low, words = numbers.low, numbers.lexicon.words
    joiner = low[j] if j < len(low) else ""
    unit = later.get(j + 1, "") if joiner in words["not_counts.range_joiners"] else ""
    if unit in ("months", "years"):
        return unit
    spanning = joiner in words["penalties.range_to"] and joiner not in words["number_grammar.and"]
    return "none" if unit == "none" and spanning else ""


def qualify(numbers: Numbers, i: int) -> tuple[str, int, bool]:
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


def _is_base(numbers: Numbers, first: int) -> bool:
    """Return whether "of", "out of" opens a clause before the number: "Of 97 victims, 61 were men"."""
    found = numbers.lexicon.phrases["clause.base"].ending_at(numbers.low, first)
    if found is None:
        return False
    begin = first - found[0]
    return found[0] > 1 or begin == 0 or numbers.low[begin - 1] in ",;"


def looks_like_year(numbers: Numbers, i: int, j: int, value: float) -> bool:
    """Return a bare 19xx or 20xx with nothing counted after it."""
    if not (1900 <= value <= 2060 and len(numbers.low[i]) == 4):
        return False
    return numbers.lexicon.nouns.at(numbers.low, j) is None if j < len(numbers.low) else True


def chain_references(numbers: Numbers, spans: list[tuple[int, int, float, str]], kinds: dict[int, str]) -> None:
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
