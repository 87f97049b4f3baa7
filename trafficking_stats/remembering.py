"""What the pages of one run of reports share, though each is made in a process of its own.

A run names a folder in the environment, TRAFFICKING_STATS_CACHE, in which the first page leaves a costly result for the
others, and for each page a file, TRAFFICKING_STATS_READS, that tells which countries the page depends on. Without these
variables nothing is kept and nothing is told.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import pickle
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Found = TypeVar("Found")


def remembered(function: Callable[Given, Found]) -> Callable[Given, Found]:
    """Keep the results of a function for the other pages of a run.

    Parameters
    ----------
    function : callable
        Its result depends on its arguments alone, which like the result can be pickled.

    Returns
    -------
    callable
        The same function; outside of a run it keeps nothing.
    """

    @functools.wraps(function)
    def asked(*args: Given.args, **options: Given.kwargs) -> Found:
        folder = os.environ.get("TRAFFICKING_STATS_CACHE", "")
        if not folder or not Path(folder).is_dir():
            return function(*args, **options)
        from filelock import FileLock  # late: the library works without it

        question = pickle.dumps((function.__module__, function.__qualname__, args, sorted(options.items())))
        path = Path(folder) / hashlib.sha256(question).hexdigest()
        with FileLock(path.with_suffix(".lock")):  # who asks for the same waits instead of doing it again
            if path.exists():
                found: Found = pickle.loads(path.read_bytes())
                return found
            made = function(*args, **options)
            with contextlib.suppress(pickle.PickleError, TypeError, AttributeError):  # then the next one does it again
                content = pickle.dumps(made)
                path.write_bytes(content)
            return made

    return asked


def tell_read(countries: Iterable[str]) -> None:
    """Tell the run that the page depends on the claims about some countries."""
    if log := os.environ.get("TRAFFICKING_STATS_READS"):
        with Path(log).open("a", encoding="utf-8") as file:
            file.write("".join(f"{country}\n" for country in sorted(set(countries))))
