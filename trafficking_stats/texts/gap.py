"""Sentences on the gap that a report computes from its results."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from trafficking_stats.gap_analysis.result import GapResult
from trafficking_stats.gap_analysis.words import number, span, years
from trafficking_stats.names import country_name
from trafficking_stats.reporting.display import explain_link
from trafficking_stats.reporting.focus import Cell
from trafficking_stats.wording import (
    brief,
    counted,
    in_text,
    label_of,
    listed,
    span_signed,
    span_words,
    year_list,
    years_known,
)

_ROBUST = {"holds in every specification": "robust", "undetermined": "unsettled"}


def first_row(table: pd.DataFrame, **wanted: Any) -> dict[str, Any] | None:
    """Return the first row with these values that was not refused."""
    rows = table[table["refusal"] == ""] if "refusal" in table else table
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    return None if rows.empty else {str(name): value for name, value in rows.iloc[0].to_dict().items()}


def whole(result: GapResult) -> dict[str, Any] | None:
    """Return the ratio of the whole run at the first lag; None if it was refused."""
    return first_row(result.ratios, kind="whole", lag=result.lags[0]) if len(result.ratios) else None


def headline(result: GapResult) -> dict[str, Any]:
    """Compute the headline of the page on the gap.

    Parameters
    ----------
    result : GapResult
        Of `trafficking_stats.gap`.

    Returns
    -------
    dict
        The arguments of `display.headline`.
    """
    row = whole(result)
    if row is None:
        return {
            "sentence": brief(result.headline) if result.stages["lower"].notna().any() else _nothing_known(result),
            "interval": "There is no ratio, so there are no limits.",
            "verdict": f"{counted(len(result.refusals), 'analysis', 'analyses')} refused; the reasons are below.",
            "robustness": "refused",
        }
    return {
        "sentence": _sentence(result, row),
        "interval": _interval(result, row),
        "verdict": _verdict(result, row),
        "robustness": _ROBUST.get(result.robust, "sensitive"),
    }


def _nothing_known(result: GapResult) -> str:
    return (
        f"{country_name(result.country)}, {years(result.start, result.end)}: no source has a yearly figure on "
        f"{label_of(result.denominator)} or {label_of(result.numerator)}, so no gap can be given."
    )


def _sentence(result: GapResult, row: dict[str, Any]) -> Markup:
    """Say how many of both there were, each count a link to the years it is the sum of."""
    events, exposed = label_of(result.numerator), label_of(result.denominator)
    above = span(float(row["denominator_lower"]), float(row["denominator_upper"]))
    below = span(float(row["numerator_lower"]), float(row["numerator_upper"]))
    by_year = Markup('<a class="explain" href="#how-many-were-identified">{}</a>')
    victims, convicted = by_year.format(f"{above} {exposed}"), by_year.format(f"{below} {events}")
    start = Markup("{}, {}: {} and").format(country_name(result.country), years(row["first"], row["last"]), victims)
    if row["numerator_upper"] == 0:
        return Markup("{} no {}.").format(start, events)
    if row["above_one"]:
        rate = span(row["per_100_min"], row["per_100_max"])
        return Markup("{} {}, {} for every 100.").format(start, convicted, rate)
    inverse = span(row["inverse_min"], row["inverse_max"])
    return Markup("{} {}: one for every {}.{}").format(start, convicted, inverse, _direction(result))


def identified(result: GapResult, series: pd.DataFrame, explained: Collection[Cell] = ()) -> Markup:
    """Say how many were identified over the years shown, and in which year most and fewest.

    Parameters
    ----------
    result : GapResult
        Names country and indicator.
    series : pandas.DataFrame
        Rows of `Reconciliation.series` of the country, totals of the years shown.
    explained : collection of Cell
        Figures to link to their explanation.

    Returns
    -------
    markupsafe.Markup
        Fewest and most only where no masked figure could be fewer or more.
    """
    label, name = label_of(result.denominator), in_text(result.country)
    rows = years_known(series[series["indicator"] == result.denominator])
    if rows.empty:
        return Markup("No source has a yearly figure on {} in {} for these years.").format(label, name)
    known = [int(year) for year in rows["year"]]
    total = span_words(int(rows["lower"].sum()), pd.NA if rows["upper"].isna().any() else int(rows["upper"].sum()))
    text = Markup("In {}, {} {} are on record for {}").format(name, total, label, year_list(known))
    extremes = _extremes(rows)
    if len(rows) > 2 and extremes:
        parts = []
        for word, year, count in extremes:
            cell = Cell(result.denominator, year, "")
            shown: object = f"{count:,}"
            shown = explain_link(result.country, cell.indicator, year, shown) if cell in explained else shown
            parts.append(Markup("{} in {} ({})").format(word, year, shown))
        text += Markup(", ") + Markup(" and ").join(parts)
    gaps = sorted(set(range(min(known), max(known) + 1)) - set(known))
    return text + (f"; for {year_list(gaps)} no source has a figure." if gaps else ".")


def _extremes(rows: pd.DataFrame) -> list[tuple[str, int, int]]:
    """Return the years of the highest and the lowest count, as far as they are certain."""
    lower, upper = rows["lower"].to_numpy(float), rows["upper"].astype("Float64").fillna(math.inf).to_numpy(float)
    found = []
    for word, place in (("most of them", int(lower.argmax())), ("fewest", int(upper.argmin()))):
        rest = [k for k in range(len(rows)) if k != place]
        certain = upper[rest].max() < lower[place] if word != "fewest" else lower[rest].min() > upper[place]
        if certain and lower[place] == upper[place]:
            found.append((word, int(rows["year"].iloc[place]), int(lower[place])))
    return found


def _direction(result: GapResult) -> str:
    halves = first_row(result.periods, kind="halves")
    if halves is None or halves["widened_verdict"] not in ("above", "below"):
        return ""
    early = span(halves["early_per_100_min"], halves["early_per_100_max"])
    late = span(halves["late_per_100_min"], halves["late_per_100_max"])
    went = "fell" if halves["widened_verdict"] == "above" else "rose"
    return (
        f" Per 100 it {went} from {early} in {years(halves['early_first'], halves['early_last'])} to {late} in "
        f"{years(halves['late_first'], halves['late_last'])}."
    )


def _interval(result: GapResult, row: dict[str, Any]) -> str:
    level = round(100 * result.confidence)
    phi = f"phi {number(row['phi_numerator'])}{', borrowed' if row['phi_borrowed'] else ''}"
    per_100 = row["above_one"] or row["numerator_upper"] == 0
    kind = "" if per_100 else "inverse_"
    exact = span(row[f"{kind}exact_lower"], row[f"{kind}exact_upper"])
    widened = span(row[f"{kind}widened_lower"], row[f"{kind}widened_upper"])
    unit = f"{widened} for every 100" if per_100 else f"one for every {widened}"
    return (
        f"{level} % interval: {unit}, since cases come in batches ({phi}); {exact} if everybody had been convicted "
        "alone."
    )


def _verdict(result: GapResult, row: dict[str, Any]) -> str:
    rate = first_row(result.sentences, claim="rate")
    if result.robust.startswith("depends"):
        parts = [f"The direction of the change {result.robust}."]
    elif rate is None:
        parts = ["Whether the rate changed cannot be said."]
    elif result.robust == "undetermined":
        parts = ["The direction of the change is not settled: other methods, sources, lags or years reverse it."]
    else:
        sets = counted(rate["answered"], "set")
        parts = [
            f"The direction of the change is the same in all {sets} of choices of method, sources, lag and years that "
            "give an answer."
        ]
    low, high = row["sources_min"], row["sources_max"]
    if math.isfinite(low) and (low < row["per_100_min"] or high > row["per_100_max"]):
        inverse = span(100 / high if high else math.inf, 100 / low if low else math.inf)
        if inverse != span(row["inverse_min"], row["inverse_max"]):
            parts.append(f"Another choice of sources alone makes it one for every {inverse}.")
    return " ".join(parts)


def window_labels(ratios: pd.DataFrame) -> list[str]:
    """Name rows of ratios by their years and lag.

    Examples
    --------
    >>> window_labels(pd.DataFrame({"first": [2014, 2014], "last": [2021, 2016], "lag": [1, 0]}))
    ['2014–2021, lag 1', '2014–2016']
    """
    return [
        years(int(first), int(last)) + (f", lag {lag}" if lag else "")
        for first, last, lag in zip(ratios["first"], ratios["last"], ratios["lag"], strict=True)
    ]


def shown_ratios(result: GapResult) -> pd.DataFrame:
    """Return the rows worth drawing: the whole run at every lag, and the windows at the first."""
    ratios = result.ratios
    own = ratios["lag"] == result.lags[0]
    return ratios[ratios["kind"].isin(["whole", "common"]) | ((ratios["kind"] == "window") & own)]


def change_words(result: GapResult) -> str:
    """Say where on the way the change came about."""
    rows = result.change.to_dict("records")
    if not rows:
        reasons = result.refusals.loc[result.refusals["analysis"] == "change", "reason"]
        return "The change was not split into stages" + (f": {brief(reasons.iloc[-1])}." if len(reasons) else ".")
    last = rows[-1]
    total = (
        span(float(last["early_lower"]), float(last["early_upper"])),
        span(float(last["late_lower"]), float(last["late_upper"])),
    )
    parts = [f"{row['stage']} {_signed(row)}" for row in rows]
    merged = [row for row in rows if row["merged"]]
    above = [row["stage"] for row in rows if row["above_one"]]
    text = (
        f"{last['label'][:1].upper()}{last['label'][1:]} went from {total[0]} in "
        f"{years(last['early_first'], last['early_last'])} to {total[1]} in "
        f"{years(last['late_first'], last['late_last'])}. Split over the stages in every order and averaged, the "
        f"effects in persons are: {listed(parts)}."
    )
    if merged:
        stages = listed(row["merged"] for row in merged)
        text += f" The stage {stages} could not take part; its effect is within that of the next one."
    if above:
        text += (
            f" At {listed(above)} more persons were counted than at the stage before: the stages of a year are not the "
            "same persons."
        )
    chance = result.refusals[(result.refusals["analysis"] == "change") & (result.refusals["subject"] == "chance")]
    if len(chance):
        text += f" How far chance alone moves them is not given: {chance['reason'].iloc[0]}."
    return text


def _signed(row: Mapping[Any, Any]) -> str:
    return span_signed(row["effect_min"], row["effect_max"]) + ("" if row["sign_fixed"] else " (sign open)")


def spells_words(result: GapResult) -> str:
    """Say how long there was no event, and what that can mean."""
    events = label_of(result.numerator)
    rows = result.spells.to_dict("records")
    counted_years = result.stages[(result.stages["indicator"] == result.numerator) & result.stages["lower"].notna()]
    if counted_years.empty:
        return f"No source has a yearly figure on {events} for {years(result.start, result.end)}."
    if not rows:
        return f"No year of {result.start}–{result.end} is without any {events}, as far as figures go."
    parts = []
    for row in rows:
        when = years(row["first"], row["last"])
        sure = "there were no" if row["certain"] else "there may have been no"
        text = f"In {when} {sure} {events}"
        if math.isfinite(row["limit_per_100"]):
            text += (
                f"; the rate was then below {number(row['limit_per_100'])} per 100 with 95 % confidence "
                f"({number(row['limit_per_100_widened'])} if cases come in batches)"
            )
        if math.isfinite(row["probability_widened"]):
            text += (
                f". At the mean of the years before, {span(row['expected_min'], row['expected_max'])} would have been "
                f"expected, and so long a silence has a probability of {_probability(row['probability'])}, or "
                f"{_probability(row['probability_widened'])} with phi {number(row['phi'])}"
                f"{' (borrowed)' if row['phi_borrowed'] else ''}"
            )
        parts.append(text + ".")
    return " ".join(parts)


def _probability(value: float) -> str:
    return f"{value:.2g}" if value >= 0.0001 else "less than 0.0001"


def trend_words(result: GapResult) -> str:
    """Say what the trends are, or why there are none."""
    parts = []
    for row in result.trend.to_dict("records"):
        label = f"{row['label'][:1].upper()}{row['label'][1:]}"
        if row["refusal"]:
            continue
        slope = span_signed(row["percent_min"], row["percent_max"])
        limits = span_signed(row["lower"], row["upper"])
        verdict = {"above": "a rise", "below": "a fall"}.get(row["verdict"], "compatible with no change")
        few = "; too few years to test, a description only" if row["describe_only"] else f": {verdict}"
        parts.append(
            f"{label}, {row['first']}–{row['last']}: {slope} % a year (95 % interval {limits}, phi "
            f"{span(row['phi_min'], row['phi_max'])}){few}."
        )
    without = [row for row in result.trend.to_dict("records") if row["refusal"]]
    if without:
        parts.append(f"No trend is fitted to {listed(row['label'] for row in without)}: {_reasons(without)}.")
    return " ".join(parts) or "There are no years to fit a trend to."


def _reasons(refused: list[dict[Any, Any]]) -> str:
    """Join reasons, each once."""
    return "; ".join(dict.fromkeys(brief(str(row["refusal"])) for row in refused))


def limits(low: float, high: float) -> str:
    """Write limits as far as they say anything: nothing below 0.01 or above 1,000.

    Examples
    --------
    >>> limits(3.685, 7.347), limits(2e-9, 9.9), limits(4e-8, 159908.0), limits(3.2, math.inf), limits(0.0, math.inf)
    ('3.7 to 7.3', 'below 0.01 to 9.9', 'below 0.01 to above 1,000', '3.2 or more', 'anything')
    """
    if math.isinf(high):
        return "without limit" if math.isinf(low) else f"{number(low)} or more" if low > 0 else "anything"
    first = "below 0.01" if 0 < low < 0.01 else number(low)
    last = "above 1,000" if high > 1000 else number(high)
    return first if first == last else f"{first} to {last}"


def coverage_words(result: GapResult) -> str:
    """Say which years are pooled, and which of the period asked for are not."""
    if not result.first:
        return f"No year of {result.start}–{result.end} has a figure for both stages."
    missing = [y for y in range(result.start, result.end + 1) if not result.first <= y <= result.last]
    text = f"The years {years(result.first, result.last)} are pooled"
    if missing:
        text += (
            f"; {year_list(missing)} {'is' if len(missing) == 1 else 'are'} not, for want of a figure or comparability"
        )
    for row in result.breaks.to_dict("records"):
        text += f". {row['year']} begins another count of {label_of(row['indicator'])} ({row['reason']})"
        text += ", which was accepted" if row["accepted"] else "; nothing is added across it"
    return text + "."


def rate_label(result: GapResult) -> str:
    """Name the rate as an axis does."""
    return f"{label_of(result.numerator)} per 100 {label_of(result.denominator)}"


def reason(result: GapResult, analysis: str) -> str:
    """Return why an analysis was refused; empty if it was not."""
    found = result.refusals.loc[result.refusals["analysis"] == analysis, "reason"]
    return brief(str(found.iloc[0])) if len(found) else ""


def phi_words(result: GapResult) -> str:
    """Say by how much the limits were widened, and where that comes from."""
    if result.phi is None:
        return "There is no ratio."
    parts = [
        f"phi {number(phi.factor)} of {label_of(name)}" + (", borrowed for want of 8 years" if phi.borrowed else "")
        for phi, name in zip(result.phi, (result.numerator, result.denominator), strict=True)
    ]
    return (
        f"Exact limits hold for counts without over-dispersion; the widened ones for {listed(parts)}. Over sources: "
        "the range of the rate under other methods and without single sources."
    )


def period_words(result: GapResult) -> str:
    """Say how the rate of the later half compares with that of the earlier one."""
    row = first_row(result.periods, kind="halves")
    if row is None:
        return "The earlier and the later half of the period cannot be compared" + (
            f": {brief(str(result.periods['refusal'].iloc[0]))}." if len(result.periods) else "."
        )
    if row["ratio_min"] == 0 and math.isinf(row["ratio_max"]):
        return "Masked counts leave open whether the rate rose or fell between the halves of the period."
    early, late = (years(row[f"{half}_first"], row[f"{half}_last"]) for half in ("early", "late"))
    rates = [limits(row[f"{half}_per_100_min"], row[f"{half}_per_100_max"]) for half in ("early", "late")]
    verdict = {
        "above": "a fall larger than chance makes, also where cases come in batches",
        "below": "a rise larger than chance makes, also where cases come in batches",
        "undetermined": "a difference that chance can make where cases come in batches",
    }.get(row["widened_verdict"], "what that means depends on the masked counts")
    return (
        f"{rate_label(result).capitalize()}: {rates[0]} in {early}, {rates[1]} in {late}. The earlier rate is "
        f"{limits(row['ratio_min'], row['ratio_max'])} times the later one (95 % interval "
        f"{limits(row['exact_lower'], row['exact_upper'])}; widened for phi {number(row['phi'])}"
        f"{' (borrowed)' if row['phi_borrowed'] else ''}: {limits(row['widened_lower'], row['widened_upper'])}): "
        f"{verdict}."
    )
