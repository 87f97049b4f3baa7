"""The one model behind every interval of the gap: yearly counts that vary more than chance alone makes them.

Counts of a year are negative binomial with variance phi times the mean, as they are when events come in batches. A
masked count enters as what it is: "<5" is the probability of 0 to 4. The years form periods, each with its own mean;
phi is one number a series, with a prior learnt from like series of all countries. Sums of years are then negative
binomial with the same phi, so that a level, a comparison of halves, a silence and a gap to a peer are all read from
one posterior and cannot contradict each other.

The single years tell phi; the mean of a period is told by its sum alone. Single years would tell it as well if the
level stood still within the period, and mislead where it does not: a few zeros would pull it below what was counted.

The posterior is computed on a grid, without simulation of chains: two dimensions need none.
"""

import functools
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from trafficking_stats.inference.counts import CountLike, CountRange, Counts, as_count_range, total

Floats = NDArray[np.float64]

DRAWS = 8192
PHI_NODES = 41
MEAN_NODES = 161
# The grid of means reaches so many standard deviations below and above, in the square root of the mean.
BELOW, ABOVE = 6.0, 9.0
# A series without any event is taken for one of this size.
SMALLEST_SIZE = 0.5
# The probabilities of so many counts are added up one by one, of more by the incomplete beta function.
LONGEST_SUM = 60


@dataclass(frozen=True)
class DispersionPrior:
    """What is known of the over-dispersion phi of a series before its own counts are seen.

    log(phi - 1) is normal around a line in the logarithm of the size of the series: large counts vary more than small
    ones.

    Parameters
    ----------
    at_ten : float
        Median phi of like series that count 10 a year.
    slope : float
        Change of log(phi - 1) with the logarithm of the yearly count.
    spread : float
        Standard deviation of log(phi - 1) between series of one size.

    Examples
    --------
    >>> prior = DispersionPrior(at_ten=6.0, slope=0.8, spread=1.0)
    >>> print("{:.1f}, {:.1f} to {:.1f}".format(prior.median(10), *prior.limits(10)))
    6.0, 1.7 to 36.5
    """

    at_ten: float
    slope: float
    spread: float

    def median(self, size: float) -> float:
        """Return the median phi of series that count so many a year."""
        return 1 + math.exp(self._centre(size))

    def limits(self, size: float, confidence: float = 0.95) -> tuple[float, float]:
        """Return the central range of phi of series that count so many a year."""
        reach = stats.norm.isf((1 - confidence) / 2) * self.spread
        return 1 + math.exp(self._centre(size) - reach), 1 + math.exp(self._centre(size) + reach)

    def grid(self, size: float) -> tuple[Floats, Floats]:
        """Return nodes of phi and the logarithms of their prior weights."""
        z = np.linspace(-4.5, 4.5, PHI_NODES)
        return 1 + np.exp(self._centre(size) + z * self.spread), -(z**2) / 2

    def _centre(self, size: float) -> float:
        return math.log(self.at_ten - 1) + self.slope * math.log(max(size, SMALLEST_SIZE) / 10)


def log_likelihood(lower: float, upper: float, mean: Floats, phi: Floats) -> Floats:
    """Log probability that a negative binomial count lies in a range.

    Parameters
    ----------
    lower, upper : float
        Ends of the range; equal for a count that is known.
    mean, phi : ndarray, broadcastable with each other
        Mean, and variance by mean (above 1).

    Returns
    -------
    ndarray

    Examples
    --------
    >>> masked = log_likelihood(0, 4, np.array(2.0), np.array(3.0))
    >>> known = [log_likelihood(k, k, np.array(2.0), np.array(3.0)) for k in range(5)]
    >>> bool(np.isclose(np.exp(masked), np.exp(known).sum()))
    True
    """
    size, share = mean / (phi - 1), 1 / phi
    if upper - lower > LONGEST_SUM:
        below = special.betainc(size, lower, share) if lower > 0 else 0.0
        return np.asarray(np.log(np.maximum(special.betainc(size, upper + 1, share) - below, 1e-300)))
    ways = special.gammaln(lower + size) - special.gammaln(size) - special.gammaln(lower + 1)
    first = ways + size * np.log(share) + lower * np.log1p(-share)
    term = within = np.ones_like(size)
    for count in range(int(lower), int(upper)):  # each count is so many times as likely as the one before
        term = term * (size + count) * ((1 - share) / (count + 1))
        within = within + term
    return np.asarray(first + np.log(within))


