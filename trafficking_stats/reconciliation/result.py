"""Reconcile conflicting claims: locate what must be wrong, bound every cell, keep every figure in sight."""

from __future__ import annotations

import datetime
import functools
import warnings
from collections.abc import Collection, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, fields
from typing import Any
from uuid import uuid4

import pandas as pd

from trafficking_stats.errors import ReconciliationError
from trafficking_stats.frames import TEXTS, as_claims
from trafficking_stats.reconciliation.cells import build_system
from trafficking_stats.reconciliation.explain import Explainer
from trafficking_stats.reconciliation.inspect import Programme, inspect
from trafficking_stats.reconciliation.judged import judge
from trafficking_stats.reconciliation.methods import DEFAULT, check_method
from trafficking_stats.reconciliation.sensitivity import sensitivity
from trafficking_stats.reconciliation.series import PERIODS, build_clashes, build_series
from trafficking_stats.reconciliation.settle import Settled, settle
from trafficking_stats.reconciliation.sums import bounds_of_sum
from trafficking_stats.reconciliation.vintages import Vintages, known_by, vintages
from trafficking_stats.reconciliation.words import Explanation
from trafficking_stats.remembering import in_run, remembered, tell_read
from trafficking_stats.vocabulary import Vocabulary, load_vocabulary

