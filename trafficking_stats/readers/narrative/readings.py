"""The rules that read each number of a sentence as an indicator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from trafficking_stats.readers.narrative.governors import (
    LEFT_REACH,
    Governor,
    auxiliary_before,
    copula_after,
    left_of,
    right_of,
)
from trafficking_stats.readers.narrative.heads import Head, head_of
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.scene import Mark, Scene
from trafficking_stats.readers.narrative.topics import ENFORCEMENT, VICTIMS, topic_of

MOST_FIGURES = 100
"""A stretch without a full stop that holds more numbers than this is a table, not a sentence."""
ESTIMATED = 1000
"""An estimate of so many victims is one of the hidden number, not a count."""
CONFIDENCE = {
    "counted noun": 0.95,
    "passive verb": 0.9,
    "verb before": 0.9,
    "participle after": 0.85,
    "comparison": 0.85,
    "list": 0.8,
    "subset": 0.75,
    "carried over": 0.65,
    "general verb": 0.6,
    "existence": 0.7,
    "negation": 0.85,
    "table": 0.75,
}
_INDICATOR = {
    "investigate": "investigations",
    "open": "investigations",
    "prosecute": "prosecutions",
    "convict": "convictions",
    "sentence": "sentences",
    "refer": "victims_referred",
    "assist": "victims_assisted",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What one number counts.

    Attributes
    ----------
    families : tuple of str
        The verbs behind it.
    potential : bool
        Victims who are potential, suspected or presumed.
    unit : str
        "cases" or "persons".
    like : Numeral or None
        The figure of an earlier row that it stands in line with: "10 cases and five trials, compared with 12 and six".
    """

    numeral: Numeral
    head: Head
    families: tuple[str, ...]
    potential: bool
    unit: str
    rule: str
    repeated: bool = False
    like: Numeral | None = None

    @property
    def indicators(self) -> tuple[str, ...]:
        """The labels, one for each verb."""
        labels = (
            ("victims_potential" if self.potential else "victims_identified")
            if family == "identify"
            else _INDICATOR[family]
            for family in self.families
        )
        return tuple(dict.fromkeys(labels))

    @property
    def enforcement(self) -> bool:
        """Whether it belongs to investigation, prosecution, conviction or sentence."""
        return self.families[0] in ENFORCEMENT


def _fits(family: str, noun: str, inherited: bool) -> bool:
    """Whether a family can count a class of noun."""
    if noun in ("not_counted",):
        return False
    if family in ENFORCEMENT:
        if family == "open":
            return noun in ("case", "action") or (inherited and noun in ("empty", "case"))
        return noun != "victim" and not (inherited and noun == "unknown" and family == "investigate")
    if family == "identify" and noun == "case":
        return not inherited
    return noun in ("victim", "person", "empty")


def _unit(family: str, head: Head, inherited: str = "") -> str:
    if family in VICTIMS:
        return "cases" if head.noun == "case" else "persons"
    if head.noun in ("case", "action"):
        return "cases" if family != "sentence" else "persons"
    if head.noun in ("offender", "person"):
        return "persons"
    if inherited:
        return inherited
    return "cases" if family in ("investigate", "open") else "persons"


@dataclass(frozen=True, slots=True)
class _Seen:
    """A number, its noun phrase and what governs it; `mark` is the word the left governor stands on."""

    numeral: Numeral
    head: Head
    bound: int
    left: Governor | None
    right: Governor | None
    mark: Mark | None


Outcome = Reading | bool | None


def reading_of(
    numeral: Numeral, head: Head, families: Iterable[str], rule: str, base: Reading | None = None
) -> Reading | None:
    """Read a number under verbs, as the same as `base` where given; None where the noun does not fit the verbs."""
    chosen = [f for f in families if f not in ("light", "other") and _fits(f, head.noun, base is not None)]
    if not chosen:
        return None
    if head.noun == "case" and chosen == ["identify"]:
        chosen = ["investigate"]
    chosen = ["investigate" if family == "open" else family for family in chosen]
    inherited = base is not None and not head.formal and base.potential
    unit = _unit(chosen[0], head, base.unit if base else "")
    return Reading(numeral, head, tuple(chosen), head.potential or inherited, unit, rule)


