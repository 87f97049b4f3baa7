"""Sections of a page in which there is nothing to show: one sentence names them all in their place."""

import itertools
from collections.abc import Sequence

from nbformat import NotebookNode, v4

from trafficking_stats.messages import say, translate_markdown


def shown_cells(cells: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Return the cells that make a page in the current language.

    A heading tagged ``optional`` is left out with all that stands below it, if none of that has anything to show; one
    more cell at the end then names what was left out and holds its code.
    """
    kept, titles, sources = [], [], []
    place = 0
    while place < len(cells):
        section = _section(cells[place:])
        if "optional" in cells[place].metadata.get("tags", []) and not any(map(_shows_something, section)):
            text = translate_markdown(cells[place].source) or cells[place].source
            titles.append(text.strip().splitlines()[0].lstrip("# "))
            sources += [cell.source for cell in section if cell.cell_type == "code"]
            kept += [v4.new_markdown_cell() for _ in section]  # so that the others keep their numbers
            place += len(section)
        else:
            kept.append(cells[place])
            place += 1
    if titles:
        said = say("site.left_out", n=len(titles), titles=[say("site.quoted", text=title) for title in titles])
        output = v4.new_output("display_data", data={"text/markdown": said})
        kept.append(v4.new_code_cell("\n".join(sources), outputs=[output]))
    return kept


def _section(cells: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Return the first cell and those up to the next heading of its level."""
    first, *others = cells
    return [first, *itertools.takewhile(lambda cell: _level(cell) > _level(first), others)]


def _level(cell: NotebookNode) -> int:
    """Return the level of the heading that a cell begins with; below all headings without one."""
    marks = len(cell.source) - len(cell.source.lstrip("#")) if cell.cell_type == "markdown" else 0
    return marks or 7


def _shows_something(cell: NotebookNode) -> bool:
    outputs = cell.outputs if cell.cell_type == "code" else ()
    return not all(output.get("metadata", {}).get("report", {}).get("nothing") for output in outputs)
