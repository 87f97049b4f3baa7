"""The stages between identification and conviction: their counts, each by the one before, and where cases end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np

from trafficking_stats.gap_analysis.figures import Figures, choose_figures, figures_of, halves, stretches
from trafficking_stats.gap_analysis.model import (
    STAGES,
    FittedFigures,
    Total,
    prior_of,
    ratio_interval,
    ratio_range,
    stage_of,
    times,
)
from trafficking_stats.gap_analysis.question import Measure, Question
from trafficking_stats.gap_analysis.rates import LARGEST_LIMIT, Pair, whole_ends
from trafficking_stats.gap_analysis.rows import Disposal, Effect, Refusal, Stage, Step
from trafficking_stats.gap_analysis.settings import load_gap_settings
from trafficking_stats.inference.counts import CountRange
from trafficking_stats.inference.decomposition import shapley_effects
from trafficking_stats.inference.stage_split import split_change, stage_factors
from trafficking_stats.reconciliation.result import Reconciliation

Chain = Mapping[str, Figures | None]
"""The figures that stand for each stage, in order; None where nobody counted it."""


def chain_of(rec: Reconciliation, above: Figures, below: Figures, years: Iterable[int]) -> dict[str, Figures | None]:
    """Name the stages from the denominator to the numerator.

    Where the two are of one stage, or not in this order, they are called ``denominator`` and ``numerator`` and
    nothing is between them.
    """
    first, last = (stage_of(one.measure.indicator, rec.vocabulary) for one in (below, above))
    if not first or not last or STAGES.index(first) >= STAGES.index(last):
        return {"denominator": below, "numerator": above}
    named = load_gap_settings().stages.named()
    chosen = list(years)

    def standing_for(stage: str) -> Figures | None:
        return choose_figures([figures_of(rec, above.country, Measure(name)) for name in named[stage]], chosen)

    between = STAGES[STAGES.index(first) + 1 : STAGES.index(last)]
    return {first: below, **{stage: standing_for(stage) for stage in between}, last: above}


def stage_rows(chain: Chain, years: Iterable[int], pooled: tuple[int, ...]) -> list[Stage]:
    """List the count of each stage in each year."""
    return [
        Stage(
            stage,
            one.measure.indicator,
            one.measure.breakdown,
            year,
            whole_ends(one.counts[year])[0] if year in one.counts else None,
            whole_ends(one.counts[year])[1] if year in one.counts else None,
            one.status.get(year, ""),
            one.n_claims.get(year, 0),
            one.doubtful.get(year, ""),
            year in pooled,
        )
        for stage, one in chain.items()
        if one is not None
        for year in years
    ]


def fit_chain(chain: Chain, pair: Pair, question: Question) -> tuple[dict[str, FittedFigures], list[Refusal]]:
    """Fit every stage that has figures for all pooled years."""
    fitted: dict[str, FittedFigures] = {}
    refusals = []
    for stage, one in chain.items():
        missing = tuple(year for year in pair.years if one is None or year not in one.counts)
        if one is pair.numerator.figures or one is pair.denominator.figures:
            fitted[stage] = pair.numerator if one is pair.numerator.figures else pair.denominator
        elif one is None or missing:
            have = len(pair.years) - len(missing)
            refusals.append(Refusal("steps", "stage_missing", have, len(pair.years), missing, stage))
        elif any(pair.years[0] < change.year <= pair.years[-1] for change in one.breaks) and not question.accept_breaks:
            broken = tuple(c.year for c in one.breaks if pair.years[0] < c.year <= pair.years[-1])
            refusals.append(Refusal("steps", "definition_break", 0, 0, broken, stage))
        else:
            fitted[stage] = FittedFigures(one, pair.years, prior_of(stage, question.widen))
    return fitted, refusals


def step_rows(fitted: Mapping[str, FittedFigures], pair: Pair) -> tuple[list[Step], list[Refusal]]:
    """Compute each stage by the one before. A step above 1 is flagged: the counts are not of the same persons."""
    periods = [("whole", pair.years)]
    if len(pair.years) > 1:
        periods += list(zip(("early", "late"), halves(pair.years), strict=True))
    rows, refusals = [], []
    for (_, before), (stage, after) in pairwise(fitted.items()):
        for kind, years in periods:
            top, bottom = after.total(years), before.total(years)
            low, high = ratio_range(top.observed, bottom.observed)
            limits = times(ratio_interval(top, bottom, pair.confidence), 100)
            if limits.upper > LARGEST_LIMIT:
                refusals.append(Refusal("steps", "says_nothing", int(bottom.observed.lower), 1, years, stage))
                continue
            rows.append(
                Step(
                    stage,
                    str(before.figures.measure),
                    str(after.figures.measure),
                    kind,
                    years[0],
                    years[-1],
                    *whole_ends(bottom.observed),
                    *whole_ends(top.observed),
                    100 * low,
                    100 * high,
                    limits.lower,
                    limits.upper,
                    limits.exact_lower,
                    limits.exact_upper,
                    top.observed.lower > bottom.observed.upper,
                )
            )
    return rows, refusals


def effect_rows(chain: Chain, fitted: Mapping[str, FittedFigures], pair: Pair) -> tuple[list[Effect], list[Refusal]]:
    """Split the change of the numerator between the halves into the effect of each stage (Shapley).

    A stage that cannot take part is merged with the next one.

    References
    ----------
    Das Gupta P (1993). Standardization and Decomposition of Rates: A User's Manual. US Bureau of the Census.
    """
    early, late = halves(pair.years)
    if not early:
        return [], [Refusal("effects", "one_year", 1, 2, pair.years)]
    order, last = list(chain), list(chain)[-1]
    kept: dict[str, tuple[Total, Total]] = {}
    refusals = []
    for stage, one in fitted.items():
        totals = one.total(early), one.total(late)
        if stage != last and any(total.observed.lower == 0 for total in totals):
            refusals.append(Refusal("effects", "stage_zero", 0, 1, pair.years, stage))
        else:
            kept[stage] = totals
    if len(kept) < 2 or order[0] not in kept:
        return [], [*refusals, Refusal("effects", "too_few_stages", len(kept), 2, pair.years)]
    counted = split_change(
        [one[0].observed for one in kept.values()], [one[1].observed for one in kept.values()], list(kept)
    )
    before, after = (np.stack([one[k].expected for one in kept.values()], axis=-1) for k in (0, 1))
    drawn = np.quantile(
        shapley_effects(stage_factors(before), stage_factors(after)), [pair.tail, 1 - pair.tail], axis=0
    )
    rows = []
    for k, (stage, (old, new)) in enumerate(kept.items()):
        since = order.index(list(kept)[k - 1]) + 1 if k else 0
        low, high = float(drawn[0, k]), float(drawn[1, k])
        rows.append(
            Effect(
                stage,
                str(fitted[stage].figures.measure),
                *whole_ends(old.observed),
                *whole_ends(new.observed),
                counted.lower[k],
                counted.upper[k],
                low,
                high,
                low > 0 or high < 0,
                ";".join(order[since : order.index(stage)]),
            )
        )
    return rows, refusals


def disposal_rows(rec: Reconciliation, question: Question) -> tuple[list[Disposal], list[Refusal]]:
    """Compute where cases against persons end: convicted, acquitted, dropped, unfounded.

    Of all that ended in some years each outcome is a share, and a share of a sum of counts: its odds are the ratio of
    two counts, whose limits the model gives.
    """
    best: tuple[dict[str, Figures], tuple[int, ...]] = ({}, ())
    for unit in load_gap_settings().disposals:
        read = {outcome: figures_of(rec, question.country, Measure(name)) for outcome, name in unit.items()}
        found = {outcome: one for outcome, one in read.items() if one.counts}
        covered = [year for one in found.values() for year in one.counts if question.covers(year)]
        candidates = stretches(list(found.values()), covered, accept_breaks=question.accept_breaks)
        years = max(candidates, key=len, default=())
        if "convicted" in found and (len(found), len(years)) > (len(best[0]), len(best[1])):
            best = found, years
    outcomes, years = best
    if not years or len(outcomes) < 2:
        return [], [Refusal("disposals", "no_figures", 0, 1)]
    fitted = {
        outcome: FittedFigures(one, years, prior_of("conviction", question.widen)) for outcome, one in outcomes.items()
    }
    totals = {outcome: one.total(years) for outcome, one in fitted.items()}
    ended = sum(total.observed.upper for total in totals.values())
    if sum(total.observed.lower for total in totals.values()) == 0:
        return [], [Refusal("disposals", "no_events", 0, 1, years)]
    rows = []
    for outcome, total in totals.items():
        others = [one for name, one in totals.items() if name != outcome]
        rest = Total(
            CountRange(sum(one.observed.lower for one in others), sum(one.observed.upper for one in others)),
            np.asarray(sum(one.expected for one in others)),
        )
        odds = ratio_interval(total, rest, question.confidence)
        shares = [100 * (1.0 if value == np.inf else value / (1 + value)) for value in vars(odds).values()]
        exact = total.observed.is_exact and rest.observed.is_exact
        rows.append(
            Disposal(
                outcome,
                str(outcomes[outcome].measure),
                years[0],
                years[-1],
                len(years),
                *whole_ends(total.observed),
                100 * total.observed.lower / ended if exact else float("nan"),
                *shares,
            )
        )
    return rows, []
