"""The rules on what figures before a number, or the nouns alone, say it counts."""

from dataclasses import replace

from trafficking_stats.readers.narrative.governors import auxiliary_before
from trafficking_stats.readers.narrative.heads import COUNTED, DEFAULT, ENFORCEMENT, facets_of, facets_within, topic_of
from trafficking_stats.readers.narrative.lexicon import PEOPLES
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.readings import Outcome, State, fits, reading_of
from trafficking_stats.readers.narrative.scene import Scene

REACH = 80
"""Tokens before a number within which "of these", "the figure" point back."""


def part_of_known(state: State) -> Outcome:
    """Read "61 of the 97", where the document has counted the 97."""
    scene, end = state.scene, state.numeral.end
    whole = scene.counts.get(end + (scene.phrase("clause.partitive", end) or 1))
    known = state.known.get(whole.value) if whole else None
    return reading_of(state.numeral, state.head, known.families, "subset", known) if known else None


def described(state: State) -> Outcome:
    """Read "there were 86 convicted traffickers": the participle says it."""
    scene, numeral, head = state.scene, state.numeral, state.head
    if not (numeral.definite or scene.phrase("clause.base", numeral.first - 1) or _exists(scene, numeral)):
        return None  # "five convicted defendants appealed" says nothing of how many were convicted
    told = [scene.at[k].family for k in range(head.start, head.end) if k in scene.at]
    fitting = ENFORCEMENT if head.noun == "offender" else ("identify",) if head.noun in ("victim", "person") else ()
    family = next((family for family in told if family in fitting), None)
    return reading_of(numeral, head, (family,), "counted noun") if family else None


def of_group(state: State) -> Outcome:
    """Read "of the victims in 2020, 547 were women": the group named before it says what is counted."""
    start, comma = group_before(state)
    topic = topic_of(state.scene, start, comma)
    told = [mark.family for mark in state.scene.marks if start <= mark.start < comma and mark.family in COUNTED]
    families = [topic.family] if topic else told
    head = replace(state.head, potential=state.head.potential or (topic is not None and topic.potential))
    return reading_of(state.numeral, head, families[-1:], "subset") if families else None


def flowing(state: State) -> Outcome:
    """Return the reading of the figure before, where nothing changed it."""
    scene, numeral, head = state.scene, state.numeral, state.head
    compared = scene.is_compared(numeral.start)
    if state.right.strength == "passive" and scene.is_base(numeral):
        return None
    if state.current is not None:
        is_whole = scene.is_base(numeral)  # "31 of 40 identified victims; in 2017 it was 60 of 98"
        wholes = [base for base in reversed(state.readings) if is_whole and scene.is_base(base.numeral)]
        bases = (*wholes, state.current, *reversed(state.readings))
        base = next((one for one in bases if any(fits(family, head.noun) for family in one.families)), None)
        rule = "comparison" if compared else "list" if scene.is_bracketed(numeral.start) else "subset"
        return reading_of(numeral, head, base.families if compared else base.families[:1], rule, base) if base else None
    if state.lead is None or state.blocked:
        return None
    if not state.lead.enforcement and scene.contains("clause.instances", head.start, head.end):
        head = state.head = replace(head, noun="empty")  # "46 were in forced labour. In 2017 there were 11 instances"
    if not _points_back(state):
        return None
    if state.lead.enforcement and state.right.strength == "facet":
        return None  # not so many convicted, nor so many cases: "427 were victims of forced labour"
    return reading_of(numeral, head, state.lead.families, "comparison" if compared else state.carried, state.lead)


def general_verb(state: State) -> Outcome:
    """After "reported", "had": victims were identified, cases investigated."""
    if not state.left.strength:
        return None
    family = {"victim": "identify", "case": "investigate"}.get(state.head.noun)
    if state.scene.contains("clause.suspects", state.head.start, state.head.end):
        family = "investigate"
    return reading_of(state.numeral, state.head, (family,), "general verb") or False if family else False


def facet_verb(state: State) -> Outcome:
    """Read "12 were exploited in forced labour", "30 came from Nigeria"."""
    is_told = state.right.strength == "facet" and state.head.noun in ("victim", "person", "empty")
    return state.governed(state.right, "participle after") if is_told else None


