import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference import exact
from trafficking_stats.inference.counts import CountError
from trafficking_stats.inference.rates import (
    Dispersion,
    approximate_p_values,
    dispersion,
    poisson_interval,
    poisson_p_value,
    ratio,
)

# persons convicted in Denmark 2014-2021, Rigsadvokaten by way of CMM
CONVICTED = [10, 4, 14, 8, 1, 0, 0, 0]
VICTIMS_2007_2023 = [17, 28, 47, 53, 60, 66, 76, 71, 93, 121, 98, 97, 64, 77, 80, 73, 112]
counts = st.integers(min_value=0, max_value=60)


@pytest.fixture(autouse=True)
def _no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_limits_of_zero_events():
    # -ln 0.025 and -ln 0.05; statsmodels 0.15 returns 2.9957 for both limits by mid-P
    assert poisson_interval(0) == pytest.approx((0, 3.688879), abs=1e-6)
    assert poisson_interval(0, method="mid-p") == pytest.approx((0, 2.995732), abs=1e-6)
    assert poisson_interval(0, method="score") == pytest.approx((0, 3.841459), abs=1e-6)
    assert poisson_interval(0, method="byar").lower == 0
    assert poisson_interval(0, method="byar-half").lower == 0
    with pytest.raises(RefusalError, match="no width"):
        poisson_interval([3, 0], method="wald")


def test_the_two_intervals_of_byar_differ():
    # Breslow and Day: 10 (1 - 1/90 - 1.96/(3 root 10))^3 and 11 (1 - 1/99 + 1.96/(3 root 11))^3
    low, high = poisson_interval(10, method="byar")
    assert low == pytest.approx(10 * (1 - 1 / 90 - 1.959964 / (3 * math.sqrt(10))) ** 3, abs=1e-5)
    assert high == pytest.approx(11 * (1 - 1 / 99 + 1.959964 / (3 * math.sqrt(11))) ** 3, abs=1e-5)
    half = poisson_interval(10, method="byar-half")
    assert low < half.lower < half.upper < high


def test_mid_p_limits_satisfy_their_definition():
    k = np.array([1, 4, 15, 400])
    low, high = poisson_interval(k, method="mid-p", confidence=0.9)
    assert stats.poisson.sf(k, low) + stats.poisson.pmf(k, low) / 2 == pytest.approx(0.05)
    assert stats.poisson.cdf(k - 1, high) + stats.poisson.pmf(k, high) / 2 == pytest.approx(0.05)


def test_limits_are_vectorised_over_counts_and_exposures():
    low, high = poisson_interval([[0], [37]], [1, 701])
    assert low.shape == high.shape == (2, 2)
    # Garwood (37): 26.05 and 51.00
    assert (701 * low[1, 1], 701 * high[1, 1]) == pytest.approx((26.05, 51.00), abs=0.01)


def test_widened_limits_of_one_count():
    # 12 events of phi 3 weigh as 4: 3 x (1.0899, 10.2416)
    assert poisson_interval(12, dispersion=3) == pytest.approx((3.26960, 30.72477), abs=1e-5)
    assert poisson_interval(12, dispersion=0.4) == poisson_interval(12)


def test_p_value_matches_the_interval():
    # both sides of the upper 95 % limit of 10, 18.39036
    assert poisson_p_value(10, 18.390) > 0.05 > poisson_p_value(10, 18.391)
    assert poisson_p_value(0, 3.6889) < 0.05
    assert poisson_p_value([5, 5], [5, 50]).shape == (2,)


@pytest.mark.parametrize("bad", [-1, 1.5, math.nan, "<5"])
def test_what_is_no_count(bad):
    with pytest.raises(CountError, match="count"):
        poisson_interval(bad)
    with pytest.raises(CountError, match="count2"):
        ratio(3, bad)


def test_unknown_methods_and_parameters():
    with pytest.raises(CountError, match="one of exact, mid-p"):
        poisson_interval(3, method="clopper")
    with pytest.raises(CountError, match="one of exact, mid-p, score"):
        ratio(3, 4, method="wald")
    with pytest.raises(CountError, match="dispersion"):
        ratio(3, 4, dispersion=-1)
    with pytest.raises(CountError, match="exposure2"):
        ratio(3, 4, 1, 0)
    with pytest.raises(CountError, match="confidence"):
        ratio(3, 4, confidence=95)
    with pytest.raises(CountError, match="pair"):
        ratio(3, 4, dispersion=(1, 2, 3))


def test_zero_in_the_first_count_by_hand():
    # 0 of n = 36 with exposures 221 and 383: the upper share solves (1 - p)^36 = 0.025, the odds times 383 / 221
    share = 1 - 0.025 ** (1 / 36)
    result = ratio(0, 36, 221, 383)
    assert (result.ratio, result.lower) == (0, 0)
    assert result.upper == pytest.approx(share / (1 - share) * 383 / 221)
    assert result.upper == pytest.approx(0.187, abs=1e-4)
    # p = 2 x (383 / 604)^36, where statsmodels' regression gives 0.9987
    assert result.p_value == pytest.approx(2 * (383 / 604) ** 36)
    assert result.p_value == pytest.approx(1.5e-7, rel=0.03)


