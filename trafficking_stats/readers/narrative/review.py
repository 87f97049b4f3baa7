"""The sheet and the page in which an analyst reviews proposals, and the claims accepted from the sheet."""

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd

from trafficking_stats.breakdowns import canonical_breakdown
from trafficking_stats.csv_tables import as_written, write_table
from trafficking_stats.errors import ClaimError, ReaderError
from trafficking_stats.printed import NoFigureError, UnreadableError, read_figure
from trafficking_stats.readers.documents import Document
from trafficking_stats.readers.narrative.claims import as_claim
from trafficking_stats.readers.narrative.results import Proposal
from trafficking_stats.readers.sheets import csv_rows, read_text
from trafficking_stats.readers.writing import Added, add_claims
from trafficking_stats.schema import PRINTED, RANGE_END, check_claims, is_id
from trafficking_stats.vocabulary import load_vocabulary

YES = frozenset({"y", "yes", "x", "1", "true", "j", "ja"})
NO = frozenset({"", "n", "no", "0", "false", "nej"})
CLAIM = (*PRINTED, RANGE_END)
SHOWN = ("sentence", "char_start", "char_end", "text", "context")
WHY = ("period", "rule", "period_source", "confidence")
REVIEW_COLUMNS = ("accept", "source_id", *CLAIM, *SHOWN, "label", *WHY)
_SAME_CLAIM = ["source_id", *(name for name in CLAIM if name not in ("locator", "scope_note"))]


def to_json_lines(proposals: Iterable[Proposal]) -> str:
    """Write proposals as JSON, one line each.

    Parameters
    ----------
    proposals : iterable of Proposal
        From `extract`.

    Returns
    -------
    str
        Fields as in `Proposal`; empty for no proposals.

    Examples
    --------
    >>> to_json_lines([])
    ''
    """
    return "".join(json.dumps(proposal.as_label(), ensure_ascii=False) + "\n" for proposal in proposals)


def to_review_csv(proposals: Sequence[Proposal], path: str | Path, document: Document | None = None) -> None:
    """Write the sheet in which an analyst marks what to accept.

    Parameters
    ----------
    proposals : sequence of Proposal
        From `extract`.
    path : str or pathlib.Path
        The CSV file; it is written beside and renamed. No cell of it can run as a formula.
    document : Document, optional
        What the proposals were read from; its pages and paragraphs go into the locators.

    Raises
    ------
    ReaderError
        If the folder cannot be written.
    """
    rows = []
    for p in proposals:
        claim = as_claim(p)
        place = document.locator(p.char_start) if document is not None else ""
        claim["locator"] = ", ".join(filter(None, (place, claim["locator"])))
        shown = {name: getattr(p, name) for name in (*SHOWN, *WHY)}
        rows.append({"accept": "", "source_id": p.source_id, **claim, **shown, "label": p.indicator})
    try:
        write_table(Path(path), pd.DataFrame(rows, columns=list(REVIEW_COLUMNS)))
    except OSError as error:
        raise ReaderError(f"{path}: cannot be written ({error.strerror or error}).") from error


def accept(review_csv: str | Path, raw_dir: str | Path) -> Added:
    """Append the rows an analyst marked to the raw claims of their source.

    Parameters
    ----------
    review_csv : str or pathlib.Path
        A sheet of `to_review_csv` with ``accept`` set to y, yes, x, 1 or ja in the rows to take; cells may
        have been corrected.
    raw_dir : str or pathlib.Path
        The folder that holds ``sources.csv`` and ``claims/``.

    Returns
    -------
    Added
        A second run adds nothing.

    Raises
    ------
    ReaderError
        If the sheet or a file of claims cannot be read.
    ClaimError
        If a marked row is no valid claim; nothing is written then.
    """
    try:
        return add_claims(_marked(Path(review_csv)), raw_dir)
    except OSError as error:
        raise ReaderError(f"{raw_dir}: cannot be written ({error.strerror or error}).") from error


def _marked(path: Path) -> pd.DataFrame:
    """Return the accepted rows of a sheet, checked against the vocabulary."""
    problems: list[str] = []
    rows: list[dict[str, object]] = []
    (_, header), *lines = csv_rows(read_text(path), path)  # some spreadsheet programs save semicolons
    missing = [column for column in ("accept", "source_id", *PRINTED) if column not in header]
    if missing:
        raise ReaderError(f"{path}: not a review sheet; the columns {', '.join(missing)} are missing.")
    for line, cells in lines:
        row = {name: as_written(cell) for name, cell in zip(header, cells, strict=False)}
        mark = row.get("accept", "").lower()
        if mark in YES and not is_id(row.get("source_id", "")):
            problems.append(f"{path}, line {line}, source_id: must be an id of letters, digits and hyphens")
        elif mark in YES:
            rows.append({**_claim(row), "_file": str(path), "_line": line})
        elif mark not in NO:
            problems.append(f"{path}, line {line}, accept: {mark!r} is neither yes nor no; write y or leave it empty")
    table = pd.DataFrame(rows, columns=["source_id", *CLAIM, "_file", "_line"]).drop_duplicates(_SAME_CLAIM)
    if not table.empty:
        problems += check_claims(table, load_vocabulary())
    if problems:
        raise ClaimError(problems)
    return table


