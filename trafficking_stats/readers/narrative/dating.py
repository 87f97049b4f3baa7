"""The period of each figure: from its clause, its sentence, the sentence before, or the document."""

from collections.abc import Container
from dataclasses import dataclass, field

from trafficking_stats.readers.narrative.scene import Scene
from trafficking_stats.readers.narrative.times import Period, in_year, year_before, year_of, years_before, years_of

_PAIRS = {"pair": 1, "pair_back": -1}
"""Kinds of two years with a figure each, and the order in which they are printed."""


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
    span : str
        The years that the sentences before count something for, one by one or together.
    told : str
        The year that the sentence before names, where it counts nothing ("The peak came in 2015. That year, ...").
    """

    scene: Scene
    default: str
    carried: str = ""
    before: str = ""
    told: str = ""
    span: str = ""
    last: dict[int, str] = field(default_factory=dict)
    main: str = ""
    resolved: dict[int, str] = field(default_factory=dict)

    def date(self, token: int) -> tuple[str, str]:
        """Return the period of a figure that starts at `token`, and where it was found.

        Returns
        -------
        label : str
            As in the labels, such as "2014" or "2009/2015".
        source : str
            A key of ``period`` in ``languages/weights.toml``.
        """
        scene = self.scene
        label, source = self._find(token)
        self.last[scene.segments.of[token]] = label
        if not scene.is_compared(token) and not scene.is_bracketed(token):
            self.main = label
        return label, source

    def _find(self, token: int) -> tuple[str, str]:
        scene = self.scene
        segment, compared, bracketed = scene.segments.of[token], scene.is_compared(token), scene.is_bracketed(token)
        if year := self._one_of_several(token):
            return year, "clause"
        own = self._in_clause(token)
        if own is None and bracketed and not compared:  # "in 2017 (66)"
            opening = scene.clause_start(token, 0, "([") - 1
            own = next((period for period in scene.periods if period.end == opening), None)
            if own is not None and self._is_aside(own, token):
                return str(year_of(own.label)), "clause"
        if own is not None:
            is_told = self.main or (own.kind == "same" and self.told)
            is_counted = not own.label and not is_told  # "the previous year", and no year in the sentence
            first, _, last = own.label.partition("/")
            is_gapped = own.kind in _PAIRS and abs(int(last) - int(first)) > 1  # "in 2019 and 2021 together": no span
            return self._label(own), "year counted from those before" if is_counted or is_gapped else "clause"
        if not compared and (whole := scene.segments.parents.get(segment)) in self.last:
            return self.last[whole], "head of the list"
        if compared and not scene.phrase("compare.change_to", token - 1):
            is_said = any(not scene.is_compared(period.start) for period in scene.periods)
            source = "year before the compared figure" if is_said else "year counted from those before"
            return years_before(self.main or self.carried or self.default), source
        for period in reversed(scene.periods):
            is_apart = scene.is_compared(period.start) or scene.is_bracketed(period.start)
            if period.start < token and not is_apart and not self._is_aside(period, token):
                return self._label(period), "sentence"
        if year := self._of_list(token):
            return year, "sentence"
        # a bulletin on a quarter of the year that is carried
        is_default = not self.carried or self.default.startswith(f"{self.carried}-")
        return (self.default, "document default") if is_default else (self.carried, "preceding sentence")

    def _one_of_several(self, token: int) -> str:
        """Return the year of one of several figures for as many years: "in 2017 and 2018, 242 and 278 were charged"."""
        scene = self.scene
        dated = {p.start: p.end for p in scene.periods if p.kind in ("year", "fiscal", *_PAIRS)}

        def years_at(starts: Container[int]) -> list[str]:
            named = (p for p in scene.periods if p.start in dated and p.start in starts)
            return [year for p in named for year in p.label.split("/")[:: _PAIRS.get(p.kind, 1)]]

        row = scene.row_around(token, {start: numeral.end for start, numeral in scene.counts.items()})
        beside = (*[k for k in dated if dated[k] <= row[0]][-1:], *[k for k in dated if k > row[-1]][:1])
        pairs = [(row, years_at(scene.row_around(k, dated))) for k in beside]
        ways = ("compare.change_from", "compare.change_to")  # "from 2013 to 2014 it rose from 70 to 106"
        ends = [start for way in ways for start, n in scene.counts.items() if scene.phrase(way, n.first - 1)]
        pairs += [(ends, p.label.split("/")) for p in scene.periods if p.kind == "years"]
        if scene.starts("clause.respectively") and not scene.is_compared(token):
            # "in the same years 11 and eight, respectively"
            years = years_at(dated) or [str(year) for year in years_of(self.span) if "-" not in self.span]
            pairs = [([*scene.counts], years), (row, years), *pairs]
        alike = ((figures, years) for figures, years in pairs if token in figures and len(figures) == len(years) > 1)
        return next((years[figures.index(token)] for figures, years in alike), "")

    def _of_list(self, token: int) -> str:
        """Return the period after the last of several figures: "155 men and 58 women were identified in 2017"."""
        scene, of = self.scene, self.scene.segments.of
        after = next((p for p in scene.periods if p.start > token and of[p.start] == of[token]), None)
        last = max((start for start in scene.counts if after and token < start < after.start), default=None)
        joins = last is not None and scene.phrase("clause.coordinators", scene.counts[last].first - 1)
        return self._label(after) if after is not None and joins else ""

    def _in_clause(self, token: int) -> Period | None:
        """Return the period of the clause of a figure: one after it, unless that dates other figures; one before it."""
        scene = self.scene
        segment, of, parents = scene.segments.of[token], scene.segments.of, scene.segments.parents
        told = [period for period in scene.periods if not self._is_aside(period, token)]
        # "as of 30 June 28 were found this year", "to 30 June this year"
        parts = [p.end for p in told if p.kind == "part"]
        is_alone = [*scene.counts] == [token] and parts
        told = [p for p in told if p.kind != "current" or not (is_alone or p.start in parts)]
        here = [period for period in told if of[period.start] == segment]
        alone = [period for period in told if parents.get(of[period.start]) == segment and self._fills_brackets(period)]
        after = next((period for period in told if period.start > token and period in (*here, *alone)), None)
        start = scene.clause_start(token, 0, ",;(")
        if scene.phrase("periods.when", start) and (named := [p for p in told if p.end == start - 1]):
            return named[0]  # "from 2015, when there were 93, to 2016"
        is_dated = any(start <= period.start < token for period in here)  # "while in 2015 93 were found, it is now 62"
        comma = next((k for k in range(after.start, token, -1) if scene.low[k] == ","), 0) if after is not None else 0
        # "in 2020, when borders closed, 13 were found, which makes the figure for 2022 19 times higher"
        explains = scene.phrase("clause.relatives", comma + 1) and any(period.start < token for period in here)
        is_apart = comma > 0 and (is_dated or explains)
        if after is not None and not is_apart and not self._opens_clause(after):
            counts = (start for start, count in scene.counts.items() if not scene.is_base(count))  # "71 of 97 in 2018"
            others = (*counts, *scene.shares, *scene.starts("clause.negations", "clause.contrasts"))
            between = any(token < start < after.start for start in others)
            if scene.is_compared(token) or not between:
                return after
        return next((period for period in reversed(here) if period.start < token), None)

    def _fills_brackets(self, period: Period) -> bool:
        """Whether brackets hold a period alone: "61 (2021), 48 (in 2020)", but not "33 (the law changed in 2015)"."""
        scene = self.scene
        begin = period.start - (scene.phrase("periods.in_words", period.start - 1) > 0)
        return scene.word(begin - 1) in ("(", "[") and scene.word(period.end) in (")", "]")

    def _opens_clause(self, period: Period) -> bool:
        """Whether an expression opens a clause and so dates what follows it: "... , in 2014 nine were convicted"."""
        scene, begin = self.scene, self._begin(period)
        opens = scene.word(begin - 1) in (*",;:(", "") or scene.phrase("clause.coordinators", begin - 1)
        ends = scene.word(period.end) in (*",.;:)", "") or scene.phrase("clause.coordinators", period.end)
        closes = ends and period.end + 1 not in scene.counts  # "and in 2012, 626"
        return bool(opens and not closes)

    def _begin(self, period: Period) -> int:
        """Return the token where an expression begins with "in the" or the like before it."""
        begin = period.start
        groups = ("periods.in_words", "periods.between", "clause.determiners", "clause.adverbs")
        while any(self.scene.phrase(group, begin - 1) for group in groups):
            begin -= 1
        return begin

    def _is_aside(self, period: Period, token: int) -> bool:
        """Whether an expression only says where cases come from, or how far a rank reaches back.

        "Continued 16 cases from the previous year", "the lowest since 2011", but not "the lowest since 2011, when".
        """
        scene, groups = self.scene, ("statements.highest", "statements.lowest", "statements.first")
        start, begin = scene.clause_start(period.start, 0, ",;("), self._begin(period)
        opened = scene.ends.get(begin)
        is_start = scene.contains("clause.origins", begin, period.start) or (opened and opened.family == "open")
        if is_start and scene.contains("clause.continuing", start, begin) and not scene.is_compared(period.start):
            return True
        if period.end < token and any(scene.phrase("periods.when", k) for k in (period.end, period.end + 1)):
            return False
        reaches_back = any(scene.phrase("periods.since", k) for k in (period.start - 1, period.start))
        ranges = groups if reaches_back else groups[:2] if "/" in period.label else ()  # "the most from 2007 to 2021"
        return any(scene.contains(group, start, period.start) for group in ranges)

    def _label(self, period: Period) -> str:
        """Return the label of an expression; one that hangs on the text around it keeps what it meant first."""
        if period.kind == "those_years":  # "from 2012 to 2015 ...; in those four years"
            before = [p for p in self.scene.periods if p.end <= period.start and p.kind in ("year", "years", *_PAIRS)]
            length, named = len(years_of(period.label)), sorted({year for p in before for year in years_of(p.label)})
            for years in (named[-length:], years_of(self.span)):
                if len(years) == length == years[-1] - years[0] + 1:
                    return f"{years[0]}/{years[-1]}"
        since = next((p for p in self.scene.periods if self.scene.phrase("periods.since", p.start)), None)
        upto = [p for p in self.scene.periods if p.kind == "year" and self.scene.before("periods.as_of", p.start)]
        if since is not None and upto and period in (since, upto[0]):  # "since 2007, 1,233 by the end of 2023"
            return f"{since.label[:4]}/{upto[0].label}"
        if period.label and period.kind != "shifted":
            is_each = self.scene.before("periods.both", period.start)  # "in both 2021 and 2022": one figure, the latest
            return period.label.rpartition("/")[2] if is_each else period.label
        return self.resolved.setdefault(period.start, self._resolve(period))

    def _resolve(self, period: Period) -> str:
        around = self.main or self.told or self.carried or self.before or self.default
        named = [other.label for other in self.scene.periods if other.end <= period.start and other.kind == "year"]
        if period.kind in ("same_span", "shifted") and "-" in self.before and not self.main:
            around = self.before  # a quarter, where the sentence names no other time
        if period.kind == "shifted":
            return in_year(around, int(period.label) if period.label else year_of(around) - 1)
        if period.kind == "first":
            return str(year_of(around))
        if period.kind == "span_before":
            return _span_before(around)
        # "877 in 2017 and 741 the year before that", "in 2016 94 %; two years on, 35"
        if named and (period.kind in ("same", "before_that") or not self.main):
            around = named[-1]  # "In 2017 police broke up a ring; 20 were convicted that year"
        if year_of(around) < year_of(self.default) and self.scene.phrase("periods.last_year", period.start):
            around = self.default  # "rose from 23 in 2018 to 45 last year", in a text of 2024
        # after several years too: "in the ten years to 2016, ...; a year later", "charged in 2016, ... by year's end"
        return year_before(around, -period.step) if period.step or period.kind == "year_end" else around


def _span_before(label: str) -> str:
    """Return the span of months that ends where one begins; the year before a year.

    Of "2021-01/2021-03" that is "2020-10/2020-12".
    """
    if "-" not in label:
        return year_before(label)
    first, last = (12 * int(end[:4]) + int(end[5:]) for end in (label.partition("/")[0], label.rpartition("/")[2]))
    ends = (2 * first - last - 2, first - 2)
    return "/".join(f"{months // 12}-{months % 12 + 1:02}" for months in ends)
