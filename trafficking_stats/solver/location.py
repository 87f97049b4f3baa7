"""The cheapest claims to drop: the best point of every expression first, then one programme for what clashes.

Without the rules every expression is settled by itself (`best_points`), and no answer can cost less: where that
answer breaks no rule, it is the cheapest. The blocks in which it does go into programmes (`Choice`), whose answers
are checked in exact arithmetic; claims that a programme keeps although they clash are excluded from being kept
together, and it is asked again. At first the relaxed programme alone is asked: what it keeps and clashes makes it so
much tighter that most never need a search.

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
_PACK = 1000
# Clashes of a block that are looked for before its programme is asked.
_ROUNDS = 10
# So often the relaxed programme alone is asked, while that shows clashes: each makes it tighter.
_RELAXED = 3
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
    if not weight.any():
        return np.zeros(rows.m, dtype=bool), 0.0
    claims, box = claims_of(rows, weight, allowed)
    cost = np.zeros(rows.m, dtype=np.int64)
    cost[claims.row] = claims.cost
    dropped = np.zeros(rows.m, dtype=bool)
    dropped[claims.row] = best_points(claims)
    clashes = _clashes(rows, np.flatnonzero(~dropped), cost, deadline)
    choices = [Choice(rows, blocks, among, box) for blocks, among in _packs(rows, claims, clashes)]
    choice_of = {block: choice for choice in choices for block in choice.blocks.tolist()}
    clashing, pending, turn = choices, choices, 0
    while pending:
        for block, sides, members in clashes:
            choice_of[block].exclude(sides, members)
        for place, choice in enumerate(pending):
            relaxed = turn < _RELAXED and choice in clashing
            choice.settle(deadline.share(min(len(pending) - place, _SHARE)), relaxed=relaxed)
            dropped[choice.claims.row] = choice.dropped
        asked = [block for choice in pending if not choice.final for block in choice.blocks.tolist()]
        kept = np.flatnonzero(~dropped & np.isin(rows.block_of_row, asked))
        clashes = _clashes(rows, kept, cost, deadline)
        clashing = [choice_of[block] for block, *_ in clashes]
        pending = [choice for choice in pending if choice in clashing or choice.between]
        turn += 1
    spent = float(cost[dropped].sum())
    return dropped, sum(choice.open for choice in choices) / max(spent, 1.0)


def _clashes(rows: Rows, kept: Ints, cost: Ints, deadline: Deadline) -> list[tuple[int, Ints, Ints]]:
    """Find clashes among some rows, several in a block: block, sides and rows of which one at least must give way."""
    found: list[tuple[int, Ints, Ints]] = []
    for _ in range(_ROUNDS):
        part, _ = rows.stack(kept, rows.block_of_row[kept], rows.domain)
        verdict = decide(part, np.ones(part.m, dtype=bool), reasons=True, deadline=deadline, give_up=True)
        if verdict.feasible.all():
            break
        row, side = np.nonzero((verdict.sides & (cost[kept] > 0)).T)
        order = np.lexsort((cost[kept[row]], part.block_of_row[row]))
        row, side = row[order], side[order]
        block = part.block_of_row[row]
        first = np.flatnonzero(np.diff(block, prepend=-1))
        members = np.split(kept[row], first[1:])
        found += zip(block[first].tolist(), np.split(side, first[1:]), members, strict=True)
        # the lightest claim of each clash aside, what else clashes in these blocks?
        again = ~verdict.feasible[part.block_of_row]
        again[row[first]] = False
        kept = kept[again]
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
