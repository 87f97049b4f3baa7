"""What gives away each cause of a wrong figure: small functions, each with what it saw as evidence.

A cause is a reading of the figures, not a proof; the order of `CAUSES` decides between several that fit.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from trafficking_stats import breakdowns
from trafficking_stats.messages import Term, Years
from trafficking_stats.reconciliation.evidence import (
    Counted,
    Evidence,
    Figure,
    Part,
    Period,
    RuleName,
    evidence,
)
from trafficking_stats.reconciliation.lookup import Figures, place_of

Cause = Callable[[Any, Figures], Evidence | None]
"""A function of a row of `_beside` and all figures."""


def vague_wording(row: Any, figures: Figures) -> Evidence | None:
    """Tell whether a word such as "nearly" or "more than" does not fit a figure that is near."""
    if row.qualifier == "exact" or not row.near:
        return None
    return evidence("vague_wording", figure=Figure(row.value, row.qualifier), kept=row.known)


def double_count(row: Any, figures: Figures) -> Evidence | None:
    """Tell whether it is exactly twice the kept figure."""
    return evidence("double_count", value=row.value, kept=row.kept) if 0 < 2 * row.kept == row.value else None


def _same_events(row: Any, figures: Figures) -> Iterator[str]:
    """List the indicators that count the same events."""
    for same in figures.vocabulary.same_event:
        yield from (name for name in same.indicators if row.indicator in same.indicators and name != row.indicator)


def other_indicator(row: Any, figures: Figures, *, same_unit: bool) -> Evidence | None:
    """Tell whether it is the figure of the same event under another indicator, of the same unit or of another."""
    indicators = figures.vocabulary.indicators
    for other in _same_events(row, figures) if row.value > figures.vocabulary.causes.near_count else ():
        kept = figures.kept.get((row.country, other, row.breakdown, row.period_start, row.period_end))
        same = indicators[other].unit == indicators[row.indicator].unit
        if same == same_unit and kept is not None and kept.value == row.value:
            names = {"own": Counted(row.indicator, bare=True), "other": Counted(other, bare=True)}
            at = min(filter(None, kept.upstreams), default="")
            return evidence("other_indicator_at" if at else "other_indicator", value=row.value, at=at, **names)
    return None


def digit_slip(row: Any, figures: Figures) -> Evidence | None:
    """One digit was mistyped, or two neighbours were swapped; a small slip shows where both came out on one day."""
    if not (row.kept == row.kept and min(row.kept, row.value) >= figures.vocabulary.causes.slip_from):
        return None
    right, wrong = f"{row.kept:.0f}", f"{row.value:.0f}"
    differ = [i for i in range(len(right)) if right[i] != wrong[i]] if len(right) == len(wrong) else []
    values = {"value": row.value, "kept": row.kept}
    if len(differ) == 1 and not row.near:
        return evidence("digit_slip", **values)
    one_day = len(row.published) == 10 and row.date in figures.first_printed(row)
    if len(differ) == 1 and differ != [len(right) - 1] and one_day:
        return evidence("digit_slip_one_day", **values)
    swapped = len(differ) == 2 and differ[1] == differ[0] + 1
    if swapped and [right[i] for i in differ] == [wrong[i] for i in reversed(differ)]:
        return evidence("digits_swapped", **values)
    return None


def slip_in_front(row: Any, figures: Figures) -> Evidence | None:
    """Tell whether the first of two digits was mistyped; the last one alone is as likely to be chance."""
    two = min(row.kept, row.value) >= 10 and max(row.kept, row.value) < 100
    if not two or row.kept % 10 != row.value % 10 or row.kept in _restated(row, figures):
        return None
    return evidence("digit_slip", value=row.value, kept=row.kept)


def definition(row: Any, figures: Figures) -> Evidence | None:
    """Tell whether it counts something wider, or another stage, or leaves out what its source counts apart."""
    return (
        _folded(row, figures)
        or other_indicator(row, figures, same_unit=True)
        or _counted_apart(row, figures)
        or _near_other_stage(row, figures)
    )


def _folded(row: Any, figures: Figures) -> Evidence | None:
    """Its source counts one category under another."""
    keys = breakdowns.parse(row.breakdown)
    for key, category in keys.items():
        dimension = figures.vocabulary.dimensions.get(key)
        for other in dimension.folds.get(category, ()) if dimension else ():
            place = breakdowns.unparse({**keys, key: other})
            inner = [part for part, outer in dimension.within.items() if outer == category]  # type: ignore[union-attr]
            own = [figures.own(row, breakdowns.unparse({**keys, key: part})) for part in (other, *inner)]
            said = {"other": Part(f"{key}={other}")}
            if len(own) > 1 and all(own) and sum(values[0] for values in own) == row.value:
                return evidence("own_sum", value=row.value, **said)
            apart = figures.value((row.country, row.indicator, place, row.period_start, row.period_end))
            folds = row.publisher in figures.vocabulary.causes.folded_publishers and not own[0]
            if folds and row.kept_upper < row.value <= row.kept_upper + apart:
                return evidence("folded", apart=apart, **said)
    return None


def _counted_apart(row: Any, figures: Figures) -> Evidence | None:
    """Its source counts some of the same events under a name of their own."""
    apart = [
        other
        for same in figures.vocabulary.same_event
        for other in (same.apart if row.indicator in same.indicators else ())
    ]
    for other in apart:
        for part in dict.fromkeys((row.breakdown, "")):
            for value in figures.own(row, part, other):
                if row.value < row.kept_lower <= row.value + value:
                    said = {"other": Counted(other, bare=True), "together": row.value + value}
                    return evidence("counted_apart", apart=value, **said)
    return None


def _near_other_stage(row: Any, figures: Figures) -> Evidence | None:
    """Tell whether it is far above what was kept, and near the number of another stage of the same event."""
    near = figures.vocabulary.causes.near_count
    if row.near or row.value <= max(row.kept_upper, near):
        return None
    # a source that prints a total too means the part as a part
    parts = (row.breakdown,) if figures.own(row, "") else dict.fromkeys((row.breakdown, ""))
    for other in _same_events(row, figures):
        for part in parts:
            theirs = figures.value((row.country, other, part, row.period_start, row.period_end))
            if theirs and abs(theirs - row.value) <= near:
                return evidence("near_other", value=row.value, theirs=theirs, other=Counted(other, bare=True))
    return None


def partial_period(row: Any, figures: Figures) -> Evidence | None:
    """Tell whether it covers less, or other months, than its period says."""
    limits = figures.vocabulary.causes
    if row.kind in ("year", "years") and row.below and row.date < row.year + 1:
        return evidence("unfinished", period=Period(row.period_start, row.period_end))
    # a report that is out early in the year is on calendar years
    out = row.date % 1 >= (limits.reporting_month - 1) / 12
    reports = row.publisher in limits.reporting_publishers and out
    stage = figures.vocabulary.indicators[row.indicator].stage if row.indicator in figures.vocabulary.indicators else ""
    yearly = row.kind in ("year", "years", "reporting_year")
    if not (reports and yearly and stage in ("investigation", "prosecution", "conviction")):
        return None
    if row.near:
        return evidence("fiscal_year", publisher=row.publisher, off=_off(row))
    # a source that prints no total may mean all by what it files under a part
    whole = figures.value((row.country, row.indicator, "", row.period_start, row.period_end))
    if not figures.own(row, "") and row.value != whole and figures.near(row.value, whole):
        return evidence("fiscal_year_in_all", publisher=row.publisher, value=row.value, whole=Figure(whole, part=""))
    return None


def corrupt(row: Any, figures: Figures) -> Evidence | None:
    """Tell whether a part exceeds its whole: the source's own, or by more than half any other."""
    keys = breakdowns.parse(row.breakdown)
    part = Figure(row.value, part=row.breakdown)
    for key in keys:
        if breakdowns.relation(key, figures.vocabulary) == "apart":
            continue
        for whole in (_without(keys, key), ""):
            own = figures.own(row, whole)
            total = figures.value((row.country, row.indicator, whole, row.period_start, row.period_end))
            if own and row.lower > max(own):
                return evidence("corrupt_own", part=part, whole=Figure(max(own), part=whole))
            if not own and row.lower > 1.5 * total + figures.vocabulary.causes.near_count:
                return evidence("corrupt", part=part, whole=Figure(total, part=whole))
    return None


