"""What is known of the cleaned tables without reconciling them: which countries, how many sources, and hashes."""

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

Row = dict[str, str]
_SAID = ("reasons", "statements")
"""Tables, if they are there, of what sources say beside their figures."""


class Held(NamedTuple):
    """What there is on a country: whether its pages are up to date, and which of them it gets."""

    key: str = ""
    """Hash of the claims, of their sources, and of what these state beside."""
    as_of: str = ""
    """The day of the newest source."""
    sources: int = 0
    parts: int = 0
    """How many figures are no totals."""
    totals: Mapping[str, frozenset[tuple[str, str]]] = {}
    """The periods that each indicator has a total for."""
    told: frozenset[str] = frozenset()
    """Indicators with figures, stages with totals, and ``reasons`` or ``statements`` where sources state any."""

    @property
    def counts(self) -> int:
        """For how many indicators and periods there is a total."""
        return sum(map(len, self.totals.values()))

    def lacks(self, needs: Mapping[str, Any], measures: Sequence[str]) -> dict[str, int]:
        """Return what there is too little of for a page, and how much it needs.

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
        short = {name: needs[name] for name, number in numbers.items() if number < needs.get(name, 0)}
        return short | ({"any": 1} if "any" in needs and self.told.isdisjoint(needs["any"]) else {})


@dataclass(frozen=True)
class Data:
    """What is known of the cleaned tables.

    Parameters
    ----------
    folder : pathlib.Path
        Where they lie.
    held : mapping of str to Held
        What there is on each country.
    world : Held
        What there is on all of them; its key is the hash of all tables.
    """

    folder: Path
    held: Mapping[str, Held]
    world: Held

    def on(self, country: str) -> Held:
        """Return what there is on a country, or on the world."""
        return self.world if country == WORLD else self.held.get(country, Held())

    def key(self, countries: Iterable[str]) -> str:
        """Return the hash of what is known of some countries; of everything if none are named."""
        read = sorted(set(countries))
        return hash_of([self.on(country).key for country in read]) if read else self.world.key


def read_data(folder: Path) -> Data:
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
        claims = _read(folder / "claims.csv")
        sources = {source["source_id"]: list(source.items()) for source in _read(folder / "sources.csv")}
        said = {name: _by_country(_read(path)) for name in _SAID for path in folder.glob(f"{name}.csv")}
        held = {
            country: _held(own, {name: rows.get(country, []) for name, rows in said.items()}, sources)
            for country, own in _by_country(claims).items()
        }
        everything = hash_of([{country: own.key for country, own in held.items()}, sources])
        return Data(folder, held, Held(everything, *_newest(claims)))
    except (OSError, KeyError, ValueError, csv.Error) as error:
        raise ReportError(f"cannot read the claims in {folder}: {error}; run trafficking-stats clean") from error


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, restval=""))


def _by_country(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["country"]].append(row)
    return found


def _newest(claims: Sequence[Row]) -> tuple[str, int]:
    """Return the day of the newest source of some claims, and how many sources there are."""
    return max((claim["published"] for claim in claims), default=""), len({claim["source_id"] for claim in claims})


def _held(claims: Sequence[Row], said: Mapping[str, Sequence[Row]], sources: Mapping[str, Any]) -> Held:
    totals: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for claim in claims:
        if not claim["breakdown"]:
            totals[claim["indicator"]].add((claim["period_start"], claim["period_end"]))
    told = {claim["indicator"] for claim in claims} | {name for name, rows in said.items() if rows}
    told |= {entry.stage for name, entry in load_vocabulary().indicators.items() if name in totals}
    used = [sources.get(name) for name in sorted({claim["source_id"] for claim in claims})]
    return Held(
        hash_of([list(claims[0]), [list(claim.values()) for claim in claims], used, said]),
        *_newest(claims),
        parts=sum(claim["breakdown"] != "" for claim in claims),
        totals={name: frozenset(found) for name, found in totals.items()},
        told=frozenset(told),
    )


def hash_of(content: Any) -> str:
    """Return the SHA-256 of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def hash_files(files: Iterable[Path]) -> str:
    """Return one hash of the names and contents of files."""
    contents = ((path.name, path.read_bytes()) for path in files if path.is_file())
    return hash_of([(name, hashlib.sha256(content).hexdigest()) for name, content in contents])
