"""The figures under every method of resolving clashes, with all sources and without each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from trafficking_stats.gap_analysis.figures import counts_of, figures_of
from trafficking_stats.inference.counts import Counts
from trafficking_stats.measures import Measure
from trafficking_stats.reconciliation.methods import METHODS
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.reconciliation.sensitivity import series_by_method

MOST = 49
"""Most publishers, and most upstreams, that are left out in turn; the first of the alphabet."""


@dataclass(frozen=True)
class Variant:
    """The figures under one way to settle which of them count.

    Parameters
    ----------
    method : str
        How clashes are resolved.
    left_out : str
        What is left out: nothing, ``upstream NAME`` or ``publisher NAME``.
    counts : mapping of Measure to Counts
        Of each measure.
    repeat : bool
        Whether an earlier variant has the very same figures.
    """

    method: str
    left_out: str
    counts: Mapping[Measure, Counts]
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
        The years that are used; figures of others are left out.
    vary : bool
        Whether to settle anything anew at all.

    Returns
    -------
    list of Variant
        That of ``rec`` first. Many publishers pass on the same figures, and counting each as a choice of its own would
        only make the answers look more alike: those that change nothing are marked.
    """
    own = Variant(rec.method, "", {one: figures_of(rec, country, one).counts.within(years) for one in measures})
    claims = pd.concat([rec.of(country, one.indicator, one.breakdown)[1] for one in dict.fromkeys(measures)])
    if not vary or claims.empty:
        return [own]
    parts = _without_each(claims)
    # set below each other as if of different countries with codes of no country, to settle all at once
    codes = {left_out: f"Z{place:02d}" for place, left_out in enumerate(parts)}
    stacked = [
        part.assign(country=code, claim_id=code + part["claim_id"])
        for code, part in zip(codes.values(), parts.values(), strict=True)
    ]
    found = [own]
    for method, settled in series_by_method(pd.concat(stacked, ignore_index=True), METHODS, rec.vocabulary).items():
        counts = counts_of(settled)
        for left_out, code in codes.items():
            if (method, left_out) != (rec.method, ""):
                known = {one: counts.get((code, one), Counts()).within(years) for one in measures}
                found.append(Variant(method, left_out, known))
    return _marked(found)


def _without_each(claims: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return all claims, and those without each upstream and each publisher where there are several."""
    kept = {"": claims}
    for kind in ("upstream", "publisher"):
        names = sorted(set(claims[kind]) - {""})
        if len(names) > 1:
            kept |= {f"{kind} {name}": claims[claims[kind] != name] for name in names[:MOST]}
    return kept


def _marked(variants: Sequence[Variant]) -> list[Variant]:
    seen: set[tuple[object, ...]] = set()
    marked = []
    for one in variants:
        figures = tuple(tuple(sorted(counts.items())) for counts in one.counts.values())
        marked.append(Variant(one.method, one.left_out, one.counts, figures in seen))
        seen.add(figures)
    return marked
