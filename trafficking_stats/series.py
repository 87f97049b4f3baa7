"""The tables a reconciliation shows: one row a cell, and one row a clash."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from trafficking_stats.cells import System
from trafficking_stats.intervals import period_label
from trafficking_stats.solve import Solution
from trafficking_stats.vocabulary import Vocabulary
from trafficking_stats.weights import claim_weights

SERIES = (
    "country",
    "indicator",
    "breakdown",
    "year",
    "estimate",
    "lower",
    "upper",
    "status",
    "n_claims",
    "n_accepted",
    "n_upstreams",
)

CLASHES = ("country", "indicator", "breakdown", "period", "year", "values", "sources", "won", "cause", "evidence")


def build_series(judged: pd.DataFrame, system: System, solution: Solution, vocabulary: Vocabulary) -> pd.DataFrame:
    """Make the table with one row a cell of a calendar year.

    Parameters
    ----------
    judged : pandas.DataFrame
        Claims with their verdict.
    system : System
        Cells and groups.
    solution : Solution
        Bounds of the cells.
    vocabulary : Vocabulary
        Says which qualifiers name a number.

    Returns
    -------
    pandas.DataFrame
        Columns `SERIES`. A claim about a part of a year counts as a claim on the year: it bounds it from below.
    """
    named = _claims_on_cells(judged, system)
    counts = named.groupby("cell").agg(
        n_claims=("claim_id", "size"), n_accepted=("accepted", "sum"), n_upstreams=("upstream", "nunique")
    )
    table = system.cells.assign(lower=solution.lower, upper=solution.upper)
    table = table.join(counts).fillna({"n_claims": 0, "n_accepted": 0, "n_upstreams": 0})
    table["estimate"] = _estimates(named, solution, vocabulary, len(table))
    met = table["lower"] == table["upper"]
    table.loc[met, "estimate"] = table.loc[met, "lower"]
    table["status"] = np.select(
        [table["n_claims"] == 0, table["n_accepted"] < table["n_claims"], table["estimate"].isna()],
        ["deduced", "reconciled", "bounded"],
        "agreed",
    )
    table = table[(table["kind"] == "year") & table["measure"].isin(["count", "level"])]
    table = table.assign(year=table["end"].str[:4].astype("int64"))
    for column in ("estimate", "lower", "upper"):
        table[column] = pd.array(table[column].where(np.isfinite(table[column])), dtype="Int64")
    for column in ("n_claims", "n_accepted", "n_upstreams"):
        table[column] = table[column].astype("int64")
    return table[list(SERIES)].reset_index(drop=True)


def _claims_on_cells(judged: pd.DataFrame, system: System) -> pd.DataFrame:
    """Pair each counted claim with its cell, and a claim about a part of a year with the year's cell."""
    counted = system.claim_group >= 0
    named = judged[counted].assign(cell=system.groups["cell"].to_numpy()[system.claim_group[counted]])
    entries = system.rules.entries
    kind = system.rules.table["kind"].to_numpy()[entries["rule"]]
    parts = entries[kind == "part_of_year"]
    whole = parts[parts["coefficient"] > 0].set_index("rule")["cell"]
    year_of = dict(
        zip(
            parts.loc[parts["coefficient"] < 0, "cell"],
            whole.loc[parts.loc[parts["coefficient"] < 0, "rule"]],
            strict=True,
        )
    )
    partial = named[named["cell"].isin(list(year_of))]
    return pd.concat([named, partial.assign(cell=partial["cell"].map(year_of).astype("int64"))])


def _estimates(named: pd.DataFrame, solution: Solution, vocabulary: Vocabulary, n_cells: int) -> np.ndarray:
    """Take the number that the most precise, then heaviest, accepted claim within the bounds names."""
    names_number = [name for name, qualifier in vocabulary.qualifiers.items() if qualifier.names_number]
    rows = named[named["accepted"] & named["qualifier"].isin(names_number)]
    cell = rows["cell"].to_numpy()
    inside = (rows["value"] >= solution.lower[cell]) & (rows["value"] <= solution.upper[cell])
    rows = rows[inside.to_numpy()]
    width = (rows["upper"] - rows["lower"]).astype("Float64").fillna(np.inf).to_numpy(float)
    rows = rows.assign(width=width, weight=claim_weights(rows, vocabulary))
    rows = rows.sort_values(["cell", "width", "weight", "claim_id"], ascending=[True, True, False, True])
    first = rows.drop_duplicates("cell")
    estimates = np.full(n_cells, np.nan)
    estimates[first["cell"]] = first["value"]
    return estimates


