"""What sources state beside their figures: reasons and offers, what the figures contradict, and sums of money."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from markupsafe import Markup

from trafficking_stats.gap_analysis.beside import premise
from trafficking_stats.gap_analysis.figures import figures_of
from trafficking_stats.intervals import period_kind
from trafficking_stats.measures import Measure
from trafficking_stats.messages import Country, say, say_or
from trafficking_stats.messages.catalogue import current
from trafficking_stats.messages.values import written
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.shown import Shown
from trafficking_stats.tables.columns import Column, Columns, Row
from trafficking_stats.tables.html import csv_link, table
from trafficking_stats.texts.links import by_year, linker, source_link
from trafficking_stats.texts.screens import beside_words
from trafficking_stats.texts.words import ABSENT, number
from trafficking_stats.wording import source_name


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
            values = {"figures": beside_words(row) if row else "", "year": str(year)}
            rule = say(f"victims.rule.{text.partition(' ')[0]}")
            below.append(say(f"victims.premise.{verdict}", rule=rule, **values))
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
    return source_link(source_id, source_name(*rows.iloc[0]) if len(rows) else "")


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
    edition = Column(lambda row: _edition(rec, row["source_id"]), head="source")
    shown = ["source_id", "locator", "kind", "value", "indicator", "breakdown", "period_end", "code", "note"]
    columns: Columns = ["statement", Column("reason", head="contradicted"), edition]
    return table("contradicted", judged, columns, {"country": Country(country)}, data=judged[shown])


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

    columns = ["period_start", "period_end", "value", "qualifier", "unit", "breakdown"]

    def per(indicator: str) -> Callable[[Row], str]:
        counts = figures_of(rec, country, Measure(indicator)).counts

        def share(row: Row) -> str:
            start, end = row["period_start"], row["period_end"]
            years = range(int(start[:4]), int(end[:4]) + 1)
            if period_kind(start, end) != "years" or not set(years) <= set(counts):
                return ABSENT
            people = counts.sum(years)
            return number(row["value"] / people.lower) if people.is_exact and people.lower else ABSENT

        return share

    pairs = {"per_victim": "victims_identified", "per_convicted": "convictions_persons"}
    shares = [Column(per(indicator), True, head) for head, indicator in pairs.items()]
    return table(
        "money",
        claims.groupby(columns, sort=False)["source_id"].agg(list).reset_index(),
        ["purpose", "period", "amount", *shares, "sources"],
        {"country": Country(country)},
        data=claims[[*columns, "source_id"]],
    )
