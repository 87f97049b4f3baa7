"""Read the paragraphs and tables of a PDF: pages in, blocks out; `layout` decides what a line belongs to."""

import io
import logging
import re
from collections import Counter
from pathlib import Path
from typing import Any

from trafficking_stats.errors import ReaderError
from trafficking_stats.extras import needs
from trafficking_stats.readers.documents.document import Block, table_text
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
    margins: list[tuple[int, Line]] = []
    tables: list[Block] = []
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            for number, page in enumerate(pdf.pages, 1):
                rest = _without_tables(page, number, tables)
                words = rest.extract_words(extra_attrs=["size"], x_tolerance_ratio=0.15, use_text_flow=True)
                pages.append(lines_of(words))
                low, high = MARGIN * float(page.height), (1 - MARGIN) * float(page.height)
                margins += [(number, line) for line in pages[-1] if line.bottom < low or line.top > high]
                page.close()
    except Exception as error:  # the library raises whatever its parsers do; a locked file is the one cause to name
        is_locked = "Password" in f"{type(error).__name__} {error}"
        why = "it is locked by a password" if is_locked else f"{type(error).__name__}: {error}".rstrip(": ")
        raise ReaderError(f"{path}: a PDF that cannot be read ({why}). Save it again, or save its text.") from error
    if not any(pages) and not tables:
        raise ReaderError(
            f"{path}: the {len(pages)} pages of this PDF hold no text; it is a scan. Run text recognition on it first."
        )
    heads = Counter(head for _, head in {(number, _head(line)) for number, line in margins})
    often = max(2, min(3, len(pages)))
    dropped = {line for _, line in margins if heads[_head(line)] >= often or _PAGE_NUMBER.fullmatch(line.text)}
    kept = [[line for line in lines if line not in dropped] for lines in pages]
    return sorted([*(Block(*found) for found in paragraphs_of(kept)), *tables], key=lambda block: block.page)


def _without_tables(page: Any, number: int, tables: list[Block]) -> Any:
    """Add the ruled tables of a page to `tables`, and return the page without them.

    A table without heads that has the columns of the last one goes on from it over the break of the page.
    """
    if len(page.lines) + len(page.rects) + len(page.curves) < 4:
        return page
    for table in page.find_tables():
        text = table_text(table.extract())
        if " | " not in text or "\n" not in text:
            continue  # a frame
        page = page.outside_bbox(table.bbox, strict=False)
        cells, *_ = (line.split(" | ") for line in text.splitlines())
        is_headless = 2 * sum(cell[:1].isdecimal() for cell in cells) > len(cells)
        if is_headless and tables and tables[-1].text.partition("\n")[0].count(" | ") == len(cells) - 1:
            tables[-1] = Block(f"{tables[-1].text}\n{text}", tables[-1].page)
        else:
            tables.append(Block(text, number))
    return page


def _head(line: Line) -> tuple[str, int]:
    """Return what running heads of two pages have in common: their words but for digits, and their height."""
    return _NUMBER.sub("#", line.text).casefold(), round(line.top)
