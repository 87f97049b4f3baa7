"""The model of yearly counts and its contrasts, against sums by hand, exact limits and simulation."""

from __future__ import annotations

import importlib.util
import math
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.contrasts import (
    at_other_rate,
    compare_counts,
    compare_rates,
    rate_of,
    share_of,
)
from trafficking_stats.inference.counts import CountError, CountRange, Counts, as_count_range
from trafficking_stats.inference.meta import pool_rates
from trafficking_stats.inference.ratio import conditional_limits, poisson_limits, ratio
from trafficking_stats.inference.search import search
from trafficking_stats.inference.silence import silence_chance
from trafficking_stats.inference.yearly import DispersionPrior, Period, YearlyFit, log_likelihood

PRIOR = DispersionPrior(6.0, 0.4, 1.2)
counts = st.integers(min_value=0, max_value=60)


def fit(*cells: object, prior: DispersionPrior = PRIOR, name: str = "A") -> YearlyFit:
    years = Counts({2000 + k: as_count_range(cell) for k, cell in enumerate(cells)})
    return YearlyFit(years, list(years), prior, name)


# --- exact limits -----------------------------------------------------------------------------------------------------


def test_limits_of_zero_events() -> None:
    # -ln 0.025; statsmodels 0.15 returns 2.9957 for both limits by mid-P
    assert poisson_limits(0) == pytest.approx([0, 3.688879], abs=1e-6)
    # Garwood (37): 26.05 and 51.00
    assert 701 * poisson_limits([0, 37], 701)[1] == pytest.approx([26.05, 51.00], abs=0.01)


@pytest.mark.parametrize("bad", [-1, 1.5, math.nan, "<5"])
def test_what_is_no_count(bad: object) -> None:
    with pytest.raises(CountError, match="count"):
        poisson_limits(bad)  # type: ignore[arg-type]
    with pytest.raises(CountError, match="count2"):
        ratio(3, bad)  # type: ignore[arg-type]


def test_zero_in_the_first_count_by_hand() -> None:
    # 0 of n = 36 with exposures 221 and 383: the upper share solves (1 - p)^36 = 0.025, the odds times 383 / 221
    share = 1 - 0.025 ** (1 / 36)
    result = ratio(0, 36, 221, 383)
    assert (result.ratio, result.lower) == (0, 0)
    assert result.upper == pytest.approx(share / (1 - share) * 383 / 221)
    # p = 2 x (383 / 604)^36, where statsmodels' regression gives 0.9987
    assert result.p_value == pytest.approx(2 * (383 / 604) ** 36)


def test_two_zeros_are_refused() -> None:
    with pytest.raises(RefusalError, match="both counts are 0"):
        ratio(0, 0, 10, 20)


@settings(max_examples=100, deadline=None)
@given(counts, counts, st.sampled_from([1.0, 0.3, 4.0]))
def test_p_value_and_limits_agree(k1: int, k2: int, exposure: float) -> None:
    if k1 == k2 == 0:
        return
    result = ratio(k1, k2, exposure, 2.0)
    if abs(result.p_value - 0.05) > 1e-9:
        assert (result.p_value < 0.05) == (not result.lower <= 1 <= result.upper)


def test_large_counts_whose_inverse_is_wrong() -> None:
    lower, upper = conditional_limits(1000, 10**9, 1, 1, 0.95)
    assert 1e9 * lower == pytest.approx(poisson_limits(1000)[0], rel=1e-4)
    assert 1e9 * upper == pytest.approx(poisson_limits(1000)[1], rel=1e-4)


# --- the model --------------------------------------------------------------------------------------------------------


def test_likelihood_is_negative_binomial() -> None:
    mean, phi = 3.7, 2.9
    for count in (0, 4, 40):
        expected = stats.nbinom.logpmf(count, mean / (phi - 1), 1 / phi)
        assert log_likelihood(count, count, np.array(mean), np.array(phi)) == pytest.approx(expected)
    drawn = stats.nbinom(mean / (phi - 1), 1 / phi)
    assert (drawn.mean(), drawn.var()) == pytest.approx((mean, phi * mean))


def test_a_masked_count_is_the_probability_of_its_range() -> None:
    mean, phi = np.array(3.7), np.array(2.9)
    expected = stats.nbinom.cdf(4, 3.7 / 1.9, 1 / 2.9)
    assert np.exp(log_likelihood(0, 4, mean, phi)) == pytest.approx(expected)
    ranged = np.exp(log_likelihood(10, 50, mean, phi))
    assert ranged == pytest.approx(stats.nbinom.cdf(50, 3.7 / 1.9, 1 / 2.9) - stats.nbinom.cdf(9, 3.7 / 1.9, 1 / 2.9))


