"""What a release changed against the one before and probably why, and which of its figures look corrupt."""

import itertools
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from trafficking_stats.claims import read_sources
from trafficking_stats.readers.faults import CELL, PLACE, bounded, faults_of, in_order, told
from trafficking_stats.readers.tables import TableImport, load_map
from trafficking_stats.readers.writing import claims_of_source
from trafficking_stats.templates import rendered

SERIES = ["country", "indicator", "breakdown"]
_MAP = load_map("revisions.toml")
REASONS: dict[str, str] = _MAP["reasons"]
"""Every probable reason with what it says, those of changes first."""

_LIMITS = _MAP["limits"]


@dataclass(frozen=True)
class Revisions:
    """The difference between two releases of one publication.

    Attributes
    ----------
    changed : pandas.DataFrame
        Cells whose figure differs, largest change first: the columns of a cell, ``old`` and ``new`` as
        printed, ``old_lower``, ``old_upper``, ``new_lower``, ``new_upper``, and ``size``, the least change
        in units that both intervals allow (0 where a masked figure was replaced by one it allowed); ``reason``, a
        key of `REASONS`, is the probable one, and ``evidence`` says it in words.
    new : pandas.DataFrame
        Cells that only the new release names: the columns of a cell, ``figure`` and ``size``.
    vanished : pandas.DataFrame
        Cells that only the old release names, likewise, with ``reason`` and ``evidence``.
    corrupt : pandas.DataFrame
        What looks wrong in the new release: ``kind``, the columns of a cell, ``size``, ``standing`` (whether
        the old release had the same fault), and ``evidence`` in words.
    faults : pandas.DataFrame
        What looks wrong in the new release by itself, on whatever country: from `faults_of`.
    """

    changed: pd.DataFrame
    new: pd.DataFrame
    vanished: pd.DataFrame
    corrupt: pd.DataFrame
    faults: pd.DataFrame

    @property
    def sizes(self) -> pd.DataFrame:
        """Number of changed, new and vanished cells by size of the figure or change."""
        bands = _LIMITS["bands"]
        labels = [f"{a:,}" if b == a + 1 else f"{a:,}-{b - 1:,}" for a, b in itertools.pairwise(bands)]
        sizes = {name: getattr(self, name)["size"] for name in ("changed", "new", "vanished")}
        counts = {name: np.histogram(size, [*bands, np.inf])[0] for name, size in sizes.items()}
        return pd.DataFrame({"size": [*labels, f"{bands[-1]:,} and more"], **counts})

    @property
    def record(self) -> dict[str, Any]:
        """The difference in numbers, and what looks corrupt in words."""
        reasons = {name: getattr(self, name)["reason"].value_counts().sort_index() for name in ("changed", "vanished")}
        return {
            **{name: len(getattr(self, name)) for name in ("changed", "new", "vanished")},
            "reasons": {name: counts.to_dict() for name, counts in reasons.items()},
            "corrupt": self.corrupt["evidence"].tolist(),
        }

    def __str__(self) -> str:
        worst = self.corrupt[~self.corrupt["standing"]].groupby("kind", sort=True)
        return rendered(
            Path(__file__).with_name("revisions.txt.j2"),
            found=self,
            n_standing=int(self.corrupt["standing"].sum()),
            counts={name: getattr(self, name)["reason"].value_counts() for name in ("changed", "vanished")},
            reasons=REASONS,
            worst={kind: (len(table), table.drop_duplicates("country")) for kind, table in worst},
            shown=_LIMITS["shown"],
        )


