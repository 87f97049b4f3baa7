"""From words with places on a page to lines in reading order, and from lines to paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

SMALL = 0.85
"""Type smaller than this share of the body's is a note; a raised number of that size is a note mark."""
COLUMN_GAP = 8.0
"""Points without a word, at least, between two columns."""
CELL_GAP = 1.6
"""Gap between two cells of a table without rules, in heights of its type."""

_HYPHENATED = re.compile(r"[^\W\d_][-\u2010\u00ad]$")


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its box on the page, in points from the top left, and the size of its type."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float


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
    if not words:
        return []
    body = Counter(round(word.size, 1) for word in words for _ in word.text).most_common(1)[0][0]
    rows = _rows(words, body)
    gutter = _gutter(rows, width)
    lines = [_line(row, rows) for row in rows] if gutter is None else _in_columns(rows, gutter)
    return _only_true_rows(lines)


def _rows(words: Sequence[Word], body: float) -> list[list[Word]]:
    """Words of one height from left to right; raised note marks left out."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (round(w.bottom), w.x0)):
        row = rows[-1] if rows else None
        if row and abs(word.bottom - median(w.bottom for w in row)) < 0.4 * max(word.size, 4):
            row.append(word)
        else:
            rows.append([word])
    kept = []
    for row in rows:
        row.sort(key=lambda w: w.x0)
        large = max(word.size for word in row)
        texts = [w for w in row if not (w.text.isdecimal() and w.size < SMALL * min(large, body) and len(row) > 1)]
        if texts and not (len(row) == 1 and row[0].text.isdecimal() and row[0].size < 0.75 * body):
            kept.append(texts)
    return kept


def _gutter(rows: list[list[Word]], width: float) -> tuple[float, float] | None:
    """Return the strip between two columns of prose, or None."""
    if len(rows) < 6:
        return None
    middle = range(int(0.3 * width), int(0.7 * width))
    crossed = dict.fromkeys(middle, 0)
    for row in rows:
        for word in row:
            for x in range(max(middle.start, int(word.x0)), min(middle.stop, int(word.x1) + 1)):
                crossed[x] += 1
    free = [x for x in middle if crossed[x] <= 0.15 * len(rows)]
    best: tuple[int, int] | None = None
    start = None
    for x in [*free, middle.stop + 10]:
        if start is None:
            start = last = x
        elif x > last + 1:
            if best is None or last - start > best[1] - best[0]:
                best = (start, last)
            start = x
        last = x
    if best is None or best[1] - best[0] < COLUMN_GAP:
        return None
    left, right = float(best[0]), float(best[1])
    apart = [row for row in rows if _split(row, left, right)]
    sides = (
        [[word for word in row if word.x1 <= left + 1] for row in apart],
        [[word for word in row if word.x0 >= right - 1] for row in apart],
    )
    prose = [sum(sum(word.text[0].isalpha() for word in row) >= 3 for row in side) for side in sides]
    return (left, right) if min(prose) >= 0.25 * len(rows) else None


def _split(row: list[Word], left: float, right: float) -> bool:
    """Whether no word of a row stands in the strip between the columns."""
    return all(word.x1 <= left + 1 or word.x0 >= right - 1 for word in row)


def _in_columns(rows: list[list[Word]], gutter: tuple[float, float]) -> list[Line]:
    left_rows: list[list[Word]] = []
    right_rows: list[list[Word]] = []
    lines: list[Line] = []

    def flush() -> None:
        lines.extend(_line(row, left_rows) for row in left_rows)
        lines.extend(_line(row, right_rows) for row in right_rows)
        left_rows.clear()
        right_rows.clear()

    for row in rows:
        if _split(row, *gutter):
            left = [word for word in row if word.x1 <= gutter[0] + 1]
            right = [word for word in row if word.x1 > gutter[0] + 1]
            if left:
                left_rows.append(left)
            if right:
                right_rows.append(right)
        else:
            flush()
            lines.append(_line(row, rows))
    flush()
    return lines


def _line(row: list[Word], column: list[list[Word]]) -> Line:
    cells = [row[0].text]
    for before, word in pairwise(row):
        if word.x0 - before.x1 > CELL_GAP * max(before.size, word.size):
            cells.append(word.text)
        else:
            cells[-1] += f" {word.text}"
    size = median(word.size for word in row)
    edges = min(r[0].x0 for r in column), max(r[-1].x1 for r in column)
    bounds = min(w.top for w in row), max(w.bottom for w in row)
    return Line(" | ".join(cells), row[0].x0, row[-1].x1, *bounds, size, tuple(cells), *edges)


def _only_true_rows(lines: list[Line]) -> list[Line]:
    """Keep as rows what holds numbers in cells, and the line of heads above it; justified prose has wide gaps too."""
    numeric = [sum(cell[0].isdecimal() and len(cell) < 12 for cell in line.cells[1:]) > 0 for line in lines] + [False]
    return [
        line if line.is_row and (here or below) else replace(line, text=" ".join(line.cells), cells=line.cells[:1])
        for line, here, below in zip(lines, numeric, numeric[1:], strict=False)
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
        if text and _HYPHENATED.search(text) and line[:1].islower():
            text = text[:-1] + line
        else:
            text = f"{text} {line}" if text else line
    return text


def paragraphs_of(pages: Sequence[Sequence[Line]]) -> Iterator[tuple[str, int]]:
    """Yield each paragraph with the page it begins on; one that a page break cuts is joined again.

    Notes in small type come after the body of their page.
    """
    sizes = Counter(round(line.size, 1) for lines in pages for line in lines for _ in line.text)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    gap = _usual_gap(pages)
    open_text: list[str] = []
    open_page = 0
    held: list[tuple[str, int]] = []
    for number, lines in enumerate(pages, 1):
        main = [line for line in lines if line.size >= SMALL * body or line.is_row]
        notes = [line for line in lines if not (line.size >= SMALL * body or line.is_row)]
        for group in _groups(main, gap):
            texts = [line.text for line in group]
            if open_text and group[0] is main[0] and _runs_on(open_text[-1], texts[0]) and not group[0].is_row:
                open_text += texts
                continue
            if open_text:
                yield join_lines(open_text), open_page
            yield from held
            held = []
            if group[0].is_row:
                yield "\n".join(texts), number
                open_text = []
            else:
                open_text, open_page = texts, number
        held += [(join_lines([line.text for line in group]), number) for group in _groups(notes, gap)]
    if open_text:
        yield join_lines(open_text), open_page
    yield from held


def _usual_gap(pages: Sequence[Sequence[Line]]) -> float:
    """Return the usual distance between two lines, in heights of their type."""
    gaps = [
        (after.bottom - before.bottom) / max(after.size, 1)
        for lines in pages
        for before, after in pairwise(lines)
        if after.bottom > before.bottom
    ]
    return median(gaps) if gaps else 1.2


def _groups(lines: Sequence[Line], gap: float) -> Iterator[list[Line]]:
    """Cut lines into paragraphs and into runs of rows of a table."""
    group: list[Line] = []
    for line in lines:
        if group and _breaks(group[-1], line, gap):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _breaks(before: Line, line: Line, gap: float) -> bool:
    if before.is_row != line.is_row:
        return True
    if line.is_row:
        return False
    if abs(before.size - line.size) > 0.08 * before.size:
        return True
    if line.bottom < before.bottom or line.left != before.left:  # the next column
        return not _runs_on(before.text, line.text)
    if (line.bottom - before.bottom) / max(line.size, 1) > 1.25 * gap:
        return True
    short = before.x1 < before.right - 0.12 * (before.right - before.left)
    indented = line.x0 > line.left + 0.8 * line.size and before.x0 <= before.left + 0.3 * before.size
    return (short or indented) and before.text.rstrip("\"'”’)").endswith((".", "!", "?", ":", ";"))


def _runs_on(text: str, following: str) -> bool:
    """Whether a paragraph goes on after a break of column or page."""
    if _HYPHENATED.search(text):
        return True
    return not text.rstrip("\"'”’)").endswith((".", "!", "?", ":")) and following[:1].isalnum()
