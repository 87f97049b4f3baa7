"""Open a document of any usual kind as text with its paragraphs and pages."""

from trafficking_stats.readers.documents.document import Document, Paragraph, read_document

__all__ = ["Document", "Paragraph", "read_document"]
