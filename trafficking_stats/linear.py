"""Linear systems over integers, parts of which may be wrong.

Four questions: is there a point that satisfies everything? If not, which constraints are the cheapest to drop so
that the others hold together? What do these force every variable to be? And why exactly can a dropped constraint
not hold? The module knows nothing of what the variables mean.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Collection, Sequence

import numpy as np

from trafficking_stats.solver.answers import (
    Bounds,
    ContradictingRulesError,
    LinearSystemError,
    Located,
    OpenBoundsWarning,
)
from trafficking_stats.solver.bounds import tightest
from trafficking_stats.solver.conflicts import conflicts, irreducible
from trafficking_stats.solver.constraints import Constraints
from trafficking_stats.solver.feasibility import decide
from trafficking_stats.solver.highs import Deadline, OutOfTimeError
from trafficking_stats.solver.location import locate
from trafficking_stats.solver.rows import Bools, Floats, Rows

__all__ = [
    "Bounds",
    "ContradictingRulesError",
    "Deadline",
    "LinearSystem",
    "LinearSystemError",
    "Located",
    "OpenBoundsWarning",
    "OutOfTimeError",
]

# Seconds for one question. Most take far less than one; small systems without bounds can keep any solver busy.
TIME_LIMIT = 60.0


class LinearSystem(Constraints):
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

    def _forget(self) -> None:
        super()._forget()
        self._allowed: Floats | None = None
        self._located: Located | None = None

    def is_feasible(
        self, *, active: Collection[int] | Bools | None = None, time_limit: float | None = TIME_LIMIT
    ) -> bool:
        """Tell whether a point satisfies all constraints, rules and claims (or only those in `active`).

        Raises
        ------
        OutOfTimeError
            If that could not be told within `time_limit` seconds.
        """
        return bool(decide(self._rows, self._mask(active), deadline=Deadline(time_limit)).feasible.all())

    def locate_errors(self, *, time_limit: float | None = TIME_LIMIT) -> Located:
        """Find the cheapest claims to drop so that the others hold together with the rules.

        Parameters
        ----------
        time_limit : float or None
            Seconds of computing after which no further search is begun. The answer is then valid, but perhaps not
            cheapest; the status says so.

        Returns
        -------
        Located
            Of sets that cost the same, to a hundred-thousandth of the weight 1 a claim, the one of fewer claims, then
            the one whose claims were added later on the whole.

        Raises
        ------
        ContradictingRulesError
            If the rules alone have no point in common.
        OutOfTimeError
            If `time_limit` did not suffice to tell whether the rules contradict each other.
        """
        rows, weight = self._system()
        deadline = Deadline(time_limit)
        lost, gap = locate(rows, weight, self._allowed_by_rules(deadline), deadline)
        dropped = np.flatnonzero(lost).tolist()
        status = "optimal" if gap == 0 else f"feasible within gap {gap:.3g}"
        objective = math.fsum(np.concatenate([np.empty(0), *(sides[2] for *_, sides in self._chunks)])[dropped])
        kept = ~lost
        self._located = Located(tuple(dropped), objective, status, gap, lambda: decide(rows, kept, point=True).point)
        return self._located

    def ranges(
        self,
        variables: Sequence[int] | None = None,
        *,
        active: Collection[int] | Bools | None = None,
        time_limit: float | None = TIME_LIMIT,
    ) -> Floats:
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
        bounds = self.bounds(variables, active=active, time_limit=time_limit)
        if not bounds.tight.all():
            warnings.warn(bounds.status, OpenBoundsWarning, stacklevel=2)
        return np.column_stack([bounds.lower, bounds.upper])

    def bounds(
        self,
        variables: Sequence[int] | None = None,
        *,
        active: Collection[int] | Bools | None = None,
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
        wanted = np.arange(self.n_variables) if variables is None else np.asarray(variables, dtype=np.int64)
        if ((wanted < 0) | (wanted >= self.n_variables)).any():
            raise LinearSystemError(f"variables are numbered from 0 to {self.n_variables - 1}")
        deadline = Deadline(time_limit)
        mask = self._kept() if active is None else self._mask(active)
        if active is not None:
            self._require_feasible(mask, deadline)
        chosen = np.isin(np.arange(self.n_variables), wanted)
        end, closed = tightest(self._rows, mask, chosen, deadline)
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
        deadline = Deadline(time_limit)
        mask = self._kept() if active is None else self._mask(active)
        asked = np.flatnonzero(~mask) if indices is None else np.asarray(indices, dtype=np.int64)
        if ((asked < 0) | (asked >= rows.m)).any():
            raise LinearSystemError(f"constraints are numbered from 0 to {rows.m - 1}")
        if active is not None:
            without = mask.copy()
            without[asked] = False
            self._require_feasible(without, deadline)
        out: dict[int, tuple[int, ...]] = {}
        try:
            for i, members in conflicts(rows, asked, mask, weight, deadline):
                if members is not None:
                    out[i] = tuple(members.tolist())
                elif not skip:
                    raise LinearSystemError(f"{self._label(i)} is not in conflict with the active constraints")
        except OutOfTimeError:
            if not skip:
                raise
        return out

    @property
    def _rows(self) -> Rows:
        return self._system()[0]

    def _mask(self, active: Collection[int] | Bools | None) -> Bools:
        """Turn a choice of constraints, by index or as one bool for each, into a mask of its own."""
        size = self._count
        if active is None:
            return np.ones(size, dtype=bool)
        given = np.asarray(active if isinstance(active, np.ndarray) else list(active))
        if given.dtype == bool and given.shape == (size,):
            return np.array(given, dtype=bool)
        if given.size and (given.dtype.kind not in "iu" or given.min() < 0 or given.max() >= size):
            raise LinearSystemError(f"active holds indices from 0 to {size - 1}, or one bool for each")
        return np.asarray(np.isin(np.arange(size), given), dtype=bool)

    def _allowed_by_rules(self, deadline: Deadline) -> Floats:
        """Return the interval of every variable that the rules allow, once it is known that they have a point."""
        if self._allowed is None:
            rows, weight = self._system()
            verdict = decide(rows, weight == 0, reasons=True, deadline=deadline)
            if not verdict.feasible.all():
                members = np.flatnonzero(verdict.core & (rows.block_of_row == np.argmin(verdict.feasible)))
                core = tuple(irreducible(rows, members, weight, deadline).tolist())
                raise ContradictingRulesError(core, tuple(self._label(i) for i in core))
            self._allowed = verdict.interval
        return self._allowed

    def _kept(self) -> Bools:
        kept = np.ones(self._count, dtype=bool)
        kept[list((self._located or self.locate_errors()).dropped)] = False
        return kept

    def _require_feasible(self, mask: Bools, deadline: Deadline) -> None:
        if not decide(self._rows, mask, deadline=deadline).feasible.all():
            raise LinearSystemError("the active constraints have no point in common; locate the errors first")
