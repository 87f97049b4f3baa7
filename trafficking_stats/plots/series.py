"""Figures of the series: stages over the years, two counts on one scale, averages, which years have which figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.axes import Axes

from trafficking_stats.csv_tables import records
from trafficking_stats.gap_analysis.pair import STAGES
from trafficking_stats.messages import Bounds, Country, Years, say
from trafficking_stats.plots.bars import (
    Bar,
    edges,
    highest,
    interval_bars,
    line_height,
    ranges,
    series_panel,
    write_figures,
)
from trafficking_stats.plots.chart import EMPTY, describe, drawing, inches, instead, panels
from trafficking_stats.plots.style import (
    ALERT,
    AREA,
    HATCH,
    LINE,
    PAPER,
    STAGE_SHADES,
    count_axis,
    key,
    shade,
    year_ticks,
)
from trafficking_stats.texts.focus import known, measured, stage_indicators, years_shown
from trafficking_stats.texts.words import capital, label, sentences, short, title
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
            return instead(ax, say("pages.stages.none", country=Country(country)))
        for indicator, panel in zip(shown, panels(ax, len(shown), 0.5), strict=True):
            series_panel(panel, rows[rows["indicator"] == indicator], indicator, years)
            if indicator != shown[-1]:
                panel.set_xticks([])
    lacking = [label(indicator) for indicator in indicators if indicator not in shown]
    way = {load_vocabulary().indicators[name].stage for name in shown if ";" not in name}
    whole_way = len(way) > 2 and way <= set(STAGES) and not any(";" in name for name in shown)
    what = {"country": Country(country), "what": [label(name) for name in shown]}
    caption = [
        say("pages.stages.caption" if whole_way else "victims.panels.caption", **what),
        *edges(rows),
        say("pages.dash") if len(rows) < len(shown) * (years[1] - years[0] + 1) else "",
        say("pages.stages.lacking", what=lacking) if lacking else "",
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
        years, top = (int(both["year"].min()), int(both["year"].max())), highest(both)
        year_ticks(ax, *years, inches(ax))
        shades = {tall: shade(tall), low: shade(low) if shade(low) != shade(tall) else STAGE_SHADES["conviction"]}
        drawn = {
            name: interval_bars(ax, found[name], shades[name], width=width, top=top) if len(found[name]) else []
            for name, width in ((tall, 0.84), (low, 0.5))
        }
        ax.set_ylim(0, max(bar.foot for bars in drawn.values() for bar in bars) * 1.16 + 0.5)
        write_figures(ax, *_apart(drawn[tall], drawn[low], shades[tall], line_height(ax)))
        count_axis(ax, 5)
        key(ax, {label(name): {**AREA, "color": shades[name]} for name in found if len(found[name])}, inches(ax))
    lacking = [label(name) for name in found if found[name].empty]
    caption = [
        say("pages.pair.caption", tall=capital(label(tall)), low=label(low), country=Country(country)),
        *edges(both),
        say("pages.no_bar") if len(both) < 2 * (years[1] - years[0] + 1) else "",
        say("pages.stages.lacking", what=lacking) if lacking else "",
    ]
    alt = series_alt(both, [tall, low])
    return describe(ax, caption=sentences(caption), alt=alt, name=f"{country}-{tall}-{low}", table=both)


def _apart(tall: Sequence[Bar], low: Sequence[Bar], colour: str, height: float) -> tuple[list[Bar], list[Bar]]:
    """Set the two figures of a year apart, each at its own bar: that of the lower bar inside the higher one."""
    broad, slim = ({bar.year: bar._replace(ground=PAPER) for bar in bars} for bars in (tall, low))
    for year in broad.keys() & slim.keys():
        below, above = broad[year], slim[year]
        if above.top > below.top:
            foot = max(0.0, below.top - height)
            broad[year] = below._replace(foot=foot, ground=colour)
            slim[year] = above._replace(foot=max(above.foot, foot + height))
        else:
            broad[year] = below._replace(foot=max(below.foot, above.foot + height))
    return list(broad.values()), list(slim.values())


def trend(gap: Gap, ax: Axes | None = None) -> Axes:
    """Draw the yearly counts of both stages with their average in the early and in the late years."""
    changes = {row["series"]: row for row in records(gap.tables["changes"])}
    counts = known(gap.tables["stages"])
    counts = counts[counts["year"].isin(gap.years)]
    sides = {"denominator": gap.question.denominator, "numerator": gap.question.numerator}
    shown = {side: one for side, one in sides.items() if side in changes}
    told = []
    with drawing(ax, 0.5 + 1.6 * len(shown) if shown else EMPTY) as ax:
        if not shown:
            return instead(ax, say("pages.trend.none", country=Country(gap.question.country)))
        for panel, (side, one) in zip(panels(ax, len(shown), 0.45), shown.items(), strict=True):
            rows = counts[(counts["indicator"] == one.indicator) & (counts["breakdown"] == one.breakdown)]
            _draw_levels(panel, rows, changes[side], str(one))
            early, late = (
                Bounds(float(changes[side][f"{part}_min"]), float(changes[side][f"{part}_max"]))
                for part in ("early", "late")
            )
            told.append(say("pages.trend.alt", name=title(str(one)), early=early, late=late))
    caption = say("pages.trend.caption", country=Country(gap.question.country))
    return describe(ax, caption=caption, alt=sentences(told), name=f"{gap.question.country}-trend", table=counts)


def _draw_levels(ax: Axes, rows: pd.DataFrame, change: dict[str, Any], measure: str) -> None:
    """Draw the counts of a stage, and the average of each half, or the range of it, across them."""
    floors: dict[int, float] = {}
    for part in ("early", "late"):
        first, last = change[f"{part}_first"], change[f"{part}_last"]
        low, high = float(change[f"{part}_min"]), float(change[f"{part}_max"])
        ends = [first - 0.5, last + 0.5]
        ax.fill_between(ends, low, high, facecolor=ALERT, alpha=0.25, linewidth=0, zorder=3)
        for level in {low, high}:
            ax.plot(ends, [level, level], color=ALERT, linewidth=1.6, zorder=4)
        # a figure that the average would strike through stands above it
        near = rows["year"].between(first, last) & rows["upper"].between(low - 0.2 * highest(rows), high)
        floors |= dict.fromkeys(rows.loc[near, "year"], high)
    series_panel(ax, rows, measure, (int(rows["year"].min()), int(rows["year"].max())), floors=floors, ground=PAPER)


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
        year_ticks(ax, int(rows["year"].min()), int(rows["year"].max()), 0.75 * inches(ax))
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
    exact = rows[~ranges(rows)]
    told = [rows.iloc[0]]
    if len(exact) > 2:
        told.append(exact.iloc[int(exact["lower"].to_numpy(dtype=float).argmax())])
    told.append(rows.iloc[-1])
    named = {int(row["year"]): short(row["lower"], row["upper"]) for row in told}
    parts = [say("pages.in_year", value=value, year=Years([year])) for year, value in sorted(named.items())]
    unbounded = rows["upper"].isna()
    for code, some in (("pages.range_only", ranges(rows) & ~unbounded), ("pages.open_in", unbounded)):
        parts += [say(code, years=Years(rows.loc[some, "year"]))] if some.any() else []
    return "; ".join(parts)
