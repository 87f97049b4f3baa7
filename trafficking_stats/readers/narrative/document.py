"""Open a narrative: plain text or a web page; anything else is refused with a reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from trafficking_stats.errors import ReaderError
from trafficking_stats.extras import needs

LARGEST = 30_000_000
"""Bytes. A whole TIP report is about 5 million."""

_SIGNATURES = {
    b"%PDF": "a PDF file; save or copy its text first",
    b"PK\x03\x04": "a zip archive or an Office document; save it as plain text first",
    b"\xd0\xcf\x11\xe0": "an old Office document; save it as plain text first",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a compressed file; unpack it first",
    b"{\\rtf": "a rich-text file; save it as plain text first",
}
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|div|p)[\s>]", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\ufffd]")


@dataclass(frozen=True)
class Document:
    """A narrative as text.

    Attributes
    ----------
    text : str
        The text; offsets of figures refer to it. For a plain file it is the file, newlines kept.
    kind : str
        "text", or "html" where the text was drawn out of a web page.
    encoding : str
        The encoding the file was read with.
    path : pathlib.Path
        Where it came from.
    """

    text: str
    kind: str
    encoding: str
    path: Path


def _decode(data: bytes, path: Path) -> tuple[str, str]:
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise ReaderError(f"{path}: the file begins as UTF-16 but breaks off at byte {error.start}.") from error
    if b"\x00" in data[:65536]:
        raise ReaderError(f"{path}: this is a binary file, not text.")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        first = error.start
    try:
        return data.decode("cp1252"), "cp1252"
    except UnicodeDecodeError as error:
        raise ReaderError(
            f"{path}: neither UTF-8 (byte {first}) nor Windows-1252 (byte {error.start}) text. Save it as UTF-8."
        ) from error


def _from_html(page: str, path: Path) -> str:
    with needs("documents", "Reading a web page"):
        import trafilatura  # heavy, and needed for web pages only

    text = trafilatura.extract(page, include_comments=False, include_tables=True, favor_recall=True)
    if not text or not text.strip():
        raise ReaderError(f"{path}: no text was found in the page; it may be drawn by a script. Save its text instead.")
    return str(text)


def read_document(path: str | Path) -> Document:
    """Read a narrative from a file.

    Parameters
    ----------
    path : str or pathlib.Path
        Plain text in UTF-8, UTF-16 or Windows-1252, or a web page (its scripts, menus and styles are left out).

    Returns
    -------
    Document

    Raises
    ------
    ReaderError
        If the file is missing, empty, binary, too large, or a page without text.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "a.txt"
    ...     _ = path.write_text("Courts convicted nine traffickers.", encoding="utf-8")
    ...     read_document(path).kind
    'text'
    """
    path = Path(path)
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
    for signature, what in _SIGNATURES.items():
        if data.startswith(signature):
            raise ReaderError(f"{path}: this is {what}.")
    text, encoding = _decode(data, path)
    if len(_CONTROL.findall(text[:200_000])) > 0.01 * min(len(text), 200_000):
        raise ReaderError(f"{path}: this is a binary file, not text.")
    if path.suffix.lower() in (".html", ".htm", ".xhtml") or _HTML.search(text[:2000].lstrip("\ufeff \n\r\t")[:200]):
        return Document(_from_html(text, path), "html", encoding, path)
    return Document(text, "text", encoding, path)
