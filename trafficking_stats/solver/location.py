"""The cheapest claims to drop: the best point of every expression first, then one programme for what clashes.

Without the rules every expression is settled by itself (`best_points`), and no answer can cost less: where that
answer breaks no rule, it is the cheapest. The blocks in which it does go into programmes (`Choice`), whose answers
are checked in exact arithmetic; claims that a programme keeps although they clash are excluded from being kept
together, and it is asked again.

References
----------
Hooker, J. and Ottosson, G. (2003). Logic-based Benders decomposition. *Mathematical Programming* 96, 33-60.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trafficking_stats.solver.choice import Choice
from trafficking_stats.solver.claims import Claims, best_points, claims_of
from trafficking_stats.solver.feasibility import decide
from trafficking_stats.solver.highs import Deadline
from trafficking_stats.solver.rows import Bools, Floats, Ints, Rows

# Small blocks share a programme of about so many claims: one of many costs less than many of one.
_PACK = 300
# Clashes of a block that are looked for before its programme is asked.
_ROUNDS = 30
# While others wait, none takes more than this part of the time that is left.
_SHARE = 4


def locate(rows: Rows, weight: Ints, allowed: Floats, deadline: Deadline) -> tuple[Bools, float]:
    """Find the cheapest rows to drop so that the others have a point in common.

    Parameters
    ----------
    rows : Rows
        The system.
    weight : ndarray of int of shape (m,)
        What dropping a row costs, in `WEIGHT_UNIT`; 0 for rules.
    allowed : ndarray of shape (2, n)
        What the rules allow every variable.
    deadline : Deadline
        Limit. What is not settled by then is settled by the least deviation from all claims: valid, but perhaps not
        cheapest.

    Returns
    -------
    dropped : ndarray of bool of shape (m,)
        The rows.
    gap : float
        Share of the cost that might be saved; 0 if it is the cheapest.
    """
    claims, box = claims_of(rows, weight, allowed)
    dropped = np.zeros(rows.m, dtype=bool)
    dropped[claims.row] = best_points(claims)
    clashes = _clashes(rows, ~dropped, claims, deadline)
    choices = [Choice(rows, blocks, among, box) for blocks, among in _packs(rows, claims, clashes)]
    pending = choices
    while pending:
        choice_of = {block: choice for choice in pending for block in choice.blocks.tolist()}
        for block, sides, members in clashes:
            choice_of[block].exclude(sides, members)
        for place, choice in enumerate(pending):
            choice.settle(deadline.share(min(len(pending) - place, _SHARE)))
            dropped[choice.claims.row] = choice.dropped
        asked = np.zeros(rows.n_blocks, dtype=bool)
        asked[[block for block, choice in choice_of.items() if not choice.final]] = True
        clashes = _clashes(rows, ~dropped & asked[rows.block_of_row], claims, deadline)
        again = {id(choice_of[block]) for block, *_ in clashes}
        pending = [choice for choice in pending if id(choice) in again]
    spent = float(claims.cost[dropped[claims.row]].sum())
    return dropped, sum(choice.open for choice in choices) / max(spent, 1.0)


def _clashes(rows: Rows, active: Bools, claims: Claims, deadline: Deadline) -> list[tuple[int, Ints, Ints]]:
    """Find clashes among active rows, several in a block: block, sides and rows of which one at least must give way."""
    found: list[tuple[int, Ints, Ints]] = []
    cost = np.zeros(rows.m, dtype=np.int64)
    cost[claims.row] = claims.cost
    for _ in range(_ROUNDS):
        verdict = decide(rows, active, reasons=True, deadline=deadline, give_up=True)
        if verdict.feasible.all():
            break
        row, side = np.nonzero((verdict.sides & (cost > 0)).T)
        block = rows.block_of_row[row]
        order = np.lexsort((cost[row], block))
        row, side, block = row[order], side[order], block[order]
        first = np.flatnonzero(np.diff(block, prepend=-1))
        found += zip(block[first].tolist(), np.split(side, first[1:]), np.split(row, first[1:]), strict=True)
        # the lightest claim of each clash aside, what else clashes in these blocks?
        active = active & ~verdict.feasible[rows.block_of_row]
        active[row[first]] = False
    return found


def _packs(rows: Rows, claims: Claims, clashes: list[tuple[int, Ints, Ints]]) -> Iterator[tuple[Ints, Claims]]:
    """Put the blocks that clash together, the smallest first, with their claims."""
    block = rows.block_of_row[claims.row]
    size = np.bincount(block, minlength=rows.n_blocks)
    blocks = np.unique([block for block, *_ in clashes]).astype(np.int64)
    blocks = blocks[np.argsort(size[blocks], kind="stable")]
    pack = np.full(rows.n_blocks, -1)
    pack[blocks] = np.cumsum(size[blocks]) // _PACK
    for number in np.unique(pack[blocks]).tolist():
        yield np.flatnonzero(pack == number), claims.among(pack[block] == number)
