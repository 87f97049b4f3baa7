"""How fast reports are: the batch against a loop of command lines, and against the bare analysis.

    python benchmarks/reports.py --loop-countries 4
    python benchmarks/reports.py --loop-countries 4 --loop-bin .venv/bin .venv-lab/bin  # also a loop with JupyterLab

Everything is measured in one run, on the same notebooks and countries, each country once in each way. The
floor is the code of the notebooks as plain function calls in one process that has everything imported: no
kernel, no notebook, no page.

Measured on two quiet cores, Python 3.11, four pages a country, seconds of the clock a page:

    workers   batch of all 21   loop, slim environment   loop, with JupyterLab   bare analysis
    1         1.57 (of 4)       8.96 (5.7 times)         13.3 (8.5 times)        1.48
    2         0.81              4.40 (5.4 times)         5.74 (7.1 times)        0.76

The loops ran on two countries with one worker and on four with two. A batch starts in about four seconds, so one of two
countries is only three to five times as fast as the slim loop. With two workers the bare analysis itself is less than
eight times as fast as the loop with JupyterLab: no batch of these notebooks can be. 200 unchanged countries take 0.4
to 0.5 s, Python's start included.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from trafficking_stats.reporting import folder as report_folder
from trafficking_stats.reporting import reports
from trafficking_stats.reporting.index import write_index
from trafficking_stats.reporting.plan import Plan, plan
from trafficking_stats.reporting.warm import warm_process

FLOOR = """
import json, os, resource, sys, time
import IPython.display
from trafficking_stats.reporting import warm

tasks = json.loads(sys.stdin.read())
workers = int(sys.argv[1])
warm.warm_up(warm.LIBRARIES)
import builtins
IPython.display.display = lambda *args, **options: None
builtins.display = IPython.display.display
from trafficking_stats.reconciliation import shipped
import pycountry
pycountry.countries.get(alpha_3="DNK")


def analyse(country):
    for code, values in tasks[country]:
        space = {"__name__": "__main__"}
        for number, source in enumerate(code):
            exec(compile(source, "<cell>", "exec"), space)
            if number == 0:
                space.update(values)


if __name__ == "__main__":
    start = time.perf_counter()
    for worker in range(workers):
        if os.fork() == 0:
            for country in list(tasks)[worker::workers]:
                analyse(country)
            os._exit(0)
    if any(os.wait()[1] for _ in range(workers)):
        sys.exit("the bare analysis failed")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(time.perf_counter() - start, used.ru_utime + used.ru_stime)
