"""The claims that ship with the package, reconciled for a country and its peers, and remembered.

The notebooks of a report ask for the same reconciliation one after the other. A warm process makes it before
it forks for each of them, so that it is made once for a country.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Collection
from typing import TYPE_CHECKING

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
        As in `trafficking_stats.reconciliation.selection.select`.

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
    return _reconciled((country,), method, tuple(sorted(exclude_sources)), tuple(sorted(prefer)))


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
    others = tuple(sorted(set(peers) - {country}))
    if not others:
        return own
    theirs = _reconciled(others, method, tuple(sorted(exclude_sources)), tuple(sorted(prefer)))
    tables = {
        name: pd.concat([getattr(part, name) for part in (own, theirs)], ignore_index=True)
        for name in ("series", "claims", "clashes")
    }
    return dataclasses.replace(own, **tables, status=own.status + theirs.status)


@functools.lru_cache(maxsize=16)
def _reconciled(
    countries: tuple[str, ...], method: str, exclude_sources: tuple[str, ...], prefer: tuple[str, ...]
) -> Reconciliation:
    from trafficking_stats.claims import load_claims
    from trafficking_stats.reconciliation.result import reconcile
    from trafficking_stats.reconciliation.selection import select

    return reconcile(select(load_claims(), exclude_sources, prefer, countries), method=method)
