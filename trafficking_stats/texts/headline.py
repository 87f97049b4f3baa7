"""The first screen of a page: one sentence, the facts that say how far to trust it, and at most one badge."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from trafficking_stats.messages import say
from trafficking_stats.messages.shown import Shown
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.templates import rendered
from trafficking_stats.texts.focus import LEADING, figures, totals
from trafficking_stats.texts.links import source_link
from trafficking_stats.texts.words import label

_TEMPLATE = Path(__file__).with_name("headline.html.j2")
BADGES = ("holds", "uncertain", "one_source", "no_answer")
"""All there are; `legend` says what each means."""


def headline(
    sentence: str,
    facts: Mapping[str, object],
    *,
    badge: str = "",
    below: object = "",
    elsewhere: str = "",
    summary: Mapping[str, Any] | None = None,
) -> Shown:
    """Show the answer of a page.

    Parameters
    ----------
    sentence : str
        The finding, with its numbers and years.
    facts : mapping of str to str or markupsafe.Markup
        What a reader must know beside it, by the id of its heading; empty ones are left out.
    badge : str
        One of `BADGES`; it stands before the first fact. Empty for a page without a verdict.
    below : str or markupsafe.Markup
        What a page shows below its first figure.
    elsewhere : str
        The finding as it stands where the facts do not stand beside it: in an index, a brief and a picture; as on the
        page by default.
    summary : mapping of str to object, optional
        What an index says about the country, from `summary`.
    """
    told = [(say(key), Markup("{}").format(text)) for key, text in facts.items() if str(text)]
    word = say(f"pages.badge.{badge}") if badge else ""
    shown = {"sentence": sentence, "facts": told, "badge": badge, "word": word, "below": below}
    html = rendered(_TEMPLATE, **shown, legend=legend().html, say=say)
    about: dict[str, Any] = {
        "sentence": elsewhere or sentence,
        "robustness": badge,
        "word": word,
        "facts": [{"label": head, "text": str(text.striptags())} for head, text in told],
        "summary": dict(summary or {}),
    }
    return Shown("headline", Markup(html), about)


def legend() -> Shown:
    """Show what the badges mean."""
    item = Markup('<div><dt><span class="verdict {}">{}</span></dt><dd>{}</dd></div>').format
    items = Markup("").join(item(name, say(f"pages.badge.{name}"), say(f"pages.badge_means.{name}")) for name in BADGES)
    return Shown("prose", Markup('<dl class="legend">{}</dl>').format(items))


def summary(
    rec: Reconciliation,
    country: str,
    indicators: tuple[str, str] = (LEADING[0], LEADING[-1]),
    caveats: Iterable[str] = (),
) -> dict[str, Any]:
    """Return what an index and a one-page brief say about a country.

    Parameters
    ----------
    rec : Reconciliation
        The series, claims and clashes.
    country : str
        Which country.
    indicators : tuple of str
        Two that are drawn as lines.
    caveats : iterable of str
        What a reader of the brief must know.

    Returns
    -------
    dict of str to object
        ``years``, ``sources``, ``clashes``, ``lines``, ``caveats`` and ``references``, without what there is none of.
    """
    series = totals(rec, country)

    def line(indicator: str) -> list[list[int]]:
        rows = series[series["indicator"] == indicator].dropna(subset=["estimate"]).sort_values("year")
        return [[int(y), int(v)] for y, v in zip(rows["year"], rows["estimate"], strict=True)]

    years = [int(year) for year in figures(series)["year"]]
    claims = rec.claims[rec.claims["country"] == country]
    own = claims[claims["indicator"].isin(indicators) & claims["accepted"]]
    facts = {
        "years": [min(years), max(years)] if years else None,
        "sources": int(claims["source_id"].nunique()),
        "clashes": int((rec.clashes["country"] == country).sum()),
        "lines": {label(name): line(name) for name in indicators},
        "caveats": list(caveats),
        "references": [str(source_link(name)) for name in own["source_id"].value_counts().index[:3]],
    }
    return {key: value for key, value in facts.items() if value}
