"""What is found in a text: figures proposed as claims, and statements about figures that are no counts."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Printed:
    """Words of a text, and the sentence that they stand in.

    Attributes
    ----------
    char_start, char_end : int
        Their place in the text as given (code points), -1 for what is only kept as data.
    text : str
        The same, as printed.
    sentence : int
        Number of the sentence in the document, from 1.
    sentence_start, sentence_end : int
        Its place.
    """

    char_start: int
    char_end: int
    text: str
    sentence: int
    sentence_start: int
    sentence_end: int


@dataclass(frozen=True, slots=True)
class Proposal(Printed):
    """One figure of a text, proposed as a claim; the words are its number, or the negation for a zero.

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
        exact, at_least, more_than, almost, approximately, up_to, fewer_than or between.
    unit : str
        cases, persons, months or years.
    rule : str
        The rule that found the figure.
    period_source : str
        Where the period was read.
    confidence : float
        Between 0 and 1; a fixed weight of the rule times one of the period's source.
    counted : str
        The noun phrase after the number, as printed.
    context : str
        The sentence on one line, cut to about 300 characters around the number.
    country, source_id : str
        As given.
    value_upper : float or None
        The other end of a printed range, whose qualifier is "between".
    """

    indicator: str
    breakdown: str
    period: str
    value: float
    qualifier: str
    unit: str
    rule: str
    period_source: str
    confidence: float
    counted: str = ""
    context: str = ""
    country: str = ""
    source_id: str = ""
    value_upper: float | None = None

    def as_label(self) -> dict[str, object]:
        """Return the proposal as a JSON-ready record, with whole values as integers."""
        record = asdict(self)
        record["value"] = int(self.value) if self.value == int(self.value) else self.value
        return record


@dataclass(frozen=True, slots=True)
class Cell:
    """What a figure of a text is about, in the codes of the vocabulary.

    Attributes
    ----------
    country : str
        ISO 3166-1 alpha-3 code.
    indicator : str
        Of the vocabulary; "" where it has none for what the text counts.
    breakdown : str
        ``key=value;key=value``, "" for a total.
    period_start, period_end : str
        ISO dates, both ends in; an empty start means since records began.
    unit : str
        Of the indicator.
    value : float or None
        The number printed, in that unit; None where the text prints none.
    qualifier : str
        Of the vocabulary.
    char_start, char_end : int
        Where the number stands in the text, -1 where it is not printed there.
    note : str
        What was lost on the way: a facet the vocabulary does not hold, dates that were guessed.
    """

    country: str
    indicator: str
    breakdown: str
    period_start: str
    period_end: str
    unit: str
    value: float | None = None
    qualifier: str = "exact"
    char_start: int = -1
    char_end: int = -1
    note: str = ""


@dataclass(frozen=True, slots=True)
class Statement(Printed):
    """A sentence about figures that is no count, as numbers and codes; the words are the number, or what says it.

    With S and B for the values of `subject` and `base`, v for `value`, it says:

    ========== ============ ==================================================================
    kind       direction    says
    ========== ============ ==================================================================
    share                   100 S / B = v
    change     up, down     unit percent: 100 (S - B) / B = v or -v; persons or cases:
                            S - B = v or -v; v is None: S > B or S < B ("a decrease from 13")
    change     same         S = B ("unchanged from 2013")
    comparison more, fewer  S > B or S < B ("fewer than in 2015")
    comparison same         S = B ("the same number as in 2019")
    comparison times        S = v B ("twice as many as in 2014")
    rank       highest      S >= every year after the first of the period of B ("the highest since 2016", in which
                            it may have been higher); ever: every year there is; with v only v - 1 of them are
                            higher ("the second highest")
    rank       lowest       S <= the same years
    rank       first        the years within the period of B are 0
    rank       only         the years within the period of B add up to v ("only four ever")
    sum                     S = v over a period of several years; with `parts`, S is also the
                            sum of the parts printed with it
    ========== ============ ==================================================================

    `qualifier` belongs to v ("more than 200", "nearly 80 %").

    Attributes
    ----------
    kind : str
        share, change, comparison, rank or sum.
    direction : str
        As in the table; "" for shares and sums.
    value : float or None
        v; None where the text gives a direction only.
    unit : str
        Of v: percent, times, persons, cases, or as the indicator; "" without v.
    qualifier : str
        As in the vocabulary.
    subject : Cell
        What is spoken of. Its `value` is the number the text prints for it, None if it prints none.
    base : Cell or None
        What it is measured against: the whole of a share, the earlier period of a change, the years a rank
        ranges over (an empty `period_start` means since records began).
    parts : tuple of Cell
        Of a sum.
    """

    kind: str
    direction: str
    value: float | None
    unit: str
    qualifier: str
    subject: Cell
    base: Cell | None
    parts: tuple[Cell, ...] = ()
