"""Equations that no whole numbers satisfy, though fractions do.

Branch and bound may never notice that ``x + y + z = 2`` and ``x - y + z = 1`` have no whole solution: every sum
of the two is odd. Modulo 2 it is plain, and elimination modulo a small prime finds all such contradictions.
"""

from __future__ import annotations

import numpy as np

from trafficking_stats.solver.rows import Floats, Ints, Rows

_PRIMES = (2, 3, 5)
# Elimination is dense: cubic in the number of equations.
_EQUATIONS = 400


def contradict_modulo(rows: Rows, row_ids: Ints, variable_ids: Ints, lower: Floats, upper: Floats) -> bool:
    """Tell whether the equations among some rows contradict each other modulo a small prime.

    Parameters
    ----------
    rows : Rows
        The system.
    row_ids, variable_ids : ndarray of int
        Rows to look at, and the variables in them that are not fixed, ascending.
    lower, upper : ndarray of shape (n,)
        Intervals; equal for the fixed variables.

    Returns
    -------
    bool
        True proves that the rows have no whole point. False says nothing.
    """
    equations = row_ids[(rows.lower[row_ids] == rows.upper[row_ids]) & rows.exact[row_ids]]
    if not 0 < len(equations) <= _EQUATIONS:
        return False
    entry = rows.entries(equations)
    at = np.repeat(np.arange(len(equations)), rows.length[equations])
    column, value = rows.column[entry], rows.value[entry]
    fixed = lower[column] == upper[column]
    table = np.zeros((len(equations), len(variable_ids) + 1))
    table[at[~fixed], np.searchsorted(variable_ids, column[~fixed])] = value[~fixed]
    settled = np.bincount(at[fixed], value[fixed] * lower[column[fixed]], len(equations))
    table[:, -1] = rows.lower[equations] - settled
    return any(_contradict(np.mod(table, prime).astype(np.int64), prime) for prime in _PRIMES)


def _contradict(table: Ints, prime: int) -> bool:
    """Eliminate; a row that is zero but for its last entry is a contradiction."""
    rank = 0
    for column in range(table.shape[1] - 1):
        candidates = np.flatnonzero(table[rank:, column])
        if len(candidates) == 0:
            continue
        pivot = rank + candidates[0]
        table[[rank, pivot]] = table[[pivot, rank]]
        table[rank] = table[rank] * pow(int(table[rank, column]), -1, prime) % prime
        below = rank + 1 + np.flatnonzero(table[rank + 1 :, column])
        table[below] = (table[below] - np.outer(table[below, column], table[rank])) % prime
        rank += 1
        if rank == len(table):
            return False
    return bool(table[rank:, -1].any())
