"""Sentences on a country beside its peers that a report computes from its results."""

from __future__ import annotations

import math
from typing import Any

from trafficking_stats.gap_analysis.result import GapResult
from trafficking_stats.gap_analysis.words import number, years
from trafficking_stats.inference.funnel import MIN_UNITS
from trafficking_stats.texts.gap import limits, rate_label, reason
from trafficking_stats.wording import counted, in_text, label_of, listed, span_words


def _compared(result: GapResult) -> list[dict[str, Any]]:
    return [
        {str(name): value for name, value in row.items()}
        for row in result.peers.to_dict("records")
        if not row["refusal"]
    ]


def headline(result: GapResult) -> dict[str, Any]:
    """Compute the headline of the page on peers.

    Parameters
    ----------
    result : GapResult
        Of `trafficking_stats.gap` with peers.

    Returns
    -------
    dict
        The arguments of `display.headline`.
    """
    name = in_text(result.country)
    start = name[:1].upper() + name[1:]
    rows = _compared(result)
    own = next((row for row in rows if row["own"]), None)
    others = [row for row in rows if not row["own"]]
    if own is None or not others:
        why = reason(result, "peers") or reason(result, "ratio") or "no peer has figures for the same years"
        return {
            "sentence": f"{start} cannot be set beside its peers for {years(result.start, result.end)}.",
            "interval": f"The reason: {why}.",
            "verdict": f"{counted(len(result.refusals), 'analysis', 'analyses')} refused; the reasons are below.",
            "robustness": "refused",
        }
    low, high = min(row["per_100_min"] for row in others), max(row["per_100_max"] for row in others)
    return {
        "sentence": f"{start} has {_rate(own)} {rate_label(result)} in {years(own['first'], own['last'])}; in "
        f"{counted(len(others), 'peer')} it is {limits(low, high)}.",
        "interval": f"95 % interval for {name}: {limits(own['widened_lower'], own['widened_upper'])}, since cases "
        f"come in batches; {limits(own['exact_lower'], own['exact_upper'])} if everybody had been convicted alone.",
        "verdict": _verdict(result),
        "robustness": "unsettled" if reason(result, "ranking") else "sensitive",
    }


def _rate(row: dict[str, Any]) -> str:
    return limits(row["per_100_min"], row["per_100_max"])


def _verdict(result: GapResult) -> str:
    settled = [
        row["name"]
        for row in result.counterfactual.to_dict("records")
        if not row["refusal"] and row["widened_verdict"] in ("above", "below") and row["peer"] != "pooled"
    ]
    apart = (
        f"Against {listed(settled)} the difference is larger than chance makes, also where cases come in batches"
        if settled
        else "Against no single peer is the difference larger than chance makes where cases come in batches"
    )
    return f"{apart}. {ranking_words(result)}"


def rates_caption(result: GapResult) -> str:
    """Write the caption of the figure of peers."""
    if not _compared(result):
        return "No country has a rate to show; the reasons are in the table of refusals."
    return (
        f"{rate_label(result).capitalize()} by country, in order of the alphabet and not of size, with the two counts. "
        "A hatched bar: what masked counts leave open. Years differ between countries; see the table."
    )


def rates_alt(result: GapResult) -> str:
    """Describe the figure of peers."""
    parts = [
        f"{row['name']} {_rate(row)} ({limits(row['widened_lower'], row['widened_upper'])})"
        for row in _compared(result)
    ]
    refused = [row["name"] for row in result.peers.to_dict("records") if row["refusal"]]
    text = f"{rate_label(result).capitalize()} with widened 95 % limits. {'; '.join(parts) or 'No country has a rate'}."
    return text + (f" Refused: {listed(refused)}." if refused else "")


def ranking_words(result: GapResult) -> str:
    """Say why the countries are not ranked."""
    if len(_compared(result)) < 2:
        return "There is nothing to set side by side."
    if not reason(result, "ranking"):
        return "All of them count victims alike, as far as is known; they are not ranked all the same."
    known = result.peers.loc[result.peers["refusal"] == "", "definition"].value_counts().sort_index()
    names = {"assessed": "formally assessed in", "presumed": "presumed in", "mixed": "now one and now the other in"}
    parts = [
        f"{names.get(str(name), 'of a definition not known here in')} {counted(int(n), 'country', 'countries')}"
        for name, n in known.items()
    ]
    return f"They are not ranked: victims are {listed(parts)}."


def counterfactual_words(result: GapResult) -> str:
    """Say what would have been expected at the rates of the peers that can be used."""
    rows = [row for row in result.counterfactual.to_dict("records") if not row["refusal"]]
    if not rows:
        why = reason(result, "counterfactual") or "no peer was named"
        return f"No number is given: {why}."
    single = [row for row in rows if row["peer"] != "pooled"]
    refused = len(result.counterfactual) - len(rows)
    text = ""
    if single:
        low, high = min(single, key=_expected_share), max(single, key=_expected_share)
        text = (
            f"Set against {counted(len(single), 'peer')} one by one, the {label_of(result.numerator)} of "
            f"{in_text(result.country)} are {_times(low)} times what the rate of {low['name']} would give in "
            f"{years(low['first'], low['last'])}, and {_times(high)} times what that of {high['name']} would give in "
            f"{years(high['first'], high['last'])}."
        )
    pooled = next((row for row in rows if row["peer"] == "pooled"), None)
    if pooled:
        text += (
            f" At the rate of {pooled['name']}, {limits(pooled['expected_min'], pooled['expected_max'])} would have "
            f"been expected in {years(pooled['first'], pooled['last'])}, where there were "
            f"{span_words(pooled['observed_lower'], pooled['observed_upper'])}."
        )
    return (text + (f" {counted(refused, 'comparison')} refused." if refused else "")).strip()


def _expected_share(row: dict[Any, Any]) -> tuple[float, str]:
    middle = (row["ratio_min"] + row["ratio_max"]) / 2
    return (middle if math.isfinite(middle) else math.inf, row["name"])


def _times(row: dict[Any, Any]) -> str:
    return (
        number(row["ratio_min"]) if row["ratio_min"] == row["ratio_max"] else limits(row["ratio_min"], row["ratio_max"])
    )


def funnel_caption(result: GapResult) -> str:
    """Write the caption of the funnel, or why there is none."""
    why = reason(result, "funnel")
    rows = _compared(result)
    if why or len(rows) < MIN_UNITS:
        return f"There is no funnel: {why or f'rates of {len(rows)} countries are too few'}."
    outside = [
        row["name"]
        for row in rows
        if row["per_100_min"] > row["funnel_upper_998"] or row["per_100_max"] < row["funnel_lower_998"]
    ]
    text = (
        f"{rate_label(result).capitalize()} by size of the country's count, {len(rows)} countries. "
        f"Outside the dotted lines: {listed(outside)}."
    )
    return (
        text + " Countries differ by definition far more than by chance, so a place outside is no verdict."
        if outside
        else text
    )
