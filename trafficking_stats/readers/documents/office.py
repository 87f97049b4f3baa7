"""Read the paragraphs and tables of a Word document."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from trafficking_stats.errors import ReaderError
from trafficking_stats.extras import needs
from trafficking_stats.readers.documents.document import Block, table_text

LARGEST_UNPACKED = 300_000_000
"""Bytes of a document once unpacked; a small file that unpacks to more is no report."""


def _check(data: bytes, path: Path) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ReaderError(f"{path}: a zip archive that cannot be opened ({error}).") from error
    if "word/document.xml" not in names:
        raise ReaderError(f"{path}: a zip archive that is no Word document; unpack it, or save it as .docx.")
    if size > LARGEST_UNPACKED:
        raise ReaderError(f"{path}: unpacks to {size / 1e6:.0f} MB, more than this reader takes.")


def blocks_of_docx(data: bytes, path: Path) -> list[Block]:
    """Return paragraphs and tables in the order of the document; headers, footers and notes are left out.

    Raises
    ------
    ReaderError
        If the file is no Word document, is broken, or holds no text.
    """
    with needs("documents", "Reading a Word document"):
        import docx

    _check(data, path)
    try:
        blocks = [Block(text) for text in _texts(docx.Document(io.BytesIO(data)))]
    except Exception as error:  # the library raises whatever its parsers do; none of it is of use to a reader
        raise ReaderError(f"{path}: a Word document that cannot be read ({error}). Save it again.") from error
    if not blocks:
        raise ReaderError(f"{path}: the Word document holds no text.")
    return blocks


def _texts(document: object) -> Iterator[str]:
    from docx.table import Table

    for item in document.iter_inner_content():  # type: ignore[attr-defined]
        if isinstance(item, Table):
            text = table_text([cell.text for cell in row.cells] for row in item.rows)
        else:
            text = " ".join(item.text.split())
        if text:
            yield text
