"""How much a series depends on choices: every policy, and the default without each upstream."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from trafficking_stats.errors import ReconciliationError
from trafficking_stats.reconciliation.policies import DEFAULT, POLICIES

if TYPE_CHECKING:
    from trafficking_stats.reconciliation.result import Reconciliation


def sensitivity(rec: Reconciliation, country: str, indicator: str, breakdown: str = "") -> pd.DataFrame:
    """Reconcile a series under every policy and without each upstream; see `Reconciliation.sensitivity`."""
    # imported here: reconcile imports this module
    from trafficking_stats.reconciliation.result import reconcile

    claims = rec.claims[rec.claims["country"] == country]
    own = claims[claims["indicator"] == indicator]
    if own.empty:
        have = ", ".join(sorted(set(claims["indicator"]))) or "none"
        raise ReconciliationError(f"{country} has no claims on {indicator}; it has: {have}")
    columns = [c for c in claims if c not in ("lower", "upper", "accepted", "cause", "clashes_with", "evidence")]
    claims = claims[columns]
    runs = dict.fromkeys(POLICIES, claims)
    if own["upstream"].nunique() > 1:
        runs |= {f"without {name}": claims[claims["upstream"] != name] for name in sorted(set(own["upstream"]))}
    tables = {}
    for name, rows in runs.items():
        series = reconcile(rows, name if name in POLICIES else DEFAULT, vocabulary=rec.vocabulary).series
        chosen = series[(series["indicator"] == indicator) & (series["breakdown"] == breakdown)]
        tables[name] = chosen.set_index("year")
    wide = pd.DataFrame({name: table["estimate"] for name, table in tables.items()}).sort_index()
    named = {name: table[table["n_claims"] > 0] for name, table in tables.items()}
    wide["range_lower"] = pd.concat([table["lower"] for table in named.values()]).groupby(level=0).min()
    wide["range_upper"] = _largest([table["upper"] for table in named.values()])
    return wide.astype("Int64").rename_axis("year").reset_index()


def _largest(uppers: list[pd.Series]) -> pd.Series:
    """Return the largest upper bound of each year, NA where one of them is unbounded."""
    together = pd.concat(uppers)
    return together.groupby(level=0).max().mask(together.isna().groupby(level=0).any())


def sensitivity_sentence(table: pd.DataFrame) -> str:
    """Say in one sentence whether a series depends on a choice.

    Parameters
    ----------
    table : pandas.DataFrame
        As `Reconciliation.sensitivity` returns it.

    Returns
    -------
    str
        Names the years and the choices that change them.

    Examples
    --------
    >>> sensitivity_sentence(pd.DataFrame({"year": [2019], "consistent": [64], "latest": [64]}).astype("Int64"))
    'The series does not depend on the policy or on any one upstream.'
    """
    runs = [column for column in table if column not in ("year", DEFAULT, "range_lower", "range_upper")]
    default = table[DEFAULT]
    moves = {name: table["year"][(table[name] != default) & table[name].notna() & default.notna()] for name in runs}
    moved = {name: years for name, years in moves.items() if len(years)}
    if not moved:
        return "The series does not depend on the policy or on any one upstream."
    years = sorted({int(year) for found in moved.values() for year in found})
    return (
        f"The series depends on the choice in {len(years)} of {len(table)} years "
        f"({', '.join(map(str, years))}): {'; '.join(f'{name} changes {len(y)}' for name, y in moved.items())}."
    )
