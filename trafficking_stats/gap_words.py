"""The gap in words: the headline, and the sentences that other choices may or may not bear out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from trafficking_stats.errors import RefusalError
from trafficking_stats.gap_data import CountSeries
from trafficking_stats.gap_ratios import Pair
from trafficking_stats.gap_tables import SENTENCES, tidy
from trafficking_stats.multiverse import Universe, log_ratio, run, words
from trafficking_stats.names import country_name
from trafficking_stats.specifications import Multiverse

SHOWN = {
    "above": "beyond chance after widening",
    "below": "beyond chance after widening",
    "undetermined": "within chance after widening",
    "depends on the masked cells": "depends on the masked cells",
}


def number(value: float) -> str:
    """Write a number for readers: separators, two or three figures, words at the ends.

    Examples
    --------
    >>> number(18.9459), number(5.278), number(0.3145), number(1212.98), number(float("inf")), number(701.0)
    ('18.9', '5.3', '0.31', '1,213', 'without limit', '701')
    """
    if math.isinf(value):
        return "without limit"
    if value == round(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) < 0.01:
        return f"{value:.1g}"
    return f"{value:.2f}" if abs(value) < 1 else f"{value:.1f}"


def span(low: float, high: float) -> str:
    """Write a range, or the one number both ends are.

    Examples
    --------
    >>> span(5.7, 8.0), span(37, 37), span(1.9, float("inf"))
    ('5.7 to 8', '37', '1.9 or more')
    """
    first, last = number(low), number(high)
    if math.isinf(high) and not math.isinf(low):
        return f"{first} or more"
    return first if first == last else f"{first} to {last}"


def years(first: int, last: int) -> str:
    """Write a period.

    Examples
    --------
    >>> years(2014, 2021), years(2014, 2014)
    ('2014–2021', '2014')
    """
    return f"{first}–{last}" if first != last else f"{first}"


def headline(pair: Pair, ratios: pd.DataFrame, periods: pd.DataFrame, robust: str) -> str:
    """Say in one sentence how wide the gap is, how sure that is, whether it changed, and what not to read into it."""
    whole = ratios[(ratios["kind"] == "whole")].iloc[0]
    who, victims, convicted = country_name(pair.numerator.country), pair.denominator.label, pair.numerator.label
    period = years(pair.first, pair.last)
    counts = {
        name: span(float(whole[f"{name}_lower"]), float(whole[f"{name}_upper"])) if whole["refusal"] == "" else ""
        for name in ("numerator", "denominator")
    }
    if whole["refusal"]:
        return f"{who}, {period}: no ratio of {convicted} to {victims} can be given, because {whole['refusal']}."
    level = round(100 * pair.confidence)
    parts = [
        f"In {who}, {counts['denominator']} {victims} stand beside {counts['numerator']} {convicted} in {period}: "
        f"{span(whole['per_100_min'], whole['per_100_max'])} for every 100 ({level} % interval "
        f"{span(whole['exact_lower'], whole['exact_upper'])} if every person were convicted on their own, "
        f"{span(whole['widened_lower'], whole['widened_upper'])} with phi {number(whole['phi_numerator'])}"
        f"{' (borrowed)' if pair.phi[0].borrowed else ''} because cases come in batches)"
    ]
    if whole["sources_min"] < whole["per_100_min"] or whole["sources_max"] > whole["per_100_max"]:
        parts.append(f"another choice of sources alone gives {span(whole['sources_min'], whole['sources_max'])}")
    parts += _change(periods, robust)
    parts.append(
        f"the {convicted} of a year are not those who harmed the victims of that year, so this compares two counts "
        "and is no probability"
    )
    return "; ".join(parts) + "."


def nothing_to_say(country: str, start: int, end: int, numerator: CountSeries, denominator: CountSeries) -> str:
    """Say that there is no ratio, and what is known instead."""
    known = [
        f"{sum(start <= year <= end for year in one.counts)} of {end - start + 1} years of {one.label}"
        for one in (numerator, denominator)
    ]
    return (
        f"In {country_name(country)}, no ratio of {numerator.label} to {denominator.label} can be given for "
        f"{years(start, end)}: there are figures for {known[0]} and {known[1]}, and for no year of both."
    )


def _change(periods: pd.DataFrame, robust: str) -> list[str]:
    halves = periods[(periods["kind"] == "halves") & (periods["refusal"] == "")]
    if halves.empty:
        return []
    row = halves.iloc[0]
    early = (
        f"{span(row['early_per_100_min'], row['early_per_100_max'])} in {years(row['early_first'], row['early_last'])}"
    )
    late = f"{span(row['late_per_100_min'], row['late_per_100_max'])} in {years(row['late_first'], row['late_last'])}"
    holds = {
        "holds in every specification": "which every other choice of sources, lag and years bears out",
        "undetermined": "a direction that other choices do not settle",
    }.get(robust, f"which {robust}")
    if row["widened_verdict"] in ("above", "below"):
        verb = "fell" if row["widened_verdict"] == "above" else "rose"
        return [f"the rate {verb} from {early} to {late}, {holds}"]
    if row["widened_verdict"] == "undetermined":
        return [f"it was {early} and {late}, a difference that batches of cases alone could make"]
    return [f"it was {early} and {late}, and whether that is a change depends on the masked cells"]


@dataclass(frozen=True)
class Statement:
    """A plain statement whose truth under a choice is the sign of a number.

    Parameters
    ----------
    claim : str
        A short name.
    window : tuple
        The years it is about, as an estimate of `Universe` takes them.
    estimate : callable
        Gives the number under one choice.
    if_above, if_below : str
        The sentence if the number is above, or below, 0.
    axes : tuple of str
        The choices that can move it.
    shown : str
        Whether it is beyond chance under the headline's choice.
    """

    claim: str
    window: tuple[Any, ...]
    estimate: Callable[..., float]
    if_above: str
    if_below: str
    axes: tuple[str, ...]
    shown: str = "a count, not tested"


def sentence_table(universe: Universe, periods: pd.DataFrame) -> pd.DataFrame:
    """Tabulate plain statements with the share of choices under which they hold.

    The direction of each is that under the headline's own choice. ``shown`` says whether it is beyond chance
    there; that it holds under every choice says nothing about chance.
    """
    rows = []
    for statement in _statements(universe, periods):
        home = {axis: values[0] for axis, values in universe.axes([statement.window]).items()}
        try:
            own = statement.estimate(**home)
            found = run(universe, statement.estimate, [statement.window], statement.axes)
        except RefusalError:
            continue
        if own == 0 or math.isnan(own):
            continue
        rows.append(_row(statement, found, own))
    return tidy(rows, SENTENCES)


def _row(statement: Statement, found: Multiverse, own: float) -> dict[str, Any]:
    held = [one.value is not None and one.value * own > 0 for one in found.specifications]
    policies: dict[Any, bool] = {}
    for one, holds in zip(found.specifications, held, strict=True):
        policy = dict(one.choices)["policy"]
        if one.value is not None:
            policies[policy] = policies.get(policy, True) and holds
    return {
        "claim": statement.claim,
        "sentence": statement.if_above if own > 0 else statement.if_below,
        "holds": sum(held),
        "answered": len(found.values),
        "refused": found.refused,
        "policies_hold": sum(policies.values()),
        "policies": len(policies),
        "robust": words(found.robust(0.0)),
        "shown": statement.shown,
    }


def _statements(universe: Universe, periods: pd.DataFrame) -> list[Statement]:
    pair = universe.pair
    who, victims, convicted = country_name(pair.numerator.country), pair.denominator.label, pair.numerator.label
    whole = (pair.first, pair.last)
    figures = ("policy", "left_out", "masked_cells")
    found = [
        Statement(
            "level",
            whole,
            lambda **choice: -math.log(max(universe.level(**choice), 1e-9) / 100),
            f"More {victims} than {convicted} in {who} in {years(*whole)}.",
            f"More {convicted} than {victims} in {who} in {years(*whole)}.",
            (*figures, "lag", "unit"),
        )
    ]
    if pair.first < pair.middle <= pair.last:
        early, late = (pair.first, pair.middle - 1), (pair.middle, pair.last)
        when = f"from {years(*early)} to {years(*late)}"
        own = periods[periods["kind"] == "halves"]
        shown = SHOWN.get(own.iloc[0]["widened_verdict"], "not tested") if len(own) else "not tested"
        found.append(
            Statement(
                "rate",
                (early, late),
                universe.change,
                f"{capital(convicted)} per 100 {victims} fell in {who} {when}.",
                f"{capital(convicted)} per 100 {victims} rose in {who} {when}.",
                (*figures, "lag", "unit"),
                shown,
            )
        )
        found += [
            Statement(
                claim,
                (early, late),
                partial(_yearly_change, universe, indicator),
                f"Fewer {label} a year in {who} {when}.",
                f"More {label} a year in {who} {when}.",
                figures,
            )
            for claim, indicator, label in (
                ("numerator", pair.numerator.indicator, convicted),
                ("denominator", pair.denominator.indicator, victims),
            )
        ]
    found.append(
        Statement(
            "zeros",
            whole,
            partial(_zero_years, universe),
            f"At least one year without any {convicted} in {who} in {years(*whole)}.",
            f"No year is certain to be without any {convicted} in {who} in {years(*whole)}.",
            figures,
        )
    )
    return found


def _yearly_change(universe: Universe, indicator: str, **choice: Any) -> float:
    """Logarithm of the early by the late yearly mean of one indicator, masked cells at either end."""
    series = universe.series(choice["policy"], choice["left_out"], indicator)
    before, after = ((series.sum(*span), span[1] - span[0] + 1) for span in choice["window"])
    low = choice["masked_cells"] == "low"
    first = (before[0].lower if low else before[0].upper) / before[1]
    last = (after[0].upper if low else after[0].lower) / after[1]
    return 0.0 if first == last else log_ratio(first, last)


def _zero_years(universe: Universe, **choice: Any) -> float:
    """1 if some year is 0, with masked cells at either end; -1 if none is."""
    series = universe.series(choice["policy"], choice["left_out"], universe.pair.numerator.indicator)
    cells = series.values(*choice["window"])
    # at their high ends masked cells hide as few zeros as they can
    zero = any((cell.lower if choice["masked_cells"] == "low" else cell.upper) == 0 for cell in cells)
    return 1.0 if zero else -1.0


def capital(text: str) -> str:
    """Return a text with a capital first letter."""
    return text[:1].upper() + text[1:]
