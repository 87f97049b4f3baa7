"""The programme that finds the cheapest claims to drop.

A claim says that an expression lies between two ends. The ends of all claims on an expression, sorted, are thresholds,
each with a variable that is 1 where the expression has passed it; a claim holds where its lower threshold is passed
and its upper one is not. So the jumps of the expression are as small as the figures are near, and there is no constant
that must be larger than all of them, with which the tolerance of a solver lets wrong figures pass.
"""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from trafficking_stats.solver.claims import UNIT, Claims
from trafficking_stats.solver.highs import Deadline, OutOfTimeError, Programme
from trafficking_stats.solver.rows import Bools, Floats, Ints, Rows


class Choice:
    """Which claims to drop.

    Parameters
    ----------
    rows : Rows
        The system.
    rules : ndarray of int
        Its rules that are to hold.
    claims : Claims
        All claims on some expressions.
    box : ndarray of shape (2, n)
        Finite bounds of every variable.
    clashes : sequence of (sides, rows)
        Sides of rows, of each of which one at least must give way.

    Attributes
    ----------
    dropped : ndarray of bool of shape (k,)
        The claims to drop.
    open : float
        How much of their cost, in `UNIT`, might be saved; 0 if they are known to be the cheapest.
    between : ndarray of int
        Blocks in which the relaxed programme, asked alone, left thresholds half passed.
    """

    def __init__(
        self, rows: Rows, rules: Ints, claims: Claims, box: Floats, clashes: Sequence[tuple[Ints, Ints]]
    ) -> None:
        self.claims, self.dropped, self.open = claims, claims.dead, 0.0
        self.between = np.zeros(0, dtype=np.int64)
        self._rows, self._rules, self._own = _together(rows, rules, claims, box)
        self._state(rows.block_of_row[claims.row], clashes)

    def _thresholds(self) -> tuple[Ints, Floats, Ints]:
        """Sort the ends of all claims on each expression.

        Returns
        -------
        of : ndarray of int of shape (t,)
            The expression of each threshold, numbered from 0.
        beyond : ndarray of shape (t,)
            The least value beyond it.
        sample : ndarray of int
            A claim on each expression.
        """
        claims = self.claims
        ends = np.stack([claims.lower, claims.upper + 1])
        self._has = np.stack([claims.lower > claims.least, claims.upper < claims.most]) & ~claims.dead
        live = np.flatnonzero(self._has.any(axis=0))
        _, sample, of_live = np.unique(claims.expression[live], return_index=True, return_inverse=True)
        sample = live[sample]
        expression = np.zeros(len(claims.row))
        expression[live] = of_live
        key = np.stack([np.tile(expression, (2, 1)), ends])[:, self._has]
        (number, beyond), place = np.unique(key, axis=1, return_inverse=True)
        self._column = np.zeros(self._has.shape, dtype=np.int64)
        self._column[self._has] = self._rows.n + place.ravel()
        return number.astype(np.int64), beyond, sample

    def _state(self, block: Ints, clashes: Sequence[tuple[Ints, Ints]]) -> None:
        """State the programme: rules, each expression between its thresholds, thresholds in their order, clashes."""
        claims, rows = self.claims, self._rows
        of, beyond, sample = self._thresholds()
        number, k = np.arange(len(of)), len(sample)
        first = np.searchsorted(of, np.arange(k))
        last = np.searchsorted(of, np.arange(k), side="right") - 1
        follows = np.delete(number, first)
        low, high = claims.least[sample], claims.most[sample]
        up, down = np.diff(beyond, prepend=0.0), np.diff(beyond, append=0.0)
        up[first], down[last] = beyond[first] - low, high - (beyond[last] - 1)
        left = sparse.diags_array(claims.sign[sample]) @ rows.matrix(self._own[sample])
        linked = sparse.vstack([left, left, sparse.csr_array((len(follows), rows.n))])
        order, one = 2 * k + np.arange(len(follows)), np.ones(len(follows))
        place = np.concatenate([of, k + of, order, order]), np.concatenate([number, number, follows - 1, follows])
        passed = sparse.csr_array((np.concatenate([-up, -down, one, -one]), place), (linked.shape[0], len(of)))
        cuts, excluded = self._cuts(clashes, len(of))
        parts = [[rows.matrix(self._rules), None], [linked, passed], [None, cuts]]
        matrix = sparse.block_array(parts, format="csr")
        lower, upper = rows.sides[:, self._rules]
        lower = np.concatenate([lower, low, np.full(k, -np.inf), 0 * one, excluded])
        upper = np.concatenate(
            [upper, np.full(k, np.inf), beyond[first] - 1, np.inf * one, np.full(len(clashes), np.inf)]
        )
        box = np.hstack([rows.domain, np.tile([[0.0], [1.0]], len(of))])
        whole = np.repeat([False, True], [rows.n, len(of)])
        self._programme = Programme(matrix, np.stack([lower, upper]), box, whole)
        self._block = block[sample][of]
        # a claim is dropped where 1 - passed(lower) + passed(upper) is 1: what it costs is linear
        self._price = np.zeros(len(whole))
        for side, sign in ((0, -UNIT), (1, UNIT)):
            has = self._has[side]
            np.add.at(self._price, self._column[side, has], sign * claims.cost[has])
        self._base = float(claims.cost[self._has[0] | claims.dead].sum())

    def settle(self, deadline: Deadline, *, relaxed: bool) -> None:
        """Find the cheapest claims to drop, as far as the programme can tell, or as far as the relaxed one can.

        Raises
        ------
        OutOfTimeError
            If there was no time for any answer.
        """
        answer = self._programme.minimise(self._price, deadline, relaxed=True)
        if answer.values is not None and answer.between.any() and not relaxed:
            # what the relaxed programme settled stays so
            columns = np.arange(self._rows.n, len(self._price))
            open_ = np.isin(self._block, self._block[answer.between[columns]])
            self._programme.fix(columns, np.where(open_, [[0.0], [1.0]], answer.values[columns]))
            answer = self._programme.minimise(self._price, deadline, presolve=True)
        if answer.values is None:
            raise OutOfTimeError("the time limit was reached")
        passed = np.where(self._has, answer.values[self._column] > 0.5, [[True], [False]])
        self.dropped = self.claims.dead | ~passed[0] | passed[1]
        self.between = self._block[answer.between[self._rows.n :]]
        cost = float(self.claims.cost[self.dropped].sum())
        self.open = 0.0 if answer.status == "optimal" else cost - self._base - answer.bound / UNIT

    def _cuts(self, clashes: Sequence[tuple[Ints, Ints]], n: int) -> tuple[sparse.csr_array, Floats]:
        """Exclude answers that keep all sides of a clash: one row each, and what it is at least."""
        side, row = (np.concatenate([clash[k] for clash in clashes] or [np.zeros(0, np.int64)]) for k in (0, 1))
        number = np.repeat(np.arange(len(clashes)), np.array([len(rows) for _, rows in clashes], dtype=np.int64))
        claim = np.searchsorted(self.claims.row, row)
        # of an expression read the other way round the sides change places
        side = np.where(self.claims.sign[claim] > 0, side, 1 - side)
        has = self._has[side, claim]
        number, side, claim = number[has], side[has], claim[has]
        place = number, self._column[side, claim] - self._rows.n
        matrix = sparse.csr_array((np.where(side == 0, -1.0, 1.0), place), (len(clashes), n))
        return matrix, np.asarray(1.0 - np.bincount(number, side == 0, len(clashes)), dtype=np.float64)


