"""Claims: one row a figure as one source prints it, read from ``data/raw``, checked, and put into canonical form."""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
from pathlib import Path
from typing import Any

import pandas as pd

from trafficking_stats import paths
from trafficking_stats.errors import ClaimError
from trafficking_stats.files import as_written, read_table
from trafficking_stats.schema import check_claims, check_sources
from trafficking_stats.vocabulary import Vocabulary, load_vocabulary

PRINTED = (
    "country",
    "indicator",
    "breakdown",
    "period_start",
    "period_end",
    "value",
    "qualifier",
    "unit",
    "locator",
    "scope_note",
)
"""Columns of a file in ``data/raw/claims``; the name of the file is the source's id."""

SOURCE = (
    "source_id",
    "title",
    "publisher",
    "upstream",
    "tier",
    "published",
    "edition",
    "language",
    "url",
    "document",
    "sha256",
    "note",
)
"""Columns of ``data/raw/sources.csv``, one row a publication."""

CLAIM = ("claim_id", "source_id", *PRINTED, "publisher", "upstream", "tier", "published")
"""Columns of a table of claims."""

_ORDER = ["country", "indicator", "breakdown", "period_start", "period_end", "claim_id"]


def canonical_breakdown(breakdown: str) -> str:
    """Sort the keys of a breakdown; the total is the empty string.

    Parameters
    ----------
    breakdown : str
        ``key=value`` pairs joined by ``;`` in any order.

    Returns
    -------
    str
        The same pairs sorted by key, without spaces.

    Examples
    --------
    >>> canonical_breakdown("sex=male; age=child")
    'age=child;sex=male'
    """
    return ";".join(sorted(part.strip() for part in breakdown.split(";") if part.strip()))


def read_claims(folder: str | Path, vocabulary: Vocabulary | None = None) -> pd.DataFrame:
    """Read, check and normalise a folder of raw figures.

    Parameters
    ----------
    folder : str or pathlib.Path
        Holds ``sources.csv`` and ``claims/<source_id>.csv``, like ``data/raw``.
    vocabulary : Vocabulary, optional
        By default the one that ships with the package.

    Returns
    -------
    pandas.DataFrame
        One row a claim with the columns of `CLAIM`, in a fixed order. ``value`` is float, all else text.

    Raises
    ------
    ClaimError
        With every problem of every file: file, line, column, value, and what is allowed.

    Examples
    --------
    >>> read_claims("no/such/folder")
    Traceback (most recent call last):
    trafficking_stats.errors.ClaimError: no/such/folder: there is no such folder; it must hold sources.csv and claims/
    """
    folder, vocabulary = Path(folder), vocabulary or load_vocabulary()
    if not folder.is_dir():
        raise ClaimError(f"{folder}: there is no such folder; it must hold sources.csv and claims/")
    files = sorted((folder / "claims").glob("*.csv"))
    if not files:
        raise ClaimError(
            f"{folder / 'claims'}: there are no claims; add a file named <source_id>.csv with the columns"
            f" {', '.join(PRINTED)}"
        )
    problems: list[str] = []
    sources = _read_table(folder / "sources.csv", SOURCE, problems)
    are_sources_known = not problems
    problems += check_sources(sources, vocabulary)
    tables = []
    for file in files:
        table = _read_table(file, PRINTED, problems, optional=("source_id",))
        named = table.pop("source_id") if "source_id" in table else pd.Series(file.stem, index=table.index)
        problems += _check_names(named, table["_line"], file)
        if are_sources_known:
            problems += _check_source(file, sources)
        tables.append(table.assign(source_id=file.stem))
    claims = pd.concat(tables, ignore_index=True)
    claims["breakdown"] = claims["breakdown"].map(canonical_breakdown)
    problems += check_claims(claims, vocabulary)
    if problems:
        raise ClaimError(problems)
    return _normalise(claims, sources, vocabulary)


def read_sources(folder: str | Path) -> pd.DataFrame:
    """Read and check ``sources.csv`` of a folder of raw figures.

    Parameters
    ----------
    folder : str or pathlib.Path
        Holds ``sources.csv``.

    Returns
    -------
    pandas.DataFrame
        The columns of `SOURCE`, all text, sorted by id.

    Raises
    ------
    ClaimError
        With every problem of the file.

    Examples
    --------
    >>> read_sources("no/such/folder")
    Traceback (most recent call last):
    trafficking_stats.errors.ClaimError: sources.csv: there is no such file
    """
    problems: list[str] = []
    sources = _read_table(Path(folder) / "sources.csv", SOURCE, problems)
    problems += check_sources(sources, load_vocabulary())
    if problems:
        raise ClaimError(problems)
    return sources[list(SOURCE)].sort_values("source_id", ignore_index=True)


def load_claims() -> pd.DataFrame:
    """Load the claims that ship with the package.

    Returns
    -------
    pandas.DataFrame
        One row a claim, see `read_claims`.

    Examples
    --------
    >>> claims = load_claims()
    >>> int(claims.query("source_id == 'center-mod-menneskehandel-2024-dnk'").value.max())
    1233
    """
    return _load("claims", CLAIM)


