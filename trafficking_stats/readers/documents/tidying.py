"""Undo what printing did to a text (ligatures, broken words, note marks, page numbers), with the way back to it."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import normalize

_MARKS = re.compile(
    r"(?P<ligature>[\ufb00-\ufb06])"
    r"|\u00ad[ \t]*(?:\r?\n[ \t]*)?"  # soft hyphen, at the end of a line or not
    r"|(?<=[^\W\d_])[-\u2010]\r?\n[ \t]*(?=[a-zß-öø-ÿ])"  # a word broken at the end of a line
    r"|[\u200b-\u200d\u2060\ufeff]"  # marks of no width
    r"|[\u00b2\u00b3\u00b9\u2070\u2074-\u2079]+"  # raised digits
    r"|(?<=[a-zß-öø-ÿ]{3}[.,;:])\d{1,3}(?=\s|$)"  # the mark of a note glued to a word's full stop or comma
    r"|(?<=[.,;:][\"'”’»)])\d{1,3}(?=\s|$)"
    r"|(?<=\b(?:19|20)\d\d[.,])\d{1,2}(?=\s+[^\W\d_a-zß-öø-ÿ]|\s*$)"  # ... or to that of a year
    r"|(?<=[\w.,;)])\[\d{1,3}\]"
)
_LINE = re.compile(r"[^\n]+")
_LONE_NUMBER = re.compile(r"(?:[^\W\d_]{4,5}\s+)?[-–]?\s*\d{1,4}\s*[-–]?|")
_NUMBER = re.compile(r"\d+")
LONGEST_HEAD = 90
"""Characters of a running head, at most."""


@dataclass(frozen=True)
class Tidied:
    """A text without the marks of printing, and the way back.

    Attributes
    ----------
    text : str
        The text to read.
    original : str
        The text as given.
    """

    text: str
    original: str
    _starts: tuple[int, ...]
    _shifts: tuple[int, ...]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the original text of a stretch of the tidied one."""
        return self._origin(start), self._origin(end - 1) + 1

    def _origin(self, position: int) -> int:
        return position + self._shifts[bisect_right(self._starts, position) - 1]


def tidy(text: str) -> Tidied:
    r"""Undo what printing did to a text.

    Parameters
    ----------
    text : str
        As copied or drawn out of a document.

    Returns
    -------
    Tidied

    Examples
    --------
    >>> found = tidy("the traﬃckers,13 con-\nvicted in 2015")
    >>> found.text
    'the traffickers, convicted in 2015'
    >>> found.place(17, 26)
    (17, 28)
    """
    starts, shifts = [0], [0]
    pieces: list[str] = []
    position = length = 0
    edits = [(*mark.span(), normalize("NFKC", mark["ligature"] or "")) for mark in _MARKS.finditer(text)]
    for start, end, new in sorted([*edits, *_page_marks(text)]):
        if start < position:
            continue
        pieces += [text[position:start], new]
        length += start - position + len(new)
        position = end
        starts.append(length)
        shifts.append(position - length)
    pieces.append(text[position:])
    return Tidied("".join(pieces), text, tuple(starts), tuple(shifts))


def _page_marks(text: str) -> Iterator[tuple[int, int, str]]:
    """Lines that hold a page number or a page break only, and the running heads beside them."""
    lines = [line for line in _LINE.finditer(text) if line.group().strip(" \t\r")]
    words = [line.group().strip() for line in lines]
    # below a question it is the answer
    lone = [k for k, line in enumerate(words) if _LONE_NUMBER.fullmatch(line) and not words[k - 1].endswith("?")]
    beside = {near for k in lone for near in (k - 1, k + 1) if 0 <= near < len(lines)}
    heads = Counter(_NUMBER.sub("#", words[k]) for k in beside if len(words[k]) <= LONGEST_HEAD)
    if len(lone) > 1:
        recurring = (k for k in beside if heads[_NUMBER.sub("#", words[k])] > 2)
        yield from ((max(0, lines[k].start() - 1), lines[k].end(), "") for k in (*lone, *recurring))
