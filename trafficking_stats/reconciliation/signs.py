"""What gives away each cause of a wrong figure: a few conditions, each with what was seen as evidence.

A cause is a reading of the figures, not a proof; the order of `CAUSES` decides between several that fit. A row is one
of `counterparts.rejected`. A figure that does not exist is nan, of which no comparison holds.
"""

import functools
import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from trafficking_stats.messages import Term, Years
from trafficking_stats.messages.measures import Measure
from trafficking_stats.messages.values import Register
from trafficking_stats.reconciliation.counterparts import Figures, There
from trafficking_stats.reconciliation.evidence import Evidence, Figure, Part, Period, RuleName, as_printed, evidence

Seen = Iterator[Evidence]
"""What was seen, of which the first counts; nothing where the cause does not fit."""


def vague_wording(row: Any, figures: Figures) -> Seen:
    """Tell whether a word such as "nearly" or "more than" does not fit a figure that is near; a mask is no word."""
    if row.qualifier != "exact" and row.near and not _is_mask(row, figures):
        yield evidence("vague_wording", figure=printed(row), kept=row.known)


def double_count(row: Any, figures: Figures) -> Seen:
    """Tell whether it is exactly twice the kept figure, which its publisher has not printed itself."""
    if 0 < 2 * row.kept == row.value and row.kept not in _other_values(row, figures):
        yield evidence("double_count", value=row.value, kept=row.kept)


def other_indicator(row: Any, figures: Figures, *, same_unit: bool) -> Seen:
    """Tell whether it is the figure of the same event under another indicator, of the same unit or of another."""
    indicators = figures.vocabulary.indicators
    large = row.value > figures.vocabulary.causes.near_count
    for there in figures.alike_in_event(row) if large else ():
        if there.kept == row.value and same_unit == (
            indicators[there.indicator].unit == indicators[row.indicator].unit
        ):
            names = {"own": Measure(row.indicator), "other": Measure(there.indicator)}
            at = min(filter(None, there.on.first_printed), default="")
            yield evidence("other_indicator_at" if at else "other_indicator", value=row.value, at=at, **names)


def digit_slip(row: Any, figures: Figures) -> Seen:
    """Tell whether one digit was mistyped, or two were swapped; a small slip shows where both came out on one day."""
    if not min(row.kept, row.value) >= figures.vocabulary.causes.slip_from:
        return
    right, wrong = f"{row.kept:.0f}", f"{row.value:.0f}"
    differ = [i for i in range(len(right)) if right[i] != wrong[i]] if len(right) == len(wrong) else []
    one_day = len(row.published) == 10 and row.date in figures.here(row).on.first_printed.values()
    swapped = len(differ) == 2 and differ[1] == differ[0] + 1
    if len(differ) == 1 and not row.near:
        yield evidence("digit_slip", value=row.value, kept=row.kept)
    elif len(differ) == 1 and differ != [len(right) - 1] and one_day:
        yield evidence("digit_slip_one_day", value=row.value, kept=row.kept)
    elif swapped and [right[i] for i in differ] == [wrong[i] for i in reversed(differ)]:
        yield evidence("digits_swapped", value=row.value, kept=row.kept)


def slip_in_front(row: Any, figures: Figures) -> Seen:
    """Tell whether the first of two digits was mistyped; the last one alone is as likely to be chance."""
    two_digits = min(row.kept, row.value) >= 10 and max(row.kept, row.value) < 100
    if two_digits and row.kept % 10 == row.value % 10 and row.kept not in _other_values(row, figures):
        yield evidence("digit_slip", value=row.value, kept=row.kept)


def folded(row: Any, figures: Figures) -> Seen:
    """Tell whether its source counts one category under another, and prints none of it or what adds up."""
    folds: dict[str, list[There]] = defaultdict(list)
    for there in figures.beside(row, "fold"):
        folds[there.detail].append(there)
    for detail, (other, *inner) in folds.items():
        folds_it = row.publisher in figures.vocabulary.causes.folded_publishers and not other.is_own
        if inner and other.own + sum(part.own for part in inner) == row.value:
            yield evidence("own_sum", value=row.value, other=Part(detail))
        if folds_it and row.kept_upper < row.value <= row.kept_upper + other.kept:
            yield evidence("folded", apart=other.kept, other=Part(detail))


def counted_apart(row: Any, figures: Figures) -> Seen:
    """Tell whether its source counts some of the same events under a name of their own."""
    for there in figures.beside(row, "apart"):
        if row.value < row.kept_lower <= row.value + there.own:
            said = {"other": Measure(there.indicator), "together": row.value + there.own}
            yield evidence("counted_apart", apart=there.own, **said)


def near_other_stage(row: Any, figures: Figures) -> Seen:
    """Tell whether it is far above what was kept, and near the number of another stage of the same event."""
    near = figures.vocabulary.causes.near_count
    if row.near or row.value <= max(row.kept_upper, near):
        return
    # a source that prints a total too means the part as a part
    (total,) = figures.beside(row, "total")
    for there in figures.beside(row, "event"):
        alike = there.breakdown == row.breakdown or not total.is_own
        if alike and there.kept and abs(there.kept - row.value) <= near:
            other = Measure(there.indicator)
            yield evidence("near_other", value=row.value, theirs=there.kept, other=other)