def test_the_grid_holds_the_posterior() -> None:
    # against numerical integration over the mean, with the prior of Jeffreys: its sum tells the mean, its years phi
    phi = np.array([1.2, 4.0, 30.0])
    period = Period([10, 4, 14, (0, 4)], phi)
    means = np.linspace(1e-6, 400, 400_000)
    evidence = []
    for k, one in enumerate(phi):
        size = means / (one - 1)
        years = sum(stats.nbinom.logpmf(count, size, 1 / one) for count in (10, 4, 14))
        evidence.append((means**-0.5 * np.exp(years) * stats.nbinom.cdf(4, size, 1 / one)).sum())
        sums = means**-0.5 * (stats.nbinom.cdf(32, 4 * size, 1 / one) - stats.nbinom.cdf(27, 4 * size, 1 / one))
        cumulative = np.cumsum(sums) / sums.sum()
        shares = np.array([0.025, 0.5, 0.975])
        drawn = period.draw([np.arange(3 if node == k else 0) for node in range(len(phi))], shares)
        assert drawn == pytest.approx(np.interp(shares, cumulative, means), rel=0.02)
    found = np.exp(period.log_evidence - period.log_evidence[0])
    assert found == pytest.approx(np.array(evidence) / evidence[0], rel=0.02)


def test_a_level_that_moves_within_a_half_does_not_pull_the_mean_off_what_was_counted() -> None:
    series = fit(10, 9, 11, 10, 26, 0, 0, 0)
    expected = series.total([2004, 2005, 2006, 2007]).expected
    assert 0.3 < np.mean(expected < 26) < 0.6


def test_without_dispersion_limits_are_those_of_jeffreys() -> None:
    tight = DispersionPrior(1.0001, 0.0, 0.01)
    found = np.quantile(fit(10, prior=tight).total([2000]).expected, [0.025, 0.975])
    assert found == pytest.approx(stats.gamma(10.5).ppf([0.025, 0.975]), rel=0.01)


def test_the_posterior_of_phi_follows_the_counts() -> None:
    calm, wild = fit(*[10] * 12), fit(*[0, 30] * 6)
    assert np.median(calm.phi) < 3 < 8 < np.median(wild.phi)
    spread = wild.spread(0.95)
    assert spread.lower < spread.phi < spread.upper
    assert spread.prior_lower < spread.prior < spread.prior_upper


def test_series_of_different_names_are_drawn_independently() -> None:
    one, same, other = (fit(10, 4, 14, name=name).total([2000, 2001, 2002]).expected for name in ("A", "A", "B"))
    assert np.array_equal(one, same)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.05


# --- contrasts --------------------------------------------------------------------------------------------------------


def test_a_rate_that_may_be_zero() -> None:
    above, below = fit((0, 4), (0, 4), 0), fit(50, 60, 70, name="B")
    rate = rate_of((above.total([2000, 2001, 2002]), below.total([2000, 2001, 2002])), 0.95)
    assert (rate.lower, rate.exact_lower, rate.per_100_max) == (0, 0, 100 * 8 / 180)
    assert math.isnan(rate.per_100)
    assert rate.upper > rate.per_100_max


def test_both_counts_zero_and_denominators_that_may_be() -> None:
    nothing, some, masked = fit(0, 0, name="A"), fit(50, 60, name="B"), fit((0, 4), (0, 4), name="C")
    halves = [2000], [2001]
    rates = [
        [(one.total(part), base.total(part)) for part in halves] for one, base in ((nothing, some), (some, masked))
    ]
    assert compare_rates(*rates[0], 0.95) is None
    assert compare_rates(*rates[1], 0.95) is None
    assert compare_counts(nothing.total([2000]), nothing.total([2001]), (1, 1), 0.95) is None


def test_shares_add_up_to_all() -> None:
    parts = [fit(*cells, name=name).total([2000, 2001]) for name, cells in (("A", (30, 20)), ("B", (25, 25)))]
    one, other = (share_of(parts[k], [parts[1 - k]], 0.95) for k in (0, 1))
    assert one.lower < one.percent == 50 < one.upper
    # what is one's is not the other's
    assert (one.lower, one.exact_lower) == pytest.approx((100 - other.upper, 100 - other.exact_upper), rel=1e-4)
    exact = stats.binomtest(50, 100).proportion_ci(method="exact")
    assert (one.exact_lower, one.exact_upper) == pytest.approx((100 * exact.low, 100 * exact.high))


