"""The programme that finds the cheapest claims of one block to drop, over some of its rows.

A claim says that an expression lies between two ends. The ends of all claims on an expression, sorted, are thresholds,
each with a variable that is 1 where the expression has passed it; a claim holds where its lower threshold is passed
and its upper one is not. So the jumps of the expression are as small as the figures are near, and there is no constant
that must be larger than all of them, with which the tolerance of a solver lets wrong figures pass.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from trafficking_stats.solver.highs import Deadline, OutOfTimeError, Programme
from trafficking_stats.solver.points import UNIT, Claims, Discounts
from trafficking_stats.solver.rows import Bools, Floats, Ints, Rows


class _Model:
    """Columns and rows in the making."""

    def __init__(self) -> None:
        self.columns: list[Floats] = []
        self.entries: list[Floats] = []
        self.sides: list[Floats] = []
        self.n = self.m = 0

    def add_columns(self, count: int, lower: object, upper: object, cost: object, integer: object) -> Ints:
        """Add variables; their numbers."""
        block = np.empty((4, count))
        block[:] = [np.broadcast_to(np.asarray(x, dtype=float), count) for x in (lower, upper, cost, integer)]
        self.columns.append(block)
        self.n += count
        return np.arange(self.n - count, self.n)

    def add_rows(self, count: int, terms: Sequence[tuple[Ints, Ints, object]], lower: object, upper: object) -> None:
        """Add rows; a term is (row from 0, column, coefficient)."""
        for row, column, value in terms:
            block = np.empty((3, len(column)))
            block[:] = [self.m + row, column, np.broadcast_to(np.asarray(value, dtype=float), len(column))]
            self.entries.append(block)
        self.sides.append(np.stack([np.broadcast_to(np.asarray(x, dtype=float), count) for x in (lower, upper)]))
        self.m += count

    def build(self) -> tuple[Programme, Floats]:
        """Return the programme and its cost."""
        lower, upper, cost, integer = np.concatenate(self.columns, axis=1)
        row, column, value = np.concatenate(self.entries, axis=1)
        matrix = sparse.csr_array((value, (row.astype(int), column.astype(int))), shape=(self.m, self.n))
        sides = np.concatenate(self.sides, axis=1)
        return Programme(matrix, sides, np.stack([lower, upper]), integer > 0), cost


def cheapest(
    rows: Rows,
    members: Ints,
    claims: Claims,
    cost: Ints,
    discounts: Discounts,
    allowed: tuple[Floats, Floats],
    cuts: list[tuple[Ints, Ints]],
    deadline: Deadline,
) -> tuple[Bools, float]:
    """Find the cheapest claims to drop so that some rows of a block hold together.

    Parameters
    ----------
    rows : Rows
        The system.
    members : ndarray of int
        The rules among the rows.
    claims : Claims
        The claims among them.
    cost : ndarray of int of shape (m,)
        What dropping a row of the system costs.
    discounts : Discounts
        What dropping a claim costs less while another one is kept.
    allowed : (lower, upper)
        What the rules allow every variable.
    cuts : list of (ndarray of int, ndarray of int)
        Claims, and their lower (0) or upper (1) sides, of which one at least must give way.
    deadline : Deadline
        Limit.

    Returns
    -------
    dropped : ndarray of bool of shape (k,)
        Of `claims`.
    gap : float
        How much of the cost might be saved; 0 if proven that nothing.

    Raises
    ------
    OutOfTimeError
        If nothing was found in time.
    """
    model = _Model()
    dead = claims.dead
    entry = rows.entries(np.concatenate([members, claims.row]))
    variables = np.unique(rows.column[entry])
    reach = _reach(rows, members, claims)
    low, high = np.maximum(allowed[0][variables], -reach), np.minimum(allowed[1][variables], reach)
    x = model.add_columns(len(variables), low, high, 0.0, 0)
    entry = rows.entries(members)
    column = x[np.searchsorted(variables, rows.column[entry])]
    local = np.repeat(np.arange(len(members)), rows.length[members])
    model.add_rows(len(members), [(local, column, rows.value[entry])], rows.lower[members], rows.upper[members])
    d = model.add_columns(len(claims.row), dead, 1.0, cost[claims.row] * UNIT, 1)
    passed = _add_thresholds(model, rows, claims, variables, d, reach)
    _add_discounts(model, claims, discounts, d)
    for cut, side in cuts:
        place = np.searchsorted(claims.row, cut)
        # of an expression read the other way round the sides change places
        side = np.where(claims.sign[place] > 0, side, 1 - side)
        threshold = passed[side, place]
        known = threshold >= 0
        value = np.where(side[known] == 0, -1.0, 1.0)
        model.add_rows(
            1, [(np.zeros(known.sum(), dtype=int), threshold[known], value)], 1.0 + value[value < 0].sum(), np.inf
        )
    programme, prices = model.build()
    answer = programme.minimise(prices, deadline, presolve=True)
    if answer.values is None or answer.status not in ("optimal", "limit"):
        raise OutOfTimeError("nothing was found in time")
    gap = 0.0 if answer.status == "optimal" else max(0.0, float(prices @ answer.values) - answer.bound) / UNIT
    return answer.values[d] > 0.5, gap


def _reach(rows: Rows, members: Ints, claims: Claims) -> float:
    """Return what no figure needs to exceed: all that is printed, and all sides of rules, taken together."""
    largest = np.zeros(claims.expression.max(initial=0) + 1)
    for end in (claims.lower, claims.upper):
        np.maximum.at(largest, claims.expression, np.abs(np.where(np.isfinite(end), end, 0.0)))
    sides = np.stack([rows.lower[members], rows.upper[members]])
    return 2.0 * (1.0 + float(largest.sum()) + float(np.abs(sides[np.isfinite(sides)]).sum()))


def _add_thresholds(model: _Model, rows: Rows, claims: Claims, variables: Ints, d: Ints, reach: float) -> Ints:
    """Tie every expression to the thresholds it passes, and its claims to these; return the threshold of each end."""
    alive = np.flatnonzero(~claims.dead)
    expression, first, number = np.unique(claims.expression[alive], return_index=True, return_inverse=True)
    exact = rows.exact[claims.row[alive]].astype(float)
    lower, upper = claims.lower[alive], claims.upper[alive]
    least, most = claims.least[alive], claims.most[alive]
    has = np.concatenate([lower > least, upper < most])
    # (expression, smallest value beyond, whether it is an upper end, largest value before)
    ends = np.stack(
        [
            np.tile(number, 2).astype(float),
            np.concatenate([lower, upper + exact]),
            np.concatenate([np.zeros(len(exact)), 1 - exact]),
            np.concatenate([lower - exact, upper]),
        ],
        axis=1,
    )
    passed, place = np.unique(ends[has], axis=0, return_inverse=True)
    b = model.add_columns(len(passed), 0.0, 1.0, 0.0, 1)
    of, beyond, before = passed[:, 0].astype(int), passed[:, 1], passed[:, 3]
    following = np.flatnonzero(of[1:] == of[:-1])
    k = np.arange(len(following))
    model.add_rows(len(following), [(k, b[following], 1.0), (k, b[following + 1], -1.0)], 0.0, np.inf)
    low, high = np.maximum(least[first], -reach), np.minimum(most[first], reach)
    begins = np.r_[True, of[1:] != of[:-1]][: len(of)]
    step_up = beyond - np.where(begins, low[of], np.r_[0.0, beyond[:-1]][: len(of)])
    ends_here = np.r_[begins[1:], True][: len(of)]
    step_down = np.where(ends_here, high[of], np.r_[before[1:], 0.0][: len(of)]) - before
    start = np.full(len(expression), np.inf)
    start[of[begins]] = before[begins]
    # the expression itself, written by the row of its first claim
    row = claims.row[alive][first]
    entry = rows.entries(row)
    local = np.repeat(np.arange(len(row)), rows.length[row])
    column = np.searchsorted(variables, rows.column[entry])
    value = rows.value[entry] * np.repeat(claims.sign[alive][first], rows.length[row])
    n = len(expression)
    model.add_rows(n, [(local, column, value), (of, b, -step_up)], np.where(np.isfinite(start), low, -np.inf), np.inf)
    model.add_rows(n, [(local, column, value), (of, b, -step_down)], -np.inf, start)
    # a claim is dropped unless its lower threshold is passed and its upper one is not
    k = np.arange(len(alive))
    column = np.full(2 * len(alive), -1)
    column[has] = b[place.ravel()]
    at_lower, at_upper = np.split(column, 2)
    terms: list[tuple[Ints, Ints, object]] = [(k, d[alive], 1.0)]
    terms.append((k[at_lower >= 0], at_lower[at_lower >= 0], 1.0))
    terms.append((k[at_upper >= 0], at_upper[at_upper >= 0], -1.0))
    model.add_rows(len(alive), terms, (at_lower >= 0).astype(float), np.inf)
    thresholds = np.full((2, len(claims.row)), -1)
    thresholds[:, alive] = at_lower, at_upper
    return thresholds


def _add_discounts(model: _Model, claims: Claims, discounts: Discounts, d: Ints) -> None:
    """Pay less for a claim while one of some others is kept."""
    here = np.flatnonzero(np.isin(discounts.claim, claims.row))
    if not len(here):
        return
    z = model.add_columns(len(here), 0.0, 1.0, -discounts.saved[here] * UNIT, 0)
    k = np.arange(len(here))
    of_claim = d[np.searchsorted(claims.row, discounts.claim[here])]
    model.add_rows(len(here), [(k, z, 1.0), (k, of_claim, -1.0)], -np.inf, 0.0)
    place, other = discounts.pairs()
    line = np.full(len(discounts.claim), -1)
    line[here] = k
    mine = line[place] >= 0
    line, other = line[place[mine]], other[mine]
    known = np.isin(other, claims.row)
    # a claim outside the programme is taken for kept
    free = np.bincount(line, ~known, len(here)) > 0
    count = np.bincount(line, minlength=len(here))
    terms = [(k, z, 1.0), (line[known], d[np.searchsorted(claims.row, other[known])], 1.0)]
    model.add_rows(len(here), terms, -np.inf, np.where(free, np.inf, count))
