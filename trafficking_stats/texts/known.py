"""What is said of a country of which little is known: what there is, and what nobody has published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trafficking_stats.csv_tables import records
from trafficking_stats.measures import Measure
from trafficking_stats.messages import Country, say
from trafficking_stats.messages.values import written
from trafficking_stats.reconciliation.evidence import bounds
from trafficking_stats.shown import Shown
from trafficking_stats.texts.focus import LEADING, known, totals, yearly_claims
from trafficking_stats.texts.headline import headline, summary
from trafficking_stats.texts.words import sentences

if TYPE_CHECKING:
    from trafficking_stats.reconciliation.result import Reconciliation


def known_headline(rec: Reconciliation, country: str) -> Shown:
    """Say which counts there are with their newest figure, and which ones are missing for an answer."""
    own = rec.claims[rec.claims["country"] == country]
    pair = {"what": Measure(LEADING[-1]), "of": Measure(LEADING[0])}
    sources = say("common.sources", n=int(own["source_id"].nunique()))
    figures = {"n": len(own), "figures": say("common.figures", n=len(own)), "sources": sources}
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
    lacking = [Measure(name) for name in LEADING if name not in there]
    missing = [say("pages.stages.lacking", what=lacking) if lacking else "", say("pages.known.years", **pair)]
    return headline(
        say("pages.known.sentence", country=Country(country), **figures, **pair),
        {
            "pages.known.there": written("; ".join(told), "capital") + "." if told else say("pages.known.no_totals"),
            "pages.known.missing": sentences(missing),
        },
        badge="no_answer",
        summary=summary(rec, country, caveats=[say("pages.gap.counts_found")]),
    )
