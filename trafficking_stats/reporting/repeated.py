"""Whether reports come out the same: build them several times and compare every byte."""

import difflib
import hashlib
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from trafficking_stats.errors import ReportError
from trafficking_stats.reporting.build import STANDARD_ENGINE, WARM_ENGINE
from trafficking_stats.reporting.reports import report


def check(
    countries: str | Iterable[str] | None,
    *,
    engines: Sequence[str | None] = (STANDARD_ENGINE, WARM_ENGINE, None),
    **options: Any,
) -> dict[str, str]:
    """Build reports several times in different folders and compare every byte.

    Parameters
    ----------
    countries : str or iterable of str
        As in `report`.
    engines : sequence of str or None, optional
        One run each, as in `run`; by default one by standard papermill, one by the warm engine in this process,
        and one in a warm process, as a batch runs them.
    **options : object
        As in `report`.

    Returns
    -------
    dict of str to str
        SHA-256 of every file, if all runs agree.

    Raises
    ------
    ReportError
        If a run fails, or two runs differ: the text names file, line and both versions.
    """
    first: dict[str, bytes] = {}
    for number, engine in enumerate(engines, start=1):
        with tempfile.TemporaryDirectory(prefix=f"run-{'x' * number}-") as scratch:
            folder = Path(scratch) / f"run {number}"
            report(countries, folder, engine=engine, **options)
            found = sorted(path for path in folder.rglob("*") if path.is_file())
            files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
        first = first or files
        for name in sorted(first.keys() | files.keys()):
            if first.get(name) != files.get(name):
                old, new = (run.get(name, b"").decode(errors="replace").splitlines() for run in (first, files))
                told = "\n".join(line[:160] for line in difflib.unified_diff(old, new, n=0, lineterm=""))
                raise ReportError(f"{name} differs between two runs, the second by {engine or 'the default'}:\n{told}")
    return {name: hashlib.sha256(content).hexdigest() for name, content in first.items()}
