"""Published shares and changes computed again from the figures they are made of."""

from __future__ import annotations

import math
import re
from typing import Any

import pandas as pd

from trafficking_stats.csv_tables import records
from trafficking_stats.entries import Indicator
from trafficking_stats.intervals import period_kind, period_label
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.vocabulary import Vocabulary, load_vocabulary

_CLAIM = ("claim_id", "source_id", "country", "indicator", "breakdown")
COLUMNS = (*_CLAIM, "period", "kind", "printed", "recomputed", "made_of", "agrees", "explanation")
"""Columns of the table of `recompute`; ``kind`` is share or change."""

_RECONCILED = ""
"""In the place of a source: what the reconciliation makes of all of them."""

Interval = tuple[float, float]
Figures = dict[tuple[str, ...], Interval]


def recompute(rec: Reconciliation, vocabulary: Vocabulary | None = None) -> pd.DataFrame:
    """Compute every share and change again that can be.

    A share is taken of the total of its period, a change between the first and the last year of its period. The figures
    are those of the same source where it prints them, else the reconciled ones. Bounds are carried through, so that a
    masked count is no false alarm, and a printed percentage agrees if rounding can make it so.

    Parameters
    ----------
    rec : Reconciliation
        Claims with their verdict, and the series.
    vocabulary : Vocabulary, optional
        By default the one that ships with the package.

    Returns
    -------
    pandas.DataFrame
        The columns of `COLUMNS`. ``explanation`` is the note of the claim where it names one of the numbers of a
        difference.
    """
    vocabulary = vocabulary or load_vocabulary()
    figures = _figures(rec)
    rows = []
    for claim in records(rec.claims):
        entry = vocabulary.indicators[claim["indicator"]]
        kind = "share" if entry.measure == "share" else "change"
        pair = _pair(claim, entry, figures)
        found = pair and _ratio(entry, *pair)
        if not pair or not found:
            continue
        low, high = _printed(claim, vocabulary)
        agrees = max(found[0], low) <= min(found[1], high)
        rows.append(
            {
                **{column: claim[column] for column in _CLAIM},
                "period": period_label(claim["period_start"], claim["period_end"]),
                "kind": kind,
                "printed": f"{claim['value']:.15g}",
                "recomputed": _text(found),
                "made_of": f"{_text(pair[0])} {'of' if kind == 'share' else 'to'} {_text(pair[1])}",
                "agrees": agrees,
                "explanation": "" if agrees else _named_in_note(claim["scope_note"], *found, *pair[0], *pair[1]),
            }
        )
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values(["country", "source_id", "indicator", "breakdown", "period", "kind"], ignore_index=True)


def _figures(rec: Reconciliation) -> Figures:
    """Return the bounds of cells by source, country, indicator, breakdown and period."""
    cell = ["source_id", "country", "indicator", "breakdown", "period_start", "period_end"]
    year = rec.series["year"].astype(str)
    settled = rec.series.assign(source_id=_RECONCILED, period_start=year + "-01-01", period_end=year + "-12-31")
    settled["lower"] = settled["lower"].fillna(0)
    ends = pd.concat([rec.claims, settled], ignore_index=True).dropna(subset="lower").set_index(cell)
    ends = ends[["lower", "upper"]].astype("Float64").fillna(math.inf).astype(float)
    # where a source prints two values for one cell, either may be meant
    bounds = ends.groupby(cell, sort=False).agg({"lower": "min", "upper": "max"})
    return dict(zip(bounds.index, bounds.itertuples(index=False, name=None), strict=True))


def _year(year: int | str) -> tuple[str, str]:
    return f"{year}-01-01", f"{year}-12-31"


def _pair(claim: dict[str, Any], entry: Indicator, figures: Figures) -> tuple[Interval, Interval] | None:
    """Return what a share or change is made of, of one origin if that can be: the source's own, or reconciled."""
    if entry.of is None:
        return None
    whole = (claim["country"], entry.of, "")
    part = (claim["country"], entry.of, claim["breakdown"])
    start, end = claim["period_start"], claim["period_end"]
    if entry.measure == "share":
        cells = (*part, start, end), (*whole, start, end)
    else:
        cells = (*part, *_year(start[:4])), (*part, *_year(end[:4]))
    own = claim["source_id"]
    for sources in ((own,), (_RECONCILED,), (own, _RECONCILED)):
        first, second = (_of(cell, sources, figures) for cell in cells)
        if first is not None and second is not None:
            return first, second
    return None


def _of(cell: tuple[str, ...], sources: tuple[str, ...], figures: Figures) -> Interval | None:
    """Return the bounds of a cell from the first source that has it; those of several years may be added up."""
    found = next((figures[source, *cell] for source in sources if (source, *cell) in figures), None)
    *what, start, end = cell
    if found is None and period_kind(start, end) == "years":
        years = [_of((*what, *_year(y)), sources, figures) for y in range(int(start[:4]), int(end[:4]) + 1)]
        known = [year for year in years if year is not None]
        found = (sum(low for low, _ in known), sum(high for _, high in known)) if len(known) == len(years) else None
    return found if found is not None and math.isfinite(found[1]) else None


def _ratio(entry: Indicator, first: Interval, second: Interval) -> Interval | None:
    """Bounds of a share in percent, or of a change in percent or in persons; None where it divides by nothing."""
    if entry.unit != "percent":
        return second[0] - first[1], second[1] - first[0]
    part, whole, less = (first, second, 0.0) if entry.measure == "share" else (second, first, 100.0)
    if whole[0] <= 0:
        return None
    return 100 * part[0] / whole[1] - less, 100 * part[1] / whole[0] - less


def _printed(claim: dict[str, Any], vocabulary: Vocabulary) -> Interval:
    """Return the interval that a printed percentage stands for: its qualifier, and half a unit of its last digit."""
    rule, value = vocabulary.qualifiers[claim["qualifier"]], claim["value"]
    half = 0.5 * 10.0 ** -len(f"{value:.15g}".partition(".")[2])
    low = -math.inf if rule.lower_percent is None else value * rule.lower_percent / 100
    high = math.inf if rule.upper_percent is None else value * rule.upper_percent / 100
    return min(low, high) - half, max(low, high) + half  # of a fall the smaller share is the upper end


def _text(interval: Interval) -> str:
    low, high = (f"{bound:,.0f}" if float(bound).is_integer() else f"{bound:,.1f}" for bound in interval)
    return low if low == high else f"{low} to {high}"


def _named_in_note(note: str, *numbers: float) -> str:
    """Return the note if it names one of the numbers, as a whole or with one decimal."""
    named = set(re.findall(r"\d+(?:\.\d+)?", note.replace(",", "")))
    return note if named & {form for number in numbers for form in (f"{number:.0f}", f"{number:.1f}")} else ""
