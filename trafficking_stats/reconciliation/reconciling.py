"""Reconcile conflicting claims: locate what must be wrong, bound every cell, keep every figure in sight."""

import contextlib
import datetime
import functools
import warnings
from collections.abc import Collection, Sequence
from concurrent.futures import Executor, Future
from uuid import uuid4

import pandas as pd

from trafficking_stats.claims import load_claims
from trafficking_stats.errors import ReconciliationError, TraffickingStatsError
from trafficking_stats.frames import as_claims
from trafficking_stats.reconciliation.apart import apart
from trafficking_stats.reconciliation.cells import build_system
from trafficking_stats.reconciliation.judged import explained, judge
from trafficking_stats.reconciliation.methods import DEFAULT, check_method
from trafficking_stats.reconciliation.result import OPTIMAL, Reconciliation
from trafficking_stats.reconciliation.selection import select_claims
from trafficking_stats.reconciliation.series import build_series
from trafficking_stats.reconciliation.settle import settle
from trafficking_stats.reconciliation.vintages import known_by
from trafficking_stats.remembering import keep, kept, tell_read
from trafficking_stats.vocabulary import Vocabulary, load_vocabulary


def reconcile(
    claims: pd.DataFrame,
    method: str = DEFAULT,
    executor: Executor | None = None,
    vocabulary: Vocabulary | None = None,
    *,
    as_of: str | datetime.date | None = None,
    time_limit: float | None = None,
    policy: str | None = None,
) -> Reconciliation:
    """Reconcile claims about any number of countries.

    Parameters
    ----------
    claims : pandas.DataFrame
        One row a claim, whose further columns are kept, or any table that `claims_from` reads without more words. The
        sources need not be in any file.
    method : str
        ``consistent`` rejects the cheapest set of claims so that the others are true together under the
        accounting rules; ``latest``, ``earliest``, ``register``, ``median``, ``lowest`` and ``highest`` pick one
        figure a cell.
    executor : concurrent.futures.Executor, optional
        Countries are then shared among its workers; the result is the same to the byte.
    vocabulary : Vocabulary, optional
        By default the one that ships with the package.
    as_of : str or datetime.date, optional
        Take only what was certainly published by this date, which gives what was known then. A source that names
        only a year or month of publication counts from its last day on; one without a date is left out.
    time_limit : float, optional
        Seconds of computing for the search and its proofs, of this process or, with an executor, for each country. By
        default 60 for every 10,000 different figures. What could not be finished is said in ``status``.
    policy : str, optional
        The former name of ``method``; deprecated.

    Returns
    -------
    Reconciliation
        The order of the rows given never matters.

    Raises
    ------
    ClaimError
        If the table lacks a column or holds a value out of range.
    ReconciliationError
        If the method does not exist, ``as_of`` is no date, or a worker died: the text names its country.
    RuleError
        If the accounting rules contradict each other.

    References
    ----------
    Fellegi IP, Holt D (1976). A systematic approach to automatic edit and imputation. JASA 71:17-35.

    Examples
    --------
    >>> import trafficking_stats as ts
    >>> claims = ts.load_claims().query("country == 'DNK' and indicator == 'convictions_persons'")
    >>> rec = reconcile(claims)
    >>> int(rec.series.query("breakdown == '' and year == 2016").estimate.iloc[0])
    14
    """
    if policy is not None:
        warnings.warn("the keyword policy is now called method", DeprecationWarning, stacklevel=2)
        method = policy
    plain = executor is vocabulary is as_of is time_limit is None
    vocabulary = vocabulary or load_vocabulary()
    check_method(method)
    if executor is not None and not hasattr(executor, "submit"):
        raise ReconciliationError(f"executor must be a concurrent.futures.Executor, not {type(executor).__name__}")
    if plain and (found := kept(claims, method)):
        tell_read(claims["country"])
        return _together(found, method, vocabulary)
    table = as_claims(claims, vocabulary)
    tell_read(table["country"])
    if as_of is not None:
        table = known_by(table, as_of)
    if executor is None:
        parts = [_reconcile_part(table, method, vocabulary, time_limit)]
    else:
        parts = _reconcile_countries(table, method, vocabulary, time_limit, executor)
    return _together(parts, method, vocabulary)


