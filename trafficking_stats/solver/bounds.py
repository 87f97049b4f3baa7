"""The tightest interval of every variable: propagation, then HiGHS for the ends that it leaves open.

Propagation gives intervals that contain every solution. One end is tight as soon as some solution attains it, so
each solution found on the way, whatever it was looked for, closes the ends it touches. Only ends that no
solution has touched are minimised or maximised, and all of them in one programme a part, which is kept.
"""

from __future__ import annotations

import numpy as np

from trafficking_stats.solver.feasibility import split
from trafficking_stats.solver.highs import Deadline, OutOfTimeError, anchor, part_of
from trafficking_stats.solver.parts import open_parts
from trafficking_stats.solver.propagation import propagate
from trafficking_stats.solver.rows import TOLERANCE, Bools, Floats, Rows


def tightest(rows: Rows, active: Bools, wanted: Bools, *, exact: bool, deadline: Deadline) -> tuple[Floats, Bools]:
    """Bound variables by what the active rows force.

    Parameters
    ----------
    rows : Rows
        The system; its active rows have a point in common.
    active : ndarray of bool of shape (m,)
        Rows that hold.
    wanted : ndarray of bool of shape (n,)
        Variables of interest.
    exact : bool
        Whether to go beyond propagation.
    deadline : Deadline
        Limit; ends not closed by then stay as they are, which is valid but perhaps not tight.

    Returns
    -------
    end : ndarray of shape (2, n)
        The intervals, infinite where nothing bounds the variable.
    closed : ndarray of bool of shape (2, n)
        Whether the end is known to be tight.
    """
    state = propagate(rows, active)
    end = np.stack([state.lower, state.upper])
    parts = open_parts(rows, active, state)
    hard = (parts.of_variable >= 0) & ~np.append(parts.tree, True)[parts.of_variable]
    closed = np.stack([~hard, ~hard])
    of_interest = np.unique(parts.of_variable[wanted & hard])
    if not exact or len(of_interest) == 0:
        return end, closed
    sub, variable, _, _ = split(rows, parts, np.isin(np.arange(len(parts.tree)), of_interest), state)
    search = _Search(sub, wanted[variable], deadline)
    search.guess()
    try:
        for block in range(sub.n_blocks):
            search.close(block)
    except OutOfTimeError:
        pass
    end[:, variable], closed[:, variable] = search.end, search.closed
    return end, closed


class _Search:
    """Close the ends of the intervals of a system whose blocks are connected; index 0 is lower, 1 upper."""

    def __init__(self, rows: Rows, wanted: Bools, deadline: Deadline) -> None:
        self.rows, self.wanted, self.deadline = rows, wanted, deadline
        self.end = np.stack([rows.domain_lower, rows.domain_upper])
        self.closed = np.broadcast_to(self.end[0] == self.end[1], self.end.shape).copy()
        self.point = anchor(*self.end)

    def guess(self) -> None:
        """Try for each end, one of every block at a time, whether it and the least of all others are a solution."""
        rows = self.rows
        for side in (0, 1):
            untried = self.wanted & ~self.closed[side] & np.isfinite(self.end[side])
            while True:
                candidates = np.flatnonzero(untried & ~self.closed[side])
                if not len(candidates):
                    break
                chosen = candidates[np.unique(rows.block_of_variable[candidates], return_index=True)[1]]
                untried[chosen] = False
                trial = self.end.copy()
                trial[:, chosen] = self.end[side, chosen]
                active = np.zeros(rows.n_blocks, dtype=bool)
                active[rows.block_of_variable[chosen]] = True
                state = propagate(rows, active[rows.block_of_row], *trial, touched=chosen)
                point = anchor(state.lower, state.upper)
                wrong = np.bincount(rows.block_of_row, rows.violated(point, np.arange(rows.m)), rows.n_blocks) > 0
                good = (active & ~state.clash & ~wrong)[rows.block_of_variable]
                self.closed |= good & (point == self.end)

    def close(self, block: int) -> None:
        """Close all wanted ends of one block."""
        rows = self.rows
        inside = rows.variables_in(block)
        free = inside[rows.domain_lower[inside] < rows.domain_upper[inside]]
        programme = part_of(rows, rows.rows_in(block), free, rows.domain_lower, rows.domain_upper)
        for place in np.flatnonzero(self.wanted[free]).tolist():
            for side, sign in ((0, 1.0), (1, -1.0)):
                # the relaxed programme first: it is many times faster, and often ends at whole numbers
                for relaxed in (True, False):
                    if not self.closed[side, free[place]]:
                        cost = np.zeros(len(free))
                        cost[place] = sign
                        answer = programme.minimise(cost, self.deadline, relaxed=relaxed)
                        if answer.status == "unbounded":
                            self.closed[side, free[place]] = True
                        if answer.status in ("optimal", "limit"):
                            self._move(side, int(free[place]), sign * answer.bound)
                        if answer.values is not None:
                            self._touch(block, free, answer.values)

    def _move(self, side: int, variable: int, bound: float) -> None:
        """Move an end to a proven bound."""
        if not np.isfinite(bound):
            return
        if self.rows.integer[variable]:
            room = min(1e-6 * (1 + abs(bound)), 0.4)
            bound = np.ceil(bound - room) if side == 0 else np.floor(bound + room)
        elif abs(bound - round(bound)) <= TOLERANCE * (1 + abs(bound)):
            bound = round(bound)
        tighter = bound > self.end[0, variable] if side == 0 else bound < self.end[1, variable]
        if tighter:
            self.end[side, variable] = bound

    def _touch(self, block: int, free: np.ndarray, values: Floats) -> None:
        """Close the ends that a solution attains."""
        rows = self.rows
        self.point[free] = values
        if rows.violated(self.point, rows.rows_in(block)).any():
            return
        room = np.where(rows.integer[free], 0.0, 100 * TOLERANCE * (1 + np.abs(values)))
        self.closed[0, free] |= values <= self.end[0, free] + room
        self.closed[1, free] |= values >= self.end[1, free] - room
