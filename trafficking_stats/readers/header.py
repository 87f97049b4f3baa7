"""Where the header of a table stands in its rows, and what its columns are called."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from trafficking_stats.errors import ReaderError
from trafficking_stats.headings import SEVERAL_HEADINGS
from trafficking_stats.printed import is_heading, plain, says_figure
from trafficking_stats.readers.sheets import Row, padded

_WITHIN = 50
_MOST_ROWS = 3


def below_header(rows: list[Row], said: str, path: Path) -> pd.DataFrame:
    """Return the cells below the header by heading and number of row.

    Parameters
    ----------
    rows : list of (int, list)
        Cells with the number of their row.
    said : str
        Where the header stands, such as ``3`` or ``3-4``; empty where it is to be found.
    path : pathlib.Path
        The file, for messages.

    Raises
    ------
    ReaderError
        If there is no header, nothing below it, a row is wider than it, or another header follows.

    Examples
    --------
    >>> rows = [["Table 1"], ["Country", "2022", ""], ["", "Women", "Men"], ["Norway", 3, 1]]
    >>> below_header(list(enumerate(rows, 1)), "", Path("a.csv")).to_dict("index")
    {4: {'Country': 'Norway', '2022 / Women': 3, '2022 / Men': 1}}
    """
    rows = [(number, row) for number, row in rows if any(map(plain, row))]
    if not rows:
        raise ReaderError(f"{path}: the table is empty")
    first, last = _said(said) if said else _found(rows)
    heads = [row for number, row in rows if first <= number <= last]
    body = {number: row for number, row in rows if number > last and row not in heads}
    if not heads or not body:
        raise ReaderError(f"{path}: there are no rows below the header in row {first}")
    width = max(map(len, heads))
    for number, row in body.items():
        if _is_second(row, heads):
            raise ReaderError(
                f"{path}, row {number}: a second header; say --header {number} to read the table below it, and save the"
                " one above it as a file of its own"
            )
        if any(map(plain, row[width:])):
            raise ReaderError(
                f"{path}, row {number}: {len(row)} cells below {width} headings; quote separators in cells"
            )
    cells = [padded(row, width) for row in body.values()]
    table = pd.DataFrame(cells, index=list(body), dtype=object)
    headings = [heading or f"column {at}" for at, heading in enumerate(_headings(heads, width), start=1)]
    is_empty = [name == f"column {at + 1}" and not any(map(plain, table[at])) for at, name in enumerate(headings)]
    return table.set_axis(headings, axis=1).loc[:, ~np.array(is_empty)]


def _said(rows: str) -> tuple[int, int]:
    first, _, last = rows.partition("-")
    if not (first.isdigit() and (last or "1").isdigit()):
        raise ReaderError(f"header must be a row such as 3, or rows such as 3-4, not {rows!r}")
    return int(first), int(last or first)


def _found(rows: list[Row]) -> tuple[int, int]:
    """Return the first and last row of the header: the first that is filled as far as the table is wide, and more.

    A row that has a heading twice goes on in the row above if that tells them apart, and one with gaps in the row below
    if no figures but years stand there.
    """
    filled = [sum(1 for cell in row if plain(cell)) for _, row in rows[:_WITHIN]]
    at = last = next(at for at, n in enumerate(filled) if n >= max(2, max(filled) / 2) or n == max(filled))
    if at and not _differ([rows[at][1]]) and _differ([rows[at - 1][1], rows[at][1]]):
        at -= 1
    for below in range(at + 1, min(at + _MOST_ROWS, len(rows) - 1)):
        above, cells = rows[below - 1][1], [cell for cell in rows[below][1] if plain(cell)]
        has_gaps = not all(map(plain, above)) or len(above) < len(rows[below][1])
        if not has_gaps or len(cells) < 2 or not all(map(is_heading, cells)):
            break
        last = below
    return rows[at][0], rows[last][0]


def _is_second(row: list[Any], heads: list[list[Any]]) -> bool:
    """Whether a row repeats a heading above it, and holds no figure: what follows is another table."""
    repeated = [cell for cells in heads for cell, head in zip(row, cells, strict=False) if cell and cell == head]
    return any(says_figure(cell) is False for cell in repeated) and all(is_heading(cell) for cell in row if plain(cell))


def _differ(heads: list[list[Any]]) -> bool:
    names = [name for name in _headings(heads, max(map(len, heads))) if name]
    return len(set(names)) == len(names)


def _headings(heads: list[list[Any]], width: int) -> list[str]:
    """Join the headings of a column; one that spans several columns stands above the first of them."""
    levels = pd.DataFrame([[plain(cell) for cell in padded(row, width)] for row in heads], dtype=object)
    levels = levels.where(levels.astype(bool), None)
    levels.iloc[:-1] = levels.iloc[:-1].ffill(axis=1)
    return [SEVERAL_HEADINGS.join(levels[column].dropna().unique()) for column in levels]
