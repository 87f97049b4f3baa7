"""The vocabulary: indicators, dimensions, qualifiers, tiers and rules, read from data into one frozen object."""

import functools
from collections import Counter
from pathlib import Path
from typing import Self

from pydantic import model_validator

from trafficking_stats import entries


class Vocabulary(entries.Entry):
    """Everything the package knows about words and rules; see ``vocabulary.toml`` for the entries."""

    qualifiers: dict[str, entries.Qualifier]
    tiers: dict[str, entries.Tier]
    weights: entries.Weights
    dimensions: dict[str, entries.Dimension]
    causes: entries.CauseThresholds
    same_event: tuple[entries.SameEvent, ...] = ()
    equivalents: tuple[entries.Equivalent, ...] = ()
    rules: tuple[entries.Rule, ...] = ()
    registers: tuple[entries.Register, ...] = ()
    policy_dates: tuple[entries.PolicyDate, ...] = ()
    definition_breaks: tuple[entries.DefinitionBreak, ...] = ()
    indicators: dict[str, entries.Indicator]
    policy_kinds: dict[str, str]

    @model_validator(mode="after")
    def _references_exist(self) -> Self:
        named = [
            *((f"indicator {name!r}", [entry.of] if entry.of else []) for name, entry in self.indicators.items()),
            *((f"rule {rule.name!r}", [rule.whole, *rule.parts]) for rule in self.rules),
            *((f"dimension {name!r}", [*entry.overlapping_in]) for name, entry in self.dimensions.items()),
            *((f"same_event {same.event!r}", [*same.indicators, *same.apart]) for same in self.same_event),
            *(("definition_breaks", [change.indicator]) for change in self.definition_breaks),
        ]
        for who, names in named:
            if missing := sorted(set(names) - set(self.indicators)):
                raise ValueError(f"{who} names {missing}, which are no indicators")
        if unknown := sorted({date.kind for date in self.policy_dates} - set(self.policy_kinds)):
            raise ValueError(f"policy_dates names {unknown}, which are no kinds of dates")
        stages = Counter((register.country, stage) for register in self.registers for stage in register.stages)
        if twice := sorted(pair for pair, times in stages.items() if times > 1):
            raise ValueError(f"registers names {twice} more than once; a stage of a country has one register")
        for part in [p for e in self.equivalents for side in (e.printed, e.means) for p in side.split(";") if p]:
            key, _, category = part.partition("=")
            if key not in self.dimensions or not self.dimensions[key].allows(category):
                raise ValueError(f"equivalents names {part!r}, which is no category of a dimension")
        return self

    def register(self, country: str, stage: str) -> str:
        """Return the name of the register in which a country's figures of a stage start.

        Parameters
        ----------
        country : str
            ISO 3166-1 alpha-3 code.
        stage : str
            One of the stages of the indicators.

        Returns
        -------
        str
            The register's name, or ``"<country> <stage>"`` where the vocabulary names none: publications that
            pass on national figures still count as one upstream then.

        Examples
        --------
        >>> load_vocabulary().register("DNK", "identification")
        'CMM'
        """
        for entry in self.registers:
            if entry.country == country and stage in entry.stages:
                return entry.name
        return f"{country} {stage}"

    def policy_dates_of(self, country: str) -> tuple[entries.PolicyDate, ...]:
        """Return the policy dates of a country in order of time."""
        return tuple(sorted((p for p in self.policy_dates if p.country == country), key=lambda p: p.date))


@functools.cache
def load_vocabulary(path: Path | None = None) -> Vocabulary:
    """Read the vocabulary.

    Parameters
    ----------
    path : pathlib.Path, optional
        Another file of the same shape; by default the one that ships with the package.

    Returns
    -------
    Vocabulary
        Frozen; reading the same file again gives the same object.

    Raises
    ------
    VocabularyError
        If the file is missing or no TOML, holds an unknown key, lacks one, or holds a value out of range.

    Examples
    --------
    >>> load_vocabulary().indicators["charged_persons"].unit
    'persons'
    """
    return Vocabulary.read(path or Path(__file__).with_name("vocabulary.toml"))
