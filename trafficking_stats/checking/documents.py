"""Whether each figure stands in its document, and published shares and changes fit the record."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from trafficking_stats.checking.locators import follow, numbers_in
from trafficking_stats.checking.stated import judge_stated
from trafficking_stats.csv_tables import records
from trafficking_stats.errors import ReaderError
from trafficking_stats.readers.tables import file_of
from trafficking_stats.reconciliation.reconciling import reconcile
from trafficking_stats.schema import CELL
from trafficking_stats.templates import rendered

STANDS, IMPLIED, NOT_FOUND, NO_PLACE, FREE = "stands", "implied", "not found", "no such place", "free locator"
"""Verdicts on a figure: its number stands at the locator; its note says that it is implied; the number does not stand
there; the document has no such place; the locator is free text, so that a reader must look."""

OTHER_VERSION, UNREADABLE, AT_HAND = "another version", "unreadable", "at hand"
"""States of a document: its SHA-256 is not the one in ``sources.csv``; it cannot be read; it was read."""

_DATA_FILES = (".xlsx", ".csv", ".tsv", ".gz")
_FIGURE = [*CELL, "value", "locator"]


@dataclass(frozen=True)
class Check:
    """What `check` found.

    Parameters
    ----------
    figures : pandas.DataFrame
        One row a claim whose document is at hand: ``claim_id``, ``source_id``, the cell, ``value``, ``locator``,
        ``verdict`` and ``evidence`` (the words at the locator, or what is wrong).
    documents : pandas.DataFrame
        One row a document that was found: ``source_id``, ``file``, ``state`` and ``reason``.
    stated : pandas.DataFrame
        The shares and changes that the record can judge; see `trafficking_stats.checking.stated.judge_stated`.
    n_sources : int
        How many sources the claims have.
    n_clashes : int
        On how many cells figures cannot all be true, such as parts that add up to more than their whole.
    """

    figures: pd.DataFrame
    documents: pd.DataFrame
    stated: pd.DataFrame
    n_sources: int
    n_clashes: int

    @property
    def faults(self) -> int:
        """Figures not found, documents that cannot be used, and differences that nothing explains."""
        lost = self.figures["verdict"].isin([NOT_FOUND, NO_PLACE]).sum() + (self.documents["state"] != AT_HAND).sum()
        return int(lost) + len(self.unexplained)

    @property
    def differing(self) -> pd.DataFrame:
        """The shares and changes that the record contradicts."""
        return self.stated[self.stated["verdict"] == "contradicts"]

    @property
    def unexplained(self) -> pd.DataFrame:
        """Those of them that no note accounts for."""
        return self.differing[~self.differing["explained"].astype(bool)]

    def __str__(self) -> str:
        lost = self.documents[self.documents["state"] != AT_HAND]
        return rendered(Path(__file__).with_name("check.txt.j2"), check=self, lost=lost)


def check(claims: pd.DataFrame, sources: pd.DataFrame, documents: str | Path) -> Check:
    """Check every figure whose document is at hand, and every share and change against the record.

    A document is found by its SHA-256 in ``sources.csv``, under whatever name, or else by its file name. Figures of a
    text are looked for at their locator, as digits, in words, or as a negation for zero; figures of a data file are
    read from it once more. Sums are what a reconciliation checks, so its clashes are counted.

    Parameters
    ----------
    claims : pandas.DataFrame
        As `trafficking_stats.read_claims` gives it.
    sources : pandas.DataFrame
        As `trafficking_stats.load_sources` gives it: ``document``, ``sha256`` and ``language``.
    documents : str or pathlib.Path
        The folder of the documents; it need not exist.

    Returns
    -------
    Check
        Its text names every figure that does not stand where it should.

    Examples
    --------
    >>> import trafficking_stats as ts
    >>> claims = ts.load_claims().query("source_id == 'center-mod-menneskehandel-2024-dnk'")
    >>> found = check(claims, ts.load_sources(), "no/documents/here")
    >>> print(found.differing["reason"].item())
    The record has 112 after 73, a rise of 53.4 %; 35 % is the share of the rise in the new number.
    """
    figures = claims[["claim_id", "source_id", *_FIGURE]].assign(verdict="", evidence="")
    states = []
    for source, path in _find(sources[sources["source_id"].isin(claims["source_id"])], Path(documents)):
        own = claims["source_id"] == source["source_id"]
        state, reason = AT_HAND, ""
        if source["sha256"] and file_of(path)["sha256"] != source["sha256"]:
            state, reason = OTHER_VERSION, "its SHA-256 is not the one in sources.csv, so locators do not hold"
        else:
            look = _in_data_file if path.suffix.lower() in _DATA_FILES else _in_text
            try:
                figures.loc[own, ["verdict", "evidence"]] = look(claims[own], path, source)
            except ReaderError as error:
                state, reason = UNREADABLE, str(error)
        states.append((source["source_id"], path.name, state, reason))
    rec = reconcile(claims)
    return Check(
        figures[figures["verdict"] != ""].sort_values("source_id", kind="stable", ignore_index=True),
        pd.DataFrame(states, columns=["source_id", "file", "state", "reason"]),
        judge_stated(rec),
        claims["source_id"].nunique(),
        len(rec.clashes),
    )


def _find(sources: pd.DataFrame, folder: Path) -> list[tuple[dict[str, str], Path]]:
    """Pair sources with the files of a folder, by SHA-256 or by name."""
    files = sorted((path for path in folder.rglob("*") if path.is_file()), reverse=True)
    by_name = {path.name: path for path in files}
    by_digest = {file_of(path)["sha256"]: path for path in files} if sources["sha256"].any() else {}
    rows = records(sources.sort_values("source_id"))
    found = [(row, by_digest.get(row["sha256"]) or by_name.get(row["document"])) for row in rows]
    return [(row, path) for row, path in found if path is not None]


def _in_text(claims: pd.DataFrame, path: Path, source: dict[str, str]) -> list[tuple[str, str]]:
    """Say of each claim whether its figure stands at its locator, and what stands there."""
    # imported here: only a check of texts needs the reader of documents
    from trafficking_stats.readers.documents import read_document

    text = read_document(path).text
    return [_verdict(text, claim, source["language"]) for claim in records(claims)]


def _verdict(text: str, claim: dict[str, Any], language: str) -> tuple[str, str]:
    try:
        passage = follow(text, claim["locator"])
    except ReaderError as error:
        return NO_PLACE, str(error)
    if passage is None:
        return FREE, claim["locator"]
    notes = claim["scope_note"].split("; ")
    if implied := [note for note in notes if note.startswith("implied")]:
        return IMPLIED, implied[0]
    numbers, complete = numbers_in(passage.words, language)
    # a term printed in years is held in months; the note then names what is printed
    printed = [numbers_in(note, "en")[0] for note in notes if note.startswith("printed as")]
    if any({claim["value"], *others} & numbers for others in printed or [set()]):
        return STANDS, passage.context
    if not complete:
        return FREE, f"no such digits, and number words of {language!r} are not known: {passage.context}"
    return NOT_FOUND, passage.context


def _in_data_file(claims: pd.DataFrame, path: Path, source: dict[str, str]) -> list[tuple[str, str]]:
    """Read a data file once more and look for each claim in it."""
    from trafficking_stats.readers.registry import reader_of

    again = reader_of(path).read(path, source_id=source["source_id"], published=source["published"] or None).claims
    same = [*_FIGURE, "qualifier"]
    there = set(again[same].astype({"value": float}).itertuples(index=False, name=None))
    missing = (NOT_FOUND, "the file gives no such figure at this place")
    return [(STANDS, "") if row in there else missing for row in claims[same].itertuples(index=False, name=None)]
