import itertools
import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.counterfactual import counterfactual
from trafficking_stats.inference.counts import CountError, CountRange
from trafficking_stats.inference.masked import lagged_ratio, masked_interval, masked_ratio
from trafficking_stats.inference.overdispersion import dispersion, largest_dispersion
from trafficking_stats.inference.propagation import split_variance
from trafficking_stats.inference.rates import poisson_interval, ratio

small = st.integers(0, 12)
ranges = st.tuples(small, st.integers(0, 3)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@pytest.fixture(autouse=True)
def _no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_interval_of_a_masked_count():
    # from the lower limit of 0 to the upper limit of 4, 10.24
    assert masked_interval((0, 4)) == pytest.approx((0, 10.2416), abs=1e-4)
    assert masked_interval((3, None)) == (poisson_interval(3).lower, math.inf)
    assert masked_interval(7, 10) == poisson_interval(7, 10)


@settings(max_examples=60, deadline=None)
@given(ranges, ranges, st.sampled_from([1.0, 3.0]))
def test_the_envelope_holds_every_value_of_the_masked_cells(first, second, phi):
    if first[1] == 0 and second[1] == 0:
        return
    result = masked_ratio(first, second, dispersion=phi)
    for k1, k2 in itertools.product(range(first[0], first[1] + 1), range(second[0], second[1] + 1)):
        if k1 == k2 == 0:
            continue
        one = ratio(k1, k2, dispersion=phi)
        assert result.ratio_lower <= one.ratio <= result.ratio_upper
        assert result.lower <= one.lower
        assert one.upper <= result.upper
        assert result.widened_lower <= one.widened_lower
        assert one.widened_upper <= result.widened_upper
        if result.verdict == "above":
            assert one.lower > 1
        if result.verdict == "below":
            assert one.upper < 1
        if result.verdict == "undetermined":
            assert one.lower <= 1 <= one.upper


def test_verdicts():
    assert masked_ratio(30, (0, 4)).verdict == "above"
    assert masked_ratio((0, 4), 30).verdict == "below"
    assert masked_ratio((5, 7), (5, 7)).verdict == "undetermined"
    result = masked_ratio((0, 9), 10)
    assert result.verdict == "depends on the masked cells"
    assert result.ratio is None
    # 0 against 10 excludes 1, but not if ten persons of phi 9 weigh as one
    assert masked_ratio((0, 9), 10, dispersion=9).widened_verdict == "undetermined"


def test_unbounded_counts():
    above = masked_ratio((30, math.inf), 5)
    assert above.verdict == "above"
    assert (above.lower, above.upper) == (ratio(30, 5).lower, math.inf)
    below = masked_ratio(5, (30, None))
    assert below.verdict == "below"
    assert (below.ratio_lower, below.lower, below.upper) == (0, 0, ratio(5, 30).upper)
    nothing = masked_ratio((0, None), (0, None))
    assert nothing.verdict == "depends on the masked cells"
    assert (nothing.ratio_lower, nothing.ratio_upper, nothing.lower, nothing.upper) == (0, math.inf, 0, math.inf)
    assert "inf" in str(above)


def test_cells_that_may_both_be_zero_say_nothing_at_that_corner():
    result = masked_ratio((0, 4), 0)
    assert (result.ratio_lower, result.ratio_upper) == (0, math.inf)
    assert (result.lower, result.upper) == (0, math.inf)
    assert result.verdict == "undetermined"
    with pytest.raises(RefusalError, match="both counts are 0"):
        masked_ratio(0, (0, 0))


def test_masked_denominators_of_a_rate():
    # Malta 2017-2019: 0-12 convicted, 41-45 victims, against 130 of 223 in Greece
    result = masked_ratio((0, 12), 130, (41, 45), 223)
    assert result.ratio_lower == 0
    assert result.ratio_upper == pytest.approx(12 / 41 / (130 / 223))
    assert result.upper == ratio(12, 130, 41, 223).upper
    with pytest.raises(CountError, match="exposure1"):
        masked_ratio(3, 4, (0, 5), 3)
    with pytest.raises(CountError, match="above the upper end"):
        masked_ratio(3, 4, (6, 5), 3)


def test_printing_a_masked_ratio():
    text = str(masked_ratio((17, 25), 513, 306, 5551, dispersion=3))
    assert text.startswith("0.6011 to 0.884 (95 % exact 0.3475 to 1.32; widened ")
    assert str(masked_ratio(17, 513)).startswith("0.03314 (95 %")


def test_lagged_ratio_and_its_missing_years():
    convicted, victims = {2012: (0, 4), 2013: 5}, {2010: 50, 2011: 60, 2012: 70, 2013: 80}
    result = lagged_ratio(convicted, victims, window=(2012, 2013), lag=2)
    assert result.count1 == CountRange(5, 9)
    assert result.count2 == CountRange(110, 110)
    with pytest.raises(RefusalError, match=r"2 of 4 counts are missing for 2012-2013 at lag 3: denominator 2009"):
        lagged_ratio(convicted, {2011: 1}, window=(2012, 2013), lag=3)
    with pytest.raises(RefusalError, match="numerator 2014"):
        lagged_ratio(convicted, victims | {2014: 9}, window=(2013, 2014))
    with pytest.raises(CountError, match="window"):
        lagged_ratio(convicted, victims, window=(2013, 2012))
    with pytest.raises(RefusalError, match="both counts are 0"):
        lagged_ratio({2012: 0}, {2012: 0}, window=(2012, 2012))


def test_surplus_is_not_clipped():
    # expected 10 x 20 / 100 = 2 against 9 observed
    result = counterfactual(9, 10, 20, 100)
    assert (result.gap_lower, result.gap_upper) == (-7, -7)
    assert result.verdict == "above"
    # 2 less 2 x the limits of the rate ratio
    limits = ratio(9, 20, 10, 100)
    assert result.gap_limit_lower == pytest.approx(2 - 2 * limits.upper)
    assert result.gap_limit_upper == pytest.approx(2 - 2 * limits.lower)
    assert result.gap_limit_upper < 0


def test_masked_peers_widen_the_counterfactual():
    result = counterfactual((0, 4), (40, 45), (20, 24), (100, 110))
    assert result.expected_lower == pytest.approx(40 * 20 / 110)
    assert result.expected_upper == pytest.approx(45 * 24 / 100)
    assert (result.gap_lower, result.gap_upper) == pytest.approx((40 * 20 / 110 - 4, 45 * 24 / 100))
    inside = counterfactual(2, 42, 22, 105)
    assert result.gap_limit_lower <= inside.gap_limit_lower
    assert inside.gap_limit_upper <= result.gap_limit_upper


def test_peers_without_a_rate():
    with pytest.raises(RefusalError, match="the peer counted 0-4 events"):
        counterfactual(3, 10, (0, 4), 100)
    with pytest.raises(RefusalError, match="at least 9 events"):
        counterfactual(3, 10, (9, None), 100)
    unbounded = counterfactual((3, None), 10, 20, 100)
    assert unbounded.gap_lower == -math.inf
    assert unbounded.gap_limit_lower == -math.inf


def test_variance_by_source_and_chance():
    # one cell of 0..4: variance 2, mean 2
    split = split_variance([(0, 4)], 1, dispersion=3)
    assert (split.mean, split.sd_between**2, split.sd_within**2) == pytest.approx((2, 2, 6))
    assert split.sd_total**2 == pytest.approx(8)
    assert split_variance([5], 10).sd_between == 0
    with pytest.raises(RefusalError, match="1 of 2 ranges have no upper end"):
        split_variance([5, (5, None)], 10)


def test_largest_phi_of_a_masked_series():
    masked = [10, 7, 15, 8, 2, (0, 4), (0, 4), (0, 4)]
    found = largest_dispersion(masked)
    everything = [dispersion([*masked[:5], *values]).phi for values in itertools.product(range(5), repeat=3)]
    assert found.phi == pytest.approx(max(everything))
    # nothing is known of two periods of which one may be empty, but something is of the others
    groups = [0] * 8 + [1]
    assert largest_dispersion([*np.arange(8).tolist(), (0, 4)], groups=groups).phi == pytest.approx(
        dispersion(range(8)).phi
    )


def test_series_whose_phi_has_no_bound():
    with pytest.raises(RefusalError, match="1 of 8 counts have no upper end"):
        largest_dispersion([1] * 7 + [(1, None)])
    with pytest.raises(RefusalError, match="13 masked counts"):
        largest_dispersion([(0, 4)] * 13)
    with pytest.raises(RefusalError, match="at least 8"):
        largest_dispersion([(0, 4)] * 5)
    assert largest_dispersion([(0, 4)] * 5, borrow=4).borrowed
