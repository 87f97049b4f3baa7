"""Figures of the gap: rates with their limits, the split of a change, trends, steps at every year.

Each function takes a table of a `GapResult` and axes, and returns axes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from trafficking_stats.plots.series import interval_bars
from trafficking_stats.plots.style import (
    ALERT,
    HATCH,
    INK,
    LINE,
    PAPER,
    SOFT,
    STAGE_SHADES,
    WIDTH,
    axes,
    count_axis,
    figure_width,
    line_key,
    number,
    records,
    say,
    theme,
    wrap,
    year_ticks,
)
from trafficking_stats.wording import short_span, span_signed, title_of, years_known

EXACT, WIDENED, CHOSEN = STAGE_SHADES["conviction"], "#7f8b95", ALERT
_DECADES = 4
"""Decades a logarithmic axis spans at most; what lies further out is an arrow."""


def rates(
    table: pd.DataFrame,
    labels: Sequence[str],
    ax: Axes | None = None,
    *,
    what: str = "persons convicted",
    of: str = "victims identified",
    bold: str = "",
    width: float = WIDTH,
) -> Axes:
    """Draw rates with their limits below each other on a logarithmic axis.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``numerator_lower``, ``numerator_upper``, ``denominator_lower``, ``denominator_upper``,
        ``per_100_min``, ``per_100_max``, the limits ``exact_...`` and ``widened_...``, ``refusal``, and
        ``sources_min`` and ``sources_max`` where it is known how far the choice of source moves the rate.
    labels : sequence of str
        One a row.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.
    what, of : str
        Numerator and denominator as they stand in a sentence.
    bold : str
        The label of the row that stands out.
    width : float
        Of a new figure, in inches.

    Returns
    -------
    matplotlib.axes.Axes
        A dot where the counts are known and a bar where masked cells leave a range; thick the exact limits, thin
        those widened for over-dispersion; an arrow where a rate may be 0; words where it was refused.
    """
    rows = records(table)
    with theme():
        drawn = [row for row in rows if not row["refusal"]]
        ax = axes(ax, 1.25 + 0.31 * len(rows) if drawn else 1.2, width=width)
        if not drawn:
            return say(ax, rows[0]["refusal"] if rows else "there is no rate to show")
        low, high = _log_range(drawn)
        ax.set_xscale("log")
        ax.set_xlim(low, high)
        for place, row in enumerate(rows):
            _rate(ax, place, row, low, high)
        ax.set_yticks(range(len(rows)), labels)
        for tick in ax.get_yticklabels():
            tick.set_fontweight("bold" if tick.get_text() == bold else "normal")
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.tick_params(axis="y", length=0, pad=9)
        plain = FuncFormatter(lambda value, _: f"{value:g}")
        # Three labels a decade need about an inch beside the names and the counts.
        crowded = (figure_width(ax) - 2.4) / math.log10(high / low) < 1
        ax.xaxis.set_major_locator(LogLocator(subs=(1.0,) if crowded else (1.0, 2.0, 5.0), numticks=20))
        ax.xaxis.set_major_formatter(plain)
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.set_xlabel(wrap(f"{what} per 100 {of} (logarithmic)", int(11 * figure_width(ax))))
        if low < 100 < high:
            ax.axvline(100, color=LINE, linewidth=1, zorder=0.5)
        has_sources = "sources_min" in table and table["sources_min"].notna().any()
        key = {"exact 95 % limits": (EXACT, 4.0), "widened for over-dispersion": (WIDENED, 1.4)}
        line_key(ax, key | ({"range over choices of source": (CHOSEN, 1.4)} if has_sources else {}))
    return ax


def _log_range(rows: Sequence[dict[str, Any]]) -> tuple[float, float]:
    names = ("per_100_min", "per_100_max", "exact_lower", "exact_upper", "widened_lower", "widened_upper")
    values = [float(row[name]) for row in rows for name in names]
    usable = [value for value in values if math.isfinite(value) and value > 0]
    high = max(usable, default=1.0) * 1.25
    # A rate of 0 has no place: it becomes an arrow that starts at its upper limit. So does a limit far below any rate.
    points = [float(row[name]) for row in rows for name in ("per_100_min", "per_100_max", "exact_upper")]
    nearest = min((value for value in points if math.isfinite(value) and value > 0), default=0.1)
    return max(min(usable, default=0.1) * 0.7, nearest / 5, high / 10**_DECADES), high


def _rate(ax: Axes, place: int, row: dict[str, Any], low: float, high: float) -> None:
    right: Any = {"xycoords": ax.get_yaxis_transform(), "textcoords": "offset points", "va": "center"}
    if row["refusal"]:
        short = wrap(row["refusal"], int(10.3 * figure_width(ax))).split("\n")
        text = "refused: " + short[0] + (" ..." if len(short) > 1 else "")
        ax.annotate(text, (0.0, place), xytext=(6, 0), fontsize=8, style="italic", color=SOFT, **right)
        return
    _span(ax, place, row["widened_lower"], row["widened_upper"], low, high, WIDENED, 1.4, caps=True)
    _span(ax, place, row["exact_lower"], row["exact_upper"], low, high, EXACT, 4.0, caps=False)
    least, most = float(row["per_100_min"]), float(row["per_100_max"])
    if least == most:
        if least > 0:
            ax.plot(least, place, "o", color=PAPER, markeredgecolor=EXACT, markersize=6.5, mew=1.6, zorder=4)
    else:
        left, end = max(least, low), min(most, high)
        ax.barh(place, end - left, 0.42, left=left, color=PAPER, edgecolor=EXACT, hatch=HATCH, zorder=4)
    if pd.notna(row.get("sources_min")) and row["sources_max"] > max(low, 1.01 * row["sources_min"]):
        _span(ax, place + 0.27, row["sources_min"], row["sources_max"], low, high, CHOSEN, 1.4, caps=True)
    counts = (
        f"{short_span(row['numerator_lower'], row['numerator_upper'])} of "
        f"{short_span(row['denominator_lower'], row['denominator_upper'])}"
    )
    value = number(least) if least == most else f"{number(least)}–{number(most)}"
    ax.annotate(f"{counts}: {value}", (1.0, place), xytext=(6, 0), fontsize=8.5, annotation_clip=False, **right)


def _span(
    ax: Axes, place: float, start: float, end: float, low: float, high: float, colour: str, width: float, *, caps: bool
) -> None:
    """Draw limits; an end outside the axis is an arrow."""
    left, right = max(float(start), low), min(float(end), high)
    ax.plot([left, right], [place, place], color=colour, linewidth=width, solid_capstyle="butt", zorder=2)
    if start < low:
        ax.plot(low, place, "<", color=colour, markersize=6, clip_on=False, zorder=5)
    if end > high:
        ax.plot(high, place, ">", color=colour, markersize=6, clip_on=False, zorder=5)
    for value, outside in ((left, start < low), (right, end > high)):
        if caps and not outside:
            ax.plot(value, place, "|", color=colour, markersize=6, mew=1.2, zorder=2)


def waterfall(change: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how much each stage contributed to the change of the last one between two periods.

    Parameters
    ----------
    change : pandas.DataFrame
        As ``GapResult.change``.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        Steps from the early to the late count; hatched where masked cells or chance leave the sign open, with a
        line over the range. With masked cells the ranges stand beside each other and are not added up.
    """
    rows = records(change)
    with theme():
        ax = axes(ax, 3.3 if rows else 1.2)
        if not rows:
            return say(ax, "the change was not split into stages")
        last = rows[-1]
        exact = all(row["effect_min"] == row["effect_max"] for row in rows)
        ends = [(last["early_lower"], last["early_upper"]), (last["late_lower"], last["late_upper"])]
        for place, (lower, upper) in zip((0, len(rows) + 1), ends, strict=True):
            ax.bar(place, lower, 0.6, color=EXACT, zorder=2)
            if upper > lower:
                ax.bar(place, upper - lower, 0.6, bottom=lower, color=PAPER, edgecolor=EXACT, hatch=HATCH, zorder=2)
            _above(ax, place, float(upper), short_span(lower, upper))
        level = float(last["early_lower"]) if exact else 0.0
        for place, row in enumerate(rows, start=1):
            level = _step(ax, place, row, level, exact=exact)
        names = [_wrapped(row) for row in rows]
        early = f"{last['label']}\n{last['early_first']}–{last['early_last']}"
        late = f"{last['label']}\n{last['late_first']}–{last['late_last']}"
        ax.set_xticks(range(len(rows) + 2), [early, *names, late], fontsize=8.5)
        ax.axhline(0, color=SOFT, linewidth=0.8)
        ax.set_ylabel("persons")
        bottom, top = ax.dataLim.intervaly
        ax.set_ylim(bottom - 0.08 * (top - bottom) if bottom < 0 else 0.0, top + 0.12 * (top - bottom))
        ax.tick_params(axis="x", length=0)
    return ax


