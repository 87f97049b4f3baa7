"""What is lacking to accuse a figure: it must be read without any supposition, by the words and figures around it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from trafficking_stats.fact_check.limits import LIMITS
from trafficking_stats.fact_check.places import is_national, place_of
from trafficking_stats.fact_check.record import Finding
from trafficking_stats.readers.narrative.lexicon import Lexicon, table
from trafficking_stats.readers.narrative.results import Cell, Proposal, Statement
from trafficking_stats.readers.narrative.tokens import tokenize
from trafficking_stats.readers.narrative.words import Words

_NUMBER = re.compile(r"(?<![\d.,])(?!(?:19|20)\d\d\b)\d+")
"""A number in digits that is no year."""


@dataclass(frozen=True)
class Checked:
    """A count or statement of a text, the cell it speaks of, and the finding."""

    place: Proposal | Statement
    kind: str
    cell: Cell
    finding: Finding

    @property
    def is_met(self) -> bool:
        """Whether the record holds the figure, or held it once, by no chance."""
        return self.finding.verdict in ("agrees", "superseded") and (self.cell.value or 0.0) >= LIMITS.least_telling

    @property
    def is_less(self) -> bool:
        """Whether the figure is less than what the record holds, as that of a part would be."""
        return (self.cell.value or 0.0) < (self.finding.lower or 0.0)

    @property
    def is_telling(self) -> bool:
        """Whether it is the figure of the record but for a slip in typing, which small numbers are by chance."""
        return self.finding.code in LIMITS.typed and (self.cell.value or 0.0) >= LIMITS.least_typed

    def speaks_of(self, other: "Checked", *fields: str) -> bool:
        """Whether another figure is of the same thing, as far as fields of the cell tell."""
        return all(getattr(self.cell, name) == getattr(other.cell, name) for name in ("indicator", *fields))


def lack(one: Checked, checked: Sequence[Checked], text: str, lexicon: Lexicon) -> str:
    """Return the code that says what is lacking to stand by a finding, "" where nothing is.

    Parameters
    ----------
    one : Checked
        A figure or statement and its finding.
    checked : sequence of Checked
        All of the text.
    text : str
        The text that was read.
    lexicon : Lexicon
        Of its language.
    """
    place, found = one.place, one.finding
    sentence = Words(tokenize(text, place.sentence_start, place.sentence_end), lexicon)
    where = place_of(sentence, place.char_start, one.cell.country)
    if where == "elsewhere" and not one.is_met:
        return where
    if found.verdict != "contradicts":
        return ""
    around = Words(tokenize(text, max(0, place.sentence_start - LIMITS.around), place.sentence_end), lexicon)
    is_part = where == "local" or (found.code not in LIMITS.slips and not is_national(around, one.cell.country))
    if is_part and one.is_less:
        return "local"
    if sentence.starts("clause.unsure", "ignored.other_crimes"):
        return "unclear_subject"
    if isinstance(place, Statement):
        return "" if _is_read_statement(place, checked, sentence, text) else "unclear_subject"
    return _lack_of_count(one, place, checked, sentence, text)


def _lack_of_count(one: Checked, place: Proposal, checked: Sequence[Checked], sentence: Words, text: str) -> str:
    others = [other for other in checked if other.kind == "count" and other is not one]
    end = max((other.place.char_end for other in checked if other.place.sentence < place.sentence), default=0)
    before = Words(tokenize(text, end, place.char_start), sentence.lexicon)
    vouching = [
        other for other in others if other.is_met and 0 <= place.sentence - other.place.sentence <= LIMITS.vouching
    ]
    if any(_is_rival(one, other) for other in others):
        return "perhaps_part"
    is_small = (one.cell.value or 0.0) < LIMITS.least_telling
    is_of_year = not is_small and any(one.speaks_of(other, "period_end") for other in vouching)
    is_dated = is_of_year if place.period_source == LIMITS.carried else _is_dated(one, place, sentence)
    if not (is_dated or one.is_telling):
        return "not_dated"
    is_alone = all(other.place.sentence != place.sentence for other in others)
    is_vouched = any(one.speaks_of(other, "breakdown") for other in vouching) or (is_of_year and one.cell.breakdown)
    is_named = place.rule in LIMITS.own and (is_alone or one.finding.code in LIMITS.typed)
    is_whole = _is_whole(one, place, checked, sentence, before)
    return "" if (is_named or is_vouched) and is_whole else "unclear_subject"


def _is_rival(one: Checked, other: Checked) -> bool:
    """Whether another figure may be the one of the cell: the text then has two, and this is most likely a part."""
    if not one.speaks_of(other, "period_end") or one.cell.value == other.cell.value:
        return False
    is_beside = other.place.sentence == one.place.sentence
    is_whole = one.is_less and (other.cell.value or 0.0) > (one.cell.value or 0.0)
    if one.speaks_of(other, "breakdown", "period_start"):
        return is_beside or is_whole or other.is_met
    return is_beside and is_whole and not one.cell.breakdown


def _is_dated(one: Checked, place: Proposal, sentence: Words) -> bool:
    """Whether the sentence prints the year of a figure, and not "since 2012" or "before 2006"."""
    cell = one.cell
    is_open = cell.period_start[:4] != cell.period_end[:4] or place.period_source == "clause"
    if is_open and place.rule != "table" and cell.period_end[:4] not in sentence.low:
        return False
    bounds = sentence.starts("periods.since", "periods.years_before")
    return not any(cell.period_end[:4] in sentence.low[i : i + LIMITS.since] for i in bounds)


def _is_whole(one: Checked, place: Proposal, checked: Sequence[Checked], sentence: Words, before: Words) -> bool:
    """Whether nothing around a figure that was not read says that it is of a part, a sample or something else."""
    if one.is_less and not parts_named(sentence) <= _parts_counted(place, checked):
        return False
    size = len(before.tokens)  # "of 100 victims, 40 were children" tells of a sample
    is_sample = before.before("clause.base", size) > 0 and not before.before("clause.existential", size)
    # "of the clients of 2019, 52 had been forced into marriage": a part that was not read
    is_part = not one.cell.breakdown and any(sentence.phrase(group, 0) for group in ("clause.base", "clause.subset"))
    named = {table("labels")["families"].get(before.value("actions", i)) for i in before.starts("actions")}
    return not (is_sample or is_part or (place.rule in LIMITS.of_before and not named <= {place.indicator}))


def parts_named(sentence: Words) -> set[str]:
    """Return the parts that a sentence names: "as regards labour exploitation, the police opened 21 investigations"."""
    codes = table("labels")["breakdown"]
    named = ((key, i) for key in LIMITS.parts for i in sentence.starts(f"facets.{key}"))
    return {codes.get(f"{key}={sentence.value(f'facets.{key}', i)}", "") for key, i in named} - {""}


def _parts_counted(place: Proposal, checked: Sequence[Checked]) -> set[str]:
    """Return the parts that the figures beside one are of."""
    return {part for one in checked if one.place.sentence == place.sentence for part in one.cell.breakdown.split(";")}


def _is_read_statement(place: Statement, checked: Sequence[Checked], sentence: Words, text: str) -> bool:
    """Whether a statement is of figures that were read: none of another thing, and no number before it unread."""
    beside = [one for one in checked if one.place.sentence == place.sentence]
    counted = {one.cell.indicator for one in beside if one.kind == "count"}
    is_between = place.kind in ("change", "comparison")
    if counted and (is_between or place.kind == "share") and place.subject.indicator not in counted:
        return False
    read = {place.subject.char_start, *(one.place.char_start for one in beside)}
    printed = _NUMBER.finditer(text, place.sentence_start, min(place.char_end + LIMITS.beside, place.sentence_end))
    if any(number.start() not in read for number in printed):
        return False
    if not is_between:
        return True
    years = [cell for cell in (place.subject, place.base) if cell is not None and cell.value is None]
    around = text[max(0, place.sentence_start - LIMITS.around) : place.sentence_end]
    # one year in its own sentence: "since the peak it has fallen by 73 percent" is on a year that is told far before
    is_told = any(cell.period_end[:4] in sentence.low for cell in (place.subject, place.base) if cell is not None)
    is_dated = is_told and all(cell.period_end[:4] in around for cell in years)
    is_dated |= bool(sentence.starts("periods.previous"))
    return is_dated and (place.value is not None or place.subject.char_start >= 0)
