"""Propose claims from a narrative: deterministic, and each with the rule that found it."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field

from trafficking_stats.errors import ReaderError
from trafficking_stats.readers.narrative.dating import SOURCE_WEIGHT, Dater
from trafficking_stats.readers.narrative.demonyms import nationals_of
from trafficking_stats.readers.narrative.facets import facets_of, written
from trafficking_stats.readers.narrative.language import detect_language
from trafficking_stats.readers.narrative.lexicon import load
from trafficking_stats.readers.narrative.negations import find_negations
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.periods import is_single_year, year_of
from trafficking_stats.readers.narrative.proposals import Proposal
from trafficking_stats.readers.narrative.readings import CONFIDENCE, MOST_FIGURES, Reading, SentenceReader
from trafficking_stats.readers.narrative.scene import Scene, build
from trafficking_stats.readers.narrative.terms import find_terms
from trafficking_stats.readers.narrative.tokens import Sentence, sentences

_DIGITS = re.compile(r"\d+")

CONTEXT = 150
"""Characters of the sentence kept on either side of a figure, for the reviewer."""
TERM_CONFIDENCE = 0.85
RECENT_TOTALS = 50
"""Totals that a later sentence may break down."""


def extract(
    text: str,
    *,
    country: str,
    default_year: int,
    language: str | None = None,
    source_id: str = "",
) -> list[Proposal]:
    """Propose the figures of a narrative as claims.

    Parameters
    ----------
    text : str
        Plain text; offsets of the result refer to it.
    country : str
        ISO 3166-1 alpha-3 code of the country the text is about.
    default_year : int
        The year it reports on: the edition minus 1 for a TIP report.
    language : {"en", "da"}, optional
        Detected from the text if not given.
    source_id : str, optional
        Identifier of the source, copied into each proposal.

    Returns
    -------
    list of Proposal
        In the order of the text.

    Raises
    ------
    ReaderError
        If the text is in neither language, or the year is not one between 1990 and 2100.

    Examples
    --------
    >>> text = "Courts convicted nine traffickers in 2014, compared with three in 2013."
    >>> for p in extract(text, country="DNK", default_year=2014):
    ...     print(p.indicator, p.period, p.value, p.rule)
    convictions 2014 9.0 verb before
    convictions 2013 3.0 comparison
    """
    if not 1990 <= default_year <= 2100:
        raise ReaderError(f"The default year must lie between 1990 and 2100, not {default_year}.")
    lexicon = load(language or detect_language(text))
    document = _Document(str(default_year), nationals_of(country, lexicon.code), country, source_id)
    proposals: list[Proposal] = []
    for sentence in sentences(text, lexicon):
        document.enter(sentence)
        if len(_DIGITS.findall(text, sentence.start, sentence.end)) > MOST_FIGURES:
            continue
        if lexicon.screen.search(text, sentence.start, sentence.end) is not None:
            proposals += document.read(build(text, sentence, lexicon, default_year))
    return proposals


@dataclass
class _Document:
    """What later sentences may refer back to, while a document is read from start to end."""

    default: str
    nationals: frozenset[str]
    country: str
    source_id: str
    paragraph: int = -1
    lead: Reading | None = None
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

    def read(self, scene: Scene) -> list[Proposal]:
        """Return the proposals of one sentence."""
        reader = SentenceReader(scene, self.lead, self.known)
        readings = reader.read(find_negations(scene))
        convicted = self.lead is not None and self.lead.families[0] in ("convict", "sentence")
        terms = find_terms(scene, convicted)
        if not readings and not terms:
            self.lead = reader.current or self.lead
            return []
        dater = Dater(scene, self.default, self.carried if self._goes_on(readings) else "", self.before)
        proposals: list[Proposal] = []
        dated: list[tuple[Reading, dict[str, str], str]] = []
        for reading in readings:
            label, source = self._belonging(scene, reading, reader.repeats, *dater.date(reading.numeral.start))
            facets = self._facets(scene, reading, dated)
            dated.append((reading, facets, label))
            confidence = CONFIDENCE[reading.rule] * SOURCE_WEIGHT[source]
            for indicator in reading.indicators:
                details = (indicator, written(facets), label, reading.unit, reading.rule, source, confidence)
                proposals.append(self._proposal(scene, reading.numeral, details, reading.head.end))
        for term in terms:
            label, source = dater.date(term.numeral.start)
            confidence = TERM_CONFIDENCE * SOURCE_WEIGHT[source]
            details = (term.indicator, "total", label, term.unit, term.rule, source, confidence)
            proposals.append(self._proposal(scene, term.numeral, details, term.numeral.end))
        self._remember(scene, dated)
        return sorted(proposals, key=lambda p: (p.char_start, p.char_end))

    def _goes_on(self, readings: list[Reading]) -> bool:
        """Whether a sentence keeps the subject of the one before, and with it the year."""
        if self.lead is None:
            return False
        if not readings:
            return True
        spanning = "/" in self.carried and readings[0].rule not in ("carried over", "subset")
        return self.lead.enforcement == readings[0].enforcement and not spanning

    def _belonging(
        self, scene: Scene, reading: Reading, repeats: list[Reading], label: str, source: str
    ) -> tuple[str, str]:
        """Return a part of a group that an earlier sentence counted takes the period of that group."""
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

    def _facets(
        self, scene: Scene, reading: Reading, before: list[tuple[Reading, dict[str, str], str]]
    ) -> dict[str, str]:
        """Return the breakdown; a part has that of its whole, a bare compared figure that of its counterpart."""
        facets = facets_of(scene, reading.numeral, reading.head, self.nationals)
        if not facets and reading.rule == "comparison" and reading.head.noun in ("empty", "case", "action"):
            for earlier, known, _ in before:
                if earlier.families == reading.families and not scene.is_compared(earlier.numeral.start):
                    return dict(known)
        if reading.rule in ("list", "subset"):
            whole = next((e for e in reversed(before) if e[0].rule not in ("list", "subset", "comparison")), None)
            if whole is not None and _is_part(scene, whole[0], reading):
                return {**whole[1], **facets}
        return facets

    def _aside(self, reading: Reading, label: str) -> bool:
        """Return whether a sentence only names an earlier year's figure: "in 2018 the figure was 356"."""
        return reading.rule == "carried over" and is_single_year(label) and year_of(label) < int(self.default)

    def _remember(self, scene: Scene, dated: list[tuple[Reading, dict[str, str], str]]) -> None:
        main = [entry for entry in dated if not scene.is_compared(entry[0].numeral.start)]
        if main and not self._aside(main[0][0], main[0][2]):
            self.lead, _, self.before = main[0]
            self.carried = self.before if "-" not in self.before else ""
        for reading, facets, label in main:
            value = reading.numeral.value
            if value > 0:
                self.known[value] = reading
                self.labels[value] = label
                if not facets and reading.rule not in ("subset", "list", "carried over"):
                    self.totals.setdefault(reading.enforcement, deque(maxlen=RECENT_TOTALS)).append((value, label))

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
