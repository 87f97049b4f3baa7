"""Solve a system of cells, claims and rules: which claims to reject, and what the others force."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from trafficking_stats.cells import System
from trafficking_stats.linear import LinearSystem
from trafficking_stats.locate import locate
from trafficking_stats.rules import Rules
from trafficking_stats.weights import UNITS

TIME_LIMIT = 60.0
"""Seconds after which the search in one component stops; the status then says how far it came."""

_LARGE = 40
"""Components with more groups of claims than this are located by one programme, the others all at once."""


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
    n_cells = len(system.cells)
    cell = system.groups["cell"].to_numpy()
    ruled = np.zeros(n_cells, dtype=bool)
    ruled[system.rules.entries["cell"].to_numpy()] = True
    accepted, conflicts = _solve_single(system, ~ruled)
    lower, upper = np.zeros(n_cells), np.full(n_cells, np.inf)
    _intersect(system.groups[accepted & ~ruled[cell]], lower, upper)
    if not ruled.any():
        return Solution(accepted, lower, upper, conflicts, ())

    groups = np.flatnonzero(ruled[cell])
    matrix = rule_matrix(system)
    linear = _linear(system, matrix, groups)
    dropped, status = _locate(system, matrix, groups)
    first = matrix.shape[0]
    kept = np.ones(len(linear), dtype=bool)
    kept[first + dropped] = False
    sets = linear.irreducible_sets((first + dropped).tolist(), active=kept)
    for row, members in sets.items():
        rules = tuple(k for k in members if k < first)
        conflicts[int(groups[row - first])] = (tuple(int(groups[k - first]) for k in members if k >= first), rules)
    accepted[groups[dropped]] = False
    bounds = linear.bounds(np.flatnonzero(ruled).tolist(), active=kept, time_limit=TIME_LIMIT)
    lower[ruled], upper[ruled] = bounds.lower, bounds.upper
    if bounds.status != "tight":
        status = (*status, bounds.status)
    return Solution(accepted, lower, upper, conflicts, status)


def _solve_single(
    system: System, single: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], dict[int, tuple[tuple[int, ...], tuple[int, ...]]]]:
    """Settle in closed form the clashes on cells that no rule touches."""
    accepted = np.ones(len(system.groups), dtype=bool)
    conflicts: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {}
    lower, upper = np.zeros(len(single)), np.full(len(single), np.inf)
    _intersect(system.groups, lower, upper)
    cell = system.groups["cell"].to_numpy()
    clashing = single & (lower > upper)
    # groups are sorted by cell, so those of one cell stand together
    for here in np.flatnonzero(clashing):
        members = np.arange(*np.searchsorted(cell, [here, here + 1]))
        kept = best_point(system.groups.iloc[members])
        accepted[members] = kept
        for loser in members[~kept]:
            conflicts[int(loser)] = ((best_rival(system.groups, int(loser), members[kept]),), ())
    return accepted, conflicts


def rule_matrix(system: System) -> csr_array:
    """Return the rules as a sparse matrix, one row a rule and one column a cell."""
    entries = system.rules.entries
    return csr_array(
        (entries["coefficient"].astype(float), (entries["rule"], entries["cell"])),
        shape=(len(system.rules.table), len(system.cells)),
    )


def _linear(system: System, matrix: csr_array, groups: NDArray[np.int64]) -> LinearSystem:
    """State rules, then groups of claims, as one linear system."""
    linear = LinearSystem(matrix.shape[1], np.inf)
    equal = system.rules.table["equal"].to_numpy(bool)
    linear.add_many(matrix, 0.0, np.where(equal, 0.0, np.inf))
    rows = system.groups.iloc[groups]
    pick = csr_array((np.ones(len(rows)), (np.arange(len(rows)), rows["cell"])), shape=(len(rows), matrix.shape[1]))
    linear.add_many(pick, rows["lower"].to_numpy(), rows["upper"].to_numpy(), rows["weight"].to_numpy() / UNITS)
    return linear


def _locate(system: System, matrix: csr_array, groups: NDArray[np.int64]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Find which of the groups to drop: large components by one programme each, the others all at once."""
    component = _components(system)
    of_group = component[system.groups["cell"].to_numpy()[groups]]
    of_rule = component[matrix.indices[matrix.indptr[:-1]]]
    large = np.flatnonzero(np.bincount(of_group) > _LARGE)
    dropped: list[NDArray[np.int64]] = []
    status: list[str] = []
    for number in [*large.tolist(), None]:
        if number is None:
            inside, rules = ~np.isin(of_group, large), ~np.isin(of_rule, large)
        else:
            inside, rules = of_group == number, of_rule == number
        part = _part(system, matrix, groups[inside], np.flatnonzero(rules))
        found, note = _locate_part(part, by_programme=number is not None)
        dropped.append(np.flatnonzero(inside)[found])
        status += note
    return np.sort(np.concatenate(dropped)), tuple(status)


