"""The gap in words: the headline, and the sentences that other choices may or may not bear out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from trafficking_stats.errors import RefusalError
from trafficking_stats.gap_analysis.columns import SENTENCES, tidy
from trafficking_stats.gap_analysis.data import CountSeries, series_dispersion
from trafficking_stats.gap_analysis.multiverse import Universe, run, words
from trafficking_stats.gap_analysis.ratios import Pair, tipping_phi
from trafficking_stats.inference.masked import masked_ratio
from trafficking_stats.inference.specifications import Multiverse
from trafficking_stats.names import country_name

NOT_TESTED = "not tested"
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
    """Say in one sentence how wide the gap is, how sure that is, whether it changed, and what not to read into it.

    Parameters
    ----------
    pair : Pair
        Series and years.
    ratios, periods : pandas.DataFrame
        As `GapResult` holds them.
    robust : str
        Whether other choices agree on the direction of the change.

    Returns
    -------
    str
    """
    whole = ratios[ratios["kind"] == "whole"].iloc[0]
    who, victims, convicted = country_name(pair.numerator.country), pair.denominator.label, pair.numerator.label
    period, lag = years(pair.first, pair.last), int(whole["lag"])
    if whole["refusal"]:
        return f"{who} in {period}: no ratio of {convicted} to {victims} can be given, because {whole['refusal']}."
    above, below = (
        span(float(whole[f"{name}_lower"]), float(whole[f"{name}_upper"])) for name in ("numerator", "denominator")
    )
    earlier = f" of {years(pair.first - lag, pair.last - lag)}" if lag else ""
    level = f"{100 * pair.confidence:g}"
    one_for = span(whole["inverse_min"], whole["inverse_max"])
    inverse = (
        f", or one for every {one_for}" if math.isfinite(whole["inverse_max"]) and whole["inverse_min"] > 1 else ""
    )
    exact = span(whole["exact_lower"], whole["exact_upper"])
    parts = [
        f"{who} in {period}: {above} {convicted} stood against {below} {victims}{earlier}, "
        f"{span(whole['per_100_min'], whole['per_100_max'])} for every 100 ({level} % interval "
        f"{span(whole['widened_lower'], whole['widened_upper'])}, which allows for cases of several persons; {exact} "
        f"without that{_other_sources(whole)}){inverse}"
    ]
    if whole["above_one"]:
        parts.append(f"there were more {convicted} than {victims}, which two counts allow")
    parts += _change(periods, robust)
    parts += [
        f"the count of {series.label} changed in {change.year}, which was accepted"
        for series in (pair.numerator, pair.denominator)
        for change in series.accepted
        if pair.first < change.year <= pair.last
    ]
    parts.append(
        f"the {convicted} of a year are not those who harmed the victims of that year, so this sets two counts side by "
        "side and is no probability"
    )
    return "; ".join(parts) + "."


def _other_sources(whole: pd.Series) -> str:
    low, high = whole["sources_min"], whole["sources_max"]
    if not (low < whole["per_100_min"] or high > whole["per_100_max"]):
        return ""
    return f"; other choices of sources give {span(low, high)}"


def nothing_to_say(country: str, start: int, end: int, numerator: CountSeries, denominator: CountSeries) -> str:
    """Say that there is no ratio, and what is known instead."""
    known = [
        f"{sum(start <= year <= end for year in one.counts)} of {end - start + 1} years of {one.label}"
        for one in (numerator, denominator)
    ]
    return (
        f"{country_name(country)} in {years(start, end)}: no ratio of {numerator.label} to {denominator.label} can be "
        f"given: there are figures for {known[0]} and {known[1]}, and for no year of both."
    )


def _change(periods: pd.DataFrame, robust: str) -> list[str]:
    halves = periods[(periods["kind"] == "halves") & (periods["refusal"] == "")]
    if halves.empty:
        return []
    row = halves.iloc[0]
    early, late = (
        f"{span(row[f'{half}_per_100_min'], row[f'{half}_per_100_max'])} in "
        f"{years(row[f'{half}_first'], row[f'{half}_last'])}"
        for half in ("early", "late")
    )
    if row["widened_verdict"] in ("above", "below"):
        verb = "fell" if row["widened_verdict"] == "above" else "rose"
        return [f"the rate {verb} from {early} to {late}, {_borne_out(robust)}"]
    if row["widened_verdict"] == "undetermined":
        return [f"it was {early} and {late}, a difference that cases of several persons alone could make"]
    return [f"it was {early} and {late}, and whether that is a change depends on the masked cells"]


def _borne_out(robust: str) -> str:
    if robust == "holds in every specification":
        return "a direction that every other choice of sources, lag, years and unit bears out"
    if robust == "undetermined":
        return "a direction that other choices do not settle"
    return f"a direction that {robust}"


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


def sentence_table(universe: Universe, ratios: pd.DataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    """Tabulate plain statements with the share of choices under which they hold.

    The direction of each is that under the headline's own choice, or where masked cells leave it open there, that
    of most choices. ``shown`` says whether it is beyond chance under the headline's choice; that a statement holds
    under every choice says nothing about chance.
    """
    rows = []
    for statement in _statements(universe, ratios, periods):
        try:
            found = run(universe, statement.estimate, [statement.window], statement.axes)
        except RefusalError:
            continue
        if direction := _direction(universe, statement, found):
            rows.append(_row(statement, found, direction))
    return tidy(rows, SENTENCES)


def _direction(universe: Universe, statement: Statement, found: Multiverse) -> int:
    """Return 1 or -1, or 0 where nothing points anywhere."""
    home = {axis: values[0] for axis, values in universe.axes([statement.window]).items() if axis != "masked_cells"}
    own = {one.value > 0 for one in found.specifications if one.value and one.chose(**home)}
    if len(own) == 1:
        return 1 if own.pop() else -1
    signs = sum((value > 0) - (value < 0) for value in found.values)
    return (signs > 0) - (signs < 0)


def _row(statement: Statement, found: Multiverse, direction: int) -> dict[str, Any]:
    held = [one.value is not None and one.value * direction > 0 for one in found.specifications]
    methods: dict[Any, bool] = {}
    for one, holds in zip(found.specifications, held, strict=True):
        method = dict(one.choices)["method"]
        if one.value is not None:
            methods[method] = methods.get(method, True) and holds
    return {
        "claim": statement.claim,
        "sentence": statement.if_above if direction > 0 else statement.if_below,
        "holds": sum(held),
        "answered": len(found.values),
        "refused": found.refused,
        "methods_hold": sum(methods.values()),
        "methods": len(methods),
        "robust": words(found.robust(0.0)),
        "shown": statement.shown,
    }


def _statements(universe: Universe, ratios: pd.DataFrame, periods: pd.DataFrame) -> list[Statement]:
    pair = universe.pair
    who, victims, convicted = country_name(pair.numerator.country), pair.denominator.label, pair.numerator.label
    whole = (pair.first, pair.last)
    figures = ("method", "left_out", "masked_cells")
    found = [
        Statement(
            "level",
            whole,
            lambda **choice: 100 - universe.level(**choice),
            f"{who} in {years(*whole)}: more {victims} than {convicted}.",
            f"{who} in {years(*whole)}: more {convicted} than {victims}.",
            (*figures, "lag", "unit"),
            _beside_one(ratios[ratios["kind"] == "whole"].iloc[0]),
        )
    ]
    if pair.first < pair.middle <= pair.last:
        early, late = (pair.first, pair.middle - 1), (pair.middle, pair.last)
        when = f"from {years(*early)} to {years(*late)}"
        own = periods[periods["kind"] == "halves"]
        known = len(own) > 0 and own.iloc[0]["refusal"] == ""
        shown = _beyond(*own.iloc[0][["widened_verdict", "tipping_phi", "phi"]]) if known else NOT_TESTED
        found.append(
            Statement(
                "rate",
                (early, late),
                universe.change,
                f"{who}: {convicted} per 100 {victims} rose {when}.",
                f"{who}: {convicted} per 100 {victims} fell {when}.",
                (*figures, "lag", "unit"),
                shown,
            )
        )
        found += [
            Statement(
                claim,
                (early, late),
                partial(_yearly_change, universe, indicator),
                f"{who}: more {label} a year {when}.",
                f"{who}: fewer {label} a year {when}.",
                figures,
                _counts_shown(pair, series, early, late),
            )
            for claim, indicator, label, series in (
                ("numerator", pair.numerator.indicator, convicted, pair.numerator),
                ("denominator", pair.denominator.indicator, victims, pair.denominator),
            )
        ]
    found.append(
        Statement(
            "zeros",
            whole,
            partial(_zero_years, universe),
            f"{who} in {years(*whole)}: at least one year without any {convicted}.",
            f"{who} in {years(*whole)}: no year that is certain to be without any {convicted}.",
            figures,
        )
    )
    return found


def _beyond(verdict: str, tipping: float, phi: float) -> str:
    """Say whether a change is beyond chance, and how dispersed counts would have to be for chance to explain it."""
    if math.isnan(tipping):
        return SHOWN[verdict]
    at = "at no phi" if math.isinf(tipping) else f"from phi {number(tipping)} on"
    return f"{SHOWN[verdict]} with phi {number(phi)}; chance would explain it {at}"


def _yearly_change(universe: Universe, indicator: str, **choice: Any) -> float:
    """Late less early yearly mean of one indicator, masked cells at the ends that make it lowest or highest."""
    series = universe.series(choice["method"], choice["left_out"], indicator)
    early, late = ((series.sum(*part), part[1] - part[0] + 1) for part in choice["window"])
    if choice["masked_cells"] == "low":
        return late[0].lower / late[1] - early[0].upper / early[1]
    return late[0].upper / late[1] - early[0].lower / early[1]


def _zero_years(universe: Universe, **choice: Any) -> float:
    """1 if some year is 0, -1 if none is; at ``low`` masked cells hide as few zeros as they can."""
    series = universe.series(choice["method"], choice["left_out"], universe.pair.numerator.indicator)
    cells = series.values(*choice["window"])
    zero = any((cell.upper if choice["masked_cells"] == "low" else cell.lower) == 0 for cell in cells)
    return 1.0 if zero else -1.0


def _beside_one(whole: pd.Series) -> str:
    if whole["refusal"]:
        return NOT_TESTED
    if whole["widened_upper"] < 100 or whole["widened_lower"] > 100:
        return SHOWN["below"]
    masked = whole["per_100_min"] < 100 < whole["per_100_max"]
    return SHOWN["depends on the masked cells" if masked else "undetermined"]


def _counts_shown(pair: Pair, series: CountSeries, early: tuple[int, int], late: tuple[int, int]) -> str:
    """Say whether the yearly count of one series changed beyond chance."""
    counts = [series.values(*early), series.values(*late)]
    lengths = [len(part) for part in counts]
    phi = series_dispersion(counts[0] + counts[1], pair.borrow, [0] * lengths[0] + [1] * lengths[1])
    try:
        result = masked_ratio(
            series.sum(*early), series.sum(*late), *lengths, confidence=pair.confidence, dispersion=phi
        )
    except RefusalError:
        return NOT_TESTED
    return _beyond(result.widened_verdict, tipping_phi(result), phi.factor)
