"""Solve a system of cells, claims and rules: which claims to reject, and what the others force."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from trafficking_stats.errors import ReconciliationError, RuleError
from trafficking_stats.intervals import period_label
from trafficking_stats.linear import ContradictingRulesError, LinearSystem, OutOfTimeError
from trafficking_stats.reconciliation.cells import System
from trafficking_stats.reconciliation.weights import UNITS

TIME_LIMIT = 60.0
"""Seconds after which a search stops; the status then says how far it came."""

_GROUPS = 10_000
"""So many groups of claims have one such limit; more have more time."""


Conflicts = dict[int, tuple[tuple[int, ...], tuple[int, ...]]]
"""For a rejected group of claims: the groups, and the rules, that it cannot be true together with."""


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
    ruled : bool
        Whether the bounds follow from the accounting rules too.
    """

    accepted: NDArray[np.bool_]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    conflicts: Conflicts
    status: tuple[str, ...] = ()
    ruled: bool = True


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

    Raises
    ------
    RuleError
        If the rules contradict each other; no claim is looked at before that.
    """
    n_cells = len(system.cells)
    cell = system.groups["cell"].to_numpy()
    ruled = np.zeros(n_cells, dtype=bool)
    ruled[system.rules.entries["cell"].to_numpy()] = True
    matrix = rule_matrix(system)
    check_rules(system, matrix)
    accepted, conflicts = _solve_single(system, ~ruled)
    lower, upper = np.zeros(n_cells), np.full(n_cells, np.inf)
    _intersect(system.groups[accepted & ~ruled[cell]], lower, upper)
    if not ruled.any():
        return Solution(accepted, lower, upper, conflicts, ())

    groups = np.flatnonzero(ruled[cell])
    linear = _linear(system, matrix, groups)
    first = matrix.shape[0]
    dropped, status = _locate(system, groups, linear, first)
    kept = np.ones(linear.n_constraints, dtype=bool)
    kept[first + dropped] = False
    # why a claim is rejected is always told: that takes no search, only questions of yes or no
    sets = linear.irreducible_sets((first + dropped).tolist(), active=kept, time_limit=None)
    limit = _limit(groups)
    for row, members in sets.items():
        rules = tuple(k for k in members if k < first)
        conflicts[int(groups[row - first])] = (tuple(int(groups[k - first]) for k in members if k >= first), rules)
    accepted[groups[dropped]] = False
    bounds = linear.bounds(np.flatnonzero(ruled).tolist(), active=kept, time_limit=limit)
    lower[ruled], upper[ruled] = bounds.lower, bounds.upper
    if bounds.status != "tight":
        status = (*status, bounds.status)
    return Solution(accepted, lower, upper, conflicts, status)


def _solve_single(system: System, single: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], Conflicts]:
    """Settle in closed form the clashes on cells that no rule touches."""
    accepted = np.ones(len(system.groups), dtype=bool)
    conflicts: Conflicts = {}
    cell, lower, upper, weight, edition = (
        system.groups[name].to_numpy() for name in ("cell", "lower", "upper", "weight", "edition")
    )
    clashing = np.flatnonzero(single & _clashing(system))
    # groups are sorted by cell, so those of one cell stand together
    for first, last in zip(np.searchsorted(cell, clashing), np.searchsorted(cell, clashing, "right"), strict=True):
        here = slice(first, last)
        kept = best_point(lower[here], upper[here], weight[here], edition[here])
        accepted[here] = kept
        rivals = best_rivals(lower[here], upper[here], weight[here], kept)
        for loser, rival in zip(np.flatnonzero(~kept), rivals, strict=True):
            conflicts[int(first + loser)] = ((int(first + rival),), ())
    return accepted, conflicts


def rule_matrix(system: System) -> csr_array:
    """Return the rules as a sparse matrix, one row a rule and one column a cell."""
    entries = system.rules.entries
    return csr_array(
        (entries["coefficient"].astype(float), (entries["rule"], entries["cell"])),
        shape=(len(system.rules.table), len(system.cells)),
    )


def check_rules(system: System, matrix: csr_array) -> None:
    """Refuse rules that contradict each other, whatever is claimed.

    All of them compare sums, so 0 everywhere satisfies any: they contradict each other where nothing else does. As
    they hold for all multiples of a point too, it is enough to ask for one with every cell from 1.

    Parameters
    ----------
    system : System
        Cells and rules.
    matrix : scipy.sparse.csr_array, shape (n_rules, n_cells)
        As `rule_matrix` returns it.

    Raises
    ------
    RuleError
        Naming rules that leave some cell no count but 0, of which none can be spared.
    """
    linear = LinearSystem(matrix.shape[1], np.inf, lower_bound=1.0)
    linear.add_many(matrix, 0.0, np.where(system.rules.table["equal"].to_numpy(bool), 0.0, np.inf))
    try:
        linear.locate_errors(time_limit=TIME_LIMIT)
    except OutOfTimeError:
        return  # nothing was found that speaks against them
    except ContradictingRulesError as error:
        names = cell_names(system)
        listed = [rule_text(system, rule, names) for rule in error.rules]
        raise RuleError(
            f"these rules together leave no count but 0: {'; '.join(listed)}. Correct one of them in the vocabulary: "
            "without any one the others could hold"
        ) from error


def cell_names(system: System) -> pd.Series:
    """Name every cell: country, indicator, breakdown if any, period."""
    cells = system.cells
    periods = [period_label(start, end) for start, end in zip(cells["start"], cells["end"], strict=True)]
    parts = zip(cells["country"], cells["indicator"], cells["breakdown"], periods, strict=True)
    return pd.Series([" ".join(filter(None, part)) for part in parts], dtype=object)


def rule_text(system: System, rule: int, names: pd.Series) -> str:
    """Write a rule as a line: its kind, what is at least (or exactly) which sum."""
    row = system.rules.table.iloc[rule]
    entries = system.rules.entries[system.rules.entries["rule"] == rule]
    up, down = (" + ".join(names[entries["cell"][entries["coefficient"] == sign]]) for sign in (1, -1))
    return f"{row['kind']} {row['detail']}".strip() + f": {up} {'=' if row['equal'] else '>='} {down}"


def _linear(system: System, matrix: csr_array, groups: NDArray[np.int64]) -> LinearSystem:
    """State rules, then groups of claims, as one linear system."""
    linear = LinearSystem(matrix.shape[1], np.inf)
    equal = system.rules.table["equal"].to_numpy(bool)
    linear.add_many(matrix, 0.0, np.where(equal, 0.0, np.inf))
    rows = system.groups.iloc[groups]
    pick = csr_array((np.ones(len(rows)), (np.arange(len(rows)), rows["cell"])), shape=(len(rows), matrix.shape[1]))
    linear.add_many(pick, rows["lower"].to_numpy(), rows["upper"].to_numpy(), rows["weight"].to_numpy() / UNITS)
    return linear


def _locate(
    system: System, groups: NDArray[np.int64], linear: LinearSystem, first: int
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Find which of the groups to drop; they are the rows of the linear system from ``first`` on."""
    edition = _edition(system.groups.iloc[groups], _components(system)[system.groups["cell"].to_numpy()[groups]])
    try:
        located = linear.locate_errors(dict(enumerate(edition.tolist(), start=first)), time_limit=_limit(groups))
    except OutOfTimeError as error:
        raise ReconciliationError(
            f"{_limit(groups):.0f} seconds did not suffice to tell whether the claims contradict each other; reconcile "
            "fewer countries or indicators at once"
        ) from error
    lost, status = list(located.dropped), tuple[str, ...]()
    # that no count exceeds all printed figures together is taken for granted
    if not located.status.startswith("optimal"):
        status = (located.status,)
        lost = _spare(linear, lost)
    return np.array(lost, dtype=np.int64) - first, status


