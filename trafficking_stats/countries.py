"""Countries by their code or their name, and the regions they lie in."""

import difflib
import functools
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from trafficking_stats.errors import ParameterError
from trafficking_stats.wording import without_accents

OTHERS = frozenset({"EUU", "XKX"})
"""Codes beyond ISO 3166-1: the European Union, and Kosovo."""

NEW_FIGURES = "figures of your own come in with trafficking-stats init and trafficking-stats import"
"""What to do where there are no claims."""

WORLD = "WORLD"
"""Stands where a country does for a page on all of them."""

_READ_REGIONS = tomllib.loads(Path(__file__).with_name("regions.toml").read_text(encoding="utf-8"))
_REGIONS = {code: region for region, codes in _READ_REGIONS.items() for code in codes.split()}


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
        A code of two or three letters in any case, or a name in any common spelling in English, or as it is usual in
        one of the other languages of ``countries.toml``.

    Returns
    -------
    str
        Empty where the name is nobody's.

    Examples
    --------
    >>> [country_code(name) for name in ("Sweden", "dk", "Ivory Coast", "Tyskland", "Freedonia")]
    ['SWE', 'DNK', 'CIV', 'DEU', '']
    """
    upper = name.strip().upper()
    if is_country(upper) or upper in OTHERS:
        return upper
    return _spellings().get(_folded(name), "")


def as_code(country: str) -> str:
    """Return the code of a country given by its code, in any case, or by a name; what is neither stays, in capitals.

    Examples
    --------
    >>> as_code("Kenya"), as_code("dnk"), as_code("NO")  # of two letters nobody knows: NO and IS are words too
    ('KEN', 'DNK', 'NO')
    """
    text = str(country)
    return (country_code(text) if len(text) > 3 else "") or text.upper()


def meant_country(name: str, among: Collection[str] = ()) -> str:
    """Ask whether a country was meant, of some codes or of all; nothing where none is like ``name``.

    Examples
    --------
    >>> meant_country("Swedn"), meant_country("DNX", ["DNK", "NOR"])
    ('; did you mean SWE?', '; did you mean DNK?')
    """
    near = difflib.get_close_matches(_folded(name), list(_spellings()), n=1)
    own = country_code(name)  # a country that there is, is not another one misspelt
    codes = [own] if own else [*difflib.get_close_matches(name.upper(), among, n=1), *map(_spellings().get, near)]
    return next((f"; did you mean {code}?" for code in codes if code and (code in among or not among)), "")


def other_countries(name: str, among: Collection[str]) -> str:
    """Say behind a country without claims which was meant perhaps, or how claims come in, and which there are.

    Examples
    --------
    >>> other_countries("Denmrk", ["NOR", "DNK"])
    '; did you mean DNK? There are: DNK, NOR'
    """
    hint = meant_country(name, among) if among else ""
    return f"{hint or f'; {NEW_FIGURES}.'} There are: {', '.join(sorted(among)) or 'none'}"


def check_country(country: object, countries: Iterable[str]) -> str:
    """Return the code of ``country`` if there are claims on it.

    Parameters
    ----------
    country : object
        What the user gave: an ISO 3166-1 alpha-3 code, ``EUU``, or a name.
    countries : iterable of str
        The codes that have claims; empty means that every code is allowed.

    Raises
    ------
    ParameterError
        If it is not one of them; the text names the code that was probably meant.

    Examples
    --------
    >>> check_country("NO", ["DNK", "NOR"])
    Traceback (most recent call last):
    trafficking_stats.errors.ParameterError: no claims on country 'NO'; did you mean NOR? There are: DNK, NOR
    """
    allowed = sorted(set(countries))
    if country is False:
        raise ParameterError("country must be text, not False: YAML reads NO as false. Write NOR for Norway")
    if isinstance(country, str) and (as_code(country) in allowed or not allowed):
        return as_code(country)
    raise ParameterError(f"no claims on country {country!r}{other_countries(str(country), allowed)}")


@functools.cache
def iso_codes() -> frozenset[str]:
    """Return the alpha-3 codes of ISO 3166-1."""
    # imported here: it reads its data when first used, which most commands never need
    import pycountry

    return frozenset(country.alpha_3 for country in pycountry.countries)


def _folded(name: str) -> str:
    words, short = re.findall(r"[^\W_]+", without_accents(name).casefold()), _printed()["short"]
    return " ".join(sorted(filter(None, (short.get(word, word) for word in words))))


@functools.cache
def _printed() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("countries.toml").read_text("utf-8"))


@functools.cache
def _spellings() -> dict[str, str]:
    """Return the code of every spelling of a country, folded; one that fits two countries is nobody's.

    What is English for one country is not another's name in another language.
    """
    import pycountry
    from babel import Locale

    territories = Locale("en").territories
    printed = {code: list(names) for code, names in _printed()["names"].items()}
    for country in pycountry.countries:
        names = [getattr(country, key, "") for key in ("name", "official_name", "common_name")]
        names += [country.alpha_2, territories.get(country.alpha_2, "")]
        printed.setdefault(country.alpha_3, []).extend(filter(None, names))
    codes = {country.alpha_2: country.alpha_3 for country in pycountry.countries}
    others = [Locale(language).territories for language in _printed()["languages"]]
    elsewhere = {code: [names[two] for names in others if two in names] for two, code in codes.items()}
    return _owned(elsewhere) | _owned(printed)


def _owned(printed: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return the country of each spelling that fits one only."""
    owners: dict[str, set[str]] = {}
    for code, names in printed.items():
        for name in names:
            owners.setdefault(_folded(name), set()).add(code)
    return {name: codes.pop() for name, codes in owners.items() if len(codes) == 1}


def region_of(country: str) -> str:
    """Return the region a country belongs to; empty for what is no country.

    Parameters
    ----------
    country : str
        ISO 3166-1 alpha-3.

    Returns
    -------
    str
        A code of the United Nations' standard M49, such as ``"154"`` for Northern Europe.

    Examples
    --------
    >>> region_of("DNK"), region_of("EUU")
    ('154', '')
    """
    return _REGIONS.get(country, "")


def neighbours(country: str) -> list[str]:
    """Return the other countries and areas of a country's region.

    Examples
    --------
    >>> neighbours("BWA"), neighbours("EUU")
    (['LSO', 'NAM', 'SWZ', 'ZAF'], [])
    """
    return [code for code, region in _REGIONS.items() if region == region_of(country) and code != country]
