"""The country beside its peers: convictions at their rate, funnel limits, partial pooling. Never a ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from trafficking_stats.errors import RefusalError
from trafficking_stats.gap_analysis.columns import COUNTERFACTUAL, PEERS, ends, per_100, tidy
from trafficking_stats.gap_analysis.data import CountSeries, Refusal, longest_run
from trafficking_stats.gap_analysis.ratios import Pair, make_pair
from trafficking_stats.gap_analysis.settings import GapSettings
from trafficking_stats.inference.counterfactual import Counterfactual, counterfactual
from trafficking_stats.inference.funnel import funnel_limits, funnel_spread
from trafficking_stats.inference.pooling import gamma_poisson
from trafficking_stats.names import country_name
from trafficking_stats.wording import in_text, year_list

POOLED = "pooled"
Both = tuple[CountSeries, CountSeries]
"""Numerator and denominator of a country."""


def definition_in(country: str, first: int, last: int, settings: GapSettings) -> str:
    """Return whom a country counts as a victim throughout a period; ``mixed`` where that changes."""
    found = {settings.definition_of(country, year) for year in range(first, last + 1)}
    return found.pop() if len(found) == 1 else "mixed"


def _definitions_differ(own: str, other: str) -> bool:
    """Whether two definitions are known to differ; an unknown one is not known to."""
    return own != other and "unknown" not in (own, other)


def common_pair(own: Both, peer: Both, pair: Pair, fewest: int) -> Pair:
    """Pair the peer's counts over the longest run of years that both countries have.

    Raises
    ------
    RefusalError
        If that run is too short.
    """
    run = longest_run([*own, *peer], pair.first, pair.last)
    name = in_text(peer[0].country)
    years = 0 if run is None else run[1] - run[0] + 1
    needed = min(fewest, pair.last - pair.first + 1)
    if run is None or years < needed:
        lacking = sorted(set(peer[0].lacking(pair.first, pair.last)) | set(peer[1].lacking(pair.first, pair.last)))
        raise RefusalError(
            f"{years} of {pair.last - pair.first + 1} years in a row have both counts of {name}, at least {needed} "
            f"are needed; lacking: {year_list(lacking) if lacking else 'none, but a definition breaks'}"
        )
    return make_pair(*peer, *run, pair.confidence, pair.borrow)


def counterfactual_table(
    pair: Pair,
    peers: Mapping[str, Both],
    settings: GapSettings,
    *,
    accept_definitions: bool,
) -> tuple[pd.DataFrame, list[Refusal]]:
    """Compare the numerator with the one expected at the rate of each peer, and of all usable peers together."""
    own = (pair.numerator, pair.denominator)
    rows: list[dict[str, Any]] = []
    refusals: list[Refusal] = []
    usable: list[Pair] = []
    for code, both in peers.items():
        row: dict[str, Any] = {"peer": code, "name": country_name(code)}
        try:
            other = common_pair(own, both, pair, settings.peers.years)
            row |= {"first": other.first, "last": other.last}
            row["definition"] = definition_in(code, other.first, other.last, settings)
            mine = definition_in(pair.numerator.country, other.first, other.last, settings)
            if _definitions_differ(mine, row["definition"]) and not accept_definitions:
                victims = other.denominator.sum(other.first, other.last)
                raise RefusalError(
                    f"{victims} victims of {in_text(code)} are {row['definition']}, "
                    f"those of {in_text(pair.numerator.country)} are {mine}: the rate of one says nothing "
                    "about the other unless definitions are accepted"
                )
            rows.append(row | _expected_row(pair, [other], other.first, other.last))
            usable.append(other)
        except RefusalError as refusal:
            rows.append(row | {"refusal": str(refusal)})
            refusals.append(Refusal.of("counterfactual", row["name"], refusal))
    if len(usable) > 1:
        first, last = max(one.first for one in usable), min(one.last for one in usable)
        row = {"peer": POOLED, "name": f"{len(usable)} peers together", "first": first, "last": last}
        try:
            if last - first + 1 < min(settings.peers.years, pair.last - pair.first + 1):
                raise RefusalError(f"{max(0, last - first + 1)} years are common to all {len(usable)} peers")
            rows.append(row | _expected_row(pair, usable, first, last))
        except RefusalError as refusal:
            rows.append(row | {"refusal": str(refusal)})
            refusals.append(Refusal.of("counterfactual", row["name"], refusal))
    return tidy(rows, COUNTERFACTUAL), refusals


def _expected_row(pair: Pair, others: Sequence[Pair], first: int, last: int) -> dict[str, Any]:
    events = [other.numerator.sum(first, last) for other in others]
    exposures = [other.denominator.sum(first, last) for other in others]
    names = [in_text(other.numerator.country) for other in others]
    own = pair.denominator.sum(first, last)
    for exposure, whose in ((own, in_text(pair.numerator.country)), *zip(exposures, names, strict=True)):
        if exposure.lower == 0:
            raise RefusalError(f"{exposure} {pair.denominator.label} of {whose} in {first}-{last}: a rate by 0")
    # the larger phi of the peers: their sum is at most as dispersed as the most dispersed of them
    phi = max((other.phi[0] for other in others), key=lambda one: one.factor)
    result = counterfactual(
        pair.numerator.sum(first, last),
        own,
        (sum(cell.lower for cell in events), sum(cell.upper for cell in events)),
        (sum(cell.lower for cell in exposures), sum(cell.upper for cell in exposures)),
        confidence=pair.confidence,
        dispersion=(pair.phi[0], phi),
    )
    return _counterfactual_columns(result)


def _counterfactual_columns(result: Counterfactual) -> dict[str, Any]:
    return {
        **ends(result.observed, "observed"),
        "peer_rate_min": 100 * result.peer_rate_lower,
        "peer_rate_max": 100 * result.peer_rate_upper,
        "expected_min": result.expected_lower,
        "expected_max": result.expected_upper,
        "gap_min": result.gap_lower,
        "gap_max": result.gap_upper,
        "exact_lower": result.gap_limit_lower,
        "exact_upper": result.gap_limit_upper,
        "widened_lower": result.gap_widened_lower,
        "widened_upper": result.gap_widened_upper,
        "ratio_min": result.ratio.ratio_lower,
        "ratio_max": result.ratio.ratio_upper,
        "ratio_exact_lower": result.ratio.lower,
        "ratio_exact_upper": result.ratio.upper,
        "p_min": min(result.ratio.p_values),
        "p_max": max(result.ratio.p_values),
        "verdict": result.ratio.verdict,
        "widened_verdict": result.ratio.widened_verdict,
    }


def peer_table(
    pair: Pair, peers: Mapping[str, Both], settings: GapSettings, *, accept_definitions: bool
) -> tuple[pd.DataFrame, list[Refusal]]:
    """Tabulate the rate of the country and of each peer, by name and never by rank.

    Funnel limits and partial pooling take part only where enough countries have counts without masked cells.
    """
    own = (pair.numerator, pair.denominator)
    rows: list[dict[str, Any]] = []
    refusals: list[Refusal] = []
    for code, both in {pair.numerator.country: own, **peers}.items():
        row: dict[str, Any] = {"country": code, "name": country_name(code), "own": both is own}
        try:
            one = pair if both is own else common_pair(own, both, pair, settings.peers.years)
            ratio = one.ratio(one.first, one.last)
        except RefusalError as refusal:
            rows.append(row | {"refusal": str(refusal)})
            refusals.append(Refusal.of("peers", row["name"], refusal))
            continue
        rows.append(
            row
            | {
                "definition": definition_in(code, one.first, one.last, settings),
                "first": one.first,
                "last": one.last,
                **ends(ratio.count1, "numerator"),
                **ends(ratio.count2, "denominator"),
                **per_100(ratio),
                "phi": one.phi[0].factor,
                "phi_borrowed": one.phi[0].borrowed,
            }
        )
    table = tidy(sorted(rows, key=lambda one: one["name"]), PEERS)
    if peers:
        table, alone = _with_spread(table, pair)
        refusals += alone
        refusals += _definitions(table, pair, accept_definitions=accept_definitions)
    else:
        refusals.append(Refusal("peers", country_name(own[0].country), "0 peers were named", 0.0))
    return table, refusals


def _definitions(table: pd.DataFrame, pair: Pair, *, accept_definitions: bool) -> list[Refusal]:
    """Refuse to rank: say how many definitions of victim stand side by side."""
    known = table.loc[table["refusal"] == "", "definition"]
    if accept_definitions or set(known) == {"assessed"} or set(known) == {"presumed"}:
        return []
    parts = ", ".join(f"{n} {name}" for name, n in known.value_counts().sort_index().items())
    reason = f"{len(known)} countries are not ranked: the definition of victim is {parts}"
    return [Refusal("ranking", pair.denominator.label, reason, float(len(known)))]


def _with_spread(table: pd.DataFrame, pair: Pair) -> tuple[pd.DataFrame, list[Refusal]]:
    """Add the funnel limits around the common rate, and the partially pooled rates, of countries without masks."""
    table = table.copy()
    known = (table["refusal"] == "") & (table["denominator_lower"] > 0).fillna(False)
    for name in ("numerator", "denominator"):
        known &= (table[f"{name}_lower"] == table[f"{name}_upper"]).fillna(False)
    exact = known.to_numpy(bool)
    events = table.loc[exact, "numerator_lower"].to_numpy(float)
    exposure = table.loc[exact, "denominator_lower"].to_numpy(float)
    subject = f"{len(events)} countries without masked cells"
    refusals = []

    def put(names: Sequence[str], values: Sequence[Any]) -> None:
        for name, column in zip(names, values, strict=True):
            table.loc[exact, name] = 100 * np.asarray(column)

    if events.sum() > 0:
        expected = exposure * events.sum() / exposure.sum()
        table.loc[exact, "expected"] = expected
        for confidence, suffix in ((0.95, ""), (0.998, "_998")):
            limits = funnel_limits(expected, confidence=confidence)
            put([f"funnel_lower{suffix}", f"funnel_upper{suffix}"], [one / exposure for one in limits])
        try:
            wide = funnel_limits(expected, tau2=funnel_spread(events, expected).tau2)
            put(["funnel_wide_lower", "funnel_wide_upper"], [one / exposure for one in wide])
        except RefusalError as refusal:
            refusals.append(Refusal.of("funnel", subject, refusal))
    else:
        refusals.append(Refusal("funnel", subject, f"0 {pair.numerator.label}: there is no common rate", 0.0))
    try:
        pooled = gamma_poisson(events, exposure, confidence=pair.confidence)
        put(["pooled", "pooled_lower", "pooled_upper"], [pooled.rates, pooled.lower, pooled.upper])
    except RefusalError as refusal:
        refusals.append(Refusal.of("pooling", subject, refusal))
    return table, refusals
