"""The rules that say what a number counts, in the order in which they are tried; the first with an opinion decides."""

from dataclasses import replace

from trafficking_stats.readers.narrative import context
from trafficking_stats.readers.narrative.governors import past_coordinated
from trafficking_stats.readers.narrative.heads import ENFORCEMENT, VICTIMS, facets_within, link_before, topic_of
from trafficking_stats.readers.narrative.left_out import not_counted, other_crimes, unknown_verb
from trafficking_stats.readers.narrative.readings import Outcome, State, fits, reading_of
from trafficking_stats.readers.narrative.scene import Scene

NEAR = 2
"""Tokens from "it" to "rose"."""
SAID = 6
"""Tokens within which "signs of" has its crime."""


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
    is_said = governor.strength in ("active", "passive") or "sentence" in governor.families
    if is_said and not {*earlier.families, "other", "open"}.intersection(governor.families):
        return None  # "identified 18 and referred all 18": another figure
    return replace(earlier, numeral=state.numeral, head=state.head, repeated=True)


def suspected(state: State) -> Outcome:
    """Read "54 of them showed signs of trafficking"."""
    scene, numeral = state.scene, state.numeral
    start, end = scene.clause_start(numeral.first, state.bound, ",;("), scene.clause_end(numeral.end, ",;.)")
    signs = [k for k in scene.starts("clause.signs") if start <= k < end and state.head.noun != "case"]
    is_other = "other" in state.right.families  # "120 were trained in the signs of trafficking"
    is_said = not is_other and any(scene.contains("ignored.this_crime", k, k + SAID) for k in signs)
    return reading_of(numeral, replace(state.head, potential=True), ("identify",), "counted noun") if is_said else None


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
    is_part = head.partitive and state.left.strength == "active"  # "convicted four of the six accused"
    is_more = state.right.strength == "passive" or "sentence" in state.right.families
    if head.noun != "action" or (head.persons and (is_part or is_more)):
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
    is_auxiliary = scene.phrase("clause.auxiliaries", link) and state.right.strength == "passive"  # Danish word order
    if link == first or is_list or is_auxiliary or (opens and state.right.families):
        return None
    if state.head.noun != "empty":
        return _part_before(state, link)
    begin = scene.clause_start(link, state.bound, ",;(")
    while begin in (link, *scene.dated) and begin - 1 in scene.dated.values():  # "in 2013 and 2014", "in 2013, at"
        begin = scene.clause_start(begin - 1, state.bound, ",;(")
    topic = topic_of(scene, begin, link) or (topic_of(scene, link, first - 1) if link < first - 1 else None)
    if topic is None and scene.word(link) == ":":  # "it is convictions, which nobody likes, that count: 12 in 2015"
        topic = topic_of(scene, state.bound, link)
    if topic is not None and not (opens and state.lead):
        head = replace(topic, start=state.head.start, end=state.head.end, partitive=state.head.partitive)
        return reading_of(state.numeral, head, (topic.family,), "counted noun")
    return _goes_on(state, begin, link, link if opens else 0)


def _goes_on(state: State, begin: int, link: int, people_until: int) -> Outcome:
    """Read "the figure stood at 31", "a year later it had doubled to 40", "in 2015 they dwindled to 54"."""
    scene, base = state.scene, state.current or state.lead
    if any(begin <= mark.start < link and mark.family == "other" for mark in scene.marks):
        return state.stop()  # "the number of those acquitted was 31"
    is_part = bool(facets_within(scene, begin, link, people_until))
    says_it = scene.contains("clause.pronouns", max(begin, link - NEAR), link)
    is_bare = _says_nothing(scene, begin, link) and not state.right.strength
    told = is_part or says_it or is_bare or scene.contains("clause.figure_nouns", begin, link)
    is_other = state.right.strength == "reduced" and state.right.families == ("other",)  # "Two received asylum"
    if not told or base is None or is_other:
        return None
    return reading_of(state.numeral, state.head, base.families, state.carried, base)


def _says_nothing(scene: Scene, begin: int, end: int) -> bool:
    """Whether words are but times and the like: "in 2015 they"."""
    counted = scene.starts("nouns", "actions", "verbs")
    is_known = all(scene.is_known(k) or not scene.low[k].isalpha() for k in range(begin, end))
    return begin < end and is_known and not any(begin <= k < end for k in counted)


def _part_before(state: State, link: int) -> Outcome:
    """Read "forced labour accounted for 24 cases", "the commonest form was begging, with 58 people"."""
    scene, base, noun = state.scene, state.current or state.lead, state.head.noun
    begin = scene.clause_start(link, state.bound, ",;(")
    told = facets_within(scene, begin, link) or (noun == "person" and _says_nothing(scene, begin, link))
    is_governed = state.left.strength or state.right.strength
    if noun not in ("person", "victim", "case") or not told or base is None or is_governed:
        return None
    head = replace(state.head, noun="empty") if noun == "case" else state.head
    return reading_of(state.numeral, head, base.families, state.carried, base)


def passive(state: State) -> Outcome:
    """Read "45 persons were charged"."""
    left, right, head = state.left, state.right, state.head
    if right.strength != "passive" or state.scene.is_base(state.numeral):  # "one of the 34 suspects was convicted"
        return None
    own = past_coordinated(state.scene, head.end) == head.end
    suits = own and any(fits(family, head.noun) for family in right.families)
    is_told = left.strength == "active" and state.scene.phrase("clause.facet_verbs", right.token)
    if is_told or (left.strength in ("active", "unknown") and not suits):
        return None  # "helped 14 who had been trafficked", "identified 40 victims and 12 suspects were charged"
    state.consumed.add(right.token)
    return state.governed(right, "passive verb")


def verb_before(state: State) -> Outcome:
    """Read "convicted nine traffickers"."""
    left, numeral = state.left, state.numeral
    if left.strength != "active":
        return None
    start, comma = context.group_before(state)
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
    if state.right.strength != "reduced" or state.scene.is_base(state.numeral):
        return None
    state.consumed.add(state.right.token)
    return state.governed(state.right, "participle after")


_LEFT_OUT = (not_counted, other_crimes)
_SAID = (said_again, resulted, counted_action, topic_before, suspected, passive, verb_before, participle_after)
RULES = (*_LEFT_OUT, *_SAID, unknown_verb, *context.RULES)
