"""The claims that ship with the package, reconciled for a country and its peers, and remembered.

The notebooks of a report ask for the same reconciliation, each in a process of its own. A run of reports names a
folder, TRAFFICKING_STATS_CACHE, in which the first of them leaves it for the others, and a file for each page,
TRAFFICKING_STATS_READS, that tells which countries the page depends on.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import os
import pickle
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trafficking_stats.parameters import conform

if TYPE_CHECKING:
    from trafficking_stats.reconciliation.result import Reconciliation


def reconciled(
    country: str,
    method: str = "consistent",
    exclude_sources: Collection[str] = (),
    prefer: Collection[str] = (),
) -> Reconciliation:
    """Reconcile what ships with the package on a country.

    Parameters
    ----------
    country : str
        ISO 3166-1 alpha-3, or ``EUU``.
    method : str, optional
        As in `trafficking_stats.reconcile`.
    exclude_sources, prefer : collection of str, optional
        As in `trafficking_stats.reconciliation.selection.select_claims`.

    Returns
    -------
    Reconciliation
        The same object for the same arguments; not to be changed.

    Raises
    ------
    ClaimError
        If nobody has claims on the country, or a source does not exist.

    Examples
    --------
    >>> rec = reconciled("DNK", method="latest")
    >>> rec is reconciled("DNK", "latest", exclude_sources=[])
    True
    """
    return _reconciled((country,), method, _names("exclude_sources", exclude_sources), _names("prefer", prefer))


def reconciled_with(
    country: str,
    peers: Collection[str],
    method: str = "consistent",
    exclude_sources: Collection[str] = (),
    prefer: Collection[str] = (),
) -> Reconciliation:
    """Reconcile what ships with the package on a country and on others beside it.

    No rule joins two countries, so the country itself is taken from `reconciled`.

    Parameters
    ----------
    country : str
        ISO 3166-1 alpha-3, or ``EUU``.
    peers : collection of str
        The others.
    method, exclude_sources, prefer
        As in `reconciled`.

    Returns
    -------
    Reconciliation
        The tables of the country, followed by those of the others.

    Raises
    ------
    ClaimError
        If nobody has claims on one of them, or a source does not exist.

    Examples
    --------
    >>> sorted(set(reconciled_with("ISL", ["LTU"]).series["country"]))
    ['ISL', 'LTU']
    """
    import pandas as pd

    own = reconciled(country, method, exclude_sources, prefer)
    others = tuple(sorted({*_names("peers", peers)} - {country}))
    if not others:
        return own
    theirs = _reconciled(others, method, _names("exclude_sources", exclude_sources), _names("prefer", prefer))
    tables = {
        name: pd.concat([getattr(part, name) for part in (own, theirs)], ignore_index=True)
        for name in ("series", "claims", "clashes")
    }
    return dataclasses.replace(own, **tables, status=own.status + theirs.status)


def _names(parameter: str, given: object) -> tuple[str, ...]:
    """Read names as the command line does, for a notebook that papermill gave one of them as plain text."""
    return tuple(sorted(conform(parameter, "list[str]", given)))


def _reconciled(
    countries: tuple[str, ...], method: str, exclude_sources: tuple[str, ...], prefer: tuple[str, ...]
) -> Reconciliation:
    if log := os.environ.get("TRAFFICKING_STATS_READS"):
        with Path(log).open("a", encoding="utf-8") as file:
            file.write("\n".join(countries) + "\n")
    return _remembered(countries, method, exclude_sources, prefer)


@functools.lru_cache(maxsize=16)
def _remembered(*question: Any) -> Reconciliation:
    folder = os.environ.get("TRAFFICKING_STATS_CACHE", "")
    if not folder or not Path(folder).is_dir():
        return _reconcile(*question)
    from filelock import FileLock  # late: the library works without it

    path = Path(folder) / hashlib.sha256(repr(question).encode()).hexdigest()
    with FileLock(path.with_suffix(".lock")):  # who asks for the same waits instead of doing it again
        with contextlib.suppress(OSError, pickle.PickleError, EOFError):
            found: Reconciliation = pickle.loads(path.read_bytes())
            return found
        made = _reconcile(*question)
        with contextlib.suppress(OSError, pickle.PickleError, TypeError):  # without it the next one does it again
            content = pickle.dumps(made)
            path.write_bytes(content)
        return made


def _reconcile(
    countries: tuple[str, ...], method: str, exclude_sources: tuple[str, ...], prefer: tuple[str, ...]
) -> Reconciliation:
    from trafficking_stats.claims import load_claims
    from trafficking_stats.reconciliation.result import reconcile
    from trafficking_stats.reconciliation.selection import select_claims

    return reconcile(select_claims(load_claims(), exclude_sources, prefer, countries), method=method)
