"""Figures of change: yearly counts with the average of each half, and the rate under every combination of choices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from trafficking_stats.csv_tables import records
from trafficking_stats.messages import Country, say
from trafficking_stats.messages.values import written
from trafficking_stats.plots.chart import chart, describe, fit, instead, panels, wrap
from trafficking_stats.plots.rates import axis_of
from trafficking_stats.plots.series import interval_bars, shade
from trafficking_stats.plots.style import ALERT, PAPER, STAGE_SHADES, count_axis, theme, year_ticks
from trafficking_stats.texts.focus import known
from trafficking_stats.texts.words import number, sentences, title

if TYPE_CHECKING:
    from trafficking_stats.gap_analysis.answer import Gap


def trend(gap: Gap, ax: Axes | None = None) -> Axes:
    """Draw the yearly counts of both stages with their average in the early and in the late years."""
    changes = {row["series"]: row for row in records(gap.tables["changes"])}
    counts = known(gap.tables["stages"])
    counts = counts[counts["year"].isin(gap.years)]
    sides = {"denominator": gap.question.denominator, "numerator": gap.question.numerator}
    shown = {side: measure for side, measure in sides.items() if side in changes}
    with theme():
        ax = chart(ax, 0.6 + 1.9 * len(shown) if shown else 1.2)
        if not shown:
            return instead(ax, say("pages.trend.none", country=Country(gap.question.country)))
        told = []
        for panel, (side, one) in zip(panels(ax, len(shown), 0.3), shown.items(), strict=True):
            rows = counts[(counts["indicator"] == one.indicator) & (counts["breakdown"] == one.breakdown)]
            told.append(_levels(panel, rows, changes[side], title(one.indicator, one.breakdown)))
    caption = say("pages.trend.caption", country=Country(gap.question.country))
    return describe(ax, caption=caption, alt=sentences(told), name=f"{gap.question.country}-trend", table=counts)


def _levels(ax: Axes, rows: pd.DataFrame, change: dict[str, Any], name: str) -> str:
    ax.set_title(name)
    years = int(rows["year"].min()), int(rows["year"].max())
    fit(ax, lambda inches: year_ticks(ax, *years, inches))
    top = float(pd.concat([rows["lower"], rows["upper"]]).max())
    floors: dict[int, float] = {}
    for part in ("early", "late"):
        ends = [change[f"{part}_first"] - 0.5, change[f"{part}_last"] + 0.5]
        low, high = float(change[f"{part}_min"]), float(change[f"{part}_max"])
        ax.fill_between(ends, low, high, facecolor=ALERT, edgecolor=ALERT, alpha=0.25, linewidth=0, zorder=3)
        for level in {low, high}:
            ax.plot(ends, [level, level], color=ALERT, linewidth=1.6, zorder=4)
        within = rows["year"].between(change[f"{part}_first"], change[f"{part}_last"])
        # a figure that the average would strike through stands above it
        near = within & (rows["upper"] > low - 0.16 * top) & (rows["upper"] < high)
        floors |= dict.fromkeys((int(year) for year in rows.loc[near, "year"]), high)
    interval_bars(ax, rows, shade(str(rows["indicator"].iloc[0])), floors=floors)
    ax.set_ylim(0, top * 1.3 + 0.5)
    count_axis(ax, 4)
    early, late = (number(float(change[f"{part}_max"])) for part in ("early", "late"))
    return say("pages.trend.alt", name=name, early=early, late=late)


def choices(gap: Gap, ax: Axes | None = None) -> Axes:
    """Draw the rate under every combination of choices, from the smallest to the largest."""
    table = gap.tables["choices"]
    level = table[(table["question"] == "level") & (table["refusal"] == "") & ~table["repeat"]]
    level = level[np.isfinite(level["value"])].sort_values("value", kind="stable").reset_index(drop=True)
    with theme():
        ax = chart(ax, 2.6 if len(level) else 1.2)
        if level.empty:
            return instead(ax, say("tables.choices.none"))
        # one line instead of a mark each, so that a thousand answers do not weigh down the page
        ax.step(level.index, level["value"], where="mid", color=STAGE_SHADES["conviction"], linewidth=1.8, zorder=3)
        whole = gap.row("ratios", kind="whole")
        for value in {float(whole.per_100_min), float(whole.per_100_max)} if whole else ():
            ax.axhline(value, color=ALERT, linewidth=1.2, linestyle=(0, (4, 2)))
            place: Any = {"xycoords": ax.get_yaxis_transform(), "textcoords": "offset points", "fontsize": 8.5}
            look: Any = {"bbox": {"facecolor": PAPER, "edgecolor": "none", "pad": 0.4}, "zorder": 5, "color": ALERT}
            ax.annotate(
                say("pages.choices.headline", value=number(value)), (0.0, value), xytext=(6, 4), **place, **look
            )
        ax.set_ylim(0, float(level["value"].max()) * 1.1 or 1.0)
        ax.set_xlim(-0.5, len(level) - 0.5)
        ax.set_xticks([])
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: written(float(value), "0.##")))
        fit(ax, lambda inches: ax.set_xlabel(wrap(say("pages.choices.axis"), int(9 * inches))))
        ax.set_ylabel(wrap(axis_of(gap), 26))
    ends = {"low": number(float(level["value"].min())), "high": number(float(level["value"].max()))}
    caption = say("pages.choices.caption", choices=say("pages.choices.combinations", n=len(level)), **ends)
    return describe(ax, caption=caption, alt=caption, name=f"{gap.question.country}-choices", table=level)
