"""The tables a reconciliation shows: one row a cell, and one row a clash."""

from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trafficking_stats.intervals import period_label, years_of
from trafficking_stats.messages.catalogue import language
from trafficking_stats.reconciliation.cells import System, upstreams
from trafficking_stats.reconciliation.evidence import as_printed
from trafficking_stats.reconciliation.solve import Solution
from trafficking_stats.reconciliation.weights import claim_weights
from trafficking_stats.schema import CELL
from trafficking_stats.vocabulary import Vocabulary

SERIES = (
    *("country", "indicator", "breakdown", "year", "estimate", "lower", "upper", "status"),
    *("n_claims", "n_accepted", "n_upstreams"),
)

PERIODS = (*SERIES[:3], "start", "end", *SERIES[4:])
"""Of the cells that are no calendar year, or whose figure stands for its whole period; both dates are in."""

CLASHES = ("country", "indicator", "breakdown", "period", "year", "values", "sources", "won", "cause")


def build_series(
    judged: pd.DataFrame, system: System, solution: Solution, vocabulary: Vocabulary
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make the table with one row a cell of a calendar year, and the one of all other periods that claims name.

    Parameters
    ----------
    judged : pandas.DataFrame
        Claims with their verdict.
    system : System
        Cells and groups.
    solution : Solution
        Bounds of the cells, and whether they come from the rules.
    vocabulary : Vocabulary
        Says which qualifiers name a number.

    Returns
    -------
    series, periods : pandas.DataFrame
        Columns `SERIES` and `PERIODS`. Where the rules are used, a claim about a part of a year counts as a claim on
        the year: it bounds it from below. Where they are not, only cells that claims name have a row. A year of
        which nothing is claimed and that nothing bounds has none.
    """
    named = _claims_on_cells(judged, system, with_parts=solution.ruled)
    table = system.cells.assign(lower=solution.lower, upper=solution.upper)
    n_cells = len(table)
    table["n_claims"] = np.bincount(named["cell"], minlength=n_cells)
    table["n_accepted"] = np.bincount(named["cell"], named["accepted"], n_cells).astype(np.int64)
    votes = named[["cell", "upstream"]].drop_duplicates()
    table["n_upstreams"] = np.bincount(votes["cell"], minlength=n_cells)
    table["estimate"] = _estimates(named[~named["part"]], judged, solution, vocabulary)
    met = table["lower"] == table["upper"]
    table.loc[met, "estimate"] = table.loc[met, "lower"]
    table["status"] = np.select(
        [table["n_claims"] == 0, table["n_accepted"] < table["n_claims"], table["estimate"].isna()],
        ["deduced", "reconciled", "bounded"],
        "agreed",
    )
    for column in ("estimate", "lower", "upper"):
        table[column] = table[column].where(np.isfinite(table[column])).astype("Int64")
    yearly = (table["kind"] == "year") & table["measure"].isin(["count", "level"])
    shown = table["n_claims"] > 0
    if solution.ruled:
        # of a year that only some other period touches there may be nothing to say
        of_year = shown.groupby([table[name] for name in ("country", "indicator", "start", "end")]).transform("any")
        shown = of_year | (table["lower"] > 0) | table["upper"].notna()
    series = table[yearly & shown]
    series = series.assign(year=years_of(series["end"]))
    periods = table[~yearly & (table["n_claims"] > 0)]
    return series[list(SERIES)].reset_index(drop=True), periods[list(PERIODS)].reset_index(drop=True)


def all_cells(series: pd.DataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    """Put the cells of both tables of `build_series` into one: a year, too, has a first and a last day."""
    years = series["year"].astype(str)
    return pd.concat([series.assign(start=years + "-01-01", end=years + "-12-31"), periods])


def _claims_on_cells(judged: pd.DataFrame, system: System, *, with_parts: bool) -> pd.DataFrame:
    """Pair each counted claim with its cell, and a claim about a part of a year with the year's cell too.

    Columns ``row`` (of ``judged``), ``cell``, ``accepted``, ``upstream`` (a number) and ``part`` (of the year).
    """
    row = np.flatnonzero(system.claim_group >= 0)
    named = pd.DataFrame({"row": row, "cell": system.groups["cell"].to_numpy()[system.claim_group[row]]})
    named["accepted"] = judged["accepted"].to_numpy(bool)[row]
    named["upstream"] = upstreams(judged)[row]
    named["part"] = False
    if not with_parts:
        return named
    cells = system.cells[(system.cells["measure"] == "count") & system.cells["kind"].isin(["part", "year"])]
    cells = cells[cells["country"].isin(cells.loc[cells["kind"] == "part", "country"])]
    cells = cells.assign(year=years_of(cells["end"]))
    key = ["country", "indicator", "breakdown", "year"]
    parts, years = (cells[cells["kind"] == kind][key].reset_index(names="cell") for kind in ("part", "year"))
    year_of = parts.merge(years, on=key, suffixes=("", "_year")).set_index("cell")["cell_year"]
    partial = named[named["cell"].isin(year_of.index)]
    return pd.concat([named, partial.assign(cell=partial["cell"].map(year_of).astype("int64"), part=True)])


def _estimates(
    named: pd.DataFrame, judged: pd.DataFrame, solution: Solution, vocabulary: Vocabulary
) -> NDArray[np.float64]:
    """Take the whole number that the most precise, then heaviest, accepted claim within the bounds names.

    "At least 35" names 35 only where no other claim bounds the cell from above: beside "at most 50" any number
    between them is as good.
    """
    names_number = [name for name, qualifier in vocabulary.qualifiers.items() if qualifier.names_number]
    value = judged["value"].to_numpy()
    width = (judged["upper"] - judged["lower"]).to_numpy(float, na_value=np.inf)
    usable = judged["qualifier"].isin(names_number).to_numpy() & (value == np.rint(value))
    rows = named[named["accepted"]]
    bounded = rows["cell"][np.isfinite(width[rows["row"]])]
    open_above = np.isinf(width[rows["row"]]) & rows["cell"].isin(bounded).to_numpy()
    rows = rows[usable[rows["row"]] & ~open_above]
    printed = value[rows["row"]]
    cell = rows["cell"].to_numpy()
    rows = rows[(printed >= solution.lower[cell]) & (printed <= solution.upper[cell])]
    row = rows["row"].to_numpy()
    weight = claim_weights(judged, vocabulary)[row]
    rows = rows.iloc[np.lexsort((row, -weight, width[row], rows["cell"]))].drop_duplicates("cell")
    estimates = np.full(len(solution.lower), np.nan)
    estimates[rows["cell"]] = value[rows["row"]]
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
    key = list(CELL)
    cell = judged.groupby(key, sort=True).ngroup().to_numpy()
    rows = judged[np.isin(cell, cell[~judged["accepted"].to_numpy(bool)])]
    rows = rows.assign(cell=cell[rows.index], weight=claim_weights(rows, vocabulary), printed=_printed(rows))
    rows = rows.sort_values(["cell", "accepted", "weight", "claim_id"], ascending=[True, False, False, True])
    columns = [rows[name].tolist() for name in ("printed", "source_id", "accepted", "cause")]
    begins = np.flatnonzero(np.diff(rows["cell"], prepend=-1)).tolist()
    found = []
    for first, last in pairwise([*begins, len(rows)]):
        printed, sources, kept, causes = (column[first:last] for column in columns)
        by_value: dict[str, set[str]] = {}
        for value, source in zip(printed, sources, strict=True):
            by_value.setdefault(value, set()).add(source)
        voices = (", ".join(sorted(names)) for names in by_value.values())
        won = " and ".join(dict.fromkeys(printed[: sum(kept)])) or "none"
        found.append((" | ".join(by_value), " | ".join(voices), won, ", ".join(dict.fromkeys(causes[sum(kept) :]))))
    table = rows.iloc[begins][key].astype(object).reset_index(drop=True)
    table[["values", "sources", "won", "cause"]] = pd.DataFrame(found, columns=range(4), dtype=object)
    periods = zip(table["period_start"], table["period_end"], strict=True)
    table["period"] = pd.Series([period_label(start, end) for start, end in periods], dtype=object)
    table["year"] = table["period"].where(table["period"].str.isdigit()).astype("Int64")
    return table[list(CLASHES)]


def _printed(claims: pd.DataFrame) -> list[str]:
    """Write the figure of each claim, in English whatever the language of the reader."""
    ends = claims["value_upper"].tolist() if "value_upper" in claims else [None] * len(claims)
    rows = list(zip(claims["value"], claims["qualifier"], ends, strict=True))
    with language("en"):
        words = {row: as_printed(*row).in_words() for row in set(rows)}
    return [words[row] for row in rows]
