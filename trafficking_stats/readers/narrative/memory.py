"""Read a document sentence by sentence, with what later sentences may refer back to."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from trafficking_stats.readers.narrative.dating import SOURCE_WEIGHT, Dater
from trafficking_stats.readers.narrative.facets import facets_of, facets_within, written
from trafficking_stats.readers.narrative.heads import Head
from trafficking_stats.readers.narrative.lexicon import Lexicon
from trafficking_stats.readers.narrative.negations import find_negations
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.periods import is_single_year, year_of
from trafficking_stats.readers.narrative.proposals import Proposal
from trafficking_stats.readers.narrative.readings import CONFIDENCE, Reading, reading_of
from trafficking_stats.readers.narrative.scene import Scene
from trafficking_stats.readers.narrative.sentence_reader import read_numbers
from trafficking_stats.readers.narrative.state import State
from trafficking_stats.readers.narrative.statement_reader import StatementReader
from trafficking_stats.readers.narrative.statements import Spoken, Statement
from trafficking_stats.readers.narrative.tables import Table, counts_of
from trafficking_stats.readers.narrative.terms import find_terms
from trafficking_stats.readers.narrative.tokens import Sentence

CONTEXT = 150
"""Characters of the sentence kept on either side of a figure, for the reviewer."""
TERM_CONFIDENCE = 0.85
RECENT_TOTALS = 50
"""Totals that a later sentence may break down."""


@dataclass
class Reader:
    """Reads the sentences of a document in order.

    Parameters
    ----------
    default : str
        The period of the document.
    nationals : frozenset of str
        Words for the country's own people.
    country, source_id : str
        Copied into each proposal.
    """

    default: str
    nationals: frozenset[str]
    country: str
    source_id: str
    paragraph: int = -1
    lead: Spoken | None = None
    carried: str = ""
    before: str = ""
    around: int | None = None
    row: list[Spoken] = field(default_factory=list)
    unread: str = ""
    known: dict[float, Reading] = field(default_factory=dict)
    labels: dict[float, str] = field(default_factory=dict)
    facets: dict[float, dict[str, str]] = field(default_factory=dict)
    totals: dict[bool, deque[tuple[float, str]]] = field(default_factory=dict)

    def enter(self, sentence: Sentence) -> None:
        """Forget what only the same paragraph may refer to."""
        if sentence.paragraph != self.paragraph:
            self.paragraph = sentence.paragraph
            self.lead = None
            self.carried = self.before = ""
            self.around = None
            self.row = []
            self.unread = ""

    def read(self, scene: Scene) -> tuple[list[Proposal], list[Statement]]:
        """Return the proposals and the statements of one sentence."""
        lead = self.lead.reading if self.lead else None
        state = State(scene, lead, self.known, [s.reading for s in self.row])
        readings = read_numbers(state, find_negations(scene))
        goes_on = self._goes_on(readings)
        dater = Dater(scene, self.default, self.carried if goes_on else self.unread, self.before)
        spoken: list[Spoken] = []
        sources: list[str] = []
        for reading in readings:
            label, source = dater.date(reading.numeral.start)
            if source in ("document default", "preceding sentence"):
                label, source = self._belonging(scene, reading, state.repeats, spoken) or (label, source)
            spoken.append(
                Spoken(reading, self._facets(scene, reading, spoken, state.repeats), label, scene.sentence.number)
            )
            sources.append(source)
        spoken = self._parts_of_lead(spoken)
        proposals: list[Proposal] = []
        for entry, source in zip(spoken, sources, strict=True):
            reading, facets, label = entry.reading, entry.facets, entry.label
            confidence = CONFIDENCE[reading.rule] * SOURCE_WEIGHT[source]
            for indicator in reading.indicators:
                details = (indicator, written(facets), label, reading.unit, reading.rule, source, confidence)
                proposals.append(self._proposal(scene, reading.numeral, details, reading.head.end))
        convicted = lead is not None and lead.families[0] in ("convict", "sentence")
        for term in find_terms(scene, convicted):
            label, source = dater.date(term.numeral.start)
            confidence = TERM_CONFIDENCE * SOURCE_WEIGHT[source]
            details = (term.indicator, "total", label, term.unit, term.rule, source, confidence)
            proposals.append(self._proposal(scene, term.numeral, details, term.numeral.end))
        statements = StatementReader(scene, spoken, self.lead, dater, self.nationals, self.country).read()
        self._remember(scene, spoken)
        self._note_year(scene)
        if not spoken and state.current is not None and self.lead is not None:
            self.lead = replace(self.lead, reading=state.current)
        return sorted(proposals, key=lambda p: (p.char_start, p.char_end)), statements

    def read_table(self, table: Table, text: str, sentence: Sentence, lexicon: Lexicon) -> list[Proposal]:
        """Return the proposals of a table."""
        proposals = []
        for count in counts_of(table, text, sentence, lexicon, int(self.default)):
            topic = count.topic
            head = Head(topic.noun, "", count.numeral.end, count.numeral.end, topic.potential)
            reading = reading_of(count.numeral, head, topic.families, "table")
            if reading is not None:
                details = (reading.indicators[0], written(count.facets), count.label, reading.unit, "table", "clause")
                proposals.append(self._proposal(count.scene, count.numeral, (*details, CONFIDENCE["table"]), 0))
        return proposals

    def _goes_on(self, readings: list[Reading]) -> bool:
        """Whether a sentence keeps the subject of the one before, and with it the year."""
        if self.lead is None:
            return False
        if not readings:
            return True
        spanning = "/" in self.carried and readings[0].rule not in ("carried over", "subset")
        return self.lead.reading.enforcement == readings[0].enforcement and not spanning

    def _belonging(
        self, scene: Scene, reading: Reading, repeats: list[Reading], before: list[Spoken]
    ) -> tuple[str, str] | None:
        """Return the period of a part, where it is that of a group counted earlier, and how it was found."""
        for base in reversed(repeats):
            if base.numeral.start < reading.numeral.start and base.numeral.value in self.labels:
                return self.labels[base.numeral.value], "figure it belongs to"
        goes_on = reading.rule in ("carried over", "subset", "list")
        main = [s for s in before if not scene.is_compared(s.reading.numeral.start)]
        if goes_on and main:
            return main[-1].label, "head of the list"
        if goes_on and "-" in self.before:
            return self.before, "figure it belongs to"
        if scene.contains("clause.group", 0, len(scene.low)):
            large = [e for v, e in self.totals.get(reading.enforcement, ()) if v >= reading.numeral.value]
            if large:
                # a text breaks down the year it is about; a total over many years is mostly said in passing
                return self.default if self.default in large else large[-1], "figure it belongs to"
        return None

    def _facets(self, scene: Scene, reading: Reading, before: list[Spoken], repeats: list[Reading]) -> dict[str, str]:
        """Return the breakdown; a part has that of its whole, a bare compared figure that of its counterpart."""
        found = self._own_facets(scene, reading, before)
        group = self._group_facets(scene, reading, repeats)
        return {**found, **group} if reading.rule != "comparison" else found

    def _group_facets(self, scene: Scene, reading: Reading, repeats: list[Reading]) -> dict[str, str]:
        """Return the breakdown of a group named before its parts: "of those exploited for labour, 18 were adults"."""
        first = reading.numeral.first
        start = first
        while start > 0 and scene.low[start - 1] not in ";:(":
            start -= 1
        for base in reversed(repeats):
            if start <= base.numeral.start < first:
                return {
                    **self.facets.get(base.numeral.value, {}),
                    **facets_of(scene, base.numeral, base.head, self.nationals),
                }
        anaphor = scene.phrase("clause.subset", start) or scene.phrase("clause.partitive", start)
        end = next((k for k in range(start, first) if scene.low[k] == ","), start)
        return facets_within(scene, start, end, self.nationals) if anaphor else {}

    def _own_facets(self, scene: Scene, reading: Reading, before: list[Spoken]) -> dict[str, str]:
        paired = next((s for s in [*before, *self.row] if s.reading.numeral is reading.like), None)
        if paired is not None:
            return dict(paired.facets)
        facets = facets_of(scene, reading.numeral, reading.head, self.nationals)
        if not facets and reading.rule == "comparison" and reading.head.noun in ("empty", "case", "action"):
            main = [s for s in before if not scene.is_compared(s.reading.numeral.start)]
            same = [s for s in main if s.reading.families == reading.families]
            if same:  # a comparison in brackets is with the figure before it, one of its own with the first
                return dict(same[-1 if scene.segments[reading.numeral.start] in scene.parents else 0].facets)
        if facets and reading.head.partitive and reading.head.noun == "person":
            group = next((s for s in reversed([*self.row, *before]) if facets.items() <= s.facets.items()), None)
            return dict(group.facets) if group is not None else facets  # "ten of the men": those counted before
        whole = _whole_of(scene, before, reading)
        apart = reading.rule == "comparison" or reading.head.partitive
        if whole is not None and not apart and _can_hold(whole.reading, reading):
            return {**whole.facets, **facets}
        if not facets and before and _in_line(scene, before[-1].reading, reading):
            return dict(before[-1].facets)
        return facets

    def _parts_of_lead(self, spoken: list[Spoken]) -> list[Spoken]:
        """Give figures that add up to the one before them its breakdown: "23 in forced labour. 14 are men, 9 women"."""
        lead = self.lead
        if lead is None or not lead.facets or len(spoken) < 2:
            return spoken
        same = all(s.reading.families == lead.reading.families and s.label == lead.label for s in spoken)
        if not same or sum(s.reading.numeral.value for s in spoken) != lead.reading.numeral.value:
            return spoken
        return [replace(s, facets={**lead.facets, **s.facets}) for s in spoken]

    def _aside(self, spoken: Spoken) -> bool:
        """Return whether a sentence only names an earlier year's figure: "in 2018 the figure was 356"."""
        label = spoken.label
        carried = spoken.reading.rule == "carried over"
        return carried and is_single_year(label) and year_of(label) < int(self.default)

    def _remember(self, scene: Scene, spoken: list[Spoken]) -> None:
        main = [entry for entry in spoken if not scene.is_compared(entry.reading.numeral.start)]
        if main and not self._aside(main[0]):
            self.lead = main[0]
            self.before = main[0].label
            self.carried = self.before if "-" not in self.before else ""
        self.row = main
        for entry in main:
            value = entry.reading.numeral.value
            if value > 0:
                self.known[value] = entry.reading
                self.labels[value] = entry.label
                self.facets[value] = entry.facets
                if not entry.facets and entry.reading.rule not in ("subset", "list", "carried over"):
                    recent = self.totals.setdefault(entry.reading.enforcement, deque(maxlen=RECENT_TOTALS))
                    recent.append((value, entry.label))

    def _note_year(self, scene: Scene) -> None:
        """Keep the year that a paragraph told by months is in, and that of a sentence whose figures are not read."""
        told = [p for p in scene.periods if p.label and p.kind in ("month", "part", "year")]
        main = [p for p in told if not scene.is_compared(p.start)]
        if main and any(p.kind == "month" for p in main):
            self.around = year_of(main[-1].label)
        counted = any(n.kind == "count" for n in scene.numerals)
        fronted = bool(main) and main[0].kind == "year" and main[0].start <= 1
        if main:
            self.unread = main[0].label if fronted and counted else ""

    def _proposal(
        self, scene: Scene, numeral: Numeral, details: tuple[str, str, str, str, str, str, float], phrase_end: int
    ) -> Proposal:
        indicator, breakdown, period, unit, rule, source, confidence = details
        text, sentence = scene.text, scene.sentence
        start, end = scene.tokens[numeral.start].start, scene.tokens[numeral.end - 1].end
        around = text[max(sentence.start, start - CONTEXT) : min(sentence.end, end + CONTEXT)]
        return Proposal(
            indicator=indicator,
            breakdown=breakdown,
            period=period,
            value=numeral.value,
            qualifier=numeral.qualifier,
            unit=unit,
            char_start=start,
            char_end=end,
            text=text[start:end],
            sentence=sentence.number,
            sentence_start=sentence.start,
            sentence_end=sentence.end,
            rule=rule,
            period_source=source,
            confidence=round(confidence, 2),
            counted=" ".join(scene.low[numeral.end : phrase_end]),
            context=" ".join(around.split()),
            country=self.country,
            source_id=self.source_id,
            value_upper=numeral.upper,
        )


def _whole_of(scene: Scene, before: list[Spoken], part: Reading) -> Spoken | None:
    """Return the figure that "including", "of whom" or a bracket before a later one splits."""
    depth = 0
    for k in range(part.numeral.first - 1, -1, -1):
        depth += (scene.low[k] in ")]") - (scene.low[k] in "([")
        if scene.low[k] == ";":
            return None
        if depth < 0 or (depth == 0 and scene.phrase("clause.subset", k)):
            return next((s for s in reversed(before) if s.reading.numeral.end <= k), None)
    return None


def _in_line(scene: Scene, before: Reading, reading: Reading) -> bool:
    """Whether a bare figure goes on from the one before: "two child victims in 2016 and eight in 2017"."""
    bare = reading.head.noun == "empty" and reading.families == before.families
    dated = any(before.numeral.end <= p.start < reading.numeral.first for p in scene.periods)
    changed = scene.is_word("compare.change_to", reading.numeral.first - 1)
    return bare and (changed or (dated and scene.is_word("clause.coordinators", reading.numeral.first - 1)))


def _can_hold(whole: Reading, part: Reading) -> bool:
    """Whether a figure can be a part of another: of the same kind and no larger."""
    return whole.families == part.families and whole.numeral.value >= part.numeral.value
