"""Claims: one row a figure as one source prints it, read from ``data/raw``, checked, and put into canonical form."""

import functools
import hashlib
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from trafficking_stats import paths
from trafficking_stats.breakdowns import canonical_breakdown
from trafficking_stats.csv_tables import read_rows
from trafficking_stats.errors import ClaimError
from trafficking_stats.files import settle
from trafficking_stats.numbering import first_of, number_of
from trafficking_stats.schema import CELL, CLAIM, PRINTED, PUBLICATION, RANGE_END, SOURCE, check_claims, check_sources
from trafficking_stats.vocabulary import Vocabulary, load_vocabulary
from trafficking_stats.wording import meant


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
    settle(folder)
    if not folder.is_dir():
        raise ClaimError(f"{folder}: there is no such folder; it must hold sources.csv and claims/")
    files = sorted(file for file in (folder / "claims").glob("*") if file.suffix.lower() == ".csv")
    if not files:
        raise ClaimError(
            f"{folder / 'claims'}: there are no claims; add a file named <source_id>.csv with the columns"
            f" {', '.join(PRINTED)}"
        )
    problems: list[str] = []
    sources = read_rows(folder / "sources.csv", SOURCE, problems)
    known = None if problems else list(sources["source_id"])
    problems += check_sources(sources, vocabulary)
    claims = pd.concat([_read_file(file, known, problems) for file in files], ignore_index=True)
    if RANGE_END in claims:
        claims[RANGE_END] = claims[RANGE_END].fillna("")
    claims["breakdown"] = claims["breakdown"].map(canonical_breakdown)
    problems += check_claims(claims, vocabulary)
    if problems:
        raise ClaimError(problems)
    return finish(claims.merge(sources[["source_id", *PUBLICATION]], on="source_id"), vocabulary)


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
    settle(Path(folder))
    problems: list[str] = []
    sources = read_rows(Path(folder) / "sources.csv", SOURCE, problems)
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


