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
from trafficking_stats.readers.documents.layout import Line, Word, lines_of, paragraphs_of

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
    heights: list[float] = []
    tables: list[Block] = []
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            for number, page in enumerate(pdf.pages, 1):
                found, rest = _tables(page)
                for text in found:
                    _add_table(tables, text, number)
                pages.append(lines_of(_words(rest), float(page.width)))
                heights.append(float(page.height))
                page.close()
    except ReaderError:
        raise
    except Exception as error:  # the library raises whatever its parsers do; a locked file is the one cause to name
        locked = "Password" in type(error).__name__ or "Password" in str(error)
        why = "it is locked by a password" if locked else f"{type(error).__name__}: {error}".rstrip(": ")
        raise ReaderError(f"{path}: a PDF that cannot be read ({why}). Save it again, or save its text.") from error
    if not any(pages) and not tables:
        raise ReaderError(
            f"{path}: the {len(pages)} pages of this PDF hold no text; it is a scan. Run text recognition on it first."
        )
    blocks = [Block(text, page) for text, page in paragraphs_of(_without_margins(pages, heights))]
    return sorted([*blocks, *tables], key=lambda block: block.page)


def _words(page: Any) -> list[Word]:
    return [
        Word(w["text"], w["x0"], w["x1"], w["top"], w["bottom"], w["size"])
        for w in page.extract_words(extra_attrs=["size"], x_tolerance_ratio=0.15, expand_ligatures=True)
    ]


def _tables(page: Any) -> tuple[list[str], Any]:
    """Return the ruled tables of a page as rows of cells, and the page without them."""
    if len(page.lines) + len(page.rects) + len(page.curves) < 4:
        return [], page
    texts: list[str] = []
    for table in page.find_tables():
        rows = [[" ".join((cell or "").split()) for cell in row] for row in table.extract()]
        if len(rows) > 1 and max(map(len, rows)) > 1 and sum(bool(cell) for row in rows for cell in row) > 3:
            texts.append("\n".join(" | ".join(row) for row in rows if any(row)))
            x0, top, x1, bottom = table.bbox
            page = page.filter(lambda o, x0=x0, x1=x1, t=top, b=bottom: not _inside(o, x0, x1, t, b))
    return texts, page


def _add_table(tables: list[Block], text: str, page: int) -> None:
    """Add a table; one without heads that has the columns of the last goes on from it over the break of the page."""
    first, _, _ = text.partition("\n")
    headless = sum(cell.strip()[:1].isdecimal() for cell in first.split("|")) * 2 > first.count("|") + 1
    if headless and tables and tables[-1].text.partition("\n")[0].count("|") == first.count("|"):
        tables[-1] = Block(f"{tables[-1].text}\n{text}", tables[-1].page)
    else:
        tables.append(Block(text, page))


def _inside(thing: dict[str, Any], x0: float, x1: float, top: float, bottom: float) -> bool:
    across = (thing["x0"] + thing["x1"]) / 2
    down = (thing["top"] + thing["bottom"]) / 2
    return x0 <= across <= x1 and top <= down <= bottom


def _without_margins(pages: list[list[Line]], heights: list[float]) -> list[list[Line]]:
    """Drop page numbers, and lines that recur at the top or bottom of pages when their digits are ignored."""
    margins = [
        [line for line in lines if line.bottom < MARGIN * height or line.top > (1 - MARGIN) * height]
        for lines, height in zip(pages, heights, strict=True)
    ]
    seen = Counter(key for lines in margins for key in {_key(line) for line in lines})
    needed = max(2, min(3, len(pages)))
    kept = []
    for lines, margin in zip(pages, margins, strict=True):
        dropped = {
            id(line) for line in margin if seen[_key(line)] >= needed or _PAGE_NUMBER.fullmatch(line.text) is not None
        }
        kept.append([line for line in lines if id(line) not in dropped])
    return kept


def _key(line: Line) -> str:
    return _NUMBER.sub("#", line.text).casefold()
