"""How often categories that should exclude each other add up to more than their whole.

    python benchmarks/exclusive_rules.py [FOLDER]

Over the shipped claims and every UNODC data file (``*.xlsx``) in FOLDER: a table is what one source prints of one
country, indicator, year and dimension; it is compared with a total that all sources agree on, where two categories or
more name a person. A rule that is sound by definition is broken by misprints alone, in a few tables of a hundred; one
that is broken in many is no rule: the category overlaps, or the unit is another. For each it is also printed how often
the largest category alone exceeds the total, which no overlap can explain.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

import trafficking_stats as ts
from trafficking_stats import breakdowns
from trafficking_stats.intervals import intervals
from trafficking_stats.readers.unodc import read_unodc
from trafficking_stats.vocabulary import load_vocabulary

FEWEST = 10
"""Dimensions and indicators with fewer tables are left out."""

WHERE = ["country", "indicator", "period_start", "period_end"]


def gather(folder: Path | None) -> pd.DataFrame:
    """Return all claims at hand with their bounds; a release in the folder stands for the part of it that ships."""
    releases = [read_unodc(path).claims for path in sorted(folder.glob("*.xlsx"))] if folder else []
    shipped = ts.load_claims()
    whole = {source for release in releases for source in release["source_id"].unique()}
    claims = pd.concat([shipped[~shipped["source_id"].isin(whole)], *releases], ignore_index=True)
    vocabulary = load_vocabulary()
    counts = [name for name, entry in vocabulary.indicators.items() if entry.measure == "count"]
    claims = claims[claims["indicator"].isin(counts)].reset_index(drop=True)
    claims["lower"], claims["upper"] = intervals(claims, vocabulary)
    return claims


def tables(claims: pd.DataFrame) -> pd.DataFrame:
    """Return one row a table: its dimension, the sum and the largest of its exclusive categories, and the total."""
    vocabulary = load_vocabulary()
    totals = claims[(claims["breakdown"] == "") & (claims["qualifier"] == "exact")]
    agreed = totals.groupby(WHERE)["value"].agg(["nunique", "max"]).query("nunique == 1")["max"].rename("total")
    keys = {name: breakdowns.parse(name) for name in claims["breakdown"].unique()}
    known = {}
    for name, pairs in keys.items():
        key, category = next(iter(pairs.items()), ("", ""))
        entry = vocabulary.dimensions.get(key)
        # asked of no indicator: what the vocabulary says of one is what is being examined
        if entry and len(pairs) == 1 and entry.relation == "part" and entry.is_exclusive(category):
            known[name] = key
    parts = claims[claims["breakdown"].isin(list(known))]
    parts = parts.assign(dimension=parts["breakdown"].map(known))
    found = parts[parts["lower"] > 0].groupby(["source_id", *WHERE, "dimension"])["lower"].agg(["size", "sum", "max"])
    found = found[found["size"] > 1].reset_index()
    return found.merge(agreed.reset_index(), on=WHERE)


def main(folder: Path | None) -> None:
    """Print one line a dimension and indicator."""
    found = tables(gather(folder))
    found["exceeds"], found["alone"] = found["sum"] > found["total"], found["max"] > found["total"]
    found["times"] = found["sum"] / found["total"].clip(lower=1)
    groups = found.groupby(["dimension", "indicator"])
    shown = groups.agg(tables=("exceeds", "size"), exceeds=("exceeds", "mean"), alone=("alone", "mean"))
    shown["times"] = found[found["exceeds"]].groupby(["dimension", "indicator"])["times"].median()
    shown["by_sum_alone"] = shown["exceeds"] - shown["alone"]
    shown = shown[shown["tables"] >= FEWEST].sort_values("exceeds", ascending=False)
    print("share of tables whose categories exceed the total, and the median of how many times, where they do")
    print(shown.round(3).to_string())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
