"""The executed notebook without what differs between two runs: times, random ids, addresses, paths."""

import re
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

#: Set before a kernel starts, so that hashes, threads, clocks and cell names are the same in every run.
ENVIRONMENT: dict[str, str] = tomllib.loads((Path(__file__).parent / "kernel.toml").read_text(encoding="utf-8"))

_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_LANGUAGE = {"file_extension": ".py", "mimetype": "text/x-python", "name": "python", "pygments_lexer": "ipython3"}
_RICH = ("text/html", "image/svg+xml", "image/png", "text/markdown", "application/vnd.trafficking-stats")
_CELL_PATH = re.compile(r"(?:[^\s\"'<>]*ipykernel_\d+/\d+\.py|<ipython-input-[^>]*>)")
# Styler: <table id="T_1a2b3">
_CHANCE_ID = re.compile(r'id="(T_[0-9a-f]{5})"')
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{8,}")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def canonicalise(nb: NotebookNode) -> NotebookNode:
    """Take out of an executed notebook, and return it, what makes its bytes differ between runs of the same inputs.

    Parameters
    ----------
    nb : nbformat.NotebookNode
        What an engine returned; it is changed.

    Returns
    -------
    nbformat.NotebookNode
        Without timings and run-time paths; cell ids and counts by position; streams joined, standard output
        first; plain text dropped where a richer form exists.
    """
    parameters = nb.metadata.get("papermill", {}).get("parameters", {})
    kept = {"kernelspec": _KERNEL, "language_info": _LANGUAGE, "papermill": {"parameters": parameters}}
    nb.metadata = nbformat.from_dict(kept)
    nb.nbformat, nb.nbformat_minor = 4, 5
    count = 0
    names: dict[str, str] = {}
    for position, cell in enumerate(nb.cells):
        cell.id = f"cell-{position:03d}"
        cell.metadata = NotebookNode(
            {key: value for key, value in cell.metadata.items() if key not in ("papermill", "execution", "scrolled")}
        )
        if cell.cell_type != "code":
            continue
        count += bool(cell.source.strip())
        cell.execution_count = count if cell.source.strip() else None
        cell.outputs = [_clean(output, cell.execution_count, names) for output in _joined(cell.outputs)]
    return nb


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join the streams of a cell, standard output first: their interleaving is a race inside the kernel."""
    streams = []
    for name in ("stdout", "stderr"):
        text = "".join(o.text for o in outputs if o.output_type == "stream" and o.name == name)
        if text:
            streams.append(nbformat.v4.new_output("stream", name=name, text=text))
    return streams + [o for o in outputs if o.output_type != "stream"]


def _clean(output: NotebookNode, count: int | None, names: dict[str, str]) -> NotebookNode:
    if output.output_type == "stream":
        output.text = _ADDRESS.sub("", _CELL_PATH.sub("<cell>", output.text))
    if output.output_type == "execute_result":
        output.execution_count = count
    data = output.get("data", {})
    if "text/plain" in data:
        data["text/plain"] = _ADDRESS.sub("", data["text/plain"])
    if any(kind.startswith(_RICH) for kind in data):
        for kind in ("text/plain", "text/latex"):
            data.pop(kind, None)
    if "text/html" in data:
        data["text/html"] = _name_tables(data["text/html"], names)
    return output


def _name_tables(html: str, names: dict[str, str]) -> str:
    """Give a number to each table whose id pandas' Styler drew by chance."""
    for found in _CHANCE_ID.findall(html):
        names.setdefault(found, f"t{len(names) + 1:03d}")
    for found, name in names.items():
        html = html.replace(found, name)
    return html


def failed_cell(nb: NotebookNode) -> tuple[int, str, str, str] | None:
    """Return the cell that failed: its number, its first line, and name and text of the error.

    Parameters
    ----------
    nb : nbformat.NotebookNode
        An executed notebook without papermill's banner cells.

    Returns
    -------
    tuple of (int, str, str, str) or None
        None if no cell failed. The number counts all cells of the notebook as written, from 1.
    """
    banners = {"papermill-error-cell-tag", "injected-parameters"}
    written = [cell for cell in nb.cells if not banners & set(cell.metadata.get("tags", []))]
    for number, cell in enumerate(written, start=1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                lines = [*_ANSI.sub("", str(output.evalue)).strip().splitlines(), ""]
                first = textwrap.shorten(cell.source.strip().split("\n")[0], 80, placeholder="...")
                return number, first, str(output.ename), lines[0]
    return None


def as_bytes(nb: NotebookNode) -> bytes:
    """Return the notebook as the bytes of an ``.ipynb`` file.

    Parameters
    ----------
    nb : nbformat.NotebookNode
        A canonical notebook.

    Returns
    -------
    bytes
        JSON with sorted keys, in UTF-8.
    """
    text: Any = nbformat.writes(nb, version=4)
    return (str(text).rstrip("\n") + "\n").encode("utf-8")
