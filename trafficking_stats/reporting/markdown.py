"""Markdown of notebooks: into HTML, and into the language of a page."""

from __future__ import annotations

import functools
import json

import mistune

from trafficking_stats import messages
from trafficking_stats.messages import languages


def render(source: str, *, escape: bool) -> str:
    """Return Markdown as HTML; with ``escape``, HTML in it is shown as text."""
    return str(_renderer(escape)(source))


@functools.cache
def _renderer(escape: bool) -> mistune.Markdown:
    return mistune.create_markdown(escape=escape, plugins=["table", "strikethrough", "footnotes"])


def translate(source: str, language: str) -> tuple[str, bool]:
    """Return a cell of Markdown in a language, and whether the catalogue has it.

    A cell that somebody edited is in no catalogue: it stays as it is.
    """
    if language == next(iter(languages())) or not source.strip():
        return source, True
    with messages.language(language):
        found = messages.translate_markdown(source)
    return found or source, bool(found)


def page_title(notebook: str, language: str) -> str:
    """Return the first heading of a notebook, from the text of its file, in a language; empty if it has none."""
    for cell in json.loads(notebook)["cells"]:
        if cell["cell_type"] == "markdown":
            text, _ = translate("".join(cell["source"]), language)
            for line in text.splitlines():
                if line.startswith("# "):
                    return line[2:].strip()
    return ""
