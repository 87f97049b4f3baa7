"""Explain the cells of a country: every claim, kept or rejected and why, and what forces the bounds."""

from __future__ import annotations

import difflib
import functools
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trafficking_stats.claims import load_sources
from trafficking_stats.errors import ReconciliationError
from trafficking_stats.intervals import period_label
from trafficking_stats.linear import LinearSystem, LinearSystemError
from trafficking_stats.names import breakdown_name, country_name
from trafficking_stats.reconciliation.arithmetic import Words
from trafficking_stats.reconciliation.cells import build_system
from trafficking_stats.reconciliation.chains import Chain, Network, Part, Steps
from trafficking_stats.reconciliation.explanation import COLUMNS, NOR, Explanation
from trafficking_stats.reconciliation.methods import DEFAULT
from trafficking_stats.reconciliation.sensitivity import linked
from trafficking_stats.reconciliation.series import figure
from trafficking_stats.wording import counted, label_of, listed, source_name

if TYPE_CHECKING:
    from trafficking_stats.reconciliation.result import Reconciliation

__all__ = ["Explainer", "Explanation", "span"]

Period = tuple[str, str]
"""First and last day, both in, as ISO dates; the first is empty for since records began."""

Cell = tuple[str, str, Period]
"""Indicator, breakdown, period."""

Groups = NDArray[np.int64]


