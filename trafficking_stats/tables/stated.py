"""What sources print: their figures, what they state beside them, and what the figures contradict."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from trafficking_stats.gap_analysis.beside import premise
from trafficking_stats.gap_analysis.figures import figures_of
from trafficking_stats.intervals import period_kind
from trafficking_stats.messages import Country, Measure, current, say, say_or, written
from trafficking_stats.messages.shown import Shown, nothing
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.tables.columns import Column, Columns, Row
from trafficking_stats.tables.html import csv_link, table
from trafficking_stats.tables.reconciled import CELL, claims_of
from trafficking_stats.templates import rendered
from trafficking_stats.texts.links import by_year, source_link
from trafficking_stats.texts.screens import beside_words
from trafficking_stats.texts.words import ABSENT, number
from trafficking_stats.wording import source_name

_TEMPLATE = Path(__file__).with_name("stated.html.j2")


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
    topics = []
    for topic, rows in own.groupby("topic", sort=False):
        later_ones = {source for source, year in editions.items() if year > rows["year"].min()}
        names = dict.fromkeys(name for cell in rows["indicators"] for name in cell.split(";") if name)
        years = range(int(rows["year"].min()) - earlier, int(rows["year"].max()) + later + 1)
        figures = [(written(one, "capital"), by_year(rec, country, one, years)) for one in map(Measure.read, names)]
        premises = sorted({(year, text) for text, year in rows[["premise", "year"]].values if text})
        about = {
            "name": say_or(f"victims.topic.{topic}", written(str(topic).replace("_", " "), "capital")),
            "told": _told(rec, rows),
            "missing": [_edition(rec, source) for source in sorted(later_ones - {*rows["source_id"]})],
            "figures": [one for one in figures if one[1]],
            "tested": [_tested(rec, country, text, year) for year, text in premises],
        }
        topics.append(about)
    data = csv_link(own.drop(columns=["country", "kind"]), f"{country}-{kind}s")
    html = rendered(_TEMPLATE, topics=topics, not_in=say("victims.stated.not_in"), data=data)
    return Shown("prose", Markup(html))


def _told(rec: Reconciliation, rows: pd.DataFrame) -> list[tuple[str, Sequence[Markup]]]:
    """Return each sentence once, and with the sentences of the same editions these editions."""
    sources = rows.sort_values("year", kind="stable").groupby(f"text_{current()}", sort=False)["source_id"].unique()
    told = sources.groupby(sources.map(tuple), sort=False)
    return [(" ".join(own.index), [_edition(rec, one) for one in ids]) for ids, own in told]


def _tested(rec: Reconciliation, country: str, text: str, year: int) -> str:
    """Say whether figures support what a reason rests on."""
    row, verdict = premise(rec, country, text, year)
    rule, figures = say(f"victims.rule.{text.partition(' ')[0]}"), beside_words(row) if row else ""
    return say(f"victims.premise.{verdict}", rule=rule, figures=figures, year=str(year))


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
