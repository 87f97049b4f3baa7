"""The table of what was set aside and what was kept; many rows of one printed table are one row that opens."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from markupsafe import Markup

from trafficking_stats.breakdowns import parse
from trafficking_stats.csv_tables import records
from trafficking_stats.intervals import period_kind
from trafficking_stats.messages import Country, Term, breakdown_words, say
from trafficking_stats.messages.shown import Shown
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.reconciliation.words import source_of
from trafficking_stats.tables.columns import Column, Row, printed_figure
from trafficking_stats.tables.html import table
from trafficking_stats.tables.reconciled import CELL, claims_of
from trafficking_stats.texts.focus import known
from trafficking_stats.texts.links import linked
from trafficking_stats.texts.reconciliation import cause_words
from trafficking_stats.texts.words import ABSENT, count, period, sentences, title

FOLDED = 5
"""So many parts of one printed table, set aside for one cause, are one row."""


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
    own = claims_of(rec, country, indicators, "tier", "published", "claim_id")
    rejected = own.loc[~own["accepted"] & ((own["breakdown"] != "") == parts), CELL].drop_duplicates()
    # by records, for a table of some hundred rows out of a data frame takes seconds row by row
    cells = groupby(records(own.merge(rejected, on=CELL)), itemgetter(*CELL))
    rows = [*_folded([_row(rec, country, cell, list(claims)) for cell, claims in cells])]
    more = say("tables.first_rows", shown=limit, n=len(rows)) if len(rows) > limit else ""
    data = rec.clashes[(rec.clashes["country"] == country) & ((rec.clashes["breakdown"] != "") == parts)]
    return table(
        "clashes_parts" if parts else "clashes",
        rows[:limit],
        [Column("when", head="when"), *([Column("part", head="part")] if parts else []), "kept", "set_aside", "cause"],
        {"country": Country(country)},
        groups="heading",
        note=sentences([say("tables.clashing"), more]),
        data=data[data["indicator"].isin(own["indicator"])],
    )


def _row(rec: Reconciliation, country: str, cell: tuple[str, str, str, str], claims: Sequence[Row]) -> dict[str, Any]:
    indicator, breakdown, start, end = cell
    when, part = period(start, end), breakdown_words(breakdown)
    lost = [claim for claim in claims if not claim["accepted"]]
    when_linked, part_linked = (linked(rec, country, text, indicator, int(end[:4]), breakdown) for text in (when, part))
    return {
        "heading": title(indicator),
        "when": when_linked,
        "part": part,
        "kept": _voices(claim for claim in claims if claim["accepted"]) or _deduced(rec, country, *cell),
        "set_aside": _voices(lost),
        "cause": cause_words(lost),
        "period": when,
        "part_linked": part_linked,
        "lost": lost,
        "of_table": (*cell[::2], end, *parse(breakdown), *sorted({(one["source_id"], one["cause"]) for one in lost})),
    }


def _folded(rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Put many parts of one printed table, set aside for one cause, into one row, which opens."""
    together: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        together[row["of_table"]].append(row)
    for row in rows:
        found = together[row["of_table"]]
        if len(found) < FOLDED:
            yield row
        elif row is found[0]:
            yield _opening(found)


def _opening(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    first, lost = rows[0], [claim for row in rows for claim in row["lost"]]
    items = map(Markup("<li>{}: {}</li>").format, [row["part_linked"] for row in rows], map(_seen, rows))
    dimensions = [Term("dimension", key) for key in parse(lost[0]["breakdown"])]
    summary = say("tables.folded.parts", n=len(rows), dimensions=dimensions)
    alike = {name: len({row[name] for row in rows}) == 1 for name in ("kept", "cause")}
    names = ", ".join(dict.fromkeys(map(source_of, lost)))
    return {
        "heading": first["heading"],
        "when": first["period"],
        "part": Markup("<details><summary>{}</summary><ul>{}</ul></details>").format(summary, Markup("").join(items)),
        "kept": first["kept"] if alike["kept"] else say("tables.folded.kept"),
        "set_aside": say("tables.folded.set_aside", n=len(lost), names=names),
        "cause": first["cause"] if alike["cause"] else cause_words([{**claim, "evidence": ""} for claim in lost]),
    }


def _seen(row: Mapping[str, Any]) -> str:
    """Say of one of many parts what was set aside, what is kept, and what speaks against it."""
    evidence = dict.fromkeys(str(claim["evidence"]) for claim in row["lost"] if claim["evidence"])
    return say("tables.folded.row", **{**row, "evidence": "; ".join(evidence) or row["cause"]})


def _deduced(rec: Reconciliation, country: str, indicator: str, breakdown: str, start: str, end: str) -> str:
    """Write what follows from other figures for a year of which no claim is kept; a dash if nothing does."""
    rows = rec.of(country, indicator, breakdown)[0]
    rows = known(rows[(rows["year"] == int(end[:4])) & (period_kind(start, end) == "year")])
    return say("tables.deduced", figure=count("")(records(rows)[0])) if len(rows) else ABSENT


def _voices(claims: Iterable[Mapping[str, Any]]) -> str:
    """Write each figure with the sources that print it: ``77 (CMM 2022, UNODC 2023); 64 (...)``."""
    voices: dict[str, dict[str, None]] = {}
    for claim in claims:
        names = voices.setdefault(printed_figure(claim), {})
        names[source_of(claim)] = None
    texts = []
    for figure, names in voices.items():
        first = ", ".join([*names][:3])
        texts.append(f"{figure} ({say('tables.and_more', names=first, n=len(names) - 3) if len(names) > 3 else first})")
    return "; ".join(texts)
