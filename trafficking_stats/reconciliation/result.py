"""Reconcile conflicting claims: locate what must be wrong, bound every cell, keep every figure in sight."""

from __future__ import annotations

import datetime
import warnings
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from uuid import uuid4

import numpy as np
import pandas as pd

from trafficking_stats.errors import ReconciliationError
from trafficking_stats.reconciliation.causes import probable_causes
from trafficking_stats.reconciliation.cells import System, build_system, check_table
from trafficking_stats.reconciliation.explain import Explainer, Explanation
from trafficking_stats.reconciliation.methods import DEFAULT, check_method, pick
from trafficking_stats.reconciliation.sensitivity import sensitivity
from trafficking_stats.reconciliation.series import PERIODS, build_clashes, build_series
from trafficking_stats.reconciliation.solve import Solution, solve
from trafficking_stats.reconciliation.vintages import Vintages, known_by, vintages
from trafficking_stats.remembering import in_run, remembered, tell_read
from trafficking_stats.vocabulary import Vocabulary, load_vocabulary


@dataclass(frozen=True)
class Reconciliation:
    """Claims reconciled: the series, the judged claims and the clashes.

    Parameters
    ----------
    series : pandas.DataFrame
        One row a cell: ``country, indicator, breakdown, year, estimate, lower, upper, status, n_claims,
        n_accepted, n_upstreams``. ``estimate``, ``lower`` and ``upper`` are nullable ``Int64`` in the unit of
        the indicator; ``upper`` is NA where nothing bounds the cell, ``estimate`` where only an interval is
        known. ``status`` is ``agreed``, ``reconciled``, ``bounded`` or ``deduced``.
    claims : pandas.DataFrame
        The claims in a fixed order with ``lower`` and ``upper`` (the interval of the claim), ``accepted``,
        ``cause``, ``clashes_with`` (ids of the claims it cannot be true together with, joined by ``;``) and
        ``evidence`` for the cause.
    clashes : pandas.DataFrame
        One row a cell on which claims clash or were rejected: ``values``, ``sources``, ``won``, ``cause``.
    method : str
        How clashes were resolved.
    status : tuple of str
        What the solver says of parts it did not solve to optimality; empty if all are.
    periods : pandas.DataFrame
        The cells that claims name and ``series`` has no room for: fiscal years, quarters, several years, and figures
        such as a budget that stand for their whole period. Columns of ``series`` with ``start`` and ``end``, both ISO
        dates of days that belong to the period, in the place of ``year``; an empty ``start`` means since records
        began.
    """

    series: pd.DataFrame
    claims: pd.DataFrame
    clashes: pd.DataFrame
    method: str = DEFAULT
    status: tuple[str, ...] = ()
    periods: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PERIODS)))
    vocabulary: Vocabulary = field(default_factory=load_vocabulary, repr=False)

    def explain(self, country: str, indicator: str, year: int | tuple[str, str], breakdown: str = "") -> Explanation:
        """Explain one cell: every claim, kept or rejected and why, and what forces its bounds.

        Parameters
        ----------
        country, indicator : str
            Which series.
        year : int or (str, str)
            Which calendar year, or first and last day of another period as in ``periods``.
        breakdown : str
            ``""`` for the total.

        Returns
        -------
        Explanation
            ``str()`` of it is text; a notebook shows it as HTML.

        Raises
        ------
        ReconciliationError
            If there is no such cell; the text lists the nearest there are.

        Examples
        --------
        >>> import trafficking_stats as ts
        >>> claims = ts.load_claims().query("country == 'DNK' and indicator == 'prosecutions_suspects'")
        >>> print(str(ts.reconcile(claims).explain("DNK", "prosecutions_suspects", 2016)).splitlines()[0])
        Denmark, persons prosecuted, 2016: 1
        """
        return Explainer(self, country, indicator).cell(indicator, year, breakdown)

    def explainer(self, country: str) -> Explainer:
        """Return what explains many cells of one country faster than `explain` called for each.

        Examples
        --------
        >>> import trafficking_stats as ts
        >>> rec = ts.reconcile(ts.load_claims().query("country == 'DNK' and indicator == 'charged_persons'"))
        >>> explainer = rec.explainer("DNK")
        >>> [explainer.cell("charged_persons", year).title for year in (2014, 2015)]
        ['Denmark, persons charged, 2014: 14', 'Denmark, persons charged, 2015: 25']
        """
        return Explainer(self, country)

    def sensitivity(self, country: str, indicator: str, breakdown: str = "") -> pd.DataFrame:
        """Reconcile one country under every method, and without each upstream, side by side.

        Parameters
        ----------
        country, indicator, breakdown : str
            Which series.

        Returns
        -------
        pandas.DataFrame
            One row a year: the estimate under each method and ``without <upstream>``, then ``range_lower`` and
            ``range_upper`` over all of them. Estimates are NA where only an interval is known.

        Raises
        ------
        ReconciliationError
            If there is no such series.
        """
        return sensitivity(self, country, indicator, breakdown)

    def vintages(self, country: str, indicator: str, breakdown: str = "") -> Vintages:
        """Show how the figures of one series changed from edition to edition of each publisher.

        Parameters
        ----------
        country, indicator, breakdown : str
            Which series.

        Returns
        -------
        Vintages
            ``triangle``, ``wide`` and ``sizes`` are frames; ``plot()`` draws the revisions.

        Raises
        ------
        ReconciliationError
            If no claim with a date of publication is about this series.
        """
        return vintages(self.claims, country, indicator, breakdown)


