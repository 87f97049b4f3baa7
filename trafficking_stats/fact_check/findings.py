"""A finding on one figure or statement: its verdict and why, as codes and numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

VERDICTS = ("contradicts", "superseded", "other_unit", "agrees", "unknown")
"""What may be found, the gravest first."""

COLUMNS = (
    "kind",
    "char_start",
    "char_end",
    "text",
    "country",
    "indicator",
    "breakdown",
    "period_start",
    "period_end",
    "value",
    "qualifier",
    "verdict",
    "record_lower",
    "record_upper",
    "code",
    "reason",
    "source_ids",
    "is_single_source",
    "locator",
)
"""Columns of `FactCheck.table`."""


@dataclass(frozen=True)
class Finding:
    """What the record says of one figure or statement.

    Attributes
    ----------
    verdict : str
        One of `VERDICTS`.
    code : str
        Why; an entry of the catalogue ``factcheck`` of that name says it in words.
    lower, upper : float or None
        What the record allows, in the unit of the value; None where it does not say.
    sources : tuple of str
        Sources behind the finding.
    values : dict
        What the words need.
    """

    verdict: str
    code: str
    lower: float | None = None
    upper: float | None = None
    sources: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
