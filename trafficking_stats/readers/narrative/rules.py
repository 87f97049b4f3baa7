"""The rules that say what a number counts, in the order in which they are tried; the first with an opinion decides."""

from dataclasses import replace

from trafficking_stats.readers.narrative.governors import auxiliary_before, past_coordinated
from trafficking_stats.readers.narrative.heads import (
    COUNTED,
    DEFAULT,
    ENFORCEMENT,
    VICTIMS,
    facets_within,
    link_before,
    topic_of,
)
from trafficking_stats.readers.narrative.left_out import not_counted, other_crimes, unknown_verb
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.readings import Outcome, State, fits, reading_of
from trafficking_stats.readers.narrative.scene import Scene

NEAR = 2
"""Tokens from "it" to "rose"."""
REACH = 80
"""Tokens before a number within which "of these", "the figure" point back."""


# ---- what a verb, a noun or a topic says


def said_again(state: State) -> Outcome:
    """Return a figure that points back to one already read: "of the 71 victims"."""
    if not state.numeral.definite or state.scene.is_compared(state.numeral.start):
        return None
    known = state.known.get(state.numeral.value)
    here = (reading for reading in reversed(state.readings) if reading.numeral.value == state.numeral.value)
    earlier = next(here, known)
    if earlier is None or not any(fits(family, state.head.noun) for family in earlier.families):
        return None
    governor = state.left if state.left.strength else state.right
    is_said = governor.strength in ("active", "passive")
    if is_said and not {*earlier.families, "other", "open"}.intersection(governor.families):
        return None  # "identified 18 and referred all 18": another figure
    return replace(earlier, numeral=state.numeral, head=state.head, repeated=True)


def resulted(state: State) -> Outcome:
    """Read "three of these led to convictions"."""
    scene, end = state.scene, state.head.end
    for k in range(end, min(end + 3, scene.clause_end(end, ",;.()"))):
        n = scene.phrase("clause.result_verbs", k)
        found = (scene.value("actions", i) for i in range(k + n, k + n + 3)) if n else ()
        family = next((family for family in found if family in ("prosecute", "convict", "sentence")), "")
        if family:
            return reading_of(state.numeral, replace(state.head, noun="case"), (family,), "counted noun")
    return None


def counted_action(state: State) -> Outcome:
    """Read "12 convictions"; referrals only if they are of victims, or into a mechanism, or counted already.

    There are those to prosecutors, too.
    """
    scene, family, head = state.scene, state.head.family, state.head
    if head.noun != "action" or (head.persons and state.right.strength == "passive"):  # "11 accused were convicted"
        return None
    if family in VICTIMS:
        head = replace(head, noun="empty")
    is_new = family == "refer" and not any(family in reading.families for reading in (*state.readings, *state.row))
    of_victims = any(scene.value("nouns", k) == "victim" for k in range(head.end, head.end + 4))
    if (is_new and not of_victims and not scene.contains("clause.mechanisms", 0, len(scene.low))) or family == "other":
        return state.stop()
    return reading_of(state.numeral, head, (family,), "counted noun") or False


def topic_before(state: State) -> Outcome:
    """Read "the number of defendants charged stood at 31", "Convictions: 12"."""
    scene, first = state.scene, state.numeral.first
    opens = scene.word(first - 1) == "(" and state.current is None  # "most of the victims were Thai (12)"
    link = first - 1 if opens else link_before(scene, state.numeral)
    is_list = state.current is not None and state.current.head.end >= link  # "convicted 82 traffickers: 51 for ..."
    if state.head.noun != "empty" or link == first or is_list:
        return None
    begin = scene.clause_start(link, state.bound, ",;(")
    while (
        begin in (link, *scene.dated) and begin - 1 in scene.dated.values()
    ):  # "in 2020, 2021 and 2022", "in 2013, at"
        begin = scene.clause_start(begin - 1, state.bound, ",;(")
    topic = topic_of(scene, begin, link) or (topic_of(scene, link, first - 1) if link < first - 1 else None)
    if topic is None and scene.word(link) == ":":  # "it is convictions, which nobody likes, that count: 12 in 2015"
        topic = topic_of(scene, state.bound, link)
    if topic is not None and not (opens and state.lead):
        head = replace(topic, start=state.head.start, end=state.head.end, partitive=state.head.partitive)
        return reading_of(state.numeral, head, (topic.family,), "counted noun")
    if any(begin <= mark.start < link and mark.family == "other" for mark in scene.marks):
        return state.stop()  # "the number of those acquitted was 31"
    base = state.current or state.lead
    is_part = bool(facets_within(scene, begin, link, link if opens else 0))
    says_it = scene.contains("clause.pronouns", max(begin, link - NEAR), link)  # "a year later it had doubled to 40"
    told = is_part or says_it or scene.contains("clause.figure_nouns", begin, link)
    is_other = state.right.strength == "reduced" and state.right.families == ("other",)  # "Two received asylum"
    if not told or base is None or is_other:
        return None
    return reading_of(state.numeral, state.head, base.families, state.carried, base)


