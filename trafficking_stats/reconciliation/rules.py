"""The accounting rules among cells: breakdowns, years and indicators, each a linear relation that must hold."""

import functools
import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trafficking_stats import breakdowns
from trafficking_stats.intervals import period_kind, period_years
from trafficking_stats.numbering import first_of, number_of
from trafficking_stats.reconciliation.periods import Period, tiles
from trafficking_stats.vocabulary import Vocabulary

KEY = ["country", "indicator", "breakdown", "start", "end"]
"""What names a cell: ``start`` and ``end`` are ISO dates, a calendar year for most."""

Cell = tuple[str, str, str, str, str]
"""The values of `KEY`."""

Series = tuple[str, str, str]
"""Country, indicator and breakdown."""

Periods = dict[Series, dict[Period, str]]
"""The periods of each series that are cells, with their kinds."""

Places = dict[Series, dict[Period, int]]
"""The number of each cell."""

Link = tuple[int, str, str, int, int]
"""The values of `LINK`."""

_TILED = {"year": "part_of_year", "part": "part_of_year", "since_records": "since_records"}
"""The kind of the rule that splits a period of some kind; of any other it is ``years``."""

EXCLUSIVE = ("exclusive", "exhaustive")
"""Kinds of rules by which the parts of a whole exclude each other."""

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
        Columns `KEY`.
    vocabulary : Vocabulary
        Dimensions and rules between indicators.

    Returns
    -------
    pandas.DataFrame
        Columns `KEY`, ``kind`` and ``measure``, each cell once, sorted by `KEY`: with the calendar years that longer
        periods touch, the stretches of a year that two periods share, the wholes above every part, and the parts of
        every whole that is an exact sum. ``claimed`` says which were given.
    """
    measure = _measures(vocabulary)
    beside = functools.cache(functools.partial(_series_beside, vocabulary))
    claimed = _by_series(cells)
    known = defaultdict(dict, {series: dict(periods) for series, periods in claimed.items()})
    waiting = [*claimed.items()]
    while waiting:
        series, periods = waiting.pop()
        country, indicator, breakdown = series
        measured, found = measure[indicator], []
        # nothing that does not add up is tied to calendar years
        if measured in ("count", "level"):
            longer = [period for period, kind in periods.items() if kind not in ("year", "since_records")]
            years = {year for period in longer for year in period_years(*period)[measured == "level"]}
            found.append((series, {(f"{year}-01-01", f"{year}-12-31"): "year" for year in years}))
        for has_parts in (True, False):
            # what holds in every year holds for several; a level has no parts
            own = {p: kind for p, kind in periods.items() if has_parts == (kind != "years" and measured != "level")}
            others = beside(indicator, breakdown, has_parts) if own else ()
            found += [((country, name, part), own) for only, name, part in others if only in ("*", country)]
        for other, own in found:
            if new := {period: kind for period, kind in own.items() if period not in known[other]}:
                known[other] |= new
                waiting.append((other, new))
        if not waiting:
            waiting += _shared_pieces(known, measure)
            for series, periods in waiting:
                known[series] |= periods
    return _table(known, claimed).assign(measure=lambda table: table["indicator"].map(measure).astype(object))


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
    known, number = _by_series(cells), itertools.count()
    places = {series: {period: next(number) for period in own} for series, own in known.items()}
    links = pd.DataFrame([*_by_breakdown(places, vocabulary), *_by_time(known, places, vocabulary)], columns=LINK)
    links = links.astype(dict.fromkeys(["about", "part", "size"], "int64"))  # of no link at all there is no type
    links["rule"] = links.groupby(["about", "kind", "detail"]).ngroup()
    table = links.drop_duplicates("rule").sort_values("rule", ignore_index=True)
    table["equal"] = table["size"] == np.bincount(links["rule"], minlength=len(table))
    wholes, parts = table[["rule", "about"]], links[["rule", "part"]]
    entries = pd.concat([side.set_axis(["rule", "cell"], axis=1) for side in (wholes, parts)])
    entries["coefficient"] = np.repeat([1, -1], [len(wholes), len(parts)])
    entries = entries.sort_values(["rule", "coefficient", "cell"], ascending=[True, False, True], ignore_index=True)
    return Rules(table[["about", "kind", "detail", "equal"]], entries)


def _by_series(cells: pd.DataFrame) -> Periods:
    """Collect the periods of each series, with their kinds; the cells are in order of their series."""
    first = first_of(number_of(*(cells[name] for name in KEY[:3]))).tolist()
    names = zip(*(cells[name].iloc[first].tolist() for name in KEY[:3]), strict=True)
    kind = functools.cache(lambda *days: (days, period_kind(*days)))
    periods = [*map(kind, cells["start"].tolist(), cells["end"].tolist())]
    ends = itertools.pairwise([*first, len(cells)])
    return defaultdict(dict, {series: dict(periods[slice(*own)]) for series, own in zip(names, ends, strict=True)})


def _table(known: Periods, claimed: Periods) -> pd.DataFrame:
    """One row a cell, sorted by `KEY`, with the kind of its period and whether it is claimed."""
    names, days = sorted(known), sorted({item for own in known.values() for item in own.items()})
    number = {period: place for place, (period, _) in enumerate(days)}
    series = np.repeat(np.arange(len(names)), [len(known[name]) for name in names])
    period = np.array([number[period] for name in names for period in known[name]], dtype=np.int64)
    given = np.array([period in claimed[name] for name in names for period in known[name]], dtype=bool)
    order = np.lexsort((period, series))
    table = pd.DataFrame(names, columns=KEY[:3], dtype=str).iloc[series[order]].reset_index(drop=True)
    periods = pd.DataFrame([(*own, kind) for own, kind in days], columns=["start", "end", "kind"], dtype=object)
    return table.join(periods.iloc[period[order]].reset_index(drop=True)).assign(claimed=given[order])


def _measures(vocabulary: Vocabulary) -> dict[str, str]:
    return {name: indicator.measure for name, indicator in vocabulary.indicators.items()}


def _series_beside(vocabulary: Vocabulary, indicator: str, breakdown: str, has_parts: bool) -> list[Series]:
    """List the series without which the rules would not reach one: those above it, and the terms of its sums.

    In the place of the country stands the one for which that holds, or ``*``.
    """
    above = breakdowns.ancestors(breakdown, vocabulary) if has_parts else ()
    found = [("*", indicator, other) for other in above]
    for rule in vocabulary.rules:
        if rule.kind == "sum" and rule.whole == indicator and rule.whole_breakdown in (None, breakdown):
            part = breakdown if rule.parts_breakdown is None else rule.parts_breakdown
            found += [(rule.country, name, part) for name in rule.parts]
    return found


def _by_breakdown(places: Places, vocabulary: Vocabulary) -> Iterator[Link]:
    """Pair each cell with those that it is a part of.

    Parts never exceed their whole; parts that exclude each other do not together either.
    """
    wholes = functools.cache(functools.partial(_wholes, vocabulary))
    for (country, indicator, breakdown), own in places.items():
        for only, above, whole, kind, detail, size in wholes(indicator, breakdown):
            there = places.get((country, above, whole), {}) if only in ("*", country) else {}
            yield from ((there[days], kind, detail, part, size) for days, part in own.items() if days in there)


def _wholes(vocabulary: Vocabulary, indicator: str, breakdown: str) -> list[tuple[str, str, str, str, str, int]]:
    """List what a series is a part of: in which country, indicator, breakdown, kind, detail, how many parts are all."""
    # a longest sentence of women is not a part of the longest sentence: only what adds up has parts
    edges = (
        breakdowns.edges(breakdown, vocabulary, indicator)
        if vocabulary.indicators[indicator].measure != "level"
        else []
    )
    found = [("*", indicator, *edge) for edge in edges]
    for rule in vocabulary.rules:
        whole = breakdown if rule.whole_breakdown is None else rule.whole_breakdown
        of_part = indicator in rule.parts and rule.parts_breakdown in (None, breakdown)
        if of_part:
            detail, size = (rule.name, len(rule.parts)) if rule.kind == "sum" else (f"{rule.name} {indicator}", 0)
            found.append((rule.country, rule.whole, whole, "indicator", detail, size))
    return found


def _by_time(known: Periods, places: Places, vocabulary: Vocabulary) -> Iterator[Link]:
    """Pair pieces with the longer periods they add up to, and years with a level that holds in each."""
    measure = _measures(vocabulary)
    for series, split in _tiles(known, measure):
        cell = places[series]
        for period, pieces in split.items():
            kind = _TILED.get(known[series][period], "years")
            yield from ((cell[period], kind, "", cell[piece], len(pieces)) for piece in pieces if piece in cell)
    for series, cell in places.items():
        for period, kind in known[series].items() if measure[series[1]] == "level" else ():
            for year in map(str, period_years(*period)[1] if kind not in ("year", "since_records") else ()):
                yield cell[period], "level", year, cell[f"{year}-01-01", f"{year}-12-31"], 1


def _tiles(known: Periods, measure: Mapping[str, str]) -> Iterator[tuple[Series, dict[Period, tuple[Period, ...]]]]:
    """Split the periods of every series of counts that has more than calendar years."""
    cut = [name for name, own in known.items() if measure[name[1]] == "count" and set(own.values()) != {"year"}]
    others: dict[tuple[str, str], set[Period]] = defaultdict(set)
    for series in cut:
        others[series[:2]].update(known[series])
    split = functools.cache(tiles)  # most series have the same periods
    for series in sorted(cut):
        yield series, split(tuple(sorted(known[series])), frozenset(others[series[:2]]))


def _shared_pieces(known: Periods, measure: Mapping[str, str]) -> list[tuple[Series, dict[Period, str]]]:
    """List the pieces that are no cells yet but have to be: those in two sums, of one breakdown or of two.

    A piece in one sum alone is what is left of it, whatever that is.
    """
    pieces = [(name, piece) for name, sums in _tiles(known, measure) for sum_ in sums.values() for piece in sum_]
    times = Counter((series[:2], piece) for series, piece in pieces)
    shared = [(series, piece) for series, piece in pieces if times[series[:2], piece] > 1]
    return [(series, {piece: period_kind(*piece)}) for series, piece in shared if piece not in known[series]]
