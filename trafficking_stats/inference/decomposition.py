"""Split of the change of a product into its factors: Shapley (Das Gupta) and logarithmic mean (LMDI).

Convictions are victims x (charged per victim) x (prosecuted per charged) x (convicted per prosecuted). The
effect of a stage is what the change of its factor alone does, averaged over every order in which the
factors can change; effects add up to the change.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.counts import CountError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Decomposition:
    """The effects of factors on the change of their product.

    Parameters
    ----------
    names : tuple of str, length n
        The factors.
    effects : tuple of float, length n
        Their effects, which add up to `total`.
    total : float
        The change.
    factors0, factors1 : tuple of float, length n
        The factors before and after.
    method : str
        "shapley" or "lmdi".
    """

    names: tuple[str, ...]
    effects: tuple[float, ...]
    total: float
    factors0: tuple[float, ...]
    factors1: tuple[float, ...]
    method: str

    @property
    def percent(self) -> tuple[float, ...]:
        """Effects in per cent of the change; nan where nothing changed."""
        return tuple(100 * effect / self.total if self.total else math.nan for effect in self.effects)

    @property
    def above_one(self) -> tuple[str, ...]:
        """Factors after the first above 1 in either period: rates between stages, and no probabilities."""
        pairs = zip(self.names[1:], self.factors0[1:], self.factors1[1:], strict=True)
        return tuple(name for name, before, after in pairs if max(before, after) > 1)


def shapley_effects(factors0: ArrayLike, factors1: ArrayLike) -> Floats:
    """Shapley effects of factors on the change of their product.

    Equal to Das Gupta's symmetric decomposition. A polynomial in the number of changed factors replaces the
    sum over all orders, so that 20 factors cost no more than 400 products; zeros need no special care.

    Parameters
    ----------
    factors0, factors1 : array_like, shape (..., n)
        Factors before and after.

    Returns
    -------
    ndarray, shape (..., n)

    References
    ----------
    Das Gupta P (1993). Standardization and Decomposition of Rates: A User's Manual. US Bureau of the Census,
    Current Population Reports P23-186.
    Shorrocks AF (2013). Decomposition procedures for distributional analysis: a unified framework based on
    the Shapley value. Journal of Economic Inequality 11:99-126.

    Examples
    --------
    >>> shapley_effects([10930, 0.717892], [16591, 0.825974]).round(2)
    array([4369.91, 1487.26])
    """
    before, after = np.broadcast_arrays(np.asarray(factors0, dtype=float), np.asarray(factors1, dtype=float))
    if before.ndim == 0 or not (np.isfinite(before).all() and np.isfinite(after).all()):
        raise CountError("factors: expected finite numbers, one a factor along the last axis")
    n = before.shape[-1]
    effects = np.empty(before.shape)
    for own in range(n):
        # coefficients[s]: sum over all sets of s changed others of their product with the unchanged rest
        coefficients = [np.ones(before.shape[:-1])]
        for other in range(n):
            if other != own:
                unchanged = [c * before[..., other] for c in coefficients] + [np.zeros(before.shape[:-1])]
                changed = [np.zeros(before.shape[:-1])] + [c * after[..., other] for c in coefficients]
                coefficients = [u + c for u, c in zip(unchanged, changed, strict=True)]
        mean = sum(c / (n * math.comb(n - 1, s)) for s, c in enumerate(coefficients))
        effects[..., own] = (after[..., own] - before[..., own]) * mean
    return effects


def log_mean(a: ArrayLike, b: ArrayLike) -> Floats:
    """Logarithmic mean (a - b) / (ln a - ln b) of positive numbers; a where both are equal.

    References
    ----------
    Ang BW (2005). The LMDI approach to decomposition analysis: a practical guide. Energy Policy 33:867-871.

    Examples
    --------
    >>> log_mean([0.5433, 2.0], [0.5479, 2.0]).round(4)
    array([0.5456, 2.    ])
    """
    x, y = np.broadcast_arrays(np.asarray(a, dtype=float), np.asarray(b, dtype=float))
    if not (np.isfinite(x) & np.isfinite(y) & (x > 0) & (y > 0)).all():
        raise CountError("log_mean: expected finite numbers above 0; the logarithm of 0 does not exist")
    relative = (x - y) / y
    same = relative == 0
    return np.asarray(np.where(same, y, (x - y) / np.where(same, 1.0, np.log1p(np.where(same, 0.0, relative)))))


def factor_names(names: Sequence[str] | None, n: int) -> tuple[str, ...]:
    """Return `n` different names, made up where none are given."""
    chosen = tuple(names) if names is not None else tuple(f"factor {k + 1}" for k in range(n))
    if len(chosen) != n or len(set(chosen)) != n:
        raise CountError(f"names: expected {n} different ones, got {chosen!r}")
    return chosen


def decompose(
    factors0: Sequence[float],
    factors1: Sequence[float],
    names: Sequence[str] | None = None,
    *,
    method: Literal["shapley", "lmdi"] = "shapley",
) -> Decomposition:
    """Split the change of a product of factors into their effects.

    Parameters
    ----------
    factors0, factors1 : sequence of float, length n
        Factors before and after.
    names : sequence of str, optional
        What they are called.
    method : {"shapley", "lmdi"}
        "lmdi" weights by logarithmic means and does not exist with a zero.

    Returns
    -------
    Decomposition

    Raises
    ------
    RefusalError
        If "lmdi" is asked for with a factor of 0.

    References
    ----------
    Das Gupta P (1993), as for `shapley_effects`; Ang BW (2005), as for `log_mean`.

    Examples
    --------
    >>> [round(effect) for effect in decompose([10930, 0.717892], [16591, 0.825974], method="lmdi").effects]
    [4384, 1473]
    """
    before, after = np.asarray(factors0, dtype=float), np.asarray(factors1, dtype=float)
    if before.ndim != 1 or before.shape != after.shape or before.size == 0:
        raise CountError(f"factors: expected two series of one length, got {before.shape} and {after.shape}")
    labels = factor_names(names, before.size)
    total = float(after.prod() - before.prod())
    if method == "shapley":
        effects = shapley_effects(before, after)
    elif method == "lmdi":
        zero = [name for name, a, b in zip(labels, before, after, strict=True) if a <= 0 or b <= 0]
        if zero:
            raise RefusalError(f"LMDI needs factors above 0, {', '.join(zero)} is not: use the Shapley split")
        effects = log_mean(after.prod(), before.prod()) * np.log(after / before)
    else:
        raise CountError(f"method: unknown {method!r}; one of shapley, lmdi")
    return Decomposition(
        names=labels,
        effects=tuple(effects.tolist()),
        total=total,
        factors0=tuple(before.tolist()),
        factors1=tuple(after.tolist()),
        method=method,
    )
