import math
import warnings
from itertools import product

import pytest

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.counts import CountError
from trafficking_stats.inference.multiple_systems import multiple_systems


@pytest.fixture(autouse=True)
def _no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_two_independent_lists_are_lincoln_and_petersen():
    # 60 x 80 / 20 = 240; variance of the unseen by the delta method, 40 x 60 / 20 = 120 of them
    result = multiple_systems({(1, 0): 40, (0, 1): 60, (1, 1): 20}, ["police", "shelter"])
    assert result.total == pytest.approx(240)
    assert (result.seen, result.overlap, result.df) == (120, 20, 0)
    assert result.se**2 == pytest.approx(120 + 120**2 * (1 / 40 + 1 / 60 + 1 / 20))
    assert result.lower < result.profile_total < result.upper
    assert result.profile_lower < result.profile_total < result.profile_upper


def test_independent_lists_of_a_known_population():
    # 1000 persons, lists that hold 30, 40 and 50 % of them independently
    shares = (0.3, 0.4, 0.5)
    counts = {}
    for pattern in product((0, 1), repeat=3):
        if any(pattern):
            share = math.prod(p if seen else 1 - p for p, seen in zip(shares, pattern, strict=True))
            counts[pattern] = round(10_000 * share)
    result = multiple_systems(counts, ["a", "b", "c"])
    assert result.total == pytest.approx(10_000, rel=1e-6)
    # an interaction that is not there changes nothing but the width
    more = multiple_systems(counts, ["a", "b", "c"], ["a:b"])
    assert more.total == pytest.approx(10_000, rel=1e-4)
    assert more.upper - more.lower > result.upper - result.lower


def test_what_is_not_identified():
    lists = ["a", "b", "c"]
    with pytest.raises(RefusalError, match="0 of 60 are on two lists or more"):
        multiple_systems({(1, 0, 0): 10, (0, 1, 0): 20, (0, 0, 1): 30}, lists)
    sparse = {(1, 0, 0): 10, (0, 1, 0): 20, (0, 0, 1): 30, (1, 0, 1): 5, (0, 1, 1): 4}
    assert multiple_systems(sparse, lists).total > 69
    with pytest.raises(RefusalError, match="separate the data along a:b"):
        multiple_systems(sparse, lists, ["a:b"])
    with pytest.raises(RefusalError, match="4 parameters cannot be told from 3 patterns"):
        multiple_systems({(1, 0): 40, (0, 1): 60, (1, 1): 20}, ["a", "b"], ["a:b"])
    with pytest.raises(RefusalError, match="1 of 3 lists are empty: c"):
        multiple_systems({(1, 0, 0): 10, (0, 1, 0): 20, (1, 1, 0): 5}, lists)
    with pytest.raises(RefusalError, match="1 list"):
        multiple_systems({(1,): 112}, ["register"])


def test_what_is_wrong_with_the_table():
    with pytest.raises(CountError, match=r"\(0, 0\) is no pattern"):
        multiple_systems({(0, 0): 5, (1, 1): 3}, ["a", "b"])
    with pytest.raises(CountError, match="no pattern of 2 lists"):
        multiple_systems({(1, 0, 1): 5}, ["a", "b"])
    with pytest.raises(CountError, match="'a:x' does not join"):
        multiple_systems({(1, 0): 40, (0, 1): 60, (1, 1): 20}, ["a", "b"], ["a:x"])
    with pytest.raises(CountError, match="'a:a' does not join"):
        multiple_systems({(1, 0): 40, (0, 1): 60, (1, 1): 20}, ["a", "b"], ["a:a"])
    with pytest.raises(CountError, match="is negative"):
        multiple_systems({(1, 0): -40, (0, 1): 60, (1, 1): 20}, ["a", "b"])


def test_order_of_patterns_does_not_matter():
    counts = {(1, 0, 0): 50, (0, 1, 0): 60, (0, 0, 1): 70, (1, 1, 0): 9, (1, 0, 1): 8, (0, 1, 1): 7, (1, 1, 1): 2}
    assert multiple_systems(counts, "abc") == multiple_systems(dict(reversed(counts.items())), "abc")


def test_a_single_overlap_has_no_upper_profile_limit_to_trust():
    result = multiple_systems({(1, 0): 30, (0, 1): 30, (1, 1): 1}, ["a", "b"])
    assert result.total == pytest.approx(961)
    assert result.profile_upper > result.upper > 5000
