"""The probable cause of a rejected claim: small pure functions, each with its evidence in words.

A cause is a reading of the figures, not a proof; the order of `CAUSES` decides between several that fit.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from trafficking_stats import breakdowns
from trafficking_stats.intervals import period_kind, period_label
from trafficking_stats.names import breakdown_name
from trafficking_stats.reconciliation.causes_of_parts import arithmetic, corrupt, too_many_parts
from trafficking_stats.reconciliation.doubts import doubts
from trafficking_stats.reconciliation.evidence import Figures, Rejected, gather, number
from trafficking_stats.reconciliation.weights import published_year
from trafficking_stats.vocabulary import Vocabulary
from trafficking_stats.wording import year_list

Cause = Callable[[Rejected, Figures], str]

_RESTATED = "another edition of"


def vague_wording(claim: Rejected, figures: Figures) -> str:
    """Return the evidence that a word such as "nearly" or "more than" does not fit a figure that is near."""
    if claim.qualifier == "exact" or not claim.is_near(figures):
        return ""
    label = figures.vocabulary.qualifiers[claim.qualifier].label
    return f'"{label} {number(claim.value)}" is loosely said of {claim.kept_text}'


def partial_period(claim: Rejected, figures: Figures) -> str:
    """Return the evidence that the figure covers less, or other months, than its period says."""
    start, end = claim.place[3], claim.place[4]
    short = period_kind(start, end) in ("year", "years") and claim.value < claim.kept_lower
    if short and claim.published < claim.end_year + 1:
        return f"published before the end of {period_label(start, end)}, so it cannot cover all of it"
    limits = figures.vocabulary.causes
    # a report that is out early in the year is on calendar years
    out = claim.published % 1 >= (limits.reporting_month - 1) / 12
    reports = claim.publisher in limits.reporting_publishers and out
    yearly = period_kind(start, end) in ("year", "years", "reporting_year")
    if not yearly or not reports or _stage(claim, figures) not in ("investigation", "prosecution", "conviction"):
        return ""
    if claim.is_near(figures):
        return f"{claim.publisher} reports on April to March; {claim.off}"
    # a source that prints no total may mean all by what it files under a part
    whole = None if figures.own(claim, "") else figures.accepted.get((*claim.place[:2], "", start, end))
    if whole is not None and 0 < abs(claim.value - whole) <= max(limits.near_count, limits.near_share * whole):
        return f"{claim.publisher} reports on April to March; {number(claim.value)} is near {number(whole)} (in all)"
    return ""


def unit(claim: Rejected, figures: Figures) -> str:
    """Return the evidence that the figure is that of the same event in another unit."""
    return _other_indicator(claim, figures, same_unit=False)


def _other_indicator(claim: Rejected, figures: Figures, *, same_unit: bool) -> str:
    """Return the evidence that the figure is the one of another indicator for the same event."""
    country, indicator, breakdown, start, end = claim.place
    if claim.value <= figures.vocabulary.causes.near_count:
        return ""
    indicators = figures.vocabulary.indicators
    for same in figures.vocabulary.same_event:
        for other in same.indicators if indicator in same.indicators else ():
            if other == indicator or (indicators[other].unit == indicators[indicator].unit) != same_unit:
                continue
            place = (country, other, breakdown, start, end)
            if figures.accepted.get(place) == claim.value:
                where = f" at {figures.upstreams[place]}" if figures.upstreams[place] else ""
                mine, theirs = figures.unit_name(indicator), figures.unit_name(other)
                return f"{number(claim.value)} is the number of {theirs}{where}, not of {mine}"
    return ""


def double_count(claim: Rejected, figures: Figures) -> str:
    """Return the evidence that the figure is exactly twice the kept one."""
    if claim.kept > 0 and claim.value == 2 * claim.kept:
        return f"{number(claim.value)} is twice {number(claim.kept)}"
    return ""


def early_snapshot(claim: Rejected, figures: Figures) -> str:
    """Return the evidence that the figure was taken before the register had settled, and never corrected."""
    months = 12 * (claim.published - (claim.end_year + 1))
    editions = figures.editions.get((claim.publisher, claim.place), ())
    first = min([published for published, value, _ in editions if value == claim.value], default=claim.published)
    early = 12 * (first - (claim.end_year + 1))
    limits = figures.vocabulary.causes
    if not (1 - limits.early_share) * claim.kept_lower <= claim.value < claim.kept_lower:
        return ""
    if not early <= limits.early_months:
        return ""
    if claim.tier == "register" and early == months:
        return ""
    later = round((months - early) / 12)
    repeated = f" and repeated unrevised {later} year{'s' * (later > 1)} later" if later else ""
    return (
        f"first published {max(early, 0):.0f} months after the period{repeated}; "
        f"{claim.kept_text} is {number(claim.kept_lower - claim.value)} more"
    )


def digit_slip(claim: Rejected, figures: Figures) -> str:
    """Return the evidence that one digit was mistyped, or two neighbours swapped."""
    kept, value = claim.kept, claim.value
    if not (kept == kept and min(kept, value) >= figures.vocabulary.causes.slip_from):
        return ""
    right, wrong = f"{kept:.0f}", f"{value:.0f}"
    if len(right) != len(wrong):
        return ""
    differ = [i for i in range(len(right)) if right[i] != wrong[i]]
    if len(differ) == 1 and not claim.is_near(figures):
        return f"{wrong} differs from {right} in one digit"
    swapped = len(differ) == 2 and differ[1] == differ[0] + 1
    if swapped and right[differ[0]] + right[differ[1]] == wrong[differ[1]] + wrong[differ[0]]:
        return f"{wrong} is {right} with two digits swapped"
    return ""


def slip_in_front(claim: Rejected, figures: Figures) -> str:
    """Return the evidence that the first of two digits was mistyped; the last one alone is as likely to be chance."""
    # nan, where no one value is kept, is not at least 10
    if not (min(claim.kept, claim.value) >= 10 and max(claim.kept, claim.value) < 100):
        return ""
    editions = figures.editions.get((claim.publisher, claim.place), ())
    restated = any(value == claim.kept for _, value, _ in editions)
    same = claim.kept % 10 == claim.value % 10 and not restated
    return f"{claim.value:.0f} differs from {claim.kept:.0f} in one digit" if same else ""


def shifted_year(claim: Rejected, figures: Figures) -> str:
    """Return the evidence that the figure is that of the year before or after."""
    country, indicator, breakdown, start, end = claim.place
    too_small = claim.value < figures.vocabulary.causes.shift_from
    if period_kind(start, end) != "year" or too_small or claim.is_near(figures):
        return ""
    year = claim.end_year
    for other in (year - 1, year + 1):
        if figures.accepted.get((country, indicator, breakdown, f"{other}-01-01", f"{other}-12-31")) == claim.value:
            return f"{number(claim.value)} is the figure kept for {other}"
    return ""


def rounding(claim: Rejected, figures: Figures) -> str:
    """Return the evidence that the kept figure rounds to the printed one."""
    kept, value = claim.kept, claim.value
    for digits in (10, 100, 1000) if claim.is_near(figures) else ():
        if value >= digits and value % digits == 0 and abs(kept - value) <= digits / 2:
            return f"{number(value)} is {number(kept)} rounded to {digits}"
    return ""


def definition(claim: Rejected, figures: Figures) -> str:
    """Return the evidence that the figure counts something wider, or another stage."""
    country, indicator, breakdown, start, end = claim.place
    keys = breakdowns.parse(breakdown)
    for key, category in keys.items():
        dimension = figures.vocabulary.dimensions.get(key)
        if dimension is None:
            continue
        for other in dimension.folds.get(category, ()):
            place = (country, indicator, breakdowns.unparse({**keys, key: other}), start, end)
            inner = [part for part, whole in dimension.within.items() if whole == category]
            wanted = [(country, indicator, breakdowns.unparse({**keys, key: c}), start, end) for c in inner]
            own = [figures.printed.get((claim.source_id, p), ()) for p in (place, *wanted)]
            if len(own) > 1 and all(own) and sum(values[0] for values in own) == claim.value:
                name = other.replace("_", " ")
                return f"{number(claim.value)} is the source's own sum with {name}, which others count apart"
            apart = figures.accepted.get(place, 0.0)
            folds = claim.publisher in figures.vocabulary.causes.folded_publishers and not own[0]
            if folds and claim.kept_upper < claim.value <= claim.kept_upper + apart:
                name = other.replace("_", " ")
                return f"the source prints no {name}, of which others count {number(apart)} apart"
    found = _other_indicator(claim, figures, same_unit=True) or _counted_apart(claim, figures)
    if found:
        return found
    if claim.value > claim.kept_upper and not claim.is_near(figures):
        for same in figures.vocabulary.same_event:
            for other in same.indicators if indicator in same.indicators else ():
                near = figures.vocabulary.causes.near_count
                # a source that prints a total too means the part as a part
                parts = (breakdown,) if figures.own(claim, "") else dict.fromkeys((breakdown, ""))
                for part in parts if other != indicator else ():
                    theirs = figures.accepted.get((country, other, part, start, end), 0.0)
                    if theirs and abs(theirs - claim.value) <= near < claim.value:
                        return (
                            f"{number(claim.value)} is near {number(theirs)}, the number of {figures.unit_name(other)}"
                        )
    return ""


def _counted_apart(claim: Rejected, figures: Figures) -> str:
    """Return the evidence that the source counts some of the same events under a name of their own."""
    country, indicator, breakdown, start, end = claim.place
    for same in figures.vocabulary.same_event:
        for other in same.apart if indicator in same.indicators else ():
            for part in dict.fromkeys((breakdown, "")):
                for value in figures.printed.get((claim.source_id, (country, other, part, start, end)), ()):
                    if claim.value < claim.kept_lower <= claim.value + value:
                        name = figures.unit_name(other)
                        together = number(claim.value + value)
                        return f"the source counts {number(value)} {name} apart, and with them {together}"
    return ""


def revision(claim: Rejected, figures: Figures) -> str:
    """Return the evidence that the figure was restated, or differs as little as a late decision would make it."""
    printed = figures.editions.get((claim.publisher, claim.place), ())
    others = {value for _, value, _ in printed if value != claim.value}
    restated = sorted(value for value in others if claim.kept_lower <= value <= claim.kept_upper)
    if restated:
        return f"{_RESTATED} {claim.publisher} prints {number(restated[0])}"
    if _copied(claim, figures):
        return ""
    if claim.qualifier == "exact" and claim.is_near(figures):
        return claim.off
    return ""


def _copied(claim: Rejected, figures: Figures) -> str:
    """Return a breakdown, neither above nor below its own, for which the source prints the same number.

    An edition that repeats the number of an earlier one may have copied the slip.
    """
    country, indicator, breakdown, start, end = claim.place
    own = breakdowns.parse(breakdown).items()
    editions = figures.editions.get((claim.publisher, claim.place), ())
    sources = dict.fromkeys([claim.source_id, *(source for _, value, source in editions if value == claim.value)])
    for source in sources:
        for part, value in figures.parts.get((source, country, indicator, start, end), ()):
            keys = breakdowns.parse(part).items()
            if value == claim.value >= figures.vocabulary.causes.shift_from and not (own <= keys or keys <= own):
                return part
    return ""


CAUSES: tuple[tuple[str, Cause], ...] = (
    ("vague_wording", vague_wording),
    ("double_count", double_count),
    ("unit", unit),
    ("digit_slip", digit_slip),
    ("definition", definition),
    ("partial_period", partial_period),
    ("corrupt", corrupt),
    ("arithmetic", arithmetic),
    ("early_snapshot", early_snapshot),
    ("shifted_year", shifted_year),
    ("rounding", rounding),
    ("digit_slip", slip_in_front),
    # any wrong part may make a sum too large: that is said where nothing tells more
    ("arithmetic", too_many_parts),
    ("revision", revision),
)
"""Every cause but ``unexplained`` with what gives it away, in the order in which they are tried."""


def probable_cause(claim: Rejected, figures: Figures) -> tuple[str, str]:
    """Return the first cause whose evidence fits, and the evidence.

    Parameters
    ----------
    claim : Rejected
        The claim and the bounds of its cell.
    figures : Figures
        What else is printed and kept.

    Returns
    -------
    cause, evidence : str
        ``unexplained`` where none fits; the evidence then says how far off the figure is.
    """
    for name, cause in CAUSES:
        evidence = cause(claim, figures)
        if evidence:
            return name, evidence
    copied = _copied(claim, figures)
    name = breakdown_name(copied, figures.vocabulary)
    hint = f"; the source prints the same number for {name}, so it may be copied" if copied else ""
    return "unexplained", f"{number(claim.value)} against {claim.kept_text}{hint}"


def probable_causes(judged: pd.DataFrame, bounds: np.ndarray, vocabulary: Vocabulary) -> pd.DataFrame:
    """Name the probable cause of every rejected claim, and say what is doubtful of kept ones.

    Parameters
    ----------
    judged : pandas.DataFrame
        All claims with ``accepted``, ``lower`` and ``upper``.
    bounds : numpy.ndarray of float, shape (n_claims, 2)
        Bounds of the cell of each claim.
    vocabulary : Vocabulary
        Thresholds, dimensions and units.

    Returns
    -------
    pandas.DataFrame
        Columns ``cause`` and ``evidence``, one row a rejected or doubtful claim, with the index of ``judged``; a
        doubtful one has no cause.
    """
    doubtful = pd.DataFrame({"cause": "", "evidence": doubts(judged, vocabulary)}, dtype=object)
    rows = np.flatnonzero(~judged["accepted"].to_numpy(bool))
    if not len(rows):
        return doubtful
    figures = gather(judged, vocabulary)
    found = []
    for row, claim in zip(rows, judged.iloc[rows].to_dict("records"), strict=True):
        rejected = Rejected(
            (claim["country"], claim["indicator"], claim["breakdown"], claim["period_start"], claim["period_end"]),
            claim["source_id"],
            claim["publisher"],
            claim["tier"],
            claim["qualifier"],
            claim["value"],
            float(claim["lower"]),
            float("inf") if pd.isna(claim["upper"]) else float(claim["upper"]),
            published_year(claim["published"]),
            *bounds[row],
        )
        found.append(probable_cause(rejected, figures))
    causes = pd.DataFrame(found, columns=["cause", "evidence"], index=judged.index[rows])
    lost = judged.loc[causes.index]
    causes = _beside_restated(lost, _beside_corrupt(lost, causes), bounds[rows], vocabulary)
    return pd.concat([causes, doubtful])


def _beside_corrupt(rejected: pd.DataFrame, causes: pd.DataFrame) -> pd.DataFrame:
    """Call an unexplained figure corrupt where it stands in a block of figures of which several are."""
    block = ["source_id", "country", "indicator", "period_end"]
    corrupt = (causes["cause"] == "corrupt").groupby([rejected[c] for c in block]).transform("sum")
    beside = (causes["cause"] == "unexplained") & (corrupt >= 3)
    causes.loc[beside, "evidence"] += "; it stands among " + corrupt[beside].astype(str) + " corrupt figures"
    causes.loc[beside, "cause"] = "corrupt"
    return causes


def _beside_restated(
    rejected: pd.DataFrame, causes: pd.DataFrame, bounds: np.ndarray, vocabulary: Vocabulary
) -> pd.DataFrame:
    """Call an unexplained figure one of another definition where its publisher left that for other years.

    A publisher that restates two years of a series at least so many times has taken another count; a year that is
    off to the same side as far, and that it did not restate, has kept the old one.
    """
    value, times = rejected["value"].to_numpy(), vocabulary.causes.restated_times
    far = np.where(value * times <= bounds[:, 0], -1, np.where(value >= times * bounds[:, 1], 1, 0))
    table = rejected[["publisher", "country", "indicator", "breakdown"]].assign(
        side=far, year=rejected["period_end"].str[:4].astype(int)
    )
    series = [name for name in table if name != "year"]
    restated = table[(causes["cause"] == "revision") & causes["evidence"].str.startswith(_RESTATED) & (far != 0)]
    years = {key: sorted(set(rows)) for key, rows in restated.groupby(series)["year"]}
    names, words = causes["cause"].tolist(), causes["evidence"].tolist()
    for place, key in enumerate(zip(*(table[name] for name in series), strict=True)):
        others = years.get(key, []) if far[place] else []
        if names[place] == "unexplained" and len(others) > 1:
            names[place] = "definition"
            words[place] += f"; {key[0]} restated {year_list(others)} of this series as strongly, and not this"
    return causes.assign(cause=names, evidence=words)


def _stage(claim: Rejected, figures: Figures) -> str:
    indicator = figures.vocabulary.indicators.get(claim.place[1])
    return indicator.stage if indicator else ""
