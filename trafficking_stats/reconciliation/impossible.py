"""What no error of counting explains is set aside before anything is weighed, so that it can never lift a bound."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trafficking_stats.reconciliation.mistakes import number_of, stated, sums_of
from trafficking_stats.vocabulary import Vocabulary


def impossible(
    table: pd.DataFrame, group: NDArray[np.int64], groups: pd.DataFrame, cells: pd.DataFrame, vocabulary: Vocabulary
) -> NDArray[np.bool_]:
    """Find groups that no error of counting explains: they are set aside before anything is weighed.

    Those many times above every total within two years, or else ever; and those of a dimension whose categories
    overlap, where each is above all that their register counts: they count something else.

    Parameters
    ----------
    table, group, groups
        As for `costs`.
    cells : pandas.DataFrame
        ``country``, ``indicator``, ``breakdown``, ``end`` and ``kind`` of each cell.
    vocabulary : Vocabulary
        Gives the factor.

    Returns
    -------
    numpy.ndarray of bool, shape (n_groups,)
    """
    limits = vocabulary.weights
    cell = cells.iloc[groups["cell"].to_numpy()]
    series = number_of(pd.factorize(cell["country"])[0], pd.factorize(cell["indicator"])[0])
    year = cell["end"].str[:4].astype(int).to_numpy()
    yearly = (cell["kind"] == "year").to_numpy()
    whole = (cell["breakdown"] == "").to_numpy()
    size = np.bincount(group, minlength=len(groups))
    exact = (groups["lower"] == groups["upper"]).to_numpy()
    printed = pd.DataFrame({"series": series, "year": year, "lower": groups["lower"]})[yearly & whole & exact]
    printed = printed.loc[printed.index.repeat(size[printed.index])]
    median = printed.groupby(["series", "year"], as_index=False)["lower"].median()
    near = pd.concat([median.assign(year=median["year"] + shift) for shift in range(-2, 3)])
    most = near.groupby(["series", "year"])["lower"].max()
    reference = most.reindex(pd.MultiIndex.from_arrays([series, year])).to_numpy()
    ever = median.groupby("series")["lower"].max().reindex(series).to_numpy()
    reference = np.where(np.isnan(reference), ever, reference)
    far = groups["lower"].to_numpy() > limits.impossible_times * np.maximum(reference, 10)
    within = np.bincount(group, ~_above_their_register(stated(table, group, groups)), len(groups)) > 0
    return (yearly & ~whole & far) | ~within


def _above_their_register(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether a claim by overlapping categories is above every total of its register, and its tables of everybody."""
    own = ["up", "event"]
    totals = table[(table["depth"] == 0) & ~table["apart"]].groupby(own)["upper"].max()
    sums = sums_of(table)
    sums = sums[sums["complete"]].merge(table[["source", *own]].drop_duplicates(), on=["source", "event"])
    most = pd.concat([totals, sums.groupby(own)["lower"].max().reindex(totals.index)], axis=1).max(axis=1)
    return np.asarray(table["loose"] & (table["lower"] > most.reindex(pd.MultiIndex.from_frame(table[own])).to_numpy()))
