"""The one way tables become HTML: rows named by their first column, numbers right, and the data behind as CSV."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from trafficking_stats.csv_tables import records
from trafficking_stats.messages import say, say_or, written
from trafficking_stats.messages.shown import Shown, csv_text, nothing
from trafficking_stats.tables.columns import COLUMNS, Column, Columns, Row
from trafficking_stats.templates import rendered
from trafficking_stats.texts.words import ABSENT

_TEMPLATE = Path(__file__).with_name("table.html.j2")


def table(
    key: str,
    rows: pd.DataFrame | Sequence[Row],
    columns: Columns,
    values: Mapping[str, Any] | None = None,
    *,
    groups: str = "",
    note: str = "",
    data: pd.DataFrame | None = None,
    of: str = "",
) -> Shown:
    """Show a table with its caption, note and data.

    Parameters
    ----------
    key : str
        Of the catalogue, which has ``tables.KEY.caption`` and may have ``.note``, printed below, and ``.none``, said
        instead of a table without rows; or the caption itself.
    rows : pandas.DataFrame or sequence of mappings
        What is shown, a row each.
    columns : list of str or Column
        Names of `columns.COLUMNS`, keys of a row, or columns of their own. The first one names the rows and stays in
        sight on a phone, so the answer comes second. What is no `markupsafe.Markup` is escaped.
    values : mapping of str to object, optional
        What stands in these sentences.
    groups : str, optional
        The column of which rows that follow each other with the same text stand below it.
    note : str
        Printed behind that of the catalogue.
    data : pandas.DataFrame, optional
        What the page offers as CSV; `rows` where they are a data frame.
    of : str
        Of what the table is, in the name of that file: ``COUNTRY-OF-KEY.csv``.

    Examples
    --------
    >>> found = pd.DataFrame({"year": ["2020", "2021"], "n": [1077, None]}).astype({"n": "Int64"})
    >>> "<td>1,077</td>" in table("Victims by year", found, ["year", Column("n", head="Victims")]).html
    True
    """
    values = values or {}
    caption = say_or(f"tables.{key}.caption", key, **values)
    note = f"{say_or(f'tables.{key}.note', '', **values)} {note}".strip()
    if isinstance(rows, pd.DataFrame):
        data = rows if data is None else data
        rows = records(rows)
    if not rows:
        return nothing(say_or(f"tables.{key}.none", say("tables.no_rows", what=caption), **values))
    made, above = [_column(column) for column in columns], _column(groups)
    heads = [(say_or(f"tables.head.{column.head}", column.head), column.number) for column in made]
    lines = [(_cell(row, above) if groups else "", [_cell(row, column) for column in made]) for row in rows]
    place = [values["country"].code] if "country" in values else []
    name = "-".join([*place, *([of] if of else []), key.replace("_", "-")])
    link = "" if data is None or data.empty else csv_link(data, name)
    html = rendered(_TEMPLATE, caption=caption, heads=heads, rows=lines, note=note, data=link)
    return Shown("table", Markup(html), {"caption": caption})


def _column(column: str | Column) -> Column:
    if isinstance(column, str):
        known = COLUMNS.get(column, Column(column))
        return known._replace(head=known.head or column)
    return column


def _cell(row: Row, column: Column) -> str:
    value: Any = column.format(row) if callable(column.format) else row.get(column.format, ABSENT)
    if isinstance(value, str):
        return value
    return ABSENT if pd.isna(value) else written(value)


def csv_link(data: pd.DataFrame, name: str) -> Markup:
    """Return a link under which the page itself holds a table as CSV."""
    code = base64.b64encode(csv_text(data).encode("utf-8")).decode("ascii")
    return Markup('<a class="download" download="{}.csv" href="data:text/csv;base64,{}">CSV</a>').format(name, code)
