"""What a release changed against the one before, and which of its figures look corrupt."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trafficking_stats.errors import ReaderError
from trafficking_stats.intervals import intervals
from trafficking_stats.readers.restatements import CELL, SAID, reasons_of_changes, reasons_of_withdrawals
from trafficking_stats.readers.restatements import SERIES as _SERIES
from trafficking_stats.vocabulary import load_vocabulary

_SHOWN = 20
_BANDS = (0, 1, 5, 10, 50, 100, 500)


@dataclass(frozen=True)
class Revisions:
    """The difference between two releases of one publication.

    Attributes
    ----------
    changed : pandas.DataFrame
        Cells whose figure differs, largest change first: the columns of a cell, ``old`` and ``new`` as
        printed, ``old_lower``, ``old_upper``, ``new_lower``, ``new_upper``, and ``size``, the least change
        in units that both intervals allow (0 where a masked figure was replaced by one it allowed); ``reason``, a
        key of `restatements.SAID`, is the probable one.
    new : pandas.DataFrame
        Cells that only the new release names: the columns of a cell, ``figure`` and ``size``.
    vanished : pandas.DataFrame
        Cells that only the old release names, likewise, with ``reason``.
    corrupt : pandas.DataFrame
        What looks wrong in the new release: ``kind``, the columns of a cell, ``size``, ``standing`` (whether
        the old release had the same fault), and ``evidence`` in words.
    """

    changed: pd.DataFrame
    new: pd.DataFrame
    vanished: pd.DataFrame
    corrupt: pd.DataFrame

    @property
    def sizes(self) -> pd.DataFrame:
        """Number of changed, new and vanished cells by size of the figure or change."""
        labels = [f"{a:,}" if b == a + 1 else f"{a:,}-{b - 1:,}" for a, b in itertools.pairwise(_BANDS)]
        labels.append(f"{_BANDS[-1]:,} and more")
        counts = {
            name: pd.cut(table["size"], [*_BANDS, np.inf], right=False, labels=labels).value_counts(sort=False)
            for name, table in (("changed", self.changed), ("new", self.new), ("vanished", self.vanished))
        }
        return pd.DataFrame(counts).rename_axis("size").reset_index()

    def of(self, *countries: str) -> Revisions:
        """Return the part of the tables that is on ``countries``."""
        tables = (self.changed, self.new, self.vanished, self.corrupt)
        return Revisions(*(table[table["country"].isin(countries)].reset_index(drop=True) for table in tables))

    def __str__(self) -> str:
        fresh = self.corrupt[~self.corrupt["standing"]]
        lines = [
            f"{len(self.changed):,} figures changed, {len(self.new):,} new, {len(self.vanished):,} vanished; "
            f"{len(fresh):,} look corrupt that did not before, {len(self.corrupt) - len(fresh):,} as before",
            f"  {'size':>12}  {'changed':>7} {'new':>7} {'vanished':>8}",
        ]
        lines += [
            f"  {size:>12}  {a:>7,} {b:>7,} {c:>8,}" for size, a, b, c in self.sizes.itertuples(index=False, name=None)
        ]
        for what, table in (("changed", self.changed), ("vanished", self.vanished)):
            counts = table["reason"].value_counts()
            lines += [f"{what}: {n:,} {SAID[reason]}" for reason in SAID if (n := int(counts.get(reason, 0)))]
        for kind, table in fresh.groupby("kind", sort=True):
            worst = table.drop_duplicates("country")
            count = f"{len(table):,} in {len(worst)} {'countries' if len(worst) > 1 else 'country'}"
            lines.append(f"{str(kind).replace('_', ' ')}: {count}, the largest of each:")
            lines += [f"  {text}" for text in worst["evidence"].head(_SHOWN)]
            if len(worst) > _SHOWN:
                lines.append(f"  and those of {len(worst) - _SHOWN} more countries")
        return "\n".join(lines)


def compare_releases(old: pd.DataFrame, new: pd.DataFrame, *, exclusive: Sequence[str] = ("age", "sex")) -> Revisions:
    """Compare two releases of one publication, cell by cell.

    A figure looks corrupt if it is a part above its whole, if the parts along an exclusive dimension add up
    to more than their whole, if it equals the number of its own year, or if at least two figures of a series
    moved to the neighbouring year. Masked figures count with their bounds: ``<5`` is 0 to 4.

    Parameters
    ----------
    old, new : pandas.DataFrame
        Claims of the two releases with the columns of a raw file.
    exclusive : sequence of str
        Dimensions in which no person is counted twice.

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
    old, new = _bounded(old, "old"), _bounded(new, "new")
    both = old.merge(new, on=[*CELL, "occurrence"], how="outer", suffixes=("_old", "_new"), indicator="side")
    changed = both[(both.side == "both") & (both.figure_old != both.figure_new)].copy()
    apart = np.maximum(changed.lower_new - changed.upper_old, changed.lower_old - changed.upper_new)
    changed["size"] = np.maximum(apart, 0).astype(int)
    changed["shift"] = (changed.value_new - changed.value_old).abs()
    changed = changed.sort_values(["size", "shift", *CELL], ascending=[False, False, *[True] * len(CELL)])
    renamed = {f"{what}_{side}": f"{side}_{what}" for what in ("lower", "upper") for side in ("old", "new")} | {
        "figure_old": "old",
        "figure_new": "new",
    }
    changed = changed.rename(columns=renamed)[
        [*CELL, "old", "new", "old_lower", "old_upper", "new_lower", "new_upper", "size"]
    ].reset_index(drop=True)
    fresh, vanished = (
        _one_sided(both[both.side == "right_only"], "new"),
        _one_sided(both[both.side == "left_only"], "old"),
    )
    before, now = _faults(old, exclusive), _faults(new, exclusive)
    corrupt = _corrupt(old, new, before, now)
    shifted = corrupt[corrupt["kind"] == "shifted_year"]
    changed["reason"] = reasons_of_changes(changed, old, before, now, shifted)
    vanished["reason"] = reasons_of_withdrawals(vanished, new, fresh)
    return Revisions(changed, fresh, vanished, corrupt)


