"""What sources state beside their figures: reasons and offers, and what the figures contradict."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from trafficking_stats.gap_analysis.beside import premise
from trafficking_stats.measures import Measure
from trafficking_stats.messages import Country, say, say_or
from trafficking_stats.messages.catalogue import current
from trafficking_stats.messages.values import written
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.shown import Shown, prose
from trafficking_stats.tables.columns import Column, Columns
from trafficking_stats.tables.html import csv_link, table
from trafficking_stats.texts.links import by_year, linker, source_link
from trafficking_stats.texts.screens import beside_words
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
        return prose(say(f"victims.stated.none_{kind}", country=Country(country)))
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
    sources = rows.sort_values("year", kind="stable").groupby(f"text_{current()}", sort=False)["source_id"].unique()
    editions = sources.map(lambda ids: Markup("; ").join(_edition(rec, one) for one in ids))
    told = Markup("{} ({})").format
    return Markup(" ").join(told(" ".join(own.index), names) for names, own in sources.groupby(editions, sort=False))


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
