"""The period of each figure: from its clause, its sentence, the sentence before, or the document."""

from __future__ import annotations

from dataclasses import dataclass, field

from trafficking_stats.readers.narrative.periods import (
    Period,
    in_year,
    is_single_year,
    part_before,
    year_before,
    year_of,
)
from trafficking_stats.readers.narrative.scene import Scene

SOURCE_WEIGHT = {
    "clause": 1.0,
    "sentence": 0.95,
    "head of the list": 0.95,
    "year before the compared figure": 0.85,
    "figure it belongs to": 0.9,
    "preceding sentence": 0.85,
    "document default": 0.85,
}


@dataclass
class Dater:
    """Dates the figures of one sentence, asked from left to right.

    Parameters
    ----------
    scene : Scene
        The sentence.
    default : str
        The period of the document.
    carried : str
        The period of the preceding sentence, "" where the subject does not go on.
    before : str
        The period of the preceding figures whatever their subject ("in the same period").
    """

    scene: Scene
    default: str
    carried: str = ""
    before: str = ""
    last: dict[int, str] = field(default_factory=dict)
    main: str = ""
    resolved: dict[int, str] = field(default_factory=dict)

    def _begin(self, period: Period) -> int:
        """Return the token where "in 2014" starts."""
        start = period.start
        scene = self.scene
        while start > 0 and (
            scene.is_word("periods.in_words", start - 1) or scene.is_word("clause.determiners", start - 1)
        ):
            start -= 1
        return start

    def _fronted(self, period: Period) -> bool:
        """Whether the expression opens a clause and so dates what follows it."""
        scene = self.scene
        begin = self._begin(period)
        if begin == 0:
            return True
        before = scene.low[begin - 1]
        if period.end >= len(scene.low):
            return False
        after = scene.low[period.end]
        opens = (
            before in ";:("
            or before in scene.lexicon.words["clause.coordinators"]
            or before in scene.lexicon.words["clause.starters"]
        )
        if before == "," and after == ",":
            return False
        closes = after in ".;:)" or after in scene.lexicon.words["clause.coordinators"]
        if opens:
            return not closes
        return before == "," and not closes and after != ","

    def _of_rank(self, period: Period) -> bool:
        """Whether an expression says how far a rank reaches back: "the lowest number since 2011"."""
        groups = ("statements.highest", "statements.lowest")
        return any(self.scene.contains(group, period.start - 5, period.start) for group in groups)

    def _participial(self, period: Period) -> bool:
        if period.kind not in ("year", "month"):
            return False
        begin = self._begin(period)
        before = self.scene.low[max(begin - 1, 0) : period.start]
        return any(word in self.scene.lexicon.words["periods.participles_before"] for word in before)

    def _label(self, period: Period, compared: bool) -> str:
        if period.label and period.kind != "shifted":
            return period.label
        if period.start not in self.resolved:
            self.resolved[period.start] = self._resolve(period)
        return self.resolved[period.start]

    def _resolve(self, period: Period) -> str:
        around = self.main or self._main_label(period) or self.carried or self.before or self.default
        if period.kind == "shifted":
            return in_year(around, int(period.label) if period.label else year_of(around) - 1)
        if period.kind == "previous_part":
            return part_before(around)
        if period.kind in ("previous", "next"):
            base = around if is_single_year(around) else self.default
            return year_before(base, 1 if period.kind == "previous" else -1)
        return around

    def _main_label(self, period: Period) -> str:
        """Return the first period of the sentence outside comparisons, other than `period` itself."""
        scene = self.scene
        for other in scene.periods:
            segment = scene.segments[other.start]
            if (
                other is not period
                and other.label
                and segment not in scene.comparisons
                and segment not in scene.parents
            ):
                return other.label
        return ""

    def _in_segment(self, token: int) -> Period | None:
        """Return the period of the clause that a figure at `token` belongs to."""
        scene = self.scene
        segment = scene.segments[token]
        here = [p for p in scene.periods if scene.segments[p.start] == segment and not self._of_rank(p)]
        left = [p for p in here if p.start < token]
        for period in here:
            if period.start < token:
                continue
            if self._fronted(period):
                break
            if segment not in scene.comparisons:
                if self._participial(period):
                    break
                if left and any(n.kind == "count" and token < n.start < period.start for n in scene.numerals):
                    break
            return period
        return left[-1] if left else None

    def date(self, token: int) -> tuple[str, str]:
        """Return the period of a figure that starts at `token`, and where it was found.

        Returns
        -------
        label : str
            As in the labels, such as "2014" or "2009/2015".
        source : str
            A key of `SOURCE_WEIGHT`.
        """
        scene = self.scene
        segment = scene.segments[token]
        compared = segment in scene.comparisons
        bracketed = segment in scene.parents
        label, source = self._find(token, segment, compared, bracketed)
        self.last[segment] = label
        if not compared and not bracketed:
            self.main = label
        return label, source

    def _find(self, token: int, segment: int, compared: bool, bracketed: bool) -> tuple[str, str]:
        scene = self.scene
        own = self._in_segment(token)
        if own is not None:
            return self._label(own, compared), "clause"
        if bracketed and not compared:
            dated = self._year_before_bracket(token)
            if dated is not None:
                return self._label(dated, compared), "clause"
            outer = scene.parents[segment]
            if outer in self.last:
                return self.last[outer], "head of the list"
            following = self._in_segment_of(outer, token)
            if following is not None:
                return self._label(following, outer in scene.comparisons), "sentence"
        brackets = [s for s in self.last if s in scene.parents and s in scene.comparisons]
        if compared and bracketed and brackets:
            return self.last[brackets[-1]], "sentence"  # "(279 in 2018) ... (32)"
        if compared and not (token and scene.is_word("compare.change_to", token - 1) and segment in self.last):
            around = self.main or self.carried or self.default
            base = around if is_single_year(around) else self.default
            return year_before(base), "year before the compared figure"
        for period in reversed(scene.periods):
            where = scene.segments[period.start]
            if period.start < token and where not in scene.comparisons and where not in scene.parents:
                return self._label(period, False), "sentence"
        if self.carried:
            return self.carried, "preceding sentence"
        return self.default, "document default"

    def _year_before_bracket(self, token: int) -> Period | None:
        """Return the period right before the bracket around `token`: "in 2017 (66)"."""
        scene = self.scene
        k = token
        while k > 0 and scene.low[k] not in "([":
            k -= 1
        return next((p for p in scene.periods if p.end == k), None)

    def _in_segment_of(self, segment: int, token: int) -> Period | None:
        scene = self.scene
        for period in scene.periods:
            if scene.segments[period.start] == segment and period.start > token and not self._fronted(period):
                return period
        return None


def alternatives(label: str) -> tuple[str, ...]:
    """Other periods that the same words may mean: an event of a month is also one of its year.

    Examples
    --------
    >>> alternatives("2016-04")
    ('2016',)
    """
    return (str(year_of(label)),) if len(label) == 7 and "/" not in label and not label.startswith("FY") else ()
