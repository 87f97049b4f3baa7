"""Claims on one and the same expression: the point at which the claims that miss it cost least, for all at once.

Where claims differ only in their interval, the cheapest ones to drop are those that miss the best point. This is a
sweep over sorted ends, without any search, and a lower bound on what the whole system must drop.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields

import numpy as np

from trafficking_stats.solver.builder import WEIGHT_UNIT, LinearSystemError
from trafficking_stats.solver.rows import Bools, Floats, Ints, Rows, spans

FINER = 1_000
"""Costs are whole numbers of thousandths of the unit of weights: room for what decides between equals."""

UNIT = WEIGHT_UNIT / FINER
"""What a cost of 1 is in weights."""


@dataclass(frozen=True)
class Discounts:
    """What dropping a claim costs less while one of some other claims is kept.

    Parameters
    ----------
    claim, saved : ndarray of shape (k,)
        Row of the claim, ascending, and what is saved, in `UNIT`.
    start, other : ndarray
        The rows ``other[start[i] : start[i + 1]]`` go with ``claim[i]``.
    """

    claim: Ints
    saved: Ints
    start: Ints
    other: Ints

    def pairs(self) -> tuple[Ints, Ints]:
        """Return the place of the claim and the other row, one pair an entry of `other`."""
        return np.repeat(np.arange(len(self.claim)), np.diff(self.start)), self.other

    def saving(self, dropped: Bools) -> Bools:
        """Tell which claims are dropped while another one is kept."""
        place, other = self.pairs()
        return dropped[self.claim] & (np.bincount(place, ~dropped[other], len(self.claim)) > 0)


def discounts_of(given: Mapping[int, tuple[float, Collection[int]]], weight: Ints) -> Discounts:
    """Check discounts and put them into arrays.

    Parameters
    ----------
    given : mapping of int to (float, collection of int)
        By the row of a claim: what is saved, in weights, and the rows of which one must be kept.
    weight : ndarray of int of shape (m,)
        Weights in units of `builder.WEIGHT_UNIT`, 0 for rules.

    Raises
    ------
    LinearSystemError
        If a row is no claim, or a discount exceeds the weight.
    """
    claim = np.array(sorted(given), dtype=np.int64)
    others = [np.unique(np.array(list(given[i][1]), dtype=np.int64)) for i in claim.tolist()]
    flat = np.concatenate([np.empty(0, dtype=np.int64), *others])
    saved = np.array([round(given[i][0] / WEIGHT_UNIT) * FINER for i in claim.tolist()], dtype=np.int64)
    both = np.concatenate([claim, flat])
    if ((both < 0) | (both >= len(weight))).any() or (weight[both] == 0).any() or (saved > FINER * weight[claim]).any():
        raise LinearSystemError("a discount is for a claim, at most its weight, and hangs on other claims")
    return Discounts(claim, saved, np.r_[0, np.cumsum([len(rows) for rows in others], dtype=np.int64)], flat)


@dataclass(frozen=True)
class Claims:
    """Rows that may be dropped, each read as an interval of an expression.

    Parameters
    ----------
    row : ndarray of shape (k,)
        The row, ascending.
    expression : ndarray of shape (k,)
        Number of the expression; rows that are multiples of each other share one.
    lower, upper : ndarray of shape (k,)
        The interval.
    least, most : ndarray of shape (k,)
        What the rules allow the expression.
    sign : ndarray of shape (k,)
        1 where the expression is the left side of the row, -1 where it is the negative.
    """

    row: Ints
    expression: Ints
    lower: Floats
    upper: Floats
    least: Floats
    most: Floats
    sign: Floats

    def among(self, keep: Ints) -> Claims:
        """Return some of the claims, by position."""
        return Claims(*(getattr(self, field.name)[keep] for field in fields(self)))

    @property
    def dead(self) -> Bools:
        """Claims that the rules exclude by themselves."""
        return np.maximum(self.lower, self.least) > np.minimum(self.upper, self.most)


def claims_of(rows: Rows, is_claim: Bools, lower: Floats, upper: Floats) -> Claims:
    """Read the claims of a system as intervals of expressions.

    Parameters
    ----------
    rows : Rows
        The system.
    is_claim : ndarray of bool of shape (m,)
        Rows that may be dropped.
    lower, upper : ndarray of shape (n,)
        What the rules allow.
    """
    row = np.flatnonzero(is_claim)
    expression, sign = expressions(rows, row)
    low = np.where(sign > 0, rows.lower[row], -rows.upper[row])
    high = np.where(sign > 0, rows.upper[row], -rows.lower[row])
    entry = rows.entries(row)
    value = rows.value[entry] * np.repeat(sign, rows.length[row])
    local = np.repeat(np.arange(len(row)), rows.length[row])
    ends = lower[rows.column[entry]], upper[rows.column[entry]]
    least = np.bincount(local, value * np.where(value > 0, *ends), len(row)).astype(float)
    most = np.bincount(local, value * np.where(value > 0, *ends[::-1]), len(row)).astype(float)
    dead = rows.impossible[row]
    return Claims(row, expression, np.where(dead, 1.0, low), np.where(dead, 0.0, high), least, most, sign)


def expressions(rows: Rows, row: Ints) -> tuple[Ints, Floats]:
    """Tell the distinct left sides of the rows apart; the sign makes the first coefficient positive."""
    number, sign = np.zeros(len(row), dtype=np.int64), np.ones(len(row))
    used = 0
    for length in np.unique(rows.length[row]):
        of_length = np.flatnonzero(rows.length[row] == length)
        entry = rows.entries(row[of_length]).reshape(len(of_length), length)
        order = np.argsort(rows.column[entry], axis=1, kind="stable")
        entry = np.take_along_axis(entry, order, axis=1)
        if length:
            sign[of_length] = np.sign(rows.value[entry[:, 0]])
        left = np.hstack([rows.column[entry], rows.value[entry] * sign[of_length, None]])
        # a variable by itself has the coefficient 1
        unique, inverse = (
            np.unique(left[:, 0], return_inverse=True) if length == 1 else np.unique(left, axis=0, return_inverse=True)
        )
        number[of_length] = used + inverse.ravel()
        used += len(unique)
    return number, sign


def best_points(claims: Claims, cost: Ints, discounts: Discounts) -> Bools:
    """Choose for every expression the point at which the claims that miss it cost least.

    Parameters
    ----------
    claims : Claims
        The claims.
    cost : ndarray of int of shape (m,)
        What dropping each row of the system costs.
    discounts : Discounts
        A claim on another expression is counted as kept.

    Returns
    -------
    ndarray of bool of shape (k,)
        Claims that miss the point of their expression. Of equally good points the lowest is taken.
    """
    dropped = claims.dead
    alive = np.flatnonzero(~dropped)
    if len(alive) == 0:
        return dropped
    lower, upper = claims.lower[alive], claims.upper[alive]
    expression = np.tile(claims.expression[alive], 2)
    at, is_end = np.concatenate([lower, upper]), np.repeat([False, True], len(alive))
    weight = cost[claims.row[alive]]
    order = np.lexsort((is_end, at, expression))
    # ends of all claims of an expression cancel out, so one running sum serves all expressions
    running = np.cumsum(np.concatenate([weight, -weight])[order])
    candidate = np.flatnonzero(~is_end[order])
    of_candidate, point = expression[order][candidate], at[order][candidate]
    held = running[candidate]
    # of claims that begin at one point, the last has counted all
    same = (of_candidate[:-1] == of_candidate[1:]) & (point[:-1] == point[1:])
    good = np.r_[~same, True]
    of_candidate, point, held = of_candidate[good], point[good], held[good]
    held = held + _savings(claims, discounts, of_candidate, point)
    first = np.flatnonzero(np.r_[True, np.diff(of_candidate) > 0])
    best = np.repeat(np.maximum.reduceat(held, first), np.diff(np.r_[first, len(held)]))
    winners = np.flatnonzero(held == best)[::-1]
    chosen = np.zeros(claims.expression.max() + 1)
    chosen[of_candidate[winners]] = point[winners]
    dropped[alive] = (lower > chosen[claims.expression[alive]]) | (upper < chosen[claims.expression[alive]])
    return dropped


def _savings(claims: Claims, discounts: Discounts, expression: Ints, point: Floats) -> Ints:
    """Sum what the discounts save at each point."""
    saved = np.zeros(len(point), dtype=np.int64)
    if not len(discounts.claim):
        return saved
    where = np.searchsorted(claims.row, discounts.claim)
    own = claims.expression[where]
    begin = np.searchsorted(expression, own)
    size = np.searchsorted(expression, own, side="right") - begin
    # one line for each claim and point of its expression
    line, at = np.repeat(np.arange(len(own)), size), spans(begin, size)
    missed = (point[at] < claims.lower[where[line]]) | (point[at] > claims.upper[where[line]])
    first = np.cumsum(size) - size
    place, other = discounts.pairs()
    other = np.searchsorted(claims.row, other)
    alive = ~claims.dead[other]
    place, other = place[alive], other[alive]
    near = claims.expression[other] == own[place]
    kept = np.zeros(len(line), dtype=bool)
    kept[spans(first[place[~near]], size[place[~near]])] = True
    pair = np.repeat(np.flatnonzero(near), size[place[near]])
    hit = spans(first[place[near]], size[place[near]])
    holds = (claims.lower[other[pair]] <= point[at[hit]]) & (point[at[hit]] <= claims.upper[other[pair]])
    kept[hit[holds]] = True
    np.add.at(saved, at[missed & kept], discounts.saved[line[missed & kept]])
    return saved
