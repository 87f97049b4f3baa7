"""The value of a number in digits or words."""

from __future__ import annotations

from collections.abc import Container

from trafficking_stats.readers.narrative.words import Words

LONGEST_NUMBER = 15
"""Digits; a longer string is no number."""

Found = tuple[int, float]
"""The token after a number, and its value."""


def number_at(words: Words, i: int, dated: Container[int] = ()) -> Found | None:
    """Return the number at token `i`; tokens in `dated` belong to expressions of time."""
    if not words.low[i][0].isdecimal():
        return _in_words(words, i)
    if _is_glued(words, i):
        return None
    j, value = _in_groups(words, i, dated) or (i + 1, _in_digits(words.low[i], words.lexicon.tables["decimal"]))
    if value is None:
        return None
    scale = words.value("scales", j)
    return (j + 1, value * scale) if scale else (j, value)


def _in_words(words: Words, i: int) -> Found | None:
    numbers, total, current, j = words.lexicon.numbers, 0, 0, i
    value = numbers.get(words.low[i])
    if value is None and _is_counting_article(words, i):
        value = 1
    while j < len(words.low):
        scale = words.value("scales", j)
        if value is not None and (j == i or _completes(words, current, value, total)):
            current += value
        elif scale and (j > i or _is_hundred_and(words, j)):
            current = max(current, 1) * scale
            if scale >= 1000:
                total, current = total + current, 0
        elif not (j > i and words.phrase("number_grammar.and", j) and _goes_on(words, j)):
            break
        j += 1
        value = numbers.get(words.word(j))
    return (j, float(total + current)) if j > i else None


def _completes(words: Words, number: int, value: int, total: int) -> bool:
    """Whether a word adds to a number before it: "hundred five", and "twenty three" where written apart."""
    apart = any(" " in pattern for pattern in words.lexicon.tables["number_grammar"]["compounds"])
    if number == 0:
        return total > 0
    return (number % 100 == 0 and value < 100) or (apart and 20 <= number < 100 and number % 10 == 0 and value < 10)


def _goes_on(words: Words, j: int) -> bool:
    """Whether "and" stands inside a number: "one hundred and five"."""
    follows = 0 < words.lexicon.numbers.get(words.word(j + 1), 0) < 100
    return follows and words.phrase("scales", j - 1) > 0


def _is_hundred_and(words: Words, j: int) -> bool:
    """Whether a bare hundred goes on in a number: "hundrede og tyve"."""
    return words.value("scales", j) == 100 and words.phrase("number_grammar.and", j + 1) > 0 and _goes_on(words, j + 1)


def _is_counting_article(words: Words, i: int) -> bool:
    """Whether "en" is one rather than a: "heraf en", "og en af dem"."""
    if not (words.phrase("number_grammar.articles", i) and words.phrase("number_grammar.counting_context", i - 1)):
        return False
    return not words.phrase("number_grammar.and", i - 1) or words.phrase("clause.among", i + 1) > 0


def _is_glued(words: Words, i: int) -> bool:
    """Whether letters, digits or strokes touch a number: "262a", "4th", "COVID-19", "10:30"."""
    tokens = words.tokens
    before, after = tokens[:i][-2:], tokens[i + 1 : i + 2]
    if before and before[-1].end == tokens[i].start:
        mark = before[-1].text
        hyphened = mark in "-–" and before[0].end == before[-1].start and before[0].text[-1].isalpha()
        if mark[-1].isalnum() or mark in "/#_.:" or hyphened:
            return True
    touched = bool(after) and after[0].start == tokens[i].end
    return touched and (after[0].text[0].isalnum() or after[0].text in "/_:")


def _in_groups(words: Words, i: int, dated: Container[int]) -> Found | None:
    """Return a number in groups apart, "1 440" or "1'200"."""
    low, tokens = words.low, words.tokens
    digits, j = low[i], i
    if not (digits.isdecimal() and len(digits) < 4 and digits != "0"):
        return None
    while j + 1 < len(low) and len(digits) <= LONGEST_NUMBER:
        apostrophe = low[j + 1] in "'’" and tokens[j + 1].start == tokens[j].end
        k = j + 1 + apostrophe
        is_group = len(words.word(k)) == 3 and low[k].isdecimal() and k not in dated
        if not is_group or _is_lettered(words, k) or tokens[k].start - tokens[k - 1].end != 1 - apostrophe:
            break
        digits, j = digits + low[k], k
    return (j + 1, float(digits)) if j > i else None


def _is_lettered(words: Words, k: int) -> bool:
    after = words.tokens[k + 1 : k + 2]
    return bool(after) and after[0].start == words.tokens[k].end and after[0].text[0].isalpha()


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
