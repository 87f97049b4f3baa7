"""What a claim and a source must look like: their columns, and one check for raw files and for tables alike.

Every check looks at the distinct values of the columns it needs, so that a hundred thousand claims are checked in
the time of a few hundred.
"""

import contextlib
import datetime
import functools
import math
import re
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from trafficking_stats.countries import OTHERS, is_country, meant_country
from trafficking_stats.numbering import first_of, number_of
from trafficking_stats.printed import UnreadableError, plain, read_figure
from trafficking_stats.vocabulary import Vocabulary
from trafficking_stats.wording import meant, without_accents

CELL = ("country", "indicator", "breakdown", "period_start", "period_end")
"""Columns that say what a figure counts."""

PRINTED = (*CELL, "value", "qualifier", "unit", "locator", "scope_note")
"""Columns of a file in ``data/raw/claims``; the name of the file is the source's id."""

RANGE_END = "value_upper"
"""The other end of a figure printed as a range; a table without ranges has no such column."""

PUBLICATION = ("publisher", "upstream", "tier", "published")
"""Columns that a claim has from its source."""

SOURCE = ("source_id", "title", *PUBLICATION, "edition", "language", "url", "document", "sha256", "note")
"""Columns of ``data/raw/sources.csv``, one row a publication."""

CLAIM = ("claim_id", "source_id", *PRINTED, *PUBLICATION)
"""Columns of a table of claims."""

LARGEST = 1e12
"""Up to here sums of counts are exact."""

_YEARS = range(1900, 2101)

Checks = Mapping[tuple[str, ...], Callable[..., str]]
"""By the columns whose cells it needs, what says how the last of these cells is wrong; nothing where it is right."""


class Fault(NamedTuple):
    """The position of a row, and in words which of its cells is wrong, what stands there and what it must be."""

    row: int
    text: str


def claim_faults(claims: pd.DataFrame, vocabulary: Vocabulary) -> list[Fault]:
    """Check claims against the vocabulary, all of them at once.

    Parameters
    ----------
    claims : pandas.DataFrame
        Text columns ``country``, ``indicator``, ``breakdown`` (canonical), ``period_start``, ``period_end`` and
        ``qualifier``; ``value`` as a number or text; optionally ``value_upper``, ``unit``, ``tier``, ``published``
        and ``claim_id``, which are checked where they are there.
    vocabulary : Vocabulary
        What is allowed.

    Returns
    -------
    list of Fault
        In order of rows; a check that needs several cells says nothing where one of them has a fault of its own.
    """
    checks: Checks = {
        ("country",): _country,
        ("indicator",): one_of(vocabulary.indicators, "the indicators of the vocabulary"),
        ("breakdown",): functools.partial(_breakdown, vocabulary),
        ("period_start",): lambda cell: _date(cell) if cell else "",
        ("period_end",): _date,
        ("value",): _number,
        (RANGE_END,): lambda cell: _number(cell) if cell != "" else "",
        ("qualifier",): one_of(vocabulary.qualifiers),
        ("tier",): one_of(vocabulary.tiers),
        ("published",): _published,
        ("claim_id",): lambda cell: "" if cell and ";" not in cell else "must be an id without semicolons",
        ("period_start", "period_end"): _end_after_start,
        ("indicator", "value"): functools.partial(_value_fits, vocabulary),
        ("qualifier", "value"): _can_be_less,
        ("qualifier", "value", RANGE_END): _range_fits,
        ("indicator", "unit"): functools.partial(_unit_fits, vocabulary),
    }
    end = claims.get(RANGE_END, pd.Series("", index=claims.index)).astype(object)
    return _faults(claims.assign(**{RANGE_END: end.where(end.notna(), "")}), checks)


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
    same = ["source_id", *(name for name in (*PRINTED[:-2], RANGE_END) if name in claims)]
    first = claims.groupby(same, sort=False, dropna=False)["_line"].transform("first")
    again = np.flatnonzero(claims.duplicated(same)).tolist()
    twice = [Fault(row, f"the same claim stands in line {first.iat[row]}; remove one of the two") for row in again]
    return _placed(claims, [*claim_faults(claims, vocabulary), *twice])


def check_sources(sources: pd.DataFrame, vocabulary: Vocabulary) -> list[str]:
    """Return one line for each problem in the rows of ``sources.csv``, whose columns are text."""
    checks: Checks = {
        ("source_id",): lambda cell: "" if is_id(cell) else "must be an id of letters, digits and hyphens",
        **{(name,): like(".+", "filled in") for name in ("title", "publisher", "upstream")},
        ("tier",): one_of(vocabulary.tiers),
        ("published",): _published,
        ("sha256",): like("|[0-9a-f]{64}", "64 hexadecimal digits, or nothing"),
    }
    twice = [
        Fault(row, f"source_id {sources['source_id'].iat[row]!r} stands twice; ids are unique")
        for row in np.flatnonzero(sources["source_id"].str.lower().duplicated()).tolist()
    ]
    return _placed(sources, [*_faults(sources, checks), *twice])


def check_rows(rows: pd.DataFrame, checks: Checks) -> list[str]:
    """Return one line for each cell of the rows of a file that a check finds wrong."""
    return _placed(rows, _faults(rows, checks))


