"""Days and periods as they are printed in a cell, read as ISO days."""

import calendar
import contextlib
import datetime
import functools
import re
from collections.abc import Callable

from trafficking_stats.printed import WORDS, AmbiguousError, UnreadableError, plain

Period = tuple[str, str]
"""First and last day."""

_FISCAL_MONTH = "read with the month in which the fiscal year begins (fiscal_year=4 for April), or both years in full"


def read_day(cell: object) -> str:
    """Read a day, as ISO text.

    Parameters
    ----------
    cell : object
        A date, the number Excel holds for it, or text: ``2023-12-31``, ``31.12.2023``, ``31 December 2023``, or
        ``31/12/2023`` where only one of the numbers can be the month.

    Raises
    ------
    UnreadableError
        If it is none of these, or a day that does not exist.

    Examples
    --------
    >>> read_day(45291), read_day("31.12.2023"), read_day("31 December 2023")
    ('2023-12-31', '2023-12-31', '2023-12-31')
    """
    text = re.sub(r"[T ]\d\d:[\d:.]+Z?$", "", plain(cell))
    if re.fullmatch(r"[2-7]\d{4}", text, re.ASCII):
        return (datetime.date(1899, 12, 30) + datetime.timedelta(days=int(text))).isoformat()
    if named := re.fullmatch(r"(\d{1,2})\.? ([^\W\d_]+)\.? (\d{4})", text.casefold()):
        text = f"{named[3]}-{_month_names().get(named[2], 0):02d}-{named[1]}"
    days = {day for form in WORDS["days"]["forms"] if (day := _day(text, form))}
    if len(days) > 1:
        raise AmbiguousError(f"a day that can be read in one way, such as {min(days)}")
    if not days:
        raise UnreadableError("a day that exists, such as 2023-12-31")
    return days.pop()


def _day(text: str, form: str) -> str:
    try:
        return datetime.datetime.strptime(text, form).date().isoformat() if text.isascii() else ""
    except ValueError:
        return ""


@functools.cache
def _month_names() -> dict[str, int]:
    """Return the number of each name of a month, in full and short."""
    # imported here: most claims have dates in digits, and whoever reads those starts faster without Babel
    from babel import Locale

    forms = [form for language in WORDS["months"]["languages"] for form in Locale(language).months.values()]
    named = [item for form in forms for width in ("wide", "abbreviated") for item in form[width].items()]
    return {name.casefold().strip("."): number for number, name in named}


def _months(year: int, month: int, n_months: int) -> Period:
    """Return the first and last day of ``n_months`` months."""
    last_year, last = divmod(year * 12 + month - 1 + n_months - 1, 12)
    end = f"{last_year:04d}-{last + 1:02d}-{calendar.monthrange(last_year, last + 1)[1]:02d}"
    return f"{year:04d}-{month:02d}-01", end


def read_period(cell: object, fiscal_year: int | None = None) -> Period:
    """Read a year, several, or a part of one, as the first and last day.

    Parameters
    ----------
    cell : object
        ``2023``, ``"2019-2021"``, ``"2023 Q1"``, ``"H2 2023"``, ``"May 2023"``, ``"Apr 2022 to Mar 2023"``,
        ``"2023-05"``, a date on the first or last day of a year, or ``"2022/23"`` where ``fiscal_year`` is given.
    fiscal_year : int, optional
        Month in which the fiscal year begins. A label of one year, such as ``FY2023``, then names the year it ends in.

    Raises
    ------
    UnreadableError
        If the cell is none of these.

    Examples
    --------
    >>> read_period("2023"), read_period("2022/23", fiscal_year=4), read_period("Q1 2023")
    (('2023-01-01', '2023-12-31'), ('2022-04-01', '2023-03-31'), ('2023-01-01', '2023-03-31'))
    """
    text = _short(plain(cell).casefold()).removesuffix(".0").removesuffix(".")
    if fiscal_year is not None and fiscal_year not in range(1, 13):
        raise UnreadableError(f"read with fiscal_year as a month from 1 to 12, not {fiscal_year!r}")
    for form, read in _PERIODS:
        if (match := form.fullmatch(text)) and (period := read(match, fiscal_year)):
            return period
    with contextlib.suppress(UnreadableError):
        year, _, day = read_day(cell).partition("-")
        if day in ("01-01", "12-31"):
            return _years(int(year), int(year))
    raise UnreadableError("a year such as 2023, or 2019-2021, 2022/23, 2023 Q1 or 2023-05; days go into start and end")


