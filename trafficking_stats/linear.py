"""Linear systems over integers, parts of which may be wrong.

Four questions: is there a point that satisfies everything? If not, which constraints are the cheapest to drop so
that the others hold together? What do these force every variable to be? And why exactly can a dropped constraint
not hold? The module knows nothing of what the variables mean.
"""

import contextlib
import warnings
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from trafficking_stats.errors import RuleError
from trafficking_stats.solver.bounds import tightest
from trafficking_stats.solver.claims import WEIGHT_UNIT
from trafficking_stats.solver.conflicts import conflicts, irreducible
from trafficking_stats.solver.constraints import Constraints, LinearSystemError
from trafficking_stats.solver.feasibility import decide
from trafficking_stats.solver.highs import Deadline, OutOfTimeError
from trafficking_stats.solver.location import locate
from trafficking_stats.solver.rows import Bools, Floats

# Seconds for one question. Most take far less than one; small systems without bounds can keep any solver busy.
TIME_LIMIT = 60.0


class ContradictingRulesError(RuleError):
    """The rules of a system have no point in common.

    Parameters
    ----------
    rules : tuple of int
        An irreducible set: without any one of them the others have a point in common.
    labels : tuple of str
        Their labels, in the same order.
    """

    def __init__(self, rules: tuple[int, ...], labels: tuple[str, ...]) -> None:
        self.rules = rules
        self.labels = labels
        super().__init__(
            f"these rules cannot hold together: {'; '.join(labels)}. "
            "Without any one of them the others could: correct or remove one."
        )

    def __reduce__(self) -> tuple[type, tuple[tuple[int, ...], tuple[str, ...]]]:
        """Make a copy in another process from what this one was made from."""
        return type(self), (self.rules, self.labels)


class OpenBoundsWarning(UserWarning):
    """Bounds are valid, but a limit was reached before all were known to be the tightest."""


@dataclass(frozen=True)
class Located:
    """The cheapest claims to drop so that the others hold together with the rules.

    Parameters
    ----------
    dropped : tuple of int
        Indices of the claims to drop, ascending.
    objective : float
        Sum of their weights.
    status : str
        ``"optimal"``; or ``"feasible within gap ..."`` where a limit was reached.
    gap : float
        Share of the objective that might be saved; 0 if optimal.
    find : callable
        Finds the point of `solution`.
    """

    dropped: tuple[int, ...]
    objective: float
    status: str
    gap: float
    find: Callable[[], Floats] = field(repr=False, compare=False)

    @cached_property
    def solution(self) -> Floats:
        """One point of shape (n_variables,) at which every rule and every claim not dropped holds."""
        return self.find() + 0.0


