"""What each analysis of a gap finds, made when it is first asked for."""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from trafficking_stats.gap_analysis import chain, changes, comparison, rates, rows, verdict
from trafficking_stats.gap_analysis.breaks import Break, jumps
from trafficking_stats.gap_analysis.figures import Figures, both_figures, pooled_years
from trafficking_stats.gap_analysis.pair import Pair
from trafficking_stats.gap_analysis.question import Question
from trafficking_stats.gap_analysis.rows import Caveat, Refusal
from trafficking_stats.gap_analysis.settings import load_gap_settings
from trafficking_stats.gap_analysis.variants import Variant, variants_of
from trafficking_stats.gap_analysis.verdict import Verdict
from trafficking_stats.inference.detection import Allowance, allow_for_detection
from trafficking_stats.inference.yearly import YearlyFit, halves
from trafficking_stats.messages.measures import Measure
from trafficking_stats.reconciliation.result import Reconciliation

WITHOUT_POOLING = ("stages", "breaks", "disposals")
"""Tables that are found also where there are too few years to pool."""


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
        self.rec, self.question, self.vary = rec, question, vary
        self.both = both_figures(rec, question.country, question)
        self.years = pooled_years(self.both, question)
        self._found: dict[str, list[Any]] = {}

    def __getitem__(self, table: str) -> tuple[Any, ...]:
        return tuple(one for one in self._find(table) if not isinstance(one, Refusal))

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
        need, have = load_gap_settings().fewest_years, len(self.years)
        found = [*_left_out(self.question, self.both, self.shown, few=not self._enough)]
        found += [] if self._enough else [*_beyond_breaks(self.question, self.both, self.years)]
        found += [] if self._enough else [Refusal("ratios", "too_few_years", have, need, self.years)]
        refusing = ("disposals", "ratios", "changes", "steps", "effects", "peers")
        return tuple(found + [one for table in refusing for one in self._find(table) if isinstance(one, Refusal)])

    @functools.cached_property
    def caveats(self) -> tuple[Caveat, ...]:
        """What must be known beside the headline."""
        stopped = self.rec.settled[self.question.country].solution.status
        above_one = any(one.above_one for one in self["ratios"] if one.kind == "whole")
        found = [Caveat("not_optimal")] if stopped else []
        noted = [*_noted(self.both, self.years), *(_halves(self.years) if self.rate else ())] if self.years else []
        found += [one for one in noted if one.years]
        return (*found, Caveat("above_one")) if above_one else tuple(found)

    @functools.cached_property
    def verdict(self) -> Verdict:
        """Both facts on the change."""
        if not self._enough:
            return Verdict()
        varied = len(self.variants) > 1
        return verdict.judge(self.rate, self["choices"], self.pair, self.question, varied=varied)

    def _find(self, table: str) -> list[Any]:
        """Return the rows of an analysis, and what it refused."""
        if table not in self._found:
            self._found[table] = [*_ANALYSES[table][1](self)] if table in WITHOUT_POOLING or self._enough else []
        return self._found[table]

    @property
    def _enough(self) -> bool:
        """Whether there are years enough to pool, which all but the figures themselves needs."""
        return len(self.years) >= load_gap_settings().fewest_years

    @functools.cached_property
    def pair(self) -> Pair:
        """Both counts and their rate, over the years pooled."""
        return Pair.of(self.both, self.years, self.question, self.rec.vocabulary)

    @functools.cached_property
    def shown(self) -> range:
        """The years of the tables by year."""
        return _years_shown(self.question, self.both)

    @functools.cached_property
    def stages(self) -> chain.Chain:
        """The figures of every stage."""
        return chain.chain_of(self.rec, *self.both, self.shown)

    @functools.cached_property
    def fitted(self) -> dict[str, YearlyFit | Refusal]:
        """A model of each stage that carries one, and why the others do not."""
        return chain.fit_chain(self.stages, self.pair, self.question)

    @property
    def fits(self) -> dict[str, YearlyFit]:
        """The models of the stages."""
        return {stage: one for stage, one in self.fitted.items() if isinstance(one, YearlyFit)}

    @functools.cached_property
    def compared(self) -> list[rows.Peer | rows.Shortfall | Refusal]:
        """Peers, shortfalls, and the peers that are not compared."""
        return [*comparison.peer_rows(self.rec, self.question, self.pair)] if self.question.peers else []

    @functools.cached_property
    def units(self) -> list[Measure]:
        """Other indicators that count the same stage."""
        return verdict.other_units(self.rec, self.question)

    @functools.cached_property
    def variants(self) -> list[Variant]:
        """The figures under other choices."""
        question, years = self.question, self.years
        first = max(years[0] - max(question.lags), self.both[1].comparable(years[0], question).start)
        measures = [question.numerator, question.denominator, *self.units]
        return variants_of(self.rec, question.country, measures, range(first, years[-1] + 1), vary=self.vary)

    @property
    def rate(self) -> rows.Change | None:
        """The change of the rate."""
        return next((one for one in self["changes"] if one.series == "rate"), None)

    def allowances(self) -> Sequence[Allowance]:
        """Bound the change of the rate for a change of detection."""
        return allow_for_detection(self.rate, load_gap_settings().detection_factors) if self.rate else ()

    def _steps(self) -> Iterator[rows.Step | Refusal]:
        yield from (one for one in self.fitted.values() if isinstance(one, Refusal))
        yield from chain.step_rows(self.fits, self.stages, self.pair)

    def _peers(self) -> Iterator[rows.Peer | Refusal]:
        yield from comparison.adjusted([one for one in self.compared if isinstance(one, rows.Peer)])
        yield from (one for one in self.compared if isinstance(one, Refusal))

    def _choices(self) -> Iterable[rows.Choice]:
        counted, window = self.variants[0].counts, self.question.window
        usable = [unit for unit in self.units if sum(year in counted[unit] for year in self.years) >= window]
        return verdict.choice_rows(self.variants, self.question, self.years, usable)

    def _breaks(self) -> Iterator[Break]:
        for change in (change for one in self.stages.values() if one is not None for change in one.breaks):
            yield replace(change, accepted=self.question.accept_breaks)


