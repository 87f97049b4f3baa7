"""Judge each figure and statement of a text, and accuse nobody where the text may speak of something else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from babel import Locale

from trafficking_stats.fact_check.counts import LEAST_TELLING, judge
from trafficking_stats.fact_check.record import Finding, Record
from trafficking_stats.fact_check.statements import judge_statement
from trafficking_stats.messages import Bounds, Term
from trafficking_stats.readers.narrative.claims import as_cell, either
from trafficking_stats.readers.narrative.extraction import Found
from trafficking_stats.readers.narrative.lexicon import PEOPLES, PLACES, load, table
from trafficking_stats.readers.narrative.results import Cell, Proposal, Statement
from trafficking_stats.readers.narrative.tokens import tokenize
from trafficking_stats.readers.narrative.words import Words

SUPPOSED = ("document default", "year counted from those before")
"""Where the period of a figure is the document's own year, or counted from a year of another sentence."""

FAR = 3
"""So many times above the record, a figure without a noun of its own is most likely of something else."""

SLIPS = ("digits_swapped", "one_digit", "small_difference")
"""Codes of a figure that is like that of the record but for a slip."""

CARRIED = "preceding sentence"
"""Where the period of a figure is that of the sentence before."""

OF_BEFORE = ("carried over", "subset", "list")
"""How a figure was read that has no noun or verb of its own."""

_NUMBER = re.compile(r"(?<![\d.,])(?!(?:19|20)\d\d\b)\d+")
"""A number in digits that is no year."""

BEFORE = 300
"""Characters before a sentence in which the country may be named."""


@dataclass(frozen=True)
class Checked:
    """A count or statement of a text, the cell it speaks of, what carries its value and qualifier, and the finding."""

    place: Proposal | Statement
    kind: str
    cell: Cell
    said: Cell | Statement
    finding: Finding


def check(found: Found, record: Record, text: str, *, is_given: bool) -> list[Checked]:
    """Judge all that was found in a text.

    Parameters
    ----------
    found : Found
        As `read_text` returns it.
    record : Record
        Without the document itself.
    text : str
        The text that was read.
    is_given : bool
        Whether the year of the text was given; figures without a year are of it then.
    """
    checked = [*_counts(found.proposals, record, is_given=is_given)]
    beside: dict[int, set[str]] = {}
    for count in checked:
        beside.setdefault(count.place.sentence, set()).add(count.cell.indicator)
    checked += (
        Checked(s, s.kind, s.subject, s, _judged(s, record, beside.get(s.sentence, set())))
        for s in found.statements
        if s.kind != "sum" or s.parts
    )
    placed = [_placed(one, text, found.language) for one in checked]
    accused = (one for one in placed if one.finding.verdict == "contradicts")
    unclear = [one.place for one in accused if _is_unclear(one, placed, text, found.language)]
    doubt = Finding("unknown", "unclear_subject")
    return [replace(one, finding=doubt) if one.place in unclear else one for one in placed]


def _counts(proposals: Sequence[Proposal], record: Record, *, is_given: bool) -> Iterator[Checked]:
    named = ""
    cells = []
    for proposal in proposals:  # "recorded 24 offences in 2021, in 2022 21": offences, too
        named = proposal.counted or named
        cells.append(as_cell(replace(proposal, counted=named) if proposal.rule in OF_BEFORE else proposal))
    for proposal, cell in zip(proposals, cells, strict=True):
        found = Finding("unknown", "unread_breakdown")
        if "breakdown" not in cell.note:
            found = judge(cell, record, is_dated=is_given or proposal.period_source not in SUPPOSED)
            if found.verdict == "contradicts" and _is_perhaps_part(proposal, cell, found, proposals, cells):
                found = replace(found, verdict="unknown", code="perhaps_part")
        yield Checked(proposal, "count", cell, cell, found)


