"""The linear system on cases whose answers are known; systems in the comments, all variables from 0 unless said."""

import json
import math
import re

import numpy as np
import pytest
from scipy import sparse

from trafficking_stats.errors import RuleError, TraffickingStatsError
from trafficking_stats.linear import (
    ContradictingRulesError,
    LinearSystem,
    LinearSystemError,
)

INF = math.inf


def whole(*rules, n=3, upper=INF, **options):
    """System of rules, each (coefficients, lower, upper)."""
    system = LinearSystem(n, upper, **options)
    for rule in rules:
        system.add(*rule)
    return system


# --- what a system forces ---------------------------------------------------------------------------------


def test_ranges_of_variables_without_bounds():
    # y = 2; y + z = 3; x + y <= 0; x, y, z free.  lintools, test_ranges
    system = whole(({1: 1}, 2, 2), ({1: 1, 2: 1}, 3, 3), ({0: 1, 1: 1}, -INF, 0), lower_bound=-INF)
    assert system.ranges().tolist() == [[-INF, -2], [2, 2], [1, 1]]


def test_two_equations_that_exclude_each_other():
    # x + y = 1; x + y = 2.  lintools
    system = whole(({0: 1, 1: 1}, 1, 1), ({0: 1, 1: 1}, 2, 2), n=2, lower_bound=-INF)
    assert not system.is_feasible()


def test_claims_that_are_given_up_cost_nothing_and_still_say_what_they_contradict():
    # x + y = 10; x = 4; y = 7 and y <= 20 are given up
    system = whole(({0: 1, 1: 1}, 10, 10), ({0: 1}, 4, 4, 1), ({1: 1}, 7, 7, 5), ({1: 1}, 0, 20, 1), n=2)
    located = system.locate_errors(without=[2, 3])
    assert (located.dropped, located.objective, located.solution.tolist()) == ((2, 3), 0, [4, 6])
    assert system.ranges().tolist() == [[4, 4], [6, 6]]
    assert system.irreducible_sets() == {2: (0, 1)}


@pytest.mark.parametrize("without", [[0], [2], [1, -1]])
def test_only_claims_can_be_given_up(without):
    system = whole(({0: 1}, 0, 9), ({0: 1}, 4, 4, 1), n=1)
    with pytest.raises(LinearSystemError, match="only a claim can be dropped beforehand"):
        system.locate_errors(without=without)


@pytest.mark.parametrize("bounds", [(-INF, INF), (0, INF), (0, 1e9)])
def test_bounds_that_would_creep_for_ever(bounds):
    # x >= y; x <= y - 1.  validatetools
    lower, upper = bounds
    system = whole(({0: 1, 1: -1}, 0, INF), ({0: 1, 1: -1}, -INF, -1), n=2, upper=upper, lower_bound=lower)
    assert not system.is_feasible()


def test_a_sum_of_zero_forces_its_parts():
    # x + y = 0; x, y >= 0.  lintools
    assert whole(({0: 1, 1: 1}, 0, 0), n=2).ranges().tolist() == [[0, 0], [0, 0]]


def add_values(system, values, weight=1.0):
    return {j: system.add({j: 1}, v, v, weight=weight) for j, v in values.items()}


def test_deduced_values_1():
    # x1+x2=x3; x4+x5+x6=x1; x7+x8=x2; x9+x10=x3; x1=100 x4=15 x7=25 x8=35 x10=5.  deductive, test_linimpute
    system = whole(
        ({1: 1, 2: 1, 3: -1}, 0, 0),
        ({4: 1, 5: 1, 6: 1, 1: -1}, 0, 0),
        ({7: 1, 8: 1, 2: -1}, 0, 0),
        ({9: 1, 10: 1, 3: -1}, 0, 0),
        n=11,
    )
    add_values(system, {1: 100, 4: 15, 7: 25, 8: 35, 10: 5})
    ranges = system.ranges()
    assert ranges[[2, 3, 9]].tolist() == [[60, 60], [160, 160], [155, 155]]
    assert ranges[[5, 6]].tolist() == [[0, 85], [0, 85]]
    assert ranges[0].tolist() == [0, INF]


def test_deduced_values_2():
    # x1+x2=x3; x4+x5+x6=x7; x3+x7=x8; x1=25 x3=25 x4=1 x7=1 x8=26.  deductive, test_linimpute
    system = whole(({1: 1, 2: 1, 3: -1}, 0, 0), ({4: 1, 5: 1, 6: 1, 7: -1}, 0, 0), ({3: 1, 7: 1, 8: -1}, 0, 0), n=9)
    add_values(system, {1: 25, 3: 25, 4: 1, 7: 1, 8: 26})
    assert system.ranges([2, 5, 6]).tolist() == [[0, 0]] * 3


