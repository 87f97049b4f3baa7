"""Read a text: propose its counts as claims, and read the statements it makes of them."""

import re
from dataclasses import dataclass, field, replace

from trafficking_stats.errors import ReaderError
from trafficking_stats.readers.documents.tidying import tidy
from trafficking_stats.readers.narrative.lexicon import Lexicon, detect_language, load
from trafficking_stats.readers.narrative.reader import Reader
from trafficking_stats.readers.narrative.results import Proposal, Statement
from trafficking_stats.readers.narrative.scene import Scene
from trafficking_stats.readers.narrative.tables import counts_of, find_tables
from trafficking_stats.readers.narrative.tokens import Sentence, sentences, tokenize, worth_reading
from trafficking_stats.readers.narrative.words import Words

MOST_FIGURES = 100
"""A stretch without a full stop that holds more numbers than this is a table, not a sentence."""

_DIGITS = re.compile(r"\d+")
_YEARS = r"199\d|20[0-4]\d"
_YEAR = re.compile(rf"(?<![\d.,])(?:{_YEARS})(?![\d%])")
_HEAD = 300
"""Characters in which the date of a text is looked for."""


@dataclass(frozen=True)
class Found:
    """What a text holds, each in the order of the text.

    Attributes
    ----------
    language : str
        ISO 639-1 code.
    proposals : list of Proposal
        Its counts.
    statements : list of Statement
        What it says of its figures beyond counting.
    topics : list of Proposal
        Counts that are no claims to propose, such as those of calls.
    """

    language: str
    proposals: list[Proposal] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    topics: list[Proposal] = field(default_factory=list)


def year_told(text: str, language: str | None = None) -> int | None:
    """Return the year that a text reports on, as far as it tells: the latest it names, but not that of its own date.

    A text that says "last year" counts from its own date.

    Examples
    --------
    >>> year_told("Oslo, 3 May 2023. In 2022 the police charged 25."), year_told("Up from 3 in 2014 to 9 in 2016.")
    (2022, 2016)
    >>> year_told("OSLO, May 3, 2023 - Last year the police charged 25.")
    2023
    """
    return _told(text, load(language or detect_language(text)))[0]


def _told(text: str, lexicon: Lexicon) -> tuple[int | None, bool]:
    """Return the year that a text reports on, and whether it is the year after, from which it says "last year"."""
    month = "|".join(lexicon.tables["periods"]["months"])
    date = re.search(rf"(?i)\b(?:\d\d?\.? (?:{month})|(?:{month}) \d\d?)[.,]* ({_YEARS})\b", text[:_HEAD])
    years = [int(year) for year in _YEAR.findall(text)]
    written, last = int(date[1]) if date else 0, max(years, default=None)
    if last is None or written < last:
        return last, False
    if Words(tokenize(text), lexicon).starts("periods.last_year"):
        return written, True
    return max((year for year in years if year < written), default=max(written - 1, 1990)), False


def read_text(text: str, *, country: str, default_year: int, language: str | None = None, source_id: str = "") -> Found:
    """Read the counts and the statements of a text at once; parameters and errors as of `extract`.

    Examples
    --------
    >>> found = read_text("In 2014 courts convicted nine, up from three.", country="DNK", default_year=2014)
    >>> found.language, len(found.proposals), len(found.statements)
    ('en', 2, 1)
    """
    if not 1990 <= default_year <= 2100:
        raise ReaderError(f"The default year must lie between 1990 and 2100, not {default_year}.")
    document = tidy(text)
    lexicon = load(language or detect_language(document.text))
    found = Found(lexicon.code)
    # figures without a year are of the year before the date of the text, if it counts from that
    undated = default_year - (_told(document.text, lexicon) == (default_year, True))
    reader = Reader(str(default_year), country, source_id, str(undated), topics=found.topics)

    def scene_of(stretch: Sentence) -> Scene:
        return Scene(document, stretch, lexicon, default_year, country, reader.here.around or 0)

    tables = find_tables(document.text)[::-1]
    done = 0  # the end of the last table read
    for sentence in worth_reading(document.text, list(sentences(document.text, lexicon)), lexicon):
        start, end = max(sentence.start, done), sentence.end
        while tables and tables[-1].start < sentence.end:
            table = tables.pop()
            for scene, spoken in counts_of(table, document.text, sentence, scene_of):
                found.proposals.extend(reader.propose(scene, spoken))
            start, end, done = start, min(end, table.start), table.end
        reader.enter(sentence.paragraph)
        if document.text[start:end].strip() and len(_DIGITS.findall(document.text, start, end)) <= MOST_FIGURES:
            proposals, statements = reader.read(scene_of(replace(sentence, start=start, end=end)))
            found.proposals.extend(proposals)
            found.statements.extend(statements)
    return found


def extract(
    text: str, *, country: str, default_year: int, language: str | None = None, source_id: str = ""
) -> list[Proposal]:
    """Propose the counts of a narrative as claims.

    Parameters
    ----------
    text : str
        Plain text, such as `Document.text`; offsets of the result refer to it.
    country : str
        ISO 3166-1 alpha-3 code of the country the text is about.
    default_year : int
        The year it reports on: the edition minus 1 for a TIP report.
    language : {"en", "da", "no", "sv"}, optional
        Detected from the text if not given.
    source_id : str, optional
        Identifier of the source, copied into each proposal.

    Returns
    -------
    list of Proposal
        In the order of the text.

    Raises
    ------
    ReaderError
        If the text is in another language, or the year is not one between 1990 and 2100.

    Examples
    --------
    >>> text = "Courts convicted nine traffickers in 2014, compared with three in 2013."
    >>> for p in extract(text, country="DNK", default_year=2014):
    ...     print(p.indicator, p.period, p.value, p.rule)
    convictions 2014 9.0 verb before
    convictions 2013 3.0 comparison
    """
    return read_text(text, country=country, default_year=default_year, language=language, source_id=source_id).proposals


def read_statements(text: str, *, country: str, default_year: int, language: str | None = None) -> list[Statement]:
    """Read what a text says of its figures beyond counting: shares, changes, comparisons, ranks and sums.

    Parameters and errors as of `extract`.

    Returns
    -------
    list of Statement
        In the order of the text. A statement whose subject is not known is left out.

    Examples
    --------
    >>> text = "In 2014, courts convicted nine traffickers, an increase from three in 2013."
    >>> (found,) = read_statements(text, country="DNK", default_year=2014)
    >>> found.kind, found.direction, found.subject.value, found.base.value, found.base.period_start
    ('change', 'up', 9.0, 3.0, '2013-01-01')
    """
    return read_text(text, country=country, default_year=default_year, language=language).statements
