"""Settle many countries together for the pages of a run, each as if it had been settled alone."""

import contextlib
from collections.abc import Collection

from trafficking_stats.claims import load_claims
from trafficking_stats.errors import TraffickingStatsError
from trafficking_stats.reconciliation.methods import DEFAULT
from trafficking_stats.reconciliation.reconciling import reconcile
from trafficking_stats.reconciliation.selection import select_claims
from trafficking_stats.reconciliation.sensitivity import rivals_of_each


def settle_ahead(
    countries: Collection[str],
    method: str = DEFAULT,
    exclude_sources: Collection[str] = (),
    prefer: Collection[str] = (),
) -> None:
    """Keep for the run what its pages will ask for; what goes wrong is said where they ask.

    Parameters
    ----------
    countries : collection of str
        Those of some pages that are to come.
    method, exclude_sources, prefer
        As the notebooks take them.
    """
    with contextlib.suppress(TraffickingStatsError):
        rec = reconcile(select_claims(load_claims(), exclude_sources, prefer, countries), method)
        rivals_of_each(rec.claims, rec.vocabulary)
