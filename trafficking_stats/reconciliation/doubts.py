"""Claims that are kept and doubtful all the same: a code each, and what was seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from trafficking_stats import breakdowns
from trafficking_stats.reconciliation.evidence import Counted, Evidence, evidence
from trafficking_stats.reconciliation.vintages import is_year, latest_day
from trafficking_stats.vocabulary import Vocabulary

PLACE = ["country", "breakdown", "period_start", "period_end"]
SERIES = ["publisher", "country", "indicator", "breakdown"]
EVENT = ["country", "indicator", "period_start", "period_end"]

Doubt = tuple[Any, str, Evidence]
"""Index of the claim, code, and what was seen."""


def doubts(judged: pd.DataFrame, vocabulary: Vocabulary) -> pd.DataFrame:
    """Find what is doubtful of kept claims.

    Parameters
    ----------
    judged : pandas.DataFrame
        All claims with ``accepted``, ``lower`` and ``upper``.
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
    found: dict[Any, tuple[str, Evidence]] = {}
    for find in (of_the_future, of_another_unit, of_another_year, of_a_copied_year, of_its_tables, of_a_statement):
        for row, code, seen in find(judged, vocabulary):
            found.setdefault(row, (code, seen))
    table = pd.DataFrame.from_dict(found, orient="index", columns=["doubt", "evidence"], dtype=object)
    return table.sort_index() if len(table) else table


def _each(table: pd.DataFrame) -> Iterator[Any]:
    return iter(table.itertuples())


def of_the_future(judged: pd.DataFrame, vocabulary: Vocabulary) -> Iterator[Doubt]:
    """Find counts of a period that had not ended when they were published: of 2033, printed in 2023.

    A maximum penalty or a budget may be known beforehand, a count may not.
    """
    counts = [name for name, entry in vocabulary.indicators.items() if entry.measure == "count"]
    last = judged["published"].map({date: latest_day(date) for date in judged["published"].unique()})
    early = (judged["period_end"] > last) & (last != "") & judged["indicator"].isin(counts) & judged["accepted"]
    for row in _each(judged.loc[early, ["period_end", "published"]]):
        yield row.Index, "future_period", evidence("future_period", end=row.period_end, published=row.published)


def of_another_unit(judged: pd.DataFrame, vocabulary: Vocabulary) -> Iterator[Doubt]:
    """Find kept claims whose number was probably filed under the wrong unit.

    Nothing contradicts a number of persons that is in truth a number of counts as long as no other source prints
    persons. It is doubtful where three things meet: another publisher prints exactly this number for another unit of
    the same event; a third indicator has the claim's unit; and what is kept of that one is far away.
    """
    indicators, limits = vocabulary.indicators, vocabulary.causes
    usable = (judged["qualifier"] == "exact") & judged["accepted"].astype(bool) & (judged["value"] > limits.near_count)
    figures = judged.loc[usable, [*PLACE, "indicator", "value", "publisher", "upstream"]].reset_index(names="row")
    for same in vocabulary.same_event:
        own = figures[figures["indicator"].isin(same.indicators)]
        own = own.assign(unit=own["indicator"].map(lambda name: indicators[name].unit))
        pairs = own.merge(own, on=[*PLACE, "value"], suffixes=("", "_other"))
        pairs = pairs[(pairs["publisher"] != pairs["publisher_other"]) & (pairs["unit"] != pairs["unit_other"])]
        pairs = pairs.merge(own, on=[*PLACE, "unit"], suffixes=("", "_peer"))
        off = (pairs["value"] - pairs["value_peer"]).abs()
        far = off > (limits.near_share * pairs["value_peer"]).clip(lower=limits.near_count)
        order = [pairs[name].map(list(same.indicators).index) for name in ("indicator_other", "indicator_peer")]
        pairs = pairs.assign(first=order[0], then=order[1])[far & (pairs["indicator"] != pairs["indicator_peer"])]
        for pair in _each(pairs.sort_values(["first", "then"], kind="stable").drop_duplicates("row")):
            seen = {"value": pair.value, "other": Counted(pair.indicator_other), "peer_value": pair.value_peer}
            at = "unit_at" if pair.upstream_other else "unit"
            seen |= {"peer": Counted(pair.indicator_peer), "at": pair.upstream_other}
            yield pair.row, "unit", evidence(at, **seen)


def of_another_year(judged: pd.DataFrame, vocabulary: Vocabulary) -> Iterator[Doubt]:
    """Find kept figures that an earlier edition of their publisher printed for the year before or after.

    The newest edition wins, also where a row of its table slipped. One figure that moved can be chance; where two
    different figures of a series moved the same way, all that moved are doubtful.
    """
    usable = (judged["qualifier"] == "exact") & (judged["value"] > vocabulary.causes.near_count)
    columns = [*SERIES, "value", "published", "accepted", "period_start", "period_end"]
    figures = judged.loc[usable, columns].reset_index(names="row")
    lost = figures.loc[~figures["accepted"], [*SERIES, "value"]].drop_duplicates()
    figures = figures.merge(lost, on=[*SERIES, "value"])
    figures = figures[is_year(figures["period_start"], figures["period_end"])]
    figures["year"] = figures["period_end"].str[:4].astype(int)
    kept, lost = figures[figures["accepted"].astype(bool)], figures[~figures["accepted"].astype(bool)]
    pairs = kept.merge(lost, on=[*SERIES, "value"], suffixes=("", "_before"))
    pairs["shift"] = pairs["year_before"] - pairs["year"]
    moved = pairs[pairs["shift"].isin([-1, 1]) & (pairs["published_before"] < pairs["published"])]
    others = moved.groupby([*SERIES, "shift"])["value"].transform("nunique") - 1
    moved = moved.assign(others=others)[others > 0].sort_values("shift", ascending=False, kind="stable")
    for row in _each(moved.drop_duplicates("row")):
        seen = {"value": row.value, "year": str(row.year_before), "n": int(row.others)}
        yield row.row, "shifted_year", evidence("moved", publisher=row.publisher, **seen)


