"""Why can a constraint not hold? An irreducible set of others for each of many constraints at once.

A first set is read off the trail of propagation; a deletion filter [1]_ then tries each member in turn and leaves out
those without which the rest still has no point. Many sets are filtered side by side.

References
----------
.. [1] Chinneck, J. and Dravnieks, E. (1991). Locating minimal infeasible constraint sets in linear programs.
   *ORSA Journal on Computing* 3, 157-168.
"""

from collections.abc import Iterator

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from trafficking_stats.solver.feasibility import decide
from trafficking_stats.solver.highs import Deadline
from trafficking_stats.solver.rows import Bools, Floats, Ints, Rows, spans

# Entries stacked at a time; bounds the memory where many constraints of one large block are asked for.
_BATCH = 1_000_000


def irreducible(rows: Rows, members: Ints, weight: Ints, deadline: Deadline) -> Ints:
    """Make a set of rows of one block that have no point in common irreducible; ascending rows."""
    members = members[np.lexsort((-members, weight[members], weight[members] == 0))]
    copy, free = np.zeros(len(members), dtype=np.int64), np.zeros(len(members), dtype=bool)
    return np.sort(members[_deletion_filter(rows, members, copy, free, deadline)])


def conflicts(rows: Rows, asked: Ints, active: Bools, weight: Ints, deadline: Deadline) -> Iterator[tuple[int, Ints]]:
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

    Yields
    ------
    row, members : int, ndarray of int
        For every row asked for that is in a conflict, ascending rows; empty if the row alone has no point. A single
        row of the same expression is preferred; else claims are spared before rules, far before near, light before
        heavy and late before early.
    """
    alone, _ = rows.stack(asked, np.arange(len(asked)), rows.domain)
    possible = decide(alone, np.ones(alone.m, dtype=bool), deadline=deadline).feasible[: len(asked)]
    direct = np.where(possible, _direct(rows, asked, active, weight), len(active))
    for i, other in zip(asked[direct >= 0].tolist(), direct[direct >= 0].tolist(), strict=True):
        yield i, np.array([other] if other < len(active) else [], dtype=np.int64)
    derived = asked[direct < 0]
    size = np.bincount(rows.block_of_row, rows.length * active, rows.n_blocks)[rows.block_of_row[derived]]
    batch = np.cumsum(size) // _BATCH
    for number in np.unique(batch):
        yield from _derived(rows, derived[batch == number], active, weight, deadline)


def _direct(rows: Rows, asked: Ints, active: Bools, weight: Ints) -> Ints:
    """Active rows of the same expression that exclude the row asked for: rules, then the heaviest; -1 for none."""
    row = np.flatnonzero(np.isin(rows.block_of_row, rows.block_of_row[asked]))
    expression, _, (low, high) = rows.readings(row)
    order = np.lexsort((row, -weight[row], weight[row] > 0, expression))
    order = order[(active & ~rows.impossible)[row[order]]]
    starts = np.searchsorted(expression[order], np.arange(expression.max(initial=-1) + 2))
    own = np.searchsorted(row, asked)
    length = np.diff(starts)[expression[own]]
    other, of = order[spans(starts[expression[own]], length)], np.repeat(np.arange(len(asked)), length)
    against = np.flatnonzero(((low[other] > high[own[of]]) | (high[other] < low[own[of]])) & (other != own[of]))
    found, first = np.unique(of[against], return_index=True)
    out = np.full(len(asked), -1)
    out[found] = row[other[against[first]]]
    return out


def _derived(rows: Rows, asked: Ints, active: Bools, weight: Ints, deadline: Deadline) -> Iterator[tuple[int, Ints]]:
    """Answer a batch of questions side by side, each in a copy of its block that begins with the row asked for."""
    others = [rows.rows_in(block) for block in rows.block_of_row[asked].tolist()]
    sets = [np.append(i, rest[active[rest] & (rest != i)]) for i, rest in zip(asked, others, strict=True)]
    row, copy = np.concatenate(sets), np.repeat(np.arange(len(asked)), [len(members) for members in sets])
    sub, _ = rows.stack(row, copy, rows.domain)
    core = np.flatnonzero(decide(sub, np.ones(sub.m, dtype=bool), reasons=True, deadline=deadline).core)
    own = np.isin(core, np.searchsorted(copy, np.arange(len(asked))))
    members = row[core]
    order = np.lexsort((-members, weight[members], weight[members] == 0, -_distance(sub, core, own)))
    core, own, members = core[order], own[order], members[order]
    stays = _deletion_filter(sub, core, copy[core], own, deadline) & ~own
    for k in np.unique(copy[core]).tolist():
        yield int(asked[k]), np.sort(members[stays & (copy[core] == k)])


def _deletion_filter(rows: Rows, row: Ints, copy: Ints, fixed: Bools, deadline: Deadline) -> Bools:
    """Make infeasible sets irreducible.

    Parameters
    ----------
    rows : Rows
        The system.
    row : ndarray of shape (k,)
        Members of the sets, in the order in which they are tried for deletion.
    copy : ndarray of shape (k,)
        Number of the set that a member belongs to.
    fixed : ndarray of bool of shape (k,)
        Members that must stay.
    deadline : Deadline
        Limit for the solver.

    Returns
    -------
    ndarray of bool of shape (k,)
        Members that stay. Their set is still infeasible, and feasible without any one that might have gone.
    """
    sub, _ = rows.stack(row, copy, rows.domain)
    stays = np.ones(len(row), dtype=bool)
    candidates = np.flatnonzero(~fixed)
    candidates = candidates[np.argsort(copy[candidates], kind="stable")]
    count = np.bincount(copy[candidates], minlength=sub.n_blocks)
    turn = np.arange(len(candidates)) - np.repeat(np.cumsum(count) - count, count)
    for now in range(count.max(initial=0)):
        tried = candidates[turn == now]
        trial = stays & np.isin(copy, copy[tried])
        trial[tried] = False
        needless = ~decide(sub, trial, deadline=deadline).feasible[copy[tried]]
        stays[tried[needless]] = False
    return stays


def _distance(rows: Rows, core: Ints, own: Bools) -> Floats:
    """Count the steps over shared variables from the row of each copy that was asked for to the others of its core."""
    matrix = abs(rows.matrix(core))
    graph = sparse.block_array([[None, matrix], [matrix.T, None]], format="csr")
    steps = csgraph.dijkstra(graph, indices=np.flatnonzero(own), unweighted=True, min_only=True)
    return np.asarray(steps[: len(core)])