def _one_sided(cells: pd.DataFrame, release: str) -> pd.DataFrame:
    """Return the cells that one release alone names, largest figure first."""
    table = cells.rename(columns={f"figure_{release}": "figure"})
    table["size"] = table[f"value_{release}"].astype(int)
    table = table.sort_values(["size", *CELL], ascending=[False, *[True] * len(CELL)])
    return table[[*CELL, "figure", "size"]].reset_index(drop=True)


def _bounded(claims: pd.DataFrame, which: str) -> pd.DataFrame:
    """Return cell, occurrence, figure as printed, and the interval of every claim."""
    missing = [column for column in (*CELL, "value", "qualifier") if column not in claims]
    if missing:
        raise ReaderError(f"the {which} release lacks the columns {', '.join(missing)}")
    qualifiers = load_vocabulary().qualifiers
    table = claims[[*CELL, "value", "qualifier"]].reset_index(drop=True)
    unknown = sorted(set(table.qualifier) - set(qualifiers))
    if unknown:
        raise ReaderError(f"the {which} release has the unknown qualifiers {', '.join(unknown)}")
    table["occurrence"] = table.groupby(CELL, sort=False).cumcount()
    words = {"exact": "", "less_than": "<", "more_than": ">", "at_most": "≤", "at_least": "≥"}
    sign = table.qualifier.map({name: words.get(name, f"{entry.label} ") for name, entry in qualifiers.items()})
    table["figure"] = sign + table.value.map(lambda v: format(v, ".15g"))
    lower, upper = intervals(claims, load_vocabulary())
    table["lower"], table["upper"] = (pd.Series(end).fillna(table["value"]) for end in (lower, upper))
    return table


