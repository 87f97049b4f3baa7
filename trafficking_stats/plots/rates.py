"""Figures of rates, changes and shares: one number a line with the limits that chance allows, and all choices."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from trafficking_stats.csv_tables import records
from trafficking_stats.messages import Bounds, Country, say, written
from trafficking_stats.plots.chart import EMPTY, WIDTH, describe, drawing, instead, wrap
from trafficking_stats.plots.style import ALERT, HATCH, LINE, PAPER, SOFT, STAGE_SHADES, inches
from trafficking_stats.texts import words
from trafficking_stats.texts.focus import shown_ratios

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
    axis = say(f"pages.{name}.axis", what=gap.question.numerator) if name in OF_OTHERS else axis_of(gap)
    ax = draw_lines(lines, axis, say(f"pages.{name}.none"), ax, reference=1.0 if name == "splits" else 0.0)
    if lines:
        describe(ax, **words_of(name, gap, lines), name=f"{gap.question.country}-{name}", table=table)
    return ax


def read_lines(name: str, gap: Gap) -> list[Line]:
    """Read the rows of a table that have a value, a line each."""
    table = shown_ratios(gap) if name == "rates" else gap.tables[name]
    table = words.by_name(table, first=gap.question.country) if name == "peers" else table
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
    return {"caption": words.sentences(caption), "alt": alt_of(lines, confidence, kind)}


def alt_of(lines: Sequence[Line], confidence: float, kind: str = "rates") -> str:
    """Return every line whose numbers are known as a sentence."""
    told = [
        say(f"pages.{kind}.alt", name=line.name, rate=line.text, low=line.lower, high=line.upper, confidence=confidence)
        for line in lines
        if line.text
    ]
    return words.sentences(told)


def _rate(name: str, row: Row, *, strong: bool = False) -> Line:
    return Line(name, row["per_100_min"], row["per_100_max"], row["lower"], row["upper"], words.rate_text(row), strong)


def _ratio(gap: Gap, row: Row) -> Line:
    """Read the rate of the years used, their halves, each lag and moving windows."""
    return _rate(words.ratio_name(row), row, strong=row["kind"] == "whole")


def _peer(gap: Gap, row: Row) -> Line:
    """Read the rate of the country or a peer, by name and never by rank."""
    return _rate(say("pages.name_years", name=Country(row["country"]), years=words.span(row)), row, strong=row["own"])


def _step(gap: Gap, row: Row) -> Line | None:
    """Read how many of a stage there are for 100 of the stage before."""
    count, whole = (words.short(row[f"{side}_lower"], row[f"{side}_upper"]) for side in ("numerator", "denominator"))
    names = {"what": words.title(row["to_indicator"]), "of": words.label(row["from_indicator"])}
    return _rate(say("pages.steps.name", count=count, whole=whole, **names), row) if row["kind"] == "whole" else None


def _effect(gap: Gap, row: Row) -> Line:
    """Read how much a stage contributed to the change of the last one between the early and the late years."""
    name, *merged = (say(f"gap.subject.{one}") for one in f"{row['stage']};{row['merged']}".split(";") if one)
    name = say("pages.effects.with", stage=name, merged=merged) if merged else name
    ends = row["effect_min"], row["effect_max"]
    return Line(name, *ends, row["lower"], row["upper"], words.signed(*ends))


def _split(gap: Gap, row: Row) -> Line:
    """Read how the rate changes at a year at which the years can be split; in bold where a law changed."""
    ends = row["ratio_min"], row["ratio_max"]
    text = f"× {written(Bounds(*ends), 'short')}"
    return Line(str(row["first_late"]), *ends, row["lower"], row["upper"], text, bool(row["laws"]))


def _disposal(gap: Gap, row: Row) -> Line:
    """Read how cases ended: dropped, acquitted, convicted, in per cent of all outcomes counted in those years."""
    share, count = row["percent"], words.short(row["count_lower"], row["count_upper"])
    name = f"{words.title(row['indicator'])} ({count}, {words.span(row)})"
    return Line(name, share, share, row["lower"], row["upper"], f"{words.number(share)} %")


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
    return say("pages.for_100", what=gap.question.numerator, of=gap.question.denominator)


def draw_lines(
    lines: Sequence[Line], axis: str, nothing: str, ax: Axes | None = None, *, reference: float = 0.0, log: bool = False
) -> Axes:
    """Draw values with their limits below each other.

    Parameters
    ----------
    lines : sequence of Line
        From top to bottom; of one whose numbers are not known only the name.
    axis : str
        What is measured.
    nothing : str
        What is said instead where there is no line.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.
    reference : float
        The value that means "no change", which a line marks.
    log : bool
        Whether factors are equally far apart, and not differences; all numbers are above zero then.

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
        drawn = pd.DataFrame(lines).assign(place=range(len(lines)))
        values = [*drawn["low"].dropna(), *drawn["high"].dropna()]
        numbers = [value for value in [*values, *drawn["lower"], *drawn["upper"]] if math.isfinite(value)]
        if log:
            ax.set_xscale("log")
            ax.set_xlim(min(numbers) / 1.4, max(numbers) * 1.4)
        else:
            reach = 3 * (max(map(abs, [*values, reference])) or 1.0)  # limits may lie far beyond the values
            ax.set_xlim(1.04 * max(min(*numbers, reference), -reach), 1.04 * min(max(*numbers, reference), reach))
            ax.axvline(reference, color=LINE, linewidth=1, zorder=0.5)
        ax.set_ylim(len(lines) - 0.4, -0.6)
        _draw_limits(ax, drawn)
        ax.tick_params(axis="y", length=0, pad=6)
        ax.spines["left"].set_visible(False)
        ax.set_yticks(range(len(lines)), names, fontsize=8.5)
        for tick, line in zip(ax.get_yticklabels(), lines, strict=True):
            tick.set_fontweight("bold" if line.strong else "normal")
        ax.set_xlabel(wrap(axis, int(8 * width)), color=SOFT)
    return ax


