"""Why a cell cannot be larger or smaller: the one line of arithmetic that claims and rules add up to."""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array, vstack
from scipy.sparse.csgraph import connected_components

from trafficking_stats.linear import LinearSystem
from trafficking_stats.reconciliation.cells import System

_SMALL = 1e-7

_ROUNDS = 60
"""Rounds of propagation: more than any chain of rules has links, fewer than a loop of them could go on for."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Term:
    """A cell in a line of arithmetic, taken ``times`` often at the bound a claim gives it."""

    cell: int
    times: float
    bound: float


@dataclass(frozen=True)
class Chain:
    """The rules and claims that force one bound of a cell, summed into one line.

    Parameters
    ----------
    cell : int
        The cell that is bounded.
    upper : bool
        Whether the bound is an upper one.
    bound : float
        The bound; ``inf`` or 0 where nothing forces one.
    terms : tuple of Term
        The other cells: ``cell <= sum(times * bound)`` for an upper bound, ``>=`` for a lower one.
    rules : tuple of int
        The rules that were added up; none where no rule takes part.
    exact : bool
        Whether every rule is an equation and every bound a figure that is known exactly: the cell then is equal to
        the sum.
    """

    cell: int
    upper: bool
    bound: float
    terms: tuple[Term, ...] = ()
    rules: tuple[int, ...] = ()
    exact: bool = False


class Network:
    """The rules of a system, cut into the components that have no rule in common.

    Parameters
    ----------
    system : System
        Cells, groups and rules.
    """

    def __init__(self, system: System) -> None:
        self.system = system
        entries = system.rules.entries
        rule, cell = entries["rule"].to_numpy(), entries["cell"].to_numpy()
        n_cells, n_rules = len(system.cells), len(system.rules.table)
        links = coo_array((np.ones(len(rule)), (cell, n_cells + rule)), shape=(n_cells + n_rules, n_cells + n_rules))
        self._component = connected_components(links, directed=False)[1][:n_cells]
        self._of_entry = self._component[cell]
        self._of_group = self._component[system.groups["cell"].to_numpy()]
        self._parts: dict[int, Part] = {}

    def part(self, cell: int) -> Part:
        """Return the component of a cell; it is cut out when it is asked for the first time."""
        number = int(self._component[cell])
        if number not in self._parts:
            cells, groups = np.flatnonzero(self._component == number), np.flatnonzero(self._of_group == number)
            entries = self.system.rules.entries[self._of_entry == number]
            self._parts[number] = Part(self.system, cells, groups, entries)
        return self._parts[number]


class Part:
    """One component of a system: what can be said of one of its cells depends on nothing else.

    Parameters
    ----------
    system : System
        Cells, groups and rules.
    cells, groups : numpy.ndarray of int
        The cells of the component and the groups of claims on them.
    entries : pandas.DataFrame
        The entries of its rules.
    """

    def __init__(self, system: System, cells: Ints, groups: Ints, entries: pd.DataFrame) -> None:
        self.cells, self.groups = cells, groups
        rows = system.groups.iloc[groups]
        self._cell_of_group = np.searchsorted(cells, rows["cell"].to_numpy())
        self._lower, self._upper = rows["lower"].to_numpy(float), rows["upper"].to_numpy(float)
        self.rules, row = np.unique(entries["rule"].to_numpy(), return_inverse=True)
        self.equal = system.rules.table["equal"].to_numpy(bool)[self.rules]
        place, sign = np.searchsorted(cells, entries["cell"].to_numpy()), entries["coefficient"].to_numpy(float)
        self.matrix = csr_array((sign, (row, place)), shape=(len(self.rules), len(cells)))
        table = system.rules.table.iloc[self.rules]
        # every rule says sum(sign * cell) >= 0, and an equation says so of its negative too
        numbers = np.arange(len(self.rules))
        blocks = [self.matrix, -self.matrix[self.equal]]
        first, second = [numbers, numbers[self.equal]], [numbers, numbers[self.equal]]
        # a longer period beside one inside it: the years that they share cancel out
        years = np.flatnonzero((table["kind"] == "years") & table["equal"])
        spans = np.flatnonzero(table["kind"].isin(["span", "since_records"]))
        inside, above = self.matrix.minimum(0), self.matrix.maximum(0)
        for shorter, of_shorter, times in ((years, inside, -1), (spans, above, 1), (spans, inside, -1)):
            pairs = _nested(inside[years], of_shorter[shorter])
            one, other = years[pairs[0]], shorter[pairs[1]]
            both = self.matrix[one] + times * self.matrix[other]
            both.eliminate_zeros()
            blocks += [both, -both] if shorter is years else [times * both]
            first += [one, one] if shorter is years else [one]
            second += [other, other] if shorter is years else [other]
        rows = vstack(blocks, format="csr")
        # of several rules that say the same, short ones go first
        order = np.argsort(np.diff(rows.indptr), kind="stable")
        entries = csr_array(rows[order]).tocoo()
        self.of_row = np.stack([np.concatenate(first), np.concatenate(second)], axis=1)[order]
        self.row, self.place, self.sign = entries.row, entries.col, entries.data
        self.starts = np.searchsorted(self.row, np.arange(len(order) + 1))

    def steps(self, groups: Ints) -> Steps:
        """Pass the bounds that groups of claims give from cell to cell."""
        chosen = np.isin(self.groups, groups)
        low, high = np.zeros(len(self.cells)), np.full(len(self.cells), np.inf)
        np.maximum.at(low, self._cell_of_group[chosen], self._lower[chosen])
        np.minimum.at(high, self._cell_of_group[chosen], self._upper[chosen])
        return Steps(self, low, high)

    def linear(self) -> tuple[LinearSystem, int]:
        """State the component as a linear system: the rules, then the groups; and the number of the first group."""
        system = LinearSystem(len(self.cells), np.inf)
        system.add_many(self.matrix, 0.0, np.where(self.equal, 0.0, np.inf))
        n = len(self.groups)
        pick = csr_array((np.ones(n), (np.arange(n), self._cell_of_group)), shape=(n, len(self.cells)))
        system.add_many(pick, self._lower, self._upper, np.ones(n))
        return system, len(self.rules)


def _nested(longer: csr_array, shorter: csr_array) -> tuple[Ints, Ints]:
    """Pair rows with those of which all entries, two at least, are among theirs, but not the other way round."""
    whole, part = csr_array(abs(longer)), csr_array(abs(shorter))
    size, of_part = np.asarray(whole.sum(axis=1)).ravel(), np.asarray(part.sum(axis=1)).ravel()
    shared = csr_array(whole @ part.T).tocoo()
    within = (shared.data == of_part[shared.col]) & (size[shared.row] > shared.data) & (shared.data > 1)
    order = np.lexsort((shared.col[within], shared.row[within]))
    return shared.row[within][order], shared.col[within][order]


class Steps:
    """Bounds passed on from cell to cell by one rule at a time, and the way each of them came.

    Parameters
    ----------
    part : Part
        The component.
    low, high : numpy.ndarray of float, shape (n_cells,)
        What the claims say of each cell by itself.

    References
    ----------
    Savelsbergh MWP (1994). Preprocessing and probing techniques for mixed integer programming problems. ORSA
    Journal on Computing 6:445-454.
    """

    def __init__(self, part: Part, low: Floats, high: Floats) -> None:
        self._part = part
        # one row a side of the cells, the lower bounds negated: what is smaller is always tighter
        self._bound = [np.stack([-low, high])]
        none = np.full((2, len(low)), -1)
        self._rule, self._since = [none], [np.zeros_like(none)]
        while len(self._bound) <= _ROUNDS and not self.contradict and self._round():
            pass

    @property
    def contradict(self) -> bool:
        """Whether the bounds have crossed: the claims cannot be true together."""
        return bool((self._bound[-1].sum(axis=0) < 0).any())

    def _round(self) -> bool:
        """Draw from every rule what it says of each of its cells; whether that was any news."""
        part, bound = self._part, self._bound[-1]
        # the most that each entry of sum(sign * cell) >= 0 can add
        side = (part.sign > 0).astype(np.int64)
        most = bound[side, part.place]
        open_ = np.isinf(most)
        n_open = np.bincount(part.row, open_, minlength=1)
        total = np.bincount(part.row, np.where(open_, 0.0, most), minlength=1)
        usable = np.flatnonzero(n_open[part.row] - open_ == 0)
        rest = total[part.row[usable]] - np.where(open_[usable], 0.0, most[usable])
        # a cell with a minus is at most the rest, one with a plus at least its negative
        target = (1 - side[usable], part.place[usable])
        tighter = bound.copy()
        np.minimum.at(tighter, target, rest)
        news = tighter < bound
        if not news.any():
            return False
        found = news[target] & (rest == tighter[target])
        rule, since = self._rule[-1].copy(), self._since[-1].copy()
        # written backwards, so that the first of several rules that say the same stays
        last = np.flatnonzero(found)[::-1]
        rule[target[0][last], target[1][last]] = part.row[usable[last]]
        since[news] = len(self._bound)
        self._bound.append(tighter)
        self._rule.append(rule)
        self._since.append(since)
        return True

    def bounds(self, cell: int) -> tuple[float, float]:
        """Return the bounds of a cell: always valid, and the tightest in most cases."""
        low, high = self._bound[-1][:, np.searchsorted(self._part.cells, cell)]
        return float(0.0 - low), float(high)

    def chain(self, cell: int, *, upper: bool, beyond: float | None = None) -> Chain:
        """Find what forces a bound of a cell: collected on the way back along the steps.

        Parameters
        ----------
        cell : int
            The cell that is bounded.
        upper : bool
            Explain the upper bound, not the lower one.
        beyond : float, optional
            Explain the first bound that is tighter than this one, not the tightest.

        Returns
        -------
        Chain
            Each rule added as often as it takes for all cells that nobody needs to know to cancel out.
        """
        side, here = int(upper), int(np.searchsorted(self._part.cells, cell))
        step = len(self._bound) - 1
        if beyond is not None:
            limit = beyond if upper else -beyond
            step = next((n for n, bound in enumerate(self._bound) if bound[side, here] < limit), step)
        return self._trace(cell, here, side, step)

    def _trace(self, cell: int, here: int, own: int, last: int) -> Chain:
        """Go back along the steps to the claims that a bound came from."""
        part = self._part
        value = float(self._bound[last][own, here])
        # how often each bound is used; the latest first, so that all that use it have come before
        used: dict[tuple[int, int, int], float] = {(int(self._since[last][own, here]), own, here): 1.0}
        waiting = [tuple(-number for number in node) for node in used]
        leaves: dict[tuple[int, int], float] = defaultdict(float)
        rules: set[int] = set()
        while waiting:
            node = tuple(-number for number in heapq.heappop(waiting))
            step, side, place = node
            times = used.pop(node)  # type: ignore[arg-type]
            if step == 0:
                leaves[place, side] += times
                continue
            row = self._rule[step][side, place]
            rules.update(part.of_row[row].tolist())
            for entry in range(part.starts[row], part.starts[row + 1]):
                other = int(part.place[entry])
                if other == place:
                    continue
                its = int(part.sign[entry] > 0)
                before = int(self._since[step - 1][its, other]), its, other
                if before not in used:
                    used[before] = 0.0
                    heapq.heappush(waiting, tuple(-number for number in before))
                used[before] += times
        if not rules:
            return Chain(cell, bool(own), value if own else 0.0 - value)
        low, high = -self._bound[0][0], self._bound[0][1]
        terms: list[Term] = []
        for place in sorted({place for place, _ in leaves}):
            more, less = leaves.get((place, own), 0.0), leaves.get((place, 1 - own), 0.0)
            number = int(part.cells[place])
            if low[place] == high[place]:  # a figure that is known exactly may cancel out
                terms += [Term(number, more - less, float(high[place]))] if more != less else []
                continue
            terms += [Term(number, more, float(high[place] if own else low[place]))] if more else []
            terms += [Term(number, -less, float(low[place] if own else high[place]))] if less else []
        exact = bool(part.equal[list(rules)].all()) and all(
            low[place] == high[place] for place in np.searchsorted(part.cells, [term.cell for term in terms])
        )
        numbers = tuple(int(part.rules[rule]) for rule in sorted(rules))
        return Chain(cell, bool(own), value if own else 0.0 - value, tuple(terms), numbers, exact)

    def programme(self, cell: int, needed: float, *, upper: bool) -> Chain | None:
        """Push a cell to its bound by a linear programme; None where that does not reach what is needed.

        The multipliers of its dual say how often to add each rule (Farkas' lemma). This finds every bound that real
        numbers have; `chain` is faster, and finds nearly all.

        References
        ----------
        Schrijver A (1986). Theory of Linear and Integer Programming, section 7.3. Wiley.
        """
        part, here = self._part, int(np.searchsorted(self._part.cells, cell))
        low, high = 0.0 - self._bound[0][0], self._bound[0][1]
        sign = -1.0 if upper else 1.0
        goal = np.zeros(len(low))
        goal[here] = sign
        bounds = np.column_stack([low, high])
        # beyond what is needed it may go a step, so that the programme ends and tells
        bounds[here] = 0.0, needed + 1 if upper else np.inf
        answer = linprog(
            goal,
            A_ub=-part.matrix[~part.equal],
            b_ub=np.zeros((~part.equal).sum()),
            A_eq=part.matrix[part.equal],
            b_eq=np.zeros(part.equal.sum()),
            bounds=bounds,
            method="highs",
        )
        reached = 0.0 if answer.status != 0 else float(sign * answer.fun)
        if answer.status != 0 or (reached > needed + 1 - _SMALL if upper else reached <= needed - 1 + _SMALL):
            return None
        multiplier = np.zeros(len(part.equal))
        multiplier[~part.equal], multiplier[part.equal] = -answer.ineqlin.marginals, answer.eqlin.marginals
        # pushing the cell, the multiplied rules sum to: cell = sum(weight of each other cell * its bound)
        weight = goal - np.asarray(multiplier @ part.matrix)
        weight[here] = 0.0
        used = np.flatnonzero(np.abs(weight) > _SMALL)
        terms = tuple(
            Term(int(part.cells[k]), float(sign * weight[k]), float(low[k] if weight[k] > 0 else high[k])) for k in used
        )
        chosen = np.flatnonzero(np.abs(multiplier) > _SMALL)
        exact = bool(part.equal[chosen].all() and (low[used] == high[used]).all())
        return Chain(cell, upper, reached, terms, tuple(int(part.rules[rule]) for rule in chosen), exact)
