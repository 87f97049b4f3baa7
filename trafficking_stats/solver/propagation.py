"""Interval propagation to a fixpoint, on all blocks of a system at once, with the reasons of a clash.

Every row bounds each of its variables by what the others can contribute at least and at most. All rows are
swept together; after the first sweep only rows whose variables moved are looked at again. A block in which an
interval becomes empty has no point, and is left alone from then on.

References
----------
Davis, E. (1987). Constraint propagation with interval labels. *Artificial Intelligence* 32, 281-331.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from trafficking_stats.solver.rows import TOLERANCE, Bools, Floats, Ints, Rows, distinct

# Chains in real systems settle in a few dozen sweeps; bounds that creep on by one need a solver, not patience.
SWEEPS = 300


@dataclass
class Propagated:
    """Intervals of the variables after propagation.

    Parameters
    ----------
    lower, upper : ndarray of shape (n,)
        Bounds that hold at every point of the active rows; meaningless in a block that clashes.
    clash : ndarray of bool of shape (n_blocks,)
        Blocks that are proven to have no point.
    settled : ndarray of bool of shape (n_blocks,)
        Blocks whose intervals reached the fixpoint (or clashed).
    steps : list of (entries, is_upper)
        What moved in each sweep and why, if asked for: the entry tells variable and row.
    clashing_variable, impossible_row : ndarray of shape (n_blocks,)
        Where the block clashed; -1 where it did not clash in this way.
    """

    lower: Floats
    upper: Floats
    clash: Bools
    settled: Bools
    clashing_variable: Ints
    impossible_row: Ints
    steps: list[tuple[Ints, Bools]] = field(default_factory=list)


def propagate(
    rows: Rows,
    active: Bools,
    lower: Floats | None = None,
    upper: Floats | None = None,
    *,
    touched: Ints | None = None,
    reasons: bool = False,
    sweeps: int = SWEEPS,
) -> Propagated:
    """Shrink intervals until the active rows force nothing more.

    Parameters
    ----------
    rows : Rows
        The system.
    active : ndarray of bool of shape (m,)
        Rows that hold.
    lower, upper : ndarray of shape (n,), optional
        Intervals to begin with, by default the domain of the variables.
    touched : ndarray of int, optional
        The only variables moved since the intervals were at their fixpoint; by default every row is swept.
    reasons : bool
        Whether to record the steps for `explain`.
    sweeps : int
        Limit after which the blocks still moving are reported as not settled.

    Returns
    -------
    Propagated
        New arrays; the arguments are unchanged.
    """
    out = Propagated(
        (rows.domain_lower if lower is None else lower).copy(),
        (rows.domain_upper if upper is None else upper).copy(),
        np.zeros(rows.n_blocks, dtype=bool),
        np.ones(rows.n_blocks, dtype=bool),
        np.full(rows.n_blocks, -1),
        np.full(rows.n_blocks, -1),
    )
    bad = np.flatnonzero(rows.impossible & active)[::-1]
    out.impossible_row[rows.block_of_row[bad]] = bad
    out.clash[rows.block_of_row[bad]] = True
    _mark_clashes(rows, out, np.arange(rows.n) if touched is None else touched)
    work = np.flatnonzero(active) if touched is None else _again(rows, active, touched)
    for _ in range(sweeps):
        work = work[~out.clash[rows.block_of_row[work]]]
        if len(work) == 0:
            return out
        moved = _sweep(rows, work, out, reasons)
        _mark_clashes(rows, out, moved)
        work = _again(rows, active, moved)
    out.settled[rows.block_of_row[work]] = False
    return out


def _again(rows: Rows, active: Bools, moved: Ints) -> Ints:
    work = rows.rows_with(moved)
    return work[active[work]]


def _mark_clashes(rows: Rows, out: Propagated, moved: Ints) -> None:
    low, high = out.lower[moved], out.upper[moved]
    crossed = low > high
    if not crossed.any():
        return
    low, high, moved = low[crossed], high[crossed], np.sort(moved[crossed])
    room = np.where(rows.integer[moved], 0.0, 10 * TOLERANCE * (1 + np.abs(out.lower[moved])))
    within = out.lower[moved] <= out.upper[moved] + room
    out.upper[moved[within]] = out.lower[moved[within]]
    moved = moved[~within][::-1]
    out.clashing_variable[rows.block_of_variable[moved]] = moved
    out.clash[rows.block_of_variable[moved]] = True


def _rest(contribution: Floats, first: Ints, length: Ints) -> Floats:
    """For every entry, the sum of the other entries of its row; one infinite other makes it infinite."""
    infinite = ~np.isfinite(contribution)
    finite = np.where(infinite, 0.0, contribution)
    rest = np.repeat(np.add.reduceat(finite, first), length) - finite
    if infinite.any():
        count = np.repeat(np.add.reduceat(infinite.astype(np.int64), first), length) - infinite
        rest = np.where(count > 0, np.inf, rest)
    return rest


def _sweep(rows: Rows, work: Ints, out: Propagated, reasons: bool) -> Ints:
    """Tighten the variables of the rows `work` once, all from the same intervals; the variables that moved."""
    work = work[rows.length[work] > 0]
    if len(work) == 0:
        return np.empty(0, dtype=np.int64)
    length = rows.length[work]
    first = np.concatenate([[0], np.cumsum(length)[:-1]])
    entry = rows.entries(work)
    column, value = rows.column[entry], rows.value[entry]
    low, high = out.lower[column], out.upper[column]
    positive = value > 0
    least = value * np.where(positive, low, high)
    most = value * np.where(positive, high, low)
    least_rest, most_rest = _rest(least, first, length), _rest(most, first, length)
    least_rest[np.isinf(least_rest)] = -np.inf
    # value * x <= ceiling and value * x >= floor
    ceiling = np.repeat(rows.upper[work], length) - least_rest
    floor = np.repeat(rows.lower[work], length) - most_rest
    new_high = np.where(positive, ceiling, floor) / value
    new_low = np.where(positive, floor, ceiling) / value
    new_low, new_high = _rounded(rows, entry, column, new_low, new_high, least_rest, most_rest)
    moved = []
    for is_upper, new, old, target in ((False, new_low, low, out.lower), (True, new_high, high, out.upper)):
        if rows.integer.all():
            better = np.flatnonzero(new < old if is_upper else new > old)
        else:
            step = np.where(rows.integer[column] | ~np.isfinite(old), 0.0, TOLERANCE * (1 + np.abs(old)))
            better = np.flatnonzero(new < old - step if is_upper else new > old + step)
        if len(better) == 0:
            continue
        # Among rows that force the same bound the first one is the reason, so that reasons never depend on luck.
        order = better[np.lexsort((better, new[better] if is_upper else -new[better], column[better]))]
        best = order[np.concatenate([[True], np.diff(column[order]) > 0])]
        target[column[best]] = new[best]
        moved.append(column[best])
        if reasons:
            out.steps.append((entry[best], np.full(len(best), is_upper)))
    if reasons and len(moved) == 2:
        later, earlier = out.steps.pop(), out.steps.pop()
        out.steps.append((np.concatenate([earlier[0], later[0]]), np.concatenate([earlier[1], later[1]])))
    return distinct(np.concatenate(moved), rows.n) if moved else np.empty(0, dtype=np.int64)


def _rounded(
    rows: Rows, entry: Ints, column: Ints, low: Floats, high: Floats, least_rest: Floats, most_rest: Floats
) -> tuple[Floats, Floats]:
    if rows.all_exact:
        return np.ceil(low), np.floor(high)
    whole = rows.integer[column]
    rests = [np.where(np.isfinite(rest), np.abs(rest), 0.0) for rest in (least_rest, most_rest)]
    size = np.where(rows.exact[rows.row[entry]], 0.0, 1 + np.maximum(*rests))
    room = TOLERANCE * size / np.abs(rows.value[entry])
    return np.where(whole, np.ceil(low - room), low), np.where(whole, np.floor(high + room), high)


def explain(rows: Rows, out: Propagated, needed: Bools, core: Bools) -> Bools:
    """Sides of rows that suffice for the clash of every block that clashed, traced back through the recorded steps.

    Parameters
    ----------
    rows : Rows
        The system.
    out : Propagated
        The result of `propagate` with ``reasons=True``.
    needed : ndarray of bool of shape (2, n)
        Further bounds (lower, upper) to be explained; used up.
    core : ndarray of bool of shape (2, m)
        Sides (lower, upper) of rows that are known to be needed; the answer is written to it.

    Returns
    -------
    ndarray of bool of shape (2, m)
        For each clashing block sides of rows that clash from the same first intervals; often few, not always
        irreducible.
    """
    core[:, out.impossible_row[out.impossible_row >= 0]] = True
    crossed = out.clashing_variable[(out.clashing_variable >= 0) & (out.impossible_row < 0)]
    needed[:, crossed] = True
    for entry, is_upper in reversed(out.steps):
        side = is_upper.astype(np.int64)
        wanted = needed[side, rows.column[entry]]
        if not wanted.any():
            continue
        entry, side = entry[wanted], side[wanted]
        needed[side, rows.column[entry]] = False
        row = rows.row[entry]
        # An upper bound through a positive coefficient rests on the upper side of the row, and on what the others
        # contribute at least.
        by_least = (side == 1) == (rows.value[entry] > 0)
        core[by_least.astype(np.int64), row] = True
        others = rows.entries(row)
        length = rows.length[row]
        other = others != np.repeat(entry, length)
        others, by_least = others[other], np.repeat(by_least, length)[other]
        needed[(by_least == (rows.value[others] < 0)).astype(np.int64), rows.column[others]] = True
    return core
