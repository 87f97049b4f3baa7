"""Tables of a report as HTML: of a data frame, of another library, and as CSV inside the page."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import lxml.html
import numpy as np
import pandas as pd
from markupsafe import Markup, escape

from trafficking_stats.errors import ReportError
from trafficking_stats.files import spreadsheet_safe

_ABSENT = "–"
_NUMBER = re.compile(r"^[<>≤≥~±+−-]?\s*\d[\d,.]*(?:\s?[–-]\s?\d[\d,.]*)?\s?%?$")


def plain(text: object) -> str:
    """Return a text without markup.

    Parameters
    ----------
    text : object
        Text, or HTML marked as such.

    Returns
    -------
    str
        As it is read.

    Examples
    --------
    >>> plain(Markup("<b>12</b>")), plain("a < b")
    ('12', 'a < b')
    """
    return str(text.striptags()) if isinstance(text, Markup) else str(text)


def adopted_html(html: str, caption: str) -> Markup:
    """Return the table of another library with our caption; how it looks is for the page to say.

    Parameters
    ----------
    html : str
        What pandas' Styler or great_tables wrote.
    caption : str
        What the table holds; replaces the table's own title.

    Returns
    -------
    markupsafe.Markup
        The table alone, without style sheet.

    Raises
    ------
    ReportError
        If there is no table in it.
    """
    table = lxml.html.fragment_fromstring(html, create_parent="div").find(".//table")
    if table is None:
        raise ReportError("there is no table in what was given to table()")
    for old in [*table.iterfind("caption"), *table.xpath(".//tr[contains(@class, 'gt_heading')]")]:
        old.drop_tree()
    head = lxml.html.Element("caption")
    head.text = plain(caption)
    table.insert(0, head)
    return Markup(lxml.html.tostring(table, encoding="unicode", with_tail=False))


def frame_html(data: pd.DataFrame, caption: str, formats: Mapping[str, str | Callable[[Any], object]]) -> Markup:
    """Return a data frame as a table: the first column heads the rows, numbers stand right.

    Parameters
    ----------
    data : pandas.DataFrame
        Its index is left out.
    caption : str
        What the table holds.
    formats : mapping of str to str or callable
        For a column a format specification or a function of the value.

    Returns
    -------
    markupsafe.Markup
        Everything is escaped but what is already marked as HTML.

    Examples
    --------
    >>> "&lt;b&gt;" in frame_html(pd.DataFrame({"note": ["<b>"]}), "Notes", {})
    True
    """
    columns = [[_cell(value, formats.get(str(name))) for value in data[name]] for name in data.columns]
    # The first column names the rows, even where its names are years.
    css = [Markup(' class="num"') if i and _is_numeric(cells) else Markup("") for i, cells in enumerate(columns)]
    head = Markup("").join(map(Markup('<th scope="col"{}>{}</th>').format, css, data.columns))
    rows = []
    for cells in zip(*columns, strict=True):
        first = Markup('<th scope="row"{}>{}</th>').format(css[0], cells[0])
        rest = map(Markup("<td{}>{}</td>").format, css[1:], cells[1:])
        rows.append(Markup("<tr>{}{}</tr>").format(first, Markup("").join(rest)))
    return Markup("<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(
        caption, head, Markup("").join(rows)
    )


def _is_numeric(cells: Sequence[Markup]) -> bool:
    """Whether a column of shown cells is to stand right: numbers, also behind a link, and gaps."""
    texts = [cell.striptags() for cell in cells if cell != _ABSENT]
    return bool(texts) and all(_NUMBER.match(text) for text in texts)


def _cell(value: Any, form: str | Callable[[Any], object] | None) -> Markup:
    if isinstance(value, Markup):
        return value
    if callable(form):
        return escape(form(value))
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return Markup(_ABSENT)
    if form:
        return escape(format(value, form))
    if isinstance(value, float):
        return escape(f"{value:,.0f}" if value.is_integer() else f"{value:,.2f}")
    if isinstance(value, int | np.integer):
        # A number of four digits may be a year, so the comma starts at five.
        return escape(f"{int(value):,}" if abs(int(value)) >= 10_000 else str(value))
    return escape(str(value))


def csv_link(data: Any, name: str) -> Markup:
    """Return a link under which the page itself holds a data frame as CSV.

    Parameters
    ----------
    data : pandas.DataFrame
        Links in its cells become their text.
    name : str
        The file name that is proposed.

    Returns
    -------
    markupsafe.Markup
        The link.

    Raises
    ------
    ReportError
        If ``data`` is no data frame.
    """
    if not isinstance(data, pd.DataFrame):
        raise ReportError("only a data frame can be offered for download")
    texts = data.map(lambda cell: plain(cell) if isinstance(cell, Markup) else cell)
    text = spreadsheet_safe(texts).to_csv(index=False, lineterminator="\n", float_format="%.6g")
    code = base64.b64encode(text.encode("utf-8")).decode("ascii")
    return Markup('<a class="download" download="{}" href="data:text/csv;base64,{}">CSV</a>').format(name, code)
