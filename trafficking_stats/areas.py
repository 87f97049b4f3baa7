"""Figures of places within a country: added up where all are known, or left out beside that of the whole."""

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from trafficking_stats.countries import country_code
from trafficking_stats.headings import folded
from trafficking_stats.printed import WORDS, plain
from trafficking_stats.schema import CELL

_CELL = ["source_id", *CELL]
# that one place is the sum of the others may be chance: in one cell of few places, or where all figures are small
_FEWEST_PLACES, _MANY_PLACES, _TELLING = 2, 6, 10


def add_up(
    claims: pd.DataFrame, kept: pd.DataFrame, long: pd.DataFrame, wrong: Mapping[Any, str]
) -> tuple[pd.DataFrame, dict[Any, str]]:
    """Return the claims on whole countries: as printed, or as the sum of their places.

    Parameters
    ----------
    claims, kept : pandas.DataFrame
        All figures as far as they could be read, and those with which nothing is wrong.
    long : pandas.DataFrame
        The table they come from, with the columns ``area``, ``row`` and ``value``.
    wrong : mapping
        What is wrong with figures that cannot be read, by the index of these tables.

    Returns
    -------
    claims : pandas.DataFrame
        Some of ``kept``, and sums in the place of the first of their parts.
    left_out : dict
        Why each other figure is left out.
    """
    place, row = long["area"].map(plain), long["row"]
    whole = _wholes(place, kept, claims["country"])
    left_out: dict[Any, str] = {}
    sums = []
    for _, group in claims.dropna(subset="country").groupby(_CELL, sort=False, dropna=False):
        parts = group.index[~whole[group.index]]
        printed = [at for at in group.index if whole[at] and at in kept.index]
        unusable = [at for at in parts if at not in kept.index or claims["qualifier"][at] != "exact"]
        if printed:
            # a whole such as "all states" may be a part of another one, which adds up with what is beside it or is more
            added, most = claims["value"][parts].sum(), kept["value"][printed].max()
            whole_of = added if (kept["value"][printed] == added).any() else most
            printed = [at for at in printed if kept["value"][at] == whole_of]
            reason = f"a part of the country, whose whole stands in row {row[printed[0]]}"
            parts = group.index.difference(printed)
        elif unusable:
            at = unusable[0]
            why = f": {wrong[at]}" if at in wrong else f" has {plain(long['value'][at])!r}"
            reason = f"the figures of {len(parts)} places cannot be added up: {place[at]} (row {row[at]}){why}"
        elif len(parts):
            sums.append(_sum(kept.loc[parts], row[parts]))
            reason, parts = f"added up in row {row[parts[0]]}", parts[1:]
        for at in parts:
            left_out[at] = reason
    wholes = kept[whole[kept.index] & ~kept.index.isin(list(left_out))]
    return pd.concat([wholes, *sums]).sort_index(), left_out


def _sum(parts: pd.DataFrame, row: pd.Series) -> pd.DataFrame:
    """Return the claim that places make together, in the place of the first."""
    note = "; ".join(filter(None, [f"sum of {len(parts)} places", *parts["scope_note"].unique()]))
    return parts.head(1).assign(
        value=float(parts["value"].sum()), scope_note=note, locator=f"rows {row.iat[0]} to {row.iat[-1]}"
    )


def _wholes(place: pd.Series, kept: pd.DataFrame, country: pd.Series) -> pd.Series:
    """Tell which places are the whole country: by their name, or because they are the sum of all others each time."""
    named = place.map(
        lambda name: folded(name) in WORDS["totals"]["words"] or "total" in re.findall(r"\w+", folded(name))
    )
    whole = named | (place.map(country_code) == country)
    exact = kept[(kept["qualifier"] == "exact") & ~whole[kept.index]]
    cells = exact.groupby(_CELL, sort=False)["value"]
    others, n_places = cells.transform("sum") - exact["value"], cells.transform("size")
    told = exact.assign(fits=exact["value"] == others, others=others, n_places=n_places, place=place[exact.index])
    by_place = told[(n_places > _FEWEST_PLACES) & (others > 0)].groupby("place")
    sums = by_place["fits"].all() & (by_place["others"].max() >= _TELLING)
    sums &= (by_place.size() > 1) | (by_place["n_places"].max() >= _MANY_PLACES)
    return whole | place.isin(sums.index[sums])
