"""Figures: data and Axes in, Axes out."""

from trafficking_stats.plots import gap, peers, series, sources

__all__ = ["gap", "peers", "series", "sources"]
