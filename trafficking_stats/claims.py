"""Claims: one row a figure as one source prints it, read from ``data/raw``, checked, and put into canonical form."""

from __future__ import annotations

import csv
import difflib
import hashlib
from pathlib import Path

import pandas as pd

from trafficking_stats import paths
from trafficking_stats.errors import ClaimError
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

_ORDER = ["country", "indicator", "breakdown", "period_start", "period_end", "source_id", "value", "claim_id"]


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
    problems += check_sources(sources, vocabulary)
    tables = []
    for file in files:
        table = _read_table(file, PRINTED, problems, optional=("source_id",))
        named = table.pop("source_id") if "source_id" in table else pd.Series(file.stem, index=table.index)
        problems += _check_source_ids(table.assign(source_id=named), file, sources)
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
    >>> claims.query("country == 'DNK' and source_id == 'center-mod-menneskehandel-2024-dnk'").value.max()
    1233.0
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

    Raises
    ------
    ClaimError
        Listing the countries that have claims, and the nearest of them.
    """
    have = sorted(set(claims["country"]))
    if country in have:
        return country
    near = difflib.get_close_matches(str(country).upper(), have, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise ClaimError(f"country {country!r} has no claims; {hint}those that have: {', '.join(have) or 'none'}")


def _load(name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    text = {column: str for column in columns if column != "value"}
    table = pd.read_csv(paths.clean_dir() / f"{name}.csv", dtype=text, keep_default_na=False, na_values={"value": [""]})
    return table[list(columns)]


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
        guess = "UTF-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "another encoding such as Latin-1"
        line = content[: error.start].count(b"\n") + 1
        problems.append(f"{name}, line {line}: not UTF-8 (it looks like {guess}); save the file as CSV UTF-8")
        return empty
    if "\x00" in text:
        problems.append(f"{name}: holds NUL bytes, so it is no text file; save the file as CSV UTF-8")
        return empty
    rows = csv.reader(text.splitlines(keepends=True))
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
        return empty
    records: list[dict[str, object]] = []
    for row in rows:
        if not any(row):
            continue
        if len(row) != len(header):
            problems.append(f"{name}, line {rows.line_num}: {len(row)} cells instead of {len(header)}; quote commas")
            continue
        cells = (cell.strip() for cell in row)
        records.append({**dict(zip(header, cells, strict=True)), "_file": name, "_line": rows.line_num})
    return pd.DataFrame(records, columns=[*header, "_file", "_line"])


def _check_source_ids(table: pd.DataFrame, file: Path, sources: pd.DataFrame) -> list[str]:
    """Every row belongs to the source the file is named after, and that source is known."""
    name = f"claims/{file.name}"
    problems = [
        f"{name}, line {line}: column source_id, value {value!r}: must be {file.stem!r}, the name of the file"
        for value, line in zip(table["source_id"], table.get("_line", []), strict=False)
        if value != file.stem
    ]
    if file.stem not in set(sources["source_id"]):
        near = difflib.get_close_matches(file.stem, list(sources["source_id"]), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        problems.append(f"{name}: source id {file.stem!r} is not in sources.csv; add a row there{hint}")
    return problems


def _normalise(claims: pd.DataFrame, sources: pd.DataFrame, vocabulary: Vocabulary) -> pd.DataFrame:
    """Join what the source says of itself, name the upstream, fold equivalent breakdowns, and sort."""
    printed = claims[list(PRINTED)].agg("\x1f".join, axis=1)
    claims["claim_id"] = [
        f"{source}:{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        for source, text in zip(claims["source_id"], printed, strict=True)
    ]
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


def _fold(claims: pd.DataFrame, country: str, printed: str, means: str) -> None:
    """Replace the part ``printed`` of breakdowns by ``means``, and say so in the note."""
    wanted = set(printed.split(";"))
    parts = claims["breakdown"].str.split(";").map(set)
    rows = parts.map(wanted.issubset) & ((country == "*") | (claims["country"] == country))
    claims.loc[rows, "breakdown"] = [canonical_breakdown(";".join([*(has - wanted), means])) for has in parts[rows]]
    claims.loc[rows, "scope_note"] = [
        f"printed as {printed}" + (f"; {n}" if n else "") for n in claims.loc[rows, "scope_note"]
    ]
