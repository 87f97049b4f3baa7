"""The page of a fact-check: the text with each figure marked, and its finding beside it."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from trafficking_stats.csv_tables import records
from trafficking_stats.fact_check.findings import VERDICTS
from trafficking_stats.messages import language, say

if TYPE_CHECKING:
    from trafficking_stats.fact_check.result import FactCheck


def page(check: FactCheck) -> str:
    """Return the page as HTML that needs nothing else; text of the document is escaped."""
    from jinja2 import Environment

    source = files(__package__).joinpath("page.html.j2").read_text(encoding="utf-8")
    with language(check.language):
        template = Environment(autoescape=True).from_string(source)
        return template.render(
            check=check,
            pieces=_pieces(check),
            rows=[{**row, "n": i + 1} for i, row in enumerate(records(check.table))],
            counts=[(verdict, check.counts[verdict]) for verdict in VERDICTS],
            say=say,
        )


def _pieces(check: FactCheck) -> list[dict[str, Any]]:
    """Cut the text into plain stretches and marked ones; of findings that overlap the first is marked."""
    pieces: list[dict[str, Any]] = []
    at = 0
    for number, row in enumerate(records(check.table), start=1):
        if row["char_start"] < at:
            continue
        pieces.append({"text": check.text[at : row["char_start"]], "verdict": "", "n": 0})
        at = row["char_end"]
        pieces.append({"text": check.text[row["char_start"] : at], "verdict": row["verdict"], "n": number})
    return [*pieces, {"text": check.text[at:], "verdict": "", "n": 0}]
