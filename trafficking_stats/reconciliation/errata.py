"""The ledger of printed figures that cannot hold: one record a figure, to be sent to whoever printed it."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trafficking_stats.errors import ReconciliationError
from trafficking_stats.intervals import period_label
from trafficking_stats.messages import Term
from trafficking_stats.messages.values import written
from trafficking_stats.reconciliation.evidence import Part, bounds
from trafficking_stats.reconciliation.explain import figure_of
from trafficking_stats.reconciliation.methods import DEFAULT
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.reconciliation.rules import KEY
from trafficking_stats.reconciliation.vintages import latest_day, steps
from trafficking_stats.schema import CELL

STATUSES = ("open", "reported", "fixed", "withdrawn")
"""``reported`` is set by hand; ``fixed`` and ``withdrawn`` by hand, or by a later edition of the same publisher."""

BY_HAND = ("status", "status_date", "note")
"""Columns that one fills in, and that survive when the ledger is made again."""

COLUMNS = (
    *("record_id", *BY_HAND, "publisher", "source_id", "published", "locator", *CELL),
    *("printed", "holds", "cause", "evidence", "against", "rules", "known_since", "mended_by"),
)
"""Columns of a ledger, all text; `Ledger` says what they hold."""


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
    lost = lost.merge(_mended(rec.claims, lost), on="claim_id", how="left")
    lost = lost.fillna({"status": "open", "status_date": "", "mended_by": ""})
    by_id = {claim["claim_id"]: claim for claim in rec.claims.to_dict("records")}
    rows = [_record(rec, claim, by_id) for claim in lost.to_dict("records")]
    records = pd.DataFrame(rows, columns=list(COLUMNS), dtype=str)
    records = records.drop_duplicates("record_id").sort_values("record_id", ignore_index=True)
    return Ledger(records) if before is None else _carried_over(records, _checked(before))


def _mended(claims: pd.DataFrame, lost: pd.DataFrame) -> pd.DataFrame:
    """Find the first later edition of the publisher of a claim that prints a figure that holds, or none."""
    series = ["country", "indicator", "breakdown", "publisher"]
    editions = steps(claims.merge(lost[series].drop_duplicates()))
    editions = editions.rename(columns={"start": "period_start", "end": "period_end"})
    pairs = lost.merge(editions, on=[*CELL, "publisher"], suffixes=("", "_later"))
    later = pairs["published_later"].map(latest_day) > pairs["published"].map(latest_day)
    gone, holds = pairs["step"] == "withdrawn", pairs["claim_id_later"].isin(claims.loc[claims["accepted"], "claim_id"])
    pairs = pairs.assign(status=np.where(gone, "withdrawn", "fixed"))[later & (gone | holds)]
    pairs = pairs.rename(columns={"published_later": "status_date", "source_id_later": "mended_by"})
    return pairs.drop_duplicates("claim_id")[["claim_id", "status", "status_date", "mended_by"]]


def _record(rec: Reconciliation, claim: Any, by_id: dict[str, Any]) -> dict[str, str]:
    """Write the record of a rejected claim."""
    settled = rec.settled[claim["country"]]
    system, solution, group = settled.system, settled.solution, settled.group_of[claim["claim_id"]]
    cells, leaders = (system.groups[name].to_numpy() for name in ("cell", "leader"))
    others, rules = solution.conflicts.get(group, ((), ()))
    rivals = [by_id[settled.claim_ids[leaders[other]]] for other in others]
    days = [latest_day(one["published"]) for one in (claim, *rivals)]
    touched = system.rules.entries.loc[system.rules.entries["rule"].isin(rules), "cell"].unique()
    names = system.cells.loc[touched, KEY[1:]].apply(lambda cell: _cell(*cell), axis=1)
    printed = figure_of(claim).in_words()
    digest = hashlib.sha256("\x1f".join([*(claim[name] for name in CELL), printed]).encode()).hexdigest()
    return {
        **{name: str(claim.get(name) or "") for name in COLUMNS},
        "record_id": f"{claim['source_id']}:{digest[:10]}",
        "printed": printed,
        "holds": written(bounds(solution.lower[cells[group]], solution.upper[cells[group]])),
        "against": " | ".join(sorted(map(_said, rivals))),
        "rules": " | ".join(system.rules.written(rules, names)).replace(" >= ", " ≥ ") if rules else "",
        "known_since": "" if "" in days else max(days),
    }


def _cell(indicator: str, breakdown: str, start: str, end: str) -> str:
    part = [Part(breakdown).in_words()] if breakdown else []
    return ", ".join([written(Term("indicator", indicator)), *part, period_label(start, end)])


def _said(claim: Any) -> str:
    """Write a claim with where it stands: its cell, figure, source and locator."""
    place = ", ".join(filter(None, [claim["source_id"], str(claim.get("locator") or "")]))
    return f"{_cell(*(claim[name] for name in CELL[1:]))}: {figure_of(claim).in_words()} ({place})"


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
