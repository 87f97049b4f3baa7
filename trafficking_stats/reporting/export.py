"""From an executed notebook to one self-contained page of HTML: an nbconvert exporter with its preprocessor."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import mistune
import pygments  # type: ignore[import-untyped]
from markupsafe import Markup
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexers import PythonLexer  # type: ignore[import-untyped]

from trafficking_stats.errors import ReportError
from trafficking_stats.reporting.assets import TEMPLATES, page_assets, security_policy
from trafficking_stats.reporting.display import SUMMARY_TYPE
from trafficking_stats.reporting.safe_html import Page, inner_html

#: The notebook that explains every figure; links to explanations that are not on a page lead there.
EXPLANATIONS = "2_reconciliation"
_HIDDEN = {"parameters", "injected-parameters"}
_PNG = "image/png"
_SVG = "image/svg+xml"


@dataclass(frozen=True)
class Frame:
    """What surrounds the content of a page.

    Parameters
    ----------
    name : str
        The notebook, without its ending; also the name of the page.
    country : str
        The name of the country, shown above the title.
    siblings : sequence of tuple of (str, str)
        Name and title of every page of the folder, in order.
    parameters : sequence of tuple of (str, str, str)
        Name, value and meaning, shown at the foot.
    provenance : mapping of str to str
        Versions and hashes, shown at the foot.
    """

    name: str
    country: str
    siblings: Sequence[tuple[str, str]] = ()
    parameters: Sequence[tuple[str, str, str]] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Exported:
    """A page, and what the other pages and the index want to know of it.

    Parameters
    ----------
    html : str
        The whole page.
    title : str
        Its first heading.
    anchors : frozenset of str
        The places on it that explain a figure.
    elsewhere : frozenset of str
        The places it links to on the page of the reconciliation.
    facts : dict of str to object
        The headline and the summary its notebook handed over.
    """

    html: str
    title: str
    anchors: frozenset[str]
    elsewhere: frozenset[str]
    facts: dict[str, Any]


class _Arrange(Preprocessor):
    """Turn cells into the blocks of a page: cleaned HTML, figures, text, messages."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        page = Page()
        facts: dict[str, Any] = {}
        name = resources["frame"].name
        hero: list[dict[str, Any]] = []
        parts: list[dict[str, Any]] = []
        silent: list[str] = []
        for number, cell in enumerate(nb.cells, start=1):
            where = f"{name}, cell {number}"
            tags = set(cell.metadata.get("tags", []))
            if cell.cell_type == "markdown":
                tree = page.clean(_markdown(cell.source), where, listed=True)
                if len(tree) or (tree.text or "").strip():
                    parts.append({"kind": "prose", "tree": tree})
            elif cell.cell_type == "code" and not tags & _HIDDEN and cell.source.strip():
                # Code that shows nothing is folded into the next cell that does.
                silent.append(cell.source)
                if blocks := [block for o in cell.outputs for block in _blocks(o, page, where, facts)]:
                    part = {"kind": "code", "sources": silent, "blocks": blocks}
                    (hero if "headline" in tags else parts).append(part)
                    silent = []
        if silent:
            parts.append({"kind": "code", "sources": silent, "blocks": []})
        if not page.title:
            page.problems.append(f"{name}: the first Markdown cell must begin with a heading '# ...'")
        if name == EXPLANATIONS and (dead := page.send_elsewhere(EXPLANATIONS)):
            page.problems.append(f"{name}: figures link to explanations it does not show: {_some(dead)}")
        if page.problems:
            raise ReportError("the page cannot be published:\n" + "\n".join(page.problems))
        resources["hero"], resources["parts"], resources["page"] = hero, parts, page
        resources["facts"] = facts
        resources["elsewhere"] = page.send_elsewhere(EXPLANATIONS) if name != EXPLANATIONS else frozenset()
        return nb, resources


