"""Tables that show themselves with caption, note and data, and figures that link to their claims."""

from trafficking_stats.extras import needs

with needs("report", "Drawing tables"):
    from trafficking_stats.tables.clashes import clashes
    from trafficking_stats.tables.columns import COLUMNS, Column
    from trafficking_stats.tables.gap import beside, choices, parts, peers, ratios, shortfalls, windows
    from trafficking_stats.tables.html import table
    from trafficking_stats.tables.reconciled import explanations, policy_dates, sensitivity, series, sources, sums
    from trafficking_stats.tables.stated import contradicted, figures, stated
    from trafficking_stats.tables.world import disagreements, multiples, regions, revisions
