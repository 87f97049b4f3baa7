"""Tables of the sources and the reconciliation, each figure linked to its claims."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
from markupsafe import Markup

from trafficking_stats.csv_tables import records
from trafficking_stats.messages import Country, Measure, breakdown_words, say, written
from trafficking_stats.messages.reconciliation import statuses
from trafficking_stats.messages.shown import Shown, prose
from trafficking_stats.reconciliation import accounting
from trafficking_stats.reconciliation.methods import DEFAULT
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.reconciliation.sensitivity import WITHOUT, moves
from trafficking_stats.tables.columns import Column, Columns
from trafficking_stats.tables.html import table
from trafficking_stats.texts.focus import explained_cells, known, measured, stage_indicators, years_shown
from trafficking_stats.texts.links import anchor, linked
from trafficking_stats.texts.reconciliation import choice_name, sensitivity_words
from trafficking_stats.texts.words import ABSENT, lacking, sentences, short, title
from trafficking_stats.texts.words import policy_dates as dates_of

CELL = ["indicator", "breakdown", "period_start", "period_end"]


def series(
    rec: Reconciliation,
    country: str,
    start: int | None = None,
    end: int | None = None,
    indicators: Iterable[str] = (),
) -> Shown:
    """Tabulate totals by year, each linked to its claims.

    Parameters
    ----------
    rec : Reconciliation
        The series.
    country : str
        Which country.
    start, end : int, optional
        Years shown; those of the country by default.
    indicators : iterable of str, optional
        One a column, parts as ``ts.gap`` takes them; those from identification to conviction by default.

    Returns
    -------
    Shown
        One row a year with a figure; a range as ``0–4`` or ``3+``, a deduced figure in parentheses.
    """
    asked = list(map(Measure.read, indicators)) or list(map(Measure, stage_indicators(rec, country)))
    rows = known(measured(rec, country, map(str, asked)))
    rows = rows[rows["year"].between(*years_shown(rec, country, start, end))]
    there = [one for one in asked if str(one) in set(rows["indicator"])]
    years: dict[int, dict[str, Any]] = {}
    for row in records(rows):
        text = short(row["lower"], row["upper"])
        text = say("tables.deduced", figure=text) if row["status"] == "deduced" else text
        figure = linked(rec, country, text, row["indicator"].partition(";")[0], row["year"], row["breakdown"])
        years.setdefault(row["year"], {"year": str(row["year"])})[row["indicator"]] = figure
    heads = [written(one, "capital") for one in there]
    by_part = len(there) > 1 and len({one.indicator for one in there}) == 1
    if by_part:  # what is counted is named once, in the caption
        heads = [written(breakdown_words(one.breakdown) or say("tables.total"), "capital") for one in there]
    return table(
        "series_parts" if by_part else "series",
        list(years.values()),
        ["year", *(Column(str(one), True, head) for one, head in zip(there, heads, strict=True))],
        {"country": Country(country), "what": [Measure(one.indicator) for one in there[:1]]},
        note=sentences([statuses(rows), lacking(asked, there)]),
        data=rows,
    )


def claims_of(rec: Reconciliation, country: str, indicators: Iterable[str], *order: str) -> pd.DataFrame:
    """Return the claims of a country on some indicators, or on all, in the order of the vocabulary and of periods."""
    places = {name: place for place, name in enumerate(rec.vocabulary.indicators)}
    own = rec.claims[rec.claims["country"] == country]
    if wanted := list(indicators):
        own = own[own["indicator"].isin(wanted)]
    return own.assign(place=own["indicator"].map(places)).sort_values(["place", *CELL, *order])


def sources(rec: Reconciliation, country: str, *, indicators: Iterable[str] = ()) -> Shown:
    """Tabulate every source with its kind, date, and how many of its figures were kept.

    Parameters
    ----------
    rec : Reconciliation
        The judged claims.
    country : str
        Which country.
    indicators : iterable of str, optional
        Only claims on these; all by default.
    """
    own = claims_of(rec, country, indicators)
    counts = own.groupby(["source_id", "publisher", "published", "tier"], as_index=False).agg(
        claims=("claim_id", "size"), rejected=("accepted", lambda kept: int((~kept).sum()))
    )
    ranks = counts["tier"].map(list(rec.vocabulary.tiers).index)
    counts = counts.assign(rank=ranks).sort_values(["rank", "published", "source_id"], ascending=[True, False, True])
    columns = ["source", "n_claims", "n_rejected", "published", "publisher"]
    data = counts.drop(columns="rank")
    return table("sources", counts, columns, {"country": Country(country)}, groups="tier", data=data)


def sums(rec: Reconciliation, country: str, indicator: str) -> Shown:
    """Tabulate figures about several years beside the sum of the years.

    Parameters
    ----------
    rec : Reconciliation
        The claims and the series.
    country, indicator : str
        Of which totals.
    """
    values = {"country": Country(country), "what": Measure(indicator)}
    columns = ["several_years", "printed", "sum", "adds_up", "edition"]
    return table("sums", accounting.check_sums(rec, country, indicator), columns, values, of=indicator)


def sensitivity(rec: Reconciliation, country: str, indicator: str) -> Shown:
    """Tabulate what each method, and leaving each source out, makes of each year; bold where it differs.

    Where one source alone prints figures and every method takes the same ones, that is said instead.

    Parameters
    ----------
    rec : Reconciliation
        The claims and the series.
    country, indicator : str
        Of which totals.
    """
    compared = rec.sensitivity(country, indicator)
    if not moves(compared) and not any(str(name).startswith(WITHOUT) for name in compared):
        return prose(sensitivity_words(compared, indicator))
    years, rows = list(map(str, compared["year"])), []
    for name in compared.columns.drop(["year", "range_lower", "range_upper"]):
        differs = (compared[name] != compared[DEFAULT]).fillna(False)
        texts = compared[name].map(lambda value: ABSENT if pd.isna(value) else written(int(value)))
        cells = [Markup("<b>{}</b>").format(text) if bold else text for text, bold in zip(texts, differs, strict=True)]
        rows.append({"choice": choice_name(name), **dict(zip(years, cells, strict=True))})
    return table(
        "sensitivity",
        rows,
        [Column("choice", head="choice"), *(Column(year, True, year) for year in years)],
        {"country": Country(country), "what": Measure(indicator)},
        note=sensitivity_words(compared, indicator),
        data=compared,
        of=indicator,
    )


def policy_dates(rec: Reconciliation, country: str) -> Shown:
    """Tabulate the changes of law and policy of a country with their reference and what to beware of."""
    dates = pd.DataFrame([date.model_dump() for date in dates_of(rec.vocabulary, country)])
    columns: Columns = ["date", Column("label", head="change"), "kind", "reference", "note"]
    return table("dates", dates, columns, {"country": Country(country)})


def explanations(rec: Reconciliation, country: str) -> Shown:
    """Show the claims behind every figure that the pages link to, folded until somebody comes.

    Parameters
    ----------
    rec : Reconciliation
        The judged claims.
    country : str
        Which country.
    """
    entry = Markup('<details class="explanation" id="{}"><summary>{}</summary>{}</details>').format
    explainer = rec.explainer(country)
    entries = [
        entry(
            anchor(country, cell),
            say("pages.cell", what=title(cell.indicator, cell.breakdown), year=str(cell.year)),
            Markup(explainer.cell(*cell)._repr_html_()),
        )
        for cell in explained_cells(rec, country)
    ]
    none = Markup("<p>{}</p>").format(say("pages.explanations.none"))
    return Shown("explanations", Markup("").join(entries) or none)
