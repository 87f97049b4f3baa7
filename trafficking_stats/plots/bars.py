"""Yearly counts as bars: solid as far as a count is certain, hatched as far as it may reach, figures where they fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.ticker import MaxNLocator

from trafficking_stats.csv_tables import records
from trafficking_stats.messages import say, written
from trafficking_stats.plots.chart import raised
from trafficking_stats.plots.style import HATCH, PAPER, SOFT, inches, year_ticks
from trafficking_stats.texts.words import short

SIZE = 7.5
"""Of a figure at a bar, in points, in every chart: below it nobody reads it on a phone."""

OPEN = 0.12
"""How far a bar without an upper limit goes on, as a share of the highest count."""


class Bar(NamedTuple):
    """A count of a year: how high it is at least and at most, where its figure stands and what it says."""

    year: int
    low: float
    high: float
    foot: float
    text: str
    deduced: bool = False
    no_limit: bool = False
    ground: str | None = None
    """Colour below the figure, where something may lie behind it."""

    def at(self, foot: float, unit: float) -> Bar:
        """Return it as it stands above some height, where a count of one is so high."""
        low, high, figure = (foot + unit * height for height in (self.low, self.high, self.foot))
        return self._replace(low=low, high=high, foot=figure)


class Series(NamedTuple):
    """The bars of a series, their colour, and how many years they are wide."""

    bars: Sequence[Bar]
    colour: str
    width: float = 0.72


def highest(rows: pd.DataFrame) -> float:
    """Return the highest count that some row names."""
    return float(pd.concat([rows["lower"], rows["upper"]]).max())


def read_bars(rows: pd.DataFrame, top: float | None = None) -> list[Bar]:
    """Read a bar a year.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``year``, ``lower``, ``upper`` and ``status``.
    top : float, optional
        The highest count of the chart; by default that of these rows.
    """
    more = OPEN * (highest(rows) if top is None else top)
    bars = []
    for row in records(rows):
        low, no_limit = float(row["lower"]), pd.isna(row["upper"])
        high = low + max(more, 1) if no_limit else float(row["upper"])
        foot = high + 0.4 * more * no_limit  # above the arrow
        text = short(row["lower"], row["upper"])
        bars.append(Bar(row["year"], low, high, foot, text, row["status"] == "deduced", no_limit))
    return bars


def draw_bars(ax: Axes, series: Series, foot: float = 0.0) -> None:
    """Draw each bar from a height on, solid as far as the count is certain, hatched to the highest value it can have.

    A deduced year has a broken edge, and one without an upper limit an arrow.
    """
    bars, colour, width = series
    for deduced, dash, fill in ((False, "-", colour), (True, (0, (2, 1.5)), PAPER)):
        look: Any = {"edgecolor": colour, "linestyle": dash, "zorder": 2}
        some = [bar for bar in bars if bar.deduced == deduced]
        solid = [(bar.year - width / 2, foot, width, bar.low - foot) for bar in some]
        boxes(ax, solid, facecolor=fill, linewidth=1, **look)
        hatched = [(bar.year - width / 2, bar.low, width, bar.high - bar.low) for bar in some if bar.high > bar.low]
        boxes(ax, hatched, facecolor=PAPER, hatch=HATCH, linewidth=0.8, **look)
    if arrows := [(bar.year, bar.high) for bar in bars if bar.no_limit]:
        ax.plot(*zip(*arrows, strict=True), "^", color=colour, markersize=6, zorder=3)


def boxes(ax: Axes, places: Sequence[tuple[float, float, float, float]], **look: Any) -> None:
    """Draw boxes of one look, each by its left, bottom, width and height, in a fraction of the time of one each."""
    corners = [[(x, y), (x, y + h), (x + w, y + h), (x + w, y)] for x, y, w, h in places]
    if corners:
        ax.add_collection(PolyCollection(corners, joinstyle="miter", **look), autolim=False)


def draw_panels(
    ax: Axes, panels: Mapping[str, Sequence[Series]], years: tuple[int, int], apart: float = 0.5
) -> dict[str, tuple[float, float]]:
    """Draw series below each other over the same years, each panel with a scale of its own.

    A dash stands where no source has a figure, so that the gap is not read as zero. Of two series in one panel, the
    second is drawn into the bars of the first.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    panels : mapping of str to sequence of Series
        By name, from top to bottom.
    years : tuple of int
        First and last year.
    apart : float
        How far panels are apart, as a share of their height: room for the name of the lower one.

    Returns
    -------
    dict of str to tuple of float
        Where each panel begins, and how high a count of one is in it: of several panels each is one high, and one alone
        has counts on its axis.
    """
    year_ticks(ax, *years)
    ax.spines["left"].set_visible(False)
    figure: Any = ax.get_figure(root=True)
    high = len(panels) * (1 + apart) - apart
    line = 1.2 * SIZE * high / (ax.get_window_extent().height * 72 / figure.dpi)  # a figure, beside a panel of one
    scales: dict[str, tuple[float, float]] = {}
    ticks: dict[float, str] = {}
    for place, (name, series) in enumerate(panels.items()):
        foot = (len(panels) - 1 - place) * (1 + apart)
        most = max(1.0, *(bar.foot for one in series for bar in one.bars)) / (1 - 1.3 * line)
        unit = 1 / most if len(panels) > 1 else 1.0
        scales[name] = foot, unit
        counts = MaxNLocator(nbins=4, integer=True).tick_values(0, most)
        ticks |= {foot + unit * count: written(round(count)) for count in counts if 0 <= count <= most}
        ax.set_ylim(0, high * most * unit)
        placed = [one._replace(bars=[bar.at(foot, unit) for bar in one.bars]) for one in series]
        _draw_panel(ax, name, placed, years, foot, most * unit, line * most * unit)
    ax.set_yticks(list(ticks), list(ticks.values()))
    return scales


def _draw_panel(
    ax: Axes, name: str, series: Sequence[Series], years: tuple[int, int], foot: float, high: float, line: float
) -> None:
    """Draw a panel that begins at a height and is so high, with figures that are as high as a line."""
    left, right = ax.get_xlim()
    ax.text(left, foot + high, name, fontweight="bold", fontsize=10.5, va="bottom", transform=raised(ax, 4))
    ax.vlines(left, foot, foot + high, color=SOFT, linewidth=1.6)  # half of it is clipped
    ax.hlines(foot, left, right, color=SOFT, linewidth=0.8)
    series = _apart(series[0], series[1], line, foot) if len(series) == 2 else series
    for one in series:
        draw_bars(ax, one, foot)
    write_figures(ax, series, line)
    dash: Any = {"ha": "center", "va": "bottom", "color": SOFT, "fontsize": 8, "in_layout": False}
    for year in sorted(set(range(years[0], years[1] + 1)) - {bar.year for one in series for bar in one.bars}):
        ax.text(year, foot, "–", **dash)


def _apart(tall: Series, low: Series, line: float, ground: float) -> list[Series]:
    """Set the two figures of a year apart, each at its own bar: that of the lower bar inside the higher one."""
    broad, slim = ({bar.year: bar._replace(ground=PAPER) for bar in series.bars} for series in (tall, low))
    for year in broad.keys() & slim.keys():
        below, above = broad[year], slim[year]
        if above.high > below.high:
            foot = max(ground, below.high - line)
            broad[year] = below._replace(foot=foot, ground=tall.colour)
            slim[year] = above._replace(foot=max(above.foot, foot + line))
        else:
            broad[year] = below._replace(foot=max(below.foot, above.foot + line))
    return [tall._replace(bars=[*broad.values()]), low._replace(bars=[*slim.values()])]


def write_figures(ax: Axes, panel: Sequence[Series], height: float) -> None:
    """Write figures so high at their bars, as many as have room: first, last, highest and lowest before the others."""
    first, last = ax.get_xlim()
    year = 72 * 0.88 * inches(ax) / (last - first)
    walls = [(bar.year, width / 2, 0.0, bar.high) for bars, _, width in panel for bar in bars]
    look: Any = {"ha": "center", "va": "bottom", "zorder": 5, "in_layout": False, "size": SIZE}
    look["transform"] = raised(ax, 2)
    for bars, _, _ in panel:
        by_height = sorted(bars, key=lambda bar: bar.high)
        for bar in dict.fromkeys([*bars[:1], *bars[-1:], *by_height[-1:], *by_height[:1], *bars]):
            half = (0.32 * SIZE * len(bar.text) + 0.7) / year
            if not any(
                abs(bar.year - place) < half + width and foot < bar.foot + height and bar.foot < top
                for place, width, foot, top in walls
                if place != bar.year
            ):
                walls.append((bar.year, half, bar.foot, bar.foot + height))
                ground = {"bbox": {"facecolor": bar.ground, "edgecolor": "none", "pad": 0.4}} if bar.ground else {}
                ax.text(bar.year, bar.foot, bar.text, **look, **ground)


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