def test_swapping_the_counts_inverts_everything():
    one, other = ratio(36, 0, 383, 221, dispersion=2), ratio(0, 36, 221, 383, dispersion=2)
    assert math.isinf(one.ratio)
    assert math.isinf(one.upper)
    assert one.lower == pytest.approx(1 / other.upper)
    assert one.widened_lower == pytest.approx(1 / other.widened_upper)
    assert one.p_value == pytest.approx(other.p_value)


@pytest.mark.parametrize("method", ["exact", "mid-p", "score"])
def test_two_zeros_are_refused(method):
    with pytest.raises(RefusalError, match="both counts are 0"):
        ratio(0, 0, 10, 20, method=method)


def test_score_limits_at_zero_are_not_degenerate():
    # z^2 / 5 = 0.768292: statsmodels 0.15 gives (0.768, 0.768)
    result = ratio(0, 5, 100, 100, method="score")
    assert (result.lower, result.upper) == pytest.approx((0, 0.768292), abs=1e-6)
    assert ratio(5, 0, 100, 100, method="score").lower == pytest.approx(1 / 0.768292, abs=1e-5)


def test_few_events_are_undetermined():
    # 2 x 0.5^5 = 0.0625, 2 x 0.5^6 = 0.03125
    assert ratio(0, 5).undetermined
    assert ratio(0, 5).smallest_p == pytest.approx(0.0625)
    assert not ratio(3, 3).undetermined
    # with unequal exposures the rarer side decides: 2 x (1 / 10)^2
    assert not ratio(2, 0, 1, 9).undetermined


@settings(max_examples=150, deadline=None)
@given(counts, counts, st.sampled_from(["exact", "mid-p"]), st.sampled_from([1.0, 0.3, 4.0]), st.sampled_from([1, 3.7]))
def test_p_value_and_limits_always_agree(k1, k2, method, exposure, phi):
    if k1 == k2 == 0:
        return
    result = ratio(k1, k2, exposure, 1, method=method, dispersion=phi)
    for lower, upper, p in (
        (result.lower, result.upper, result.p_value),
        (result.widened_lower, result.widened_upper, result.widened_p_value),
    ):
        assert lower <= result.ratio <= upper
        if min(abs(math.log(limit)) if 0 < limit < math.inf else 1 for limit in (lower, upper)) > 1e-6:
            assert (p < 0.05) == (not lower <= 1 <= upper)
    assert result.widened_lower <= result.lower * (1 + 1e-12)
    assert result.widened_upper >= result.upper * (1 - 1e-12)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 25), st.integers(1, 25), st.sampled_from([0.2, 1.0, 3.0]))
def test_limits_enclose_the_tails_they_promise(k1, k2, null):
    smaller, larger = exact.conditional_tails(k1, k2, 1, 1, null, "exact")
    share = null / (1 + null)
    assert smaller == pytest.approx(stats.binom.cdf(k1, k1 + k2, share), abs=1e-12)
    assert larger == pytest.approx(stats.binom.sf(k1 - 1, k1 + k2, share), abs=1e-12)


@pytest.mark.parametrize("method", ["exact", "mid-p", "score"])
def test_a_million_times_the_counts(method):
    small, large = ratio(37, 701, method=method), ratio(37 * 10**6, 701 * 10**6, method=method)
    assert large.ratio == small.ratio
    # relative half width 1.96 root (1/k1 + 1/k2)
    half = 1.959964 * math.sqrt(1 / 37e6 + 1 / 701e6)
    assert (large.lower, large.upper) == pytest.approx((large.ratio * (1 - half), large.ratio * (1 + half)), rel=1e-6)


def test_inverse_beta_that_scipy_gets_wrong():
    # betaincinv(1000, 10**9 + 1, 0.025) returns a share whose tail area is 1; Garwood of 1000 is the limit here
    result = ratio(1000, 10**9)
    assert (result.lower * 1e9, result.upper * 1e9) == pytest.approx(poisson_interval(1000), rel=1e-5)
    middle = ratio(1000, 10**9, method="mid-p")
    assert result.lower < middle.lower < middle.upper < result.upper
    assert ratio(10**9, 1000).upper == pytest.approx(1 / result.lower)


def test_a_small_part_of_an_event_leaves_no_limit():
    # one event of phi 40,000 weighs as 1 / 40,000: no float is as small as its lower limit
    result = ratio(1, 3, dispersion=40_000)
    assert (result.widened_lower, result.widened_upper) == (0, math.inf)
    assert ratio(1, 3, dispersion=40_000, method="mid-p").widened_lower == 0