def build_clashes(judged: pd.DataFrame, vocabulary: Vocabulary) -> pd.DataFrame:
    """Make the table with one row a cell on which claims clash or were rejected.

    Parameters
    ----------
    judged : pandas.DataFrame
        Claims with their verdict.
    vocabulary : Vocabulary
        Gives the weights that order the claims of a cell.

    Returns
    -------
    pandas.DataFrame
        Columns `CLASHES`; ``values`` and ``sources`` list the different figures and who prints each, the kept
        ones first; ``won`` is the kept value or ``none``; ``year`` is NA for periods that are no calendar year.
    """
    key = ["country", "indicator", "breakdown", "period_start", "period_end"]
    cell = judged.groupby(key, sort=True).ngroup().to_numpy()
    rows = judged[np.isin(cell, cell[~judged["accepted"].to_numpy(bool)])]
    rows = rows.assign(
        cell=cell[rows.index], weight=claim_weights(rows, vocabulary), printed=_printed(rows, vocabulary)
    )
    rows = rows.sort_values(["cell", "accepted", "weight", "claim_id"], ascending=[True, False, False, True])
    columns = [rows[name].tolist() for name in ("printed", "source_id", "accepted", "cause", "evidence")]
    begins = np.flatnonzero(np.diff(rows["cell"], prepend=-1)).tolist()
    found = []
    for first, last in pairwise([*begins, len(rows)]):
        printed, sources, kept, causes, evidence = (column[first:last] for column in columns)
        by_value: dict[str, set[str]] = {}
        for value, source in zip(printed, sources, strict=True):
            by_value.setdefault(value, set()).add(source)
        n_kept = sum(kept)
        # the words of the heaviest claim speak for others of the same cause
        why: dict[str, str] = {}
        for cause, words in zip(causes[n_kept:], evidence[n_kept:], strict=True):
            why.setdefault(cause, words)
        found.append(
            (
                " | ".join(by_value),
                " | ".join(", ".join(sorted(names)) for names in by_value.values()),
                " and ".join(dict.fromkeys(printed[:n_kept])) or "none",
                ", ".join(why),
                "; ".join(dict.fromkeys(filter(None, why.values()))),
            )
        )
    table = rows.iloc[begins][key].reset_index(drop=True)
    table[["values", "sources", "won", "cause", "evidence"]] = pd.DataFrame(found, columns=range(5), dtype=object)
    periods = zip(table["period_start"], table["period_end"], strict=True)
    table["period"] = pd.Series([period_label(start, end) for start, end in periods], dtype=object)
    table["year"] = table["period"].where(table["period"].str.isdigit()).astype("Int64")
    return table[list(CLASHES)]


def _printed(claims: pd.DataFrame, vocabulary: Vocabulary) -> list[str]:
    """Write the figure of each claim."""
    words = {pair: figure(*pair, vocabulary) for pair in set(zip(claims["value"], claims["qualifier"], strict=True))}
    return [words[pair] for pair in zip(claims["value"], claims["qualifier"], strict=True)]


def figure(value: float, qualifier: str, vocabulary: Vocabulary) -> str:
    """Write a claim's figure as a reader would: ``77``, ``fewer than 5``, ``more than 1,000``.

    Examples
    --------
    >>> from trafficking_stats.vocabulary import load_vocabulary
    >>> figure(5, "less_than", load_vocabulary())
    'fewer than 5'
    """
    number = f"{value:,.15g}"
    return number if qualifier == "exact" else f"{vocabulary.qualifiers[qualifier].label} {number}"
