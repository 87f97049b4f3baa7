"""Build the pages of one country in memory: run its notebooks, make them canonical, export them.

Nothing is written here but temporary files, so the same function serves one report, a batch on this machine
and a worker of a cluster.
"""

from __future__ import annotations

import functools
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trafficking_stats.errors import ReportError

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from trafficking_stats.reporting.export import Exported, ReportExporter

#: The name under which the engine that forks a warm process is registered with papermill.
WARM_ENGINE = "trafficking-stats-warm"
#: Papermill's own name of its standard engine.
STANDARD_ENGINE = "nbclient"


@dataclass(frozen=True)
class NotebookTask:
    """One notebook to run.

    Parameters
    ----------
    name : str
        The file name without its ending.
    title : str
        Its first heading.
    source : str
        The text of the ``.ipynb`` file.
    values : mapping of str to object
        The checked parameters it takes.
    shown : tuple of tuple of (str, str, str)
        Every parameter with its value and meaning, for the foot of the page.
    """

    name: str
    title: str
    source: str
    values: Mapping[str, Any]
    shown: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Task:
    """The pages of one country.

    Parameters
    ----------
    country, name : str
        Code and name of the country.
    notebooks : tuple of NotebookTask
        In the order in which they run.
    folder : str
        Where the notebooks lie: their working directory.
    key : str
        The hash of everything that decides the result.
    values : mapping of str to object
        Every parameter of any notebook, given or default.
    provenance : mapping of str to str
        For the foot of the pages.
    """

    country: str
    name: str
    notebooks: tuple[NotebookTask, ...]
    folder: str
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """Why the pages of a country could not be built.

    Parameters
    ----------
    country : str
        Its code.
    notebook : str
        The notebook that failed; empty if none is to blame.
    cell : int
        The number of the cell in the notebook as written, from 1; 0 if none is to blame.
    message : str
        One line.
    executed : bytes
        The notebook as far as it ran; empty if there is none.
    """

    country: str
    notebook: str
    cell: int
    message: str
    executed: bytes = b""

    def __str__(self) -> str:
        where = f" {self.notebook}" if self.notebook else ""
        return f"{self.country}{where}: {self.message}"


@dataclass(frozen=True)
class Built:
    """What came out for one country.

    Parameters
    ----------
    country, name, key : str
        As in the task.
    files : mapping of str to bytes
        By file name; empty after a failure.
    facts : mapping of str to object
        What the index says about the country.
    failure : Failure or None
        Why there are no files.
    """

    country: str
    name: str
    key: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    failure: Failure | None = None


def build(task: Task, engine: str | None = None, *, progress: bool = False) -> Built:
    """Run the notebooks of a country and export them.

    Parameters
    ----------
    task : Task
        What to run.
    engine : str, optional
        The papermill engine; standard papermill by default.
    progress : bool, optional
        Whether each notebook shows a bar on a terminal.

    Returns
    -------
    Built
        With files or with a failure; a failure of a notebook raises nothing.
    """
    files: dict[str, bytes] = {}
    facts: dict[str, Any] = {}
    pages: list[Exported] = []
    for notebook in task.notebooks:
        try:
            canonical = execute(task, notebook, engine, progress=progress)
            page = _page(task, notebook, canonical)
        except FailedError as error:
            return Built(task.country, task.name, task.key, failure=error.failure)
        except ReportError as error:
            failure = Failure(task.country, notebook.name, 0, str(error))
            return Built(task.country, task.name, task.key, failure=failure)
        pages.append(page)
        files[f"{notebook.name}.html"] = page.html.encode("utf-8")
        files[f"{notebook.name}.ipynb"] = _notebook_bytes(canonical)
        facts.update({key: value for key, value in page.facts.items() if key != "headline"})
        # The last headline is the one of the latest stage of the analysis that has one of its own.
        facts.setdefault("headlines", {})[notebook.name] = page.facts.get("headline")
    if dead := _dead_links(pages):
        failure = Failure(task.country, "", 0, f"figures link to explanations that are on no page: {dead}")
        return Built(task.country, task.name, task.key, failure=failure)
    return Built(task.country, task.name, task.key, files, facts)


class FailedError(Exception):
    """A notebook could not be run to its end.

    Parameters
    ----------
    failure : Failure
        What is known about it.
    """

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(str(failure))


