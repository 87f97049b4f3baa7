"""The rates of all countries together: how far apart they lie, and each drawn to the others by its uncertainty."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from trafficking_stats.countries import region_of
from trafficking_stats.gap_analysis.comparison import definition_in
from trafficking_stats.gap_analysis.figures import both_figures, pooled_years
from trafficking_stats.gap_analysis.pair import LARGEST_LIMIT, Pair, rate_row
from trafficking_stats.gap_analysis.question import Question, checked
from trafficking_stats.gap_analysis.rows import CountryRate, GroupRate, Refusal, table_of
from trafficking_stats.gap_analysis.settings import load_gap_settings
from trafficking_stats.inference.meta import MIN_UNITS, Floats, pool_rates
from trafficking_stats.messages.measures import Measure
from trafficking_stats.reconciliation.result import Reconciliation

TABLES: Mapping[str, type] = {"countries": CountryRate, "groups": GroupRate}


@dataclass(frozen=True)
class Countries:
    """The rates of all countries that can be pooled.

    Parameters
    ----------
    numerator, denominator : Measure
        The two counts.
    rows : mapping of str to tuple
        Of the classes in `TABLES`.
    refusals : tuple of Refusal
        Countries and groups without an answer, and why.
    confidence : float
        Two-sided level of every interval.
    """

    numerator: Measure
    denominator: Measure
    rows: Mapping[str, tuple[CountryRate | GroupRate, ...]] = field(repr=False)
    refusals: tuple[Refusal, ...]
    confidence: float

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The rows as tables, one column a field."""
        return {name: table_of(self.rows[name], kind) for name, kind in TABLES.items()}


def compare_countries(
    rec: Reconciliation,
    numerator: str | Measure = "convictions_persons",
    denominator: str | Measure = "victims_identified",
    countries: Collection[str] | None = None,
    start: int | None = None,
    end: int | None = None,
    *,
    confidence: float = 0.95,
    widen: float = 1.0,
) -> Countries:
    """Pool the rates of countries by random effects, all together, by region, and by definition of a victim.

    Each country has a rate of its own, drawn from a distribution whose middle and spread are estimated. A country
    with few counts is drawn towards the middle of its region, or of all where the region has fewer than five
    countries; one with many counts stays where it is. Rates of countries that count
    victims by different definitions lie apart for that reason alone: the spread is not one of performance, and
    nothing is ranked.

    Parameters
    ----------
    rec : Reconciliation
        Of all countries.
    numerator, denominator : str or Measure
        As for `gap`.
    countries : collection of str, optional
        Which; by default all but the European Union, whose members are there.
    start, end : int, optional
        As for `gap`: by default each country is pooled over all its years.
    confidence, widen : float
        As for `gap`.

    Returns
    -------
    Countries

    References
    ----------
    Higgins JPT, Thompson SG, Spiegelhalter DJ (2009). A re-evaluation of random-effects meta-analysis. Journal of the
    Royal Statistical Society A 172:137-159.

    Examples
    --------
    >>> import trafficking_stats as ts
    >>> claims = ts.load_claims().query("breakdown == ''")
    >>> claims = claims[claims.indicator.isin(["victims_identified", "convictions_persons"])]
    >>> world = compare_countries(ts.reconcile(claims))
    >>> everybody = world.tables["groups"].iloc[0]
    >>> bool(everybody.lower < everybody.per_100 < everybody.upper)
    True
    """
    both = Measure.read(numerator), Measure.read(denominator)
    codes = sorted(set(rec.series["country"]) - {"EUU"} if countries is None else set(countries))
    rows: dict[str, CountryRate] = {}
    drawn: dict[str, Floats] = {}
    members: dict[tuple[str, str], list[str]] = {("all", "all"): []}
    refusals, fewest = [], load_gap_settings().fewest_years
    for code in codes:
        question = checked(rec, Question(code, *both, start, end, confidence=confidence, widen=widen))
        figures = both_figures(rec, code, question)
        years = pooled_years(figures, question)
        if len(years) < fewest:
            refusals.append(Refusal("countries", "few_own_years", len(years), fewest, years, code))
            continue
        rate = Pair.of(figures, years, question, rec.vocabulary).totals(years)
        named = {"country": code, "region": region_of(code), "definition": definition_in(code, years)}
        row = rate_row(CountryRate, ("countries", code), rate, years, confidence, **named)
        if isinstance(row, Refusal):
            refusals.append(row)
            continue
        rows[code], drawn[code] = row, 100 * rate[0].expected / rate[1].expected
        for place in (("all", "all"), ("region", row.region), ("definition", row.definition)):
            if place[1]:
                members.setdefault(place, []).append(code)
    groups = []
    for (kind, group), inside in members.items():
        if len(inside) < MIN_UNITS:
            refusals.append(Refusal("groups", "too_few_countries", len(inside), MIN_UNITS, (), group))
            continue
        pooled, shrunk = pool_rates([drawn[code] for code in inside], confidence)
        if pooled.another_upper > LARGEST_LIMIT:  # such limits say nothing
            pooled = replace(pooled, another_lower=math.nan, another_upper=math.nan)
        groups.append(GroupRate(kind=kind, group=group, n_countries=len(inside), **vars(pooled)))
        if kind != "definition":  # all come first, so that a region prevails where it can
            for code, one in zip(inside, shrunk, strict=True):
                rows[code] = replace(rows[code], drawn_to=group, **vars(one))
    return Countries(*both, {"countries": tuple(rows.values()), "groups": tuple(groups)}, tuple(refusals), confidence)
