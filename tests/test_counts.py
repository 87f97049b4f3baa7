import math

import numpy as np
import pandas as pd
import pytest

from trafficking_stats.errors import TraffickingStatsError
from trafficking_stats.inference.counts import (
    CountError,
    CountRange,
    as_count_range,
    check_counts,
    check_exposures,
    check_level,
    total,
)


@pytest.mark.parametrize("value", [0, 7, 7.0, np.int64(7), np.float32(7), np.array(7)])
def test_whole_numbers_are_counts(value):
    assert check_counts(value) == float(np.asarray(value))


def test_any_container_gives_an_array_of_its_shape():
    expected = np.array([[1.0, 0.0], [3.0, 2.0]])
    assert np.array_equal(check_counts([[1, 0], [3, 2]]), expected)
    assert np.array_equal(check_counts(pd.Series([1, 0], dtype="Int64")), [1, 0])


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (-1, "is negative"),
        (2.5, "is not a whole number"),
        (math.nan, "is missing"),
        (None, "is missing"),
        (pd.NA, "is missing"),
        (math.inf, "too large"),
        (2.0**54, "too large"),
        (True, "expected a number"),
        ("<5", "expected a number"),
    ],
)
def test_anything_else_is_refused_by_name_and_place(value, problem):
    with pytest.raises(CountError, match=f"victims: .*{problem}"):
        check_counts(value, "victims")
    with pytest.raises(CountError, match=problem):
        check_counts([3, value], "victims")
    with pytest.raises(TraffickingStatsError):
        as_count_range(value)


def test_the_place_of_the_first_problem_is_named():
    with pytest.raises(CountError, match="victims at position 2: -3 is negative"):
        check_counts([1, 2, -3, -4], "victims")


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf, None, "x"])
def test_exposures_are_above_zero(value):
    with pytest.raises(CountError):
        check_exposures([1, value])


@pytest.mark.parametrize("value", [0, 1, 95, -0.1, math.nan, "0.95", True])
def test_levels_lie_between_zero_and_one(value):
    with pytest.raises(CountError, match="between 0 and 1"):
        check_level(value)


def test_ranges():
    assert as_count_range((0, 4)) == CountRange(0, 4)
    assert as_count_range([3, 3]).is_exact
    for open_end in (None, math.inf, math.nan, pd.NA):
        assert not as_count_range((3, open_end)).is_bounded
    assert as_count_range(CountRange(1, 2)) == (1, 2)


@pytest.mark.parametrize("value", [(4, 0), (-1, 4), (0, 4, 5), (None, 4), (0.5, 4), (0, "x"), ()])
def test_impossible_ranges(value):
    with pytest.raises(CountError, match="convictions"):
        as_count_range(value, "convictions")


def test_sums_carry_the_ranges():
    assert total([1, (0, 4), CountRange(2, 3)]) == CountRange(3, 8)
    assert total([1, (2, None)]) == CountRange(3, math.inf)
    with pytest.raises(CountError, match="nothing to add"):
        total([])
    with pytest.raises(CountError, match=r"counts\[1\]"):
        total([1, -2])