def _dead_links(pages: list[Exported]) -> str:
    there = frozenset[str]().union(*(page.anchors for page in pages))
    dead = sorted(frozenset[str]().union(*(page.elsewhere for page in pages)) - there)
    return ", ".join(dead[:5]) + (f" and {len(dead) - 5} more" if len(dead) > 5 else "")


def execute(task: Task, notebook: NotebookTask, engine: str | None = None, *, progress: bool = False) -> NotebookNode:
    """Run one notebook of a task.

    Parameters
    ----------
    task : Task
        Names country and folder.
    notebook : NotebookTask
        The notebook.
    engine, progress
        As in `build`.

    Returns
    -------
    nbformat.NotebookNode
        Canonical: the same bytes in every run.

    Raises
    ------
    FailedError
        If a cell failed or the kernel died.
    ReportError
        If the output holds what differs in every run.
    """
    shield_from_slow_import()
    import nbformat
    import papermill
    from papermill.engines import papermill_engines
    from papermill.exceptions import PapermillExecutionError

    from trafficking_stats.reporting.canonical import as_bytes, canonicalise, failed_cell, refuse_volatile
    from trafficking_stats.reporting.engine import WarmEngine

    # The entry point does this too, but not in a checkout that is only on the path.
    papermill_engines.register(WARM_ENGINE, WarmEngine)
    with tempfile.TemporaryDirectory(prefix="trafficking-stats-") as folder:
        copy = Path(folder) / "executed.ipynb"
        try:
            executed = papermill.execute_notebook(
                nbformat.reads(notebook.source, as_version=4),
                str(copy),
                parameters=dict(notebook.values),
                engine_name=engine,
                progress_bar={"desc": f"{task.country} {notebook.name}", "disable": None} if progress else False,
                request_save_on_cell_execute=False,
                **_engine_options(engine, task.folder if Path(task.folder).is_dir() else folder),
            )
        except PapermillExecutionError as error:
            nb = nbformat.read(copy, as_version=4)
            number, line, name, text = failed_cell(nb) or (error.cell_index, "", error.ename, error.evalue)
            nb.cells = [c for c in nb.cells if "papermill-error-cell-tag" not in c.metadata.get("tags", [])]
            message = f"cell {number} ({line}): {name}: {text}"
            raise FailedError(
                Failure(task.country, notebook.name, number, message, as_bytes(canonicalise(nb)))
            ) from None
        except (RuntimeError, OSError) as error:  # the kernel died, or there is no room for temporary files
            raise FailedError(Failure(task.country, notebook.name, 0, _one_line(error))) from error
    canonical = canonicalise(executed)
    refuse_volatile(canonical, notebook.name)
    return canonical


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _notebook_bytes(nb: NotebookNode) -> bytes:
    from trafficking_stats.reporting.canonical import as_bytes

    return as_bytes(nb)


def _engine_options(engine: str | None, folder: str) -> dict[str, Any]:
    if engine not in (None, STANDARD_ENGINE):
        return {"cwd": folder}
    from trafficking_stats.reporting.kernel import ReportKernelManager

    return {"kernel_manager_class": ReportKernelManager, "resources": {"metadata": {"path": folder}}}


def _page(task: Task, notebook: NotebookTask, canonical: NotebookNode) -> Exported:
    from trafficking_stats.reporting.export import Frame, export

    frame = Frame(
        notebook.name,
        task.name,
        [(other.name, other.title) for other in task.notebooks],
        notebook.shown,
        task.provenance,
    )
    return export(exporter(), canonical, frame)


@functools.cache
def exporter() -> ReportExporter:
    """Return the exporter of this process; its template is compiled once."""
    from trafficking_stats.reporting.export import ReportExporter

    return ReportExporter()


def shield_from_slow_import() -> None:
    """Keep ``rfc3987_syntax`` from being imported.

    JupyterLab brings it, and jsonschema, of which papermill and nbconvert need nothing that it checks,
    imports it where it is there: two seconds for building a grammar (python-jsonschema/jsonschema#1428).
    """
    if "jsonschema" not in sys.modules:
        sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for a while.

    Parameters
    ----------
    values : mapping of str to str
        What to set; the old values come back at the end.
    """
    old = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in old.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
