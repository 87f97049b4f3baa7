"""Which blocks of a system have a point? All blocks are asked at once; a yes never rests on a tolerance.

Four ways in order of cost: propagation proves that there is none; a forest of sums has one (see `open_parts`);
the least value of every variable together are one, as where parts may sum to less than their whole; a greedy dive
finds one. Only what is left goes to the MILP solver, part by part. Every point found, by a dive
or by the solver, is checked against the rows in exact arithmetic before it counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trafficking_stats.solver.lattice import contradict_modulo
from trafficking_stats.solver.milp import Deadline, PartProblem, SolverError
from trafficking_stats.solver.parts import Parts, anchor, open_parts
from trafficking_stats.solver.propagation import Propagated, propagate
from trafficking_stats.solver.rows import Bools, Floats, Ints, Rows

# A dive costs a propagation for every variable it fixes; parts with more free variables go to the MILP solver.
DIVE_VARIABLES = 16


@dataclass(frozen=True)
class Verdict:
    """Which blocks have a point.

    Parameters
    ----------
    feasible : ndarray of bool of shape (n_blocks,)
        True where a point was found or is certain to exist, False where there is none.
    state : Propagated
        The intervals by propagation.
    point : ndarray of shape (n,) or None
        One point of every feasible block, if asked for; meaningless in the others.
    """

    feasible: Bools
    state: Propagated
    point: Floats | None


def decide(
    rows: Rows,
    active: Bools,
    lower: Floats | None = None,
    upper: Floats | None = None,
    *,
    point: bool = False,
    reasons: bool = False,
    deadline: Deadline | None = None,
) -> Verdict:
    """Decide for every block whether its active rows have a point in common.

    Parameters
    ----------
    rows : Rows
        The system.
    active : ndarray of bool of shape (m,)
        Rows that hold.
    lower, upper : ndarray of shape (n,), optional
        Intervals to begin with, by default the domain of the variables.
    point : bool
        Whether a point is wanted, not only the knowledge that there is one.
    reasons : bool
        Whether the state should record the steps for `propagation.explain`.
    deadline : Deadline, optional
        Limit for the MILP solver.

    Returns
    -------
    Verdict

    Raises
    ------
    OutOfTimeError
        When the limit was reached with blocks undecided.
    SolverError
        When the solver failed.
    """
    deadline = deadline or Deadline(None)
    state = propagate(rows, active, lower, upper, reasons=reasons)
    feasible = ~state.clash
    parts = open_parts(rows, active, state)
    wanted = np.ones_like(parts.tree) if point else ~parts.tree
    values = anchor(state.lower, state.upper)
    if wanted.any():
        sub, variable, part_of = split(rows, parts, wanted, state)
        found, sub_values = _complete(sub, feasible, parts.block[part_of], deadline)
        good = found[sub.block_of_variable]
        values[variable[good]] = sub_values[good]
    return Verdict(feasible, state, values if point else None)


def split(rows: Rows, parts: Parts, wanted: Bools, state: Propagated) -> tuple[Rows, Ints, Ints]:
    """Make the wanted parts the blocks of a system of their own, on their present intervals.

    Returns
    -------
    Rows
        The new system.
    ndarray
        For each of its variables the variable of `rows`.
    ndarray
        For each of its blocks the part.
    """
    row = np.flatnonzero(parts.of_row >= 0)
    row = row[wanted[parts.of_row[row]]]
    row = row[np.argsort(parts.of_row[row], kind="stable")]
    part_of, copy = np.unique(parts.of_row[row], return_inverse=True)
    sub, variable = rows.stack(row, copy, state.lower, state.upper)
    return sub, variable, part_of


def _complete(sub: Rows, feasible: Bools, owner: Ints, deadline: Deadline) -> tuple[Bools, Floats]:
    """Look for a point in every block of `sub`; note in `feasible` the owners in which there is none."""
    values = anchor(sub.domain_lower, sub.domain_upper)
    wrong = sub.violated(values, np.ones(sub.m, dtype=bool))
    found = np.bincount(sub.block_of_row, wrong, sub.n_blocks) == 0
    free = np.bincount(sub.block_of_variable, sub.domain_lower < sub.domain_upper, sub.n_blocks)
    dived, dived_values = try_dive(sub, ~found & (free <= DIVE_VARIABLES))
    found |= dived
    values = np.where(dived[sub.block_of_variable], dived_values, values)
    for part in np.flatnonzero(~found):
        if not feasible[owner[part]]:
            continue
        point = point_of(sub, int(part), deadline)
        if point is None:
            feasible[owner[part]] = False
        else:
            found[part] = True
            inside = sub.block_of_variable == part
            values[inside] = point[inside]
    return found, values


def try_dive(
    sub: Rows, wanted: Bools, lower: Floats | None = None, upper: Floats | None = None
) -> tuple[Bools, Floats]:
    """Dive in the wanted blocks and check what comes out.

    Returns
    -------
    found : ndarray of bool of shape (n_blocks,)
        Blocks for which a point was found; the others remain open.
    point : ndarray of shape (n,)
        The points.
    """
    active = wanted[sub.block_of_row]
    state = dive(sub, active, propagate(sub, active, lower, upper), wanted[sub.block_of_variable])
    point = np.where(np.isfinite(state.lower), state.lower, 0.0)
    bad = np.bincount(sub.block_of_row, sub.violated(point, active), sub.n_blocks) > 0
    return wanted & ~state.clash & ~bad, point


def dive(rows: Rows, active: Bools, state: Propagated, variables: Bools) -> Propagated:
    """Fix free `variables` one a block at a time, each at its lowest value, and propagate in between.

    Parameters
    ----------
    rows, active, state
        The system and its intervals at a fixpoint.
    variables : ndarray of bool of shape (n,)
        Variables to fix.

    Returns
    -------
    Propagated
        The last intervals. Where a block did not clash, its `variables` are fixed.
    """
    while True:
        pending = variables & (state.lower < state.upper) & ~state.clash[rows.block_of_variable]
        candidates = np.flatnonzero(pending)
        if len(candidates) == 0:
            return state
        _, index = np.unique(rows.block_of_variable[candidates], return_index=True)
        chosen = candidates[index]
        lower, upper = state.lower.copy(), state.upper.copy()
        lower[chosen] = upper[chosen] = anchor(state.lower[chosen], state.upper[chosen])
        clash = state.clash
        state = propagate(rows, active & ~clash[rows.block_of_row], lower, upper, touched=chosen)
        state.clash |= clash


def point_of(sub: Rows, block: int, deadline: Deadline) -> Floats | None:
    """Ask the solver for a point of one block, and check it; None if there is none."""
    interval = np.stack([sub.domain_lower, sub.domain_upper])
    inside = sub.variables_in(block)
    variable_ids = inside[sub.domain_lower[inside] < sub.domain_upper[inside]]
    problem = PartProblem(sub, sub.rows_in(block), variable_ids, *interval)
    nothing = np.zeros(len(variable_ids))
    answer = problem.solve(nothing, deadline, relaxed=True)
    if answer.values is not None:
        point = check(sub, block, variable_ids, answer.values, interval)
        if point is not None:
            return point
    if answer.status != "infeasible":
        if contradict_modulo(sub, sub.rows_in(block), variable_ids, *interval):
            return None
        answer = problem.solve(nothing, deadline, relaxed=False)
    if answer.status == "infeasible":
        return None
    if answer.values is None:
        deadline.left()
        raise SolverError("the solver stopped without an answer to a question of feasibility")
    point = check(sub, block, variable_ids, answer.values, interval)
    return repaired(sub, block, variable_ids, answer.values, interval) if point is None else point


def check(sub: Rows, block: int, variable_ids: Ints, values: Floats, interval: Floats) -> Floats | None:
    """Complete values by the solver to a point of a block.

    Parameters
    ----------
    sub : Rows
        The system.
    block : int
        The block.
    variable_ids : ndarray of int
        Its variables that were not fixed.
    values : ndarray of shape (len(variable_ids),)
        Their values.
    interval : ndarray of shape (2, n)
        Intervals given to the solver.

    Returns
    -------
    ndarray of shape (n,) or None
        The point, meaningful in the block; None if some row does not hold.
    """
    point = np.where(interval[0] == interval[1], interval[0], 0.0)
    point[variable_ids] = values
    return None if sub.violated(point, sub.block_of_row == block).any() else point


def repaired(sub: Rows, block: int, variable_ids: Ints, values: Floats, interval: Floats) -> Floats:
    """Look for a point near values by the solver, which may be some units off in sums of large numbers."""
    lower, upper = interval.copy()
    lower[variable_ids] = np.maximum(lower[variable_ids], values - 2)
    upper[variable_ids] = np.minimum(upper[variable_ids], values + 2)
    found, point = try_dive(sub, np.arange(sub.n_blocks) == block, lower, upper)
    if not found[block]:
        raise SolverError("the solver returned a point that does not satisfy the rows exactly")
    return point
