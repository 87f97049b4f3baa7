"""Read a document sentence by sentence, with what later sentences may refer back to."""

from dataclasses import dataclass, field, replace
from itertools import islice

from trafficking_stats.breakdowns import unparse
from trafficking_stats.readers.narrative.dating import Dater
from trafficking_stats.readers.narrative.heads import facets_of, facets_within
from trafficking_stats.readers.narrative.lexicon import table
from trafficking_stats.readers.narrative.readings import Reading, State
from trafficking_stats.readers.narrative.results import Proposal, Statement
from trafficking_stats.readers.narrative.scene import Scene
from trafficking_stats.readers.narrative.sentence_reader import JUDGED, find_terms, read_numbers
from trafficking_stats.readers.narrative.statement_reader import StatementReader
from trafficking_stats.readers.narrative.times import is_single_year, year_of

CONTEXT = 150
"""Characters of the sentence kept on either side of a figure, for the reviewer."""
FEW = 4
"""Words at most before "total" where a paragraph begins with it."""
RECENT = 50
"""Figures that a later sentence may break down."""


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
    before : Reading or None
        The main figure of the paragraph before, until the first figures of this one are read.
    """

    number: int = -1
    lead: Reading | None = None
    row: list[Reading] = field(default_factory=list)
    latest: str = ""
    around: int | None = None
    years: tuple[str, float, float] = ("", 0, 0)
    before: Reading | None = None


@dataclass
class Reader:
    """Reads the sentences of a document in order.

    Parameters
    ----------
    default : str
        The period of the document.
    country, source_id : str
        Copied into each proposal.
    """

    default: str
    country: str
    source_id: str
    here: Paragraph = field(default_factory=Paragraph)
    known: dict[float, Reading] = field(default_factory=dict)

    def enter(self, paragraph: int) -> None:
        """Forget what only the same paragraph may refer to."""
        if paragraph != self.here.number:
            self.here = Paragraph(paragraph, before=self.here.lead)

    def read(self, scene: Scene) -> tuple[list[Proposal], list[Statement]]:
        """Return the proposals and the statements of one sentence."""
        here = self.here
        if here.before is not None and _leans_back(scene):
            here.lead = here.before
        here.before = None
        state = State(scene, here.lead, self.known, here.row)
        readings = read_numbers(state)
        before = here.lead.label if here.lead is not None else ""
        dater = Dater(scene, self.default, self._carried(scene, readings), before)
        spoken: list[Reading] = []
        rows = [reading.like for reading in readings] if scene.starts("clause.respectively") else []
        for reading in readings:
            label, source = dater.date(reading.numeral.start)
            if source in ("document default", "preceding sentence"):
                label, source = self._belonging(scene, reading, state.repeats) or (label, source)
            years = {s.numeral: s.label for s in spoken if s.numeral in rows}
            if len({*years.values()}) > 1 and reading.like in years and not scene.is_compared(reading.numeral.start):
                label, source = years[reading.like], "figure it belongs to"  # "59, 64 and 36, respectively"
            facets = self._facets(scene, reading, spoken, state.repeats)
            spoken.append(replace(reading, facets=facets, label=label, source=source, sentence=scene.sentence.number))
        said = list(spoken)
        judged = any(s.families[0] in JUDGED for s in here.row)
        for term in find_terms(scene, judged):
            label, source = dater.date(term.numeral.start)
            if source == "preceding sentence" and not judged:
                label = here.latest or self.default
            said.append(replace(term, label=label, source=source))
        proposals = [proposal for entry in said for proposal in self.propose(scene, entry)]
        # "That is an increase of 53 %": of the last figure of the sentence before
        is_pointing = not spoken and not scene.periods and len({s.families for s in here.row}) == 1
        lead = here.row[-1] if is_pointing else here.lead
        statements = StatementReader(scene, spoken, lead, dater).read()
        self._remember(scene, spoken)
        return sorted(proposals, key=lambda p: (p.char_start, p.char_end)), statements

    def propose(self, scene: Scene, reading: Reading) -> list[Proposal]:
        """Return the proposals of a reading, one for each indicator."""
        numeral, weights = reading.numeral, table("weights")
        place = scene.printed(numeral.start, numeral.end)
        first = max(place["sentence_start"], place["char_start"] - CONTEXT)
        around = scene.document.original[first : min(place["sentence_end"], place["char_end"] + CONTEXT)]
        return [
            Proposal(
                **place,
                indicator=indicator,
                breakdown=unparse(dict(reading.facets)) or "total",
                period=reading.label,
                value=numeral.value,
                qualifier=numeral.qualifier,
                unit=reading.unit,
                rule=reading.rule,
                period_source=reading.source,
                confidence=round(weights["rule"][reading.rule] * weights["period"][reading.source], 2),
                counted=" ".join(reading.counted),
                context=" ".join(around.split()),
                country=self.country,
                source_id=self.source_id,
                value_upper=numeral.upper,
            )
            for indicator in reading.indicators
        ]

    # ---- periods

    def _carried(self, scene: Scene, readings: list[Reading]) -> str:
        """Return the period that a sentence takes from those before it in the paragraph, "" for none."""
        here = self.here
        if here.lead is None:
            return here.latest
        if here.row and scene.phrase("clause.subset", 0):  # "Of those convicted, ..."
            return _newest(here.row).label
        if not readings or readings[0].rule in ("carried over", "subset"):
            return here.lead.label
        if "/" in here.lead.label or readings[0].enforcement != here.lead.enforcement:
            return here.latest
        return here.lead.label.partition("-")[0]

    def _belonging(self, scene: Scene, reading: Reading, repeats: list[Reading]) -> tuple[str, str] | None:
        """Return the period of a part, where it is that of a group counted earlier, and how it was found."""
        lead = self.here.lead
        if lead is not None and reading.families == lead.families:
            if "-" in lead.label and facets_of(scene, reading.numeral, reading.head):
                return lead.label, "figure it belongs to"  # the parts of a quarter's total
            years, last, total = self.here.years
            if reading.unit == lead.unit and last < reading.numeral.value <= total:
                return years, "figure it belongs to"  # more than in the last of several years: of all of them
        wholes = [self.known[base.numeral.value].label for base in repeats if base.numeral.value in self.known]
        if not wholes and scene.contains("clause.group", 0, len(scene.low)):
            recent = islice(reversed(self.known.values()), RECENT)
            alike = [s for s in recent if s.enforcement == reading.enforcement]
            large = [s.label for s in alike if s.numeral.value >= reading.numeral.value]
            # a text breaks down the year it is about; a total over many years is mostly said in passing
            wholes = [self.default] if self.default in large else large[:1]
        return (wholes[-1], "figure it belongs to") if wholes else None

    # ---- breakdowns

    def _facets(self, scene: Scene, reading: Reading, before: list[Reading], repeats: list[Reading]) -> dict[str, str]:
        """Return the breakdown: what the text says of the figure, and what it takes from the one it belongs to."""
        numeral = reading.numeral
        is_whole = numeral.definite and scene.phrase("clause.base", numeral.first - 2)  # "half of the 97 were women"
        own = {} if is_whole else facets_of(scene, reading.numeral, reading.head)
        shared = [base.facets.items() for base in self._bases_of(scene, reading, own, before)]
        common = dict(item for item in shared[0] if all(item in items for items in shared)) if shared else {}
        group = self._facets_of_group(scene, reading, repeats) if reading.rule != "comparison" else {}
        return {**common, **group, **own}

    def _facets_of_group(self, scene: Scene, reading: Reading, repeats: list[Reading]) -> dict[str, str]:
        """Return the breakdown of a group named before its parts: "of those exploited for labour, 18 were adults"."""
        first = reading.numeral.first
        start = scene.clause_start(first, 0, ";:(")
        group = next((base for base in reversed(repeats) if start <= base.numeral.start < first), None)
        if group is not None:
            known = self.known.get(group.numeral.value)
            return {**(known.facets if known else {}), **facets_of(scene, group.numeral, group.head)}
        end = scene.clause_end(start, ",")
        is_group = any(scene.phrase(f"clause.{group}", start) for group in ("subset", "base", "regarding"))
        return facets_within(scene, start, end) if is_group and scene.word(end) == "," else {}

    def _bases_of(self, scene: Scene, reading: Reading, own: dict[str, str], before: list[Reading]) -> list[Reading]:
        """Return the figures whose breakdown another shares: those it goes on from, is compared with or a part of."""
        alike = [s for s in before if s.families == reading.families]
        if reading.like is not None:
            found = [s for s in (*before, *self.here.row) if s.numeral is reading.like]
        elif reading.rule == "comparison":
            main = [s for s in alike if not own and not scene.is_compared(s.numeral.start)]
            # a comparison in brackets is with the figure before it, one of its own with all
            found = main[-1:] if scene.is_bracketed(reading.numeral.start) else main
        elif reading.head.partitive and not scene.phrase("clause.relatives", reading.numeral.end + 1):
            # "ten of the men": those counted before
            found = [s for s in (*self.here.row, *before) if own and own.items() <= s.facets.items()][-1:]
        elif own and (scene.word(reading.numeral.first - 1), scene.word(reading.numeral.end)) == ("(", ")"):
            found = []  # "women (402) and children (151)"
        else:
            found = [whole for whole in _wholes_of(scene, before, reading) if whole in alike or reading.head.partitive]
        if found or own or not before or not _is_in_line(scene, before[-1], reading):
            return found
        # of the last figure, or of the first: "registered 394, 187 of them for begging; in 2020 there had been 348"
        return before[:1] if ";" in scene.low[before[-1].numeral.end : reading.numeral.first] else before[-1:]

    # ---- memory

    def _remember(self, scene: Scene, spoken: list[Reading]) -> None:
        here = self.here
        here.row = [entry for entry in spoken if not scene.is_compared(entry.numeral.start)]
        # "in 2018 the figure was 356" only names an earlier year's figure
        is_aside = any(s.rule == "carried over" and year_of(s.label) < int(self.default) for s in here.row[:1])
        if here.row and not is_aside:
            here.lead = _newest(here.row)
            here.years = here.years if here.lead.facets else _years_of(here.row)
            years = {end.removeprefix("FY")[:4] for end in here.lead.label.split("/")}
            here.latest = max(here.latest, *years) if len(years) == 1 else here.latest
        elif here.lead is None and spoken:  # "fell from 98 in 2021 to 75 in 2022. In 2017 it was 41"
            here.lead = spoken[-1]
        for entry in here.row:
            self.known.pop(entry.numeral.value, None)  # so that the last one stays last
            self.known[entry.numeral.value] = entry
        kinds = ("month", "part", "year", "fiscal")
        dated = [p for p in scene.periods if p.kind in kinds and not scene.is_compared(p.start)]
        if dated:
            here.around = year_of(dated[-1].label) if any(p.kind == "month" for p in dated) else here.around
            is_fronted = dated[0].kind in ("year", "fiscal") and dated[0].start <= 1 and not is_aside
            here.latest = max(here.latest, dated[0].label, key=_last_year) if is_fronted else here.latest


def _newest(row: list[Reading]) -> Reading:
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


def _leans_back(scene: Scene) -> bool:
    """Whether a paragraph opens with what points back: "It fell again", "The 2022 total", not "The number of"."""
    noun = scene.first("clause.figure_nouns", 0, FEW)
    after = 0 if noun is None else noun + scene.phrase("clause.figure_nouns", noun)
    is_figure = after > 0 and not (scene.phrase("clause.partitive", after) or scene.word(after).isdecimal())
    is_bare = scene.starts("clause.existential") and not scene.starts("nouns", "actions")  # "In 2014 there were 543"
    return is_figure or bool(is_bare) or any(scene.phrase(group, 0) for group in ("clause.subset", "clause.pronouns"))


def _wholes_of(scene: Scene, before: list[Reading], part: Reading) -> list[Reading]:
    """Return what "including", "of whom" or a bracket before a later figure splits: one, or two joined by "and"."""
    depth, ends = 0, {reading.numeral.end for reading in before}  # "112 of them" splits no figure before "of them"
    is_relative = part.head.partitive and scene.phrase("clause.relatives", part.numeral.end + 1)  # "six of whom"
    for k in range(part.numeral.first - 1, -1, -1):
        depth += (scene.low[k] in ")]") - (scene.low[k] in "([")
        if depth < 0 or (depth == 0 and k not in ends and (is_relative or scene.phrase("clause.subset", k))):
            wholes = [s for s in before if s.numeral.end <= k][-2:]
            is_joint = depth == 0 and wholes and scene.phrase("clause.coordinators", wholes[-1].numeral.first - 1)
            return wholes if is_joint else wholes[-1:]
    return []


def _is_in_line(scene: Scene, before: Reading, reading: Reading) -> bool:
    """Whether a bare figure goes on from the one before: "two child victims in 2016 and eight in 2017"."""
    is_bare = reading.head.noun == "empty" and reading.families == before.families
    is_dated = any(before.numeral.end <= p.start < reading.numeral.first for p in scene.periods)
    return is_bare and (is_dated or scene.phrase("compare.change_to", reading.numeral.first - 1) > 0)
