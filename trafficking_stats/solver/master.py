"""Locate errors in one block with so many clashes that listing them would not end.

Every expression that claims speak of is cut at the ends of their intervals into segments; a binary variable
says in which segment its value lies. That tells which claims hold, and the pieces are the tightest bounds there
are: no claim gets a constant M. The answer of the solver is checked exactly; should a tolerance have let a claim
pass, the clash it is part of is added as a cut and the programme is solved again (logic-based Benders [1]_).

References
----------
.. [1] Hooker, J. and Ottosson, G. (2003). Logic-based Benders decomposition. *Mathematical Programming* 96, 33-60.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from trafficking_stats.solver.clashes import Clashes
from trafficking_stats.solver.intervals import Claims
from trafficking_stats.solver.milp import Deadline, OutOfTimeError
from trafficking_stats.solver.rows import Bools, Floats, Ints

# Claims compared in one programme when ties are broken: powers of two up to this stay exact in the solver.
_TIED_AT_ONCE = 16
# Where nothing bounds an expression, its values are taken to lie within this multiple of all constants together.
# Vertices of systems with coefficients 0, 1 and -1 lie within the sum of the constants times a subdeterminant;
# the status says so when an answer rests on it.
_REACH = 1000.0


@dataclass(frozen=True)
class Outcome:
    """What the programme of a block found.

    Parameters
    ----------
    proven : int
        Lower bound of the weight to drop, in units of weight.
    assumed_reach : float
        Largest value an unbounded expression was allowed; ``inf`` if nothing was assumed.
    ties_broken : bool
        Whether the order among equal solutions was worked out to the end.
    """

    proven: int
    assumed_reach: float
    ties_broken: bool


class Master:
    """The programme of one block.

    Parameters
    ----------
    clashes : Clashes
        All blocks and the clashing sets known of them.
    claims : Claims
        Their claims as intervals.
    block : int
        The block.
    """

    def __init__(self, clashes: Clashes, claims: Claims, block: int) -> None:
        rows = clashes.rows
        self.clashes, self.block = clashes, block
        self.row_ids = rows.rows_in(block)
        self.variables = rows.variables_in(block)
        self.assumed_reach = math.inf
        mine = rows.block_of_row[claims.row] == block
        dead = mine & (claims.lower > claims.upper)
        self.dead = claims.row[dead]
        alive = np.flatnonzero(mine & ~dead)
        self.claim = claims.row[alive]
        self.weight = claims.weight[alive]
        self.unit: int = int(np.gcd.reduce(self.weight)) if len(alive) else 1
        self._segments(claims, alive)
        self._rules()

    def _segments(self, claims: Claims, alive: Ints) -> None:
        """Lay out the segments of every expression, as columns after the variables."""
        rows = self.clashes.rows
        n = len(self.variables)
        position = np.full(rows.n, -1)
        position[self.variables] = np.arange(n)
        finite = np.abs(np.concatenate([rows.lower[self.row_ids], rows.upper[self.row_ids]]))
        reach = _REACH * (1 + finite[np.isfinite(finite)].sum())
        # (row, column, value) of the constraints, their sides; misses[k]: columns in which claim k does not hold
        entries: list[tuple[Ints, Ints, Floats]] = []
        sides: list[tuple[float, float]] = []
        self.misses: list[Ints] = [np.empty(0, dtype=np.int64)] * len(alive)
        used = n
        for expression in np.unique(claims.expression[alive]):
            member = np.flatnonzero(claims.expression[alive] == expression)
            representative = claims.row[alive[member[0]]]
            span = slice(rows.start[representative], rows.start[representative + 1])
            column, value = rows.column[span], rows.value[span]
            value = value * (np.sign(value[np.argmin(column)]) if len(value) else 1.0)
            ends = rows.domain_lower[column], rows.domain_upper[column]
            least = float((value * np.where(value > 0, *ends)).sum())
            most = float((value * np.where(value > 0, *ends[::-1])).sum())
            if not (math.isfinite(least) and math.isfinite(most)):
                self.assumed_reach = reach
                least, most = max(least, -reach), min(most, reach)
            whole = bool(rows.integer[column].all() and rows.exact[representative])
            low, high = segments(claims.lower[alive[member]], claims.upper[alive[member]], least, most, whole)
            own = used + np.arange(len(low))
            used += len(low)
            inner = (low + high) / 2
            for k in member:
                holds = (claims.lower[alive[k]] <= inner) & (inner <= claims.upper[alive[k]])
                self.misses[k] = own[~holds]
            x = position[column]
            for factor, end, side in ((1.0, low, (0.0, math.inf)), (1.0, high, (-math.inf, 0.0))):
                at = np.full(len(x) + len(own), len(sides))
                entries.append((at, np.concatenate([x, own]), np.concatenate([factor * value, -end])))
                sides.append(side)
            entries.append((np.full(len(own), len(sides)), own, np.ones(len(own))))
            sides.append((1.0, 1.0))
        self.n_columns = int(used)
        self.n_variables: int = n
        self.entries, self.sides = entries, sides
        self.position = position
        self.cost = np.zeros(used)
        for c, miss in enumerate(self.misses):
            self.cost[miss] += float(self.weight[c] // self.unit)

    def _rules(self) -> None:
        rows = self.clashes.rows
        for r in self.row_ids[~self.clashes.is_claim[self.row_ids]]:
            span = slice(rows.start[r], rows.start[r + 1])
            at = np.full(rows.length[r], len(self.sides))
            self.entries.append((at, self.position[rows.column[span]], rows.value[span]))
            self.sides.append((float(rows.lower[r]), float(rows.upper[r])))

    def _require(self, columns: Ints, values: Floats, lower: float, upper: float) -> None:
        self.entries.append((np.full(len(columns), len(self.sides)), columns, values))
        self.sides.append((lower, upper))

    def _cuts(self, known: set[frozenset[int]]) -> None:
        """Of every clash found, a member does not hold."""
        index = {int(row): k for k, row in enumerate(self.claim)}
        for core in sorted(self.clashes.cores[self.block] - known, key=sorted):
            known.add(core)
            if all(i in index for i in core):
                columns = np.unique(np.concatenate([self.misses[index[i]] for i in core]))
                self._require(columns, np.ones(len(columns)), 1.0, math.inf)

    def solve(self, group: Ints, touched: Bools, deadline: Deadline) -> Outcome:
        """Drop the cheapest claims; among equals those of the fewest groups, and then by their order.

        Parameters
        ----------
        group : ndarray of shape (m,)
            Group of every row of the system, -1 for none.
        touched : ndarray of bool of shape (n_groups,)
            Groups that other blocks drop claims of, so that dropping more of them costs nothing.
        deadline : Deadline
            Limit.

        Returns
        -------
        Outcome
            The dropped rows themselves are marked in the `Clashes`.

        Raises
        ------
        OutOfTimeError
            When not even the cost was settled.
        """
        known: set[frozenset[int]] = set()
        best, proven = self._checked(self.cost, known, deadline)
        dead = int(self.clashes.weight[self.dead].sum())
        spent = self._weight(best)
        proven = dead + proven * self.unit
        try:
            used = np.flatnonzero(self.cost)
            self._require(used, self.cost[used], -math.inf, spent / self.unit + 0.5)
            self._fewest_groups(group, touched, known, deadline)
            self._first_in_order(self.misses, known, deadline)
        except OutOfTimeError:
            self._mark(best)
            return Outcome(proven, self.assumed_reach, ties_broken=False)
        return Outcome(proven, self.assumed_reach, ties_broken=True)

    def _fewest_groups(self, group: Ints, touched: Bools, known: set[frozenset[int]], deadline: Deadline) -> None:
        mine = group[self.claim]
        touched = touched.copy()
        dead = group[self.dead]
        touched[dead[dead >= 0]] = True
        names = np.unique(mine[mine >= 0])
        names = names[~touched[names]]
        if len(names) == 0:
            return
        columns = self.n_columns + np.arange(len(names))
        self.n_columns += len(names)
        for k, name in enumerate(mine):
            if name >= 0 and not touched[name]:
                column = columns[np.searchsorted(names, name)]
                miss = self.misses[k]
                self._require(np.append(miss, column), np.append(np.ones(len(miss)), -1.0), -math.inf, 0.0)
        cost = np.zeros(self.n_columns)
        cost[columns] = 1.0
        best, _ = self._checked(cost, known, deadline)
        self._require(columns, np.ones(len(columns)), -math.inf, float(np.round(best[columns]).sum()) + 0.5)
        self._first_in_order([np.array([c]) for c in columns], known, deadline)

    def _first_in_order(self, misses: list[Ints], known: set[frozenset[int]], deadline: Deadline) -> None:
        """Keep the first that can be kept, then the next, by binary weights for a few at a time."""
        for begin in range(0, len(misses), _TIED_AT_ONCE):
            chunk = misses[begin : begin + _TIED_AT_ONCE]
            cost = np.zeros(self.n_columns)
            for k, miss in enumerate(chunk):
                cost[miss] += 2.0 ** (len(chunk) - 1 - k)
            best, _ = self._checked(cost, known, deadline)
            for miss in chunk:
                lost = float(np.round(best[miss]).sum()) if len(miss) else 0.0
                if len(miss):
                    self._require(miss, np.ones(len(miss)), lost, lost)

    def _checked(self, cost: Floats, known: set[frozenset[int]], deadline: Deadline) -> tuple[Floats, int]:
        """Solve until the claims kept hold exactly; the solution and the bound of its cost."""
        blocks = np.arange(self.clashes.rows.n_blocks) == self.block
        while True:
            self._cuts(known)
            solution, bound = self._milp(cost, deadline)
            self._mark(solution)
            if not self.clashes.learn(blocks, deadline).any():
                return solution, math.ceil(bound - 1e-6 * max(1.0, abs(bound)))

    def _milp(self, cost: Floats, deadline: Deadline) -> tuple[Floats, float]:
        rows = self.clashes.rows
        at, column, value = (np.concatenate(part) for part in zip(*self.entries, strict=True))
        matrix = sparse.csr_array((value, (at, column)), shape=(len(self.sides), self.n_columns))
        lower, upper = np.zeros(self.n_columns), np.ones(self.n_columns)
        lower[: self.n_variables] = rows.domain_lower[self.variables]
        upper[: self.n_variables] = rows.domain_upper[self.variables]
        integer = np.ones(self.n_columns)
        integer[: self.n_variables] = rows.integer[self.variables]
        left = deadline.left()
        result = milp(
            np.pad(cost, (0, self.n_columns - len(cost))),
            constraints=LinearConstraint(matrix, *np.array(self.sides).T),
            bounds=Bounds(lower, upper),
            integrality=integer,
            options={"mip_rel_gap": 0.0, "presolve": False, **({"time_limit": left} if math.isfinite(left) else {})},
        )
        if result.status != 0 or result.x is None:
            raise OutOfTimeError("the time limit was reached, or the solver failed, in the search for errors")
        return result.x, result.mip_dual_bound

    def _mark(self, solution: Floats) -> None:
        dropped = self.clashes.dropped
        dropped[self.row_ids] = False
        dropped[self.dead] = True
        dropped[self.claim] = [bool(np.round(solution[miss]).sum() > 0) for miss in self.misses]

    def _weight(self, solution: Floats) -> int:
        return sum(
            int(w) for w, miss in zip(self.weight, self.misses, strict=True) if np.round(solution[miss]).sum() > 0
        )


def segments(lower: Floats, upper: Floats, least: float, most: float, whole: bool) -> tuple[Floats, Floats]:
    """Cut ``[least, most]`` where a claim begins or ends.

    Parameters
    ----------
    lower, upper : ndarray of shape (k,)
        Claims, each with a point in ``[least, most]``.
    least, most : float
        Finite ends.
    whole : bool
        Whether only whole values occur.

    Returns
    -------
    low, high : ndarray
        Ends of the segments, ascending; within one of them each claim holds everywhere or nowhere.

    Examples
    --------
    >>> low, high = segments(np.array([3.0, 5.0]), np.array([3.0, 8.0]), 0.0, 10.0, whole=True)
    >>> np.stack([low, high]).astype(int).tolist()
    [[0, 3, 4, 5, 9], [2, 3, 4, 8, 10]]
    """
    if whole:
        cut = np.unique(np.concatenate([[least], lower, upper + 1]))
        cut = cut[(cut >= least) & (cut <= most)]
        return cut, np.append(cut[1:] - 1, most)
    cut = np.unique(np.concatenate([[least, most], lower, upper]))
    cut = cut[(cut >= least) & (cut <= most)]
    low = np.concatenate([cut, cut[:-1]])
    high = np.concatenate([cut, cut[1:]])
    order = np.lexsort((high, low))
    return low[order], high[order]
