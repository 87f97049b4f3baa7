"""Read a text: propose its counts as claims, and read the statements it makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from trafficking_stats.errors import ReaderError
from trafficking_stats.readers.documents.tidying import Tidied, tidy
from trafficking_stats.readers.narrative.claims import Cell
from trafficking_stats.readers.narrative.demonyms import nationals_of
from trafficking_stats.readers.narrative.gate import worth_reading
from trafficking_stats.readers.narrative.language import detect_language
from trafficking_stats.readers.narrative.lexicon import Lexicon, load
from trafficking_stats.readers.narrative.memory import Reader
from trafficking_stats.readers.narrative.proposals import Proposal
from trafficking_stats.readers.narrative.readings import MOST_FIGURES
from trafficking_stats.readers.narrative.scene import build
from trafficking_stats.readers.narrative.statements import Statement
from trafficking_stats.readers.narrative.tables import find_tables
from trafficking_stats.readers.narrative.tokens import sentences

_DIGITS = re.compile(r"\d+")


def extract(
    text: str,
    *,
    country: str,
    default_year: int,
    language: str | None = None,
    source_id: str = "",
) -> list[Proposal]:
    """Propose the counts of a narrative as claims.

    Parameters
    ----------
    text : str
        Plain text; offsets of the result refer to it.
    country : str
        ISO 3166-1 alpha-3 code of the country the text is about.
    default_year : int
        The year it reports on: the edition minus 1 for a TIP report.
    language : {"en", "da"}, optional
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
        If the text is in neither language, or the year is not one between 1990 and 2100.

    Examples
    --------
    >>> text = "Courts convicted nine traffickers in 2014, compared with three in 2013."
    >>> for p in extract(text, country="DNK", default_year=2014):
    ...     print(p.indicator, p.period, p.value, p.rule)
    convictions 2014 9.0 verb before
    convictions 2013 3.0 comparison
    """
    proposals, _ = _read(text, country, default_year, language, source_id)
    return proposals


def read_statements(text: str, *, country: str, default_year: int, language: str | None = None) -> list[Statement]:
    """Read what a text says of its figures beyond counting: shares, changes, comparisons, ranks and sums.

    Parameters
    ----------
    text : str
        Plain text, such as `Document.text`; offsets of the result refer to it.
    country : str
        ISO 3166-1 alpha-3 code of the country the text is about.
    default_year : int
        The year it reports on.
    language : {"en", "da"}, optional
        Detected from the text if not given.

    Returns
    -------
    list of Statement
        In the order of the text. A statement whose subject is not known is left out.

    Raises
    ------
    ReaderError
        As `extract`.

    Examples
    --------
    >>> text = "In 2014, courts convicted nine traffickers, an increase from three in 2013."
    >>> (found,) = read_statements(text, country="DNK", default_year=2014)
    >>> found.kind, found.direction, found.subject.value, found.base.value, found.base.period_start
    ('change', 'up', 9.0, 3.0, '2013-01-01')
    """
    _, statements = _read(text, country, default_year, language, "")
    return statements


def _read(
    text: str, country: str, default_year: int, language: str | None, source_id: str
) -> tuple[list[Proposal], list[Statement]]:
    if not 1990 <= default_year <= 2100:
        raise ReaderError(f"The default year must lie between 1990 and 2100, not {default_year}.")
    tidied = tidy(text)
    lexicon = load(language or detect_language(tidied.text))
    proposals: list[Proposal] = []
    statements: list[Statement] = []
    reader = Reader(str(default_year), nationals_of(country, lexicon.code), country, source_id)
    for found in _sentences(tidied.text, lexicon, default_year, reader):
        proposals += [_placed(proposal, tidied, text) for proposal in found[0]]
        statements += [_placed_statement(statement, tidied, text) for statement in found[1]]
    return proposals, statements


def _sentences(
    text: str, lexicon: Lexicon, default_year: int, reader: Reader
) -> Iterator[tuple[list[Proposal], list[Statement]]]:
    tables = find_tables(text)[::-1]
    done = 0  # the end of the last table read
    for sentence in worth_reading(text, list(sentences(text, lexicon)), lexicon):
        while tables and tables[-1].start < sentence.end:
            table = tables.pop()
            yield reader.read_table(table, text, sentence, lexicon), []
            sentence, done = replace(sentence, end=max(sentence.start, table.start)), table.end
        if sentence.start < done:
            sentence = replace(sentence, start=min(done, sentence.end))
        if not text[sentence.start : sentence.end].strip():
            continue
        reader.enter(sentence)
        if len(_DIGITS.findall(text, sentence.start, sentence.end)) <= MOST_FIGURES:
            yield reader.read(build(text, sentence, lexicon, default_year, reader.around))


def _placed(proposal: Proposal, tidied: Tidied, text: str) -> Proposal:
    """Return a proposal with places in the text as given."""
    start, end = tidied.place(proposal.char_start, proposal.char_end)
    first, last = tidied.place(proposal.sentence_start, proposal.sentence_end)
    return replace(
        proposal, char_start=start, char_end=end, text=text[start:end], sentence_start=first, sentence_end=last
    )


def _placed_statement(statement: Statement, tidied: Tidied, text: str) -> Statement:
    start, end = tidied.place(statement.char_start, statement.char_end)
    first, last = tidied.place(statement.sentence_start, statement.sentence_end)
    return replace(
        statement,
        char_start=start,
        char_end=end,
        text=text[start:end],
        sentence_start=first,
        sentence_end=last,
        subject=_placed_cell(statement.subject, tidied),
        base=statement.base and _placed_cell(statement.base, tidied),
        parts=tuple(_placed_cell(part, tidied) for part in statement.parts),
    )


def _placed_cell(cell: Cell, tidied: Tidied) -> Cell:
    if cell.char_start < 0:
        return cell
    start, end = tidied.place(cell.char_start, cell.char_end)
    return replace(cell, char_start=start, char_end=end)