def test_a_prediction_is_never_below_zero_nor_a_surplus_of_what_was_not_counted() -> None:
    own, other, base = fit(0, 0, 0), fit(1, 0, 2, name="B"), fit(90, 80, 95, name="C")
    years = [2000, 2001, 2002]
    found = at_other_rate(own, CountRange(60, 60), (other.total(years), base.total(years)), 0.95)
    assert found.expected_lower == found.shortfall_lower == 0
    assert found.shortfall_upper == found.expected_upper > 0


def test_the_chance_of_a_silence() -> None:
    found = fit(8, 7, 9, 0, 0, 0)
    chance = silence_chance(found, [2000, 2001, 2002], 3)
    # were phi and the mean known: phi^(-24 / (phi - 1)), which is 3e-8 at 1.9 and 4e-3 at 15
    assert 1e-8 < chance < 0.05
    assert silence_chance(found, [2000, 2001, 2002], 1) > chance
    assert math.isnan(silence_chance(found, [], 3))
    assert math.isnan(silence_chance(fit(0, 0, 0), [2000], 2))


def test_noise_does_as_well_where_nothing_changed_and_seldom_where_much_did() -> None:
    base = fit(*[80] * 10, name="B")
    flat, steep = fit(*[6, 4, 5, 7, 3] * 2), fit(*[20] * 5, *[1] * 5)
    years = range(2000, 2010)
    assert search(flat, base, years)[1] > 0.3
    number, share = search(steep, base, years)
    assert share < 0.02
    # the halves, and splits with two years or more on either side: 2 to 8, one of them the halves
    assert number == 7


# --- the benchmark of coverage ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def coverage(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("coverage_benchmark", root / "benchmarks" / "coverage.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_draws_have_the_mean_and_phi_they_are_asked_for(coverage: ModuleType) -> None:
    for model, phi in (("negative binomial", 3.0), ("batches", 3.0), ("batches", 1.0)):
        drawn = coverage.draw(np.random.default_rng(1), model, phi, np.full(200_000, 7.0))
        assert drawn.mean() == pytest.approx(7, rel=0.01)
        assert drawn.var() / drawn.mean() == pytest.approx(phi, rel=0.02)


def test_intervals_cover_what_they_promise(coverage: ModuleType) -> None:
    generator = np.random.default_rng(7)
    found = [
        hit
        for k in range(60)
        for hit in coverage.hits(generator, ("batches", "negative binomial")[k % 2], 8, 4.0, 4.0, 0)
    ]
    for name in ("rate of all years", "change of the rate", "effect of a stage", "number at the rate of a peer"):
        hits = [hit for one, hit in found if one == name]
        # 60 draws: 95 % less three standard errors
        assert np.mean(hits) > 0.86, name


def test_the_tables_are_printed(
    coverage: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["coverage.py", "--draws", "1"])
    monkeypatch.setattr(coverage, "YEARS", (5,))
    monkeypatch.setattr(coverage, "COUNTRIES", (5,))
    coverage.main()
    printed = capsys.readouterr().out
    assert printed.count("| rate of all years |") == 2
    assert printed.count("| effect of a stage |") == 2
    assert printed.count("| one more country |") == 1


def test_limits_of_countries_allow_for_how_little_is_known_of_their_spread() -> None:
    generator, quantiles = np.random.default_rng(3), stats.norm.ppf((np.arange(400) + 0.5) / 400)
    another, single = [], []
    for _ in range(80):
        *rates, further = 2.3 + 0.2 * generator.standard_normal(9)
        seen = [rate + 0.4 * generator.standard_normal() for rate in rates]
        pooled, shrunk = pool_rates([np.exp(one + 0.4 * quantiles) for one in seen], 0.95)
        another.append(pooled.another_lower <= math.exp(further) <= pooled.another_upper)
        single += [
            one.shrunk_lower <= math.exp(rate) <= one.shrunk_upper for rate, one in zip(rates, shrunk, strict=True)
        ]
    # with one estimate of the spread, which is often 0, those of the single ones hold in 86 %
    assert np.mean(another) > 0.9
    assert np.mean(single) > 0.93
