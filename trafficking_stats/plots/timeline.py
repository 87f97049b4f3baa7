"""The timeline: what law and policy did, year by year, beside the counts of the same years."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from trafficking_stats.csv_tables import records
from trafficking_stats.entries import PolicyDate
from trafficking_stats.messages import Country, Years, say
from trafficking_stats.plots.bars import SIZE, boxes, edges, highest
from trafficking_stats.plots.chart import EMPTY, Chart, describe, drawing, instead, wrap
from trafficking_stats.plots.series import series_alt
from trafficking_stats.plots.style import DATE_MARKERS, HATCH, INK, LINE, PAPER, SOFT, inches, key, shade
from trafficking_stats.texts.focus import known
from trafficking_stats.texts.words import label, policy_dates, sentences, short, title
from trafficking_stats.vocabulary import load_vocabulary

_LINE, _HEAD, _BAR, _YEAR, _DIGIT = 0.165, 0.45, 0.12, 0.42, 0.085
"""In inches: height of a line, of the heads and of a bar, width of a year and of a digit of a figure behind a bar."""
_SINCE = 2000
"""The year of the United Nations' protocol that defines trafficking; older dates stand in the table only."""
_PLAIN: Any = {"fontsize": 8.5, "va": "center", "in_layout": False}


def timeline(rows: pd.DataFrame, country: str, *, ax: Axes | None = None) -> Axes:
    """Draw the changes of law and policy of a country down the years, beside its yearly totals.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``indicator``, ``year``, ``lower``, ``upper`` and ``status``; each indicator has a scale of its own.
    country : str
        Which country.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        A line a year with a date or a figure; a sentence where there are neither.
    """
    dates, asked, rows = policy_dates(load_vocabulary(), country), dict.fromkeys(rows["indicator"]), known(rows)
    shown = [name for name in asked if name in set(rows["indicator"])]
    years = sorted({*rows["year"], *(date.date.year for date in dates if date.date.year >= _SINCE)})
    by_year = {year: [date for date in dates if date.date.year == year] for year in years}
    none = "" if dates else say("tables.dates.none", country=Country(country))
    with drawing(ax, 5.0 if years else EMPTY) as ax:
        if not years:
            return instead(ax, none)
        ax.set_axis_off()
        groups = {load_vocabulary().policy_kinds[date.kind] for date in dates}
        looks = {
            say(f"pages.timeline.{name}"): {"marker": DATE_MARKERS[name]} for name in DATE_MARKERS if name in groups
        }
        lines = key(ax, looks) if looks else 0
        room = 0.15 + _DIGIT * max((len(short(row["lower"], row["upper"])) for row in records(rows)), default=0)
        column = max(room + 2 * _BAR, min(0.95, (0.53 if dates else 0.9) * inches(ax) / max(1, len(shown))))
        top = 0.1 + _HEAD * bool(shown)
        places, end = _draw_dates(ax, by_year, _YEAR + len(shown) * column + 0.15, top)
        for number, name in enumerate(shown):
            side = _YEAR + number * column
            ax.text(side, top, wrap(title(name), int(column / 0.06)), size=SIZE, va="bottom", color=SOFT)
            _draw_counts(ax, rows[rows["indicator"] == name], (side, column - room), places)
        ax.set_xlim(0, inches(ax))
        ax.set_ylim(end, 0)
        figure: Any = ax.get_figure(root=True)
        if isinstance(ax, Chart):
            figure.set_figheight(end + 0.2 * lines + 0.1)
    caption = [
        none or say("pages.timeline.caption", country=Country(country)),
        say("pages.timeline.beside", what=list(map(label, shown))) if shown else "",
        *edges(rows),
    ]
    told = [(Years([year]), [date.label for date in found]) for year, found in by_year.items() if found]
    alt = [*(say("pages.timeline.year", year=year, what=what) for year, what in told), series_alt(rows, shown)]
    table = pd.DataFrame([date.model_dump() for date in dates])
    return describe(ax, caption=sentences(caption), alt=sentences(alt), name=f"{country}-timeline", table=table)


def _draw_dates(
    ax: Axes, by_year: Mapping[int, Sequence[PolicyDate]], left: float, place: float
) -> tuple[dict[int, float], float]:
    """Write years and dates below each other; return the place of each year and of the end, in inches from the top."""
    letters, places = int((inches(ax) - left - 0.1) / 0.067), {}
    for year, dates in by_year.items():
        places[year] = place + _LINE / 2
        ax.text(0, places[year], str(year), color=SOFT, **_PLAIN)
        for date in dates:
            text, mark = wrap(date.label, letters), DATE_MARKERS[load_vocabulary().policy_kinds[date.kind]]
            height = _LINE * (text.count("\n") + 1)
            ax.plot(left - 0.1, place + _LINE / 2, mark, color=INK, markersize=4)
            ax.text(left, place + height / 2, text, **_PLAIN)
            place += height
        place = max(place, places[year] + _LINE / 2) + 0.04
        ax.axhline(place - 0.02, color=LINE, linewidth=0.5, zorder=0)
    return places, place


def _draw_counts(ax: Axes, rows: pd.DataFrame, column: tuple[float, float], places: Mapping[int, float]) -> None:
    """Draw a bar a year with its figure behind it; bars begin at a place, and the longest has a width."""
    (side, width), colour = column, shade(str(rows["indicator"].iat[0]))
    scale = width / max(1.0, highest(rows))
    lower = scale * rows["lower"].astype(float)
    upper, heights = (scale * rows["upper"].astype(float)).fillna(lower), rows["year"].map(places)
    looks: Any = ((upper, {"facecolor": PAPER, "hatch": HATCH}), (lower, {"facecolor": colour}))
    for ends, look in looks:
        bars = [(side, height - _BAR / 2, end, _BAR) for height, end in zip(heights, ends, strict=True)]
        boxes(ax, bars, edgecolor=colour, linewidth=0.8, **look)
    for row, height, end in zip(records(rows), heights, side + upper + 0.05, strict=True):
        ax.text(end, height, short(row["lower"], row["upper"]), **_PLAIN)
