"""Tables of the sources and the reconciliation, made with great_tables: numbers right, figures linked.

Each function returns a ``great_tables.GT`` for `display.table`, which adds caption and note.
"""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from great_tables import GT, html
from markupsafe import escape

from trafficking_stats.intervals import period_label
from trafficking_stats.names import breakdown_name
from trafficking_stats.reconciliation.series import figure
from trafficking_stats.reporting import display
from trafficking_stats.reporting.focus import Cell
from trafficking_stats.vocabulary import Vocabulary
from trafficking_stats.wording import plain_breakdowns, short_span, source_name, title_of, unbroken, year_list

if TYPE_CHECKING:
    from trafficking_stats.reconciliation.result import Reconciliation

ABSENT = "–"


def build(
    frame: pd.DataFrame,
    name: str,
    *,
    numbers: Sequence[str] = (),
    groups: str | None = None,
    notes: Iterable[str] = (),
    empty: str = "none",
) -> GT:
    """Make a table of texts, links and numbers.

    Parameters
    ----------
    frame : pandas.DataFrame
        Column names are the heads; the first column names the rows. Text is escaped, links made by `display` stay.
    name : str
        Becomes part of the ids, so that a table is the same in every run.
    numbers : sequence of str
        Columns that stand right.
    groups : str, optional
        A column whose values head groups of rows.
    notes : iterable of str
        Source notes at the foot.
    empty : str
        What stands instead of rows if there are none.

    Returns
    -------
    great_tables.GT

    Examples
    --------
    >>> table = build(pd.DataFrame({"year": [2020], "victims": ["<b>"]}), "demo", numbers=["victims"])
    >>> "&lt;b&gt;" in table.as_raw_html()
    True
    """
    stub = next((str(column) for column in frame if column != groups), None)
    if frame.empty and stub:
        frame, groups = pd.DataFrame({stub: [empty]}), None
        numbers = ()
    table = GT(frame, id=f"t-{name}", rowname_col=stub if groups else None, groupname_col=groups)
    shown = [str(column) for column in frame if column != groups]
    if len(frame):
        table = table.fmt(lambda value: str(escape(value)), columns=shown).sub_missing(missing_text=ABSENT)
    if numbers:
        table = table.cols_align("right", list(numbers))
    if stub and groups:
        table = table.tab_stubhead(stub)
    for note in notes:
        table = table.tab_source_note(note)
    return table


def linked(country: str, cell: Cell, text: object, explained: Collection[Cell]) -> Any:
    """Return a figure as a link to its explanation, where there is one."""
    if cell not in explained:
        return str(text)
    return display.explain_link(country, cell.indicator, cell.year, text, breakdown=cell.breakdown)


def series(
    rec: Reconciliation,
    country: str,
    indicators: Sequence[str],
    start: int,
    end: int,
    explained: Collection[Cell] = (),
) -> GT:
    """Tabulate totals by year, each linked to its explanation.

    Parameters
    ----------
    rec : Reconciliation
        The series.
    country : str
        Which country.
    indicators : sequence of str
        One a column.
    start, end : int
        Years shown.
    explained : collection of Cell
        Cells to link.

    Returns
    -------
    great_tables.GT
        One row a year with a figure; an interval as ``0–4`` or ``3+``, a deduced figure in brackets.
    """
    rows = rec.series[(rec.series["country"] == country) & (rec.series["breakdown"] == "")]
    rows = rows[rows["indicator"].isin(list(indicators)) & rows["year"].between(start, end)]
    rows = rows[~((rows["lower"] == 0) & rows["upper"].isna())]
    heads = {indicator: title_of(indicator, rec.vocabulary) for indicator in indicators}
    table: dict[str, list[Any]] = {"year": [], **{head: [] for head in heads.values()}}
    for year in sorted(int(year) for year in set(rows["year"])):
        found = rows[rows["year"] == year].set_index("indicator")
        table["year"].append(str(year))
        for indicator, head in heads.items():
            if indicator not in found.index:
                table[head].append(ABSENT)
                continue
            row = found.loc[indicator]
            text = short_span(row["lower"], row["upper"])
            text = f"({text})" if row["status"] == "deduced" else text
            table[head].append(linked(country, Cell(indicator, year, ""), text, explained))
    wide = build(pd.DataFrame(table), "series", numbers=list(heads.values()), empty="No source has a figure.")
    # Heads of numbers do not wrap by themselves, and six of them would not fit beside each other.
    lines = {head: "<br>".join(escape(line) for line in textwrap.wrap(head, 13)) for head in heads.values()}
    labels: dict[str, Any] = {head: html(text) for head, text in lines.items() if table["year"]}
    return wide.cols_label(labels)


