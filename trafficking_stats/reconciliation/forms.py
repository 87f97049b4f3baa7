"""The tables that a source prints: what their parts come to, and which parts its finer tables refute."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trafficking_stats.numbering import number_of
from trafficking_stats.reconciliation.rules import EXCLUSIVE, Rules
from trafficking_stats.vocabulary import Vocabulary


def parts_of(rules: Rules, vocabulary: Vocabulary) -> pd.DataFrame:
    """List the cells that a table can have: those of one dimension of a cell that exclude each other.

    Parameters
    ----------
    rules : Rules
        Say which cells are parts of which.
    vocabulary : Vocabulary
        Says which dimensions are complete, and which category stands for all that are not named.

    Returns
    -------
    pandas.DataFrame
        One row a part: ``table``, a number; ``cell``, the part; ``whole``, the cell that all are parts of; ``dims``, a
        number for the dimension; ``complete``, whether its tables cover everybody as a rule; ``rest``, whether the part
        is all of a total that a source does not name.
    """
    table, entries = rules.table, rules.entries
    code, details = pd.factorize(table["detail"])
    split = [_split(detail, vocabulary) for detail in details]
    kinds = pd.DataFrame(split, columns=["dims", "complete", "rest"]).iloc[code].reset_index(drop=True)
    kinds = kinds.astype({"complete": bool, "rest": bool})  # of no rule at all there is no type
    kinds = kinds.assign(whole=table["about"], dims=pd.factorize(kinds["dims"])[0])
    kinds["table"] = number_of(kinds["whole"], kinds["dims"])
    named = table["kind"].isin(EXCLUSIVE) | kinds["rest"]
    parts = entries[(entries["coefficient"] < 0) & named.to_numpy()[entries["rule"]]]
    return kinds.iloc[parts["rule"]].assign(cell=parts["cell"].to_numpy())


def _split(detail: str, vocabulary: Vocabulary) -> tuple[str, bool, bool]:
    """Return by which dimension a rule splits a whole, whether that is complete, and whether the part is the rest."""
    key, _, part = detail.partition(" ")
    known = vocabulary.dimensions.get(key)
    return key, known is not None and known.complete, known is not None and part == f"{key}={known.rest}"


def sums_of(table: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Add up the parts of each table that one source prints.

    Parameters
    ----------
    table : pandas.DataFrame
        Claims with ``form`` (a number for source, country, indicator and period), ``cell``, ``lower`` and ``upper``.
    parts : pandas.DataFrame
        As `parts_of` returns it.

    Returns
    -------
    pandas.DataFrame
        One row a table of a source: ``form``; ``table``, ``whole``, ``dims`` and ``complete`` of its parts; ``n`` parts
        that come to ``lower`` to ``upper``, the largest of them ``most``; ``named``, how many of them are more than
        nothing; ``inner``, what parts come to that are printed in finer parts alone; ``rest_lower`` and ``rest_upper``,
        what stands for all that are not named.
    """
    claims, rest, parts = table[["form", "cell", "lower", "upper"]], parts[parts["rest"]], parts[~parts["rest"]]
    printed = claims.merge(parts, on="cell")
    printed["named"] = printed["lower"] > 0
    by = printed.groupby(number_of(printed["form"], printed["table"]))
    sums = by[["form", "table", "whole", "dims", "complete"]].first()
    sums[["lower", "upper", "named"]] = by[["lower", "upper", "named"]].sum()
    sums["most"], sums["n"] = by["lower"].max(), by.size()
    # what the source prints of a part in finer parts alone, such as those of unknown sex among those of unknown age
    places = sums[["form", "whole"]].rename(columns={"whole": "cell"})
    known = pd.MultiIndex.from_frame(places).isin(pd.MultiIndex.from_frame(table[["form", "cell"]]))
    inner = places.assign(inner=sums["lower"])[~known].groupby(["form", "cell"])["inner"].max().reset_index()
    inner = inner.merge(parts, on="cell").groupby(["form", "table"])["inner"].sum().reset_index()
    sums["inner"] = sums[["form", "table"]].merge(inner, how="left")["inner"].fillna(0).to_numpy()
    others = claims.merge(rest, on="cell").groupby(["form", "table"])[["lower", "upper"]].sum()
    others = sums[["form", "table"]].join(others, on=["form", "table"]).fillna(0)
    return sums.assign(rest_lower=others["lower"], rest_upper=others["upper"])


