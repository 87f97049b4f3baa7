"""Which column of a table gives what, and wide tables made long: one row a figure, one column a field."""

import itertools
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from trafficking_stats.errors import ClaimError
from trafficking_stats.headings import (
    DIMENSION,
    HEADINGS,
    SEVERAL_HEADINGS,
    Columns,
    Meaning,
    folded,
    headed,
    indicator_meant,
    meanings_of,
)
from trafficking_stats.printed import WORDS, plain, says_figure
from trafficking_stats.vocabulary import Vocabulary

_NO_COUNTS: dict[str, list[str]] = WORDS["no_counts"]

FIELDS = tuple(field for field in HEADINGS if field not in ("value", "breakdown"))
"""Fields that a column or one value for all rows gives."""


def long_table(
    table: pd.DataFrame, columns: Columns, vocabulary: Vocabulary, about: Mapping[str, str] = MappingProxyType({})
) -> pd.DataFrame:
    """Lay a table out with one row a figure.

    Parameters
    ----------
    table : pandas.DataFrame
        As its author laid it out.
    columns : mapping of str to object
        What the caller says of it; headings tell the rest.
    vocabulary : Vocabulary
        Names of indicators and dimensions.
    about : mapping of str to str
        Fields that have one value whatever columns there are.

    Returns
    -------
    pandas.DataFrame
        The columns ``row`` (label of the index), ``column`` (heading of the figure), ``value``, those of `FIELDS` that
        the table or the caller gives, ``breakdown`` if there is one, a column for each dimension, ``rest`` with the
        cells of the columns that say nothing, and ``unread``, whether nothing says what the figure counts.

    Raises
    ------
    ClaimError
        If a column that was named is not there, or no column of figures is found.

    Examples
    --------
    >>> from trafficking_stats.vocabulary import load_vocabulary
    >>> wide = pd.DataFrame({"Country": ["Norway"], "2022 / Women": [3], "2022 / Men": [1]})
    >>> long_table(wide, {}, load_vocabulary())[["country", "year", "by sex", "value"]].values.tolist()
    [['Norway', '2022', 'female', 3], ['Norway', '2022', 'male', 1]]
    """
    table = _flat(table)
    dimensions = _dimension_columns(table, columns, vocabulary)
    used, fixed = {DIMENSION + key: name for name, key in dimensions.items()}, dict(about)
    given = {field: columns.get(field) for field in FIELDS if field not in about}
    if columns.get("breakdown") is None or isinstance(columns["breakdown"], str):
        given["breakdown"] = columns.get("breakdown")
    for field, said in given.items():
        if said is None:
            if found := headed(table, HEADINGS[field], used.values()):
                used[field] = found
        elif said in table.columns and not _is_value(field, said, vocabulary):
            used[field] = said
        else:
            fixed[field] = said
    if "=" not in fixed.get("breakdown", "="):
        check_columns("breakdown", [fixed["breakdown"]], table)
    taken = {*used.values(), *dimensions}
    figures = _figure_columns(table, columns, taken, vocabulary)
    if "indicator" not in {*used, *fixed}:
        figures = _of_indicators(figures)
    if "part" not in used and "year" in used and any("year" in (meaning or ()) for meaning in figures.values()):
        used["part"] = used.pop("year")  # the months in rows, the years above
    silent = [name for name in table.columns if name not in taken and figures.get(name) is None]
    rest = table[[name for name in silent if name != "claim_id"]]  # which no two rows share, whatever they say
    shared = table[[*used.values()]].set_axis([*used], axis=1).assign(**fixed, row=table.index)
    shared["rest"] = [tuple(map(plain, cells)) for cells in rest.to_numpy(dtype=object)]
    parts = [
        shared.assign(
            **(meaning or {}), column=heading, value=table[heading].astype(object), unread=meaning is None
        ).astype(object)
        for heading, meaning in figures.items()
    ]
    long = pd.concat(parts, ignore_index=True)
    if {"year", "part"} <= set(long):
        cells = zip(long["year"], long["part"], strict=True)
        long["year"] = [_with_part(*pair, heading=used.get("part", "")) for pair in cells]
    return long


