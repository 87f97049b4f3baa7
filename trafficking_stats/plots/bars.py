"""Yearly counts as bars: solid as far as a count is certain, hatched as far as it may reach, figures where they fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from trafficking_stats.csv_tables import records
from trafficking_stats.messages import say
from trafficking_stats.plots.chart import inches, raised
from trafficking_stats.plots.style import HATCH, PAPER, SOFT, count_axis, shade, year_ticks
from trafficking_stats.texts.words import short, title

SIZE = 7.5
"""Of a figure at a bar, in points, in every chart: below it nobody reads it on a phone."""

OPEN = 0.12
"""How far a bar without an upper limit goes on, as a share of the highest count."""


class Bar(NamedTuple):
    """A bar and its figure: where it stands, how wide and high it is, and at which height the figure stands."""

    year: int
    half: float
    top: float
    text: str
    foot: float
    ground: str | None = None


def highest(rows: pd.DataFrame) -> float:
    """Return the highest count that some row names."""
    return float(pd.concat([rows["lower"], rows["upper"]]).max())


def interval_bars(ax: Axes, rows: pd.DataFrame, colour: str, *, top: float, width: float = 0.72) -> list[Bar]:
    """Draw a bar a year: solid as far as the count is certain, hatched to the highest value it can have.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw; its horizontal axis is set already.
    rows : pandas.DataFrame
        Columns ``year``, ``lower``, ``upper`` and ``status``; a deduced year has a broken edge, and one without an
        upper limit an arrow.
    colour : str
        Of the solid part.
    top : float
        The highest count of the chart.
    width : float
        In years.

    Returns
    -------
    list of Bar
        For `write_figures`.
    """
    lower, unbounded = rows["lower"].astype(float), rows["upper"].isna()
    upper = rows["upper"].astype(float).mask(unbounded, lower + max(OPEN * top, 1))
    deduced = rows["status"] == "deduced"
    left = rows["year"] - width / 2
    for some, dash, fill in ((~deduced, "-", colour), (deduced, (0, (2, 1.5)), PAPER)):
        look: Any = {"edgecolor": colour, "linestyle": dash, "zorder": 2}
        boxes(ax, left[some], 0, width, lower[some], facecolor=fill, linewidth=1, **look)
        wide = some & (upper > lower)
        look |= {"facecolor": PAPER, "hatch": HATCH, "linewidth": 0.8}
        boxes(ax, left[wide], lower[wide], width, (upper - lower)[wide], **look)
    if unbounded.any():
        ax.plot(rows["year"][unbounded], upper[unbounded], "^", color=colour, markersize=6, zorder=3)
    feet = upper + unbounded * 0.4 * OPEN * top  # above the arrow
    return [
        Bar(row["year"], width / 2, high, short(row["lower"], row["upper"]), foot)
        for row, high, foot in zip(records(rows), upper, feet, strict=True)
    ]


def boxes(ax: Axes, left: Any, bottom: Any, width: Any, height: Any, **look: Any) -> None:
    """Draw boxes of one look as one artist, in a fraction of the time of one each; a single number is that of all."""
    columns = np.broadcast_arrays(left, bottom, width, height)
    corners = [[(x, y), (x, y + h), (x + w, y + h), (x + w, y)] for x, y, w, h in zip(*columns, strict=True)]
    if corners:
        ax.add_collection(PolyCollection(corners, joinstyle="miter", **look), autolim=False)


def line_height(ax: Axes) -> float:
    """Return how high a figure is on the vertical axis, which must be set."""
    figure: Any = ax.get_figure(root=True)
    points = ax.get_window_extent().height * 72 / figure.dpi
    return 1.2 * SIZE * ax.get_ylim()[1] / points


def write_figures(ax: Axes, *series: Sequence[Bar]) -> None:
    """Write figures at their bars, as many as have room: first, last, highest and lowest before the others.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Both axes are set already.
    *series : sequence of Bar
        The bars of each.
    """
    first, last = ax.get_xlim()
    year, height = 72 * 0.88 * inches(ax) / (last - first), line_height(ax)
    walls = [(bar.year, bar.half - 3 / year, 0.0, bar.top) for bars in series for bar in bars]
    text: Any = {"ha": "center", "va": "bottom", "zorder": 5, "in_layout": False, "size": SIZE}
    text["transform"] = raised(ax, 2)
    for bars in series:
        written = set()
        by_height = sorted(bars, key=lambda bar: bar.top)
        for bar in dict.fromkeys([*bars[:1], *bars[-1:], *by_height[-1:], *by_height[:1], *bars]):
            half = (0.32 * SIZE * len(bar.text) + 0.7) / year
            if not any(
                abs(bar.year - place) < half + width and foot < bar.foot + height and bar.foot < top
                for place, width, foot, top in walls
                if place != bar.year
            ):
                walls.append((bar.year, half, bar.foot, bar.foot + height))
                written.add(bar)
        for bar in bars:
            if bar in written:
                ground = {"bbox": {"facecolor": bar.ground, "edgecolor": "none", "pad": 0.4}} if bar.ground else {}
                ax.text(bar.year, bar.foot, bar.text, **text, **ground)


def series_panel(
    ax: Axes,
    rows: pd.DataFrame,
    indicator: str,
    years: tuple[int, int],
    *,
    floors: Mapping[int, float] | None = None,
    ground: str | None = None,
) -> None:
    """Draw one series over the years, with a dash where no source has a figure, so that the gap is not read as zero.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    rows : pandas.DataFrame
        As for `interval_bars`.
    indicator : str
        Whose name the panel bears.
    years : tuple of int
        First and last year.
    floors : mapping of int to float, optional
        Years whose figure stands at least so high, to make room for something else.
    ground : str, optional
        Colour below the figures, where something may lie behind them.
    """
    ax.set_title(title(indicator), y=1)  # a place of its own, for which nothing need be measured
    year_ticks(ax, *years, inches(ax))
    bars = interval_bars(ax, rows, shade(indicator), top=highest(rows))
    dash: Any = {"ha": "center", "va": "bottom", "color": SOFT, "fontsize": 8, "in_layout": False}
    for year in set(range(years[0], years[1] + 1)) - set(rows["year"]):
        ax.text(year, 0, "–", **dash)
    bars = [bar._replace(foot=max(bar.foot, (floors or {}).get(bar.year, 0)), ground=ground) for bar in bars]
    ax.set_ylim(0, max(bar.foot for bar in bars) * 1.3 + 0.5)
    write_figures(ax, bars)
    count_axis(ax, 4)


def edges(rows: pd.DataFrame) -> list[str]:
    """Say what a hatched bar and a broken edge mean, where there are any."""
    return [
        say("pages.hatched") if ranges(rows).any() else "",
        say("pages.no_upper_limit") if rows["upper"].isna().any() else "",
        say("pages.broken_edge") if (rows["status"] == "deduced").any() else "",
    ]


def ranges(rows: pd.DataFrame) -> pd.Series:
    """Whether a row is known as a range only."""
    return rows["lower"] != rows["upper"].fillna(-1)
