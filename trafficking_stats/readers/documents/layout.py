"""From words with places on a page to lines in reading order, and from lines to paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from operator import itemgetter
from statistics import median
from typing import Any

SMALL = 0.85
"""Type smaller than this share of the body's is a note; a raised number of that size is a note mark."""
COLUMN_GAP = 8
"""Points without a word, at least, between two columns."""
CELL_GAP = 1.6
"""Gap between two cells of a table without rules, in heights of its type."""
LONGEST_NUMBER = 12
"""Characters of a cell with a number, at most."""

_HYPHENATED = re.compile(r"[^\W\d_][-\u2010\u00ad]$")


Word = dict[str, Any]
"""A word as pdfplumber gives it: text, x0, x1, top, bottom in points from the top left, and size of its type."""
Row = list[Word]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of one column.

    Attributes
    ----------
    cells : tuple of str
        Its pieces between wide gaps; more than one where the line is a row of a table without rules.
    left, right : float
        Its column, not its own ends.
    """

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    cells: tuple[str, ...]
    left: float
    right: float

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a table."""
        return len(self.cells) > 1


def lines_of(words: Sequence[Word], width: float) -> list[Line]:
    """Return the lines of a page in reading order: column by column between lines that cross both.

    Parameters
    ----------
    words : sequence of Word
        The words of the page.
    width : float
        Of the page, in points.
    """
    rows = _rows(words)
    gutter = _gutter(rows, width)
    if gutter is None:
        return _only_true_rows([_line(row, rows) for row in rows])
    lines: list[Line] = []
    for apart, stretch in groupby(rows, key=lambda row: _is_apart(row, gutter)):
        block = list(stretch)
        for side in zip(*(_sides(row, gutter) for row in block), strict=True) if apart else [block]:
            column = [row for row in side if row]
            lines += [_line(row, column if apart else rows) for row in column]
    return _only_true_rows(lines)


def _rows(words: Sequence[Word]) -> list[Row]:
    """Words of one height from left to right; raised note marks left out."""
    from pdfplumber.utils.clustering import cluster_objects

    body = _usual_size((word["size"], word["text"]) for word in words)
    rows: list[Row] = []
    for row in cluster_objects(list(words), itemgetter("bottom"), 0.3 * body):
        large = min(max(word["size"] for word in row), body) if len(row) > 1 else body
        kept = [w for w in row if not w["text"].isdecimal() or w["size"] >= SMALL * large]
        rows += [sorted(kept, key=itemgetter("x0"))] if kept else []
    return rows


def _usual_size(sizes: Iterator[tuple[float, str]]) -> float:
    """Return the size of type that most characters have."""
    counts: Counter[float] = Counter()
    for size, text in sizes:
        counts[round(size, 1)] += len(text)
    return max(counts, key=lambda size: counts[size], default=0.0)


def _gutter(rows: list[Row], width: float) -> tuple[float, float] | None:
    """Return the strip between two columns of prose, or None."""
    middle = range(int(0.3 * width), int(0.7 * width))
    crossed = Counter(x for row in rows for word in row for x in range(int(word["x0"]), int(word["x1"]) + 1))
    runs = [list(run) for free, run in groupby(middle, key=lambda x: crossed[x] <= 0.15 * len(rows)) if free]
    widest = max(runs, key=len, default=[])
    if len(widest) <= COLUMN_GAP or len(rows) < 6:
        return None
    gutter = float(widest[0]), float(widest[-1])
    sides = zip(*(_sides(row, gutter) for row in rows if _is_apart(row, gutter)), strict=True)
    prose = [sum(sum(word["text"][0].isalpha() for word in row) >= 3 for row in side) for side in sides]
    return gutter if min(prose, default=0) >= 0.25 * len(rows) else None


def _is_apart(row: Row, gutter: tuple[float, float]) -> bool:
    """Whether no word of a row stands in the strip between the columns."""
    return all(word["x1"] <= gutter[0] + 1 or word["x0"] >= gutter[1] - 1 for word in row)


