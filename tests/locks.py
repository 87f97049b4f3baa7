"""What the locked packages require, as they say themselves: ``python tests/locks.py`` writes it for the tests to read.

An index moves on and a test has no network, so ``make lock`` keeps the metadata of each pin beside the lock files.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
METADATA = Path(__file__).with_name("data") / "locked.json"
LOCKS = {
    "requirements.lock": ("report", "documents"),
    "requirements-test.lock": ("test",),
    "requirements-lab.lock": ("lab",),
}
WINDOWS = {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"}


class Pin(NamedTuple):
    """One entry of a lock file."""

    name: str
    version: str
    extras: frozenset[str]
    marker: Marker | None
    hashes: int

    def holds(self, environment: dict[str, str]) -> bool:
        """Whether this entry is installed there."""
        return self.marker is None or self.marker.evaluate(environment)


def read_lock(path: Path) -> list[Pin]:
    """Return the entries of a lock file; each must pin one version."""
    pins = []
    for line in path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        if not line.strip():
            continue
        entry, *hashes = re.split(r"\s+--hash=", line.strip())
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest.strip()) for digest in hashes), line
        requirement = Requirement(entry)
        (pin,) = requirement.specifier
        assert pin.operator == "==", line
        name = canonicalize_name(requirement.name)
        pins.append(
            Pin(
                name,
                pin.version,
                frozenset(map(canonicalize_name, requirement.extras)),
                requirement.marker,
                len(hashes),
            )
        )
    return pins


def needed(requires: Iterable[str] | None, extras: Iterable[str] = ()) -> list[str]:
    """Return the requirements that count without any extra, or with one of those named."""

    def counts(line: str) -> bool:
        asked = re.findall(r"""extra\s*==\s*['"]([^'"]+)['"]""", line)
        return not asked or any(canonicalize_name(name) in extras for name in asked)

    return sorted(filter(counts, requires or ()))


def ask_pip(pins: Iterable[str], *target: str) -> list[dict]:
    """Return the metadata of pinned packages from the index, without installing any."""
    flags = "--dry-run --quiet --no-deps --ignore-installed --ignore-requires-python --only-binary :all: --report -"
    command = [sys.executable, "-m", "pip", "install", *flags.split(), *target, *pins]
    report = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [entry["metadata"] for entry in json.loads(report)["install"]]


def main() -> None:
    """Write the metadata of every locked package."""
    left = {pin for name in LOCKS for pin in read_lock(ROOT / name)}
    extras = {pin.name: pin.extras for pin in left if pin.extras}
    found = []
    here = default_environment()
    windows = [here | WINDOWS | {"python_version": v, "python_full_version": f"{v}.0"} for v in ("3.12", "3.11")]
    elsewhere = ("--target", "none", "--platform", "win_amd64", "--python-version")
    for environment, target in (
        (here, ()),
        *((e, (*elsewhere, e["python_version"])) for e in windows),
        (None, (*elsewhere, "3.11")),  # for another system, and written in Python alone
    ):
        now = {pin for pin in left if environment is None or pin.holds(environment)}
        left -= now
        if now:
            found += ask_pip(sorted({f"{pin.name}=={pin.version}" for pin in now}), *target)
    written = {
        f"{canonicalize_name(metadata['name'])} {metadata['version']}": {
            "python": metadata.get("requires_python", ""),
            "requires": needed(metadata.get("requires_dist"), extras.get(canonicalize_name(metadata["name"]), ())),
        }
        for metadata in found
    }
    METADATA.write_text(json.dumps(written, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