def arithmetic(row: Any, figures: Figures) -> Evidence | None:
    """Tell whether the source's own parts do not fit its whole."""
    for dimension, total in own_sums(row, figures).items():
        if total > row.upper:
            said = {"dimension": Term("dimension", dimension), "total": total}
            return evidence("parts_above", value=row.value, **said)
    for rule in figures.vocabulary.rules:
        parts = rule.parts if rule.whole == row.indicator else ()
        values = [value for part in parts for value in figures.own(row, row.breakdown, part)]
        total = sum(values) if rule.kind == "sum" else max(values, default=0.0)
        if total > row.upper:
            code = "rule_sum_above" if rule.kind == "sum" else "rule_part_above"
            return evidence(code, total=total, value=row.value, rule=RuleName(rule.name, rule.label))
    return None


def own_sums(row: Any, figures: Figures) -> dict[str, float]:
    """Add up, by dimension, the exclusive parts that the source of a claim prints of its own cell."""
    sums: dict[str, float] = defaultdict(float)
    own = breakdowns.parse(row.breakdown)
    for part, values in sorted(figures.all_own(row).items()):
        keys = breakdowns.parse(part)
        extra = [key for key in keys if key not in own]
        if len(extra) == 1 and len(keys) == len(own) + 1 and own.items() <= keys.items():
            dimension = figures.vocabulary.dimensions.get(extra[0])
            if dimension is not None and dimension.is_exclusive(keys[extra[0]], row.indicator):
                sums[extra[0]] += sum(values)
    return dict(sorted(sums.items()))


