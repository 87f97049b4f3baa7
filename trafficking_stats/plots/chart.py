"""Axes that show themselves in a notebook: one drawing that fits the width of a page and of a phone."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
import pandas as pd
import seaborn as sns
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trafficking_stats.plots.style import SOFT, theme
from trafficking_stats.shown import csv_text

WIDTH = 9.2
"""Width in inches of a figure on a page: that of its column at 96 dots an inch."""

HERO_WIDTH = 7.2
"""Width of the figure at the head of a page, so that the first screen holds it."""

NARROW = 4.1
"""Width of the figure on a phone."""


class Chart(Axes):
    """Axes with a caption, a text for who cannot see them, and the numbers behind them.

    It is what every function of `trafficking_stats.plots` returns where no axes are given. Change it like any other
    axes: what a cell shows at the end is as you left it, at both widths.

    Parameters
    ----------
    *args, **kwargs
        As for `matplotlib.axes.Axes`; use `chart` to make one.
    """

    caption = ""
    alt = ""
    file_name = "figure"
    data: pd.DataFrame | None = None
    sentence = ""
    """What stands instead of a drawing that would be empty."""

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        if self.sentence:
            html = Markup("<p>{}</p>").format(self.sentence)
            return {"text/html": str(html), "text/plain": self.sentence}, {"report": {"kind": "prose"}}
        figure: Any = self.get_figure(root=True)
        wide = float(figure.get_size_inches()[0])
        image, narrow = _svg(figure, wide), _svg(figure, min(NARROW, wide))
        resize(figure, wide)
        facts = {
            "kind": "figure",
            "alt": self.alt,
            "caption": self.caption,
            "width": image["width"],
            "height": image["height"],
            "narrow": narrow,
            "name": self.file_name,
        }
        if self.data is not None and len(self.data):
            facts["csv"] = csv_text(self.data)
        drawing = image["svg"][image["svg"].index("<svg") :]
        shown = f"<figure>{drawing}<figcaption>{escape(self.caption)}</figcaption></figure>"
        return {"image/svg+xml": image["svg"], "text/html": shown, "text/plain": self.alt}, {"report": facts}


def chart(ax: Axes | None, height: float, *, width: float = WIDTH) -> Axes:
    """Return the axes given, or those of a new figure, without the frame above and on the right.

    Parameters
    ----------
    ax : matplotlib.axes.Axes or None
        Where to draw.
    height, width : float
        Size in inches of the new figure.
    """
    if ax is None:
        # no pyplot: whoever shows the last line of a cell would show its open figures once more
        ax = Figure(figsize=(width, height), layout="constrained").add_subplot(axes_class=Chart)
    sns.despine(ax=ax)
    return ax


def panels(ax: Axes, number: int, gap: float) -> list[Axes]:
    """Divide axes into panels below each other, as far apart as ``gap`` times their height."""
    ax.set_axis_off()
    height = 1 / (number + gap * (number - 1))
    found = [ax.inset_axes((0, 1 - height - (1 + gap) * height * place, 1, height)) for place in range(number)]
    for panel in found:
        panel.spines[["top", "right"]].set_visible(False)
    return found


def describe(ax: Axes, *, caption: str, alt: str, name: str = "figure", table: pd.DataFrame | None = None) -> Axes:
    """Hand axes what a page shows beside them; other axes than a `Chart` stay as they are.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where it is drawn.
    caption, alt : str
        What stands below, and what is read to who cannot see it.
    name : str
        Of the file with the numbers, without ending.
    table : pandas.DataFrame, optional
        The numbers.
    """
    if isinstance(ax, Chart):
        ax.caption, ax.alt, ax.data, ax.file_name = caption, alt, table, name
    return ax


def instead(ax: Axes, text: str) -> Axes:
    """Write a sentence where there is nothing to draw, so that a figure is never silently empty.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Loses its ticks and frame.
    text : str
        Why there is no figure.
    """
    ax.set_axis_off()
    if isinstance(ax, Chart):
        ax.sentence = ax.alt = ax.caption = text
    place: Any = {"transform": ax.transAxes, "ha": "center", "va": "center", "color": SOFT, "fontsize": 11}
    label = ax.text(0.5, 0.5, text, **place)
    fit(ax, lambda inches: label.set_text(wrap(text, int(inches * ax.get_position().width * 11))))
    return ax


def fit(ax: Axes, layout: Callable[[float], object]) -> None:
    """Lay something out for the width of the figure now, and again whenever it is shown at another one.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Belongs to the figure.
    layout : callable
        Takes the width of the figure in inches.
    """
    figure: Any = ax.get_figure(root=True)
    figure.__dict__.setdefault("_layouts", []).append(layout)
    layout(float(figure.get_size_inches()[0]))


def heighten(ax: Axes, inches: float) -> None:
    """Give a figure of ours the height that its drawing takes at the present width; the axes of others keep theirs."""
    if isinstance(ax, Chart):
        figure: Any = ax.get_figure(root=True)
        figure.set_size_inches(figure.get_size_inches()[0], inches)


def resize(figure: Figure, width: float) -> None:
    """Give a figure another width in inches, and lay it out anew."""
    figure.set_size_inches(width, figure.get_size_inches()[1])
    with theme():
        for layout in figure.__dict__.get("_layouts", []):
            layout(width)


def wrap(text: str, width: int) -> str:
    r"""Break a text into lines of at most ``width`` characters.

    Examples
    --------
    >>> wrap("four years are too few", 12)
    'four years\nare too few'
    """
    return "\n".join(textwrap.wrap(text, max(width, 8), break_long_words=False)) or text


def _svg(figure: Any, width: float) -> dict[str, Any]:
    """Draw a figure at a width: its text as paths, its size in pixels; the same in every run."""
    resize(figure, width)
    image = io.BytesIO()
    with theme(), mpl.rc_context({"svg.hashsalt": "trafficking_stats", "svg.fonttype": "path"}):
        # laid out here, since saving would draw once more for it
        engine = figure.get_layout_engine()
        if engine is not None:
            engine.execute(figure)
            figure.set_layout_engine("none")
        figure.savefig(image, format="svg", metadata={"Date": None, "Creator": None})
        figure.set_layout_engine(engine or "none")
    wide, high = (round(96 * inches) for inches in figure.get_size_inches())
    return {"svg": image.getvalue().decode("utf-8"), "width": wide, "height": high}
