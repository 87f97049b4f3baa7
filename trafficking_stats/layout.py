"""Which column of a table means what, and wide tables made long: one row a figure, one column a field."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from trafficking_stats.countries import country_code
from trafficking_stats.errors import ClaimError
from trafficking_stats.printed import UnreadableError, plain, read_period, words
from trafficking_stats.vocabulary import Vocabulary

SEVERAL_HEADINGS = " / "
"""What joins the headings of a column that has several, one above the other."""

DIMENSION = "by "
"""What a column of a dimension begins with in a long table, such as ``by sex``."""


@dataclasses.dataclass(frozen=True)
class ColumnMap:
    """Which column, or which fixed value, gives each field of a claim; see `trafficking_stats.frames.claims_from`."""

    source: str | None = None
    published: str | None = None
    country: str | None = None
    indicator: str | None = None
    year: str | int | None = None
    start: str | None = None
    end: str | None = None
    value: str | Mapping[str, str] | None = None
    value_upper: str | None = None
    qualifier: str | None = None
    unit: str | None = None
    breakdown: str | Collection[str] | Mapping[str, str] | None = None
    area: str | None = None
    publisher: str | None = None
    upstream: str | None = None
    tier: str | None = None
    locator: str | None = None
    note: str | None = None
    decimal: str | None = None
    fiscal_year: int | None = None
    labels: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)


_NOT_COLUMNS = ("value", "breakdown", "decimal", "fiscal_year", "labels")
FIELDS = tuple(field.name for field in dataclasses.fields(ColumnMap) if field.name not in _NOT_COLUMNS)


def long_table(table: pd.DataFrame, columns: ColumnMap, vocabulary: Vocabulary) -> pd.DataFrame:
    """Lay a table out with one row a figure.

    Parameters
    ----------
    table : pandas.DataFrame
        As its author laid it out.
    columns : ColumnMap
        What the caller says of it; headings tell the rest.
    vocabulary : Vocabulary
        Names of indicators and dimensions.

    Returns
    -------
    pandas.DataFrame
        The columns ``row`` (label of the index), ``column`` (heading of the figure), ``value``, those of `FIELDS` that
        the table or the caller gives, ``breakdown`` if there is one, a column for each dimension, and ``rest`` with the
        cells of the columns that say nothing.

    Raises
    ------
    ClaimError
        If a column that was named is not there, or no column of figures is found.

    Examples
    --------
    >>> from trafficking_stats.vocabulary import load_vocabulary
    >>> wide = pd.DataFrame({"Country": ["Norway"], "2022 / Women": [3], "2022 / Men": [1]})
    >>> long_table(wide, ColumnMap(), load_vocabulary())[["country", "year", "by sex", "value"]].values.tolist()
    [['Norway', '2022', 'female', 3], ['Norway', '2022', 'male', 1]]
    """
    table = table.set_axis([plain(name).replace("\n", " ") for name in table.columns], axis=1)
    used: dict[str, str] = {}
    fixed: dict[str, Any] = {}
    dimensions = _dimension_columns(table, columns, vocabulary)
    for field in FIELDS:
        given = getattr(columns, field)
        is_heading = given in table.columns and not (field == "indicator" and given in vocabulary.indicators)
        found = given if is_heading else headed(table, field, {*used.values(), *dimensions}) if given is None else None
        if found is not None:
            used[field] = found
        elif given is not None:
            fixed[field] = given
    breakdown = _breakdown_column(table, columns)
    taken = {*used.values(), *dimensions, *([breakdown] if breakdown else [])}
    figures = _figure_columns(table, columns, taken, vocabulary)
    rest = [name for name in table.columns if name not in taken and name not in figures]
    shared = {field: table[name] for field, name in used.items()}
    shared |= {DIMENSION + key: table[name] for name, key in dimensions.items()}
    if breakdown or (columns.breakdown and isinstance(columns.breakdown, str)):
        shared["breakdown"] = table[breakdown] if breakdown else pd.Series(columns.breakdown, index=table.index)
    parts = [
        pd.DataFrame(
            {**shared, **{k: pd.Series(v, index=table.index) for k, v in {**fixed, **meaning}.items()}}
        ).assign(row=table.index, column=heading, value=table[heading].astype(object))
        for heading, meaning in figures.items()
    ]
    long = pd.concat([part.astype(object) for part in parts])
    long["rest"] = [tuple(map(plain, cells)) for cells in table[rest].itertuples(index=False, name=None)] * len(parts)
    return long.reset_index(drop=True)


def folded(text: object) -> str:
    """Return a heading or label without case, line breaks and underscores, as headings are compared."""
    return " ".join(re.split(r"[\s_]+", plain(text).casefold().strip()))


def headed(table: pd.DataFrame, field: str, taken: Collection[str] = ()) -> str | None:
    """Return the column that is headed as a field is, the first spelling of the list first."""
    by_heading = {folded(name): name for name in table.columns[::-1] if name not in taken}
    return next((by_heading[s] for s in map(folded, words()["headings"].get(field, ())) if s in by_heading), None)


def _dimension_of(heading: str, vocabulary: Vocabulary) -> str | None:
    """Return the dimension that a heading means; those of a heading that also means a field must be named."""
    name = folded(heading)
    fields = {folded(word) for listed in words()["headings"].values() for word in listed}
    if name in fields:
        return None
    spellings = {folded(word): key for key, listed in words()["dimensions"].items() for word in listed}
    spellings |= {folded(word): key for key, entry in vocabulary.dimensions.items() for word in (key, entry.label)}
    return spellings.get(name)


def _dimension_columns(table: pd.DataFrame, columns: ColumnMap, vocabulary: Vocabulary) -> dict[str, str]:
    """Return the columns that break figures down, with the dimension of each."""
    given = columns.breakdown
    if given is None or isinstance(given, str):
        named = {getattr(columns, field) for field in FIELDS}
        found = {name: _dimension_of(name, vocabulary) for name in table.columns if name not in named}
        return {name: key for name, key in found.items() if key}
    pairs = (
        dict(given) if isinstance(given, Mapping) else {name: _dimension_of(name, vocabulary) or name for name in given}
    )
    for name, key in pairs.items():
        if name not in table:
            raise ClaimError(f"breakdown: there is no column {name!r}; there are: {', '.join(table.columns)}")
        if key not in vocabulary.dimensions:
            raise ClaimError(
                f"breakdown: the column {name!r} is no dimension; say which it is, such as"
                f" breakdown={{{name!r}: 'sex'}}; there are: {', '.join(vocabulary.dimensions)}"
            )
    return pairs


def _breakdown_column(table: pd.DataFrame, columns: ColumnMap) -> str | None:
    """Return the column of ``key=category`` pairs."""
    given = columns.breakdown
    if given is None:
        return headed(table, "breakdown")
    if isinstance(given, str) and given not in table and "=" not in given and given:
        raise ClaimError(f"breakdown: there is no column {given!r}; there are: {', '.join(table.columns)}")
    return given if isinstance(given, str) and given in table else None


def _figure_columns(
    table: pd.DataFrame, columns: ColumnMap, taken: set[str], vocabulary: Vocabulary
) -> dict[str, dict[str, str]]:
    """Return the columns of figures, with what the heading of each says of them."""
    given = columns.value
    if isinstance(given, Mapping):
        missing = sorted(set(given) - set(table))
        if missing:
            raise ClaimError(f"value: there is no column {', '.join(missing)}; there are: {', '.join(table.columns)}")
        return {name: _meaning(meaning, columns, vocabulary, must=name) for name, meaning in given.items()}
    if given is not None and given not in table:
        raise ClaimError(f"value: there is no column {given!r}; there are: {', '.join(table.columns)}")
    one = given or (columns.indicator if columns.indicator in table else None) or headed(table, "value", taken)
    if one is not None:
        return {one: {}}
    found = {name: _meaning(name, columns, vocabulary) for name in table.columns if name not in taken}
    wide = {name: meaning for name, meaning in found.items() if meaning}
    if not wide:
        raise ClaimError(
            "no column holds figures: name it (value='...'), or give it a heading such as value, a year or an"
            f" indicator; there are: {', '.join(table.columns) or 'none'}"
        )
    return wide


def _meaning(heading: str, columns: ColumnMap, vocabulary: Vocabulary, must: str = "") -> dict[str, str]:
    """Return what a heading says of the figures below it: indicator, year, categories; nothing if a part is unknown."""
    meaning: dict[str, str] = {}
    for part in heading.split(SEVERAL_HEADINGS):
        found = _part_meaning(part.strip(), columns, vocabulary)
        if found is None:
            if must:
                raise ClaimError(f"value: {part!r}, for the column {must!r}, is no indicator, year or key=category")
            return {}
        meaning |= found
    return meaning


def _part_meaning(part: str, columns: ColumnMap, vocabulary: Vocabulary) -> dict[str, str] | None:
    if indicator := indicator_named(columns.labels.get("indicator", {}).get(part, part), vocabulary):
        return {"indicator": indicator}
    key, equals, category = part.partition("=")
    if equals and key in vocabulary.dimensions:
        return {DIMENSION + key: category}
    try:
        read_period(part, columns.fiscal_year)
        return {"year": part}
    except UnreadableError:
        pass
    for key in words()["categories"]:
        if category := category_named(key, part, vocabulary, columns.labels.get(key, {})):
            return {DIMENSION + key: category}
    return {} if folded(part) in words()["totals"]["words"] + words()["headings"]["value"] else None


def indicator_named(label: str, vocabulary: Vocabulary) -> str:
    """Return the indicator of a name or label of the vocabulary, empty if there is none."""
    if label in vocabulary.indicators:
        return label
    named = [
        name for name, entry in vocabulary.indicators.items() if folded(label) in (folded(name), folded(entry.label))
    ]
    return named[0] if len(named) == 1 else ""


def category_named(key: str, label: str, vocabulary: Vocabulary, labels: Mapping[str, str]) -> str:
    """Return the category of a dimension that a label means, empty if there is none.

    Examples
    --------
    >>> from trafficking_stats.vocabulary import load_vocabulary
    >>> words = load_vocabulary()
    >>> category_named("sex", "Women", words, {}), category_named("citizenship", "Romania", words, {})
    ('female', 'ROU')
    """
    label = labels.get(label, label)
    dimension = vocabulary.dimensions[key]
    if label in dimension.categories:
        return label
    spellings = {folded(name): name for name in dimension.categories}
    spellings |= {folded(word): name for name, word in dimension.words.items()}
    spellings |= {word: name for name, listed in words()["categories"].get(key, {}).items() for word in listed}
    if folded(label) in spellings:
        return spellings[folded(label)]
    if dimension.open_exclusive and (code := country_code(label)) and dimension.allows(code):
        return code
    return ""
