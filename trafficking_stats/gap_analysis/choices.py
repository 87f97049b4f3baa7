"""The yearly counts under every method, and without each source of them: what the choice of figures does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trafficking_stats.gap_analysis.data import Refusal
from trafficking_stats.inference.counts import CountRange, as_count_range
from trafficking_stats.reconciliation.cells import System, build_system, check_table
from trafficking_stats.reconciliation.methods import DEFAULT, METHODS, pick
from trafficking_stats.reconciliation.result import Reconciliation
from trafficking_stats.reconciliation.solve import Solution, solve
from trafficking_stats.schema import in_order

NOTHING = "nothing"

Counts = Mapping[str, Mapping[int, CountRange]]
"""Years and their ranges, by indicator."""


@dataclass(frozen=True)
class Choice:
    """A way to settle which figures count.

    Parameters
    ----------
    method : str
        How clashes are resolved.
    left_out : str
        What is left out: ``nothing``, ``upstream NAME`` or ``publisher NAME``.
    """

    method: str
    left_out: str = NOTHING


def counts_of(series: pd.DataFrame, country: str, indicators: Sequence[str]) -> dict[str, dict[int, CountRange]]:
    """Return the totals of a country that have both ends, by indicator and year.

    A year that no claim names counts where the rules leave one value.
    """
    known = series["upper"].notna() & ((series["n_claims"] > 0) | (series["lower"] == series["upper"]).fillna(False))
    rows = series[(series["country"] == country) & (series["breakdown"] == "") & known]
    return {
        name: {
            int(year): as_count_range((int(low), int(high)))
            for year, low, high in rows.loc[rows["indicator"] == name, ["year", "lower", "upper"]].values
        }
        for name in indicators
    }


def counts_under_choices(
    rec: Reconciliation, country: str, needed: Mapping[str, str], units: Sequence[str], first: int, last: int
) -> tuple[dict[Choice, Counts], list[Refusal]]:
    """Settle the totals of a country under every method, with all sources and without each of them.

    Many publishers pass on the same figures, and counting each as a choice of its own would only make the answers
    look more alike. So a publisher is left out only if a method that picks one figure a year notices; an upstream
    only if figures remain.

    Parameters
    ----------
    rec : Reconciliation
        Its claims are settled anew. The method it was made with keeps its own series, breakdowns and all; every
        other choice uses the claims on the totals of the indicators alone.
    country : str
        Which country.
    needed : mapping of indicator to label
        Indicators without which there is no answer.
    units : sequence of str
        Further indicators.
    first, last : int
        The years that are used.

    Returns
    -------
    dict of Choice to Counts
        Nothing left out first. Years without both ends are missing; a method that picks one figure a year knows
        no year that nobody counted.
    list of Refusal
        What cannot be left out, because no figure would remain.
    """
    names = sorted({*needed, *units})
    claims = rec.claims
    own = (claims["country"] == country) & claims["indicator"].isin(names) & (claims["breakdown"] == "")
    stacked = _stacked(check_table(claims[own], rec.vocabulary), rec)
    found: dict[Choice, Counts] = {Choice(rec.method): counts_of(rec.series, country, names)}
    if stacked.empty:
        return found, []
    system = build_system(stacked, rec.vocabulary)
    for method in (method for method in METHODS if method != DEFAULT):
        settled = _by_variant(system, pick(system, stacked, method, rec.vocabulary), names)
        for left_out in stacked["country"].unique():
            found.setdefault(Choice(method, left_out), settled.get(left_out, {name: {} for name in names}))
    variants, refusals = _that_matter(found, needed, range(first, last + 1))
    rest = stacked[stacked["country"].isin([v for v in variants if Choice(DEFAULT, v) not in found])]
    if len(rest):
        rest = rest.reset_index(drop=True)
        system = build_system(rest, rec.vocabulary)
        settled = _by_variant(system, solve(system), names)
        found |= {Choice(DEFAULT, left_out): counts for left_out, counts in settled.items()}
    order = [Choice(method, left_out) for left_out in variants for method in METHODS]
    return {choice: found[choice] for choice in order if choice in found}, refusals


def _stacked(table: pd.DataFrame, rec: Reconciliation) -> pd.DataFrame:
    """Set the claims with each source left out below each other, as if of different countries.

    One system then settles all of them at once: nothing ties the cells of two countries together.
    """
    kept = {NOTHING: pd.Series(True, index=table.index)}
    for kind in ("upstream", "publisher"):
        names = sorted(set(table[kind]) - {""})
        if len(names) > 1:
            kept |= {f"{kind} {name}": table[kind] != name for name in names}
    parts = [
        table[rows].assign(country=left_out, claim_id=f"{left_out}: " + table["claim_id"])
        for left_out, rows in kept.items()
    ]
    return in_order(pd.concat(parts, ignore_index=True))


def _by_variant(system: System, solution: Solution, indicators: Sequence[str]) -> dict[str, Counts]:
    """Read the yearly totals that have both ends from a solution, by what was left out."""
    cells = system.cells
    named = np.zeros(len(cells), dtype=bool)
    named[system.groups["cell"].to_numpy()] = True
    known = np.isfinite(solution.upper) & (named | (solution.lower == solution.upper))
    known &= (cells["kind"] == "year").to_numpy() & (cells["breakdown"] == "").to_numpy()
    found: dict[str, dict[str, dict[int, CountRange]]] = {
        str(left_out): {name: {} for name in indicators} for left_out in cells["country"].unique()
    }
    columns = (cells[name].astype(str)[known] for name in ("country", "indicator", "end"))
    for left_out, name, end, low, high in zip(*columns, solution.lower[known], solution.upper[known], strict=True):
        if name in found[left_out]:
            found[left_out][name][int(end[:4])] = as_count_range((float(low), float(high)))
    return dict(found)


def _that_matter(
    found: Mapping[Choice, Counts], needed: Mapping[str, str], years: range
) -> tuple[list[str], list[Refusal]]:
    """Return what is worth leaving out, nothing first, and what cannot be."""

    def figures(choice: Choice) -> list[CountRange | None]:
        counts = found[choice]
        return [counts[name].get(year) for name in sorted(counts) for year in years]

    variants, refusals = [NOTHING], []
    for left_out in sorted({choice.left_out for choice in found} - {NOTHING}):
        own = [choice for choice in found if choice.left_out == left_out]
        empty = [
            label
            for name, label in needed.items()
            if not any(year in found[choice].get(name, {}) for choice in own for year in years)
        ]
        if empty:
            reason = f"0 years of {' and of '.join(empty)} would remain: every figure starts there"
            refusals.append(Refusal("multiverse", f"without {left_out}", reason, 0.0))
        elif any(figures(choice) != figures(Choice(choice.method)) for choice in own if Choice(choice.method) in found):
            variants.append(left_out)
    return variants, refusals
