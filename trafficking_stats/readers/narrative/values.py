"""The value of a number in digits or words, of a share in words, and the unit of time after it."""

from trafficking_stats.printed import readings
from trafficking_stats.readers.narrative.words import Words

LONGEST_NUMBER = 15
"""Digits; a longer string is no number."""

Found = tuple[int, float]
"""The token after a number, and its value."""


def number_at(words: Words, i: int) -> Found | None:
    """Return the number at token `i`."""
    length, value = words.found("number_phrases", i)  # "half a dozen"
    if length:
        return i + length, float(value)
    if not words.low[i][0].isdecimal():
        return _in_words(words, i)
    if _is_glued(words, i):
        return None
    word, scale = words.low[i], words.value("scales", i + 1)
    values = readings(word, words.lexicon.tables["decimal"]) if len(word) <= LONGEST_NUMBER else ()
    return next(((i + 2, value * scale) if scale else (i + 1, value) for value in values), None)


def _in_words(words: Words, i: int) -> Found | None:
    numbers, total, current, j = words.lexicon.numbers, 0, 0, i
    value = numbers.get(words.low[i])
    if value is None and _is_counting_article(words, i):
        value = 1
    while j < len(words.low):
        scale = words.value("scales", j)
        if value is not None and (j == i or current % 10 ** len(str(value)) == 0):  # "hundred five", "twenty three"
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
    """Whether letters, digits, strokes touch a number, "262a", or its bracket, "section 9c(5)", or it is "0800 12"."""
    here = words.tokens[i]
    zeros = [word for word in words.low[max(0, i - 1) : i + 1] if word[0] == "0" and len(word) > 1 and word.isdecimal()]
    if i > 1 and words.low[i - 1] == "(" and words.tokens[i - 2].end == words.tokens[i - 1].start:
        return True
    before = [token.text[-1] for token in words.tokens[:i][-1:] if token.end == here.start]
    after = [token.text[0] for token in words.tokens[i + 1 : i + 2] if token.start == here.end]
    return bool(zeros) or any(mark.isalnum() or mark in "/#_:" for mark in (*before, *after))


def share_at(words: Words, i: int) -> Found | None:
    """Return the percentage that words at token `i` say, "a third", but not "half a dozen", "a quarter year"."""
    length, percent = words.found("fractions", i)
    is_of_number = unit_at(words, i + length) or words.phrase("number_phrases", i)
    return (i + length, percent) if length and not is_of_number else None


def unit_at(words: Words, j: int) -> str:
    """Return the unit of time at `j`, past a hyphen: "months", "years", "other_durations" or ""."""
    j += words.word(j) in ("-", "–")
    units = ("months", "years", "other_durations")
    is_date = len(words.word(j + 1)) == 4 and words.word(j + 1).isdecimal()  # Swedish "mot 13 år 2021"
    return "" if is_date else next((unit for unit in units if words.phrase(f"not_counts.{unit}", j)), "")
