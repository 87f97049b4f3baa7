"""Texts for people, filled in from templates that lie beside the code."""

from pathlib import Path

from trafficking_stats.csv_tables import records
from trafficking_stats.extras import needs


def rendered(template: Path, **values: object) -> str:
    """Fill in a template; ``n`` writes a number as people do, ``records`` gives the rows of a table."""
    with needs("report", "A report in words"):
        import jinja2

    layout = jinja2.Environment(trim_blocks=True, undefined=jinja2.StrictUndefined)
    layout.filters |= {"n": "{:,.15g}".format, "records": records}
    return layout.from_string(template.read_text(encoding="utf-8")).render(values)