def compare_releases(old: pd.DataFrame, new: pd.DataFrame, among: Collection[str] | None = None) -> Revisions:
    """Compare two releases of one publication, cell by cell.

    A figure looks corrupt if it is a part above its whole, if the parts along an exclusive dimension add up
    to more than their whole, if it equals the number of its own year, or if at least two figures of a series
    moved to the neighbouring year. Masked figures count with their bounds: ``<5`` is 0 to 4.

    Parameters
    ----------
    old, new : pandas.DataFrame
        Claims of the two releases with the columns of a raw file.
    among : collection of str, optional
        The countries to compare; all by default.

    Returns
    -------
    Revisions
        Tables in a fixed order.

    Raises
    ------
    ReaderError
        If a column is missing.

    Examples
    --------
    >>> def release(*figures):
    ...     rows = [("DNK", "victims_identified", b, f"{y}-01-01", f"{y}-12-31", v, "exact") for b, y, v in figures]
    ...     return pd.DataFrame(rows, columns=[*CELL, "value", "qualifier"])
    >>> found = compare_releases(
    ...     release(("", 2021, 80.0), ("sex=female", 2021, 42.0)),
    ...     release(("", 2021, 80.0), ("sex=female", 2021, 238.0)),
    ... )
    >>> found.changed[["breakdown", "old", "new", "size"]].values.tolist()
    [['sex=female', '42', '238', 196]]
    >>> found.corrupt["evidence"].item()
    'DNK victims_identified 2021: sex=female is 238, more than the total of 80'
    """
    old, new = bounded(old, "old"), bounded(new, "new")
    faults = now = faults_of(new)
    if among is not None:
        old, new, now = (table[table["country"].isin(among)] for table in (old, new, now))
    key = [*CELL, "occurrence"]
    both = old.set_index(key).add_prefix("old_").join(new.set_index(key).add_prefix("new_"), how="outer").reset_index()
    fresh, vanished = (_named_by_one(both, *states) for states in (("new", "old"), ("old", "new")))
    changed = both.dropna(subset=["old_figure", "new_figure"]).query("old_figure != new_figure")
    apart = np.maximum(changed["new_lower"] - changed["old_upper"], changed["old_lower"] - changed["new_upper"])
    shift = (changed["new_value"] - changed["old_value"]).abs()
    changed = in_order(changed.assign(size=np.maximum(apart, 0).astype(int), shift=shift), size=False, shift=False)
    changed = changed.rename(columns={"old_figure": "old", "new_figure": "new"})
    changed = changed[[*CELL, "old", "new", "old_lower", "old_upper", "new_lower", "new_upper", "size"]]
    before, moved = faults_of(old), _moved(old, new)
    corrupt = pd.concat([now.assign(standing=_among(now, before, ["kind", *CELL])), _shifted(moved)])
    corrupt = in_order(corrupt, standing=True, size=False, kind=True)
    changed["reason"] = _why_changed(changed, old, before, now, moved)
    vanished["reason"] = _why_vanished(vanished, new, fresh)
    changed, vanished = (
        told(table.assign(why=table["reason"].map(REASONS)), what).drop(columns="why")
        for what, table in (("changed", changed), ("vanished", vanished))
    )
    return Revisions(changed, fresh, vanished, corrupt[["kind", *CELL, "size", "standing", "evidence"]], faults)


def revised_since(raw_dir: Path, found: TableImport) -> tuple[str, Revisions | None]:
    """Compare with the latest earlier release in a folder, on the countries that both are about; name it, too."""
    if not (raw_dir / "sources.csv").is_file():
        return "", None
    series = re.sub(r"-\d{4}(-\d{2})*$", "", found.source["source_id"])
    sources = read_sources(raw_dir)
    alike = sources["source_id"].str.fullmatch(rf"{re.escape(series)}(-\d{{4}}(-\d{{2}})*)?")
    alike &= (sources["publisher"] == found.source["publisher"]) & (sources["source_id"] != found.source["source_id"])
    earlier = sources[alike & (sources["published"] < found.published)].sort_values("published", ascending=False)
    for name in earlier["source_id"]:
        old = claims_of_source(raw_dir, name)
        both = set(old["country"]) & set(found.claims["country"])
        if both:
            return name, compare_releases(old, found.claims, both)
    return "", None


def _named_by_one(both: pd.DataFrame, state: str, other: str) -> pd.DataFrame:
    """Return the cells that one release alone names, largest figure first."""
    table = both[both[f"{other}_figure"].isna()].rename(columns={f"{state}_figure": "figure"})
    return in_order(table.assign(size=table[f"{state}_value"].astype(int)), size=False)[[*CELL, "figure", "size"]]


