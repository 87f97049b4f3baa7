"""Locate errors: the cheapest claims to drop, proven by the clashing sets they break up.

Implicit hitting sets [1]_: the cheapest claims that break up every clash found so far are set aside; if the rest
has a point, nothing cheaper can do. If not, it holds further clashes, which are reduced to irreducible ones and
join the list. No constant M enters, so no claim passes because a tolerance times M is large. All blocks of a
system advance together. Blocks in which the clashes are too many for the list go to `master`.

References
----------
.. [1] Moreno-Centeno, E. and Karp, R. (2013). The implicit hitting set approach to solve combinatorial optimization
   problems. *Operations Research* 61, 453-468.
"""

from __future__ import annotations

import numpy as np

from trafficking_stats.solver.cores import deletion_filter, first_cores
from trafficking_stats.solver.feasibility import Verdict, decide
from trafficking_stats.solver.hitting_set import (
    Core,
    SearchLimitError,
    minimum_hitting_set,
    ordered_costs,
    packing,
)
from trafficking_stats.solver.intervals import Claims
from trafficking_stats.solver.milp import Deadline, OutOfTimeError, SolverError
from trafficking_stats.solver.pairs import clashing_pairs
from trafficking_stats.solver.rows import Bools, Ints, Rows

# Claims that disagree on one expression up to which their pairs are listed as clashes from the start.
_PAIRS = 8
# Clashes of one block after which its list is given up.
_CORES = 200
# Seconds, once the time limit was reached, to find some solution.
_SETTLING = 10.0


