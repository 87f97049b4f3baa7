"""Check the figures and statements of a document against the reconciled record."""
