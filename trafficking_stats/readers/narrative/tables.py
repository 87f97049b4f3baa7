"""Counts in tables: rows with a year and a number, in text where cells stand apart by bars, tabs or wide gaps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from trafficking_stats.readers.narrative.facets import facets_within
from trafficking_stats.readers.narrative.lexicon import Lexicon
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.scene import Scene, build
from trafficking_stats.readers.narrative.tokens import Sentence
from trafficking_stats.readers.narrative.topics import Topic, topic_of

_LINE = re.compile(r"[^\n]+")
_GAP = re.compile(r"[ \t]*\|[ \t]*|\t+|[ ]{3,}")
_RULE = frozenset(" \t\r|:+=-")
_NUMBER = re.compile(r"[<>]?\s?\d[\d.,\u00a0\u2009\u202f ]*")
_MARKS = {"<": "fewer_than", ">": "more_than"}
LONGEST_CELL = 80
"""Characters; a longer cell is prose."""


@dataclass(frozen=True, slots=True)
class Count:
    """A number of a table with what it counts."""

    scene: Scene
    numeral: Numeral
    topic: Topic
    facets: dict[str, str]
    label: str


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of a table, each as the places of its cells in the text."""

    start: int
    end: int
    rows: tuple[tuple[tuple[int, int], ...], ...]


def find_tables(text: str) -> list[Table]:
    r"""Find tables: two lines or more, one under the other, of as many cells, most with numbers.

    Examples
    --------
    >>> [len(table.rows) for table in find_tables("Year | Victims\n2018 | 97\n2019 | 62\n\nProse.")]
    [3]
    """
    tables: list[Table] = []
    open_rows: list[tuple[tuple[int, int], ...]] = []
    last = -2

    def close() -> None:
        numeric = sum(any(_is_number(text, cell) for cell in row[1:]) for row in open_rows)
        if len(open_rows) > 1 and numeric * 2 >= len(open_rows):
            tables.append(Table(open_rows[0][0][0], open_rows[-1][-1][1], tuple(open_rows)))
        open_rows.clear()

    for match in _LINE.finditer(text):
        if not match.group().strip() or ("--" in match.group() and _RULE.issuperset(match.group())):
            last = match.end()
            continue
        cells = _cells(text, match.start(), match.end())
        goes_on = match.start() - last <= 2 and (not open_rows or len(cells) == len(open_rows[-1]))
        if open_rows and not (goes_on and len(cells) > 1):
            close()
        if len(cells) > 1:
            open_rows.append(cells)
        last = match.end()
    close()
    return tables


def _cells(text: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """Places of the cells of a line; empty for a line that is prose."""
    cells = []
    begin = start
    for gap in _GAP.finditer(text, start, end):
        cells.append((begin, gap.start()))
        begin = gap.end()
    cells.append((begin, end))
    if cells[0][0] == cells[0][1]:
        cells = cells[1:]
    if cells and not text[cells[-1][0] : cells[-1][1]].strip():
        cells = cells[:-1]
    return () if any(high - low > LONGEST_CELL for low, high in cells) else tuple(cells)


def _is_number(text: str, cell: tuple[int, int]) -> bool:
    return _NUMBER.fullmatch(text[slice(*cell)].strip()) is not None


def counts_of(table: Table, text: str, sentence: Sentence, lexicon: Lexicon, default_year: int) -> Iterator[Count]:
    """Read the counts of a table whose years stand in its first column or in its heads.

    Parameters
    ----------
    table : Table
        From `find_tables`.
    text : str
        The document.
    sentence : Sentence
        Gives number and paragraph.
    lexicon : Lexicon
        Language.
    default_year : int
        The year the document reports on.

    Yields
    ------
    Count
        Only where a period and a topic are named, in the head, the first cell or the line above the table.
    """
    above = text.rfind("\n", 0, max(0, text.rfind("\n", 0, table.start)) or 0) + 1
    caption = _said(text, (above, table.start), sentence, lexicon, default_year)
    heads = [_said(text, cell, sentence, lexicon, default_year) for cell in table.rows[0]]
    for row in table.rows:
        first = _said(text, row[0], sentence, lexicon, default_year)
        spoken = heads[0].topic or caption.topic  # of a head such as "Women": that of the heads before it
        for cell, head in zip(row[1:], heads[1:], strict=False):
            spoken = head.topic or spoken
            if not _is_number(text, cell):
                continue
            label = first.label or head.label
            topic = head.topic or first.topic or spoken
            if not label or topic is None:
                continue
            scene = build(text, Sentence(sentence.number, sentence.paragraph, *cell), lexicon, default_year)
            numeral = next((n for n in scene.numerals if n.kind == "count"), None)
            if numeral is not None and numeral.value == int(numeral.value):
                qualifier = _MARKS.get(text[cell[0] : cell[1]].strip()[0], "exact")
                numeral = replace(numeral, qualifier=qualifier)
                yield Count(scene, numeral, topic, {**first.facets, **head.facets}, label)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a head or a first cell names."""

    topic: Topic | None
    facets: dict[str, str]
    label: str


def _said(text: str, cell: tuple[int, int], sentence: Sentence, lexicon: Lexicon, default_year: int) -> _Said:
    if not text[slice(*cell)].strip():
        return _Said(None, {}, "")
    scene = build(text, Sentence(sentence.number, sentence.paragraph, *cell), lexicon, default_year)
    end = len(scene.low)
    label = next((period.label for period in scene.periods if period.label), "")
    return _Said(topic_of(scene, 0, end), facets_within(scene, 0, end, frozenset()), label)
