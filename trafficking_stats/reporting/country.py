"""The pages of one country together: links between them, the one-page brief, the record for the next run."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from trafficking_stats.countries import WORLD
from trafficking_stats.messages import language, page_file, say
from trafficking_stats.reporting import folder as report_folder
from trafficking_stats.reporting.archive import ARCHIVE, archive
from trafficking_stats.reporting.build import Built, PageError
from trafficking_stats.reporting.fingerprints import DataKeys, hash_of
from trafficking_stats.reporting.plan import Task

_LINK = re.compile(r'href="([\w.-]*\.html)?#(explain-[^"]+)"')
_ANCHOR = re.compile(r'id="(explain-[^"]+)"')
_FROZEN = re.compile(r'(<a id="frozen" href="[^"]*/versions/)\w*/')
_HERO_IMAGE = re.compile(r'<section class="hero".*?(<img [^>]+>)', re.DOTALL)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_PRINT = ("--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer")


@dataclass(frozen=True)
class Country:
    """The pages of a country that are asked for, and those of them that are there already.

    Parameters
    ----------
    tasks : sequence of Task
        Every page that was asked for.
    pages : mapping of str to mapping
        For each page that is up to date what its record holds.
    files : mapping of str to bytes
        These pages and their executed notebooks.
    """

    tasks: Sequence[Task]
    pages: Mapping[str, Mapping[str, Any]]
    files: Mapping[str, bytes]

    @property
    def code(self) -> str:
        """Of the country."""
        return self.tasks[0].country

    @property
    def todo(self) -> list[Task]:
        """The pages that must be built."""
        return [task for task in self.tasks if task.file not in self.pages]


def look_up(folder: Path, tasks: Sequence[Task], data: DataKeys, *, pdf: bool = False, force: bool = False) -> Country:
    """Find the pages of a country that are there, whole, and built from the same inputs.

    Parameters
    ----------
    folder : pathlib.Path
        The output folder.
    tasks : sequence of Task
        Of one country.
    data : DataKeys
        What the data are now.
    pdf : bool
        Whether the brief must be there in print; if it is not, none of them is taken.
    force : bool
        Whether to take none of them.
    """
    code = tasks[0].country
    whole = set() if force else report_folder.whole_files(folder, code)
    if pdf and not any(name.endswith(".pdf") for name in whole):
        whole = set()
    record = report_folder.read_record(folder, code)
    pages = {}
    for task in tasks:
        page = record.pages.get(task.file, {})
        if page and page["key"] == page_key(task, data, page["reads"]) and set(page["files"]) <= whole:
            pages[task.file] = page
    if len(pages) == len(tasks):
        return Country(tasks, pages, {})
    # Read now: another run may replace the folder while the rest is built.
    files = {name: (folder / code / name).read_bytes() for page in pages.values() for name in page["files"]}
    return Country(tasks, pages, files)


def page_key(task: Task, data: DataKeys, reads: Iterable[str]) -> str:
    """Return the hash of all that decides a page."""
    # a page on all countries changes also with a country that it could not read yet
    return hash_of([task.key, data.key(() if task.country == WORLD else reads)])


def store_country(
    folder: Path, country: Country, built: Iterable[Built], data: DataKeys, tables: Path, *, pdf: bool = False
) -> PageError | None:
    """Join what was built with what is there, and replace the country's folder.

    Parameters
    ----------
    folder : pathlib.Path
        The output folder.
    country : Country
        From `look_up`.
    built : iterable of Built
        Its missing pages.
    data : DataKeys
        What the data were.
    tables : pathlib.Path
        The folder of the cleaned tables.
    pdf : bool
        Whether to print the brief.

    Returns
    -------
    PageError or None
        If a figure links to an explanation that is on no page.

    Raises
    ------
    ReportError
        If the folder cannot be written.
    """
    pages, files = dict(country.pages), dict(country.files)
    for one in built:
        key = page_key(one.task, data, one.reads)
        about = {"language": one.task.language, "notebook": one.task.notebook, "title": one.title}
        pages[one.task.file] = {**about, "key": key, "reads": one.reads, "files": sorted(one.files), "facts": one.facts}
        files |= one.files
    wanted = [task.file for task in country.tasks]
    pages = {name: pages[name] for name in wanted}
    codes = list(dict.fromkeys(task.language for task in country.tasks))
    for code in codes:
        own = [name for name in wanted if pages[name]["language"] == code]
        linked, dead = _linked({name: frozen(files[name].decode("utf-8"), "") for name in own})
        if dead:
            some = ", ".join(dead[:5]) + (f" and {len(dead) - 5} more" if len(dead) > 5 else "")
            return PageError(country.code, "", f"figures link to explanations that are on no page: {some}")
        files |= linked
        files |= _brief(country, code, {name: pages[name] for name in own}, files)
    shown = [name for name in sorted(files) if name.endswith(".html")]
    version = hash_of([files[name].decode("utf-8") for name in shown])[:12]
    files |= {name: frozen(files[name].decode("utf-8"), version).encode("utf-8") for name in shown}
    for code in codes if pdf else ():
        brief = files.get(page_file("brief", code))
        if brief is not None and (printed := print_page(brief)):
            files[page_file("brief", code, "pdf")] = printed
    if country.code != WORLD:
        files[ARCHIVE] = archive(
            country.code, tables, data.everything, [(code, _readme(country, code)) for code in codes]
        )
    report_folder.store(folder, country.code, pages, files, version)
    return None


def _linked(texts: Mapping[str, str]) -> tuple[dict[str, bytes], list[str]]:
    """Lead each link to an explanation to the page that has it; also return those that no page has."""
    places = {name: set(_ANCHOR.findall(text)) for name, text in texts.items()}
    dead: set[str] = set()

    def lead(here: str, link: re.Match[str]) -> str:
        there = [name for name in (link[1] or here, *places) if link[2] in places.get(name, ())]
        if not there:
            dead.add(link[2])
            return link[0]
        return f'href="{"" if there[0] == here else there[0]}#{link[2]}"'

    linked = {name: _LINK.sub(functools.partial(lead, name), text) for name, text in texts.items()}
    return {name: text.encode("utf-8") for name, text in linked.items()}, sorted(dead)


def frozen(text: str, version: str) -> str:
    """Lead the citation of a page to where this version of it will always be; empty takes the version out."""
    return _FROZEN.sub(rf"\g<1>{version}/", text)


def _readme(country: Country, code: str) -> str:
    """Return what stands beside the tables of a country: what they are, how to cite them, and their licence."""
    from trafficking_stats.reporting.export import about

    with language(code):
        own = about(country.tasks[0], say("site.figures"), "")
        lines = [
            own["country"],
            say("site.about_figures"),
            own["cite"],
            f"{say('site.licence')} {own['site']['licence']}",
        ]
        return "\n\n".join([*lines, say("site.licence_of_sources")]) + "\n"


def front_page(pages: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the page to open first: the one on the gap, else the first with a headline, else the first."""
    headed = [name for name, page in pages.items() if page["facts"].get("headline")]
    return next((n for n in headed if pages[n]["notebook"].endswith("gap")), next(iter([*headed, *pages]), ""))