def _wrapped(row: dict[str, Any]) -> str:
    merged = f" (with {row['merged']})" if row["merged"] else ""
    return wrap(f"effect of {row['stage']}{merged}", 16)


def _step(ax: Axes, place: int, row: dict[str, Any], level: float, *, exact: bool) -> float:
    """Draw one effect and return the level at which the next one starts."""
    low, high = float(row["effect_min"]), float(row["effect_max"])
    chance = (float(row["chance_lower"]), float(row["chance_upper"]))
    known = math.isfinite(chance[0])
    open_sign = not row["sign_fixed"] or (known and chance[0] < 0 < chance[1])
    rising = low + high > 0
    colour = "#35789f" if rising else ALERT
    hatched: Any = {"color": PAPER, "edgecolor": colour, "hatch": HATCH, "zorder": 2}
    top = max(level, level + high, level + low)
    if open_sign:
        ax.bar(place, high - low if not exact else low, 0.6, bottom=low if not exact else level, **hatched)
    else:
        # As for counts: solid as far as the effect is certain, hatched to the largest it can be.
        certain, most = (low, high) if rising else (high, low)
        ax.bar(place, certain, 0.6, bottom=level, color=colour, edgecolor=colour, zorder=2)
        if certain != most:
            ax.bar(place, most - certain, 0.6, bottom=level + certain, **hatched)
    if known and exact:
        ends = [level + value for value in chance]
        ax.plot([place, place], ends, color=INK, linewidth=1.1, zorder=3)
        ax.plot([place, place], ends, "_", color=INK, markersize=8, zorder=3)
        top = max(top, *ends)
    _above(ax, place, top, span_signed(low, high))
    if exact:
        ax.plot([place - 0.7, place - 0.3], [level, level], color=SOFT, linewidth=0.8)
        ax.plot([place + 0.3, place + 0.7], [level + low, level + low], color=SOFT, linewidth=0.8)
        return level + low
    return level


