"""What a reconciliation found, and what can be asked of it: one cell explained, sums, editions, other methods."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import pandas as pd

from trafficking_stats.countries import NEW_FIGURES, as_code
from trafficking_stats.errors import ReconciliationError
from trafficking_stats.messages import reconciliation as sentences
from trafficking_stats.reconciliation.explain import Explainer
from trafficking_stats.reconciliation.inspect import Programme, inspect
from trafficking_stats.reconciliation.methods import DEFAULT
from trafficking_stats.reconciliation.sensitivity import rivals, sensitivity
from trafficking_stats.reconciliation.series import PERIODS, all_cells
from trafficking_stats.reconciliation.settle import Settled
from trafficking_stats.reconciliation.sums import bounds_of_sum
from trafficking_stats.reconciliation.vintages import Vintages, vintages
from trafficking_stats.reconciliation.words import Explanation
from trafficking_stats.vocabulary import Vocabulary, load_vocabulary

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OPTIMAL = "optimal"  # every part was solved to the end


@dataclass(frozen=True, eq=False)
class Reconciliation:
    """Claims reconciled: the series, the judged claims and the clashes.

    Parameters
    ----------
    series : pandas.DataFrame
        One row a cell: ``country, indicator, breakdown, year, estimate, lower, upper, status, n_claims,
        n_accepted, n_upstreams``. ``estimate``, ``lower`` and ``upper`` are nullable ``Int64`` in the unit of
        the indicator; ``upper`` is NA where nothing bounds the cell, ``estimate`` where only an interval is
        known. ``status`` is ``agreed``, ``reconciled``, ``bounded`` or ``deduced``.
    told : callable
        Returns ``claims`` and ``clashes``, always the same: causes and doubts are found when they are first asked for.
    method : str
        How clashes were resolved.
    status : str
        ``optimal``, or what the solver says of parts that it did not solve to the end.
    periods : pandas.DataFrame
        Cells that ``series`` has no room for: fiscal years, quarters, several years, and figures such as a budget that
        stand for their whole period. Columns of ``series`` with ``start`` and ``end``, ISO dates of its first and last
        day, in the place of ``year``; an empty ``start`` means since records began.
    vocabulary : Vocabulary
        Indicators, rules, weights and thresholds that were used.
    settled : mapping of str to Settled
        The system of each country with its solution: what explanations read.
    """

    series: pd.DataFrame = field(repr=False)
    told: Callable[[], tuple[pd.DataFrame, pd.DataFrame]] = field(repr=False)
    method: str = DEFAULT
    status: str = OPTIMAL
    periods: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PERIODS)), repr=False)
    vocabulary: Vocabulary = field(default_factory=load_vocabulary, repr=False)
    settled: Mapping[str, Settled] = field(default_factory=dict, repr=False)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The four tables by name."""
        return {"series": self.series, "periods": self.periods, "claims": self.claims, "clashes": self.clashes}

    @property
    def headline(self) -> str:
        """How much is printed, and how much of it can be true together, in the current language."""
        return sentences.headline(self)

    def summary(self) -> str:
        """Write the headline, how the figures came about, and whether the calculation was finished."""
        return "\n".join(sentences.summary(self))

    def plot(self, name: str = "stages", ax: Axes | None = None, *, country: str = "", **options: Any) -> Axes:
        """Draw one of the figures of `trafficking_stats.plots.SERIES`: ``stages`` or ``claims``.

        Parameters
        ----------
        name : str
            Which figure.
        ax : matplotlib.axes.Axes, optional
            Where; a new figure by default.
        country : str
            Which country; needed where there are several.
        **options
            Of that figure, such as ``start``, ``end``, or the ``indicator`` of ``claims`` (victims by default).

        Raises
        ------
        TraffickingStatsError
            If there is no such figure, or it must be said which country is meant.
        """
        from trafficking_stats import plots

        return plots.draw_series(self, name, ax, country=country, **options)

    def __str__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return sentences.page(self)

    @property
    def claims(self) -> pd.DataFrame:
        """The claims in a fixed order, with what was made of each in further columns.

        ``lower`` and ``upper`` (nullable ``Int64``): the numbers that it allows, NA where it names no such end.
        ``accepted`` (bool): whether it was kept. ``cause`` (text): a code, why a rejected one is probably wrong.
        ``clashes_with`` (text): ids, joined by ``;``, of kept claims that exclude a rejected one. ``doubt`` (text): a
        code, what speaks against a kept one. ``evidence`` (`evidence.Evidence`), for cause or doubt: ``str()`` of it is
        a sentence in the current language. Texts and evidence are empty where there is nothing to say.
        """
        return self.told()[0]

    @property
    def clashes(self) -> pd.DataFrame:
        """One row a cell on which claims clash or were rejected: ``values``, ``sources``, ``won``, ``cause``."""
        return self.told()[1]

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
        return bounds_of_sum(self.settled, (as_code(country), indicator, breakdown), years)

    @functools.cached_property
    def _rows_on(self) -> list[tuple[pd.DataFrame, dict[Any, Any]]]:
        key = ["country", "indicator", "breakdown"]
        return [(table, table.groupby(key).indices) for table in (self.series, self.claims)]

    @functools.cached_property
    def rivals(self) -> dict[str, pd.DataFrame]:
        """The ``series`` of the same claims under every method that picks one claim a cell."""
        return rivals(self.claims, self.vocabulary)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is only kept for speed: one reconciliation is the same bytes whatever was asked of it."""
        own = {one.name: getattr(self, one.name) for one in fields(self)}
        return own | {"told": functools.partial(tuple, self.told())}

    def explain(self, country: str, indicator: str, year: int | tuple[str, str], breakdown: str = "") -> Explanation:
        """Explain one cell: every claim, kept or rejected and why, and what forces its bounds.

        Parameters
        ----------
        country, indicator, breakdown : str
            Which series; a country is given by its code or its name, the total by ``""``.
        year : int or (str, str)
            Which calendar year, or first and last day of another period as in ``periods``.

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

        Parameters
        ----------
        country : str
            Which country.

        Examples
        --------
        >>> import trafficking_stats as ts
        >>> explainer = ts.reconcile(ts.load_claims().query("indicator == 'charged_persons'")).explainer("Denmark")
        >>> [explainer.cell("charged_persons", year).title for year in (2014, 2015)]
        ['Denmark, persons charged, 2014: 14', 'Denmark, persons charged, 2015: 25']
        """
        cells = all_cells(self.series, self.periods)
        if not self.settled:
            raise ReconciliationError(f"there are no claims; {NEW_FIGURES}")
        known = self.settled.get(as_code(country)) or next(iter(self.settled.values()))
        return Explainer(known, self.claims, cells, as_code(country), self.method, self.vocabulary)

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
        place = self.explainer(country).place_of(indicator, year, breakdown)
        known = self.settled[as_code(country)]
        return inspect(known, known.cells_of(as_code(country))[place], self.claims)

    def sensitivity(self, country: str, indicator: str, breakdown: str = "") -> pd.DataFrame:
        """Reconcile one country under every method, and without each upstream, side by side.

        Parameters
        ----------
        country, indicator, breakdown : str
            Which series.

        Returns
        -------
        pandas.DataFrame
            One row a year: the estimate under each method and ``without <upstream>``, NA where only an interval is
            known, then ``range_lower`` and ``range_upper`` over all of them.

        Raises
        ------
        ReconciliationError
            If there is no such series.
        """
        which = as_code(country), indicator, breakdown
        return sensitivity(self.claims, self.rivals | {self.method: self.series}, self.method, self.vocabulary, which)

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
        return vintages(self.claims, as_code(country), indicator, breakdown)
