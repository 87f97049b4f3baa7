"""What is said of the gap and of the peers beside the sentences that the gap says of itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from trafficking_stats.messages import Country, Noun, Years, say
from trafficking_stats.messages import gap as gap_says
from trafficking_stats.shown import Shown, prose
from trafficking_stats.texts.focus import Cell, explained_cells
from trafficking_stats.texts.headline import headline, summary
from trafficking_stats.texts.links import explained
from trafficking_stats.texts.words import capital, number, rate_text, short

if TYPE_CHECKING:
    from trafficking_stats.gap_analysis.answer import Gap
    from trafficking_stats.measures import Measure
    from trafficking_stats.reconciliation.result import Reconciliation

BADGE_OF = {
    "robust": "holds",
    "chance_alone": "uncertain",
    "picked_years": "uncertain",
    "depends_on_choices": "uncertain",
    "open": "uncertain",
    "one_source": "one_source",
    "refused": "no_answer",
}
"""The badge of each finding: the one source of verdicts on all pages."""


def gap_headline(gap: Gap, rec: Reconciliation) -> Shown:
    """Show the answer: how wide the gap is, both facts on its change, the years used, and the figures added up."""
    question = gap.question
    reasons = [one for one in gap.refusals if one.analysis in ("years", "ratios")]
    # the first two facts; the others stand where the change is discussed
    beyond, same, *_ = [*gap_says.facts(gap), say("pages.change.none"), ""]
    return headline(
        _answer(gap),
        {
            say("pages.gap.beyond"): beyond,
            say("pages.gap.same"): same,
            say("pages.gap.years"): _years_used(gap),
        }
        if gap.years
        else {say("pages.gap.why_not"): " ".join(gap_says.refusals_by_reason(reasons))},
        below={say("pages.gap.figures"): _figures(gap, rec)} if gap.years else None,
        badge="uncertain" if gap.years and gap.verdict.finding == "refused" else BADGE_OF[gap.verdict.finding],
        summary=summary(
            rec,
            question.country,
            (question.denominator.indicator, question.numerator.indicator),
            [_years_used(gap), *(gap_says.caveat_text(one) for one in gap.caveats), say("pages.gap.counts_found")],
        ),
    )


def _answer(gap: Gap) -> str:
    """Say how wide the gap is and whether it changed; how sure that is stands right below."""
    whole, change = gap.row("ratios", kind="whole"), gap_says.change(gap, "pages.answer")
    return f"{gap_says.level(gap, whole)} {change}" if whole and change else gap.headline


def _years_used(gap: Gap) -> str:
    asked = gap.question.start is not None or gap.question.end is not None
    return say("pages.gap.years_asked" if asked else "pages.gap.years_own", years=Years(gap.years))


def _figures(gap: Gap, rec: Reconciliation) -> Markup:
    there = set(explained_cells(rec, gap.question.country))
    measures = (gap.question.denominator, gap.question.numerator)
    line = Markup("{}: {}.").format
    return Markup(" ").join(line(capital(one.words()), _linked(gap, one, there)) for one in measures)


def _linked(gap: Gap, measure: Measure, there: Iterable[Cell]) -> Markup:
    cells = set(there)
    rows = [
        (row.year, short(row.lower, row.upper))
        for row in gap.rows["stages"]
        if (row.indicator, row.breakdown) == (measure.indicator, measure.breakdown) and row.year in gap.years
    ]
    links = [
        explained(gap.question.country, Cell(measure.indicator, year, measure.breakdown), figure, cells)
        for year, figure in rows
    ]
    return Markup(", ").join(links)


def limits(gap: Gap) -> Shown:
    """Say where chance could put the rate, and what must be known beside it."""
    return prose(gap_says.limits_sentence(gap), *(gap_says.caveat_text(one) for one in gap.caveats))


def change(gap: Gap) -> Shown:
    """Say whether the rate changed, which of the two counts moved, and what a change of detection would explain."""
    rows = gap.rows["changes"]
    told = gap_says.facts(gap)
    rate = next((row for row in rows if row.series == "rate"), None)
    if rate is None:
        return prose(say("pages.change.none"))
    detection = next(iter(gap.rows["detections"]), None)
    found = ""
    if detection is not None and detection.breakeven == detection.breakeven:
        found = say("pages.change.detection", factor=number(detection.breakeven))
    return prose(gap_says.change(gap), " ".join(told), found)


def silences(gap: Gap) -> Shown:
    """Say how long there was not a single event, and how likely such a silence is."""
    lines = []
    for row in gap.rows["silences"]:
        values: dict[str, Any] = {
            "what": gap.question.numerator.words(),
            "years": Years(range(row.first_year, row.last_year + 1)),
            "limit": number(row.limit_per_year),
            "level": gap.question.confidence,
        }
        lines.append(say("pages.silence.certain" if row.certain else "pages.silence.possible", **values))
        if row.chance == row.chance:
            before = Years(range(row.before_first, row.before_last + 1))
            lines.append(say("pages.silence.chance", chance=float(row.chance), before=before))
    return prose(" ".join(lines) or say("pages.silence.none", what=gap.question.numerator.words()))


def refusals(gap: Gap, analyses: Iterable[str] = ()) -> Shown:
    """List what the figures do not allow, each reason once.

    Parameters
    ----------
    gap : Gap
        Holds the refusals.
    analyses : iterable of str
        Only those of these tables; all by default.
    """
    wanted = set(analyses)
    chosen = [one for one in gap.refusals if not wanted or one.analysis in wanted]
    reasons = gap_says.refusals_by_reason(chosen)
    if not reasons:
        return prose(say("pages.refusals.none"))
    items = Markup("").join(Markup("<li>{}</li>").format(reason) for reason in reasons)
    return Shown("prose", Markup("<p>{}</p><ul>{}</ul>").format(say("pages.refusals.some"), items))


def peers_headline(gap: Gap, rec: Reconciliation) -> Shown:
    """Say the rate of the country, and from how many of its peers it can be told apart."""
    own = next((row for row in gap.rows["peers"] if row.own), None)
    others = [row for row in gap.rows["peers"] if not row.own and row.compared]
    country = Country(gap.question.country)
    if own is None:
        sentence = say("pages.peers.no_own", country=country)
    else:
        names = {"numerator": gap.question.numerator.words(), "denominator": gap.question.denominator.words()}
        level = say("pages.peers.own", country=country, years=Years(gap.years), rate=rate_text(vars(own)), **names)
        clear = [row for row in others if row.chance_adjusted < 1 - gap.question.confidence]
        more = [row.country for row in clear if row.ratio_upper < 1]
        fewer = [row.country for row in clear if row.ratio_lower > 1]
        sentence = f"{level} {_beside(len(others), more, fewer) if others else say('pages.peers.none')}"
    refused = gap_says.refusals_by_reason([one for one in gap.refusals if one.analysis in ("peers", "shortfalls")])
    return headline(
        sentence,
        {
            say("pages.peers.how_compared"): say("pages.peers.years"),
            say("pages.peers.beware"): say("pages.peers.definitions"),
            say("pages.peers.left_out"): " ".join(refused),
        },
        summary=summary(rec, gap.question.country),
    )


def _beside(n: int, more: list[str], fewer: list[str]) -> str:
    of = Noun(n, "common.countries")
    if not more and not fewer:
        return say("pages.peers.alike", countries=of, n=n)
    parts = [
        say(f"pages.peers.{key}", who=[Country(code) for code in codes])
        for key, codes in (("more", more), ("fewer", fewer))
        if codes
    ]
    all_differ = len(more) + len(fewer) == n
    return say("pages.peers.beside_all" if all_differ else "pages.peers.beside", countries=of, parts=parts, n=n)
