"""One mixed-integer programme, which HiGHS keeps between questions, with limits and failures told apart."""

from __future__ import annotations

import time
from dataclasses import dataclass

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
    highspy.HighsModelStatus.kTimeLimit: "limit",
}
_OPTIONS = {
    "output_flag": False,
    "threads": 1,
    "mip_detect_symmetry": False,
    "mip_allow_restart": False,
    "mip_heuristic_effort": 0.0,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 1e-9,
    "mip_feasibility_tolerance": 1e-9,
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}


class _Quiet(highspy.Highs):
    """HiGHS without callbacks: switching those on prints a banner to standard output, whatever the options say."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()


class OutOfTimeError(TraffickingStatsError):
    """A limit was reached before the question was answered."""


class SolverError(TraffickingStatsError):
    """The numerical solver failed in a way that leaves the question open."""


class Deadline:
    """A moment after which nothing new is begun.

    Parameters
    ----------
    seconds : float or None
        Time from now; None for no limit.
    """

    def __init__(self, seconds: float | None) -> None:
        self._end = None if seconds is None else time.monotonic() + seconds

    @property
    def passed(self) -> bool:
        """Whether there is no time left."""
        return self._end is not None and time.monotonic() >= self._end

    def left(self) -> float:
        """Return the seconds that remain; raise OutOfTimeError if there are none."""
        if self.passed:
            raise OutOfTimeError("the time limit was reached")
        return np.inf if self._end is None else self._end - time.monotonic()


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
    """

    status: str
    values: Floats | None
    bound: float


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
        self._integer, self._origin = integer, anchor(*interval)
        self._relaxed = False
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
        left = deadline.left()
        highs = self._highs
        if relaxed != self._relaxed:
            highs.setOptionValue("solve_relaxation", relaxed)
            self._relaxed = relaxed
        highs.setOptionValue("time_limit", highs.getRunTime() + left)
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
        values, info = None, highs.getInfo()
        if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible or status == "optimal":
            values = np.array(highs.getSolution().col_value) + self._origin
            values = np.where(self._integer, np.round(values), values)
        bound = info.objective_function_value if relaxed or not self._integer.any() else info.mip_dual_bound
        return Answer(status, values, float(bound + cost @ self._origin))

    def ray(self) -> Floats | None:
        """Return multipliers of the rows whose sum no point satisfies, after a relaxed "infeasible" (Farkas' lemma)."""
        _, found, multipliers = self._highs.getDualRay()  # type: ignore[attr-defined]
        return np.array(multipliers) if found else None


def part_of(rows: Rows, row_ids: Ints, variable_ids: Ints, lower: Floats, upper: Floats) -> Programme:
    """State some rows of a system as a programme.

    Parameters
    ----------
    rows : Rows
        The system.
    row_ids, variable_ids : ndarray of int
        Rows and free variables of the part, ascending.
    lower, upper : ndarray of shape (n,)
        Intervals; ``lower == upper`` for variables of these rows that are not in `variable_ids`.
    """
    entry = rows.entries(row_ids)
    column, value = rows.column[entry], rows.value[entry]
    place = np.full(rows.n, -1)
    place[variable_ids] = np.arange(len(variable_ids))
    inside = place[column] >= 0
    local = np.repeat(np.arange(len(row_ids)), rows.length[row_ids])
    settled = np.bincount(local, np.where(inside, 0.0, value * anchor(lower, upper)[column]), len(row_ids))
    matrix = sparse.csr_array(
        (value[inside], (local[inside], place[column[inside]])), shape=(len(row_ids), len(variable_ids))
    )
    sides = np.stack([rows.lower[row_ids], rows.upper[row_ids]]) - settled
    return Programme(matrix, sides, np.stack([lower, upper])[:, variable_ids], rows.integer[variable_ids])


def anchor(lower: Floats, upper: Floats) -> Floats:
    """Return a finite value in every interval: its lower end, else its upper end, else 0."""
    return np.where(np.isfinite(lower), lower, np.where(np.isfinite(upper), upper, 0.0))
