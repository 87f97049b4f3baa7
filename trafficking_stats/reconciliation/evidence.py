"""What the causes look at: a rejected claim beside the bounds of its cell, and all other figures."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trafficking_stats.names import breakdown_name
from trafficking_stats.reconciliation.weights import published_year
from trafficking_stats.vocabulary import Vocabulary
from trafficking_stats.wording import label_of

Place = tuple[str, str, str, str, str]
"""Country, indicator, breakdown, start, end."""


@dataclass(frozen=True)
class Figures:
    """What a cause may look up: the accepted figures, and all that each source prints.

    Parameters
    ----------
    accepted : dict of Place to float
        The exact figure that was kept for a cell, if one was.
    upstreams : dict of Place to str
        The upstream of that figure.
    printed : dict of (source_id, Place) to tuple of float
        Exact figures of each source.
    editions : dict of (publisher, Place) to tuple of (year published, value, source_id)
        Exact figures of all editions of a publisher.
    parts : dict of (source_id, country, indicator, start, end) to tuple of (breakdown, value)
        Exact figures of one source, period and indicator.
    vocabulary : Vocabulary
        Thresholds, dimensions and units.
    """

    accepted: dict[Place, float]
    upstreams: dict[Place, str]
    printed: dict[tuple[str, Place], tuple[float, ...]]
    editions: dict[tuple[str, Place], tuple[tuple[float, float, str], ...]]
    parts: dict[tuple[str, str, str, str, str], tuple[tuple[str, float], ...]]
    vocabulary: Vocabulary

    def own(self, claim: Rejected, breakdown: str) -> tuple[float, ...]:
        """Return what the source of a claim prints of the same event, with another breakdown."""
        country, indicator, _, start, end = claim.place
        return self.printed.get((claim.source_id, (country, indicator, breakdown, start, end)), ())

    def named(self, value: float, breakdown: str) -> str:
        """Write a figure and what part it is: ``45 (adults)``, ``80 (in all)``."""
        return f"{number(value)} ({breakdown_name(breakdown, self.vocabulary) or 'in all'})"

    def unit_name(self, indicator: str) -> str:
        """Name what an indicator counts, without the unit in brackets."""
        return re.sub(r" \([^()]+\)$", "", label_of(indicator, self.vocabulary))


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

    @property
    def off(self) -> str:
        """How far, and to which side, it lies from the bounds of the cell."""
        return f"{number(self.value)} is {number(self.distance)} {self.side} {self.kept_text}"

    @property
    def side(self) -> str:
        """On which side of the bounds of the cell it lies."""
        return "below" if self.value < self.kept_lower else "above"

    def is_near(self, figures: Figures) -> bool:
        """Whether the printed number lies close to the bounds of the cell."""
        limits = figures.vocabulary.causes
        nearest = self.kept_lower if self.value < self.kept_lower else self.kept_upper
        return self.distance <= max(limits.near_count, limits.near_share * nearest)


def gather(judged: pd.DataFrame, vocabulary: Vocabulary) -> Figures:
    """Index the exact figures that may say why claims were rejected.

    Parameters
    ----------
    judged : pandas.DataFrame
        Claims with ``accepted``.
    vocabulary : Vocabulary
        Thresholds, dimensions and units.

    Returns
    -------
    Figures
        Of the countries, sources and periods of the rejected claims alone.
    """
    exact = judged[(judged["qualifier"] == "exact").to_numpy()]
    lost = judged[~judged["accepted"].to_numpy(bool)]
    place = ["country", "indicator", "breakdown", "period_start", "period_end"]
    # what a rejected whole is compared with may stand under the indicators of its parts, or of what is counted apart
    pairs = [(rule.whole, part) for rule in vocabulary.rules for part in rule.parts]
    pairs += [(name, apart) for same in vocabulary.same_event for name in same.indicators for apart in same.apart]
    parts_of = pd.DataFrame(pairs, columns=["indicator", "part"])
    block = ["source_id", "country", "indicator", "period_start", "period_end"]
    below = lost[block].merge(parts_of, on="indicator").drop(columns="indicator").rename(columns={"part": "indicator"})
    printed: dict[tuple[str, Place], list[float]] = defaultdict(list)
    parts: dict[tuple[str, str, str, str, str], list[tuple[str, float]]] = defaultdict(list)
    for source, where, value in _records(exact, pd.concat([lost[block], below]), ["source_id"], place):
        printed[source, where].append(value)
        parts[source, where[0], where[1], where[3], where[4]].append((where[2], value))
    editions: dict[tuple[str, Place], list[tuple[float, float, str]]] = defaultdict(list)
    columns = ["publisher", "published", "source_id"]
    for publisher, published, source, where, value in _records(exact, lost[place], columns, place):
        editions[publisher, where].append((published_year(published), value, source))
    kept = list(_records(exact[exact["accepted"].to_numpy(bool)], lost[["country"]], ["upstream"], place))
    return Figures(
        {where: value for _, where, value in kept},
        {where: upstream for upstream, where, _ in kept},
        {key: tuple(values) for key, values in printed.items()},
        {key: tuple(sorted(values)) for key, values in editions.items()},
        {key: tuple(sorted(values)) for key, values in parts.items()},
        vocabulary,
    )


def _records(claims: pd.DataFrame, wanted: pd.DataFrame, columns: list[str], place: list[str]) -> Iterator[Any]:
    """Iterate over the claims that agree with a row of ``wanted``: some columns, the place, the value."""
    both = pd.concat([wanted, claims[wanted.columns]])
    code = both.groupby(list(wanted.columns), sort=False).ngroup().to_numpy()
    rows = claims[np.isin(code[len(wanted) :], code[: len(wanted)])]
    where = zip(*(rows[name].tolist() for name in place), strict=True)
    return zip(*(rows[name].tolist() for name in columns), where, rows["value"].tolist(), strict=True)


def number(value: float) -> str:
    """Write a number with separators of thousands and no needless decimals.

    Examples
    --------
    >>> number(1233.0)
    '1,233'
    """
    return f"{value:,.15g}"
