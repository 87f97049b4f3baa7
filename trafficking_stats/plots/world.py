"""Figures of all countries: who publishes what, and how far apart their rates lie."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from trafficking_stats.csv_tables import records
from trafficking_stats.messages import say
from trafficking_stats.plots.chart import EMPTY, describe, drawing, instead
from trafficking_stats.plots.rates import COLOUR, Line, alt_of, draw_lines
from trafficking_stats.plots.style import AREA, PAPER, SOFT, STAGE_SHADES, key, shade, year_ticks
from trafficking_stats.texts.words import number, place_name
from trafficking_stats.texts.world import by_region, group_name, printed_years

if TYPE_CHECKING:
    from trafficking_stats.gap_analysis.countries import Countries
    from trafficking_stats.reconciliation.result import Reconciliation

ONLY_NUMERATOR = "#d98a5c"
"""For years in which a country has the second count without the first; between the other two in grey print."""


def coverage(
    rec: Reconciliation,
    world: Countries,
    start: int | None = None,
    end: int | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw in which years each country has a figure on either count, or on both.

    Parameters
    ----------
    rec : Reconciliation
        The series.
    world : Countries
        Of `trafficking_stats.compare_countries`; gives the counts.
    start, end : int, optional
        First and last year; those that there are by default.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        A row a country, region by region.
    """
    rows = printed_years(rec, world, start, end)
    names = [one.in_words() for one in (world.denominator, world.numerator)]
    lines = [code for region, inside in by_region(set(rows["country"])).items() for code in (region, *inside)]
    with drawing(ax, 0.7 + 0.125 * len(lines) if lines else EMPTY) as ax:
        if not lines:
            return instead(ax, say("pages.world.no_figures"))
        first, last = int(rows["year"].min()), int(rows["year"].max())
        signs = rows.pivot_table("count", "country", "year", "sum", 0)
        signs = signs.reindex(lines, columns=range(first, last + 1), fill_value=0)
        shades = [shade(world.denominator.indicator), ONLY_NUMERATOR, STAGE_SHADES["conviction"]]
        extent = (first - 0.5, last + 0.5, len(lines) - 0.5, -0.5)
        look: Any = {"cmap": ListedColormap([PAPER, *shades]), "vmin": 0, "vmax": 3, "aspect": "auto"}
        ax.imshow(signs, extent=extent, interpolation="none", **look)
        ax.hlines([place + 0.5 for place in range(len(lines))], *extent[:2], color=PAPER, linewidth=0.6)
        ax.vlines([year + 0.5 for year in range(first, last)], *extent[2:], color=PAPER, linewidth=0.6)
        ax.set_yticks(range(len(lines)), map(place_name, lines), fontsize=7)
        for place, code in enumerate(lines):
            if code.isdigit():  # a region: its name, and the years again, so that nobody scrolls for them
                ax.get_yticklabels()[place].set_fontweight("bold")
                for year in range(first + -first % 5, last + 1, 5):
                    ax.text(year, place, str(year), ha="center", va="center", fontsize=7, color=SOFT)
        ax.tick_params(axis="both", length=0)
        year_ticks(ax, first, last, 0.75, margin=0.5)
        looks = zip([*names, say("pages.world.both")], shades, strict=True)
        key(ax, {name: {**AREA, "color": colour} for name, colour in looks}, 0.75)
    values = {"of": names[0], "what": names[1], "countries": rows["country"].nunique()}
    only_of, only_what, both = (int((signs == sign).to_numpy().sum()) for sign in (1, 2, 3))
    caption = say("pages.world.coverage", only_of=only_of, only_what=only_what, both=both, **values)
    return describe(ax, caption=caption, alt=caption, name="world-coverage", table=rows.drop(columns="count"))


def regions(world: Countries, *, ax: Axes | None = None) -> Axes:
    """Draw the rate of each region, how far a further country could be from it, and every country drawn to it.

    Parameters
    ----------
    world : Countries
        Of `trafficking_stats.compare_countries`.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.
    """
    countries, groups = world.tables["countries"], world.tables["groups"]
    pooled = {row["group"]: row for row in records(groups[groups["kind"] != "definition"])}
    members = {"all": list(countries["country"]), **by_region(countries["country"])} if pooled else {}
    lines = [_line(group_name(code), pooled.get(code)) for code in members]
    axis = say("pages.for_100", what=world.numerator, of=world.denominator)
    ax = draw_lines(lines, axis, say("tables.world_regions.none"), ax, log=True)
    if not lines:
        return ax
    dots: Any = {"s": 20, "color": STAGE_SHADES["investigation"], "edgecolor": PAPER, "linewidth": 0.6, "zorder": 3}
    for place, (code, inside) in enumerate(members.items()):
        ax.scatter(countries.loc[countries["country"].isin(inside), "shrunk"], [place] * len(inside), **dots)
        if row := pooled.get(code):
            ax.hlines(place, row["another_lower"], row["another_upper"], COLOUR, linewidth=0.8, zorder=1)
    ends = pd.concat([countries["shrunk"], groups["lower"], groups["upper"]])
    ax.set_xlim(ends.min() / 1.4, ends.max() * 1.4)
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.xaxis.set_minor_formatter(NullFormatter())
    caption = say("pages.world.regions", axis=axis)
    return describe(ax, caption=caption, alt=alt_of(lines, world.confidence), name="world-regions", table=groups)


def _line(name: str, row: Mapping[str, Any] | None) -> Line:
    """Read the rate of a region; where it is not known, its name."""
    rate, lower, upper = (row[end] if row else math.nan for end in ("per_100", "lower", "upper"))
    return Line(name, rate, rate, lower, upper, number(rate) if row else "")
