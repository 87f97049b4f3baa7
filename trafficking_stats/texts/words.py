"""Small things said on every page: bounds, sources, indicators in a sentence and at its beginning."""

import math
from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any

import pandas as pd

from trafficking_stats.entries import PolicyDate
from trafficking_stats.intervals import period_kind
from trafficking_stats.messages import Bounds, Country, Measure, Years, readable, say, say_or, written
from trafficking_stats.reconciliation.evidence import Figure, Period, bounds
from trafficking_stats.vocabulary import Vocabulary

ABSENT = "–"


def short(lower: Any, upper: Any) -> str:
    """Write bounds as short as a label must be.

    Examples
    --------
    >>> short(1077, 1077), short(0, 4), short(3, pd.NA), short(pd.NA, pd.NA)
    ('1,077', '0–4', '3+', '–')
    """
    return ABSENT if pd.isna(lower) else written(bounds(lower, upper), "short")


def label(indicator: str, breakdown: str = "") -> str:
    """Return what is counted, as it stands inside a sentence; a breakdown may also follow the indicator behind ``;``.

    Examples
    --------
    >>> label("victims_identified", "sex=female"), label("victims_identified;sex=male")
    ('victims identified (female)', 'victims identified (male)')
    """
    return Measure.read(f"{indicator};{breakdown}").in_words()


def title(indicator: str, breakdown: str = "") -> str:
    """Return what is counted, as it stands at the beginning of a sentence."""
    return written(label(indicator, breakdown), "capital")


def printed(value: Any, qualifier: str, value_upper: Any = None) -> str:
    """Write a figure as its source prints it; ``value_upper`` is the other end of a printed range.

    Examples
    --------
    >>> printed(5.0, "less_than"), printed(1077.0, "exact"), printed(10.0, "between", 50.0)
    ('fewer than 5', '1,077', '10 to 50')
    """
    return Figure(value, qualifier, value_upper).in_words()


def period(start: str, end: str) -> str:
    """Write a period; no line breaks within a range of years.

    Examples
    --------
    >>> period("2007-01-01", "2020-12-31").replace("\u2060", "")
    '2007–2020'
    """
    words = readable(Period(start, end).in_words())
    return unbroken(words) if period_kind(start, end) == "years" else words


def sentences(parts: Iterable[str]) -> str:
    """Set sentences one after the other, without those that are empty."""
    return " ".join(part for part in parts if part)


def lacking(asked: Iterable[str | Measure], there: Container[str | Measure]) -> str:
    """Name what was asked for and has no figure, or say nothing.

    Examples
    --------
    >>> lacking(["victims_identified", "arrests_persons"], {"victims_identified"}), lacking([], [])
    ('No yearly figures on persons arrested.', '')
    """
    what = [Measure.read(one) for one in asked if one not in there]
    return say("pages.stages.lacking", what=what) if what else ""


def unbroken(text: str) -> str:
    """Keep a short text on one line."""
    return text.replace(" ", "\u00a0").replace("–", "–\u2060")


def number(value: float) -> str:
    """Write a rate with two figures that count, without an exponent.

    Examples
    --------
    >>> number(5.278), number(0.0123), number(213.4), number(float("inf"))
    ('5.3', '0.012', '213', 'no limit')
    """
    return written(float(value), "rate")


def span(row: Mapping[str, Any]) -> str:
    """Write the years of a row: one year as one, several with a dash, and how many where some of them are left out."""
    years = range(int(row["first_year"]), int(row["last_year"]) + 1)
    n, words = int(row.get("n_years", len(years))), written(Years(years), "span")
    return words if n == len(years) else say("pages.years_counted", years=words, n=n)


def count(side: str) -> Callable[[Mapping[str, Any]], str]:
    """Return what writes the count of a row of which ``side`` begins the names of the two bounds.

    Examples
    --------
    >>> count("numerator_")({"numerator_lower": 0, "numerator_upper": 4})
    '0–4'
    """
    return lambda row: short(row[f"{side}lower"], row[f"{side}upper"])


def limits(side: str = "") -> Callable[[Mapping[str, Any]], str]:
    """Return what writes the limits of a rate, likewise; a dash where there are none.

    Examples
    --------
    >>> limits("exact_")({"exact_lower": 3.69, "exact_upper": 7.35})
    '3.7 to 7.4'
    """

    def write(row: Mapping[str, Any]) -> str:
        ends = Bounds(float(row[f"{side}lower"]), float(row[f"{side}upper"]))
        return ABSENT if math.isnan(ends.lower) else written(ends)

    return write


def ratio_name(row: Mapping[str, Any]) -> str:
    """Name a row of ratios: its years, and what is special about it."""
    kind = "same" if row["kind"] == "lag" and not row["lag"] else row["kind"]
    return say(f"pages.ratio.{kind}", years=span(row), n=int(row["lag"]))


def rate_text(row: Mapping[str, Any]) -> str:
    """Write a rate per 100, or the range of it that masked counts leave."""
    low, high = float(row["per_100_min"]), float(row["per_100_max"])
    return say("pages.rates.refused") if math.isnan(high) else written(Bounds(low, high), "short")


def signed(low: float, high: float) -> str:
    """Write a range of changes with two figures that count and their signs.

    Examples
    --------
    >>> signed(-34.42, -34.42), signed(-0.5, 341.2)
    ('−34', '−0.50 to +341')
    """
    ends = [("+" if value > 0 else "") + number(value) for value in (round(low, 6), round(high, 6))]
    return ends[0] if ends[0] == ends[1] else say("common.range", lower=ends[0], upper=ends[1])


def policy_dates(vocabulary: Vocabulary, country: str) -> list[PolicyDate]:
    """Return the changes of law and policy of a country, in the current language where its catalogue has them."""

    def said(date: PolicyDate) -> PolicyDate:
        key = f"vocabulary.date.{country}.{date.date}.{date.kind}"
        fields = ("label", "reference", "note")
        return date.model_copy(update={name: say_or(f"{key}.{name}", getattr(date, name)) for name in fields})

    return [said(date) for date in vocabulary.policy_dates_of(country)]


def by_name(rows: pd.DataFrame, column: str = "country", first: str = "") -> pd.DataFrame:
    """Order rows by the names of countries in the current language; one country may come first.

    Examples
    --------
    >>> list(by_name(pd.DataFrame({"country": ["AUT", "CHE", "HRV", "NOR"]}), first="NOR")["country"])
    ['NOR', 'AUT', 'HRV', 'CHE']
    """
    codes = list(rows[column])
    return rows.iloc[sorted(range(len(codes)), key=lambda place: (codes[place] != first, place_name(codes[place])))]


def place_name(code: str) -> str:
    """Return the name of a country, or of a region by its code of the standard M49.

    Examples
    --------
    >>> place_name("DNK"), place_name("154")
    ('Denmark', 'Northern Europe')
    """
    return written(Country(code), "bare")
