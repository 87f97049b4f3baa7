"""How the rate changed between the halves of the years, which count moved it, and what detection could explain."""

import math
from collections.abc import Iterator

from trafficking_stats.gap_analysis.pair import Pair
from trafficking_stats.gap_analysis.rows import Change, Refusal, Split
from trafficking_stats.inference.contrasts import compare_counts, compare_rates, per_year
from trafficking_stats.inference.yearly import halves
from trafficking_stats.vocabulary import Vocabulary


def change_rows(pair: Pair, lag: int) -> Iterator[Change | Refusal]:
    """Compare the halves of the years: the rate, and which of the two counts moved it."""
    early, late = halves(pair.years)
    if missing := pair.lacking(pair.years, lag):
        yield Refusal("changes", "missing_years", len(pair.years) - len(missing), len(pair.years), missing)
        return
    before, after = pair.totals(early, lag), pair.totals(late, lag)
    lengths = len(early), len(late)
    compared = {"rate": compare_rates(before, after, pair.confidence)}
    for name, old, new in zip(("numerator", "denominator"), before, after, strict=True):
        compared[name] = compare_counts(old, new, lengths, pair.confidence)
    apart = sum(late) / len(late) - sum(early) / len(early)
    for series, found in compared.items():
        if found is None:
            events = int(sum(one[series == "denominator"].observed.upper for one in (before, after)))
            reason = "says_nothing" if events else "no_events"
            yield Refusal("changes", reason, events, 1, pair.years, series)
            continue
        yield Change(
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


def split_rows(pair: Pair, lag: int, vocabulary: Vocabulary) -> Iterator[Split]:
    """Compare the rate before and after every year, with the changes of law dated in it."""
    years, laws = pair.years, vocabulary.policy_dates_of(pair.figures[0].country)
    for k in range(1, len(years)) if not pair.lacking(years, lag) else ():
        early, late = years[:k], years[k:]
        found = compare_rates(pair.totals(early, lag), pair.totals(late, lag), pair.confidence)
        if found is not None:
            dated = "; ".join(law.label for law in laws if early[-1] < law.date.year <= late[0])
            yield Split(first_late=late[0], laws=dated, default=(early, late) == halves(years), **vars(found))
