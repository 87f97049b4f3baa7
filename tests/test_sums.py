"""The sum of several years: against every possible truth of small systems, and in what the gap shows."""

from __future__ import annotations

import pickle
from itertools import product

import numpy as np
import pandas as pd
import pytest
from gap_claims import rows
from tiny import claim, reconciled, table, year

import trafficking_stats as ts
from trafficking_stats.gap_analysis.answer import gap
from trafficking_stats.gap_analysis.beside import beside_rows

YEARS = (2014, 2015, 2016, 2017)
LABOUR = "victims_identified;exploitation=forced_labour"


def span(first: int, last: int) -> tuple[str, str]:
    return f"{first}-01-01", f"{last}-12-31"


@pytest.mark.parametrize("seed", range(30))
def test_against_every_possible_truth(seed: int) -> None:
    """Masked years, women and men of each, and figures for several years: all true together."""
    generator = np.random.default_rng(seed)
    women, men = (generator.integers(0, 5, len(YEARS)) for _ in range(2))
    claims, rules = [], []
    for k, one in enumerate(YEARS):
        most = 5 + int(women[k] + men[k]) // 5 * 5
        claims.append(claim(most, year(one), qualifier="less_than"))
        known = {} if generator.random() < 0.5 else {"qualifier": "less_than"}
        claims.append(claim(5 if known else int(women[k]), year(one), "sex=female", **known))
        claims.append(claim(5, year(one), "sex=male", qualifier="less_than"))
    for first, last in ((2014, 2015), (2015, 2017), (2014, 2017)):
        if generator.random() < 0.6:
            part = slice(first - 2014, last - 2013)
            rules.append((part, int((women[part] + men[part]).sum())))
            claims.append(claim(rules[-1][1], span(first, last)))
    rec = ts.reconcile(table(claims))
    assert rec.claims["accepted"].all()
    series, _ = rec.of("AAA", "victims_identified")
    bounds = dict(zip(series["year"], zip(series["lower"], series["upper"], strict=True), strict=True))
    worlds = np.array(list(product(*(range(bounds[one][0], bounds[one][1] + 1) for one in YEARS))))
    for part, total in rules:
        worlds = worlds[worlds[:, part].sum(axis=1) == total]
    for chosen in ((0, 1), (1, 2), (0, 3), (1, 2, 3), (0, 1, 2, 3)):
        sums = worlds[:, chosen].sum(axis=1)
        found = rec.bounds_of_sum("AAA", "victims_identified", [YEARS[k] for k in chosen])
        assert found == (sums.min(), sums.max())


def test_years_that_nothing_ties_are_added_up() -> None:
    rec = ts.reconcile(rows("DNK", {"convictions_persons": {2014: "<5", 2015: "<5", 2016: ">3"}}))
    assert rec.bounds_of_sum("DNK", "convictions_persons", [2014, 2015]) == (0, 8)
    assert rec.bounds_of_sum("DNK", "convictions_persons", range(2014, 2017)) == (4, None)


def test_a_method_that_uses_no_rule_adds_up_what_it_picked() -> None:
    rec = reconciled("DNK", "latest")
    labour = rec.of("DNK", *LABOUR.split(";"))[0].query("2014 <= year <= 2016")
    found = rec.bounds_of_sum("DNK", "victims_identified", labour["year"], "exploitation=forced_labour")
    assert found == (labour["lower"].sum(), labour["upper"].sum())


def test_a_year_without_a_figure_is_named() -> None:
    with pytest.raises(ts.ReconciliationError, match=r"DNK convictions_persons has no figure for 1901; its years are"):
        reconciled("DNK").bounds_of_sum("DNK", "convictions_persons", [1901, 2014])
    with pytest.raises(ts.ReconciliationError, match="XXX"):
        reconciled("DNK").bounds_of_sum("XXX", "convictions_persons", [2014])


def test_victims_of_forced_labour_are_seven_or_eight_wherever_they_are_added_up() -> None:
    rec = reconciled("DNK")  # 39 in 2009-2016 and 111 in 2009-2020 leave 7 or 8 for 2014-2017, single years 5 to 10
    found = gap(rec, "DNK", 2014, 2021, numerator=LABOUR, vary_sources=False)
    early = found.row("ratios", kind="early")
    assert (early.first_year, early.last_year) == (2014, 2017)
    assert (early.numerator_lower, early.numerator_upper) == (7, 8)
    effect = found.row("effects", stage="numerator")
    assert (effect.early_lower, effect.early_upper) == (7, 8)
    beside = beside_rows(rec, "DNK", {LABOUR: "victims_identified"}, 2014, 2017)[0]
    assert (beside.numerator_lower, beside.numerator_upper) == (7, 8)


def test_asking_changes_no_byte_of_a_reconciliation() -> None:
    rec = ts.reconcile(rows("DNK", {"convictions_persons": {2014: "<5", 2015: "7"}}))
    before = pickle.dumps(rec)
    rec.bounds_of_sum("DNK", "convictions_persons", [2014, 2015])
    rec.of("DNK", "convictions_persons")
    assert pickle.dumps(rec) == before
    pd.testing.assert_frame_equal(pickle.loads(before).of("DNK", "convictions_persons")[0], rec.series)
