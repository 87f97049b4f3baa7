"""What sources print: their figures, what they state beside them, and what the figures contradict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pandas as pd
from markupsafe import Markup

from trafficking_stats.gap_analysis.beside import premise
from trafficking_stats.gap_analysis.figures import figures_of
from trafficking_stats.intervals import period_kind
from trafficking_stats.messages import Country, say, say_or
from trafficking_stats.messages.catalogue import current
from trafficking_stats.messages.measures import Measure
from trafficking_stats.messages.shown import Shown, nothing
from trafficking_stats.messages.values import written
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.tables.columns import Column, Columns, Row
from trafficking_stats.tables.html import csv_link, table
from trafficking_stats.tables.reconciled import CELL, claims_of
from trafficking_stats.texts.links import by_year, source_link
from trafficking_stats.texts.screens import beside_words
from trafficking_stats.texts.words import ABSENT, number
from trafficking_stats.wording import source_name


def figures(
    rec: Reconciliation, country: str, indicators: Iterable[str] = (), *, per: Sequence[str] = (), limit: int = 60
) -> Shown:
    """Tabulate printed figures about a country with their sources.

    Parameters
    ----------
    rec : Reconciliation
        The judged claims, and the series.
    country : str
        Which country.
    indicators : iterable of str, optional
        Only these; all by default.
    per : sequence of str
        Measures by which each figure is divided, a column each.
    limit : int
        Of more figures than that the totals only, unless it is asked for some indicators.
    """
    own = claims_of(rec, country, indicators := list(indicators), "claim_id")
    own = own.assign(measure=[rec.vocabulary.indicators[name].measure for name in own["indicator"]])
    data = own[[*CELL, "value", "qualifier", "source_id", "accepted"]]
    shown = own if len(own) <= limit or indicators else own[own["breakdown"] == ""]
    note = say("tables.totals_only", n=len(own)) if len(shown) < len(own) else ""
    shares = [Column(_divided(rec, country, name), True, f"per_{name}") for name in per]
    columns: Columns = ["when", "every_figure", "part", *shares, "source"]
    key, values = "printed" if indicators else "figures", {"country": Country(country)}
    return table(key, shown, columns, values, groups="indicator_title", note=note, data=data)


def _divided(rec: Reconciliation, country: str, name: str) -> Callable[[Row], str]:
    """Return what divides a figure of several years by what was counted in them, or one of a year by its level."""
    counts, known = figures_of(rec, country, Measure.read(name)).counts, rec.vocabulary.indicators
    kind = "years" if known[name].measure == "count" else "year"
    months = 12 if known[name].unit == "years" else 1  # the law allows years, and courts impose months

    def share(row: Row) -> str:
        start, end = row["period_start"], row["period_end"]
        if name == row["indicator"] or period_kind(start, end) != kind:
            return ABSENT
        years = range(int(start[:4]), int(end[:4]) + 1)
        whole = counts.sum(years) if set(years) <= set(counts) else None
        return number(row["value"] / (months * whole.lower)) if whole and whole.is_exact and whole.lower else ABSENT

    return share


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
        return nothing(say(f"victims.stated.none_{kind}", country=Country(country)))
    editions = dict(own[["source_id", "year"]].values) if kind == "recommendation" else {}
    items = Markup()
    for topic, rows in own.groupby("topic", sort=False):
        later_ones = {source for source, year in editions.items() if year > rows["year"].min()}
        missing = [_edition(rec, source) for source in sorted(later_ones - {*rows["source_id"]})]
        below: list[str] = (
            [Markup("{} {}.").format(say("victims.stated.not_in"), Markup("; ").join(missing))] if missing else []
        )
        names = dict.fromkeys(name for cell in rows["indicators"] for name in cell.split(";") if name)
        years = range(int(rows["year"].min()) - earlier, int(rows["year"].max()) + later + 1)
        for measure in map(Measure.read, names):
            if figures := by_year(rec, country, measure, years):
                shown = Markup(", ").join(Markup("{1} ({0})").format(*one) for one in figures.items())
                below.append(Markup("{}: {}.").format(written(measure, "capital"), shown))
        for year, text in sorted({(year, text) for text, year in rows[["premise", "year"]].values if text}):
            row, verdict = premise(rec, country, text, year)
            rule, figures_of_year = say(f"victims.rule.{text.partition(' ')[0]}"), beside_words(row) if row else ""
            below.append(say(f"victims.premise.{verdict}", rule=rule, figures=figures_of_year, year=str(year)))
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
    from trafficking_stats.fact_check.statements import judge_kept  # late: it loads all that reads texts

    judged = judge_kept(rec)
    judged = judged[(judged["country"] == country) & (judged["verdict"] == "contradicts")]
    shown = ["source_id", "locator", "kind", "value", "indicator", "breakdown", "period_end", "code", "note"]
    columns: Columns = ["statement", Column("reason", head="contradicted"), "source"]
    return table("contradicted", judged, columns, {"country": Country(country)}, data=judged[shown])
