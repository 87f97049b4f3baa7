"""Typed values of sentences: countries, years, bounds, counted nouns, terms of the vocabulary."""

from __future__ import annotations

import datetime
import functools
import math
import numbers
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from trafficking_stats.breakdowns import parse
from trafficking_stats.messages.catalogue import _SOURCE, MessageError, catalogue, current, languages, say, template
from trafficking_stats.vocabulary import load_vocabulary


@dataclass(frozen=True)
class Country:
    """A country in a sentence.

    In a field ``{c}`` is the name with its article, ``{c:in}`` with its preposition, ``{c:genitive}`` the genitive,
    ``{c:bare}`` the name as a title has it.

    Parameters
    ----------
    code : str
        ISO 3166-1 alpha-3, ``EUU`` for the European Union, ``XKX`` for Kosovo; also a region of the standard M49.

    Examples
    --------
    >>> written(Country("GBR"), "in"), written(Country("GBR"), "bare"), written(Country("NLD"), "genitive")
    ('in the United Kingdom', 'United Kingdom', 'the Netherlands’')
    """

    code: str


@dataclass(frozen=True)
class Years:
    """Calendar years; runs of three or more are written as a range.

    Examples
    --------
    >>> written(Years((2007, 2008, 2009, 2012)))
    '2007–2009 and 2012'
    """

    years: tuple[int, ...]

    def __init__(self, years: Iterable[int]) -> None:
        object.__setattr__(self, "years", tuple(sorted({int(year) for year in years})))


@dataclass(frozen=True)
class Bounds:
    """A whole number, or the interval that it lies in; ``upper`` None where nothing bounds it.

    In a field ``{b}`` is written as a sentence does, ``{b:short}`` as a label does.

    Examples
    --------
    >>> written(Bounds(0, 4)), written(Bounds(45, None)), written(Bounds(0, 4), "short"), written(Bounds(7, 7))
    ('0 to 4', 'at least 45', '0–4', '7')
    """

    lower: int
    upper: int | None


@dataclass(frozen=True)
class Noun:
    """A number with what it counts: an indicator, or any plural entry of the catalogues.

    Parameters
    ----------
    number : int or Bounds
    key : str
        Id of an entry with plural forms that has a field ``{n}``, such as ``common.years``.

    Examples
    --------
    >>> written(Noun(1, "common.years")), written(Noun(Bounds(0, 4), "common.years"))
    ('1 year', '0 to 4 years')
    """

    number: int | Bounds
    key: str


@dataclass(frozen=True)
class Term:
    """A word of the vocabulary: English as the vocabulary has it, other languages as their catalogue has it.

    Parameters
    ----------
    kind : str
        ``indicator``, ``dimension``, ``tier``, ``qualifier``, ``upstream`` or ``unit``.
    key : str
        Its key in the vocabulary; itself where the vocabulary knows no such key.

    Examples
    --------
    >>> written(Term("tier", "register"))
    'official register'
    """

    kind: str
    key: str


_TABLES = {"indicator": "indicators", "dimension": "dimensions", "tier": "tiers", "qualifier": "qualifiers"}


