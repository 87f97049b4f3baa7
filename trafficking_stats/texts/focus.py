"""What the pages look at: which indicators they draw, over which years, and which cells they explain."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from trafficking_stats.breakdowns import parse
from trafficking_stats.gap_analysis.answer import Gap
from trafficking_stats.gap_analysis.settings import load_gap_settings
from trafficking_stats.intervals import period_kind
from trafficking_stats.messages import Measure
from trafficking_stats.reconciliation.result import Reconciliation

LEADING = ("victims_identified", "prosecutions_suspects", "convictions_persons")
"""The indicators whose dependence on choices is always shown."""


PARTED = ("victims_identified", "convictions_persons")
"""The indicators whose parts are shown."""

SHOWN = ("exploitation", "sex", "age", "age;sex")
"""The dimensions by which parts are shown."""


class Cell(NamedTuple):
    """One figure of a country: an indicator, a calendar year, and a breakdown, empty for the total."""

    indicator: str
    year: int
    breakdown: str


def known(series: pd.DataFrame) -> pd.DataFrame:
    """Return the rows on which anything is known, by year: not those from nothing to infinity."""
    nothing = (series["lower"].fillna(0) == 0) & series["upper"].isna()
    return series[~nothing].sort_values("year", kind="stable")


def figures(series: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with a figure: some claim is about it, or others leave one value, which is then deduced."""
    return series[(series["n_claims"] > 0) | (series["lower"] == series["upper"]).fillna(False)]


def measured(rec: Reconciliation, country: str, measures: Iterable[str]) -> pd.DataFrame:
    """Return the rows of the series on some measures, each named in the column ``indicator`` as ``ts.gap`` takes it."""
    rows = named(rec.series[rec.series["country"] == country])
    return rows[rows["indicator"].isin([str(Measure.read(name)) for name in measures])]


def named(rows: pd.DataFrame) -> pd.DataFrame:
    """Name what is counted in the column ``indicator`` with its part, ``indicator;key=value``, as ``ts.gap`` does."""
    parts = (";" + rows["breakdown"]).where(rows["breakdown"] != "", "")
    return rows.assign(indicator=rows["indicator"] + parts)


def years_shown(rec: Reconciliation, country: str, start: int | None, end: int | None) -> tuple[int, int]:
    """Return the first and last year asked for; where none is, those in which a stage of the country has a figure."""
    own = totals(rec, country)
    own = figures(own[own["indicator"].isin(stage_indicators(rec, country))])
    years = own["year"] if len(own) else pd.Series([2003, 2024])
    return start or int(years.min()), end or int(years.max())


def stage_indicators(rec: Reconciliation, country: str) -> list[str]:
    """Return the indicators from identification to conviction of which some claim gives a total, in order."""
    settings = load_gap_settings().stages
    wanted = ["victims_identified", *settings["investigation"], *settings["prosecution"], "convictions_persons"]
    own = rec.claims[(rec.claims["country"] == country) & (rec.claims["breakdown"] == "")]
    return [indicator for indicator in wanted if indicator in set(own["indicator"])]


def totals(rec: Reconciliation, country: str, start: int = 0, end: int = 9999) -> pd.DataFrame:
    """Return the rows of the series on totals of a country, without their parts."""
    series = rec.series
    return series[(series["country"] == country) & (series["breakdown"] == "") & series["year"].between(start, end)]


def yearly_claims(rec: Reconciliation, country: str, start: int = 0, end: int = 9999) -> pd.DataFrame:
    """Return the judged claims on totals of one calendar year, with that ``year``."""
    claims = rec.claims
    own = claims[(claims["country"] == country) & (claims["breakdown"] == "") & claims["lower"].notna()]
    annual = [period_kind(a, b) == "year" for a, b in zip(own["period_start"], own["period_end"], strict=True)]
    own = own[np.array(annual, dtype=bool)]
    own = own.assign(year=own["period_end"].str[:4].astype(int))
    return own[own["year"].between(start, end)]


def compared_indicators(rec: Reconciliation, country: str, start: int = 0, end: int = 9999) -> list[str]:
    """Return the counts on whose yearly totals two publishers have a say or a claim was rejected, most rejected first.

    Equals stand with most claims first, then in the order of the vocabulary.
    """
    own = yearly_claims(rec, country, start, end)
    publishers = own.groupby(["indicator", "period_end"])["publisher"].nunique()
    several = set(publishers[publishers > 1].index.get_level_values("indicator"))
    disputed = set(own.loc[~own["accepted"], "indicator"])
    counts = own.groupby("indicator")["accepted"].agg(rejected=lambda kept: int((~kept).sum()), claims="size")
    names = [
        name
        for name, indicator in rec.vocabulary.indicators.items()
        if name in several | disputed and indicator.measure == "count"
    ]
    return sorted(names, key=lambda name: tuple(-counts.loc[name]))


def leading_indicators(
    rec: Reconciliation, country: str, start: int | None = None, end: int | None = None
) -> list[str]:
    """Return the counts worth drawing claim by claim: those compared, else the one with most yearly claims."""
    first, last = start or 0, end or 9999
    most = yearly_claims(rec, country, first, last)["indicator"].value_counts().index
    return compared_indicators(rec, country, first, last) or list(most[:1]) or [LEADING[0]]


def explained_cells(rec: Reconciliation, country: str) -> list[Cell]:
    """Return the cells that the page of the reconciliation explains: totals, parts by `SHOWN`, protection, clashes."""
    own = rec.series[rec.series["country"] == country]
    clashes = rec.clashes[rec.clashes["country"] == country]
    names = list(rec.vocabulary.indicators)
    stage = own["indicator"].map({name: entry.stage for name, entry in rec.vocabulary.indicators.items()})
    by = own["breakdown"].map({part: ";".join(parse(part)) for part in own["breakdown"].unique()})
    # of the hundred citizenships only those that some year counts exactly
    counted = set(own.loc[(by == "citizenship") & own["estimate"].notna(), "breakdown"])
    shown = own["indicator"].isin(PARTED) & (by.isin(SHOWN) | own["breakdown"].isin(counted))
    shown |= (own["breakdown"] == "") | stage.isin(["assistance", "protection"])
    kept = (shown & own.index.isin(known(own).index)) | _keys(own).isin(_keys(clashes))
    cells = own.assign(place=own["indicator"].map(names.index))[kept].sort_values(["place", "breakdown", "year"])
    return [Cell(*cell) for cell in zip(cells["indicator"], cells["year"], cells["breakdown"], strict=True)]


def _keys(table: pd.DataFrame) -> pd.Index:
    return pd.MultiIndex.from_frame(table[list(Cell._fields)].dropna())


def shown_ratios(gap: Gap) -> pd.DataFrame:
    """Return the rates that a page shows: no single years, and the shortest lag where all lags have fewer years."""
    rows = gap.tables["ratios"]
    again = (rows["kind"] == "lag") & (rows["lag"] == gap.question.lags[0]) & (rows["n_years"] == len(gap.years))
    return rows[(rows["kind"] != "year") & ~again]
