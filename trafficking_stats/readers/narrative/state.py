"""What is known while a sentence is read from left to right, and what each number is seen with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from trafficking_stats.readers.narrative.clues import said_potential_after
from trafficking_stats.readers.narrative.governors import Governor, left_of, right_of
from trafficking_stats.readers.narrative.heads import Head
from trafficking_stats.readers.narrative.marks import Mark
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.readings import Reading, reading_of
from trafficking_stats.readers.narrative.scene import Scene
from trafficking_stats.readers.narrative.topics import VICTIMS

Outcome = Reading | bool | None
"""Of a rule: a reading, False for no reading, or None for no opinion."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A number, its noun phrase and what governs it; `mark` is the word the left governor stands on."""

    numeral: Numeral
    head: Head
    bound: int
    left: Governor | None
    right: Governor | None
    mark: Mark | None


@dataclass
class State:
    """What is known while a sentence is read.

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
    """

    scene: Scene
    lead: Reading | None
    known: dict[float, Reading]
    row: Sequence[Reading] = ()
    current: Reading | None = None
    blocked: bool = False
    readings: list[Reading] = field(default_factory=list)
    repeats: list[Reading] = field(default_factory=list)
    consumed: set[int] = field(default_factory=set)

    def look(self, numeral: Numeral, head: Head, bound: int) -> Seen:
        """Return a number with what governs it on either side."""
        right = right_of(self.scene, numeral, head)
        left, mark = left_of(self.scene, numeral, bound, self.current is None)
        return Seen(numeral, head, bound, left, right, mark)

    def left(self, seen: Seen) -> Governor | None:
        """Return the governor before a number, unless its verb already governs another."""
        if seen.mark is not None and seen.mark.start in self.consumed:
            return None
        opened = seen.left is not None and seen.left.families == ("open",)
        return None if opened and seen.head.noun == "empty" and self.current is not None else seen.left

    def stop(self, forget: bool = True) -> bool:
        """Take a number for nothing that is proposed; what follows it does not flow on from before it."""
        if forget:
            self.current = None
        self.blocked = True
        return False

    def make(
        self, numeral: Numeral, head: Head, families: Iterable[str], rule: str, base: Reading | None = None
    ) -> Reading | None:
        """Return the reading of a number under verbs, or None where they do not fit its noun."""
        potential = (head.potential or self._said_potential(numeral)) and not head.formal
        return reading_of(numeral, replace(head, potential=potential), families, rule, base)

    def like(self, seen: Seen, base: Reading, rule: str) -> Reading | None:
        """Read a number as the same kind of count as an earlier one."""
        return self.make(seen.numeral, seen.head, base.families, rule, base)

    def governed(self, seen: Seen, governor: Governor | None, rule: str) -> Outcome:
        """Return the reading of a number under its governor; a governor that does not fit ends what flows."""
        families = governor.families if governor is not None else ()
        head = seen.head
        if "identify" in families and said_potential_after(self.scene, head):
            head = replace(head, potential=True)  # "were registered as potential victims"
        reading = self.make(seen.numeral, head, families, rule)
        if reading is not None:
            return reading
        if families and families[0] in VICTIMS and seen.head.noun in ("offender", "case"):
            return False
        return self.stop()

    def _said_potential(self, numeral: Numeral) -> bool:
        first = numeral.first
        if first > 0 and self.scene.low[first - 1] == "(" and self.current is None:
            return self.scene.contains("modifiers.potential", max(0, first - 8), first)
        return self.scene.contains("modifiers.potential_adverbs", max(0, first - 4), numeral.start)
