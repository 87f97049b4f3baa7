"""Judge each figure and statement of a text, and accuse nobody where the text may speak of something else."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from trafficking_stats.fact_check.counts import judge
from trafficking_stats.fact_check.limits import LIMITS
from trafficking_stats.fact_check.record import Finding, Record
from trafficking_stats.fact_check.statements import judge_statement
from trafficking_stats.readers.narrative.claims import as_cell
from trafficking_stats.readers.narrative.extraction import Found
from trafficking_stats.readers.narrative.lexicon import PEOPLES, PLACES, Lexicon, load, table
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
    checked = [*_counts(found.proposals, record, text, is_given=is_given)]
    told = (statement for statement in found.statements if statement.kind != "sum" or statement.parts)
    checked += (Checked(s, s.kind, s.subject, judge_statement(s, record)) for s in told)
    lexicon = load(found.language)
    doubts = ((one, _doubt(one, checked, text, lexicon)) for one in checked)
    return [replace(one, finding=Finding("unknown", doubt)) if doubt else one for one, doubt in doubts]


def _counts(proposals: Sequence[Proposal], record: Record, text: str, *, is_given: bool) -> Iterator[Checked]:
    cells = [as_cell(proposal) for proposal in proposals]
    last = len(text)  # where the sentence of the figure before begins
    for proposal, cell in zip(proposals, cells, strict=True):
        found = Finding("unknown", "unread_breakdown")
        if "breakdown" not in cell.note:
            begin = min(proposal.sentence_start, last) if proposal.rule in LIMITS.of_before else proposal.sentence_start
            words = {*re.findall(r"\w+", text[begin : proposal.sentence_end].lower())}
            found = judge(cell, record, words, is_dated=is_given or proposal.period_source not in LIMITS.supposed)
            if found.verdict == "contradicts" and _is_perhaps_part(proposal, cell, found, proposals, cells):
                found = replace(found, verdict="unknown", code="perhaps_part")
        last = proposal.sentence_start
        yield Checked(proposal, "count", cell, found)


def _is_perhaps_part(
    proposal: Proposal, cell: Cell, found: Finding, proposals: Sequence[Proposal], cells: Sequence[Cell]
) -> bool:
    """Whether a sentence has two figures for one cell, or the text a larger one, so that this is most likely a part.

    A reader that misses the word for a group, or a single case told without its year, would take a part for the
    whole; nobody is accused of that.
    """
    value, own = cell.value or 0.0, set(cell.breakdown.split(";"))
    is_less = value < (found.lower or 0.0)
    is_typed = found.code in LIMITS.typed and value >= LIMITS.least_telling
    if (is_less and proposal.period_source in LIMITS.supposed) or (
        proposal.period_source == LIMITS.carried and not is_typed
    ):
        return True
    for other, there in zip(proposals, cells, strict=True):
        if other is not proposal and (there.indicator, there.period_end) == (cell.indicator, cell.period_end):
            is_same = (there.breakdown, there.period_start) == (cell.breakdown, cell.period_start)
            is_beside = other.sentence == proposal.sentence
            is_whole = is_beside and proposal.rule != "table" and not set(there.breakdown.split(";")) <= own
            if (is_same and is_beside) or (is_less and (there.value or 0.0) > value and (is_same or is_whole)):
                return True
    return False


def _doubt(one: Checked, checked: Sequence[Checked], text: str, lexicon: Lexicon) -> str:
    """Return why nothing is said of a figure, "" where there is no doubt."""
    place, cell, found = one.place, one.cell, one.finding
    sentence = Words(tokenize(text, place.sentence_start, place.sentence_end), lexicon)
    where = place_of(sentence, place.char_start, cell.country)
    is_met = found.verdict in ("agrees", "superseded") and (cell.value or 0.0) >= LIMITS.least_telling  # by no chance
    if where == "elsewhere" and not is_met:
        return where
    if found.verdict != "contradicts":
        return ""
    around = Words(tokenize(text, max(0, place.sentence_start - LIMITS.around), place.sentence_end), lexicon)
    is_part = where == "local" or (found.code not in LIMITS.slips and not is_national(around, cell.country))
    is_less = (cell.value or 0.0) < (found.lower or 0.0)
    if is_part and is_less:
        return "local"
    if isinstance(place, Statement):
        is_unclear = _is_open_statement(place, checked, text)
    else:
        end = max((other.place.char_end for other in checked if other.place.sentence < place.sentence), default=0)
        before = Words(tokenize(text, end, place.char_start), lexicon)
        is_part = is_less and not _parts_named(sentence) <= _parts_counted(place, checked)
        is_unclear = is_part or _is_open_count(place, one, sentence, before)
    return "unclear_subject" if is_unclear or sentence.starts("clause.unsure", "ignored.other_crimes") else ""


def _parts_named(sentence: Words) -> set[str]:
    """Return the parts that a sentence names: "as regards labour exploitation, the police opened 21 investigations"."""
    codes = table("labels")["breakdown"]
    named = ((key, i) for key in LIMITS.parts for i in sentence.starts(f"facets.{key}"))
    return {codes.get(f"{key}={sentence.value(f'facets.{key}', i)}", "") for key, i in named} - {""}


def _parts_counted(place: Proposal | Statement, checked: Sequence[Checked]) -> set[str]:
    """Return the parts that the figures beside one are of."""
    return {part for one in checked if one.place.sentence == place.sentence for part in one.cell.breakdown.split(";")}


def _is_open_statement(place: Statement, checked: Sequence[Checked], text: str) -> bool:
    """Whether a statement may be of another figure of its sentence, or of the sentence before: "up from 97"."""
    beside = [one for one in checked if one.place.sentence == place.sentence]
    counted = {one.cell.indicator for one in beside if one.kind == "count"}
    is_between = place.kind in ("change", "comparison")
    if counted and (is_between or place.kind == "share") and place.subject.indicator not in counted:
        return True
    read = {place.subject.char_start, *(one.place.char_start for one in beside)}
    printed = _NUMBER.finditer(text, place.sentence_start, place.char_start)
    is_bare = is_between and place.value is None and place.subject.char_start < 0
    return is_bare or any(number.start() not in read for number in printed)


def _is_open_count(place: Proposal, one: Checked, sentence: Words, before: Words) -> bool:
    """Whether a figure may be of something else, or of a year not named: "Convictions? In 2014 there were 11"."""
    cell = one.cell
    named = {table("labels")["families"].get(before.value("actions", i)) for i in before.starts("actions")}
    size = len(before.tokens)  # "of 100 victims, 40 were children" tells of a sample
    is_sample = before.before("clause.base", size) > 0 and not before.before("clause.existential", size)
    # "of the clients of 2019, 52 had been forced into marriage": a part that was not read
    is_sample |= not cell.breakdown and any(sentence.phrase(group, 0) > 0 for group in ("clause.base", "clause.subset"))
    is_open = cell.period_start[:4] != cell.period_end[:4] or place.period_source == "clause"
    is_undated = is_open and place.rule != "table" and cell.period_end[:4] not in sentence.low
    # "since 2012", where the text names no later year, "before 2006"
    is_undated |= any(
        cell.period_end[:4] in sentence.low[i : i + LIMITS.since]
        for i in sentence.starts("periods.since", "periods.years_before")
    )
    is_far = place.rule == "carried over" and (cell.value or 0.0) > LIMITS.far * max(one.finding.upper or 0.0, 1.0)
    is_far = (is_far or place.rule in LIMITS.vague) and one.finding.code not in LIMITS.slips
    return is_sample or is_undated or is_far or (place.rule in LIMITS.of_before and not named <= {place.indicator})


# ---- where a figure was counted


def place_of(words: Words, start: int, country: str) -> str:
    """Say where a figure was counted, by the country named nearest to it.

    Parameters
    ----------
    words : Words
        The sentence.
    start : int
        Where the figure stands in the text.
    country : str
        ISO 3166-1 alpha-3 code of the country the text is about.

    Returns
    -------
    str
        "elsewhere" for another country, a continent, the world; "local" for a place or one organisation; else "".

    Examples
    --------
    >>> from trafficking_stats.readers.narrative.lexicon import load
    >>> from trafficking_stats.readers.narrative.tokens import tokenize
    >>> text = "In Sweden 429 victims were identified, in Denmark 80 and in Copenhagen 12. German courts convicted 68."
    >>> sentences = [(Words(tokenize(text, *span), load("en"))) for span in ((0, 74), (75, len(text)))]
    >>> [place_of(sentences[n == "68"], text.index(n), "DNK") for n in ("429", "80", "12", "68")]
    ['elsewhere', '', 'local', 'elsewhere']
    """
    at = next((i for i, token in enumerate(words.tokens) if token.end > start), 0)
    found: dict[int, str] = {}
    are_origins = False  # "from Nigeria (24), Romania (11) and Uganda (5)": where victims come from
    for i, token in enumerate(words.tokens):
        stem = words.lexicon.index.short.get(token.lower.removesuffix("'s"), {})  # "Germany's police"
        place = (words.value(PLACES, i) or stem.get(PLACES, (0, ""))[1]) if token.text[0].isupper() else ""
        are_origins = are_origins or bool(place and words.before("clause.origins", i))
        if place and not are_origins:
            found[i] = "" if place[0] == country else "elsewhere"
        elif _is_foreign_body(words, i, country):
            found[i if i > at else at] = "elsewhere"  # "Brazilian police, with whom Portugal works, freed 64 people"
        elif words.phrase("clause.elsewhere", i):
            found[i] = "elsewhere"
        elif words.phrase("clause.local", i) or _is_town(words, i):
            found[i] = "local"
    nearest = min(found, key=lambda i: abs(i - at), default=None)
    return found[nearest] if nearest is not None else ""


def is_national(words: Words, country: str) -> bool:
    """Whether a sentence, or the one before it, speaks of the authorities or the whole of a country.

    Examples
    --------
    >>> from trafficking_stats.readers.narrative.lexicon import load
    >>> from trafficking_stats.readers.narrative.tokens import tokenize
    >>> texts = "Police freed nine women from a brothel.", "Danish courts convicted nobody."
    >>> [is_national(Words(tokenize(text), load("en")), "DNK") for text in texts]
    [False, True]
    """
    named = (words.value(group, i)[:1] for group in (PEOPLES, PLACES) for i in words.starts(group))
    return bool(words.starts("clause.national")) or (country,) in named


def _is_foreign_body(words: Words, i: int, country: str) -> bool:
    """Whether courts, police or the like of another country are named: "German courts", but not "German women"."""
    people, _ = words.value(PEOPLES, i) or (country, "")
    return people != country and any(words.phrase("clause.bodies", j) for j in (i + 1, i + 2))


def _is_town(words: Words, i: int) -> bool:
    """Whether a name of no table stands after "in", has a possessive, or stands before the police or a court."""
    is_name = words.tokens[i].text[0].isupper() and not words.is_known(i)
    owns = words.low[i].endswith("'s") or words.phrase("clause.bodies", i + 1) > 0
    return is_name and (owns or words.before("clause.inside", i) > 0)
