"""Tables of the victims: of whom they are made up, what they took up, what sources state of it, and the money."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from trafficking_stats.gap_analysis.beside import beside_rows, premise
from trafficking_stats.gap_analysis.figures import figures_of
from trafficking_stats.inference.yearly import halves
from trafficking_stats.intervals import period_kind
from trafficking_stats.measures import Measure
from trafficking_stats.messages import Country, Term, Years, breakdown_words, say, say_or
from trafficking_stats.messages.catalogue import current
from trafficking_stats.messages.values import written
from trafficking_stats.shown import Shown
from trafficking_stats.tables.html import csv_link, sub, table
from trafficking_stats.texts.links import by_year, linker, source, source_addresses, source_link
from trafficking_stats.texts.victims import beside_words
from trafficking_stats.texts.words import (
    ABSENT,
    count,
    limits,
    number,
    period,
    printed,
    rate_text,
    short,
    signed,
    span,
    title,
)
from trafficking_stats.wording import source_name

if TYPE_CHECKING:
    from trafficking_stats.gap_analysis.answer import Gap
    from trafficking_stats.reconciliation.result import Reconciliation

_BELOW = Markup("{}<br><small>{}</small>")


def parts(rec: Reconciliation, gaps: Sequence[Gap]) -> Shown:
    """Tabulate parts of a count in the two halves of the years, and what of each change is of the whole and of the mix.

    Parameters
    ----------
    rec : Reconciliation
        The series.
    gaps : sequence of Gap
        Of a part to its whole each, as ``ts.gap`` measures it; those that are refused are left out.
    """
    rows, links = [], {code: linker(rec, code) for code in {gap.question.country for gap in gaps}}
    for gap in gaps:
        country, measure, years = gap.question.country, gap.question.numerator, halves(gap.years)
        whole, part = (gap.row("effects", stage=stage) for stage in ("denominator", "numerator"))
        if part is None:
            continue
        figures = [Markup(", ").join(by_year(rec, country, measure, half, links[country]).values()) for half in years]
        row = {
            "dimension": written(Term("dimension", measure.breakdown.partition("=")[0]), "capital"),
            "part": _BELOW.format(
                written(breakdown_words(measure.breakdown), "capital"),
                " | ".join(written(Years(half), "span") for half in years),
            ),
            "early": _BELOW.format(short(part.early_lower, part.early_upper), figures[0]),
            "late": _BELOW.format(short(part.late_lower, part.late_upper), figures[1]),
            "change": signed(part.late_lower - part.early_upper, part.late_upper - part.early_lower),
            "by_size": signed(whole.effect_min, whole.effect_max),
            "by_mix": signed(part.effect_min, part.effect_max),
        }
        rows.append(row)
    return table(
        "parts",
        rows,
        ["part", "early", "late", "change", "by_size", "by_mix"],
        {"whole": gaps[0].question.denominator if gaps else ""},
        groups="dimension",
        numbers=range(1, 6),
        data=pd.concat([gap.tables["effects"] for gap in gaps]) if rows else None,
    )


def beside(
    rec: Reconciliation, country: str, pairs: Mapping[str, str], start: int | None = None, end: int | None = None
) -> Shown:
    """Tabulate how often something was taken up, beside how many could have, with exact limits.

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
    found = pd.DataFrame(map(vars, beside_rows(rec, country, pairs, start, end)))
    lacking = [Measure.read(name) for name in pairs if found.empty or name not in set(found["numerator"])]
    link = linker(rec, country)

    def summed(side: str, what: Callable[[Measure], str]) -> Callable[[Mapping[str, Any]], Markup]:
        def write(row: Mapping[str, Any]) -> Markup:
            measure, years = Measure.read(row[side]), range(row["first_year"], row["last_year"] + 1)
            figures = by_year(rec, country, measure, years, link)
            return _BELOW.format(count(f"{side}_")(row) + what(measure), Markup(", ").join(figures.values()))

        return write

    return table(
        "beside",
        found,
        {
            "what": lambda row: sub(title(row["numerator"]), span(row)),
            "how_many": summed("numerator", lambda measure: ""),
            "beside": summed("denominator", lambda measure: f" {measure.in_words()}"),
            "rate": rate_text,
            "exact": limits("exact_"),
        },
        {"country": Country(country)},
        numbers=range(1, 5),
        note=say("tables.beside.lacking", what=lacking) if lacking else "",
    )


