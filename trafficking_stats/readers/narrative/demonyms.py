"""Words for a country's own people, and names of countries and continents."""

from __future__ import annotations

from functools import cache

from babel import Locale

from trafficking_stats.readers.narrative.lexicon import Phrases, table

_CONTINENTS = ("002", "142", "150", "019", "EU")
"""Africa, Asia, Europe, the Americas, the European Union in CLDR."""


@cache
def _demonyms() -> dict[str, dict[str, list[str]]]:
    return table("demonyms")


def nationals_of(country: str, language: str) -> frozenset[str]:
    """Lower-case words for the people of a country; empty where the table does not hold it.

    Examples
    --------
    >>> "danish" in nationals_of("DNK", "en")
    True
    """
    return frozenset(_demonyms().get(country, {}).get(language, []))


@cache
def territories(language: str) -> Phrases:
    """Names of countries and continents in a language, each with the name as its value.

    Examples
    --------
    >>> territories("da").at(["marokko"], 0)
    (1, 'Marokko')
    """
    names = Locale(language).territories
    return Phrases((str(name), str(name)) for code, name in names.items() if code.isalpha() or code in _CONTINENTS)


def country_named(name: str, language: str) -> str:
    """Return the ISO 3166-1 alpha-3 code of a country by its name in a language, "" where it is none.

    Examples
    --------
    >>> country_named("Marokko", "da"), country_named("Africa", "en")
    ('MAR', '')
    """
    import pycountry

    codes = [code for code, known in Locale(language).territories.items() if known == name and len(code) == 2]
    found = pycountry.countries.get(alpha_2=codes[0]) if codes else None
    return str(found.alpha_3) if found is not None else ""
