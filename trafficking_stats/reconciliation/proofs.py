"""Why a cell cannot be larger or smaller: the shortest sum of rules and claims that says so.

Adding rules and claims, each so many times, until all cells but one cancel out proves a bound of that one (Farkas'
lemma). A linear programme finds how often to add each; one is kept for each component of cells that rules connect.

References
----------
Schrijver A (1986). Theory of Linear and Integer Programming, section 7.3. Wiley.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from trafficking_stats.reconciliation.cells import System
from trafficking_stats.reconciliation.weights import UNITS

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
        entries = system.rules.entries[np.isin(system.rules.entries["cell"], cells)]
        self.cells, self.groups = cells, np.flatnonzero(np.isin(system.groups["cell"], cells))
        self.rules, rule = np.unique(entries["rule"], return_inverse=True)
        self.equal = system.rules.table["equal"].to_numpy(bool)[self.rules]
        groups = system.groups.iloc[self.groups]
        self.lower, self.upper = groups["lower"].to_numpy(float), groups["upper"].to_numpy(float)
        place, n = np.searchsorted(cells, entries["cell"]), len(cells)
        rules = sparse.csc_array((-entries["coefficient"].to_numpy(float), (place, rule)), shape=(n, len(self.rules)))
        self._place = np.searchsorted(cells, groups["cell"])
        on = self._place, np.arange(len(groups))
        claims = sparse.csc_array((np.ones(len(groups)), on), shape=(n, len(groups)))
        capped, some = np.flatnonzero(np.isfinite(self.upper)), np.flatnonzero(self.lower > 0)
        # a column a rule, another for an equation backwards, then the upper and the lower ends of the groups
        self._rule = np.r_[np.arange(len(self.rules)), np.flatnonzero(self.equal)]
        self._group = np.r_[capped, some]
        self._end, self._side = (
            np.r_[self.upper[capped], self.lower[some]],
            np.repeat([1.0, -1.0], [len(capped), len(some)]),
        )
        self._matrix = sparse.csc_array(
            sparse.hstack([rules, -rules[:, self.equal], claims[:, capped], -claims[:, some]], format="csc")
        )
        # of claims that say the same the heaviest speaks
        heavy = groups["weight"].to_numpy()[self._group] / UNITS
        self._length = np.r_[np.ones(len(self._rule)), 1 + 0.1 / (1 + heavy)]
        self._programme = _programme(self._matrix)

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
            bound is sought.
        """
        programme, n_rules, n = self._programme, len(self._rule), len(self._length)
        place, sign = int(np.searchsorted(self.cells, cell)), 1.0 if upper else -1.0
        bound = np.r_[np.zeros(n_rules), self._side * self._end]
        allowed = np.r_[np.ones(n_rules, bool), np.isin(self.groups[self._group], using)]
        columns = np.arange(n, dtype=np.int32)
        programme.changeColsCost(n, columns, bound + step * self._length)
        programme.changeColsBounds(n, columns, np.zeros(n), np.where(allowed, np.inf, 0.0))
        programme.changeRowBounds(place, sign, np.inf)
        programme.run()
        status, times = programme.getModelStatus(), np.array(programme.getSolution().col_value)
        programme.changeRowBounds(place, 0.0, np.inf)
        if status == highspy.HighsModelStatus.kUnbounded:
            return Proof(cell, upper, -sign * np.inf)
        if status != highspy.HighsModelStatus.kOptimal:
            return None
        times[times < _SMALL] = 0.0
        rules, used = np.unique(self._rule[np.flatnonzero(times[:n_rules])]), np.flatnonzero(times[n_rules:])
        groups, signed = self._group[used], sign * self._side[used] * times[n_rules + used]
        left = self._matrix @ times
        left[place] -= sign
        # a figure that is known to be nothing is no step, but makes an equation of what would only be a bound
        nothing = np.flatnonzero(np.isin(self.groups, using) & (self.upper == 0) & (left[self._place] > _SMALL))
        nothing = nothing[np.unique(self._place[nothing], return_index=True)[1]]
        terms = list(zip(self.groups[groups].tolist(), signed.tolist(), self._end[used].tolist(), strict=True))
        terms += [(int(self.groups[k]), float(-sign * left[self._place[k]]), 0.0) for k in nothing]
        left[self._place[nothing]] = 0.0
        known = self.equal[rules].all() and (self.lower[groups] == self.upper[groups]).all()
        return Proof(
            cell,
            upper,
            float(sign * (bound @ times)),
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


def _programme(matrix: sparse.csc_array) -> highspy.Highs:
    """State that columns, each taken so often, come to at least what is asked of each row."""
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = matrix.shape
    model.col_cost_, model.row_lower_ = np.zeros(matrix.shape[1]), np.zeros(matrix.shape[0])
    model.col_lower_, model.col_upper_ = np.zeros(matrix.shape[1]), np.full(matrix.shape[1], np.inf)
    model.row_upper_ = np.full(matrix.shape[0], np.inf)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    programme = highspy.Highs.__base__()  # type: ignore[misc]  # Highs itself prints a banner
    programme.setOptionValue("output_flag", False)
    programme.setOptionValue("threads", 1)
    programme.setOptionValue("presolve", "off")
    programme.passModel(model)
    return programme
