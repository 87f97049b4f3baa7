"""From an executed notebook to one self-contained page of HTML."""

from __future__ import annotations

import base64
import datetime
import functools
import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
import pygments  # type: ignore[import-untyped]
from markupsafe import Markup
from nbformat import NotebookNode, v4
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexers import PythonLexer  # type: ignore[import-untyped]

from trafficking_stats.countries import WORLD
from trafficking_stats.errors import ReportError
from trafficking_stats.messages import Country, language, languages, page_file, say
from trafficking_stats.messages.values import written
from trafficking_stats.reporting.archive import ARCHIVE
from trafficking_stats.reporting.build import Built
from trafficking_stats.reporting.canonical import as_bytes
from trafficking_stats.reporting.card import card_file, draw_card
from trafficking_stats.reporting.content import Page
from trafficking_stats.reporting.markdown import render, translate
from trafficking_stats.reporting.plan import Task, version
from trafficking_stats.reporting.sections import shown_cells

_HERE = Path(__file__).parent
_HIDDEN = {"parameters", "injected-parameters"}
_PNG = "image/png"
_SVG = "image/svg+xml"


def export(nb: NotebookNode, task: Task) -> Built:
    """Return the page of a canonical notebook.

    Parameters
    ----------
    nb : nbformat.NotebookNode
        From `trafficking_stats.reporting.canonical.canonicalise`.
    task : Task
        What it was built for.

    Raises
    ------
    ReportError
        If an image comes from elsewhere, or the notebook has no title.
    """
    with language(task.language):
        page = _Arranged(task)
        for number, cell in enumerate(shown_cells(nb.cells), start=1):
            page.add(cell, f"{task.notebook}, cell {number}")
        if page.silent:
            page.parts.append({"kind": "code", "sources": page.silent, "blocks": []})
        content = page.content
        if not content.title:
            content.problems.append(f"{task.notebook}: the first Markdown cell must begin with a heading '# ...'")
        if content.problems:
            raise ReportError("the page cannot be published:\n" + "\n".join(content.problems))
        around = about(task, content.title, task.notebook)
        html = render_template("page.html.j2", task=task, page=page, content=content, **around)
        head = page.facts.get("headline", {})
        files = {task.file: html.encode("utf-8"), task.file.removesuffix("html") + "ipynb": as_bytes(nb)}
        if head.get("robustness"):
            files[card_file(task.language)] = draw_card(around["country"], content.title, head["sentence"])
    return Built(task, files, content.title, page.facts)