def too_many_parts(row: Any, figures: Figures) -> Evidence | None:
    """Tell whether the figure and the source's own parts beside it exceed the whole that is kept."""
    keys = breakdowns.parse(row.breakdown)
    for key, category in keys.items():
        dimension = figures.vocabulary.dimensions.get(key)
        rest = _without(keys, key)
        whole = figures.value((row.country, row.indicator, rest, row.period_start, row.period_end))
        if dimension is None or whole != whole or not dimension.is_exclusive(category, row.indicator):
            continue
        beside = []
        for part, values in sorted(figures.all_own(row).items()):
            theirs = breakdowns.parse(part)
            other = theirs.get(key, category)
            same = theirs.keys() == keys.keys() and _without(theirs, key) == rest
            if same and other != category and dimension.is_exclusive(other, row.indicator):
                beside += [Figure(value, part=part) for value in sorted(values) if value > 0]
        total = row.lower + sum(figure.value for figure in beside)
        if beside and total > whole:
            code = "too_many_parts_own" if whole in figures.own(row, rest) else "too_many_parts"
            return evidence(code, others=tuple(beside), total=total, whole=Figure(whole, part=rest))
    return None


def early_snapshot(row: Any, figures: Figures) -> Evidence | None:
    """Tell whether it was taken before the register had settled, and never corrected."""
    limits = figures.vocabulary.causes
    if not (1 - limits.early_share) * row.kept_lower <= row.value < row.kept_lower:
        return None
    editions = figures.editions.get((row.publisher, place_of(row)), ())
    first = min([date for date, value, _ in editions if value == row.value], default=row.date)
    months = 12 * (first - (row.year + 1))
    if not months <= limits.early_months or (row.tier == "register" and first == row.date):
        return None
    direct = figures.vocabulary.tiers[row.tier].weight >= figures.vocabulary.weights.official
    if direct and min(figures.first_printed(row), default=np.inf) < first:
        return None  # who keeps the register, and prints less than was known before, has revised it
    later = round(row.date - first)
    said = {"months": round(max(months, 0)), "kept": row.known, "more": row.kept_lower - row.value}
    return evidence("early_repeated", n=later, **said) if later else evidence("early", **said)


