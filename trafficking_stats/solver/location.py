"""From a system to the claims it must drop: every block by the cheapest method that is exact for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trafficking_stats.solver.clashes import Clashes
from trafficking_stats.solver.feasibility import Verdict, decide
from trafficking_stats.solver.groups import Tie, choose, in_order, ties_of_clashes
from trafficking_stats.solver.intervals import Claims, best_points, claims_of
from trafficking_stats.solver.master import Master
from trafficking_stats.solver.milp import Deadline, OutOfTimeError
from trafficking_stats.solver.programme import cheapest
from trafficking_stats.solver.rows import Bools, Floats, Ints, Rows

# Expressions of a block from which on it is first tried as one programme; for fewer the order among equals is exact.
_LARGE = 100


@dataclass(frozen=True)
class Location:
    """The result for a whole system.

    Parameters
    ----------
    dropped : ndarray of bool of shape (m,)
        Claims to drop.
    point : ndarray of shape (n,)
        A point of the rest.
    proven : int
        Lower bound of the weight that must be dropped, in units of weight.
    notes : tuple of str
        What the answer does not settle or had to assume; empty if nothing.
    """

    dropped: Bools
    point: Floats
    proven: int
    notes: tuple[str, ...]


def locate(
    rows: Rows, is_claim: Bools, weight: Ints, rules: Verdict, group: Ints | None, deadline: Deadline
) -> Location:
    """Find the cheapest claims to drop.

    Parameters
    ----------
    rows : Rows
        The system.
    is_claim : ndarray of bool of shape (m,)
        Rows that may be dropped.
    weight : ndarray of int of shape (m,)
        Their costs.
    rules : Verdict
        The answer of `decide` for the other rows: all blocks feasible.
    group : ndarray of int of shape (m,) or None
        Group of every claim, -1 for none, if groups break ties.
    deadline : Deadline
        Limit for the search; what is then open is settled without proof.

    Returns
    -------
    Location
    """
    lower, upper = rules.state.lower, rules.state.upper
    whole = decide(rows, np.ones(rows.m, dtype=bool), lower, upper, point=True, deadline=deadline)
    dropped = np.zeros(rows.m, dtype=bool)
    if whole.point is None or whole.feasible.all():
        return Location(dropped, lower if whole.point is None else whole.point, 0, ())
    row = np.flatnonzero(~whole.feasible[rows.block_of_row])
    _, copy = np.unique(rows.block_of_row[row], return_inverse=True)
    row, copy = row[np.argsort(copy, kind="stable")], np.sort(copy)
    sub, variable = rows.stack(row, copy, lower, upper)
    repair = Repair(sub, is_claim[row], weight[row])
    repair.run(None if group is None else group[row], deadline)
    dropped[row] = repair.dropped
    rest = decide(sub, ~repair.dropped, point=True)
    point = whole.point
    if rest.point is not None:
        point[variable] = rest.point
    return Location(dropped, point, int(repair.proven.sum()), tuple(sorted(repair.notes)))


class Repair:
    """The blocks of a system in which something must be dropped.

    Parameters
    ----------
    rows : Rows
        The system; its domain is what the rules allow.
    is_claim, weight : ndarray of shape (m,)
        Rows that may be dropped, and what that costs.
    """

    def __init__(self, rows: Rows, is_claim: Bools, weight: Ints) -> None:
        self.rows, self.weight = rows, weight
        self.clashes = Clashes(rows, is_claim, weight)
        self.claims = claims_of(rows, is_claim, weight, rows.domain_lower, rows.domain_upper)
        self.proven = np.zeros(rows.n_blocks, dtype=np.int64)
        self.notes: set[str] = set()

    @property
    def dropped(self) -> Bools:
        """Claims dropped so far."""
        return self.clashes.dropped

    def run(self, group: Ints | None, deadline: Deadline) -> None:
        """Settle every block.

        Parameters
        ----------
        group : ndarray of shape (m,) or None
            Group of every row, -1 for none, if groups break ties.
        deadline : Deadline
            Limit; blocks open by then are settled without proof.
        """
        point_ties = self._best_points()
        self._prove(np.ones(self.rows.n_blocks, dtype=bool))
        try:
            by_points = decide(self.rows, ~self.dropped, deadline=deadline).feasible
            by_search = ~by_points
            self._search(by_search, deadline)
            by_search &= ~self.clashes.too_hard
            self._prove(by_search)
            touched: frozenset[int] = frozenset()
            if group is not None:
                touched = self._prefer_few_groups(group, by_points, by_search, point_ties, deadline)
            hard = np.flatnonzero(~by_points & ~by_search)
            if len(hard):
                self._by_programme(hard, group, touched, deadline)
        except OutOfTimeError:
            self.clashes.settle(np.ones(self.rows.n_blocks, dtype=bool))
            least = [self.clashes.least(block) for block in range(self.rows.n_blocks)]
            self.proven = np.maximum(self.proven, least)

    def _best_points(self) -> list[Tie]:
        """Drop what misses the best point of its expression; every choice there was, and was not."""
        row, block = self.claims.row, self.rows.block_of_row[self.claims.row]
        missed, tied = best_points(self.claims)
        self.dropped[row[missed]] = True
        ties = []
        for members, alternatives in tied:
            missed[members] = False
            ties.append(Tie(int(block[members[0]]), in_order([frozenset(row[a].tolist()) for a in alternatives])))
        ties += [Tie(int(block[k]), (frozenset({int(row[k])}),)) for k in np.flatnonzero(missed)]
        return ties

    def _prove(self, blocks: Bools) -> None:
        """Take what is dropped in these blocks as the least that must be."""
        spent = np.bincount(self.rows.block_of_row, self.weight * self.dropped, self.rows.n_blocks)
        self.proven = np.where(blocks, spent.astype(np.int64), self.proven)

    def _search(self, blocks: Bools, deadline: Deadline) -> None:
        self.clashes.seed(self.claims.among(blocks[self.rows.block_of_row[self.claims.row]]))
        self.clashes.solve(blocks, deadline)

    def _by_programme(self, blocks: Ints, group: Ints | None, touched: frozenset[int], deadline: Deadline) -> None:
        """Settle blocks with many clashes: large ones by one programme each, the others by `Master`."""
        rows = self.rows
        if group is None:
            group = np.full(rows.m, -1)
        free = np.zeros(group.max(initial=0) + 1, dtype=bool)
        free[list(touched)] = True
        at_once = np.zeros(rows.n_blocks, dtype=bool)
        block_of_claim = rows.block_of_row[self.claims.row]
        order = np.argsort(block_of_claim, kind="stable")
        begin = np.searchsorted(block_of_claim[order], blocks)
        end = np.searchsorted(block_of_claim[order], blocks, "right")
        for k, block in enumerate(blocks.tolist()):
            at_once[block] = self._at_once(block, self.claims.among(order[begin[k] : end[k]]), group, free, deadline)
        clashing = self.clashes.learn(at_once, deadline)
        self._prove(at_once & ~clashing)
        for block in blocks[~at_once[blocks] | clashing[blocks]].tolist():
            outcome = Master(self.clashes, self.claims, block).solve(group, free, deadline)
            self.proven[block] = outcome.proven
            self._note(ties_broken=outcome.ties_broken, reach=outcome.reach)
            self._free(block, group, free)

    def _at_once(self, block: int, claims: Claims, group: Ints, free: Bools, deadline: Deadline) -> bool:
        """Settle a large block of whole numbers by one programme, unchecked; tell whether that was possible."""
        rows = self.rows
        alive = claims.among(claims.lower <= claims.upper)
        row_ids = rows.rows_in(block)
        if len(np.unique(alive.expression)) < _LARGE or not rows.exact[row_ids].all():
            return False
        rules = row_ids[~self.clashes.is_claim[row_ids]]
        counts = group[alive.row]
        counts = np.where((counts >= 0) & ~free[counts], counts, -1)
        found = cheapest(rows, rules, rows.variables_in(block), alive, counts, Deadline(deadline.left() / 2))
        if found is None:
            return False
        self.dropped[row_ids] = False
        self.dropped[claims.row[claims.lower > claims.upper]] = True
        self.dropped[alive.row[found.dropped]] = True
        self._note(ties_broken=found.ties_broken, reach=found.reach)
        self._free(block, group, free)
        return True

    def _free(self, block: int, group: Ints, free: Bools) -> None:
        """Note, in place, the groups that a block drops claims of: dropping more of them costs nothing."""
        row_ids = self.rows.rows_in(block)
        used = group[row_ids[self.dropped[row_ids]]]
        free[used[used >= 0]] = True

    def _note(self, *, ties_broken: bool, reach: float) -> None:
        if not ties_broken:
            self.notes.add("ties not broken in the fixed order")
        if np.isfinite(reach):
            self.notes.add(f"assuming that no sum without an upper bound exceeds {reach:.0f}")

    def _prefer_few_groups(
        self, group: Ints, by_points: Bools, by_search: Bools, point_ties: list[Tie], deadline: Deadline
    ) -> frozenset[int]:
        """Among equally cheap sets take those that touch few groups; the groups touched.

        A block settled by points whose alternatives clash moves from `by_points` to `by_search`, in place.
        """
        solution = self.dropped.copy()
        try:
            return self._compare_groups(group, by_points, by_search, point_ties, deadline)
        except OutOfTimeError:
            self.dropped[:] = solution
            self.notes.add("groups not compared to the end")
            raise

    def _compare_groups(
        self, group: Ints, by_points: Bools, by_search: Bools, fixed: list[Tie], deadline: Deadline
    ) -> frozenset[int]:
        while True:
            fixed = [tie for tie in fixed if by_points[tie.block]]
            ties = fixed + ties_of_clashes(self.clashes, np.flatnonzero(by_search))
            chosen, touched = choose(ties, group)
            before = self.dropped.copy()
            self.dropped[(by_points | by_search)[self.rows.block_of_row]] = False
            for rows in chosen:
                self.dropped[list(rows)] = True
            changed = np.zeros(self.rows.n_blocks, dtype=bool)
            changed[self.rows.block_of_row[self.dropped != before]] = True
            clashing = self.clashes.learn(changed, deadline)
            if not clashing.any():
                return touched
            row = clashing[self.rows.block_of_row]
            self.dropped[row] = before[row]
            moved = clashing & by_points
            self._search(moved, deadline)
            # Too many claims on one expression to list: such a block keeps what the fixed order chose.
            kept = moved & self.clashes.too_hard
            self.clashes.too_hard &= ~kept
            self.dropped[kept[self.rows.block_of_row]] = before[kept[self.rows.block_of_row]]
            fixed = [tie for tie in fixed if not kept[tie.block]]
            for block in np.flatnonzero(kept):
                stays = frozenset(np.flatnonzero(before & (self.rows.block_of_row == block)).tolist())
                fixed.append(Tie(int(block), (stays,)))
            by_points &= ~moved | kept
            by_search |= moved & ~kept
            again = clashing & by_search & ~moved
            self.clashes.break_up(again)
            self.clashes.solve(again, deadline)
            by_search &= ~self.clashes.too_hard
