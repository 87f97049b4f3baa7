"""Does the answer hold under other choices, and is it beyond chance: the two facts behind every word on a change."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from trafficking_stats.gap_analysis.figures import common_stretches
from trafficking_stats.gap_analysis.pair import Pair
from trafficking_stats.gap_analysis.question import Question
from trafficking_stats.gap_analysis.rows import Change, Choice, SourceChoice
from trafficking_stats.gap_analysis.variants import Variant
from trafficking_stats.inference.ratio import ratio_range
from trafficking_stats.inference.search import search
from trafficking_stats.inference.windows import window_answer, window_sums, windows_of
from trafficking_stats.messages.measures import Measure
from trafficking_stats.reconciliation.result import Reconciliation


@dataclass(frozen=True)
class Verdict:
    """What may be said of the change of the rate between the halves, as codes.

    Parameters
    ----------
    direction : str
        ``fell``, ``rose``, or empty where the figures leave it open.
    beyond_chance : str
        ``yes``, ``no`` or ``refused``: the one primary test, the rate of the later half against that of the earlier;
        ``picked_years`` where it holds for years that the reader picked, among so many that noise does as well.
    same_under_other_choices : str
        ``yes``, ``no``, ``one_source`` (nothing could be varied) or ``refused``.
    answers, agree : int
        Distinct answers under all choices, and how many of them have the direction of the headline.
    choices, repeats, refused : int
        Combinations of choices tried; how many gave counts that an earlier one gave; how many gave none.
    searched : int
        Windows and splits among which the years of the headline are one.
    search_chance : float
        How often noise alone, with no change at all, finds as large a change in the best of them; NaN if not asked.
    """

    direction: str = ""
    beyond_chance: str = "refused"
    same_under_other_choices: str = "refused"
    answers: int = 0
    agree: int = 0
    choices: int = 0
    repeats: int = 0
    refused: int = 0
    searched: int = 0
    search_chance: float = math.nan

    @property
    def finding(self) -> str:
        """One word for both facts.

        ``robust`` (both hold), ``chance_alone`` (same under other choices, within chance), ``picked_years`` (the same,
        beyond chance only if the years had not been picked), ``depends_on_choices`` (beyond chance, not the same),
        ``open`` (neither), ``one_source`` or ``refused``.

        Examples
        --------
        >>> Verdict("fell", "yes", "yes").finding, Verdict("fell", "no", "yes").finding, Verdict().finding
        ('robust', 'chance_alone', 'refused')
        """
        if "refused" in (self.beyond_chance, self.same_under_other_choices):
            return "refused"
        if self.same_under_other_choices == "one_source":
            return "one_source"
        if self.same_under_other_choices == "no":
            return "depends_on_choices" if self.beyond_chance == "yes" else "open"
        return {"yes": "robust", "no": "chance_alone", "picked_years": "picked_years"}[self.beyond_chance]


def other_units(rec: Reconciliation, question: Question) -> list[Measure]:
    """Return the measures that count the event of the numerator in another unit."""
    own = question.numerator
    same = [event.indicators for event in rec.vocabulary.same_event if own.indicator in event.indicators]
    units = dict.fromkeys(Measure(name, own.breakdown) for group in same for name in group)
    return [unit for unit in units if unit not in (own, question.denominator)]


def choice_rows(
    variants: Sequence[Variant], question: Question, years: tuple[int, ...], units: Sequence[Measure]
) -> Iterator[Choice]:
    """Answer both questions under every combination of choices; figures that repeat others are left out."""
    distinct = [one for one in variants if not one.repeat]
    for asked, windows in windows_of(years, question.window).items():
        seen: set[tuple[Any, ...]] = set()
        axes = product(windows, question.lags, [question.numerator, *units], distinct, ("low", "high"))
        for k, (window, lag, unit, variant, masked) in enumerate(axes):
            sums, refusal = window_sums(variant.counts[unit], variant.counts[question.denominator], window, lag)
            exact = all(cell.is_exact for pair in sums for cell in pair)
            key = (window, unit, "" if exact else masked, *sums)
            yield Choice(
                question=asked,
                method=variant.method,
                left_out=variant.left_out,
                lag=lag,
                window=" / ".join(f"{part[0]}-{part[-1]}" for part in window),
                unit=str(unit),
                masked=masked,
                value=window_answer(sums, masked) if sums else math.nan,
                repeat=bool(sums) and key in seen,
                default=k < 2,
                refusal=refusal,
            )
            seen.add(key)


def source_rows(variants: Sequence[Variant], question: Question, years: tuple[int, ...]) -> Iterator[SourceChoice]:
    """Compute the rate of all years under each choice of figures, at the shortest lag."""
    for one in variants:
        both = one.counts[question.numerator], one.counts[question.denominator]
        sums, refusal = window_sums(*both, (years,), question.lags[0])
        low, high = ratio_range(*sums[0]) if sums else (math.nan, math.nan)
        yield SourceChoice(one.method, one.left_out, 100 * low, 100 * high, one.repeat, refusal)


def judge(rate: Change | None, choices: Sequence[Choice], pair: Pair, question: Question, *, varied: bool) -> Verdict:
    """State both facts on the change of the rate, None if it was refused; ``varied`` if other figures were tried."""
    asked = [one for one in choices if one.question == "change"]
    answered = [one for one in asked if not one.refusal]
    distinct = [one for one in answered if not one.repeat]
    direction = rate.direction if rate else ""
    sign = {"fell": -1, "rose": 1}.get(direction, 0)
    agree = sum(one.value * sign > 0 for one in distinct)
    same = "refused" if not (distinct and varied) else "yes" if sign and agree == len(distinct) else "no"
    one_source = len({publisher for one in pair.figures for publisher, _ in one.printed_in(pair.years)}) < 2
    searched, chance, narrowed = 0, math.nan, False
    if rate:
        candidates = common_stretches(pair.figures, pair.numerator.counts, accept_breaks=question.accept_breaks)
        available = next((years for years in candidates if set(pair.years) <= set(years)), pair.years)
        searched, chance = search(pair.numerator, pair.denominator, available, question.lags[0])
        narrowed = len(available) > len(pair.years)
    beyond = "refused" if rate is None else "yes" if rate.beyond_chance else "no"
    if beyond == "yes" and narrowed and chance > 1 - question.confidence:
        beyond = "picked_years"
    return Verdict(
        direction=direction,
        beyond_chance=beyond,
        same_under_other_choices="one_source" if one_source and distinct and varied else same,
        answers=len(distinct),
        agree=agree,
        choices=len(asked),
        repeats=len(answered) - len(distinct),
        refused=len(asked) - len(answered),
        searched=searched,
        search_chance=chance,
    )
