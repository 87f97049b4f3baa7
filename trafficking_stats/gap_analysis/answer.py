"""The gap between two stages of a country: numbers and codes first, words last."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import pandas as pd

from trafficking_stats.gap_analysis import rows as row_classes
from trafficking_stats.gap_analysis.chain import (
    chain_of,
    disposal_rows,
    effect_rows,
    fit_chain,
    stage_rows,
    step_rows,
)
from trafficking_stats.gap_analysis.comparison import peer_rows
from trafficking_stats.gap_analysis.figures import Figures, figures_of, pooled_years, stretches
from trafficking_stats.gap_analysis.question import GapError, Measure, Question, ask
from trafficking_stats.gap_analysis.rates import (
    Pair,
    change_rows,
    detection_rows,
    dispersion_rows,
    ratio_rows,
    silence_rows,
    split_rows,
)
from trafficking_stats.gap_analysis.rows import BreakRow, Caveat, Refusal
from trafficking_stats.gap_analysis.settings import load_gap_settings
from trafficking_stats.gap_analysis.variants import variants_of
from trafficking_stats.gap_analysis.verdict import (
    Verdict,
    choice_rows,
    influence_rows,
    judge,
    other_units,
    source_rows,
)
from trafficking_stats.reconciliation.result import Reconciliation

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["TABLES", "Gap", "GapError", "gap"]

TABLES: Mapping[str, type] = {
    "ratios": row_classes.Ratio,
    "changes": row_classes.Change,
    "splits": row_classes.Split,
    "stages": row_classes.Stage,
    "steps": row_classes.Step,
    "disposals": row_classes.Disposal,
    "effects": row_classes.Effect,
    "silences": row_classes.Silence,
    "dispersions": row_classes.Dispersion,
    "detections": row_classes.Detection,
    "peers": row_classes.Peer,
    "shortfalls": row_classes.Shortfall,
    "choices": row_classes.Choice,
    "influences": row_classes.Influence,
    "sources": row_classes.SourceChoice,
    "breaks": row_classes.BreakRow,
}
"""The row class of each table."""

PLOTS = ("pair", "years", "stages", "rates", "trend", "steps", "effects", "splits", "disposals", "choices", "peers")
"""The figures that `Gap.plot` draws."""


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
        """The rows as tables, one column a field; all of `TABLES` are there, some without rows."""
        return {name: table_of(self.rows.get(name, ()), kind) for name, kind in TABLES.items()}

    @property
    def headline(self) -> str:
        """The answer in one or two sentences of the current language."""
        from trafficking_stats.gap_analysis.sentences import headline

        return headline(self)

    def summary(self) -> str:
        """Write headline, both facts, years, caveats, and the refusals by reason, in the current language."""
        from trafficking_stats.gap_analysis.sentences import summary

        return "\n".join(summary(self))

    def row(self, table: str, **wanted: Any) -> Any:
        """Return the first row of a table with these values, or None.

        Examples
        --------
        >>> gap.row("ratios", kind="whole").per_100  # doctest: +SKIP
        5.28
        """
        for one in self.rows.get(table, ()):
            if all(getattr(one, name) == value for name, value in wanted.items()):
                return one
        return None

    def plot(self, name: str, ax: Axes | None = None) -> Any:
        """Draw one of `PLOTS`.

        Raises
        ------
        GapError
            If there is no such figure.
        """
        if name not in PLOTS:
            raise GapError(f"there is no plot {name!r}; there are: {', '.join(PLOTS)}")
        plots = importlib.import_module("trafficking_stats.plots")
        return plots.draw(self, name, ax)

    def __str__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        from trafficking_stats.gap_analysis.sentences import page

        return page(self)


def table_of(rows: Sequence[Any], kind: type) -> pd.DataFrame:
    """Make a table of rows of one class, one column a field; whole numbers that may be unknown are ``Int64``."""
    names = [one.name for one in fields(kind)]
    table = pd.DataFrame([[getattr(row, name) for name in names] for row in rows], columns=names)
    kinds = {"int": "int64", "float": "float64", "bool": "bool", "str": "object", "int | None": "Int64"}
    return table.astype({one.name: kinds[str(one.type)] for one in fields(kind)})


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
    question = ask(
        rec,
        country,
        (start, end),
        (numerator, denominator),
        lags,
        window,
        peers,
        confidence,
        widen,
        (accept_breaks, accept_definitions),
    )
    above, below = (figures_of(rec, country, one) for one in (question.numerator, question.denominator))
    known = sorted(year for year in above.counts if question.covers(year))
    candidates = stretches([above, below], known, accept_breaks=accept_breaks)
    years = pooled_years(candidates, load_gap_settings().years.fewest)
    shown = _years_shown(question, above, below)
    chain = chain_of(rec, above, below, shown)
    rows: dict[str, Sequence[Any]] = {
        "stages": stage_rows(chain, shown, years),
        "breaks": _breaks(chain, accept_breaks),
    }
    refusals = _left_out(question, above, below, years, shown)
    rows["disposals"], found = disposal_rows(rec, question)
    refusals += found
    verdict = Verdict()
    fewest = load_gap_settings().years.fewest
    if len(years) < fewest:
        refusals.append(Refusal("ratios", "too_few_years", len(years), fewest, years))
    else:
        pair = Pair.fit(above, below, years, question, rec.vocabulary)
        measured, verdict, found = _measure(rec, question, pair, chain, vary_sources)
        rows |= measured
        refusals += found
    return Gap(
        question,
        years,
        verdict,
        {name: tuple(rows.get(name, ())) for name in TABLES},
        tuple(refusals),
        tuple(_caveats(rec, question, above, below, years, rows)),
    )


def _measure(
    rec: Reconciliation,
    question: Question,
    pair: Pair,
    chain: Mapping[str, Figures | None],
    vary_sources: bool,
) -> tuple[dict[str, Sequence[Any]], Verdict, list[Refusal]]:
    """Compute everything that needs pooled years."""
    lag, years = question.lags[0], pair.years
    rows: dict[str, Sequence[Any]] = {}
    rows["ratios"], refusals = ratio_rows(pair, question.lags, question.window)
    rows["changes"], unchanged = change_rows(pair, lag)
    rows["splits"] = split_rows(pair, lag, rec.vocabulary)
    rows["dispersions"], rows["silences"] = dispersion_rows(pair), silence_rows(pair)
    changes = {one.series: one for one in rows["changes"]}
    if "rate" in changes:
        rows["detections"] = detection_rows(changes["rate"], load_gap_settings().detection.factors)
    fitted, unfitted = fit_chain(chain, pair, question)
    rows["steps"], unstepped = step_rows(fitted, pair)
    rows["effects"], unsplit = effect_rows(chain, fitted, pair)
    refusals += [*unchanged, *unfitted, *unstepped, *unsplit]
    if question.peers:
        rows["peers"], rows["shortfalls"], unpaired = peer_rows(rec, question, pair)
        refusals += unpaired
    units = other_units(rec, question)
    span = range(years[0] - max(question.lags), years[-1] + 1)
    measures = [question.numerator, question.denominator, *units]
    variants = variants_of(rec, question.country, measures, span, vary=vary_sources)
    usable = [unit for unit in units if sum(y in variants[0].counts[unit] for y in years) >= question.window]
    choices = choice_rows(variants, question, years, usable)
    rows["choices"], rows["influences"] = choices, influence_rows(choices)
    rows["sources"] = source_rows(variants, question, years)
    one_source = len(pair.numerator.figures.publishers | pair.denominator.figures.publishers) < 2
    verdict = judge(changes, choices, pair, lag, one_source=one_source, accept_breaks=question.accept_breaks)
    return rows, verdict, refusals


def _years_shown(question: Question, above: Figures, below: Figures) -> range:
    """Return the years of the tables by year: those asked for, else from the first to the last with a figure."""
    known = [year for year in {*above.counts, *below.counts} if question.covers(year)]
    first = question.start if question.start is not None else min(known, default=0)
    last = question.end if question.end is not None else max(known, default=-1)
    return range(first, last + 1)


def _left_out(
    question: Question, above: Figures, below: Figures, years: tuple[int, ...], shown: range
) -> list[Refusal]:
    """Say which of the years asked for are not pooled: for lack of a figure, or beyond a break."""
    found = []
    asked = question.start is not None or question.end is not None
    for one in (above, below):
        missing = tuple(year for year in shown if year not in one.counts)
        if missing and (asked or not years):
            have = len(shown) - len(missing)
            found.append(Refusal("years", "missing_years", have, len(shown), missing, str(one.measure)))
        broken = tuple(change.year for change in one.breaks if change.year in shown[1:])
        if broken and not question.accept_breaks:
            found.append(Refusal("years", "definition_break", 0, 0, broken, str(one.measure)))
    return found


def _breaks(chain: Mapping[str, Figures | None], accepted: bool) -> list[BreakRow]:
    return [
        BreakRow(change.country, change.indicator, change.year, change.declared, accepted, change.reason)
        for one in chain.values()
        if one is not None
        for change in one.breaks
    ]


def _caveats(
    rec: Reconciliation,
    question: Question,
    above: Figures,
    below: Figures,
    years: tuple[int, ...],
    rows: Mapping[str, Sequence[Any]],
) -> list[Caveat]:
    """Collect what must be known beside the headline."""
    found: list[Caveat] = []
    for one in (above, below):
        doubtful = tuple(year for year in sorted(one.doubtful) if year in years)
        if doubtful:
            found.append(Caveat("doubtful", str(one.measure), doubtful))
        crossed = tuple(change.year for change in one.breaks if years and years[0] < change.year <= years[-1])
        if crossed:
            found.append(Caveat("break_accepted", str(one.measure), crossed))
    if rec.status:
        found.append(Caveat("not_optimal", number=len(rec.status)))
    if years:
        holes = tuple(sorted(set(range(years[0], years[-1] + 1)) - set(years)))
        found += [Caveat("hole", years=holes)] if holes else []
    whole = next((one for one in rows.get("ratios", ()) if one.kind == "whole"), None)
    if whole is not None and whole.above_one:
        found.append(Caveat("above_one"))
    return found
