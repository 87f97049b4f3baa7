"""Tables of the victims: of whom they are made up, what they took up, what sources state of it, and the money."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from trafficking_stats.csv_tables import records
from trafficking_stats.gap_analysis.beside import beside_rows, premise
from trafficking_stats.gap_analysis.figures import figures_of
from trafficking_stats.inference.counts import total
from trafficking_stats.inference.yearly import halves
from trafficking_stats.intervals import period_kind, period_label
from trafficking_stats.measures import Measure
from trafficking_stats.messages import Country, Term, Years, breakdown_words, say, say_html
from trafficking_stats.messages.catalogue import current
from trafficking_stats.messages.values import written
from trafficking_stats.shown import Shown
from trafficking_stats.tables.html import csv_link, heads, sub, table
from trafficking_stats.texts import words
from trafficking_stats.texts.focus import Cell, explained_cells, known, measured
from trafficking_stats.texts.links import explained, source, source_addresses, source_link
from trafficking_stats.texts.victims import beside_words, said_or
from trafficking_stats.texts.words import (
    ABSENT,
    capital,
    label,
    number,
    sentences,
    short,
    signed,
    span,
    title,
    unbroken,
)

if TYPE_CHECKING:
    from trafficking_stats.gap_analysis.answer import Gap
    from trafficking_stats.reconciliation.result import Reconciliation


def summed(
    rec: Reconciliation, country: str, measure: str, years: Iterable[int], text: str, there: Collection[Cell]
) -> Markup:
    """Set below a sum the figures of its years, each linked to its claims."""
    name = Measure.read(measure)
    counts = figures_of(rec, country, name).counts
    cells = [Cell(name.indicator, year, name.breakdown) for year in years if year in counts]
    links = Markup(", ").join(explained(country, cell, short(*counts[cell.year]), there) for cell in cells)
    return Markup("{}<br><small>{}</small>").format(text, links)


def parts(rec: Reconciliation, gaps: Sequence[Gap]) -> Shown:
    """Tabulate parts of a count in the two halves of the years, and what of each change is of the whole and of the mix.

    Parameters
    ----------
    rec : Reconciliation
        The series.
    gaps : sequence of Gap
        Of a part to its whole each, as ``ts.gap`` measures it; those that are refused are left out.
    """
    rows, groups = [], []
    there = {code: set(explained_cells(rec, code)) for code in {gap.question.country for gap in gaps}}
    for gap in gaps:
        country, measure, years = gap.question.country, gap.question.numerator, halves(gap.years)
        whole, part = (gap.row("effects", stage=stage) for stage in ("denominator", "numerator"))
        if part is None:
            continue
        ends = short(part.early_lower, part.early_upper), short(part.late_lower, part.late_upper)
        sums = [summed(rec, country, str(measure), *one, there[country]) for one in zip(years, ends, strict=True)]
        change = part.late_lower - part.early_upper, part.late_upper - part.early_lower
        effects = (change, (whole.effect_min, whole.effect_max), (part.effect_min, part.effect_max))
        spans = " | ".join(written(Years(half)) for half in years)
        name = Markup("{}<br><small>{}</small>").format(capital(breakdown_words(measure.breakdown)), spans)
        rows.append([name, *sums, *(signed(*limits) for limits in effects)])
        groups.append(capital(written(Term("dimension", measure.breakdown.partition("=")[0]))))
    return table(
        heads("part", "early", "late", "change", "by_size", "by_mix", of="victims"),
        rows,
        caption=say("victims.parts.caption", whole=gaps[0].question.denominator.words() if gaps else ""),
        groups=groups,
        numbers=range(1, 6),
        data=pd.concat([gap.tables["effects"] for gap in gaps]) if rows else None,
        name="parts",
        empty=say("victims.parts.none"),
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
    found = beside_rows(rec, country, pairs, start, end)
    there = set(explained_cells(rec, country))
    rows = []
    for row in found:
        years, facts = range(row.first_year, row.last_year + 1), vars(row)
        whole = short(row.denominator_lower, row.denominator_upper)
        count = summed(rec, country, row.numerator, years, short(row.numerator_lower, row.numerator_upper), there)
        of = summed(rec, country, row.denominator, years, f"{whole} {label(row.denominator)}", there)
        limits = say("common.range", lower=number(row.exact_lower), upper=number(row.exact_upper))
        rows.append([sub(title(row.numerator), span(facts)), count, of, words.rate_text(facts), limits])
    lacking = [label(name) for name in pairs if name not in {row.numerator for row in found}]
    return table(
        heads("what", "count", "of", "rate", "limits", of="victims"),
        rows,
        caption=say("victims.beside.caption", country=Country(country)),
        numbers=(1, 2, 3, 4),
        note=sentences([say("victims.beside.note"), say("victims.beside.lacking", what=lacking) if lacking else ""]),
        data=pd.DataFrame(map(vars, found)),
        name=f"{country}-beside",
        empty=say("victims.beside.none", country=Country(country)),
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
    there = set(explained_cells(rec, country))
    editions = dict.fromkeys(own.sort_values("year")["source_id"]) if kind == "recommendation" else {}
    items = []
    for topic, rows in own.groupby("topic", sort=False):
        missing = [_edition(rec, source_id) for source_id in editions if source_id not in set(rows["source_id"])]
        dropped = say_html("victims.stated.not_in", editions=Markup("; ").join(missing)) if missing else Markup("")
        below = [dropped, *_beside(rec, country, rows, there, (earlier, later))]
        lines = Markup("").join(map(Markup("<br><small>{}</small>").format, filter(None, below)))
        name = said_or(f"victims.topic.{topic}", capital(str(topic).replace("_", " ")))
        items.append(Markup("<li><b>{}.</b> {}{}</li>").format(name, _told(rec, rows), lines))
    link = csv_link(own.drop(columns=["country", "kind"]), f"{country}-{kind}s")
    shown = Markup('<ul class="stated">{}</ul><p class="note">{}</p>')
    return Shown("prose", shown.format(Markup("").join(items), link))


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


def _beside(
    rec: Reconciliation, country: str, rows: pd.DataFrame, there: Collection[Cell], around: tuple[int, int]
) -> list[str | Markup]:
    """Write the figures of the years around, and what those of its own year make of each premise."""
    lines: list[str | Markup] = []
    first, last = int(rows["year"].min()) - around[0], int(rows["year"].max()) + around[1]
    for name in dict.fromkeys(name for cell in rows["indicators"] for name in cell.split(";") if name):
        found = known(measured(rec, country, [name]))
        shown = [
            Markup("{} ({})").format(explained(country, Cell(name, year, ""), short(low, high), there), year)
            for year, low, high in found.loc[found["year"].between(first, last), ["year", "lower", "upper"]].values
        ]
        lines += [Markup("{}: {}.").format(title(name), Markup(", ").join(shown))] if shown else []
    for year, text in sorted({(year, text) for text, year in rows[["premise", "year"]].values if text}):
        row, verdict = premise(rec, country, text, year)
        lines.append(say(f"victims.premise.{verdict}", figures=beside_words(row) if row else "", year=Years([year])))
    return lines


def _edition(rec: Reconciliation, source_id: str) -> Markup:
    rows = rec.claims.loc[rec.claims["source_id"] == source_id, ["publisher", "published"]]
    address = source_addresses().get(source_id, {}).get("url", "")
    return source(address, words.source_name(*rows.iloc[0])) if len(rows) else source_link(source_id)


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

    judged = judge_kept(rec)
    judged = judged[(judged["country"] == country) & (judged["verdict"] == "contradicts")]
    rows = []
    for row in records(judged):
        end = row["period_end"][:4]
        when = span({"first_year": row["period_start"][:4] or end, "last_year": end})
        of = sub(title(row["indicator"], row["breakdown"]), when)
        rows.append([of, row["reason"], _edition(rec, row["source_id"])])
    return table(
        heads("what", "contradicted", "source", of="victims"),
        rows,
        caption=say("victims.contradicted.caption"),
        data=judged[["source_id", "locator", "kind", "value", "indicator", "breakdown", "period_end", "code", "note"]],
        name=f"{country}-contradicted",
        empty=say("victims.contradicted.none", country=Country(country)),
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
    counts = [figures_of(rec, country, Measure(name)).counts for name in ("victims_identified", "convictions_persons")]
    rows = []
    for row in claims.groupby(_SUM, sort=False)["source_id"].agg(list).reset_index().to_dict("records"):
        start, end, value = row["period_start"], row["period_end"], float(row["value"])
        years, whole = range(int(start[:4]), int(end[:4]) + 1), period_kind(start, end) == "years"
        people = [total(one[year] for year in years) if whole and set(years) <= set(one) else None for one in counts]
        per = [number(value / one.lower) if one and one.is_exact and one.lower else ABSENT for one in people]
        when = unbroken(period_label(start, end).replace("-", "–")) if whole else period_label(start, end)
        amount = f"{words.printed(value, row['qualifier'])} {row['unit']}"
        links = Markup("; ").join(map(source_link, row["source_id"]))
        rows.append([capital(breakdown_words(row["breakdown"])), when, amount, *per, links])
    return table(
        heads("purpose", "years", "amount", "per_victim", "per_convicted", "source", of="victims"),
        rows,
        caption=say("victims.money.caption", country=Country(country)),
        numbers=(2, 3, 4),
        note=say("victims.money.note"),
        data=claims[[*_SUM, "source_id"]],
        name=f"{country}-money",
        empty=say("victims.money.none", country=Country(country)),
    )


_SUM = ["period_start", "period_end", "value", "qualifier", "unit", "breakdown"]