OPTIMAL = "optimal"
"""Status of a reconciliation of which every part was solved to the end."""


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
        ``cause`` (of a rejected claim, a code), ``clashes_with`` (ids of the claims it cannot be true together with,
        joined by ``;``), ``doubt`` (of a kept claim, a code or empty) and ``evidence`` for the cause or doubt:
        `evidence.Evidence`, of which ``str`` is a sentence in the current language, or empty.
    clashes : pandas.DataFrame
        One row a cell on which claims clash or were rejected: ``values``, ``sources``, ``won``, ``cause``.
    method : str
        How clashes were resolved.
    status : str
        ``optimal``, or what the solver says of parts that it did not solve to the end.
    periods : pandas.DataFrame
        The cells that claims name and ``series`` has no room for: fiscal years, quarters, several years, and figures
        such as a budget that stand for their whole period. Columns of ``series`` with ``start`` and ``end``, both ISO
        dates of days that belong to the period, in the place of ``year``; an empty ``start`` means since records
        began.
    vocabulary : Vocabulary
        Indicators, rules, weights and thresholds that were used.
    settled : mapping of str to Settled
        The system of each country with its solution: what explanations read.
    """

    series: pd.DataFrame
    claims: pd.DataFrame
    clashes: pd.DataFrame
    method: str = DEFAULT
    status: str = OPTIMAL
    periods: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PERIODS)))
    vocabulary: Vocabulary = field(default_factory=load_vocabulary, repr=False)
    settled: Mapping[str, Settled] = field(default_factory=dict, repr=False)

    def of(self, country: str, indicator: str, breakdown: str = "") -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the rows of ``series`` and of ``claims`` on one measure of a country, in little time for each."""
        key = country, indicator, breakdown
        series, claims = (table.iloc[rows.get(key, [])] for table, rows in self._rows_on)
        return series, claims

    def bounds_of_sum(
        self, country: str, indicator: str, years: Collection[int], breakdown: str = ""
    ) -> tuple[int, int | None]:
        """Bound the sum of a series over some years by what claims and rules leave of these years together.

        That is less than the bounds of the single years added up where a figure for several years ties them.

        Parameters
        ----------
        country, indicator, breakdown : str
            Which series.
        years : collection of int
            Calendar years.

        Returns
        -------
        int, int or None
            The smallest and the largest sum; None where nothing bounds it.

        Raises
        ------
        ReconciliationError
            If the series lacks one of the years.

        Examples
        --------
        >>> import trafficking_stats as ts
        >>> rec = ts.reconcile(ts.load_claims().query("country == 'DNK' and indicator == 'victims_identified'"))
        >>> rec.bounds_of_sum("DNK", "victims_identified", range(2014, 2018), "exploitation=forced_labour")
        (7, 8)
        """
        return bounds_of_sum(self.settled, (country, indicator, breakdown), years)

    @functools.cached_property
    def _rows_on(self) -> list[tuple[pd.DataFrame, dict[Any, Any]]]:
        key = ["country", "indicator", "breakdown"]
        return [(table, table.groupby(key).indices) for table in (self.series, self.claims)]

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is only kept for speed: one reconciliation is the same bytes whatever was asked of it."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

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
        return self.explainer(country).cell(indicator, year, breakdown)

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
        years = self.series["year"].astype(str)
        cells = pd.concat([self.series.assign(start=years + "-01-01", end=years + "-12-31"), self.periods])
        known = self.settled.get(country) or next(iter(self.settled.values()))
        return Explainer(known, self.claims, cells, country, self.method, self.vocabulary)

    def inspect(self, country: str, indicator: str, year: int | tuple[str, str], breakdown: str = "") -> Programme:
        """Show the programme that was solved for a cell and all that rules connect with it.

        Parameters
        ----------
        country, indicator, year, breakdown
            As of `explain`.

        Returns
        -------
        Programme
            ``variables``, ``rules`` and ``claims`` are frames; ``str`` prints them: what was dropped, and at what cost.

        Raises
        ------
        ReconciliationError
            If there is no such cell.

        Examples
        --------
        >>> import trafficking_stats as ts
        >>> claims = ts.load_claims().query("country == 'DNK' and indicator == 'prosecutions_suspects'")
        >>> print(str(ts.reconcile(claims).inspect("DNK", "prosecutions_suspects", 2013)).splitlines()[0])
        2 variables
        """
        self.explain(country, indicator, year, breakdown)  # which says what there is, where there is no such cell
        period = year if isinstance(year, tuple) else (f"{year}-01-01", f"{year}-12-31")
        known = self.settled[country]
        return inspect(known, known.cells_of(country)[indicator, breakdown, *period], self.claims)

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
        claims, series = (table[table["country"] == country] for table in (self.claims, self.series))
        return sensitivity(claims, series, self.method, self.vocabulary, (country, indicator, breakdown))

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
    time_limit: float | None = None,
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
    vocabulary = vocabulary or load_vocabulary()
    check_method(method)
    if executor is not None and not hasattr(executor, "submit"):
        raise ReconciliationError(f"executor must be a concurrent.futures.Executor, not {type(executor).__name__}")
    table = as_claims(claims, vocabulary)
    tell_read(table["country"])
    if as_of is not None:
        table = known_by(table, as_of)
    if executor is None and in_run():
        # country by country, as an executor would have it: each is then made once for all the pages that ask for it
        countries = [rows.reset_index(drop=True) for _, rows in table.groupby("country", sort=True)]
        parts = [_for_the_run(rows, method, vocabulary, time_limit) for rows in countries or [table]]
    elif executor is None:
        parts = [_reconcile_part(table, method, vocabulary, time_limit)]
    else:
        parts = _reconcile_countries(table, method, vocabulary, time_limit, executor)
    series, judged, clashes, periods = (
        pd.concat([getattr(part, name) for part in parts], ignore_index=True)
        for name in ("series", "claims", "clashes", "periods")
    )
    found = dict.fromkeys(part.status for part in parts if part.status != OPTIMAL)
    settled = {country: known for part in parts for country, known in part.settled.items()}
    return Reconciliation(series, judged, clashes, method, "; ".join(found) or OPTIMAL, periods, vocabulary, settled)


@remembered
def _for_the_run(table: pd.DataFrame, method: str, vocabulary: Vocabulary, time_limit: float | None) -> Reconciliation:
    return _reconcile_part(table, method, vocabulary, time_limit)


def _reconcile_part(
    table: pd.DataFrame, method: str, vocabulary: Vocabulary, time_limit: float | None
) -> Reconciliation:
    """Reconcile checked claims in this process."""
    settled = settle(build_system(table, vocabulary), table, method, vocabulary, time_limit)
    judged = judge(table, settled, vocabulary)
    series, periods = build_series(judged, settled.system, settled.solution, vocabulary)
    clashes = build_clashes(judged, vocabulary)
    judged = judged.astype({name: object for name in TEXTS if name in judged})
    status = "; ".join(settled.solution.status) or OPTIMAL
    of_country = dict.fromkeys(table["country"].unique(), settled)
    return Reconciliation(series, judged, clashes, method, status, periods, vocabulary, of_country)


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
