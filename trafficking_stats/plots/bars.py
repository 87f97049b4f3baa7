"""Yearly counts as bars: solid as far as a count is certain, hatched as far as it may reach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from trafficking_stats.messages import say
from trafficking_stats.plots.chart import inches, raised
from trafficking_stats.plots.style import HATCH, PAPER, SOFT, count_axis, shade, year_ticks
from trafficking_stats.texts.words import short, title


def highest(rows: pd.DataFrame) -> float:
    """Return the highest count that some row names."""
    return float(pd.concat([rows["lower"], rows["upper"]]).max())


def interval_bars(
    ax: Axes,
    rows: pd.DataFrame,
    colour: str,
    *,
    width: float = 0.72,
    floors: Mapping[int, float] | None = None,
    ground: bool = False,
) -> None:
    """Draw a bar a year: solid as far as the count is certain, hatched to the highest value it can have.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw; its horizontal axis is set already.
    rows : pandas.DataFrame
        Columns ``year``, ``lower``, ``upper`` and ``status``; a deduced year has a broken edge.
    colour : str
        Of the solid part.
    width : float
        In years.
    floors : mapping of int to float, optional
        Years whose figure stands at least so high, to make room for something else.
    ground : bool
        Whether figures get a ground of paper, since something may lie behind them.
    """
    lower, unbounded = rows["lower"].astype(float), rows["upper"].isna()
    upper = rows["upper"].astype(float).mask(unbounded, (lower + 0.12 * highest(rows)).clip(lower=1))
    deduced = rows["status"] == "deduced"
    for some, dash, fill in ((~deduced, "-", colour), (deduced, (0, (2, 1.5)), PAPER)):
        if some.any():
            look: Any = {"edgecolor": colour, "linestyle": dash, "zorder": 2}
            ax.bar(rows["year"][some], lower[some], width, color=fill, linewidth=1, **look)
        if (some := some & (upper > lower)).any():
            look |= {"color": PAPER, "hatch": HATCH, "linewidth": 0.8, "edgecolor": colour}
            ax.bar(rows["year"][some], (upper - lower)[some], width, bottom=lower[some], **look)
    ax.plot(rows["year"][unbounded], upper[unbounded], "^", color=colour, markersize=6, zorder=3)
    names = [short(*ends) for ends in zip(rows["lower"], rows["upper"], strict=True)]
    first, last = ax.get_xlim()
    points, longest = 72 * 0.88 * inches(ax) / (last - first), max(map(len, names), default=1)  # a year
    size = min(8.5, points / (0.66 * longest))
    # below each other the letters have room that they lack side by side
    turned = {"rotation": 90, "size": min(8.5, points / 1.25)} if size < 7 and longest <= 5 else {"size": size}
    text: Any = {"ha": "center", "va": "bottom", "zorder": 5, "in_layout": False, **turned}
    text |= {"bbox": {"facecolor": PAPER, "edgecolor": "none", "pad": 0.4}} if ground else {}
    offsets = [raised(ax, points) for points in (2, 5)]
    for name, year, high, free in zip(names, rows["year"], upper, unbounded, strict=True):
        ax.text(year, max(high, (floors or {}).get(year, high)), name, transform=offsets[free], **text)


def series_panel(ax: Axes, rows: pd.DataFrame, indicator: str, years: tuple[int, int], **look: Any) -> None:
    """Draw one series over the years, with a dash where no source has a figure, so that the gap is not read as zero."""
    ax.set_title(title(indicator), y=1)  # a place of its own, for which nothing need be measured
    year_ticks(ax, *years, inches(ax))
    interval_bars(ax, rows, shade(indicator), **look)
    dash: Any = {"ha": "center", "va": "bottom", "color": SOFT, "fontsize": 8, "in_layout": False}
    for year in set(range(years[0], years[1] + 1)) - set(rows["year"]):
        ax.text(year, 0, "–", **dash)
    ax.set_ylim(0, highest(rows) * 1.3 + 0.5)
    count_axis(ax, 4)


def edges(rows: pd.DataFrame) -> list[str]:
    """Say what a hatched bar and a broken edge mean, where there are any."""
    return [
        say("pages.hatched") if ranges(rows).any() else "",
        say("pages.broken_edge") if (rows["status"] == "deduced").any() else "",
    ]


def ranges(rows: pd.DataFrame) -> pd.Series:
    """Whether a row is known as a range only."""
    return rows["lower"] != rows["upper"].fillna(-1)
