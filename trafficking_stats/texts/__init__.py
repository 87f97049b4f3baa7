"""Sentences and captions computed from results."""

from trafficking_stats.texts import captions, gap, peers, sources

__all__ = ["captions", "gap", "peers", "sources"]
