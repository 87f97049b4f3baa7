"""Read the paragraphs and tables of a PDF: pages in, blocks out; `layout` decides what a line belongs to."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from pathlib import Path
from typing import Any

from trafficking_stats.errors import ReaderError
from trafficking_stats.extras import needs
from trafficking_stats.readers.documents.document import Block
from trafficking_stats.readers.documents.layout import Line, lines_of, paragraphs_of

MARGIN = 0.12
"""Share of a page's height, at its top and at its bottom, in which running heads and page numbers stand."""

_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(r"\W*(?:[a-z]+\W+)?(?:\d{1,4}|[ivxlc]{1,7})(?:\W+[a-z]+\W+\d{1,4})?\W*", re.IGNORECASE)


def blocks_of_pdf(data: bytes, path: Path) -> list[Block]:
    """Return paragraphs and tables in reading order; running heads, page numbers and note marks are left out.

    Raises
    ------
    ReaderError
        If the file is broken or locked, or its pages are pictures without text.
    """
    with needs("documents", "Reading a PDF"):
        import pdfplumber

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    pages: list[list[Line]] = []
    margins: list[list[Line]] = []
    tables: list[Block] = []
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            for number, page in enumerate(pdf.pages, 1):
                found, rest = _tables(page)
                for text in found:
                    _add_table(tables, text, number)
                words = rest.extract_words(extra_attrs=["size"], x_tolerance_ratio=0.15, expand_ligatures=True)
                lines = lines_of(words, float(page.width))
                low, high = MARGIN * float(page.height), (1 - MARGIN) * float(page.height)
                pages.append(lines)
                margins.append([line for line in lines if line.bottom < low or line.top > high])
                page.close()
    except ReaderError:
        raise
    except Exception as error:  # the library raises whatever its parsers do; a locked file is the one cause to name
        is_locked = "Password" in f"{type(error).__name__} {error}"
        why = "it is locked by a password" if is_locked else f"{type(error).__name__}: {error}".rstrip(": ")
        raise ReaderError(f"{path}: a PDF that cannot be read ({why}). Save it again, or save its text.") from error
    if not any(pages) and not tables:
        raise ReaderError(
            f"{path}: the {len(pages)} pages of this PDF hold no text; it is a scan. Run text recognition on it first."
        )
    blocks = [Block(text, page) for text, page in paragraphs_of(_without_margins(pages, margins))]
    return sorted([*blocks, *tables], key=lambda block: block.page)


def _tables(page: Any) -> tuple[list[str], Any]:
    """Return the ruled tables of a page as rows of cells, and the page without them."""
    if len(page.lines) + len(page.rects) + len(page.curves) < 4:
        return [], page
    texts: list[str] = []
    for table in page.find_tables():
        rows = [[" ".join((cell or "").split()) for cell in row] for row in table.extract()]
        if len(rows) > 1 and max(map(len, rows)) > 1 and sum(bool(cell) for row in rows for cell in row) > 3:
            texts.append("\n".join(" | ".join(row) for row in rows if any(row)))
            page = page.outside_bbox(table.bbox, strict=False)
    return texts, page


def _add_table(tables: list[Block], text: str, page: int) -> None:
    """Add a table; one without heads that has the columns of the last goes on from it over the break of the page."""
    first, _, _ = text.partition("\n")
    headless = sum(cell.strip()[:1].isdecimal() for cell in first.split("|")) * 2 > first.count("|") + 1
    if headless and tables and tables[-1].text.partition("\n")[0].count("|") == first.count("|"):
        tables[-1] = Block(f"{tables[-1].text}\n{text}", tables[-1].page)
    else:
        tables.append(Block(text, page))


def _without_margins(pages: list[list[Line]], margins: list[list[Line]]) -> list[list[Line]]:
    """Drop page numbers, and lines that recur at the top or bottom of pages when their digits are ignored."""
    seen = Counter(head for lines in margins for head in {_head(line) for line in lines})
    often = max(2, min(3, len(pages)))

    def is_dropped(line: Line) -> bool:
        return seen[_head(line)] >= often or _PAGE_NUMBER.fullmatch(line.text) is not None

    return [
        [line for line in lines if line not in margin or not is_dropped(line)]
        for lines, margin in zip(pages, margins, strict=True)
    ]


def _head(line: Line) -> str:
    return _NUMBER.sub("#", line.text).casefold()
