"""The entries of the vocabulary: what is said of an indicator, a dimension, a qualifier, a tier or a rule."""

import datetime
import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from trafficking_stats.errors import VocabularyError

Stage = Literal["identification", "assistance", "protection", "investigation", "prosecution", "conviction", "context"]
Measure = Literal["count", "level", "period", "share", "change", "rate", "estimate"]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
AnyCountry = Annotated[str, StringConstraints(pattern=r"^([A-Z]{3}|\*)$")]
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Times = Annotated[float, Field(gt=1)]


class Entry(BaseModel):
    """Base of what is read from data: unknown keys are errors, nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a TOML file, or raise `VocabularyError` with everything that is wrong in it."""
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError as error:
            raise VocabularyError(f"{path}: there is no such vocabulary file") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise VocabularyError(f"{path}: not a TOML file in UTF-8: {error}") from error
        except ValidationError as error:
            told = []
            for fault in error.errors():
                place, given = ".".join(map(str, fault["loc"])) or "file", fault["input"]
                found = "" if isinstance(given, dict | list) else f", found {given!r}"
                told.append(f"{path.name}: {place}: {fault['msg']}{found}")
            raise VocabularyError("\n".join(["the vocabulary is not as it must be:", *sorted(told)])) from error


class Indicator(Entry):
    """What is counted, in which unit, at which stage.

    ``measure`` says how a figure relates to time: ``count`` adds up over years, ``level`` holds in every
    year of its period, ``period`` is one figure for its whole period; ``share``, ``change``, ``rate`` and
    ``estimate`` are kept and checked but never reconciled as counts. ``of`` names the counts that a share or
    change is made of.
    """

    label: str
    unit: str
    unit_aliases: tuple[str, ...] = ()
    stage: Stage
    measure: Measure
    definition: str
    of: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers of at least zero."""
        return self.measure in ("count", "level", "period")


class Dimension(Entry):
    """A key of a breakdown with its categories and how they relate to the whole and to each other.

    ``overlapping_in`` names indicators in which even the exclusive categories overlap: one offender may exploit in
    several forms. ``rest`` is a category that some sources print for all that they do not name.
    """

    label: str
    words: dict[str, str] = Field(default_factory=dict)
    country_words: str = ""
    relation: Literal["part", "apart"]
    exclusive: tuple[str, ...] = ()
    overlapping: tuple[str, ...] = ()
    overlapping_in: tuple[str, ...] = ()
    within: dict[str, str] = Field(default_factory=dict)
    unions: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    folds: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    rest: str = ""
    exhaustive: bool = False
    complete: bool = False
    open_exclusive: re.Pattern[str] | None = None
    open_overlapping: re.Pattern[str] | None = None

    @model_validator(mode="after")
    def _categories_agree(self) -> Self:
        if both := set(self.exclusive) & set(self.overlapping):
            raise ValueError(f"{sorted(both)} are both exclusive and overlapping")
        grouped = [*self.unions.values(), *self.folds.values()]
        named = {
            *filter(None, [self.rest]),
            *self.within,
            *self.within.values(),
            *self.unions,
            *self.folds,
            *sum(grouped, ()),
            *self.words,
        }
        if unknown := named - set(self.categories):
            raise ValueError(
                f"'within', 'unions', 'folds', 'rest' or 'words' names {sorted(unknown)}, which are no categories"
            )
        if self.exhaustive and not self.exclusive:
            raise ValueError("'exhaustive' needs exclusive categories")
        return self

    @property
    def categories(self) -> tuple[str, ...]:
        """All named categories, the exclusive ones first."""
        return self.exclusive + self.overlapping

    @property
    def open(self) -> str:
        """The pattern of categories that need not be named; empty if there is none."""
        return "|".join(known.pattern for known in (self.open_exclusive, self.open_overlapping) if known)

    def allows(self, category: str) -> bool:
        """Whether ``category`` is named, or matches the pattern of the open categories."""
        return category in self.categories or (bool(self.open) and re.fullmatch(self.open, category) is not None)

    def is_exclusive(self, category: str, indicator: str = "") -> bool:
        """Whether nobody that ``indicator`` counts can be in ``category`` and in another exclusive one."""
        if indicator in self.overlapping_in:
            return False
        if category in self.categories or self.open_exclusive is None:
            return category in self.exclusive
        return self.open_exclusive.fullmatch(category) is not None


class Qualifier(Entry):
    """How a printed number becomes a closed interval; percentages are of the printed value."""

    label: str
    lower_percent: int | None = None
    lower_offset: int = 0
    upper_percent: int | None = None
    upper_offset: int = 0
    names_number: bool


class Tier(Entry):
    """How near to the register a publisher stands, and what a claim of it weighs.

    ``official`` says that its errors are worth telling to the publisher; see `reconciliation.errata`.
    """

    label: str
    official: bool = True
    weight: Positive
    definition: str


class Weights(Entry):
    """How repeats and later editions change the weight of a claim."""

    repeat_share: Annotated[float, Field(ge=0, lt=1)]
    repeat_cap: Annotated[float, Field(ge=0, lt=1)]
    recency_per_year: Annotated[float, Field(ge=0, lt=0.1)]
    recency_from: int
    total: Annotated[float, Field(ge=0)]
    confirmed_by_source: Annotated[float, Field(ge=0)]
    confirmed_by_table: Annotated[float, Field(ge=0)]
    table_cap: Annotated[float, Field(ge=1)]
    deep_share: Annotated[float, Field(gt=0, le=1)]
    mask_share: Annotated[float, Field(gt=0, le=1)]
    mask_below: Annotated[int, Field(ge=1)]
    doubt_share: Annotated[float, Field(gt=0, le=1)]
    old_share: Annotated[float, Field(gt=0, le=1)]
    official: Positive
    slip_times: Times
    slip_from: Annotated[float, Field(ge=0)]
    jump_times: Times
    impossible_times: Times


class CauseThresholds(Entry):
    """When a rejected claim is given a probable cause."""

    early_share: Share
    near_share: Annotated[float, Field(ge=0, lt=1)]
    near_count: Annotated[int, Field(ge=0)]
    early_months: Annotated[int, Field(ge=0)]
    slip_from: int
    shift_from: int
    restated_times: Times
    folded_publishers: tuple[str, ...] = ()
    reporting_publishers: tuple[str, ...] = ()
    reporting_month: Annotated[int, Field(ge=1, le=12)]


class SameEvent(Entry):
    """Indicators that count one kind of event in different units, and those that count some of them apart."""

    event: str
    indicators: tuple[str, ...]
    apart: tuple[str, ...] = ()


class Equivalent(Entry):
    """A printed breakdown that means another one in a country (``*`` for every country)."""

    country: AnyCountry
    printed: str
    means: str
    reason: str


class Rule(Entry):
    """A relation between indicators that holds by definition, everywhere or in one country.

    ``whole_breakdown`` and ``parts_breakdown`` limit it to one breakdown of each; without them it holds for
    every breakdown that both have.
    """

    country: AnyCountry = "*"
    whole_breakdown: str | None = None
    parts_breakdown: str | None = None
    name: str
    label: str
    kind: Literal["sum", "part"]
    whole: str
    parts: tuple[str, ...]
    origin: str


class Register(Entry):
    """Where a country's figures of some stages start."""

    country: Country
    name: str
    label: str
    stages: tuple[Stage, ...]
    note: str = ""


class PolicyDate(Entry):
    """A date on which the law or the policy of a country changed."""

    country: Country
    date: datetime.date
    label: str
    kind: str
    reference: str
    note: str = ""


class DefinitionBreak(Entry):
    """The first year in which an indicator of a country is counted under another definition."""

    country: Country
    indicator: str
    year: int
    reason: str
    source: str
