"""Tables of protection: what was taken up of how many, what sources state beside their figures, money, sentences."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from trafficking_stats.gap_analysis.beside import beside_rows, premise
from trafficking_stats.gap_analysis.figures import figures_of
from trafficking_stats.inference.counts import total
from trafficking_stats.intervals import period_kind, period_label
from trafficking_stats.measures import Measure
from trafficking_stats.messages import Country, MessageError, Years, breakdown_words, say, say_html
from trafficking_stats.messages.catalogue import current
from trafficking_stats.messages.values import written
from trafficking_stats.shown import Shown
from trafficking_stats.tables.html import csv_link, sub, table
from trafficking_stats.tables.victims import summed
from trafficking_stats.texts.focus import Cell, explained_cells, known, measured
from trafficking_stats.texts.links import explained, source, source_addresses, source_link
from trafficking_stats.texts.victims import beside_words
from trafficking_stats.texts.words import (
    ABSENT,
    capital,
    label,
    number,
    printed,
    rate_text,
    sentences,
    short,
    source_name,
    span,
    title,
    unbroken,
)

if TYPE_CHECKING:
    from trafficking_stats.reconciliation.result import Reconciliation


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
        years, of = range(row.first_year, row.last_year + 1), label(row.denominator)
        count = short(row.numerator_lower, row.numerator_upper)
        whole = say("victims.count_of", count=short(row.denominator_lower, row.denominator_upper), what=of)
        sums = [
            summed(rec, country, name, years, text, there)
            for name, text in ((row.numerator, count), (row.denominator, whole))
        ]
        limits = say("common.range", lower=number(row.exact_lower), upper=number(row.exact_upper))
        rows.append([sub(title(row.numerator), span(vars(row))), *sums, rate_text(vars(row)), limits])
    lacking = [label(name) for name in pairs if name not in {row.numerator for row in found}]
    return table(
        [say(f"victims.head.{name}") for name in ("what", "count", "of", "rate", "limits")],
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
        items.append(Markup("<li><b>{}.</b> {}{}</li>").format(_name(str(topic)), _told(rec, rows), lines))
    link = csv_link(own.drop(columns=["country", "kind"]), f"{country}-{kind}s")
    return Shown(
        "prose", Markup('<ul class="stated">{}</ul><p class="note">{}</p>').format(Markup("").join(items), link)
    )


def _name(topic: str) -> str:
    try:
        return say(f"victims.topic.{topic}")
    except MessageError:  # a topic of one's own
        return capital(topic.replace("_", " "))


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
    """Write the figures of the years around, and what they make of the premises."""
    names = dict.fromkeys(name for cell in rows["indicators"] for name in cell.split(";") if name)
    years = range(int(rows["year"].min()) - around[0], int(rows["year"].max()) + around[1] + 1)
    premises = sorted({(year, text) for text, year in rows[["premise", "year"]].values if text})
    tested = [_tested(rec, country, text, year) for year, text in premises]
    return [*(_figures(rec, country, name, years, there) for name in names), *tested]


def _edition(rec: Reconciliation, source_id: str) -> Markup:
    rows = rec.claims[rec.claims["source_id"] == source_id][["publisher", "published"]]
    address = source_addresses().get(source_id, {}).get("url", "")
    return source(address, source_name(*rows.iloc[0])) if len(rows) else source_link(source_id)


def _figures(rec: Reconciliation, country: str, name: str, years: range, there: Collection[Cell]) -> Markup:
    own = known(measured(rec, country, [name]))
    shown = [
        say_html(
            "pages.in_year", value=explained(country, Cell(name, year, ""), short(low, high), there), year=Years([year])
        )
        for year, low, high in own.loc[own["year"].isin(years), ["year", "lower", "upper"]].itertuples(index=False)
    ]
    unit = rec.vocabulary.indicators[name].unit
    what = say("pages.part_of", whole=title(name), part=say(f"victims.unit.{unit}")) if unit in _UNITS else title(name)
    return Markup("{}: {}.").format(what, Markup("; ").join(shown)) if shown else Markup("")


_UNITS = ("hours", "days", "months", "years")
"""Those that are no count, and are said with the figure."""


def _tested(rec: Reconciliation, country: str, text: str, year: int) -> str:
    row, verdict = premise(rec, country, text, year)
    return say(f"victims.premise.{verdict}", figures=beside_words(row) if row else "", year=Years([year]))


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
        amount = f"{printed(value, row['qualifier'])} {row['unit']}"
        links = Markup("; ").join(map(source_link, row["source_id"]))
        rows.append([capital(breakdown_words(row["breakdown"])), when, amount, *per, links])
    heads = ("purpose", "years", "amount", "per_victim", "per_convicted", "source")
    return table(
        [say(f"victims.head.{name}") for name in heads],
        rows,
        caption=say("victims.money.caption", country=Country(country)),
        numbers=(2, 3, 4),
        note=say("victims.money.note"),
        data=claims[[*_SUM, "source_id"]],
        name=f"{country}-money",
        empty=say("victims.money.none", country=Country(country)),
    )


_SUM = ["period_start", "period_end", "value", "qualifier", "unit", "breakdown"]


def penalties(rec: Reconciliation, country: str) -> Shown:
    """Tabulate the shortest and the longest sentence of a year beside the maximum that the law allows.

    Parameters
    ----------
    rec : Reconciliation
        The series.
    country : str
        Which country.
    """
    names = ("sentence_min_months", "sentence_max_months", "max_penalty_years")
    shortest, longest, most = (figures_of(rec, country, Measure(name)).counts for name in names)
    there = set(explained_cells(rec, country))
    rows = []
    for year in sorted({*shortest, *longest}):
        found = [one.get(year) for one in (shortest, longest, most)]
        cells = [
            explained(country, Cell(name, year, ""), short(one.lower, one.upper), there) if one else ABSENT
            for name, one in zip(names, found, strict=True)
        ]
        share = found[1].upper / (12 * found[2].lower) if found[1] and found[2] else None
        rows.append([str(year), *cells, written(share, "percent") if share is not None else ABSENT])
    return table(
        [say("pages.head.year"), *map(title, names), say("victims.head.of_maximum")],
        rows,
        caption=say("victims.penalties.caption", country=Country(country)),
        numbers=range(1, 5),
        note=say("victims.penalties.note"),
        name=f"{country}-sentences",
        empty=say("victims.penalties.none", country=Country(country)),
    )
