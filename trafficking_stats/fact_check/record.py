"""What the record holds on any cell and period: its bounds, the claims behind them, and what is found with them."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from trafficking_stats.intervals import period_kind, period_years
from trafficking_stats.messages import say
from trafficking_stats.readers.narrative.results import Cell
from trafficking_stats.reconciliation.result import Reconciliation


@dataclass(frozen=True)
class Held:
    """Bounds of a cell over a period.

    Attributes
    ----------
    lower : int
        Smallest number the accepted claims and the rules allow.
    upper : int or None
        Largest one; None where nothing bounds it.
    claims : pandas.DataFrame
        The claims on the cell within the period, accepted or not, with the columns of `Reconciliation.claims`.
    direct : bool
        Whether accepted claims name every year of the period, or the period itself; otherwise the bounds follow
        from other cells.
    """

    lower: int
    upper: int | None
    claims: pd.DataFrame = field(repr=False)
    direct: bool

    @property
    def exact(self) -> bool:
        """Whether a single number is left."""
        return self.lower == self.upper

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known."""
        return self.lower == 0 and self.upper is None

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of the sources whose claims are accepted, sorted."""
        return tuple(sorted(set(self.claims.loc[self.claims["accepted"], "source_id"])))


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
    """

    def __init__(self, rec: Reconciliation) -> None:
        self.vocabulary = rec.vocabulary
        self._equal = {(rule.country, rule.printed): rule.means for rule in rec.vocabulary.equivalents}
        self._series: dict[tuple[str, str, str], dict[int, tuple[int, int | None]]] = {}
        key = ["country", "indicator", "breakdown"]
        columns = (rec.series[name].tolist() for name in (*key, "year", "lower", "upper"))
        for *names, year, lower, upper in zip(*columns, strict=True):
            ends = 0 if pd.isna(lower) else int(lower), None if pd.isna(upper) else int(upper)
            self._series.setdefault((names[0], names[1], names[2]), {})[int(year)] = ends
        self._periods: dict[Any, pd.DataFrame] = dict(iter(rec.periods.groupby(key)))
        self._claims: dict[Any, pd.DataFrame] = dict(iter(rec.claims.groupby(key)))
        self._no_claim, self._no_period = rec.claims.iloc[:0], rec.periods.iloc[:0]

    def canonical(self, cell: Cell) -> tuple[str, str, str]:
        """Return the key of a cell, a breakdown that means the whole read as the whole."""
        parts = cell.breakdown.split(";") if cell.breakdown else []
        meant = (self._equal.get((cell.country, part), self._equal.get(("*", part), part)) for part in parts)
        return cell.country, cell.indicator, ";".join(sorted(filter(None, meant)))

    def breakdowns(self, country: str, indicator: str) -> list[str]:
        """Return the breakdowns there are of an indicator."""
        return sorted(b for c, i, b in self._series if (c, i) == (country, indicator))

    def cells(self, country: str) -> list[tuple[str, str]]:
        """Return indicator and breakdown of all cells of a country."""
        return sorted((i, b) for c, i, b in self._series if c == country)

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
        key = self.canonical(cell)
        start, end = cell.period_start, cell.period_end
        claims = self._claims.get(key, self._no_claim)
        begins, ends, accepted = (claims[name].to_numpy() for name in ("period_start", "period_end", "accepted"))
        same = (begins == start) & (ends == end)
        named = same & accepted
        lower, upper, is_direct = self._from_years(key, start, end)
        rows = self._periods.get(key, self._no_period)
        known = claims[named], rows[(rows["start"] == start) & (rows["end"] == end)]
        lower = max([lower, *(int(least) for table in known for least in table["lower"].dropna())])
        tops = [int(most) for table in known for most in table["upper"].dropna()]
        upper = min(tops if upper is None else [*tops, upper], default=None)
        inside = same if named.any() else (begins >= start) & (ends <= end)
        return Held(lower, upper, claims[inside], bool(named.any()) or is_direct)

    def at_least(self, cell: Cell) -> tuple[int, tuple[str, ...]]:
        """Return the least that the years of a period add up to, and the sources behind it.

        That is the sum of the least of each year, or the largest figure for several of them, whichever is more.
        """
        key = self.canonical(cell)
        years = self._series.get(key, {})
        claims = self._claims.get(key, self._no_claim)
        start, end = cell.period_start, cell.period_end
        inside = claims[claims["accepted"] & (claims["period_start"] >= start) & (claims["period_end"] <= end)]
        inside = inside[inside["period_start"] != ""].sort_values("lower", ascending=False)
        least = sum(lower for year, (lower, _) in years.items() if int(start[:4]) <= year <= int(end[:4]))
        if len(inside) and inside["lower"].iloc[0] > least:
            return int(inside["lower"].iloc[0]), (inside["source_id"].iloc[0],)
        return least, tuple(sorted(set(inside.loc[inside["lower"] > 0, "source_id"])))

    def _from_years(self, key: tuple[str, str, str], start: str, end: str) -> tuple[int, int | None, bool]:
        """Add up the years of a period; a part of a year is at most what the year is."""
        years = self._series.get(key)
        if years is None or not start:
            return 0, None, False
        touched, covered = period_years(start, end)
        tops = [years.get(year, (0, None))[1] for year in touched]
        upper = None if None in tops else sum(top for top in tops if top is not None)
        lower = sum(years.get(year, (0, None))[0] for year in covered)
        claims = self._claims.get(key, self._no_claim)
        printed = {str(first)[:4] for first in claims["period_start"].to_numpy()[claims["accepted"].to_numpy(bool)]}
        is_whole = period_kind(start, end) in ("year", "years")
        return lower, upper, is_whole and {str(year) for year in touched} <= printed


def _writable(value: Any) -> Any:
    """Return a whole number as such, so that it is not written with decimals, and a range in words."""
    if isinstance(value, tuple):
        low, high = (_writable(round(end, 1)) for end in value)
        return low if low == high else say("common.range", lower=low, upper=high)
    return int(value) if isinstance(value, float) and value.is_integer() else value
