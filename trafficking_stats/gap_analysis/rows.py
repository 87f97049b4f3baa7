"""The rows of the tables of a gap, one class a table; every field is documented here and named nowhere else.

``lower`` and ``upper`` are the limits of the one model of counts that vary more than chance alone makes them.
``exact_lower`` and ``exact_upper`` are the limits there would be if every event were independent of every other. A
pair such as ``numerator_lower``, ``numerator_upper`` is the range that masked figures leave open; the two are equal
where a count is known. An upper limit that does not exist is infinite. Rates are per 100 of the denominator.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    """Limits of one number, from the model and for independent events."""

    lower: float
    upper: float
    exact_lower: float
    exact_upper: float


@dataclass(frozen=True)
class Ratio:
    """Numerator per 100 of the denominator, over some years."""

    kind: str  # whole, early, late (the halves), lag, window, year
    first_year: int  # of the numerator
    last_year: int
    n_years: int  # fewer than the years from first to last where there is a hole
    lag: int  # years by which the denominator lies earlier
    numerator_lower: int
    numerator_upper: int
    denominator_lower: int
    denominator_upper: int
    per_100: float  # NaN where a masked figure leaves it open
    per_100_min: float  # the smallest and the largest rate that masked figures allow
    per_100_max: float
    lower: float
    upper: float
    exact_lower: float
    exact_upper: float
    above_one: bool  # more of the numerator than of the denominator, whatever masked figures are


@dataclass(frozen=True)
class Change:
    """The later half of the years by the earlier: of the rate, of the numerator, of the denominator."""

    series: str  # rate, numerator, denominator
    early_first: int
    early_last: int
    late_first: int
    late_last: int
    early_min: float  # rate per 100, or count a year
    early_max: float
    late_min: float
    late_max: float
    ratio_min: float  # late by early; below 1 is a fall
    ratio_max: float
    lower: float
    upper: float
    exact_lower: float  # for the rate with the denominators taken as known
    exact_upper: float
    percent_per_year: float  # the same change spread over the years between the middles of the halves; NaN if open
    percent_lower: float
    percent_upper: float
    chance: float  # two-sided p value: how often chance alone would make so large a change
    direction: str  # fell, rose, or empty where masked figures leave it open
    beyond_chance: bool


@dataclass(frozen=True)
class Split:
    """The rate after by the rate before each year at which the years can be split."""

    first_late: int  # the year that begins the later part
    ratio_min: float
    ratio_max: float
    lower: float
    upper: float
    chance: float
    laws: str  # changes of law and policy dated in the years between, joined by "; "
    default: bool  # whether this is the split into halves


@dataclass(frozen=True)
class Stage:
    """The count of one stage in one year."""

    stage: str  # identification, investigation, prosecution, conviction; or denominator, numerator
    indicator: str
    breakdown: str
    year: int
    lower: int | None  # None where nothing is known
    upper: int | None
    status: str  # as in the series of the reconciliation
    n_claims: int
    doubt: str  # why a claim on it is doubtful, else empty
    pooled: bool  # whether the year is among the years of the gap


@dataclass(frozen=True)
class Step:
    """One stage per 100 of the stage before."""

    stage: str  # the later of the two
    from_indicator: str
    to_indicator: str
    kind: str  # whole, early, late
    first_year: int
    last_year: int
    from_lower: int
    from_upper: int
    to_lower: int
    to_upper: int
    per_100_min: float
    per_100_max: float
    lower: float
    upper: float
    exact_lower: float
    exact_upper: float
    above_one: bool


@dataclass(frozen=True)
class Disposal:
    """How many of the cases that ended, ended in one way."""

    outcome: str  # convicted, acquitted, dropped, unfounded
    indicator: str
    first_year: int
    last_year: int
    n_years: int
    count_lower: int
    count_upper: int
    percent: float  # of all that ended; NaN where a masked figure leaves it open
    lower: float
    upper: float
    exact_lower: float
    exact_upper: float


@dataclass(frozen=True)
class Effect:
    """The part of one stage in the change of the numerator from the earlier to the later half (Shapley)."""

    stage: str
    indicator: str
    early_lower: int
    early_upper: int
    late_lower: int
    late_upper: int
    effect_min: float  # effects of all stages add up to the change
    effect_max: float
    lower: float
    upper: float
    sign_fixed: bool  # one sign within the limits
    merged: str  # stages without figures that this one stands for as well, joined by ";"


@dataclass(frozen=True)
class Silence:
    """Years in a row without a single event of the numerator."""

    first_year: int
    last_year: int
    n_years: int
    certain: bool  # False where masked figures only allow it
    limit_per_year: float  # the mean a year is below this, at the confidence asked for
    limit_per_100: float  # the same per 100 of the denominator; NaN if that is unknown
    before_first: int  # the years before, with which it is compared; 0 if there are none
    before_last: int
    chance: float  # how likely so long a silence was, had the earlier mean gone on; NaN without earlier events


@dataclass(frozen=True)
class Dispersion:
    """How much more the counts of a stage vary than chance alone would make them."""

    stage: str  # numerator or denominator
    indicator: str
    n_years: int
    phi: float  # median
    lower: float
    upper: float
    prior: float  # median of like series, before these counts were seen
    prior_lower: float
    prior_upper: float


@dataclass(frozen=True)
class Detection:
    """What is left of the change of the rate if the share of victims that is found changed by a factor at most."""

    factor: float  # the largest change of detection allowed, up or down
    lower: float  # late by early rate, at the confidence asked for
    upper: float
    direction: str  # fell or rose where that still stands, else empty
    breakeven: float  # the factor by which detection must have changed to explain the observed change alone
    breakeven_limit: (
        float  # the factor from which on no change is left within the limits; 1 where none is beyond chance
    )


@dataclass(frozen=True)
class Peer:
    """The rate of a country, the country itself first, then its peers by code; never a ranking."""

    country: str
    own: bool
    definition: str  # who counts as a victim: assessed, presumed, mixed, unknown
    compared: bool  # whether definitions allow a comparison, or the reader accepts it
    first_year: int
    last_year: int
    n_years: int
    numerator_lower: int
    numerator_upper: int
    denominator_lower: int
    denominator_upper: int
    per_100_min: float
    per_100_max: float
    lower: float
    upper: float
    exact_lower: float
    exact_upper: float
    ratio_lower: float  # limits of the own rate by the rate of the peer in the years of both; NaN if not compared
    ratio_upper: float
    chance: float
    chance_adjusted: float  # for the number of peers compared (Holm)


@dataclass(frozen=True)
class Shortfall:
    """How many events there would have been at the rate of a peer, and how many fewer there were."""

    peer: str
    definition: str
    first_year: int
    last_year: int
    n_years: int
    observed_lower: int
    observed_upper: int
    expected_min: int  # at the rate of the peer as counted, over what masked figures allow
    expected_max: int
    expected_lower: int  # with chance: how few and how many there could have been
    expected_upper: int
    shortfall_lower: int  # expected less observed; below 0 is a surplus
    shortfall_upper: int


@dataclass(frozen=True)
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
class Influence:
    """How much one choice moves the answer."""

    question: str
    choice: str
    share: float  # of the variance of the distinct answers, on its own
    alone_mean: float  # how far answers lie apart that differ in this choice alone
    alone_max: float


@dataclass(frozen=True)
class SourceChoice:
    """The rate of all years under one choice of figures."""

    method: str
    left_out: str
    numerator_lower: int
    numerator_upper: int
    denominator_lower: int
    denominator_upper: int
    per_100_min: float
    per_100_max: float
    repeat: bool
    refusal: str


@dataclass(frozen=True)
class BreakRow:
    """A year in which the definition of a count changes."""

    country: str
    indicator: str
    year: int
    declared: bool  # in the vocabulary; else found as a jump in the figures
    accepted: bool
    reason: str  # what changed, as the vocabulary has it, or the two counts


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
    number: float = 0.0
