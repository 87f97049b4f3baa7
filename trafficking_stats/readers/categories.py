"""Categories for printed labels: the known one, a country's code, or one of the label's own."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable, Mapping

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
    plain = re.sub(r"[^a-z0-9]+", "_", _without_accents(label).lower()).strip("_")
    if plain and plain.replace("_", " ").title() == label:
        return plain
    return f"{plain or 'label'}_{_checksum(label)}"


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
    owner: dict[str, str] = {}
    for label in labels:
        category = known.get(label) or slug(label)
        if label not in known and category in taken:
            category = f"{category}_{_checksum(label)}"
        if owner.setdefault(category, label) != label:
            raise ReaderError(
                f"the labels {owner[category]!r} and {label!r} would share the category {category!r}: "
                "give one of them a category of its own in the map of this reader"
            )
        found[label] = category
    return found


def fold(name: str) -> str:
    """Return a name without case and accents, as names of countries are compared.

    Examples
    --------
    >>> fold("TÜRKIYE") == fold("Türkiye")
    True
    """
    return _without_accents(name).casefold().replace("’", "'").strip()


def _without_accents(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def _checksum(label: str) -> str:
    return f"{zlib.crc32(label.encode('utf-8')):08x}"
