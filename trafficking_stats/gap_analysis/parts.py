"""The parts of the gap that take both stages, and what the period asked for lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

import pandas as pd

from trafficking_stats.gap_analysis.choices import Choice, counts_of, counts_under_choices
from trafficking_stats.gap_analysis.columns import (
    BREAKS,
    CHANGE,
    COUNTERFACTUAL,
    PEERS,
    PERIODS,
    RATIOS,
    SENTENCES,
    SOURCES,
    STEPS,
    tidy,
)
from trafficking_stats.gap_analysis.data import CountSeries, Refusal, by_reason
from trafficking_stats.gap_analysis.multiverse import (
    GapMultiverse,
    Universe,
    gap_multiverse,
    source_ranges,
    source_table,
)
from trafficking_stats.gap_analysis.peers import counterfactual_table, peer_table
from trafficking_stats.gap_analysis.ratios import Pair, period_table, ratio_refusals, ratio_table
from trafficking_stats.gap_analysis.request import GapRequest
from trafficking_stats.gap_analysis.settings import load_gap_settings
from trafficking_stats.gap_analysis.stages import change_table, court_table, step_table
from trafficking_stats.gap_analysis.words import headline, sentence_table
from trafficking_stats.reconciliation.result import Reconciliation


@dataclass(frozen=True)
class PairParts:
    """What needs years in which both stages have a figure; empty where there are none."""

    ratios: pd.DataFrame = field(default_factory=lambda: tidy([], RATIOS))
    periods: pd.DataFrame = field(default_factory=lambda: tidy([], PERIODS))
    steps: pd.DataFrame = field(default_factory=lambda: tidy([], STEPS))
    change: pd.DataFrame = field(default_factory=lambda: tidy([], CHANGE))
    counterfactual: pd.DataFrame = field(default_factory=lambda: tidy([], COUNTERFACTUAL))
    peers: pd.DataFrame = field(default_factory=lambda: tidy([], PEERS))
    sources: pd.DataFrame = field(default_factory=lambda: tidy([], SOURCES))
    sentences: pd.DataFrame = field(default_factory=lambda: tidy([], SENTENCES))
    multiverse: GapMultiverse = field(default_factory=GapMultiverse.empty)
    headline: str = ""
    robust: str = "undetermined"
    refusals: tuple[Refusal, ...] = ()


def measure_pair(
    rec: Reconciliation,
    request: GapRequest,
    pair: Pair | None,
    stages: Mapping[str, CountSeries | None],
    acquitted: CountSeries | None,
    peers: Mapping[str, tuple[CountSeries, CountSeries]],
    accept_definitions: bool,
    vary_sources: bool,
) -> PairParts:
    """Measure everything that takes both stages."""
    if pair is None:
        return PairParts(
            refusals=tuple(
                Refusal(analysis, f"{request.start}-{request.end}", "0 years have a figure for both stages", 0.0)
                for analysis in ("ratio", "periods", "steps", "change", "counterfactual", "peers", "multiverse")
            )
        )
    settings = load_gap_settings()
    universe, unvaried = _universe(rec, request, pair, vary_sources=vary_sources)
    ratios = source_ranges(universe, ratio_table(pair, request.start, request.end, request.lags, request.window))
    periods = period_table(pair)
    steps, unstepped = step_table(stages, pair, request.window)
    if acquitted is not None:
        court, unjudged = court_table(pair.numerator, acquitted, pair)
        steps, unstepped = pd.concat([steps, court], ignore_index=True), [*unstepped, *unjudged]
    change, unsplit = change_table(stages, pair, settings.stages.named())
    expected, unexpected = counterfactual_table(pair, peers, settings, accept_definitions=accept_definitions)
    beside, unpaired = peer_table(pair, peers, settings, accept_definitions=accept_definitions)
    worlds, unanswered = gap_multiverse(universe, request.window)
    robust = worlds.robust
    sources = source_table(universe)
    return PairParts(
        ratios,
        periods,
        steps,
        change,
        expected,
        beside,
        sources,
        sentence_table(universe, ratios, periods),
        worlds,
        headline(pair, ratios, periods, robust),
        robust,
        (
            *ratio_refusals(ratios, periods),
            *unstepped,
            *unsplit,
            *unexpected,
            *unpaired,
            *unvaried,
            *unanswered,
        ),
    )


def _universe(
    rec: Reconciliation, request: GapRequest, pair: Pair, *, vary_sources: bool
) -> tuple[Universe, list[Refusal]]:
    """Settle the figures under every choice that says something."""
    units = [request.numerator, *_other_units(rec, request, pair)]
    first, last = pair.first - max(request.lags), pair.last
    if vary_sources:
        needed = {one.indicator: one.label for one in (pair.numerator, pair.denominator)}
        counts, refusals = counts_under_choices(rec, request.country, needed, units, first, last)
    else:
        counts = {Choice(rec.method): counts_of(rec.series, request.country, [*units, request.denominator])}
        refusals = [Refusal("multiverse", "methods", "1 method alone: sources were not varied, as asked", 1.0)]
    return Universe(counts, pair, tuple(units), rec.method, request.lags), refusals


def _other_units(rec: Reconciliation, request: GapRequest, pair: Pair) -> list[str]:
    """Return indicators that count the numerator's event in another unit, with figures for a window at least."""
    same = [event.indicators for event in rec.vocabulary.same_event if request.numerator in event.indicators]
    counts = counts_of(rec.series, request.country, [name for group in same for name in group])
    fewest = min(request.window, pair.last - pair.first + 1)
    return [
        name
        for name, years in counts.items()
        if name not in (request.numerator, request.denominator)
        and sum(pair.first <= year <= pair.last for year in years) >= fewest
    ]


def coverage(request: GapRequest, numerator: CountSeries, denominator: CountSeries, pair: Pair | None) -> list[Refusal]:
    """Say which years of the period asked for are not pooled, and why."""
    if pair and (pair.first, pair.last) == (request.start, request.end):
        return []
    found = []
    for series in (numerator, denominator):
        if lacking := series.lacking(request.start, request.end):
            asked = request.end - request.start + 1
            reason = f"{len(lacking)} of {asked} years of {series.label} are lacking: {by_reason(lacking)}"
            found.append(Refusal("years", f"{request.start}-{request.end}", reason, float(len(lacking))))
        found += [
            Refusal(
                "definition break",
                f"{series.label} {change.year}",
                f"{change.year} begins another count: {change.reason}; nothing is added across it",
                float(change.year),
            )
            for change in series.breaks
            if request.start < change.year <= request.end
        ]
    if pair:
        left = request.end - request.start - (pair.last - pair.first)
        reason = f"{left} of {request.end - request.start + 1} years are not pooled: {pair.first}-{pair.last} is the"
        reason += " longest run with both figures and no break"
        found.append(Refusal("years", f"{request.start}-{request.end}", reason, float(left)))
    return found


def break_table(stages: Iterable[CountSeries | None]) -> pd.DataFrame:
    """Tabulate the breaks of every stage, accepted or not."""
    found = [
        asdict(change) | {"accepted": change in series.accepted}
        for series in stages
        if series is not None
        for change in (*series.breaks, *series.accepted)
    ]
    return tidy(found, BREAKS)
