"""Find the expressions of time in a sentence: "2015", "2009/2015", "2016-01/2016-08", "2016-04", "FY2014"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from trafficking_stats.readers.narrative.lexicon import Lexicon, load, table
from trafficking_stats.readers.narrative.tokens import Token

LAST_YEARS_AHEAD = 3
"""A year so long after the document's own is a target or a title."""


@dataclass(frozen=True, slots=True)
class Period:
    """A time expression at tokens ``start`` to ``end`` (exclusive).

    Attributes
    ----------
    label : str
        The period, or "" where it hangs on the text around it (kinds "previous", "previous_part", "next", "same").
    kind : str
        "year", "years", "part" of a year, "month", "fiscal", "current", or one that hangs on the text around it; of the
        kind "shifted" the months do, not the year.
    """

    start: int
    end: int
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Pattern:
    kind: str
    words: re.Pattern[str]
    behind: tuple[str, ...]
    not_behind: tuple[str, ...]


class _Finder:
    """Reads the expressions of one sentence from left to right."""

    def __init__(self, tokens: Sequence[Token], lexicon: Lexicon, default: int, around: int) -> None:
        self.tokens = tokens
        self.low = [token.lower for token in tokens]
        self.lexicon = lexicon
        self.default = default
        self.around = around  # the year that a month or a half without one belongs to
        self.part_length = 0  # months of the last half or quarter, for "... in the second"
        self.text = " ".join(self.low)
        self.places: list[int] = []
        self.token_at: dict[int, int] = {}
        place = 0
        for i, word in enumerate(self.low):
            self.places.append(place)
            self.token_at[place] = i
            place += len(word) + 1
        self.token_at[place] = len(self.low)

    def at(self, i: int) -> Period | None:
        """Return the expression that starts at token `i`, or None."""
        word = self.low[i]
        for pattern in _patterns(self.lexicon.code).get("#" if word[0].isdecimal() else word, ()):
            found = pattern.words.match(self.text, self.places[i])
            if found is None or not self._placed(pattern, i):
                continue
            end = self.token_at[found.end() + 1]
            make = _MAKERS.get(pattern.kind)
            made = make(self, found.groupdict(), i, end) if make else ("", pattern.kind)
            if made is not None:
                return Period(i, end, *made)
        return None

    def _placed(self, pattern: _Pattern, i: int) -> bool:
        if any(self.behind(group, i) for group in pattern.not_behind):
            return False
        return not pattern.behind or any(self.behind(group, i) for group in pattern.behind)

    def behind(self, group: str, i: int) -> bool:
        return self.lexicon[f"periods.{group}"].ending_at(self.low, i) is not None

    def number(self, word: str) -> int:
        return int(word) if word.isdecimal() else self.lexicon.numbers.get(word, 0)

    def month(self, name: str, i: int) -> int:
        """Return a month's number, or 0 where "may", "march" are no names."""
        months: Mapping[str, int] = self.lexicon.tables["periods"]["months"]
        if name in months:
            return months[name]
        capital = any(t.lower == name and t.text[0].isupper() for t in self.tokens[i : i + 8])
        return months[name.capitalize()] if capital else 0


_Made = tuple[str, str] | None
_Groups = Mapping[str, Any]


def _fiscal(finder: _Finder, found: _Groups, i: int, end: int) -> _Made:
    first, second = int(found["Y"]), found.get("y")
    if second is None:
        return f"FY{first}", "fiscal"
    return (f"FY{first + 1}", "fiscal") if int(second) % 100 == (first + 1) % 100 else None


def _last_years(finder: _Finder, found: _Groups, i: int, end: int) -> _Made:
    count, last = finder.number(found["N"]), finder.default
    return (f"{last - count + 1}/{last}" if count > 1 else str(last)), "years"


