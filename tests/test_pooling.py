import math
import warnings

import numpy as np
import pytest
from scipy import integrate, stats

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference import meta, pooling
from trafficking_stats.inference.counts import CountError
from trafficking_stats.inference.meta import random_effects, rubin
from trafficking_stats.inference.pooling import gamma_poisson

PUMPS = [5, 1, 5, 14, 3, 19, 1, 1, 4, 22]
HOURS = [94.3, 15.7, 62.9, 126, 5.24, 31.4, 1.05, 1.05, 2.1, 10.5]
# Kacker (2004), as in data/worked_cases.json
LABS = [61.0, 61.4, 62.21, 62.3, 62.34, 62.6, 62.7, 62.84, 65.9]
ERRORS = [0.2025, 1.21, 0.09, 0.2025, 0.3844, 0.5625, 0.0676, 0.0225, 1.8225]


@pytest.fixture(autouse=True)
def _no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_empirical_rates_maximise_the_marginal_likelihood():
    pooled = gamma_poisson(PUMPS, HOURS)

    def log_likelihood(alpha, beta):
        share = beta / (beta + np.array(HOURS))
        return stats.nbinom.logpmf(PUMPS, alpha, share).sum()

    top = log_likelihood(pooled.alpha, pooled.beta)
    for factor in (0.99, 1.01):
        assert log_likelihood(pooled.alpha * factor, pooled.beta) < top
        assert log_likelihood(pooled.alpha, pooled.beta * factor) < top
    assert pooled.rates == pytest.approx((pooled.alpha + np.array(PUMPS)) / (pooled.beta + np.array(HOURS)))
    assert pooled.lower == pytest.approx(
        stats.gamma.ppf(0.025, pooled.alpha + np.array(PUMPS), scale=1 / (pooled.beta + np.array(HOURS)))
    )
    between = np.minimum(pooled.raw, pooled.mean) - 1e-12, np.maximum(pooled.raw, pooled.mean) + 1e-12
    assert np.all((between[0] <= pooled.rates) & (pooled.rates <= between[1]))
    assert pooled.new_lower < pooled.rates.min()


def test_exposures_in_another_unit_change_nothing():
    one, other = gamma_poisson(PUMPS, HOURS), gamma_poisson(PUMPS, np.array(HOURS) * 1e4)
    assert other.alpha == pytest.approx(one.alpha, rel=1e-5)
    assert other.rates * 1e4 == pytest.approx(one.rates, rel=1e-5)
    same = gamma_poisson(PUMPS, np.array(HOURS) * 100, method="bayes", unit=100)
    bayes = gamma_poisson(PUMPS, HOURS, method="bayes")
    assert same.rates * 100 == pytest.approx(bayes.rates)
    assert same.upper * 100 == pytest.approx(bayes.upper)
    assert same.beta == pytest.approx(bayes.beta * 100)


def test_units_no_more_different_than_chance_share_one_rate():
    pooled = gamma_poisson([10, 10, 11, 10, 9], [10] * 5)
    assert pooled.homogeneous
    assert math.isinf(pooled.alpha)
    assert pooled.rates == pytest.approx(1.0)
    # Garwood of 50 events in 50
    assert pooled.lower[0] == pytest.approx(stats.chi2.ppf(0.025, 100) / 100)
    assert not gamma_poisson(PUMPS, HOURS).homogeneous


def test_full_bayes_against_adaptive_quadrature():
    counts, exposure = [0, 3, 5, 9, 1, 2], [4.0, 5, 6, 8, 3, 9]
    pooled = gamma_poisson(counts, exposure, method="bayes")

    def integrand(log_b, log_a, weight):
        a, b = math.exp(log_a), math.exp(log_b)
        log_density = stats.nbinom.logpmf(counts, a, b / (b + np.array(exposure))).sum()
        log_density += -a + (0.1 - 1) * log_b - b + log_a + log_b
        return weight(a, b) * math.exp(log_density + 12)

    def area(weight):
        return integrate.dblquad(integrand, -7, 4, -12, 4, args=(weight,), epsabs=1e-9, epsrel=1e-6)[0]

    whole = area(lambda a, b: 1.0)
    assert pooled.alpha == pytest.approx(area(lambda a, b: a) / whole, rel=1e-3)
    assert pooled.rates[0] == pytest.approx(area(lambda a, b: a / (b + 4)) / whole, rel=1e-3)
    assert pooled.lower[0] < pooled.rates[0] < pooled.upper[0]
    # what is not known of alpha and beta makes the limits wider than the empirical ones
    empirical = gamma_poisson(PUMPS, HOURS)
    bayes = gamma_poisson(PUMPS, HOURS, method="bayes")
    assert np.mean(np.log(bayes.upper / bayes.lower)) > np.mean(np.log(empirical.upper / empirical.lower))


def test_pooling_large_counts():
    pooled = gamma_poisson(np.array(PUMPS) * 10**6, HOURS)
    assert pooled.rates == pytest.approx(pooled.raw, rel=1e-5)


def test_a_variance_too_small_to_matter_is_none():
    # squared deviations of 50,002 where Poisson has 50,000: alpha would be about 5 x 10,000^2 / 2
    counts = 10_000 + np.array([61, -154, -49, 142, 0])
    assert ((counts - 10_000) ** 2).sum() == 50_002
    assert gamma_poisson(counts, [1] * 5).homogeneous


