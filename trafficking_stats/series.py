"""The tables a reconciliation shows: one row a cell, and one row a clash."""

from __future__ import annotations

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
    return pd.concat([named, partial.assign(cell=partial["cell"].map(year_of))])


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
    rejected = judged.loc[~judged["accepted"], key].drop_duplicates()
    rows = judged.merge(rejected, on=key)
    rows["weight"] = claim_weights(rows, vocabulary)
    rows = rows.sort_values([*key, "accepted", "weight", "claim_id"], ascending=[True] * 5 + [False, False, True])
    found = []
    for cell, claims in rows.groupby(key, sort=True):
        printed = claims.apply(lambda claim: figure(claim["value"], claim["qualifier"], vocabulary), axis=1)
        by_value = claims.assign(printed=printed).groupby("printed", sort=False)
        lost = claims.loc[~claims["accepted"]].drop_duplicates("cause")
        period = period_label(cell[3], cell[4])
        found.append(
            {
                **dict(zip(key[:3], cell[:3], strict=True)),
                "period": period,
                "year": int(period) if period.isdigit() else None,
                "values": " | ".join(by_value.groups),
                "sources": " | ".join(", ".join(sorted(set(group["source_id"]))) for _, group in by_value),
                "won": " and ".join(dict.fromkeys(printed[claims["accepted"]])) or "none",
                "cause": ", ".join(lost["cause"]),
                "evidence": "; ".join(dict.fromkeys(filter(None, lost["evidence"]))),
            }
        )
    table = pd.DataFrame(found, columns=list(CLASHES))
    table["year"] = table["year"].astype("Int64")
    return table


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
