"""What a raw claim and a source must look like: a pandera schema whose failures become sentences."""

from __future__ import annotations

import datetime
import difflib
import functools
import math
from collections.abc import Callable
from typing import Any

import pandas as pd

from trafficking_stats.vocabulary import Vocabulary

_YEARS = range(1900, 2101)


def check_claims(claims: pd.DataFrame, vocabulary: Vocabulary) -> list[str]:
    """Check the rows of raw claims against the vocabulary, all of them at once.

    Parameters
    ----------
    claims : pandas.DataFrame
        Text columns of a raw file with ``source_id``, ``_file`` and ``_line``; breakdowns canonical.
    vocabulary : Vocabulary
        What is allowed.

    Returns
    -------
    list of str
        One line a problem in order of file and line; empty where all is well.
    """
    checks: dict[str, Callable[[str], str]] = {
        "country": functools.cache(_country),
        "indicator": functools.cache(
            lambda cell: _one_of(cell, vocabulary.indicators, "the indicators of the vocabulary")
        ),
        "breakdown": functools.cache(lambda cell: _breakdown(cell, vocabulary)),
        "period_start": functools.cache(lambda cell: _date(cell) if cell else ""),
        "period_end": functools.cache(_date),
        "value": functools.cache(_number),
        "qualifier": functools.cache(lambda cell: _one_of(cell, vocabulary.qualifiers, "")),
    }
    rows: dict[str, tuple[set[str], Callable[[dict[str, str]], str]]] = {
        "period_end": ({"period_start", "period_end"}, _end_after_start),
        "value": ({"indicator", "value"}, lambda row: _value_fits(row, vocabulary)),
        "unit": ({"indicator"}, lambda row: _unit_fits(row, vocabulary)),
    }
    problems = _failures(claims, checks, rows)
    key = ["source_id", "country", "indicator", "breakdown", "period_start", "period_end", "value", "qualifier", "unit"]
    first = claims.drop_duplicates(key).set_index(key)["_line"]
    for row in claims[claims.duplicated(key)].to_dict("records"):
        same = first[tuple(row[column] for column in key)]
        problems.append((row["_file"], row["_line"], f"the same claim stands in line {same}; remove one of the two"))
    return _sentences(problems)


def check_sources(sources: pd.DataFrame, vocabulary: Vocabulary) -> list[str]:
    """Check the rows of ``sources.csv``.

    Parameters
    ----------
    sources : pandas.DataFrame
        Text columns of the file with ``_file`` and ``_line``.
    vocabulary : Vocabulary
        Gives the tiers.

    Returns
    -------
    list of str
        One line a problem.
    """
    checks: dict[str, Callable[[str], str]] = {
        "source_id": lambda cell: (
            "" if cell.replace("-", "").isalnum() and cell.isascii() else "an id of letters, digits and hyphens"
        ),
        "title": _filled,
        "publisher": _filled,
        "upstream": _filled,
        "tier": lambda cell: _one_of(cell, vocabulary.tiers, ""),
        "published": lambda cell: "" if not cell or _partial_date(cell) else "a date as YYYY, YYYY-MM or YYYY-MM-DD",
        "sha256": lambda cell: (
            ""
            if not cell or (len(cell) == 64 and set(cell) <= set("0123456789abcdef"))
            else "64 hexadecimal digits, or nothing"
        ),
    }
    problems = _failures(sources, checks, {})
    for row in sources[sources.duplicated("source_id")].to_dict("records"):
        problems.append((row["_file"], row["_line"], f"source_id {row['source_id']!r} stands twice; ids are unique"))
    return _sentences(problems)


def _failures(
    table: pd.DataFrame,
    checks: dict[str, Callable[[str], str]],
    rows: dict[str, tuple[set[str], Callable[[dict[str, str]], str]]],
) -> list[tuple[str, int, str]]:
    """Run the checks of cells, then those of rows whose cells they need are sound, each through a lazy schema."""
    # imported here: every other use of the package starts faster without pandera
    import pandera.pandas as pa

    def failing(columns: dict[str, Any], frame: pd.DataFrame) -> list[tuple[int, str]]:
        try:
            pa.DataFrameSchema(columns).validate(frame, lazy=True)
        except pa.errors.SchemaErrors as errors:
            return list(zip(errors.failure_cases["index"], errors.failure_cases["column"], strict=True))
        return []

    cells = table.to_dict("list")
    columns = {name: pa.Column(checks=pa.Check(lambda s, ok=ok: s.map(ok) == "")) for name, ok in checks.items()}
    found = [(i, c, f"must be {checks[c](cells[c][i])}") for i, c in failing(columns, table)]
    unsound = {(i, c) for i, c, _ in found}
    records: list[dict[str, str]] = table.to_dict("records")  # type: ignore[assignment]
    answers = pd.DataFrame(
        {
            name: [
                "" if any((i, c) in unsound for c in needs) else check(row)
                for i, row in zip(table.index, records, strict=True)
            ]
            for name, (needs, check) in rows.items()
        },
        index=table.index,
        dtype=str,
    )
    columns = {name: pa.Column(checks=pa.Check(lambda s: s == "")) for name in rows}
    found += [(i, c, str(answers.at[i, c])) for i, c in failing(columns, answers)]
    return [
        (cells["_file"][i], cells["_line"][i], f"column {column}, value {cells[column][i]!r}: {text}")
        for i, column, text in found
    ]


