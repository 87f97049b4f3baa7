"""The cheapest claims to drop: the best point of every expression first, then one programme a block that clashes.

Without the rules every expression is settled by itself (`best_points`), and no answer can cost less. Where that answer
breaks rules, the rules and claims of the clash go into a programme over the thresholds of their expressions; its
answer again costs no more than the cheapest of the whole block. This is repeated, with all blocks side by side, until
the answer breaks nothing: then it is the cheapest. (Lazy constraints, as in Hooker and Ottosson 2003.)

References
----------
Hooker, J. and Ottosson, G. (2003). Logic-based Benders decomposition. *Mathematical Programming* 96, 33-60.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from trafficking_stats.solver.conflicts import irreducible
from trafficking_stats.solver.feasibility import decide
from trafficking_stats.solver.highs import Deadline, OutOfTimeError
from trafficking_stats.solver.points import FINER, UNIT, Claims, Discounts, best_points, claims_of
from trafficking_stats.solver.programme import cheapest
from trafficking_stats.solver.rows import Bools, Floats, Ints, Rows, spans

# Clashes of a block that are added to its programme at a time.
_AT_ONCE = 30
_PACK = 200


@dataclass(frozen=True)
class Found:
    """What to drop.

    Parameters
    ----------
    dropped : ndarray of bool of shape (m,)
        The rows.
    gap : float
        Share of the cost that might be saved; 0 if it is the cheapest.
    """

    dropped: Bools
    gap: float


def locate(
    rows: Rows,
    weight: Ints,
    allowed: tuple[Floats, Floats],
    discounts: Discounts,
    deadline: Deadline,
) -> Found:
    """Find the cheapest rows to drop so that the others have a point in common.

    Parameters
    ----------
    rows : Rows
        The system.
    weight : ndarray of int of shape (m,)
        What dropping a row costs, 0 for rules.
    allowed : (lower, upper)
        What the rules allow every variable.
    discounts : Discounts
        What dropping a claim costs less while another one is kept.
    deadline : Deadline
        Limit. Then what still clashes is resolved by dropping the lightest claim of each clash.
    """
    return _Location(rows, weight, allowed, discounts, deadline).run()


class _Location:
    """The state of a search: what is dropped, and the rows in the programme of each block."""

    def __init__(
        self, rows: Rows, weight: Ints, allowed: tuple[Floats, Floats], discounts: Discounts, deadline: Deadline
    ) -> None:
        self.rows, self.weight, self.allowed, self.deadline = rows, weight, allowed, deadline
        self.discounts = discounts
        self.claims = claims_of(rows, weight > 0, *allowed)
        self.part = _linked(rows, discounts)
        self.order = np.argsort(self.part, kind="stable")
        self.cost = costs(self.part, self.claims, weight)
        self.expression = np.full(rows.m, -1)
        self.expression[self.claims.row] = self.claims.expression
        self.inside = np.zeros(rows.m, dtype=bool)
        self.cuts: dict[int, list[tuple[Ints, Ints]]] = {}
        self.gaps: dict[int, float] = {}
        self.dropped = np.zeros(rows.m, dtype=bool)
        self.dropped[self.claims.row] = best_points(self.claims, self.cost, discounts)

    def run(self) -> Found:
        """Settle all parts."""
        pending = np.ones(self.rows.m, dtype=bool)
        while True:
            core = self._clashes(pending) | self._assumed(pending)
            parts = np.unique(self.part[core])
            if len(parts) == 0:
                return Found(self.dropped, sum(self.gaps.values()) / max(self._spent(), 1.0))
            pending = np.isin(self.part, parts)
            grown = np.unique(self.part[self._grow(core)])
            try:
                for part in np.setdiff1d(parts, grown).tolist():
                    self._exclude(np.flatnonzero(core & (self.part == part)))
                for pack in self._packs(parts):
                    self._solve(pack)
            except OutOfTimeError:
                self._give_up(pending)
                return Found(self.dropped, 1.0)

    def _spent(self) -> float:
        saving = self.discounts.saving(self.dropped)
        return float(self.cost[self.dropped].sum() - self.discounts.saved[saving].sum())

    def _clashes(self, pending: Bools) -> Bools:
        """Find up to some disjoint clashes among what is kept in the parts that were changed last."""
        active = ~self.dropped & pending
        core = np.zeros(self.rows.m, dtype=bool)
        for _ in range(_AT_ONCE):
            verdict = decide(self.rows, active, reasons=True, deadline=self.deadline, give_up=True)
            if verdict.feasible.all():
                break
            core |= verdict.core
            self._cut(verdict.sides)
            # the lightest claim of this clash aside, what else clashes in these blocks?
            active &= ~verdict.feasible[self.rows.block_of_row]
            active[self._lightest(verdict.core)] = False
        return core

    def _assumed(self, pending: Bools) -> Bools:
        """Find claims whose discount was counted on another expression in vain, with what it hangs on."""
        place, other = self.discounts.pairs()
        far = self.expression[other] != self.expression[self.discounts.claim[place]]
        open_ = far & ~(self.inside[other] & self.inside[self.discounts.claim[place]])
        open_ &= pending[other]
        vain = self.dropped[self.discounts.claim] & ~self.discounts.saving(self.dropped)
        lines = open_ & vain[place]
        core = np.zeros(self.rows.m, dtype=bool)
        core[other[lines]] = core[self.discounts.claim[place[lines]]] = True
        return core

    def _grow(self, core: Bools) -> Ints:
        """Take rows, and all claims on the same expressions, into the programmes; return what is new."""
        touched = np.zeros(self.claims.expression.max(initial=-1) + 2, dtype=bool)
        touched[self.expression[core & (self.weight > 0)]] = True
        new = core & (self.weight == 0)
        new[self.claims.row] = touched[self.claims.expression]
        new &= ~self.inside
        self.inside |= new
        return np.flatnonzero(new)

    def _cut(self, sides: Bools) -> None:
        """Note that of the sides of claims in a clash, one in each block, one at least must give way."""
        side, claim = np.nonzero(sides & (self.weight > 0))
        order = np.argsort(self.rows.block_of_row[claim], kind="stable")
        side, claim = side[order], claim[order]
        ends = np.flatnonzero(np.diff(self.rows.block_of_row[claim])) + 1
        for its_side, its in zip(np.split(side, ends), np.split(claim, ends), strict=True) if len(claim) else []:
            self.cuts.setdefault(int(self.part[its[0]]), []).append((its, its_side))

    def _exclude(self, members: Ints) -> None:
        """Cut off what the programme holds for possible, and whole numbers do not allow."""
        sides = np.zeros((2, self.rows.m), dtype=bool)
        sides[:, irreducible(self.rows, members, self.weight, self.deadline)] = True
        self._cut(sides)

    def _packs(self, parts: Ints) -> list[Ints]:
        """Put small parts together: one programme of many costs less than many of one."""
        size = np.bincount(self.part[self.inside], minlength=parts.max() + 1)[parts]
        return np.split(parts, np.flatnonzero(np.diff(np.cumsum(size) // _PACK)) + 1)

    def _solve(self, parts: Ints) -> None:
        """Solve the programme of some parts and take over what it drops."""
        begin, end = np.searchsorted(self.part[self.order], [parts, parts + 1])
        members = self.order[spans(begin, end - begin)]
        members = np.sort(members[self.inside[members]])
        claims = self.claims.among(np.searchsorted(self.claims.row, members[self.weight[members] > 0]))
        cuts = [cut for part in parts.tolist() for cut in self.cuts.get(part, [])]
        self.dropped[claims.row], gap = cheapest(
            self.rows,
            members[self.weight[members] == 0],
            claims,
            self.cost,
            self.discounts,
            self.allowed,
            cuts,
            self.deadline,
        )
        self.gaps.update(dict.fromkeys(parts.tolist(), 0.0))
        self.gaps[int(parts[0])] = gap

    def _give_up(self, pending: Bools) -> None:
        """Drop the lightest claim of each clash until nothing clashes: valid, though perhaps not cheapest."""
        while True:
            active = ~self.dropped & pending
            verdict = decide(self.rows, active, reasons=True, deadline=self.deadline, give_up=True)
            if verdict.feasible.all():
                return
            self.dropped[self._lightest(verdict.core)] = True

    def _lightest(self, core: Bools) -> Ints:
        """Return the lightest claim of a clash in each block."""
        claims = np.flatnonzero(core & (self.weight > 0))
        claims = claims[np.argsort(self.cost[claims], kind="stable")]
        _, first = np.unique(self.rows.block_of_row[claims], return_index=True)
        return claims[first]


def _linked(rows: Rows, discounts: Discounts) -> Ints:
    """Give rows numbers of the parts that neither a row nor a discount connects."""
    place, other = discounts.pairs()
    ends = rows.block_of_row[discounts.claim[place]], rows.block_of_row[other]
    links = sparse.coo_array((np.ones(len(other)), ends), shape=(rows.n_blocks, rows.n_blocks))
    return connected_components(links, directed=False)[1].astype(np.int64)[rows.block_of_row]


def costs(part: Ints, claims: Claims, weight: Ints) -> Ints:
    """Refine weights so that few sets cost the same: of equally heavy ones that of fewer, and then of later claims.

    What is added to all claims of a part together stays below a thousandth of the weight 1.
    """
    of = part[claims.row]
    count = np.bincount(of)
    order = np.argsort(of, kind="stable")
    place = np.empty(len(of), dtype=np.int64)
    place[order] = np.arange(len(of)) - (np.cumsum(count) - count)[of[order]]
    step = np.minimum(1e-5, 5e-4 / count[of]) / UNIT
    cost = weight * FINER
    cost[claims.row] += np.rint(step * (2 - place / count[of])).astype(np.int64)
    return cost
