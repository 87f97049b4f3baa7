"""Figures of the series: stages over the years, two counts on one scale, averages, which years have which figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.axes import Axes

from trafficking_stats.csv_tables import records
from trafficking_stats.gap_analysis.pair import STAGES
from trafficking_stats.messages import Bounds, Country, Years, say
from trafficking_stats.plots.bars import Bar, Series, draw_panels, edges, highest, ranges, read_bars
from trafficking_stats.plots.chart import EMPTY, describe, drawing, instead
from trafficking_stats.plots.style import ALERT, AREA, HATCH, LINE, PAPER, STAGE_SHADES, key, shade, year_ticks
from trafficking_stats.texts.focus import known, measured, named, stage_indicators, years_shown
from trafficking_stats.texts.words import label, lacking, sentences, short, title
from trafficking_stats.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from trafficking_stats.gap_analysis.answer import Gap
    from trafficking_stats.reconciliation.result import Reconciliation


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
    indicators = list(dict.fromkeys(indicators)) or stage_indicators(rec, country)
    years = years_shown(rec, country, start, end)
    return stage_panels(measured(rec, country, indicators), indicators, country, years, ax=ax)


def stage_panels(
    rows: pd.DataFrame, indicators: Sequence[str], country: str, years: tuple[int, int], *, ax: Axes | None = None
) -> Axes:
    """Draw rows of a series, a panel an indicator; see `stages`."""
    rows = known(rows[rows["indicator"].isin(list(indicators)) & rows["year"].between(*years)])
    shown = [indicator for indicator in indicators if indicator in set(rows["indicator"])]
    with drawing(ax, 0.5 + 0.95 * len(shown) if shown else EMPTY) as ax:
        if not shown:
            return instead(ax, lacking(indicators, ()) or say("pages.stages.none", country=Country(country)))
        bars = {name: read_bars(rows[rows["indicator"] == name]) for name in shown}
        draw_panels(ax, {title(name): [Series(bars[name], shade(name))] for name in shown}, years)
    way = {load_vocabulary().indicators[name].stage for name in shown if ";" not in name}
    whole_way = len(way) > 2 and way <= set(STAGES) and not any(";" in name for name in shown)
    what = {"country": Country(country), "what": [label(name) for name in shown]}
    caption = [
        say("pages.stages.caption" if whole_way else "victims.panels.caption", **what),
        *edges(rows),
        say("pages.dash") if len(rows) < len(shown) * (years[1] - years[0] + 1) else "",
        lacking(indicators, shown),
    ]
    return describe(ax, caption=sentences(caption), alt=series_alt(rows, shown), name=f"{country}-stages", table=rows)


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
    with drawing(ax, 2.3 if len(both) else EMPTY) as ax:
        if both.empty:
            return instead(ax, say("pages.pair.none", tall=label(tall), low=label(low), country=Country(country)))
        years = int(both["year"].min()), int(both["year"].max())
        shades = {tall: shade(tall), low: shade(low) if shade(low) != shade(tall) else STAGE_SHADES["conviction"]}
        bars = {name: read_bars(found[name], highest(both)) for name in found if len(found[name])}
        widths = {tall: 0.84, low: 0.5}
        draw_panels(ax, {"": [Series(bars[name], shades[name], widths[name]) for name in bars]}, years)
        key(ax, {label(name): {**AREA, "color": shades[name]} for name in bars})
    caption = [
        say("pages.pair.caption", tall=title(tall), low=label(low), country=Country(country)),
        *edges(both),
        say("pages.no_bar") if len(both) < 2 * (years[1] - years[0] + 1) else "",
        lacking(found, bars),
    ]
    alt = series_alt(both, [tall, low])
    return describe(ax, caption=sentences(caption), alt=alt, name=f"{country}-{tall}-{low}", table=both)


def trend(gap: Gap, ax: Axes | None = None) -> Axes:
    """Draw the yearly counts of both stages with their average in the early and in the late years."""
    changes = {row["series"]: row for row in records(gap.tables["changes"])}
    counts = known(named(gap.tables["stages"]))
    counts = counts[counts["year"].isin(gap.years)]
    sides = {"denominator": gap.question.denominator, "numerator": gap.question.numerator}
    shown = {str(one): changes[side] for side, one in sides.items() if side in changes}
    with drawing(ax, 0.5 + 1.5 * len(shown) if shown else EMPTY) as ax:
        if not shown:
            return instead(ax, say("pages.trend.none", country=Country(gap.question.country)))
        rows = {name: counts[counts["indicator"] == name] for name in shown}
        bars = {name: _above_levels(read_bars(rows[name]), shown[name]) for name in shown}
        panels = {title(name): [Series(bars[name], shade(name))] for name in shown}
        scales = draw_panels(ax, panels, (gap.years[0], gap.years[-1]), 0.3)
        for change, (foot, unit) in zip(shown.values(), scales.values(), strict=True):
            for first, last, low, high in _levels(change):
                ends, bottom, top = [first - 0.5, last + 0.5], foot + unit * low, foot + unit * high
                ax.fill_between(ends, bottom, top, facecolor=ALERT, alpha=0.25, linewidth=0, zorder=3)
                for height in {bottom, top}:
                    ax.plot(ends, [height] * 2, color=ALERT, linewidth=1.6, zorder=4)
    told = []
    for name, change in shown.items():
        early, late = (Bounds(low, high) for _, _, low, high in _levels(change))
        told.append(say("pages.trend.alt", name=title(name), early=early, late=late))
    caption = say("pages.trend.caption", country=Country(gap.question.country))
    return describe(ax, caption=caption, alt=sentences(told), name=f"{gap.question.country}-trend", table=counts)


def _levels(change: dict[str, Any]) -> list[tuple[int, int, float, float]]:
    """Return first and last year of each half, and between which values the average of these years lies."""
    return [tuple(change[f"{half}_{one}"] for one in ("first", "last", "min", "max")) for half in ("early", "late")]


def _above_levels(bars: Sequence[Bar], change: dict[str, Any]) -> list[Bar]:
    """Set a figure that the average of its half would strike through above that, on paper."""
    near, found = 0.2 * max(bar.high for bar in bars), []
    for bar in bars:
        feet = [
            high
            for first, last, low, high in _levels(change)
            if first <= bar.year <= last and low - near <= bar.high <= high
        ]
        found.append(bar._replace(foot=max(bar.foot, *feet), ground=PAPER) if feet else bar._replace(ground=PAPER))
    return found


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
    order = list(dict.fromkeys(rows["indicator"]))
    rows = known(rows)
    indicators = [name for name in order if name in set(rows["indicator"])]
    with drawing(ax, 0.55 + 0.24 * len(indicators) if len(rows) else EMPTY) as ax:
        if rows.empty:
            return instead(ax, say("pages.stages.none", country=Country(country)))
        for place, name in enumerate(indicators):
            own, colour = rows[rows["indicator"] == name], shade(name)
            exact = ~ranges(own)
            looks: Any = ((exact, {"facecolor": colour}), (~exact, {"facecolor": PAPER, "hatch": HATCH}))
            for some, look in looks:
                spans = [(year - 0.42, 0.84) for year in own["year"][some]]
                ax.broken_barh(spans, (place - 0.36, 0.72), edgecolor=colour, **look)
        starts = [year - 0.5 for year in used]
        ax.hlines([len(indicators) - 0.42] * len(used), starts, [start + 1 for start in starts], ALERT, linewidth=3)
        ax.set_ylim(len(indicators) - 0.4, -0.55)
        ax.set_yticks(range(len(indicators)), [label(indicator) for indicator in indicators])
        ax.tick_params(axis="y", length=0)
        ax.spines[["left", "bottom"]].set_color(LINE)
        year_ticks(ax, int(rows["year"].min()), int(rows["year"].max()), 0.75)
    caption = [
        say("pages.strip.caption", country=Country(country)),
        say("pages.strip.range") if ranges(rows).any() else "",
        say("pages.strip.used", years=Years(used)) if used else "",
    ]
    alt = series_alt(rows, indicators)
    return describe(ax, caption=sentences(caption), alt=alt, name=f"{country}-years", table=rows)


def series_alt(rows: pd.DataFrame, indicators: Iterable[str]) -> str:
    """Describe series for who cannot see them: their ends, the highest, what is known as a range only."""
    return sentences(f"{title(name)}: {_course(rows[rows['indicator'] == name])}." for name in indicators)


def _course(rows: pd.DataFrame) -> str:
    if rows.empty:
        return say("pages.no_figure")
    exact, unbounded = rows[~ranges(rows)], rows["upper"].isna()
    told = [*records(rows.iloc[[0, -1]]), *records(exact.nlargest(1, "lower") if len(exact) > 2 else exact.head(0))]
    named = {row["year"]: short(row["lower"], row["upper"]) for row in told}
    parts = [say("pages.in_year", value=value, year=Years([year])) for year, value in sorted(named.items())]
    for code, some in (("pages.range_only", ranges(rows) & ~unbounded), ("pages.open_in", unbounded)):
        parts += [say(code, years=Years(rows.loc[some, "year"]))] if some.any() else []
    return "; ".join(parts)
