"""The exact figures beside a rejected claim, indexed: what was kept, what else its publisher and its source print."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from trafficking_stats.reconciliation.weights import published_years
from trafficking_stats.vocabulary import Vocabulary

Place = tuple[str, str, str, str, str]
"""Country, indicator, breakdown, start, end."""

Event = tuple[str, str, str, str]
"""Country, indicator, start, end."""

PLACE = ["country", "indicator", "breakdown", "period_start", "period_end"]


class Kept(NamedTuple):
    """An exact figure that was kept of a cell, and when each upstream first printed it."""

    value: float
    upstreams: dict[str, float]


@dataclass(frozen=True)
class Figures:
    """The exact figures that a cause may look up.

    Parameters
    ----------
    kept : dict of Place to Kept
        What was kept.
    editions : dict of (publisher, Place) to list of (year published, value, source_id)
        All editions of a publisher.
    parts : dict of (source_id, Event) to dict of breakdown to list of float
        All that one source prints of an event.
    vocabulary : Vocabulary
        Thresholds, dimensions and units.
    """

    kept: dict[Place, Kept]
    editions: dict[tuple[str, Place], list[tuple[float, float, str]]]
    parts: dict[tuple[str, Event], dict[str, list[float]]]
    vocabulary: Vocabulary

    def value(self, place: Place) -> float:
        """Return the figure that was kept of a cell, or nan."""
        return self.kept[place].value if place in self.kept else np.nan

    def first_printed(self, row: Any) -> Collection[float]:
        """Return when each upstream first printed the figure that was kept of the cell of a claim."""
        known = self.kept.get(place_of(row))
        return known.upstreams.values() if known else ()

    def own(self, row: Any, breakdown: str, indicator: str = "", year: int = 0) -> list[float]:
        """Return what the source of a claim prints of another breakdown, indicator or year."""
        period = (f"{year}-01-01", f"{year}-12-31") if year else (row.period_start, row.period_end)
        event = row.country, indicator or row.indicator, *period
        return self.parts.get((row.source_id, event), {}).get(breakdown, [])

    def all_own(self, row: Any) -> dict[str, list[float]]:
        """Return all that the source of a claim prints of its event, by breakdown."""
        return self.parts.get((row.source_id, (row.country, row.indicator, row.period_start, row.period_end)), {})

    def near(self, value: float, other: float) -> bool:
        """Whether two numbers are close, measured by the second."""
        limits = self.vocabulary.causes
        return abs(value - other) <= max(limits.near_count, limits.near_share * other)


def place_of(row: Any) -> Place:
    """Return the cell that a claim is on."""
    return row.country, row.indicator, row.breakdown, row.period_start, row.period_end


def gather(judged: pd.DataFrame, vocabulary: Vocabulary) -> Figures:
    """Index the exact figures that may say why claims were rejected: those of the same countries and years.

    Parameters
    ----------
    judged : pandas.DataFrame
        Claims with ``accepted``.
    vocabulary : Vocabulary
        Thresholds, dimensions and units.
    """
    judged = judged.assign(date=published_years(judged["published"]), year=judged["period_end"].str[:4].astype(int))
    exact, lost = judged[judged["qualifier"] == "exact"], judged[~judged["accepted"].astype(bool)]
    near = pd.concat([lost[["source_id", "country", "year"]].assign(year=lost["year"] + step) for step in (-1, 0, 1)])
    kept: dict[Place, Kept] = {}
    same_years = exact[exact["accepted"].astype(bool)].merge(near[["country", "year"]].drop_duplicates())
    for place, upstream, date, value in _records(same_years, ["upstream", "date", "value"]):
        known = kept.setdefault(place, Kept(value, {}))
        known.upstreams[upstream] = min(date, known.upstreams.get(upstream, np.inf))
    editions: dict[tuple[str, Place], list[tuple[float, float, str]]] = defaultdict(list)
    same_cells = exact.merge(lost[["publisher", *PLACE]].drop_duplicates())
    for place, publisher, date, value, source in _records(same_cells, ["publisher", "date", "value", "source_id"]):
        editions[publisher, place].append((date, value, source))
    parts: dict[tuple[str, Event], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for place, source, value in _records(exact.merge(near.drop_duplicates()), ["source_id", "value"]):
        parts[source, (*place[:2], *place[3:])][place[2]].append(value)
    return Figures(kept, dict(editions), dict(parts), vocabulary)


def _records(claims: pd.DataFrame, columns: list[str]) -> Iterator[Any]:
    places = zip(*(claims[name].tolist() for name in PLACE), strict=True)
    return zip(places, *(claims[name].tolist() for name in columns), strict=True)
