"""Tables that show themselves with caption, note and data, and figures that link to their claims."""

from trafficking_stats.extras import needs

with needs("report", "Drawing tables"):
    from trafficking_stats.tables.gap import choices, peers, ratios, shortfalls
    from trafficking_stats.tables.html import table
    from trafficking_stats.tables.reconciled import (
        clashes,
        explanations,
        policy_dates,
        sensitivity,
        series,
        sources,
        sums,
    )

__all__ = [
    "choices",
    "clashes",
    "explanations",
    "peers",
    "policy_dates",
    "ratios",
    "sensitivity",
    "series",
    "shortfalls",
    "sources",
    "sums",
    "table",
]
