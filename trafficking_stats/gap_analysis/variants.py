"""The figures under every method of resolving clashes, with all sources and without each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import pandas as pd

from trafficking_stats.gap_analysis.figures import counts_of, figures_of
from trafficking_stats.inference.counts import Counts
from trafficking_stats.messages.measures import Measure
from trafficking_stats.reconciliation.methods import DEFAULT, METHODS
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
    own = {one: figures_of(rec, country, one).counts.within(years) for one in measures}
    claims = pd.concat([rec.of(country, one.indicator, one.breakdown)[1] for one in dict.fromkeys(measures)])
    found, seen = [Variant(rec.method, "", own)], {_figures(own)}
    if not vary or claims.empty:
        return found
    parts = _without_each(claims, measures[:2])
    if len(parts) == 1 and rec.method == DEFAULT:  # what the page of the reconciliation asks for, too
        codes, settled = {"": country}, rec.rivals
    else:
        # set below each other as if of different countries with codes of no country, to settle all at once
        codes = {left_out: f"Z{place:02d}" for place, left_out in enumerate(parts)}
        stacked = [
            part.assign(country=code, claim_id=code + part["claim_id"])
            for code, part in zip(codes.values(), parts.values(), strict=True)
        ]
        settled = series_by_method(pd.concat(stacked, ignore_index=True), METHODS, rec.vocabulary)
    by_method = {method: counts_of(series) for method, series in settled.items()}
    for method, (left_out, code) in product(by_method, codes.items()):
        known = {one: by_method[method].get((code, one), Counts()).within(years) for one in measures}
        if (method, left_out) != (rec.method, ""):
            found.append(Variant(method, left_out, known, _figures(known) in seen))
            seen.add(_figures(known))
    return found


def _figures(counts: Mapping[Measure, Counts]) -> tuple[object, ...]:
    return tuple(tuple(sorted(one.items())) for one in counts.values())


def _without_each(claims: pd.DataFrame, needed: Sequence[Measure]) -> dict[str, pd.DataFrame]:
    """Return all claims, and those without each upstream and publisher that is not the only one on a measure needed."""
    kept = {"": claims}
    on = {kind: claims.groupby(["indicator", "breakdown"])[kind].agg(set) for kind in ("upstream", "publisher")}
    for kind, of in on.items():
        alone = [of.get((one.indicator, one.breakdown), set()) for one in needed]
        names = sorted(set(claims[kind]) - {""} - set().union(*(one for one in alone if len(one) == 1)))
        kept |= {f"{kind} {name}": claims[claims[kind] != name] for name in names[:MOST]}
    return kept
