"""Claims that nothing contradicts, and that are doubtful all the same: the number is known to be of another unit."""

from __future__ import annotations

import pandas as pd

from trafficking_stats.reconciliation.evidence import number
from trafficking_stats.vocabulary import Vocabulary
from trafficking_stats.wording import label_of

PLACE = ["country", "breakdown", "period_start", "period_end"]


def doubts(judged: pd.DataFrame, vocabulary: Vocabulary) -> pd.Series:
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
    >>> doubts(judged.assign(accepted=True), load_vocabulary()).tolist()
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
