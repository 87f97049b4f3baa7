"""What is known of the cleaned tables without reconciling them: which countries, how many sources, and hashes."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trafficking_stats.countries import WORLD
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
    figures : mapping of str to int
        How many claims there are about each country.
    """

    everything: str
    by_country: Mapping[str, str]
    sources: Mapping[str, tuple[str, int]]
    figures: Mapping[str, int]

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
    rows: dict[str, list[str]] = defaultdict(list)
    used: dict[str, dict[str, str]] = defaultdict(dict)
    try:
        with (folder / "sources.csv").open(encoding="utf-8", newline="") as file:
            sources = {row["source_id"]: "\x1f".join(map(str, row.values())) for row in csv.DictReader(file)}
        reasons = (folder / "reasons.csv").read_text("utf-8").splitlines() if (folder / "reasons.csv").exists() else []
        with (folder / "claims.csv").open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            columns = next(reader)
            country, source, published = map(columns.index, ("country", "source_id", "published"))
            for row in reader:
                rows[row[country]].append("\x1f".join(row))
                used[row[country]][row[source]] = row[published]
    except (OSError, KeyError, ValueError, IndexError, StopIteration) as error:
        raise ReportError(f"cannot read the claims in {folder}: {error}") from error
    stated = {code: [line for line in reasons if line.startswith(code)] for code in rows}
    keys = {
        code: hash_of([columns, lines, [sources.get(s, "") for s in used[code]], stated[code]])
        for code, lines in rows.items()
    }
    summary = {code: (max(published.values()), len(published)) for code, published in used.items()}
    summary[WORLD] = max((latest for latest, _ in summary.values()), default=""), len(set().union(*used.values()))
    return DataKeys(hash_of([keys, sources]), keys, summary, {code: len(lines) for code, lines in rows.items()})


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
