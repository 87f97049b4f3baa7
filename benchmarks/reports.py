"""How fast reports are: the batch against a loop of command lines, and against the bare analysis.

    python benchmarks/reports.py --loop-countries 5
    python benchmarks/reports.py --countries 3 --workers 2 --loop-bin .venv-lab/bin   # a loop with JupyterLab

Everything is measured in one run, on the same notebooks and countries, each country once in each way. The
floor is the code of the notebooks as plain function calls in one process that has everything imported: no
kernel, no notebook, no page.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from trafficking_stats.reporting import reports
from trafficking_stats.reporting.batch import batch
from trafficking_stats.reporting.index import write_index

FLOOR = """
import json, os, sys, time
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
    print(time.perf_counter() - start)
"""


def cells(source: str) -> list[str]:
    """Return the code of a notebook, the cell with its parameters first."""
    found = [c for c in json.loads(source)["cells"] if c["cell_type"] == "code"]
    first = [c for c in found if "parameters" in c["metadata"].get("tags", [])]
    rest = [c for c in found if c not in first]
    return ["".join(c["source"]) for c in [*first, *rest]]


def time_floor(plan: reports.Plan, countries: list[str], workers: int) -> float:
    """Return the seconds of the bare analysis."""
    tasks = {
        country: [(cells(nb.source), nb.values) for nb in plan.task(country, {}).notebooks] for country in countries
    }
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
    return float(done.stdout.split()[-1])


def time_loop(plan: reports.Plan, countries: list[str], workers: int, folder: Path, programs: Path) -> float:
    """Return the seconds of `papermill` and `jupyter nbconvert`, one after the other for each notebook."""

    def run(country: str) -> None:
        for name in plan.sources:
            out = folder / f"{country}-{name}.ipynb"
            source = plan.folder / f"{name}.ipynb"
            for command in (
                [programs / "papermill", "--no-progress-bar", source, out, "-p", "country", country],
                [programs / "jupyter", "nbconvert", "--log-level=ERROR", "--to", "html", out],
            ):
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode:
                    raise SystemExit(f"{' '.join(map(str, command))}\n{done.stderr[-2000:]}")

    start = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(run, countries))
    return time.perf_counter() - start


def time_batch(
    notebooks: Path | None, countries: list[str], workers: int, folder: Path, known: list[str] | None
) -> float:
    """Return the seconds of a batch, with the start of its warm process."""
    start = time.perf_counter()
    result = batch(countries, folder, workers=workers, notebooks=notebooks, known=known, progress=False, force=True)
    if result.failures:
        raise SystemExit(str(result.failures[0]))
    return time.perf_counter() - start


def time_unchanged(notebooks: Path | None, count: int, folder: Path) -> float:
    """Return the seconds, Python's start included, of a batch of which nothing has changed."""
    from trafficking_stats.reporting import folder as report_folder
    from trafficking_stats.reporting.build import Built

    codes = [f"X{number:03d}" for number in range(count)]
    plan = reports.plan(notebooks, [])
    for code in codes:
        files = {f"{name}.html": os.urandom(300_000) for name in plan.sources}
        report_folder.store(folder, Built(code, code, plan.task(code, {}).key, files))
    write_index(folder)
    chosen = repr(str(notebooks)) if notebooks else "None"
    code = (
        "from trafficking_stats.reporting.batch import batch\n"
        f"r = batch({codes!r}, {str(folder)!r}, notebooks={chosen}, known=[], progress=False)\n"
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
    parser.add_argument("--loop-bin", type=Path, default=Path(sys.executable).parent, help="papermill and jupyter")
    parser.add_argument("--notebooks", type=Path, help="by default those of the package")
    parser.add_argument("--any-country", action="store_true", help="for notebooks that need no claims")
    options = parser.parse_args()

    plan = reports.plan(options.notebooks, [] if options.any_country else None)
    known = [] if options.any_country else None
    if options.any_country:
        import pycountry

        there = sorted(c.alpha_3 for c in pycountry.countries)
    else:
        there = list(plan.countries)
    countries = spread(there, options.countries)
    some = spread(countries, options.loop_countries or len(countries))
    pages = len(plan.sources)
    print(f"{len(countries)} countries of {pages} pages; the loop, of {options.loop_bin}, runs {', '.join(some)}")
    print(f"{'':24}{'workers':>8}{'countries':>10}{'seconds':>9}{'a page':>8}{'faster than loop':>18}{'by floor':>10}")

    for workers in options.workers:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            loop = time_loop(plan, some, workers, folder, options.loop_bin)
            fast = time_batch(options.notebooks, some, workers, folder / "some", known)
            floor = time_floor(plan, some, workers)
            rows = [("loop of command lines", some, loop, loop, floor), ("batch", some, fast, loop, floor)]
            rows.append(("bare analysis", some, floor, loop, floor))
            if some != countries:
                fast = time_batch(options.notebooks, countries, workers, folder / "all", known)
                floor = time_floor(plan, countries, workers)
                rows.append(("batch", countries, fast, None, floor))
                rows.append(("bare analysis", countries, floor, None, floor))
        for name, run, seconds, of_loop, of_floor in rows:
            faster = f"{of_loop / seconds:.1f}" if of_loop else ""
            page = seconds / len(run) / pages
            times = seconds / of_floor
            print(f"{name:24}{workers:8}{len(run):10}{seconds:9.1f}{page:8.2f}{faster:>18}{times:10.2f}", flush=True)
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
