"""Numbers in a sentence: their values in digits or words, their qualifiers, and what kind of number each is."""

import re
from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

from trafficking_stats.readers.narrative.times import Period
from trafficking_stats.readers.narrative.values import number_at, share_at, unit_at
from trafficking_stats.readers.narrative.words import Words

_NO_COUNT_AFTER = ("not_counts.percent", "not_counts.currency_after", "number_grammar.not_a_count_after")
_NO_COUNT_BEFORE = ("not_counts.currency_before", "not_counts.reference_before")
LAST_DAY = 31
MONTHS = 12
MOST = 1_000_000
"""No authority counts so many: it is a population, or an estimate."""
CLAUSE = 10
"""Tokens after a number within which "each year" belongs to it."""
STOPS = ",;:.()"
"""Marks at which a clause ends."""
BEFORE = 4
"""Tokens before a number within which "on average" belongs to it."""
CHAIN = 6
"""Tokens at most between two sections of a law in one list, what brackets say of them left out."""
_BRACKETS = re.compile(r"\([^)0-9]*\)")


class Numeral(NamedTuple):
    """A number at tokens ``start`` to ``end`` (exclusive).

    Attributes
    ----------
    kind : str
        "count", "change" (an increase of 28), "months" or "years" (a length of time), "share" (a third, as 33.3), or
        "none" (money, a percentage, a section of a law, an age).
    qualifier : str
        exact, at_least, more_than, almost, approximately, up_to, fewer_than or between.
    first : int
        Token where the number with its qualifier and determiner starts.
    definite : bool
        "the 71", "all 12": refers back to a figure.
    cue : str
        "" for a number; "no" or "not" where a negation stands for zero; "but" for "all but one of these 46".
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


def find_numerals(words: Words, periods: Sequence[Period] = ()) -> list[Numeral]:
    """Every number of a sentence outside its expressions of time, zero words included.

    Examples
    --------
    >>> from .lexicon import load
    >>> from .tokens import tokenize
    >>> words = Words(tokenize("at least 1,814 victims, twenty-three suspects, 12 percent"), load("en"))
    >>> [(n.value, n.kind, n.qualifier) for n in find_numerals(words)]
    [(1814.0, 'count', 'at_least'), (23.0, 'count', 'exact'), (12.0, 'none', 'exact')]
    """
    found: list[Numeral] = []
    later: Numeral | None = None
    for numeral in reversed(list(_bare(words, {k for period in periods for k in range(period.start, period.end)}))):
        if numeral.kind != "share":
            numeral = numeral._replace(kind="count" if numeral.cue else _kind(words, numeral, later))
        later = numeral
        found.append(later)
    result: list[Numeral] = []
    chained = -1  # the token after the last of a list of sections of a law
    for numeral in reversed(found):
        if words.before("not_counts.reference_before", numeral.start) or _is_listed(words, chained, numeral):
            chained, numeral = numeral.end, numeral._replace(kind="none")
        last = result[-1] if result else None
        is_end = any(words.before(f"penalties.{end}", numeral.start) for end in ("at_most", "at_least"))
        if last and is_end and last.kind in ("months", "years") and words.word(numeral.end) in ("", *STOPS):
            numeral = numeral._replace(kind=last.kind)  # "the shortest term was two years, the longest 17"
        if last and _is_repeat(words, last, numeral):
            result[-1] = last._replace(end=numeral.end + 1)
        elif last and _is_ratio(words, last, numeral):
            said = last.qualifier if last.qualifier != "exact" else "approximately"
            value = 100 * last.value / numeral.value
            result[-1] = last._replace(kind="share", end=numeral.end, value=value, qualifier=said)
        elif last and _is_exception(words, last, numeral):
            first = last.first - words.before("ignored.all_but", last.first)
            result[-1] = last._replace(first=first, end=numeral.end, value=numeral.value - last.value, cue="but")
        elif last and _is_remainder(words, last, numeral):
            result[-1] = last._replace(kind="months", end=numeral.end, value=12 * last.value + numeral.value)
        elif last and _is_range(words, last, numeral):
            result[-1] = result[-1]._replace(end=numeral.end, qualifier="between", upper=numeral.value)
        else:
            result.append(_qualified(words, numeral))
    return result


def _bare(words: Words, dated: Container[int]) -> Iterator[Numeral]:
    numbers = words.lexicon.numbers
    zeros = words.starts("number_grammar.zeros")
    parts = {*words.starts("fractions")}
    begins = {*zeros, *parts, *words.starts("scales", "number_phrases", "number_grammar.articles")}
    last, past_zero = 0, -2
    for i, word in enumerate(words.low):
        if i < last or i in dated or not (i in begins or word in numbers or word[0].isdecimal()):
            continue
        if i in zeros and i == past_zero + 1 and words.word(past_zero) == ",":
            last = i + words.phrase("number_grammar.zeros", i)  # "No, none", "No, not one": said already
            continue
        if i in parts and (share := share_at(words, i)):
            last = share[0]
            yield Numeral(i, *share, kind="share")
            continue
        is_zero = i in zeros and not words.phrase("qualifiers", i)
        number = (i + words.phrase("number_grammar.zeros", i), 0.0) if is_zero else number_at(words, i)
        if number is not None:
            last, value = number
            past_zero = last if is_zero else -2
            half = words.phrase("number_grammar.half", last)
            is_times = words.phrase("number_grammar.not_a_count_after", last + half) > 0  # "two and a half times"
            has_half = half > 0 and (is_times or unit_at(words, last + half) != "")
            yield Numeral(i, last + half * has_half, value + 0.5 * has_half, cue="no" if is_zero else "")


def _kind(words: Words, numeral: Numeral, later: Numeral | None) -> str:
    """Return the kind of a number by the words around it, and by the number after it where both are one range."""
    i, j, is_whole = numeral.start, numeral.end, numeral.value == int(numeral.value)
    stop = j + (words.word(j) == ".")  # "23 mio. kr."
    is_one = words.before("not_counts.pronouns", j)  # "the one in Poipet"
    is_money = words.phrase("not_counts.currency_after", stop) or any(words.phrase(g, j) for g in _NO_COUNT_AFTER)
    named = any(words.before(group, i) for group in _NO_COUNT_BEFORE)
    if is_one or is_money or named or _is_day_or_item(words, numeral):
        return "none"
    is_by = words.phrase("compare.change_by", i - 1) and words.phrase("compare.change_nouns", i - 2)
    is_more = words.phrase("not_counts.more", j) and words.contains("not_counts.than", j, j + CLAUSE)
    if is_by or is_more or words.phrase("not_counts.differences", j):
        return "change"
    unit = unit_at(words, j)
    if unit:
        is_age = words.phrase("not_counts.age_after", j + (2 if words.low[j] in "-–" else 1))
        return "none" if is_age or unit == "other_durations" else unit
    if _is_age_or_year(words, numeral) or _is_average(words, numeral):
        return "none"
    # "sentenced two to four years' imprisonment"
    is_said = words.value_before("verbs", i) == "sentence" or words.before("clause.definite", i)
    if later is not None and later.start == j + 1 and not is_said and words.phrase("not_counts.range_joiners", j):
        # "three to 15 years"
        joins = words.phrase("number_grammar.and", j) and not words.phrase("number_grammar.between", i - 1)
        if later.kind in ("months", "years") or (later.kind == "none" and not joins):
            return later.kind
    return "count" if is_whole and numeral.value < MOST else "none"


def _is_age_or_year(words: Words, numeral: Numeral) -> bool:
    """Whether it is an age, "over 18", or a bare 19xx or 20xx, with nothing counted after it."""
    begin = numeral.start - (2 if words.phrase("not_counts.range_joiners", numeral.start - 1) else 0)  # "aged 12 to 17"
    if numeral.value < 100 and any(words.before("not_counts.age_before", i) for i in (begin, numeral.start)):
        return True
    is_year = 1900 <= numeral.value <= 2060 and len(words.low[numeral.start]) == 4
    is_limit = words.phrase("not_counts.older_younger", numeral.start - 1) and 10 <= numeral.value <= 30
    return bool((is_year or is_limit) and not words.phrase("nouns", numeral.end))


def _is_day_or_item(words: Words, numeral: Numeral) -> bool:
    """Whether it is the day of a dateline, "Nov 3 -", a note, "[12]", or the number of an item, "; 5) The budget"."""
    i, j, months = numeral.start, numeral.end, words.lexicon.tables["periods"]["months"]
    before = words.tokens[i - 1].text if i else ""
    after = words.tokens[j + (words.word(j) == ".")].text if j + 1 < len(words.low) else ""
    closes = words.word(j) in ("", ",", "-", "–", "—", "(")
    beside = (before if closes else "", after)  # "May", not "may"
    is_day = numeral.value <= LAST_DAY and any(name in months or name.lower() in months for name in beside)
    is_note = words.word(i - 1) == "[" and words.word(j) == "]"
    return is_day or is_note or (words.word(j) == ")" and words.word(i - 1) in ("", ".", ";"))


def _is_average(words: Words, numeral: Numeral) -> bool:
    """Whether a number is one of several years' mean: "on average 78", "78 were found each year"."""
    near = range(numeral.end, min(len(words.low), numeral.end + CLAUSE))
    stop = next((k for k in near if words.low[k] in STOPS or words.low[k][0].isdecimal()), near.stop)
    before = words.contains("not_counts.average_before", numeral.start - BEFORE, numeral.start)
    return before or words.contains("not_counts.average_after", numeral.end, stop)


