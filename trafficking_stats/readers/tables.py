"""What the readers of tables share: the result of an import, and telling rows of one label apart."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import os
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from trafficking_stats.claims import PRINTED
from trafficking_stats.countries import country_code, is_country
from trafficking_stats.errors import ReaderError
from trafficking_stats.printed import plain
from trafficking_stats.schema import claim_faults, is_id
from trafficking_stats.vocabulary import load_vocabulary

RAW_COLUMNS = PRINTED
NOT_ASKED_FOR = "country not asked for"
"""Why the rows of countries that the caller did not choose are skipped."""


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
    countries : frozenset of str, optional
        The countries that were asked for; None for all.
    """

    claims: pd.DataFrame
    source: dict[str, str]
    published: str
    n_rows: int
    skipped: pd.DataFrame
    countries: frozenset[str] | None = None

    @property
    def summary(self) -> pd.DataFrame:
        """Number of claims by country (rows) and indicator (columns)."""
        return pd.crosstab(self.claims["country"], self.claims["indicator"])

    @property
    def reasons(self) -> pd.DataFrame:
        """Number of skipped figures by reason, the most frequent first; columns ``reason`` and ``rows``."""
        counts = self.skipped.groupby("reason", sort=True).size().rename("rows").reset_index()
        return counts.sort_values(["rows", "reason"], ascending=[False, True], ignore_index=True)

    def cleanable(self) -> TableImport:
        """Return the import without the claims that the vocabulary does not allow: they are skipped rows then."""
        claims = self.claims.assign(_row=range(len(self.claims)))
        reasons = {fault.row: fault for fault in reversed(claim_faults(claims, load_vocabulary()))}
        bad = claims["_row"].isin(list(reasons))
        refused = pd.DataFrame(
            [
                (claims["locator"].iat[row], "", f"column {column}, value {plain(claims[column].iat[row])!r}: {text}")
                for row, column, text in reasons.values()
            ],
            columns=["row", "label", "reason"],
        )
        skipped = pd.concat([self.skipped, refused], ignore_index=True) if len(refused) else self.skipped
        return dataclasses.replace(self, claims=claims[~bad].drop(columns="_row"), skipped=skipped)

    def shown(self, n_claims: int = 10) -> str:
        """Return the summary, the first claims, and every figure left out but for those of countries not asked for."""
        columns = [c for c in (*PRINTED[:7], "value_upper", "locator") if c in self.claims and c != "unit"]
        claims = self.claims.head(n_claims)[columns].to_string(index=False, na_rep="") if len(self.claims) else "(none)"
        not_chosen = self.skipped["reason"] == NOT_ASKED_FOR
        left_out = [f"  {row.row}: {row.reason}" for row in self.skipped[~not_chosen].itertuples()]
        return "\n".join([str(self), "first claims:", claims, *(["left out:"] if left_out else []), *left_out])

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
    if not is_id(source_id):
        raise ReaderError(f"the source id {source_id!r} must be made of letters, digits and hyphens")
    return source_id


def file_of(path: Path) -> dict[str, str]:
    """Return the name and the SHA-256 of a file, as ``sources.csv`` holds them."""
    name = os.fsencode(path.name).decode("utf-8", "replace")  # a name may be in no encoding at all
    return {"document": name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def asked_codes(countries: Collection[str]) -> list[str]:
    """Return the codes of countries named by code or in English; what is neither stays, in capitals."""
    return [country_code(name) or name.upper() for name in countries]


def wanted_countries(countries: Collection[str]) -> frozenset[str]:
    """Return the codes of the countries asked for, or say which are none."""
    unknown = sorted(code for code in countries if not is_country(code) and code != "EUU")
    if unknown or isinstance(countries, str):
        raise ReaderError(f"countries must be alpha-3 codes such as ['DNK', 'EUU'], not {unknown or countries!r}")
    return frozenset(countries)


def looked_up(labels: pd.Series, table: Mapping[str, str]) -> pd.Series:
    """Return what ``table`` holds for each label, "" where it holds nothing."""
    return labels.map(lambda label: table.get(label, "")).astype(str)


def years(period: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the first and last day of whole calendar years as ISO dates."""
    year = period.astype(np.int64).astype(str)
    return year + "-01-01", year + "-12-31"
