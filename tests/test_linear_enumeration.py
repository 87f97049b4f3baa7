"""The linear system against enumeration: every point of small random systems is looked at."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trafficking_stats.linear import ContradictingRulesError, LinearSystem, LinearSystemError

INF = math.inf


@st.composite
def constraints(draw, n, values):
    size = draw(st.integers(0, n))
    variables = draw(st.permutations(range(n)))[:size]
    coefficients = {j: draw(st.sampled_from(values)) for j in variables}
    lower = draw(st.integers(-3, 8))
    upper = lower + draw(st.integers(0, 2))
    kind = draw(st.sampled_from(["both", "both", "both", "lower", "upper"]))
    weight = draw(st.sampled_from([INF, INF, 0.5, 1, 1, 1, 2, 3]))
    return coefficients, -INF if kind == "upper" else lower, INF if kind == "lower" else upper, weight


@st.composite
def systems(draw, values):
    n = draw(st.integers(1, 4))
    upper = draw(st.integers(1, 4))
    rows = draw(st.lists(constraints(n, values), min_size=1, max_size=8))
    return n, upper, rows


class Enumerated:
    """All points of a box and which constraints hold at each."""

    def __init__(self, n, upper, rows):
        self.points = np.array(list(itertools.product(range(upper + 1), repeat=n)))
        self.holds = np.empty((len(self.points), len(rows)), dtype=bool)
        for i, (coefficients, low, high, _) in enumerate(rows):
            # tenths as whole numbers, so that the comparison is exact
            tenths = sum((round(10 * a) * self.points[:, j] for j, a in coefficients.items()), 0 * self.points[:, 0])
            self.holds[:, i] = (10 * low <= tenths) & (tenths <= 10 * high)
        self.weight = np.array([row[3] for row in rows])

    def feasible(self, active):
        return bool(self.holds[:, list(active)].all(axis=1).any())

    def least(self):
        """Cost of the cheapest claims to drop; None if the rules contradict."""
        best = None
        for row in self.holds:
            if row[np.isinf(self.weight)].all():
                cost = self.weight[~row].sum()
                best = cost if best is None else min(best, cost)
        return best


def compare(case):
    n, upper, rows = case
    truth = Enumerated(n, upper, rows)
    system = LinearSystem(n, upper)
    for row in rows:
        system.add(*row)
    everything = range(len(rows))
    assert system.is_feasible() == truth.feasible(everything)
    best = truth.least()
    if best is None:
        with pytest.raises(ContradictingRulesError) as caught:
            system.locate_errors()
        rules = caught.value.rules
        assert not truth.feasible(rules)
        assert all(truth.feasible(set(rules) - {i}) for i in rules)
        return
    located = system.locate_errors()
    assert located.status == "optimal"
    assert located.objective == pytest.approx(best)
    kept = [i for i in everything if i not in located.dropped]
    at = np.flatnonzero((truth.points == located.solution).all(axis=1))
    assert truth.holds[at[0], kept].all()
    solutions = truth.points[truth.holds[:, kept].all(axis=1)]
    assert system.ranges().tolist() == np.stack([solutions.min(axis=0), solutions.max(axis=0)], axis=1).tolist()
    for i, members in system.irreducible_sets().items():
        assert set(members) <= set(kept)
        assert not truth.feasible([i, *members])
        assert all(truth.feasible({i, *members} - {j}) for j in members)
    if kept:
        with pytest.raises(LinearSystemError, match="not in conflict"):
            system.irreducible(kept[-1])


SETTINGS = {"deadline": None, "derandomize": True}


@settings(max_examples=300, **SETTINGS)
@given(systems(values=[1, 1, 1, -1]))
def test_sums_and_differences(case):
    compare(case)


@settings(max_examples=200, **SETTINGS)
@given(systems(values=[1, -1, 2, -3, 0.5, 0.6]))
def test_any_coefficients(case):
    compare(case)
