"""The yearly counts under every policy, and without each source of them: what the choice of figures does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trafficking_stats.cells import System, build_system, check_table
from trafficking_stats.counts import CountRange, as_count_range
from trafficking_stats.policies import DEFAULT, POLICIES, pick
from trafficking_stats.reconciliation import Reconciliation
from trafficking_stats.solve import Solution, solve

NOTHING = "nothing"

Counts = Mapping[str, Mapping[int, CountRange]]
"""Years and their ranges, by indicator."""


@dataclass(frozen=True)
class Choice:
    """A way to settle which figures count.

    Parameters
    ----------
    policy : str
        How clashes are resolved.
    without : str
        What is left out: ``nothing``, ``upstream NAME`` or ``publisher NAME``.
    """

    policy: str
    without: str = NOTHING


def counts_under_choices(rec: Reconciliation, country: str, indicators: Iterable[str]) -> dict[Choice, Counts]:
    """Settle the totals of a country under every policy, with all sources and without each of them.

    Parameters
    ----------
    rec : Reconciliation
        Its claims are settled anew. The policy it was made with keeps its own series, breakdowns and all; every
        other choice uses the claims on the totals of `indicators` alone.
    country : str
        Which country.
    indicators : iterable of str
        Which totals are needed.

    Returns
    -------
    dict of Choice to Counts
        Years without both ends are left out. A policy that picks one figure a year knows no year without one.
    """
    names = sorted(set(indicators))
    claims = rec.claims
    own = (claims["country"] == country) & claims["indicator"].isin(names) & (claims["breakdown"] == "")
    table = check_table(claims[own], rec.vocabulary)
    found: dict[Choice, Counts] = {}
    for without, kept in _left_out(table).items():
        rows = table[kept].reset_index(drop=True)
        system = build_system(rows, rec.vocabulary)
        for policy in POLICIES:
            if without == NOTHING and policy == rec.policy:
                found[Choice(policy, without)] = counts_of(rec.series, country, names)
                continue
            solution = solve(system) if policy == DEFAULT else pick(system, rows, policy, rec.vocabulary)
            found[Choice(policy, without)] = _from_solution(system, solution, names)
    return found


def _left_out(table: pd.DataFrame) -> dict[str, pd.Series]:
    """Name what can be left out, with the claims that stay; a source alone on its country cannot."""
    kept = {NOTHING: pd.Series(True, index=table.index)}
    for kind in ("upstream", "publisher"):
        names = sorted(set(table[kind]) - {""})
        if len(names) > 1:
            kept |= {f"{kind} {name}": table[kind] != name for name in names}
    return kept


def counts_of(series: pd.DataFrame, country: str, indicators: Sequence[str]) -> Counts:
    """Return the totals of a country that have both ends, by indicator and year."""
    rows = series[(series["country"] == country) & (series["breakdown"] == "") & series["upper"].notna()]
    return {
        name: {
            int(year): as_count_range((int(low), int(high)))
            for year, low, high in rows.loc[rows["indicator"] == name, ["year", "lower", "upper"]].values
        }
        for name in indicators
    }


def _from_solution(system: System, solution: Solution, indicators: list[str]) -> Counts:
    cells = system.cells
    known = (cells["kind"] == "year").to_numpy() & (cells["breakdown"] == "").to_numpy() & np.isfinite(solution.upper)
    counts: dict[str, dict[int, CountRange]] = {name: {} for name in indicators}
    names, years = cells["indicator"].astype(str), cells["end"].astype(str).str[:4]
    for name, year, low, high in zip(
        names[known], years[known], solution.lower[known], solution.upper[known], strict=True
    ):
        if name in counts:
            counts[name][int(year)] = as_count_range((float(low), float(high)))
    return counts
