"""Every number under ``[weights]`` decides a case: with it one figure is rejected, without it another."""

from __future__ import annotations

import pytest
from tiny import claim, table

import trafficking_stats as ts
from trafficking_stats.vocabulary import load_vocabulary

FEMALE, MALE, ADULT, CHILD = "sex=female", "sex=male", "age=adult", "age=child"
DATES = {"published": "2010-01-01"}


def office(value: float, year: int, breakdown: str = "", publisher: str = "P") -> dict[str, object]:
    """What an edition of a compiler prints of the national register."""
    more = {"published": f"{year}-01-01", "publisher": publisher, "upstream": "x"}
    return claim(value, 2009, breakdown, f"{publisher}-{year}", **more)  # type: ignore[arg-type]


def tables(year: int, size: int) -> list[dict[str, object]]:
    """Three tables of an edition that come to a total."""
    parts = {FEMALE: size - 9, MALE: 9, ADULT: size - 8, CHILD: 8, "citizenship=FRA": size - 7, "citizenship=ITA": 7}
    return [office(value, year, part) for part, value in parts.items()]


def rival(value: float, breakdown: str = "", **more: object) -> dict[str, object]:
    """One more source, of a register of its own."""
    return claim(value, 2009, breakdown, **{"source": "rival", **DATES, **more})  # type: ignore[arg-type]


OLD_CONFIRMED = [*(office(50, year) for year in (2010, 2011, 2012)), *tables(2010, 50)]
COUNTRIES = ("FRA", "ITA", "ESP", "PRT", "GRC", "ROU", "BGR", "HUN", "POL")

CASES = {
    # constant: its value where it decides nothing, the claims, what is rejected with it and without it
    "repeat_share": (
        0.0,
        [rival(30, FEMALE), office(40, 2010, FEMALE), office(40, 2010, FEMALE, "Q")],
        {30},
        {40},
    ),
    "repeat_cap": (
        0.9,
        [rival(30, FEMALE, published="2025-01-01"), *(office(40, 2010, FEMALE, f"P{n}") for n in range(20))],
        {40},
        {30},
    ),
    "recency_per_year": (0.0, [rival(30, FEMALE), rival(40, FEMALE, source="b", published="2020")], {30}, {40}),
    "recency_from": (2030, [rival(30, FEMALE), rival(40, FEMALE, source="b", published="2020")], {30}, {40}),
    "total": (0.0, [rival(60), rival(70, MALE, source="b"), rival(65, ADULT, source="b")], {70, 65}, {60}),
    "confirmed_by_source": (
        0.0,
        [rival(30, published="2020-01-01"), office(40, 2010), office(40, 2010, publisher="Q")],
        {30},
        {40},
    ),
    "confirmed_by_table": (
        0.0,
        [rival(50, published="2020-01-01"), office(40, 2010), office(25, 2010, FEMALE), office(15, 2010, MALE)],
        {50},
        {40},
    ),
    "table_cap": (
        1000.0,
        [rival(10, tier="publisher"), *(office(20 + n, 2010, f"citizenship={c}") for n, c in enumerate(COUNTRIES))],
        set(range(20, 29)),
        {10},
    ),
    "deep_share": (1.0, [rival(30, FEMALE), rival(40, f"{ADULT};{FEMALE}", source="b")], {40}, {30}),
    "mask_share": (1.0, [rival(5, qualifier="less_than", tier="register"), office(9, 2010)], {5}, {9}),
    "mask_below": (1000, [rival(50, qualifier="less_than", tier="register"), office(90, 2010)], {90}, {50}),
    "doubt_share": (
        1.0,
        [office(50, 1991), office(50, 1991, publisher="Q"), office(60, 2024), office(60, 2025)],
        {60},
        {50},
    ),
    "old_share": (1.0, [*OLD_CONFIRMED, office(60, 2020)], {50}, {60}),
    "official": (
        100.0,
        [*OLD_CONFIRMED, office(50, 2012, publisher="Q"), {**office(60, 2020, publisher="M"), "tier": "publisher"}],
        {50},
        {60},
    ),
    "slip_times": (1000.0, [office(50, 2009), office(50, 2010), office(500, 2020)], {500}, {50}),
    "slip_from": (0.0, [office(2, 2009), office(2, 2010), office(9, 2020)], {2}, {9}),
    "jump_times": (
        1000.0,
        [office(50, 2010), office(70, 2020), office(30, 2020, FEMALE), office(20, 2020, MALE)],
        {70},
        {50},
    ),
    "impossible_times": (
        1e9,
        [office(50, 2010), *(rival(n, part, tier="register") for part, n in ((FEMALE, 600), (ADULT, 610)))],
        {600, 610},
        {50},
    ),
}


def test_every_constant_has_a_case():
    assert set(CASES) == set(type(load_vocabulary().weights).model_fields)


@pytest.mark.parametrize("name", CASES)
def test_each_constant_decides_a_case(name):
    nothing, rows, with_it, without = CASES[name]
    vocabulary = load_vocabulary()
    weights = vocabulary.weights.model_copy(update={name: nothing})
    found = []
    for known in (vocabulary, vocabulary.model_copy(update={"weights": weights})):
        judged = ts.reconcile(table(rows), vocabulary=known).claims
        found.append(set(judged.loc[~judged["accepted"], "value"]))
    assert found == [with_it, without]
