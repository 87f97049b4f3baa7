"""How many small changes to solver and reconciliation the tests notice (mutation testing with cosmic-ray).

    pip install cosmic-ray==8.7.0
    python benchmarks/mutation.py [--each 60] [--seed 1] [--only PART]

From every part of `PARTS` the same sample is drawn each time: an operator is replaced, a comparison turned, a number
moved by one, a loop left out. Each is made in a copy of the last commit, and the tests of its part are run against it.
What they do not notice is printed as a diff: a gap in the tests, or a change that makes no difference. Annotations are
left alone, and so is `==` beside `is`, which says the same of equal words and small numbers.
"""

from __future__ import annotations

import argparse
import ast
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from cosmic_ray.commands.init import init
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_db import use_db
from cosmic_ray.work_item import MutationSpec

PACKAGE, TESTS = "trafficking_stats", "tests/test_{}.py"
PARTS = {
    "solver": (["linear.py", "solver/*.py"], ["linear_choices", "linear", "linear_enumeration"]),
    "system": (
        ["intervals.py", "breakdowns.py", *(f"reconciliation/{name}.py" for name in ("periods", "rules", "cells"))],
        ["intervals", "rules", "weights", "reconcile_input", "periods"],
    ),
    "verdicts": (
        [f"reconciliation/{name}.py" for name in ("solve", "mistakes", "impossible", "series", "weights", "methods")],
        ["weights", "prices", "rules", "judged_clashes", "reconcile_input", "methods", "periods", "reconcile"],
    ),
    "readings": (
        [f"reconciliation/{name}.py" for name in ("signs", "counterparts", "causes", "doubts", "judged")],
        ["doubts", "causes", "judged_clashes"],
    ),
    "explanations": (
        [f"reconciliation/{name}.py" for name in ("proofs", "explain", "settle", "sums")],
        ["proofs", "explain", "sums"],
    ),
    "history": ([f"reconciliation/{name}.py" for name in ("vintages", "errata")], ["vintages", "errata"]),
}
"""Modules, and the tests that are to notice a change to them, the fastest first."""

TIMEOUT = 300


def annotated(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return where the annotations of a module begin and end."""
    nodes = []
    for node in ast.walk(ast.parse(source)):
        nodes += [getattr(node, name, None) for name in ("annotation", "returns")]
    found = [node for node in nodes if isinstance(node, ast.expr)]
    return [((n.lineno, n.col_offset), (n.end_lineno or n.lineno, n.end_col_offset or 0)) for n in found]


def mutations(files: list[Path]) -> Iterator[MutationSpec]:
    """Yield every change that cosmic-ray knows, in a fixed order."""
    with use_db(":memory:") as database:
        init(files, database, {})
        found = [item.mutations[0] for item in database.work_items]
    places = {file: annotated(file.read_text(encoding="utf-8")) for file in files}
    for one in sorted(found, key=lambda m: (str(m.module_path), m.operator_name, m.occurrence)):
        noted = any(begin <= one.start_pos < end for begin, end in places[one.module_path])
        if not noted and not one.operator_name.endswith(("Eq_Is", "NotEq_IsNot")):
            yield one


def survivors(part: str, each: int, seed: int) -> tuple[int, list[str]]:
    """Run the tests of a part against a sample of changes; return the number of them and the diffs not noticed."""
    modules, tests = PARTS[part]
    files = sorted(path for module in modules for path in Path(PACKAGE).glob(module))
    candidates = list(mutations(files))
    sample = np.random.default_rng(seed).permutation(len(candidates))[:each]
    names = [name for name in map(TESTS.format, tests) if Path(name).exists()]
    command = f"{sys.executable} -m pytest -x -q -p no:cacheprovider {' '.join(names)}"
    if subprocess.run(command.split(), capture_output=True).returncode:
        sys.exit(f"{part}: the tests fail without any change: {command}")
    found = []
    for number, place in enumerate(sample, start=1):
        result = mutate_and_test([candidates[place]], command, TIMEOUT)
        if not result.is_killed:
            found.append(result.diff)
        print(f"\r{part}: {number} of {len(sample)}, {len(found)} not noticed", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return len(sample), found


def main() -> None:
    """Print the share of changes that are noticed, and those that are not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=60, help="changes a part")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=PARTS, action="append", help="this part; by default all")
    given = parser.parse_args()
    python = Path(sys.executable).absolute()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        subprocess.run(["git", "clone", "-q", "--shared", ".", str(copy)], check=True)
        os.chdir(copy)
        sys.executable = str(python)
        counts, lost = 0, 0
        for part in given.only or PARTS:
            n, found = survivors(part, given.each, given.seed)
            counts, lost = counts + n, lost + len(found)
            print(*found, sep="\n\n")
            print(f"{part}: {n - len(found)} of {n} noticed, {1 - len(found) / n:.0%}", flush=True)
        print(f"all: {counts - lost} of {counts} noticed, {1 - lost / counts:.0%}")
        os.chdir("/")


if __name__ == "__main__":
    main()
