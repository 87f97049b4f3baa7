import math

import numpy as np
import pytest

from trafficking_stats.inference.counts import CountError
from trafficking_stats.inference.rates import poisson_interval
from trafficking_stats.inference.spells import ZeroSpell, spell_probability, zero_spell_limit, zero_spells


def test_spells_certain_and_possible():
    series = {2015: 4, 2016: 0, 2017: 0, 2018: 1, 2019: (0, 4), 2020: 0, 2021: (0, 4), 2022: (1, 4), 2024: 0, 2025: 0}
    assert zero_spells(series) == (
        ZeroSpell(2016, 2017, True),
        ZeroSpell(2020, 2020, True),
        ZeroSpell(2024, 2025, True),
    )
    possible = zero_spells(series, possible=True)
    assert possible[1] == ZeroSpell(2019, 2021, False)
    assert possible[1].years == 3
    # a year without a figure is not a zero
    assert zero_spells({2019: 0, 2021: 0}) == (ZeroSpell(2019, 2019, True), ZeroSpell(2021, 2021, True))
    assert zero_spells({}) == ()
    with pytest.raises(CountError, match=r"series\[2019\]"):
        zero_spells({2019: -1})


def test_limit_of_a_silent_spell():
    # -ln 0.025 = 3.689 over 221 victims; one-sided -ln 0.05 = 2.996
    assert zero_spell_limit(221) == pytest.approx(3.688879 / 221, rel=1e-6)
    assert zero_spell_limit(221) == pytest.approx(poisson_interval(0, 221).upper)
    assert zero_spell_limit(3, sides=1) == pytest.approx(2.995732 / 3, rel=1e-6)
    # with phi 4 a case is 2.5 persons
    assert zero_spell_limit(dispersion=4) == pytest.approx(2.5 * 3.688879, rel=1e-6)
    with pytest.raises(CountError, match="sides"):
        zero_spell_limit(sides=3)
    with pytest.raises(CountError, match="exposure"):
        zero_spell_limit(0)


def test_probability_of_a_silent_spell():
    assert spell_probability(3) == pytest.approx(math.exp(-3))
    assert spell_probability(3, dispersion=4) == pytest.approx(math.exp(-1.2))
    assert spell_probability(3, dispersion=0.2) == spell_probability(3)
    # the limit is the mean at which the spell has a probability of 2.5 %
    assert spell_probability(zero_spell_limit(dispersion=4), dispersion=4) == pytest.approx(0.025)
    # by simulation of cases with a geometric number of persons, phi 4: mean 2.5 persons a case
    generator = np.random.default_rng(5)
    cases = generator.poisson(3 / 2.5, 200_000)
    persons = cases + np.where(cases > 0, generator.negative_binomial(np.maximum(cases, 1), 1 / 2.5), 0)
    assert persons.var() / persons.mean() == pytest.approx(4, rel=0.03)
    assert (persons == 0).mean() == pytest.approx(spell_probability(3, dispersion=4), abs=0.004)
    with pytest.raises(CountError, match="expected"):
        spell_probability(0)