def _is_listed(words: Words, chained: int, numeral: Numeral) -> bool:
    """Whether a number goes on with a list of sections: "Sections 133, 133a, and 175"."""
    if words.word(numeral.start - 1) == "(" and words.phrase("periods.in_words", numeral.end):
        return False  # "33 under article 203 (25 in 2015)"
    between = _BRACKETS.sub("", " ".join(words.low[max(chained, 0) : numeral.start])).split()
    joints = {word for phrase in words.lexicon.index.phrases("clause.coordinators") for word in phrase}
    # but not "charged under section 12 a: 31"
    is_linked = all((len(word) == 1 and word != ":") or word.isdecimal() or word in joints for word in between)
    return chained >= 0 and len(between) <= CHAIN and is_linked and not words.phrase("nouns", numeral.end)


def _is_repeat(words: Words, last: Numeral, numeral: Numeral) -> bool:
    """Whether brackets say a number again: "45 (forty-five) victims"."""
    is_beside = last.end == numeral.start - 1 and words.word(last.end) == "("
    return last.value == numeral.value and is_beside and words.word(numeral.end) == ")"


def _is_ratio(words: Words, part: Numeral, whole: Numeral) -> bool:
    """Whether two numbers are a share: "two in five victims"."""
    is_tied = part.end + words.phrase("not_counts.ratios", part.end) == whole.start > part.end
    return is_tied and part.value < whole.value <= 10 and words.value("nouns", whole.end) != "case"


