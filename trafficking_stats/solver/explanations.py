"""Why can a constraint not hold? An irreducible set of others for each of many constraints at once."""

from __future__ import annotations

import numpy as np

from trafficking_stats.solver.cores import deletion_filter, distance, first_cores
from trafficking_stats.solver.feasibility import Verdict, decide
from trafficking_stats.solver.intervals import expressions
from trafficking_stats.solver.milp import Deadline
from trafficking_stats.solver.rows import Bools, Ints, Rows

# Rows stacked at a time; bounds the memory where many constraints of one large block are asked for.
_BATCH = 200_000


def contradiction(rows: Rows, active: Bools, verdict: Verdict) -> Ints:
    """Find an irreducible infeasible set within the first infeasible block.

    Parameters
    ----------
    rows, active
        The system.
    verdict : Verdict
        The answer of `decide` for it, with ``reasons=True``; some block is infeasible.

    Returns
    -------
    ndarray of int
        Ascending rows.
    """
    block = int(np.flatnonzero(~verdict.feasible)[0])
    core = np.flatnonzero(first_cores(rows, active, verdict) & (rows.block_of_row == block))
    copy = np.zeros(len(core), dtype=np.int64)
    stays = deletion_filter(rows, core, copy, np.arange(len(core))[::-1].copy(), rows.domain_lower, rows.domain_upper)
    return core[stays]


def conflicts(
    rows: Rows, asked: Ints, active: Bools, is_claim: Bools, weight: Ints, deadline: Deadline
) -> list[Ints | None]:
    """Find for every row asked for an irreducible set of active rows that it cannot hold together with.

    Parameters
    ----------
    rows : Rows
        The system.
    asked : ndarray of int
        The rows in question.
    active : ndarray of bool of shape (m,)
        Rows that may serve as explanation; together they have a point.
    is_claim, weight : ndarray of shape (m,)
        Which rows are claims, and what they weigh.
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
    direct = _direct(rows, asked, active, is_claim, weight)
    rest: list[int] = []
    for k in range(len(asked)):
        if not possible[k]:
            out[k] = np.empty(0, dtype=np.int64)
        elif direct[k] >= 0:
            out[k] = direct[k : k + 1]
        else:
            rest.append(k)
    batch: list[tuple[int, Ints]] = []
    size = 0
    for k in rest:
        others = rows.rows_in(rows.block_of_row[asked[k]])
        others = others[active[others] & (others != asked[k])]
        if batch and size + len(others) > _BATCH:
            _derived(rows, asked, batch, is_claim, weight, deadline, out)
            batch, size = [], 0
        batch.append((k, others))
        size += len(others)
    if batch:
        _derived(rows, asked, batch, is_claim, weight, deadline, out)
    return out


def _direct(rows: Rows, asked: Ints, active: Bools, is_claim: Bools, weight: Ints) -> Ints:
    """Active rows of the same expression that exclude the row asked for: rules, then the heaviest; -1 for none."""
    blocks = np.zeros(rows.n_blocks, dtype=bool)
    blocks[rows.block_of_row[asked]] = True
    row = np.flatnonzero(blocks[rows.block_of_row] & (rows.length > 0))
    expression, sign = expressions(rows, row)
    low = np.where(sign > 0, rows.lower[row], -rows.upper[row])
    high = np.where(sign > 0, rows.upper[row], -rows.lower[row])
    position = np.full(rows.m, -1)
    position[row] = np.arange(len(row))
    order = np.lexsort((row, -weight[row], is_claim[row], expression))
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
    rows: Rows,
    asked: Ints,
    batch: list[tuple[int, Ints]],
    is_claim: Bools,
    weight: Ints,
    deadline: Deadline,
    out: list[Ints | None],
) -> None:
    """Answer a batch of questions side by side, each in a copy of its block."""
    row = np.concatenate([np.append(others, asked[k]) for k, others in batch])
    copy = np.repeat(np.arange(len(batch)), [len(others) + 1 for _, others in batch])
    sub, _ = rows.stack(row, copy, rows.domain_lower, rows.domain_upper)
    everything = np.ones(sub.m, dtype=bool)
    verdict = decide(sub, everything, reasons=True, deadline=deadline)
    core = np.flatnonzero(first_cores(sub, everything, verdict))
    own = np.cumsum([len(others) + 1 for _, others in batch]) - 1
    core_copies, core_copy = np.unique(copy[core], return_inverse=True)
    if len(core) == 0:
        return
    nearby, _ = sub.stack(core, core_copy, sub.domain_lower, sub.domain_upper)
    mine = np.isin(core, own)
    far = distance(nearby, np.flatnonzero(mine))
    members = row[core]
    order = np.lexsort((-members, weight[members], ~is_claim[members], -far))
    rank = np.empty(len(core), dtype=np.int64)
    rank[order] = np.arange(len(core))
    rank[mine] = -1
    stays = deletion_filter(sub, core, core_copy, rank, sub.domain_lower, sub.domain_upper, deadline)
    for c, copy_number in enumerate(core_copies):
        k, _ = batch[copy_number]
        kept = core[stays & (core_copy == c) & ~mine]
        out[k] = np.sort(row[kept])
