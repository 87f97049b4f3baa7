"""Log-linear Poisson regression that knows when its answer does not exist.

`statsmodels` reports ``converged=True`` for data whose likelihood has no maximum (a period without any
event, a table margin of zeros) and prints a coefficient of -23 with a standard error of thousands. Here such
data are found by linear programming before the fit and refused.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import statsmodels.api as sm
from numpy.typing import ArrayLike, NDArray
from scipy import optimize

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.counts import CountError, check_counts, check_exposures


@dataclass(frozen=True)
class PoissonFit:
    """A fitted log-linear Poisson regression.

    Parameters
    ----------
    coefficients : ndarray, shape (p,)
        Estimates on the log scale.
    covariance : ndarray, shape (p, p)
        Their covariance if the counts are Poisson.
    deviance : float
        Residual deviance.
    df : int
        Residual degrees of freedom.
    dispersion : float
        Pearson chi-square by `df`; nan if `df` is 0. May be below 1.
    """

    coefficients: NDArray[np.float64]
    covariance: NDArray[np.float64]
    deviance: float
    df: int
    dispersion: float

    def standard_errors(self, dispersion: float = 1.0) -> NDArray[np.float64]:
        """Return standard errors, those of Poisson times the root of `dispersion` (quasi-Poisson)."""
        errors: NDArray[np.float64] = np.sqrt(np.diag(self.covariance) * dispersion)
        return errors


def unbounded_direction(counts: ArrayLike, design: ArrayLike) -> NDArray[np.float64] | None:
    """Find a direction in which the Poisson likelihood rises without end.

    The maximum exists if and only if no combination of the columns is 0 wherever events were counted, and
    nowhere above 0 and somewhere below 0 among the observations without events.

    Parameters
    ----------
    counts : array_like, shape (n,)
        Observed counts.
    design : array_like, shape (n, p)
        Columns of the regression.

    Returns
    -------
    ndarray of shape (p,) or None
        Such a combination of the columns, or None if the maximum exists.

    References
    ----------
    Santos Silva JMC, Tenreyro S (2010). On the existence of the maximum likelihood estimates in Poisson
    regression. Economics Letters 107:310-312.
    Correia S, Guimaraes P, Zylkin T (2019). Verifying the existence of maximum likelihood estimates for
    generalized linear models. arXiv:1903.01633.

    Examples
    --------
    Nothing was counted after the break, so the step falls without end:

    >>> unbounded_direction([3, 2, 4, 0, 0], [[1, 0], [1, 0], [1, 0], [1, 1], [1, 1]])
    array([ 0., -1.])
    >>> unbounded_direction([3, 2, 4, 0, 1], [[1, 0], [1, 0], [1, 0], [1, 1], [1, 1]]) is None
    True
    """
    events = check_counts(counts)
    raw = np.asarray(design, dtype=float)
    zero = events == 0
    if not zero.any():
        return None
    size = np.abs(raw).max(axis=0)
    columns = raw / np.where(size > 0, size, 1.0)
    # Maximise the total fall over the empty observations; each may fall by one unit at most, which bounds it.
    result = optimize.linprog(
        c=columns[zero].sum(axis=0),
        A_ub=np.vstack([columns[zero], -columns[zero]]),
        b_ub=np.concatenate([np.zeros(zero.sum()), np.ones(zero.sum())]),
        A_eq=columns[~zero] if (~zero).any() else None,
        b_eq=np.zeros((~zero).sum()) if (~zero).any() else None,
        bounds=(None, None),
        method="highs",
    )
    if not result.success:
        raise RefusalError(f"whether the regression has an answer could not be decided: {result.message}")
    if result.fun > -1e-7:
        return None
    direction: NDArray[np.float64] = np.round(result.x, 9) + 0.0
    return direction


def maximise_poisson(events: NDArray[np.float64], columns: NDArray[np.float64], offset: NDArray[np.float64]) -> Any:
    """Fit by iterated weights without any check or warning; the caller sees to both.

    Raises
    ------
    RefusalError
        If the iteration overflows, as it does where one count is a million times the others.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        model = sm.GLM(events, columns, family=sm.families.Poisson(), offset=offset)
        try:
            return model.fit(maxiter=200, tol=1e-12, tol_criterion="deviance")
        except (ValueError, np.linalg.LinAlgError) as error:
            raise RefusalError(
                f"the Poisson regression on {len(events)} points failed: counts from {events.min():,.0f} to "
                f"{events.max():,.0f} are too far apart for it ({error})"
            ) from error


