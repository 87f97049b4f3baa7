"""The probable cause of each rejected claim, with the evidence for it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd

from trafficking_stats.intervals import period_kind
from trafficking_stats.messages import Years
from trafficking_stats.reconciliation.evidence import Evidence, Part, bounds, evidence
from trafficking_stats.reconciliation.lookup import PLACE, Figures, gather
from trafficking_stats.reconciliation.signs import CAUSES, copied_from
from trafficking_stats.reconciliation.weights import published_years
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
    rows = _beside(judged, cell_bounds, vocabulary)
    figures = gather(judged, vocabulary) if len(rows) else Figures({}, {}, {}, vocabulary)
    found = [_probable_cause(row, figures) for row in rows.itertuples()]
    causes = pd.DataFrame(found, columns=["cause", "evidence"], index=rows.index, dtype=object)
    _beside_corrupt(rows, causes)
    _beside_restated(rows, causes, vocabulary)
    return causes


def _probable_cause(row: Any, figures: Figures) -> tuple[str, Evidence]:
    for name, cause in CAUSES:
        found = cause(row, figures)
        if found is not None:
            return name, found
    copied = copied_from(row, figures)
    off = evidence("against", value=row.value, kept=row.known)
    return "unexplained", evidence("may_be_copied", off=off, part=Part(copied)) if copied else off


def _beside(judged: pd.DataFrame, cell_bounds: np.ndarray, vocabulary: Vocabulary) -> pd.DataFrame:
    """Put each rejected claim beside the bounds of its cell."""
    lost = ~judged["accepted"].to_numpy(bool)
    rows = judged.loc[lost, ["source_id", "publisher", "upstream", "tier", "published", "qualifier", "value", *PLACE]]
    rows["lower"] = judged.loc[lost, "lower"].astype(float)
    rows["upper"] = judged.loc[lost, "upper"].astype(float).fillna(np.inf)
    rows["kept_lower"], rows["kept_upper"] = cell_bounds[lost].T
    rows["kept"] = rows["kept_lower"].where(rows["kept_lower"] == rows["kept_upper"])
    rows["known"] = pd.Series([bounds(*ends) for ends in cell_bounds[lost].tolist()], rows.index, dtype=object)
    rows["below"] = rows["value"] < rows["kept_lower"]
    nearest = rows["kept_lower"].where(rows["below"], rows["kept_upper"])
    rows["distance"] = (rows["kept_lower"] - rows["value"]).clip(lower=rows["value"] - rows["kept_upper"]).clip(lower=0)
    limits = vocabulary.causes
    rows["near"] = rows["distance"] <= np.maximum(limits.near_count, limits.near_share * nearest)
    rows["date"] = published_years(rows["published"])
    rows["year"] = rows["period_end"].str[:4].astype(int)
    rows["kind"] = [period_kind(*days) for days in zip(rows["period_start"], rows["period_end"], strict=True)]
    return rows


def _beside_corrupt(rows: pd.DataFrame, causes: pd.DataFrame) -> None:
    """Call an unexplained figure corrupt where it stands in a block of figures of which several are."""
    block = [rows[name] for name in ("source_id", "country", "indicator", "period_end")]
    n = (causes["cause"] == "corrupt").groupby(block).transform("sum")
    for row in causes.index[(causes["cause"] == "unexplained") & (n >= 3)]:
        found = evidence("among_corrupt", off=causes.at[row, "evidence"], number=int(n[row]))
        causes.loc[row] = ["corrupt", found]  # type: ignore[assignment]


def _beside_restated(rows: pd.DataFrame, causes: pd.DataFrame, vocabulary: Vocabulary) -> None:
    """Call an unexplained figure one of another definition where its publisher left that for other years.

    A publisher that restates two years of a series at least so many times has taken another count; a year that is
    off to the same side as far, and that it did not restate, has kept the old one.
    """
    times = vocabulary.causes.restated_times
    far = np.where(rows["value"] * times <= rows["kept_lower"], -1, rows["value"] >= times * rows["kept_upper"])
    series = rows[["publisher", "country", "indicator", "breakdown"]].assign(side=far)
    keys = list(series.itertuples(index=False, name=None))
    restated: dict[Any, set[int]] = defaultdict(set)
    for key, year, found in zip(keys, rows["year"], causes["evidence"], strict=True):
        if key[-1] and found.code == "restated":
            restated[key].add(year)
    for row, key in zip(causes.index, keys, strict=True):
        others = restated.get(key, set())
        if causes.at[row, "cause"] == "unexplained" and len(others) > 1:
            said = {"publisher": key[0], "years": Years(others)}
            causes.loc[row] = ["definition", evidence("restated_others", off=causes.at[row, "evidence"], **said)]  # type: ignore[assignment]
