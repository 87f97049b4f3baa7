"""The rival policies: pick one figure a cell, as other tools do, to see how much the choice matters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trafficking_stats.cells import System
from trafficking_stats.errors import ReconciliationError
from trafficking_stats.solve import Solution, best_rival
from trafficking_stats.vocabulary import Vocabulary
from trafficking_stats.weights import published_year

DEFAULT = "consistent"
"""The policy that uses every claim and every rule."""


def _by(*columns: str, ascending: bool) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda rows: rows.sort_values([*columns, "order"], ascending=[ascending] * len(columns) + [True])


_RANKS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "latest": _by("published", "weight", ascending=False),
    "earliest": lambda rows: rows.sort_values(["published", "weight", "order"], ascending=[True, False, True]),
    "register": _by("tier_weight", "published", ascending=False),
    "lowest": _by("upper", "lower", ascending=True),
    "highest": _by("lower", "upper", ascending=False),
}

POLICIES = (DEFAULT, "latest", "earliest", "register", "median", "lowest", "highest")
"""Every policy, the default first."""


def check_policy(policy: str) -> str:
    """Return ``policy`` if it exists.

    Raises
    ------
    ReconciliationError
        Listing those that exist.
    """
    if policy not in POLICIES:
        raise ReconciliationError(f"policy {policy!r} does not exist; there are: {', '.join(POLICIES)}")
    return policy


def pick(system: System, claims: pd.DataFrame, policy: str, vocabulary: Vocabulary) -> Solution:
    """Bound each cell by the one claim that a policy picks, without any rule.

    Parameters
    ----------
    system : System
        Cells and groups of claims.
    claims : pandas.DataFrame
        The checked claims the system was built from.
    policy : str
        ``latest`` and ``earliest`` go by the date of publication (then by weight), ``register`` by tier (then the
        latest), ``lowest`` and ``highest`` by the interval; ``median`` spans the middle one or two of the
        intervals ordered by their lower ends. A claim is accepted if it has a point in common with what was
        picked.
    vocabulary : Vocabulary
        Gives the tiers.

    Returns
    -------
    Solution
        Cells that no claim names are unbounded.
    """
    rows = pd.DataFrame({"group": system.claim_group, "order": np.arange(len(claims))})
    rows["published"] = claims["published"].map(published_year).fillna(-np.inf)
    rows["tier_weight"] = claims["tier"].map({name: tier.weight for name, tier in vocabulary.tiers.items()})
    rows = rows[rows["group"] >= 0]
    rows = rows.join(system.groups[["cell", "lower", "upper", "weight"]], on="group")
    if policy == "median":
        lower, upper = _median(rows, len(system.cells))
    else:
        lower, upper = np.zeros(len(system.cells)), np.full(len(system.cells), np.inf)
        chosen = _RANKS[policy](rows).drop_duplicates("cell")
        lower[chosen["cell"]], upper[chosen["cell"]] = chosen["lower"], chosen["upper"]
    cell = system.groups["cell"].to_numpy()
    accepted = (system.groups["lower"] <= upper[cell]) & (system.groups["upper"] >= lower[cell])
    kept = accepted.to_numpy()
    members = pd.Series(np.flatnonzero(kept)).groupby(cell[kept]).agg(np.array)
    conflicts = {
        int(loser): ((best_rival(system.groups, int(loser), members[cell[loser]]),), ())
        for loser in np.flatnonzero(~kept)
    }
    return Solution(kept, lower, upper, conflicts, ())


def _median(rows: pd.DataFrame, n_cells: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rows = rows.sort_values(["cell", "lower", "upper", "order"])
    place = rows.groupby("cell").cumcount()
    size = rows.groupby("cell")["cell"].transform("size")
    middle = rows[(place >= (size - 1) // 2) & (place <= size // 2)]
    spans = middle.groupby("cell").agg(low=("lower", "min"), high=("upper", "max"))
    lower, upper = np.zeros(n_cells), np.full(n_cells, np.inf)
    lower[spans.index], upper[spans.index] = spans["low"], spans["high"]
    return lower, upper
