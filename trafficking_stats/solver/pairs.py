"""Pairs of claims that clash by themselves: a part that is larger than a whole, or two figures of one sum."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from trafficking_stats.solver.intervals import Claims
from trafficking_stats.solver.rows import Floats, Ints, Rows

# Pairs of figures on two variables beyond which they are not listed: who disagrees on so much needs no hint.
_MOST = 2_500


def clashing_pairs(rows: Rows, rules: Ints, variables: Ints, claims: Claims) -> tuple[Ints, Ints]:
    """List the pairs of claims that clash by themselves.

    Parameters
    ----------
    rows : Rows
        The system.
    rules, variables : ndarray of int
        Rules and variables of some blocks, ascending.
    claims : Claims
        Claims of these blocks, each of which could be true by itself.

    Returns
    -------
    first, second : ndarray of int of shape (n_pairs,)
        Positions in `claims`, ascending: the first is larger than the second, but should not be. Compared are
        claims on one sum, and those on variables of which rules make one a part of the other.
    """
    n, n_expressions = len(variables), claims.expression.max(initial=-1) + 1
    part, whole = _parts(rows, rules, variables)
    reach = _closure(places(1.0, part, whole, (n, n))).tocoo()
    apart = reach.row != reach.col
    # the expression that is a variable by itself, if a claim speaks of it
    single = np.flatnonzero((rows.length[claims.row] == 1) & (rows.value[rows.start[claims.row]] * claims.sign == 1))
    named = np.full(n, -1)
    named[np.searchsorted(variables, rows.column[rows.start[claims.row[single]]])] = claims.expression[single]
    below, above = named[reach.row[apart]], named[reach.col[apart]]
    same = np.arange(n_expressions)
    below, above = (np.concatenate([ends, same]) for ends in (below, above))
    # only where the largest figure of the one exceeds the smallest of the other is anything to list
    highest, lowest = np.full(n_expressions, -np.inf), np.full(n_expressions, np.inf)
    np.maximum.at(highest, claims.expression, claims.lower)
    np.minimum.at(lowest, claims.expression, claims.upper)
    clash = (below >= 0) & (above >= 0)
    clash[clash] = highest[below[clash]] > lowest[above[clash]]
    size = np.bincount(claims.expression, minlength=n_expressions)
    clash[clash] = size[below[clash]] * size[above[clash]] <= _MOST
    edge = places(1.0, below[clash], above[clash], (n_expressions, n_expressions))
    about = places(1.0, np.arange(len(claims.row)), claims.expression, (len(claims.row), n_expressions))
    pair = (about @ edge @ about.T).tocoo()
    larger = claims.lower[pair.row] > claims.upper[pair.col]
    first, second = pair.row[larger].astype(np.int64), pair.col[larger].astype(np.int64)
    order = np.lexsort((second, first))
    return first[order], second[order]


def _parts(rows: Rows, rules: Ints, variables: Ints) -> tuple[Ints, Ints]:
    """List the variables that a rule keeps from exceeding another one; none of them may be negative."""
    not_negative = rows.domain_lower[variables] >= 0
    matrix = left_sides(rows, rules, variables, np.ones(len(rules)))
    own = np.arange(len(variables))
    part, whole = [own], [own]
    for sign, holds in ((1.0, rows.lower[rules] >= 0), (-1.0, rows.upper[rules] <= 0)):
        # sum of wholes - sum of parts >= 0: with one whole, each of the parts is at most that
        entries = (matrix * sign).tocoo()
        up = entries.data > 0
        usable = holds & (np.bincount(entries.row, up, len(rules)) == 1)
        usable &= np.bincount(entries.row, ~not_negative[entries.col] | (up & (entries.data != 1)), len(rules)) == 0
        of_rule = np.zeros(len(rules), dtype=np.int64)
        of_rule[entries.row[up]] = entries.col[up]
        below = usable[entries.row] & (entries.data <= -1)
        part.append(entries.col[below])
        whole.append(of_rule[entries.row[below]])
    return np.concatenate(part), np.concatenate(whole)


def left_sides(rows: Rows, row: Ints, variables: Ints, sign: Floats) -> sparse.csr_array:
    """Return the left sides of some rows, each times a sign, over the variables of their blocks alone."""
    entry = rows.entries(row)
    number = np.repeat(np.arange(len(row)), rows.length[row])
    column = np.searchsorted(variables, rows.column[entry])
    return sparse.csr_array((rows.value[entry] * sign[number], (number, column)), shape=(len(row), len(variables)))


def places(value: float, row: Ints, column: Ints, shape: tuple[int, int]) -> sparse.csr_array:
    """Return a matrix of one value in some places."""
    return sparse.csr_array((np.full(len(row), value), (row, column)), shape=shape)


def _closure(step: sparse.csr_array) -> sparse.csr_array:
    """Follow the steps from variable to variable as far as they go."""
    size = -1
    while step.nnz > size:
        size = step.nnz
        step = sparse.csr_array(step @ step)
        step.data[:] = 1.0
    return step
