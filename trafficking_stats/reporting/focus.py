"""What a report looks at: which indicators it draws, and which cells it explains so that others can link to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from trafficking_stats.gap_analysis.settings import load_gap_settings
from trafficking_stats.intervals import period_kind
from trafficking_stats.wording import years_known

if TYPE_CHECKING:
    from trafficking_stats.gap_analysis.result import GapResult
    from trafficking_stats.reconciliation.result import Reconciliation


LEADING = ("victims_identified", "prosecutions_suspects", "convictions_persons")
"""The indicators whose dependence on choices is always shown."""


class Cell(NamedTuple):
    """One figure of a country: an indicator, a calendar year, and a breakdown, empty for the total."""

    indicator: str
    year: int
    breakdown: str


def stage_indicators(rec: Reconciliation, country: str) -> list[str]:
    """Return the indicators from identification to conviction of which some claim gives a total.

    Parameters
    ----------
    rec : Reconciliation
        The claims.
    country : str
        Which country.

    Returns
    -------
    list of str
        In the order of the stages; of several that can stand for a stage, all.
    """
    settings = load_gap_settings().stages
    wanted = ["victims_identified", *settings.investigation, *settings.prosecution, "convictions_persons"]
    claims = rec.claims
    there = set(claims.loc[(claims["country"] == country) & (claims["breakdown"] == ""), "indicator"])
    return [indicator for indicator in wanted if indicator in there]


def totals(rec: Reconciliation, country: str, start: int, end: int) -> pd.DataFrame:
    """Return the rows of the series on totals of a country, without their parts.

    Parameters
    ----------
    rec : Reconciliation
        The series.
    country : str
        Which country.
    start, end : int
        First and last year.
    """
    series = rec.series
    return series[(series["country"] == country) & (series["breakdown"] == "") & series["year"].between(start, end)]


def yearly_claims(
    rec: Reconciliation, country: str, indicator: str = "", start: int | None = None, end: int | None = None
) -> pd.DataFrame:
    """Return the judged claims on totals of one calendar year.

    Parameters
    ----------
    rec : Reconciliation
        The judged claims.
    country : str
        Which country.
    indicator : str, optional
        Which indicator; all by default.
    start, end : int, optional
        First and last year; all by default.
    """
    claims = rec.claims
    own = claims[(claims["country"] == country) & (claims["breakdown"] == "") & claims["lower"].notna()]
    if indicator:
        own = own[own["indicator"] == indicator]
    annual = [period_kind(a, b) == "year" for a, b in zip(own["period_start"], own["period_end"], strict=True)]
    own = own[np.array(annual, dtype=bool)]
    year = own["period_end"].str[:4].astype(int)
    return own[(year >= (start or year.min())) & (year <= (end or year.max()))]


def compared_indicators(rec: Reconciliation, country: str) -> list[str]:
    """Return the indicators on whose yearly totals two publishers have a say, or a claim was rejected.

    Parameters
    ----------
    rec : Reconciliation
        The judged claims.
    country : str
        Which country.

    Returns
    -------
    list of str
        In the order of the vocabulary; only counts.
    """
    own = yearly_claims(rec, country)
    publishers = own.groupby(["indicator", "period_end"])["publisher"].nunique()
    several = set(publishers[publishers > 1].index.get_level_values("indicator"))
    disputed = set(own.loc[~own["accepted"], "indicator"])
    return [
        name
        for name, indicator in rec.vocabulary.indicators.items()
        if name in several | disputed and indicator.measure == "count"
    ]


def leading_indicator(rec: Reconciliation, country: str, start: int, end: int) -> str:
    """Return the indicator on whose yearly totals most claims were rejected; of equals that with most claims.

    Parameters
    ----------
    rec : Reconciliation
        The judged claims.
    country : str
        Which country.
    start, end : int
        The years that count.

    Returns
    -------
    str
        ``victims_identified`` if no claim is about a single year.
    """
    own = yearly_claims(rec, country, "", start, end)
    if own.empty:
        return LEADING[0]
    counts = own.groupby("indicator")["accepted"].agg(rejected=lambda kept: int((~kept).sum()), claims="size")
    order = {name: -place for place, name in enumerate(rec.vocabulary.indicators)}
    return str(max(counts.index, key=lambda name: (*counts.loc[name], order.get(name, -len(order)))))


def but(items: Sequence[str], one: str) -> list[str]:
    """Return a list without one of its items.

    Examples
    --------
    >>> but(["a", "b"], "a")
    ['b']
    """
    return [item for item in items if item != one]


def fitted_of(result: GapResult) -> list[str]:
    """Return the outer indicators of a gap to which a trend was fitted.

    Parameters
    ----------
    result : GapResult
        Of `trafficking_stats.gap`.
    """
    fitted = result.fitted.loc[result.fitted["series"] != "rate", "indicator"]
    return [name for name in (result.denominator, result.numerator) if name in set(fitted)]


def stages_of(result: GapResult) -> list[str]:
    """Return the indicators that stand for the stages of a gap, in their order, the outer two always.

    Parameters
    ----------
    result : GapResult
        Of `trafficking_stats.gap`.
    """
    found = list(dict.fromkeys(result.stages["indicator"])) if len(result.stages) else []
    inner = [indicator for indicator in found if indicator not in (result.denominator, result.numerator)]
    return [result.denominator, *inner, result.numerator]


def sensitivities(rec: Reconciliation, country: str, indicators: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Compare the totals of several indicators under every method, and without each upstream.

    Parameters
    ----------
    rec : Reconciliation
        The series and the claims.
    country : str
        Which country.
    indicators : sequence of str
        Those without a claim on a total are left out.

    Returns
    -------
    dict of str to pandas.DataFrame
        As `Reconciliation.sensitivity` returns them, by indicator.
    """
    totals = rec.claims[(rec.claims["country"] == country) & (rec.claims["breakdown"] == "")]
    claimed = set(totals["indicator"])
    return {indicator: rec.sensitivity(country, indicator) for indicator in indicators if indicator in claimed}


def explained_cells(rec: Reconciliation, country: str) -> list[Cell]:
    """Return the cells that the page of the reconciliation explains: the stages year by year, and every clash.

    Also what no source names and other figures force has an explanation.

    Parameters
    ----------
    rec : Reconciliation
        The series and the clashes.
    country : str
        Which country.

    Returns
    -------
    list of Cell
        In the order of the vocabulary, then by breakdown and year.
    """
    series, clashes = rec.series, rec.clashes
    stages = set(stage_indicators(rec, country))
    own = years_known(series[(series["country"] == country) & (series["breakdown"] == "")])
    own = own[own["indicator"].isin(list(stages))]
    there = series.loc[series["country"] == country, ["indicator", "year", "breakdown"]]
    clashing = clashes[(clashes["country"] == country) & clashes["year"].notna()]
    cells = {Cell(str(i), int(y), str(b)) for i, y, b in own[["indicator", "year", "breakdown"]].values}
    cells |= {Cell(str(i), int(y), str(b)) for i, y, b in clashing[["indicator", "year", "breakdown"]].values}
    cells &= {Cell(str(i), int(y), str(b)) for i, y, b in there.values}
    order = {name: place for place, name in enumerate(rec.vocabulary.indicators)}
    return sorted(cells, key=lambda cell: (order.get(cell.indicator, len(order)), cell.indicator, cell[2], cell[1]))