def _sides(row: Row, gutter: tuple[float, float]) -> tuple[Row, Row]:
    edge = gutter[0] + 1
    return [word for word in row if word["x1"] <= edge], [word for word in row if word["x1"] > edge]


def _line(row: Row, column: Sequence[Row]) -> Line:
    cells = [row[0]["text"]]
    for before, word in pairwise(row):
        if word["x0"] - before["x1"] > CELL_GAP * max(before["size"], word["size"]):
            cells.append(word["text"])
        else:
            cells[-1] += f" {word['text']}"
    edges = min(r[0]["x0"] for r in column), max(r[-1]["x1"] for r in column)
    bounds = row[0]["x0"], row[-1]["x1"], min(w["top"] for w in row), max(w["bottom"] for w in row)
    return Line(" | ".join(cells), *bounds, median(w["size"] for w in row), tuple(cells), *edges)


def _only_true_rows(lines: list[Line]) -> list[Line]:
    """Keep as rows what holds numbers in cells, and the line of heads above it; justified prose has wide gaps too."""
    numeric = [any(c[0].isdecimal() and len(c) < LONGEST_NUMBER for c in line.cells[1:]) for line in lines]
    return [
        line if here or below else replace(line, text=" ".join(line.cells), cells=(" ".join(line.cells),))
        for line, here, below in zip(lines, numeric, [*numeric[1:], False], strict=True)
    ]


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
    """Yield each paragraph with the page it begins on; one that a page break cuts is joined again.

    Notes in small type come after the body of their page.
    """
    small = SMALL * _usual_size((line.size, line.text) for lines in pages for line in lines)
    gap = _usual_gap(pages)
    found: list[tuple[list[Line], int]] = []
    last: list[Line] = []  # the paragraph that may go on on the next page
    for number, lines in enumerate(pages, 1):
        main = [line for line in lines if line.size >= small or line.is_row]
        for group in _groups(main, gap):
            if last and group[0] is main[0] and not group[0].is_row and _runs_on(last[-1].text, group[0].text):
                last += group
                continue
            found.append((group, number))
            last = [] if group[0].is_row else group
        found += [(group, number) for group in _groups([line for line in lines if line not in main], gap)]
    for group, number in found:
        texts = [line.text for line in group]
        yield "\n".join(texts) if group[0].is_row else join_lines(texts), number


def _usual_gap(pages: Sequence[Sequence[Line]]) -> float:
    """Return the usual distance between two lines, in heights of their type."""
    steps = [(after.bottom - before.bottom, after.size) for lines in pages for before, after in pairwise(lines)]
    return median([step / max(size, 1) for step, size in steps if step > 0] or [1.2])


def _groups(lines: Sequence[Line], gap: float) -> list[list[Line]]:
    """Cut lines into paragraphs and into runs of rows of a table."""
    groups: list[list[Line]] = []
    for line in lines:
        if groups and not _breaks(groups[-1][-1], line, gap):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _breaks(before: Line, line: Line, gap: float) -> bool:
    if before.is_row or line.is_row:
        return before.is_row != line.is_row
    if abs(before.size - line.size) > 0.08 * before.size:
        return True
    if line.bottom < before.bottom or line.left != before.left:  # the next column
        return not _runs_on(before.text, line.text)
    if (line.bottom - before.bottom) / max(line.size, 1) > 1.25 * gap:
        return True
    is_short = before.x1 < before.right - 0.12 * (before.right - before.left)
    is_indented = line.x0 > line.left + 0.8 * line.size and before.x0 <= before.left + 0.3 * before.size
    return (is_short or is_indented) and _is_finished(before.text)


def _is_finished(text: str) -> bool:
    return text.rstrip("\"'”’)").endswith((".", "!", "?", ":", ";"))


def _runs_on(text: str, following: str) -> bool:
    """Whether a paragraph goes on after a break of column or page."""
    return _HYPHENATED.search(text) is not None or (not _is_finished(text) and following[:1].isalnum())
