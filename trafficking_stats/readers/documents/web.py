"""Draw the paragraphs and tables of the article out of a web page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from trafficking_stats.errors import ReaderError
from trafficking_stats.extras import needs
from trafficking_stats.readers.documents.document import Block, table_text

_NO_TEXT = "script style noscript template svg head nav header footer aside form button select iframe"
_OF_BLOCKS = "p div li h1 h2 h3 h4 h5 h6 section article blockquote td th dd dt pre ul ol dl main body tr caption br hr"
_BREAK, _ROW = "\ue000", "\ue001"
"""Characters of no script, set between two blocks and between two rows of a table."""
_PROBE = 60
"""Characters of a paragraph that are looked for in what trafilatura takes for the article."""


def blocks_of_page(page: str, path: Path) -> list[Block]:
    """Return the paragraphs of a page's article, and its tables as rows with `` | `` between the cells.

    trafilatura knows the article from menus and advertisements but may run its paragraphs together; the blocks of
    the page know the paragraphs. A paragraph is kept where its beginning or end stands in the article.

    Raises
    ------
    ReaderError
        If the page holds no text.
    """
    with needs("documents", "Reading a web page"):
        import lxml.html  # heavy, and needed for web pages only
        import trafilatura

    try:
        article = trafilatura.extract(page, include_comments=False, include_tables=True, favor_recall=True) or ""
        tree = lxml.html.document_fromstring(page.encode("utf-8"), parser=lxml.html.HTMLParser(encoding="utf-8"))
        found = _blocks(tree)
    except (ValueError, lxml.etree.LxmlError, RecursionError) as error:
        raise ReaderError(f"{path}: a web page that cannot be read ({error}). Save its text instead.") from error
    if not article.strip() or not found:
        raise ReaderError(f"{path}: no text was found in the page; it may be drawn by a script. Save its text instead.")
    known = _squeezed(article)
    kept = [text for text in found if " | " in text or _stands_in(_squeezed(text), known)]
    return [Block(text) for text in kept or article.splitlines() if text.strip()]


def _squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text)


def _stands_in(paragraph: str, article: str) -> bool:
    return bool(paragraph) and (paragraph[:_PROBE] in article or paragraph[-_PROBE:] in article)


def _blocks(tree: Any) -> list[str]:
    """Return the text between the block elements of a page; a table of data is one block."""
    from lxml import etree

    etree.strip_elements(tree, etree.Comment, etree.ProcessingInstruction, *_NO_TEXT.split(), with_tail=False)
    for mark in tree.xpath("//sup"):
        if mark.text_content().strip(" []()*").isdecimal():  # the raised number of a footnote
            mark.drop_tree()
    for table in tree.xpath("//table"):
        if _is_data(table):
            rows = [[cell.text_content() for cell in row.xpath("td | th")] for row in table.iter("tr")]
            table.clear(keep_tail=True)
            table.text = table_text(rows).replace("\n", _ROW)
    for element in tree.iter("table", *_OF_BLOCKS.split()):
        element.text, element.tail = _BREAK + (element.text or ""), _BREAK + (element.tail or "")
    blocks = (" ".join(block.split()) for block in tree.text_content().split(_BREAK))
    return [block.replace(_ROW, "\n") for block in blocks if block]


def _is_data(table: Any) -> bool:
    """Whether a table holds short cells, not the layout of a page."""
    return len(table.text_content()) < 80 * max(1, len(table.xpath(".//td | .//th")))
