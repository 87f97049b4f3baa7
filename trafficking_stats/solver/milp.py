"""One small mixed-integer programme at a time, through HiGHS, with limits and failures told apart."""

from __future__ import annotations

import time

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from trafficking_stats.errors import TraffickingStatsError
from trafficking_stats.solver.parts import anchor
from trafficking_stats.solver.rows import Floats, Ints, Rows


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

    def left(self) -> float:
        """Return the seconds that remain; raise OutOfTimeError if there are none."""
        left = np.inf if self._end is None else self._end - time.monotonic()
        if left <= 0:
            raise OutOfTimeError("the time limit was reached")
        return left


def solve_part(
    rows: Rows,
    row_ids: Ints,
    variable_ids: Ints,
    lower: Floats,
    upper: Floats,
    cost: Floats,
    seconds: float = np.inf,
) -> tuple[str, Floats | None, float]:
    """Minimise ``cost @ x`` over the variables of one part, the others being fixed.

    Parameters
    ----------
    rows : Rows
        The system.
    row_ids, variable_ids : ndarray of int
        Rows and free variables of the part, ascending.
    lower, upper : ndarray of shape (n,)
        Intervals; ``lower == upper`` outside `variable_ids`.
    cost : ndarray of shape (len(variable_ids),)
        Objective.
    seconds : float
        Time limit.

    Returns
    -------
    status : {"optimal", "infeasible", "unbounded", "limit"}
        Of the solver.
    values : ndarray of shape (len(variable_ids),) or None
        The rounded solution.
    bound : float
        Proven bound of the objective.
    """
    entry = rows.entries(row_ids)
    column = rows.column[entry]
    position = np.full(rows.n, -1)
    position[variable_ids] = np.arange(len(variable_ids))
    inside = position[column] >= 0
    local = np.repeat(np.arange(len(row_ids)), rows.length[row_ids])
    # Measured from a corner of the box, numbers stay small even where the figures run to 10^9.
    corner = np.where(rows.integer, np.round(anchor(lower, upper)), anchor(lower, upper))
    constant = np.bincount(local, rows.value[entry] * corner[column], len(row_ids))
    matrix = sparse.csr_array(
        (rows.value[entry][inside], (local[inside], position[column[inside]])),
        shape=(len(row_ids), len(variable_ids)),
    )
    origin = corner[variable_ids]
    result = milp(
        cost,
        constraints=LinearConstraint(matrix, rows.lower[row_ids] - constant, rows.upper[row_ids] - constant),
        bounds=Bounds(lower[variable_ids] - origin, upper[variable_ids] - origin),
        integrality=rows.integer[variable_ids].astype(float),
        options={"mip_rel_gap": 0.0, "presolve": False, **({"time_limit": seconds} if np.isfinite(seconds) else {})},
    )
    status = {0: "optimal", 1: "limit", 2: "infeasible", 3: "unbounded", 4: "other"}[result.status]
    if status == "other" and "unbounded" in result.message.lower():
        status = "unbounded"
    if status == "other":
        raise SolverError(f"the MILP solver stopped with: {result.message}")
    values = None
    if result.x is not None:
        values = np.where(rows.integer[variable_ids], np.round(result.x), result.x) + origin
    bound = result.mip_dual_bound if result.mip_dual_bound is not None else -np.inf
    return status, values, float(bound + cost @ origin)