@dataclass(frozen=True)
class Bounds:
    """What the constraints force some variables to be.

    Parameters
    ----------
    lower, upper : ndarray of shape (k,)
        Smallest and largest value; -inf or inf where nothing bounds the variable.
    tight : ndarray of bool of shape (k, 2)
        Whether each end is known to be attained (or infinite). Where it is not, the bound is valid all the same.
    status : str
        ``"tight"`` or ``"valid, ... ends not known to be tight"``.
    """

    lower: Floats
    upper: Floats
    tight: Bools
    status: str


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
        self._located: Located | None = None

    def is_feasible(self, *, time_limit: float | None = TIME_LIMIT) -> bool:
        """Tell whether a point satisfies all constraints, rules and claims.

        Raises
        ------
        OutOfTimeError
            If that could not be told within `time_limit` seconds.
        """
        rows, _ = self._system()
        everything = np.ones(rows.m, dtype=bool)
        return bool(decide(rows, everything, deadline=Deadline(time_limit)).feasible.all())

    def locate_errors(self, *, without: Collection[int] = (), time_limit: float | None = TIME_LIMIT) -> Located:
        """Find the cheapest claims to drop so that the others hold together with the rules.

        Parameters
        ----------
        without : collection of int
            Claims that are dropped whatever they say, at no cost.
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
        LinearSystemError
            If `without` names what is no claim.
        ContradictingRulesError
            If the rules alone have no point in common.
        OutOfTimeError
            If `time_limit` did not suffice to tell whether the rules contradict each other.
        """
        rows, weight = self._system()
        deadline = Deadline(time_limit)
        rules = decide(rows, weight == 0, reasons=True, deadline=deadline)
        if not rules.feasible.all():
            members = np.flatnonzero(rules.core & (rows.block_of_row == np.argmin(rules.feasible)))
            core = tuple(irreducible(rows, members, weight, deadline).tolist())
            raise ContradictingRulesError(core, tuple(self._label(i) for i in core))
        given_up = np.isin(np.arange(rows.m), list(without)) & (weight > 0)
        if given_up.sum() < len(set(without)):
            raise LinearSystemError("only a claim can be dropped beforehand: a constraint that exists and has a weight")
        lost, gap = locate(rows.that_fail(given_up), weight, rules.interval, deadline)
        status = "optimal" if gap == 0 else f"feasible within gap {gap:.3g}"
        objective = int(weight[lost & ~given_up].sum()) * WEIGHT_UNIT
        dropped = tuple(np.flatnonzero(lost).tolist())
        self._located = Located(dropped, objective, status, gap, lambda: decide(rows, ~lost, point=True).point)
        return self._located

    def ranges(self, variables: Sequence[int] | None = None, *, time_limit: float | None = TIME_LIMIT) -> Floats:
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
        bounds = self.bounds(variables, time_limit=time_limit)
        if not bounds.tight.all():
            warnings.warn(bounds.status, OpenBoundsWarning, stacklevel=2)
        return np.column_stack([bounds.lower, bounds.upper])

    def bounds(self, variables: Sequence[int] | None = None, *, time_limit: float | None = TIME_LIMIT) -> Bounds:
        """Bound every variable by what the rules force, and the claims that the last `locate_errors` did not drop.

        Parameters
        ----------
        variables : sequence of int, optional
            Variables of interest, by default all.
        time_limit : float or None
            Seconds after which no further solve is begun.

        Returns
        -------
        Bounds

        Raises
        ------
        LinearSystemError
            If a variable does not exist.
        ContradictingRulesError
            If the rules alone have no point in common.
        """
        wanted = np.arange(self.n_variables) if variables is None else np.asarray(variables, dtype=np.int64)
        if ((wanted < 0) | (wanted >= self.n_variables)).any():
            raise LinearSystemError(f"variables are numbered from 0 to {self.n_variables - 1}")
        chosen = np.isin(np.arange(self.n_variables), wanted)
        end, closed = tightest(self._system()[0], self._kept(), chosen, Deadline(time_limit))
        tight = closed.T[wanted]
        n_open = int((~tight).sum())
        status = f"valid, {n_open} of {tight.size} ends not known to be tight" if n_open else "tight"
        return Bounds(end[0, wanted] + 0.0, end[1, wanted] + 0.0, tight, status)

    def irreducible(self, i: int, *, time_limit: float | None = TIME_LIMIT) -> tuple[int, ...]:
        """Find what constraint `i` cannot hold together with, with no member to spare.

        Parameters
        ----------
        i : int
            Index of the constraint, often one that was dropped.
        time_limit : float or None
            Seconds after which an OutOfTimeError is raised.

        Returns
        -------
        tuple of int
            Ascending indices of rules and of claims that `locate_errors` did not drop: without any one of them `i`
            could hold. Empty if `i` cannot hold at all. Explanations that need few claims, near to `i`, are preferred.

        Raises
        ------
        LinearSystemError
            If `i` is in no conflict, or does not exist.

        References
        ----------
        Chinneck, J. (2008). *Feasibility and Infeasibility in Optimization*, ch. 6. Springer.
        """
        if not 0 <= i < self.n_constraints:
            raise LinearSystemError(f"constraints are numbered from 0 to {self.n_constraints - 1}")
        rows, weight = self._system()
        for _, members in conflicts(rows, np.array([i]), self._kept(), weight, Deadline(time_limit)):
            return tuple(members.tolist())
        raise LinearSystemError(f"{self._label(i)} is not in conflict with the constraints that hold")

    def irreducible_sets(self, *, time_limit: float | None = TIME_LIMIT) -> dict[int, tuple[int, ...]]:
        """Answer `irreducible` for every dropped claim that is in a conflict, as far as there is time."""
        rows, weight = self._system()
        kept, found = self._kept(), {}
        with contextlib.suppress(OutOfTimeError):
            for i, members in conflicts(rows, np.flatnonzero(~kept), kept, weight, Deadline(time_limit)):
                found[i] = tuple(members.tolist())
        return found

    def _kept(self) -> Bools:
        kept = np.ones(self.n_constraints, dtype=bool)
        kept[list((self._located or self.locate_errors()).dropped)] = False
        return kept
