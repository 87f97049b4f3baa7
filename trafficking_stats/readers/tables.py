"""What the readers of tables share: the result of an import, and telling rows of one label apart."""

from __future__ import annotations

import datetime
import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from trafficking_stats.errors import ReaderError

RAW_COLUMNS = (
    "country",
    "indicator",
    "breakdown",
    "period_start",
    "period_end",
    "value",
    "qualifier",
    "unit",
    "locator",
    "scope_note",
)


@dataclass(frozen=True)
class TableImport:
    """One data file read as claims, with everything that was left out.

    Attributes
    ----------
    claims : pandas.DataFrame
        Columns ``source_id`` and those of a file in ``data/raw/claims``, in the order of the file.
    source : dict of str to str
        The publication, as a row of ``sources.csv``.
    published : str
        ISO date of the release.
    n_rows : int
        Figures the file holds; always ``len(claims) + len(skipped)``.
    skipped : pandas.DataFrame
        Columns ``row`` (its number in the file), ``label`` and ``reason``.
    """

    claims: pd.DataFrame
    source: dict[str, str]
    published: str
    n_rows: int
    skipped: pd.DataFrame

    @property
    def summary(self) -> pd.DataFrame:
        """Number of claims by country (rows) and indicator (columns)."""
        return pd.crosstab(self.claims["country"], self.claims["indicator"])

    @property
    def reasons(self) -> pd.DataFrame:
        """Number of skipped figures by reason, the most frequent first; columns ``reason`` and ``rows``."""
        counts = self.skipped.groupby("reason", sort=True).size().rename("rows").reset_index()
        return counts.sort_values(["rows", "reason"], ascending=[False, True], ignore_index=True)

    def __str__(self) -> str:
        by_indicator = self.claims["indicator"].value_counts().sort_index()
        lines = [
            f"{self.source['source_id']}, published {self.published}: {self.n_rows:,} figures, "
            f"{len(self.claims):,} claims on {self.claims['country'].nunique()} countries, "
            f"{len(self.skipped):,} skipped"
        ]
        lines += [f"  {count:>7,}  {indicator}" for indicator, count in by_indicator.items()]
        if len(self.skipped):
            lines.append("skipped:")
            lines += [f"  {row.rows:>7,}  {row.reason}" for row in self.reasons.itertuples()]
        return "\n".join(lines)


def load_map(name: str) -> dict[str, Any]:
    """Read the map ``name`` that lies beside the readers."""
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


def same_label_rows(
    cells: pd.DataFrame, figures: pd.Series, several: pd.Series
) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Tell apart the rows that a file prints under one and the same label.

    A row that prints the same figure again is a repeat. Rows that print different figures are kept, each as
    one of several. Where a publisher is known to put several sub-forms under one label, equal figures are
    several too.

    Parameters
    ----------
    cells : pandas.DataFrame
        What identifies a cell, one row a figure.
    figures : pandas.Series
        The figure as printed, on the same index.
    several : pandas.Series
        Whether equal figures of the cell are different sub-forms, on the same index.

    Returns
    -------
    repeats : pandas.Series
        Index of the first row with the same cell and figure, missing where the row repeats nothing.
    number : pandas.Series
        1, 2, ... within the rows of one cell that are left, in the order of the file.
    size : pandas.Series
        How many rows of the cell are left.

    Examples
    --------
    >>> cells = pd.DataFrame({"year": [2019, 2019, 2019, 2020]})
    >>> repeats, number, size = same_label_rows(
    ...     cells, pd.Series(["4", "7", "4", "4"]), pd.Series([False] * 4)
    ... )
    >>> number.tolist(), size.tolist(), repeats.notna().tolist()
    ([1, 2, 2, 1], [2, 2, 2, 1], [False, False, True, False])
    """
    cell = cells.groupby(list(cells.columns), sort=False, dropna=False).ngroup()
    first = pd.Series(cells.index, index=cells.index).groupby([cell, figures], sort=False).transform("first")
    again = (first != cells.index) & ~several
    repeats = first.where(again)
    kept = (~again).groupby(cell, sort=False)
    return repeats, kept.cumsum().astype(int), kept.transform("sum").astype(int)


def tell_apart(claims: pd.DataFrame, reason: pd.Series, several: pd.Series) -> None:
    """Put a number to claims on one cell with different figures, and refuse those that repeat a figure.

    Parameters
    ----------
    claims : pandas.DataFrame
        One row a figure; ``breakdown`` and ``scope_note`` are changed in place.
    reason : pandas.Series
        Why a row is no claim, "" where it is one; changed in place.
    several : pandas.Series
        See `same_label_rows`.
    """
    kept = claims[reason == ""]
    repeats, number, size = same_label_rows(
        kept[["country", "indicator", "breakdown", "period_start"]],
        kept["qualifier"] + kept["value"].astype(str),
        several[kept.index],
    )
    again = repeats.notna()
    reason.loc[repeats.index[again]] = "prints again the figure of an earlier row of the same label"
    apart = kept.index[~again & (size > 1)]
    numbered = kept.loc[apart, "breakdown"] + ";row=" + number[apart].astype(str)
    claims.loc[apart, "breakdown"] = numbered.map(lambda text: ";".join(sorted(filter(None, text.split(";")))))
    note = claims.loc[apart, "scope_note"]
    place = "row " + number[apart].astype(str) + " of " + size[apart].astype(str)
    claims.loc[apart, "scope_note"] = (
        note + note.map(lambda text: "; " if text else "") + place + " that the file prints under this label"
    )


def iso_date(text: str, what: str) -> str:
    """Return ``text`` as an ISO date, or say that ``what`` is none."""
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ReaderError(f"{what} is {text!r}; it must be a date such as 2025-04-14") from error


def source_name(source_id: str) -> str:
    """Return ``source_id`` if it can be the name of a file in ``data/raw/claims``."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*", source_id):
        raise ReaderError(f"the source id {source_id!r} must be made of letters, digits and hyphens")
    return source_id


def file_of(path: Path) -> dict[str, str]:
    """Return the name and the SHA-256 of a file, as ``sources.csv`` holds them."""
    return {"document": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def looked_up(labels: pd.Series, table: Mapping[str, str]) -> pd.Series:
    """Return what ``table`` holds for each label, "" where it holds nothing."""
    return labels.map(lambda label: table.get(label, "")).astype(str)


def years(period: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the first and last day of whole calendar years as ISO dates."""
    year = period.astype(np.int64).astype(str)
    return year + "-01-01", year + "-12-31"
