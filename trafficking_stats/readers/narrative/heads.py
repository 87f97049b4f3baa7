"""The noun phrase of a number: what it counts, and of whom; the same of words without a number."""

from collections import defaultdict
from dataclasses import dataclass

from trafficking_stats.readers.narrative.lexicon import PEOPLES, PLACES
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.scene import Scene

LONGEST_PHRASE = 10
STRANGERS = 3
"""Words of no table that a noun phrase may hold."""
ENFORCEMENT = ("investigate", "prosecute", "convict", "sentence", "open")
VICTIMS = ("identify", "refer", "assist")
COUNTED = (*ENFORCEMENT, *VICTIMS)

DEFAULT = {"victim": "identify", "case": "investigate", "offender": "investigate"}
"""What is said of a noun that stands alone: victims are identified, cases and suspects investigated."""
_QUOTES = "-'’\"“”&"
_END = "prepositions auxiliaries perfects coordinators relatives determiners adverbs subset"
_ENDS = tuple(f"clause.{group}" for group in f"{_END} origin_verbs result_verbs facet_verbs".split())
"""Groups of words that end a noun phrase."""


@dataclass(frozen=True, slots=True)
class Head:
    """The noun phrase that follows a number.

    Attributes
    ----------
    noun : str
        victim, offender, person, case, not_counted, action, empty or unknown.
    family : str
        For ``action``: investigate, prosecute, convict or sentence; of a topic, that of its verb or noun.
    start, end : int
        The tokens of the phrase, past a bracket that only repeats the number as a share.
    potential : bool
        "potential", "suspected" victims.
    formal : bool
        "confirmed", "official", "alleged".
    partitive : bool
        "12 of the victims".
    persons : bool
        For ``action``: a noun such as Danish "tiltalte" that counts the persons.
    said : tuple of str
        The words of a topic.
    """

    noun: str
    family: str
    start: int
    end: int
    potential: bool = False
    formal: bool = False
    partitive: bool = False
    persons: bool = False
    said: tuple[str, ...] = ()


def head_of(scene: Scene, numeral: Numeral) -> Head:
    """Read the noun phrase after a number.

    Parameters
    ----------
    scene : Scene
        The sentence.
    numeral : Numeral
        A number in it.
    """
    start = _past_share(scene, numeral.end)
    begin, partitive = _past_partitive(scene, start)
    records = scene.phrase("clause.records", begin) if partitive else 0
    if records:
        return Head("empty", "", start, begin + records, partitive=True)
    roles: list[str] = []
    k = begin

    def head(noun: str, family: str, end: int, persons: bool = False) -> Head:
        return Head(noun, family, start, end, "potential" in roles, "formal" in roles, partitive, persons)

    while k < min(len(scene.low), begin + LONGEST_PHRASE) and roles.count("name") + roles.count("word") <= STRANGERS:
        role, length = _role(scene, k)
        if role == "noun":
            _, noun, family = noun_at(scene, k)
            return head(noun, family, k + length, scene.phrase("clause.counted_persons", k) > 0)
        if role == "end":
            break
        roles.append(role)
        k += length
    strangers = [role for role in roles if role in ("name", "word")]
    noun = "person" if strangers == ["name"] else "unknown" if strangers else "empty"
    return head(noun, "", k if strangers else begin)


def noun_at(scene: Scene, k: int) -> tuple[int, str, str]:
    """Length, class and family of the counted noun at token `k`; length 0 where there is none."""
    action = scene.phrase("actions", k)
    return (action, "action", scene.value("actions", k)) if action else (*scene.found("nouns", k), "")


def _role(scene: Scene, k: int) -> tuple[str, int]:
    """Return what token `k` is in a noun phrase, and its length."""
    word = scene.low[k]
    if k in scene.dated:
        return "date", scene.dated[k] - k
    if word in _QUOTES:
        return "mark", 1
    if not word[0].isalpha() or k in scene.counts:
        return "end", 0
    if scene.phrase("clause.coordinators", k) and _is_status(scene, k - 1) and _is_status(scene, k + 1):
        return "mark", 1  # "possible and identified victims"
    if scene.phrase("modifiers.potential", k):
        return "potential", 1
    if scene.phrase("modifiers.formal", k):
        return "formal", 1
    length, noun, _ = noun_at(scene, k)
    modifier = max(scene.phrase("modifiers.skip", k), scene.phrase("facets.form", k))
    is_modifier = length == modifier > 0 and noun_at(scene, scene.past(k, "modifiers.skip"))[0] > 0
    if length and noun != "none" and (noun == "not_counted" or not is_modifier):
        return "noun", length
    if modifier:
        joins = scene.phrase("clause.coordinators", k) or scene.phrase("clause.prepositions", k)
        return ("end", 0) if joins else ("modifier", modifier)
    given = scene.phrase("complements.words", k)  # Danish "of the 62 received 47 help"
    is_given = given and (not scene.word(k + given).isalpha() or any(scene.phrase(end, k + given) for end in _ENDS))
    if is_given or k in scene.at or any(scene.phrase(group, k) for group in _ENDS) or scene.is_unknown_verb(k):
        return "end", 0
    # "14 rumænere" is a name, too
    return "name" if scene.tokens[k].text[0].isupper() or scene.phrase(PEOPLES, k) else "word", 1


