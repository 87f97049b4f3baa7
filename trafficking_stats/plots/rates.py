"""Figures of rates: one line each, with the limits that chance allows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.axes import Axes

from trafficking_stats.messages import Country, say
from trafficking_stats.plots.chart import chart, describe, fit, instead, wrap
from trafficking_stats.plots.style import HATCH, LINE, PAPER, SOFT, STAGE_SHADES, records, theme
from trafficking_stats.texts.words import label, number, rate_text, ratio_name, sentences, short, span, title

if TYPE_CHECKING:
    from trafficking_stats.gap_analysis.answer import Gap

COLOUR = STAGE_SHADES["conviction"]


def rates(gap: Gap, ax: Axes | None = None) -> Axes:
    """Draw the rate of the years used, of their halves, of later lags and of moving windows."""
    table = gap.tables["ratios"]
    again = (table["kind"] == "lag") & (table["lag"] == gap.question.lags[0])  # the same as all years
    table = table[(table["kind"] != "year") & ~again].reset_index(drop=True)
    names = [ratio_name(row) for row in records(table)]
    ax = draw_rates(table, names, _axis(gap), bold=[row["kind"] == "whole" for row in records(table)], ax=ax)
    return _described(ax, gap, "rates", table, names)


def peers(gap: Gap, ax: Axes | None = None) -> Axes:
    """Draw the rate of the country beside that of its peers, by name and never by rank."""
    table = gap.tables["peers"]
    names = [say("pages.name_years", name=Country(r["country"]), years=span(r)) for r in records(table)]
    ax = draw_rates(table, names, _axis(gap), bold=table["own"].tolist(), ax=ax)
    return _described(ax, gap, "peers", table, names)


def steps(gap: Gap, ax: Axes | None = None) -> Axes:
    """Draw how many of each stage there are for 100 of the stage before."""
    table = gap.tables["steps"]
    table = table[table["kind"] == "whole"].reset_index(drop=True)
    columns = {
        f"{old}_{end}": f"{new}_{end}"
        for old, new in (("to", "numerator"), ("from", "denominator"))
        for end in ("lower", "upper")
    }
    table = table.rename(columns=columns)
    names = [_step_name(row) for row in records(table)]
    ax = draw_rates(table, names, say("pages.steps.axis"), bold=[False] * len(table), ax=ax)
    return _described(ax, gap, "steps", table, names)


def _step_name(row: dict[str, Any]) -> str:
    counts = [short(row[f"{side}_lower"], row[f"{side}_upper"]) for side in ("numerator", "denominator")]
    what, of = title(row["to_indicator"]), label(row["from_indicator"])
    return say("pages.steps.name", what=what, of=of, count=counts[0], whole=counts[1])


def _axis(gap: Gap) -> str:
    of, what = gap.question.denominator, gap.question.numerator
    return say("pages.for_100", what=title(what.indicator, what.breakdown), of=label(of.indicator, of.breakdown))


def _described(ax: Axes, gap: Gap, name: str, table: pd.DataFrame, names: Sequence[str]) -> Axes:
    rows = [
        say("pages.rates.alt", name=title_, rate=rate_text(row), low=number(row["lower"]), high=number(row["upper"]))
        for title_, row in zip(names, records(table), strict=True)
        if not math.isnan(float(row["per_100_max"]))
    ]
    caption = [
        say(f"pages.{name}.caption", axis=_axis(gap), country=Country(gap.question.country)),
        say("pages.rates.legend"),
        say("pages.rates.hatched") if (table["per_100_min"] != table["per_100_max"]).any() else "",
    ]
    file = f"{gap.question.country}-{name}"
    return describe(ax, caption=sentences(caption), alt=sentences(rows) or sentences(caption), name=file, table=table)


def draw_rates(
    table: pd.DataFrame, names: Sequence[str], axis: str, *, bold: Sequence[bool], ax: Axes | None = None
) -> Axes:
    """Draw rates with their limits below each other.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``numerator_lower``, ``numerator_upper``, ``denominator_lower``, ``denominator_upper``,
        ``per_100_min``, ``per_100_max``, ``lower`` and ``upper``.
    names : sequence of str
        One a row.
    axis : str
        What is measured.
    bold : sequence of bool
        Which rows stand out.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        A dot where the counts are known and a bar where masked counts leave a range; a line from limit to limit,
        with an arrow where it leaves the axis.
    """
    rows = records(table)
    drawn = [row for row in rows if not math.isnan(float(row["per_100_max"]))]
    with theme():
        ax = chart(ax, 0.85 + 0.33 * len(rows) if drawn else 1.2)
        if not drawn:
            return instead(ax, say("pages.rates.none"))
        largest = max(float(row["per_100_max"]) for row in drawn) or 1.0
        limits = [float(row["upper"]) for row in drawn if math.isfinite(float(row["upper"]))]
        right = min(max([largest, *limits]), 3 * largest) * 1.04
        ax.set_xlim(0, right)
        ax.set_ylim(len(rows) - 0.4, -0.6)
        for place, row in enumerate(rows):
            _rate(ax, place, row, right)
        ax.tick_params(axis="y", length=0, pad=6)
        ax.spines["left"].set_color(LINE)

        def layout(inches: float) -> None:
            ax.set_yticks(
                range(len(rows)), [wrap(name, int(inches * 4.4)) for name in names], fontsize=9 if inches > 6 else 8
            )
            for tick, strong in zip(ax.get_yticklabels(), bold, strict=True):
                tick.set_fontweight("bold" if strong else "normal")
            ax.set_xlabel(wrap(axis, int(9 * inches)))

        fit(ax, layout)
    return ax


def _rate(ax: Axes, place: int, row: dict[str, Any], right: float) -> None:
    side: Any = {"xycoords": ax.get_yaxis_transform(), "textcoords": "offset points", "va": "center"}
    least, most = float(row["per_100_min"]), float(row["per_100_max"])
    if math.isnan(most):
        ax.annotate(
            say("pages.rates.refused"), (0, place), xytext=(6, 0), fontsize=8, style="italic", color=SOFT, **side
        )
        return
    low, high = float(row["lower"]), float(row["upper"])
    if not math.isnan(low):
        ax.plot([low, min(high, right)], [place, place], color=COLOUR, linewidth=2.4, solid_capstyle="butt", zorder=2)
        if high > right:
            ax.plot(right, place, ">", color=COLOUR, markersize=6, clip_on=False, zorder=5)
    if least == most:
        look: Any = {
            "color": PAPER,
            "markeredgecolor": COLOUR,
            "markersize": 7,
            "mew": 1.8,
            "clip_on": False,
            "zorder": 4,
        }
        ax.plot(least, place, "o", **look)
    else:
        bar: Any = {"left": least, "color": PAPER, "edgecolor": COLOUR, "hatch": HATCH, "zorder": 4}
        ax.barh(place, min(most, right) - least, 0.42, **bar)
    ax.annotate(rate_text(row), (1.0, place), xytext=(8, 0), annotation_clip=False, fontsize=9, **side)
