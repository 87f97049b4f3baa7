"""Check a document against the record: a verdict on each of its figures and statements."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from trafficking_stats.claims import load_claims, load_sources
from trafficking_stats.csv_tables import records
from trafficking_stats.errors import ReaderError
from trafficking_stats.fact_check.counts import LEAST_TELLING, judge
from trafficking_stats.fact_check.findings import COLUMNS, VERDICTS, Finding
from trafficking_stats.fact_check.record import Record
from trafficking_stats.fact_check.statements import judge_statement
from trafficking_stats.messages import language as said_in
from trafficking_stats.messages import say
from trafficking_stats.readers.documents import Document, read_document
from trafficking_stats.readers.narrative import extract, read_statements
from trafficking_stats.readers.narrative.claims import as_claim
from trafficking_stats.readers.narrative.results import Cell, Proposal, Statement
from trafficking_stats.reconciliation.result import reconcile

SUPPOSED = "document default"
"""Where the period of a figure is the document's own year."""

CARRIED = "preceding sentence"
"""Where the period of a figure is that of the sentence before."""

_YEAR = re.compile(r"(?<![\d.,])(?:199\d|20[0-4]\d)(?![\d%])")


@dataclass(frozen=True)
class FactCheck:
    """What the record holds of the figures and statements of a document.

    It never says that a text is false: it says what the record holds.

    Attributes
    ----------
    table : pandas.DataFrame
        A row a figure or statement in the order of the text. ``kind`` is count, share, change, comparison, rank or
        sum; ``char_start`` and ``char_end`` are code points of `text`; ``verdict`` is agrees, superseded,
        other_unit, contradicts or unknown; ``record_lower`` and ``record_upper`` are what the record allows;
        ``code`` and ``reason`` say why, as a key and in words; ``source_ids`` are joined by ``;``.
    text : str
        The text as read.
    country, language : str
        As used.
    year : int
        The year that the text is taken to report on.
    left_out : tuple of str
        Sources left out of the record because they are the document itself.
    status : tuple of str
        What the reconciliation could not prove; empty if it proved all.
    """

    table: pd.DataFrame
    text: str = field(repr=False)
    country: str
    language: str
    year: int
    left_out: tuple[str, ...] = ()
    status: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many of each verdict, the gravest first."""
        found = self.table["verdict"].value_counts()
        return {verdict: int(found.get(verdict, 0)) for verdict in VERDICTS}

    @property
    def html(self) -> str:
        """The text as a page, each figure marked and its finding beside it."""
        from trafficking_stats.fact_check.page import page

        return page(self)

    def to_json(self) -> str:
        """Return the findings as JSON, each with the fields of schema.org's ClaimReview.

        References
        ----------
        https://schema.org/ClaimReview
        """
        return json.dumps([_claim_review(row) for row in records(self.table)], ensure_ascii=False, indent=1)

    def __str__(self) -> str:
        with said_in(self.language):
            lines = [say("factcheck.summary", **self.counts)]
            lines += [
                f"{row['text']} [{say('factcheck.verdict.' + row['verdict'])}] {row['reason']}"
                for row in records(self.table)
                if row["verdict"] != "unknown"
            ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        shown = self.table[["text", "verdict", "reason", "source_ids"]]
        return str(shown.to_html(index=False, escape=True))


def factcheck(
    document: str | Path,
    country: str,
    year: int | None = None,
    language: str | None = None,
    *,
    claims: pd.DataFrame | None = None,
    exclude_sources: Collection[str] = (),
) -> FactCheck:
    """Check each figure and statement of a document against the reconciled record.

    Parameters
    ----------
    document : str or pathlib.Path
        A file: PDF, DOCX, web page, Markdown or plain text.
    country : str
        ISO 3166-1 alpha-3 code of the country it is about.
    year : int, optional
        The year it reports on. Without it the latest year that the text names stands in, and a figure whose year is
        not said is never found to contradict.
    language : str, optional
        Language of the document, found by itself if not given. Findings are said in it where there is a catalogue.
    claims : pandas.DataFrame, optional
        The record; by default the claims that ship with the package.
    exclude_sources : collection of str
        Sources to leave out. A source with the document's own SHA-256 is left out anyway: it cannot confirm itself.

    Returns
    -------
    FactCheck

    Raises
    ------
    ReaderError
        If the document cannot be read, its language is none that is read, or the record has no claim on the country.

    Examples
    --------
    >>> import tempfile
    >>> text = "In 2020, authorities identified 64 victims of trafficking in Denmark."
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "article.txt"
    ...     _ = path.write_text(text, encoding="utf-8")
    ...     found = factcheck(path, country="DNK")
    >>> found.table[["value", "verdict"]].values.tolist()
    [[64.0, 'superseded']]
    """
    read = read_document(document)
    record, left_out, status = _record(Path(document), country, claims, exclude_sources)
    years = [int(found) for found in _YEAR.findall(read.text)]
    supposed = year or max(years, default=int(str(load_sources()["published"].max())[:4]))
    options: dict[str, Any] = {"country": country, "default_year": supposed, "language": language}
    statements = [s for s in read_statements(read.text, **options) if s.kind != "sum" or s.parts]
    counts = extract(read.text, **options)
    beside: dict[int, set[str]] = {}
    for count in counts:
        beside.setdefault(count.sentence, set()).add(_cell(count).indicator)
    rows = [
        *_counts(counts, record, is_given=year is not None),
        *((s.kind, s, _judged(s, record, beside.get(s.sentence, set()))) for s in statements),
    ]
    said = language or _language_of(read)
    with said_in(said):
        table = pd.DataFrame([_row(kind, what, found, read) for kind, what, found in rows], columns=list(COLUMNS))
    table = table.sort_values(["char_start", "char_end", "kind"], kind="stable", ignore_index=True)
    return FactCheck(table, read.text, country, said, supposed, left_out, status)


def _record(
    path: Path, country: str, claims: pd.DataFrame | None, exclude: Collection[str]
) -> tuple[Record, tuple[str, ...], tuple[str, ...]]:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    sources = load_sources()
    own = set(sources.loc[(sources["sha256"] == digest) & (sources["sha256"] != ""), "source_id"])
    table = load_claims() if claims is None else claims
    kept = table[(table["country"] == country) & ~table["source_id"].isin(own | set(exclude))]
    if kept.empty:
        known = ", ".join(sorted(table["country"].unique()))
        raise ReaderError(f"The record has no claim on {country!r} to check against; it has: {known}.")
    rec = reconcile(kept)
    return Record(rec), tuple(sorted(own)), tuple([rec.status] if isinstance(rec.status, str) else rec.status)


def _language_of(read: Document) -> str:
    from trafficking_stats.messages import languages
    from trafficking_stats.readers.narrative.language import detect_language

    code = detect_language(read.text)
    return code if code in languages() else "en"


def _counts(
    proposals: list[Proposal], record: Record, *, is_given: bool
) -> Iterator[tuple[str, tuple[Proposal, Cell], Finding]]:
    cells = [_cell(proposal) for proposal in proposals]
    for proposal, cell in zip(proposals, cells, strict=True):
        found = Finding("unknown", "unread_breakdown")
        if "breakdown" not in cell.note:
            is_dated = is_given or proposal.period_source != SUPPOSED
            found = judge(cell, record, is_dated=is_dated)
            is_less = (cell.value or 0.0) < (found.lower or 0.0)
            if found.verdict == "contradicts" and is_less and _is_perhaps_part(proposal, cell, proposals, cells):
                found = Finding("unknown", "perhaps_part", found.lower, found.upper, found.sources, found.values)
        yield "count", (proposal, cell), found


def _is_perhaps_part(proposal: Proposal, cell: Cell, proposals: list[Proposal], cells: list[Cell]) -> bool:
    """Whether the text has a larger figure for the same cell, or one in the same sentence that may be the whole.

    A reader that misses the word for a group, or a single case told without its year, would take a part for the
    whole; nobody is accused of that.
    """
    is_small = (cell.value or 0.0) < LEAST_TELLING
    if proposal.period_source == SUPPOSED or (proposal.period_source == CARRIED and is_small):
        return True
    own = set(cell.breakdown.split(";"))
    about = replace(cell, value=None, qualifier="exact", note="")
    for other, there in zip(proposals, cells, strict=True):
        if (there.value or 0.0) <= (cell.value or 0.0) or there.indicator != cell.indicator:
            continue
        is_same = replace(there, value=None, qualifier="exact", note="") == about
        is_beside = other.sentence == proposal.sentence and there.period_end == cell.period_end
        if is_same or (is_beside and not set(there.breakdown.split(";")) <= own):
            return True
    return False


def _judged(statement: Statement, record: Record, beside: set[str]) -> Finding:
    """Judge a statement, unless its subject was not read in its sentence though figures of other things stand there."""
    if beside and statement.kind in ("change", "comparison", "share") and statement.subject.indicator not in beside:
        return Finding("unknown", "unclear_subject")
    return judge_statement(statement, record)


def _cell(proposal: Proposal) -> Cell:
    claim = as_claim(proposal)
    named = ("country", "indicator", "breakdown", "period_start", "period_end", "unit", "qualifier")
    codes: dict[str, Any] = {name: claim[name] for name in named}
    return Cell(**codes, value=float(claim["value"]), note=claim["scope_note"])


def _row(kind: str, what: Any, found: Finding, read: Document) -> dict[str, Any]:
    place, cell = what if kind == "count" else (what, what.subject)
    value = cell.value if kind in ("count", "sum") else what.value
    qualifier = cell.qualifier if kind in ("count", "sum") else what.qualifier
    return {
        "kind": kind,
        "char_start": place.char_start,
        "char_end": place.char_end,
        "text": place.text,
        **{name: getattr(cell, name) for name in ("country", "indicator", "breakdown", "period_start", "period_end")},
        "value": value,
        "qualifier": qualifier,
        "verdict": found.verdict,
        "record_lower": found.lower,
        "record_upper": found.upper,
        "code": found.code,
        "reason": say("factcheck.why." + found.code, **{key: _writable(known) for key, known in found.values.items()}),
        "source_ids": ";".join(found.sources),
        "is_single_source": len(found.sources) == 1,
        "locator": read.locator(place.char_start),
    }


def _writable(value: Any) -> Any:
    """Return a whole number as such, so that it is not written with decimals, and a range in words."""
    if isinstance(value, tuple):
        low, high = map(_writable, value)
        return low if low == high else say("common.range", lower=low, upper=high)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _claim_review(row: dict[str, Any]) -> dict[str, Any]:
    plain = {key: None if isinstance(value, float) and pd.isna(value) else value for key, value in row.items()}
    return {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "claimReviewed": row["text"],
        "reviewRating": {"@type": "Rating", "alternateName": row["verdict"], "ratingExplanation": row["reason"]},
        "author": {"@type": "Organization", "name": "trafficking_stats"},
        "itemReviewed": {"@type": "Claim", "appearance": row["locator"]},
        "finding": plain,
    }
