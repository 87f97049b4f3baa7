"""The probable cause of a rejected claim: small functions, each with what it saw as evidence.

A cause is a reading of the figures, not a proof; the order of `CAUSES` decides between several that fit.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from trafficking_stats import breakdowns
from trafficking_stats.intervals import period_kind
from trafficking_stats.messages import Term, Years
from trafficking_stats.reconciliation.evidence import (
    Counted,
    Evidence,
    Figure,
    Part,
    Period,
    RuleName,
    bounds,
    evidence,
)
from trafficking_stats.reconciliation.weights import published_years
from trafficking_stats.vocabulary import Vocabulary

Place = tuple[str, str, str, str, str]
"""Country, indicator, breakdown, start, end."""

Event = tuple[str, str, str, str]
"""Country, indicator, start, end."""

PLACE = ["country", "indicator", "breakdown", "period_start", "period_end"]


class Kept(NamedTuple):
    """An exact figure that was kept of a cell, and when each upstream first printed it."""

    value: float
    upstreams: dict[str, float]


@dataclass(frozen=True)
class Figures:
    """The exact figures that a cause may look up.

    Parameters
    ----------
    kept : dict of Place to Kept
        What was kept.
    editions : dict of (publisher, Place) to list of (year published, value, source_id)
        All editions of a publisher.
    parts : dict of (source_id, Event) to dict of breakdown to list of float
        All that one source prints of an event.
    vocabulary : Vocabulary
        Thresholds, dimensions and units.
    """

    kept: dict[Place, Kept]
    editions: dict[tuple[str, Place], list[tuple[float, float, str]]]
    parts: dict[tuple[str, Event], dict[str, list[float]]]
    vocabulary: Vocabulary

    def value(self, place: Place) -> float:
        """Return the figure that was kept of a cell, or nan."""
        return self.kept[place].value if place in self.kept else np.nan

    def first_printed(self, row: Any) -> Collection[float]:
        """Return when each upstream first printed the figure that was kept of the cell of a claim."""
        known = self.kept.get(_place(row))
        return known.upstreams.values() if known else ()

    def own(self, row: Any, breakdown: str, indicator: str = "", year: int = 0) -> list[float]:
        """Return what the source of a claim prints of another breakdown, indicator or year."""
        period = (f"{year}-01-01", f"{year}-12-31") if year else (row.period_start, row.period_end)
        event = row.country, indicator or row.indicator, *period
        return self.parts.get((row.source_id, event), {}).get(breakdown, [])

    def all_own(self, row: Any) -> dict[str, list[float]]:
        """Return all that the source of a claim prints of its event, by breakdown."""
        return self.parts.get((row.source_id, (row.country, row.indicator, row.period_start, row.period_end)), {})

    def near(self, value: float, other: float) -> bool:
        """Whether two numbers are close, measured by the second."""
        limits = self.vocabulary.causes
        return abs(value - other) <= max(limits.near_count, limits.near_share * other)


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
    editions = figures.editions.get((row.publisher, _place(row)), ())
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
    if not row.near or row.qualifier != "exact" or _copied(row, figures):
        return None
    known = figures.kept.get(_place(row))
    if known is not None and known.upstreams.get(row.upstream, -np.inf) > row.date:
        return evidence("revised_since", off=_off(row), upstream=row.upstream)
    return _off(row) if others else None


def small_difference(row: Any, figures: Figures) -> Evidence | None:
    """Two publishers print figures that are near each other."""
    return _off(row) if row.near and row.qualifier == "exact" and not _copied(row, figures) else None


def _restated(row: Any, figures: Figures) -> set[float]:
    """Return the other values that editions of its publisher print of the cell."""
    editions = figures.editions.get((row.publisher, _place(row)), ())
    return {value for _, value, _ in editions if value != row.value}


def _copied(row: Any, figures: Figures) -> str:
    """Return a breakdown, neither above nor below its own, for which the source prints the same number.

    An edition that repeats the number of an earlier one may have copied the slip.
    """
    if row.value < figures.vocabulary.causes.shift_from:
        return ""
    own = breakdowns.parse(row.breakdown).items()
    editions = figures.editions.get((row.publisher, _place(row)), ())
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


def _place(row: Any) -> Place:
    return row.country, row.indicator, row.breakdown, row.period_start, row.period_end


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


def probable_causes(judged: pd.DataFrame, cell_bounds: np.ndarray, vocabulary: Vocabulary) -> pd.DataFrame:
    """Name the probable cause of every rejected claim.

    Parameters
    ----------
    judged : pandas.DataFrame
        All claims with ``accepted``, ``lower`` and ``upper``.
    cell_bounds : numpy.ndarray of float, shape (n_claims, 2)
        Bounds of the cell of each claim.
    vocabulary : Vocabulary
        Thresholds, dimensions and units.

    Returns
    -------
    pandas.DataFrame
        Columns ``cause`` (a code; ``unexplained`` where none fits) and ``evidence``, one row a rejected claim, with
        the index of ``judged``.
    """
    rows = _beside(judged, cell_bounds, vocabulary)
    figures = gather(judged, vocabulary) if len(rows) else Figures({}, {}, {}, vocabulary)
    found = [_probable_cause(row, figures) for row in rows.itertuples()]
    causes = pd.DataFrame(found, columns=["cause", "evidence"], index=rows.index, dtype=object)
    _beside_corrupt(rows, causes)
    _beside_restated(rows, causes, vocabulary)
    return causes


def _probable_cause(row: Any, figures: Figures) -> tuple[str, Evidence]:
    for name, cause in CAUSES:
        found = cause(row, figures)
        if found is not None:
            return name, found
    copied = _copied(row, figures)
    off = evidence("against", value=row.value, kept=row.known)
    return "unexplained", evidence("may_be_copied", off=off, part=Part(copied)) if copied else off


def _beside(judged: pd.DataFrame, cell_bounds: np.ndarray, vocabulary: Vocabulary) -> pd.DataFrame:
    """Put each rejected claim beside the bounds of its cell."""
    lost = ~judged["accepted"].to_numpy(bool)
    rows = judged.loc[lost, ["source_id", "publisher", "upstream", "tier", "published", "qualifier", "value", *PLACE]]
    rows["lower"] = judged.loc[lost, "lower"].astype(float)
    rows["upper"] = judged.loc[lost, "upper"].astype(float).fillna(np.inf)
    rows["kept_lower"], rows["kept_upper"] = cell_bounds[lost].T
    rows["kept"] = rows["kept_lower"].where(rows["kept_lower"] == rows["kept_upper"])
    rows["known"] = pd.Series([bounds(*ends) for ends in cell_bounds[lost].tolist()], rows.index, dtype=object)
    rows["below"] = rows["value"] < rows["kept_lower"]
    nearest = rows["kept_lower"].where(rows["below"], rows["kept_upper"])
    rows["distance"] = (rows["kept_lower"] - rows["value"]).clip(lower=rows["value"] - rows["kept_upper"]).clip(lower=0)
    limits = vocabulary.causes
    rows["near"] = rows["distance"] <= np.maximum(limits.near_count, limits.near_share * nearest)
    rows["date"] = published_years(rows["published"])
    rows["year"] = rows["period_end"].str[:4].astype(int)
    rows["kind"] = [period_kind(*days) for days in zip(rows["period_start"], rows["period_end"], strict=True)]
    return rows


def gather(judged: pd.DataFrame, vocabulary: Vocabulary) -> Figures:
    """Index the exact figures that may say why claims were rejected: those of the same countries and years.

    Parameters
    ----------
    judged : pandas.DataFrame
        Claims with ``accepted``.
    vocabulary : Vocabulary
        Thresholds, dimensions and units.
    """
    judged = judged.assign(date=published_years(judged["published"]), year=judged["period_end"].str[:4].astype(int))
    exact, lost = judged[judged["qualifier"] == "exact"], judged[~judged["accepted"].astype(bool)]
    near = pd.concat([lost[["source_id", "country", "year"]].assign(year=lost["year"] + step) for step in (-1, 0, 1)])
    kept: dict[Place, Kept] = {}
    same_years = exact[exact["accepted"].astype(bool)].merge(near[["country", "year"]].drop_duplicates())
    for place, upstream, date, value in _records(same_years, ["upstream", "date", "value"]):
        known = kept.setdefault(place, Kept(value, {}))
        known.upstreams[upstream] = min(date, known.upstreams.get(upstream, np.inf))
    editions: dict[tuple[str, Place], list[tuple[float, float, str]]] = defaultdict(list)
    same_cells = exact.merge(lost[["publisher", *PLACE]].drop_duplicates())
    for place, publisher, date, value, source in _records(same_cells, ["publisher", "date", "value", "source_id"]):
        editions[publisher, place].append((date, value, source))
    parts: dict[tuple[str, Event], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for place, source, value in _records(exact.merge(near.drop_duplicates()), ["source_id", "value"]):
        parts[source, (*place[:2], *place[3:])][place[2]].append(value)
    return Figures(kept, dict(editions), dict(parts), vocabulary)


def _records(claims: pd.DataFrame, columns: list[str]) -> Iterator[Any]:
    places = zip(*(claims[name].tolist() for name in PLACE), strict=True)
    return zip(places, *(claims[name].tolist() for name in columns), strict=True)


def _beside_corrupt(rows: pd.DataFrame, causes: pd.DataFrame) -> None:
    """Call an unexplained figure corrupt where it stands in a block of figures of which several are."""
    block = [rows[name] for name in ("source_id", "country", "indicator", "period_end")]
    n = (causes["cause"] == "corrupt").groupby(block).transform("sum")
    for row in causes.index[(causes["cause"] == "unexplained") & (n >= 3)]:
        found = evidence("among_corrupt", off=causes.at[row, "evidence"], number=int(n[row]))
        causes.loc[row] = ["corrupt", found]  # type: ignore[assignment]


def _beside_restated(rows: pd.DataFrame, causes: pd.DataFrame, vocabulary: Vocabulary) -> None:
    """Call an unexplained figure one of another definition where its publisher left that for other years.

    A publisher that restates two years of a series at least so many times has taken another count; a year that is
    off to the same side as far, and that it did not restate, has kept the old one.
    """
    times = vocabulary.causes.restated_times
    far = np.where(rows["value"] * times <= rows["kept_lower"], -1, rows["value"] >= times * rows["kept_upper"])
    series = rows[["publisher", "country", "indicator", "breakdown"]].assign(side=far)
    keys = list(series.itertuples(index=False, name=None))
    restated: dict[Any, set[int]] = defaultdict(set)
    for key, year, found in zip(keys, rows["year"], causes["evidence"], strict=True):
        if key[-1] and found.code == "restated":
            restated[key].add(year)
    for row, key in zip(causes.index, keys, strict=True):
        others = restated.get(key, set())
        if causes.at[row, "cause"] == "unexplained" and len(others) > 1:
            said = {"publisher": key[0], "years": Years(others)}
            causes.loc[row] = ["definition", evidence("restated_others", off=causes.at[row, "evidence"], **said)]  # type: ignore[assignment]
