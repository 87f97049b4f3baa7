"""Locate errors in one large block by a single programme: its variables, and for each claim whether it is dropped.

A claim that is dropped is eased by just what frees its own expression, never by one big constant. Whole variables
are taken as real numbers, which can only make the cheapest set cheaper: if whole numbers fit the claims that are
left, which the caller has to check, the set is the cheapest for whole numbers too.

References
----------
de Waal, T., Pannekoek, J. and Scholtus, S. (2011). *Handbook of Statistical Data Editing and Imputation*, section 3.4.
Wiley.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from trafficking_stats.solver.intervals import Claims
from trafficking_stats.solver.milp import Deadline, minimise
from trafficking_stats.solver.pairs import clashing_pairs, left_sides, places
from trafficking_stats.solver.rows import Bools, Floats, Ints, Rows

# What it costs, beside its claims, to drop anything of a group at all; and the most that the place of a claim
# counts: of two equally cheap sets the one of earlier claims is kept. Shares of the least weight.
_GROUP, _PLACE = 4e-4, 2e-4
# How much of these two costs is tried until the set is as cheap as the one found without them.
_SHARES = (1.0, 0.1, 0.01)
# Makes the smallest difference between costs large beside the tolerances of the solver.
_SCALE = 1e4
# Beyond this bound the tolerance of the solver could pass a wrong claim as right.
_LARGEST = 1e6


@dataclass(frozen=True)
class Found:
    """The cheapest claims to drop in a block.

    Parameters
    ----------
    dropped : ndarray of bool of shape (k,)
        Of the claims given.
    ties_broken : bool
        Whether groups and order had their say among equally cheap sets.
    reach : float
        Largest value assumed where nothing bounds a variable; ``inf`` if nothing was assumed.
    """

    dropped: Bools
    ties_broken: bool
    reach: float


def cheapest(rows: Rows, rules: Ints, variables: Ints, claims: Claims, group: Ints, deadline: Deadline) -> Found | None:
    """Find the cheapest claims of a block to drop.

    Parameters
    ----------
    rows : Rows
        The system; its domain is what the rules allow.
    rules, variables : ndarray of int
        Rules and variables of the block, ascending.
    claims : Claims
        Its claims, each of which could be true by itself.
    group : ndarray of shape (k,)
        Group of each claim, -1 where it does not count which: of equally cheap sets the one of few groups.
    deadline : Deadline
        Limit for each of the programmes.

    Returns
    -------
    Found or None
        None where the programme is not safe, or the solver did not close its gap.

    Raises
    ------
    OutOfTimeError
        If there was no time to begin.
    """
    low, high = rows.domain_lower[variables], rows.domain_upper[variables]
    figures = np.where(np.isfinite(claims.upper), claims.upper, claims.lower)
    largest = np.zeros(claims.expression.max(initial=-1) + 1)
    np.maximum.at(largest, claims.expression, np.abs(figures))
    sides = np.concatenate([rows.lower[rules], rows.upper[rules], low])
    # The rules compare sums: claims that can be true at all can be with nothing above the sum of all figures.
    reach = max(1.0, float(largest.sum() + np.abs(sides[np.isfinite(sides)]).sum()))
    assumed = bool(np.isinf(high).any())
    high = np.where(np.isinf(high), reach, high)
    if not np.isfinite(low).all() or max(np.abs(low).max(), np.abs(high).max()) > _LARGEST or (low > high).any():
        return None
    programme = _Programme(rows, rules, variables, low, high, claims, group)
    best = programme.solve(np.zeros(len(claims.row)), 0.0, deadline)
    if best is None:
        return None
    least = claims.weight[best].sum()
    unit = float(claims.weight.min())
    place = _PLACE * unit * (1.0 - np.arange(len(claims.row)) / len(claims.row))
    for share in _SHARES:
        found = programme.solve(share * place, share * _GROUP * unit, deadline)
        if found is not None and claims.weight[found].sum() <= least:
            return Found(found, True, reach if assumed else math.inf)
    return Found(best, False, reach if assumed else math.inf)


class _Programme:
    """The programme of a block: its variables, then what is dropped, then the groups that lose a claim."""

    def __init__(
        self, rows: Rows, rules: Ints, variables: Ints, low: Floats, high: Floats, claims: Claims, group: Ints
    ) -> None:
        self.weight, self.n, self.k = claims.weight, len(variables), len(claims.row)
        tied = np.flatnonzero(group >= 0)
        names, member = np.unique(group[tied], return_inverse=True)
        self.n_groups = len(names)
        sums = left_sides(rows, claims.row, variables, claims.sign)
        least, most = _extremes(sums, low, high)
        below, above = np.flatnonzero(claims.lower > least), np.flatnonzero(claims.upper < most)
        drop = sparse.eye_array(self.k, format="csr")
        ease_below = drop[below].multiply((claims.lower - least)[below, None])
        ease_above = drop[above].multiply((claims.upper - most)[above, None])
        belongs = places(-1.0, np.arange(len(tied)), member, (len(tied), self.n_groups))
        pairs = clashing_pairs(rows, rules, variables, claims)
        number = np.tile(np.arange(len(pairs[0])), 2)
        either = places(1.0, number, np.concatenate(pairs), (len(pairs[0]), self.k))
        unrelated = sparse.csr_array((len(rules), self.k)), sparse.csr_array((len(rules), self.n_groups))
        self.matrix = sparse.block_array(
            [
                [left_sides(rows, rules, variables, np.ones(len(rules))), *unrelated],
                [sums[below], ease_below, None],
                [sums[above], ease_above, None],
                [None, drop[tied], belongs],
                [None, either, None],
            ],
            format="csr",
        )
        n_pairs, free = either.shape[0], np.full(self.k + len(tied), np.inf)
        no_less = [rows.lower[rules], claims.lower[below], -free[: len(above) + len(tied)], np.ones(n_pairs)]
        no_more = [
            rows.upper[rules],
            free[: len(below)],
            claims.upper[above],
            np.zeros(len(tied)),
            np.full(n_pairs, np.inf),
        ]
        self.sides = np.stack([np.concatenate(side) for side in (no_less, no_more)])
        binary = np.repeat([0.0, 1.0], [self.n, self.k + self.n_groups])
        self.interval = np.stack([np.append(low, 0 * binary[self.n :]), np.append(high, binary[self.n :])])
        self.whole = np.repeat([0.0, 1.0, 0.0], [self.n, self.k, self.n_groups])

    def solve(self, extra: Floats, per_group: float, deadline: Deadline) -> Bools | None:
        """Find the cheapest claims to drop, each at its weight and an extra; None if that was not proven."""
        cost = np.concatenate([np.zeros(self.n), self.weight + extra, np.full(self.n_groups, per_group)])
        cost *= _SCALE / float(self.weight.min())
        answer = minimise(cost, self.matrix, self.sides, self.interval, self.whole, deadline, presolve=True)
        if answer.status != "optimal" or answer.exact is None:
            return None
        return np.asarray(answer.exact[self.n : self.n + self.k] > 0.5)


def _extremes(sums: sparse.csr_array, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return the least and the largest value of sums of variables in a box."""
    up, down = sums.maximum(0), sums.minimum(0)
    return up @ low + down @ high, up @ high + down @ low
