"""Locate the claims to reject in one component by a single mixed-integer programme."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack

from trafficking_stats.weights import UNITS

_EDITION = 0.004
"""What it costs to reject the first claim of a source: far less than any claim, so it only breaks ties."""

_TIE = 0.002
"""The most that the fixed preference among claims counts."""

_LARGEST = 1e6
"""Above this bound on a cell the tolerance of the solver could pass a wrong claim as right."""


@dataclass(frozen=True)
class Verdict:
    """Claims to reject, and whether that is proven to be the cheapest set.

    Parameters
    ----------
    dropped : numpy.ndarray of bool, shape (n_groups,)
        Groups to reject.
    optimal : bool
        Whether the solver closed its gap.
    """

    dropped: NDArray[np.bool_]
    optimal: bool


def locate(rules: csr_array, equal: NDArray[np.bool_], groups: pd.DataFrame, time_limit: float) -> Verdict | None:
    """Find the cheapest groups of claims to reject so that the others and the rules hold together.

    Parameters
    ----------
    rules : scipy.sparse.csr_array, shape (n_rules, n_cells)
        Each row is at least 0, and 0 where ``equal``.
    equal : numpy.ndarray of bool, shape (n_rules,)
        Which rules are equalities.
    groups : pandas.DataFrame
        Columns ``cell`` (column of ``rules``), ``lower``, ``upper``, ``weight`` (cost of rejecting it, in
        `weights.UNITS`), ``edition`` (number of the source) and ``tie`` (between 0 and 1: which of equally heavy
        claims rather to reject).
    time_limit : float
        Seconds.

    Returns
    -------
    Verdict or None
        None where the programme is not safe: a cell could be too large, or the solver found nothing. Cells are
        taken as real numbers, which can only make the set cheaper: if whole numbers fit the claims that are
        left, the set is the cheapest for whole numbers too. The caller has to check that.

    References
    ----------
    de Waal T, Pannekoek J, Scholtus S (2011). Handbook of Statistical Data Editing and Imputation, section 3.4.
    """
    n_cells, n_groups = rules.shape[1], len(groups)
    cell, weight = groups["cell"].to_numpy(), groups["weight"].to_numpy() / UNITS + _TIE * groups["tie"].to_numpy()
    lower, upper = groups["lower"].to_numpy(float), groups["upper"].to_numpy(float)
    largest = _largest(cell, lower, upper)
    if largest > _LARGEST:
        return None
    editions = pd.factorize(groups["edition"], sort=True)[0]
    n_editions = int(editions.max()) + 1
    pick = csr_array((np.ones(n_groups), (np.arange(n_groups), cell)), shape=(n_groups, n_cells))
    below, above = np.flatnonzero(lower > 0), np.flatnonzero(upper < largest)
    drop = eye_array(n_groups, format="csr")
    # the slack of each claim is what it takes to free its own cell, never one big constant
    ease_below = drop[below].multiply(lower[below, None])
    ease_above = drop[above].multiply((upper[above] - largest)[:, None])
    belongs = csr_array((-np.ones(n_groups), (np.arange(n_groups), editions)), shape=(n_groups, n_editions))

    def padded(*blocks: object) -> csr_array:
        return csr_array(hstack(blocks))

    constraints = [
        LinearConstraint(
            padded(rules, csr_array((len(equal), n_groups + n_editions))), 0.0, np.where(equal, 0.0, np.inf)
        ),
        LinearConstraint(padded(pick[below], ease_below, csr_array((len(below), n_editions))), lower[below], np.inf),
        LinearConstraint(padded(pick[above], ease_above, csr_array((len(above), n_editions))), -np.inf, upper[above]),
        LinearConstraint(padded(csr_array((n_groups, n_cells)), drop, belongs), -np.inf, 0.0),
    ]
    answer = milp(
        np.r_[np.zeros(n_cells), weight, np.full(n_editions, _EDITION)],
        constraints=constraints,
        bounds=Bounds(0.0, np.r_[np.full(n_cells, largest), np.ones(n_groups + n_editions)]),
        integrality=np.r_[np.zeros(n_cells), np.ones(n_groups), np.zeros(n_editions)],
        options={"mip_rel_gap": 0.0, "time_limit": time_limit},
    )
    if answer.x is None:
        return None
    return Verdict(answer.x[n_cells : n_cells + n_groups] > 0.5, answer.status == 0)


def _largest(cell: NDArray[np.int64], lower: NDArray[np.float64], upper: NDArray[np.float64]) -> float:
    """Bound all cells by what the claims speak of.

    The rules only compare sums of cells, so where the claims that are kept can be true at all, they can be with
    no cell above the sum of the largest finite bounds of the claimed cells.
    """
    bound = pd.Series(np.where(np.isfinite(upper), upper, lower)).groupby(cell).max()
    return float(max(bound.sum(), 1.0))