def _is_unclear(one: Checked, checked: Sequence[Checked], text: str, language: str) -> bool:
    """Whether a figure may be of something else, or of a year not named: "Convictions? In 2014 there were 11"."""
    place, lexicon = one.place, load(language)
    sentence = Words(tokenize(text, place.sentence_start, place.sentence_end), lexicon)
    if sentence.starts("clause.unsure", "ignored.other_crimes"):
        return True
    if not isinstance(place, Proposal):
        if place.kind in ("change", "comparison") and place.value is None and place.subject.char_start < 0:
            return True  # "up from 97": it may be of another figure than the first of the sentence before
        read = {place.subject.char_start, *(other.place.char_start for other in checked)}
        printed = _NUMBER.finditer(text, place.sentence_start, place.char_start)
        return any(number.start() not in read for number in printed)  # it may be of that one
    end = max((other.place.char_end for other in checked if other.place.sentence < place.sentence), default=0)
    before = Words(tokenize(text, end, place.char_start), lexicon)
    named = {table("labels")["families"].get(before.value("actions", i)) for i in before.starts("actions")}
    size = len(before.tokens)  # "of 100 victims, 40 were children" tells of a sample
    is_sample = before.before("clause.base", size) > 0 and not before.before("clause.existential", size)
    is_open = one.cell.period_start[:4] != one.cell.period_end[:4] or place.period_source == "clause"
    is_undated = is_open and place.rule != "table" and one.cell.period_end[:4] not in sentence.low
    is_far = place.rule == "carried over" and (one.cell.value or 0.0) > FAR * max(one.finding.upper or 0.0, 1.0)
    is_far = is_far and one.finding.code not in SLIPS
    return is_sample or is_undated or is_far or (place.rule in OF_BEFORE and not named <= {place.indicator})


def _placed(one: Checked, text: str, language: str) -> Checked:
    """Return a finding as it is for where the figure was counted: nobody is accused over another country or a place."""
    sentence = (one.place.sentence_start, one.place.sentence_end)
    found = one.finding
    other = found.values.get("other")
    words = either(other.key) if found.code == "unit" and isinstance(other, Term) else ()
    if {*words}.intersection(re.findall(r"\w+", text[slice(*sentence)].lower())):  # "charged 25 people" may mean either
        value = one.cell.value or 0.0
        same = {"record": Bounds(int(value), int(value))}
        found = Finding("agrees", "same", value, value, found.sources, same)
        one = replace(one, finding=found)
    country = one.cell.country
    where = place_of(text, sentence, one.place.char_start, country, language)
    is_less = found.verdict == "contradicts" and (one.cell.value or 0.0) < (found.lower or 0.0)
    if is_less and found.code not in SLIPS and not is_national(text, sentence, country, language):
        where = where or "local"
    is_met = found.verdict in ("agrees", "superseded") and (one.cell.value or 0.0) >= LEAST_TELLING  # by no chance
    if (where == "elsewhere" and not is_met) or (where == "local" and is_less):
        return replace(one, finding=replace(found, verdict="unknown", code=where, values={}))
    return one


def _is_perhaps_part(
    proposal: Proposal, cell: Cell, found: Finding, proposals: Sequence[Proposal], cells: Sequence[Cell]
) -> bool:
    """Whether a sentence has two figures for one cell, or the text a larger one, so that this is most likely a part.

    A reader that misses the word for a group, or a single case told without its year, would take a part for the
    whole; nobody is accused of that.
    """
    value, own = cell.value or 0.0, set(cell.breakdown.split(";"))
    is_less = value < (found.lower or 0.0)
    is_typed = found.code in SLIPS[:2] and value >= LEAST_TELLING
    if (is_less and proposal.period_source in SUPPOSED) or (proposal.period_source == CARRIED and not is_typed):
        return True
    for other, there in zip(proposals, cells, strict=True):
        if other is not proposal and (there.indicator, there.period_end) == (cell.indicator, cell.period_end):
            is_same = (there.breakdown, there.period_start) == (cell.breakdown, cell.period_start)
            is_beside = other.sentence == proposal.sentence
            is_whole = is_beside and proposal.rule != "table" and not set(there.breakdown.split(";")) <= own
            if (is_same and is_beside) or (is_less and (there.value or 0.0) > value and (is_same or is_whole)):
                return True
    return False


