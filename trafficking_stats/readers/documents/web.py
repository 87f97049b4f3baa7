"""Draw the paragraphs and tables of the article out of a web page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trafficking_stats.errors import ReaderError
from trafficking_stats.extras import needs

_NO_TEXT = "script style noscript template svg head nav header footer aside form button select iframe figure"
_OF_BLOCKS = "p div li h1 h2 h3 h4 h5 h6 section article blockquote td th dd dt pre ul ol dl main body tr caption br hr"
_DROPPED = frozenset(_NO_TEXT.split())
_BLOCKS = frozenset(_OF_BLOCKS.split())
_SPACE = re.compile(r"\s+")
_PROBE = 60
"""Characters of a paragraph that are looked for in what trafilatura takes for the article."""


def paragraphs_of_page(page: str, path: Path) -> list[str]:
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
        found = [text for text in _blocks(tree) if text]
    except (ValueError, lxml.etree.LxmlError, RecursionError) as error:
        raise ReaderError(f"{path}: a web page that cannot be read ({error}). Save its text instead.") from error
    if not article.strip() or not found:
        raise ReaderError(f"{path}: no text was found in the page; it may be drawn by a script. Save its text instead.")
    known = _squeezed(article)
    kept = [text for text in found if " | " in text or _stands_in(_squeezed(text), known)]
    return kept or [line for line in article.splitlines() if line.strip()]


def _squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text)


def _stands_in(paragraph: str, article: str) -> bool:
    return bool(paragraph) and (paragraph[:_PROBE] in article or paragraph[-_PROBE:] in article)


def _is_note_mark(element: Any) -> bool:
    """Whether an element is the raised number of a footnote."""
    return bool(element.tag == "sup") and element.text_content().strip(" []()*").isdecimal()


def _row(row: Any) -> str:
    cells = [_SPACE.sub(" ", cell.text_content()).strip() for cell in row if cell.tag in ("td", "th")]
    return " | ".join(cells) if any(cells) else ""


def _is_data(table: Any) -> bool:
    """Whether a table holds short cells, not the layout of a page."""
    return len(table.text_content()) < 80 * max(1, len(table.findall(".//td")) + len(table.findall(".//th")))


def _blocks(root: Any) -> Iterator[str]:
    """Yield the text between the block elements of a page; its depth is not bounded by the stack of Python."""
    import lxml.etree

    pieces: list[str] = []
    walk = lxml.etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        is_table = element.tag == "table" and _is_data(element)
        if is_table or element.tag in _BLOCKS:
            yield _flush(pieces)
        if event != "start":
            pieces.append(element.tail or "")
        elif is_table:
            yield "\n".join(filter(None, (_row(row) for row in element.iter("tr"))))
            walk.skip_subtree()
        elif element.tag in _DROPPED or _is_note_mark(element):
            walk.skip_subtree()
        else:
            pieces.append(element.text or "")


def _flush(pieces: list[str]) -> str:
    text = _SPACE.sub(" ", "".join(pieces)).strip()
    pieces.clear()
    return text
