"""What the headings and labels of a table mean: a field, an indicator, a year, or a category of a dimension."""

import contextlib
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pandas as pd

from trafficking_stats.countries import country_code
from trafficking_stats.dates import read_period
from trafficking_stats.printed import WORDS, UnreadableError, plain, unmarked
from trafficking_stats.vocabulary import Vocabulary
from trafficking_stats.wording import meant

SEVERAL_HEADINGS = " / "
"""What joins the headings of a column that has several, one above the other."""

DIMENSION = "by "
"""What a column of a dimension begins with in a long table, such as ``by sex``."""

Columns = Mapping[str, Any]
"""Which column, or which fixed value, gives each field of a claim: the keywords of `claims_from`."""

HEADINGS: dict[str, list[str]] = WORDS["headings"]
"""Spellings of the fields."""

_YEAR_BESIDE = re.compile(r"(\D+?)[\s,:(–-]+((?:19|20)\d\d)\)?|((?:19|20)\d\d)[\s,:(–-]+(\D+?)\)?", re.ASCII)

Meaning = dict[str, str]
"""What a heading says of the figures below it: by field, or by dimension."""


def folded(text: object) -> str:
    """Return a heading or label without case, line breaks, underscores and footnote marks, as headings are compared."""
    return " ".join(re.split(r"[\s_]+", unmarked(plain(text))[0].casefold().strip()))


def headed(table: pd.DataFrame, spellings: Collection[str], taken: Collection[str] = ()) -> str | None:
    """Return the column that is headed in one of some spellings, the first of these first."""
    by_heading = {folded(name): str(name) for name in table.columns[::-1] if name not in taken}
    return next((by_heading[s] for s in map(folded, spellings) if s in by_heading), None)


def meanings_of(headings: Mapping[str, str], columns: Columns, vocabulary: Vocabulary) -> dict[str, Meaning | None]:
    """Return what the heading of each column means, None where a part of it is not known."""
    split = {name: _parts(text, columns) for name, text in headings.items()}
    both = WORDS["sex_and_age"]
    if any(both.get(folded(part), {}).get("age") == "child" for parts in split.values() for part in parts):
        both = both | WORDS["beside_children"]
    may = {name: [_part_meanings(part, both, columns, vocabulary) for part in parts] for name, parts in split.items()}
    sure = {key for parts in may.values() for found in parts if len(found) == 1 for key in found[0]}
    # a word of several dimensions, such as unknown, is of the one that the other columns break down by
    return {
        name: _joined([one for one in found if len(found) == 1 or sure.issuperset(one)] for found in parts)
        for name, parts in may.items()
    }


def _parts(heading: str, columns: Columns) -> list[str]:
    """Split a heading; a year beside a word, as in ``Women 2023``, is a part of its own unless both name a period."""
    parts: list[str] = []
    for part in map(str.strip, heading.split(SEVERAL_HEADINGS)):
        beside = _YEAR_BESIDE.fullmatch(unmarked(part)[0])
        is_label = any(part in words for words in (columns.get("labels") or {}).values())
        is_one = is_label or _is_period(part, columns)
        parts += [part] if beside is None or is_one else filter(None, beside.groups())
    return parts


def _is_period(part: str, columns: Columns) -> bool:
    with contextlib.suppress(UnreadableError):
        return bool(read_period(unmarked(part)[0], columns.get("fiscal_year")))
    return False


def _joined(parts: Iterable[list[Meaning]]) -> Meaning | None:
    """Return what the parts of a heading mean together, None where one of them is not known."""
    joined: Meaning = {}
    for found in parts:
        if len(found) != 1:
            return None
        joined |= found[0]
    return joined


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
    if _is_period(part, columns):
        return [{"year": part}]
    with contextlib.suppress(UnreadableError):
        if any(map(str.isalpha, part)) and read_period(f"{part} 2000"):
            return [{"part": part}]
    # a heading such as ID or No is no code of a country
    keys = [key for key in WORDS["categories"] if len(part) > 3 or not vocabulary.dimensions[key].open_exclusive]
    named = {key: category_named(key, labels.get(key, {}).get(part, part), vocabulary) for key in keys}
    is_total = folded(part) in WORDS["totals"]["words"] + HEADINGS["value"]
    return [{DIMENSION + key: category} for key, category in named.items() if category] or [{}] * is_total


def indicator_named(label: str, vocabulary: Vocabulary) -> str:
    """Return the indicator of a name or label of the vocabulary, empty if there is none."""
    if label in vocabulary.indicators:
        return label
    words = sorted(folded(label).split())  # in any order: identified victims
    spelled = {name: (name, entry.label) for name, entry in vocabulary.indicators.items()}
    named = [name for name, listed in spelled.items() if words in (sorted(folded(text).split()) for text in listed)]
    return named[0] if len(named) == 1 else ""


def indicator_meant(cell: object, vocabulary: Vocabulary) -> str:
    """Ask whether one of the indicators was meant by a cell that names none."""
    return meant(folded(cell).replace(" ", "_"), vocabulary.indicators, most_begun=3)


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
