"""The gap between two stages of a country: numbers and codes first, words last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from trafficking_stats.errors import GapError
from trafficking_stats.gap_analysis.findings import TABLES, Findings
from trafficking_stats.gap_analysis.question import Question, checked
from trafficking_stats.gap_analysis.rows import Caveat, Refusal, table_of
from trafficking_stats.gap_analysis.verdict import Verdict
from trafficking_stats.messages.measures import Measure
from trafficking_stats.reconciliation.result import Reconciliation

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["TABLES", "Gap", "GapError", "gap"]


@dataclass(frozen=True)
class Gap:
    """The gap of one country; each analysis is made when it is first asked for.

    Parameters
    ----------
    question : Question
        What was asked, checked.
    years : tuple of int
        The years that are pooled: all with both figures and no break of a definition between them, the latest such
        stretch first; empty where there are none.
    rows : mapping of str to tuple
        The rows of each table, of the classes in `TABLES`.
    """

    question: Question
    years: tuple[int, ...]
    rows: Findings = field(repr=False)

    @property
    def verdict(self) -> Verdict:
        """What may be said of the change, as codes."""
        return self.rows.verdict

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """What is not given, and why."""
        return self.rows.refusals

    @property
    def caveats(self) -> tuple[Caveat, ...]:
        """What must be known beside the headline."""
        return self.rows.caveats

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The rows as tables of one's own, one column a field; all of `TABLES` are there, some without rows."""
        return _Tables(self.rows)

    @property
    def headline(self) -> str:
        """The answer in one or two sentences of the current language."""
        from trafficking_stats.messages.gap import headline

        return headline(self)

    def summary(self) -> str:
        """Write headline, both facts, years, caveats, and the refusals by reason, in the current language."""
        from trafficking_stats.messages.gap import summary

        return "\n".join(summary(self))

    def row(self, table: str, **wanted: Any) -> Any:
        """Return the first row of a table with these values, or None.

        Examples
        --------
        >>> gap.row("ratios", kind="whole").per_100  # doctest: +SKIP
        5.28
        """
        found = [one for one in self.rows[table] if wanted.items() <= vars(one).items()]
        return found[0] if found else None

    def plot(self, name: str, ax: Axes | None = None) -> Any:
        """Draw one of the figures of `trafficking_stats.plots.FIGURES`, such as ``rates``.

        Raises
        ------
        TraffickingStatsError
            If there is no such figure.
        """
        from trafficking_stats import plots

        return plots.draw(self, name, ax)

    def __str__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        from trafficking_stats.messages.gap import page

        return page(self)


def gap(
    rec: Reconciliation,
    country: str,
    start: int | None = None,
    end: int | None = None,
    numerator: str | Measure = "convictions_persons",
    denominator: str | Measure = "victims_identified",
    lags: Sequence[int] = (0, 1, 2),
    window: int = 3,
    peers: Sequence[str] = (),
    *,
    confidence: float = 0.95,
    widen: float = 1.0,
    accept_breaks: bool = False,
    accept_definitions: bool = False,
    vary_sources: bool = True,
) -> Gap:
    """Measure the gap between two stages of a country, with what is refused and what other choices would say.

    Numerator and denominator are two counts, never a binomial: the convicted of a year are not those who harmed the
    victims of that year, and a ratio above 1 is flagged, not clipped.

    Parameters
    ----------
    rec : Reconciliation
        Claims and series of the country, and of its peers.
    country : str
        Its ISO 3166-1 alpha-3 code or its name.
    start, end : int, optional
        First and last year of the numerator that may be used. By default all years that both counts have are pooled,
        also across a hole, as long as no definition changes between them; of several such stretches the latest with at
        least three years.
    numerator, denominator : str or Measure
        Indicators that count persons or events, or parts of them: ``"victims_identified;sex=female"``.
    lags : sequence of int
        Years by which the denominator lies earlier; all are shown, none is chosen by fit. The shortest is that of the
        headline.
    window : int
        Years pooled in the moving windows.
    peers : sequence of str
        Countries to compare with, likewise.
    confidence : float
        Two-sided level of every interval.
    widen : float
        By how much the spread of what is known beforehand of the over-dispersion is multiplied.
    accept_breaks : bool
        Whether sums may cross a change of a definition.
    accept_definitions : bool
        Whether peers whose definition of a victim is another, or not known, may be compared.
    vary_sources : bool
        Whether to settle the figures under every method and without each source, which takes most of the time.

    Returns
    -------
    Gap

    Raises
    ------
    GapError
        If a parameter makes no sense, or the reconciliation has no claim on the country. Whatever the data cannot
        carry is one of the ``refusals`` instead.

    Examples
    --------
    >>> import trafficking_stats as ts
    >>> claims = ts.load_claims().query("country == 'DNK' and breakdown == ''")
    >>> claims = claims[claims.indicator.isin(["victims_identified", "convictions_persons"])]
    >>> found = gap(ts.reconcile(claims), "DNK", 2014, 2021, vary_sources=False)
    >>> row = found.row("ratios", kind="whole")
    >>> row.numerator_lower, row.denominator_lower, round(row.exact_lower, 2), round(row.exact_upper, 2)
    (37, 701, 3.69, 7.35)
    """
    both, accepted = (Measure.read(numerator), Measure.read(denominator)), (accept_breaks, accept_definitions)
    question = checked(rec, Question(country, *both, start, end, lags, window, peers, confidence, widen, *accepted))
    found = Findings(rec, question, vary=vary_sources)
    return Gap(question, found.years, found)


class _Tables(Mapping[str, pd.DataFrame]):
    """The tables of a gap, each made anew whenever it is asked for."""

    def __init__(self, rows: Findings) -> None:
        self._rows = rows

    def __getitem__(self, name: str) -> pd.DataFrame:
        return table_of(self._rows[name], TABLES[name])

    def __iter__(self) -> Iterator[str]:
        return iter(TABLES)

    def __len__(self) -> int:
        return len(TABLES)
