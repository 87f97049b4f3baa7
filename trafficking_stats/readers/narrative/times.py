"""Find the expressions of time in a sentence: "2015", "2009/2015", "2016-01/2016-08", "2016-04", "FY2014"."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from types import MappingProxyType
from typing import Any

from trafficking_stats.readers.narrative.lexicon import Lexicon, Phrase, load, table
from trafficking_stats.readers.narrative.words import Words

_NAMED = ["periods.in_words", "nouns", "not_counts.range_joiners", "periods.months", "periods.year_of"]
_NAMED += ["clause.auxiliaries", "clause.perfects"]
YEARS_AHEAD = 3
"""A year so long after the document's own is a target or a title."""
DECADE = 10


@dataclass(frozen=True, slots=True)
class Period:
    """A time expression at tokens ``start`` to ``end`` (exclusive).

    Attributes
    ----------
    label : str
        The period, or "" where it hangs on the text around it (kinds "stepped", "same").
    kind : str
        "year", "years", "pair" of years ("in 2017 and 2018"), "part" of a year, "month", "fiscal", "current", or one
        that hangs on the text around it; of the kind "shifted" the months do, "those_years" may.
    step : int
        Of the kind "stepped": years from the one of the text, -1 for "the year before", 2 for "two years later".
    """

    start: int
    end: int
    label: str
    kind: str
    step: int = 0


