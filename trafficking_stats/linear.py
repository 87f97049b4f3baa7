"""Linear systems over integers: is it feasible, what does it force, what is the cheapest way to repair it."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from trafficking_stats.errors import RuleError, TraffickingStatsError


class LinearSystemError(TraffickingStatsError, ValueError):
    """A linear system is built or asked in a way that has no meaning."""


class ContradictingRulesError(RuleError):
    """The rules of a system have no point in common.

    Parameters
    ----------
    rules : tuple of int
        An irreducible set: drop any one of them and the others have a point in common.
    labels : tuple of str
        Their labels, in the same order.
    """

    def __init__(self, rules: tuple[int, ...], labels: tuple[str, ...]) -> None:
        self.rules = rules
        self.labels = labels
        super().__init__(
            f"these {len(rules)} rules cannot hold together: {'; '.join(labels)}. "
            "Each of them could hold if any other were left out: correct or remove one."
        )


@dataclass(frozen=True)
class Located:
    """The cheapest set of claims to drop so that the others hold together with the rules.

    Parameters
    ----------
    dropped : tuple of int
        Indices of the claims to drop, ascending.
    objective : float
        Sum of their weights.
    solution : ndarray of shape (n_variables,)
        One point at which every rule and every claim not dropped holds.
    status : str
        ``"optimal"``, or ``"feasible within gap ..."`` where a limit was reached.
    gap : float
        Proven relative distance to the cheapest set; 0 if optimal.
    """

    dropped: tuple[int, ...]
    objective: float
    solution: NDArray[np.float64]
    status: str
    gap: float


class LinearSystem:
    """Linear constraints on integer variables, some of which may be wrong.

    Parameters
    ----------
    n_variables : int
        Number of variables.
    upper_bound : float or array_like of shape (n_variables,)
        Largest value of every variable; ``inf`` for none.
    lower_bound : float or array_like of shape (n_variables,), default 0
        Smallest value of every variable; ``-inf`` for none.
    integer : bool or array_like of shape (n_variables,), default True
        Whether a variable takes whole values only.

    Examples
    --------
    A total and its parts, where one claim must be wrong:

    >>> system = LinearSystem(3, upper_bound=1000)
    >>> rule = system.add({0: 1, 1: 1, 2: -1}, 0, 0, label="men + women = total")
    >>> men = system.add({0: 1}, 30, 30, weight=1)
    >>> women = system.add({1: 1}, 50, 50, weight=2)
    >>> total = system.add({2: 1}, 90, 90, weight=2)
    >>> system.is_feasible()
    False
    >>> located = system.locate_errors()
    >>> located.dropped, located.objective, located.status
    ((1,), 1.0, 'optimal')
    >>> system.irreducible(men)
    (0, 2, 3)
    >>> system.ranges().tolist()
    [[40.0, 40.0], [50.0, 50.0], [90.0, 90.0]]
    """

    def __init__(
        self,
        n_variables: int,
        upper_bound: ArrayLike,
        *,
        lower_bound: ArrayLike = 0.0,
        integer: bool | Sequence[bool] = True,
    ) -> None:
        self.n_variables = int(n_variables)
        self._ub = np.broadcast_to(np.asarray(upper_bound, float), self.n_variables)
        self._lb = np.broadcast_to(np.asarray(lower_bound, float), self.n_variables)
        self._integer = np.broadcast_to(np.asarray(integer, bool), self.n_variables)
        self._rows: list[dict[int, float]] = []
        self._lower: list[float] = []
        self._upper: list[float] = []
        self._weight: list[float] = []
        self._label: list[str] = []
        self._located: Located | None = None

    def add(
        self,
        coefficients: Mapping[int, float],
        lower: float,
        upper: float,
        weight: float = math.inf,
        *,
        label: str = "",
    ) -> int:
        """Add ``lower <= sum(coefficient * variable) <= upper`` and return its index."""
        self._rows.append({int(k): float(v) for k, v in coefficients.items() if v})
        self._lower.append(float(lower))
        self._upper.append(float(upper))
        self._weight.append(float(weight))
        self._label.append(label or f"constraint {len(self._rows) - 1}")
        self._located = None
        return len(self._rows) - 1

    def is_feasible(self, active: Collection[int] | None = None) -> bool:
        """Whether some point satisfies all constraints (or those in `active`)."""
        rows = range(len(self._rows)) if active is None else sorted(active)
        return self._solve(list(rows)) is not None

    def ranges(
        self, variables: Sequence[int] | None = None, *, active: Collection[int] | None = None
    ) -> NDArray[np.float64]:
        """Smallest and largest value of every variable, array of shape (n, 2), infinite where unbounded."""
        rows = self._kept() if active is None else sorted(active)
        wanted = range(self.n_variables) if variables is None else variables
        out = np.empty((len(wanted), 2))
        for k, j in enumerate(wanted):
            for side, sign in enumerate((1.0, -1.0)):
                point = self._solve(rows, {j: sign})
                if point is None:
                    raise LinearSystemError("no point satisfies the active constraints")
                out[k, side] = point[j]
        return out

    def locate_errors(self, groups: Mapping[int, Any] | None = None) -> Located:
        """Find the cheapest claims to drop so that the rest holds together."""
        claims = [i for i, w in enumerate(self._weight) if math.isfinite(w)]
        rules = [i for i, w in enumerate(self._weight) if not math.isfinite(w)]
        if self._solve(rules) is None:
            core = self._shrink(rules, [])
            raise ContradictingRulesError(tuple(core), tuple(self._label[i] for i in core))
        cuts: list[list[int]] = []
        while True:
            dropped = self._hit(claims, cuts)
            point = self._solve(rules + [i for i in claims if i not in dropped])
            if point is not None:
                break
            cuts.append(self._shrink([i for i in claims if i not in dropped], rules))
        self._located = Located(
            tuple(sorted(dropped)), math.fsum(self._weight[i] for i in dropped), point, "optimal", 0.0
        )
        return self._located

    def irreducible(self, i: int, *, active: Collection[int] | None = None) -> tuple[int, ...]:
        """Other constraints that `i` cannot hold together with, none of which can be spared."""
        others = [j for j in (self._kept() if active is None else sorted(active)) if j != i]
        if self._solve([*others, i]) is not None:
            raise LinearSystemError(f"constraint {i} is not in conflict with the active constraints")
        return tuple(self._shrink(others, [i]))

    def _kept(self) -> list[int]:
        located = self._located or self.locate_errors()
        return [i for i in range(len(self._rows)) if i not in located.dropped]

    def _shrink(self, candidates: list[int], fixed: list[int]) -> list[int]:
        core = sorted(candidates, key=lambda i: (self._weight[i], -i))
        for i in list(core):
            rest = [j for j in core if j != i]
            if self._solve(fixed + rest) is None:
                core = rest
        return sorted(core)

    def _hit(self, claims: list[int], cuts: list[list[int]]) -> set[int]:
        if not cuts:
            return set()
        matrix = sparse.csr_array(np.array([[float(i in cut) for i in claims] for cut in cuts]))
        result = milp(
            np.array([self._weight[i] for i in claims]),
            constraints=LinearConstraint(matrix, 1, np.inf),
            bounds=Bounds(0, 1),
            integrality=np.ones(len(claims)),
        )
        return {i for i, y in zip(claims, result.x, strict=True) if y > 0.5}

    def _solve(self, rows: list[int], objective: dict[int, float] | None = None) -> NDArray[np.float64] | None:
        cost = np.zeros(self.n_variables)
        for j, c in (objective or {}).items():
            cost[j] = c
        entries = [(k, j, a) for k, i in enumerate(rows) for j, a in self._rows[i].items()]
        if any(self._lower[i] > max(self._upper[i], -math.inf) for i in rows):
            return None
        matrix = sparse.csr_array(
            ([e[2] for e in entries], ([e[0] for e in entries], [e[1] for e in entries])),
            shape=(len(rows), self.n_variables),
        )
        lower, upper = np.array([self._lower[i] for i in rows]), np.array([self._upper[i] for i in rows])
        empty = np.diff(matrix.indptr) == 0
        if (empty & ((lower > 0) | (upper < 0))).any():
            return None
        result = milp(
            cost,
            constraints=LinearConstraint(matrix, lower, upper) if rows else None,
            bounds=Bounds(self._lb, self._ub),
            integrality=self._integer.astype(float),
        )
        if result.status == 2:
            return None
        if result.x is None:  # feasible, but the objective has no bound
            assert objective is not None  # noqa: S101
            point = np.zeros(self.n_variables)
            for j, c in objective.items():
                point[j] = -math.inf * c
            return point
        return np.where(self._integer, np.round(result.x), result.x)
