"""Minimum-weight hitting sets, exactly: the cheapest claims that leave none of the clashing sets whole.

Costs are Python integers, so that sums never round. A cost may carry the order of the claims in its low bits
(see `ordered_costs`): then the best set is unique and does not depend on the order of the search.

References
----------
Reiter, R. (1987). A theory of diagnosis from first principles. *Artificial Intelligence* 32, 57-95.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Core = frozenset[int]

# Nodes of one search after which it is given up, as one programme is faster then; what a few sources disagree on
# takes some dozens. Listing all sets that are equally cheap may take more.
_NODES = 300
_LISTED = 2_000


class SearchLimitError(Exception):
    """The search was given up; the caller has another method."""


def ordered_costs(weight: Mapping[int, int]) -> dict[int, int]:
    """Extend whole weights so that sets of equal weight are told apart by the order of their members.

    Of two sets of equal weight the cheaper is the one without the smallest member in which they differ.

    Examples
    --------
    >>> cost = ordered_costs({3: 1, 5: 1, 8: 2})
    >>> cost[5] < cost[3] < cost[8] < cost[3] + cost[5]
    True
    """
    n = len(weight)
    return {member: (weight[member] << n) | (1 << (n - 1 - position)) for position, member in enumerate(sorted(weight))}


def minimum_hitting_set(
    cores: Iterable[Core], cost: Mapping[int, int], known: dict[frozenset[Core], frozenset[int]] | None = None
) -> frozenset[int]:
    """Find the cheapest set that shares a member with every core.

    Parameters
    ----------
    cores : iterable of frozenset of int
        None of them empty.
    cost : mapping of int to int
        Positive cost of every member.
    known : dict, optional
        Sets found before for connected groups of cores, at the same costs; those found now are added.

    Returns
    -------
    frozenset of int
        The hitting set of least total cost.

    Raises
    ------
    SearchLimitError
        When the search takes too long.

    Examples
    --------
    >>> cores = [frozenset({1, 2}), frozenset({2, 3}), frozenset({3, 4})]
    >>> sorted(minimum_hitting_set(cores, {1: 1, 2: 3, 3: 1, 4: 1}))
    [1, 3]
    """
    chosen: set[int] = set()
    for block in connected(cores):
        if len(block) == 1:
            chosen.add(min(block[0], key=lambda member: (cost[member], member)))
            continue
        name = frozenset(block)
        found = None if known is None else known.get(name)
        if found is None:
            found = _Search(cost).solve(block)
            if known is not None:
                known[name] = found
        chosen |= found
    return frozenset(chosen)


def connected(cores: Iterable[Core]) -> list[list[Core]]:
    """Group cores that are linked through shared members, groups in order of their smallest member."""
    parent: dict[int, int] = {}

    def find(member: int) -> int:
        while parent[member] != member:
            parent[member] = parent[parent[member]]
            member = parent[member]
        return member

    unique = sorted(set(cores), key=sorted)
    for core in unique:
        first, *others = sorted(core)
        parent.setdefault(first, first)
        for member in others:
            parent.setdefault(member, member)
            a, b = find(first), find(member)
            parent[max(a, b)] = min(a, b)
    groups: dict[int, list[Core]] = {}
    for core in unique:
        groups.setdefault(find(min(core)), []).append(core)
    return [groups[root] for root in sorted(groups)]


def all_minimum(cores: list[Core], weight: Mapping[int, int], best: int, limit: int) -> list[frozenset[int]] | None:
    """List every hitting set of total weight `best` that has no member to spare; None if over `limit`."""
    found: set[frozenset[int]] = set()
    nodes = 0
    stack: list[tuple[frozenset[int], frozenset[int], int]] = [(frozenset(), frozenset(), 0)]
    while stack:
        chosen, barred, spent = stack.pop()
        nodes += 1
        if nodes > _LISTED:
            return None
        open_cores = [core - barred for core in cores if not core & chosen]
        if not open_cores:
            if spent == best:
                found.add(chosen)
                if len(found) > limit:
                    return None
            continue
        if spent + packing(open_cores, weight) > best:
            continue
        core = min(open_cores, key=lambda c: (len(c), sorted(c)))
        for member in sorted(core):
            stack.append((chosen | {member}, barred, spent + weight[member]))
            barred = barred | {member}
    return sorted(found, key=sorted)


def packing(cores: Iterable[Core], cost: Mapping[int, int]) -> int:
    """Bound the cost of a hitting set from below: cores without a common member must each be paid for.

    Parameters
    ----------
    cores : iterable of frozenset of int
        The cores.
    cost : mapping of int to int
        Cost of every member.

    Returns
    -------
    int
        At most the cost of any hitting set; beyond all costs if a core is empty.
    """
    used: set[int] = set()
    total = 0
    for core in sorted(cores, key=lambda c: (len(c), sorted(c))):
        if not core:
            return 1 << 200
        if not core & used:
            used |= core
            total += min(cost[member] for member in core)
    return total


class _Search:
    """Branch and bound on one connected group of cores."""

    def __init__(self, cost: Mapping[int, int]) -> None:
        self.cost = cost
        self.best: frozenset[int] = frozenset()
        self.best_cost = -1
        self.nodes = 0

    def solve(self, cores: list[Core]) -> frozenset[int]:
        self._visit(cores, frozenset(), 0)
        return self.best

    def _visit(self, cores: list[Core], chosen: frozenset[int], spent: int) -> None:
        self.nodes += 1
        if self.nodes > _NODES:
            raise SearchLimitError
        reduced = self._reduce(cores)
        if reduced is None:
            return
        cores, forced = reduced
        chosen |= forced
        spent += sum(self.cost[member] for member in forced)
        if self.best_cost >= 0 and spent + packing(cores, self.cost) >= self.best_cost:
            return
        if not cores:
            self.best, self.best_cost = chosen, spent
            return
        frequency: dict[int, int] = {}
        for core in cores:
            for member in core:
                frequency[member] = frequency.get(member, 0) + 1
        core = min(cores, key=lambda c: (len(c), sorted(c)))
        # The member hitting most for its cost first; afterwards it is barred.
        barred: set[int] = set()
        for member in sorted(core, key=lambda j: (self.cost[j] // frequency[j], j)):
            rest = [c - barred for c in cores if member not in c]
            self._visit(rest, chosen | {member}, spent + self.cost[member])
            barred.add(member)

    def _reduce(self, cores: list[Core]) -> tuple[list[Core], frozenset[int]] | None:
        """Drop implied cores and dominated members, take members that must be taken; None if impossible."""
        forced: set[int] = set()
        while True:
            cores = sorted(set(cores), key=lambda c: (len(c), sorted(c)))
            if cores and not cores[0]:
                return None
            minimal: list[Core] = []
            for core in cores:
                if not any(other <= core for other in minimal):
                    minimal.append(core)
            single = {member for core in minimal if len(core) == 1 for member in core}
            if single:
                forced |= single
                cores = [core for core in minimal if not core & single]
                continue
            dominated = self._dominated(minimal)
            if not dominated:
                return minimal, frozenset(forced)
            cores = [core - dominated for core in minimal]

    def _dominated(self, cores: list[Core]) -> frozenset[int]:
        """Members for which a cheaper one hits at least the same cores."""
        hits: dict[int, int] = {}
        for k, core in enumerate(cores):
            for member in core:
                hits[member] = hits.get(member, 0) | (1 << k)
        out: set[int] = set()
        for core in cores:
            for member in sorted(core - out):
                rivals = (j for j in core if j != member and j not in out)
                if any(hits[member] & ~hits[j] == 0 and self.cost[j] < self.cost[member] for j in rivals):
                    out.add(member)
        return frozenset(out)
