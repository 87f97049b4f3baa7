"""What a claim and a source must look like: one check, for raw files and for tables alike.

Every check looks at the distinct values of the columns it needs, so that a hundred thousand claims are checked in
the time of a few hundred.
"""

from __future__ import annotations

import datetime
import difflib
import functools
import math
import re
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from trafficking_stats.countries import OTHERS, is_country, nearest_country
from trafficking_stats.printed import UnreadableError, read_figure
from trafficking_stats.vocabulary import Vocabulary

LARGEST = 1e12
"""Up to here sums of counts are exact."""

_YEARS = range(1900, 2101)
_SAME = ["source_id", "country", "indicator", "breakdown", "period_start", "period_end", "value", "qualifier"]


class Fault(NamedTuple):
    """What is wrong with one cell: the position of its row, its column, and what is wrong in words."""

    row: int
    column: str
    text: str


class _Check(NamedTuple):
    """A function of the cells of one row that says what is wrong, and the column it blames."""

    column: str
    needs: tuple[str, ...]
    says: Callable[..., str]


def claim_faults(claims: pd.DataFrame, vocabulary: Vocabulary) -> list[Fault]:
    """Check claims against the vocabulary, all of them at once.

    Parameters
    ----------
    claims : pandas.DataFrame
        Text columns ``country``, ``indicator``, ``breakdown`` (canonical), ``period_start``, ``period_end`` and
        ``qualifier``; ``value`` as a number or text; optionally ``value_upper``, ``unit``, ``tier``, ``published``,
        ``claim_id``, ``publisher`` and ``upstream``, which are checked where they are there.
    vocabulary : Vocabulary
        What is allowed.

    Returns
    -------
    list of Fault
        In order of rows; a check that needs several cells says nothing where one of them has a fault of its own.
    """
    checks = [
        _Check("country", ("country",), _country),
        _named("indicator", vocabulary.indicators, "the indicators of the vocabulary"),
        _Check("breakdown", ("breakdown",), lambda cell: _breakdown(cell, vocabulary)),
        _Check("period_start", ("period_start",), lambda cell: _date(cell) if cell else ""),
        _Check("period_end", ("period_end",), _date),
        _Check("value", ("value",), _number),
        _Check("value_upper", ("value_upper",), lambda cell: _number(cell) if cell != "" else ""),
        _named("qualifier", vocabulary.qualifiers),
        _named("tier", vocabulary.tiers),
        _Check("published", ("published",), _published),
        _Check("claim_id", ("claim_id",), lambda cell: "" if cell and ";" not in cell else "an id without semicolons"),
        _Check("period_end", ("period_start", "period_end"), _end_after_start),
        _Check("value", ("indicator", "value"), functools.partial(_value_fits, vocabulary)),
        _Check("value", ("value", "qualifier"), _can_be_less),
        _Check("value_upper", ("value", "qualifier", "value_upper"), _range_fits),
        _Check("unit", ("indicator", "unit"), functools.partial(_unit_fits, vocabulary)),
    ]
    end = claims.get("value_upper", pd.Series("", index=claims.index)).astype(object)
    claims = claims.assign(value_upper=end.where(end.notna(), ""))
    return _faults(claims, checks)


def check_claims(claims: pd.DataFrame, vocabulary: Vocabulary) -> list[str]:
    """Check the rows of raw claims, and that none stands twice.

    Parameters
    ----------
    claims : pandas.DataFrame
        As `claim_faults` takes it, with ``source_id``, ``_file`` and ``_line``.
    vocabulary : Vocabulary
        What is allowed.

    Returns
    -------
    list of str
        One line a problem in order of file and line; empty where all is well.
    """
    problems = _placed(claims, claim_faults(claims, vocabulary))
    key = [column for column in (*_SAME, "value_upper", "unit") if column in claims]
    again = claims[claims.duplicated(key)]
    if len(again):
        first = claims.drop_duplicates(key).set_index(key)["_line"]
        for row in again.to_dict("records"):
            same = first[tuple(row[column] for column in key)]
            problems.append(
                (row["_file"], row["_line"], f"the same claim stands in line {same}; remove one of the two")
            )
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
    checks = [
        _Check("source_id", ("source_id",), lambda cell: "" if is_id(cell) else "an id of letters, digits and hyphens"),
        *(
            _Check(name, (name,), lambda cell: "" if cell else "filled in")
            for name in ("title", "publisher", "upstream")
        ),
        _named("tier", vocabulary.tiers),
        _Check("published", ("published",), _published),
        _Check("sha256", ("sha256",), _digest),
    ]
    problems = _placed(sources, _faults(sources, checks))
    for row in sources[sources["source_id"].str.lower().duplicated()].to_dict("records"):
        problems.append((row["_file"], row["_line"], f"source_id {row['source_id']!r} stands twice; ids are unique"))
    return _sentences(problems)


def is_id(text: str) -> bool:
    """Whether ``text`` can be the id of a source, which is also the name of a file on any system."""
    return text.isascii() and text.replace("-", "").isalnum() and text[0] != "-"


def in_order(claims: pd.DataFrame) -> pd.DataFrame:
    """Return claims in the order in which the package keeps them, whatever order they had."""
    order = ["country", "indicator", "breakdown", "period_start", "period_end", "claim_id"]
    ranks = [pd.factorize(claims[column], sort=True)[0] for column in order]
    return claims.take(np.lexsort(ranks[::-1])).reset_index(drop=True)


