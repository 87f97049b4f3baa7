"""Where on the way cases are lost: the stages year by year, the steps between them, and the split of a change."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from trafficking_stats.errors import RefusalError
from trafficking_stats.gap_analysis.columns import CHANGE, STAGES, STEPS, ends, per_100, tidy
from trafficking_stats.gap_analysis.data import CountSeries, Refusal, longest_run, series_dispersion
from trafficking_stats.gap_analysis.ratios import Pair
from trafficking_stats.inference.counts import CountRange
from trafficking_stats.inference.masked import masked_interval, masked_ratio
from trafficking_stats.inference.overdispersion import Dispersion
from trafficking_stats.inference.stage_split import StageSplit, bootstrap_split, split_change
from trafficking_stats.vocabulary import Vocabulary

ORDER = ("identification", "investigation", "prosecution", "conviction")
COURT = "court outcome"


def chain(
    numerator: CountSeries,
    denominator: CountSeries,
    vocabulary: Vocabulary,
    between: Callable[[str], CountSeries | None],
) -> dict[str, CountSeries | None]:
    """Name the stages from the denominator to the numerator.

    Parameters
    ----------
    numerator, denominator : CountSeries
        The outer stages.
    vocabulary : Vocabulary
        Says at which stage an indicator counts.
    between : callable
        Returns the series that stands for a stage in between, or None.

    Returns
    -------
    dict of str to CountSeries or None
        In their order. Where the two are of one stage, or not in this order, they are called ``denominator`` and
        ``numerator`` and nothing is between them.
    """
    found = [
        vocabulary.indicators[one.indicator].stage if one.indicator in vocabulary.indicators else ""
        for one in (denominator, numerator)
    ]
    if not all(stage in ORDER for stage in found) or ORDER.index(found[0]) >= ORDER.index(found[1]):
        return {"denominator": denominator, "numerator": numerator}
    first, last = ORDER.index(found[0]), ORDER.index(found[1])
    middle = {stage: between(stage) for stage in ORDER[first + 1 : last]}
    return {found[0]: denominator, **middle, found[1]: numerator}


def stage_table(
    stages: Mapping[str, CountSeries | None], start: int, end: int, *, confidence: float, borrow: float
) -> pd.DataFrame:
    """Tabulate the count of each stage in each year with its exact and its widened limits."""
    rows: list[dict[str, Any]] = []
    for stage, series in stages.items():
        if series is None:
            continue
        known = [series.counts[year] for year in range(start, end + 1) if year in series.counts]
        phi = series_dispersion(known, borrow)
        rows += [_stage_row(stage, series, year, phi, confidence) for year in range(start, end + 1)]
    return tidy(rows, STAGES)


def _stage_row(stage: str, series: CountSeries, year: int, phi: Dispersion, confidence: float) -> dict[str, Any]:
    row: dict[str, Any] = {
        "stage": stage,
        "indicator": series.indicator,
        "label": series.label,
        "year": year,
        "phi": phi.factor,
        "phi_borrowed": phi.borrowed,
        "status": series.status.get(year, ""),
        "n_claims": series.n_claims.get(year, 0),
        "refusal": series.lacking(year, year).get(year, ""),
    }
    if year not in series.counts:
        return row
    cell = series.counts[year]
    exact = masked_interval(cell, confidence=confidence)
    widened = masked_interval(cell, confidence=confidence, dispersion=phi)
    return row | {
        "lower": int(cell.lower),
        "upper": int(cell.upper),
        "exact_lower": exact.lower,
        "exact_upper": exact.upper,
        "widened_lower": widened.lower,
        "widened_upper": widened.upper,
    }


def step_table(stages: Mapping[str, CountSeries | None], pair: Pair, window: int) -> tuple[pd.DataFrame, list[Refusal]]:
    """Tabulate each stage by the one before it: the whole run, its halves, windows, single years.

    A step above 1 is flagged and never clipped: the counts of a year are not of the same persons.
    """
    present = [(stage, series) for stage, series in stages.items() if series is not None]
    first, last = pair.first, pair.last
    periods = [("whole", first, last)]
    if first < pair.middle <= last:
        periods += [("early", first, pair.middle - 1), ("late", pair.middle, last)]
    if 1 < window < last - first + 1:
        periods += [("window", year, year + window - 1) for year in range(first, last - window + 2)]
    periods += [("year", year, year) for year in range(first, last + 1)]
    rows = []
    refusals = []
    for (_, before), (stage, after) in pairwise(present):
        phi = tuple(
            series_dispersion([s.counts[y] for y in range(first, last + 1) if y in s.counts], pair.borrow)
            for s in (after, before)
        )
        for kind, low, high in periods:
            row = _step_row(stage, before, after, kind, low, high, (phi[0], phi[1]), pair.confidence)
            rows.append(row)
            if kind == "whole" and row.get("refusal"):
                refusals.append(Refusal.of("steps", f"{after.label} by {before.label}", row["refusal"]))
    return tidy(rows, STEPS), refusals


def _step_row(
    stage: str,
    before: CountSeries,
    after: CountSeries,
    kind: str,
    first: int,
    last: int,
    phi: tuple[Dispersion, Dispersion],
    confidence: float,
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "step": stage,
        "from_indicator": before.indicator,
        "from_label": before.label,
        "to_indicator": after.indicator,
        "to_label": after.label,
        "kind": kind,
        "first": first,
        "last": last,
    }
    try:
        result = masked_ratio(after.sum(first, last), before.sum(first, last), confidence=confidence, dispersion=phi)
    except RefusalError as refusal:
        return row | {"refusal": str(refusal)}
    return row | {
        **ends(result.count2, "from"),
        **ends(result.count1, "to"),
        **per_100(result),
        "above_one": result.ratio_lower > 1,
    }


def court_table(convicted: CountSeries, acquitted: CountSeries, pair: Pair) -> tuple[pd.DataFrame, list[Refusal]]:
    """Tabulate the convicted of all persons with a court outcome, the one real proportion among the steps.

    Given their sum the convicted are binomial, so the limits are those of Clopper and Pearson.
    """
    run = longest_run([convicted, acquitted], pair.first, pair.last)
    subject = f"{convicted.label} of those convicted or acquitted"
    if run is None:
        reason = f"0 years of {pair.first}-{pair.last} have {convicted.label} beside {acquitted.label}"
        return tidy([], STEPS), [Refusal(COURT, subject, reason, 0.0)]
    row: dict[str, Any] = {
        "step": COURT,
        "from_indicator": f"{convicted.indicator}+{acquitted.indicator}",
        "from_label": "persons with a court outcome",
        "to_indicator": convicted.indicator,
        "to_label": convicted.label,
        "kind": "whole",
        "first": run[0],
        "last": run[1],
    }
    try:
        yes, no = convicted.sum(*run), acquitted.sum(*run)
        phi = series_dispersion(convicted.values(*run), pair.borrow)
        odds = masked_ratio(yes, no, confidence=pair.confidence, dispersion=phi)
    except RefusalError as refusal:
        return tidy([row | {"refusal": str(refusal)}], STEPS), [Refusal.of(COURT, subject, refusal)]
    shares = {
        "per_100_min": odds.ratio_lower,
        "per_100_max": odds.ratio_upper,
        "exact_lower": odds.lower,
        "exact_upper": odds.upper,
        "widened_lower": odds.widened_lower,
        "widened_upper": odds.widened_upper,
    }
    row |= ends(CountRange(yes.lower + no.lower, yes.upper + no.upper), "from") | ends(yes, "to")
    row |= {name: 100.0 if math.isinf(value) else 100 * value / (1 + value) for name, value in shares.items()}
    return tidy([row], STEPS), []


def change_table(
    stages: Mapping[str, CountSeries | None], pair: Pair, looked_for: Mapping[str, Sequence[str]]
) -> tuple[pd.DataFrame, list[Refusal]]:
    """Split the change of the last stage between the halves of the run into the effect of each stage.

    Where a stage cannot take part it is left out, which merges it with the next one, and the refusal says so.

    Parameters
    ----------
    stages : mapping of stage to CountSeries or None
        In their order.
    pair : Pair
        Gives the run and its halves.
    looked_for : mapping of stage to sequence of str
        The indicators that could have stood for a stage, for the refusal.

    Returns
    -------
    pandas.DataFrame
        Columns `gap_analysis.columns.CHANGE`; empty if even the outer stages cannot be split.
    list of Refusal
        The stages left out, or why there is no split.
    """
    years = f"{pair.first}-{pair.last}"
    empty = tidy([], CHANGE)
    if pair.first == pair.last:
        return empty, [Refusal("change", years, f"1 year ({pair.first}) has no earlier and later half", 1.0)]
    early, late = (pair.first, pair.middle - 1), (pair.middle, pair.last)
    kept: dict[str, tuple[CountSeries, CountRange, CountRange]] = {}
    refusals = []
    order = list(stages)
    for stage, series in stages.items():
        outer = stage in (order[0], order[-1])
        try:
            if series is None:
                looked = ", ".join(looked_for.get(stage, ()))
                raise RefusalError(f"0 years of {years} have a figure for the stage {stage} (looked for {looked})")
            sums = series.sum(*early), series.sum(*late)
            zero = next((period for cell, period in zip(sums, (early, late), strict=True) if cell.upper == 0), None)
            if zero and stage != order[-1]:
                raise RefusalError(f"0 {series.label} in {zero[0]}-{zero[1]}, and the next stage is divided by it")
        except RefusalError as refusal:
            merged = "" if outer else f"; the stage {stage} is merged with the next"
            refusals.append(Refusal.of("change", stage, f"{refusal}{merged}"))
            if outer:
                return empty, refusals
        else:
            kept[stage] = (series, *sums)
    names = list(kept)
    try:
        split = split_change([k[1] for k in kept.values()], [k[2] for k in kept.values()], names)
    except RefusalError as refusal:
        return empty, [*refusals, Refusal.of("change", years, refusal)]
    chance = _by_chance(kept, names, pair, refusals)
    return _change_rows(kept, split, chance, early, late, order), refusals


def _by_chance(
    kept: Mapping[str, tuple[CountSeries, CountRange, CountRange]],
    names: list[str],
    pair: Pair,
    refusals: list[Refusal],
) -> tuple[Sequence[float], Sequence[float]]:
    """Limits of the effects if the counts were drawn anew, with the over-dispersion of the numerator."""
    none = [float("nan")] * len(names)
    if not all(cell.is_exact for _, early, late in kept.values() for cell in (early, late)):
        reason = "masked counts: the range of an effect is that of the masked cells, chance is not added"
        refusals.append(Refusal("change", "chance", reason, float("nan")))
        return none, none
    before = [int(early.lower) for _, early, _ in kept.values()]
    after = [int(late.lower) for _, _, late in kept.values()]
    try:
        low, high = bootstrap_split(
            before, after, names, dispersion=pair.phi[0], confidence=pair.confidence, draws=2000
        )
    except RefusalError as refusal:
        refusals.append(Refusal.of("change", "chance", refusal))
        return none, none
    return low.tolist(), high.tolist()


def _change_rows(
    kept: Mapping[str, tuple[CountSeries, CountRange, CountRange]],
    split: StageSplit,
    chance: tuple[Sequence[float], Sequence[float]],
    early: tuple[int, int],
    late: tuple[int, int],
    order: list[str],
) -> pd.DataFrame:
    percent = split.point.percent if split.point else [float("nan")] * len(kept)
    rows = []
    for k, (stage, (series, before, after)) in enumerate(kept.items()):
        since = order.index(list(kept)[k - 1]) + 1 if k else 0
        rows.append(
            {
                "stage": stage,
                "indicator": series.indicator,
                "label": series.label,
                "early_first": early[0],
                "early_last": early[1],
                "late_first": late[0],
                "late_last": late[1],
                **ends(before, "early"),
                **ends(after, "late"),
                "effect_min": split.lower[k],
                "effect_max": split.upper[k],
                "percent": percent[k],
                "chance_lower": chance[0][k],
                "chance_upper": chance[1][k],
                "sign_fixed": split.sign_fixed[k],
                "above_one": stage in split.above_one,
                "merged": ", ".join(order[since : order.index(stage)]),
            }
        )
    return tidy(rows, CHANGE)


def choose_stage(candidates: Sequence[CountSeries], start: int, end: int) -> CountSeries | None:
    """Return the series with figures for most years of a period, of equals the first; None if none has any.

    A year that only a rule bounds is no figure: someone must have counted the stage.
    """

    def years(series: CountSeries) -> int:
        return sum(year in series.counts and series.n_claims.get(year, 0) > 0 for year in range(start, end + 1))

    best = max(candidates, key=years, default=None)
    return best if best is not None and years(best) else None