class _Arranged:
    """The blocks of a page: cleaned HTML, figures, text, messages."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.content = Page()
        self.facts: dict[str, Any] = {}
        self.hero: list[dict[str, Any]] = []
        self.parts: list[dict[str, Any]] = []
        self.silent: list[str] = []
        self.untranslated = False

    def add(self, cell: NotebookNode, where: str) -> None:
        tags = set(cell.metadata.get("tags", []))
        if cell.cell_type == "markdown":
            source, known = translate(cell.source, self.task.language)
            self.untranslated |= not known
            html = self.content.place(render(source, escape=False), where, listed=True)
            if html.strip():
                self.parts.append({"kind": "prose", "html": html, "lang": "" if known else next(iter(languages()))})
        elif cell.cell_type == "code" and not tags & _HIDDEN and cell.source.strip():
            # Code that shows nothing is folded into the next cell that does.
            self.silent.append(cell.source)
            if blocks := [self._block(output, where) for output in cell.outputs]:
                part = {"kind": "code", "sources": self.silent, "blocks": blocks}
                (self.hero if "headline" in tags else self.parts).append(part)
                self.silent = []

    def _block(self, output: NotebookNode, where: str) -> dict[str, Any]:
        if output.output_type == "stream":
            return {"kind": "messages" if output.name == "stderr" else "text", "text": output.text}
        if output.output_type == "error":
            return {"kind": "error", "text": f"{output.ename}: {output.evalue}"}
        data, about = output.data, output.metadata.get("report", {})
        if about.get("kind") == "headline":
            self.facts.setdefault("headline", {k: v for k, v in about.items() if k not in ("kind", "summary")})
            self.facts.update(about.get("summary", {}))
        if _SVG in data or _PNG in data:
            return self._figure(data, about, where)
        kind = about.get("kind", "html")
        if "text/html" in data:
            anchor = self._anchor(about, kind, where) if kind == "table" else ""
            return {
                "kind": kind,
                "html": self.content.place(data["text/html"], where),
                "anchor": anchor,
                **_names(about),
            }
        if "text/markdown" in data:
            return {"kind": "prose", "html": self.content.place(render(data["text/markdown"], escape=True), where)}
        return {"kind": "text", "text": data.get("text/plain", "")}

    def _figure(self, data: NotebookNode, about: Mapping[str, Any], where: str) -> dict[str, Any]:
        if not about.get("alt", "").strip():  # an analyst's own drawing
            about = {**about, "alt": say("site.figure_not_described"), "caption": say("site.figure_not_described")}
        source = _address(_SVG, data[_SVG]) if _SVG in data else f"data:{_PNG};base64,{''.join(data[_PNG].split())}"
        block = {"kind": "figure", "source": source, **_names(about)}
        block |= {key: about.get(key, "") for key in ("alt", "width", "height")}
        if about.get("csv"):
            block["csv"] = _address("text/csv", about["csv"])
        return {**block, "anchor": self._anchor(about, "figure", where)}

    def _anchor(self, about: Mapping[str, Any], kind: str, where: str) -> str:
        """Return the place under which others can link to a figure or table: by its name, else by its caption."""
        stem = "fig" if kind == "figure" else "tab"
        name = about.get("name") or about.get("caption") or stem
        anchor = self.content.free_anchor(f"{stem} {name}", stem)
        self.content.claim_anchor(anchor, where)
        return anchor


def _names(about: Mapping[str, Any]) -> dict[str, str]:
    """Return the caption of a figure or table, and the name that its downloads take."""
    return {key: about.get(key, "") for key in ("caption", "name")}


def _address(kind: str, text: str) -> str:
    """Return a link under which the page itself holds a file."""
    return f"data:{kind};base64,{base64.b64encode(text.encode('utf-8')).decode('ascii')}"


# --- what surrounds the content -------------------------------------------------------------------------------


def about(task: Task, title: str, notebook: str) -> dict[str, Any]:
    """Return what head and foot of a page say: name of the country, date of the figures, how to cite."""
    country = written(Country(task.country), "bare")
    site = settings()
    as_of = _day(task.as_of) if task.as_of else ""
    cite = say(
        "site.citation",
        authors=site["authors"],
        title=f"{title}: {country}",
        version=version("trafficking-stats"),
    )
    card = card_file(task.language)
    home = f"{site['address']}/{task.country}" if site["address"] else ""
    if as_of:
        cite += " " + say("site.figures_as_of", date=as_of, n=task.n_sources)
    return {
        "country": country,
        "cite": cite,
        "site": site,
        "switch": switch(notebook, task.languages),
        "index": page_file("index", task.language),
        "card": f"{home}/{card}" if home else card,
        "archive": "" if task.country == WORLD else ARCHIVE,
        "versions": f"{home}/versions/" if home else "",
        # which version it is, is known once all pages of the country are
        "frozen": f"{home}/versions//{page_file(notebook, task.language)}" if home else "",
    }


def _day(text: str) -> str:
    """Write the day a source is from: day, month or year alone, as the source tells it."""
    parts = [int(part) for part in text.split("-")]
    day = datetime.date(*[*parts, 1, 1][:3])
    return written(day, ("y", "MMMM y", "")[len(parts) - 1])


def switch(notebook: str, codes: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Return code, name and file of a page in each of its languages."""
    return [(code, languages()[code]["name"], page_file(notebook, code)) for code in codes]


@functools.cache
def settings() -> dict[str, str]:
    """Return what the publisher of the pages says of them."""
    with (_HERE / "site.toml").open("rb") as file:
        return {key: str(value) for key, value in tomllib.load(file).items()}


def render_template(name: str, **values: Any) -> str:
    """Fill a template of the package in the current language."""
    return _environment().get_template(name).render(**values)


@functools.cache
def _environment() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(_HERE / "templates")
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    style, script = ((_HERE / "templates" / name).read_text("utf-8") for name in ("report.css", "report.js"))
    environment.globals.update(say=say, style=Markup(style), script=Markup(script), policy=_policy(style, script))
    environment.filters["python"] = _highlight
    return environment


def _policy(style: str, script: str) -> str:
    """Return the content security policy of a page: nothing but its own style, script and images."""
    own = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script))
    return (
        "default-src 'none'; img-src data:; style-src 'sha256-{}'; script-src 'sha256-{}'; "
        "base-uri 'none'; form-action 'none'"
    ).format(*own)


def _highlight(source: str) -> Markup:
    return Markup(pygments.highlight(source, PythonLexer(), HtmlFormatter(nowrap=True)))


def rehearse() -> None:
    """Export a small page in each language: fonts, templates, catalogues and lexers are then there."""
    from trafficking_stats.plots.series import stage_panels

    row = pd.DataFrame([{"indicator": "victims_identified", "year": 2020, "lower": 1, "upper": 2, "status": "agreed"}])
    headline = {"kind": "headline", "sentence": "", "robustness": "holds"}
    for code in languages():
        with language(code):
            ax: Any = stage_panels(row, ["victims_identified"], "DNK", (2020, 2021))
            drawn, told = ax._repr_mimebundle_()
        outputs = [
            v4.new_output("display_data", data=drawn, metadata=told),
            v4.new_output("display_data", data={"text/html": "<table></table>"}, metadata={"report": headline}),
        ]
        cells = [v4.new_markdown_cell("# Title"), v4.new_code_cell("x = [1]  # one", outputs=outputs)]
        export(v4.new_notebook(cells=cells), Task("DNK", "rehearsal", code, "", {}, as_of="2020-01-01"))