def test_ranges_round_to_whole_numbers_where_fractions_would_reach_further():
    # 2x + 2y = 2z + 1 has no whole solution, 2x + 3y = 12 has x in {0, 3, 6}
    assert not whole(({0: 2, 1: 2, 2: -2}, 1, 1)).is_feasible()
    # x >= 1 as well: x is 3 or 6, although (1, 10/3) lies on the line
    system = whole(({0: 2, 1: 3}, 12, 12), ({0: 1}, 1, INF), n=2)
    assert system.ranges().tolist() == [[3, 6], [0, 2]]


def test_ranges_where_rules_overlap():
    # a two-way table: f+m=t, c+a=t, fc+fa=f, mc+ma=m, fc+mc=c, fa+ma=a; t=10, f=7, c=6: fc from 3 to 6
    t, f, m, c, a, fc, fa, mc, ma = range(9)
    parts = [(f, m, t), (c, a, t), (fc, fa, f), (mc, ma, m), (fc, mc, c), (fa, ma, a)]
    system = whole(*(({i: 1, j: 1, k: -1}, 0, 0) for i, j, k in parts), n=9)
    add_values(system, {t: 10, f: 7, c: 6})
    expected = {fc: [3, 6], fa: [1, 4], mc: [0, 3], ma: [0, 3], m: [3, 3], a: [4, 4]}
    assert {j: system.ranges()[j].tolist() for j in expected} == expected


def test_a_contradiction_of_odd_and_even():
    # x + y + z = 2; x - y + z = 1, all free: their sum 2x + 2z = 3 is odd
    system = whole(({0: 1, 1: 1, 2: 1}, 2, 2), ({0: 1, 1: -1, 2: 1}, 1, 1), lower_bound=-INF)
    assert not system.is_feasible()


def test_coefficients_of_four_decimals_are_exact():
    # x = 1.0001 y has whole solutions where y is a multiple of 10,000
    system = whole(({0: 1, 1: -1.0001}, 0, 0), ({1: 1}, 1, 29_999), n=2)
    assert system.ranges().tolist() == [[10_001, 20_002], [10_000, 20_000]]


# --- what must be dropped ---------------------------------------------------------------------------------


def test_a_ratio_locates_the_wrong_value():
    # profit + cost = turnover; cost >= 0.6 turnover; 755, 125, 200.  errorlocate
    system = whole(({0: 1, 1: 1, 2: -1}, 0, 0), ({1: 1, 2: -0.6}, 0, INF))
    claims = add_values(system, {0: 755, 1: 125, 2: 200})
    located = system.locate_errors()
    assert located.dropped == (claims[0],)
    assert (located.objective, located.status, located.gap) == (1.0, "optimal", 0.0)
    assert located.solution.tolist() == [75, 125, 200]


def test_the_cheapest_value_is_dropped():
    # x + y = z; 1, 1, 1 with weights 1, 2, 2.  errorlocate
    system = whole(({0: 1, 1: 1, 2: -1}, 0, 0))
    claims = [system.add({j: 1}, 1, 1, weight=w) for j, w in enumerate((1, 2, 2))]
    assert system.locate_errors().dropped == (claims[0],)


def parsed(text, names):
    """Read ``x1 + 0.6*x2 <= y - 3`` as coefficients, lower and upper."""
    left, sign, right = re.match(r"(.+?)(<=|>=|=)(.+)", text).groups()
    coefficients, constant = {}, 0.0
    for side, factor in ((left, 1), (right, -1)):
        for plus, number, name in re.findall(r"([+-]?)\s*(\d+\.?\d*)?\*?([a-z]\w*)?", side):
            if number or name:
                value = factor * (-1 if plus == "-" else 1) * float(number or 1)
                if name:
                    index = names.setdefault(name, len(names))
                    coefficients[index] = coefficients.get(index, 0) + value
                else:
                    constant -= value
    return coefficients, -INF if sign == "<=" else constant, INF if sign == ">=" else constant


def test_cases_of_the_maintainers(shared):
    cases = json.loads((shared / "verify" / "cases_linear.json").read_text())["cases"]
    checked = 0
    for case in cases:
        if "rules" not in case:
            continue
        names = {}
        rules = [parsed(rule, names) for rule in case["rules"]]
        # real or whole: the answers to these are the same
        system = LinearSystem(len(names), INF, lower_bound=-INF if case["domain"] == "real" else 0)
        for rule in rules:
            system.add(*rule)
        weights = case.get("weights", {})
        claims = {x: system.add({names[x]: 1}, v, v, weights.get(x, 1)) for x, v in case.get("claims", {}).items()}
        if case.get("expected") == "infeasible":
            assert not system.is_feasible(), case["id"]
        elif "drop" in case:
            assert system.locate_errors().dropped == tuple(sorted(claims[x] for x in case["drop"])), case["id"]
        else:
            ranges = {x: system.ranges()[j].tolist() for x, j in names.items()}
            for x, ends in case.get("expected", {}).items():
                assert ranges[x] == [-INF if ends[0] is None else ends[0], INF if ends[1] is None else ends[1]]
            for x, value in case.get("expected_forced", {}).items():
                assert ranges[x] == [value, value], (case["id"], x)
            for x in case.get("not_forced", []):
                assert ranges[x][0] < ranges[x][1]
        checked += 1
    assert checked == 8