_ANALYSES: Mapping[str, tuple[type, Callable[[Findings], Iterable[Any]]]] = {
    "ratios": (rows.Ratio, lambda f: rates.ratio_rows(f.pair, f.question.lags, f.question.window)),
    "changes": (rows.Change, lambda f: changes.change_rows(f.pair, f.question.lags[0])),
    "splits": (rows.Split, lambda f: changes.split_rows(f.pair, f.question.lags[0], f.rec.vocabulary)),
    "stages": (rows.Stage, lambda f: chain.stage_rows(f.stages, f.shown, f.years)),
    "steps": (rows.Step, Findings._steps),
    "disposals": (rows.Disposal, lambda f: chain.disposal_rows(f.rec, f.question)),
    "effects": (rows.Effect, lambda f: chain.effect_rows(f.stages, f.fits, f.pair)),
    "silences": (rows.Silence, lambda f: rates.silence_rows(f.pair)),
    "dispersions": (rows.Dispersion, lambda f: rates.dispersion_rows(f.pair)),
    "detections": (Allowance, Findings.allowances),
    "peers": (rows.Peer, Findings._peers),
    "shortfalls": (rows.Shortfall, lambda f: (one for one in f.compared if isinstance(one, rows.Shortfall))),
    "choices": (rows.Choice, Findings._choices),
    "sources": (rows.SourceChoice, lambda f: verdict.source_rows(f.variants, f.question, f.years)),
    "breaks": (Break, Findings._breaks),
}
"""The row class of each table, and the analysis that finds its rows and says what it refuses."""

TABLES: Mapping[str, type] = {name: row for name, (row, _) in _ANALYSES.items()}
"""The row class of each table."""


def _years_shown(question: Question, both: tuple[Figures, Figures]) -> range:
    """Return the years of the tables by year: those asked for, else from the first to the last with a figure."""
    known = [year for one in both for year in one.limits if year in one.counts or one.n_claims[year]]
    known = [year for year in known if question.covers(year)]
    first = question.start if question.start is not None else min(known, default=0)
    last = question.end if question.end is not None else max(known, default=-1)
    return range(first, last + 1)


def _left_out(question: Question, both: tuple[Figures, Figures], shown: range, *, few: bool) -> Iterator[Refusal]:
    """Say which years, asked for or needed where there are too few, lack a figure, and at which years a break is."""
    asked = question.start is not None or question.end is not None
    for one in both:
        have, subject = sum(year in one.counts for year in shown), str(one.measure)
        missing = tuple(year for year in shown if year not in one.limits)
        loose = tuple(year for year in shown if year in one.limits and year not in one.counts)
        for reason, which in (("missing_years", missing), ("loose_years", loose)):
            if which and (asked or few):
                yield Refusal("years", reason, have, len(shown), which, subject)
        broken = one.breaks_in(shown) if shown and not question.accept_breaks else ()
        if broken:
            yield Refusal("years", "definition_break", 0, 0, broken, subject)


def _beyond_breaks(question: Question, both: tuple[Figures, Figures], years: tuple[int, ...]) -> Iterator[Refusal]:
    """Say which years have both figures and are not pooled, since a break lies between."""
    known = [year for year in both[0].counts if year in both[1].counts and question.covers(year)]
    beyond = tuple(sorted(set(known).difference(years)))
    if beyond:
        yield Refusal("years", "beyond_break", len(years), len(known), beyond)


def _noted(both: tuple[Figures, Figures], years: tuple[int, ...]) -> Iterator[Caveat]:
    """Say what is to be known of the figures of some years, each with the years that it holds for, or none."""
    limits = load_gap_settings().breaks
    for one in both:
        subject, crossed = str(one.measure), one.breaks_in(years)
        doubtful = tuple(sorted(set(one.doubtful) & set(years)))
        yield Caveat("doubtful", subject, doubtful, tuple(dict.fromkeys(one.doubtful[year] for year in doubtful)))
        yield Caveat("break_accepted", subject, crossed)
        publishers, registers = ({printer[k] for printer in one.printed_in(years)} for k in (0, 1))
        yield Caveat("one_register", subject, years if len(publishers) > 1 and len(registers) == 1 else ())
        # against the figure of the year before also where that year itself is not used
        for code, falls in (("steep", False), ("steep_fall", True)):
            steep = {year for _, year in jumps(one.counts, limits.steep, limits.base, falls=falls)}
            yield Caveat(code, subject, tuple(sorted(steep.intersection(years[1:]).difference(crossed))))
    yield Caveat("hole", years=tuple(sorted(set(range(years[0], years[-1] + 1)) - set(years))))


def _halves(years: tuple[int, ...]) -> Iterator[Caveat]:
    """Say whether the halves compared are of very unequal length, or far apart."""
    limits, (early, late) = load_gap_settings().halves, halves(years)
    between = tuple(range(early[-1] + 1, late[0]))
    yield Caveat("uneven", years=years if len(late) >= limits.uneven * len(early) else ())
    yield Caveat("apart", years=between if len(between) >= limits.apart else ())
