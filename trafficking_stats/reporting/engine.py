"""A papermill engine that runs a notebook in a fork of this process, where the libraries are imported already.

The fork holds an IPython shell of its own, so nothing a notebook does reaches the process or the next
notebook. That matters for more than tidiness: matplotlib's inline support enables figures once in a process,
and the second shell of one process would lose every figure without a word.

papermill finds the engine by its entry point ``trafficking-stats-warm``. Where processes cannot be forked
safely, standard papermill runs the notebook instead.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection, Pipe
from typing import TYPE_CHECKING, Any

from trafficking_stats.errors import ReportError

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
            Those of papermill's engines; ``execution_timeout`` is the limit of a cell in seconds.

        Returns
        -------
        nbformat.NotebookNode
            The notebook with outputs, up to the cell that failed, if one did.

        Raises
        ------
        ReportError
            If the fork was killed.
        nbclient.exceptions.CellTimeoutError
            If a cell took longer than its limit.
        """
        from papermill.engines import NBClientEngine, NotebookExecutionManager

        if sys.platform != "linux":
            return NBClientEngine.execute_notebook(nb, kernel_name, **options)
        shown = {key: options[key] for key in ("output_path", "progress_bar", "log_output") if key in options}
        manager = NotebookExecutionManager(nb, **shown)
        manager.notebook_start()
        try:
            _run_in_fork(manager, options.get("execution_timeout"))
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


def _run_in_fork(manager: Any, limit: int | None) -> None:
    """Fork, and take the outputs of one cell after the other from the fork."""
    receiver, sender = Pipe(duplex=False)
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        try:
            receiver.close()
            _run_cells(manager.nb, sender.send)
        finally:
            # Neither the exit handlers nor the buffers of the parent are the fork's to run.
            os._exit(0)
    sender.close()
    try:
        for index in range(len(manager.nb.cells)):
            if not _take(manager, index, receiver, limit):
                break
    except EOFError:
        raise ReportError(f"the process that ran the notebook {_end_of(child)}; run it again") from None
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        receiver.close()
        _end_of(child)


def _end_of(child: int) -> str:
    """Wait until a process has ended, and say how it did."""
    try:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except ChildProcessError:
        return "ended"
    return f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"


def _take(manager: Any, index: int, receiver: Connection, limit: int | None) -> bool:
    """Take the outputs of a cell; return whether the notebook goes on."""
    from nbclient.exceptions import CellTimeoutError
    from nbformat.notebooknode import from_dict

    cell: NotebookNode = manager.nb.cells[index]
    manager.cell_start(cell, index)
    if not receiver.poll(limit):
        raise CellTimeoutError.error_from_timeout_and_cell("no output", limit or 0, cell)
    outputs, count, failed = receiver.recv()
    if cell.cell_type == "code":
        cell.outputs = [from_dict(output) for output in outputs]
        cell.execution_count = count
    if failed:
        manager.cell_exception(cell, cell_index=index)
    manager.cell_complete(cell, cell_index=index)
    return not failed


def _run_cells(nb: NotebookNode, send: Callable[[tuple[Any, ...]], None]) -> None:
    """Run the cells of a notebook in this process, which ends afterwards."""
    from trafficking_stats.reporting.shell import process_shell, run_cell

    # A caller that records warnings, such as a test or another notebook, must not swallow those of this one.
    importlib.reload(warnings)
    # As in the kernel of standard papermill, what C code prints is not part of a report.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    shell = process_shell()
    for cell in nb.cells:
        outputs: list[dict[str, Any]] = []
        failed, count = False, None
        if cell.cell_type == "code" and cell.source.strip():
            outputs, failed = run_cell(shell, cell.source)
            count = shell.execution_count - 1
            failed = failed and "raises-exception" not in cell.metadata.get("tags", [])
        send((outputs, count, failed))
        if failed:
            break
