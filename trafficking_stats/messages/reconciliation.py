"""What a reconciliation says of itself: how much is printed, how much can be true together, how it was settled."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from trafficking_stats.messages import Country, say, written

if TYPE_CHECKING:
    from trafficking_stats.reconciliation.result import Reconciliation

STATUSES = ("agreed", "alone", "reconciled", "bounded", "deduced")


def printed(claims: pd.DataFrame) -> str:
    """Say how many sources print how many figures about whom."""
    n, codes = int(claims["source_id"].nunique()), list(claims["country"].unique())
    if len(codes) == 1:
        return say("pages.sources.sentence", n=n, sources=n, figures=len(claims), country=Country(codes[0]))
    return say("pages.sources.countries", n=n, sources=n, figures=len(claims), countries=len(codes))


def together(claims: pd.DataFrame) -> str:
    """Say whether figures can be true together, and how many were set aside."""
    if n := int((~claims["accepted"]).sum()):
        return say("pages.sources.set_aside", n=n)
    by_cell = claims.groupby(["country", "indicator", "breakdown", "period_start", "period_end"])["source_id"]
    return say("pages.sources.all_together" if by_cell.nunique().gt(1).any() else "pages.sources.nothing_to_compare")


def statuses(rows: pd.DataFrame) -> str:
    """Say how many figures of a table are agreed, printed once, reconciled, bounded or deduced; nothing of none."""
    counts = rows["status"].mask((rows["status"] == "agreed") & (rows["n_claims"] == 1), "alone").value_counts()
    parts = [say(f"pages.status.{status}", n=int(counts[status])) for status in STATUSES if status in counts]
    return written(say("pages.status.all", figures=len(rows), parts=parts), "capital") if parts else ""


def solved(rec: Reconciliation) -> str:
    """Say whether the reconciliation was solved to the end, or by which other method it was made."""
    if rec.method != "consistent":
        return say("pages.solver.method", method=say(f"pages.method.{rec.method}"))
    return say("pages.solver.done" if rec.status == "optimal" else "pages.solver.open")


def headline(rec: Reconciliation) -> str:
    """Return the headline."""
    return f"{printed(rec.claims)} {together(rec.claims)}"


def summary(rec: Reconciliation) -> list[str]:
    """Return the lines of the summary."""
    return [line for line in (headline(rec), statuses(rec.series), solved(rec)) if line]


def page(rec: Reconciliation) -> str:
    """Write the reconciliation as HTML for a notebook: its summary, and what its tables hold."""
    first, *others = (escape(line) for line in summary(rec))
    rows = [
        f"<li><code>{name}</code> ({written(len(table))}): {escape(', '.join(map(str, table)))}</li>"
        for name, table in rec.tables.items()
    ]
    text = "".join(f"<p>{line}</p>" for line in others)
    return f"<div class='reconciliation'><p><strong>{first}</strong></p>{text}<ul>{''.join(rows)}</ul></div>"
