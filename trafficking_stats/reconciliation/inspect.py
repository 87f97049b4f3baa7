"""The programme behind a cell: what is unknown, what must hold, what was claimed, and what was dropped at what cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trafficking_stats.intervals import period_label
from trafficking_stats.reconciliation.settle import Settled
from trafficking_stats.reconciliation.weights import UNITS


@dataclass(frozen=True)
class Programme:
    """One component: cells that rules connect with each other, and with no other.

    Parameters
    ----------
    variables : pandas.DataFrame
        One row a cell: ``name``, ``lower`` and ``upper`` as solved.
    rules : pandas.DataFrame
        One row a rule: ``kind``, and the relation as ``text``.
    claims : pandas.DataFrame
        One row an interval that is claimed of a cell: ``name``, ``lower``, ``upper``, ``weight``, ``dropped``,
        ``cost`` (what dropping it cost, less than its weight where what replaces it is kept) and ``sources``.
    """

    variables: pd.DataFrame
    rules: pd.DataFrame
    claims: pd.DataFrame

    @property
    def cost(self) -> float:
        """The least cost of what had to be dropped."""
        return float(self.claims["cost"].sum())

    def __str__(self) -> str:
        lines = [f"{len(self.variables):,} variable{'s' * (len(self.variables) != 1)}"]
        lines += [f"  {_within(row)}" for row in self.variables.itertuples()]
        lines += [f"{len(self.rules):,} rules", *(f"  {row.kind}: {row.text}" for row in self.rules.itertuples())]
        lines.append(
            f"{len(self.claims):,} claims, {self.claims['dropped'].sum():,} dropped at a cost of {self.cost:.6g}"
        )
        for row in self.claims.itertuples():
            dropped = f", dropped at {row.cost:.6g}" if row.dropped else ""
            lines.append(f"  {_within(row)}, weight {row.weight:.6g}{dropped}: {row.sources}")
        return "\n".join(lines)


def _within(row: object) -> str:
    name, lower, upper = (getattr(row, key) for key in ("name", "lower", "upper"))
    if lower == upper:
        return f"{name} = {lower:,.0f}"
    return f"{name} >= {lower:,.0f}" if np.isinf(upper) else f"{lower:,.0f} <= {name} <= {upper:,.0f}"


def inspect(settled: Settled, cell: int, claims: pd.DataFrame) -> Programme:
    """Lay open the component of a cell.

    Parameters
    ----------
    settled : Settled
        System and solution.
    cell : int
        Number of the cell.
    claims : pandas.DataFrame
        The judged claims: who prints what.
    """
    system, solution, part = settled.system, settled.solution, settled.component_of(cell)
    cells = system.cells.iloc[part.cells]
    periods = map(period_label, cells["start"], cells["end"])
    words = zip(cells["indicator"], cells["breakdown"], periods, strict=True)
    names = dict(zip(part.cells.tolist(), (" ".join(filter(None, row)) for row in words), strict=True))
    variables = pd.DataFrame({"name": names, "lower": solution.lower[part.cells], "upper": solution.upper[part.cells]})
    entries = system.rules.entries[system.rules.entries["rule"].isin(part.rules)]
    sides = entries.groupby(["rule", "coefficient"])["cell"].agg(lambda own: " + ".join(names[one] for one in own))
    table = system.rules.table.iloc[part.rules]
    sign = np.where(table["equal"], "=", ">=")
    texts = [f"{sides[rule, 1]} {equal} {sides[rule, -1]}" for rule, equal in zip(part.rules, sign, strict=True)]
    rules = pd.DataFrame({"kind": table["kind"], "text": texts})
    groups = system.groups.iloc[part.groups]
    kept = solution.accepted
    saved = {
        group: saving if kept[list(others)].any() else 0.0
        for group, (saving, others) in system.discounts.items()
        if group in set(part.groups.tolist())
    }
    group_of = claims["claim_id"].map(settled.group_of)
    sources = claims["source_id"].groupby(group_of).agg(lambda own: ", ".join(dict.fromkeys(own)))
    weight = groups["weight"] / UNITS
    return Programme(
        variables.reset_index(drop=True),
        rules.reset_index(drop=True),
        pd.DataFrame(
            {
                "name": groups["cell"].map(names),
                "lower": groups["lower"],
                "upper": groups["upper"],
                "weight": weight,
                "dropped": ~kept[part.groups],
                "cost": np.where(kept[part.groups], 0.0, weight - pd.Series(saved).reindex(groups.index).fillna(0.0)),
                "sources": sources.reindex(groups.index).fillna(""),
            }
        ).reset_index(drop=True),
    )
