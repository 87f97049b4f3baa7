"""Find the expressions of time in a sentence."""

from __future__ import annotations

import re

from trafficking_stats.readers.narrative.lexicon import Lexicon
from trafficking_stats.readers.narrative.periods import Period, year_of
from trafficking_stats.readers.narrative.tokens import Token

_YEAR = re.compile(r"(?:19[89]\d|20[0-4]\d)")


class _Reader:
    """The patterns of one sentence; each method tries to read an expression at a token."""

    def __init__(self, tokens: list[Token], lexicon: Lexicon, default: int, around: int) -> None:
        self.tokens = tokens
        self.low = [token.lower for token in tokens]
        self.lexicon = lexicon
        self.default = default
        self.around = around  # the year that a month or a half without one belongs to
        self.part_length = 0  # months of the last half or quarter, for "... in the second"
        self.months: dict[str, int] = lexicon.tables["periods"]["months"]

    def _in(self, group: str, i: int) -> int:
        """Length of a phrase of the list ``periods.group`` at `i`, or 0."""
        if not 0 <= i < len(self.low):
            return 0
        found = self.lexicon.phrases[f"periods.{group}"].at(self.low, i)
        return found[0] if found else 0

    def _before(self, group: str, i: int) -> bool:
        return self.lexicon.phrases[f"periods.{group}"].ending_at(self.low, i, 6) is not None

    def year(self, i: int) -> int | None:
        if 0 <= i < len(self.low) and _YEAR.fullmatch(self.low[i]):
            return int(self.low[i])
        return None

    def small(self, i: int) -> int | None:
        """Return a number below 100 in digits or words."""
        if not 0 <= i < len(self.low):
            return None
        word = self.low[i]
        if word.isdecimal() and len(word) < 3:
            return int(word)
        value = self.lexicon.numbers.get(word)
        return value if value is not None and 0 < value < 100 else None

    def month(self, i: int) -> int | None:
        if not 0 <= i < len(self.low) or self.low[i] not in self.months:
            return None
        if self.low[i] in ("may", "march") and not self.tokens[i].text[0].isupper():
            return None
        return self.months[self.low[i]]

    def fiscal(self, i: int) -> Period | None:
        """Return fiscal year 2014, FY 2013/14, the 2022-23 financial year, 2019/20."""
        n = self._in("fiscal", i)
        if n:
            j = i + n
            while j < len(self.low) and self.low[j] in ("(", ")", "fy"):
                j += 1
            found = self._two_years(j) or ((year := self.year(j)) and (j + 1, year))
            return Period(i, found[0], f"FY{found[1]}", "fiscal") if found else None
        both = self._two_years(i)
        if both is not None:
            named = self._in("fiscal", both[0])
            if named or self.low[i + 1] == "/":
                return Period(i, both[0] + named, f"FY{both[1]}", "fiscal")
        elif self.year(i) and self._in("fiscal", i + 1):
            return Period(i, i + 1 + self._in("fiscal", i + 1), f"FY{self.low[i]}", "fiscal")
        return None

    def _two_years(self, i: int) -> tuple[int, int] | None:
        """Return the token after "2022-23" or "2022/2023", and the second year, where it follows the first."""
        first = self.year(i)
        if first is None or i + 2 >= len(self.low) or self.low[i + 1] not in "/-–":
            return None
        second = self.low[i + 2]
        follows = second in (f"{(first + 1) % 100:02}", str(first + 1))
        return (i + 3, first + 1) if follows else None

    def last_years(self, i: int) -> Period | None:
        n = self._in("last_n", i)
        if not n:
            return None
        count = self.small(i + n)
        if count and self._in("year_nouns", i + n + 1):
            label = f"{self.default - count + 1}/{self.default}" if count > 1 else str(self.default)
            return Period(i, i + n + 2, label, "years")
        return None

    def part_of_year(self, i: int) -> Period | None:
        """Return the first nine months, the first half (of the year, of 2016), the second where a half came before."""
        part = self._months_of_part(i)
        if part is None:
            return None
        j, first, last = part
        self.part_length = last - first + 1
        year = self.around
        for k in range(j, min(j + 4, len(self.low))):
            if self.year(k):
                year, j = int(self.low[k]), k + 1
                break
            if not self._in("in_words", k):
                break
        j = max(j, j + self._in("year_of", j))
        self.around = year
        return Period(i, j, f"{year}-{first:02}/{year}-{last:02}", "part")

    def _months_of_part(self, i: int) -> tuple[int, int, int] | None:
        """Return the token after a part of a year, and its first and last month."""
        named = self.lexicon.parts.at(self.low, i)
        if named is not None:
            return i + named[0], *named[1]
        step = self._in("first_n", i)
        count = self.small(i + step) if step else None
        if count and count <= 11 and self._in("month_nouns", i + step + 1):
            return i + step + 2, 1, count
        ordinal = self.lexicon.ordinals.get(self.low[i])
        alone = i + 1 >= len(self.low) or not self.low[i + 1][0].isalpha()
        if ordinal and self.part_length and ordinal * self.part_length <= 12 and alone:
            return i + 1, (ordinal - 1) * self.part_length + 1, ordinal * self.part_length
        return None

    def day_month(self, i: int) -> tuple[int, int, int | None] | None:
        """Return a month with its day and year where printed: (month, next token, year)."""
        j = i
        if self.small(j) and j + 1 < len(self.low):
            j += 1
            if self.low[j] == "." and j + 1 < len(self.low):
                j += 1
        month = self.month(j)
        if month is None:
            return None
        j += 1
        if self.small(j) and not (
            j + 1 < len(self.low) and self.low[j + 1] in self.lexicon.words["not_counts.range_joiners"]
        ):
            day = self.small(j)
            if self.low[j].isdecimal() and day and day <= 31 and self._ends_date(j + 1):
                j += 1
        if j + 1 < len(self.low) and self.low[j] in (",", "of") and self.year(j + 1):
            j += 1
        year = self.year(j)
        return month, j + (year is not None), year

    def _ends_date(self, j: int) -> bool:
        """Whether the number before `j` can be a day: nothing is counted after it."""
        return j >= len(self.low) or not self.low[j][0].isalpha() or self.lexicon.nouns.at(self.low, j) is None

    def since(self, i: int) -> Period | None:
        n = self._in("since", i)
        if not n:
            return None
        j = i + n
        for _ in range(2):
            j += self._in("since_skip", j)
        found = self.year(j)
        if found is None:  # "since its creation in 2003"
            j = next(
                (k for k in range(j + 1, min(j + 6, len(self.low))) if self.year(k) and self._before("in_words", k)), j
            )
            found = self.year(j)
        if found and self._in("when", j + 1):
            return Period(j, j + 1, str(found), "year")
        if found and found <= self.default:
            return Period(i, j + 1, f"{found}/{self.default}", "years")
        dated = self.day_month(j)
        if dated and dated[2] and dated[2] <= self.default:
            return Period(i, dated[1], f"{dated[2]}-{dated[0]:02}/{self.default}-12", "part")
        return None

    def as_of(self, i: int) -> Period | None:
        n = self._in("as_of", i)
        if not n:
            return None
        dated = self.day_month(i + n)
        if dated is None:
            return None
        month, end, year = dated
        year = year or self.around
        label = str(year) if month == 12 else f"{year}-01/{year}-{month:02}"
        return Period(i, end, label, "year" if month == 12 else "part")

    def year_to(self, i: int) -> Period | None:
        """Return the year to March 2020: twelve months."""
        n = self._in("year_to", i)
        dated = self.day_month(i + n) if n else None
        if dated is None:
            return None
        month, end, year = dated
        last = year or self.around
        if month == 12:
            return Period(i, end, str(last), "year")
        return Period(i, end, f"{last - 1}-{month + 1:02}/{last}-{month:02}", "part")

    def months_range(self, i: int) -> Period | None:
        """Between January and August (2016); from May 2014 to March 2015."""
        n = self._in("between", i)
        if not n:
            return None
        low = self.day_month(i + n)
        if low is None or not self._in("range_words", low[1]):
            return None
        high = self.day_month(low[1] + self._in("range_words", low[1]))
        if high is None:
            return None
        last = high[2] or low[2] or self.around
        first = low[2] or (last if low[0] <= high[0] else last - 1)
        if (first, low[0]) > (last, high[0]):
            return None
        label = str(first) if (low[0], high[0], first) == (1, 12, last) else f"{first}-{low[0]:02}/{last}-{high[0]:02}"
        return Period(i, high[1], label, "part")

    def years_range(self, i: int) -> Period | None:
        first = self.year(i)
        if first is None:
            return None
        j = i + 1
        joiner = self._in("range_words", j)
        second = self.year(j + joiner) if joiner else None
        if second is None and j < len(self.low) and self._in("and_words", j):
            joiner = self._in("and_words", j)
            second = self.year(j + joiner)
        if second is None or second <= first or second > self.default + 1:
            return None
        # a comma list ("2010, 2013 and 2017") is no range; plans are named by their years
        if self._is_title(j + joiner + 1):
            return None
        dashed = self.low[j] in "-–—"
        spanning = self._before("between", i) and not self._in("and_words", j)
        word = self.low[i - 1] if i else ""
        explicit = self._in("between", i - 1) and word not in self.lexicon.words["periods.in_words"]
        if dashed or spanning or explicit or self._before("in_words", i):
            return Period(i, j + joiner + 1, f"{first}/{second}", "years")
        return None

    def _is_title(self, j: int) -> bool:
        return bool(self._in("law_nouns", j))

    def month_date(self, i: int) -> Period | None:
        dated = self.day_month(i)
        if dated is None:
            return None
        month, end, year = dated
        if year is None and not self._before("in_words", i):
            return None
        self.around = year or self.around
        return Period(i, end, f"{self.around}-{month:02}", "month")

    def plain_year(self, i: int) -> Period | None:
        found = self.year(i)
        if found is None or found > self.default + 3 or self._is_title(i + 1):
            return None
        token = self.tokens[i]
        if token.end < len(self.tokens) and i + 1 < len(self.tokens) and self.tokens[i + 1].start == token.end:
            following = self.low[i + 1]
            if following[0].isalpha() or (following in "/-–" and i + 2 < len(self.tokens)):
                return None
        noun = self.lexicon.nouns.at(self.low, i + 1) if i + 1 < len(self.low) else None
        if noun and noun[1] in ("victim", "person") and not self._before("in_words", i):
            return None
        return Period(i, i + 1, str(found), "year")

    def relative(self, i: int) -> Period | None:
        for kind in ("previous_part", "previous", "next", "same", "current", "whole_year_end"):
            n = self._in(kind, i)
            if n:
                if kind == "current" and i and self.low[i - 1] in self.lexicon.words["periods.current_not_before"]:
                    continue
                if kind == "current" and self._in("year_to", i + n - 1):
                    continue
                if kind == "previous" and self._in("previous_not_after", i + n):
                    continue
                if kind == "same":
                    return self._same_period(i, i + n)
                label = str(self.default) if kind in ("current", "whole_year_end") else ""
                return Period(i, i + n, label, "current" if label else kind)
        return None

    def _same_period(self, start: int, end: int) -> Period:
        """Return "the same period", of another year where one follows ("of 2017", "the previous year")."""
        for k in range(end, min(end + 3, len(self.low))):
            year = self.year(k)
            if year:
                return Period(start, k + 1, str(year), "shifted")
            n = self._in("previous", k)
            if n:
                return Period(start, k + n, "", "shifted")
        return Period(start, end, "", "same")

    def at(self, i: int) -> Period | None:
        """Return the expression that starts at token `i`, or None."""
        if self.low[i][0].isdecimal():
            if len(self.low[i]) != 4:
                return self.month_date(i) if len(self.low[i]) < 3 else None
            return self.fiscal(i) or self.years_range(i) or self.plain_year(i)
        return (
            self.fiscal(i)
            or self.relative(i)
            or self.last_years(i)
            or self.part_of_year(i)
            or self.since(i)
            or self.year_to(i)
            or self.as_of(i)
            or self.months_range(i)
            or self.month_date(i)
        )


def find_periods(tokens: list[Token], lexicon: Lexicon, default_year: int, around: int | None = None) -> list[Period]:
    """Every expression of time in a sentence, in order, without overlaps.

    Parameters
    ----------
    tokens : list of Token
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
    reader = _Reader(tokens, lexicon, default_year, around or default_year)
    found: list[Period] = []
    i = 0
    while i < len(tokens):
        word = reader.low[i]
        period = reader.at(i) if word[0].isdecimal() or word in lexicon.time_words else None
        if period is None:
            i += 1
        else:
            found.append(period)
            if period.kind == "year":
                reader.around = year_of(period.label)
            i = max(period.end, i + 1)
    return found
