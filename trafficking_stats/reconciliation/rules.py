"""The accounting rules among cells: breakdowns, years and indicators, each a linear relation that must hold."""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trafficking_stats import breakdowns
from trafficking_stats.intervals import period_kind, period_years
from trafficking_stats.reconciliation.periods import Period, tiles
from trafficking_stats.vocabulary import Vocabulary

KEY = ["country", "indicator", "breakdown", "start", "end"]
"""What names a cell: ``start`` and ``end`` are ISO dates, a calendar year for most."""

Cell = tuple[str, str, str, str, str]
"""The values of `KEY`."""

Series = tuple[str, str, str]
"""Country, indicator and breakdown."""

_TILED = {"year": "part_of_year", "part": "part_of_year", "since_records": "since_records"}
"""The kind of the rule that splits a period of some kind; of any other it is ``years``."""

LINK = ["about", "kind", "detail", "part", "size"]
"""A rule by the cell it is about, its kind and its detail; a part in it, and how many parts are the whole or 0."""


@dataclass(frozen=True)
class Rules:
    """Rules as a sparse matrix: ``0 <= sum(coefficient * cell)``, and ``= 0`` where ``equal``.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a rule: ``about``, the cell it is about; ``kind`` (``exclusive``, ``overlapping``, ``within``,
        ``union``, ``exhaustive``, ``years``, ``part_of_year``, ``since_records``, ``level``, ``indicator``);
        ``detail`` (the dimension or the name of the rule) and ``equal`` (bool).
    entries : pandas.DataFrame
        ``rule`` (row of ``table``), ``cell`` (row of the table of cells), ``coefficient`` (1 or -1).
    """

    table: pd.DataFrame
    entries: pd.DataFrame

    def written(self, rules: Collection[int], names: pd.Series) -> list[str]:
        """Write rules as ``a >= b + c``, with the names of their cells by number."""
        entries = self.entries[self.entries["rule"].isin(rules)]
        sides = names[entries["cell"]].groupby([entries["rule"].to_numpy(), entries["coefficient"].to_numpy()])
        sums, equal = sides.agg(" + ".join), self.table["equal"]
        return [f"{sums[rule, 1]} {'=' if equal[rule] else '>='} {sums[rule, -1]}" for rule in rules]


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
        The same columns, each cell once, sorted by `KEY`: with the calendar years that longer periods touch, the
        stretches of a year that two periods share, the wholes above every part, and the parts of every whole that is
        an exact sum.
    """
    measure = _measures(cells)
    for rule in vocabulary.rules:
        measure |= {name: vocabulary.indicators[name].measure for name in (rule.whole, *rule.parts)}
    beside = functools.cache(functools.partial(_series_beside, vocabulary))
    known: dict[Cell, str] = dict(zip(_keys(cells), cells["kind"].tolist(), strict=True))
    waiting = list(known)
    while waiting:
        country, indicator, breakdown, start, end = cell = waiting.pop()
        kind, measured = known[cell], measure[indicator]
        found: dict[Cell, str] = {}
        # nothing that does not add up is tied to calendar years
        if kind not in ("year", "since_records") and measured in ("count", "level"):
            touched, covered = period_years(start, end)
            years = covered if measured == "level" else touched
            found |= {(country, indicator, breakdown, f"{y}-01-01", f"{y}-12-31"): "year" for y in years}
        # what holds in every year holds for several; a level has no parts
        has_parts = kind != "years" and measured != "level"
        found |= {(*series, start, end): kind for series in beside(country, indicator, breakdown, has_parts)}
        new = {other: found[other] for other in found if other not in known}
        waiting += new
        known |= new
        if not waiting:
            waiting += _shared_pieces(known, measure)
            known |= {piece: period_kind(*piece[3:]) for piece in waiting}
    order = sorted(known)
    table = pd.DataFrame(order, columns=KEY, dtype=object)
    return table.assign(kind=[known[cell] for cell in order], measure=[measure[cell[1]] for cell in order])


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
    links = pd.concat([_by_breakdown(cells, vocabulary), _by_time(cells)], ignore_index=True)
    links["rule"] = links.groupby(["about", "kind", "detail"]).ngroup()
    table = links.drop_duplicates("rule").sort_values("rule", ignore_index=True)
    table["equal"] = table["size"] == np.bincount(links["rule"], minlength=len(table))
    wholes, parts = table[["rule", "about"]], links[["rule", "part"]]
    entries = pd.concat([side.set_axis(["rule", "cell"], axis=1) for side in (wholes, parts)])
    entries["coefficient"] = np.repeat([1, -1], [len(wholes), len(parts)])
    entries = entries.sort_values(["rule", "coefficient", "cell"], ascending=[True, False, True], ignore_index=True)
    return Rules(table[["about", "kind", "detail", "equal"]], entries.astype("int64"))


def _keys(cells: pd.DataFrame) -> list[Cell]:
    return list(zip(*(cells[name].tolist() for name in KEY), strict=True))


def _measures(cells: pd.DataFrame) -> dict[str, str]:
    """Return the measure of each indicator that some cell is about."""
    return dict(cells[["indicator", "measure"]].drop_duplicates().itertuples(index=False, name=None))


def _series_beside(
    vocabulary: Vocabulary, country: str, indicator: str, breakdown: str, has_parts: bool
) -> list[Series]:
    """List the series without which the rules would not reach one: those above it, and the terms of its sums."""
    above = breakdowns.ancestors(breakdown, vocabulary) if has_parts else ()
    found = [(country, indicator, other) for other in above]
    for rule in vocabulary.rules:
        speaks_of_it = rule.country in ("*", country) and rule.whole_breakdown in (None, breakdown)
        if rule.kind == "sum" and rule.whole == indicator and speaks_of_it:
            part = breakdown if rule.parts_breakdown is None else rule.parts_breakdown
            found += [(country, name, part) for name in rule.parts]
    return found


def _by_breakdown(cells: pd.DataFrame, vocabulary: Vocabulary) -> pd.DataFrame:
    """Pair each cell with those that it is a part of: columns `LINK`.

    Parts never exceed their whole; parts that exclude each other do not together either.
    """
    series = cells[["indicator", "breakdown", "measure"]].drop_duplicates()
    wholes = [
        (indicator, breakdown, *whole)
        for indicator, breakdown, measure in series.itertuples(index=False, name=None)
        for whole in _wholes(indicator, breakdown, measure, vocabulary)
    ]
    named = ["indicator", "breakdown", "only", "above", "whole", "kind", "detail", "size"]
    parts = cells[KEY].reset_index(names="part").merge(pd.DataFrame(wholes, columns=named))
    parts = parts[(parts["only"] == "*") | (parts["only"] == parts["country"])]
    above = cells[KEY].set_axis(["country", "above", "whole", "start", "end"], axis=1)
    return parts.merge(above.reset_index(names="about"))[LINK]


def _wholes(
    indicator: str, breakdown: str, measure: str, vocabulary: Vocabulary
) -> list[tuple[str, str, str, str, str, int]]:
    """List what a series is a part of: in which country, indicator, breakdown, kind, detail, how many parts are all."""
    # a longest sentence of women is not a part of the longest sentence: only what adds up has parts
    edges = breakdowns.edges(breakdown, vocabulary, indicator) if measure != "level" else []
    found = [("*", indicator, *edge) for edge in edges]
    for rule in vocabulary.rules:
        whole = breakdown if rule.whole_breakdown is None else rule.whole_breakdown
        of_part = indicator in rule.parts and rule.parts_breakdown in (None, breakdown)
        if of_part:
            detail, size = (rule.name, len(rule.parts)) if rule.kind == "sum" else (f"{rule.name} {indicator}", 0)
            found.append((rule.country, rule.whole, whole, "indicator", detail, size))
    return found


def _by_time(cells: pd.DataFrame) -> pd.DataFrame:
    """Pair pieces with the longer periods they add up to, and years with a level that holds in each: columns `LINK`."""
    # most series have calendar years alone
    others = cells.loc[cells["kind"] != "year", KEY[:3]].drop_duplicates()
    cells = cells.reset_index(names="number").merge(others)
    place = dict(zip(_keys(cells), cells["number"].tolist(), strict=True))
    kinds, measure = dict(zip(place, cells["kind"].tolist(), strict=True)), _measures(cells)
    links = []
    for series, split in _tiles(kinds, measure):
        for period, pieces in split.items():
            about, known = (*series, *period), [(*series, *piece) for piece in pieces]
            kind = _TILED.get(kinds[about], "years")
            links += [(place[about], kind, "", place[piece], len(pieces)) for piece in known if piece in place]
    for cell, number in place.items():
        if measure[cell[1]] == "level" and kinds[cell] not in ("year", "since_records"):
            for year in map(str, period_years(*cell[3:])[1]):
                links.append((number, "level", year, place[*cell[:3], f"{year}-01-01", f"{year}-12-31"], 1))
    return pd.DataFrame(links, columns=LINK)


def _tiles(
    kinds: Mapping[Cell, str], measure: Mapping[str, str]
) -> Iterator[tuple[Series, dict[Period, tuple[Period, ...]]]]:
    """Split the periods of every series of counts that has more than calendar years."""
    cut = {cell[:3] for cell, kind in kinds.items() if kind != "year" and measure[cell[1]] == "count"}
    periods: dict[Series, list[Period]] = {series: [] for series in sorted(cut)}
    others: dict[tuple[str, str], set[Period]] = defaultdict(set)
    for cell in kinds if cut else ():
        if cell[:3] in periods:
            periods[cell[:3]].append(cell[3:])
            others[cell[:2]].add(cell[3:])
    split = functools.cache(tiles)  # most series have the same periods
    for series, found in periods.items():
        yield series, split(tuple(sorted(found)), frozenset(others[series[:2]]))


def _shared_pieces(known: Mapping[Cell, str], measure: Mapping[str, str]) -> list[Cell]:
    """List the pieces that are no cells yet but have to be: those in two sums, of one breakdown or of two.

    A piece in one sum alone is what is left of it, whatever that is.
    """
    pieces = [(*series, *piece) for series, sums in _tiles(known, measure) for sum_ in sums.values() for piece in sum_]
    times = Counter((*cell[:2], *cell[3:]) for cell in pieces)
    return sorted({cell for cell in pieces if times[*cell[:2], *cell[3:]] > 1} - set(known))
