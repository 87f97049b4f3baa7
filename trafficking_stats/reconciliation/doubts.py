"""Claims that are kept and doubtful all the same: the number is of another unit or year, or of a time to come."""

from __future__ import annotations

import pandas as pd

from trafficking_stats.reconciliation.evidence import number
from trafficking_stats.reconciliation.vintages import latest_day
from trafficking_stats.vocabulary import Vocabulary
from trafficking_stats.wording import label_of

PLACE = ["country", "breakdown", "period_start", "period_end"]
SERIES = ["publisher", "country", "indicator", "breakdown"]


def doubts(judged: pd.DataFrame, vocabulary: Vocabulary) -> pd.Series:
    """Say what is doubtful of kept claims.

    Parameters
    ----------
    judged : pandas.DataFrame
        All claims with ``accepted``.
    vocabulary : Vocabulary
        Says which indicators count the same event, and how far is far.

    Returns
    -------
    pandas.Series
        Words that begin with ``doubtful``, with the index of ``judged``; only of the doubtful claims.
    """
    found = pd.concat(
        [of_the_future(judged, vocabulary), of_another_unit(judged, vocabulary), of_another_year(judged, vocabulary)]
    )
    return found[~found.index.duplicated()].sort_index()


def of_the_future(judged: pd.DataFrame, vocabulary: Vocabulary) -> pd.Series:
    """Find counts of a period that had not ended when they were published: of 2033, printed in 2023.

    A maximum penalty or a budget may be known beforehand, a count may not.

    Parameters
    ----------
    judged : pandas.DataFrame
        All claims with ``accepted``.
    vocabulary : Vocabulary
        Says what is a count.

    Returns
    -------
    pandas.Series
        As of `doubts`.
    """
    counts = [name for name, entry in vocabulary.indicators.items() if entry.measure == "count"]
    last = judged["published"].map({date: latest_day(date) for date in judged["published"].unique()})
    early = (judged["period_end"] > last) & (last != "") & judged["indicator"].isin(counts) & judged["accepted"]
    rows = judged.loc[early, ["period_end", "published"]].itertuples()
    words = {row.Index: f"doubtful: future_period: it ends {row.period_end}, published {row.published}" for row in rows}
    return pd.Series(words, dtype=object)


def of_another_unit(judged: pd.DataFrame, vocabulary: Vocabulary) -> pd.Series:
    """Find kept claims whose number was probably filed under the wrong unit.

    Nothing contradicts a number of persons that is in truth a number of counts as long as no other source prints
    persons. It is doubtful where three things meet: another publisher prints exactly this number for another unit of
    the same event; a third indicator has the claim's unit; and what is kept of that one is far away.

    Parameters
    ----------
    judged : pandas.DataFrame
        All claims with ``accepted``.
    vocabulary : Vocabulary
        Says which indicators count the same event, and how far is far.

    Returns
    -------
    pandas.Series
        Words that begin with ``doubtful``, with the index of ``judged``; only of the doubtful claims.

    Examples
    --------
    >>> from trafficking_stats.vocabulary import load_vocabulary
    >>> row = dict(country="AAA", breakdown="", period_start="2015-01-01", period_end="2015-12-31", qualifier="exact")
    >>> said = [("UNODC", "suspects_formal_contact", 67), ("Court", "charges_counts", 67)]
    >>> said.append(("Court", "charged_persons", 25))
    >>> judged = pd.DataFrame([{**row, "publisher": p, "upstream": p, "indicator": i, "value": v} for p, i, v in said])
    >>> of_another_unit(judged.assign(accepted=True), load_vocabulary()).tolist()
    ['doubtful: unit: 67 is the number of charges (counts) at Court; persons charged are 25']
    """
    indicators, limits = vocabulary.indicators, vocabulary.causes
    wanted = {name for same in vocabulary.same_event for name in same.indicators}
    usable = judged["indicator"].isin(wanted) & (judged["qualifier"] == "exact") & judged["accepted"].astype(bool)
    figures = judged.loc[usable, [*PLACE, "indicator", "value", "publisher", "upstream"]]
    figures = figures[figures["value"] > limits.near_count].assign(row=lambda table: table.index)
    by_name: dict[str, pd.DataFrame] = {str(name): rows for name, rows in figures.groupby("indicator", sort=True)}
    found: dict[object, str] = {}
    for same in vocabulary.same_event:
        there = [name for name in same.indicators if name in by_name]
        for mine in there:
            peers = [name for name in there if name != mine and indicators[name].unit == indicators[mine].unit]
            others = [name for name in there if indicators[name].unit != indicators[mine].unit]
            for other, peer in ((other, peer) for other in others for peer in peers):
                pairs = by_name[mine].merge(by_name[other], on=[*PLACE, "value"], suffixes=("", "_other"))
                pairs = pairs[pairs["publisher"] != pairs["publisher_other"]]
                pairs = pairs.merge(by_name[peer], on=PLACE, suffixes=("", "_peer"))
                off = (pairs["value"] - pairs["value_peer"]).abs()
                pairs = pairs[off > (limits.near_share * pairs["value_peer"]).clip(lower=limits.near_count)]
                for pair in pairs.drop_duplicates("row").to_dict("records"):
                    where = f" at {pair['upstream_other']}" if pair["upstream_other"] else ""
                    found.setdefault(
                        pair["row"],
                        f"doubtful: unit: {number(pair['value'])} is the number of {label_of(other, vocabulary)}"
                        f"{where}; {label_of(peer, vocabulary)} are {number(pair['value_peer'])}",
                    )
    return pd.Series(found, dtype=object).sort_index()


