"""Why a cell cannot be larger or smaller: the one line of arithmetic that accepted claims and rules add up to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

from trafficking_stats.reconciliation.cells import System

_SMALL = 1e-7


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
        The rules that were added up.
    """

    cell: int
    upper: bool
    bound: float
    terms: tuple[Term, ...]
    rules: tuple[int, ...]


def force(system: System, groups: NDArray[np.int64], cell: int, *, upper: bool) -> Chain:
    """Find what forces a bound of a cell.

    Parameters
    ----------
    system : System
        Cells, groups and rules.
    groups : numpy.ndarray of int
        The groups of claims that may be used.
    cell : int
        The cell to bound.
    upper : bool
        Explain the upper bound, not the lower one.

    Returns
    -------
    Chain
        From the dual of the linear programme that pushes the cell to its bound: the multipliers of the rules
        say how often to add each, and all cells that nobody needs to know cancel out (Farkas' lemma).

    References
    ----------
    Schrijver A (1986). Theory of Linear and Integer Programming, section 7.3. Wiley.
    """
    rows = system.groups.loc[groups]
    low, high = np.zeros(len(system.cells)), np.full(len(system.cells), np.inf)
    np.maximum.at(low, rows["cell"], rows["lower"])
    np.minimum.at(high, rows["cell"], rows["upper"])
    entries, equal = system.rules.entries, system.rules.table["equal"].to_numpy(bool)
    matrix = csr_array(
        (entries["coefficient"].astype(float), (entries["rule"], entries["cell"])), shape=(len(equal), len(low))
    )
    sign = -1.0 if upper else 1.0
    goal = np.zeros(len(low))
    goal[cell] = sign
    bounds = np.column_stack([low, high])
    bounds[cell] = 0.0, np.inf
    answer = linprog(
        goal,
        A_ub=-matrix[~equal],
        b_ub=np.zeros((~equal).sum()),
        A_eq=matrix[equal],
        b_eq=np.zeros(equal.sum()),
        bounds=bounds,
        method="highs",
    )
    if answer.status != 0:
        own = high[cell] if upper else low[cell]
        return Chain(cell, upper, float(own), (), ())
    multiplier = np.zeros(len(equal))
    multiplier[~equal], multiplier[equal] = -answer.ineqlin.marginals, answer.eqlin.marginals
    # pushing the cell, the multiplied rules sum to: cell = sum(weight of each other cell * its bound)
    weight = goal - np.asarray(multiplier @ matrix)
    weight[cell] = 0.0
    used = np.flatnonzero(np.abs(weight) > _SMALL)
    terms = tuple(Term(int(k), float(sign * weight[k]), float(low[k] if weight[k] > 0 else high[k])) for k in used)
    rules = tuple(int(r) for r in np.flatnonzero(np.abs(multiplier) > _SMALL))
    return Chain(cell, upper, float(sign * answer.fun), terms, rules)


def write(chain: Chain, names: pd.Series) -> str:
    """Write a chain as arithmetic that can be checked by hand.

    Parameters
    ----------
    chain : Chain
        What forces the bound.
    names : pandas.Series
        A name for each cell, by its number.

    Returns
    -------
    str
        Such as ``517 (2007-2016) + 86 (2017) + 31 (2018) + 38 (2019) + x = 717 (2007-2020) forces x = 45``; empty
        where no rule takes part.

    Examples
    --------
    >>> terms = (Term(1, 1, 717), Term(2, -1, 517), Term(3, -1, 155))
    >>> write(Chain(0, True, 45, terms, (0,)), pd.Series(["x", "2007-2020", "2007-2016", "2017-2019"]))
    '517 (2007-2016) + 155 (2017-2019) + x <= 717 (2007-2020) forces x <= 45'
    """
    if not chain.rules:
        return ""

    def part(term: Term) -> str:
        times = abs(term.times)
        number = f"{term.bound:,.15g} ({names[term.cell]})"
        return number if abs(times - 1) < _SMALL else f"{times:.6g} x {number}"

    # at the bound 0 a cell that is only not negative says nothing a reader needs
    left = [part(t) for t in chain.terms if t.times < 0 and t.bound != 0]
    right = [part(t) for t in chain.terms if t.times > 0 and t.bound != 0] or ["0"]
    relation = "<=" if chain.upper else ">="
    return f"{' + '.join([*left, 'x'])} {relation} {' + '.join(right)} forces x {relation} {chain.bound:,.15g}"
