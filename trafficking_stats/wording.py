"""Words that several rooms print in English: a number with its noun, and the brief name of a source."""

from __future__ import annotations

import re

_SHORT_NAME = re.compile(r"\(([^()]+)\)$")


def counted(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun.

    Examples
    --------
    >>> counted(1, "claim"), counted(1989, "claim"), counted(2, "country", "countries")
    ('1 claim', '1,989 claims', '2 countries')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def source_name(publisher: str, published: str) -> str:
    """Name a source briefly: its publisher, by its short name where it has one, and the year.

    Examples
    --------
    >>> source_name("Center mod Menneskehandel (CMM)", "2022-05-04"), source_name("UNODC", "")
    ('CMM 2022', 'UNODC')
    """
    short = _SHORT_NAME.search(publisher)
    return f"{short.group(1) if short else publisher} {published[:4]}".strip()