class _Finder:
    """Reads the expressions of one sentence from left to right."""

    def __init__(self, words: Words, default: int, around: int) -> None:
        self.words = words
        self.default = default
        self.around = around  # the year that a month or a half without one belongs to
        self.part_length = 0  # months of the last half or quarter, for "... in the second"
        self.patterns = _patterns(words.lexicon.code)
        self.text = " ".join(words.low)
        self.places = list(accumulate((len(word) + 1 for word in words.low), initial=0))

    def at(self, i: int) -> Period | None:
        """Return the expression that starts at token `i`, or None."""
        word = self.words.low[i]
        digits = self.patterns["#"] if word[0].isdecimal() else ()
        for pattern in (*self.patterns.get(word, ()), *digits):  # "1. halvår", "12 May"
            found = pattern["regex"].match(self.text, self.places[i])
            if found is None or not self._is_placed(pattern, i):
                continue
            end = bisect_left(self.places, found.end() + 1)
            label = self._label(pattern["period"], found.groupdict(), i) if "period" in pattern else ""
            is_date = pattern["kind"] in ("year", "month")
            if label is None or (is_date and not self._is_date(i, end, found.groupdict())):
                continue
            kind = "year" if len(label) == 4 and pattern["kind"] in ("part", "years") else pattern["kind"]
            if label and kind in ("year", "month", "part") and self.words.word(i - 1) != "(":
                self.around = year_of(label.rpartition("/")[2])
            step = pattern.get("step", 0) * (self._number(found["N"]) if "N" in found.groupdict() else 1)
            return Period(i, end, label, kind, step)
        return None

    def _is_placed(self, pattern: Mapping[str, Any], i: int) -> bool:
        def follows(key: str) -> bool:
            return any(self.words.before(f"periods.{group}", i) for group in pattern.get(key, ()))

        return ("behind" not in pattern or follows("behind")) and not follows("not_behind")

    def _is_date(self, i: int, end: int, found: Mapping[str, str | None]) -> bool:
        """Whether a lone year or month is one, and no number of victims, target, title or part of a word."""
        words = self.words
        following = words.tokens[end : end + 2]
        touching = [token.text for token in following if following[0].start == words.tokens[end - 1].end]
        if touching and (touching[0][0].isalpha() or (touching[0] in "/-–" and len(touching) > 1)):
            return False  # "Directive 2011/36/EU"
        if "M" in found:
            return bool(found["Y"] or words.before("periods.in_words", i))
        named = words.before("periods.in_words", i) or words.before("clause.definite", i)
        counts = words.value("nouns", end) in ("victim", "person") and not named
        return not counts and int(found["Y"] or 0) <= self.default + YEARS_AHEAD

    def _label(self, template: str, found: Mapping[str, str | None], i: int) -> str | None:
        """Return the period that a template makes of what was found, or None where it makes none."""
        months = [self._month(found.get(name) or "", i) for name in ("M", "M2")]
        if any(found.get(name) and not month for name, month in zip(("M", "M2"), months, strict=True)):
            return None
        last = int(found.get("Y2") or found.get("Y") or self.around)
        first = int(found.get("Y") or (last - (months[0] > months[1] > 0)))
        part = self._months_of_part(found)
        length = self._number(found.get("N")) or DECADE
        spans = self.words.lexicon.tables["periods"]["year_to"]
        after = first * 12 + months[0] - (spans.get(found.get("span")) or length)
        century = first // 100 * 100
        following = first + 1 if int(found.get("y") or 0) % 100 == (first + 1) % 100 else 0
        values = {"Y": first, "Y2": last, "y": following, "M": f"{months[0]:02}", "M2": f"{months[1]:02}"}
        values |= {"A": f"{part[0]:02}", "B": f"{part[1]:02}", "p": after // 12, "m": f"{after % 12 + 1:02}"}
        values |= {"default": self.default, "end": century + int(found.get("y") or 0) % 100, "on": first + length - 1}
        values |= {"back": int(found.get("Y") or self.default) - length + 1, "past": first - length, "prior": first - 1}
        label = template.format(**values)
        start, _, end = label.partition("/")
        is_late = end != "" and len(end) == 4 and int(end) > self.default + 1
        if (end and start > end) or is_late or label == "FY0" or (part == (0, 0) and "{A}" in template):
            return None
        whole = start.endswith("-01") and end == f"{start[:4]}-12"
        return start[:4] if whole or start == end else label

    def _months_of_part(self, found: Mapping[str, str | None]) -> tuple[int, int]:
        """Return the months of the first half, the first nine months, or "the second" where a half came before."""
        first, last = 1, self._number(found.get("N"))
        tables = self.words.lexicon.tables["periods"]
        if part := found.get("part"):
            first, last = tables["parts"][part]
        elif ordinal := tables["ordinals"].get(found.get("ordinal")):
            first, last = (ordinal - 1) * self.part_length + 1, ordinal * self.part_length
        if not first <= last <= 12:
            return 0, 0
        self.part_length = last - first + 1
        return first, last

    def _number(self, word: str | None) -> int:
        return int(word) if word and word.isdecimal() else self.words.lexicon.numbers.get(word or "", 0)

    def _month(self, name: str, i: int) -> int:
        """Return a month's number, or 0 where there is none, or where "may", "march" are no names."""
        months: Mapping[str, int] = self.words.lexicon.tables["periods"]["months"]
        is_capital = any(t.lower == name and t.text[0].isupper() for t in self.words.tokens[i : i + 8])
        return months.get(name) or (months.get(name.capitalize(), 0) if is_capital else 0)


@cache
def _patterns(code: str) -> Mapping[str, tuple[dict[str, Any], ...]]:
    """Return the patterns of a language by the words they can begin with, "#" for digits."""
    lexicon = load(code)
    by_first: dict[str, tuple[dict[str, Any], ...]] = {}
    for written in table("times")["pattern"]:
        pattern = {**written, "regex": re.compile(_expanded(written["words"], lexicon) + r"(?= |$)")}
        name = re.findall(r"\{([^}]*)\}", pattern["words"])[0]
        digits = ["#"] if name in ("D", "Y", "N") else []
        group = {"D": "months", "Y": "", "N": ""}.get(name, name)
        words = {phrase[0]: None for phrase in lexicon.index.phrases(f"periods.{group}")} if group else {}
        for first in [*digits, *(lexicon.numbers if name == "N" else words)]:
            by_first[first] = (*by_first.get(first, ()), pattern)
    return MappingProxyType(by_first)


def _expanded(words: str, lexicon: Lexicon) -> str:
    """Return a pattern with the words of a language in place of the names of its lists."""

    def either(phrases: Iterable[Phrase]) -> str:
        texts = sorted((re.escape(" ".join(phrase)) for phrase in phrases), key=len, reverse=True)
        return f"(?>(?:{'|'.join(texts)})(?= |$))"

    in_words, nouns, joiners, month, year_of, be, have = (either(lexicon.index.phrases(path)) for path in _NAMED)
    year = r"(?:19[89]|20[0-4])\d"
    small = either((word,) for word, value in lexicon.numbers.items() if 0 < value < 100)
    day = rf"(?: [123]?\d(?= |$)(?! {joiners}| {nouns}| {be}| {have}))?"
    date = rf"(?:\d\d? (?:\. )?)?(?P<M#>{month}){day}(?:(?: ,| of)? (?P<Y#>{year}))?"
    names = {
        "Y": f"(?P<Y>{year})",
        "Y2": f"(?P<Y2>{year})",
        "y": r"(?P<y>\d\d(?:\d\d)?)",
        "yy": r"(?P<y>\d\d)",
        "N": rf"(?P<N>\d\d?|{small})",
        "D": date.replace("#", ""),
        "D2": date.replace("#", "2"),
        "~": rf"(?:(?: {in_words}){{0,3}} (?P<Y>{year})| {year_of})?",
    }
    named = r"\{([A-Za-z_~]+2?)\}"
    return re.sub(
        named, lambda found: names.get(found[1]) or either(lexicon.index.phrases(f"periods.{found[1]}")), words
    )


def find_periods(words: Words, default_year: int, around: int | None = None) -> list[Period]:
    """Every expression of time in a sentence, in order, without overlaps.

    Parameters
    ----------
    words : Words
        One sentence.
    default_year : int
        The year the document reports on; "since 2009" ends there.
    around : int, optional
        The year that months and halves without one belong to; the document's by default.

    Returns
    -------
    list of Period

    Examples
    --------
    >>> from .lexicon import load
    >>> from .tokens import tokenize
    >>> words = Words(tokenize("In the first six months of the year, and in 2013"), load("en"))
    >>> [period.label for period in find_periods(words, 2014)]
    ['2014-01/2014-06', '2013']
    """
    finder = _Finder(words, default_year, around or default_year)
    found: list[Period] = []
    end = 0
    for i, word in enumerate(words.low):
        if i >= end and (word in finder.patterns or word[0].isdecimal()):
            period = finder.at(i)
            found += [period] if period else []
            end = period.end if period else i
    return found


def year_of(label: str) -> int:
    """Return the first year of a period label.

    Examples
    --------
    >>> year_of("2016-01/2016-08"), year_of("FY2014")
    (2016, 2014)
    """
    return int(label.removeprefix("FY")[:4])


def years_of(label: str) -> list[int]:
    """Return the years of a period label.

    Examples
    --------
    >>> years_of("2009/2011"), years_of("2016-04"), years_of("")
    ([2009, 2010, 2011], [2016], [])
    """
    return [*range(year_of(label), year_of(label.rpartition("/")[2]) + 1)] if label else []


def is_single_year(label: str) -> bool:
    """Whether a label names one whole calendar or fiscal year."""
    return "/" not in label and "-" not in label


def year_before(label: str, years: int = 1) -> str:
    """Return the label of the year before the (last) year of a period; fiscal stays fiscal.

    Examples
    --------
    >>> year_before("FY2014"), year_before("2009/2015")
    ('FY2013', '2014')
    """
    last = label.split("/")[-1]
    prefix = "FY" if label.startswith("FY") else ""
    return f"{prefix}{int(last.removeprefix('FY')[:4]) - years}"


def years_before(label: str) -> str:
    """Return as many years before several, or the year before one: what "compared with 25" is about.

    Examples
    --------
    >>> years_before("2013/2015"), years_before("2016-01/2016-08")
    ('2010/2012', '2015')
    """
    first, _, last = label.partition("/")
    if "-" in label or not last:
        return year_before(label)
    return f"{2 * int(first) - int(last) - 1}/{int(first) - 1}"


def in_year(label: str, year: int) -> str:
    """Return a period label moved to another year, its months kept.

    Examples
    --------
    >>> in_year("2018-01/2018-09", 2017)
    '2017-01/2017-09'
    """
    if "-" not in label or label.startswith("FY"):
        return str(year)
    step = year - year_of(label)
    return "/".join(f"{int(end[:4]) + step}{end[4:]}" for end in label.split("/"))
