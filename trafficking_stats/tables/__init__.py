"""Tables with captions, source notes, and figures that link to their explanation."""

from trafficking_stats.extras import needs

with needs("report", "Drawing tables"):
    from trafficking_stats.tables import gap, reconciled

__all__ = ["gap", "reconciled"]
