"""Published shares, changes and sums computed again from the figures they are made of."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from trafficking_stats.breakdowns import parse, unparse
from trafficking_stats.intervals import intervals, period_kind, period_label
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.vocabulary import Vocabulary, load_vocabulary

COLUMNS = (
    "claim_id",
    "source_id",
    "country",
    "indicator",
    "breakdown",
    "period",
    "kind",
    "printed",
    "recomputed",
    "made_of",
    "agrees",
    "explanation",
)
"""Columns of the table of `recompute`; ``kind`` is share, change, years or parts."""

_CELL = ["source_id", "country", "indicator", "breakdown", "period_start", "period_end"]
Interval = tuple[float, float]
Row = dict[str, Any]


def recompute(rec: Reconciliation, vocabulary: Vocabulary | None = None) -> pd.DataFrame:
    """Compute every share, change and sum again that can be.

    A share is taken of the total of its period, a change between the first and the last year of its period, a figure
    about several years is the sum of the years, and the exclusive parts of a whole are added up. The figures are those
    of the same source where it prints them, else the reconciled ones. Bounds are carried through, so that a masked
    count is no false alarm, and a printed percentage agrees if rounding can make it so.

    Parameters
    ----------
    rec : Reconciliation
        Claims with their verdict, and the series.
    vocabulary : Vocabulary, optional
        By default the one that ships with the package.

    Returns
    -------
    pandas.DataFrame
        The columns of `COLUMNS`. ``explanation`` is filled where a difference is accounted for: the note of the claim
        names one of the numbers, or the reconciliation rejected one of the claims and named a cause.
    """
    figures = _Figures(rec, vocabulary or load_vocabulary())
    rows = [*_shares_and_changes(figures), *_years(figures), *_parts(figures)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values(["country", "source_id", "indicator", "breakdown", "period", "kind"], ignore_index=True)


class _Figures:
    """Bounds of cells: as one source prints them, and as reconciled."""

    def __init__(self, rec: Reconciliation, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        claims = rec.claims
        lower, upper = intervals(claims, vocabulary)
        self.claims: list[Row] = claims.assign(low=lower, high=upper).to_dict("records")  # type: ignore[assignment]
        self.printed: dict[tuple[str, ...], list[Row]] = {}
        for claim in self.claims:
            if not math.isnan(claim["low"]):
                self.printed.setdefault(tuple(claim[column] for column in _CELL), []).append(claim)
        # where a source prints two values for one cell, either may be meant
        self.own: dict[tuple[str, ...], Interval] = {
            cell: (min(c["low"] for c in claims), max(c["high"] for c in claims))
            for cell, claims in self.printed.items()
        }
        series = rec.series
        keys = series[["country", "indicator", "breakdown", "year"]].itertuples(index=False, name=None)
        low = series["lower"].astype("Float64").fillna(0.0).to_numpy(dtype=float)
        high = series["upper"].astype("Float64").fillna(math.inf).to_numpy(dtype=float)
        self.reconciled: dict[tuple[Any, ...], Interval] = dict(zip(keys, zip(low, high, strict=True), strict=True))

    def sum_of_years(self, claim: Mapping[str, Any]) -> Interval | None:
        """Bounds of the sum of the years of a claim, each as its source prints it, or else as reconciled."""
        return self._sum(claim["source_id"], tuple(claim[column] for column in _CELL[1:]), own=True, reconciled=True)

    def printed_years(self, claim: Row) -> Iterator[Row]:
        """Give what the source of a claim prints for the single years of its period."""
        source, *cell, start, end = (claim[column] for column in _CELL)
        for year in range(int(start[:4]), int(end[:4]) + 1):
            yield from self.printed.get((source, *cell, f"{year}-01-01", f"{year}-12-31"), [])

    def pair(self, source: str, first: Sequence[str], second: Sequence[str]) -> tuple[Interval, Interval] | None:
        """Bounds of two cells with their periods, of one origin if that can be: the source's own, or reconciled."""
        for origin in ({"own": True}, {"reconciled": True}, {"own": True, "reconciled": True}):
            one, other = self._sum(source, first, **origin), self._sum(source, second, **origin)
            if one is not None and other is not None:
                return one, other
        return None

    def _sum(self, source: str, cell: Sequence[str], own: bool = False, reconciled: bool = False) -> Interval | None:
        *what, start, end = cell
        whole = self.own.get((source, *cell)) if own and not reconciled else None
        if whole is not None:
            return whole if math.isfinite(whole[1]) else None
        if period_kind(start, end) not in ("year", "years"):
            return None
        total = (0.0, 0.0)
        for year in range(int(start[:4]), int(end[:4]) + 1):
            found = self.own.get((source, *what, f"{year}-01-01", f"{year}-12-31")) if own else None
            if found is None and reconciled:
                found = self.reconciled.get((*what, year))
            if found is None or not math.isfinite(found[1]):
                return None
            total = (total[0] + found[0], total[1] + found[1])
        return total


def _row(claim: Mapping[str, Any], kind: str, printed: str, found: Interval, made_of: str, why: str | None) -> Row:
    """Make a row; ``why`` is None where the figures agree."""
    return {
        "claim_id": claim["claim_id"],
        "source_id": claim["source_id"],
        "country": claim["country"],
        "indicator": claim["indicator"],
        "breakdown": claim["breakdown"],
        "period": period_label(claim["period_start"], claim["period_end"]),
        "kind": kind,
        "printed": printed,
        "recomputed": _text(found),
        "made_of": made_of,
        "agrees": why is None,
        "explanation": why or "",
    }


