"""The constraints of a linear system as they are added, checked one by one."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from trafficking_stats.errors import TraffickingStatsError
from trafficking_stats.solver.claims import WEIGHT_UNIT
from trafficking_stats.solver.rows import DECIMALS, Floats, Ints, Rows, normalised

# Up to here the sums of a large system are exact in doubles.
_LARGEST = 1e15
_HEAVIEST = 1e6


class LinearSystemError(TraffickingStatsError, ValueError):
    """A linear system is built, or asked, in a way that has no meaning."""


class Constraints:
    """Variables and the constraints on them; see `trafficking_stats.linear.LinearSystem`."""

    def __init__(
        self,
        n_variables: int,
        upper_bound: ArrayLike,
        *,
        lower_bound: ArrayLike = 0.0,
    ) -> None:
        if n_variables != int(n_variables) or n_variables < 0:
            raise LinearSystemError(f"n_variables is {n_variables!r}; needed is a whole number from 0")
        self.n_variables = int(n_variables)
        given = {"lower_bound": lower_bound, "upper_bound": upper_bound}
        lower, upper = (_spread(name, value, self.n_variables) for name, value in given.items())
        low, high = np.ceil(lower), np.floor(upper)
        wrong = ~((low < np.inf) & (high > -np.inf) & (low <= high))
        if wrong.any():
            j = int(np.argmax(wrong))
            raise LinearSystemError(f"variable {j} has no value from {lower[j]} to {upper[j]}")
        self._domain = np.stack([low, high])
        self._chunks = [(sparse.csr_array((0, self.n_variables)), np.empty((3, 0)))]
        self._count = 0
        self._labels: dict[int, str] = {}
        self._forget()

    def _forget(self) -> None:
        self._built: tuple[Rows, Ints] | None = None

    @property
    def n_constraints(self) -> int:
        """Number of constraints added."""
        return self._count

    def add(
        self,
        coefficients: Mapping[int, float],
        lower: float,
        upper: float,
        weight: float = math.inf,
        *,
        label: str = "",
    ) -> int:
        """Add the constraint ``lower <= sum(coefficient * variable) <= upper``.

        Parameters
        ----------
        coefficients : mapping of int to float
            Coefficient of every variable that takes part, of at most 4 decimals. A sum without variables is 0.
        lower, upper : float
            Sides, ``-inf`` and ``inf`` for none. A constraint with ``lower > upper`` cannot hold.
        weight : float, default inf
            ``inf`` for a rule, which holds by definition; else from 1e-6 to 1e6 for a claim, what it costs to
            drop it. Weights are compared in millionths.
        label : str, optional
            Name of the constraint in messages.

        Returns
        -------
        int
            Index of the constraint, counted from 0 in the order of adding. Among claims of equal weight the
            earlier one is kept.

        Raises
        ------
        LinearSystemError
            If a variable does not exist or a number has no meaning.
        """
        index = self._count
        variable = np.array(list(coefficients), dtype=float)
        wrong = ~((variable >= 0) & (variable < self.n_variables) & (variable == np.floor(variable)))
        if wrong.any():
            unknown = list(coefficients)[int(np.argmax(wrong))]
            raise LinearSystemError(
                f"constraint {index}: there is no variable {unknown!r}; the system has {self.n_variables}, from 0"
            )
        value = np.array(list(coefficients.values()), dtype=float)
        row = sparse.csr_array((value, variable.astype(np.int64), [0, len(value)]), shape=(1, self.n_variables))
        self.add_many(row, lower, upper, weight)
        if label:
            self._labels[index] = label
        return index

    def add_many(
        self, matrix: sparse.sparray, lower: ArrayLike, upper: ArrayLike, weight: ArrayLike = math.inf
    ) -> range:
        """Add one constraint for every row of a sparse matrix; what `add` does, without a call for each.

        Parameters
        ----------
        matrix : sparse array of shape (m, n_variables)
            Coefficients.
        lower, upper, weight : float or array_like of shape (m,)
            As in `add`.

        Returns
        -------
        range
            The indices.
        """
        matrix = sparse.csr_array(matrix, dtype=float, copy=True)
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        m, n = matrix.shape
        if n != self.n_variables:
            raise LinearSystemError(f"the matrix has {n} columns, the system {self.n_variables} variables")
        given = {"lower": lower, "upper": upper, "weight": weight}
        sides = low, high, cost = np.stack([_spread(name, value, m) for name, value in given.items()])
        known = np.isposinf(cost) | ((cost >= WEIGHT_UNIT) & (cost <= _HEAVIEST))
        size = np.where(np.isinf(sides[:2]), 0.0, np.abs(sides[:2])).max(axis=0, initial=0.0)
        odd = ~((np.abs(matrix.data) <= _LARGEST) & (np.round(matrix.data, DECIMALS) == matrix.data))
        unclear = np.bincount(np.repeat(np.arange(m), np.diff(matrix.indptr)), odd, m) > 0
        good = (low < np.inf) & (high > -np.inf) & (size <= _LARGEST)
        if (bad := np.flatnonzero(unclear | ~good | ~known)).size:
            row = int(bad[0])
            if unclear[row]:
                first = int(np.flatnonzero(odd)[0])
                said = f"a coefficient {matrix.data[first]}; all are finite, with at most {DECIMALS} decimals"
            elif not known[row]:
                said = f"weight {cost[row]}; a claim has a weight from {WEIGHT_UNIT:g} to {_HEAVIEST:g}, a rule inf"
            else:
                said = f"lower {low[row]}, upper {high[row]}; lower is a number or -inf, upper a number or inf, "
                said += f"and numbers do not exceed {_LARGEST:g}"
            raise LinearSystemError(f"constraint {self._count + row}: {said}")
        self._chunks.append((matrix, sides))
        self._count += m
        self._forget()
        return range(self._count - m, self._count)

    def _system(self) -> tuple[Rows, Ints]:
        """Return the rows, normalised, and the weights in units of `WEIGHT_UNIT`, 0 for rules."""
        if self._built is None:
            matrices, sides = zip(*self._chunks, strict=True)
            matrix, (*ends, weight) = sparse.vstack(matrices, format="csr"), np.hstack(sides)
            start, column = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64)
            value, normal = normalised(start, matrix.data, np.stack(ends))
            units = np.round(np.where(np.isfinite(weight), weight, 0.0) / WEIGHT_UNIT).astype(np.int64)
            self._built = Rows(start, column, value, normal, self._domain), units
        return self._built

    def _label(self, i: int) -> str:
        return self._labels.get(i, f"constraint {i}")


def _spread(name: str, given: object, size: int) -> Floats:
    """Give each of some things a number: one for all, or one each."""
    array = np.asarray(given, dtype=float)
    if array.shape not in ((), (size,)):
        raise LinearSystemError(f"{name} has shape {array.shape}; needed is one value or shape ({size},)")
    return np.broadcast_to(array, size)
