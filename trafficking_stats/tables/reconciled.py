"""Tables of the sources and the reconciliation, each figure linked to its claims."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from trafficking_stats.csv_tables import records
from trafficking_stats.intervals import period_label
from trafficking_stats.measures import Measure
from trafficking_stats.messages import Country, Term, Years, breakdown_words, say
from trafficking_stats.messages.values import written
from trafficking_stats.reconciliation import accounting
from trafficking_stats.reconciliation.methods import DEFAULT
from trafficking_stats.shown import Shown
from trafficking_stats.tables.html import heads, table
from trafficking_stats.texts.focus import Cell, explained_cells, known, measured, stage_indicators, years_shown
from trafficking_stats.texts.links import anchor, explained, source_link
from trafficking_stats.texts.reconciliation import cause_words, choice_name, sensitivity_words, status_words
from trafficking_stats.texts.words import (
    ABSENT,
    capital,
    label,
    printed,
    sentences,
    short,
    source_name,
    title,
    unbroken,
)
from trafficking_stats.texts.words import policy_dates as dates_of

if TYPE_CHECKING:
    from trafficking_stats.reconciliation.result import Reconciliation

_CELL = ["indicator", "breakdown", "period_start", "period_end"]


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
    names = [str(Measure.read(name)) for name in indicators] or stage_indicators(rec, country)
    first, last = years_shown(rec, country, start, end)
    rows = known(measured(rec, country, names))
    rows = rows[rows["year"].between(first, last)]
    lacking = [label(name) for name in names if name not in set(rows["indicator"])]
    names = [name for name in names if name in set(rows["indicator"])]
    there = set(explained_cells(rec, country))
    found = {(row["indicator"], row["year"]): row for row in records(rows)}

    def cell(name: str, year: int) -> Any:
        row = found.get((name, year))
        if row is None:
            return ABSENT
        text = short(row["lower"], row["upper"])
        text = say("pages.deduced", figure=text) if row["status"] == "deduced" else text
        return explained(country, Cell(name.partition(";")[0], year, row["breakdown"]), text, there)

    whole = {name.partition(";")[0] for name in names}
    columns, caption = [title(name) for name in names], say("pages.series.caption", country=Country(country))
    if len(whole) == 1 < len(names):  # one indicator by its parts is named once, in the caption
        columns = [capital(breakdown_words(name.partition(";")[2]) or say("victims.head.total")) for name in names]
        caption = say("victims.series.caption", what=title(*whole), country=Country(country))
    years = sorted({int(year) for year in rows["year"]})
    return table(
        [*heads("year"), *columns],
        [[str(year), *(cell(name, year) for name in names)] for year in years],
        caption=caption,
        numbers=range(1, len(names) + 1),
        note=sentences([status_words(rows), say("pages.stages.lacking", what=lacking) if lacking else ""]),
        data=rows,
        name=f"{country}-series",
    )


def clashes(
    rec: Reconciliation, country: str, *, parts: bool = False, indicators: Iterable[str] = (), limit: int = 150
) -> Shown:
    """Tabulate the counts of which a claim was rejected: what was kept, what was not, and the probable cause.

    Parameters
    ----------
    rec : Reconciliation
        The judged claims.
    country : str
        Which country.
    parts : bool
        Whether to show breakdowns instead of totals.
    indicators : iterable of str, optional
        Only these; all by default.
    limit : int
        Most rows shown; the note says how many there are, and the CSV holds all.
    """
    wanted = list(indicators)
    own = _own(rec, country, wanted)
    rejected = own.loc[~own["accepted"] & ((own["breakdown"] != "") == parts), _CELL].drop_duplicates()
    order = {name: place for place, name in enumerate(rec.vocabulary.indicators)}
    rejected = rejected.assign(place=rejected["indicator"].map(order)).sort_values(["place", *_CELL])
    # records, for a table of some hundred rows out of a data frame takes seconds row by row
    of_cell: dict[Any, list[dict[str, Any]]] = {}
    for claim in records(own.sort_values(["tier", "published", "claim_id"])):
        of_cell.setdefault(tuple(claim[name] for name in _CELL), []).append(claim)
    there = set(explained_cells(rec, country))
    series = rec.series[rec.series["country"] == country]
    left = {
        (row["indicator"], row["breakdown"], row["year"]): short(row["lower"], row["upper"])
        for row in records(known(series))
    }
    shown: list[Any] = list(rejected[_CELL].head(limit).itertuples(index=False, name=None))
    caption = "pages.clashes.parts" if parts else "pages.clashes.totals"
    more = say("pages.first_rows", shown=limit, n=len(rejected)) if len(rejected) > limit else ""
    data = rec.clashes[(rec.clashes["country"] == country) & ((rec.clashes["breakdown"] != "") == parts)]
    return table(
        heads("when", *(["part"] if parts else []), "kept", "rejected", "cause"),
        [_clash(country, cell, of_cell[cell], there, left, parts=parts) for cell in shown],
        caption=say(caption, country=Country(country)),
        groups=[title(cell[0]) for cell in shown],
        note=f"{say('pages.clashes.note')} {more}".strip(),
        data=data[data["indicator"].isin(wanted)] if wanted else data,
        name=f"{country}-clashes{'-parts' if parts else ''}",
        empty=say(f"{caption}_none", country=Country(country)),
    )


def _own(rec: Reconciliation, country: str, indicators: Sequence[str]) -> pd.DataFrame:
    own = rec.claims[rec.claims["country"] == country]
    return own[own["indicator"].isin(indicators)] if indicators else own


def _clash(
    country: str,
    cell: Any,
    claims: Sequence[Mapping[str, Any]],
    there: Collection[Cell],
    left: Mapping[Any, str],
    *,
    parts: bool,
) -> list[Any]:
    indicator, breakdown, start, end = cell
    period = period_label(start, end)
    link = explained(country, Cell(indicator, int(end[:4]), breakdown), unbroken(period.replace("-", "–")), there)
    kept = _voices(claim for claim in claims if claim["accepted"])
    if not kept and period.isdigit() and (indicator, breakdown, int(period)) in left:
        kept = say("pages.deduced", figure=left[indicator, breakdown, int(period)])
    rejected = [claim for claim in claims if not claim["accepted"]]
    part = [breakdown_words(breakdown)] if parts else []
    return [link, *part, kept or ABSENT, _voices(rejected), cause_words(rejected)]


def _voices(claims: Iterable[Mapping[str, Any]]) -> str:
    """Write each figure with the sources that print it: ``77 (CMM 2022, UNODC 2023); 64 (...)``."""
    voices: dict[str, list[str]] = {}
    for claim in claims:
        name = source_name(claim["publisher"], claim["published"])
        voices.setdefault(printed(claim["value"], claim["qualifier"], claim.get("value_upper")), []).append(name)
    texts = []
    for figure, names in voices.items():
        unique = list(dict.fromkeys(names))
        more = say("pages.and_more", names=", ".join(unique[:3]), n=len(unique) - 3)
        texts.append(f"{figure} ({more if len(unique) > 3 else ', '.join(unique)})")
    return "; ".join(texts)


def figures(rec: Reconciliation, country: str) -> Shown:
    """Tabulate every printed figure about a country with its source; for countries of which little is known."""
    own = _own(rec, country, [])
    order = {name: place for place, name in enumerate(rec.vocabulary.indicators)}
    own = own.assign(place=own["indicator"].map(order)).sort_values(["place", *_CELL, "claim_id"])
    rows = []
    for claim in records(own):
        figure = printed(claim["value"], claim["qualifier"], claim.get("value_upper"))
        if rec.vocabulary.indicators[claim["indicator"]].measure in ("share", "change"):
            figure = say("pages.figures.percent", figure=figure)
        figure = figure if claim["accepted"] else say("pages.figures.set_aside", figure=figure)
        when = unbroken(period_label(claim["period_start"], claim["period_end"]).replace("-", "–"))
        rows.append([when, figure, breakdown_words(claim["breakdown"]), source_link(claim["source_id"])])
    return table(
        heads("when", "printed", "part", "source"),
        rows,
        caption=say("pages.figures.caption", country=Country(country)),
        groups=[title(name) for name in own["indicator"]],
        numbers=(1,),
        data=own[
            ["indicator", "breakdown", "period_start", "period_end", "value", "qualifier", "source_id", "accepted"]
        ],
        name=f"{country}-figures",
    )


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
    own = _own(rec, country, list(indicators))
    counts = own.groupby(["source_id", "publisher", "published", "tier"], as_index=False).agg(
        claims=("claim_id", "size"), rejected=("accepted", lambda kept: int((~kept).sum()))
    )
    counts = counts.assign(rank=counts["tier"].map(list(rec.vocabulary.tiers).index))
    counts = counts.sort_values(["rank", "published", "source_id"], ascending=[True, False, True])
    rows, groups = [], []
    for row in records(counts):
        when = row["published"] or say("pages.no_date")
        rows.append(
            [source_link(row["source_id"]), written(row["claims"]), written(row["rejected"]), when, row["publisher"]]
        )
        groups.append(written(Term("tier", row["tier"])))
    return table(
        heads("source", "figures", "set_aside", "published", "publisher"),
        rows,
        caption=say("pages.sources.caption", country=Country(country)),
        groups=[group[:1].upper() + group[1:] for group in groups],
        numbers=(1, 2),
        note=say("pages.sources.note"),
        data=counts.drop(columns="rank"),
        name=f"{country}-sources",
    )


def sums(rec: Reconciliation, country: str, indicator: str) -> Shown:
    """Tabulate figures about several years beside the sum of the years.

    Parameters
    ----------
    rec : Reconciliation
        The claims and the series.
    country, indicator : str
        Of which totals.
    """
    checked = accounting.check_sums(rec, country, indicator)
    rows = []
    for row in records(checked):
        missing = f" ({say('pages.sums.missing', years=Years(row['missing']))})" if row["missing"] else ""
        verdict = say(f"pages.sums.{row['verdict']}") + missing
        span, figure = (
            unbroken(row["period"].replace("-", "–")),
            printed(row["value"], row["qualifier"], row.get("value_upper")),
        )
        total = short(row["sum_lower"], row["sum_upper"])
        rows.append([span, figure, total, verdict, source_name(row["publisher"], row["published"])])
    return table(
        heads("when", "printed", "sum", "adds_up", "source"),
        rows,
        caption=say("pages.sums.caption", what=label(indicator)),
        numbers=(1, 2),
        data=checked,
        name=f"{country}-{indicator}-sums",
        empty=say("pages.sums.none", what=label(indicator)),
    )


def sensitivity(rec: Reconciliation, country: str, indicator: str) -> Shown:
    """Tabulate what each method, and leaving each source out, makes of each year; bold where it differs.

    Parameters
    ----------
    rec : Reconciliation
        The claims and the series.
    country, indicator : str
        Of which totals.
    """
    compared = rec.sensitivity(country, indicator)
    rows = []
    for choice in (str(name) for name in compared if name not in ("year", "range_lower", "range_upper")):
        differs = (compared[choice] != compared[DEFAULT]).fillna(False)
        bold = Markup("<b>{}</b>").format
        shown = [ABSENT if pd.isna(value) else written(int(value)) for value in compared[choice]]
        rows.append([choice_name(choice), *(bold(x) if other else x for x, other in zip(shown, differs, strict=True))])
    return table(
        [*heads("choice"), *map(str, compared["year"])],
        rows,
        caption=say("pages.sensitivity.caption", what=title(indicator)),
        numbers=range(1, len(compared) + 1),
        note=sensitivity_words(compared, indicator),
        data=compared,
        name=f"{country}-{indicator}-choices",
    )


def policy_dates(rec: Reconciliation, country: str) -> Shown:
    """Tabulate the changes of law and policy of a country with their reference and what to beware of."""
    dates = dates_of(rec.vocabulary, country)
    kinds = {date.kind: say(f"pages.date.{date.kind}") for date in dates}
    rows = [
        [unbroken(written(date.date, "d MMM y")), date.label, kinds[date.kind], date.reference, date.note]
        for date in dates
    ]
    return table(
        heads("date", "change", "kind", "reference", "note"),
        rows,
        caption=say("pages.dates.caption", country=Country(country)),
        note=say("pages.dates.note"),
        data=pd.DataFrame([date.model_dump() for date in dates]),
        name=f"{country}-dates",
        empty=say("pages.dates.none", country=Country(country)),
    )


def explanations(rec: Reconciliation, country: str) -> Shown:
    """Show the claims behind every figure that the pages link to, folded until somebody comes.

    Parameters
    ----------
    rec : Reconciliation
        The judged claims.
    country : str
        Which country.
    """
    explainer = rec.explainer(country)
    entry = Markup('<details class="explanation" id="{}"><summary>{}</summary>{}</details>')
    entries = []
    for cell in explained_cells(rec, country):
        inner = Markup(explainer.cell(*cell)._repr_html_())
        name = say("pages.cell", what=title(cell.indicator, cell.breakdown), year=Years([cell.year]))
        entries.append(entry.format(anchor(country, cell), name, inner))
    none = Markup("<p>{}</p>").format(say("pages.explanations.none"))
    return Shown("explanations", Markup("").join(entries) or none)
