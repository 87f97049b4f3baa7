import math
import warnings

import pytest

from trafficking_stats.errors import RefusalError
from trafficking_stats.inference.counts import CountError
from trafficking_stats.inference.specifications import multiverse


@pytest.fixture(autouse=True)
def _no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def answers(table):
    return multiverse(
        {"row": list(range(len(table))), "column": list(range(len(table[0])))}, lambda row, column: table[row][column]
    )


def test_summary_of_a_table():
    result = answers([[1, 2], [3, 8]])
    assert result.values == (1, 2, 3, 8)
    assert (result.minimum, result.median, result.maximum, result.refused) == (1, 2.5, 8, 0)
    assert result.share_above(2) == 0.5
    # mean 3.5, rows 1.5 and 5.5, columns 2 and 5: 4 x 2^2 and 4 x 1.5^2 of 29
    assert result.influence() == pytest.approx({"row": 16 / 29, "column": 9 / 29})
    assert list(result.influence()) == ["row", "column"]
    assert [s.value for s in result.specifications if s.chose(row=1)] == [3, 8]
    assert result.where(row=1).maximum == 8


def test_robustness():
    assert answers([[2, 3], [4, 5]]).robust(1) == "holds in every specification"
    assert answers([[0.2, 0.3], [0.4, 0.5]]).robust(1) == "holds in every specification"
    assert answers([[0.2, 0.3], [4, 5]]).robust(1) == "depends on row"
    assert answers([[0.2, 3], [0.4, 5]]).robust(1) == "depends on column"
    assert answers([[0.2, 3], [4, 0.5]]).robust(1) == "undetermined"
    # an answer on the reference itself is on neither side
    assert answers([[1, 3]]).robust(1) == "undetermined"
    assert answers([[1, 1]]).robust(1) == "undetermined"


def test_refused_specifications_are_kept_and_counted():
    def estimate(lag):
        if lag == 2:
            raise RefusalError("2 of 4 counts are missing")
        return math.nan if lag == 3 else lag

    result = multiverse({"lag": [0, 1, 2, 3]}, estimate)
    assert result.values == (0, 1)
    assert result.refused == 2
    assert [s.refusal for s in result.specifications] == ["", "", "2 of 4 counts are missing", "no number"]
    with pytest.raises(RefusalError, match="none of 1 specifications has an answer; the last says: 2 of 4"):
        result.where(lag=2)
    with pytest.raises(RefusalError, match="no such combination"):
        result.where(lag=9)


def test_infinite_answers_count_but_have_no_variance():
    result = answers([[1, math.inf], [1, 2]])
    assert result.maximum == math.inf
    assert sum(result.influence().values()) > 0
    assert answers([[math.inf, math.inf]]).influence() == {"row": 0.0, "column": 0.0}
    assert answers([[3, 3]]).influence() == {"row": 0.0, "column": 0.0}


def test_what_is_wrong_with_the_axes():
    with pytest.raises(CountError, match="one or more"):
        multiverse({}, lambda: 1)
    with pytest.raises(CountError, match="one or more"):
        multiverse({"lag": []}, lambda lag: 1)
    with pytest.raises(CountError, match="no axis method; there are row, column"):
        answers([[1, 2]]).where(method="cmm")
    with pytest.raises(ZeroDivisionError):
        multiverse({"lag": [0]}, lambda lag: 1 / lag)
