"""Make a clash say more than it was found for: turn its claims into half-lines.

That 40 women, 30 men and a total of 60 cannot be is one clash of three claims. It holds as well for any 40 or
more women with 30 or more men and any total below 70. A cut in this form excludes all such combinations at once.

References
----------
Ohrimenko, O., Stuckey, P. and Codish, M. (2009). Propagation via lazy clause generation. *Constraints* 14, 357-391.
"""

from __future__ import annotations

import numpy as np

from trafficking_stats.solver.propagation import propagate
from trafficking_stats.solver.rows import Floats, Ints, Rows


def half_lines(
    rows: Rows, rules: Ints, members: Ints, sign: Floats, lower: Floats, upper: Floats, first: int
) -> tuple[Floats, Floats]:
    """Widen the intervals of a clash as far as propagation still shows that they clash.

    Parameters
    ----------
    rows : Rows
        The system; its domain is what the rules allow.
    rules : ndarray of int
        Rules of the block.
    members : ndarray of shape (k,)
        Claims that clash.
    sign : ndarray of shape (k,)
        1 where the expression of the claim is the left side of its row, -1 where it is the negative.
    lower, upper : ndarray of shape (k,)
        Intervals of their expressions.
    first : int
        Member to widen first, and thus most; the others follow in turn.

    Returns
    -------
    lower, upper : ndarray of shape (k,)
        Wider intervals that clash as well. A member that turns out not to be needed is unbounded.
    """
    lower, upper = lower.copy(), upper.copy()
    row = np.concatenate([rules, members])
    sub, _ = rows.stack(row, np.zeros(len(row), dtype=np.int64), rows.domain_lower, rows.domain_upper)
    active = np.ones(sub.m, dtype=bool)
    for k in np.roll(np.arange(len(members)), -first):
        own = len(rules) + k
        active[own] = False
        low, high = sub.lower.copy(), sub.upper.copy()
        low[len(rules) :] = np.where(sign > 0, lower, -upper)
        high[len(rules) :] = np.where(sign > 0, upper, -lower)
        state = propagate(sub.with_sides(low, high), active)
        active[own] = True
        if state.clash[0]:
            lower[k], upper[k] = -np.inf, np.inf
            continue
        span = slice(sub.start[own], sub.start[own + 1])
        column, value = sub.column[span], sub.value[span] * sign[k]
        ends = state.lower[column], state.upper[column]
        least = float((value * np.where(value > 0, *ends)).sum())
        most = float((value * np.where(value > 0, *ends[::-1])).sum())
        # Within whole numbers the clash begins one beyond what the others allow.
        step = 1.0 if sub.exact[own] else None
        if lower[k] > most:
            lower[k], upper[k] = lower[k] if step is None else most + step, np.inf
        elif upper[k] < least:
            lower[k], upper[k] = -np.inf, upper[k] if step is None else least - step
    return lower, upper
