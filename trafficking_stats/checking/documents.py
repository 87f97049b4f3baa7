"""Whether each figure stands in its document, and published percentages and sums add up."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from trafficking_stats.checking.locators import follow, numbers_in
from trafficking_stats.checking.recomputation import recompute
from trafficking_stats.errors import ReaderError
from trafficking_stats.reconciliation.result import reconcile

STANDS, IMPLIED, NOT_FOUND, NO_PLACE, FREE = "stands", "implied", "not found", "no such place", "free locator"
"""Verdicts on a figure: its number stands at the locator; its note says that it is implied; the number does not stand
there; the document has no such place; the locator is free text, so that a reader must look."""

OTHER_VERSION, UNREADABLE, AT_HAND = "another version", "unreadable", "at hand"
"""States of a document: its SHA-256 is not the one in ``sources.csv``; it cannot be read; it was read."""

_TOLD = {
    STANDS: "stand at their locator",
    IMPLIED: "are implied",
    NOT_FOUND: "do not stand there",
    NO_PLACE: "have a locator that leads nowhere",
    FREE: "have one that only a reader can follow",
}
_DATA_FILES = (".xlsx", ".csv", ".tsv", ".gz")
_SHOWN = ["country", "indicator", "breakdown", "period_start", "period_end", "value", "locator"]
_SAME = ["country", "indicator", "breakdown", "period_start", "period_end", "value", "qualifier", "locator"]


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
    recomputed : pandas.DataFrame
        See `trafficking_stats.checking.recomputation.recompute`.
    n_sources : int
        How many sources the claims have.
    """

    figures: pd.DataFrame
    documents: pd.DataFrame
    recomputed: pd.DataFrame
    n_sources: int

    @property
    def faults(self) -> int:
        """Figures not found, documents that cannot be used, and differences that nothing explains."""
        figures = int(self.figures["verdict"].isin([NOT_FOUND, NO_PLACE]).sum())
        return figures + int((self.documents["state"] != AT_HAND).sum()) + len(self.unexplained)

    @property
    def differing(self) -> pd.DataFrame:
        """The recomputed figures that do not agree."""
        return self.recomputed[~self.recomputed["agrees"].astype(bool)]

    @property
    def unexplained(self) -> pd.DataFrame:
        """Those of them that neither a note nor the reconciliation accounts for."""
        return self.differing[self.differing["explanation"] == ""]

    def __str__(self) -> str:
        return "\n".join([*self._document_lines(), *self._recomputed_lines()])

    def _document_lines(self) -> list[str]:
        counts = self.figures["verdict"].value_counts()
        at_hand = int((self.documents["state"] == AT_HAND).sum())
        told = ", ".join(f"{counts.get(verdict, 0):,} {words}" for verdict, words in _TOLD.items())
        lines = [
            f"documents at hand for {at_hand} of {self.n_sources} sources, with {len(self.figures):,} figures"
            + (f": {told}" if len(self.figures) else "")
        ]
        lost = self.documents[self.documents["state"] != AT_HAND]
        lines += [f"  {row['source_id']}: {row['file']}: {row['state']}; {row['reason']}" for row in _rows(lost)]
        for verdict in (NOT_FOUND, NO_PLACE, IMPLIED):
            chosen = self.figures[self.figures["verdict"] == verdict]
            lines += [f"{verdict}:"] if len(chosen) else []
            lines += [f"  {_figure(row)}: {row['evidence']}" for row in _rows(chosen)]
        return lines

    def _recomputed_lines(self) -> list[str]:
        table, differing = self.recomputed, self.differing
        explained = len(differing) - len(self.unexplained)
        lines = [
            f"recomputed: {len(table):,} shares, changes and sums; {len(table) - len(differing):,} agree, "
            f"{explained:,} differ for a known reason, {len(self.unexplained):,} without one"
        ]
        # sums that the reconciliation settled are listed with every clash elsewhere
        shown = differing[(differing["explanation"] == "") | differing["kind"].isin(["share", "change"])]
        lines += [
            f"  {row['source_id']}: {row['indicator']} {row['breakdown']} {row['period']}".rstrip()
            + f": {row['printed']} is printed, {row['made_of']} gives {row['recomputed']}"
            + (f" [{row['explanation']}]" if row["explanation"] else "")
            for row in _rows(shown)
        ]
        return lines


