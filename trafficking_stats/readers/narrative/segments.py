"""Cut a sentence into stretches: main clause, comparisons with another time, brackets."""

from __future__ import annotations

from collections.abc import Sequence

from trafficking_stats.readers.narrative.lexicon import Lexicon
from trafficking_stats.readers.narrative.marks import Mark
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.periods import Period


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


def segment(
    low: Sequence[str], numerals: Sequence[Numeral], periods: Sequence[Period], marks: Sequence[Mark], lexicon: Lexicon
) -> tuple[list[int], set[int], dict[int, int]]:
    """Cut a sentence into stretches.

    Returns
    -------
    segments : list of int
        For every token the stretch it belongs to.
    comparisons : set of int
        Those that compare with another time.
    parents : dict of int to int
        The stretch around one in brackets.
    """
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