def _above(ax: Axes, place: float, height: float, text: str) -> None:
    ax.annotate(text, (place, height), xytext=(0, 3), textcoords="offset points", ha="center", fontsize=9)


def break_years(table: pd.DataFrame, ax: Axes | None = None, *, reason: str = "") -> Axes:
    """Draw the step at every year at which a series could have broken, those with a policy date marked.

    Parameters
    ----------
    table : pandas.DataFrame
        As ``GapResult.break_years``.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.
    reason : str
        Why there is no table, if it was refused.

    Returns
    -------
    matplotlib.axes.Axes
        The factor by which the level changes, on a logarithmic axis; a cross at a year that was refused.
    """
    rows = records(table)
    steps = [row for row in rows if not row["refusal"]]
    with theme():
        ax = axes(ax, 3.0 if steps else 1.2)
        if not steps:
            return say(ax, reason or (rows[0]["refusal"] if rows else "no year allows a step"))
        low = max(min(row["lower"] for row in steps) * 0.7, 1e-3)
        high = min(max(row["upper"] for row in steps) * 1.4, 1e3)
        ax.set_yscale("log")
        ax.set_ylim(min(low, 0.7), max(high, 1.4))
        ax.axhline(1, color=SOFT, linewidth=0.9)
        for row in rows:
            marked = bool(row["policy_date"])
            colour = ALERT if marked else EXACT
            if row["refusal"]:
                ax.annotate("×", (row["year"], 1), ha="center", va="center", color=SOFT, fontsize=11)
            else:
                ax.plot([row["year"]] * 2, [row["lower"], row["upper"]], color=colour, linewidth=1.6, zorder=2)
                style: Any = {"color": colour if marked else PAPER, "markeredgecolor": colour, "mew": 1.5}
                ax.plot(row["year"], row["step"], "D" if marked else "o", markersize=6.5, zorder=3, **style)
            if marked:
                ax.annotate(
                    wrap(row["policy_date"].replace("; ", ";\n"), 22),
                    (row["year"], 1.0),
                    xycoords=ax.get_xaxis_transform(),
                    xytext=(0, 4),
                    textcoords="offset points",
                    ha="center",
                    fontsize=7.5,
                    color=ALERT,
                    annotation_clip=False,
                )
        ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=12))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"×{value:g}"))
        ax.yaxis.set_minor_formatter(NullFormatter())
        ax.set_ylabel("level after, by level before")
        year_ticks(ax, int(rows[0]["year"]), int(rows[-1]["year"]))
        ax.set_xlabel("first year after the supposed break (× too few points on one side)")
    return ax


def trend(series: pd.DataFrame, fitted: pd.DataFrame, ax: Axes | None = None, *, unit: str = "persons") -> Axes:
    """Draw a fitted line with its band over the bars of the counts.

    Parameters
    ----------
    series : pandas.DataFrame
        Rows of `Reconciliation.series` of one country, breakdown and indicator.
    fitted : pandas.DataFrame
        Rows of ``GapResult.fitted`` of the same; where masked cells leave more than one line, their envelope.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.
    unit : str
        Of the vertical axis.

    Returns
    -------
    matplotlib.axes.Axes
        With a sentence instead where there is nothing to draw.
    """
    rows = years_known(series)
    with theme():
        ax = axes(ax, 2.6 if len(rows) else 1.2)
        if rows.empty:
            return say(ax, "no source has a figure")
        first, last = int(rows["year"].min()), int(rows["year"].max())
        interval_bars(ax, rows, STAGE_SHADES["identification"], years=last - first + 1)
        ax.set_title(title_of(str(rows["indicator"].iloc[0])))
        top = float(pd.concat([rows["lower"], rows["upper"]]).max())
        if len(fitted):
            years = fitted["year"].to_numpy(float)
            ax.fill_between(
                years, fitted["band_lower"], fitted["band_upper"], color=SOFT, alpha=0.16, linewidth=0, zorder=2.5
            )
            for name in ("fitted_min", "fitted_max"):
                ax.plot(years, fitted[name], color=INK, linewidth=1.6, zorder=3)
            top = max(top, min(float(fitted["band_upper"].max()), 2 * top))
        ax.set_ylim(0, top * 1.15 + 0.5)
        count_axis(ax, 5)
        ax.set_ylabel(unit)
        year_ticks(ax, first, last)
    return ax
