"""The tables that a source prints: what their parts come to, and which parts its finer tables refute."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trafficking_stats.numbering import number_of
from trafficking_stats.reconciliation.rules import EXCLUSIVE, Rules
from trafficking_stats.vocabulary import Vocabulary


def sums_of(table: pd.DataFrame, rules: Rules, vocabulary: Vocabulary) -> pd.DataFrame:
    """Add up the parts of each table: those of one dimension that exclude each other, of one cell and one source.

    Parameters
    ----------
    table : pandas.DataFrame
        Claims with ``form`` (a number for source, country, indicator and period), ``cell``, ``lower`` and ``upper``.
    rules : Rules
        Say which cells are parts of which.
    vocabulary : Vocabulary
        Says which dimensions are complete.

    Returns
    -------
    pandas.DataFrame
        One row a table: ``form``; ``rule``, which ties its parts to ``whole``, a cell; ``dims``, a number for its
        dimension; ``complete``, whether it covers everybody as a rule; ``n`` parts that come to ``lower`` to
        ``upper``, the largest of them ``most``; ``named``, how many of them are more than nothing.
    """
    parts = _parts(rules)
    printed = table[["form", "cell", "lower", "upper"]].merge(parts, on="cell")
    printed["named"] = printed["lower"] > 0
    by = printed.groupby(number_of(printed["form"], printed["rule"]))
    sums = by[["lower", "upper", "named"]].sum()
    sums[["form", "rule"]], sums["most"], sums["n"] = by[["form", "rule"]].first(), by["lower"].max(), by.size()
    sums["whole"] = rules.table["about"].to_numpy()[sums["rule"]]
    dims, names = pd.factorize(rules.table["detail"])
    complete = [name in vocabulary.dimensions and vocabulary.dimensions[name].complete for name in names]
    sums["dims"] = dims[sums["rule"]]
    sums["complete"] = np.array(complete, dtype=bool)[sums["dims"]]
    return sums


def _parts(rules: Rules) -> pd.DataFrame:
    """Pair each rule by which parts exclude each other with the cells of its parts."""
    exclusive = rules.table["kind"].isin(EXCLUSIVE).to_numpy()
    entries = rules.entries
    return entries.loc[(entries["coefficient"] < 0) & exclusive[entries["rule"]], ["rule", "cell"]]


def refuted(table: pd.DataFrame, sums: pd.DataFrame, rules: Rules, least: float) -> NDArray[np.bool_]:
    """Find parts that a finer table of their source refutes, by two dimensions where theirs is by one.

    A finer table that comes to the whole refutes what its own parts do not come to, where the table of that does not
    come to the whole. Where a table repeats the figures of another one, as the men and women for the adults and
    children, and finer parts exceed it, all of it is wrong. Neither is said where finer parts exceed the table of
    the other dimension, too: then one of those is the mistake.

    Parameters
    ----------
    table, sums, rules
        As for `sums_of`, and what it returns.
    least : float
        What the largest figure of two tables that are the same is at least.

    Returns
    -------
    numpy.ndarray of bool
        For each claim.
    """
    two = sums[sums["complete"] & (sums["named"] <= 2) & (sums["most"] >= least)]
    repeats = two.index[two.duplicated(["form", "whole", "named", "lower", "most"], keep=False)]
    claims = table[["form", "cell", "lower", "upper"]].rename(columns={"cell": "whole"})
    sums = sums.assign(repeats=sums.index.isin(repeats))
    sums = sums.merge(claims, on=["form", "whole"], how="left", suffixes=("", "_whole"))
    sums["above"], sums["below"] = sums["lower"] > sums["upper_whole"], sums["upper"] < sums["lower_whole"]
    sums["off"] = sums["above"] | sums["below"]
    # each finer table beside the one in which its whole is a part
    parts = _parts(rules).rename(columns={"rule": "outer"})
    finer = sums.merge(parts, left_on="whole", right_on="cell")
    finer = finer[finer["form"].isin(finer.loc[finer["above"], "form"])]
    outer = sums.drop(columns=["lower", "upper", "above", "below"]).rename(columns={"rule": "outer"})
    finer = finer.merge(outer, on=["form", "outer"], suffixes=("", "_outer"))
    dims, number = finer[["dims", "dims_outer"]], number_of(finer["form"], finer["outer"], finer["dims"])
    low, high = (finer[end].groupby(number).transform("sum") for end in ("lower", "upper"))
    finer["comes"] = (low <= finer["upper_whole_outer"]) & (high >= finer["lower_whole_outer"])
    both = number_of(finer["form"], finer["whole_outer"], dims.min(axis=1), dims.max(axis=1))
    finer["one"] = finer["dims_outer"].where(finer["above"]).groupby(both).transform("nunique") == 1
    finer = finer[finer["one"] & finer["above"].groupby(number).transform("any")]
    copies = finer.loc[finer["repeats_outer"], ["form", "outer"]].drop_duplicates().merge(parts)
    wrong = pd.concat([finer[finer["comes"] & finer["off_outer"] & finer["off"]], copies])
    found = pd.MultiIndex.from_frame(wrong[["form", "cell"]])
    return np.asarray(pd.MultiIndex.from_frame(table[["form", "cell"]]).isin(found), dtype=np.bool_)
