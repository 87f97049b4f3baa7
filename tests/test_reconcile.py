"""The reconciliation against every possible truth, and what must not change it."""

from __future__ import annotations

from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny import (
    WORLDS,
    Truths,
    cheapest,
    cost_of,
    panels,
    table,
)

import trafficking_stats as ts
from trafficking_stats.reconciliation.cells import build_system
from trafficking_stats.reconciliation.weights import UNITS

FEW = settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def kept_truths(claims: pd.DataFrame, truths: Truths) -> np.ndarray:
    where = np.ones(len(next(iter(truths.cells.values()))), dtype=bool)
    for row in claims[claims["accepted"]].itertuples():
        upper = np.inf if pd.isna(row.upper) else row.upper
        where &= truths.holds(row.lower, upper, (row.breakdown, row.period_start, row.period_end))
    return where


def check_against_truths(rec: ts.Reconciliation, country: str, truths: Truths) -> None:
    claims = rec.claims[rec.claims["country"] == country].reset_index(drop=True)
    system = build_system(claims, rec.vocabulary)
    lost = np.zeros((len(system.groups), 1), dtype=bool)
    lost[system.claim_group[~claims["accepted"].to_numpy(bool)]] = True
    # sets that differ by less than a thousandth of the weight 1 count as equal
    assert cost_of(lost, system)[0] <= cheapest(claims, truths) + UNITS // 1000
    where = kept_truths(claims, truths)
    assert where.any()
    for row in rec.series[rec.series["country"] == country].itertuples():
        cell = (row.breakdown, f"{row.year}-01-01", f"{row.year}-12-31")
        upper = None if pd.isna(row.upper) else row.upper
        assert (row.lower, upper) == truths.bounds(where, cell)
    check_clashes(claims, truths)


def check_clashes(claims: pd.DataFrame, truths: Truths) -> None:
    """What a rejected claim clashes with is accepted, leaves it no truth, and has no member to spare."""
    by_id = claims.set_index("claim_id")

    def holds(name: str) -> np.ndarray:
        row = by_id.loc[name]
        upper = np.inf if pd.isna(row.upper) else row.upper
        return truths.holds(row.lower, upper, (row.breakdown, row.period_start, row.period_end))

    for name in by_id.index[~by_id["accepted"]]:
        members = [other for other in by_id.at[name, "clashes_with"].split(";") if other]
        assert members
        assert by_id.loc[members, "accepted"].all()
        together = [holds(name), *map(holds, members)]
        assert not np.logical_and.reduce(together).any()
        for spare in range(1, len(together)):
            assert np.logical_and.reduce(together[:spare] + together[spare + 1 :]).any()


@pytest.mark.parametrize("world", WORLDS)
def test_rejects_the_cheapest_set_and_gives_the_tightest_bounds(world: str) -> None:
    truths = WORLDS[world]

    @FEW
    @given(panels(list(truths.cells)))
    def check(claims: list[dict[str, object]]) -> None:
        rec = ts.reconcile(table(claims))
        assert rec.status == "optimal"
        for country in rec.claims["country"].unique():
            check_against_truths(rec, country, truths)

    check()


# --- what must not change the answer -----------------------------------------------------------------------------


def written(rec: ts.Reconciliation) -> bytes:
    return b"".join(part.to_csv(index=False).encode() for part in (rec.series, rec.claims, rec.clashes))


def variants(base: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Several versions of a table side by side, as if each spoke about a country of its own."""
    parts = [
        rows.assign(country=name, claim_id=name + ":" + rows["claim_id"]) for name, rows in {"": base, **tables}.items()
    ]
    return pd.concat(parts, ignore_index=True)


def verdicts(rec: ts.Reconciliation, country: str) -> dict[str, tuple[bool, str]]:
    rows = rec.claims[rec.claims["country"] == country]
    return {
        row.claim_id.removeprefix(f"{country}:"): (row.accepted, row.clashes_with.replace(f"{country}:", ""))
        for row in rows.itertuples()
    }


def figures(rec: ts.Reconciliation, country: str) -> dict[tuple[str, int], tuple[object, ...]]:
    rows = rec.series[rec.series["country"] == country]
    columns = ["estimate", "lower", "upper"]
    values = rows[columns].astype(object).where(rows[columns].notna(), None).itertuples(index=False, name=None)
    return dict(zip(zip(rows["breakdown"], rows["year"], strict=True), values, strict=True))


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("method", ["consistent", "latest", "median"])
def test_order_of_rows_changes_no_byte(world: str, method: str) -> None:
    @settings(FEW, max_examples=4)
    @given(panels(list(WORLDS[world].cells), 4), st.randoms(use_true_random=False))
    def check(rows: list[dict[str, object]], random: Random) -> None:
        claims = table(rows)
        order = list(range(len(claims)))
        random.shuffle(order)
        assert written(ts.reconcile(claims, method)) == written(ts.reconcile(claims.iloc[order], method))

    check()


def test_what_is_added_to_the_claims_is_written_down():
    claims = ts.load_claims().query("country == 'NOR'")
    added = [name for name in ts.reconcile(claims).claims if name not in claims]
    assert added == ["lower", "upper", "accepted", "cause", "clashes_with", "doubt", "evidence"]
    assert all(f"``{name}``" in ts.Reconciliation.claims.__doc__ for name in added)