def test_conditional_limits_at_counts_that_are_not_whole():
    # continuity: limits at k / phi approach those of whole counts as phi approaches 1
    near, at = ratio(9, 4, dispersion=1 + 1e-9), ratio(9, 4)
    assert (near.widened_lower, near.widened_upper) == pytest.approx((at.lower, at.upper))
    # 9 and 3 events of phi 3 weigh as 3 and 1
    wide, few = ratio(9, 3, dispersion=3), ratio(3, 1)
    assert (wide.widened_lower, wide.widened_upper) == pytest.approx((few.lower, few.upper))
    # each its own phi: 9 of phi 3 and 4 of phi 2 weigh as 3 in a third and 2 in half of the exposure
    own, both = ratio(9, 4, dispersion=(3, 2)), ratio(3, 2, 1 / 3, 1 / 2)
    assert (own.widened_lower, own.widened_upper) == pytest.approx((both.lower, both.upper))


def test_danish_phi_by_four_series():
    # variance by mean, and after a log-linear trend
    for series, plain, after in (
        (CONVICTED, 6.4, 4.1),
        ([14, 25, 2, 9, 1, 7, 7, 8], 6.3, 4.6),
        ([4, 29, 1, 5, 0, 0, 3, 3], 16.5, 9.7),
        (VICTIMS_2007_2023, 10.4, 6.4),
    ):
        assert dispersion(series).phi == pytest.approx(plain, abs=0.05)
        assert dispersion(series).phi == pytest.approx(np.var(series, ddof=1) / np.mean(series))
        assert dispersion(series, trend=True).phi == pytest.approx(after, abs=0.05)


def test_phi_within_two_periods():
    # (1 + 25 + 25 + 1) / 9 + (0.75^2 + 3 x 0.25^2) / 0.25 = 5.778 + 3, by 8 - 2
    result = dispersion(CONVICTED, groups=[0] * 4 + [1] * 4)
    assert result.phi == pytest.approx((52 / 9 + 3) / 6)
    assert result.df == 6
    # exposures in proportion to the counts leave no dispersion at all
    assert dispersion(VICTIMS_2007_2023, VICTIMS_2007_2023).phi == pytest.approx(0, abs=1e-12)


def test_phi_is_never_narrowed_by_nor_made_up():
    assert dispersion([5] * 8).phi == 0
    assert dispersion([5] * 8).factor == 1
    with pytest.raises(RefusalError, match="7 counts, at least 8"):
        dispersion(CONVICTED[:7])
    with pytest.raises(RefusalError, match=r"0 counts \(9 more are in periods without any event\)"):
        dispersion([0] * 9)
    with pytest.raises(RefusalError, match=r"5 counts \(3 more"):
        dispersion(CONVICTED, groups=[0] * 5 + [1] * 3)
    with pytest.raises(RefusalError, match="leave nothing over"):
        dispersion([5] * 8, groups=list(range(8)))
    borrowed = dispersion(CONVICTED[:3], borrow=4.1)
    assert (borrowed.factor, borrowed.df) == (4.1, math.inf)
    assert "borrowed" in str(borrowed)


def test_an_estimated_phi_widens_by_student():
    known, estimated = ratio(37, 701, dispersion=6.4), ratio(37, 701, dispersion=Dispersion(6.4, 7, 8))
    assert estimated.widened_lower < known.widened_lower
    assert estimated.widened_upper > known.widened_upper
    assert (estimated.lower, estimated.upper) == (known.lower, known.upper)
    # the level becomes that of a normal quantile of t(0.975, 7) = 2.3646
    level = 1 - 2 * stats.norm.sf(2.364624)
    same = ratio(37, 701, dispersion=6.4, confidence=level)
    assert estimated.widened_upper == pytest.approx(same.widened_upper, rel=1e-5)
    assert ratio(9, 3, dispersion=(Dispersion(2, 5, 8), 3)).widened_upper > ratio(9, 3, dispersion=(2, 3)).widened_upper


def test_what_is_wrong_with_the_arguments_of_phi():
    with pytest.raises(CountError, match="one series"):
        dispersion([[1, 2], [3, 4]])
    with pytest.raises(CountError, match="as many"):
        dispersion(CONVICTED, [1, 2])
    with pytest.raises(CountError, match="not both"):
        dispersion(CONVICTED, trend=True, groups=[0] * 8)
    with pytest.raises(CountError, match="borrow"):
        dispersion([1, 2], borrow=0)


def test_both_limits_and_phi_are_printed():
    text = str(ratio(37, 701, dispersion=(6.4, 10.4)))
    assert text == "0.05278 (95 % exact 0.03685 to 0.07347; widened for phi 6.4 and 10.4: 0.01829 to 0.1226)"


def test_large_sample_tests_refuse_zeros():
    with pytest.raises(RefusalError, match="counts 0 and 5"):
        approximate_p_values(0, 5)
    assert set(approximate_p_values(3, 5)) == {"wald", "score", "wald-log", "score-log", "sqrt"}
