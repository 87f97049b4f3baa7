"""Rows that may be dropped, read as intervals of expressions; and the point of each that costs least."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from trafficking_stats.solver.rows import Bools, Floats, Ints, Rows

WEIGHT_UNIT = 1e-6
"""Weights are compared in millionths, as whole numbers, so that equal sums are equal whatever their order."""

UNIT = WEIGHT_UNIT / 1_000
"""What a cost of 1 is in weights: finer than they are, for what decides between equals."""

_LITTLE = 1e-5
"""At most twice this, in weights, decides between equals: far less than one year of publication weighs."""


@dataclass(frozen=True)
class Claims:
    """Rows that may be dropped.

    Parameters
    ----------
    row : ndarray of shape (k,)
        The row, ascending.
    cost : ndarray of int of shape (k,)
        What dropping it costs, in `UNIT`.
    expression : ndarray of int of shape (k,)
        Number of the expression; rows that are multiples of each other share one.
    lower, upper : ndarray of shape (k,)
        The interval that is claimed of it.
    least, most : ndarray of shape (k,)
        The interval that the rules allow it, but finite.
    sign : ndarray of shape (k,)
        1 where the expression is the left side of the row, -1 where it is the negative.
    """

    row: Ints
    cost: Ints
    expression: Ints
    lower: Floats
    upper: Floats
    least: Floats
    most: Floats
    sign: Floats

    @property
    def dead(self) -> Bools:
        """Claims that the rules exclude by themselves."""
        return np.maximum(self.lower, self.least) > np.minimum(self.upper, self.most)

    def among(self, keep: Bools) -> Claims:
        """Return some of the claims."""
        return Claims(*(getattr(self, field.name)[keep] for field in fields(self)))


def claims_of(rows: Rows, weight: Ints, allowed: Floats) -> tuple[Claims, Floats]:
    """Read the claims of a system.

    Parameters
    ----------
    rows : Rows
        The system.
    weight : ndarray of int of shape (m,)
        What dropping a row costs, in `WEIGHT_UNIT`; 0 for rules.
    allowed : ndarray of shape (2, n)
        What the rules allow every variable.

    Returns
    -------
    claims : Claims
        Rows with a weight.
    box : ndarray of shape (2, n)
        `allowed`, but finite: no variable needs to exceed all that is printed in its block, each expression once, and
        all sides of rules, taken together.
    """
    row = np.flatnonzero(weight > 0)
    expression, sign, (lower, upper) = rows.readings(row)
    size = np.where(np.isfinite(rows.sides), np.abs(rows.sides), 0.0).max(axis=0)
    size[rows.impossible] = 0.0
    largest = np.zeros(expression.max(initial=-1) + 1)
    np.maximum.at(largest, expression, size[row])
    once = np.unique(expression, return_index=True)[1]
    size[row] = 0.0
    size[row[once]] = largest
    reach = 2.0 * (1.0 + np.bincount(rows.block_of_row, size, rows.n_blocks))
    box = np.clip(allowed, -reach[rows.block_of_variable], reach[rows.block_of_variable])
    entry = rows.entries(row)
    value, column = rows.value[entry] * np.repeat(sign, rows.length[row]), rows.column[entry]
    local = np.repeat(np.arange(len(row)), rows.length[row])
    ends = np.where(value > 0, box[:, column], box[::-1, column]) * value
    least, most = (np.bincount(local, end, len(row)).astype(float) for end in ends)
    cost = _costs(rows.block_of_row[row], weight[row])
    return Claims(row, cost, expression, lower, upper, least, most, sign), box


def _costs(block: Ints, weight: Ints) -> Ints:
    """Add a little to the weight of every claim, most to the first of a block, so that few sets cost the same.

    Of equally heavy ones that of fewer claims is then the cheapest, and after that the one of later claims.
    """
    count = np.bincount(block)
    order = np.argsort(block, kind="stable")
    place = np.empty(len(block), dtype=np.int64)
    place[order] = np.arange(len(block)) - (np.cumsum(count) - count)[block[order]]
    little = np.rint(_LITTLE / UNIT * (2 - place / count[block]))
    return np.asarray(weight * round(WEIGHT_UNIT / UNIT) + little, dtype=np.int64)


def best_points(claims: Claims) -> Bools:
    """Choose for every expression the point at which the claims that miss it cost least.

    Returns
    -------
    ndarray of bool of shape (k,)
        Claims that miss the point of their expression, or that the rules exclude. Of equally good points the lowest
        is taken.
    """
    lower, upper, dropped = claims.lower, claims.upper, claims.dead
    alive = np.flatnonzero(~dropped)
    if len(alive) == 0:
        return dropped
    expression, cost = claims.expression[alive], claims.cost[alive]
    of, at = np.tile(expression, 2), np.concatenate([lower[alive], upper[alive]])
    is_end = np.repeat([False, True], len(alive))
    order = np.lexsort((is_end, at, of))
    # the costs of an expression's claims cancel out at their ends, so one running sum serves all expressions
    held = np.cumsum(np.concatenate([cost, -cost])[order])
    begins = ~is_end[order]
    of, at, held = of[order][begins], at[order][begins], held[begins]
    first = np.searchsorted(of, np.unique(of))
    best = np.repeat(np.maximum.reduceat(held, first), np.diff(np.append(first, len(held))))
    winners = np.flatnonzero(held == best)[::-1]
    chosen = np.zeros(expression.max() + 1)
    chosen[of[winners]] = at[winners]
    dropped[alive] = (lower[alive] > chosen[expression]) | (upper[alive] < chosen[expression])
    return dropped