def _sentences(problems: list[tuple[str, int, str]]) -> list[str]:
    return [f"{file}, line {line}: {text}" for file, line, text in sorted(problems)]


def _filled(cell: str) -> str:
    return "" if cell else "filled in"


def _one_of(cell: str, allowed: Any, what: str) -> str:
    if cell in allowed:
        return ""
    near = difflib.get_close_matches(cell, list(allowed), n=1)
    listed = f"one of {what}" if what else f"one of {', '.join(allowed)}"
    return listed + (f" (did you mean {near[0]}?)" if near else "")


def _country(cell: str) -> str:
    # imported here: only reading raw files needs the list of countries
    import pycountry

    if cell in ("EUU", "XKX") or pycountry.countries.get(alpha_3=cell) is not None:
        return ""
    other = pycountry.countries.get(alpha_2=cell) or pycountry.countries.get(name=cell)
    hint = f" (did you mean {other.alpha_3}?)" if other else ""
    return f"an ISO 3166-1 alpha-3 code, EUU for the European Union, or XKX for Kosovo{hint}"


def _breakdown(cell: str, vocabulary: Vocabulary) -> str:
    keys = []
    for part in filter(None, cell.split(";")):
        key, equals, category = part.partition("=")
        keys.append(key)
        if not equals:
            return "empty for the total, or key=value pairs joined by ;"
        if key not in vocabulary.dimensions:
            return f"made of the keys {', '.join(vocabulary.dimensions)}; {key!r} does not exist"
        dimension = vocabulary.dimensions[key]
        if not dimension.allows(category):
            pattern = f", or one that matches {dimension.open}" if dimension.open else ""
            return f"a category of {key}: {', '.join(dimension.categories)}{pattern}; {category!r} is none"
    return "" if len(set(keys)) == len(keys) else "made of different keys"


def _date(cell: str) -> str:
    try:
        date = datetime.date.fromisoformat(cell)
    except ValueError:
        date = None
    # Python also reads other forms of ISO 8601, such as weeks
    if date is None or date.isoformat() != cell or date.year not in _YEARS:
        return f"a date as YYYY-MM-DD between {_YEARS[0]} and {_YEARS[-1]}"
    return ""


def _partial_date(cell: str) -> bool:
    return len(cell) in (4, 7, 10) and not _date(cell + "0000-01-01"[len(cell) :])


def _number(cell: str) -> str:
    try:
        return "" if math.isfinite(float(cell)) and "_" not in cell else "a finite number"
    except ValueError:
        return "a number, digits only, without separators of thousands"


def _end_after_start(row: dict[str, str]) -> str:
    if row["period_start"] and row["period_end"] < row["period_start"]:
        return f"must not lie before period_start {row['period_start']}"
    return ""


def _value_fits(row: dict[str, str], vocabulary: Vocabulary) -> str:
    indicator, value = vocabulary.indicators[row["indicator"]], float(row["value"])
    if indicator.measure != "change" and value < 0:
        return f"must not be negative, {row['indicator']} is a {indicator.measure}"
    if indicator.is_whole and not value.is_integer():
        return f"must be a whole number of {indicator.unit}"
    if indicator.is_whole and value >= 2**53:
        return "is too large to be held exactly"
    if row["qualifier"] == "less_than" and indicator.is_whole and value == 0:
        return "nothing is less than 0; write exact 0, or the printed bound"
    return ""


def _unit_fits(row: dict[str, str], vocabulary: Vocabulary) -> str:
    indicator = vocabulary.indicators[row["indicator"]]
    allowed = (indicator.unit, *indicator.unit_aliases)
    if row["unit"] in allowed:
        return ""
    return (
        f"must be {' or '.join(allowed)}, the unit of {row['indicator']}; "
        "a figure in another unit belongs to another indicator"
    )
