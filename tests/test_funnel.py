import math
import warnings

import numpy as np
import pytest
from scipy import stats

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.counts import CountError
from trafficking_stats.inference.funnel import funnel_limits, funnel_spread


@pytest.fixture(autouse=True)
def _no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_limits_agree_with_poisson_tails_at_whole_counts():
    # P(X <= 8) and P(X >= 24) of a mean that makes either 2.5 %
    mean_low, mean_high = stats.chi2.ppf(0.975, 18) / 2, stats.chi2.ppf(0.025, 48) / 2
    assert funnel_limits(mean_low).lower == pytest.approx(8)
    assert funnel_limits(mean_high).upper == pytest.approx(24)
    assert stats.poisson.cdf(8, mean_low) == pytest.approx(0.025)
    assert stats.poisson.sf(23, mean_high) == pytest.approx(0.025)


def test_limits_of_observations_are_not_those_of_a_mean():
    # Garwood around 5.57 would reach from 2.0; a count of 1 is what lies on the limit there
    lower, upper = funnel_limits(5.571644)
    assert lower == pytest.approx(1, abs=1e-5)
    assert 10 < upper < 12


def test_below_3_69_expected_even_zero_is_no_surprise():
    limits = funnel_limits([0.5, 3.6, 3.7, 50])
    assert limits.lower[:2].tolist() == [0, 0]
    assert 0 < limits.lower[2] < 0.02
    assert np.all(limits.upper > [0.5, 3.6, 3.7, 50])


def test_large_expected_counts():
    low, high = funnel_limits(4e6)
    assert (low, high) == pytest.approx((4e6 - 1.96 * 2000, 4e6 + 1.96 * 2000), rel=1e-6)


def test_spread_of_poisson_units_is_none():
    generator = np.random.default_rng(3)
    expected = generator.uniform(20, 200, 400)
    spread = funnel_spread(generator.poisson(expected), expected)
    # a tenth drawn in at either end takes some of the variance of 1
    assert 0.6 < spread.phi < 1.05
    assert spread.tau2 < 0.002
    assert funnel_spread([5] * 12, [5] * 12).tau2 == 0


def test_spread_by_hand_and_wider_limits():
    # z of -2, 0, 2, -4, 4: phi 8; tau2 (10 x 8 - 9) / (360 - 12960 / 360)
    spread = funnel_spread([4, 9, 16, 1, 25] * 2, [9] * 10)
    assert (spread.phi, spread.n) == (pytest.approx(8), 10)
    assert spread.tau2 == pytest.approx(71 / 324)
    narrow, wide = funnel_limits([9, 100]), funnel_limits([9, 100], tau2=spread.tau2)
    assert np.all(wide.lower < narrow.lower)
    assert np.all(wide.upper > narrow.upper)
    assert wide.lower[0] == 0
    # far out the limits are those of the units alone: 1 + 1.96 tau on the scale of the root
    far = funnel_limits(1e10, tau2=0.01)
    assert far.upper / 1e10 == pytest.approx((1 + 1.959964 * 0.1) ** 2, rel=1e-4)


def test_one_wild_unit_does_not_set_the_spread():
    calm = [9, 10, 8, 9, 11, 9, 8, 10, 9, 9, 10]
    wild = [*calm[:-1], 200]
    assert funnel_spread(wild, [9] * 11).phi < 1.5
    assert funnel_spread(calm, [9] * 11).tau2 == 0


def test_refusals():
    with pytest.raises(RefusalError, match="9 units are too few for the over-dispersion of a funnel, at least 10"):
        funnel_spread([5] * 9, [5] * 9)
    with pytest.raises(CountError, match="expected"):
        funnel_limits([0, 5])
    with pytest.raises(CountError, match="tau2"):
        funnel_limits(5, tau2=-1)
    with pytest.raises(CountError, match="tau2"):
        funnel_limits(5, tau2=math.nan)
    with pytest.raises(CountError, match="one length"):
        funnel_spread([5] * 10, [5] * 11)
    with pytest.raises(CountError, match="observed"):
        funnel_spread([(0, 4)] * 10, [5] * 10)
