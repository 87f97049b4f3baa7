"""What a linear system answers, and how it refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from trafficking_stats.errors import RuleError, TraffickingStatsError
from trafficking_stats.solver.rows import Bools, Floats


class LinearSystemError(TraffickingStatsError, ValueError):
    """A linear system is built, or asked, in a way that has no meaning."""


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