def _is_status(scene: Scene, k: int) -> bool:
    return any(scene.phrase(f"modifiers.{group}", k) > 0 for group in ("potential", "formal"))


def _past_partitive(scene: Scene, k: int) -> tuple[int, bool]:
    """Return the token past "of the", "of those 12", and whether it stands there."""
    step = scene.phrase("clause.partitive", k)
    if not step or k + 1 in scene.dated:  # "247 of the year before"
        return k, False
    k += step + (scene.phrase("clause.definite", k + step) > 0)
    return scene.counts[k].end if k in scene.counts else k, True


def _past_share(scene: Scene, k: int) -> int:
    """Return the token past a share, or the number that brackets repeat: "912 (94 %) adults", "72 % (3,142) men"."""
    start = k + 1 + (scene.word(k) == "," and scene.phrase("clause.coordinators", k + 1))
    if scene.word(k) in ("(", ",") and start in scene.shares:  # "61, or 63 per cent, were men"
        end = scene.shares[start]
        return end + 1 if scene.word(end) in (")", ",") else k
    bracketed = scene.word(k) == ")" and scene.word(k - 2) == "("
    repeats = bracketed and k - 2 in scene.shares.values() and not scene.phrase("clause.coordinators", k + 1)
    return k + 1 if repeats else k  # but not "52 % (43) and children"


def topic_of(scene: Scene, start: int, end: int) -> Head | None:
    """Read what a stretch of words counts ("number of defendants convicted"), with a family in any case, or None."""
    found = [noun_at(scene, k)[1:] for k in scene.starts("nouns", "actions") if start <= k < end]
    nouns = [noun for noun, _ in found]
    actions = [family for noun, family in found if noun == "action"]
    verbs = [mark.family for mark in scene.marks if start <= mark.start < end and mark.form == "verb"]
    if "other" in (*actions, *verbs) or "not_counted" in nouns:
        return None
    persons = scene.contains("clause.counted_persons", start, end)
    potential = scene.contains("modifiers.potential", start, end)
    said = tuple(scene.low[start:end])
    if actions:
        return Head("action", actions[-1], end, end, potential, persons=persons, said=said)
    noun = next((noun for noun in ("victim", "offender", "case", "person") if noun in nouns), "")
    if not noun and scene.contains("clause.figure_nouns", start, end):
        noun = "person"  # "the number of those convicted"
    family = next((family for family in reversed(verbs) if family in COUNTED), "")
    fits = noun != "victim" if family in ENFORCEMENT else noun in ("victim", "person")
    family = family if noun and fits else ""
    family = "investigate" if family == "open" else family or DEFAULT.get(noun, "")
    return Head(noun, family, end, end, potential, persons=persons, said=said) if family else None


# ---- of whom: form of exploitation, age, sex, nationality

REACH = 16
CHANGE = 10
"""Tokens from "rose" to the number it rose to."""
DIMENSIONS = ("form", "sex", "age", "nationality", "group")


def facets_of(scene: Scene, numeral: Numeral, head: Head) -> dict[str, str]:
    """Read the facets named between a number and the next one, or else those right before it.

    Parameters
    ----------
    scene : Scene
        The sentence.
    numeral, head : Numeral, Head
        The figure and its noun phrase.

    Returns
    -------
    dict of str to str
        Such as ``{"age": "child", "form": "sex"}``; a facet named with two values is left out.
    """
    goes_on = ("clause.auxiliaries", "clause.perfects", "clause.about")
    before, end = _facets_before(scene, numeral, head), head.end
    if not before and scene.word(end) == ")" and any(scene.phrase(group, end + 1) for group in goes_on):
        end += scene.word(numeral.first - 1) == "("  # "half of the victims (46) had begged"
    stop = past = min(scene.clause_end(_past_share(scene, end), ",;:.()"), head.start + REACH)
    while scene.word(past) == "," and scene.phrase("facets.form", scene.past(past + 1, "clause.coordinators")):
        past = scene.clause_end(past + 1, ",;:.()")  # "in cases of forced labor, sex trafficking, and begging"
        stop = stop if past in scene.counts else past
    if scene.is_apposition(numeral.first, stop) and any(scene.phrase(group, stop + 1) for group in goes_on):
        stop = scene.clause_end(stop + 1, ",;:.()")  # "more than half, 58 people, had been sold for sex"
    found = facets_within(scene, head.start, stop, head.end + 2)
    if "age" not in found and any(_is_child_age(scene, k) for k in range(head.start, min(stop + 3, len(scene.low)))):
        found["age"] = "child"
    ends = scene.phrase("clause.coordinators", head.end) or scene.word(head.end) in ",;"
    if before and ends and head.end == numeral.end:
        return before  # "Nigerians 56 and Romanians four"
    is_linked = link_before(scene, numeral) < numeral.first  # "Nigerians numbered 120 and Romanians 56"
    return {**found, **before} if is_linked else found or before


