"""The probable cause of each rejected claim, with the evidence for it."""

import numpy as np
import pandas as pd

from trafficking_stats.messages import Years
from trafficking_stats.reconciliation.counterparts import Figures, rejected
from trafficking_stats.reconciliation.evidence import evidence
from trafficking_stats.reconciliation.signs import CAUSES
from trafficking_stats.vocabulary import Vocabulary


def probable_causes(judged: pd.DataFrame, cell_bounds: np.ndarray, vocabulary: Vocabulary) -> pd.DataFrame:
    """Name the probable cause of every rejected claim.

    Parameters
    ----------
    judged : pandas.DataFrame
        All claims with ``accepted``, ``lower`` and ``upper``.
    cell_bounds : numpy.ndarray of float, shape (n_claims, 2)
        Bounds of the cell of each claim.
    vocabulary : Vocabulary
        Thresholds, dimensions and units.

    Returns
    -------
    pandas.DataFrame
        Columns ``cause`` (a code; ``unexplained`` where none fits) and ``evidence``, one row a rejected claim, with
        the index of ``judged``.
    """
    if judged["accepted"].all():
        return pd.DataFrame(columns=["cause", "evidence"], dtype=object)
    rows, figures = rejected(judged, cell_bounds, vocabulary), Figures(judged, vocabulary)
    found = [next((cause, seen) for cause, sign in CAUSES for seen in sign(row, figures)) for row in rows.itertuples()]
    rows[["cause", "evidence"]] = pd.DataFrame(found, rows.index, dtype=object)
    _beside_corrupt(rows)
    _beside_restated(rows, vocabulary)
    # what nobody else prints a figure on can only stand against figures of its own publisher
    of = ["country", "indicator"]
    publishers = judged[[*of, "publisher"]].drop_duplicates().groupby(of, observed=True).size()
    alone = publishers.reindex(pd.MultiIndex.from_frame(rows[of])).to_numpy() == 1
    own = rows["cause"].isin(["small_difference", "unexplained"]) & alone
    rows.loc[own, "cause"] = "arithmetic"
    return rows[["cause", "evidence"]]


def _beside_corrupt(rows: pd.DataFrame) -> None:
    """Call an unexplained figure corrupt where it stands in a block of figures of which several are."""
    block = [rows[name] for name in ("source_id", "country", "indicator", "period_end")]
    n = (rows["cause"] == "corrupt").groupby(block).transform("sum")
    for row, number in n[(rows["cause"] == "unexplained") & (n >= 3)].items():
        rows.at[row, "cause"] = "corrupt"
        rows.at[row, "evidence"] = evidence("among_corrupt", off=rows.at[row, "evidence"], number=number)  # type: ignore[assignment]


def _beside_restated(rows: pd.DataFrame, vocabulary: Vocabulary) -> None:
    """Call an unexplained figure one of another definition where its publisher left that for other years.

    A publisher that restates two years of a series at least so many times has taken another count; a year that is
    off to the same side as far, and that it did not restate, has kept the old one.
    """
    times = vocabulary.causes.restated_times
    below, above = rows["value"] * times <= rows["kept_lower"], rows["value"] >= times * rows["kept_upper"]
    code = np.array([found.code for found in rows["evidence"]], dtype=object)
    far = rows.assign(above=above, restated=np.isin(code, ("restated", "restated_before")))[below | above]
    series_of = ["publisher", "country", "indicator", "breakdown", "above"]
    several = far[far.groupby(series_of)["restated"].transform("sum") > 1]
    for (publisher, *_), series in several.groupby(series_of):
        years = Years(series.loc[series["restated"], "year"])
        for row in series.index[series["cause"] == "unexplained"] if len(years.years) > 1 else ():
            said = {"publisher": publisher, "years": years}
            rows.at[row, "cause"] = "definition"
            rows.at[row, "evidence"] = evidence("restated_others", off=rows.at[row, "evidence"], **said)  # type: ignore[assignment]
