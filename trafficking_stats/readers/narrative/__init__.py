"""Read figures and statements out of narratives."""

from trafficking_stats.readers.documents import Document, read_document
from trafficking_stats.readers.narrative.claims import Cell
from trafficking_stats.readers.narrative.extraction import extract, read_statements
from trafficking_stats.readers.narrative.page import to_html
from trafficking_stats.readers.narrative.proposals import Proposal
from trafficking_stats.readers.narrative.review import accept, to_json_lines, to_review_csv
from trafficking_stats.readers.narrative.statements import Statement

__all__ = [
    "Cell",
    "Document",
    "Proposal",
    "Statement",
    "accept",
    "extract",
    "read_document",
    "read_statements",
    "to_html",
    "to_json_lines",
    "to_review_csv",
]
