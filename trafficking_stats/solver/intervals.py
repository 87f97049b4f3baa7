"""Claims on one and the same expression: the point that most of them share, for all expressions at once.

Where claims differ only in their interval, the cheapest ones to drop are those that miss the best point. This
is a sweep over sorted ends, without any search, and a lower bound on what the whole system must drop.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trafficking_stats.solver.rows import Bools, Floats, Ints, Rows


@dataclass(frozen=True)
class Claims:
    """Rows that may be dropped, each read as an interval of an expression.

    Parameters
    ----------
    row : ndarray of shape (k,)
        The row.
    expression : ndarray of shape (k,)
        Number of the expression; rows that are multiples of each other share one.
    lower, upper : ndarray of shape (k,)
        The interval, cut to what the rules allow; ``lower > upper`` where nothing is left.
    weight : ndarray of int of shape (k,)
        Cost of dropping the claim.
    sign : ndarray of shape (k,)
        1 where the expression is the left side of the row, -1 where it is the negative.
    """

    row: Ints
    expression: Ints
    lower: Floats
    upper: Floats
    weight: Ints
    sign: Floats

    def among(self, keep: Bools | Ints) -> Claims:
        """Return some of the claims, by mark or by position."""
        return Claims(
            self.row[keep],
            self.expression[keep],
            self.lower[keep],
            self.upper[keep],
            self.weight[keep],
            self.sign[keep],
        )


def claims_of(rows: Rows, is_claim: Bools, weight: Ints, lower: Floats, upper: Floats) -> Claims:
    """Read the claims of a system as intervals of expressions.

    Parameters
    ----------
    rows : Rows
        The system.
    is_claim : ndarray of bool of shape (m,)
        Rows that may be dropped.
    weight : ndarray of int of shape (m,)
        Their costs.
    lower, upper : ndarray of shape (n,)
        What the rules allow.

    Returns
    -------
    Claims
        In ascending order of rows.
    """
    row = np.flatnonzero(is_claim)
    expression, sign = expressions(rows, row)
    low = np.where(sign > 0, rows.lower[row], -rows.upper[row])
    high = np.where(sign > 0, rows.upper[row], -rows.lower[row])
    entry = rows.entries(row)
    value = rows.value[entry] * np.repeat(sign, rows.length[row])
    local = np.repeat(np.arange(len(row)), rows.length[row])
    ends = lower[rows.column[entry]], upper[rows.column[entry]]
    least = np.bincount(local, value * np.where(value > 0, *ends), len(row))
    most = np.bincount(local, value * np.where(value > 0, *ends[::-1]), len(row))
    dead = rows.impossible[row]
    low, high = np.maximum(low, least), np.minimum(high, most)
    return Claims(row, expression, np.where(dead, 1.0, low), np.where(dead, 0.0, high), weight[row], sign)


def expressions(rows: Rows, row: Ints) -> tuple[Ints, Floats]:
    """Tell the distinct left sides of the rows apart; the sign makes the first coefficient positive."""
    number, sign = np.zeros(len(row), dtype=np.int64), np.ones(len(row))
    used = 0
    for length in np.unique(rows.length[row]):
        of_length = np.flatnonzero(rows.length[row] == length)
        if length == 0:
            number[of_length] = used
            used += 1
            continue
        entry = rows.entries(row[of_length]).reshape(-1, length)
        if length == 1:
            sign[of_length] = np.sign(rows.value[entry[:, 0]])
            unique, inverse = np.unique(rows.column[entry[:, 0]], return_inverse=True)
            number[of_length] = used + inverse
            used += len(unique)
            continue
        order = np.argsort(rows.column[entry], axis=1, kind="stable")
        entry = np.take_along_axis(entry, order, axis=1)
        sign[of_length] = np.sign(rows.value[entry[:, 0]])
        left = np.hstack([rows.column[entry], rows.value[entry] * sign[of_length, None]])
        unique, inverse = np.unique(left, axis=0, return_inverse=True)
        number[of_length] = used + inverse.ravel()
        used += len(unique)
    return number, sign


def best_points(claims: Claims) -> tuple[Bools, list[tuple[Ints, list[Ints]]]]:
    """Choose for every expression the point at which the claims that hold weigh most.

    Parameters
    ----------
    claims : Claims
        The claims.

    Returns
    -------
    dropped : ndarray of bool of shape (k,)
        Claims that do not hold at the point of their expression. Of points with equal weight the one is taken
        whose first claim that the other one misses comes first.
    ties : list of (members, alternatives)
        For every expression where points tied: its claims, and the claims dropped at each of the points, best
        one first; positions in `claims`.
    """
    dropped = claims.lower > claims.upper
    alive = np.flatnonzero(~dropped)
    if len(alive) == 0:
        return dropped, []
    k = len(alive)
    expression = np.tile(claims.expression[alive], 2)
    at = np.concatenate([claims.lower[alive], claims.upper[alive]])
    is_end = np.repeat([False, True], k)
    change = np.concatenate([claims.weight[alive], -claims.weight[alive]])
    order = np.lexsort((is_end, at, expression))
    expression, at, is_end = expression[order], at[order], is_end[order]
    # Ends of all claims of an expression cancel out, so one running sum serves all expressions.
    running = np.cumsum(change[order])
    first = np.flatnonzero(np.concatenate([[True], np.diff(expression) > 0]))
    size = np.diff(np.concatenate([first, [len(order)]]))
    best = np.repeat(np.maximum.reduceat(running, first), size)
    position = np.flatnonzero(~is_end & (running == best))
    count = np.bincount(expression[position], minlength=expression[-1] + 1)
    chosen = np.zeros(len(count))
    chosen[expression[position][::-1]] = at[position][::-1]
    ties = []
    tied = np.flatnonzero(count > 1)
    members_by = np.argsort(claims.expression[alive], kind="stable")
    member_ends = np.searchsorted(claims.expression[alive][members_by], [tied, tied + 1])
    starts = np.searchsorted(expression[position], [tied, tied + 1])
    for e, (m0, m1), (p0, p1) in zip(tied, member_ends.T, starts.T, strict=True):
        members = alive[members_by[m0:m1]]
        points = at[position[p0:p1]]
        ranked = _ranked(points, claims.lower[members], claims.upper[members])
        chosen[e] = ranked[0]
        missed = [members[(claims.lower[members] > p) | (claims.upper[members] < p)] for p in ranked[:_TIES]]
        ties.append((members, missed))
    point = chosen[claims.expression[alive]]
    dropped[alive] = (claims.lower[alive] > point) | (claims.upper[alive] < point)
    return dropped, ties


# Points compared when groups break a tie; more than that tie only where nobody agrees with anybody.
_TIES = 64


def _ranked(points: Floats, lower: Floats, upper: Floats) -> Floats:
    """Put first the point which keeps the first claim that not all of them keep; the others follow ascending."""
    keep = np.arange(len(points))
    for low, high in zip(lower, upper, strict=True):
        holds = (low <= points[keep]) & (points[keep] <= high)
        if holds.any():
            keep = keep[holds]
        if len(keep) == 1:
            break
    rest = np.setdiff1d(np.arange(len(points)), keep[:1])
    return points[np.concatenate([keep[:1], rest])]