def _part(system: System, matrix: csr_array, groups: NDArray[np.int64], rules: NDArray[np.int64]) -> System:
    """Cut out the rules and groups of one component, or of several, with their cells numbered anew."""
    cells = np.unique(np.r_[matrix[rules].indices, system.groups["cell"].to_numpy()[groups]])
    entries = system.rules.entries
    entries = entries[np.isin(entries["rule"], rules)]
    entries = entries.assign(rule=np.searchsorted(rules, entries["rule"]), cell=np.searchsorted(cells, entries["cell"]))
    rows = system.groups.iloc[groups]
    return dataclasses.replace(
        system,
        cells=system.cells.iloc[cells].reset_index(drop=True),
        groups=rows.assign(cell=np.searchsorted(cells, rows["cell"])).reset_index(drop=True),
        rules=Rules(system.rules.table.iloc[rules].reset_index(drop=True), entries),
    )


def _locate_part(part: System, *, by_programme: bool) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    matrix = rule_matrix(part)
    linear = _linear(part, matrix, np.arange(len(part.groups)))
    first = matrix.shape[0]
    edition = part.edition[part.groups["leader"].to_numpy()]
    if by_programme and not linear.is_feasible():
        equal = part.rules.table["equal"].to_numpy(bool)
        verdict = locate(matrix, equal, part.groups.assign(edition=edition), TIME_LIMIT)
        if verdict is not None and verdict.optimal:
            kept = np.r_[np.ones(first, dtype=bool), ~verdict.dropped]
            if linear.is_feasible(active=kept):
                return np.flatnonzero(verdict.dropped), ()
    found = linear.locate_errors(dict(enumerate(edition.tolist(), start=first)), time_limit=TIME_LIMIT)
    return np.array(found.dropped, dtype=np.int64) - first, () if found.status == "optimal" else (found.status,)


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
    groups = np.flatnonzero(inside[system.groups["cell"].to_numpy()])
    matrix = rule_matrix(system)
    rules = np.flatnonzero(inside[matrix.indices[matrix.indptr[:-1]]])
    dear = system.groups.copy()
    dear.loc[group, "weight"] = dear["weight"].iloc[groups].sum() + UNITS
    part = _part(dataclasses.replace(system, groups=dear), matrix, groups, rules)
    solution = solve(part)
    here = int(np.flatnonzero(np.flatnonzero(inside) == cell)[0])
    return float(solution.lower[here]), float(solution.upper[here])


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
    # some best common point is the lower end of an interval; a point is covered by the intervals that began at or
    # before it, less those that ended before it
    points = np.unique(lower)
    begun, ended = np.argsort(lower, kind="stable"), np.argsort(upper, kind="stable")
    before = np.r_[0, np.cumsum(weight[begun])][np.searchsorted(lower[begun], points, side="right")]
    over = np.r_[0, np.cumsum(weight[ended])][np.searchsorted(upper[ended], points, side="left")]
    total = before - over
    best = points[total == total.max()]
    covers = [(lower <= point) & (point <= upper) for point in best]
    return min(covers, key=lambda kept: leader[kept].min())


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


def _intersect(groups: pd.DataFrame, lower: NDArray[np.float64], upper: NDArray[np.float64]) -> None:
    """Narrow the bounds of cells, in place, to what all of the groups allow."""
    np.maximum.at(lower, groups["cell"].to_numpy(), groups["lower"].to_numpy())
    np.minimum.at(upper, groups["cell"].to_numpy(), groups["upper"].to_numpy())


def _components(system: System) -> NDArray[np.int64]:
    entries = system.rules.entries
    n_cells, n_rules = len(system.cells), len(system.rules.table)
    links = coo_array(
        (np.ones(len(entries)), (entries["cell"].to_numpy(), n_cells + entries["rule"].to_numpy())),
        shape=(n_cells + n_rules, n_cells + n_rules),
    )
    return np.asarray(connected_components(links, directed=False)[1][:n_cells], dtype=np.int64)
