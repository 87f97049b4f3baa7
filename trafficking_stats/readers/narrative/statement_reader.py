"""Read the statements of a sentence: which words say one, and which cells they speak of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from trafficking_stats.readers.narrative.claims import cell_of, qualifier_of
from trafficking_stats.readers.narrative.dating import Dater
from trafficking_stats.readers.narrative.facets import facets_of, facets_within
from trafficking_stats.readers.narrative.heads import Head, head_of, topic_of
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.readings import Reading, Spoken
from trafficking_stats.readers.narrative.results import Cell, Statement
from trafficking_stats.readers.narrative.scene import Scene
from trafficking_stats.readers.narrative.times import is_single_year, year_before, year_of

NEAR = 6
"""Tokens within which a word such as "increase" belongs to a figure."""
REACH = {"only": 14, "first": 8, "highest": 8, "lowest": 8}
"""Tokens after such a word within which "ever" or "since 2011" makes it a rank."""
UNPRINTED = -1.0
"""Stands for the number of what a sentence names without one."""


@dataclass
class StatementReader:
    """Reads the statements of one sentence whose counts are read already.

    Parameters
    ----------
    scene : Scene
        The sentence.
    counts : sequence of Spoken
        Its counts in order, those said again left out.
    lead : Spoken or None
        The main count of the sentences before.
    dater : Dater
        Dates a token of the sentence.
    nationals : frozenset of str
        Words for the country's own people.
    country : str
        ISO 3166-1 alpha-3 code.
    """

    scene: Scene
    counts: Sequence[Spoken]
    lead: Spoken | None
    dater: Dater
    nationals: frozenset[str]
    country: str

    def __post_init__(self) -> None:
        found = [*self.counts, *self._of_other_topics()]
        self.spoken = sorted(found, key=lambda s: s.reading.numeral.start)
        self.main = [s for s in self.spoken if not self.scene.is_compared(s.reading.numeral.start)]

    def read(self) -> list[Statement]:
        """All statements in the order of the text."""
        found = [*self._shares(), *self._changes(), *self._comparisons(), *self._ranks(), *self._sums()]
        return sorted(found, key=lambda s: (s.char_start, s.char_end, s.kind))

    # ---- shares and changes in percent

    def _shares(self) -> Iterator[Statement]:
        """Read "764 women (79 %)", "79 % were women", "women were 79 % of the victims", "35 % more"."""
        for numeral in self.scene.numerals:
            end = self.scene.shares.get(numeral.start)
            if end is None:
                continue
            direction = self._direction_of_change(numeral, end)
            if direction:
                yield from self._change_by(numeral, end, direction, "percent")
                continue
            printed = self._printed_beside(numeral, end)
            whole = self._whole_of(numeral, printed)
            if whole is None:
                continue
            facets = printed.facets if printed else self._facets_of_share(numeral, end, whole)
            if facets.items() <= whole.facets.items():
                continue
            all_of_it = {key: value for key, value in whole.facets.items() if key not in facets}
            part = printed or _unprinted(replace(whole, facets={**all_of_it, **facets}))
            base = replace(whole, facets=all_of_it, label=part.label)
            if whole.label != part.label or all_of_it != whole.facets:
                base = _unprinted(base)
            yield self._statement("share", "", (numeral.start, end), part, base, numeral, "percent")

    def _printed_beside(self, numeral: Numeral, end: int) -> Spoken | None:
        """Return the count that a share in brackets repeats, or that stands in brackets after a share."""
        for spoken in self.spoken:
            first, last = spoken.reading.numeral, spoken.reading.head
            opened = self.scene.word(numeral.start - 1) == "("
            before = opened and first.start < numeral.start <= max(last.end, first.end) + 2
            if before or (self.scene.word(end) == "(" and first.start == end + 1):
                return spoken
        return None

    def _whole_of(self, numeral: Numeral, part: Spoken | None) -> Spoken | None:
        """Return the count that a share is a share of; one without a number where the sentence names the whole only."""
        wholes = [s for s in self.spoken if s is not part and s.reading.numeral.start < numeral.start and not s.facets]
        if wholes:
            return wholes[-1]
        if part is not None and part.reading.rule in ("existence", "counted noun") and self.lead is None:
            return _unprinted(replace(part, facets={}))
        topic = topic_of(self.scene, 0, len(self.scene.low))
        if topic is not None and (self.lead is None or topic.families[0] not in self.lead.reading.families):
            return self._named(numeral, topic.families, topic.potential)
        return self.lead or part

    def _facets_of_share(self, numeral: Numeral, end: int, whole: Spoken) -> dict[str, str]:
        begin = max((n.end for n in self.scene.numerals if n.end <= numeral.first), default=0)
        before = facets_within(self.scene, begin, numeral.first, self.nationals)
        if before and self.scene.before("clause.count_links", numeral.first):
            return before  # "men account for 20 % and women for 79 %"
        shifted = replace(numeral, end=end)
        after = facets_of(self.scene, shifted, head_of(self.scene, shifted), self.nationals)
        return before if after.items() <= whole.facets.items() else after

    # ---- changes

    def _changes(self) -> Iterator[Statement]:
        """Read "28 more than in 2017", and "a decrease from 13 in 2013" as: fewer than the figure before it."""
        for numeral in self.scene.numerals:
            direction = self._direction_of_change(numeral, numeral.end) if numeral.kind == "change" else ""
            if direction:
                yield from self._change_by(numeral, numeral.end, direction, "")
        for base in self.spoken:
            numeral = base.reading.numeral
            subject = self._counterpart(base) if self.scene.is_compared(numeral.start) else None
            begin = self.scene.segments.of.index(self.scene.segments.of[numeral.start])
            for direction in ("up", "down", "same"):
                place = self._last("statements." + direction, begin - 2, numeral.first)
                if place is not None and subject is not None:
                    yield self._statement("change", direction, (place, numeral.end), subject, base)
                    break

    def _direction_of_change(self, numeral: Numeral, end: int) -> str:
        """Return up or down where a number says by how much a count changed, else nothing."""
        sign = self.scene.word(numeral.start - 1)
        if sign in ("+", "-", "−"):
            return "up" if sign == "+" else "down"
        for direction in ("up", "down"):
            before = self._last(f"statements.{direction}", numeral.first - NEAR, numeral.first)
            if before is not None or self.scene.contains(f"statements.{direction}_after", end, end + 2):
                return direction
        return ""

    def _change_by(self, numeral: Numeral, end: int, direction: str, unit: str) -> Iterator[Statement]:
        subject = self._nearest(numeral.start)
        if subject is not None:
            base = self._in_period(subject, self._compared_period(end, subject.label))
            unit = unit or subject.reading.unit
            yield self._statement("change", direction, (numeral.start, end), subject, base, numeral, unit)

    def _counterpart(self, base: Spoken) -> Spoken | None:
        """Return the figure that one of a comparison is compared with."""

        def is_alike(other: Spoken) -> bool:
            return other.reading.families == base.reading.families and other.facets == base.facets

        alike = [s for s in self.main if is_alike(s)]
        before = [s for s in alike if s.reading.numeral.start < base.reading.numeral.start]
        if alike:
            return before[-1] if before else alike[0]
        return self.lead if self.lead is not None and is_alike(self.lead) else None

    # ---- comparisons

    def _comparisons(self) -> Iterator[Statement]:
        """Read "fewer than in 2015", "the same number as the year before", "twice as many as in 2014"."""
        scene = self.scene
        after_number = {n.end for n in scene.numerals if n.kind == "change"} | set(scene.shares.values())
        end = 0
        for k in range(len(scene.low)):
            times = scene.lexicon["statements.comparisons.times"].at(scene.low, k)
            length, direction = times or scene.lexicon["statements.comparisons"].at(scene.low, k) or (0, "")
            if not length or k < end or not after_number.isdisjoint((k - 1, k)):
                continue
            end = k + length
            period = next((p for p in scene.periods if end <= p.start <= end + 2), None)
            subject = self._nearest(k)
            if period is None or subject is None or any(start in scene.counts for start in range(end, end + 4)):
                continue
            base = self._in_period(subject, self._compared_period(end, subject.label))
            kind = "times" if times else direction
            statement = self._statement("comparison", kind, (k, period.end), subject, base)
            yield replace(statement, value=float(direction), unit="times") if times else statement

    # ---- ranks

    def _ranks(self) -> Iterator[Statement]:
        """Read "the highest number ever", "the first victims of forced labour", "only four have ever been ..."."""
        for k in range(len(self.scene.low)):
            for direction in REACH:
                length = self.scene.phrase(f"statements.{direction}", k)
                if length:
                    yield from self._rank(direction, k, k + length)

    def _rank(self, direction: str, start: int, end: int) -> Iterator[Statement]:
        near = (start - 4, end + REACH[direction])
        ever = self.scene.contains("statements.ever", *near)
        since = next((p for p in self.scene.periods if near[0] <= p.start <= near[1] and "/" in p.label), None)
        numeral: Numeral | None = None
        if direction == "only":
            numeral = next((n for n in self.scene.counts.values() if end - 1 <= n.first <= end), None)
            subject = next((s for s in self.spoken if ever and s.reading.numeral is numeral), None)
        elif direction == "first":
            subject = self._first_of_its_kind(start, end)
        else:
            subject = self._nearest(start) if ever or since else None
        if subject is None:
            return
        first_year = f"{year_of(since.label)}-01-01" if since is not None and not ever else ""
        span = (numeral.start, numeral.end) if numeral else (start, end)
        statement = self._statement("rank", direction, span, subject, _unprinted(subject), numeral)
        base = replace(statement.base or statement.subject, period_start=first_year)
        if direction == "first":
            base = replace(base, period_end=f"{year_of(subject.label) - 1}-12-31")
        own = replace(statement.subject, period_start=first_year) if direction == "only" else statement.subject
        yield replace(statement, subject=own, base=base)

    def _first_of_its_kind(self, start: int, end: int) -> Spoken | None:
        """Return what "the first victims of forced labour" speaks of."""
        stop = self.scene.clause_end(end, ",;.")
        head = self.scene.first("nouns", end, min(end + 4, stop))
        topic = topic_of(self.scene, head, stop) if head is not None else None
        if topic is None:
            return None
        said = self._named(Numeral(start, end, UNPRINTED, first=start), topic.families, topic.potential)
        return replace(said, facets=facets_within(self.scene, end, stop, self.nationals))

    # ---- sums

    def _sums(self) -> Iterator[Statement]:
        """Read "more than 200 in the last three years", "57 (35 sex trafficking, 20 labor, two begging)"."""
        for position, spoken in enumerate(self.spoken):
            parts = self._parts_of(position)
            several_years = "/" in spoken.label and "-" not in spoken.label
            if parts or (several_years and not spoken.indicator):
                numeral = spoken.reading.numeral
                span = (numeral.start, numeral.end)
                statement = self._statement("sum", "", span, spoken, None, numeral, spoken.reading.unit)
                yield replace(statement, parts=tuple(self._cell(part) for part in parts))

    def _parts_of(self, position: int) -> list[Spoken]:
        """Return the figures of a list in brackets or after a colon that split a figure along one dimension."""
        whole, scene = self.spoken[position], self.scene
        home = scene.segments.of[whole.reading.numeral.start]
        parts: list[Spoken] = []
        for spoken in self.spoken[position + 1 :]:
            segment = scene.segments.of[spoken.reading.numeral.start]
            if spoken.label != whole.label or home not in (segment, scene.segments.parents.get(segment)):
                break
            parts.append(spoken)
        if len(parts) < 2:
            return []
        between = range(whole.reading.head.end, parts[0].reading.numeral.first)
        listed = any(scene.low[k] in "(:" for k in between)
        cut_short = any(scene.phrase("clause.subset", k) for k in between)
        keys = {frozenset(set(part.facets) - set(whole.facets)) for part in parts if part.facets != whole.facets}
        distinct = len({tuple(sorted(part.facets.items())) for part in parts}) == len(parts)
        return parts if listed and not cut_short and len(keys) == 1 and distinct else []

    # ---- what is spoken of

    def _nearest(self, token: int) -> Spoken | None:
        """Return the count a phrase at `token` speaks of: the last before it, the next after it, or the lead."""
        before = [s for s in self.main if s.reading.numeral.start < token]
        return before[-1] if before else self.main[0] if self.main else self.lead

    def _of_other_topics(self) -> Iterator[Spoken]:
        """Yield the counts of the topics that are read for statements only, such as asylum granted."""
        read = {s.reading.numeral.start for s in self.counts}
        for numeral in self.scene.counts.values():
            topic = self.scene.first("statements.topics", numeral.end, self.scene.clause_end(numeral.end, ",;."))
            head = head_of(self.scene, numeral)
            if topic is not None and numeral.start not in read and head.noun in ("victim", "person", "empty"):
                said = self._named(numeral, ("identify",), head.potential)
                indicator = self.scene.kind("statements.topics", topic)
                yield replace(said, reading=replace(said.reading, numeral=numeral, head=head), indicator=indicator)

    def _named(self, numeral: Numeral, families: tuple[str, ...], potential: bool) -> Spoken:
        """Return what a sentence names without a number."""
        head = Head("empty", "", numeral.end, numeral.end)
        reading = Reading(replace(numeral, value=UNPRINTED), head, families, potential, "persons", "topic")
        return Spoken(reading, {}, self.dater.date(numeral.start)[0], self.scene.sentence.number)

    def _in_period(self, like: Spoken, label: str) -> Spoken:
        """Return the figure of this sentence for the same thing in another period, or the thing without a number."""
        alike = (s for s in self.spoken if s.reading.families == like.reading.families and s.facets == like.facets)
        return next((s for s in alike if s.label == label), _unprinted(replace(like, label=label)))

    def _compared_period(self, token: int, label: str) -> str:
        """Return the period named right after `token`, else the year before `label`."""
        for period in self.scene.periods:
            if token <= period.start <= token + 3 and period.label not in ("", label):
                return period.label
        return year_before(label if is_single_year(label) else str(year_of(label)))

    def _cell(self, spoken: Spoken) -> Cell:
        reading, numeral = spoken.reading, spoken.reading.numeral
        own = spoken.sentence == self.scene.sentence.number and numeral.value >= 0
        counted = self.scene.low[numeral.end : reading.head.end] if own else ()
        indicator = spoken.indicator or reading.indicators[0]
        cell = cell_of(indicator, reading.unit, spoken.facets, spoken.label, self.country, counted)
        if numeral.value < 0:
            return cell
        start, end = self.scene.span(numeral.start, numeral.end) if own else (-1, -1)
        qualifier = qualifier_of(numeral.qualifier)
        return replace(cell, value=numeral.value, qualifier=qualifier, char_start=start, char_end=end)

    def _statement(
        self,
        kind: str,
        direction: str,
        span: tuple[int, int],
        subject: Spoken,
        base: Spoken | None,
        numeral: Numeral | None = None,
        unit: str = "",
    ) -> Statement:
        sentence, document = self.scene.sentence, self.scene.document
        start, end = self.scene.span(*span)
        value, qualifier = (numeral.value, qualifier_of(numeral.qualifier)) if numeral else (None, "exact")
        return Statement(
            kind,
            direction,
            value,
            unit,
            qualifier,
            start,
            end,
            document.original[start:end],
            self._cell(subject),
            self._cell(base) if base else None,
            (),
            sentence.number,
            *document.place(sentence.start, sentence.end),
        )

    def _last(self, group: str, start: int, end: int) -> int | None:
        return next((k for k in range(end - 1, max(start, 0) - 1, -1) if self.scene.phrase(group, k)), None)


def _unprinted(spoken: Spoken) -> Spoken:
    """Return the same without a number: the text prints none for it."""
    return replace(spoken, reading=replace(spoken.reading, numeral=replace(spoken.reading.numeral, value=UNPRINTED)))
