import itertools
import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.counts import CountError, as_count_range
from trafficking_stats.inference.decomposition import effects_of, shapley_effects, split_change
from trafficking_stats.inference.yearly import Total

factors = st.lists(st.sampled_from([0.0, 0.3, 1.0, 2.5, 7.0]), min_size=1, max_size=5)


@pytest.fixture(autouse=True)
def _no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def over_all_orders(before, after):
    """Mean effect of each factor over all n! orders of change, term by term."""
    n = len(before)
    effects = [0.0] * n
    for order in itertools.permutations(range(n)):
        now = list(before)
        for k in order:
            start = math.prod(now)
            now[k] = after[k]
            effects[k] += (math.prod(now) - start) / math.factorial(n)
    return effects


@settings(max_examples=60, deadline=None)
@given(factors, st.randoms(use_true_random=False))
def test_polynomial_equals_the_mean_over_all_orders(before, random):
    after = [random.choice([0.0, 0.5, 1.0, 3.0]) for _ in before]
    effects = shapley_effects(before, after)
    assert effects == pytest.approx(over_all_orders(before, after), abs=1e-9)
    assert effects.sum() == pytest.approx(math.prod(after) - math.prod(before), abs=1e-9)


def test_das_guptas_closed_form_for_four_factors():
    a, b = (2.0, 0.5, 0.7, 3.0), (1.0, 0.9, 0.4, 4.0)
    (_, x1, y1, z1), (_, x2, y2, z2) = a, b
    mixed = x1 * y1 * z2 + x1 * y2 * z1 + x2 * y1 * z1 + x1 * y2 * z2 + x2 * y1 * z2 + x2 * y2 * z1
    first = (b[0] - a[0]) * ((x1 * y1 * z1 + x2 * y2 * z2) / 4 + mixed / 12)
    assert shapley_effects(a, b)[0] == pytest.approx(first)


def test_many_factors_and_many_rows():
    before, after = np.full((3, 30), 1.0), np.full((3, 30), 1.1)
    effects = shapley_effects(before, after)
    assert effects.shape == (3, 30)
    assert effects == pytest.approx(np.full((3, 30), (1.1**30 - 1) / 30))


def test_zero_factors():
    # victims 10 to 0: the whole change is the first factor's or the second's by halves of the mean of the other
    assert shapley_effects([10, 0.5], [0, 0.5]).tolist() == [-5, 0]
    assert shapley_effects([0, 0.0], [4, 0.5]).tolist() == [1, 1]


def test_what_is_wrong_with_factors():
    with pytest.raises(CountError, match="finite"):
        shapley_effects([1, math.nan], [1, 2])


def known(*counts):
    return [as_count_range(count) for count in counts]


def test_split_of_known_stages():
    # half the victims and twice the charges per victim cancel: -3.75 and 3.75 of 5 by 2 orders (5 and 2.5)
    lower, upper = split_change(known(100, 20, 10, 5), known(50, 20, 10, 5))
    assert lower == upper == pytest.approx([-3.75, 3.75, 0, 0])
    lower, _ = split_change(known(97, 10, 3, 1), known(80, 8, 3, 0))
    assert sum(lower) == pytest.approx(-1)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 4), st.integers(0, 3))
def test_masked_stages_hold_every_value(low, spread):
    lower, upper = split_change(known(60, 9, (low, low + spread), 5), known(70, (3, 5), 4, (0, 2)))
    for indicted, charged, convicted in itertools.product(range(low, low + spread + 1), (3, 4, 5), (0, 1, 2)):
        one, _ = split_change(known(60, 9, indicted, 5), known(70, charged, 4, convicted))
        for k, effect in enumerate(one):
            assert lower[k] - 1e-12 <= effect <= upper[k] + 1e-12


def test_wide_ranges_are_searched_at_their_ends():
    lower, upper = split_change(known((100, 900), 90, (30, 70), 5), known((100, 900), 90, (30, 70), 2))
    assert all(low <= high for low, high in zip(lower, upper, strict=True))
    with pytest.raises(RefusalError, match="17 masked counts"):
        split_change(known(*[(10, 20)] * 9), known(*[(10, 20)] * 8, 5))


def test_limits_hold_what_was_counted():
    draws = np.random.default_rng(1).gamma
    before, after = (
        [Total(as_count_range(count), draws(count + 0.5, 1, 4000)) for count in counts]
        for counts in ((555, 157, 33, 18), (543, 195, 104, 40))
    )
    effects = effects_of(before, after, 0.95)
    assert sum(one.effect_min for one in effects) == pytest.approx(22)
    assert all(one.lower < one.effect_min == one.effect_max < one.upper for one in effects)
    assert [one.sign_fixed for one in effects] == [False, False, True, False]
    # first factor alone: effect (V1 - V0) m, sd of V1 - V0 root(555 + 543) = 33, m about 0.055
    assert effects[0].upper - effects[0].lower == pytest.approx(2 * 1.96 * 33.1 * 0.055, rel=0.15)
