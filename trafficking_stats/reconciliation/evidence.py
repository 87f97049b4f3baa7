"""What is said of a claim: a sentence of the catalogue by its code, and the typed values that stand in it."""

from dataclasses import dataclass

import pandas as pd

from trafficking_stats.intervals import period_kind, period_label
from trafficking_stats.messages import Bounds, Term, breakdown_words, say, say_or
from trafficking_stats.messages.values import written


@dataclass(frozen=True)
class Figure:
    """A printed figure, with what part it is of where ``part`` is a breakdown: ``fewer than 5``, ``45 (adults)``."""

    value: float
    qualifier: str = "exact"
    value_upper: float | None = None
    part: str | None = None

    def in_words(self) -> str:
        """Write it in the current language."""
        number = written(whole(self.value))
        if self.value_upper is not None:
            number = say("common.range", lower=number, upper=written(whole(self.value_upper)))
        elif self.qualifier != "exact":
            number = f"{written(Term('qualifier', self.qualifier))} {number}"
        return number if self.part is None else f"{number} ({Part(self.part).in_words()})"


def as_printed(value: float, qualifier: str, upper: float | None) -> Figure:
    """Return a figure as a table of claims holds it: a missing upper end is none, so that equal figures compare so."""
    return Figure(value, qualifier, None if pd.isna(upper) else upper)


@dataclass(frozen=True)
class Part:
    """A breakdown: ``children, male``; the total is ``in all``."""

    breakdown: str

    def in_words(self) -> str:
        """Write it in the current language."""
        return breakdown_words(self.breakdown) or say("reconciliation.in_all")


@dataclass(frozen=True)
class Period:
    """First and last day, both in; an empty start is since records began."""

    start: str
    end: str

    def in_words(self) -> str:
        """Write it in the current language."""
        if period_kind(self.start, self.end) in ("year", "years"):
            return period_label(self.start, self.end)
        key = "days" if self.start else "up_to"
        return say(f"reconciliation.period.{key}", start=self.start, end=self.end)


@dataclass(frozen=True)
class RuleName:
    """A rule between indicators, by its name in the vocabulary; ``label`` is said where the catalogue has no words."""

    name: str
    label: str

    def in_words(self) -> str:
        """Write it in the current language."""
        return say_or(f"reconciliation.rule.{self.name}", self.label)


@dataclass(frozen=True)
class Evidence:
    """What was seen: `str` says it in the current language.

    Parameters
    ----------
    code : str
        Of the sentence ``reconciliation.evidence.<code>`` of the catalogue.
    values : tuple of (str, object)
        What stands in it.

    Examples
    --------
    >>> found = evidence("double_count", value=58.0, kept=29.0)
    >>> found.code, str(found)
    ('double_count', '58 is twice 29')
    """

    code: str
    values: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        return say(f"reconciliation.evidence.{self.code}", **dict(self.values))

    in_words = __str__


def evidence(code: str, **values: object) -> Evidence:
    """Make evidence; whole numbers that came as floats are counts."""
    return Evidence(code, tuple((name, whole(value)) for name, value in values.items()))


def whole(value: object) -> object:
    """Return a whole number as an int, anything else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def bounds(lower: float, upper: float) -> Bounds:
    """Return bounds as sentences take them; an infinite or missing upper one is none."""
    return Bounds(int(lower), None if pd.isna(upper) or upper == float("inf") else int(upper))