class Clashes:
    """The clashing sets known of every block, and the cheapest way to break them up.

    Parameters
    ----------
    rows : Rows
        The system; its domain is what the rules allow.
    is_claim : ndarray of bool of shape (m,)
        Rows that may be dropped.
    weight : ndarray of int of shape (m,)
        Their costs.
    """

    def __init__(self, rows: Rows, is_claim: Bools, weight: Ints) -> None:
        self.rows, self.is_claim, self.weight = rows, is_claim, weight
        self.cores: list[set[Core]] = [set() for _ in range(rows.n_blocks)]
        self.dropped = np.zeros(rows.m, dtype=bool)
        self.too_hard = np.zeros(rows.n_blocks, dtype=bool)
        self._cost: list[dict[int, int] | None] = [None] * rows.n_blocks
        self._broken_up: dict[frozenset[Core], frozenset[int]] = {}

    def seed(self, claims: Claims) -> None:
        """List the pairs of claims that clash by themselves, and claims without a point."""
        empty = claims.lower > claims.upper
        for row in claims.row[empty].tolist():
            self.cores[self.rows.block_of_row[row]].add(frozenset({row}))
        alive = np.flatnonzero(~empty)
        order = alive[np.argsort(claims.expression[alive], kind="stable")]
        first = np.flatnonzero(np.diff(claims.expression[order], prepend=-1))
        if len(first) == 0:
            return
        highest = np.maximum.reduceat(claims.lower[order], first)
        clashing = highest > np.minimum.reduceat(claims.upper[order], first)
        ends = np.append(first[1:], len(order))
        for begin, end in zip(first[clashing], ends[clashing], strict=True):
            members = order[begin:end]
            row, low, high = claims.row[members].tolist(), claims.lower[members], claims.upper[members]
            block = self.rows.block_of_row[row[0]]
            if len(members) > _PAIRS and len(np.unique(np.stack([low, high]), axis=1).T) > _PAIRS:
                self.too_hard[block] = True
                continue
            for a, b in np.argwhere(low[:, None] > high).tolist():
                self.cores[block].add(frozenset({row[a], row[b]}))
        self._seed_parts(claims.among(alive))

    def _seed_parts(self, claims: Claims) -> None:
        """List the pairs of which one is a part and larger than its whole."""
        rows = self.rows
        claims = claims.among(~self.too_hard[rows.block_of_row[claims.row]])
        blocks = np.zeros(rows.n_blocks, dtype=bool)
        blocks[rows.block_of_row[claims.row]] = True
        rules = np.flatnonzero(blocks[rows.block_of_row] & ~self.is_claim)
        first, second = clashing_pairs(rows, rules, np.flatnonzero(blocks[rows.block_of_variable]), claims)
        block = rows.block_of_row[claims.row[first]]
        for k, a, b in zip(block.tolist(), claims.row[first].tolist(), claims.row[second].tolist(), strict=True):
            self.cores[k].add(frozenset({a, b}))

    def cost(self, block: int) -> dict[int, int]:
        """Costs of the claims of a block with their order in the low bits."""
        cost = self._cost[block]
        if cost is None:
            claims = self._claims_in(block)
            cost = ordered_costs(dict(zip(claims.tolist(), self.weight[claims].tolist(), strict=True)))
            self._cost[block] = cost
        return cost

    def _claims_in(self, block: int) -> Ints:
        rows = self.rows.rows_in(block)
        return rows[self.is_claim[rows]]

    def solve(self, pending: Bools, deadline: Deadline) -> None:
        """Find the cheapest claims to drop in the pending blocks, up to those that turn out too hard.

        Parameters
        ----------
        pending : ndarray of bool of shape (n_blocks,)
            Blocks to work on. What is dropped in them already is the cheapest for the clashes known so far.
        deadline : Deadline
            Limit.
        """
        pending = self.learn(pending & ~self.too_hard, deadline)
        while pending.any():
            deadline.left()
            self.break_up(pending)
            pending = self.learn(pending & ~self.too_hard, deadline)

    def break_up(self, blocks: Bools) -> None:
        """Drop the cheapest claims that break up the clashes known of some blocks; note where that is too hard."""
        for block in np.flatnonzero(blocks).tolist():
            self._break_up(block)

    def learn(self, pending: Bools, deadline: Deadline) -> Bools:
        """Add the clashes among the claims not dropped.

        Parameters
        ----------
        pending : ndarray of bool of shape (n_blocks,)
            Blocks to look at.
        deadline : Deadline
            Limit.

        Returns
        -------
        ndarray of bool of shape (n_blocks,)
            Blocks that still clash; each has at least one new clashing set.
        """
        active = pending[self.rows.block_of_row] & ~self.dropped
        verdict = decide(self.rows, active, reasons=True, deadline=deadline)
        clashing = pending & ~verdict.feasible
        self._add_disjoint(active & clashing[self.rows.block_of_row], verdict, clashing, deadline)
        return clashing

    def settle(self, pending: Bools) -> None:
        """Drop the cheapest member of any clash left until every pending block has a point; no proof.

        Where even that cannot be told in time, all claims go: the rules have a point.
        """
        deadline = Deadline(_SETTLING)
        while True:
            active = pending[self.rows.block_of_row] & ~self.dropped
            try:
                verdict = decide(self.rows, active, reasons=True, deadline=deadline)
            except OutOfTimeError:
                self.dropped |= active & self.is_claim
                return
            pending = pending & ~verdict.feasible
            if not pending.any():
                return
            core = np.flatnonzero(first_cores(self.rows, active, verdict) & active & self.is_claim)
            core = core[np.lexsort((-core, self.weight[core]))]
            _, cheapest = np.unique(self.rows.block_of_row[core], return_index=True)
            self.dropped[core[cheapest]] = True

    def least(self, block: int) -> int:
        """Return a proven lower bound of what a block must drop, in units of weight."""
        weight = {i: int(self.weight[i]) for core in self.cores[block] for i in core}
        return packing(self.cores[block], weight)

    def _break_up(self, block: int) -> None:
        if len(self.cores[block]) > _CORES:
            self.too_hard[block] = True
            return
        try:
            hit = minimum_hitting_set(self.cores[block], self.cost(block), self._broken_up)
        except SearchLimitError:
            self.too_hard[block] = True
            return
        self.dropped[self._claims_in(block)] = False
        self.dropped[list(hit)] = True

    def _add_disjoint(self, active: Bools, verdict: Verdict, pending: Bools, deadline: Deadline) -> None:
        """Add clashes without a common claim until what is left of every pending block has a point."""
        member_rows, copies = [], []
        open_blocks = pending.copy()
        used = 0
        while open_blocks.any():
            core = np.flatnonzero(first_cores(self.rows, active, verdict) & active)
            if not self.is_claim[core].any():
                raise SolverError("the rules were found to have a point, and then not")
            blocks, copy = np.unique(self.rows.block_of_row[core], return_inverse=True)
            order = np.argsort(copy, kind="stable")
            member_rows.append(core[order])
            copies.append(used + copy[order])
            used += len(blocks)
            active = active & open_blocks[self.rows.block_of_row]
            active[core[self.is_claim[core]]] = False
            verdict = decide(self.rows, active, reasons=True, deadline=deadline)
            open_blocks &= ~verdict.feasible
            active &= open_blocks[self.rows.block_of_row]
        if used == 0:
            return
        row, copy = np.concatenate(member_rows), np.concatenate(copies)
        rank = np.where(self.is_claim[row], np.lexsort((row, self.weight[row])).argsort(), -1)
        stays = deletion_filter(self.rows, row, copy, rank, self.rows.domain_lower, self.rows.domain_upper, deadline)
        claim = stays & self.is_claim[row]
        row, copy = row[claim], copy[claim]
        for core in np.split(row, np.flatnonzero(np.diff(copy)) + 1):
            self.cores[self.rows.block_of_row[core[0]]].add(frozenset(int(i) for i in core))
