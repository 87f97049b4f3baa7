"""How often the 95 % intervals of the gap contain the truth, simulated at the sizes that real countries have.

    python benchmarks/coverage.py [--draws N]

Yearly counts are drawn with a variance of phi times the mean, half of the time negative binomial and half of the time
as court cases of geometric size. In every second draw nothing changes, in the others the rate of the later half is a
third of the earlier. The intervals are computed by the functions that `ts.gap` calls. The table is copied into
``docs/gap.md``.
"""

from __future__ import annotations

import argparse
import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from trafficking_stats.gap_analysis.changes import change_rows
from trafficking_stats.gap_analysis.figures import Figures
from trafficking_stats.gap_analysis.pair import Pair
from trafficking_stats.gap_analysis.rates import ratio_rows
from trafficking_stats.gap_analysis.rows import Change, Refusal
from trafficking_stats.gap_analysis.settings import prior_of
from trafficking_stats.inference.contrasts import at_other_rate, compare_rates, rate_of, share_of
from trafficking_stats.inference.counts import CountRange, Counts
from trafficking_stats.inference.decomposition import effects_of, shapley_effects, stage_factors
from trafficking_stats.inference.meta import pool_rates
from trafficking_stats.inference.yearly import YearlyFit, halves
from trafficking_stats.messages.measures import Measure

SEED = 20261126
YEARS, MEANS, PHIS = (5, 8, 16), (1.0, 4.0, 12.0), (1.0, 2.0, 4.0, 10.0)
VICTIMS = 80.0
# of countries together: how many, the standard deviation of the logarithms of their rates, years and phi of each
COUNTRIES, SPREADS, WORLD_YEARS, WORLD_PHI = (5, 15), (0.2, 1.0), 8, 4.0
Hit = tuple[str, bool]


def draw(generator: np.random.Generator, model: str, phi: float, means: Sequence[float]) -> np.ndarray:
    """Draw one count around each mean."""
    expected = np.asarray(means, dtype=float)
    if phi == 1:
        return generator.poisson(expected)
    if model == "negative binomial":
        return generator.negative_binomial(expected / (phi - 1), 1 / phi)
    share = 2 / (phi + 1)
    cases = generator.poisson(expected * share)
    # a case has one person more than failures before the first success; the sum over cases is negative binomial
    return cases + np.where(cases > 0, generator.negative_binomial(np.maximum(cases, 1), share), 0)


def fitted(name: str, stage: str, counts: npt.ArrayLike, mask: int) -> YearlyFit:
    """Fit counts as the gap does; those below the mask are printed as below it."""
    cells = [
        CountRange(0, mask - 1) if count < mask else CountRange(count, count) for count in np.ravel(counts).tolist()
    ]
    years = Counts(zip(range(2000, 2000 + len(cells)), cells, strict=True))
    return YearlyFit(years, list(years), prior_of(stage), name)


def pair_of(country: str, convicted: npt.ArrayLike, victims: npt.ArrayLike, mask: int) -> Pair:
    """Fit both counts of a country."""
    above = fitted(f"{country} convicted", "conviction", convicted, mask)
    below = fitted(f"{country} victims", "identification", victims, 0)
    figures = Figures(country, Measure("convictions_persons"), above.counts)
    return Pair((figures, figures), above, below, above.years, 0.95)


def hits(generator: np.random.Generator, model: str, n: int, mean: float, phi: float, mask: int) -> Iterator[Hit]:
    """Draw a country and a peer, and say of every interval whether it contains the truth."""
    change = generator.choice([1.0, 1 / 3])
    early, late = halves(range(n))
    means = [mean * 2 / (1 + change)] * len(early) + [mean * 2 * change / (1 + change)] * len(late)
    victims = [VICTIMS] * n
    convicted = draw(generator, model, phi, means)
    pair = pair_of("AAA", convicted, draw(generator, model, 2 * phi, victims), mask)
    for row in ratio_rows(pair, (0,), 3):
        if isinstance(row, Refusal):
            continue
        if row.kind in ("whole", "early", "late") or (row.kind == "window" and row.first_year == 2000):
            at = slice(row.first_year - 2000, row.last_year - 1999)
            truth = 100 * sum(means[at]) / sum(victims[at])
            yield f"rate of {'all years' if row.kind == 'whole' else row.kind}", row.lower <= truth <= row.upper
    for changed in change_rows(pair, 0):
        if isinstance(changed, Change):
            truth = {"denominator": 1.0}.get(changed.series, change)
            yield f"change of the {changed.series}", changed.lower <= truth <= changed.upper
    limit = float(np.quantile(pair.numerator.total(pair.years[-3:]).expected, 0.975))
    yield "upper limit of three years", sum(means[-3:]) <= limit
    spread = pair.numerator.spread(0.95)
    # phi is above 1 in the model: of independent events the lower limit has to be near it
    yield "over-dispersion", spread.lower <= max(phi, 1.5) and phi <= spread.upper
    yield from _beside_a_peer(generator, model, pair, phi, mask, means)
    yield from _stages(generator, model, pair, phi, mask, means)


def _beside_a_peer(
    generator: np.random.Generator, model: str, pair: Pair, phi: float, mask: int, means: Sequence[float]
) -> Iterator[Hit]:
    n, rate = len(means), 0.1
    counts = draw(generator, model, phi, [5 * VICTIMS * rate] * n), draw(generator, model, 2 * phi, [5 * VICTIMS] * n)
    peer = pair_of("BBB", *counts, mask)
    mine, other = pair.totals(pair.years), peer.totals(peer.years)
    found = compare_rates(other, mine, 0.95)
    if found is not None:
        yield "rate by that of a peer", found.lower <= sum(means) / n / VICTIMS / rate <= found.upper
    exposed = pair.denominator.counts.sum(pair.years)
    expected = at_other_rate(pair.numerator, exposed, other, 0.95)
    there = float(draw(generator, model, phi, [rate * exposed.lower / n] * n).sum())
    yield "number at the rate of a peer", expected.expected_lower <= there <= expected.expected_upper