def clashes(
    rec: Reconciliation,
    country: str,
    explained: Collection[Cell] = (),
    *,
    parts: bool = False,
    indicators: Sequence[str] = (),
    limit: int = 150,
) -> GT:
    """Tabulate the counts on which claims clash: who says what, what was kept, and the probable cause.

    Parameters
    ----------
    rec : Reconciliation
        The judged claims.
    country : str
        Which country.
    explained : collection of Cell
        Cells to link.
    parts : bool
        Whether to show breakdowns instead of totals.
    indicators : sequence of str
        Only these; all by default.
    limit : int
        Most rows shown; a note says how many there are.

    Returns
    -------
    great_tables.GT
        Grouped by indicator.
    """
    key = ["indicator", "breakdown", "period_start", "period_end"]
    own = _own(rec, country, indicators)
    rejected = own.loc[~own["accepted"] & ((own["breakdown"] != "") == parts), key].drop_duplicates()
    order = {name: place for place, name in enumerate(rec.vocabulary.indicators)}
    rejected = (
        rejected.assign(place=rejected["indicator"].map(order)).sort_values(["place", *key]).drop(columns="place")
    )
    # Records, for a table of some hundred rows out of a data frame takes seconds row by row.
    of_cell: dict[Any, list[dict[Any, Any]]] = {}
    for claim in own.sort_values(["tier", "published", "claim_id"]).to_dict("records"):
        of_cell.setdefault(tuple(claim[name] for name in key), []).append(claim)
    labels = {
        (about["indicator"], about["breakdown"], about["period"]): about
        for about in rec.clashes[rec.clashes["country"] == country].to_dict("records")
    }
    shown: list[Any] = list(rejected.head(limit).itertuples(index=False, name=None))
    rows = [_clash_row(rec, country, cell, of_cell[cell], labels, explained, parts=parts) for cell in shown]
    columns = ["what", "when", *(["part"] if parts else []), "kept", "rejected", "why, probably"]
    notes = [f"The first {limit} of {len(rejected):,} are shown."] if len(rejected) > limit else []
    frame = pd.DataFrame(rows, columns=columns)
    nothing = f"No claim on a {'part' if parts else 'total'} was rejected."
    return build(frame, "clashing-parts" if parts else "clashes", groups="what", notes=notes, empty=nothing)


def _own(rec: Reconciliation, country: str, indicators: Sequence[str]) -> pd.DataFrame:
    own = rec.claims[rec.claims["country"] == country]
    return own[own["indicator"].isin(list(indicators))] if indicators else own


def _clash_row(
    rec: Reconciliation,
    country: str,
    cell: Any,
    claims: Sequence[Mapping[Any, Any]],
    labels: Mapping[Any, Mapping[Any, Any]],
    explained: Collection[Cell],
    *,
    parts: bool,
) -> dict[str, Any]:
    indicator, breakdown, start, end = cell
    period = period_label(start, end)
    about = labels[indicator, breakdown, period]
    place = Cell(indicator, int(period), breakdown) if period.isdigit() else None
    cause = about["cause"].replace("_", " ")
    why = f"{cause}: {plain_breakdowns(about['evidence'], rec.vocabulary)}" if about["evidence"] else cause
    row = {
        "what": title_of(indicator, rec.vocabulary),
        "when": linked(country, place, period, explained) if place else _period(period),
        "kept": _voices([claim for claim in claims if claim["accepted"]], rec.vocabulary) or "none",
        "rejected": _voices([claim for claim in claims if not claim["accepted"]], rec.vocabulary),
        "why, probably": why,
    }
    return row | ({"part": breakdown_name(breakdown, rec.vocabulary)} if parts else {})


def _period(label: str) -> str:
    """Write a period that is no calendar year: whole years on one line, dates as they are."""
    return unbroken(label) if len(label) == len("2007-2013") else label


