"""The timeline: what law and policy did, year by year, beside the counts of the same years."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from trafficking_stats.csv_tables import records
from trafficking_stats.entries import PolicyDate
from trafficking_stats.messages import Country, Years, say
from trafficking_stats.plots.bars import edges, highest
from trafficking_stats.plots.chart import EMPTY, Chart, describe, drawing, inches, instead, wrap
from trafficking_stats.plots.style import HATCH, INK, LINE, PAPER, SOFT, key, shade
from trafficking_stats.texts.focus import known
from trafficking_stats.texts.words import label, policy_dates, sentences, short, title
from trafficking_stats.vocabulary import load_vocabulary

GROUPS = {
    "law": ("s", ("statute", "penalty", "non_punishment")),
    "convention": ("D", ("convention", "opt_out")),
    "plan": ("o", ("plan",)),
    "stay": ("^", ("residence", "reflection")),
    "authority": ("v", ("institution", "policing", "prosecution")),
}
"""The mark of each group of dates, and the kinds in it."""

_LINE, _BAR, _YEAR, _ROOM = 0.165, 0.12, 0.42, 0.34
"""In inches: height of a line and of a bar, width of a year and of the figure behind a bar."""
_PLAIN: Any = {"fontsize": 8.5, "va": "center", "in_layout": False}


def timeline(rows: pd.DataFrame, country: str, indicators: Sequence[str], *, ax: Axes | None = None) -> Axes:
    """Draw the changes of law and policy of a country down the years, beside its yearly totals.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``indicator``, ``year``, ``lower``, ``upper`` and ``status``.
    country : str
        Which country.
    indicators : sequence of str
        The counts beside the dates, each on a scale of its own.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        A sentence where no date is on record.
    """
    dates, rows = policy_dates(load_vocabulary(), country), known(rows)
    counts = {name: rows[rows["indicator"] == name] for name in indicators if name in set(rows["indicator"])}
    with drawing(ax, 5.0 if dates else EMPTY) as ax:
        if not dates:
            return instead(ax, say("tables.dates.none", country=Country(country)))
        ax.set_axis_off()
        kinds = {date.kind for date in dates}
        looks = {say(f"pages.timeline.{g}"): {"marker": m} for g, (m, of) in GROUPS.items() if kinds & set(of)}
        lines = key(ax, looks, inches(ax))
        years = [*(date.date.year for date in dates), *rows["year"]]
        by_year = {year: [d for d in dates if d.date.year == year] for year in range(min(years), max(years) + 1)}
        column = min(1.6, 0.17 * inches(ax))
        sides = {name: _YEAR + number * (column + 0.1) for number, name in enumerate(counts)}
        places, end = _draw_dates(ax, by_year, _YEAR + len(counts) * (column + 0.1) + 0.15, 0.35 if counts else 0.1)
        for name, side in sides.items():
            _draw_counts(ax, counts[name], name, side, column, places)
        ax.set_xlim(0, inches(ax))
        ax.set_ylim(end, 0)
        figure: Any = ax.get_figure(root=True)
        if isinstance(ax, Chart):
            figure.set_figheight(end + 0.2 * lines + 0.1)
    told = [
        say("pages.timeline.year", year=Years([year]), what=[date.label for date in found])
        for year, found in by_year.items()
        if found
    ]
    caption = [
        say("pages.timeline.caption", country=Country(country)),
        say("pages.timeline.beside", what=[label(name) for name in counts]) if counts else "",
        *edges(pd.concat([rows[:0], *counts.values()])),
    ]
    table = pd.DataFrame([date.model_dump() for date in dates])
    return describe(ax, caption=sentences(caption), alt=sentences(told), name=f"{country}-timeline", table=table)


def _draw_dates(
    ax: Axes, by_year: dict[int, list[PolicyDate]], left: float, place: float
) -> tuple[dict[int, float], float]:
    """Write years and dates below each other; return the place of each year and of the end, in inches from the top."""
    letters, places = int((inches(ax) - left - 0.1) / 0.067), {}
    for year, dates in by_year.items():
        places[year] = place + _LINE / 2
        ax.text(0, places[year], str(year), color=SOFT, **_PLAIN)
        for date in dates:
            lines = wrap(date.label, letters)
            height = _LINE * (lines.count("\n") + 1)
            mark = next(mark for mark, kinds in GROUPS.values() if date.kind in kinds)
            ax.plot(left - 0.1, place + _LINE / 2, mark, color=INK, markersize=4)
            ax.text(left, place + height / 2, lines, **_PLAIN)
            place += height
        place = max(place, places[year] + _LINE / 2) + 0.05
        ax.axhline(place - 0.025, color=LINE, linewidth=0.5, zorder=0)
    return places, place


def _draw_counts(ax: Axes, rows: pd.DataFrame, name: str, side: float, column: float, places: dict[int, float]) -> None:
    """Draw a bar a year with its figure behind it."""
    ax.text(side, 0.15, wrap(title(name), int(column / 0.07)), color=SOFT, **_PLAIN)
    scale, colour = (column - _ROOM) / max(1.0, highest(rows)), shade(name)
    for row in records(rows):
        lower, height = scale * row["lower"], places[row["year"]]
        upper = lower if pd.isna(row["upper"]) else scale * row["upper"]
        ax.barh(height, lower, _BAR, left=side, color=colour, edgecolor=colour, linewidth=0.8)
        if pd.isna(row["upper"]):
            ax.plot(side + upper + 0.05, height, ">", color=colour, markersize=4)
            upper += 0.08
        elif upper > lower:
            ax.barh(height, upper - lower, _BAR, left=side + lower, color=PAPER, hatch=HATCH, edgecolor=colour)
        ax.text(side + upper + 0.05, height, short(row["lower"], row["upper"]), **_PLAIN)
