"""Writing files so that nothing half-written is ever seen, and so that a spreadsheet runs nothing."""

from __future__ import annotations

import ctypes
import os
import re
import secrets
import shutil
import sys
from pathlib import Path

import pandas as pd

TEMPORARY = re.compile(r"\..+\.[0-9a-f]{8}\.tmp")
"""Names of the files that are written beside others before they take their place."""

_RUNS = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def write_text(path: Path, text: str) -> None:
    r"""Write ``text`` beside ``path`` and rename it into place.

    Parameters
    ----------
    path : pathlib.Path
        The file; missing folders are made.
    text : str
        Written in UTF-8 with ``\n`` line ends on every system.

    Raises
    ------
    OSError
        If the folder cannot be written; an older file of that name is then untouched.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_text(Path(folder) / "a.txt", "x")
    ...     (Path(folder) / "a.txt").read_text()
    'x'
    """
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` beside ``path`` and rename it into place; see `write_text`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(content)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def replace_folder(fresh: Path, old: Path) -> None:
    """Put a folder in the place of another one, in one step: whoever looks finds all of the old or all of the new.

    Parameters
    ----------
    fresh : pathlib.Path
        The new folder; afterwards it holds what the old one held, or is gone.
    old : pathlib.Path
        Its place, beside it; need not exist.

    Raises
    ------
    OSError
        If the folder around them cannot be written.
    """
    if not old.exists():
        fresh.rename(old)
        return
    if sys.platform == "linux":
        here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
        rename = getattr(ctypes.CDLL(None), "renameat2", None)
        if rename and rename(here, os.fsencode(fresh), here, os.fsencode(old), exchange) == 0:
            return
    # Elsewhere there is a moment without the old folder; who is killed in it leaves it beside.
    aside = fresh.with_name(f"{fresh.name}.old.tmp")
    old.rename(aside)
    fresh.rename(old)
    shutil.rmtree(aside, ignore_errors=True)


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
    for column in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[column]):
            safe[column] = safe[column].map(lambda cell: _safe(cell) if isinstance(cell, str) else cell)
    return safe


def _safe(cell: str) -> str:
    # a cell that already has the apostrophe gets another one: only then does reading give back what was written
    return f"'{cell}" if _RUNS.match(cell) and not _NUMBER.fullmatch(cell) else cell


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
    out = spreadsheet_safe(table)
    for column in out.select_dtypes("float").columns:
        out[column] = out[column].map(_digits)
    return str(out.to_csv(index=False, lineterminator="\n"))


def _digits(value: float) -> str:
    if pd.isna(value):
        return ""
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
    for column in table.columns:
        table[column] = table[column].map(as_written)
    return table
