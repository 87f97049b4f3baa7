"""What a notebook cell shows: HTML for the screen, and what a page or an index wants to know of it."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from markupsafe import Markup

from trafficking_stats.csv_tables import spreadsheet_safe
from trafficking_stats.messages import column_name


@dataclass(frozen=True)
class Shown:
    """A sentence, table or headline that shows itself at the end of a cell.

    Parameters
    ----------
    kind : str
        ``headline``, ``prose``, ``table`` or ``explanations``.
    html : markupsafe.Markup
        What is read.
    facts : dict of str to object
        What is known of it beside: the caption of a table, the verdict of a headline.

    Examples
    --------
    >>> shown = Shown("prose", Markup("<p>37 were <b>convicted</b>.</p>"))
    >>> print(shown)
    37 were convicted.
    """

    kind: str
    html: Markup
    facts: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return str(self.html.striptags())

    def _repr_html_(self) -> str:
        return str(self.html)

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = {"text/html": str(self.html), "text/plain": str(self)}
        return bundle, {"report": {"kind": self.kind, **self.facts}}


def prose(*paragraphs: str) -> Shown:
    """Show paragraphs; what is no markup is escaped, and empty ones are left out.

    Examples
    --------
    >>> prose("a < b", "").html
    Markup('<p>a &lt; b</p>')
    """
    return Shown("prose", Markup("").join(Markup("<p>{}</p>").format(text) for text in paragraphs if text))


def nothing(text: str) -> Shown:
    """Show the sentence that stands where there is nothing to show; a page may leave out a section of such alone.

    Examples
    --------
    >>> nothing("No year has a figure.").facts
    {'nothing': True}
    """
    return Shown("prose", prose(text).html, {"nothing": True})


def csv_text(data: pd.DataFrame) -> str:
    """Write a table as CSV that a spreadsheet opens safely, its columns headed in the current language."""
    named = spreadsheet_safe(data).rename(columns=column_name)
    return str(named.to_csv(index=False, lineterminator="\n", float_format="%.6g"))
