"""Figures of rates, changes and shares: one number a line with the limits that chance allows, and all choices."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from trafficking_stats.csv_tables import records
from trafficking_stats.messages import Country, say
from trafficking_stats.messages.values import written
from trafficking_stats.plots.chart import EMPTY, WIDTH, describe, drawing, inches, instead, wrap
from trafficking_stats.plots.style import ALERT, HATCH, LINE, PAPER, SOFT, STAGE_SHADES
from trafficking_stats.texts.focus import shown_ratios
from trafficking_stats.texts.words import (
    by_name,
    label,
    number,
    rate_text,
    ratio_name,
    sentences,
    short,
    signed,
    span,
    stage_name,
    title,
)

if TYPE_CHECKING:
    from trafficking_stats.gap_analysis.answer import Gap

COLOUR = STAGE_SHADES["conviction"]
OF_OTHERS = ("steps", "effects", "splits", "disposals")
"""Figures whose axis is not the rate of the gap."""
Row = dict[str, Any]


class Line(NamedTuple):
    """One line of a figure: its name, its value or the range of it, its limits, and how the value is written."""

    name: str
    low: float
    high: float
    lower: float
    upper: float
    text: str
    strong: bool = False


def draw_table(name: str, gap: Gap, ax: Axes | None = None) -> Axes:
    """Draw a table of the gap, a line a row, as `LINES` reads its rows.

    Parameters
    ----------
    name : str
        A key of `LINES`.
    gap : Gap
        Of `trafficking_stats.gap`.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.
    """
    lines, table = read_lines(name, gap), gap.tables["ratios" if name == "rates" else name]
    axis = say(f"pages.{name}.axis", what=label(str(gap.question.numerator))) if name in OF_OTHERS else axis_of(gap)
    ax = draw_lines(lines, axis, say(f"pages.{name}.none"), ax, reference=1.0 if name == "splits" else 0.0)
    if lines:
        describe(ax, **words_of(name, gap, lines), name=f"{gap.question.country}-{name}", table=table)
    return ax


def read_lines(name: str, gap: Gap) -> list[Line]:
    """Read the rows of a table that have a value, a line each."""
    table = shown_ratios(gap) if name == "rates" else gap.tables[name]
    table = by_name(table, first=gap.question.country) if name == "peers" else table
    return [line for row in records(table) if (line := LINES[name](gap, row)) and math.isfinite(line.high)]


def words_of(name: str, gap: Gap, lines: Sequence[Line]) -> dict[str, str]:
    """Return the caption of a figure, and every line as a sentence for who cannot see it."""
    kind = "rates" if name in ("rates", "peers", "steps") else "limits"  # others are no rates per 100
    confidence = gap.question.confidence
    caption = [
        say(f"pages.{name}.caption", axis=axis_of(gap), country=Country(gap.question.country)),
        say(f"pages.{kind}.legend", confidence=confidence),
        say("pages.rates.hatched") if any(line.low != line.high for line in lines) else "",
    ]
    told = []
    for line in lines:
        limits = {"low": number(line.lower), "high": number(line.upper), "confidence": confidence}
        told.append(say(f"pages.{kind}.alt", name=line.name, rate=line.text, **limits))
    return {"caption": sentences(caption), "alt": sentences(told)}


def _rate(name: str, row: Row, *, strong: bool = False) -> Line:
    return Line(name, row["per_100_min"], row["per_100_max"], row["lower"], row["upper"], rate_text(row), strong)


def _ratio(gap: Gap, row: Row) -> Line:
    """Read the rate of the years used, their halves, each lag and moving windows."""
    return _rate(ratio_name(row), row, strong=row["kind"] == "whole")


def _peer(gap: Gap, row: Row) -> Line:
    """Read the rate of the country or a peer, by name and never by rank."""
    return _rate(say("pages.name_years", name=Country(row["country"]), years=span(row)), row, strong=row["own"])


def _step(gap: Gap, row: Row) -> Line | None:
    """Read how many of a stage there are for 100 of the stage before."""
    count, whole = (short(row[f"{side}_lower"], row[f"{side}_upper"]) for side in ("numerator", "denominator"))
    names = {"what": title(row["to_indicator"]), "of": label(row["from_indicator"])}
    return _rate(say("pages.steps.name", count=count, whole=whole, **names), row) if row["kind"] == "whole" else None


def _effect(gap: Gap, row: Row) -> Line:
    """Read how much a stage contributed to the change of the last one between the early and the late years."""
    name, merged = stage_name(row["stage"]), [stage_name(one) for one in str(row["merged"]).split(";") if one]
    name = say("pages.effects.with", stage=name, merged=merged) if merged else name
    ends = row["effect_min"], row["effect_max"]
    return Line(name, *ends, row["lower"], row["upper"], signed(*ends))


def _split(gap: Gap, row: Row) -> Line:
    """Read how the rate changes at a year at which the years can be split; in bold where a law changed."""
    ends = row["ratio_min"], row["ratio_max"]
    text = f"× {rate_text(dict(zip(('per_100_min', 'per_100_max'), ends, strict=True)))}"
    return Line(str(row["first_late"]), *ends, row["lower"], row["upper"], text, bool(row["laws"]))


def _disposal(gap: Gap, row: Row) -> Line:
    """Read how cases ended: dropped, acquitted, convicted, in per cent of all outcomes counted in those years."""
    share, count = row["percent"], short(row["count_lower"], row["count_upper"])
    text = f"{number(share)} %"
    return Line(f"{title(row['indicator'])} ({count}, {span(row)})", share, share, row["lower"], row["upper"], text)


LINES: dict[str, Callable[[Gap, Row], Line | None]] = {
    "rates": _ratio,
    "peers": _peer,
    "steps": _step,
    "effects": _effect,
    "splits": _split,
    "disposals": _disposal,
}
"""How each figure reads a row of its table; rows that it leaves out are none."""


def axis_of(gap: Gap) -> str:
    """Return what the rate measures, as a heading."""
    of, what = gap.question.denominator, gap.question.numerator
    return say("pages.for_100", what=title(what.indicator, what.breakdown), of=label(of.indicator, of.breakdown))


def draw_lines(
    lines: Sequence[Line], axis: str, nothing: str, ax: Axes | None = None, *, reference: float = 0.0
) -> Axes:
    """Draw values with their limits below each other.

    Parameters
    ----------
    lines : sequence of Line
        From top to bottom.
    axis : str
        What is measured.
    nothing : str
        What is said instead where there is no line.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.
    reference : float
        The value that means "no change", which a line marks.

    Returns
    -------
    matplotlib.axes.Axes
        A dot where the value is known and a bar where masked counts leave a range; a line from limit to limit, with an
        arrow where it leaves the axis.
    """
    width = WIDTH if ax is None else inches(ax)
    names = [wrap(line.name, int(4.6 * width)) for line in lines]
    height = max(0.25, 0.15 * max((name.count("\n") + 1 for name in names), default=1) + 0.1)
    with drawing(ax, 0.7 + height * len(lines) if lines else EMPTY) as ax:
        if not lines:
            return instead(ax, nothing)
        values = [value for line in lines for value in (line.low, line.high, reference)]
        reach = 3 * (max(map(abs, values)) or 1.0)
        limits = [value for line in lines for value in (line.lower, line.upper) if math.isfinite(value)]
        left = max(min(*values, *limits), -reach) * 1.04
        right = min(max(*values, *limits), reach) * 1.04
        ax.set_xlim(left, right)
        ax.set_ylim(len(lines) - 0.4, -0.6)
        ax.axvline(reference, color=LINE, linewidth=1, zorder=0.5)
        for place, line in enumerate(lines):
            _line(ax, place, line, left, right)
        ax.tick_params(axis="y", length=0, pad=6)
        ax.spines["left"].set_visible(False)
        ax.set_yticks(range(len(lines)), names, fontsize=8.5)
        for tick, line in zip(ax.get_yticklabels(), lines, strict=True):
            tick.set_fontweight("bold" if line.strong else "normal")
        ax.set_xlabel(wrap(axis, int(8 * width)), color=SOFT)
    return ax


def _line(ax: Axes, place: int, line: Line, left: float, right: float) -> None:
    if not math.isnan(line.lower):
        ends = [max(line.lower, left), min(line.upper, right)]
        ax.plot(ends, [place, place], color=COLOUR, linewidth=2.4, solid_capstyle="butt", zorder=2)
        for beyond, end, arrow in ((line.lower < left, left, "<"), (line.upper > right, right, ">")):
            if beyond:
                ax.plot(end, place, arrow, color=COLOUR, markersize=6, clip_on=False, zorder=5)
    if line.low == line.high:
        dot: Any = {"color": PAPER, "markeredgecolor": COLOUR, "markersize": 7, "mew": 1.8, "clip_on": False}
        ax.plot(line.low, place, "o", zorder=4, **dot)
    else:
        bar: Any = {"left": line.low, "color": PAPER, "edgecolor": COLOUR, "hatch": HATCH, "zorder": 4}
        ax.barh(place, min(line.high, right) - line.low, 0.42, **bar)
    ax.text(1.03, place, line.text, transform=ax.get_yaxis_transform(), va="center", fontsize=8.5)


def choices(gap: Gap, ax: Axes | None = None) -> Axes:
    """Draw the rate under every combination of choices, from the smallest to the largest."""
    table = gap.tables["choices"]
    level = table[(table["question"] == "level") & (table["refusal"] == "") & ~table["repeat"]]
    level = level[np.isfinite(level["value"])].sort_values("value", kind="stable").reset_index(drop=True)
    with drawing(ax, 2.2 if len(level) else EMPTY) as ax:
        if level.empty:
            return instead(ax, say("tables.choices.none"))
        # one line instead of a mark each, so that a thousand answers do not weigh down the page
        ax.step(level.index, level["value"], where="mid", color=STAGE_SHADES["conviction"], linewidth=1.8, zorder=3)
        whole = gap.row("ratios", kind="whole")
        if whole:
            for value in {whole.per_100_min, whole.per_100_max}:
                ax.axhline(value, color=ALERT, linewidth=1.2, linestyle=(0, (4, 2)))
            text = say("pages.choices.headline", value=rate_text(vars(whole)))
            ground = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.4}
            place: Any = {"xycoords": ax.get_yaxis_transform(), "xytext": (6, 4), "textcoords": "offset points"}
            ax.annotate(text, (0.0, whole.per_100_max), color=ALERT, bbox=ground, zorder=5, **place)
        ax.set_ylim(0, float(level["value"].max()) * 1.1 or 1.0)
        ax.set_xlim(-0.5, len(level) - 0.5)
        ax.set_xticks([])
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: written(float(value), "0.##")))
        ax.set_xlabel(wrap(say("pages.choices.axis"), int(9 * inches(ax))))
        ax.set_ylabel(wrap(axis_of(gap), 26))
    ends = {"low": number(float(level["value"].min())), "high": number(float(level["value"].max()))}
    caption = say("pages.choices.caption", choices=say("pages.choices.combinations", n=len(level)), **ends)
    return describe(ax, caption=caption, alt=caption, name=f"{gap.question.country}-choices", table=level)
