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
from trafficking_stats.vocabulary import Rule, Vocabulary

KEY = ["country", "indicator", "breakdown", "start", "end"]
"""What names a cell: ``start`` and ``end`` are ISO dates, a calendar year for most."""

Cell = tuple[str, str, str, str, str]
"""The values of `KEY`."""

Series = tuple[str, str, str]
"""Country, indicator and breakdown."""

_TILED = {"year": "part_of_year", "part": "part_of_year", "since_records": "since_records"}
"""The kind of the rule that splits a period of some kind; of any other it is ``years``."""

Relation = tuple[int, str, str]
"""What names a rule: the cell it is about, its kind, and its detail."""


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
    measure = dict(zip(cells["indicator"], cells["measure"], strict=True))
    for rule in vocabulary.rules:
        measure |= {name: vocabulary.indicators[name].measure for name in (rule.whole, *rule.parts)}
    above = functools.cache(lambda breakdown: breakdowns.ancestors(breakdown, vocabulary))
    known: dict[Cell, str] = dict(zip(_keys(cells), cells["kind"], strict=True))
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
        if kind != "years" and measured != "level":
            found |= {(country, indicator, other, start, end): kind for other in above(breakdown)}
        for rule in vocabulary.rules:
            if rule.kind == "sum" and rule.whole == indicator and _speaks_of(rule, country, breakdown):
                part = breakdown if rule.parts_breakdown is None else rule.parts_breakdown
                found |= {(country, name, part, start, end): kind for name in rule.parts}
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
    place = {cell: number for number, cell in enumerate(_keys(cells))}
    measure = dict(zip(cells["indicator"], cells["measure"], strict=True))
    wholes = functools.cache(functools.partial(_wholes, measure=measure, vocabulary=vocabulary))
    parts: dict[Relation, list[int]] = defaultdict(list)
    complete: dict[Relation, int] = {}
    for (country, indicator, breakdown, start, end), number in place.items():
        for above, whole, kind, detail, size in wholes(country, indicator, breakdown):
            about = place.get((country, above, whole, start, end))
            if about is not None:
                parts[about, kind, detail].append(number)
                complete[about, kind, detail] = size
    for relation, pieces, size in _by_time(place, cells["kind"].tolist(), measure):
        parts[relation], complete[relation] = pieces, size
    names = sorted(parts)
    table = pd.DataFrame(names, columns=["about", "kind", "detail"])
    table["equal"] = np.array([complete[name] == len(parts[name]) for name in names], dtype=bool)
    entries = [
        entry
        for rule, name in enumerate(names)
        for entry in [(rule, name[0], 1), *((rule, part, -1) for part in sorted(parts[name]))]
    ]
    return Rules(table, pd.DataFrame(entries, columns=["rule", "cell", "coefficient"], dtype="int64"))


def _keys(cells: pd.DataFrame) -> list[Cell]:
    return list(zip(*(cells[name].tolist() for name in KEY), strict=True))


def _speaks_of(rule: Rule, country: str, breakdown: str) -> bool:
    """Whether a rule speaks about the wholes of a breakdown in a country."""
    return rule.country in ("*", country) and rule.whole_breakdown in (None, breakdown)


def _wholes(
    country: str, indicator: str, breakdown: str, *, measure: Mapping[str, str], vocabulary: Vocabulary
) -> list[tuple[str, str, str, str, int]]:
    """List what a series is a part of: indicator, breakdown, kind and detail of the rule, and how many parts are all.

    Parts never exceed their whole; parts that exclude each other do not together either.
    """
    # a longest sentence of women is not a part of the longest sentence: only what adds up has parts
    edges = breakdowns.edges(breakdown, vocabulary, indicator) if measure[indicator] != "level" else []
    found = [(indicator, *edge) for edge in edges]
    for rule in vocabulary.rules:
        whole = breakdown if rule.whole_breakdown is None else rule.whole_breakdown
        of_part = indicator in rule.parts and rule.parts_breakdown in (None, breakdown)
        if of_part and _speaks_of(rule, country, whole):
            detail, size = (rule.name, len(rule.parts)) if rule.kind == "sum" else (f"{rule.name} {indicator}", 0)
            found.append((rule.whole, whole, "indicator", detail, size))
    return found


def _by_time(
    place: Mapping[Cell, int], kinds: list[str], measure: Mapping[str, str]
) -> Iterator[tuple[Relation, list[int], int]]:
    """Pieces add up to the longer period; a level holds in every year."""
    for series, split in _tiles(dict(zip(place, kinds, strict=True)), measure):
        for period, pieces in split.items():
            about = place[*series, *period]
            parts = [place[*series, *piece] for piece in pieces if (*series, *piece) in place]
            if parts:
                yield (about, _TILED.get(kinds[about], "years"), ""), parts, len(pieces)
    for cell, number in place.items():
        if measure[cell[1]] == "level" and kinds[number] not in ("year", "since_records"):
            for year in map(str, period_years(*cell[3:])[1]):
                yield (number, "level", year), [place[*cell[:3], f"{year}-01-01", f"{year}-12-31"]], 1


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
    yield from ((series, tiles(found, others[series[:2]])) for series, found in periods.items())


def _shared_pieces(known: Mapping[Cell, str], measure: Mapping[str, str]) -> list[Cell]:
    """List the pieces that are no cells yet but have to be: those in two sums, of one breakdown or of two.

    A piece in one sum alone is what is left of it, whatever that is.
    """
    pieces = [(*series, *piece) for series, sums in _tiles(known, measure) for sum_ in sums.values() for piece in sum_]
    times = Counter((*cell[:2], *cell[3:]) for cell in pieces)
    return sorted({cell for cell in pieces if times[*cell[:2], *cell[3:]] > 1} - set(known))
