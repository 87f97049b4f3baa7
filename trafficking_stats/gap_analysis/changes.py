"""How the rate changed between the halves of the years, which count moved it, and what detection could explain."""

from __future__ import annotations

import math

from trafficking_stats.gap_analysis.pair import Pair
from trafficking_stats.gap_analysis.rows import Change, Refusal, Split
from trafficking_stats.inference.contrasts import compare_counts, compare_rates, per_year
from trafficking_stats.inference.yearly import halves
from trafficking_stats.vocabulary import Vocabulary


def change_rows(pair: Pair, lag: int) -> tuple[list[Change], list[Refusal]]:
    """Compare the halves of the years: the rate, and which of the two counts moved it."""
    early, late = halves(pair.years)
    missing = tuple(year - lag for year in pair.years if year - lag not in pair.denominator.counts)
    if missing:
        return [], [Refusal("changes", "missing_years", len(pair.years) - len(missing), len(pair.years), missing)]
    before, after = pair.totals(early, lag), pair.totals(late, lag)
    lengths = len(early), len(late)
    compared = {"rate": compare_rates(before, after, pair.confidence)}
    for name, old, new in zip(("numerator", "denominator"), before, after, strict=True):
        compared[name] = compare_counts(old, new, lengths, pair.confidence)
    apart = sum(late) / len(late) - sum(early) / len(early)
    rows, refusals = [], []
    for series, found in compared.items():
        if found is None:
            events = int(sum(one[series == "denominator"].observed.upper for one in (before, after)))
            reason = "says_nothing" if events else "no_events"
            refusals.append(Refusal("changes", reason, events, 1, pair.years, series))
            continue
        rows.append(
            Change(
                series=series,
                early_first=early[0],
                early_last=early[-1],
                late_first=late[0],
                late_last=late[-1],
                percent_per_year=per_year(found.ratio_min, apart) if found.ratio_min == found.ratio_max else math.nan,
                percent_lower=per_year(found.lower, apart),
                percent_upper=per_year(found.upper, apart),
                **vars(found),
            )
        )
    return rows, refusals


def split_rows(pair: Pair, lag: int, vocabulary: Vocabulary) -> list[Split]:
    """Compare the rate before and after every year, with the changes of law dated in it."""
    years, laws = pair.years, vocabulary.policy_dates_of(pair.figures[0].country)
    if any(year - lag not in pair.denominator.counts for year in years):
        return []
    rows = []
    for k in range(1, len(years)):
        early, late = years[:k], years[k:]
        found = compare_rates(pair.totals(early, lag), pair.totals(late, lag), pair.confidence)
        if found is not None:
            dated = "; ".join(law.label for law in laws if early[-1] < law.date.year <= late[0])
            rows.append(Split(first_late=late[0], laws=dated, default=(early, late) == halves(years), **vars(found)))
    return rows
