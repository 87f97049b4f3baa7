"""From the rows of a publisher's file to claims: labels become codes, and each row is a claim or left out."""

import re
import zlib
from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from trafficking_stats.breakdowns import canonical_breakdown
from trafficking_stats.ledger import Ledger
from trafficking_stats.readers.tables import NOT_ASKED_FOR, TableImport
from trafficking_stats.schema import PRINTED
from trafficking_stats.vocabulary import load_vocabulary
from trafficking_stats.wording import without_accents

CELL = ["country", "indicator", "breakdown", "period_start"]

CountryOf = Callable[[str], tuple[str, int]]
"""The code of a label that is a country, else "", and the label's rank among the spellings of that country."""


def slug(label: str, taken: Collection[str] = ()) -> str:
    """Turn a printed label into a category of its own.

    Two different labels never give the same category, and a label gives the same one in every file: what the
    simplified spelling loses (case, accents, signs) comes back as a checksum at its end.

    Parameters
    ----------
    label : str
        A label as printed, such as ``"Sierra Leonean"``.
    taken : collection of str
        Categories that other labels have.

    Returns
    -------
    str
        Lower-case letters, digits and underscores.

    Examples
    --------
    >>> slug("Sierra Leonean")
    'sierra_leonean'
    >>> slug("SIERRA LEONEAN") == slug("Sierra leonean")
    False
    """
    plain = re.sub(r"[^a-z0-9]+", "_", without_accents(label).lower()).strip("_")
    if plain and plain not in taken and plain.replace("_", " ").title() == label:
        return plain
    return f"{plain or 'label'}_{zlib.crc32(label.encode('utf-8')):08x}"


class Draft(Ledger):
    """Claims in the making, one row a figure of a file: each step fills columns of ``claims``, or leaves rows out.

    Parameters
    ----------
    rows : pandas.Series
        The number in the file of the row that each figure stands in.
    """

    def __init__(self, rows: pd.Series) -> None:
        super().__init__(rows, pd.Series("", rows.index))
        self.claims = pd.DataFrame(index=rows.index)
        self.dimensions: dict[str, Mapping[str, Any]] = {}
        # the breakdown with the best category of each label, that with its own, and how good the spelling is
        self._best, self._own = (pd.DataFrame(index=rows.index) for _ in range(2))
        self._rank = pd.Series(0, index=rows.index)

    def leave_out(self, rows: pd.Series, why: str, labels: pd.Series | None = None) -> None:
        """Say why rows are no claims; ``{!r}`` in the reason stands for the label of the row."""
        for at in rows.index[rows]:
            self.skip(at, why if labels is None else why.format(labels[at]))

    def set_countries(
        self, labels: pd.Series, place: Callable[..., tuple[str, str]], wanted: Collection[str] | None
    ) -> None:
        """Give rows their country, by a function that returns its code, or "" and why the label is none."""
        places = {label: place(label) for label in labels.unique()}
        self.claims["country"], why = (labels.map({label: at[i] for label, at in places.items()}) for i in (0, 1))
        self.leave_out(why != "", "{}", why)
        if wanted is not None:
            self.leave_out(~self.claims["country"].isin(wanted), NOT_ASKED_FOR)

    def set_indicators(self, labels: pd.Series, entries: Mapping[str, Mapping[str, str]]) -> None:
        """Give rows the indicator and the unit of their label, and the note that belongs to it."""
        for column, key in (("indicator", "indicator"), ("unit", "unit"), ("scope_note", "note")):
            self.claims[column] = _looked_up(labels, {label: entry.get(key, "") for label, entry in entries.items()})

    def set_years(self, labels: pd.Series, why: str) -> None:
        """Give rows their calendar year, or refuse a label that is none."""
        self.leave_out(~labels.str.fullmatch("[0-9]{4}"), why, labels)
        self.claims["period_start"], self.claims["period_end"] = labels + "-01-01", labels + "-12-31"

    def add_note(self, text: pd.Series, between: str = "; ") -> None:
        """Add to the notes, with ``between`` where there is one already."""
        note = self.claims["scope_note"]
        self.claims["scope_note"] = note + text.mask((note != "") & (text != ""), between + text)

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
        own = {label: known.get(label) or slug(label, known.values()) for label in labels.dropna().unique()}
        best = {label: (category, 0) for label, category in own.items()}
        if entry.get("countries"):
            found = {label: country_of(label) for label in own if label not in known}
            best |= {label: country for label, country in found.items() if country[0]}
        for category, listed in entry.get("aliases", {}).items():
            best |= {label: (category, rank) for rank, label in enumerate(listed, 1) if label in own}
        self.dimensions[key] = entry
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
        for key, entry in self.dimensions.items():
            if "own_country" in entry:
                self._name_nationals(f"{key}=", entry["own_country"])
        self.check(self.kept(self.claims), load_vocabulary())
        self._tell_apart(several)
        self.places["label"] = self.claims["locator"]
        claims = self.kept(self.claims)[list(PRINTED)].reset_index(drop=True)
        claims.insert(0, "source_id", source["source_id"])
        return TableImport(claims, source, len(self.claims), self.told({**self.skipped, **self.wrong}), wanted)

    def _join_breakdowns(self) -> None:
        """Join categories; where two labels meet in a cell, the better spelling keeps it, the other gets its own."""
        self.claims["breakdown"], own = _in_one(self._best), _in_one(self._own)
        kept = self.kept(self.claims).assign(own=own, rank=self._rank).sort_values(["rank", "own"], kind="stable")
        best = kept.groupby(CELL, sort=False)["own"].transform("first")
        other = kept.index[kept["own"] != best]
        self.claims.loc[other, "breakdown"] = own[other]

    def _name_nationals(self, key: str, category: str) -> None:
        """Give the reporting country's own name a category, unless another label has it in the cell."""
        kept = self.kept(self.claims)
        home = kept[kept["breakdown"] == key + kept["country"]]
        national = pd.MultiIndex.from_frame(home[CELL].assign(breakdown=key + category))
        free = ~national.isin(pd.MultiIndex.from_frame(kept[CELL]))
        self.claims.loc[home.index[free], "breakdown"] = key + category

    def _tell_apart(self, several: np.ndarray | bool) -> None:
        """Put a number to claims on one cell with different figures, and refuse those that repeat a figure."""
        again = self.kept(self.claims).duplicated([*CELL, "qualifier", "value"])
        again = again.reindex(self.claims.index, fill_value=False) & ~np.asarray(several)
        self.leave_out(again, "prints again the figure of an earlier row of the same label")
        cells = self.kept(self.claims).groupby(CELL, sort=False)["value"]
        number, size = cells.cumcount() + 1, cells.transform("size")
        which, of = number[size > 1].astype(str), size[size > 1].astype(str)
        place = "row " + which + " of " + of + " that the file prints under this label"
        self.add_note(place.reindex(self.claims.index, fill_value=""))
        numbered = self.claims["breakdown"][which.index] + ";row=" + which
        self.claims.loc[which.index, "breakdown"] = numbered.map(canonical_breakdown)


def _looked_up(labels: pd.Series, table: Mapping[str, str]) -> pd.Series:
    """Return what ``table`` holds for each label, "" where it holds nothing."""
    return labels.map(table).astype(object).fillna("")


def _in_one(parts: pd.DataFrame) -> pd.Series:
    """Join the categories of each row, keys in order."""
    rows = parts.sort_index(axis=1).to_numpy(dtype=object)
    return pd.Series([";".join(filter(None, row)) for row in rows], index=parts.index, dtype=object)
