"""The accounting rules among cells: breakdowns, years and indicators, each a linear relation that must hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trafficking_stats import breakdowns
from trafficking_stats.intervals import period_years
from trafficking_stats.vocabulary import Rule, Vocabulary

KEY = ["country", "indicator", "breakdown", "start", "end"]
"""What names a cell: ``start`` and ``end`` are ISO dates, a calendar year for most."""

_GROUP = ["country", "indicator", "start", "end"]


@dataclass(frozen=True)
class Rules:
    """Rules as a sparse matrix: ``0 <= sum(coefficient * cell)``, and ``= 0`` where ``equal``.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a rule: ``kind`` (``exclusive``, ``overlapping``, ``within``, ``union``, ``exhaustive``,
        ``years``, ``part_of_year``, ``span``, ``since_records``, ``level``, ``indicator``), ``detail`` (the
        dimension or the name of the rule) and ``equal`` (bool).
    entries : pandas.DataFrame
        ``rule`` (row of ``table``), ``cell`` (row of the table of cells), ``coefficient`` (1 or -1).
    """

    table: pd.DataFrame
    entries: pd.DataFrame


def needed_cells(cells: pd.DataFrame, vocabulary: Vocabulary) -> pd.DataFrame:
    """Add to the cells that claims name those that the rules need to connect them.

    Parameters
    ----------
    cells : pandas.DataFrame
        Columns `KEY`, ``kind`` and ``measure``.
    vocabulary : Vocabulary
        Dimensions and rules between indicators.

    Returns
    -------
    pandas.DataFrame
        The same columns, each cell once, sorted by `KEY`: with the calendar years inside longer periods, the
        wholes above every part, and the parts of every whole that is an exact sum.
    """
    cells = pd.concat([cells, _years_of(cells)], ignore_index=True).drop_duplicates(KEY)
    for rule in vocabulary.rules:
        if rule.kind == "sum":
            wholes = cells[_covered_by(cells, rule, [rule.whole], rule.whole_breakdown)]
            if rule.parts_breakdown is not None:
                wholes = wholes.assign(breakdown=rule.parts_breakdown)
            cells = pd.concat([cells, *(wholes.assign(indicator=part) for part in rule.parts)], ignore_index=True)
    above = breakdowns.ancestors(cells["breakdown"].unique(), vocabulary)
    # what holds in every year holds for several; a level has no parts
    closed = cells[(cells["kind"] != "years") & (cells["measure"] != "level")].merge(above, on="breakdown")
    cells = pd.concat([cells, closed.assign(breakdown=closed["needs"]).drop(columns="needs")], ignore_index=True)
    return cells.drop_duplicates(KEY).sort_values(KEY, ignore_index=True)


def build_rules(cells: pd.DataFrame, vocabulary: Vocabulary) -> Rules:
    """State every accounting rule among the cells.

    Parameters
    ----------
    cells : pandas.DataFrame
        As `needed_cells` returns it.
    vocabulary : Vocabulary
        Dimensions and rules between indicators.

    Returns
    -------
    Rules
        In a fixed order that depends on the cells alone.
    """
    cells = cells.assign(cell=np.arange(len(cells)))
    parts = [_breakdown_entries(cells, vocabulary), _time_entries(cells), _indicator_entries(cells, vocabulary)]
    entries = pd.concat(parts, ignore_index=True)
    # a rule is named by the cell it is about, its kind and its detail; the numbering follows that name
    names = ["about", "kind", "detail"]
    entries["rule"] = entries.groupby(names, sort=True).ngroup()
    table = entries.drop_duplicates("rule").sort_values("rule", ignore_index=True)[[*names, "equal"]]
    entries = entries.sort_values(["rule", "coefficient", "cell"], ascending=[True, False, True], ignore_index=True)
    # without any rule the columns would keep no type
    return Rules(table.astype({"equal": bool}), entries[["rule", "cell", "coefficient"]].astype("int64"))


def _years_of(cells: pd.DataFrame) -> pd.DataFrame:
    """List the calendar-year cells that cells of other periods speak about."""
    linked = cells[_linked(cells)]
    years = [
        (country, indicator, breakdown, f"{year}-01-01", f"{year}-12-31", "year", measure)
        for country, indicator, breakdown, start, end, kind, measure in linked[[*KEY, "kind", "measure"]].values
        if kind != "since_records"
        for year in (period_years(start, end)[1 if measure == "level" else 0])
    ]
    return pd.DataFrame(years, columns=[*KEY, "kind", "measure"])


def _covered_by(cells: pd.DataFrame, rule: Rule, indicators: Sequence[str], breakdown: str | None) -> pd.Series:
    """Tell which cells of some indicators a rule speaks about."""
    rows = cells["indicator"].isin(indicators)
    if rule.country != "*":
        rows &= cells["country"] == rule.country
    return rows if breakdown is None else rows & (cells["breakdown"] == breakdown)


def _linked(cells: pd.DataFrame) -> pd.Series:
    """Cells whose period is tied to calendar years: no reporting year, and nothing that does not add up."""
    return cells["measure"].isin(["count", "level"]) & ~cells["kind"].isin(["year", "reporting_year"])


def _time_entries(cells: pd.DataFrame) -> pd.DataFrame:
    """Years add up to the longer period; a part of a year is at most its year; a level holds in every year."""
    rows: list[tuple[int, str, str, bool, int, int, int]] = []
    first_year = int(cells["end"].str[:4].min()) if len(cells) else 0
    linked = cells[_linked(cells)]
    for cell, start, end, kind, measure in linked[["cell", "start", "end", "kind", "measure"]].values:
        touched, covered = period_years(start or f"{first_year}-01-01", end)
        if measure == "level":
            rows += [(cell, "level", str(year), True, year, -1, 1) for year in covered]
        elif kind == "years":
            rows += [(cell, "years", "", True, year, -1, 1) for year in covered]
        else:
            name = {"part": "part_of_year", "since_records": "since_records"}.get(kind, "span")
            if kind != "since_records":
                rows += [(cell, name, "at most the years it touches", False, year, 1, -1) for year in touched]
            rows += [(cell, name, "at least the years it covers", False, year, -1, 1) for year in covered]
    columns = ["about", "kind", "detail", "equal", "year", "coefficient", "own"]
    wanted = pd.DataFrame(rows, columns=columns).merge(
        cells[["cell", "country", "indicator", "breakdown"]], left_on="about", right_on="cell"
    )
    years = cells.loc[cells["kind"] == "year", ["cell", "country", "indicator", "breakdown", "end"]]
    years = years.assign(year=years["end"].str[:4].astype(int))
    found = wanted.drop(columns="cell").merge(years, on=["country", "indicator", "breakdown", "year"])
    own = found.drop_duplicates(["about", "kind", "detail"])
    own = own.assign(cell=own["about"], coefficient=own["own"])
    return pd.concat([own, found])[["about", "kind", "detail", "equal", "cell", "coefficient"]]


def _breakdown_entries(cells: pd.DataFrame, vocabulary: Vocabulary) -> pd.DataFrame:
    """Parts never exceed their whole; parts that exclude each other do not together either."""
    related = breakdowns.edges(cells["breakdown"].unique(), vocabulary)
    pairs = cells[[*_GROUP, "breakdown", "cell", "measure"]].merge(related, left_on="breakdown", right_on="part")
    # a longest sentence of women is not a part of the longest sentence: only what adds up has parts
    pairs = pairs[pairs["measure"] != "level"]
    wholes = cells[[*_GROUP, "breakdown", "cell"]].rename(columns={"breakdown": "whole", "cell": "about"})
    pairs = pairs.merge(wholes, on=[*_GROUP, "whole"])
    alone = pairs["kind"].isin(["overlapping", "within"])
    pairs["detail"] = pairs["dimension"].where(~alone, pairs["dimension"] + " " + pairs["part"])
    # a sum is exact only where all its parts are cells; over several years it follows from the years
    have = pairs.groupby(["about", "kind", "detail"])["cell"].transform("size")
    pairs["equal"] = have == _complete(pairs, vocabulary)
    pairs["coefficient"] = -1
    own = pairs.drop_duplicates(["about", "kind", "detail"])
    own = own.assign(cell=own["about"], coefficient=1)
    return pd.concat([own, pairs])[["about", "kind", "detail", "equal", "cell", "coefficient"]]


def _complete(pairs: pd.DataFrame, vocabulary: Vocabulary) -> pd.Series:
    """Count the parts that together are exactly the whole; 0 where no parts are."""
    size = pd.Series(0, index=pairs.index)
    for key, dimension in vocabulary.dimensions.items():
        size[(pairs["dimension"] == key) & (pairs["kind"] == "exhaustive")] = len(dimension.exclusive)
        for union, parts in dimension.unions.items():
            ends = {whole for whole in pairs["whole"].unique() if breakdowns.parse(whole).get(key) == union}
            size[(pairs["dimension"] == key) & (pairs["kind"] == "union") & pairs["whole"].isin(ends)] = len(parts)
    return size


def _indicator_entries(cells: pd.DataFrame, vocabulary: Vocabulary) -> pd.DataFrame:
    """Rules between indicators on the same breakdown and period."""
    found = []
    for rule in vocabulary.rules:
        place = ["country", "start", "end"]
        if rule.whole_breakdown is None and rule.parts_breakdown is None:
            place.append("breakdown")
        whole = cells[_covered_by(cells, rule, [rule.whole], rule.whole_breakdown)]
        whole = whole[[*place, "cell"]].rename(columns={"cell": "about"})
        parts = cells[_covered_by(cells, rule, rule.parts, rule.parts_breakdown)].merge(whole, on=place)
        alone = rule.kind == "part"
        parts["detail"] = rule.name + (" " + parts["indicator"] if alone else "")
        parts = parts.assign(kind="indicator", equal=not alone, coefficient=-1)
        own = parts.drop_duplicates(["about", "detail"])
        found += [own.assign(cell=own["about"], coefficient=1), parts]
    columns = ["about", "kind", "detail", "equal", "cell", "coefficient"]
    return pd.concat(found)[columns] if found else pd.DataFrame(columns=columns)
