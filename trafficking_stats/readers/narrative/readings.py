"""What a number counts, as verbs, noun and unit, and when verbs and nouns fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trafficking_stats.readers.narrative.heads import ENFORCEMENT, VICTIMS, Head
from trafficking_stats.readers.narrative.numerals import Numeral

CONFIDENCE = {
    "counted noun": 0.95,
    "passive verb": 0.9,
    "verb before": 0.9,
    "participle after": 0.85,
    "comparison": 0.85,
    "list": 0.8,
    "subset": 0.75,
    "carried over": 0.65,
    "general verb": 0.6,
    "existence": 0.7,
    "negation": 0.85,
    "table": 0.75,
    "single term": 0.85,
    "several terms": 0.85,
    "term with one bound": 0.85,
}
_INDICATOR = {
    "investigate": "investigations",
    "prosecute": "prosecutions",
    "convict": "convictions",
    "sentence": "sentences",
    "identify": "victims_identified",
    "refer": "victims_referred",
    "assist": "victims_assisted",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What one number counts.

    Attributes
    ----------
    families : tuple of str
        The verbs behind it.
    potential : bool
        Victims who are potential, suspected or presumed.
    unit : str
        "cases" or "persons".
    like : Numeral or None
        The figure of an earlier row that it stands in line with: "10 cases and five trials, compared with 12 and six".
    """

    numeral: Numeral
    head: Head
    families: tuple[str, ...]
    potential: bool
    unit: str
    rule: str
    repeated: bool = False
    like: Numeral | None = None

    @property
    def indicators(self) -> tuple[str, ...]:
        """The labels, one for each verb."""
        return tuple(
            "victims_potential" if family == "identify" and self.potential else _INDICATOR.get(family, family)
            for family in self.families
        )

    @property
    def enforcement(self) -> bool:
        """Whether it belongs to investigation, prosecution, conviction or sentence."""
        return self.families[0] in ENFORCEMENT


def fits(family: str, noun: str, inherited: bool) -> bool:
    """Whether a family can count a class of noun; `inherited` where it does so for an earlier figure."""
    if noun == "not_counted":
        return False
    if family == "open":
        return noun in ("case", "action") or (inherited and noun == "empty")
    if family in ENFORCEMENT:
        return noun != "victim" and not (inherited and noun == "unknown" and family == "investigate")
    return noun in ("victim", "person", "empty") or (family == "identify" and noun == "case" and not inherited)


def reading_of(
    numeral: Numeral, head: Head, families: Iterable[str], rule: str, base: Reading | None = None
) -> Reading | None:
    """Read a number under verbs, as the same as `base` where given; None where the noun does not fit the verbs."""
    chosen = [f for f in families if f not in ("light", "other") and fits(f, head.noun, base is not None)]
    if not chosen:
        return None
    if head.noun == "case" and chosen == ["identify"]:
        chosen = ["investigate"]
    chosen = list(dict.fromkeys("investigate" if family == "open" else family for family in chosen))
    inherited = base is not None and not head.formal and base.potential
    unit = _unit(chosen[0], head, base.unit if base else "")
    return Reading(numeral, head, tuple(chosen), head.potential or inherited, unit, rule)


def _unit(family: str, head: Head, inherited: str) -> str:
    if head.noun in ("case", "action") and not head.persons:
        is_case = head.noun == "case" if family in VICTIMS else family != "sentence"
        return "cases" if is_case else "persons"
    if family in VICTIMS or head.noun in ("offender", "person") or head.persons:
        return "persons"
    return inherited or ("cases" if family == "investigate" else "persons")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A reading with its breakdown, its period and the number of its sentence."""

    reading: Reading
    facets: dict[str, str]
    label: str
    sentence: int
    indicator: str = ""
    """Of the vocabulary, where it is read for statements only ("granted asylum")."""
