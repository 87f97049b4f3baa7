"""The linear system on many parts at once, on one large part, and where everybody disagrees with everybody."""

import math
import time

import numpy as np
import pytest
from scipy import sparse

from trafficking_stats.linear import LinearSystem
from trafficking_stats.solver import highs

INF = math.inf
# Women, men, children, adults and the four cells of the table: each pair of parts and its whole.
TABLE = [(1, 2, 0), (3, 4, 0), (5, 6, 1), (7, 8, 2), (5, 7, 3), (6, 8, 4)]


@pytest.fixture
def solves(monkeypatch):
    """Programmes handed to the solver, one entry each."""
    calls = []
    original = highs.Programme.minimise

    def counted(self, cost, *rest, **options):
        calls.append(len(cost))
        return original(self, cost, *rest, **options)

    monkeypatch.setattr(highs.Programme, "minimise", counted)
    return calls


def sums(n, seed):
    """System of `n` totals of two to six parts, four sources, 3 % of the figures wrong; and the truth."""
    rng = np.random.default_rng(seed)
    size = rng.integers(3, 8, n)
    total = np.cumsum(size) - size
    block = np.repeat(np.arange(n), size)
    truth = rng.integers(0, 60, len(block)).astype(float)
    truth[total] = 0
    truth[total] = np.bincount(block, truth)
    sign = np.ones(len(block))
    sign[total] = -1
    system = LinearSystem(len(block), INF)
    system.add_many(sparse.csr_array((sign, (block, np.arange(len(block))))), 0, 0)
    cell = np.repeat(np.arange(len(block)), 4)
    weight = np.tile([3.0, 2.0, 1.0, 1.0], len(block))
    keep = rng.random(len(cell)) < 0.8
    cell, weight = cell[keep], weight[keep]
    value = truth[cell]
    wrong = rng.random(len(cell)) < 0.03
    value[wrong] = np.maximum(0, value[wrong] + rng.choice([-10, -2, 1, 3, 20], wrong.sum()))
    claims = sparse.csr_array((np.ones(len(cell)), (np.arange(len(cell)), cell)), shape=(len(cell), len(block)))
    first = system.add_many(claims, value, value, weight).start
    return system, truth, first + np.flatnonzero(value != truth[cell])


def test_many_small_sums_share_programmes(solves):
    system, truth, wrong = sums(3000, seed=1)
    begin = time.perf_counter()
    located = system.locate_errors()
    ranges = system.ranges()
    explained = system.irreducible_sets()
    seconds = time.perf_counter() - begin
    assert located.status == "optimal"
    assert len(solves) < 300  # of about a thousand sums with a clash
    assert set(explained) == set(located.dropped)
    # most wrong figures are outvoted; where they are not, no method could tell
    assert len(set(located.dropped) & set(wrong)) / len(wrong) > 0.85
    right = (ranges[:, 0] <= truth) & (truth <= ranges[:, 1])
    assert right.mean() > 0.97
    assert seconds < 20


def test_a_block_apart_is_settled_as_in_company():
    system, _, _ = sums(40, seed=2)
    rows, weight = system._system()
    together = system.locate_errors()
    for block in range(rows.n_blocks):
        mine = rows.rows_in(block)
        alone = LinearSystem(system.n_variables, INF)
        for r in mine:
            span = slice(rows.start[r], rows.start[r + 1])
            entries = dict(zip(rows.column[span].tolist(), rows.value[span].tolist(), strict=True))
            alone.add(entries, *rows.sides[:, r], weight[r] / 1e6 if weight[r] else INF)
        assert mine[list(alone.locate_errors().dropped)].tolist() == sorted(set(mine) & set(together.dropped))


