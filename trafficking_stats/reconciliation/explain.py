"""Explain one cell: every claim, kept or rejected and why, as text and as HTML."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trafficking_stats.errors import ReconciliationError
from trafficking_stats.intervals import period_label
from trafficking_stats.names import breakdown_name, country_name
from trafficking_stats.reconciliation.cells import System, build_system
from trafficking_stats.reconciliation.chains import Chain, force, write
from trafficking_stats.reconciliation.rules import KEY
from trafficking_stats.reconciliation.series import figure
from trafficking_stats.vocabulary import Vocabulary

if TYPE_CHECKING:
    from trafficking_stats.reconciliation.result import Reconciliation

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


class Explainer:
    """Explains cells of one country; what they share is built once.

    Parameters
    ----------
    rec : Reconciliation
        Whose verdicts to explain.
    country : str
        Which country.
    """

    def __init__(self, rec: Reconciliation, country: str) -> None:
        self._rec, self._country = rec, country
        self._claims = rec.claims[rec.claims["country"] == country].reset_index(drop=True)
        self._series = rec.series[rec.series["country"] == country]
        self._system = build_system(self._claims, rec.vocabulary)
        cells = self._system.cells
        self._place = {key: i for i, key in enumerate(zip(*(cells[c] for c in KEY[1:]), strict=True))}
        group = self._system.claim_group
        self._accepted = np.unique(group[self._claims["accepted"].to_numpy(bool) & (group >= 0)])

    def cell(self, indicator: str, year: int, breakdown: str = "") -> Explanation:
        """Explain one cell; see `Reconciliation.explain`."""
        country, vocabulary = self._country, self._rec.vocabulary
        row = _find(self._rec.series if self._series.empty else self._series, country, indicator, year, breakdown)
        here = self._place[indicator, breakdown, f"{year}-01-01", f"{year}-12-31"]
        cells = self._system.cells
        names = pd.Series([_cell_name(tuple(cell), indicator) for cell in cells[KEY[1:]].to_numpy(str).tolist()])
        chains = _bounds(self._system, self._accepted, here, names, row)
        claims = self._claims
        inside = claims[
            (claims["indicator"] == indicator)
            & (claims["breakdown"] == breakdown)
            & (claims["period_end"].str[:4] == str(year))
            & (claims["period_start"].str[:4] == str(year))
        ]
        table = self._describe(inside, here, names)
        label = vocabulary.indicators[indicator].label.lower() if indicator in vocabulary.indicators else indicator
        part = f", {breakdown_name(breakdown, vocabulary)}" if breakdown else ""
        title = f"{country_name(country)}, {label}{part}, {year}: {span(row['estimate'], row['lower'], row['upper'])}"
        return Explanation(title, _summary(row), table, chains)

    def _describe(self, inside: pd.DataFrame, here: int, names: pd.Series) -> pd.DataFrame:
        """Describe the claims of a cell, the kept ones first."""
        rows = []
        told: dict[int, tuple[str, str]] = {}
        for index, claim in inside.iterrows():
            text = _describe(claim, self._rec.vocabulary)
            if not claim["accepted"]:
                group = int(self._system.claim_group[index])  # type: ignore[call-overload]
                against = self._claims["claim_id"].isin(claim["clashes_with"].split(";"))
                rivals = self._system.claim_group[against]
                if group not in told:
                    clash = _clash(self._system, rivals, group, names, self._claims[against], self._rec.vocabulary)
                    told[group] = clash, self._if_kept(here, group, rivals)
                text["clash"], text["if_kept"] = told[group]
            rows.append(text)
        table = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
        return table.sort_values(["verdict", "published", "source"], ascending=[True, False, True], ignore_index=True)

    def _if_kept(self, here: int, group: int, rivals: np.ndarray) -> str:
        """Bound the cell as it would be with a rejected claim in the place of those it clashes with."""
        others = np.setdiff1d(self._accepted, rivals)
        _, least, most = _of_group(self._system, group)
        low = max(least, force(self._system, others, here, upper=False).bound)
        high = min(most, force(self._system, others, here, upper=True).bound)
        if low > high:
            return f"{_bounds_text(least, most)}, and other kept claims would have to go"
        return _bounds_text(np.ceil(low), np.floor(high))


def _of_group(system: System, group: int) -> tuple[int, float, float]:
    """Return the cell and the interval of a group of claims."""
    cell, lower, upper = (system.groups[column].to_numpy()[group] for column in ("cell", "lower", "upper"))
    return int(cell), float(lower), float(upper)


def _bounds_text(low: float, high: float) -> str:
    return span(pd.NA, int(low), pd.NA if np.isinf(high) else int(high))


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


def _cell_name(cell: tuple[str, ...], indicator: str) -> str:
    """Name a cell where another indicator is spoken of."""
    other, breakdown, start, end = cell
    return " ".join(filter(None, ["" if other == indicator else other, period_label(start, end), breakdown]))


def _bounds(system: System, accepted: np.ndarray, here: int, names: pd.Series, row: pd.Series) -> tuple[str, ...]:
    """Write the arithmetic of each bound that no claim on the cell gives by itself."""
    own = system.groups[system.groups.index.isin(accepted) & (system.groups["cell"] == here)]
    lines = []
    if pd.notna(row["upper"]) and not (own["upper"] <= row["upper"]).any():
        lines.append(write(force(system, accepted, here, upper=True), names))
    if row["lower"] > 0 and not (own["lower"] >= row["lower"]).any():
        lines.append(write(force(system, accepted, here, upper=False), names))
    return tuple(filter(None, lines))


def _describe(claim: pd.Series, vocabulary: Vocabulary) -> dict[str, str]:
    """Describe one claim by itself."""
    interval = ""
    if pd.notna(claim["lower"]):
        upper = "no bound" if pd.isna(claim["upper"]) else format(claim["upper"], ",")
        interval = f"[{claim['lower']:,}, {upper}]"
    return {
        "verdict": "kept" if claim["accepted"] else "rejected",
        "figure": figure(claim["value"], claim["qualifier"], vocabulary),
        "interval": interval,
        "source": claim["source_id"],
        "published": claim["published"],
        "upstream": claim["upstream"],
        "tier": claim["tier"],
        "cause": claim["cause"],
        "evidence": claim["evidence"],
        "clash": "",
        "if_kept": "",
    }


def _clash(
    system: System, rivals: np.ndarray, group: int, names: pd.Series, claims: pd.DataFrame, vocabulary: Vocabulary
) -> str:
    """Spell out what a rejected claim cannot be true together with."""
    cell, lower, upper = _of_group(system, group)
    for push_up, breaks in ((True, lambda chain: chain.bound < lower), (False, lambda chain: chain.bound > upper)):
        chain: Chain = force(system, np.unique(rivals), cell, upper=push_up)
        if breaks(chain) and chain.rules:
            return write(chain, names)
    return " and ".join(
        f"{figure(c['value'], c['qualifier'], vocabulary)} ({c['source_id']})" for c in claims.to_dict("records")
    )
