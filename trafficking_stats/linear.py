"""Linear systems over integers, parts of which may be wrong.

Four questions: is there a point that satisfies everything? If not, which constraints are the cheapest to drop so
that the others hold together? What do these force every variable to be? And why exactly can a dropped constraint
not hold? The module knows nothing of what the variables mean.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from trafficking_stats.solver.bounds import tightest
from trafficking_stats.solver.builder import Builder, LinearSystemError, mask_of
from trafficking_stats.solver.conflicts import conflicts, irreducible
from trafficking_stats.solver.feasibility import Verdict, decide
from trafficking_stats.solver.highs import Deadline, OutOfTimeError
from trafficking_stats.solver.location import locate
from trafficking_stats.solver.points import UNIT, discounts_of
from trafficking_stats.solver.results import Bounds, ContradictingRulesError, Located, OpenBoundsWarning
from trafficking_stats.solver.rows import Bools, Rows

__all__ = [
    "Bounds",
    "ContradictingRulesError",
    "LinearSystem",
    "LinearSystemError",
    "Located",
    "OpenBoundsWarning",
    "OutOfTimeError",
]

# Seconds for one question. Most take far less than one; small systems without bounds can keep any solver busy.
TIME_LIMIT = 60.0


class LinearSystem:
    """Linear constraints on whole numbers, some of which may be wrong.

    Parameters
    ----------
    n_variables : int
        Number of variables, from 0.
    upper_bound : float or array_like of shape (n_variables,)
        Largest value of every variable; ``inf`` for none.
    lower_bound : float or array_like of shape (n_variables,), default 0
        Smallest value of every variable; ``-inf`` for none.
    integer : bool or array_like of shape (n_variables,), default True
        Whether a variable takes whole values only. Answers about whole variables are exact; those about real
        ones hold within a relative tolerance of 1e-6.

    Examples
    --------
    A total and its parts, of which one claim must be wrong:

    >>> system = LinearSystem(3, upper_bound=1000)
    >>> rule = system.add({0: 1, 1: 1, 2: -1}, 0, 0, label="women + men = total")
    >>> women = system.add({0: 1}, 30, 30, weight=1)
    >>> men = system.add({1: 1}, 50, 50, weight=2)
    >>> total = system.add({2: 1}, 90, 90, weight=2)
    >>> system.is_feasible()
    False
    >>> located = system.locate_errors()
    >>> located.dropped, located.objective, located.status
    ((1,), 1.0, 'optimal')
    >>> system.irreducible(women)
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
        if n_variables != int(n_variables) or n_variables < 0:
            raise LinearSystemError(f"n_variables is {n_variables!r}; needed is a whole number from 0")
        self.n_variables = int(n_variables)
        lower, upper = self._each("lower_bound", lower_bound), self._each("upper_bound", upper_bound)
        whole = self._each("integer", integer).astype(bool)
        low, high = np.where(whole, np.ceil(lower), lower), np.where(whole, np.floor(upper), upper)
        wrong = ~((low < np.inf) & (high > -np.inf) & (low <= high))
        if wrong.any():
            j = int(np.argmax(wrong))
            raise LinearSystemError(f"variable {j} has no value from {lower[j]} to {upper[j]}")
        self._builder = Builder(low, high, whole)
        self._labels: dict[int, str] = {}
        self._forget()

    def _each(self, name: str, given: object) -> NDArray[np.float64]:
        array = np.asarray(given, dtype=float)
        if array.shape not in ((), (self.n_variables,)):
            raise LinearSystemError(
                f"{name} has shape {array.shape}; needed is one value or shape ({self.n_variables},)"
            )
        return np.broadcast_to(array, self.n_variables).copy()

    def _forget(self) -> None:
        self._built: tuple[Rows, NDArray[np.int64]] | None = None
        self._rules: Verdict | None = None
        self._located: Located | None = None

    @property
    def n_constraints(self) -> int:
        """Number of constraints added."""
        return len(self._builder)

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
            Coefficient of every variable that takes part. A sum without variables is 0.
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
        index = self._builder.add(coefficients, lower, upper, weight)
        if label:
            self._labels[index] = label
        self._forget()
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
        indices = self._builder.add_many(matrix, lower, upper, weight)
        self._forget()
        return indices

    def is_feasible(
        self, *, active: Collection[int] | Bools | None = None, time_limit: float | None = TIME_LIMIT
    ) -> bool:
        """Tell whether a point satisfies all constraints, rules and claims (or only those in `active`).

        Raises
        ------
        OutOfTimeError
            If that could not be told within `time_limit` seconds.
        """
        rows, _ = self._system()
        mask = np.ones(rows.m, dtype=bool) if active is None else mask_of(active, rows.m)
        return bool(decide(rows, mask, deadline=Deadline(time_limit)).feasible.all())

    def locate_errors(
        self,
        discounts: Mapping[int, tuple[float, Collection[int]]] | None = None,
        *,
        time_limit: float | None = TIME_LIMIT,
    ) -> Located:
        """Find the cheapest claims to drop so that the others hold together with the rules.

        Parameters
        ----------
        discounts : mapping of int to (float, collection of int), optional
            By the index of a claim: how much less it costs to drop it while at least one of some other claims is
            kept. So an old figure falls with little ado, but only to the one that replaces it.
        time_limit : float or None
            Seconds after which no further search is begun. The answer is then valid, but perhaps not cheapest;
            the status says so.

        Returns
        -------
        Located
            Of sets that cost the same, to a thousandth of the weight 1, the one of fewer claims, then the one whose
            claims were added later on the whole.

        Raises
        ------
        ContradictingRulesError
            If the rules alone have no point in common.
        OutOfTimeError
            If `time_limit` did not suffice to tell whether the rules contradict each other.
        """
        rows, weight = self._system()
        deadline = Deadline(time_limit)
        rules = self._checked_rules(deadline)
        allowed = rules.state.lower, rules.state.upper
        saved = discounts_of({} if discounts is None else discounts, weight)
        found = locate(rows, weight, allowed, saved, deadline)
        dropped = np.flatnonzero(found.dropped).tolist()
        status = "optimal" if found.gap == 0 else f"feasible within gap {found.gap:.3g}"
        saving = found.dropped[saved.claim] & saved.saving(found.dropped)
        objective = math.fsum([*self._builder.weights()[dropped].tolist(), *(-UNIT * saved.saved[saving]).tolist()])
        active = ~found.dropped
        self._located = Located(
            tuple(dropped), objective, status, found.gap, lambda: decide(rows, active, point=True).point
        )
        return self._located

    def ranges(
        self,
        variables: Sequence[int] | None = None,
        *,
        active: Collection[int] | Bools | None = None,
        exact: bool = True,
        time_limit: float | None = TIME_LIMIT,
    ) -> NDArray[np.float64]:
        """Bound every variable by what the constraints force: `bounds` as one array.

        Returns
        -------
        ndarray of shape (k, 2)
            Smallest and largest value of every variable (or of `variables`, in their order); -inf or inf where
            nothing bounds it.

        Warns
        -----
        OpenBoundsWarning
            If `time_limit` was reached before all bounds were known to be the tightest.
        """
        bounds = self.bounds(variables, active=active, exact=exact, time_limit=time_limit)
        if exact and not bounds.tight.all():
            warnings.warn(bounds.status, OpenBoundsWarning, stacklevel=2)
        return np.column_stack([bounds.lower, bounds.upper])

    def bounds(
        self,
        variables: Sequence[int] | None = None,
        *,
        active: Collection[int] | Bools | None = None,
        exact: bool = True,
        time_limit: float | None = TIME_LIMIT,
    ) -> Bounds:
        """Bound every variable by what the constraints force.

        Parameters
        ----------
        variables : sequence of int, optional
            Variables of interest, by default all.
        active : collection of int or ndarray of bool of shape (n_constraints,), optional
            Constraints that hold. By default the rules and the claims that the last `locate_errors` did not drop
            (it is called if need be); all of them, if they hold together.
        exact : bool, default True
            Whether to find the tightest bounds. If not, those that propagation gives: cheap, always valid, and
            tight for sums that do not overlap.
        time_limit : float or None
            Seconds after which no further solve is begun.

        Returns
        -------
        Bounds

        Raises
        ------
        LinearSystemError
            If the active constraints have no point in common, or a variable does not exist.
        ContradictingRulesError
            If the rules alone have none.
        """
        rows, _ = self._system()
        wanted = np.arange(self.n_variables) if variables is None else np.asarray(variables, dtype=np.int64)
        if ((wanted < 0) | (wanted >= self.n_variables)).any():
            raise LinearSystemError(f"variables are numbered from 0 to {self.n_variables - 1}")
        deadline = Deadline(time_limit)
        mask = self._kept() if active is None else mask_of(active, rows.m)
        if active is not None:
            self._require_feasible(mask, deadline)
        chosen = np.zeros(self.n_variables, dtype=bool)
        chosen[wanted] = True
        end, closed = tightest(rows, mask, chosen, exact=exact, deadline=deadline)
        tight = closed.T[wanted]
        n_open = int((~tight).sum())
        status = f"valid, {n_open} of {tight.size} ends not known to be tight" if n_open else "tight"
        return Bounds(wanted, end[0, wanted] + 0.0, end[1, wanted] + 0.0, tight, status)

    def irreducible(
        self, i: int, *, active: Collection[int] | Bools | None = None, time_limit: float | None = TIME_LIMIT
    ) -> tuple[int, ...]:
        """Find what constraint `i` cannot hold together with, with no member to spare.

        Parameters
        ----------
        i : int
            Index of the constraint, often one that was dropped.
        active : collection of int or ndarray of bool, optional
            Constraints that may appear, `i` itself being left aside; by default as in `bounds`.
        time_limit : float or None
            Seconds after which an OutOfTimeError is raised.

        Returns
        -------
        tuple of int
            Ascending indices of other constraints, rules among them: without any one of them `i` could hold.
            Empty if `i` cannot hold at all. Explanations that need few claims, near to `i`, are preferred.

        Raises
        ------
        LinearSystemError
            If `i` is in no conflict, or the active constraints have no point in common without it.

        References
        ----------
        Chinneck, J. (2008). *Feasibility and Infeasibility in Optimization*, ch. 6. Springer.
        """
        return self.irreducible_sets([i], active=active, time_limit=time_limit)[i]

    def irreducible_sets(
        self,
        indices: Sequence[int] | None = None,
        *,
        active: Collection[int] | Bools | None = None,
        time_limit: float | None = TIME_LIMIT,
        skip: bool = False,
    ) -> dict[int, tuple[int, ...]]:
        """Answer `irreducible` for many constraints, by default all dropped; `skip` leaves out those in no conflict."""
        rows, weight = self._system()
        mask = self._kept() if active is None else mask_of(active, rows.m)
        deadline = Deadline(time_limit)
        asked = np.flatnonzero(~mask) if indices is None else np.asarray(indices, dtype=np.int64)
        if ((asked < 0) | (asked >= rows.m)).any():
            raise LinearSystemError(f"constraints are numbered from 0 to {rows.m - 1}")
        if active is not None:
            without = mask.copy()
            without[asked] = False
            self._require_feasible(without, deadline)
        found = conflicts(rows, asked, mask, weight, deadline)
        out: dict[int, tuple[int, ...]] = {}
        for i, members in zip(asked.tolist(), found, strict=True):
            if members is not None:
                out[i] = tuple(members.tolist())
            elif not skip:
                raise LinearSystemError(f"{self._label(i)} is not in conflict with the active constraints")
        return out

    def _system(self) -> tuple[Rows, NDArray[np.int64]]:
        if self._built is None:
            self._built = self._builder.build()
        return self._built

    def _label(self, i: int) -> str:
        return self._labels.get(i, f"constraint {i}")

    def _checked_rules(self, deadline: Deadline) -> Verdict:
        rows, weight = self._system()
        if self._rules is None:
            verdict = decide(rows, weight == 0, reasons=True, deadline=deadline)
            if not verdict.feasible.all():
                block = int(np.argmin(verdict.feasible))
                members = np.flatnonzero(verdict.core & (rows.block_of_row == block))
                core = tuple(irreducible(rows, members, weight, deadline).tolist())
                raise ContradictingRulesError(core, tuple(self._label(i) for i in core))
            self._rules = verdict
        return self._rules

    def _kept(self) -> Bools:
        kept = np.ones(self.n_constraints, dtype=bool)
        kept[list((self._located or self.locate_errors()).dropped)] = False
        return kept

    def _require_feasible(self, mask: Bools, deadline: Deadline) -> None:
        if not decide(self._system()[0], mask, deadline=deadline).feasible.all():
            raise LinearSystemError("the active constraints have no point in common; locate the errors first")