def _stages(
    generator: np.random.Generator, model: str, pair: Pair, phi: float, mask: int, means: Sequence[float]
) -> Iterator[Hit]:
    charged = [2 * max(means[0], 4.0)] * len(means)
    stage = fitted("AAA charged", "investigation", draw(generator, model, phi, charged), mask)
    whole = pair.numerator.total(pair.years), stage.total(pair.years)
    step = rate_of(whole, 0.95)
    yield "step between stages", step.lower <= 100 * sum(means) / sum(charged) <= step.upper
    share = share_of(whole[0], [whole[1]], 0.95)
    yield "share of an outcome", share.lower <= 100 * sum(means) / (sum(means) + sum(charged)) <= share.upper
    parts = halves(range(len(means)))
    chain = pair.denominator, stage, pair.numerator
    before, after = ([one.total([2000 + year for year in part]) for one in chain] for part in parts)
    if any(total.observed.lower == 0 for total in (*before[:-1], *after[:-1])):
        return
    truth = [
        np.array([[VICTIMS * len(part), charged[0] * len(part), sum(means[year] for year in part)]]) for part in parts
    ]
    effects = shapley_effects(stage_factors(truth[0]), stage_factors(truth[1]))[0]
    for true, found in zip(effects, effects_of(before, after, 0.95), strict=True):
        yield "effect of a stage", found.lower <= true <= found.upper


def of_countries(generator: np.random.Generator, n: int, spread: float) -> Iterator[Hit]:
    """Draw countries whose rates spread around a middle, and say of the intervals of all together if they hold."""
    middle = 10.0
    *rates, another = middle * np.exp(spread * generator.standard_normal(n + 1))
    drawn = []
    for k, rate in enumerate(rates):
        convicted = draw(generator, "batches", WORLD_PHI, [VICTIMS * rate / 100] * WORLD_YEARS)
        victims = draw(generator, "batches", 2 * WORLD_PHI, [VICTIMS] * WORLD_YEARS)
        above, below = (pair := pair_of(f"C{k}", convicted, victims, 0)).totals(pair.years)
        drawn.append(100 * above.expected / below.expected)
    pooled, shrunk = pool_rates(drawn, 0.95)
    yield "middle of all countries", pooled.lower <= middle <= pooled.upper
    yield "one more country", pooled.another_lower <= another <= pooled.another_upper
    for rate, one in zip(rates, shrunk, strict=True):
        yield "rate of a country drawn to the middle", one.shrunk_lower <= rate <= one.shrunk_upper


def world_table(draws: int) -> Iterator[str]:
    """Write the shares of the intervals of all countries together as a table in Markdown."""
    cells = list(itertools.product(COUNTRIES, SPREADS))
    yield f"| interval | {' | '.join(f'{n} countries, spread {math.exp(spread):.1f}' for n, spread in cells)} |"
    yield f"|---|{'---|' * len(cells)}"
    shares: dict[str, list[str]] = defaultdict(list)
    for n, spread in cells:
        generator, covered = np.random.default_rng([SEED, n, int(10 * spread)]), defaultdict(list)
        for _ in range(draws):
            for name, hit in of_countries(generator, n, spread):
                covered[name].append(bool(hit))
        for name, found in covered.items():
            shares[name].append(f"{100 * np.mean(found):.1f}")
    for name, row in shares.items():
        yield f"| {name} | {' | '.join(row)} |"


def run(draws: int, mask: int) -> dict[str, dict[tuple[int, float, float], float]]:
    """Return the share of intervals that contain the truth, by interval and cell."""
    covered: dict[str, dict[tuple[int, float, float], list[bool]]] = defaultdict(lambda: defaultdict(list))
    for n, mean, phi in itertools.product(YEARS, MEANS, PHIS):
        generator = np.random.default_rng([SEED, n, int(mean), int(phi), mask])
        for k in range(draws):
            for name, hit in hits(generator, ("negative binomial", "batches")[k % 2], n, mean, phi, mask):
                covered[name][n, mean, phi].append(bool(hit))
    return {name: {cell: float(np.mean(one)) for cell, one in cells.items()} for name, cells in covered.items()}


def table(found: dict[str, dict[tuple[int, float, float], float]]) -> Iterator[str]:
    """Write the shares as a table in Markdown: the mean over sizes at each phi, and the worst cell."""
    yield f"| interval | {' | '.join(f'phi {phi:g}' for phi in PHIS)} | all | lowest (years, a year, phi) |"
    yield f"|---|{'---|' * (len(PHIS) + 2)}"
    for name, cells in found.items():
        by_phi = [np.mean([share for cell, share in cells.items() if cell[2] == phi]) for phi in PHIS]
        worst = min(cells, key=lambda cell: cells[cell])
        shares = " | ".join(f"{100 * share:.1f}" for share in (*by_phi, np.mean(list(cells.values()))))
        yield f"| {name} | {shares} | {100 * cells[worst]:.0f} ({worst[0]}, {worst[1]:g}, {worst[2]:g}) |"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=200)
    draws = parser.parse_args().draws
    for mask, title in ((0, "All counts known"), (5, 'Counts below 5 printed as "<5"')):
        print(f"{title}, {draws} draws a cell:\n")
        print("\n".join(table(run(draws, mask))), "\n")
    print(f"All countries, {draws} draws a cell:\n")
    print("\n".join(world_table(draws)))


if __name__ == "__main__":
    main()