def _some(names: frozenset[str]) -> str:
    listed = sorted(names)
    return ", ".join(listed[:5]) + (f" and {len(listed) - 5} more" if len(listed) > 5 else "")


def _markdown(source: str) -> str:
    render = mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "footnotes"])
    return str(render(source))


def _blocks(output: NotebookNode, page: Page, where: str, facts: dict[str, Any]) -> list[dict[str, Any]]:
    if output.output_type == "stream":
        return [{"kind": "messages" if output.name == "stderr" else "text", "text": output.text}]
    if output.output_type == "error":
        return [{"kind": "error", "text": f"{output.ename}: {output.evalue}"}]
    data, about = output.data, output.metadata.get("report", {})
    if SUMMARY_TYPE in data:
        facts.update(data[SUMMARY_TYPE])
        return []
    if about.get("kind") == "headline":
        facts.setdefault("headline", {k: v for k, v in about.items() if k != "kind"})
    if _SVG in data or _PNG in data:
        return [_image(data, about, page, where)]
    if "text/html" in data:
        kind = about.get("kind", "html")
        return [{"kind": kind, "tree": page.clean(data["text/html"], where, listed=False)}]
    if "text/markdown" in data:
        render = mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])
        return [{"kind": "prose", "tree": page.clean(str(render(data["text/markdown"])), where, listed=False)}]
    return [{"kind": "text", "text": data.get("text/plain", "")}]


def _image(data: NotebookNode, about: Mapping[str, Any], page: Page, where: str) -> dict[str, Any]:
    if not about.get("alt", "").strip():
        page.problems.append(f"{where}: a figure has no alternative text; show it with figure(..., alt=...)")
    source = _svg_source(data[_SVG]) if _SVG in data else f"data:{_PNG};base64,{''.join(data[_PNG].split())}"
    keys = ("alt", "caption", "width", "height")
    narrow = {**about["narrow"], "source": _svg_source(about["narrow"]["svg"])} if about.get("narrow") else None
    return {"kind": "figure", "source": source, "narrow": narrow, **{key: about.get(key, "") for key in keys}}


def _svg_source(svg: str) -> str:
    return f"data:{_SVG};base64,{base64.b64encode(svg.encode('utf-8')).decode('ascii')}"


class ReportExporter(TemplateExporter):
    """Export through the template ``report``.

    It extends nbconvert's `TemplateExporter` and not its `HTMLExporter`, which parses every finished page a
    second time to write "No description has been provided" into images.
    """

    output_mimetype = "text/html"
    file_extension = ".html"
    template_name = "report"

    def __init__(self, **options: Any) -> None:
        super().__init__(extra_template_basedirs=[str(TEMPLATES)], preprocessors=[_Arrange], **options)
        self.environment.autoescape = True
        style, script = page_assets()
        self.environment.globals.update(style=Markup(style), script=Markup(script), policy=security_policy())
        self.environment.filters["python"] = _highlight
        self.environment.filters["fragment"] = lambda tree: Markup(inner_html(tree))


def _highlight(source: str) -> Markup:
    return Markup(pygments.highlight(source, PythonLexer(), HtmlFormatter(nowrap=True)))


def export(exporter: ReportExporter, nb: NotebookNode, frame: Frame) -> Exported:
    """Return the page of a canonical notebook.

    Parameters
    ----------
    exporter : ReportExporter
        May be used for many pages.
    nb : nbformat.NotebookNode
        From `trafficking_stats.reporting.canonical.canonicalise`.
    frame : Frame
        What surrounds the content.

    Returns
    -------
    Exported
        The page and what is known of it.

    Raises
    ------
    ReportError
        If a figure has no alternative text, a table no caption, or the notebook no title.
    """
    html, resources = exporter.from_notebook_node(nb, {"frame": frame})
    page: Page = resources["page"]
    anchors = frozenset(anchor for anchor in page.anchors if anchor.startswith("explain-"))
    return Exported(html, page.title, anchors, resources["elsewhere"], resources["facts"])
