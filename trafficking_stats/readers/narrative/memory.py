"""Read a document sentence by sentence, with what later sentences may refer back to."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from trafficking_stats.readers.narrative.dating import SOURCE_WEIGHT, Dater
from trafficking_stats.readers.narrative.facets import facets_of, written
from trafficking_stats.readers.narrative.negations import find_negations
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.periods import is_single_year, year_of
from trafficking_stats.readers.narrative.proposals import Proposal
from trafficking_stats.readers.narrative.readings import CONFIDENCE, Reading, SentenceReader
from trafficking_stats.readers.narrative.scene import Scene
from trafficking_stats.readers.narrative.statements import Spoken, Statement, StatementReader
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
    known: dict[float, Reading] = field(default_factory=dict)
    labels: dict[float, str] = field(default_factory=dict)
    totals: dict[bool, deque[tuple[float, str]]] = field(default_factory=dict)

    def enter(self, sentence: Sentence) -> None:
        """Forget what only the same paragraph may refer to."""
        if sentence.paragraph != self.paragraph:
            self.paragraph = sentence.paragraph
            self.lead = None
            self.carried = self.before = ""

    def read(self, scene: Scene) -> tuple[list[Proposal], list[Statement]]:
        """Return the proposals and the statements of one sentence."""
        lead = self.lead.reading if self.lead else None
        reader = SentenceReader(scene, lead, self.known)
        readings = reader.read(find_negations(scene))
        goes_on = self._goes_on(readings)
        dater = Dater(scene, self.default, self.carried if goes_on else "", self.before)
        proposals: list[Proposal] = []
        spoken: list[Spoken] = []
        for reading in readings:
            label, source = self._belonging(scene, reading, reader.repeats, *dater.date(reading.numeral.start))
            facets = self._facets(scene, reading, spoken)
            spoken.append(Spoken(reading, facets, label))
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
        if not spoken and reader.current is not None and self.lead is not None:
            self.lead = Spoken(reader.current, self.lead.facets, self.lead.label)
        return sorted(proposals, key=lambda p: (p.char_start, p.char_end)), statements

    def _goes_on(self, readings: list[Reading]) -> bool:
        """Whether a sentence keeps the subject of the one before, and with it the year."""
        if self.lead is None:
            return False
        if not readings:
            return True
        spanning = "/" in self.carried and readings[0].rule not in ("carried over", "subset")
        return self.lead.reading.enforcement == readings[0].enforcement and not spanning

    def _belonging(
        self, scene: Scene, reading: Reading, repeats: list[Reading], label: str, source: str
    ) -> tuple[str, str]:
        """Return the period of a part: that of the group it belongs to, which an earlier sentence counted."""
        if source not in ("document default", "preceding sentence"):
            return label, source
        for base in reversed(repeats):
            if base.numeral.start < reading.numeral.start and base.numeral.value in self.labels:
                return self.labels[base.numeral.value], "figure it belongs to"
        if scene.contains("clause.group", 0, len(scene.low)):
            large = [e for v, e in self.totals.get(reading.enforcement, ()) if v >= reading.numeral.value]
            if large:
                # a text breaks down the year it is about; a total over many years is mostly said in passing
                return self.default if self.default in large else large[-1], "figure it belongs to"
        return label, source

    def _facets(self, scene: Scene, reading: Reading, before: list[Spoken]) -> dict[str, str]:
        """Return the breakdown; a part has that of its whole, a bare compared figure that of its counterpart."""
        facets = facets_of(scene, reading.numeral, reading.head, self.nationals)
        if not facets and reading.rule == "comparison" and reading.head.noun in ("empty", "case", "action"):
            for earlier in before:
                same = earlier.reading.families == reading.families
                if same and not scene.is_compared(earlier.reading.numeral.start):
                    return dict(earlier.facets)
        if reading.rule in ("list", "subset"):
            wholes = (s for s in reversed(before) if s.reading.rule not in ("list", "subset", "comparison"))
            whole = next(wholes, None)
            if whole is not None and _is_part(scene, whole.reading, reading):
                return {**whole.facets, **facets}
        return facets

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
        for entry in main:
            value = entry.reading.numeral.value
            if value > 0:
                self.known[value] = entry.reading
                self.labels[value] = entry.label
                if not entry.facets and entry.reading.rule not in ("subset", "list", "carried over"):
                    recent = self.totals.setdefault(entry.reading.enforcement, deque(maxlen=RECENT_TOTALS))
                    recent.append((value, entry.label))

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
        )


def _is_part(scene: Scene, whole: Reading, part: Reading) -> bool:
    """Return whether "including", "of whom" or a bracket stands between a figure and a later one."""
    between = range(whole.numeral.end, part.numeral.start)
    return any(scene.low[k] == "(" or scene.phrase("clause.subset", k) for k in between)
