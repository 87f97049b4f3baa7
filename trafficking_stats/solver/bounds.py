"""The tightest interval of every variable: propagation, then certificates, then the solver for what is left.

Propagation gives intervals that contain every solution. One end is tight as soon as some solution attains it, so
each solution found on the way, whatever it was looked for, closes the ends it touches. Only ends that no
solution has touched are minimised or maximised.
"""

from __future__ import annotations

import math

import numpy as np

from trafficking_stats.solver.feasibility import DIVE_VARIABLES, check, repaired, split, try_dive
from trafficking_stats.solver.milp import Deadline, OutOfTimeError, PartProblem
from trafficking_stats.solver.parts import open_parts
from trafficking_stats.solver.propagation import Propagated, propagate
from trafficking_stats.solver.rays import unbounded_direction
from trafficking_stats.solver.rows import TOLERANCE, Bools, Floats, Ints, Rows

# Rows of one relaxed programme for many blocks: beyond this the solver takes longer than for several.
_PACK = 2_000


def tightest(
    rows: Rows, active: Bools, wanted: Bools, *, exact: bool, deadline: Deadline
) -> tuple[Floats, Floats, Bools, Bools]:
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
    lower, upper : ndarray of shape (n,)
        The intervals, infinite where nothing bounds the variable.
    lower_closed, upper_closed : ndarray of bool of shape (n,)
        Whether the end is known to be tight.
    """
    state = propagate(rows, active)
    parts = open_parts(rows, active, state)
    in_part = parts.of_variable >= 0
    hard = in_part & ~np.append(parts.tree, True)[parts.of_variable]
    closed = ~hard
    lower, upper = state.lower, state.upper
    of_interest = np.unique(parts.of_variable[wanted & hard])
    if not exact or len(of_interest) == 0:
        return lower, upper, closed, closed.copy()
    sub, variable, _ = split(rows, parts, np.isin(np.arange(len(parts.tree)), of_interest), state)
    search = _Search(sub, wanted[variable], deadline)
    search.run()
    lower[variable], upper[variable] = search.end
    both = closed.copy(), closed.copy()
    for side in (0, 1):
        both[side][variable] = search.closed[side]
    return lower, upper, both[0], both[1]


class _Search:
    """Close the ends of the intervals of a system whose blocks are connected; index 0 is lower, 1 upper."""

    def __init__(self, rows: Rows, wanted: Bools, deadline: Deadline) -> None:
        self.rows, self.wanted, self.deadline = rows, wanted, deadline
        self.active = np.ones(rows.m, dtype=bool)
        # What is known of the ends, and the intervals the solver is given: the same, but in blocks with real
        # variables, where intervals as tight as can be would leave no room for rounding.
        self.end = np.stack([rows.domain_lower, rows.domain_upper])
        self.interval = self.end.copy()
        fixed = rows.domain_lower == rows.domain_upper
        self.closed = np.stack([fixed, fixed])

    def run(self) -> None:
        free = np.bincount(self.rows.block_of_variable, ~self.closed[0], self.rows.n_blocks)
        self._dives(free <= DIVE_VARIABLES)
        try:
            self._rays()
            self._together()
            for block in range(self.rows.n_blocks):
                self._solve(block)
        except OutOfTimeError:
            return

    def _open(self, side: int) -> Bools:
        return self.wanted & ~self.closed[side]

    def _dives(self, blocks: Bools) -> None:
        """Try to complete each end to a solution, one end of every block at a time."""
        for side in (0, 1):
            untried = blocks[self.rows.block_of_variable] & np.isfinite(self.end[side])
            while True:
                candidates = np.flatnonzero(untried & self._open(side))
                if len(candidates) == 0:
                    break
                block, index = np.unique(self.rows.block_of_variable[candidates], return_index=True)
                chosen = candidates[index]
                untried[chosen] = False
                lower, upper = self.end.copy()
                lower[chosen] = upper[chosen] = self.end[side][chosen]
                tried = np.zeros(self.rows.n_blocks, dtype=bool)
                tried[block] = True
                found, point = try_dive(self.rows, tried, lower, upper)
                self._touch(point, found[self.rows.block_of_variable])

    def _packs(self, chosen: Ints) -> list[Ints]:
        """Split variables of ascending blocks so that their blocks make programmes of moderate size."""
        blocks, first = np.unique(self.rows.block_of_variable[chosen], return_index=True)
        size = np.cumsum(np.bincount(self.rows.block_of_row, minlength=self.rows.n_blocks)[blocks])
        return np.split(chosen, first[np.flatnonzero(np.diff(size // _PACK)) + 1])

    def _rays(self) -> None:
        """Find the variables that nothing bounds from above, where all are bounded from below."""
        rows = self.rows
        open_below = np.bincount(rows.block_of_variable, np.isinf(rows.domain_lower), rows.n_blocks) > 0
        candidates = self._open(1) & np.isposinf(self.end[1]) & ~open_below[rows.block_of_variable]
        chosen = np.flatnonzero(candidates)
        chosen = chosen[np.argsort(rows.block_of_variable[chosen], kind="stable")]
        for pack in self._packs(chosen) if len(chosen) else []:
            blocks = np.zeros(rows.n_blocks, dtype=bool)
            blocks[rows.block_of_variable[pack]] = True
            ray = unbounded_direction(rows, blocks, pack, self.end, self.deadline)
            self.closed[1][pack[ray[pack] > 0]] = True

    def _together(self) -> None:
        """Minimise one end of each block of whole variables at a time, many blocks in one relaxed programme."""
        rows = self.rows
        whole = np.bincount(rows.block_of_variable, ~rows.integer, rows.n_blocks) == 0
        for side, sign in ((0, 1.0), (1, -1.0)):
            untried = whole[rows.block_of_variable] & np.isfinite(self.end[side])
            while True:
                candidates = np.flatnonzero(untried & self._open(side))
                block, index = np.unique(rows.block_of_variable[candidates], return_index=True)
                if len(block) < 2:
                    break
                untried[candidates[index]] = False
                for pack in self._packs(candidates[index]):
                    self._pack(pack, side, sign)

    def _pack(self, chosen: Ints, side: int, sign: float) -> None:
        rows = self.rows
        blocks = np.zeros(rows.n_blocks, dtype=bool)
        blocks[rows.block_of_variable[chosen]] = True
        inside = blocks[rows.block_of_variable]
        free = np.flatnonzero(inside & (self.interval[0] < self.interval[1]))
        row_ids = np.flatnonzero(blocks[rows.block_of_row])
        cost = np.zeros(len(free))
        cost[np.searchsorted(free, chosen)] = sign
        answer = PartProblem(rows, row_ids, free, *self.interval).solve(cost, self.deadline, relaxed=True)
        if answer.values is None or answer.exact is None or answer.status != "optimal":
            return
        point = np.where(self.interval[0] == self.interval[1], self.interval[0], 0.0)
        point[free] = answer.values
        value = answer.exact[np.searchsorted(free, chosen)]
        room = np.minimum(1e-6 * (1 + np.abs(value)), 0.4)
        end = np.ceil(value - room) if side == 0 else np.floor(value + room)
        trial = self.interval.copy()
        trial[side][chosen] = np.maximum(trial[0][chosen], end) if side == 0 else np.minimum(trial[1][chosen], end)
        state = propagate(rows, blocks[rows.block_of_row], *trial, touched=chosen)
        better = inside & ~state.clash[rows.block_of_variable]
        self.end[:, better] = np.stack([state.lower, state.upper])[:, better]
        self.interval = self.end.copy()
        self.closed |= better & (self.end[0] == self.end[1])
        wrong = np.bincount(rows.block_of_row, rows.violated(point, blocks[rows.block_of_row]), rows.n_blocks) > 0
        self._touch(point, inside & ~wrong[rows.block_of_variable])

    def _touch(self, point: Floats, where: Bools) -> None:
        """Close the ends that a solution attains."""
        room = np.where(self.rows.integer, 0.0, TOLERANCE * (1 + np.abs(point)))
        self.closed[0] |= where & (point <= self.end[0] + room)
        self.closed[1] |= where & (point >= self.end[1] - room)

    def _solve(self, block: int) -> None:
        rows = self.rows
        inside = rows.variables_in(block)
        for side, sign in ((0, 1.0), (1, -1.0)):
            for variable in inside[self.wanted[inside]].tolist():
                # The relaxed programme first: its bound, carried on by propagation, often closes the end.
                for relaxed in (True, False):
                    if not self.closed[side][variable]:
                        self._minimise(block, side, sign, variable, relaxed)

    def _minimise(self, block: int, side: int, sign: float, variable: int, relaxed: bool) -> None:
        rows = self.rows
        inside = rows.variables_in(block)
        free = inside[self.interval[0][inside] < self.interval[1][inside]]
        problem = PartProblem(rows, rows.rows_in(block), free, *self.interval)
        answer = problem.solve(np.where(free == variable, sign, 0.0), self.deadline, relaxed=relaxed)
        if answer.status == "infeasible":
            # The system has a point: real variables and tolerances disagree, and the end stays as it is.
            return
        if answer.status == "unbounded":
            self.closed[side][variable] = True
            return
        interval = self.interval.copy()
        if rows.integer[variable]:
            self._improve(block, side, variable, sign * answer.bound)
        if answer.values is None:
            return
        point = check(rows, block, free, answer.values, interval)
        if point is None and not relaxed:
            point = repaired(rows, block, free, answer.values, interval)
        if point is not None:
            if answer.status == "optimal":
                self._close(side, variable, float(point[variable]))
            self._touch(point, rows.block_of_variable == block)

    def _improve(self, block: int, side: int, variable: int, bound: float) -> None:
        """Move an end to a proven bound, and let propagation carry it to the rest of the block."""
        if not math.isfinite(bound):
            return
        room = min(1e-6 * (1 + abs(bound)), 0.4)
        bound = math.ceil(bound - room) if side == 0 else math.floor(bound + room)
        if (bound > self.end[0][variable]) if side == 0 else (bound < self.end[1][variable]):
            self.end[side][variable] = bound
            inside = self.rows.block_of_variable == block
            if not self.rows.integer[inside].all():
                return
            active = self.rows.block_of_row == block
            state: Propagated = propagate(self.rows, active, *self.end, touched=np.array([variable]))
            if not state.clash[block]:
                self.end = np.stack([state.lower, state.upper])
                self.closed |= inside & (self.end[0] == self.end[1])
                self.interval = self.end.copy()

    def _close(self, side: int, variable: int, value: float) -> None:
        if self.rows.integer[variable]:
            self.closed[side][variable] |= value == self.end[side][variable]
            return
        near = round(value)
        value = float(near) if abs(value - near) <= TOLERANCE * (1 + abs(value)) else value
        self.end[side][variable] = value
        self.closed[side][variable] = True
