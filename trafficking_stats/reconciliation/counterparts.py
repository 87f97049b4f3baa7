"""The figures beside a rejected claim that may say why: of its source, of its publisher, and those kept."""

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from trafficking_stats import breakdowns
from trafficking_stats.intervals import period_kind, years_of
from trafficking_stats.numbering import first_of, number_of
from trafficking_stats.reconciliation.evidence import bounds
from trafficking_stats.reconciliation.rules import EXCLUSIVE
from trafficking_stats.reconciliation.weights import published_years
from trafficking_stats.schema import CELL
from trafficking_stats.vocabulary import Vocabulary

Place = tuple[str, str, str, str, str]
"""The values of `CELL`."""


class Printed(NamedTuple):
    """A claim as it stands beside others; ``date`` is in years, and an ``upper`` of inf is none."""

    source_id: str
    publisher: str
    upstream: str
    date: float
    value: float
    qualifier: str
    upper: float
    accepted: bool


class OnCell:
    """All that is printed on a cell, looked through once however many of its claims were rejected."""

    def __init__(self, claims: Iterable[Printed]) -> None:
        self.kept = np.nan
        self.most: Printed | None = None
        self.first_printed: dict[str, float] = {}
        self.by_publisher: dict[str, list[Printed]] = defaultdict(list)
        self.by_source: dict[str, list[float]] = defaultdict(list)
        for claim in claims:
            if claim.upper < np.inf and (self.most is None or claim.upper >= self.most.upper):
                self.most = claim
            if claim.qualifier != "exact":
                continue
            self.by_publisher[claim.publisher].append(claim)
            self.by_source[claim.source_id].append(claim.value)
            if claim.accepted:
                self.kept = claim.value if self.kept != self.kept else self.kept
                self.first_printed[claim.upstream] = min(claim.date, self.first_printed.get(claim.upstream, np.inf))


_NOTHING = OnCell([])


class There(NamedTuple):
    """What is printed on a cell that is related to the one of a claim.

    Parameters
    ----------
    detail : str
        What the relation goes by.
    indicator, breakdown : str
        Of the cell.
    source : str
        The source of the claim.
    on : OnCell
        What is printed there.
    """

    detail: str
    indicator: str
    breakdown: str
    source: str
    on: OnCell

    @property
    def own(self) -> float:
        """The figure that the source of the claim prints; nan if there is none."""
        return max(self.on.by_source.get(self.source, ()), default=np.nan)

    @property
    def is_own(self) -> bool:
        """Whether the source of the claim prints a figure."""
        return self.source in self.on.by_source

    @property
    def kept(self) -> float:
        """The figure that was kept; nan if there is none."""
        return self.on.kept

    @property
    def is_kept(self) -> bool:
        """Whether it does, and the figure was kept: one that was set aside proves nothing against another."""
        return self.own == self.kept


