"""What a claim weighs when not all claims can be true: tier, edition, and one vote an upstream and value."""

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trafficking_stats.vocabulary import Vocabulary

UNITS = 1_000_000
"""Weights are whole numbers of millionths, so that equal sums compare as equal."""


def published_year(published: object) -> float:
    """Return a date of publication as a fraction of years; the middle of the year or month where that is all.

    Parameters
    ----------
    published : object
        Text as ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``, or anything that prints so.

    Returns
    -------
    float
        ``nan`` where no year can be read.

    Examples
    --------
    >>> published_year("2021"), published_year("2021-01-01")
    (2021.5, 2021.0)
    """
    match = re.match(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", str(published))
    if match is None:
        return float("nan")
    year, month, day = match.groups()
    months = 6.0 if month is None else int(month) - 1 + (0.5 if day is None else (int(day) - 1) / 31)
    return int(year) + months / 12


def published_years(published: pd.Series) -> NDArray[np.float64]:
    """Apply `published_year` to a column."""
    codes, dates = pd.factorize(published)
    return np.array([published_year(date) for date in dates] + [np.nan])[codes]


def first_named(claims: pd.DataFrame, *columns: str) -> pd.Series:
    """Take the text of the first of some columns that is not empty; the last one speaks where all others are."""
    found = claims[columns[-1]].astype(object)
    for column in reversed(columns[:-1]):
        found = claims[column].astype(object).where(claims[column] != "", found)
    return found


def base_weights(claims: pd.DataFrame, vocabulary: Vocabulary) -> NDArray[np.float64]:
    """Weigh each claim by its tier and date.

    A later edition weighs a little more than an earlier one of the same tier, whether or not the other is there: so
    taking a claim away changes the weight of no other claim.
    """
    weights = vocabulary.weights
    years = np.nan_to_num(published_years(claims["published"]), nan=weights.recency_from)
    recency = weights.recency_per_year * np.clip(years - weights.recency_from, 0, 100)
    return tier_weights(claims, vocabulary) * (1 + recency)


def claim_weights(claims: pd.DataFrame, vocabulary: Vocabulary) -> NDArray[np.int64]:
    """Weigh each claim by itself.

    Parameters
    ----------
    claims : pandas.DataFrame
        With columns ``tier`` and ``published``.
    vocabulary : Vocabulary
        Gives the weights of tiers and the bonus of later editions.

    Returns
    -------
    numpy.ndarray of int, shape (n_claims,)
        `base_weights` in `UNITS`.
    """
    return np.asarray(np.rint(base_weights(claims, vocabulary) * UNITS), dtype=np.int64)


def tier_weights(claims: pd.DataFrame, vocabulary: Vocabulary) -> NDArray[np.float64]:
    """Return the weight of the tier of each claim."""
    weights = {name: tier.weight for name, tier in vocabulary.tiers.items()}
    return np.asarray(claims["tier"].map(weights), dtype=np.float64)
