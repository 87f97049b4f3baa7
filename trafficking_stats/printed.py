"""What is printed in a cell, read as a figure with its qualifier."""

import datetime
import math
import numbers
import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

WORDS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("printed.toml").read_text("utf-8"))
"""How tables word figures, periods and headings."""

_BETWEEN, _RANGE = ("|".join(map(re.escape, WORDS["figures"][key])) for key in ("between", "range"))
_ENDS = re.compile(rf"(?:(?:{_BETWEEN})\s+)?(\d.*?)\s*(?:{_RANGE})\s*(\d.*)")
_SPACES = r"[ \u00a0\u202f\u2009'’]"
_SIGNS = WORDS["marks"]["signs"]
_LETTERS, _NOTED = ("|".join(map(re.escape, WORDS["marks"][key])) for key in ("letters", "words"))
_BRACKETS = rf"\((?:[a-z]|[\d.,]+\s*%|{_NOTED})\)|\[[a-z\d]{{1,2}}\]"
_MARK = re.compile(rf"\s*(?:[{_SIGNS}]+|{_BRACKETS})$|(?<=\d)\s*(?:[a-z]\)|/\s*[a-z]|{_LETTERS})$", re.IGNORECASE)


class UnreadableError(ValueError):
    """A cell says nothing that can be read; the text says what it must be."""


class AmbiguousError(UnreadableError):
    """A cell can be read in two ways; the text says how to choose."""


class NoFigureError(ValueError):
    """A cell says that there is no figure; the text says why."""


class Figure(NamedTuple):
    """A printed figure: its value, its qualifier, and the other end of a range."""

    value: float
    qualifier: str = "exact"
    upper: float | None = None


def plain(cell: object) -> str:
    """Return the text of a cell: whole floats without a point, days without an hour, missing values as empty text.

    Examples
    --------
    >>> plain(2023.0), plain(None), plain(" a "), plain(datetime.datetime(2023, 12, 31))
    ('2023', '', 'a', '2023-12-31')
    """
    if isinstance(cell, str):
        return cell.strip().removesuffix(" 00:00:00")
    if cell is None or type(cell).__name__ in ("NAType", "NaTType") or cell != cell:
        return ""
    if isinstance(cell, datetime.datetime):
        return cell.isoformat()[:10]
    if isinstance(cell, numbers.Real) and not isinstance(cell, bool):
        number = float(cell)
        return str(int(number)) if number.is_integer() else repr(number)
    return str(cell).strip().removesuffix(" 00:00:00")


def unmarked(text: str) -> tuple[str, str]:
    """Split a text into what it says and the mark behind it, if any: of a footnote, a share, a word in brackets.

    Examples
    --------
    >>> unmarked("12*"), unmarked("34 (a)"), unmarked("34 (75 %)"), unmarked("*")
    (('12', '*'), ('34', '(a)'), ('34', '(75 %)'), ('*', ''))
    """
    mark = _MARK.search(text)
    return (text[: mark.start()], mark[0].strip()) if mark and mark.start() else (text, "")


