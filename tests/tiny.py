"""Tables of a few claims, and the answer to them by looking at every possible truth."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from numpy.typing import NDArray

import trafficking_stats as ts
from trafficking_stats.reconciliation.cells import System, build_system
from trafficking_stats.vocabulary import Vocabulary, load_vocabulary

LARGE = 1000
"""Stands for a number beyond all that is claimed."""

Cell = tuple[str, str, str]
"""Breakdown, start, end."""


@functools.cache
def reconciled(country: str, method: str = "consistent") -> ts.Reconciliation:
    """What ships with the package on a country, reconciled once a run."""
    claims = ts.load_claims()
    return ts.reconcile(claims[claims["country"] == country], method)


def year(number: int) -> tuple[str, str]:
    return f"{number}-01-01", f"{number}-12-31"


def claim(
    value: float,
    period: int | tuple[str, str] = 2010,
    breakdown: str = "",
    source: str = "a",
    *,
    qualifier: str = "exact",
    tier: str = "compiler",
    published: str = "2015-01-01",
    indicator: str = "victims_identified",
    country: str = "AAA",
    publisher: str | None = None,
    upstream: str | None = None,
) -> dict[str, object]:
    """One claim; by default each source is its own publisher and its own upstream."""
    start, end = year(period) if isinstance(period, int) else period
    return {
        "source_id": source,
        "country": country,
        "indicator": indicator,
        "breakdown": breakdown,
        "period_start": start,
        "period_end": end,
        "value": float(value),
        "qualifier": qualifier,
        "publisher": publisher or source,
        "upstream": upstream or source,
        "tier": tier,
        "published": published,
    }


def table(claims: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """A table of claims; a claim's id is the source and the place in the list."""
    rows = pd.DataFrame([dict(row) for row in claims])
    rows.insert(0, "claim_id", [f"{row['source_id']}{number}" for number, row in enumerate(claims)])
    return rows


class Truths:
    """Every way the cells could be, up to the largest figure that is claimed and one far beyond.

    Parameters
    ----------
    cells : mapping of Cell to ndarray of shape (n_truths,)
        The value of each cell in each truth.
    """

    def __init__(self, cells: Mapping[Cell, NDArray[np.int64]]) -> None:
        self.cells = dict(cells)

    def holds(self, lower: float, upper: float, cell: Cell) -> NDArray[np.bool_]:
        return (self.cells[cell] >= lower) & (self.cells[cell] <= upper)

    def bounds(self, where: NDArray[np.bool_], cell: Cell) -> tuple[int, int | None]:
        """Smallest and largest value of a cell in some truths, None for no largest."""
        values = self.cells[cell][where]
        return int(values.min()), None if values.max() >= LARGE else int(values.max())


