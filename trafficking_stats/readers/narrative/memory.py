"""What the sentences of a paragraph may refer back to: the figures before them, and the years these are of."""

from dataclasses import dataclass, field

from trafficking_stats.readers.narrative.heads import COUNTED
from trafficking_stats.readers.narrative.readings import Reading
from trafficking_stats.readers.narrative.scene import Scene
from trafficking_stats.readers.narrative.times import is_single_year, year_of

SHORT = 5
"""Tokens of a sentence that but names a year."""


@dataclass
class Paragraph:
    """What only the sentences of one paragraph may refer to.

    Attributes
    ----------
    number : int
        Of the paragraph.
    lead : Reading or None
        The main figure so far.
    row : list of Reading
        The main figures of the sentence before.
    latest : str
        The latest year that a main figure so far is of, or that a sentence begins with: "In 2020 police arrested 22."
    around : int or None
        The year that months are in.
    years : tuple of str, float and float
        Of a main figure counted for several years in a row: from the first to the last, that of the last, and the sum.
    told, is_on_figures : str, bool
        The year that the sentence before names, where it counts nothing, and whether it speaks of what is counted:
        "The latest figures are of 2017."
    before : Reading or None
        The main figure of the paragraphs before.
    is_new : bool
        Whether none of its sentences was read.
    """

    number: int = -1
    lead: Reading | None = None
    row: list[Reading] = field(default_factory=list)
    latest: str = ""
    around: int | None = None
    years: tuple[str, float, float] = ("", 0, 0)
    told: str = ""
    is_on_figures: bool = False
    before: Reading | None = None
    is_new: bool = True

    @property
    def is_clear(self) -> bool:
        """Whether the sentence before counts one thing, in one year after the other, so that "that" is the last."""
        labels = [entry.label for entry in self.row]
        return len({entry.families for entry in self.row}) == 1 and labels == sorted({*labels})

    def carried(self, scene: Scene, readings: list[Reading]) -> str:
        """Return the period that a sentence takes from those before it in the paragraph, "" for none."""
        # "In 2016 they came from 42 countries. 185 of them"
        if self.told and (self.is_on_figures or "-" in self.told or (readings and readings[0].head.partitive)):
            return self.told
        if self.lead is None or not self.lead.printed:
            return self.latest
        is_part = not readings or any(start < readings[0].numeral.start for start in scene.shares)
        is_bare = not is_part and readings[0].head.noun == "empty" and readings[0].families == self.lead.families
        # "Of those convicted, ...", "almost three quarters, 598 people, were trafficked for sex", "15 had been sold"
        if is_part or is_bare or scene.phrase("clause.subset", 0) or readings[0].rule in ("carried over", "subset"):
            return self.lead.label
        is_span = "/" in self.lead.label
        if (is_span and "-" not in self.lead.label) or readings[0].enforcement != self.lead.enforcement:
            return self.latest
        return self.lead.label if is_span else self.lead.label.partition("-")[0]

    def remember(self, scene: Scene, spoken: list[Reading], default: str) -> None:
        """Take what the sentences after this one may refer to: the main figures of it, and their years."""
        self.row = [entry for entry in spoken if not scene.is_compared(entry.numeral.start)]
        # "in 2018 the figure was 356" only names an earlier year's figure
        last = year_of(self.lead.label if self.lead and self.lead.sentence else default)
        is_aside = any(s.rule == "carried over" and year_of(s.label) < last for s in self.row[:1])
        if self.row and not is_aside:
            # "While 40 suspects were charged, 73 victims were identified" goes on about the victims
            is_last = scene.phrase("clause.coordinators", 0) and scene.phrase("clause.contrasts", 0)
            self.lead = newest([s for s in self.row if not is_last or s.families == self.row[-1].families])
            self.years = self.years if self.lead.facets else _years_of(self.row)
            years = {end.removeprefix("FY")[:4] for end in self.lead.label.split("/")}
            is_held = any(p.kind == "same_span" for p in scene.periods)  # "in the period, ...": the next sentence, too
            held = self.lead.label if is_held else self.latest
            self.latest = max(self.latest, *years) if len(years) == 1 else held
        elif spoken and (self.lead is None or not (self.lead.printed or is_aside)):
            # "fell from 98 in 2021 to 75 in 2022. In 2017 it was 41"
            self.lead = spoken[-1]
        kinds = ("month", "part", "year", "fiscal")
        dated = [p for p in scene.periods if p.kind in kinds and not scene.is_compared(p.start)]
        years = {p.label for p in dated if p.kind != "month"}
        self.told = "" if spoken or len(years) != 1 else years.pop()
        counts = any(mark.form == "verb" and mark.family in COUNTED for mark in scene.marks)
        # "Then came 2018."
        self.is_on_figures = counts or bool(scene.starts("clause.figure_nouns")) or len(scene.low) <= SHORT
        if dated:
            self.around = year_of(dated[-1].label) if any(p.kind == "month" for p in dated) else self.around
            is_fronted = dated[0].kind in ("year", "fiscal") and dated[0].start <= 1 and not is_aside
            self.latest = max(self.latest, dated[0].label, key=_last_year) if is_fronted else self.latest


def newest(row: list[Reading]) -> Reading:
    """Return the first figure of a sentence; of one counted for several years, that of the last."""
    alike = [entry for entry in row if entry.families == row[0].families]
    return max(alike, key=lambda entry: _last_year(entry.label))


def _years_of(row: list[Reading]) -> tuple[str, float, float]:
    """Return the years in a row for which a sentence counts one thing, what it counts in the last, and the sum."""
    counted = {r.label: r.numeral.value for r in row if r.families == row[0].families and is_single_year(r.label)}
    years = sorted(map(year_of, counted))
    if len(years) < 2 or years[-1] - years[0] + 1 != len(years):
        return "", 0, 0
    return f"{years[0]}/{years[-1]}", counted[max(counted, key=_last_year)], sum(counted.values())


def _last_year(label: str) -> str:
    return label.rpartition("/")[2].removeprefix("FY")


def goes_on_unsaid(scene: Scene) -> bool:
    """Whether a sentence with figures of persons, with shares or years names nothing that happened to anybody."""
    taken = {k for period in scene.periods for k in range(period.start, period.end)}  # "that year"
    # "half of all those identified", "52 % of the potential victims" tell nothing new
    told = {k for k in range(len(scene.low)) if scene.first("clause.definite", k - 2, k) is not None}
    nouns = {scene.value("nouns", k) for k in scene.starts("nouns") if k not in taken | told}
    families = {mark.family for mark in scene.marks if mark.start not in told}
    # "some 100 were registered in 2020"
    says = nouns or scene.shares or scene.periods or scene.starts("clause.origin_verbs")
    return bool(says) and nouns <= {"person"} and families <= {"light", "assist", "open"}
