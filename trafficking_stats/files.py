"""Files that change whole or not at all, one by one or several together, by one writer of a folder at a time.

Several files are first written into a folder beside them. Then that folder gets the name `CHANGE`, in one step: from
there on the change holds, and whoever takes the folder next finishes it if the writer could not. Without a folder of
that name nothing happened.
"""

import contextlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from trafficking_stats.errors import TraffickingStatsError
from trafficking_stats.extras import needs

CHANGE = ".change"
LOCK = ".lock"
_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{8}\.tmp")
_PATIENCE = 300  # seconds


def write_text(path: Path, text: str) -> None:
    r"""Write ``text`` beside ``path`` and rename it into place.

    Parameters
    ----------
    path : pathlib.Path
        The file; missing folders are made.
    text : str
        Written in UTF-8 with ``\n`` line ends on every system.

    Raises
    ------
    OSError
        If the folder cannot be written; an older file of that name is then untouched.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_text(Path(folder) / "a.txt", "x")
    ...     (Path(folder) / "a.txt").read_text()
    'x'
    """
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` beside ``path`` and rename it into place; see `write_text`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path)
    try:
        with temporary.open("xb") as file:
            file.write(content)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the one lock of a folder; changes that another process left half done are finished first.

    Parameters
    ----------
    folder : pathlib.Path
        Made if need be. The lock is a file in it, so that all users of the folder share it.

    Raises
    ------
    TraffickingStatsError
        If another process keeps the lock for five minutes.
    OSError
        If the folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name, locked(Path(name)):
    ...     write_together(Path(name), {"a.csv": b"1", "b.csv": b"2"})
    ...     (Path(name) / "b.csv").read_bytes()
    b'2'
    """
    with needs("report", "Writing figures"):  # imported here: only who writes needs it
        import filelock

    folder.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(folder / LOCK, timeout=_PATIENCE, mode=0o666, is_singleton=True)
    try:
        held = lock.acquire()
    except filelock.Timeout as error:
        raise TraffickingStatsError(f"{folder}: another process has been writing here for five minutes") from error
    with held:
        if lock.lock_counter == 1:
            _finish(folder)
            _sweep(folder)
        yield


def write_together(folder: Path, files: Mapping[str, bytes]) -> None:
    """Replace files of a folder, all of them or none; the lock must be held.

    Parameters
    ----------
    folder : pathlib.Path
        The folder.
    files : mapping of str to bytes
        New contents by path within the folder.

    Raises
    ------
    OSError
        If there is no room or no right to write: the old files are then untouched.
    """
    fresh = _temporary(folder / CHANGE)
    try:
        for name, content in files.items():
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            with (fresh / name).open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        fresh.rename(folder / CHANGE)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    _finish(folder)


def settle(folder: Path) -> None:
    """Finish what a writer that was stopped has left, before files of a folder are read."""
    if (folder / CHANGE).exists():
        with locked(folder):
            pass


def _finish(folder: Path) -> None:
    """Move what was changed into place; what was moved already is no longer there."""
    change = folder / CHANGE
    for path in [path for path in change.rglob("*") if path.is_file()]:
        target = folder / path.relative_to(change)
        target.parent.mkdir(exist_ok=True)
        path.replace(target)
    shutil.rmtree(change, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Take away what writers that were stopped have left: nobody else writes while the lock is held."""
    for path in [*folder.glob(".*.tmp"), *folder.glob("*/.*.tmp")]:
        if not _TEMPORARY.fullmatch(path.name):
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name.lstrip('.')}.{secrets.token_hex(4)}.tmp")