class Figures:
    """All figures, as looked up from the cells of rejected claims.

    Parameters
    ----------
    judged : pandas.DataFrame
        All claims in order of their cells, with ``upper`` and ``accepted``.
    vocabulary : Vocabulary
        Dimensions, events and rules, which say what is related.
    """

    def __init__(self, judged: pd.DataFrame, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        cell, dates = list(CELL), published_years(judged["published"])
        columns = judged.assign(date=dates, upper=judged["upper"].to_numpy(float, na_value=np.inf))
        self._columns = [columns[name].tolist() for name in Printed._fields]
        first = np.flatnonzero(~judged.duplicated(cell))
        places = zip(*(judged[name].iloc[first].tolist() for name in cell), strict=True)
        self._number = dict(zip(places, range(len(first)), strict=True))
        self._first = [*first.tolist(), len(judged)]
        self._alike = _alike(judged)
        self._parts: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        self._printed = {place[1:3] for place in self._number}
        for indicator, breakdown in sorted(self._printed):
            for whole, kind, key, _ in breakdowns.edges(breakdown, vocabulary, indicator):
                if kind in EXCLUSIVE:
                    self._parts[indicator, whole].append((key, breakdown))
        self._related = functools.cache(self._list_related)
        # one claim asks for the same cells again and again, the next one hardly ever
        self._on = functools.lru_cache(maxsize=100)(self._list_claims)

    def here(self, row: Any) -> There:
        """Look up the cell of a claim, a row of `rejected`, itself."""
        return self._at(row, "", row.indicator, row.breakdown)

    def beside(self, row: Any, relation: str) -> Iterator[There]:
        """Look up the cells that are related to the one of a claim.

        Parameters
        ----------
        row : named tuple
            A row of `rejected`.
        relation : str
            ``event`` (counts the same events under another indicator), ``apart`` (some of them under a name of their
            own), ``rule`` (adds up to it, or lies in it, by a rule), ``whole`` (has it as a part, at some remove),
            ``rest`` (has it as a part that excludes others), ``part`` or ``sibling`` (exclude each other), ``fold``
            (the category that some count with it, and those within its own) or ``total``.
        """
        for related in self._related(row.indicator, row.breakdown)[relation]:
            yield self._at(row, *related)

    def alike_in_event(self, row: Any) -> Iterator[There]:
        """Look up the cells of the same part and event under another indicator on which the same number is printed."""
        for related in self._related(row.indicator, row.breakdown)["event"]:
            _, indicator, breakdown = related
            if breakdown == row.breakdown and self._is_printed(row, indicator, row.period_start, row.period_end):
                yield self._at(row, *related)

    def alike_in_years(self, row: Any) -> Iterator[There]:
        """Look up the year before and the one after where the same number is printed; ``detail`` is the year."""
        for year in (row.year - 1, row.year + 1):
            period = f"{year}-01-01", f"{year}-12-31"
            if self._is_printed(row, row.indicator, *period):
                yield self._at(row, str(year), row.indicator, row.breakdown, period)

    def _is_printed(self, row: Any, indicator: str, start: str, end: str) -> bool:
        """Whether the number of a claim is printed of its part in another event."""
        return row.breakdown in self._alike.get((row.country, indicator, start, end, row.value), ())

    def _at(
        self, row: Any, detail: str, indicator: str, breakdown: str, period: tuple[str, str] | None = None
    ) -> There:
        place = (row.country, indicator, breakdown, *(period or (row.period_start, row.period_end)))
        return There(detail, indicator, breakdown, row.source_id, self._on(place))

    def _list_claims(self, place: Place) -> OnCell:
        if (number := self._number.get(place)) is None:
            return _NOTHING
        own = slice(*self._first[number : number + 2])
        return OnCell(map(Printed, *(column[own] for column in self._columns)))

    def editions(self, row: Any) -> list[Printed]:
        """Return what all editions of the publisher of a claim print on its cell."""
        return self.here(row).on.by_publisher.get(row.publisher, [])

    def copied_from(self, row: Any) -> str:
        """Return a breakdown, neither above nor below its own, for which the source prints the same number.

        An edition that repeats the number of an earlier one may have copied the slip.
        """
        if row.value < self.vocabulary.causes.shift_from:
            return ""
        own = breakdowns.parse(row.breakdown).items()
        alike = self._alike.get((row.country, row.indicator, row.period_start, row.period_end, row.value), {})
        others = {part: breakdowns.parse(part).items() for part in alike if part != row.breakdown}
        beside = [part for part, keys in others.items() if not (own <= keys or keys <= own)]
        sources = (claim.source_id for claim in self.editions(row) if claim.value == row.value) if beside else ()
        return next((part for source in (row.source_id, *sources) for part in beside if source in alike[part]), "")

    def _list_related(self, indicator: str, breakdown: str) -> dict[str, list[tuple[str, str, str]]]:
        """List the related cells of the same period by relation: detail, indicator and breakdown."""
        vocabulary = self.vocabulary
        found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        found["total"].append(("", indicator, ""))
        for same in vocabulary.same_event:
            if indicator in same.indicators:
                others = [name for name in same.indicators if name != indicator]
                places = dict.fromkeys((breakdown, ""))
                found["event"] += [("", name, part) for name in others for part in places]
                found["apart"] += [("", name, part) for name in same.apart for part in places]
        for rule in vocabulary.rules:
            if rule.whole == indicator:
                found["rule"] += [(rule.name, part, breakdown) for part in rule.parts]
        for relation in ("event", "apart", "rule"):
            found[relation] = [place for place in found[relation] if place[1:] in self._printed]
        found["part"] += [(key, indicator, part) for key, part in self._parts[indicator, breakdown]]
        for whole, kind, key, _ in breakdowns.edges(breakdown, vocabulary, indicator):
            if kind in (*EXCLUSIVE, "overlapping"):
                found["whole"] += dict.fromkeys([("", indicator, whole), ("", indicator, "")])
            if kind in EXCLUSIVE:
                found["rest"].append((key, indicator, whole))
                beside = [part for other, part in self._parts[indicator, whole] if other == key and part != breakdown]
                found["sibling"] += [(key, indicator, part) for part in beside]
        found["fold"] += [(folded, indicator, part) for folded, part in breakdowns.folds(breakdown, vocabulary)]
        return found


def _alike(judged: pd.DataFrame) -> dict[tuple[str, str, str, str, float], dict[str, set[str]]]:
    """Find where the number of a rejected claim is printed of a cell that differs in one thing alone.

    Most signs of a cause begin there, and most numbers stand nowhere else: so that is looked up once, for all of them.

    Returns
    -------
    dict
        By event (a cell without its breakdown) and number: the breakdowns of which it is printed, and the sources.
    """
    place = ["country", "indicator", "period_start", "period_end", "value", "breakdown"]
    lost, beside = ~judged["accepted"].to_numpy(bool), np.zeros(len(judged), dtype=bool)
    once = first_of(number_of(*(judged[name] for name in place)))  # a number on a cell
    for differs in (("indicator",), ("period_start", "period_end"), ("breakdown",)):
        number = number_of(*(judged[name] for name in place if name not in differs))
        beside |= np.isin(number, number[lost]) & (np.bincount(number[once])[number] > 1)
    rows = judged.loc[beside & (judged["qualifier"] == "exact").to_numpy(), [*place, "source_id"]]
    found: dict[Any, dict[str, set[str]]] = defaultdict(dict)
    for *event, breakdown, source in zip(*(rows[name].tolist() for name in rows), strict=True):
        found[tuple(event)].setdefault(breakdown, set()).add(source)
    return found


def rejected(judged: pd.DataFrame, cell_bounds: np.ndarray, vocabulary: Vocabulary) -> pd.DataFrame:
    """Put each rejected claim beside the bounds of its cell.

    Parameters
    ----------
    judged : pandas.DataFrame
        All claims with ``accepted``, ``lower`` and ``upper``.
    cell_bounds : numpy.ndarray of float, shape (n_claims, 2)
        Bounds of the cell of each claim.
    vocabulary : Vocabulary
        Says how near is near.

    Returns
    -------
    pandas.DataFrame
        Columns of the claims; ``kept_lower`` and ``kept_upper``, also as ``known``, and ``kept`` where they meet;
        ``below``, ``distance`` and ``near``; ``fallen``, whether it fell with the total of its source; ``date`` in
        years, ``year`` and ``kind`` of the period.
    """
    lost = ~judged["accepted"].to_numpy(bool)
    columns = ["source_id", "publisher", "upstream", "tier", "published", "qualifier", "value", "value_upper", *CELL]
    rows = judged.loc[lost].reindex(columns=columns)
    rows["fallen"] = judged.get("fallen", False)
    rows["lower"] = judged.loc[lost, "lower"].astype(float)
    rows["upper"] = judged.loc[lost, "upper"].astype(float).fillna(np.inf)
    rows["kept_lower"], rows["kept_upper"] = cell_bounds[lost].T
    rows["known"] = pd.Series([bounds(*ends) for ends in cell_bounds[lost].tolist()], rows.index, dtype=object)
    rows["kept"] = rows["kept_lower"].where(rows["kept_lower"] == rows["kept_upper"])
    rows["below"] = rows["value"] < rows["kept_lower"]
    nearest = rows["kept_lower"].where(rows["below"], rows["kept_upper"])
    rows["distance"] = (rows["value"] - nearest).where(~rows["below"], nearest - rows["value"]).clip(lower=0)
    limits = vocabulary.causes
    rows["near"] = rows["distance"] <= np.maximum(limits.near_count, limits.near_share * nearest)
    # a figure within the bounds is not off by little: it clashes with others alone; nor is one that fell with its total
    rows["near"] &= ~rows["fallen"] & ((rows["distance"] > 0) | (rows["qualifier"] != "exact"))
    rows["date"] = published_years(rows["published"])
    rows["year"] = years_of(rows["period_end"])
    rows["kind"] = [period_kind(*days) for days in zip(rows["period_start"], rows["period_end"], strict=True)]
    return rows
