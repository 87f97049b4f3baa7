"""The ledger of printed figures that cannot hold: one record a figure, to be sent to whoever printed it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trafficking_stats.errors import ReconciliationError
from trafficking_stats.intervals import period_label
from trafficking_stats.linear import LinearSystem, LinearSystemError
from trafficking_stats.messages import Bounds, Term, breakdown_words
from trafficking_stats.messages.values import written
from trafficking_stats.reconciliation.cells import System, build_system
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.reconciliation.series import figure
from trafficking_stats.reconciliation.solve import rule_matrix
from trafficking_stats.reconciliation.vintages import latest_day, vintages
from trafficking_stats.vocabulary import Vocabulary

STATUSES = ("open", "reported", "fixed", "withdrawn")
"""``reported`` is set by hand; ``fixed`` and ``withdrawn`` by hand, or by a later edition of the same publisher."""

BY_HAND = ("status", "status_date", "note")
"""Columns that one fills in, and that survive when the ledger is made again."""

COLUMNS = (
    "record_id",
    *BY_HAND,
    "publisher",
    "source_id",
    "published",
    "locator",
    "country",
    "indicator",
    "breakdown",
    "period_start",
    "period_end",
    "printed",
    "holds",
    "cause",
    "evidence",
    "against",
    "rules",
    "known_since",
    "mended_by",
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
    if rec.method != "consistent":
        raise ReconciliationError(f"an errata ledger needs the method consistent, not {rec.method}")
    official = [name for name, tier in rec.vocabulary.tiers.items() if tier.official]
    lost = rec.claims[~rec.claims["accepted"] & rec.claims["tier"].isin(official)]
    row_of = dict(zip(rec.claims["claim_id"], range(len(rec.claims)), strict=True))
    bounds, history = _bounds(rec), {}
    rows = []
    for claim in lost.to_dict("records"):
        series = claim["country"], claim["indicator"], claim["breakdown"]
        if series not in history and latest_day(claim["published"]):
            history[series] = vintages(rec.claims, *series).triangle
        others = [row_of[name] for name in claim["clashes_with"].split(";") if name in row_of]
        together = rec.claims.iloc[[row_of[claim["claim_id"]], *others]].reset_index(drop=True)
        printed = figure(claim["value"], claim["qualifier"], rec.vocabulary, claim.get("value_upper"))
        status, date, mended_by = _mended(claim, history.get(series), rec.claims)
        days = together["published"].map(latest_day)
        digest = hashlib.sha256("\x1f".join([*(claim[name] for name in _CELL), printed]).encode()).hexdigest()
        rows.append(
            {
                **{name: str(claim.get(name) or "") for name in COLUMNS},
                "record_id": f"{claim['source_id']}:{digest[:10]}",
                "status": status,
                "status_date": date,
                "note": "",
                "printed": printed,
                "holds": bounds.get(tuple(claim[name] for name in _CELL), ""),
                "against": " | ".join(_said(row, rec.vocabulary) for row in together.iloc[1:].to_dict("records")),
                "rules": " | ".join(_proof(together, rec.vocabulary)),
                "known_since": "" if (days == "").any() else max(days),
                "mended_by": mended_by,
            }
        )
    records = pd.DataFrame(rows, columns=list(COLUMNS), dtype=str)
    records = records.drop_duplicates("record_id").sort_values("record_id", ignore_index=True)
    return Ledger(records) if before is None else _carried_over(records, _checked(before))


def _bounds(rec: Reconciliation) -> dict[tuple[Any, ...], str]:
    """Write the bounds of every cell."""
    year = rec.series["year"].astype(str)
    yearly = rec.series.assign(start=year + "-01-01", end=year + "-12-31")
    cells = pd.concat([yearly, rec.periods])[[*_CELL[:3], "start", "end", "lower", "upper"]]
    return {
        tuple(place): written(Bounds(int(lower), None if pd.isna(upper) else int(upper)))
        for *place, lower, upper in cells.itertuples(index=False)
    }


def _mended(claim: dict[Any, Any], triangle: pd.DataFrame | None, claims: pd.DataFrame) -> tuple[str, str, str]:
    """Say whether a later edition of the publisher prints a figure that holds, or none; with its date and id."""
    if triangle is not None:
        rows = triangle[triangle["publisher"] == claim["publisher"]]
        rows = rows[(rows["start"] == claim["period_start"]) & (rows["end"] == claim["period_end"])]
        rows = rows[[latest_day(date) > latest_day(claim["published"]) for date in rows["published"]]]
        held = set(claims.loc[claims["claim_id"].isin(rows["claim_id"]) & claims["accepted"], "claim_id"])
        for step, published, source, name in rows[["step", "published", "source_id", "claim_id"]].to_numpy(str):
            if step == "withdrawn" or name in held:
                return "withdrawn" if step == "withdrawn" else "fixed", published, source
    return "open", "", ""


def _proof(together: pd.DataFrame, vocabulary: Vocabulary) -> list[str]:
    """Write the rules that the first claim and those it clashes with break; without any of them all could hold."""
    if len(together[_CELL].drop_duplicates()) == 1:
        return []
    system = build_system(together, vocabulary)
    linear = LinearSystem(len(system.cells), np.inf)
    equal = system.rules.table["equal"].to_numpy(bool)
    linear.add_many(rule_matrix(system), 0.0, np.where(equal, 0.0, np.inf))
    for cell, lower, upper in system.groups[["cell", "lower", "upper"]].to_numpy(float).tolist():
        linear.add({int(cell): 1.0}, lower, upper, weight=1.0)
    claim = len(equal) + int(system.claim_group[0])
    try:
        members = linear.irreducible(claim, active=np.ones(linear.n_constraints, dtype=bool))
    except LinearSystemError:
        return []  # a search that ran out of time named too few claims
    return [_rule(system, rule) for rule in members if rule < len(equal)]


def _rule(system: System, rule: int) -> str:
    """Write a rule with its cells: what is the sum of which others, or at least it."""
    entries = system.rules.entries[system.rules.entries["rule"] == rule]
    sides = [
        " + ".join(_cell(system.cells.iloc[cell]) for cell in entries.loc[entries["coefficient"] == sign, "cell"])
        for sign in (1, -1)
    ]
    return f" {'=' if system.rules.table['equal'].iloc[rule] else '≥'} ".join(sides)


def _cell(cell: Any) -> str:
    period = period_label(cell["start"], cell["end"])
    indicator = written(Term("indicator", cell["indicator"]))
    return ", ".join(filter(None, [indicator, breakdown_words(cell["breakdown"]), period]))


def _said(claim: dict[Any, Any], vocabulary: Vocabulary) -> str:
    """Write a claim with where it stands: its cell, figure, source and locator."""
    cell = {"start": claim["period_start"], "end": claim["period_end"], **claim}
    place = ", ".join(filter(None, [claim["source_id"], str(claim.get("locator") or "")]))
    return (
        f"{_cell(cell)}: {figure(claim['value'], claim['qualifier'], vocabulary, claim.get('value_upper'))} ({place})"
    )


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
