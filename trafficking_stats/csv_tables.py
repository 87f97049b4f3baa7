"""Tables in CSV files: read as text with the line of every row, and written so that a spreadsheet runs nothing."""

import csv
import io
import re
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from trafficking_stats.errors import ClaimError
from trafficking_stats.files import write_text

_RUNS = re.compile(r"'*[=+\-@\t\r]")
_STARTS = tuple("=+-@\t\r'")
"""With which a cell may begin that `_RUNS` matches."""
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as dictionaries by the names of its columns."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def read_rows(
    file: Path, columns: tuple[str, ...], problems: list[str], optional: tuple[str, ...] = (), *, others: bool = False
) -> pd.DataFrame:
    r"""Read a CSV file that people write as text.

    Parameters
    ----------
    file : pathlib.Path
        In UTF-8, with commas.
    columns, optional : tuple of str
        The columns that there must be and those that there may be.
    problems : list of str
        What is wrong is added here, with the file and the line; rows without a fault are returned all the same.
    others : bool
        Whether there may be further columns.

    Returns
    -------
    pandas.DataFrame
        The columns of the file, and ``_file`` and ``_line``; empty rows and columns without a heading and cells are
        left out.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.csv").write_text("x;y\n1;2\n")
    ...     read_rows(Path(folder) / "a.csv", ("x", "y"), found := [])["x"].tolist(), found
    ([], ['a.csv, line 1: the columns are separated by semicolons; save the file as CSV with commas, in UTF-8'])
    """
    name = f"{file.parent.name}/{file.name}" if file.parent.name == "claims" else file.name
    try:
        header, *rows = _lines(_text(file))
        width = _check_header(header[1], rows, columns, None if others else (*columns, *optional))
    except ClaimError as error:
        problems.append(f"{name}{error}")
        return pd.DataFrame(columns=[*columns, "_file", "_line"], dtype=str)
    found = []
    for line, row in rows:
        if len(row) < width or any(row[width:]):
            problems.append(f"{name}, line {line}: {len(row)} cells instead of {width}; quote commas")
        else:
            cells = [as_written(cell) if cell[:1] == "'" else cell for cell in row[:width]]
            # equal cells are one object, so that a forked process that compares them copies no memory
            found.append([*map(sys.intern, cells), name, line])
    names = header[1][:width]
    return pd.DataFrame(found, columns=[*names, "_file", "_line"]).astype(dict.fromkeys(names, str))