def unfinished(row: Any, figures: Figures) -> Seen:
    """Tell whether it was published before the end of its period."""
    if row.kind in ("year", "years") and row.below and row.date < row.year + 1:
        yield evidence("unfinished", period=Period(row.period_start, row.period_end))


def fiscal_year(row: Any, figures: Figures) -> Seen:
    """Tell whether it may be of April to March; a report that is out early in the year is on calendar years."""
    limits, known = figures.vocabulary.causes, figures.vocabulary.indicators.get(row.indicator)
    reports = row.publisher in limits.reporting_publishers and row.date % 1 >= (limits.reporting_month - 1) / 12
    yearly = row.kind in ("year", "years", "reporting_year")
    if not (reports and yearly and known and known.stage in ("investigation", "prosecution", "conviction")):
        return
    (total,) = figures.beside(row, "total")
    if row.near:
        yield evidence("fiscal_year", publisher=row.publisher, off=off(row))
    # a source that prints no total may mean all by what it files under a part
    elif not total.is_own and 0 < abs(row.value - total.kept) <= max(limits.near_count, limits.near_share * total.kept):
        whole = Figure(total.kept, part="")
        yield evidence("fiscal_year_in_all", publisher=row.publisher, value=row.value, whole=whole)


def corrupt(row: Any, figures: Figures) -> Seen:
    """Tell whether a part exceeds its whole: the source's own, or by more than half any other, or a range.

    What fits its source's own whole, which was set aside, is old with it rather than corrupt.
    """
    part = Figure(row.value, part=row.breakdown)
    for whole in figures.beside(row, "whole"):
        if whole.is_kept and row.lower > whole.own:
            yield evidence("corrupt_own", part=part, whole=Figure(whole.own, part=whole.breakdown))
        elif not row.lower <= whole.own and row.lower > 1.5 * whole.kept + figures.vocabulary.causes.near_count:
            yield evidence("corrupt", part=part, whole=Figure(whole.kept, part=whole.breakdown))
        elif (most := whole.on.most) and row.lower > most.upper and most.qualifier != "exact":
            yield evidence("corrupt", part=part, whole=Figure(most.value, most.qualifier, part=whole.breakdown))
    if row.kept_upper == math.inf and not row.below:  # nothing stands against it: it was set aside before the weighing
        yield evidence("impossible", value=row.value)


def arithmetic(row: Any, figures: Figures) -> Seen:
    """Tell whether the parts, or the terms of a rule, that its source prints and that are kept exceed it."""
    sums: dict[str, float] = defaultdict(float)
    for part in figures.beside(row, "part"):
        sums[part.detail] += part.own if part.is_kept else 0
    for key, total in sorted(sums.items()):
        if total > row.upper:
            said = {"value": row.value, "figure": printed(row), "total": total}
            code = "parts_above" if row.qualifier == "exact" else "mask_below_parts"
            yield evidence(code, dimension=Term("dimension", key), **said)
    terms: dict[str, list[float]] = defaultdict(list)
    for term in figures.beside(row, "rule"):
        terms[term.detail] += [term.own] if term.is_kept else []
    for rule in figures.vocabulary.rules:
        total = sum(terms[rule.name]) if rule.kind == "sum" else max(terms[rule.name], default=0.0)
        if total > row.upper:
            code = "rule_sum_above" if rule.kind == "sum" else "rule_part_above"
            yield evidence(code, total=total, value=row.value, rule=RuleName(rule.name, rule.label))


def too_many_parts(row: Any, figures: Figures) -> Seen:
    """Tell whether it and the source's own parts beside it exceed the whole that is kept."""
    for rest in figures.beside(row, "rest"):
        parts = [
            part
            for part in figures.beside(row, "sibling")
            if part.detail == rest.detail and part.own > 0 and part.is_kept
        ]
        total = row.lower + sum(part.own for part in parts)
        if parts and total > rest.kept:
            code = "too_many_parts_own" if rest.kept == rest.own else "too_many_parts"
            others = tuple(Figure(part.own, part=part.breakdown) for part in parts)
            yield evidence(code, others=others, total=total, whole=Figure(rest.kept, part=rest.breakdown))


def early_snapshot(row: Any, figures: Figures) -> Seen:
    """Tell whether it was taken before the register had settled, and never corrected."""
    limits, weights = figures.vocabulary.causes, figures.vocabulary.weights
    if not (1 - limits.early_share) * row.kept_lower <= row.value < row.kept_lower or _is_mask(row, figures):
        return
    first = min((claim.date for claim in figures.editions(row) if claim.value == row.value), default=row.date)
    months = 12 * (first - (row.year + 1))
    # who keeps the register, and prints less than was known before, has revised it
    direct = figures.vocabulary.tiers[row.tier].weight >= weights.official
    revised = direct and any(date < first for date in figures.here(row).on.first_printed.values())
    if months <= limits.early_months and not revised and not (row.tier == "register" and first == row.date):
        later = round(row.date - first)
        said = {"months": round(max(months, 0)), "kept": row.known, "more": row.kept_lower - row.value}
        yield evidence("early_repeated", n=later, **said) if later else evidence("early", **said)


