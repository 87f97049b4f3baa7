"""Numbers in the place of texts: what is asked of each different row of a table is asked once."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def number_of(*columns: pd.Series | NDArray[Any]) -> NDArray[np.int64]:
    """Give each combination of values a number, from 0 in the order in which they first stand there.

    Examples
    --------
    >>> number_of(pd.Series(["a", "b", "a", "a"]), np.array([5, 5, 5, 6])).tolist()
    [0, 1, 0, 2]
    """
    out: NDArray[np.int64] | None = None
    for column in columns:
        codes, values = pd.factorize(column, use_na_sentinel=False)
        out = codes if out is None else pd.factorize(out * len(values) + codes)[0]
    return np.asarray(out, dtype=np.int64)


def first_of(number: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first row of each number that `number_of` gave.

    Examples
    --------
    >>> first_of(number_of(pd.Series(["a", "b", "a", "c"]))).tolist()
    [0, 1, 3]
    """
    return np.flatnonzero(np.diff(np.maximum.accumulate(number), prepend=-1))
