"""Which blocks of a system have a point? All blocks are asked at once; a yes never rests on a tolerance.

Three ways in order of cost: propagation proves that there is none; a forest of sums has one (see `leftover`); the
least value of every variable together are one, as where parts may sum to less than their whole. Only what is left
goes to HiGHS, part by part, and every point it finds is checked against the rows in exact arithmetic.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from trafficking_stats.solver.highs import Deadline, OutOfTimeError, SolverError, anchor, programme_of
from trafficking_stats.solver.propagation import Propagated, explain, propagate
from trafficking_stats.solver.rows import Bools, Floats, Ints, Rows


@dataclass(frozen=True)
class Verdict:
    """Which blocks have a point.

    Parameters
    ----------
    feasible : ndarray of bool of shape (n_blocks,)
        True where a point was found or is certain to exist, False where there is none.
    interval : ndarray of shape (2, n)
        What propagation leaves of the variables.
    point : ndarray of shape (n,)
        If asked for, one point of every feasible block; meaningless in the others.
    sides : ndarray of bool of shape (2, m)
        If reasons were asked for: lower and upper sides of rows that suffice for every infeasible block to be so.
    """

    feasible: Bools
    interval: Floats
    point: Floats
    sides: Bools

    @property
    def core(self) -> Bools:
        """Rows of `sides`."""
        return self.sides[0] | self.sides[1]


def leftover(rows: Rows, active: Bools, state: Propagated, *, trees: bool = False) -> tuple[Rows, Ints, Ints]:
    """Cut out variables that propagation did not fix and rows that still bind, but for trees (unless wanted, too).

    In a part whose graph of variables and rows has no cycle, and whose coefficients are all 1 or -1, the
    fixpoint is exact: any value within a variable's interval can be completed, row by row away from it, because
    a sum of whole numbers from intervals takes every whole value between its extremes [1]_.

    Returns
    -------
    Rows
        A system of its own, on the present intervals; every connected part is a block of it.
    variable, row : ndarray
        What each of its variables and rows is in the whole system.

    References
    ----------
    .. [1] Freuder, E. (1982). A sufficient condition for backtrack-free search. *Journal of the ACM* 29, 24-32.
    """
    lower, upper = state.interval
    alive = np.flatnonzero(active & ~state.clash[rows.block_of_row])
    entry = rows.entries(alive)
    local = np.repeat(np.arange(len(alive)), rows.length[alive])
    column, value = rows.column[entry], rows.value[entry]
    ends = np.where(value > 0, [lower[column], upper[column]], [upper[column], lower[column]]) * value
    least, most = (np.bincount(local, end, len(alive)) for end in ends)
    binding = (least < rows.sides[0, alive]) | (most > rows.sides[1, alive])
    kept = (lower < upper)[column] & binding[local]
    entry, local, column = entry[kept], local[kept], column[kept]
    variables, place = np.unique(column, return_inverse=True)
    size = len(alive) + len(variables)
    graph = sparse.coo_array((np.ones(len(local), dtype=np.int8), (local, len(alive) + place)), shape=(size, size))
    label = csgraph.connected_components(graph, directed=False)[1]
    of = label[local]
    nodes = np.bincount(label, minlength=1)
    edges = np.bincount(of, minlength=len(nodes))
    far = (np.abs(rows.value[entry]) != 1) | ~state.settled[rows.block_of_row[alive[local]]]
    wanted = (edges >= nodes) | (np.bincount(of, far, len(nodes)) > 0) | (trees & (edges > 0))
    members = np.flatnonzero(wanted[label[: len(alive)]])
    part = np.unique(label[members], return_inverse=True)[1]
    stacked, variable = rows.stack(alive[members], part, state.interval)
    return stacked, variable, alive[members]


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
    state = propagate(rows, active, deadline=deadline)
    feasible, values = ~state.clash, anchor(state.interval)
    needed, sides = np.zeros(2 * rows.n, dtype=bool), np.zeros((2, rows.m), dtype=bool)
    rest, variable, row = leftover(rows, active, state, trees=point)
    base = anchor(rest.domain)
    wrong = rest.violated(base, np.arange(rest.m))
    for part in np.unique(rest.block_of_row[wrong]).tolist():
        members = rest.rows_in(part)
        block = rows.block_of_row[row[members[0]]]
        if feasible[block]:
            try:
                against = _complete(rest, part, base, deadline)
            except OutOfTimeError:
                if not give_up:
                    raise
                against = members
            feasible[block] = len(against) == 0
            sides[:, row[against]] = True
            column = rows.column[rows.entries(row[against])]
            needed[column] = needed[rows.n + column] = True
    values[variable] = base
    if reasons:
        explain(rows, state, needed, sides)
    return Verdict(feasible, state.interval, values, sides)


def _complete(rows: Rows, block: int, base: Floats, deadline: Deadline) -> Ints:
    """Ask HiGHS for a point of a block and write it to `base`; if there is none, return rows that suffice for that."""
    members, inside = rows.rows_in(block), rows.variables_in(block)
    programme = programme_of(rows, block)
    for relaxed in (True, False):
        answer = programme.minimise(np.zeros(len(inside)), deadline, relaxed=relaxed)
        if answer.status == "infeasible":
            multipliers = programme.ray() if relaxed else None
            return members if multipliers is None else members[multipliers != 0]
        if answer.values is not None:
            base[inside] = answer.values
            if not rows.violated(base, members).any():
                return members[:0]
    if answer.status == "limit":
        raise OutOfTimeError("the time limit was reached")
    raise SolverError("the solver returned a point that does not satisfy the rows exactly")
