"""The ledger of a table: every figure is a claim, left out with the reason, or wrong."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from trafficking_stats.headings import DIMENSION
from trafficking_stats.printed import AmbiguousError, NoFigureError, UnreadableError, plain, unmarked
from trafficking_stats.schema import claim_faults
from trafficking_stats.vocabulary import Vocabulary


class Ledger:
    """The figures of a table, and why some of them are no claims.

    Parameters
    ----------
    rows : pandas.Series
        The row of the table that each figure stands in.
    labels : pandas.Series
        What else names its place.
    """

    def __init__(self, rows: pd.Series, labels: pd.Series) -> None:
        self.places = pd.DataFrame({"row": rows, "label": labels})
        self.skipped: dict[Any, str] = {}
        self.wrong: dict[Any, str] = {}

    def skip(self, at: Any, reason: str) -> None:
        """Leave a figure out for the first reason told, whatever else is wrong with it."""
        self.skipped.setdefault(at, reason)
        self.wrong.pop(at, None)

    def refuse(self, at: Any, reason: str) -> None:
        """Note what is wrong with a figure; the first fault of a figure is told, and none of one that is left out."""
        if at not in self.skipped:
            self.wrong.setdefault(at, reason)

    def check(self, claims: pd.DataFrame, vocabulary: Vocabulary) -> None:
        """Refuse claims that the vocabulary does not allow."""
        for row, text in claim_faults(claims, vocabulary):
            self.refuse(claims.index[row], text)

    def kept(self, claims: pd.DataFrame) -> pd.DataFrame:
        """Return those claims with which nothing is wrong."""
        return claims[~claims.index.isin([*self.skipped, *self.wrong])]

    def told(self, reasons: Mapping[Any, str]) -> pd.DataFrame:
        """Return the columns ``row``, ``label`` and ``reason`` of figures in order."""
        where = self.places.loc[sorted(reasons)]
        return where.assign(reason=[reasons[at] for at in where.index]).reset_index(drop=True)


class _Cell(NamedTuple):
    """What a cell says, the mark behind it, and why it says nothing that can be read."""

    said: Any = None
    mark: str = ""
    fault: ValueError | None = None


class Cells(Ledger):
    """The cells of a table with one row a figure, each read once and in the words of the labels.

    Parameters
    ----------
    long : pandas.DataFrame
        As `layout.long_table` gives it.
    labels : mapping of str to mapping of str to str
        Words of the table by field or dimension.
    filling : str
        What one types to fill the empty cells of a column from the one above.
    """

    def __init__(self, long: pd.DataFrame, labels: Mapping[str, Mapping[str, str]], filling: str) -> None:
        super().__init__(long["row"], long["column"])
        self.long, self.labels, self.filling = long, labels, filling
        self.unclear: list[str] = []
        self.marks: dict[Any, list[str]] = {}

    def read(self, column: str, read: Callable[[Any], Any], marked: bool = True) -> list[Any]:
        """Read a column; None where a cell cannot be read. What is ``marked`` may have the mark of a footnote."""
        field, cells = column.removeprefix(DIMENSION), self.long[column]
        labels = self.labels.get(field, {})
        keys = [(type(cell), None if plain(cell) == "" else cell) for cell in cells]  # nan is no key
        known = {key: _read(cell, read, labels, marked) for key, cell in dict(zip(keys, cells, strict=True)).items()}
        for at, key in zip(cells.index, keys, strict=True):
            _, mark, fault = known[key]
            if mark:
                self.marks.setdefault(at, []).append(f"printed with the mark {mark}")
            if isinstance(fault, NoFigureError):
                self.skip(at, str(fault))
            elif fault:
                heading = self.places["label"][at] if column == "value" else field
                empty = "" if key[1] is not None else self._what_to_fill(cells)
                text = f"column {heading}, value {plain(key[1])!r}: must be {fault}{empty}"
                self.refuse(at, text)
                if isinstance(fault, AmbiguousError) and at in self.wrong:
                    self.unclear.append(f"row {self.places['row'][at]}: {text}")
        return [known[key].said for key in keys]

    def _what_to_fill(self, cells: pd.Series) -> str:
        """Say what to do about empty cells: where most of those below a full one are empty, it holds for them."""
        is_empty = cells[~self.places["row"].duplicated()].map(plain) == ""
        below = is_empty[(~is_empty).cummax()].iloc[1:]
        if below.sum() > max(1, len(below) / 2):
            return f"; fill the cells below one that holds for them ({self.filling})"
        return "; add what is missing to the table, or leave the row out"

    def text(self, column: str, default: pd.Series | str) -> pd.Series:
        """Return the text of a column, the default where it is empty or not there."""
        default = pd.Series(default, index=self.long.index, dtype=object)
        if column not in self.long:
            return default
        given = pd.Series(self.read(column, plain, marked=False), self.long.index, dtype=object)
        return given.where(given != "", default)


def _read(cell: Any, read: Callable[[Any], Any], labels: Mapping[str, str], marked: bool) -> _Cell:
    said, mark = labels.get(plain(cell), cell), ""
    if marked and isinstance(said, str):
        said, mark = unmarked(said.strip())
    try:
        return _Cell(read(labels.get(plain(said), said)), mark)
    except (NoFigureError, UnreadableError) as fault:
        return _Cell(None, mark, fault)