"""


class Seconds(NamedTuple):
    """How long something took on the clock, and how long the processes it started kept a core busy."""

    clock: float
    busy: float

    @classmethod
    def now(cls) -> Seconds:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return cls(time.perf_counter(), used.ru_utime + used.ru_stime)

    def __sub__(self, other: Seconds) -> Seconds:
        return Seconds(self.clock - other.clock, self.busy - other.busy)


def cells(source: str) -> list[str]:
    """Return the code of a notebook, the cell with its parameters first."""
    found = [c for c in json.loads(source)["cells"] if c["cell_type"] == "code"]
    first = [c for c in found if "parameters" in c["metadata"].get("tags", [])]
    rest = [c for c in found if c not in first]
    return ["".join(c["source"]) for c in [*first, *rest]]


def time_floor(made: Plan, countries: list[str], workers: int) -> Seconds:
    """Time the bare analysis, without the imports before it."""
    tasks = {country: [(cells(page.source), page.values) for page in made.tasks(country, {})] for country in countries}
    environment = {**os.environ, "MPLBACKEND": "agg", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", FLOOR, str(workers)],
        input=json.dumps(tasks),
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return Seconds(*map(float, done.stdout.split()[-2:]))


def time_loop(made: Plan, countries: list[str], workers: int, folder: Path, programs: Path) -> Seconds:
    """Time `papermill` and `jupyter nbconvert`, one after the other for each notebook."""

    def run(country: str) -> None:
        for notebook in made.notebooks_of(country, {}):
            out = folder / f"{country}-{notebook.name}.ipynb"
            source = made.folder / f"{notebook.name}.ipynb"
            for command in (
                [programs / "papermill", "--no-progress-bar", source, out, "-p", "country", country],
                [programs / "jupyter", "nbconvert", "--log-level=ERROR", "--to", "html", out],
            ):
                done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
                if done.returncode:
                    raise SystemExit(f"{' '.join(map(str, command))}\n{done.stderr[-2000:]}")

    start = Seconds.now()
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(run, countries))
    return Seconds.now() - start


def time_batch(
    notebooks: Path | None,
    countries: list[str],
    workers: int,
    folder: Path,
    known: list[str] | None,
    *,
    force: bool = True,
) -> Seconds:
    """Time a batch, with the start of its warm process."""
    start = Seconds.now()
    result = reports.run(countries, folder, workers=workers, notebooks=notebooks, known=known, force=force)
    if result.failures:
        raise SystemExit(str(result.failures[0]))
    warm_process.cache_clear()  # it ends, and only then does its time count as that of a child
    return Seconds.now() - start


def time_unchanged(notebooks: Path | None, count: int, folder: Path) -> float:
    """Return the seconds, Python's start included, of a batch of which nothing has changed."""
    codes = [f"X{number:03d}" for number in range(count)]
    made = plan(notebooks, [])
    for code in codes:
        tasks = made.tasks(code, {})
        about = {"language": "en", "reads": [], "facts": {}}
        pages = {
            t.file: {**about, "notebook": t.notebook, "files": [t.file], "key": t.key(made.data, ())} for t in tasks
        }
        files = {name: os.urandom(300_000) for name in pages}
        executed = {name.replace(".html", ".ipynb"): os.urandom(100_000) for name in pages}
        report_folder.store(folder, code, pages, files | executed)
    write_index(folder)
    chosen = repr(str(notebooks)) if notebooks else "None"
    code = (
        "from trafficking_stats.reporting.reports import run\n"
        f"r = run({codes!r}, {str(folder)!r}, notebooks={chosen}, known=[])\n"
        f"assert len(r.skipped) == {count}"
    )
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--countries", type=int, default=30, help="how many countries, spread over those with claims")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--loop-countries", type=int, help="hold the loop to this many of them")
    parser.add_argument(
        "--loop-bin",
        type=Path,
        nargs="+",
        default=[Path(sys.executable).parent],
        help="folders of papermill and jupyter, one loop each",
    )
    parser.add_argument("--notebooks", type=Path, help="by default those of the package")
    parser.add_argument("--any-country", action="store_true", help="for notebooks that need no claims")
    options = parser.parse_args()

    known: list[str] | None = [] if options.any_country else None
    made = plan(options.notebooks, known)
    if options.any_country:
        import pycountry

        there = sorted(c.alpha_3 for c in pycountry.countries)
    else:
        there = list(made.countries)
    countries = spread(there, options.countries)
    some = spread(countries, options.loop_countries or len(countries))
    pages = len(made.notebooks_of(countries[0], {}))
    print(f"{len(countries)} countries of {pages} pages; the loop runs {', '.join(some)}")
    print(f"{'':32}{'':26}  {'core busy':>18}  {'times batch':>14}  {'times floor':>14}")
    print(f"{'':32}workers countries seconds  seconds    a page    busy  clock    busy  clock")

    for workers in options.workers:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            ways = [(some, options.loop_bin)] + ([(countries, [])] if some != countries else [])
            for run, loops in ways:
                fast = time_batch(options.notebooks, run, workers, folder / str(len(run)), known)
                floor = time_floor(made, run, workers)
                rows = {"batch": fast, "bare analysis": floor}
                rows |= {f"loop of {programs}": time_loop(made, run, workers, folder, programs) for programs in loops}
                for name, took in rows.items():
                    page = took.busy / len(run) / pages
                    print(f"{name:32}{workers:7}{len(run):10}{took.clock:8.1f}{took.busy:9.1f}{page:10.2f}", end="")
                    print(f"{took.busy / fast.busy:8.1f}{took.clock / fast.clock:7.1f}", end="")
                    print(f"{took.busy / floor.busy:8.2f}{took.clock / floor.clock:7.2f}", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        print(f"200 unchanged: {time_unchanged(options.notebooks, 200, Path(scratch)):.2f} s, Python's start included")
    print(f"load {os.getloadavg()[0]:.1f} at the end, {os.cpu_count()} cores")


def spread(items: list[str], count: int) -> list[str]:
    """Return as many items, evenly spread over all of them."""
    if count >= len(items):
        return items
    return [items[round(k * (len(items) - 1) / max(1, count - 1))] for k in range(count)]


if __name__ == "__main__":
    main()
