"""One question under every defensible set of choices, and which choice moves the answer."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.counts import CountError


@dataclass(frozen=True)
class Specification:
    """One set of choices and its answer.

    Parameters
    ----------
    choices : tuple of (str, hashable)
        Axis and what was chosen on it.
    value : float or None
        The answer; None where it was refused.
    refusal : str
        Why it was refused, or "".
    """

    choices: tuple[tuple[str, Hashable], ...]
    value: float | None
    refusal: str = ""

    def chose(self, **choices: Hashable) -> bool:
        """Whether these are among the choices."""
        own = dict(self.choices)
        return all(axis in own and own[axis] == choice for axis, choice in choices.items())


@dataclass(frozen=True)
class Multiverse:
    """The answers to one question over all combinations of choices.

    The specifications are neither independent nor a sample: there is no p value over them.

    Parameters
    ----------
    axes : tuple of str
        The names of the choices.
    specifications : tuple of Specification
        All combinations, the last axis running fastest.
    """

    axes: tuple[str, ...]
    specifications: tuple[Specification, ...]

    @property
    def values(self) -> tuple[float, ...]:
        """The answers that were not refused."""
        return tuple(s.value for s in self.specifications if s.value is not None)

    @property
    def refused(self) -> int:
        """Number of combinations without an answer."""
        return len(self.specifications) - len(self.values)

    @property
    def minimum(self) -> float:
        """Smallest answer."""
        return min(self.values)

    @property
    def maximum(self) -> float:
        """Largest answer."""
        return max(self.values)

    @property
    def median(self) -> float:
        """Middle answer; the upper of two that are infinite on either side."""
        low, high = statistics.median_low(self.values), statistics.median_high(self.values)
        return (low + high) / 2 if low != -high else 0.0 if np.isfinite(high) else high

    def where(self, **choices: Hashable) -> Multiverse:
        """Return the part with these choices.

        Raises
        ------
        RefusalError
            If none of it has an answer.
        """
        unknown = set(choices) - set(self.axes)
        if unknown:
            raise CountError(f"choices: no axis {', '.join(sorted(unknown))}; there are {', '.join(self.axes)}")
        part = tuple(s for s in self.specifications if s.chose(**choices))
        return _with_answers(Multiverse(self.axes, part))

    def share_above(self, reference: float) -> float:
        """Share of the answers above a reference, such as 1 for a ratio or 0 for a change."""
        return sum(value > reference for value in self.values) / len(self.values)

    def influence(self) -> dict[str, float]:
        """Share of the variance of the finite answers that each axis explains on its own (eta squared).

        Returns
        -------
        dict of str to float
            Largest first, equal ones in the order of the axes; all 0 where the answers are the same.
        """
        finite = [s for s in self.specifications if s.value is not None and math.isfinite(s.value)]
        values = np.array([s.value for s in finite], dtype=float)
        spread = float(((values - values.mean()) ** 2).sum()) if finite else 0.0
        shares = {}
        for position, axis in enumerate(self.axes):
            groups: dict[Hashable, list[float]] = {}
            for specification, value in zip(finite, values, strict=True):
                groups.setdefault(specification.choices[position][1], []).append(float(value))
            between = sum(len(group) * (np.mean(group) - values.mean()) ** 2 for group in groups.values())
            shares[axis] = float(between / spread) if spread > 0 else 0.0
        return dict(sorted(shares.items(), key=lambda item: -item[1]))

    def robust(self, reference: float) -> str:
        """Say whether all answers lie on one side of a reference.

        Returns
        -------
        str
            "holds in every specification", "depends on AXIS" where one axis alone sorts the answers into sides
            (the one which explains most variance if several do), or "undetermined".
        """
        if self._one_sided(self.values, reference):
            return "holds in every specification"
        for axis in self.influence():
            position = self.axes.index(axis)
            groups: dict[Hashable, list[float]] = {}
            for s in self.specifications:
                if s.value is not None:
                    groups.setdefault(s.choices[position][1], []).append(s.value)
            if all(self._one_sided(group, reference) for group in groups.values()):
                return f"depends on {axis}"
        return "undetermined"

    @staticmethod
    def _one_sided(values: Sequence[float], reference: float) -> bool:
        return all(value > reference for value in values) or all(value < reference for value in values)


def _with_answers(result: Multiverse) -> Multiverse:
    if not result.values:
        n = len(result.specifications)
        reason = result.specifications[-1].refusal if n else "there is no such combination"
        raise RefusalError(f"none of {n} specifications has an answer; the last says: {reason}")
    return result


def multiverse(axes: Mapping[str, Sequence[Hashable]], estimate: Callable[..., float]) -> Multiverse:
    """Answer one question under every combination of choices.

    Parameters
    ----------
    axes : mapping of str to sequence
        The choices, such as method, lag and window.
    estimate : callable
        Called with one choice of each axis by keyword; returns a number, or raises `RefusalError`, which is kept
        as a specification without an answer.

    Returns
    -------
    Multiverse

    Raises
    ------
    RefusalError
        If no combination has an answer.

    References
    ----------
    Steegen S, Tuerlinckx F, Gelman A, Vanpaemel W (2016). Increasing transparency through a multiverse analysis.
    Perspectives on Psychological Science 11:702-712.

    Examples
    --------
    >>> axes = {"method": ["low", "high"], "lag": [0, 1]}
    >>> result = multiverse(axes, lambda method, lag: (method == "high") + lag / 4)
    >>> result.minimum, result.maximum, result.robust(0.6)
    (0.0, 1.25, 'depends on method')
    """
    if not axes or any(len(choices) == 0 for choices in axes.values()):
        raise CountError("axes: expected one or more, each with a choice")
    specifications = []
    for combination in itertools.product(*axes.values()):
        choices = dict(zip(axes, combination, strict=True))
        try:
            value = float(estimate(**choices))
        except RefusalError as refusal:
            specifications.append(Specification(tuple(choices.items()), None, str(refusal)))
        else:
            missing = math.isnan(value)
            answer = None if missing else value
            specifications.append(Specification(tuple(choices.items()), answer, "no number" if missing else ""))
    return _with_answers(Multiverse(tuple(axes), tuple(specifications)))
