"""From words with places on a page to lines, and from lines to paragraphs.

The order is that in which the file draws its words: it is the order of reading, of columns and of tables too.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from statistics import median
from typing import Any

SMALL = 0.85
"""Type smaller than this share of the body's is a note; a raised number of that size is a note mark."""
SAME_LINE = 0.3
"""Heights of type by which two words of a line may stand apart."""
CELL_GAP = 1.6
"""Gap between two cells of a table without rules, in heights of its type."""
FULL = 0.8
"""Share of the lines of a column that end at its right edge or before it; headings across several go beyond."""
LONGEST_NUMBER = 12
"""Characters of a cell with a number, at most."""

_HYPHENATED = re.compile(r"[^\W\d_][-\u2010\u00ad]$")

Word = dict[str, Any]
"""A word as pdfplumber gives it: text, x0, x1, top, bottom in points from the top left, and size of its type."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of one column.

    Attributes
    ----------
    is_row : bool
        Whether it is a row of a table without rules.
    """

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    is_row: bool


def lines_of(words: Sequence[Word]) -> list[Line]:
    """Return the lines of a page, raised note marks left out.

    Parameters
    ----------
    words : sequence of Word
        The words of the page, in the order in which the file draws them.
    """
    rows: list[list[Word]] = []
    for word in words:
        last = rows[-1][-1] if rows else word
        height = max(word["size"], last["size"])
        if word["text"].isdecimal() and word["size"] < SMALL * last["size"] and word["bottom"] < last["bottom"]:
            continue
        if rows and abs(word["bottom"] - last["bottom"]) <= SAME_LINE * height and word["x0"] > last["x0"]:
            rows[-1].append(word)
        else:
            rows.append([word])
    cells = [_cells(row) for row in rows]
    # justified prose has wide gaps, too: a row holds numbers in cells, or stands above one that does
    numeric = [any(cell[0].isdecimal() and len(cell) < LONGEST_NUMBER for cell in line[1:]) for line in cells]
    return [
        _line(row, line, len(line) > 1 and (here or below))
        for row, line, here, below in zip(rows, cells, numeric, [*numeric, False][1:], strict=True)
    ]


def _cells(row: list[Word]) -> list[str]:
    """Return the pieces of a line between wide gaps."""
    cells = [row[0]["text"]]
    for before, word in pairwise(row):
        if word["x0"] - before["x1"] > CELL_GAP * max(before["size"], word["size"]):
            cells.append(word["text"])
        else:
            cells[-1] += f" {word['text']}"
    return cells


def _line(row: list[Word], cells: list[str], is_row: bool) -> Line:
    top, bottom = min(word["top"] for word in row), max(word["bottom"] for word in row)
    text = (" | " if is_row else " ").join(cells)
    return Line(text, row[0]["x0"], row[-1]["x1"], top, bottom, median(word["size"] for word in row), is_row)


def join_lines(lines: Sequence[str]) -> str:
    """Join the lines of a paragraph; a word broken at a line's end becomes one word again.

    Examples
    --------
    >>> join_lines(["the victims of traf-", "ficking in 2014"])
    'the victims of trafficking in 2014'
    """
    text = ""
    for line in lines:
        is_broken = _HYPHENATED.search(text) is not None and line[:1].islower()
        text = text[:-1] + line if is_broken else f"{text} {line}".lstrip()
    return text


def paragraphs_of(pages: Sequence[Sequence[Line]]) -> Iterator[tuple[str, int]]:
    """Yield each paragraph with the page it begins on; one that the end of a column or page cuts is joined again.

    Notes in small type come after the body.
    """
    sizes = Counter[float]()
    for line in chain.from_iterable(pages):
        sizes[round(line.size, 1)] += len(line.text)
    small = SMALL * max(sizes, key=lambda size: sizes[size], default=0.0)
    gap = _usual_gap(pages)
    for of_body in (True, False):
        groups: list[list[Line]] = []
        begins: list[int] = []
        for number, lines in enumerate(pages, 1):
            for column in _columns(line for line in lines if (line.size >= small or line.is_row) is of_body):
                ends = sorted(line.x1 for line in column)
                edges = min(line.x0 for line in column), ends[int(FULL * (len(ends) - 1))]
                for line in column:
                    if not groups or _breaks(groups[-1][-1], line, gap, None if line is column[0] else edges):
                        groups.append([])
                        begins.append(number)
                    groups[-1].append(line)
        for group, number in zip(groups, begins, strict=True):
            texts = [line.text for line in group]
            yield "\n".join(texts) if group[0].is_row else join_lines(texts), number


def _columns(lines: Iterable[Line]) -> list[list[Line]]:
    """Cut the lines of a page where one stands above the one before."""
    columns: list[list[Line]] = []
    for line in lines:
        if not columns or line.bottom < columns[-1][-1].bottom:
            columns.append([])
        columns[-1].append(line)
    return columns


def _usual_gap(pages: Sequence[Sequence[Line]]) -> float:
    """Return the usual distance between two lines of a paragraph, in heights of their type."""
    steps = (pair for lines in pages for pair in pairwise(lines) if not _is_finished(pair[0].text))
    gaps = [(line.bottom - before.bottom) / max(line.size, 1) for before, line in steps]
    return median([gap for gap in gaps if gap > 0] or [1.2])


def _breaks(before: Line, line: Line, gap: float, edges: tuple[float, float] | None) -> bool:
    """Whether a line begins a paragraph, or a run of rows of a table; its column has no edges at its first line."""
    if before.is_row or line.is_row:
        return before.is_row != line.is_row
    if abs(before.size - line.size) > 0.08 * before.size:
        return True
    if edges is None:
        return not _runs_on(before.text, line.text)
    if (line.bottom - before.bottom) / max(line.size, 1) > 1.25 * gap:
        return True
    left, right = edges
    is_short = before.x1 < right - 0.12 * (right - left)
    is_indented = line.x0 > left + 0.8 * line.size and before.x0 <= left + 0.3 * before.size
    return (is_short or is_indented) and _is_finished(before.text)


def _is_finished(text: str) -> bool:
    return text.rstrip("\"'”’)").endswith((".", "!", "?", ":", ";"))


def _runs_on(text: str, following: str) -> bool:
    """Whether a paragraph goes on after a break of column or page."""
    return _HYPHENATED.search(text) is not None or (not _is_finished(text) and following[:1].isalnum())
