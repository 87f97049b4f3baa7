"""Read a document sentence by sentence, with what later sentences may refer back to."""

import re
from dataclasses import dataclass, field, replace
from itertools import islice

from trafficking_stats.breakdowns import unparse
from trafficking_stats.readers.narrative.dating import Dater
from trafficking_stats.readers.narrative.heads import facets_of, facets_within, topic_of
from trafficking_stats.readers.narrative.lexicon import table
from trafficking_stats.readers.narrative.memory import Paragraph, goes_on_unsaid
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.readings import Reading, State, reading_of
from trafficking_stats.readers.narrative.results import Proposal, Statement
from trafficking_stats.readers.narrative.scene import Scene
from trafficking_stats.readers.narrative.sentence_reader import JUDGED, find_terms, read_numbers, read_topics
from trafficking_stats.readers.narrative.statement_reader import StatementReader

CONTEXT = 150
"""Characters of the sentence kept on either side of a figure, for the reviewer."""
BETWEEN = 200
"""Characters before a sentence in which a heading, or a sentence without figures, says what it is about."""
RECENT = 50
"""Figures that a later sentence may break down."""
_BREAK = re.compile(r"[.!?:]\s+|\n")
_TOTALS = ("passive verb", "verb before", "participle after", "counted noun")
"""Rules that read what was counted, not a part of it."""
_OF_ALL = ("clause.wholes", "clause.figure_nouns", "nouns", "actions")
"""Groups of words with which a bare figure is not of the part that the sentence before spoke of."""