class Period:
    """The mean of some years of one series, given phi, on a grid.

    The prior of the mean is that of Jeffreys for a Poisson count: flat in its square root, which is also the scale of
    the grid. What single years say of the mean is cut from its posterior (Plummer 2015).

    Parameters
    ----------
    counts : sequence of int or (lower, upper)
        The counts of the years; at least one.
    phi : ndarray, shape (k,)
        Nodes of phi.
    observed : CountRange, optional
        Their sum, where more is known of it than of each.
    """

    def __init__(self, counts: Sequence[CountLike], phi: Floats, observed: CountRange | None = None) -> None:
        self.counts, self.years, self.phi = [as_count_range(count) for count in counts], len(counts), phi[:, None]
        low, high = observed or total(self.counts)
        scale = np.sqrt(phi / self.years) / 2
        self.first = np.maximum(0.0, math.sqrt(low / self.years) - BELOW * scale)
        last = math.sqrt((high + 1) / self.years) + ABOVE * scale
        self.width = (last - self.first) / MEAN_NODES
        middle = (np.arange(MEAN_NODES) + 0.5) / MEAN_NODES
        self.means = (self.first[:, None] + (last - self.first)[:, None] * middle) ** 2
        log_sum = log_likelihood(low, high, self.years * self.means, self.phi)
        weight = np.exp(log_sum - log_sum.max(axis=1)[:, None])
        self.cumulative = np.cumsum(weight, axis=1) / weight.sum(axis=1)[:, None]

    @functools.cached_property
    def log_evidence(self) -> Floats:
        """What the single years say of phi."""
        log_years = np.zeros(self.means.shape)
        for (low, high), n in Counter(self.counts).items():
            log_years += n * log_likelihood(low, high, self.means, self.phi)
        peak = log_years.max(axis=1)
        return np.asarray(peak + np.log(np.exp(log_years - peak[:, None]).sum(axis=1) * self.width))

    def draw(self, nodes: Sequence[NDArray[np.intp]], share: Floats) -> Floats:
        """Return means at given shares of the probability below them.

        Parameters
        ----------
        nodes : sequence of ndarray of int, length k
            Which of the draws have each node of phi.
        share : ndarray, shape (n,)
            A share for each draw.
        """
        found = np.empty(len(share))
        places = np.arange(MEAN_NODES + 1)
        for k, own in enumerate(nodes):
            if len(own):
                edges = np.concatenate([[0.0], self.cumulative[k]])
                found[own] = self.first[k] + self.width[k] * np.interp(share[own], edges, places)
        return found**2


