"""Sparse rows ``lower <= A x <= upper`` over bounded variables, cut into independent blocks."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# A decimal such as 0.6 is read as the fraction 3/5 if the fraction with the smallest denominator below this
# one that rounds to the same double exists; a row of such coefficients becomes a row of integers.
_LARGEST_DENOMINATOR = 10_000
# Beyond this size sums of integers are no longer exact in doubles; such a row is treated with a tolerance.
_LARGEST_EXACT = 2.0**50
# Relative room given to rows that are not integer, and only to those.
TOLERANCE = 1e-9


def spans(start: Ints, length: Ints) -> Ints:
    """Concatenate the index ranges ``start[k] : start[k] + length[k]``."""
    total = int(length.sum())
    if total == 0:
        return np.empty(0, dtype=np.int64)
    ends = np.cumsum(length)
    return np.arange(total) + np.repeat(start - (ends - length), length)


def distinct(numbers: Ints, size: int) -> Ints:
    """Sort numbers below `size` and drop repetitions; a table of marks where sorting would cost more."""
    if len(numbers) * 16 > size:
        marked = np.zeros(size, dtype=bool)
        marked[numbers] = True
        return np.flatnonzero(marked)
    numbers = np.sort(numbers)
    return numbers[np.concatenate([[True], numbers[1:] != numbers[:-1]])] if len(numbers) else numbers


class Rows:
    """An immutable system of rows in compressed form.

    Parameters
    ----------
    start : ndarray of shape (m + 1,)
        Row ``r`` owns the entries ``start[r] : start[r + 1]``.
    column, value : ndarray of shape (nnz,)
        Variable and coefficient (never zero) of every entry.
    lower, upper : ndarray of shape (m,)
        Sides of the rows, infinite where there is none.
    domain_lower, domain_upper : ndarray of shape (n,)
        Bounds of the variables.
    integer : ndarray of bool of shape (n,)
        Whether the variable is whole.
    block_of_row, block_of_variable : ndarray, optional
        A partition such that no row reaches into another block; default: connected components.
    """

    def __init__(
        self,
        start: Ints,
        column: Ints,
        value: Floats,
        lower: Floats,
        upper: Floats,
        domain_lower: Floats,
        domain_upper: Floats,
        integer: Bools,
        block_of_row: Ints | None = None,
        block_of_variable: Ints | None = None,
    ) -> None:
        self.start, self.column, self.value = start, column, value
        self.lower, self.upper = lower, upper
        self.domain_lower, self.domain_upper, self.integer = domain_lower, domain_upper, integer
        self.m, self.n = len(lower), len(domain_lower)
        self.length = np.diff(start)
        self.row = np.repeat(np.arange(self.m), self.length)
        if block_of_row is None or block_of_variable is None:
            block_of_row, block_of_variable = self._components()
        self.block_of_row, self.block_of_variable = block_of_row, block_of_variable
        self.n_blocks = 1 + max(block_of_row.max(initial=-1), block_of_variable.max(initial=-1))

    @cached_property
    def exact(self) -> Bools:
        """Rows whose arithmetic in doubles is exact: whole coefficients of whole variables, not too large."""
        whole = (self.value == np.round(self.value)) & self.integer[self.column]
        sides = [np.where(np.isfinite(side), np.abs(side), 0.0) for side in (self.lower, self.upper)]
        small = np.maximum(*sides) < _LARGEST_EXACT
        return (np.bincount(self.row, ~whole, self.m) == 0) & small

    @cached_property
    def all_exact(self) -> bool:
        """Whether every row is exact."""
        return bool(self.exact.all())

    @cached_property
    def impossible(self) -> Bools:
        """Rows that no point satisfies, whatever the bounds of the variables."""
        empty = self.length == 0
        return (self.lower > self.upper) | (empty & ((self.lower > 0) | (self.upper < 0)))

    @cached_property
    def _by_column(self) -> tuple[Ints, Ints]:
        order = np.argsort(self.column, kind="stable")
        start = np.concatenate([[0], np.cumsum(np.bincount(self.column, minlength=self.n))])
        return order, start

    def entries(self, rows: Ints) -> Ints:
        """Positions of the entries of `rows`, row by row."""
        return spans(self.start[rows], self.length[rows])

    def rows_with(self, variables: Ints) -> Ints:
        """Sorted rows in which any of `variables` occurs."""
        order, start = self._by_column
        return distinct(self.row[order[spans(start[variables], start[variables + 1] - start[variables])]], self.m)

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

    def violated(self, point: Floats, rows: Ints) -> Bools:
        """Tell which of `rows` do not hold at `point`: exactly for exact rows, within a tolerance for others."""
        entry = self.entries(rows)
        local = np.repeat(np.arange(len(rows)), self.length[rows])
        contribution = self.value[entry] * point[self.column[entry]]
        activity = np.bincount(local, contribution, len(rows))
        size = np.bincount(local, np.abs(contribution), len(rows))
        room = np.where(self.exact[rows] & (size < 8 * _LARGEST_EXACT), 0.0, 100 * TOLERANCE * (1 + size))
        return self.impossible[rows] | (activity < self.lower[rows] - room) | (activity > self.upper[rows] + room)

    def stack(self, rows: Ints, copy: Ints, lower: Floats, upper: Floats) -> tuple[Rows, Ints]:
        """Put copies of some rows side by side, each copy with variables of its own.

        Parameters
        ----------
        rows : ndarray of shape (k,)
            Rows to take; one may be taken in several copies.
        copy : ndarray of shape (k,)
            Ascending number of the copy, from 0, that the row goes to. A copy is a block of the result.
        lower, upper : ndarray of shape (n,)
            Domain of the variables in the result.

        Returns
        -------
        Rows
            Row ``i`` of it is a copy of ``rows[i]``.
        ndarray
            For every variable of the result, the variable here.
        """
        at = self.entries(rows)
        key = np.repeat(copy, self.length[rows]) * max(self.n, 1) + self.column[at]
        unique, column = np.unique(key, return_inverse=True)
        variable = unique % max(self.n, 1)
        start = np.concatenate([[0], np.cumsum(self.length[rows])])
        stacked = Rows(
            start,
            column,
            self.value[at],
            self.lower[rows],
            self.upper[rows],
            lower[variable],
            upper[variable],
            self.integer[variable],
            copy,
            unique // max(self.n, 1),
        )
        return stacked, variable

    def _components(self) -> tuple[Ints, Ints]:
        graph = sparse.coo_array(
            (np.ones(len(self.row), dtype=np.int8), (self.row, self.m + self.column)),
            shape=(self.m + self.n, self.m + self.n),
        )
        _, label = csgraph.connected_components(graph, directed=False)
        label = label.astype(np.int64)
        return label[: self.m], label[self.m :]


def normalised(
    start: Ints, column: Ints, value: Floats, lower: Floats, upper: Floats, integer: Bools
) -> tuple[Floats, Floats, Floats]:
    """Bring rows over whole variables to coprime whole coefficients and whole sides.

    ``2x + 4y <= 7`` becomes ``x + 2y <= 3``; ``cost - 0.6 turnover >= 0`` becomes ``5 cost - 3 turnover >= 0``.
    Rows with real variables or coefficients without a small denominator stay as they are, but a row of a single
    variable is divided by its coefficient.

    Returns
    -------
    value, lower, upper : ndarray
        The changed copies.
    """
    value, lower, upper = value.copy(), lower.copy(), upper.copy()
    m = len(lower)
    row = np.repeat(np.arange(m), np.diff(start))
    over_integers = np.bincount(row, ~integer[column], m) == 0
    fractional = np.bincount(row, value != np.round(value), m) > 0
    for r in np.flatnonzero(over_integers & fractional):
        span = slice(start[r], start[r + 1])
        exact = [_fraction(v) for v in value[span]]
        scale = math.lcm(*(f.denominator for f in exact if f is not None))
        if None in exact or scale > _LARGEST_DENOMINATOR:
            over_integers[r] = False
            continue
        value[span] = np.round(value[span] * scale)
        lower[r], upper[r] = -_scaled(-lower[r], scale), _scaled(upper[r], scale)
    single = np.flatnonzero(~over_integers & (np.diff(start) == 1))
    factor = value[start[single]]
    sides = lower[single] / factor, upper[single] / factor
    lower[single], upper[single] = np.where(factor > 0, *sides), np.where(factor > 0, *sides[::-1])
    value[start[single]] = 1.0
    over_integers &= np.bincount(row, np.abs(value) >= _LARGEST_EXACT, m) == 0
    whole = np.flatnonzero(over_integers & (np.diff(start) > 0))
    if len(whole):
        entries = spans(start[whole], np.diff(start)[whole])
        length = np.diff(start)[whole]
        first = np.concatenate([[0], np.cumsum(length)[:-1]])
        divisor = np.gcd.reduceat(np.abs(value[entries]).astype(np.int64), first).astype(float)
        value[entries] /= np.repeat(divisor, length)
        lower[whole] = np.ceil(np.ceil(lower[whole]) / divisor)
        upper[whole] = np.floor(np.floor(upper[whole]) / divisor)
    return value, lower, upper


def _fraction(value: float) -> Fraction | None:
    fraction = Fraction(float(value)).limit_denominator(_LARGEST_DENOMINATOR)
    return fraction if float(fraction) == value else None


def _scaled(side: float, scale: int) -> float:
    if not math.isfinite(side):
        return float(side)
    fraction = _fraction(side)
    return float(math.floor((Fraction(float(side)) if fraction is None else fraction) * scale))
