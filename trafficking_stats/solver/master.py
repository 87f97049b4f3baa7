"""Locate errors in one block whose clashes are too many for a search by hand.

Every expression that claims speak of is cut at the ends of their intervals into segments; a binary variable
says in which segment its value lies, and that tells which claims hold. Claims that exclude each other thus need
no clash to be listed. Clashes across expressions are cuts, added when a solution turns out to hold one: every
answer is checked exactly, and the programme is solved again (logic-based Benders [1]_). So far it has only zeros
and ones in it. If that does not end, the variables and the rules are put in and tied to the segments by the
segments' own ends: the tightest constants there are, claim by claim. A tolerance of the solver that lets a claim
pass all the same is noticed by the check, and cut off like any other clash.

References
----------
.. [1] Hooker, J. and Ottosson, G. (2003). Logic-based Benders decomposition. *Mathematical Programming* 96, 33-60.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from trafficking_stats.solver.clashes import Clashes
from trafficking_stats.solver.intervals import Claims
from trafficking_stats.solver.lifting import half_lines
from trafficking_stats.solver.milp import Deadline, OutOfTimeError, SolverError, minimise
from trafficking_stats.solver.parts import anchor
from trafficking_stats.solver.rows import Bools, Floats, Ints

# Cuts made of one clash: each widens another of its claims most.
_LIFTINGS = 4

# Entries of the rows that would say which groups lose a claim; where thousands disagree about one sum the groups are
# not compared.
_COMPARED = 300_000
# Rounds of cuts after which the variables are put in.
_ROUNDS = 12
# Where nothing bounds an expression: the multiple of all figures together that it is assumed not to exceed, which
# the status mentions. For sums that do not overlap 1 is proven to suffice: their matrix is totally unimodular.
_REACH = 10.0

Entry = tuple[Ints, Floats, float, float]


@dataclass(frozen=True)
class Outcome:
    """What the programme of a block found; the dropped rows themselves are marked in the `Clashes`.

    Parameters
    ----------
    proven : int
        Lower bound of the weight to drop, in units of weight.
    ties_broken : bool
        Whether the order among equal solutions was worked out to the end.
    reach : float
        Largest value assumed where nothing bounds an expression; ``inf`` if nothing was assumed.
    """

    proven: int
    ties_broken: bool
    reach: float


@dataclass
class Choice:
    """Something to keep or to lose: a claim, or a whole group.

    Parameters
    ----------
    lost_in : ndarray of int
        Columns of which one is 1 when it is lost; empty if it never is.
    kept_in : ndarray of int
        Columns of which one is 1 when it is kept, if it is a claim.
    """

    lost_in: Ints
    kept_in: Ints


class Master:
    """The programme of one block: the segments of its expressions, then its groups.

    Parameters
    ----------
    clashes : Clashes
        All blocks and the clashing sets known of them.
    claims : Claims
        Their claims as intervals.
    block : int
        The block.
    """

    def __init__(self, clashes: Clashes, claims: Claims, block: int) -> None:
        rows = clashes.rows
        self.clashes, self.block = clashes, block
        self.row_ids = rows.rows_in(block)
        mine = claims.among(rows.block_of_row[claims.row] == block)
        self.dead = mine.row[mine.lower > mine.upper]
        self.claims = mine.among(mine.lower <= mine.upper)
        self.unit = int(np.gcd.reduce(self.claims.weight, initial=0)) or 1
        self._entries: list[Entry] = []
        self._cuts: dict[frozenset[int], list[Entry]] = {}
        self.lower, self.upper, self.integer = np.empty(0), np.empty(0), np.empty(0)
        self.reach = math.inf
        self._rounds = 0
        self._all_compared = True
        self._lay_out()

    def _lay_out(self) -> None:
        """Cut every expression into segments."""
        rows, claims = self.clashes.rows, self.claims
        nothing = np.empty(0, dtype=np.int64)
        self.choices = [Choice(nothing, nothing) for _ in claims.row]
        # Columns of every expression, and where its segments begin and end.
        self.expressions: dict[int, tuple[Ints, Floats, Floats]] = {}
        order = np.argsort(claims.expression, kind="stable")
        for member in np.split(order, np.flatnonzero(np.diff(claims.expression[order])) + 1):
            whole = bool(rows.exact[claims.row[member[0]]])
            low, high = segments(claims.lower[member], claims.upper[member], whole)
            own = self._add_columns(len(low))
            self.expressions[int(claims.expression[member[0]])] = own, low, high
            self._require(own, np.ones(len(own)), 1.0, 1.0)
            for k in member:
                holds = (claims.lower[k] <= low) & (high <= claims.upper[k])
                self.choices[k] = Choice(own[~holds], own[holds])
        self.cost = np.zeros(len(self.upper))
        for choice, weight in zip(self.choices, claims.weight.tolist(), strict=True):
            self.cost[choice.lost_in] += weight // self.unit

    def _add_columns(
        self, count: int, lower: Floats | float = 0.0, upper: Floats | float = 1.0, integer: Bools | float = 1.0
    ) -> Ints:
        columns = len(self.upper) + np.arange(count)
        self.lower = np.concatenate([self.lower, np.broadcast_to(lower, count)])
        self.upper = np.concatenate([self.upper, np.broadcast_to(upper, count)])
        self.integer = np.concatenate([self.integer, np.broadcast_to(integer, count)])
        return columns

    def _link(self) -> None:
        """Put in the variables and the rules, and tie the expressions to their segments."""
        rows, claims = self.clashes.rows, self.claims
        variables = rows.variables_in(self.block)
        domain = rows.domain_lower[variables], rows.domain_upper[variables]
        # Measured from a corner of the box, as in `PartProblem`.
        origin = anchor(rows.domain_lower, rows.domain_upper)
        corner = origin[variables]
        x = np.full(rows.n, -1)
        x[variables] = self._add_columns(
            len(variables), domain[0] - corner, domain[1] - corner, rows.integer[variables]
        )
        rules = self.row_ids[~self.clashes.is_claim[self.row_ids]]
        for r in rules:
            span = slice(rows.start[r], rows.start[r + 1])
            column, value = rows.column[span], rows.value[span]
            constant = float((value * origin[column]).sum())
            self._require(x[column], value, rows.lower[r] - constant, rows.upper[r] - constant)
        figures = [s[np.isfinite(s)] for s in (rows.lower[rules], rows.upper[rules], domain[0])]
        figures += [s[np.isfinite(s)] for _, low, high in self.expressions.values() for s in (low, high)]
        limit = _REACH * (1.0 + sum(float(np.abs(f).max(initial=0.0)) for f in figures[3:]))
        limit += _REACH * sum(float(np.abs(f).sum()) for f in figures[:3])
        first = dict(zip(claims.expression[::-1].tolist(), range(len(claims.row))[::-1], strict=True))
        for expression, (own, low, high) in self.expressions.items():
            k = first[expression]
            span = slice(rows.start[claims.row[k]], rows.start[claims.row[k] + 1])
            column, value = rows.column[span], rows.value[span] * claims.sign[k]
            ends = rows.domain_lower[column], rows.domain_upper[column]
            least = float((value * np.where(value > 0, *ends)).sum())
            most = float((value * np.where(value > 0, *ends[::-1])).sum())
            if not (math.isfinite(least) and math.isfinite(most)):
                self.reach = math.inf if self._is_forest() else limit
                least, most = max(least, -limit), min(most, limit)
            outside = (low > most) | (high < least)
            self.upper[own[outside]] = 0.0
            columns = np.concatenate([x[column], own])
            constant = float((value * origin[column]).sum())
            begin, end = np.clip(low, least, most) - constant, np.clip(high, least, most) - constant
            self._require(columns, np.concatenate([value, -begin]), 0.0, math.inf)
            self._require(columns, np.concatenate([value, -end]), -math.inf, 0.0)

    def _is_forest(self) -> bool:
        """Whether the graph of variables and distinct sums has no cycle, and all coefficients are 1 or -1."""
        rows, claims = self.clashes.rows, self.claims
        _, first = np.unique(claims.expression, return_index=True)
        sums = np.concatenate([self.row_ids[~self.clashes.is_claim[self.row_ids]], claims.row[first]])
        entry = rows.entries(sums)
        nodes = len(sums) + len(rows.variables_in(self.block))
        return len(entry) == nodes - 1 and bool((np.abs(rows.value[entry]) == 1).all())

    def _require(self, columns: Ints, values: Floats, lower: float, upper: float) -> None:
        self._entries.append((columns, values, lower, upper))

    def solve(self, group: Ints, touched: Bools, deadline: Deadline) -> Outcome:
        """Drop the cheapest claims; among equals those of the fewest groups, and then by their order.

        Parameters
        ----------
        group : ndarray of shape (m,)
            Group of every row of the system, -1 for none.
        touched : ndarray of bool of shape (n_groups,)
            Groups that other blocks drop claims of, so that dropping more of them costs nothing.
        deadline : Deadline
            Limit.

        Returns
        -------
        Outcome

        Raises
        ------
        OutOfTimeError
            When not even the cost was settled.
        """
        answer = self._checked(self.cost, deadline)
        if answer is None:
            raise SolverError("the search for errors found no solution, though dropping every claim is one")
        best, bound = answer
        spent = sum(w for w, c in zip(self.claims.weight.tolist(), self.choices, strict=True) if _lost(best, c))
        # The solver's bound holds within its tolerance: up to that an optimal answer is taken as proven.
        closed = bound * self.unit >= spent * (1 - 1e-6)
        proven = spent if closed else math.ceil(bound) * self.unit
        proven += int(self.clashes.weight[self.dead].sum())
        self._fix_cost(spent // self.unit)
        try:
            best = self._fewest_groups(best, group, touched, deadline)
            best = self._first_in_order(best, self.choices, deadline)
        except OutOfTimeError:
            self._mark(best)
            return Outcome(proven, False, self.reach)
        self._mark(best)
        return Outcome(proven, self._all_compared, self.reach)

    def _fix_cost(self, spent: int) -> None:
        """From here on only solutions of the least cost; segments that cannot be part of one are closed."""
        used = np.flatnonzero(self.cost)
        self._require(used, self.cost[used], -math.inf, spent + 0.5)
        columns = [own for own, _, _ in self.expressions.values()]
        least = [self.cost[own].min() for own in columns]
        for own, cheapest in zip(columns, least, strict=True):
            self.upper[own[self.cost[own] - cheapest > spent - sum(least) + 0.5]] = 0.0

    def _fewest_groups(self, best: Floats, group: Ints, touched: Bools, deadline: Deadline) -> Floats:
        free = touched.copy()
        dead = group[self.dead]
        free[dead[dead >= 0]] = True
        mine = group[self.claims.row]
        names = np.unique(mine[mine >= 0])
        names = names[~free[names]]
        if len(names) == 0:
            return best
        if sum(len(choice.lost_in) for choice in self.choices) > _COMPARED:
            self._all_compared = False
            return best
        columns = self._add_columns(len(names))
        for name, choice in zip(mine, self.choices, strict=True):
            if name >= 0 and not free[name] and len(choice.lost_in):
                column = columns[np.searchsorted(names, name)]
                count = len(choice.lost_in)
                self._require(np.append(choice.lost_in, column), np.append(np.ones(count), -1.0), -math.inf, 0.0)
        cost = np.zeros(len(self.upper))
        cost[columns] = 1.0
        answer = self._checked(cost, deadline)
        if answer is None:
            raise SolverError("the search for errors lost its solution while comparing groups")
        best, _ = answer
        self._require(columns, np.ones(len(columns)), -math.inf, float(np.round(best[columns]).sum()) + 0.5)
        nothing = np.empty(0, dtype=np.int64)
        return self._first_in_order(best, [Choice(columns[k : k + 1], nothing) for k in range(len(names))], deadline)

    def _first_in_order(self, best: Floats, choices: list[Choice], deadline: Deadline) -> Floats:
        """Keep the first that can be kept, then the next.

        Runs of claims that the best solution so far loses are asked for as a whole: does another one keep any?
        If so, the first of them is found by halving.
        """
        at, halve = 0, False
        while at < len(choices):
            if not _lost(best, choices[at]):
                self.upper[choices[at].lost_in] = 0.0
                at, halve = at + 1, False
                continue
            end = at
            while end < len(choices) and _lost(best, choices[end]):
                end += 1
            run = choices[at : (at + end + 1) // 2 if halve else end]
            answer = None
            if any(self.upper[c.kept_in].any() or not len(c.kept_in) for c in run):
                lost_in = np.concatenate([c.lost_in for c in run])
                columns, times = np.unique(lost_in, return_counts=True)
                self._require(columns, times.astype(float), -math.inf, len(run) - 0.5)
                answer = self._checked(np.zeros(1), deadline)
                self._entries.pop()
            if answer is None:
                for choice in run:
                    self.upper[choice.kept_in] = 0.0
                at += len(run)
            else:
                best, halve = answer[0], True
        return best

    def _checked(self, cost: Floats, deadline: Deadline) -> tuple[Floats, float] | None:
        """Solve until the claims kept hold exactly: the solution and the bound of its cost; None if infeasible."""
        blocks = np.arange(self.clashes.rows.n_blocks) == self.block
        while True:
            self._rounds += 1
            if self._rounds == _ROUNDS:
                self._link()
            for core in sorted(self.clashes.cores[self.block] - self._cuts.keys(), key=sorted):
                self._cuts[core] = self._lifted(core)
            answer = self._milp(cost, deadline)
            if answer is None:
                return None
            self._mark(answer[0])
            if not self.clashes.learn(blocks, deadline).any():
                return answer

    def _lifted(self, core: frozenset[int]) -> list[Entry]:
        """Not all expressions of a clash can lie where they clash; nothing if the segments say so already."""
        claims = self.claims
        k = np.flatnonzero(np.isin(claims.row, list(core)))
        one = len(np.unique(claims.expression[k])) == 1
        if len(k) < len(core) or (one and claims.lower[k].max() > claims.upper[k].min()):
            return []
        rules = self.row_ids[~self.clashes.is_claim[self.row_ids]]
        members = claims.row[k], claims.sign[k], claims.lower[k], claims.upper[k]
        entries: list[Entry] = []
        for first in range(min(len(k), _LIFTINGS)):
            lower, upper = half_lines(self.clashes.rows, rules, *members, first)
            columns = []
            for expression, begin, end in zip(claims.expression[k].tolist(), lower, upper, strict=True):
                if math.isfinite(begin) or math.isfinite(end):
                    own, low, high = self.expressions[expression]
                    columns.append(own[(begin <= low) & (high <= end)])
            unique, times = np.unique(np.concatenate(columns), return_counts=True)
            entries.append((unique, times.astype(float), -math.inf, len(columns) - 1.0))
        return entries

    def _milp(self, cost: Floats, deadline: Deadline) -> tuple[Floats, float] | None:
        entries = self._entries + [entry for cuts in self._cuts.values() for entry in cuts]
        at = np.repeat(np.arange(len(entries)), [len(entry[0]) for entry in entries])
        column, value = (np.concatenate([entry[part] for entry in entries]) for part in (0, 1))
        matrix = sparse.csr_array((value, (at, column)), shape=(len(entries), len(self.upper)))
        sides = np.array([entry[2:] for entry in entries])
        cost = np.pad(cost, (0, len(self.upper) - len(cost)))
        answer = minimise(cost, matrix, sides.T, np.stack([self.lower, self.upper]), self.integer, deadline)
        if answer.status == "infeasible":
            return None
        if answer.status != "optimal" or answer.values is None:
            raise OutOfTimeError("the time limit was reached in the search for errors")
        return answer.values, answer.bound

    def _mark(self, solution: Floats) -> None:
        dropped = self.clashes.dropped
        dropped[self.row_ids] = False
        dropped[self.dead] = True
        dropped[self.claims.row] = [_lost(solution, choice) for choice in self.choices]


def _lost(solution: Floats, choice: Choice) -> bool:
    return bool(solution[choice.lost_in].sum() > 0.5)


def segments(lower: Floats, upper: Floats, whole: bool) -> tuple[Floats, Floats]:
    """Cut the line where a claim begins or ends.

    Parameters
    ----------
    lower, upper : ndarray of shape (k,)
        Claims.
    whole : bool
        Whether only whole values occur.

    Returns
    -------
    low, high : ndarray
        Ends of the segments, ascending; within one of them each claim holds everywhere or nowhere.

    Examples
    --------
    >>> low, high = segments(np.array([3.0, 5.0]), np.array([3.0, 8.0]), whole=True)
    >>> np.stack([low, high]).tolist()
    [[-inf, 3.0, 4.0, 5.0, 9.0], [2.0, 3.0, 4.0, 8.0, inf]]
    """
    if whole:
        cut = np.unique(np.concatenate([[-np.inf], lower, upper + 1]))
        cut = cut[cut < np.inf]
        return cut, np.append(cut[1:] - 1, np.inf)
    cut = np.unique(np.concatenate([[-np.inf, np.inf], lower, upper]))
    points = cut[np.isfinite(cut)]
    low = np.concatenate([points, cut[:-1]])
    high = np.concatenate([points, cut[1:]])
    order = np.lexsort((high, low))
    return low[order], high[order]
