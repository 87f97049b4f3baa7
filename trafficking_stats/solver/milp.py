"""One small mixed-integer programme at a time, through HiGHS, with limits and failures told apart."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

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
    exact : ndarray or None
        The solution before rounding.
    """

    status: str
    values: Floats | None
    bound: float
    exact: Floats | None


def minimise(
    cost: Floats,
    matrix: sparse.csr_array,
    sides: Floats,
    interval: Floats,
    integer: Floats,
    deadline: Deadline,
    *,
    presolve: bool = False,
) -> Answer:
    """Minimise ``cost @ x`` subject to ``sides[0] <= matrix @ x <= sides[1]``.

    The presolver is left out unless asked for: of small integer programmes it has called feasible ones infeasible,
    and broken off others with an error. It has a turn where the solver breaks off without it, and the other way
    round.

    Parameters
    ----------
    cost : ndarray of shape (n,)
        Objective.
    matrix : sparse array of shape (m, n)
        Coefficients.
    sides : ndarray of shape (2, m)
        Lower and upper sides.
    interval : ndarray of shape (2, n)
        Bounds of the variables.
    integer : ndarray of shape (n,)
        1 for whole variables, 0 for real ones.
    deadline : Deadline
        Limit.
    presolve : bool, optional
        Whether to begin with the presolver: for large programmes of which no answer is taken on trust.

    Returns
    -------
    Answer

    Raises
    ------
    OutOfTimeError
        If there was no time to begin.
    SolverError
        If the solver broke off.
    """
    for presolved in (presolve, not presolve):
        left = deadline.left()
        limit = {"time_limit": left} if np.isfinite(left) else {}
        with without_chatter():
            result = milp(
                cost,
                constraints=LinearConstraint(matrix, *sides),
                bounds=Bounds(*interval),
                integrality=integer,
                options={"mip_rel_gap": 0.0, "presolve": presolved, **limit},
            )
        status = {0: "optimal", 1: "limit", 2: "infeasible", 3: "unbounded", 4: "other"}[result.status]
        if status == "other" and "unbounded" in result.message.lower():
            status = "unbounded"
        if status != "other":
            break
    else:
        raise SolverError(f"the solver stopped with: {result.message}")
    values = None if result.x is None else np.where(integer > 0, np.round(result.x), result.x)
    bound = result.mip_dual_bound if integer.any() else result.fun
    return Answer(status, values, -np.inf if bound is None else float(bound), result.x)


@contextlib.contextmanager
def without_chatter() -> Iterator[None]:
    """Drop what the solver prints to the process's standard output, whatever it is told.

    A line of its debugging there would break output that another program reads, and tells a user nothing.
    """
    try:
        sys.stdout.flush()
        kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
    except (OSError, ValueError):  # no such descriptors: nothing to protect
        yield
        return
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


class PartProblem:
    """A part of a system as a programme for the solver.

    Numbers are measured from a corner of the box, so that they stay small even where the figures run to 10^9.

    Parameters
    ----------
    rows : Rows
        The system.
    row_ids, variable_ids : ndarray of int
        Rows and free variables of the part, ascending.
    lower, upper : ndarray of shape (n,)
        Intervals; ``lower == upper`` for variables of these rows that are not in `variable_ids`.
    """

    def __init__(self, rows: Rows, row_ids: Ints, variable_ids: Ints, lower: Floats, upper: Floats) -> None:
        entry = rows.entries(row_ids)
        column, value = rows.column[entry], rows.value[entry]
        at = np.searchsorted(variable_ids, column)
        at[at == len(variable_ids)] = 0
        inside = variable_ids[at] == column if len(variable_ids) else np.zeros(len(column), dtype=bool)
        local = np.repeat(np.arange(len(row_ids)), rows.length[row_ids])
        corner = anchor(lower[column], upper[column])
        constant = np.bincount(local, value * corner, len(row_ids))
        self._matrix = sparse.csr_array(
            (value[inside], (local[inside], at[inside])), shape=(len(row_ids), len(variable_ids))
        )
        self._origin = anchor(lower[variable_ids], upper[variable_ids])
        self._sides = np.stack([rows.lower[row_ids], rows.upper[row_ids]]) - constant
        self._interval = np.stack([lower[variable_ids], upper[variable_ids]]) - self._origin
        self._integer = rows.integer[variable_ids].astype(float)

    def solve(self, cost: Floats, deadline: Deadline, *, relaxed: bool) -> Answer:
        """Minimise ``cost @ x``.

        Parameters
        ----------
        cost : ndarray of shape (len(variable_ids),)
            Objective.
        deadline : Deadline
            Limit.
        relaxed : bool
            Whether to let whole variables take any value: several times faster, and the bound holds as well.

        Returns
        -------
        Answer

        Raises
        ------
        OutOfTimeError
            If there was no time to begin.
        SolverError
            If the solver broke off.
        """
        integer = np.zeros(len(cost)) if relaxed else self._integer
        answer = minimise(cost, self._matrix, self._sides, self._interval, integer, deadline)
        if answer.exact is None:
            return answer
        values = np.where(self._integer > 0, np.round(answer.exact), answer.exact) + self._origin
        bound = answer.bound + float(cost @ self._origin)
        return Answer(answer.status, values, bound, answer.exact + self._origin)
