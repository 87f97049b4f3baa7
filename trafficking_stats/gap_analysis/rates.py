"""The rate of two measures over all years, halves, lags, windows and single years; its spread, and its silences."""

from __future__ import annotations

import math
from collections.abc import Sequence

from trafficking_stats.gap_analysis.pair import Pair, rate_fields
from trafficking_stats.gap_analysis.rows import Dispersion, Ratio, Refusal, Silence, pooled
from trafficking_stats.inference.silence import silence_chance, silence_limits
from trafficking_stats.inference.windows import runs
from trafficking_stats.inference.yearly import halves


def ratio_rows(pair: Pair, lags: Sequence[int], window: int) -> tuple[list[Ratio], list[Refusal]]:
    """Compute the rate of all years, of the halves, at each lag, in moving windows and single years."""
    years, known = pair.years, pair.denominator.counts
    wanted: list[tuple[str, tuple[int, ...], int]] = [("whole", years, lags[0])]
    if len(years) > 1:
        wanted += [(kind, part, lags[0]) for kind, part in zip(("early", "late"), halves(years), strict=True)]
    common = tuple(year for year in years if all(year - lag in known for lag in lags))
    if len(lags) > 1 and common:
        # all lags on the years that each of them has: a longer lag alone would change the rate by its years
        wanted += [("lag", common, lag) for lag in lags]
    if 1 < window < len(years):
        wanted += [("window", years[k : k + window], lags[0]) for k in range(len(years) - window + 1)]
    wanted += [("year", (year,), lags[0]) for year in years]
    rows, refusals = [], []
    for kind, chosen, lag in wanted:
        missing = tuple(year - lag for year in chosen if year - lag not in known)
        if missing:
            have = len(chosen) - len(missing)
            refusals.append(Refusal("ratios", "missing_years", have, len(chosen), missing, kind))
            continue
        rate = pair.totals(chosen, lag)
        fields = rate_fields(rate, chosen, pair.confidence)
        if fields is None:
            refusals.append(Refusal("ratios", "says_nothing", int(rate[1].observed.lower), 1, chosen, kind))
        else:
            rows.append(Ratio(kind=kind, lag=lag, **fields))
    return rows, refusals


def dispersion_rows(pair: Pair) -> list[Dispersion]:
    """State the over-dispersion of both measures, and what was known of it before."""
    stages = zip(("numerator", "denominator"), (pair.numerator, pair.denominator), pair.figures, strict=True)
    return [
        Dispersion(
            stage=stage, indicator=str(one.measure), n_years=len(pair.years), **vars(fit.spread(pair.confidence))
        )
        for stage, fit, one in stages
    ]


def silence_rows(pair: Pair) -> list[Silence]:
    """Find the years in a row without an event, how high the mean can have been, and how likely the silence was."""
    counts = pair.numerator.counts
    certain = runs([year for year in pair.years if counts[year].upper == 0])
    possible = [run for run in runs([year for year in pair.years if counts[year].lower == 0]) if len(run) > 1]
    found = [(run, True) for run in certain] + [(run, False) for run in possible if run not in certain]
    return [_silence_row(pair, run, certain=sure) for run, sure in sorted(found)]


def _silence_row(pair: Pair, run: tuple[int, ...], *, certain: bool) -> Silence:
    before = tuple(year for year in pair.years if year < run[0])
    chance = silence_chance(pair.numerator, before, len(run)) if certain else math.nan
    return Silence(
        **pooled(run),
        certain=certain,
        before_first=before[0] if before else 0,
        before_last=before[-1] if before else 0,
        **vars(silence_limits(pair.totals(run), len(run), chance, pair.confidence)),
    )
