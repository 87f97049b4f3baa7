"""Sparse rows ``lower <= A x <= upper`` over bounded whole numbers, cut into independent blocks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

DECIMALS = 4
"""A coefficient has at most so many."""

_ROUNDING = 1e-9


def spans(start: Ints, length: Ints) -> Ints:
    """Concatenate the index ranges ``start[k] : start[k] + length[k]``."""
    ends = np.cumsum(length)
    return np.arange(length.sum()) + np.repeat(start - (ends - length), length)


@dataclass(frozen=True)
class Inequalities:
    """Every finite side of a row, read as an upper limit of a sum: ``sum(size * y) <= limit``, with y = x or -x.

    All bounds are upper bounds too, of -x (numbers 0 to n - 1) and of x (n to 2 n - 1): smaller is always tighter.

    Parameters
    ----------
    row, side, limit, start, length : ndarray of shape (k,)
        Of each inequality: its row and side (0 lower, 1 upper), its limit, and where its entries are.
    size, target, rest : ndarray
        Of each entry: its coefficient without the sign, the bound that it tightens, and the bound of its opposite,
        which limits what it takes off the others.
    of : ndarray
        The inequality of each entry.
    """

    row: Ints
    side: Ints
    limit: Floats
    start: Ints
    length: Ints
    size: Floats
    target: Ints
    rest: Ints
    of: Ints

    @cached_property
    def _resting(self) -> tuple[Ints, Ints]:
        shape = self.rest.max(initial=-1) + 1, len(self.row)
        table = sparse.csr_array((np.ones(len(self.rest), dtype=bool), (self.rest, self.of)), shape=shape)
        return table.indices, table.indptr

    def resting_on(self, bounds: Ints) -> Ints:
        """Inequalities, ascending, that say something new once one of these bounds has moved."""
        inequality, start = self._resting
        bounds = bounds[bounds < len(start) - 1]
        found = np.zeros(len(self.row), dtype=bool)
        found[inequality[spans(start[bounds], start[bounds + 1] - start[bounds])]] = True
        return np.flatnonzero(found)


class Rows:
    """An immutable system of rows in compressed form.

    Parameters
    ----------
    start : ndarray of shape (m + 1,)
        Row ``r`` owns the entries ``start[r] : start[r + 1]``.
    column, value : ndarray of shape (nnz,)
        Variable and coefficient (whole, never zero) of every entry.
    sides : ndarray of shape (2, m)
        Lower and upper sides of the rows, whole, or infinite where there is none.
    domain : ndarray of shape (2, n)
        Lower and upper bounds of the variables.
    blocks : (of rows, of variables), optional
        A partition such that no row reaches into another block; default: connected components.
    """

    def __init__(
        self,
        start: Ints,
        column: Ints,
        value: Floats,
        sides: Floats,
        domain: Floats,
        blocks: tuple[Ints, Ints] | None = None,
    ) -> None:
        self.start, self.column, self.value = start, column, value
        self.sides, self.domain = sides, domain
        self.m, self.n = sides.shape[1], domain.shape[1]
        self.length = np.diff(start)
        self.row = np.repeat(np.arange(self.m), self.length)
        self.block_of_row, self.block_of_variable = blocks or self._components()
        self.n_blocks = 1 + int(max(block.max(initial=-1) for block in (self.block_of_row, self.block_of_variable)))

    @cached_property
    def impossible(self) -> Bools:
        """Rows that no point satisfies, whatever the bounds of the variables."""
        lower, upper = self.sides
        return (lower > upper) | ((self.length == 0) & ((lower > 0) | (upper < 0)))

    @cached_property
    def inequalities(self) -> Inequalities:
        """The finite sides of the rows, in their order."""
        row, side = np.nonzero(np.isfinite(self.sides.T) & (self.length > 0)[:, None])
        length = self.length[row]
        entry, of = self.entries(row), np.repeat(np.arange(len(row)), length)
        up = (self.value[entry] > 0) == (side[of] == 1)
        column = self.column[entry]
        limit = np.where(side == 1, self.sides[1, row], -self.sides[0, row])
        start = np.cumsum(length) - length
        both = (np.where(up, self.n + column, column), np.where(up, column, self.n + column))
        return Inequalities(row, side, limit, start, length, np.abs(self.value[entry]), *both, of)

    def entries(self, rows: Ints) -> Ints:
        """Positions of the entries of `rows`, row by row."""
        return spans(self.start[rows], self.length[rows])

    def matrix(self, rows: Ints) -> sparse.csr_array:
        """Coefficients of some rows."""
        entry = self.entries(rows)
        start = np.concatenate([[0], np.cumsum(self.length[rows])])
        return sparse.csr_array((self.value[entry], self.column[entry], start), shape=(len(rows), self.n))

    def rows_in(self, block: int) -> Ints:
        """Ascending rows of a block."""
        order, start = self._by_block[0]
        return order[start[block] : start[block + 1]]

    def variables_in(self, block: int) -> Ints:
        """Ascending variables of a block."""
        order, start = self._by_block[1]
        return order[start[block] : start[block + 1]]

    @cached_property
    def _by_block(self) -> list[tuple[Ints, Ints]]:
        return [
            (np.argsort(block, kind="stable"), np.searchsorted(np.sort(block), np.arange(self.n_blocks + 1)))
            for block in (self.block_of_row, self.block_of_variable)
        ]

    def that_fail(self, failing: Bools) -> Rows:
        """Return the system with some rows that no point satisfies."""
        sides = np.where(failing, [[0.0], [-1.0]], self.sides)
        blocks = self.block_of_row, self.block_of_variable
        return Rows(self.start, self.column, self.value, sides, self.domain, blocks)

    def violated(self, point: Floats, rows: Ints) -> Bools:
        """Tell which of `rows` do not hold at `point`."""
        entry, of = self.entries(rows), np.repeat(np.arange(len(rows)), self.length[rows])
        activity = np.bincount(of, self.value[entry] * point[self.column[entry]], len(rows))
        lower, upper = self.sides[:, rows]
        return self.impossible[rows] | (activity < lower) | (activity > upper)

    def expressions(self, rows: Ints) -> tuple[Ints, Floats]:
        """Tell the distinct left sides of rows apart: a number each, and the sign that makes the first one positive."""
        number, sign = np.zeros(len(rows), dtype=np.int64), np.ones(len(rows))
        used = 0
        for length in np.unique(self.length[rows]):
            of_length = np.flatnonzero(self.length[rows] == length)
            entry = self.entries(rows[of_length]).reshape(len(of_length), length)
            entry = np.take_along_axis(entry, np.argsort(self.column[entry], axis=1, kind="stable"), axis=1)
            if length:
                sign[of_length] = np.sign(self.value[entry[:, 0]])
            left = np.hstack([self.column[entry], self.value[entry] * sign[of_length, None]])
            # the one coefficient of a variable by itself is 1
            found = np.unique(left[:, 0] if length == 1 else left, axis=0, return_inverse=True)[1].ravel()
            number[of_length] = used + found
            used += found.max(initial=-1) + 1
        return number, sign

    def readings(self, rows: Ints) -> tuple[Ints, Floats, Floats]:
        """Read rows as intervals: the expression, its sign in the row, and the interval, of shape (2, k)."""
        expression, sign = self.expressions(rows)
        return expression, sign, np.where(sign > 0, self.sides[:, rows], -self.sides[::-1, rows])

    def stack(self, rows: Ints, copy: Ints, domain: Floats) -> tuple[Rows, Ints]:
        """Put copies of some rows side by side, each copy with variables of its own.

        Parameters
        ----------
        rows : ndarray of shape (k,)
            Rows to take; one may be taken in several copies.
        copy : ndarray of shape (k,)
            Number of the copy, from 0, that the row goes to. A copy is a block of the result.
        domain : ndarray of shape (2, n)
            Bounds of the variables in the result.

        Returns
        -------
        Rows
            Row ``i`` of it is a copy of ``rows[i]``.
        ndarray
            For every variable of the result, the variable here.
        """
        entry = self.entries(rows)
        key = np.repeat(copy, self.length[rows]) * max(self.n, 1) + self.column[entry]
        unique, column = np.unique(key, return_inverse=True)
        variable = unique % max(self.n, 1)
        start = np.concatenate([[0], np.cumsum(self.length[rows])])
        sides, blocks = self.sides[:, rows], (copy, unique // max(self.n, 1))
        return Rows(start, column, self.value[entry], sides, domain[:, variable], blocks), variable

    def _components(self) -> tuple[Ints, Ints]:
        size = self.m + self.n
        graph = sparse.coo_array((np.ones(len(self.row), np.int8), (self.row, self.m + self.column)), (size, size))
        label = csgraph.connected_components(graph, directed=False)[1].astype(np.int64)
        return label[: self.m], label[self.m :]


def normalised(start: Ints, value: Floats, sides: Floats) -> tuple[Floats, Floats]:
    """Bring rows to coprime whole coefficients and whole sides.

    ``2x + 4y <= 7`` becomes ``x + 2y <= 3``; ``cost - 0.6 turnover >= 0`` becomes ``5 cost - 3 turnover >= 0``.

    Returns
    -------
    value, sides : ndarray
        The changed copies. A coefficient of more than `DECIMALS` decimals stays broken.
    """
    m, length = sides.shape[1], np.diff(start)
    row, scale = np.repeat(np.arange(m), length), np.ones(m)
    for _ in range(DECIMALS):
        scaled = value * scale[row]
        scale[np.bincount(row, np.abs(scaled - np.round(scaled)) > _ROUNDING, m) > 0] *= 10
    value = value * scale[row]
    value = np.where(np.abs(value - np.round(value)) <= _ROUNDING, np.round(value), value)
    # the decimals of a side, not those of its last bit
    sides = np.where(scale > 1, np.round(sides * scale, 6), sides)
    filled, divisor = np.flatnonzero(length > 0), np.ones(m)
    divisor[filled] = np.gcd.reduceat(np.abs(value).astype(np.int64), start[filled])
    return value / divisor[row], np.stack([np.ceil(sides[0] / divisor), np.floor(sides[1] / divisor)])
