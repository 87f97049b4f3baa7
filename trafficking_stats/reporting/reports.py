"""Reports: plan the pages of countries, build those that changed, publish them with an index of the folder."""

import contextlib
import functools
import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from trafficking_stats import paths
from trafficking_stats.countries import as_code
from trafficking_stats.errors import ReportError
from trafficking_stats.extras import needs
from trafficking_stats.reporting import folder as report_folder
from trafficking_stats.reporting.build import Built, PageError, build
from trafficking_stats.reporting.country import Country, look_up, store_country
from trafficking_stats.reporting.index import write_index
from trafficking_stats.reporting.plan import Task, plan, read_languages
from trafficking_stats.reporting.warm import build_warm, is_supported, warm_process

#: Seconds after which a Dask scheduler that does not answer is given up.
SCHEDULER_TIMEOUT = 10.0


def report(
    countries: str | Iterable[str] | None,
    output_dir: Path | str = "reports",
    *,
    language: str | Iterable[str] = "en",
    **options: Any,
) -> list[Path]:
    """Run the notebooks for countries and write their pages and the index of the folder.

    Parameters
    ----------
    countries : str or iterable of str
        ISO 3166-1 alpha-3 or a name, or ``EUU``; None for every country that has claims, and the pages on all of them,
        which ``WORLD`` asks for alone.
    output_dir : path, optional
        The pages go to a folder named after the country in it, beside executed copies of the notebooks.
    language : str or iterable of str, optional
        Codes of languages, such as ``"en,da"``.
    **options : object
        Those of `run`, such as ``force=True``, and parameters of the notebooks, such as ``start``, ``end`` or
        ``method``. Each notebook gets those that it declares.

    Returns
    -------
    list of pathlib.Path
        The pages, in the order of the countries, languages and notebooks.

    Raises
    ------
    ReportError
        If a parameter, language or country is wrong, before anything runs; if notebooks failed, of which the
        executed copies are then left as ``<name>.failed.ipynb``; if the folder cannot be written. Older pages of
        a country that failed stay as they are.

    Examples
    --------
    >>> import trafficking_stats as ts
    >>> ts.report("DNK", language="en,da", start=2014, end=2021)  # doctest: +SKIP
    """
    result = run(countries, output_dir, language=language, say=lambda _: None, **options)
    if result.failures:
        raise ReportError("\n".join(map(str, result.failures)))
    return result.pages


@dataclass(frozen=True)
class Result:
    """What a run did, in the order in which the countries were asked for.

    Parameters
    ----------
    pages : list of pathlib.Path
        The pages of the countries that did not fail, new or up to date.
    written, skipped : list of str
        The countries with new pages, and those whose pages were up to date.
    failures : list of PageError
        One for each country that failed.
    """

    pages: list[Path] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failures: list[PageError] = field(default_factory=list)


