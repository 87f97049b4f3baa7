"""The accounting rules among cells: breakdowns, years and indicators, each a linear relation that must hold."""

from __future__ import annotations

from collections import Counter
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
    known: dict[Cell, str] = dict(zip(_keys(cells), cells["kind"], strict=True))
    above: dict[str, tuple[str, ...]] = {}
    waiting = list(known)
    while waiting:
        while waiting:
            cell = waiting.pop()
            country, indicator, breakdown, start, end = cell
            kind = known[cell]
            found: list[tuple[Cell, str]] = []
            if _is_linked(kind, measure[indicator]) and kind != "since_records":
                touched, covered = period_years(start, end)
                years = covered if measure[indicator] == "level" else touched
                found += [((country, indicator, breakdown, f"{y}-01-01", f"{y}-12-31"), "year") for y in years]
            # what holds in every year holds for several; a level has no parts
            if kind != "years" and measure[indicator] != "level":
                if breakdown not in above:
                    above[breakdown] = breakdowns.ancestors(breakdown, vocabulary)
                found += [((country, indicator, other, start, end), kind) for other in above[breakdown]]
            for rule in vocabulary.rules:
                if rule.kind == "sum" and rule.whole == indicator and _speaks_of(rule, country, breakdown):
                    part = breakdown if rule.parts_breakdown is None else rule.parts_breakdown
                    found += [((country, name, part, start, end), kind) for name in rule.parts]
            for other_cell, other_kind in found:
                if other_cell not in known:
                    known[other_cell] = other_kind
                    waiting.append(other_cell)
        for cell in _shared_pieces(known, measure):
            known[cell] = period_kind(*cell[3:])
            waiting.append(cell)
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
    kinds, measures = cells["kind"].tolist(), cells["measure"].tolist()
    members: dict[Relation, list[tuple[int, int]]] = {}
    complete: dict[Relation, int] = {}
    for relation, other, sign, size in (
        *_by_breakdown(place, measures, vocabulary),
        *_by_indicator(place, vocabulary),
        *_by_time(place, kinds, measures),
    ):
        members.setdefault(relation, [(relation[0], -sign)]).append((other, sign))
        complete[relation] = size
    names = sorted(members)
    table = pd.DataFrame(names, columns=["about", "kind", "detail"])
    table["equal"] = np.array([complete[name] == len(members[name]) - 1 for name in names], dtype=bool)
    entries = [
        (rule, cell, sign)
        for rule, name in enumerate(names)
        for cell, sign in sorted(members[name], key=lambda member: (-member[1], member[0]))
    ]
    return Rules(table, pd.DataFrame(entries, columns=["rule", "cell", "coefficient"], dtype="int64"))


def _keys(cells: pd.DataFrame) -> list[Cell]:
    return list(zip(*(cells[name].tolist() for name in KEY), strict=True))


def _is_linked(kind: str, measure: str) -> bool:
    """Whether a period is tied to calendar years: nothing that does not add up is."""
    return measure in ("count", "level") and kind != "year"


def _speaks_of(rule: Rule, country: str, breakdown: str) -> bool:
    """Whether a rule speaks about the wholes of a breakdown in a country."""
    return rule.country in ("*", country) and rule.whole_breakdown in (None, breakdown)


Part = tuple[Relation, int, int, int]
"""A relation, another cell that takes part, its coefficient, and how many others make it an equality (or 0)."""


def _by_breakdown(place: Mapping[Cell, int], measures: list[str], vocabulary: Vocabulary) -> Iterator[Part]:
    """Parts never exceed their whole; parts that exclude each other do not together either."""
    edges: dict[tuple[str, str], list[tuple[str, str, str, int]]] = {}
    for (country, indicator, breakdown, start, end), number in place.items():
        if not breakdown or measures[number] == "level":
            # a longest sentence of women is not a part of the longest sentence: only what adds up has parts
            continue
        key = breakdown, indicator
        if key not in edges:
            edges[key] = breakdowns.edges(breakdown, vocabulary, indicator)
        for whole, kind, detail, size in edges[key]:
            about = place.get((country, indicator, whole, start, end))
            if about is not None:
                yield (about, kind, detail), number, -1, size


def _by_time(place: Mapping[Cell, int], kinds: list[str], measures: list[str]) -> Iterator[Part]:
    """Pieces add up to the longer period; a level holds in every year."""
    for series, split in _tiles({cell: (kinds[number], measures[number]) for cell, number in place.items()}):
        for period, pieces in split.items():
            about = place[*series, *period]
            relation = about, _TILED.get(kinds[about], "years"), ""
            parts = [place[*series, *piece] for piece in pieces if (*series, *piece) in place]
            yield from ((relation, part, -1, len(pieces)) for part in parts)
    for (country, indicator, breakdown, start, end), number in place.items():
        if measures[number] == "level" and kinds[number] not in ("year", "since_records"):
            years = [(country, indicator, breakdown, f"{y}-01-01", f"{y}-12-31") for y in period_years(start, end)[1]]
            yield from (((number, "level", year[3][:4]), place[year], -1, 1) for year in years)


def _tiles(cells: Mapping[Cell, tuple[str, str]]) -> Iterator[tuple[Series, dict[Period, tuple[Period, ...]]]]:
    """Split the periods of every series that has more than calendar years; the cells come with kind and measure."""
    cut = {cell[:3] for cell, (kind, measure) in cells.items() if measure == "count" and kind != "year"}
    periods: dict[Series, list[Period]] = {series: [] for series in sorted(cut)}
    others: dict[tuple[str, str], set[Period]] = {}
    for cell in cells if cut else ():
        if cell[:3] in periods:
            periods[cell[:3]].append(cell[3:])
            others.setdefault(cell[:2], set()).add(cell[3:])
    yield from ((series, tiles(found, others[series[:2]])) for series, found in periods.items())


def _shared_pieces(known: Mapping[Cell, str], measure: Mapping[str, str]) -> list[Cell]:
    """List the pieces that are no cells yet but have to be: those in two sums, of one breakdown or of two.

    A piece in one sum alone is what is left of it, whatever that is.
    """
    split = list(_tiles({cell: (kind, measure[cell[1]]) for cell, kind in known.items()}))
    times = Counter((*series[:2], *piece) for series, sums in split for pieces in sums.values() for piece in pieces)
    shared = {
        (*series, *piece)
        for series, sums in split
        for pieces in sums.values()
        for piece in pieces
        if times[*series[:2], *piece] > 1
    }
    return sorted(shared - set(known))


def _by_indicator(place: Mapping[Cell, int], vocabulary: Vocabulary) -> Iterator[Part]:
    """Rules between indicators on the same period."""
    rules: dict[str, list[Rule]] = {}
    for rule in vocabulary.rules:
        for part in rule.parts:
            rules.setdefault(part, []).append(rule)
    for (country, indicator, breakdown, start, end), number in place.items():
        for rule in rules.get(indicator, ()):
            whole = breakdown if rule.whole_breakdown is None else rule.whole_breakdown
            if rule.parts_breakdown not in (None, breakdown) or not _speaks_of(rule, country, whole):
                continue
            about = place.get((country, rule.whole, whole, start, end))
            if about is None:
                continue
            if rule.kind == "sum":
                yield (about, "indicator", rule.name), number, -1, len(rule.parts)
            else:
                yield (about, "indicator", f"{rule.name} {indicator}"), number, -1, 0
