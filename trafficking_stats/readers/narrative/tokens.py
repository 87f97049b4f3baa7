"""Words, sentences and paragraphs with their places in the text; every pattern is linear in the text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from trafficking_stats.readers.narrative.lexicon import Lexicon, fold

_TOKEN = re.compile(r"\d+(?:[.,]\d{3}(?!\d))*(?:[.,]\d+)?|[^\W\d_]+(?:['’\-][^\W\d_]+)*|[^\s]")
_LINE_GAP = re.compile(r"\n\s*")
_STOP = re.compile(r"""[.!?…]["'”’»)\]]{0,3}\s+""")
_OPENING = "\"'“‘«([•–—-*§"

LONGEST_SENTENCE = 2000
"""Characters; a longer stretch without a full stop (a table, a broken file) is cut at white space."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or a mark, with its place in the text (code points)."""

    text: str
    lower: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: its place, its number in the document and the number of its paragraph."""

    number: int
    paragraph: int
    start: int
    end: int


def tokenize(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Split a stretch of text into tokens.

    Examples
    --------
    >>> [token.text for token in tokenize("1,814 victims (twenty-three girls).")]
    ['1,814', 'victims', '(', 'twenty-three', 'girls', ')', '.']
    """
    stop = len(text) if end is None else end
    return [Token(m.group(), fold(m.group()), m.start(), m.end()) for m in _TOKEN.finditer(text, start, stop)]


def _ends_sentence(line_end: str) -> bool:
    return line_end.rstrip("\"'”’»)] \t").endswith((".", "!", "?", ":", "…", ";"))


def _paragraph_breaks(text: str) -> list[tuple[int, int]]:
    """Gaps between lines that end a paragraph, as (start, end) in the text.

    A file may hold one paragraph a line, or lines broken at a fixed width (text drawn from a PDF, sometimes
    with an empty line after each). The second kind is known by lines that go on in lower case.
    """
    gaps = [(m.start(), m.end(), m.group().count("\n")) for m in _LINE_GAP.finditer(text)]
    if not gaps:
        return []
    lines: list[int] = []
    runs_on: list[bool] = []
    previous = 0
    for start, end, _ in gaps:
        lines.append(start - previous)
        after = text[end : end + 1]
        unfinished = not _ends_sentence(text[max(previous, start - 12) : start]) and start > previous
        runs_on.append(unfinished and (after.islower() or after == "(" or after.isdigit()))
        previous = end
    wrapped = len(gaps) >= 4 and sum(runs_on) >= 0.25 * len(gaps)
    usual = Counter(count for _, _, count in gaps).most_common(1)[0][0]
    width = sorted(lines)[int(0.9 * (len(lines) - 1))]
    breaks = []
    for (start, end, count), length, on in zip(gaps, lines, runs_on, strict=True):
        after = text[end : end + 1]
        if on and after.islower():
            continue
        if wrapped and count <= usual and length >= 0.7 * width:
            continue
        if wrapped and on and count <= usual:
            continue
        breaks.append((start, end))
    return breaks


def _is_abbreviation(text: str, stop: int, lexicon: Lexicon) -> bool:
    begin = stop
    while begin > 0 and stop - begin < 12 and (text[begin - 1].isalpha() or text[begin - 1] == "."):
        begin -= 1
    word = fold(text[begin:stop])
    return word in lexicon.words["abbreviations"] or (len(word) == 1 and text[begin:stop].isupper())


def _sentence_ends(text: str, start: int, end: int, lexicon: Lexicon) -> Iterator[int]:
    for match in _STOP.finditer(text, start, end):
        after = text[match.end() : match.end() + 1]
        if match.end() < end and not (after.isupper() or after.isdigit() or after in _OPENING):
            continue
        if text[match.start()] == "." and match.end() < end and _is_abbreviation(text, match.start(), lexicon):
            continue
        yield match.end()


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > LONGEST_SENTENCE:
        cut = start + LONGEST_SENTENCE
        space = text.rfind(" ", start + LONGEST_SENTENCE // 2, cut)
        cut = space + 1 if space > 0 else cut
        yield start, cut
        start = cut
    yield start, end


def sentences(text: str, lexicon: Lexicon) -> Iterator[Sentence]:
    """Cut a text into paragraphs and sentences.

    Parameters
    ----------
    text : str
        Plain text.
    lexicon : Lexicon
        Its abbreviations do not end a sentence.

    Yields
    ------
    Sentence
        In the order of the text, numbered from 1.
    """
    number = 0
    begin = 0
    for paragraph, (stop, following) in enumerate([*_paragraph_breaks(text), (len(text), len(text))]):
        start = begin
        for cut in [*_sentence_ends(text, begin, stop, lexicon), stop]:
            for low, high in _pieces(text, start, cut):
                if text[low:high].strip():
                    number += 1
                    yield Sentence(number, paragraph, low, high)
            start = cut
        begin = following
