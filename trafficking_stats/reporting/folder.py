"""The folder of finished reports: what it holds, and how a country's pages are replaced in one go."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trafficking_stats.errors import ReportError

if TYPE_CHECKING:
    from trafficking_stats.reporting.build import Built, Failure

RECORD = "report.json"
FAILURE = "failure.json"
_TEMPORARY = re.compile(r"^\..+\.(\d+)-[0-9a-f]{8}\.tmp$")


@dataclass(frozen=True)
class Record:
    """What is known of a country's pages.

    Parameters
    ----------
    country, name : str
        Code and name.
    key : str
        The hash of the inputs they were built from.
    files : mapping of str to str
        SHA-256 of each file.
    facts : mapping of str to object
        For the index.
    """

    country: str
    name: str
    key: str
    files: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def is_current(folder: Path, country: str, key: str) -> bool:
    """Return whether a country's pages are there, whole, and built from the same inputs.

    Parameters
    ----------
    folder : pathlib.Path
        The output folder.
    country : str
        The code.
    key : str
        The hash of the inputs now.

    Returns
    -------
    bool
        False also if a file was changed, or the last attempt failed.
    """
    record = read_record(folder, country)
    if record is None or record.key != key or (folder / country / FAILURE).exists():
        return False
    try:
        written = (folder / country / RECORD).stat().st_mtime_ns
    except OSError:
        return False
    return all(_is_unchanged(folder / country / name, digest, written) for name, digest in record.files.items())


def _is_unchanged(path: Path, digest: str, written: int) -> bool:
    """Whether a file is as recorded; what is older than the record, which is written last, is not read again."""
    try:
        older = path.stat().st_mtime_ns < written
    except OSError:
        return False
    return older or _digest(path) == digest


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def read_record(folder: Path, country: str) -> Record | None:
    """Return what is known of a country's pages, or None if they are not there.

    Parameters
    ----------
    folder : pathlib.Path
        The output folder.
    country : str
        The code.

    Returns
    -------
    Record or None
        None also for a file that cannot be read.
    """
    try:
        return Record(**json.loads((folder / country / RECORD).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def read_failure(folder: Path, country: str) -> dict[str, Any] | None:
    """Return why the last attempt at a country failed, or None if it did not.

    Parameters
    ----------
    folder : pathlib.Path
        The output folder.
    country : str
        The code.

    Returns
    -------
    dict or None
        Keys country, name, notebook, cell, message.
    """
    try:
        return dict(json.loads((folder / country / FAILURE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def countries_in(folder: Path) -> list[str]:
    """Return the codes of the countries that have pages or a failure in a folder.

    Parameters
    ----------
    folder : pathlib.Path
        The output folder.

    Returns
    -------
    list of str
        Sorted.
    """
    found = (p.parent.name for pattern in (RECORD, FAILURE) for p in folder.glob(f"*/{pattern}"))
    return sorted(set(found))


def store(folder: Path, built: Built) -> list[Path]:
    """Replace a country's pages by new ones, or record why there are none.

    Every file is first written beside, then all are renamed, the record last: a crash in between leaves a
    record that does not fit, and the next run builds the country again. A failure leaves older pages alone.

    Parameters
    ----------
    folder : pathlib.Path
        The output folder; made if missing.
    built : trafficking_stats.reporting.build.Built
        What to write.

    Returns
    -------
    list of pathlib.Path
        The pages, in the order of the notebooks; empty after a failure.

    Raises
    ------
    ReportError
        If the folder cannot be written; older pages are then untouched.
    """
    target = folder / built.country
    try:
        target.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        if built.failure is not None:
            _store_failure(target, built.name, built.failure)
            return []
        old = read_record(folder, built.country)
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in built.files.items()}
        record = Record(built.country, built.name, built.key, digests, built.facts)
        _replace(target, {**built.files, RECORD: _json(asdict(record))})
        stale = set(old.files) - set(digests) if old else set()
        for path in [target / FAILURE, *target.glob("*.failed.ipynb"), *(target / name for name in stale)]:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise ReportError(
            f"cannot write the report of {built.country} to {target}: {error.strerror or error}. "
            "Older pages there are as they were; make room and run again"
        ) from error
    return [target / name for name in built.files if name.endswith(".html")]


def _store_failure(target: Path, name: str, failure: Failure) -> None:
    about = {
        "country": failure.country,
        "name": name,
        "notebook": failure.notebook,
        "cell": failure.cell,
        "message": failure.message,
    }
    files = {FAILURE: _json(about)}
    if failure.executed:
        files = {f"{failure.notebook}.failed.ipynb": failure.executed, **files}
    _replace(target, files)


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _replace(target: Path, files: Mapping[str, bytes]) -> None:
    token = f"{os.getpid()}-{secrets.token_hex(4)}"
    beside = {name: target / f".{name}.{token}.tmp" for name in files}
    try:
        for name, content in files.items():
            with beside[name].open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for name, path in beside.items():
            path.replace(target / name)
    finally:
        for path in beside.values():
            path.unlink(missing_ok=True)


def _sweep(target: Path) -> None:
    """Remove what a killed run left half written; a file of a run that is alive stays."""
    for path in target.glob(".*.tmp"):
        match = _TEMPORARY.match(path.name)
        if match and not _is_alive(int(match.group(1))):
            path.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    if os.name != "posix":
        return True  # there os.kill would end the process instead of asking for it
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def write_file(path: Path, content: bytes) -> None:
    """Write one file of the folder beside and rename it, unless it has these bytes already.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    content : bytes
        What it shall hold.

    Raises
    ------
    ReportError
        If it cannot be written; an older file is then untouched.
    """
    try:
        if path.exists() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path.parent)
        _replace(path.parent, {path.name: content})
    except OSError as error:
        raise ReportError(
            f"cannot write {path}: {error.strerror or error}. The older file is as it was; make room and run again"
        ) from error


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of an output folder, so that two runs write its index one after the other.

    Parameters
    ----------
    folder : pathlib.Path
        The output folder, which exists.
    """
    try:
        import fcntl
    except ImportError:  # Windows: renaming is still done in one step, only the order is left to chance
        yield
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise ReportError(f"cannot open the folder {folder}: {error.strerror or error}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
