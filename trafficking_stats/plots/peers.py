"""Figure of a country among its peers: a funnel, or the reason why there is none. Never a ranking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from trafficking_stats.inference.funnel import MIN_UNITS, funnel_limits
from trafficking_stats.plots.style import ALERT, INK, PAPER, SOFT, STAGE_SHADES, axes, records, say, theme


def funnel(
    peers: pd.DataFrame,
    ax: Axes | None = None,
    *,
    refusal: str = "",
    what: str = "persons convicted",
    of: str = "victims identified",
) -> Axes:
    """Draw each country's rate against its size, with the limits within which chance alone would leave it.

    Parameters
    ----------
    peers : pandas.DataFrame
        As ``GapResult.peers``.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.
    refusal : str
        Why there is no funnel, as in ``GapResult.refusals``; it is written instead of one.
    what, of : str
        Numerator and denominator as they stand in a sentence.

    Returns
    -------
    matplotlib.axes.Axes
        Countries with masked cells as bars over the range of their rate.
    """
    rows = [row for row in records(peers) if not row["refusal"]]
    usable = [row for row in rows if pd.notna(row["expected"]) and row["expected"] > 0]
    if not refusal and len(usable) < MIN_UNITS:
        refusal = f"{len(usable)} countries are too few for a funnel, at least {MIN_UNITS} are needed"
    with theme():
        ax = axes(ax, 4.2 if not refusal else 1.2)
        if refusal:
            return say(ax, f"No funnel is drawn: {refusal}.")
        common = sum(row["expected"] for row in usable) / sum(float(row["denominator_lower"]) for row in usable)
        sizes = [max(float(row[end]), 1.0) for row in rows for end in ("denominator_lower", "denominator_upper")]
        positive = [row["per_100_max"] for row in rows if row["per_100_max"] > 0]
        low = min([row["per_100_min"] for row in rows if row["per_100_min"] > 0] + positive) * 0.55
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.set_xlim(min(sizes) * 0.75, max(sizes) * 1.9)
        ax.set_ylim(low, max(positive) * 1.7)
        _limits(ax, common, low)
        for row in rows:
            _country(ax, row, low)
        _labels(ax, rows, low)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=20))
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
            axis.set_minor_formatter(NullFormatter())
        ax.set_xlabel(f"{of} (logarithmic)")
        ax.set_ylabel(f"{what} per 100 {of} (logarithmic)")
    return ax


def _limits(ax: Axes, common: float, low: float) -> None:
    start, end = ax.get_xlim()
    size = np.geomspace(start, end, 120)
    ax.axhline(100 * common, color=SOFT, linewidth=0.9)
    for confidence, style, label, raised in ((0.95, (0, (4, 2)), "95 %", -4), (0.998, (0, (1, 1.5)), "99.8 %", 4)):
        limits = funnel_limits(size * common, confidence=confidence)
        for values in limits:
            shown = np.where(100 * np.asarray(values) / size > low, 100 * np.asarray(values) / size, np.nan)
            ax.plot(size, shown, color=SOFT, linewidth=1, linestyle=style)
        edge = float(100 * np.asarray(limits.upper)[-1] / size[-1])
        ax.annotate(
            label,
            (end, edge),
            xytext=(3, raised),
            textcoords="offset points",
            va="center",
            fontsize=7.5,
            color=SOFT,
            annotation_clip=False,
            zorder=5,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.3},
        )


def _country(ax: Axes, row: dict[str, Any], low: float) -> None:
    colour = ALERT if row["own"] else STAGE_SHADES["conviction"]
    size = float(row["denominator_lower"]) or 1.0
    least, most = float(row["per_100_min"]), float(row["per_100_max"])
    if least == most > 0:
        ax.plot(size, least, "D" if row["own"] else "o", color=colour, markersize=6, zorder=4)
        return
    ax.plot([size, size], [max(least, low), max(most, low)], color=colour, linewidth=3, zorder=3)
    if least < low:
        ax.plot(size, low, "v", color=colour, markersize=6, clip_on=False, zorder=4)


def _labels(ax: Axes, rows: Sequence[dict[str, Any]], low: float) -> None:
    """Name the countries right of their marks, moved up where two names would overlap."""
    taken: list[tuple[float, float, float]] = []
    places = []
    for row in rows:
        height = max(float(row["per_100_max"]), low)
        x, y = ax.transData.transform((max(float(row["denominator_lower"]), 1.0), height))
        places.append((float(y), float(x), row))
    for y, x, row in sorted(places, key=lambda place: (place[0], place[1], place[2]["name"])):
        width = 6.2 * len(row["name"])
        raised = y
        while any(abs(raised - other) < 11 and x < right and left < x + width for other, left, right in taken):
            raised += 2
        taken.append((raised, x, x + width))
        ax.annotate(
            row["name"],
            (max(float(row["denominator_lower"]), 1.0), max(float(row["per_100_max"]), low)),
            xytext=(6, (raised - y) * 0.72),
            textcoords="offset points",
            va="center",
            fontsize=8,
            fontweight="bold" if row["own"] else "normal",
            color=ALERT if row["own"] else INK,
            annotation_clip=False,
            zorder=5,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.3},
        )
