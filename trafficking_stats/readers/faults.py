"""Figures of one release that cannot be right: above their whole, or the number of their year."""

import itertools

import pandas as pd

from trafficking_stats.csv_tables import records
from trafficking_stats.errors import ReaderError
from trafficking_stats.intervals import intervals
from trafficking_stats.readers.tables import load_map
from trafficking_stats.vocabulary import load_vocabulary

CELL = ["country", "indicator", "breakdown", "period_start", "period_end"]
PLACE = ["country", "indicator", "period_start", "period_end"]
_EXCLUSIVE = ("age", "sex")
"""Dimensions in which no person is counted twice."""

_WORDS = load_map("revisions.toml")["words"]
_SIGNS = {"exact": "", "less_than": "<", "more_than": ">", "at_most": "≤", "at_least": "≥"}


def in_order(table: pd.DataFrame, **ascending: bool) -> pd.DataFrame:
    """Sort by some columns, and then by cell."""
    order = {**ascending, **dict.fromkeys(CELL, True)}
    return table.sort_values(list(order), ascending=list(order.values()), ignore_index=True)


def bounded(claims: pd.DataFrame, which: str) -> pd.DataFrame:
    """Return cell, occurrence, figure as printed, and the interval of every claim."""
    missing = [column for column in (*CELL, "value", "qualifier") if column not in claims]
    if missing:
        raise ReaderError(f"the {which} release lacks the columns {', '.join(missing)}")
    qualifiers = load_vocabulary().qualifiers
    unknown = sorted(set(claims["qualifier"]) - set(qualifiers))
    if unknown:
        raise ReaderError(f"the {which} release has the unknown qualifiers {', '.join(unknown)}")
    table = claims[[*CELL, "value", "qualifier"]].reset_index(drop=True)
    signs = {name: _SIGNS.get(name, f"{entry.label} ") for name, entry in qualifiers.items()}
    lower, upper = (pd.Series(end).fillna(table["value"]) for end in intervals(claims, load_vocabulary()))
    return table.assign(
        occurrence=table.groupby(CELL, sort=False).cumcount(),
        figure=table["qualifier"].map(signs) + table["value"].map("{:.15g}".format),
        lower=lower,
        upper=upper,
    )


def faults_of(release: pd.DataFrame) -> pd.DataFrame:
    """Find parts above their whole, parts that add up to more than it, and figures that equal their year.

    Parameters
    ----------
    release : pandas.DataFrame
        From `bounded`.

    Returns
    -------
    pandas.DataFrame
        ``kind``, the columns of a cell, ``figure``, ``size``, ``whole_upper`` (the most that its whole can be) and
        ``evidence``.
    """
    parts = _with_wholes(release)
    parts["size"], parts["depth"] = parts["lower"] - parts["whole_upper"], parts["whole"].str.count("=")
    parts["dimension"] = parts["dropped"].str.extract(r"^([^=;]+)=[^;]*$", expand=False)
    above = parts[parts["size"] > 0].sort_values(["depth", "whole"], kind="stable")
    above = above.sort_values("size", ascending=False, kind="stable").drop_duplicates([*CELL, "occurrence"])

    tables = parts[parts["dimension"].isin(_EXCLUSIVE)].groupby([*PLACE, "whole", "dimension"])
    sums = tables.agg(
        least=("lower", "sum"),
        worst=("size", "max"),
        whole_upper=("whole_upper", "first"),
        whole_figure=("whole_figure", "first"),
    )
    sums = sums[sums["worst"] <= 0].reset_index().rename(columns={"whole": "breakdown"})
    sums["size"], sums["figure"] = sums["least"] - sums["whole_upper"], sums["least"].map("{:.0f}".format)

    over = sums[sums["size"] > 0]
    of_year = (release["qualifier"] == "exact") & (release["value"] == release["period_start"].str[:4].astype(float))
    found = [
        told(above, "part_above_whole").assign(kind="part_above_whole"),
        told(over, "parts_above_whole").assign(kind="parts_above_whole_by_" + over["dimension"]),
        told(release.assign(size=release["value"])[of_year], "equals_its_year").assign(kind="equals_its_year"),
    ]
    columns = ["kind", *CELL, "figure", "size", "whole_upper", "evidence"]
    return pd.concat(found, ignore_index=True).reindex(columns=columns).astype({"size": int, "whole_upper": float})


def told(table: pd.DataFrame, words: str) -> pd.DataFrame:
    """Say of each row in words what was found."""
    rows = records(table.assign(part=table["breakdown"].replace("", "the total")))
    for row in rows:
        row["year"], row["whole"] = row["period_start"][:4], row.get("whole") or "the total"
        row["place"] = f", {row['breakdown']}" if row["breakdown"] else ""
    said = [("{country} {indicator}" + _WORDS[words]).format(**row) for row in rows]
    return table.assign(evidence=pd.Series(said, table.index, dtype=object))


def _with_wholes(release: pd.DataFrame) -> pd.DataFrame:
    """Pair every figure with those it is a part of: all with fewer keys, down to the total."""
    pairs: list[tuple[str, str, str]] = []
    for part in release["breakdown"].unique():
        keys = part.split(";") if part else []
        for size in range(len(keys)):
            kept = list(itertools.combinations(keys, size))
            pairs += [(part, ";".join(left), ";".join(sorted({*keys} - {*left}))) for left in kept]
    names = pd.DataFrame(pairs, columns=["breakdown", "whole", "dropped"]).astype(str)
    figures = release.rename(columns={"breakdown": "whole"}).groupby([*PLACE, "whole"], sort=False)
    wholes = figures.agg(whole_upper=("upper", "max"), whole_figure=("figure", "first")).reset_index()
    return release.merge(names, on="breakdown").merge(wholes, on=[*PLACE, "whole"])
