"""Words, sentences and paragraphs with their places in the text; every pattern is linear in the text."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from trafficking_stats.readers.narrative.lexicon import LANGUAGES, Lexicon, fold, table

_MONTHS = "|".join(month for name in LANGUAGES.values() for month in table(name)["periods"]["months"])
_TOKEN = re.compile(
    r"([1-9]\d{0,2}(?:[ \u00a0\u2009\u202f'’]\d{3}(?!\d))+(?:[.,]\d+)?)"  # 1 440, 1'200
    r"|(\n[ \t]*[-•*–](?=\s))"  # an item of a list
    r"|\d+(?:[.,]\d{3}(?!\d))*(?:[.,]\d+)?"
    rf"|(?:(?i:{_MONTHS})(?=-(?i:{_MONTHS})\b)|[^\W\d_]+(?:['’\-][^\W\d_]+)*)"  # not "January-June"
    r"|[^\s]"
)
_LINE_GAP = re.compile(r"\n\s*")
_HEADED = re.compile(r"(?:19|20)\d\d\s?:|\d{1,2}\)\s")
"""A line of a list that begins with its year or number."""
_ITEM = re.compile(r"[-•*–]\s")
"""A line of a list that leans on the line before."""
_STOP = re.compile(r"""[.!?…]["'”’»)\]]{0,3}(?:(?=\n[ \t]*[-•*–]\s)|\s+)""")
_OPENING = "\"'“‘«([•–—-*§\n"

LONGEST_SENTENCE = 2000
"""Characters; a longer stretch without a full stop (a table, a broken file) is cut at white space."""
LONG = 20
"""Paragraphs with numbers in them; a shorter document is read whole."""
FEW = 0.5
"""Share of such paragraphs on the topic, below which the others are left out."""
NEAR = 2
"""Paragraphs from one on the topic to another that goes on with it."""


class Token(NamedTuple):
    """A word, a number or a mark, with its place in the text (code points); in `lower`, ' stands between groups.

    A mark before an item of a list is a comma there.
    """

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
    return [
        Token(m[0], re.sub(r"[\s’]", "'", m[0]) if m[1] else "," if m[2] else fold(m[0]), *m.span())
        for m in _TOKEN.finditer(text, start, stop)
    ]


def sentences(text: str, lexicon: Lexicon) -> Iterator[Sentence]:
    """Cut a text into paragraphs and sentences; place and date before the news are of none.

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
        dateline = lexicon.dateline.match(text, begin, stop)
        start = dateline.end() if dateline else begin
        for cut in [*_sentence_ends(text, begin, stop, lexicon), stop]:
            for low, high in _pieces(text, start, cut):
                if text[low:high].strip():
                    number += 1
                    yield Sentence(number, paragraph, low, high)
            start = cut
        begin = following


def _paragraph_breaks(text: str) -> list[tuple[int, int]]:
    """Gaps between lines that end a paragraph, as (start, end) in the text.

    A file may hold one paragraph a line, or lines broken at a fixed width (text drawn from a PDF, sometimes
    with an empty line after each). The second kind is known by lines that go on in lower case.
    """
    gaps = [(m.start(), m.end(), m.group().count("\n")) for m in _LINE_GAP.finditer(text)]
    if not gaps:
        return []
    begins = [0, *(end for _, end, _ in gaps)]
    lengths = [start - begin for begin, (start, _, _) in zip(begins, gaps, strict=False)]
    goes_on = [
        _is_unfinished(text, begin, start)
        and ((after := text[end : end + 1]).islower() or after in tuple("(0123456789"))
        and not _HEADED.match(text, end)
        for begin, (start, end, _) in zip(begins, gaps, strict=False)
    ]
    wrapped = len(gaps) >= 4 and sum(goes_on) >= 0.25 * len(gaps)
    usual = Counter(count for _, _, count in gaps).most_common(1)[0][0]
    width = sorted(lengths)[int(0.9 * (len(lengths) - 1))]
    return [
        (start, end)
        for (start, end, count), length, on in zip(gaps, lengths, goes_on, strict=True)
        if _HEADED.match(text, end)
        or not (
            _ITEM.match(text, end)
            or text[max(0, start - 2) : start].rstrip().endswith("?")  # the answer to a question
            or (on and text[end].islower())
            or (wrapped and count <= usual and (on or length >= 0.7 * width))
        )
    ]


def _is_unfinished(text: str, begin: int, end: int) -> bool:
    line_end = text[max(begin, end - 12) : end].rstrip("\"'”’»)] \t")
    return end > begin and not line_end.endswith((".", "!", "?", ":", "…", ";"))


def _sentence_ends(text: str, start: int, end: int, lexicon: Lexicon) -> Iterator[int]:
    for match in _STOP.finditer(text, start, end):
        after = text[match.end() : match.end() + 1]
        if match.end() < end and not (after.isupper() or after.isdigit() or after in _OPENING):
            continue
        if text[match.start()] == "?" and (after.isdigit() or "\n" in match[0]):  # "How many fled? 160 in 2022."
            continue
        if text[match.start()] == "." and match.end() < end and _is_abbreviation(text, match.start(), lexicon):
            continue
        yield match.end()


def _is_abbreviation(text: str, stop: int, lexicon: Lexicon) -> bool:
    begin = stop
    while begin > 0 and stop - begin < 12 and (text[begin - 1].isalpha() or text[begin - 1] == "."):
        begin -= 1
    word = text[begin:stop]
    return fold(word) in lexicon.tables["abbreviations"] or (len(word) == 1 and word.isupper())


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > LONGEST_SENTENCE:
        space = text.rfind(" ", start + LONGEST_SENTENCE // 2, start + LONGEST_SENTENCE)
        cut = space + 1 if space > 0 else start + LONGEST_SENTENCE
        yield start, cut
        start = cut
    yield start, end


def worth_reading(text: str, found: Sequence[Sentence], lexicon: Lexicon) -> list[Sentence]:
    """Return the sentences with numbers that are to be read: of a long document on other things, those on the topic.

    Parameters
    ----------
    text : str
        The document.
    found : sequence of Sentence
        Its sentences.
    lexicon : Lexicon
        Its words of the topic stand in ``gate.words``.
    """
    numbered = [s for s in found if lexicon.screen.search(text, s.start, s.end) is not None]
    paragraphs = {sentence.paragraph for sentence in numbered}
    on_topic = {s.paragraph for s in found if lexicon.topic.search(text, s.start, s.end) is not None}
    if len(paragraphs) < LONG or len(paragraphs & on_topic) >= FEW * len(paragraphs):
        return numbered
    steps = range(1, NEAR + 1)
    after, before = ({paragraph + sign * step for paragraph in on_topic for step in steps} for sign in (1, -1))
    victims = re.compile("|".join(map(re.escape, lexicon.tables["nouns"]["victim"])), re.IGNORECASE)
    of_victims = {s.paragraph for s in numbered if victims.search(text, s.start, s.end)}
    kept = on_topic | (after & before) | (of_victims & (after | before))
    return [sentence for sentence in numbered if sentence.paragraph in kept]
