"""The figures under every method of resolving clashes, with all sources and without each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from trafficking_stats.gap_analysis.figures import figures_of
from trafficking_stats.gap_analysis.question import Measure
from trafficking_stats.inference.counts import CountRange
from trafficking_stats.reconciliation.methods import METHODS
from trafficking_stats.reconciliation.result import Reconciliation, _reconcile_part

Counts = Mapping[Measure, Mapping[int, CountRange]]
"""Years and their ranges, by measure."""


@dataclass(frozen=True)
class Variant:
    """The figures under one way to settle which of them count.

    Parameters
    ----------
    method : str
        How clashes are resolved.
    left_out : str
        What is left out: nothing, ``upstream NAME`` or ``publisher NAME``.
    counts : mapping
        Years and ranges by measure.
    repeat : bool
        Whether an earlier variant has the very same figures.
    """

    method: str
    left_out: str
    counts: Counts
    repeat: bool = False


def variants_of(
    rec: Reconciliation, country: str, measures: Sequence[Measure], years: range, *, vary: bool = True
) -> list[Variant]:
    """Settle the figures of a country under every method, and without each upstream and publisher.

    Parameters
    ----------
    rec : Reconciliation
        Its claims are settled anew. The method it was made with keeps its own series with all that other indicators
        say; every other choice uses the claims on the measures alone.
    country : str
        Which country.
    measures : sequence of Measure
        What is needed.
    years : range
        The years that are used; figures of others tell no variants apart.
    vary : bool
        Whether to settle anything anew at all.

    Returns
    -------
    list of Variant
        That of ``rec`` first. Many publishers pass on the same figures, and counting each as a choice of its own would
        only make the answers look more alike: those that change nothing are marked.
    """
    own = Variant(rec.method, "", {one: figures_of(rec, country, one).counts for one in measures})
    claims = _claims_on(rec, country, measures)
    if not vary or claims.empty:
        return [own]
    stacked = _without_each(claims)
    found = [own]
    for method in METHODS:
        # checked when they were first reconciled; the stand-ins for countries would not pass again
        settled = _reconcile_part(stacked, method, rec.vocabulary)
        for left_out in stacked["country"].unique():
            if (method, left_out) != (rec.method, ""):
                counts = {one: figures_of(settled, left_out, one).counts for one in measures}
                found.append(Variant(method, left_out, counts))
    return _marked(found, years)


def _claims_on(rec: Reconciliation, country: str, measures: Sequence[Measure]) -> pd.DataFrame:
    claims = rec.claims
    wanted = pd.Series(False, index=claims.index)
    for one in measures:
        wanted |= (claims["indicator"] == one.indicator) & (claims["breakdown"] == one.breakdown)
    judged = ("lower", "upper", "accepted", "cause", "clashes_with", "evidence", "doubt")
    return claims[wanted & (claims["country"] == country)].drop(columns=[name for name in judged if name in claims])


def _without_each(claims: pd.DataFrame) -> pd.DataFrame:
    """Set the claims without each source below each other, as if of different countries, to settle all at once."""
    kept = {"": claims}
    for kind in ("upstream", "publisher"):
        names = sorted(set(claims[kind]) - {""})
        if len(names) > 1:
            kept |= {f"{kind} {name}": claims[claims[kind] != name] for name in names}
    parts = [
        rows.assign(country=left_out, claim_id=f"{left_out}: " + rows["claim_id"]) for left_out, rows in kept.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _marked(variants: Sequence[Variant], years: range) -> list[Variant]:
    seen: set[tuple[object, ...]] = set()
    marked = []
    for one in variants:
        figures = tuple(counts.get(year) for counts in one.counts.values() for year in years)
        marked.append(Variant(one.method, one.left_out, one.counts, figures in seen))
        seen.add(figures)
    return marked
