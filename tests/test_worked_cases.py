"""Published and hand-made cases with a known answer; numbers and sources in data/worked_cases.json."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from trafficking_stats.inference.count_models import poisson_fit
from trafficking_stats.inference.counterfactual import counterfactual
from trafficking_stats.inference.counts import total
from trafficking_stats.inference.decomposition import decompose, log_mean, shapley_effects
from trafficking_stats.inference.funnel import funnel_limits
from trafficking_stats.inference.masked import lagged_ratio, masked_ratio
from trafficking_stats.inference.meta import random_effects, rubin
from trafficking_stats.inference.multiple_systems import multiple_systems
from trafficking_stats.inference.pooling import gamma_poisson
from trafficking_stats.inference.propagation import split_variance
from trafficking_stats.inference.rates import approximate_p_values, poisson_interval, poisson_p_value, ratio
from trafficking_stats.inference.segmented import harmonics, segmented_series
from trafficking_stats.inference.specifications import multiverse
from trafficking_stats.inference.spells import zero_spells
from trafficking_stats.inference.stage_split import split_change

DOCUMENT = json.loads((Path(__file__).parent / "data" / "worked_cases.json").read_text(encoding="utf-8"))
CASES = {case["id"]: case for case in DOCUMENT["cases"]}


class Case:
    """One case, whose `check` compares an answer with the expected number within its tolerance."""

    def __init__(self, start):
        (self.case,) = (case for name, case in CASES.items() if name.startswith(start))
        self.inputs = self.case["inputs"]
        self.checked = 0

    def check(self, path, got):
        want = self.case["expected"]
        for key in path.split("."):
            want = want[key]
        limits = {"abs": 0, "rel": 0} | {k: v for k, v in self.case["tolerance"].items() if k != "overrides"}
        overrides = self.case["tolerance"].get("overrides", {})
        for key in (path, path.split(".")[0], path.split(".")[-1]):
            if key in overrides:
                limits |= overrides[key]
                break
        want, got = np.asarray(want, dtype=float), np.asarray(got, dtype=float)
        assert got.shape == want.shape, path
        assert np.all(np.abs(want - got) <= limits["abs"] + limits["rel"] * np.abs(want)), (path, want, got)
        self.checked += want.size


def masked(value):
    return (0, 4) if value == "<5" else value


def test_every_case_is_tested():
    source = Path(__file__).read_text(encoding="utf-8")
    assert len(CASES) == 23
    assert all(f'Case("{name.split("-")[0]}")' in source for name in CASES)


def test_the_transcription_agrees_with_the_reference(shared):
    original = json.loads((shared / "verify" / "cases_open.json").read_text(encoding="utf-8"))["cases"]
    assert [case["id"] for case in original] == list(CASES)
    for case in original:
        for part in ("inputs", "expected", "tolerance"):
            assert CASES[case["id"]][part] == case[part], (case["id"], part)


def test_exact_poisson_limits():
    case = Case("O01")
    case.check("limits", np.column_stack(poisson_interval(case.inputs["counts"])))


def test_one_count_by_six_methods():
    case = Case("O02")
    count, exposure = case.inputs["count"], case.inputs["exposure"]
    case.check("rate", count / exposure)
    for key, method in {
        "exact": "exact", "score": "score", "wald": "wald", "jeffreys": "jeffreys", "byar_desctools": "byar-half"
    }.items():  # fmt: skip
        case.check(key, poisson_interval(count, exposure, method=method))
    case.check("midp_upper", poisson_interval(count, exposure, method="mid-p").upper)
    case.check("p_exact_vs_0_05", poisson_p_value(count, 0.05 * exposure))


def test_rate_ratio_by_every_method():
    case = Case("O03")
    counts = [case.inputs[key] for key in ("count1", "count2", "exposure1", "exposure2")]
    exact, mid_p, score = (ratio(*counts, method=method) for method in ("exact", "mid-p", "score"))
    case.check("ratio", exact.ratio)
    approximate = approximate_p_values(*counts)
    for method, p in approximate.items():
        case.check(f"p_one_sided.{method.replace('-', '_')}", p)
    case.check("p_one_sided.score", score.p_larger)
    case.check("p_one_sided.exact_cond", exact.p_larger)
    case.check("p_one_sided.cond_midp", mid_p.p_larger)
    case.check("ci95_score", [score.lower, score.upper])
    case.check("ci95_exact_central", [exact.lower, exact.upper])
    case.check("p_exact_central", exact.p_value)
    case.check("ci95_midp_central", [mid_p.lower, mid_p.upper])


def test_exact_p_value_matches_its_interval():
    case = Case("O04")
    result = ratio(*(case.inputs[key] for key in ("count1", "count2", "exposure1", "exposure2")))
    case.check("ratio", result.ratio)
    case.check("ci", [result.lower, result.upper])
    case.check("p_central", result.p_value)


def test_ratio_with_a_zero_on_either_side():
    case = Case("O05")
    for key in ("a", "b"):
        k1, e1, k2, e2 = case.inputs[key]
        result = ratio(k1, k2, e1, e2)
        case.check(f"{key}.ci_low", result.lower)
        case.check(f"{key}.p_central", result.p_value)
        if key == "a":
            case.check("a.ratio", result.ratio)
            case.check("a.ci_high", result.upper)
        else:
            assert case.case["expected"]["b"]["ci_high_is_infinite"]
            assert math.isinf(result.upper)
            assert math.isinf(result.ratio)


def test_between_unit_variance():
    case = Case("O06")
    for method in ("PM", "CA", "DL"):
        result = random_effects(case.inputs["y"], case.inputs["v"], method=method)
        case.check(f"{method}.tau", result.tau)
        case.check(f"{method}.mu", result.mean)
        case.check(f"{method}.se", result.se)


def test_decomposition_into_two_and_four_factors():
    case = Case("O07")
    two = decompose(case.inputs["two"]["pop1"], case.inputs["two"]["pop2"])
    four = decompose(case.inputs["four"]["pop1971"], case.inputs["four"]["pop1979"])
    lmdi = decompose(case.inputs["four"]["pop1971"], case.inputs["four"]["pop1979"], method="lmdi")
    for key, result in (("two", two), ("four", four), ("four_lmdi", lmdi)):
        case.check(f"{key}.effects", result.effects)
        case.check(f"{key}.total", result.total)
        assert sum(result.effects) == pytest.approx(result.total, rel=1e-12)
    case.check("two.percent", two.percent)
    case.check("four.percent", four.percent)


def test_logarithmic_means():
    case = Case("O08")
    case.check("L", log_mean(*case.inputs["L_pair"]))
    for key, name in (("highway", "Highway"), ("rail", "Rail")):
        shares = case.inputs["shares"][name]
        case.check(key, log_mean(shares[:-1], shares[1:]))
    weights = np.array(case.inputs["log_mean_weights_1972"])
    case.check("normalised_1972", weights / weights.sum())


def test_a_count_lies_on_the_funnel_limit_of_its_expected_count():
    case = Case("O09")
    observed = case.inputs["observed"]
    for confidence, name in ((0.95, "95"), (0.998, "998")):
        limits = poisson_interval(observed, confidence=confidence)
        case.check(f"low{name}", limits.upper)
        case.check(f"high{name}", limits.lower)
        # and back: at these expected counts the limits of the funnel are the observed counts
        assert funnel_limits(limits.upper, confidence=confidence).lower == pytest.approx(observed, abs=1e-9)
        assert funnel_limits(limits.lower, confidence=confidence).upper == pytest.approx(observed, abs=1e-9)
    case.check("isr_low95_for_1", 100 / poisson_interval(1).upper)
    case.check("isr_high95_for_1", 100 / poisson_interval(1).lower)


def test_interrupted_series_of_the_smoking_ban():
    case = Case("O10")
    _, month, events, time, _, population = np.array(case.inputs["data"]).T
    assert events.size == case.case["expected"]["n"]
    plain = segmented_series(events, time, 37, population)
    z = stats.norm.isf(0.025)

    def step(result, phi):
        position = result.fit.index("step")
        return result.fit.coefficients[position], result.fit.standard_errors(phi)[position]

    estimate, error = step(plain, 1)
    case.check("m1.smokban", estimate)
    case.check("m1.se", error)
    case.check("m1.time", plain.fit.coefficients[plain.fit.index("trend")])
    case.check("m1.deviance", plain.fit.deviance)
    case.check("m1.RR", np.exp([estimate, estimate - z * error, estimate + z * error]))
    case.check("m2.se", step(plain, plain.phi)[1])
    case.check("m2.dispersion", plain.phi)

    season = harmonics(month, 12, pairs=2)
    seasonal = segmented_series(events, time, 37, population, covariates=season)
    estimate, error = step(seasonal, seasonal.phi)
    case.check("m3.smokban", estimate)
    case.check("m3.se", error)
    case.check("m3.dispersion", seasonal.phi)
    case.check("m3.RR", np.exp([estimate, estimate - z * error, estimate + z * error]))
    assert seasonal.level.ratio == pytest.approx(math.exp(estimate))
    # Student on 52 degrees of freedom is a little wider than the published normal limits
    assert seasonal.level.lower < math.exp(estimate - z * error)

    slopes = segmented_series(events, time, 37, population, covariates=season, slope_change=True)
    position = slopes.fit.index("slope")
    case.check("m4.slope", slopes.fit.coefficients[position])
    case.check("m4.se", slopes.fit.standard_errors(slopes.phi)[position])


def test_poisson_regression_with_offset():
    case = Case("O11")
    kind, year, period, service, incidents = zip(*case.inputs["rows"], strict=True)
    columns = {"(Intercept)": np.ones(len(kind))}
    columns |= {f"type{level}": np.array([k == level for k in kind], dtype=float) for level in "BCDE"}
    columns |= {f"year{level}": np.array([y == level for y in year], dtype=float) for level in (65, 70, 75)}
    columns["period75"] = np.array([p == 75 for p in period], dtype=float)
    fit = poisson_fit(incidents, np.column_stack(list(columns.values())), list(columns), service)
    poisson, quasi = fit.standard_errors(), fit.standard_errors(fit.dispersion)
    for position, name in enumerate(columns):
        case.check(f"coef.{name}", fit.coefficients[position])
        case.check(f"se_poisson.{name}", poisson[position])
        case.check(f"se_quasi.{name}", quasi[position])
    case.check("deviance", fit.deviance)
    case.check("df", fit.df)
    case.check("dispersion", fit.dispersion)
    assert case.checked == 30


def test_rubins_rules():
    case = Case("O12")
    estimates, errors = case.inputs["estimates"], case.inputs["se"]
    large = rubin(estimates, errors)
    small = rubin(estimates, errors, complete_df=case.inputs["n"] - case.inputs["k"])
    for key, got in {
        "qbar": large.estimate, "W": large.within, "B": large.between, "T": large.total, "se": large.se,
        "lam": large.fmi_lambda, "riv": large.riv, "df_old": large.df, "p_old": large.p_value,
        "df_adj": small.df, "p_adj": small.p_value,
    }.items():  # fmt: skip
        case.check(key, got)


def test_pooled_pump_rates():
    case = Case("O13")
    empirical = gamma_poisson(case.inputs["x"], case.inputs["t"])
    bayes = gamma_poisson(case.inputs["x"], case.inputs["t"], method="bayes")
    for key, result in (("eb", empirical), ("bayes", bayes)):
        case.check(f"{key}.alpha", result.alpha)
        case.check(f"{key}.beta", result.beta)
        case.check(f"{key}.theta", result.rates)
    # quadrature to four digits, a tighter check than the published simulation allows
    assert [bayes.alpha, bayes.beta] == pytest.approx([0.6972, 0.9268], abs=5e-5)
    assert bayes.rates == pytest.approx(
        [0.0598, 0.1018, 0.0892, 0.1158, 0.6013, 0.6094, 0.8925, 0.8925, 1.5863, 1.9898], abs=6e-5
    )


def _systems(table, interactions):
    counts = {tuple(row["pattern"]): row["count"] for row in table["rows"]}
    return multiple_systems(counts, table["lists"], interactions)


def test_victims_on_five_and_six_lists():
    case = Case("O14")
    five = case.inputs["interactions"]
    # NCA and PF are one list among the five, so the six have PF where the five have both, and PF:NCA besides
    six = [pair.replace("PFNCA", "PF") for pair in five] + ["PF:NCA"]
    fits = {
        "five_stepwise": _systems(case.inputs["five"], five),
        "five_main": _systems(case.inputs["five"], []),
        "six_stepwise": _systems(case.inputs["six"], six),
    }
    for key, fit in fits.items():
        case.check(f"{key}.N_wald", fit.total)
        case.check(f"{key}.ci_wald", [fit.lower, fit.upper])
        case.check(f"{key}.N_multinomial", fit.profile_total)
        case.check(f"{key}.ci_profile", [fit.profile_lower, fit.profile_upper])
        if key.startswith("five"):
            case.check(f"{key}.deviance", fit.deviance)
            case.check(f"{key}.df", fit.df)
    case.check("five_stepwise.n", fits["five_stepwise"].seen)


def test_cases_on_four_registers():
    case = Case("O15")
    fit = _systems(case.inputs["table"], case.inputs["interactions"])
    for key, got in {
        "n": fit.seen, "N_wald": fit.total, "se": fit.se, "deviance": fit.deviance, "df": fit.df,
        "N_multinomial": fit.profile_total, "ci_profile": [fit.profile_lower, fit.profile_upper],
    }.items():  # fmt: skip
        case.check(key, got)


def test_denmark_2014_2021():
    case = Case("O16")
    data = case.inputs
    for key, column in (("victims",) * 2, *((k, f"{k}_persons") for k in ("charged", "indicted", "convicted"))):
        case.check(f"totals.{key}", total(data[column]).lower)
    victims, convicted = sum(data["victims"]), sum(data["convicted_persons"])
    pooled = ratio(convicted, victims)
    case.check("victims_per_conviction", 1 / pooled.ratio)
    case.check("convictions_per_100_victims", 100 * pooled.ratio)
    case.check("ci95_per_100", [100 * pooled.lower, 100 * pooled.upper])
    exceeding = [
        year
        for year, c, i in zip(data["year"], data["convicted_persons"], data["indicted_persons"], strict=True)
        if c > i
    ]
    case.check("years_convicted_exceeds_indicted", exceeding)
    (spell,) = zero_spells(dict(zip(data["year"], data["convicted_persons"], strict=True)))
    case.check("years_zero_convictions", list(range(spell.first, spell.last + 1)))
    halves = [sum(data[key][part]) for key in ("convicted_persons", "victims") for part in (slice(4), slice(4, 8))]
    two = ratio(*halves)
    case.check("rate_ratio_2014_17_vs_2018_21.ratio", two.ratio)
    case.check("rate_ratio_2014_17_vs_2018_21.ci", [two.lower, two.upper])
    case.check("rate_ratio_2014_17_vs_2018_21.p_central", two.p_value)
    # UNODC 2007-2013, then to 2019; CMM 2020-2022 and 2023
    early = [17, 28, 47, 53, 60, 66, 76]
    to_2019 = total(early + data["victims"][:6]).lower
    case.check("cumulative_victims_check.2007-2019", to_2019)
    case.check("cumulative_victims_check.2007-2022", to_2019 + 77 + 80 + 73)
    case.check("cumulative_victims_check.2007-2023", to_2019 + 77 + 80 + 73 + 112)


def test_ratios_of_the_tip_report():
    case = Case("O17")
    one = case.inputs["y2009"]
    case.check("ratio_2009_percent", 100 * ratio(one["convictions"], one["victims"]).ratio)
    regions = {k: v for k, v in case.inputs["y2016_regions"].items() if k != "columns"}
    sums = [total(column).lower for column in zip(*regions.values(), strict=True)]
    case.check("regional_sum", sums)
    case.check("stated_total_prosecutions_differs_by", sums[0] - case.inputs["stated_2016_total"][0])
    later = case.inputs["y2021"]
    case.check("conv_per_pros_2021_percent", 100 * ratio(later["convictions"], later["prosecutions"]).ratio)
    prosecutions, convictions, _ = regions["NearEast"]
    near_east = ratio(convictions, prosecutions)
    assert near_east.lower > 1  # a numerator above its denominator is an answer, not an error
    case.check("near_east_conv_per_pros", 100 * near_east.ratio)
    _, convictions, victims = regions["Europe"]
    case.check("europe_victims_per_conviction", ratio(victims, convictions).ratio)


def test_denmark_at_the_dutch_rate():
    case = Case("O18")
    own, peer = case.inputs["denmark"], case.inputs["netherlands"]
    result = counterfactual(
        total(masked(value) for value in own["convicted"]),
        sum(own["victims"]),
        sum(peer["convicted"]),
        sum(peer["victims"]),
    )
    case.check("peer_rate_per_100", 100 * result.peer_rate_lower)
    case.check("expected", result.expected_lower)
    case.check("observed_range", list(result.observed))
    case.check("gap_range", [result.gap_lower, result.gap_upper])
    for key, corner in (("lo", result.ratio.low), ("hi", result.ratio.high)):
        case.check(f"ratio_{key}.ratio", corner.ratio)
        case.check(f"ratio_{key}.ci", [corner.lower, corner.upper])
    case.check("envelope", [result.ratio.lower, result.ratio.upper])
    assert result.verdict == "depends on the masked cells"
    assert result.ratio.p_values == pytest.approx((0.036, 0.63), abs=0.005)


def test_lagged_ratios_on_one_window():
    case = Case("O19")
    victims, convicted = (dict(zip(case.inputs["year"], case.inputs[k], strict=True)) for k in ("victims", "convicted"))
    for lag in (0, 1, 2):
        result = lagged_ratio(convicted, victims, window=tuple(case.inputs["conviction_window"]), lag=lag)
        case.check(f"lag{lag}.convicted", result.count1.lower)
        case.check(f"lag{lag}.victims", result.count2.lower)
        case.check(f"lag{lag}.per_100", 100 * result.ratio)


def test_united_kingdom_in_four_stages():
    case = Case("O20")
    split = split_change(case.inputs["year0"], case.inputs["year1"], case.inputs["stages"])
    case.check("total", split.point.total)
    case.check("shapley", split.point.effects)
    case.check("shapley", split.lower)
    lmdi = decompose(split.point.factors0, split.point.factors1, split.names, method="lmdi")
    case.check("lmdi", lmdi.effects)


def test_masked_cells_and_chance():
    case = Case("O21")
    counts = [masked(value) for value in case.inputs["convicted"]]
    split = split_variance(counts, sum(case.inputs["victims"]), scale=100)
    case.check("mean_per_100", split.mean)
    case.check("sd_between_per_100", split.sd_between)
    case.check("sd_within_per_100", split.sd_within)
    case.check("sd_total_per_100", split.sd_total)
    assert [split.hard_lower * 6.21, split.hard_upper * 6.21] == pytest.approx([40, 52])


def test_denmark_in_18_specifications():
    case = Case("O22")
    unodc = {int(year): tuple(cell) for year, cell in case.inputs["unodc_convicted"].items()}
    convicted = {
        "unodc_low": {year: low for year, (low, _) in unodc.items()},
        "unodc_high": {year: high for year, (_, high) in unodc.items()},
        "cmm": {int(year): value for year, value in case.inputs["cmm_convicted"].items()},
    }
    victims = {int(year): value for year, value in case.inputs["victims"].items()}
    axes = {"method": case.inputs["policies"], "lag": case.inputs["lags"]}
    axes["window"] = [tuple(window) for window in case.inputs["windows"]]
    result = multiverse(
        axes, lambda method, lag, window: 100 * lagged_ratio(convicted[method], victims, window=window, lag=lag).ratio
    )
    case.check("n_specifications", len(result.values))
    case.check("minimum", result.minimum)
    case.check("maximum", result.maximum)
    full = result.where(window=(2014, 2020))
    case.check("full_window_range", [full.minimum, full.maximum])
    case.check("cmm_lag0_full", full.where(method="cmm", lag=0).median)
    assert next(iter(result.influence())) == "window"


def test_shares_of_court_decisions():
    case = Case("O23")
    sums = {
        (unit, what): total(case.inputs[unit][what]).lower
        for unit in ("counts", "persons")
        for what in ("charged", "convicted", "acquitted")
    }
    for key in ("charged_counts", "charged_persons", "convicted_counts", "convicted_persons", "acquitted_persons"):
        what, unit = key.split("_")
        case.check(key, sums[unit, what])
    for unit in ("persons", "counts"):
        of_acquitted = ratio(sums[unit, "convicted"], sums[unit, "acquitted"]).ratio
        case.check(f"conviction_share_of_court_decisions_{unit}", of_acquitted / (1 + of_acquitted))


def test_masked_ratio_of_known_counts_is_the_plain_ratio():
    assert masked_ratio(37, 701).low == ratio(37, 701)
    assert shapley_effects([2.0], [5.0]).tolist() == [3.0]
