"""Explain one cell: every claim, kept or rejected and why, as text and as HTML."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trafficking_stats.cells import System, build_system
from trafficking_stats.chains import Chain, force, write
from trafficking_stats.errors import ReconciliationError
from trafficking_stats.intervals import period_label
from trafficking_stats.names import breakdown_name, country_name
from trafficking_stats.series import figure
from trafficking_stats.solve import solve_cell

if TYPE_CHECKING:
    from trafficking_stats.reconciliation import Reconciliation

COLUMNS = (
    "verdict",
    "figure",
    "interval",
    "source",
    "published",
    "upstream",
    "tier",
    "cause",
    "evidence",
    "clash",
    "if_kept",
)


@dataclass(frozen=True)
class Explanation:
    """Why a cell has the value or the bounds it has.

    Parameters
    ----------
    title : str
        What the cell is and its value, such as ``Denmark, victims identified, 2020: 77``.
    summary : str
        One sentence on how the value came about.
    claims : pandas.DataFrame
        One row a claim on the cell, the kept ones first: ``verdict``, ``figure``, ``interval``, ``source``,
        ``published``, ``upstream``, ``tier``, ``cause``, ``evidence``, ``clash`` (the arithmetic it cannot be
        true together with) and ``if_kept`` (the value of the cell had it been kept).
    chains : tuple of str
        The arithmetic that forces the bounds, where rules take part.
    """

    title: str
    summary: str
    claims: pd.DataFrame
    chains: tuple[str, ...]

    def __str__(self) -> str:
        lines = [self.title, self.summary, *(f"  {chain}" for chain in self.chains)]
        for row in self.claims.to_dict("records"):
            lines.append(
                f"  {row['verdict']:8} {row['figure']} {row['interval']}: {row['source']} ({row['published']}),"
                f" upstream {row['upstream']}, {row['tier']}"
            )
            lines += [f"           {label}{row[column]}" for column, label in _LABELS.items() if row[column]]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = []
        for row in self.claims.to_dict("records"):
            notes = "".join(f"<br>{escape(label + str(row[c]))}" for c, label in _LABELS.items() if row[c])
            cells = "".join(
                f"<td>{escape(str(row[column]))}</td>"
                for column in ("verdict", "figure", "interval", "published", "upstream", "tier")
            )
            rows.append(f"<tr><th scope='row'>{escape(str(row['source']))}{notes}</th>{cells}</tr>")
        heads = "".join(
            f"<th scope='col'>{name}</th>"
            for name in ("Source", "Verdict", "Figure", "Interval", "Published", "Upstream", "Tier")
        )
        chains = "".join(f"<li>{escape(chain)}</li>" for chain in self.chains)
        return (
            f"<div class='explanation'><p><strong>{escape(self.title)}</strong></p><p>{escape(self.summary)}</p>"
            + (f"<ul>{chains}</ul>" if chains else "")
            + f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        )


_LABELS = {"cause": "probable cause: ", "evidence": "", "clash": "cannot be: ", "if_kept": "had it been kept: "}


def explain(rec: Reconciliation, country: str, indicator: str, year: int, breakdown: str = "") -> Explanation:
    """Explain one cell of a reconciliation; see `Reconciliation.explain`."""
    row = _find(rec.series, country, indicator, year, breakdown)
    own = rec.claims[rec.claims["country"] == country].reset_index(drop=True)
    system = build_system(own, rec.vocabulary)
    start, end = f"{year}-01-01", f"{year}-12-31"
    cells = system.cells
    here = np.flatnonzero(
        (cells["indicator"] == indicator)
        & (cells["breakdown"] == breakdown)
        & (cells["start"] == start)
        & (cells["end"] == end)
    )[0]
    names = pd.Series([_cell_name(cell, indicator) for cell in cells.to_dict("records")])
    group_of = system.claim_group
    accepted = np.unique(group_of[own["accepted"].to_numpy(bool) & (group_of >= 0)])
    chains = _bounds(system, accepted, int(here), names, row)
    inside = own[
        (own["indicator"] == indicator)
        & (own["breakdown"] == breakdown)
        & (own["period_end"].str[:4] == str(year))
        & (own["period_start"].str[:4] == str(year))
    ]
    table = [_describe(rec, own, system, claim, index, int(here), names) for index, claim in inside.iterrows()]
    claims = pd.DataFrame(table, columns=list(COLUMNS))
    claims = claims.sort_values(["verdict", "published", "source"], ascending=[True, False, True], ignore_index=True)
    label = rec.vocabulary.indicators[indicator].label.lower() if indicator in rec.vocabulary.indicators else indicator
    part = f", {breakdown_name(breakdown, rec.vocabulary)}" if breakdown else ""
    title = f"{country_name(country)}, {label}{part}, {year}: {span(row['estimate'], row['lower'], row['upper'])}"
    return Explanation(title, _summary(row), claims, chains)


def span(estimate: object, lower: object, upper: object) -> str:
    """Write an estimate with its bounds: ``77``, ``0 to 4``, ``at least 35``.

    Examples
    --------
    >>> span(77, 77, 77), span(pd.NA, 0, 4), span(100, 100, pd.NA)
    ('77', '0 to 4', 'at least 100')
    """
    if pd.isna(upper):  # type: ignore[call-overload]
        return f"at least {lower:,}"
    if lower == upper:
        return f"{lower:,}"
    bounds = f"{lower:,} to {upper:,}"
    return bounds if pd.isna(estimate) else f"{estimate:,} (between {bounds.replace(' to ', ' and ')})"  # type: ignore[call-overload]


def _find(series: pd.DataFrame, country: str, indicator: str, year: int, breakdown: str) -> pd.Series:
    rows = series[(series["country"] == country) & (series["indicator"] == indicator)]
    if rows.empty:
        have = sorted(set(series.loc[series["country"] == country, "indicator"]))
        near = difflib.get_close_matches(indicator, have, n=1)
        what = (
            f"indicators of {country}: {', '.join(have)}"
            if have
            else f"countries: {', '.join(sorted(set(series['country'])))}"
        )
        raise ReconciliationError(
            f"no cell for {country} {indicator}; {f'did you mean {near[0]}? ' if near else ''}{what}"
        )
    cell = rows[(rows["year"] == int(year)) & (rows["breakdown"] == breakdown)]
    if cell.empty:
        same = rows[rows["breakdown"] == breakdown]
        known = (
            f"years {', '.join(map(str, same['year']))}"
            if len(same)
            else f"breakdowns {', '.join(map(repr, sorted(set(rows['breakdown']))))}"
        )
        raise ReconciliationError(f"no cell for {country} {indicator} {breakdown!r} in {year}; there are the {known}")
    return cell.iloc[0]


def _summary(row: pd.Series) -> str:
    claims = f"{row['n_claims']} claim{'s' if row['n_claims'] != 1 else ''}"
    upstreams = f"{row['n_upstreams']} upstream{'s' if row['n_upstreams'] != 1 else ''}"
    return {
        "agreed": f"All {claims} ({upstreams}) can be true together.",
        "reconciled": f"{row['n_accepted']} of {claims} ({upstreams}) kept; the others cannot be true with them.",
        "bounded": f"{claims} ({upstreams}) and the rules leave an interval; no claim names a number.",
        "deduced": "No claim names this cell; other claims and the rules bound it.",
    }[row["status"]]


def _cell_name(cell: dict[str, str], indicator: str) -> str:
    other = f"{cell['indicator']} " if cell["indicator"] != indicator else ""
    breakdown = f" {cell['breakdown']}" if cell["breakdown"] else ""
    return f"{other}{period_label(cell['start'], cell['end'])}{breakdown}"


def _bounds(system: System, accepted: np.ndarray, here: int, names: pd.Series, row: pd.Series) -> tuple[str, ...]:
    """Write the arithmetic of each bound that no claim on the cell gives by itself."""
    own = system.groups[system.groups.index.isin(accepted) & (system.groups["cell"] == here)]
    lines = []
    if pd.notna(row["upper"]) and not (own["upper"] <= row["upper"]).any():
        lines.append(write(force(system, accepted, here, upper=True), names))
    if row["lower"] > 0 and not (own["lower"] >= row["lower"]).any():
        lines.append(write(force(system, accepted, here, upper=False), names))
    return tuple(filter(None, lines))


def _describe(
    rec: Reconciliation,
    own: pd.DataFrame,
    system: System,
    claim: pd.Series,
    index: int,
    here: int,
    names: pd.Series,
) -> dict[str, str]:
    """Describe one claim of the cell."""
    group = int(system.claim_group[index])
    text = {
        "verdict": "kept" if claim["accepted"] else "rejected",
        "figure": figure(claim["value"], claim["qualifier"], rec.vocabulary),
        "interval": ""
        if pd.isna(claim["lower"])
        else f"[{claim['lower']:,}, {'no bound' if pd.isna(claim['upper']) else format(claim['upper'], ',')}]",
        "source": claim["source_id"],
        "published": claim["published"],
        "upstream": claim["upstream"],
        "tier": claim["tier"],
        "cause": claim["cause"],
        "evidence": claim["evidence"],
        "clash": "",
        "if_kept": "",
    }
    if not claim["accepted"]:
        against = own["claim_id"].isin(claim["clashes_with"].split(";"))
        text["clash"] = _clash(system, system.claim_group[against], group, names, own[against], rec)
        if rec.policy == "consistent":
            low, high = solve_cell(system, here, group)
            bounds = (pd.NA if low != high else int(low), int(low), pd.NA if np.isinf(high) else int(high))
            text["if_kept"] = span(*bounds)
    return text


def _clash(
    system: System, rivals: np.ndarray, group: int, names: pd.Series, claims: pd.DataFrame, rec: Reconciliation
) -> str:
    """Spell out what a rejected claim cannot be true together with."""
    cell, lower, upper = system.groups.loc[group, ["cell", "lower", "upper"]]
    for push_up, breaks in ((True, lambda chain: chain.bound < lower), (False, lambda chain: chain.bound > upper)):
        chain: Chain = force(system, np.unique(rivals), int(cell), upper=push_up)
        if breaks(chain) and chain.rules:
            return write(chain, names)
    return " and ".join(
        f"{figure(c['value'], c['qualifier'], rec.vocabulary)} ({c['source_id']})" for c in claims.to_dict("records")
    )
