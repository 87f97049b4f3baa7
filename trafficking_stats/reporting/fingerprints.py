"""What is known of the cleaned tables without reconciling them: which countries, how many sources, and hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from trafficking_stats.countries import WORLD
from trafficking_stats.csv_tables import read_table
from trafficking_stats.errors import ReportError


@dataclass(frozen=True)
class DataKeys:
    """Hashes of the cleaned tables.

    Parameters
    ----------
    everything : str
        Hash of all of them.
    by_country : mapping of str to str
        Hash of the claims about each country and of their sources.
    sources : mapping of str to tuple of (str, int)
        For each country, and for all together, the day of its newest source and how many sources there are.
    totals : mapping of str to int
        For how many counts and periods there is a total, country by country.
    told : mapping of str to frozenset of str
        On which indicators there are figures, and ``reasons`` or ``statements`` where sources state any.
    """

    everything: str
    by_country: Mapping[str, str]
    sources: Mapping[str, tuple[str, int]]
    totals: Mapping[str, int]
    told: Mapping[str, frozenset[str]]

    def key(self, countries: Iterable[str]) -> str:
        """Return the hash of what is known of some countries; of everything if none are named."""
        read = sorted(set(countries))
        return hash_of([self.by_country.get(country, "") for country in read]) if read else self.everything


def read_data_keys(folder: Path) -> DataKeys:
    """Hash the claims country by country.

    Parameters
    ----------
    folder : pathlib.Path
        Holds ``claims.csv`` and ``sources.csv``.

    Raises
    ------
    ReportError
        If they cannot be read.
    """
    try:
        sources, claims = (read_table(folder / name) for name in ("sources.csv", "claims.csv"))
        beside = {name: read_table(file) for name in ("reasons", "statements") for file in folder.glob(f"{name}.csv")}
        known = claims.merge(sources, on="source_id", how="left", suffixes=("", "_of_source")).fillna("")
        own = [table[table["country"].isin(claims["country"])] for table in beside.values()]
        lines = pd.concat(list(map(_lines, [known, *own])))
        keys = {str(country): hash_of([list(known), *found]) for country, found in lines.groupby(level=0)}
        by_country = claims.groupby("country")
        days, numbers = by_country["published"].max(), by_country["source_id"].nunique()
    except (OSError, KeyError, ValueError) as error:
        raise ReportError(f"cannot read the claims in {folder}: {error}; run trafficking-stats clean") from error
    summary = {str(country): (days[country], int(numbers[country])) for country in keys}
    summary[WORLD] = max(claims["published"], default=""), claims["source_id"].nunique()
    totals = claims[claims["breakdown"] == ""].drop_duplicates(["country", "indicator", "period_start", "period_end"])
    of_what = [claims, *(table.assign(indicator=name) for name, table in beside.items())]
    told = pd.concat(of_what).groupby("country")["indicator"].agg(frozenset).to_dict()
    everything = hash_of([keys, *_lines(sources)])
    return DataKeys(everything, keys, summary, totals.groupby("country").size().to_dict(), told)


def _lines(table: pd.DataFrame) -> pd.Series:
    """Return each row as one text, by its country where it has one."""
    rows = ["\x1f".join(row) for row in table.to_numpy(dtype=object).tolist()]
    return pd.Series(rows, index=table.get("country"), dtype=str)


def hash_of(content: Any) -> str:
    """Return the SHA-256 of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def hash_files(files: Iterable[Path]) -> str:
    """Return one hash of the names and contents of files."""
    digest = hashlib.sha256()
    for path in files:
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{path.name} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()
