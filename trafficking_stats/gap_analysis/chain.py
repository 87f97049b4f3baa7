"""The stages between identification and conviction: their counts, each by the one before, and where cases end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, product
from math import inf, isfinite

from trafficking_stats.gap_analysis.figures import Figures, choose_figures, common_stretches, figures_of
from trafficking_stats.gap_analysis.pair import STAGES, Pair, fit, rate_row, stage_of
from trafficking_stats.gap_analysis.question import Question
from trafficking_stats.gap_analysis.rows import Disposal, Effect, Refusal, Stage, Step, pooled
from trafficking_stats.gap_analysis.settings import load_gap_settings
from trafficking_stats.inference.contrasts import share_of
from trafficking_stats.inference.counts import CountRange
from trafficking_stats.inference.decomposition import effects_of
from trafficking_stats.inference.yearly import Total, YearlyFit, halves
from trafficking_stats.messages.measures import Measure
from trafficking_stats.reconciliation.result import Reconciliation

NOTHING = CountRange(0, inf)
Chain = Mapping[str, Figures | None]
"""The figures that stand for each stage, in order; None where nobody counted it."""


def chain_of(rec: Reconciliation, above: Figures, below: Figures, years: Iterable[int]) -> Chain:
    """Name the stages from the denominator to the numerator.

    Where the two are of one stage, or not in this order, they are called ``denominator`` and ``numerator`` and nothing
    is between them.
    """
    first, last = (stage_of(one.measure.indicator, rec.vocabulary) for one in (below, above))
    if not first or not last or STAGES.index(first) >= STAGES.index(last):
        return {"denominator": below, "numerator": above}
    named, chosen = load_gap_settings().stages, list(years)
    chain: dict[str, Figures | None] = {first: below}
    for stage in STAGES[STAGES.index(first) + 1 : STAGES.index(last)]:
        candidates = [figures_of(rec, above.country, Measure(name)) for name in named[stage]]
        chain[stage] = choose_figures(candidates, chosen)
    return {**chain, last: above}


def stage_rows(chain: Chain, years: Sequence[int], pooled: tuple[int, ...]) -> Iterator[Stage]:
    """List the count of each stage in each year."""
    counted = [(stage, one) for stage, one in chain.items() if one is not None]
    for (stage, one), year in product(counted, years):
        yield Stage(
            stage=stage,
            indicator=one.measure.indicator,
            breakdown=one.measure.breakdown,
            year=year,
            lower=int(one.limits[year].lower) if year in one.limits else None,
            upper=int(one.limits[year].upper) if isfinite(one.limits.get(year, NOTHING).upper) else None,
            status=one.status.get(year, ""),
            n_claims=one.n_claims.get(year, 0),
            doubt=one.doubtful.get(year, ""),
            pooled=year in pooled,
        )


def fit_chain(chain: Chain, pair: Pair, question: Question) -> dict[str, YearlyFit | Refusal]:
    """Fit every stage that has figures for all pooled years without a break, or say why not."""
    (first, *between, last), years = chain, pair.years
    fitted: dict[str, YearlyFit | Refusal] = {first: pair.denominator}
    for stage in between:
        one = chain[stage]
        missing = tuple(year for year in years if one is None or year not in one.counts)
        broken = one.breaks_in(years) if one is not None and not question.accept_breaks else ()
        if one is None or missing:
            have = len(years) - len(missing)
            fitted[stage] = Refusal("steps", "stage_missing", have, len(years), missing, stage)
        elif broken:
            fitted[stage] = Refusal("steps", "definition_break", 0, 0, broken, stage)
        else:
            fitted[stage] = fit(one, years, stage, question)
    return {**fitted, last: pair.numerator}


def step_rows(fits: Mapping[str, YearlyFit], chain: Chain, pair: Pair) -> Iterator[Step | Refusal]:
    """Compute each stage by the one before. A step above 1 is flagged: the counts are not of the same persons."""
    for (earlier, before), (stage, after) in pairwise(fits.items()):
        said = {"stage": stage, "from_indicator": measure_of(chain, earlier), "to_indicator": measure_of(chain, stage)}
        for kind, years in pair.parts.items():
            rate = after.total(years), before.total(years)
            yield rate_row(Step, ("steps", stage), rate, years, pair.confidence, kind=kind, **said)


def measure_of(chain: Chain, stage: str) -> str:
    """Name the measure that stands for a stage."""
    figures = chain[stage]
    return str(figures.measure) if figures is not None else ""


def effect_rows(chain: Chain, fits: Mapping[str, YearlyFit], pair: Pair) -> Iterator[Effect | Refusal]:
    """Split the change of the numerator a year between the halves into the effect of each stage (Shapley).

    A stage that cannot take part is merged with the next one.

    References
    ----------
    Das Gupta P (1993). Standardization and Decomposition of Rates: A User's Manual. US Bureau of the Census.
    """
    order, early_late = list(chain), halves(pair.years)
    kept: dict[str, tuple[Total, Total]] = {}
    for stage, one in fits.items():
        totals = one.total(early_late[0]), one.total(early_late[1])
        if stage != order[-1] and any(total.observed.lower == 0 for total in totals):
            yield Refusal("effects", "stage_zero", 0, 1, pair.years, stage)
        else:
            kept[stage] = totals
    if len(kept) < 2 or order[0] not in kept:
        yield Refusal("effects", "too_few_stages", len(kept), 2, pair.years)
        return
    before, after = ([totals[k] for totals in kept.values()] for k in (0, 1))
    since, lengths = 0, (len(early_late[0]), len(early_late[1]))
    for stage, effect in zip(kept, effects_of(before, after, pair.confidence, lengths), strict=True):
        merged = ";".join(order[since : order.index(stage)])
        since = order.index(stage) + 1
        yield Effect(stage=stage, indicator=measure_of(chain, stage), merged=merged, **vars(effect))


def disposal_rows(rec: Reconciliation, question: Question) -> Iterator[Disposal | Refusal]:
    """Compute where cases against persons end: convicted, acquitted, dropped, unfounded."""

    def together(unit: Mapping[str, str]) -> tuple[dict[str, Figures], tuple[int, ...]]:
        """Return the outcomes that are counted in a unit, and the longest stretch of years that all of them have."""
        read = {outcome: figures_of(rec, question.country, Measure(name)) for outcome, name in unit.items()}
        found = {outcome: one for outcome, one in read.items() if one.counts}
        covered = [year for one in found.values() for year in one.counts if question.covers(year)]
        candidates = common_stretches(list(found.values()), covered, accept_breaks=question.accept_breaks)
        return found, max(candidates, key=len, default=())

    units = [together(unit) for unit in load_gap_settings().disposals]
    convicting = [unit for unit in units if "convicted" in unit[0]]
    outcomes, years = max(convicting, key=lambda unit: (len(unit[0]), len(unit[1])), default=({}, ()))
    if not years or len(outcomes) < 2:
        yield Refusal("disposals", "no_figures", 0, 1)
        return
    totals = {outcome: fit(one, years, "conviction", question).total(years) for outcome, one in outcomes.items()}
    if not any(total.observed.lower for total in totals.values()):
        yield Refusal("disposals", "no_events", 0, 1, years)
        return
    for outcome, total in totals.items():
        others = [one for name, one in totals.items() if name != outcome]
        share = share_of(total, others, question.confidence)
        yield Disposal(outcome=outcome, indicator=str(outcomes[outcome].measure), **pooled(years), **vars(share))
