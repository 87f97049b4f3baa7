"""How often nominal 95 % intervals of a ratio contain the true one: exact against widened.

Yearly counts have a variance of phi times the mean. "stated" widens by the true phi, "mid-p" does so with mid-P limits,
"estimated" widens by the phi of the simulated counts themselves. Run: python benchmarks/coverage.py [--draws N]
"""

from __future__ import annotations

import argparse
import itertools
import time

import numpy as np

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.overdispersion import dispersion
from trafficking_stats.inference.rates import ratio

SEED = 20240101
YEARS = 4
PERIODS = ["before"] * YEARS + ["after"] * YEARS
# Poisson, batches of gamma-mixed size (negative binomial), and court cases of geometric size (Polya-Aeppli)
MODELS = (("Poisson", 1.0), ("negative binomial", 3.0), ("batches", 3.0), ("negative binomial", 6.0))


def draw(generator: np.random.Generator, model: str, phi: float, mean: float, size: tuple[int, int]) -> np.ndarray:
    if model == "Poisson":
        return generator.poisson(mean, size)
    if model == "negative binomial":
        return generator.poisson(generator.gamma(mean / (phi - 1), phi - 1, size))
    share = 2 / (phi + 1)
    cases = generator.poisson(mean * share, size)
    # a case has one person more than failures before the first success; the sum over cases is negative binomial
    return cases + np.where(cases > 0, generator.negative_binomial(np.maximum(cases, 1), share), 0)


class Tally:
    """Share of intervals that contain the truth, by method, among the draws that have an answer."""

    def __init__(self, true_ratio: float) -> None:
        self.true_ratio = true_ratio
        self.covered: dict[str, int] = {}
        self.answered: dict[str, int] = {}

    def add(self, method: str, lower: float, upper: float) -> None:
        self.answered[method] = self.answered.get(method, 0) + 1
        self.covered[method] = self.covered.get(method, 0) + (lower <= self.true_ratio <= upper)

    def row(self, draws: int) -> str:
        shares = [f"{100 * self.covered[m] / self.answered[m]:>9.1f}%" for m in self.answered]
        return " ".join(shares) + f" | {100 * (1 - min(self.answered.values()) / draws):.1f}%"


def two_periods(model: str, phi: float, mean: float, true_ratio: float, draws: int) -> Tally:
    """Compare two periods of four years."""
    seed = [SEED, sum(map(ord, model)), int(phi), int(10 * mean), int(10 * true_ratio)]
    generator = np.random.default_rng(seed)
    before = draw(generator, model, phi, mean * true_ratio, (draws, YEARS))
    after = draw(generator, model, phi, mean, (draws, YEARS))
    tally = Tally(true_ratio)
    for first, second in zip(before, after, strict=True):
        events = (int(first.sum()), int(second.sum()))
        try:
            stated = ratio(*events, YEARS, YEARS, dispersion=phi)
        except RefusalError:
            continue
        mid_p = ratio(*events, YEARS, YEARS, dispersion=phi, method="mid-p")
        tally.add("exact", stated.lower, stated.upper)
        tally.add("stated", stated.widened_lower, stated.widened_upper)
        tally.add("mid-p", mid_p.widened_lower, mid_p.widened_upper)
        try:
            own = dispersion(np.concatenate([first, second]), groups=PERIODS)
        except RefusalError:
            continue
        estimated = ratio(*events, YEARS, YEARS, dispersion=own)
        tally.add("estimated", estimated.widened_lower, estimated.widened_upper)
    return tally


def pooled_window(convicted: float, victims: float, phi: tuple[float, float], draws: int) -> Tally:
    """Pool eight years of convictions by eight years of victims, each with a phi of its own."""
    generator = np.random.default_rng([SEED, int(convicted), int(victims), int(phi[0]), int(phi[1])])
    models = ["Poisson" if value == 1 else "negative binomial" for value in phi]
    first, second = (
        draw(generator, model, value, mean, (draws, 2 * YEARS))
        for model, value, mean in zip(models, phi, (convicted, victims), strict=True)
    )
    tally = Tally(convicted / victims)
    for numerator, denominator in zip(first, second, strict=True):
        events = (int(numerator.sum()), int(denominator.sum()))
        try:
            own = (dispersion(numerator), dispersion(denominator))
        except RefusalError:
            continue
        stated, mid_p = ratio(*events, dispersion=phi), ratio(*events, dispersion=phi, method="mid-p")
        estimated = ratio(*events, dispersion=own)
        tally.add("exact", stated.lower, stated.upper)
        tally.add("stated", stated.widened_lower, stated.widened_upper)
        tally.add("mid-p", mid_p.widened_lower, mid_p.widened_upper)
        tally.add("estimated", estimated.widened_lower, estimated.widened_upper)
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=1500)
    draws = parser.parse_args().draws
    start = time.perf_counter()
    columns = f"{'exact':>10} {'stated':>10} {'mid-p':>10} {'estimated':>10} | refused"
    print(f"Coverage of 95 % intervals, {draws} draws a row (standard error at most 1.3 points)\n")
    print("Two periods of four years, rate ratio")
    print(f"{'model':<18} {'phi':>3} {'mean':>5} {'ratio':>5} |{columns}")
    for (model, phi), true_ratio, mean in itertools.product(MODELS, (1.0, 3.0), (2.0, 7.0, 25.0)):
        row = two_periods(model, phi, mean, true_ratio, draws).row(draws)
        print(f"{model:<18} {phi:>3.0f} {mean:>5.0f} {true_ratio:>5.0f} |{row}")
    print("\nConvictions per victim over eight years, yearly means and phi of either")
    print(f"{'convicted':>9} {'phi':>4} {'victims':>8} {'phi':>5}    |{columns}")
    for convicted, victims, phi in ((5, 90, (1, 1)), (5, 90, (3, 3)), (5, 90, (6, 10)), (30, 600, (6, 10))):
        row = pooled_window(convicted, victims, phi, draws).row(draws)
        print(f"{convicted:>9} {phi[0]:>4} {victims:>8} {phi[1]:>5}    |{row}")
    print(f"\n{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