def test_searches_that_stop_short_are_refused(monkeypatch):
    class Stopped:
        x = np.array([3.0, 3.0])
        success = False

    monkeypatch.setattr(pooling.optimize, "minimize", lambda *args, **kwargs: Stopped())
    with pytest.raises(RefusalError, match="of 10 units was not maximised"):
        gamma_poisson(PUMPS, HOURS)
    monkeypatch.setattr(meta.optimize, "minimize_scalar", lambda *args, **kwargs: Stopped())
    with pytest.raises(RefusalError, match="REML over 9 units did not converge"):
        random_effects(LABS, ERRORS, method="REML")


def test_the_prior_may_not_outweigh_the_data():
    population = np.array(HOURS) * 1e5
    with pytest.raises(RefusalError, match=r"2.1e-06 events per unit of 1, at least 0.1 are needed.*unit=5e"):
        gamma_poisson(PUMPS, population, method="bayes")
    scaled = gamma_poisson(PUMPS, population, method="bayes", unit=1e5)
    assert scaled.rates * 1e5 == pytest.approx(gamma_poisson(PUMPS, HOURS, method="bayes").rates)


def test_pooling_refusals():
    with pytest.raises(RefusalError, match="4 units are too few to pool partially, at least 5"):
        gamma_poisson([1, 2, 3, 4], [1, 1, 1, 1])
    with pytest.raises(RefusalError, match="all 6 counts are 0"):
        gamma_poisson([0] * 6, [1] * 6)
    with pytest.raises(CountError, match="one of empirical, bayes"):
        gamma_poisson(PUMPS, HOURS, method="mcmc")
    with pytest.raises(CountError, match="two series of one length"):
        gamma_poisson(PUMPS, HOURS[:5])
    with pytest.raises(CountError, match="exposures"):
        gamma_poisson(PUMPS, [0] * 10)


@pytest.mark.parametrize("method", ["DL", "PM", "CA", "REML"])
def test_estimates_closer_than_their_errors_have_no_variance_between_them(method):
    result = random_effects([1.0, 1.1, 1.0, 0.9, 1.0], [1.0] * 5, method=method)
    assert result.tau == 0
    assert result.i_squared == 0
    assert result.mean == pytest.approx(1)
    assert result.se == pytest.approx(1 / math.sqrt(5))
    assert result.shrunken == pytest.approx(np.ones(5))
    same = random_effects([2.0] * 5, [1.0] * 5, method=method)
    assert (same.q, same.tau) == (0, 0)


@pytest.mark.parametrize("method", ["DL", "PM", "CA", "REML"])
def test_equal_errors_give_the_same_variance_by_every_method(method):
    # sample variance of 1, 2, 3, 4, 9 is 9.7, less the error variance of 1
    result = random_effects([1, 2, 3, 4, 9], [1.0] * 5, method=method)
    assert result.tau**2 == pytest.approx(8.7)
    assert result.mean == pytest.approx(3.8)
    assert result.lower == pytest.approx(3.8 - 2.776445 * math.sqrt(9.7 / 5), abs=1e-5)
    assert result.prediction_upper == pytest.approx(3.8 + 3.182446 * math.sqrt(8.7 + 9.7 / 5), abs=1e-5)
    assert result.shrunken[4] == pytest.approx((9 * 8.7 + 3.8) / 9.7)


def test_reml_satisfies_its_estimating_equation():
    y, v = np.array(LABS), np.array(ERRORS)
    tau2 = random_effects(y, v, method="REML").tau ** 2
    w = 1 / (v + tau2)
    mean = w @ y / w.sum()
    right = (w**2 * ((y - mean) ** 2 - v)).sum() / (w**2).sum() + 1 / w.sum()
    assert tau2 == pytest.approx(right, rel=1e-5)


def test_random_effects_refusals():
    with pytest.raises(RefusalError, match="4 units are too few for random effects, at least 5"):
        random_effects([1, 2, 3, 4], [1] * 4)
    with pytest.raises(CountError, match="variances"):
        random_effects([1, 2, 3, 4, 5], [0] * 5)
    with pytest.raises(CountError, match="finite"):
        random_effects([1, 2, 3, 4, math.nan], [1] * 5)
    with pytest.raises(CountError, match="one of DL, PM, CA, REML"):
        random_effects([1, 2, 3, 4, 5], [1] * 5, method="EB")


def test_rubin_where_all_answers_agree():
    pool = rubin([2, 2, 2], [1, 1, 1])
    assert (pool.between, pool.total, pool.df, pool.riv) == (0, 1, math.inf, 0)
    assert (pool.lower, pool.upper) == pytest.approx((2 - 1.959964, 2 + 1.959964))
    adjusted = rubin([2, 2, 2], [1, 1, 1], complete_df=20)
    # (20 + 1) / (20 + 3) x 20
    assert adjusted.df == pytest.approx(420 / 23)


def test_rubin_refusals():
    with pytest.raises(RefusalError, match="1 data set"):
        rubin([2], [1])
    with pytest.raises(CountError, match="standard_errors"):
        rubin([2, 3], [1, 0])
    with pytest.raises(CountError, match="finite"):
        rubin([2, math.inf], [1, 1])
