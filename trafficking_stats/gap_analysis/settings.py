"""Thresholds and lists behind the measures of the gap, read from ``gap.toml`` into frozen objects."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from trafficking_stats.errors import VocabularyError

VictimDefinition = Literal["assessed", "presumed", "unknown"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BorrowedDispersion(_Frozen):
    """The phi that stands in where a series is too short for its own, and where it comes from."""

    borrowed: Annotated[float, Field(ge=1)]
    borrowed_from: str


class PhiPrior(_Frozen):
    """The prior of phi of one stage, as `inference.stage_model.DispersionPrior` takes it."""

    at_ten: Annotated[float, Field(gt=1)]
    slope: float
    spread: Annotated[float, Field(gt=0)]


class Borrowed(_Frozen):
    """By how much the slope and the spread of a prior are multiplied, since they come from other countries."""

    slope: Annotated[float, Field(ge=0, le=1)]
    spread: Annotated[float, Field(ge=1)]


class Years(_Frozen):
    """Fewest years for a headline."""

    fewest: Annotated[int, Field(ge=1)]


class Detection(_Frozen):
    """Largest changes of detection that bounds allow for."""

    factors: tuple[Annotated[float, Field(gt=1)], ...]


class BreakThresholds(_Frozen):
    """When a jump from one year to the next is read as a change of definition."""

    jump: Annotated[float, Field(gt=1)]
    base: Annotated[int, Field(ge=1)]


class PeerThresholds(_Frozen):
    """When a country can be compared."""

    years: Annotated[int, Field(ge=1)]


class Stages(_Frozen):
    """The indicators that can stand for the stages between identification and conviction."""

    investigation: tuple[str, ...]
    prosecution: tuple[str, ...]

    def named(self) -> dict[str, tuple[str, ...]]:
        """Return the stages by name, in their order."""
        return {"investigation": self.investigation, "prosecution": self.prosecution}


class Court(_Frozen):
    """The two outcomes of a court that make a proportion."""

    convicted: str
    acquitted: str


class CountedVictims(_Frozen):
    """Whom a country counts as a victim, from a year on."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    definition: Literal["assessed", "presumed"]
    from_year: int = 0
    source: str


class GapSettings(_Frozen):
    """Everything in ``gap.toml``."""

    dispersion: BorrowedDispersion
    priors: dict[str, PhiPrior]
    borrowed: Borrowed
    years: Years
    disposals: tuple[dict[str, str], ...]
    detection: Detection
    breaks: BreakThresholds
    peers: PeerThresholds
    stages: Stages
    court: Court
    victims: tuple[CountedVictims, ...] = ()

    def definition_of(self, country: str, year: int) -> VictimDefinition:
        """Return whom a country counts as a victim in a year.

        Examples
        --------
        >>> settings = load_gap_settings()
        >>> settings.definition_of("GBR", 2015), settings.definition_of("GBR", 2019)
        ('unknown', 'presumed')
        """
        known = [entry for entry in self.victims if entry.country == country and entry.from_year <= year]
        return max(known, key=lambda entry: entry.from_year).definition if known else "unknown"


@functools.cache
def load_gap_settings() -> GapSettings:
    """Read the thresholds that ship with the package.

    Returns
    -------
    GapSettings

    Raises
    ------
    VocabularyError
        If the file holds an unknown key, lacks one, or holds a value out of range.

    Examples
    --------
    >>> load_gap_settings().breaks.base
    20
    """
    path = Path(__file__).with_name("gap.toml")
    try:
        return GapSettings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise VocabularyError(f"{path}: cannot be read: {error}") from error
    except ValidationError as error:
        raise VocabularyError(f"{path.name} is not as it must be: {error}") from error
