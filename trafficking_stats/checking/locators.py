"""From the locator of a claim to the words of a document, and from words to the numbers they say."""

import re
from dataclasses import dataclass

from trafficking_stats.errors import ReaderError
from trafficking_stats.printed import readings

_LINES = re.compile(r"p(?P<first>\d+)(-(?P<last>\d+))? s(?P<sentence>\d+): \S.*")
_PLACE = re.compile(r"(?:p\. \d+, )?(?:para \d+, )?sentence \d+, characters (?P<start>\d+)-(?P<end>\d+)")
_SENTENCE_END = re.compile(r"(?<=[.!?])(?<!\bno\.)(?<!\bca\.)(?P<closing>[\"”’)]*)\s+(?=[\"“‘(]?[A-ZÆØÅ0-9])")
_DIGITS = re.compile(r"(?<![\w.,])\d+(?:[.,\u00a0\u202f ]\d{3})*(?:[.,]\d+)?")


@dataclass(frozen=True)
class Passage:
    """Where a locator leads.

    Parameters
    ----------
    words : str
        The sentence, or the number itself where the locator gives its place.
    context : str
        The sentence or the words around, for a reader.
    """

    words: str
    context: str


def follow(document: str, locator: str) -> Passage | None:
    r"""Return the words a locator leads to.

    Two kinds of locator can be followed: ``p<a>[-<b>] s<n>: <label>`` counts lines that are not blank and the
    sentences in them, and ``sentence <n>, characters <a>-<b>``, with page and
    paragraph before it where the document has them, gives the place of the number.

    Parameters
    ----------
    document : str
        The text.
    locator : str
        As it stands in the claim.

    Returns
    -------
    Passage or None
        None for a locator in free text.

    Raises
    ------
    ReaderError
        If the locator has one of these forms and the document has no such place.

    Examples
    --------
    >>> follow("Title\n\nOne case was\nfound. Two were not.", "p2-3 s2: section, sentence 2").words
    'Two were not.'
    >>> follow("Police found nine victims.", "sentence 1, characters 13-17").words
    'nine'
    >>> follow("Title", "page 7, table 2")
    """
    if place := _PLACE.fullmatch(locator):
        start, end = int(place["start"]), int(place["end"])
        if not start < end <= len(document):
            raise ReaderError(f"{locator!r} lies outside the {len(document):,} characters of the document")
        around = " ".join(document[max(0, start - 80) : end + 80].split())
        return Passage(document[start:end], around)
    match = _LINES.fullmatch(locator)
    if match is None:
        return None
    lines = [line.strip() for line in document.splitlines() if line.strip()]
    first, last = int(match["first"]), int(match["last"] or match["first"])
    if not 1 <= first <= last <= len(lines):
        raise ReaderError(f"{locator!r} needs line {last}, the document has {len(lines)} that are not blank")
    found = sentences(" ".join(lines[first - 1 : last]))
    number = int(match["sentence"])
    if not 1 <= number <= len(found):
        raise ReaderError(f"{locator!r} needs sentence {number}, there are {len(found)} in these lines")
    return Passage(found[number - 1], found[number - 1])


def sentences(text: str) -> list[str]:
    """Split a paragraph into sentences by the rule that locators count by.

    A sentence ends at ``.``, ``!`` or ``?`` with what closes behind it, before white space and a capital
    letter or digit; not after ``no.`` and ``ca.``.

    Parameters
    ----------
    text : str
        One paragraph.

    Returns
    -------
    list of str
        White space collapsed.

    Examples
    --------
    >>> sentences("In 2014 two were found. See Act no. 275.")
    ['In 2014 two were found.', 'See Act no. 275.']
    """
    text = " ".join(text.split())
    out, start = [], 0
    for match in _SENTENCE_END.finditer(text):
        out.append(text[start : match.end("closing")])
        start = match.end()
    return [*out, text[start:]]


def numbers_in(text: str, language: str) -> tuple[set[float], bool]:
    """Return the numbers a text says.

    Parameters
    ----------
    text : str
        A sentence.
    language : str
        ISO 639-1. In those that texts are read in, number words, scales such as million and negations (as 0) count too.

    Returns
    -------
    numbers : set of float
        Values, in any order.
    complete : bool
        Whether the words of the language are known; if not, only digits were read.

    Examples
    --------
    >>> sorted(numbers_in("Nine of the 1,048 were not found", "en")[0])
    [0.0, 9.0, 1048.0]
    >>> sorted(numbers_in("heraf en på 7,5 mio. kr.", "da")[0])
    [1.0, 7500000.0]
    >>> numbers_in("yhdeksän 48:sta", "fi")
    ({48.0}, False)
    """
    # imported here: the tables of a language are needed for texts only
    from trafficking_stats.readers.narrative.lexicon import LANGUAGES, load
    from trafficking_stats.readers.narrative.numerals import find_numerals
    from trafficking_stats.readers.narrative.tokens import tokenize
    from trafficking_stats.readers.narrative.words import Words

    if language not in LANGUAGES:
        return {number for match in _DIGITS.finditer(text) for number in readings(match.group())}, False
    words = Words(tokenize(text), load(language))
    found = {numeral.value for numeral in find_numerals(words)}
    if words.contains("number_grammar.articles", 0, len(words.low)):
        found.add(1.0)
    if words.contains("clause.negations", 0, len(words.low)):
        found.add(0.0)
    return found, True
