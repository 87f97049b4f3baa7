"""Why a cell cannot be larger or smaller: the shortest sum of rules and claims that says so.

Adding rules and claims, each so many times, until all cells but one cancel out proves a bound of that one. How often
to add each are the multipliers of the linear programme that asks for the bound (linear duality); one programme is kept
for each component of cells that rules connect.

References
----------
Schrijver A (1986). Theory of Linear and Integer Programming, section 7.3. Wiley.
"""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from trafficking_stats.reconciliation.cells import System
from trafficking_stats.reconciliation.weights import UNITS
from trafficking_stats.solver.highs import Deadline, Programme

Ints = NDArray[np.int64]

_SMALL = 1e-7
_TIGHTEST = 1e-4
_SHORTER = (1e3, 10.0)
"""What a step of a proof costs, in persons by which the bound could be tighter: the tightest, or a shorter one."""


@dataclass(frozen=True)
class Proof:
    """Rules and claims that force a bound of a cell, summed into one line.

    Parameters
    ----------
    cell : int
        The cell that is bounded.
    upper : bool
        Whether the bound is an upper one.
    bound : float
        ``cell <= sum(times * bound of its group)`` for an upper bound, ``>=`` for a lower one. Of claims that
        contradict each other -inf for an upper bound and inf for a lower one.
    terms : tuple of (group, times, bound)
        The groups of claims that are used, in order of their cells, and how often.
    rules : tuple of int
        The rules that are added up.
    exact : bool
        Whether every rule is an equation and every claim a figure known exactly: the cell then equals the sum.
    """

    cell: int
    upper: bool
    bound: float
    terms: tuple[tuple[int, float, float], ...] = ()
    rules: tuple[int, ...] = ()
    exact: bool = False

    @property
    def contradicts(self) -> bool:
        """Whether the claims that were used cannot be true together."""
        return self.bound == (-np.inf if self.upper else np.inf)

    @property
    def whole(self) -> float:
        """The bound in whole numbers."""
        return float(np.floor(self.bound + _SMALL) if self.upper else np.ceil(self.bound - _SMALL))


class Component:
    """Cells that rules connect with each other, and with no cell outside.

    Parameters
    ----------
    system : System
        Cells, groups of claims and rules.
    cells : numpy.ndarray of int
        Those of the component, ascending.
    """

    def __init__(self, system: System, cells: Ints) -> None:
        self._proofs: dict[Any, Proof | None] = {}
        entries = system.rules.entries[np.isin(system.rules.entries["cell"], cells)]
        self.cells, self.groups = cells, np.flatnonzero(np.isin(system.groups["cell"], cells))
        self.rules, rule = np.unique(entries["rule"], return_inverse=True)
        self.equal = system.rules.table["equal"].to_numpy(bool)[self.rules]
        groups, n = system.groups.iloc[self.groups], len(self.rules)
        self._place = np.searchsorted(cells, groups["cell"])
        row = np.r_[rule, n + np.arange(len(groups))]
        column = np.r_[np.searchsorted(cells, entries["cell"]), self._place]
        coefficient = np.r_[entries["coefficient"].to_numpy(float), np.ones(len(groups))]
        self._matrix = sparse.csr_array((coefficient, (row, column)), shape=(n + len(groups), len(cells)))
        of_rules = np.array([np.zeros(n), np.where(self.equal, 0.0, np.inf)])
        self._sides = np.hstack([of_rules, groups[["lower", "upper"]].to_numpy(float).T])
        # of claims that say the same the heaviest speaks
        self._length = np.r_[np.ones(n), 1 + 0.1 / (1 + groups["weight"].to_numpy() / UNITS)]

    @functools.cached_property
    def _programme(self) -> Programme:
        n = len(self.cells)
        return Programme(self._matrix, self._sides, np.outer([0.0, np.inf], np.ones(n)), np.zeros(n, dtype=bool))

    def prove(self, cell: int, *, upper: bool, using: Ints, step: float = _TIGHTEST) -> Proof | None:
        """Find the bound of a cell that groups of claims force, and why; None if they force none.

        Parameters
        ----------
        cell : int
            A cell of the component.
        upper : bool
            Whether its upper bound is asked for.
        using : numpy.ndarray of int
            The groups of claims that hold, with all rules.
        step : float
            What a step of the proof costs, in persons by which the bound could be tighter: by default the tightest
            bound is sought. To that end every rule and figure has so much leeway.
        """
        asked = cell, upper, step, using.tobytes()
        if asked not in self._proofs:
            self._proofs[asked] = self._prove(cell, upper, using, step)
        return self._proofs[asked]

    def _prove(self, cell: int, upper: bool, using: Ints, step: float) -> Proof | None:
        n, sign = len(self.rules), -1.0 if upper else 1.0
        holds = np.r_[np.ones(n, dtype=bool), np.isin(self.groups, using)]
        leeway = step * self._length * [[-1.0], [1.0]]
        self._programme.set_sides(np.where(holds, self._sides + leeway, [[-np.inf], [np.inf]]))
        cost = np.where(self.cells == cell, sign, 0.0)
        answer = self._programme.minimise(cost, Deadline(None), relaxed=True)
        if answer.status == "infeasible":
            return Proof(cell, upper, sign * np.inf)
        if answer.status != "optimal":
            return None
        times = sign * self._programme.multipliers()
        times[np.abs(times) < _SMALL] = 0.0
        end = np.where((times > 0) == upper, self._sides[1], self._sides[0])
        # what is left over of a cell is at least nothing, and no step where the cell is known to be nothing: that
        # makes an equation of what would only be a bound
        left = cost - self._matrix.T @ (sign * times)
        nothing = np.flatnonzero(holds[n:] & (self._sides[1, n:] == 0) & (left[self._place] > _SMALL))
        nothing = nothing[np.unique(self._place[nothing], return_index=True)[1]]
        used, rules = np.flatnonzero(times[n:]), np.flatnonzero(times[:n])
        terms = list(zip(self.groups[used].tolist(), times[n + used].tolist(), end[n + used].tolist(), strict=True))
        terms += [(int(self.groups[k]), float(sign * left[self._place[k]]), 0.0) for k in nothing]
        left[self._place[nothing]] = 0.0
        known = self.equal[rules].all() and (self._sides[0, n + used] == self._sides[1, n + used]).all()
        return Proof(
            cell,
            upper,
            float(times[n + used] @ end[n + used]),
            tuple(sorted(terms)),
            tuple(self.rules[rules].tolist()),
            exact=bool(known and (left < _SMALL).all()),
        )

    def exclude(self, cell: int, lower: float, upper: float, using: Ints) -> Proof | None:
        """Find the shortest proof that a cell does not lie in an interval; None if groups of claims leave room."""

        def outside(proof: Proof | None) -> bool:
            return proof is not None and (proof.bound < lower if proof.upper else proof.bound > upper)

        for above in (True, False):
            tightest = self.prove(cell, upper=above, using=using)
            if outside(tightest):
                shorter = (self.prove(cell, upper=above, using=using, step=step) for step in _SHORTER)
                return next((proof for proof in shorter if outside(proof)), tightest)
        return None

    def bounds(self, cell: int, using: Ints) -> tuple[float, float] | None:
        """Return what groups of claims leave for a cell; None if they cannot be true together."""
        low, high = (self.prove(cell, upper=upper, using=using) for upper in (False, True))
        if (low and low.contradicts) or (high and high.contradicts):
            return None
        return (low.whole if low else 0.0), (high.whole if high else np.inf)
