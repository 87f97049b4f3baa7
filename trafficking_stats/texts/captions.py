"""What is written below the figures of the gap, and instead of them for who cannot see them."""

from __future__ import annotations

import pandas as pd

from trafficking_stats.gap_analysis.result import GapResult
from trafficking_stats.gap_analysis.words import number, span
from trafficking_stats.texts.gap import first_row, limits, rate_label, reason, whole, window_labels
from trafficking_stats.wording import counted, label_of


def ratios_alt(ratios: pd.DataFrame) -> str:
    """Describe a figure of rates."""
    parts = []
    for label, row in zip(window_labels(ratios), ratios.to_dict("records"), strict=True):
        if row["refusal"]:
            parts.append(f"{label}: refused")
            continue
        parts.append(
            f"{label}: {span(row['per_100_min'], row['per_100_max'])} per 100, exact limits "
            f"{span(row['exact_lower'], row['exact_upper'])}"
        )
    return (
        f"Rates below each other on a logarithmic axis. {'; '.join(parts)}." if parts else "There is no rate to show."
    )


def curve_caption(result: GapResult, question: str = "level") -> str:
    """Say what the curve of choices shows, how far sources left out move it, and which choice moves it most."""
    table = result.multiverse.specifications
    summary = result.multiverse.summary
    row = first_row(summary, question=question) if len(summary) else None
    if row is None:
        return "No set of choices has an answer."
    own = table[(table["question"] == question) & (table["refusal"] == "")]
    drawn = own[own["left_out"] == "nothing"]
    text = (
        f"The rate of the whole period and of its halves under {counted(len(drawn), 'set')} of choices; with sources "
        f"left out {row['answered']:,} of {row['specifications']:,} have an answer, from {number(row['minimum'])} to "
        f"{number(row['maximum'])} per 100."
    )
    if row["moves_share"] > 0:
        text += (
            f" The choice of {row['moves_most']} moves it most: alone it accounts for "
            f"{round(100 * row['moves_share'])} % of the spread."
        )
    return text + " These are choices, not a sample: there is no p value over them."


def ratios_caption(result: GapResult) -> str:
    """Write the caption of the figure of rates."""
    if whole(result) is None:
        return "There is no rate to show; the reasons are in the table of refusals."
    return (
        f"{rate_label(result).capitalize()}, pooled over the years on the left, on a logarithmic axis. An arrow: the "
        "rate may be 0. A hatched bar: what masked counts leave open. Beside each rate the two counts."
    )


def trend_data(result: GapResult, series: pd.DataFrame, indicator: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the counts of an indicator, and the line fitted to them, for `plots.gap.trend`."""
    fitted = result.fitted[(result.fitted["indicator"] == indicator) & (result.fitted["series"] != "rate")]
    return series[series["indicator"] == indicator], fitted


def trend_caption(result: GapResult, indicator: str) -> str:
    """Write the caption of a figure of a trend."""
    label = label_of(indicator)
    rows = result.trend[(result.trend["indicator"] == indicator) & (result.trend["series"] != "rate")]
    if rows.empty or rows["refusal"].iloc[0]:
        return f"{label.capitalize()} a year; no line is fitted."
    row = rows.iloc[0]
    return (
        f"{label.capitalize()} a year with a quasi-Poisson trend and its 95 % band, phi "
        f"{limits(row['phi_min'], row['phi_max'])}."
        + (" Two lines: masked counts at either end." if row["masked"] else "")
    )


def change_caption(result: GapResult) -> str:
    """Write the caption of the waterfall."""
    if result.change.empty:
        return "The change was not split into stages; the reasons are in the table of refusals."
    return (
        "Effect of each stage on the change, in persons: blue adds, brown takes away. Hatched: the sign is open, or "
        "the size beyond what is certain."
        + (" Lines: 95 % limits if the counts were drawn anew." if result.change["chance_lower"].notna().any() else "")
    )


def breaks_caption(result: GapResult) -> str:
    """Write the caption of the figure of break years."""
    if result.break_years.empty:
        return f"No step is fitted to {label_of(result.numerator)}: {reason(result, 'break years')}."
    return (
        f"Level of {label_of(result.numerator)} after each year by the level before, trend taken out, with 95 % "
        "limits. A diamond: a year in which law or policy changed. Neighbouring years share most of their data."
    )


def breaks_alt(result: GapResult) -> str:
    """Describe the figure of break years."""
    rows = [row for row in result.break_years.to_dict("records") if not row["refusal"]]
    if not rows:
        return breaks_caption(result)
    parts = [
        f"{row['year']}: times {number(row['step'])} ({limits(row['lower'], row['upper'])})"
        + (f", {row['policy_date']}" if row["policy_date"] else "")
        for row in rows
    ]
    return f"Step of the level at each year. {'; '.join(parts)}."
