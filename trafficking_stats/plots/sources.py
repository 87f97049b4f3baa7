"""Figures of disagreement: every claim beside the series, and what another choice would make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from trafficking_stats.intervals import period_kind
from trafficking_stats.plots.style import (
    ALERT,
    INK,
    LINE,
    PAPER,
    SOFT,
    TIER_MARKERS,
    WIDTH,
    axes,
    count_axis,
    figure_width,
    marker_key,
    number,
    records,
    say,
    theme,
    wrap,
    year_ticks,
)
from trafficking_stats.reconciliation.methods import DEFAULT
from trafficking_stats.reconciliation.series import figure
from trafficking_stats.vocabulary import Vocabulary, load_vocabulary
from trafficking_stats.wording import label_of, title_of, years_known


def source_strip(
    claims: pd.DataFrame,
    series: pd.DataFrame | None = None,
    ax: Axes | None = None,
    *,
    width: float = WIDTH,
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
    width : float
        Of a new figure, in inches.
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
        ax = axes(ax, 3.2 if len(rows) else 1.2, width=width)
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
        _label_rejected(ax, marks, places, vocabulary)
        indicator = str(rows["indicator"].iloc[0])
        known = vocabulary.indicators.get(indicator)
        ax.set_ylabel(known.unit if known else "")
        top = float(pd.concat([marks["lower"], marks["upper"]]).max())
        # Room below zero, so that a mark at zero is whole.
        ax.set_ylim(-0.045 * max(top, 1), 1.12 * max(top, 1))
        count_axis(ax, 6)
        year_ticks(ax, first, last)
        kinds = {vocabulary.tiers[tier].label: TIER_MARKERS[tier] for tier in tiers}
        lines = marker_key(ax, kinds, rejected=not marks["accepted"].all())
        title = f"{title_of(indicator, vocabulary)}: every figure of a calendar year"
        ax.set_title(wrap(title, int(10 * figure_width(ax))), pad=9 + 13 * lines)
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


def _label_rejected(ax: Axes, marks: pd.DataFrame, places: Mapping[str, float], vocabulary: Vocabulary) -> None:
    """Write each rejected figure as printed, once: below its mark if what was kept lies above, and above it if not."""
    kept = marks[marks["accepted"]].groupby("year")["lower"].max()
    for row in records(marks[~marks["accepted"]].drop_duplicates(["year", "lower", "upper"])):
        below = float(row["lower"]) < float(kept.get(row["year"], -1.0))
        arrow = 0 if pd.notna(row["upper"]) else 12
        ax.annotate(
            figure(row["value"], row["qualifier"], vocabulary, row.get("value_upper")),
            (row["year"] + places[row["tier"]], float(row["lower"])),
            xytext=(0, -5 if below else 5 + arrow),
            textcoords="offset points",
            ha="center",
            va="top" if below else "bottom",
            fontsize=8,
            color=ALERT,
            annotation_clip=False,
        )


def sensitivity_grid(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw what each method makes of each year, those that differ from the default marked.

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
        size = 8.5 if len(table) <= 20 else 7 if len(table) <= 26 else 5.5
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
    specifications: pd.DataFrame,
    ax: Axes | None = None,
    *,
    what: str = "persons convicted per 100 victims identified",
    choices: Sequence[str] = ("method", "left_out", "lag", "window", "unit", "masked_cells"),
    vocabulary: Vocabulary | None = None,
) -> Axes:
    """Draw the answer under every set of choices, from the smallest to the largest, and the choices beneath.

    Parameters
    ----------
    specifications : pandas.DataFrame
        Rows of ``GapMultiverse.specifications`` for one question: ``value``, ``default``, ``refusal`` and a column
        for each choice.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.
    what : str
        The name of the answer.
    choices : sequence of str
        The columns that hold choices, from top to bottom; one that never varies is left out.
    vocabulary : Vocabulary, optional
        Gives the names of indicators.

    Returns
    -------
    matplotlib.axes.Axes
        Those of the answers; the answer of the headline is ringed.
    """
    answered = specifications[(specifications["refusal"] == "") & np.isfinite(specifications["value"])]
    answered = answered.sort_values(["value", *choices], kind="stable")
    options = _options(answered, choices)
    lines = sum(len(values) for _, values in options)
    with theme():
        whole = axes(ax, 2.5 + 0.175 * lines if len(answered) else 1.6)
        if answered.empty:
            return say(whole, "no combination of choices has an answer")
        whole.set_axis_off()
        share = 0.175 * lines / (2.1 + 0.175 * lines)
        ax = whole.inset_axes((0, share + 0.02, 1, 1 - share - 0.02))
        sns.despine(ax=ax)
        _answers(ax, answered, wrap(what, 26))
        below = whole.inset_axes((0, 0, 1, share), sharex=ax)
        _choices(below, answered, options, vocabulary or load_vocabulary())
        without = len(specifications) - len(answered)
        below.set_xlabel(
            f"{len(answered):,} sets of choices, from the smallest answer to the largest"
            + (f" ({without:,} more have no finite answer)" if without else "")
        )
    return ax


def _answers(ax: Axes, answered: pd.DataFrame, what: str) -> None:
    values = answered["value"].to_numpy(float)
    ax.set_ylabel(what)
    # One line instead of a mark each, so that a thousand answers do not weigh down the page.
    ax.step(range(len(values)), values, where="mid", color=INK, linewidth=1.6, zorder=3)
    middle = float(np.median(values))
    ax.axhline(middle, color=SOFT, linewidth=0.8, linestyle=(0, (3, 2)))
    note: Any = {"xycoords": ax.get_yaxis_transform(), "textcoords": "offset points", "fontsize": 8, "color": SOFT}
    ax.annotate(f"median {number(middle)}", (0.0, middle), xytext=(4, 2), **note)
    own = np.flatnonzero(answered["default"].to_numpy(bool))
    # Masked cells at either end make two answers of the headline; equal ones are ringed once.
    for place in {float(values[k]): int(k) for k in own[::-1]}.values():
        ax.plot(place, values[place], "o", color=ALERT, markerfacecolor=PAPER, markersize=8, mew=1.6, zorder=4)
        text = f"headline {number(float(values[place]))}"
        ax.annotate(text, (place, values[place]), xytext=(8, 6), textcoords="offset points", fontsize=8, color=ALERT)
    ax.set_ylim(min(0.0, *values), max(values) * 1.08 or 1.0)
    ax.set_xlim(-0.5, len(values) - 0.5)
    ax.tick_params(labelbottom=False, bottom=False)


def _options(answered: pd.DataFrame, choices: Sequence[str]) -> list[tuple[str, list[Any]]]:
    found = [(choice, list(dict.fromkeys(answered[choice].sort_index()))) for choice in choices]
    return [(choice, values) for choice, values in found if len(values) > 1]


def _choices(
    ax: Axes, answered: pd.DataFrame, options: Sequence[tuple[str, list[Any]]], vocabulary: Vocabulary
) -> None:
    """Mark what each set of choices holds, one line an option; neighbours run together."""
    labels: list[str] = []
    for position, (choice, values) in enumerate(options):
        chosen = answered[choice].to_numpy()
        for value in values:
            xs, ys = _runs(np.flatnonzero(chosen == value), len(labels))
            ax.plot(xs, ys, color=INK, linewidth=4, solid_capstyle="butt")
            name = label_of(value, vocabulary) if choice == "unit" else str(value)
            labels.append(f"{choice.replace('_', ' ')}: {name}")
        if position < len(options) - 1:
            ax.axhline(len(labels) - 0.5, color=LINE, linewidth=0.8)
    ax.set_yticks(range(len(labels)), labels, fontsize=7.5)
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.set_xticks([])
    ax.tick_params(axis="y", length=0)
    sns.despine(ax=ax, bottom=True)


def _runs(places: np.ndarray, height: int) -> tuple[list[float], list[float]]:
    """Return one line that is broken between the runs of neighbouring places."""
    xs: list[float] = []
    for place in places.tolist():
        if xs and xs[-2] == place - 0.65:
            xs[-2] = place + 0.35
        else:
            xs += [place - 0.35, place + 0.35, float("nan")]
    return xs, [float(height)] * len(xs)
