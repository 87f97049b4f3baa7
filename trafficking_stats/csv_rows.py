"""CSV files that people write, read as text with the line of every row and a list of what is wrong with their form."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pandas as pd

from trafficking_stats.files import as_written


def read_rows(
    file: Path, columns: tuple[str, ...], problems: list[str], optional: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Read one CSV as text with the columns ``_file`` and ``_line``, noting what is wrong with its form."""
    empty = pd.DataFrame(columns=[*columns, "_file", "_line"], dtype=str)
    name = f"{file.parent.name}/{file.name}" if file.parent.name == "claims" else file.name
    try:
        content = file.read_bytes()
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        problems.append(f"{name}: there is no such file")
        return empty
    except UnicodeDecodeError as error:
        is_wide = content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in content
        guess = "UTF-16" if is_wide else "another encoding such as Latin-1"
        line = content[: error.start].count(b"\n") + 1
        problems.append(f"{name}, line {line}: not UTF-8 (it looks like {guess}); save the file as CSV UTF-8")
        return empty
    if "\x00" in text:
        problems.append(f"{name}: holds NUL bytes (it looks like UTF-16 or no text); save the file as CSV UTF-8")
        return empty
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        return _rows(name, rows, columns, optional, problems)
    except csv.Error as error:
        problems.append(f"{name}, line {rows.line_num}: not a CSV file: {error}")
        return empty


def _rows(
    name: str, rows: Any, columns: tuple[str, ...], optional: tuple[str, ...], problems: list[str]
) -> pd.DataFrame:
    """Turn the lines of a CSV reader into a table, noting what is wrong with the header or the number of cells."""
    header = [column.strip() for column in next(rows, [])]
    missing = [column for column in columns if column not in header]
    unknown = [column for column in header if column not in (*columns, *optional)]
    if missing or unknown or len(set(header)) < len(header):
        problems.append(
            f"{name}, line 1: "
            + "; ".join(
                filter(
                    None,
                    [
                        f"the columns {', '.join(missing)} are missing" if missing else "",
                        f"the columns {', '.join(map(repr, unknown))} are unknown" if unknown else "",
                        "a column is named twice" if len(set(header)) < len(header) else "",
                    ],
                )
            )
            + f"; there must be: {', '.join(columns)}; there are: {', '.join(header) or 'none (the file is empty)'}"
        )
        return pd.DataFrame(columns=[*columns, "_file", "_line"], dtype=str)
    records: list[dict[str, object]] = []
    for row in rows:
        if not any(row):
            continue
        if len(row) != len(header):
            problems.append(f"{name}, line {rows.line_num}: {len(row)} cells instead of {len(header)}; quote commas")
            continue
        cells = (as_written(cell.strip()) for cell in row)
        records.append({**dict(zip(header, cells, strict=True)), "_file": name, "_line": rows.line_num})
    return pd.DataFrame(records, columns=[*header, "_file", "_line"])