def least_deviation(rows: Rows, rules: Ints, claims: Claims, box: Floats) -> Bools:
    """Drop what does not hold at the point that deviates least from all claims: one linear programme.

    References
    ----------
    Chinneck, J. (2008). *Feasibility and Infeasibility in Optimization*, ch. 6 (elastic programming). Springer.
    """
    rows, rules, own = _together(rows, rules, claims, box)
    lower, upper = rows.sides[:, own]
    left, each = rows.matrix(own), sparse.eye_array(len(lower))
    matrix = sparse.block_array([[rows.matrix(rules), None], [left, each], [left, -each]], format="csr")
    open_ = np.full(len(lower), np.inf)
    sides = np.hstack([rows.sides[:, rules], [lower, open_], [-open_, upper]])
    whole = np.repeat([True, False], [rows.n, len(lower)])
    programme = Programme(matrix, sides, np.hstack([rows.domain, [0 * lower, open_]]), whole)
    answer = programme.minimise(np.append(np.zeros(rows.n), claims.cost * UNIT), Deadline(None), relaxed=True)
    if answer.values is None or rows.violated(answer.values[: rows.n], rules).any():
        return np.ones(len(lower), dtype=bool)
    return rows.violated(answer.values[: rows.n], own)


def _together(rows: Rows, rules: Ints, claims: Claims, box: Floats) -> tuple[Rows, Ints, Ints]:
    """Cut out rules and claims as a system of its own; return it, and which of its rows are rules and which claims."""
    inside = np.sort(np.concatenate([rules, claims.row]))
    part, _ = rows.stack(inside, np.zeros(len(inside), dtype=np.int64), box)
    return part, np.searchsorted(inside, rules), np.searchsorted(inside, claims.row)
