"""What is said of one cell: every claim, kept or rejected and why, as text and as HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from trafficking_stats.wording import source_name

COLUMNS = (
    "verdict",
    "figure",
    "interval",
    "source",
    "publisher",
    "published",
    "upstream",
    "tier",
    "url",
    "locator",
    "note",
    "cause",
    "evidence",
    "clash",
    "if_kept",
)
"""Columns of the table of claims in an explanation, all text."""

NOR = "; nor with the figures for other counts: "
"""In a clash, between the rivals on the cell and what all that is kept elsewhere leaves for it."""


@dataclass(frozen=True)
class Explanation:
    """Why a cell has the value or the bounds it has.

    Parameters
    ----------
    title : str
        What the cell is and its value, such as ``Denmark, victims identified, 2020: 77``.
    summary : str
        How the value came about.
    claims : pandas.DataFrame
        One row a claim on the cell, the kept ones first, with the columns `COLUMNS`: among them ``interval``, what
        the printed ``figure`` says of the cell; ``cause`` and ``evidence`` for a rejected claim, ``evidence`` that
        begins with ``doubtful`` for a kept one; ``clash``, what it cannot be true together with; and ``if_kept``,
        the value of the cell had it been kept.
    chains : tuple of str
        The arithmetic that forces the bounds, where rules take part: ``x`` is the cell.
    """

    title: str
    summary: str
    claims: pd.DataFrame
    chains: tuple[str, ...]

    def __str__(self) -> str:
        lines = [self.title, self.summary, *(f"  {chain}" for chain in self.chains)]
        rows: list[dict[str, Any]] = self.claims.to_dict("records")  # type: ignore[assignment]
        width = max((len(row["figure"]) for row in rows), default=0)
        verdict = ""
        for row, notes in zip(rows, _notes(rows), strict=True):
            if row["verdict"] != verdict:
                verdict = row["verdict"]
                lines.append(verdict)
            upstream = f", upstream {row['upstream']}" if row["upstream"] else ""
            lines.append(
                f"  {row['figure']:>{width}}  {row['interval']}  {source_name(row['publisher'], row['published'])}"
                f" ({row['source']}, {row['published'] or 'no date'}), {row['tier']}{upstream}"
            )
            lines += [f"      {note}" for note in notes]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows: list[dict[str, Any]] = self.claims.to_dict("records")  # type: ignore[assignment]
        body = []
        for row, notes in zip(rows, _notes(rows), strict=True):
            told = "".join(f"<br>{_signs(note)}" for note in notes)
            cells = "".join(
                f"<td>{escape(row[column])}</td>"
                for column in ("verdict", "figure", "interval", "published", "upstream", "tier")
            )
            body.append(f"<tr><th scope='row'>{_source(row)}{told}</th>{cells}</tr>")
        heads = "".join(
            f"<th scope='col'>{name}</th>"
            for name in ("Source", "Verdict", "Figure", "Interval", "Published", "Upstream", "Tier")
        )
        chains = "".join(f"<li>{_signs(chain)}</li>" for chain in self.chains)
        table = f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(body)}</tbody></table>" if body else ""
        title = f"<p class='title'><strong>{escape(self.title)}</strong></p><p>{escape(self.summary)}</p>"
        return f"<div class='explanation'>{title}{f'<ul>{chains}</ul>' if chains else ''}{table}</div>"


def _notes(rows: list[dict[str, Any]]) -> Iterator[list[str]]:
    """Say what is to be said below each claim; once of claims that follow each other and clash alike."""
    last: tuple[str, ...] = ()
    last_line = ""
    for row in rows:
        notes = [f"{name}: {row[column]}" for column, name in (("locator", "at"), ("note", "note")) if row[column]]
        if row["cause"]:
            evidence = f": {row['evidence']}" if row["evidence"] else ""
            notes.append(f"probable cause: {row['cause'].replace('_', ' ')}{evidence}")
        elif row["evidence"]:
            notes.append(row["evidence"])
        clash = row["figure"], row["clash"], row["if_kept"]
        rivals, _, line = row["clash"].partition(NOR)
        if row["clash"] and clash == last:
            notes.append("cannot be true, and would have changed the figure, as above")
        elif row["clash"]:
            told = f"{NOR.rstrip(': ')}, as above" if line and line == last_line else f"{NOR}{line}" if line else ""
            notes.append(f"cannot be true with: {rivals}{told}")
        if row["if_kept"] and clash != last:
            notes.append(f"had it been kept: {row['if_kept']}")
        last, last_line = clash, line or last_line
        yield notes


def _source(row: dict[str, Any]) -> str:
    """Name a source, with a link where it has an address on the web."""
    name = escape(source_name(row["publisher"], row["published"]))
    if row["url"].lower().startswith(("https://", "http://")):
        name = f"<a href='{escape(row['url'])}' rel='noreferrer'>{name}</a>"
    return f"{name} <code>{escape(row['source'])}</code>"


def _signs(text: str) -> str:
    """Escape a text, and write its relations as a page can."""
    return escape(text).replace(" &lt;= ", " ≤ ").replace(" &gt;= ", " ≥ ")
