"""Texts for people, filled in from templates that lie beside the code."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from trafficking_stats.csv_tables import records
from trafficking_stats.extras import needs
from trafficking_stats.wording import counted

if TYPE_CHECKING:
    import jinja2


def rendered(template: Path, **values: object) -> str:
    """Fill in a template; ``n`` writes a number as people do, ``counted`` with its noun; ``records`` gives rows.

    In a template of HTML, ``NAME.html.j2``, what is no markup is escaped.
    """
    return _layout(template).render(values)


@functools.cache
def _layout(template: Path) -> jinja2.Template:
    with needs("report", "A report in words"):
        import jinja2

    layout = jinja2.Environment(
        trim_blocks=True, undefined=jinja2.StrictUndefined, autoescape=template.name.endswith(".html.j2")
    )
    layout.filters |= {"n": "{:,.15g}".format, "counted": counted, "records": records}
    return layout.from_string(template.read_text(encoding="utf-8"))
