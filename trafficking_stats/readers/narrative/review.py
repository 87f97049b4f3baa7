"""The sheet in which an analyst reviews proposals, and the claims accepted from it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from trafficking_stats.claims import RANGE_END, canonical_breakdown
from trafficking_stats.csv_tables import write_table
from trafficking_stats.errors import ClaimError, ReaderError
from trafficking_stats.printed import NoFigureError, UnreadableError, read_figure
from trafficking_stats.readers.documents import Document
from trafficking_stats.readers.narrative.claims import as_claim
from trafficking_stats.readers.narrative.results import Proposal
from trafficking_stats.readers.tables import RAW_COLUMNS, source_name
from trafficking_stats.readers.writing import Added, add_claims
from trafficking_stats.schema import check_claims
from trafficking_stats.vocabulary import load_vocabulary

YES = frozenset({"y", "yes", "x", "1", "true", "j", "ja"})
NO = frozenset({"", "n", "no", "0", "false", "nej"})
REVIEW_COLUMNS = (
    "accept",
    "source_id",
    *RAW_COLUMNS,
    RANGE_END,
    "sentence",
    "char_start",
    "char_end",
    "text",
    "context",
    "label",
    "period",
    "rule",
    "period_source",
    "confidence",
)
_SAME_CLAIM = ("country", "indicator", "breakdown", "period_start", "period_end", "value", "qualifier", "unit")
_GUARDED = ("'=", "'+", "'-", "'@", "'\t", "'\r")


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
    rows = [
        {
            "accept": "",
            "source_id": p.source_id,
            **_located(p, document),
            "sentence": p.sentence,
            "char_start": p.char_start,
            "char_end": p.char_end,
            "text": p.text,
            "context": p.context,
            "label": p.indicator,
            "period": p.period,
            "rule": p.rule,
            "period_source": p.period_source,
            "confidence": p.confidence,
        }
        for p in proposals
    ]
    try:
        write_table(Path(path), pd.DataFrame(rows, columns=list(REVIEW_COLUMNS)))
    except OSError as error:
        raise ReaderError(f"{path}: cannot be written ({error.strerror or error}).") from error


def _located(proposal: Proposal, document: Document | None) -> dict[str, str]:
    """Return the claim of a proposal, page and paragraph before its locator."""
    claim = as_claim(proposal)
    place = document.locator(proposal.char_start) if document is not None else ""
    return {**claim, "locator": f"{place}, {claim['locator']}"} if place else claim


def _read_sheet(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ReaderError(f"{path}: not a review sheet that can be read ({error}).") from error
    header = text.split("\n", 1)[0]
    # spreadsheet programs of Danish and many other locales save "CSV" with semicolons
    delimiter = max(",;\t", key=header.count)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        missing = [
            column for column in ("accept", "source_id", *RAW_COLUMNS) if column not in (reader.fieldnames or [])
        ]
        if missing:
            raise ReaderError(f"{path}: not a review sheet; the columns {', '.join(missing)} are missing.")
        return [(reader.line_num, {k: v or "" for k, v in row.items() if k}) for row in reader]
    except csv.Error as error:
        raise ReaderError(f"{path}: not a CSV file: {error}") from error


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith(_GUARDED) else cell


def _number(cell: str) -> str:
    """Return a corrected figure in plain digits; one that cannot be read stays as it is, for the check to name."""
    try:
        figure = read_figure(cell)
    except (NoFigureError, UnreadableError):
        return cell
    return format(figure.value, ".15g") if figure.qualifier == "exact" else cell


def _marked(path: Path) -> pd.DataFrame:
    """Return the accepted rows of a sheet, checked against the vocabulary."""
    problems: list[str] = []
    rows: list[dict[str, object]] = []
    for line, row in _read_sheet(path):
        mark = row["accept"].strip().lower()
        if mark in NO:
            continue
        if mark not in YES:
            problems.append(
                f"{path}, line {line}, accept: {row['accept']!r} is neither yes nor no; write y or leave it empty"
            )
            continue
        claim: dict[str, object] = {column: _unguarded(row[column]).strip() for column in RAW_COLUMNS}
        claim["value"] = _number(str(claim["value"]))
        claim[RANGE_END] = _number(_unguarded(row.get(RANGE_END, "")).strip())
        claim["breakdown"] = canonical_breakdown(str(claim["breakdown"]))
        try:
            claim["source_id"] = source_name(_unguarded(row["source_id"]).strip())
        except ReaderError as error:
            problems.append(f"{path}, line {line}, source_id: {error}")
            continue
        if not claim["indicator"]:
            problems.append(f"{path}, line {line}, indicator: empty; the vocabulary has none for this figure")
            continue
        rows.append({**claim, "_file": str(path), "_line": line})
    columns = ["source_id", *RAW_COLUMNS, RANGE_END, "_file", "_line"]
    table = pd.DataFrame(rows, columns=columns).drop_duplicates(["source_id", *_SAME_CLAIM, RANGE_END])
    if not table.empty:
        problems += check_claims(table, load_vocabulary())
    if problems:
        raise ClaimError(problems)
    return table


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
