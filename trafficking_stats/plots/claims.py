"""The figure of disagreement: every claim beside the series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from trafficking_stats.csv_tables import records
from trafficking_stats.messages import Country, Term, Years, say, written
from trafficking_stats.plots.bars import highest
from trafficking_stats.plots.chart import EMPTY, describe, drawing, instead, raised
from trafficking_stats.plots.style import ALERT, INK, LINE, PAPER, TIER_MARKERS, key, year_ticks
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
    with drawing(ax, 2.6 if len(rows) else EMPTY) as ax:
        if rows.empty:
            return instead(ax, say("pages.claims.none", what=label(indicator), country=Country(country)))
        bands = known(series[series["indicator"] == indicator])
        low, high = (ends.astype(float) for ends in (bands["lower"], bands["upper"].fillna(bands["lower"])))
        ax.bar(bands["year"], high - low, 0.86, bottom=low, color=LINE, edgecolor=LINE, linewidth=3, zorder=1)
        tiers = [tier for tier in rec.vocabulary.tiers if tier in set(rows["tier"])]
        spread = np.linspace(-0.31, 0.31, len(tiers)) if len(tiers) > 1 else [0.0]
        drawn = rows.drop_duplicates(["year", "tier", "lower", "upper", "accepted"])
        drawn = drawn.assign(place=drawn["year"] + drawn["tier"].map(dict(zip(tiers, spread, strict=True))))
        _draw_marks(ax, drawn)
        top = max(highest(drawn), 1.0)
        _label_rejected(ax, drawn, top)
        ax.set_ylim(-0.045 * top, 1.12 * top)  # room below zero, so that a mark at zero is whole
        ax.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: written(round(value))))
        years = [*rows["year"], *bands["year"]]  # a band may lie where no claim is about the year alone
        year_ticks(ax, int(min(years)), int(max(years)))
        looks: dict[str, Any] = {written(Term("tier", tier)): {"marker": TIER_MARKERS[tier]} for tier in tiers}
        if not rows["accepted"].all():
            looks[say("pages.claims.rejected")] = {"marker": "o", "color": ALERT, "markerfacecolor": PAPER}
        ax.set_title(title(indicator), pad=9 + 13 * key(ax, looks))
    rejected = rows[~rows["accepted"]].drop_duplicates(["year", "value", "qualifier"])
    caption = say("pages.claims.caption", what=label(indicator), rejected=int((~rows["accepted"]).sum()))
    told = [
        say("pages.in_year", value=printed(r["value"], r["qualifier"], r.get("value_upper")), year=Years([r["year"]]))
        for r in records(rejected)
    ]
    alt = [
        say("pages.claims.alt", claims=len(rows), what=label(indicator)),
        say("pages.claims.alt_rejected", figures=told[:8]) if told else "",
    ]
    table = rows[["year", "value", "qualifier", "source_id", "publisher", "published", "accepted", "cause"]]
    return describe(ax, caption=caption, alt=sentences(alt), name=f"{country}-{indicator}-claims", table=table)


def _draw_marks(ax: Axes, drawn: pd.DataFrame) -> None:
    """Draw a point for each claim, a bar where it names a range, an arrow where it names no upper limit."""
    open_, ranged = drawn["upper"].isna(), (drawn["upper"] > drawn["lower"]).fillna(False)
    for (tier, kept), own in drawn[~ranged].groupby(["tier", "accepted"]):
        look: Any = {"color": INK if kept else ALERT, "markerfacecolor": INK if kept else PAPER}
        ax.plot(own["place"], own["lower"], TIER_MARKERS[str(tier)], markersize=5, mew=1.3, zorder=4, **look)
    for claim in records(drawn[ranged | open_]):
        colour, place, ends = INK if claim["accepted"] else ALERT, claim["place"], [claim["lower"], claim["upper"]]
        if pd.notna(claim["upper"]):
            ax.plot([place, place], ends, "_-", color=colour, markersize=6, linewidth=2.2, zorder=3)
        else:
            arrow: Any = {"arrowstyle": "<-", "color": colour, "linewidth": 1.2}
            ax.annotate("", (place, ends[0]), xytext=(0, 14), textcoords="offset points", arrowprops=arrow, zorder=3)


def _label_rejected(ax: Axes, drawn: pd.DataFrame, top: float) -> None:
    """Write each rejected figure as printed, once: below its mark if what was kept lies above, and above it if not."""
    kept = drawn[drawn["accepted"]].groupby("year")["lower"].max()
    ground = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.3}
    look: Any = {"ha": "center", "fontsize": 8, "color": ALERT, "bbox": ground, "zorder": 5, "in_layout": False}
    for row in records(drawn[~drawn["accepted"]].drop_duplicates(["year", "lower", "upper"])):
        below = 0.12 * top < float(row["lower"]) < float(kept.get(row["year"], -1.0))
        points = -5 if below else 5 if pd.notna(row["upper"]) else 17
        text = SIGNS.get(row["qualifier"], "") + printed(row["value"], "exact", row.get("value_upper"))
        ax.text(row["place"], row["lower"], text, transform=raised(ax, points), va="top" if below else "bottom", **look)
