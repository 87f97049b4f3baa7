"""The gap between two stages of a country: numbers and codes first, words last."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from trafficking_stats.errors import GapError
from trafficking_stats.gap_analysis import chain, changes, comparison, rates, rows, verdict
from trafficking_stats.gap_analysis.figures import Figures, both_figures, pooled_years
from trafficking_stats.gap_analysis.pair import Pair
from trafficking_stats.gap_analysis.question import Question, ask
from trafficking_stats.gap_analysis.rows import BreakRow, Caveat, Refusal, table_of
from trafficking_stats.gap_analysis.settings import load_gap_settings
from trafficking_stats.gap_analysis.variants import variants_of
from trafficking_stats.gap_analysis.verdict import Verdict
from trafficking_stats.inference.detection import Allowance, allow_for_detection
from trafficking_stats.measures import Measure
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.remembering import remembered

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["TABLES", "Gap", "GapError", "gap"]

TABLES: Mapping[str, type] = {
    "ratios": rows.Ratio,
    "changes": rows.Change,
    "splits": rows.Split,
    "stages": rows.Stage,
    "steps": rows.Step,
    "disposals": rows.Disposal,
    "effects": rows.Effect,
    "silences": rows.Silence,
    "dispersions": rows.Dispersion,
    "detections": Allowance,
    "peers": rows.Peer,
    "shortfalls": rows.Shortfall,
    "choices": rows.Choice,
    "sources": rows.SourceChoice,
    "breaks": rows.BreakRow,
}
"""The row class of each table."""


@dataclass(frozen=True)
class Gap:
    """The gap of one country.

    Parameters
    ----------
    question : Question
        What was asked, checked.
    years : tuple of int
        The years that are pooled: all with both figures and no break of a definition between them, the latest such
        stretch first; empty where there are none.
    verdict : Verdict
        What may be said of the change, as codes.
    rows : mapping of str to tuple
        The rows of each table, of the classes in `TABLES`.
    refusals : tuple of Refusal
        What is not given, and why.
    caveats : tuple of Caveat
        What must be known beside the headline.
    """

    question: Question
    years: tuple[int, ...]
    verdict: Verdict
    rows: Mapping[str, tuple[Any, ...]] = field(repr=False)
    refusals: tuple[Refusal, ...]
    caveats: tuple[Caveat, ...]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The rows as tables of one's own, one column a field; all of `TABLES` are there, some without rows."""
        return {name: table.copy() for name, table in self._tables.items()}

    @functools.cached_property
    def _tables(self) -> dict[str, pd.DataFrame]:
        return {name: table_of(self.rows[name], kind) for name, kind in TABLES.items()}

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


@remembered
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
        ISO 3166-1 alpha-3.
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
        Countries to compare with.
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
    accepted = accept_breaks, accept_definitions
    question = ask(
        rec, country, (start, end), (numerator, denominator), lags, window, peers, confidence, widen, accepted
    )
    both = both_figures(rec, country, question)
    years, fewest = pooled_years(both, question), load_gap_settings().fewest_years
    shown = _years_shown(question, both)
    stages = chain.chain_of(rec, *both, shown)
    found = _Findings()
    found.add("stages", chain.stage_rows(stages, shown, years))
    broken = [change for one in stages.values() if one is not None for change in one.breaks]
    found.add("breaks", [BreakRow(**vars(change), accepted=accept_breaks) for change in broken])
    found.refusals += _left_out(question, both, years, shown)
    found.add("disposals", *chain.disposal_rows(rec, question))
    judged = Verdict()
    if len(years) < fewest:
        found.refusals.append(Refusal("ratios", "too_few_years", len(years), fewest, years))
    else:
        pair = Pair.of(both, years, question, rec.vocabulary)
        _measure(found, rec, question, pair, stages)
        judged = _judge(found, rec, question, pair, vary=vary_sources)
    caveats = _caveats(rec, both, years, found)
    return Gap(question, years, judged, found.rows, tuple(found.refusals), tuple(caveats))


