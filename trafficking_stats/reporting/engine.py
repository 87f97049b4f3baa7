"""A papermill engine that runs a notebook in a fork of this process, where the libraries are imported already.

The fork holds an IPython shell of its own, so nothing a notebook does reaches the process or the next
notebook. That matters for more than tidiness: matplotlib's inline support enables figures once in a process,
and the second shell of one process would lose every figure without a word.

papermill finds the engine by its entry point ``trafficking-stats-warm``. Where processes cannot be forked
safely, standard papermill runs the notebook instead.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import warnings
from typing import TYPE_CHECKING, Any, BinaryIO

from trafficking_stats.errors import ReportError
from trafficking_stats.reporting.canonical import ENVIRONMENT

if TYPE_CHECKING:
    from nbformat import NotebookNode


class WarmEngine:
    """The engine; papermill calls its class methods.

    It does not inherit from papermill's ``Engine``: papermill loads every engine while it is itself being
    imported, and an import of papermill from here would then be circular.
    """

    @classmethod
    def execute_notebook(cls, nb: NotebookNode, kernel_name: str | None, **options: Any) -> NotebookNode:
        """Run a notebook.

        Parameters
        ----------
        nb : nbformat.NotebookNode
            The notebook with its parameters injected.
        kernel_name : str or None
            Not used: the kernel is this interpreter.
        **options : object
            Those of papermill's engines.

        Returns
        -------
        nbformat.NotebookNode
            The notebook with outputs, up to the cell that failed, if one did.

        Raises
        ------
        ReportError
            If the fork was killed.
        """
        from papermill.engines import NBClientEngine, NotebookExecutionManager

        if sys.platform != "linux":
            return NBClientEngine.execute_notebook(nb, kernel_name, **options)
        shown = {key: options[key] for key in ("output_path", "progress_bar", "log_output") if key in options}
        manager = NotebookExecutionManager(nb, **shown)
        manager.notebook_start()
        try:
            _run_in_fork(manager)
        finally:
            manager.cleanup_pbar()
            manager.notebook_complete()
        return manager.nb

    @classmethod
    def nb_kernel_name(cls, nb: NotebookNode, name: str | None = None) -> str:
        """Return the name of the kernel, which is always this interpreter."""
        return name or "python3"

    @classmethod
    def nb_language(cls, nb: NotebookNode, language: str | None = None) -> str:
        """Return the language, which is always Python."""
        return language or "python"


def _run_in_fork(manager: Any) -> None:
    """Fork, and take the outputs of each cell as a line of JSON from the fork."""
    reader, writer = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reader)
            with os.fdopen(writer, "wb") as pipe:
                _run_cells(manager.nb, pipe)
            status = 0
        finally:
            # Neither the exit handlers nor the buffers of the parent are the fork's to run.
            os._exit(status)
    os.close(writer)
    done = False
    try:
        with os.fdopen(reader, "rb") as pipe:
            for line in pipe:
                message = json.loads(line)
                done = "cell" not in message
                if not done:
                    _take(manager, message)
    finally:
        _, status = os.waitpid(child, 0)
    if not done:
        code = os.waitstatus_to_exitcode(status)
        how = f"killed by signal {-code}" if code < 0 else f"ended with status {code}"
        raise ReportError(f"the process that ran the notebook was {how}; run it again")


def _take(manager: Any, message: dict[str, Any]) -> None:
    from nbformat.notebooknode import from_dict

    index = message["cell"]
    cell: NotebookNode = manager.nb.cells[index]
    manager.cell_start(cell, index)
    if cell.cell_type == "code":
        cell.outputs = [from_dict(output) for output in message["outputs"]]
        cell.execution_count = message["count"]
    if message["failed"]:
        manager.cell_exception(cell, cell_index=index)
    manager.cell_complete(cell, cell_index=index)


def _run_cells(nb: NotebookNode, pipe: BinaryIO) -> None:
    """Run the cells of a notebook in this process, which ends afterwards."""
    from trafficking_stats.reporting.shell import process_shell, run_cell

    os.environ.update(ENVIRONMENT)
    # A caller that records warnings, such as a test or another notebook, must not swallow those of this one.
    importlib.reload(warnings)
    # As in the kernel of standard papermill, what C code prints is not part of a report.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    shell = process_shell()
    for index, cell in enumerate(nb.cells):
        outputs: list[dict[str, Any]] = []
        failed, count = False, None
        if cell.cell_type == "code" and cell.source.strip():
            outputs, failed = run_cell(shell, cell.source)
            count = shell.execution_count - 1
            failed = failed and "raises-exception" not in cell.metadata.get("tags", [])
        message = {"cell": index, "outputs": outputs, "count": count, "failed": failed}
        pipe.write(json.dumps(message).encode("utf-8") + b"\n")
        pipe.flush()
        if failed:
            break
    pipe.write(b"{}\n")
