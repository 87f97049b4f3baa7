"""The folder of finished reports: what it holds, and how a country's pages are replaced in one step."""

import contextlib
import ctypes
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trafficking_stats.errors import ReportError
from trafficking_stats.files import locked, write_bytes
from trafficking_stats.reporting.build import PageError

RECORD = "report.json"
FAILURE = "failure.json"


@dataclass(frozen=True)
class Record:
    """What is known of a country's pages.

    Parameters
    ----------
    country : str
        Its code.
    pages : mapping of str to mapping
        For each page its ``key``, what it ``reads``, its ``files``, ``language``, ``title`` and ``facts``.
    files : mapping of str to (int, str)
        Size and SHA-256 of each file.
    version : str
        Hash of what the pages show: they are kept at an address of this name where they are published.
    failure : mapping of str to object
        Country, notebook, cell and message of the last attempt, if it failed.
    """

    country: str
    pages: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    files: Mapping[str, list[Any]] = field(default_factory=dict)
    version: str = ""
    failure: Mapping[str, Any] = field(default_factory=dict)


def read_record(folder: Path, country: str) -> Record:
    """Return what is known of a country's pages; nothing if they are not there or the file cannot be read."""
    kept, failure = (_read(folder / country / name) for name in (RECORD, FAILURE))
    return Record(country, kept.get("pages", {}), kept.get("files", {}), kept.get("version", ""), failure)


def _read(path: Path) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError, TypeError):
        return dict(json.loads(path.read_text(encoding="utf-8")))
    return {}


def whole_files(folder: Path, country: str) -> set[str]:
    """Return the files of a country that are there as they were written, unless the last attempt failed."""
    home, record = folder / country, read_record(folder, country)
    if not record.files or record.failure:
        return set()
    written = (home / RECORD).stat().st_mtime_ns
    return {name for name, (size, digest) in record.files.items() if _is_whole(home / name, size, digest, written)}


def _is_whole(path: Path, size: int, digest: str, written: int) -> bool:
    """Whether a file is as recorded; what is older than the record, which is written last, is not read again."""
    try:
        found = path.stat()
        return found.st_size == size and (found.st_mtime_ns <= written or _digest(path.read_bytes()) == digest)
    except OSError:
        return False


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def countries_in(folder: Path) -> list[str]:
    """Return the codes of the countries that have pages or a failure in a folder."""
    found = (p.parent.name for pattern in (RECORD, FAILURE) for p in folder.glob(f"*/{pattern}"))
    return sorted({name for name in found if not name.startswith(".")})


def store(
    folder: Path, country: str, pages: Mapping[str, Mapping[str, Any]], files: Mapping[str, bytes], version: str = ""
) -> None:
    """Replace a country's pages by new ones, all at once.

    They are written into a folder beside the old one, and the two change places: whoever looks, also after a crash,
    finds all of the old pages or all of the new.

    Parameters
    ----------
    folder : pathlib.Path
        The output folder; made if missing.
    country : str
        The code.
    pages : mapping
        As in `Record`.
    files : mapping of str to bytes
        What the country's folder shall hold.
    version : str
        As in `Record`.

    Raises
    ------
    ReportError
        If the folder cannot be written; older pages are then untouched.
    """
    held = {name: [len(content), _digest(content)] for name, content in sorted(files.items())}
    record = {"country": country, "pages": pages, "files": held, "version": version}
    with _writing(folder / country), locked(folder):
        _sweep(folder)
        fresh = folder / f".{country}.tmp"
        fresh.mkdir()
        try:
            for name, content in {**files, RECORD: as_json(record)}.items():
                (fresh / name).write_bytes(content)
            replace_folder(fresh, folder / country)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def replace_folder(fresh: Path, old: Path) -> None:
    """Put a folder in the place of another one, in one step: whoever looks finds all of the old or all of the new.

    Parameters
    ----------
    fresh : pathlib.Path
        The new folder; afterwards it holds what the old one held, or is gone.
    old : pathlib.Path
        Its place, beside it; need not exist.

    Raises
    ------
    OSError
        If the folder around them cannot be written.
    """
    if not old.exists():
        fresh.rename(old)
        return
    if sys.platform == "linux":
        here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
        rename = getattr(ctypes.CDLL(None), "renameat2", None)
        if rename and rename(here, os.fsencode(fresh), here, os.fsencode(old), exchange) == 0:
            return
    # Elsewhere there is a moment without the old folder; who is killed in it leaves it beside.
    aside = fresh.with_name(f"{fresh.name}.old.tmp")
    old.rename(aside)
    fresh.rename(old)
    shutil.rmtree(aside, ignore_errors=True)


def store_failure(folder: Path, failure: PageError) -> None:
    """Record why a country has no new pages; older pages stay.

    Raises
    ------
    ReportError
        If the folder cannot be written.
    """
    home = folder / failure.country
    about = {key: getattr(failure, key) for key in ("country", "notebook", "cell", "message")}
    with locked(folder):
        if failure.executed:
            write_file(home / f"{failure.notebook}.failed.ipynb", failure.executed)
        write_file(home / FAILURE, as_json(about))


def as_json(content: object) -> bytes:
    """Return JSON in a fixed form."""
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def write_file(path: Path, content: bytes) -> None:
    """Write one file in one step, unless it has these bytes already.

    Raises
    ------
    ReportError
        If it cannot be written; an older file is then untouched.
    """
    with _writing(path):
        if not path.exists() or path.read_bytes() != content:
            write_bytes(path, content)


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = error.strerror or error
        raise ReportError(
            f"cannot write {path}: {what}. What was there is as it was; make room and run again"
        ) from error


def _sweep(folder: Path) -> None:
    """Remove what a killed run left half written: nobody else writes while the lock is held."""
    for path in folder.glob(".*.tmp"):
        home = folder / path.name.split(".")[1]
        if (path / RECORD).exists() and not home.exists():
            path.rename(home)
        else:
            shutil.rmtree(path, ignore_errors=True)