def _load(name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    settle(paths.clean_dir())
    file = paths.clean_dir() / f"{name}.csv"
    state = file.stat() if file.exists() else None
    return _read_clean(file, columns, state and (state.st_mtime_ns, state.st_size, state.st_ino)).copy(deep=False)


@functools.lru_cache(maxsize=4)
def _read_clean(file: Path, columns: tuple[str, ...], state: tuple[int, ...] | None) -> pd.DataFrame:
    """Read a cleaned table; one that has not changed is read once in a process, and in those forked from it."""
    problems: list[str] = []
    table = read_rows(file, columns, problems, others=True)
    numbers = [column for column in ("value", RANGE_END) if column in table]
    values = table[numbers].apply(pd.to_numeric, errors="coerce")
    broken = values["value"].isna() if "value" in values else []
    problems += [f"{file.name}, line {line}: the value is no number" for line in table["_line"][broken]]
    if problems:
        raise ClaimError(f"{file.parent}: {problems[0]}; run trafficking-stats clean, or install again")
    return table.assign(**values)[[column for column in table if column in (*columns, RANGE_END)]]


def _read_file(file: Path, sources: list[str] | None, problems: list[str]) -> pd.DataFrame:
    """Read the claims of the source that a file is named after, which is one of ``sources`` where these are known."""
    table = read_rows(file, PRINTED, problems, optional=("source_id", RANGE_END))
    if "source_id" in table:
        other = table[table["source_id"] != file.stem]
        problems += [
            f"claims/{file.name}, line {line}: column source_id, value {value!r}: "
            f"must be {file.stem!r}, the name of the file"
            for value, line in zip(other["source_id"], other["_line"], strict=True)
        ]
    if sources is not None and file.stem not in sources:
        hint = meant(file.stem, sources)
        problems.append(f"claims/{file.name}: source id {file.stem!r} is not in sources.csv; add a row there{hint}")
    return table.assign(source_id=file.stem)


def finish(claims: pd.DataFrame, vocabulary: Vocabulary) -> pd.DataFrame:
    """Give checked claims their ids, name their registers, fold equivalent breakdowns, and sort them.

    Parameters
    ----------
    claims : pandas.DataFrame
        The columns of `CLAIM` without ids, and `RANGE_END` if there may be ranges.
    vocabulary : Vocabulary
        Gives registers and equivalents.

    Returns
    -------
    pandas.DataFrame
        The columns of `CLAIM`, and `RANGE_END` if a figure is a range.
    """
    claims = claims.reset_index(drop=True).astype({name: str for name in CLAIM if name in claims and name != "value"})
    claims["claim_id"] = _claim_ids(claims)
    national = claims["upstream"] == "national"
    stages = claims["indicator"].map({name: entry.stage for name, entry in vocabulary.indicators.items()})
    pairs = zip(claims["country"][national].tolist(), stages[national].tolist(), strict=True)
    claims.loc[national, "upstream"] = [vocabulary.register(country, stage) for country, stage in pairs]
    for equivalent in vocabulary.equivalents:
        _fold(claims, equivalent.country, equivalent.printed, equivalent.means)
    claims["value"] = claims["value"].astype(float)
    columns = list(CLAIM)
    if RANGE_END in claims and (claims[RANGE_END] != "").any():
        claims[RANGE_END] = pd.to_numeric(claims[RANGE_END]).astype(float)
        columns.insert(columns.index("value") + 1, RANGE_END)
    return in_order(claims)[columns]


def in_order(claims: pd.DataFrame) -> pd.DataFrame:
    """Return claims in the order in which the package keeps them, whatever order they had."""
    by_cell = np.lexsort([pd.factorize(claims[column], sort=True)[0] for column in reversed(CELL)])
    first = first_of(number_of(*(claims[column].iloc[by_cell] for column in CELL)))
    rows, ids = by_cell.tolist(), claims["claim_id"].tolist()
    cells = (rows[start:end] for start, end in pairwise([*first.tolist(), len(rows)]))
    order = [row for own in cells for row in sorted(own, key=ids.__getitem__)]
    return claims.take(order).reset_index(drop=True)


def _claim_ids(claims: pd.DataFrame) -> pd.Series:
    """Name each claim by its source and a hash of its row, which stays the same when rows around it change."""
    text = {column: claims[column].tolist() for column in PRINTED}
    text["value"] = [format(float(value), ".15g") for value in text["value"]]
    if RANGE_END in claims:
        ends = [f"-{float(end):.15g}" if end != "" else "" for end in claims[RANGE_END]]
        text["value"] = [value + end for value, end in zip(text["value"], ends, strict=True)]
    rows = zip(*text.values(), strict=True)
    digests = pd.Series(
        [hashlib.sha256("\x1f".join(row).encode()).hexdigest() for row in rows], claims.index, dtype=str
    )
    short = claims["source_id"] + ":" + digests.str[:8]
    # among tens of thousands of rows two may begin alike
    return short.mask(short.duplicated(keep=False), claims["source_id"] + ":" + digests.str[:32])


def _fold(claims: pd.DataFrame, country: str, printed: str, means: str) -> None:
    """Replace the part ``printed`` of breakdowns by ``means``, and say so in the note."""
    wanted, folded = set(printed.split(";")), {}
    for breakdown in claims["breakdown"].unique():
        parts = set(breakdown.split(";"))
        if wanted <= parts:
            folded[breakdown] = canonical_breakdown(";".join([*(parts - wanted), means]))
    rows = claims["breakdown"].isin(list(folded)) & ((country == "*") | (claims["country"] == country))
    claims.loc[rows, "breakdown"] = claims.loc[rows, "breakdown"].map(folded)
    claims.loc[rows, "scope_note"] = [
        f"printed as {printed}" + (f"; {n}" if n else "") for n in claims.loc[rows, "scope_note"]
    ]
