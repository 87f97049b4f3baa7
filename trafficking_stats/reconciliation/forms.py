"""The tables that a source prints: what their parts come to, and which parts its finer tables refute."""

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
        ``upper``, the largest of them ``most``; ``named``, how many of them are more than nothing; and
        ``inner``, what parts come to that are printed in finer parts alone.
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
    # what the source prints of a part in finer parts alone, such as those of unknown sex among those of unknown age
    places = sums[["form", "whole"]].rename(columns={"whole": "cell"})
    known = pd.MultiIndex.from_frame(places).isin(pd.MultiIndex.from_frame(table[["form", "cell"]]))
    inner = places.assign(inner=sums["lower"])[~known].groupby(["form", "cell"])["inner"].max().reset_index()
    inner = inner.merge(parts, on="cell").groupby(["form", "rule"])["inner"].sum().reset_index()
    sums["inner"] = sums[["form", "rule"]].merge(inner, how="left")["inner"].fillna(0).to_numpy()
    return sums


def beside_totals(table: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """Put each claimed total beside what each table of two parts or more of its source comes to.

    Parameters
    ----------
    table : pandas.DataFrame
        As for `sums_of`, with ``depth`` and ``apart``.
    sums : pandas.DataFrame
        What `sums_of` returns.

    Returns
    -------
    pandas.DataFrame
        Columns of both, those of the sum with the suffix ``_sum``; ``claim``, the row of the total.
    """
    totals = table[(table["depth"] == 0) & ~table["apart"]].reset_index(names="claim")
    sums = sums[sums["n"] > 1].rename(columns={"whole": "cell"})
    totals = totals.merge(sums, on=["form", "cell"], suffixes=("", "_sum"))
    return totals.assign(upper_sum=totals["upper_sum"] + totals["inner"])


def doubtful(table: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Find exact totals that the tables of their own source speak against.

    A complete table, as of women and men, covers everybody as a rule: where two of them come to the same other number,
    the total may be the mistake. So may one that its parts exceed, unless another publisher prints it too, or a
    complete table comes to it.

    Parameters
    ----------
    table, totals : pandas.DataFrame
        As for `beside_totals`, and what it returns.

    Returns
    -------
    pandas.DataFrame
        One row a total, with the row of its claim as index: ``doubt``, the code; ``total``, what the tables come to;
        and ``exceeded``, whether some table is larger and no other publisher prints the total.
    """
    exact = totals[totals["lower"] == totals["upper"]]
    complete = exact[exact["complete"]]
    by = exact.groupby("claim")
    found = by.agg(value=("lower", "first"), group=("group", "first"), above=("lower_sum", "max"))
    by = complete.groupby("claim")
    least, most = by["lower_sum"].agg(["min", "max"]), by["upper_sum"].agg(["min", "max"])
    # of two tables that are the same one is a copy
    agree = (least["max"] == most["min"]) & (by["most"].nunique() > 1)
    value = found["value"].reindex(agree.index)
    two = found.index.isin(agree.index[agree & ((value < least["min"]) | (value > most["max"]))])
    fits = complete["lower_sum"] == complete["lower"]
    printed = table.loc[table["group"].isin(found["group"]), ["group", "publisher"]].drop_duplicates()
    several = printed.loc[printed["group"].duplicated(), "group"]
    found["exceeded"] = (found["above"] > found["value"]) & ~found["group"].isin(several)
    above = found["exceeded"] & ~found.index.isin(complete.loc[fits, "claim"])
    found["doubt"] = np.select([two, above], ["two_tables", "parts_above"], "")
    found["total"] = least["max"].reindex(found.index).where(two, found["above"])
    return found.loc[two | above, ["doubt", "total", "exceeded"]]


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
    sums["above"] = sums["lower"] > sums["upper_whole"]
    sums["off"] = sums["above"] | (sums["upper"] < sums["lower_whole"])
    # each finer table beside the one in which its whole is a part
    parts = _parts(rules).rename(columns={"rule": "outer"})
    finer = sums.merge(parts, left_on="whole", right_on="cell")
    finer = finer[finer["form"].isin(finer.loc[finer["above"], "form"])]
    outer = sums.drop(columns=["lower", "upper", "above"]).rename(columns={"rule": "outer"})
    finer = finer.merge(outer, on=["form", "outer"], suffixes=("", "_outer"))
    dims, signs = finer[["dims", "dims_outer"]], finer[["lower", "upper", "above"]]
    own = signs.groupby(number_of(finer["form"], finer["outer"], finer["dims"])).transform("sum")
    both = number_of(finer["form"], finer["whole_outer"], dims.min(axis=1), dims.max(axis=1))
    comes = (own["lower"] <= finer["upper_whole_outer"]) & (own["upper"] >= finer["lower_whole_outer"])
    here = (own["above"] > 0) & (own["above"] == finer["above"].groupby(both).transform("sum"))
    copies = finer.loc[here & finer["repeats_outer"], ["form", "outer"]].drop_duplicates().merge(parts)
    wrong = finer[here & comes & finer["off"] & finer["off_outer"]]
    found = pd.MultiIndex.from_frame(pd.concat([wrong, copies])[["form", "cell"]])
    return np.asarray(pd.MultiIndex.from_frame(table[["form", "cell"]]).isin(found), dtype=np.bool_)
