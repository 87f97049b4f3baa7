"""From a table of claims to cells, intervals and accounting rules: the linear system, not yet solved."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trafficking_stats.claims import canonical_breakdown
from trafficking_stats.errors import ClaimError
from trafficking_stats.intervals import intervals, period_kind
from trafficking_stats.reconciliation.rules import KEY, Rules, build_rules, needed_cells
from trafficking_stats.reconciliation.weights import claim_weights, group_weights
from trafficking_stats.vocabulary import Vocabulary

REQUIRED = (
    "claim_id",
    "source_id",
    "country",
    "indicator",
    "breakdown",
    "period_start",
    "period_end",
    "value",
    "qualifier",
    "publisher",
    "upstream",
    "tier",
    "published",
)
"""Columns that a table of claims must have to be reconciled."""

LARGEST = 1e12
"""Up to here sums of counts are exact."""


@dataclass(frozen=True)
class System:
    """Cells, the groups of claims that bound them, and the rules among them.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row a cell: country, indicator, breakdown, start, end, kind, measure.
    claim_lower, claim_upper : numpy.ndarray of float, shape (n_claims,)
        Interval of each claim; ``nan`` for claims that are no counts.
    claim_group : numpy.ndarray of int, shape (n_claims,)
        Group of each claim, -1 for claims that are no counts.
    groups : pandas.DataFrame
        One row for each interval that is claimed of a cell: ``cell``, ``lower``, ``upper``, ``weight`` (one vote
        an upstream, in `weights.UNITS`), ``leader``, the row of the claim that speaks for the group, and
        ``edition``, the number of that claim's source. Sorted by cell, lower and upper: what decides ties never
        depends on the names of the claims.
    rules : Rules
        The accounting rules.
    """

    cells: pd.DataFrame
    claim_lower: NDArray[np.float64]
    claim_upper: NDArray[np.float64]
    claim_group: NDArray[np.int64]
    groups: pd.DataFrame
    rules: Rules


def check_table(claims: pd.DataFrame, vocabulary: Vocabulary) -> pd.DataFrame:
    """Check that a table can be reconciled, whatever it was made from, and put it into a fixed order.

    Parameters
    ----------
    claims : pandas.DataFrame
        One row a claim; further columns are kept.
    vocabulary : Vocabulary
        Gives qualifiers and tiers.

    Returns
    -------
    pandas.DataFrame
        A sorted copy with text in the text columns: the order of the rows given never matters.

    Raises
    ------
    ClaimError
        Naming the missing columns, or the claims whose qualifier, tier, date, value or id is wrong.
    """
    if not isinstance(claims, pd.DataFrame):
        raise ClaimError(f"claims must be a pandas.DataFrame such as load_claims gives, not {type(claims).__name__}")
    missing = [column for column in REQUIRED if column not in claims]
    if missing:
        raise ClaimError(
            f"the table of claims lacks the columns {', '.join(missing)}; it has: {', '.join(map(str, claims))}"
        )
    table = claims.reset_index(drop=True)
    for column in REQUIRED:
        if column != "value":
            table[column] = _each(table[column], _text)
    table["value"] = pd.to_numeric(table["value"], errors="coerce").astype(float)
    table["breakdown"] = _each(table["breakdown"], canonical_breakdown)
    printed = claims["value"].to_numpy()
    problems = _problems(table, printed, vocabulary) or _impossible(table, printed, vocabulary)
    if problems:
        raise ClaimError(problems)
    order = ["country", "indicator", "breakdown", "period_start", "period_end", "claim_id"]
    ranks = [pd.factorize(table[column], sort=True)[0] for column in order]
    return table.take(np.lexsort(ranks[::-1])).reset_index(drop=True)


def build_system(claims: pd.DataFrame, vocabulary: Vocabulary) -> System:
    """Turn a checked table of claims into cells, groups of equal claims, and rules.

    Parameters
    ----------
    claims : pandas.DataFrame
        As `check_table` returns it.
    vocabulary : Vocabulary
        Indicators, dimensions, rules and weights.

    Returns
    -------
    System
        Ready to be solved.
    """
    lower, upper = intervals(claims, vocabulary)
    counted = np.flatnonzero(~np.isnan(lower))
    named = claims.iloc[counted].rename(columns={"period_start": "start", "period_end": "end"})[KEY]
    cells = named.drop_duplicates().reset_index(drop=True)
    cells["kind"] = _by_unique(cells[["start", "end"]], period_kind)
    cells["measure"] = cells["indicator"].map(lambda name: _measure(name, vocabulary)).astype(object)
    cells = needed_cells(cells, vocabulary)
    place = cells[KEY].assign(cell=np.arange(len(cells)))
    cell = named.merge(place, on=KEY, how="left")["cell"].to_numpy()

    key = pd.DataFrame({"cell": cell, "lower": lower[counted], "upper": upper[counted]})
    group = np.asarray(key.groupby(["cell", "lower", "upper"], sort=True).ngroup(), dtype=np.int64)
    weight = claim_weights(claims, vocabulary)[counted]
    upstream = upstreams(claims)[counted]
    groups = (
        key.assign(group=group).drop_duplicates("group").sort_values("group", ignore_index=True).drop(columns="group")
    )
    groups["weight"] = group_weights(group, upstream, weight, vocabulary)
    # the heaviest claim speaks for its group, the first in the fixed order where several are
    order = np.lexsort((np.arange(len(group)), -weight, group))
    first = np.r_[True, np.diff(group[order]) > 0] if len(order) else np.zeros(0, bool)
    groups["leader"] = counted[order[first]]
    claim_group = np.full(len(claims), -1, dtype=np.int64)
    claim_group[counted] = group
    groups["edition"] = pd.factorize(claims["source_id"], sort=True)[0][groups["leader"]]
    return System(cells, lower, upper, claim_group, groups, build_rules(cells, vocabulary))


def upstreams(claims: pd.DataFrame) -> NDArray[np.int64]:
    """Give each upstream a number; a claim that names none is a measurement of its publisher, or of its source.

    Parameters
    ----------
    claims : pandas.DataFrame
        Columns ``upstream``, ``publisher`` and ``source_id``.

    Returns
    -------
    numpy.ndarray of int, shape (n_claims,)
        The same number for claims of the same upstream.
    """
    name = claims["upstream"].where(claims["upstream"] != "", claims["publisher"])
    return np.asarray(pd.factorize(name.where(name != "", claims["source_id"]))[0], dtype=np.int64)


def _measure(indicator: str, vocabulary: Vocabulary) -> str:
    return vocabulary.indicators[indicator].measure if indicator in vocabulary.indicators else "count"


def _is_whole(indicator: str, vocabulary: Vocabulary) -> bool:
    return indicator not in vocabulary.indicators or vocabulary.indicators[indicator].is_whole


def _by_unique(table: pd.DataFrame, function) -> NDArray[np.object_]:  # type: ignore[no-untyped-def]
    codes, uniques = pd.factorize(pd.MultiIndex.from_frame(table))
    return np.array([function(*values) for values in uniques], dtype=object)[codes]


def _each(column: pd.Series, function: Callable[[Any], str]) -> pd.Series:
    """Apply a function to each different value of a column; a missing one counts as empty text."""
    codes, values = pd.factorize(column)
    words = np.array([*map(function, np.asarray(values, dtype=object)), function("")], dtype=object)
    return pd.Series(words[codes], index=column.index, dtype=object)


def _text(cell: object) -> str:
    return cell.strip() if isinstance(cell, str) else str(cell).removesuffix(" 00:00:00")


def _problems(table: pd.DataFrame, printed: NDArray[Any], vocabulary: Vocabulary) -> list[str]:
    """List what is wrong in a table, claim by claim."""
    value = table["value"]
    whole = {name for name in table["indicator"].unique() if _is_whole(name, vocabulary)}
    counted = table["indicator"].isin(whole) & np.isfinite(value)
    dates = {end: _holds(table[end], _is_date) for end in ("period_start", "period_end")}
    ordered = dates["period_start"] & dates["period_end"] & (table["period_start"] <= table["period_end"])
    qualifiers, tiers = list(vocabulary.qualifiers), list(vocabulary.tiers)
    checks = [
        ("qualifier", table["qualifier"].isin(qualifiers), f"one of {', '.join(qualifiers)}"),
        ("tier", table["tier"].isin(tiers), f"one of {', '.join(tiers)}"),
        ("breakdown", _holds(table["breakdown"], _is_breakdown), "key=category pairs joined by ;, each key once"),
        ("value", np.isfinite(value), "a number"),
        ("value", ~counted | value.between(0, LARGEST), f"from 0 to {LARGEST:,.0f} for a count"),
        ("value", ~counted | ~value.between(0, LARGEST) | (value % 1 == 0), "a whole number for a count"),
        ("period_end", ordered & (table["period_end"] != ""), "an ISO date, not before period_start"),
        ("claim_id", ~table["claim_id"].duplicated(keep=False), "an id that no other claim has"),
        ("claim_id", [text != "" and ";" not in text for text in table["claim_id"]], "an id without semicolons"),
    ]
    shown = table.assign(value=printed)
    return [
        f"claim {claim!r}: column {column}, value {cell!r}: must be {allowed}"
        for column, good, allowed in checks
        if not np.all(good)
        for claim, cell in shown.loc[~np.asarray(good), ["claim_id", column]].values
    ]


def _impossible(table: pd.DataFrame, printed: NDArray[Any], vocabulary: Vocabulary) -> list[str]:
    """List the claims that no count can meet, such as fewer than 0."""
    lower, upper = intervals(table, vocabulary)
    bad = lower > upper
    return [
        f"claim {claim!r}: column value, value {cell!r}: {vocabulary.qualifiers[name].label} {cell} is no count"
        for claim, cell, name in zip(table["claim_id"][bad], printed[bad], table["qualifier"][bad], strict=True)
    ]


def _holds(column: pd.Series, test: Callable[[str], bool]) -> NDArray[np.bool_]:
    """Tell for each value of a column of text whether it passes a test."""
    codes, values = pd.factorize(column)
    return np.array([test(value) for value in values], dtype=bool)[codes]


def _is_breakdown(text: str) -> bool:
    pairs = [part.partition("=") for part in text.split(";") if part]
    return all(key and category for key, _, category in pairs) and len({pair[0] for pair in pairs}) == len(pairs)


def _is_date(text: str) -> bool:
    try:
        date = datetime.date.fromisoformat(text) if text else None
        # the first and the last year there is would leave no day before or after them
        return date is None or (date.isoformat() == text and 1 < date.year < 9999)
    except ValueError:
        return False
