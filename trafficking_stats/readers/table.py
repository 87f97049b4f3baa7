"""Any table in a file: the header is found, the columns are mapped, and every figure is a claim or a skipped row."""

import tomllib
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from trafficking_stats.dates import read_published
from trafficking_stats.errors import ClaimError, ReaderError, TraffickingStatsError
from trafficking_stats.headings import HEADINGS, Columns, headed
from trafficking_stats.layout import FIELDS, check_columns
from trafficking_stats.printed import UnreadableError, plain
from trafficking_stats.readers.header import below_header
from trafficking_stats.readers.sheets import tables_in
from trafficking_stats.readers.tables import NOT_ASKED_FOR, TableImport, file_of, load_map, source_row, wanted_countries
from trafficking_stats.reading import Read, read_frame
from trafficking_stats.schema import PRINTED, RANGE_END, as_id
from trafficking_stats.vocabulary import load_vocabulary
from trafficking_stats.wording import counted

_MAP = load_map("table.toml")
OPTIONS: dict[str, str] = {**_MAP["columns"], **_MAP["file"], **_MAP["source"]}

_ABOUT = ("publisher", "upstream", "tier", "published")
_OF_SOURCE = {*_MAP["source"], *_ABOUT, "source", "edition"}
_OF_COLUMNS = {*FIELDS, "value", "breakdown", "decimal", "fiscal_year", "labels"} - _OF_SOURCE
_Text = Annotated[str, BeforeValidator(lambda said: str(said) if isinstance(said, int | float | date) else said)]
_KINDS: dict[str, Any] = {
    **dict.fromkeys(("value", "breakdown"), _Text | list[str] | dict[str, _Text]),
    "fill": Annotated[list[str], BeforeValidator(lambda said: [said] if isinstance(said, str) else list(said))],
    "labels": dict[str, dict[str, _Text]],
    "decimal": Literal[".", ","],
    "delimiter": Annotated[str, Field(pattern=r'^[^\r\n"]$')],
    "fiscal_year": Annotated[int, Field(ge=1, le=12)],
}
"""What may be said under a key, if it is not text."""


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
    said = _read_map(options.pop("map", None)) | {
        key.replace("-", "_"): given for key, given in options.items() if given
    }
    said = _checked({key: given for key, given in said.items() if given}, path)
    source = _source(said, path, source_id, published)
    found, wanted, source["note"] = _first_readable(path, said, source, countries)
    if found.unclear:
        raise ReaderError(
            f"{path}: {counted(len(found.unclear), 'figure')} can be read in two ways; say --decimal . or --decimal ,\n"
            + "\n".join(found.unclear[:10])
        )
    claims = found.claims[["source_id", *PRINTED, *({RANGE_END} & set(found.claims))]]
    other = ~claims["country"].isin(wanted if wanted is not None else claims["country"])
    not_asked = pd.DataFrame({"row": claims["locator"][other], "label": "", "reason": NOT_ASKED_FOR})
    skipped = pd.concat([found.skipped, found.wrong, not_asked], ignore_index=True)
    claims, of_source = claims[~other].reset_index(drop=True), frozenset(said).intersection(source)
    return TableImport(claims, source, found.n_rows, skipped, wanted, of_source, found.unread)


def _read_map(path: Any) -> dict[str, Any]:
    """Return what a map says, with the keys of its table ``source`` among the others."""
    if not path:
        return {}
    try:
        said = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ReaderError(f"{path}: not a map in TOML: {error}") from error
    of_source = said.pop("source") if isinstance(said.get("source"), dict) else {}
    return {**said, **of_source}


def _checked(said: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Return what is said of a table in the form that each key has, or say what cannot be said."""
    unknown = sorted(set(said) - _OF_COLUMNS - _OF_SOURCE - {*_MAP["file"], "fill"})
    if unknown:
        raise ReaderError(
            f"the map of {path.name} has unknown keys: {', '.join(unknown)}; there are: {', '.join(OPTIONS)}"
        )
    checked = {}
    for key, given in said.items():
        try:
            checked[key] = TypeAdapter(_KINDS.get(key, _Text)).validate_python(given)
        except ValidationError as error:
            help_text = {**OPTIONS, **_MAP["keys"]}.get(key.replace("_", "-"), "Text.")
            raise ReaderError(f"the map of {path.name}: {key} cannot be {given!r}; it is: {help_text}") from error
    return checked


def _column_map(said: Mapping[str, Any]) -> Columns:
    given = {key: value for key, value in said.items() if key in _OF_COLUMNS}
    for key in ("value", "breakdown"):
        if isinstance(given.get(key), list):
            pairs = {column: meaning for column, _, meaning in (item.partition("=") for item in given[key])}
            only = next(iter(pairs)) if key == "value" and len(pairs) == 1 else list(pairs)
            given[key] = pairs if all(pairs.values()) else only
    return given


def _source(said: Mapping[str, Any], path: Path, source_id: str | None, published: str | None) -> dict[str, str]:
    """Return the row of ``sources.csv``: what is said of the publication, and else what follows from the file."""
    day = published or said.get("published", "")
    try:
        day = read_published(day)
    except UnreadableError as error:
        raise ReaderError(f"--published: {day!r} must be {error}") from error
    named = said.get("source") or as_id(file_of(path)["document"].split(".")[0].casefold())
    return source_row(path, _MAP["defaults"], day, source_id, said, named=named)


def _with_country(
    columns: Columns, table: pd.DataFrame, countries: Collection[str] | None
) -> tuple[Columns, frozenset[str] | None]:
    """Return the map with the column of the country, or the country itself; and the countries to read, if not all."""
    if not countries:
        return columns, None
    (first, *others) = countries
    if first in table and not others:
        return {**columns, "country": first}, None
    wanted = wanted_countries(countries)
    if others or columns.get("country") or headed(table, HEADINGS["country"]):
        return columns, wanted
    return {**columns, "country": first}, None


def _first_readable(
    path: Path, said: Mapping[str, Any], source: Mapping[str, str], countries: Collection[str] | None
) -> tuple[Read, frozenset[str] | None, str]:
    """Read the first sheet that gives claims; return also the countries to read, and which sheet it is."""
    columns, about = _column_map(said), {"source": source["source_id"], **{field: source[field] for field in _ABOUT}}
    sheets = dict(tables_in(path, said.get("delimiter"), said.get("encoding")))
    asked = [name for name in sheets if not name or said.get("sheet") in (None, name)]
    if not asked:
        raise ReaderError(f"{path}: there is no sheet {said.get('sheet')!r}; there are: {', '.join(sheets)}")
    found: list[tuple[Read, frozenset[str] | None, str]] = []
    problems: list[tuple[int, TraffickingStatsError]] = []
    for at, name in enumerate(asked):
        try:
            table = below_header(sheets[name], said.get("header", ""), path)
            check_columns("fill", said.get("fill", ()), table)
            for heading in said.get("fill", ()):
                table[heading] = table[heading].where(table[heading].map(plain) != "").ffill()
            mapped, wanted = _with_country(columns, table, countries)
            one = read_frame(table, mapped, load_vocabulary(), about, _MAP["ways"])
        except (ReaderError, ClaimError) as error:
            problems.append((len(sheets[name]), error))
            continue
        others = f"; not read: {', '.join(asked[at + 1 :])} (--sheet)" if asked[at + 1 :] else ""
        found.append((one, wanted, f"sheet {name}{others}" if name else ""))
        if len(one.claims) or one.unclear:
            return found[-1]
    if found:
        return found[0]
    raise max(problems, key=lambda problem: problem[0])[1]