def _part(finder: _Finder, found: _Groups, i: int, end: int) -> _Made:
    """Return the first half, the first nine months, or "the second" where a half came before."""
    if found.get("part"):
        first, last = finder.lexicon["periods.parts"].at(found["part"].split(), 0)[1]  # type: ignore[index]
    elif found.get("N"):
        first, last = 1, finder.number(found["N"])
    else:
        ordinal = finder.lexicon.tables["periods"]["ordinals"][found["ordinal"]]
        first, last = (ordinal - 1) * finder.part_length + 1, ordinal * finder.part_length
    if not first <= last <= 12 or (first, last) == (1, 12):
        return None
    finder.part_length = last - first + 1
    finder.around = int(found["Y"] or finder.around)
    return f"{finder.around}-{first:02}/{finder.around}-{last:02}", "part"


def _since(finder: _Finder, found: _Groups, i: int, end: int) -> _Made:
    year, month = int(found["Y"] or finder.default + 1), found.get("M") and finder.month(found["M"], i)
    if year > finder.default or month == 0:
        return None
    return (f"{year}-{month:02}/{finder.default}-12", "part") if month else (f"{year}/{finder.default}", "years")


def _as_of(finder: _Finder, found: _Groups, i: int, end: int) -> _Made:
    month, year = finder.month(found["M"], i), int(found["Y"] or finder.around)
    if month == 12:
        return str(year), "year"
    return (f"{year}-01/{year}-{month:02}", "part") if month else None


def _year_to(finder: _Finder, found: _Groups, i: int, end: int) -> _Made:
    month, year = finder.month(found["M"], i), int(found["Y"] or finder.around)
    if month == 12:
        return str(year), "year"
    return (f"{year - 1}-{month + 1:02}/{year}-{month:02}", "part") if month else None


def _months(finder: _Finder, found: _Groups, i: int, end: int) -> _Made:
    """Return "between January and August (2016)", "from May 2014 to March 2015"."""
    first, last = finder.month(found["M"], i), finder.month(found["M2"], i)
    to_year = int(found["Y2"] or found["Y"] or finder.around)
    from_year = int(found["Y"] or (to_year if first <= last else to_year - 1))
    if not (first and last) or (from_year, first) > (to_year, last):
        return None
    whole = (first, last) == (1, 12) and from_year == to_year
    return (str(to_year), "year") if whole else (f"{from_year}-{first:02}/{to_year}-{last:02}", "part")


def _years(finder: _Finder, found: _Groups, i: int, end: int) -> _Made:
    first, last = int(found["Y"]), int(found["Y2"])
    return (f"{first}/{last}", "years") if first < last <= finder.default + 1 else None


def _month(finder: _Finder, found: _Groups, i: int, end: int) -> _Made:
    month = finder.month(found["M"], i)
    if not month or not (found["Y"] or finder.behind("in_words", i)):
        return None
    finder.around = int(found["Y"] or finder.around)
    return f"{finder.around}-{month:02}", "month"


def _year(finder: _Finder, found: _Groups, i: int, end: int) -> _Made:
    year, following = int(found["Y"]), finder.tokens[end : end + 2]
    touching = [token.text for token in following if following[0].start == finder.tokens[i].end]
    glued = bool(touching) and (touching[0][0].isalpha() or (touching[0] in "/-–" and len(touching) > 1))
    if glued or year > finder.default + LAST_YEARS_AHEAD:
        return None
    noun = finder.lexicon["nouns"].at(finder.low, end)
    if noun and noun[1] in ("victim", "person") and not finder.behind("in_words", i):
        return None
    finder.around = year
    return str(year), "year"


_MAKERS: Mapping[str, Callable[[_Finder, _Groups, int, int], _Made]] = MappingProxyType(
    {
        "fiscal": _fiscal,
        "last_years": _last_years,
        "part": _part,
        "since": _since,
        "as_of": _as_of,
        "year_to": _year_to,
        "months": _months,
        "years": _years,
        "month": _month,
        "year": _year,
        "current": lambda finder, found, i, end: (str(finder.default), "current"),
        "shifted": lambda finder, found, i, end: (found["Y"] or "", "shifted"),
    }
)
"""How the period of a pattern is made; those of the other kinds hang on the text around them."""


