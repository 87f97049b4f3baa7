"""What is said of a country of which little is known: what there is, and what nobody has published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trafficking_stats.csv_tables import records
from trafficking_stats.messages import Country, Noun, Years, say
from trafficking_stats.shown import Shown
from trafficking_stats.texts.focus import LEADING, known, totals, yearly_claims
from trafficking_stats.texts.headline import headline, summary
from trafficking_stats.texts.words import bounds, capital, label, sentences

if TYPE_CHECKING:
    from trafficking_stats.reconciliation.result import Reconciliation


def known_headline(rec: Reconciliation, country: str) -> Shown:
    """Say which counts there are with their newest figure, and which ones are missing for an answer."""
    own = rec.claims[rec.claims["country"] == country]
    n_sources = int(own["source_id"].nunique())
    sentence = say(
        "pages.known.sentence",
        n=len(own),
        figures=Noun(len(own), "common.figures"),
        sources=Noun(n_sources, "common.sources"),
        country=Country(country),
    )
    return headline(
        f"{sentence} {say('pages.known.no_gap', what=label(LEADING[-1]), of=label(LEADING[0]))}",
        {
            say("pages.known.there"): _newest(rec, country),
            say("pages.known.missing"): _missing(rec, country),
        },
        badge="no_answer",
        summary=summary(rec, country, caveats=[say("pages.gap.counts_found")]),
    )


def _newest(rec: Reconciliation, country: str) -> str:
    """Name the newest yearly total of each count, and how many years there are."""
    rows = known(totals(rec, country))
    rows = rows[rows["n_claims"] > 0]
    told = [
        say(
            "pages.known.newest",
            what=label(row["indicator"]),
            year=Years([row["year"]]),
            figure=bounds(row["lower"], row["upper"]),
        )
        for row in records(rows.drop_duplicates("indicator", keep="last"))
    ]
    return capital("; ".join(told)) + "." if told else say("pages.known.no_totals")


def _missing(rec: Reconciliation, country: str) -> str:
    """Name the leading counts without any yearly total, or say that their years do not meet."""
    there = set(yearly_claims(rec, country)["indicator"])
    lacking = [label(name) for name in LEADING if name not in there]
    years = say("pages.known.years", what=label(LEADING[-1]), of=label(LEADING[0]))
    return sentences([say("pages.stages.lacking", what=lacking) if lacking else "", years])
