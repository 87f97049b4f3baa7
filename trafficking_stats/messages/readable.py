"""Days and spans of years inside a text of the data, written as the current language does."""

import datetime
import re

from trafficking_stats.messages.values import written

_DAY, _SPAN = re.compile(r"\b\d{4}-\d\d-\d\d\b"), re.compile(r"\b(\d{4})-(\d{4})\b")


def readable(text: str) -> str:
    """Write the days and the spans of years in a text as the current language does.

    Examples
    --------
    >>> readable("517 (2007-2016), 2004-04-01 to 2004-04-30")
    '517 (2007–2016), 1 Apr 2004 to 30 Apr 2004'
    """
    return _DAY.sub(_day_words, _SPAN.sub(r"\1–\2", text))


def _day_words(found: re.Match[str]) -> str:
    try:
        return written(datetime.date.fromisoformat(found[0]), "d MMM y")
    except ValueError:
        return found[0]
