"""A document as text: its paragraphs, and where each stands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch a reader of one format found: a paragraph, or a table as rows of cells.

    Attributes
    ----------
    text : str
        The paragraph; for a table its rows, one a line, with `` | `` between the cells.
    page : int
        Number of the page from 1, or 0 where the format has no pages.
    """

    text: str
    page: int = 0


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a document.

    Attributes
    ----------
    start, end : int
        Its place in the text of the document (code points).
    number : int
        Its number from 1; on a page, counted from the top of the page.
    page : int
        Number of the page from 1, or 0 where the format has no pages.
    """

    start: int
    end: int
    number: int
    page: int = 0


@dataclass(frozen=True)
class Document:
    """A document as text.

    Attributes
    ----------
    text : str
        The text as read; every offset refers to it. For plain text and Markdown it is the file, line ends kept.
    kind : str
        "text", "markdown", "html", "docx" or "pdf".
    encoding : str
        The encoding the file was read with, "" for PDF and DOCX.
    path : pathlib.Path
        Where it came from.
    paragraphs : tuple of Paragraph
        In the order of the text.
    """

    text: str
    kind: str
    encoding: str
    path: Path
    paragraphs: tuple[Paragraph, ...] = ()

    def locator(self, offset: int) -> str:
        """Say where an offset of the text stands, in the words of a claim's locator.

        Examples
        --------
        >>> document = from_blocks([Block("One.", 1), Block("Two.", 2)], "pdf", "", Path("a.pdf"))
        >>> document.locator(document.text.index("Two"))
        'p. 2, para 1'
        """
        if not self.paragraphs:
            return ""
        i = max(0, bisect_right(self.paragraphs, offset, key=lambda paragraph: paragraph.start) - 1)
        paragraph = self.paragraphs[i]
        place = f"para {paragraph.number}"
        return f"p. {paragraph.page}, {place}" if paragraph.page else place


def from_blocks(blocks: Iterable[Block], kind: str, encoding: str, path: Path) -> Document:
    """Join blocks to a document, an empty line between two of them."""
    pieces: list[str] = []
    paragraphs: list[Paragraph] = []
    position = number = page = 0
    for block in blocks:
        number = number + 1 if block.page == page else 1
        page = block.page
        paragraphs.append(Paragraph(position, position + len(block.text), number, page))
        pieces.append(block.text)
        position += len(block.text) + 2
    return Document("\n\n".join(pieces), kind, encoding, path, tuple(paragraphs))
