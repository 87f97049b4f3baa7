"""What a sum of cells can be: less than their bounds added up, where a figure of several years ties them together."""

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from trafficking_stats.errors import ReconciliationError
from trafficking_stats.linear import LinearSystem
from trafficking_stats.reconciliation.settle import Settled
from trafficking_stats.reconciliation.solve import rule_matrix


def bounds_of_sum(
    settled: Mapping[str, Settled], series: tuple[str, str, str], years: Collection[int]
) -> tuple[int, int | None]:
    """Bound the sum of a series over some years; see `Reconciliation.bounds_of_sum`."""
    country = series[0]
    cells = settled[country].yearly.get(series, {}) if country in settled else {}
    if missing := sorted(set(years) - set(cells)):
        there = ", ".join(map(str, sorted(cells))) or "none"
        wanted = ", ".join(map(str, missing))
        raise ReconciliationError(f"{' '.join(series).strip()} has no figure for {wanted}; its years are: {there}")
    chosen = np.array([cells[year] for year in set(years)], dtype=np.int64)
    low, high = range_of_sum(settled[country], chosen) if len(chosen) else (0, 0)
    return int(low), int(high) if np.isfinite(high) else None


def range_of_sum(settled: Settled, cells: NDArray[np.int64]) -> tuple[float, float]:
    """Bound a sum of cells by what the kept claims and the rules leave of all of them together.

    Parameters
    ----------
    settled : Settled
        The system with its solution.
    cells : ndarray of int
        Cells, each once.
    """
    lower, upper = settled.solution.lower, settled.solution.upper
    left_open = cells[lower[cells] < upper[cells]]
    if not settled.solution.ruled or len(left_open) == len(set(settled.component[left_open])):
        return float(lower[cells].sum()), float(upper[cells].sum())  # nothing ties one to another
    near = np.flatnonzero(np.isin(settled.component, settled.component[cells]))
    matrix = rule_matrix(settled.system)[:, near]
    touching = np.flatnonzero(np.diff(matrix.indptr))
    equal = settled.system.rules.table["equal"].to_numpy(bool)[touching]
    # what the claims say of a cell is in its bounds; one variable more is the sum
    linear = LinearSystem(len(near) + 1, np.append(upper[near], np.inf), lower_bound=np.append(lower[near], 0))
    without_sum = sparse.csr_array((len(touching), 1))
    linear.add_many(sparse.hstack([matrix[touching], without_sum]), 0.0, np.where(equal, 0.0, np.inf))
    linear.add({**dict.fromkeys(np.searchsorted(near, cells).tolist(), 1.0), len(near): -1.0}, 0, 0)
    found = linear.bounds([len(near)])
    return float(found.lower[0]), float(found.upper[0])