def load_sources() -> pd.DataFrame:
    """Load the publications behind the claims that ship with the package.

    Returns
    -------
    pandas.DataFrame
        One row a publication with the columns of `SOURCE`, all text.

    Examples
    --------
    >>> "tip-2015-dnk" in set(load_sources().source_id)
    True
    """
    return _load("sources", SOURCE)


def known_countries(claims: pd.DataFrame, country: str) -> str:
    """Return ``country`` if there are claims about it.

    Parameters
    ----------
    claims : pandas.DataFrame
        With the column ``country``.
    country : str
        ISO 3166-1 alpha-3, or ``EUU``.

    Returns
    -------
    str
        The same code.

    Raises
    ------
    ClaimError
        Listing the countries that have claims, and the nearest of them.

    Examples
    --------
    >>> known_countries(pd.DataFrame({"country": ["DNK", "SWE"]}), "DNX")
    Traceback (most recent call last):
    trafficking_stats.errors.ClaimError: country 'DNX' has no claims; did you mean DNK? those that have: DNK, SWE
    """
    have = sorted(set(claims["country"]))
    if country in have:
        return country
    near = difflib.get_close_matches(str(country).upper(), have, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise ClaimError(f"country {country!r} has no claims; {hint}those that have: {', '.join(have) or 'none'}")


def known_source(sources: pd.DataFrame, source_id: str) -> dict[str, str] | None:
    """Return the row of a source.

    Parameters
    ----------
    sources : pandas.DataFrame
        As `read_sources` gives it.
    source_id : str
        The id.

    Returns
    -------
    dict of str to str, or None
        None if there is no source of this id.

    Examples
    --------
    >>> known_source(load_sources(), "tip-2015-dnk")["tier"]
    'compiler'
    """
    rows: list[dict[str, str]] = sources[sources["source_id"] == source_id].to_dict("records")  # type: ignore[assignment]
    return rows[0] if rows else None


def _load(name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    file = paths.clean_dir() / f"{name}.csv"
    try:
        table = read_table(file)
    except FileNotFoundError as error:
        raise ClaimError(f"{file}: there is no such file; run trafficking-stats clean, or install again") from error
    missing = [column for column in columns if column not in table]
    if missing:
        raise ClaimError(f"{file}: the columns {', '.join(missing)} are missing; run trafficking-stats clean")
    table = table[list(columns)]
    return table.assign(value=table["value"].astype(float)) if "value" in columns else table


def _read_table(
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


def _check_names(named: pd.Series, lines: pd.Series, file: Path) -> list[str]:
    """Every row of a file belongs to the source the file is named after."""
    return [
        f"claims/{file.name}, line {line}: column source_id, value {value!r}: "
        f"must be {file.stem!r}, the name of the file"
        for value, line in zip(named, lines, strict=True)
        if value != file.stem
    ]


def _check_source(file: Path, sources: pd.DataFrame) -> list[str]:
    """Say so if the source a file is named after is not known."""
    if file.stem in set(sources["source_id"]):
        return []
    near = difflib.get_close_matches(file.stem, list(sources["source_id"]), n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return [f"claims/{file.name}: source id {file.stem!r} is not in sources.csv; add a row there{hint}"]


def _normalise(claims: pd.DataFrame, sources: pd.DataFrame, vocabulary: Vocabulary) -> pd.DataFrame:
    """Join what the source says of itself, name the upstream, fold equivalent breakdowns, and sort."""
    claims["claim_id"] = _claim_ids(claims)
    claims = claims.merge(sources[["source_id", "publisher", "upstream", "tier", "published"]], on="source_id")
    stages = claims["indicator"].map(lambda name: vocabulary.indicators[name].stage)
    claims["upstream"] = [
        vocabulary.register(country, stage) if upstream == "national" else upstream
        for upstream, country, stage in zip(claims["upstream"], claims["country"], stages, strict=True)
    ]
    for equivalent in vocabulary.equivalents:
        _fold(claims, equivalent.country, equivalent.printed, equivalent.means)
    claims["value"] = claims["value"].astype(float)
    return claims.sort_values(_ORDER, ignore_index=True)[list(CLAIM)]


def _claim_ids(claims: pd.DataFrame) -> pd.Series:
    """Name each claim by its source and a hash of its row, which stays the same when rows around it change."""
    rows = claims[list(PRINTED)].itertuples(index=False, name=None)
    digests = pd.Series(
        [hashlib.sha256("\x1f".join(row).encode()).hexdigest() for row in rows], claims.index, dtype=str
    )
    short = claims["source_id"] + ":" + digests.str[:8]
    # among tens of thousands of rows two may begin alike
    return short.mask(short.duplicated(keep=False), claims["source_id"] + ":" + digests.str[:32])


def _fold(claims: pd.DataFrame, country: str, printed: str, means: str) -> None:
    """Replace the part ``printed`` of breakdowns by ``means``, and say so in the note."""
    wanted = set(printed.split(";"))
    parts = claims["breakdown"].str.split(";").map(set)
    rows = parts.map(wanted.issubset) & ((country == "*") | (claims["country"] == country))
    claims.loc[rows, "breakdown"] = [canonical_breakdown(";".join([*(has - wanted), means])) for has in parts[rows]]
    claims.loc[rows, "scope_note"] = [
        f"printed as {printed}" + (f"; {n}" if n else "") for n in claims.loc[rows, "scope_note"]
    ]
