"""Files that change together or not at all, by one writer at a time.

New contents are written beside the old ones first. Then a journal names them, in one step: from there on the change
holds, and whoever takes the folder next finishes it if the writer could not. Without a journal nothing happened.
"""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from trafficking_stats.errors import TraffickingStatsError
from trafficking_stats.extras import needs
from trafficking_stats.files import TEMPORARY, write_bytes

JOURNAL = ".switch.json"
_STAGING = ".incoming-"
_PATIENCE = 300  # seconds


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the one lock of a folder; changes that another process left half done are finished first.

    Parameters
    ----------
    folder : pathlib.Path
        Made if need be. Its lock lies among the temporary files of the user, so that nothing stays in the folder.

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
    lock = filelock.FileLock(_lock_file(folder), timeout=_PATIENCE, is_singleton=True)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise TraffickingStatsError(f"{folder}: another process has been writing here for five minutes") from error
    with lock:
        try:
            if lock.lock_counter == 2:
                _finish(folder)
                _sweep(folder)
            yield
        finally:
            lock.release()


def _lock_file(folder: Path) -> Path:
    name = hashlib.sha256(os.fsencode(os.path.realpath(folder))).hexdigest()[:16]
    locks = Path(tempfile.gettempdir()) / f"trafficking-stats-{getpass.getuser()}"
    locks.mkdir(exist_ok=True)
    return locks / f"{name}.lock"


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
    staging = folder / f"{_STAGING}{secrets.token_hex(4)}"
    try:
        staging.mkdir()
        for number, (name, content) in enumerate(files.items()):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            with (staging / str(number)).open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        journal = json.dumps({"staging": staging.name, "files": list(files)})
        write_bytes(folder / JOURNAL, journal.encode())
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    _finish(folder)


def settle(folder: Path) -> None:
    """Finish what a writer that was stopped has left, before files of a folder are read."""
    if (folder / JOURNAL).exists():
        with locked(folder):
            pass


def _finish(folder: Path) -> None:
    """Move what the journal names into place; moving it twice does no harm."""
    journal = folder / JOURNAL
    if not journal.exists():
        return
    entry = json.loads(journal.read_bytes())
    staging = folder / entry["staging"]
    for number, name in enumerate(entry["files"]):
        if (staging / str(number)).exists():
            (staging / str(number)).replace(folder / name)
    journal.unlink()
    shutil.rmtree(staging, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Take away what writers that were stopped have left: nobody else writes while the lock is held."""
    for path in folder.glob(f"{_STAGING}*"):
        shutil.rmtree(path, ignore_errors=True)
    for path in [*folder.glob(".*.tmp"), *folder.glob("*/.*.tmp")]:
        if TEMPORARY.fullmatch(path.name):
            path.unlink(missing_ok=True)
