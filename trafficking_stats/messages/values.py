"""Typed values of sentences: countries, years, bounds, terms of the vocabulary."""

import datetime
import functools
import math
import numbers
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, get_args

from trafficking_stats.breakdowns import parse
from trafficking_stats.entries import Stage
from trafficking_stats.messages.catalogue import MessageError, current, languages, say, say_or
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

    def in_words(self, spec: str = "") -> str:
        """Write it in the current language."""
        grammar = languages()[current()]
        name = _country_name(self.code, _locale(), current())
        if spec == "bare":
            return name
        inside = grammar["article"].format(name) if self.code in grammar["the"] else name
        if spec == "in":
            return str(grammar["at_form" if self.code in grammar["at"] else "in"].format(inside))
        if spec == "genitive":
            form = "genitive_capitals" if inside.isupper() else "genitive_s" if inside.endswith("s") else "genitive"
            return str(grammar[form].format(inside))
        return inside


@dataclass(frozen=True)
class Years:
    """Calendar years; runs of three or more are written as a range.

    In a field ``{y:span}`` two years that follow each other are a range as well: a period, not a list.

    Examples
    --------
    >>> written(Years((2007, 2008, 2009, 2012))), written(Years((2007, 2008))), written(Years((2007, 2008)), "span")
    ('2007–2009 and 2012', '2007 and 2008', '2007–2008')
    """

    years: tuple[int, ...]

    def __init__(self, years: Iterable[int]) -> None:
        object.__setattr__(self, "years", tuple(sorted({int(year) for year in years})))

    def in_words(self, spec: str = "") -> str:
        """Write them in the current language."""
        groups = groupby(enumerate(self.years), key=lambda item: item[1] - item[0])
        runs = [[year for _, year in group] for _, group in groups]
        shortest = 2 if spec == "span" and len(runs) == 1 else 3
        parts: list[str] = []
        for run in runs:
            parts += [f"{run[0]}–{run[-1]}"] if len(run) >= shortest else map(str, run)
        return _listed(parts)


@dataclass(frozen=True)
class Bounds:
    """A number, or the interval that it lies in; ``upper`` None where nothing bounds it.

    In a field ``{b}`` is written as a sentence does, ``{b:short}`` as a label does. What is no whole number is a rate.

    Examples
    --------
    >>> written(Bounds(0, 4)), written(Bounds(45, None)), written(Bounds(0, 4), "short"), written(Bounds(7, 7))
    ('0 to 4', 'at least 45', '0–4', '7')
    >>> written(Bounds(3.09, 6.18)), written(Bounds(5.278, 5.281))
    ('3.1 to 6.2', '5.3')
    """

    lower: float
    upper: float | None

    def in_words(self, spec: str = "") -> str:
        """Write it in the current language."""
        kind, low = "short_" if spec == "short" else "", _end(self.lower)
        if self.upper is None:
            return say(f"common.{kind}at_least", number=low)
        high = _end(self.upper)
        return low if low == high else say(f"common.{kind}range", lower=low, upper=high)


def _end(value: float) -> str:
    return written(value, "" if isinstance(value, numbers.Integral) else "rate")


@dataclass(frozen=True)
class Term:
    """A word of the vocabulary: English as the vocabulary has it, other languages as their catalogue has it.

    Parameters
    ----------
    kind : str
        ``indicator``, ``dimension``, ``tier`` or ``qualifier``.
    key : str
        Its key in the vocabulary; itself where the vocabulary knows no such key.

    Examples
    --------
    >>> written(Term("tier", "register"))
    'official register'
    """

    kind: str
    key: str

    def in_words(self, spec: str = "") -> str:
        """Write it in the current language."""
        entry = getattr(load_vocabulary(), f"{self.kind}s").get(self.key)
        return say_or(f"vocabulary.{self.kind}.{self.key}", entry.label if entry else self.key.replace("_", " "))


@dataclass(frozen=True)
class Register:
    """Where figures start: a register by its name; one without a name is known by its country and stage.

    Examples
    --------
    >>> written(Register("EST conviction")), written(Register("BKA"))
    ('the register of convictions in Estonia', 'BKA')
    """

    name: str

    def in_words(self) -> str:
        """Write it in the current language."""
        country, _, stage = self.name.partition(" ")
        if stage in get_args(Stage):
            return say(f"common.register.{stage}", country=Country(country))
        return say_or(f"vocabulary.publisher.{self.name}", self.name)


def written(value: Any, spec: str = "") -> str:
    """Write a value as the current language does.

    Parameters
    ----------
    value : object
        A number, date, text, sequence, or what has a method ``in_words``, as the types of this module do.
    spec : str
        For numbers a pattern of Babel such as ``0.0``, or ``percent``, ``rate`` (two figures that count), ``p`` (a p
        value with its sign); ``raw`` for digits without grouping; the id of a sentence that counts, such as
        ``common.figures``; for the types of this module what they say; for sequences what holds for each item;
        ``capital`` for any value that begins a sentence.

    Returns
    -------
    str

    Examples
    --------
    >>> written(1234), written(0.3127), written(0.25, "percent"), written(0.002, "percent"), written(["a", "b", "c"])
    ('1,234', '0.313', '25%', 'less than 1%', 'a, b and c')
    >>> written(1, "common.figures"), written(1234, "common.figures")
    ('1 figure', '1,234 figures')
    """
    if spec == "capital":
        text = written(value)
        return text[:1].upper() + text[1:]
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
    return str(value.in_words(spec) if spec else value.in_words())


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


def _category(key: str, category: str) -> str:
    dimension = load_vocabulary().dimensions.get(key)
    plain = category.replace("_", " ")
    if dimension is None:
        return f"{key} {plain}"
    if category in dimension.words:
        plain = dimension.words[category]
    elif dimension.country_words and written(Country(category)) != category:
        plain = say(f"common.country_category.{key}", country=Country(category))
    else:
        # a label that no map knows has a checksum at its end, see `readers.categories.slug`
        plain = f"{written(Term('dimension', key))} {re.sub(r' [0-9a-f]{8}$', '', plain)}"
    return say_or(f"vocabulary.category.{key}.{category}", plain)


def _locale() -> str:
    return str(languages()[current()]["locale"])


def _number(value: Any, spec: str) -> str:
    from babel.numbers import format_percent

    if spec[:1].isalpha() and "." in spec:
        return say(spec, n=int(value))
    if spec == "raw":
        return str(value)
    if spec == "rate":
        return _rate(float(value))
    if spec == "p":
        return f"p = {_number(value, '@@')}" if value >= 0.001 else f"p < {_number(0.001, '@')}"
    if spec == "percent" and 0 < value < 0.01:
        return say("common.less_than", number=_number(0.01, spec))
    if spec == "percent":
        return format_percent(float(value), locale=_locale())
    pattern = spec or (None if isinstance(value, numbers.Integral) else "@@#")
    return _decimal(value, pattern, _locale())


@functools.lru_cache(maxsize=4096)
def _decimal(value: Any, pattern: str | None, locale: str) -> str:
    from babel.numbers import format_decimal

    return format_decimal(value, format=pattern, locale=locale).replace("-", "−")


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