def existence(state: State) -> Outcome:
    """Read "there were 77 victims", "there were 229 proceedings", and, less surely, "with 331 victims in 2022"."""
    scene, head, first = state.scene, state.head, state.numeral.first
    of_victims = any(scene.value("nouns", k) == "victim" for k in scene.starts("nouns"))
    # "in 2022 there were 48 women, or three quarters of the victims"
    is_part = head.noun == "person" and of_victims and scene.contains("clause.existential", first - 3, first)
    family = "identify" if is_part and facets_of(scene, state.numeral, head) else DEFAULT.get(head.noun)
    if family is None:
        return None
    is_item = first > 0 and scene.tokens[first - 1].text.startswith(("\n", ":"))  # "Figures for 2022: 73 victims"
    # "12 cases and 40 victims"
    is_joined = state.current is not None and scene.phrase("clause.coordinators", first - 1) > 0
    is_joined |= scene.before("clause.subset", first) > 0  # "met 300 women, among them 12 victims"
    is_described = is_joined or scene.phrase("clause.copulas", head.end) > 0  # "3,719 victims were nationals"
    told = head.noun == "victim" and (head.partitive or state.numeral.definite or is_described or _is_fragment(scene))
    if told or (head.noun != "offender" and (is_item or _exists(scene, state.numeral))):
        return reading_of(state.numeral, head, (family,), "existence")
    after = scene.phrase("periods.in_words", head.end)
    is_alone = head.noun == "victim" or is_item or (head.noun == "case" and first == 0)  # "152 offences in 2022"
    is_dated = after > 0 and head.end + after in scene.dated and is_alone
    return reading_of(state.numeral, head, (family,), "dated noun") if is_dated else None


def group_before(state: State) -> tuple[int, int]:
    """Return the stretch that names a group right before a number: "Among the victims registered in 2022, ..."."""
    scene, comma = state.scene, state.numeral.first - 1
    # "Among the victims were nine children", "of the 21 cases concerned 16 prostitution", as Danish has it
    ends = scene.word(comma) == "," or any(scene.phrase(g, comma) for g in ("clause.copulas", "clause.about"))
    start = scene.clause_start(comma, state.bound, ",;(") if ends else comma
    is_group = scene.phrase("clause.base", start) or scene.phrase("clause.subset", start)
    # "Half of the victims, 12"
    is_most = any(start <= k < comma for k in (*scene.shares, *scene.starts("clause.group")))
    return (start, comma) if is_group or is_most else (comma, comma)


def _exists(scene: Scene, numeral: Numeral) -> bool:
    """Whether "there were" or an auxiliary stands before a number."""
    return auxiliary_before(scene, numeral) or scene.contains("clause.existential", numeral.first - 8, numeral.first)


def _is_fragment(scene: Scene, numeral: Numeral | None = None) -> bool:
    """Whether a sentence is but a figure and its year, or what stands from a colon to a figure is.

    "98 victims in 2017." "And in 2016, 95." "Then interest faded: 21 in 2011, nine in 2012."
    """
    marks = [i for i, word in enumerate(scene.low[: numeral.first if numeral else 0]) if word == ":"]
    begin, end = (marks[-1], numeral.end) if marks and numeral else (0, len(scene.low))
    numbers = {k for other in scene.numerals for k in range(other.start, other.end)}
    told = enumerate(scene.low[begin:end], begin)
    is_plain = all(scene.is_known(i) or i in numbers or not word.isalpha() for i, word in told)
    is_bare = all(mark.family == "light" for mark in scene.marks if mark.start >= begin)  # "2021 saw 173"
    return is_plain and bool(scene.periods) and is_bare


def _points_back(state: State) -> bool:
    """Whether the sentence goes on about the figure of the sentence before."""
    scene, numeral, head = state.scene, state.numeral, state.head
    groups = ("clause.anaphors", "clause.figure_nouns")
    said = any(scene.contains(group, numeral.start - REACH, numeral.start) for group in groups)
    said = said or scene.phrase("clause.anaphors", head.end) > 0  # "thirteen followed"
    opened = scene.ends.get(numeral.first)  # "In 2016 they recorded 197": of what was counted before
    is_more = scene.is_compared(numeral.start) or (opened is not None and opened.family in ("open", "light"))
    is_fragment = head.noun in ("empty", "person") and _is_fragment(scene, numeral)  # "2021 - 18 minors"
    if said or head.partitive or is_fragment or (head.noun == "empty" and is_more):
        return True
    end = head.end + scene.is_apposition(numeral.first, head.end)  # "two thirds, 20, were women"
    # "12 were women", "12 concerned forced labour"
    is_described = any(scene.phrase(g, scene.past(end, "clause.adverbs")) for g in ("clause.copulas", "clause.about"))
    # "three have Thai citizenship"
    is_described |= scene.phrase("clause.perfects", end) > 0 and scene.phrase(PEOPLES, end + 1) > 0
    is_group = head.noun == "person" and bool(facets_within(scene, head.start, head.end))
    is_of_victims = state.lead is not None and not state.lead.enforcement
    # "They also had 82 minors", "38 women and 22 men."
    if is_group and is_of_victims and (state.left.strength == "light" or not scene.marks):
        return True
    told = is_described or state.right.strength != "" or auxiliary_before(scene, numeral)
    return told and head.noun in ("person", "empty", "victim", "offender")


RULES = (part_of_known, described, of_group, flowing, general_verb, facet_verb, existence)
