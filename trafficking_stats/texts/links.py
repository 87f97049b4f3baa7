"""Links from figures to the claims behind them, and from sources to their pages."""

import functools
import re
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup, escape

from trafficking_stats.claims import load_sources
from trafficking_stats.csv_tables import records
from trafficking_stats.messages import Measure, current, page_file, readable
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.texts.focus import Cell, explained_cells, known
from trafficking_stats.texts.words import count, place_name

_BREAKDOWN_SIGNS = re.compile(r"[^A-Za-z0-9_]+")


def anchor(country: str, cell: Cell) -> str:
    """Return the name of the place on a page where a figure is explained.

    Examples
    --------
    >>> anchor("DNK", Cell("victims_identified", 2020, "sex=female"))
    'explain-DNK-victims_identified-2020-sex-female'
    """
    parts = [country, cell.indicator, str(cell.year), *([cell.breakdown] if cell.breakdown else [])]
    return "explain-" + "-".join(_BREAKDOWN_SIGNS.sub("-", part) for part in parts)


def linked(rec: Reconciliation, country: str, text: object, indicator: str, year: int, breakdown: str = "") -> object:
    """Make a figure of a country a link to its explanation, where the pages have one.

    Examples
    --------
    >>> import trafficking_stats as ts
    >>> rec = ts.reconcile(ts.load_claims().query("country == 'DNK' and indicator == 'charged_persons'"))
    >>> linked(rec, "DNK", "14", "charged_persons", 2014), linked(rec, "DNK", "14", "charged_persons", 1914)
    (Markup('<a class="explain" href="#explain-DNK-charged_persons-2014">14</a>'), '14')
    """
    cell = Cell(indicator, year, breakdown)
    if cell not in _explained(rec, country):
        return text
    return Markup('<a class="explain" href="#{}">{}</a>').format(anchor(country, cell), text)


@functools.lru_cache(maxsize=1)
def _explained(rec: Reconciliation, country: str) -> frozenset[Cell]:
    return frozenset(explained_cells(rec, country))


def by_year(rec: Reconciliation, country: str, measure: Measure, years: Iterable[int]) -> dict[int, Any]:
    """Return what is known of a measure in some years, each figure linked to its explanation."""
    rows = known(rec.of(country, measure.indicator, measure.breakdown)[0])
    return {
        row["year"]: linked(rec, country, count("")(row), measure.indicator, row["year"], row["breakdown"])
        for row in records(rows[rows["year"].isin(list(years))])
    }


def in_a_row(rec: Reconciliation, country: str, measure: Measure, years: Iterable[int]) -> Markup:
    """Write these figures one after the other."""
    return Markup(", ").join(by_year(rec, country, measure, years).values())


def country_link(country: str) -> Markup:
    """Return the name of a country as a link to its one-page brief, whatever other pages it has."""
    page = page_file("brief", current())
    return Markup('<a href="../{}/{}">{}</a>').format(country, page, place_name(country))


@functools.cache
def source_addresses() -> dict[str, dict[str, str]]:
    """Return title and address of every source that ships with the package, by its id."""
    rows = load_sources()[["source_id", "title", "url"]].itertuples(index=False, name=None)
    return {source_id: {"title": title, "url": url} for source_id, title, url in rows}


def source_link(source_id: str, text: str = "") -> Markup:
    """Return a source as a link to it, by its title or another text; one that is in no file by its id.

    An address that is no http(s) address is shown as text.

    Examples
    --------
    >>> source_link("my <b> notes")
    Markup('my &lt;b&gt; notes')
    """
    known = source_addresses().get(source_id, {"title": "", "url": ""})
    text, url = text or readable(known["title"]) or source_id, known["url"]
    if url.lower().startswith(("https://", "http://")):
        return Markup('<a href="{}" rel="noreferrer">{}</a>').format(url, text)
    return Markup("{} ({})").format(text, url) if url else escape(text)