def _voices(claims: Iterable[Mapping[Any, Any]], vocabulary: Vocabulary) -> str:
    """Write each figure with the sources that print it: ``77 (CMM 2022, UNODC 2023); 64 (...)``."""
    voices: dict[str, list[str]] = {}
    for claim in claims:
        printed = figure(claim["value"], claim["qualifier"], vocabulary, claim.get("value_upper"))
        voices.setdefault(printed, []).append(source_name(claim["publisher"], claim["published"]))
    texts = []
    for printed, names in voices.items():
        unique = list(dict.fromkeys(names))
        more = f" and {len(unique) - 3} more" if len(unique) > 3 else ""
        texts.append(f"{printed} ({', '.join(unique[:3])}{more})")
    return "; ".join(texts)


def sources(rec: Reconciliation, country: str, listed: pd.DataFrame, *, indicators: Sequence[str] = ()) -> GT:
    """Tabulate every source with its kind, date, and how many of its figures were kept.

    Parameters
    ----------
    rec : Reconciliation
        The judged claims.
    country : str
        Which country.
    listed : pandas.DataFrame
        As `load_sources` returns it; sources that are not in it are shown without title and link.
    indicators : sequence of str
        Only claims on these; all by default.

    Returns
    -------
    great_tables.GT
        Grouped by kind of source, the newest first.
    """
    own = _own(rec, country, indicators)
    counts = own.groupby(["source_id", "publisher", "published", "tier"], as_index=False).agg(
        claims=("claim_id", "size"), rejected=("accepted", lambda kept: int((~kept).sum()))
    )
    about = listed.set_index("source_id")[["title", "url"]].to_dict("index")
    tiers = list(rec.vocabulary.tiers)
    counts = counts.assign(rank=counts["tier"].map(tiers.index))
    counts = counts.sort_values(["rank", "published", "source_id"], ascending=[True, False, True])
    rows = []
    for row in counts.to_dict("records"):
        known = about.get(row["source_id"], {"title": row["source_id"], "url": ""})
        rows.append(
            {
                "kind": rec.vocabulary.tiers[row["tier"]].label,
                "published": row["published"] or "no date",
                "source": display.source_link(known["url"], known["title"] or row["source_id"]),
                "publisher": row["publisher"],
                "figures": f"{row['claims']:,}",
                "rejected": f"{row['rejected']:,}",
            }
        )
    columns = ["kind", "published", "source", "publisher", "figures", "rejected"]
    return build(pd.DataFrame(rows, columns=columns), "sources", numbers=["figures", "rejected"], groups="kind")


def sums(checked: pd.DataFrame, vocabulary: Vocabulary) -> GT:
    """Tabulate figures about several years beside the sum of the years.

    Parameters
    ----------
    checked : pandas.DataFrame
        As `accounting.check_sums` returns it.
    vocabulary : Vocabulary
        Gives the qualifiers.
    """
    rows = [
        {
            "period": unbroken(row["period"]),
            "source": source_name(row["publisher"], row["published"]),
            "printed": figure(row["value"], row["qualifier"], vocabulary, row.get("value_upper")),
            "sum of the years": short_span(row["sum_lower"], row["sum_upper"]),
            "verdict": row["verdict"] + (f" (no own figure for {year_list(row['missing'])})" if row["missing"] else ""),
        }
        for row in checked.to_dict("records")
    ]
    columns = ["period", "source", "printed", "sum of the years", "verdict"]
    return build(pd.DataFrame(rows, columns=columns), "sums", numbers=["printed", "sum of the years"])


def policy_dates(rec: Reconciliation, country: str, start: int, end: int) -> GT:
    """Tabulate the changes of law and policy of a period with their reference and what to beware of."""
    rows = [
        {
            "date": str(date.date).replace("-", "\u2011"),
            "change": unbroken(date.label) if len(date.label) < 16 else date.label,
            "kind": date.kind,
            "reference": date.reference,
            "note": date.note,
        }
        for date in rec.vocabulary.policy_dates_of(country)
        if start <= date.date.year <= end
    ]
    columns = ["date", "change", "kind", "reference", "note"]
    return build(pd.DataFrame(rows, columns=columns), "policy-dates", empty="No change is on record.")