@pytest.mark.parametrize("upper", [INF, 1e7, 1e10])
def test_no_wrong_record_passes_as_clean(upper):
    # 1000 times total = p1 + p2 + p3 + p4, 969 of them off, 438 by 10 or less.  With one constant M = 1e7 a
    # solver passed 324 of such records.
    rng = np.random.default_rng(20)
    parts = rng.integers(0, 10 ** rng.integers(1, 6, 1000)[:, None], (1000, 4))
    off = np.zeros(1000, dtype=int)
    off[:438] = rng.integers(1, 11, 438)
    off[438:969] = rng.integers(11, 100_000, 531)
    off = rng.permutation(off) * rng.choice([-1, 1], 1000)
    total = parts.sum(axis=1) + off
    parts[total < 0, 0] -= total[total < 0]
    total = np.maximum(total, 0)
    wrong = parts.sum(axis=1) != total
    assert wrong.sum() == 969
    system = LinearSystem(5000, upper)
    rule = sparse.csr_array([[1.0, 1, 1, 1, -1]])
    system.add_many(sparse.kron(sparse.eye_array(1000), rule), 0, 0)
    values = np.column_stack([parts, total]).ravel()
    system.add_many(sparse.eye_array(5000), values, values, weight=1)
    located = system.locate_errors()
    dropped = (np.array(located.dropped) - 1000) // 5
    assert sorted(dropped) == np.flatnonzero(wrong).tolist()
    assert located.status == "optimal"


def test_a_difference_of_one_in_a_thousand_million():
    # a + b = c: 499,999,999 + 500,000,000 is not 1,000,000,000
    for upper in (1e9, 1e10, INF):
        system = whole(({0: 1, 1: 1, 2: -1}, 0, 0), upper=upper)
        add_values(system, {0: 499_999_999, 1: 500_000_000, 2: 1_000_000_000})
        located = system.locate_errors()
        assert located.objective == pytest.approx(1)
        (wrong,) = located.dropped
        lacking = {1: 500_000_000, 2: 500_000_001, 3: 999_999_999}[wrong]
        assert system.ranges()[wrong - 1].tolist() == [lacking, lacking]
        assert system.irreducible(wrong) == tuple(sorted({0, 1, 2, 3} - {wrong}))


def test_large_numbers_in_an_overlapping_table():
    # f+m=t, c+a=t, fc+fa=f, mc+ma=m, fc+mc=c, fa+ma=a around 10^9; c is one too large
    t, f, m, c, a, fc, fa, mc, ma = range(9)
    parts = [(f, m, t), (c, a, t), (fc, fa, f), (mc, ma, m), (fc, mc, c), (fa, ma, a)]
    system = whole(*(({i: 1, j: 1, k: -1}, 0, 0) for i, j, k in parts), n=9, upper=1e10)
    true = {fc: 123_456_789, fa: 298_765_432, mc: 87_654_321, ma: 490_123_458}
    claims = add_values(system, {**true, t: 10**9})
    wrong = system.add({c: 1}, 211_111_111, 211_111_111, weight=0.5)
    assert system.locate_errors().dropped == (wrong,)
    assert system.ranges()[c].tolist() == [211_111_110, 211_111_110]
    assert system.irreducible(wrong) == (4, claims[fc], claims[mc])


def test_empty_claims_are_always_dropped():
    system = LinearSystem(2, 10)
    upside_down = system.add({0: 1}, 5, 4, weight=100)
    between = system.add({0: 2}, 3, 3, weight=100)
    beyond = system.add({1: 1}, 11, INF, weight=100)
    nothing = system.add({}, 1, 1, weight=100)
    also_nothing = system.add({0: 0.0}, 1, 1, weight=100)
    assert system.locate_errors().dropped == (upside_down, between, beyond, nothing, also_nothing)
    assert all(system.irreducible(i) == () for i in range(5))
    assert system.ranges().tolist() == [[0, 10], [0, 10]]


# --- rules ------------------------------------------------------------------------------------------------