def _limit(groups: NDArray[np.int64]) -> float:
    """Return the seconds that a search among some groups may take."""
    return TIME_LIMIT * max(1.0, len(groups) / _GROUPS)


def _spare(linear: LinearSystem, dropped: list[int]) -> list[int]:
    """Take back what need not have been dropped: a search that ran out of time may drop too much."""
    kept = np.ones(linear.n_constraints, dtype=bool)
    kept[dropped] = False
    needed = linear.irreducible_sets(dropped, active=kept, time_limit=None, skip=True)
    for row in dropped:
        if row not in needed:
            kept[row] = True
            kept[row] = linear.is_feasible(active=kept, time_limit=None)
    return np.flatnonzero(~kept).tolist()


def _edition(groups: pd.DataFrame, component: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the sources of each component numbers of their own: what is rejected elsewhere has no say in a tie."""
    return np.asarray(groups["edition"].to_numpy() + component * (groups["edition"].max() + 1), dtype=np.int64)


def best_point(
    lower: NDArray[np.float64], upper: NDArray[np.float64], weight: NDArray[np.int64], edition: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Choose the heaviest set of intervals on one cell that have a point in common.

    Parameters
    ----------
    lower, upper : numpy.ndarray of float, shape (n,)
        The intervals.
    weight, edition : numpy.ndarray of int, shape (n,)
        What rejecting each costs, and the source that speaks for it.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
        The intervals kept. Between sets of equal weight the one that rejects fewer sources, then the one that keeps
        the first interval in which they differ.

    Examples
    --------
    >>> best_point(np.array([64.0, 77]), np.array([64.0, 77]), np.array([2, 8]), np.array([0, 1])).tolist()
    [False, True]
    """
    # some best common point is the lower end of an interval; a point is covered by the intervals that began at or
    # before it, less those that ended before it
    points = np.unique(lower)
    begun, ended = np.argsort(lower, kind="stable"), np.argsort(upper, kind="stable")
    before = np.r_[0, np.cumsum(weight[begun])][np.searchsorted(lower[begun], points, side="right")]
    over = np.r_[0, np.cumsum(weight[ended])][np.searchsorted(upper[ended], points, side="left")]
    total = before - over
    covers = [(lower <= point) & (point <= upper) for point in points[total == total.max()]]
    return min(covers, key=lambda kept: (len(np.unique(edition[~kept])), tuple(~kept))) if covers[1:] else covers[0]


def best_rivals(
    lower: NDArray[np.float64], upper: NDArray[np.float64], weight: NDArray[np.int64], kept: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Find for each rejected interval of a cell the heaviest kept one that has no point in common with it.

    Parameters
    ----------
    lower, upper, weight : numpy.ndarray, shape (n,)
        The intervals and what rejecting each costs.
    kept : numpy.ndarray of bool, shape (n,)
        All intervals that contain some point: on a line at least one of them then lies wholly beside each of the
        others (Helly).

    Returns
    -------
    numpy.ndarray of int, shape (n_rejected,)
        Number of the rival of each rejected interval, in order.
    """
    rank = np.empty(len(weight), dtype=np.int64)
    by_weight = np.argsort(-weight, kind="stable")
    rank[by_weight] = np.arange(len(weight))
    inside, losers = np.flatnonzero(kept), np.flatnonzero(~kept)
    # the best rank among the kept intervals that begin the last, and among those that end the first
    begin, end = inside[np.argsort(-lower[inside])], inside[np.argsort(upper[inside])]
    n_above = np.searchsorted(-lower[begin], -upper[losers], side="left")
    n_below = np.searchsorted(upper[end], lower[losers], side="left")
    none = np.array([len(weight)])
    above = np.r_[none, np.minimum.accumulate(rank[begin])][n_above]
    below = np.r_[none, np.minimum.accumulate(rank[end])][n_below]
    return by_weight[np.minimum(above, below)]


def _intersect(groups: pd.DataFrame, lower: NDArray[np.float64], upper: NDArray[np.float64]) -> None:
    """Narrow the bounds of cells, in place, to what all of the groups allow."""
    np.maximum.at(lower, groups["cell"].to_numpy(), groups["lower"].to_numpy())
    np.minimum.at(upper, groups["cell"].to_numpy(), groups["upper"].to_numpy())


def _clashing(system: System) -> NDArray[np.bool_]:
    """Tell on which cells the claims clash by themselves."""
    lower, upper = np.zeros(len(system.cells)), np.full(len(system.cells), np.inf)
    _intersect(system.groups, lower, upper)
    return lower > upper


def _components(system: System) -> NDArray[np.int64]:
    entries = system.rules.entries
    n_cells, n_rules = len(system.cells), len(system.rules.table)
    links = coo_array(
        (np.ones(len(entries)), (entries["cell"].to_numpy(), n_cells + entries["rule"].to_numpy())),
        shape=(n_cells + n_rules, n_cells + n_rules),
    )
    return np.asarray(connected_components(links, directed=False)[1][:n_cells], dtype=np.int64)
