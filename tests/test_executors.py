"""The same bytes from any executor, and a worker that dies is named and can be sent again."""

from __future__ import annotations

import os
import pickle
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor

import pandas as pd
import pytest
from synthetic import make_panel
from tiny import claim, table

import trafficking_stats as ts
from trafficking_stats import remembering
from trafficking_stats.errors import ClaimError, ReconciliationError
from trafficking_stats.frames import as_claims
from trafficking_stats.linear import ContradictingRulesError
from trafficking_stats.reconciliation import reconciling
from trafficking_stats.reconciliation.apart import apart
from trafficking_stats.vocabulary import load_vocabulary

COUNTRIES = ["DNK", "FIN", "NOR", "SWE"]


@pytest.fixture(scope="module")
def claims() -> pd.DataFrame:
    """Real claims on four countries beside a panel with errors, so that clashes of every kind are there."""
    real = ts.load_claims()
    real = real[real["country"].isin(COUNTRIES) & (real["indicator"] != "victims_identified")]
    return pd.concat([real, make_panel(3000, n_years=8).claims], ignore_index=True)


def written(rec: ts.Reconciliation) -> bytes:
    return b"".join(part.to_csv(index=False).encode() for part in (rec.series, rec.claims, rec.clashes))


@pytest.fixture(scope="module")
def alone(claims: pd.DataFrame) -> bytes:
    rec = ts.reconcile(claims)
    assert (~rec.claims["accepted"]).sum() > 50
    return written(rec)


@pytest.fixture(scope="module")
def pool():
    with ProcessPoolExecutor(2) as executor:
        yield executor


@pytest.fixture(scope="module")
def dask_client(tmp_path_factory):
    dask, distributed = pytest.importorskip("dask"), pytest.importorskip("distributed")
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            local_directory=str(tmp_path_factory.mktemp("dask")),
            silence_logs=50,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.mark.slow
def test_a_process_pool_gives_the_same_bytes(claims: pd.DataFrame, alone: bytes, pool: ProcessPoolExecutor) -> None:
    assert written(ts.reconcile(claims, executor=pool)) == alone


@pytest.mark.slow
def test_dask_gives_the_same_bytes(claims: pd.DataFrame, alone: bytes, dask_client) -> None:
    assert written(ts.reconcile(claims, executor=dask_client.get_executor())) == alone


def test_threads_give_the_same_bytes(claims: pd.DataFrame, alone: bytes) -> None:
    with ThreadPoolExecutor(2) as executor:
        assert written(ts.reconcile(claims, executor=executor)) == alone


@pytest.mark.parametrize("method", ["latest", "median"])
def test_rival_methods_give_the_same_bytes(claims: pd.DataFrame, method: str) -> None:
    with ThreadPoolExecutor(2) as executor:
        assert written(ts.reconcile(claims, method, executor=executor)) == written(ts.reconcile(claims, method))


def test_no_claims_need_no_worker() -> None:
    empty = table([claim(1)]).iloc[:0]
    with ThreadPoolExecutor(1) as executor:
        assert ts.reconcile(empty, executor=executor).series.empty


# --- what goes wrong in a worker ---------------------------------------------------------------------------------


class Killing(Executor):
    """Ends the worker that is given a country, as running out of memory would."""

    def __init__(self, inner: Executor, country: str) -> None:
        self.inner, self.country = inner, country

    def submit(self, function, rows, *arguments) -> Future:
        if rows["country"].iloc[0] == self.country:
            return self.inner.submit(os._exit, 1)
        return self.inner.submit(function, rows, *arguments)


