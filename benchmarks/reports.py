"""How fast reports are: the batch against a loop of command lines, and against the bare analysis.

    python benchmarks/reports.py --countries 30 --workers 1 2
    python benchmarks/reports.py --countries 4 --workers 2 --loop-bin .venv-lab/bin   # a loop with JupyterLab

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
    parser.add_argument("--countries", type=int, default=30, help="how many countries (those with most claims)")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--loop-countries", type=int, help="run the loop on fewer countries and scale by report")
    parser.add_argument("--loop-bin", type=Path, default=Path(sys.executable).parent, help="papermill and jupyter")
    parser.add_argument("--notebooks", type=Path, help="by default those of the package")
    parser.add_argument("--any-country", action="store_true", help="for notebooks that need no claims")
    options = parser.parse_args()

    plan = reports.plan(options.notebooks, [] if options.any_country else None)
    if options.any_country:
        import pycountry

        countries = sorted(c.alpha_3 for c in pycountry.countries)[: options.countries]
    else:
        countries = list(plan.countries)[: options.countries]
    known = [] if options.any_country else None
    some = countries[: options.loop_countries or len(countries)]
    pages = len(plan.sources)
    print(f"{len(countries)} countries, {pages} notebooks each; loop on {len(some)} with {options.loop_bin}")
    print(f"{'':24}{'workers':>8}{'seconds':>10}{'a report':>10}{'times loop':>12}{'of floor':>10}")
    for workers in options.workers:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            loop = time_loop(plan, some, workers, folder, options.loop_bin) / len(some)
            fast = time_batch(options.notebooks, countries, workers, folder / "b", known) / len(countries)
            floor = time_floor(plan, countries, workers) / len(countries)
        print(
            f"{'loop of command lines':24}{workers:8}{loop * len(some):10.1f}{loop:10.2f}{1:12.1f}{loop / floor:10.2f}"
        )
        print(
            f"{'batch':24}{workers:8}{fast * len(countries):10.1f}{fast:10.2f}{loop / fast:12.1f}{fast / floor:10.2f}"
        )
        print(
            f"{'bare analysis':24}{workers:8}{floor * len(countries):10.1f}{floor:10.2f}{loop / floor:12.1f}{1:10.2f}"
        )
    with tempfile.TemporaryDirectory() as scratch:
        print(f"200 unchanged: {time_unchanged(options.notebooks, 200, Path(scratch)):.2f} s, Python's start included")


if __name__ == "__main__":
    main()