def _claim(row: dict[str, str]) -> dict[str, str]:
    """Return the claim of a marked row."""
    claim = {column: row.get(column, "") for column in CLAIM}
    claim |= {column: _number(claim[column]) for column in ("value", RANGE_END)}
    claim["breakdown"] = canonical_breakdown(claim["breakdown"])
    return {"source_id": row["source_id"], **claim}


def _number(cell: str) -> str:
    """Return a corrected figure in plain digits; one that cannot be read stays as it is, for the check to name."""
    try:
        figure = read_figure(cell)
    except (NoFigureError, UnreadableError):
        return cell
    return format(figure.value, ".15g") if figure.qualifier == "exact" else cell


LIKELY = 0.75
"""Below this confidence a figure is marked as doubtful."""

_BLOCK = re.compile(r"\n\s*\n|\n(?=\S)")


@dataclass(frozen=True)
class Note:
    """What is said of a stretch of a text.

    Attributes
    ----------
    start, end : int
        The stretch (code points).
    kind : str
        A class of the style sheet of the page.
    title, tag, text, small : str
        The note in its parts.
    """

    start: int
    end: int
    kind: str
    title: str
    tag: str
    text: str
    small: str = ""


def page(text: str, notes: Sequence[Note], language: str = "en", **words: Any) -> str:
    """Show a text with notes, each beside its paragraph, as one self-contained page.

    Parameters
    ----------
    text : str
        The text; all of it is escaped.
    notes : sequence of Note
        In the order of the text.
    language : str
        Language of the page.
    **words
        ``title``, ``lead``, ``counts`` (kind, number, words) and ``remarks`` (lines) of its head.
    """
    from jinja2 import Environment

    source = files(__package__).joinpath("page.html.j2").read_text(encoding="utf-8")
    template = Environment(autoescape=True).from_string(source)
    return template.render(language=language, blocks=list(_blocks(text, deque(enumerate(notes, 1)))), **words)


def _blocks(text: str, notes: deque[tuple[int, Note]]) -> Iterator[dict[str, Any]]:
    begin = 0
    for gap in _BLOCK.finditer(f"{text}\n\n"):
        here = []
        while notes and notes[0][1].start < gap.start():
            here.append(notes.popleft())
        if text[begin : gap.start()].strip():
            yield {"notes": here, "pieces": list(_pieces(text, begin, gap.start(), here))}
        begin = gap.end()


def _pieces(text: str, begin: int, end: int, notes: list[tuple[int, Note]]) -> Iterator[dict[str, Any]]:
    """Cut a paragraph into plain stretches and marked ones; of stretches that overlap the first is marked."""

    def place(numbered: tuple[int, Note]) -> tuple[int, int]:
        return numbered[1].start, numbered[1].end

    for (start, stop), of_place in groupby(sorted(notes, key=place), key=place):
        numbers, found = zip(*of_place, strict=True)
        if start >= begin:
            yield {"text": text[begin:start]}
            yield {"text": text[start:stop], "notes": numbers, "kind": found[0].kind}
            begin = stop
    yield {"text": text[begin:end]}


def to_html(text: str, proposals: Sequence[Proposal], title: str = "Proposed figures") -> str:
    """Show a text with its proposals as one self-contained page.

    Parameters
    ----------
    text : str
        The text the proposals were read from.
    proposals : sequence of Proposal
        From `extract`, in order.
    title : str
        Heading of the page.

    Returns
    -------
    str
        HTML without scripts or links to elsewhere; everything from the text is escaped.

    Examples
    --------
    >>> "&lt;b&gt;" in to_html("<b>", [])
    True
    """
    notes = []
    for p in proposals:
        told = [part for part in (p.indicator, p.period, p.breakdown, p.qualifier) if part not in ("total", "exact")]
        said = " · ".join(told).replace("_", " ").replace(";", ", ")
        why = f"{p.rule}; period: {p.period_source}; confidence {p.confidence:.2f}"
        kind = "likely" if p.confidence >= LIKELY else "doubtful"
        notes.append(Note(p.char_start, p.char_end, kind, f"{p.value:.15g} {p.unit}", "", said, why))
    return page(text, notes, title=title, lead=f"{len(proposals)} figures proposed.", counts=(), remarks=())