def _moved(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Find the figures of series in which two or more stand one year earlier or later than before."""
    before, after = _yearly(old), _yearly(new)
    both = after.merge(before[[*SERIES, "year", "figure"]], on=[*SERIES, "year"], suffixes=("", "_before"))
    changed = both[(both["qualifier"] == "exact") & (both["figure"] != both["figure_before"])]
    exact = before.loc[before["qualifier"] == "exact", [*SERIES, "year", "value"]]
    pairs = changed.merge(exact, on=[*SERIES, "value"], suffixes=("", "_before"))
    pairs["shift"] = pairs["year_before"] - pairs["year"]
    moved = pairs[pairs["shift"].abs() == 1].sort_values([*SERIES, "shift", "year"])
    # one coincidence proves nothing: two different figures of a series must have moved the same way
    return moved[moved.groupby([*SERIES, "shift"])["value"].transform("nunique") >= 2]


def _yearly(release: pd.DataFrame) -> pd.DataFrame:
    year = release["period_start"].str[:4]
    whole = (release["period_start"] == year + "-01-01") & (release["period_end"] == year + "-12-31")
    return release[whole & (release["occurrence"] == 0)].assign(year=year.astype(int))


def _shifted(moved: pd.DataFrame) -> pd.DataFrame:
    """Say of each series which of its figures moved by a year."""
    was, now = moved["year_before"].astype(str), moved["year"].astype(str)
    moved = moved.assign(text=moved["figure"] + " of " + was + " now stands in " + now)
    table = moved.groupby([*SERIES, "shift"], sort=True).agg(
        period_start=("period_start", "min"),
        period_end=("period_end", "max"),
        size=("value", "max"),
        text=("text", "; ".join),
    )
    table = table.reset_index().assign(kind="shifted_year", standing=False).astype({"size": int})
    return told(table.assign(way=table["shift"].map({1: "earlier", -1: "later"})), "shifted_year")


def _why_changed(
    changed: pd.DataFrame, old: pd.DataFrame, before: pd.DataFrame, now: pd.DataFrame, moved: pd.DataFrame
) -> pd.Series:
    """Name the probable reason of each changed figure."""
    was_wrong, is_wrong = _among(changed, before, CELL), _among(changed, now, CELL)
    of_series = old.groupby(SERIES).size()
    share = changed[changed["size"] > 0].groupby(SERIES).size() / of_series
    restated = share[(share > _LIMITS["restated"]) & (of_series > 2)].reset_index()
    year = changed["period_end"].str[:4].astype(int)
    last = int(old["period_end"].str[:4].max()) if len(old) else 0
    larger = changed[["old_lower", "new_lower"]].max(axis=1)
    tests = {
        "refined": changed["size"] == 0,
        "shifted_year": _among(changed.assign(year=year), moved, [*SERIES, "year"]),
        "corrupt": is_wrong & ~was_wrong,
        "mended": was_wrong & ~is_wrong,
        "series_restated": _among(changed, restated, SERIES),
        "late_count": (changed["new_lower"] > changed["old_upper"]) & (year > last - _LIMITS["last_years"]),
        "digit_slip": [_is_slip(*pair) for pair in zip(changed["old"], changed["new"], strict=True)],
        "correction": changed["size"] < _LIMITS["slight"] * larger,
    }
    return _first(tests, changed.index)


def _why_vanished(vanished: pd.DataFrame, new: pd.DataFrame, fresh: pd.DataFrame) -> pd.Series:
    """Name the probable reason why each figure was left out."""
    large = (vanished["size"] >= _LIMITS["small"]) & ~vanished["figure"].str.startswith("<")
    dimensions, those_left = (table.assign(breakdown=_dimensions(table)) for table in (vanished, new))
    tests = {
        "country_gone": ~_among(vanished, new, ["country"]),
        "indicator_gone": ~_among(vanished, new, ["country", "indicator"]),
        "moved": large & _among(vanished, fresh, [*PLACE, "figure"]),
        "table_gone": (vanished["breakdown"] != "") & ~_among(dimensions, those_left, CELL),
        "series_gone": ~_among(vanished, new, SERIES),
        "small_count": ~large,
    }
    return _first(tests, vanished.index)


def _among(table: pd.DataFrame, other: pd.DataFrame, columns: list[str]) -> np.ndarray:
    """Whether each row of a table is also one of the other's, by the columns."""
    return pd.MultiIndex.from_frame(table[columns]).isin(pd.MultiIndex.from_frame(other[columns]))


def _dimensions(table: pd.DataFrame) -> pd.Series:
    """Return the keys of each breakdown without the categories."""
    return table["breakdown"].str.replace(r"=[^;]*", "", regex=True)


def _first(tests: Mapping[str, Any], index: pd.Index) -> pd.Series:
    """Return the name of the first test that each row passes."""
    passed = [np.asarray(test, dtype=bool) for test in tests.values()]
    return pd.Series(np.select(passed, list(tests), "unexplained") if len(index) else [], index=index, dtype=object)


def _is_slip(one: str, other: str) -> bool:
    """Whether two numbers differ by one digit of two or more, by two that are swapped, or by a 0 at the end."""
    if not (one + other).isdigit():
        return False
    if one + "0" == other or other + "0" == one:
        return True
    if len(one) != len(other) or len(one) < 2:
        return False
    apart = [at for at in range(len(one)) if one[at] != other[at]]
    swapped = len(apart) == 2 and apart[1] == apart[0] + 1 and sorted(one) == sorted(other)
    return swapped or (len(apart) == 1 and (len(one) > 2 or apart == [0]))
