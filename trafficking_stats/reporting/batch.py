"""Reports of many countries at once: skip what is unchanged, go on after a failure, resume after a kill."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trafficking_stats.errors import ReportError
from trafficking_stats.reporting import folder as report_folder
from trafficking_stats.reporting.build import Built, Failure, Task, build
from trafficking_stats.reporting.index import write_index
from trafficking_stats.reporting.reports import Countries, plan
from trafficking_stats.reporting.warm import WarmServer, build_warm, is_supported

#: Seconds after which a Dask scheduler that does not answer is given up.
SCHEDULER_TIMEOUT = 10.0


@dataclass(frozen=True)
class BatchResult:
    """What a batch did.

    Parameters
    ----------
    written : list of pathlib.Path
        The new pages.
    skipped : list of str
        The countries whose pages were up to date.
    failures : list of Failure
        One for each country that failed.

    Notes
    -----
    All three are in the order in which the countries were asked for.
    """

    written: list[Path] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def batch(
    countries: Sequence[str] | None = None,
    output_dir: Path | str = "reports",
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    scheduler: str | None = None,
    force: bool = False,
    parameters: Mapping[str, Any] | None = None,
    notebooks: Path | str | None = None,
    known: Countries = None,
    progress: bool = True,
    say: Callable[[str], None] | None = None,
) -> BatchResult:
    """Write the reports of many countries, each in a fork of a warm process.

    Parameters
    ----------
    countries : sequence of str, optional
        Their codes; every country that has claims by default.
    output_dir : path, optional
        As in `trafficking_stats.report`.
    workers : int, optional
        How many reports run at once on this machine; the number of its cores by default.
    executor : concurrent.futures.Executor, optional
        Runs the reports instead; each of its processes keeps a warm process of its own.
    scheduler : str, optional
        Address of a Dask scheduler, such as ``tcp://host:8786``, whose cluster runs the reports instead.
    force : bool, optional
        Whether to build also what is up to date.
    parameters : mapping of str to object, optional
        Parameters of the notebooks, the same for every country.
    notebooks, known : optional
        As ``notebooks`` and ``countries`` of `trafficking_stats.report`.
    progress : bool, optional
        Whether to show a bar with rate and time left, on a terminal.
    say : callable, optional
        Takes one line for each failure; written to standard error by default.

    Returns
    -------
    BatchResult
        Also when some countries failed.

    Raises
    ------
    ReportError
        If a parameter or a country is wrong, before anything runs; if the folder cannot be written or the
        executor lost its workers, after which the same call goes on where this one stopped.
    """
    if workers is not None and workers < 1:
        raise ReportError(f"workers must be at least 1, not {workers}")
    folder = Path(output_dir)
    made = plan(notebooks, known)
    codes = list(dict.fromkeys(made.countries if countries is None else countries))
    tasks = [made.task(code, parameters or {}) for code in codes]
    current = set() if force else _current(folder, tasks)
    todo = [task for task in tasks if task.country not in current]
    skipped = [code for code in codes if code in current]
    if not todo:
        if not (folder / "index.html").is_file() and tasks:
            write_index(folder)
        return BatchResult(skipped=skipped)
    written: dict[str, list[Path]] = {}
    failures: dict[str, Failure] = {}
    say = say or _to_stderr
    try:
        with _runner(workers, executor, scheduler, len(todo)) as submit:
            futures = {submit(task): task for task in todo}
            try:
                for future in _with_bar(as_completed(futures), len(futures), shown=progress):
                    built = _outcome(future, futures[future], len(written))
                    pages = report_folder.store(folder, built)
                    if built.failure is None:
                        written[built.country] = pages
                    else:
                        failures[built.country] = built.failure
                        say(str(built.failure))
            except BaseException:
                for future in futures:
                    future.cancel()
                raise
    finally:
        # Also after an interruption: the index then shows what is there.
        if folder.is_dir():
            with contextlib.suppress(ReportError) if sys.exc_info()[0] else contextlib.nullcontext():
                write_index(folder)
    return BatchResult(
        [page for code in codes for page in written.get(code, [])],
        skipped,
        [failures[code] for code in codes if code in failures],
    )


def _current(folder: Path, tasks: Sequence[Task]) -> set[str]:
    """Return the countries whose pages are up to date; hashing lets threads work side by side."""
    with ThreadPoolExecutor(_cores()) as pool:
        same = pool.map(lambda task: report_folder.is_current(folder, task.country, task.key), tasks)
        return {task.country for task, is_same in zip(tasks, same, strict=True) if is_same}


def _outcome(future: Future[Built], task: Task, done: int) -> Built:
    try:
        return future.result()
    except BrokenExecutor as error:
        raise ReportError(
            f"the executor lost its workers ({error}); {done} countries are done: run again to go on"
        ) from error
    except Exception as error:  # whatever a cluster raises for a lost worker concerns this country alone
        text = " ".join(str(error).split()) or "no message"
        failure = Failure(task.country, "", 0, f"{type(error).__name__}: {text}")
        return Built(task.country, task.name, task.key, failure=failure)


@contextlib.contextmanager
def _runner(
    workers: int | None, executor: Executor | None, scheduler: str | None, n_tasks: int
) -> Iterator[Callable[[Task], Future[Built]]]:
    """Yield what submits a task."""
    if executor is not None:
        yield lambda task: executor.submit(build_warm, task)
    elif scheduler is not None:
        try:
            from distributed import Client
        except ImportError as error:
            raise ReportError("a scheduler needs Dask: pip install 'trafficking-stats[dask]'") from error
        try:
            client = Client(scheduler, timeout=SCHEDULER_TIMEOUT)
        except (OSError, TimeoutError, ValueError) as error:
            raise ReportError(f"no Dask scheduler answers at {scheduler}: {error}") from error
        with client, client.get_executor(pure=False) as cluster:
            yield lambda task: cluster.submit(build_warm, task)
    else:
        count = min(workers or _cores(), n_tasks)
        with contextlib.ExitStack() as stack:
            run = stack.enter_context(WarmServer()).build if is_supported() else build
            pool = stack.enter_context(ThreadPoolExecutor(count))
            yield lambda task: pool.submit(run, task)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _with_bar(futures: Iterator[Future[Built]], total: int, *, shown: bool) -> Iterator[Future[Built]]:
    from tqdm import tqdm

    # None shows the bar on a terminal only.
    disable = None if shown else True
    yield from tqdm(futures, total=total, unit="report", disable=disable, smoothing=0.1, file=sys.stderr)


def _to_stderr(line: str) -> None:
    from tqdm import tqdm

    tqdm.write(line, file=sys.stderr)
