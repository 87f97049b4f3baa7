"""The first screens of the pages on what is known of a country, on protection, and on the victims."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter, floordiv, truediv

from trafficking_stats.csv_tables import records
from trafficking_stats.gap_analysis.answer import Gap
from trafficking_stats.gap_analysis.beside import beside_rows
from trafficking_stats.gap_analysis.rows import Beside
from trafficking_stats.gap_analysis.settings import load_gap_settings
from trafficking_stats.inference.yearly import halves
from trafficking_stats.messages import Bounds, Country, Measure, Years, breakdown_words, say, say_or, written
from trafficking_stats.messages.gap import care_sentence, facts, moved, values_of
from trafficking_stats.messages.shown import Shown
from trafficking_stats.reconciliation.evidence import bounds
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.texts.focus import LEADING, known, totals, yearly_claims
from trafficking_stats.texts.headline import headline, summary
from trafficking_stats.texts.words import label, lacking, sentences, short, span


def known_headline(rec: Reconciliation, country: str) -> Shown:
    """Say which counts there are with their newest figure, and which ones are missing for an answer."""
    own = rec.claims[rec.claims["country"] == country]
    pair = {"what": Measure(LEADING[-1]), "of": Measure(LEADING[0])}
    n = int((own["breakdown"] == "").sum())
    key = "sentence" if n == len(own) else "sentence_parts" if n else "sentence_no_total"
    figures = {"n": n, "figures": len(own), "sources": own["source_id"].nunique()}
    rows = known(totals(rec, country))
    newest = rows[rows["n_claims"] > 0].drop_duplicates("indicator", keep="last")
    told = [
        say(
            "pages.known.newest",
            what=Measure(row["indicator"]),
            year=str(row["year"]),
            figure=bounds(row["lower"], row["upper"]),
        )
        for row in records(newest)
    ]
    there = set(yearly_claims(rec, country)["indicator"])
    return headline(
        say(f"pages.known.{key}", country=Country(country), **figures, **pair),
        {
            "pages.known.there": written("; ".join(told), "capital") + "." if told else say("pages.known.no_totals"),
            "pages.known.missing": sentences([lacking(LEADING, there), say("pages.known.years", **pair)]),
        },
        badge="no_answer",
        summary=summary(rec, country, caveats=[say("pages.gap.counts_found")]),
    )


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
    by_pair = groupby(beside_rows(rec, country, pairs, start, end), key=attrgetter("numerator"))
    told = "; ".join(beside_words(next(rows)) for _, rows in by_pair)
    own = rec.claims[rec.claims["country"] == country]
    ends = own["period_end"].str[:4].astype(int)
    years = {name: Years(of) for name, of in ends.groupby(own["indicator"])}
    others = "; ".join(
        say("gap.care.of", what=label(name), years=years[name])
        for name, indicator in rec.vocabulary.indicators.items()
        if name in years and indicator.stage in ("assistance", "protection")
    )
    return headline(
        say("victims.beside.headline" if told else "tables.beside.none", country=Country(country), told=told),
        {
            "victims.beside.read": say("victims.beside.ratio") if told else "",
            "pages.known.there": f"{written(others, 'capital')}." if others and not told else "",
            "victims.beside.beware": say("victims.beside.cause"),
        },
        summary=summary(rec, country),
    )


def beside_words(row: Beside) -> str:
    """Say two counts beside each other: ``62 accepted a prepared return beside 240 victims identified (2013–2015)``."""
    indicator, _, part = row.numerator.partition(";")
    what = say_or(f"victims.people.{indicator}", label(indicator))
    return say(
        "victims.beside.words",
        count=short(row.numerator_lower, row.numerator_upper),
        what=say("common.part_of", whole=what, part=breakdown_words(part)) if part else what,
        whole=short(row.denominator_lower, row.denominator_upper),
        of=label(row.denominator),
        years=span(vars(row)),
    )


def victims_headline(rec: Reconciliation, country: str, gaps: Sequence[Gap]) -> Shown:
    """Say how many there were in both halves of the years, and what the gap says of chance.

    Halves of unequal length are compared as means a year.

    Parameters
    ----------
    rec : Reconciliation
        The series.
    country : str
        Which country.
    gaps : sequence of Gap
        Of the count beside the victims, then of parts of the victims; those on other years than the first are left out,
        and so is what comes after the sixth count.
    """
    first = next((gap for gap in gaps if len(gap.years) >= load_gap_settings().fewest_years), None)
    if first is None:
        return headline(say("tables.parts.none"), {}, summary=summary(rec, country))
    early, late = halves(first.years)
    yearly = len(early) != len(late)
    told: dict[str, None] = {}
    for gap in gaps:
        for one in (gap.question.denominator, gap.question.numerator) if gap.years == first.years else ():
            ends = {name: _sum(rec, country, one, half, yearly) for name, half in (("early", early), ("late", late))}
            told[say("victims.went", what=breakdown_words(one.breakdown) or one, **ends)] = None
    return headline(
        say(f"victims.compared{'_yearly' if yearly else ''}", told="; ".join([*told][:6]), **values_of(first)),
        {
            "pages.gap.beyond": sentences([*facts(first)[:1], moved(first) if facts(first) else ""]),
            "pages.gap.care": care_sentence(first),
            "victims.beside.beware": say("victims.association"),
            "victims.years_chosen": say("victims.other_years"),
        },
        summary=summary(rec, country),
    )


def _sum(rec: Reconciliation, country: str, one: Measure, years: Sequence[int], yearly: bool) -> str:
    """Write the count of some years, or its mean a year."""
    low, high = rec.bounds_of_sum(country, one.indicator, years, one.breakdown)
    n = len(years) if yearly else 1
    mean = truediv if low % n or (high or 0) % n else floordiv  # what comes out even is written as a whole number
    return written(Bounds(mean(low, n), None if high is None else mean(high, n)), "short")
