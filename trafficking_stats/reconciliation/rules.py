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

Periods = dict[Series, dict[Period, str]]
"""The periods of each series that are cells, with their kinds."""

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
    known = _by_series(cells)
    waiting = [(series, dict(periods)) for series, periods in known.items()]
    while waiting:
        series, periods = waiting.pop()
        measured, found = measure[series[1]], []
        # nothing that does not add up is tied to calendar years
        if measured in ("count", "level"):
            longer = [period for period, kind in periods.items() if kind not in ("year", "since_records")]
            years = {year for period in longer for year in period_years(*period)[measured == "level"]}
            found.append((series, {(f"{year}-01-01", f"{year}-12-31"): "year" for year in years}))
        for has_parts in (True, False):
            # what holds in every year holds for several; a level has no parts
            own = {p: kind for p, kind in periods.items() if has_parts == (kind != "years" and measured != "level")}
            found += [(other, own) for other in (beside(*series, has_parts) if own else ())]
        for other, own in found:
            if new := {period: kind for period, kind in own.items() if period not in known[other]}:
                known[other] |= new
                waiting.append((other, new))
        if not waiting:
            waiting += _shared_pieces(known, measure)
            for series, periods in waiting:
                known[series] |= periods
    names = sorted(known)
    rows = [(*period, kind) for series in names for period, kind in sorted(known[series].items())]
    sizes = [len(known[series]) for series in names]
    table = pd.DataFrame(np.repeat(np.array(names, dtype=object).reshape(-1, 3), sizes, axis=0), columns=KEY[:3])
    table[["start", "end", "kind"]] = pd.DataFrame(rows, columns=range(3), dtype=object)
    return table.assign(measure=table["indicator"].map(measure).astype(object))


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
    """Collect the periods of each series, with their kinds."""
    found: Periods = defaultdict(dict)
    for *series, start, end, kind in zip(*(cells[name].tolist() for name in (*KEY, "kind")), strict=True):
        found[tuple(series)][start, end] = kind
    return found


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
    place = dict(zip(zip(*(cells[name] for name in KEY), strict=True), cells["number"].tolist(), strict=True))
    known, measure = _by_series(cells), _measures(cells)
    links = []
    for series, split in _tiles(known, measure):
        for period, pieces in split.items():
            kind = _TILED.get(known[series][period], "years")
            parts = [place[*series, *piece] for piece in pieces if piece in known[series]]
            links += [(place[*series, *period], kind, "", part, len(pieces)) for part in parts]
    for series, periods in known.items():
        for period, kind in periods.items() if measure[series[1]] == "level" else ():
            for year in map(str, period_years(*period)[1] if kind not in ("year", "since_records") else ()):
                links.append(
                    (place[*series, *period], "level", year, place[*series, f"{year}-01-01", f"{year}-12-31"], 1)
                )
    return pd.DataFrame(links, columns=LINK)


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