class Explainer:
    """Explains cells of one country; what they share is built once.

    Parameters
    ----------
    rec : Reconciliation
        Whose verdicts to explain.
    country : str
        Which country.
    indicator : str, optional
        Only this one is going to be explained: claims that no rule connects with it are left aside.
    """

    def __init__(self, rec: Reconciliation, country: str, indicator: str = "") -> None:
        self._rec, self._country, self._ruled = rec, country, rec.method == DEFAULT
        claims = rec.claims[rec.claims["country"] == country]
        if indicator:
            claims = claims[claims["indicator"].isin(linked(indicator, rec.vocabulary))]
        claims = claims.reset_index(drop=True)
        self._columns = {str(name): claims[name].tolist() for name in claims}
        self._row_of = {name: row for row, name in enumerate(self._columns["claim_id"])}
        self._inside: dict[Cell, list[int]] = {}
        names = ("indicator", "breakdown", "period_start", "period_end")
        for row, (*what, start, end) in enumerate(zip(*(self._columns[name] for name in names), strict=True)):
            within = _year(int(end[:4])) if start[:4] == end[:4] else (start, end)
            for period in dict.fromkeys([within, (start, end)]):
                self._inside.setdefault((what[0], what[1], period), []).append(row)
        years = rec.series["year"].astype(str)
        self._all = pd.concat([rec.series.assign(start=years + "-01-01", end=years + "-12-31"), rec.periods])
        self._series = self._all[self._all["country"] == country]
        if indicator:
            self._series = self._series[self._series["indicator"] == indicator]
        columns = (self._series[name].tolist() for name in ("indicator", "breakdown", "start", "end"))
        self._known: dict[Cell, int] = {(i, b, (s, e)): n for n, (i, b, s, e) in enumerate(zip(*columns, strict=True))}
        self._system = build_system(claims, rec.vocabulary)
        cells = self._system.cells[["indicator", "breakdown", "start", "end"]].itertuples(name=None)
        self._place: dict[Cell, int] = {(i, b, (s, e)): n for n, i, b, s, e in cells}
        self._cell, self._lower, self._upper = (
            self._system.groups[column].to_numpy() for column in ("cell", "lower", "upper")
        )
        group = self._system.claim_group
        self._kept: Groups = np.unique(group[claims["accepted"].to_numpy(bool) & (group >= 0)])
        self._network, self._words = Network(self._system), Words(self._system, claims, rec.vocabulary)
        self._given: dict[int, Steps] = {}
        self._others: tuple[int, Steps] | None = None
        self._linear: dict[int, tuple[LinearSystem, int]] = {}

    def cell(self, indicator: str, year: int | Period, breakdown: str = "") -> Explanation:
        """Explain one cell; see `Reconciliation.explain`."""
        period = year if isinstance(year, tuple) else _year(int(year))
        key = indicator, breakdown, period
        if key not in self._known:
            raise _missing(self._all, self._country, *key)
        here, row = self._place[key], self._series.iloc[self._known[key]]
        told: dict[tuple[int, str], tuple[str, str]] = {}
        inside = [self._describe(number, here, told) for number in self._inside.get(key, ())]
        table = pd.DataFrame(inside, columns=list(COLUMNS), dtype=object)
        table = table.sort_values(["verdict", "published", "source"], ascending=[True, False, True], ignore_index=True)
        part = f", {breakdown_name(breakdown, self._rec.vocabulary)}" if breakdown else ""
        what = (
            f"{country_name(self._country)}, {label_of(indicator, self._rec.vocabulary)}{part}, {period_label(*period)}"
        )
        title = f"{what}: {span(row.estimate, row.lower, row.upper)}"
        return Explanation(title, _summary(row, table, self._rec.method), table, self._forced(here, row))

    @functools.cached_property
    def _addresses(self) -> dict[tuple[str, ...], str]:
        """The addresses of the sources that ship with the package; another source of the same id gets none."""
        columns = ["source_id", "publisher", "published"]
        known = load_sources()
        return dict(zip(zip(*(known[name] for name in columns), strict=True), known["url"], strict=True))

    def _describe(self, number: int, here: int, told: dict[tuple[int, str], tuple[str, str]]) -> dict[str, str]:
        """Describe one claim on a cell; what is to be told of claims that say the same is told once."""
        claim, group = self._claim(number), int(self._system.claim_group[number])
        clash = if_kept = ""
        upper = "no bound" if np.isinf(self._upper[group]) else format(self._upper[group], ",.0f")
        if not claim["accepted"]:
            same = group, claim["clashes_with"]
            if same not in told:
                told[same] = self._against(*same, here)
            clash, if_kept = told[same]
        known = claim["source_id"], claim["publisher"], claim["published"]
        return {
            "verdict": "kept" if claim["accepted"] else "rejected",
            "figure": figure(claim["value"], claim["qualifier"], self._rec.vocabulary, claim.get("value_upper")),
            "interval": f"[{self._lower[group]:,.0f}, {upper}]",
            "source": claim["source_id"],
            "publisher": claim["publisher"],
            "published": claim["published"],
            "upstream": claim["upstream"],
            "tier": claim["tier"],
            "url": _text(claim.get("url")) or self._addresses.get(known, ""),
            "locator": _text(claim.get("locator")),
            "note": _text(claim.get("scope_note")),
            "cause": claim["cause"],
            "evidence": claim["evidence"],
            "clash": clash,
            "if_kept": if_kept,
        }

    def _forced(self, here: int, row: Any) -> tuple[str, ...]:
        """Write the arithmetic of each bound that no claim on the cell gives by itself."""
        if not self._ruled:
            return ()
        part, chains = self._network.part(here), []
        own = part.groups[self._cell[part.groups] == here]
        own = own[np.isin(own, self._kept)]
        if pd.notna(row.upper) and not (self._upper[own] <= row.upper).any():
            chains.append(_tightest(self._steps(part), here, float(row.upper), upper=True))
        if row.lower > 0 and not (self._lower[own] >= row.lower).any():
            chains.append(_tightest(self._steps(part), here, float(row.lower), upper=False))
        # an equation says both at once
        chains = [chain for chain in chains if chain.exact][:1] or chains
        return tuple(filter(None, (self._words.write(chain, self._kept) for chain in chains)))

    def _kept_in(self, part: Part) -> Groups:
        return part.groups[np.isin(part.groups, self._kept)]

    def _steps(self, part: Part) -> Steps:
        """Pass on the bounds of all claims that are kept, once for each component."""
        first = int(part.cells[0])
        if first not in self._given:
            self._given[first] = part.steps(self._kept_in(part))
        return self._given[first]

    def _without(self, cell: int) -> Steps:
        """Pass on the bounds of all kept claims but those on a cell itself, once while the same cell is explained."""
        if self._others is None or self._others[0] != cell:
            part = self._network.part(cell)
            kept = self._kept_in(part)
            self._others = cell, part.steps(kept[self._cell[kept] != cell])
        return self._others[1]

    def _against(self, group: int, names: str, here: int) -> tuple[str, str]:
        """Say what a rejected group of claims cannot be true with, and what the cell would be had it been kept."""
        # a rival may have been left out of the table since
        rows = [self._row_of[name] for name in names.split(";") if name in self._row_of]
        rivals: Groups = np.unique(self._system.claim_group[np.array(rows, dtype=np.int64)])
        cell = int(self._cell[group])
        direct = bool((self._cell[rivals] == cell).all())
        line = "" if direct else self._spell(self._network.part(cell).steps(rivals), group, rivals)
        clash = line or " and ".join(self._voice(row) for row in rows)
        if not self._ruled:
            return clash, self._span(group)
        excluded = False
        if direct:
            chain = self._excludes(self._without(cell), group)
            excluded = chain is not None
            if chain:
                line = self._words.write(chain, self._kept) if len(chain.terms) <= _LONG else "by a longer sum of them"
                clash += NOR + line
        if cell != here and "x " in clash:
            clash += f", where x is the figure for {self._words.name(cell, here)}"
        part = self._network.part(cell)
        kept = self._kept_in(part)
        replaced = kept[(self._cell[kept] == cell) & ~self._meets(group, kept)]
        together = np.append(np.setdiff1d(kept, np.union1d(rivals, replaced)), group)
        return clash, self._in_vain(group, here) if excluded else self._if_kept(part, group, here, together)

    def _meets(self, group: int, others: Groups) -> NDArray[np.bool_]:
        """Tell which groups have a point in common with one on the same cell."""
        return (self._lower[others] <= self._upper[group]) & (self._upper[others] >= self._lower[group])

    def _excludes(self, steps: Steps, group: int) -> Chain | None:
        """Find the shortest chain that leaves no room for a group of claims."""
        cell, lower, upper = int(self._cell[group]), float(self._lower[group]), float(self._upper[group])
        least, most = steps.bounds(cell)
        if most < lower:
            return steps.chain(cell, upper=True, beyond=lower)
        return steps.chain(cell, upper=False, beyond=upper) if least > upper else None

    def _spell(self, steps: Steps, group: int, rivals: Groups) -> str:
        """Spell out why a group cannot be true with its rivals; single steps nearly always find a line."""
        cell, lower, upper = int(self._cell[group]), float(self._lower[group]), float(self._upper[group])
        chain = (
            self._excludes(steps, group)
            or steps.programme(cell, lower - 1, upper=True)
            or steps.programme(cell, upper + 1, upper=False)
        )
        return self._words.write(chain, rivals) if chain else ""

    def _if_kept(self, part: Part, group: int, here: int, together: Groups) -> str:
        """Bound the cell as it would be with a rejected group in the place of those it clashes with."""
        steps = part.steps(together)
        if steps.contradict:
            return self._in_vain(group, here)
        if not len(part.rules):
            return _span(*steps.bounds(here))
        first = int(part.cells[0])
        if first not in self._linear:
            self._linear[first] = part.linear()
        linear, n_rules = self._linear[first]
        active = np.r_[np.ones(n_rules, dtype=bool), np.isin(part.groups, together)]
        try:
            bounds = linear.bounds([int(np.searchsorted(part.cells, here))], active=active)
        except LinearSystemError:
            return self._in_vain(group, here)
        return _span(float(bounds.lower[0]), float(bounds.upper[0]))

    def _in_vain(self, group: int, here: int) -> str:
        """Say that a group would not fit in the place of its rivals either; of another cell it says no value."""
        more = "further figures that are kept would have to go"
        return f"{self._span(group)}, and {more}" if self._cell[group] == here else more

    def _claim(self, row: int) -> dict[str, Any]:
        return {name: column[row] for name, column in self._columns.items()}

    def _voice(self, row: int) -> str:
        claim = self._claim(row)
        printed = figure(claim["value"], claim["qualifier"], self._rec.vocabulary, claim.get("value_upper"))
        return f"{printed} ({source_name(claim['publisher'], claim['published'])})"

    def _span(self, group: int) -> str:
        return _span(float(self._lower[group]), float(self._upper[group]))


