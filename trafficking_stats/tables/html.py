"""The one way tables become HTML: rows named by their first column, numbers right, and the data behind as CSV."""

from __future__ import annotations

import base64
from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from trafficking_stats.messages import say
from trafficking_stats.shown import Shown, csv_text

Row = Sequence[Any]


def table(
    heads: Sequence[str],
    rows: Sequence[Row],
    *,
    caption: str,
    numbers: Collection[int] = (),
    groups: Sequence[str] = (),
    note: str = "",
    data: pd.DataFrame | None = None,
    name: str = "table",
    empty: str = "",
) -> Shown:
    """Show a table with its caption, note and data.

    Parameters
    ----------
    heads : sequence of str
        One a column; the first column names the rows and stays in sight on a phone, so the answer comes second.
    rows : sequence of sequences
        Texts; what is no `markupsafe.Markup` is escaped.
    caption : str
        What the table holds, printed above.
    numbers : collection of int
        Columns that stand right.
    groups : sequence of str
        One a row: rows that follow each other with the same one stand below it.
    note : str
        Printed below.
    data : pandas.DataFrame, optional
        What the page offers as CSV.
    name : str
        Of that file, without ending.
    empty : str
        What is said instead of a table without rows.

    Examples
    --------
    >>> "&lt;b&gt;" in table(["year", "victims"], [["2020", "<b>"]], caption="Victims").html
    True
    """
    if not rows:
        return Shown("prose", Markup("<p>{}</p>").format(empty or say("pages.no_rows", what=caption)))
    css = [Markup(' class="num"') if place in numbers else Markup("") for place in range(len(heads))]
    head = Markup("").join(map(Markup('<th scope="col"{}>{}</th>').format, css, heads))
    body, last = [], None
    for place, row in enumerate(rows):
        if groups and groups[place] != last:
            last = groups[place]
            line = Markup('<tr class="group"><th scope="rowgroup" colspan="{}">{}</th></tr>')
            body.append(line.format(len(heads), last))
        first = Markup('<th scope="row"{}>{}</th>').format(css[0], row[0])
        cells = map(Markup("<td{}>{}</td>").format, css[1:], row[1:])
        body.append(Markup("<tr>{}{}</tr>").format(first, Markup("").join(cells)))
    inner = Markup("<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>")
    shown = inner.format(caption, head, Markup("").join(body))
    link = Markup("") if data is None or data.empty else csv_link(data, name)
    foot = Markup('<div class="note">{} {}</div>').format(note, link) if note or link else Markup("")
    return Shown("table", Markup('<div class="table">{}{}</div>').format(shown, foot), {"caption": caption})


def heads(*names: str, of: str = "pages") -> list[str]:
    """Return the heads of columns in the current language; ``of`` names the catalogue."""
    return [say(f"{of}.head.{name}") for name in names]


def csv_link(data: pd.DataFrame, name: str) -> Markup:
    """Return a link under which the page itself holds a table as CSV."""
    code = base64.b64encode(csv_text(data).encode("utf-8")).decode("ascii")
    return Markup('<a class="download" download="{}.csv" href="data:text/csv;base64,{}">CSV</a>').format(name, code)


def sub(text: object, below: object) -> Markup:
    """Set a smaller line below a text, such as the years below the name of a country."""
    return Markup('{} <span class="sub">{}</span>').format(text, escape(below))
