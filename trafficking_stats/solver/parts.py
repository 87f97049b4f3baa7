"""What propagation leaves open: connected parts of free variables, and which of them are already exact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from trafficking_stats.solver.propagation import Propagated
from trafficking_stats.solver.rows import Bools, Ints, Rows, distinct


@dataclass(frozen=True)
class Parts:
    """What propagation left open: connected parts of variables that are not fixed and rows that still bind.

    Parameters
    ----------
    of_variable, of_row : ndarray of shape (n,), (m,)
        Part of the variable or row, -1 for none.
    tree : ndarray of bool of shape (n_parts,)
        Parts whose intervals propagation has made exact.
    block : ndarray of shape (n_parts,)
        The block a part belongs to.
    """

    of_variable: Ints
    of_row: Ints
    tree: Bools
    block: Ints


def open_parts(rows: Rows, active: Bools, state: Propagated) -> Parts:
    """Cut what propagation left open into connected parts and recognise the trees among them.

    In a part whose graph of variables and rows has no cycle, and whose coefficients are all 1 or -1, the
    fixpoint is exact: any value within a variable's interval can be completed, row by row away from it, because
    a sum of whole numbers from intervals takes every whole value between its extremes [1]_. The same holds for
    real variables with any coefficients.

    References
    ----------
    .. [1] Freuder, E. (1982). A sufficient condition for backtrack-free search. *Journal of the ACM* 29, 24-32.
    """
    lower, upper = state.lower, state.upper
    n, m = rows.n, rows.m
    # only what is active is looked at: of many blocks few may be left
    alive = np.flatnonzero(active & ~state.clash[rows.block_of_row])
    entry = rows.entries(alive)
    local = np.repeat(np.arange(len(alive)), rows.length[alive])
    column, value = rows.column[entry], rows.value[entry]
    with np.errstate(invalid="ignore"):
        ends = np.where(value > 0, lower[column], upper[column]) * value
        least = np.bincount(local, ends, len(alive))
        ends = np.where(value > 0, upper[column], lower[column]) * value
        most = np.bincount(local, ends, len(alive))
    binding = (least < rows.lower[alive]) | (most > rows.upper[alive])
    kept = np.flatnonzero((lower < upper)[column] & binding[local])
    entry, local, column = entry[kept], local[kept], column[kept]
    row, variables = alive[local], distinct(column, n)
    node = len(alive) + np.searchsorted(variables, column)
    size = len(alive) + len(variables)
    graph = sparse.coo_array((np.ones(len(row), dtype=np.int8), (local, node)), shape=(size, size))
    _, label = csgraph.connected_components(graph, directed=False)
    used, of_entry = np.unique(label[local], return_inverse=True)
    of_row, of_variable = np.full(m, -1), np.full(n, -1)
    of_row[row] = of_entry
    of_variable[column] = of_entry
    count = len(used)
    block = np.zeros(count, dtype=np.int64)
    block[of_entry] = rows.block_of_row[row]
    edges = np.bincount(of_entry, minlength=count)
    nodes = np.bincount(of_row[alive][of_row[alive] >= 0], minlength=count)
    nodes = nodes + np.bincount(of_variable[variables], minlength=count)
    unit = (np.abs(rows.value[entry]) == 1) & rows.exact[row] & rows.integer[column]
    not_unit = np.bincount(of_entry, ~unit, count) > 0
    whole = np.bincount(of_entry, rows.integer[column], count) > 0
    tree = (edges == nodes - 1) & ~(not_unit & whole) & state.settled[block]
    return Parts(of_variable, of_row, tree, block)
