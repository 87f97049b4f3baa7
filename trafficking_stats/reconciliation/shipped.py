"""The claims that ship with the package, reconciled for one country and remembered.

The notebooks of a report ask for the same reconciliation one after the other. A warm process makes it before
it forks for each of them, so that it is made once for a country.
"""

from __future__ import annotations

import functools
from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trafficking_stats.reconciliation.result import Reconciliation


def reconciled(
    country: str,
    policy: str = "consistent",
    exclude_sources: Collection[str] = (),
    prefer: Collection[str] = (),
) -> Reconciliation:
    """Reconcile what ships with the package on a country.

    Parameters
    ----------
    country : str
        ISO 3166-1 alpha-3, or ``EUU``.
    policy : str, optional
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
    >>> rec = reconciled("DNK", policy="latest")
    >>> rec is reconciled("DNK", "latest", exclude_sources=[])
    True
    """
    return _reconciled(country, policy, tuple(sorted(exclude_sources)), tuple(sorted(prefer)))


@functools.lru_cache(maxsize=16)
def _reconciled(country: str, policy: str, exclude_sources: tuple[str, ...], prefer: tuple[str, ...]) -> Reconciliation:
    from trafficking_stats.claims import load_claims
    from trafficking_stats.errors import ClaimError
    from trafficking_stats.reconciliation.result import reconcile
    from trafficking_stats.reconciliation.selection import select

    claims = select(load_claims(), exclude_sources, prefer)
    chosen = claims[claims["country"] == country]
    if chosen.empty:
        known = ", ".join(sorted(set(claims["country"])))
        raise ClaimError(f"there are no claims on {country!r}; there are on {known}")
    return reconcile(chosen, policy=policy)
