"""The pages of one country together: links between them, the one-page brief, the record for the next run."""

import functools
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trafficking_stats.countries import WORLD
from trafficking_stats.messages import page_file
from trafficking_stats.reporting import folder as report_folder
from trafficking_stats.reporting.archive import ARCHIVE, archive
from trafficking_stats.reporting.build import Built, PageError
from trafficking_stats.reporting.fingerprints import Data, hash_of
from trafficking_stats.reporting.plan import Task
from trafficking_stats.reporting.render import render_template

_LINK = re.compile(r'href="([\w.-]*\.html)?#(explain-[^"]+)"')
_ANCHOR = re.compile(r'id="(explain-[^"]+)"')
_FROZEN = re.compile(r'(<a id="frozen" href="[^"]*/versions/)\w*/')
_HERO_IMAGE = re.compile(r'<section class="hero".*?(<img [^>]+>)', re.DOTALL)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_PRINT = ("--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer")


@dataclass(frozen=True)
class Country:
    """The pages of a country that are asked for.

    Parameters
    ----------
    code : str
        Of the country.
    tasks : sequence of Task
        Every page that was asked for.
    todo : sequence of Task
        Those that must be built.
    ready : sequence of Built
        Those that are there already, which are read only if others must be built.
    """

    code: str
    tasks: Sequence[Task]
    todo: Sequence[Task]
    ready: Sequence[Built]


def look_up(folder: Path, tasks: Sequence[Task], data: Data, *, pdf: bool = False, force: bool = False) -> Country:
    """Find the pages of a country that are there, whole, and built from the same inputs.

    Parameters
    ----------
    folder : pathlib.Path
        The output folder.
    tasks : sequence of Task
        Of one country.
    data : Data
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
    pages = report_folder.read_record(folder, code).pages
    todo, current = [], {}
    for task in tasks:
        page = pages.get(task.file)
        if page and page["key"] == task.key(data, page["reads"]) and set(page["files"]) <= whole:
            current[task.file] = page
        else:
            todo.append(task)
    # Read now: another run may replace the folder while the rest is built.
    ready = [_stored(folder / code, task, current[task.file]) for task in tasks if todo and task.file in current]
    return Country(code, tasks, todo, ready)


def _stored(home: Path, task: Task, page: Mapping[str, Any]) -> Built:
    files = {name: (home / name).read_bytes() for name in page["files"]}
    return Built(task, files, page["title"], page["facts"], page["reads"])


def store_country(folder: Path, country: Country, built: Sequence[Built], data: Data, *, pdf: bool = False) -> None:
    """Join the pages of a country, and replace its folder.

    Parameters
    ----------
    folder : pathlib.Path
        The output folder.
    country : Country
        From `look_up`.
    built : sequence of Built
        Its missing pages.
    data : Data
        What the data were.
    pdf : bool
        Whether to print the brief.

    Raises
    ------
    PageError
        If a page failed, or a figure links to an explanation that is on no page.
    ReportError
        If the folder cannot be written.
    """
    for page in built:
        if page.failure:
            raise page.failure
    found = {page.task.file: page for page in [*country.ready, *built]}
    pages = [found[task.file] for task in country.tasks]
    files = {name: content for page in pages for name, content in page.files.items()}
    record = {page.task.file: _recorded(page, data) for page in pages}
    speaking = {page.task.language: page.task for page in pages}
    texts: dict[str, str] = {}
    for code, task in speaking.items():
        own = {name: page for name, page in record.items() if page["language"] == code}
        linked, dead = _linked({name: frozen(files[name].decode("utf-8"), "") for name in own})
        if dead:
            some = ", ".join(dead[:5]) + (f" and {len(dead) - 5} more" if len(dead) > 5 else "")
            raise PageError(country.code, "", f"figures link to explanations that are on no page: {some}")
        texts |= linked | _brief(task, own, linked)
    version = hash_of([texts[name] for name in sorted(texts)])[:12]
    files |= {name: frozen(text, version).encode("utf-8") for name, text in texts.items()}
    for code in speaking if pdf else ():
        brief = files.get(page_file("brief", code))
        if brief is not None and (printed := print_page(brief)):
            files[page_file("brief", code, "pdf")] = printed
    if country.code != WORLD:
        told = [(code, render_template("README.txt", code, task=task) + "\n") for code, task in speaking.items()]
        files[ARCHIVE] = archive(country.code, data.folder, data.world.key, told)
    report_folder.store(folder, country.code, record, files, version)


def _recorded(page: Built, data: Data) -> dict[str, Any]:
    """Return what the record of a country says of a page."""
    return {
        "language": page.task.language,
        "notebook": page.task.notebook,
        "title": page.title,
        "key": page.task.key(data, page.reads),
        "reads": page.reads,
        "files": sorted(page.files),
        "facts": page.facts,
    }


def _linked(texts: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
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
    return linked, sorted(dead)


def frozen(text: str, version: str) -> str:
    """Lead the citation of a page to where this version of it will always be; empty takes the version out."""
    return _FROZEN.sub(rf"\g<1>{version}/", text)


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


def _brief(task: Task, pages: Mapping[str, Mapping[str, Any]], texts: Mapping[str, str]) -> dict[str, str]:
    """Return the brief of a country in the language of a task: sentence, chart, caveats, sources, and how to cite."""
    facts, front = joined_facts(pages), front_page(pages)
    if not facts["headline"]:
        return {}
    image = _HERO_IMAGE.search(texts[front])
    shown = {"task": task, "front": front, "facts": facts, "image": image[1] if image else ""}
    return {page_file("brief", task.language): render_template("brief.html", task.language, **shown)}


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
