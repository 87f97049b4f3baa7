"""Claims that are kept and doubtful all the same: a code each, and what was seen."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from trafficking_stats.intervals import years_of
from trafficking_stats.messages.measures import Measure
from trafficking_stats.messages.values import Register
from trafficking_stats.reconciliation.evidence import Evidence, evidence
from trafficking_stats.reconciliation.vintages import is_year, latest_day
from trafficking_stats.schema import CELL
from trafficking_stats.vocabulary import Vocabulary

_SAID = {
    "copied_year": ("same_table", ("number", "year")),
    "two_tables": ("two_tables", ("total", "value")),
    "parts_above": ("own_parts_above", ("total", "value")),
}
"""The sentence about each doubt that the source itself gives, and what stands in it."""

Doubts = Iterator[tuple[Any, str, Evidence]]
"""Index of a claim, code, and what was seen."""


def doubts(judged: pd.DataFrame, doubted: pd.DataFrame, vocabulary: Vocabulary) -> pd.DataFrame:
    """Find what is doubtful of kept claims.

    Parameters
    ----------
    judged : pandas.DataFrame
        All claims with ``accepted``, ``lower`` and ``upper``.
    doubted : pandas.DataFrame
        What others of their own source speak against, as `cells.System` has it.
    vocabulary : Vocabulary
        Says which indicators count the same event, and how far is far.

    Returns
    -------
    pandas.DataFrame
        Columns ``doubt`` (a code) and ``evidence``, one row a doubtful claim, with the index of ``judged``.

    Examples
    --------
    >>> import trafficking_stats as ts
    >>> claims = ts.reconcile(ts.load_claims().query("country == 'DNK'")).claims
    >>> sorted(set(claims.loc[claims.doubt != "", "doubt"]))
    ['parts_above', 'statement', 'unit']
    """
    columns = ["source_id", "publisher", "upstream", "published", "qualifier", "value", *CELL]
    judged = judged[columns].assign(row=judged.index, accepted=judged["accepted"].astype(bool))
    exact = judged[judged["qualifier"] == "exact"]
    yearly = exact[is_year(exact["period_start"], exact["period_end"])]
    yearly = yearly.assign(year=years_of(yearly["period_end"]))
    kept = exact[exact["accepted"]]
    seen = chain(
        of_the_future(judged[judged["accepted"]], vocabulary),
        of_another_unit(kept, vocabulary),
        of_another_year(yearly, vocabulary),
        of_its_source(kept, doubted),
        of_a_statement(kept, vocabulary),
    )
    table = pd.DataFrame(seen, columns=["row", "doubt", "evidence"], dtype=object)
    return table.drop_duplicates("row").set_index("row").sort_index()


def _each(table: pd.DataFrame) -> Iterator[Any]:
    return iter(table.itertuples())


def of_the_future(kept: pd.DataFrame, vocabulary: Vocabulary) -> Doubts:
    """Find counts of a period that had not ended when they were published: of 2033, printed in 2023.

    A maximum penalty or a budget may be known beforehand, a count may not.
    """
    counts = [name for name, entry in vocabulary.indicators.items() if entry.measure == "count"]
    days = kept[["period_end", "published"]].drop_duplicates().astype(object)
    last = days["published"].map(latest_day)
    early = kept[kept["indicator"].isin(counts)].merge(days[(days["period_end"] > last) & (last != "")])
    for row in _each(early):
        yield row.row, "future_period", evidence("future_period", end=row.period_end, published=row.published)


def of_another_unit(kept: pd.DataFrame, vocabulary: Vocabulary) -> Doubts:
    """Find kept claims whose number was probably filed under the wrong unit.

    Nothing contradicts a number of persons that is in truth a number of counts as long as no other source prints
    persons. It is doubtful where three things meet: another publisher prints exactly this number for another unit of
    the same event; a third indicator has the claim's unit; and what is kept of that one is far away.
    """
    indicators, limits = vocabulary.indicators, vocabulary.causes
    members = [
        (event, order, name, indicators[name].unit)
        for event, same in enumerate(vocabulary.same_event)
        for order, name in enumerate(same.indicators)
    ]
    own = kept.loc[kept["value"] > limits.near_count, ["row", "value", "publisher", "upstream", *CELL]]
    own = own.merge(pd.DataFrame(members, columns=["event", "order", "indicator", "unit"]))
    place = ["event", *(name for name in CELL if name != "indicator")]
    units = own[[*place, "value", "unit"]].drop_duplicates()
    same = own.merge(units.loc[units.duplicated([*place, "value"]), [*place, "value"]].drop_duplicates())
    pairs = same.merge(same, on=[*place, "value"], suffixes=("", "_other"))
    pairs = pairs[(pairs["publisher"] != pairs["publisher_other"]) & (pairs["unit"] != pairs["unit_other"])]
    pairs = pairs.merge(own, on=[*place, "unit"], suffixes=("", "_peer"))
    off = (pairs["value"] - pairs["value_peer"]).abs()
    far = off > (limits.near_share * pairs["value_peer"]).clip(lower=limits.near_count)
    pairs = pairs[far & (pairs["indicator"] != pairs["indicator_peer"])]
    for pair in _each(pairs.sort_values(["event", "order_other", "order_peer"], kind="stable")):
        seen = {"value": pair.value, "other": Measure(pair.indicator_other), "peer_value": pair.value_peer}
        seen |= {"peer": Measure(pair.indicator_peer), "at": Register(pair.upstream_other)}
        yield pair.row, "unit", evidence("unit_at" if pair.upstream_other else "unit", **seen)


def of_another_year(yearly: pd.DataFrame, vocabulary: Vocabulary) -> Doubts:
    """Find kept figures that an earlier edition of their publisher printed for the year before or after.

    The newest edition wins, also where a row of its table slipped. One figure that moved can be chance; where two
    different figures of a series moved the same way, all that moved are doubtful.
    """
    series = ["publisher", "country", "indicator", "breakdown"]
    figures = yearly.loc[yearly["value"] > vocabulary.causes.near_count]
    lost = figures.loc[~figures["accepted"], [*series, "value", "year", "published"]]
    pairs = figures[figures["accepted"]].merge(lost, on=[*series, "value"], suffixes=("", "_before"))
    pairs["shift"] = pairs["year_before"] - pairs["year"]
    before = pairs["published_before"].astype(object) < pairs["published"].astype(object)
    moved = pairs[pairs["shift"].isin([-1, 1]) & before]
    moved = moved.assign(n=moved.groupby([*series, "shift"])["value"].transform("nunique") - 1)
    for row in _each(moved[moved["n"] > 0].sort_values("shift", ascending=False, kind="stable")):
        seen = {"value": row.value, "year": str(row.year_before), "n": int(row.n)}
        yield row.row, "shifted_year", evidence("moved", publisher=row.publisher, **seen)


def of_its_source(kept: pd.DataFrame, doubted: pd.DataFrame) -> Doubts:
    """Tell the kept figures that others of their own source speak against; see `forms`."""
    for row in _each(kept[["row"]].join(doubted, on="row", how="inner")):
        code, names = _SAID[row.doubt]
        yield row.row, row.doubt, evidence(code, **dict(zip(names, (row.number, row.other), strict=True)))


def of_a_statement(kept: pd.DataFrame, vocabulary: Vocabulary) -> Doubts:
    """Find printed shares and changes that the figures kept of their counts do not bear out, within rounding."""
    said = {name: entry for name, entry in vocabulary.indicators.items() if entry.of is not None}
    statements = kept[kept["indicator"].isin(list(said))]
    of_those = kept["indicator"].isin([entry.of for entry in said.values()])
    counts = kept[of_those & kept["country"].isin(statements["country"])]
    values = counts.set_index(list(CELL))["value"].to_dict()
    for row in _each(statements):
        entry, period = said[row.indicator], (row.period_start, row.period_end)
        first, last = ((f"{day[:4]}-01-01", f"{day[:4]}-12-31") for day in period)
        is_share = entry.measure == "share"
        new = values.get((row.country, entry.of, row.breakdown, *(period if is_share else last)), np.nan)
        base = values.get((row.country, entry.of, *(("", *period) if is_share else (row.breakdown, *first))), np.nan)
        if entry.unit == "percent":
            new = 100 * new / base if base else np.nan
        found = new if is_share else new - (100 if entry.unit == "percent" else base)
        half = 0.5 * 10.0 ** -len(f"{row.value:.15g}".partition(".")[2])
        if abs(found - row.value) > half + 1e-9:
            yield row.row, "statement", evidence("statement", printed=row.value, found=round(found, 1))
