"""The tightest interval of every variable: propagation, then HiGHS for the ends that it leaves open.

Propagation gives intervals that contain every solution. One end is tight as soon as some solution attains it, so
each solution found on the way, whatever it was looked for, closes the ends it touches. Only ends that no
solution has touched are minimised or maximised, and all of them in one programme a part, which is kept.
"""

import numpy as np

from trafficking_stats.solver.feasibility import leftover
from trafficking_stats.solver.highs import Deadline, OutOfTimeError, anchor, programme_of
from trafficking_stats.solver.propagation import propagate
from trafficking_stats.solver.rows import Bools, Floats, Rows


def tightest(rows: Rows, active: Bools, wanted: Bools, deadline: Deadline) -> tuple[Floats, Bools]:
    """Bound variables by what the active rows force.

    Parameters
    ----------
    rows : Rows
        The system; its active rows have a point in common.
    active : ndarray of bool of shape (m,)
        Rows that hold.
    wanted : ndarray of bool of shape (n,)
        Variables of interest.
    deadline : Deadline
        Limit; ends not closed by then stay as they are, which is valid but perhaps not tight.

    Returns
    -------
    end : ndarray of shape (2, n)
        The intervals, infinite where nothing bounds the variable.
    closed : ndarray of bool of shape (2, n)
        Whether the end is known to be tight.
    """
    state = propagate(rows, active, deadline=deadline)
    end, closed = state.interval, np.ones((2, rows.n), dtype=bool)
    rest, variable, _ = leftover(rows, active, state)
    search = _Search(rest, wanted[variable], deadline)
    search.run()
    end[:, variable], closed[:, variable] = search.end, search.closed
    return end, closed


class _Search:
    """Close the ends of the intervals of a system whose blocks are connected; index 0 is lower, 1 upper."""

    def __init__(self, rows: Rows, wanted: Bools, deadline: Deadline) -> None:
        self.rows, self.wanted, self.deadline = rows, wanted, deadline
        self.end = rows.domain.copy()
        self.closed = np.broadcast_to(self.end[0] == self.end[1], self.end.shape).copy()

    def run(self) -> None:
        """Close all wanted ends, or as many as there is time for."""
        self._guess(0)
        self._guess(1)
        open_ = (self.wanted & ~self.closed).any(axis=0)
        try:
            for block in np.unique(self.rows.block_of_variable[open_]).tolist():
                self._close(block)
        except OutOfTimeError:
            pass

    def _guess(self, side: int) -> None:
        """Try for each end, one of every block at a time, whether it and the least of all others are a solution."""
        rows = self.rows
        untried = self.wanted & np.isfinite(self.end[side])
        while self.deadline.left and len(candidates := np.flatnonzero(untried & ~self.closed[side])):
            chosen = candidates[np.unique(rows.block_of_variable[candidates], return_index=True)[1]]
            untried[chosen] = False
            trial = self.end.copy()
            trial[:, chosen] = self.end[side, chosen]
            active = np.zeros(rows.n_blocks, dtype=bool)
            active[rows.block_of_variable[chosen]] = True
            state = propagate(rows, active[rows.block_of_row], trial, touched=chosen)
            point = anchor(state.interval)
            active[rows.block_of_row[rows.violated(point, np.arange(rows.m))]] = False
            good = (active & ~state.clash)[rows.block_of_variable]
            self.closed |= good & (point == self.end)

    def _close(self, block: int) -> None:
        """Close all wanted ends of one block."""
        rows = self.rows
        inside, programme = rows.variables_in(block), programme_of(rows, block)
        for place, variable in enumerate(inside.tolist()):
            for side, sign in ((0, 1.0), (1, -1.0)):
                cost = np.zeros(len(inside))
                cost[place] = sign
                # the relaxed programme first: it is many times faster, and often ends at whole numbers
                for relaxed in (True, False):
                    if self.closed[side, variable] or not self.wanted[variable]:
                        break
                    answer = programme.minimise(cost, self.deadline, relaxed=relaxed)
                    if answer.status == "unbounded":
                        self.closed[side, variable] = True
                    else:
                        self._move(side, variable, sign * answer.bound)
                    if answer.values is not None:
                        self._touch(block, answer.values)

    def _move(self, side: int, variable: int, bound: float) -> None:
        """Move an end to a proven bound."""
        if not np.isfinite(bound):
            return
        room = min(1e-6 * (1 + abs(bound)), 0.4)
        bound = np.ceil(bound - room) if side == 0 else np.floor(bound + room)
        tighter = max if side == 0 else min
        self.end[side, variable] = tighter(bound, self.end[side, variable])

    def _touch(self, block: int, values: Floats) -> None:
        """Close the ends that a solution attains."""
        rows, inside = self.rows, self.rows.variables_in(block)
        point = anchor(self.end)
        point[inside] = values
        if not rows.violated(point, rows.rows_in(block)).any():
            self.closed[:, inside] |= values == self.end[:, inside]
