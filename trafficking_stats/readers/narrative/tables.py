"""Counts in tables: rows with a year and a number, in text where cells stand apart by bars, tabs or wide gaps."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from trafficking_stats.printed import says_figure
from trafficking_stats.readers.narrative.heads import Head, facets_within, topic_of
from trafficking_stats.readers.narrative.readings import Reading, reading_of
from trafficking_stats.readers.narrative.scene import Scene
from trafficking_stats.readers.narrative.tokens import Sentence

_LINE = re.compile(r"[^\n]+")
_GAP = re.compile(r"[ \t]*\|[ \t]*|\t+|[ ]{3,}")
_RULE = frozenset(" \t\r|:+=-")
LONGEST_CELL = 80
"""Characters; a longer cell is prose."""

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of a table, each as the places of its cells in the text."""

    start: int
    end: int
    rows: tuple[tuple[Place, ...], ...]


def find_tables(text: str) -> list[Table]:
    r"""Find tables: two lines or more, one under the other, of as many cells, most with numbers.

    Examples
    --------
    >>> [len(table.rows) for table in find_tables("Year | Victims\n2018 | 97\n2019 | 62\n\nProse.")]
    [3]
    """
    runs: list[list[tuple[Place, ...]]] = [[]]
    last = -2
    for match in _LINE.finditer(text):
        if match.group().strip() and not ("--" in match.group() and _RULE.issuperset(match.group())):
            cells = _cells(text, match.start(), match.end())
            goes_on = match.start() - last <= 2 and (not runs[-1] or len(cells) == len(runs[-1][-1]))
            if runs[-1] and not (goes_on and len(cells) > 1):
                runs.append([])
            if len(cells) > 1:
                runs[-1].append(cells)
        last = match.end()
    with_numbers = [sum(any(_is_number(text, cell) for cell in row[1:]) for row in rows) for rows in runs]
    found = [rows for rows, count in zip(runs, with_numbers, strict=True) if len(rows) > 1 and count * 2 >= len(rows)]
    return [Table(rows[0][0][0], rows[-1][-1][1], tuple(rows)) for rows in found]


def _cells(text: str, start: int, end: int) -> tuple[Place, ...]:
    """Places of the cells of a line; empty for a line that is prose."""
    gaps = list(_GAP.finditer(text, start, end))
    begins, ends = [start, *(gap.end() for gap in gaps)], [*(gap.start() for gap in gaps), end]
    cells = list(zip(begins, ends, strict=True))
    if cells[0][0] == cells[0][1]:
        cells = cells[1:]
    if cells and not text[slice(*cells[-1])].strip():
        cells = cells[:-1]
    return () if any(high - low > LONGEST_CELL for low, high in cells) else tuple(cells)


def _is_number(text: str, cell: Place) -> bool:
    return says_figure(text[slice(*cell)]) is True


@dataclass(frozen=True, slots=True)
class _Said:
    """What a head or a first cell names."""

    topic: Head | None
    facets: dict[str, str]
    label: str


def counts_of(
    table: Table, text: str, sentence: Sentence, scene_of: Callable[[Sentence], Scene]
) -> Iterator[tuple[Scene, Reading]]:
    """Read the counts of a table whose years stand in its first column or in its heads.

    Parameters
    ----------
    table : Table
        From `find_tables`.
    text : str
        The document.
    sentence : Sentence
        Gives number and paragraph.
    scene_of : callable
        Analyses a stretch of the document.

    Yields
    ------
    tuple of Scene and Reading
        Each cell where a period and a topic are named, in the head, the first cell or the line above the table.
    """

    def scene_at(cell: Place) -> Scene:
        return scene_of(Sentence(sentence.number, sentence.paragraph, *cell))

    def said(cell: Place) -> _Said:
        if not text[slice(*cell)].strip():
            return _Said(None, {}, "")
        scene = scene_at(cell)
        label = next((period.label for period in scene.periods if period.label), "")
        return _Said(topic_of(scene, 0, len(scene.low)), facets_within(scene, 0, len(scene.low)), label)

    above = text.rfind("\n", 0, max(0, text.rfind("\n", 0, table.start)) or 0) + 1
    caption = said((above, table.start))
    heads = [said(cell) for cell in table.rows[0]]
    for row in table.rows:
        first = said(row[0])
        spoken = heads[0].topic or caption.topic  # of a head such as "Women": that of the heads before it
        for cell, head in zip(row[1:], heads[1:], strict=False):
            spoken = head.topic or spoken
            label, topic = first.label or head.label, head.topic or first.topic or spoken
            if not (_is_number(text, cell) and label and topic):
                continue
            scene = scene_at(cell)
            numeral = next(iter(scene.counts.values()), None)
            if numeral is not None:
                counted = replace(topic, start=numeral.end, end=numeral.end)
                reading = reading_of(numeral, counted, (topic.family,), "table")
                if reading is not None:
                    yield scene, replace(reading, facets={**first.facets, **head.facets}, label=label)
