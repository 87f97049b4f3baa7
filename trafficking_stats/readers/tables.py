"""What the readers of tables share: the result of an import, categories for labels, rows of one label."""

from __future__ import annotations

import datetime
import functools
import hashlib
import re
import tomllib
import unicodedata
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pycountry

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


def slug(label: str) -> str:
    """Turn a printed label into a category of its own.

    Two different labels never give the same category, and a label gives the same one in every file: what the
    simplified spelling loses (case, accents, signs) comes back as a checksum at its end.

    Parameters
    ----------
    label : str
        A label as printed, such as ``"Sierra Leonean"``.

    Returns
    -------
    str
        Lower-case letters, digits and underscores.

    Examples
    --------
    >>> slug("Sierra Leonean")
    'sierra_leonean'
    >>> slug("SIERRA LEONEAN") == slug("Sierra leonean")
    False
    """
    letters = (c for c in unicodedata.normalize("NFKD", label) if not unicodedata.combining(c))
    plain = re.sub(r"[^a-z0-9]+", "_", "".join(letters).lower()).strip("_")
    if plain and plain.replace("_", " ").title() == label:
        return plain
    return f"{plain or 'label'}_{zlib.crc32(label.encode('utf-8')):08x}"


def categories(labels: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """Give each label its category: the known one, or its own.

    Parameters
    ----------
    labels : iterable of str
        The labels of one dimension.
    known : mapping of str to str
        The categories of the labels that have one already.

    Returns
    -------
    dict of str to str
        One category for each label, all different.

    Raises
    ------
    ReaderError
        If two labels would share a category.

    Examples
    --------
    >>> categories(["Female", "Other", "Trans Woman"], {"Female": "female", "Other": "other"})
    {'Female': 'female', 'Other': 'other', 'Trans Woman': 'trans_woman'}
    """
    taken = set(known.values())
    found: dict[str, str] = {}
    for label in labels:
        own = known.get(label) or slug(label)
        if label not in known and own in taken:
            own = f"{own}_{zlib.crc32(label.encode('utf-8')):08x}"
        found[label] = own
    owner: dict[str, str] = {}
    for label, category in found.items():
        if owner.setdefault(category, label) != label:
            raise ReaderError(
                f"the labels {owner[category]!r} and {label!r} would share the category {category!r}: "
                "give one of them a category of its own in the map of this reader"
            )
    return found


@functools.cache
def _iso_names() -> dict[str, tuple[str, ...]]:
    names = {}
    for country in pycountry.countries:
        printed = [getattr(country, key, None) for key in ("name", "official_name", "common_name")]
        names[country.alpha_3] = tuple(dict.fromkeys(name for name in printed if name))
    return names


def country_names(own: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """Return the spellings of every country, a publisher's own before those of ISO 3166-1."""
    iso = _iso_names()
    codes = sorted({*iso, *own})
    return {code: tuple(dict.fromkeys([*own.get(code, ()), *iso.get(code, ())])) for code in codes}


def category_countries(labels: Collection[str], spellings: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Give the labels that name a country its code, one label a country.

    Parameters
    ----------
    labels : collection of str
        The labels of a dimension of countries as one file has them.
    spellings : mapping of str to collection of str
        See `country_names`; of two spellings of one country in ``labels`` the first takes the code.

    Returns
    -------
    dict of str to str
        Codes of ISO 3166-1 by label; labels that name no country are not in it.

    Examples
    --------
    >>> category_countries(["Czechia", "Czech Republic", "Norway"], country_names({}))
    {'Czechia': 'CZE', 'Norway': 'NOR'}
    """
    present = set(labels)
    codes: dict[str, str] = {}
    for code, names in spellings.items():
        label = next((name for name in names if name in present), None)
        if label is not None:
            codes[label] = code
    return codes


def is_country(code: str) -> bool:
    """Whether ``code`` is an alpha-3 code of ISO 3166-1."""
    return code in _iso_names()


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
    >>> number.tolist(), size.tolist(), repeats.tolist()
    ([1, 2, 1, 1], [2, 2, 2, 1], [nan, nan, 0.0, nan])
    """
    cell = cells.groupby(list(cells.columns), sort=False, dropna=False).ngroup()
    first = pd.Series(cells.index, index=cells.index).groupby([cell, figures], sort=False).transform("first")
    again = (first != cells.index) & ~several
    repeats = first.where(again)
    kept = (~again).groupby(cell, sort=False)
    return repeats, kept.cumsum().astype(int), kept.transform("sum").astype(int)


def iso_date(text: str, what: str) -> str:
    """Return ``text`` as an ISO date, or say that ``what`` is none."""
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ReaderError(f"{what} is {text!r}; it must be a date such as 2025-04-14") from error


def source_name(source_id: str) -> str:
    """Return ``source_id`` if it can be the name of a file in ``data/raw/claims``."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", source_id):
        raise ReaderError(
            f"the source id {source_id!r} cannot name a file: use lower-case letters, digits, '-', '_' and '.'"
        )
    return source_id


def file_of(path: Path) -> dict[str, str]:
    """Return the name and the SHA-256 of a file, as ``sources.csv`` holds them."""
    return {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def years(period: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the first and last day of whole calendar years as ISO dates."""
    year = period.astype(np.int64).astype(str)
    return year + "-01-01", year + "-12-31"
