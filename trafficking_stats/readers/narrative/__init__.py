"""Read figures out of narratives in English and Danish."""

from trafficking_stats.readers.narrative.document import Document, read_document
from trafficking_stats.readers.narrative.extraction import extract
from trafficking_stats.readers.narrative.page import to_html
from trafficking_stats.readers.narrative.proposals import Proposal
from trafficking_stats.readers.narrative.review import Accepted, accept, to_json_lines, to_review_csv

__all__ = [
    "Accepted",
    "Document",
    "Proposal",
    "accept",
    "extract",
    "read_document",
    "to_html",
    "to_json_lines",
    "to_review_csv",
]
