"""The index of a folder of reports: one row a country, to be searched, filtered and sorted without a network.

It leads to the page of what changed between two states of the data, where there is one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from trafficking_stats.countries import WORLD, region_of
from trafficking_stats.files import locked
from trafficking_stats.messages import language, languages, page_file, say
from trafficking_stats.reporting import folder as report_folder
from trafficking_stats.reporting.country import front_page, joined_facts
from trafficking_stats.reporting.render import country_name, render_template

_WIDTH, _HEIGHT, _PAD = 96, 26, 2


@dataclass(frozen=True)
class Row:
    """One country of the index.

    Parameters
    ----------
    country, name, region : str
        Code, name, and the name of the region; empty for what is no country.
    front, brief : str
        The page to open first, and the one-page brief; empty if there is none.
    facts : mapping of str to object
        Headline, years, numbers of sources and clashes, series.
    failure : mapping of str to object
        The notebook to blame and the message of the last attempt, if it failed.
    """

    country: str
    name: str
    region: str
    front: str
    brief: str
    facts: Mapping[str, Any]
    failure: Mapping[str, Any]

    @property
    def verdict(self) -> str:
        """The verdict as a code."""
        return "failed" if self.failure else self.facts["headline"].get("robustness", "")

    @property
    def lines(self) -> list[tuple[str, str, list[int], list[int]]]:
        """Label, path of the sparkline, first and last point of each series."""
        series = {label: points for label, points in self.facts.get("lines", {}).items() if points}
        paths = sparkline(list(series.values()))
        return [(label, path, line[0], line[-1]) for (label, line), path in zip(series.items(), paths, strict=True)]


def sparkline(series: Sequence[Sequence[Sequence[int]]]) -> list[str]:
    """Return the SVG path of each series, all on the same axes; years without a figure break the line.

    Parameters
    ----------
    series : sequence of sequence of (year, value)
        Each sorted by year, none empty.

    Returns
    -------
    list of str
        Path data in a box of 96 x 26.

    Examples
    --------
    >>> sparkline([[(2019, 0), (2020, 10)]])
    ['M2 24L94 2']
    """
    points = [point for line in series for point in line]
    if not points:
        return []
    first, last = min(p[0] for p in points), max(p[0] for p in points)
    top = max(1, *(p[1] for p in points))

    def place(year: int, value: int) -> str:
        x = _PAD + (_WIDTH - 2 * _PAD) * (year - first) / max(1, last - first)
        y = _HEIGHT - _PAD - (_HEIGHT - 2 * _PAD) * value / top
        return f"{x:.0f} {y:.0f}"

    paths = []
    for line in series:
        path, before = "", None
        for year, value in line:
            path += ("L" if before == year - 1 else "M") + place(year, value)
            before = year
        # A year alone between gaps would be invisible: a line of no length with round ends is a dot.
        paths.append(path if "L" in path else path + "h0.1")
    return paths


def read_rows(folder: Path, code: str) -> list[Row]:
    """Read what a folder holds in a language; countries without pages in it are told by those they have.

    Returns
    -------
    list of Row
        Sorted by the name of the country.
    """
    from babel import Locale  # late: who only looks whether pages are up to date does not wait for it

    regions, brief = Locale.parse(languages()[code]["locale"]).territories, page_file("brief", code)
    rows = []
    for country in set(report_folder.countries_in(folder)) - {WORLD}:
        record = report_folder.read_record(folder, country)
        own = {name: page for name, page in record.pages.items() if page["language"] == code} or record.pages
        with language(code):
            name = country_name(country)
        region = str(regions.get(region_of(country), ""))
        printed = brief if brief in record.files else ""
        rows.append(Row(country, name, region, front_page(own), printed, joined_facts(own), record.failure))
    return sorted(rows, key=lambda row: (row.name, row.country))


def render_index(rows: Sequence[Row], code: str, codes: Sequence[str], beside: Sequence[tuple[str, str]] = ()) -> str:
    """Return the index as a self-contained page of HTML.

    Parameters
    ----------
    rows : sequence of Row
        In the order in which they first stand.
    code : str
        The language.
    codes : sequence of str
        All languages in which there is an index.
    beside : sequence of (str, str)
        File and title of each page that is on no single country.
    """
    legend = list(dict.fromkeys(label for row in rows for label, *_ in row.lines))[:2]
    return render_template("folder.html", code, rows=rows, legend=legend, codes=codes, beside=beside)


def write_index(folder: Path) -> Path:
    """Write the index in every language in which the folder has pages; in the first one always.

    Returns
    -------
    pathlib.Path
        The index in the first language.

    Raises
    ------
    ReportError
        If it cannot be written; an older index is then untouched.
    """
    with locked(folder):
        records = [report_folder.read_record(folder, country) for country in report_folder.countries_in(folder)]
        there = {page["language"] for record in records for page in record.pages.values()}
        codes = [code for n, code in enumerate(languages()) if n == 0 or code in there]
        for code in codes:
            world = report_folder.read_record(folder, WORLD).pages.items()
            beside = [(f"{WORLD}/{name}", page["title"]) for name, page in world if page["language"] == code]
            if (folder / page_file("changes", code)).is_file():
                with language(code):
                    beside.append((page_file("changes", code), say("site.changes")))
            html = render_index(read_rows(folder, code), code, codes, beside)
            report_folder.write_file(folder / page_file("index", code), html.encode("utf-8"))
    return folder / page_file("index", codes[0])


def write_changes(moved: pd.DataFrame, old: str, new: str, folder: Path, code: str) -> Path:
    """Write the page, and let the index lead to it.

    Parameters
    ----------
    moved : pandas.DataFrame
        From `trafficking_stats.reconciliation.changes.changes`.
    old, new : str
        How the two states are called.
    folder : pathlib.Path
        Of reports.
    code : str
        The language.
    """
    # late: the index alone needs neither
    from trafficking_stats.reporting.content import Page
    from trafficking_stats.tables.world import moved_figures

    with language(code):
        table = Page().place(moved_figures(moved, old, new)._repr_html_(), "changes")
    html = render_template("changes.html", code, table=table)
    path = folder / page_file("changes", code)
    report_folder.write_file(path, html.encode("utf-8"))
    write_index(folder)
    return path
