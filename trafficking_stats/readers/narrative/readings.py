"""What a number counts, as verbs, noun and unit; and what is known while a sentence is read from left to right."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from trafficking_stats.readers.narrative.governors import Governor, left_of, past_coordinated, right_of
from trafficking_stats.readers.narrative.heads import ENFORCEMENT, VICTIMS, Head
from trafficking_stats.readers.narrative.lexicon import table
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.scene import Scene

POTENTIAL_REACH = 7
"""Tokens after the noun within which "as potential victims" follows."""


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
    repeated : bool
        Whether it points back to a figure read before.
    facets : mapping of str to str
        Its breakdown.
    label, source : str
        Its period, and where that was read: a key of ``period`` in ``languages/weights.toml``.
    sentence : int
        Number of its sentence.
    indicator : str
        Of the vocabulary, where it is read for statements only ("granted asylum").
    printed : bool
        Whether the text prints the number; not for what a sentence only names.
    counted : tuple of str
        The words that say what is counted: those after the number, or of the topic or the figure before it.
    """

    numeral: Numeral
    head: Head
    families: tuple[str, ...]
    potential: bool
    unit: str
    rule: str
    repeated: bool = False
    like: Numeral | None = None
    facets: Mapping[str, str] = field(default_factory=dict, hash=False)
    label: str = ""
    source: str = "clause"
    sentence: int = 0
    indicator: str = ""
    printed: bool = True
    counted: tuple[str, ...] = ()

    @property
    def indicators(self) -> tuple[str, ...]:
        """The labels, one for each verb."""
        potential = {"identify": "victims_potential"} if self.potential else {}
        labels = {**table("labels")["families"], **potential}
        return tuple(labels.get(family, family) for family in self.families)

    @property
    def enforcement(self) -> bool:
        """Whether it belongs to investigation, prosecution, conviction or sentence."""
        return self.families[0] in ENFORCEMENT


def fits(family: str, noun: str) -> bool:
    """Whether a family can count a class of noun."""
    if family == "open":
        return noun in ("case", "action", "offender", "victim")
    if family in ENFORCEMENT:
        return noun not in ("victim", "not_counted") and (noun, family) != ("unknown", "investigate")
    return noun in ("victim", "person", "empty") or (family, noun) == ("identify", "case")


def reading_of(
    numeral: Numeral, head: Head, families: Iterable[str], rule: str, base: Reading | None = None
) -> Reading | None:
    """Read a number under verbs, as the same as `base` where given; None where the noun does not fit the verbs."""
    chosen = [f for f in families if f != "other" and fits(f, head.noun)]
    if not chosen:
        return None
    if head.noun == "case" and chosen == ["identify"]:
        chosen = ["investigate"]
    opened = "identify" if head.noun == "victim" else "investigate"  # "12 victims, 40 suspects were registered"
    chosen = list(dict.fromkeys(opened if family == "open" else family for family in chosen))
    potential = (head.potential or (base is not None and base.potential)) and not head.formal
    unit = _unit(chosen[0], head, base.unit if base else "")
    counted = head.said or (base.counted if base and base.unit == unit else ())
    return Reading(numeral, head, tuple(chosen), potential, unit, rule, counted=counted)


def _unit(family: str, head: Head, inherited: str) -> str:
    if head.noun in ("case", "action") and not head.persons:
        is_case = head.noun == "case" if family in VICTIMS else family != "sentence"
        return "cases" if is_case else "persons"
    if family in VICTIMS or head.noun in ("offender", "person") or head.persons:
        return "persons"
    return inherited or ("cases" if family == "investigate" else "persons")


Outcome = Reading | bool | None
"""Of a rule: a reading, False for no reading, or None for no opinion."""