def _text(file: Path) -> str:
    """Return the text of a file in UTF-8."""
    try:
        content = file.read_bytes()
        text = content.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise ClaimError(": there is no such file") from error
    except OSError as error:
        raise ClaimError(f": cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        is_wide = content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in content
        guess = "UTF-16" if is_wide else "another encoding such as Latin-1"
        line = content[: error.start].count(b"\n") + 1
        raise ClaimError(f", line {line}: not UTF-8 (it looks like {guess}); save the file as CSV UTF-8") from error
    if "\x00" in text:
        raise ClaimError(": holds NUL bytes (it looks like UTF-16 or no text); save the file as CSV UTF-8")
    return text


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Return the first line and those that are not empty, as cells, with the number of their last line."""
    first = text.split("\n", 1)[0]
    for mark, word in ((";", "semicolons"), ("\t", "tabs")):
        if mark in first and "," not in first:
            raise ClaimError(
                f", line 1: the columns are separated by {word}; save the file as CSV with commas, in UTF-8"
            )
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        lines = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise ClaimError(f", line {reader.line_num}: not a CSV file: {error}") from error
    return [*(lines[:1] or [(1, [])]), *(line for line in lines[1:] if any(line[1]))]


def _check_header(
    header: list[str], rows: list[tuple[int, list[str]]], columns: tuple[str, ...], known: tuple[str, ...] | None
) -> int:
    """Return how many columns a table has, or say what is wrong with its first line."""
    width = len(header)
    while width and not header[width - 1] and not any(any(row[width - 1 :]) for _, row in rows):
        width -= 1  # a spreadsheet saves columns that were used once
    if not width:
        raise ClaimError(f", line 1: the file is empty; there must be the columns: {', '.join(columns)}")
    header = header[:width]
    missing = [column for column in columns if column not in header]
    unknown = [column for column in header if known is not None and column not in known]
    faults = [f"the columns {', '.join(missing)} are missing"] if missing else []
    faults += [f"the columns {', '.join(map(repr, unknown))} are unknown"] if unknown else []
    faults += ["a column is named twice"] if len(set(header)) < width else []
    if faults:
        there = ", ".join(header)
        raise ClaimError(f", line 1: {'; '.join(faults)}; there must be: {', '.join(columns)}; there are: {there}")
    return width


def spreadsheet_safe(table: pd.DataFrame) -> pd.DataFrame:
    """Return a copy in which no text cell can run as a formula; `as_written` is the way back.

    Parameters
    ----------
    table : pandas.DataFrame
        Any table.

    Returns
    -------
    pandas.DataFrame
        The same table; text that begins with ``= + - @``, a tab or a carriage return gets an apostrophe in
        front, as OWASP advises against CSV injection, unless it is a plain number.

    Examples
    --------
    >>> spreadsheet_safe(pd.DataFrame({"note": ["=1+1", "plain", "-14"]})).note.tolist()
    ["'=1+1", 'plain', '-14']
    """
    safe = table.copy()
    for name in table.select_dtypes(exclude="number"):
        # of most columns no cell begins so, which a look at each is quickest to say
        if any(cell.startswith(_STARTS) for cell in safe[name].tolist() if isinstance(cell, str)):
            safe[name] = safe[name].map(_safe)
    return safe


def _safe(cell: Any) -> Any:
    # a cell that already has the apostrophe gets another one: only then does reading give back what was written
    return f"'{cell}" if isinstance(cell, str) and _RUNS.match(cell) and not _NUMBER.fullmatch(cell) else cell


def as_written(cell: str) -> str:
    """Take away the apostrophe that `spreadsheet_safe` put in front of a cell.

    Parameters
    ----------
    cell : str
        A cell of a CSV file.

    Returns
    -------
    str
        The text before it was made safe.

    Examples
    --------
    >>> as_written("'+35 pct. is printed"), as_written("'tis plain")
    ('+35 pct. is printed', "'tis plain")
    """
    return cell[1:] if cell.startswith("'") and _RUNS.match(cell) else cell


def write_table(path: Path, table: pd.DataFrame) -> None:
    r"""Write ``table`` as CSV in UTF-8 with ``\n`` line ends, safe for spreadsheets, in one step.

    Parameters
    ----------
    path : pathlib.Path
        The file to write.
    table : pandas.DataFrame
        Written without its index; whole floats are written without a decimal point.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    write_text(path, table_text(table))


def table_text(table: pd.DataFrame) -> str:
    """Return ``table`` as the text of a CSV file, safe for spreadsheets; see `write_table`."""
    safe = spreadsheet_safe(table)
    for name in filter(lambda name: pd.api.types.is_float_dtype(safe[name]), safe):
        safe[name] = safe[name].map(_digits, na_action="ignore")
    return safe.to_csv(index=False, lineterminator="\n")


def _digits(value: Any) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV file of `write_table` back as text, every cell as it was before it was made safe.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    pandas.DataFrame
        All columns text; empty cells are empty text.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_table(Path(folder) / "a.csv", pd.DataFrame({"note": ["-35 pct."], "value": [2.0]}))
    ...     read_table(Path(folder) / "a.csv").values.tolist()
    [['-35 pct.', '2']]
    """
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    for name in table:
        if any(cell.startswith("'") for cell in table[name].tolist()):
            table[name] = table[name].map(as_written)
    return table
