"""The rows of the tables of a gap, one class a table; every field is documented here and named nowhere else.

A row says of what it is, and has the fields of the statistic of that: those of a rate are in
`inference.contrasts.Rate`. A pair such as ``observed_lower``, ``observed_upper`` is the range that masked figures
leave open.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, get_type_hints

import pandas as pd

from trafficking_stats.inference.contrasts import AtOtherRate, Comparison, CountRatio, Rate, Share
from trafficking_stats.inference.decomposition import StageEffect
from trafficking_stats.inference.meta import PooledRate, ShrunkRate
from trafficking_stats.inference.silence import SilenceLimits
from trafficking_stats.inference.yearly import Spread


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """The years that a row is about; of a rate those of the numerator."""

    first_year: int
    last_year: int
    n_years: int  # fewer than the years from first to last where there is a hole


def pooled(years: Sequence[int]) -> dict[str, int]:
    """Return the fields of `Pooled`."""
    return {"first_year": years[0], "last_year": years[-1], "n_years": len(years)}


@dataclass(frozen=True, kw_only=True)
class Ratio(Rate, Pooled):
    """The rate over some years."""

    kind: str  # whole, early, late (the halves), lag (all lags on the years that each has), window, year
    lag: int  # years by which the denominator lies earlier


@dataclass(frozen=True, kw_only=True)
class Step(Rate, Pooled):
    """One stage per 100 of the stage before."""

    kind: str  # whole, early, late
    stage: str  # the later of the two
    from_indicator: str  # the denominator
    to_indicator: str  # the numerator


@dataclass(frozen=True, kw_only=True)
class Peer(Rate, Pooled):
    """The rate of a country, the country itself first, then its peers by code; never a ranking."""

    country: str
    own: bool
    definition: str  # who counts as a victim: assessed, presumed, mixed, unknown
    compared: bool  # whether definitions allow a comparison, or the reader accepts it
    ratio_lower: float = math.nan  # limits of the own rate by that of the peer in the years of both
    ratio_upper: float = math.nan
    chance: float = math.nan
    chance_adjusted: float = math.nan  # for the number of peers compared (Holm)


@dataclass(frozen=True, kw_only=True)
class CountryRate(ShrunkRate, Rate, Pooled):
    """The rate of one of all countries."""

    country: str
    region: str  # empty where unknown
    definition: str  # who counts as a victim: assessed, presumed, mixed, unknown
    drawn_to: str = ""  # the group whose middle it is drawn to: its region, or all; empty where both are too few


@dataclass(frozen=True, kw_only=True)
class GroupRate(PooledRate):
    """The rates of a group of countries together, by random effects."""

    kind: str  # all, region, definition
    group: str  # all, a region, or a definition of who counts as a victim
    n_countries: int


@dataclass(frozen=True, kw_only=True)
class Beside(CountRatio, Pooled):
    """One count beside another in years that follow each other."""

    numerator: str
    denominator: str


@dataclass(frozen=True, kw_only=True)
class Change(Comparison):
    """The later half of the years by the earlier: of the rate, of the numerator, of the denominator."""

    series: str  # rate, numerator, denominator
    early_first: int
    early_last: int
    late_first: int
    late_last: int
    percent_per_year: float  # the same change spread over the years between the middles of the halves; NaN if open
    percent_lower: float
    percent_upper: float


@dataclass(frozen=True, kw_only=True)
class Split(Comparison):
    """The rate after by the rate before each year at which the years can be split."""

    first_late: int  # the year that begins the later part
    laws: str  # changes of law and policy dated in the years between, joined by "; "
    default: bool  # whether this is the split into halves


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The count of one stage in one year."""

    stage: str  # identification, investigation, prosecution, conviction; or denominator, numerator
    indicator: str
    breakdown: str
    year: int
    lower: int | None  # None where nothing is known
    upper: int | None  # None also where there is no upper limit
    status: str  # as in the series of the reconciliation
    n_claims: int
    doubt: str  # why a claim on it is doubtful, else empty
    pooled: bool  # whether the year is among the years of the gap


@dataclass(frozen=True, kw_only=True)
class Disposal(Share, Pooled):
    """How many of the cases that ended, ended in one way."""

    outcome: str  # convicted, acquitted, dropped, unfounded
    indicator: str


@dataclass(frozen=True, kw_only=True)
class Effect(StageEffect):
    """The part of one stage in the change of the numerator a year from the earlier to the later half (Shapley)."""

    stage: str
    indicator: str
    merged: str  # stages without figures that this one stands for as well, joined by ";"


@dataclass(frozen=True, kw_only=True)
class Silence(SilenceLimits, Pooled):
    """Years in a row without a single event of the numerator."""

    certain: bool  # False where masked figures only allow it
    before_first: int  # the years before, with which it is compared; 0 if there are none
    before_last: int


@dataclass(frozen=True, kw_only=True)
class Dispersion(Spread):
    """How much more the counts of a stage vary than chance alone would make them."""

    stage: str  # numerator or denominator
    indicator: str
    n_years: int


@dataclass(frozen=True, kw_only=True)
class Shortfall(AtOtherRate, Pooled):
    """How many events there would have been at the rate of a peer, and how many fewer there were."""

    peer: str
    definition: str


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The answer to one question under one set of choices."""

    question: str  # level (per 100) or change (late less early per 100)
    method: str  # how clashes are resolved
    left_out: str  # which source is left out; empty for none
    lag: int
    window: str
    unit: str  # the indicator that counts the numerator
    masked: str  # masked figures at the end that makes the answer low or high
    value: float  # NaN where refused
    repeat: bool  # whether an earlier choice gave the very same counts
    default: bool
    refusal: str  # reason code, else empty


@dataclass(frozen=True)
class SourceChoice:
    """The rate of all years under one choice of figures."""

    method: str
    left_out: str
    per_100_min: float  # NaN where refused
    per_100_max: float
    repeat: bool
    refusal: str


@dataclass(frozen=True)
class Refusal:
    """Why an analysis is not given."""

    analysis: str  # name of its table
    reason: str  # code; `gap.refusal.CODE` in the catalogue says it
    have: int
    need: int
    years: tuple[int, ...] = ()
    subject: str = ""  # of what it was asked: a measure, a stage, a country, a source


@dataclass(frozen=True)
class Caveat:
    """What a reader must know beside the headline."""

    code: str  # `gap.caveat.CODE` in the catalogue says it
    subject: str = ""
    years: tuple[int, ...] = ()
    reasons: tuple[str, ...] = ()  # of a doubt: `reconciliation.doubt.REASON`


def table_of(rows: Sequence[Any], kind: type) -> pd.DataFrame:
    """Make a table of rows of one class, one column a field; whole numbers that may be unknown are ``Int64``."""
    kinds = {int: "int64", float: "float64", bool: "bool", str: "object", int | None: "Int64"}
    types = get_type_hints(kind)
    columns = {one.name: ([getattr(row, one.name) for row in rows], kinds[types[one.name]]) for one in fields(kind)}
    return pd.DataFrame({name: pd.Series(values, dtype=dtype) for name, (values, dtype) in columns.items()})
