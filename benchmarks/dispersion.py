"""Learn how much yearly counts of each stage vary beyond chance, from all countries of a UNODC data file.

    python benchmarks/dispersion.py data_glotip.xlsx

For every country and stage with at least five yearly totals after its last declared break the likelihood of phi is
computed with two levels, one for each half of the years, as `ts.gap` does. The prior of log(phi - 1) is normal around a
line in the logarithm of the yearly count; line and spread have the largest marginal likelihood over all series
(empirical Bayes). The result is committed in ``trafficking_stats/gap_analysis/gap.toml`` with date and data.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
from scipy import optimize, stats

from trafficking_stats.inference.yearly import Period
from trafficking_stats.readers.unodc import read_unodc
from trafficking_stats.vocabulary import load_vocabulary

FEWEST_YEARS, FEWEST_KNOWN = 5, 3
SCALE = np.linspace(-5, 7, 49)
STAGES = {
    "identification": "victims_identified",
    "investigation": "suspects_formal_contact",
    "prosecution": "prosecutions_suspects",
    "conviction": "convictions_persons",
}


def series_of(claims: pd.DataFrame, indicator: str) -> list[list[tuple[float, float]]]:
    """Return the yearly ranges of each country after its last declared break."""
    breaks = {one.country: one.year for one in load_vocabulary().definition_breaks if one.indicator == indicator}
    rows = claims[(claims["indicator"] == indicator) & (claims["breakdown"] == "")].sort_values("period_start")
    rows = rows[rows["period_start"].str[:4].astype(int) >= rows["country"].map(breaks).fillna(0)]
    found = []
    for _, own in rows.groupby("country"):
        masked = own["qualifier"] == "less_than"
        counts = list(zip(own["value"].where(~masked, 0), own["value"].where(~masked, own["value"] - 1), strict=True))
        known = sum(low == high for low, high in counts)
        if len(counts) >= FEWEST_YEARS and known >= FEWEST_KNOWN and max(high for _, high in counts) > 0:
            found.append(counts)
    return found


def learn(series: list[list[tuple[float, float]]]) -> tuple[float, float, float]:
    """Return median phi at 10 a year, slope and spread."""
    phi = 1 + np.exp(SCALE)
    halves = [(counts[: len(counts) // 2], counts[len(counts) // 2 :]) for counts in series]
    evidence = np.array([sum(Period(half, phi).log_evidence for half in both) for both in halves])
    likelihood = np.exp(evidence - evidence.max(axis=1)[:, None])
    size = np.log([np.mean(counts) / 10 for counts in series])

    def minus(place: np.ndarray) -> float:
        weight = stats.norm.pdf(SCALE, (place[0] + place[1] * size)[:, None], np.exp(place[2]))
        return -float(np.log((likelihood * weight).sum(axis=1) / weight.sum(axis=1)).sum())

    centre, slope, log_spread = optimize.minimize(minus, [1.0, 0.5, 0.0], method="Nelder-Mead").x
    return 1 + np.exp(centre), slope, np.exp(log_spread)


def main(path: str) -> None:
    """Print the prior of each stage."""
    claims = read_unodc(path).claims
    for stage, indicator in STAGES.items():
        series = series_of(claims, indicator)
        at_ten, slope, spread = learn(series)
        print(f"{stage}: {len(series)} series, at_ten {at_ten:.1f}, slope {slope:.2f}, spread {spread:.2f}")


if __name__ == "__main__":
    main(sys.argv[1])
