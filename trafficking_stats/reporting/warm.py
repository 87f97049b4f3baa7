"""A warm process: it imports everything once and forks itself for each country whose pages are asked for.

Started as ``python -m trafficking_stats.reporting.warm ADDRESS`` in a fixed environment, without threads, so that a
fork is safe. It ends when its standard input closes, also when its owner is killed.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from types import TracebackType
from typing import Self

from trafficking_stats.errors import ReportError, TraffickingStatsError
from trafficking_stats.reporting.build import (
    WARM_ENGINE,
    Built,
    Failure,
    Task,
    build,
    exporter,
    shield_from_slow_import,
)
from trafficking_stats.reporting.canonical import ENVIRONMENT

#: Imported before the first fork: what the notebooks and the export need.
LIBRARIES = (
    "pandas",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_svg",
    "matplotlib_inline.backend_inline",
    "seaborn",
    "scipy.optimize",
    "scipy.stats",
    "statsmodels.api",
    "great_tables",
    "pycountry",
    "papermill",
    "papermill.translators",
    "IPython.display",
    "trafficking_stats",
    "trafficking_stats.gap_analysis.answer",
    "trafficking_stats.gap_analysis.result",
    "trafficking_stats.plots",
    "trafficking_stats.reconciliation.result",
    "trafficking_stats.reporting.display",
    "trafficking_stats.reporting.focus",
    "trafficking_stats.reporting.shell",
    "trafficking_stats.tables",
    "trafficking_stats.texts",
)


def is_supported() -> bool:
    """Return whether processes can be forked safely here; elsewhere standard papermill does the work.

    Returns
    -------
    bool
        True on Linux.
    """
    return sys.platform == "linux"


class WarmServer:
    """The owner's side of a warm process.

    Used as a context manager; `build` may be called from several threads at once.

    Parameters
    ----------
    libraries : sequence of str, optional
        The modules to import before the first fork; others are imported by each notebook that needs them.
    """

    def __init__(self, libraries: Sequence[str] = LIBRARIES) -> None:
        self._libraries = libraries
        self._folder = tempfile.TemporaryDirectory(prefix="trafficking-stats-warm-")
        self._address = str(Path(self._folder.name) / "socket")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the process and wait until it is ready."""
        environment = {**os.environ, **ENVIRONMENT, "IPYTHONDIR": self._folder.name}
        process = subprocess.Popen(
            [sys.executable, "-m", "trafficking_stats.reporting.warm", self._address, *self._libraries],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        self._process = process
        ready = process.stdout.readline() if process.stdout else b""
        if ready.strip() != b"ready":
            self.close()
            raise ReportError("the warm process did not start; its messages are above")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self.close()

    def close(self) -> None:
        """End the process and remove its socket."""
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        self._folder.cleanup()

    @property
    def process_id(self) -> int | None:
        """The id of the warm process, None while it does not run."""
        return self._process.pid if self._process else None

    def build(self, task: Task, *, progress: bool = False) -> Built:
        """Build the pages of a country in a fork of the warm process.

        Parameters
        ----------
        task : Task
            What to run.
        progress : bool, optional
            Whether each notebook shows a bar on a terminal.

        Returns
        -------
        Built
            With files or with a failure; a fork that was killed is tried once more.
        """
        for _ in range(2):
            with contextlib.suppress(EOFError, ConnectionError, FileNotFoundError), Client(self._address) as line:
                line.send((task, progress))
                built: Built = line.recv()
                return built
        alive = self._process is not None and self._process.poll() is None
        what = "the process that ran it was killed, twice" if alive else "the warm process was killed"
        return Built(task.country, task.name, task.key, failure=Failure(task.country, "", 0, f"{what}; run again"))


@functools.cache
def _server_of_process() -> WarmServer:
    return WarmServer().__enter__()


def build_warm(task: Task) -> Built:
    """Build the pages of a country in the warm process that belongs to this process.

    It is what a worker of an executor runs, here or in a cluster. The warm process starts with the first
    call and ends with this process.

    Parameters
    ----------
    task : Task
        What to run.

    Returns
    -------
    Built
        With files or with a failure.
    """
    if not is_supported():
        return build(task)
    return _server_of_process().build(task)


def serve(address: str, libraries: Sequence[str]) -> None:
    """Import everything, say ``ready``, and fork for every connection until standard input closes.

    Parameters
    ----------
    address : str
        The path of the Unix socket.
    libraries : sequence of str
        The modules to import.
    """
    warm_up(libraries)
    # An interruption concerns the owner, who closes our standard input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Listener(address, "AF_UNIX", backlog=64) as listener, selectors.DefaultSelector() as selector:
        selector.register(listener._listener._socket, selectors.EVENT_READ)  # type: ignore[attr-defined]
        selector.register(sys.stdin, selectors.EVENT_READ)
        print("ready", flush=True)
        gc.collect()
        gc.freeze()
        while not any(key.fileobj is sys.stdin for key, _ in selector.select()):
            _reap()
            with listener.accept() as line:
                if os.fork() == 0:
                    _answer(line)
    for _ in range(20):  # those that have just answered
        time.sleep(0.005)
        _reap()


def _reap() -> None:
    """Take leave of the forks that ended, so that their time counts as the owner's, and wait for no other."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _answer(line: Connection) -> None:
    """Build one country in this fork and end it."""
    status = 1
    try:
        task, progress = line.recv()
        _prepare(task)
        line.send(build(task, WARM_ENGINE, progress=progress))
        status = 0
    except (EOFError, ConnectionError):
        pass  # the owner is gone
    finally:
        os._exit(status)


def _prepare(task: Task) -> None:
    """Reconcile once what every notebook of the country will ask for."""
    from trafficking_stats.reconciliation.shipped import reconciled

    if not any("shipped" in notebook.source for notebook in task.notebooks):
        return  # none of them asks for it
    options = {name: task.values[name] for name in ("method", "exclude_sources", "prefer") if name in task.values}
    with contextlib.suppress(TraffickingStatsError):  # the notebook that asks for it fails with its cell
        reconciled(task.country, **options)


def warm_up(libraries: Sequence[str]) -> None:
    """Import the libraries, fill their caches, and compile the template.

    Parameters
    ----------
    libraries : sequence of str
        The modules to import.
    """
    shield_from_slow_import()
    from trafficking_stats.reporting.shell import process_shell

    for name in libraries:
        importlib.import_module(name)
    exporter()
    process_shell()
    if "matplotlib.pyplot" in libraries:
        _draw()


def _draw() -> None:
    """Draw a figure that nobody sees: the first text costs the search for fonts."""
    import io

    from matplotlib.figure import Figure

    figure = Figure(layout="constrained")
    figure.subplots().set_title("0")
    figure.savefig(io.BytesIO(), format="svg")


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2:])
