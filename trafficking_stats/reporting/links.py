"""Links of a report: from a figure to the claims behind it, and to its sources."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_BREAKDOWN_SIGNS = re.compile(r"[^A-Za-z0-9_]+")


def explain_anchor(country: str, indicator: str, year: int | str, breakdown: str = "") -> str:
    """Return the name of the place on a page where a figure is explained.

    Parameters
    ----------
    country, indicator : str
        As in the claims.
    year : int or str
        The calendar year.
    breakdown : str, optional
        ``key=value`` pairs; empty for the total.

    Returns
    -------
    str
        A name that may stand in a link.

    Examples
    --------
    >>> explain_anchor("DNK", "victims_identified", 2020, "sex=female")
    'explain-DNK-victims_identified-2020-sex-female'
    """
    parts = [country, indicator, str(year), *([breakdown] if breakdown else [])]
    return "explain-" + "-".join(_BREAKDOWN_SIGNS.sub("-", part) for part in parts)


def explain_link(country: str, indicator: str, year: int | str, text: object, *, breakdown: str = "") -> Markup:
    """Return a link from a figure to the claims behind it.

    The link leads to the explanation on the same page where there is one, and otherwise to the page of the
    reconciliation in the same folder.

    Parameters
    ----------
    country, indicator, year, breakdown
        The cell, see `explain_anchor`.
    text : object
        The figure as it is to be read.

    Returns
    -------
    markupsafe.Markup
        To be used in `prose`, `headline` or the cells of a `table`.

    Examples
    --------
    >>> str(explain_link("DNK", "victims_identified", 2020, 80))
    '<a class="explain" href="#explain-DNK-victims_identified-2020">80</a>'
    """
    anchor = explain_anchor(country, indicator, year, breakdown)
    return Markup('<a class="explain" href="#{}">{}</a>').format(anchor, text)


def source_link(url: str, text: object) -> Markup:
    """Return a link to a source; anything but an http(s) address is shown as text.

    Parameters
    ----------
    url : str
        The address as the sources file holds it.
    text : object
        The title of the source.

    Returns
    -------
    markupsafe.Markup
        A link, or title and address as text.

    Examples
    --------
    >>> str(source_link("javascript:alert(1)", "<b>"))
    '&lt;b&gt; (javascript:alert(1))'
    """
    if url.lower().startswith(("https://", "http://")):
        return Markup('<a href="{}" rel="noreferrer">{}</a>').format(url, text)
    return Markup("{} ({})").format(text, url) if url else escape(text)
