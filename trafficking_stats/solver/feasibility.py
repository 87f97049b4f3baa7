"""Which blocks of a system have a point? All blocks are asked at once; a yes never rests on a tolerance.

Three ways in order of cost: propagation proves that there is none; a forest of sums has one (see `open_parts`); the
least value of every variable together are one, as where parts may sum to less than their whole. Only what is left
goes to HiGHS, part by part, and every point it finds is checked against the rows in exact arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trafficking_stats.solver.highs import Deadline, OutOfTimeError, SolverError, anchor, part_of
from trafficking_stats.solver.parts import Parts, open_parts
from trafficking_stats.solver.propagation import Propagated, explain, propagate
from trafficking_stats.solver.rows import Bools, Floats, Ints, Rows


@dataclass(frozen=True)
class Verdict:
    """Which blocks have a point.

    Parameters
    ----------
    feasible : ndarray of bool of shape (n_blocks,)
        True where a point was found or is certain to exist, False where there is none.
    state : Propagated
        The intervals by propagation.
    point : ndarray of shape (n,)
        If asked for, one point of every feasible block; meaningless in the others.
    sides : ndarray of bool of shape (2, m)
        If reasons were asked for: lower and upper sides of rows that suffice for the infeasibility of every
        infeasible block.
    """

    feasible: Bools
    state: Propagated
    point: Floats
    sides: Bools

    @property
    def core(self) -> Bools:
        """Rows of `sides`."""
        return self.sides[0] | self.sides[1]


def decide(
    rows: Rows,
    active: Bools,
    *,
    point: bool = False,
    reasons: bool = False,
    deadline: Deadline | None = None,
    give_up: bool = False,
) -> Verdict:
    """Decide for every block whether its active rows have a point in common.

    Parameters
    ----------
    rows : Rows
        The system.
    active : ndarray of bool of shape (m,)
        Rows that hold.
    point : bool
        Whether a point is wanted, not only the knowledge that there is one.
    reasons : bool
        Whether to say which rows suffice where there is none.
    deadline : Deadline, optional
        Limit for the solver.
    give_up : bool
        Count blocks that are undecided at the limit as infeasible, instead of raising OutOfTimeError.

    Raises
    ------
    OutOfTimeError
        When the limit was reached with blocks undecided.
    SolverError
        When the solver failed.
    """
    deadline = deadline or Deadline(None)
    state = propagate(rows, active, reasons=reasons)
    feasible = ~state.clash
    parts = open_parts(rows, active, state)
    values = anchor(state.lower, state.upper)
    needed = np.zeros((2, rows.n), dtype=bool)
    sides = np.zeros((2, rows.m), dtype=bool)
    wanted = np.ones_like(parts.tree) if point else ~parts.tree
    if wanted.any():
        sub, variable, part, row = split(rows, parts, wanted, state)
        base = anchor(sub.domain_lower, sub.domain_upper)
        wrong = sub.violated(base, np.arange(sub.m))
        for k in np.flatnonzero(np.bincount(sub.block_of_row, wrong, sub.n_blocks)).tolist():
            block = parts.block[part[k]]
            if not feasible[block]:
                continue
            try:
                found, reason = _complete(sub, k, base, deadline)
            except OutOfTimeError:
                if not give_up:
                    raise
                found, reason = False, sub.rows_in(k)
            feasible[block] = found
            sides[:, row[reason]] = True
            needed[:, rows.column[rows.entries(row[reason])]] = True
        values[variable] = base
    return Verdict(feasible, state, values, explain(rows, state, needed, sides) if reasons else sides)


def split(rows: Rows, parts: Parts, wanted: Bools, state: Propagated) -> tuple[Rows, Ints, Ints, Ints]:
    """Make the wanted parts the blocks of a system of their own, on their present intervals.

    Returns
    -------
    Rows
        The new system.
    variable, part, row : ndarray
        For each of its variables, blocks and rows what it is in the old one.
    """
    row = np.flatnonzero(parts.of_row >= 0)
    row = row[wanted[parts.of_row[row]]]
    row = row[np.argsort(parts.of_row[row], kind="stable")]
    part, copy = np.unique(parts.of_row[row], return_inverse=True)
    sub, variable = rows.stack(row, copy, state.lower, state.upper)
    return sub, variable, part, row


def _complete(sub: Rows, block: int, base: Floats, deadline: Deadline) -> tuple[bool, Ints]:
    """Ask HiGHS for a point of a block and write it to `base`; if there is none, return rows that suffice for that."""
    members, inside = sub.rows_in(block), sub.variables_in(block)
    free = inside[sub.domain_lower[inside] < sub.domain_upper[inside]]
    programme = part_of(sub, members, free, sub.domain_lower, sub.domain_upper)
    for relaxed in (True, False):
        answer = programme.minimise(np.zeros(len(free)), deadline, relaxed=relaxed)
        if answer.status == "infeasible":
            multipliers = programme.ray() if relaxed else None
            return False, members if multipliers is None else members[multipliers != 0]
        if answer.values is not None:
            base[free] = answer.values
            if not sub.violated(base, members).any():
                return True, members[:0]
    if answer.status == "limit":
        raise OutOfTimeError("the time limit was reached")
    raise SolverError("the solver returned a point that does not satisfy the rows exactly")
