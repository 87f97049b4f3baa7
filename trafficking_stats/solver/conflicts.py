"""Why can a constraint not hold? An irreducible set of others for each of many constraints at once.

A first set is read off the steps of propagation; a deletion filter [1]_ then tries each member in turn and leaves out
those without which the rest still has no point. Many sets are filtered side by side.

References
----------
.. [1] Chinneck, J. and Dravnieks, E. (1991). Locating minimal infeasible constraint sets in linear programs.
   *ORSA Journal on Computing* 3, 157-168.
"""

from __future__ import annotations

import numpy as np

from trafficking_stats.solver.feasibility import decide
from trafficking_stats.solver.highs import Deadline
from trafficking_stats.solver.points import expressions
from trafficking_stats.solver.rows import Bools, Ints, Rows

# Rows stacked at a time; bounds the memory where many constraints of one large block are asked for.
_BATCH = 200_000


def irreducible(rows: Rows, members: Ints, weight: Ints, deadline: Deadline) -> Ints:
    """Make a set of rows of one block that have no point in common irreducible; ascending rows."""
    copy = np.zeros(len(members), dtype=np.int64)
    order = np.lexsort((-members, weight[members], weight[members] == 0))
    rank = np.empty(len(members), dtype=np.int64)
    rank[order] = np.arange(len(members))
    return members[deletion_filter(rows, members, copy, rank, deadline)]


def conflicts(rows: Rows, asked: Ints, active: Bools, weight: Ints, deadline: Deadline) -> list[Ints | None]:
    """Find for every row asked for an irreducible set of active rows that it cannot hold together with.

    Parameters
    ----------
    rows : Rows
        The system.
    asked : ndarray of int
        The rows in question.
    active : ndarray of bool of shape (m,)
        Rows that may serve as explanation; together they have a point.
    weight : ndarray of shape (m,)
        What claims weigh, 0 for rules.
    deadline : Deadline
        Limit for the solver.

    Returns
    -------
    list of (ndarray of int or None)
        For every row asked for, ascending rows; empty if the row alone has no point, None if it is in no
        conflict. A single row of the same expression is preferred; else claims are spared before rules, far
        before near, light before heavy and late before early.
    """
    out: list[Ints | None] = [None] * len(asked)
    alone, _ = rows.stack(asked, np.arange(len(asked)), rows.domain_lower, rows.domain_upper)
    possible = decide(alone, np.ones(alone.m, dtype=bool), deadline=deadline).feasible
    direct = _direct(rows, asked, active, weight)
    batch: list[tuple[int, Ints]] = []
    size = 0
    for k in range(len(asked)):
        if not possible[k]:
            out[k] = np.empty(0, dtype=np.int64)
        elif direct[k] >= 0:
            out[k] = direct[k : k + 1]
        else:
            others = rows.rows_in(rows.block_of_row[asked[k]])
            others = others[active[others] & (others != asked[k])]
            if batch and size + len(others) > _BATCH:
                _derived(rows, asked, batch, weight, deadline, out)
                batch, size = [], 0
            batch.append((k, others))
            size += len(others)
    if batch:
        _derived(rows, asked, batch, weight, deadline, out)
    return out


def _direct(rows: Rows, asked: Ints, active: Bools, weight: Ints) -> Ints:
    """Active rows of the same expression that exclude the row asked for: rules, then the heaviest; -1 for none."""
    blocks = np.zeros(rows.n_blocks, dtype=bool)
    blocks[rows.block_of_row[asked]] = True
    row = np.flatnonzero(blocks[rows.block_of_row] & (rows.length > 0))
    expression, sign = expressions(rows, row)
    low = np.where(sign > 0, rows.lower[row], -rows.upper[row])
    high = np.where(sign > 0, rows.upper[row], -rows.lower[row])
    position = np.full(rows.m, -1)
    position[row] = np.arange(len(row))
    order = np.lexsort((row, -weight[row], weight[row] > 0, expression))
    order = order[active[row[order]]]
    starts = np.searchsorted(expression[order], np.arange(expression.max(initial=-1) + 2))
    out = np.full(len(asked), -1)
    for k, i in enumerate(position[asked]):
        if i < 0:
            continue
        members = order[starts[expression[i]] : starts[expression[i] + 1]]
        excludes = (low[members] > high[i]) | (high[members] < low[i])
        excludes &= (row[members] != asked[k]) & ~rows.impossible[row[members]]
        if excludes.any():
            out[k] = row[members[np.argmax(excludes)]]
    return out


def _derived(
    rows: Rows, asked: Ints, batch: list[tuple[int, Ints]], weight: Ints, deadline: Deadline, out: list[Ints | None]
) -> None:
    """Answer a batch of questions side by side, each in a copy of its block."""
    row = np.concatenate([np.append(others, asked[k]) for k, others in batch])
    copy = np.repeat(np.arange(len(batch)), [len(others) + 1 for _, others in batch])
    sub, _ = rows.stack(row, copy, rows.domain_lower, rows.domain_upper)
    verdict = decide(sub, np.ones(sub.m, dtype=bool), reasons=True, deadline=deadline)
    core = np.flatnonzero(verdict.core)
    if len(core) == 0:
        return
    own = np.cumsum([len(others) + 1 for _, others in batch]) - 1
    core_copies, core_copy = np.unique(copy[core], return_inverse=True)
    nearby, _ = sub.stack(core, core_copy, sub.domain_lower, sub.domain_upper)
    mine = np.isin(core, own)
    members = row[core]
    order = np.lexsort((-members, weight[members], weight[members] == 0, -_distance(nearby, np.flatnonzero(mine))))
    rank = np.empty(len(core), dtype=np.int64)
    rank[order] = np.arange(len(core))
    rank[mine] = -1
    stays = deletion_filter(sub, core, core_copy, rank, deadline)
    for c, copy_number in enumerate(core_copies):
        k, _ = batch[copy_number]
        out[k] = np.sort(row[core[stays & (core_copy == c) & ~mine]])


def deletion_filter(rows: Rows, row: Ints, copy: Ints, rank: Ints, deadline: Deadline) -> Bools:
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
    deadline : Deadline
        Limit for the solver.

    Returns
    -------
    ndarray of bool of shape (k,)
        Members that stay. Their set is still infeasible, and feasible without any one that might have gone.
    """
    sub, _ = rows.stack(row, copy, rows.domain_lower, rows.domain_upper)
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


def _distance(rows: Rows, origin: Ints) -> Ints:
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
