"""Collect constraints one by one or in bulk, and check them on the way in."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from trafficking_stats.errors import TraffickingStatsError
from trafficking_stats.solver.rows import Bools, Floats, Ints, Rows, normalised

# Weights are compared in millionths, as whole numbers, so that equal sums are equal whatever their order.
WEIGHT_UNIT = 1e-6
_HEAVIEST = 1e6
# Up to here the sums of a large system are exact in doubles.
_LARGEST = 1e15


class LinearSystemError(TraffickingStatsError, ValueError):
    """A linear system is built, or asked, in a way that has no meaning."""


class Builder:
    """Constraints in the making.

    Parameters
    ----------
    domain_lower, domain_upper : ndarray of shape (n,)
        Bounds of the variables.
    integer : ndarray of bool of shape (n,)
        Whether they are whole.
    """

    def __init__(self, domain_lower: Floats, domain_upper: Floats, integer: Bools) -> None:
        self.n = len(domain_lower)
        self._domain = domain_lower, domain_upper, integer
        self._column: list[int] = []
        self._value: list[float] = []
        self._length: list[int] = []
        self._sides: list[tuple[float, float, float]] = []
        self._chunks: list[tuple[Ints, Floats, Ints, Floats]] = []
        self._in_chunks = 0

    def __len__(self) -> int:
        return self._in_chunks + len(self._length)

    def add(self, coefficients: Mapping[int, float], lower: float, upper: float, weight: float) -> int:
        """Check and take one constraint; its index."""
        index = len(self)
        for variable, value in coefficients.items():
            if not 0 <= variable < self.n or variable != int(variable):
                raise LinearSystemError(
                    f"constraint {index}: there is no variable {variable!r}; the system has {self.n}, from 0"
                )
            if not math.isfinite(value):
                raise LinearSystemError(f"constraint {index}: coefficient {value} of variable {variable}")
        lower, upper, weight = float(lower), float(upper), float(weight)
        if not lower < math.inf or not upper > -math.inf or not (weight == math.inf or _known_weight(weight)):
            self._refuse(index, lower, upper, weight)
        if _LARGEST < abs(lower) < math.inf or _LARGEST < abs(upper) < math.inf:
            self._refuse(index, lower, upper, weight)
        used = {int(j): float(a) for j, a in coefficients.items() if a != 0}
        self._column.extend(used)
        self._value.extend(used.values())
        self._length.append(len(used))
        self._sides.append((lower, upper, weight))
        return index

    def add_many(self, matrix: sparse.sparray, lower: ArrayLike, upper: ArrayLike, weight: ArrayLike) -> range:
        """Check and take one constraint for every row of a sparse matrix; their indices."""
        matrix = sparse.csr_array(matrix, dtype=float, copy=True)
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        m, n = matrix.shape
        first = len(self)
        if n != self.n:
            raise LinearSystemError(f"the matrix has {n} columns, the system {self.n} variables")
        sides = np.empty((m, 3))
        for k, (name, given) in enumerate((("lower", lower), ("upper", upper), ("weight", weight))):
            array = np.asarray(given, dtype=float)
            if array.shape not in ((), (m,)):
                raise LinearSystemError(f"{name} has shape {array.shape}; needed is one number or shape ({m},)")
            sides[:, k] = array
        low, high, weights = sides.T
        size = np.where(np.isfinite(sides[:, :2]), np.abs(sides[:, :2]), 0.0).max(axis=1, initial=0.0)
        known = np.isposinf(weights) | ((weights >= WEIGHT_UNIT) & (weights <= _HEAVIEST))
        good = (low < np.inf) & (high > -np.inf) & known & (size <= _LARGEST)
        if not good.all():
            bad = int(np.argmin(good))
            self._refuse(first + bad, *sides[bad].tolist())
        if not np.isfinite(matrix.data).all():
            bad = int(np.searchsorted(matrix.indptr, np.argmin(np.isfinite(matrix.data)), side="right")) - 1
            raise LinearSystemError(f"constraint {first + bad}: a coefficient is not finite")
        self._flush()
        length = np.diff(matrix.indptr).astype(np.int64)
        self._chunks.append((matrix.indices.astype(np.int64), matrix.data, length, sides))
        self._in_chunks += m
        return range(first, first + m)

    def build(self) -> tuple[Rows, Ints]:
        """Return the system, its rows normalised, and the weights in units of `WEIGHT_UNIT`, 0 for rules."""
        self._flush()
        empty = (np.empty(0, dtype=np.int64), np.empty(0), np.empty(0, dtype=np.int64), np.empty((0, 3)))
        column, value, length, sides = (np.concatenate(part) for part in zip(empty, *self._chunks, strict=True))
        start = np.concatenate([[0], np.cumsum(length)])
        low, high, weight = sides.T
        domain_lower, domain_upper, integer = self._domain
        value, low, high = normalised(start, column, value, low, high, integer)
        units = np.round(np.where(np.isfinite(weight), weight, 0.0) / WEIGHT_UNIT).astype(np.int64)
        return Rows(start, column, value, low, high, domain_lower, domain_upper, integer), units

    def weights(self) -> Floats:
        """Return the weights as given."""
        self._flush()
        return np.concatenate([np.empty(0), *(sides[:, 2] for *_, sides in self._chunks)])

    def _flush(self) -> None:
        if self._length:
            chunk = (
                np.array(self._column, dtype=np.int64),
                np.array(self._value, dtype=float),
                np.array(self._length, dtype=np.int64),
                np.array(self._sides, dtype=float),
            )
            self._chunks.append(chunk)
            self._in_chunks += len(self._length)
            self._column, self._value, self._length, self._sides = [], [], [], []

    def _refuse(self, index: int, lower: float, upper: float, weight: float) -> None:
        if not (weight == math.inf or _known_weight(weight)):
            raise LinearSystemError(
                f"constraint {index}: weight {weight}; a claim has a weight from {WEIGHT_UNIT:g} to {_HEAVIEST:g}, "
                "a rule has weight inf"
            )
        raise LinearSystemError(
            f"constraint {index}: lower {lower}, upper {upper}; lower is a number or -inf, upper a number or inf, "
            f"and numbers do not exceed {_LARGEST:g}"
        )


def _known_weight(weight: float) -> bool:
    return WEIGHT_UNIT <= weight <= _HEAVIEST


def mask_of(active: Collection[int] | Bools, size: int) -> Bools:
    """Turn a choice of constraints, by index or as one bool for each, into a mask of its own.

    Raises
    ------
    LinearSystemError
        If an index does not exist.
    """
    given = np.asarray(active if isinstance(active, np.ndarray) else list(active))
    if given.dtype == bool and given.shape == (size,):
        return given.copy()
    mask = np.zeros(size, dtype=bool)
    if given.size:
        if given.dtype.kind not in "iu" or given.min() < 0 or given.max() >= size:
            raise LinearSystemError(f"active holds indices from 0 to {size - 1}, or one bool for each")
        mask[given] = True
    return mask