def poisson_fit(
    counts: ArrayLike,
    design: ArrayLike,
    names: tuple[str, ...] | list[str],
    exposures: ArrayLike | None = None,
) -> PoissonFit:
    """Fit a log-linear Poisson regression, refusing where no finite answer exists.

    Parameters
    ----------
    counts : array_like, shape (n,)
        Observed counts.
    design : array_like, shape (n, p)
        Columns of the regression, the constant included.
    names : sequence of str, length p
        What the columns are called.
    exposures : array_like, shape (n,), optional
        Persons, victims or years at risk; their logarithm is the offset. Default 1 for all.

    Returns
    -------
    PoissonFit

    Raises
    ------
    CountError
        If lengths differ or a value is not a count.
    RefusalError
        If nothing was counted, the columns are collinear, the likelihood has no maximum, or the fit did not
        converge.

    References
    ----------
    McCullagh P, Nelder JA (1989). Generalized Linear Models, 2nd edition, chapter 6. Chapman and Hall.

    Examples
    --------
    >>> fit = poisson_fit([4, 6, 8, 14], [[1, 0], [1, 1], [1, 2], [1, 3]], ["constant", "year"])
    >>> float(fit.coefficients[1].round(4)), fit.df
    (0.4196, 2)
    """
    events = check_counts(counts)
    columns = np.asarray(design, dtype=float)
    if events.ndim != 1 or columns.shape != (events.size, len(names)):
        raise CountError(f"design: expected {events.size} rows and {len(names)} columns, got {columns.shape}")
    if not np.isfinite(columns).all():
        raise CountError("design: every value must be a finite number")
    at_risk = np.ones(events.size) if exposures is None else check_exposures(exposures)
    if at_risk.shape != events.shape:
        raise CountError(f"exposures: expected {events.size} values, got {at_risk.size}")
    n, p = columns.shape
    if not events.any():
        raise RefusalError(f"all {n} counts are 0: a regression on the log scale has no answer; give the upper limit")
    rank = int(np.linalg.matrix_rank(columns / np.maximum(np.abs(columns).max(axis=0), 1e-300)))
    if rank < p:
        raise RefusalError(f"{p} columns, only {rank} of them independent: {', '.join(names)} cannot be told apart")
    direction = unbounded_direction(events, columns)
    if direction is not None:
        guilty = ", ".join(name for name, part in zip(names, direction, strict=True) if part)
        raise RefusalError(
            f"{int((events == 0).sum())} of {n} counts are 0 and separate the data along {guilty}: the "
            "estimate is infinite and a standard error would be meaningless; an exact ratio of two counts still exists"
        )
    result = maximise_poisson(events, columns, np.log(at_risk))
    fitted = np.asarray(result.mu, dtype=float)
    # The score equations hold at the maximum whatever the flag says, so they are what is checked.
    score = np.abs(columns.T @ (events - fitted)).max()
    scale = np.abs(columns).T @ np.maximum(events, fitted)
    if not np.isfinite(score) or score > 1e-6 * max(1.0, float(scale.max())):
        raise RefusalError(f"the Poisson regression on {n} points did not converge after 200 iterations")
    df = n - p
    chi_square = float(((events - fitted) ** 2 / fitted).sum())
    return PoissonFit(
        coefficients=np.asarray(result.params, dtype=float),
        covariance=np.asarray(result.normalized_cov_params, dtype=float),
        deviance=float(result.deviance),
        df=df,
        dispersion=chi_square / df if df > 0 else float("nan"),
    )
