"""Directions in which a system goes on for ever: the proof that nothing bounds a variable."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from trafficking_stats.solver.milp import Deadline, minimise
from trafficking_stats.solver.rows import Bools, Floats, Ints, Rows

# Length allowed to a direction of which each component counts up to 1: sums of many unit steps still fit.
_LENGTH = 1e4
# Multiples tried to make a direction whole.
_MULTIPLES = (1, 2, 3, 4, 6, 12)


def unbounded_direction(rows: Rows, blocks: Bools, wanted: Ints, interval: Floats, deadline: Deadline) -> Floats:
    """Look for one direction along which as many of the wanted variables as possible grow without end.

    Parameters
    ----------
    rows : Rows
        The system; it has a point, and its variables are bounded from below.
    blocks : ndarray of bool of shape (n_blocks,)
        Blocks to look at.
    wanted : ndarray of int
        Variables of these blocks.
    interval : ndarray of shape (2, n)
        Bounds known of the variables.
    deadline : Deadline
        Limit.

    Returns
    -------
    ndarray of shape (n,)
        A whole direction that, added to any solution any number of times, gives a solution; checked exactly.
        Zero in blocks where none was found.
    """
    row_ids = np.flatnonzero(blocks[rows.block_of_row])
    free = np.flatnonzero(blocks[rows.block_of_variable] & np.isposinf(interval[1]))
    direction = np.zeros(rows.n)
    entry = rows.entries(row_ids)
    at = np.repeat(np.arange(len(row_ids)), rows.length[row_ids])
    inside = np.isposinf(interval[1])[rows.column[entry]]
    n, k = len(free), len(wanted)
    along = sparse.csr_array(
        (rows.value[entry][inside], (at[inside], np.searchsorted(free, rows.column[entry][inside]))),
        shape=(len(row_ids), n),
    )
    # The last columns are the part of each wanted component that counts: no more than 1.
    pick = sparse.csr_array((np.ones(k), (np.arange(k), np.searchsorted(free, wanted))), shape=(k, n))
    matrix = sparse.block_array([[along, None], [pick, -sparse.eye_array(k)]], format="csr")
    low = np.where(np.isfinite(rows.lower[row_ids]), 0.0, -np.inf)
    high = np.where(np.isfinite(rows.upper[row_ids]), 0.0, np.inf)
    sides = np.stack([np.append(low, np.zeros(k)), np.append(high, np.full(k, np.inf))])
    box = np.stack([np.zeros(n + k), np.append(np.full(n, _LENGTH), np.ones(k))])
    cost = np.append(np.zeros(n), -np.ones(k))
    answer = minimise(cost, matrix, sides, box, np.zeros(n + k), deadline)
    if answer.exact is None:
        return direction
    undecided = blocks.copy()
    for multiple in _MULTIPLES:
        trial = np.zeros(rows.n)
        trial[free] = np.round(answer.exact[:n] * multiple)
        step = rows.activity(trial)
        bad = ((step < 0) & np.isfinite(rows.lower)) | ((step > 0) & np.isfinite(rows.upper))
        good = undecided & (np.bincount(rows.block_of_row, bad, rows.n_blocks) == 0)
        new = good[rows.block_of_variable]
        direction[new] = trial[new]
        undecided &= ~good
    return direction
