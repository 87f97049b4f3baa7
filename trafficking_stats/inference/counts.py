"""Counts of persons or events, and the range a masked count lies in."""

import copy
import math
from collections.abc import Container, Iterable
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from trafficking_stats.errors import TraffickingStatsError

# Above 2**53 a float no longer holds every whole number, so a count would silently change.
LARGEST_COUNT = 2.0**53


class CountError(TraffickingStatsError, ValueError):
    """A number handed to a statistical function is not a count, an exposure or a level it can use."""


class CountRange(NamedTuple):
    """The closed range of whole numbers a count lies in.

    Parameters
    ----------
    lower : float
        Smallest value the count can have.
    upper : float
        Largest value; `math.inf` where nothing bounds it.

    Examples
    --------
    A cell printed as "<5":

    >>> CountRange(0, 4).is_exact
    False
    >>> str(CountRange(0, 4)), str(CountRange(7, 7)), str(CountRange(3, math.inf))
    ('0-4', '7', 'at least 3')
    """

    lower: float
    upper: float

    @property
    def is_exact(self) -> bool:
        """Whether the range is a single number."""
        return self.lower == self.upper

    @property
    def is_bounded(self) -> bool:
        """Whether the range has an upper end."""
        return math.isfinite(self.upper)

    def __str__(self) -> str:
        if self.is_exact:
            return f"{self.lower:,.0f}"
        if not self.is_bounded:
            return f"at least {self.lower:,.0f}"
        return f"{self.lower:,.0f}-{self.upper:,.0f}"


CountLike = float | tuple[float, float] | CountRange
"""A whole number, or the pair (lower, upper) of a masked one."""


def as_count_range(count: Any, name: str = "count") -> CountRange:
    """Read a number or a (lower, upper) pair as a range of whole numbers.

    Parameters
    ----------
    count : int, float or pair
        A whole number, or the range it lies in; an upper end that is missing (None, NA, nan) or infinite
        means that nothing bounds the count.
    name : str
        What the count is called in an error message.

    Returns
    -------
    CountRange

    Raises
    ------
    CountError
        If an end is negative, not whole, or missing where it must be known, or the ends are reversed.

    Examples
    --------
    >>> as_count_range(7)
    CountRange(lower=7.0, upper=7.0)
    >>> as_count_range((0, 4))
    CountRange(lower=0.0, upper=4.0)
    >>> as_count_range((0, None)).upper
    inf
    """
    if isinstance(count, CountRange) and count.lower >= 0 and count.upper >= count.lower:
        return count  # was read before
    if isinstance(count, (tuple, list, np.ndarray)):
        if len(count) != 2:
            raise CountError(f"{name}: a range has two ends (lower, upper), got {len(count)}: {count!r}")
        low, high = count
        lower = float(check_counts(low, f"{name} (lower end)"))
        unbounded = high is None or pd.isna(high) or (_is_number(high) and float(high) == math.inf)
        upper = math.inf if unbounded else float(check_counts(high, f"{name} (upper end)"))
        if upper < lower:
            raise CountError(f"{name}: the lower end {lower:g} is above the upper end {upper:g}")
        return CountRange(lower, upper)
    value = float(check_counts(count, name))
    return CountRange(value, value)


def total(counts: Iterable[Any], name: str = "counts") -> CountRange:
    """Add counts, each a number or a range.

    Parameters
    ----------
    counts : iterable of int, float or pair
        The counts to add.
    name : str
        What the counts are called in an error message.

    Returns
    -------
    CountRange
        From the sum of the lower ends to the sum of the upper ends.

    Raises
    ------
    CountError
        If there is nothing to add or a member is not a count.

    Examples
    --------
    >>> total([10, 7, (0, 4), (0, 4)])
    CountRange(lower=17.0, upper=25.0)
    """
    ranges = [as_count_range(count, f"{name}[{position}]") for position, count in enumerate(counts)]
    if not ranges:
        raise CountError(f"{name}: there is nothing to add")
    return CountRange(math.fsum(r.lower for r in ranges), math.fsum(r.upper for r in ranges))