def _together(parts: Sequence[Reconciliation], method: str, vocabulary: Vocabulary) -> Reconciliation:
    """Join what was found country by country."""
    if len(parts) == 1:
        return parts[0]

    def joined(*names: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        one, other = (pd.concat([getattr(part, name) for part in parts], ignore_index=True) for name in names)
        return one, other

    series, periods = joined("series", "periods")
    told = functools.cache(functools.partial(joined, "claims", "clashes"))
    found = dict.fromkeys(part.status for part in parts if part.status != OPTIMAL)
    settled = {country: known for part in parts for country, known in part.settled.items()}
    return Reconciliation(series, told, method, "; ".join(found) or OPTIMAL, periods, vocabulary, settled)


def _reconcile_part(
    table: pd.DataFrame, method: str, vocabulary: Vocabulary, time_limit: float | None
) -> Reconciliation:
    """Reconcile checked claims in this process."""
    settled = settle(build_system(table, vocabulary), table, method, vocabulary, time_limit)
    judged = judge(table, settled)
    series, periods = build_series(judged, settled.system, settled.solution, vocabulary)
    status = "; ".join(settled.solution.status) or OPTIMAL
    of_country = dict.fromkeys(table["country"].unique(), settled)
    told = functools.cache(functools.partial(explained, judged, settled, vocabulary))
    return Reconciliation(series, told, method, status, periods, vocabulary, of_country)


def settle_ahead(
    countries: Collection[str],
    method: str = DEFAULT,
    exclude_sources: Collection[str] = (),
    prefer: Collection[str] = (),
) -> None:
    """Settle countries together for the pages that this process will fork, each as if it had been settled alone.

    Parameters
    ----------
    countries : collection of str
        Those of some pages that are to come; what goes wrong with them is said where the pages ask.
    method, exclude_sources, prefer
        As the notebooks take them.
    """
    with contextlib.suppress(TraffickingStatsError):
        claims = select_claims(load_claims(), exclude_sources, prefer, countries)
        whole = reconcile(claims, method)
        if whole.status == OPTIMAL:
            own = dict(list(claims.groupby("country")))
            for country, part in apart(whole):
                keep(country, method, own[country].reset_index(drop=True), part)


def _in_worker(
    table: pd.DataFrame, method: str, vocabulary: Vocabulary, time_limit: float | None, run: str
) -> Reconciliation | Exception:
    """Reconcile in another process; an error is handed back, so that what fails by itself is the process.

    ``run`` names the run, and is for Dask alone: it knows a task by its arguments, and what failed once it would not
    try again.
    """
    try:
        return _reconcile_part(table, method, vocabulary, time_limit)
    except Exception as error:
        return error


def _reconcile_countries(
    table: pd.DataFrame, method: str, vocabulary: Vocabulary, time_limit: float | None, executor: Executor
) -> list[Reconciliation]:
    """Share the countries among the workers of an executor."""
    if not len(table):
        return [_reconcile_part(table, method, vocabulary, time_limit)]
    running: dict[str, Future[Reconciliation | Exception]] = {}
    parts: list[Reconciliation] = []
    lost: dict[str, Exception] = {}
    run = uuid4().hex
    for country, rows in table.groupby("country", sort=True):
        try:
            running[str(country)] = executor.submit(
                _in_worker, rows.reset_index(drop=True), method, vocabulary, time_limit, run
            )
        except RuntimeError as error:  # the executor is broken, or was shut down
            lost[str(country)] = error
    for name, future in running.items():
        try:
            part = future.result()
        except Exception as error:  # each kind of executor has its own for a worker that died
            lost[name] = error
            continue
        if isinstance(part, Exception):
            raise part
        parts.append(part)
    if lost:
        first = next(iter(lost.values()))
        raise ReconciliationError(
            f"a worker died, or could not be reached, before these countries were done: {', '.join(sorted(lost))} "
            f"({type(first).__name__}); nothing was written, so the run can be repeated, with a new executor if this "
            "one is broken, and with fewer workers if the memory ran out"
        ) from first
    return parts
