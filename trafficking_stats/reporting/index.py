"""The index of a folder of reports: one row a country, to be sorted and searched without a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trafficking_stats.reporting import folder as report_folder

_WIDTH, _HEIGHT, _PAD = 120, 28, 2
_ORDER = {"robust": 0, "sensitive": 1, "unsettled": 2, "refused": 3, "": 4, "failed": 5}


@dataclass(frozen=True)
class Row:
    """One country of the index.

    Parameters
    ----------
    country, name : str
        Code and name.
    pages : sequence of str
        Names of its pages without ending.
    front : str
        The page to open first.
    facts : mapping of str to object
        Years, numbers of sources and clashes, the two series.
    headline : mapping of str to str
        Sentence, interval, verdict and robustness; empty if no notebook had one.
    failure : str
        Why the last attempt failed; empty if it did not.
    """

    country: str
    name: str
    pages: Sequence[str]
    front: str
    facts: Mapping[str, Any]
    headline: Mapping[str, str]
    failure: str

    @property
    def robustness(self) -> str:
        """The verdict in one word."""
        return "failed" if self.failure else self.headline.get("robustness", "")

    @property
    def rank(self) -> int:
        """The place of the verdict when the table is sorted by it."""
        return _ORDER.get(self.robustness, 4)

    @property
    def sparkline(self) -> list[tuple[str, str]]:
        """Class and path of the lines of victims and convictions, on one scale."""
        series = {name: self.facts.get(name) or [] for name in ("victims", "convictions")}
        return [(name, path) for name, path in sparkline(series).items() if path]

    @property
    def described(self) -> str:
        """The sparkline in words."""
        parts = []
        for name in ("victims", "convictions"):
            if points := self.facts.get(name):
                (first, low), (last, high) = points[0], points[-1]
                parts.append(f"{name} {low} in {first}, {high} in {last}")
        return "; ".join(parts) or "no figures on victims and convictions"


def sparkline(series: Mapping[str, Sequence[Sequence[int]]]) -> dict[str, str]:
    """Return the SVG path of each series, all on the same axes; years without a figure break the line.

    Parameters
    ----------
    series : mapping of str to sequence of (year, value)
        Sorted by year.

    Returns
    -------
    dict of str to str
        Path data in a box of 120 x 28; empty for a series without values.

    Examples
    --------
    >>> sparkline({"victims": [(2019, 0), (2020, 10)], "convictions": []})
    {'victims': 'M2.0 26.0L118.0 2.0', 'convictions': ''}
    """
    points = [point for line in series.values() for point in line]
    if not points:
        return dict.fromkeys(series, "")
    first, last = min(p[0] for p in points), max(p[0] for p in points)
    top = max(1, *(p[1] for p in points))

    def place(year: int, value: int) -> str:
        x = _PAD + (_WIDTH - 2 * _PAD) * (year - first) / max(1, last - first)
        y = _HEIGHT - _PAD - (_HEIGHT - 2 * _PAD) * value / top
        return f"{x:.1f} {y:.1f}"

    paths = {}
    for name, line in series.items():
        path, before = "", None
        for year, value in line:
            path += ("L" if before == year - 1 else "M") + place(year, value)
            before = year
        # A year alone between gaps would be invisible: a line of no length with round ends is a dot.
        paths[name] = path if "L" in path or not path else path + "h0.1"
    return paths


def read_rows(folder: Path) -> list[Row]:
    """Read what a folder holds.

    Parameters
    ----------
    folder : pathlib.Path
        The output folder.

    Returns
    -------
    list of Row
        Sorted by the name of the country.
    """
    rows = []
    for country in report_folder.countries_in(folder):
        record = report_folder.read_record(folder, country)
        failure = report_folder.read_failure(folder, country)
        facts = dict(record.facts) if record else {}
        headlines = {name: head for name, head in facts.pop("headlines", {}).items() if head}
        pages = [name.removesuffix(".html") for name in (record.files if record else {}) if name.endswith(".html")]
        # The gap is what the reports are about; where there is no such page, the first headline leads.
        front = next((p for p in pages if p.endswith("gap")), next(iter(headlines), pages[0] if pages else ""))
        headline: Mapping[str, str] = headlines.get(front) or next(iter(headlines.values()), {})
        name = record.name if record else (failure or {}).get("name", country)
        message = _reason(failure) if failure else ""
        rows.append(Row(country, name, pages, front, facts, headline, message))
    return sorted(rows, key=lambda row: (row.name, row.country))


def _reason(failure: Mapping[str, Any]) -> str:
    notebook = failure.get("notebook")
    return f"{notebook}: {failure.get('message')}" if notebook else str(failure.get("message"))


def render_index(rows: Sequence[Row]) -> str:
    """Return the index as a page of HTML.

    Parameters
    ----------
    rows : sequence of Row
        In the order in which they first stand.

    Returns
    -------
    str
        A self-contained page.
    """
    import jinja2

    from trafficking_stats.reporting.assets import TEMPLATES, page_assets, security_policy

    loader = jinja2.FileSystemLoader(TEMPLATES / "report")
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    style, script = page_assets()
    template = environment.get_template("folder.html.j2")
    return template.render(rows=rows, style=style, script=script, policy=security_policy())


def write_index(folder: Path) -> Path:
    """Write ``index.html`` from what the folder holds.

    Parameters
    ----------
    folder : pathlib.Path
        The output folder.

    Returns
    -------
    pathlib.Path
        The index.

    Raises
    ------
    ReportError
        If it cannot be written; an older index is then untouched.
    """
    path = folder / "index.html"
    with report_folder.locked(folder):
        report_folder.write_file(path, render_index(read_rows(folder)).encode("utf-8"))
    return path
