"""Figures of disagreement: every claim beside the series, and what another choice would make of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from trafficking_stats.intervals import period_kind
from trafficking_stats.plot_style import (
    ALERT,
    INK,
    LINE,
    PAPER,
    SOFT,
    TIER_MARKERS,
    axes,
    marker_key,
    number,
    records,
    say,
    theme,
    wrap,
    year_ticks,
)
from trafficking_stats.plots import years_known
from trafficking_stats.policies import DEFAULT
from trafficking_stats.series import figure
from trafficking_stats.specifications import Multiverse
from trafficking_stats.vocabulary import Vocabulary, load_vocabulary


def source_strip(
    claims: pd.DataFrame,
    series: pd.DataFrame | None = None,
    ax: Axes | None = None,
    *,
    vocabulary: Vocabulary | None = None,
) -> Axes:
    """Draw every claim about a year: kept ones filled, rejected ones open, side by side by the rank of the source.

    Parameters
    ----------
    claims : pandas.DataFrame
        Rows of `Reconciliation.claims` of one country, indicator and breakdown; those about other periods than
        one calendar year are left out.
    series : pandas.DataFrame, optional
        Rows of `Reconciliation.series` of the same, drawn as a step behind the claims.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.
    vocabulary : Vocabulary, optional
        Gives tiers and the unit.

    Returns
    -------
    matplotlib.axes.Axes
        With a sentence instead where no claim is about one calendar year.
    """
    vocabulary = vocabulary or load_vocabulary()
    annual = [period_kind(a, b) == "year" for a, b in zip(claims["period_start"], claims["period_end"], strict=True)]
    rows = claims[np.array(annual, dtype=bool)].dropna(subset=["lower"])
    with theme():
        ax = axes(ax, 3.2)
        if rows.empty:
            return say(ax, "no source has a figure for a single calendar year")
        rows = rows.assign(year=rows["period_end"].str[:4].astype(int))
        first, last = int(rows["year"].min()), int(rows["year"].max())
        if series is not None:
            _steps(ax, years_known(series[series["year"].between(first, last)]))
        tiers = [tier for tier in vocabulary.tiers if tier in set(rows["tier"])]
        places = dict(zip(tiers, _dodge(len(tiers), 0.62), strict=True))
        marks = rows.sort_values("claim_id").drop_duplicates(["year", "tier", "lower", "upper", "accepted"])
        for mark in records(marks):
            _claim(ax, mark["year"] + places[mark["tier"]], mark, TIER_MARKERS[mark["tier"]])
        _label_rejected(ax, marks, vocabulary)
        known = vocabulary.indicators.get(str(rows["indicator"].iloc[0]))
        ax.set_ylabel(known.unit if known else "")
        top = float(pd.concat([marks["lower"], marks["upper"]]).max())
        # Room below zero, so that a mark at zero is whole.
        ax.set_ylim(-0.045 * max(top, 1), 1.12 * max(top, 1))
        ax.locator_params(axis="y", nbins=6, integer=True)
        year_ticks(ax, first, last)
        marker_key(ax, {vocabulary.tiers[tier].label: TIER_MARKERS[tier] for tier in tiers})
    return ax


def _dodge(n: int, room: float) -> list[float]:
    return [0.0] if n == 1 else [float(place) for place in np.linspace(-room / 2, room / 2, n)]


def _steps(ax: Axes, series: pd.DataFrame) -> None:
    for row in records(series):
        low = float(row["lower"])
        high = low if pd.isna(row["upper"]) else float(row["upper"])
        ax.add_patch(
            Rectangle((row["year"] - 0.43, low), 0.86, high - low, facecolor=LINE, edgecolor=LINE, linewidth=3)
        )


def _claim(ax: Axes, place: float, claim: dict[str, Any], marker: str) -> None:
    """Draw one claim: a point, or a bar where it names an interval."""
    colour = INK if claim["accepted"] else ALERT
    fill = colour if claim["accepted"] else PAPER
    low = float(claim["lower"])
    unbounded = pd.isna(claim["upper"])
    high = low if unbounded else float(claim["upper"])
    if high > low:
        ax.plot([place, place], [low, high], color=colour, linewidth=2.2, solid_capstyle="butt", zorder=3)
    if unbounded:
        ax.annotate(
            "",
            (place, low),
            xytext=(0, 14),
            textcoords="offset points",
            arrowprops={"arrowstyle": "<-", "color": colour, "linewidth": 1.2},
            zorder=3,
        )
    if high == low:
        ax.plot(place, low, marker=marker, color=colour, markerfacecolor=fill, markersize=5, mew=1.3, zorder=4)
    else:
        for end in (low, high):
            ax.plot(place, end, marker="_", color=colour, markersize=6, mew=1.3, zorder=4)


def _label_rejected(ax: Axes, marks: pd.DataFrame, vocabulary: Vocabulary) -> None:
    """Write each rejected figure as printed beside the claims of its year, once."""
    for row in records(marks[~marks["accepted"]].drop_duplicates(["year", "lower", "upper"])):
        ax.annotate(
            figure(row["value"], row["qualifier"], vocabulary),
            (row["year"] + 0.31, float(row["lower"])),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=7.5,
            color=ALERT,
            annotation_clip=False,
        )


def sensitivity_grid(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw what each policy makes of each year, those that differ from the default marked.

    Parameters
    ----------
    table : pandas.DataFrame
        As `Reconciliation.sensitivity` returns it, with the years to be shown.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        One row a choice and one column a year; ``–`` where only an interval is known.

    Examples
    --------
    >>> table = pd.DataFrame({"year": [2019, 2020], "consistent": [64, 77], "earliest": [64, 64]}).astype("Int64")
    >>> [text.get_text() for text in sensitivity_grid(table).texts]
    ['64', '77', '64', '64']
    """
    choices = [str(column) for column in table if column not in ("year", "range_lower", "range_upper")]
    with theme():
        ax = axes(ax, 0.9 + 0.26 * len(choices))
        if table.empty or not choices:
            return say(ax, "there is no series to compare")
        size = 8.5 if len(table) <= 16 else 7 if len(table) <= 22 else 5.5
        for down, choice in enumerate(choices):
            for across, (value, default) in enumerate(zip(table[choice], table[DEFAULT], strict=True)):
                differs = bool(pd.notna(value) and pd.notna(default) and value != default)
                if differs:
                    ax.add_patch(Rectangle((across - 0.5, down - 0.5), 1, 1, color="#f6dccb", linewidth=0, zorder=1))
                ax.text(
                    across,
                    down,
                    "–" if pd.isna(value) else f"{value:,}",
                    ha="center",
                    va="center",
                    fontsize=size,
                    fontweight="bold" if differs else "normal",
                    color=ALERT if differs else INK if choice == DEFAULT else SOFT,
                )
        ax.set_xticks(range(len(table)), [str(year) for year in table["year"]], fontsize=size)
        ax.set_yticks(range(len(choices)), [f"{DEFAULT} (default)" if c == DEFAULT else c for c in choices])
        ax.set_xlim(-0.5, len(table) - 0.5)
        ax.set_ylim(len(choices) - 0.5, -0.5)
        ax.tick_params(length=0)
        ax.xaxis.tick_top()
        ax.axhline(0.5, color=SOFT, linewidth=0.8)
        sns.despine(ax=ax, left=True, bottom=True)
    return ax


