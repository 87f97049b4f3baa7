"""Putting claims into a folder of raw figures: what is written there can be cleaned, and nothing is lost."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from trafficking_stats.breakdowns import canonical_breakdown
from trafficking_stats.claims import read_sources
from trafficking_stats.csv_tables import read_rows, records, table_text
from trafficking_stats.errors import ClaimError, ReaderError
from trafficking_stats.files import locked, settle, write_together
from trafficking_stats.readers.tables import source_name
from trafficking_stats.schema import PRINTED, RANGE_END, SOURCE, check_claims, check_sources
from trafficking_stats.vocabulary import load_vocabulary

_COLUMNS = [*PRINTED, RANGE_END]
_ORDER = ["country", "indicator", "breakdown", "period_start", "period_end", "value", "qualifier", "locator"]
_SAME = [*_ORDER[:-1], "unit", RANGE_END]
_REMEDY = "give the new ones another source_id, or replace the old ones with replace=True"


class Added(NamedTuple):
    """What `add_claims` did.

    Attributes
    ----------
    added, present : int
        Claims written, and claims that were there already.
    files : tuple of pathlib.Path
        The files of claims that changed.
    unknown_sources : tuple of str
        Source ids without a row in ``sources.csv``, which the claims need before they can be read.
    """

    added: int
    present: int
    files: tuple[Path, ...]
    unknown_sources: tuple[str, ...]


class Plan(NamedTuple):
    """What writing the claims of one publication would do.

    Attributes
    ----------
    path : pathlib.Path
        The file of claims.
    files : dict of str to bytes
        New contents by path in the folder; empty if nothing would change.
    hindrance : str
        Why they cannot be written as they are; empty where they can.
    """

    path: Path
    files: dict[str, bytes]
    hindrance: str = ""


def write_raw(
    claims: pd.DataFrame,
    source: Mapping[str, str],
    raw_dir: str | Path,
    *,
    replace: bool = False,
    countries: Collection[str] | None = None,
    said: Collection[str] = (),
    remedy: str = _REMEDY,
) -> tuple[Path, bool]:
    """Write the claims of one publication, and its row in ``sources.csv`` if it has none, together.

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
    countries : collection of str, optional
        The countries that the claims are about, if not all of the publication's: claims that are there on
        other countries stay.
    said : collection of str, optional
        Columns of ``source`` that somebody asked for: a row that is there with something else in them must be
        replaced. What merely follows from the file never hinders, for the row may have been completed by hand.
    remedy : str
        What the message says to do about what is there already and differs.

    Returns
    -------
    path : pathlib.Path
        The file of claims.
    changed : bool
        False if nothing was written: the claims were there already, equal to the last byte, and the row stays.

    Raises
    ------
    ReaderError
        If a column is missing, ``claims`` is empty, or the source is there with other claims, or with another row
        than was ``said``, and ``replace`` is false.
    ClaimError
        If what is there, or what would be written, could not be cleaned; nothing is written then.

    Examples
    --------
    >>> import tempfile
    >>> row = dict(country="DNK", indicator="victims_identified", breakdown="", period_start="2020-01-01",
    ...            period_end="2020-12-31", value=77.0, qualifier="exact", unit="persons", locator="", scope_note="")
    >>> source = dict(source_id="made-up", title="Made up", publisher="Nobody", upstream="Nobody", tier="press")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path, changed = write_raw(pd.DataFrame([row]), source, folder)
    ...     path.name, changed
    ('made-up.csv', True)
    """
    with locked(Path(raw_dir)):
        made = plan(claims, source, raw_dir, replace=replace, countries=countries, said=said, remedy=remedy)
        if made.hindrance:
            raise ReaderError(made.hindrance)
        if made.files:
            write_together(Path(raw_dir), made.files)
    return made.path, bool(made.files)


def plan(
    claims: pd.DataFrame,
    source: Mapping[str, str],
    raw_dir: str | Path,
    *,
    replace: bool = False,
    countries: Collection[str] | None = None,
    said: Collection[str] = (),
    remedy: str = _REMEDY,
) -> Plan:
    """Say what `write_raw` would do with the same arguments, and write nothing."""
    raw_dir, identifier = Path(raw_dir), source_name(str(source.get("source_id", "")))
    missing = [column for column in PRINTED if column not in claims]
    if missing:
        raise ReaderError(f"claims of {identifier}: the columns {', '.join(missing)} are missing")
    if claims.empty:
        raise ReaderError(f"claims of {identifier}: there are none, so nothing was written")
    unknown = sorted(set(source) - set(SOURCE))
    if unknown:
        raise ReaderError(f"source {identifier}: {', '.join(unknown)} are no columns of sources.csv")
    row = {column: str(source.get(column, "")) for column in SOURCE}
    files = _with_source(raw_dir, identifier, row, replace)
    old, new = _claims(raw_dir, identifier), _as_text(claims)
    replaced = old if countries is None else old[old["country"].isin(countries)]
    file, path = f"claims/{identifier}.csv", raw_dir / "claims" / f"{identifier}.csv"
    content = _content(identifier, _in_order(pd.concat([old.drop(index=replaced.index), new], ignore_index=True)))
    is_new = not path.is_file() or path.read_bytes() != content
    if is_new:
        files = {file: content, **files}
    if replace:
        return Plan(path, files)
    if is_new and not replaced.empty:
        differing = max(len(set(_keys(replaced)) - set(_keys(new))), 1)
        there = f"claims of this source, {differing:,} in all, are there already and differ"
        return Plan(path, files, f"{path}: {there}; {remedy}")
    if unlike := _unlike(raw_dir, identifier, {column: row[column] for column in SOURCE if column in said}):
        return Plan(path, files, f"{raw_dir / 'sources.csv'}, {identifier}: {', '.join(unlike)}; {remedy}")
    return Plan(path, files)


def add_claims(table: pd.DataFrame, raw_dir: str | Path) -> Added:
    """Append claims to those of their sources; claims that are there already are not added again.

    Parameters
    ----------
    table : pandas.DataFrame
        The columns of a raw file as text, and ``source_id``.
    raw_dir : str or pathlib.Path
        The folder that holds ``sources.csv`` and ``claims/``.

    Returns
    -------
    Added
        Doing it twice adds nothing.

    Raises
    ------
    ClaimError
        If what is there cannot be read; nothing is written then.
    """
    raw_dir, files, present = Path(raw_dir), {}, 0
    if table.empty:
        return Added(0, 0, (), ())
    with locked(raw_dir):
        unknown = sorted(set(table["source_id"]) - set(_sources(raw_dir)["source_id"]))
        for source_id, rows in table.groupby("source_id", sort=True):
            old, new = _claims(raw_dir, str(source_id)), _as_text(rows)
            is_there = pd.Series(_keys(new), index=new.index).isin(_keys(old))
            present += int(is_there.sum())
            if not is_there.all():
                joined = pd.concat([old, new[~is_there]], ignore_index=True)
                files[f"claims/{source_id}.csv"] = _content(str(source_id), joined)
        if files:
            write_together(raw_dir, files)
    return Added(len(table) - present, present, tuple(raw_dir / name for name in files), tuple(unknown))


def claims_of_source(raw_dir: Path, identifier: str) -> pd.DataFrame:
    """Return the claims of a source in a folder with ``value`` as a number; none if there is no file.

    Raises
    ------
    ClaimError
        If the file is broken, or a value is no number.
    """
    table = _claims(raw_dir, identifier)
    value = pd.to_numeric(table["value"], errors="coerce")
    if value.isna().any():
        raise ClaimError(f"{raw_dir / 'claims' / identifier}.csv: a value is no number: run trafficking-stats clean")
    return table.assign(value=value.astype(float))


def _sources(raw_dir: Path) -> pd.DataFrame:
    """Return the rows of ``sources.csv``; none if the file is missing or empty."""
    settle(raw_dir)
    path = raw_dir / "sources.csv"
    is_there = path.is_file() and path.stat().st_size
    return read_sources(raw_dir) if is_there else pd.DataFrame(columns=list(SOURCE), dtype=str)


def _with_source(raw_dir: Path, identifier: str, row: dict[str, str], replace: bool) -> dict[str, bytes]:
    """Return ``sources.csv`` with the row of a source; nothing where it has one that may stay."""
    sources, new = _sources(raw_dir), pd.DataFrame([row], columns=list(SOURCE))
    is_own = sources["source_id"] == identifier
    if is_own.any() and not (replace and records(sources[is_own]) != [row]):
        return {}
    _refuse(check_sources(new.assign(_file=f"sources.csv, {identifier}", _line=0), load_vocabulary()))
    listed = pd.concat([sources[~is_own], new]).sort_values("source_id")
    return {"sources.csv": table_text(listed).encode()}


def _unlike(raw_dir: Path, identifier: str, said: dict[str, str]) -> list[str]:
    """Say in which columns the row that a source has is not what was said."""
    sources = _sources(raw_dir)
    return [
        f"{column} is there already as {row[column]!r}, not {given!r}"
        for row in records(sources[sources["source_id"] == identifier])
        for column, given in said.items()
        if row[column] != given
    ]


def _claims(raw_dir: Path, identifier: str) -> pd.DataFrame:
    """Return the claims of a source as they are in its file, as text; none if there is no file."""
    path = raw_dir / "claims" / f"{identifier}.csv"
    problems: list[str] = []
    if not path.is_file():
        return pd.DataFrame(columns=_COLUMNS, dtype=str)
    table = read_rows(path, PRINTED, problems, optional=("source_id", RANGE_END))
    if problems:
        raise ClaimError([f"{raw_dir / problem}" for problem in problems])
    return table.reindex(columns=_COLUMNS, fill_value="")


def _as_text(claims: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of a raw file as text, numbers in one form."""
    table = claims.reindex(columns=_COLUMNS).astype(object)
    for column in ("value", RANGE_END):
        number = pd.to_numeric(table[column], errors="coerce")
        table[column] = table[column].where(number.isna(), number.map("{:.15g}".format))
    return table.where(table.notna(), "").astype(str)


def _keys(table: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return what makes claims the same, one tuple a row."""
    cells = _as_text(table)[_SAME]
    return list(cells.assign(breakdown=cells["breakdown"].map(canonical_breakdown)).itertuples(index=False, name=None))


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    def by_size(column: pd.Series) -> pd.Series:
        return pd.to_numeric(column, errors="coerce") if column.name == "value" else column

    return table.sort_values(_ORDER, key=by_size, kind="stable", ignore_index=True)


def _content(identifier: str, table: pd.DataFrame) -> bytes:
    """Return the content of a file of claims, and refuse what could not be read back."""
    rows = table.assign(source_id=identifier, _file=f"claims/{identifier}.csv", _line=range(2, len(table) + 2))
    _refuse(check_claims(rows, load_vocabulary()))
    columns = list(PRINTED)
    if (table[RANGE_END] != "").any():
        columns.insert(columns.index("value") + 1, RANGE_END)
    return table_text(table[columns]).encode()


def _refuse(problems: list[str]) -> None:
    if problems:
        raise ClaimError([f"nothing was written: {problem}" for problem in problems])
