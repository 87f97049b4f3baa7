"""Read the statements of a sentence: which words say one, and which cells they speak of."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile
from typing import Any

from trafficking_stats.readers.narrative.heads import facets_within, topic_of
from trafficking_stats.readers.narrative.numerals import Numeral
from trafficking_stats.readers.narrative.readings import Reading
from trafficking_stats.readers.narrative.results import Statement
from trafficking_stats.readers.narrative.speech import Span, Speech
from trafficking_stats.readers.narrative.times import Period, year_of

NEAR = 6
"""Tokens within which a word such as "increase" belongs to a figure."""
CLAUSE = 16
"""Tokens within which it does where "by" stands before the figure."""
REACH = {"only": 14, "first": 8, "highest": 8, "lowest": 8}
"""Tokens after such a word within which "ever" or "since 2011" makes it a rank."""


class StatementReader(Speech):
    """Reads the statements of one sentence whose counts are read already."""

    def read(self) -> list[Statement]:
        """All statements in the order of the text."""
        found = [*self._by_numbers(), *self._changes(), *self._moves(), *self._comparisons(), *self._sums()]
        ranks = (self._rank(way, k) for way in REACH for k in self.scene.starts(f"statements.{way}"))
        found += [rank for rank in ranks if rank is not None]
        return sorted(found, key=lambda s: (s.char_start, s.char_end, s.kind))

    # ---- shares, and changes by a number

    def _by_numbers(self) -> Iterator[Statement]:
        """Read "28 more than in 2017", "35 % more", and shares."""
        for numeral in self.scene.numerals:
            share = self.scene.shares.get(numeral.start)
            end = share or numeral.end
            direction = self._direction_of_change(numeral, end) if share or numeral.kind == "change" else ""
            subject = self.nearest(numeral.start)
            if direction and subject is not None:
                label = self.compared_period(end, subject.label)
                named = facets_within(self.scene, self.scene.clause_start(numeral.first, 0, ",;:("), numeral.first)
                if label == subject.label or not named.items() <= subject.facets.items():
                    continue  # "75 percent more than in 2019", after a figure of 2019: what is more was not read
                base = self.in_period(subject, label)
                yield self.statement("change", direction, (numeral.start, end), subject, base, numeral)
            elif share and not direction:
                yield from self._share(numeral, share)

    def _share(self, numeral: Numeral, end: int) -> Iterator[Statement]:
        """Read "764 women (79 %)", "79 % were women", "women were 79 % of the victims"."""
        printed = self.printed_beside(numeral, end)
        whole = self.whole_of(numeral, printed)
        if whole is None:
            return
        facets = printed.facets if printed else self.facets_of_share(numeral, end, whole)
        is_counted = printed and whole.printed and whole.label == printed.label
        if facets.items() <= whole.facets.items() and not is_counted:
            return
        is_within = whole.facets.items() < facets.items()  # "ten children, all of them boys"
        all_of_it = {key: value for key, value in whole.facets.items() if is_within or key not in facets}
        part = printed or replace(whole, facets={**all_of_it, **facets}, printed=False)
        is_printed = whole.printed and whole.label == part.label and all_of_it == whole.facets
        base = replace(whole, facets=all_of_it, label=part.label, printed=is_printed)
        yield self.statement("share", "", (numeral.start, end), part, base, numeral)

    # ---- comparisons of two figures

    def _changes(self) -> Iterator[Statement]:
        """Read "a decrease from 13 in 2013" as: fewer than the figure before it."""
        for base in self.spoken:
            numeral = base.numeral
            subject = self._counterpart(base) if self.scene.is_compared(numeral.start) else None
            begin = self.scene.segments.of.index(self.scene.segments.of[numeral.start])
            for direction in ("up", "down", "same"):
                place = self.scene.last("statements." + direction, begin - 2, numeral.first)
                if place is not None and subject is not None and not self._is_loose(place):
                    yield self.statement("change", direction, (place, numeral.end), subject, base)
                    break

    def _moves(self) -> Iterator[Statement]:
        """Read "the number fell in 2024", "victims doubled from 2018 to 2019": what a verb says without a number."""
        scene = self.scene
        for k in scene.starts("statements.moves"):
            end, said = k + scene.phrase("statements.moves", k), scene.value("statements.moves", k)
            after, stop = scene.past(end, "statements.manner"), scene.clause_end(end, ",;:().")
            reached = next((s for s in self.ends if s.numeral.start > k), None) if said not in ("up", "down") else None
            moved = reached or self._moved(k, after, stop)
            is_counted = stop in scene.shares or (stop in scene.counts and not reached)
            if moved is None or is_counted or scene.phrase("periods.as_of", after):
                continue
            span = next((p.label for p in scene.periods if after <= p.start <= after + 1 and "/" in p.label), "")
            label, source = (span.rpartition("/")[2], "clause") if span else self.dater.date(k)
            subject = reached or self.in_period(moved, label)
            base = self.in_period(subject, self.compared_period(after, subject.label))
            if base.label != subject.label and (reached or source in ("clause", "sentence")):
                yield self._compare(said, (k, end), subject, base)

    def _compare(self, said: Any, span: Span, subject: Reading, base: Reading) -> Statement:
        """Return the statement that a direction makes, or how many times as many."""
        if isinstance(said, str):
            return self.statement("change" if said in ("up", "down") else "comparison", said, span, subject, base)
        qualifier = self.scene.value_before("qualifiers", span[0]) or "exact"
        is_flipped = said < 1 and qualifier == "more_than"  # "more than halved"
        number = Numeral(*span, float(said), qualifier="fewer_than" if is_flipped else qualifier)
        return self.statement("comparison", "times", span, subject, base, number)

    def _moved(self, k: int, after: int, stop: int) -> Reading | None:
        """Return what rose or fell at token `k` of a clause, None where a word that is not known may name another."""
        scene, start = self.scene, self.scene.clause_start(k, 0, ",;:()")
        figure = scene.first("clause.figure_nouns", start, stop)
        start, end = (start, k) if figure is None or figure < k else (k, stop)  # Danish "faldt antallet af ofre"
        goes_on = any(scene.phrase(group, after) for group in ("periods.in_words", "periods.between"))
        is_bare = scene.word(after) in ("", *",.;:)") or after in scene.dated or after == figure  # not "declined to"
        is_read = all(scene.is_known(i) or i in scene.dated or not scene.low[i].isalpha() for i in range(start, end))
        is_read = is_read and not scene.contains("statements.measures", start, end)
        topic, facets = topic_of(scene, start, end), facets_within(scene, start, end)
        is_of_cases = topic is not None and topic.family == "investigate" and topic.noun != "offender"
        if not (is_bare or goes_on) or not is_read or is_of_cases:
            return None
        if topic is not None:
            return replace(self.named(Numeral(k, k, 0.0, first=k), topic), facets=facets)
        beyond = figure + scene.phrase("clause.figure_nouns", figure) if figure is not None else k
        is_of_other = scene.phrase("clause.prepositions", beyond) and beyond + 1 not in scene.dated and not facets
        is_told = figure is not None or scene.phrase("clause.pronouns", k - 1)
        lead = self.nearest(k) if is_told and not is_of_other else None
        return lead and replace(lead, facets={**lead.facets, **facets})

    def _is_loose(self, k: int) -> bool:
        """Whether a comparison at token `k` is said so that nothing tests it: "nearly the same as"."""
        multiple = self.scene.before("number_grammar.not_a_count_after", k)
        return bool(multiple) or any(self.scene.before("qualifiers", i) for i in (k, k - 1))

    def _direction_of_change(self, numeral: Numeral, end: int) -> str:
        """Return up or down where a number says by how much a count changed, else nothing."""
        sign = self.scene.word(numeral.start - 1)
        if sign in ("+", "-", "−"):
            return "up" if sign == "+" else "down"
        scene, directions = self.scene, ("up", "down")
        # "11 more than in 2019 and 11 fewer than in 2018": those after it come first
        found = [one for one in directions if scene.contains(f"statements.{one}_after", end, end + 2)]
        # "fell by a third", but not "fell to a third"
        is_by = scene.phrase("compare.change_by", numeral.first - 1)
        start = numeral.first - (CLAUSE if is_by else NEAR if numeral.kind != "share" else 0)
        clause = scene.clause_start(numeral.first, 0, ",;:(")
        is_named = scene.contains("compare.change_nouns", max(clause, start), numeral.first)  # "the rise was 53 %"
        if is_named or not scene.before("clause.count_links", numeral.first):  # "made up 58 %" is no change
            found += [one for one in directions if scene.contains(f"statements.{one}", start, numeral.first)]
        return found[0] if found else ""

    def _counterpart(self, base: Reading) -> Reading | None:
        """Return the figure that one of a comparison is compared with."""

        def is_alike(other: Reading) -> bool:
            same = other.families == base.families and other.facets == base.facets
            return same and other.label != base.label  # "fell from 176 in 2021 to 146" names one year only

        if self.ends:  # "fell from 98 to 75 and on to 40": both are less than 98
            start, of = self.ends[0].numeral.start, self.scene.segments.of
            is_later = base.numeral.start >= start and of[base.numeral.start] == of[start]
            return None if is_later or base in self.ends or not is_alike(self.ends[0]) else self.ends[0]
        before = [s for s in self.main if s.numeral.start < base.numeral.start]
        others = (*reversed(before), *self.main, self.lead if self.lead and self.lead.printed else None)
        return next((other for other in others if other is not None and is_alike(other)), None)

    # ---- comparisons

    def _comparisons(self) -> Iterator[Statement]:
        """Read "fewer than in 2015", "the same number as the year before", "twice as many as in 2014"."""
        scene, group = self.scene, "statements.comparisons"
        counted = (n for n in scene.numerals if scene.phrase("statements.times", n.end))
        after_number = {n.end for n in scene.numerals if n.kind == "change"} | set(scene.shares.values())
        found: list[tuple[int, int, Any]] = [
            (k, k + scene.phrase(group, k), scene.value(group, k)) for k in scene.starts(group)
        ]
        found += [(n.start, n.end + scene.phrase("statements.times", n.end), n.value) for n in counted]
        last = 0
        for k, end, said in sorted(found):
            is_multiple, base = not isinstance(said, str), None
            # a rank, "more than in any other year"; "more than doubled"; what is said loosely
            ranks = any(scene.phrase(f"statements.{way}", k) for way in ("highest", "lowest", "moves"))
            is_loose = scene.phrase("statements.moves", end) or (self._is_loose(k) and not is_multiple)
            # "twice the staff of 2017"
            is_other = scene.before("clause.definite", end) and not scene.phrase("clause.figure_nouns", end)
            if (
                ranks
                or is_loose
                or (is_other and end not in scene.dated)
                or k < last
                or not after_number.isdisjoint((k - 1, k))
            ):
                continue
            last = end
            period = next((p for p in scene.periods if end <= p.start <= end + 2), None)
            subject, stop = self.nearest(k), end + 4 if period is None else min(end + 4, period.start)
            if subject is None or any(start in scene.counts for start in range(end, stop)):
                continue
            if period is not None:
                base = self.in_period(subject, self.compared_period(end, subject.label))
            elif is_multiple and scene.word(end) in ("", *",.;)"):
                base = self._counterpart(subject)  # "17 in 2007, 76 in 2013, more than four times as many"
            if base is not None and base.label != subject.label:
                yield self._compare(said, (k, end if period is None else period.end), subject, base)

    # ---- ranks

    def _rank(self, direction: str, start: int) -> Statement | None:
        """Read "the highest number ever", "the first victims of forced labour", "only four have ever been ..."."""
        end = start + self.scene.phrase(f"statements.{direction}", start)
        near = (start - 4, end + REACH[direction])
        ever = self.scene.contains("statements.ever", *near)
        reaching = (p for p in self.scene.periods if "/" in p.label or self.scene.before("periods.since", p.start))
        since = next((p for p in reaching if near[0] <= p.start <= near[1]), None)
        if direction == "only":
            subject = next((s for s in self.spoken if ever and end - 1 <= s.numeral.first <= end), None)
        elif direction == "first":
            subject = self._first_of_its_kind(start, end)
        elif self.scene.phrase("statements.peaks", start):
            moved = self._moved(start, self.scene.past(end, "statements.manner"), end)
            subject = moved and self.in_period(moved, self.dater.date(start)[0])
        else:
            subject = self._ranked(start) if ever or since else None
        if subject is None:
            return None
        first_year, last_day = self._years_of(since) if since else ("", "")
        if self.scene.contains("statements.overall", *near):
            last_day = last_day or f"{self.scene.default_year}-12-31"
        # "the second highest"
        place = self.scene.value_before("periods.ordinals", start) or self.scene.value("statements.places", start)
        numeral = subject.numeral if direction == "only" else None
        span = (numeral.start, numeral.end) if numeral else (start, end)
        statement = self.statement("rank", direction, span, subject, None, numeral)
        base = self.cell(replace(subject, printed=False))
        last_day = f"{year_of(subject.label) - 1}-12-31" if direction == "first" else max(last_day, base.period_end)
        base = replace(base, period_start=first_year, period_end=last_day)
        own = replace(statement.subject, period_start=first_year) if direction == "only" else statement.subject
        return replace(statement, subject=own, base=base, value=statement.value or place or None)

    def _ranked(self, start: int) -> Reading | None:
        """Return what a rank is of: the figures before, or one that is told by the way right before it."""
        scene, begin = self.scene, self.scene.clause_start(start, 0, ",;:()")
        if scene.phrase("statements.overall", start) and not self.spoken and not topic_of(scene, 0, len(scene.low)):
            return None  # "The record year is still 2018": of what the text spoke of is not said
        after = scene.past(begin, "clause.coordinators", "clause.pronouns")
        is_it = scene.before("clause.pronouns", after) and scene.phrase("clause.copulas", after)
        if is_it and self.lead and all(s.numeral.start > start for s in (*self.main, *self.ends)):
            return self.lead  # "20 percent more than the 75 of 2022, and it is the highest number since 2009"
        aside = scene.clause_start(begin - 1, 0, ",;:()") if scene.word(begin - 1) == "," else 0
        told = [s for s in self.spoken if aside <= s.numeral.start < begin]
        # "more than in 2020, when 38 were identified, the smallest number since 2009"
        return told[-1] if told and scene.phrase("periods.when", aside) else self.nearest(start)

    def _years_of(self, period: Period) -> tuple[str, str]:
        """Return the day after the first year of which a rank begins, and its last day where it is told."""
        if any(self.scene.phrase("periods.since", period.start - i) for i in (0, 1)):
            return f"{year_of(period.label)}-01-01", ""
        # "the highest of all years from 2007 to 2021", the first among them
        return f"{year_of(period.label) - 1}-01-01", f"{year_of(period.label.rpartition('/')[2])}-12-31"

    def _first_of_its_kind(self, start: int, end: int) -> Reading | None:
        """Return what "the first victims of forced labour" speaks of."""
        stop = self.scene.clause_end(end, ",;.")
        topic = topic_of(self.scene, end, stop) if self.scene.contains("nouns", end, min(end + 4, stop)) else None
        said = self.named(Numeral(start, end, 0.0, first=start), topic) if topic else None
        return said and replace(said, facets=facets_within(self.scene, end, stop))

    # ---- sums

    def _sums(self) -> Iterator[Statement]:
        """Read "more than 200 in the last three years", "57 (35 sex trafficking, 20 labor, two begging)"."""
        for position, spoken in enumerate(self.spoken):
            parts = self._parts_of(position)
            several_years = "/" in spoken.label and "-" not in spoken.label
            if parts or (several_years and not spoken.indicator):
                span = spoken.numeral.start, spoken.numeral.end
                statement = self.statement("sum", "", span, spoken, None, spoken.numeral)
                yield replace(statement, parts=tuple(self.cell(part) for part in parts))

    def _parts_of(self, position: int) -> list[Reading]:
        """Return the figures of a list in brackets or after a colon that split a figure along one dimension."""
        whole, scene = self.spoken[position], self.scene
        home = scene.segments.of[whole.numeral.start]

        def is_beside(spoken: Reading) -> bool:
            segment = scene.segments.of[spoken.numeral.start]
            return spoken.label == whole.label and home in (segment, scene.segments.parents.get(segment))

        parts = list(takewhile(is_beside, self.spoken[position + 1 :]))
        if len(parts) < 2:
            return []
        between = range(whole.head.end, parts[0].numeral.first)
        listed = any(scene.low[k] in "(:" for k in between)
        cut_short = any(scene.phrase("clause.subset", k) for k in between)
        keys = {frozenset(set(part.facets) - set(whole.facets)) for part in parts if part.facets != whole.facets}
        distinct = len({tuple(sorted(part.facets.items())) for part in parts}) == len(parts)
        return parts if listed and not cut_short and len(keys) == 1 and distinct else []