def specification_curve(
    result: Multiverse | None,
    ax: Axes | None = None,
    *,
    what: str = "persons convicted per 100 victims identified",
    reference: float | None = None,
) -> Axes:
    """Draw the answer under every set of choices, from the smallest to the largest, and the choices beneath.

    Parameters
    ----------
    result : Multiverse or None
        None where every combination was refused.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default. The choices stand in axes of their own below it.
    what : str
        The name of the answer.
    reference : float, optional
        A value to draw a line at.

    Returns
    -------
    matplotlib.axes.Axes
        Those of the answers.
    """
    answers = [] if result is None else [s for s in result.specifications if s.value is not None]
    finite = sorted((s for s in answers if math.isfinite(s.value or 0.0)), key=lambda s: (s.value, str(s.choices)))
    with theme():
        options = [] if result is None else _options(result)
        lines = sum(len(values) for _, values in options)
        whole = axes(ax, 2.4 + 0.175 * lines)
        if not finite or result is None:
            return say(whole, "no combination of choices has an answer")
        whole.set_axis_off()
        share = 0.175 * lines / (2.1 + 0.175 * lines)
        ax = whole.inset_axes((0, share + 0.02, 1, 1 - share - 0.02))
        sns.despine(ax=ax)
        _answers(ax, [float(s.value or 0.0) for s in finite], wrap(what, 26))
        if reference is not None:
            ax.axhline(reference, color=ALERT, linewidth=0.9)
        below = whole.inset_axes((0, 0, 1, share), sharex=ax)
        _choices(below, finite, options)
        below.set_xlabel(
            f"{len(finite)} sets of choices, from the smallest answer to the largest"
            + (f" ({result.refused} more were refused)" if result.refused else "")
        )
    return ax


def _answers(ax: Axes, values: Sequence[float], what: str) -> None:
    ax.set_ylabel(what)
    ax.plot(range(len(values)), values, ".", color=INK, markersize=5 if len(values) < 120 else 3, zorder=3)
    middle = float(np.median(values))
    ax.axhline(middle, color=SOFT, linewidth=0.8, linestyle=(0, (3, 2)))
    note: Any = {"xycoords": ax.get_yaxis_transform(), "textcoords": "offset points", "fontsize": 8, "color": SOFT}
    ax.annotate(f"median {number(middle)}", (0.0, middle), xytext=(4, 2), **note)
    ax.set_ylim(min(0.0, *values), max(values) * 1.08 or 1.0)
    ax.set_xlim(-0.5, len(values) - 0.5)
    ax.tick_params(labelbottom=False, bottom=False)


def _options(result: Multiverse) -> list[tuple[str, list[Any]]]:
    found = []
    for position, axis in enumerate(result.axes):
        values = list(dict.fromkeys(s.choices[position][1] for s in result.specifications))
        if len(values) > 1:
            found.append((axis, values))
    return found


def _choices(ax: Axes, finite: Sequence[Any], options: Sequence[tuple[str, list[Any]]]) -> None:
    """Mark what each specification chose, one line an option."""
    labels, place = [], 0
    for position, (axis, values) in enumerate(options):
        for value in values:
            chosen = [k for k, s in enumerate(finite) if dict(s.choices)[axis] == value]
            ax.plot(chosen, [place] * len(chosen), "|", color=INK, markersize=5, mew=min(1.2, 120 / len(finite) + 0.3))
            labels.append(f"{axis}: {value}")
            place += 1
        if position < len(options) - 1:
            ax.axhline(place - 0.5, color=LINE, linewidth=0.8)
    ax.set_yticks(range(place), labels, fontsize=7.5)
    ax.set_ylim(place - 0.4, -0.6)
    ax.set_xticks([])
    ax.tick_params(axis="y", length=0)
    for side in ("top", "right", "bottom"):
        ax.spines[side].set_visible(False)