def _draw_limits(ax: Axes, drawn: pd.DataFrame) -> None:
    """Draw rows of `Line` at their places on axes whose limits are set."""
    left, right = ax.get_xlim()
    exact, ranged = drawn[drawn["low"] == drawn["high"]], drawn[drawn["low"] < drawn["high"]]
    ax.hlines(drawn["place"], drawn["lower"].clip(lower=left), drawn["upper"].clip(upper=right), COLOUR, linewidth=2.4)
    arrow: Any = {"color": COLOUR, "markersize": 6, "zorder": 5}
    marks = {
        "<": (drawn[drawn["lower"] < left].assign(at=left), arrow),
        ">": (drawn[drawn["upper"] > right].assign(at=right), arrow),
        "o": (exact.assign(at=exact["low"]), {"color": PAPER, "mec": COLOUR, "markersize": 7, "mew": 1.8, "zorder": 4}),
    }
    for mark, (rows, look) in marks.items():
        if len(rows):  # marks of nowhere would still take room
            ax.plot(rows["at"], rows["place"], mark, clip_on=False, **look)
    bar: Any = {"left": ranged["low"], "color": PAPER, "edgecolor": COLOUR, "hatch": HATCH, "zorder": 4}
    ax.barh(ranged["place"], ranged["high"].clip(upper=right) - ranged["low"], 0.42, **bar)
    for place, text in zip(drawn["place"], drawn["text"], strict=True):
        ax.text(1.03, place, text, transform=ax.get_yaxis_transform(), va="center", fontsize=8.5)


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
            text = say("pages.choices.headline", value=words.rate_text(vars(whole)))
            ground = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.4}
            place: Any = {"xycoords": ax.get_yaxis_transform(), "xytext": (6, 4), "textcoords": "offset points"}
            ax.annotate(text, (0.0, whole.per_100_max), color=ALERT, bbox=ground, zorder=5, **place)
        ax.set_ylim(0, float(level["value"].max()) * 1.1 or 1.0)
        ax.set_xlim(-0.5, len(level) - 0.5)
        ax.set_xticks([])
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: written(float(value), "0.##")))
        ax.set_xlabel(wrap(say("pages.choices.axis"), int(9 * inches(ax))))
        ax.set_ylabel(wrap(axis_of(gap), 26))
    ends = {"low": float(level["value"].min()), "high": float(level["value"].max())}
    caption = say("pages.choices.caption", choices=len(level), **ends)
    return describe(ax, caption=caption, alt=caption, name=f"{gap.question.country}-choices", table=level)
