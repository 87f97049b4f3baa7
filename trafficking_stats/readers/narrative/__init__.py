"""Read figures out of narratives in English and Danish."""

from .extraction import Proposal, extract

__all__ = ["Proposal", "extract"]