def _judged(statement: Statement, record: Record, beside: set[str]) -> Finding:
    """Judge a statement, unless its subject was not read in its sentence though figures of other things stand there."""
    if beside and statement.kind in ("change", "comparison", "share") and statement.subject.indicator not in beside:
        return Finding("unknown", "unclear_subject")
    return judge_statement(statement, record)


# ---- where a figure was counted


def place_of(text: str, span: tuple[int, int], start: int, country: str, language: str) -> str:
    """Say where the figure at `start` of a sentence was counted, by the country named nearest to it.

    Parameters
    ----------
    text : str
        The document.
    span : tuple of int
        Where the sentence stands.
    start : int
        Where the figure stands.
    country : str
        ISO 3166-1 alpha-3 code of the country the text is about.
    language : str
        ISO 639-1 code.

    Returns
    -------
    str
        "elsewhere" for another country, a continent, the world; "local" for a place or one organisation; else "".

    Examples
    --------
    >>> text = "In Sweden 429 victims were identified, in Denmark 80 and in Copenhagen 12."
    >>> [place_of(text, (0, len(text)), text.index(n), "DNK", "en") for n in ("429", "80", "12")]
    ['elsewhere', '', 'local']
    >>> text = "Three German women were identified. German courts convicted 68."
    >>> [place_of(text, span, span[1] - 3, "DNK", "en") for span in ((0, 35), (36, len(text)))]
    ['', 'elsewhere']
    """
    words, own = Words(tokenize(text, *span), load(language)), _name_of(country, language)
    at = next((i for i, token in enumerate(words.tokens) if token.end > start), 0)
    found: dict[int, str] = {}
    are_origins = False  # "from Nigeria (24), Romania (11) and Uganda (5)": where victims come from
    for i, token in enumerate(words.tokens):
        stem = words.lexicon.index.short.get(token.lower.removesuffix("'s"), {})  # "Germany's police"
        name = (words.value(PLACES, i) or stem.get(PLACES, (0, ""))[1]) if token.text[0].isupper() else ""
        are_origins = are_origins or bool(name and words.before("clause.origins", i))
        if name and not are_origins:
            found[i] = "" if name == own else "elsewhere"
        elif _is_foreign_body(words, i, country):
            found[i if i > at else at] = "elsewhere"  # "Brazilian police, with whom Portugal works, freed 64 people"
        elif words.phrase("clause.elsewhere", i):
            found[i] = "elsewhere"
        elif words.phrase("clause.local", i) or _is_town(words, i):
            found[i] = "local"
    nearest = min(found, key=lambda i: abs(i - at), default=None)
    return found[nearest] if nearest is not None else ""


def _is_foreign_body(words: Words, i: int, country: str) -> bool:
    """Whether courts, police or the like of another country are named: "German courts", but not "German women"."""
    people, _ = words.value(PEOPLES, i) or (country, "")
    return people != country and any(words.phrase("clause.bodies", j) for j in (i + 1, i + 2))


def _is_town(words: Words, i: int) -> bool:
    """Whether a name of no table stands after "in", has a possessive, or stands before the police or a court."""
    is_name = words.tokens[i].text[0].isupper() and not words.is_known(i)
    owns = words.low[i].endswith("'s") or words.phrase("clause.bodies", i + 1) > 0
    return is_name and (owns or words.before("clause.inside", i) > 0)


def is_national(text: str, span: tuple[int, int], country: str, language: str) -> bool:
    """Whether a sentence, or the one before it, speaks of the authorities or the whole of a country.

    Examples
    --------
    >>> text = "Police freed nine women from a brothel. Danish courts convicted nobody."
    >>> is_national(text, (0, 39), "DNK", "en"), is_national(text, (40, len(text)), "DNK", "en")
    (False, True)
    """
    words, own = Words(tokenize(text, max(0, span[0] - BEFORE), span[1]), load(language)), _name_of(country, language)
    places = range(len(words.low))
    if words.contains("clause.national", 0, len(words.low)) or any(words.value(PLACES, i) == own for i in places):
        return True
    return any(words.value(PEOPLES, i)[:1] == (country,) for i in places)


def _name_of(country: str, language: str) -> str:
    import pycountry

    found = pycountry.countries.get(alpha_3=country)
    return str(Locale(language).territories[found.alpha_2]) if found else ""
