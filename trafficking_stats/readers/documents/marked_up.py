"""Draw the paragraphs and tables out of documents that mark them: the article of a web page, a Word document."""

import io
import re
import zipfile
from collections.abc import Iterator
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
    for item in tree.xpath("//li"):  # with its mark, so that it is read with what the list is about
        first = item if (item.text or "").strip() or not len(item) else item[0]
        first.text = f"- {first.text or ''}"
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


LARGEST_UNPACKED = 300_000_000
"""Bytes of a document once unpacked; a small file that unpacks to more is no report."""


def blocks_of_docx(data: bytes, path: Path) -> list[Block]:
    """Return paragraphs and tables in the order of the document; headers, footers and notes are left out.

    Raises
    ------
    ReaderError
        If the file is no Word document, is broken, or holds no text.
    """
    with needs("documents", "Reading a Word document"):
        import docx

    try:
        size = sum(entry.file_size for entry in zipfile.ZipFile(io.BytesIO(data)).infolist())
        texts = _texts(docx.Document(io.BytesIO(data))) if size <= LARGEST_UNPACKED else ()
        blocks = [Block(text) for text in texts]
    except Exception as error:  # the libraries raise whatever their parsers do; none of it is of use to a reader
        raise ReaderError(
            f"{path}: a zip archive, but no Word document that can be read ({error}). Unpack it, or save it as .docx."
        ) from error
    if size > LARGEST_UNPACKED:
        raise ReaderError(f"{path}: unpacks to {size / 1e6:.0f} MB, more than this reader takes.")
    if not blocks:
        raise ReaderError(f"{path}: the Word document holds no text.")
    return blocks


def _texts(document: Any) -> Iterator[str]:
    from docx.table import Table

    for item in document.iter_inner_content():
        if isinstance(item, Table):
            text = table_text([cell.text for cell in row.cells] for row in item.rows)
        else:
            text = " ".join(item.text.split())
            is_item = "List" in str(item.style.name)
            text = f"- {text}" if text and is_item else text
        if text:
            yield text
