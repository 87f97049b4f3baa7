"""Numbers in the place of texts: what is asked of each different row of a table is asked once."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_LARGEST = 2**62


def number_of(*columns: pd.Series | NDArray[Any]) -> NDArray[np.int64]:
    """Give each combination of values a number, from 0 in the order in which they first stand there.

    Examples
    --------
    >>> number_of(pd.Series(["a", "b", "a", "a"]), np.array([5, 5, 5, 6])).tolist()
    [0, 1, 0, 2]
    """
    out, size = np.zeros(len(columns[0]), dtype=np.int64), 1
    for column in columns:
        codes, n = _codes(column)
        if size * n > _LARGEST:
            out = pd.factorize(out)[0]
            size = len(out)
        out, size = out * n + codes, size * n
    return pd.factorize(out)[0].astype(np.int64)


def _codes(column: pd.Series | NDArray[Any]) -> tuple[NDArray[np.int64], int]:
    """Return numbers for the values of a column, and how many there may be."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.array.codes.astype(np.int64) + 1, len(column.dtype.categories) + 1
    codes, values = pd.factorize(column, use_na_sentinel=False)
    return codes, len(values)


def first_of(number: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first row of each number that `number_of` gave.

    Examples
    --------
    >>> first_of(number_of(pd.Series(["a", "b", "a", "c"]))).tolist()
    [0, 1, 3]
    """
    return np.flatnonzero(np.diff(np.maximum.accumulate(number), prepend=-1))
