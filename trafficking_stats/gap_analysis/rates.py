"""The rate of two measures over all years, halves, lags, windows and single years; its spread, and its silences."""

import math
from collections.abc import Iterator, Sequence

from trafficking_stats.gap_analysis.pair import Pair, rate_row
from trafficking_stats.gap_analysis.rows import Dispersion, Ratio, Refusal, Silence, pooled
from trafficking_stats.inference.silence import silence_chance, silence_limits
from trafficking_stats.inference.windows import runs


def ratio_rows(pair: Pair, lags: Sequence[int], window: int) -> Iterator[Ratio | Refusal]:
    """Compute the rate of all years, of the halves, at each lag, in moving windows and single years."""
    years = pair.years
    wanted = [(kind, part, lags[0]) for kind, part in pair.parts.items() if part]
    common = tuple(year for year in years if not any(pair.lacking([year], lag) for lag in lags))
    if len(lags) > 1 and common:
        # all lags on the years that each of them has: a longer lag alone would change the rate by its years
        wanted += [("lag", common, lag) for lag in lags]
    if 1 < window < len(years):
        wanted += [("window", years[k : k + window], lags[0]) for k in range(len(years) - window + 1)]
    wanted += [("year", (year,), lags[0]) for year in years]
    for kind, chosen, lag in wanted:
        if missing := pair.lacking(chosen, lag):
            yield Refusal("ratios", "missing_years", len(chosen) - len(missing), len(chosen), missing, kind)
        else:
            rate = pair.totals(chosen, lag)
            yield rate_row(Ratio, ("ratios", kind), rate, chosen, pair.confidence, kind=kind, lag=lag)


def dispersion_rows(pair: Pair) -> Iterator[Dispersion]:
    """State the over-dispersion of both measures, and what was known of it before."""
    both = {"numerator": pair.numerator, "denominator": pair.denominator}
    for (stage, fit), one in zip(both.items(), pair.figures, strict=True):
        spread = vars(fit.spread(pair.confidence))
        yield Dispersion(stage=stage, indicator=str(one.measure), n_years=len(pair.years), **spread)


def silence_rows(pair: Pair) -> Iterator[Silence]:
    """Find the years in a row without an event, how high the mean can have been, and how likely the silence was.

    What masked figures only allow to be a silence has no chance.
    """
    counts = pair.numerator.counts
    certain = runs([year for year in pair.years if counts[year].upper == 0])
    possible = [run for run in runs([year for year in pair.years if counts[year].lower == 0]) if len(run) > 1]
    for run in sorted({*certain, *possible}):
        before = tuple(year for year in pair.years if year < run[0])
        chance = silence_chance(pair.numerator, before, len(run)) if run in certain else math.nan
        yield Silence(
            **pooled(run),
            certain=run in certain,
            before_first=before[0] if before else 0,
            before_last=before[-1] if before else 0,
            **vars(silence_limits(pair.totals(run), len(run), chance, pair.confidence)),
        )