class _Findings:
    """The rows and refusals of all analyses, as they come."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[Any, ...]] = dict.fromkeys(TABLES, ())
        self.refusals: list[Refusal] = []

    def add(self, table: str, rows: Sequence[Any], refusals: Sequence[Refusal] = ()) -> None:
        """Take what one analysis found, and what it refused."""
        self.rows[table] = tuple(rows)
        self.refusals += refusals


def _measure(found: _Findings, rec: Reconciliation, question: Question, pair: Pair, stages: chain.Chain) -> None:
    """Compute everything that needs pooled years but no other choice of figures."""
    lag = question.lags[0]
    found.add("ratios", *rates.ratio_rows(pair, question.lags, question.window))
    found.add("changes", *changes.change_rows(pair, lag))
    found.add("splits", changes.split_rows(pair, lag, rec.vocabulary))
    found.add("dispersions", rates.dispersion_rows(pair))
    found.add("silences", rates.silence_rows(pair))
    for one in found.rows["changes"]:
        if one.series == "rate":
            found.add("detections", allow_for_detection(one, load_gap_settings().detection_factors))
    fitted, unfitted = chain.fit_chain(stages, pair, question)
    found.refusals += unfitted
    found.add("steps", *chain.step_rows(fitted, stages, pair))
    found.add("effects", *chain.effect_rows(stages, fitted, pair))
    if question.peers:
        peers, shortfalls, unpaired = comparison.peer_rows(rec, question, pair)
        found.add("peers", peers, unpaired)
        found.add("shortfalls", shortfalls)


def _judge(found: _Findings, rec: Reconciliation, question: Question, pair: Pair, *, vary: bool) -> Verdict:
    """Ask the same of other choices of figures, and state both facts on the change."""
    units, years = verdict.other_units(rec, question), pair.years
    span = range(years[0] - max(question.lags), years[-1] + 1)
    measures = [question.numerator, question.denominator, *units]
    variants = variants_of(rec, question.country, measures, span, vary=vary)
    usable = [unit for unit in units if sum(year in variants[0].counts[unit] for year in years) >= question.window]
    choices = verdict.choice_rows(variants, question, years, usable)
    found.add("choices", choices)
    found.add("sources", verdict.source_rows(variants, question, years))
    rate = next((one for one in found.rows["changes"] if one.series == "rate"), None)
    return verdict.judge(rate, choices, pair, question, varied=len(variants) > 1)


def _years_shown(question: Question, both: tuple[Figures, Figures]) -> range:
    """Return the years of the tables by year: those asked for, else from the first to the last with a figure."""
    known = [year for one in both for year in one.counts if question.covers(year)]
    first = question.start if question.start is not None else min(known, default=0)
    last = question.end if question.end is not None else max(known, default=-1)
    return range(first, last + 1)


def _left_out(question: Question, both: tuple[Figures, Figures], years: tuple[int, ...], shown: range) -> list[Refusal]:
    """Say which of the years asked for are not pooled: for lack of a figure, or beyond a break."""
    found = []
    asked = question.start is not None or question.end is not None
    for one in both:
        missing = tuple(year for year in shown if year not in one.counts)
        if missing and (asked or not years):
            have = len(shown) - len(missing)
            found.append(Refusal("years", "missing_years", have, len(shown), missing, str(one.measure)))
        broken = tuple(change.year for change in one.breaks if change.year in shown[1:])
        if broken and not question.accept_breaks:
            found.append(Refusal("years", "definition_break", 0, 0, broken, str(one.measure)))
    return found


def _caveats(
    rec: Reconciliation, both: tuple[Figures, Figures], years: tuple[int, ...], measured: _Findings
) -> list[Caveat]:
    """Collect what must be known beside the headline."""
    stopped = rec.settled[both[0].country].solution.status
    found = [Caveat("not_optimal")] if stopped else []
    if not years:
        return found
    for one in both:
        doubtful = tuple(sorted(set(one.doubtful) & set(years)))
        crossed = tuple(change.year for change in one.breaks if years[0] < change.year <= years[-1])
        found += [Caveat("doubtful", str(one.measure), doubtful)] if doubtful else []
        found += [Caveat("break_accepted", str(one.measure), crossed)] if crossed else []
    holes = tuple(sorted(set(range(years[0], years[-1] + 1)) - set(years)))
    found += [Caveat("hole", years=holes)] if holes else []
    above_one = any(one.above_one for one in measured.rows["ratios"] if one.kind == "whole")
    return [*found, Caveat("above_one")] if above_one else found