def passive(state: State) -> Outcome:
    """Read "45 persons were charged"."""
    left, right, head = state.left, state.right, state.head
    if right.strength != "passive" or state.scene.is_base(state.numeral):  # "one of the 34 suspects was convicted"
        return None
    own = past_coordinated(state.scene, head.end) == head.end
    suits = own and any(fits(family, head.noun) for family in right.families)
    if left.strength in ("active", "unknown") and not suits:
        return None  # "identified 40 victims and 12 suspects were charged"
    state.consumed.add(right.token)
    return state.governed(right, "passive verb")


def verb_before(state: State) -> Outcome:
    """Read "convicted nine traffickers"."""
    left, numeral = state.left, state.numeral
    if left.strength != "active":
        return None
    start, comma = _group_before(state)
    if start < comma:
        return None  # "of those convicted, 19 received prison sentences"
    mark, segments = state.scene.at[left.token], state.scene.segments
    is_apart = state.scene.is_compared(numeral.start) or state.scene.is_bracketed(numeral.start)
    is_alike = state.head.noun == "empty" and state.current is not None and is_apart
    if is_alike and mark.form == "action" and segments.of[left.token] != segments.of[numeral.start]:
        return None  # "494 victims in closed investigations, against 503 in 2018": as many victims
    is_named = mark.form == "action" and mark.end == numeral.first and mark.family in ENFORCEMENT
    if is_named and state.head.noun == "empty":
        state.head = replace(state.head, noun="action", family=mark.family)  # "prosecutions 11"
    return state.governed(left, "verb before")


def participle_after(state: State) -> Outcome:
    """Read "six defendants prosecuted in 2015"."""
    if state.right.strength != "reduced":
        return None
    state.consumed.add(state.right.token)
    return state.governed(state.right, "participle after")


# ---- what figures before, or the nouns alone, say


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
    start, comma = _group_before(state)
    topic = topic_of(state.scene, start, comma)
    told = [mark.family for mark in state.scene.marks if start <= mark.start < comma and mark.family in COUNTED]
    families = [topic.family] if topic else told
    return reading_of(state.numeral, state.head, families[-1:], "subset") if families else None


def flowing(state: State) -> Outcome:
    """Return the reading of the figure before, where nothing changed it."""
    scene, numeral, head = state.scene, state.numeral, state.head
    compared = scene.is_compared(numeral.start)
    if state.right.strength == "passive" and scene.is_base(numeral):
        return None
    if state.current is not None:
        alike = (
            base
            for base in (state.current, *reversed(state.readings))
            if any(fits(family, head.noun) for family in base.families)
        )
        base = next(alike, None)
        rule = "comparison" if compared else "list" if scene.is_bracketed(numeral.start) else "subset"
        return reading_of(numeral, head, base.families if compared else base.families[:1], rule, base) if base else None
    if state.lead is None or state.blocked or not _points_back(state):
        return None
    if compared and any(start < numeral.start for start in scene.counts):
        return None  # compared with a figure of this sentence that was not read
    of_victims = any(scene.value("nouns", k) == "victim" for k in scene.starts("nouns"))
    is_status = head.noun == "person" and of_victims  # "In 2020, 254 people got the status of victims"
    if state.lead.enforcement and (is_status or state.right.strength == "facet"):
        return None  # not so many convicted, nor so many cases: "427 were victims of forced labour"
    return reading_of(numeral, head, state.lead.families, "comparison" if compared else state.carried, state.lead)