def _is_exception(words: Words, part: Numeral, whole: Numeral) -> bool:
    """Whether two numbers are a whole but for a few: "all but one of these 46"."""
    is_tied = part.end + words.phrase("clause.partitive", part.end) == whole.start > part.end
    return is_tied and words.before("ignored.all_but", part.first) > 0


def _is_remainder(words: Words, last: Numeral, numeral: Numeral) -> bool:
    """Whether it is the months of "two years and six months", but not of "between two years and six months"."""
    end = last.end + words.phrase("not_counts.years", last.end)
    joins = words.word(end) == "," or words.phrase("number_grammar.and", end)
    is_less = (last.kind, numeral.kind) == ("years", "months") and numeral.value < MONTHS
    is_end = words.before("penalties.range_from", last.first)
    goes_on = words.contains("not_counts.range_joiners", numeral.end, numeral.end + BEFORE)
    return bool(end > last.end and joins and end + 1 == numeral.start and is_less and (goes_on or not is_end))


def _is_range(words: Words, low: Numeral, high: Numeral) -> bool:
    """Whether two numbers are the ends of one: "between 40 and 50", "40-50 victims", "three or four victims"."""
    if not (low.kind == high.kind == "count" and low.value < high.value and high.start == low.end + 1):
        return False
    joiner = words.tokens[low.end]
    is_tight = joiner.text in "-–" and joiner.end == words.tokens[high.start].start
    is_named = words.phrase("number_grammar.between", low.first - 1) and words.phrase("number_grammar.and", low.end)
    joins = words.phrase("not_counts.range_joiners", low.end) and not words.phrase("number_grammar.and", low.end)
    is_change = words.before("penalties.range_from", low.first) or words.phrase("compare.change_by", low.first - 1)
    is_plain = joiner.text.isalpha() and joins and not is_change  # but not "rose from 3 to 5 victims"
    return low.upper is None and bool(is_tight or is_named or is_plain)


def _qualified(words: Words, numeral: Numeral) -> Numeral:
    """Return a number with its qualifier, its first token, and whether it is definite."""
    first = numeral.start - words.before("qualifiers", numeral.start)
    if numeral.kind == "count" and words.before("actions", first) and words.phrase("clause.prepositions", first):
        first = numeral.start  # Danish "dommen over seks", the verdict on six
    base = words.before("clause.base", first)  # "Of 97 victims, 61 were men"
    opens = base > 1 or (base and words.word(first - base - 1) in ("", ",", ";"))
    definite = bool(opens or words.phrase("clause.definite", first - 1))
    length, after = words.found("qualifiers_after", numeral.end)  # "200 or more victims"
    plain = "approximately" if numeral.kind == "share" else "exact"
    plain = "more_than" if words.phrase("number_grammar.majorities", numeral.start) else plain
    qualifier = (words.value_before("qualifiers", numeral.start) if first < numeral.start else "") or after or plain
    return numeral._replace(end=numeral.end + length, qualifier=qualifier, first=first, definite=definite)