def check(claims: pd.DataFrame, sources: pd.DataFrame, documents: str | Path) -> Check:
    """Check every figure whose document is at hand, and compute every share, change and sum again.

    A document is found by its SHA-256 in ``sources.csv``, under whatever name, or else by its file name. Figures of a
    text are looked for at their locator, as digits, in words, or as a negation for zero; figures of a data file are
    read from it once more.

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
    >>> found.recomputed.query("kind == 'change'")[["printed", "recomputed", "made_of"]].values.tolist()
    [['35', '53.4', '73 to 112']]
    """
    found = _find(sources[sources["source_id"].isin(set(claims["source_id"]))], Path(documents))
    figures: list[pd.DataFrame] = []
    states: list[dict[str, str]] = []
    for source, path in found:
        state, reason = AT_HAND, ""
        if source["sha256"] and _digest(path) != source["sha256"]:
            state, reason = OTHER_VERSION, "its SHA-256 is not the one in sources.csv, so locators do not hold"
        else:
            of_source = claims[claims["source_id"] == source["source_id"]]
            try:
                checker = _in_data_file if path.suffix.lower() in _DATA_FILES else _in_text
                figures.append(checker(of_source, path, source))
            except ReaderError as error:
                state, reason = UNREADABLE, str(error)
        states.append({"source_id": source["source_id"], "file": path.name, "state": state, "reason": reason})
    columns = ["claim_id", "source_id", *_SHOWN, "verdict", "evidence"]
    table = pd.concat(figures, ignore_index=True)[columns] if figures else pd.DataFrame(columns=columns)
    return Check(
        table,
        pd.DataFrame(states, columns=["source_id", "file", "state", "reason"]),
        recompute(reconcile(claims)),
        claims["source_id"].nunique(),
    )


def _find(sources: pd.DataFrame, folder: Path) -> list[tuple[dict[str, str], Path]]:
    """Pair sources with the files of a folder, by SHA-256 or by name."""
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    wanted = set(sources["sha256"]) - {""}
    by_digest = {_digest(path): path for path in reversed(files)} if wanted else {}
    by_name = {path.name: path for path in reversed(files)}
    pairs = []
    for source in _rows(sources.sort_values("source_id")):
        path = by_digest.get(source["sha256"]) if source["sha256"] else None
        path = path or (by_name.get(source["document"]) if source["document"] else None)
        if path is not None:
            pairs.append((source, path))
    return pairs


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _in_text(claims: pd.DataFrame, path: Path, source: dict[str, str]) -> pd.DataFrame:
    # imported here: only a check of texts needs the reader of documents
    from trafficking_stats.readers.documents import read_document

    text = read_document(path).text
    verdicts = [_verdict(text, claim, source["language"]) for claim in _rows(claims)]
    return claims.assign(verdict=[v for v, _ in verdicts], evidence=[e for _, e in verdicts])


def _verdict(text: str, claim: dict[str, Any], language: str) -> tuple[str, str]:
    """Say whether a figure stands at its locator, and what stands there."""
    try:
        passage = follow(text, claim["locator"])
    except ReaderError as error:
        return NO_PLACE, str(error)
    if passage is None:
        return FREE, claim["locator"]
    notes = claim["scope_note"].split("; ")
    if any(note.startswith("implied") for note in notes):
        return IMPLIED, next(note for note in notes if note.startswith("implied"))
    numbers, complete = numbers_in(passage.words, language)
    # a term printed in years is held in months; the note then names what is printed
    printed = [numbers_in(note, "en")[0] for note in notes if note.startswith("printed as")]
    if any({claim["value"], *others} & numbers for others in printed or [set()]):
        return STANDS, passage.context
    if not complete:
        return FREE, f"no such digits, and number words of {language!r} are not known: {passage.context}"
    return NOT_FOUND, passage.context


def _in_data_file(claims: pd.DataFrame, path: Path, source: dict[str, str]) -> pd.DataFrame:
    """Read a data file once more and look for each claim in it."""
    from trafficking_stats.readers.registry import reader_of

    again = (
        reader_of(path).module.read(path, source_id=source["source_id"], published=source["published"] or None).claims
    )
    there = set(again[_SAME].astype({"value": float}).itertuples(index=False, name=None))
    stands = [row in there for row in claims[_SAME].itertuples(index=False, name=None)]
    return claims.assign(
        verdict=[STANDS if found else NOT_FOUND for found in stands],
        evidence=["" if found else "the file gives no such figure at this place" for found in stands],
    )


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return table.to_dict("records")  # type: ignore[return-value]


def _figure(row: dict[str, Any]) -> str:
    cell = " ".join(filter(None, (row["country"], row["indicator"], row["breakdown"], row["period_end"][:4])))
    return f"{row['source_id']}: {cell}: {row['value']:,.15g} at {row['locator']}"
