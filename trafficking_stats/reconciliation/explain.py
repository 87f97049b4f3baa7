"""Explain the cells of a country: every claim, kept or rejected and why, and what forces the bounds."""

import functools
from collections import defaultdict
from collections.abc import Mapping
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trafficking_stats.claims import load_sources
from trafficking_stats.countries import other_countries
from trafficking_stats.errors import ReconciliationError
from trafficking_stats.intervals import period_label
from trafficking_stats.messages import say
from trafficking_stats.messages.values import written
from trafficking_stats.reconciliation import words
from trafficking_stats.reconciliation.evidence import Figure, RuleName, as_printed, bounds
from trafficking_stats.reconciliation.methods import DEFAULT
from trafficking_stats.reconciliation.proofs import Component, Proof
from trafficking_stats.reconciliation.rules import Cell
from trafficking_stats.reconciliation.settle import Settled
from trafficking_stats.reconciliation.words import Explanation
from trafficking_stats.vocabulary import Vocabulary
from trafficking_stats.wording import meant, part_of

Ints = NDArray[np.int64]

_LONG = 12
"""Terms of a line that is not needed to understand a verdict, up to which it is written out."""


class Explainer:
    """Explains cells of one country, in the current language; what they share is built once.

    Parameters
    ----------
    settled : Settled
        The system of the country, and its solution.
    claims : pandas.DataFrame
        The judged claims, which may have lost some since.
    cells : pandas.DataFrame
        Every cell that is shown: ``country, indicator, breakdown, start, end, estimate, lower, upper, status``.
    country, method : str
        Which country, and how clashes were resolved.
    vocabulary : Vocabulary
        Labels of rules.
    """

    def __init__(
        self,
        settled: Settled,
        claims: pd.DataFrame,
        cells: pd.DataFrame,
        country: str,
        method: str,
        vocabulary: Vocabulary,
    ) -> None:
        self._settled, self._country, self._method, self._all = settled, country, method, cells
        self._labels = {rule.name: RuleName(rule.name, rule.label) for rule in vocabulary.rules}
        own: list[dict[str, Any]] = claims[claims["country"] == country].to_dict("records")  # type: ignore[assignment]
        self._claims = {claim["claim_id"]: claim for claim in own}
        self._inside: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
        for claim in own:
            start, end = claim["period_start"], claim["period_end"]
            # what is about a part of a year is told within the year
            year = (f"{end[:4]}-01-01", f"{end[:4]}-12-31") if start[:4] == end[:4] else (start, end)
            for period in dict.fromkeys([year, (start, end)]):
                self._inside[claim["indicator"], claim["breakdown"], *period].append(claim)
        self._place = settled.cells_of(country)
        self._names: dict[int, Cell] = {number: (country, *place) for place, number in self._place.items()}  # type: ignore[misc]
        rows: Any = cells[cells["country"] == country].itertuples()
        self._rows = {(row.indicator, row.breakdown, row.start, row.end): row for row in rows}
        self._components: dict[int, Component] = {}
        groups, rules = settled.system.groups, settled.system.rules.table
        names = ("cell", "lower", "upper", "leader")
        self._cell, self._lower, self._upper, self._leader = (groups[name].to_numpy() for name in names)
        self._kinds, self._details = (rules[name].to_numpy() for name in ("kind", "detail"))

    def cell(self, indicator: str, year: int | tuple[str, str], breakdown: str = "") -> Explanation:
        """Explain one cell; see `Reconciliation.explain`."""
        place = self.place_of(indicator, year, breakdown)
        row = self._rows[place]
        here, solution = self._place[place], self._settled.solution
        inside = sorted(self._inside.get(place, []), key=itemgetter("source_id"))
        inside.sort(key=itemgetter("published"), reverse=True)
        inside.sort(key=itemgetter("accepted"), reverse=True)
        told: dict[Any, tuple[str, str]] = {}
        rows = tuple(self._tell(claim, here, told) for claim in inside)
        known = bounds(row.lower, row.upper)
        summary = words.summary(inside, known, row.status)
        if self._method != DEFAULT:
            figures = say("common.figures", n=len(inside))
            summary = say("reconciliation.summary.picked", figures=figures, method=say(f"pages.method.{self._method}"))
        said = [summary, *words.aside(inside), *([say("reconciliation.not_proven")] if solution.status else [])]
        title = words.title((self._country, *place), None if pd.isna(row.estimate) else int(row.estimate), known)
        return Explanation(title, " ".join(said), rows, self._forced(here, row) if solution.ruled else ())

    def place_of(self, indicator: str, year: int | tuple[str, str], breakdown: str = "") -> tuple[str, str, str, str]:
        """Return indicator, breakdown, first and last day of a cell that there is."""
        period = year if isinstance(year, tuple) else (f"{int(year)}-01-01", f"{int(year)}-12-31")
        place = indicator, breakdown, *period
        if place in self._rows:
            return place
        cells, what = self._all, f"no cell for {self._country} {indicator}"
        own = cells[cells["country"] == self._country]
        same = own[own["indicator"] == indicator]
        if own.empty:
            raise ReconciliationError(f"{what}{other_countries(self._country, set(cells['country']))}")
        if same.empty:
            have = sorted(set(own["indicator"]))
            hint = meant(indicator, have) or "."
            raise ReconciliationError(f"{what}{hint} Indicators of {self._country}: {', '.join(have)}")
        known = f"figures of {', '.join(map(part_of, sorted(set(same['breakdown']))))}"
        same = same[same["breakdown"] == breakdown]
        known = f"years {', '.join(map(period_label, same['start'], same['end']))}" if len(same) else known
        raise ReconciliationError(f"{what}, {part_of(breakdown)}, in {period_label(*period)}; there are the {known}")

    def _component(self, cell: int) -> tuple[Component, Ints]:
        """Return the component of a cell, and the groups of claims in it that are kept."""
        number = int(self._settled.component[cell])
        if number not in self._components:
            self._components[number] = self._settled.component_of(cell)
        component = self._components[number]
        return component, component.groups[self._settled.solution.accepted[component.groups]]

    @functools.cached_property
    def _addresses(self) -> dict[tuple[str, ...], str]:
        """The addresses of the sources that ship with the package; another source of the same id gets none."""
        known = load_sources()[["source_id", "publisher", "published", "url"]]
        return {tuple(source): url for *source, url in known.itertuples(index=False)}

    def _tell(self, claim: dict[str, Any], here: int, told: dict[Any, tuple[str, str]]) -> dict[str, str]:
        """Describe one claim on a cell; what is to be told of claims that say the same is told once."""
        group = self._settled.group_of[claim["claim_id"]]
        upper = say("reconciliation.no_bound") if np.isinf(self._upper[group]) else written(int(self._upper[group]))
        clash = if_kept = ""
        if not claim["accepted"]:
            same = group, claim["clashes_with"]
            clash, if_kept = told[same] = told.get(same) or self._tell_clash(group, claim, here)
        text = {name: value for name, value in claim.items() if isinstance(value, str)}
        text["note"] = text.get("scope_note", "")
        row = {
            **{name: text.get(name, "") for name in words.FROM_CLAIM},
            "verdict": "kept" if claim["accepted"] else "rejected",
            "figure": figure_of(claim).in_words(),
            "interval": f"[{written(int(self._lower[group]))}, {upper}]",
            "source": claim["source_id"],
            "evidence": str(claim["evidence"]),
            "clash": clash,
            "if_kept": if_kept,
        }
        row["url"] = row["url"] or self._addresses.get((claim["source_id"], claim["publisher"], claim["published"]), "")
        return row

    def _tell_clash(self, group: int, claim: dict[str, Any], here: int) -> tuple[str, str]:
        """Say what a rejected claim cannot be true with, and what the cell would be had it been kept."""
        names = claim["clashes_with"].split(";")
        rivals = [self._claims[name] for name in names if name in self._claims]  # some may have been left out since
        voices = [f"{figure_of(rival).in_words()} ({words.source_of(rival)})" for rival in rivals]
        clash = written(voices) if voices else ""
        cell, lower, upper = int(self._cell[group]), float(self._lower[group]), float(self._upper[group])
        own = bounds(lower, upper)
        if not self._settled.solution.ruled:
            return clash, written(own)
        against = np.array(sorted({self._settled.group_of[rival["claim_id"]] for rival in rivals}), dtype=np.int64)
        component, kept = self._component(cell)
        direct, elsewhere = bool((self._cell[against] == cell).all()), kept[self._cell[kept] != cell]
        proof = component.exclude(cell, lower, upper, elsewhere if direct else against)
        line = self._line(proof)
        if not (direct and rivals):
            clash = line or clash
        elif proof is not None and line:
            line = say("reconciliation.line.long") if len(proof.terms) > _LONG else line
            clash += f"; {say('reconciliation.nor', line=line)}"
        if cell != here and line:
            clash += say("reconciliation.line.where", cell=words.name(self._names[cell], self._names[here]))
        # in its cell it takes the place of what contradicts it, where what is kept elsewhere lets it
        beside = kept[(self._lower[kept] <= upper) & (self._upper[kept] >= lower) & (self._cell[kept] == cell)]
        rest = np.setdiff1d(np.append(elsewhere, beside), against)
        left = None if direct and proof else component.bounds(here, np.append(rest, group))
        if left is not None:
            return clash, written(bounds(*left))
        return clash, say(f"reconciliation.{'more' if cell != here else 'and_more'}_would_go", value=own)

    def _forced(self, here: int, row: Any) -> tuple[str, ...]:
        """Write the arithmetic of each bound that no claim on the cell gives by itself."""
        own = self._settled.solution.accepted & (self._cell == here)
        is_forced = {
            "upper": pd.notna(row.upper) and not (self._upper[own] <= row.upper).any(),
            "lower": row.lower > 0 and not (self._lower[own] >= row.lower).any(),
        }
        ends = [end for end, forced in is_forced.items() if forced]
        if not ends:
            return ()  # before a component is cut out, which takes time
        component, kept = self._component(here)
        proofs = [component.prove(here, upper=end == "upper", using=kept) for end in ends]
        # an equation says both at once
        exact = [proof for proof in proofs if proof is not None and proof.exact][:1]
        return tuple(filter(None, map(self._line, exact or proofs)))

    def _line(self, proof: Proof | None) -> str:
        """Write a proof; empty where no rule takes part."""
        if proof is None or not proof.rules:
            return ""
        here, terms = self._names[proof.cell], []
        for group, times, bound in proof.terms:
            claim = self._claims.get(self._settled.claim_ids[self._leader[group]])
            name = words.name(self._names[int(self._cell[group])], here)
            terms.append((times, bound, name, words.source_of(claim) if claim else ""))
        used = [self._details[rule].split(" ")[0] for rule in proof.rules if self._kinds[rule] == "indicator"]
        return words.line(proof, terms, [self._labels[name] for name in dict.fromkeys(used)])


def figure_of(claim: Mapping[str, Any]) -> Figure:
    """Return the figure that a claim prints."""
    return as_printed(claim["value"], claim["qualifier"], claim.get("value_upper"))
