"""CSV files that people write, read as text with the line of every row and a list of what is wrong with their form."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from trafficking_stats.files import as_written


def read_rows(
    file: Path, columns: tuple[str, ...], problems: list[str], optional: tuple[str, ...] = (), *, others: bool = False
) -> pd.DataFrame:
    r"""Read a CSV file as text.

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
    empty = pd.DataFrame(columns=[*columns, "_file", "_line"], dtype=str)
    text = _text(file, name, problems)
    if text is None:
        return empty
    reader = csv.reader(io.StringIO(text, newline=""))
    rows: list[tuple[int, list[str]]] = []
    try:
        header = [column.strip() for column in next(reader, [])]
        rows += [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        problems.append(f"{name}, line {reader.line_num}: not a CSV file: {error}")
        return empty
    while header and not header[-1] and not any("".join(row[len(header) - 1 :]).strip() for _, row in rows):
        header.pop()  # a spreadsheet saves columns that were used once
    if fault := _header_fault(header, text, columns, optional, others):
        problems.append(f"{name}, line 1: {fault}")
        return empty
    records = []
    for line, row in rows:
        if len(row) < len(header) or "".join(row[len(header) :]).strip():
            problems.append(f"{name}, line {line}: {len(row)} cells instead of {len(header)}; quote commas")
        else:
            records.append([*(as_written(cell.strip()) for cell in row[: len(header)]), name, line])
    return pd.DataFrame(records, columns=[*header, "_file", "_line"]).astype(dict.fromkeys(header, str))


def _text(file: Path, name: str, problems: list[str]) -> str | None:
    try:
        content = file.read_bytes()
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        problems.append(f"{name}: there is no such file")
        return None
    except UnicodeDecodeError as error:
        is_wide = content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in content
        guess = "UTF-16" if is_wide else "another encoding such as Latin-1"
        line = content[: error.start].count(b"\n") + 1
        problems.append(f"{name}, line {line}: not UTF-8 (it looks like {guess}); save the file as CSV UTF-8")
        return None
    if "\x00" in text:
        problems.append(f"{name}: holds NUL bytes (it looks like UTF-16 or no text); save the file as CSV UTF-8")
        return None
    return text


def _header_fault(
    header: list[str], text: str, columns: tuple[str, ...], optional: tuple[str, ...], others: bool
) -> str:
    """Say what is wrong with the first line, empty if nothing is."""
    first = text.split("\n", 1)[0]
    if len(header) < 2 and max(first.count(";"), first.count("\t")) > 0:
        mark = "semicolons" if ";" in first else "tabs"
        return f"the columns are separated by {mark}; save the file as CSV with commas, in UTF-8"
    missing = [column for column in columns if column not in header]
    unknown = [] if others else [column for column in header if column not in (*columns, *optional)]
    faults = [
        f"the columns {', '.join(missing)} are missing" if missing else "",
        f"the columns {', '.join(map(repr, unknown))} are unknown" if unknown else "",
        "a column is named twice" if len(set(header)) < len(header) else "",
    ]
    if not any(faults):
        return ""
    there = ", ".join(header) or "none (the file is empty)"
    return f"{'; '.join(filter(None, faults))}; there must be: {', '.join(columns)}; there are: {there}"
