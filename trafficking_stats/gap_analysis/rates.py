"""The rate of two measures: over the pooled years, their halves, windows and lags, its change, and its silences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from trafficking_stats.gap_analysis.figures import Figures, halves
from trafficking_stats.gap_analysis.model import (
    FittedFigures,
    Total,
    double_ratio,
    exact_limits,
    prior_of,
    ratio_interval,
    ratio_range,
    says_nothing,
    stage_of,
    times,
    two_sided,
)
from trafficking_stats.gap_analysis.question import Question
from trafficking_stats.gap_analysis.rows import Change, Detection, Dispersion, Ratio, Refusal, Silence, Split
from trafficking_stats.inference.counts import CountRange
from trafficking_stats.vocabulary import Vocabulary

LARGEST_LIMIT = 1000.0
"""An upper limit of a rate per 100 above this says nothing."""


@dataclass(frozen=True)
class Pair:
    """Both measures of one country, fitted over the same years.

    Parameters
    ----------
    numerator, denominator : FittedFigures
        Each with its own over-dispersion.
    years : tuple of int
        The pooled years.
    confidence : float
        Two-sided level.
    """

    numerator: FittedFigures
    denominator: FittedFigures
    years: tuple[int, ...]
    confidence: float

    @classmethod
    def fit(
        cls, above: Figures, below: Figures, years: tuple[int, ...], question: Question, vocabulary: Vocabulary
    ) -> Pair:
        """Fit both measures."""
        fitted = [
            FittedFigures(one, years, prior_of(stage_of(one.measure.indicator, vocabulary), question.widen))
            for one in (above, below)
        ]
        return cls(fitted[0], fitted[1], years, question.confidence)

    def totals(self, years: Sequence[int], lag: int = 0) -> tuple[Total, Total]:
        """Return numerator and denominator over some years of the numerator."""
        return self.numerator.total(years), self.denominator.total([year - lag for year in years])

    @property
    def tail(self) -> float:
        """Probability left out on each side."""
        return (1 - self.confidence) / 2


def ratio_rows(pair: Pair, lags: Sequence[int], window: int) -> tuple[list[Ratio], list[Refusal]]:
    """Compute the rate of all years, of the halves, at each lag, in moving windows and single years."""
    years = pair.years
    wanted: list[tuple[str, tuple[int, ...], int]] = [("whole", years, lags[0])]
    if len(years) > 1:
        wanted += [(kind, part, lags[0]) for kind, part in zip(("early", "late"), halves(years), strict=True)]
    known = pair.denominator.figures.counts
    common = tuple(year for year in years if all(year - lag in known for lag in lags))
    if len(lags) > 1 and common:
        # all lags on the years that each of them has: a longer lag alone would change the rate by its years
        wanted += [("lag", common, lag) for lag in lags]
    if 1 < window < len(years):
        wanted += [("window", years[k : k + window], lags[0]) for k in range(len(years) - window + 1)]
    wanted += [("year", (year,), lags[0]) for year in years]
    rows, refusals = [], []
    for kind, chosen, lag in wanted:
        lagged = [year - lag for year in chosen]
        missing = tuple(year for year in lagged if year not in known)
        if missing:
            refusals.append(Refusal("ratios", "missing_years", len(chosen) - len(missing), len(chosen), missing, kind))
            continue
        row = _ratio_row(pair, kind, chosen, lag)
        if row.upper > LARGEST_LIMIT:
            refusals.append(Refusal("ratios", "says_nothing", row.denominator_lower, 1, chosen, kind))
        else:
            rows.append(row)
    return rows, refusals


def _ratio_row(pair: Pair, kind: str, years: Sequence[int], lag: int) -> Ratio:
    top, bottom = pair.totals(years, lag)
    low, high = ratio_range(top.observed, bottom.observed)
    limits = times(ratio_interval(top, bottom, pair.confidence), 100)
    return Ratio(
        kind,
        years[0],
        years[-1],
        len(years),
        lag,
        *whole_ends(top.observed),
        *whole_ends(bottom.observed),
        100 * low if low == high else math.nan,
        100 * low,
        100 * high,
        limits.lower,
        limits.upper,
        limits.exact_lower,
        limits.exact_upper,
        top.observed.lower > bottom.observed.upper,
    )


def whole_ends(cell: CountRange) -> tuple[int, int]:
    """Return the ends of a count as whole numbers."""
    return int(cell.lower), int(cell.upper)


def change_rows(pair: Pair, lag: int) -> tuple[list[Change], list[Refusal]]:
    """Compare the halves of the years: the rate, and which of the two counts moved it."""
    refusals = []
    early, late = halves(pair.years)
    if not early:
        return [], [Refusal("changes", "one_year", 1, 2, pair.years)]
    if not all(pair.denominator.figures.has(year - lag for year in part) for part in (early, late)):
        missing = tuple(y - lag for y in pair.years if y - lag not in pair.denominator.figures.counts)
        return [], [Refusal("changes", "missing_years", len(pair.years) - len(missing), len(pair.years), missing)]
    before, after = pair.totals(early, lag), pair.totals(late, lag)
    rows = []
    for series, (old, new) in {
        "rate": (before, after),
        "numerator": ((before[0], None), (after[0], None)),
        "denominator": ((before[1], None), (after[1], None)),
    }.items():
        row = _change_row(pair, series, early, late, old, new)
        if row is None or says_nothing(row.lower, row.upper):
            have = int(old[0].observed.upper + new[0].observed.upper)
            refusals.append(Refusal("changes", "says_nothing" if have else "no_events", have, 1, pair.years, series))
        else:
            rows.append(row)
    return rows, refusals


def _change_row(
    pair: Pair,
    series: str,
    early: tuple[int, ...],
    late: tuple[int, ...],
    before: tuple[Total, Total | None],
    after: tuple[Total, Total | None],
) -> Change | None:
    """One row; None where nothing happened in either half, or a denominator may be 0."""
    (old, old_base), (new, new_base) = before, after
    if old.observed.upper == new.observed.upper == 0:
        return None
    if old_base is not None and new_base is not None:
        if old_base.observed.lower == 0 or new_base.observed.lower == 0:
            return None
        draws = double_ratio((new, new_base), (old, old_base))
        scale = 100.0
        bases = (old_base.observed, new_base.observed)
    else:
        draws = (new.expected / len(late)) / (old.expected / len(early))
        scale = 1.0
        bases = (CountRange(len(early), len(early)), CountRange(len(late), len(late)))
    levels = [ratio_range(one.observed, base) for one, base in zip((old, new), bases, strict=True)]
    low, high = _divided(levels[1][0], levels[0][1]), _divided(levels[1][1], levels[0][0])
    limits = np.quantile(draws, [pair.tail, 1 - pair.tail])
    lower = 0.0 if new.observed.lower == 0 else float(limits[0])
    upper = math.inf if old.observed.lower == 0 else float(limits[1])
    exact_lower = exact_limits(new.observed, old.observed, bases[1].upper, bases[0].lower, pair.tail)[0]
    exact_upper = exact_limits(new.observed, old.observed, bases[1].lower, bases[0].upper, pair.tail)[1]
    apart = sum(late) / len(late) - sum(early) / len(early)
    direction = "fell" if high < 1 else "rose" if low > 1 else ""
    return Change(
        series,
        early[0],
        early[-1],
        late[0],
        late[-1],
        scale * levels[0][0],
        scale * levels[0][1],
        scale * levels[1][0],
        scale * levels[1][1],
        low,
        high,
        lower,
        upper,
        exact_lower,
        exact_upper,
        _percent(low, apart) if low == high else math.nan,
        _percent(lower, apart),
        _percent(upper, apart),
        two_sided(draws),
        direction,
        bool(direction) and not lower <= 1 <= upper,
    )


def _divided(above: float, below: float) -> float:
    return above / below if below else math.inf if above else math.nan


def _percent(ratio: float, years: float) -> float:
    """Write a change over some years as per cent a year."""
    return 100 * (ratio ** (1 / years) - 1) if math.isfinite(ratio) else math.inf


def split_rows(pair: Pair, lag: int, vocabulary: Vocabulary) -> list[Split]:
    """Compare the rate before and after every year, with the changes of law dated in it."""
    years = pair.years
    default = halves(years)[1][0] if len(years) > 1 else 0
    if not pair.denominator.figures.has(year - lag for year in years):
        return []
    laws = vocabulary.policy_dates_of(pair.numerator.figures.country)
    rows = []
    for k in range(1, len(years)):
        row = _change_row(pair, "rate", years[:k], years[k:], pair.totals(years[:k], lag), pair.totals(years[k:], lag))
        if row is None or says_nothing(row.lower, row.upper):
            continue
        laws_then = "; ".join(law.label for law in laws if years[k - 1] < law.date.year <= years[k])
        limits = row.ratio_min, row.ratio_max, row.lower, row.upper, row.chance
        rows.append(Split(years[k], *limits, laws_then, years[k] == default))
    return rows


def dispersion_rows(pair: Pair) -> list[Dispersion]:
    """State the over-dispersion of both measures, and what was known of it before."""
    rows = []
    for stage, one in (("numerator", pair.numerator), ("denominator", pair.denominator)):
        low, middle, high = np.quantile(one.fit.phi, [pair.tail, 0.5, 1 - pair.tail])
        known = one.prior.median(one.fit.size), *one.prior.limits(one.fit.size, pair.confidence)
        indicator = str(one.figures.measure)
        rows.append(Dispersion(stage, indicator, len(pair.years), float(middle), float(low), float(high), *known))
    return rows


def silence_rows(pair: Pair) -> list[Silence]:
    """Find the years in a row without an event, how high the mean can have been, and how likely the silence was."""
    counts = pair.numerator.figures.counts
    certain = _runs([year for year in pair.years if counts[year].upper == 0])
    possible = [run for run in _runs([year for year in pair.years if counts[year].lower == 0]) if len(run) > 1]
    runs = [(run, True) for run in certain] + [(run, False) for run in possible if run not in certain]
    return [_silence_row(pair, run, certain=sure) for run, sure in sorted(runs)]


def _runs(years: Sequence[int]) -> list[tuple[int, ...]]:
    """Group years that follow each other: these differ from their places by one constant."""
    groups = groupby(enumerate(years), key=lambda item: item[1] - item[0])
    return [tuple(year for _, year in group) for _, group in groups]


def _silence_row(pair: Pair, run: tuple[int, ...], *, certain: bool) -> Silence:
    top, bottom = pair.totals(run)
    before = tuple(year for year in pair.years if year < run[0])
    chance = math.nan
    if before and pair.numerator.figures.sum(before).lower > 0:
        phi = pair.numerator.fit.phi
        yearly = pair.numerator.total(before).expected / len(before)
        # of a negative binomial count with variance phi times the mean m, the probability of 0 is phi^(-m / (phi - 1))
        chance = float(np.exp(-len(run) * yearly * np.log(phi) / (phi - 1)).mean())
    upper = float(np.quantile(top.expected, 1 - pair.tail))
    rate = float(np.quantile(top.expected / bottom.expected, 1 - pair.tail)) if bottom.observed.lower else math.nan
    return Silence(
        run[0],
        run[-1],
        len(run),
        certain,
        upper / len(run),
        100 * rate,
        before[0] if before else 0,
        before[-1] if before else 0,
        chance,
    )


def detection_rows(change: Change, factors: Sequence[float]) -> list[Detection]:
    """Bound the change of the rate where the share of victims that is found may have changed as well.

    If in the later half a share of the victims is found that is `d` times that of the earlier half, the rate per victim
    there was, found or not, changed by `d` times the change of the rate. Nothing is assumed of `d` but that it
    lies between 1 / factor and factor.

    References
    ----------
    Manski CF (2003). Partial Identification of Probability Distributions. Springer.
    """
    fell = change.direction == "fell"
    observed = (change.ratio_max if fell else change.ratio_min) if change.direction else 1.0
    within = (change.upper if fell else change.lower) if change.beyond_chance else 1.0
    rows = []
    for factor in factors:
        lower, upper = change.lower / factor, change.upper * factor
        direction = change.direction if change.beyond_chance and not lower <= 1 <= upper else ""
        rows.append(Detection(factor, lower, upper, direction, _factor(observed), _factor(within)))
    return rows


def _factor(ratio: float) -> float:
    """Return by how much a quantity must change, up or down, to undo a ratio."""
    return max(ratio, 1 / ratio) if ratio else math.inf
