"""The arithmetic that forces a bound: every line must hold in every possible truth, and reach the bound it explains."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from tiny import (
    Truths,
    claim,
    panels,
    part_and_sums_and_records,
    parts_and_half_year,
    table,
    three_years_and_span,
)

import trafficking_stats as ts
from trafficking_stats.reconciliation.arithmetic import Words, write
from trafficking_stats.reconciliation.cells import System, build_system
from trafficking_stats.reconciliation.chains import Chain, Network, Steps, Term
from trafficking_stats.vocabulary import load_vocabulary

WORLDS = {
    "parts and half a year": parts_and_half_year(),
    "three years and a span": three_years_and_span(),
    "women, sums, since records": part_and_sums_and_records(),
}
FEW = settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
NAMES = ["x", "2007-2020", "2007-2016", "2017", "2018", "2019"]


def system_of(*claims: dict[str, object]) -> System:
    return build_system(ts.reconcile(table(claims)).claims, load_vocabulary())


def at(system: System, breakdown: str = "", period: str = "2010") -> int:
    """The number of a cell."""
    start, _, end = period.partition("-")
    cells = system.cells
    here = (cells["breakdown"] == breakdown) & (cells["start"] == f"{start}-01-01")
    return int(np.flatnonzero(here & (cells["end"] == f"{end or start}-12-31"))[0])


def steps_to(system: System, cell: int) -> Steps:
    return Network(system).part(cell).steps(np.arange(len(system.groups)))


def line(system: System, chain: Chain | None) -> str:
    assert chain is not None
    words = Words(system, pd.DataFrame({"publisher": [], "published": []}), load_vocabulary())
    return write(chain, lambda cell: words.name(cell, chain.cell))


# --- what is written ---------------------------------------------------------------------------------------------


def chain(bound: float, *terms: tuple[int, float, float], upper: bool = True, exact: bool = False) -> Chain:
    return Chain(0, upper, bound, tuple(Term(*term) for term in terms), (0,), exact)


EU = ((1, 1, 717), (2, -1, 517), (3, -1, 86), (4, -1, 31), (5, -1, 38))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        pytest.param(
            chain(45, *EU, exact=True),
            "517 (2007-2016) + 86 (2017) + 31 (2018) + 38 (2019) + x = 717 (2007-2020) forces x = 45",
            id="an equation",
        ),
        pytest.param(
            chain(45, *EU, upper=False),
            "517 (2007-2016) + 86 (2017) + 31 (2018) + 38 (2019) + x >= 717 (2007-2020) forces x >= 45",
            id="a lower bound",
        ),
        pytest.param(chain(80, (1, 1, 80)), "x <= 80 (2007-2020)", id="one term says it all"),
        pytest.param(chain(-0.0, (1, 1, 0)), "x <= 0 (2007-2020)", id="nothing"),
        pytest.param(
            chain(-0.0, (1, 1, 5), (2, -1, 5)), "5 (2007-2016) + x <= 5 (2007-2020) forces x <= 0", id="no minus zero"
        ),
        pytest.param(chain(5, (1, 1, 5), (2, -1, 0)), "x <= 5 (2007-2020)", id="at least 0 says nothing"),
        pytest.param(
            chain(5, (1, 1, 5), (2, -1, 0), exact=True),
            "0 (2007-2016) + x = 5 (2007-2020) forces x = 5",
            id="a 0 that is known belongs to an equation",
        ),
        pytest.param(
            chain(1.5, (1, 0.5, 3)),
            "x <= 0.5 x 3 (2007-2020) forces x <= 1.5, in whole numbers x <= 1",
            id="half of an odd number",
        ),
        pytest.param(
            chain(1.5, (1, 0.5, 3), upper=False),
            "x >= 0.5 x 3 (2007-2020) forces x >= 1.5, in whole numbers x >= 2",
            id="at least half of an odd number",
        ),
        pytest.param(chain(1e9, (1, 1, 1e9)), "x <= 1,000,000,000 (2007-2020)", id="large numbers"),
        pytest.param(Chain(0, True, 7), "", id="no rule"),
    ],
)
def test_a_line_that_can_be_checked_by_hand(found, words):
    assert write(found, NAMES.__getitem__) == words


def test_a_long_sum_is_folded_and_still_adds_up():
    years = tuple((cell, -1.0, 10.0 * cell) for cell in range(1, 13))
    written = write(chain(220, (13, 1, 1000), *years), lambda cell: str(2000 + cell))
    assert written == (
        "10 (2001) + 20 (2002) + 30 (2003) + 40 (2004) + 50 (2005) + 60 (2006) + 70 (2007)"
        " + 500 (5 more: 2008, 2009, 2010, 2011, 2012) + x <= 1,000 (2013) forces x <= 220"
    )
    assert 1000 - 10 - 20 - 30 - 40 - 50 - 60 - 70 - 500 == 220


# --- what is found -----------------------------------------------------------------------------------------------


def test_two_periods_one_inside_the_other_leave_an_equation():
    """517 + 86 + 31 + 38 + x = 717: the years up to 2016, which nobody prints, cancel out."""
    eu = [claim(517, ("2007-01-01", "2016-12-31")), claim(717, ("2007-01-01", "2020-12-31"))]
    system = system_of(*eu, claim(86, 2017), claim(31, 2018), claim(38, 2019))
    here = at(system, period="2020")
    for upper in (True, False):
        found = steps_to(system, here).chain(here, upper=upper)
        assert found.exact
        assert line(system, found) == (
            "517 (2007-2016) + 86 (2017) + 31 (2018) + 38 (2019) + x = 717 (2007-2020) forces x = 45"
        )


def test_the_first_chain_beyond_a_figure_is_the_short_one():
    """41 women of at most 50 are refuted by a part; that there are 48 follows only from two parts and a sum."""
    system = system_of(
        claim(45, breakdown="age=adult;sex=female"),
        claim(3, breakdown="age=child;sex=female"),
        claim(100),
    )
    here = at(system, "sex=female")
    steps = steps_to(system, here)
    assert steps.bounds(here) == (48, 100)
    assert line(system, steps.chain(here, upper=False)) == (
        "x >= 45 (adults, female) + 3 (children, female) forces x >= 48"
    )
    assert steps.chain(here, upper=False, beyond=41).bound > 41


def test_a_programme_finds_what_single_steps_cannot():
    """2011 + 2012 is no cell: that it is 2 follows from 8 and 10, and leaves nothing for 2013."""
    system = system_of(
        claim(8, 2010),
        claim(10, ("2010-01-01", "2012-12-31")),
        claim(2, ("2011-01-01", "2013-12-31"), qualifier="at_most"),
    )
    here = at(system, period="2013")
    steps = steps_to(system, here)
    assert steps.bounds(here) == (0, 2)
    found = steps.programme(here, 0, upper=True)
    assert line(system, found) == "10 (2010-2012) + x <= 8 (2010) + 2 (2011-2013) forces x <= 0"
    assert not found.exact
    # what is not so is not found
    assert steps.programme(here, -1, upper=True) is None
    assert steps.programme(here, 1, upper=False) is None


def test_a_component_is_cut_out_once_and_knows_nothing_of_others():
    system = system_of(claim(1, 2010), claim(2, 2011), claim(3, 2010, "sex=male"), claim(9, 2012))
    network = Network(system)
    here, apart = at(system), at(system, period="2012")
    assert network.part(here) is network.part(at(system, "sex=male"))
    assert network.part(here).cells.tolist() == sorted([here, at(system, "sex=male")])
    assert network.part(apart).cells.tolist() == [apart]
    assert network.part(apart).steps(np.arange(len(system.groups))).bounds(apart) == (9, 9)
    alone = network.part(apart).steps(np.arange(len(system.groups))).chain(apart, upper=True)
    assert alone == Chain(apart, True, 9)


def test_claims_that_contradict_each_other_stop_the_steps():
    system = system_of(claim(3), claim(5, breakdown="sex=male", tier="press"))
    steps = steps_to(system, at(system))
    assert steps.contradict
    assert not Network(system).part(at(system)).steps(np.array([0])).contradict


def holds(found: Chain, system: System, truths: Truths) -> np.ndarray:
    """Whether a chain is right in each truth, with the true figures in the place of their bounds."""
    keys = list(zip(*(system.cells[name] for name in ("breakdown", "start", "end")), strict=True))
    side = sum((term.times * truths.cells[keys[term.cell]] for term in found.terms), start=np.zeros(1))
    own = truths.cells[keys[found.cell]]
    return own == side if found.exact else own <= side if found.upper else own >= side


@pytest.mark.parametrize("world", WORLDS)
def test_every_chain_holds_in_every_truth_and_reaches_its_bound(world):
    truths = WORLDS[world]

    @FEW
    @given(panels(list(truths.cells)))
    def check(rows):
        rec = ts.reconcile(table(rows))
        for country in sorted(set(rec.claims["country"])):
            claims = rec.claims[rec.claims["country"] == country].reset_index(drop=True)
            check_country(claims, rec.series[rec.series["country"] == country])

    def check_country(claims, series):
        system = build_system(claims, load_vocabulary())
        kept = np.unique(system.claim_group[claims["accepted"].to_numpy(bool)])
        network = Network(system)
        for row in series.itertuples():
            here = at(system, row.breakdown, str(row.year))
            steps = network.part(here).steps(kept)
            lower, upper = steps.bounds(here)
            most = np.inf if pd.isna(row.upper) else row.upper
            # never tighter than the truth; where looser, a programme reaches it
            assert (lower, upper) == (row.lower, most) or (lower <= row.lower and upper >= most)
            for above, bound, known in ((True, upper, most), (False, lower, row.lower)):
                found = steps.chain(here, upper=above) if bound == known else None
                found = found or steps.programme(here, float(known), upper=above)
                assert found is not None
                assert found.bound == known
                if found.rules:
                    assert sum(term.times * term.bound for term in found.terms) == pytest.approx(known)
                    assert holds(found, system, truths).all()

    check()


def test_shipped_figures_need_no_programme():
    """On real figures single steps reach every bound, so that an explanation needs no solver."""
    claims = ts.load_claims()
    claims = claims[claims["country"].isin(["SWE", "FIN", "ISL"])]
    rec = ts.reconcile(claims)
    for country, series in rec.series.groupby("country"):
        own = rec.claims[rec.claims["country"] == country].reset_index(drop=True)
        system = build_system(own, load_vocabulary())
        group = system.claim_group
        kept = np.unique(group[own["accepted"].to_numpy(bool) & (group >= 0)])
        network = Network(system)
        years = system.cells[system.cells["kind"] == "year"]
        keys = zip(years["indicator"], years["breakdown"], years["end"].str[:4].astype(int), strict=True)
        place = dict(zip(keys, years.index, strict=True))
        steps: dict[int, Steps] = {}
        for row in series.itertuples():
            here = place[row.indicator, row.breakdown, row.year]
            part = network.part(here)
            if id(part) not in steps:
                steps[id(part)] = part.steps(kept)
            assert steps[id(part)].bounds(here) == (row.lower, np.inf if pd.isna(row.upper) else row.upper)
