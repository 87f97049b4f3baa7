"""A sentence with everything in it that the rules look at: numbers, times, verbs, comparisons, brackets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trafficking_stats.readers.narrative.lexicon import Lexicon
from trafficking_stats.readers.narrative.numerals import Numeral, find_numerals
from trafficking_stats.readers.narrative.periods import Period, find_periods
from trafficking_stats.readers.narrative.tokens import Sentence, Token, tokenize

COMPLEMENT_WINDOW = 14
"""Tokens after a general verb within which its complement ("provided ... shelter") is looked for."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A word that says what figures near it count.

    Attributes
    ----------
    start, end : int
        Tokens.
    family : str
        investigate, prosecute, convict, sentence, identify, refer, assist, open, light or other.
    form : str
        "verb" or "action" (a noun such as "convictions").
    """

    start: int
    end: int
    family: str
    form: str


@dataclass(frozen=True)
class Scene:
    """One sentence, analysed.

    Attributes
    ----------
    segments : tuple of int
        For every token the stretch it belongs to; a comparison or a bracket opens a new one.
    comparisons : frozenset of int
        The segments that are comparisons with another time.
    parents : mapping of int to int
        The segment around a segment in brackets.
    counts, dated, ends, shares : mapping
        Counted numbers by first token, ends of time expressions by first token, marks by the token after them, the
        token after "79 %" by its first token.
    """

    sentence: Sentence
    text: str
    lexicon: Lexicon
    tokens: tuple[Token, ...]
    low: tuple[str, ...]
    periods: tuple[Period, ...]
    numerals: tuple[Numeral, ...]
    marks: tuple[Mark, ...]
    at: dict[int, Mark]
    segments: tuple[int, ...]
    comparisons: frozenset[int]
    parents: dict[int, int]
    counts: dict[int, Numeral]
    dated: dict[int, int]
    ends: dict[int, Mark]
    shares: dict[int, int]

    def phrase(self, group: str, i: int) -> int:
        """Length of a phrase of a word list at token `i`, or 0."""
        if not 0 <= i < len(self.low):
            return 0
        found = self.lexicon.phrases[group].at(self.low, i)
        return found[0] if found else 0

    def is_word(self, group: str, i: int) -> bool:
        """Whether token `i` stands in a word list."""
        return 0 <= i < len(self.low) and self.low[i] in self.lexicon.words[group]

    def contains(self, group: str, start: int, end: int) -> bool:
        """Whether any phrase of a word list starts in ``[start, end)``."""
        return self.lexicon.phrases[group].found(self.low, start, end) is not None

    def is_compared(self, i: int) -> bool:
        """Whether token `i` stands in a comparison with another time."""
        return self.segments[i] in self.comparisons

    def numeral_at(self, i: int) -> Numeral | None:
        """Return the counted number whose expression starts at token `i`."""
        return self.counts.get(i)

    def is_unknown_verb(self, i: int) -> bool:
        """Whether token `i` looks like a verb that the tables do not hold."""
        word = self.low[i]
        if i in self.at or word in self.lexicon.words["clause.unknown_verb_exceptions"]:
            return False
        return len(word) > 4 and word.endswith(tuple(self.lexicon.words["clause.unknown_verb_endings"]))


def _marks(low: Sequence[str], taken: set[int], lexicon: Lexicon) -> list[Mark]:
    raw: list[Mark] = []
    i = 0
    while i < len(low):
        if i in taken:
            i += 1
            continue
        verb = lexicon.verbs.at(low, i)
        action = lexicon.actions.at(low, i)
        if action and (verb is None or action[0] > verb[0]):
            raw.append(Mark(i, i + action[0], action[1], "action"))
            i += action[0]
        elif verb:
            raw.append(Mark(i, i + verb[0], verb[1], "verb"))
            i += verb[0]
        else:
            i += 1
    return [_completed(mark, low, raw, lexicon) for mark in raw]


def _completed(mark: Mark, low: Sequence[str], marks: Sequence[Mark], lexicon: Lexicon) -> Mark:
    """Return the mark with the meaning a complement gives it: "referred ... to prosecutors"."""
    if mark.form != "verb":
        return mark
    stop = min(len(low), mark.end + COMPLEMENT_WINDOW)
    for k in range(mark.end, stop):
        if low[k] in (";", "."):
            stop = k
            break
    best: tuple[int, str] | None = None
    for complement in lexicon.complements:
        if complement.verbs.at(low, mark.start) is None:
            continue
        reach = stop
        for other in marks:
            if mark.start < other.start < reach and other.form == "verb" and other.family not in ("light", "assist"):
                reach = other.start + (complement.words.at(low, other.start) is not None)
        place = complement.words.found(low, mark.start + 1, reach)
        if place is not None and (best is None or place < best[0]):
            best = (place, complement.family)
    return Mark(mark.start, mark.end, best[1], "verb") if best else mark


def _compare_at(low: Sequence[str], i: int, lexicon: Lexicon, numbers: dict[int, Numeral], taken: set[int]) -> int:
    """Length of a comparison marker at token `i`, or 0; "against" only right before a figure."""
    found = lexicon.compare.at(low, i)
    if found is None:
        than = lexicon.comparisons.at(low, i)
        if than is not None and any(i + than[0] <= k <= i + than[0] + 1 for k in taken):
            return int(than[0])
        return _change_at(low, i, lexicon, numbers)
    length = found[0]
    if low[i] in lexicon.words["compare.against"] and length == 1:
        ahead = [k for k in range(i + 1, min(i + 5, len(low))) if k in numbers]
        nouns = lexicon.nouns.at(low, numbers[ahead[0]].end) if ahead and numbers[ahead[0]].end < len(low) else None
        if (
            not ahead
            or (nouns is not None and nouns[1] not in ("victim", "case"))
            or not any(k in taken for k in range(ahead[0], min(ahead[0] + 8, len(low))))
        ):
            return 0
    return length


def _change_at(low: Sequence[str], i: int, lexicon: Lexicon, numbers: dict[int, Numeral]) -> int:
    """Length of "decrease (more than half) from" before a figure, or 0."""
    if low[i] in lexicon.words["compare.change_from"] and i + 1 in numbers:
        # "decreased to 80 from 110"
        return int(any(word in lexicon.words["compare.change_verbs"] for word in low[max(0, i - 6) : i]))
    if low[i] not in lexicon.words["compare.change_nouns"]:
        return 0
    for k in range(i + 1, min(i + 12, len(low) - 1)):
        if low[k] in lexicon.words["compare.change_from"] and any(k < n <= k + 4 for n in numbers):
            return k + 1 - i
    return 0


def _past_year_clause(low: Sequence[str], i: int, lexicon: Lexicon, periods: Sequence[Period]) -> bool:
    """Whether "in 2013, when ..." starts at token `i`: its figures are background."""
    return any(
        i <= p.start <= i + 1
        and p.end < len(low)
        and (p.start == i or low[i] in lexicon.words["periods.in_words"])
        and lexicon.phrases["periods.when"].at(low, p.end) is not None
        for p in periods
    )


def _segment(
    low: Sequence[str], numerals: Sequence[Numeral], periods: Sequence[Period], marks: Sequence[Mark], lexicon: Lexicon
) -> tuple[list[int], set[int], dict[int, int]]:
    numbers = {n.start: n for n in numerals if n.kind == "count"}
    dated = {k for p in periods for k in range(p.start, p.end)}
    finite = {m.start for m in marks if m.form == "verb" and m.family != "light" and not low[m.end - 1].endswith("ing")}
    segments: list[int] = []
    comparisons: set[int] = set()
    parents: dict[int, int] = {}
    stack: list[int] = []
    current = count = 0
    seen_number = seen_period = False
    for i, word in enumerate(low):
        if word in "([":
            stack.append(current)
            count += 1
            parents[count] = current
            current = count
            again = (
                low[i + 2 : i + 3] in ((")",), [")"]) and i + 1 in numbers and any(k in parents for k in comparisons)
            )
            if again or _bracket_compares(low, i, numbers, periods):
                comparisons.add(current)
            segments.append(current)
            continue
        if word in ")]" and stack:
            segments.append(current)
            current = stack.pop()
            continue
        if current not in comparisons and i and _past_year_clause(low, i, lexicon, periods):
            count += 1
            current = count
            comparisons.add(current)
            seen_number = seen_period = False
        elif not stack and (word == ";" or (word == ":" and current in comparisons)):
            count += 1
            current = count
        elif _compare_at(low, i, lexicon, numbers, dated) and i not in dated:
            count += 1
            if current in parents:
                parents[count] = parents[current]
            current = count
            comparisons.add(current)
            seen_number = seen_period = False
        elif (current in comparisons and not stack and seen_period and _subset_after(low, i, lexicon)) or (
            current in comparisons
            and seen_number
            and not stack
            and (word == "," or word in lexicon.words["clause.starters"])
            and _new_clause(low, i, numbers, finite, dated)
        ):
            count += 1
            current = count
        seen_number = seen_number or i in numbers
        seen_period = seen_number and (seen_period or i in dated)
        segments.append(current)
    return segments, comparisons, parents


def _subset_after(low: Sequence[str], i: int, lexicon: Lexicon) -> bool:
    """Whether ", of whom ..." at token `i` goes back to the main figure after a dated comparison."""
    return low[i] == "," and i + 1 < len(low) and lexicon.phrases["clause.subset"].at(low, i + 1) is not None


def _bracket_compares(low: Sequence[str], i: int, numbers: dict[int, Numeral], periods: Sequence[Period]) -> bool:
    """Whether a bracket holds a figure and a year: "(10 in 2017)"."""
    close = next((k for k in range(i + 1, min(len(low), i + 40)) if low[k] in ")]"), None)
    if close is None:
        return False
    return any(i < k < close for k in numbers) and any(i < p.start < close for p in periods)


def _new_clause(low: Sequence[str], i: int, numbers: dict[int, Numeral], finite: set[int], dated: set[int]) -> bool:
    """Whether a clause with its own verb starts after a comma or conjunction at `i`."""
    for k in range(i + 1, min(i + 14, len(low))):
        if k in numbers or low[k] in ";)(":
            return False
        if k in finite:
            return True
    return False


def build(text: str, sentence: Sentence, lexicon: Lexicon, default_year: int, around: int | None = None) -> Scene:
    """Analyse a sentence.

    Parameters
    ----------
    text : str
        The whole document; offsets refer to it.
    sentence : Sentence
        The stretch to analyse.
    lexicon : Lexicon
        Language.
    default_year : int
        The year the document reports on.
    around : int, optional
        The year that months without one belong to.

    Returns
    -------
    Scene
    """
    tokens = tokenize(text, sentence.start, sentence.end)
    low = [token.lower for token in tokens]
    periods = find_periods(tokens, lexicon, default_year, around)
    numerals = find_numerals(tokens, lexicon, periods)
    taken = {k for p in periods for k in range(p.start, p.end)} | {k for n in numerals for k in range(n.start, n.end)}
    marks = _marks(low, taken, lexicon)
    segments, comparisons, parents = _segment(low, numerals, periods, marks, lexicon)
    return Scene(
        sentence,
        text,
        lexicon,
        tuple(tokens),
        tuple(low),
        tuple(periods),
        tuple(numerals),
        tuple(marks),
        {mark.start: mark for mark in marks},
        tuple(segments),
        frozenset(comparisons),
        parents,
        {n.start: n for n in numerals if n.kind == "count"},
        {p.start: p.end for p in periods},
        {mark.end: mark for mark in marks},
        _shares(numerals, low, lexicon),
    )


def _shares(numerals: Sequence[Numeral], low: Sequence[str], lexicon: Lexicon) -> dict[int, int]:
    """Where shares stand: first token of the number, and the token after its percent sign."""
    found = {}
    for numeral in numerals:
        unit = lexicon.phrases["not_counts.percent"].at(low, numeral.end) if numeral.end < len(low) else None
        if numeral.kind == "none" and unit is not None:
            found[numeral.start] = numeral.end + unit[0]
    return found
