"""What the record holds on any cell and period: its bounds, the claims behind them, and what is found with them."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from trafficking_stats.intervals import period_kind, period_years
from trafficking_stats.messages import Bounds, say
from trafficking_stats.readers.narrative.results import Cell
from trafficking_stats.reconciliation.result import Reconciliation

Key = tuple[str, str, str]
"""Country, indicator and breakdown."""


@dataclass(frozen=True)
class Range:
    """The numbers that a quantity may take; both ends in."""

    low: float
    high: float

    def against(self, low: float, high: float) -> bool | None:
        """Whether all numbers lie between two ends, none does, or some do (None)."""
        if low <= self.low and self.high <= high:
            return True
        return False if self.high < low or high < self.low else None

    @property
    def upper(self) -> float | None:
        """The upper end, None where there is none."""
        return self.high if math.isfinite(self.high) else None

    def allows(self, value: float | None) -> bool:
        """Whether a number lies between the ends, if there is one."""
        return value is None or self.low <= value <= self.high

    @property
    def bounds(self) -> Bounds:
        """The same for words."""
        return Bounds(int(self.low), None if self.upper is None else int(self.high))


@dataclass(frozen=True)
class Held(Range):
    """Bounds of a cell over a period.

    They are the smallest and the largest number that the accepted claims and the rules allow.

    Attributes
    ----------
    claims : list
        The rows of `Reconciliation.claims` on the cell within the period, accepted or not.
    direct : bool
        Whether accepted claims name every year of the period, or the period itself; otherwise the bounds follow
        from other cells.
    """

    claims: list[Any] = field(repr=False)
    direct: bool

    @property
    def exact(self) -> bool:
        """Whether a single number is left."""
        return self.low == self.high

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known."""
        return self.low == 0 and self.upper is None

    @property
    def is_known(self) -> bool:
        """Whether the bounds are printed, and not only deduced."""
        return self.direct and not self.is_empty

    @property
    def accepted(self) -> list[Any]:
        """The claims that are accepted."""
        return [claim for claim in self.claims if claim.accepted]

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of the sources whose claims are accepted, sorted."""
        return tuple(sorted({claim.source_id for claim in self.accepted}))


@dataclass(frozen=True)
class Finding:
    """What the record says of one figure or statement.

    Attributes
    ----------
    verdict : str
        agrees, superseded, other_unit, contradicts or unknown.
    code : str
        Why; an entry of the catalogue ``factcheck`` of that name says it in words.
    lower, upper : float or None
        What the record allows, in the unit of the value; None where it does not say.
    sources : tuple of str
        Sources behind the finding.
    values : dict
        What the words need.
    """

    verdict: str
    code: str
    lower: float | None = None
    upper: float | None = None
    sources: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """Why, in the words of the language in use."""
        return say("factcheck.why." + self.code, **{key: _writable(value) for key, value in self.values.items()})


class Record:
    """A reconciliation, asked for cells in any period.

    Parameters
    ----------
    rec : Reconciliation
        Without the document that is checked: a source cannot confirm itself.
    of_sources : bool
        Whether it is the sources themselves that are judged: that one prints a figure then says nothing for it.
    """

    def __init__(self, rec: Reconciliation, *, of_sources: bool = False) -> None:
        self.of_sources = of_sources
        self.vocabulary = rec.vocabulary
        self._equal = {(rule.country, rule.printed): rule.means for rule in rec.vocabulary.equivalents}
        self._claims, self._periods = _by_cell(rec.claims), _by_cell(rec.periods)
        self._printed: defaultdict[tuple[str, float], list[Any]] = defaultdict(list)
        for own in self._claims.values():
            for claim in own:
                self._printed[claim.country, claim.value].append(claim)
        self._years = {key: {row.year: row for row in rows} for key, rows in _by_cell(rec.series).items()}

    def canonical(self, cell: Cell) -> tuple[str, str, str]:
        """Return the key of a cell, a breakdown that means the whole read as the whole."""
        parts = cell.breakdown.split(";") if cell.breakdown else []
        meant = (self._equal.get((cell.country, part), self._equal.get(("*", part), part)) for part in parts)
        return cell.country, cell.indicator, ";".join(sorted(filter(None, meant)))

    def cells(self, country: str) -> list[tuple[str, str]]:
        """Return indicator and breakdown of all cells of a country."""
        return sorted((i, b) for c, i, b in self._years if c == country)

    def printing(self, cell: Cell) -> list[Any]:
        """Return the claims that print the number of a cell for anything of its country, up to a year away."""
        start, end = str(int(cell.period_start[:4]) - 1), str(int(cell.period_end[:4]) + 1)
        alike = [] if self.of_sources else self._printed.get((cell.country, cell.value or 0.0), [])
        return [one for one in alike if one.period_start[:4] <= end and one.period_end[:4] >= start]

    def held(self, cell: Cell) -> Held:
        """Bound a cell over its period.

        Parameters
        ----------
        cell : Cell
            Country, indicator, breakdown, period; its value plays no part.

        Returns
        -------
        Held
            From 0 to nothing known where the record has no figure.
        """
        key, start, end = self.canonical(cell), cell.period_start, cell.period_end
        claims = self._claims.get(key, [])
        same = [claim for claim in claims if (claim.period_start, claim.period_end) == (start, end)]
        named = [claim for claim in same if claim.accepted]
        known = [row for row in self._periods.get(key, []) if (row.start, row.end) == (start, end)]
        lower, upper, is_direct = self._from_years(key, start, end)
        lower = max(lower, *(row.lower for row in (*named, *known)), 0)
        upper = min(upper, *(row.upper for row in (*named, *known)), math.inf)
        inside = same if named else [row for row in claims if start <= row.period_start and row.period_end <= end]
        return Held(lower, upper, inside, bool(named) or is_direct)

    def at_least(self, cell: Cell) -> tuple[int, tuple[str, ...]]:
        """Return the least that the years of a period add up to, and the sources behind it.

        That is the sum of the least of each year, or the largest figure for several of them, whichever is more.
        """
        key, start, end = self.canonical(cell), cell.period_start, cell.period_end
        years = self._years.get(key, {}).items()
        least = sum(row.lower for year, row in years if int(start[:4]) <= year <= int(end[:4]))
        dated = [row for row in self._claims.get(key, []) if row.accepted and row.period_start]
        inside = [row for row in dated if start <= row.period_start and row.period_end <= end]
        largest = max(inside, key=lambda row: row.lower, default=None)
        if largest and largest.lower > least:
            return int(largest.lower), (largest.source_id,)
        return int(least), tuple(sorted({row.source_id for row in inside if row.lower > 0}))

    def _from_years(self, key: Key, start: str, end: str) -> tuple[float, float, bool]:
        """Add up the years of a period, and say whether each is printed; its part is at most what a year is."""
        years = self._years.get(key)
        if years is None or not start:
            return 0, math.inf, False
        touched, covered = period_years(start, end)
        lower = sum(years[year].lower for year in covered if year in years)
        upper = sum(years[year].upper if year in years else math.inf for year in touched)
        printed = {row.period_start[:4] for row in self._claims.get(key, []) if row.accepted}
        is_whole = period_kind(start, end) in ("year", "years") and {str(year) for year in touched} <= printed
        return lower, upper, is_whole


def _by_cell(table: pd.DataFrame) -> dict[Key, list[Any]]:
    """Return the rows of a table by cell; bounds that are not known are 0 and infinite."""
    table = table.astype({"lower": float, "upper": float}).fillna({"lower": 0, "upper": math.inf})
    found: defaultdict[Key, list[Any]] = defaultdict(list)
    rows: Iterable[Any] = table.itertuples(index=False)
    for row in rows:
        found[row.country, row.indicator, row.breakdown].append(row)
    return found


def _writable(value: Any) -> Any:
    """Return a whole number as such, so that it is not written with decimals, and a range in words."""
    if isinstance(value, tuple):
        low, high = (_writable(round(end, 1)) for end in value)
        return low if low == high else say("common.range", lower=low, upper=high)
    return int(value) if isinstance(value, float) and value.is_integer() else value
