"""Any table in a file: the header is found, the columns are mapped, and every figure is a claim or a skipped row."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from trafficking_stats.claims import RANGE_END
from trafficking_stats.countries import country_code
from trafficking_stats.errors import ReaderError
from trafficking_stats.layout import SEVERAL_HEADINGS, ColumnMap, headed
from trafficking_stats.printed import NoFigureError, UnreadableError, plain, read_figure
from trafficking_stats.readers.sheets import WORKBOOKS, Row, csv_rows, sheets
from trafficking_stats.readers.tables import (
    NOT_ASKED_FOR,
    RAW_COLUMNS,
    TableImport,
    file_of,
    source_name,
    wanted_countries,
)
from trafficking_stats.reading import read_frame
from trafficking_stats.vocabulary import load_vocabulary

OPTIONS = {
    "map": "A TOML file with these options; [labels.sex] and the like translate words.",
    "value": "Column of the figures, or COL=INDICATOR (repeatable).",
    "year": "Column of the year or period, or one for all rows.",
    "start": "Column of the first day, in place of a year.",
    "end": "Column of the last day.",
    "indicator": "Column of the indicator, or one for all rows.",
    "breakdown": "A column that breaks the figures down (repeatable; COL=sex names the dimension).",
    "area": "Column of places within the country, whose figures are added up.",
    "qualifier": "Column of the qualifier.",
    "unit": "Column of the unit.",
    "note": "Column of notes.",
    "decimal": "The decimal mark, . or ,",
    "fiscal-year": "Month in which the fiscal year begins, 1 to 12.",
    "sheet": "Name of the sheet; by default the first with figures.",
    "header": "Row of the header, or first-last where there are several; found by default.",
    "delimiter": "What separates the columns of a CSV file; found by default.",
    "title": "Title of the publication; by default the name of the file.",
    "publisher": "Who publishes it; by default the id of the source.",
    "upstream": "Register in which the figures start: a name, or national; by default the publisher.",
    "tier": "register, publisher, compiler or press.",
    "url": "Address of the publication.",
    "language": "ISO 639-1.",
}
"""Help of the options; those of the source first said in a map are overridden on the command line."""

asked = list
"""The countries of the command line as `read` takes them."""

_LISTS = ("value", "breakdown")
_OF_FILE = ("sheet", "header", "delimiter")
_OF_SOURCE = ("title", "publisher", "upstream", "tier", "url", "language", "published", "source", "edition")
_HEADER_WITHIN = 50


def is_own(path: Path) -> bool:
    """Whether a file may be a table at all, by its name."""
    return path.suffix.lower() in (*WORKBOOKS, ".csv", ".tsv", ".txt", ".tab")


def read(
    path: str | Path,
    *,
    source_id: str | None = None,
    published: str | None = None,
    countries: Collection[str] | None = None,
    **options: Any,
) -> TableImport:
    r"""Read a table as claims.

    Parameters
    ----------
    path : str or pathlib.Path
        CSV with any of the usual delimiters and encodings, TSV, xlsx, xls or ods.
    source_id : str, optional
        Id of the publication; by default the name of the file.
    published : str, optional
        When it was published.
    countries : collection of str, optional
        The column of the country; or else, by code or English name, the countries to read where the table has such a
        column, and the country of all rows where it has none.
    **options
        Those of `OPTIONS`, such as ``value="Number"`` or ``decimal=","``; ``map`` is a TOML file with the same
        keys. What is not said is found by the headings, as in `trafficking_stats.claims_from`.

    Returns
    -------
    TableImport
        The claims, the source, and the rows left out with the reason.

    Raises
    ------
    ReaderError
        If the file cannot be read, has no header, or figures that can be read in two ways.
    ClaimError
        If a column that is needed is not there.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "police-2024.csv"
    ...     _ = path.write_text("State;Year;Victims identified\nAcre;2023;1 440\nBahia;2023;12\n")
    ...     found = read(path, published="2024", countries=["Brazil"], area="State")
    >>> found.claims[["source_id", "country", "value", "scope_note"]].values.tolist()
    [['police-2024', 'BRA', 1452.0, 'sum of 2 places']]
    """
    path = Path(path)
    said = {**_read_map(options.get("map")), **{k.replace("-", "_"): v for k, v in options.items() if v and k != "map"}}
    columns, of_file, of_source = _sorted_out(said, path)
    table, where = _table(path, of_file)
    columns, wanted = _with_country(columns, table, countries)
    date = published or str(of_source.get("published") or "")
    identifier = source_name(source_id or str(of_source.get("source") or path.name.split(".")[0]))
    about = {
        "source": identifier,
        **{name: of_source[name] for name in ("publisher", "upstream", "tier") if of_source.get(name)},
    }
    found = read_frame(table, dataclasses.replace(columns, **about, published=date or None), load_vocabulary())
    if found.unclear:
        raise ReaderError(
            f"{path}: {len(found.unclear):,} figures can be read in two ways; say --decimal . or --decimal ,\n"
            + "\n".join(found.unclear[:10])
        )
    claims, skipped = found.claims, pd.concat([found.skipped, found.wrong], ignore_index=True)
    if wanted is not None:
        other = ~claims["country"].isin(wanted)
        left = pd.DataFrame({"row": claims["locator"], "column": "", "reason": NOT_ASKED_FOR})[other]
        claims, skipped = claims[~other], pd.concat([skipped, left], ignore_index=True)
    source = {
        "source_id": identifier,
        "title": str(of_source.get("title") or file_of(path)["document"]),
        "publisher": str(of_source.get("publisher") or identifier),
        "upstream": str(of_source.get("upstream") or of_source.get("publisher") or identifier),
        "tier": str(of_source.get("tier") or "publisher"),
        "published": date,
        "edition": str(of_source.get("edition") or date[:4]),
        "language": str(of_source.get("language") or ""),
        "url": str(of_source.get("url") or ""),
        **file_of(path),
        "note": where,
    }
    kept = ["source_id", *RAW_COLUMNS, *([RANGE_END] if RANGE_END in claims else [])]
    skipped = skipped.rename(columns={"column": "label"})
    return TableImport(claims[kept].reset_index(drop=True), source, date, found.n_rows, skipped, wanted)


def _read_map(path: Any) -> dict[str, Any]:
    if not path:
        return {}
    try:
        said = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ReaderError(f"{path}: not a map in TOML: {error}") from error
    return {
        **{k: v for k, v in said.items() if k != "source" or not isinstance(v, dict)},
        **(said["source"] if isinstance(said.get("source"), dict) else {}),
    }


def _sorted_out(said: Mapping[str, Any], path: Path) -> tuple[ColumnMap, dict[str, Any], dict[str, Any]]:
    """Tell the options of the columns, the file and the source apart."""
    known = {field.name for field in dataclasses.fields(ColumnMap)}
    unknown = sorted(set(said) - known - {*_OF_FILE, *_OF_SOURCE})
    if unknown:
        raise ReaderError(
            f"the map of {path.name} has unknown keys: {', '.join(unknown)}; there are: {', '.join(OPTIONS)}"
        )
    of_columns = {key: value for key, value in said.items() if key in known and key not in _OF_SOURCE}
    for key in _LISTS:
        if isinstance(of_columns.get(key), list | tuple):
            of_columns[key] = _pairs(of_columns[key], key)
    if "fiscal_year" in of_columns:
        of_columns["fiscal_year"] = int(of_columns["fiscal_year"])
    if of_columns.get("decimal") not in (None, ".", ","):
        raise ReaderError(f"decimal must be . or , not {of_columns['decimal']!r}")
    parts = ({k: v for k, v in said.items() if k in keys} for keys in (_OF_FILE, _OF_SOURCE))
    return ColumnMap(**of_columns), *parts  # type: ignore[return-value]


def _with_country(
    columns: ColumnMap, table: pd.DataFrame, countries: Collection[str] | None
) -> tuple[ColumnMap, frozenset[str] | None]:
    """Return the map with the column of the country, or the country itself; and the countries to read, if not all."""
    if not countries:
        return columns, None
    (first, *others) = countries
    if first in table and not others:
        return dataclasses.replace(columns, country=first), None
    wanted = wanted_countries([country_code(name) or name for name in countries])
    if others or columns.country or headed(table, "country"):
        return columns, wanted
    return dataclasses.replace(columns, country=first), None


def _pairs(listed: Collection[str], key: str) -> Any:
    """Return columns with what they mean, or one column."""
    pairs = dict((item.rpartition("=")[0], item.rpartition("=")[2]) if "=" in item else (item, "") for item in listed)
    if all(pairs.values()):
        return pairs
    return next(iter(pairs)) if key == "value" and len(pairs) == 1 else list(pairs)


def _table(path: Path, said: Mapping[str, Any]) -> tuple[pd.DataFrame, str]:
    """Return the table below the header of a file, indexed by row number, and where it is."""
    if path.suffix.lower() not in WORKBOOKS:
        return _below_header(csv_rows(path, said.get("delimiter")), said, path), ""
    names, problem = [], ""
    for name, rows in sheets(path):
        names.append(name)
        if said.get("sheet") not in (None, name):
            continue
        try:
            return _below_header(rows, said, path), f"sheet {name}"
        except ReaderError as error:
            problem = problem or str(error)
    if said.get("sheet") not in (None, *names):
        raise ReaderError(f"{path}: there is no sheet {said['sheet']!r}; there are: {', '.join(names)}")
    raise ReaderError(problem or f"{path}: the workbook is empty")


def _below_header(rows: list[Row], said: Mapping[str, Any], path: Path) -> pd.DataFrame:
    rows = [(number, row) for number, row in rows if any(plain(cell) for cell in row)]
    first, last = _header(rows, str(said.get("header") or ""), path)
    heads = [row for number, row in rows if first <= number <= last]
    body = [(number, row) for number, row in rows if number > last]
    width = max(len(row) for row in heads)
    if not body:
        raise ReaderError(f"{path}: there are no rows below the header in row {first}")
    for number, row in body:
        if any(plain(cell) for cell in row[width:]):
            raise ReaderError(
                f"{path}, row {number}: {len(row)} cells below {width} headings; quote separators in cells"
            )
    names = _names(heads, width)
    table = pd.DataFrame(
        [[*row[:width], *[""] * (width - len(row))] for _, row in body],
        columns=names,
        index=[n for n, _ in body],
        dtype=object,
    )
    empty = [name for name in table if not name and not any(map(plain, table[name].to_numpy().ravel()))]
    return table.drop(columns=empty)


def _header(rows: list[Row], said: str, path: Path) -> tuple[int, int]:
    """Return the first and last row of the header: the first that is filled as far as the table is wide."""
    if said:
        first, _, last = said.partition("-")
        if not (first.isdigit() and (last or "1").isdigit()):
            raise ReaderError(f"header must be a row such as 3, or rows such as 3-4, not {said!r}")
        return int(first), int(last or first)
    if not rows:
        raise ReaderError(f"{path}: the table is empty")
    filled = [sum(1 for cell in row if plain(cell)) for _, row in rows[:_HEADER_WITHIN]]
    at = next(at for at, n in enumerate(filled) if n >= max(2, max(filled) / 2) or n == max(filled))
    number, row = rows[at]
    below = rows[at + 1][1] if at + 1 < len(rows) else []
    has_gaps = any(not plain(cell) for cell in row) or len(row) < len(below)
    is_second = has_gaps and sum(map(_is_figure, below)) == 0 and sum(1 for cell in below if plain(cell)) > 1
    return number, rows[at + 1][0] if is_second else number


def _is_figure(cell: Any) -> bool:
    try:
        read_figure(cell)
    except (NoFigureError, UnreadableError):
        return False
    return True


def _names(heads: list[list[Any]], width: int) -> list[str]:
    """Join the headings of a column; one that spans several columns stands above the first of them."""
    levels = []
    for level, row in enumerate(heads):
        cells = [plain(cell) for cell in row] + [""] * (width - len(row))
        if level < len(heads) - 1:
            for at in range(1, width):
                cells[at] = cells[at] or cells[at - 1]
        levels.append(cells)
    return [SEVERAL_HEADINGS.join(dict.fromkeys(filter(None, parts))) for parts in zip(*levels, strict=True)]
