"""Small things said on every page: bounds, sources, indicators in a sentence and at its beginning."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from trafficking_stats.messages import Bounds, Term, breakdown_words, say
from trafficking_stats.messages.catalogue import catalogue, current
from trafficking_stats.messages.values import written
from trafficking_stats.vocabulary import PolicyDate, Vocabulary

_SHORT_NAME = re.compile(r"\(([^()]+)\)$")
ABSENT = "–"


def bounds(lower: Any, upper: Any) -> Bounds:
    """Return bounds as the sentences take them; a missing upper one is none."""
    return Bounds(int(lower), None if pd.isna(upper) else int(upper))


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
    indicator, _, part = indicator.partition(";")
    breakdown = breakdown or part
    name = written(Term("indicator", indicator))
    name = name[:1].lower() + name[1:]
    return say("pages.part_of", whole=name, part=breakdown_words(breakdown)) if breakdown else name


def title(indicator: str, breakdown: str = "") -> str:
    """Return what is counted, as it stands at the beginning of a sentence."""
    return capital(label(indicator, breakdown))


def capital(text: str) -> str:
    """Begin a text with a capital letter, and leave the others as they are."""
    return text[:1].upper() + text[1:]


def source_name(publisher: str, published: str) -> str:
    """Name a source briefly: its publisher, by its short name where it has one, and the year.

    Examples
    --------
    >>> source_name("Center mod Menneskehandel (CMM)", "2022-05-04"), source_name("UNODC", "")
    ('CMM 2022', 'UNODC')
    """
    found = _SHORT_NAME.search(publisher)
    return f"{found.group(1) if found else publisher} {published[:4]}".strip()


def printed(value: Any, qualifier: str, value_upper: Any = None) -> str:
    """Write a figure as its source prints it; ``value_upper`` is the other end of a printed range.

    Examples
    --------
    >>> printed(5.0, "less_than"), printed(1077.0, "exact"), printed(10.0, "between", 50.0)
    ('fewer than 5', '1,077', '10 to 50')
    """
    number = written(int(value) if float(value).is_integer() else float(value))
    if value_upper is not None and not pd.isna(value_upper):
        return say("common.range", lower=number, upper=written(int(value_upper)))
    return number if qualifier == "exact" else f"{written(Term('qualifier', qualifier))} {number}"


def sentences(parts: Iterable[str]) -> str:
    """Set sentences one after the other, without those that are empty."""
    return " ".join(part for part in parts if part)


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


def span(row: dict[str, Any]) -> str:
    """Write the years of a row: one year as one, several with a dash."""
    first, last = int(row["first_year"]), int(row["last_year"])
    return str(first) if first == last else f"{first}–{last}"


def ratio_name(row: dict[str, Any]) -> str:
    """Name a row of ratios: its years, and what is special about it."""
    years = span(row)
    if row["kind"] == "lag":
        return say("pages.ratio.lag", years=years, n=int(row["lag"]))
    return say(f"pages.ratio.{row['kind']}", years=years)


def rate_text(row: dict[str, Any]) -> str:
    """Write a rate per 100, or the range of it that masked counts leave."""
    low, high = float(row["per_100_min"]), float(row["per_100_max"])
    ends = number(low), number(high)
    return ends[0] if ends[0] == ends[1] else "–".join(ends)


def stage_name(stage: str) -> str:
    """Name a stage as it stands inside a sentence."""
    return say(f"pages.stage.{stage}")


def signed(low: float, high: float) -> str:
    """Write a range of changes in whole numbers with their signs.

    Examples
    --------
    >>> signed(-34.42, -34.42), signed(-58.5, 3.5)
    ('−34', '−58 to +4')
    """
    ends = [("+" if round(value) > 0 else "") + written(round(value)) for value in (low, high)]
    return ends[0] if ends[0] == ends[1] else say("common.range", lower=ends[0], upper=ends[1])


def policy_dates(vocabulary: Vocabulary, country: str) -> list[PolicyDate]:
    """Return the changes of law and policy of a country, in the current language where its catalogue has them."""

    def said(date: PolicyDate, field: str) -> str:
        key = f"vocabulary.date.{country}.{date.date}.{date.kind}.{field}"
        found = catalogue(current(), "vocabulary").gettext(key)
        return str(getattr(date, field)) if found == key else found

    fields = ("label", "reference", "note")
    dates = vocabulary.policy_dates_of(country)
    return [date.model_copy(update={field: said(date, field) for field in fields}) for date in dates]
