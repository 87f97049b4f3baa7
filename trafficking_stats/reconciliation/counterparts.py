"""The exact figures beside a rejected claim that may say why: of its source, of its publisher, and those kept."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from trafficking_stats import breakdowns
from trafficking_stats.intervals import period_kind
from trafficking_stats.reconciliation.evidence import Figure, bounds
from trafficking_stats.reconciliation.weights import published_years
from trafficking_stats.vocabulary import Vocabulary

CELL = ["country", "indicator", "breakdown", "period_start", "period_end"]
Place = tuple[str, str, str, str, str]
"""Country, indicator, breakdown, start, end."""

Event = tuple[str, str, str, str]
"""Country, indicator, start, end."""

EXCLUSIVE = ("exclusive", "exhaustive")
"""Kinds of relation by which the parts of a whole exclude each other."""


_NO_LIMIT = np.inf, Figure(np.inf)


class There(NamedTuple):
    """What is printed on a cell that is related to the one of a claim.

    ``detail`` is what the relation goes by; ``own`` is the figure that the source of the claim prints, ``kept`` the one
    that was kept, both nan where there is none; ``first_printed`` says when each upstream first printed the latter;
    ``most`` is the largest that is printed in any way, with the largest number that it can be.
    """

    detail: str
    indicator: str
    breakdown: str
    own: float
    kept: float
    first_printed: dict[str, float]
    most: tuple[float, Figure]

    @property
    def is_own(self) -> bool:
        """Whether the source of the claim prints a figure."""
        return self.own == self.own

    @property
    def is_kept(self) -> bool:
        """Whether it does, and the figure was kept: one that was set aside proves nothing against another."""
        return self.own == self.kept


class Figures:
    """Exact figures of the countries and years of rejected claims.

    Parameters
    ----------
    judged : pandas.DataFrame
        All claims with ``accepted``.
    vocabulary : Vocabulary
        Dimensions, events and rules, which say what is related.
    """

    def __init__(self, judged: pd.DataFrame, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        judged = judged.assign(date=published_years(judged["published"]), year=judged["period_end"].str[:4].astype(int))
        exact, lost = judged[judged["qualifier"] == "exact"], judged[~judged["accepted"].astype(bool)]
        near = pd.concat([lost[["country", "year"]].assign(year=lost["year"] + step) for step in (-1, 0, 1)])
        figures = exact.merge(near.drop_duplicates())
        printed = judged.dropna(subset=["upper"]).merge(lost[["country", "year"]].drop_duplicates())
        printed = printed.sort_values("upper", kind="stable")
        most = map(Figure, printed["value"], printed["qualifier"], repeat(None), printed["breakdown"])
        self._most = dict(zip(_places(printed), zip(printed["upper"].astype(float), most, strict=True), strict=True))
        self._kept: dict[Place, float] = {}
        self._first_printed: dict[Place, dict[str, float]] = defaultdict(dict)
        self._own: dict[tuple[str, Event], dict[str, float]] = defaultdict(dict)
        self._editions: dict[tuple[str, Place], list[tuple[float, float, str]]] = defaultdict(list)
        places, columns = _places(figures), ["source_id", "publisher", "upstream", "date", "value", "accepted"]
        of_lost = set(_places(lost))
        rows: Iterator[Any] = zip(places, *map(figures.get, columns), strict=True)
        for place, source, publisher, upstream, date, value, accepted in rows:
            if accepted:
                self._kept.setdefault(place, value)
                known = self._first_printed[place]
                known[upstream] = min(date, known.get(upstream, np.inf))
            own = self._own[source, (*place[:2], *place[3:])]
            own[place[2]] = max(value, own.get(place[2], 0.0))
            if place in of_lost:
                self._editions[publisher, place].append((date, value, source))
        self._parts: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        self._printed = set(zip(figures["indicator"], figures["breakdown"], strict=True))
        for indicator, breakdown in sorted(self._printed):
            for whole, kind, key, _ in breakdowns.edges(breakdown, vocabulary, indicator):
                if kind in EXCLUSIVE:
                    self._parts[indicator, whole].append((key, breakdown))
        self._related = functools.cache(self._list_related)

    def beside(self, row: Any, relation: str) -> Iterator[There]:
        """Look up the cells that are related to the one of a claim.

        Parameters
        ----------
        row : named tuple
            A row of `rejected`.
        relation : str
            ``event`` (counts the same events under another indicator), ``apart`` (some of them under a name of their
            own), ``rule`` (adds up to it, or lies in it, by a rule), ``whole`` (has it as a part, at some remove),
            ``rest`` (has it as a part that excludes others), ``part`` or ``sibling`` (exclude each other), ``fold``
            (the category that some count with it, and those within its own) or ``total``.
        """
        for detail, indicator, breakdown in self._related(row.indicator, row.breakdown)[relation]:
            yield self._at(row, detail, indicator, breakdown, row.period_start, row.period_end)

    def years_beside(self, row: Any) -> Iterator[There]:
        """Look up the year before and the one after; ``detail`` is the year."""
        for year in (row.year - 1, row.year + 1):
            yield self._at(row, str(year), row.indicator, row.breakdown, f"{year}-01-01", f"{year}-12-31")

    def _at(self, row: Any, detail: str, indicator: str, breakdown: str, start: str, end: str) -> There:
        place, event = (row.country, indicator, breakdown, start, end), (row.country, indicator, start, end)
        own = self._own.get((row.source_id, event), {}).get(breakdown, np.nan)
        most = self._most.get(place, _NO_LIMIT)
        return There(detail, indicator, breakdown, own, self._kept.get(place, np.nan), self.first_printed(place), most)

    def first_printed(self, place: Place) -> dict[str, float]:
        """Return when each upstream first printed the figure that was kept of a cell."""
        return self._first_printed.get(place, {})

    def editions(self, row: Any) -> list[tuple[float, float, str]]:
        """Return what all editions of the publisher of a claim print on its cell: date, value and source."""
        return self._editions.get((row.publisher, place_of(row)), [])

    def copied_from(self, row: Any) -> str:
        """Return a breakdown, neither above nor below its own, for which the source prints the same number.

        An edition that repeats the number of an earlier one may have copied the slip.
        """
        own, event = breakdowns.parse(row.breakdown).items(), (*place_of(row)[:2], *place_of(row)[3:])
        others = [source for _, value, source in self.editions(row) if value == row.value]
        for source in (row.source_id, *others) if row.value >= self.vocabulary.causes.shift_from else ():
            for part, value in sorted(self._own.get((source, event), {}).items()):
                keys = breakdowns.parse(part).items() if value == row.value else own
                if not (own <= keys or keys <= own):
                    return part
        return ""

    def _list_related(self, indicator: str, breakdown: str) -> dict[str, list[tuple[str, str, str]]]:
        """List the related cells of the same period by relation: detail, indicator and breakdown."""
        vocabulary = self.vocabulary
        found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        found["total"].append(("", indicator, ""))
        for same in vocabulary.same_event:
            if indicator in same.indicators:
                others = [name for name in same.indicators if name != indicator]
                places = dict.fromkeys((breakdown, ""))
                found["event"] += [("", name, part) for name in others for part in places]
                found["apart"] += [("", name, part) for name in same.apart for part in places]
        for rule in vocabulary.rules:
            if rule.whole == indicator:
                found["rule"] += [(rule.name, part, breakdown) for part in rule.parts]
        for relation in ("event", "apart", "rule"):
            found[relation] = [place for place in found[relation] if place[1:] in self._printed]
        found["part"] += [(key, indicator, part) for key, part in self._parts[indicator, breakdown]]
        for whole, kind, key, _ in breakdowns.edges(breakdown, vocabulary, indicator):
            if kind in (*EXCLUSIVE, "overlapping"):
                found["whole"] += [("", indicator, whole), ("", indicator, "")]
            if kind in EXCLUSIVE:
                found["rest"].append((key, indicator, whole))
                beside = [part for other, part in self._parts[indicator, whole] if other == key and part != breakdown]
                found["sibling"] += [(key, indicator, part) for part in beside]
        found["fold"] += [(folded, indicator, part) for folded, part in breakdowns.folds(breakdown, vocabulary)]
        return found


def _places(claims: pd.DataFrame) -> Iterator[Place]:
    return zip(*(claims[name].tolist() for name in CELL), strict=True)


def place_of(row: Any) -> Place:
    """Return the cell that a claim is on."""
    return row.country, row.indicator, row.breakdown, row.period_start, row.period_end


def rejected(judged: pd.DataFrame, cell_bounds: np.ndarray, vocabulary: Vocabulary) -> pd.DataFrame:
    """Put each rejected claim beside the bounds of its cell.

    Parameters
    ----------
    judged : pandas.DataFrame
        All claims with ``accepted``, ``lower`` and ``upper``.
    cell_bounds : numpy.ndarray of float, shape (n_claims, 2)
        Bounds of the cell of each claim.
    vocabulary : Vocabulary
        Says how near is near.

    Returns
    -------
    pandas.DataFrame
        Columns of the claims; ``kept_lower`` and ``kept_upper``, also as ``known``, and ``kept`` where they meet;
        ``below``, ``distance`` and ``near``; ``date`` in years, ``year`` and ``kind`` of the period.
    """
    lost = ~judged["accepted"].to_numpy(bool)
    columns = ["source_id", "publisher", "upstream", "tier", "published", "qualifier", "value", "value_upper", *CELL]
    rows = judged.loc[lost].reindex(columns=columns)
    rows["lower"] = judged.loc[lost, "lower"].astype(float)
    rows["upper"] = judged.loc[lost, "upper"].astype(float).fillna(np.inf)
    rows["kept_lower"], rows["kept_upper"] = cell_bounds[lost].T
    rows["known"] = pd.Series([bounds(*ends) for ends in cell_bounds[lost].tolist()], rows.index, dtype=object)
    rows["kept"] = rows["kept_lower"].where(rows["kept_lower"] == rows["kept_upper"])
    rows["below"] = rows["value"] < rows["kept_lower"]
    nearest = rows["kept_lower"].where(rows["below"], rows["kept_upper"])
    rows["distance"] = (rows["value"] - nearest).where(~rows["below"], nearest - rows["value"]).clip(lower=0)
    limits = vocabulary.causes
    rows["near"] = rows["distance"] <= np.maximum(limits.near_count, limits.near_share * nearest)
    rows["date"] = published_years(rows["published"])
    rows["year"] = rows["period_end"].str[:4].astype(int)
    rows["kind"] = [period_kind(*days) for days in zip(rows["period_start"], rows["period_end"], strict=True)]
    return rows
