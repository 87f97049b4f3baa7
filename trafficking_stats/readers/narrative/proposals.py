"""One figure of a text, proposed as a claim."""

from __future__ import annotations

from dataclasses import asdict, dataclass


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
        exact, at_least, more_than, almost, approximately, up_to, fewer_than or between.
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
    char_start: int
    char_end: int
    text: str
    sentence: int
    sentence_start: int
    sentence_end: int
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