@cache
def _patterns(code: str) -> Mapping[str, tuple[_Pattern, ...]]:
    """Return the patterns of a language by the words they can begin with, "#" for digits."""
    lexicon = load(code)
    by_first: dict[str, list[_Pattern]] = {}
    for entry in table("times")["pattern"]:
        words = re.compile(_expanded(entry["words"], lexicon) + r"(?= |$)")
        pattern = _Pattern(entry["kind"], words, tuple(entry.get("behind", ())), tuple(entry.get("not_behind", ())))
        for first in _first_words(entry["words"], lexicon):
            by_first.setdefault(first, []).append(pattern)
    return MappingProxyType({first: tuple(found) for first, found in by_first.items()})


def _first_words(words: str, lexicon: Lexicon) -> Iterable[str]:
    name = re.findall(r"\{([^}]*)\}", words)[0]
    if name == "D":
        return ["#", *lexicon["periods.months"].first_words]
    return ["#"] if name == "Y" else lexicon[f"periods.{name}"].first_words


def _expanded(words: str, lexicon: Lexicon) -> str:
    """Return a pattern with the words of a language in place of the names of its lists."""

    def either(phrases: Iterable[tuple[str, ...]]) -> str:
        texts = sorted((re.escape(" ".join(phrase)) for phrase in phrases), key=len, reverse=True)
        return f"(?>(?:{'|'.join(texts)})(?= |$))"

    in_words = either(lexicon["periods.in_words"])
    nouns, joiners = either(lexicon["nouns"]), either(lexicon["not_counts.range_joiners"])
    year, month = r"(?:19[89]|20[0-4])\d", either(lexicon["periods.months"])
    small = either((word,) for word, value in lexicon.numbers.items() if 0 < value < 100)

    def date(number: str) -> str:
        day = rf"(?: [123]?\d(?= |$)(?! {joiners}| {nouns}))?"
        return rf"(?:\d\d? (?:\. )?)?(?P<M{number}>{month}){day}(?:(?: ,| of)? (?P<Y{number}>{year}))?"

    names = {
        "Y": f"(?P<Y>{year})",
        "Y2": f"(?P<Y2>{year})",
        "y": r"(?P<y>\d\d(?:\d\d)?)",
        "N": rf"(?P<N>\d\d?|{small})",
        "D": date(""),
        "D2": date("2"),
        "~": rf"(?:(?: {in_words}){{0,3}} (?P<Y>{year})| {either(lexicon['periods.year_of'])})?",
    }
    return re.sub(
        r"\{([A-Za-z_~]+2?)\}",
        lambda match: names.get(match[1]) or either(lexicon[f"periods.{match[1]}"]),
        words,
    )


def find_periods(
    tokens: Sequence[Token], lexicon: Lexicon, default_year: int, around: int | None = None
) -> list[Period]:
    """Every expression of time in a sentence, in order, without overlaps.

    Parameters
    ----------
    tokens : sequence of Token
        One sentence.
    lexicon : Lexicon
        Language.
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
    >>> words = tokenize("In the first six months of the year, and in 2013")
    >>> [period.label for period in find_periods(words, load("en"), 2014)]
    ['2014-01/2014-06', '2013']
    """
    finder = _Finder(tokens, lexicon, default_year, around or default_year)
    found: list[Period] = []
    i = 0
    while i < len(tokens):
        period = finder.at(i)
        if period is not None:
            found.append(period)
        i = i + 1 if period is None else max(period.end, i + 1)
    return found


def year_of(label: str) -> int:
    """Return the first year of a period label.

    Examples
    --------
    >>> year_of("2016-01/2016-08"), year_of("FY2014")
    (2016, 2014)
    """
    return int(label.removeprefix("FY")[:4])


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


def part_before(label: str) -> str:
    """Return the period of the same length right before a part of a year.

    Examples
    --------
    >>> part_before("2023-10/2023-12"), part_before("2024-01/2024-03")
    ('2023-07/2023-09', '2023-10/2023-12')
    """
    if "-" not in label:
        return year_before(label)
    first, _, last = label.partition("/")
    start, end = (int(end[:4]) * 12 + int(end[5:7]) - 1 for end in (first, last or first))
    length = end - start + 1
    months = [f"{month // 12}-{month % 12 + 1:02}" for month in (start - length, start - 1)]
    return "/".join(dict.fromkeys(months))
