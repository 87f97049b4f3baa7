"""Check a document against the record: a verdict on each of its figures and statements."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from trafficking_stats.claims import load_claims, load_sources
from trafficking_stats.countries import as_code, other_countries
from trafficking_stats.csv_tables import records
from trafficking_stats.errors import ReaderError
from trafficking_stats.fact_check.checked import check
from trafficking_stats.fact_check.evidence import Checked
from trafficking_stats.fact_check.record import Record
from trafficking_stats.messages import language as said_in
from trafficking_stats.messages import languages, say
from trafficking_stats.readers.documents import read_document
from trafficking_stats.readers.narrative.extraction import read_text, year_told
from trafficking_stats.readers.narrative.review import Note, page
from trafficking_stats.reconciliation.reconciling import reconcile
from trafficking_stats.reconciliation.result import OPTIMAL

VERDICTS = ("contradicts", "superseded", "other_unit", "agrees", "unknown")
"""What may be found, the gravest first."""

CELL = ("country", "indicator", "breakdown", "period_start", "period_end")
"""What a row says of the cell it is about."""

COLUMNS = (
    *("kind", "char_start", "char_end", "text", *CELL, "value", "qualifier", "verdict", "record_lower"),
    *("record_upper", "code", "reason", "source_ids", "is_single_source", "locator"),
)
"""Columns of `FactCheck.table`."""


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

    table: pd.DataFrame = field(repr=False)
    text: str = field(repr=False)
    country: str
    language: str
    year: int
    left_out: tuple[str, ...] = ()
    status: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many of each verdict, the gravest first."""
        return {verdict: int((self.table["verdict"] == verdict).sum()) for verdict in VERDICTS}

    @property
    def html(self) -> str:
        """The text as a page, each figure marked and its finding beside it."""
        with said_in(self.language):
            remarks = [say("factcheck.page.left_out", sources=list(self.left_out))] if self.left_out else []
            return page(
                self.text,
                [_note(row) for row in records(self.table)],
                self.language,
                title=say("factcheck.page.title"),
                lead=say("factcheck.page.lead"),
                counts=[(verdict, n, say("factcheck.verdict." + verdict, n=n)) for verdict, n in self.counts.items()],
                remarks=[*remarks, *([say("pages.solver.open")] if self.status else [])],
            )

    def to_json(self) -> str:
        """Return the findings as JSON, each with the fields of schema.org's ClaimReview.

        References
        ----------
        https://schema.org/ClaimReview
        """
        rows = records(self.table.astype(object).where(self.table.notna(), None))
        return json.dumps([_claim_review(row) for row in rows], ensure_ascii=False, indent=1)

    def __str__(self) -> str:
        with said_in(self.language):
            told = [row for row in records(self.table) if row["verdict"] != "unknown"]
            tags = [say("factcheck.verdict." + row["verdict"], n=1) for row in told]
            lines = [f"{row['text']} [{tag}] {row['reason']}" for row, tag in zip(told, tags, strict=True)]
            return "\n".join([say("factcheck.summary", **self.counts), *lines])

    def _repr_html_(self) -> str:
        return str(self.table[["text", "verdict", "reason", "source_ids"]].to_html(index=False, escape=True))


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
        The country it is about: its ISO 3166-1 alpha-3 code or its name.
    year : int, optional
        The year it reports on. Without it the latest year that the text names, but not that of its own date, stands
        in, and a figure whose year is not said is never found to contradict.
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
    read, country = read_document(document), as_code(country)
    record, left_out, status = _record(Path(document), country, claims, exclude_sources)
    supposed = year or year_told(read.text, language) or int(str(load_sources()["published"].max())[:4])
    found = read_text(read.text, country=country, default_year=supposed, language=language)
    checked = check(found, record, read.text, is_given=year is not None)
    code = found.language if found.language in languages() else "en"
    with said_in(code):
        rows = [{**_row(one), "locator": read.locator(one.place.char_start)} for one in checked]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table = table.sort_values(["char_start", "char_end", "kind"], kind="stable", ignore_index=True)
    return FactCheck(table, read.text, country, code, supposed, left_out, status)


def _record(
    path: Path, country: str, claims: pd.DataFrame | None, exclude: Collection[str]
) -> tuple[Record, tuple[str, ...], tuple[str, ...]]:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    sources = load_sources()
    own = set(sources.loc[(sources["sha256"] == digest) & (sources["sha256"] != ""), "source_id"])
    table = load_claims() if claims is None else claims
    kept = table[(table["country"] == country) & ~table["source_id"].isin(own | set(exclude))]
    if kept.empty:
        known = other_countries(country, set(table["country"]))
        raise ReaderError(f"The record has no claim on {country!r} to check against{known}")
    rec = reconcile(kept)
    return Record(rec), tuple(sorted(own)), (rec.status,) if rec.status != OPTIMAL else ()


def _row(one: Checked) -> dict[str, Any]:
    found, said = one.finding, one.cell if one.kind in ("count", "sum") else one.place
    row = {name: getattr(one.place, name) for name in ("char_start", "char_end", "text")}
    row |= {name: getattr(one.cell, name) for name in CELL}
    row |= {name: getattr(said, name) for name in ("value", "qualifier")}
    row |= {name: getattr(found, name) for name in ("verdict", "code", "reason")}
    bounds = {"record_lower": found.lower, "record_upper": found.upper}
    sources = {"source_ids": ";".join(found.sources), "is_single_source": len(found.sources) == 1}
    return {"kind": one.kind, **row, **bounds, **sources}


def _note(row: dict[str, Any]) -> Note:
    rests = say("factcheck.page.single" if row["is_single_source"] else "factcheck.page.sources")
    sources = f"{rests} {row['source_ids'].replace(';', ', ')}" if row["source_ids"] else ""
    tag = say("factcheck.verdict." + row["verdict"], n=1)
    return Note(row["char_start"], row["char_end"], row["verdict"], row["text"], tag, row["reason"], sources)


def _claim_review(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "claimReviewed": row["text"],
        "reviewRating": {"@type": "Rating", "alternateName": row["verdict"], "ratingExplanation": row["reason"]},
        "author": {"@type": "Organization", "name": "trafficking_stats"},
        "itemReviewed": {"@type": "Claim", "appearance": row["locator"]},
        "finding": row,
    }