def _grid(*axes: Sequence[int]) -> list[NDArray[np.int64]]:
    return [axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")]


def _keep(where: NDArray[np.bool_], *values: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    return [value[where] for value in values]


def parts_and_half_year() -> Truths:
    """A year with women, men, and the total of its first half: women + men <= total, half <= total."""
    small = [*range(9), LARGE]
    total, women, men, half = _grid([*range(17), LARGE, 2 * LARGE], small, small, small)
    total, women, men, half = _keep((women + men <= total) & (half <= total), total, women, men, half)
    place = year(2010)
    return Truths(
        {
            ("", *place): total,
            ("sex=female", *place): women,
            ("sex=male", *place): men,
            ("", "2010-01-01", "2010-06-30"): half,
        }
    )


def three_years_and_span() -> Truths:
    """Three years, their sums, and a period from the middle of the first to the end of the second."""
    small = [*range(9), LARGE]
    first, second, third = _grid(small, small, small)
    # the half of the first year is the span less the second year: it may be small where both are large
    span = np.array([*range(18), *range(LARGE, LARGE + 9), 2 * LARGE])
    first, second, third, span = (
        np.repeat(first, len(span)),
        np.repeat(second, len(span)),
        np.repeat(third, len(span)),
        np.tile(span, len(first)),
    )
    first, second, third, span = _keep((second <= span) & (span <= first + second), first, second, third, span)
    return Truths(
        {
            ("", *year(2010)): first,
            ("", *year(2011)): second,
            ("", *year(2012)): third,
            ("", "2010-01-01", "2011-12-31"): first + second,
            ("", "2010-01-01", "2012-12-31"): first + second + third,
            ("", "2010-07-01", "2011-12-31"): span,
            ("", "2010-07-01", "2010-12-31"): span - second,
        }
    )


def part_and_sums_and_records() -> Truths:
    """Two years with women, both summed, and all there were since records began."""
    small = [*range(9), LARGE]
    pairs = [(total, women) for total, women in product(small, small) if women <= total]
    first, second = _grid(range(len(pairs)), range(len(pairs)))
    values = np.array(pairs)
    (total1, women1), (total2, women2) = values[first].T, values[second].T
    ever = np.array([*range(17), LARGE, 2 * LARGE])
    n = len(total1)
    total1, women1, total2, women2 = (np.repeat(x, len(ever)) for x in (total1, women1, total2, women2))
    ever = np.tile(ever, n)
    total1, women1, total2, women2, ever = _keep(ever >= total1 + total2, total1, women1, total2, women2, ever)
    return Truths(
        {
            ("", *year(2010)): total1,
            ("", *year(2011)): total2,
            ("sex=female", *year(2010)): women1,
            ("sex=female", *year(2011)): women2,
            ("", "2010-01-01", "2011-12-31"): total1 + total2,
            ("sex=female", "2010-01-01", "2011-12-31"): women1 + women2,
            ("", "", "2011-12-31"): ever,
        }
    )


QUALIFIERS = ("exact", "exact", "exact", "less_than", "at_most", "more_than", "at_least", "about", "nearly")


def some_claims(cells: Sequence[Cell], max_size: int = 9) -> st.SearchStrategy[list[dict[str, object]]]:
    """Up to nine claims on some cells, by four sources of different standing and date."""
    standing = {"a": "register", "b": "publisher", "c": "compiler", "d": "compiler", "e": "press"}

    def build(cell: Cell, value: int, qualifier: str, source: str, published: int, upstream: str) -> dict[str, object]:
        breakdown, start, end = cell
        value += qualifier == "less_than"
        return claim(
            value,
            (start, end),
            breakdown,
            source,
            qualifier=qualifier,
            tier=standing[source],
            published=f"{published}-01-01",
            upstream=upstream,
        )

    one = st.builds(
        build,
        st.sampled_from(list(cells)),
        st.integers(0, 6),
        st.sampled_from(QUALIFIERS),
        st.sampled_from(sorted(standing)),
        st.integers(2011, 2016),
        st.sampled_from(["x", "y"]),
    )
    return st.lists(one, min_size=1, max_size=max_size)


def panels(cells: Sequence[Cell], size: int = 6, max_size: int = 9) -> st.SearchStrategy[list[dict[str, object]]]:
    """Claims of several countries that have nothing to do with each other: as many cases for one reconciliation."""
    several = st.lists(some_claims(cells, max_size), min_size=size, max_size=size)
    return several.map(lambda lists: [{**row, "country": f"AA{n}"} for n, rows in enumerate(lists) for row in rows])


def cheapest(claims: pd.DataFrame, truths: Truths, vocabulary: Vocabulary | None = None) -> int:
    """What must be rejected at least, by trying every truth."""
    system = build_system(claims, vocabulary or load_vocabulary())
    cells = system.cells[["breakdown", "start", "end"]].to_numpy(object)
    groups = system.groups
    held = np.array(
        [
            truths.holds(lower, upper, (str(cells[c][0]), str(cells[c][1]), str(cells[c][2]))) & (not impossible)
            for c, lower, upper, impossible in groups[["cell", "lower", "upper", "impossible"]].itertuples(index=False)
        ]
    )
    return int(cost_of(~held, system).min())


def cost_of(lost: NDArray[np.bool_], system: System) -> NDArray[np.int64]:
    """What rejecting groups (rows) costs in each truth (columns)."""
    cost = (system.groups["weight"].to_numpy()[:, None] * lost).sum(axis=0)
    return np.asarray(cost, dtype=np.int64)


WORLDS = {
    "parts and half a year": parts_and_half_year(),
    "three years and a span": three_years_and_span(),
    "women, sums, since records": part_and_sums_and_records(),
}