class Counts(dict[int, CountRange]):
    """Counts by year.

    Examples
    --------
    >>> Counts({2014: CountRange(10, 10), 2015: CountRange(0, 4)}).sum([2014, 2015])
    CountRange(lower=10.0, upper=14.0)
    """

    def sum(self, years: Iterable[int]) -> CountRange:
        """Add the counts of some years."""
        return total(self[year] for year in years)

    def within(self, years: Container[int]) -> Self:
        """Return the counts of these years alone."""
        kept = copy.copy(self)
        for year in [year for year in self if year not in years]:
            del kept[year]
        return kept


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, (bool, np.bool_))


def _as_floats(values: Any, name: str) -> NDArray[np.float64]:
    """Turn numbers of any container into floats, missing ones into nan; text and booleans are no numbers."""
    plain = np.asarray(values, dtype=object)
    flat = plain.ravel()
    result = np.empty(flat.shape)
    for position, value in enumerate(flat):
        if value is None or value is pd.NA or value is pd.NaT:
            result[position] = math.nan
        elif _is_number(value):
            result[position] = float(value)
        else:
            raise CountError(f"{name}: expected a number, got {value!r}")
    return result.reshape(plain.shape)


def check_counts(counts: ArrayLike, name: str = "counts") -> NDArray[np.float64]:
    """Return counts as floats after checking that they are whole, finite and not negative.

    Parameters
    ----------
    counts : array_like, any shape
        The counts; a scalar gives an array without dimensions.
    name : str
        What the counts are called in an error message.

    Returns
    -------
    numpy.ndarray of float, same shape

    Raises
    ------
    CountError
        For a missing, negative, infinite, fractional or non-numeric value, or one above 2**53.

    Examples
    --------
    >>> check_counts([3, 0, 12])
    array([ 3.,  0., 12.])
    """
    values = _as_floats(counts, name)
    for problem, bad in (
        ("is missing", np.isnan(values)),
        ("is negative", values < 0),
        ("is not a whole number", np.isfinite(values) & (values != np.floor(values))),
        ("is too large for a count", values > LARGEST_COUNT),
    ):
        if bad.any():
            where = "" if values.ndim == 0 else f" at position {int(np.flatnonzero(bad)[0])}"
            value = float(values[bad].flat[0]) if values.ndim else float(values)
            raise CountError(
                f"{name}{where}: {value:g} {problem}; a count is a whole number from 0 up. "
                "Pass a masked figure as its range (lower, upper)"
            )
    return values


def check_exposures(exposures: ArrayLike, name: str = "exposure") -> NDArray[np.float64]:
    """Return exposures (persons, victims, years at risk) as floats after checking that they are positive.

    Parameters
    ----------
    exposures : array_like, any shape
        The exposures.
    name : str
        What they are called in an error message.

    Returns
    -------
    numpy.ndarray of float, same shape

    Raises
    ------
    CountError
        For a missing, infinite, zero, negative or non-numeric value.

    Examples
    --------
    >>> check_exposures([71, 93.5])
    array([71. , 93.5])
    """
    values = _as_floats(exposures, name)
    bad = ~(np.isfinite(values) & (values > 0))
    if bad.any():
        where = "" if values.ndim == 0 else f" at position {int(np.flatnonzero(bad)[0])}"
        value = float(values[bad].flat[0]) if values.ndim else float(values)
        raise CountError(f"{name}{where}: {value:g} cannot be divided by; an exposure is finite and above 0")
    return values


def check_level(confidence: float, name: str = "confidence") -> float:
    """Return a confidence level after checking that it lies strictly between 0 and 1.

    Raises
    ------
    CountError
        For anything else, 95 instead of 0.95 included.

    Examples
    --------
    >>> check_level(0.998)
    0.998
    """
    if not _is_number(confidence) or not 0 < confidence < 1:
        raise CountError(f"{name}: expected a level between 0 and 1 such as 0.95, got {confidence!r}")
    return float(confidence)
