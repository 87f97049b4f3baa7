"""Read figures and statements out of narratives."""

from trafficking_stats.readers.documents import Document, read_document
from trafficking_stats.readers.narrative.extraction import extract, read_statements
from trafficking_stats.readers.narrative.results import Cell, Proposal, Statement
from trafficking_stats.readers.narrative.review import accept, to_html, to_json_lines, to_review_csv

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
