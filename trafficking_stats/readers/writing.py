"""Putting imported claims into a folder of raw figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from trafficking_stats.claims import SOURCE
from trafficking_stats.errors import ReaderError
from trafficking_stats.files import as_written, spreadsheet_safe, write_text
from trafficking_stats.readers.tables import RAW_COLUMNS, source_name


def write_raw(
    claims: pd.DataFrame, source: Mapping[str, str], raw_dir: str | Path, *, replace: bool = False
) -> tuple[Path, bool]:
    """Write the claims of one publication, and its row in ``sources.csv`` if it has none.

    Parameters
    ----------
    claims : pandas.DataFrame
        Claims of one source with the columns of a raw file; other columns are left out. Rows are written in
        a fixed order, so that the same claims give the same bytes.
    source : mapping of str to str
        The publication; columns of ``sources.csv`` that it lacks stay empty.
    raw_dir : str or pathlib.Path
        The folder that holds ``sources.csv`` and ``claims/``; it is made if need be.
    replace : bool
        Whether other claims of the same source may be replaced, and its row in ``sources.csv`` with them.

    Returns
    -------
    path : pathlib.Path
        The file of claims.
    changed : bool
        False if the file and the row were there already, equal to the last byte.

    Raises
    ------
    ReaderError
        If a column is missing, ``claims`` is empty, the source is there with other content and ``replace`` is
        false, or ``sources.csv`` has other columns than it must.

    Examples
    --------
    >>> import tempfile
    >>> row = dict(country="DNK", indicator="victims_identified", breakdown="", period_start="2020-01-01",
    ...            period_end="2020-12-31", value=77.0, qualifier="exact", unit="persons", locator="", scope_note="")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path, changed = write_raw(pd.DataFrame([row]), {"source_id": "made-up", "tier": "press"}, folder)
    ...     path.name, changed
    ('made-up.csv', True)
    """
    raw_dir = Path(raw_dir)
    identifier = source_name(str(source.get("source_id", "")))
    missing = [column for column in RAW_COLUMNS if column not in claims]
    if missing:
        raise ReaderError(f"claims of {identifier}: the columns {', '.join(missing)} are missing")
    if claims.empty:
        raise ReaderError(f"claims of {identifier}: there are none, so nothing was written")
    unknown = sorted(set(source) - set(SOURCE))
    if unknown:
        raise ReaderError(f"source {identifier}: {', '.join(unknown)} are no columns of sources.csv")

    path = raw_dir / "claims" / f"{identifier}.csv"
    text = _claims_text(claims)
    sources_path = raw_dir / "sources.csv"
    rows = _sources(sources_path)
    row = {column: str(source.get(column, "")) for column in SOURCE}
    present = rows.get(identifier)
    same = path.is_file() and path.read_bytes() == text.encode("utf-8")
    if path.is_file() and not same and not replace:
        raise ReaderError(
            f"{path}: claims of {identifier} are there already and differ; give the new ones another source id "
            "(--source), or replace the old ones (--replace, replace=True)"
        )
    if not same:
        write_text(path, text)
    if present is None or (replace and present != row):
        rows[identifier] = row
        table = pd.DataFrame([rows[key] for key in sorted(rows)], columns=list(SOURCE))
        write_text(sources_path, spreadsheet_safe(table).to_csv(index=False, lineterminator="\n"))
        return path, True
    return path, not same


def _claims_text(claims: pd.DataFrame) -> str:
    table = claims[list(RAW_COLUMNS)].copy()
    table["value"] = table["value"].map(lambda value: format(float(value), ".15g"))
    order = ["country", "indicator", "breakdown", "period_start", "period_end", "value", "qualifier", "locator"]
    table = table.sort_values(order, kind="stable", key=lambda c: c.astype(float) if c.name == "value" else c)
    return spreadsheet_safe(table).to_csv(index=False, lineterminator="\n")


def _sources(path: Path) -> dict[str, dict[str, str]]:
    """Return the rows of ``sources.csv`` by id; none if the file is missing or empty."""
    if not path.is_file():
        return {}
    try:
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True)
        rows = {row["source_id"]: row for row in reader} if set(reader.fieldnames or SOURCE) == set(SOURCE) else None
    except (UnicodeDecodeError, csv.Error) as error:
        raise ReaderError(f"{path}: not a CSV file in UTF-8: {error}") from error
    if rows is None:
        raise ReaderError(f"{path}: the columns must be {', '.join(SOURCE)}")
    return {key: {column: as_written(row[column] or "") for column in SOURCE} for key, row in rows.items()}
