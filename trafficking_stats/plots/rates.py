"""Figures of one number a line: rates, changes and shares, each with the limits that chance allows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from matplotlib.axes import Axes

from trafficking_stats.csv_tables import records
from trafficking_stats.messages import Country, say
from trafficking_stats.plots.chart import EMPTY, WIDTH, describe, drawing, inches, instead, wrap
from trafficking_stats.plots.style import HATCH, LINE, PAPER, SOFT, STAGE_SHADES
from trafficking_stats.texts.words import (
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


class Line(NamedTuple):
    """One line of a figure: its name, its value or the range of it, its limits, and how the value is written."""

    name: str
    low: float
    high: float
    lower: float
    upper: float
    text: str
    strong: bool = False


def rates(gap: Gap, ax: Axes | None = None) -> Axes:
    """Draw the rate of the years used, of their halves, of later lags and of moving windows."""
    rows = [row for row in records(gap.tables["ratios"]) if row["kind"] != "year"]
    rows = [row for row in rows if row["kind"] != "lag" or row["lag"] != gap.question.lags[0]]  # the same as all years
    lines = [_rate(ratio_name(row), row, strong=row["kind"] == "whole") for row in rows]
    return _figure(gap, "rates", "ratios", lines, axis_of(gap), ax)


def peers(gap: Gap, ax: Axes | None = None) -> Axes:
    """Draw the rate of the country beside that of its peers, by name and never by rank."""
    lines = [
        _rate(say("pages.name_years", name=Country(row["country"]), years=span(row)), row, strong=row["own"])
        for row in records(gap.tables["peers"])
    ]
    return _figure(gap, "peers", "peers", lines, axis_of(gap), ax)


def steps(gap: Gap, ax: Axes | None = None) -> Axes:
    """Draw how many of each stage there are for 100 of the stage before."""
    lines = []
    for row in records(gap.tables["steps"]):
        if row["kind"] == "whole":
            counts = [short(row[f"{side}_lower"], row[f"{side}_upper"]) for side in ("numerator", "denominator")]
            names = {"what": title(row["to_indicator"]), "of": label(row["from_indicator"])}
            name = say("pages.steps.name", count=counts[0], whole=counts[1], **names)
            lines.append(_rate(name, row))
    return _figure(gap, "steps", "steps", lines, say("pages.steps.axis"), ax)


def effects(gap: Gap, ax: Axes | None = None) -> Axes:
    """Draw how much each stage contributed to the change of the last one between the early and the late years."""
    lines = []
    for row in records(gap.tables["effects"]):
        merged = [stage_name(name) for name in str(row["merged"]).split(";") if name]
        name = stage_name(row["stage"])
        name = say("pages.effects.with", stage=name, merged=merged) if merged else name
        low, high = float(row["effect_min"]), float(row["effect_max"])
        lines.append(Line(name, low, high, float(row["lower"]), float(row["upper"]), signed(low, high)))
    what = gap.question.numerator
    axis = say("pages.effects.axis", what=label(what.indicator, what.breakdown))
    return _figure(gap, "effects", "effects", lines, axis, ax)


def splits(gap: Gap, ax: Axes | None = None) -> Axes:
    """Draw how the rate changes at every year at which the years can be split, those with a change of law in bold."""
    lines = []
    for row in records(gap.tables["splits"]):
        low, high = float(row["ratio_min"]), float(row["ratio_max"])
        text = f"× {rate_text({'per_100_min': low, 'per_100_max': high})}"
        limits = float(row["lower"]), float(row["upper"])
        lines.append(Line(str(row["first_late"]), low, high, *limits, text, bool(row["laws"])))
    return _figure(gap, "splits", "splits", lines, say("pages.splits.axis"), ax, reference=1.0)


def disposals(gap: Gap, ax: Axes | None = None) -> Axes:
    """Draw how cases ended: dropped, acquitted, convicted, in per cent of all that ended."""
    lines = []
    for row in records(gap.tables["disposals"]):
        share, count = float(row["percent"]), short(row["count_lower"], row["count_upper"])
        limits = float(row["lower"]), float(row["upper"])
        lines.append(Line(f"{title(row['indicator'])} ({count})", share, share, *limits, f"{number(share)} %"))
    return _figure(gap, "disposals", "disposals", lines, say("pages.disposals.axis"), ax)


def axis_of(gap: Gap) -> str:
    """Return what the rate measures, as a heading."""
    of, what = gap.question.denominator, gap.question.numerator
    return say("pages.for_100", what=title(what.indicator, what.breakdown), of=label(of.indicator, of.breakdown))


def _rate(name: str, row: dict[str, Any], *, strong: bool = False) -> Line:
    low, high, lower, upper = (float(row[column]) for column in ("per_100_min", "per_100_max", "lower", "upper"))
    return Line(name, low, high, lower, upper, rate_text(row), strong)


def _figure(
    gap: Gap, name: str, table: str, lines: Sequence[Line], axis: str, ax: Axes | None, *, reference: float = 0.0
) -> Axes:
    lines = [line for line in lines if math.isfinite(line.high)]
    ax = draw_lines(lines, axis, say(f"pages.{name}.none"), ax, reference=reference)
    caption = [
        say(f"pages.{name}.caption", axis=axis_of(gap), country=Country(gap.question.country)),
        say("pages.rates.legend"),
        say("pages.rates.hatched") if any(line.low != line.high for line in lines) else "",
    ]
    told = [
        say("pages.rates.alt", name=line.name, rate=line.text, low=number(line.lower), high=number(line.upper))
        for line in lines
    ]
    if lines:
        file = f"{gap.question.country}-{name}"
        describe(ax, caption=sentences(caption), alt=sentences(told), name=file, table=gap.tables[table])
    return ax


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
