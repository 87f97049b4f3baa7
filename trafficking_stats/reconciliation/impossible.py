"""What no error of counting explains is set aside before anything is weighed, so that it can never lift a bound."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trafficking_stats.intervals import years_of
from trafficking_stats.numbering import number_of
from trafficking_stats.reconciliation.forms import refuted
from trafficking_stats.vocabulary import Vocabulary


def impossible(
    table: pd.DataFrame,
    sums: pd.DataFrame,
    groups: pd.DataFrame,
    cells: pd.DataFrame,
    parts: pd.DataFrame,
    vocabulary: Vocabulary,
) -> NDArray[np.bool_]:
    """Find groups that no error of counting explains: they are set aside before anything is weighed.

    Those many times above every total within two years, or else ever, or, where all totals are masked, above the masks
    of other years; those of a dimension whose categories overlap, where each is above all that their register counts:
    they count something else; and those that a finer table of their source refutes. A register's figure is wrong if one
    of its publications shows it.

    Parameters
    ----------
    table, sums, parts
        As for `forms.refuted`.
    groups : pandas.DataFrame
        ``cell``, ``lower`` and ``upper`` of each group.
    cells : pandas.DataFrame
        ``country``, ``indicator``, ``breakdown``, ``end`` and ``kind`` of each cell.
    vocabulary : Vocabulary
        Gives the factor.

    Returns
    -------
    numpy.ndarray of bool, shape (n_groups,)
    """
    limits = vocabulary.weights
    cell = groups["cell"].to_numpy()
    series = number_of(cells["country"], cells["indicator"])[cell]
    year = years_of(cells["end"])[cell]
    yearly, whole = (cells["kind"] == "year").to_numpy()[cell], (cells["breakdown"] == "").to_numpy()[cell]
    times = np.bincount(table["group"], minlength=len(groups))
    totals = groups[["lower", "upper"]].assign(series=series, year=year, times=times)
    reference = _largest_total(totals[yearly & whole], series, year)
    far = groups["lower"].to_numpy() > limits.impossible_times * np.maximum(reference, 10)
    wrong = _above_their_register(table, sums) | refuted(table, sums, parts, vocabulary.causes.shift_from)
    within = np.bincount(table["group"], np.bincount(table["figure"], wrong)[table["figure"]] == 0, len(groups)) > 0
    return (yearly & ~whole & far) | ~within


def _largest_total(totals: pd.DataFrame, series: NDArray[np.int64], year: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the largest total that is printed near each year of a series, or else ever; nan where none bounds it."""
    exact = totals[totals["lower"] == totals["upper"]]
    printed = exact.loc[exact.index.repeat(exact["times"])]
    median = printed.groupby(["series", "year"], as_index=False)["lower"].median()
    near = pd.concat([median.assign(year=median["year"] + shift) for shift in range(-2, 3)])
    most = near.groupby(["series", "year"])["lower"].max()
    largest = most.reindex(pd.MultiIndex.from_arrays([series, year])).to_numpy()
    largest = np.where(np.isnan(largest), median.groupby("series")["lower"].max().reindex(series), largest)
    # where all totals are masked, those of other years: the mask of its own year may be the mistake
    bounded = totals[np.isfinite(totals["upper"])].groupby("series").agg({"year": ["min", "max"], "upper": "max"})
    first, last, upper = bounded.reindex(series).to_numpy().T
    return np.where(np.isnan(largest) & ((first != year) | (last != year)), upper, largest)


def _above_their_register(table: pd.DataFrame, sums: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether a claim by overlapping categories is above every total of its register, and its tables of everybody."""
    own = ["up", "event"]
    beside = table[table["event"].isin(table.loc[table["loose"], "event"])]
    totals = beside[(beside["depth"] == 0) & ~beside["apart"]]
    complete = sums[sums["complete"] & (sums["n"] > 1) & sums["whole"].isin(totals["cell"])]
    complete = complete.merge(beside[["form", *own]].drop_duplicates()).merge(totals[own].drop_duplicates())
    counted = pd.concat([totals[[*own, "upper"]], complete[[*own, "lower"]].rename(columns={"lower": "upper"})])
    most = counted.groupby(own)["upper"].max()
    return np.asarray(table["loose"] & (table["lower"] > most.reindex(pd.MultiIndex.from_frame(table[own])).to_numpy()))
