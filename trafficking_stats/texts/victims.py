"""The first screens of the pages on protection and on the victims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from trafficking_stats.gap_analysis.beside import Beside, beside_rows
from trafficking_stats.gap_analysis.composition import REST, part_rows
from trafficking_stats.gap_analysis.figures import figures_of
from trafficking_stats.inference.counts import total
from trafficking_stats.measures import Measure
from trafficking_stats.messages import Country, MessageError, Years, breakdown_words, say
from trafficking_stats.shown import Shown
from trafficking_stats.texts.headline import headline, summary
from trafficking_stats.texts.words import label, sentences, short, span

if TYPE_CHECKING:
    from trafficking_stats.reconciliation.result import Reconciliation

Periods = tuple[Sequence[int], Sequence[int]]


def protection_headline(
    rec: Reconciliation, country: str, pairs: Mapping[str, str], start: int | None = None, end: int | None = None
) -> Shown:
    """Say how often protection was taken up, and what the figures cannot show.

    Parameters
    ----------
    rec : Reconciliation
        The series.
    country : str
        Which country.
    pairs : mapping of str to str
        The measure of which it is asked how often, and the measure of how many.
    start, end : int, optional
        First and last year; all by default.
    """
    found = {row.numerator: row for row in reversed(beside_rows(rec, country, pairs, start, end))}
    told = [beside_words(found[name]) for name in pairs if name in found]
    sentence = say("victims.beside.headline", country=Country(country), told="; ".join(told))
    return headline(
        sentence if told else say("victims.beside.none", country=Country(country)),
        {
            say("victims.beside.read"): say("victims.beside.ratio") if told else "",
            say("victims.beside.beware"): say("victims.beside.cause"),
        },
        summary=summary(rec, country),
    )


def beside_words(row: Beside) -> str:
    """Say two counts beside each other: ``62 accepted a prepared return beside 240 victims identified (2013–2015)``."""
    indicator, _, part = row.numerator.partition(";")
    try:
        what = say(f"victims.people.{indicator}")
    except MessageError:
        what = label(indicator)
    return say(
        "victims.beside.words",
        count=short(row.numerator_lower, row.numerator_upper),
        what=say("pages.part_of", whole=what, part=breakdown_words(part)) if part else what,
        whole=short(row.denominator_lower, row.denominator_upper),
        of=label(row.denominator),
        years=span(vars(row)),
    )


def victims_headline(rec: Reconciliation, country: str, periods: Periods) -> Shown:
    """Say of whom the victims were made up in two periods, and how many were convicted in them.

    Parameters
    ----------
    rec : Reconciliation
        The series.
    country : str
        Which country.
    periods : pair of sequence of int
        From `periods_compared`.
    """
    if not all(periods):
        return headline(say("victims.parts.no_years", country=Country(country)), {}, summary=summary(rec, country))
    totals, groups = (
        "; ".join(say("victims.went", what=words, early=early, late=late) for words, early, late in one)
        for one in (_totals(rec, country, periods), _largest(rec, country, periods))
    )
    years = {"early": Years(periods[0]), "late": Years(periods[1])}
    told = say("victims.compared", country=Country(country), told=totals, **years)
    return headline(
        sentences([told, say("victims.among", told=groups) if groups else ""]),
        {
            say("victims.beside.beware"): say("victims.association"),
            say("victims.years_chosen"): say("victims.other_years"),
        },
        summary=summary(rec, country),
    )


def _totals(rec: Reconciliation, country: str, periods: Periods) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name in ("victims_identified", "convictions_persons"):
        counts = figures_of(rec, country, Measure(name)).counts
        if set(counts) >= {*periods[0], *periods[1]}:
            sums = [total(counts[year] for year in years) for years in periods]
            found.append((label(name), *(short(one.lower, one.upper) for one in sums)))
    return found


def _largest(rec: Reconciliation, country: str, periods: Periods) -> list[tuple[str, ...]]:
    """Return the two forms of exploitation and the two sexes that changed most."""
    found: list[tuple[str, ...]] = []
    for dimension in ("exploitation", "sex"):
        rows = [
            row for row in part_rows(rec, country, "victims_identified", dimension, periods) if row.category != REST
        ]
        rows.sort(key=lambda row: -abs(row.late_lower - row.early_lower))
        for row in rows[:2]:
            ends = short(row.early_lower, row.early_upper), short(row.late_lower, row.late_upper)
            found.append((breakdown_words(f"{dimension}={row.category}"), *ends))
    return found
