"""What is lacking to accuse a figure: it must be read without any supposition, by the words and figures around it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from trafficking_stats.fact_check.limits import LIMITS
from trafficking_stats.fact_check.places import is_national, place_of
from trafficking_stats.fact_check.record import Finding
from trafficking_stats.readers.narrative.results import Cell, Proposal, Statement
from trafficking_stats.readers.narrative.words import Words

_NUMBER = re.compile(r"(?<![\d.,])(?!(?:19|20)\d\d\b)\d+\b(?!\))|(?<=\()\d+")
"""A number in digits that is no year and no number of an item: "5) The budget"."""


@dataclass(frozen=True)
class Checked:
    """A count or statement of a text, the cell it speaks of, and the finding."""

    place: Proposal | Statement
    kind: str
    cell: Cell
    finding: Finding

    @property
    def value(self) -> float:
        """The number of the cell."""
        return self.cell.value or 0.0

    @property
    def is_met(self) -> bool:
        """Whether the record holds the figure, or held it once, by no chance."""
        return self.finding.verdict in ("agrees", "superseded") and self.value >= LIMITS.least_telling

    @property
    def is_less(self) -> bool:
        """Whether the figure is less than what the record holds, as that of a part would be."""
        return self.value < (self.finding.lower or 0.0)

    def speaks_of(self, other: "Checked", *fields: str) -> bool:
        """Whether another figure is of the same thing, as far as fields of the cell tell."""
        return all(getattr(self.cell, name) == getattr(other.cell, name) for name in ("indicator", *fields))


def lack(one: Checked, checked: Sequence[Checked], text: str, words: Callable[[int, int], Words]) -> str:
    """Return the code that says what is lacking to stand by a finding, "" where nothing is.

    Parameters
    ----------
    one : Checked
        A figure or statement and its finding.
    checked : sequence of Checked
        All of the text.
    text : str
        The text that was read.
    words : callable
        Gives the words of the text between two places.
    """
    place = one.place
    sentence = words(place.sentence_start, place.sentence_end)
    where = place_of(sentence, place.char_start, one.cell.country)
    if not one.is_met and (where == "elsewhere" or (where == "local" and one.is_less)):
        return where
    if one.finding.verdict != "contradicts":
        return ""
    around = words(max(0, place.sentence_start - LIMITS.around), place.sentence_end)
    is_whole = one.finding.code in LIMITS.slips or is_national(around, one.cell.country)
    if one.is_less and not is_whole:
        return "local"
    # the figure of the record but for a slip in typing is of its cell; small numbers are like it by chance
    is_typed = one.finding.code in LIMITS.typed and one.value >= LIMITS.least_typed
    if sentence.starts("ignored.other_crimes") or (sentence.starts("clause.unsure") and not is_typed):
        return "unclear_subject"
    if isinstance(place, Statement):
        return "" if _is_read_statement(place, checked, sentence, text) else "unclear_subject"
    unsaid = _lack_before(one, place, checked, text) if place.rule in LIMITS.of_before else ""
    return unsaid or _lack_of_count(one, place, checked, sentence, is_typed)


def _lack_before(one: Checked, place: Proposal, checked: Sequence[Checked], text: str) -> str:
    """Return what is lacking to say what a figure goes on from: "it had been eight in 2014", after two figures."""
    starts = [other.place.sentence_start for other in checked if other.place.sentence < place.sentence]
    start = max(starts, default=place.sentence_start)
    before = [other for other in checked if start <= other.place.char_start < place.char_start]
    # of a part named before, but "97 victims, of whom 16 were men" is of all
    if one.is_less and any(one.speaks_of(o) and o.cell.breakdown not in ("", one.cell.breakdown) for o in before):
        return "perhaps_part"
    return "unclear_subject" if _is_unread(text, start, place.char_start, checked) else ""


def _is_unread(text: str, start: int, end: int, checked: Sequence[Checked]) -> bool:
    """Whether a number in a stretch of the text was not read: what follows may go on from it."""
    read = {place for one in checked for place in (one.cell.char_start, one.place.char_start)}
    return any(number.start() not in read for number in _NUMBER.finditer(text, start, end))


def _lack_of_count(one: Checked, place: Proposal, checked: Sequence[Checked], sentence: Words, is_typed: bool) -> str:
    """Return what a count lacks: a year that is printed, and a subject of its own or a figure before it that agrees."""
    others = [other for other in checked if other.kind == "count" and other is not one]
    if any(_is_rival(one, other) for other in others):
        return "perhaps_part"
    alike = (other for other in others if other.is_met and one.speaks_of(other))
    vouching = [other for other in alike if 0 <= place.sentence - other.place.sentence <= LIMITS.vouching]
    is_of_year = one.value >= LIMITS.least_telling and any(one.speaks_of(other, "period_end") for other in vouching)
    is_dated = is_of_year if place.period_source == LIMITS.carried else _is_dated(one.cell, place, sentence)
    if not (is_dated or is_typed):
        return "not_dated"
    is_vouched = any(one.speaks_of(other, "breakdown") for other in vouching) or (is_of_year and one.cell.breakdown)
    is_beside = one.finding.code not in LIMITS.typed and any(other.place.sentence == place.sentence for other in others)
    is_swapped = is_typed and one.finding.code == LIMITS.typed[0] and place.period_source in ("clause", "sentence")
    return "" if is_vouched or is_swapped or (place.rule in LIMITS.own and not is_beside) else "unclear_subject"


def _is_rival(one: Checked, other: Checked) -> bool:
    """Whether another figure may be the one of the cell: the text then has two, and this is most likely a part."""
    is_whole = one.is_less and other.value > one.value
    is_near = is_whole or other.is_met or other.place.sentence == one.place.sentence
    return is_near and one.value != other.value and one.speaks_of(other, "breakdown", "period_start", "period_end")


def _is_dated(cell: Cell, place: Proposal, sentence: Words) -> bool:
    """Whether the sentence prints the year of a figure, and not "since 2012" or "before 2006"."""
    is_open = cell.period_start[:4] != cell.period_end[:4] or place.period_source == "clause"
    if is_open and place.rule != "table" and cell.period_end[:4] not in sentence.low:
        return False
    bounds = sentence.starts("periods.since", "periods.years_before")
    return not any(cell.period_end[:4] in sentence.low[i : i + LIMITS.since] for i in bounds)


def _is_read_statement(place: Statement, checked: Sequence[Checked], sentence: Words, text: str) -> bool:
    """Whether a statement is of figures that were read: none of another thing, and no number before it unread."""
    counted = {o.cell.indicator for o in checked if o.kind == "count" and o.place.sentence == place.sentence}
    is_of_other = counted and place.kind != "rank" and place.subject.indicator not in counted
    end = min(place.char_end + LIMITS.beside, place.sentence_end)
    is_unread = _is_unread(text, place.sentence_start, end, checked)
    # "one victim may be exploited in several ways: 60 ..., 40 ...": no sum is less than one of its parts
    is_short = place.kind == "sum" and any((one.value or 0.0) > (place.subject.value or 0.0) for one in place.parts)
    if is_of_other or is_unread or is_short or (place.kind == "share" and _is_of_another_whole(place, checked)):
        return False
    return place.kind not in LIMITS.of_two or _is_between_years(place, sentence, text)


def _is_of_another_whole(place: Statement, checked: Sequence[Checked]) -> bool:
    """Whether a share is right of another figure that the text tells before it."""
    part, share = place.subject.value or 0.0, place.value or 0.0
    counts = [o for o in checked if o.kind == "count" and 0 <= place.sentence - o.place.sentence <= LIMITS.vouching]
    off = [abs(100 * part / one.value - share) for one in counts if one.value]
    return min(off, default=LIMITS.loose_share) < LIMITS.loose_share


def _is_between_years(place: Statement, sentence: Words, text: str) -> bool:
    """Whether both years of a change are printed, one of them in its sentence, or said: "the year before"."""
    cells = [cell for cell in (place.subject, place.base) if cell is not None]
    around = text[max(0, place.sentence_start - LIMITS.around) : place.sentence_end]
    # one year in its own sentence: "since the peak it has fallen by 73 percent" is on a year that is told far before
    is_near = any(cell.period_end[:4] in sentence.low for cell in cells)
    is_told = is_near and all(cell.period_end[:4] in around for cell in cells if cell.value is None)
    # not "half the number in 2022", of 2018
    return cells[-1].period_end <= cells[0].period_end and (is_told or bool(sentence.starts("periods.previous")))
