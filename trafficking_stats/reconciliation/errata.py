"""The ledger of printed figures that cannot hold: one record a figure, to be sent to whoever printed it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import pandas as pd

from trafficking_stats.errors import ReconciliationError
from trafficking_stats.intervals import period_label
from trafficking_stats.messages import Term
from trafficking_stats.messages.values import written
from trafficking_stats.reconciliation.cells import System
from trafficking_stats.reconciliation.evidence import Part, bounds
from trafficking_stats.reconciliation.explain import figure_of
from trafficking_stats.reconciliation.methods import DEFAULT
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.reconciliation.rules import KEY
from trafficking_stats.reconciliation.vintages import latest_day, vintages

STATUSES = ("open", "reported", "fixed", "withdrawn")
"""``reported`` is set by hand; ``fixed`` and ``withdrawn`` by hand, or by a later edition of the same publisher."""

BY_HAND = ("status", "status_date", "note")
"""Columns that one fills in, and that survive when the ledger is made again."""

COLUMNS = (
    *("record_id", *BY_HAND, "publisher", "source_id", "published", "locator"),
    *("country", "indicator", "breakdown", "period_start", "period_end"),
    *("printed", "holds", "cause", "evidence", "against", "rules", "known_since", "mended_by"),
)
"""Columns of a ledger, all text; `Ledger` says what they hold."""

_CELL = ["country", "indicator", "breakdown", "period_start", "period_end"]


@dataclass(frozen=True)
class Ledger:
    """Every figure of an official source that was rejected.

    Parameters
    ----------
    records : pandas.DataFrame
        Columns `COLUMNS`. ``printed`` is the figure, ``holds`` what the cell is according to all that is kept,
        ``against`` the claims and ``rules`` the accounting rules that it cannot be true together with, none of which
        can be spared; both joined by `` | ``. ``known_since`` is the day since which all of them are published, and
        ``mended_by`` the edition that prints another figure, or none. ``status_date`` is that edition's date, or
        what was filled in by hand.
    mended : tuple of str
        Records that were open or reported in the ledger before, and that a later edition has mended since.
    unmatched : tuple of str
        Records of the ledger before that match no rejected figure any more; those with something filled in by hand
        are kept, the others are gone.
    """

    records: pd.DataFrame
    mended: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()


def errata(rec: Reconciliation, before: pd.DataFrame | None = None) -> Ledger:
    """Write the ledger of rejected figures, and carry over what was filled in by hand.

    Parameters
    ----------
    rec : Reconciliation
        Under the method ``consistent``: the others prove nothing.
    before : pandas.DataFrame, optional
        The ledger as it was, columns `COLUMNS`.

    Returns
    -------
    Ledger
        The same for the same claims and ledger, on any day.

    Raises
    ------
    ReconciliationError
        If another method was used, or the ledger lacks a column or holds an unknown status; the text names the record.

    References
    ----------
    Chinneck JW (2008). *Feasibility and Infeasibility in Optimization*. Springer.

    Examples
    --------
    >>> import trafficking_stats as ts
    >>> rec = ts.reconcile(ts.load_claims().query("country == 'DNK' and period_end == '2021-12-31'"))
    >>> records = errata(rec).records.query("publisher == 'UNODC' and breakdown == 'sex=female'")
    >>> records[["printed", "cause", "status"]].values.tolist()
    [['238', 'corrupt', 'open']]
    """
    if rec.method != DEFAULT:
        raise ReconciliationError(f"an errata ledger needs the method {DEFAULT}, not {rec.method}")
    official = [name for name, tier in rec.vocabulary.tiers.items() if tier.official]
    lost = rec.claims[~rec.claims["accepted"] & rec.claims["tier"].isin(official)]
    by_id = {claim["claim_id"]: claim for claim in rec.claims.to_dict("records")}
    rows = []
    series: Any
    for series, claims in lost.groupby(_CELL[:3], sort=False):
        dated = (claims["published"].map(latest_day) != "").any()
        triangle = vintages(rec.claims, *series).triangle if dated else None
        rows += [_record(rec, by_id[name], by_id, triangle) for name in claims["claim_id"]]
    records = pd.DataFrame(rows, columns=list(COLUMNS), dtype=str)
    records = records.drop_duplicates("record_id").sort_values("record_id", ignore_index=True)
    return Ledger(records) if before is None else _carried_over(records, _checked(before))


def _record(rec: Reconciliation, claim: Any, by_id: dict[str, Any], triangle: pd.DataFrame | None) -> dict[str, str]:
    """Write the record of a rejected claim."""
    settled = rec.settled[claim["country"]]
    group = settled.group_of[claim["claim_id"]]
    cells, leaders = (settled.system.groups[name].to_numpy() for name in ("cell", "leader"))
    cell = cells[group]
    holds = bounds(settled.solution.lower[cell], settled.solution.upper[cell])
    others, rules = settled.solution.conflicts.get(group, ((), ()))
    rivals = [by_id[settled.claim_ids[leaders[other]]] for other in others]
    days = [latest_day(one["published"]) for one in (claim, *rivals)]
    status, date, mended_by = _mended(claim, triangle, by_id)
    printed = figure_of(claim).in_words()
    digest = hashlib.sha256("\x1f".join([*(claim[name] for name in _CELL), printed]).encode()).hexdigest()
    return {
        **{name: str(claim.get(name) or "") for name in COLUMNS},
        "record_id": f"{claim['source_id']}:{digest[:10]}",
        "status": status,
        "status_date": date,
        "note": "",
        "printed": printed,
        "holds": written(holds),
        "against": " | ".join(sorted(map(_said, rivals))),
        "rules": " | ".join(_rule(settled.system, rule) for rule in rules),
        "known_since": "" if "" in days else max(days),
        "mended_by": mended_by,
    }


def _mended(claim: Any, triangle: pd.DataFrame | None, by_id: dict[str, Any]) -> tuple[str, str, str]:
    """Say whether a later edition of the publisher prints a figure that holds, or none; with its date and id."""
    rows: Any = triangle.itertuples() if triangle is not None else ()
    for row in rows:
        same = (row.publisher, row.start, row.end) == (claim["publisher"], claim["period_start"], claim["period_end"])
        if same and latest_day(row.published) > latest_day(claim["published"]):
            if row.step == "withdrawn":
                return "withdrawn", row.published, row.source_id
            if by_id[row.claim_id]["accepted"]:
                return "fixed", row.published, row.source_id
    return "open", "", ""


def _rule(system: System, rule: int) -> str:
    """Write a rule with its cells: what is the sum of which others, or at least it."""
    entries = system.rules.entries[system.rules.entries["rule"] == rule]
    cells = system.cells.iloc[entries["cell"]].assign(sign=entries["coefficient"].to_numpy())
    names = [_cell(*cell) for cell in cells[KEY[1:]].to_numpy()]
    sides = [
        " + ".join(name for name, own in zip(names, cells["sign"], strict=True) if own == sign) for sign in (1, -1)
    ]
    return f" {'=' if system.rules.table['equal'].iloc[rule] else '≥'} ".join(sides)


def _cell(indicator: str, breakdown: str, start: str, end: str) -> str:
    part = [Part(breakdown).in_words()] if breakdown else []
    return ", ".join([written(Term("indicator", indicator)), *part, period_label(start, end)])


def _said(claim: Any) -> str:
    """Write a claim with where it stands: its cell, figure, source and locator."""
    place = ", ".join(filter(None, [claim["source_id"], str(claim.get("locator") or "")]))
    return f"{_cell(*(claim[name] for name in _CELL[1:]))}: {figure_of(claim).in_words()} ({place})"


def _checked(before: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in COLUMNS if name not in before]
    if missing:
        raise ReconciliationError(f"the ledger lacks the columns {', '.join(missing)}")
    for record, status in before.loc[~before["status"].isin(STATUSES), ["record_id", "status"]].values:
        raise ReconciliationError(f"record {record}: status {status!r}: must be one of {', '.join(STATUSES)}")
    return before


def _carried_over(records: pd.DataFrame, before: pd.DataFrame) -> Ledger:
    """Keep what was filled in by hand, and say what was mended and what matches nothing any more."""
    records, before = records.set_index("record_id"), before.set_index("record_id")
    both = records.index.intersection(before.index)
    waiting = before.loc[both, "status"].isin(["open", "reported"])
    mended = both[waiting & (records.loc[both, "status"] != "open")]
    records.loc[both, "note"] = before.loc[both, "note"]
    kept = both.difference(mended)
    records.loc[kept, list(BY_HAND)] = before.loc[kept, list(BY_HAND)]
    gone = before.loc[before.index.difference(records.index)]
    by_hand = gone[(gone["status"] != "open") | (gone["note"] != "")]
    by_hand = by_hand[(by_hand["mended_by"] == "") | (by_hand["note"] != "")]
    table = pd.concat([records, by_hand]).sort_index().rename_axis("record_id").reset_index()
    return Ledger(table[list(COLUMNS)], tuple(sorted(mended)), tuple(sorted(gone.index)))
