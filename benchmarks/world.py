"""How fast the whole world is: every country of a folder of data, against a loop of papermill and nbconvert.

    make world UNODC=data_glotip.xlsx                            # once, for the folder world/
    python benchmarks/world.py world --workers 2
    python benchmarks/world.py world --countries 12 --sample 2   # a part, scaled up by the pages

Batch and loop run in the same go on the same notebooks. The batch writes all countries and the page on all of them,
then once more with nothing changed; the loop runs a sample of the countries, one command line after the other, as one
would without this package. Seconds a page are those a core was busy, so that other work on the machine counts little.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
from pathlib import Path

from reports import Seconds, spread, time_batch, time_loop
from trafficking_stats import paths
from trafficking_stats.countries import WORLD
from trafficking_stats.reporting.plan import plan


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="of `trafficking-stats init`, imported and cleaned")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--countries", type=int, default=999, help="how many, spread over all; all by default")
    parser.add_argument("--sample", type=int, default=4, help="how many of them the loop runs")
    options = parser.parse_args()
    os.environ[paths.VARIABLE] = str(options.folder.resolve())

    made = plan()
    countries = spread(list(made.countries), options.countries)
    sample = spread(countries, options.sample)
    pages = {code: len(made.tasks(code, {})) for code in [*made.countries, WORLD]}
    busy_a_page: dict[str, float] = {}
    print(f"{'':40}{'pages':>6}{'clock':>8}{'busy':>8}{'a page':>8}")

    def show(name: str, codes: list[str], took: Seconds) -> None:
        n = sum(pages[code] for code in codes)
        busy_a_page[name] = took.busy / n
        print(f"{name:40}{n:6}{took.clock:8.1f}{took.busy:8.1f}{took.busy / n:8.2f}", flush=True)

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        batch = (options.workers, folder / "batch", None)
        show("batch", countries, time_batch(None, countries, *batch))
        show("unchanged", countries, time_batch(None, countries, *batch, force=False))
        show("loop", sample, time_loop(made, sample, options.workers, folder, Path(sys.executable).parent))
        show("page on all countries", [WORLD], time_batch(None, [WORLD], *batch))
    batch_page, loop_page = busy_a_page["batch"], busy_a_page["loop"]
    everything, most_pages = sum(pages.values()), max(pages.values())
    print(f"the loop takes {loop_page / batch_page:.1f} times as long a page")
    print(f"all {everything} pages: {everything * batch_page:.0f} s of one core")
    print(f"10,000 countries of {most_pages} pages: {10_000 * most_pages * batch_page / 3600:.1f} hours of one core")
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"largest process {most} MB; load {os.getloadavg()[0]:.1f} at the end, {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
