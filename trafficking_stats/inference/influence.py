"""Which of several choices moves an answer most, over all combinations of them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class AxisInfluence:
    """How much one choice moves an answer."""

    choice: str
    share: float  # of the variance of the answers, on its own; shares of choices that go together overlap
    alone_mean: float  # how far answers lie apart that differ in this choice alone
    alone_max: float


def influence(choices: Sequence[Mapping[str, Hashable]], answers: Sequence[float]) -> list[AxisInfluence]:
    """Measure how much each choice moves the answer.

    Parameters
    ----------
    choices : sequence of mapping
        What was chosen on each axis, for each answer.
    answers : sequence of float
        The answers.

    Returns
    -------
    list of AxisInfluence
        One for each axis with two choices or more.

    References
    ----------
    Steegen S, Tuerlinckx F, Gelman A, Vanpaemel W (2016). Increasing transparency through a multiverse analysis.
    Perspectives on Psychological Science 11:702-712.

    Examples
    --------
    >>> choices = [{"lag": lag, "unit": unit} for lag in (0, 1) for unit in ("persons", "cases")]
    >>> [(one.choice, one.share, one.alone_max) for one in influence(choices, [5.0, 8.0, 5.0, 8.0])]
    [('lag', 0.0, 0.0), ('unit', 1.0, 3.0)]
    """
    values = np.asarray(answers, dtype=float)
    found = []
    for axis in choices[0] if choices and values.var() > 0 else ():
        groups: dict[Hashable, list[float]] = defaultdict(list)
        alike: dict[Hashable, list[float]] = defaultdict(list)
        for chosen, value in zip(choices, values.tolist(), strict=True):
            groups[chosen[axis]].append(value)
            alike[tuple(choice for other, choice in chosen.items() if other != axis)].append(value)
        if len(groups) < 2:
            continue
        between = sum(len(group) * (float(np.mean(group)) - values.mean()) ** 2 for group in groups.values())
        apart = [max(group) - min(group) for group in alike.values() if len(group) > 1] or [0.0]
        share = float(between / len(values) / values.var())
        mean = math.fsum(apart) / len(apart)
        found.append(AxisInfluence(choice=axis, share=share, alone_mean=mean, alone_max=max(apart)))
    return found
