"""Which of several right answers the linear system gives: ties, groups, explanations, limits of time."""

import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trafficking_stats.linear import LinearSystem, LinearSystemError, OpenBoundsWarning, OutOfTimeError

INF = math.inf


def whole(*rules, n=3, upper=INF, **options):
    """System of rules, each (coefficients, lower, upper)."""
    system = LinearSystem(n, upper, **options)
    for rule in rules:
        system.add(*rule)
    return system


def add_values(system, values, weight=1.0):
    return {j: system.add({j: 1}, v, v, weight=weight) for j, v in values.items()}


# --- ties -------------------------------------------------------------------------------------------------


def test_of_equal_claims_the_earlier_is_kept():
    # x = 1; x = 2; x = 3: whichever is added first
    for values in [(1, 2, 3), (3, 1, 2), (2, 3, 1)]:
        system = LinearSystem(1, INF)
        for value in values:
            system.add({0: 1}, value, value, weight=1)
        assert system.locate_errors().dropped == (1, 2)
        assert system.ranges().tolist() == [[values[0], values[0]]]


def test_of_equal_sets_the_one_of_fewer_claims_goes():
    # x = 1 (2) or x = 2 (1 + 1): equal weight, and one claim goes rather than two, whatever the order
    for weights in [(2, 1, 1), (1, 1, 2)]:
        system = LinearSystem(1, INF)
        for weight in weights:
            system.add({0: 1}, weight, weight, weight=weight)
        assert system.locate_errors().dropped == (weights.index(2),)


def test_equal_sums_of_decimal_weights_are_equal():
    # 0.1 + 0.2 against 0.3, which are two different floats: a tie, so one claim goes rather than two
    for values in [(1, 1, 2), (2, 1, 1)]:
        system = LinearSystem(1, INF)
        weights = {1: iter((0.1, 0.2)), 2: iter((0.3,))}
        for value in values:
            system.add({0: 1}, value, value, weight=next(weights[value]))
        located = system.locate_errors()
        assert located.dropped == (values.index(2),)
        assert located.objective == pytest.approx(0.3)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.permutations(range(12)))
def test_the_order_of_constraints_does_not_matter_where_the_answer_is_unique(order):
    # p + q = t; r + s = u; t + u = v; claims with weights that sum to different numbers for all sets
    constraints = [({0: 1, 1: 1, 4: -1}, 0, 0, INF), ({2: 1, 3: 1, 5: -1}, 0, 0, INF), ({4: 1, 5: 1, 6: -1}, 0, 0, INF)]
    values = [(0, 5), (1, 7), (2, 4), (3, 9), (4, 13), (5, 13), (6, 26), (6, 25), (0, 6)]
    constraints += [({j: 1}, v, v, 1 + 2.0**-k) for k, (j, v) in enumerate(values)]
    system = LinearSystem(7, 100)
    for k in order:
        system.add(*constraints[k])
    located = system.locate_errors()
    # t = 13, u = 13, v = 26 and p = 6 agree; p = 5 (index 3) and v = 25 (index 10) do not
    assert sorted(order[i] for i in located.dropped) == [3, 10]
    assert located.objective == pytest.approx(2 + 1 + 2**-7)
    assert system.ranges().tolist() == [[v, v] for v in (6, 7, 4, 9, 13, 13, 26)]
    place = {k: i for i, k in enumerate(order)}
    assert system.irreducible_sets() == {i: (place[{3: 11, 10: 9}[order[i]]],) for i in located.dropped}


# --- explanations -----------------------------------------------------------------------------------------


def test_an_explanation_on_the_same_sum_is_preferred_to_a_derived_one():
    # a + b = c; a = 10, b = 20, c = 30; c = 40 contradicts c = 30 at once, and through a + b
    system = whole(({0: 1, 1: 1, 2: -1}, 0, 0))
    claims = add_values(system, {0: 10, 1: 20, 2: 30})
    wrong = system.add({2: 2}, 80, 80, weight=0.5)
    assert system.irreducible(wrong) == (claims[2],)
    derived = whole(({0: 1, 1: 1, 2: -1}, 0, 0))
    claims = add_values(derived, {0: 10, 1: 20})
    assert derived.irreducible(derived.add({2: 2}, 80, 80, weight=0.5)) == (0, claims[0], claims[1])


