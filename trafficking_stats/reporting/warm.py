"""A warm process: it imports everything once and forks itself for each page that is asked for.

Started as ``python -m trafficking_stats.reporting.warm`` in a fixed environment, without threads, so that a fork is
safe. Each request is one end of a pipe, sent through the socket that owner and process share; the process ends when
its owner closes the socket, also by being killed.
"""

import contextlib
import functools
import gc
import importlib
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import weakref
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, Pipe
from typing import TypeVar

from trafficking_stats.claims import load_claims
from trafficking_stats.countries import WORLD
from trafficking_stats.errors import TraffickingStatsError
from trafficking_stats.reconciliation.reconciling import settle_ahead
from trafficking_stats.reporting.build import FORK_ENGINE, Built, PageError, build, environment, shield_from_slow_import
from trafficking_stats.reporting.canonical import ENVIRONMENT
from trafficking_stats.reporting.plan import Task

Answer = TypeVar("Answer")
_ROOMS = ("fact_check", "gap_analysis", "messages", "plots", "reconciliation", "reporting", "tables")
_LATE = ("matplotlib.pyplot", "papermill", "pycountry", "scipy.stats", "statsmodels.api")
#: Where a request is answered.
FORK, ITSELF = b".", b"!"
#: Imported before the first fork: every room that the pages need, and what is imported late in them.
LIBRARIES = (*(f"trafficking_stats.{room}" for room in _ROOMS), *_LATE)


def is_supported() -> bool:
    """Return whether processes can be forked safely here; elsewhere standard papermill does the work."""
    return sys.platform == "linux"


class WarmProcess:
    """The owner's side of a warm process; `build` may be called from several threads at once.

    Parameters
    ----------
    libraries : sequence of str, optional
        The modules to import before the first fork; others are imported by each notebook that needs them.
    """

    def __init__(self, libraries: Sequence[str] = LIBRARIES) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno()), *libraries],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={**os.environ, **ENVIRONMENT},
            )
        self.process_id = self._process.pid
        self.settled: set[str] = set()
        self.close = weakref.finalize(self, _end, self._control, self._process)

    def build(self, task: Task) -> Built:
        """Build a page in a fork of the warm process; a fork that was killed is tried once more."""
        for _ in range(2):
            with contextlib.suppress(EOFError, OSError):
                return self.run(build, task, FORK_ENGINE)
        alive = self._process.poll() is None
        what = "the process that ran it was killed, twice" if alive else "the warm process was killed"
        return Built(task, failure=PageError(task.country, task.notebook, f"{what}; run again"))

    def settle(self, tasks: Sequence[Task]) -> None:
        """Settle the countries of pages in the warm process itself, so that each page, a fork, finds it done."""
        countries = {task.country for task in tasks} - {WORLD}
        self.settled |= countries
        if countries and "method" in {parameter.name for parameter in tasks[0].parameters}:
            with contextlib.suppress(EOFError, OSError):  # then each page does it itself
                self.run(_settle, sorted(countries), tasks[0], where=ITSELF)

    def run(self, function: Callable[..., Answer], *given: object, where: bytes = FORK) -> Answer:
        """Return what a function returns in a fork; an EOFError or OSError says that the fork was killed."""
        ours, theirs = Pipe()
        with ours:
            with theirs:
                socket.send_fds(self._control, [where], [theirs.fileno()])
            ours.send((function, given))
            answer: Answer = ours.recv()
            return answer


def _end(control: socket.socket, process: subprocess.Popen[bytes]) -> None:
    control.close()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@functools.lru_cache(maxsize=1)
def warm_process(code: str) -> WarmProcess:
    """Return the warm process of this process, a new one after the code has changed."""
    return WarmProcess()


def build_warm(task: Task) -> Built:
    """Build a page in the warm process that belongs to this process.

    It is what a worker of an executor runs, here or in a cluster. The warm process starts with the first
    call and ends with this process.
    """
    if not is_supported():
        return build(task)
    process = warm_process(task.code)
    if task.country not in process.settled:  # in a worker of an executor
        process.settle([task])
    return process.build(task)


def _settle(countries: Sequence[str], task: Task) -> None:
    given = {name: task.values[name] for name in ("method", "exclude_sources", "prefer") if name in task.values}
    with environment(task.environment):
        settle_ahead(countries, **given)
    gc.collect()
    gc.freeze()


def serve(control: socket.socket, libraries: Sequence[str]) -> None:
    """Import everything, and fork for every request until the owner closes the socket."""
    warm_up(libraries)
    # An interruption concerns the owner, who closes the socket.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    while True:
        where, handles, *_ = socket.recv_fds(control, 1, 1)
        if not handles:
            break
        # Take leave of the forks that ended, so that their time counts as the owner's.
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        with Connection(handles[0]) as line:
            if where == ITSELF:
                _answer(line)
            elif os.fork() == 0:
                try:
                    _answer(line)
                finally:
                    os._exit(0)
    with contextlib.suppress(ChildProcessError):
        while os.wait():
            pass


def _answer(line: Connection) -> None:
    """Do what was asked for, in this fork or, where each later fork is to have it, in the warm process."""
    with contextlib.suppress(EOFError, OSError):  # the owner is gone
        function, given = line.recv()
        line.send(function(*given))


def warm_up(libraries: Sequence[str]) -> None:
    """Import the libraries, and fill what is only filled by being used.

    Parameters
    ----------
    libraries : sequence of str
        The modules to import.
    """
    shield_from_slow_import()
    from trafficking_stats.reporting.shell import process_shell

    for name in libraries:
        with contextlib.suppress(ModuleNotFoundError):  # then each notebook says so that needs it
            module = importlib.import_module(name)
            inside = pkgutil.iter_modules(module.__path__, f"{name}.") if name.startswith("trafficking_stats.") else ()
            for part in inside:
                importlib.import_module(part.name)
    process_shell()
    if libraries:
        from trafficking_stats.reporting.export import rehearse

        with contextlib.suppress(TraffickingStatsError):  # then each notebook says so that needs them
            load_claims()
        rehearse()


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2:])