class SentenceReader:
    """Reads the numbers of a sentence from left to right; a reading flows on until a word changes it.

    Parameters
    ----------
    scene : Scene
        The sentence.
    lead : Reading or None
        The main figure of the sentence before, in the same paragraph.
    known : mapping of float to Reading
        Figures already read in the document, by value.
    row : sequence of Reading
        The main figures of the sentence before.
    """

    def __init__(
        self, scene: Scene, lead: Reading | None, known: dict[float, Reading], row: Sequence[Reading] = ()
    ) -> None:
        self.scene = scene
        self.lead = lead
        self.known = known
        self.row = row
        self.current: Reading | None = None
        self.blocked = False
        self.readings: list[Reading] = []
        self.repeats: list[Reading] = []
        self.consumed: set[int] = set()

    def read(self, negations: Sequence[Reading] = ()) -> list[Reading]:
        """All readings of the sentence in order, those of negated verbs among them."""
        waiting = list(negations)
        bound = 0
        counts = [n for n in self.scene.numerals if n.kind == "count"]
        if len(counts) > MOST_FIGURES:
            return []
        heads = {n.start: head_of(self.scene, n) for n in counts}
        for numeral in counts:
            while waiting and waiting[0].numeral.start < numeral.start:
                self.current, self.blocked = waiting[0], False
                bound = waiting[0].head.end
                self.readings.append(waiting.pop(0))
            head = self._shared_head(numeral, heads)
            reading = self._read_one(numeral, head, bound)
            if reading is not None:
                self.current, self.blocked = reading, False
                (self.repeats if reading.repeated else self.readings).append(reading)
            bound = numeral.end
            self.consumed.update(range(numeral.end, head.end))
        self._align()
        return self.readings + waiting

    def _align(self) -> None:
        """Pair a row of bare figures with an earlier row, in order.

        "10 investigations and five prosecutions, compared with 12 and six" compares like with like.
        """
        for row in self._bare_rows():
            like = self._row_before(row)
            for i, other in zip(row, like, strict=bool(like)):
                self.readings[i] = replace(
                    self.readings[i],
                    families=other.families,
                    unit=other.unit,
                    potential=other.potential,
                    like=other.numeral,
                )

    def _bare_rows(self) -> list[list[int]]:
        """Return runs of figures without nouns, nothing but commas and conjunctions between them."""
        rows: list[list[int]] = []
        for i, reading in enumerate(self.readings):
            bare = reading.head.end == reading.numeral.end and not reading.numeral.cue
            before = self.readings[i - 1].numeral.end if i else 0
            between = range(before, reading.numeral.first)
            listed = all(self.scene.low[k] == "," or self.scene.is_word("clause.coordinators", k) for k in between)
            if bare and listed and rows and rows[-1][-1] == i - 1:
                rows[-1].append(i)
            elif bare:
                rows.append([i])
        return [row for row in rows if len(row) > 1]

    def _row_before(self, row: list[int]) -> Sequence[Reading]:
        """Return the row that a row of bare figures stands in line with, or nothing."""
        compared = self.scene.is_compared
        heads = [r for r in self.readings[: row[0]] if not compared(r.numeral.start)]
        heads = [r for r in heads if self.scene.segments[r.numeral.start] not in self.scene.parents]
        row_before = heads or self.row
        return row_before if len(row_before) == len(row) else ()

    def _shared_head(self, numeral: Numeral, heads: dict[int, Head]) -> Head:
        """Return the noun of a coordinated number: "two confirmed and 129 potential victims"."""
        head = heads[numeral.start]
        if head.noun == "unknown" and self.current is not None and self._closes_item(head):
            head = replace(head, noun="empty")
        if head.noun in ("empty", "unknown"):
            k = head.end
            if self.scene.is_word("clause.coordinators", k) or self.scene.is_word("not_counts.range_joiners", k):
                following = self.scene.numeral_at(k + 1)
                if following is not None:
                    other = heads[following.start]
                    if other.noun in ("victim", "case", "offender", "person", "not_counted"):
                        return replace(head, noun=other.noun, potential=head.potential)
                    if other.noun == "action":
                        return replace(head, noun="action", family=other.family)
        return head

    def _closes_item(self, head: Head) -> bool:
        """Whether an item of a list ends after a phrase of no table: "11 undetermined)", "159 of that kind;"."""
        after = self.scene.low[head.end : head.end + 1]
        listed = head.end < len(self.scene.low) and self.scene.segments[head.start - 1] in self.scene.parents
        return (listed or head.partitive) and after in ((",",), (";",), (")",), (".",))

    def _make(
        self, numeral: Numeral, head: Head, families: Iterable[str], rule: str, base: Reading | None = None
    ) -> Reading | None:
        potential = (head.potential or self._said_potential(numeral)) and not head.formal
        return reading_of(numeral, replace(head, potential=potential), families, rule, base)

    def _repeat(self, numeral: Numeral, head: Head, left: Governor | None, right: Governor | None) -> Reading | None:
        """Return a figure that points back to one already read: "of the 71 victims"."""
        if not numeral.definite or self.scene.segments[numeral.start] in self.scene.comparisons:
            return None
        earlier = next((r for r in reversed(self.readings) if r.numeral.value == numeral.value), None)
        earlier = earlier or self.known.get(numeral.value)
        if earlier is None or not any(_fits(f, head.noun, True) for f in earlier.families):
            return None
        for governor in (left, right):
            if governor and governor.strength in ("active", "passive") and governor.families != ("light",):
                if not set(governor.families) & {*earlier.families, "other", "open"}:
                    return None
                break
        return replace(earlier, numeral=numeral, head=head, repeated=True)

    def _read_one(self, numeral: Numeral, head: Head, bound: int) -> Reading | None:
        seen = self._look(numeral, head, bound)
        for rule in _RULES:
            outcome = rule(self, seen)
            if outcome is not None:
                return outcome if isinstance(outcome, Reading) else None
        return None

    def _look(self, numeral: Numeral, head: Head, bound: int) -> _Seen:
        """Return a number with what governs it on either side."""
        right = right_of(self.scene, numeral, head)
        left, mark = left_of(self.scene, numeral, bound, self.current is None)
        return _Seen(numeral, head, bound, left, right, mark)

    def _stop(self, forget: bool = True) -> bool:
        """Take a number for nothing that is proposed; what follows it does not flow on from before it."""
        if forget:
            self.current = None
        self.blocked = True
        return False

    # ---- the rules, in the order of _RULES; each returns a reading, False for no reading, or None for no opinion

    def _of_things_not_counted(self, seen: _Seen) -> Outcome:
        if seen.head.noun == "not_counted":
            return self._stop(forget=False)
        return False if seen.numeral.cue == "no" and seen.head.noun == "unknown" else None

    def _of_one_case(self, seen: _Seen) -> Outcome:
        """Leave out "in one case", "in three of those cases"."""
        few = seen.numeral.value == 1 or seen.head.partitive
        inside = self.scene.is_word("clause.inside", seen.numeral.first - 1)
        return False if few and inside and seen.head.noun == "case" else None

    def _of_other_crimes(self, seen: _Seen) -> Outcome:
        """Leave out victims of domestic violence, smuggled migrants, convictions for rape, and estimates."""
        start = stop = seen.numeral.end
        while stop < len(self.scene.low) and self.scene.low[stop] not in ",;.()" and not self.scene.numeral_at(stop):
            stop += 1
        other = self.scene.contains("ignored.other_crimes", start, stop)
        if other and not self.scene.contains("ignored.this_crime", start, stop):
            return self._stop()
        guessed = self.scene.contains("ignored.estimates", seen.numeral.first - 3, seen.numeral.start)
        return self._stop() if guessed and seen.numeral.value >= ESTIMATED else None

    def _not_reported(self, seen: _Seen) -> Outcome:
        """Leave out what was not reported: "did not report progress on two pending cases"."""
        scene, k = self.scene, seen.numeral.first
        while k > seen.bound and scene.low[k - 1] not in ",;:(":
            k -= 1
            n = scene.phrase("clause.negations", k)
            if n and any(scene.is_word("clause.silent_verbs", i) for i in range(k + n, k + n + 2)):
                return self._stop()
        return None

    def _said_again(self, seen: _Seen) -> Outcome:
        return self._repeat(seen.numeral, seen.head, seen.left, seen.right)

    def _counted_action(self, seen: _Seen) -> Outcome:
        if seen.head.noun != "action":
            return None
        known = {family for reading in self.readings for family in reading.families}
        if seen.head.family == "other" or (seen.head.family in VICTIMS and seen.head.family not in known):
            return self._stop()
        head = replace(seen.head, noun="empty") if seen.head.family in VICTIMS else seen.head
        return self._make(seen.numeral, head, (seen.head.family,), "counted noun") or False

    def _doubted(self, seen: _Seen) -> Outcome:
        """Stop at "who may have been": no figure of victims."""
        if self.scene.contains("clause.doubts", seen.head.end, seen.head.end + 6):
            return self._stop()
        return None

    def _topic_before(self, seen: _Seen) -> Outcome:
        """Read "the number of defendants charged stood at 31", "Convictions: 12"."""
        link = self._link_before(seen.numeral)
        if seen.head.noun != "empty" or link is None:
            return None
        begin = self._clause_start(link, seen.bound)
        topic = topic_of(self.scene, begin, link)
        if topic is not None:
            head = replace(seen.head, noun=topic.noun, family=topic.families[0], potential=topic.potential)
            return self._make(seen.numeral, head, topic.families, "counted noun")
        base = self.current or self.lead
        told = self.scene.contains("clause.figure_nouns", begin, link) or self._changes(link)
        return self._like(seen, base, "carried over") if told and base is not None else None

    def _resulted(self, seen: _Seen) -> Outcome:
        """Read "three of these led to convictions"."""
        scene = self.scene
        for k in range(seen.head.end, min(seen.head.end + 3, len(scene.low))):
            n = scene.phrase("clause.result_verbs", k)
            if scene.low[k] in ",;.()" or scene.numeral_at(k):
                return None
            for i in range(k + n, min(k + n + 3, len(scene.low))) if n else ():
                action = scene.lexicon.actions.at(scene.low, i)
                if action is not None and action[1] in ("prosecute", "convict", "sentence"):
                    return self._make(seen.numeral, replace(seen.head, noun="case"), (action[1],), "counted noun")
        return None

    def _part_of_known(self, seen: _Seen) -> Outcome:
        """Read "61 of the 97", where the document has counted the 97."""
        scene, k = self.scene, seen.numeral.end
        step = scene.phrase("clause.partitive", k)
        base = next((scene.numeral_at(i) for i in range(k + step, k + step + 2) if scene.numeral_at(i)), None)
        if not step or base is None or seen.numeral.cue:
            return None
        known = self.known.get(base.value)
        return self._like(seen, known, "subset") if known is not None and self.current is None else None

    def _described(self, seen: _Seen) -> Outcome:
        """Read "there were 86 convicted traffickers", "out of 97 identified persons": the participle says it."""
        scene, numeral = self.scene, seen.numeral
        if not (self._exists(numeral) or numeral.definite):
            return None
        words = range(seen.head.start, seen.head.end)
        told = [m.family for m in scene.marks if m.start in words and m.form == "verb"]
        fitting = {"offender": ("prosecute", "convict", "sentence"), "person": ("identify",), "victim": ("identify",)}
        family = next((f for f in told if f in fitting.get(seen.head.noun, ())), None)
        return self._make(numeral, seen.head, (family,), "counted noun") if family else None

    def _passive(self, seen: _Seen) -> Outcome:
        right = seen.right
        if right is None:
            return None
        bare = right.strength == "relative" and seen.head.noun == "empty" and self._left(seen) is None
        if right.strength != "passive" and not bare:
            return None
        self.consumed.add(right.token)
        return self._governed(seen, right, "passive verb")

    def _verb_before(self, seen: _Seen) -> Outcome:
        left, right, mark = self._left(seen), seen.right, seen.mark
        if left is None or left.strength != "active" or left.families == ("light",):
            return None
        reduced = right is not None and right.strength == "reduced"
        if reduced and (self._opens_clause(seen.numeral) or (mark is not None and mark.form == "action")):
            return None
        if mark is not None and mark.form == "action" and mark.end == seen.numeral.first and seen.head.noun == "empty":
            seen = replace(seen, head=replace(seen.head, noun="action", family=mark.family))  # "prosecutions 11"
        return self._governed(seen, left, "verb before")

    def _participle_after(self, seen: _Seen) -> Outcome:
        if seen.right is None or seen.right.strength != "reduced":
            return None
        self.consumed.add(seen.right.token)
        return self._governed(seen, seen.right, "participle after")

    def _unknown_verb(self, seen: _Seen) -> Outcome:
        unknown = any(governor is not None and governor.strength == "unknown" for governor in (seen.left, seen.right))
        return self._stop() if unknown else None

    def _formal_victims(self, seen: _Seen) -> Outcome:
        numeral = seen.numeral
        base = numeral.first > 1 and self.scene.phrase("clause.base", numeral.first - 1)
        fraction = base and any(n.end == numeral.first - 1 for n in self.scene.numerals)
        if (numeral.definite or fraction) and seen.head.formal and seen.head.noun == "victim":
            return self._make(seen.numeral, seen.head, ("identify",), "existence")
        return None

    def _flowing(self, seen: _Seen) -> Outcome:
        return self._flow(seen.numeral, seen.head, seen.right)

    def _general_verb(self, seen: _Seen) -> Outcome:
        """After "reported", "had": victims were identified, cases investigated."""
        if self._left(seen) is None:
            return None
        family = {"victim": "identify", "case": "investigate"}.get(seen.head.noun)
        return self._make(seen.numeral, seen.head, (family,), "general verb") or False if family else False

    def _facet_verb(self, seen: _Seen) -> Outcome:
        right = seen.right
        weak = right is not None and right.strength in ("facet", "relative")
        if not weak or seen.head.noun not in ("victim", "person", "empty"):
            return None
        return self._governed(seen, right, "participle after")

    def _existence(self, seen: _Seen) -> Outcome:
        numeral, head = seen.numeral, seen.head
        exists = (
            (head.noun == "victim" and (head.partitive or numeral.definite or self._exists(numeral)))
            or (head.noun == "person" and self._victims_include(numeral))
            or (head.noun == "empty" and self._number_of_victims(numeral))
        )
        if exists:
            return self._make(numeral, head, ("identify",), "existence")
        if head.noun == "case" and self._exists(numeral):
            return self._make(numeral, head, ("investigate",), "existence")
        return None

    # ---- what the rules ask

    def _left(self, seen: _Seen) -> Governor | None:
        """Return the governor before a number, unless its verb already governs another."""
        if seen.mark is not None and seen.mark.start in self.consumed:
            return None
        opened = seen.left is not None and seen.left.families == ("open",)
        return None if opened and seen.head.noun == "empty" and self.current is not None else seen.left

    def _link_before(self, numeral: Numeral) -> int | None:
        """Return the token where "numbered", "rose to" or a colon before a number starts, or None."""
        k = numeral.first
        found = self.scene.lexicon.phrases["clause.count_links"].ending_at(self.scene.low, k)
        if found is None and self.scene.is_word("compare.change_from", k - 1):
            changed = any(self.scene.is_word("compare.change_verbs", i) for i in range(max(0, k - 10), k))
            return k - 1 if changed else None
        return k - found[0] if found else None

    def _changes(self, link: int) -> bool:
        """Whether the link says that a figure went up or down: "and sank to 95"."""
        groups = ("statements.up", "statements.down", "compare.change_verbs")
        return any(self.scene.contains(group, link, link + 1) for group in groups)

    def _like(self, seen: _Seen, base: Reading, rule: str) -> Reading | None:
        """Read a number as the same kind of count as an earlier one."""
        return self._make(seen.numeral, seen.head, base.families, rule, base)

    def _clause_start(self, k: int, bound: int) -> int:
        while k > bound and self.scene.low[k - 1] not in ",;(":
            k -= 1
        return k

    def _governed(self, seen: _Seen, governor: Governor | None, rule: str) -> Outcome:
        families = governor.families if governor is not None else ()
        reading = self._make(seen.numeral, seen.head, families, rule)
        if reading is not None:
            return reading
        if families and families[0] in VICTIMS and seen.head.noun in ("offender", "case"):
            return False
        return self._stop()

    def _opens_clause(self, numeral: Numeral) -> bool:
        return numeral.first == 0 or self.scene.low[numeral.first - 1] in ",;"

    def _said_potential(self, numeral: Numeral) -> bool:
        first = numeral.first
        if first > 0 and self.scene.low[first - 1] == "(" and self.current is None:
            return self.scene.contains("modifiers.potential", max(0, first - 8), first)
        return self.scene.contains("modifiers.potential_adverbs", max(0, first - 4), numeral.start)

    def _exists(self, numeral: Numeral) -> bool:
        scene = self.scene
        return scene.contains("clause.existential", max(0, numeral.first - 8), numeral.first) or auxiliary_before(
            scene, numeral
        )

    def _victims_include(self, numeral: Numeral) -> bool:
        """Return whether "victims included" stands right before the figure."""
        scene = self.scene
        for k in range(max(1, numeral.first - 4), numeral.first):
            if scene.phrase("clause.subset", k):
                return (scene.lexicon.nouns.at(scene.low, k - 1) or (0, ""))[1] == "victim"
        return False

    def _number_of_victims(self, numeral: Numeral) -> bool:
        """Return whether "the number of victims" stands before a bare figure."""
        scene = self.scene
        for k in range(max(0, numeral.start - LEFT_REACH), numeral.start):
            n = scene.phrase("clause.number_of", k)
            if n and any(
                (scene.lexicon.nouns.at(scene.low, i) or (0, ""))[1] == "victim"
                for i in range(k + n, k + n + 4)
                if i < numeral.start
            ):
                return True
        return False

    def _flow(self, numeral: Numeral, head: Head, right: Governor | None) -> Reading | None:
        """Return the reading of the figure before, where nothing changed it."""
        scene = self.scene
        compared = scene.segments[numeral.start] in scene.comparisons
        bracketed = scene.segments[numeral.start] in scene.parents
        if self.current is not None:
            if self.blocked and head.noun in ("empty", "unknown") and not compared:
                return None
            for base in [self.current, *reversed(self.readings)]:
                if any(_fits(f, head.noun, True) for f in base.families):
                    rule = "comparison" if compared else "list" if bracketed else "subset"
                    families = base.families if compared else base.families[:1]
                    return self._make(numeral, head, families, rule, base)
            return None
        if self.lead is None or self.blocked or not self._points_back(numeral, head, right):
            return None
        return self._make(numeral, head, self.lead.families, "comparison" if compared else "carried over", self.lead)

    def _points_back(self, numeral: Numeral, head: Head, right: Governor | None) -> bool:
        """Whether the sentence goes on about the figure of the sentence before."""
        scene = self.scene
        begin = max(0, numeral.start - LEFT_REACH)
        if head.partitive or scene.contains("clause.anaphors", begin, numeral.start):
            return True
        if scene.segments[numeral.start] in scene.comparisons and head.noun == "empty":
            return True
        if scene.contains("clause.figure_nouns", begin, numeral.start) or scene.phrase("clause.continuers", head.end):
            return True
        if head.noun in ("person", "empty", "victim") and (copula_after(scene, head) or right is not None):
            return True
        return head.noun in ("person", "empty") and auxiliary_before(scene, numeral)


_RULES = (
    SentenceReader._of_things_not_counted,
    SentenceReader._of_one_case,
    SentenceReader._of_other_crimes,
    SentenceReader._not_reported,
    SentenceReader._said_again,
    SentenceReader._resulted,
    SentenceReader._counted_action,
    SentenceReader._doubted,
    SentenceReader._topic_before,
    SentenceReader._passive,
    SentenceReader._verb_before,
    SentenceReader._participle_after,
    SentenceReader._unknown_verb,
    SentenceReader._part_of_known,
    SentenceReader._formal_victims,
    SentenceReader._described,
    SentenceReader._flowing,
    SentenceReader._general_verb,
    SentenceReader._facet_verb,
    SentenceReader._existence,
)
"""Tried in this order; the first with an opinion decides."""
