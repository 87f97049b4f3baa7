"""From a printed figure to a closed interval of whole numbers, and from its dates to a kind of period."""

import datetime
import functools
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trafficking_stats.vocabulary import Vocabulary

PeriodKind = Literal["year", "years", "part", "reporting_year", "span", "since_records"]


def intervals(claims: pd.DataFrame, vocabulary: Vocabulary) -> tuple[np.ndarray, np.ndarray]:
    """Turn the printed value and qualifier of each claim into a closed interval.

    Parameters
    ----------
    claims : pandas.DataFrame
        With columns ``indicator``, ``value`` and ``qualifier``; ``value_upper`` is the other end of a printed range.
    vocabulary : Vocabulary
        Gives the rule of each qualifier.

    Returns
    -------
    lower, upper : numpy.ndarray of float, shape (n_claims,)
        Whole numbers held as floats; ``inf`` where nothing bounds the claim from above; ``nan`` for shares,
        changes, rates and estimates, which are not counts.

    Examples
    --------
    >>> from trafficking_stats.vocabulary import load_vocabulary
    >>> masked = pd.DataFrame({"indicator": ["convictions_persons"], "value": [5.0], "qualifier": ["less_than"]})
    >>> lower, upper = intervals(masked, load_vocabulary())
    >>> (float(lower[0]), float(upper[0]))
    (0.0, 4.0)
    """
    value = claims["value"].to_numpy(dtype=float)
    end = pd.to_numeric(claims["value_upper"], errors="coerce") if "value_upper" in claims else claims["value"]
    highest = end.fillna(claims["value"]).to_numpy(dtype=float)
    lower = np.zeros(len(claims))
    upper = np.full(len(claims), np.inf)
    codes, qualifiers = pd.factorize(claims["qualifier"])
    for code, name in enumerate(qualifiers):
        rule = vocabulary.qualifiers[name]
        rows = codes == code
        if rule.lower_percent is not None:
            lower[rows] = _share(value[rows], rule.lower_percent, np.floor) + rule.lower_offset
        if rule.upper_percent is not None:
            upper[rows] = _share(highest[rows], rule.upper_percent, np.ceil) + rule.upper_offset
    codes, indicators = pd.factorize(claims["indicator"])
    for code, name in enumerate(indicators):
        if name in vocabulary.indicators and not vocabulary.indicators[name].is_whole:
            lower[codes == code] = upper[codes == code] = np.nan
    return lower, upper


def _share(value: np.ndarray, percent: int, outward: np.ufunc) -> np.ndarray:
    if percent == 100:
        return value  # the product of a value near 2**53 would be rounded
    # multiplied before dividing: 10 * 110 / 100 is 11, but 10 * 1.1 is above 11 and would round up to 12
    return np.asarray(outward(value * percent / 100))


@functools.lru_cache(maxsize=4096)
def period_kind(start: str, end: str) -> PeriodKind:
    """Say what kind of period two dates span.

    Parameters
    ----------
    start, end : str
        ISO dates, both ends in; an empty ``start`` means since records began.

    Returns
    -------
    str
        ``year`` (one calendar year), ``years`` (several whole ones), ``part`` (inside one calendar year),
        ``reporting_year`` (twelve months that are no calendar year), ``span`` (any other, with a part of a
        year at one end or both), or ``since_records``.

    Examples
    --------
    >>> period_kind("2014-01-01", "2014-12-31"), period_kind("2015-04-01", "2016-03-31")
    ('year', 'reporting_year')
    """
    if not start:
        return "since_records"
    first, last = datetime.date.fromisoformat(start), datetime.date.fromisoformat(end)
    whole_first, whole_last = (first.month, first.day) == (1, 1), (last.month, last.day) == (12, 31)
    if whole_first and whole_last:
        return "year" if first.year == last.year else "years"
    if first.year == last.year:
        return "part"
    following = last + datetime.timedelta(days=1)
    if following == first.replace(year=first.year + 1, day=min(first.day, 28)) and first.day <= 28:
        return "reporting_year"
    return "span"


def years_of(days: pd.Series) -> NDArray[np.int64]:
    """Return the years of ISO dates, of which each different one is read once.

    Examples
    --------
    >>> years_of(pd.Series(["2014-12-31", "2015-12-31", "2014-12-31"])).tolist()
    [2014, 2015, 2014]
    """
    codes, different = pd.factorize(days)
    return np.array([int(day[:4]) for day in different], dtype=np.int64)[codes]


def period_years(start: str, end: str) -> tuple[range, range]:
    """Return the calendar years a period touches, and those it covers whole.

    Parameters
    ----------
    start, end : str
        ISO dates, both ends in; ``start`` not empty.

    Returns
    -------
    touched, covered : range
        ``covered`` is empty where no calendar year lies whole inside.

    Examples
    --------
    >>> touched, covered = period_years("2007-08-01", "2009-12-31")
    >>> list(touched), list(covered)
    ([2007, 2008, 2009], [2008, 2009])
    """
    touched = range(int(start[:4]), int(end[:4]) + 1)
    first = touched.start + (start[5:] != "01-01")
    last = touched.stop - (end[5:] != "12-31")
    return touched, range(first, max(first, last))


def period_label(start: str, end: str) -> str:
    """Write a period as a reader would: ``2014``, ``2007-2020``, or both dates.

    Parameters
    ----------
    start, end : str
        As in `period_kind`.

    Returns
    -------
    str
        For people; two periods with one label are the same.

    Examples
    --------
    >>> period_label("2007-01-01", "2020-12-31"), period_label("2006-01-01", "2006-09-30")
    ('2007-2020', '2006-01-01 to 2006-09-30')
    """
    kind = period_kind(start, end)
    if kind == "since_records":
        return f"up to {end}"
    if kind == "year":
        return end[:4]
    if kind == "years":
        return f"{start[:4]}-{end[:4]}"
    return f"{start} to {end}"
