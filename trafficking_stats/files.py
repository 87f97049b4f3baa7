"""Writing files so that nothing half-written is ever seen, and so that a spreadsheet runs nothing."""

from __future__ import annotations

import secrets
from pathlib import Path

import pandas as pd

_RUNS = ("=", "+", "-", "@", "\t", "\r")


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


def spreadsheet_safe(table: pd.DataFrame) -> pd.DataFrame:
    """Return a copy in which no text cell can run as a formula.

    Parameters
    ----------
    table : pandas.DataFrame
        Any table.

    Returns
    -------
    pandas.DataFrame
        The same table; text that begins with ``= + - @``, a tab or a carriage return gets an apostrophe in
        front, as OWASP advises against CSV injection.

    Examples
    --------
    >>> spreadsheet_safe(pd.DataFrame({"note": ["=1+1", "plain"]})).note.tolist()
    ["'=1+1", 'plain']
    """
    safe = table.copy()
    for column in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[column]):
            safe[column] = safe[column].map(
                lambda cell: "'" + cell if isinstance(cell, str) and cell.startswith(_RUNS) else cell
            )
    return safe


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
    out = spreadsheet_safe(table)
    for column in out.select_dtypes("float").columns:
        out[column] = out[column].map(lambda v: "" if pd.isna(v) else format(v, ".15g"))
    write_text(path, out.to_csv(index=False, lineterminator="\n"))
