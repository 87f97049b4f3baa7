"""What is known of the cleaned tables without reconciling them: which countries, how many sources, and hashes."""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from trafficking_stats.countries import WORLD
from trafficking_stats.errors import ReportError
from trafficking_stats.vocabulary import load_vocabulary


class Held(NamedTuple):
    """What there is on a country, which decides the pages it gets."""

    sources: int = 0
    parts: int = 0
    """How many figures are no totals."""
    totals: Mapping[str, frozenset[tuple[str, str]]] = {}
    """The periods that each indicator has a total for."""
    told: frozenset[str] = frozenset()
    """On which indicators and stages there are figures, and ``reasons`` or ``statements`` where sources state any."""

    @property
    def counts(self) -> int:
        """For how many indicators and periods there is a total."""
        return sum(map(len, self.totals.values()))

    def meets(self, needs: Mapping[str, Any], measures: Sequence[str]) -> bool:
        """Whether there is what a page needs.

        Parameters
        ----------
        needs : mapping of str to object
            So many ``sources``, figures of ``parts``, and periods ``common`` to the measures; ``any`` of what may be
            ``told``.
        measures : sequence of str
            As notebooks name them; of one that is a part nothing is known here.
        """
        periods = [self.totals.get(name, frozenset()) for name in measures if ";" not in name]
        common = len(frozenset.intersection(*periods)) if periods else sys.maxsize
        numbers = {"sources": self.sources, "parts": self.parts, "common": common}
        return all(numbers[name] >= needs[name] for name in numbers.keys() & needs.keys()) and (
            "any" not in needs or not self.told.isdisjoint(needs["any"])
        )


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
    held : mapping of str to Held
        What there is on each country.
    """

    everything: str
    by_country: Mapping[str, str]
    sources: Mapping[str, tuple[str, int]]
    held: Mapping[str, Held]

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
        sources = _read(folder / "sources.csv")
        beside = {name: _read(file) for name in ("reasons", "statements") for file in folder.glob(f"{name}.csv")}
        claims = _read(folder / "claims.csv")
        by_country: dict[str, list[dict[str, str]]] = defaultdict(list)
        for claim in claims:
            by_country[claim["country"]].append(claim)
        cited = {source["source_id"]: list(source.items()) for source in sources}
        said = {
            country: {name: [row for row in rows if row["country"] == country] for name, rows in beside.items()}
            for country in by_country
        }
        held = {country: _held(own, said[country]) for country, own in by_country.items()}
        summary = {country: _newest(own) for country, own in by_country.items()}
    except (OSError, KeyError, ValueError, csv.Error) as error:
        raise ReportError(f"cannot read the claims in {folder}: {error}; run trafficking-stats clean") from error
    keys = {}
    for country, own in by_country.items():
        used = [cited.get(name) for name in sorted({claim["source_id"] for claim in own})]
        keys[country] = hash_of([list(own[0]), [list(claim.values()) for claim in own], used, said[country]])
    return DataKeys(hash_of([keys, sources]), keys, {**summary, WORLD: _newest(claims)}, held)


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, restval=""))


def _newest(claims: Sequence[Mapping[str, str]]) -> tuple[str, int]:
    """Return the day of the newest source of some claims, and how many sources there are."""
    return max((claim["published"] for claim in claims), default=""), len({claim["source_id"] for claim in claims})


def _held(claims: Sequence[Mapping[str, str]], said: Mapping[str, Sequence[object]]) -> Held:
    totals: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for claim in claims:
        if not claim["breakdown"]:
            totals[claim["indicator"]].add((claim["period_start"], claim["period_end"]))
    told = {claim["indicator"] for claim in claims} | {name for name, rows in said.items() if rows}
    told |= {entry.stage for name, entry in load_vocabulary().indicators.items() if name in told}
    return Held(
        sources=_newest(claims)[1],
        parts=sum(claim["breakdown"] != "" for claim in claims),
        totals={name: frozenset(found) for name, found in totals.items()},
        told=frozenset(told),
    )


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