@pytest.mark.slow
def test_a_pool_whose_worker_dies_names_the_country_and_can_be_replaced(claims: pd.DataFrame, alone: bytes) -> None:
    with ProcessPoolExecutor(2) as executor:
        with pytest.raises(ReconciliationError, match=r"worker died.*FIN.*can be repeated"):
            ts.reconcile(claims, executor=Killing(executor, "FIN"))
        # the pool is broken by then: that is said too, and a new one does the work
        with pytest.raises(ReconciliationError, match=r"DNK, FIN.*with a new executor"):
            ts.reconcile(claims, executor=executor)
    with ProcessPoolExecutor(2) as executor:
        assert written(ts.reconcile(claims, executor=executor)) == alone


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # a cluster that loses a worker says so in its own ways
def test_a_cluster_whose_worker_dies_names_the_country_and_can_go_on(
    claims: pd.DataFrame, alone: bytes, dask_client
) -> None:
    executor = dask_client.get_executor()
    with pytest.raises(ReconciliationError, match=r"worker died.*FIN.*KilledWorker.*can be repeated"):
        ts.reconcile(claims, executor=Killing(executor, "FIN"))
    dask_client.wait_for_workers(2, timeout=30)
    assert written(ts.reconcile(claims, executor=executor)) == alone


class Failing(Executor):
    """Hands each worker rules or claims that are refused there, as an older package in a worker might."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def submit(self, function, *arguments) -> Future:
        future: Future = Future()
        future.set_result(pickle.loads(pickle.dumps(self.error)))
        return future


@pytest.mark.parametrize(
    "error", [ContradictingRulesError((0, 2), ("a", "b")), ClaimError(["first", "second"]), KeyError("a bug")]
)
def test_an_error_in_a_worker_is_the_error(claims: pd.DataFrame, error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        ts.reconcile(claims, executor=Failing(error))
    assert str(caught.value) == str(error)


def test_an_executor_that_was_shut_down_is_no_traceback(claims: pd.DataFrame) -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.raises(ReconciliationError, match="could not be reached"):
        ts.reconcile(claims, executor=executor)


def test_what_is_no_executor_is_refused(claims: pd.DataFrame) -> None:
    with pytest.raises(ReconciliationError, match=r"concurrent\.futures\.Executor, not int"):
        ts.reconcile(claims, executor=2)  # type: ignore[arg-type]


def test_countries_settled_ahead_are_what_each_is_alone(monkeypatch):
    """The pages of a run find each country, in the same words, and what the rival methods say of it."""
    countries, claims, which = ["EST", "ISL", "NOR"], ts.load_claims(), "victims_identified"
    alone = {code: ts.reconcile(ts.select_claims(claims, countries=[code])) for code in countries}
    monkeypatch.setattr(remembering, "_KEPT", {})
    reconciling.settle_ahead(countries)
    monkeypatch.setattr(reconciling, "_reconcile_part", lambda *_: pytest.fail("it was settled again"))
    for code in countries:
        found = ts.reconcile(ts.select_claims(claims, countries=[code]))
        for name in ("series", "claims", "clashes", "periods"):
            pd.testing.assert_frame_equal(getattr(found, name), getattr(alone[code], name))
        for year in found.series.query("indicator == @which and breakdown == ''")["year"]:
            assert str(found.explain(code, which, year)) == str(alone[code].explain(code, which, year))
        assert "rivals" in vars(found)
        for method, series in found.rivals.items():
            pd.testing.assert_frame_equal(series, alone[code].rivals[method])


def test_what_is_doubtful_of_a_country_is_the_same_among_many():
    """Totals below their parts and years printed twice: doubts of two kinds, of claims anywhere in the table."""
    totals = {2019: 151, 2020: 151, 2021: 100, 2022: 60}
    parts = {2019: (90, 61), 2020: (90, 61), 2021: (70, 45), 2022: (40, 20)}
    rows = [
        {"country": code, "year": year, "value": value, "breakdown": breakdown}
        for code in ("BRA", "KEN", "THA")
        for year, total in totals.items()
        for breakdown, value in {"": total, "sex=female": parts[year][0], "sex=male": parts[year][1]}.items()
    ]
    about = {"indicator": "victims_identified", "source": "yearbook-2024", "published": "2024-05-01"}
    table = as_claims(ts.claims_from(pd.DataFrame(rows), **about), load_vocabulary())
    for code, part in apart(ts.reconcile(table)):
        alone = ts.reconcile(table[table["country"] == code])
        assert set(alone.claims["doubt"]) == {"", "copied_year", "parts_above"}
        for name in ("series", "claims", "clashes", "periods"):
            pd.testing.assert_frame_equal(getattr(part, name), getattr(alone, name))
