"""The arithmetic that forces a bound: every line must hold in every possible truth, and reach the bound it explains."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from tiny import (
    WORLDS,
    Truths,
    claim,
    panels,
    table,
)

import trafficking_stats as ts
from trafficking_stats.reconciliation.evidence import RuleName
from trafficking_stats.reconciliation.proofs import Component, Proof
from trafficking_stats.reconciliation.rules import KEY
from trafficking_stats.reconciliation.settle import Settled
from trafficking_stats.reconciliation.words import line, name

FEW = settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
NAMES = ["x", "2007-2020", "2007-2016", "2017", "2018", "2019"]


def settled(*claims: dict[str, object]) -> Settled:
    return ts.reconcile(table(claims)).settled["AAA"]


def at(known: Settled, breakdown: str = "", period: str = "2010", indicator: str = "victims_identified") -> int:
    """The number of a cell."""
    start, _, end = period.partition("-")
    return known.cells_of("AAA")[indicator, breakdown, f"{start}-01-01", f"{end or start}-12-31"]


def proof_of(known: Settled, cell: int, *, upper: bool) -> Proof:
    component = known.component_of(cell)
    found = component.prove(cell, upper=upper, using=component.groups)
    assert found is not None
    return found


def said(known: Settled, proof: Proof) -> str:
    cells = [tuple(row) for row in known.system.cells[KEY].to_numpy()]
    on = known.system.groups["cell"].to_numpy()
    terms = [(times, bound, name(cells[on[group]], cells[proof.cell]), "") for group, times, bound in proof.terms]
    return line(proof, terms, [])


# --- what is written ---------------------------------------------------------------------------------------------


def written(bound: float, *terms: tuple[int, float, float], upper: bool = True, exact: bool = False) -> str:
    found = Proof(0, upper, bound, rules=(0,), exact=exact)
    return line(found, [(times, figure, NAMES[cell], "") for cell, times, figure in terms], [])


EU = ((1, 1, 717), (2, -1, 517), (3, -1, 86), (4, -1, 31), (5, -1, 38))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        pytest.param(
            written(45, *EU, exact=True),
            "517 (2007-2016) + 86 (2017) + 31 (2018) + 38 (2019) + x = 717 (2007-2020) forces x = 45",
            id="an equation",
        ),
        pytest.param(
            written(45, *EU, upper=False),
            "517 (2007-2016) + 86 (2017) + 31 (2018) + 38 (2019) + x >= 717 (2007-2020) forces x >= 45",
            id="a lower bound",
        ),
        pytest.param(written(80, (1, 1, 80)), "x <= 80 (2007-2020)", id="one term says it all"),
        pytest.param(written(-0.0, (1, 1, 0)), "x <= 0 (2007-2020)", id="nothing"),
        pytest.param(
            written(-0.0, (1, 1, 5), (2, -1, 5)), "5 (2007-2016) + x <= 5 (2007-2020) forces x <= 0", id="no minus zero"
        ),
        pytest.param(written(5, (1, 1, 5), (2, -1, 0)), "x <= 5 (2007-2020)", id="at least 0 says nothing"),
        pytest.param(
            written(5, (1, 1, 5), (2, -1, 0), exact=True),
            "0 (2007-2016) + x = 5 (2007-2020) forces x = 5",
            id="a 0 that is known belongs to an equation",
        ),
        pytest.param(
            written(1.5, (1, 0.5, 3)),
            "x <= 0.5 x 3 (2007-2020) forces x <= 1.5, in whole numbers x <= 1",
            id="half of an odd number",
        ),
        pytest.param(
            written(1.5, (1, 0.5, 3), upper=False),
            "x >= 0.5 x 3 (2007-2020) forces x >= 1.5, in whole numbers x >= 2",
            id="at least half of an odd number",
        ),
        pytest.param(written(1e9, (1, 1, 1e9)), "x <= 1,000,000,000 (2007-2020)", id="large numbers"),
    ],
)
def test_a_line_that_can_be_checked_by_hand(found, words):
    assert found == words


def test_a_long_sum_is_folded_and_still_adds_up():
    years = [(-1.0, 10.0 * year, str(2000 + year), "") for year in range(1, 13)]
    assert line(Proof(0, True, 220.0, rules=(0,)), [(1.0, 1000.0, "2013", ""), *years], []) == (
        "10 (2001) + 20 (2002) + 30 (2003) + 40 (2004) + 50 (2005) + 60 (2006) + 70 (2007)"
        " + 500 (5 more: 2008, 2009, 2010, 2011, 2012) + x <= 1,000 (2013) forces x <= 220"
    )
    assert 1000 - 10 - 20 - 30 - 40 - 50 - 60 - 70 - 500 == 220


def test_sources_and_definitions_stand_behind_a_line():
    terms = [(1.0, float(year), str(year), f"P {year}") for year in range(2001, 2010)]
    rules = [RuleName("persons-convicted-have-counts", ""), RuleName("a-rule-of-mine", "what I say")]
    text = line(Proof(0, True, 1.0, rules=(0,)), terms, rules)
    assert "[P 2001: 2,001; P 2002: 2,002; P 2003: 2,003; P 2004: 2,004; P 2005: 2,005; P 2006: 2,006;" in text
    assert text.endswith(
        "3 more sources]; by definition each person convicted is convicted on at least one count;"
        " by definition what I say"
    )


# --- what is found -----------------------------------------------------------------------------------------------


def test_two_periods_one_inside_the_other_leave_an_equation():
    """517 + 86 + 31 + 38 + x = 717: the years up to 2016, which nobody prints, cancel out."""
    eu = [claim(517, ("2007-01-01", "2016-12-31")), claim(717, ("2007-01-01", "2020-12-31"))]
    known = settled(*eu, claim(86, 2017), claim(31, 2018), claim(38, 2019))
    for upper in (True, False):
        found = proof_of(known, at(known, period="2020"), upper=upper)
        assert found.exact
        assert said(known, found) == (
            "517 (2007-2016) + 86 (2017) + 31 (2018) + 38 (2019) + x = 717 (2007-2020) forces x = 45"
        )


def test_what_excludes_a_figure_is_as_short_as_can_be():
    """41 women are refuted by a part; that there are 48 at least follows only from two parts and a sum."""
    known = settled(claim(45, breakdown="age=adult;sex=female"), claim(3, breakdown="age=child;sex=female"), claim(100))
    here = at(known, "sex=female")
    component = known.component_of(here)
    assert component.bounds(here, component.groups) == (48, 100)
    tightest = proof_of(known, here, upper=False)
    assert said(known, tightest) == "x >= 45 (adults, female) + 3 (children, female) forces x >= 48"
    short = component.exclude(here, 41, 41, component.groups)
    assert short is not None
    assert said(known, short) == "x >= 45 (adults, female)"
    assert component.exclude(here, 46, 47, component.groups) == tightest
    assert component.exclude(here, 48, 48, component.groups) is None


def test_a_proof_adds_what_no_single_rule_connects():
    """2011 + 2012 is no cell: that it is 2 follows from 8 and 10, and leaves nothing for 2013."""
    known = settled(
        claim(8, 2010),
        claim(10, ("2010-01-01", "2012-12-31")),
        claim(2, ("2011-01-01", "2013-12-31"), qualifier="at_most"),
    )
    found = proof_of(known, at(known, period="2013"), upper=True)
    assert said(known, found) == "10 (2010-2012) + x <= 8 (2010) + 2 (2011-2013) forces x <= 0"
    assert not found.exact


def test_a_figure_that_is_nothing_belongs_to_an_equation():
    known = settled(claim(60, ("2010-01-01", "2012-12-31")), claim(0, 2011), claim(21, 2012))
    found = proof_of(known, at(known), upper=True)
    assert said(known, found) == "0 (2011) + 21 (2012) + x = 60 (2010-2012) forces x = 39"


def test_a_component_knows_nothing_of_others():
    known = settled(claim(1, 2010), claim(2, 2011), claim(3, 2010, "sex=male"), claim(9, 2012))
    here, apart = at(known), at(known, period="2012")
    assert known.component_of(here).cells.tolist() == sorted([here, at(known, "sex=male")])
    alone = known.component_of(apart)
    assert alone.cells.tolist() == [apart]
    assert alone.bounds(apart, alone.groups) == (9, 9)
    assert alone.bounds(apart, np.array([], dtype=np.int64)) == (0, np.inf)
    assert alone.prove(apart, upper=True, using=np.array([], dtype=np.int64)) is None


def test_claims_that_contradict_each_other_leave_nothing():
    known = settled(claim(3), claim(5, breakdown="sex=male", tier="press"))
    component = known.component_of(at(known))
    assert component.bounds(at(known), component.groups) is None
    assert proof_of(known, at(known), upper=True).contradicts
    assert component.bounds(at(known), component.groups[:1]) is not None


def holds(found: Proof, known: Settled, truths: Truths) -> np.ndarray:
    """Whether a proof is right in each truth, with the true figures in the place of their bounds."""
    keys = list(zip(*(known.system.cells[name] for name in ("breakdown", "start", "end")), strict=True))
    on = known.system.groups["cell"].to_numpy()
    side = sum((times * truths.cells[keys[on[group]]] for group, times, _ in found.terms), start=np.zeros(1))
    own = truths.cells[keys[found.cell]]
    return own == side if found.exact else own <= side if found.upper else own >= side


@pytest.mark.parametrize("world", WORLDS)
def test_every_proof_holds_in_every_truth_and_reaches_its_bound(world):
    truths = WORLDS[world]

    @FEW
    @given(panels(list(truths.cells)))
    def check(rows):
        rec = ts.reconcile(table(rows))
        components: dict[int, Component] = {}
        for row in rec.series.itertuples():
            known = rec.settled[row.country]
            days = f"{row.year}-01-01", f"{row.year}-12-31"
            here = known.cells_of(row.country)[row.indicator, row.breakdown, *days]
            part = components.setdefault(int(known.component[here]), known.component_of(here))
            kept = part.groups[known.solution.accepted[part.groups]]
            for above, bound in ((True, np.inf if pd.isna(row.upper) else row.upper), (False, row.lower)):
                found = part.prove(here, upper=above, using=kept)
                assert (np.inf if found is None else found.whole + 0.0) == bound
                if found is not None:
                    assert sum(times * end for _, times, end in found.terms) == pytest.approx(found.bound)
                    assert holds(found, known, truths).all()

    check()
