"""How every figure looks: shades that differ in grey print, direct labels, ticks and keys that fit the width."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
import seaborn as sns
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from trafficking_stats.messages.values import written

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

_SHEET = Path(__file__).with_name("chart.mplstyle")

TIER_MARKERS = {"register": "s", "publisher": "D", "compiler": "o", "press": "^"}
HATCH = "////"


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
    sheet = mpl.rc_params_from_file(_SHEET, use_default_template=False)
    with mpl.rc_context({**sns.axes_style("ticks"), **sheet}):
        yield


def count_axis(ax: Axes, ticks: int) -> None:
    """Put about as many ticks on the vertical axis, at whole counts, with separators."""
    ax.yaxis.set_major_locator(MaxNLocator(nbins=ticks, integer=True))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: written(round(value))))


def year_ticks(ax: Axes, first: int, last: int, inches: float, *, margin: float = 0.6) -> None:
    """Give every year a place from half a year before to half a year after, and as many labels as fit.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Its horizontal axis is set.
    first, last : int
        The years shown.
    inches : float
        Width of the figure.
    margin : float
        Room beside them in years.
    """
    years = range(first, last + 1)
    fitting = min(18.0, inches * 0.9 / 0.4)
    step = next(step for step in (1, 2, 5, 10, 25, 100) if len(years) / step <= fitting)
    room = max(margin, 3 - len(years) / 2)  # a year alone is no wall
    ax.set_xlim(first - room, last + room)
    ax.set_xticks([year for year in years if (year - first) % step == 0 or step == 1])


def patches(colours: Mapping[str, str]) -> list[Artist]:
    """Return what stands in a key for areas of these colours."""
    return [Patch(facecolor=colour, edgecolor=colour, label=name) for name, colour in colours.items()]


def marks(markers: Mapping[str, str], rejected: str = "") -> list[Artist]:
    """Return what stands in a key for these markers, and for an open one if ``rejected`` names it."""
    shape: Any = {"linestyle": "none", "markersize": 5, "markeredgewidth": 1.3}
    handles: list[Artist] = [Line2D([], [], marker=m, color=INK, label=name, **shape) for name, m in markers.items()]
    if rejected:
        handles.append(Line2D([], [], marker="o", color=ALERT, markerfacecolor=PAPER, label=rejected, **shape))
    return handles


def key(ax: Axes, handles: Sequence[Artist], inches: float) -> int:
    """Name colours, lines or markers above the axes, and return the lines that this takes.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where; an earlier key is replaced.
    handles : sequence of matplotlib.artist.Artist
        From `patches` or `marks`.
    inches : float
        Width of the figure.
    """
    columns = key_columns([str(handle.get_label()) for handle in handles], inches)
    ax.legend(
        handles=list(handles),
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=columns,
        borderaxespad=0.2,
        borderpad=0.2,
        handlelength=1.1,
        handletextpad=0.5,
        columnspacing=1.6,
        fontsize=9,
    )
    return math.ceil(len(handles) / columns)


def key_columns(names: Sequence[str], inches: float) -> int:
    """Return in how many columns names and their colours fit above axes.

    Examples
    --------
    >>> key_columns(["victims identified", "persons convicted"], 7.2)
    2
    """
    for columns in range(len(names), 1, -1):
        rows = math.ceil(len(names) / columns)
        # A key is filled column by column.
        longest = [max(map(len, names[start : start + rows])) for start in range(0, len(names), rows)]
        if sum(0.42 + 0.072 * letters for letters in longest) <= inches * 0.88:
            return columns
    return 1
