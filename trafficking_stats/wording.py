"""Words that several rooms print in English: a number with its noun, what was meant, the brief name of a source."""

import difflib
import re
import unicodedata
from collections.abc import Iterable

_SHORT_NAME = re.compile(r"\(([^()]+)\)$")


def counted(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun.

    Examples
    --------
    >>> counted(1, "claim"), counted(1989, "claim"), counted(2, "country", "countries")
    ('1 claim', '1,989 claims', '2 countries')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def meant(name: str, known: Iterable[str], most: int = 1, most_begun: int = 0) -> str:
    """Ask whether one of the known names was meant, those first that begin so; nothing where none is like it.

    Examples
    --------
    >>> meant("victims_identifed", ["victims_identified", "convictions_persons"]), meant("x", ["abc"])
    ('; did you mean victims_identified?', '')
    >>> meant("victims", ["convictions", "victims_identified", "victims_share"])
    '; did you mean victims_identified?'
    """
    known = list(known)
    begun = [one for one in known if len(name) > 3 and one.startswith(name)]  # fewer letters begin anything
    near = begun[: max(most, most_begun)] or difflib.get_close_matches(name, known, n=most)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def part_of(breakdown: str) -> str:
    """Name a part in a message, or the whole.

    Examples
    --------
    >>> part_of("sex=female"), part_of("")
    ("'sex=female'", 'the total')
    """
    return repr(breakdown) if breakdown else "the total"


def without_accents(text: str) -> str:
    """Return a text in which letters have no accents.

    Examples
    --------
    >>> without_accents("Türkiye, Płock")
    'Turkiye, Płock'
    """
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def source_name(publisher: str, published: str) -> str:
    """Name a source briefly: its publisher, by its short name where it has one, and the year.

    Examples
    --------
    >>> source_name("Center mod Menneskehandel (CMM)", "2022-05-04"), source_name("UNODC", "")
    ('CMM 2022', 'UNODC')
    """
    short = _SHORT_NAME.search(publisher)
    return f"{short.group(1) if short else publisher} {published[:4]}".strip()
