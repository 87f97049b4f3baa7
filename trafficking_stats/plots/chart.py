"""Axes that show themselves in a notebook: one drawing that can be read on a page and on a phone."""

import io
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import pandas as pd
from markupsafe import escape
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.transforms import Transform, offset_copy

from trafficking_stats.messages.shown import csv_text, nothing
from trafficking_stats.plots.style import SOFT, inches, theme

WIDTH = 5.0
"""Width in inches of a figure: a page shows it at up to 1.25 times that, a phone at two thirds of it."""

EMPTY = 1.2
"""Height in inches of a figure that holds a sentence alone."""


class Chart(Axes):
    """Axes with a caption, a text for who cannot see them, and the numbers behind them.

    It is what every function of `trafficking_stats.plots` returns where no axes are given. Change it like any other
    axes: what a cell shows at the end is as you left it.

    Parameters
    ----------
    *args, **kwargs
        As for `matplotlib.axes.Axes`; use `drawing` to make one.
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
            return nothing(self.sentence)._repr_mimebundle_()
        figure: Any = self.get_figure(root=True)
        svg = _svg(figure)
        wide, high = (round(96 * inches) for inches in figure.get_size_inches())
        facts = {"kind": "figure", "alt": self.alt, "caption": self.caption, "name": self.file_name}
        facts |= {"width": wide, "height": high}
        if self.data is not None and len(self.data):
            facts["csv"] = csv_text(self.data)
        shown = f"<figure>{svg[svg.index('<svg') :]}<figcaption>{escape(self.caption)}</figcaption></figure>"
        return {"image/svg+xml": svg, "text/html": shown, "text/plain": self.alt}, {"report": facts}


@contextmanager
def drawing(ax: Axes | None, height: float) -> Iterator[Axes]:
    """Draw in our style on the axes given, or on those of a new figure of some height in inches."""
    with theme():
        if ax is None:
            # no pyplot: whoever shows the last line of a cell would show its open figures once more
            ax = Figure(figsize=(WIDTH, height), layout="tight").add_subplot(axes_class=Chart)
        ax.spines[["top", "right"]].set_visible(False)
        yield ax


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
    """Write a sentence where there is nothing to draw, so that a figure is never silently empty."""
    ax.set_axis_off()
    if isinstance(ax, Chart):
        ax.sentence = ax.alt = ax.caption = text
    place: Any = {"transform": ax.transAxes, "ha": "center", "va": "center", "color": SOFT, "fontsize": 11}
    ax.text(0.5, 0.5, wrap(text, int(8 * inches(ax))), **place)
    return ax


def raised(ax: Axes, points: float) -> Transform:
    """Return where a text stands that is so much above its place."""
    figure: Any = ax.get_figure(root=True)
    return offset_copy(ax.transData, figure, y=points, units="points")


def wrap(text: str, width: int) -> str:
    r"""Break a text into lines of at most ``width`` characters.

    Examples
    --------
    >>> wrap("four years are too few", 12)
    'four years\nare too few'
    """
    return "\n".join(textwrap.wrap(text, max(width, 8), break_long_words=False)) or text


def _svg(figure: Figure) -> str:
    """Draw a figure, its text as text; the same in every run."""
    image, (wide, high) = io.StringIO(), 72 * figure.get_size_inches()
    with theme(), mpl.rc_context({"svg.hashsalt": "trafficking_stats", "svg.fonttype": "none"}):
        engine, dpi = figure.get_layout_engine(), figure.dpi
        figure.set_layout_engine("none")
        figure.dpi = 72  # as the points of SVG
        # what measures the texts also prints them: a canvas would measure each of them twice
        renderer = RendererSVG(wide, high, image, image_dpi=dpi, metadata={"Date": None, "Creator": None})
        if len(figure.axes) == 1:
            _fit(figure, renderer)
        elif engine is not None:  # somebody added axes
            engine.execute(figure)
        figure.draw(renderer)
        renderer.finalize()
        figure.dpi = dpi
        figure.set_layout_engine(engine or "none")
    # where the font is not there, one of the same width that most systems have
    return image.getvalue().replace("'DejaVu Sans'", "'DejaVu Sans', Verdana")


def _fit(figure: Any, renderer: RendererSVG) -> None:
    """Let all that stands around the axes fill the figure; a layout of matplotlib measures every text twice for it."""
    ax, (wide, high) = figure.axes[0], figure.bbox.size
    inner, outer = ax.get_window_extent(), ax.get_tightbbox(renderer)
    pad = 1.08 * mpl.rcParams["font.size"]
    figure.subplots_adjust(
        left=(inner.x0 - outer.x0 + pad) / wide,
        right=1 - (outer.x1 - inner.x1 + pad) / wide,
        bottom=(inner.y0 - outer.y0 + pad) / high,
        top=1 - (outer.y1 - inner.y1 + pad) / high,
    )
