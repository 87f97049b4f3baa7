"""Does the answer hold under other choices, and is it beyond chance: the two facts behind every word on a change."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from trafficking_stats.gap_analysis.figures import add, halves, stretches
from trafficking_stats.gap_analysis.model import ratio_range
from trafficking_stats.gap_analysis.question import Measure, Question
from trafficking_stats.gap_analysis.rates import Pair, whole_ends
from trafficking_stats.gap_analysis.rows import Change, Choice, Influence, SourceChoice
from trafficking_stats.gap_analysis.variants import Counts, Variant
from trafficking_stats.inference.counts import CountRange
from trafficking_stats.reconciliation.result import Reconciliation

Window = tuple[tuple[int, ...], ...]
"""Years, or two sets of years that are compared."""

SIMULATIONS = 1000


@dataclass(frozen=True)
class Verdict:
    """What may be said of the change of the rate between the halves, as codes.

    Parameters
    ----------
    direction : str
        ``fell``, ``rose``, or empty where the figures leave it open.
    beyond_chance : str
        ``yes``, ``no`` or ``refused``: the one primary test, the rate of the later half against that of the earlier.
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

        ``robust`` (both hold), ``chance_alone`` (same under other choices, within chance), ``depends_on_choices``
        (beyond chance, not the same), ``open`` (neither), ``one_source`` or ``refused``.

        Examples
        --------
        >>> Verdict("fell", "yes", "yes").finding, Verdict("fell", "no", "yes").finding, Verdict().finding
        ('robust', 'chance_alone', 'refused')
        """
        if "refused" in (self.beyond_chance, self.same_under_other_choices):
            return "refused"
        if self.same_under_other_choices == "one_source":
            return "one_source"
        both = (self.beyond_chance, self.same_under_other_choices)
        words = {("yes", "yes"): "robust", ("no", "yes"): "chance_alone", ("yes", "no"): "depends_on_choices"}
        return words.get(both, "open")


def other_units(rec: Reconciliation, question: Question) -> list[Measure]:
    """Return the measures that count the event of the numerator in another unit."""
    own = question.numerator
    same = [event.indicators for event in rec.vocabulary.same_event if own.indicator in event.indicators]
    units = dict.fromkeys(Measure(name, own.breakdown) for group in same for name in group)
    return [unit for unit in units if unit not in (own, question.denominator)]


def windows_of(years: tuple[int, ...], window: int) -> dict[str, list[Window]]:
    """Return the windows of each question, that of the headline first."""
    parts = halves(years)
    levels: list[Window] = [(years,)]
    changes: list[Window] = []
    if parts[0]:
        levels += [(part,) for part in parts]
        middle = len(parts[0])
        splits = [k for k in (middle, middle - 1, middle + 1) if 0 < k < len(years)]
        changes = [(years[:k], years[k:]) for k in splits]
        if 2 * window < len(years):
            changes.append((years[:window], years[-window:]))
    return {"level": levels, "change": changes}


def choice_rows(
    variants: Sequence[Variant], question: Question, years: tuple[int, ...], units: Sequence[Measure]
) -> list[Choice]:
    """Answer both questions under every combination of choices; figures that repeat others are left out."""
    rows = []
    distinct = [one for one in variants if not one.repeat]
    for asked, windows in windows_of(years, question.window).items():
        seen: set[tuple[Any, ...]] = set()
        axes = product(windows, question.lags, [question.numerator, *units], distinct, ("low", "high"))
        for k, (window, lag, unit, variant, masked) in enumerate(axes):
            sums = _sums(variant.counts, unit, question.denominator, window, lag)
            label = " / ".join(f"{part[0]}-{part[-1]}" for part in window)
            row = Choice(
                asked, variant.method, variant.left_out, lag, label, str(unit), masked, math.nan, False, k < 2, ""
            )
            if isinstance(sums, str):
                rows.append(replace(row, refusal=sums))
                continue
            key = (window, unit, masked if any(not cell.is_exact for pair in sums for cell in pair) else "", *sums)
            rows.append(replace(row, value=_value(sums, masked), repeat=key in seen))
            seen.add(key)
    return rows


def _sums(
    counts: Counts, unit: Measure, denominator: Measure, window: Window, lag: int
) -> list[tuple[CountRange, CountRange]] | str:
    """Return numerator and denominator of each part of a window, or the reason why there is no answer.

    A choice may lack some of the years: those that it has stand for the part, if they are at least half of it.
    """
    above, below = counts.get(unit, {}), counts.get(denominator, {})
    found = []
    for part in window:
        known = [year for year in part if year in above and year - lag in below]
        if 2 * len(known) < len(part):
            return "missing_years"
        sums = add([above[year] for year in known]), add([below[year - lag] for year in known])
        if sums[1].lower == 0:
            return "denominator_zero"
        found.append(sums)
    return "no_events" if len(found) > 1 and all(pair[0].upper == 0 for pair in found) else found


def _value(sums: Sequence[tuple[CountRange, CountRange]], masked: str) -> float:
    """Rate per 100, or the later less the earlier; masked figures at the ends that make it lowest or highest."""
    rates = [ratio_range(*pair) for pair in sums]
    end = 0 if masked == "low" else 1
    return 100 * (rates[0][end] if len(rates) == 1 else rates[1][end] - rates[0][1 - end])


def influence_rows(choices: Sequence[Choice]) -> list[Influence]:
    """Measure how much each choice moves the answer.

    References
    ----------
    Steegen S, Tuerlinckx F, Gelman A, Vanpaemel W (2016). Increasing transparency through a multiverse analysis.
    Perspectives on Psychological Science 11:702-712.
    """
    rows = []
    axes = ("method", "left_out", "lag", "window", "unit", "masked")
    for question in ("level", "change"):
        answers = [one for one in choices if one.question == question and not one.refusal]
        values = np.array([one.value for one in answers])
        spread = float(values.var()) if len(values) else 0.0
        for axis in axes:
            groups: dict[Any, list[float]] = defaultdict(list)
            alike: dict[Any, list[float]] = defaultdict(list)
            for one in answers:
                groups[getattr(one, axis)].append(one.value)
                alike[tuple(getattr(one, other) for other in axes if other != axis)].append(one.value)
            if len(groups) < 2 or spread == 0:
                continue
            between = sum(len(group) * (np.mean(group) - values.mean()) ** 2 for group in groups.values())
            apart = [max(group) - min(group) for group in alike.values() if len(group) > 1] or [0.0]
            share = float(between) / len(values) / spread
            rows.append(Influence(question, axis, share, math.fsum(apart) / len(apart), max(apart)))
    return rows


def source_rows(variants: Sequence[Variant], question: Question, years: tuple[int, ...]) -> list[SourceChoice]:
    """Compute the rate of all years under each choice of figures, at the shortest lag."""
    rows = []
    for one in variants:
        sums = _sums(one.counts, question.numerator, question.denominator, (years,), question.lags[0])
        if isinstance(sums, str):
            rows.append(SourceChoice(one.method, one.left_out, 0, 0, 0, 0, math.nan, math.nan, one.repeat, sums))
            continue
        ((above, below),) = sums
        low, high = ratio_range(above, below)
        ends = whole_ends(above), whole_ends(below)
        rows.append(SourceChoice(one.method, one.left_out, *ends[0], *ends[1], 100 * low, 100 * high, one.repeat, ""))
    return rows


def judge(
    changes: Mapping[str, Change],
    choices: Sequence[Choice],
    pair: Pair,
    lag: int,
    *,
    one_source: bool,
    accept_breaks: bool,
) -> Verdict:
    """State both facts on the change of the rate.

    Parameters
    ----------
    changes : mapping of series to Change
        The rate may be missing from it, if it was refused.
    choices : sequence of Choice
        All answers.
    pair : Pair
        The fit.
    lag : int
        Of the headline.
    one_source : bool
        Whether all figures come from one publisher.
    accept_breaks : bool
        Whether the years that could have been chosen lie on both sides of a break.
    """
    asked = [one for one in choices if one.question == "change"]
    answered = [one for one in asked if not one.refusal]
    distinct = [one for one in answered if not one.repeat]
    rate = changes.get("rate")
    direction = rate.direction if rate else ""
    sign = {"fell": -1, "rose": 1}.get(direction, 0)
    agree = sum(one.value * sign > 0 for one in distinct)
    same = "refused" if not distinct else "yes" if sign and agree == len(distinct) else "no"
    both = pair.numerator.figures, pair.denominator.figures
    candidates = stretches(both, both[0].counts, accept_breaks=accept_breaks)
    available = next((years for years in candidates if set(pair.years) <= set(years)), pair.years)
    searched, chance = search(pair, available, lag) if rate else (0, math.nan)
    return Verdict(
        direction,
        "refused" if rate is None else "yes" if rate.beyond_chance else "no",
        "one_source" if one_source and distinct else same,
        len(distinct),
        agree,
        len(asked),
        len(answered) - len(distinct),
        len(asked) - len(answered),
        searched,
        chance,
    )


def search(pair: Pair, available: Sequence[int], lag: int) -> tuple[int, float]:
    """Count the windows and splits that could have been shown, and how often noise does as well in the best of them.

    Both counts are simulated with their over-dispersion around one level each; the change of every window between its
    halves, and of the reader's years at every split, is measured in its standard error, and the largest is compared
    with that of the halves of the reader's years.

    Returns
    -------
    int, float
        Number of comparisons, share of the simulations that do as well.
    """
    years = tuple(y for y in sorted(available) if y - lag in pair.denominator.figures.counts)
    own = halves(pair.years)
    if not own[0] or not set(pair.years) <= set(years):
        return 0, math.nan
    runs = [years[i:j] for i in range(len(years)) for j in range(i + len(pair.years), len(years) + 1)]
    parts = [halves(run) for run in runs]
    parts += [(pair.years[:k], pair.years[k:]) for k in range(2, len(pair.years) - 1)]
    parts = [own, *(part for part in dict.fromkeys(parts) if part != own)]
    early, late = (np.array([[year in part[k] for year in years] for part in parts], dtype=float) for k in (0, 1))
    generator = np.random.default_rng(pair.numerator.fit.seed)
    drawn, counted, phis = [], [], []
    for one, shift in ((pair.numerator, 0), (pair.denominator, lag)):
        cells = one.figures.of(year - shift for year in years)
        middle = np.array([(cell.lower + cell.upper) / 2 for cell in cells])
        phi = float(np.median(one.fit.phi))
        size = max(float(middle.mean()), 0.1) / (phi - 1)
        drawn.append(generator.negative_binomial(size, 1 / phi, (SIMULATIONS, len(years))))
        counted.append(middle)
        phis.append(phi)

    def change(above: Any, below: Any) -> Any:
        a, b = (above @ part.T + 0.5 for part in (early, late))
        c, d = (below @ part.T + 0.5 for part in (early, late))
        error = np.sqrt(phis[0] * (1 / a + 1 / b) + phis[1] * (1 / c + 1 / d))
        return np.abs(np.log(b / d * c / a)) / error

    seen = change(counted[0], counted[1])[0]
    as_large = change(drawn[0], drawn[1]).max(axis=1) >= seen
    return len(parts), float(1 + as_large.sum()) / (SIMULATIONS + 1)
