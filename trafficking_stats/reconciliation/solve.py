"""Solve a system of cells, claims and rules: which claims to reject, and what the others force."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from trafficking_stats.errors import RuleError
from trafficking_stats.intervals import period_label
from trafficking_stats.linear import ContradictingRulesError, LinearSystem
from trafficking_stats.reconciliation.cells import System
from trafficking_stats.reconciliation.weights import UNITS
from trafficking_stats.solver.highs import Deadline, OutOfTimeError

TIME_LIMIT = 60.0
"""Seconds of computing, by default, for every 10,000 groups of claims or part of them."""

_SEARCH = 0.75
"""Share of the time that the search for mistakes may take; the bounds and the proofs have the rest."""

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
        of them away would let it be true. What falls with its total has the group that is kept in the place of that.
        What is impossible may contradict nothing that is kept; it then has no entry.
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


def solve(system: System, time_limit: float | None = None) -> Solution:
    """Reject the cheapest set of claims so that the rest is true together, and bound every cell.

    Parameters
    ----------
    system : System
        Cells, groups of claims, rules.
    time_limit : float, optional
        Seconds of computing, of this process, for everything; by default `TIME_LIMIT` or a multiple of it.

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
    limit = TIME_LIMIT * max(1.0, len(system.groups) / 10_000) if time_limit is None else time_limit
    deadline = Deadline(limit)
    matrix = rule_matrix(system)
    check_rules(system, matrix, limit)
    linear = state(system, matrix)
    first = matrix.shape[0]
    aside = first + np.flatnonzero(system.groups["impossible"])
    located = before = linear.locate_errors(without=aside.tolist(), time_limit=_SEARCH * deadline.left)
    kept = ~np.isin(np.arange(linear.n_constraints), located.dropped)
    fallen = with_their_totals(system.links, kept[first:])
    if len(fallen):
        # what rules tie to them is settled again, without them
        cell, tie = system.groups["cell"], abs(matrix)
        beside = tie.T @ (tie @ np.isin(np.arange(len(system.cells)), cell[fallen.index]))
        settled = ~kept[first:] & (beside[cell] == 0)
        without = np.union1d(aside, first + np.r_[fallen.index, np.flatnonzero(settled)])
        located = linear.locate_errors(without=without.tolist(), time_limit=_SEARCH * deadline.left)
        kept = ~np.isin(np.arange(linear.n_constraints), located.dropped)
    bounds = linear.bounds(time_limit=deadline.share(2).left)
    # why a claim is rejected is told where it is in a conflict: a search that ran out of time may drop too much
    sets = linear.irreducible_sets(time_limit=deadline.left)
    conflicts = {
        row - first: (tuple(k - first for k in members if k >= first), tuple(k for k in members if k < first))
        for row, members in sets.items()
    }
    fallen = fallen[kept[first + fallen]]
    conflicts |= {part: ((rival,), ()) for part, rival in zip(fallen.index.tolist(), fallen.tolist(), strict=True)}
    # what was set aside beforehand need not be in a conflict
    unproven = len({row - first for row in located.dropped} - set(conflicts) - set((aside - first).tolist()))
    said = {
        before.status: before.status != "optimal",
        located.status: located.status != "optimal",
        bounds.status: bounds.status != "tight",
        f"no proof for {unproven} of {len(located.dropped)} rejected": unproven > 0,
    }
    status = tuple(text for text, open_ in said.items() if open_)
    return Solution(kept[first:], bounds.lower, bounds.upper, conflicts, status)


def with_their_totals(links: pd.DataFrame, kept: NDArray[np.bool_]) -> pd.Series:
    """Find the parts that fall with their totals: for each group what is kept in the place of the total."""
    told = links[kept[links["rival"]]].drop_duplicates(["group", "form"])
    whole = told[np.bincount(told["group"])[told["group"]] == told["forms"]]
    return whole.drop_duplicates("group").set_index("group")["rival"]


def rule_matrix(system: System) -> csr_array:
    """Return the rules as a sparse matrix, one row a rule and one column a cell."""
    entries = system.rules.entries
    return csr_array(
        (entries["coefficient"].astype(float), (entries["rule"], entries["cell"])),
        shape=(len(system.rules.table), len(system.cells)),
    )


def check_rules(system: System, matrix: csr_array, time_limit: float) -> None:
    """Refuse rules that contradict each other, whatever is claimed.

    All of them compare sums, so 0 everywhere satisfies any: they contradict each other where nothing else does. As
    they hold for all multiples of a point too, it is enough to ask for one with every cell from 1.

    Parameters
    ----------
    system : System
        Cells and rules.
    matrix : scipy.sparse.csr_array, shape (n_rules, n_cells)
        As `rule_matrix` returns it.
    time_limit : float
        Seconds after which they pass.

    Raises
    ------
    RuleError
        Naming rules that leave some cell no count but 0, of which none can be spared.
    """
    linear = LinearSystem(matrix.shape[1], np.inf, lower_bound=1.0)
    linear.add_many(matrix, 0.0, np.where(system.rules.table["equal"].to_numpy(bool), 0.0, np.inf))
    try:
        linear.locate_errors(time_limit=time_limit)
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
    return f"{row['kind']} {row['detail']}".strip() + f": {system.rules.written([rule], names)[0]}"


def state(system: System, matrix: csr_array) -> LinearSystem:
    """State rules, then groups of claims, as one linear system."""
    linear = LinearSystem(matrix.shape[1], np.inf)
    equal = system.rules.table["equal"].to_numpy(bool)
    linear.add_many(matrix, 0.0, np.where(equal, 0.0, np.inf))
    groups = system.groups
    pick = csr_array(
        (np.ones(len(groups)), (np.arange(len(groups)), groups["cell"])), shape=(len(groups), matrix.shape[1])
    )
    weight = groups["weight"].to_numpy() / UNITS
    linear.add_many(pick, groups["lower"].to_numpy(), groups["upper"].to_numpy(), weight)
    return linear
