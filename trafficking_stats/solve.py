"""Solve a system of cells, claims and rules: which claims to reject, and what the others force."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from trafficking_stats.cells import System
from trafficking_stats.linear import LinearSystem
from trafficking_stats.weights import UNITS


@dataclass(frozen=True)
class Solution:
    """What is rejected, and the tightest bounds of every cell.

    Parameters
    ----------
    accepted : numpy.ndarray of bool, shape (n_groups,)
        Whether the claims of the group can stand.
    lower, upper : numpy.ndarray of float, shape (n_cells,)
        Bounds; ``inf`` where nothing bounds a cell.
    conflicts : dict
        For each rejected group the groups, and the rules, that it cannot be true together with; taking any one
        of them away would let it be true.
    status : tuple of str
        What the solver says of the components it did not solve to optimality; empty if it solved all.
    """

    accepted: NDArray[np.bool_]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    conflicts: dict[int, tuple[tuple[int, ...], tuple[int, ...]]]
    status: tuple[str, ...]


def solve(system: System) -> Solution:
    """Reject the cheapest set of claims so that the rest is true together, and bound every cell.

    Parameters
    ----------
    system : System
        Cells, groups of claims, rules.

    Returns
    -------
    Solution
        Exact: cells that no rule touches in closed form, the others by integer programming, one connected
        component at a time.

    References
    ----------
    Fellegi IP, Holt D (1976). A systematic approach to automatic edit and imputation. JASA 71:17-35.
    """
    n_cells, n_groups = len(system.cells), len(system.groups)
    accepted = np.ones(n_groups, dtype=bool)
    lower, upper = np.zeros(n_cells), np.full(n_cells, np.inf)
    conflicts: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {}
    status: list[str] = []
    component = _components(system)
    ruled = np.zeros(n_cells, dtype=bool)
    ruled[system.rules.entries["cell"].to_numpy()] = True

    cell = system.groups["cell"].to_numpy()
    _intersect(system.groups, accepted, lower, upper)
    for clash in np.flatnonzero((lower > upper) & ~ruled):
        members = np.flatnonzero(cell == clash)
        kept = best_point(system.groups.iloc[members])
        accepted[members] = kept
        for loser in members[~kept]:
            conflicts[int(loser)] = ((best_rival(system.groups, int(loser), members[kept]),), ())
    lower[~ruled], upper[~ruled] = 0.0, np.inf
    _intersect(system.groups[accepted & ~ruled[cell]], None, lower, upper)

    groups_of = _members(component[cell])
    rules_of = _members(component[system.rules.entries.drop_duplicates("rule")["cell"].to_numpy()])
    cells_of = _members(component)
    for number in np.unique(component[ruled]):
        part = _solve_component(system, cells_of[number], groups_of.get(number, np.zeros(0, int)), rules_of[number])
        lower[cells_of[number]], upper[cells_of[number]] = part.lower, part.upper
        accepted[list(part.conflicts)] = False
        conflicts |= part.conflicts
        status += part.status
    return Solution(accepted, lower, upper, conflicts, tuple(status))


def solve_cell(system: System, cell: int, group: int) -> tuple[float, float]:
    """Bound a cell as it would be had a rejected group of claims been kept at any price.

    Parameters
    ----------
    system : System
        Cells, groups of claims, rules.
    cell : int
        The cell to bound.
    group : int
        The group to keep.

    Returns
    -------
    lower, upper : float
        Bounds of the cell.
    """
    component = _components(system)
    inside = component == component[cell]
    groups = system.groups[inside[system.groups["cell"]] | (system.groups.index == group)].copy()
    groups.loc[group, "weight"] = groups["weight"].sum() + UNITS
    rules = np.unique(system.rules.entries["rule"][inside[system.rules.entries["cell"]]])
    if not len(rules):
        kept = groups[best_point(groups)]
        return float(kept["lower"].max()), float(kept["upper"].min())
    forced = dataclasses.replace(system, groups=groups)
    part = _solve_component(forced, np.flatnonzero(inside), groups.index.to_numpy(), rules)
    here = int(np.searchsorted(np.flatnonzero(inside), cell))
    return float(part.lower[here]), float(part.upper[here])


def best_point(groups: pd.DataFrame) -> NDArray[np.bool_]:
    """Choose the heaviest set of intervals on one cell that have a point in common.

    Parameters
    ----------
    groups : pandas.DataFrame
        Columns ``lower``, ``upper``, ``weight``, ``leader``, one row an interval.

    Returns
    -------
    numpy.ndarray of bool
        The intervals kept. Between sets of equal weight the one whose first claim in the fixed order is kept.

    Examples
    --------
    >>> rows = pd.DataFrame({"lower": [77, 64], "upper": [77, 64], "weight": [8, 2], "leader": [0, 1]})
    >>> best_point(rows).tolist()
    [True, False]
    """
    lower, upper = groups["lower"].to_numpy(), groups["upper"].to_numpy()
    weight, leader = groups["weight"].to_numpy(), groups["leader"].to_numpy()
    # some best common point is the lower end of an interval
    covers = (lower[None, :] <= lower[:, None]) & (lower[:, None] <= upper[None, :])
    total = covers @ weight
    first = np.where(covers, leader[None, :], np.iinfo(np.int64).max).min(axis=1)
    return np.asarray(covers[np.lexsort((lower, first, -total))[0]])


def best_rival(groups: pd.DataFrame, loser: int, kept: NDArray[np.int64]) -> int:
    """Return the heaviest kept interval of a cell that has no point in common with a rejected one.

    Parameters
    ----------
    groups : pandas.DataFrame
        Columns ``lower``, ``upper``, ``weight``, ``leader``.
    loser : int
        Row of the rejected interval.
    kept : numpy.ndarray of int
        Rows of intervals that have a point in common, which ``loser`` does not contain: on a line at least one
        of them then lies wholly beside it (Helly).

    Returns
    -------
    int
        Row of the rival.
    """
    rows = groups.loc[kept]
    apart = rows[(rows["lower"] > groups.at[loser, "upper"]) | (rows["upper"] < groups.at[loser, "lower"])]
    return int(apart.sort_values(["weight", "leader"], ascending=[False, True]).index[0])


def _intersect(
    groups: pd.DataFrame, accepted: NDArray[np.bool_] | None, lower: NDArray[np.float64], upper: NDArray[np.float64]
) -> None:
    rows = groups if accepted is None else groups[accepted]
    np.maximum.at(lower, rows["cell"].to_numpy(), rows["lower"].to_numpy())
    np.minimum.at(upper, rows["cell"].to_numpy(), rows["upper"].to_numpy())


def _components(system: System) -> NDArray[np.int64]:
    entries = system.rules.entries
    n_cells, n_rules = len(system.cells), len(system.rules.table)
    links = coo_array(
        (np.ones(len(entries)), (entries["cell"].to_numpy(), n_cells + entries["rule"].to_numpy())),
        shape=(n_cells + n_rules, n_cells + n_rules),
    )
    return np.asarray(connected_components(links, directed=False)[1][:n_cells], dtype=np.int64)


def _members(labels: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    order = np.argsort(labels, kind="stable")
    values, starts = np.unique(labels[order], return_index=True)
    return dict(zip(values.tolist(), np.split(order, starts[1:]), strict=True)) if len(order) else {}


def _solve_component(
    system: System, cells: NDArray[np.int64], groups: NDArray[np.int64], rules: NDArray[np.int64]
) -> Solution:
    """Hand one connected component to the linear system and read its answer back."""
    local = dict(zip(cells.tolist(), range(len(cells)), strict=True))
    linear = LinearSystem(len(cells), np.inf)
    entries = system.rules.entries
    chosen = entries[entries["rule"].isin(rules)]
    equal = system.rules.table["equal"].to_numpy()
    for rule, rows in chosen.groupby("rule", sort=True):
        row = {local[c]: float(k) for c, k in zip(rows["cell"], rows["coefficient"], strict=True)}
        linear.add(row, 0.0, 0.0 if equal[rule] else np.inf, label=str(rule))
    edition: dict[int, int] = {}
    for group in groups:
        cell, low, high, weight, leader = system.groups.loc[group, ["cell", "lower", "upper", "weight", "leader"]]
        number = linear.add({local[int(cell)]: 1.0}, low, high, weight / UNITS, label=str(group))
        edition[number] = int(leader)
    located = linear.locate_errors()
    first = len(rules)
    conflicts = {}
    for number in located.dropped:
        clash = linear.irreducible(number)
        against = tuple(int(groups[k - first]) for k in clash if k >= first)
        conflicts[int(groups[number - first])] = (against, tuple(int(np.sort(rules)[k]) for k in clash if k < first))
    ranges = linear.ranges()
    status = () if located.status == "optimal" else (located.status,)
    accepted = np.ones(0, dtype=bool)
    return Solution(accepted, ranges[:, 0], ranges[:, 1], conflicts, status)
