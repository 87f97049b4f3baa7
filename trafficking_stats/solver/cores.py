"""Irreducible infeasible sets: what cannot be true together, with no member to spare.

A first set is read off the steps of propagation; a deletion filter [1]_ then tries each member in turn and
leaves out those without which the rest still has no point. Many sets are filtered side by side.

References
----------
.. [1] Chinneck, J. and Dravnieks, E. (1991). Locating minimal infeasible constraint sets in linear programs.
   *ORSA Journal on Computing* 3, 157-168.
"""

from __future__ import annotations

import numpy as np

from trafficking_stats.solver.feasibility import Verdict, decide
from trafficking_stats.solver.milp import Deadline
from trafficking_stats.solver.propagation import explain
from trafficking_stats.solver.rows import Bools, Floats, Ints, Rows


def first_cores(rows: Rows, active: Bools, verdict: Verdict) -> Bools:
    """Rows that suffice for the infeasibility of every infeasible block.

    Parameters
    ----------
    rows, active
        The system.
    verdict : Verdict
        The answer of `feasibility.decide` for it, with ``reasons=True``.

    Returns
    -------
    ndarray of bool of shape (m,)
        Small sets for clashes found by propagation, all active rows of the block for the others.
    """
    by_solver = ~verdict.feasible & ~verdict.state.clash
    return explain(rows, verdict.state) | (active & by_solver[rows.block_of_row])


def deletion_filter(
    rows: Rows,
    row: Ints,
    copy: Ints,
    rank: Ints,
    lower: Floats,
    upper: Floats,
    deadline: Deadline | None = None,
) -> Bools:
    """Make infeasible sets irreducible.

    Parameters
    ----------
    rows : Rows
        The system.
    row : ndarray of shape (k,)
        Members of the sets.
    copy : ndarray of shape (k,)
        Ascending number of the set, from 0, that a member belongs to.
    rank : ndarray of shape (k,)
        Order in which members are tried for deletion, lowest first; -1 for members that must stay.
    lower, upper : ndarray of shape (n,)
        Domain of the variables.
    deadline : Deadline, optional
        Limit for the solver.

    Returns
    -------
    ndarray of bool of shape (k,)
        Members that stay. Their set is still infeasible, and feasible without any one that might have gone.
    """
    sub, _ = rows.stack(row, copy, lower, upper)
    stays = np.ones(len(row), dtype=bool)
    candidates = np.flatnonzero(rank >= 0)
    candidates = candidates[np.lexsort((rank[candidates], copy[candidates]))]
    count = np.bincount(copy[candidates], minlength=sub.n_blocks)
    end = np.cumsum(count)
    at = end - count
    # Many at once where that goes well, ever fewer where not: the result is that of one by one.
    step = np.maximum(count // 8, 1)
    while True:
        pending = np.flatnonzero(at < end)
        if len(pending) == 0:
            return stays
        size = np.minimum(step[pending], (end - at)[pending])
        chunk = np.repeat(np.arange(len(pending)), size)
        index = np.arange(len(chunk)) - np.repeat(np.cumsum(size) - size, size)
        tried = candidates[at[pending][chunk] + index]
        trial = stays & (at < end)[copy]
        trial[tried] = False
        spared = ~decide(sub, trial, deadline=deadline).feasible[pending]
        stays[tried[spared[chunk]]] = False
        at[pending] += np.where(spared, size, np.where(size == 1, 1, 0))
        step[pending] = np.where(spared, 2 * size, np.maximum(size // 2, 1))


def distance(rows: Rows, origin: Ints) -> Ints:
    """Count the steps over shared variables from rows of `origin` to every row; unreachable rows get ``m``."""
    steps = np.full(rows.m, rows.m)
    steps[origin] = 0
    frontier = origin
    reached = np.zeros(rows.n, dtype=bool)
    while len(frontier):
        variables = np.unique(rows.column[rows.entries(frontier)])
        variables = variables[~reached[variables]]
        reached[variables] = True
        found = rows.rows_with(variables)
        found = found[steps[found] == rows.m]
        steps[found] = steps[frontier[0]] + 1
        frontier = found
    return steps
