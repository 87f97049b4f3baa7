"""Thresholds and lists behind the measures of the gap, read from ``gap.toml`` into frozen objects."""

import functools
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from trafficking_stats.entries import Entry
from trafficking_stats.inference.yearly import DispersionPrior

VictimDefinition = Literal["assessed", "presumed", "unknown"]


class BreakThresholds(Entry):
    """When a jump from one year to the next is read as a change of definition."""

    jump: Annotated[float, Field(gt=1)]
    steep: Annotated[float, Field(gt=1)]
    base: Annotated[int, Field(ge=1)]


class HalvesThresholds(Entry):
    """When it is named how long the two halves of the years are, and how far apart."""

    uneven: Annotated[float, Field(gt=1)]
    apart: Annotated[int, Field(ge=1)]


class CountedVictims(Entry):
    """Whom a country counts as a victim, from a year on."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    definition: Literal["assessed", "presumed"]
    from_year: int = 0
    source: str


class GapSettings(Entry):
    """Everything in ``gap.toml``."""

    fewest_years: Annotated[int, Field(ge=1)]
    fewest_common_years: Annotated[int, Field(ge=1)]
    detection_factors: tuple[Annotated[float, Field(gt=1)], ...]
    borrowed_slope: Annotated[float, Field(ge=0, le=1)]
    borrowed_spread: Annotated[float, Field(ge=1)]
    breaks: BreakThresholds
    halves: HalvesThresholds
    priors: dict[str, DispersionPrior]
    stages: dict[str, tuple[str, ...]]
    disposals: tuple[dict[str, str], ...]
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


def prior_of(stage: str, widen: float = 1.0) -> DispersionPrior:
    """Return what is known of the over-dispersion of a stage; of none that of identification, the least certain.

    Examples
    --------
    >>> prior_of("conviction", widen=2).spread / prior_of("conviction").spread
    2.0
    """
    settings = load_gap_settings()
    prior, spread = settings.priors[stage or "identification"], settings.borrowed_spread * widen
    return DispersionPrior(prior.at_ten, prior.slope * settings.borrowed_slope, prior.spread * spread)


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
    return GapSettings.read(Path(__file__).with_name("gap.toml"))