def _tightest(steps: Steps, cell: int, known: float, *, upper: bool) -> Chain:
    """Find what forces a bound that is known; a linear programme is asked where single steps do not reach it."""
    low, high = steps.bounds(cell)
    reached = high <= known if upper else low >= known
    return (None if reached else steps.programme(cell, known, upper=upper)) or steps.chain(cell, upper=upper)


_LONG = 12
"""Terms of a chain that is not needed to understand a verdict, up to which it is written out."""


def _span(low: float, high: float) -> str:
    return span(pd.NA, int(low), pd.NA if np.isinf(high) else int(high))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def span(estimate: object, lower: object, upper: object) -> str:
    """Write an estimate with its bounds: ``77``, ``0 to 4``, ``at least 35``.

    Examples
    --------
    >>> span(77, 77, 77), span(pd.NA, 0, 4), span(100, 100, pd.NA)
    ('77', '0 to 4', 'at least 100')
    """
    if pd.isna(upper):  # type: ignore[call-overload]
        return f"at least {lower:,}"
    if lower == upper:
        return f"{lower:,}"
    bounds = f"{lower:,} to {upper:,}"
    return bounds if pd.isna(estimate) else f"{estimate:,} (between {bounds.replace(' to ', ' and ')})"  # type: ignore[call-overload]


