"""What is said of the gap and of the peers beside the sentences that the gap says of itself."""

import math
from collections.abc import Collection

from markupsafe import Markup

from trafficking_stats.gap_analysis.answer import Gap
from trafficking_stats.gap_analysis.rows import Peer, Ratio
from trafficking_stats.gap_analysis.settings import load_gap_settings
from trafficking_stats.messages import Country, Years, say, written
from trafficking_stats.messages import gap as gap_says
from trafficking_stats.messages.shown import Shown, nothing, prose
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.texts.headline import headline, summary
from trafficking_stats.texts.links import in_a_row
from trafficking_stats.texts.words import place_name, rate_text

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

VICTIMS = "victims_identified"
SMALLEST_FACTOR = 1.05
"""A change of detection by less is none that is worth a sentence."""


def gap_headline(gap: Gap, rec: Reconciliation) -> Shown:
    """Show the answer: how wide the gap is, both facts on its change, the years used, and the figures added up."""
    answered = gap.row("ratios", kind="whole") is not None
    finding = gap.verdict.finding
    caveats = [*([_years_used(gap)] if answered else []), *gap_says.caveats(gap), say("pages.gap.counts_found")]
    both = gap.question.denominator.indicator, gap.question.numerator.indicator
    return headline(
        gap_says.answer(gap),
        _beside_the_answer(gap) if answered else {"pages.gap.why_not": _why_not(gap)},
        below=Markup("<strong>{}</strong> {}").format(say("pages.gap.figures"), _figures(gap, rec)) if answered else "",
        elsewhere=gap_says.headline(gap),
        badge="no_answer" if not answered else "uncertain" if finding == "refused" else BADGE_OF[finding],
        summary=summary(rec, gap.question.country, both, caveats),
    )


def _beside_the_answer(gap: Gap) -> dict[str, object]:
    """Say both facts on the change and what moved it, what is to be read with care, and which years are used."""
    # the others stand where the change is discussed
    beyond, same, moved, *_ = [*gap_says.facts(gap), say("pages.change.none"), "", ""]
    return {
        "pages.gap.beyond": f"{beyond} {moved}".strip(),
        "pages.gap.same": same,
        "pages.gap.years": _years_used(gap),
        "pages.gap.care": gap_says.care_sentence(gap),
    }


def _years_used(gap: Gap) -> str:
    asked = "asked" if (gap.question.start, gap.question.end) != (None, None) else "own"
    return say(f"pages.gap.years_{asked}", years=Years(gap.years))


def _why_not(gap: Gap) -> str:
    return " ".join(gap_says.refusals_by_reason(gap.refusals, ("years", "ratios")))


def _figures(gap: Gap, rec: Reconciliation) -> Markup:
    """Write the figures of the years used, each linked to its claims."""
    said = Markup("{}: {}.").format
    both = (gap.question.denominator, gap.question.numerator)
    figures = [in_a_row(rec, gap.question.country, measure, gap.years) for measure in both]
    return Markup(" ").join(said(written(one, "capital"), own) for one, own in zip(both, figures, strict=True))


def limits(gap: Gap) -> Shown:
    """Say where chance could put the rate, and what must be known beside it."""
    told = gap_says.limits_sentence(gap)
    return prose(told, *gap_says.caveats(gap)) if told else nothing("")


def change(gap: Gap) -> Shown:
    """Say whether the rate changed, which of the two counts moved, and what a change of detection would explain."""
    row = gap.row("changes", series="rate")
    if row is None:
        return nothing(say("pages.change.none"))
    said = [gap_says.change(gap), " ".join(gap_says.facts(gap))]
    allowed = gap.rows["detections"][0]
    if gap.question.denominator.indicator == VICTIMS and allowed.breakeven >= SMALLEST_FACTOR:
        limit = say("pages.change.detection_limit", factor=allowed.breakeven_limit) if row.beyond_chance else ""
        said.append(f"{say(f'pages.change.detection_{row.direction}', factor=allowed.breakeven)} {limit}".strip())
    return prose(*said)


