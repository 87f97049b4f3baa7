"""What each analysis of a gap finds, made when it is first asked for."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from trafficking_stats.gap_analysis import chain, changes, comparison, rates, rows, verdict
from trafficking_stats.gap_analysis.figures import Figures, both_figures, pooled_years
from trafficking_stats.gap_analysis.pair import Pair
from trafficking_stats.gap_analysis.question import Question
from trafficking_stats.gap_analysis.rows import BreakRow, Caveat, Refusal
from trafficking_stats.gap_analysis.settings import load_gap_settings
from trafficking_stats.gap_analysis.variants import Variant, variants_of
from trafficking_stats.gap_analysis.verdict import Verdict
from trafficking_stats.inference.detection import Allowance, allow_for_detection
from trafficking_stats.inference.yearly import YearlyFit
from trafficking_stats.measures import Measure
from trafficking_stats.reconciliation.result import Reconciliation

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

Found = tuple[Sequence[Any], Sequence[Refusal]]
"""The rows of an analysis, and what it refused."""


class Findings(Mapping[str, tuple[Any, ...]]):
    """The rows of each table of `TABLES`.

    Parameters
    ----------
    rec : Reconciliation
        Claims and series of the country, and of its peers.
    question : Question
        What was asked.
    vary : bool
        Whether to settle the figures under other choices too.
    """

    def __init__(self, rec: Reconciliation, question: Question, *, vary: bool) -> None:
        self._rec, self._question, self._vary = rec, question, vary
        self._both = both_figures(rec, question.country, question)
        self.years = pooled_years(self._both, question)
        self._found: dict[str, Found] = {}

    def __getitem__(self, table: str) -> tuple[Any, ...]:
        return tuple(self._find(table)[0])

    def __iter__(self) -> Iterator[str]:
        return iter(TABLES)

    def __len__(self) -> int:
        return len(TABLES)

    def __getstate__(self) -> dict[str, Any]:
        """Find what is still to be found; what it is found in is left behind."""
        said = {name: getattr(self, name) for name in ("years", "verdict", "refusals", "caveats")}
        return {**said, "_found": {table: self._find(table) for table in TABLES}}

    @functools.cached_property
    def refusals(self) -> tuple[Refusal, ...]:
        """What is not given, and why."""
        refusing = ("disposals", "ratios", "changes", "steps", "effects", "peers")
        found = [*_left_out(self._question, self._both, self.years, self._shown)]
        return tuple(found + [one for table in refusing for one in self._find(table)[1]])

    @functools.cached_property
    def caveats(self) -> tuple[Caveat, ...]:
        """What must be known beside the headline."""
        stopped = self._rec.settled[self._question.country].solution.status
        found, years = [Caveat("not_optimal")] if stopped else [], self.years
        if not years:
            return tuple(found)
        for one in self._both:
            doubtful = tuple(sorted(set(one.doubtful) & set(years)))
            crossed = tuple(change.year for change in one.breaks if years[0] < change.year <= years[-1])
            reasons = tuple(dict.fromkeys(one.doubtful[year] for year in doubtful))
            found += [Caveat("doubtful", str(one.measure), doubtful, reasons)] if doubtful else []
            found += [Caveat("break_accepted", str(one.measure), crossed)] if crossed else []
        holes = tuple(sorted(set(range(years[0], years[-1] + 1)) - set(years)))
        found += [Caveat("hole", years=holes)] if holes else []
        above_one = any(one.above_one for one in self["ratios"] if one.kind == "whole")
        return tuple([*found, Caveat("above_one")] if above_one else found)

    @functools.cached_property
    def verdict(self) -> Verdict:
        """Both facts on the change."""
        if not self._enough:
            return Verdict()
        varied = len(self._variants) > 1
        return verdict.judge(self._rate, self["choices"], self._pair, self._question, varied=varied)

    def _find(self, table: str) -> Found:
        if table not in self._found:
            anyway = table in ("stages", "breaks", "disposals")
            self._found[table] = self._analyse(table) if anyway or self._enough else ((), self._too_few(table))
        return self._found[table]

    def _analyse(self, table: str) -> Found:
        rec, question, lag = self._rec, self._question, self._question.lags[0]
        analyses: dict[str, Callable[[], Found]] = {
            "ratios": lambda: rates.ratio_rows(self._pair, question.lags, question.window),
            "changes": lambda: changes.change_rows(self._pair, lag),
            "splits": lambda: (changes.split_rows(self._pair, lag, rec.vocabulary), ()),
            "stages": lambda: (chain.stage_rows(self._stages, self._shown, self.years), ()),
            "steps": self._steps,
            "disposals": lambda: chain.disposal_rows(rec, question),
            "effects": lambda: chain.effect_rows(self._stages, self._fitted[0], self._pair),
            "silences": lambda: (rates.silence_rows(self._pair), ()),
            "dispersions": lambda: (rates.dispersion_rows(self._pair), ()),
            "detections": self._detections,
            "peers": lambda: (self._compared[0], self._compared[2]),
            "shortfalls": lambda: (self._compared[1], ()),
            "choices": self._choices,
            "sources": lambda: (verdict.source_rows(self._variants, question, self.years), ()),
            "breaks": self._breaks,
        }
        return analyses[table]()

    @property
    def _enough(self) -> bool:
        """Whether there are years enough to pool, which all but the figures themselves needs."""
        return len(self.years) >= load_gap_settings().fewest_years

    def _too_few(self, table: str) -> list[Refusal]:
        need = load_gap_settings().fewest_years
        return [Refusal("ratios", "too_few_years", len(self.years), need, self.years)] if table == "ratios" else []

    @functools.cached_property
    def _pair(self) -> Pair:
        return Pair.of(self._both, self.years, self._question, self._rec.vocabulary)

    @functools.cached_property
    def _shown(self) -> range:
        return _years_shown(self._question, self._both)

    @functools.cached_property
    def _stages(self) -> chain.Chain:
        return chain.chain_of(self._rec, *self._both, self._shown)

    @functools.cached_property
    def _fitted(self) -> tuple[dict[str, YearlyFit], list[Refusal]]:
        return chain.fit_chain(self._stages, self._pair, self._question)

    @functools.cached_property
    def _compared(self) -> tuple[list[rows.Peer], list[rows.Shortfall], list[Refusal]]:
        asked = self._question.peers
        return comparison.peer_rows(self._rec, self._question, self._pair) if asked else ([], [], [])

    @functools.cached_property
    def _units(self) -> list[Measure]:
        return verdict.other_units(self._rec, self._question)

    @functools.cached_property
    def _variants(self) -> list[Variant]:
        question, years = self._question, self.years
        span = range(years[0] - max(question.lags), years[-1] + 1)
        measures = [question.numerator, question.denominator, *self._units]
        return variants_of(self._rec, question.country, measures, span, vary=self._vary)

    @property
    def _rate(self) -> rows.Change | None:
        return next((one for one in self["changes"] if one.series == "rate"), None)

    def _steps(self) -> Found:
        fitted, unfitted = self._fitted
        found, refused = chain.step_rows(fitted, self._stages, self._pair)
        return found, [*unfitted, *refused]

    def _detections(self) -> Found:
        factors = load_gap_settings().detection_factors
        return (allow_for_detection(self._rate, factors) if self._rate else ()), ()

    def _choices(self) -> Found:
        counted, window = self._variants[0].counts, self._question.window
        usable = [unit for unit in self._units if sum(year in counted[unit] for year in self.years) >= window]
        return verdict.choice_rows(self._variants, self._question, self.years, usable), ()

    def _breaks(self) -> Found:
        broken = [change for one in self._stages.values() if one is not None for change in one.breaks]
        return [BreakRow(**vars(change), accepted=self._question.accept_breaks) for change in broken], ()


def _years_shown(question: Question, both: tuple[Figures, Figures]) -> range:
    """Return the years of the tables by year: those asked for, else from the first to the last with a figure."""
    known = [year for one in both for year in one.limits if year in one.counts or one.n_claims[year]]
    known = [year for year in known if question.covers(year)]
    first = question.start if question.start is not None else min(known, default=0)
    last = question.end if question.end is not None else max(known, default=-1)
    return range(first, last + 1)


def _left_out(question: Question, both: tuple[Figures, Figures], years: tuple[int, ...], shown: range) -> list[Refusal]:
    """Say which of the years asked for are not pooled: for lack of a figure, or beyond a break."""
    found = []
    asked = question.start is not None or question.end is not None
    for one in both:
        have, subject = sum(year in one.counts for year in shown), str(one.measure)
        missing = tuple(year for year in shown if year not in one.limits)
        loose = tuple(year for year in shown if year in one.limits and year not in one.counts)
        for reason, which in (("missing_years", missing), ("loose_years", loose)):
            if which and (asked or not years):
                found.append(Refusal("years", reason, have, len(shown), which, subject))
        broken = tuple(change.year for change in one.breaks if change.year in shown[1:])
        if broken and not question.accept_breaks:
            found.append(Refusal("years", "definition_break", 0, 0, broken, str(one.measure)))
    return found