def stated(
    rec: Reconciliation, country: str, reasons: pd.DataFrame, kind: str, *, earlier: int = 1, later: int = 1
) -> Shown:
    """List what sources state beside their figures, by topic, each with the figures that speak to it.

    Parameters
    ----------
    rec : Reconciliation
        The series.
    country : str
        Which country.
    reasons : pandas.DataFrame
        From `trafficking_stats.load_reasons`.
    kind : str
        ``reason``, ``recommendation``, ``offer`` or ``contradiction``.
    earlier, later : int
        Figures are shown from so many years before the statement to so many after it.
    """
    own = reasons[(reasons["country"] == country) & (reasons["kind"] == kind)]
    if own.empty:
        return Shown("prose", Markup("<p>{}</p>").format(say(f"victims.stated.none_{kind}", country=Country(country))))
    link = linker(rec, country)
    editions = dict.fromkeys(own.sort_values("year")["source_id"]) if kind == "recommendation" else {}
    items = Markup()
    for topic, rows in own.groupby("topic", sort=False):
        missing = [_edition(rec, source_id) for source_id in editions if source_id not in set(rows["source_id"])]
        below: list[str] = (
            [Markup("{} {}.").format(say("victims.stated.not_in"), Markup("; ").join(missing))] if missing else []
        )
        names = dict.fromkeys(name for cell in rows["indicators"] for name in cell.split(";") if name)
        years = range(int(rows["year"].min()) - earlier, int(rows["year"].max()) + later + 1)
        for measure in map(Measure.read, names):
            if figures := by_year(rec, country, measure, years, link):
                shown = Markup(", ").join(Markup("{1} ({0})").format(*one) for one in figures.items())
                below.append(Markup("{}: {}.").format(written(measure, "capital"), shown))
        for year, text in sorted({(year, text) for text, year in rows[["premise", "year"]].values if text}):
            row, verdict = premise(rec, country, text, year)
            below.append(say(f"victims.premise.{verdict}", figures=beside_words(row) if row else "", year=str(year)))
        lines = Markup("").join(map(Markup("<br><small>{}</small>").format, below))
        name = say_or(f"victims.topic.{topic}", written(str(topic).replace("_", " "), "capital"))
        items += Markup("<li><b>{}.</b> {}{}</li>").format(name, _told(rec, rows), lines)
    data = csv_link(own.drop(columns=["country", "kind"]), f"{country}-{kind}s")
    return Shown("prose", Markup('<ul class="stated">{}</ul><p class="note">{}</p>').format(items, data))


def _told(rec: Reconciliation, rows: pd.DataFrame) -> Markup:
    """Write each sentence once, and behind the sentences of the same editions these editions."""
    said: dict[str, list[Markup]] = {}
    for text, source_id in rows.sort_values("year", kind="stable")[[f"text_{current()}", "source_id"]].values:
        said.setdefault(text, []).append(_edition(rec, source_id))
    by_editions: dict[Markup, list[str]] = {}
    for text, editions in said.items():
        by_editions.setdefault(Markup("; ").join(dict.fromkeys(editions)), []).append(text)
    told = Markup("{} ({})").format
    return Markup(" ").join(told(" ".join(lines), editions) for editions, lines in by_editions.items())


def _edition(rec: Reconciliation, source_id: str) -> Markup:
    rows = rec.claims.loc[rec.claims["source_id"] == source_id, ["publisher", "published"]]
    address = source_addresses().get(source_id, {}).get("url", "")
    return source(address, source_name(*rows.iloc[0])) if len(rows) else source_link(source_id)


def contradicted(rec: Reconciliation, country: str) -> Shown:
    """Tabulate what sources say of their own figures, such as "the highest ever", where the record contradicts it.

    Parameters
    ----------
    rec : Reconciliation
        The record.
    country : str
        Which country.
    """
    from trafficking_stats.fact_check.kept import judge_kept  # late: it loads all that reads texts

    def what(row: Mapping[str, Any]) -> Markup:
        end = row["period_end"][:4]
        years = span({"first_year": row["period_start"][:4] or end, "last_year": end})
        return sub(title(row["indicator"], row["breakdown"]), years)

    judged = judge_kept(rec)
    judged = judged[(judged["country"] == country) & (judged["verdict"] == "contradicts")]
    return table(
        "contradicted",
        judged,
        {"what": what, "contradicted": "reason", "source": lambda row: _edition(rec, row["source_id"])},
        {"country": Country(country)},
        data=judged[["source_id", "locator", "kind", "value", "indicator", "breakdown", "period_end", "code", "note"]],
    )


def money(rec: Reconciliation, country: str) -> Shown:
    """Tabulate printed sums of money, and those for two years or more by the victims identified and convicted in them.

    Parameters
    ----------
    rec : Reconciliation
        The claims and the series.
    country : str
        Which country.
    """
    claims = rec.claims[(rec.claims["country"] == country) & rec.claims["indicator"].str.startswith("funding_")]
    claims = claims[claims["accepted"]].sort_values(["period_start", "period_end", "value"])

    def per(indicator: str) -> Callable[[Mapping[str, Any]], str]:
        counts = figures_of(rec, country, Measure(indicator)).counts

        def share(row: Mapping[str, Any]) -> str:
            start, end = row["period_start"], row["period_end"]
            years = range(int(start[:4]), int(end[:4]) + 1)
            if period_kind(start, end) != "years" or not set(years) <= set(counts):
                return ABSENT
            people = counts.sum(years)
            return number(row["value"] / people.lower) if people.is_exact and people.lower else ABSENT

        return share

    return table(
        "money",
        claims.groupby(_SUM, sort=False)["source_id"].agg(list).reset_index(),
        {
            "purpose": lambda row: written(breakdown_words(row["breakdown"]), "capital"),
            "years": lambda row: period(row["period_start"], row["period_end"]),
            "amount": lambda row: f"{printed(row['value'], row['qualifier'])} {row['unit']}",
            "per_victim": per("victims_identified"),
            "per_convicted": per("convictions_persons"),
            "source": lambda row: Markup("; ").join(map(source_link, row["source_id"])),
        },
        {"country": Country(country)},
        numbers=range(2, 5),
        data=claims[[*_SUM, "source_id"]],
    )


_SUM = ["period_start", "period_end", "value", "qualifier", "unit", "breakdown"]
