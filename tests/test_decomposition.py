import itertools
import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.counts import CountError
from trafficking_stats.inference.decomposition import decompose, log_mean, shapley_effects
from trafficking_stats.inference.stage_split import bootstrap_split, split_change

STAGES = ["identified", "charged", "indicted", "convicted"]
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
    with pytest.raises(RefusalError, match="LMDI needs factors above 0, second is not"):
        decompose([10, 0.5], [5, 0], ["first", "second"], method="lmdi")


def test_what_is_wrong_with_factors():
    with pytest.raises(CountError, match="finite"):
        shapley_effects([1, math.nan], [1, 2])
    with pytest.raises(CountError, match="one length"):
        decompose([1, 2], [1])
    with pytest.raises(CountError, match="2 different"):
        decompose([1, 2], [1, 3], ["a", "a"])
    with pytest.raises(CountError, match="one of shapley, lmdi"):
        decompose([1, 2], [1, 3], method="laspeyres")
    with pytest.raises(CountError, match="logarithm of 0"):
        log_mean(0, 1)


def test_no_change_has_no_per_cent():
    split = decompose([4, 0.5], [2, 1])
    assert split.total == 0
    assert sum(split.effects) == pytest.approx(0)
    assert all(math.isnan(share) for share in split.percent)
    assert decompose([4, 0.5], [2, 1.5]).above_one == ("factor 2",)


def test_logarithmic_mean_near_equality():
    assert log_mean(3, 3) == 3
    assert log_mean(1, 1 + 1e-12) == pytest.approx(1)
    assert log_mean(1, math.e) == pytest.approx(math.e - 1)


def test_split_of_known_stages():
    split = split_change([100, 20, 10, 5], [50, 20, 10, 5], STAGES)
    # half the victims and twice the charges per victim cancel: -3.75 and 3.75 of 5 by 2 orders (5 and 2.5)
    assert split.point.effects == pytest.approx((-3.75, 3.75, 0, 0))
    assert split.lower == split.upper == split.point.effects
    assert split.sign_fixed == (True, True, True, True)
    assert (split.combinations, split.undefined, split.exhaustive) == (1, 0, True)
    assert split.above_one == ()


def test_no_convictions_at_all_after():
    split = split_change([97, 10, 3, 1], [80, 8, 3, 0], STAGES)
    assert sum(split.point.effects) == pytest.approx(-1)
    assert split.point.effects[-1] < 0


def test_stages_that_exceed_the_one_before_are_flagged():
    split = split_change([71, 14, 4, 10], [121, 2, 1, 14], STAGES)
    assert split.above_one == ("convicted",)
    assert split.point.above_one == ("convicted",)
    assert sum(split.point.effects) == pytest.approx(4)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 4), st.integers(0, 3))
def test_masked_stages_hold_every_value(low, spread):
    before, after = [60, 9, (low, low + spread), 5], [70, (3, 5), 4, (0, 2)]
    split = split_change(before, after, STAGES)
    for indicted, charged, convicted in itertools.product(range(low, low + spread + 1), (3, 4, 5), (0, 1, 2)):
        one = split_change([60, 9, indicted, 5], [70, charged, 4, convicted], STAGES)
        for k, effect in enumerate(one.point.effects):
            assert split.lower[k] - 1e-12 <= effect <= split.upper[k] + 1e-12
    assert split.point is None
    assert split.combinations == (spread + 1) * 9
    assert (split.total_lower, split.total_upper) == (-5, -3)


def test_stages_that_may_be_zero_fix_no_sign():
    split = split_change([60, 9, (0, 4), 5], [70, 4, 4, 1], STAGES)
    assert split.undefined == 1
    assert split.sign_fixed == (False,) * 4


def test_wide_ranges_are_searched_at_their_ends():
    split = split_change([(100, 900), 90, (30, 70), 5], [(100, 900), 90, (30, 70), 2], STAGES)
    assert not split.exhaustive
    assert split.combinations == 16
    with pytest.raises(RefusalError, match="17 masked cells"):
        split_change([(10, 20)] * 9, [(10, 20)] * 8 + [5], [f"s{k}" for k in range(9)])


def test_stages_that_cannot_be_split():
    with pytest.raises(RefusalError, match="1 of 4 stages after are missing: indicted"):
        split_change([60, 9, 4, 5], [70, 4, None, 1], STAGES)
    with pytest.raises(RefusalError, match="charged before is 0"):
        split_change([60, 0, 4, 5], [70, 4, 4, 1], STAGES)
    with pytest.raises(RefusalError, match="1 of 4 stages before have no upper end: identified"):
        split_change([(60, None), 9, 4, 5], [70, 4, 4, 1], STAGES)
    with pytest.raises(RefusalError, match="missing"):
        split_change([60, 9, math.nan, 5], [70, 4, 4, 1], STAGES)
    with pytest.raises(CountError, match="as many of each"):
        split_change([60, 9], [70, 4, 4, 1], STAGES)
    with pytest.raises(CountError, match="charged before"):
        split_change([60, -9, 4, 5], [70, 4, 4, 1], STAGES)


def test_bootstrap_limits():
    before, after = [555, 157, 33, 18], [543, 195, 104, 40]
    point = split_change(before, after, STAGES).point
    low, high = bootstrap_split(before, after, STAGES)
    wide_low, wide_high = bootstrap_split(before, after, STAGES, dispersion=4)
    assert np.all(low < point.effects)
    assert np.all(point.effects < high)
    assert np.all(wide_high - wide_low > high - low)
    again = bootstrap_split(before, after, STAGES)
    assert np.array_equal(low, again[0])
    # first factor alone: effect (V1 - V0) m, sd of V1 - V0 root(555 + 543) = 33, m about 0.055
    assert (high - low)[0] == pytest.approx(2 * 1.96 * 33.1 * 0.055, rel=0.1)


def test_bootstrap_refusals():
    with pytest.raises(RefusalError, match="2 of 8 counts are masked"):
        bootstrap_split([60, 9, (0, 4), 5], [70, 4, (1, 3), 1], STAGES)
    with pytest.raises(RefusalError, match=r"divide by a stage of 0 \(smallest count 1"):
        bootstrap_split([60, 9, 1, 5], [70, 4, 3, 1], STAGES)
    low, high = bootstrap_split([600, 90, 40, 0], [700, 40, 30, 0], STAGES)
    assert low.tolist() == high.tolist() == [0, 0, 0, 0]
