"""The readers of other people's files: a new one is a module with `read` and `is_own`, and one line here."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from trafficking_stats.errors import ReaderError


@dataclass(frozen=True)
class Reader:
    """One kind of file.

    Attributes
    ----------
    name : str
        The command: ``trafficking-stats import NAME``; also the module in this folder, which has
        ``read(path, *, source_id, published, countries, **options) -> TableImport``, ``is_own(path) -> bool``,
        ``OPTIONS``, the help of further options by name, and ``asked``, which makes ``countries`` of what was typed.
    title : str
        What it imports, for the list of commands.
    """

    name: str
    title: str

    @property
    def module(self) -> ModuleType:
        """The module, loaded when it is first used."""
        return importlib.import_module(f"trafficking_stats.readers.{self.name}")


READERS = (
    Reader("unodc", "Import UNODC's data file of the Global Report on Trafficking in Persons."),
    Reader("eurostat", "Import a crim_thb table of Eurostat: TSV, SDMX-CSV, JSON-stat, or a frame of its packages."),
    Reader("table", "Import any table: CSV, TSV, Excel or OpenDocument."),
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
        if reader.module.is_own(path):
            return reader
    raise ReaderError(f"{path}: no table that can be read; known are {', '.join(reader.title for reader in READERS)}")
