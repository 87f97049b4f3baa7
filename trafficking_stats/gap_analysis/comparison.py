"""The country beside its peers: each rate, and the events there would have been at theirs. Never a ranking."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from statsmodels.stats.multitest import multipletests

from trafficking_stats.gap_analysis.figures import Figures, figures_of, pooled_years, stretches
from trafficking_stats.gap_analysis.model import (
    double_ratio,
    ratio_interval,
    ratio_range,
    says_nothing,
    times,
    two_sided,
)
from trafficking_stats.gap_analysis.question import Question
from trafficking_stats.gap_analysis.rates import LARGEST_LIMIT, Pair, whole_ends
from trafficking_stats.gap_analysis.rows import Peer, Refusal, Shortfall
from trafficking_stats.gap_analysis.settings import load_gap_settings
from trafficking_stats.reconciliation.result import Reconciliation

Both = tuple[Figures, Figures]
"""Numerator and denominator of a country."""


def definition_in(country: str, years: Iterable[int]) -> str:
    """Return whom a country counts as a victim in these years; ``mixed`` where that changes.

    Examples
    --------
    >>> definition_in("DNK", [2014, 2015]), definition_in("GBR", [2016, 2017])
    ('assessed', 'mixed')
    """
    found = {load_gap_settings().definition_of(country, year) for year in years}
    return found.pop() if len(found) == 1 else "mixed"


def peer_rows(rec: Reconciliation, question: Question, pair: Pair) -> tuple[list[Peer], list[Shortfall], list[Refusal]]:
    """Compute the rate of each peer, its ratio to the own one in the years of both, and the shortfall at its rate.

    A peer is compared where both countries are known to count victims by the same definition, or the reader accepts
    that they may not.
    """
    rows, shortfalls, refusals = [_peer_row(pair, own=True)], [], []
    fewest = min(load_gap_settings().peers.years, len(pair.years))
    for code in sorted(question.peers):
        both = figures_of(rec, code, question.numerator), figures_of(rec, code, question.denominator)
        years = _years(both, question)
        if len(years) < fewest:
            refusals.append(Refusal("peers", "too_few_years", len(years), fewest, years, code))
            continue
        row = _peer_row(Pair.fit(*both, years, question, rec.vocabulary))
        if row.upper > LARGEST_LIMIT or row.denominator_lower == 0:
            refusals.append(Refusal("peers", "says_nothing", row.denominator_lower, 1, years, code))
            continue
        common = tuple(year for year in years if year in pair.years)
        refusal = _not_comparable(rec, question, code, common, fewest)
        if refusal:
            rows.append(row)
            refusals.append(refusal)
            continue
        mine, other = (Pair.fit(*one, common, question, rec.vocabulary) for one in (_figures(pair), both))
        ratio = _ratio(mine, other)
        if ratio is None or says_nothing(ratio[0], ratio[1]):
            rows.append(row)
            refusals.append(Refusal("peers", "ratio_says_nothing", row.numerator_lower, 1, common, code))
            continue
        rows.append(replace(row, compared=True, ratio_lower=ratio[0], ratio_upper=ratio[1], chance=ratio[2]))
        shortfalls.append(shortfall_row(mine, other))
    return _adjusted(rows), shortfalls, refusals


def _figures(pair: Pair) -> Both:
    return pair.numerator.figures, pair.denominator.figures


def _years(both: Both, question: Question) -> tuple[int, ...]:
    """Return the years a peer is pooled over: by the same rule as those of the country itself."""
    known = [year for year in both[0].counts if question.covers(year)]
    candidates = stretches(both, known, accept_breaks=question.accept_breaks)
    return pooled_years(candidates, load_gap_settings().years.fewest)


def _not_comparable(
    rec: Reconciliation, question: Question, code: str, common: tuple[int, ...], fewest: int
) -> Refusal | None:
    if len(common) < fewest:
        return Refusal("peers", "few_common_years", len(common), fewest, common, code)
    entry = rec.vocabulary.indicators.get(question.denominator.indicator)
    if entry is None or entry.stage != "identification" or question.accept_definitions:
        return None
    definitions = {definition_in(question.country, common), definition_in(code, common)}
    if definitions & {"unknown", "mixed"}:
        return Refusal("peers", "unknown_definition", 0, 0, common, code)
    return Refusal("peers", "other_definition", 0, 0, common, code) if len(definitions) > 1 else None


def _peer_row(pair: Pair, *, own: bool = False) -> Peer:
    top, bottom = pair.totals(pair.years)
    limits = times(ratio_interval(top, bottom, pair.confidence), 100)
    low, high = ratio_range(top.observed, bottom.observed)
    country = pair.numerator.figures.country
    return Peer(
        country,
        own,
        definition_in(country, pair.years),
        own,
        pair.years[0],
        pair.years[-1],
        len(pair.years),
        *whole_ends(top.observed),
        *whole_ends(bottom.observed),
        100 * low,
        100 * high,
        limits.lower,
        limits.upper,
        limits.exact_lower,
        limits.exact_upper,
        math.nan,
        math.nan,
        math.nan,
        math.nan,
    )


def _ratio(mine: Pair, other: Pair) -> tuple[float, float, float] | None:
    """Limits of the own rate by that of the peer, and the p value; None where nothing was counted."""
    own, theirs = mine.totals(mine.years), other.totals(other.years)
    if own[0].observed.upper == theirs[0].observed.upper == 0 or 0 in (own[1].observed.lower, theirs[1].observed.lower):
        return None
    draws = double_ratio(own, theirs)
    low, high = np.quantile(draws, [mine.tail, 1 - mine.tail])
    lower = 0.0 if own[0].observed.lower == 0 else float(low)
    return lower, math.inf if theirs[0].observed.lower == 0 else float(high), two_sided(draws)


def _adjusted(rows: Sequence[Peer]) -> list[Peer]:
    """Adjust the p values for the number of peers compared.

    References
    ----------
    Holm S (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6:65-70.
    """
    compared = [one for one in rows if not math.isnan(one.chance)]
    if not compared:
        return list(rows)
    adjusted = iter(multipletests([one.chance for one in compared], method="holm")[1])
    return [one if math.isnan(one.chance) else replace(one, chance_adjusted=float(next(adjusted))) for one in rows]


def shortfall_row(mine: Pair, other: Pair) -> Shortfall:
    """Compare what was counted with what there would have been at the rate of a peer.

    The number at the peer's rate is predicted: the rate of the peer is uncertain, and the number would have varied
    around it as the own counts do. So it cannot be below 0, and the shortfall can neither exceed it nor be a larger
    surplus than what was counted.
    """
    observed = mine.numerator.figures.sum(mine.years)
    exposed = mine.denominator.figures.sum(mine.years)
    above, below = other.totals(other.years)
    rates = ratio_range(above.observed, below.observed)
    generator = np.random.default_rng(other.numerator.fit.seed)
    # the own denominator lies anywhere in its range
    exposure = generator.uniform(exposed.lower, exposed.upper, len(above.expected))
    mean = exposure * above.expected / below.expected
    phi = mine.numerator.fit.phi
    drawn = generator.negative_binomial(mean / (phi - 1), 1 / phi)
    low, high = np.quantile(drawn, [mine.tail, 1 - mine.tail], method="inverted_cdf")
    country = other.numerator.figures.country
    return Shortfall(
        country,
        definition_in(country, mine.years),
        mine.years[0],
        mine.years[-1],
        len(mine.years),
        *whole_ends(observed),
        math.floor(exposed.lower * rates[0]),
        math.ceil(exposed.upper * rates[1]),
        int(low),
        int(high),
        int(low - observed.upper),
        int(high - observed.lower),
    )
