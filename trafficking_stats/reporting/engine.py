"""A papermill engine that runs a notebook in a fork of this process, where the libraries are imported already.

The fork holds an IPython shell of its own, so nothing a notebook does reaches the process or the next
notebook. That matters for more than tidiness: matplotlib's inline support enables figures once in a process,
and the second shell of one process would lose every figure without a word.

papermill finds the engine by its entry point ``trafficking-stats-warm``. Where processes cannot be forked
safely, standard papermill runs the notebook instead.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import warnings
from collections.abc import Iterator
from multiprocessing.connection import Pipe
from typing import TYPE_CHECKING, Any

from trafficking_stats.errors import ReportError

if TYPE_CHECKING:
    from nbformat import NotebookNode

Answer = tuple[list[dict[str, Any]], int | None, bool, bool]
"""The outputs of a cell, its number, whether it failed, and whether it took too long."""
# In seconds: the limit where none is given, and how long an interrupted cell may go on computing.
_NO_LIMIT, _GRACE = 10**8, 10


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
            cls._run(manager, options.get("execution_timeout") or _NO_LIMIT)
        finally:
            manager.cleanup_pbar()
            manager.notebook_complete()
        return manager.nb

    @staticmethod
    def _run(manager: Any, limit: float) -> None:
        _run_in_fork(manager, limit)

    @classmethod
    def nb_kernel_name(cls, nb: NotebookNode, name: str | None = None) -> str:
        """Return the name of the kernel, which is always this interpreter."""
        return name or "python3"

    @classmethod
    def nb_language(cls, nb: NotebookNode, language: str | None = None) -> str:
        """Return the language, which is always Python."""
        return language or "python"


class ForkedEngine(WarmEngine):
    """The engine of a process that is itself a fork, for one notebook: another fork would copy its memory again."""

    @staticmethod
    def _run(manager: Any, limit: float) -> None:
        _fill(manager, _run_cells(manager.nb, limit), limit)


def _run_in_fork(manager: Any, limit: float) -> None:
    """Fork, and take the outputs of one cell after the other from the fork."""
    receiver, sender = Pipe(duplex=False)
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        try:
            receiver.close()
            for answer in _run_cells(manager.nb, limit):
                sender.send(answer)
        finally:
            # Neither the exit handlers nor the buffers of the parent are the fork's to run.
            os._exit(0)
    sender.close()
    try:
        _fill(manager, iter(receiver.recv, None), limit)
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


def _fill(manager: Any, answers: Iterator[Answer], limit: float) -> None:
    """Take the outputs of one cell after the other, up to the one that fails."""
    from nbclient.exceptions import CellTimeoutError
    from nbformat.notebooknode import from_dict

    for index, cell in enumerate(manager.nb.cells):
        manager.cell_start(cell, index)
        outputs, count, failed, hung = next(answers)
        if hung:
            raise CellTimeoutError.error_from_timeout_and_cell("no output", int(limit), cell)
        if cell.cell_type == "code":
            cell.outputs = [from_dict(output) for output in outputs]
            cell.execution_count = count
        if failed:
            manager.cell_exception(cell, cell_index=index)
        manager.cell_complete(cell, cell_index=index)
        if failed:
            break


def _run_cells(nb: NotebookNode, limit: float) -> Iterator[Answer]:
    """Run the cells of a notebook in this process, which must run no other: yield outputs, count, failed, hung."""
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
        failed, count, hung = False, None, False
        if cell.cell_type == "code" and cell.source.strip():
            with _at_most(limit) as interrupted:
                outputs, failed = run_cell(shell, cell.source)
            hung = bool(interrupted)
            count = shell.execution_count - 1
            failed = failed and "raises-exception" not in cell.metadata.get("tags", [])
        yield outputs, count, failed, hung


@contextlib.contextmanager
def _at_most(limit: float) -> Iterator[list[bool]]:
    """Interrupt a cell that takes longer, in seconds, again and again; end the process if it computes on."""
    interrupted: list[bool] = []

    def interrupt(*_: object) -> None:
        interrupted.append(True)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, limit, 1)
    signal.setitimer(signal.ITIMER_VIRTUAL, limit + _GRACE)  # whose signal, which nobody handles, ends the process
    try:
        yield interrupted
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGALRM, before)
