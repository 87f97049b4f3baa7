"""Printed figures as closed intervals, and dates as kinds of periods: by hand, and for any input."""

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trafficking_stats.intervals import intervals, period_kind, period_label, period_years
from trafficking_stats.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()
INF = float("inf")


def interval(value, qualifier, indicator="victims_identified"):
    table = pd.DataFrame({"indicator": [indicator], "value": [float(value)], "qualifier": [qualifier]})
    lower, upper = intervals(table, VOCABULARY)
    return float(lower[0]), float(upper[0])


# --- qualifiers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "qualifier", "expected"),
    [
        (77, "exact", (77, 77)),
        (0, "exact", (0, 0)),
        (5, "less_than", (0, 4)),
        (5, "at_most", (0, 5)),
        (35, "more_than", (36, INF)),
        (3, "at_least", (3, INF)),
        (100, "about", (90, 110)),
        (10, "about", (9, 11)),  # 10 * 1.1 is above 11 in floating point
        (77, "about", (69, 85)),  # 69.3 and 84.7, outward
        (300, "nearly", (270, 300)),
        (7, "nearly", (6, 7)),
    ],
)
def test_qualifiers_by_hand(value, qualifier, expected):
    assert interval(value, qualifier) == expected


def test_shares_changes_and_estimates_have_no_interval():
    for name in ("victims_share", "victims_change_percent", "victims_estimated", "victims_rate_per_million"):
        assert np.isnan(interval(30, "exact", name)).all()


def test_rows_do_not_mix():
    table = pd.DataFrame(
        {
            "indicator": ["victims_identified", "victims_share", "victims_identified"],
            "value": [5.0, 6.0, 7.0],
            "qualifier": ["less_than", "exact", "exact"],
        }
    )
    lower, upper = intervals(table, VOCABULARY)
    assert lower[[0, 2]].tolist() == [0, 7]
    assert upper[[0, 2]].tolist() == [4, 7]
    assert np.isnan(lower[1])


def test_no_rows_give_no_intervals():
    lower, upper = intervals(pd.DataFrame({"indicator": [], "value": [], "qualifier": []}), VOCABULARY)
    assert len(lower) == len(upper) == 0


@given(st.integers(0, 2**53 - 1), st.sampled_from(sorted(VOCABULARY.qualifiers)))
def test_any_qualifier_gives_a_closed_interval_of_whole_numbers_near_the_value(value, qualifier):
    if (value, qualifier) == (0, "less_than"):
        return  # refused when claims are read: nothing is less than 0
    lower, upper = interval(value, qualifier)
    assert 0 <= lower <= upper
    assert lower.is_integer()
    assert upper == INF or upper.is_integer()
    if VOCABULARY.qualifiers[qualifier].names_number:
        assert lower <= value <= upper
    if qualifier in ("about", "nearly"):
        # exact integer arithmetic: floor of nine tenths, ceiling of eleven tenths
        share = 11 if qualifier == "about" else 10
        assert lower == pytest.approx(9 * value // 10, rel=1e-15)
        assert upper == pytest.approx(-(-share * value // 10), rel=1e-15)


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.sampled_from(sorted(VOCABULARY.qualifiers)))
def test_a_larger_value_never_has_a_lower_bound(a, b, qualifier):
    small, large = interval(min(a, b), qualifier), interval(max(a, b), qualifier)
    assert small[0] <= large[0]
    assert small[1] <= large[1]


@given(st.integers(1, 10**9))
def test_qualifiers_split_the_numbers_without_gap_or_overlap(value):
    below, above = interval(value, "less_than"), interval(value, "more_than")
    assert below[1] + 1 == value == above[0] - 1
    assert interval(value, "at_most")[1] == interval(value, "at_least")[0] == value


# --- periods --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "kind"),
    [
        ("2014-01-01", "2014-12-31", "year"),
        ("2007-01-01", "2020-12-31", "years"),
        ("2006-01-01", "2006-09-30", "part"),
        ("2014-04-01", "2015-03-31", "reporting_year"),
        ("2015-03-01", "2016-02-29", "reporting_year"),
        ("2013-01-01", "2015-03-31", "span"),
        ("2007-08-01", "2009-12-31", "span"),
        ("2016-02-29", "2017-02-28", "span"),
        ("", "2015-03-31", "since_records"),
    ],
)
def test_kinds_of_periods_by_hand(start, end, kind):
    assert period_kind(start, end) == kind


@pytest.mark.parametrize(
    ("start", "end", "label"),
    [
        ("2014-01-01", "2014-12-31", "2014"),
        ("2007-01-01", "2020-12-31", "2007-2020"),
        ("2014-04-01", "2015-03-31", "2014-04-01 to 2015-03-31"),
        ("", "2015-03-31", "up to 2015-03-31"),
    ],
)
def test_labels_of_periods(start, end, label):
    assert period_label(start, end) == label


DATES = st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31))


@given(DATES, DATES)
def test_every_period_has_one_kind_and_its_years(one, other):
    first, last = sorted((one, other))
    start, end = first.isoformat(), last.isoformat()
    touched, covered = period_years(start, end)
    # the slow and certain way: look at every year
    years = range(first.year, last.year + 1)
    whole = [y for y in years if datetime.date(y, 1, 1) >= first and datetime.date(y, 12, 31) <= last]
    assert list(touched) == list(years)
    assert list(covered) == whole
    kind = period_kind(start, end)
    assert (kind == "year") == (len(whole) == len(years) == 1)
    assert (kind == "years") == (len(whole) == len(years) > 1)
    assert (kind == "part") == (len(years) == 1 and not whole)
    assert (kind in ("reporting_year", "span")) == (len(years) > 1 and len(whole) < len(years))


@given(DATES.filter(lambda day: day.day <= 28 and (day.month, day.day) != (1, 1)))
def test_twelve_months_from_any_other_day_are_a_reporting_year(first):
    last = first.replace(year=first.year + 1) - datetime.timedelta(days=1)
    assert period_kind(first.isoformat(), last.isoformat()) == "reporting_year"
    for off in (-1, 1):
        assert period_kind(first.isoformat(), (last + datetime.timedelta(days=off)).isoformat()) != "reporting_year"
