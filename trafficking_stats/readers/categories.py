"""Categories for printed labels that no map knows: each label gets one of its own."""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection

from trafficking_stats.wording import without_accents


def slug(label: str, taken: Collection[str] = ()) -> str:
    """Turn a printed label into a category of its own.

    Two different labels never give the same category, and a label gives the same one in every file: what the
    simplified spelling loses (case, accents, signs) comes back as a checksum at its end.

    Parameters
    ----------
    label : str
        A label as printed, such as ``"Sierra Leonean"``.
    taken : collection of str
        Categories that other labels have.

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
    plain = re.sub(r"[^a-z0-9]+", "_", without_accents(label).lower()).strip("_")
    if plain and plain not in taken and plain.replace("_", " ").title() == label:
        return plain
    return f"{plain or 'label'}_{zlib.crc32(label.encode('utf-8')):08x}"