def _year(number: int) -> Period:
    return f"{number}-01-01", f"{number}-12-31"


def _missing(series: pd.DataFrame, country: str, indicator: str, breakdown: str, period: Period) -> ReconciliationError:
    """Say that there is no such cell, and which there are."""
    rows = series[(series["country"] == country) & (series["indicator"] == indicator)]
    if rows.empty:
        have = sorted(set(series.loc[series["country"] == country, "indicator"]))
        near = difflib.get_close_matches(indicator, have, n=1)
        what = (
            f"indicators of {country}: {', '.join(have)}"
            if have
            else f"countries: {', '.join(sorted(set(series['country'])))}"
        )
        return ReconciliationError(
            f"no cell for {country} {indicator}; {f'did you mean {near[0]}? ' if near else ''}{what}"
        )
    same = rows[rows["breakdown"] == breakdown]
    known = (
        f"years {', '.join(map(period_label, same['start'], same['end']))}"
        if len(same)
        else f"breakdowns {', '.join(map(repr, sorted(set(rows['breakdown']))))}"
    )
    return ReconciliationError(
        f"no cell for {country} {indicator} {breakdown!r} in {period_label(*period)}; there are the {known}"
    )


def _summary(row: Any, claims: pd.DataFrame, method: str) -> str:
    """Say in a sentence or two how a value came about."""
    n, kept = int(row.n_claims), int(row.n_accepted)
    if row.status == "deduced":
        if pd.isna(row.upper) and row.lower == 0:
            return "No source prints this figure, and nothing bounds it."
        force = "force it" if pd.notna(row.upper) and row.lower == row.upper else "bound it"
        return f"No source prints this figure; the figures for other counts and the accounting rules {force}."
    upstreams = sorted(set(claims["upstream"]) - {""})
    start = f" Upstream{'s' * (len(upstreams) > 1)}: {listed(upstreams)}." if upstreams else ""
    if method != DEFAULT:
        said = f"Of {counted(n, 'figure')} one was picked by the method {method}; the accounting rules take no part."
    elif kept < n:
        lost = "the other cannot" if n - kept == 1 else f"the other {n - kept} cannot"
        said = f"{kept} of {n} figures kept; {lost} be true with what is kept." if kept else ""
        none = "The only figure" if n == 1 else f"None of the {n} figures"
        said = said or f"{none} can{'not' * (n == 1)} be true with what is kept for other counts."
    elif row.status == "bounded":
        said = f"{counted(n, 'figure')} kept; {'it names' if n == 1 else 'they name'} no number, only an interval."
    else:
        all_of = "Both" if n == 2 else f"All {n}"
        said = "One figure, and nothing speaks against it." if n == 1 else f"{all_of} figures can be true together."
    return said + start