def test_ranges_of_many_tables_are_found_together(solves):
    # two-way tables with two or three figures each: propagation does not close them
    rng = np.random.default_rng(3)
    n = 400
    rule = np.zeros((6, 9))
    for r, (a, b, c) in enumerate(TABLE):
        rule[r, [a, b, c]] = 1, 1, -1
    system = LinearSystem(9 * n, INF)
    system.add_many(sparse.kron(sparse.eye_array(n), sparse.csr_array(rule)), 0, 0)
    truth = np.zeros((n, 9))
    truth[:, 5:] = rng.integers(0, 40, (n, 4))
    for a, b, c in reversed(TABLE):
        truth[:, c] = truth[:, a] + truth[:, b]
    cells = np.concatenate([9 * k + rng.permutation(9)[: rng.integers(1, 4)] for k in range(n)])
    pick = sparse.csr_array((np.ones(len(cells)), (np.arange(len(cells)), cells)), shape=(len(cells), 9 * n))
    system.add_many(pick, truth.ravel()[cells], truth.ravel()[cells], 1)
    bounds = system.bounds()
    assert bounds.status == "tight"
    assert len(solves) < 2000
    assert (bounds.lower <= truth.ravel()).all()
    assert (truth.ravel() <= bounds.upper).all()
    # one table by hand, and then by itself
    for k in (0, 1, 2):
        alone = LinearSystem(9, INF)
        for row in rule:
            alone.add({j: a for j, a in enumerate(row) if a}, 0, 0)
        for cell in cells[cells // 9 == k]:
            alone.add({int(cell % 9): 1}, truth.ravel()[cell], truth.ravel()[cell])
        ours = np.stack([bounds.lower, bounds.upper], axis=1)[9 * k : 9 * k + 9]
        assert alone.ranges().tolist() == ours.tolist()


def country(seed, wrong=0.12):
    """One connected system: 20 years of tables, nationalities, sums of years; 400 cells, 220 rules, 314 claims."""
    rng = np.random.default_rng(seed)
    years, cells = 20, 20
    truth = np.zeros((years, cells))
    rules = []
    for year in range(years):
        x = truth[year]
        x[5:9] = rng.integers(0, 60, 4)
        for a, b, c in reversed(TABLE):
            x[c] = x[a] + x[b]
        x[9:14] = rng.multinomial(int(x[0]), [1 / 6] * 6)[:5]
        x[14:20] = rng.multinomial(int(x[0]), [1 / 7] * 7)[:6]
        at = year * cells
        rules += [({at + a: 1, at + b: 1, at + c: -1}, 0) for a, b, c in TABLE]
        rules += [({**dict.fromkeys(range(at + 9, at + 14), 1), at: -1}, -INF)]
        rules += [({**dict.fromkeys(range(at + 14, at + 20), 1), at: -1}, -INF)]
        rules += [({at + part: 1, at: -1}, -INF) for part in (9, 10, 14)]
    truth = truth.ravel()
    system = LinearSystem(years * cells, INF)
    for coefficients, lower in rules:
        system.add(coefficients, lower, 0)
    for k in range(314):
        if k < 10:
            begin, length = rng.integers(0, years - 2), rng.integers(2, 9)
            chosen = [cells * year for year in range(begin, min(begin + length, years))]
        else:
            chosen = [int(cells * rng.integers(0, years) + rng.choice([0, 0, 0, 0, *range(1, cells)]))]
        value = truth[chosen].sum()
        if rng.random() < wrong:
            value = max(0, value + rng.choice([-10, -3, -1, 1, 5, 40]))
        system.add(dict.fromkeys(chosen, 1), value, value, weight=rng.choice([1, 1.5, 2, 3]))
    return system


def test_a_country_is_settled_at_once():
    system = country(seed=4)
    begin = time.perf_counter()
    located = system.locate_errors()
    bounds = system.bounds()
    explained = system.irreducible_sets()
    seconds = time.perf_counter() - begin
    assert (located.status, bounds.status) == ("optimal", "tight")
    assert len(located.dropped) > 10
    assert all(explained.values())
    assert seconds < 20


def test_ten_thousand_claims_on_one_cell(solves):
    system = LinearSystem(2, INF)
    for i in range(10_000):
        system.add({0: 1}, i % 3000, i % 3000, weight=1)
    located = system.locate_errors()
    assert len(located.dropped) == 9996  # four each of 0 to 999; the earliest are 0
    assert system.ranges().tolist() == [[0, 0], [0, INF]]
    assert set(system.irreducible_sets().values()) == {(0,)}
    assert solves == []


@pytest.mark.parametrize("upper", [INF, 1e9])
def test_everybody_disagrees_with_everybody(upper):
    # p + q = t with 20 different figures of each: two of three sums can be chosen, the third only by luck
    rng = np.random.default_rng(5)
    system = LinearSystem(3, upper)
    system.add({0: 1, 1: 1, 2: -1}, 0, 0)
    values = [rng.permutation(1000)[:20].tolist() for _ in range(3)]
    for j in range(3):
        for value in values[j]:
            system.add({j: 1}, value, value, weight=1)
    lucky = [
        (values[0].index(p), values[1].index(q), values[2].index(p + q))
        for p in values[0]
        for q in values[1]
        if p + q in values[2]
    ]
    located = system.locate_errors()
    assert located.status == "optimal"
    kept = sorted(set(range(1, 61)) - set(located.dropped))
    assert kept == [1 + min(lucky)[0], 21 + min(lucky)[1], 41 + min(lucky)[2]]


def test_two_hundred_claims_of_a_year_that_disagree():
    # f + m = t, c + a = t; 200 figures at random; then all parts one thousand million higher
    answers = []
    for shift in (0, 10**9):
        rng = np.random.default_rng(6)
        corner = np.array([2 * shift, shift, shift, shift, shift])
        system = LinearSystem(5, corner + 10_000, lower_bound=corner)
        system.add({1: 1, 2: 1, 0: -1}, 0, 0)
        system.add({3: 1, 4: 1, 0: -1}, 0, 0)
        for _ in range(200):
            j = int(rng.integers(0, 5))
            value = int(rng.integers(0, 100) + corner[j])
            system.add({j: 1}, value, value, weight=1)
        answers.append(system.locate_errors())
        assert answers[-1].status == "optimal"
    assert answers[0].dropped == answers[1].dropped
