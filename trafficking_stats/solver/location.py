"""The cheapest claims to drop: the best point of every expression first, then small programmes for what clashes.

Without the rules every expression is settled by itself (`best_points`), and no answer can cost less: where that
answer breaks no rule, it is the cheapest. Where it does, the rows near the clashes go into programmes (`Choice`), and
what these keep is checked in exact arithmetic beside the best points of all other expressions. Clashes that show only
then are excluded, what is near them comes in, and new programmes are asked. At first they are relaxed: what is kept
and clashes makes them so much tighter that few blocks ever need a search, which takes in the whole block.

References
----------
Hooker, J. and Ottosson, G. (2003). Logic-based Benders decomposition. *Mathematical Programming* 96, 33-60.
"""

from collections.abc import Iterator

import numpy as np

from trafficking_stats.solver.choice import Choice, least_deviation
from trafficking_stats.solver.claims import best_points, claims_of
from trafficking_stats.solver.feasibility import decide
from trafficking_stats.solver.highs import Deadline, OutOfTimeError
from trafficking_stats.solver.rows import Bools, Floats, Ints, Rows

# Blocks share a relaxed programme of about so many claims: one of many costs less than many of one. What a search takes
# grows faster than its programme.
_PACK, _PACK_TO_SEARCH = 500, 100
# Clashes of a block that are looked for before its programme is asked.
_ROUNDS = 10
# So often the relaxed programme alone is asked, while that shows clashes: each makes it tighter.
_RELAXED = 6
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
    search = _Search(rows, weight, allowed, deadline)
    search.run()
    return search.dropped, float(search.open.sum() / max(search.cost[search.dropped].sum(), 1))


class _Search:
    """What is dropped of each block, turn by turn."""

    def __init__(self, rows: Rows, weight: Ints, allowed: Floats, deadline: Deadline) -> None:
        self.rows, self.deadline = rows, deadline
        self.claims, self.box = claims_of(rows, weight, allowed)
        self.cost = np.zeros(rows.m, dtype=np.int64)
        self.cost[self.claims.row] = self.claims.cost
        self.dropped, self.near = np.zeros(rows.m, dtype=bool), np.zeros(rows.m, dtype=bool)
        self.dropped[self.claims.row] = best_points(self.claims)
        # what might be saved in each block; those settled for good; and those that a relaxed programme left half-way
        self.open = np.zeros(rows.n_blocks)
        self.final, self.between = np.zeros((2, rows.n_blocks), dtype=bool)
        self.clashes: list[tuple[int, Ints, Ints]] = []

    def run(self) -> None:
        """Settle all blocks."""
        asked, turn = np.ones(self.rows.n_blocks, dtype=bool), 0
        while asked.any():
            clashing = self._look(asked)
            asked = (clashing | self.between) & ~self.final
            whole = asked & (self.between & ~clashing | (turn >= _RELAXED))
            self.near |= whole[self.rows.block_of_row]
            self.between[:] = False
            packs = [(pack, True) for pack in self._packs(asked & ~whole, _PACK)]
            packs += [(pack, False) for pack in self._packs(whole, _PACK_TO_SEARCH)]
            for place, (blocks, relaxed) in enumerate(packs):
                self._settle(blocks, self.deadline.share(min(len(packs) - place, _SHARE)), relaxed=relaxed)
            turn += 1

    def _look(self, asked: Bools) -> Bools:
        """Look for clashes in some blocks, several in each; return the blocks that have any."""
        rows, clashing = self.rows, np.zeros(self.rows.n_blocks, dtype=bool)
        kept, touched = np.flatnonzero(~self.dropped & asked[rows.block_of_row]), np.zeros(rows.n, dtype=bool)
        for turn in range(_ROUNDS):
            if asked.all() and turn == 0:  # the whole system as it stands, which a copy would double
                part, active, kept = rows, ~self.dropped, np.arange(rows.m)
            else:
                part, active = rows.stack(kept, rows.block_of_row[kept], rows.domain)[0], np.ones(len(kept), dtype=bool)
            verdict = decide(part, active, reasons=True, deadline=self.deadline, give_up=True)
            if verdict.feasible.all():
                break
            touched[rows.column[rows.entries(kept[verdict.core])]] = True
            row, side = np.nonzero((verdict.sides & (self.cost[kept] > 0)).T)
            order = np.lexsort((self.cost[kept[row]], part.block_of_row[row]))
            row, side = row[order], side[order]
            block = part.block_of_row[row]
            first = np.flatnonzero(np.diff(block, prepend=-1))
            sides, members = (np.split(own, first[1:]) for own in (side, kept[row]))
            self.clashes += zip(block[first].tolist(), sides, members, strict=True)
            clashing[block] = True
            # the lightest claim of each clash aside, what else clashes in these blocks?
            again = ~verdict.feasible[part.block_of_row] & active
            again[row[first]] = False
            kept = kept[again]
        self.near[rows.row[touched[rows.column]]] = True
        return clashing

    def _packs(self, blocks: Bools, claims: int) -> Iterator[Bools]:
        """Put blocks together, the smallest first, until they have about so many claims."""
        rows = self.rows
        size = np.bincount(rows.block_of_row, self.near & (self.cost > 0), rows.n_blocks)
        order = np.flatnonzero(blocks)
        order = order[np.argsort(size[order], kind="stable")]
        pack = np.full(rows.n_blocks, -1)
        pack[order] = np.cumsum(size[order]) // claims
        yield from (pack == number for number in np.unique(pack[order]))

    def _settle(self, blocks: Bools, deadline: Deadline, *, relaxed: bool) -> None:
        """Choose what to drop of some blocks, or let them deviate where the time is up."""
        rows, own = self.rows, blocks[self.rows.block_of_row]
        claims = self.claims.among((own & self.near)[self.claims.row])
        rules = np.flatnonzero(own & self.near & (self.cost == 0))
        self.open[blocks] = 0.0
        try:
            clashes = [(sides, members) for block, sides, members in self.clashes if blocks[block]]
            choice = Choice(rows, rules, claims, self.box, clashes)
            choice.settle(deadline, relaxed=relaxed)
            self.dropped[claims.row], self.between[choice.between] = choice.dropped, True
            self.open[np.argmax(blocks)] = choice.open
        except OutOfTimeError:
            claims = self.claims.among(own[self.claims.row])
            dropped = least_deviation(rows, np.flatnonzero(own & (self.cost == 0)), claims, self.box)
            self.dropped[claims.row], self.final[blocks] = dropped, True
            self.open[np.argmax(blocks)] = claims.cost[dropped & ~claims.dead].sum()