def as_id(text: str) -> str:
    """Return a text as the id of a source, without what cannot stand in one.

    Examples
    --------
    >>> as_id("tip-2020-DNK"), as_id("Årsrapport 2020.")
    ('tip-2020-DNK', 'arsrapport-2020')
    """
    letters = without_accents(text).casefold()
    return text if is_id(text) else re.sub(r"[^a-z0-9]+", "-", letters).strip("-")


def is_id(text: str) -> bool:
    """Whether ``text`` can be the id of a source, which is also the name of a file on any system."""
    return re.fullmatch("[A-Za-z0-9][A-Za-z0-9-]*", text) is not None


def _faults(table: pd.DataFrame, checks: Checks) -> list[Fault]:
    """Run checks on the distinct cells of their columns; of a cell with several faults the first is told."""
    names = sorted({name for needs in checks for name in needs} & set(table))
    codes = {name: pd.factorize(table[name], use_na_sentinel=False)[0] for name in names}
    wrong = {name: np.zeros(len(table), dtype=bool) for name in names}
    found: list[Fault] = []
    for needs, says in checks.items():
        if not set(needs) <= set(names):
            continue
        rows = np.flatnonzero(~np.logical_or.reduce([wrong[name] for name in needs]))
        kinds = number_of(*(codes[name][rows] for name in needs))
        first = rows[first_of(kinds)]
        texts = [says(*cells) for cells in zip(*(table[name].iloc[first].tolist() for name in needs), strict=True)]
        bad = np.array([text != "" for text in texts], dtype=bool)[kinds]
        wrong[needs[-1]][rows[bad]] = True
        for row, kind in zip(rows[bad].tolist(), kinds[bad].tolist(), strict=True):
            cell = plain(table[needs[-1]].iat[row])
            found.append(Fault(row, f"column {needs[-1]}, value {cell!r}: {texts[kind]}"))
    return sorted(found)


def _placed(table: pd.DataFrame, faults: list[Fault]) -> list[str]:
    """Name the file and the line of each fault, in order of these."""
    files, lines = table["_file"].tolist(), table["_line"].tolist()
    places = [(files[row], lines[row], text) for row, text in faults]
    return [f"{file}, line {line}: {text}" for file, line, text in sorted(places)]


def like(pattern: str, what: str) -> Callable[[str], str]:
    """Check that a cell matches a pattern, which in words is ``what``."""
    matches = re.compile(pattern, re.DOTALL).fullmatch
    return lambda cell: "" if matches(cell) else f"must be {what}"


def one_of(allowed: Collection[str], what: str = "") -> Callable[[str], str]:
    """Check that a cell is one of some names, which are listed unless ``what`` says what they are."""

    def says(cell: str) -> str:
        return "" if cell in allowed else f"must be one of {what or ', '.join(allowed)}{meant(cell, allowed)}"

    return says


def _country(cell: str) -> str:
    if is_country(cell) or cell in OTHERS:
        return ""
    hint = meant_country(cell)
    return f"must be an ISO 3166-1 alpha-3 code, EUU for the European Union, or XKX for Kosovo{hint}"


def _breakdown(vocabulary: Vocabulary, cell: str) -> str:
    shape = "empty for the total, or key=value pairs joined by ;"
    keys = []
    for part in filter(None, cell.split(";")):
        key, equals, category = part.partition("=")
        keys.append(key)
        if not equals or not category:
            return f"must be {shape}"
        if key not in vocabulary.dimensions:
            return f"must be made of the keys {', '.join(vocabulary.dimensions)}; {key!r} does not exist"
        dimension = vocabulary.dimensions[key]
        if not dimension.allows(category):
            pattern = f", or one that matches {dimension.open}" if dimension.open else ""
            return f"must be a category of {key}: {', '.join(dimension.categories)}{pattern}; {category!r} is none"
    return "" if len(set(keys)) == len(keys) else f"must be made of different keys: {shape}, each key once"


def _date(cell: str) -> str:
    with contextlib.suppress(ValueError):
        date = datetime.date.fromisoformat(cell)
        # Python also reads other forms of ISO 8601, such as weeks
        if date.isoformat() == cell and date.year in _YEARS:
            return ""
    return f"must be a date as YYYY-MM-DD between {_YEARS[0]} and {_YEARS[-1]}"


def _published(cell: str) -> str:
    is_date = re.fullmatch(r"\d{4}(-\d\d){0,2}", cell) and not _date(f"{cell}-01-01"[:10])
    return "" if is_date or not cell else "must be a date as YYYY, YYYY-MM or YYYY-MM-DD"


def _number(cell: object) -> str:
    try:
        number = float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return "must be a number, digits only, without separators of thousands"
    if isinstance(cell, str) and (not cell.isascii() or "_" in cell):
        return "must be a number in the digits 0 to 9"
    if isinstance(cell, bool) or (math.isnan(number) and not isinstance(cell, str)):
        return "must be a number"
    return "" if math.isfinite(number) else "must be a finite number"


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


def _can_be_less(qualifier: str, value: object) -> str:
    is_nothing = qualifier == "less_than" and float(value) == 0  # type: ignore[arg-type]
    return "nothing is less than 0; write exact 0, or the printed bound" if is_nothing else ""


def _range_fits(qualifier: str, value: object, upper: object) -> str:
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
