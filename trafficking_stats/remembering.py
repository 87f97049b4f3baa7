"""What the pages of one run of reports share, though each is made in a process of its own.

A run names a folder in the environment, TRAFFICKING_STATS_CACHE, in which the first page leaves a costly result for the
others, and for each page a file, TRAFFICKING_STATS_READS, that tells which countries the page depends on. Without these
variables nothing is kept and nothing is told.
"""

import contextlib
import functools
import hashlib
import io
import os
import pickle
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar, cast

import pandas as pd

from trafficking_stats.entries import Entry
from trafficking_stats.files import write_bytes

_FOLDER = "TRAFFICKING_STATS_CACHE"
_INSIDE = ContextVar("inside", default=False)
Given = ParamSpec("Given")
Found = TypeVar("Found")


class remembered(Generic[Given, Found]):  # noqa: N801, it is a decorator
    """Keep the results of a function for the other pages of a run; outside of a run it keeps nothing.

    Parameters
    ----------
    function : callable
        Its result depends on its arguments alone, which like the result can be pickled.
    """

    def __init__(self, function: Callable[Given, Found]) -> None:
        self._function = function
        functools.update_wrapper(self, function)

    def __call__(self, *args: Given.args, **options: Given.kwargs) -> Found:
        """Call the function, or return what it returned to another page."""
        if not in_run():
            inside_of_run = _INSIDE.get() and os.environ.get(_FOLDER)
            if inside_of_run and (path := self._path(args, options)).exists():
                return cast("Found", pickle.loads(path.read_bytes()))
            return self._function(*args, **options)
        from filelock import FileLock  # late: the library works without it

        path = self._path(args, options)
        with FileLock(path.with_suffix(".lock")):  # who asks for the same waits instead of doing it again
            if path.exists():
                found: Found = pickle.loads(path.read_bytes())
                return found
            inside = _INSIDE.set(True)
            try:
                made = self._function(*args, **options)
            finally:
                _INSIDE.reset(inside)
            return _kept(path, made)

    def is_kept(self, *args: Given.args, **options: Given.kwargs) -> bool:
        """Whether another page has the result."""
        return self._path(args, options).exists()

    def keep(self, made: Found, *args: Given.args, **options: Given.kwargs) -> Found:
        """Keep what was found in another way than by the function, and return it as it will be returned."""
        return _kept(self._path(args, options), made)

    def _path(self, args: tuple[Any, ...], options: dict[str, Any]) -> Path:
        return _place((self._function.__module__, self._function.__qualname__, args, sorted(options.items())))


def _kept(path: Path, made: Found) -> Found:
    with contextlib.suppress(pickle.PickleError, TypeError, AttributeError):  # then the next one does it again
        content = pickle.dumps(made)
        write_bytes(path, content)  # whole or not at all: a page may be stopped
        # a copy here too, so that what follows from it is asked for in the same words by every page
        return cast("Found", pickle.loads(content))
    return made


@contextlib.contextmanager
def shared(*about: object) -> Iterator[dict[Any, Any]]:
    """Give what pages of this run have put into the dict about something, and keep what is added for the next one."""
    path = _place(about) if in_run() else None
    found = pickle.loads(path.read_bytes()) if path is not None and path.exists() else {}
    before = len(found)
    yield found
    if path is not None and len(found) > before:
        write_bytes(path, pickle.dumps(found))


class _Pickler(pickle.Pickler):
    """Writes the same bytes for equal things, whatever they share and however a table lies in memory."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.fast = True  # every text is written anew, not by where it stood before

    def reducer_override(self, thing: object) -> Any:
        """Write a table as its columns, and an entry of the vocabulary without what it has kept for speed."""
        if isinstance(thing, Entry):
            return tuple, ((type(thing).__name__, [getattr(thing, name) for name in type(thing).model_fields]),)
        if not isinstance(thing, pd.DataFrame):
            return NotImplemented
        columns = [(name, str(own.dtype), own.to_numpy(object).tolist()) for name, own in thing.items()]
        return tuple, ((thing.index.tolist(), columns),)


def _place(about: object) -> Path:
    said = io.BytesIO()
    _Pickler(said).dump(about)
    return Path(os.environ[_FOLDER]) / hashlib.sha256(said.getvalue()).hexdigest()


def in_run() -> bool:
    """Whether this is a page of a run that keeps results; what a kept result is made of is not kept itself."""
    folder = os.environ.get(_FOLDER, "")
    return bool(folder) and not _INSIDE.get() and Path(folder).is_dir()


def tell_read(countries: Iterable[str]) -> None:
    """Tell the run that the page depends on the claims about some countries."""
    if log := os.environ.get("TRAFFICKING_STATS_READS"):
        with Path(log).open("a", encoding="utf-8") as file:
            file.write("".join(f"{country}\n" for country in sorted(set(countries))))
