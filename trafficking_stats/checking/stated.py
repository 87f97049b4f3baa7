"""Shares and changes that sources print, judged by their own figures or the record like the statements of a text."""

import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from trafficking_stats.csv_tables import records
from trafficking_stats.fact_check.statements import judge_kept
from trafficking_stats.reasons import STATEMENT
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.reconciliation.vintages import is_year
from trafficking_stats.schema import CELL


def judge_stated(rec: Reconciliation) -> pd.DataFrame:
    """Judge every share and change among the claims that the record can judge.

    A share is taken of the total of its period, a change between the first and the last year of its period. The figures
    are those of the same source where it prints them: whether it fits itself does not depend on what others print.

    Parameters
    ----------
    rec : Reconciliation
        Claims with their verdict, and the series.

    Returns
    -------
    pandas.DataFrame
        The columns of `judge_kept` without ``values``. ``own`` tells figures of the source itself from those of the
        record. ``note`` is the one of the claim, and ``explained`` says whether it names one of the numbers of a
        difference: then somebody has looked at it.
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
    table = pd.DataFrame(rows, columns=list(STATEMENT))
    counted = rec.claims[rec.claims["indicator"].isin(table["indicator"])]
    figures = dict(iter(counted.groupby("source_id")))
    own = [
        _judge(_as_printed(figures[source], rec), said, own=True)
        for source, said in table.groupby("source_id", sort=False)
        if source in figures
    ]
    rest = table.drop(index=[row for judged in own for row in judged.index])
    return pd.concat([*own, _judge(rec, rest, own=False)], ignore_index=True).astype({"own": bool, "explained": bool})


def _as_printed(claims: pd.DataFrame, rec: Reconciliation) -> Reconciliation:
    """Return what one source prints, as if nobody doubted it, but for cells on which it prints two figures."""
    claims = claims.drop_duplicates([*CELL, "lower", "upper"])
    claims = claims[~claims.duplicated(list(CELL), keep=False)]
    claims = claims.assign(accepted=True, year=claims["period_end"].str[:4])
    of_years = claims[is_year(claims["period_start"], claims["period_end"])]
    return Reconciliation(of_years, lambda: (claims, rec.clashes[:0]), vocabulary=rec.vocabulary)


def _judge(rec: Reconciliation, said: pd.DataFrame, *, own: bool) -> pd.DataFrame:
    """Judge what can be judged, and say whether the notes name what it is made of."""
    judged = judge_kept(rec, said).set_index(said.index)
    found = judged[judged["verdict"] != "unknown"]
    explained = [_names(row["note"], _numbers(row)) for row in records(found)]
    return found.drop(columns="values").assign(own=own, explained=explained)


def _numbers(row: dict[str, Any]) -> list[float]:
    """Return the bounds of a share or change, and of the two figures that it is made of."""
    figures = (row["values"]["subject"], row["values"]["base"])
    ends = [row["lower"], row["upper"], *(end for one in figures for end in (one.lower, one.upper))]
    return [float(end) for end in ends if not pd.isna(end)]


def _names(note: str, numbers: Iterable[float]) -> bool:
    """Whether a note names one of the numbers, as a whole or with one decimal."""
    named = set(re.findall(r"\d+(?:\.\d+)?", note.replace(",", "")))
    return bool(named & {form for number in numbers for form in (f"{number:.0f}", f"{number:.1f}")})
