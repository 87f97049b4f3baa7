"""Tables in files of any kind, as rows of cells with their numbers: CSV in its many dialects, Excel, OpenDocument."""

import csv
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trafficking_stats.errors import ReaderError
from trafficking_stats.extras import needs
from trafficking_stats.printed import is_heading

Row = tuple[int, list[Any]]
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
_DELIMITERS = (",", ";", "\t", "|")
_NOT_WESTERN = re.compile(r"[^\W\d_][³¿¹¼¾£¥][^\W\d_]")
"""Letters of Central Europe, such as those of Płeć, read as if they were Western."""
_MOST_CELLS = 5_000_000
_MOST_BYTES = 1_000_000_000
_COLUMN = re.compile(rb"""<c [^>]*?r=["']([A-Z]{2,})\d""")
_ROW = re.compile(rb"""<(?:c|row) [^>]*?r=["'][A-Z]*(\d{5,})["']""")


def tables_in(path: Path, delimiter: str | None = None, encoding: str | None = None) -> Iterator[tuple[str, list[Row]]]:
    """Give every sheet of a workbook, or the one table of a text file, whose name is empty.

    Raises
    ------
    ReaderError
        If the file is missing, or is no table that can be read.
    """
    if path.suffix.lower() in WORKBOOKS:
        yield from _sheets(path)
    else:
        yield "", csv_rows(read_text(path, encoding), path, delimiter)


def check_name(path: Path) -> None:
    """Refuse a file whose name is not that of a table."""
    if path.suffix.lower() not in (*WORKBOOKS, ".csv", ".tsv", ".txt", ".tab"):
        raise ReaderError(f"{path}: no table, by its name")


def read_text(path: Path, encoding: str | None = None) -> str:
    """Return the text of a file in UTF-8 or UTF-16, or else in Western or Central European letters; it may be gzipped.

    Raises
    ------
    ReaderError
        If there is no such file, or it is empty or no text.
    """
    try:
        content = path.read_bytes()
        content = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    except FileNotFoundError as error:
        raise ReaderError(f"{path}: there is no such file") from error
    except (OSError, EOFError, zlib.error) as error:
        raise ReaderError(f"{path}: not a text file in UTF-8, plain or gzip-compressed: {error}") from error
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for name in (encoding,) if encoding else ("utf-16",) if is_wide else ("utf-8-sig", "cp1252", "cp1250"):
        try:
            text = content.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        if not text.strip():
            raise ReaderError(f"{path}: the file is empty")
        if name == "cp1252" and _NOT_WESTERN.search(text):
            continue
        if "\x00" not in text:
            return text
    if encoding:
        raise ReaderError(f"{path}: cannot be read as {encoding!r}")
    raise ReaderError(f"{path}: not a text file in UTF-8, plain or gzip-compressed; if it is text, save it as UTF-8")


def csv_rows(text: str, path: Path, delimiter: str | None = None) -> list[Row]:
    """Return the rows of a CSV file with the number of their last line; the delimiter is found by the first rows.

    Raises
    ------
    ReaderError
        If it breaks the rules of quoting.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or _delimiter(text), strict=True)
    try:
        return [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise ReaderError(f"{path}, line {reader.line_num}: not a CSV file: {error}") from error


def padded(row: list[Any], width: int) -> list[Any]:
    """Return the cells of a row up to a width, with empty ones where it is shorter."""
    return [*row[:width], *[""] * (width - len(row))]


def _delimiter(text: str) -> str:
    """Return the mark that is in most of the first rows, and the most frequent of several; a tab before others."""
    lines = [re.sub(r'"[^"]*"', "", line) for line in text[:20_000].splitlines()[:20]]
    if all("\t" in line for line in lines if line.strip()):
        return "\t"
    return max(_DELIMITERS, key=lambda mark: sum(line.count(mark) for line in lines))


def _sheets(path: Path) -> Iterator[tuple[str, list[Row]]]:
    """Give every sheet of a workbook with the rows as far as they are filled."""
    if not path.is_file():
        raise ReaderError(f"{path}: there is no such file")
    with needs("documents", "Reading a workbook"):
        import python_calamine
    try:
        _check_extent(path)
        book = python_calamine.CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=False)
            for (top, column), (bottom, _) in sheet.merged_cell_ranges or ():
                spanned = [row for row in rows[top : bottom + 1] if column < len(row)]
                # a name that spans several rows holds for each; a figure that does is one of none of them alone
                for row in spanned[1:] if spanned and is_heading(spanned[0][column]) else ():
                    row[column] = spanned[0][column]
            yield name, list(enumerate(rows, start=1))
    except ReaderError:
        raise
    except (python_calamine.CalamineError, OSError, zipfile.BadZipFile, ValueError, KeyError) as error:
        raise ReaderError(f"{path}: not a workbook that can be read: {error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how the library tells of a damaged file
            raise
        raise ReaderError(f"{path}: not a workbook that can be read; the file is damaged") from error


def _check_extent(path: Path) -> None:
    """Refuse a workbook with a cell far outside of its table: the library would make room for all cells up to it."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if not re.search(r"worksheets/[^/]+\.xml$|^content\.xml$", entry.filename):
                continue
            if entry.file_size > _MOST_BYTES:
                raise ReaderError(f"{path}: {entry.filename} holds {entry.file_size:,} bytes, more than a table needs")
            content = archive.read(entry)
            columns = max(map(_column_number, set(_COLUMN.findall(content))), default=26)
            rows = max(map(int, set(_ROW.findall(content))), default=10_000)
            repeated = [int(n) for n in re.findall(rb'number-columns-repeated="(\d+)"[^>]*office:value', content)]
            if columns * rows > _MOST_CELLS or max(repeated, default=0) > _MOST_CELLS / rows:
                raise ReaderError(
                    f"{path}: a sheet has a cell in row {rows:,} or column {max([columns, *repeated]):,}, far outside"
                    " of any table; delete what lies out there and save the file again"
                )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
