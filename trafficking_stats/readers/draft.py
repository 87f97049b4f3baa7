"""From the rows of a publisher's file to claims: labels become codes, and each row is a claim or left out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from trafficking_stats.breakdowns import canonical_breakdown
from trafficking_stats.readers.categories import categories
from trafficking_stats.readers.tables import NOT_ASKED_FOR, TableImport
from trafficking_stats.schema import PRINTED

CELL = ["country", "indicator", "breakdown", "period_start"]

CountryOf = Callable[[str], tuple[str, int]]
"""The code of a label that is a country, else "", and the label's rank among the spellings of that country."""


class Draft:
    """Claims in the making, one row a figure of a file.

    Each step fills columns of ``claims``, or notes in ``reason`` why a row is none; the first reason of a row stays.

    Parameters
    ----------
    rows : pandas.Series
        The number in the file of the row that each figure stands in.
    """

    def __init__(self, rows: pd.Series) -> None:
        self.rows = rows
        self.claims = pd.DataFrame(index=rows.index)
        self.reason = pd.Series("", index=rows.index, dtype=object)
        self._dimensions: dict[str, Mapping[str, Any]] = {}
        self._best: dict[str, pd.Series] = {}
        self._own: dict[str, pd.Series] = {}
        self._rank = pd.Series(0, index=rows.index)

    def refuse(self, rows: pd.Series, why: str, labels: pd.Series | None = None) -> None:
        """Say why rows are no claims; ``{!r}`` in the reason stands for the label of the row."""
        rows = rows & (self.reason == "")
        self.reason[rows] = why if labels is None else labels[rows].map(why.format)

    def set_countries(
        self, labels: pd.Series, place: Callable[..., tuple[str, str]], wanted: Collection[str] | None
    ) -> None:
        """Give rows their country, by a function that returns its code, or "" and why the label is none."""
        places = {label: place(label) for label in labels.unique()}
        self.claims["country"] = labels.map({label: code for label, (code, _) in places.items()})
        why = labels.map({label: reason for label, (_, reason) in places.items()})
        self.refuse(why != "", "{}", why)
        if wanted is not None:
            self.refuse(~self.claims["country"].isin(wanted), NOT_ASKED_FOR)

    def set_indicators(self, labels: pd.Series, entries: Mapping[str, Mapping[str, str]]) -> pd.Series:
        """Give rows the indicator and the unit of their label; return the note that belongs to it."""
        for column in ("indicator", "unit"):
            self.claims[column] = _looked_up(labels, {label: entry[column] for label, entry in entries.items()})
        return _looked_up(labels, {label: entry.get("note", "") for label, entry in entries.items()})

    def set_years(self, labels: pd.Series, why: str) -> None:
        """Give rows their calendar year, or refuse a label that is none."""
        self.refuse(~labels.str.fullmatch("[0-9]{4}"), why, labels)
        self.claims["period_start"], self.claims["period_end"] = labels + "-01-01", labels + "-12-31"

    def break_down(
        self, key: str, labels: pd.Series, entry: Mapping[str, Any], country_of: CountryOf = lambda _: ("", 0)
    ) -> None:
        """Break figures down by a dimension.

        Parameters
        ----------
        key : str
            Of the dimension.
        labels : pandas.Series
            As printed; missing where a figure is of the whole.
        entry : mapping
            ``categories``, by label; ``aliases``, further labels by category; ``countries``, whether labels may be
            countries; ``own_country``, the category of the reporting country. All may be missing. A label that none of
            them holds keeps a category of its own, so that two labels never share a cell.
        country_of : callable
            Finds countries.
        """
        known = entry.get("categories", {})
        own = categories(sorted(labels.dropna().unique()), known)
        best = {label: (category, 0) for label, category in own.items()}
        if entry.get("countries"):
            named = {label: country_of(label) for label in own if label not in known}
            best |= {label: found for label, found in named.items() if found[0]}
        for category, listed in entry.get("aliases", {}).items():
            best |= {label: (category, at) for at, label in enumerate(listed, 1) if label in own}
        self._dimensions[key] = entry
        self._best[key] = _looked_up(labels, {label: f"{key}={category}" for label, (category, _) in best.items()})
        self._own[key] = _looked_up(labels, {label: f"{key}={category}" for label, category in own.items()})
        self._rank += labels.map({label: rank for label, (_, rank) in best.items()}).fillna(0).astype(int)

    def finish(
        self, source: dict[str, str], wanted: frozenset[str] | None, several: np.ndarray | bool = False
    ) -> TableImport:
        """Join the breakdowns, tell rows of one label apart, and return what the file says.

        Parameters
        ----------
        source : dict of str to str
            Its row of ``sources.csv``.
        wanted : frozenset of str, optional
            The countries that were asked for.
        several : numpy.ndarray
            Where rows that print one figure under one label are of several sub-forms, and no repeats.
        """
        self._join_breakdowns()
        self._tell_apart(several)
        kept = self.reason == ""
        skipped = pd.DataFrame({"row": self.rows, "label": self.claims["locator"], "reason": self.reason})[~kept]
        claims = self.claims.loc[kept, list(PRINTED)].reset_index(drop=True)
        claims.insert(0, "source_id", source["source_id"])
        return TableImport(claims, source, len(self.rows), skipped.reset_index(drop=True), wanted)

    def _join_breakdowns(self) -> None:
        """Join categories; where two labels meet in a cell, the better spelling keeps it, the other gets its own."""
        self.claims["breakdown"], own = (_in_one(parts, self.rows.index) for parts in (self._best, self._own))
        kept = self.claims[self.reason == ""].assign(own=own, rank=self._rank)
        kept = kept.sort_values(["rank", "own"], kind="stable")
        best = kept.groupby(CELL, sort=False)["own"].transform("first")
        other = kept.index[kept["own"] != best]
        self.claims.loc[other, "breakdown"] = own[other]
        for key, entry in self._dimensions.items():
            if "own_country" in entry:
                self._name_nationals(f"{key}=", entry["own_country"])

    def _name_nationals(self, key: str, category: str) -> None:
        """Give the reporting country's own name a category, unless another label has it in the cell."""
        kept = self.claims[self.reason == ""]
        home = kept[kept["breakdown"] == key + kept["country"]]
        national = pd.MultiIndex.from_frame(home[CELL].assign(breakdown=key + category))
        free = ~national.isin(pd.MultiIndex.from_frame(kept[CELL]))
        self.claims.loc[home.index[free], "breakdown"] = key + category

    def _tell_apart(self, several: np.ndarray | bool) -> None:
        """Put a number to claims on one cell with different figures, and refuse those that repeat a figure."""
        kept = self.claims[self.reason == ""]
        again = kept.duplicated([*CELL, "qualifier", "value"]) & ~pd.Series(several, index=self.rows.index)[kept.index]
        again = again.reindex(self.rows.index, fill_value=False)
        self.refuse(again, "prints again the figure of an earlier row of the same label")
        cells = self.claims[self.reason == ""].groupby(CELL, sort=False)["value"]
        number, size = (cells.cumcount() + 1).astype(str), cells.transform("size")
        apart = size.index[size > 1]
        note, place = self.claims["scope_note"][apart], "row " + number[apart] + " of " + size[apart].astype(str)
        self.claims.loc[apart, "scope_note"] = joined(note, place + " that the file prints under this label", "; ")
        numbered = self.claims["breakdown"][apart] + ";row=" + number[apart]
        self.claims.loc[apart, "breakdown"] = numbered.map(canonical_breakdown)


def joined(first: pd.Series, second: pd.Series, between: str) -> pd.Series:
    """Join texts, with ``between`` where both say something."""
    return first + second.mask((first != "") & (second != ""), between + second)


def _looked_up(labels: pd.Series, table: Mapping[str, str]) -> pd.Series:
    """Return what ``table`` holds for each label, "" where it holds nothing."""
    return labels.map(table).astype(object).fillna("")


def _in_one(parts: Mapping[str, pd.Series], index: pd.Index) -> pd.Series:
    """Join the categories of each row, keys in order."""
    rows = zip(*(parts[key].tolist() for key in sorted(parts)), strict=True)
    return pd.Series([";".join(filter(None, row)) for row in rows] if parts else "", index=index, dtype=object)
