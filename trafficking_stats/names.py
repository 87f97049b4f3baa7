"""Names for people: of countries and of breakdowns."""

from __future__ import annotations

import functools

from trafficking_stats.breakdowns import parse
from trafficking_stats.vocabulary import Vocabulary


@functools.cache
def country_name(code: str) -> str:
    """Return the English name of a country.

    Parameters
    ----------
    code : str
        ISO 3166-1 alpha-3, ``EUU`` for the European Union, ``XKX`` for Kosovo.

    Returns
    -------
    str
        The short name in common use; the code itself where it is none of these.

    Examples
    --------
    >>> country_name("DNK"), country_name("EUU"), country_name("BOL")
    ('Denmark', 'European Union', 'Bolivia')
    """
    # imported here: it reads its data when first used, which most commands never need
    import pycountry

    known = {"EUU": "European Union", "XKX": "Kosovo", "GBR": "United Kingdom", "USA": "United States"}
    if code in known:
        return known[code]
    country = pycountry.countries.get(alpha_3=code)
    if country is None:
        return code
    return str(getattr(country, "common_name", country.name)).split(",")[0]


def breakdown_name(breakdown: str, vocabulary: Vocabulary) -> str:
    """Write a breakdown for people; the total is empty.

    Parameters
    ----------
    breakdown : str
        Canonical.
    vocabulary : Vocabulary
        Gives the words for categories, and the labels of dimensions for those without.

    Returns
    -------
    str
        The categories in words, joined by commas.

    Examples
    --------
    >>> from trafficking_stats.vocabulary import load_vocabulary
    >>> breakdown_name("age=child;citizenship=ROU;exploitation=forced_labour", load_vocabulary())
    'children, citizens of Romania, forced labour'
    >>> breakdown_name("age=unknown", load_vocabulary())
    'age unknown'
    """
    return ", ".join(_category_name(key, category, vocabulary) for key, category in parse(breakdown).items())


def _category_name(key: str, category: str, vocabulary: Vocabulary) -> str:
    dimension = vocabulary.dimensions.get(key)
    if dimension is None:
        return f"{key} {category.replace('_', ' ')}"
    if category in dimension.words:
        return dimension.words[category]
    country = country_name(category)
    if dimension.country_words and country != category:
        return dimension.country_words.format(country)
    return f"{dimension.label} {category.replace('_', ' ')}"