def _corrupt(old: pd.DataFrame, new: pd.DataFrame, before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    found = now.copy()
    key = ["kind", *CELL]
    standing = set(before[key].itertuples(index=False, name=None))
    found["standing"] = [row in standing for row in found[key].itertuples(index=False, name=None)]
    shifted = _shifted(old, new).assign(standing=False)
    table = pd.concat([found, shifted], ignore_index=True)
    table["standing"] = table["standing"].astype(bool)
    table = table.sort_values(
        ["standing", "size", *key], ascending=[True, False, *[True] * len(key)], ignore_index=True
    )
    return table[["kind", *CELL, "size", "standing", "evidence"]]


def _faults(release: pd.DataFrame, exclusive: Sequence[str]) -> pd.DataFrame:
    """Find what is wrong in one release by itself."""
    above = _above_whole(release)
    return pd.concat([above, _sum_above_whole(release, above, exclusive), _equals_year(release)])


def _wholes(breakdowns: pd.Series) -> pd.DataFrame:
    """Pair every breakdown with the breakdowns it is a part of: all with fewer keys, down to the total."""
    pairs = []
    for part in breakdowns.unique():
        keys = part.split(";") if part else []
        pairs += [
            (part, ";".join(left), ";".join(k for k in keys if k not in left))
            for size in range(len(keys))
            for left in itertools.combinations(keys, size)
        ]
    return pd.DataFrame(pairs, columns=["breakdown", "whole", "dropped"]).astype(str)


def _named(breakdown: pd.Series) -> pd.Series:
    return breakdown.where(breakdown != "", "the total")


def _head(table: pd.DataFrame) -> pd.Series:
    return table.country + " " + table.indicator + " " + table.period_start.str[:4] + ": "


def _with_wholes(release: pd.DataFrame) -> pd.DataFrame:
    where = ["country", "indicator", "period_start", "period_end"]
    parts = release.merge(_wholes(release.breakdown), on="breakdown")
    wholes = release.groupby([*where, "breakdown"], sort=False).agg(
        whole_upper=("upper", "max"), whole_figure=("figure", "first")
    )
    return parts.merge(wholes.rename_axis([*where, "whole"]).reset_index(), on=[*where, "whole"])


def _above_whole(release: pd.DataFrame) -> pd.DataFrame:
    """Find figures above a whole they are part of; one row a figure, with the whole it exceeds most."""
    table = _with_wholes(release)
    table["size"] = table.lower - table.whole_upper
    table = table[table["size"] > 0].copy()
    table["depth"] = table.whole.str.count("=")
    table = table.sort_values(["size", "depth", "whole"], ascending=[False, True, True], kind="stable")
    table = table.drop_duplicates([*CELL, "occurrence"])
    table["kind"] = "part_above_whole"
    table["evidence"] = _head(table) + table.breakdown + " is " + table.figure
    table["evidence"] += ", more than " + _named(table.whole) + " of " + table.whole_figure.astype(str)
    table["size"] = table["size"].astype(int)
    return table[["kind", *CELL, "size", "evidence"]]


def _sum_above_whole(release: pd.DataFrame, above: pd.DataFrame, exclusive: Sequence[str]) -> pd.DataFrame:
    """Find wholes below the sum of their parts along one exclusive dimension, where no part alone exceeds it."""
    table = _with_wholes(release)
    table["dimension"] = table.dropped.str.extract(r"^([^=;]+)=[^;]*$", expand=False)
    table = table[table.dimension.isin(list(exclusive))]
    where = ["country", "indicator", "period_start", "period_end", "whole", "dimension"]
    sums = table.groupby(where, sort=True).agg(
        total=("lower", "sum"), upper=("whole_upper", "first"), whole_figure=("whole_figure", "first")
    )
    sums = sums.reset_index()
    sums["size"] = sums.total - sums.upper
    sums = sums[sums["size"] > 0].rename(columns={"whole": "breakdown"})
    alone = table.loc[table.lower > table.whole_upper, where].rename(columns={"whole": "breakdown"}).drop_duplicates()
    sums = sums.merge(alone, how="left", indicator="side").query("side == 'left_only'")
    sums["kind"] = "parts_above_whole_by_" + sums.dimension
    least = sums.total.astype(int).astype(str)
    sums["evidence"] = _head(sums) + "the parts by " + sums.dimension + " add up to at least " + least
    sums["evidence"] += ", more than " + _named(sums.breakdown) + " of " + sums.whole_figure.astype(str)
    sums["size"] = sums["size"].astype(int)
    return sums[["kind", *CELL, "size", "evidence"]]


def _equals_year(release: pd.DataFrame) -> pd.DataFrame:
    """Find figures that equal the number of their own year."""
    table = release[
        (release.qualifier == "exact") & (release.value == release.period_start.str[:4].astype(float))
    ].copy()
    table["kind"] = "equals_its_year"
    table["evidence"] = _head(table) + _named(table.breakdown) + " is " + table.figure + ", the number of the year"
    table["size"] = table.value.astype(int)
    return table[["kind", *CELL, "size", "evidence"]]


def _shifted(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Find series in which two or more figures stand one year earlier or later than before."""

    def yearly(release: pd.DataFrame) -> pd.DataFrame:
        whole_year = release.period_end == release.period_start.str[:4] + "-12-31"
        kept = release[whole_year & release.period_start.str.endswith("-01-01") & (release.occurrence == 0)]
        return kept.assign(year=kept.period_start.str[:4].astype(int))[
            [*_SERIES, "year", "value", "qualifier", "figure"]
        ]

    before, after = yearly(old), yearly(new)
    both = after.merge(before, on=[*_SERIES, "year"], suffixes=("", "_before"))
    changed = both[(both.qualifier == "exact") & (both.figure != both.figure_before)]
    exact = before[before.qualifier == "exact"]
    tables = []
    for shift in (1, -1):
        other = exact.assign(year=exact.year - shift)
        moved = changed.merge(other[[*_SERIES, "year", "value"]], on=[*_SERIES, "year", "value"])
        moved["shift"] = shift
        tables.append(moved)
    moved = pd.concat(tables).sort_values([*_SERIES, "shift", "year"])
    # one coincidence proves nothing: two different figures of a series must have moved the same way
    moved = moved[moved.groupby([*_SERIES, "shift"])["value"].transform("nunique") >= 2]
    moved["text"] = moved.figure + " of " + (moved.year + moved["shift"]).astype(str) + " now stands in "
    moved["text"] += moved.year.astype(str)
    table = moved.groupby([*_SERIES, "shift"], sort=True).agg(
        first=("year", "min"), last=("year", "max"), size=("value", "max"), text=("text", "; ".join)
    )
    table = table.reset_index()
    table["kind"] = "shifted_year"
    table["period_start"] = table["first"].astype(str) + "-01-01"
    table["period_end"] = table["last"].astype(str) + "-12-31"
    way = table["shift"].map({1: "one year earlier", -1: "one year later"}).astype(str)
    table["evidence"] = table.country + " " + table.indicator + ", " + _named(table.breakdown) + ": " + table.text
    table["evidence"] += ", " + way
    table["size"] = table["size"].astype(int)
    return table[["kind", *CELL, "size", "evidence"]]
