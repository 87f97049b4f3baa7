"""Random effects over independent units, and Rubin's rules over repeated answers to one question.

Two publications of one register are one measurement: never pool them as if independent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats
from statsmodels.stats.meta_analysis import combine_effects

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.counts import CountError, check_exposures, check_level

Floats = NDArray[np.float64]
BetweenMethod = Literal["DL", "PM", "CA", "REML"]

MIN_UNITS = 5


@dataclass(frozen=True)
class RandomEffects:
    """A mean over units that differ by more than their errors.

    Parameters
    ----------
    mean, se : float
        Estimate and its standard error.
    lower, upper : float
        Limits of the mean, by Student's t on n - 1 degrees of freedom.
    prediction_lower, prediction_upper : float
        Limits for the true value of a further unit, by Student's t on n - 2 degrees of freedom.
    tau : float
        Standard deviation between units, 0 where the units differ no more than their errors.
    q, i_squared : float
        Cochran's Q and the share of the variation that lies between units.
    shrunken : ndarray, shape (n,)
        Each estimate drawn to the mean by its reliability.
    method : str
        "DL", "PM", "CA" or "REML".
    """

    mean: float
    se: float
    lower: float
    upper: float
    prediction_lower: float
    prediction_upper: float
    tau: float
    q: float
    i_squared: float
    shrunken: Floats
    method: str


def random_effects(
    estimates: ArrayLike,
    variances: ArrayLike,
    *,
    method: BetweenMethod = "PM",
    confidence: float = 0.95,
) -> RandomEffects:
    """Pool estimates of independent units, such as log ratios of countries.

    Parameters
    ----------
    estimates : array_like, shape (n,)
        One a unit.
    variances : array_like, shape (n,)
        Squared standard errors, taken as known.
    method : {"PM", "DL", "CA", "REML"}
        Variance between units by Paule and Mandel, DerSimonian and Laird, Cochran's analysis of variance, or
        restricted maximum likelihood; cut off at 0 by each.
    confidence : float
        Two-sided level.

    Returns
    -------
    RandomEffects

    Raises
    ------
    RefusalError
        For fewer than 5 units or a search that did not converge.

    References
    ----------
    DerSimonian R, Laird N (1986). Meta-analysis in clinical trials. Controlled Clinical Trials 7:177-188.
    Paule RC, Mandel J (1982). Consensus values and weighting factors. Journal of Research of the National Bureau
    of Standards 87:377-385.
    Viechtbauer W (2005). Bias and efficiency of meta-analytic variance estimators in the random-effects model.
    Journal of Educational and Behavioral Statistics 30:261-293.
    Higgins JPT, Thompson SG, Spiegelhalter DJ (2009). A re-evaluation of random-effects meta-analysis. Journal of
    the Royal Statistical Society A 172:137-159 (prediction limits).

    Examples
    --------
    >>> y = [61.0, 61.4, 62.21, 62.3, 62.34, 62.6, 62.7, 62.84, 65.9]
    >>> v = [0.2025, 1.21, 0.09, 0.2025, 0.3844, 0.5625, 0.0676, 0.0225, 1.8225]
    >>> pooled = random_effects(y, v)
    >>> print(f"{pooled.mean:.3f}, tau {pooled.tau:.3f}")
    62.408, tau 0.840
    """
    y, v = np.asarray(estimates, dtype=float), check_exposures(variances, "variances")
    if y.ndim != 1 or y.shape != v.shape or not np.isfinite(y).all():
        raise CountError(f"estimates: expected finite numbers, one a variance; got {y.size} and {v.size}")
    if y.size < MIN_UNITS:
        raise RefusalError(f"{y.size} units are too few for random effects, at least {MIN_UNITS} are needed")
    if method not in get_args(BetweenMethod):
        raise CountError(f"method: unknown {method!r}; one of {', '.join(get_args(BetweenMethod))}")
    n = y.size
    fixed = 1 / v
    q = float((fixed * (y - fixed @ y / fixed.sum()) ** 2).sum())
    tau2 = max(0.0, _between(y, v, method, q))
    weight = 1 / (v + tau2)
    mean, se = float(weight @ y / weight.sum()), float(weight.sum() ** -0.5)
    tail = (1 - check_level(confidence)) / 2
    half = float(stats.t.isf(tail, n - 1)) * se
    wide = float(stats.t.isf(tail, n - 2)) * math.sqrt(tau2 + se**2)
    return RandomEffects(
        mean=mean,
        se=se,
        lower=mean - half,
        upper=mean + half,
        prediction_lower=mean - wide,
        prediction_upper=mean + wide,
        tau=math.sqrt(tau2),
        q=q,
        i_squared=max(0.0, 1 - (n - 1) / q) if q > 0 else 0.0,
        shrunken=(y * tau2 + mean * v) / (v + tau2),
        method=method,
    )


def _between(y: Floats, v: Floats, method: str, q: float) -> float:
    """Variance between units; below 0 where the method would have it so."""
    n = y.size
    if method == "CA":
        return float(y.var(ddof=1) - v.mean())
    # All three remaining estimates are 0 or less when the units vary less than their errors say.
    if method in ("DL", "PM"):
        if q <= n - 1:
            return 0.0
        if method == "DL":
            return float(combine_effects(y, v, method_re="chi2").tau2)

        def excess(tau2: float) -> float:
            weight = 1 / (v + tau2)
            return float((weight * (y - weight @ y / weight.sum()) ** 2).sum()) - (n - 1)

        return float(optimize.brentq(excess, 0.0, _spread(y), xtol=1e-14, rtol=1e-13))

    def minus_log_likelihood(tau2: float) -> float:
        weight = 1 / (v + tau2)
        residual = y - weight @ y / weight.sum()
        return float((weight * residual**2).sum() - np.log(weight).sum() + math.log(weight.sum())) / 2

    # The likelihood can have two peaks, so a grid finds the higher one before the search refines it.
    grid = np.concatenate([[0.0], np.geomspace(1e-8 * float(v.min()), _spread(y), 400)])
    values = [minus_log_likelihood(tau2) for tau2 in grid]
    best = int(np.argmin(values))
    if best == 0:
        return 0.0
    found = optimize.minimize_scalar(
        minus_log_likelihood,
        bounds=(grid[best - 1], grid[min(best + 1, grid.size - 1)]),
        method="bounded",
        options={"xatol": 1e-12 * float(grid[best]) + 1e-300, "maxiter": 500},
    )
    if not found.success:
        raise RefusalError(f"REML over {n} units did not converge; use Paule-Mandel")
    return float(found.x)


def _spread(y: Floats) -> float:
    """Return a bound above every estimate of the variance between units."""
    return float(np.ptp(y) ** 2) * y.size + 1e-300


@dataclass(frozen=True)
class RubinPool:
    """Several answers to one question, pooled.

    Parameters
    ----------
    estimate, se : float
        Mean answer and its standard error.
    lower, upper, p_value : float
        Limits and two-sided p against 0 by Student's t on `df`.
    within, between, total : float
        Variance within answers, between them, and T = W + (1 + 1/m) B.
    df : float
        Degrees of freedom; infinite where all answers agree.
    riv, fmi_lambda : float
        Relative increase of the variance, and share of it due to the disagreement.
    """

    estimate: float
    se: float
    lower: float
    upper: float
    p_value: float
    within: float
    between: float
    total: float
    df: float
    riv: float
    fmi_lambda: float


def rubin(
    estimates: ArrayLike,
    standard_errors: ArrayLike,
    *,
    complete_df: float | None = None,
    confidence: float = 0.95,
) -> RubinPool:
    """Pool the same analysis done on several completed data sets by Rubin's rules.

    Between sources that define things differently the spread is not a sampling variance; then the hard bounds
    lead and this may not be the headline.

    Parameters
    ----------
    estimates, standard_errors : array_like, shape (m,)
        One a data set.
    complete_df : float, optional
        Degrees of freedom the analysis would have with complete data (n - k); gives the adjusted degrees of
        freedom of Barnard and Rubin, without it those of Rubin for large samples.
    confidence : float
        Two-sided level.

    Returns
    -------
    RubinPool

    Raises
    ------
    RefusalError
        For fewer than 2 data sets.

    References
    ----------
    Rubin DB (1987). Multiple Imputation for Nonresponse in Surveys, chapter 3. Wiley.
    Barnard J, Rubin DB (1999). Small-sample degrees of freedom with multiple imputation. Biometrika 86:948-955.

    Examples
    --------
    >>> pool = rubin([2.174, 1.965, 1.774], [0.896, 0.882, 0.898], complete_df=148)
    >>> print(f"{pool.estimate:.3f}, se {pool.se:.3f}, df {pool.df:.1f}, p {pool.p_value:.3f}")
    1.971, se 0.921, df 107.7, p 0.035
    """
    q, errors = np.asarray(estimates, dtype=float), check_exposures(standard_errors, "standard_errors")
    if q.ndim != 1 or q.shape != errors.shape or not np.isfinite(q).all():
        raise CountError(f"estimates: expected finite numbers, one a standard error; got {q.size} and {errors.size}")
    m = q.size
    if m < 2:
        raise RefusalError(f"{m} data set has no variance between data sets, at least 2 are needed")
    mean, within, between = float(q.mean()), float((errors**2).mean()), float(q.var(ddof=1))
    total = within + (1 + 1 / m) * between
    share = (1 + 1 / m) * between / total
    df = math.inf if between == 0 else (m - 1) / share**2
    if complete_df is not None:
        known = float(check_exposures(complete_df, "complete_df"))
        observed = (known + 1) / (known + 3) * known * (1 - share)
        df = observed if math.isinf(df) else df * observed / (df + observed)
    se = math.sqrt(total)
    t = float(stats.t.isf((1 - check_level(confidence)) / 2, df))
    return RubinPool(
        estimate=mean,
        se=se,
        lower=mean - t * se,
        upper=mean + t * se,
        p_value=float(2 * stats.t.sf(abs(mean) / se, df)),
        within=within,
        between=between,
        total=total,
        df=df,
        riv=(1 + 1 / m) * between / within,
        fmi_lambda=share,
    )