def read_figure(cell: object, decimal: str | None = None) -> Figure:
    """Read a printed figure.

    Parameters
    ----------
    cell : object
        A number, or text such as ``"<5"``, ``"c. 200"``, ``"10-50"``, ``"1 440"``.
    decimal : str, optional
        ``"."`` or ``","``, the decimal mark of the table; the other one then separates thousands. Without it a
        figure that can be read in two ways, such as ``12,000``, is refused.

    Returns
    -------
    Figure
        Value, qualifier, and for ``between`` the other end.

    Raises
    ------
    NoFigureError
        If the cell says that there is none (``".."``) or that it is hidden (``"*"``).
    AmbiguousError, UnreadableError
        If it can be read in two ways, or not at all.

    Examples
    --------
    >>> read_figure("<5"), read_figure("c. 200"), read_figure("1 440")
    (Figure(value=5.0, qualifier='less_than', upper=None), Figure(value=200.0, qualifier='about', upper=None), \
Figure(value=1440.0, qualifier='exact', upper=None))
    >>> read_figure("10-50")
    Figure(value=10.0, qualifier='between', upper=50.0)
    """
    if isinstance(cell, bool):
        raise UnreadableError("a number, not true or false")
    if isinstance(cell, numbers.Real) and math.isinf(float(cell)):
        raise UnreadableError("a finite number")
    text = plain(cell).casefold()
    _check_there(text)
    if match := _ENDS.fullmatch(text):
        low, high = (_number(part, decimal) for part in match.groups())
        if low > high:
            raise UnreadableError("a range from the smaller number to the larger")
        return Figure(low) if low == high else Figure(low, "between", high)
    for side, without in (("before", str.removeprefix), ("after", str.removesuffix)):
        for qualifier, marks in WORDS[side].items():
            for mark in marks:
                rest = without(text, mark).strip()
                # a mark in letters ends where a word ends: "c. 200" and "c200", but not "some" in "something"
                if rest != text and rest[:1].isdigit():
                    return Figure(_number(rest, decimal), qualifier)
    return Figure(_number(text, decimal))


def says_figure(cell: object) -> bool | None:
    """Whether a cell says a figure, with or without a mark; None where it says that there is none, or is empty.

    Examples
    --------
    >>> says_figure("c. 200"), says_figure("12 (a)"), says_figure("Norway"), says_figure("..")
    (True, True, False, None)
    """
    try:
        read_figure(unmarked(cell)[0] if isinstance(cell, str) else cell)
    except NoFigureError:
        return None
    except UnreadableError as fault:
        return isinstance(fault, AmbiguousError)
    return True


def is_heading(cell: object) -> bool:
    """Whether a cell can head others: it says no figure, or the number of a year."""
    return says_figure(cell) is False or re.fullmatch(r"(19|20)\d\d", plain(cell)) is not None


def _check_there(text: str) -> None:
    """Raise `NoFigureError` where a cell says that there is none, or that it is hidden."""
    found = WORDS["figures"]
    if text in found["missing"]:
        raise NoFigureError("no figure" if text in ("", "nan", "none", "<na>", "nat") else f"no figure: {text!r}")
    if text in found["masked"]:
        raise NoFigureError(f"the figure is hidden: {text!r}")
    if text in found["none_or_missing"]:
        raise NoFigureError(f"{text!r} may mean none or not known: write 0 where it means none")


def _number(text: str, decimal: str | None) -> float:
    if any(letter.isdigit() and not letter.isascii() for letter in text):
        raise UnreadableError("a number in the digits 0 to 9")
    found = readings(text, decimal)
    if len(found) == 2:
        raise AmbiguousError(
            f"a number that can be read in one way: {text!r} may be {min(found):g} or {max(found):,.0f};"
            " say which mark is the decimal one (decimal='.' or decimal=',')"
        )
    if not found:
        raise UnreadableError("a number as printed, such as 77, 1 440, <5, c. 200 or 10-50")
    return found.pop()


def readings(text: str, decimal: str | None = None) -> set[float]:
    """Return every number that digits can be read as, of which the decimal mark may not be known.

    Examples
    --------
    >>> sorted(readings("1.440")), readings("1.440", decimal=","), readings("1 440,5")
    ([1.44, 1440.0], {1440.0}, {1440.5})
    """
    text = text.replace("−", "-")
    if re.fullmatch(rf"[+-]?\d{{1,3}}(?:{_SPACES}\d{{3}})+(?:[.,]\d+)?", text):
        text = re.sub(_SPACES, "", text)
    return {
        float(text.replace(thousands, "").replace(point, "."))
        for point, thousands in ((".", ","), (",", "."))
        if decimal in (None, point)
        and re.fullmatch(rf"[+-]?(?:\d+|[1-9]\d{{0,2}}(?:[{thousands}]\d{{3}})+)(?:[{point}]\d+)?", text)
    }