def read_published(cell: object) -> str:
    """Read when something was published: a day, a month or a year, as ISO text; nothing where the cell is empty.

    Raises
    ------
    UnreadableError
        If it is none of these.

    Examples
    --------
    >>> read_published("May 2024"), read_published("2024"), read_published("31.12.2023")
    ('2024-05', '2024', '2023-12-31')
    """
    text = plain(cell)
    if re.fullmatch(r"[^\W\d]+\.? \d{4}", text):
        return read_period(text)[0][:7]
    return text if re.fullmatch(r"|\d{4}(?:-(?:0[1-9]|1[0-2]))?", text, re.ASCII) else read_day(cell)


def _short(text: str) -> str:
    """Write quarters and halves with a letter, ``2nd quarter of 2023`` as ``q2 2023``, and no word for a year."""
    for short, listed in (("fy", WORDS["years"]["fiscal"]), (" ", WORDS["years"]["calendar"])):
        text = re.sub(rf"(?<![^\W\d_])(?:{'|'.join(map(re.escape, listed))})(?![^\W\d_])", short, text)
    text = re.sub(r"(?<=\d)(?:st|nd|rd|th|[ºª°.])(?=\s)|\b(?:of|de|do|del)\b", " ", text)
    for letter, listed in WORDS["periods"].items():
        spelled = "|".join(sorted(listed, key=len, reverse=True))
        text = re.sub(
            rf"\b(i{{1,3}}|iv)(?=\s+(?:{spelled})(?![a-z]))", lambda roman: str(WORDS["roman"][roman[0]]), text
        )
        parts = rf"(?<![a-z])(?:{spelled})\s*([1-4])(?!\d)|(?<!\d)([1-4])\s*(?:{spelled})(?![a-z])"
        text = re.sub(parts, rf" {letter}\1\2 ", text)
    return " ".join(text.split())


def _years(first: int, last: int) -> Period:
    if last < first:
        raise UnreadableError("two years in order")
    return f"{first:04d}-01-01", f"{last:04d}-12-31"


def _fiscal(last: int, month: int | None) -> Period:
    """Return the twelve months that end in the year ``last``."""
    if month is None:
        raise UnreadableError(_FISCAL_MONTH)
    return _months(last - (month > 1), month, 12)


def _one_year(match: re.Match[str], fiscal_year: int | None) -> Period:
    year = int(match["year"])
    return _fiscal(year, fiscal_year) if match["fy"] or fiscal_year else _years(year, year)


def _two_years(match: re.Match[str], fiscal_year: int | None) -> Period | None:
    first, last = int(match["first"]), int(match["last"])
    follows = last in (first + 1, (first + 1) % 100)
    if fiscal_year and follows:
        return _fiscal(first + 1, fiscal_year)
    if len(match["last"]) == 4 and match["mark"] != "/":
        return _years(first, last)
    may_be_month = match["mark"] != "/" and not follows and last <= 12
    return None if may_be_month else _fiscal(first + 1, None)


def _part(match: re.Match[str], fiscal_year: int | None) -> Period:
    part, months = next((int(match[key]), months) for key, months in (("q", 3), ("h", 6), ("m", 1)) if match[key])
    return _months(int(match["year"]), (part - 1) * months + 1, months)


def _named_months(match: re.Match[str], fiscal_year: int | None) -> Period | None:
    first, last = (_month_names().get(name, 0) for name in (match["first"], match["last"] or match["first"]))
    since, until = int(match["since"] or match["year"]), int(match["year"])
    n_months = (until - since) * 12 + last - first + 1
    return _months(since, first, n_months) if first and last and n_months > 0 else None


def _two_days(match: re.Match[str], fiscal_year: int | None) -> Period:
    return read_day(match["start"]), read_day(match["end"])


_PART = r"(?:q(?P<q>[1-4])|h(?P<h>[12])|m?(?P<m>0[1-9]|1[0-2]))"
_NAME, _TO = r"[^\W\d_]+", r"\.?(?: (?P<since>[0-9]{4}))?\s*(?:-|–|to)\s*"
_PERIODS: list[tuple[re.Pattern[str], Callable[[re.Match[str], int | None], Period | None]]] = [
    (re.compile(r"(?P<fy>fy\s*)?(?P<year>\d{4})", re.ASCII), _one_year),
    (re.compile(r"(?:fy\s*)?(?P<first>\d{4})\s*(?P<mark>[-–/])\s*(?P<last>\d{4}|\d{2})", re.ASCII), _two_years),
    (re.compile(rf"(?P<year>\d{{4}})[\s/-]*{_PART}", re.ASCII), _part),
    (re.compile(rf"{_PART}[\s/-]+(?P<year>\d{{4}})", re.ASCII), _part),
    (re.compile(rf"(?P<first>{_NAME})(?:{_TO}(?P<last>{_NAME}))?\.? (?P<year>[0-9]{{4}})"), _named_months),
    (re.compile(r"(?P<start>\S{10})(?:/| to | - | – )(?P<end>\S{10})"), _two_days),
]
"""Forms of a period, the first that fits counts; what reads one says nothing where another form may fit."""