@dataclass(frozen=True)
class Total:
    """The sum of some years of one series.

    Parameters
    ----------
    observed : CountRange
        What was counted.
    expected : ndarray
        Draws of the sum that chance varies around.
    """

    observed: CountRange
    expected: Floats


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How much more counts vary than chance alone would make them: phi, their variance by their mean."""

    phi: float  # median
    lower: float
    upper: float
    prior: float  # median of like series, before these counts were seen
    prior_lower: float
    prior_upper: float


class YearlyFit:
    """The posterior of one series of yearly counts: phi, the mean of each half of the years, the sum of any years.

    Parameters
    ----------
    counts : Counts
        By year, also those of years that are not fitted.
    years : sequence of int
        The years that are fitted, all of them counted. Each half of them has its own mean.
    prior : DispersionPrior
        Of phi.
    name : str
        Tells series apart: each has draws of its own, and the same ones each time.

    References
    ----------
    Jeffreys H (1946). An invariant form for the prior probability in estimation problems. Proceedings of the Royal
    Society A 186:453-461.
    Cameron AC, Trivedi PK (2013). Regression Analysis of Count Data, section 3.3 (the negative binomial with a variance
    in proportion to the mean). Cambridge University Press.
    Plummer M (2015). Cuts in Bayesian graphical models. Statistics and Computing 25:37-43.

    Examples
    --------
    >>> counts = Counts({2014 + k: CountRange(n, n) for k, n in enumerate((10, 4, 14, 8, 1, 0, 0, 0))})
    >>> fit = YearlyFit(counts, range(2014, 2022), DispersionPrior(6.0, 0.8, 1.0), "DNK")
    >>> print(f"phi {np.median(fit.phi):.1f}, early {np.median(fit.total(range(2014, 2018)).expected):.0f}")
    phi 2.7, early 37
    """

    def __init__(self, counts: Counts, years: Sequence[int], prior: DispersionPrior, name: str) -> None:
        self.counts, self.years, self.prior, self.name = counts, tuple(years), prior, name
        self.parts = [part for part in halves(self.years) if part]
        self.size = float(np.mean([self.counts[year] for year in self.years]))
        self.nodes, log_prior = prior.grid(self.size)
        periods = [self._period(part) for part in self.parts]
        log_weight = log_prior + sum(period.log_evidence for period in periods)
        weights = np.exp(log_weight - log_weight.max())
        share, *shares = self._shares(len(periods) + 1, self.years)
        node = np.searchsorted(np.cumsum(weights / weights.sum()), share, side="left").clip(0, PHI_NODES - 1)
        self.phi = self.nodes[node]
        self.draws_of = [np.flatnonzero(node == k) for k in range(PHI_NODES)]
        means = [period.draw(self.draws_of, own) for period, own in zip(periods, shares, strict=True)]
        self.expected = {part: len(part) * mean for part, mean in zip(self.parts, means, strict=True)}
        self.expected.setdefault(self.years, np.sum(list(self.expected.values()), axis=0))

    def total(self, years: Iterable[int]) -> Total:
        """Return the sum of any years that were counted, what it was and what it was expected to be."""
        chosen = tuple(years)
        observed = self.counts.sum(chosen)
        if chosen not in self.expected:
            draws = self._period(chosen).draw(self.draws_of, self._shares(1, chosen)[0])
            self.expected[chosen] = len(chosen) * draws
        return Total(observed, self.expected[chosen])

    def _period(self, years: Sequence[int]) -> Period:
        return Period([self.counts[year] for year in years], self.nodes, self.counts.sum(years))

    def spread(self, confidence: float) -> Spread:
        """State the over-dispersion, and what was known of it before."""
        tail = (1 - confidence) / 2
        low, middle, high = np.quantile(self.phi, [tail, 0.5, 1 - tail]).tolist()
        least, most = self.prior.limits(self.size, confidence)
        prior = self.prior.median(self.size)
        return Spread(phi=middle, lower=low, upper=high, prior=prior, prior_lower=least, prior_upper=most)

    def seed(self, years: tuple[int, ...]) -> int:
        """Return the start of the generator of a period."""
        return crc32(f"{self.name} {years}".encode())

    def _shares(self, dimensions: int, years: tuple[int, ...]) -> Floats:
        """Spread numbers from 0 to 1 evenly over each dimension, in an order of its own: a Latin hypercube."""
        generator = np.random.default_rng(self.seed(years))
        return np.asarray(stats.qmc.LatinHypercube(d=dimensions, rng=generator).random(DRAWS).T)


def halves(years: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Split years into an earlier and a later half; of an odd number the middle one is in the later half.

    Examples
    --------
    >>> halves((2014, 2015, 2018))
    ((2014,), (2015, 2018))
    """
    middle = len(years) // 2
    return tuple(years[:middle]), tuple(years[middle:])