@dataclass
class State:
    """What is known while a sentence is read, and the number that is looked at.

    Attributes
    ----------
    scene : Scene
        The sentence.
    lead : Reading or None
        The main figure of the sentence before, in the same paragraph.
    known : mapping of float to Reading
        Figures already read in the document, by value.
    row : sequence of Reading
        The main figures of the sentence before.
    current : Reading or None
        The reading that flows on until a word changes it.
    blocked : bool
        Whether a number that is not proposed stands between.
    readings, repeats : list of Reading
        Those of the sentence so far, and those that point back to one read before.
    consumed : set of int
        Tokens of verbs that govern a number already.
    numeral, head : Numeral, Head
        The number and its noun phrase.
    bound : int
        The token where its clause begins at the earliest.
    left, right : Governor
        What governs it.
    """

    scene: Scene
    lead: Reading | None
    known: Mapping[float, Reading]
    row: Sequence[Reading] = ()
    current: Reading | None = None
    blocked: bool = False
    readings: list[Reading] = field(default_factory=list)
    repeats: list[Reading] = field(default_factory=list)
    consumed: set[int] = field(default_factory=set)
    numeral: Numeral = field(init=False)
    head: Head = field(init=False)
    bound: int = field(init=False)
    left: Governor = field(init=False)
    right: Governor = field(init=False)

    @property
    def carried(self) -> str:
        """The rule by which a figure goes on from the text before: surely, or from a heading or another paragraph."""
        return "carried over" if self.lead is None or self.lead.printed or self.lead.sentence else "named before"

    def look(self, numeral: Numeral, head: Head, bound: int) -> None:
        """Look at a number and at what governs it on either side; a verb before it may govern another already."""
        left = left_of(self.scene, numeral, bound, self.consumed)
        right = right_of(self.scene, numeral, head)
        if head.noun == "offender" and right.families == ("identify",):  # "21 suspects were identified"
            right = replace(right, families=("investigate",))
        base = self.current or self.lead
        if head.noun == "person" and base is not None and base.families[0] in VICTIMS:
            left, right = (replace(g, families=("identify",)) if g.families == ("open",) else g for g in (left, right))
        if head.noun == "empty" and base is not None:
            # "89 offences were recorded. In 2013 28 were recorded": offences, too
            if left.families == ("open",) and past_coordinated(self.scene, head.end) > head.end:
                right = Governor()  # "there were opened 21, and six were arrested", as Danish has it
            left, right = (Governor() if one.families == ("open",) else one for one in (left, right))
        if right.strength == "facet" and left.families == ("other",) and self.current is not None:
            left = Governor()  # "58 had been sold for sex and 23 put to forced labour"
        if right.families and self.scene.word(numeral.end) == ")":
            left = Governor()  # "of those convicted, a fifth (41) got suspended sentences"
        self.numeral, self.head, self.bound, self.left, self.right = numeral, head, bound, left, right

    def keep(self, reading: Reading) -> None:
        """Take a reading; what follows may flow on from it."""
        own = self.scene.low[reading.numeral.end : reading.head.end]
        reading = replace(reading, counted=own or reading.counted)
        is_whole = self.current and self.scene.is_base(reading.numeral)  # "71 of 97 victims got help; in 2017 60 did"
        self.current, self.blocked = self.current if is_whole else reading, False
        (self.repeats if reading.repeated else self.readings).append(reading)

    def stop(self, forget: bool = True) -> bool:
        """Take a number for nothing that is proposed; what follows it does not flow on from before it."""
        self.current = None if forget else self.current
        self.blocked = True
        return False

    def governed(self, governor: Governor, rule: str) -> Outcome:
        """Return the reading of the number under a governor; one that does not fit ends what flows."""
        head = self.head
        end = self.scene.clause_end(head.end, ",;.(")
        if self.scene.phrase("clause.relatives", end + 1):  # "28 children, whom they suspected of being victims"
            end = self.scene.clause_end(end + 1, ",;.(")
        end = min(end, head.end + POTENTIAL_REACH)
        said = self.scene.contains("modifiers.potential", head.end, end)  # "12 were registered as potential victims"
        families = governor.families
        if (said or head.potential) and self.scene.phrase("clause.meeting", governor.token):
            families = ("identify",)  # "met 40 women whom they suspected of being trafficked"
        if "identify" in families and said:
            head = replace(head, potential=True)
        reading = reading_of(self.numeral, head, families, rule)
        if reading and head.noun == "empty" and self.current and self.current.families == reading.families:
            return replace(reading, unit=self.current.unit)  # "filed 104 cases while 82 remained pending in court"
        return reading or self.stop()