def _flat(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with one heading a column, several joined, and the named levels of its index as columns."""
    levels = [name for name in table.index.names if name is not None and name not in table.columns]
    table = table.reset_index(level=levels) if levels else table
    headings = []
    for name in table.columns:
        parts = [plain(part).replace("\n", " ") for part in (name if isinstance(name, tuple) else (name,))]
        if len(parts) > 1:  # pandas names the empty cells of a header "Unnamed: 0_level_1"
            parts = [part for part in dict.fromkeys(parts) if part and not part.startswith("Unnamed: ")]
        headings.append(SEVERAL_HEADINGS.join(parts))
    return table.set_axis(headings, axis=1)


def _with_part(year: Any, part: Any, heading: str) -> Any:
    """Write a quarter, half or month with its year; a number alone is one of what its column is headed."""
    text = plain(part)
    if not plain(year) or folded(text) in WORDS["totals"]["words"]:
        return year
    text = str(WORDS["roman"].get(folded(text), text))
    if text.isdigit():
        letter = next((letter for letter, spelled in WORDS["periods"].items() if folded(heading) in spelled), "m")
        text = letter + text.zfill(2 if letter == "m" else 1)
    return f"{text} {plain(year)}"


def _is_value(field: str, given: Any, vocabulary: Vocabulary) -> bool:
    """Whether what was given is a value even where a column is headed so: an indicator, or a year or a day."""
    is_date = field in ("year", "start", "end", "published") and str(given)[:4].isdigit()
    return is_date or (field == "indicator" and given in vocabulary.indicators)


def _dimension_columns(table: pd.DataFrame, columns: Columns, vocabulary: Vocabulary) -> dict[str, str]:
    """Return the columns that break figures down, with the dimension of each."""
    spellings = {folded(word): key for key, listed in WORDS["dimensions"].items() for word in listed}
    spellings |= {folded(word): key for key, entry in vocabulary.dimensions.items() for word in (key, entry.label)}
    # a column that is headed as a dimension and as a field must be named
    for heading in itertools.chain.from_iterable(HEADINGS.values()):
        spellings.pop(folded(heading), None)
    given = columns.get("breakdown")
    if given is None or isinstance(given, str):
        named = {str(columns.get(field)) for field in FIELDS}
        found = {name: spellings.get(folded(name)) for name in table.columns if name not in named}
        return {name: key for name, key in found.items() if key}
    pairs = given if isinstance(given, Mapping) else {name: spellings.get(folded(name), name) for name in given}
    check_columns("breakdown", pairs, table)
    for name, key in pairs.items():
        if key not in vocabulary.dimensions:
            raise ClaimError(
                f"breakdown: the column {name!r} is no dimension; say which it is, such as"
                f" breakdown={{{name!r}: 'sex'}}; there are: {', '.join(vocabulary.dimensions)}"
            )
    return dict(pairs)


def check_columns(what: str, names: Collection[str], table: pd.DataFrame) -> None:
    """Raise `ClaimError` if a column that was named is not there."""
    if missing := [str(name) for name in names if name not in table]:
        there = ", ".join(table.columns)
        raise ClaimError(f"{what}: there is no column {', '.join(map(repr, missing))}; there are: {there}")


def _figure_columns(
    table: pd.DataFrame, columns: Columns, taken: set[str], vocabulary: Vocabulary
) -> dict[str, Meaning | None]:
    """Return the columns of figures, with what the heading of each says of them; None for those that cannot be read."""
    given, of_indicator = columns.get("value"), columns.get("indicator")
    if given is not None:
        check_columns("value", given if isinstance(given, Mapping) else [given], table)
    if isinstance(given, Mapping):
        meanings = meanings_of(given, columns, vocabulary)
        if unknown := [name for name, meaning in meanings.items() if meaning is None]:
            raise ClaimError(
                f"value: {given[unknown[0]]!r}, for the column {unknown[0]!r}, is no indicator, year or key=category"
                f"{indicator_meant(given[unknown[0]], vocabulary)}"
            )
        return meanings
    if one := given or (of_indicator if of_indicator in table and of_indicator in vocabulary.indicators else None):
        return {one: {}}
    return _headed_figures(table, columns, taken, vocabulary)


def _of_indicators(figures: Mapping[str, Meaning | None]) -> dict[str, Meaning | None]:
    """Count in columns of mere categories what the one other heading names; of several nobody knows which it is."""
    named = {meaning["indicator"] for meaning in figures.values() if meaning and "indicator" in meaning}
    sole = {"indicator": min(named)} if len(named) == 1 and None not in figures.values() else {}
    return {
        name: None if meaning is None or (named and not sole and "indicator" not in meaning) else sole | meaning
        for name, meaning in figures.items()
    }


def _headed_figures(
    table: pd.DataFrame, columns: Columns, taken: set[str], vocabulary: Vocabulary
) -> dict[str, Meaning | None]:
    """Find the columns of figures by their headings."""
    left = [name for name in table.columns if name not in taken and folded(name) not in _NO_COUNTS["headings"]]
    meanings = meanings_of({name: name for name in left}, columns, vocabulary)
    said = {key for meaning in meanings.values() for key in meaning or ()}
    one = headed(table, HEADINGS["value"], taken)
    counts = [name for name in left if not any(word in folded(name) for word in _NO_COUNTS["words"])]
    if (
        not said
        and len(counts) == 1
        and columns.get("indicator") is not None
        and any(map(says_figure, table[counts[0]]))
    ):
        one = counts[0]
    if one and (not said or said & {"year", "indicator"}):
        return {one: {}} | {name: None for name, meaning in meanings.items() if meaning}
    if not said:
        raise ClaimError(
            "no heading says what is counted; say what columns hold (value={'Opfer / Frauen': 'victims_identified /"
            " sex=female'}), what their words mean (labels={'indicator': {'Opfer': 'victims_identified'}}), or which"
            f" column holds the figures (value='...'); there are: {', '.join(table.columns) or 'none'}"
        )
    if said & {"year", "indicator"}:  # else a total without either stands beside its parts
        meanings = {name: meaning or None for name, meaning in meanings.items()}
    return {
        name: meaning
        for name, meaning in meanings.items()
        if meaning is not None or any(map(says_figure, table[name].unique()))
    }
