"""The figure of disagreement: every claim beside the series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from trafficking_stats.csv_tables import records
from trafficking_stats.messages import Country, Term, Years, say
from trafficking_stats.messages.values import written
from trafficking_stats.plots.chart import chart, describe, fit, instead
from trafficking_stats.plots.style import (
    ALERT,
    INK,
    LINE,
    PAPER,
    TIER_MARKERS,
    count_axis,
    key,
    marks,
    theme,
    year_ticks,
)
from trafficking_stats.texts.focus import known, totals, yearly_claims, years_shown
from trafficking_stats.texts.words import label, printed, sentences, title

if TYPE_CHECKING:
    from trafficking_stats.reconciliation.result import Reconciliation

SIGNS = {"less_than": "<", "at_most": "≤", "more_than": ">", "at_least": "≥", "about": "≈", "nearly": "≈"}
"""What stands before a figure in a drawing, where the words of its source have no room."""


def claims(
    rec: Reconciliation,
    country: str,
    indicator: str,
    start: int | None = None,
    end: int | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw every claim about a year: kept ones filled, rejected ones open, side by side by the rank of the source.

    Parameters
    ----------
    rec : Reconciliation
        The judged claims and the series.
    country, indicator : str
        Of which totals.
    start, end : int, optional
        First and last year; those of the country by default.
    ax : matplotlib.axes.Axes, optional
        Where; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        With a sentence instead where no claim is about one calendar year.
    """
    first, last = years_shown(rec, country, start, end)
    rows = yearly_claims(rec, country, first, last)
    rows = rows[rows["indicator"] == indicator].sort_values("claim_id")
    series = totals(rec, country, first, last)
    with theme():
        ax = chart(ax, 3.0 if len(rows) else 1.2)
        if rows.empty:
            return instead(ax, say("pages.claims.none", what=label(indicator), country=Country(country)))
        for row in records(known(series[series["indicator"] == indicator])):
            low, high = float(row["lower"]), float(row["lower"] if pd.isna(row["upper"]) else row["upper"])
            box: Any = {"facecolor": LINE, "edgecolor": LINE, "linewidth": 3}
            ax.add_patch(Rectangle((row["year"] - 0.43, low), 0.86, high - low, **box))
        tiers = [tier for tier in rec.vocabulary.tiers if tier in set(rows["tier"])]
        spread = np.linspace(-0.31, 0.31, len(tiers)) if len(tiers) > 1 else [0.0]
        places = dict(zip(tiers, map(float, spread), strict=True))
        drawn = rows.drop_duplicates(["year", "tier", "lower", "upper", "accepted"])
        for mark in records(drawn):
            _claim(ax, mark["year"] + places[mark["tier"]], mark)
        _label_rejected(ax, drawn, places)
        top = max(float(pd.concat([drawn["lower"], drawn["upper"]]).max()), 1.0)
        ax.set_ylim(-0.045 * top, 1.12 * top)  # room below zero, so that a mark at zero is whole
        count_axis(ax, 6)
        kinds = {written(Term("tier", tier)): TIER_MARKERS[tier] for tier in tiers}
        open_ones = "" if rows["accepted"].all() else say("pages.claims.rejected")
        years = (int(rows["year"].min()), int(rows["year"].max()))

        def layout(inches: float) -> None:
            year_ticks(ax, *years, inches)
            ax.set_title(title(indicator), pad=9 + 13 * key(ax, marks(kinds, open_ones), inches))

        fit(ax, layout)
    rejected = rows[~rows["accepted"]].drop_duplicates(["year", "value", "qualifier"])
    caption = say(
        "pages.claims.caption", what=label(indicator), rejected=say("common.figures", n=int((~rows["accepted"]).sum()))
    )
    told = [
        say("pages.in_year", value=printed(r["value"], r["qualifier"], r.get("value_upper")), year=Years([r["year"]]))
        for r in records(rejected)
    ]
    alt = [
        say("pages.claims.alt", claims=say("common.figures", n=len(rows)), what=label(indicator)),
        say("pages.claims.alt_rejected", figures=told[:8]) if told else "",
    ]
    table = rows[["year", "value", "qualifier", "source_id", "publisher", "published", "accepted", "cause"]]
    return describe(ax, caption=caption, alt=sentences(alt), name=f"{country}-{indicator}-claims", table=table)


def _claim(ax: Axes, place: float, claim: dict[str, Any]) -> None:
    """Draw one claim: a point, or a bar where it names a range."""
    colour = INK if claim["accepted"] else ALERT
    low, unbounded = float(claim["lower"]), pd.isna(claim["upper"])
    high = low if unbounded else float(claim["upper"])
    if unbounded:
        arrow: Any = {"arrowstyle": "<-", "color": colour, "linewidth": 1.2}
        ax.annotate("", (place, low), xytext=(0, 14), textcoords="offset points", arrowprops=arrow, zorder=3)
    if high == low:
        look: Any = {
            "markerfacecolor": colour if claim["accepted"] else PAPER,
            "markersize": 5,
            "mew": 1.3,
            "zorder": 4,
        }
        ax.plot(place, low, marker=TIER_MARKERS[claim["tier"]], color=colour, **look)
        return
    ax.plot([place, place], [low, high], color=colour, linewidth=2.2, solid_capstyle="butt", zorder=3)
    for end in (low, high):
        ax.plot(place, end, marker="_", color=colour, markersize=6, mew=1.3, zorder=4)


def _label_rejected(ax: Axes, drawn: pd.DataFrame, places: Mapping[str, float]) -> None:
    """Write each rejected figure as printed, once: below its mark if what was kept lies above, and above it if not."""
    kept = drawn[drawn["accepted"]].groupby("year")["lower"].max()
    top = float(pd.concat([drawn["lower"], drawn["upper"]]).max())
    for row in records(drawn[~drawn["accepted"]].drop_duplicates(["year", "lower", "upper"])):
        below = 0.12 * top < float(row["lower"]) < float(kept.get(row["year"], -1.0))
        ax.annotate(
            SIGNS.get(row["qualifier"], "") + printed(row["value"], "exact", row.get("value_upper")),
            (row["year"] + places[row["tier"]], float(row["lower"])),
            xytext=(0, -5 if below else 5 + (0 if pd.notna(row["upper"]) else 12)),
            textcoords="offset points",
            ha="center",
            va="top" if below else "bottom",
            fontsize=8,
            color=ALERT,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.3},
            zorder=5,
            annotation_clip=False,
        )
