"""Figures: data and Axes in, Axes out."""

from trafficking_stats.extras import needs

with needs("report", "Drawing figures"):
    from trafficking_stats.plots import gap, peers, series, sources
    from trafficking_stats.plots.style import NARROW

__all__ = ["NARROW", "gap", "peers", "series", "sources"]