def neighbour(row: Any, figures: Figures, *, copied: bool) -> Seen:
    """Tell whether it is the figure kept for the year before or after, which its source prints there too if copied."""
    if row.kind == "year" and row.value >= figures.vocabulary.causes.shift_from and not row.near:
        for there in figures.alike_in_years(row):
            if there.kept == row.value and (there.own == row.value) == copied:
                year = Years([int(there.detail)])
                yield evidence("copied_year" if copied else "shifted_year", value=row.value, year=year)


def rounding(row: Any, figures: Figures) -> Seen:
    """Tell whether the kept figure rounds to it."""
    for digits in (10, 100, 1000) if row.near else ():
        if row.value >= digits and row.value % digits == 0 and abs(row.kept - row.value) <= digits / 2:
            yield evidence("rounding", value=row.value, kept=row.kept, digits=digits)


def revision(row: Any, figures: Figures) -> Seen:
    """Tell whether its publisher prints what was kept, or another total, or its upstream since, or it, what is near."""
    kept = sorted((claim.value, claim.date) for claim in figures.editions(row) if claim.accepted)
    for value, newest in dict(kept).items():
        code = "restated" if newest >= row.date else "restated_before"
        yield evidence(code, publisher=row.publisher, value=value)
    (total,) = figures.beside(row, "total")
    editions = total.on.by_publisher.get(row.publisher, [])
    if row.kept_upper < row.value <= total.own != total.kept and any(claim.accepted for claim in editions):
        yield evidence("total_restated", publisher=row.publisher, total=total.own, value=total.kept)
    if _slightly_off(row, figures):
        if figures.here(row).on.first_printed.get(row.upstream, row.date) > row.date:
            yield evidence("revised_since", off=off(row), upstream=Register(row.upstream))
        elif _other_values(row, figures):
            yield off(row)


def of_wrong_total(row: Any, figures: Figures) -> Seen:
    """Tell whether it fell with the total of its source."""
    (total,) = figures.beside(row, "total")
    if row.fallen and total.kept >= 0:
        yield evidence("of_wrong_total", kept=total.kept)


def small_difference(row: Any, figures: Figures) -> Seen:
    """Tell whether two publishers print figures that are near each other."""
    if _slightly_off(row, figures) or (row.near and _is_mask(row, figures)):
        yield off(row)


def unexplained(row: Any, figures: Figures) -> Seen:
    """Say what it stands against, and where its source prints the same number."""
    code = "not_together" if row.lower <= row.kept_upper and row.kept_lower <= row.upper else "against"
    copied, against = figures.copied_from(row), evidence(code, value=printed(row), kept=row.known)
    yield evidence("may_be_copied", off=against, part=Part(copied)) if copied else against


def _slightly_off(row: Any, figures: Figures) -> bool:
    return row.near and row.qualifier == "exact" and not figures.copied_from(row)


def _is_mask(row: Any, figures: Figures) -> bool:
    """Tell whether it hides a small figure."""
    return bool(row.lower == 0 < row.upper < figures.vocabulary.weights.mask_below)


def _other_values(row: Any, figures: Figures) -> set[float]:
    """Return the other figures that editions of its publisher print of the cell; 5 is not what "fewer than 5" says."""
    return {claim.value for claim in figures.editions(row)} - ({row.value} if row.qualifier == "exact" else set())


def printed(row: Any) -> Figure:
    """Return the figure as its source prints it."""
    return as_printed(row.value, row.qualifier, row.value_upper)


def off(row: Any) -> Evidence:
    """Say how far, and to which side, a number lies from the bounds of the cell; of a mask, what it is beside."""
    code = "against" if row.qualifier != "exact" else "below" if row.below else "above"
    return evidence(code, value=printed(row), distance=row.distance, kept=row.known)


CAUSES: tuple[tuple[str, Callable[[Any, Figures], Seen]], ...] = (
    ("vague_wording", vague_wording),
    ("double_count", double_count),
    ("unit", functools.partial(other_indicator, same_unit=False)),
    ("digit_slip", digit_slip),
    ("definition", folded),
    ("definition", functools.partial(other_indicator, same_unit=True)),
    ("definition", counted_apart),
    ("definition", near_other_stage),
    ("partial_period", unfinished),
    ("partial_period", fiscal_year),
    ("corrupt", corrupt),
    ("arithmetic", arithmetic),
    ("early_snapshot", early_snapshot),
    ("copied_year", functools.partial(neighbour, copied=True)),
    ("shifted_year", functools.partial(neighbour, copied=False)),
    ("digit_slip", slip_in_front),
    # any wrong part may make a sum too large: that is said where nothing tells more
    ("arithmetic", too_many_parts),
    # a tenth of all figures are round by chance: what its own publisher has restated is no rounded one
    ("revision", revision),
    ("of_wrong_total", of_wrong_total),
    ("rounding", rounding),
    ("small_difference", small_difference),
    ("unexplained", unexplained),
)
"""Every cause with what gives it away, in the order in which they are tried."""