def beside_totals(table: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """Put each claimed total beside what each table of two parts or more of its source comes to.

    Parameters
    ----------
    table : pandas.DataFrame
        As for `sums_of`, with ``depth``, ``apart`` and ``alone``, whether one publisher alone prints the figure.
    sums : pandas.DataFrame
        What `sums_of` returns.

    Returns
    -------
    pandas.DataFrame
        Columns of both, those of the sum with the suffix ``_sum``; ``claim``, the row of the total; ``above``, whether
        the table is larger; ``alike``, how many of its tables come to the same; and ``vouched``, whether several
        complete ones do, and are not the same figures: then one is a copy.
    """
    totals = table[(table["depth"] == 0) & ~table["apart"]].reset_index(names="claim")
    sums = sums[sums["n"] > 1].rename(columns={"whole": "cell"})
    totals = totals.merge(sums, on=["form", "cell"], suffixes=("", "_sum"))
    low, high = totals["lower_sum"] + totals["rest_lower"], totals["upper_sum"] + totals["rest_upper"]
    totals = totals.assign(lower_sum=low, upper_sum=high + totals["inner"], above=low > totals["upper"])
    largest = totals["most"].where(totals["complete"])
    by = largest.groupby([totals[name] for name in ("claim", "lower_sum", "upper_sum")])
    return totals.assign(alike=by.transform("size"), vouched=by.transform("nunique") > 1)


def copied_years(table: pd.DataFrame, least: float) -> pd.DataFrame:
    """Find figures that a source prints again for the next year, with most of what it prints, or of a table.

    Parameters
    ----------
    table : pandas.DataFrame
        As `mistakes.describe` returns it, with ``lower`` and ``upper``.
    least : float
        Smaller figures may be the same by chance: of larger ones, or of all that both years have, three different are.

    Returns
    -------
    pandas.DataFrame
        One row a figure of either year, with the row of its claim as index: ``doubt``, the code; ``number``, how many
        different figures are the same; ``other``, the other year.
    """
    is_exact = (table["year"] > 0) & (table["lower"] == table["upper"])
    exact = table.loc[is_exact, ["source", "series", "year", "form", "table", "lower"]].reset_index(names="claim")
    following = exact[["source", "series", "year", "lower", "claim"]].assign(year=exact["year"] - 1)
    pairs = exact.merge(following, on=["source", "series", "year"], suffixes=("", "_next"))
    same, large = pairs["lower"] == pairs["lower_next"], pairs["lower"] >= least
    pairs["doubt"], pairs["number"], pairs["next"] = "copied_year", 0, pairs["year"] + 1
    for by in (pairs["form"], pairs["table"]):
        share = same.groupby(by).transform("mean").where(large.groupby(by).transform("any"), 0)
        number = pairs["lower"].where(same & (large | (share == 1))).groupby(by).transform("nunique")
        pairs["number"] = np.maximum(pairs["number"], number.where(share > 0.5, 0))
    pairs = pairs[same & (pairs["number"] > 2)]
    both = [pairs[[claim, "doubt", "number", year]] for claim, year in (("claim", "next"), ("claim_next", "year"))]
    found = pd.concat([part.set_axis(["claim", "doubt", "number", "other"], axis=1) for part in both])
    return found.astype({"other": str}).set_index("claim")


def doubtful(totals: pd.DataFrame) -> pd.DataFrame:
    """Find exact totals that the tables of their own source speak against.

    A complete table, as of women and men, covers everybody as a rule: where two of them come to the same other number,
    the total may be the mistake. So may one that its parts exceed, unless another publisher prints it too, or a
    complete table comes to it.

    Parameters
    ----------
    totals : pandas.DataFrame
        As `beside_totals` returns it.

    Returns
    -------
    pandas.DataFrame
        One row a total, with the row of its claim as index: ``doubt``, the code; ``number``, what the tables come to;
        and ``other``, the total.
    """
    exact = totals[totals["lower"] == totals["upper"]]
    complete = exact[exact["complete"]].assign(known=exact["lower_sum"] == exact["upper_sum"])
    found = exact.groupby("claim")[["lower", "lower_sum", "alone"]].max()
    found = found.rename(columns={"lower": "other", "lower_sum": "number"})
    by = complete.groupby("claim")
    least, most = by["lower_sum"].agg(["min", "max"]), by["upper_sum"].agg(["min", "max"])
    # one comes to a number and the others may; of two that are the same one is a copy
    agree = by["known"].any() & (least["max"] == most["min"]) & (by["most"].nunique() > 1)
    value = found["other"].reindex(agree.index)
    two = found.index.isin(agree.index[agree & ((value < least["min"]) | (value > most["max"]))])
    fits = found.index.isin(complete.loc[complete["lower_sum"] == complete["lower"], "claim"])
    above = (found["number"] > found["other"]) & found.pop("alone") & ~fits
    found["doubt"] = np.select([two, above], ["two_tables", "parts_above"], "")
    found["number"] = least["max"].reindex(found.index).where(two, found["number"])
    return found[two | above]


def refuted(table: pd.DataFrame, sums: pd.DataFrame, parts: pd.DataFrame, least: float) -> NDArray[np.bool_]:
    """Find parts that a finer table of their source refutes, by two dimensions where theirs is by one.

    A finer table that comes to the whole refutes what its own parts do not come to, where the table of that does not
    come to the whole. Where a table repeats the figures of another one, as the men and women for the adults and
    children, and finer parts exceed it, all of it is wrong. Neither is said where finer parts exceed the table of
    the other dimension, too: then one of those is the mistake.

    Parameters
    ----------
    table, sums, parts
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
    parts = parts.loc[~parts["rest"], ["table", "cell"]].rename(columns={"table": "outer"})
    finer = sums.merge(parts, left_on="whole", right_on="cell")
    finer = finer[finer["form"].isin(finer.loc[finer["above"], "form"])]
    outer = sums.drop(columns=["lower", "upper", "above"]).rename(columns={"table": "outer"})
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