def reconcile(
    claims: pd.DataFrame,
    method: str = DEFAULT,
    executor: Executor | None = None,
    vocabulary: Vocabulary | None = None,
    *,
    as_of: str | datetime.date | None = None,
    policy: str | None = None,
) -> Reconciliation:
    """Reconcile claims about any number of countries.

    Parameters
    ----------
    claims : pandas.DataFrame
        One row a claim with the columns of `cells.REQUIRED`; further columns are kept. The sources need not be
        in any file.
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
    vocabulary = vocabulary or load_vocabulary()
    check_method(method)
    if executor is not None and not hasattr(executor, "submit"):
        raise ReconciliationError(f"executor must be a concurrent.futures.Executor, not {type(executor).__name__}")
    table = check_table(claims, vocabulary)
    tell_read(table["country"])
    if as_of is not None:
        table = known_by(table, as_of)
    if executor is None and in_run():
        # country by country, as an executor would have it: each is then made once for all the pages that ask for it
        countries = [rows.reset_index(drop=True) for _, rows in table.groupby("country", sort=True)]
        parts = [_for_the_run(rows, method, vocabulary) for rows in countries or [table]]
    elif executor is None:
        parts = [_reconcile_part(table, method, vocabulary)]
    else:
        parts = _reconcile_countries(table, method, vocabulary, executor)
    series, judged, clashes, periods = (
        pd.concat([getattr(part, name) for part in parts], ignore_index=True)
        for name in ("series", "claims", "clashes", "periods")
    )
    status = tuple(text for part in parts for text in part.status)
    return Reconciliation(series, judged, clashes, method, status, periods, vocabulary)


@remembered
def _for_the_run(table: pd.DataFrame, method: str, vocabulary: Vocabulary) -> Reconciliation:
    return _reconcile_part(table, method, vocabulary)


def _reconcile_part(table: pd.DataFrame, method: str, vocabulary: Vocabulary) -> Reconciliation:
    """Reconcile checked claims in this process."""
    system = build_system(table, vocabulary)
    solution = solve(system) if method == DEFAULT else pick(system, table, method, vocabulary)
    judged = _judge(table, system, solution, vocabulary)
    series, periods = build_series(judged, system, solution, vocabulary)
    clashes = build_clashes(judged, vocabulary)
    return Reconciliation(series, judged, clashes, method, solution.status, periods, vocabulary)


def _in_worker(table: pd.DataFrame, method: str, vocabulary: Vocabulary, run: str) -> Reconciliation | Exception:
    """Reconcile in another process; an error is handed back, so that what fails by itself is the process.

    ``run`` names the run, and is for Dask alone: it knows a task by its arguments, and what failed once it would not
    try again.
    """
    try:
        return _reconcile_part(table, method, vocabulary)
    except Exception as error:
        return error


def _reconcile_countries(
    table: pd.DataFrame, method: str, vocabulary: Vocabulary, executor: Executor
) -> list[Reconciliation]:
    """Share the countries among the workers of an executor."""
    if not len(table):
        return [_reconcile_part(table, method, vocabulary)]
    running: dict[str, Future[Reconciliation | Exception]] = {}
    parts: list[Reconciliation] = []
    lost: dict[str, Exception] = {}
    run = uuid4().hex
    for country, rows in table.groupby("country", sort=True):
        try:
            running[str(country)] = executor.submit(_in_worker, rows.reset_index(drop=True), method, vocabulary, run)
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


def _judge(table: pd.DataFrame, system: System, solution: Solution, vocabulary: Vocabulary) -> pd.DataFrame:
    """Add to each claim its interval, the verdict, what it clashes with, and the probable cause."""
    judged = table.copy()
    judged["lower"] = pd.array(np.where(np.isfinite(system.claim_lower), system.claim_lower, np.nan), dtype="Int64")
    judged["upper"] = pd.array(np.where(np.isfinite(system.claim_upper), system.claim_upper, np.nan), dtype="Int64")
    # claims that are no counts are kept as printed: nothing in the system speaks against them
    counted = system.claim_group >= 0
    judged["accepted"] = True
    judged.loc[counted, "accepted"] = solution.accepted[system.claim_group[counted]]
    ids, leader = table["claim_id"].to_numpy(), system.groups["leader"].to_numpy()
    against = {group: ";".join(sorted(ids[leader[list(groups)]])) for group, (groups, _) in solution.conflicts.items()}
    judged["cause"] = ""
    judged["clashes_with"] = [against.get(group, "") for group in system.claim_group]
    judged["evidence"] = ""
    cell = system.groups["cell"].to_numpy()[system.claim_group]
    bounds = np.column_stack([solution.lower[cell], solution.upper[cell]]) if len(cell) else np.zeros((0, 2))
    causes = probable_causes(judged, bounds, vocabulary)
    judged.loc[causes.index, ["cause", "evidence"]] = causes[["cause", "evidence"]]
    return judged