def neighbour(row: Any, figures: Figures, *, copied: bool) -> Evidence | None:
    """Tell whether it is the figure kept for the year before or after, which its source prints there too if copied."""
    if row.kind != "year" or row.value < figures.vocabulary.causes.shift_from or row.near:
        return None
    for year in (row.year - 1, row.year + 1):
        place = row.country, row.indicator, row.breakdown, f"{year}-01-01", f"{year}-12-31"
        own = row.value in figures.own(row, row.breakdown, year=year)
        if figures.value(place) == row.value and own == copied:
            return evidence("copied_year" if copied else "shifted_year", value=row.value, year=Years([year]))
    return None


def rounding(row: Any, figures: Figures) -> Evidence | None:
    """Tell whether the kept figure rounds to it."""
    for digits in (10, 100, 1000) if row.near else ():
        if row.value >= digits and row.value % digits == 0 and abs(row.kept - row.value) <= digits / 2:
            return evidence("rounding", value=row.value, kept=row.kept, digits=digits)
    return None


def revision(row: Any, figures: Figures) -> Evidence | None:
    """Another edition of its publisher, or of its upstream since, prints another figure."""
    others = _restated(row, figures)
    within = sorted(value for value in others if row.kept_lower <= value <= row.kept_upper)
    if within:
        return evidence("restated", publisher=row.publisher, value=within[0])
    if not row.near or row.qualifier != "exact" or copied_from(row, figures):
        return None
    known = figures.kept.get(place_of(row))
    if known is not None and known.upstreams.get(row.upstream, -np.inf) > row.date:
        return evidence("revised_since", off=_off(row), upstream=row.upstream)
    return _off(row) if others else None


def small_difference(row: Any, figures: Figures) -> Evidence | None:
    """Two publishers print figures that are near each other."""
    return _off(row) if row.near and row.qualifier == "exact" and not copied_from(row, figures) else None


def _restated(row: Any, figures: Figures) -> set[float]:
    """Return the other values that editions of its publisher print of the cell."""
    editions = figures.editions.get((row.publisher, place_of(row)), ())
    return {value for _, value, _ in editions if value != row.value}


def copied_from(row: Any, figures: Figures) -> str:
    """Return a breakdown, neither above nor below its own, for which the source prints the same number.

    An edition that repeats the number of an earlier one may have copied the slip.
    """
    if row.value < figures.vocabulary.causes.shift_from:
        return ""
    own = breakdowns.parse(row.breakdown).items()
    editions = figures.editions.get((row.publisher, place_of(row)), ())
    event = row.country, row.indicator, row.period_start, row.period_end
    for source in dict.fromkeys([row.source_id, *(source for _, value, source in editions if value == row.value)]):
        for part, values in sorted(figures.parts.get((source, event), {}).items()):
            keys = breakdowns.parse(part).items()
            if row.value in values and not (own <= keys or keys <= own):
                return part
    return ""


def _off(row: Any) -> Evidence:
    """Say how far, and to which side, it lies from the bounds of the cell."""
    return evidence("below" if row.below else "above", value=row.value, distance=row.distance, kept=row.known)


def _without(keys: dict[str, str], key: str) -> str:
    return breakdowns.unparse({name: category for name, category in keys.items() if name != key})


CAUSES: tuple[tuple[str, Cause], ...] = (
    ("vague_wording", vague_wording),
    ("double_count", double_count),
    ("unit", functools.partial(other_indicator, same_unit=False)),
    ("digit_slip", digit_slip),
    ("definition", definition),
    ("partial_period", partial_period),
    ("corrupt", corrupt),
    ("arithmetic", arithmetic),
    ("early_snapshot", early_snapshot),
    ("copied_year", functools.partial(neighbour, copied=True)),
    ("shifted_year", functools.partial(neighbour, copied=False)),
    ("rounding", rounding),
    ("digit_slip", slip_in_front),
    # any wrong part may make a sum too large: that is said where nothing tells more
    ("arithmetic", too_many_parts),
    ("revision", revision),
    ("small_difference", small_difference),
)
"""Every cause but ``unexplained`` with what gives it away, in the order in which they are tried."""
