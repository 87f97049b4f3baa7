"""Read the statements of a sentence: which words say one, and which cells they speak of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from trafficking_stats.readers.narrative.claims import Cell, cell_of
from trafficking_stats.readers.narrative.dating import Dater
from trafficking_stats.readers.narrative.facets import facets_of, facets_within
from trafficking_stats.readers.narrative.heads import Head, head_of
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.periods import is_single_year, year_before, year_of
from trafficking_stats.readers.narrative.readings import Reading
from trafficking_stats.readers.narrative.scene import Scene
from trafficking_stats.readers.narrative.statements import Spoken, Statement
from trafficking_stats.readers.narrative.topics import topic_of

NEAR = 6
"""Tokens within which a word such as "ever" or "increase" belongs to a figure."""


class StatementReader:
    """Reads the statements of one sentence whose counts are read already.

    Parameters
    ----------
    scene : Scene
        The sentence.
    spoken : sequence of Spoken
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

    def __init__(
        self,
        scene: Scene,
        spoken: Sequence[Spoken],
        lead: Spoken | None,
        dater: Dater,
        nationals: frozenset[str],
        country: str,
    ) -> None:
        self.scene = scene
        self.low = scene.low
        self.lead = lead
        self.dater = dater
        self.spoken = sorted([*spoken, *self._of_other_topics(spoken)], key=lambda s: s.reading.numeral.start)
        self.nationals = nationals
        self.country = country

    def read(self) -> list[Statement]:
        """All statements in the order of the text."""
        if not self._worth_reading():
            return []
        found = [*self._shares(), *self._changes(), *self._comparisons(), *self._ranks(), *self._sums()]
        return sorted(found, key=lambda s: (s.char_start, s.char_end, s.kind))

    def _worth_reading(self) -> bool:
        """Whether anything in the sentence can be a statement; most sentences of a report only count."""
        scene = self.scene
        several_years = any("/" in spoken.label for spoken in self.spoken)
        listed = bool(scene.parents) or ":" in self.low
        cued = not scene.lexicon.cues.isdisjoint(self.low)
        return bool(scene.shares or scene.comparisons or several_years or listed or cued)

    # ---- shares and changes in percent

    def _shares(self) -> Iterator[Statement]:
        for numeral in self.scene.numerals:
            end = self.scene.shares.get(numeral.start)
            if end is None:
                continue
            direction = self._direction_of_change(numeral, end)
            if direction:
                yield from self._change_by(numeral, end, direction, "percent")
                continue
            subject, base = self._part_and_whole(numeral, end)
            if subject is not None and base is not None:
                yield self._statement("share", "", numeral, (numeral.start, end), "percent", subject, base)

    def _part_and_whole(self, numeral: Numeral, end: int) -> tuple[Cell | None, Cell | None]:
        """Return the cells of a share: "764 women (79 %)", "79 % were women", "women were 79 % of the victims"."""
        printed = self._printed_beside(numeral, end)
        whole = self._whole_of(numeral, printed)
        if whole is None:
            return None, None
        facets = printed.facets if printed else self._facets_of_share(numeral, end, whole)
        if not set(facets.items()) - set(whole.facets.items()):
            return None, None
        base_facets = {key: value for key, value in whole.facets.items() if key not in facets}
        part = printed or replace(whole, facets={**base_facets, **facets})
        base = replace(whole, facets=base_facets, label=part.label)
        same = whole.label == part.label and base_facets == whole.facets
        return self._cell(part, printed=printed is not None), self._cell(base, printed=same)

    def _printed_beside(self, numeral: Numeral, end: int) -> Spoken | None:
        """Return the count that a share in brackets repeats, or that stands in brackets after a share."""
        for spoken in self.spoken:
            first, last = spoken.reading.numeral, spoken.reading.head
            before = self.low[numeral.start - 1] == "(" and first.start < numeral.start <= max(last.end, first.end) + 2
            after = end < len(self.low) and self.low[end] == "(" and first.start == end + 1
            if before or after:
                return spoken
        return None

    def _whole_of(self, numeral: Numeral, part: Spoken | None) -> Spoken | None:
        """Return the count that a share is a share of; one without a number where the sentence names the whole only."""
        wholes = [s for s in self.spoken if s is not part and s.reading.numeral.start < numeral.start and not s.facets]
        if wholes:
            return wholes[-1]
        if part is not None and part.reading.rule in ("existence", "counted noun") and self.lead is None:
            return replace(part, facets={})
        topic = topic_of(self.scene, 0, len(self.low))
        if topic is not None and (self.lead is None or topic.families[0] not in self.lead.reading.families):
            return self._said_without_number(numeral, topic.families, topic.potential)
        return self.lead or part

    def _said_without_number(self, numeral: Numeral, families: tuple[str, ...], potential: bool) -> Spoken:
        head = Head("empty", "", numeral.end, numeral.end)
        reading = Reading(replace(numeral, value=-1.0), head, families, potential, "persons", "topic")
        return Spoken(reading, {}, self.dater.date(numeral.start)[0], self.scene.sentence.number)

    def _facets_of_share(self, numeral: Numeral, end: int, whole: Spoken) -> dict[str, str]:
        begin = max((n.end for n in self.scene.numerals if n.end <= numeral.first), default=0)
        before = facets_within(self.scene, begin, numeral.first, self.nationals)
        linked = self.scene.lexicon.phrases["clause.count_links"].ending_at(self.low, numeral.first) is not None
        if linked and before:
            return before  # "men account for 20 % and women for 79 %"
        shifted = replace(numeral, end=end)
        after = facets_of(self.scene, shifted, head_of(self.scene, shifted), self.nationals)
        if set(after.items()) - set(whole.facets.items()):
            return after
        return before

    # ---- changes

    def _direction_of_change(self, numeral: Numeral, end: int) -> str:
        """Return up or down where a number says by how much a count changed, else nothing."""
        near = [
            (group, place)
            for group in ("up", "down")
            for place in (
                self._last("statements." + group, max(0, numeral.first - NEAR), numeral.first),
                self._first("statements." + group + "_after", end, end + 2),
            )
            if place is not None
        ]
        if self.low[numeral.start - 1 : numeral.start] in (("+",), ("-",), ("−",)):
            return "up" if self.low[numeral.start - 1] == "+" else "down"
        return near[0][0] if near else ""

    def _changes(self) -> Iterator[Statement]:
        for numeral in self.scene.numerals:
            if numeral.kind == "change":
                direction = self._direction_of_change(numeral, numeral.end)
                if direction:
                    yield from self._change_by(numeral, numeral.end, direction, "")
        for spoken in self.spoken:
            yield from self._change_from(spoken)

    def _change_by(self, numeral: Numeral, end: int, direction: str, unit: str) -> Iterator[Statement]:
        subject = self._nearest(numeral.start)
        if subject is None:
            return
        label = self._compared_period(end, subject.label)
        base = self._printed(subject, label) or self._unprinted(subject, label)
        span = (numeral.start, end)
        unit = unit or subject.reading.unit
        yield self._statement("change", direction, numeral, span, unit, self._cell(subject), self._cell(base))

    def _change_from(self, base: Spoken) -> Iterator[Statement]:
        """Read "a decrease from 13 in 2013" as: fewer than the figure before it."""
        first = base.reading.numeral.first
        segment = self.scene.segments[base.reading.numeral.start]
        if segment not in self.scene.comparisons:
            return
        begin = self.scene.segments.index(segment)
        for direction in ("up", "down", "same"):
            place = self._last("statements." + direction, max(0, begin - 2), first)
            subject = self._counterpart(base)
            if place is not None and subject is not None:
                span = (place, base.reading.numeral.end)
                yield self._statement("change", direction, None, span, "", self._cell(subject), self._cell(base))
                return

    def _counterpart(self, base: Spoken) -> Spoken | None:
        """Return the figure that one of a comparison is compared with."""
        rows = [s for s in self.spoken if not self.scene.is_compared(s.reading.numeral.start)]
        alike = [s for s in rows if s.reading.families == base.reading.families and s.facets == base.facets]
        before = [s for s in alike if s.reading.numeral.start < base.reading.numeral.start]
        if before or alike:
            return (before or alike)[-1 if before else 0]
        lead = self.lead
        same = lead is not None and lead.reading.families == base.reading.families and lead.facets == base.facets
        return lead if same else None

    # ---- comparisons

    def _comparisons(self) -> Iterator[Statement]:
        """Read "fewer than in 2015", "the same number as the year before", "twice as many as in 2014"."""
        end = 0
        after_number = {n.end for n in self.scene.numerals if n.kind == "change"} | set(self.scene.shares.values())
        for k, word in enumerate(self.low):
            cued = k >= end and word in self.scene.lexicon.cues
            found = self.scene.lexicon.comparisons.at(self.low, k) if cued else None
            if found is None or k in after_number or k - 1 in after_number:
                continue
            length, (direction, factor) = found
            end = k + length
            period = next((p for p in self.scene.periods if end <= p.start <= end + 2), None)
            subject = self._nearest(k)
            counted = any(end <= n.start <= end + 3 for n in self.scene.numerals if n.kind == "count")
            if period is None or subject is None or counted:
                continue
            label = self._compared_period(end, subject.label)
            base = self._printed(subject, label) or self._unprinted(subject, label)
            cells = self._cell(subject), self._cell(base)
            statement = self._statement("comparison", direction, None, (k, period.end), "", *cells)
            yield replace(statement, value=factor, unit="times" if factor else "")

    # ---- ranks

    def _ranks(self) -> Iterator[Statement]:
        for k, word in enumerate(self.low):
            for direction in ("highest", "lowest", "first", "only") if word in self.scene.lexicon.cues else ():
                length = self.scene.phrase(f"statements.{direction}", k)
                if length:
                    yield from self._rank(direction, k, k + length)

    def _rank(self, direction: str, start: int, end: int) -> Iterator[Statement]:
        near = 14 if direction == "only" else 8
        ever = self._first("statements.ever", max(0, start - 4), end + near)
        since = next((p for p in self.scene.periods if start - 4 <= p.start <= end + near and "/" in p.label), None)
        if direction == "only":
            numeral = next((n for n in self.scene.numerals if n.kind == "count" and end >= n.first >= end - 1), None)
            if ever is None or numeral is None:
                return
            subject = next((s for s in self.spoken if s.reading.numeral.start == numeral.start), None)
        elif direction == "first":
            numeral, subject = None, self._first_of_its_kind(start, end)
        else:
            if ever is None and since is None:
                return
            numeral, subject = None, self._nearest(start)
        if subject is None:
            return
        first_year = year_of(since.label) if since is not None and ever is None else None
        base = self._ranged(subject, first_year, direction)
        span = (numeral.start, numeral.end) if numeral else (start, end)
        cell = self._cell(subject)
        if direction == "only":
            cell = replace(cell, period_start=base.period_start, period_end=base.period_end)
        yield self._statement("rank", direction, numeral, span, "", cell, base)

    def _first_of_its_kind(self, start: int, end: int) -> Spoken | None:
        """Return what "the first victims of forced labour" speaks of."""
        stop = next((k for k in range(end, len(self.low)) if self.low[k] in ",;."), len(self.low))
        head = self.scene.lexicon.nouns.found(self.low, end, min(end + 4, stop))
        if head is not None:
            topic = topic_of(self.scene, head, stop)
            if topic is None:
                return None
            numeral = Numeral(start, end, -1.0, "count", "exact", start, False)
            said = self._said_without_number(numeral, topic.families, topic.potential)
            return replace(said, facets=facets_within(self.scene, end, stop, self.nationals))
        return None

    def _ranged(self, subject: Spoken, first_year: int | None, direction: str) -> Cell:
        """Return the cell of the years that a rank ranges over."""
        cell = replace(self._cell(subject), value=None, char_start=-1, char_end=-1)
        start = f"{first_year}-01-01" if first_year else ""
        if direction == "first":
            return replace(cell, period_start=start, period_end=f"{year_of(subject.label) - 1}-12-31")
        return replace(cell, period_start=start)

    # ---- sums

    def _sums(self) -> Iterator[Statement]:
        for position, spoken in enumerate(self.spoken):
            parts = self._parts_of(position)
            several_years = "/" in spoken.label and "-" not in spoken.label
            if parts or (several_years and not spoken.indicator):
                numeral = spoken.reading.numeral
                cells = self._cell(spoken), tuple(self._cell(part) for part in parts)
                span = (numeral.start, numeral.end)
                unit = spoken.reading.unit
                statement = self._statement("sum", "", numeral, span, unit, cells[0], None)
                yield replace(statement, parts=cells[1])

    def _parts_of(self, position: int) -> list[Spoken]:
        """Return the figures of a list in brackets or after a colon that split a figure along one dimension."""
        whole, scene = self.spoken[position], self.scene
        home = scene.segments[whole.reading.numeral.start]
        parts: list[Spoken] = []
        for spoken in self.spoken[position + 1 :]:
            segment = scene.segments[spoken.reading.numeral.start]
            bracketed = scene.parents.get(segment) == home
            if spoken.label != whole.label or not (bracketed or segment == home) or spoken.reading.repeated:
                break
            parts.append(spoken)
        if len(parts) < 2:
            return []
        between = range(whole.reading.head.end, parts[0].reading.numeral.first)
        listed = any(self.low[k] in "(:" for k in between)
        cut_short = any(scene.phrase("clause.subset", k) for k in between)
        keys = {tuple(sorted(set(part.facets) - set(whole.facets))) for part in parts if part.facets != whole.facets}
        distinct = len({tuple(sorted(part.facets.items())) for part in parts}) == len(parts)
        return parts if listed and not cut_short and len(keys) == 1 and distinct else []

    # ---- cells

    def _nearest(self, token: int) -> Spoken | None:
        """Return the count a phrase at `token` speaks of: the last before it, the next after it, or the lead."""
        rows = [s for s in self.spoken if not self.scene.is_compared(s.reading.numeral.start)]
        before = [s for s in rows if s.reading.numeral.start < token]
        return before[-1] if before else rows[0] if rows else self.lead

    def _of_other_topics(self, spoken: Sequence[Spoken]) -> Iterator[Spoken]:
        """Yield the counts of the topics that are read for statements only, such as asylum granted."""
        read = {s.reading.numeral.start for s in spoken}
        for numeral in self.scene.numerals:
            if numeral.kind != "count" or numeral.start in read:
                continue
            stop = next((k for k in range(numeral.end, len(self.low)) if self.low[k] in ",;."), len(self.low))
            found = (self.scene.lexicon.topics.at(self.low, k) for k in range(numeral.end, stop))
            topic = next((entry for entry in found if entry is not None), None)
            head = head_of(self.scene, numeral)
            if topic is not None and head.noun in ("victim", "person", "empty"):
                said = self._said_without_number(numeral, ("identify",), head.potential)
                yield replace(said, reading=replace(said.reading, numeral=numeral, head=head), indicator=topic[1])

    def _printed(self, like: Spoken, label: str) -> Spoken | None:
        """Return the figure of this sentence for the same thing in another period."""
        alike = (s for s in self.spoken if s.reading.families == like.reading.families and s.facets == like.facets)
        return next((s for s in alike if s.label == label), None)

    def _unprinted(self, like: Spoken, label: str) -> Spoken:
        numeral = replace(like.reading.numeral, value=-1.0)
        return replace(like, label=label, reading=replace(like.reading, numeral=numeral))

    def _compared_period(self, token: int, label: str) -> str:
        """Return the period named right after `token`, else the year before `label`."""
        for period in self.scene.periods:
            if token <= period.start <= token + 3 and period.label not in ("", label):
                return period.label
        return year_before(label if is_single_year(label) else str(year_of(label)))

    def _cell(self, spoken: Spoken, printed: bool = True) -> Cell:
        reading, scene = spoken.reading, self.scene
        numeral = reading.numeral
        printed = printed and numeral.value >= 0
        own = printed and spoken.sentence == scene.sentence.number
        tokens = scene.tokens
        span = (tokens[numeral.start].start, tokens[numeral.end - 1].end) if own else (-1, -1)
        cell = cell_of(
            spoken.indicator or reading.indicators[0],
            reading.unit,
            spoken.facets,
            spoken.label,
            self.country,
            scene.low[numeral.end : reading.head.end] if own else (),
        )
        if printed:
            return replace(cell, value=numeral.value, qualifier=numeral.qualifier, char_start=span[0], char_end=span[1])
        return cell

    def _statement(
        self,
        kind: str,
        direction: str,
        numeral: Numeral | None,
        span: tuple[int, int],
        unit: str,
        subject: Cell,
        base: Cell | None,
    ) -> Statement:
        scene, sentence = self.scene, self.scene.sentence
        start, end = scene.tokens[span[0]].start, scene.tokens[span[1] - 1].end
        value = numeral.value if numeral else None
        qualifier = numeral.qualifier if numeral else "exact"
        place = (sentence.number, sentence.start, sentence.end)
        text = scene.text[start:end]
        return Statement(kind, direction, value, unit, qualifier, start, end, text, subject, base, (), *place)

    # ---- words

    def _first(self, group: str, start: int, end: int) -> int | None:
        return self.scene.lexicon.phrases[group].found(self.low, start, end)

    def _last(self, group: str, start: int, end: int) -> int | None:
        phrases = self.scene.lexicon.phrases[group]
        return next((k for k in range(end - 1, start - 1, -1) if phrases.at(self.low, k)), None)
