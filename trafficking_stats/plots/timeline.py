"""The timeline: what law and policy did, year by year, beside the counts of the same years."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from trafficking_stats.csv_tables import records
from trafficking_stats.messages import Country, Years, say
from trafficking_stats.plots.chart import chart, describe, fit, heighten, instead, wrap
from trafficking_stats.plots.series import edges, shade
from trafficking_stats.plots.style import HATCH, INK, LINE, PAPER, SOFT, key, marks, theme
from trafficking_stats.texts.focus import LEADING, known, totals
from trafficking_stats.texts.words import label, policy_dates, sentences, short, title
from trafficking_stats.vocabulary import PolicyDate

if TYPE_CHECKING:
    from trafficking_stats.reconciliation.result import Reconciliation

GROUPS = {
    "law": ("s", ("statute", "penalty", "non_punishment")),
    "convention": ("D", ("convention", "opt_out")),
    "plan": ("o", ("plan",)),
    "stay": ("^", ("residence", "reflection")),
    "authority": ("v", ("institution", "policing", "prosecution")),
}
"""The mark of each group of dates, and the kinds in it."""

_LINE, _BAR, _YEAR, _ROOM = 0.165, 0.12, 0.45, 0.42
"""In inches: height of a line and of a bar, width of a year and of the figure behind a bar."""


def timeline(
    rec: Reconciliation,
    country: str,
    start: int | None = None,
    end: int | None = None,
    *,
    indicators: Sequence[str] = (LEADING[0], LEADING[-1]),
    ax: Axes | None = None,
) -> Axes:
    """Draw the changes of law and policy of a country down the years, beside its yearly totals.

    Parameters
    ----------
    rec : Reconciliation
        The series and the dates.
    country : str
        Which country.
    start, end : int, optional
        First and last year; by default all that have a date or a figure.
    indicators : sequence of str
        The counts beside the dates, each on a scale of its own.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        A sentence where no date is on record.
    """
    years = (start or 0, end or 9999)
    rows = totals(rec, country, *years)
    dates = [date for date in policy_dates(rec.vocabulary, country) if years[0] <= date.date.year <= years[1]]
    return draw_timeline(rows[rows["indicator"].isin(list(indicators))], dates, country, indicators, ax)


def draw_timeline(
    rows: pd.DataFrame, dates: Sequence[PolicyDate], country: str, indicators: Sequence[str], ax: Axes | None = None
) -> Axes:
    """Draw dates beside rows of a series; see `timeline`."""
    rows = known(rows)
    shown = [indicator for indicator in indicators if indicator in set(rows["indicator"])]
    with theme():
        ax = chart(ax, 5.0 if dates else 1.2)
        if not dates:
            return instead(ax, say("tables.dates.none", country=Country(country)))
        ax.set_axis_off()
        ends = [*(date.date.year for date in dates), *rows["year"]]
        by_year: dict[int, list[PolicyDate]] = {year: [] for year in range(int(min(ends)), int(max(ends)) + 1)}
        for date in dates:
            by_year[date.date.year].append(date)
        handles = marks({say(f"pages.timeline.{g}"): GROUPS[g][0] for g in GROUPS if _of_group(dates, g)})
        drawn: list[Artist] = []

        def layout(inches: float) -> None:
            while drawn:
                drawn.pop().remove()
            lines = key(ax, handles, inches)
            height = _lay_out(ax, inches, by_year, {name: rows[rows["indicator"] == name] for name in shown}, drawn)
            heighten(ax, height + 0.2 * lines + 0.1)

        fit(ax, layout)
    told = [
        say("pages.timeline.year", year=Years([y]), what=[d.label for d in found])
        for y, found in by_year.items()
        if found
    ]
    caption = [
        say("pages.timeline.caption", country=Country(country)),
        say("pages.timeline.beside", what=[label(name) for name in shown]) if shown else "",
        *edges(rows),
    ]
    table = pd.DataFrame([date.model_dump() for date in dates])
    return describe(ax, caption=sentences(caption), alt=sentences(told), name=f"{country}-timeline", table=table)


def _of_group(dates: Sequence[PolicyDate], group: str) -> list[PolicyDate]:
    return [date for date in dates if date.kind in GROUPS[group][1]]


def _lay_out(
    ax: Axes,
    inches: float,
    by_year: dict[int, list[PolicyDate]],
    counts: dict[str, pd.DataFrame],
    drawn: list[Artist],
) -> float:
    """Set years, bars and dates below each other for a width, and return the height that takes; both in inches."""
    column = min(1.6, 0.19 * inches)
    left = _YEAR + len(counts) * (column + 0.1) + 0.08
    letters = int((inches - left - 0.2) / 0.067)
    plain: Any = {"fontsize": 8.5, "va": "center", "color": INK}
    place, places = 0.35 if counts else 0.1, {}
    for year, dates in by_year.items():
        places[year] = place + _LINE / 2
        drawn.append(ax.text(0, places[year], str(year), **{**plain, "color": SOFT}))
        for date in dates:
            lines = wrap(date.label, letters)
            middle = place + _LINE * (lines.count("\n") + 1) / 2
            mark = next(mark for mark, kinds in GROUPS.values() if date.kind in kinds)
            drawn.extend(ax.plot(left - 0.1, place + _LINE / 2, mark, color=INK, markersize=4))
            drawn.append(ax.text(left, middle, lines, **plain))
            place = middle + _LINE * (lines.count("\n") + 1) / 2
        place = max(place, places[year] + _LINE / 2) + 0.05
        drawn.append(ax.axhline(place - 0.025, color=LINE, linewidth=0.5, zorder=0))
    for number, (name, rows) in enumerate(counts.items()):
        side = _YEAR + number * (column + 0.1)
        drawn.append(ax.text(side, 0.15, wrap(title(name), int(column / 0.07)), **{**plain, "color": SOFT}))
        scale = (column - _ROOM) / max(1.0, float(pd.concat([rows["lower"], rows["upper"]]).max()))
        for row in records(rows):
            lower = scale * float(row["lower"])
            upper = lower if pd.isna(row["upper"]) else scale * float(row["upper"])
            look: Any = {"edgecolor": shade(name), "linewidth": 0.8}
            height = places[row["year"]]
            drawn.extend(ax.barh(height, lower, _BAR, left=side, color=shade(name), **look))
            if upper > lower:
                drawn.extend(ax.barh(height, upper - lower, _BAR, left=side + lower, color=PAPER, hatch=HATCH, **look))
            drawn.append(ax.text(side + upper + 0.05, height, short(row["lower"], row["upper"]), **plain))
    ax.set_xlim(0, inches)
    ax.set_ylim(place, 0)
    return place