def silences(gap: Gap) -> Shown:
    """Say how long there was not a single event, and how likely such a silence is."""
    values = gap_says.values_of(gap)
    lines = []
    for row in gap.rows["silences"]:
        values["years"] = Years(range(row.first_year, row.last_year + 1))
        values["before"] = Years(year for year in gap.years if year < row.first_year)
        key = "certain" if row.certain else "possible"
        lines.append(say(f"pages.silence.{key}", limit=row.limit_per_year, **values))
        if not math.isnan(row.chance):
            lines.append(say("pages.silence.chance", chance=row.chance, **values))
    if not lines and gap.row("ratios", kind="whole") is None:
        return nothing(say("pages.silence.none", **values))
    return prose(" ".join(lines) or say("pages.silence.none", **values))


def refusals(gap: Gap, analyses: Collection[str] = ()) -> Shown:
    """List what the figures do not allow, each reason once; where that is an answer, say what it would need.

    Parameters
    ----------
    gap : Gap
        Holds the refusals.
    analyses : collection of str
        Only those of these tables; all by default.
    """
    if not analyses and gap.row("ratios", kind="whole") is None:
        return prose(_missing(gap), *gap_says.caveats(gap))
    reasons = gap_says.refusals_by_reason(gap.refusals, analyses)
    if not reasons:
        is_alone = "peers" in analyses and not gap.question.peers
        return prose(say("pages.peers.alone" if is_alone else "pages.refusals.none"))
    items = Markup("").join(Markup("<li>{}</li>").format(reason) for reason in reasons)
    return Shown("prose", Markup("<p>{}</p><ul>{}</ul>").format(say("pages.refusals.some"), items))


def _missing(gap: Gap) -> str:
    """Say what is missing for an answer, and what it would need."""
    values = gap_says.values_of(gap) | {"n": load_gap_settings().fewest_years}
    needed = say(f"pages.refusals.{'larger' if gap_says.is_too_small(gap) else 'more_years'}", **values)
    missing = [one for one in gap.refusals if one.reason != "too_few_years"]
    return say("pages.refusals.no_answer", reasons=" ".join(gap_says.refusals_by_reason(missing)), needed=needed)


def peers_headline(gap: Gap, rec: Reconciliation) -> Shown:
    """Say the rate of the country, and from how many of its peers it can be told apart."""
    own = gap.row("peers", own=True) or gap.row("ratios", kind="whole", lag=0)
    return headline(
        _beside(gap, own) if own else say("pages.peers.no_own", **gap_says.values_of(gap)),
        {
            "pages.peers.how_compared": say("pages.peers.years") if gap.question.peers else "",
            "pages.peers.beware": say("pages.peers.definitions"),
            "pages.peers.left_out": " ".join(gap_says.refusals_by_reason(gap.refusals, ("peers", "shortfalls"))),
        },
        summary=summary(rec, gap.question.country),
    )


def _beside(gap: Gap, own: Peer | Ratio) -> str:
    """Say the rate, and in which other countries it is higher or lower by more than chance."""
    level = say("pages.peers.own", rate=rate_text(vars(own)), **gap_says.values_of(gap))
    others = sorted(
        (row for row in gap.rows["peers"] if row.compared and not row.own), key=lambda row: place_name(row.country)
    )
    if not others:
        return f"{level} {say('pages.peers.uncompared' if gap.question.peers else 'pages.peers.alone')}"
    clear = [row for row in others if row.chance_adjusted < 1 - gap.question.confidence]
    apart = {
        "more": [Country(row.country) for row in clear if row.ratio_upper < 1],
        "fewer": [Country(row.country) for row in clear if row.ratio_lower > 1],
    }
    parts = [say(f"pages.peers.{key}", who=who) for key, who in apart.items() if who]
    all_differ = sum(map(len, apart.values())) == len(others)
    key = "beside_all" if all_differ else "beside" if parts else "alike"
    return f"{level} {say(f'pages.peers.{key}', countries=len(others), parts=parts, n=len(others))}"
