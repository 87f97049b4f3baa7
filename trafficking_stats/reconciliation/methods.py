"""The rival methods: pick one figure a cell, as other tools do, to see how much the choice matters."""

import numpy as np
import pandas as pd

from trafficking_stats.errors import ReconciliationError
from trafficking_stats.reconciliation.cells import System
from trafficking_stats.reconciliation.solve import Conflicts, Solution
from trafficking_stats.reconciliation.weights import published_years, tier_weights
from trafficking_stats.vocabulary import Vocabulary

DEFAULT = "consistent"
"""The method that uses every claim and every rule."""


_RANKS = {
    "latest": {"published": False, "weight": False},
    "earliest": {"published": True, "weight": False},
    "register": {"tier_weight": False, "published": False},
    "lowest": {"upper": True, "lower": True},
    "highest": {"lower": False, "upper": False},
}
"""What the claims on a cell are sorted by, and whether the smallest comes first; the first one is picked."""

METHODS = (DEFAULT, "latest", "earliest", "register", "median", "lowest", "highest")
"""Every method, the default first."""


def check_method(method: str) -> str:
    """Return ``method`` if it exists.

    Raises
    ------
    ReconciliationError
        Listing those that exist.
    """
    if method not in METHODS:
        raise ReconciliationError(f"method {method!r} does not exist; there are: {', '.join(METHODS)}")
    return method


def pick(system: System, claims: pd.DataFrame, method: str, vocabulary: Vocabulary) -> Solution:
    """Bound each cell by the one claim that a method picks, without any rule.

    Parameters
    ----------
    system : System
        Cells and groups of claims.
    claims : pandas.DataFrame
        The checked claims the system was built from.
    method : str
        ``latest`` and ``earliest`` go by the date of publication (then by weight), ``register`` by tier (then the
        latest), ``lowest`` and ``highest`` by the interval; ``median`` takes the middle claim in the order of
        their lower ends, of two middle ones the heavier. A claim is accepted if it has a point in common with
        the one that was picked, which is also all that the others clash with.
    vocabulary : Vocabulary
        Gives the tiers.

    Returns
    -------
    Solution
        Cells that no claim names are unbounded.
    """
    rows = pd.DataFrame({"group": system.claim_group, "order": np.arange(len(claims))})
    # undated claims come last, whichever end goes first
    rows["published"] = published_years(claims["published"])
    rows["tier_weight"] = tier_weights(claims, vocabulary)
    rows = rows[rows["group"] >= 0]
    rows = rows.join(system.groups[["cell", "lower", "upper", "weight"]], on="group")
    if method == "median":
        ranked = _median(rows)
    else:
        by = {**_RANKS[method], "order": True}
        ranked = rows.sort_values([*by], ascending=[*by.values()])
    chosen = ranked.drop_duplicates("cell")
    lower, upper = np.zeros(len(system.cells)), np.full(len(system.cells), np.inf)
    lower[chosen["cell"]], upper[chosen["cell"]] = chosen["lower"], chosen["upper"]
    cell = system.groups["cell"].to_numpy()
    kept = ((system.groups["lower"] <= upper[cell]) & (system.groups["upper"] >= lower[cell])).to_numpy(bool)
    winner = np.zeros(len(system.cells), dtype=np.int64)
    winner[chosen["cell"]] = chosen["group"]
    conflicts: Conflicts = {int(loser): ((int(winner[cell[loser]]),), ()) for loser in np.flatnonzero(~kept)}
    return Solution(kept, lower, upper, conflicts, ruled=False)


def _median(rows: pd.DataFrame) -> pd.DataFrame:
    """Put the middle claim of each cell first, of two the heavier."""
    rows = rows.sort_values(["cell", "lower", "upper", "order"])
    place = rows.groupby("cell").cumcount()
    size = rows.groupby("cell")["cell"].transform("size")
    middle = rows[(place >= (size - 1) // 2) & (place <= size // 2)]
    return middle.sort_values(["weight", "lower", "order"], ascending=[False, True, True])
