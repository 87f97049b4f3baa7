"""Why a release probably changed a figure of the one before, or left it out: the first reason that fits."""

from __future__ import annotations

import numpy as np
import pandas as pd

CELL = ["country", "indicator", "breakdown", "period_start", "period_end"]
SERIES = ["country", "indicator", "breakdown"]

SAID = {
    "refined": "masked before or now, and both can be true",
    "shifted_year": "moved to another year",
    "corrupt": "wrong by the parts of the new release",
    "mended": "wrong by the parts of the release before",
    "series_restated": "most of its series was restated",
    "late_count": "one of its last years, and more now",
    "digit_slip": "one digit differs, two are swapped, or a 0 at the end is lost or won",
    "correction": "less than a tenth off",
    "country_gone": "nothing of the country is left",
    "indicator_gone": "nothing of the indicator is left in the country",
    "moved": "its figure now stands under another category",
    "table_gone": "its breakdown is no longer printed for the year",
    "series_gone": "no year of its series is left",
    "small_count": "fewer than 5, or masked",
    "unexplained": "none of these",
}
"""Every reason with what it says, those of changes first."""

LAST_YEARS = 2
"""So many years at the end of a release are still being counted when it is out."""

SMALL = 5
"""Counts below this are masked by many publishers, and coincide by chance."""


def reasons_of_changes(
    changed: pd.DataFrame, old: pd.DataFrame, before: pd.DataFrame, now: pd.DataFrame, shifted: pd.DataFrame
) -> pd.Series:
    """Name the probable reason of each changed figure.

    Parameters
    ----------
    changed : pandas.DataFrame
        The columns of a cell, ``size``, ``old``, ``new`` (as printed) and their bounds.
    old : pandas.DataFrame
        The release before, the columns of a cell.
    before, now : pandas.DataFrame
        Cells that are wrong by the parts of their own release.
    shifted : pandas.DataFrame
        Series of which figures moved to another year, with first and last day.

    Returns
    -------
    pandas.Series
        A key of `SAID`, with the index of ``changed``.
    """
    places = _places(changed)
    moved = {tuple(row[:3]): (row[3], row[4]) for row in shifted[CELL].itertuples(index=False, name=None)}
    ends = [moved.get(place[:3], ("9999", "")) for place in places]
    was_wrong, is_wrong = set(_places(before)), set(_places(now))
    of_series = old.groupby(SERIES).size()
    share = changed[changed["size"] > 0].groupby(SERIES).size().reindex(of_series.index).div(of_series)
    restated = set(share[(share > 0.5) & (of_series > 2)].index)
    last = int(old["period_end"].str[:4].max()) if len(old) else 0
    more = changed["new_lower"] > changed["old_upper"]
    larger = changed[["old_lower", "new_lower"]].max(axis=1)
    tests = {
        "refined": changed["size"] == 0,
        "shifted_year": [first <= place[3] <= end for (first, end), place in zip(ends, places, strict=True)],
        "corrupt": [place in is_wrong and place not in was_wrong for place in places],
        "mended": [place in was_wrong and place not in is_wrong for place in places],
        "series_restated": [place[:3] in restated for place in places],
        "late_count": more & (changed["period_end"].str[:4].astype(int) > last - LAST_YEARS),
        "digit_slip": [_is_slip(*pair) for pair in zip(changed["old"], changed["new"], strict=True)],
        "correction": changed["size"] < 0.1 * larger,
    }
    return _first(tests, changed.index)


def reasons_of_withdrawals(vanished: pd.DataFrame, new: pd.DataFrame, fresh: pd.DataFrame) -> pd.Series:
    """Name the probable reason why each figure was left out.

    Parameters
    ----------
    vanished : pandas.DataFrame
        The columns of a cell, ``figure`` (as printed) and ``size``.
    new : pandas.DataFrame
        The new release, the columns of a cell.
    fresh : pandas.DataFrame
        Those of its cells that the release before did not have, with ``figure``.

    Returns
    -------
    pandas.Series
        A key of `SAID`, with the index of ``vanished``.
    """
    where = ["country", "indicator", "period_start", "period_end"]
    countries, pairs = set(new["country"]), set(_places(new, ["country", "indicator"]))
    elsewhere = set(_places(fresh, [*where, "figure"]))
    dimensions = set(_places(new.assign(breakdown=_dimensions(new)), [*where, "breakdown"]))
    own = _places(vanished.assign(breakdown=_dimensions(vanished)), [*where, "breakdown"])
    series = set(_places(new, SERIES))
    large = (vanished["size"] >= SMALL) & ~vanished["figure"].str.startswith("<")
    tests = {
        "country_gone": ~vanished["country"].isin(countries),
        "indicator_gone": [pair not in pairs for pair in _places(vanished, ["country", "indicator"])],
        "moved": large & np.array([place in elsewhere for place in _places(vanished, [*where, "figure"])], dtype=bool),
        "table_gone": [place[-1] != "" and place not in dimensions for place in own],
        "series_gone": [place not in series for place in _places(vanished, SERIES)],
        "small_count": ~large,
    }
    return _first(tests, vanished.index)


def _places(table: pd.DataFrame, columns: list[str] = CELL) -> list[tuple[str, ...]]:
    return list(table[columns].itertuples(index=False, name=None))


def _dimensions(table: pd.DataFrame) -> pd.Series:
    """Return the keys of each breakdown without the categories."""
    return table["breakdown"].str.replace(r"=[^;]*", "", regex=True)


def _first(tests: dict[str, object], index: pd.Index) -> pd.Series:
    """Return the name of the first test that each row passes."""
    passed = [np.asarray(test, dtype=bool) for test in tests.values()]
    return pd.Series(np.select(passed, list(tests), "unexplained") if len(index) else [], index=index, dtype=object)


def _is_slip(one: str, other: str) -> bool:
    """Whether two numbers differ by one digit of two or more, by two that are swapped, or by a 0 at the end."""
    if (one + other).isdigit() and sorted(map(int, (one, other))) in ([n, 10 * n] for n in (int(one), int(other)) if n):
        return True
    if len(one) != len(other) or len(one) < 2 or not (one + other).isdigit():
        return False
    apart = [k for k in range(len(one)) if one[k] != other[k]]
    swapped = len(apart) == 2 and apart[1] == apart[0] + 1 and sorted(one) == sorted(other)
    return swapped or (len(apart) == 1 and (len(one) > 2 or apart == [0]))
