"""Exact and over-dispersed inference on one count and on the ratio of two counts.

Convictions of a year are not of that year's victims, so a conviction ratio is a ratio of two counts and
never a proportion: it may exceed 1 and gets no binomial interval. Limits are exact for Poisson counts;
since one court case convicts several persons, each result can also be widened by the over-dispersion phi,
and carries both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from statsmodels.stats.rates import confint_poisson, test_poisson_2indep

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference import exact
from trafficking_stats.inference.counts import CountError, check_counts, check_exposures
from trafficking_stats.inference.overdispersion import Dispersion, as_dispersion, dispersion, p_value_for, tail_for

IntervalMethod = Literal["exact", "mid-p", "byar", "byar-half", "score", "wald", "jeffreys"]
RatioMethod = Literal["exact", "mid-p", "score"]

__all__ = [
    "Dispersion",
    "Limits",
    "RatioResult",
    "approximate_p_values",
    "dispersion",
    "poisson_interval",
    "poisson_p_value",
    "ratio",
]


class Limits(NamedTuple):
    """A lower and an upper limit, numbers or arrays of one shape."""

    lower: NDArray[np.float64] | float
    upper: NDArray[np.float64] | float


def poisson_interval(
    count: ArrayLike,
    exposure: ArrayLike = 1.0,
    *,
    confidence: float = 0.95,
    method: IntervalMethod = "exact",
    dispersion: float | Dispersion = 1.0,
) -> Limits:
    """Limits of a rate, given a count and its exposure.

    Parameters
    ----------
    count : array_like, any shape
        Events counted.
    exposure : array_like, broadcastable with `count`
        Years, persons or victims at risk; 1 gives limits of the expected count itself.
    confidence : float
        Two-sided level.
    method : {"exact", "mid-p", "byar", "byar-half", "score", "wald", "jeffreys"}
        "exact" is Garwood's and the only one which never covers less than it says. Two intervals go by the
        name of Byar: "byar" uses the count below and the count + 1 above (Breslow and Day, Public Health
        England), "byar-half" the count + 1/2 in both (DescTools).
    dispersion : float or Dispersion
        Variance by mean. Above 1 the count is divided by it and the limits are multiplied back.

    Returns
    -------
    Limits
        Named tuple (lower, upper) of floats, or arrays of the broadcast shape.

    Raises
    ------
    CountError
        For anything but whole counts from 0 up and positive exposures.

    References
    ----------
    Garwood F (1936). Fiducial limits for the Poisson distribution. Biometrika 28:437-442.
    Breslow NE, Day NE (1987). Statistical Methods in Cancer Research II, section 2.3. IARC.

    Examples
    --------
    >>> low, high = poisson_interval(10)
    >>> print(f"{low:.2f} to {high:.2f}")
    4.80 to 18.39
    >>> poisson_interval([0, 37], exposure=701).upper.round(4)
    array([0.0053, 0.0728])
    """
    events, at_risk = np.broadcast_arrays(check_counts(count, "count"), check_exposures(exposure))
    widening = as_dispersion(dispersion)
    tail = tail_for(confidence, widening.df)
    k = events / widening.factor
    if method == "exact":
        lower, upper = exact.garwood(k, tail)
    elif method == "mid-p":
        lower, upper = exact.mid_p_limits(k, tail)
    elif method in ("byar", "byar-half"):
        below, above = (k, k + 1) if method == "byar" else (k + 0.5, k + 0.5)
        lower, upper = exact.byar(below, above, tail)
        lower = np.where(k > 0, lower, 0.0)
    elif method in ("score", "wald", "jeffreys"):
        if method == "wald" and not k.all():
            raise RefusalError("the Wald interval of a count of 0 has no width; use the exact one")
        name = "jeff" if method == "jeffreys" else method
        lower, upper = confint_poisson(k, 1.0, method=name, alpha=2 * tail)
        lower = np.maximum(lower, 0.0)
    else:
        raise CountError(f"method: unknown {method!r}; one of {', '.join(get_args(IntervalMethod))}")
    scale = widening.factor / at_risk
    lower, upper = lower * scale, upper * scale
    return Limits(float(lower), float(upper)) if lower.ndim == 0 else Limits(lower, upper)


def poisson_p_value(count: ArrayLike, expected: ArrayLike) -> NDArray[np.float64] | float:
    """Two-sided p value of a count against the number expected, matching the exact interval.

    Parameters
    ----------
    count : array_like
        Events counted.
    expected : array_like
        Events expected, above 0.

    Returns
    -------
    float or ndarray
        Twice the smaller tail, at most 1: below 0.05 exactly when the 95 % limits exclude `expected`.

    References
    ----------
    Fay MP (2010). Two-sided exact tests and matching confidence intervals for discrete data. R Journal
    2:53-58.

    Examples
    --------
    >>> round(poisson_p_value(15, 20), 4)
    0.313
    """
    k, mean = np.broadcast_arrays(check_counts(count, "count"), check_exposures(expected, "expected"))
    p = np.minimum(1.0, 2 * np.minimum(stats.poisson.cdf(k, mean), stats.poisson.sf(k - 1, mean)))
    return float(p) if p.ndim == 0 else p


@dataclass(frozen=True)
class RatioResult:
    """The ratio of two counts or rates with its limits, as Poisson and widened.

    Parameters
    ----------
    count1, count2, exposure1, exposure2 : float
        What was given.
    ratio : float
        (count1 / exposure1) / (count2 / exposure2); infinite if count2 is 0.
    lower, upper : float
        Limits for Poisson counts; `upper` may be infinite.
    p_value, p_smaller, p_larger : float
        Two-sided p against `null` (twice the smaller tail, matching the limits) and the tails.
    phi : tuple of float
        Over-dispersion of either count by which the second interval was widened.
    widened_lower, widened_upper, widened_p_value : float
        The same after widening; equal to the first if both phi are 1.
    smallest_p : float
        The smallest two-sided p any split of the events could have given.
    confidence, null : float
        Level and null value.
    method : str
        "exact", "mid-p" or "score".
    """

    count1: float
    count2: float
    exposure1: float
    exposure2: float
    ratio: float
    lower: float
    upper: float
    p_value: float
    p_smaller: float
    p_larger: float
    phi: tuple[float, float]
    widened_lower: float
    widened_upper: float
    widened_p_value: float
    smallest_p: float
    confidence: float
    null: float
    method: str

    @property
    def undetermined(self) -> bool:
        """Whether so few events were counted that no split of them could have shown a difference."""
        return self.smallest_p > 1 - self.confidence

    def __str__(self) -> str:
        level = f"{100 * self.confidence:g} %"
        phi = " and ".join(f"{value:.1f}" for value in dict.fromkeys(self.phi))
        return (
            f"{self.ratio:.4g} ({level} {self.method} {self.lower:.4g} to {self.upper:.4g}; "
            f"widened for phi {phi}: {self.widened_lower:.4g} to {self.widened_upper:.4g})"
        )


def ratio(
    count1: float,
    count2: float,
    exposure1: float = 1.0,
    exposure2: float = 1.0,
    *,
    confidence: float = 0.95,
    dispersion: float | Dispersion | tuple[float | Dispersion, float | Dispersion] = 1.0,
    null: float = 1.0,
    method: RatioMethod = "exact",
) -> RatioResult:
    """Ratio of two independent counts, or of two rates if exposures are given.

    Given their sum the first count is binomial, which gives limits by beta quantiles without any
    approximation. The numerator need not be a part of the denominator.

    Parameters
    ----------
    count1, count2 : int
        Numerator and denominator, for instance convictions and victims. To treat the denominator as known,
        not as counted with error, use ``poisson_interval(count1, exposure=count2)``.
    exposure1, exposure2 : float
        Years, persons or victims at risk behind each count.
    confidence : float
        Two-sided level.
    dispersion : float, Dispersion, or a pair of them
        Variance by mean of both counts, or of each. The widened limits divide each count by its own phi;
        where phi was estimated, the normal quantile of the level is replaced by Student's t on its degrees
        of freedom (the fewer of the two).
    null : float
        Ratio the p values are against.
    method : {"exact", "mid-p", "score"}
        "exact" never covers less than it says if the counts are Poisson; "mid-p" is nearer to the level on
        average; "score" is for comparison.

    Returns
    -------
    RatioResult

    Raises
    ------
    RefusalError
        If both counts are 0: they say nothing on the ratio.
    CountError
        For anything but whole counts from 0 up, positive exposures, phi and null.

    References
    ----------
    Przyborowski J, Wilenski H (1940). Homogeneity of results in testing samples from Poisson series.
    Biometrika 31:313-323.
    Fay MP (2010). Two-sided exact tests and matching confidence intervals for discrete data. R Journal
    2:53-58.
    Berry G, Armitage P (1995). Mid-P confidence intervals: a brief review. The Statistician 44:417-423.

    Examples
    --------
    >>> print(ratio(2, 9, 17877, 16660))
    0.2071 (95 % exact 0.02177 to 1.001; widened for phi 1.0: 0.02177 to 1.001)
    >>> print(ratio(0, 5, 100, 100, dispersion=3))
    0 (95 % exact 0 to 1.091; widened for phi 3.0: 0 to 8.146)
    """
    k1, k2 = float(check_counts(count1, "count1")), float(check_counts(count2, "count2"))
    e1 = float(check_exposures(exposure1, "exposure1"))
    e2 = float(check_exposures(exposure2, "exposure2"))
    against = float(check_exposures(null, "null"))
    tail = tail_for(confidence)
    if method not in get_args(RatioMethod):
        raise CountError(f"method: unknown {method!r}; one of {', '.join(get_args(RatioMethod))}")
    if k1 == 0 and k2 == 0:
        raise RefusalError("both counts are 0: their ratio could be anything; give each rate's upper limit")
    pair = dispersion if isinstance(dispersion, tuple) else (dispersion, dispersion)
    if len(pair) != 2:
        raise CountError(f"dispersion: expected one phi or a pair, got {len(pair)}")
    both = [as_dispersion(value) for value in pair]
    (phi1, phi2), df = (both[0].factor, both[1].factor), min(both[0].df, both[1].df)

    lower, upper = exact.conditional_limits(k1, k2, e1, e2, tail, method)
    smaller, larger = exact.conditional_tails(k1, k2, e1, e2, against, method)
    # A count k of dispersion phi carries as much information as k / phi Poisson events in 1 / phi of the exposure.
    scaled = (k1 / phi1, k2 / phi2, e1 / phi1, e2 / phi2)
    widened = exact.conditional_limits(*scaled, tail_for(confidence, df), method)
    widened_p = p_value_for(min(1.0, 2 * min(exact.conditional_tails(*scaled, against, method))), df)
    share = against * e1 / (against * e1 + e2)
    half = 0.5 if method == "mid-p" else 1.0
    return RatioResult(
        count1=k1,
        count2=k2,
        exposure1=e1,
        exposure2=e2,
        ratio=math.inf if k2 == 0 else (k1 / e1) / (k2 / e2),
        lower=lower,
        upper=upper,
        p_value=min(1.0, 2 * min(smaller, larger)),
        p_smaller=smaller,
        p_larger=larger,
        phi=(phi1, phi2),
        widened_lower=widened[0],
        widened_upper=widened[1],
        widened_p_value=widened_p,
        smallest_p=min(1.0, 2 * half * min(share, 1 - share) ** (k1 + k2)),
        confidence=confidence,
        null=against,
        method=method,
    )


def approximate_p_values(
    count1: float, count2: float, exposure1: float = 1.0, exposure2: float = 1.0
) -> dict[str, float]:
    """One-sided p values of two rates by large-sample tests, to show how far the choice of test matters.

    Parameters
    ----------
    count1, count2 : int
        Both above 0: with a 0 these tests divide by it or return a p value without meaning.
    exposure1, exposure2 : float
        What is at risk behind each count.

    Returns
    -------
    dict of str to float
        The probability of a first rate so much larger, by "wald", "score", "wald-log", "score-log" and "sqrt".

    Raises
    ------
    RefusalError
        If a count is 0; `ratio` answers exactly.

    References
    ----------
    Gu K, Ng HKT, Tang ML, Schucany WR (2008). Testing the ratio of two Poisson rates. Biometrical Journal
    50:283-298.

    Examples
    --------
    >>> p = approximate_p_values(60, 30, 51477.5, 54308.7)
    >>> round(p["score"], 6), round(p["wald"], 6)
    (0.000316, 0.000356)
    """
    k1, k2 = float(check_counts(count1, "count1")), float(check_counts(count2, "count2"))
    e1, e2 = float(check_exposures(exposure1, "exposure1")), float(check_exposures(exposure2, "exposure2"))
    if k1 == 0 or k2 == 0:
        raise RefusalError(f"counts {k1:.0f} and {k2:.0f}: large-sample tests have no answer at 0; use the exact ratio")
    methods = ("wald", "score", "wald-log", "score-log", "sqrt")
    return {
        method: float(test_poisson_2indep(k1, e1, k2, e2, value=1, method=method, alternative="larger").pvalue)
        for method in methods
    }
