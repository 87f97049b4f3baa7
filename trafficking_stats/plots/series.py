"""Figures of the series: stages over the years, two counts on one scale, and which years have which figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from trafficking_stats.csv_tables import records
from trafficking_stats.gap_analysis.pair import STAGES
from trafficking_stats.messages import Country, Years, say
from trafficking_stats.plots.chart import HERO_WIDTH, chart, describe, fit, instead, panels
from trafficking_stats.plots.style import (
    ALERT,
    HATCH,
    LINE,
    PAPER,
    SOFT,
    STAGE_SHADES,
    count_axis,
    key,
    patches,
    theme,
    year_ticks,
)
from trafficking_stats.texts.focus import known, measured, stage_indicators, years_shown
from trafficking_stats.texts.words import capital, label, sentences, short, title
from trafficking_stats.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from trafficking_stats.reconciliation.result import Reconciliation


def shade(indicator: str) -> str:
    """Return the colour of the stage to which an indicator, or a part of it, belongs."""
    found = load_vocabulary().indicators.get(indicator.partition(";")[0])
    return STAGE_SHADES[found.stage] if found else SOFT


def interval_bars(
    ax: Axes,
    rows: pd.DataFrame,
    colour: str,
    *,
    width: float = 0.72,
    floors: Mapping[int, float] | None = None,
    room: float = 0.0,
) -> None:
    """Draw a bar a year: solid as far as the count is certain, hatched to the highest value it can have.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw; its horizontal axis is set already.
    rows : pandas.DataFrame
        Columns ``year``, ``lower``, ``upper`` and ``status``; a deduced year has a broken edge.
    colour : str
        Of the solid part.
    width : float
        In years.
    floors : mapping of int to float, optional
        Years whose figure stands at least so high, to make room for something else.
    room : float
        How much higher, as a share of the highest bar, where another figure stands on the floor.
    """
    top, names = float(pd.concat([rows["lower"], rows["upper"]]).max()), []
    for row in records(rows):
        lower, certain = float(row["lower"]), row["status"] != "deduced"
        unbounded = pd.isna(row["upper"])
        upper = max(lower + 0.12 * top, 1.0) if unbounded else float(row["upper"])
        look: Any = {"edgecolor": colour, "linestyle": "-" if certain else (0, (2, 1.5)), "zorder": 2}
        ax.bar(row["year"], lower, width, color=colour if certain else PAPER, linewidth=1, **look)
        if upper > lower:
            ax.bar(row["year"], upper - lower, width, bottom=lower, color=PAPER, hatch=HATCH, linewidth=0.8, **look)
        if unbounded:
            ax.plot(row["year"], upper, marker="^", color=colour, markersize=6, zorder=3)
        name = ax.annotate(
            short(row["lower"], row["upper"]),
            (row["year"], upper),
            xytext=(0, 5 if unbounded else 2),
            textcoords="offset points",
            ha="center",
            va="bottom",
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.4},
            zorder=5,
        )
        names.append(name)
    first, last = ax.get_xlim()
    heights = [float(name.xy[1]) for name in names]
    longest = max((len(name.get_text()) for name in names), default=1)

    def layout(inches: float) -> None:
        points = 72 * 0.88 * inches / (last - first)  # a year
        size = min(8.5, max(4.5, points / (0.66 * longest)))
        upright = size < 6.5 and longest <= 5  # below each other the letters have room that they lack side by side
        for name, height in zip(names, heights, strict=True):
            floor = floors.get(int(name.xy[0]), -top) if floors else -top
            name.xy = (name.xy[0], max(height, floor + room * top * (2 if upright else 1)))
            name.set_rotation(90 if upright else 0)
            name.set_fontsize(min(8.0, points / 1.25) if upright else size)

    fit(ax, layout)


def stages(
    rec: Reconciliation,
    country: str,
    start: int | None = None,
    end: int | None = None,
    *,
    indicators: Sequence[str] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw the reconciled totals of each stage below each other over the same years.

    Parameters
    ----------
    rec : Reconciliation
        The series.
    country : str
        Which country.
    start, end : int, optional
        First and last year; those of the country by default.
    indicators : sequence of str, optional
        From top to bottom, parts as ``ts.gap`` takes them; those from identification to conviction by default.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        One panel a stage, each with a scale of its own; a sentence where nobody has a figure.
    """
    indicators = list(indicators) or stage_indicators(rec, country)
    first, last = years_shown(rec, country, start, end)
    rows = measured(rec, country, indicators)
    return stage_panels(rows, indicators, country, (first, last), ax=ax)


