"""What a sentence speaks of: its counts, and what it names without a number, as cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from trafficking_stats.readers.narrative.claims import cell_of, qualifier_of
from trafficking_stats.readers.narrative.dating import Dater
from trafficking_stats.readers.narrative.heads import Head, facets_of, facets_within, head_of, topic_of
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.readings import Reading
from trafficking_stats.readers.narrative.results import Cell, Statement
from trafficking_stats.readers.narrative.scene import Scene
from trafficking_stats.readers.narrative.times import is_single_year, year_before, year_of

_WHOLES = ("clause.wholes", "clause.figure_nouns", "nouns", "actions")
"""Groups of words that name all that a share is of: "half of the total"."""

Span = tuple[int, int]
"""First token, and the one after the last."""


@dataclass
class Speech:
    """What a sentence speaks of.

    Parameters
    ----------
    scene : Scene
        The sentence.
    counts : sequence of Reading
        Its counts in order, those said again left out.
    lead : Reading or None
        The main count of the sentences before.
    dater : Dater
        Dates a token of the sentence.
    """

    scene: Scene
    counts: Sequence[Reading]
    lead: Reading | None
    dater: Dater

    def __post_init__(self) -> None:
        found = [*self.counts, *self._of_other_topics()]
        self.spoken = sorted(found, key=lambda s: s.numeral.start)
        self.ends = [s for s in self.spoken if self.scene.phrase("compare.change_to", s.numeral.first - 1)]
        self.main = [s for s in self.spoken if not self.scene.is_compared(s.numeral.start)]

    def nearest(self, token: int) -> Reading | None:
        """Return the count a phrase at `token` speaks of: the last before it, the next after it, or one before."""
        before = [s for s in self.main or self.spoken if s.numeral.start < token]
        # not the one it is compared with: "that is twice as many as in 2022, when it was 171"
        after = self.main or ([] if self.lead else self.spoken)
        return before[-1] if before else after[0] if after else self.without_number(token)

    def without_number(self, token: int) -> Reading | None:
        """Return what the sentence names without a number, or else goes on about, in the period of a token."""
        topic = topic_of(self.scene, 0, len(self.scene.low))
        if topic is not None and (self.lead is None or topic.family not in self.lead.families):
            return self.named(Numeral(token, token, 0.0, first=token), topic)
        label = self.dater.date(token)[0]
        # "the highest since 2016", "more than the year before": of the figure before
        is_dated = "/" not in label and any(not self.scene.is_compared(p.start) for p in self.scene.periods)
        is_other = self.lead is not None and is_dated and label != self.lead.label
        return replace(self.lead, label=label, printed=False) if self.lead and is_other else self.lead

    def _of_other_topics(self) -> Iterator[Reading]:
        """Yield the counts of the topics that are read for statements only, such as asylum granted."""
        read = {s.numeral.start for s in self.counts}
        for numeral in self.scene.counts.values():
            topic = self.scene.first("statements.topics", numeral.end, self.scene.clause_end(numeral.end, ",;."))
            head = head_of(self.scene, numeral)
            if topic is not None and numeral.start not in read and head.noun in ("victim", "person", "empty"):
                said = self.named(numeral, replace(head, family="identify"))
                indicator = self.scene.value("statements.topics", topic)
                yield replace(said, head=head, indicator=indicator, printed=True)

    def named(self, numeral: Numeral, topic: Head) -> Reading:
        """Return what a sentence names without a number."""
        head = Head("empty", "", numeral.end, numeral.end)
        said = Reading(numeral, head, (topic.family,), topic.potential, "persons", "topic", printed=False)
        return replace(said, label=self.dater.date(numeral.start)[0], sentence=self.scene.sentence.number)

    def printed_beside(self, numeral: Numeral, end: int) -> Reading | None:
        """Return the count that a share repeats, in brackets or behind a comma, or that repeats the share."""
        scene = self.scene
        opening = numeral.first - scene.before("clause.appositions", numeral.first)  # "58, i.e. more than half"
        stop = scene.clause_end(end, ",;:.()-–—")
        # "half of the total", but not "a third of them in Jutland", "a third of them men"
        of_all = scene.phrase("clause.partitive", end) and any(scene.contains(group, end, stop) for group in _WHOLES)
        of_all = of_all and not facets_within(scene, end, stop)
        before = [s for s in self.spoken if s.numeral.start < numeral.start]
        if before and scene.word(opening - 1) in ("(", ",", "-", "–", "—") and (stop == end or of_all):
            is_next = scene.clause_start(opening - 1, before[-1].numeral.end, ",;:()") == before[-1].numeral.end
            parts = (s for s in reversed(before) if not scene.is_base(s.numeral))  # "27 of the 73, or over half"
            return next(parts, None) if is_next else None
        begin = scene.clause_start(numeral.first, 0, ",;:(")
        if of_all and not before and any(scene.phrase(f"clause.{group}", begin) for group in ("anaphors", "pronouns")):
            return self.lead  # "they made up a third of all victims"
        noun = scene.past(end, "clause.partitive", "nouns")  # "every second victim (46)"
        ends = (noun, "("), (scene.clause_end(end, ","), ",")  # "half of the victims, 58 in all, ..."
        opens = {k + 1 for k, mark in ends if scene.word(k) == mark}
        return next((s for s in self.spoken if s.numeral.first in opens), None)

    def whole_of(self, numeral: Numeral, part: Reading | None) -> Reading | None:
        """Return the count that a share is a share of; one without a number where the sentence names the whole only."""
        scene, end = self.scene, self.scene.shares[numeral.start]
        near = range(end, min(end + 4, scene.clause_end(end, ",;:.") + 1))  # "90 % of the 121 victims"
        after = [s for s in self.spoken if s.numeral.start in near and s is not part]
        of_last = scene.phrase("clause.subset", end) or scene.before("clause.subset", end)  # "ten boys, most of whom"
        before = [s for s in self.spoken if s is not part and s.numeral.start < numeral.start]
        wholes = [s for s in before if of_last or not s.facets]
        if after or wholes:
            return after[0] if after else wholes[-1]
        whole = self.without_number(numeral.start) or (part and replace(part, printed=False))
        head = head_of(scene, numeral._replace(end=end))
        if whole is None or not head.partitive or head.noun == "empty":
            return whole
        facets = facets_within(scene, head.start, head.end)  # "half of the victims": not of the girls counted before
        return replace(whole, facets=facets, printed=whole.printed and facets == whole.facets)

    def facets_of_share(self, numeral: Numeral, end: int, whole: Reading) -> dict[str, str]:
        """Return the breakdown of what a share without a count beside it is of."""
        begin = max((n.end for n in self.scene.numerals if n.end <= numeral.first), default=0)
        before = facets_within(self.scene, begin, numeral.first)
        if before and self.scene.before("clause.count_links", numeral.first):
            return before  # "men account for 20 % and women for 79 %"
        shifted = numeral._replace(end=end)
        after = facets_of(self.scene, shifted, head_of(self.scene, shifted))
        return before if after.items() <= whole.facets.items() else after

    def in_period(self, like: Reading, label: str) -> Reading:
        """Return the figure of this sentence for the same thing in another period, or the thing without a number."""
        alike = (s for s in self.spoken if s.families == like.families and s.facets == like.facets)
        return next((s for s in alike if s.label == label), replace(like, label=label, printed=False))

    def compared_period(self, token: int, label: str) -> str:
        """Return the period named right after `token`, `label` itself if that is, else the year before it."""
        for period in self.scene.periods:
            is_other = period.label != label or self.scene.is_compared(period.start)
            if token <= period.start <= token + 3 and period.label and is_other:
                first, _, last = period.label.partition("/")
                return first if last == label else period.label  # "a rise of 30 % from 2015 to 2016"
        said = [p.label for p in self.scene.periods if p.label and p.start < token and self.scene.is_compared(p.start)]
        if said and is_single_year(said[-1]) and said[-1] != label:
            return said[-1]  # "compared with 2015 the rise was 53 %"
        stop = self.scene.clause_end(token, ",;.")
        length = next((n.value for n in self.scene.numerals if n.kind == "years" and token <= n.start < stop), 1)
        return year_before(label if is_single_year(label) else str(year_of(label)), int(length))  # "in two years"

    def cell(self, spoken: Reading) -> Cell:
        """Return the cell of a count, with its number where the text prints one."""
        numeral, own = spoken.numeral, spoken.sentence == self.scene.sentence.number and spoken.printed
        printed = (numeral.value, numeral.qualifier) if spoken.printed else (None, "exact")
        about = (spoken.facets, spoken.label, self.scene.country, spoken.counted)
        cell = cell_of(spoken.indicator or spoken.indicators[0], spoken.unit, *about, *printed)
        start, end = self.scene.span(numeral.start, numeral.end) if own else (-1, -1)
        return replace(cell, char_start=start, char_end=end)

    def statement(
        self, kind: str, said: str, span: Span, subject: Reading, base: Reading | None, numeral: Numeral | None = None
    ) -> Statement:
        """Return a statement on the words of tokens `span`."""
        value, qualifier = (numeral.value, qualifier_of(numeral.qualifier)) if numeral else (None, "exact")
        unit = "percent" if numeral and numeral.start in self.scene.shares else subject.unit if numeral else ""
        about = {"kind": kind, "direction": said, "qualifier": qualifier, "unit": "times" if said == "times" else unit}
        fields: dict[str, Any] = {**self.scene.printed(*span), **about}
        return Statement(**fields, value=value, subject=self.cell(subject), base=self.cell(base) if base else None)