@dataclass
class Reader:
    """Reads the sentences of a document in order.

    Parameters
    ----------
    default : str
        The period of the document.
    country, source_id : str
        Copied into each proposal.
    undated : str
        The period of figures without one.
    topics : list of Proposal
        The counts read so far that are no claims to propose.
    """

    default: str
    country: str
    source_id: str
    undated: str
    here: Paragraph = field(default_factory=Paragraph)
    known: dict[float, Reading] = field(default_factory=dict)
    end: int = 0
    topics: list[Proposal] = field(default_factory=list)

    def enter(self, paragraph: int) -> None:
        """Forget what only the same paragraph may refer to."""
        if paragraph != self.here.number:
            self.here = Paragraph(paragraph, before=self.here.lead or self.here.before, told=self.here.told)

    def read(self, scene: Scene) -> tuple[list[Proposal], list[Statement]]:
        """Return the proposals and the statements of one sentence."""
        here = self.here
        if here.lead is None:
            here.lead = self._lead_before(scene)
        here.is_new, self.end = False, scene.sentence.end if scene.counts else self.end
        if scene.sentence.number == 1 and not scene.counts:  # "Statistical bulletin, July to September 2021"
            for period in (p for p in scene.periods if p.kind == "part"):
                self.default = self.undated = period.label
        state = State(scene, here.lead, self.known, here.row)
        readings = read_numbers(state)
        before = here.lead if here.lead and here.lead.printed else here.before or here.lead
        label = before.label if before else ""
        dater = Dater(scene, self.default, here.carried(scene, readings), label, here.told, here.years[0] or label)
        spoken: list[Reading] = []
        for reading in readings:
            label, source = dater.date(reading.numeral.start)
            label = self.undated if source == "document default" else label
            if source in ("document default", "preceding sentence"):
                label, source = self._belonging(scene, reading, state.repeats) or (label, source)
            reading = replace(reading, label=label, source=source, sentence=scene.sentence.number)
            spoken.append(replace(reading, facets=self._facets(scene, reading, spoken, state.repeats)))
        said = list(spoken)
        judged = any(s.families[0] in JUDGED for s in here.row)
        for term in find_terms(scene, judged):
            label, source = dater.date(term.numeral.start)
            if source == "preceding sentence" and not judged:
                label = here.latest or self.default
            said.append(replace(term, label=label, source=source))
        for topic in read_topics(state):
            label, source = dater.date(topic.numeral.start)
            facets = facets_of(scene, topic.numeral, topic.head)
            if source != "year before the compared figure":  # "came from 28 countries" compares nothing
                self.topics += self.propose(scene, replace(topic, label=label, source=source, facets=facets))
        proposals = [proposal for entry in said for proposal in self.propose(scene, entry)]
        is_pointing = bool(here.row) and not (spoken or scene.periods)  # "That is an increase of 53 %"
        lead = here.lead if not is_pointing else here.row[-1] if here.is_clear else None
        statements = StatementReader(scene, spoken, lead, dater).read()
        here.remember(scene, spoken, self.default)
        for entry in here.row:
            self.known.pop(entry.numeral.value, None)  # so that the last one stays last
            self.known[entry.numeral.value] = entry
        return sorted(proposals, key=lambda p: (p.char_start, p.char_end)), statements

    def propose(self, scene: Scene, reading: Reading) -> list[Proposal]:
        """Return the proposals of a reading, one for each indicator."""
        numeral, weights = reading.numeral, table("weights")
        place = scene.printed(numeral.start, numeral.end)
        first = max(place["sentence_start"], place["char_start"] - CONTEXT)
        around = scene.document.original[first : min(place["sentence_end"], place["char_end"] + CONTEXT)]
        confidence = round(weights["rule"][reading.rule] * weights["period"][reading.source], 2)
        place |= {"breakdown": unparse(dict(reading.facets)) or "total", "period": reading.label, "unit": reading.unit}
        place |= {"value": numeral.value, "qualifier": numeral.qualifier, "value_upper": numeral.upper}
        place |= {"rule": reading.rule, "period_source": reading.source, "confidence": confidence}
        place |= {"counted": " ".join(reading.counted), "context": " ".join(around.split())}
        place |= {"country": self.country, "source_id": self.source_id}
        return [Proposal(indicator=indicator, **place) for indicator in reading.indicators]

    def _lead_before(self, scene: Scene) -> Reading | None:
        """Return what a paragraph without figures so far goes on about: a heading before it, or the last paragraph."""
        before, is_first = self.here.before, self.here.is_new
        # "Of these, 12", "It fell"
        opening = scene.past(scene.dated.get(0, 0), "clause.adverbs", marks=",")  # "A year earlier it was 190"
        leans_back = scene.phrase("clause.subset", 0) or scene.phrase("clause.pronouns", opening)
        if before is not None and is_first and leans_back:
            return before
        start, end = max(self.end, scene.sentence.start - BETWEEN), scene.sentence.start
        breaks = [start + found.end() for found in _BREAK.finditer(scene.document.text[start : end - 1])]
        stretches = (scene.beside(begin, end) for begin in (*reversed(breaks), start) if scene.counts)
        topics = (topic_of(words, 0, len(words.low)) for words in stretches)
        topic = next((topic for topic in topics if topic), None)  # of the sentence or heading nearest to it
        said = topic and reading_of(Numeral(0, 0, 0.0, first=0), topic, (topic.family,), "carried over")
        if said:
            return replace(said, label=self.default, printed=False)
        goes_on = before is not None and goes_on_unsaid(scene)
        return replace(before, facets={}, printed=False) if before is not None and goes_on else None

    # ---- periods

    def _belonging(self, scene: Scene, reading: Reading, repeats: list[Reading]) -> tuple[str, str] | None:
        """Return the period of a part, where it is that of a group counted earlier, and how it was found."""
        lead = self.here.lead
        if lead is not None and reading.families == lead.families:
            years, last, total = self.here.years
            is_more = reading.unit == lead.unit and last < reading.numeral.value <= total
            # more than in the last of several years: of all of them; or the parts of a month's total
            if is_more or ("-" in lead.label and facets_of(scene, reading.numeral, reading.head)):
                return years if is_more else lead.label, "figure it belongs to"
        wholes = [self.known[base.numeral.value].label for base in repeats if base.numeral.value in self.known]
        if not wholes and scene.contains("clause.group", 0, len(scene.low)):
            recent = (*([lead] if lead else []), *islice(reversed(self.known.values()), RECENT))
            alike = [s for s in recent if s.enforcement == reading.enforcement]
            large = [s.label for s in alike if s.numeral.value >= reading.numeral.value]
            # a text breaks down the year it is about; a total over many years is mostly said in passing
            wholes = [self.undated] if self.undated in large else large[:1]
        return (wholes[-1], "figure it belongs to") if wholes else None

    # ---- breakdowns

    def _facets(self, scene: Scene, reading: Reading, before: list[Reading], repeats: list[Reading]) -> dict[str, str]:
        """Return the breakdown: what the text says of the figure, and what it takes from the one it belongs to."""
        numeral = reading.numeral
        # "half of the 97 were women", "34 of 97 were women"
        is_whole = scene.is_base(numeral) or (numeral.definite and scene.phrase("clause.base", numeral.first - 2))
        own = {} if is_whole else facets_of(scene, reading.numeral, reading.head)
        shared = [base.facets.items() for base in self._bases_of(scene, reading, own, before)]
        common = dict(item for item in shared[0] if all(item in items for items in shared)) if shared else {}
        group = self._facets_of_group(scene, reading, repeats) if reading.rule != "comparison" else {}
        return {**common, **group, **own}

    def _facets_of_group(self, scene: Scene, reading: Reading, repeats: list[Reading]) -> dict[str, str]:
        """Return the breakdown of a group named before its parts: "of those exploited for labour, 18 were adults"."""
        first = reading.numeral.first
        start = scene.clause_start(first, 0, ";:(" if scene.is_bracketed(first) else ";:")
        stop = max(first, reading.head.end)  # "of the 36 boys, three", "three of the 36"
        group = next((base for base in reversed(repeats) if start <= base.numeral.start < stop), None)
        if group is not None:
            known = self.known.get(group.numeral.value)
            return {**(known.facets if known else {}), **facets_of(scene, group.numeral, group.head)}
        ends = (k for k in range(start, first) if scene.word(k) == "," or scene.phrase("clause.copulas", k))
        end = next(ends, start)  # "among the men (19), five", "among the men were five"
        is_group = any(scene.phrase(f"clause.{group}", start) for group in ("subset", "base"))
        opens = is_group or scene.phrase("clause.regarding", start)
        # "in forced labour 19 victims were found"
        opens = opens or (scene.phrase("clause.inside", start) and scene.phrase("facets.form", start + 1))
        return facets_within(scene, start, end) if opens else {}

    def _bases_of(self, scene: Scene, reading: Reading, own: dict[str, str], before: list[Reading]) -> list[Reading]:
        """Return the figures whose breakdown another shares: those it goes on from, is compared with or a part of."""
        numeral, alike = reading.numeral, [s for s in before if s.families == reading.families]
        if reading.like is not None:
            found = [s for s in (*before, *self.here.row) if s.numeral is reading.like]
        elif numeral.cue == "but":
            found = [s for s in (*self.here.row, *before) if s.numeral.value > numeral.value][-1:]
        elif reading.rule == "comparison":
            main = [s for s in alike if not own and not scene.is_compared(s.numeral.start)]
            # a comparison in brackets is with the figure before it, one of its own with all
            found = main[-1:] if scene.is_bracketed(reading.numeral.start) else main
        elif reading.head.partitive and not scene.phrase("clause.relatives", reading.numeral.end + 1):
            # "ten of the men": those counted before
            found = [s for s in (*self.here.row, *before) if own and own.items() <= s.facets.items()][-1:]
            of_them = scene.word(numeral.first - 1) == "," and scene.phrase("clause.subset", numeral.end)
            found = found or (alike[-1:] if own and of_them else [])  # "23 were in forced labour, 14 of them men"
        elif own and (scene.word(numeral.first - 1), scene.word(numeral.end)) == ("(", ")"):
            found = []  # "women (402) and children (151)"
        else:
            found = [whole for whole in _wholes_of(scene, before, reading) if whole in alike or reading.head.partitive]
        if own and not found and self.here.lead and (reading.head.noun == "empty" or reading.head.partitive):
            # "Forty-three children were found. 20 were forced to steal": the most that were counted are all of them
            alike = [s for s in self.known.values() if (s.families, s.label) == (reading.families, reading.label)]
            found = sorted(alike, key=lambda s: s.numeral.value)[-1:]
            found = [s for s in alike if s.sentence == found[0].sentence and found[0].rule in _TOTALS]
        if found or own:
            return found
        # "34 were women; in 2022 the total was 73"
        is_total = scene.contains("clause.wholes", scene.clause_start(numeral.first, 0, ",;("), numeral.first)
        if before and _is_in_line(scene, before[-1], reading) and not is_total:
            # of the last figure, or of the first: "registered 394, 187 of them for begging; in 2020 there had been 348"
            return before[:1] if ";" in scene.low[before[-1].numeral.end : reading.numeral.first] else before[-1:]
        # "46 were in forced labour. In 2019 there were 17"
        is_alone = len({tuple(s.facets.items()) for s in self.here.row}) == 1
        goes_on = reading.rule == "carried over" and is_alone and not scene.is_bracketed(reading.numeral.start)
        of_all = any(not scene.phrase("clause.instances", k) for k in scene.starts(*_OF_ALL))
        return self.here.row[-1:] if self.here.lead and goes_on and not (before or of_all) else []


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
