"""What a reader of a data file gives: its claims, its source, and every figure left out with the reason."""

import datetime
import hashlib
import os
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from trafficking_stats.countries import country_code
from trafficking_stats.errors import ReaderError
from trafficking_stats.schema import PRINTED, RANGE_END, SOURCE, is_id
from trafficking_stats.templates import rendered

NOT_ASKED_FOR = "country not asked for"
"""Why the rows of countries that the caller did not choose are skipped."""

_TEXT = Path(__file__).with_name("import.txt.j2")


@dataclass(frozen=True)
class TableImport:
    """One data file read as claims, with everything that was left out.

    Attributes
    ----------
    claims : pandas.DataFrame
        Columns ``source_id`` and those of a file in ``data/raw/claims``, in the order of the file.
    source : dict of str to str
        The publication, as a row of ``sources.csv``.
    n_rows : int
        Figures the file holds; always ``len(claims) + len(skipped)``.
    skipped : pandas.DataFrame
        Columns ``row`` (its number in the file), ``label`` and ``reason``.
    countries : frozenset of str, optional
        The countries that were asked for; None for all.
    said : frozenset of str
        The columns of ``source`` that somebody gave; the others follow from the file.
    unread : tuple of str
        The columns of figures of which nothing says what they count; they are among the skipped.
    """

    claims: pd.DataFrame
    source: dict[str, str]
    n_rows: int
    skipped: pd.DataFrame
    countries: frozenset[str] | None = None
    said: frozenset[str] = frozenset()
    unread: tuple[str, ...] = ()

    @property
    def published(self) -> str:
        """ISO date of the release."""
        return self.source["published"]

    @property
    def left_out(self) -> pd.DataFrame:
        """What was skipped, but for countries that were not asked for."""
        return self.skipped[self.skipped["reason"] != NOT_ASKED_FOR]

    @property
    def reasons(self) -> pd.DataFrame:
        """Number of skipped figures by reason, the most frequent first; columns ``reason`` and ``rows``."""
        counts = self.skipped.groupby("reason", sort=True).size().rename("rows").reset_index()
        return counts.sort_values(["rows", "reason"], ascending=[False, True], ignore_index=True)

    @property
    def record(self) -> dict[str, Any]:
        """What was read, in numbers."""
        return {
            "source": self.source,
            "published": self.published,
            "figures": self.n_rows,
            "claims": len(self.claims),
            "countries": self.claims["country"].nunique(),
            "by_indicator": self.claims["indicator"].value_counts().sort_index().to_dict(),
            "skipped": self.reasons.set_index("reason")["rows"].to_dict(),
        }

    def shown(self, n_claims: int = 10) -> str:
        """Return the numbers, the first claims, and every figure left out but for those of countries not asked for."""
        columns = [c for c in (*PRINTED[:7], RANGE_END, "locator") if c in self.claims]
        claims = self.claims.head(n_claims)[columns].to_string(index=False, na_rep="") if len(self.claims) else "(none)"
        return rendered(_TEXT, found=self, first=claims).rstrip("\n")

    def __str__(self) -> str:
        return rendered(_TEXT, found=self).rstrip("\n")


def load_map(name: str) -> dict[str, Any]:
    """Read the map ``name`` that lies beside the readers."""
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


def source_row(
    path: Path, worded: Mapping[str, str], date: str, source_id: str | None, said: Mapping[str, Any], **names: str
) -> dict[str, str]:
    """Return the row of ``sources.csv`` for a file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    worded : mapping of str to str
        How a map words the columns: ``{date}``, ``{year}``, ``{month}`` and ``{document}`` stand for those of the
        file, and the name of a column for what stands there.
    date : str
        When it was published.
    source_id : str, optional
        In place of the one of the map.
    said : mapping of str to object
        What the caller says of the publication, in place of the words of the map.
    **names : str
        What else the map may name.
    """
    row, names = file_of(path), {"date": date, "year": date[:4], "month": date[5:7], **names}
    row["source_id"] = source_name(source_id or worded["source_id"].format(**names))
    for column, text in worded.items():
        row[column] = row.get(column) or str(said.get(column) or text.format(**names, **row))
    row["published"] = date
    return {column: row[column] for column in SOURCE if column in row}


def iso_date(text: str, what: str = "the date of publication") -> str:
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
    with path.open("rb") as file:
        return {"document": name, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def wanted_countries(countries: Collection[str] | None) -> frozenset[str] | None:
    """Return the codes of the countries asked for, by code or by name; None for all. Or say which are none."""
    if countries is None:
        return None
    codes = {name: country_code(name) for name in ([] if isinstance(countries, str) else countries)}
    unknown = sorted(name for name, code in codes.items() if not code)
    if unknown or isinstance(countries, str):
        raise ReaderError(f"countries must be alpha-3 codes or names such as ['DNK'], not {unknown or countries!r}")
    return frozenset(codes.values())
