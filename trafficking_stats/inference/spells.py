"""Spells without any event: how high the rate can have been, and how likely the silence was."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from trafficking_stats.inference.counts import CountError, CountLike, as_count_range, check_exposures, check_level
from trafficking_stats.inference.overdispersion import Dispersion, as_dispersion


@dataclass(frozen=True)
class ZeroSpell:
    """Consecutive years without an event.

    Parameters
    ----------
    first, last : int
        First and last year.
    certain : bool
        Whether every year is known to be 0, not only allowed to be by a masked cell.
    """

    first: int
    last: int
    certain: bool

    @property
    def years(self) -> int:
        """Number of years."""
        return self.last - self.first + 1


def zero_spells(series: Mapping[int, CountLike], *, possible: bool = False) -> tuple[ZeroSpell, ...]:
    """Find the spells of consecutive years without an event.

    Parameters
    ----------
    series : mapping of year to int or (lower, upper)
        Counts; a year that is missing ends a spell.
    possible : bool
        Whether masked years that may be 0 count as well.

    Returns
    -------
    tuple of ZeroSpell, by year

    Examples
    --------
    >>> zero_spells({2017: 8, 2018: 1, 2019: 0, 2020: 0, 2021: 0})
    (ZeroSpell(first=2019, last=2021, certain=True),)
    >>> zero_spells({2017: 8, 2018: (0, 4), 2019: 0}, possible=True)
    (ZeroSpell(first=2018, last=2019, certain=False),)
    """
    spells: list[ZeroSpell] = []
    for year in sorted(series):
        cell = as_count_range(series[year], f"series[{year}]")
        certain = cell.upper == 0
        if not certain and not (possible and cell.lower == 0):
            continue
        if spells and spells[-1].last == year - 1:
            spells[-1] = ZeroSpell(spells[-1].first, year, spells[-1].certain and certain)
        else:
            spells.append(ZeroSpell(year, year, certain))
    return tuple(spells)


def _cases_per_event(dispersion: float | Dispersion) -> float:
    """Court cases per person convicted if the persons of a case are geometric and give this phi."""
    return 2 / (as_dispersion(dispersion).factor + 1)


def zero_spell_limit(
    exposure: float = 1.0,
    *,
    confidence: float = 0.95,
    sides: int = 2,
    dispersion: float | Dispersion = 1.0,
) -> float:
    """Upper limit of a rate under which no event was seen.

    Parameters
    ----------
    exposure : float
        Years, or victims, without an event.
    confidence : float
        Level.
    sides : {1, 2}
        2 gives the upper end of the two-sided interval, 1 an upper limit on its own (the "rule of three").
    dispersion : float or Dispersion
        Variance by mean, from batches of geometric size.

    Returns
    -------
    float
        Events per unit of exposure.

    References
    ----------
    Hanley JA, Lippman-Hand A (1983). If nothing goes wrong, is everything all right? JAMA 249:1743-1745.

    Examples
    --------
    >>> round(zero_spell_limit(), 3), round(zero_spell_limit(sides=1), 3)
    (3.689, 2.996)
    """
    at_risk = float(check_exposures(exposure))
    if sides not in (1, 2):
        raise CountError(f"sides: expected 1 or 2, got {sides!r}")
    tail = (1 - check_level(confidence)) / sides
    return -math.log(tail) / (at_risk * _cases_per_event(dispersion))


def spell_probability(expected: float, *, dispersion: float | Dispersion = 1.0) -> float:
    """Probability of a spell without any event where some were expected.

    For a spell that was known before it was looked at. One picked out of a long series because it was empty is
    likelier than this, and the earlier rate is taken as known; the exact ratio of two counts allows for its error.

    Parameters
    ----------
    expected : float
        Events expected during the spell at the earlier rate.
    dispersion : float or Dispersion
        Variance by mean. Events come in cases; with a geometric number of persons each, the probability is that
        of no case at all, exp(-2 expected / (phi + 1)).

    Returns
    -------
    float

    References
    ----------
    Johnson NL, Kemp AW, Kotz S (2005). Univariate Discrete Distributions, 3rd edition, section 9.7 (the
    Polya-Aeppli distribution). Wiley.

    Examples
    --------
    >>> round(spell_probability(3), 4), round(spell_probability(3, dispersion=4), 4)
    (0.0498, 0.3012)
    """
    return math.exp(-float(check_exposures(expected, "expected")) * _cases_per_event(dispersion))
