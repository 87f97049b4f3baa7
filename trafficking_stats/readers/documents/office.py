"""Read the paragraphs and tables of a Word document."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trafficking_stats.errors import ReaderError
from trafficking_stats.extras import needs
from trafficking_stats.readers.documents.document import Block, table_text

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
        if text:
            yield text
