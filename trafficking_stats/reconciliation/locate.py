"""Locate the claims to reject in one large component by a single mixed-integer programme."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack

from trafficking_stats.reconciliation.weights import UNITS

_EDITION = 4e-4
"""What it costs beside its claims to reject a source at all, as a share of the weight of a claim of the press."""

_PLACE = 2e-4
"""The most that the place of a claim counts: of two sets that cost the same the later claims are rejected."""

_SHRINK = (1.0, 0.1, 0.01, 0.0)
"""How much of these two costs is tried until the set is as cheap as one found without them."""

_SCALE = 1e4
"""Makes the smallest difference between costs large beside the tolerances of the solver."""

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
        `weights.UNITS`) and ``edition`` (number of the source).
    time_limit : float
        Seconds for each programme.

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
    largest = _largest(groups)
    if largest > _LARGEST:
        return None
    programme = _Programme(rules, equal, groups, largest, time_limit)
    weight = groups["weight"].to_numpy()
    place = 1.0 - np.arange(len(groups)) / len(groups)
    cheapest = programme.solve(weight / UNITS, 0.0)
    if cheapest is None or not cheapest.optimal:
        return cheapest
    least = weight[cheapest.dropped].sum()
    for share in _SHRINK:
        verdict = programme.solve(weight / UNITS + share * _PLACE * place, share * _EDITION)
        if verdict is not None and verdict.optimal and weight[verdict.dropped].sum() <= least:
            return verdict
    return cheapest


class _Programme:
    """The programme of a component: its cells, then what is dropped, then the sources that lose a claim."""

    def __init__(
        self, rules: csr_array, equal: NDArray[np.bool_], groups: pd.DataFrame, largest: float, time_limit: float
    ) -> None:
        self.n_groups, self.n_cells = len(groups), rules.shape[1]
        editions = pd.factorize(groups["edition"], sort=True)[0]
        self.n_editions = int(editions.max()) + 1
        self.largest, self.time_limit = largest, time_limit
        numbers = np.arange(self.n_groups)
        cell, lower, upper = (groups[name].to_numpy() for name in ("cell", "lower", "upper"))
        pick = csr_array((np.ones(self.n_groups), (numbers, cell)), shape=(self.n_groups, self.n_cells))
        below, above = np.flatnonzero(lower > 0), np.flatnonzero(upper < largest)
        drop = eye_array(self.n_groups, format="csr")
        # the slack of each claim is what it takes to free its own cell, never one big constant
        ease_below = drop[below].multiply(lower[below, None])
        ease_above = drop[above].multiply((upper[above] - largest)[:, None])
        belongs = csr_array((-np.ones(self.n_groups), (numbers, editions)), shape=(self.n_groups, self.n_editions))
        no_drop, no_edition = csr_array((len(equal), self.n_groups)), csr_array((len(equal), self.n_editions))
        no_cell = csr_array((self.n_groups, self.n_cells))
        self.constraints = [
            LinearConstraint(_beside(rules, no_drop, no_edition), 0.0, np.where(equal, 0.0, np.inf)),
            LinearConstraint(_beside(pick[below], ease_below, 0 * belongs[below]), lower[below], np.inf),
            LinearConstraint(_beside(pick[above], ease_above, 0 * belongs[above]), -np.inf, upper[above]),
            LinearConstraint(_beside(no_cell, drop, belongs), -np.inf, 0.0),
        ]
        first, second = clashing_pairs(rules, equal, groups)
        if len(first):
            either = csr_array((np.ones(2 * len(first)), (np.tile(np.arange(len(first)), 2), np.r_[first, second])))
            either.resize((len(first), self.n_groups))
            none = csr_array((len(first), self.n_cells)), csr_array((len(first), self.n_editions))
            self.constraints.append(LinearConstraint(_beside(none[0], either, none[1]), 1.0, np.inf))

    def solve(self, cost: NDArray[np.float64], per_edition: float) -> Verdict | None:
        """Find the set of the least cost; None if there was not even time for a valid one."""
        counts = self.n_cells, self.n_groups, self.n_editions
        answer = milp(
            _SCALE * np.r_[np.zeros(self.n_cells), cost, np.full(self.n_editions, per_edition)],
            constraints=self.constraints,
            bounds=Bounds(0.0, np.repeat([self.largest, 1.0, 1.0], counts)),
            integrality=np.repeat([0, 1, 0], counts),
            options={"mip_rel_gap": 0.0, "time_limit": self.time_limit},
        )
        if answer.x is None:
            return None
        return Verdict(answer.x[self.n_cells : self.n_cells + self.n_groups] > 0.5, answer.status == 0)


def clashing_pairs(
    rules: csr_array, equal: NDArray[np.bool_], groups: pd.DataFrame
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """List the pairs of claims that clash by themselves: a part that is larger than a whole, or than itself.

    Parameters
    ----------
    rules, equal, groups
        As in `locate`.

    Returns
    -------
    first, second : numpy.ndarray of int, shape (n_pairs,)
        Rows of ``groups``, of which one must be rejected: the programme knows so before it tries.
    """
    n_cells = rules.shape[1]
    entries = rules.tocoo()
    part, whole = [np.arange(n_cells)], [np.arange(n_cells)]
    for sign, rows in ((1, np.ones(len(equal), dtype=bool)), (-1, equal)):
        above = (np.sign(entries.data) == sign) & rows[entries.row]
        # a rule with one cell on its larger side says that each of the others is a part of it
        single = np.bincount(entries.row[above], minlength=len(equal)) == 1
        of_rule = np.zeros(len(equal), dtype=np.int64)
        of_rule[entries.row[above]] = entries.col[above]
        below = (np.sign(entries.data) == -sign) & single[entries.row]
        part.append(entries.col[below])
        whole.append(of_rule[entries.row[below]])
    reach = _closure(np.concatenate(part), np.concatenate(whole), n_cells)
    own = groups[["cell", "lower", "upper"]].assign(group=np.arange(len(groups)))
    pairs = pd.DataFrame({"part": reach[0], "whole": reach[1]})
    pairs = pairs.merge(own, left_on="part", right_on="cell").merge(own, left_on="whole", right_on="cell")
    pairs = pairs[pairs["lower_x"] > pairs["upper_y"]]
    return pairs["group_x"].to_numpy(), pairs["group_y"].to_numpy()


def _closure(part: NDArray[np.int64], whole: NDArray[np.int64], n_cells: int) -> tuple[NDArray[np.int64], ...]:
    """List all pairs of a cell and one that it is, in some steps, a part of."""
    reach = csr_array((np.ones(len(part)), (part, whole)), shape=(n_cells, n_cells))
    reach.data[:] = 1.0
    size = 0
    while reach.nnz > size:
        size = reach.nnz
        reach = csr_array(reach @ reach)
        reach.data[:] = 1.0
    pairs = reach.tocoo()
    return pairs.row, pairs.col


def _beside(*blocks: csr_array) -> csr_array:
    return csr_array(hstack(blocks))


def _largest(groups: pd.DataFrame) -> float:
    """Bound all cells by what the claims speak of.

    The rules only compare sums of cells, so where the claims that are kept can be true at all, they can be with
    no cell above the sum of the largest finite bounds of the claimed cells.
    """
    bound = groups["upper"].where(np.isfinite(groups["upper"]), groups["lower"]).groupby(groups["cell"]).max()
    return float(max(bound.sum(), 1.0))
