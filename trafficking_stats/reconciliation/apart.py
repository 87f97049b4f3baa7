"""One reconciliation of many countries, taken apart: what each would be alone, in a fraction of the time."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from trafficking_stats.reconciliation.cells import System
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.reconciliation.rules import Rules
from trafficking_stats.reconciliation.settle import Settled
from trafficking_stats.reconciliation.solve import Solution


def apart(whole: Reconciliation) -> Iterator[tuple[str, Reconciliation]]:
    """Yield each country with its part of a reconciliation.

    No rule ties one country to another, and claims, cells, groups and rules are all sorted by country first: what
    belongs to a country is a slice of each, in the order that it would have alone.

    Parameters
    ----------
    whole : Reconciliation
        Of all of them at once, solved to the end.
    """
    settled = next(iter(whole.settled.values()))
    tables = whole.tables | whole.rivals
    found = {name: dict(list(table.groupby("country"))) for name, table in tables.items()}
    rows, cells = _slices(whole.claims["country"]), _slices(settled.system.cells["country"])
    for country in whole.settled:
        own = {name: found[name].get(country, table[:0]).reset_index(drop=True) for name, table in tables.items()}
        known = _settled(settled, whole.claims["source_id"], rows[country], cells.get(country, slice(0, 0)))
        told: Any = partial(tuple, (own["claims"], own["clashes"]))
        part = replace(whole, series=own["series"], periods=own["periods"], told=told, settled={country: known})
        vars(part)["rivals"] = {name: own[name] for name in whole.rivals}  # as if it had been asked for them
        yield country, part


def _slices(countries: pd.Series) -> dict[str, slice]:
    """Return where the rows of each country stand, which follow each other."""
    names, starts = np.unique(countries.to_numpy(str), return_index=True)
    return {str(name): slice(*ends) for name, ends in zip(names, pairwise([*starts, len(countries)]), strict=True)}


def _settled(whole: Settled, sources: pd.Series, rows: slice, cells: slice) -> Settled:
    """Cut a country out of a system and its solution."""
    system, solution = whole.system, whole.solution

    def within(column: pd.Series, own: slice) -> slice:
        return slice(*np.searchsorted(column, [own.start, own.stop]).tolist())

    groups, rules = within(system.groups["cell"], cells), within(system.rules.table["about"], cells)
    entries = within(system.rules.entries["rule"], rules)

    def cut(table: pd.DataFrame, part: slice, **starts: int) -> pd.DataFrame:
        own = table[part].reset_index(drop=True)
        return own.assign(**{name: own[name] - start for name, start in starts.items()})

    claim_group = system.claim_group[rows]
    own_groups = cut(system.groups, groups, cell=cells.start, leader=rows.start)
    editions = pd.factorize(sources[rows].astype(str), sort=True)[0]
    own_system = System(
        cut(system.cells, cells),
        system.claim_lower[rows],
        system.claim_upper[rows],
        np.where(claim_group >= 0, claim_group - groups.start, -1),
        own_groups.assign(edition=editions[own_groups["leader"]]),
        Rules(
            cut(system.rules.table, rules, about=cells.start),
            cut(system.rules.entries, entries, rule=rules.start, cell=cells.start),
        ),
        cut(system.links, within(system.links["group"], groups), group=groups.start, rival=groups.start),
        system.doubted.loc[rows.start : rows.stop - 1].rename(index=lambda row: row - rows.start),
    )
    conflicts = {
        loser - groups.start: (tuple(k - groups.start for k in others), tuple(k - rules.start for k in tied))
        for loser, (others, tied) in solution.conflicts.items()
        if groups.start <= loser < groups.stop
    }
    bounds = solution.lower[cells], solution.upper[cells]
    own_solution = Solution(solution.accepted[groups], *bounds, conflicts, solution.status, solution.ruled)
    return Settled(whole.claim_ids[rows], own_system, own_solution)
