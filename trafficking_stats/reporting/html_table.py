"""Tables of a report as HTML, of a data frame or of another library; the page dresses them all alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import lxml.html
import numpy as np
import pandas as pd
from markupsafe import Markup, escape

from trafficking_stats.errors import ReportError
from trafficking_stats.messages.values import written

_ABSENT = "–"
Formats = Mapping[str, str | Callable[[Any], object]]


def plain(text: object) -> str:
    """Return a text without markup.

    Examples
    --------
    >>> plain(Markup("<b>12</b>")), plain("a < b")
    ('12', 'a < b')
    """
    return str(text.striptags()) if isinstance(text, Markup) else str(text)


def table_html(data: Any, caption: str, formats: Formats, phone: Sequence[str] = ()) -> Markup:
    """Return a table with its caption; how it looks is for the page to say.

    Parameters
    ----------
    data : pandas.DataFrame, or an object with ``to_html`` or ``as_raw_html``
        The index of a data frame is left out, its first column heads the rows. Of another library's table the
        style sheet and the title are left out.
    caption : str
        What the table holds.
    formats : mapping of str to str or callable
        For a column of a data frame a format specification or a function of the value.
    phone : sequence of str, optional
        The columns of a data frame, besides the first, that a phone shows; all by default.

    Returns
    -------
    markupsafe.Markup
        The text of a data frame is escaped, but for what is already marked as HTML.

    Raises
    ------
    ReportError
        If there is no table in ``data``.

    Examples
    --------
    >>> "&lt;b&gt;" in table_html(pd.DataFrame({"note": ["<b>"]}), "Notes", {})
    True
    """
    if isinstance(data, pd.DataFrame):
        return _frame_html(data, caption, formats, phone)
    write = getattr(data, "as_raw_html", None) or getattr(data, "to_html", None)
    if write is None:
        raise ReportError(f"cannot show {type(data).__name__} as a table")
    table = lxml.html.fragment_fromstring(write(), create_parent="div").find(".//table")
    if table is None:
        raise ReportError(f"there is no table in the {type(data).__name__} given to table()")
    for old in [*table.iterfind("caption"), *table.xpath(".//tr[contains(@class, 'gt_heading')]")]:
        old.drop_tree()
    head = lxml.html.Element("caption")
    head.text = plain(caption)
    table.insert(0, head)
    return Markup(lxml.html.tostring(table, encoding="unicode", with_tail=False))


def _frame_html(data: pd.DataFrame, caption: str, formats: Formats, phone: Sequence[str]) -> Markup:
    columns = [[_cell(value, formats.get(str(name))) for value in data[name]] for name in data.columns]
    spared = [
        Markup(' class="wide"') if phone and i and name not in phone else "" for i, name in enumerate(data.columns)
    ]
    head = Markup("").join(map(Markup("<th{}>{}</th>").format, spared, data.columns))
    rows = []
    for first, *rest in zip(*columns, strict=True):
        cells = Markup("").join(map(Markup("<td{}>{}</td>").format, spared[1:], rest))
        rows.append(Markup("<tr><th>{}</th>{}</tr>").format(first, cells))
    return Markup("<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(
        caption, head, Markup("").join(rows)
    )


def _cell(value: Any, form: str | Callable[[Any], object] | None) -> Markup:
    if isinstance(value, Markup):
        return value
    if callable(form):
        return escape(form(value))
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return Markup(_ABSENT)
    if form:
        return escape(format(value, form))
    if isinstance(value, float) and not value.is_integer():
        return escape(written(value, "#,##0.00"))
    if isinstance(value, int | float | np.integer) and not isinstance(value, bool):
        value = int(value)
        # A number of four digits may be a year, so grouping starts at five.
        return escape(written(value, "" if abs(value) >= 10_000 else "raw"))
    return escape(str(value))