def _text(interval: Interval) -> str:
    low, high = (f"{bound:,.0f}" if float(bound).is_integer() else f"{bound:,.1f}" for bound in interval)
    return low if low == high else f"{low} to {high}"


def _named_in_note(note: str, *numbers: float) -> str:
    """Return the note if it names one of the numbers, as a whole or with one decimal."""
    named = set(re.findall(r"\d+(?:\.\d+)?", note.replace(",", "")))
    return note if named & {form for number in numbers for form in (f"{number:.0f}", f"{number:.1f}")} else ""


def _rejection(claims: Sequence[Mapping[str, Any]]) -> str:
    """Say which cause the reconciliation found for rejecting one of the claims; empty if it rejected none."""
    causes = sorted(
        {claim["cause"] for claim in claims if not claim["accepted"]}, key=lambda c: (c == "unexplained", c)
    )
    return f"the reconciliation rejects one of the figures: {causes[0].replace('_', ' ')}" if causes else ""


def _shares_and_changes(figures: _Figures) -> Iterator[Row]:
    indicators = figures.vocabulary.indicators
    for claim in figures.claims:
        entry = indicators[claim["indicator"]]
        if entry.of is None:
            continue
        cell = (claim["country"], entry.of, claim["breakdown"])
        start, end = claim["period_start"], claim["period_end"]
        is_share = entry.measure == "share"
        if is_share:
            cells = (*cell, start, end), (*cell[:2], "", start, end)
        else:
            first, last = ((f"{day[:4]}-01-01", f"{day[:4]}-12-31") for day in (start, end))
            cells = (*cell, *first), (*cell, *last)
        pair = figures.pair(claim["source_id"], *cells)
        found = pair and _ratio(is_share, entry.unit, *pair)
        if not pair or not found:
            continue
        printed = _printed(claim, figures.vocabulary)
        agrees = max(found[0], printed[0]) <= min(found[1], printed[1])
        yield _row(
            claim,
            "share" if is_share else "change",
            f"{claim['value']:.15g}",
            found,
            f"{_text(pair[0])} {'of' if is_share else 'to'} {_text(pair[1])}",
            None if agrees else _named_in_note(claim["scope_note"], *found, *pair[0], *pair[1]),
        )


def _ratio(is_share: bool, unit: str, first: Interval, second: Interval) -> Interval | None:
    """Bounds of a share in percent, or of a change in percent or in persons; None where it divides by nothing."""
    if unit != "percent":
        return second[0] - first[1], second[1] - first[0]
    part, whole = (first, second) if is_share else (second, first)
    if whole[0] <= 0:
        return None
    less = 0.0 if is_share else 100.0
    return 100 * part[0] / whole[1] - less, 100 * part[1] / whole[0] - less


def _printed(claim: Mapping[str, Any], vocabulary: Vocabulary) -> Interval:
    """Return the interval that a printed percentage stands for: its qualifier, and half a unit of its last digit."""
    rule, value = vocabulary.qualifiers[claim["qualifier"]], claim["value"]
    _, _, decimals = f"{value:.15g}".partition(".")
    half = 0.5 * 10.0 ** -len(decimals)
    low, high = (
        math.nan if share is None else value * share / 100 for share in (rule.lower_percent, rule.upper_percent)
    )
    if low > high:  # of a fall the smaller share is the upper end
        low, high = high, low
    return -math.inf if math.isnan(low) else low - half, math.inf if math.isnan(high) else high + half


def _years(figures: _Figures) -> Iterator[Row]:
    for claim in figures.claims:
        entry = figures.vocabulary.indicators[claim["indicator"]]
        if entry.measure != "count" or period_kind(claim["period_start"], claim["period_end"]) != "years":
            continue
        found = figures.sum_of_years(claim)
        if found is None:
            continue
        agrees = max(found[0], claim["low"]) <= min(found[1], claim["high"])
        involved = [claim, *figures.printed_years(claim)]
        why = None if agrees else _named_in_note(claim["scope_note"], *found) or _rejection(involved)
        printed = f"{claim['qualifier'].replace('_', ' ')} {claim['value']:,.15g}".removeprefix("exact ")
        yield _row(claim, "years", printed, found, "the sum of its years", why)


def _parts(figures: _Figures) -> Iterator[Row]:
    """Add up the exclusive parts of each whole that a source prints with them."""
    vocabulary = figures.vocabulary
    sums: dict[tuple[tuple[str, ...], str], dict[str, tuple[str, ...]]] = {}
    for cell in figures.own:
        keys = parse(cell[3])
        for name, category in keys.items():
            entry = vocabulary.dimensions[name]
            whole = (*cell[:3], unparse({k: v for k, v in keys.items() if k != name}), *cell[4:])
            if entry.relation == "part" and entry.is_exclusive(category, cell[2]) and whole in figures.own:
                sums.setdefault((whole, name), {})[category] = cell
    for (whole, name), parts in sums.items():
        entry, (low, high) = vocabulary.dimensions[name], figures.own[whole]
        bounds = [figures.own[cell] for cell in parts.values()]
        found = (sum(b[0] for b in bounds), sum(b[1] for b in bounds))
        is_complete = entry.exhaustive and set(entry.exclusive) <= set(parts)
        why = None
        if found[0] > high or (is_complete and found[1] < low):
            involved = [claim for cell in (whole, *parts.values()) for claim in figures.printed[cell]]
            notes = " ".join(claim["scope_note"] for claim in involved)
            why = _rejection(involved) or _named_in_note(notes, *found)
        made_of = f"{len(parts)} part{'s' if len(parts) > 1 else ''} by {entry.label}"
        yield _row(figures.printed[whole][0], "parts", _text((low, high)), found, made_of, why)
