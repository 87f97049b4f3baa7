"""Tables that show themselves with caption, note and data, and figures that link to their claims."""

from trafficking_stats.extras import needs

with needs("report", "Drawing tables"):
    from trafficking_stats.tables.columns import COLUMNS, Column
    from trafficking_stats.tables.gap import beside, choices, parts, peers, ratios, shortfalls
    from trafficking_stats.tables.html import table
    from trafficking_stats.tables.reconciled import (
        clashes,
        explanations,
        figures,
        policy_dates,
        sensitivity,
        series,
        sources,
        sums,
        windows,
    )
    from trafficking_stats.tables.stated import contradicted, stated
    from trafficking_stats.tables.world import disagreements, multiples, regions, revisions
