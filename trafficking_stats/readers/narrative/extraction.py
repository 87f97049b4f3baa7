"""Propose claims from a narrative: deterministic, and each with the rule that found it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from ...errors import ReaderError
from .dating import SOURCE_WEIGHT, Dater, alternatives
from .demonyms import nationals_of
from .facets import facets_of, written
from .language import detect_language
from .lexicon import Lexicon, load
from .negations import find_negations
from .periods import year_before
from .readings import CONFIDENCE, Reading, SentenceReader
from .scene import Scene, build
from .terms import Term, find_terms
from .tokens import Sentence, sentences


@dataclass(frozen=True, slots=True)
class Proposal:
    """One figure of a text, proposed as a claim.

    Attributes
    ----------
    indicator : str
        investigations, prosecutions, convictions, sentences, sentence_min, sentence_max, victims_identified,
        victims_potential, victims_referred or victims_assisted.
    breakdown : str
        "total", or facets as ``key=value`` joined by semicolons.
    period : str
        "2015", "2009/2015", "2016-01/2016-08", "2016-04" or "FY2014".
    value : float
        The number.
    qualifier : str
        exact, at_least, more_than, almost, approximately, up_to or fewer_than.
    unit : str
        cases, persons, months or years.
    char_start, char_end : int
        Code points of the number in the text; of the negation for a zero.
    text : str
        The number as printed.
    sentence : int
        Number of the sentence in the document, from 1.
    sentence_start, sentence_end : int
        Code points of the sentence.
    rule : str
        The rule that found the figure.
    period_source : str
        Where the period was read.
    confidence : float
        Between 0 and 1; a fixed weight of the rule times one of the period's source.
    country, source_id : str
        As given.
    """

    indicator: str
    breakdown: str
    period: str
    value: float
    qualifier: str
    unit: str
    char_start: int
    char_end: int
    text: str
    sentence: int
    sentence_start: int
    sentence_end: int
    rule: str
    period_source: str
    confidence: float
    country: str = ""
    source_id: str = ""

    def as_label(self) -> dict[str, object]:
        """The proposal as a JSON-ready record, with whole values as integers."""
        record = asdict(self)
        record["value"] = int(self.value) if self.value == int(self.value) else self.value
        return record


@dataclass
class _Context:
    """What later sentences may refer back to."""

    paragraph: int = -1
    lead: Reading | None = None
    carried: str = ""
    before: str = ""
    known: dict[float, Reading] = field(default_factory=dict)
    labels: dict[float, str] = field(default_factory=dict)
    totals: dict[bool, list[tuple[float, str]]] = field(default_factory=dict)

    def enter(self, sentence: Sentence) -> None:
        if sentence.paragraph != self.paragraph:
            self.paragraph = sentence.paragraph
            self.lead = None
            self.carried = self.before = ""


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
    nationals = nationals_of(country, lexicon.code)
    context = _Context()
    proposals: list[Proposal] = []
    for sentence in sentences(text, lexicon):
        context.enter(sentence)
        if lexicon.screen.search(text, sentence.start, sentence.end) is None:
            continue
        scene = build(text, sentence, lexicon, default_year)
        if scene.numerals or scene.phrase("clause.negations", 0) or scene.contains("clause.negations", 0, len(scene.low)):
            proposals += _propose(scene, context, default_year, nationals, country, source_id)
    return proposals


def _propose(
    scene: Scene, context: _Context, default_year: int, nationals: frozenset[str], country: str, source_id: str
) -> list[Proposal]:
    reader = SentenceReader(scene, context.lead, context.known)
    everything = reader.read(find_negations(scene))
    convicted = context.lead is not None and context.lead.families[0] in ("convict", "sentence")
    terms = find_terms(scene, convicted)
    if not everything and not terms:
        if reader.current is not None:
            context.lead = reader.current
        return []
    dater = Dater(scene, str(default_year), context.carried if _goes_on(context, everything) else "", context.before)
    proposals: list[Proposal] = []
    labels: list[str] = []
    breakdowns: list[tuple[Reading, dict[str, str]]] = []
    for reading in everything:
        label, source = dater.date(reading.numeral.start)
        label, source = _belonging(scene, reading, reader.repeats, context, label, source)
        facets = _facets(scene, reading, breakdowns, nationals)
        breakdowns.append((reading, facets))
        compared = scene.segments[reading.numeral.start] in scene.comparisons
        labels.append(label)
        for indicator in reading.indicators:
            proposals.append(
                _proposal(scene, reading.numeral, indicator, written(facets), label, source, reading.unit, reading.rule, country, source_id)
            )
        _remember(context, reading, label, facets, compared)
    for term in terms:
        label, source = dater.date(term.numeral.start)
        proposals.append(_term(scene, term, label, source, country, source_id))
    main = next((r for r in everything if scene.segments[r.numeral.start] not in scene.comparisons), None)
    if main is not None:
        context.lead = main
        label = labels[everything.index(main)]
        context.before = label
        context.carried = label if "-" not in label else ""
    return sorted(proposals, key=lambda p: (p.char_start, p.char_end))


def _goes_on(context: _Context, readings: list[Reading]) -> bool:
    """Whether a sentence keeps the subject of the one before, and with it the year."""
    if context.lead is None or not readings:
        return context.lead is not None and not readings
    return context.lead.enforcement == readings[0].enforcement and (
        "/" not in context.carried or readings[0].rule in ("carried over", "subset")
    )


def _belonging(
    scene: Scene, reading: Reading, repeats: list[Reading], context: _Context, label: str, source: str
) -> tuple[str, str]:
    """A part of a group that an earlier sentence counted takes the period of that group."""
    if source not in ("document default", "preceding sentence"):
        return label, source
    for base in reversed(repeats):
        if base.numeral.start < reading.numeral.start and base.numeral.value in context.labels:
            return context.labels[base.numeral.value], "figure it belongs to"
    if scene.contains("clause.group", 0, len(scene.low)):
        for value, earlier in reversed(context.totals.get(reading.enforcement, [])):
            if value >= reading.numeral.value:
                return earlier, "figure it belongs to"
    return label, source


def _facets(
    scene: Scene, reading: Reading, before: list[tuple[Reading, dict[str, str]]], nationals: frozenset[str]
) -> dict[str, str]:
    facets = facets_of(scene, reading.numeral, reading.head, nationals)
    if not facets and reading.rule == "comparison" and reading.head.noun in ("empty", "case", "action"):
        for earlier, known in before:
            if earlier.families == reading.families and scene.segments[earlier.numeral.start] not in scene.comparisons:
                return dict(known)
    return facets


def _remember(context: _Context, reading: Reading, label: str, facets: dict[str, str], compared: bool) -> None:
    value = reading.numeral.value
    if value <= 0 or compared:
        return
    context.known[value] = reading
    context.labels[value] = label
    if not facets and reading.rule not in ("subset", "list", "carried over"):
        context.totals.setdefault(reading.enforcement, []).append((value, label))


def _proposal(
    scene: Scene,
    numeral: object,
    indicator: str,
    breakdown: str,
    label: str,
    source: str,
    unit: str,
    rule: str,
    country: str,
    source_id: str,
) -> Proposal:
    start = scene.tokens[numeral.start].start
    end = scene.tokens[numeral.end - 1].end
    confidence = round(CONFIDENCE.get(rule, 0.8) * SOURCE_WEIGHT[source], 2)
    return Proposal(
        indicator,
        breakdown,
        label,
        numeral.value,
        numeral.qualifier,
        unit,
        start,
        end,
        scene.text[start:end],
        scene.sentence.number,
        scene.sentence.start,
        scene.sentence.end,
        rule,
        source,
        confidence,
        country,
        source_id,
    )


def _term(scene: Scene, term: Term, label: str, source: str, country: str, source_id: str) -> Proposal:
    return _proposal(scene, term.numeral, term.indicator, "total", label, source, term.unit, term.rule, country, source_id)
