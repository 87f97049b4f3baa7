"""One mixed-integer programme, which HiGHS keeps between questions, with limits and failures told apart."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from scipy import sparse

from trafficking_stats.errors import TraffickingStatsError
from trafficking_stats.solver.rows import Bools, Floats, Ints, Rows

_STATUS = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kModelEmpty: "optimal",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnbounded: "unbounded",
    highspy.HighsModelStatus.kInterrupt: "limit",
}
_OPTIONS = {
    "output_flag": False,
    "threads": 1,
    "mip_detect_symmetry": False,
    # of its heuristics those that start from the relaxed answer pay here
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_heuristic_run_zi_round": True,
    "mip_heuristic_run_shifting": True,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 1e-9,
    "mip_feasibility_tolerance": 1e-9,
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}
_INTERRUPTS = (
    highspy.cb.HighsCallbackType.kCallbackMipInterrupt,
    highspy.cb.HighsCallbackType.kCallbackSimplexInterrupt,
)


_WHOLE = 1e-6
"""How far from a whole value a solution may lie to be taken for it."""


class _Quiet(highspy.Highs):
    """HiGHS without its helpers for callbacks: they print a banner to standard output, whatever the options say."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()


class OutOfTimeError(TraffickingStatsError):
    """A limit was reached before the question was answered."""


class SolverError(TraffickingStatsError):
    """The numerical solver failed in a way that leaves the question open."""


class Deadline:
    """A moment after which nothing new is begun, in seconds of computing: a busy machine changes no answer.

    Parameters
    ----------
    seconds : float or None
        Time from now; None for no limit.
    """

    def __init__(self, seconds: float | None) -> None:
        self._end = np.inf if seconds is None else time.process_time() + seconds

    @property
    def left(self) -> float:
        """The seconds that remain, 0 if none."""
        return np.inf if self._end == np.inf else max(0.0, self._end - time.process_time())

    def interrupt(self, kind: Any, message: str, data: Any, answer: Any, user: Any) -> None:
        """Tell HiGHS, which asks now and then, whether to stop."""
        answer.user_interrupt = self.left == 0

    def share(self, count: int) -> Deadline:
        """Return a deadline for the next of `count` tasks; what one leaves over goes to the others."""
        return Deadline(None if self._end == np.inf else self.left / count)


@dataclass(frozen=True)
class Answer:
    """What the solver said.

    Parameters
    ----------
    status : {"optimal", "infeasible", "unbounded", "limit"}
        Of the solver.
    values : ndarray or None
        Its solution, whole variables rounded: to be checked before use.
    bound : float
        Its bound of the objective.
    between : ndarray of bool
        Whole variables that a relaxed programme left between two whole values.
    """

    status: str
    values: Floats | None
    bound: float
    between: Bools


class Programme:
    """Minimise ``cost @ x`` subject to ``sides[0] <= matrix @ x <= sides[1]``, for one cost after the other.

    Numbers are measured from a corner of the box, so that they stay small even where the figures run to 10^9.

    Parameters
    ----------
    matrix : sparse array of shape (m, n)
        Coefficients.
    sides : ndarray of shape (2, m)
        Lower and upper sides.
    interval : ndarray of shape (2, n)
        Bounds of the variables.
    integer : ndarray of bool of shape (n,)
        Which of them are whole.
    """

    def __init__(self, matrix: sparse.csr_array, sides: Floats, interval: Floats, integer: Bools) -> None:
        m, n = matrix.shape
        self._integer, self._origin = integer, anchor(interval)
        sides = sides - matrix @ self._origin
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = n, m
        model.col_cost_ = np.zeros(n)
        model.col_lower_, model.col_upper_ = interval - self._origin
        model.row_lower_, model.row_upper_ = sides
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
        model.a_matrix_.value_ = matrix.data
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[whole] for whole in integer.tolist()]
        self._highs = _Quiet()
        for name, value in _OPTIONS.items():
            self._highs.setOptionValue(name, value)
        self._highs.passModel(model)

    def fix(self, columns: Ints, interval: Floats) -> None:
        """Set the bounds of some variables."""
        low, high = interval - self._origin[columns]
        self._highs.changeColsBounds(len(columns), columns.astype(np.int32), low, high)

    def set_sides(self, sides: Floats) -> None:
        """Set the sides of all rows, where the corner is 0."""
        rows = np.arange(sides.shape[1], dtype=np.int32)
        self._highs.changeRowsBounds(len(rows), rows, *sides)  # type: ignore[attr-defined]

    def multipliers(self) -> Floats:
        """Return how often each row counts in the proof that the last relaxed optimum is one (linear duality)."""
        return np.array(self._highs.getSolution().row_dual)

    def minimise(self, cost: Floats, deadline: Deadline, *, relaxed: bool = False, presolve: bool = False) -> Answer:
        """Find the least cost.

        Parameters
        ----------
        cost : ndarray of shape (n,)
            Objective.
        deadline : Deadline
            Limit.
        relaxed : bool
            Whether to let whole variables take any value: many times faster, and the bound holds as well.
        presolve : bool
            Whether to begin with the presolver. Of small integer programmes it has called feasible ones infeasible,
            so that is for large ones of which no answer is taken on trust.

        Raises
        ------
        OutOfTimeError
            If there was no time to begin.
        SolverError
            If the solver broke off.
        """
        if deadline.left == 0:
            raise OutOfTimeError("the time limit was reached")
        highs = self._highs
        # not a method of this object: HiGHS would hold what holds it, and neither would ever go
        highs.setCallback(deadline.interrupt, None)
        for kind in _INTERRUPTS:
            highs.startCallback(kind)
        highs.setOptionValue("solve_relaxation", relaxed)
        highs.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
        for presolved in (presolve, not presolve):  # the other way has a turn where the solver breaks off
            highs.setOptionValue("presolve", "on" if presolved else "off")
            highs.run()
            status = _STATUS.get(highs.getModelStatus())
            if status is not None:
                break
            highs.clearSolver()
        else:
            raise SolverError(f"the solver stopped with: {highs.modelStatusToString(highs.getModelStatus())}")
        values, between, info = None, np.zeros(len(cost), dtype=bool), highs.getInfo()
        if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible or status == "optimal":
            values = np.array(highs.getSolution().col_value) + self._origin
            between = self._integer & (np.abs(values - np.round(values)) > _WHOLE)
            values = np.where(self._integer, np.round(values), values)
        bound = info.objective_function_value if relaxed or not self._integer.any() else info.mip_dual_bound
        return Answer(status, values, float(bound + cost @ self._origin), between)

    def ray(self) -> Floats | None:
        """Return multipliers of the rows whose sum no point satisfies, after a relaxed "infeasible" (Farkas' lemma)."""
        _, found, multipliers = self._highs.getDualRay()  # type: ignore[attr-defined]
        return np.array(multipliers) if found else None


def programme_of(rows: Rows, block: int) -> Programme:
    """State a block of a system as a programme; its variables are in their order."""
    members, inside = rows.rows_in(block), rows.variables_in(block)
    matrix = rows.matrix(members)[:, inside]
    return Programme(matrix, rows.sides[:, members], rows.domain[:, inside], np.ones(len(inside), dtype=bool))


def anchor(interval: Floats) -> Floats:
    """Return a finite value in every interval: its lower end, else its upper end, else 0."""
    lower, upper = interval
    return np.where(np.isfinite(lower), lower, np.where(np.isfinite(upper), upper, 0.0))