def general_verb(state: State) -> Outcome:
    """After "reported", "had": victims were identified, cases investigated."""
    if not state.left.strength:
        return None
    family = {"victim": "identify", "case": "investigate"}.get(state.head.noun)
    return reading_of(state.numeral, state.head, (family,), "general verb") or False if family else False


def facet_verb(state: State) -> Outcome:
    """Read "12 were exploited in forced labour", "30 came from Nigeria"."""
    is_told = state.right.strength == "facet" and state.head.noun in ("victim", "person", "empty")
    return state.governed(state.right, "participle after") if is_told else None


def existence(state: State) -> Outcome:
    """Read "there were 77 victims", "there were 229 proceedings", and, less surely, "with 331 victims in 2022"."""
    scene, head, first = state.scene, state.head, state.numeral.first
    family = DEFAULT.get(head.noun)
    if family is None:
        return None
    is_item = first > 0 and scene.tokens[first - 1].text.startswith(("\n", ":"))  # "Figures for 2022: 73 victims"
    is_joined = (
        state.current is not None and scene.phrase("clause.coordinators", first - 1) > 0
    )  # "12 cases and 40 victims"
    is_described = is_joined or scene.phrase("clause.copulas", head.end) > 0  # "3,719 victims were nationals"
    told = head.noun == "victim" and (head.partitive or state.numeral.definite or is_described or _is_fragment(scene))
    if told or (head.noun != "offender" and (is_item or _exists(scene, state.numeral))):
        return reading_of(state.numeral, head, (family,), "existence")
    after = scene.phrase("periods.in_words", head.end)
    is_dated = after > 0 and head.end + after in scene.dated and (head.noun == "victim" or is_item)
    return reading_of(state.numeral, head, (family,), "dated noun") if is_dated else None


RULES = (
    not_counted,
    other_crimes,
    said_again,
    resulted,
    counted_action,
    topic_before,
    passive,
    verb_before,
    participle_after,
    unknown_verb,
    part_of_known,
    described,
    of_group,
    flowing,
    general_verb,
    facet_verb,
    existence,
)


def _group_before(state: State) -> tuple[int, int]:
    """Return the stretch that names a group right before a number: "Among the victims registered in 2022, ..."."""
    scene, comma = state.scene, state.numeral.first - 1
    start = scene.clause_start(comma, state.bound, ",;(") if scene.word(comma) == "," else comma
    is_group = scene.phrase("clause.base", start) or scene.phrase("clause.subset", start)
    return (start, comma) if is_group else (comma, comma)


def _exists(scene: Scene, numeral: Numeral) -> bool:
    """Whether "there were" or an auxiliary stands before a number."""
    said = scene.contains("clause.existential", numeral.first - 8, numeral.first)
    return said or auxiliary_before(scene, numeral)


def _is_fragment(scene: Scene) -> bool:
    """Whether a sentence is but a figure and its year: "98 victims in 2017." "And in 2016, 95"."""
    is_plain = all(scene.is_known(i) or not word.isalpha() for i, word in enumerate(scene.low))
    return is_plain and bool(scene.periods) and all(mark.family == "light" for mark in scene.marks)  # "2021 saw 173"


def _points_back(state: State) -> bool:
    """Whether the sentence goes on about the figure of the sentence before."""
    scene, numeral, head = state.scene, state.numeral, state.head
    groups = ("clause.anaphors", "clause.figure_nouns")
    said = any(scene.contains(group, numeral.start - REACH, numeral.start) for group in groups)
    said = said or scene.phrase("clause.anaphors", head.end) > 0  # "thirteen followed"
    opened = scene.ends.get(numeral.first)  # "In 2016 they recorded 197": of what was counted before
    if said or head.partitive or (head.noun == "empty" and opened is not None and opened.family == "open"):
        return True
    if head.noun == "empty" and (_is_fragment(scene) or scene.is_compared(numeral.start)):
        return True
    is_described = scene.phrase("clause.copulas", scene.past(head.end, "clause.adverbs")) > 0  # "12 were women"
    told = is_described or state.right.strength != "" or auxiliary_before(scene, numeral)
    return told and head.noun in ("person", "empty", "victim", "offender")
