"""Tables of the victims: of whom the total is made up, how that changed, and who is in no named part."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from trafficking_stats.gap_analysis.composition import REST, part_rows
from trafficking_stats.gap_analysis.figures import figures_of
from trafficking_stats.intervals import period_kind, period_label
from trafficking_stats.measures import Measure
from trafficking_stats.messages import Country, Term, Years, breakdown_words, say
from trafficking_stats.messages.values import written
from trafficking_stats.shown import Shown
from trafficking_stats.tables.html import table
from trafficking_stats.texts.focus import Cell, explained_cells
from trafficking_stats.texts.links import explained, source_link
from trafficking_stats.texts.words import capital, label, short, signed, title, unbroken

if TYPE_CHECKING:
    from trafficking_stats.reconciliation.result import Reconciliation


def summed(
    rec: Reconciliation, country: str, measure: str, years: Iterable[int], text: str, there: Collection[Cell]
) -> Any:
    """Set below a sum the figures of its years, each linked to its claims; nothing where they have none."""
    name = Measure.read(measure)
    counts = figures_of(rec, country, name).counts
    cells = [Cell(name.indicator, year, name.breakdown) for year in years if year in counts]
    links = [explained(country, cell, short(*counts[cell.year]), there) for cell in cells]
    if len(links) == 1 and str(links[0].striptags() if isinstance(links[0], Markup) else links[0]) == text:
        return links[0]  # one year is its own sum
    return Markup("{}<br><small>{}</small>").format(text, Markup(", ").join(links)) if links else text


def parts(
    rec: Reconciliation,
    country: str,
    indicator: str,
    dimension: str,
    periods: tuple[Sequence[int], Sequence[int]],
) -> Shown:
    """Tabulate the parts of a total in two periods, and what of each change is of the total and what of the mix.

    Parameters
    ----------
    rec : Reconciliation
        The series.
    country, indicator : str
        Of which total.
    dimension : str
        Such as ``exploitation`` or ``sex``.
    periods : pair of sequence of int
        The years of the earlier and of the later period.
    """
    found = part_rows(rec, country, indicator, dimension, periods)
    there = set(explained_cells(rec, country))
    rows = []
    for row in found:
        measure = f"{indicator};{dimension}={row.category}"
        ends = short(row.early_lower, row.early_upper), short(row.late_lower, row.late_upper)
        sums = [summed(rec, country, measure, *one, there) for one in zip(periods, ends, strict=True)]
        name = say("victims.rest") if row.category == REST else breakdown_words(f"{dimension}={row.category}")
        change = signed(row.late_lower - row.early_upper, row.late_upper - row.early_lower)
        effects = signed(row.size_min, row.size_max), signed(row.mix_min, row.mix_max)
        rows.append([capital(name), *sums, change, *effects])
    heads = [say(f"victims.head.{name}") for name in ("change", "by_size", "by_mix")]
    values: dict[str, Any] = {"what": title(indicator), "dimension": Term("dimension", dimension)}
    return table(
        [say("pages.head.part"), *(unbroken(written(Years(years))) for years in periods), *heads],
        rows,
        caption=say("victims.parts.caption", country=Country(country), **values),
        numbers=range(1, 6),
        data=pd.DataFrame(map(vars, found)),
        name=f"{country}-{dimension}",
        empty=say("victims.parts.none", **values),
    )


def unnamed(rec: Reconciliation, country: str, indicator: str, dimension: str) -> Shown:
    """Tabulate totals over several years beside the parts that the same source names, and how many are in none.

    Parameters
    ----------
    rec : Reconciliation
        The judged claims.
    country, indicator : str
        Of which totals.
    dimension : str
        Such as ``exploitation``.
    """
    claims = rec.claims[(rec.claims["country"] == country) & (rec.claims["indicator"] == indicator)]
    claims = claims[claims["accepted"] & (claims["qualifier"] == "exact") & (claims["period_start"] != "")]
    periods = zip(claims["period_start"], claims["period_end"], strict=True)
    claims = claims[np.array([period_kind(*ends) in ("year", "years") for ends in periods], dtype=bool)]
    rows = []
    for whole in claims[claims["breakdown"] == ""].to_dict("records"):
        inside = claims[claims["source_id"] == whole["source_id"]]
        inside = inside[inside["period_start"] >= whole["period_start"]]
        inside = inside[inside["period_end"] <= whole["period_end"]]
        parts_of = [f"{dimension}={name}" for name in rec.vocabulary.dimensions[dimension].exclusive]
        named = {part: _covered(inside[inside["breakdown"] == part]) for part in parts_of}
        named = {part: count for part, count in named.items() if count}
        if len(named) > 1:
            listed = [say("victims.count_of", count=n, what=breakdown_words(part)) for part, n in named.items()]
            period = unbroken(period_label(whole["period_start"], whole["period_end"]).replace("-", "–"))
            counts = int(whole["value"]), int(whole["value"]) - sum(named.values())
            rows.append([period, *map(written, counts), written(listed), source_link(whole["source_id"])])
    return table(
        [say(f"victims.head.{name}") for name in ("years", "total", "unnamed", "named", "source")],
        rows,
        caption=say("victims.unnamed.caption", what=label(indicator), dimension=Term("dimension", dimension)),
        numbers=(1, 2),
        note=say("victims.unnamed.note"),
        name=f"{country}-{dimension}-unnamed",
        empty=say("victims.unnamed.none", country=Country(country)),
    )


def _covered(claims: pd.DataFrame) -> int:
    """Add up claims on periods that do not overlap, the longest first; 0 if none is longer than a year."""
    spans: list[tuple[str, str, float]] = []
    rows = claims[["period_start", "period_end", "value"]].itertuples(index=False, name=None)
    for start, end, value in sorted(rows, key=lambda row: int(row[0][:4]) - int(row[1][:4])):
        if all(end < other[0] or start > other[1] for other in spans):
            spans.append((start, end, value))
    longer = any(start[:4] != end[:4] for start, end, _ in spans)
    return int(sum(value for *_, value in spans)) if longer else 0
