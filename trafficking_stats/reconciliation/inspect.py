"""The programme behind a cell: what is unknown, what must hold, what was claimed, and what was dropped at what cost."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trafficking_stats.intervals import period_label
from trafficking_stats.reconciliation.settle import Settled
from trafficking_stats.reconciliation.weights import UNITS
from trafficking_stats.wording import counted


@dataclass(frozen=True)
class Programme:
    """One component: cells that rules connect with each other, and with no other.

    Parameters
    ----------
    variables : pandas.DataFrame
        One row a cell: ``name``, and ``lower`` and ``upper`` as solved.
    rules : pandas.DataFrame
        One row a rule: ``kind``, and the relation as ``text``.
    claims : pandas.DataFrame
        One row an interval that is claimed of a cell: ``name``, ``lower``, ``upper``, ``weight`` (what dropping it
        costs), ``dropped`` and ``sources``.
    """

    variables: pd.DataFrame
    rules: pd.DataFrame
    claims: pd.DataFrame

    @property
    def cost(self) -> float:
        """What was dropped in all."""
        return float(self.claims.loc[self.claims["dropped"], "weight"].sum())

    def __str__(self) -> str:
        dropped = f"{self.claims['dropped'].sum():,} dropped at a cost of {self.cost:.6g}"
        lines = [counted(len(self.variables), "variable"), *map(_within, self.variables.itertuples())]
        lines += [counted(len(self.rules), "rule"), *(f"  {row.kind}: {row.text}" for row in self.rules.itertuples())]
        lines.append(f"{counted(len(self.claims), 'claim')}, {dropped}")
        for row in self.claims.itertuples():
            verdict = ", dropped" if row.dropped else ""
            lines.append(f"{_within(row)}, weight {row.weight:.6g}{verdict}: {row.sources}")
        return "\n".join(lines)


def _within(row: Any) -> str:
    if row.lower == row.upper:
        return f"  {row.name} = {row.lower:,.0f}"
    if np.isinf(row.upper):
        return f"  {row.name} >= {row.lower:,.0f}"
    return f"  {row.lower:,.0f} <= {row.name} <= {row.upper:,.0f}"


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
    words = zip(cells["indicator"], cells["breakdown"], map(period_label, cells["start"], cells["end"]), strict=True)
    names = pd.Series([" ".join(filter(None, row)) for row in words], index=part.cells, dtype=object)
    rules = system.rules.table.iloc[part.rules]
    groups = system.groups.iloc[part.groups]
    groups = groups.assign(weight=groups["weight"] / UNITS, dropped=~solution.accepted[part.groups])
    group = claims["claim_id"].map(settled.group_of)
    sources = claims["source_id"].groupby(group).agg(lambda own: ", ".join(own.unique()))
    groups = groups.assign(name=names[groups["cell"]].to_numpy(), sources=sources.reindex(groups.index).fillna(""))
    return Programme(
        pd.DataFrame({"name": names, "lower": solution.lower[part.cells], "upper": solution.upper[part.cells]}),
        rules[["kind"]].assign(text=system.rules.written(part.rules.tolist(), names)),
        groups[["name", "lower", "upper", "weight", "dropped", "sources"]],
    )