def test_contradicting_rules_are_named():
    # a + b = c; c <= 5; a >= 3; b >= 3; and a rule that has no part in it
    system = LinearSystem(3, 100)
    system.add({2: 1}, 0, 50, label="bystander")
    system.add({0: 1, 1: 1, 2: -1}, 0, 0, label="a + b = c")
    system.add({2: 1}, -INF, 5, label="c <= 5")
    system.add({0: 1}, 3, INF, label="a >= 3")
    system.add({1: 1}, 3, INF)
    system.add({0: 1}, 1, 1, weight=1)
    for question in (system.locate_errors, system.ranges, lambda: system.irreducible(5)):
        with pytest.raises(ContradictingRulesError, match="a \\+ b = c; c <= 5; a >= 3; constraint 4") as caught:
            question()
        assert caught.value.rules == (1, 2, 3, 4)
        assert caught.value.labels == ("a + b = c", "c <= 5", "a >= 3", "constraint 4")
        assert isinstance(caught.value, RuleError)
    assert not system.is_feasible()


def test_an_impossible_rule_contradicts_itself():
    for rule in [({}, 1, 1), ({0: 1}, 3, 2), ({0: 2}, 1, 1), ({0: 1}, -INF, -1)]:
        with pytest.raises(ContradictingRulesError) as caught:
            whole(({1: 1}, 0, 1), rule).locate_errors()
        assert caught.value.rules == (1,)


# --- nothing to do ----------------------------------------------------------------------------------------


def test_empty_systems():
    for n in (0, 2):
        system = LinearSystem(n, 7)
        assert system.is_feasible()
        assert system.ranges().tolist() == [[0, 7]] * n
        located = system.locate_errors()
        assert (located.dropped, located.objective, located.status) == ((), 0.0, "optimal")
        assert located.solution.shape == (n,)
        assert system.irreducible_sets() == {}
    system = LinearSystem(0, 7)
    system.add({}, 0, 0)
    system.add({}, -1, INF, weight=1)
    assert system.is_feasible()


def test_a_later_constraint_is_taken_into_account():
    system = whole(({0: 1}, 0, 5), n=1)
    assert system.locate_errors().dropped == ()
    assert system.ranges().tolist() == [[0, 5]]
    system.add({0: 1}, 7, 7, weight=1)
    assert system.locate_errors().dropped == (1,)
    assert system.n_constraints == 2


# --- refusals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (({2: 1}, 0, 0), "no variable 2"),
        (({-1: 1}, 0, 0), "no variable -1"),
        (({0: math.nan}, 0, 0), "coefficient nan"),
        (({0: INF}, 0, 0), "coefficient inf"),
        (({0: 0.00001}, 0, 0), "coefficient 1e-05; .*at most 4 decimals"),
        (({0: 1}, math.nan, 0), "lower nan"),
        (({0: 1}, 0, math.nan), "upper nan"),
        (({0: 1}, INF, INF), "lower inf"),
        (({0: 1}, -INF, -INF), "upper -inf"),
        (({0: 1}, 0, 1e16), "do not exceed 1e"),
        (({0: 1}, 0, 1, 0), "weight 0"),
        (({0: 1}, 0, 1, -1), "weight -1"),
        (({0: 1}, 0, 1, math.nan), "weight nan"),
        (({0: 1}, 0, 1, 1e7), "weight 10000000"),
    ],
)
def test_constraints_without_meaning(arguments, message):
    system = LinearSystem(2, 10)
    with pytest.raises(LinearSystemError, match=f"constraint 0: .*{message}"):
        system.add(*arguments)
    assert system.n_constraints == 0


def test_systems_and_questions_without_meaning():
    for arguments in [(-1, 5), (2.5, 5), (2, [1, 2, 3]), (2, -1), (2, math.nan), (2, -INF)]:
        with pytest.raises(LinearSystemError):
            LinearSystem(*arguments)
    with pytest.raises(LinearSystemError, match=r"no value from 0\.2 to 0\.8"):
        LinearSystem(1, 0.8, lower_bound=0.2)
    system = LinearSystem(2, 5)
    matrix = sparse.csr_array([[1.0, 1.0], [np.nan, 0]])
    for arguments, message in [
        ((matrix, 0, 1), "constraint 1: a coefficient"),
        ((matrix[:1], [1, 2], 3), "lower has shape"),
        ((sparse.eye_array(3), 0, 1), "3 columns"),
        ((sparse.eye_array(2), 0, [1, math.nan]), "constraint 1: lower 0.0, upper nan"),
        ((sparse.eye_array(2), 0, 1, [1, -2]), "constraint 1: weight -2"),
    ]:
        with pytest.raises(LinearSystemError, match=message):
            system.add_many(*arguments)
    for question in [
        lambda: system.ranges([2]),
        lambda: system.irreducible(0),
    ]:
        with pytest.raises(LinearSystemError):
            question()
    assert issubclass(LinearSystemError, TraffickingStatsError)
