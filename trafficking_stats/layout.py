"""Which column of a table means what, and wide tables made long: one row a figure, one column a field."""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from trafficking_stats.countries import country_code
from trafficking_stats.dates import read_period
from trafficking_stats.errors import ClaimError
from trafficking_stats.printed import WORDS, UnreadableError, plain, says_figure, unmarked
from trafficking_stats.vocabulary import Vocabulary

SEVERAL_HEADINGS = " / "
"""What joins the headings of a column that has several, one above the other."""

DIMENSION = "by "
"""What a column of a dimension begins with in a long table, such as ``by sex``."""

Columns = Mapping[str, Any]
"""Which column, or which fixed value, gives each field of a claim: the keywords of `claims_from`."""

_HEADINGS: dict[str, list[str]] = WORDS["headings"]
_NO_COUNTS: dict[str, list[str]] = WORDS["no_counts"]

FIELDS = tuple(field for field in _HEADINGS if field not in ("value", "breakdown"))
"""Those that a column or one value for all rows gives."""


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
            if found := headed(table, field, used.values()):
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


def folded(text: object) -> str:
    """Return a heading or label without case, line breaks, underscores and footnote marks, as headings are compared."""
    return " ".join(re.split(r"[\s_]+", unmarked(plain(text))[0].casefold().strip()))


def headed(table: pd.DataFrame, field: str, taken: Collection[str] = ()) -> str | None:
    """Return the column that is headed as a field is, the first spelling of the list first."""
    by_heading = {folded(name): name for name in table.columns[::-1] if name not in taken}
    return next((by_heading[s] for s in map(folded, _HEADINGS.get(field, ())) if s in by_heading), None)


def _dimension_columns(table: pd.DataFrame, columns: Columns, vocabulary: Vocabulary) -> dict[str, str]:
    """Return the columns that break figures down, with the dimension of each."""
    spellings = {folded(word): key for key, listed in WORDS["dimensions"].items() for word in listed}
    spellings |= {folded(word): key for key, entry in vocabulary.dimensions.items() for word in (key, entry.label)}
    # a column that is headed as a dimension and as a field must be named
    for heading in itertools.chain.from_iterable(_HEADINGS.values()):
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


Meaning = dict[str, str]
"""What a heading says of the figures below it: by field, or by dimension."""


def _figure_columns(
    table: pd.DataFrame, columns: Columns, taken: set[str], vocabulary: Vocabulary
) -> dict[str, Meaning | None]:
    """Return the columns of figures, with what the heading of each says of them; None for those that cannot be read."""
    given, of_indicator = columns.get("value"), columns.get("indicator")
    if given is not None:
        check_columns("value", given if isinstance(given, Mapping) else [given], table)
    if isinstance(given, Mapping):
        meanings = _meanings(given, columns, vocabulary)
        if unknown := [name for name, meaning in meanings.items() if meaning is None]:
            raise ClaimError(
                f"value: {given[unknown[0]]!r}, for the column {unknown[0]!r}, is no indicator, year or key=category"
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
    meanings = _meanings({name: name for name in left}, columns, vocabulary)
    said = {key for meaning in meanings.values() for key in meaning or ()}
    one = headed(table, "value", taken)
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


def _meanings(headings: Mapping[str, str], columns: Columns, vocabulary: Vocabulary) -> dict[str, Meaning | None]:
    """Return what the heading of each column means, None where a part of it is not known."""
    split = {name: [part.strip() for part in text.split(SEVERAL_HEADINGS)] for name, text in headings.items()}
    both = WORDS["sex_and_age"]
    if any(both.get(folded(part), {}).get("age") == "child" for parts in split.values() for part in parts):
        both = both | WORDS["beside_children"]
    may = {name: [_part_meanings(part, both, columns, vocabulary) for part in parts] for name, parts in split.items()}
    sure = {key for parts in may.values() for found in parts if len(found) == 1 for key in found[0]}
    meanings: dict[str, Meaning | None] = {}
    for name, parts in may.items():
        # a word of several dimensions, such as unknown, is of the one that the other columns break down by
        clear = [[one for one in found if len(found) == 1 or sure.issuperset(one)] for found in parts]
        is_known = all(len(found) == 1 for found in clear)
        meanings[name] = {key: text for (found, *_) in clear for key, text in found.items()} if is_known else None
    return meanings


def _part_meanings(
    part: str, both: Mapping[str, Mapping[str, str]], columns: Columns, vocabulary: Vocabulary
) -> list[Meaning]:
    """Return what a part of a heading may mean: nothing that is known, one thing, or a category of one of several."""
    labels = columns.get("labels") or {}
    if folded(part) in both:
        return [{DIMENSION + key: category for key, category in both[folded(part)].items()}]
    if indicator := indicator_named(labels.get("indicator", {}).get(part, part), vocabulary):
        return [{"indicator": indicator}]
    key, equals, category = part.partition("=")
    if equals and key in vocabulary.dimensions:
        return [{DIMENSION + key: category}]
    with contextlib.suppress(UnreadableError):
        read_period(unmarked(part)[0], columns.get("fiscal_year"))
        return [{"year": part}]
    with contextlib.suppress(UnreadableError):
        if any(map(str.isalpha, part)) and read_period(f"{part} 2000"):
            return [{"part": part}]
    # a heading such as ID or No is no code of a country
    keys = [key for key in WORDS["categories"] if len(part) > 3 or not vocabulary.dimensions[key].open_exclusive]
    named = {key: category_named(key, labels.get(key, {}).get(part, part), vocabulary) for key in keys}
    is_total = folded(part) in WORDS["totals"]["words"] + _HEADINGS["value"]
    return [{DIMENSION + key: category} for key, category in named.items() if category] or [{}] * is_total


def indicator_named(label: str, vocabulary: Vocabulary) -> str:
    """Return the indicator of a name or label of the vocabulary, empty if there is none."""
    if label in vocabulary.indicators:
        return label
    named = [
        name for name, entry in vocabulary.indicators.items() if folded(label) in (folded(name), folded(entry.label))
    ]
    return named[0] if len(named) == 1 else ""


def category_named(key: str, label: str, vocabulary: Vocabulary) -> str:
    """Return the category of a dimension that a label means, empty if there is none.

    Examples
    --------
    >>> from trafficking_stats.vocabulary import load_vocabulary
    >>> words = load_vocabulary()
    >>> category_named("sex", "Women", words), category_named("citizenship", "Romania", words)
    ('female', 'ROU')
    """
    dimension = vocabulary.dimensions[key]
    if label in dimension.categories:
        return label
    spellings = {folded(name): name for name in dimension.categories}
    spellings |= {folded(word): name for name, word in dimension.words.items()}
    spellings |= {word: name for name, listed in WORDS["categories"].get(key, {}).items() for word in listed}
    if folded(label) in spellings:
        return spellings[folded(label)]
    if dimension.open_exclusive and (code := country_code(label)) and dimension.allows(code):
        return code
    return ""
