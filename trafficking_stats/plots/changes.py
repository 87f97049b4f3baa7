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
from trafficking_stats.plots.chart import EMPTY, describe, drawing, inches, instead, panels, wrap
from trafficking_stats.plots.rates import axis_of
from trafficking_stats.plots.series import highest, series_panel
from trafficking_stats.plots.style import ALERT, PAPER, STAGE_SHADES
from trafficking_stats.texts.focus import known
from trafficking_stats.texts.words import number, rate_text, sentences, title

if TYPE_CHECKING:
    from trafficking_stats.gap_analysis.answer import Gap


def trend(gap: Gap, ax: Axes | None = None) -> Axes:
    """Draw the yearly counts of both stages with their average in the early and in the late years."""
    changes = {row["series"]: row for row in records(gap.tables["changes"])}
    counts = known(gap.tables["stages"])
    counts = counts[counts["year"].isin(gap.years)]
    sides = {"denominator": gap.question.denominator, "numerator": gap.question.numerator}
    shown = {side: one for side, one in sides.items() if side in changes}
    told = []
    with drawing(ax, 0.5 + 1.6 * len(shown) if shown else EMPTY) as ax:
        if not shown:
            return instead(ax, say("pages.trend.none", country=Country(gap.question.country)))
        for panel, (side, one) in zip(panels(ax, len(shown), 0.45), shown.items(), strict=True):
            rows = counts[(counts["indicator"] == one.indicator) & (counts["breakdown"] == one.breakdown)]
            _draw_levels(panel, rows, changes[side], str(one))
            early, late = (number(float(changes[side][f"{part}_max"])) for part in ("early", "late"))
            told.append(say("pages.trend.alt", name=title(str(one)), early=early, late=late))
    caption = say("pages.trend.caption", country=Country(gap.question.country))
    return describe(ax, caption=caption, alt=sentences(told), name=f"{gap.question.country}-trend", table=counts)


def _draw_levels(ax: Axes, rows: pd.DataFrame, change: dict[str, Any], measure: str) -> None:
    """Draw the counts of a stage, and the average of each half, or the range of it, across them."""
    floors: dict[int, float] = {}
    for part in ("early", "late"):
        first, last = change[f"{part}_first"], change[f"{part}_last"]
        low, high = float(change[f"{part}_min"]), float(change[f"{part}_max"])
        ends = [first - 0.5, last + 0.5]
        ax.fill_between(ends, low, high, facecolor=ALERT, alpha=0.25, linewidth=0, zorder=3)
        for level in {low, high}:
            ax.plot(ends, [level, level], color=ALERT, linewidth=1.6, zorder=4)
        # a figure that the average would strike through stands above it
        near = rows["year"].between(first, last) & rows["upper"].between(low - 0.2 * highest(rows), high)
        floors |= dict.fromkeys(rows.loc[near, "year"], high)
    series_panel(ax, rows, measure, (int(rows["year"].min()), int(rows["year"].max())), floors=floors, ground=True)


def choices(gap: Gap, ax: Axes | None = None) -> Axes:
    """Draw the rate under every combination of choices, from the smallest to the largest."""
    table = gap.tables["choices"]
    level = table[(table["question"] == "level") & (table["refusal"] == "") & ~table["repeat"]]
    level = level[np.isfinite(level["value"])].sort_values("value", kind="stable").reset_index(drop=True)
    with drawing(ax, 2.2 if len(level) else EMPTY) as ax:
        if level.empty:
            return instead(ax, say("tables.choices.none"))
        # one line instead of a mark each, so that a thousand answers do not weigh down the page
        ax.step(level.index, level["value"], where="mid", color=STAGE_SHADES["conviction"], linewidth=1.8, zorder=3)
        whole = gap.row("ratios", kind="whole")
        if whole:
            for value in {whole.per_100_min, whole.per_100_max}:
                ax.axhline(value, color=ALERT, linewidth=1.2, linestyle=(0, (4, 2)))
            text = say("pages.choices.headline", value=rate_text(vars(whole)))
            ground = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.4}
            place: Any = {"xycoords": ax.get_yaxis_transform(), "xytext": (6, 4), "textcoords": "offset points"}
            ax.annotate(text, (0.0, whole.per_100_max), color=ALERT, bbox=ground, zorder=5, **place)
        ax.set_ylim(0, float(level["value"].max()) * 1.1 or 1.0)
        ax.set_xlim(-0.5, len(level) - 0.5)
        ax.set_xticks([])
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: written(float(value), "0.##")))
        ax.set_xlabel(wrap(say("pages.choices.axis"), int(9 * inches(ax))))
        ax.set_ylabel(wrap(axis_of(gap), 26))
    ends = {"low": number(float(level["value"].min())), "high": number(float(level["value"].max()))}
    caption = say("pages.choices.caption", choices=say("pages.choices.combinations", n=len(level)), **ends)
    return describe(ax, caption=caption, alt=caption, name=f"{gap.question.country}-choices", table=level)