def stage_panels(
    rows: pd.DataFrame,
    indicators: Sequence[str],
    country: str,
    years: tuple[int, int],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw rows of a series, a panel an indicator; see `stages`."""
    rows = known(rows[rows["indicator"].isin(list(indicators)) & rows["year"].between(*years)])
    shown = [indicator for indicator in indicators if indicator in set(rows["indicator"])]
    with theme():
        ax = chart(ax, 0.6 + 1.15 * len(shown) if shown else 1.2)
        if not shown:
            return instead(ax, say("pages.stages.none", country=Country(country)))
        for indicator, panel in zip(shown, panels(ax, len(shown), 0.4), strict=True):
            _stage(panel, rows[rows["indicator"] == indicator], indicator, years)
            panel.tick_params(labelbottom=indicator == shown[-1])
    lacking = [label(indicator) for indicator in indicators if indicator not in shown]
    span = years[1] - years[0] + 1
    stages_only = all(load_vocabulary().indicators[name].stage in STAGES for name in shown if ";" not in name)
    stages_only &= not any(";" in name for name in shown)
    caption = [
        say("pages.stages.caption" if stages_only else "victims.panels.caption", country=Country(country)),
        *edges(rows),
        say("pages.dash") if len(rows) < len(shown) * span else "",
        say("pages.stages.lacking", what=lacking) if lacking else "",
    ]
    return describe(ax, caption=sentences(caption), alt=series_alt(rows, shown), name=f"{country}-stages", table=rows)


def edges(rows: pd.DataFrame) -> list[str]:
    """Say what a hatched bar and a broken edge mean, where there are any."""
    return [
        say("pages.hatched") if _ranges(rows).any() else "",
        say("pages.broken_edge") if (rows["status"] == "deduced").any() else "",
    ]


def _ranges(rows: pd.DataFrame) -> pd.Series:
    """Whether a row is known as a range only."""
    return rows["lower"] != rows["upper"].fillna(-1)


def _stage(ax: Axes, rows: pd.DataFrame, indicator: str, years: tuple[int, int]) -> None:
    ax.set_title(title(indicator))
    fit(ax, lambda inches: year_ticks(ax, *years, inches))
    interval_bars(ax, rows, shade(indicator))
    for year in set(range(years[0], years[1] + 1)) - set(rows["year"]):
        # a dash where no source has a figure, so that nobody reads the gap as a zero
        ax.annotate("–", (year, 0), xytext=(0, 2), textcoords="offset points", ha="center", color=SOFT, fontsize=8)
    ax.set_ylim(0, float(pd.concat([rows["lower"], rows["upper"]]).max()) * 1.22 + 0.5)
    count_axis(ax, 4)


def pair(rows: pd.DataFrame, tall: str, low: str, country: str, *, ax: Axes | None = None) -> Axes:
    """Draw one count into the bars of another, on one scale: the gap at a glance.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``indicator``, ``year``, ``lower``, ``upper`` and ``status``.
    tall, low : str
        The indicators of the broad and of the slim bars.
    country : str
        Which country, for the caption.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.
    """
    found = {name: known(rows[rows["indicator"] == name]) for name in (tall, low)}
    both = pd.concat(found.values())
    with theme():
        ax = chart(ax, 2.7 if len(both) else 1.2, width=HERO_WIDTH)
        if both.empty:
            return instead(ax, say("pages.pair.none", tall=label(tall), low=label(low), country=Country(country)))
        years = (int(both["year"].min()), int(both["year"].max()))
        top = float(pd.concat([both["lower"], both["upper"]]).max())
        fit(ax, lambda inches: year_ticks(ax, *years, inches))
        shades = {tall: shade(tall), low: shade(low) if shade(low) != shade(tall) else STAGE_SHADES["conviction"]}
        beside = {int(row["year"]): float(row["upper"]) for row in records(found[low].dropna(subset=["upper"]))}
        # two figures must not stand on each other: that of the broad bar is set above that of the slim one
        for name, thick, floors in ((tall, 0.84, beside), (low, 0.5, None)):
            if len(found[name]):
                interval_bars(ax, found[name], shades[name], width=thick, floors=floors, room=0.085)
        ax.set_ylim(0, top * 1.12 + 0.5)
        count_axis(ax, 5)
        named = {label(name): colour for name, colour in shades.items() if len(found[name])}
        fit(ax, lambda inches: key(ax, patches(named), inches))
    lacking = [label(name) for name in found if found[name].empty]
    caption = [
        say("pages.pair.caption", tall=capital(label(tall)), low=label(low), country=Country(country)),
        *edges(both),
        say("pages.no_bar") if len(both) < 2 * (years[1] - years[0] + 1) else "",
        say("pages.stages.lacking", what=lacking) if lacking else "",
    ]
    alt = series_alt(both, [tall, low])
    return describe(ax, caption=sentences(caption), alt=alt, name=f"{country}-{tall}-{low}", table=both)


def years_strip(rows: pd.DataFrame, used: Sequence[int], country: str, *, ax: Axes | None = None) -> Axes:
    """Draw which years have which figures, and which of them are used.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``indicator``, ``year``, ``lower``, ``upper``.
    used : sequence of int
        The years that the answer rests on.
    country : str
        Which country, for the caption.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.
    """
    indicators = [name for name in dict.fromkeys(rows["indicator"]) if len(known(rows[rows["indicator"] == name]))]
    rows = known(rows)
    with theme():
        ax = chart(ax, 0.62 + 0.26 * len(indicators) if len(rows) else 1.2)
        if rows.empty:
            return instead(ax, say("pages.stages.none", country=Country(country)))
        first, last = int(rows["year"].min()), int(rows["year"].max())
        for row in records(rows):
            exact = row["lower"] == row["upper"]
            look: Any = {} if exact else {"hatch": HATCH, "facecolor": PAPER}
            place = (row["year"] - 0.42, indicators.index(row["indicator"]) - 0.36)
            colour = shade(row["indicator"])
            ax.add_patch(Rectangle(place, 0.84, 0.72, **{"facecolor": colour, "edgecolor": colour, **look}))
        for year in used:
            ax.plot([year - 0.5, year + 0.5], [len(indicators) - 0.42] * 2, color=ALERT, linewidth=3, clip_on=False)
        ax.set_ylim(len(indicators) - 0.4, -0.55)
        ax.set_yticks(range(len(indicators)), [label(indicator) for indicator in indicators])
        ax.tick_params(axis="y", length=0)
        ax.spines[["left", "bottom"]].set_color(LINE)
        fit(ax, lambda inches: year_ticks(ax, first, last, inches))
    caption = [
        say("pages.strip.caption", country=Country(country)),
        say("pages.strip.range") if _ranges(rows).any() else "",
        say("pages.strip.used", years=Years(used)) if used else "",
    ]
    return describe(
        ax, caption=sentences(caption), alt=series_alt(rows, indicators), name=f"{country}-years", table=rows
    )


def series_alt(rows: pd.DataFrame, indicators: Iterable[str]) -> str:
    """Describe series for who cannot see them: their ends, the highest, what is known as a range only."""
    return sentences(f"{title(name)}: {_course(rows[rows['indicator'] == name])}." for name in indicators)


def _course(rows: pd.DataFrame) -> str:
    rows = known(rows)
    if rows.empty:
        return say("pages.no_figure")
    exact = rows[rows["lower"] == rows["upper"]]
    told = [rows.iloc[0]]
    if len(exact) > 2:
        told.append(exact.iloc[int(exact["lower"].to_numpy(dtype=float).argmax())])
    told.append(rows.iloc[-1])
    named = {int(row["year"]): short(row["lower"], row["upper"]) for row in told}
    parts = [say("pages.in_year", value=value, year=Years([year])) for year, value in sorted(named.items())]
    loose = rows.loc[_ranges(rows), "year"]
    return "; ".join([*parts, *([say("pages.range_only", years=Years(loose))] if len(loose) else [])])
