"""What sources say of their own figures, kept as data: judged against the record, and the doubts it casts on claims."""

from __future__ import annotations

from typing import Any

import pandas as pd

from trafficking_stats.csv_tables import records
from trafficking_stats.fact_check.record import Record
from trafficking_stats.fact_check.statements import judge_statement
from trafficking_stats.readers.narrative.results import Cell, Statement
from trafficking_stats.reasons import STATEMENT, load_statements
from trafficking_stats.reconciliation.result import Reconciliation

CELL, BASE = STATEMENT[8:13], STATEMENT[13:17]
"""The cell that a statement is about, and the one that it is compared with."""

FOUND = ("verdict", "code", "lower", "upper", "reason")


def judge_kept(rec: Reconciliation, statements: pd.DataFrame | None = None) -> pd.DataFrame:
    """Judge the kept statements on the countries of a reconciliation.

    Parameters
    ----------
    rec : Reconciliation
        The record.
    statements : pandas.DataFrame, optional
        As `load_statements` gives them, which is the default.

    Returns
    -------
    pandas.DataFrame
        The statements with ``verdict`` (agrees, contradicts or unknown), ``code``, ``lower`` and ``upper`` of what is
        stated, ``reason`` in words, ``claim_ids`` (the source's own claims it speaks of) and ``source_ids``.
    """
    table = load_statements() if statements is None else statements
    table = table[table["country"].isin(set(rec.claims["country"]))]
    record = Record(rec)
    rows = []
    for row in records(table):
        statement = _statement(row)
        found = judge_statement(statement, record)
        claims = [name for cell in (statement.subject, statement.base) for name in _claims(rec, row["source_id"], cell)]
        told = {name: getattr(found, name) for name in FOUND}
        rows.append(
            {**row, **told, "source_ids": ";".join(found.sources), "claim_ids": ";".join(dict.fromkeys(claims))}
        )
    return pd.DataFrame(rows, columns=[*STATEMENT, *FOUND, "source_ids", "claim_ids"])


def doubts_of_statements(rec: Reconciliation, statements: pd.DataFrame | None = None) -> list[tuple[str, str, str]]:
    """Return the claims whose own source says of them what the record contradicts.

    Returns
    -------
    list of tuple of str
        Id of the claim, code, and the reason in words.
    """
    judged = judge_kept(rec, statements)
    against = records(judged[judged["verdict"] == "contradicts"])
    return [(name, row["code"], row["reason"]) for row in against for name in row["claim_ids"].split(";") if name]


def _statement(row: dict[str, Any]) -> Statement:
    def cell(breakdown: str, start: str, end: str, printed: str) -> Cell:
        unit = row["unit"] if row["kind"] in ("sum", "rank") else ""
        qualifier = row["qualifier"] if row["kind"] == "sum" else "exact"
        value = float(printed) if printed else None
        return Cell(row["country"], row["indicator"], breakdown, start, end, unit, value, qualifier)

    base = cell(*(row[name] for name in BASE)) if row["base_period_end"] else None
    value = float(row["value"]) if row["value"] else None
    said = (row["kind"], row["direction"], value, row["unit"], row["qualifier"])
    return Statement(-1, -1, row["value"], 0, -1, -1, *said, cell(*(row[name] for name in CELL[1:])), base)


def _claims(rec: Reconciliation, source: str, cell: Cell | None) -> list[str]:
    if cell is None:
        return []
    own = rec.claims[(rec.claims["source_id"] == source) & (rec.claims["country"] == cell.country)]
    for name in ("indicator", "breakdown", "period_end"):
        own = own[own[name] == getattr(cell, name)]
    return [str(name) for name in own.loc[own["value"] == cell.value, "claim_id"]]