def test_heavy_claims_explain_rather_than_light_ones():
    # x = 5 (1), x = 5 (3), 4 <= x <= 6 (2) all contradict x = 9
    system = LinearSystem(1, INF)
    system.add({0: 1}, 5, 5, weight=1)
    system.add({0: 1}, 5, 5, weight=3)
    system.add({0: 1}, 4, 6, weight=2)
    wrong = system.add({0: 1}, 9, 9, weight=1)
    assert system.irreducible(wrong) == (1,)
    system.add({0: 1}, 0, 8)
    assert system.irreducible(wrong) == (4,)


def test_explanations_stay_near():
    # a chain x0 <= x1 <= ... <= x9, with x0 = 5 and x8 = 5: x9 = 3 contradicts x8 through one rule
    system = whole(*(({j: 1, j + 1: -1}, -INF, 0) for j in range(9)), n=10)
    system.add({0: 1}, 5, 5, weight=9)
    near = system.add({8: 1}, 5, 5, weight=1)
    wrong = system.add({9: 1}, 3, 3, weight=1)
    located = system.locate_errors()
    assert located.dropped == (wrong,)
    assert system.irreducible(wrong) == (8, near)


def test_no_conflict_no_explanation():
    system = LinearSystem(1, 10)
    system.add({0: 1}, 5, 5, weight=1)
    fits = system.add({0: 1}, 4, 6, weight=1)
    wrong = system.add({0: 1}, 7, 7, weight=1)
    with pytest.raises(LinearSystemError, match="constraint 1 is not in conflict"):
        system.irreducible(fits)
    assert system.irreducible_sets() == {wrong: (0,)}
    assert system.ranges().tolist() == [[5, 5]]


# --- limits -----------------------------------------------------------------------------------------------


def test_limits_of_time_are_reported():
    # f+m=t, c+a=t, fc+fa=f, ...: the bounds need a solver, and finding errors takes rounds
    t, f, m, c, a, fc, fa, mc, ma = range(9)
    parts = [(f, m, t), (c, a, t), (fc, fa, f), (mc, ma, m), (fc, mc, c), (fa, ma, a)]
    rules = [({i: 1, j: 1, k: -1}, 0, 0) for i, j, k in parts]
    system = whole(*rules, n=9, upper=100)
    add_values(system, {t: 30, f: 17, c: 16})
    bounds = system.bounds(time_limit=None)
    assert (bounds.status, bounds.tight.all()) == ("tight", True)
    cheap = system.bounds(time_limit=0)
    assert (cheap.lower <= bounds.lower).all()
    assert (cheap.upper >= bounds.upper).all()
    others = {fc: 20, fa: 20, mc: 20, ma: 20, a: 3, m: 1}
    add_values(system, others, weight=2)
    located = system.locate_errors(time_limit=0)
    assert located.status.startswith("feasible within gap")
    assert located.gap > 0
    values = [(t, 30), (f, 17), (c, 16), *others.items()]
    kept = whole(*rules, n=9, upper=100)
    add_values(kept, dict(value for i, value in enumerate(values, len(rules)) if i not in located.dropped))
    assert kept.is_feasible()
    best = system.locate_errors()
    assert best.status == "optimal"
    assert located.objective * (1 - located.gap) <= best.objective <= located.objective


def test_open_bounds_are_marked_and_warned_of():
    # 2x + 3y + 5z = 23; 1 <= 3x - 2y + z <= 6: the sums overlap, so propagation does not close the ends
    system = whole(({0: 2, 1: 3, 2: 5}, 23, 23), ({0: 3, 1: -2, 2: 1}, 1, 6), upper=1000)
    tight = system.bounds()
    open_ends = system.bounds(time_limit=0)
    assert tight.status == "tight"
    assert re.match(r"valid, \d+ of 6 ends not known to be tight", open_ends.status)
    assert (open_ends.lower <= tight.lower).all()
    assert (open_ends.upper >= tight.upper).all()
    with pytest.warns(OpenBoundsWarning, match="not known to be tight"):
        system.ranges(time_limit=0)
    with pytest.raises(OutOfTimeError):
        whole(({0: 20, 1: 31, 2: 53}, 237, 237), ({0: 3, 1: -2, 2: 1}, 1, 6)).is_feasible(time_limit=0)


def test_the_solver_prints_nothing(capfd):
    system = whole(({0: 2, 1: 3, 2: 5}, 23, 23), ({0: 3, 1: -2, 2: 1}, 1, 6), upper=1000)
    add_values(system, {0: 4, 1: 4, 2: 4})
    system.locate_errors()
    system.ranges()
    assert capfd.readouterr() == ("", "")
