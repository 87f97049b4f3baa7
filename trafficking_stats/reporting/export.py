"""From an executed notebook to one self-contained page of HTML."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from nbformat import NotebookNode, v4

from trafficking_stats import messages
from trafficking_stats.errors import ReportError
from trafficking_stats.messages import language, languages, page_file, say
from trafficking_stats.reporting.build import Built
from trafficking_stats.reporting.canonical import as_bytes
from trafficking_stats.reporting.card import draw_card
from trafficking_stats.reporting.content import Page, render_markdown
from trafficking_stats.reporting.plan import Task
from trafficking_stats.reporting.render import country_name, render_template
from trafficking_stats.reporting.sections import shown_cells

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
        page = _Arranged()
        for number, cell in enumerate(shown_cells(nb.cells), start=1):
            page.add(cell, f"{task.notebook}, cell {number}")
        if page.silent:
            page.parts.append({"kind": "code", "sources": page.silent, "blocks": []})
        if not page.title:
            page.problems.append(f"{task.notebook}: the first Markdown cell must begin with a heading '# ...'")
        if page.problems:
            raise ReportError("the page cannot be published:\n" + "\n".join(page.problems))
        html = render_template("page.html", task.language, task=task, page=page)
        head = page.facts.get("headline", {})
        files = {task.file: html.encode("utf-8"), task.file.removesuffix("html") + "ipynb": as_bytes(nb)}
        if head.get("robustness"):
            card = draw_card(country_name(task.country), page.title, head["sentence"])
            files[page_file("card", task.language, "png")] = card  # one for all pages of a country in a language
    return Built(task, files, page.title, page.facts)


@dataclass
class _Arranged(Page):
    """A page and its blocks, of cleaned HTML, figures, text, messages; those of the first screen apart."""

    facts: dict[str, Any] = field(default_factory=dict)
    hero: list[dict[str, Any]] = field(default_factory=list)
    parts: list[dict[str, Any]] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    untranslated: bool = False

    def add(self, cell: NotebookNode, where: str) -> None:
        tags = set(cell.metadata.get("tags", []))
        if cell.cell_type == "markdown" and cell.source.strip():
            known = messages.translate_markdown(cell.source)
            self.untranslated |= known is None
            html = self.place(render_markdown(known or cell.source, escape=False), where, listed=True)
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
            return self._figure(data, about)
        kind = about.get("kind", "html")
        if "text/html" in data:
            anchor = self._anchor(about, "tab") if kind == "table" else ""
            return {**about, "kind": kind, "html": self.place(data["text/html"], where), "anchor": anchor}
        if "text/markdown" in data:
            html = render_markdown(data["text/markdown"], escape=True)
            return {"kind": "prose", "html": self.place(html, where)}
        return {"kind": "text", "text": data.get("text/plain", "")}

    def _figure(self, data: NotebookNode, about: Mapping[str, Any]) -> dict[str, Any]:
        if not about.get("alt", "").strip():  # an analyst's own drawing
            about = {**about, "alt": say("site.figure_not_described"), "caption": say("site.figure_not_described")}
        source = _address(_SVG, data[_SVG]) if _SVG in data else f"data:{_PNG};base64,{''.join(data[_PNG].split())}"
        csv = _address("text/csv", about["csv"]) if about.get("csv") else ""
        return {**about, "kind": "figure", "source": source, "csv": csv, "anchor": self._anchor(about, "fig")}

    def _anchor(self, about: Mapping[str, Any], stem: str) -> str:
        """Return the place under which others can link to a figure or table: by its name, else by its caption."""
        return self.new_anchor(f"{stem} {about.get('name') or about.get('caption') or stem}", stem)


def _address(kind: str, text: str) -> str:
    """Return a link under which the page itself holds a file."""
    return f"data:{kind};base64,{base64.b64encode(text.encode('utf-8')).decode('ascii')}"


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
