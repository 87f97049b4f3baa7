"""How every figure looks: shades that differ in grey print, direct labels, bars for what is known as an interval."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

WIDTH = 9.2
"""Width of a figure in inches: that of the column of a report at 96 dots an inch."""

HERO_WIDTH = 7.2
"""Width of the figure at the head of a page, so that the first screen holds it."""

NARROW = 4.1
"""Width of the figure that a phone shows instead of the one at the head of a page."""

INK, SOFT, LINE, PAPER = "#1c2126", "#5a646e", "#c9d1d8", "#ffffff"
ALERT = "#b5460f"
"""For what was rejected, refused or differs; dark enough to be told from the blues in grey print, too."""

STAGE_SHADES = {
    "identification": "#a9cbe2",
    "assistance": "#a9cbe2",
    "protection": "#a9cbe2",
    "investigation": "#6fa6cb",
    "prosecution": "#35789f",
    "conviction": "#0b3c5d",
    "context": "#8a949d",
}
"""One hue that darkens from stage to stage, so that the order survives a grey printer and colour blindness."""

TIER_MARKERS = {"register": "s", "publisher": "D", "compiler": "o", "press": "^"}
HATCH = "////"


class Dated(Protocol):
    """Something that happened on a date, such as a `PolicyDate`."""

    @property
    def date(self) -> datetime.date:
        """When."""

    @property
    def label(self) -> str:
        """What, in a few words."""


@contextmanager
def theme() -> Iterator[None]:
    """Set the style of the figures for the duration of a block and leave that of the caller alone.

    Examples
    --------
    >>> before = mpl.rcParams["axes.edgecolor"]
    >>> with theme():
    ...     inside = mpl.rcParams["axes.edgecolor"]
    >>> inside == SOFT, mpl.rcParams["axes.edgecolor"] == before
    (True, True)
    """
    style: Any = {
        **sns.axes_style("ticks"),
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": 9.5,
        "axes.titlesize": 10.5,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.labelsize": 9.5,
        "axes.labelcolor": INK,
        "axes.edgecolor": SOFT,
        "axes.linewidth": 0.8,
        "xtick.labelsize": 9,
        "ytick.labelsize": 9,
        "xtick.major.size": 3.5,
        "ytick.major.size": 3.5,
        "xtick.major.width": 0.8,
        "ytick.major.width": 0.8,
        "xtick.color": SOFT,
        "ytick.color": SOFT,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "text.color": INK,
        "hatch.linewidth": 0.7,
        "legend.frameon": False,
        "figure.facecolor": PAPER,
        "axes.facecolor": PAPER,
        "figure.constrained_layout.h_pad": 0.06,
    }
    with mpl.rc_context(style):
        yield


def axes(ax: Axes | None, height: float, *, width: float = WIDTH) -> Axes:
    """Return the axes given, or those of a new figure, without the frame above and on the right.

    Parameters
    ----------
    ax : matplotlib.axes.Axes or None
        Where to draw.
    height, width : float
        Size in inches of the new figure.
    """
    if ax is None:
        ax = plt.subplots(figsize=(width, height), layout="constrained")[1]
    sns.despine(ax=ax)
    return ax


def figure_width(ax: Axes) -> float:
    """Return the width in inches of the figure to which axes belong."""
    figure: Any = ax.get_figure(root=True)
    return float(figure.get_size_inches()[0])


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as plain dictionaries, a missing value as None or NA."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def number(value: float) -> str:
    """Write a rate with two figures that count, without an exponent.

    Examples
    --------
    >>> number(5.278), number(0.0123), number(213.4), number(math.inf)
    ('5.3', '0.012', '213', 'no limit')
    """
    if not math.isfinite(value):
        return "no limit"
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.{max(0, 1 - math.floor(math.log10(abs(value))))}f}"


def count_axis(ax: Axes, ticks: int) -> None:
    """Put about as many ticks on the vertical axis, at whole counts, with separators."""
    ax.yaxis.set_major_locator(MaxNLocator(nbins=ticks, integer=True))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def say(ax: Axes, text: str) -> Axes:
    """Write a sentence where there is nothing to draw, so that a figure is never silently empty.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Loses its ticks and frame.
    text : str
        Why there is no figure; long texts are wrapped.
    """
    ax.set_axis_off()
    inches = figure_width(ax) * ax.get_position().width
    ax.text(
        0.5,
        0.5,
        wrap(text, max(20, int(inches * 11))),
        transform=ax.transAxes,
        ha="center",
        va="center",
        color=SOFT,
        fontsize=11,
    )
    return ax


def wrap(text: str, width: int) -> str:
    r"""Break a text into lines of at most ``width`` characters.

    Examples
    --------
    >>> wrap("four years are too few", 12)
    'four years\nare too few'
    """
    import textwrap

    return "\n".join(textwrap.wrap(text, width, break_long_words=False)) or text


def year_ticks(ax: Axes, first: int, last: int, *, margin: float = 0.6) -> None:
    """Give every year a place from half a year before to half a year after, and as many labels as fit.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Its horizontal axis is set.
    first, last : int
        The years shown.
    margin : float
        Room beside them in years.
    """
    years = range(first, last + 1)
    fitting = min(18.0, figure_width(ax) * 0.9 / 0.4)
    step = next(step for step in (1, 2, 5, 10, 25, 100) if len(years) / step <= fitting)
    ax.set_xlim(first - margin, last + margin)
    ax.set_xticks([year for year in years if (year - first) % step == 0 or step == 1])
    ax.set_xlabel("calendar year")


def place_of(date: datetime.date) -> float:
    """Return where a date lies on an axis on which a year is centred on its number.

    Examples
    --------
    >>> place_of(datetime.date(2012, 7, 2))
    2012.0
    """
    start = datetime.date(date.year, 1, 1)
    days = (datetime.date(date.year + 1, 1, 1) - start).days
    return round(date.year - 0.5 + (date - start).days / days, 2)


def mark_dates(panels: Sequence[Axes], dates: Iterable[Dated]) -> float:
    """Draw a line through all panels at each date and name it above the first one.

    Dates outside the horizontal axis are left out; names that would overlap are put above each other.

    Parameters
    ----------
    panels : sequence of matplotlib.axes.Axes
        From top to bottom, with the same horizontal axis.
    dates : iterable of Dated
        What happened.

    Returns
    -------
    float
        Height of the names above the first panel in points, so that its title can be raised.
    """
    first, last = panels[0].get_xlim()
    shown = [(place_of(d.date), d.label) for d in dates if first <= place_of(d.date) <= last]
    inches = figure_width(panels[0]) * 0.9
    per_letter = (last - first) / inches * 0.068
    ends: list[float] = []
    for place, label in sorted(shown):
        for panel in panels:
            panel.axvline(place, color=SOFT, linewidth=0.8, linestyle=(0, (2, 2)), zorder=0.5)
        # Right of its line, or left of it where the axis ends.
        to_left = place + per_letter * len(label) > last
        start = place - per_letter * len(label) if to_left else place
        row = next((i for i, end in enumerate(ends) if end <= start), len(ends))
        ends[row : row + 1] = [start + per_letter * (len(label) + 2)]
        panels[0].annotate(
            label,
            (place, 1.0),
            xycoords=panels[0].get_xaxis_transform(),
            xytext=(-1 if to_left else 1, 5 + 10.5 * row),
            textcoords="offset points",
            ha="right" if to_left else "left",
            va="bottom",
            fontsize=7.5,
            color=SOFT,
            annotation_clip=False,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.5},
            zorder=3,
        )
        panels[0].annotate(
            "",
            (place, 1.0),
            xycoords=panels[0].get_xaxis_transform(),
            xytext=(0, 6 + 10.5 * row),
            textcoords="offset points",
            arrowprops={"arrowstyle": "-", "color": LINE, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 0},
            annotation_clip=False,
            zorder=0.4,
        )
    return 10.5 * len(ends) + 2 if ends else 0.0


def key(ax: Axes, colours: Mapping[str, str]) -> None:
    """Name the colours above the axes.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where.
    colours : mapping of str to str
        Colour of each name.
    """
    handles = [Patch(facecolor=colour, edgecolor=colour, label=name) for name, colour in colours.items()]
    _legend(ax, handles)


def marker_key(ax: Axes, markers: Mapping[str, str], *, rejected: bool = True) -> int:
    """Name the markers above the axes, and what filled and open ones mean.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where.
    markers : mapping of str to str
        Marker of each name.
    rejected : bool
        Whether there are open ones.

    Returns
    -------
    int
        The lines it takes.
    """
    shape: Any = {"linestyle": "none", "markersize": 5, "markeredgewidth": 1.3}
    handles = [Line2D([], [], marker=m, color=INK, label=name, **shape) for name, m in markers.items()]
    if rejected:
        handles.append(Line2D([], [], marker="o", color=ALERT, markerfacecolor=PAPER, label="open: rejected", **shape))
    _legend(ax, handles)
    return math.ceil(len(handles) / key_columns(ax, [str(handle.get_label()) for handle in handles]))


def line_key(ax: Axes, lines: Mapping[str, tuple[str, float]]) -> None:
    """Name the lines above the axes.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where.
    lines : mapping of str to tuple of (str, float)
        Colour and width in points of each name.
    """
    _legend(ax, [Line2D([], [], color=colour, linewidth=width, label=name) for name, (colour, width) in lines.items()])


def key_columns(ax: Axes, names: Sequence[str]) -> int:
    """Return in how many columns names and their colours fit above the axes.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where.
    names : sequence of str
        In the order of the key.
    """
    room = figure_width(ax) * 0.88
    for columns in range(len(names), 1, -1):
        rows = math.ceil(len(names) / columns)
        # A key is filled column by column.
        longest = [max(map(len, names[start : start + rows])) for start in range(0, len(names), rows)]
        if sum(0.42 + 0.072 * letters for letters in longest) <= room:
            return columns
    return 1


def _legend(ax: Axes, handles: Sequence[Artist]) -> None:
    ax.legend(
        handles=list(handles),
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=key_columns(ax, [str(handle.get_label()) for handle in handles]),
        borderaxespad=0.2,
        borderpad=0.2,
        handlelength=1.1,
        handletextpad=0.5,
        columnspacing=1.6,
        fontsize=9,
    )