def written(value: Any, spec: str = "") -> str:
    """Write a value as the current language does.

    Parameters
    ----------
    value : object
        A number, date, text, sequence, or one of the types of this module.
    spec : str
        For numbers a pattern of Babel such as ``0.0``, or ``percent``; ``raw`` for digits without grouping; for the
        types of this module what they say; for sequences what holds for each item.

    Returns
    -------
    str

    Examples
    --------
    >>> written(1234), written(0.3127), written(0.25, "percent"), written(["a", "b", "c"])
    ('1,234', '0.313', '25%', 'a, b and c')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        raise MessageError(f"{value!r} is no value of a sentence")
    if isinstance(value, numbers.Real):
        return _number(value, spec)
    if isinstance(value, datetime.date):
        from babel.dates import format_date

        return format_date(value, spec or "long", locale=_locale())
    if isinstance(value, Sequence):
        return _listed([written(item, spec) for item in value])
    return _WRITERS[type(value)](value, spec)


def breakdown_words(breakdown: str) -> str:
    """Write a breakdown as a reader would; the total is empty.

    Parameters
    ----------
    breakdown : str
        Canonical, as in `Reconciliation.series`.

    Examples
    --------
    >>> breakdown_words("age=child;citizenship=ROU;exploitation=forced_labour")
    'children, citizens of Romania, forced labour'
    """
    return ", ".join(_category(key, category) for key, category in parse(breakdown).items())


def _locale() -> str:
    return str(languages()[current()]["locale"])


def _number(value: Any, spec: str) -> str:
    from babel.numbers import format_decimal, format_percent

    if spec == "raw":
        return str(value)
    if spec == "rate":
        return _rate(float(value))
    if spec == "percent":
        return format_percent(float(value), locale=_locale())
    if isinstance(value, numbers.Integral):
        return format_decimal(int(value), format=spec or None, locale=_locale()).replace("-", "−")
    return format_decimal(float(value), format=spec or "@@#", locale=_locale()).replace("-", "−")


def _rate(value: float) -> str:
    """Write two figures that count, or whole numbers from 100 on, and never an exponent."""
    if not math.isfinite(value):
        return say("common.no_limit")
    return _number(round(value), "") if value == 0 or abs(value) >= 100 else _number(value, "@@")


def _listed(items: Sequence[str]) -> str:
    from babel.lists import format_list

    return format_list(items, locale=_locale()) if items else say("common.none")


@functools.cache
def _country_name(code: str, locale: str, language: str) -> str:
    import pycountry
    from babel import Locale

    special = {"EUU": "EU", "XKX": "XK"}
    country = pycountry.countries.get(alpha_3=code)
    short = special.get(code) or (country.alpha_2 if country else code)
    names: dict[str, str] = languages()[language].get("names", {})
    return names.get(code) or str(Locale.parse(locale).territories.get(short, code))


def _country(value: Country, spec: str) -> str:
    grammar = languages()[current()]
    name = _country_name(value.code, _locale(), current())
    if spec == "bare":
        return name
    inside = grammar["article"].format(name) if value.code in grammar["the"] else name
    if spec == "in":
        return str(grammar["at_form" if value.code in grammar["at"] else "in"].format(inside))
    if spec == "genitive":
        form = "genitive_capitals" if inside.isupper() else "genitive_s" if inside.endswith("s") else "genitive"
        return str(grammar[form].format(inside))
    return inside


def _years(value: Years, spec: str) -> str:
    runs: list[list[int]] = []
    for year in value.years:
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    parts: list[str] = []
    for run in runs:
        parts += [f"{run[0]}–{run[-1]}"] if len(run) > 2 else [str(year) for year in run]
    return _listed(parts)


def _bounds(value: Bounds, spec: str) -> str:
    key = "short_" if spec == "short" else ""
    if value.upper is None:
        return say(f"common.{key}at_least", number=value.lower)
    if value.lower == value.upper:
        return _number(value.lower, "")
    return say(f"common.{key}range", lower=value.lower, upper=value.upper)


def _noun(value: Noun, spec: str) -> str:
    number = value.number
    if isinstance(number, Bounds):
        form = number.upper if number.upper is not None else max(number.lower, 2)
        return template(value.key, form).replace("{n}", _bounds(number, spec))
    return say(value.key, n=number)


def _term(value: Term, spec: str) -> str:
    if current() != _SOURCE:
        key = f"vocabulary.{value.kind}.{value.key}"
        found = catalogue(current(), "vocabulary").gettext(key)
        if found != key:
            return found
    entry = getattr(load_vocabulary(), _TABLES[value.kind]).get(value.key)
    return entry.label if entry is not None else value.key.replace("_", " ")


def _category(key: str, category: str) -> str:
    dimension = load_vocabulary().dimensions.get(key)
    if dimension is None:
        return f"{key} {category.replace('_', ' ')}"
    if current() != _SOURCE:
        entry = f"vocabulary.category.{key}.{category}"
        found = catalogue(current(), "vocabulary").gettext(entry)
        if found != entry:
            return found
    if category in dimension.words:
        return dimension.words[category]
    name = written(Country(category))
    if dimension.country_words and name != category:
        return say(f"common.country_category.{key}", country=Country(category))
    return f"{written(Term('dimension', key))} {category.replace('_', ' ')}"


_WRITERS: dict[type, Any] = {Country: _country, Years: _years, Bounds: _bounds, Noun: _noun, Term: _term}
