"""Break ties between equally cheap errors by groups: editions of a source tend to stand or fall together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from trafficking_stats.solver.clashes import Clashes
from trafficking_stats.solver.hitting_set import (
    SearchLimitError,
    all_minimum,
    connected,
    minimum_hitting_set,
    ordered_costs,
)
from trafficking_stats.solver.rows import Ints

# Equally cheap ways out of one clash that are compared, and combinations of groups listed for one of them.
_ALTERNATIVES = 64
_COMBINATIONS = 512


@dataclass(frozen=True)
class Tie:
    """One clash and the equally cheap ways out of it.

    Parameters
    ----------
    block : int
        Its block.
    alternatives : tuple of frozenset of int
        Rows to drop, the first in the fixed order first.
    """

    block: int
    alternatives: tuple[frozenset[int], ...]


def in_order(alternatives: list[frozenset[int]]) -> tuple[frozenset[int], ...]:
    """Sort sets of equal weight: better is the one without the smallest member in which two differ.

    Examples
    --------
    >>> [sorted(s) for s in in_order([frozenset({1, 9}), frozenset({2, 3}), frozenset({1, 2, 3})])]
    [[2, 3], [1, 9], [1, 2, 3]]
    """
    return tuple(sorted(alternatives, key=sorted, reverse=True))


def ties_of_clashes(clashes: Clashes, blocks: Ints) -> list[Tie]:
    """List the ways out of every connected group of clashing sets of the blocks."""
    ties = []
    for block in blocks:
        weight = {i: int(clashes.weight[i]) for core in clashes.cores[block] for i in core}
        for cores in connected(clashes.cores[block]):
            chosen = frozenset(i for core in cores for i in core if clashes.dropped[i])
            best = sum(weight[i] for i in chosen)
            found = all_minimum(cores, weight, best, _ALTERNATIVES)
            ties.append(Tie(int(block), (chosen,) if found is None else in_order(found)))
    return ties


def choose(ties: list[Tie], group: Ints) -> tuple[list[frozenset[int]], frozenset[int]]:
    """Choose one way out of every clash so that few groups lose a claim.

    Parameters
    ----------
    ties : list of Tie
        The clashes.
    group : ndarray of shape (m,)
        Group of every row, -1 for none.

    Returns
    -------
    chosen : list of frozenset of int
        One alternative of every tie. The number of groups touched is the least possible; of several such sets
        of groups the one without the smallest differing group; of several alternatives within these groups the
        first.
    touched : frozenset of int
        The groups.
    """
    touched = frozenset(g for tie in ties if len(tie.alternatives) == 1 for g in _groups(tie.alternatives[0], group))
    clauses: set[frozenset[int]] = set()
    for tie in ties:
        needed = {_groups(alternative, group) - touched for alternative in tie.alternatives}
        minimal = sorted((s for s in needed if not any(t < s for t in needed)), key=lambda s: (len(s), sorted(s)))
        while np.prod([float(len(s)) for s in minimal]) > _COMBINATIONS:
            minimal.pop()
        if minimal and minimal[0]:
            clauses.update(frozenset(pick) for pick in product(*(sorted(s) for s in minimal)))
    names = sorted({g for clause in clauses for g in clause})
    try:
        touched |= minimum_hitting_set(clauses, ordered_costs(dict.fromkeys(names, 1)))
    except SearchLimitError:
        touched |= frozenset(names)
    chosen = [
        next(alternative for alternative in tie.alternatives if _groups(alternative, group) <= touched) for tie in ties
    ]
    return chosen, touched


def _groups(rows: frozenset[int], group: Ints) -> frozenset[int]:
    return frozenset(int(group[i]) for i in rows if group[i] >= 0)
