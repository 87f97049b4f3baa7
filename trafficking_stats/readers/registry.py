"""The readers of other people's files: a new one is a module and one line here."""

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from trafficking_stats.errors import ReaderError
from trafficking_stats.readers import eurostat, eurostat_layouts, table, unodc
from trafficking_stats.readers.sheets import check_name
from trafficking_stats.readers.tables import TableImport


class Reader(NamedTuple):
    """One kind of file.

    Attributes
    ----------
    name : str
        The command: ``trafficking-stats import NAME``.
    title : str
        What it imports, for the list of commands.
    read : callable
        ``read(path, *, source_id, published, countries, **options) -> TableImport``.
    open : callable
        ``open(path)`` raises ReaderError where a file is not of this kind.
    options : mapping of str to str
        The help of further options by name.
    """

    name: str
    title: str
    read: Callable[..., TableImport]
    open: Callable[[Path], Any]
    options: Mapping[str, str]


_GLOTIP = "Import UNODC's data file of the Global Report on Trafficking in Persons."
_CRIM_THB = "Import a crim_thb table of Eurostat: TSV, SDMX-CSV, JSON-stat, or a frame of its packages."
_TABLE = {"table": "Name of the table, such as crim_thb_sex, if the file does not say it."}
READERS = (
    Reader("unodc", _GLOTIP, unodc.read_unodc, unodc.open_release, {}),
    Reader("eurostat", _CRIM_THB, eurostat.read_eurostat, eurostat_layouts.read_layout, _TABLE),
    Reader("table", "Import any table: CSV, TSV, Excel or OpenDocument.", table.read, check_name, table.OPTIONS),
)
"""Asked in this order whose a file is; the last one takes any table."""


def reader_of(path: Path) -> Reader:
    """Return the reader that a file belongs to.

    Raises
    ------
    ReaderError
        If no reader knows it.
    """
    for reader in READERS:
        with contextlib.suppress(ReaderError):
            reader.open(path)
            return reader
    raise ReaderError(f"{path}: no table that can be read; known are {', '.join(reader.title for reader in READERS)}")


def read_file(reader: Reader, path: Path, **given: Any) -> TableImport:
    """Read a file, and say so where it looks like one of another reader."""
    try:
        return reader.read(path, **given)
    except ReaderError as error:
        other = reader
        with contextlib.suppress(ReaderError):
            other = reader_of(path)
        if other.name in (reader.name, READERS[-1].name):
            raise
        raise ReaderError(
            f"{error}\nit looks like another file: trafficking-stats import {other.name} {path}"
        ) from error