def of_a_copied_year(judged: pd.DataFrame, vocabulary: Vocabulary) -> Iterator[Doubt]:
    """Find kept figures of a year for which a source prints exactly what it prints for the next, part by part."""
    own = judged.reset_index(names="row")
    own = own[(own["qualifier"] == "exact") & is_year(own["period_start"], own["period_end"])]
    own = own.assign(year=own["period_end"].str[:4].astype(int))
    table = ["source_id", "country", "indicator", "year"]
    pairs = own.merge(own.assign(year=own["year"] - 1), on=[*table, "breakdown"], suffixes=("", "_next"))
    pairs["same"] = pairs["value"] == pairs["value_next"]
    found = pairs.groupby(table, as_index=False).agg(
        same=("same", "all"), n=("value", "nunique"), most=("value", "max")
    )
    found = found[found["same"] & (found["n"] > 2) & (found["most"] >= vocabulary.causes.shift_from)]
    for row in _each(pairs.merge(found[[*table, "n"]], on=table)):
        seen = [(row.row, row.accepted, row.year + 1), (row.row_next, row.accepted_next, row.year)]
        for claim, accepted, other in seen:
            if accepted:
                yield claim, "copied_year", evidence("same_table", number=int(row.n), year=str(other))


def of_its_tables(judged: pd.DataFrame, vocabulary: Vocabulary) -> Iterator[Doubt]:
    """Find kept totals that the tables of their own source speak against.

    A complete table, as of women and men, covers everybody as a rule: where two of them add up to the same other
    number, the total may be the mistake. So may one that its parts exceed, unless another publisher prints it too.
    """
    exact = judged[(judged["qualifier"] == "exact") & (judged["period_start"] != "")]
    totals = exact[(exact["breakdown"] == "") & exact["accepted"].astype(bool)].reset_index(names="row")
    totals["publishers"] = totals.groupby([*EVENT, "value"])["publisher"].transform("nunique")
    own = ["source_id", *EVENT]
    parts = exact[exact["breakdown"].str.count("=") == 1].merge(totals[own].drop_duplicates(), on=own)
    parts["key"] = parts["breakdown"].str.split("=").str[0]
    kinds = parts[["breakdown", "indicator"]].drop_duplicates()
    mask = [_is_exclusive(*kind, vocabulary) for kind in zip(kinds["breakdown"], kinds["indicator"], strict=True)]
    parts = parts.merge(kinds[np.array(mask, dtype=np.bool_)])
    sums = parts.groupby([*own, "key"], as_index=False).agg(total=("value", "sum"), n=("value", "size"))
    sums = totals.merge(sums[sums["n"] > 1], on=own)
    complete = sums[sums["key"].isin([key for key, entry in vocabulary.dimensions.items() if entry.complete])]
    alike = complete.groupby("row").agg(value=("value", "first"), total=("total", "first"), n=("total", "size"))
    alike = alike[(complete.groupby("row")["total"].nunique() == 1) & (alike["n"] > 1)]
    for row in _each(alike[alike["total"] != alike["value"]]):
        yield row.Index, "two_tables", evidence("two_tables", total=row.total)
    above = sums[(sums["total"] > sums["value"]) & (sums["publishers"] == 1)]
    for row in _each(above.sort_values("total", ascending=False, kind="stable").drop_duplicates("row")):
        yield row.row, "parts_above", evidence("own_parts_above", total=row.total, value=row.value)


def of_a_statement(judged: pd.DataFrame, vocabulary: Vocabulary) -> Iterator[Doubt]:
    """Find printed shares and changes that the figures kept of their counts do not bear out, within rounding."""
    kept = judged[(judged["qualifier"] == "exact") & judged["accepted"].astype(bool)]
    columns = ("country", "indicator", "breakdown", "period_start", "period_end")
    values = dict(zip(zip(*(kept[name] for name in columns), strict=True), kept["value"], strict=True))
    said = {name: entry for name, entry in vocabulary.indicators.items() if entry.of is not None}
    for row in _each(kept[kept["indicator"].isin(list(said))]):
        entry, start, end = said[row.indicator], row.period_start, row.period_end
        cell = row.country, entry.of, row.breakdown
        first, last = ((f"{day[:4]}-01-01", f"{day[:4]}-12-31") for day in (start, end))
        is_share = entry.measure == "share"
        new = values.get((*cell, start, end) if is_share else (*cell, *last), np.nan)
        base = values.get((*cell[:2], "", start, end) if is_share else (*cell, *first), np.nan)
        if entry.unit == "percent":
            new = 100 * new / base if base else np.nan
        found = new if is_share else new - (100 if entry.unit == "percent" else base)
        half = 0.5 * 10.0 ** -len(f"{row.value:.15g}".partition(".")[2])
        if abs(found - row.value) > half + 1e-9:
            yield row.Index, "statement", evidence("statement", printed=row.value, found=round(found, 1))


def _is_exclusive(breakdown: str, indicator: str, vocabulary: Vocabulary) -> bool:
    """Whether a breakdown by one dimension is a part that excludes the others."""
    ((key, category),) = breakdowns.parse(breakdown).items()
    is_part = breakdowns.relation(key, vocabulary) == "part"
    return is_part and vocabulary.dimensions[key].is_exclusive(category, indicator)
