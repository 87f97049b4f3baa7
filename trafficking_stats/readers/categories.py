"""Categories for printed labels: the known one, a country's code, or one of the label's own."""

from __future__ import annotations

import functools
import re
import unicodedata
import zlib
from collections.abc import Collection, Iterable, Mapping

import pycountry

from trafficking_stats.errors import ReaderError


def slug(label: str) -> str:
    """Turn a printed label into a category of its own.

    Two different labels never give the same category, and a label gives the same one in every file: what the
    simplified spelling loses (case, accents, signs) comes back as a checksum at its end.

    Parameters
    ----------
    label : str
        A label as printed, such as ``"Sierra Leonean"``.

    Returns
    -------
    str
        Lower-case letters, digits and underscores.

    Examples
    --------
    >>> slug("Sierra Leonean")
    'sierra_leonean'
    >>> slug("SIERRA LEONEAN") == slug("Sierra leonean")
    False
    """
    letters = (c for c in unicodedata.normalize("NFKD", label) if not unicodedata.combining(c))
    plain = re.sub(r"[^a-z0-9]+", "_", "".join(letters).lower()).strip("_")
    if plain and plain.replace("_", " ").title() == label:
        return plain
    return f"{plain or 'label'}_{zlib.crc32(label.encode('utf-8')):08x}"


def categories(labels: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """Give each label its category: the known one, or its own.

    Parameters
    ----------
    labels : iterable of str
        The labels of one dimension.
    known : mapping of str to str
        The categories of the labels that have one already.

    Returns
    -------
    dict of str to str
        One category for each label, all different.

    Raises
    ------
    ReaderError
        If two labels would share a category.

    Examples
    --------
    >>> categories(["Female", "Other", "Trans Woman"], {"Female": "female", "Other": "other"})
    {'Female': 'female', 'Other': 'other', 'Trans Woman': 'trans_woman'}
    """
    taken = set(known.values())
    found: dict[str, str] = {}
    for label in labels:
        own = known.get(label) or slug(label)
        if label not in known and own in taken:
            own = f"{own}_{zlib.crc32(label.encode('utf-8')):08x}"
        found[label] = own
    owner: dict[str, str] = {}
    for label, category in found.items():
        if owner.setdefault(category, label) != label:
            raise ReaderError(
                f"the labels {owner[category]!r} and {label!r} would share the category {category!r}: "
                "give one of them a category of its own in the map of this reader"
            )
    return found


@functools.cache
def _iso_names() -> dict[str, tuple[str, ...]]:
    names = {}
    for country in pycountry.countries:
        printed = [getattr(country, key, None) for key in ("name", "official_name", "common_name")]
        names[country.alpha_3] = tuple(dict.fromkeys(name for name in printed if name))
    return names


def is_country(code: str) -> bool:
    """Whether ``code`` is an alpha-3 code of ISO 3166-1, or the XKX that stands in for Kosovo."""
    return code in _iso_names() or code == "XKX"


def fold(name: str) -> str:
    """Return a name without case and accents, as names of countries are compared.

    Examples
    --------
    >>> fold("TÜRKIYE") == fold("Türkiye")
    True
    """
    letters = (c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return "".join(letters).casefold().replace("’", "'").strip()


def country_spellings(*lists: Mapping[str, Collection[str]]) -> dict[str, tuple[str, int]]:
    """Return code and rank of every spelling of a country, folded.

    Parameters
    ----------
    *lists : mapping of str to collection of str
        Spellings by alpha-3 code beyond those of ISO 3166-1. A spelling of the first list ranks before the
        names of ISO 3166-1, those of later lists after them.

    Returns
    -------
    dict of str to (str, int)
        The code a spelling stands for and its rank among the spellings of that country, the best 0.

    Raises
    ------
    ReaderError
        If one spelling would stand for two countries.

    Examples
    --------
    >>> spellings = country_spellings({"TUR": ["Turkey"]}, {"NOR": ["Norwegian"]})
    >>> spellings["turkey"], spellings["norway"], spellings["norwegian"][0]
    (('TUR', 0), ('NOR', 0), 'NOR')
    """
    first, later = lists[:1], lists[1:]
    found: dict[str, tuple[str, int]] = {}
    ranks: dict[str, int] = {}
    for names in (*first, _iso_names(), *later):
        for code, printed in names.items():
            for name in printed:
                known = found.setdefault(fold(name), (code, ranks.get(code, 0)))
                if known[0] != code:
                    raise ReaderError(f"the spelling {name!r} would stand for {known[0]} and for {code}")
                ranks[code] = ranks.get(code, 0) + 1
    return found
