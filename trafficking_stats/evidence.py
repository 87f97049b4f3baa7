"""What the causes look at: a rejected claim beside the bounds of its cell, and all other figures."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trafficking_stats.vocabulary import Vocabulary
from trafficking_stats.weights import published_year

Place = tuple[str, str, str, str, str]
"""Country, indicator, breakdown, start, end."""


@dataclass(frozen=True)
class Figures:
    """What a cause may look up: the accepted figures, and all that each source prints.

    Parameters
    ----------
    accepted : dict of Place to float
        The exact figure that was kept for a cell, if one was.
    printed : dict of (source_id, Place) to tuple of float
        Exact figures of each source.
    editions : dict of (publisher, Place) to tuple of (year published, value)
        Exact figures of all editions of a publisher.
    parts : dict of (source_id, country, indicator, start, end) to tuple of (breakdown, value)
        Exact figures of one source, period and indicator.
    vocabulary : Vocabulary
        Thresholds, dimensions and units.
    """

    accepted: dict[Place, float]
    printed: dict[tuple[str, Place], tuple[float, ...]]
    editions: dict[tuple[str, Place], tuple[tuple[float, float], ...]]
    parts: dict[tuple[str, str, str, str, str], tuple[tuple[str, float], ...]]
    vocabulary: Vocabulary


@dataclass(frozen=True)
class Rejected:
    """A rejected claim beside what is known of its cell.

    Parameters
    ----------
    place : Place
        Its cell.
    source_id, publisher, tier, qualifier : str
        From the claim.
    value, lower, upper : float
        The printed number and the interval of the claim.
    published : float
        Year of publication as a fraction, ``nan`` if unknown.
    kept_lower, kept_upper : float
        Bounds of the cell that the accepted claims and the rules force.
    """

    place: Place
    source_id: str
    publisher: str
    tier: str
    qualifier: str
    value: float
    lower: float
    upper: float
    published: float
    kept_lower: float
    kept_upper: float

    @property
    def kept(self) -> float:
        """The one value the cell can have, or ``nan``."""
        return self.kept_lower if self.kept_lower == self.kept_upper else float("nan")

    @property
    def kept_text(self) -> str:
        """The bounds of the cell in words."""
        if self.kept_lower == self.kept_upper:
            return number(self.kept_lower)
        if np.isinf(self.kept_upper):
            return f"at least {number(self.kept_lower)}"
        return f"{number(self.kept_lower)} to {number(self.kept_upper)}"

    @property
    def distance(self) -> float:
        """How far the printed number lies outside the bounds of the cell."""
        return max(self.kept_lower - self.value, self.value - self.kept_upper, 0.0)

    @property
    def end_year(self) -> int:
        """The last calendar year of its period."""
        return int(self.place[4][:4])

    def is_near(self, figures: Figures) -> bool:
        """Whether the printed number lies close to the bounds of the cell."""
        limits = figures.vocabulary.causes
        nearest = self.kept_lower if self.value < self.kept_lower else self.kept_upper
        return self.distance <= max(limits.near_count, limits.near_share * nearest)


def gather(judged: pd.DataFrame, vocabulary: Vocabulary) -> Figures:
    """Index the exact figures of the countries that have rejected claims."""
    countries = judged.loc[~judged["accepted"], "country"].unique()
    exact = judged[judged["country"].isin(countries) & (judged["qualifier"] == "exact")]
    accepted: dict[Place, float] = {}
    printed: dict[tuple[str, Place], list[float]] = defaultdict(list)
    editions: dict[tuple[str, Place], list[tuple[float, float]]] = defaultdict(list)
    parts: dict[tuple[str, str, str, str, str], list[tuple[str, float]]] = defaultdict(list)
    columns = ["country", "indicator", "breakdown", "period_start", "period_end"]
    year = {date: published_year(date) for date in exact["published"].unique()}
    for place, source, publisher, published, value, kept in zip(
        zip(*(exact[column] for column in columns), strict=True),
        *(exact[column] for column in ("source_id", "publisher", "published", "value", "accepted")),
        strict=True,
    ):
        if kept:
            accepted[place] = value
        printed[source, place].append(value)
        editions[publisher, place].append((year[published], value))
        parts[(source, place[0], place[1], place[3], place[4])].append((place[2], value))
    return Figures(
        accepted,
        {key: tuple(values) for key, values in printed.items()},
        {key: tuple(sorted(values)) for key, values in editions.items()},
        {key: tuple(sorted(values)) for key, values in parts.items()},
        vocabulary,
    )


def number(value: float) -> str:
    """Write a number with separators of thousands and no needless decimals.

    Examples
    --------
    >>> number(1233.0)
    '1,233'
    """
    return f"{value:,.15g}"
