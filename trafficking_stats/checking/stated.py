"""Shares and changes that sources print, judged by the record like the statements of a text."""

from __future__ import annotations

import pandas as pd

from trafficking_stats.csv_tables import records
from trafficking_stats.fact_check.statements import judge_kept
from trafficking_stats.reasons import STATEMENT
from trafficking_stats.reconciliation.result import Reconciliation


def judge_stated(rec: Reconciliation) -> pd.DataFrame:
    """Judge every share and change among the claims that the record can judge.

    A share is taken of the total of its period, a change between the first and the last year of its period.

    Parameters
    ----------
    rec : Reconciliation
        Claims with their verdict, and the series.

    Returns
    -------
    pandas.DataFrame
        The columns of `judge_kept`. ``note`` is the one of the claim, and ``explained`` says whether it names a number:
        then somebody has looked at the difference.
    """
    rows = []
    for claim in records(rec.claims):
        entry = rec.vocabulary.indicators[claim["indicator"]]
        if entry.of is None:
            continue
        whole = claim["breakdown"], claim["period_start"], claim["period_end"]
        first, last = ((claim["breakdown"], f"{day[:4]}-01-01", f"{day[:4]}-12-31") for day in whole[1:])
        is_share = entry.measure == "share"
        subject, base = (whole, ("", *whole[1:])) if is_share else (last, first)
        kind, direction = ("share", "") if is_share else ("change", "down" if claim["value"] < 0 else "up")
        said = kind, direction, f"{abs(claim['value']):.15g}", entry.unit, claim["qualifier"], entry.of
        place = claim["country"], claim["source_id"], claim["locator"]
        rows.append((*place, *said, *subject, "", *base, "", claim["scope_note"]))
    found = judge_kept(rec, pd.DataFrame(rows, columns=list(STATEMENT)))
    found = found[found["verdict"] != "unknown"].reset_index(drop=True)
    return found.assign(explained=found["note"].str.contains(r"\d"))
