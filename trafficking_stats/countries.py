"""Countries by their code or their name in English."""

from __future__ import annotations

import difflib
import functools
import re
import tomllib
import unicodedata
from pathlib import Path

OTHERS = frozenset({"EUU", "XKX"})
"""Codes beyond ISO 3166-1: the European Union, and Kosovo."""


def is_country(code: str) -> bool:
    """Whether ``code`` is ISO 3166-1 alpha-3, ``XKX``, or made up: ``AAA`` to ``AAZ``, or with a digit.

    Examples
    --------
    >>> is_country("DNK"), is_country("dnk"), is_country("XYZ")
    (True, False, False)
    """
    return code in iso_codes() or code == "XKX" or re.fullmatch(r"AA[A-Z]|[A-Z](?=.*\d)[A-Z0-9]{2}", code) is not None


def country_code(name: str) -> str:
    """Return the alpha-3 code of a country.

    Parameters
    ----------
    name : str
        A code of two or three letters in any case, or a name in English in any common spelling.

    Returns
    -------
    str
        Empty where the name is nobody's.

    Examples
    --------
    >>> country_code("Sweden"), country_code("dk"), country_code("Ivory Coast"), country_code("Freedonia")
    ('SWE', 'DNK', 'CIV', '')
    """
    upper = name.strip().upper()
    if is_country(upper) or upper in OTHERS:
        return upper
    return _spellings().get(_folded(name), "")


def nearest_country(name: str) -> str:
    """Return the code of the country whose name is most like ``name``, empty if none is.

    Examples
    --------
    >>> nearest_country("Swedn")
    'SWE'
    """
    near = difflib.get_close_matches(_folded(name), list(_spellings()), n=1)
    return country_code(name) or (_spellings()[near[0]] if near else "")


@functools.cache
def iso_codes() -> frozenset[str]:
    """Return the alpha-3 codes of ISO 3166-1."""
    # imported here: it reads its data when first used, which most commands never need
    import pycountry

    return frozenset(country.alpha_3 for country in pycountry.countries)


def _folded(name: str) -> str:
    letters = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()
    words = re.findall(r"[^\W_]+", letters.replace("st.", "saint"))
    return " ".join(word for word in words if word not in ("the", "and"))


@functools.cache
def _spellings() -> dict[str, str]:
    """Return the code of every spelling of a country, folded; one that fits two countries is nobody's."""
    import pycountry
    from babel import Locale

    territories = Locale("en").territories
    printed: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("countries.toml").read_text("utf-8"))
    for country in pycountry.countries:
        names = [getattr(country, key, "") for key in ("name", "official_name", "common_name")]
        names += [country.alpha_2, territories.get(country.alpha_2, "")]
        printed.setdefault(country.alpha_3, []).extend(filter(None, names))
    owners: dict[str, set[str]] = {}
    for code, names in printed.items():
        for name in names:
            owners.setdefault(_folded(name), set()).add(code)
    return {name: codes.pop() for name, codes in owners.items() if len(codes) == 1}
