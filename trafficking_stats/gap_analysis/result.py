"""The gap between victims identified and traffickers convicted, measured honestly from a reconciliation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from html import escape

import pandas as pd

from trafficking_stats.gap_analysis.columns import REFUSALS, tidy
from trafficking_stats.gap_analysis.data import CountSeries, count_series, longest_run, series_dispersion
from trafficking_stats.gap_analysis.multiverse import GapMultiverse
from trafficking_stats.gap_analysis.over_time import break_year_table, spell_table, trend_tables
from trafficking_stats.gap_analysis.parts import break_table, coverage, measure_pair
from trafficking_stats.gap_analysis.question import GapError
from trafficking_stats.gap_analysis.ratios import make_pair
from trafficking_stats.gap_analysis.request import check_request
from trafficking_stats.gap_analysis.settings import load_gap_settings
from trafficking_stats.gap_analysis.stages import chain, choose_stage, stage_table
from trafficking_stats.gap_analysis.words import nothing_to_say
from trafficking_stats.inference.overdispersion import Dispersion
from trafficking_stats.reconciliation.result import Reconciliation

__all__ = ["GapError", "GapResult", "gap"]


@dataclass(frozen=True)
class GapResult:
    """The gap of one country and period.

    Every table is tidy, with the columns that `trafficking_stats.gap_analysis.columns` lists under the table's name in
    capitals. Pairs ``_min``/``_max`` span what masked cells allow; ``exact_`` limits are for Poisson counts,
    ``widened_`` ones for counts that come in batches.

    Parameters
    ----------
    country : str
        ISO 3166-1 alpha-3.
    numerator, denominator : str
        Indicators.
    start, end : int
        The period asked for.
    first, last : int
        The years that are pooled, 0 if none can be: the longest run within the period in which both have a
        figure and no definition breaks.
    lags, window, confidence
        As asked for.
    phi : tuple of Dispersion or None
        Over-dispersion of numerator and denominator.
    headline : str
        One sentence with its interval and its caveat.
    robust : str
        ``holds in every specification``, ``depends on CHOICE`` or ``undetermined``, of the direction in which the
        rate changed between the halves of the period.
    ratios : pandas.DataFrame
        The ratio of the whole run (kind ``whole``), of windows, of single years, at each lag.
    periods : pandas.DataFrame
        The rate of the first half by that of the second (kind ``halves``), and for every other split.
    stages, steps : pandas.DataFrame
        Counts of each stage by year; each stage by the one before.
    trend, fitted : pandas.DataFrame
        Slopes of numerator, denominator and rate; their fitted lines.
    change : pandas.DataFrame
        The change of the numerator between the halves, split into the effects of the stages.
    spells : pandas.DataFrame
        Years without any event, with upper limits.
    break_years : pandas.DataFrame
        The step of the numerator at each admissible year.
    counterfactual, peers : pandas.DataFrame
        The numerator expected at each peer's rate; the rates side by side.
    multiverse : GapMultiverse
        All specifications, their summary, and what moves them.
    sentences : pandas.DataFrame
        Plain statements and how many choices bear them out.
    sources : pandas.DataFrame
        The pooled ratio under each choice of figures.
    breaks : pandas.DataFrame
        Breaks of the definition of any stage, declared or found.
    refusals : pandas.DataFrame
        What was not done: ``analysis``, ``subject``, ``reason``, ``number``.
    """

    country: str
    numerator: str
    denominator: str
    start: int
    end: int
    first: int
    last: int
    lags: tuple[int, ...]
    window: int
    confidence: float
    phi: tuple[Dispersion, Dispersion] | None
    headline: str
    robust: str
    ratios: pd.DataFrame = field(repr=False)
    periods: pd.DataFrame = field(repr=False)
    stages: pd.DataFrame = field(repr=False)
    steps: pd.DataFrame = field(repr=False)
    trend: pd.DataFrame = field(repr=False)
    fitted: pd.DataFrame = field(repr=False)
    change: pd.DataFrame = field(repr=False)
    spells: pd.DataFrame = field(repr=False)
    break_years: pd.DataFrame = field(repr=False)
    counterfactual: pd.DataFrame = field(repr=False)
    peers: pd.DataFrame = field(repr=False)
    multiverse: GapMultiverse = field(repr=False)
    sentences: pd.DataFrame = field(repr=False)
    sources: pd.DataFrame = field(repr=False)
    breaks: pd.DataFrame = field(repr=False)
    refusals: pd.DataFrame = field(repr=False)

    @property
    def source_share(self) -> float:
        """How far the choice of sources moves the pooled rate, as a share of the width of its exact interval.

        Above 1 the sources matter more than chance; ``nan`` without a rate or an interval of finite width.
        """
        whole = self.ratios[(self.ratios["kind"] == "whole") & (self.ratios["refusal"] == "")]
        if whole.empty:
            return math.nan
        row = whole.iloc[0]
        width = float(row["exact_upper"] - row["exact_lower"])
        return float(row["sources_max"] - row["sources_min"]) / width if 0 < width < math.inf else math.nan

    def __str__(self) -> str:
        lines = [
            self.headline,
            f"Robust: {self.robust}. Over-dispersion: {self._phi()}.",
            f"Multiverse: {self.multiverse}.",
            *self._disagreement(),
        ]
        lines += [
            f"  {row['sentence']} Holds in {row['holds']:,} of {row['answered']:,} specifications; {row['shown']}."
            for row in self.sentences.to_dict("records")
        ]
        if len(self.refusals):
            lines.append(f"Refused ({len(self.refusals)}):")
        lines += [f"  {row['analysis']}, {row['subject']}: {row['reason']}" for row in self.refusals.to_dict("records")]
        return "\n".join(lines)

    def _disagreement(self) -> list[str]:
        if math.isnan(self.source_share):
            return []
        return [f"Sources alone move the rate over {self.source_share:.2g} times the width of its exact interval."]

    def _phi(self) -> str:
        if self.phi is None:
            return "none, since there is no ratio"
        return f"{self.phi[0]} of the numerator, {self.phi[1]} of the denominator"

    def _repr_html_(self) -> str:
        ratios = self.ratios[(self.ratios["kind"] != "year") & (self.ratios["refusal"] == "")]
        shown = {
            "Ratio per 100": ratios[
                [
                    "kind",
                    "first",
                    "last",
                    "lag",
                    "numerator_lower",
                    "numerator_upper",
                    "denominator_lower",
                    "denominator_upper",
                    "per_100_min",
                    "per_100_max",
                    "exact_lower",
                    "exact_upper",
                    "widened_lower",
                    "widened_upper",
                ]
            ],
            "Statements": self.sentences[["sentence", "holds", "answered", "robust", "shown"]],
            "Refused": self.refusals[["analysis", "subject", "reason"]],
        }
        tables = "".join(f"<h4>{escape(title)}</h4>{_html(table)}" for title, table in shown.items() if len(table))
        facts = " ".join([f"Robust: {self.robust}. Over-dispersion: {self._phi()}.", *self._disagreement()])
        return f"<div class='gap'><p><strong>{escape(self.headline)}</strong></p><p>{escape(facts)}</p>{tables}</div>"


def _html(table: pd.DataFrame) -> str:
    return table.to_html(index=False, float_format=lambda value: f"{value:,.3g}", na_rep="–")


def gap(
    rec: Reconciliation,
    country: str,
    start: int | None = None,
    end: int | None = None,
    numerator: str = "convictions_persons",
    denominator: str = "victims_identified",
    lags: Sequence[int] = (0, 1, 2),
    window: int = 3,
    peers: Sequence[str] = (),
    *,
    confidence: float = 0.95,
    borrowed_phi: float | None = None,
    accept_breaks: bool = False,
    accept_definitions: bool = False,
    vary_sources: bool = True,
) -> GapResult:
    """Measure the gap between two stages of a country, with what is refused and what other choices would say.

    Numerator and denominator are two counts, never a binomial: the convicted of a year are not those who harmed
    the victims of that year, and a ratio above 1 is flagged, not clipped.

    Parameters
    ----------
    rec : Reconciliation
        Claims and series of the country, and of its peers.
    country : str
        ISO 3166-1 alpha-3.
    start, end : int, optional
        First and last year of the numerator; by default those in which both stages have a figure.
    numerator, denominator : str
        Indicators that count persons or events.
    lags : sequence of int
        Years by which the denominator lies earlier; all are shown, none is chosen by fit. The shortest is that
        of the headline.
    window : int
        Years pooled in the moving windows.
    peers : sequence of str
        Countries to compare with.
    confidence : float
        Two-sided level of every interval.
    borrowed_phi : float, optional
        The over-dispersion of series with fewer than 8 counts; by default that of ``gap.toml``.
    accept_breaks : bool
        Whether sums may cross a break of a definition.
    accept_definitions : bool
        Whether peers with another definition of victim may be compared.
    vary_sources : bool
        Whether to settle the figures under every method and without each source, which takes most of the time.

    Returns
    -------
    GapResult

    Raises
    ------
    GapError
        If a parameter makes no sense, or the reconciliation has no claim on the country. Anything the data
        cannot carry is a row of ``refusals`` instead.

    References
    ----------
    Fay MP (2010). Two-sided exact tests and matching confidence intervals for discrete data. R Journal 2:53-58.
    Steegen S, Tuerlinckx F, Gelman A, Vanpaemel W (2016). Increasing transparency through a multiverse analysis.
    Perspectives on Psychological Science 11:702-712.

    Examples
    --------
    >>> import trafficking_stats as ts
    >>> claims = ts.load_claims().query("country == 'DNK' and breakdown == ''")
    >>> claims = claims[claims.indicator.isin(["victims_identified", "convictions_persons"])]
    >>> result = gap(ts.reconcile(claims), "DNK", 2014, 2021, vary_sources=False)
    >>> result.ratios.per_100_min[0].round(2), result.ratios.exact_lower[0].round(2)
    (np.float64(5.28), np.float64(3.69))
    """
    request = check_request(
        rec, country, (start, end), (numerator, denominator), lags, window, peers, confidence, borrowed_phi
    )
    settings = load_gap_settings()

    def series(code: str, indicator: str) -> CountSeries:
        return count_series(rec.series, code, indicator, rec.vocabulary, settings, accept_breaks=accept_breaks)

    above, below = series(country, numerator), series(country, denominator)
    named = settings.stages.named()
    stages = chain(
        above,
        below,
        rec.vocabulary,
        lambda stage: choose_stage([series(country, name) for name in named[stage]], request.start, request.end),
    )
    court = series(country, settings.court.acquitted) if numerator == settings.court.convicted else None
    run = longest_run([above, below], request.start, request.end)
    pair = make_pair(above, below, *run, request.confidence, request.borrow) if run else None
    own = [above.counts[year] for year in range(request.start, request.end + 1) if year in above.counts]
    phi = pair.phi[0] if pair else series_dispersion(own, request.borrow)
    trend, fitted, untrended = trend_tables(above, below, pair, request.start, request.end, request.confidence)
    spells, unspelled = spell_table(above, below, request.start, request.end, phi, request.confidence)
    break_years, unbroken = break_year_table(above, request.start, request.end, rec.vocabulary, request.confidence)
    both = {code: (series(code, numerator), series(code, denominator)) for code in request.peers}
    parts = measure_pair(rec, request, pair, stages, court, both, accept_definitions, vary_sources)
    return GapResult(
        country=country,
        numerator=numerator,
        denominator=denominator,
        start=request.start,
        end=request.end,
        first=pair.first if pair else 0,
        last=pair.last if pair else 0,
        lags=request.lags,
        window=request.window,
        confidence=request.confidence,
        phi=pair.phi if pair else None,
        headline=parts.headline or nothing_to_say(country, request.start, request.end, above, below),
        robust=parts.robust,
        ratios=parts.ratios,
        periods=parts.periods,
        stages=stage_table(stages, request.start, request.end, confidence=request.confidence, borrow=request.borrow),
        steps=parts.steps,
        trend=trend,
        fitted=fitted,
        change=parts.change,
        spells=spells,
        break_years=break_years,
        counterfactual=parts.counterfactual,
        peers=parts.peers,
        multiverse=parts.multiverse,
        sentences=parts.sentences,
        sources=parts.sources,
        breaks=break_table(stages.values()),
        refusals=tidy(
            [
                asdict(one)
                for one in [
                    *coverage(request, above, below, pair),
                    *parts.refusals,
                    *untrended,
                    *unspelled,
                    *unbroken,
                ]
            ],
            REFUSALS,
        ),
    )
