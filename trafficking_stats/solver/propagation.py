"""Interval propagation to a fixpoint, on all blocks of a system at once; it keeps the trail of every bound.

Every inequality bounds each of its variables by what the others take off at least. All are swept together; after the
first sweep only those that rest on a bound that moved are looked at again. A block in which an interval becomes empty
has no point, and is left alone from then on.

References
----------
Davis, E. (1987). Constraint propagation with interval labels. *Artificial Intelligence* 32, 281-331.
"""

from dataclasses import dataclass, field

import numpy as np

from trafficking_stats.solver.highs import Deadline
from trafficking_stats.solver.rows import Bools, Floats, Inequalities, Ints, Rows, spans

# Chains in real systems settle in a few dozen sweeps; bounds that creep on by one need a solver, not patience.
SWEEPS = 300
# So many are made in any case.
_LEAST = 30


@dataclass
class Propagated:
    """Intervals of the variables after propagation.

    Parameters
    ----------
    interval : ndarray of shape (2, n)
        Bounds that hold at every point of the active rows; meaningless in a block that clashes.
    clash : ndarray of bool of shape (n_blocks,)
        Blocks that are proven to have no point.
    settled : ndarray of bool of shape (n_blocks,)
        Blocks whose intervals reached the fixpoint (or clashed).
    trail : list of ndarray of int
        The bounds that moved in each sweep, each by the entry (of `Rows.inequalities`) that says which and why.
    crossed, impossible : list of ndarray of int
        A variable whose interval became empty, or else a row that nothing satisfies, of each block that clashed.
    """

    interval: Floats
    clash: Bools
    settled: Bools
    trail: list[Ints] = field(default_factory=list)
    crossed: list[Ints] = field(default_factory=list)
    impossible: list[Ints] = field(default_factory=list)


def propagate(
    rows: Rows,
    active: Bools,
    interval: Floats | None = None,
    *,
    touched: Ints | None = None,
    deadline: Deadline | None = None,
) -> Propagated:
    """Shrink intervals until the active rows force nothing more.

    Parameters
    ----------
    rows : Rows
        The system.
    active : ndarray of bool of shape (m,)
        Rows that hold.
    interval : ndarray of shape (2, n), optional
        Intervals to begin with, by default the domain of the variables.
    touched : ndarray of int, optional
        The only variables moved since the intervals were at their fixpoint; by default everything is swept.
    deadline : Deadline, optional
        Moment after which a fixpoint that is far is not waited for.

    Returns
    -------
    Propagated
        New arrays; the arguments are unchanged.
    """
    system = rows.inequalities
    bound = ((rows.domain if interval is None else interval) * [[-1.0], [1.0]]).ravel()
    state = Propagated(np.empty(0), np.zeros(rows.n_blocks, dtype=bool), np.ones(rows.n_blocks, dtype=bool))
    bad = np.flatnonzero(rows.impossible & active)
    block, first = np.unique(rows.block_of_row[bad], return_index=True)
    state.impossible.append(bad[first])
    state.clash[block] = True
    moved = np.arange(rows.n) if touched is None else touched
    _mark_clashes(rows, state, bound, moved)
    everything = np.arange(len(system.row))
    work = everything if touched is None else system.resting_on(np.concatenate([moved, rows.n + moved]))
    for sweep in range(SWEEPS):
        work = work[active[system.row[work]] & ~state.clash[rows.block_of_row[system.row[work]]]]
        if len(work) == 0 or (sweep > _LEAST and deadline is not None and deadline.left == 0):
            break
        entry = _sweep(rows, system, work, bound)
        state.trail.append(entry)
        _mark_clashes(rows, state, bound, system.target[entry] % max(rows.n, 1))
        work = system.resting_on(system.target[entry])
    state.settled[rows.block_of_row[system.row[work]]] = False
    state.interval = bound.reshape(2, rows.n) * [[-1.0], [1.0]]
    return state


def _sweep(rows: Rows, system: Inequalities, work: Ints, bound: Floats) -> Ints:
    """Tighten bounds by some inequalities once, all from the same intervals; return the entries that did so."""
    length = system.length[work]
    entry = np.arange(len(system.of)) if len(work) == len(system.row) else spans(system.start[work], length)
    first = np.cumsum(length) - length
    size, target = system.size[entry], system.target[entry]
    most = size * bound[system.rest[entry]]
    open_ = np.isinf(most)
    most[open_] = 0.0
    rest = np.repeat(system.limit[work] + np.add.reduceat(most, first), length) - most
    if open_.any():
        rest[np.repeat(np.add.reduceat(open_.astype(np.int64), first), length) > open_] = np.inf
    new = np.floor(rest / size)
    better = np.flatnonzero(new < bound[target])
    np.minimum.at(bound, target[better], new[better])
    best = better[new[better] == bound[target[better]]]
    # of inequalities that force the same bound the first is the reason, so that reasons never depend on luck
    return entry[best[np.unique(target[best], return_index=True)[1]]]


def _mark_clashes(rows: Rows, state: Propagated, bound: Floats, moved: Ints) -> None:
    """Note the blocks in which the interval of a variable that moved is empty."""
    variable = np.unique(moved[bound[moved] + bound[rows.n + moved] < 0])
    block, first = np.unique(rows.block_of_variable[variable], return_index=True)
    state.crossed.append(variable[first][~state.clash[block]])
    state.clash[block] = True


def explain(rows: Rows, state: Propagated, needed: Bools, core: Bools) -> None:
    """Add to `core` sides of rows that suffice for every clash, and for some further bounds, read off the trail.

    Parameters
    ----------
    rows : Rows
        The system.
    state : Propagated
        Of some active rows.
    needed : ndarray of bool of shape (2 n,)
        Further bounds to be explained; used up.
    core : ndarray of bool of shape (2, m)
        For each clashing block it then holds sides of rows that clash from the same first intervals; often few, not
        always irreducible.
    """
    system = rows.inequalities
    for impossible in state.impossible:
        core[:, impossible] = True
    for crossed in state.crossed:
        needed[crossed] = needed[rows.n + crossed] = True
    for moved in reversed(state.trail):
        entry = moved[needed[system.target[moved]]]
        if len(entry) == 0:
            continue
        needed[system.target[entry]] = False
        core[system.side[system.of[entry]], system.row[system.of[entry]]] = True
        length = system.length[system.of[entry]]
        others = spans(system.start[system.of[entry]], length)
        others = others[others != np.repeat(entry, length)]
        needed[system.rest[others]] = True