def of_another_year(judged: pd.DataFrame, vocabulary: Vocabulary) -> pd.Series:
    """Find kept figures that an earlier edition of their publisher printed for the year before or after.

    The newest edition wins, also where a row of its table slipped. One figure that moved can be chance; where two
    different figures of a series moved the same way, all that moved are doubtful.

    Parameters
    ----------
    judged : pandas.DataFrame
        All claims with ``accepted``.
    vocabulary : Vocabulary
        Says how small a figure may be found twice by chance.

    Returns
    -------
    pandas.Series
        As of `doubts`.

    Examples
    --------
    >>> from trafficking_stats.vocabulary import load_vocabulary
    >>> said = [(2020, 195, "2023", 0), (2021, 83, "2023", 0), (2019, 195, "2025", 1), (2020, 83, "2025", 1)]
    >>> judged = pd.DataFrame(said, columns=["year", "value", "published", "accepted"])
    >>> judged["period_start"] = judged["year"].astype(str) + "-01-01"
    >>> judged["period_end"] = judged["year"].astype(str) + "-12-31"
    >>> judged = judged.assign(country="AAA", indicator="victims_identified", breakdown="", qualifier="exact")
    >>> of_another_year(judged.assign(publisher="UNODC"), load_vocabulary()).tolist()[0]
    'doubtful: shifted_year: UNODC printed 195 for 2020 before, and moved 1 other figure by a year likewise'
    """
    start, end = judged["period_start"], judged["period_end"]
    yearly = start.str.endswith("-01-01") & (end == start.str[:4] + "-12-31") & (judged["qualifier"] == "exact")
    usable = judged[yearly & (judged["value"] > vocabulary.causes.near_count)]
    figures = usable[[*SERIES, "value", "published"]].assign(
        year=usable["period_start"].str[:4].astype(int), row=usable.index
    )
    kept = usable["accepted"].astype(bool)
    tables = []
    for shift in (1, -1):
        before = figures[~kept].assign(year=figures.loc[~kept, "year"] - shift)
        pairs = figures[kept].merge(before, on=[*SERIES, "year", "value"], suffixes=("", "_before"))
        pairs = pairs[pairs["published_before"] < pairs["published"]].drop_duplicates("row")
        tables.append(pairs.assign(shift=shift))
    moved = pd.concat(tables, ignore_index=True)
    moved["others"] = moved.groupby([*SERIES, "shift"])["value"].transform("nunique") - 1
    moved = moved[moved["others"] > 0].drop_duplicates("row")
    words = [
        f"doubtful: shifted_year: {pair['publisher']} printed {number(pair['value'])} for "
        f"{pair['year'] + pair['shift']} before, and moved {pair['others']} other figure{'s' * (pair['others'] > 1)} "
        "by a year likewise"
        for pair in moved.to_dict("records")
    ]
    return pd.Series(words, index=moved["row"].to_numpy(), dtype=object).sort_index()
