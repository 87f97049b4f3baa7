"""How every figure looks: shades that differ in grey print, ticks and keys that fit the width."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from trafficking_stats.vocabulary import load_vocabulary

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
DATE_MARKERS = {"law": "s", "convention": "D", "plan": "o", "stay": "^", "authority": "v"}
HATCH = "////"
AREA = {"marker": "s", "markersize": 9}
"""How an area of a colour stands in a key."""

_SHEET = mpl.rc_params_from_file(Path(__file__).with_name("chart.mplstyle"), use_default_template=False)


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
    with mpl.rc_context({**sns.axes_style("ticks"), **_SHEET}):
        yield


def shade(indicator: str) -> str:
    """Return the colour of the stage to which an indicator, or a part of it, belongs."""
    found = load_vocabulary().indicators.get(indicator.partition(";")[0])
    return STAGE_SHADES[found.stage] if found else SOFT


def inches(ax: Axes) -> float:
    """Return the width of the figure."""
    figure: Any = ax.get_figure(root=True)
    return float(figure.get_size_inches()[0])


def year_ticks(ax: Axes, first: int, last: int, share: float = 1.0, margin: float = 0.6) -> None:
    """Give every year a place from half a year before to half a year after, and as many labels as fit.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Its horizontal axis is set.
    first, last : int
        The years shown.
    share : float
        How much of the width of the figure the axes have.
    margin : float
        Room beside them in years.
    """
    number = last - first + 1
    step = next(step for step in (1, 2, 5, 10, 25, 100) if number / step <= share * inches(ax) * 2.3)
    room = max(margin, 3 - number / 2)  # a year alone is no wall
    ax.set_xlim(first - room, last + room)
    ax.set_xticks(range(first, last + 1, step))


def key(ax: Axes, looks: Mapping[str, Mapping[str, Any]], share: float = 1.0) -> int:
    """Name marks above the axes, two beside each other where they fit, and return the lines that this takes.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where.
    looks : mapping of str to mapping
        How the mark of each name looks, as `matplotlib.lines.Line2D` takes it; an area is an `AREA`.
    share : float
        How much of the width of the figure the axes have.
    """
    columns = 2 if 0.42 + 0.072 * max(map(len, looks)) <= 0.45 * share * inches(ax) else 1
    basic = {"linestyle": "none", "color": INK, "markersize": 5, "markeredgewidth": 1.3}
    handles = [Line2D([], [], label=name, **{**basic, **look}) for name, look in looks.items()]
    room = {"borderaxespad": 0.2, "borderpad": 0.2, "handlelength": 1.1, "handletextpad": 0.5, "columnspacing": 1.6}
    ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=columns, fontsize=9, **room)
    return -(-len(handles) // columns)