def run(
    countries: str | Iterable[str] | None,
    output_dir: Path | str = "reports",
    *,
    language: str | Iterable[str] = "en",
    workers: int | None = None,
    engine: str | None = None,
    executor: Executor | None = None,
    scheduler: str | None = None,
    force: bool = False,
    pdf: bool = False,
    limit: int = 600,
    notebooks: Path | str | None = None,
    known: Iterable[str] | None = None,
    progress: bool = False,
    say: Callable[[str], None] | None = None,
    **parameters: Any,
) -> Result:
    """Write the reports of countries: skip what is unchanged, go on after a failure, resume after a kill.

    Parameters
    ----------
    countries, output_dir
        As in `report`.
    language : str or iterable of str, optional
        Codes of languages, such as ``"en,da"``.
    workers : int, optional
        How many pages are built at once on this machine; the number of its cores by default.
    engine : str, optional
        A papermill engine, such as ``nbclient``, the standard one, which then builds one page after the other in
        this process. By default each page is built in a fork of one process that has the libraries imported,
        which gives the same bytes; where processes cannot be forked, by the standard engine.
    executor : concurrent.futures.Executor, optional
        Builds the pages instead; each of its processes keeps a warm process of its own.
    scheduler : str, optional
        Address of a Dask scheduler, such as ``tcp://host:8786``, whose cluster builds the pages instead.
    force : bool, optional
        Whether to build also what is up to date.
    pdf : bool, optional
        Whether to print the one-page brief of each country, where Chromium is installed.
    limit : int, optional
        Seconds that a cell of a notebook may take.
    notebooks : path, optional
        A folder of notebooks; those of the package by default.
    known : iterable of str, optional
        The codes that may be asked for; those that have claims by default, every code if empty.
    progress : bool, optional
        Whether to show a bar with rate and time left, on a terminal.
    say : callable, optional
        Takes one line for each failure; written to standard error by default.
    **parameters : object
        Parameters of the notebooks, the same for every country.

    Returns
    -------
    Result
        Also when some countries failed.

    Raises
    ------
    ReportError
        If a parameter or a country is wrong, before anything runs; if the folder cannot be written or the
        executor lost its workers, after which the same call goes on where this one stopped.
    """
    if workers is not None and workers < 1:
        raise ReportError(f"workers must be at least 1, not {workers}")
    languages = read_languages(language)
    made = plan(notebooks, known)
    asked = made.subjects if countries is None else [countries] if isinstance(countries, str) else countries
    codes = list(dict.fromkeys(as_code(code) if isinstance(code, str) else code for code in asked))
    folder, tell = Path(output_dir), say or functools.partial(tqdm.write, file=sys.stderr)
    home = paths.own_folder()
    shared = {paths.VARIABLE: str(home)} if home else {}
    tasks = [made.tasks(code, parameters, languages, limit=limit, environment=shared) for code in codes]
    with ThreadPoolExecutor(_cores()) as pool:  # hashing lets threads work side by side
        found = list(pool.map(lambda own: look_up(folder, own, made.data, pdf=pdf, force=force), tasks))
    waiting = [own for own in found if own.todo]
    todo = [task for own in waiting for task in own.todo]
    failed: dict[str, PageError] = {}
    try:
        with (
            _runner(workers, engine, executor, scheduler, todo) as submit,
            contextlib.closing(_build(waiting, todo, submit, progress=progress)) as done,
        ):
            for own, built in done:
                try:
                    store_country(folder, own, built, made.data, pdf=pdf)
                except PageError as failure:
                    failed[own.code] = failure.with_traceback(None)  # which would hold all pages of the country
                    report_folder.store_failure(folder, failure)
                    tell(str(failure))
    finally:
        # Also after an interruption: the index then shows what is there.
        if folder.is_dir() and (todo or not (folder / "index.html").is_file()):
            with contextlib.suppress(ReportError) if sys.exc_info()[0] else contextlib.nullcontext():
                write_index(folder)
    written = [own.code for own in waiting if own.code not in failed]
    pages = [folder / own[0].country / task.file for own in tasks for task in own if own[0].country not in failed]
    return Result(pages, written, [own.code for own in found if not own.todo], list(failed.values()))


def _build(
    waiting: Sequence[Country], todo: Sequence[Task], submit: Callable[[Task], Future[Built]], *, progress: bool
) -> Generator[tuple[Country, list[Built]]]:
    """Yield each country with its new pages once they are there; what nobody waits for any more is called off."""
    futures = {(task.country, task.file): submit(task) for task in todo}
    try:
        # None shows the bar on a terminal only.
        bar = tqdm(total=len(todo), unit="page", file=sys.stderr, disable=None if progress else True)
        for future in futures.values():
            future.add_done_callback(lambda _: bar.update())
        for own in waiting:
            yield own, [_outcome(futures.pop((own.code, task.file)), task) for task in own.todo]
    finally:
        for future in futures.values():
            future.cancel()


def _outcome(future: Future[Built], task: Task) -> Built:
    try:
        return future.result()
    except (BrokenExecutor, CancelledError) as error:
        raise ReportError(
            f"the executor lost its workers ({error}); what is done is stored: run again to go on"
        ) from error
    except Exception as error:  # whatever a cluster raises for a lost worker concerns this page alone
        text = " ".join(str(error).split()) or "no message"
        return Built(task, failure=PageError(task.country, task.notebook, f"{type(error).__name__}: {text}"))


@contextlib.contextmanager
def _runner(
    workers: int | None,
    engine: str | None,
    executor: Executor | None,
    scheduler: str | None,
    todo: Sequence[Task],
) -> Iterator[Callable[[Task], Future[Built]]]:
    """Yield what submits a page; on this machine the countries are settled together before."""
    if executor is not None:
        yield lambda task: executor.submit(build_warm, task)
    elif scheduler is not None:
        with needs("dask", "A scheduler"):
            from distributed import Client
        try:
            client = Client(scheduler, timeout=SCHEDULER_TIMEOUT)
        except (OSError, TimeoutError, ValueError) as error:
            raise ReportError(f"no Dask scheduler answers at {scheduler}: {error}") from error
        with client, client.get_executor(pure=False) as cluster:
            yield lambda task: cluster.submit(build_warm, task)
    elif engine or not is_supported():
        with ThreadPoolExecutor(1) as pool:
            yield lambda task: pool.submit(build, task, engine)
    else:
        with ThreadPoolExecutor(min(workers or _cores(), max(1, len(todo)))) as pool:
            if todo:
                warm_process(todo[0].code).settle(todo)
            yield lambda task: pool.submit(build_warm, task)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
