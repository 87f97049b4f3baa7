"""Claims that were settled together, with the system they make and its solution: what all later questions read."""

import functools
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from trafficking_stats.intervals import years_of
from trafficking_stats.reconciliation.cells import System
from trafficking_stats.reconciliation.methods import DEFAULT, pick
from trafficking_stats.reconciliation.proofs import Component
from trafficking_stats.reconciliation.rules import KEY
from trafficking_stats.reconciliation.solve import Solution, solve
from trafficking_stats.vocabulary import Vocabulary


@dataclass(frozen=True)
class Settled:
    """Claims with their system and its solution.

    Parameters
    ----------
    claim_ids : numpy.ndarray of str
        In the order of ``system.claim_group``.
    system : System
        Cells, groups of claims, rules.
    solution : Solution
        Verdicts and bounds.
    """

    claim_ids: NDArray[np.object_]
    system: System
    solution: Solution

    @property
    def accepted(self) -> NDArray[np.bool_]:
        """Whether each claim is kept; one that is no count is, since nothing in the system speaks against it."""
        group = self.system.claim_group
        kept = np.ones(len(group), dtype=bool)
        kept[group >= 0] = self.solution.accepted[group[group >= 0]]
        return kept

    @functools.cached_property
    def group_of(self) -> dict[str, int]:
        """The group of each claim, by its id."""
        return dict(zip(self.claim_ids.tolist(), self.system.claim_group.tolist(), strict=True))

    def cells_of(self, country: str) -> dict[tuple[str, ...], int]:
        """Return the number of each cell of a country, by indicator, breakdown, first and last day."""
        own = self.system.cells[self.system.cells["country"] == country]
        return dict(zip(zip(*(own[name].tolist() for name in KEY[1:]), strict=True), own.index.tolist(), strict=True))

    @functools.cached_property
    def yearly(self) -> dict[Any, dict[int, int]]:
        """The number of each cell of a calendar year, by country, indicator and breakdown, then by year."""
        own = self.system.cells[self.system.cells["kind"] == "year"]
        years = dict(zip(own.index.tolist(), years_of(own["end"]).tolist(), strict=True))
        series = own.groupby(KEY[:3]).indices
        return {name: {years[cell]: cell for cell in own.index[rows].tolist()} for name, rows in series.items()}

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is only kept for speed: the same bytes whatever was asked."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @functools.cached_property
    def component(self) -> NDArray[np.int64]:
        """For each cell the number of its component: cells that rules connect have the same."""
        entries, n = self.system.rules.entries, len(self.system.cells)
        size = n + len(self.system.rules.table)
        ends = entries["cell"].to_numpy(), n + entries["rule"].to_numpy()
        links = coo_array((np.ones(len(entries)), ends), shape=(size, size))
        return np.asarray(connected_components(links, directed=False)[1][:n], dtype=np.int64)

    def component_of(self, cell: int) -> Component:
        """Cut out the component of a cell."""
        return Component(self.system, np.flatnonzero(self.component == self.component[cell]))


def settle(
    system: System, claims: pd.DataFrame, method: str, vocabulary: Vocabulary, time_limit: float | None = None
) -> Settled:
    """Solve the system of some checked claims, or pick one claim a cell."""
    solution = solve(system, time_limit) if method == DEFAULT else pick(system, claims, method, vocabulary)
    return Settled(claims["claim_id"].to_numpy(object), system, solution)
