"""Figures of change: yearly counts with the level of each half, what moved them, and other years to split at."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from trafficking_stats.messages import Country, Noun, Years, say
from trafficking_stats.messages.values import written
from trafficking_stats.plots.chart import chart, describe, fit, instead, wrap
from trafficking_stats.plots.series import interval_bars, shade
from trafficking_stats.plots.style import (
    ALERT,
    HATCH,
    INK,
    PAPER,
    SOFT,
    STAGE_SHADES,
    count_axis,
    log_axis,
    records,
    theme,
    year_ticks,
)
from trafficking_stats.texts.focus import known
from trafficking_stats.texts.words import label, number, sentences, short, span, title

if TYPE_CHECKING:
    from trafficking_stats.gap_analysis.answer import Gap


def trend(gap: Gap, ax: Axes | None = None) -> Axes:
    """Draw the yearly counts of both stages with their average in the early and in the late years."""
    changes = {row["series"]: row for row in records(gap.tables["changes"])}
    counts = gap.tables["stages"]
    sides = {"denominator": gap.question.denominator, "numerator": gap.question.numerator}
    shown = {side: measure for side, measure in sides.items() if side in changes}
    with theme():
        ax = chart(ax, 0.6 + 1.9 * len(shown) if shown else 1.2)
        if not shown:
            return instead(ax, say("pages.trend.none", country=Country(gap.question.country)))
        ax.set_axis_off()
        height = 1 / (len(shown) * 1.3 - 0.3)
        told = []
        for place, (side, measure) in enumerate(shown.items()):
            panel = ax.inset_axes((0, 1 - height - 1.3 * height * place, 1, height))
            rows = known(
                counts[(counts["indicator"] == measure.indicator) & (counts["breakdown"] == measure.breakdown)]
            )
            rows = rows[rows["year"].isin(gap.years)]
            told.append(_levels(panel, rows, changes[side], title(measure.indicator, measure.breakdown)))
    caption = say("pages.trend.caption", country=Country(gap.question.country))
    used = counts[counts["year"].isin(gap.years)]
    return describe(ax, caption=caption, alt=sentences(told), name=f"{gap.question.country}-trend", table=used)


def _levels(ax: Axes, rows: pd.DataFrame, change: dict[str, Any], name: str) -> str:
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.set_title(name)
    years = int(rows["year"].min()), int(rows["year"].max())
    fit(ax, lambda inches: year_ticks(ax, *years, inches))
    top = float(pd.concat([rows["lower"], rows["upper"]]).max())
    levels = {year: float(change["early_max" if year <= change["early_last"] else "late_max"]) for year in rows["year"]}
    # a figure that the line of its half would strike through stands above the line
    near = [row["year"] for row in records(rows) if -0.16 < (float(row["upper"]) - levels[row["year"]]) / top < 0.02]
    interval_bars(ax, rows, shade(str(rows["indicator"].iloc[0])), raised=near)
    for part in ("early", "late"):
        ends = [change[f"{part}_first"] - 0.5, change[f"{part}_last"] + 0.5]
        for level in {float(change[f"{part}_min"]), float(change[f"{part}_max"])}:
            ax.plot(ends, [level, level], color=ALERT, linewidth=1.8, zorder=4)
    ax.set_ylim(0, top * 1.3 + 0.5)
    count_axis(ax, 4)
    early, late = (number(float(change[f"{part}_max"])) for part in ("early", "late"))
    return say("pages.trend.alt", name=name, early=early, late=late)


def effects(gap: Gap, ax: Axes | None = None) -> Axes:
    """Draw how much each stage contributed to the change of the last one between the early and the late years.

    Steps lead from the early to the late count; hatched where masked counts or chance leave open whether a step goes
    up or down, with a line over what chance allows. With masked counts the ranges stand side by side instead.
    """
    table = gap.tables["effects"]
    rows = records(table)
    change = next((row for row in records(gap.tables["changes"]) if row["series"] == "numerator"), None)
    with theme():
        ax = chart(ax, 3.2 if rows and change else 1.2)
        if not rows or change is None:
            return instead(ax, say("pages.effects.none"))
        last = rows[-1]
        exact = all(row["effect_min"] == row["effect_max"] for row in rows)
        for place, part in ((0, "early"), (len(rows) + 1, "late")):
            low, high = float(last[f"{part}_lower"]), float(last[f"{part}_upper"])
            look: Any = {"edgecolor": STAGE_SHADES["conviction"], "zorder": 2}
            ax.bar(place, low, 0.6, color=STAGE_SHADES["conviction"], **look)
            ax.bar(place, high - low, 0.6, bottom=low, color=PAPER, hatch=HATCH, **look)
            _above(ax, place, high, short(last[f"{part}_lower"], last[f"{part}_upper"]))
        level = float(last["early_lower"]) if exact else 0.0
        for place, row in enumerate(rows, start=1):
            level = _step(ax, place, row, level, exact=exact)
        what = title(gap.question.numerator.indicator, gap.question.numerator.breakdown)
        ends = [f"{what} {change[f'{part}_first']}–{change[f'{part}_last']}" for part in ("early", "late")]
        names = [ends[0], *(_effect_name(row) for row in rows), ends[1]]
        ax.axhline(0, color=SOFT, linewidth=0.8)
        bottom, top = ax.dataLim.intervaly
        ax.set_ylim(bottom - 0.08 * (top - bottom) if bottom < 0 else 0.0, top + 0.12 * (top - bottom))
        ax.tick_params(axis="x", length=0)

        def layout(inches: float) -> None:
            size = 8.5 if inches > 6 else 6.5
            ax.set_xticks(
                range(len(names)), [wrap(n, int(115 * inches / len(names) / size)) for n in names], fontsize=size
            )

        fit(ax, layout)
    caption = [say("pages.effects.caption", what=what), "" if exact else say("pages.effects.side_by_side")]
    alt = sentences(
        say("pages.effects.alt", stage=_effect_name(row), change=signed(row["effect_min"], row["effect_max"]))
        for row in rows
    )
    return describe(ax, caption=sentences(caption), alt=alt, name=f"{gap.question.country}-effects", table=table)


def _effect_name(row: dict[str, Any]) -> str:
    stage = say(f"pages.stage.{row['stage']}")
    merged = [say(f"pages.stage.{name}") for name in str(row["merged"]).split(";") if name]
    return say("pages.effects.with", stage=stage, merged=merged) if merged else stage


def signed(low: float, high: float) -> str:
    """Write a range of changes with their signs.

    Examples
    --------
    >>> signed(-34.42, -34.42), signed(-58.5, 3.5)
    ('−34', '−58 to +4')
    """
    ends = [("+" if round(value) > 0 else "") + written(round(value)) for value in (low, high)]
    return ends[0] if ends[0] == ends[1] else say("common.range", lower=ends[0], upper=ends[1])


def _step(ax: Axes, place: int, row: dict[str, Any], level: float, *, exact: bool) -> float:
    """Draw one effect and return the level at which the next one starts."""
    low, high = float(row["effect_min"]), float(row["effect_max"])
    chance = [level + float(row["lower"]), level + float(row["upper"])] if exact else []
    open_sign = not row["sign_fixed"] or (exact and row["lower"] < 0 < row["upper"])
    rising = low + high > 0
    look: Any = {"edgecolor": STAGE_SHADES["prosecution"] if rising else ALERT, "zorder": 2}
    if open_sign:
        ax.bar(
            place,
            (high - low) if not exact else low,
            0.6,
            bottom=level if exact else low,
            color=PAPER,
            hatch=HATCH,
            **look,
        )
    else:
        certain, most = (low, high) if rising else (high, low)
        ax.bar(place, certain, 0.6, bottom=level, color=look["edgecolor"], **look)
        ax.bar(place, most - certain, 0.6, bottom=level + certain, color=PAPER, hatch=HATCH, **look)
    if chance and all(map(math.isfinite, chance)):
        ax.plot([place, place], chance, color=INK, linewidth=1.1, zorder=3)
        ax.plot([place, place], chance, "_", color=INK, markersize=8, zorder=3)
    _above(ax, place, max([level, level + low, level + high, *filter(math.isfinite, chance)]), signed(low, high))
    return level + low if exact else level


def _above(ax: Axes, place: float, height: float, text: str) -> None:
    ax.annotate(text, (place, height), xytext=(0, 3), textcoords="offset points", ha="center", fontsize=9)


def splits(gap: Gap, ax: Axes | None = None) -> Axes:
    """Draw how the rate changes at every year at which the years can be split, those with a change of law marked."""
    table = gap.tables["splits"]
    rows = [row for row in records(table) if math.isfinite(float(row["ratio_max"])) and float(row["ratio_max"]) > 0]
    with theme():
        ax = chart(ax, 2.7 if rows else 1.2)
        if not rows:
            return instead(ax, say("pages.splits.none"))
        low = max(min(float(row["lower"]) for row in rows) * 0.8, 0.01)
        high = min(max(float(row["upper"]) for row in rows) * 1.25, 100)
        ax.set_yscale("log")
        ax.set_ylim(min(low, 0.7), max(high, 1.4))
        ax.axhline(1, color=SOFT, linewidth=0.9)
        for row in rows:
            marked = bool(row["laws"])
            colour = ALERT if marked else STAGE_SHADES["conviction"]
            ends = [max(float(row["lower"]), ax.get_ylim()[0]), min(float(row["upper"]), ax.get_ylim()[1])]
            ax.plot([row["first_late"]] * 2, ends, color=colour, linewidth=1.6, zorder=2)
            look: Any = {"color": colour if marked else PAPER, "markeredgecolor": colour, "mew": 1.5, "zorder": 3}
            ax.plot(row["first_late"], float(row["ratio_max"]), "D" if marked else "o", markersize=6.5, **look)
        log_axis(ax.yaxis, "× {}")
        years = int(rows[0]["first_late"]), int(rows[-1]["first_late"])
        fit(ax, lambda inches: year_ticks(ax, *years, inches))
        ax.set_xlabel(say("pages.splits.axis"))
    laws = [say("pages.splits.law", law=row["laws"], year=Years([row["first_late"]])) for row in rows if row["laws"]]
    caption = [say("pages.splits.caption"), *laws]
    alt = [
        say("pages.in_year", value=f"× {number(float(row['ratio_max']))}", year=Years([row["first_late"]]))
        for row in rows
    ]
    name = f"{gap.question.country}-splits"
    return describe(ax, caption=sentences(caption), alt=written(alt), name=name, table=table)


def disposals(gap: Gap, ax: Axes | None = None) -> Axes:
    """Draw how cases ended: dropped, acquitted, convicted, in per cent of all that ended."""
    table = gap.tables["disposals"]
    table = table[table["percent"].notna()]
    rows = records(table)
    with theme():
        ax = chart(ax, 0.8 + 0.34 * len(rows) if rows else 1.2)
        if not rows:
            return instead(ax, say("pages.disposals.none"))
        for place, row in enumerate(rows):
            share = float(row["percent"])
            ax.barh(place, share, 0.62, color=STAGE_SHADES["prosecution"], zorder=2)
            ax.plot([row["lower"], row["upper"]], [place, place], color=INK, linewidth=1.1, zorder=3)
            text = f"{number(share)} % ({short(row['count_lower'], row['count_upper'])})"
            end = max(share, float(row["upper"]))
            ax.annotate(text, (end, place), xytext=(5, 0), textcoords="offset points", va="center", fontsize=8.5)
        ax.set_yticks(range(len(rows)), [title(row["indicator"]) for row in rows])
        ax.set_xlim(0, 118)
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.tick_params(axis="y", length=0)
        ax.set_xlabel(say("pages.disposals.axis"))
    caption = say("pages.disposals.caption", country=Country(gap.question.country), years=span(rows[0]))
    alt = sentences(f"{title(row['indicator'])}: {number(float(row['percent']))} %." for row in rows)
    return describe(ax, caption=caption, alt=alt, name=f"{gap.question.country}-disposals", table=table)


def choices(gap: Gap, ax: Axes | None = None) -> Axes:
    """Draw the rate under every combination of choices, from the smallest to the largest."""
    table = gap.tables["choices"]
    level = table[(table["question"] == "level") & (table["refusal"] == "") & ~table["repeat"]]
    level = level[np.isfinite(level["value"])].sort_values("value", kind="stable").reset_index(drop=True)
    whole = next((row for row in records(gap.tables["ratios"]) if row["kind"] == "whole"), None)
    with theme():
        ax = chart(ax, 2.6 if len(level) else 1.2)
        if level.empty:
            return instead(ax, say("pages.choices.none"))
        # one line instead of a mark each, so that a thousand answers do not weigh down the page
        ax.step(
            range(len(level)), level["value"], where="mid", color=STAGE_SHADES["conviction"], linewidth=1.8, zorder=3
        )
        if whole is not None:
            for value in {float(whole["per_100_min"]), float(whole["per_100_max"])}:
                ax.axhline(value, color=ALERT, linewidth=1.2, linestyle=(0, (4, 2)))
                place: Any = {"xycoords": ax.get_yaxis_transform(), "textcoords": "offset points", "ha": "left"}
                look: Any = {"bbox": {"facecolor": PAPER, "edgecolor": "none", "pad": 0.4}, "zorder": 5}
                note = say("pages.choices.headline", value=number(value))
                ax.annotate(note, (0.0, value), xytext=(6, 4), fontsize=8.5, color=ALERT, **place, **look)
        ax.set_ylim(0, float(level["value"].max()) * 1.1 or 1.0)
        ax.set_xlim(-0.5, len(level) - 0.5)
        ax.set_xticks([])
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: written(float(value), "0.##")))
        fit(ax, lambda inches: ax.set_xlabel(wrap(say("pages.choices.axis"), int(9 * inches))))
        of, what = gap.question.denominator, gap.question.numerator
        axis = say("pages.for_100", what=title(what.indicator, what.breakdown), of=label(of.indicator, of.breakdown))
        ax.set_ylabel(wrap(axis, 26))
    ends = {"low": number(float(level["value"].min())), "high": number(float(level["value"].max()))}
    caption = say("pages.choices.caption", choices=Noun(len(level), "pages.choices.combinations"), **ends)
    return describe(ax, caption=caption, alt=caption, name=f"{gap.question.country}-choices", table=table)