def joined_facts(pages: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return what all pages of a country say of it, with the headline of the page to open first."""
    facts = {key: value for page in pages.values() for key, value in page["facts"].items()}
    front = front_page(pages)
    return {**facts, "headline": pages[front]["facts"].get("headline", {}) if front else {}}


# --- the one-page brief ---------------------------------------------------------------------------------------


def _brief(
    country: Country, code: str, pages: Mapping[str, Mapping[str, Any]], files: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Return the brief of a country in a language: sentence, chart, caveats, sources, and how to cite."""
    from trafficking_stats.reporting.export import about, render_template

    facts, front = joined_facts(pages), front_page(pages)
    if not facts["headline"]:
        return {}
    image = _HERO_IMAGE.search(files[front].decode("utf-8"))
    with language(code):
        task = next(task for task in country.tasks if task.language == code)
        own = {**about(task, say("site.brief"), "brief"), "code": code, "front": front, "facts": facts}
        html = render_template(
            "brief.html.j2",
            image=Markup(image[1]) if image else "",
            references=[Markup(reference) for reference in facts.get("references", [])[:3]],
            **own,
        )
    return {page_file("brief", code): html.encode("utf-8")}


def print_page(html: bytes) -> bytes | None:
    """Print a page as PDF through Chromium; None where there is no Chromium."""
    browser = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        return None
    with tempfile.TemporaryDirectory(prefix="trafficking-stats-print-") as scratch:
        page, printed = Path(scratch) / "page.html", Path(scratch) / "page.pdf"
        page.write_bytes(html)
        command = [browser, *_PRINT, f"--user-data-dir={scratch}/profile", f"--print-to-pdf={printed}", page.as_uri()]
        subprocess.run(command, capture_output=True, check=False, timeout=60)
        return printed.read_bytes() if printed.exists() else None
