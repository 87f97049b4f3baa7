"""How often noise alone finds as large a change, if the best of several periods and splits is looked for."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from trafficking_stats.inference.yearly import YearlyFit, halves

SIMULATIONS = 1000


def search(numerator: YearlyFit, denominator: YearlyFit, available: Sequence[int], lag: int = 0) -> tuple[int, float]:
    """Count the periods and splits that could have been shown, and how often noise does as well in the best of them.

    Both counts are simulated with their over-dispersion around one level each. The change of the rate of every period
    between its halves, and of the years of the fit at every split, is measured in its standard error, and the largest
    is compared with that between the halves of the years of the fit.

    Parameters
    ----------
    numerator, denominator : YearlyFit
        Over the same years, the denominator ``lag`` years earlier.
    available : sequence of int
        The years that could have been chosen, those of the fit among them.
    lag : int
        Years by which the denominator lies earlier.

    Returns
    -------
    int, float
        Number of comparisons, share of the simulations that do as well.
    """
    years = tuple(year for year in sorted(available) if year - lag in denominator.counts)
    chosen = numerator.years
    runs = [years[i:j] for i in range(len(years)) for j in range(i + len(chosen), len(years) + 1)]
    parts = [halves(chosen), *(halves(run) for run in runs)]
    parts += [(chosen[:k], chosen[k:]) for k in range(2, len(chosen) - 1)]
    parts = list(dict.fromkeys(parts))
    early, late = (np.array([[year in part[k] for part in parts] for year in years], dtype=float) for k in (0, 1))
    generator = np.random.default_rng(numerator.seed(years))
    phis = [float(np.median(fit.phi)) for fit in (numerator, denominator)]
    counted = [
        np.array([sum(fit.counts[year - shift]) / 2 for year in years])
        for fit, shift in ((numerator, 0), (denominator, lag))
    ]
    drawn = [
        generator.negative_binomial(max(middle.mean(), 0.1) / (phi - 1), 1 / phi, (SIMULATIONS, len(years)))
        for middle, phi in zip(counted, phis, strict=True)
    ]

    def change(above: Any, below: Any) -> Any:
        a, b, c, d = (counts @ part + 0.5 for counts in (above, below) for part in (early, late))
        error = np.sqrt(phis[0] * (1 / a + 1 / b) + phis[1] * (1 / c + 1 / d))
        return np.abs(np.log(b / d * c / a)) / error

    as_large = change(*drawn).max(axis=1) >= change(*counted)[0]
    return len(parts), float(1 + as_large.sum()) / (SIMULATIONS + 1)
