"""Build one page in memory: run its notebook, make it canonical, export it.

Nothing is written here but temporary files, so the same function serves one report, a batch on this machine and a
worker of a cluster.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trafficking_stats.errors import ReportError
from trafficking_stats.reporting.plan import Task

if TYPE_CHECKING:
    from nbformat import NotebookNode

#: The name under which the engine that forks a warm process is registered with papermill.
WARM_ENGINE = "trafficking-stats-warm"
#: Of the engine of a process that runs one notebook and ends.
FORK_ENGINE = "trafficking-stats-forked"
#: Papermill's own name of its standard engine.
STANDARD_ENGINE = "nbclient"


class PageError(ReportError):
    """Why a page could not be built.

    Parameters
    ----------
    country : str
        Code of the country.
    notebook : str
        The notebook that failed; empty if none is to blame.
    message : str
        One line.
    cell : int
        The number of the cell in the notebook as written, from 1; 0 if none is to blame.
    executed : bytes
        The notebook as far as it ran; empty if there is none.
    """

    def __init__(self, country: str, notebook: str, message: str, cell: int = 0, executed: bytes = b"") -> None:
        super().__init__(country, notebook, message, cell, executed)
        self.country, self.notebook, self.message, self.cell, self.executed = country, notebook, message, cell, executed

    def __str__(self) -> str:
        return f"{self.country}{f' {self.notebook}' if self.notebook else ''}: {self.message}"


@dataclass(frozen=True)
class Built:
    """A page, or why there is none.

    Parameters
    ----------
    task : Task
        What was asked for.
    files : mapping of str to bytes
        The page, the executed notebook and the card, by their names.
    title : str
        Of the page.
    facts : mapping of str to object
        What index and brief say of the country.
    reads : tuple of str
        The countries whose claims the notebook asked for; empty if that is not known.
    failure : PageError or None
        Why there is no page.
    """

    task: Task
    files: Mapping[str, bytes] = field(default_factory=dict)
    title: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    failure: PageError | None = None

    @property
    def html(self) -> str:
        """The page; links to explanations lead to places that may be on another page of the country."""
        return self.files[self.task.file].decode("utf-8")


def build(task: Task, engine: str | None = None) -> Built:
    """Run the notebook of a page and export it.

    Parameters
    ----------
    task : Task
        What to run.
    engine : str, optional
        The papermill engine; standard papermill by default.

    Returns
    -------
    Built
        A failure of the notebook is part of it and raises nothing.
    """
    from trafficking_stats.reporting.export import export

    with tempfile.TemporaryDirectory(prefix="trafficking-stats-") as folder:
        log = Path(folder) / "reads"
        told = replace(task, environment={**task.environment, "TRAFFICKING_STATS_READS": str(log)})
        try:
            built = export(execute(told, engine), task)
        except PageError as failure:
            return Built(task, failure=failure)
        except ReportError as error:
            return Built(task, failure=PageError(task.country, task.notebook, str(error)))
        reads = tuple(sorted(set(log.read_text().split()))) if log.exists() else ()
    return replace(built, reads=reads)


def execute(task: Task, engine: str | None = None) -> NotebookNode:
    """Run the notebook of a page.

    Parameters
    ----------
    task, engine
        As in `build`.

    Returns
    -------
    nbformat.NotebookNode
        Canonical: the same bytes in every run.

    Raises
    ------
    PageError
        If a cell failed or took too long, or the kernel died.
    """
    shield_from_slow_import()
    import nbformat
    import papermill
    from papermill.engines import papermill_engines
    from papermill.exceptions import PapermillExecutionError

    from trafficking_stats.reporting.canonical import ENVIRONMENT, as_bytes, canonicalise, failed_cell
    from trafficking_stats.reporting.engine import ForkedEngine, WarmEngine

    logging.getLogger("papermill").setLevel(logging.ERROR)  # it warns of names that its inspection cannot read
    # The entry point does this too, but not in a checkout that is only on the path.
    papermill_engines.register(WARM_ENGINE, WarmEngine)
    papermill_engines.register(FORK_ENGINE, ForkedEngine)
    with (
        tempfile.TemporaryDirectory(prefix="trafficking-stats-") as folder,
        # A folder of its own, for the start-up files of a user's IPython are none of a report's business.
        environment({**ENVIRONMENT, **task.environment, "IPYTHONDIR": folder}),
    ):
        copy = Path(folder) / "executed.ipynb"
        try:
            executed = papermill.execute_notebook(
                nbformat.reads(task.source, as_version=4),
                str(copy),
                parameters=dict(task.values),
                engine_name=engine,
                progress_bar=False,
                request_save_on_cell_execute=False,
                execution_timeout=task.limit,
                **_engine_options(engine, task.folder if Path(task.folder).is_dir() else folder),
            )
        except PapermillExecutionError as error:
            nb = nbformat.read(copy, as_version=4)
            number, line, name, text = failed_cell(nb) or (error.cell_index, "", error.ename, error.evalue)
            nb.cells = [c for c in nb.cells if "papermill-error-cell-tag" not in c.metadata.get("tags", [])]
            message = f"cell {number} ({line}): {name}: {text}"
            ran = as_bytes(canonicalise(nb))
            raise PageError(task.country, task.notebook, message, number, ran) from None
        except TimeoutError as error:
            number, line = _hung_cell(task.source, str(error))
            which = f"cell {number} ({line})" if number else "a cell"
            message = f"{which} took more than {task.limit} seconds and was stopped; --limit allows more"
            raise PageError(task.country, task.notebook, message, number) from None
        except (RuntimeError, OSError) as error:  # the kernel died, or there is no room for temporary files
            message = f"{type(error).__name__}: {' '.join(str(error).split())}"
            raise PageError(task.country, task.notebook, message) from error
    return canonicalise(executed)


def _hung_cell(source: str, told: str) -> tuple[int, str]:
    """Return number and first line of the cell that nbclient's error on a hung cell quotes; 0 if it is none of ours."""
    import nbformat

    for number, cell in enumerate(nbformat.reads(source, as_version=4).cells, start=1):
        lines = [line for line in cell.source.strip().splitlines()[:5] if line.strip()]
        if cell.cell_type == "code" and lines and all(line in told for line in lines):
            return number, lines[0]
    return 0, ""


def _engine_options(engine: str | None, folder: str) -> dict[str, Any]:
    if engine not in (None, STANDARD_ENGINE):
        return {"cwd": folder}
    # What C code prints arrives in a kernel too late or too early, by chance: it is not part of a report.
    options = ["--log-level=CRITICAL", "--IPKernelApp.capture_fd_output=False"]
    return {"extra_arguments": options, "resources": {"metadata": {"path": folder}}, "kernel_name": "python3"}


def shield_from_slow_import() -> None:
    """Keep ``rfc3987_syntax`` from being imported.

    JupyterLab brings it, and jsonschema, of which papermill needs nothing that it checks, imports it where it is
    there: two seconds for building a grammar (python-jsonschema/jsonschema#1428).
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