def link_before(scene: Scene, numeral: Numeral) -> int:
    """Return where the words start that tie a number to what is before it: "stood at", "rose by a third to"."""
    end = numeral.first - scene.before("clause.respectively", numeral.first)
    date = next((start for start, stop in scene.dated.items() if stop == end), 0)
    end = date - scene.before("periods.in_words", date) if date else end  # "women made up in those years 281"
    length = scene.before("clause.count_links", end)
    link = end - length if length else numeral.first
    changes = any(scene.phrase(f"compare.change_{way}", numeral.first - 1) for way in ("to", "from"))
    verb = scene.last("compare.change_verbs", numeral.first - CHANGE, numeral.first) if changes else None
    return link if verb is None else verb


def _is_child_age(scene: Scene, k: int) -> bool:
    """Whether an age below 18 stands at token `k`: "was 17 years old", "var 17 år"."""
    is_age = scene.low[k].isdecimal() and len(scene.low[k]) < 3 and int(scene.low[k]) < 18
    return is_age and bool(scene.phrase("not_counts.years", k + 1) and scene.phrase("clause.copulas", k - 1))


def _facets_before(scene: Scene, numeral: Numeral, head: Head) -> dict[str, str]:
    """Read the facets that stand before a number: "girls were 38", "labour exploitation (12)"."""
    link = numeral.first - link_before(scene, numeral)
    # "sexual exploitation accounted for 117 of the victims", "... for 14 investigations"
    is_own = link and (head.partitive or head.noun == "action" or scene.word(numeral.first - 1) == ":")
    opening = scene.clause_start(numeral.first, 0, "([")  # "British (31 %, 1,009)", "begging (12 victims)"
    is_first = not any(opening <= start < numeral.first for start in scene.counts)
    bracketed = scene.is_bracketed(numeral.first) and is_first
    if head.end > head.start and head.noun not in ("empty", "person") and not (is_own or bracketed):
        return {}
    end = opening - 1 if bracketed else numeral.first - link
    start = scene.clause_start(end, 0, ",;:().")
    joint = scene.last("clause.coordinators", start, end)
    start = start if joint is None or scene.phrase("facets.sex", joint - 1) > 1 else joint + 1  # "women and girls: 110"
    # "the Danish authorities identified 64" says nothing of the 64
    reach = start if link else end - (8 if bracketed else 2)
    past = start + scene.phrase(PEOPLES, start)  # "Thai nationals were 12", "Thais were the largest group, with 12"
    opens = scene.value("nouns", past) == "person" or (past > start and scene.phrase("clause.copulas", past))
    until = end if bracketed or (link and (scene.before(PEOPLES, end) or opens)) else 0
    return facets_within(scene, start, end, until) if facets_within(scene, max(start, reach), end, until) else {}


def facets_within(scene: Scene, start: int, stop: int, people_until: int | None = None) -> dict[str, str]:
    """Read the facets named between two tokens; a facet named with two values is left out.

    Nouns such as "officers" and adjectives such as "Danish", which may belong to the next noun, count before the token
    `people_until` only.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    stop, end = min(stop, len(scene.low)), start
    for k in (k for k in range(start, stop) if scene.is_known(k)):
        is_near = people_until is None or k < people_until
        facets = [(facet, *scene.found(f"facets.{facet}", k)) for facet in DIMENSIONS if k >= end]
        for facet, length, value in facets:
            is_other = facet == "nationality" and (scene.before(PEOPLES, k) or scene.phrase("clause.origins", k))
            is_other = is_other or value == "none"  # "nationals", not "Thai nationals"; "the sex and age"
            if length and (is_near or facet != "group") and not is_other:
                found[facet].add(value)
                end = max(end, k + length)
        is_said = is_near or scene.before("clause.copulas", k)  # "twelve of those identified were Danish"
        if is_said and scene.phrase(PEOPLES, k) and not scene.phrase("clause.bodies", k + 1):
            code, name = scene.value(PEOPLES, k)
            found["nationality"].add("national" if code == scene.country else name)
        place, from_there = scene.phrase(PLACES, k), scene.before("clause.origins", k)
        if place and (from_there or (k + 1 == stop and scene.word(k + place) == "(")):
            found["nationality"].add(scene.value(PLACES, k)[1])
    return {facet: min(values) for facet, values in sorted(found.items()) if len(values) == 1}