def _faults(table: pd.DataFrame, checks: Iterable[_Check]) -> list[Fault]:
    """Run checks on the distinct cells of their columns; of a cell with several faults the first is told."""
    wrong: dict[str, set[int]] = {str(column): set() for column in table}
    found: list[Fault] = []
    for check in checks:
        if not set(check.needs) <= set(table):
            continue
        told = set().union(*(wrong[column] for column in check.needs))
        rows = zip(*(table[column] for column in check.needs), strict=True)
        cells = {row: cell for row, cell in enumerate(rows) if row not in told}
        says = {cell: check.says(*cell) for cell in set(cells.values())}
        bad = [row for row, cell in cells.items() if says[cell]]
        wrong[check.column].update(bad)
        must = "must be " if len(check.needs) == 1 else ""
        found += [Fault(row, check.column, must + says[cells[row]]) for row in bad]
    return sorted(found)


def _placed(table: pd.DataFrame, faults: list[Fault]) -> list[tuple[str, int, str]]:
    """Name the file, the line and the cell of each fault."""
    rows = [(fault, table.iloc[fault.row]) for fault in faults]
    return [
        (row["_file"], int(row["_line"]), f"column {fault.column}, value {row[fault.column]!r}: {fault.text}")
        for fault, row in rows
    ]


def _sentences(problems: list[tuple[str, int, str]]) -> list[str]:
    return [f"{file}, line {line}: {text}" for file, line, text in sorted(problems)]


def _named(column: str, allowed: Collection[str], what: str = "") -> _Check:
    """Check that a cell is one of the names that the vocabulary has."""

    def says(cell: str) -> str:
        if cell in allowed:
            return ""
        near = difflib.get_close_matches(cell, list(allowed), n=1)
        listed = f"one of {what or ', '.join(allowed)}"
        return listed + (f" (did you mean {near[0]}?)" if near else "")

    return _Check(column, (column,), says)


def _country(cell: str) -> str:
    if is_country(cell) or cell in OTHERS:
        return ""
    near = nearest_country(cell)
    hint = f" (did you mean {near}?)" if near else ""
    return f"an ISO 3166-1 alpha-3 code, EUU for the European Union, or XKX for Kosovo{hint}"


def _breakdown(cell: str, vocabulary: Vocabulary) -> str:
    shape = "empty for the total, or key=value pairs joined by ;"
    keys = []
    for part in filter(None, cell.split(";")):
        key, equals, category = part.partition("=")
        keys.append(key)
        if not equals or not category:
            return shape
        if key not in vocabulary.dimensions:
            return f"made of the keys {', '.join(vocabulary.dimensions)}; {key!r} does not exist"
        dimension = vocabulary.dimensions[key]
        if not dimension.allows(category):
            pattern = f", or one that matches {dimension.open}" if dimension.open else ""
            return f"a category of {key}: {', '.join(dimension.categories)}{pattern}; {category!r} is none"
    return "" if len(set(keys)) == len(keys) else f"made of different keys: {shape}, each key once"


def _date(cell: str) -> str:
    try:
        date = datetime.date.fromisoformat(cell)
    except ValueError:
        date = None
    # Python also reads other forms of ISO 8601, such as weeks
    if date is None or date.isoformat() != cell or date.year not in _YEARS:
        return f"a date as YYYY-MM-DD between {_YEARS[0]} and {_YEARS[-1]}"
    return ""


def _published(cell: str) -> str:
    is_partial = len(cell) in (4, 7, 10) and not _date(cell + "0000-01-01"[len(cell) :])
    return "" if not cell or is_partial else "a date as YYYY, YYYY-MM or YYYY-MM-DD"


def _digest(cell: str) -> str:
    return "" if re.fullmatch(r"|[0-9a-f]{64}", cell) else "64 hexadecimal digits, or nothing"


def _number(cell: object) -> str:
    try:
        number = float(cell) if not isinstance(cell, bool) else math.nan  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return "a number, digits only, without separators of thousands"
    if isinstance(cell, str) and (not cell.isascii() or "_" in cell):
        return "a number in the digits 0 to 9"
    if math.isnan(number) and not isinstance(cell, str):
        return "a number"
    return "" if math.isfinite(number) else "a finite number"


def _end_after_start(start: str, end: str) -> str:
    return f"must not lie before period_start {start}" if start and end < start else ""


def _value_fits(vocabulary: Vocabulary, name: str, cell: object) -> str:
    indicator, value = vocabulary.indicators[name], float(cell)  # type: ignore[arg-type]
    if indicator.measure != "change" and value < 0:
        return f"must not be negative, {name} is a {indicator.measure}"
    if not indicator.is_whole:
        return ""
    if isinstance(cell, str) and value <= LARGEST:
        try:
            read_figure(cell)
        except UnreadableError as error:  # 12.000 may be twelve thousand
            return f"must be {error}"
    if not value.is_integer():
        return f"must be a whole number of {indicator.unit}"
    if value > LARGEST:
        return f"must be from 0 to {LARGEST:,.0f}, the largest count that is held exactly"
    return ""


def _can_be_less(value: object, qualifier: str) -> str:
    is_nothing = qualifier == "less_than" and float(value) == 0  # type: ignore[arg-type]
    return "nothing is less than 0; write exact 0, or the printed bound" if is_nothing else ""


def _range_fits(value: object, qualifier: str, upper: object) -> str:
    if qualifier != "between":
        return "" if upper == "" else "must be empty unless the qualifier is between"
    if upper == "":
        return "must be the larger end of the range; the smaller one stands in value"
    is_ordered = float(upper) >= float(value)  # type: ignore[arg-type]
    return "" if is_ordered else f"must not be less than value, {value}"


def _unit_fits(vocabulary: Vocabulary, name: str, unit: str) -> str:
    indicator = vocabulary.indicators[name]
    allowed = (indicator.unit, *indicator.unit_aliases)
    if unit in allowed:
        return ""
    return f"must be {' or '.join(allowed)}, the unit of {name}; a figure in another unit belongs to another indicator"
