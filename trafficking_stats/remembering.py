"""What a process settled beforehand for the pages that it forks, and what a page tells of what it read.

Whoever makes pages settles their countries together, which takes a tenth of the time, and each page is a fork that
finds them here: the same claims by the same method are not settled again. A run names for each page a file,
TRAFFICKING_STATS_READS, that tells which countries the page depends on.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

_KEPT: dict[tuple[str, str], tuple[pd.DataFrame, Any]] = {}


def keep(country: str, method: str, claims: pd.DataFrame, found: Any) -> None:
    """Keep what a method found in the claims about a country."""
    _KEPT[country, method] = claims, found


def kept(claims: pd.DataFrame, method: str) -> list[Any]:
    """Return what was found about each country in these very claims; nothing if one of them was not settled."""
    if not _KEPT or "country" not in claims:
        return []
    found = []
    for country, rows in claims.groupby("country"):
        own, known = _KEPT.get((str(country), method), (None, None))
        if own is None or not own.equals(rows.reset_index(drop=True)):
            return []
        found.append(known)
    return found


def tell_read(countries: Iterable[str]) -> None:
    """Tell the run that the page depends on the claims about some countries."""
    if log := os.environ.get("TRAFFICKING_STATS_READS"):
        with Path(log).open("a", encoding="utf-8") as file:
            file.write("".join(f"{country}\n" for country in sorted(set(countries))))
