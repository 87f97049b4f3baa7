"""A document as text: open a file of any usual kind, with its paragraphs and where each stands."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from trafficking_stats.errors import ReaderError
from trafficking_stats.readers.sheets import read_text

LARGEST = 30_000_000
"""Bytes. A whole TIP report is about 5 million."""
SAMPLE = 200_000
"""Characters in which marks that no text holds are looked for."""

_REFUSED = {
    b"\xd0\xcf\x11\xe0": "an old Office document; save it as .docx, PDF or plain text first",
    b"\x89PNG": "a picture; read its text with a program for text recognition first",
    b"\xff\xd8\xff": "a picture; read its text with a program for text recognition first",
    b"GIF8": "a picture; read its text with a program for text recognition first",
    b"\x1f\x8b": "a compressed file; unpack it first",
    b"{\\rtf": "a rich-text file; save it as .docx, PDF or plain text first",
}
_URL = re.compile(r"(?:https?|ftp):/{1,2}", re.IGNORECASE)  # a path has lost one of the two strokes
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|div|p)[\s>]", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\ufffd]")
_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n[ \t\r]*[^\s][^\n]*)*")


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
    paragraphs : tuple of Paragraph
        In the order of the text.
    """

    text: str
    kind: str
    paragraphs: tuple[Paragraph, ...] = ()

    def locator(self, offset: int) -> str:
        """Say where an offset of the text stands, in the words of a claim's locator.

        Examples
        --------
        >>> document = from_blocks([Block("One.", 1), Block("Two.", 2)], "pdf")
        >>> document.locator(document.text.index("Two"))
        'p. 2, para 1'
        """
        if not self.paragraphs:
            return ""
        i = max(0, bisect_right(self.paragraphs, offset, key=lambda paragraph: paragraph.start) - 1)
        paragraph = self.paragraphs[i]
        place = f"para {paragraph.number}"
        return f"p. {paragraph.page}, {place}" if paragraph.page else place


def table_text(rows: Iterable[Iterable[str | None]]) -> str:
    r"""Write a table as rows, one a line, with `` | `` between the cells; rows of nothing are left out.

    Examples
    --------
    >>> table_text([["Year", "Victims\nidentified"], ["", None], ["2019", "62"]])
    'Year | Victims identified\n2019 | 62'
    """
    cells = ([" ".join((cell or "").split()) for cell in row] for row in rows)
    return "\n".join(" | ".join(row) for row in cells if any(row))


def from_blocks(blocks: Sequence[Block], kind: str) -> Document:
    """Join blocks to a document, an empty line between two of them."""
    paragraphs: list[Paragraph] = []
    position = 0
    for page, of_page in groupby(blocks, key=lambda block: block.page):
        for number, block in enumerate(of_page, 1):
            end = position + len(block.text)
            paragraphs.append(Paragraph(position, end, number, page))
            position = end + 2
    return Document("\n\n".join(block.text for block in blocks), kind, tuple(paragraphs))


def is_url(name: str | Path) -> bool:
    """Whether a name is an address of the web rather than a file.

    Examples
    --------
    >>> is_url("https://example.org/report.pdf"), is_url("report.pdf")
    (True, False)
    """
    return _URL.match(str(name)) is not None


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise ReaderError(
                f"{path}: {size / 1e6:.0f} MB is more than the {LARGEST / 1e6:.0f} MB this reader takes; cut it up."
            )
        data = path.read_bytes()
    except OSError as error:
        raise ReaderError(f"{path}: cannot be read ({error.strerror or error}).") from error
    if not data.strip():
        raise ReaderError(f"{path}: the file is empty.")
    return data


def read_document(path: str | Path) -> Document:
    """Read a document from a file.

    Parameters
    ----------
    path : str or pathlib.Path
        PDF, DOCX, a web page, Markdown, or plain text in UTF-8, UTF-16 or Windows-1252.

    Returns
    -------
    Document

    Raises
    ------
    ReaderError
        If the file is missing, empty, binary, too large or broken, has no text (a scanned PDF, a page drawn by a
        script), or if an address of the web is given instead of a file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "a.txt"
    ...     _ = path.write_text("Courts convicted nine traffickers.", encoding="utf-8")
    ...     read_document(path).kind
    'text'
    """
    if is_url(path):
        raise ReaderError(f"{path}: this is an address, not a file. Save it first, then give the file.")
    path = Path(path)
    data = _bytes_of(path)
    for signature, what in _REFUSED.items():
        if data.startswith(signature):
            raise ReaderError(f"{path}: this is {what}.")
    # the readers of PDF, DOCX and web pages are heavy, and each is needed for its own kind only
    if b"%PDF-" in data[:1024]:
        from trafficking_stats.readers.documents.pdf import blocks_of_pdf

        return from_blocks(blocks_of_pdf(data, path), "pdf")
    if data.startswith(b"PK\x03\x04"):
        from trafficking_stats.readers.documents.marked_up import blocks_of_docx

        return from_blocks(blocks_of_docx(data, path), "docx")
    text = read_text(path)
    if len(_CONTROL.findall(text[:SAMPLE])) > 0.01 * len(text[:SAMPLE]):
        raise ReaderError(f"{path}: this is a binary file, not text.")
    suffix = path.suffix.lower()
    if suffix in (".html", ".htm", ".xhtml") or _HTML.search(text[:2000].lstrip("\ufeff \n\r\t")[:200]):
        from trafficking_stats.readers.documents.marked_up import blocks_of_page

        return from_blocks(blocks_of_page(text, path), "html")
    matches = enumerate(_PARAGRAPH.finditer(text), 1)
    paragraphs = tuple(Paragraph(match.start(), match.end(), number) for number, match in matches)
    return Document(text, "markdown" if suffix in (".md", ".markdown") else "text", paragraphs)
